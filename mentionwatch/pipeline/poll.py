"""The cron job: ask the sources that are due, store, detect, record what is to be told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mentionwatch import health
from mentionwatch.alerts import SOURCE
from mentionwatch.fetch import Fetcher
from mentionwatch.fetch.hosts import Cooled
from mentionwatch.model import Failed, Outcome, Polled, Postponed
from mentionwatch.parsing.pool import Parser
from mentionwatch.pipeline.clock import is_trusted
from mentionwatch.pipeline.collect import collect
from mentionwatch.pipeline.fold import fold_new
from mentionwatch.pipeline.naming import known_names
from mentionwatch.pipeline.neighbours import meet_neighbours
from mentionwatch.pipeline.outbox import Delivery, Each, recipients
from mentionwatch.pipeline.places import named_files, placed_sources
from mentionwatch.pipeline.rematch import fill_index, rematch_changed
from mentionwatch.pipeline.running import all_of
from mentionwatch.pipeline.running import run as run_to_end
from mentionwatch.pipeline.scan import brand_matcher
from mentionwatch.pipeline.take import Taker, place_of, query_key
from mentionwatch.pipeline.verdict import judge_brand, judge_sources
from mentionwatch.schedule import MOST_RETRY_AFTER, most_wait
from mentionwatch.sources import make_source, spacing_of
from mentionwatch.store import HostState
from mentionwatch.stories import COPY_SPAN
from mentionwatch.tone import make_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from mentionwatch.match import Matcher
    from mentionwatch.model import Alert, Mention, SourceStatus
    from mentionwatch.pipeline.neighbours import Neighbours
    from mentionwatch.pipeline.rematch import Rematched
    from mentionwatch.settings import Brand, Config, NotifySettings, SourceSettings
    from mentionwatch.sources.base import Source
    from mentionwatch.store import Store
    from mentionwatch.tone import Engine

#: A request that would have to wait longer for its turn at its host waits for the next poll instead.
PATIENCE_S = 60.0
#: cron fires a little early or late; a source that is due within this time is due.
EARLY = timedelta(minutes=1)


def _quietly(_what: object) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class PollReport:
    """What a poll did."""

    #: One per source that was asked.
    outcomes: tuple[Outcome, ...]
    #: Sources that were not due.
    waiting: tuple[str, ...]
    #: Trouble that began or ended; each is told once.
    changes: tuple[health.Change, ...]
    #: Mentions stored now.
    mentions: tuple[Mention, ...]
    #: Alerts that are not resolved.
    alerts: tuple[Alert, ...]
    #: The status of every configured source that was ever asked.
    statuses: tuple[SourceStatus, ...]
    #: What a user should know of how documents are fetched and read here, a line each.
    notes: tuple[str, ...] = ()
    #: Regular expressions of queries that took too long, each with the number of entries not decided therefore.
    undecided: Mapping[str, int] = field(default_factory=dict)
    #: Brands whose queries had changed and were looked for in what was stored, where anything came of it.
    rematched: tuple[Rematched, ...] = ()
    #: How telling went; nothing of it before it was tried.
    delivery: Delivery = field(default_factory=Delivery)

    def exit_code(self, *, alerts_count: bool = False) -> int:
        """Say how it went.

        Returns:
            4 when the last poll of every source failed, 5 for open alerts if they count (a source that is down has a
            code of its own), 6 while a message is overdue, 3 while a source is down; the first that holds.
        """
        if self.statuses and all(status.fails for status in self.statuses):
            return 4
        if alerts_count and any(alert.kind != SOURCE for alert in self.alerts):
            return 5
        if self.delivery.overdue:
            return 6
        return 3 if any(health.is_down(status) for status in self.statuses) else 0


def is_due(status: SourceStatus | None, every: timedelta, now: datetime, *, place: str | None = None) -> bool:
    """Whether a source is to be asked now.

    A last poll in the future means that the clock was set back: then it is due, and so is what would have to wait
    longer than any source has to.  What is gone for good is not asked again, unless the configuration gives another
    `place`.
    """
    if status is None or status.last_polled > now:
        return True
    if status.state == "gone" and place in {None, status.place}:
        return False
    due = status.next_poll if status.next_poll is not None else status.last_polled + every
    if due - now > most_wait(every, failing=status.fails > 0):
        return True
    # Less where the interval is short, or what polls more often than cron would ask it at every second of them.
    return now >= due - min(EARLY, every / 4)


def poll_store(
    config: Config,
    store: Store,
    *,
    now: datetime,
    every_source: bool = False,
    to: Sequence[NotifySettings] | None = None,
    preset_folder: Path | None = None,
    max_time: timedelta | None = None,
    progress: Callable[[str], None] = _quietly,
    on_change: Callable[[health.Change], None] = _quietly,
) -> PollReport:
    """Poll once; the caller holds the lock and delivers what is in the outbox after.

    Args:
        config: Brands, sources and limits.
        store: An open store.
        now: Present time.
        every_source: Also those that are not due.
        to: Who is told: notices are recorded for them; None: whoever is configured.
        preset_folder: The user's own presets.
        max_time: For the whole poll; what was not asked by then is carried over.
        progress: Called with a source's name when it is done.
        on_change: Called with each trouble that begins or ends, as soon as it is recorded.
    """
    # Looked up once: what is read has to be what may be read.
    placed = placed_sources(config)

    async def run() -> PollReport:
        fetcher, parser = (
            _fetcher(config, placed, store, now=now, preset_folder=preset_folder, max_time=max_time),
            Parser(),
        )
        poller = Poller(
            config,
            store,
            fetcher,
            parser,
            placed=placed,
            to=to,
            preset_folder=preset_folder,
            progress=progress,
            on_change=on_change,
        )
        try:
            return await poller.poll(now, every_source=every_source)
        finally:
            # Also when the poll was stopped: a host that asked to be left alone is left alone.
            _record_cooled(fetcher, store, now)
            await fetcher.close()
            await parser.close()

    return run_to_end(run())


def _fetcher(
    config: Config,
    placed: Sequence[SourceSettings],
    store: Store,
    *,
    now: datetime,
    preset_folder: Path | None,
    max_time: timedelta | None,
) -> Fetcher:
    """What asks, with what earlier polls know of hosts."""
    return Fetcher(
        config.fetch,
        files=named_files(placed),
        folder=config.path.parent if config.path else None,
        spacing=spacing_of(config.sources, preset_folder),
        cooled=_cooled(store, now),
        on_asked=store.record_asked,
        ages={host: (now - s.asked).total_seconds() for host, s in store.hosts().items() if s.asked},
        patience_s=PATIENCE_S,
        deadline_s=max_time.total_seconds() if max_time is not None else None,
    )


def _record_cooled(fetcher: Fetcher, store: Store, now: datetime) -> None:
    """Write which hosts are to be left alone; when they were asked is written already, before they were."""
    stored = store.hosts()
    known = {host: stored.get(host, HostState()).asked for host in fetcher.cooled}
    cooled = {
        host: HostState(asked=known[host], until=cool.until, reason=cool.reason)
        for host, cool in fetcher.cooled.items()
    }
    store.record_hosts(cooled, now=now)


def _cooled(store: Store, now: datetime) -> dict[str, Cooled]:
    """Hosts that earlier polls were told to leave alone; a time too far ahead comes from a clock that was wrong."""
    known = store.hosts()
    return {
        host: Cooled(state.until, state.reason or "")
        for host, state in known.items()
        if state.until and now < state.until <= now + MOST_RETRY_AFTER
    }


@dataclass
class _Run:
    """What one poll gathers while it goes on."""

    now: datetime
    #: As they were, and as they are now.
    before: dict[str, SourceStatus]
    statuses: dict[str, SourceStatus]
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    changes: list[health.Change] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    undecided: Counter[str] = field(default_factory=Counter)


class Poller:
    """Polls one configuration, as often as it is asked to."""

    def __init__(
        self,
        config: Config,
        store: Store,
        fetcher: Fetcher,
        parser: Parser,
        *,
        placed: Sequence[SourceSettings] | None = None,
        to: Sequence[NotifySettings] | None = None,
        preset_folder: Path | None = None,
        progress: Callable[[str], None] = _quietly,
        on_change: Callable[[health.Change], None] = _quietly,
    ) -> None:
        self._on_change = on_change
        self._config = config
        self._store = store
        self._fetcher = fetcher
        self._parser = parser
        self._to = tuple(to) if to is not None else recipients(config)
        self._each = Each(self._to, config.queries)
        self._progress = progress
        self._engine: Engine = make_engine(config.tone, entities=known_names(config.brands, config.queries))
        self._sources = [
            (settings, make_source(at, preset_folder))
            for settings, at in zip(config.sources, placed or placed_sources(config), strict=True)
        ]
        self._matchers: dict[tuple[str, ...], Matcher] = {}
        self._keys = {brand.name: query_key(brand, config) for brand in config.brands}

    async def poll(self, now: datetime, *, every_source: bool = False) -> PollReport:
        """Poll once: each source's answer is stored as it comes, then every brand is judged."""
        before = self._store.statuses()
        run = _Run(now, before, dict(before))
        # First what is stored, then what comes: a mention that both would find is backlog.
        changed = rematch_changed(self._config, self._store, self._engine, now=now)
        run.mentions += [mention for done in changed for mention in done.found]
        due = [
            (settings, source)
            for settings, source in self._sources
            if every_source or is_due(run.statuses.get(settings.name), settings.every, now, place=place_of(settings))
        ]
        # The longest overdue go first: where the time does not suffice for all, each has its turn in the end.
        due.sort(key=lambda pair: _overdue(run.statuses.get(pair[0].name)))
        await all_of(self._source(settings, source, run) for settings, source in due)
        waits = {name: w for name, w in run.outcomes.items() if isinstance(w, Postponed)}
        self._store.record_waits({name: (wait.until, wait.reason) for name, wait in waits.items()})
        neighbours = meet_neighbours(self._config, self._store)
        self._prune(run, neighbours)
        fill_index(self._store)
        watched = {brand.name for brand in self._config.brands}
        self._resolve_orphans(watched | neighbours.brands, now)
        judge_sources(self._config, self._store, run.statuses, now=now, to=self._to, others=neighbours.sources)
        for brand in self._config.brands:
            judged = judge_brand(self._config, self._store, brand, now=now, to=self._to)
            run.undecided.update(judged.undecided)
        names = [settings.name for settings, _ in self._sources]
        return PollReport(
            outcomes=tuple(run.outcomes[settings.name] for settings, _ in due),
            waiting=tuple(name for name in names if name not in run.outcomes),
            changes=tuple(run.changes),
            mentions=self._store.as_marked(run.mentions),
            alerts=tuple(
                a for a in self._store.alerts(live=True) if a.brand in (names if a.kind == SOURCE else watched)
            ),
            statuses=tuple(run.statuses[name] for name in names if name in run.statuses),
            notes=(*self._fetcher.notes, *self._parser.notes),
            undecided=dict(run.undecided),
            rematched=tuple(changed),
        )

    async def _source(self, settings: SourceSettings, source: Source, run: _Run) -> None:
        """Ask one source, and store what it gave."""
        brands = self._brands(settings)
        taker = Taker(
            settings,
            brands,
            self._matcher(brands),
            self._engine,
            self._store,
            keep=self._config.store.keep,
            keep_unmatched=self._config.store.keep_unmatched,
            keys=self._keys,
            saved=self._config.queries,
        )
        before = run.statuses.get(settings.name)
        got = await collect(
            source,
            taker.ask(before, run.now),
            self._fetcher,
            self._parser,
            known=lambda url: taker.known(url, before),
            max_entries=self._config.fetch.max_entries,
        )
        if got.postponed is not None and not got.asked:
            run.outcomes[settings.name] = Postponed(settings.name, got.postponed.until, got.postponed.reason)
            return
        taken = await taker.take(got, before, run.now)
        # Without an await between: what another source writes meanwhile may be copies of this.
        mentions, placed = fold_new(self._store, taken.poll.mentions)
        tellings = self._tellings(mentions, run)
        taken = replace(taken, poll=replace(taken.poll, mentions=mentions, placed=placed, tellings=tellings))
        self._store.record_poll(taken.poll)
        run.statuses[settings.name] = taken.poll.status
        run.outcomes[settings.name] = taken.outcome
        run.mentions += taken.poll.mentions
        run.undecided.update(taken.undecided)
        if taken.change is not None:
            run.changes.append(taken.change)
            # Told at once: what ends the poll later must not silence it.
            self._on_change(taken.change)
        self._progress(settings.name)

    def _tellings(self, mentions: Sequence[Mention], run: _Run) -> list[tuple[str, str]]:
        """New mentions that are told by themselves; recorded with them."""
        if not self._each:
            return []
        marked = self._store.as_marked(mentions)
        return self._each.tellings(marked, now=run.now, on_timeout=lambda e: run.undecided.update([e.pattern]))

    def _brands(self, settings: SourceSettings) -> tuple[Brand, ...]:
        return tuple(b for b in self._config.brands if not settings.brands or b.name in settings.brands)

    def _matcher(self, brands: tuple[Brand, ...]) -> Matcher:
        names = tuple(brand.name for brand in brands)
        if names not in self._matchers:
            self._matchers[names] = brand_matcher(self._config, brands)
        return self._matchers[names]

    def _resolve_orphans(self, watched: set[str], now: datetime) -> None:
        """Resolve, silently, alerts of brands that are no longer watched: nothing else ever would."""
        for alert in self._store.alerts(live=True):
            if alert.kind != SOURCE and alert.brand not in watched:
                self._store.set_alert_state(alert.id, "resolved", now=now)

    def _prune(self, run: _Run, neighbours: Neighbours) -> None:
        """Delete what is older than `keep`; not while the clock may be wrong, or one wrong hour would delete it all."""
        keep = neighbours.keep
        last = max((status.last_polled for status in run.before.values()), default=None)
        if is_trusted(self._store, last, keep=keep, now=run.now) and last is not None:
            self._store.prune(run.now - keep, unmatched_before=run.now - neighbours.keep_entries)
            self._store.forget_stories(run.now - COPY_SPAN)


def _overdue(status: SourceStatus | None) -> float:
    """Sorts the longest overdue first, and what was never asked before all."""
    return status.last_polled.timestamp() if status else 0.0


def summary(report: PollReport) -> str:
    """One line for people."""
    tones = Counter(mention.tone.label for mention in report.mentions)
    failed = sum(isinstance(outcome, Failed) for outcome in report.outcomes)
    found = len(report.mentions)
    line = f"{found} new mention{'s' * (found != 1)}"
    if found:
        copies = sum(mention.copy not in {None, mention.entry_id} for mention in report.mentions)
        line += f" ({', '.join(f'{count} {label}' for label, count in sorted(tones.items()))}"
        line += f"; {copies} {'is a copy' if copies == 1 else 'are copies'})" if copies else ")"
    line += f" from {len(report.outcomes)} source{'s' * (len(report.outcomes) != 1)}"
    old = sum(outcome.old for outcome in report.outcomes if isinstance(outcome, Polled))
    line += f"; {failed} failed" if failed else ""
    what = "entry that is" if old == 1 else "entries that are"
    return line + (f"; {old:,} {what} older than [store] keep, or than backfill, left out" if old else "")
