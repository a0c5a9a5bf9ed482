"""The channel that writes a file: one message a line, as JSON."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mentionwatch.deliver.base import LIMITS, Limits
from mentionwatch.deliver.render.data import json_of
from mentionwatch.errors import DeliveryError
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mentionwatch.deliver.base import Message

#: Between two tries for the lock.
_PAUSE_S = 0.02


@dataclass(frozen=True)
class FileChannel:
    """Appends to a file, under a lock, and has the disk confirm it.

    The file is made when it is not there, readable by its owner only.  It may be moved away at any time.
    """

    path: str
    #: What a relative path starts from; None: where this process runs.
    folder: Path | None = None
    limits: Limits = LIMITS
    name: str = "file"

    def send(self, message: Message) -> None:
        """Append one line: all of it, or nothing."""
        line = json_of(message).encode() + b"\n"
        path = (self.folder or Path()) / Path(self.path).expanduser()
        shown = one_line(str(path), 200)
        try:
            with _opened(path, time.monotonic() + self.limits.connect_s) as descriptor:
                _append(descriptor, line)
        except _Held:
            reason = f"{shown} is locked by another program for longer than {self.limits.connect_s:g} s"
            raise DeliveryError(reason, advice="look who holds it") from None
        except (OSError, ValueError) as e:  # ValueError: a NUL in the path
            why = getattr(e, "strerror", None) or "it is no path"
            raise DeliveryError(f"{shown} cannot be written: {why}", advice="check path, and its folder") from e


class _Held(Exception):  # noqa: N818 - it is a state, not a fault
    """Somebody else holds the lock."""


@contextlib.contextmanager
def _opened(path: Path, until: float) -> Iterator[int]:
    """The file, locked, that stands at this path: what was moved away while the lock was waited for is let go."""
    while True:
        descriptor, is_new = _open(path)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, "it is no plain file")
            with _locked(descriptor, until):
                if not _is_at(path, descriptor):
                    continue
                yield descriptor
                if is_new:
                    _confirm_folder(path.parent)
                return
        finally:
            os.close(descriptor)


def _open(path: Path) -> tuple[int, bool]:
    # Not blocking: a pipe that nobody reads would be waited for.
    flags = os.O_RDWR | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_CLOEXEC", 0)
    try:
        return os.open(path, flags), False
    except FileNotFoundError:
        return os.open(path, flags | os.O_CREAT, 0o600), True


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    here = os.fstat(descriptor)
    return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)


@contextlib.contextmanager
def _locked(descriptor: int, until: float) -> Iterator[None]:
    while not _lock(descriptor):
        if time.monotonic() >= until:
            raise _Held
        time.sleep(_PAUSE_S)
    try:
        yield
    finally:
        _unlock(descriptor)


if sys.platform == "win32":
    import msvcrt

    # Far behind any end of the file: a locked byte cannot be read.
    _FAR = 0x7FFFFFFF - 1

    def _lock(descriptor: int) -> bool:
        try:
            os.lseek(descriptor, _FAR, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def _append(descriptor: int, line: bytes) -> None:
    """Write at the end and have it confirmed; what was written in part is taken back."""
    end = os.lseek(descriptor, 0, os.SEEK_END)
    if end and _last_byte(descriptor, end) != b"\n":
        # Another program broke off in a line; this one must not become part of it.
        line = b"\n" + line
    try:
        left = memoryview(line)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, end)
        raise


def _last_byte(descriptor: int, end: int) -> bytes:
    os.lseek(descriptor, end - 1, os.SEEK_SET)
    return os.read(descriptor, 1)


def _confirm_folder(folder: Path) -> None:
    """Have the disk confirm that there is a new file; systems that cannot do so do without."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
