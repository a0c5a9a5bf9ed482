"""What can still be read of a damaged store, in a new one.

Each table is read row by row.  Where a page cannot be read, reading goes on behind it; a row whose times or lists are
none is left out, and so is what hangs on a row that is gone.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mentionwatch.errors import StoreError
from mentionwatch.store import opening, schema
from mentionwatch.store.backup import BESIDE, find_damage, part_beside, put_whole, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Table

#: What is made anew: the version, and which entries are in the index, which the next polls fill.
_ANEW = {"meta", "entry_words"}
#: Columns that hold JSON.
_LISTS = {
    "alerts": {"blind_spots", "evidence"},
    "brands": {"polls"},
    "entries": {"links"},
    "looks": {"names", "titles"},
    "mentions": {"words", "tone_rules"},
    "messages": {"failing"},
    "notices": {"snapshot"},
    "sources": {"redirects", "skip_hours"},
}
#: What stands in a column that an older version had not, where it has no default: as its migration fills it.
_FILLED = {("heads", "copy"): "entry"}
#: What comes of a damaged file; what SQLite says of it may be no text itself.
_BROKEN = (sqlite3.DatabaseError, UnicodeError)
#: No row has a higher number.
_LAST = 2**62
#: Rows of one page, and more.
_ROW_BY_ROW = 1000


@dataclass(frozen=True)
class Salvaged:
    """A new store with what could be read."""

    path: Path
    #: How many rows, by table.
    rows: dict[str, int]
    #: Tables of which something could not be read.
    torn: tuple[str, ...]


def salvage(store: Path, target: Path, *, force: bool = False) -> Salvaged:
    """Write what can be read of a store into a new one, which appears whole or not at all; the old one stays as it is.

    Raises:
        UsageError: The target is there, or is the store itself.
        StoreError: Nothing of it can be read, or it is newer than this program.
        OutputError: The new one cannot be written.
    """
    refuse(store, target, force=force)
    if not store.exists():
        raise StoreError(f"there is no store at {store} yet; run mentionwatch poll first")
    part = part_beside(target)
    try:
        opening.close(opening.connect(f"sqlite:///{part.as_posix()}", create=True))
        rows, torn = _copy_all(store, part)
        wrong = find_damage(part)
        if wrong:
            raise StoreError(f"what was read of {store} does not fit together: {wrong[0]}")
        put_whole(part, target, force=force)
    except (sqlite3.Error, UnicodeError) as e:
        raise opening.store_error(e, store, f"{store} cannot be read: {opening.plain(e)}") from e
    finally:
        for suffix in ("", *BESIDE):
            part.with_name(part.name + suffix).unlink(missing_ok=True)
    return Salvaged(target, rows, torn)


def _copy_all(store: Path, part: Path) -> tuple[dict[str, int], tuple[str, ...]]:
    how = {"timeout": opening.busy_s(), "isolation_level": None}
    uri = f"{store.resolve().as_uri()}?mode=rw"
    rows: dict[str, int] = {}
    torn: list[str] = []
    with (
        contextlib.closing(sqlite3.connect(uri, uri=True, **how)) as old,  # type: ignore[call-overload]
        contextlib.closing(sqlite3.connect(part, **how)) as new,  # type: ignore[call-overload]
    ):
        old.execute("PRAGMA query_only = ON")
        old.text_factory = lambda raw: raw.decode("utf-8", "replace")
        older = _older_tables(old, store)
        new.execute("BEGIN")
        for table in schema.metadata.sorted_tables:
            if older and table.name not in older:
                rows[table.name] = 0  # that version had none
            elif table.name not in _ANEW:
                broken: list[str] = []
                rows[table.name] = _copy(old, new, table, broken.append)
                torn += broken[:1]
        new.execute("INSERT INTO entry_words (entry) SELECT id FROM entries")
        # What hangs on what is deleted is found the next time.
        while lost := new.execute("PRAGMA foreign_key_check").fetchall():
            for name, number, *_parent in lost:
                gone = f"DELETE FROM {name} WHERE rowid = ?"  # noqa: S608 - names of our own tables
                rows[name] -= new.execute(gone, (number,)).rowcount
        new.execute("COMMIT")
    if not any(rows.values()):
        raise StoreError(f"nothing of {store} can be read; put a backup in its place")
    return rows, tuple(torn)


def _older_tables(old: sqlite3.Connection, store: Path) -> set[str]:
    """The tables of a store of an older version; none where it is of the present one, or cannot be told.

    Raises:
        StoreError: A newer program wrote it: what is not known of it would be left out, and nobody told.
    """
    try:
        found = old.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
        tables = {name for (name,) in old.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except _BROKEN:
        return set()
    version = str(found[0])[:9] if found else ""
    number = int(version) if version.isascii() and version.isdigit() else schema.SCHEMA_VERSION
    if number > schema.SCHEMA_VERSION:
        raise StoreError(f"{store} was written by a newer mentionwatch (its schema is {version}); update mentionwatch")
    return tables if number < schema.SCHEMA_VERSION else set()


def _copy(old: sqlite3.Connection, new: sqlite3.Connection, table: Table, on_torn: Callable[[str], None]) -> int:
    try:
        there = {row[1] for row in old.execute(f"PRAGMA table_info({table.name})")}
    except _BROKEN:
        there = set()
    filled = {name: of for (owner, name), of in _FILLED.items() if owner == table.name and name not in there}
    columns = [column.name for column in table.columns if column.name in there or column.name in filled]
    if not there:
        on_torn(table.name)
        return 0
    names = ", ".join(f'"{name}"' for name in columns)
    read = ", ".join(f'"{filled.get(name, name)}" AS "{name}"' for name in columns)
    marks = ", ".join("?" * len(columns))
    put = f"INSERT OR IGNORE INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - names of our own tables
    copied = 0
    for row in _rows(old, table, read, on_torn):
        if not _is_sound(table, columns, row):
            on_torn(table.name)
            continue
        try:
            copied += new.execute(put, row).rowcount
        except sqlite3.IntegrityError:  # a text where a number names the row
            on_torn(table.name)
    return copied


def _rows(
    old: sqlite3.Connection, table: Table, names: str, on_torn: Callable[[str], None]
) -> Iterator[tuple[Any, ...]]:
    """Every row that can be read; of a table without numbers those before the first that cannot."""
    if table.dialect_options["sqlite"]["with_rowid"] is False:
        try:
            yield from old.execute(f"SELECT {names} FROM {table.name}")  # noqa: S608
        except _BROKEN:
            on_torn(table.name)
        return
    last, tries = -1, 0
    while last < _LAST:
        try:
            # NOT INDEXED: an index may be what is damaged.
            read = f"SELECT rowid, {names} FROM {table.name} NOT INDEXED WHERE rowid > ? ORDER BY rowid"  # noqa: S608
            for number, *row in old.execute(read, (last,)):
                last, tries = number, 0
                yield tuple(row)
        except _BROKEN:  # noqa: PERF203 - it goes on behind what cannot be read
            on_torn(table.name)
            # Row by row over a page, which has no more; then, as a whole part of the tree is gone, in growing steps.
            last, tries = last + (1 << max(0, tries - _ROW_BY_ROW)), tries + 1
        else:
            return


def _is_sound(table: Table, columns: list[str], row: tuple[Any, ...]) -> bool:
    """Whether its times and lists are such."""
    lists = _LISTS.get(table.name, set())
    for name, value in zip(columns, row, strict=True):
        if value is None:
            continue
        try:
            if isinstance(table.columns[name].type, schema.UtcTime):
                datetime.fromisoformat(value)
            elif name in lists:
                json.loads(value)
        except (ValueError, TypeError, RecursionError):
            return False
    return True
