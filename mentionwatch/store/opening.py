"""Opening a store: ours, of our version, or refused in words; nothing that is not ours is written to."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from mentionwatch.errors import StoreError
from mentionwatch.store import schema

_APPLICATION = "mentionwatch"
#: Seconds to wait for another program that writes.
_BUSY_S = 30
#: In a connection's info: the transaction that begins next will write.
WRITING = "writing"


def store_path(url: str) -> Path | None:
    """The file of a SQLite URL; None when it lives in memory.

    Raises:
        StoreError: It is no SQLite URL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as e:
        raise StoreError(f"{url!r} is no store; write [store] url as sqlite:///FILE") from e
    if parsed.get_backend_name() != "sqlite":
        raise StoreError(f"{parsed.get_backend_name()} is not supported by this version; write sqlite:///FILE")
    return Path(parsed.database) if parsed.database and parsed.database != ":memory:" else None


def connect(url: str, *, create: bool) -> Connection:
    """Open a store, and make it if it is not there and `create` says so.

    Raises:
        StoreError: It cannot be opened, is not ours, or is newer than this program.
    """
    path = store_path(url)
    fresh = path is None or not path.exists() or path.stat().st_size == 0
    if fresh and not create:
        raise StoreError(f"there is no store at {path} yet; run mentionwatch poll first")
    try:
        if path is not None and fresh:
            _make_private(path)
        connection = _engine(url).connect()
        if fresh:
            _make(connection)
        else:
            _check(connection, str(path))
    except (SQLAlchemyError, OSError) as e:
        raise StoreError(f"the store {path} cannot be opened: {plain(e)}") from e
    return connection


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
    with connection.begin():
        schema.metadata.create_all(connection)
        values = {"application": _APPLICATION, "schema": str(schema.SCHEMA_VERSION)}
        connection.execute(schema.meta.insert(), [{"key": key, "value": value} for key, value in values.items()])


def _check(connection: Connection, path: str) -> None:
    """Look without writing; the read transaction is rolled back."""
    advice = "name another file in [store] url; nothing was changed"
    try:
        tables = inspect(connection).get_table_names()
        rows = connection.execute(select(schema.meta)).all() if "meta" in tables else []
        values = {str(key): str(value) for key, value in rows}
    except SQLAlchemyError as e:
        raise StoreError(f"{path} is not a mentionwatch store ({plain(e)}); {advice}") from e
    finally:
        connection.rollback()
    if values.get("application") != _APPLICATION:
        raise StoreError(f"{path} is not a mentionwatch store, it belongs to another program; {advice}")
    version = values.get("schema", "")
    if not version.isdecimal() or int(version) > schema.SCHEMA_VERSION:
        raise StoreError(f"{path} was written by a newer mentionwatch (its schema is {version}); update mentionwatch")


def plain(error: BaseException) -> str:
    """What went wrong, without SQLAlchemy's frame of statement and link."""
    cause = getattr(error, "orig", None) or error
    return " ".join(str(cause).split())[:200]
