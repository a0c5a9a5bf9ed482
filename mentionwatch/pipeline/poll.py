"""The cron job: ask the sources that are due, store, detect, record what is to be told."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from mentionwatch import health
from mentionwatch.fetch import Fetcher
from mentionwatch.identity import digest
from mentionwatch.match import Matcher
from mentionwatch.model import Ask, Failed, NotModified, Outcome, Polled
from mentionwatch.pipeline.collect import Collected, collect, make_mention
from mentionwatch.pipeline.scan import brand_terms
from mentionwatch.pipeline.verdict import judge_brand
from mentionwatch.sources import make_source
from mentionwatch.tone import make_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from mentionwatch.model import Alert, Entry, Mention, SourceStatus
    from mentionwatch.settings import Brand, Config, SourceSettings
    from mentionwatch.sources.base import Source
    from mentionwatch.store import Store
    from mentionwatch.tone import Engine

#: A search is asked for what came since the last success, and this much before: sites index with a delay.
OVERLAP = timedelta(hours=6)
#: How far back the first search looks where `backfill` does not say.
FIRST_SEARCH = timedelta(days=7)
#: cron fires a little early or late; a source that is due within this time is due.
EARLY = timedelta(minutes=1)


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

    def exit_code(self, *, alerts_count: bool = False) -> int:
        """4 when the last poll of every source failed, 5 for open alerts if they count, 3 while a source is down."""
        if self.statuses and all(status.fails for status in self.statuses):
            return 4
        if alerts_count and self.alerts:
            return 5
        return 3 if any(health.is_down(status) for status in self.statuses) else 0


def is_due(status: SourceStatus | None, every: timedelta, now: datetime) -> bool:
    """Whether a source is to be asked now; a last poll in the future means that the clock was set back."""
    return status is None or status.last_polled > now or now - status.last_polled >= every - EARLY


def poll_store(
    config: Config,
    store: Store,
    *,
    now: datetime,
    every_source: bool = False,
    channels: Sequence[str] = ("stdout",),
    preset_folder: Path | None = None,
    progress: Callable[[str], None] = lambda _source: None,
) -> PollReport:
    """Poll once; the caller holds the lock and delivers what is in the outbox after.

    Args:
        config: Brands, sources and limits.
        store: An open store.
        now: Present time.
        every_source: Also those that are not due.
        channels: Names of the channels that notices are recorded for.
        preset_folder: The user's own presets.
        progress: Called with a source's name when it is done.
    """

    async def run() -> PollReport:
        fetcher = Fetcher(config.fetch)
        poller = Poller(config, store, fetcher, channels=channels, preset_folder=preset_folder, progress=progress)
        try:
            return await poller.poll(now, every_source=every_source)
        finally:
            await fetcher.close()

    return asyncio.run(run())


@dataclass
class _Run:
    """What one poll gathers while it goes on."""

    now: datetime
    statuses: dict[str, SourceStatus]
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    changes: list[health.Change] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)


class Poller:
    """Polls one configuration, as often as it is asked to."""

    def __init__(
        self,
        config: Config,
        store: Store,
        fetcher: Fetcher,
        *,
        channels: Sequence[str] = ("stdout",),
        preset_folder: Path | None = None,
        progress: Callable[[str], None] = lambda _source: None,
    ) -> None:
        self._config = config
        self._store = store
        self._fetcher = fetcher
        self._channels = tuple(channels)
        self._progress = progress
        self._engine: Engine = make_engine(config.tone)
        self._sources = [(settings, make_source(settings, preset_folder)) for settings in config.sources]
        self._matchers: dict[tuple[str, ...], Matcher] = {}

    async def poll(self, now: datetime, *, every_source: bool = False) -> PollReport:
        """Poll once: each source's answer is stored as it comes, then every brand is judged."""
        run = _Run(now, self._store.statuses())
        due = [
            (settings, source)
            for settings, source in self._sources
            if every_source or is_due(run.statuses.get(settings.name), settings.every, now)
        ]
        await asyncio.gather(*(self._source(settings, source, run) for settings, source in due))
        self._store.prune(now - self._config.store.keep)
        for brand in self._config.brands:
            judge_brand(self._config, self._store, brand, now=now, channels=self._channels)
        names = [settings.name for settings, _ in self._sources]
        return PollReport(
            outcomes=tuple(run.outcomes[settings.name] for settings, _ in due),
            waiting=tuple(name for name in names if name not in run.outcomes),
            changes=tuple(run.changes),
            mentions=tuple(run.mentions),
            alerts=tuple(self._store.alerts(live=True)),
            statuses=tuple(run.statuses[name] for name in names if name in run.statuses),
        )

    # --- one source -------------------------------------------------------------------------------------------

    def _brands(self, settings: SourceSettings) -> tuple[Brand, ...]:
        return tuple(b for b in self._config.brands if not settings.brands or b.name in settings.brands)

    def _ask(self, settings: SourceSettings, before: SourceStatus | None, now: datetime) -> Ask:
        if before and before.last_success:
            since = min(before.last_success, now) - OVERLAP
        else:
            since = now - (settings.backfill or FIRST_SEARCH)
        terms = brand_terms(self._brands(settings))
        # Whole hours: two polls of one hour ask for the same URL, which the site can answer from its cache.
        return Ask(now=now, terms=terms, since=since.replace(minute=0, second=0, microsecond=0))

    async def _source(self, settings: SourceSettings, source: Source, run: _Run) -> None:
        brands_key = _brands_key(self._brands(settings))
        before = run.statuses.get(settings.name)
        got = await collect(
            source,
            self._ask(settings, before, run.now),
            self._fetcher,
            known=lambda url: self._store.validators(settings.name, url, brands_key),
        )
        self._record(settings, got, run, before, brands_key)
        self._progress(settings.name)

    def _record(
        self, settings: SourceSettings, got: Collected, run: _Run, before: SourceStatus | None, brands_key: str
    ) -> None:
        entries, mentions, new = ([], [], 0) if got.failed else self._mentions(settings, got, run.now)
        outcome = _outcome(got, len(mentions), new)
        place = settings.use or (got.asked[0] if got.asked else settings.url or "")
        status, change = health.next_status(before, outcome, place=place, fail_after=settings.fail_after, now=run.now)
        self._store.record_poll(
            status,
            entries=entries,
            mentions=mentions,
            documents=got.validators,
            asked=() if got.failed else got.asked,
            brands=() if got.failed else [brand.name for brand in self._brands(settings)],
            brands_key=brands_key,
            outage=_outage(before, status),
        )
        run.statuses[settings.name] = status
        run.outcomes[settings.name] = outcome
        run.mentions += mentions
        run.changes += [change] if change else []

    def _mentions(
        self, settings: SourceSettings, got: Collected, now: datetime
    ) -> tuple[list[tuple[str, Entry]], list[Mention], int]:
        """Entries to write, mentions to add, and how many entries were not known."""
        watched = self._store.watched(settings.name)
        oldest = now - settings.backfill if settings.backfill and not watched else None
        entries = [e for e in got.entries if not (oldest and e.published and e.published < oldest)]
        matcher = self._matcher(self._brands(settings))
        write: dict[str, Entry] = {}
        mentions: dict[str, Mention] = {}
        new = 0
        for entry, known in zip(entries, self._store.identify(settings.name, entries), strict=True):
            new += known.new and known.id not in write
            for match in matcher.matches(entry):
                if match.brand not in known.brands:
                    backlog = match.brand not in watched
                    mention = make_mention(entry, known.id, match, self._engine, now=now, backlog=backlog)
                    mentions.setdefault(mention.id, mention)
                    write.setdefault(known.id, entry)
            if known.changed:
                write.setdefault(known.id, entry)
        return list(write.items()), list(mentions.values()), new

    def _matcher(self, brands: tuple[Brand, ...]) -> Matcher:
        names = tuple(brand.name for brand in brands)
        if names not in self._matchers:
            self._matchers[names] = Matcher(brands)
        return self._matchers[names]


def _brands_key(brands: Sequence[Brand]) -> str:
    """Names a set of queries: when it changes, an unchanged document may still hold new mentions."""
    return digest("brands", *(repr((b.name, b.match, b.exclude, b.context)) for b in brands))


def _outcome(got: Collected, mentions: int, new: int) -> Outcome:
    if got.failed:
        return Failed(got.source, got.failed)
    if got.asked and got.unchanged == len(got.asked):
        return NotModified(got.source)
    return Polled(got.source, len(got.entries), new, mentions, tuple(got.dropped), tuple(got.errors))


def _outage(before: SourceStatus | None, status: SourceStatus) -> tuple[datetime, datetime | None] | None:
    """The outage to write, if one is going on or has just ended."""
    if health.is_down(status):
        return status.since or status.first_polled, None
    if before and health.is_down(before):
        return before.since or before.first_polled, status.last_polled
    return None


def summary(report: PollReport) -> str:
    """One line for people."""
    tones = Counter(mention.tone.label for mention in report.mentions)
    failed = sum(isinstance(outcome, Failed) for outcome in report.outcomes)
    found = len(report.mentions)
    line = f"{found} new mention{'s' * (found != 1)}"
    if found:
        line += f" ({', '.join(f'{count} {label}' for label, count in sorted(tones.items()))})"
    line += f" from {len(report.outcomes)} source{'s' * (len(report.outcomes) != 1)}"
    return line + (f"; {failed} failed" if failed else "")
