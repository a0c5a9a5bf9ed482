"""A copy of a store while others write to it, and whether what stands in a file can be right."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mentionwatch.errors import OutputError, StoreError, UsageError
from mentionwatch.store import opening
from mentionwatch.store.opening import DamagedStore, plain, store_error, version_of

#: Pages copied in one go; between two of them Ctrl-C is heard.
_PAGES = 4096
#: What lies beside a store and belongs to it.
BESIDE = ("-wal", "-shm", "-journal", ".lock", ".lock.holder")


@dataclass(frozen=True)
class Backup:
    """A copy that was looked through."""

    path: Path
    bytes: int
    #: Of its schema.
    version: int


def back_up(store: Path, target: Path, *, force: bool = False) -> Backup:
    """Copy a store as it is at this moment, also while another process writes; the copy appears whole or not at all.

    It is readable by its owner only, and checked before it takes its name.

    Args:
        store: The store's file; it is not written to, nor brought up to date.
        target: A new file.
        force: Replace it if it is there.

    Raises:
        UsageError: The target is there, or is the store itself.
        DamagedStore: The store is damaged; what there is was copied to ``TARGET.damaged``.
        StoreError: There is no store, or it cannot be read.
        OutputError: The copy cannot be written.
    """
    refuse(store, target, force=force)
    part = part_beside(target)
    try:
        version = version_of(store)
        if not version:
            raise StoreError(f"there is no store at {store} yet; run mentionwatch poll first")
        _copy(store, part)
        wrong = find_damage(part, alone=True)
        if wrong:
            raise store_error(sqlite3.DatabaseError(f"malformed: {wrong[0]}"), store, "")
        size = part.stat().st_size
        put_whole(part, target, force=force)
        return Backup(target, size, version)
    except DamagedStore as e:
        kept = _keep_damaged(store, target)
        raise DamagedStore(f"{e}; a copy as it is now lies at {kept}" if kept else str(e)) from e
    finally:
        for suffix in ("", *BESIDE):
            part.with_name(part.name + suffix).unlink(missing_ok=True)


def refuse(store: Path, target: Path, *, force: bool) -> None:
    """Refuse to write over the store itself, or over what is there.

    Raises:
        UsageError: The target is such, or no file.
    """
    own = {os.path.realpath(f"{store.resolve()}{suffix}") for suffix in ("", *BESIDE)}
    if os.path.realpath(target) in own:
        raise UsageError(f"{target} is the store itself, or belongs to it; name another file")
    # What os.path has never raises: a name may be too long.
    if os.path.isdir(target):  # noqa: PTH112 - see above
        raise UsageError(f"{target} is a folder; name a file in it")
    if os.path.lexists(target) and not force:
        raise UsageError(f"{target} is there already; name another file, or replace it with --force")
    if os.path.exists(target) and not os.path.isfile(target):  # noqa: PTH110, PTH113 - see above
        raise UsageError(f"{target} is a pipe or a device; name a file")
    for suffix in ("-wal", "-journal"):
        left = f"{target}{suffix}"
        # SQLite would write what stands there into the new file when that is opened.
        if os.path.exists(left) and os.path.getsize(left):  # noqa: PTH110, PTH202 - see above
            raise UsageError(f"{left} is left of another database of that name; name another file, or delete it")


def part_beside(target: Path) -> Path:
    """Make an empty file, readable by its owner only, that takes the target's name when it is whole.

    Raises:
        OutputError: It cannot be made.
    """
    try:
        descriptor, name = tempfile.mkstemp(".part", ".mentionwatch-", target.parent)
    except OSError as e:
        raise OutputError(f"{target.parent} cannot be written: {e.strerror or e}") from e
    os.close(descriptor)
    return Path(name)


def _copy(store: Path, part: Path) -> None:
    """Copy one moment: a reader that stays where it is while others write on."""
    try:
        with (
            contextlib.closing(sqlite3.connect(store, timeout=opening.busy_s(), isolation_level=None)) as old,
            contextlib.closing(sqlite3.connect(part)) as new,
        ):
            old.execute("BEGIN")
            # Only now it stands at its moment; and were it locked, it would wait here, and not without end.
            old.execute("SELECT count(*) FROM sqlite_master").fetchone()
            old.backup(new, pages=_PAGES, progress=lambda *_counts: None, sleep=0)
    except sqlite3.Error as e:
        told = f"the backup of {store} could not be written to {part.parent}: {plain(e)}; nothing is left of it"
        error = store_error(e, store, told)
        raise error if isinstance(error, DamagedStore) else OutputError(str(error)) from e


def put_whole(part: Path, target: Path, *, force: bool) -> None:
    """Give what is whole its name, when the disk has it.

    Raises:
        UsageError: Somebody has made a file of that name meanwhile.
        OutputError: It cannot be written.
    """
    try:
        descriptor = os.open(part, os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if force:
            part.replace(target)
            return
        try:
            os.link(part, target)  # fails where somebody else has made it meanwhile
        except FileExistsError:
            raise UsageError(f"{target} is there already; it was made meanwhile") from None
        except OSError:  # a disk that knows no links
            part.replace(target)
    except OSError as e:
        raise OutputError(f"{target} cannot be written: {e.strerror or e}") from e


def _keep_damaged(store: Path, target: Path) -> Path | None:
    """Copy the bytes of a store that cannot be read, beside the backups that can: none of those is replaced."""
    kept = target.with_name(target.name + ".damaged")
    try:
        for suffix in ("", "-wal"):
            source = Path(f"{store}{suffix}")
            if source.exists():
                descriptor = os.open(f"{kept}{suffix}", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
                with source.open("rb") as read, os.fdopen(descriptor, "wb") as write:
                    shutil.copyfileobj(read, write)
    except FileExistsError:  # of an earlier try
        return kept
    except OSError:
        return None
    return kept


def find_damage(path: Path, *, quick: bool = False, alone: bool = False, most: int = 3) -> list[str]:
    """What SQLite finds wrong with a file, `most` findings at most; none: it is whole.

    Args:
        path: The file.
        quick: Do not compare the indexes with their tables, which takes the longest.
        alone: Nobody else has it open, and nothing is put beside it.
        most: Findings.

    Raises:
        StoreError: It cannot be looked at: it is locked, or may not be read.
    """
    how = "immutable=1" if alone else "mode=rw"
    pragma = f"PRAGMA {'quick_check' if quick else 'integrity_check'}({most})"
    try:
        with contextlib.closing(
            sqlite3.connect(
                f"{path.resolve().as_uri()}?{how}",
                uri=True,
                timeout=opening.busy_s(),
                isolation_level=None,
                check_same_thread=False,
            )
        ) as raw:
            found = [str(row[0]) for row in _interruptible(raw, pragma)]
            if found == ["ok"]:
                torn = raw.execute("PRAGMA foreign_key_check").fetchmany(most)
                found = [f"a row of {row[0]} belongs to one of {row[2]} that is not there" for row in torn]
            return found
    except sqlite3.Error as e:
        error = store_error(e, path, f"the store {path} cannot be looked through: {plain(e)}")
        if isinstance(error, DamagedStore):
            return [plain(e)]
        raise error from e


def _interruptible(raw: sqlite3.Connection, statement: str) -> list[Any]:
    """Run a statement that may take long; Ctrl-C and SIGTERM end it, which SQLite alone would not notice."""
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(lambda: raw.execute(statement).fetchall())
        try:
            return answer.result()
        except BaseException:
            raw.interrupt()
            raise


def empty_wal(path: Path) -> bool:
    """Write what is in the -wal into the store, and cut it off; False: somebody still reads from it."""
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=opening.busy_s(), isolation_level=None)) as raw:
            return not raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.Error:
        return False
