"""The process that reads documents: one after the other, each within bounds that nothing in it can move.

Started by ``pool`` with its bounds as arguments; it ends when nobody is left to give it documents.  A document that
breaks a bound ends the process (the parent sees by which signal), or is answered with a refusal where Python gets to
know of it.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO

import mentionwatch
from mentionwatch.errors import ParseError
from mentionwatch.model import Document, Response
from mentionwatch.parsing import wire
from mentionwatch.parsing.wire import Refusal, Reply, Task
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

#: What the worker says first: which mentionwatch it is.
HELLO = f"mentionwatch {mentionwatch.__version__} {mentionwatch.__file__}".encode(errors="replace")
#: Where a broken bound has no signal to tell of it.
GIVE_UP_S = 30.0
#: What to do about a document that breaks a bound.
SMALLER = "if it is a real document, ask for a smaller one"


def main() -> None:
    """Read documents until the parent is gone."""
    cpu_s, memory_bytes = float(sys.argv[1]), int(sys.argv[2])
    source, sink = _take_pipes()
    _stand_alone()
    # A worker that has grown by a quarter of its bound is replaced: what it does not give back to the system is not
    # to be counted against the next document.
    has_grown = _bound_memory(memory_bytes)
    wire.write(sink, HELLO)
    last = False
    while not last and (length := wire.read_length(source)) is not None:
        wire.write(sink, b"")
        reply = _answer(source, length, cpu_s, memory_bytes)
        last = reply.last or has_grown()
        wire.write(sink, _pack(replace(reply, last=last), memory_bytes))


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes for ourselves: whatever a library prints or reads goes to nobody and comes from nobody."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    return source, sink


def _stand_alone() -> None:
    """Forget what the parent did to signals; Ctrl-C is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGPROF"):
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, set())


def _bound_memory(most: int) -> Callable[[], bool]:
    """Bound what the process may take from now on; gives a test of whether it has grown much since."""
    try:
        import resource
    except ImportError:  # Windows
        return lambda: False

    def peak() -> int:
        # Kilobytes on Linux, bytes on macOS.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

    # A crash is no reason to fill the disk.
    _lower(resource, resource.RLIMIT_CORE, 0)
    # Where the size of a process cannot be told, the bound would hit the interpreter or nothing.
    with contextlib.suppress(OSError, ValueError), open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - spares an import
        _lower(resource, resource.RLIMIT_AS, int(file.read().split()[0]) * resource.getpagesize() + most)
    start = peak()
    return lambda: peak() - start > most // 4


def _lower(resource: Any, kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(kind, (value, hard))


class _Bounded:
    """Ends the process when the block takes longer: whatever it does, in whichever language."""

    def __init__(self, cpu_s: float) -> None:
        self._cpu_s = cpu_s

    def __enter__(self) -> None:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_PROF, self._cpu_s)
            return
        # Windows counts no processor time for us.  The parent minds the clock; this one is for when it is gone.
        import faulthandler

        faulthandler.dump_traceback_later(GIVE_UP_S, exit=True, file=2)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_PROF, 0)
            return
        import faulthandler

        faulthandler.cancel_dump_traceback_later()


def _answer(source: BinaryIO, length: int, cpu_s: float, memory_bytes: int) -> Reply:
    try:
        task: Task = pickle.loads(source.read(length))  # noqa: S301 - the parent's, over a pipe that only it has
        body = wire.read(source)
        assert body is not None
        response = Response(task.url, task.headers, body, task.fetched_at, task.status, given=task.given)
        with _Bounded(cpu_s):
            return Reply(read_document(task.adapter, response))
    except MemoryError:
        return Reply(too_much_memory(memory_bytes), last=True)


def _pack(reply: Reply, memory_bytes: int) -> bytes:
    try:
        packed = wire.dump(reply)
    except MemoryError:
        return wire.dump(Reply(too_much_memory(memory_bytes), last=True))
    if len(packed) <= wire.MAX_REPLY:
        return packed
    refusal = Refusal(f"what is read of it is larger than {wire.MAX_REPLY >> 20} MiB", advice=SMALLER)
    return wire.dump(Reply(refusal, last=True))


def too_much_memory(most: int) -> Refusal:
    """What is said of a document that needs more than it may."""
    return Refusal(f"reading it takes more than {most / 1e6:.0f} MB of memory", advice=SMALLER)


def read_document(adapter: wire.Adapter, response: Response) -> Document | Refusal:
    """Read a document; an adapter that stumbles has failed on this one only.

    Raises:
        MemoryError: There is not enough.
    """
    try:
        return adapter.parse(response)
    except ParseError as e:
        return Refusal(e.reason, e.state, e.advice)
    except (MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as e:  # noqa: BLE001 - a panic of Rust is no Exception, and strangers' documents may cause anything
        # Its words may quote the document, or a secret; where it happened is what helps to mend it.
        reason = f"reading it fails: {one_line(type(e).__name__, 60)}{_place(e)}"
        return Refusal(reason, advice="this is a fault of mentionwatch; please report it with the document")


def _place(error: BaseException) -> str:
    """The last place of ours that an error came through."""
    trace, found = error.__traceback__, ""
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.startswith("mentionwatch.") and name != __name__:
            found = f" in {name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found
