"""Whether a source is well: "down", "gone", "empty" and "quiet" are different states, and none of them is "0 mentions".

Pure: the status so far and the outcome of a poll give the next status, and what (if anything) has to be told.  Trouble
is told once when it begins, and never again until it changes; that a source which was down is back, is told too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, cast

from mentionwatch.identity import digest, name_key
from mentionwatch.model import DOWN_STATES, Failed, HealthState, NotModified, Polled, SourceStatus
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from mentionwatch.model import Entry, Outcome, Redirect

#: These will not pass by themselves, so they count at the first failure.
AT_ONCE = frozenset({"gone", "blocked", "not-a-feed"})

#: An answer that takes longer is told: with many such sources a poll does not end in time.
SLOW_S = 10.0
#: Nothing new for this many of its own usual intervals is told, but never before this long.
STALE_INTERVALS, STALE_AT_LEAST = 10, timedelta(days=14)
#: Intervals between entries that tell a cadence: with fewer there is none.
_LEAST_INTERVALS = 4
#: A document with fewer entries says nothing by having none in common with the one before.
_LEAST_ENTRIES = 3
#: Share of known titles among new ids from which on the ids changed, and not the items.
_SAME_TITLES = 0.8


@dataclass(frozen=True)
class Look:
    """What an answer shows of the source itself."""

    #: Entries it held; None where it was not read, because nothing had changed.
    entries: int | None = None
    newest: datetime | None = None
    #: Usual interval between entries; None where it cannot be told.
    cadence: timedelta | None = None
    #: From the first byte sent to the last entry read.
    seconds: float | None = None
    #: Whether nothing of the last document was left in this one: what came between was missed.
    gap: bool = False
    #: What of it could not be had, or was more than is read in one poll; None: it was read whole.
    partial: str | None = None
    #: Whether known items came with new ids.
    reidentified: bool = False
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True)
class Change:
    """Something about a source that has to be told."""

    status: SourceStatus
    #: True: trouble began or changed; False: it is back.
    down: bool

    def __str__(self) -> str:
        """One line for stderr."""
        if self.down:
            return f"{self.status.name}: {self.status.state}: {self.status.reason}"
        return f"{self.status.name}: back"


def is_down(status: SourceStatus) -> bool:
    """Whether the source is a blind spot now."""
    return status.state in DOWN_STATES


def look_at(
    entries: Sequence[Entry], now: datetime, *, known: tuple[AbstractSet[str], AbstractSet[str]] | None
) -> Look:
    """See what a document's entries show of their source.

    Args:
        entries: All of them, in any order.
        now: Present time; later dates are mistakes.
        known: Keys (see ``keys_of``) of the entries it held the last time; None where that says nothing, as for a
            search, or a first look.
    """
    dates = sorted({entry.published for entry in entries if entry.published and entry.published <= now})
    steps = [(later - earlier).total_seconds() for earlier, later in pairwise(dates)]
    cadence = timedelta(seconds=median(steps)) if len(steps) >= _LEAST_INTERVALS else None
    look = Look(len(entries), newest=dates[-1] if dates else None, cadence=cadence)
    if known is None or min(len(entries), len(known[0])) < _LEAST_ENTRIES:
        return look
    ids, titles = keys_of(entries)
    if ids & known[0]:
        return look
    same = sum(title in known[1] for title in titles) >= _SAME_TITLES * max(1, len(titles))
    return replace(look, reidentified=bool(titles) and same, gap=not (titles and same))


def keys_of(entries: Sequence[Entry]) -> tuple[frozenset[str], frozenset[str]]:
    """What a document is known by the next time: keys of its entries' names, and of their titles."""
    titles = {entry.title or (entry.text or "")[:80] for entry in entries} - {""}
    return frozenset(map(name_key, entries)) - {""}, frozenset(digest("title", title)[:8] for title in titles)


def next_status(
    before: SourceStatus | None,
    outcome: Outcome,
    *,
    place: str,
    fail_after: int,
    now: datetime,
    look: Look | None = None,
) -> tuple[SourceStatus, Change | None]:
    """Judge a source after a poll.

    Args:
        before: Its status until now; None at its first poll.
        outcome: What the poll gave; not Postponed, which changes nothing.
        place: Its URL without secrets, or its preset.
        fail_after: Failures in a row after which it counts as down.
        now: When it was polled.
        look: What the answer showed of the source; None where there was none.

    Returns:
        Its new status, and what to tell, or None when that was told before.
    """
    base = before or SourceStatus(outcome.source, place, now, now, last_success=None, fails=0, state="ok")
    base = replace(base, place=place, last_polled=now)
    if isinstance(outcome, Failed):
        status = _failed(base, outcome, fail_after)
        told = before is not None and is_down(before) and before.state == status.state
        return status, (Change(status, down=True) if is_down(status) and not told else None)
    status = _answered(base, outcome, look or Look(), now)
    if before is not None and is_down(before):
        return status, Change(status, down=False)
    told = before is not None and before.state == status.state
    return status, (Change(status, down=True) if status.state != "ok" and not told else None)


def _failed(base: SourceStatus, outcome: Failed, fail_after: int) -> SourceStatus:
    fails = base.fails + 1
    error = outcome.error
    counts = is_down(base) or fails >= fail_after or error.state in AT_ONCE
    return replace(
        base,
        fails=fails,
        state=cast("HealthState", error.state if counts else "failing"),
        reason=one_line(str(error)),
        since=(base.since if base.fails else None) or base.last_success or base.first_polled,
    )


def _answered(base: SourceStatus, outcome: Outcome, look: Look, now: datetime) -> SourceStatus:
    whole = isinstance(outcome, NotModified) or (isinstance(outcome, Polled) and not outcome.partly_failed)
    newest = max(filter(None, (base.newest, look.newest)), default=None)
    status = replace(
        base,
        # A search that failed in part has to look as far back the next time as this one did.
        last_success=now if whole else base.last_success,
        fails=0,
        newest=newest,
        cadence=look.cadence or base.cadence,
        entries=look.entries if look.entries is not None else base.entries,
        seconds=look.seconds,
        redirects=look.redirects,
    )
    state, reason = _oddity(base, status, look, now)
    since = None if state == "ok" else base.since if base.state == state else now
    return replace(status, state=state, reason=reason, since=since)


def _oddity(base: SourceStatus, status: SourceStatus, look: Look, now: datetime) -> tuple[HealthState, str | None]:
    """What is odd about a source that answers, the gravest first."""
    unread = look.entries is None
    idle = _idle_days(status, now)
    odd: dict[HealthState, tuple[bool, str | None]] = {
        "partial": (look.partial is not None, look.partial),
        "empty": (
            look.entries == 0 and bool(base.entries or base.state == "empty"),
            "it holds no entries where it held some; look at it in a browser",
        ),
        "gap": (look.gap, "nothing of the last poll was left in it: entries were missed; give it a shorter every"),
        "re-identified": (look.reidentified, "its entries came again under new ids; they are not counted as new"),
        "stale": (idle is not None, f"nothing new for {idle} days, against its own cadence; look whether it moved"),
        "slow": (
            look.seconds is not None and look.seconds > SLOW_S,
            f"it took {look.seconds or 0:.0f} s; those behind it on its host wait as long",
        ),
    }
    if unread and base.state == "empty":
        return base.state, base.reason
    return next(((state, reason) for state, (holds, reason) in odd.items() if holds), ("ok", None))


def _idle_days(status: SourceStatus, now: datetime) -> int | None:
    """Days without anything new, where that is long against the source's own cadence."""
    if status.cadence is None or status.newest is None:
        return None
    idle = now - status.newest
    return idle.days if idle > max(STALE_AT_LEAST, STALE_INTERVALS * status.cadence) else None
