"""What would have been: alerts of the past under other settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from mentionwatch.model.alert import Severity


@dataclass(frozen=True)
class Fired:
    """An alert that would have been."""

    opened: datetime
    #: The first of the mentions that it was opened for.
    first: datetime
    #: None: it would still be open.
    resolved: datetime | None
    #: The gravest it was, and the figures of its worst window.
    severity: Severity
    observed: int
    expected: float
    authors: int
    reason: str

    @property
    def delay(self) -> timedelta:
        """From the first mention to the alarm."""
        return self.opened - self.first


@dataclass(frozen=True)
class Tried:
    """A setting over the past: a sensitivity, or a rule."""

    #: "low", "medium", "high", "volume", or the rule's name.
    name: str
    kind: Literal["sensitivity", "volume", "rule"]
    #: It is what is set now.
    in_force: bool
    #: In order.
    alerts: tuple[Fired, ...]


@dataclass(frozen=True)
class DayCount:
    """One day of a brand, copies folded."""

    #: Its first moment, in the zone of people's eyes.
    start: datetime
    negative: int
    total: int


@dataclass(frozen=True)
class Backtest:
    """What settings would have told of a brand."""

    brand: str
    #: What was looked at; alerts of before are left out.
    since: datetime
    until: datetime
    #: From when on bursts were looked for; None: the brand is still being learned.
    learned: datetime | None
    days: tuple[DayCount, ...]
    tried: tuple[Tried, ...]

    @property
    def months(self) -> float:
        """How long bursts were looked for, in months of 30 days."""
        if self.learned is None:
            return 0.0
        return max(0.0, (self.until - max(self.since, self.learned)) / timedelta(days=30))


@dataclass(frozen=True)
class Budgeted:
    """The setting that stays under so many alerts."""

    #: "detector", or the rule's name.
    what: str
    #: As it stands in the file: ``sensitivity = "low"``; None: there is no such.
    setting: str | None
    #: Alerts a month with it, over all brands that were looked at, and with what is set now.
    per_month: float
    now_per_month: float
    #: What was asked for.
    most: float
