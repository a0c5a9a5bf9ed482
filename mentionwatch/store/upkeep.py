"""What is deleted because the user says so: what is old, and what one author wrote."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, exists, func, select, update

from mentionwatch.store import candidates, marks, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

_CHUNK = 500
#: In the index too, nothing is left of what was deleted: it is written anew.
_REWRITE = "INSERT INTO entry_index(entry_index) VALUES('optimize')"


@dataclass(frozen=True)
class Author:
    """An author as sources write the name."""

    name: str
    source: str
    entries: int


@dataclass(frozen=True)
class Deleted:
    """How many rows of what were deleted, or would be."""

    entries: int = 0
    mentions: int = 0
    marks: int = 0
    alerts: int = 0
    #: Alerts that rest on what was deleted and stay, without it.
    alerts_changed: int = 0
    #: Notices that waited or were sent, likewise.
    notices_changed: int = 0
    #: Mentions that were told, or waited to be told, by themselves.
    tellings: int = 0

    def __bool__(self) -> bool:
        """Whether there was anything."""
        return any(getattr(self, f.name) for f in fields(self))


class Upkeep:
    """The upkeep of an open store.

    Args:
        transaction: Of the store.
    """

    def __init__(self, transaction: Callable[..., AbstractContextManager[Connection]]) -> None:
        self._transaction = transaction

    def prune(self, prune: Callable[[], object], *, dry_run: bool) -> Deleted:
        """Delete what is old; how much of what.

        Args:
            prune: Deletes, in the store's transaction.
            dry_run: Count only.
        """
        with self._transaction(write=True) as connection, _kept(connection, keep=not dry_run):
            before = _counts(connection)
            prune()
            after = _counts(connection)
            return Deleted(**{name: before[name] - after[name] for name in before})

    def authors(self, source: str | None = None) -> list[Author]:
        """Everybody who wrote what is stored, as each source writes the name."""
        table = schema.entries.c
        statement = select(table.author, table.source, func.count()).where(table.author.is_not(None))
        if source is not None:
            statement = statement.where(table.source == source)
        with self._transaction() as connection:
            found = connection.execute(statement.group_by(table.author, table.source).order_by(table.source))
            return [Author(*row) for row in found]

    def forget(self, authors: Iterable[Author], *, dry_run: bool = False) -> Deleted:
        """Delete all that these authors wrote, and what rests on it; how much of what.

        Alerts stay with their numbers, and lose what they quote.  Copies of the same text that others posted stay.
        """
        with self._transaction(write=True) as connection, _kept(connection, keep=not dry_run):
            # What is deleted is overwritten in the file; the setting is the connection's, and ends with it.
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
            return _forget(connection, list(authors))


@contextmanager
def _kept(connection: Connection, *, keep: bool) -> Iterator[None]:
    """Keep what is written inside, or only let it be counted."""
    savepoint = connection.begin_nested()
    yield
    if keep:
        savepoint.commit()
    else:
        savepoint.rollback()


def _counts(connection: Connection) -> dict[str, int]:
    tables = {
        "entries": schema.entries,
        "mentions": schema.mentions,
        "alerts": schema.alerts,
        "tellings": schema.tellings,
    }
    return {
        name: connection.execute(select(func.count()).select_from(table)).scalar_one() for name, table in tables.items()
    }


def _forget(connection: Connection, authors: Sequence[Author]) -> Deleted:
    entries = _entries_of(connection, authors)
    if not entries:
        return Deleted()
    mentions = _mentions_of(connection, entries)
    gone = {id_ for id_, _brand, _text in mentions}
    tellings = _delete_where(connection, schema.tellings, schema.tellings.c.mention, list(gone))
    alerts = _change_alerts(connection, gone)
    notices = _change_notices(connection, gone)
    _hand_heads_over(connection, entries)
    candidates.remove_words(connection, entries)
    # With them go their mentions, and the heads that nobody took over.
    deleted = _delete_where(connection, schema.entries, schema.entries.c.id, entries)
    marked = _delete_marks(connection, {(brand, text) for _id, brand, text in mentions})
    if candidates.has_index(connection):
        connection.exec_driver_sql(_REWRITE)
    return Deleted(deleted, len(mentions), marked, 0, alerts, notices, tellings)


def _entries_of(connection: Connection, authors: Sequence[Author]) -> list[str]:
    table = schema.entries.c
    found: list[str] = []
    for author in authors:
        wanted = (table.author == author.name, table.source == author.source)
        found += connection.execute(select(table.id).where(*wanted)).scalars()
    return found


def _mentions_of(connection: Connection, entries: Sequence[str]) -> list[tuple[str, str, str]]:
    """Their ids, brands, and the keys of their texts."""
    table = schema.mentions.c
    columns = select(table.id, table.brand, marks.text_key())
    return [
        (id_, brand, text)
        for chunk in _chunks(entries)
        for id_, brand, text in connection.execute(columns.where(table.entry.in_(chunk)))
    ]


def _delete_where(connection: Connection, table: Any, column: Any, values: Sequence[str]) -> int:
    return sum(connection.execute(delete(table).where(column.in_(chunk))).rowcount for chunk in _chunks(values))


def _delete_marks(connection: Connection, texts: Iterable[tuple[str, str]]) -> int:
    """Delete what the user said of texts that nobody else posted."""
    mark = schema.marks
    others = exists().where(marks.is_of_mention()).correlate(mark)
    return sum(
        connection.execute(delete(mark).where(mark.c.brand == brand, mark.c.text == text, ~others)).rowcount
        for brand, text in texts
    )


def _hand_heads_over(connection: Connection, entries: Sequence[str]) -> None:
    """Let copies that others posted stand for texts from now on, so that further ones are known again."""
    heads, mentions = schema.heads, schema.mentions
    going = set(entries)
    for chunk in _chunks(entries):
        found = connection.execute(select(heads.c.number, heads.c["copy"]).where(heads.c.entry.in_(chunk))).all()
        for number, copy in found:
            copies = connection.execute(select(mentions.c.entry).where(mentions.c["copy"] == copy)).scalars()
            other = next((entry for entry in copies if entry not in going), None)
            taken = exists().where(heads.alias("other").c.entry == other)
            if other is not None:
                connection.execute(update(heads).where(heads.c.number == number, ~taken).values(entry=other))


def _change_alerts(connection: Connection, gone: Collection[str]) -> int:
    """Take mentions out of what alerts rest on; how many alerts."""
    table = schema.alerts
    changed = 0
    for id_, evidence in connection.execute(select(table.c.id, table.c.evidence)).all():
        listed = json.loads(evidence)
        left = [mention for mention in listed if mention not in gone]
        if len(left) < len(listed):
            connection.execute(update(table).where(table.c.id == id_).values(evidence=json.dumps(left)))
            changed += 1
    return changed


def _change_notices(connection: Connection, gone: Collection[str]) -> int:
    """Take mentions out of notices, sent or not; how many notices."""
    table = schema.notices
    changed = 0
    for id_, snapshot in connection.execute(select(table.c.id, table.c.snapshot)).all():
        told = json.loads(snapshot)
        left = [mention for mention in told["evidence"] if mention not in gone]
        if len(left) < len(told["evidence"]):
            written = json.dumps({**told, "evidence": left}, ensure_ascii=False)
            connection.execute(update(table).where(table.c.id == id_).values(snapshot=written))
            changed += 1
    return changed


def _chunks(items: Sequence[str]) -> Iterable[Sequence[str]]:
    return (items[n : n + _CHUNK] for n in range(0, len(items), _CHUNK))
