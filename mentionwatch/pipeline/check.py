"""Try sources: fetch, read, and say what would be stored."""

from __future__ import annotations

import math
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mentionwatch.fetch import Fetcher
from mentionwatch.model import Ask
from mentionwatch.parsing.pool import Parser
from mentionwatch.pipeline.collect import collect
from mentionwatch.pipeline.running import all_of
from mentionwatch.pipeline.running import run as run_to_end
from mentionwatch.pipeline.scan import brand_matcher, brand_searches
from mentionwatch.pipeline.take import oldest_kept
from mentionwatch.settings import OWN_PLACES
from mentionwatch.sources import make_source, spacing_of
from mentionwatch.sources.presets import preset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    from mentionwatch.errors import SourceError
    from mentionwatch.match import Matcher
    from mentionwatch.model import Dropped, Entry
    from mentionwatch.settings import Brand, Config, FetchSettings, SourceSettings
    from mentionwatch.sources.base import Source


@dataclass(frozen=True)
class Checked:
    """What one source gave."""

    name: str
    #: Title of its first document.
    title: str | None
    entries: tuple[Entry, ...]
    dropped: tuple[Dropped, ...]
    errors: tuple[SourceError, ...]
    #: Nothing at all could be had.
    failed: bool
    #: How many mentions would be stored at a first poll; None when no brand is configured.
    mentions: int | None
    #: Entries published before this would not be stored, and how many that are.
    oldest: datetime
    too_old: int
    #: Whole time of fetching and reading.
    seconds: float

    def record(self) -> dict[str, object]:
        """As JSON."""
        return {
            "name": self.name,
            "state": self.errors[0].state if self.failed else "ok",
            "title": self.title,
            "entries": len(self.entries),
            "mentions": self.mentions,
            "too_old": self.too_old,
            "dropped": [{"what": dropped.what, "why": dropped.why} for dropped in self.dropped],
            "errors": [str(error) for error in self.errors],
            "seconds": round(self.seconds, 3),
        }


def check_sources(
    sources: Sequence[SourceSettings],
    brands: Sequence[Brand],
    *,
    now: datetime,
    fetch: FetchSettings,
    keep: timedelta,
    files: Iterable[str] = (),
    folder: Path | None = None,
    preset_folder: Path | None = None,
    config: Config | None = None,
    progress: Callable[[str], None] = lambda _source: None,
) -> list[Checked]:
    """Fetch and read sources at the same time; nothing is stored.

    Args:
        sources: What to try.
        brands: What is looked for; those that a source names, else all.
        now: Present time.
        fetch: Limits of fetching.
        keep: How long mentions are kept: what is older would not be stored.
        files: ``file:`` URLs among the sources that may be read.
        folder: Where programs run; None: the working folder.
        preset_folder: The user's own presets.
        config: Where saved queries, and voices that are left out of every brand, are from.
        progress: Called with a source's name when it is done.
    """
    adapters = [make_source(one, preset_folder) for one in sources]
    spacing = spacing_of(sources, preset_folder)

    async def one(settings: SourceSettings, source: Source, fetcher: Fetcher, parser: Parser) -> Checked:
        most = fetch.max_entries
        wanted = [brand for brand in brands if not settings.brands or brand.name in settings.brands]
        ask = Ask(now=now, searches=brand_searches(wanted, config.queries if config else None))
        matcher = brand_matcher(config, wanted) if wanted else None
        found = await _check(settings, source, ask, fetcher, parser, matcher=matcher, keep=keep, max_entries=most)
        progress(settings.name)
        return found

    async def run() -> list[Checked]:
        fetcher, parser = Fetcher(fetch, files=files, folder=folder, spacing=spacing, patience_s=math.inf), Parser()
        try:
            pairs = zip(sources, adapters, strict=True)
            return await all_of(one(*pair, fetcher, parser) for pair in pairs)
        finally:
            await fetcher.close()
            await parser.close()

    return run_to_end(run())


def turns(sources: Sequence[SourceSettings], preset_folder: Path | None = None) -> dict[str, float]:
    """Seconds that each source waits at least for others that are asked before it at the same site, by name."""
    before: Counter[tuple[str, ...]] = Counter()
    found = {}
    for source in sources:
        known = preset(source.use, preset_folder) if source.use and source.use not in OWN_PLACES else None
        hosts = known.hosts if known else ()
        found[source.name] = before[hosts] * known.limits.spacing_s if known and hosts else 0.0
        before[hosts] += 1
    return found


def _count(matcher: Matcher, entries: Sequence[Entry], now: datetime) -> int:
    """Mentions in entries; where a regular expression takes too long there is none, and a poll says so."""
    return sum(len(matcher.matches(entry, now=now, on_timeout=lambda _timeout: None)) for entry in entries)


async def _check(
    settings: SourceSettings,
    source: Source,
    ask: Ask,
    fetcher: Fetcher,
    parser: Parser,
    *,
    matcher: Matcher | None,
    keep: timedelta,
    max_entries: int,
) -> Checked:
    started = time.perf_counter()
    got = await collect(source, ask, fetcher, parser, max_pages=0, max_entries=max_entries)
    seconds = time.perf_counter() - started
    oldest = oldest_kept(settings, keep, first_polled=ask.now, now=ask.now)
    stored = [entry for entry in got.entries if not (entry.published and entry.published < oldest)]
    return Checked(
        name=settings.name,
        title=got.titles[0] if got.titles else None,
        entries=tuple(got.entries),
        dropped=tuple(got.dropped),
        errors=tuple(got.troubles),
        failed=got.failed is not None,
        mentions=_count(matcher, stored, ask.now) if matcher else None,
        oldest=oldest,
        too_old=len(got.entries) - len(stored),
        seconds=seconds,
    )
