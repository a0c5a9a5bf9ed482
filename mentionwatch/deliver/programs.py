"""Run a program with something to read; never a shell."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from mentionwatch.deliver.secrets import told_by
from mentionwatch.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

#: Bytes of its complaints that are kept, the last ones.
_COMPLAINTS = 4_000
_PIECE = 65_536
#: How long the pipes of an ended program may take to close.
_LEAVE_S = 1.0


def run(argv: Sequence[str], given: bytes, *, timeout_s: float, folder: Path | None = None, what: str = "") -> None:
    """Run a program and give it something to read; what it prints is dropped, but for the end of its complaints.

    It and all that it started are ended when it ends, or when its time is up.

    Args:
        argv: The program and its arguments.
        given: What stands in its standard input; it need not read it.
        timeout_s: How long it may take.
        folder: Where it runs.
        what: How it is called in a message; "": by its name.

    Raises:
        DeliveryError: It cannot be started, takes too long, or ends with another code than 0.
    """
    name = what or f"the program {told_by(os.path.basename(argv[0]) if argv else '', argv[1:], 60)}".strip()  # noqa: PTH119
    process = _start(argv, folder, name)
    complaints: list[bytes] = [b""]
    workers = [
        threading.Thread(target=_feed, args=(process.stdin, given), daemon=True),
        threading.Thread(target=_listen, args=(process.stderr, complaints), daemon=True),
    ]
    for worker in workers:
        worker.start()
    try:
        code = process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        raise DeliveryError(f"{name} takes longer than {timeout_s:g} s", advice="run it by hand") from None
    finally:
        _end(process)
        for worker in workers:
            worker.join(_LEAVE_S)
    if code:
        last = told_by(complaints[0].strip().rpartition(b"\n")[2], argv[1:])
        ended = f"{name} ended with code {code}" if code > 0 else f"{name} was ended by signal {-code}"
        raise DeliveryError(f'{ended}: "{last}"' if last else ended, advice="run it by hand")


def _start(argv: Sequence[str], folder: Path | None, name: str) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - a list that the user wrote, and no shell
            _found(argv, folder),
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError, IndexError) as e:  # not there, not allowed; a NUL in an argument; no program at all
        why = getattr(e, "strerror", None) or "argv is empty or holds a NUL"
        one = len(argv) == 1 and " " in argv[0]
        advice = "argv is a list: the program, and each argument for itself" if one else "check argv"
        raise DeliveryError(f"{name} cannot be started ({why})", advice=advice, permanent=True) from e


def _found(argv: Sequence[str], folder: Path | None) -> list[str]:
    """A program that is named with its folder is looked for from where it runs, on each system alike."""
    if folder is None or not {"/", os.sep} & set(argv[0]):
        return list(argv)
    return [str(folder / Path(argv[0]).expanduser()), *argv[1:]]


def _feed(pipe: IO[bytes] | None, given: bytes) -> None:
    # A program that does not read to the end has seen enough; its exit code tells.
    with contextlib.suppress(OSError):
        if pipe is not None:
            with pipe:
                pipe.write(given)


def _listen(pipe: IO[bytes] | None, kept: list[bytes]) -> None:
    with contextlib.suppress(OSError, ValueError):
        if pipe is not None:
            with pipe:
                while piece := os.read(pipe.fileno(), _PIECE):
                    kept[0] = (kept[0] + piece)[-_COMPLAINTS:]


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it and what it started: they are a session of their own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        elif process.poll() is None:
            process.kill()
    process.wait()
