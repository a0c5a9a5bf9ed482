"""New mentions, put to the copies and stories that they belong to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mentionwatch.store import Stored, StoredHead
from mentionwatch.stories import COPY_SPAN, Head, MemoryShelf, Named, Place, Placed, fold, place, settle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from mentionwatch.model import Mention
    from mentionwatch.store import Store


def fold_mentions(mentions: Iterable[Mention]) -> list[Mention]:
    """Put mentions together that are all here, and count the copies of each brand; in their order."""
    found = list(mentions)
    placed = fold({m.entry_id: (m.entry_id, m.entry, counts_at(m)) for m in found}.values())
    found = [replace(m, copy=placed[m.entry_id].copy, story=placed[m.entry_id].story) for m in found]
    counts: dict[tuple[str, str | None], int] = {}
    for mention in found:
        counts[mention.brand, mention.copy] = counts.get((mention.brand, mention.copy), 0) + 1
    return [replace(mention, copies=counts[mention.brand, mention.copy]) for mention in found]


def one_a_text(mentions: Iterable[Mention]) -> Iterator[Mention]:
    """Of the copies of a text that a brand has, only the one that comes first."""
    seen: set[tuple[str, str]] = set()
    for mention in mentions:
        text = mention.brand, mention.copy or mention.id
        if text not in seen:
            seen.add(text)
            yield mention


def fold_new(store: Store, mentions: Iterable[Mention]) -> tuple[tuple[Mention, ...], tuple[Stored, ...]]:
    """Put new mentions to what is stored.

    Nothing may be written between this and recording them: what another source answers may be copies of these.

    Returns:
        The mentions in their order, and what has to be recorded with them.
    """
    found = list(mentions)
    entries = {m.entry_id: m for m in found}
    # An entry that is new to one more brand stays where it is.
    known = {id_: Place(copy, story) for id_, (copy, story) in store.placed(list(entries)).items()}
    shelf = _StoreShelf(store)
    for mention in sorted(entries.values(), key=lambda m: (counts_at(m), m.entry_id)):
        if mention.entry_id not in known:
            at = shelf.at = counts_at(mention)
            placed = place(mention.entry, mention.entry_id, at, shelf)
            known[mention.entry_id] = Place(placed.copy, placed.story)
    known = settle(known, shelf.latest)
    folded = (replace(m, copy=known[m.entry_id].copy, story=known[m.entry_id].story) for m in found)
    return tuple(folded), tuple(shelf.new)


def counts_at(mention: Mention) -> datetime:
    """When a mention counts: a date in the future is a mistake."""
    return min(mention.entry.published or mention.first_seen, mention.first_seen)


class _StoreShelf:
    """What is stored, and over it what is new of this poll."""

    def __init__(self, store: Store) -> None:
        self._store = store
        #: What is new alone.
        self.latest = MemoryShelf()
        #: When what is placed counts.
        self.at: datetime | None = None
        #: What has to be stored.
        self.new: list[Stored] = []

    def heads(self, keys: Sequence[int]) -> list[tuple[Head, int]]:
        """See Shelf."""
        assert self.at is not None
        stored = self._store.heads(keys, since=self.at - COPY_SPAN, until=self.at + COPY_SPAN)
        found = {
            h.copy: (self.latest.head(h.copy) or Head(h.copy, h.entry_id, h.entry, h.story, h.first, h.last), h.shared)
            for h in stored
            # What has another text by now is found by that.
            if h.copy not in self.latest.moved
        }
        for head, shared in self.latest.heads(keys):
            found[head.copy] = head, shared
        return list(found.values())

    def named(self, names: Sequence[str]) -> Mapping[str, Named]:
        """See Shelf."""
        found = {name: Named(*both) for name, both in self._store.stories(names).items()}
        for name, latest in self.latest.named(names).items():
            copy = latest.copy or (found[name].copy if name in found else None)
            found[name] = Named(latest.story, copy, latest.at)
        return found

    def put(self, placed: Placed, at: datetime) -> None:
        """See Shelf."""
        self.latest.put(placed, at)
        head = placed.head
        stored = StoredHead(head.copy, head.entry_id, head.entry, head.story, head.first, head.last) if head else None
        self.new.append(
            Stored(placed.copy, placed.story, stored, placed.keys, placed.names, placed.pages, placed.gone, at)
        )
