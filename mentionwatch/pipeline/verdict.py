"""One brand after a poll: is this unusual, and is somebody to be told?  And which sources are down."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mentionwatch import alerts, health
from mentionwatch.burst import Baseline, Tally, Watched, advance, find_burst, is_learning, is_volume_on
from mentionwatch.match import Matcher
from mentionwatch.model import Entry
from mentionwatch.pipeline.outbox import notices_of
from mentionwatch.pipeline.rules import judge_rules
from mentionwatch.store import BrandState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from mentionwatch.model import Alert, Burst, SourceStatus
    from mentionwatch.pipeline.rules import Ruled
    from mentionwatch.settings import Brand, Config, NotifySettings
    from mentionwatch.store import Reading, Store

#: Polls that are remembered: as far back as undated mentions may still have to be spread.
POLLS_KEPT = timedelta(days=5)
#: Readings of a rating that are looked at.
RATINGS_KEPT = alerts.WITHIN + timedelta(days=alerts.USUAL_DAYS)


@dataclass(frozen=True)
class Judged:
    """What a poll made of a brand."""

    #: It is still being learned: no burst is looked for.
    learning: bool
    #: What was decided, by kind of alert.
    decisions: Mapping[str, alerts.Decision]
    #: Regular expressions of rules that took too long, each with the number of mentions not decided therefore.
    undecided: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Finding:
    """What one kind of alert rests on now."""

    kind: str
    burst: Burst | None
    #: Why, where the burst does not say it.
    sentence: str | None = None
    #: In place of the brand's: so many mentions an alert of this kind rests on at least.
    least: int | None = None


def judge_brand(config: Config, store: Store, brand: Brand, *, now: datetime, to: Sequence[NotifySettings]) -> Judged:
    """Detect, decide, and record both with what is to be told, in one transaction."""
    # One transaction: what the user does to an alert meanwhile (`alerts ack`) is not written over.
    with store.atomic():
        return _judge(config, store, brand, now=now, to=to)


def _judge(config: Config, store: Store, brand: Brand, *, now: datetime, to: Sequence[NotifySettings]) -> Judged:
    settings = brand.alerts or config.alerts
    state = store.brand_state(brand.name) or BrandState(now, (), None)
    # A damaged baseline is learned anew from what is stored; nothing of it is told to the user as a burst.
    baseline = read_baseline(state.baseline)
    if baseline is not None and baseline.is_ahead(now):
        # So is what was learned while the clock was far ahead: it would see no burst until that time has come.
        baseline = None
    watched = watch(store, watching(config, brand), state, baseline.since if baseline else state.first_polled)
    recent = store.sightings(brand.name, since=baseline.since if baseline else None)
    tally = Tally(recent, watched, settings.min_confidence)
    found = [_Finding(alerts.KIND, find_burst(baseline, tally, now=now, settings=settings, watched=watched))]
    if is_volume_on(settings, recent):
        crowd = find_burst(baseline, tally, now=now, settings=settings, watched=watched, kind="volume")
        found.append(_Finding(alerts.VOLUME, crowd))
    # Before this poll is among those that the brand's state knows.
    ruled = judge_rules(config, store, brand, now)
    found += map(_of_rule, ruled)
    found += _of_ratings(config, store, brand, now)
    found += _not_looked_for(store, brand, {one.kind for one in found})
    following = advance(baseline, tally, now=now, watched=watched)
    polls = tuple(poll for poll in state.polls if now - POLLS_KEPT <= poll < now)
    store.record_verdict(brand.name, BrandState(state.first_polled, (*polls, now), following.to_json()), None)
    spots = _blind_spots(config, store, brand)
    decisions = {one.kind: _decide(config, store, brand, one, now=now, to=to, spots=spots) for one in found}
    undecided = {pattern: n for one in ruled for pattern, n in one.undecided.items()}
    return Judged(is_learning(following, now=now, watched=watched), decisions, undecided)


def _not_looked_for(store: Store, brand: Brand, kinds: set[str]) -> list[_Finding]:
    """What else is open, of a rule that is gone: it ends as all alerts do."""
    live = {alert.kind for alert in store.alerts(brand=brand.name, live=True)}
    return [_Finding(kind, None) for kind in sorted(live - kinds - {alerts.SOURCE})]


def _of_rule(ruled: Ruled) -> _Finding:
    hit = ruled.hit
    least = ruled.rule.more_than + 1
    return _Finding(ruled.kind, hit.burst, hit.reason, least) if hit else _Finding(ruled.kind, None, least=least)


def _of_ratings(config: Config, store: Store, brand: Brand, now: datetime) -> list[_Finding]:
    """The deepest fall of a rating of the brand's pages and apps; nothing where it has none."""
    series: dict[tuple[str, str], list[alerts.Rated]] = {}
    for reading in ratings_of(config, store, brand, since=now - RATINGS_KEPT, now=now):
        rated = alerts.Rated(reading.at, reading.rating, reading.count)
        series.setdefault((reading.source, reading.name), []).append(rated)
    falls = (alerts.find_fall(name or brand.name, at, seen, now=now) for (at, name), seen in series.items())
    deepest = max((fall for fall in falls if fall), key=lambda fall: (fall.stars, fall.source), default=None)
    if deepest is None:
        # Also where a page has gone: what was opened for it comes to its end.
        return [_Finding(alerts.RATING, None)]
    return [_Finding(alerts.RATING, alerts.fall_burst(deepest), deepest.sentence)]


def ratings_of(config: Config, store: Store, brand: Brand, *, since: datetime, now: datetime) -> Iterator[Reading]:
    """Ratings that are the brand's: of a source for it alone, or of what its queries find by name."""
    sources = {source.name: source.brands or tuple(b.name for b in config.brands) for source in config.sources}
    matcher: Matcher | None = None
    for reading in store.ratings(since=since):
        brands = sources.get(reading.source, ())
        if brand.name not in brands:
            continue
        if len(brands) > 1:
            matcher = matcher or Matcher([brand], saved=config.queries)
            entry = Entry(reading.source, title=reading.name)
            if not matcher.matches(entry, now=now, on_timeout=lambda _timeout: None):
                continue
        yield reading


def _decide(
    config: Config,
    store: Store,
    brand: Brand,
    found: _Finding,
    *,
    now: datetime,
    to: Sequence[NotifySettings],
    spots: Sequence[str],
) -> alerts.Decision:
    """Record the brand's alert of this kind where it changed, and what is to be told of it on which channel."""
    settings = brand.alerts or config.alerts
    past = next(iter(store.alerts(brand=brand.name, kind=found.kind, limit=1)), None)
    decision = alerts.decide(
        past,
        found.burst,
        now=now,
        brand=brand.name,
        settings=settings if found.least is None else replace(settings, min_mentions=found.least),
        blind_spots=spots,
        kind=found.kind,
        sentence=found.sentence,
        marking=_marking(store, past),
    )
    _record(config, store, decision, now=now, to=to)
    return decision


def _record(
    config: Config, store: Store, decision: alerts.Decision, *, now: datetime, to: Sequence[NotifySettings]
) -> None:
    if decision.alert is not None and decision.reason != "none":
        notices = notices_of(decision, to, config=config, store=store, now=now)
        store.record_alert(decision.alert, notices)


def _marking(store: Store, past: Alert | None) -> alerts.Marking | None:
    """What the user has marked of the mentions behind an alert that is not resolved."""
    if past is None or past.state == "resolved" or not past.evidence:
        return None
    noise, retoned = store.marked_away(past.evidence)
    taken = len(noise | retoned) if past.kind == alerts.KIND else len(noise)
    return alerts.Marking(taken, len(past.evidence) - taken)


def judge_sources(
    config: Config,
    store: Store,
    statuses: Mapping[str, SourceStatus],
    *,
    now: datetime,
    to: Sequence[NotifySettings],
    others: frozenset[str] = frozenset(),
) -> None:
    """Open and resolve the alerts of sources that are down, and record what is to be told; one transaction each.

    Sources of `others`, configurations that share the store, are left to them.
    """
    live = {alert.brand for alert in store.alerts(kind=alerts.SOURCE, live=True)}
    names = {source.name for source in config.sources}
    down = {name for name, status in statuses.items() if name in names and health.is_down(status)}
    for name in sorted((live - (others - names)) | down):
        with store.atomic():
            past = next(iter(store.alerts(brand=name, kind=alerts.SOURCE, limit=1)), None)
            if name not in names:
                if past is not None:
                    # Nobody looks there any more, and nobody has to be told.
                    store.set_alert_state(past.id, "resolved", now=now)
                continue
            trouble = _trouble(statuses[name]) if name in down else None
            decision = alerts.decide_source(past, trouble, now=now, source=name, settings=config.alerts)
            _record(config, store, decision, now=now, to=to)


def _trouble(status: SourceStatus) -> alerts.Trouble:
    return alerts.Trouble(status.state, status.reason or status.state, status.since or status.first_polled)


def read_baseline(text: str | None) -> Baseline | None:
    """What is usual for a brand, as it was stored; None where nothing is, or it is damaged."""
    try:
        return Baseline.from_json(text) if text else None
    except ValueError:
        return None


def watching(config: Config, brand: Brand) -> list[str]:
    """Names of the sources that a brand is looked for in."""
    return [source.name for source in config.sources if not source.brands or brand.name in source.brands]


def watch(store: Store, sources: Sequence[str], state: BrandState, since: datetime) -> Watched:
    """How a brand has been watched since this time."""
    outages = store.outages(sources, since=since)
    clock = store.clock()
    # What the clock jumped over was no time in which anything could be seen.
    outages += [(name, *jump) for jump in (clock.jumps if clock else ()) for name in sources]
    return Watched(since=state.first_polled, polls=state.polls, outages=tuple(outages))


def _blind_spots(config: Config, store: Store, brand: Brand) -> list[str]:
    """Sources of the brand that tell nothing now: their silence is no evidence."""
    statuses = store.statuses()
    return [name for name in watching(config, brand) if name in statuses and health.is_down(statuses[name])]
