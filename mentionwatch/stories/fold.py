"""Putting an entry to its copies and its story.

What is known is on a shelf: the store's, or one in memory.  Only the first of each text (its *head*) is on it, with the
keys of its sketch.  An entry is compared with the heads that share keys with it, and takes the place of the nearest
one that it is a copy of.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from mentionwatch.stories.copies import is_copy
from mentionwatch.stories.links import names_of, story_of
from mentionwatch.stories.sketch import sketch
from mentionwatch.stories.words import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mentionwatch.model import Entry

#: Copies of one text that are further apart than this count again.
COPY_SPAN = timedelta(days=14)
#: Heads that an entry is compared with at most, those that share most with it.
_MOST_CANDIDATES = 8


@dataclass(frozen=True)
class Head:
    """The first entry that carried a text, and the time in which it was carried."""

    #: Id of the entry; copies have it as their key.
    entry_id: str
    entry: Entry
    story: str
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Placed:
    """Where an entry belongs."""

    #: Key that copies of one text share: the id of the entry that had it first.
    copy: str
    #: Key that posts about one page share.
    story: str
    #: What to put on the shelf, or to put there anew.
    head: Head
    #: Of a new head; None where the head is there already.
    keys: tuple[int, ...] | None
    #: Names by which others refer to it, where the story does not follow from them.
    names: tuple[str, ...]


class Shelf(Protocol):
    """What is known of earlier texts."""

    def heads(self, keys: Sequence[int]) -> list[tuple[Head, int]]:
        """Heads that share a key with these, each with how many; the time they take does not grow with the shelf."""
        ...

    def stories(self, names: Sequence[str]) -> Mapping[str, str]:
        """The stories of what is called so, by name."""
        ...

    def put(self, placed: Placed, at: datetime) -> None:
        """Keep where an entry was put."""
        ...


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
    head = None
    for candidate in _nearest(shelf.heads(keys) if keys else [], at):
        if candidate.entry_id == entry_id or is_copy(read(candidate.entry), said):
            head = candidate
            break
    if head is not None:
        known = Head(head.entry_id, head.entry, head.story, min(head.first, at), max(head.last, at))
        placed = Placed(head.entry_id, head.story, known, None, _to_keep(names.own, head.story))
    else:
        wanted = [name for name in (names.parent, names.about, *names.own) if name]
        story = story_of(names, shelf.stories(wanted).get)
        placed = Placed(entry_id, story, Head(entry_id, entry, story, at, at), keys, _to_keep(names.own, story))
    shelf.put(placed, at)
    return placed


def _nearest(found: Iterable[tuple[Head, int]], at: datetime) -> list[Head]:
    """The candidates within the time, those that share most first, and of equal ones the older."""
    near = [(head, n) for head, n in found if head.first - COPY_SPAN <= at <= head.last + COPY_SPAN]
    near.sort(key=lambda pair: (-pair[1], pair[0].first, pair[0].entry_id))
    return [head for head, _ in near[:_MOST_CANDIDATES]]


def _to_keep(names: Sequence[str], story: str) -> tuple[str, ...]:
    return tuple(name for name in names if name != story)


@dataclass
class MemoryShelf:
    """A shelf for one run."""

    _heads: dict[str, Head] = field(default_factory=dict)
    _by_key: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    _stories: dict[str, str] = field(default_factory=dict)

    #: Heads kept by key: what more of them share (a greeting, a form's words) says nothing.
    MOST_BY_KEY = 8

    def heads(self, keys: Sequence[int]) -> list[tuple[Head, int]]:
        """See Shelf."""
        counts: dict[str, int] = {}
        for key in keys:
            for entry_id in self._by_key.get(key, ()):
                counts[entry_id] = counts.get(entry_id, 0) + 1
        return [(self._heads[entry_id], n) for entry_id, n in counts.items()]

    def stories(self, names: Sequence[str]) -> Mapping[str, str]:
        """See Shelf."""
        return {name: self._stories[name] for name in names if name in self._stories}

    def put(self, placed: Placed, at: datetime) -> None:  # noqa: ARG002 - the interface
        """See Shelf."""
        self._heads[placed.head.entry_id] = placed.head
        for key in placed.keys or ():
            self._by_key[key] = [*self._by_key[key][1 - self.MOST_BY_KEY :], placed.head.entry_id]
        self._stories.update(dict.fromkeys(placed.names, placed.story))


def fold(entries: Iterable[tuple[str, Entry, datetime]]) -> dict[str, Placed]:
    """Put entries together that are all here, whatever their order: the oldest is the head.

    Args:
        entries: Each with its id, and when it counts.

    Returns:
        Where each belongs, by id.
    """
    shelf = MemoryShelf()
    ordered = sorted(entries, key=lambda item: (item[2], item[0]))
    return {entry_id: place(entry, entry_id, at, shelf) for entry_id, entry, at in ordered}
