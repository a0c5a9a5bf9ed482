"""Run a coroutine so that Ctrl-C and SIGTERM end it between two steps, and never inside one."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable

T = TypeVar("T")

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, as ``asyncio.run`` does; a signal cancels the work, and is then handled as it was before.

    A signal handler that raises does so at any bytecode: in a library's ``__del__``, where the exception is lost, or
    in the middle of asyncio's own cleaning up.  The loop is told instead, cancels the work, and everything is closed;
    only then is the handler called that stood there before.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    came: list[int] = []
    try:
        return asyncio.run(_watched(work, came))
    except asyncio.CancelledError:
        if not came:
            raise
    finally:
        if came:
            _handle(came[0], before[signal.Signals(came[0])])
    raise KeyboardInterrupt


async def all_of(works: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Do them side by side, and give what they gave, in their order; where one fails, the others are ended first.

    ``asyncio.gather`` alone lets the others run on, until ``asyncio.run`` cancels every task that is left: also those
    that a library has only just made, which then says on stderr that it never awaited its own coroutine.

    Raises:
        Exception: what the first that failed raised.
    """
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _watched(work: Coroutine[Any, Any, T], came: list[int]) -> T:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def stop(number: int) -> None:
        came.append(number)
        if task is not None:
            task.cancel()

    taken = {}
    for number in _SIGNALS:
        known = signal.getsignal(number)
        if known is signal.SIG_IGN:
            continue  # started with nohup, or with & in a script: what it was told to ignore stays ignored
        try:
            loop.add_signal_handler(number, stop, number)
        except (NotImplementedError, RuntimeError, ValueError):
            continue  # Windows, or not the main thread: whoever runs us there minds its signals
        taken[number] = known
    try:
        return await work
    finally:
        for number, known in taken.items():
            loop.remove_signal_handler(number)
            signal.signal(number, known)


def _handle(number: int, handler: Any) -> None:
    """Do what the signal would have done."""
    if callable(handler):
        handler(number, None)
    elif handler == signal.SIG_DFL:
        os.kill(os.getpid(), number)
