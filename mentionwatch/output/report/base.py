"""What a report says: filled by the pipeline, and written by each format in its own way.

A mention is a text here: copies of it count once, as in ``mentions``.  Every number has beside it of how many it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from mentionwatch.model import Alert, Label, Mention

#: A share of fewer is no percentage: the counts are shown.
LEAST = 20
#: Probability below which a difference is called more than chance.
LEVEL = 0.05


@dataclass(frozen=True)
class Portion:
    """So many of so many."""

    hits: int
    total: int
    #: Wilson's, for 95 %, in [0, 1]; None of none.
    interval: tuple[float, float] | None

    @property
    def value(self) -> float | None:
        """In [0, 1]; None of none."""
        return self.hits / self.total if self.total else None


@dataclass(frozen=True)
class Change:
    """How it was in the period before, which is as long as the report's."""

    since: datetime
    until: datetime
    mentions: int
    negative: Portion
    #: Of a difference as large by chance alone, with all brands of the report kept in mind (Holm); None: not compared.
    probability: float | None = None
    #: Why it is not compared, as a sentence.
    why_not: str | None = None

    @property
    def is_more_than_chance(self) -> bool:
        """Whether the difference is called one."""
        return self.probability is not None and self.probability < LEVEL


@dataclass(frozen=True)
class Day:
    """What was published on a day with mentions, in the zone of people's eyes."""

    date: date
    negative: int
    #: Neutral and positive ones.
    other: int
    unknown: int


@dataclass(frozen=True)
class Gap:
    """A source was not read: its silence is no evidence."""

    source: str
    start: datetime
    #: None: it lasts.
    end: datetime | None
    #: The days that it touches, in the zone of people's eyes.
    first: date
    last: date


@dataclass(frozen=True)
class Bar:
    """One day of a chart, or several."""

    #: First and last day.
    first: date
    last: date
    negative: int = 0
    other: int = 0
    unknown: int = 0
    #: Sources that were blind at some time of it.
    blind: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """All mentions."""
        return self.negative + self.other + self.unknown


@dataclass(frozen=True)
class SourceLine:
    """One source in the time of the report."""

    name: str
    mentions: int
    negative: int
    #: What could not be seen there, and when, as sentences without a full stop; empty: nothing is known of.
    blind: tuple[str, ...] = ()
    #: What else is odd of it.
    odd: tuple[str, ...] = ()


@dataclass(frozen=True)
class RatingLine:
    """What a page or app is given by all who rated it."""

    source: str
    #: What is rated; "" where the source does not say.
    name: str
    rating: float
    #: Ratings behind it; None when it is not told.
    count: int | None
    at: datetime
    #: The one before the period, else the first in it; None: there is no other.
    before: float | None = None
    before_at: datetime | None = None


@dataclass(frozen=True)
class BrandReport:
    """One brand."""

    name: str
    #: Ids of all that was found, copies too, newest first.
    ids: tuple[str, ...]
    #: Texts, and the stories that they are about.
    mentions: int
    stories: int
    tones: Mapping[Label, int]
    #: Of those that could be judged.
    negative: Portion
    change: Change | None
    days: tuple[Day, ...]
    #: The first and the last day of its chart; None: there is nothing to show.
    first: date | None
    last: date | None
    gaps: tuple[Gap, ...]
    #: Share of its sources' time in which they were watched; None: it cannot be told.
    watched: float | None
    #: Those that were open at some time of the period, the latest first.
    alerts: tuple[Alert, ...]
    #: The worst of it.
    quotes: tuple[Mention, ...]
    ratings: tuple[RatingLine, ...]
    #: Texts whose tone the user marked; of them those that the engine had judged otherwise; and texts marked as noise.
    marked: int = 0
    corrected: int = 0
    noise: int = 0

    @property
    def copies(self) -> int:
        """Further copies, which count nowhere."""
        return len(self.ids) - self.mentions


@dataclass(frozen=True)
class Report:
    """A whole report."""

    created: datetime
    #: None: all that is stored.
    since: datetime | None
    until: datetime
    #: When the oldest of its mentions was published; None: it has none.
    oldest: datetime | None
    query: str | None
    #: The only brand that was asked for.
    brand: str | None
    brands: tuple[BrandReport, ...]
    #: Brands that are watched and of which nothing was found.
    silent: tuple[str, ...]
    #: Sources that were down: alerts of their own.
    down: tuple[Alert, ...]
    #: Those with mentions or with something to tell first.
    sources: tuple[SourceLine, ...]
    #: Further sources, with neither.
    quiet_sources: int
    #: What has to be known to read it rightly, as sentences.
    notes: tuple[str, ...]
    #: The command that lists the mentions, without the paths of this machine; and its words after the program's name.
    command: str
    listing: tuple[str, ...]
    #: Regular expressions that took too long, with the number of mentions of which nothing is known therefore.
    undecided: Mapping[str, int] = field(default_factory=dict)

    @property
    def mentions(self) -> int:
        """Of all brands."""
        return sum(brand.mentions for brand in self.brands)


def bars_of(brand: BrandReport, most: int) -> list[Bar]:
    """The days of a brand, as many together as gives at most `most` bars; the last one ends with the period."""
    if brand.first is None or brand.last is None:
        return []
    last = brand.last.toordinal()
    days = last - brand.first.toordinal() + 1
    size = _size(days, most)
    bars: list[Bar] = []
    for number in range(-(-days // size) - 1, -1, -1):
        end = last - number * size
        start = max(brand.first.toordinal(), end - size + 1)
        bars.append(_bar(brand, type(brand.first).fromordinal(start), type(brand.first).fromordinal(end)))
    return bars


def _size(days: int, most: int) -> int:
    """Days of a bar: one, whole weeks where these suffice, or as many as it takes."""
    fits = (size for size in (1, 7, 28, 91, 364) if -(-days // size) <= most)
    return next(fits, -(-days // most))


def _bar(brand: BrandReport, first: date, last: date) -> Bar:
    within = [day for day in brand.days if first <= day.date <= last]
    return Bar(
        first,
        last,
        sum(day.negative for day in within),
        sum(day.other for day in within),
        sum(day.unknown for day in within),
        blind_sources(brand.gaps, first, last),
    )


def blind_sources(gaps: Sequence[Gap], first: date, last: date) -> tuple[str, ...]:
    """The sources that were blind at some time of these days."""
    return tuple(dict.fromkeys(gap.source for gap in gaps if gap.first <= last and gap.last >= first))
