"""What would have been told: the detector and the rules over all that is stored, at every setting at once.

One pass over a brand's past notes each poll at which anything stood out, at the most sensitive setting there is; what a
less sensitive one would have told follows from those notes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from heapq import merge
from itertools import groupby
from typing import TYPE_CHECKING

from mentionwatch.alerts import KIND, VOLUME, decide
from mentionwatch.burst import count, is_volume_on
from mentionwatch.burst.scan import THRESHOLDS, severity_of
from mentionwatch.match import compile_query
from mentionwatch.model import SEVERITIES, Backtest, DayCount, Fired, Tried
from mentionwatch.pipeline.replay import COPIES, SENSITIVITIES, Watcher
from mentionwatch.pipeline.rules import matching_mentions, rule_items, rules_of
from mentionwatch.rules import LOOKBACK, RuleHit, find_hit, rule_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import tzinfo

    from mentionwatch.alerts import Decision
    from mentionwatch.burst import Watched
    from mentionwatch.model import Alert, Burst, Sighting
    from mentionwatch.settings import AlertSettings, Brand, Config, RuleSettings
    from mentionwatch.store import Store

#: What is stored is read in pieces, so that memory does not grow with it.
_PIECE = timedelta(days=7)
#: Polls that saw nothing new are not stored; while something stands out they are taken to have been this far apart.
_BETWEEN = timedelta(hours=1)


# --- one pass over the past -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """Something that stood out at a poll, with the first mention of it."""

    at: datetime
    burst: Burst
    first: datetime
    sentence: str | None = None


@dataclass
class Past:
    """What a pass over a brand found."""

    brand: Brand
    since: datetime
    until: datetime
    #: When it was known well enough for the first time.
    learned: datetime | None = None
    bursts: list[Seen] = field(default_factory=list)
    #: Bursts of mentions of any tone; None: they were never looked for.
    volume: list[Seen] | None = None
    #: Hits of each rule, as if one mention were enough.
    hits: dict[str, list[Seen]] = field(default_factory=dict)
    negative: Counter[datetime] = field(default_factory=Counter)
    total: Counter[datetime] = field(default_factory=Counter)


def replay_brand(
    config: Config, store: Store, brand: Brand, *, zone: tzinfo | None, now: datetime, min_mentions: int | None = None
) -> Past | None:
    """Go through all that is stored of a brand; None where nothing is.

    Polls that saw something are known by it, those of the last days all.  Between them none is taken to have been,
    but every hour while something stands out.
    """
    state = store.brand_state(brand.name)
    if state is None:
        return None
    settings = replace(brand.alerts or config.alerts, sensitivity="high")
    if min_mentions is not None:
        settings = replace(settings, min_mentions=min_mentions)
    names = [source.name for source in config.sources if not source.brands or brand.name in source.brands]
    outages = store.outages(names, since=datetime.fromtimestamp(0, timezone.utc))
    rules = [_RuleWatch(config, rule) for rule in rules_of(config, brand)]
    watcher = Watcher(settings, outages, wants_volume=lambda recent: is_volume_on(settings, recent))
    watch = _Pass(Past(brand, state.first_polled, state.first_polled), watcher, rules, zone)
    known = ((poll, ()) for poll in state.polls)
    for at, news in _polls(known, _groups(store, brand, state.first_polled, now, watch)):
        watch.poll(at, news)
    return watch.past


def _groups(
    store: Store, brand: Brand, first: datetime, now: datetime, watch: _Pass
) -> Iterator[tuple[datetime, tuple[Sighting, ...]]]:
    """What each poll saw that was new, in order."""
    start: datetime | None = None
    end = first
    while start is None or start <= now:
        end = min(end + _PIECE, datetime.max.replace(tzinfo=timezone.utc) - _PIECE)
        # What was seen under a clock that was wrong comes last.
        piece = store.sightings(brand.name, since=start, until=end if end <= now else None)
        watch.take(store, piece, now)
        for seen, group in groupby(piece, key=lambda sighting: sighting.first_seen):
            yield seen, tuple(group)
        start = end


def _polls(
    known: Iterable[tuple[datetime, tuple[Sighting, ...]]], seen: Iterable[tuple[datetime, tuple[Sighting, ...]]]
) -> Iterator[tuple[datetime, list[Sighting]]]:
    for at, same in groupby(merge(known, seen, key=lambda pair: pair[0]), key=lambda pair: pair[0]):
        yield at, [sighting for _at, group in same for sighting in group]


class _Pass:
    """The detector and the rules of a brand on their way through its past."""

    def __init__(self, past: Past, watcher: Watcher, rules: Sequence[_RuleWatch], zone: tzinfo | None) -> None:
        self.past, self._watcher, self._rules, self._zone = past, watcher, rules, zone
        self._last: datetime | None = None
        self._busy = False

    def take(self, store: Store, piece: Sequence[Sighting], now: datetime) -> None:
        """Look ahead at what the coming polls see: how many a day, and what matches the rules."""
        for rule in self._rules:
            rule.take(store, piece, now)
        for item in count(piece, self._watcher.watched(now)):
            day = _day(item.at, self._zone)
            self.past.total[day] += 1
            self.past.negative[day] += item.negative

    def poll(self, at: datetime, news: Sequence[Sighting]) -> None:
        """The next poll that is known of."""
        self._fill(at)
        for sighting in news:
            self._watcher.see(sighting)
        self._look(at, news)

    def _fill(self, until: datetime) -> None:
        while self._busy and self._last is not None and self._last + _BETWEEN < until:
            self._look(self._last + _BETWEEN, ())

    def _look(self, at: datetime, news: Sequence[Sighting]) -> None:
        past, self._last = self.past, at
        past.until = at
        burst = self._watcher.poll(at)
        if past.learned is None and not self._watcher.is_learning(at):
            past.learned = at
        if burst is not None:
            past.bursts.append(Seen(at, burst, self._watcher.first_of(burst)))
        volume = self._watcher.volume
        if self._watcher.had_volume and past.volume is None:
            past.volume = []
        if volume is not None and past.volume is not None:
            past.volume.append(Seen(at, volume, self._watcher.first_of(volume)))
        self._busy = burst is not None or volume is not None
        watched = self._watcher.watched(at)
        for rule in self._rules:
            hit = rule.poll(at, news, watched)
            if hit is not None:
                past.hits.setdefault(rule.name, []).append(Seen(at, hit.burst, hit.start, hit.reason))
                self._busy = True


class _RuleWatch:
    """One rule on its way through a brand's past, as if one mention were enough."""

    def __init__(self, config: Config, rule: RuleSettings) -> None:
        self.name = rule.name
        self._rule = replace(rule, more_than=0)
        self._query = compile_query(rule.when, saved=config.queries, stored=True)
        self._matching: set[str] = set()
        #: What matches of the piece before, whose last poll may not have been looked at yet.
        self._ahead: set[str] = set()
        self._recent: list[Sighting] = []
        self._stories: dict[str, datetime] = {}
        self._held = False

    def take(self, store: Store, piece: Sequence[Sighting], now: datetime) -> None:
        """Find out what of the coming polls matches."""
        recent = {sighting.mention for sighting in self._recent}
        found, _undecided = matching_mentions(store, self._query, [sighting.mention for sighting in piece], now=now)
        self._matching = (self._matching & recent) | self._ahead | found
        self._ahead = found

    def poll(self, at: datetime, news: Sequence[Sighting], watched: Watched) -> RuleHit | None:
        """Look whether it holds at a poll."""
        since = at - LOOKBACK - self._rule.within
        for sighting in news:
            known = self._stories.get(sighting.story)
            if known is None or known < sighting.first_seen - COPIES:
                self._stories[sighting.story] = sighting.first_seen
            if self._rule.share_over is not None or sighting.mention in self._matching:
                self._recent.append(sighting)
        if not self._held and not any(sighting.mention in self._matching for sighting in news):
            return None
        # A copy of a text that was seen before does not count, as in the store.
        self._recent = [sighting for sighting in self._recent if self._stories[sighting.story] >= since]
        matched, everything = rule_items(self._rule, self._recent, self._matching, watched)
        hit = find_hit(self._rule, matched, everything, now=at, previous=watched.previous(at))
        self._held = hit is not None
        return hit


def _day(at: float, zone: tzinfo | None) -> datetime:
    local = datetime.fromtimestamp(at, timezone.utc).astimezone(zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


# --- what follows from it ---------------------------------------------------------------------------------


def fired_at(
    past: Past, settings: AlertSettings, threshold: float, *, min_mentions: int = 0, kind: str = KIND
) -> tuple[Fired, ...]:
    """The alerts of the detector at a threshold, of negative mentions or of all ("volume")."""

    def as_told(seen: Seen) -> Seen | None:
        burst = seen.burst
        if burst.score < threshold or burst.observed < min_mentions:
            return None
        return replace(seen, burst=replace(burst, severity=severity_of(burst.score, threshold)))

    return _lives(past, past.bursts if kind == KIND else past.volume or (), settings, as_told, kind=kind)


def fired_by(past: Past, rule: RuleSettings, settings: AlertSettings) -> tuple[Fired, ...]:
    """The alerts of a rule, with its ``more_than``."""

    def as_told(seen: Seen) -> Seen | None:
        if seen.burst.observed <= rule.more_than:
            return None
        said = seen.sentence and seen.sentence.replace("more than 0)", f"more than {rule.more_than:,})")
        return replace(seen, sentence=said, burst=replace(seen.burst, expected=float(rule.more_than)))

    return _lives(past, past.hits.get(rule.name, ()), settings, as_told, kind=rule_kind(rule))


def _lives(
    past: Past,
    seen: Iterable[Seen],
    settings: AlertSettings,
    as_told: Callable[[Seen], Seen | None],
    *,
    kind: str,
) -> tuple[Fired, ...]:
    """Let the alert live: the same decisions as when it is told."""
    alert: Alert | None = None
    fired: list[Fired] = []

    def step(now: datetime, one: Seen | None) -> None:
        nonlocal alert
        decision = decide(
            alert,
            one.burst if one else None,
            now=now,
            brand=past.brand.name,
            settings=settings,
            kind=kind,
            sentence=one.sentence if one else None,
        )
        alert = decision.alert
        _note(fired, decision, one)

    def rest(now: datetime) -> None:
        """Resolve it when it is due; at which poll that was is not known."""
        if alert is not None and alert.state != "resolved" and alert.last_burst is not None:
            due = alert.last_burst + settings.quiet
            if due <= now:
                step(due, None)

    for one in seen:
        told = as_told(one)
        rest(one.at)
        if told is not None:
            step(one.at, told)
    rest(past.until)
    return tuple(fired)


def _note(fired: list[Fired], decision: Decision, seen: Seen | None) -> None:
    alert = decision.alert
    if alert is None or decision.reason == "none":
        return
    if decision.reason == "open" and seen is not None:
        fired.append(
            Fired(
                opened=alert.opened,
                first=min(seen.first, alert.opened),
                resolved=None,
                severity=alert.severity,
                observed=alert.observed,
                expected=alert.expected,
                authors=alert.authors,
                reason=alert.reason,
            )
        )
        return
    last = fired[-1]
    fired[-1] = replace(
        last,
        resolved=alert.resolved,
        severity=max(last.severity, alert.severity, key=SEVERITIES.index),
        observed=alert.observed,
        expected=alert.expected,
        authors=alert.authors,
        reason=alert.reason,
    )


def backtest_of(
    config: Config, past: Past, *, since: datetime | None = None, only: Sequence[str] = SENSITIVITIES
) -> Backtest:
    """What each sensitivity and each rule would have told of a brand."""
    settings = past.brand.alerts or config.alerts
    start = max(past.since, since) if since else past.since

    def tried(name: str, kind: str, alerts: Iterable[Fired], *, in_force: bool) -> Tried:
        return Tried(name, kind, in_force, tuple(a for a in alerts if a.opened >= start))  # type: ignore[arg-type]

    found = [
        tried(name, "sensitivity", fired_at(past, settings, THRESHOLDS[name]), in_force=name == settings.sensitivity)
        for name in only
    ]
    if past.volume is not None:
        volume = fired_at(past, settings, THRESHOLDS[settings.sensitivity], kind=VOLUME)
        found.append(tried("volume", "volume", volume, in_force=True))
    found += [
        tried(rule.name, "rule", fired_by(past, rule, settings), in_force=True) for rule in rules_of(config, past.brand)
    ]
    return Backtest(
        brand=past.brand.name,
        since=start,
        until=past.until,
        learned=past.learned,
        days=tuple(
            DayCount(day, past.negative[day], n)
            for day, n in sorted(past.total.items())
            if day > start - timedelta(days=1)
        ),
        tried=tuple(found),
    )
