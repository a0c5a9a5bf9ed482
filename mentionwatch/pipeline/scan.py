"""The one-off: look, judge, show, store nothing."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from mentionwatch.fetch import Fetcher
from mentionwatch.identity import entry_id
from mentionwatch.match import Matcher, compile_query, make_searches
from mentionwatch.model import Ask, Failed, Mention, NotModified, Outcome, Polled
from mentionwatch.parsing.pool import Parser
from mentionwatch.pipeline.collect import Collected, collect, make_mention
from mentionwatch.pipeline.fold import fold_mentions
from mentionwatch.pipeline.naming import known_names
from mentionwatch.pipeline.running import all_of
from mentionwatch.pipeline.running import run as run_to_end
from mentionwatch.settings import Brand, FetchSettings, ToneSettings
from mentionwatch.tone import make_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from mentionwatch.errors import SourceError
    from mentionwatch.match import Query
    from mentionwatch.model import Search
    from mentionwatch.settings import Config
    from mentionwatch.sources.base import Source

_FETCH, _TONE = FetchSettings(), ToneSettings()


@dataclass(frozen=True)
class ScanReport:
    """What a scan found."""

    #: Newest first; undated ones last.
    mentions: tuple[Mention, ...]
    #: One per source, in the order given.
    outcomes: tuple[Outcome, ...]
    #: What whoever asks for more (``-v``) should know.
    notes: tuple[str, ...] = ()
    #: Regular expressions that took too long, each with the number of entries of which nothing is known therefore.
    undecided: Mapping[str, int] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[tuple[str, SourceError], ...]:
        """Every failure with its source: whole sources, and pages of sources that otherwise answered."""
        found: list[tuple[str, SourceError]] = []
        for outcome in self.outcomes:
            if isinstance(outcome, Failed):
                found.append((outcome.source, outcome.error))
            elif isinstance(outcome, Polled):
                found += [(outcome.source, error) for error in outcome.partly_failed]
        return tuple(found)


def terms_brand(terms: Sequence[str]) -> Brand:
    """The brand that a scan for bare terms looks for: named like the first, matched by any."""
    return Brand(name=terms[0], match=tuple(terms))


def brand_searches(brands: Iterable[Brand], saved: Mapping[str, str] | None = None) -> tuple[Search, ...]:
    """What a source that can search is asked for, for these brands; `saved` holds queries by name, for ``@name``."""

    def read(texts: Iterable[str]) -> list[Query]:
        return [compile_query(text, saved=saved or {}, fields_only=True) for text in texts]

    found: list[Search] = []
    for brand in brands:
        exclude, context = read(brand.exclude), read(brand.context)
        for query in read(brand.match):
            asked = make_searches(query, exclude, context)
            if not asked:
                # No word of it can be asked for: then all there is has to be looked through.
                return ()
            found += asked
    return tuple(dict.fromkeys(found))


def brand_matcher(config: Config | None, brands: Sequence[Brand]) -> Matcher:
    """What finds these brands, with what a configuration says for all of them.

    Raises:
        QueryError: A query cannot be read.
    """
    if config is None:
        return Matcher(brands)
    return Matcher(
        brands,
        own_authors=config.own_authors,
        ignore_authors=config.ignore_authors,
        ignore_sites=config.ignore_sites,
        saved=config.queries,
    )


def scan_sources(
    sources: Sequence[Source],
    brands: Sequence[Brand],
    *,
    now: datetime,
    since: datetime | None = None,
    fetch: FetchSettings = _FETCH,
    files: Iterable[str] = (),
    folder: Path | None = None,
    spacing: Mapping[str, float] = MappingProxyType({}),
    tone: ToneSettings = _TONE,
    only: Mapping[str, Sequence[str]] = MappingProxyType({}),
    config: Config | None = None,
    progress: Callable[[str], None] = lambda _source: None,
) -> ScanReport:
    """Poll sources once and find brands in what they hold; nothing is stored.

    Args:
        sources: Where to look.
        brands: What to look for.
        now: Present time.
        since: Mentions published earlier are left out; undated ones stay.
        fetch: Limits of fetching.
        files: ``file:`` URLs among the sources that may be read.
        folder: Where programs run; None: the working folder.
        spacing: Seconds between two requests, by host, where presets say so.
        tone: What judges.
        only: For a source's name, the names of the brands that are looked for there; all where it is not given.
        config: Where saved queries, and voices that are left out of every brand, are from.
        progress: Called with a source's name when it is done.
    """
    wanted = {s.name: [b for b in brands if not only.get(s.name) or b.name in only[s.name]] for s in sources}
    saved = config.queries if config else {}
    asks = [(s, Ask(now=now, searches=brand_searches(wanted[s.name], saved), since=since)) for s in sources]
    collected, notes = run_to_end(_collect_all(asks, fetch, progress, files=files, folder=folder, spacing=spacing))
    matcher = brand_matcher(config, brands)
    # Competitors of the configuration are known names, whatever is looked for now.
    engine = make_engine(tone, entities=known_names((*(config.brands if config else ()), *brands), saved))
    undecided: Counter[str] = Counter()
    mentions: dict[str, Mention] = {}
    outcomes: list[Outcome] = []
    for got in collected:
        before = len(mentions)
        for entry in got.entries:
            if since and entry.published and entry.published < since:
                continue
            for match in matcher.matches(entry, now=now, on_timeout=lambda e: undecided.update([e.pattern])):
                if only.get(got.source) and match.brand not in only[got.source]:
                    continue
                mention = make_mention(entry, entry_id(entry), match, engine, now=now, backlog=True)
                mentions.setdefault(mention.id, mention)
        outcomes.append(_outcome(got, len(mentions) - before))
    return ScanReport(tuple(_newest_first(fold_mentions(mentions.values()))), tuple(outcomes), notes, undecided)


async def _collect_all(
    asks: Sequence[tuple[Source, Ask]],
    settings: FetchSettings,
    progress: Callable[[str], None],
    *,
    files: Iterable[str],
    folder: Path | None,
    spacing: Mapping[str, float],
) -> tuple[list[Collected], tuple[str, ...]]:
    # There is no next time to carry anything over to, so every request waits for its turn.
    fetcher, parser = Fetcher(settings, files=files, folder=folder, spacing=spacing, patience_s=math.inf), Parser()

    async def one(source: Source, ask: Ask) -> Collected:
        got = await collect(source, ask, fetcher, parser, max_entries=settings.max_entries)
        progress(source.name)
        return got

    try:
        collected = await all_of(one(source, ask) for source, ask in asks)
    finally:
        await fetcher.close()
        await parser.close()
    return collected, (*fetcher.notes, *parser.notes)


def _outcome(got: Collected, mentions: int) -> Outcome:
    if got.failed:
        return Failed(got.source, got.failed)
    if got.asked and got.unchanged == len(got.asked):
        return NotModified(got.source)
    found = len(got.entries)
    return Polled(got.source, found, found, mentions, tuple(got.dropped), tuple(got.troubles))


def _newest_first(mentions: Iterable[Mention]) -> list[Mention]:
    found = list(mentions)
    dated = sorted((m for m in found if m.entry.published), key=lambda m: str(m.entry.published), reverse=True)
    return dated + [m for m in found if not m.entry.published]
