"""The three standard streams, where one is closed, full, or read no more.

A closed one (``>&-``) is /dev/null from the beginning, as with git: else the next file that is opened takes its number,
and what a child process prints ends in the store.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import TextIO


class Nowhere(io.TextIOWrapper):
    """What stands for stdout or stderr where it is closed: takes everything and keeps nothing."""


class Stdout(io.TextIOWrapper):
    """Stdout, which remembers why it did not take something: an OSError alone does not say whose it is."""

    trouble: OSError | None = None

    def write(self, text: str, /) -> int:
        """Write, or remember why not."""
        try:
            return super().write(text)
        except OSError as e:
            self.trouble = e
            raise

    def flush(self) -> None:
        """Write out, or remember why not."""
        try:
            super().flush()
        except OSError as e:
            self.trouble = e
            raise


class Quiet(io.TextIOWrapper):
    """Stderr: that it cannot be written, as on a full disk, changes nothing of what is done.

    A closed pipe is told as ever: its reader has had enough.
    """

    def write(self, text: str, /) -> int:
        """Write as much as it takes."""
        try:
            return super().write(text)
        except BrokenPipeError:
            raise
        except OSError:
            return len(text)

    def flush(self) -> None:
        """Write out as much as it takes."""
        try:
            super().flush()
        except BrokenPipeError:
            raise
        except OSError:
            pass


def mend_streams() -> None:
    """Put something in the place of standard streams that are closed; once, before anything else is opened."""
    for number in range(3):
        _mend(number)
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    sys.stdout = _nowhere() if sys.stdout is None else _as(Stdout, sys.stdout)
    sys.stderr = _nowhere() if sys.stderr is None else _as(Quiet, sys.stderr)


def _mend(number: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one


def _nowhere() -> Nowhere:
    return Nowhere(io.FileIO(os.devnull, "w"), encoding="utf-8", errors="replace")


def _as(kind: type[Stdout | Quiet], stream: TextIO) -> TextIO:
    """Another face of the same stream; the first stays open, and in sys.__stdout__ or sys.__stderr__."""
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    return kind(
        stream.buffer,
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def strict(stream: TextIO) -> TextIO:
    """The same stream for what must not get lost: it says so where it does not take it, and it is told again later."""
    if isinstance(stream, Quiet) and sys.__stderr__ is not None:
        return sys.__stderr__
    if not isinstance(stream, Nowhere):
        return stream
    closed = io.StringIO()
    closed.close()
    return closed


def is_of_stdout(error: OSError) -> bool:
    """Whether it was stdout that raised it."""
    return isinstance(sys.stdout, Stdout) and sys.stdout.trouble is error


def give_up(stream: TextIO) -> None:
    """Lose what waits in a stream that does not take it: the interpreter would complain of it once more at its end."""
    try:
        stream.flush()
    except OSError:
        with suppress(OSError):  # one that is no file has no number
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
