"""One poll at a time: an OS lock, which the system gives back whatever ends the process.

The lock itself is an empty file beside the store.  Who holds it, and since when, stands in a second file, because on
Windows a locked file cannot be read.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mentionwatch.errors import Locked, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

#: How often, and how far apart in seconds, who holds it is looked for.
_TRIES, _BETWEEN_S = 5, 0.02


@contextmanager
def poll_lock(store: Path, *, now: datetime, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the lock of a store.

    Args:
        store: The store's file.
        now: When it is taken.
        wait_s: How long to wait for another run, in seconds.

    Raises:
        Locked: Another run holds it.
        StoreError: It cannot be made there.
    """
    from filelock import FileLock, Timeout

    # By another name it is the same store.
    store = store.resolve()
    path = store.with_name(store.name + ".lock")
    holder = store.with_name(store.name + ".lock.holder")
    lock = FileLock(path, mode=0o600)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock.acquire(timeout=wait_s)
    except Timeout as e:
        pid, since = _read_holder(holder)
        raise Locked(str(path), pid, max(0.0, now.timestamp() - since) if since is not None else None) from e
    except OSError as e:
        raise StoreError(f"the lock {path} cannot be made: {e.strerror or e}; check [store] url") from e
    try:
        # Only for telling others; that it cannot be written is no reason not to poll.
        with contextlib.suppress(OSError):
            holder.write_text(json.dumps({"pid": os.getpid(), "since": now.timestamp()}), "utf-8")
        yield
    finally:
        with contextlib.suppress(OSError):
            holder.unlink()
        lock.release()


def _read_holder(path: Path) -> tuple[int | None, float | None]:
    """Who holds it and since when; None for what a damaged file does not tell."""
    try:
        held = json.loads(_text(path))
        pid, since = int(held["pid"]), float(held["since"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None, None
    return pid, since if math.isfinite(since) else None


def _text(path: Path) -> str:
    """What stands there; whoever has just taken the lock has not written it yet."""
    for left in reversed(range(_TRIES)):
        with contextlib.suppress(FileNotFoundError):
            text = path.read_text("utf-8")
            if text or not left:
                return text
        time.sleep(_BETWEEN_S)
    return path.read_text("utf-8")
