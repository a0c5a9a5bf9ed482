"""How a baseline learns: decayed sums over the hours that are older than two days.

The sums are a function of which mentions were published when, not of how the polls fell: an hour is folded once, in
order, when it is 48 h old.  What turns up later is added to its hour with the weight that hour has by then.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf, sqrt
from typing import TYPE_CHECKING

from mentionwatch.burst.baseline import WINDOWS, Baseline, Blocks
from mentionwatch.burst.tally import HOUR, Item, Kind, Tally, Watched, by_hour

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from mentionwatch.model import Sighting

#: Hours younger than this are not folded yet: a burst that is still going on must not become what is usual.
FOLD_AFTER = 48
HALF_LIFE = 21 * 24

#: lambda ~ Gamma(PRIOR_SHAPE + negatives, prior hours + hours)
PRIOR_SHAPE = 0.5
PRIOR_HOURS = 12.0
#: Overdispersion before anything is known: 1 + F0 + K0 * mean, with the weight of W0 blocks.
F0, K0, W0 = 0.5, 0.15, 8.0
_MOST_RESIDUAL = 25.0
#: The same for mentions of any tone: variance is mean + UNEASY * mean**2 before anything is known.
UNEASY = 0.25
#: Pseudo-mentions that hold the hours of the day and the days of the week together.
_PSEUDO_HOUR, _PSEUDO_DAY = 24.0, 300.0
_MOST_SOURCES = 64
#: Weight of an hour over that of the hour before.
STEP = 2.0 ** (1.0 / HALF_LIFE)
#: An hour is only winsorised once so many hours are known: before that nothing tells what is much.
_HOURS_TO_JUDGE = 24.0
#: Nothing older is learned from: by then its weight is below 2 %.
OLDEST = 120 * 24


def usual_season(totals: Sequence[float], hours: Sequence[float], pseudo: float, *, smooth: bool) -> list[float]:
    """Relative rate per phase (hour of day, day of week), mean 1, shrunk towards 1 by `pseudo` mentions each."""
    n = len(totals)
    rate = sum(totals) / max(sum(hours), 1e-9)
    s = [(t + pseudo) / (rate * h + pseudo) for t, h in zip(totals, hours, strict=True)]
    if smooth:
        s = [0.25 * s[i - 1] + 0.5 * s[i] + 0.25 * s[(i + 1) % n] for i in range(n)]
    mean = sum(s) / n
    return [x / mean for x in s]


#: Coverage of an hour in which nothing could be seen.
_LEAST_SEEN = 0.02


class Coverage:
    """How much of what is said about a brand could be seen in an hour, in (0, 1]."""

    def __init__(self, base: Baseline, watched: Watched, until: float) -> None:
        """Hours before a source's oldest mention, and hours it was down, lack its share."""
        self.steps = base.steps
        self.outages = [
            (source, start.timestamp(), end.timestamp() if end else until) for source, start, end in watched.outages
        ]

    def down(self, hour: int) -> set[str]:
        """Sources that were down in the hour: what they told of it later is not learned from."""
        start = hour * HOUR
        return {source for source, a, b in self.outages if a < start + HOUR and b > start}

    def of(self, hour: int, sources: Mapping[str, float]) -> float:
        """The share that could be seen, given how much each source usually tells."""
        seen = 1.0 - sum(share for start, share in self.steps if start > hour)
        down = self.down(hour)
        if down and sources:
            seen -= sum(sources.get(s, 0.0) for s in down) / max(1e-9, sum(sources.values()))
        return max(_LEAST_SEEN, seen)


class Sums:
    """A baseline on its way through the hours.

    Weights grow instead of sums decaying: one multiplication an hour instead of a hundred.
    """

    def __init__(self, base: Baseline, kind: Kind = "negative") -> None:
        """Start where `base` stands; of kind "volume" all mentions take the place of the negatives."""
        self.kind = kind
        self.weight = 1.0
        self.hour = base.folded
        self.negatives, self.hours = base.negatives if kind == "negative" else base.mentions, base.hours
        self.share_negatives, self.share_total = base.share_negatives, base.share_total
        self.set_season(base.season_hours, base.season_days)

    def set_season(self, hours: Sequence[float], days: Sequence[float]) -> None:
        """Use these relative rates from now on."""
        self.season = [h * d for d in days for h in hours]

    def rate(self) -> tuple[float, float]:
        """Shape and hours of the Gamma that the negatives per seasonal hour are taken from."""
        a, e = self.negatives / self.weight, self.hours / self.weight
        prior = min(PRIOR_HOURS, PRIOR_SHAPE * e / a) if a > 0 else PRIOR_HOURS
        return PRIOR_SHAPE + a, max(prior + e, 1e-6)

    def limit(self, mean: float) -> float:
        """The most negatives of one hour that are learned from, so that storms do not become normal."""
        if self.hours < _HOURS_TO_JUDGE * self.weight:
            return inf
        return mean + 3.0 * sqrt(self.scatter(mean)) + 1.0

    def scatter(self, mean: float) -> float:
        """Variance around a mean, before anything is known of how unevenly they come."""
        return mean * (1.0 + F0 + K0 * mean) if self.kind == "negative" else mean * (1.0 + UNEASY * mean)

    def expect(self, hour: int, coverage: float = 1.0) -> float:
        """Negatives to expect in an hour."""
        shape, hours = self.rate()
        return shape / hours * coverage * self.season[hour % 168]

    def learn(self, negative: int, total: int, coverage: float) -> tuple[float, float]:
        """Take in the next hour; gives its negatives as learned and as they were expected."""
        mean = self.expect(self.hour, coverage)
        learned = min(float(negative), self.limit(mean))
        self.weight *= STEP
        self.negatives += self.weight * learned
        self.hours += self.weight * coverage * self.season[self.hour % 168]
        self.share_negatives += self.weight * learned
        self.share_total += self.weight * (total - negative + learned)
        self.hour += 1
        return learned, mean

    def add_late(self, hour: int, negative: int, total: int) -> float:
        """Add to an hour that is folded; gives its negatives as learned."""
        weight = self.weight * STEP ** (hour + 1 - self.hour)
        learned = min(float(negative), self.limit(self.expect(hour)))
        self.negatives += weight * learned
        self.share_negatives += weight * learned
        self.share_total += weight * (total - negative + learned)
        return learned


class _Fold(Sums):
    """The sums with all that only the stored baseline needs."""

    def __init__(self, base: Baseline, coverage: Coverage) -> None:
        super().__init__(base)
        self.base, self.coverage = base, coverage
        self.hour_totals, self.hour_hours = list(base.hour_totals), list(base.hour_hours)
        self.day_totals, self.day_hours = list(base.day_totals), list(base.day_hours)
        self.season_hours, self.season_days = base.season_hours, base.season_days
        self.blocks = [[b.residuals, b.blocks, b.seen, b.expected] for b in base.blocks]
        self.sources = dict(base.sources)
        self.crowd = Sums(base, "volume")
        self.crowd_blocks = [[b.residuals, b.blocks, b.seen, b.expected] for b in base.crowd]

    def fold(self, items: Sequence[Item], crowd: Sequence[Item]) -> None:
        """Take in the next hour; `items` are those published in it, and `crowd` those of any tone."""
        hour = self.hour
        if hour % 24 == 0:
            self._refresh_season()
        down = self.coverage.down(hour)
        seen = self.coverage.of(hour, self.sources)
        if seen <= _LEAST_SEEN:
            # No exposure: hours of nothing would make what comes look steadier than it is.
            self.skip_to(hour + 1)
            self._close_blocks(self.blocks, 0.0, 0.0, float)
            self._close_blocks(self.crowd_blocks, 0.0, 0.0, self.crowd.scatter)
            return
        negative, total = by_hour(i for i in items if i.source not in down).get(hour, (0, 0))
        crowd = [i for i in crowd if i.source not in down]
        everybody, _ = by_hour(crowd).get(hour, (0, 0))
        learned, mean = self.learn(negative, total, seen)
        self._count(hour, max(0.0, everybody - negative + learned), seen)
        for item in crowd:
            self.sources[item.source] = self.sources.get(item.source, 0.0) + self.weight
        self._close_blocks(self.blocks, learned, mean, float)
        self._close_blocks(self.crowd_blocks, *self.crowd.learn(everybody, everybody, seen), self.crowd.scatter)

    def _count(self, hour: int, total: float, coverage: float) -> None:
        day = hour // 24 % 7
        self.hour_totals[hour % 24] += self.weight * total
        self.hour_hours[hour % 24] += self.weight * coverage
        self.day_totals[day] += self.weight * total
        self.day_hours[day] += self.weight * coverage

    def _refresh_season(self) -> None:
        w = self.weight
        hours = usual_season(
            [t / w for t in self.hour_totals], [h / w for h in self.hour_hours], _PSEUDO_HOUR, smooth=True
        )
        days = usual_season(
            [t / w for t in self.day_totals], [h / w for h in self.day_hours], _PSEUDO_DAY, smooth=False
        )
        self.season_hours, self.season_days = tuple(hours), tuple(days)
        self.set_season(hours, days)
        self.crowd.set_season(hours, days)

    def _close_blocks(
        self, blocks: list[list[float]], learned: float, mean: float, scatter: Callable[[float], float]
    ) -> None:
        judged = self.hours >= _HOURS_TO_JUDGE * self.weight
        for width, block in zip(WINDOWS, blocks, strict=True):
            block[2] += learned
            block[3] += mean
            if self.hour % width == 0:
                if judged and block[3] > 0:
                    block[0] += self.weight * min(_MOST_RESIDUAL, (block[2] - block[3]) ** 2 / scatter(block[3]))
                    block[1] += self.weight
                block[2] = block[3] = 0.0

    def skip_to(self, hour: int) -> None:
        """Let the sums fade up to an hour from which nothing is learned any more; it may lie behind."""
        if hour > self.hour:
            self.weight *= STEP ** min(hour - self.hour, 4 * OLDEST)
            self.hour = hour
            self.crowd.weight, self.crowd.hour = self.weight, hour

    def late(self, items: Iterable[Item], crowd: Iterable[Item]) -> None:
        """Add what turned up for hours that are folded, with the weight that they have by now."""
        hours, everybody = by_hour(items), by_hour(crowd)
        for hour in sorted({*hours, *everybody}):
            weight = self.weight * STEP ** (hour + 1 - self.hour)
            negative, total = hours.get(hour, (0, 0))
            learned = self.add_late(hour, negative, total)
            n, _ = everybody.get(hour, (0, 0))
            self.crowd.add_late(hour, n, n)
            self.hour_totals[hour % 24] += weight * max(0.0, n - negative + learned)
            self.day_totals[hour // 24 % 7] += weight * max(0.0, n - negative + learned)

    def done(self, advanced: float) -> Baseline:
        """The baseline at the hour reached."""
        w = self.weight
        largest = sorted(self.sources.items(), key=lambda s: (-s[1], s[0]))[:_MOST_SOURCES]
        return replace(
            self.base,
            folded=self.hour,
            advanced=advanced,
            negatives=self.negatives / w,
            hours=self.hours / w,
            share_negatives=self.share_negatives / w,
            share_total=self.share_total / w,
            hour_totals=tuple(x / w for x in self.hour_totals),
            hour_hours=tuple(x / w for x in self.hour_hours),
            day_totals=tuple(x / w for x in self.day_totals),
            day_hours=tuple(x / w for x in self.day_hours),
            season_hours=self.season_hours,
            season_days=self.season_days,
            mentions=self.crowd.negatives / w,
            blocks=_kept(self.blocks, w),
            crowd=_kept(self.crowd_blocks, w),
            sources={name: x / w for name, x in largest},
            steps=tuple(s for s in self.base.steps if s[0] > self.hour),
        )


def _kept(blocks: list[list[float]], weight: float) -> tuple[Blocks, ...]:
    return tuple(Blocks(r / weight, n / weight, seen, expected) for r, n, seen, expected in blocks)


def advance(
    baseline: Baseline | None,
    recent: Sequence[Sighting] | Tally,
    *,
    now: datetime,
    watched: Watched,
    min_confidence: float = 0.0,
) -> Baseline:
    """Fold the hours that have become older than 48 h into the decayed sums.

    Call it once a poll, after ``find_burst``.

    Args:
        baseline: As it was left by the poll before; None at the first poll of the brand.
        recent: All sightings of the brand first seen at or after ``baseline.since`` (at the first poll: all there are),
            in any order.  Copies among them are found here; a copy of a story that the brand had within 14 d before
            ``baseline.since`` has to be left out by the caller.  A Tally of them saves counting them again.
        now: Time of this poll.  Before `baseline.advanced` (a clock set back) nothing changes.
        watched: How the brand has been watched.
        min_confidence: Negatives that the tone engine is less sure of are learned as not negative.
    """
    instant = now.timestamp()
    if baseline is not None and instant < baseline.advanced:
        return baseline
    tally = Tally.of(recent, watched, min_confidence)
    items, crowd = tally.items(), tally.items("volume")
    late: list[Item] = []
    late_crowd: list[Item] = []
    if baseline is None:
        baseline = _begin(crowd, instant, watched)
    else:
        # What was seen in the future was seen under a clock that was wrong: it is not late at every poll until then.
        new, new_crowd = _since(items, baseline, instant), _since(crowd, baseline, instant)
        late, late_crowd = _late(new, baseline), _late(new_crowd, baseline)
        baseline = _join_sources(baseline, new_crowd, instant)
    fold = _Fold(baseline, Coverage(baseline, watched, instant))
    fold.late(late, late_crowd)
    until = int(instant // HOUR) - FOLD_AFTER
    fold.skip_to(until - OLDEST)
    hours, crowds = _per_hour(items, until), _per_hour(crowd, until)
    while fold.hour < until:
        fold.fold(hours.get(fold.hour, ()), crowds.get(fold.hour, ()))
    return fold.done(instant)


def _since(items: Iterable[Item], baseline: Baseline, instant: float) -> list[Item]:
    """What was seen since the last poll."""
    return [i for i in items if baseline.advanced < i.seen <= instant]


def _late(new: Iterable[Item], baseline: Baseline) -> list[Item]:
    """What of it belongs to an hour that is folded."""
    return [i for i in new if baseline.start <= i.at // HOUR < baseline.folded]


def _per_hour(items: Iterable[Item], until: int) -> dict[int, list[Item]]:
    hours: dict[int, list[Item]] = {}
    for item in items:
        if item.at < until * HOUR:
            hours.setdefault(int(item.at // HOUR), []).append(item)
    return hours


def _backlogs(items: Iterable[Item], instant: float) -> dict[str, tuple[int, float]]:
    """Per source with a backlog: its oldest hour and its mentions per hour since."""
    dates: dict[str, list[float]] = {}
    for item in items:
        if item.backlog and item.at <= instant:
            dates.setdefault(item.source, []).append(item.at)
    oldest = int(instant // HOUR) - OLDEST
    found = {}
    for source, times in dates.items():
        first = max(oldest, int(min(times) // HOUR))
        n = sum(t >= first * HOUR for t in times)
        found[source] = (first, n / max(1.0, (instant - max(min(times), first * HOUR)) / HOUR))
    return found


def _begin(items: Sequence[Item], instant: float, watched: Watched) -> Baseline:
    """An empty baseline that starts at the oldest mention; the sources' backlogs reach back differently far."""
    found = _backlogs(items, instant)
    watching = int(min(instant, watched.since.timestamp()) // HOUR)
    start = min([first for first, _ in found.values()] + [watching])
    start = max(start, int(instant // HOUR) - OLDEST)
    everything = sum(rate for _, rate in found.values())
    steps = sorted((first, rate / everything) for first, rate in found.values() if first > start)
    return Baseline(folded=start, advanced=instant, start=start, steps=tuple(steps))


def _join_sources(base: Baseline, new: Sequence[Item], instant: float) -> Baseline:
    """Make room for sources polled for the first time: what was usual so far is usual without their share.

    Otherwise each new source would be a burst of its own for weeks.  How much one tells is taken from its backlog.
    """
    for source, (first, rate) in _backlogs(new, instant).items():
        before = sum(base.day_totals) / max(1.0, sum(base.day_hours))
        share = rate / (rate + before) if before else 0.0
        reach, known = base.folded - first, base.folded - base.start
        covered = (1.0 - STEP**-reach) / (1.0 - STEP**-known) if 0 < reach < known else float(reach > 0)
        scale = 1.0 - share * (1.0 - covered)
        steps = [(hour, s * (1.0 - share)) for hour, s in base.steps]
        if first > base.folded:
            steps.append((first, share))
        base = replace(
            base,
            hours=base.hours * scale,
            hour_hours=tuple(h * scale for h in base.hour_hours),
            day_hours=tuple(h * scale for h in base.day_hours),
            steps=tuple(sorted(steps)),
            sources={**base.sources, source: base.sources.get(source, 0.0) + rate * sum(base.day_hours)},
        )
    return base
