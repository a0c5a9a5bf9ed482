"""Whether the stars that all reviewers of a page or app give together are falling."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from mentionwatch.model import Burst, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

#: A fall of at least so many stars within this time is told.
LEAST_FALL, WITHIN = 0.3, timedelta(days=7)
#: And of more than so many times its usual step from day to day.
_WOBBLE = 3.0
#: Days behind the week by which the usual step is known.
USUAL_DAYS = 60
#: An average of fewer ratings moves with every single one.
_LEAST_COUNT = 10
#: Steps from day to day that tell what is usual.
_LEAST_STEPS = 5
#: A number of ratings that falls below this share, or grows to so many times, is of another thing: a page that now
#: counts a year only, an app whose ratings were reset, a product with or without its variants.
_LEAST_LEFT, _MOST_GROWN = 0.5, 10.0
#: Grave falls, in stars.
_HIGH, _CRITICAL = 0.6, 1.0


@dataclass(frozen=True)
class Rated:
    """An aggregate rating as it was read."""

    at: datetime
    #: Mean stars, 1 to 5.
    rating: float
    #: Number of ratings behind it; None when it is not told.
    count: int | None = None


@dataclass(frozen=True)
class Fall:
    """How far an aggregate rating has fallen."""

    #: What is rated, and where.
    name: str
    source: str
    before: Rated
    now: Rated
    #: Its usual step from day to day, in stars; None while it is not known for long enough.
    wobble: float | None

    @property
    def stars(self) -> float:
        """How far, above 0."""
        return self.before.rating - self.now.rating

    @property
    def sentence(self) -> str:
        """Why, with numbers."""
        days = max(1, round((self.now.at - self.before.at) / timedelta(days=1)))
        of = f" of {self.now.count:,} ratings" if self.now.count else ""
        usual = "" if self.wobble is None else f"; it usually moves by {self.wobble:.2f} a day"
        return (
            f"The rating of {self.name} at {self.source} fell from {self.before.rating:.2f} to {self.now.rating:.2f}"
            f" stars{of} within {days} day{'s' * (days != 1)}{usual}."
        )


def find_fall(name: str, source: str, seen: Sequence[Rated], *, now: datetime) -> Fall | None:
    """Find out whether a rating is falling.

    Args:
        name: What is rated.
        source: Where.
        seen: Its readings, in any order; the last 67 days are enough.
        now: Present time.

    Returns:
        The fall from the highest reading of the last seven days to the last one: 0.3 stars at least, more than three
        times the usual step from day to day, and of ten ratings at least where their number is known.  Otherwise None.
        What was read before the number of ratings shrank by half, or grew tenfold, from one reading to the next, is not
        compared.
    """
    readings = _of_the_last_thing(sorted((r for r in seen if r.at <= now), key=lambda r: r.at))
    if not readings:
        return None
    last = readings[-1]
    # What was read just before the seven days held at their beginning.
    earlier = [r for r in readings if r.at < now - WITHIN]
    recent = [r for r in readings if r.at >= now - WITHIN]
    if not recent or (last.count is not None and last.count < _LEAST_COUNT):
        return None
    highest = max((*earlier[-1:], *recent), key=lambda r: (r.rating, r.at))
    fall = Fall(name, source, highest, last, _usual_step(earlier))
    # A hundredth of slack: 4.5 - 4.2 is a little less than 0.3 in binary.
    enough = fall.stars >= LEAST_FALL - 1e-9 and fall.stars > _WOBBLE * (fall.wobble or 0.0)
    return fall if enough and highest.at < last.at else None


def _of_the_last_thing(readings: Sequence[Rated]) -> Sequence[Rated]:
    """Readings since their number of ratings last changed so much that it is one of another thing."""
    first = 0
    known: int | None = None
    for n, reading in enumerate(readings):
        if reading.count is None:
            continue
        # What hardly anybody has rated grows fast.
        if (
            known is not None
            and known >= _LEAST_COUNT
            and not (_LEAST_LEFT * known <= reading.count <= _MOST_GROWN * known)
        ):
            first = n
        known = reading.count
    return readings[first:]


def _usual_step(readings: Sequence[Rated]) -> float | None:
    """The median step between the last readings of days with one; None where there are too few to know."""
    by_day = {r.at.date(): r.rating for r in readings}
    days = sorted(by_day)[-USUAL_DAYS:]
    steps = [abs(by_day[later] - by_day[day]) for day, later in pairwise(days)]
    return median(steps) if len(steps) >= _LEAST_STEPS else None


def fall_burst(fall: Fall) -> Burst:
    """A fall in the shape of what opens an alert; its numbers are in its sentence."""
    severity: Severity = "elevated"
    if fall.stars >= _HIGH:
        severity = "critical" if fall.stars >= _CRITICAL else "high"
    return Burst(
        start=fall.before.at,
        end=fall.now.at,
        observed=0,
        observed_raw=0,
        expected=0.0,
        total=0,
        negative_share=None,
        usual_share=None,
        # Not odds: what orders two falls.
        odds=0.0,
        score=fall.stars,
        severity=severity,
        authors=0,
        stories=0,
        mentions=(),
    )
