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

    from mentionwatch.model import Entry

#: Heads that one key leads to; a power of two.
SLOTS = 8
#: Heads that are read for one entry, those that share most keys with it.
MOST_CANDIDATES = 16
#: Heads that are forgotten in one go.
_FORGOTTEN = 2_000


@dataclass(frozen=True)
class StoredHead:
    """The fullest form of a text."""

    #: Key of its copies.
    copy: str
    #: The entry that has it.
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

    copy: str
    story: str
    #: To be stored, or to be stored anew; None where nothing changes.
    head: StoredHead | None
    #: Of a head that is new or has another text; None where only its time is another.
    keys: tuple[int, ...] | None
    #: Names that lead to the story from now on; mentions that have one of them as their story have this one.
    names: tuple[str, ...]
    #: Names of pages that carry the text.
    pages: tuple[str, ...]
    #: Keys of texts that turned out to be this one.
    gone: tuple[str, ...]
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
        select(shared.c.shared, heads.c["copy"], heads.c.story, heads.c.first, heads.c.last, entries)
        .join(heads, heads.c.number == shared.c.head)
        .join(entries, entries.c.id == heads.c.entry)
        .where(heads.c.first <= bindparam("until"), heads.c.last >= bindparam("since"))
        .order_by(shared.c.shared.desc(), heads.c.first, heads.c["copy"])
        .limit(MOST_CANDIDATES)
    )


def _put_sketch() -> Insert:
    statement = insert(schema.sketches)
    return statement.on_conflict_do_update(index_elements=["key", "slot"], set_={"head": statement.excluded.head})


def _put_name() -> Insert:
    statement = insert(schema.names)
    new = statement.excluded
    # What a page carries is not forgotten where only its story is told.
    copy = func.coalesce(new["copy"], schema.names.c["copy"])
    return statement.on_conflict_do_update(
        index_elements=["name"], set_={"story": new.story, "copy": copy, "at": new.at}
    )


# Made once: making them takes longer than running them.
_FIND_HEADS = _candidates()
_FIND_STORIES = select(schema.names.c.name, schema.names.c.story, schema.names.c["copy"]).where(
    schema.names.c.name.in_(bindparam("names", expanding=True))
)
_PUT_HEAD = insert(schema.heads).on_conflict_do_nothing()
_PUT_SKETCH = _put_sketch()
_PUT_NAME = _put_name()
_MOVE_STORY = (
    update(schema.mentions)
    .where(schema.mentions.c.story.in_(bindparam("names", expanding=True)))
    .values(story=bindparam("into"))
)
_MOVE_COPY = (
    update(schema.mentions)
    .where(schema.mentions.c["copy"].in_(bindparam("gone", expanding=True)))
    .values({"copy": bindparam("into")})
)


def put(connection: Connection, stored: Stored) -> None:
    """Keep where an entry was put, and put together what turned out to be one; the entry is stored."""
    if stored.gone:
        for copy in stored.gone:
            _take_out(connection, copy)
        connection.execute(_MOVE_COPY, {"gone": list(stored.gone), "into": stored.copy})
    if stored.head is not None:
        put_head(connection, stored.head, stored.keys)
    names = dict.fromkeys((*stored.names, *stored.pages))
    carries = {*stored.pages, *stored.gone}
    found = [
        {"name": name, "story": stored.story, "copy": stored.copy if name in carries else None, "at": stored.at}
        for name in names
    ]
    if found:
        connection.execute(_PUT_NAME, found)
    if stored.names:
        connection.execute(_MOVE_STORY, {"names": list(stored.names), "into": stored.story})


def find_heads(connection: Connection, keys: Sequence[int], *, since: datetime, until: datetime) -> list[StoredHead]:
    """Heads that share keys with these and were carried in this time, those that share most first."""
    wanted = {"keys": list(keys), "since": since, "until": until}
    return [
        StoredHead(
            row["copy"],
            row["id"],
            rows.read_entry(dict(row)),
            row["story"],
            row["first"],
            row["last"],
            row["shared"],
        )
        for row in connection.execute(_FIND_HEADS, wanted).mappings()
    ]


def find_stories(connection: Connection, names: Sequence[str]) -> dict[str, tuple[str, str | None]]:
    """What is called so, by name: its story, and of a page the text that it carries."""
    found = connection.execute(_FIND_STORIES, {"names": list(names)})
    return {name: (story, copy) for name, story, copy in found}


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
    """Keep a head; with keys a new text, whose entry is stored; else only its story and when it was carried.

    It is none any more once it was forgotten: then, without keys, nothing is done.
    """
    table = schema.heads
    carried = {"story": head.story, "first": head.first, "last": head.last}
    if keys is None:
        connection.execute(update(table).where(table.c["copy"] == head.copy).values(carried))
        return
    _take_out(connection, head.copy)
    kept = tuple(keys)
    row = {"copy": head.copy, "entry": head.entry_id, **carried, "sketch": pack(f">{len(kept)}q", *kept)}
    done = connection.execute(_PUT_HEAD, row)
    if not done.rowcount or not kept or done.inserted_primary_key is None:
        return
    number = done.inserted_primary_key[0]
    found = [{"key": key, "slot": slot_of(key, head.copy), "head": number} for key in kept]
    connection.execute(_PUT_SKETCH, found)


def slot_of(key: int, copy: str) -> int:
    """Where among the heads of a key this one stands; another for each key, so that no head pushes one out of all."""
    return crc32(copy.encode(), key & 0xFFFFFFFF) % SLOTS


def _take_out(connection: Connection, copy: str) -> None:
    """Delete a head, and the keys that lead to it."""
    heads = schema.heads.c
    found = connection.execute(select(heads.number, heads["copy"], heads.sketch).where(heads["copy"] == copy))
    _delete(connection, found.all())


def _delete(connection: Connection, found: Iterable[tuple[int, str, bytes]]) -> None:
    heads, sketches = schema.heads, schema.sketches
    for number, copy, packed in found:
        kept = unpack(f">{len(packed) // 8}q", packed)
        places = [and_(sketches.c.key == key, sketches.c.slot == slot_of(key, copy)) for key in kept]
        if places:
            connection.execute(delete(sketches).where(or_(*places), sketches.c.head == number))
        connection.execute(delete(heads).where(heads.c.number == number))


def forget(connection: Connection, before: datetime) -> int:
    """Delete heads and names that nothing carried since; how many heads.  A part at a time: the rest waits."""
    heads = schema.heads.c
    statement = select(heads.number, heads["copy"], heads.sketch).where(heads.last < before).limit(_FORGOTTEN)
    old = connection.execute(statement).all()
    _delete(connection, old)
    names = schema.names
    aged: Any = select(names.c.name).where(names.c.at < before).limit(_FORGOTTEN)
    connection.execute(delete(names).where(names.c.name.in_(aged)))
    return len(old)
