"""Where names stand in a text: the brand's, and those of others that are known."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Span = tuple[int, int]

_WORD = re.compile(r"[^\W_]+")
#: Words of one name may stand this far apart: "best-buy", "Best  Buy".
_APART = 3
#: A name of more words is none.
_LONGEST = 8


def find_name(text: str, name: str) -> tuple[Span, ...]:
    """Find a name: whole words, in any case, with any blanks between them."""
    pattern = _pattern(name)
    return tuple(match.span() for match in pattern.finditer(text)) if pattern else ()


@lru_cache(maxsize=1024)
def _pattern(name: str) -> re.Pattern[str] | None:
    words = name.split()
    if not words or len(name) > 500:
        return None
    inside = r"[\s-]+".join(map(re.escape, words))
    return re.compile(rf"(?<!\w){inside}(?!\w)", re.IGNORECASE)


def clean_spans(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Put spans in order, inside the text, without overlaps and empty ones."""
    found: list[Span] = []
    for start, end in sorted((max(0, int(a)), min(len(text), int(b))) for a, b in spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif start < end:
            found.append((start, end))
    return tuple(found)


class Names:
    """Known names by their first word, so that ten thousand cost what ten do."""

    def __init__(self, entities: Mapping[str, Iterable[str]] | Iterable[str] = ()) -> None:
        """Keep names.

        Args:
            entities: What has names, with its names ("Acme": ["Acme", "acmectl"]); or names, each a thing.
        """
        pairs = entities.items() if hasattr(entities, "items") else ((name, ()) for name in entities)
        self._of: dict[str, tuple[str, ...]] = {}
        #: What has a name, by the name's words; and how many words names have, by their first.
        self._owners: dict[tuple[str, ...], set[str]] = {}
        self._lengths: dict[str, set[int]] = {}
        for owner, names in pairs:
            known = tuple(dict.fromkeys((owner, *names)))
            self._of[owner.casefold()] = known
            for name in known:
                words = tuple(word.casefold() for word in _WORD.findall(name))
                # One letter is no name: "C++" is its words to an index of words, and half of all texts have a "c".
                if 0 < len(words) <= _LONGEST and len("".join(words)) > 1:
                    self._owners.setdefault(words, set()).add(owner.casefold())
                    self._lengths.setdefault(words[0], set()).add(len(words))

    def of(self, owner: str) -> tuple[str, ...]:
        """All names of a thing, its own first."""
        return self._of.get(owner.casefold(), (owner,))

    def has(self, owner: str) -> bool:
        """Whether a thing is known."""
        return owner.casefold() in self._of

    def others(self, text: str, owner: str | None) -> tuple[Span, ...]:
        """Where names of other things stand, in order."""
        if not self._owners:
            return ()
        mine = (owner or "").casefold()
        words = [(match[0].casefold(), match.start(), match.end()) for match in _WORD.finditer(text)]
        found: list[Span] = []
        for at, (word, start, _) in enumerate(words):
            for length in self._lengths.get(word, ()):
                here = words[at : at + length]
                owners = self._owners.get(tuple(part for part, _, _ in here))
                if owners and mine not in owners and _adjoin(here):
                    found.append((start, here[-1][2]))
        return clean_spans(text, found)


def _adjoin(words: Sequence[tuple[str, int, int]]) -> bool:
    """Whether words stand as one name's do."""
    return all(b[1] - a[2] <= _APART for a, b in pairwise(words))
