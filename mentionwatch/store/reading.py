"""Reading mentions and entries: which are wanted, one by one, so that whoever has enough can stop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Select, case, exists, func, select

from mentionwatch.errors import StoreError
from mentionwatch.store import candidates, marks, rows, schema

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import datetime

    from mentionwatch.model import Entry, Mention, Sighting

#: Copies of one text this far apart count once.
COPY_DAYS = 14
#: Mentions read at a time: few first, for whoever stops early, then more and more.
_FIRST_READ, _MOST_READ = 50, 500


@dataclass(frozen=True)
class Filter:
    """Which stored mentions are wanted; what is None or empty does not restrict."""

    brand: str | None = None
    source: str | None = None
    tones: tuple[str, ...] = ()
    #: By when they count (published, else first seen); `since` inclusive, `until` exclusive.
    since: datetime | None = None
    until: datetime | None = None
    ids: tuple[str, ...] | None = None
    #: Keys of a text, and of a story.
    copy: str | None = None
    story: str | None = None
    #: What was marked as noise: only that (True), or all but that (False).
    noise: bool | None = None
    #: An expression of the full-text index; entries that are not indexed pass it.
    words: str | None = None
    #: Names the rules by which its words were cut; an index made by others is not asked.
    words_by: str = ""
    #: What columns have to say, as (name, operator, value); they may let too much pass, and never too little.
    conditions: tuple[tuple[str, str, Any], ...] = ()


class StoredEntry(NamedTuple):
    """An entry as it is stored."""

    id: str
    entry: Entry
    first_seen: datetime


def stream_mentions(connection: Connection, wanted: Filter, *, oldest_first: bool) -> Generator[Mention]:
    """See ``Store.stream_mentions``."""
    table = schema.mentions.c
    order = (table.at, table.id) if oldest_first else (table.at.desc(), table.id)
    statement = select(table.id).join(schema.entries, schema.entries.c.id == table.entry)
    if _is_told(connection, wanted.words, wanted.words_by):
        statement = statement.where(table.entry.in_(candidates.candidates(wanted.words or "")))
    ids = connection.execute(statement.where(*conditions(wanted)).order_by(*order))
    size = _FIRST_READ
    while chunk := [id_ for (id_,) in ids.fetchmany(size)]:
        found = connection.execute(mention_columns().where(table.id.in_(chunk))).mappings()
        by_id = {row["id"]: rows.read_mention(dict(row)) for row in found}
        if len(by_id) < len(chunk):
            raise StoreError("the store is damaged: an index names what is not there; mentionwatch doctor looks at it")
        yield from (by_id[id_] for id_ in chunk)
        size = min(2 * size, _MOST_READ)


def stream_entries(connection: Connection, words: str | None, words_by: str) -> Generator[StoredEntry]:
    """See ``Store.stream_entries``."""
    table = schema.entries
    statement = select(table).order_by(table.c.id)
    if _is_told(connection, words, words_by):
        statement = statement.where(table.c.id.in_(candidates.candidates(words or "")))
    for row in connection.execute(statement).mappings():
        yield StoredEntry(row["id"], rows.read_entry(dict(row)), row["first_seen"])


def _is_told(connection: Connection, words: str | None, words_by: str) -> bool:
    """Whether the index can be asked; without one that was made by the same rules, everything is looked through."""
    return words is not None and candidates.indexed_by(connection) == words_by


def mention_columns() -> Select[Any]:
    """Select mentions with their entries, as ``rows.read_mention`` takes them."""
    table, entries = schema.mentions, schema.entries
    twin = schema.mentions.alias("twin")
    same = (twin.c.brand == table.c.brand, twin.c["copy"] == table.c["copy"])
    counted = select(func.count()).where(*same).scalar_subquery()
    copies = case((table.c["copy"].is_(None), 1), else_=counted)
    marked = (schema.marks.c[name].label(f"mark_{name}") for name in rows.MARKED)
    of_entry = (column.label(f"entry_{column.name}") for column in entries.c)
    found = select(table, copies.label("copies"), *marked, *of_entry).join(entries, entries.c.id == table.c.entry)
    return found.outerjoin(schema.marks, marks.is_of_mention())


def conditions(wanted: Filter) -> list[Any]:
    """The conditions of a filter, without its words."""
    table = schema.mentions.c
    given = {
        "brand": table.brand == wanted.brand,
        "source": schema.entries.c.source == wanted.source,
        "tones": marks.tone().in_(wanted.tones),
        "copy": table["copy"] == wanted.copy,
        "story": table.story == wanted.story,
        "since": wanted.since and table.at >= wanted.since,
        "until": wanted.until and table.at < wanted.until,
    }
    found = [condition for name, condition in given.items() if getattr(wanted, name)]
    by_columns = (candidates.column_condition(*condition) for condition in wanted.conditions)
    found += [condition for condition in by_columns if condition is not None]
    if wanted.noise is not None:
        found.append(marks.is_noise() if wanted.noise else ~marks.is_noise())
    return found + ([table.id.in_(wanted.ids)] if wanted.ids is not None else [])


def sightings(connection: Connection, brand: str, *, since: datetime | None, until: datetime | None) -> list[Sighting]:
    """See ``Store.sightings``."""
    table, entries, mark = schema.mentions, schema.entries, schema.marks
    # As it was judged first, unless the user knows better.
    tone = func.coalesce(mark.c.tone, table.c.first_tone).label("tone")
    confidence = case((mark.c.tone.is_not(None), 1.0), else_=table.c.confidence).label("confidence")
    columns = ("id", "first_seen", "copy", "backlog")
    of_entry = (entries.c.published, entries.c.source, entries.c.author)
    statement = (
        select(*(table.c[name] for name in columns), tone, confidence, *of_entry)
        .join(entries, entries.c.id == table.c.entry)
        .outerjoin(mark, marks.is_of_mention())
        .where(table.c.brand == brand, mark.c.noise.is_not(True))
        .order_by(table.c.first_seen, table.c.id)
    )
    if until is not None:
        statement = statement.where(table.c.first_seen < until)
    if since is not None:
        earlier = schema.mentions.alias("earlier")
        copied = exists().where(
            earlier.c.brand == table.c.brand,
            earlier.c["copy"] == table.c["copy"],
            earlier.c.first_seen < since,
            earlier.c.at >= since - timedelta(days=COPY_DAYS),
        )
        statement = statement.where(table.c.first_seen >= since, ~copied)
    return [rows.read_sighting(dict(row)) for row in connection.execute(statement).mappings()]


def counts(connection: Connection, brand: str, *, start: datetime, length: timedelta, slices: int) -> tuple[int, ...]:
    """See ``Store.counts``."""
    table = schema.mentions.c
    text = func.coalesce(table["copy"], table.id)
    statement = (
        select(func.min(table.at))
        .where(table.brand == brand, table.at >= start, table.at < start + slices * length)
        .where(marks.tone() == "negative", ~marks.is_noise())
        .group_by(text)
    )
    found = [0] * slices
    for at in connection.execute(statement).scalars():
        found[min(slices - 1, int((at - start) / length))] += 1
    return tuple(found)
