"""Putting an entry to its copies and its story.

What is known is on a shelf: the store's, or one in memory.  Of each text only the fullest form (its *head*) is on it,
with the keys of its sketch.  An entry is compared with the heads that share keys with it, and goes to the nearest one
that it is a copy of.  What comes later can show that two texts are one, or two stories: then they are put together, so
that it hardly matters in which order sources answer.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol

from mentionwatch.stories.copies import is_copy
from mentionwatch.stories.links import headline_of, link_key, names_of, page_of, story_of
from mentionwatch.stories.sketch import sketch
from mentionwatch.stories.words import MIN_WORDS, length, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mentionwatch.model import Entry
    from mentionwatch.stories.links import Names
    from mentionwatch.stories.words import Said

#: Copies of one text that are further apart than this count again.
COPY_SPAN = timedelta(days=14)
#: What speaks of a page so long after all else that did begins another story.
STORY_SPAN = COPY_SPAN
#: Heads that an entry is compared with at most, those that share most with it.
_MOST_CANDIDATES = 8
#: A text that is so many times as long as the head takes its place: a whole for its beginning, an article for its
#: headline.  What only has a word more does not, or words of one's own would add up from copy to copy.
_FULLER = 1.25
#: Names that lead on to others are followed so far.
_MOST_STEPS = 8


@dataclass(frozen=True)
class Head:
    """The fullest form of a text, and the time in which it was carried."""

    #: Key of its copies: id of the entry that carried it first.
    copy: str
    #: Id of the entry that is compared.
    entry_id: str
    entry: Entry
    story: str
    first: datetime
    last: datetime


class Named(NamedTuple):
    """What a name leads to; either may lead on."""

    story: str
    #: The text that a page carries; None where nothing is known of it.
    copy: str | None = None
    #: When something was called so last; None where whatever is old is forgotten.
    at: datetime | None = None


@dataclass(frozen=True)
class Placed:
    """Where an entry belongs."""

    #: Key that copies of one text share: the id of the entry that had it first.
    copy: str
    #: Key that posts about one page share.
    story: str
    #: What to put on the shelf, or to put there anew; None where nothing changes.
    head: Head | None
    #: Of a head that is new, or has another text than before; None where only its time is another.
    keys: tuple[int, ...] | None
    #: Names that lead to the story from now on; mentions that have one of them as their story have this one.
    names: tuple[str, ...]
    #: Names of pages that carry the text.
    pages: tuple[str, ...] = ()
    #: Keys of texts that turned out to be this one.
    gone: tuple[str, ...] = ()


class Place(NamedTuple):
    """Where an entry is, in short."""

    copy: str
    story: str


class Shelf(Protocol):
    """What is known of earlier texts."""

    def heads(self, keys: Sequence[int]) -> list[tuple[Head, int]]:
        """Heads that share a key with these, each with how many; the time they take does not grow with the shelf."""
        ...

    def named(self, names: Sequence[str]) -> Mapping[str, Named]:
        """What is called so, by name."""
        ...

    def put(self, placed: Placed, at: datetime) -> None:
        """Keep where an entry was put."""
        ...


class _Known:
    """Names, followed to what they lead to in the end."""

    def __init__(self, shelf: Shelf, names: Iterable[str], at: datetime | None = None) -> None:
        """Look names up.

        Args:
            shelf: What is known.
            names: What is asked for.
            at: What was called so long before or after it is another by now; None: at any time.
        """
        self._found: dict[str, Named] = {}
        asked: set[str] = set()
        wanted = dict.fromkeys(names)
        for _ in range(_MOST_STEPS):
            if not wanted:
                break
            asked.update(wanted)
            found = {name: to for name, to in shelf.named(list(wanted)).items() if not at or _is_near(to.at, at)}
            self._found.update(found)
            at = None
            leading = (one for to in found.values() for one in (to.story, to.copy))
            wanted = dict.fromkeys(one for one in leading if one and one not in asked)

    def story(self, name: str) -> str | None:
        """The story of what is called so; None where nothing is."""
        return self._follow(name, lambda to: to.story) if name in self._found else None

    def root(self, story: str) -> str:
        """The story that a story has become part of, or itself."""
        return self.story(story) or story

    def copy(self, name: str) -> str | None:
        """The text that a page carries, or a text has become; None where nothing is known."""
        found = self._found.get(name)
        return self._follow(found.copy, lambda to: to.copy) if found and found.copy else None

    def _follow(self, name: str, to: Callable[[Named], str | None]) -> str:
        passed = {name}
        while (found := self._found.get(name)) and (further := to(found)) and further not in passed:
            name = further
            passed.add(name)
        return name


def _is_near(named: datetime | None, at: datetime) -> bool:
    return named is None or abs(named - at) <= STORY_SPAN


def place(entry: Entry, entry_id: str, at: datetime, shelf: Shelf) -> Placed:
    """Find an entry's copies and story, and keep that on the shelf.

    Args:
        entry: What was published.
        entry_id: Its id.
        at: When it counts: published, or first seen where that is not known or in the future.
        shelf: What is known.
    """
    said, names = read(entry), names_of(entry, entry_id)
    keys = sketch(said)
    near = _nearest(shelf.heads(keys) if keys else [], at)
    heads = _of_one_text(said, [head for head in near if head.entry_id == entry_id or is_copy(read(head.entry), said)])
    linked = link_key(said.bare_link) if said.bare_link else None
    # Under a title of its own it is no copy of what stands there.
    carried = headline_of(linked, said.title) if length(said.title) >= MIN_WORDS else linked
    asked = (names.parent, names.about, linked, carried, *names.own, *(head.story for head in heads))
    known = _Known(shelf, filter(None, asked), at)
    if heads:
        placed = _join(Head(entry_id, entry_id, entry, names.itself, at, at), keys, heads, known, names)
    elif linked and carried and (copy := known.copy(carried)):
        # What stands there is a copy of something else: nothing that it says leads there, only its address.
        placed = _to_story(known.root(linked), known, names, copy=copy)
    else:
        story = story_of(names, known.story)
        placed = _to_story(story, known, names, copy=entry_id)
        placed = replace(placed, head=Head(entry_id, entry_id, entry, story, at, at), keys=keys, pages=())
    shelf.put(placed, at)
    return placed


def _nearest(found: Iterable[tuple[Head, int]], at: datetime) -> list[Head]:
    """The candidates within the time, those that share most first, and of equal ones the older."""
    near = [(head, n) for head, n in found if head.first - COPY_SPAN <= at <= head.last + COPY_SPAN]
    near.sort(key=lambda pair: (-pair[1], pair[0].first, pair[0].copy))
    return [head for head, _ in near[:_MOST_CANDIDATES]]


def _of_one_text(said: Said, heads: Sequence[Head]) -> list[Head]:
    """The nearest head, and those that this text shows to be the same: it holds all that they say, and more.

    A headline shows nothing: two articles under one headline stay two.
    """
    is_text = bool(said.body) and not said.bare_link
    return [h for n, h in enumerate(heads) if n == 0 or (is_text and len(read(h.entry).all) <= len(said.all))]


def _join(new: Head, keys: tuple[int, ...], heads: Sequence[Head], known: _Known, names: Names) -> Placed:
    """Put an entry to the heads that it is a copy of, and them together."""
    oldest = min(heads, key=lambda head: (head.first, head.copy))
    fullest = max(heads, key=lambda head: _fullness(read(head.entry)))
    story = known.root(oldest.story)
    placed = _to_story(story, known, names, copy=oldest.copy, others=[head.story for head in heads])
    if fullest.entry_id != new.entry_id and _is_fuller(read(new.entry), read(fullest.entry)):
        fullest = new
    changed = fullest.entry_id != oldest.entry_id
    head = Head(
        oldest.copy,
        fullest.entry_id,
        fullest.entry,
        story,
        min(new.first, *(head.first for head in heads)),
        max(new.last, *(head.last for head in heads)),
    )
    left = (name for one in (*heads, new) if one.entry_id != fullest.entry_id for name in _carriers(one.entry))
    gone = tuple(head.copy for head in heads if head.copy != oldest.copy)
    return replace(
        placed,
        head=head,
        keys=(keys if fullest is new else sketch(read(fullest.entry))) if changed else None,
        names=tuple(dict.fromkeys((*placed.names, *gone))),
        pages=tuple(dict.fromkeys((*placed.pages, *left))),
        gone=gone,
    )


def _carriers(entry: Entry) -> list[str]:
    """What leads to the text of an entry that is no head: its page, and that under its headline."""
    page = page_of(entry)
    return [name for name in (page, headline_of(page, read(entry).title)) if name]


def _fullness(said: Said) -> tuple[bool, int]:
    return bool(said.body) and not said.bare_link, len(said.all)


def _is_fuller(said: Said, other: Said) -> bool:
    is_text, length = _fullness(said)
    was_text, least = _fullness(other)
    return is_text > was_text or (is_text == was_text and length > _FULLER * least)


def _to_story(story: str, known: _Known, names: Names, *, copy: str, others: Sequence[str] = ()) -> Placed:
    """Put an entry to a story, and to that all that the entry is called, with what others called so belong to."""
    called = [*names.own, *others]
    called += [known.root(name) for name in called]
    # Named anew, what it speaks of is not forgotten before it.
    called += [name for name in (names.parent, names.about) if name and known.story(name) == story]
    if names.spoken_of and known.story(names.spoken_of) is None:
        called.append(names.spoken_of)
    page = names.own[:1] if names.page else ()
    return Placed(copy, story, None, None, tuple(dict.fromkeys(n for n in called if n != story)), page)


@dataclass
class MemoryShelf:
    """A shelf for one run."""

    _heads: dict[str, Head] = field(default_factory=dict)
    _keys: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _by_key: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    _named: dict[str, Named] = field(default_factory=dict)
    #: Keys of texts that are gone, or have other keys than they had.
    moved: set[str] = field(default_factory=set)

    #: Heads kept by key: what more of them share (a greeting, a form's words) says nothing.
    MOST_BY_KEY = 8

    def heads(self, keys: Sequence[int]) -> list[tuple[Head, int]]:
        """See Shelf."""
        counts: dict[str, int] = {}
        for key in keys:
            for copy in self._by_key.get(key, ()):
                counts[copy] = counts.get(copy, 0) + 1
        return [(self._heads[copy], n) for copy, n in counts.items()]

    def head(self, copy: str) -> Head | None:
        """The head of this text as it was put last."""
        return self._heads.get(copy)

    def named(self, names: Sequence[str]) -> Mapping[str, Named]:
        """See Shelf."""
        return {name: self._named[name] for name in names if name in self._named}

    def put(self, placed: Placed, at: datetime) -> None:
        """See Shelf."""
        for copy in placed.gone:
            self._take_out(copy)
        if placed.head is not None:
            if placed.keys is not None:
                self._take_out(placed.head.copy)
                self._put_in(placed.head.copy, placed.keys)
            self._heads[placed.head.copy] = placed.head
        for name in dict.fromkeys((*placed.names, *placed.pages)):
            carries = name in placed.pages or name in placed.gone
            before = self._named.get(name)
            if before and not _is_near(before.at, at):
                before = None
            last = max(at, before.at) if before and before.at else at
            self._named[name] = Named(placed.story, placed.copy if carries else before and before.copy, last)

    def _take_out(self, copy: str) -> None:
        self.moved.add(copy)
        self._heads.pop(copy, None)
        for key in self._keys.pop(copy, ()):
            if copy in self._by_key[key]:
                self._by_key[key].remove(copy)

    def _put_in(self, copy: str, keys: tuple[int, ...]) -> None:
        self._keys[copy] = keys
        for key in keys:
            self._by_key[key] = [*self._by_key[key][1 - self.MOST_BY_KEY :], copy]


def fold(entries: Iterable[tuple[str, Entry, datetime]]) -> dict[str, Place]:
    """Put entries together that are all here, whatever their order: the oldest is the first.

    Args:
        entries: Each with its id, and when it counts.

    Returns:
        Where each is, by id.
    """
    shelf = MemoryShelf()
    ordered = sorted(entries, key=lambda item: (item[2], item[0]))
    placed = {entry_id: place(entry, entry_id, at, shelf) for entry_id, entry, at in ordered}
    return settle({entry_id: Place(one.copy, one.story) for entry_id, one in placed.items()}, shelf)


def settle(placed: Mapping[str, Place], shelf: Shelf) -> dict[str, Place]:
    """Where entries are after all was put on the shelf: later ones may have put some together."""
    known = _Known(shelf, dict.fromkeys(name for both in placed.values() for name in both))
    return {one: Place(known.copy(copy) or copy, known.root(story)) for one, (copy, story) in placed.items()}
