"""Document by document through a worker process; see the package."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, BinaryIO, cast

from mentionwatch.errors import ParseError
from mentionwatch.parsing import wire, worker
from mentionwatch.parsing.wire import BrokenReply, Refusal, Reply, Task

if TYPE_CHECKING:
    from mentionwatch.model import Document, Response

#: Processor time and memory (above its start) that a worker may spend on one document.  Real documents of 8 MiB take up
#: to 90 MB; with the start (25 MB) and the main process (90 MB) the whole stays below 300 MB.
CPU_S, MEMORY_BYTES = 2.0, 150_000_000
#: On the clock, whatever it waits for; and where processor time cannot be bounded, which stands in for it.
WALL_S, WALL_WITHOUT_CPU_S = 30.0, 10.0
#: A worker that has not said hello by then will not.
START_S = 10.0
#: A second worker is started when a document has to wait this long, or is read for this long.
SPARE_AFTER_S = 0.25

_HAS_CPU_BOUND = hasattr(signal, "setitimer")
# The import path is the parent's: an editable install, a zipapp or PYTHONPATH is where it was found.  Isolated (-I), so
# that nothing is looked for in the working folder before that.
_START = "import sys; sys.path[:] = sys.argv[3:]; from mentionwatch.parsing.worker import main; main()"


def this_python() -> str | None:
    """The interpreter that workers run in; None in a program that has none beside it (PyInstaller and the like)."""
    return None if getattr(sys, "frozen", False) else sys.executable or None


class Parser:
    """Reads documents in worker processes, so that none can hang, kill or fill this one.

    A worker is started for the first document, kept, and replaced when a document has ended it.  Where none can be
    started, documents are read in a thread of this process, and ``notes`` says so.

    Args:
        workers: Most processes at a time; None: two, or one on a machine with one processor.  0: none, documents are
            read in a thread, for those that are known to be harmless.
        cpu_s: Processor time that one document may take.
        memory_bytes: Memory that a worker may take above what it starts with (on Linux).
        wall_s: Time on the clock that one document may take; None: what fits the system.
        python: The interpreter; None: there is none.
    """

    def __init__(
        self,
        *,
        workers: int | None = None,
        cpu_s: float = CPU_S,
        memory_bytes: int = MEMORY_BYTES,
        wall_s: float | None = None,
        python: str | None = this_python(),
    ) -> None:
        self._most = min(2, os.cpu_count() or 1) if workers is None else workers
        self._cpu_s = cpu_s
        self._memory_bytes = memory_bytes
        self._wall_s = wall_s or (WALL_S if _HAS_CPU_BOUND else WALL_WITHOUT_CPU_S)
        self._python = python
        self._here = self._most == 0
        self._closed = False
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        # One at first: most runs are done before a second one would be of use.
        self._allowed = 1
        self._places = asyncio.Semaphore(1)
        self._notes: list[str] = []

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever asks for more (``-v``) should know; each line once."""
        return tuple(self._notes)

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that are there now."""
        return tuple(sorted(process.pid for process in self._all))

    async def close(self) -> None:
        """End all workers."""
        self._closed = True
        for process in list(self._all):
            self._end(process)

    async def parse(self, adapter: wire.Adapter, response: Response, *, shown: str) -> Document:
        """Read one document.

        Args:
            adapter: Knows how.
            response: The document.
            shown: Its URL as errors may show it.

        Raises:
            ParseError: It cannot be read, or not within the bounds.
        """
        loop = asyncio.get_running_loop()
        spare = loop.call_later(SPARE_AFTER_S, self._allow_another)
        try:
            async with self._places:
                result = await self._read(adapter, response)
        finally:
            spare.cancel()
        if isinstance(result, Refusal):
            # Files and programs answer with no status.
            status = response.status if response.url.startswith(("http://", "https://")) else None
            raise ParseError(result.reason, url=shown, state=result.state, status=status, advice=result.advice)
        return result

    def _allow_another(self) -> None:
        if self._allowed < self._most:
            self._allowed += 1
            self._places.release()

    async def _read(self, adapter: wire.Adapter, response: Response) -> Document | Refusal:
        head = None if self._here else _pack_task(adapter, response)
        if head is None:
            return await asyncio.to_thread(self._read_here, adapter, response)
        for _ in range(2):
            process = await self._take()
            if process is None:
                return await asyncio.to_thread(self._read_here, adapter, response)
            result = await self._ask(process, head, response.body)
            if result is not None:
                return result
        return Refusal("the process that reads documents ends before it begins", advice="see docs/limits.md")

    def _read_here(self, adapter: wire.Adapter, response: Response) -> Document | Refusal:
        try:
            return worker.read_document(adapter, response)
        except MemoryError:
            return Refusal("there is not enough memory to read it", advice=worker.SMALLER)

    async def _take(self) -> _Worker | None:
        """A worker that waits, or a new one; None: there can be none."""
        while self._idle:
            process = self._idle.pop()
            if process.is_alive():
                return process
            self._end(process)
        try:
            return await asyncio.to_thread(self._start)
        except (OSError, BrokenReply) as e:
            self._here = True
            self._notes.append(f"documents are read without bounds on time and memory: no process for it ({e})")
            return None

    def _start(self) -> _Worker:
        """Start a worker, in a thread.

        Raises:
            OSError: It cannot be started.
            BrokenReply: What was started is no worker.
        """
        process = _Worker(_command(self._python, self._cpu_s, self._memory_bytes))
        self._all.add(process)
        if self._closed:  # whoever waits for it was cancelled
            self._end(process)
            raise BrokenReply("it is closed")
        try:
            process.greet()
        except BrokenReply:
            self._end(process)
            raise
        return process

    async def _ask(self, process: _Worker, head: bytes, body: bytes) -> Document | Refusal | None:
        """Have a worker read a document; None: it was gone before."""
        clock = asyncio.get_running_loop().call_later(self._wall_s, process.stop)
        keep = False
        try:
            reply = await asyncio.to_thread(process.ask, head, body)
            if reply is not None:
                keep = not reply.last
                return reply.result
            return self._why(process) if process.has_begun else None
        except BrokenReply as e:
            return Refusal(f"the process that reads it gives no answer: {e}", advice=worker.SMALLER)
        finally:
            clock.cancel()
            if keep and process in self._all:
                self._idle.append(process)
            else:
                self._end(process)

    def _why(self, process: _Worker) -> Refusal:
        """Say why a worker ended."""
        if process.was_stopped:
            return Refusal(f"reading it takes more than {self._wall_s:g} s", advice=worker.SMALLER)
        code = process.exit_code()
        if _HAS_CPU_BOUND and code == -signal.SIGPROF:
            return Refusal(f"reading it takes more than {self._cpu_s:g} s of processor time", advice=worker.SMALLER)
        return Refusal(f"the process that reads it ends ({_name(code)})", advice=worker.SMALLER)

    def _end(self, process: _Worker) -> None:
        self._all.discard(process)
        process.end()


def _pack_task(adapter: wire.Adapter, response: Response) -> bytes | None:
    """The head of a document; None for an adapter that is not ours: a worker may not have it, and must not run it."""
    if not type(adapter).__module__.startswith("mentionwatch."):
        return None
    given = dict(response.given)
    task = Task(adapter, response.url, dict(response.headers), response.fetched_at, response.status, given)
    try:
        return wire.dump(task)
    except (pickle.PicklingError, AttributeError, TypeError):
        return None


def _name(code: int) -> str:
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"exit code {code}"


def _command(python: str | None, cpu_s: float, memory_bytes: int) -> list[str]:
    if python is None:
        raise BrokenReply("there is no Python interpreter to start")
    # "" is the working folder of now.
    path = [os.path.abspath(part) for part in sys.path if isinstance(part, str)]  # noqa: PTH100 - pathlib would not take a path apart as Python does
    unwritten = ["-B"] if sys.dont_write_bytecode else []
    return [python, "-I", *unwritten, "-c", _START, str(cpu_s), str(memory_bytes), *path]


class _Worker:
    """One process; its methods block, and are called in threads."""

    def __init__(self, command: list[str]) -> None:
        """Start it.

        Raises:
            OSError: It cannot be started.
        """
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, with our own words
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Ctrl-C in a terminal goes to the whole group; this one ends with its parent.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._in = cast("BinaryIO", self._process.stdin)
        self._out = cast("BinaryIO", self._process.stdout)
        self.pid = self._process.pid
        #: It has seen that a document comes.
        self.has_begun = False
        #: Its time on the clock was over.
        self.was_stopped = False

    def greet(self) -> None:
        """Wait until it is ready.

        Raises:
            BrokenReply: It is not what should have been started, or has ended.
        """
        clock = threading.Timer(START_S, self._process.kill)
        clock.start()
        try:
            hello = wire.read(self._out, most=10_000)
        finally:
            clock.cancel()
        if hello != worker.HELLO:
            raise BrokenReply("what starts is not this mentionwatch" if hello else "it ends at once")

    def is_alive(self) -> bool:
        """Whether it is there; it may be gone the next moment."""
        return self._process.poll() is None

    def ask(self, head: bytes, body: bytes) -> Reply | None:
        """Have a document read; None: the process has ended.

        Raises:
            BrokenReply: What it answers is nothing that a worker says.
        """
        self.has_begun = False
        # If it is gone, then what it said before tells whether it had begun.
        with contextlib.suppress(OSError, ValueError):
            wire.write(self._in, head, body)
        with contextlib.suppress(OSError, ValueError):  # ValueError: closed under our hands
            self.has_begun = wire.read_length(self._out) == 0
            data = wire.read(self._out, most=wire.MAX_REPLY) if self.has_begun else None
            if data is not None:
                return wire.load_reply(data)
        self._process.wait()
        return None

    def stop(self) -> None:
        """Its time is over."""
        self.was_stopped = True
        self._process.kill()

    def exit_code(self) -> int:
        """How it ended."""
        return self._process.wait()

    def end(self) -> None:
        """End it; it holds nothing of worth."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._in, self._out):
            # What was not yet written is not wanted.
            with contextlib.suppress(OSError):
                pipe.close()
