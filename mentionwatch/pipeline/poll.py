"""The cron job: ask the sources that are due, store, detect, record what is to be told."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mentionwatch import health
from mentionwatch.errors import FetchError
from mentionwatch.fetch import Fetcher
from mentionwatch.identity import digest
from mentionwatch.masking import mask_url
from mentionwatch.match import Matcher
from mentionwatch.model import Ask, Failed, NotModified, Outcome, Polled, Postponed
from mentionwatch.pipeline.collect import Collected, collect, make_mention
from mentionwatch.pipeline.scan import brand_terms
from mentionwatch.pipeline.verdict import judge_brand
from mentionwatch.schedule import next_poll
from mentionwatch.sources import make_source
from mentionwatch.store import SourcePoll
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


def is_due(status: SourceStatus | None, every: timedelta, now: datetime, *, place: str | None = None) -> bool:
    """Whether a source is to be asked now.

    A last poll in the future means that the clock was set back: then it is due.  What is gone for good is not asked
    again, unless the configuration gives another `place`.
    """
    if status is None or status.last_polled > now:
        return True
    if status.state == "gone" and place in {None, status.place}:
        return False
    due = status.next_poll if status.next_poll is not None else status.last_polled + every
    return now >= due - EARLY


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


@dataclass
class _Found:
    """What is to be stored of one source's answer: by id, and how many entries were not known."""

    entries: dict[str, Entry] = field(default_factory=dict)
    mentions: dict[str, Mention] = field(default_factory=dict)
    new: int = 0


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
            if every_source or is_due(run.statuses.get(settings.name), settings.every, now, place=_place(settings))
        ]
        # The longest overdue go first: where the time does not suffice for all, each has its turn in the end.
        due.sort(key=lambda pair: _overdue(run.statuses.get(pair[0].name)))
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
        if got.postponed is not None and not got.asked:
            run.outcomes[settings.name] = Postponed(settings.name, got.postponed.until, got.postponed.reason)
            return
        look = self._look(settings, got, run.now)
        found = _Found() if got.failed else self._mentions(settings, got, before, run.now, look)
        outcome = _outcome(got, len(found.mentions), found.new)
        status, change = health.next_status(
            before, outcome, place=_place(settings), fail_after=settings.fail_after, now=run.now, look=look
        )
        status = replace(status, next_poll=_next_poll(settings, got, status, run.now))
        self._store.record_poll(
            SourcePoll(
                status,
                entries=tuple(found.entries.items()),
                mentions=tuple(found.mentions.values()),
                documents=got.validators,
                asked=() if got.failed else got.asked,
                brands=() if got.failed else [brand.name for brand in self._brands(settings)],
                brands_key=brands_key,
                look=health.keys_of(got.entries) if got.is_read and not self._searches(settings) else None,
                outage=_outage(before, status),
            )
        )
        mentions = found.mentions.values()
        run.statuses[settings.name] = status
        run.outcomes[settings.name] = outcome
        run.mentions += mentions
        run.changes += [change] if change else []

    def _look(self, settings: SourceSettings, got: Collected, now: datetime) -> health.Look:
        """What the answer shows of the source; a search, or an answer with holes, shows nothing by what it lacks."""
        look = health.Look()
        if got.is_read and not self._searches(settings):
            look = health.look_at(got.entries, now, known=self._store.look(settings.name))
        return replace(look, seconds=got.seconds, redirects=got.redirects)

    def _searches(self, settings: SourceSettings) -> bool:
        return settings.use is not None

    def _mentions(
        self, settings: SourceSettings, got: Collected, before: SourceStatus | None, now: datetime, look: health.Look
    ) -> _Found:
        """What is to be stored of a source's entries."""
        watched = self._store.watched(settings.name)
        # What is too old to be kept, or was there before the source was watched, is left out at every poll: it would
        # come again and again.
        oldest = now - self._config.store.keep
        if settings.backfill:
            oldest = max(oldest, (before.first_polled if before else now) - settings.backfill)
        entries = [e for e in got.entries if not (e.published and e.published < oldest)]
        matcher = self._matcher(self._brands(settings))
        found = _Found()
        for entry, known in zip(entries, self._store.identify(settings.name, entries), strict=True):
            found.new += known.new and known.id not in found.entries
            for match in matcher.matches(entry):
                if match.brand not in known.brands:
                    backlog = match.brand not in watched or look.reidentified
                    mention = make_mention(entry, known.id, match, self._engine, now=now, backlog=backlog)
                    found.mentions.setdefault(mention.id, mention)
                    found.entries.setdefault(known.id, entry)
            if known.changed:
                found.entries.setdefault(known.id, entry)
        return found

    def _matcher(self, brands: tuple[Brand, ...]) -> Matcher:
        names = tuple(brand.name for brand in brands)
        if names not in self._matchers:
            self._matchers[names] = Matcher(brands)
        return self._matchers[names]


def _place(settings: SourceSettings) -> str:
    """Where a source is, as it may be shown and stored."""
    return settings.use or mask_url(settings.url or "")


def _overdue(status: SourceStatus | None) -> float:
    """Sorts the longest overdue first, and what was never asked before all."""
    return status.last_polled.timestamp() if status else 0.0


def _next_poll(settings: SourceSettings, got: Collected, status: SourceStatus, now: datetime) -> datetime:
    if got.postponed is not None:
        return now
    return next_poll(
        settings.every,
        now=now,
        name=settings.name,
        fails=status.fails,
        retry_after=max(
            (e.retry_after for e in got.errors if isinstance(e, FetchError) and e.retry_after is not None), default=None
        ),
        fresh_for=got.fresh_for,
        ttl=got.ttl,
        skip_hours=got.skip_hours,
    )


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
