"""Entries without a mention, and what a changed query, or an edited entry, makes of what is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, exists, select, update
from sqlalchemy.dialects.sqlite import insert

from mentionwatch.identity import name_key
from mentionwatch.store import candidates, marks, rows, schema, stories

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from mentionwatch.model import Mention
    from mentionwatch.store.stories import Stored

_CHUNK = 500


@dataclass(frozen=True)
class Applied:
    """A brand's queries, looked for in what is stored."""

    brand: str
    #: Names the queries; see ``Store.applied``.
    key: str
    #: Mentions of entries that are found now and were not.
    found: Sequence[Mention] = ()
    #: Ids of mentions whose entry is not found any more.
    lost: Sequence[str] = ()
    #: By id of a mention, the query that finds it now.
    keywords: Mapping[str, str] = field(default_factory=dict)
    #: Where the entries of `found` were put, in that order.
    placed: Sequence[Stored] = ()


@dataclass(frozen=True)
class Dropped:
    """What became of the mentions that are not found any more."""

    #: They were deleted; their entries are kept for a while.
    deleted: int
    #: They stayed: the user marked them, or an alert that is not resolved rests on them.
    stayed: int


def apply(connection: Connection, applied: Applied, *, now: datetime) -> Dropped:
    """Write new mentions, delete lost ones, and note for which queries it was done."""
    table = schema.mentions
    for chunk in _chunks(applied.found):
        values = [rows.mention_row(mention) for mention in chunk]
        connection.execute(insert(table).on_conflict_do_nothing(), values)
    for placed in applied.placed:
        stories.put(connection, placed)
    for id_, keyword in applied.keywords.items():
        connection.execute(update(table).where(table.c.id == id_).values(keyword=rows.storable(keyword)))
    alerts = schema.alerts.c
    evidence = _evidence(connection, alerts.brand == applied.brand, alerts.state != "resolved")
    deleted = _drop(connection, applied.lost, evidence, now)
    note_matches(connection, [mention.entry_id for mention in applied.found], now)
    row = {"brand": applied.brand, "key": applied.key}
    connection.execute(insert(schema.applied).values(row).on_conflict_do_update(index_elements=["brand"], set_=row))
    return Dropped(deleted, len(applied.lost) - deleted)


def drop_edited(connection: Connection, lost: Sequence[str], *, now: datetime) -> int:
    """Delete mentions whose entry was edited and names the brand no more; how many.

    What was told stays: what any alert quotes, and what is in a message that was not sent yet; and what is marked.
    """
    if not lost:
        return 0
    return _drop(connection, lost, _evidence(connection) | _to_be_told(connection, lost), now)


def _drop(connection: Connection, lost: Sequence[str], needed: Collection[str], now: datetime) -> int:
    wanted = [id_ for id_ in lost if id_ not in needed]
    return sum(_delete(connection, chunk, now) for chunk in _chunks(wanted))


def _evidence(connection: Connection, *which: ColumnElement[bool]) -> set[str]:
    """Mentions that alerts rest on."""
    found = connection.execute(select(schema.alerts).where(*which)).mappings()
    return {id_ for row in found for id_ in rows.read_alert(dict(row)).evidence}


def _to_be_told(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Those of these mentions that are told by themselves, and were not yet."""
    tellings, messages = schema.tellings.c, schema.messages.c
    sent = select(messages.id).where(messages.sent.is_not(None))
    waits = tellings.message.is_(None) | tellings.message.not_in(sent)
    return {
        id_
        for chunk in _chunks(ids)
        for id_ in connection.execute(select(tellings.mention).where(tellings.mention.in_(chunk), waits)).scalars()
    }


def _delete(connection: Connection, ids: Sequence[str], now: datetime) -> int:
    """Delete mentions that nobody marked, nor a copy of them."""
    table = schema.mentions.c
    plain = (table.id.in_(ids), table.state == "open", ~marks.is_marked())
    entries = [entry for (entry,) in connection.execute(select(table.entry).where(*plain))]
    gone = connection.execute(delete(schema.mentions).where(*plain)).rowcount
    note_matches(connection, entries, now)
    return gone


def note_matches(connection: Connection, entries: Sequence[str], now: datetime) -> None:
    """Note which of these entries have no mention, from now on if it is new, and which have one again."""
    table, unmatched = schema.entries.c, schema.unmatched
    matched = exists().where(schema.mentions.c.entry == table.id)
    for chunk in _chunks(list(dict.fromkeys(entries))):
        left = set(connection.execute(select(table.id).where(table.id.in_(chunk), ~matched)).scalars())
        if left:
            values = [{"entry": entry, "since": now} for entry in left]
            connection.execute(insert(unmatched).on_conflict_do_nothing(), values)
        connection.execute(delete(unmatched).where(unmatched.c.entry.in_([e for e in chunk if e not in left])))


def unmatched_since(connection: Connection, before: datetime) -> list[str]:
    """Entries that have been without a mention since before this time."""
    table = schema.unmatched.c
    return list(connection.execute(select(table.entry).where(table.since < before)).scalars())


def prune(
    connection: Connection,
    before: datetime,
    unmatched_before: datetime | None,
    *,
    look: Callable[[str], tuple[frozenset[str], frozenset[str]] | None],
) -> int:
    """See ``Store.prune``; `look` gives what a source listed last."""
    old = schema.mentions.c
    listed = _still_listed(connection, before, look)
    # By way of the old mentions, so that it costs what is deleted and not what is stored.
    ids = connection.execute(select(old.id, old.entry).where(old.at < before)).all()
    notices, alerts = schema.notices.c, schema.alerts.c
    waits = exists().where(notices.alert == alerts.id, notices.sent.is_(None)).correlate(schema.alerts)
    # A message that is still to be sent, of a channel that is down or a digest, quotes them.
    needed = _to_be_told(connection, [id_ for id_, _entry in ids]) | _evidence(connection, waits)
    wanted = [(id_, entry) for id_, entry in ids if entry not in listed and id_ not in needed]
    for chunk in _chunks(wanted):
        connection.execute(delete(schema.mentions).where(old.id.in_([id_ for id_, _entry in chunk])))
        delete_unmatched(connection, [entry for _id, entry in chunk])
    if unmatched_before is not None:
        delete_unmatched(connection, unmatched_since(connection, unmatched_before))
    return len(wanted)


def _still_listed(
    connection: Connection,
    before: datetime,
    look: Callable[[str], tuple[frozenset[str], frozenset[str]] | None],
) -> set[str]:
    """Ids of undated entries with old mentions that stood in their source's document when it was last read."""
    entries, old = schema.entries, schema.mentions
    statement = select(entries).join(old, old.c.entry == entries.c.id)
    found = connection.execute(statement.where(old.c.at < before, entries.c.published.is_(None))).mappings().all()
    looks = {source: look(source) for source in {row["source"] for row in found}}
    return {
        row["id"]
        for row in found
        if (listed := looks[row["source"]]) and name_key(rows.read_entry(dict(row))) in listed[0]
    }


def delete_unmatched(connection: Connection, entries: Sequence[str]) -> None:
    """Delete those of these entries that have no mention, in the index too."""
    table = schema.entries.c
    matched = exists().where(schema.mentions.c.entry == table.id)
    for chunk in _chunks(list(dict.fromkeys(entries))):
        alone = list(connection.execute(select(table.id).where(table.id.in_(chunk), ~matched)).scalars())
        candidates.remove_words(connection, alone)
        connection.execute(delete(schema.entries).where(table.id.in_(alone)))


def _chunks(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[n : n + _CHUNK] for n in range(0, len(items), _CHUNK))
