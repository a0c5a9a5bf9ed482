"""Is the present unusual?  A scan of windows against what was usual before each of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import accumulate
from math import floor
from typing import TYPE_CHECKING, NamedTuple

from mentionwatch.burst.baseline import WINDOWS, Baseline, Blocks
from mentionwatch.burst.learn import F0, K0, OLDEST, UNEASY, W0, Coverage, Sums
from mentionwatch.burst.tails import negative_binomial
from mentionwatch.burst.tally import HOUR, Item, Kind, Tally, Watched, by_hour
from mentionwatch.model import Burst, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mentionwatch.model import Sighting
    from mentionwatch.settings import AlertSettings

#: Score from which on a burst is told.
THRESHOLDS = {"low": 4.0, "medium": 3.0, "high": 2.5}
_HIGH, _CRITICAL = 3.0, 7.0
#: Nothing is told before a brand is known for so many hours.
LEARNING = 24.0
_BIN = 900.0
_MOST_BACK = 48
# What follows was chosen for false alarms of at most 0.5 a brand and month on simulated streams; see docs/burst.md.
#: Mentions that the usual volume is worth against those seen.
_COMMON = 100.0
#: Variance of the share of negatives from day to day, relative to its square.
_SHARE_NOISE = 0.06
#: How much more than Poisson the negatives scatter by themselves (answers to answers).
_UNEVEN = 0.4
#: Variances that are added while a brand is young: of the factor for all mentions, and of the negatives' rate.
_YOUNG_COMMON, _YOUNG = 0.5, 0.05
#: Added to the evidence, so that 3.0 is the medium sensitivity.  More for brands with far fewer than 0.1 negatives an
#: hour, and for those with far more than 5: at the same threshold those between have the most false alarms.
_CALIBRATION = 0.7
_SMALL, _SMALL_RATE = 0.3, 0.1
_LARGE, _LARGE_RATE = 0.15, 5.0
_LEAST_DISPERSION = 1.02
_LEAST_COUNT_EVIDENCE = 1.0
#: For mentions of any tone: least variance of the rate, relative to its square, and what is added to the evidence.
_LEAST_UNEASY, _VOLUME_CALIBRATION = 0.06, -0.5


def severity_of(score: float, threshold: float) -> Severity:
    """How grave a burst is: three and seven powers of ten above the threshold."""
    if score >= threshold + _CRITICAL:
        return "critical"
    return "high" if score >= threshold + _HIGH else "elevated"


class _Usual(NamedTuple):
    """What was usual up to an hour."""

    shape: float
    hours: float
    #: Share of the negatives.
    share: float


class _Window(NamedTuple):
    """One window and what speaks for a burst in it."""

    score: float
    #: First bin and bin after the last, both since 1970.
    first: int
    last: int
    observed: int
    total: int
    expected: float
    count_evidence: float
    #: None: all mentions were counted, and their tone plays no part.
    usual_share: float | None


class _Cut(NamedTuple):
    """What is seen in one window."""

    first: int
    last: int
    observed: int
    #: Hours the brand was known when the window ended.
    known: float


@dataclass
class _Scene:
    """All that the windows are cut from."""

    #: First bin of the lists below.
    origin: int
    #: Running sums per bin: all mentions, negative ones (repeats of an author not folded), seasonal hours.
    totals: list[float]
    negatives: list[float]
    exposure: list[float]
    #: What was usual, per hour since `hour`.
    usual: list[_Usual]
    hour: int
    blocks: tuple[Blocks, ...]
    known_hours: float
    kind: Kind


def find_burst(
    baseline: Baseline | None,
    recent: Sequence[Sighting] | Tally,
    *,
    now: datetime,
    settings: AlertSettings,
    watched: Watched,
    kind: Kind = "negative",
) -> Burst | None:
    """Find the window that stands out most, among those that end now or at an hour since the previous poll.

    Args:
        baseline: As the poll before left it.  Call this before ``advance``: windows that reach into hours that are
            folded already are not looked at.
        recent: See ``advance``.
        now: Time of this poll.
        settings: Sensitivity, least mentions and authors, least confidence.
        watched: How the brand has been watched.
        kind: "volume": mentions of any tone, known or not, take the place of the negative ones.

    Returns:
        The burst, or None; None too while the brand is being learned (``is_learning``).
    """
    if baseline is None or is_learning(baseline, now=now, watched=watched):
        return None
    if now - baseline.since > timedelta(hours=OLDEST):
        return None  # nobody polled for months: what was usual then says nothing
    tally = Tally.of(recent, watched, settings.min_confidence)
    items = tally.items(kind)
    scene = _set_scene(baseline, items, now=now, watched=watched, kind=kind)
    evidence = [i for i in items if not i.backlog]
    threshold = THRESHOLDS[settings.sensitivity]
    found = best_window(scene, evidence, now=now, watched=watched, settings=settings)
    if found is None or found.score < threshold:
        return None
    return _describe(found, evidence, tally.recent, now, threshold)


def is_volume_on(settings: AlertSettings, recent: Sequence[Sighting]) -> bool:
    """Whether bursts of mentions of any tone are looked for: they are set, or the tone of most is unknown."""
    return settings.volume or 2 * sum(s.tone == "unknown" for s in recent) > len(recent)


def known_hours(baseline: Baseline, *, now: datetime, watched: Watched) -> float:
    """Hours the brand was watched, and up to 48 h of what its sources' first polls told of the time before."""
    before = watched.since.timestamp() / HOUR - baseline.start
    return max(0.0, (now - watched.since) / timedelta(hours=1)) + min(48.0, max(0.0, before))


def is_learning(baseline: Baseline | None, *, now: datetime, watched: Watched) -> bool:
    """Whether too little is known of the brand to tell a burst from what is usual."""
    return baseline is None or known_hours(baseline, now=now, watched=watched) < LEARNING


def _set_scene(
    baseline: Baseline, items: Sequence[Item], *, now: datetime, watched: Watched, kind: Kind = "negative"
) -> _Scene:
    instant = now.timestamp()
    last = int(instant // HOUR)
    coverage = Coverage(baseline, watched, instant)
    # A source that is still down cannot have told: expect less.  One that is back may have told it all.
    down = [(s, start) for s, start, end in watched.outages if end is None]
    still = Coverage(baseline, Watched(watched.since, (), tuple((s, a, None) for s, a in down)), instant)
    hourly = by_hour(i for i in items if i.at >= baseline.folded * HOUR)
    sums = Sums(baseline, kind)
    usual, exposure = [_usual(sums)], []
    for hour in range(baseline.folded, last + 1):
        visible = still.of(hour, baseline.sources) if down else 1.0
        exposure += [visible * sums.season[hour % 168] / 4] * 4
        negative, total = hourly.get(hour, (0, 0))
        sums.learn(negative, total, coverage.of(hour, baseline.sources))
        usual.append(_usual(sums))
    origin = baseline.folded * 4
    totals, negatives = [0.0] * len(exposure), [0.0] * len(exposure)
    for item in items:
        index = int(item.at // _BIN) - origin
        if not item.backlog and 0 <= index < len(totals):
            totals[index] += 1
            negatives[index] += item.negative
    if exposure:
        _cut_present_bin(exposure, origin, instant)
    return _Scene(
        origin,
        [0.0, *accumulate(totals)],
        [0.0, *accumulate(negatives)],
        [0.0, *accumulate(exposure)],
        usual,
        baseline.folded,
        baseline.blocks if kind == "negative" else baseline.crowd,
        known_hours(baseline, now=now, watched=watched),
        kind,
    )


def _cut_present_bin(exposure: list[float], origin: int, instant: float) -> None:
    index = int(instant // _BIN) - origin
    exposure[index] *= (instant / _BIN) % 1.0
    exposure[index + 1 :] = [0.0] * len(exposure[index + 1 :])


def _usual(sums: Sums) -> _Usual:
    shape, hours = sums.rate()
    return _Usual(shape, hours, (1 + sums.share_negatives / sums.weight) / (4 + sums.share_total / sums.weight))


def _ends(scene: _Scene, now: datetime, watched: Watched) -> list[int]:
    """Bins that windows end before: now, and every full hour since the previous poll.

    The first poll that may judge looks back at the day of learning too.
    """
    instant = now.timestamp()
    present = int(instant // _BIN) + 1
    previous = watched.previous(now)
    since = previous.timestamp() if previous else instant
    if scene.known_hours - (instant - since) / HOUR < LEARNING:
        since = instant - LEARNING * HOUR
    oldest = max(int(since // HOUR) + 1, int(instant // HOUR) - _MOST_BACK)
    hours = [h * 4 for h in range(oldest, int(instant // HOUR) + 1)]
    return [*hours, present] if present not in hours else hours


def _author_sweep(evidence: Sequence[Item], origin: int, ends: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """For each end: per bin, the negatives before the end whose author's last they are.

    Summed from a window's start on, that is the number of authors in it; one pass serves all windows.
    """
    marks = [0] * max(1, ends[-1] - origin)
    latest: dict[str, int] = {}
    queue = iter([(int(i.at // _BIN) - origin, i.author) for i in evidence if i.negative and i.at >= origin * _BIN])
    item = next(queue, None)
    for end in ends:
        while item is not None and item[0] < end - origin:
            index, author = item
            if author is not None:
                if author in latest:
                    marks[latest[author]] -= 1
                latest[author] = index
            marks[index] += 1
            item = next(queue, None)
        yield end, marks


def best_window(
    scene: _Scene, evidence: Sequence[Item], *, now: datetime, watched: Watched, settings: AlertSettings
) -> _Window | None:
    """The window with the highest score, whatever the threshold."""
    best: _Window | None = None
    instant = now.timestamp()
    least = max(settings.min_mentions, settings.min_authors, 1)
    for end, marks in _author_sweep(evidence, scene.origin, _ends(scene, now, watched)):
        known = scene.known_hours - max(0.0, instant - end * _BIN) / HOUR
        for width, blocks in zip(WINDOWS, scene.blocks, strict=True):
            first = end - 4 * width
            if first < scene.origin or width > max(1.0, known / 2):
                continue
            observed = sum(marks[first - scene.origin : end - scene.origin])
            if observed < least:
                continue
            found = _judge(scene, _Cut(first, end, observed, known), blocks)
            if found is not None and (best is None or found.score > best.score):
                best = found
    return best


def _judge(scene: _Scene, cut: _Cut, blocks: Blocks) -> _Window | None:
    first, last, observed, known = cut
    first_bin, last_bin = first - scene.origin, last - scene.origin
    usual = scene.usual[first // 4 - scene.hour]
    mean = usual.shape / usual.hours * (scene.exposure[last_bin] - scene.exposure[first_bin])
    if mean <= 0 or observed <= mean:
        return None
    if scene.kind == "volume":
        return _judge_volume(cut, usual, mean, blocks)
    dispersion = max(_LEAST_DISPERSION, (W0 * (1 + F0 + K0 * mean) + blocks.residuals) / (W0 + blocks.blocks))
    spread = (dispersion - 1) / mean + 1 / usual.shape + 1.5 / (1 + (known / 24) ** 2)
    by_count = negative_binomial(observed, mean, 1 / spread)
    if by_count < _LEAST_COUNT_EVIDENCE:
        return None
    raw = scene.negatives[last_bin] - scene.negatives[first_bin]
    others = round(scene.totals[last_bin] - scene.totals[first_bin] - raw)
    if observed < usual.share * (observed + others):
        return None  # a launch: more of everything, and fewer of it complain than usual
    given_others = _given_others(observed, others, mean, usual, known)
    score = given_others + _calibration(usual.shape / usual.hours)
    return _Window(score, first, last, observed, observed + others, mean, by_count, usual.share)


def _calibration(rate: float) -> float:
    """What is added to the evidence of a brand with so many negatives an hour."""
    small = _SMALL / (1 + (rate / _SMALL_RATE) ** 2)
    return _CALIBRATION + small + _LARGE / (1 + (_LARGE_RATE / rate) ** 2)


def _judge_volume(cut: _Cut, usual: _Usual, mean: float, blocks: Blocks) -> _Window | None:
    """A window of mentions of any tone: there is nothing to hold their number against but what is usual.

    News of the day, of others too, moves all that is said: what is scattered is the rate, so that the variance grows
    with the square of the mean, and large brands do not burst every day.
    """
    first, last, observed, known = cut
    excess = (W0 + blocks.residuals) / (W0 + blocks.blocks)
    spread = max(_LEAST_UNEASY, excess * (1 / mean + UNEASY) - 1 / mean)
    spread += 1 / usual.shape + 1.5 / (1 + (known / 24) ** 2)
    by_count = negative_binomial(observed, mean, 1 / spread)
    if by_count < _LEAST_COUNT_EVIDENCE:
        return None
    return _Window(by_count + _VOLUME_CALIBRATION, first, last, observed, observed, mean, by_count, None)


def _given_others(observed: int, others: int, mean: float, usual: _Usual, known: float) -> float:
    """Evidence in the negatives, given how many other mentions there are.

    What moves all mentions alike (a launch, a slow news day) is a Gamma factor around 1.  The other mentions tell of
    it: the negatives to be expected, given them, are again negative binomial, of a mean that is moved their way.
    """
    # In the first days the course of the day is not known yet: the others tell it.
    young = 1 / (1 + (known / 24) ** 2)
    common = 1 / (1 / _COMMON + _YOUNG_COMMON * young)
    usual_others = mean * (1 - usual.share) / usual.share
    moved = mean * (common + others) / (common + usual_others)
    if observed <= moved:
        return 0.0
    spread = 1 / (common + others) + _SHARE_NOISE + 1 / usual.shape + _UNEVEN / moved + _YOUNG * young
    return negative_binomial(observed, moved, 1 / spread)


def _describe(
    w: _Window, evidence: Sequence[Item], recent: Sequence[Sighting], now: datetime, threshold: float
) -> Burst:
    inside = [i for i in evidence if i.negative and w.first <= floor(i.at / _BIN) < w.last]
    start, end = (
        datetime.fromtimestamp(w.first * _BIN, timezone.utc),
        datetime.fromtimestamp(w.last * _BIN, timezone.utc),
    )
    known, stories = {i.mention for i in inside}, {i.story for i in inside}
    copies = sum(
        s.story in stories and s.mention not in known and start <= (s.published or s.first_seen) < end for s in recent
    )
    counted = first_of_each_author(inside)
    return Burst(
        start=start,
        end=min(now, end),
        observed=w.observed,
        observed_raw=len(inside) + copies,
        expected=w.expected,
        total=w.total,
        negative_share=None if w.usual_share is None else w.observed / w.total,
        usual_share=w.usual_share,
        odds=10.0 ** min(12.0, w.count_evidence),
        score=w.score,
        severity=severity_of(w.score, threshold),
        authors=len(counted),
        stories=len({i.story for i in counted}),
        mentions=tuple(i.mention for i in counted),
    )


def first_of_each_author(items: Sequence[Item]) -> list[Item]:
    """Those that count in a window that holds these: an author counts once, and who is not named each time."""
    authors: set[str] = set()
    counted = []
    for item in items:
        if item.author is None:
            counted.append(item)
        elif item.author not in authors:
            authors.add(item.author)
            counted.append(item)
    return counted
