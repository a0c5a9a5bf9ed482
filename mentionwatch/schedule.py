"""When a source is asked next: the user's interval, what the publisher asks for, and patience with what fails.

Pure; times are passed in.  Sources: RSS 2.0 (``ttl``, ``skipHours``), the syndication module of RSS 1.0
(``sy:updatePeriod``), RFC 9110 section 10.2.3 (Retry-After) and RFC 9111 (freshness).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from hashlib import blake2b

from mentionwatch.errors import MentionwatchError

#: What a publisher asks for is followed up to here: some feeds ask to be read once a year.
MOST_PATIENCE = timedelta(days=1)
#: A server that wants to be left alone is, up to here.
MOST_RETRY_AFTER = timedelta(days=7)
#: A source that fails is asked less and less often, but at least so often that its return is seen.
MOST_BACKOFF = timedelta(hours=6)
#: Jitter: waits are longer by up to this part, the user's own interval at most by this time, which is less than a poll
#: may come early: a cron job that comes at each interval finds the source due.
_JITTER, _MOST_JITTER = 0.1, timedelta(seconds=45)
#: Failures after which backing off no longer grows.
_MOST_DOUBLINGS = 8
#: Earlier than this no clock is right: a machine without a battery for it was started, and nobody has set it yet.
_EARLIEST = datetime(2024, 1, 1, tzinfo=timezone.utc)


#: A clock that is set by less has not jumped: clocks are put right by some minutes all the time.
JUMP = timedelta(minutes=10)


@dataclass(frozen=True)
class Tick:
    """What the clocks said at a poll."""

    #: The clock on the wall, which people set.
    wall: datetime
    #: Seconds on one that nobody sets and that goes on while the computer sleeps, and which start of the computer they
    #: count from; None where there is none.
    steady_s: float | None = None
    boot: str | None = None


@dataclass(frozen=True)
class Jump:
    """The clock on the wall jumped."""

    #: What it would have said, and what it said.
    expected: datetime
    found: datetime

    def __str__(self) -> str:
        """One line for stderr."""
        ahead = self.found > self.expected
        by = _shown_span(abs(self.found - self.expected))
        how = "went ahead by" if ahead else "went back by"
        why = "; it was set, or the machine was paused" if ahead else ""
        return (
            f"the clock {how} {by}, from {_shown_time(self.expected)} to {_shown_time(self.found)}{why}. What is usual"
            " is not learned from that time"
        )


def _shown_time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _shown_span(span: timedelta) -> str:
    for unit, size in (("d", timedelta(days=1)), ("h", timedelta(hours=1))):
        if span >= 2 * size:
            return f"{span / size:.0f} {unit}"
    return f"{span / timedelta(minutes=1):.0f} min"


def find_jump(before: Tick | None, now: Tick) -> Jump | None:
    """See whether the clock on the wall was set between two polls.

    Without a steady clock a jump ahead cannot be told from a computer that was off, and a jump back only shows where
    the last poll lies in the future.
    """
    if before is None:
        return None
    expected = before.wall
    if before.boot is not None and before.boot == now.boot and before.steady_s is not None and now.steady_s is not None:
        expected += timedelta(seconds=max(0.0, now.steady_s - before.steady_s))
        if abs(now.wall - expected) < JUMP:
            return None
        return Jump(expected, now.wall)
    return Jump(expected, now.wall) if expected - now.wall >= JUMP else None


class ClockError(MentionwatchError):
    """The clock is wrong beyond doubt, and everything that would be stored would bear its time."""


def checked_clock(now: datetime) -> datetime:
    """The present, unless the clock stands where it cannot be.

    Raises:
        ClockError: It does.
    """
    if now < _EARLIEST:
        raise ClockError(
            f"the clock of this machine says {now:%Y-%m-%d}, before this program was written; set it, or let polls wait"
            " until it is set (systemd: After=time-sync.target)"
        )
    return now


def next_poll(
    every: timedelta,
    *,
    now: datetime,
    name: str,
    fails: int = 0,
    retry_after: timedelta | None = None,
    fresh_for: timedelta | None = None,
    ttl: timedelta | None = None,
    skip_hours: frozenset[int] = frozenset(),
) -> datetime:
    """Say when a source is due again.

    Args:
        every: The user's interval; it is never asked more often.
        now: When it was asked.
        name: Spreads the waits, so that sources that fail together do not come back in lockstep, and many installations
            do not ask one site at the same second; always the same wait for one name.
        fails: Failures in a row.
        retry_after: What the server asked for with an error; zero asks for nothing.
        fresh_for: How long the answer is fresh (Cache-Control, Expires).
        ttl: How often the publisher says that it is worth asking.
        skip_hours: Hours of the day (UTC) in which it is not to be asked.
    """
    wait = every
    if fails:
        wait = min(every * 2 ** min(fails - 1, _MOST_DOUBLINGS), max(every, MOST_BACKOFF))
        wait = max(wait, min(retry_after or timedelta(0), MOST_RETRY_AFTER))
    else:
        wait = max(wait, *(min(asked, MOST_PATIENCE) for asked in (fresh_for, ttl) if asked is not None), timedelta(0))
    jitter = wait * _JITTER
    if wait == every:
        jitter = min(jitter, _MOST_JITTER)
    return _outside(now + wait + jitter * spread(name), skip_hours)


def most_wait(every: timedelta, *, failing: bool) -> timedelta:
    """The longest that ``next_poll`` lets a source wait: what is due later was put off by a clock that was wrong."""
    longest = max(every, MOST_RETRY_AFTER, MOST_BACKOFF) if failing else max(every, MOST_PATIENCE)
    # An hour that is skipped may put it off for as long as a day.
    return longest * (1 + _JITTER) + timedelta(days=1)


def is_time(due: datetime, every: timedelta, now: datetime) -> bool:
    """Whether what is done each `every` and was last to be done at `due` is to be done now.

    By the clock on the wall: what comes due while a computer sleeps is due when it wakes.  What is due further ahead
    than `every` was due before the clock was set back.
    """
    return now >= due or due - now > every


def _outside(when: datetime, skip_hours: frozenset[int]) -> datetime:
    """The first moment from `when` on whose hour is not skipped; a publisher who skips all of them is not heeded."""
    for hours in range(24):
        moment = when if hours == 0 else (when + timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)
        if moment.hour not in skip_hours:
            return moment
    return when


def spread(name: str) -> float:
    """A number in [0, 1) that is always the same for a name."""
    return int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big") / 2**32
