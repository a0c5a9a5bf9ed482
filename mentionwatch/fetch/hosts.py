"""When a host may be asked: one request at a time, with a pause between them, and not at all while it cools.

Decisions only.  Whoever calls says what time it is and does the waiting, so nothing here waits, not even in tests.
Slots are on a monotonic clock in seconds; what outlives the run (cooling) is in the poll's own time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mentionwatch.fetch.addresses import host_key, is_this_machine

if TYPE_CHECKING:
    from collections.abc import Mapping

#: After a refusal without a time; an hour and a little, so that an hourly poll does not meet its last minute.
COOL = timedelta(minutes=61)


@dataclass(frozen=True)
class Cooled:
    """A host that is left alone."""

    until: datetime
    #: Why, in some words.
    reason: str


def cooling(host: str, status: int, retry_after: timedelta | None, now: datetime) -> Cooled | None:
    """Whether an answer cools its whole host: 403 for an hour, 429 for as long as it says.

    A 429 with ``Retry-After: 0`` says that it may be asked at once, so it does not.
    """
    if status not in {403, 429}:
        return None
    length = COOL if status == 403 or retry_after is None else retry_after
    reason = f"{host} answered HTTP {status} and is left alone for now"
    return Cooled(now + length, reason) if length > timedelta(0) else None


def still_cool(cooled: Mapping[str, Cooled], host: str, now: datetime) -> Cooled | None:
    """What keeps a host from being asked now, if anything does."""
    found = cooled.get(host) or cooled.get(host_key(host))
    return found if found and found.until > now else None


def gap_s(host: str, usual_s: float, overrides: Mapping[str, float]) -> float:
    """Seconds from the start of one request to the start of the next; none on this machine."""
    given = overrides.get(host, overrides.get(host_key(host)))
    if given is not None:
        return given
    return 0.0 if is_this_machine(host) else usual_s


def group_of(host: str, groups: frozenset[str]) -> str:
    """The key of a host's queue: a site with all below it (".site.example") where it is one of these groups."""
    key = host_key(host)
    return next((group for group in groups if f".{key}".endswith(group)), key)


class Slots:
    """Times at which hosts may be asked: promised ahead, and put off when the one before began late."""

    def __init__(self) -> None:
        self._free: dict[str, float] = {}
        self._begun: dict[str, float] = {}

    def wait_s(self, host: str, at: float) -> float:
        """How long a request that comes at this time would have to wait for its slot."""
        return max(0.0, self._free.get(host, at) - at)

    def seed(self, host: str, begun: float) -> None:
        """Take note of when an earlier run asked last."""
        self._begun.setdefault(host, begun)

    def wait_s_after(self, host: str, at: float, gap: float) -> float:
        """How long a request has to wait for its slot, and for the end of the gap after the last one."""
        return max(self.wait_s(host, at), self._begun.get(host, at - gap) + gap - at)

    def promise(self, host: str, at: float, gap: float) -> None:
        """Take the next slot."""
        self._free[host] = at + self.wait_s(host, at) + gap

    def begin(self, host: str, at: float, gap: float) -> float:
        """The request's turn has come: how many seconds from now it may be sent."""
        start = max(at, self._begun[host] + gap) if host in self._begun else at
        self._begun[host] = start
        self._free[host] = max(self._free.get(host, start), start + gap)
        return start - at
