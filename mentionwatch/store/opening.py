"""Opening a store: ours, brought up to our version, or refused in words; what is not ours is never written to."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from mentionwatch.errors import StoreError
from mentionwatch.store import candidates, migrations, schema
from mentionwatch.text import one_line

_APPLICATION = "mentionwatch"
_MAGIC = b"SQLite format 3\0"
_ANOTHER = "name another file in [store] url; nothing was changed"
#: Seconds to wait for another program that writes.
_BUSY_S = 30
#: What SQLite says where not what stands in the file is the trouble, but the disk, a lock or the permissions.
_NOT_ITS_FAULT = ("disk I/O", "locked", "unable to open", "readonly", "full")
#: What it says where the file was ours and is broken.
_DAMAGE = ("malformed", "file is not a database", "Could not decode to UTF-8")
#: By what SQLite says, what to do.
_HINTS = {
    "readonly": "check who may write it, and its folder (their permissions)",
    "unable to open": "check who may read and write it, and its folder (their permissions)",
    "locked": "another program holds it: end that, or try again",
    "full": "make room on its disk",
    "disk I/O": "its disk is full, or fails",
}
#: In a connection's info: the transaction that begins next will write.
WRITING = "writing"
#: Likewise: the folder of a copy that goes when it is closed.
COPY = "copy"


def busy_s() -> float:
    """Seconds to wait for another program that writes."""
    return _BUSY_S


class DamagedStore(StoreError):  # noqa: N818 - it is a state of the file
    """What stands in the store's file cannot be right."""


def store_error(error: BaseException, path: Path | str | None, otherwise: str) -> StoreError:
    """What to tell of an error of SQLite: that the file is damaged, or what the caller says; and what can be done."""
    # Of what cannot be decoded, the text would be shown.
    garbled = isinstance(error, UnicodeDecodeError) or is_garbled(error)
    why = "a text or a time in it cannot be read" if garbled else one_line(plain(error).partition(" with text ")[0])
    if not garbled and not any(sign in why for sign in _DAMAGE):
        hint = next((f"; {hint}" for sign, hint in _HINTS.items() if sign in why), "")
        return StoreError(f"{otherwise}{hint}")
    shown = shlex.quote(str(path))
    return DamagedStore(
        f"the store {path} is damaged ({why}); put a backup in its place, or save what can be read with mentionwatch db"
        f" recover NEW.db (or sqlite3 {shown} .recover | sqlite3 NEW.db); mentionwatch doctor looks at all of it,"
        f" mentionwatch db backup FILE keeps a copy as it is"
    )


def is_garbled(error: BaseException) -> bool:
    """Whether an error says that a stored value is none of its kind: a time, or a list."""
    return isinstance(error, json.JSONDecodeError) or "isoformat" in str(error)


def store_path(url: str) -> Path | None:
    """The file of a SQLite URL; None when it lives in memory.

    Raises:
        StoreError: It is no SQLite URL.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as e:  # ValueError: a port that is no number
        shown = "that" if "@" in url else repr(url)  # what stands before an @ may be a password
        raise StoreError(f"{shown} is no store; write [store] url as sqlite:///FILE") from e
    if parsed.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise StoreError(f"{parsed.drivername} is not supported by this version; write sqlite:///FILE")
    return Path(parsed.database) if parsed.database and parsed.database != ":memory:" else None


def connect(url: str, *, create: bool, dry_run: bool = False) -> Connection:
    """Open a store, and make it if it is not there and `create` says so.

    With `dry_run` it is a copy that is thrown away: nothing is written to the file, and nobody has to wait for it.

    Raises:
        StoreError: It cannot be opened, is not ours, or is newer than this program.
    """
    path = store_path(url)
    try:
        version = _version(path) if path is not None else 0
        if path is not None and version:
            return _open_copy(path, version) if dry_run else _open(url, version)
        if not create:
            raise StoreError(f"there is no store at {path} yet; run mentionwatch poll first")
        if path is None or dry_run:
            return _open("sqlite://", 0)
        _make_private(path)
        return _open(url, 0)
    except (SQLAlchemyError, sqlite3.Error, OSError, ValueError) as e:  # ValueError: a NUL in the path
        raise store_error(e, path, f"the store {path} cannot be opened: {plain(e)}") from e


def version_of(path: Path) -> int:
    """The version of a store's schema, as it is; 0: there is none yet.

    Raises:
        StoreError: It is not ours, is newer than this program, or damaged.
    """
    try:
        return _version(path)
    except (sqlite3.Error, OSError, ValueError) as e:  # ValueError: a NUL in the path
        raise store_error(e, path, f"the store {path} cannot be opened: {plain(e)}") from e


def _open_copy(path: Path, version: int) -> Connection:
    """Copy a store as it is at this moment, also while another process writes, and open the copy."""
    folder = tempfile.TemporaryDirectory(prefix="mentionwatch-dry-run-")
    copy = Path(folder.name) / "copy.db"
    try:
        with (
            # Not mode=ro, which would leave its -wal and -shm files behind.
            contextlib.closing(sqlite3.connect(path)) as old,
            contextlib.closing(sqlite3.connect(copy)) as new,
        ):
            old.backup(new)
        connection = _open(f"sqlite:///{copy.as_posix()}", version)
    except BaseException:
        folder.cleanup()
        raise
    connection.info[COPY] = folder
    return connection


def _open(url: str, version: int) -> Connection:
    """Open a store of this version; 0: make it."""
    connection = _engine(url).connect()
    try:
        if not version:
            _make(connection)
        elif version < schema.SCHEMA_VERSION:
            _upgrade(connection)
    except BaseException:
        close(connection)
        raise
    return connection


def close(connection: Connection) -> None:
    """Close the file; what was not committed is gone, and so is a copy."""
    folder = None if connection.closed else connection.info.get(COPY)
    connection.close()
    connection.engine.dispose()
    if folder is not None:
        folder.cleanup()


def _engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _BUSY_S})

    @event.listens_for(engine, "connect")
    def configure(raw: Any, _record: Any) -> None:
        # The driver's own transactions begin late and commit behind DDL; ours begin where they are written.
        raw.isolation_level = None
        raw.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # IMMEDIATE: whoever will write waits at the start, not halfway with work to lose.  A reader never waits.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.info.get(WRITING) else "BEGIN")

    return engine


def _make_private(path: Path) -> None:
    """Make the file for the user alone: it holds what was read, and may hold names."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _make(connection: Connection) -> None:
    # Kept in the file from now on: readers do not wait for the poll that writes.  It cannot be set in a transaction,
    # which SQLAlchemy would begin; so it goes to the driver itself.
    raw: Any = connection.connection.driver_connection
    raw.execute("PRAGMA journal_mode = WAL")
    connection.info[WRITING] = True
    with connection.begin():
        # Another process may have made it since we looked; then nothing is done.
        schema.metadata.create_all(connection)
        candidates.make_index(connection)
        values = {"application": _APPLICATION, "schema": str(schema.SCHEMA_VERSION)}
        rows = [{"key": key, "value": value} for key, value in values.items()]
        connection.execute(insert(schema.meta).on_conflict_do_nothing(), rows)


def _upgrade(connection: Connection) -> None:
    """Bring an older store up to date, a step at a time; each is whole or nothing."""
    connection.info[WRITING] = True
    is_old = True
    while is_old:
        with connection.begin():
            is_old = migrations.step(connection)


def _version(path: Path) -> int:
    """Its version; 0 without tables: a maker that was ended early leaves an empty file, or a database without any.

    Raises:
        StoreError: It is not ours, or newer than this program.
    """
    if not path.exists() or path.stat().st_size == 0:
        return 0
    with path.open("rb") as file:
        # SQLite takes a file that is shorter than a page for an empty database, and writes over it.
        if file.read(len(_MAGIC)) != _MAGIC:
            raise StoreError(f"{path} is not a mentionwatch store; {_ANOTHER}")
    # First without a trace: what may be another program's is not locked, and no -wal is made or taken over beside it.
    # That does not see what is in a -wal only; so what is ours, or still empty, is looked at once more as usual.
    _look(path, "immutable=1")
    return _look(path, "mode=rw")


def _look(path: Path, how: str) -> int:
    """The version of a store that is ours; 0 where there is nothing yet, or it cannot be told without a lock."""
    with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True, timeout=_BUSY_S)) as raw:
        try:
            tables = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            values = dict(raw.execute("SELECT key, value FROM meta").fetchall()) if "meta" in tables else {}
        except sqlite3.DatabaseError as e:
            # Damage seen without a lock may be another process' write; the second look tells.
            if how == "immutable=1" and "malformed" in str(e):
                return 0
            if any(trouble in str(e) for trouble in _NOT_ITS_FAULT):
                raise store_error(e, path, f"the store {path} cannot be opened: {plain(e)}") from e
            raise store_error(e, path, f"{path} is not a mentionwatch store ({plain(e)}); {_ANOTHER}") from e
    if not tables:
        return 0
    if values.get("application") != _APPLICATION:
        raise StoreError(f"{path} is not a mentionwatch store, it belongs to another program; {_ANOTHER}")
    version = str(values.get("schema", ""))
    number = int(version[:9]) if version.isascii() and version.isdigit() else None
    if number is not None and number < migrations.OLDEST:
        raise StoreError(
            f"{path} was written before the first release (its schema is {version}, not {schema.SCHEMA_VERSION}), and"
            " nothing brings it up to date; move it away, and a new one is made"
        )
    if number is None or number > schema.SCHEMA_VERSION:
        raise StoreError(f"{path} was written by a newer mentionwatch (its schema is {version}); update mentionwatch")
    return number


def plain(error: BaseException) -> str:
    """What went wrong, without SQLAlchemy's frame of statement and link."""
    cause = getattr(error, "orig", None) or error
    return " ".join(str(cause).split())[:200]
