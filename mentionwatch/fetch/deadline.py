"""A limit on the time of a block, without a task of its own for it, as asyncio has from Python 3.11 on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType


class Deadline:
    """Ends its ``async with`` block after some seconds, with TimeoutError of asyncio."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._expired = False
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._timer = asyncio.get_running_loop().call_later(max(0.0, self._seconds), self._expire, task)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._timer:
            self._timer.cancel()
        if not self._expired:
            return
        task = asyncio.current_task()
        # From Python 3.11 on a task counts who wants it to end: when somebody else does too, it does.
        others = task.uncancel() if task is not None and hasattr(task, "uncancel") else 0
        if kind is asyncio.CancelledError and not others:
            raise asyncio.TimeoutError from error

    def _expire(self, task: asyncio.Task[object]) -> None:
        self._expired = True
        task.cancel()
