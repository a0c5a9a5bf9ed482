"""What the command line does, as calls: ``from mentionwatch import scan, poll, …``."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from mentionwatch.lock import poll_lock
from mentionwatch.pipeline.clock import note_clock, read_tick
from mentionwatch.pipeline.outbox import Delivery, deliver, recipients, send_tests
from mentionwatch.pipeline.places import as_places, named_files, with_files
from mentionwatch.pipeline.poll import PollReport, poll_store
from mentionwatch.pipeline.scan import ScanReport, scan_sources, terms_brand
from mentionwatch.pipeline.search import search_store
from mentionwatch.schedule import Tick
from mentionwatch.settings import FetchSettings, ToneSettings
from mentionwatch.sources import default_presets, make_source, spacing_of
from mentionwatch.store import Filter, Store, store_path

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mentionwatch.deliver.base import Channel
    from mentionwatch.health import Change
    from mentionwatch.model import Alert, Mention
    from mentionwatch.pipeline.search import Sort
    from mentionwatch.schedule import Jump
    from mentionwatch.settings import Brand, Config, SourceSettings

_FETCH, _TONE = FetchSettings(), ToneSettings()


def _quietly(_what: object) -> None:
    """Tell nobody."""


def scan(
    *terms: str,
    urls: Sequence[str] = (),
    presets: Sequence[str] = (),
    sources: Sequence[SourceSettings] = (),
    brands: Sequence[Brand] = (),
    since: datetime | None = None,
    now: datetime | None = None,
    fetch: FetchSettings = _FETCH,
    tone: ToneSettings = _TONE,
    preset_folder: Path | None = None,
    folder: Path | None = None,
    config: Config | None = None,
    progress: Callable[[str], None] = _quietly,
) -> ScanReport:
    """Look once, and store nothing.

    Args:
        terms: Queries; an entry that any of them matches is a mention of the first.
        urls: Feeds, JSON Feeds or review pages: addresses, or paths of files.
        presets: Names of presets.
        sources: Sources as a configuration has them.
        brands: What to look for, instead of `terms`.
        since: Mentions published earlier are left out; undated ones stay.
        now: Present time, aware; None: the clock's.
        fetch: Limits of fetching.
        tone: What judges.
        preset_folder: The user's own presets, which go before those of the package.
        config: Where saved queries, and voices that are left out of every brand, are from.
        folder: What paths in the parameters of `sources` are relative to; None: the working folder.
        progress: Called with a source's name when it is done.

    Returns:
        The mentions, newest first, and what became of each source: ``outcomes``, ``errors``.  Without any place
        given, the presets are asked that can search and need no key.

    Raises:
        UsageError: There is nothing to look for, or a path leads nowhere.
        QueryError: A term cannot be read.
        ConfigError: There is no such preset.
    """
    places = [*as_places(urls, presets), *sources] or as_places((), default_presets(preset_folder)[0])
    places = with_files(places, folder or Path.cwd())
    return scan_sources(
        [make_source(place, preset_folder) for place in places],
        tuple(brands) or (terms_brand(terms),),
        now=now or datetime.now(timezone.utc),
        since=since,
        fetch=fetch,
        files=named_files(places),
        folder=folder,
        spacing=spacing_of(places, preset_folder),
        tone=tone,
        config=config,
        only={place.name: place.brands for place in places if place.brands and brands},
        progress=progress,
    )


def poll(
    config: Config,
    *,
    channels: Sequence[Channel] = (),
    now: datetime | None = None,
    every_source: bool = False,
    dry_run: bool = False,
    wait_s: float = 0.0,
    max_time: timedelta | None = None,
    progress: Callable[[str], None] = _quietly,
    on_change: Callable[[Change], None] = _quietly,
    tick: Tick | None = None,
    on_jump: Callable[[Jump], None] = _quietly,
    timer: Callable[[], float] = time.monotonic,
) -> PollReport:
    """Poll the sources that are due, store, detect and tell, as the cron job does.

    Args:
        config: From ``load_config``.
        channels: Tell what is to be told, by the names of the configured ones (``open_channels``); one of another name
            is told everything.  What has no channel waits in the store's outbox for a poll that has one.
        now: Present time, aware; None: the clock's.
        every_source: Also sources that are not due.
        dry_run: Do everything and keep nothing; `channels` are told all the same, so give such that only show it.
        wait_s: How long to wait for another run, in seconds.
        max_time: For the whole poll; what was not asked by then is carried over to the next.
        progress: Called with a source's name when it is done.
        on_change: Called with each trouble of a source that begins or ends, as soon as it is recorded.
        tick: What the clocks say, with `now` for the one on the wall; None: `now` alone is known, if it is given.
        on_jump: Called where the clock jumped since the last poll, once for each jump.
        timer: Counts seconds: a poll takes its time, and `mute` is judged by when it sends.

    Raises:
        Locked: Another run holds the lock.
        StoreError: The store cannot be opened or written.

    A channel that fails ends nothing: ``delivery`` of the report says so, and what it had to tell stays in the outbox.
    """
    at, began = now or datetime.now(timezone.utc), timer()
    tick = tick or (Tick(at) if now else read_tick(at))
    with ExitStack() as stack:
        store = _own_store(stack, config, now=at, dry_run=dry_run, wait_s=wait_s)
        if jump := note_clock(store, tick):
            on_jump(jump)
        report = poll_store(
            config,
            store,
            now=at,
            every_source=every_source,
            to=recipients(config, channels),
            preset_folder=config.presets,
            max_time=max_time,
            progress=progress,
            on_change=on_change,
        )
        took = timedelta(seconds=timer() - began)
        return replace(report, delivery=deliver(config, store, channels, now=at, at=at + took))


def _own_store(stack: ExitStack, config: Config, *, now: datetime, dry_run: bool, wait_s: float) -> Store:
    """Open the store for a poll, under the lock; a dry run works on a copy, and leaves nothing beside it either."""
    url = _store_url(config)
    path = store_path(url)
    if path is not None and not dry_run:
        stack.enter_context(poll_lock(path, now=now, wait_s=wait_s))
    return stack.enter_context(Store(url, create=True, dry_run=dry_run))


def try_channels(config: Config, channels: Sequence[Channel], *, now: datetime | None = None) -> Delivery:
    """Send a test message through each channel, by way of the store's outbox.

    Args:
        config: Names the store, which is made if it is not there.
        channels: As for ``poll``.
        now: Present time, aware; None: the clock's.

    Raises:
        StoreError: The store cannot be opened or written.
    """
    with Store(_store_url(config), create=True) as store:
        return send_tests(config, store, channels, now=now or datetime.now(timezone.utc))


def find_mentions(
    config: Config,
    query: str | None = None,
    *,
    wanted: Filter | None = None,
    sort: Sort = "newest",
    limit: int | None = None,
) -> tuple[Mention, ...]:
    """Search what is stored.

    Args:
        config: Names the store.
        query: In the query language; None: everything.
        wanted: Further restrictions.
        sort: "newest", "oldest" or "negative" (lowest polarity first).
        limit: Most mentions given back.

    Raises:
        StoreError: There is no store yet, or it cannot be read.
        QueryError: The query cannot be read.
    """
    with Store(_store_url(config)) as store:
        found = search_store(store, query, wanted or Filter(), sort=sort, limit=limit, saved=config.queries)
        return found.mentions


def list_alerts(config: Config, *, brand: str | None = None, live: bool = False) -> tuple[Alert, ...]:
    """Alerts, the latest first.

    Args:
        config: Names the store.
        brand: Only this brand's.
        live: Only those that are not resolved.

    Raises:
        StoreError: There is no store yet, or it cannot be read.
    """
    with Store(_store_url(config)) as store:
        return tuple(store.alerts(brand=brand, live=live))


def _store_url(config: Config) -> str:
    from mentionwatch.config import default_store_url

    return config.store.url or default_store_url()
