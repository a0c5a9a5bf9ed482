"""Programs that the user named, whose output is a document.  The only door to subprocess here; never a shell."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from mentionwatch.fetch import failures
from mentionwatch.model import Request, Response
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from datetime import datetime

#: Bytes of its complaints that are kept, the last ones.
_COMPLAINTS = 4_000
_PIECE = 65_536


async def run_program(
    request: Request, *, now: datetime, timeout_s: float, cap: int, folder: Path | None = None
) -> Response:
    """Run it, in `folder`, and take what it prints.

    It gets this process's environment and nothing to read.  It is ended, with all that it started, when its time is
    up or it prints more than `cap` bytes.

    Raises:
        FetchError: It cannot be started, fails, takes too long or prints too much.
    """
    shown = Request(f"command: {one_line(request.argv[0], 200)}" if request.argv else "command:")
    try:
        process = await asyncio.create_subprocess_exec(
            *_found(request.argv, folder),
            cwd=folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as e:  # not there, not allowed; a NUL in an argument
        why = getattr(e, "strerror", None) or str(e)
        one = len(request.argv) == 1 and " " in request.argv[0]
        advice = "argv is a list: the program, and each argument for itself" if one else "check argv"
        raise failures.error(f"the program cannot be started ({why})", shown, advice=advice) from e
    try:
        out, said = await asyncio.wait_for(_output(process, cap), timeout_s)
        code = await asyncio.wait_for(process.wait(), timeout_s)
    except asyncio.TimeoutError:
        advice = "a longer [fetch] timeout may help"
        raise failures.error(f"the program takes longer than {timeout_s:g} s", shown, advice=advice) from None
    finally:
        _end(process)
        with contextlib.suppress(ProcessLookupError):
            await process.wait()
    if len(out) > cap:
        raise failures.too_large(cap, shown)
    if code:
        last = one_line(said.decode("utf-8", "replace").strip().rpartition("\n")[2], 200)
        ended = f"the program ended with code {code}" if code > 0 else f"the program was ended by signal {-code}"
        raise failures.error(f'{ended}: "{last}"' if last else ended, shown, advice="run it by hand")
    return Response(url="command:", headers={}, body=out, fetched_at=now, given=request.given)


def _found(argv: tuple[str, ...], folder: Path | None) -> tuple[str, ...]:
    """A program that is named with its folder is looked for from where it runs, on each system alike."""
    if not argv or folder is None or not {"/", os.sep} & set(argv[0]):
        return argv
    return (str(folder / Path(argv[0]).expanduser()), *argv[1:])


async def _output(process: asyncio.subprocess.Process, cap: int) -> tuple[bytes, bytes]:
    """What it prints, up to one byte more than the cap, and the end of its complaints."""
    complaints = asyncio.ensure_future(_tail(process))
    try:
        out = bytearray()
        while process.stdout is not None and len(out) <= cap:
            piece = await process.stdout.read(_PIECE)
            if not piece:
                break
            out += piece
        if len(out) > cap:
            _end(process)
        return bytes(out[: cap + 1]), await complaints
    finally:
        complaints.cancel()


async def _tail(process: asyncio.subprocess.Process) -> bytes:
    kept = b""
    while process.stderr is not None and (piece := await process.stderr.read(_PIECE)):
        kept = (kept + piece)[-_COMPLAINTS:]
    return kept


def _end(process: asyncio.subprocess.Process) -> None:
    """End it and what it started: they are a session of their own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
