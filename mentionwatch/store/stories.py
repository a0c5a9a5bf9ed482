"""What is kept to know copies and stories again: the heads of texts, the keys that lead to them, and names.

A key leads to at most ``SLOTS`` heads, and what comes later takes the place of what was there: words that everybody
writes lead to few candidates, and what an entry costs does not grow with what is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import pack, unpack
from typing import TYPE_CHECKING, Any
from zlib import crc32

from sqlalchemy import Connection, Select, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import Insert, insert

from mentionwatch.store import rows, schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Table

    from mentionwatch.model import Entry

#: Heads that one key leads to; a power of two.
SLOTS = 8
#: Heads that are read for one entry, those that share most keys with it.
MOST_CANDIDATES = 16
#: Heads that are forgotten in one go.
_FORGOTTEN = 2_000


@dataclass(frozen=True)
class StoredHead:
    """The first entry that carried a text."""

    entry_id: str
    entry: Entry
    story: str
    #: When it was carried first and last.
    first: datetime
    last: datetime
    #: Keys that it shares with what was asked for.
    shared: int = 0


@dataclass(frozen=True)
class Stored:
    """Where an entry was put."""

    head: StoredHead
    #: Of a new head; None where it is stored already.
    keys: tuple[int, ...] | None
    #: Names by which others refer to the entry.
    names: tuple[str, ...]
    #: When it counts.
    at: datetime


def _candidates() -> Select[Any]:
    heads, sketches, entries = schema.heads, schema.sketches, schema.entries
    shared = (
        select(sketches.c.head, func.count().label("shared"))
        .where(sketches.c.key.in_(bindparam("keys", expanding=True)))
        .group_by(sketches.c.head)
        .subquery()
    )
    return (
        select(shared.c.shared, heads.c.story, heads.c.first, heads.c.last, entries)
        .join(heads, heads.c.number == shared.c.head)
        .join(entries, entries.c.id == heads.c.entry)
        .where(heads.c.first <= bindparam("until"), heads.c.last >= bindparam("since"))
        .order_by(shared.c.shared.desc(), heads.c.first, heads.c.entry)
        .limit(MOST_CANDIDATES)
    )


def _replace(table: Table, replaced: str) -> Insert:
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    return statement.on_conflict_do_update(index_elements=keys, set_={replaced: statement.excluded[replaced]})


# Made once: making them takes longer than running them.
_FIND_HEADS = _candidates()
_FIND_STORIES = select(schema.names.c.name, schema.names.c.story).where(
    schema.names.c.name.in_(bindparam("names", expanding=True))
)
_PUT_HEAD = insert(schema.heads).on_conflict_do_nothing()
_PUT_SKETCH = _replace(schema.sketches, "head")
_PUT_NAME = _replace(schema.names, "at")


def put(connection: Connection, stored: Stored) -> None:
    """Keep where an entry was put; the entry is stored."""
    put_head(connection, stored.head, stored.keys)
    put_names(connection, stored.names, stored.head.story, stored.at)


def find_heads(connection: Connection, keys: Sequence[int], *, since: datetime, until: datetime) -> list[StoredHead]:
    """Heads that share keys with these and were carried in this time, those that share most first."""
    wanted = {"keys": list(keys), "since": since, "until": until}
    return [
        StoredHead(row["id"], rows.read_entry(dict(row)), row["story"], row["first"], row["last"], row["shared"])
        for row in connection.execute(_FIND_HEADS, wanted).mappings()
    ]


def find_stories(connection: Connection, names: Sequence[str]) -> dict[str, str]:
    """The stories of what is called so, by name."""
    return {row.name: row.story for row in connection.execute(_FIND_STORIES, {"names": list(names)})}


def find_placed(connection: Connection, entries: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Copy key and story of entries that are mentions already, by id."""
    table = schema.mentions.c
    columns = select(table.entry, table["copy"], table.story)
    found: dict[str, tuple[str, str]] = {}
    for chunk in (entries[n : n + 500] for n in range(0, len(entries), 500)):
        for entry, copy, story in connection.execute(columns.where(table.entry.in_(chunk), table["copy"].is_not(None))):
            found[entry] = copy, story
    return found


def put_head(connection: Connection, head: StoredHead, keys: Iterable[int] | None) -> None:
    """Keep a head; with keys a new one, whose entry is stored; else only the time in which it was carried.

    It is none any more once it was forgotten: then nothing is done.
    """
    table = schema.heads
    carried = {"first": head.first, "last": head.last}
    if keys is None:
        connection.execute(update(table).where(table.c.entry == head.entry_id).values(carried))
        return
    kept = tuple(keys)
    row = {"entry": head.entry_id, "story": head.story, **carried, "sketch": pack(f">{len(kept)}q", *kept)}
    done = connection.execute(_PUT_HEAD, row)
    if not done.rowcount or not kept or done.inserted_primary_key is None:
        return
    number = done.inserted_primary_key[0]
    found = [{"key": key, "slot": slot_of(key, head.entry_id), "head": number} for key in kept]
    connection.execute(_PUT_SKETCH, found)


def slot_of(key: int, entry_id: str) -> int:
    """Where among the heads of a key this one stands; another for each key, so that no head pushes one out of all."""
    return crc32(entry_id.encode(), key & 0xFFFFFFFF) % SLOTS


def put_names(connection: Connection, names: Iterable[str], story: str, at: datetime) -> None:
    """Keep what belongs to a story by these names."""
    found = [{"name": name, "story": story, "at": at} for name in names]
    if found:
        connection.execute(_PUT_NAME, found)


def forget(connection: Connection, before: datetime) -> int:
    """Delete heads and names that nothing carried since; how many heads.  A part at a time: the rest waits."""
    heads, sketches = schema.heads, schema.sketches
    old = connection.execute(
        select(heads.c.number, heads.c.entry, heads.c.sketch).where(heads.c.last < before).limit(_FORGOTTEN)
    ).all()
    for number, entry_id, packed in old:
        kept = unpack(f">{len(packed) // 8}q", packed)
        places = [and_(sketches.c.key == key, sketches.c.slot == slot_of(key, entry_id)) for key in kept]
        if places:
            connection.execute(delete(sketches).where(or_(*places), sketches.c.head == number))
        connection.execute(delete(heads).where(heads.c.number == number))
    names = schema.names
    aged: Any = select(names.c.name).where(names.c.at < before).limit(_FORGOTTEN)
    connection.execute(delete(names).where(names.c.name.in_(aged)))
    return len(old)
