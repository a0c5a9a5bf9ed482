"""What happened to a source, and how it is doing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from mentionwatch.errors import SourceError
    from mentionwatch.model.asking import Redirect
    from mentionwatch.model.published import Dropped


@dataclass(frozen=True)
class Polled:
    """The source answered."""

    source: str
    #: Entries read, entries of them that were not known before, and mentions stored.
    entries: int
    new: int
    mentions: int
    dropped: tuple[Dropped, ...] = ()
    #: Pages that could not be had while others could; the source as a whole answered.
    partly_failed: tuple[SourceError, ...] = ()
    #: Entries of those read that were left out: published before what is kept.
    old: int = 0


@dataclass(frozen=True)
class NotModified:
    """The source said, or its unchanged body shows, that there is nothing new."""

    source: str


@dataclass(frozen=True)
class Failed:
    """The source did not answer, or not with what it should."""

    source: str
    error: SourceError


@dataclass(frozen=True)
class Postponed:
    """Nothing was asked: the host is left alone for now, or the poll's time was up.  It is carried over."""

    source: str
    until: datetime
    reason: str


Outcome = Polled | NotModified | Failed | Postponed

#: Health of a source.  "failing" has failed, but not often enough in a row to count as down.  The last six answer,
#: and something is odd: they answer in part, or slowly, hold nothing where there was something, have had nothing new
#: for long against their own cadence, held so much news that items were missed, or gave all their items new ids.
HealthState = Literal[
    "ok",
    "failing",
    "down",
    "gone",
    "blocked",
    "not-a-feed",
    "rate-limited",
    "partial",
    "slow",
    "empty",
    "stale",
    "gap",
    "re-identified",
]

#: States in which a source tells nothing: they make exit code 3 and a blind spot.
DOWN_STATES: frozenset[str] = frozenset({"down", "gone", "blocked", "not-a-feed", "rate-limited"})


@dataclass(frozen=True)
class SourceStatus:
    """How a source has been doing."""

    name: str
    #: The URL as it may be shown, or the preset's name.
    place: str
    first_polled: datetime
    last_polled: datetime
    last_success: datetime | None
    #: Failures in a row, 0 when the last poll succeeded.
    fails: int
    state: HealthState
    #: Why it is not ok, in one line; None when it is.
    reason: str | None = None
    #: When the present trouble began: the last success before it, or the first poll.
    since: datetime | None = None
    #: When it is due again; None: at the next poll.
    next_poll: datetime | None = None
    #: When the newest entry was published that it ever gave, and how far apart its entries usually are.
    newest: datetime | None = None
    cadence: timedelta | None = None
    #: Entries it held when it was last read, and seconds that took.
    entries: int | None = None
    seconds: float | None = None
    #: How it was reached the last time, where not directly.
    redirects: tuple[Redirect, ...] = ()
    #: What its publisher asks for: see Document.
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
