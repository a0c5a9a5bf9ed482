"""Waiting for a host's turn: what ``hosts`` decides, carried out."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mentionwatch.errors import Postponed
from mentionwatch.fetch.addresses import host_key
from mentionwatch.fetch.hosts import Cooled, Slots, cooling, gap_s, group_of, still_cool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from types import TracebackType

OUT_OF_TIME = "the time of this poll is up"
#: A pause from here on is too long to sit out in a poll that has other things to do: it is kept from poll to poll.
LONG_GAP_S = 30.0
_LONG_GAP_PATIENCE_S = 5.0


class Queues:
    """One queue per host, and what is known of hosts that are to be left alone.

    Args:
        spacing_s: Seconds between two requests to one host.
        overrides: Other seconds, by host.
        cooled: What earlier runs knew, by host.
        patience_s: Who would have to wait longer is sent away.
        deadline_s: Nobody waits beyond this, in seconds from now; None: no limit.
        ages: Seconds since earlier runs asked a host last, by host.
        on_asked: Called before a host with a long gap is asked, with its key and the time.
    """

    def __init__(
        self,
        *,
        spacing_s: float,
        overrides: Mapping[str, float],
        cooled: Mapping[str, Cooled],
        patience_s: float,
        deadline_s: float | None,
        ages: Mapping[str, float],
        on_asked: Callable[[str, datetime], None] = lambda _host, _at: None,
    ) -> None:
        self._spacing_s = spacing_s
        self._overrides = {host_key(host): seconds for host, seconds in overrides.items()}
        self._groups = frozenset(host for host in self._overrides if host.startswith("."))
        self.cooled = {host_key(host): found for host, found in cooled.items()}
        self._patience_s = patience_s
        self._end = None if deadline_s is None else time.monotonic() + deadline_s
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._slots = Slots()
        self._on_asked = on_asked
        #: When hosts with a long gap were asked last in this run, by host, in the run's own time.
        self.asked: dict[str, datetime] = {}
        self._began = time.monotonic()
        for host, age in ages.items():
            # An age below zero comes from a clock that was set back.
            self._slots.seed(host_key(host), self._began - max(0.0, age))

    def key(self, host: str) -> str:
        """The name of a host's queue."""
        return group_of(host, self._groups)

    @property
    def left_s(self) -> float:
        """Seconds until the deadline."""
        return float("inf") if self._end is None else self._end - time.monotonic()

    def pause(self, host: str, seconds: float) -> None:
        """Take up what a host asks for itself; a longer pause that was given stays."""
        key = self.key(host)
        self._overrides[key] = max(seconds, self._gap_s(key))

    def note(self, host: str, status: int, retry_after: timedelta | None, now: datetime) -> None:
        """Take note of a refusal."""
        found = cooling(self.key(host), status, retry_after, now)
        if found:
            self.cooled[self.key(host)] = found

    def cool(self, host: str, until: datetime, reason: str) -> None:
        """Leave a host alone that asked for it in its answer."""
        known = self.cooled.get(self.key(host))
        if known is None or known.until < until:
            self.cooled[self.key(host)] = Cooled(until, reason)

    def turn(self, shown: str, now: datetime) -> Turn:
        """For one document; `shown` is its URL for messages."""
        return Turn(self, shown, now)

    def _gap_s(self, host: str) -> float:
        return gap_s(host, self._spacing_s, self._overrides)

    async def enter(self, host: str, shown: str, now: datetime) -> None:
        """Wait for a host's turn; whoever returns from here has to leave it.

        Raises:
            Postponed: It is left alone, or the wait would be too long.
        """
        self._check_cool(host, shown, now)
        at, gap = time.monotonic(), self._gap_s(host)
        self._check_wait(self._slots.wait_s_after(host, at, gap), host, shown, now)
        self._slots.promise(host, at, gap)
        lock = self._locks[host]
        if not await _acquire(lock, min(self._patience_s, self.left_s)):
            self._check_wait(self._patience_s, host, shown, now, over=True)
        try:
            # Whoever was asked before may have cooled it.
            self._check_cool(host, shown, now)
            pause_s = self._slots.begin(host, time.monotonic(), gap)
            if pause_s > 0:
                self._check_wait(pause_s, host, shown, now)
                await asyncio.sleep(pause_s)
            self._note_asked(host, gap, now)
        except BaseException:
            lock.release()
            raise

    def _note_asked(self, host: str, gap: float, now: datetime) -> None:
        if gap >= LONG_GAP_S:
            at = self.asked[host] = now + timedelta(seconds=time.monotonic() - self._began)
            self._on_asked(host, at)

    async def again(self, host: str, shown: str, now: datetime) -> None:
        """One more request to a host whose turn it is: a redirect, or its robots.txt first.

        A long pause is kept there too, and sat out: who went away now would come back to the same redirect.

        Raises:
            Postponed: The run's time does not suffice.
        """
        gap = self._gap_s(host)
        if gap < LONG_GAP_S:
            return
        pause_s = self._slots.begin(host, time.monotonic(), gap)
        if pause_s >= self.left_s:
            raise Postponed(shown, now, OUT_OF_TIME)
        await asyncio.sleep(pause_s)
        self._note_asked(host, gap, now)

    def leave(self, host: str) -> None:
        """Let the next one have its turn."""
        self._locks[host].release()

    def _check_cool(self, host: str, shown: str, now: datetime) -> None:
        cool = still_cool(self.cooled, host, now)
        if cool:
            raise Postponed(shown, cool.until, cool.reason)

    def _check_wait(self, wait_s: float, host: str, shown: str, now: datetime, *, over: bool = False) -> None:
        if wait_s >= self.left_s:
            raise Postponed(shown, now, OUT_OF_TIME)
        gap = self._gap_s(host)
        patience_s = self._patience_s
        if gap >= LONG_GAP_S and patience_s != float("inf"):
            patience_s = min(patience_s, _LONG_GAP_PATIENCE_S)
        if over or wait_s > patience_s:
            pause = f", which wants {gap:g} s between two requests" if gap >= LONG_GAP_S else ""
            waits = f"it waits for its turn at {host.removeprefix('.')}{pause}"
            raise Postponed(shown, now + timedelta(seconds=wait_s), waits)


class Turn:
    """A document's place at the host it is asking, kept from redirect to redirect on that host."""

    def __init__(self, queues: Queues, shown: str, now: datetime) -> None:
        self._queues = queues
        self._shown = shown
        self._now = now
        self._host: str | None = None

    async def __aenter__(self) -> Turn:  # noqa: PYI034 - Self needs Python 3.11
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._leave()

    async def move(self, host: str) -> None:
        """Go to a host; the one before is left first, or two that redirect to each other would wait for ever.

        Raises:
            Postponed: See there.
        """
        key = self._queues.key(host)
        if key == self._host:
            await self._queues.again(key, self._shown, self._now)
            return
        self._leave()
        await self._queues.enter(key, self._shown, self._now)
        self._host = key

    def _leave(self) -> None:
        if self._host is not None:
            self._queues.leave(self._host)
            self._host = None


async def _acquire(lock: asyncio.Lock, patience_s: float) -> bool:
    """Take a lock within some time.

    By hand: ``wait_for`` loses a cancellation that comes together with the lock before Python 3.12.
    """
    if not lock.locked():
        return await lock.acquire()
    waiting = asyncio.ensure_future(lock.acquire())
    try:
        await asyncio.wait({waiting}, timeout=None if patience_s == float("inf") else max(0.0, patience_s))
    except asyncio.CancelledError:
        _give_up(waiting, lock)
        raise
    if waiting.done():
        return True
    _give_up(waiting, lock)
    return False


def _give_up(waiting: asyncio.Future[Any], lock: asyncio.Lock) -> None:
    if waiting.done():
        lock.release()
    else:
        waiting.cancel()
