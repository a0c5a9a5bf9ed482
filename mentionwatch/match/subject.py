"""What a query is matched against: an indexed text, and the entry and the mention that it belongs to."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

from mentionwatch.match.mask import Regions, find_regions
from mentionwatch.match.spelling import Word, wildcard
from mentionwatch.match.wildcards import begin_alike
from mentionwatch.match.words import Cut, Place, Places, cut_words, find_places, fold_cased, place_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from mentionwatch.model import Entry, Mention

Span = tuple[int, int]


def searchable_text(entry: Entry) -> str:
    """Give what is searched of an entry, and what spans count in: its title, a line feed, its text."""
    return f"{entry.title or ''}\n{entry.text or ''}"


class Index:
    """A text, cut into its words when a query asks for them.

    Links, mail addresses and code in it are not looked into; each of them counts as one word.
    """

    def __init__(self, text: str, *, title_end: int = 0, is_prose: bool = True) -> None:
        """Keep a text.

        Args:
            text: The text.
            title_end: Where the title at its start ends, in which there is no code.
            is_prose: False for a name or a link: all of it is looked into.
        """
        self.is_prose = is_prose
        self.text = text
        self.title_end = title_end
        self._wild: dict[str, list[Place]] = {}

    @cached_property
    def regions(self) -> Regions:
        """Its links and code."""
        return find_regions(self.text, self.title_end) if self.is_prose else Regions()

    @cached_property
    def _words(self) -> tuple[list[Cut], frozenset[int]]:
        """Its words in order, and the starts of those that stand for what is hidden."""
        hidden = self.regions.hidden
        if not hidden:
            return cut_words(self.text), frozenset()
        pieces, at = [], 0
        for start, end in hidden:
            # One word of the same length, with a blank on each side.
            pieces += [self.text[at:start], f" {'0' * (end - start - 2)} "[: end - start]]
            at = end
        return cut_words("".join((*pieces, self.text[at:]))), frozenset(start + 1 for start, _end in hidden)

    @cached_property
    def places(self) -> Places:
        """Its words by what they are folded to."""
        words, hidden = self._words
        # The hidden starts are no hyphens or hashtags, so that the text as given can be looked at.
        return place_words(self.text, words, hidden)

    @cached_property
    def _sorted_words(self) -> list[str]:
        return sorted(self.places)

    @property
    def all_words(self) -> Iterable[str]:
        """Its folded words, those in links and code too."""
        # Beside a link, a word can be another one than without it.
        return {*find_places(self.text), *self.places} if self.regions.hidden else self.places

    @cached_property
    def _borders(self) -> tuple[list[int], list[int]]:
        words, _hidden = self._words
        return [start for _, start, _ in words], [end for _, _, end in words]

    def find(self, word: Word) -> list[Place]:
        """List the places of a word, in no order where it has wildcards."""
        found = self._fitting(word.folded) if word.is_wild else self.places.get(word.folded, [])
        if word.cased is None or not found:
            return found
        cased, is_wild = word.cased, word.is_wild
        fits = wildcard(cased).fullmatch if is_wild else cased.__eq__
        return [place for place in found if fits(fold_cased(self.text[place.start : place.end]))]

    def _fitting(self, word: str) -> list[Place]:
        if word not in self._wild:
            alike = begin_alike(self._sorted_words, word)
            # Most texts have no word that begins so, and to make a pattern takes long.
            keys = filter(wildcard(word).fullmatch, alike) if alike else ()
            self._wild[word] = [place for key in keys for place in self.places[key]]
        return self._wild[word]

    def positions(self, start: int, end: int) -> tuple[float, float]:
        """Give the first and the last word that a piece of the text has a part in; what stands between two: halves."""
        starts, ends = self._borders
        first, last = bisect_right(ends, start), bisect_left(starts, end) - 1
        return (first, last) if first <= last else (last + 0.5, last + 0.5)

    @cached_property
    def is_hidden(self) -> Callable[[int, int], bool]:
        """Tell whether a piece of the text touches a link or code."""
        hidden = self.regions.hidden
        starts, ends = [start for start, _ in hidden], [end for _, end in hidden]
        return lambda start, end: bisect_right(ends, start) < bisect_left(starts, end)


class Subject:
    """An entry, or only a text, as the conditions of a query see it."""

    def __init__(
        self,
        text: str,
        entry: Entry | None = None,
        mention: Mention | None = None,
        now: datetime | None = None,
    ) -> None:
        self.entry = entry
        self.mention = mention
        self.now = now
        self.whole = Index(text, title_end=len(entry.title or "") + 1 if entry else 0)

    @cached_property
    def title(self) -> Index:
        """Its title; spans in it count as in the whole text."""
        title = (self.entry.title if self.entry else None) or ""
        return Index(title, title_end=len(title))

    @cached_property
    def body(self) -> tuple[Index, int]:
        """Its text without the title, and where that begins in the whole."""
        return Index((self.entry.text if self.entry else None) or ""), self.whole.title_end


def of_entry(entry: Entry, mention: Mention | None = None, now: datetime | None = None) -> Subject:
    """Make the subject of an entry."""
    return Subject(searchable_text(entry), entry, mention, now)
