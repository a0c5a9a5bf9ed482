"""Reading mentions and entries: which are wanted, one by one, so that whoever has enough can stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Select, case, func, select

from mentionwatch.store import candidates, rows, schema

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import datetime

    from mentionwatch.model import Entry, Mention

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
    return select(table, copies.label("copies"), *(column.label(f"entry_{column.name}") for column in entries.c)).join(
        entries, entries.c.id == table.c.entry
    )


def conditions(wanted: Filter) -> list[Any]:
    """The conditions of a filter, without its words."""
    table = schema.mentions.c
    given = {
        "brand": table.brand == wanted.brand,
        "source": schema.entries.c.source == wanted.source,
        "tones": table.tone.in_(wanted.tones),
        "since": wanted.since and table.at >= wanted.since,
        "until": wanted.until and table.at < wanted.until,
    }
    found = [condition for name, condition in given.items() if getattr(wanted, name)]
    by_columns = (candidates.column_condition(*condition) for condition in wanted.conditions)
    found += [condition for condition in by_columns if condition is not None]
    return found + ([table.id.in_(wanted.ids)] if wanted.ids is not None else [])
