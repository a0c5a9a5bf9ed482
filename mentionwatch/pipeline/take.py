"""One source's answer: what is to be stored of it."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mentionwatch import health
from mentionwatch.errors import FetchError
from mentionwatch.identity import digest, mention_id
from mentionwatch.masking import mask_url
from mentionwatch.match.prefilter import index_version, index_words
from mentionwatch.model import Ask, Failed, NotModified, Outcome, Polled
from mentionwatch.pipeline.collect import make_mention
from mentionwatch.pipeline.scan import brand_searches
from mentionwatch.schedule import next_poll
from mentionwatch.settings import Secret
from mentionwatch.store import SourcePoll

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from mentionwatch.errors import MatchTimeout
    from mentionwatch.match import Matcher
    from mentionwatch.model import Entry, Mention, SourceStatus, Validators
    from mentionwatch.pipeline.collect import Collected
    from mentionwatch.settings import Brand, Config, SourceSettings
    from mentionwatch.store import Known, Store
    from mentionwatch.tone import Engine

#: A search is asked for what came since the last success, and this much before: sites index with a delay.
OVERLAP = timedelta(hours=6)
#: Of so many polls that a robots.txt forbids, one looks whether the page is still one: about once a day.
LOOK_AGAIN = 4
#: How far back the first search looks where `backfill` does not say.
FIRST_SEARCH = timedelta(days=7)

_SAVED = re.compile(r"@([\w-]+)")


@dataclass(frozen=True)
class Taken:
    """What an answer comes to."""

    poll: SourcePoll
    outcome: Outcome
    #: What has to be told of the source.
    change: health.Change | None
    #: Regular expressions of queries that took too long, each with the number of entries not decided therefore.
    undecided: Mapping[str, int] = field(default_factory=dict)


@dataclass
class _Found:
    """What is to be stored of an answer's entries, by id; and how many entries were not known."""

    entries: dict[str, Entry] = field(default_factory=dict)
    mentions: dict[str, Mention] = field(default_factory=dict)
    edited: dict[str, Mention] = field(default_factory=dict)
    #: Ids of mentions whose entry was edited and names the brand no more.
    lost: tuple[str, ...] = ()
    #: What the entries are found by when the store is searched.
    words: dict[str, str] = field(default_factory=dict)
    undecided: Counter[str] = field(default_factory=Counter)
    new: int = 0
    #: How many are older than what is kept.
    old: int = 0

    def note_timeout(self, timeout: MatchTimeout) -> None:
        """Count an entry of which it is not known whether it matches."""
        self.undecided[timeout.pattern] += 1


class _Edits:
    """Which brands edited entries name no more."""

    def __init__(self, brands: AbstractSet[str]) -> None:
        self._brands = brands
        #: By id: the brands that an edited entry was a mention of; and those that its matches say it is, or may be.
        self._before: dict[str, set[str]] = {}
        self._now: dict[str, set[str]] = {}

    def note(self, stored: Known, brands: Iterable[str], *, is_clear: bool) -> None:
        """Note what an entry names; where that is not clear, it names what it did."""
        if not stored.brands:
            return
        # The same entry may be listed twice, in two versions: it names what one of them does.
        self._now.setdefault(stored.id, set()).update(brands if is_clear else stored.brands)
        if stored.changed:
            self._before.setdefault(stored.id, set()).update(stored.brands & self._brands)

    def lost(self) -> tuple[str, ...]:
        """List the mentions that are none any more."""
        gone = ((id_, brand) for id_, brands in self._before.items() for brand in brands - self._now[id_])
        return tuple(sorted(mention_id(id_, brand) for id_, brand in gone))


class Taker:
    """What one source is asked for, and what is made of its answer.

    It reads the store and writes nothing.
    """

    def __init__(
        self,
        settings: SourceSettings,
        brands: Sequence[Brand],
        matcher: Matcher,
        engine: Engine,
        store: Store,
        *,
        keep: timedelta,
        keep_unmatched: bool = False,
        keys: Mapping[str, str] | None = None,
        saved: Mapping[str, str] | None = None,
    ) -> None:
        """Look at one source.

        Args:
            settings: The source.
            brands: What is looked for in it.
            matcher: Finds these brands.
            engine: Judges.
            store: Is read.
            keep: What was published longer ago is left out.
            keep_unmatched: Entries without a mention are stored too.
            saved: Queries by name, for ``@name``.
            keys: By brand, what names its queries (``query_key``); None: they are made of the brands alone.
        """
        keys = keys if keys is not None else {brand.name: query_key(brand) for brand in brands}
        self._keys = {brand.name: keys[brand.name] for brand in brands}
        self._keep_unmatched = keep_unmatched
        self._saved = saved
        self._settings = settings
        self._brands = brands
        self._matcher = matcher
        self._engine = engine
        self._store = store
        self._keep = keep
        self._place = place_of(settings)
        self._brands_key = digest("brands", *self._keys.values())

    def ask(self, before: SourceStatus | None, now: datetime) -> Ask:
        """What is wanted: what came since the last poll that was whole."""
        if before and before.last_success:
            since = min(before.last_success, now) - OVERLAP
        else:
            since = now - (self._settings.backfill or FIRST_SEARCH)
        # Whole hours: two polls of one hour ask for the same URL, which the site can answer from its cache.
        since = since.replace(minute=0, second=0, microsecond=0)
        return Ask(now=now, searches=brand_searches(self._brands, self._saved), since=since)

    def known(self, url: str, before: SourceStatus | None) -> Validators | None:
        """Validators of an earlier read of a document, for the same queries."""
        found = self._store.validators(self._settings.name, url, self._brands_key)
        # A page that may not be read may have become a feed: now and then it is asked for, to see.
        if found and found.is_page and before and before.fails % LOOK_AGAIN == LOOK_AGAIN - 1:
            return replace(found, is_page=False)
        return found

    async def take(self, got: Collected, before: SourceStatus | None, now: datetime) -> Taken:
        """Match, judge and compare with what is stored."""
        look = self._look(got, before, now)
        found = _Found() if got.failed else await self._find(got, before, now, look)
        outcome = _outcome(got, found)
        status, change = health.next_status(
            before, outcome, place=self._place, fail_after=self._settings.fail_after, now=now, look=look
        )
        status = self._scheduled(status, got, now)
        whole = not got.failed and got.is_whole
        poll = SourcePoll(
            status,
            entries=tuple(found.entries.items()),
            mentions=tuple(found.mentions.values()),
            edited=tuple(found.edited.values()),
            # Of a document that breaks off, the last entry may lack what names the brand.
            lost=found.lost if whole and shows_alike(self._settings, self._brands) else (),
            # Where a page is missing, all pages before it are read again, or nobody would ask for it any more.
            documents=got.validators if whole else got.refused,
            kept=None if got.failed else got.asked if whole else (),
            # What is missing of a first answer is backlog too, when it comes.
            watches={brand.name: self._watch_key(brand) for brand in self._brands} if whole else {},
            brands_key=self._brands_key,
            look=health.keys_of(got.entries) if self._is_complete(got) else None,
            outage=_outage(before, status),
            words=found.words,
            words_by=index_version(),
            ratings=() if got.failed else tuple(got.ratings),
        )
        return Taken(poll, outcome, change, found.undecided)

    def _watch_key(self, brand: Brand) -> str:
        return digest("watch", self._place, self._keys[brand.name])

    def _is_complete(self, got: Collected) -> bool:
        """Whether these are all entries there are; a search shows only what is new."""
        return got.is_read and self._settings.use is None

    def _look(self, got: Collected, before: SourceStatus | None, now: datetime) -> health.Look:
        look = health.Look()
        if self._is_complete(got):
            same_place = before is not None and before.place == self._place
            look = health.look_at(got.entries, now, known=self._store.look(self._settings.name) if same_place else None)
        return replace(look, seconds=got.seconds, redirects=got.redirects, partial=_partial(got))

    async def _find(self, got: Collected, before: SourceStatus | None, now: datetime, look: health.Look) -> _Found:
        watched = self._store.watched(self._settings.name)
        first = {brand.name for brand in self._brands if watched.get(brand.name) != self._watch_key(brand)}
        entries = self._wanted(got.entries, before, now)
        old = len(got.entries) - len(entries)
        known = self._store.identify(self._settings.name, entries)
        if look.reidentified:
            first = {brand.name for brand in self._brands}
        # Matching and judging are work for the processor: in a thread, other sources' answers go on being received.
        return replace(await asyncio.to_thread(self._judge, entries, known, first, now), old=old)

    def _wanted(self, entries: Sequence[Entry], before: SourceStatus | None, now: datetime) -> list[Entry]:
        """Without what is too old to be kept, or to be stored at all: at every poll, or it would come again."""
        oldest = oldest_kept(self._settings, self._keep, first_polled=before.first_polled if before else now, now=now)
        return [entry for entry in entries if not (entry.published and entry.published < oldest)]

    def _judge(self, entries: Sequence[Entry], known: Sequence[Known], first: set[str], now: datetime) -> _Found:
        found = _Found()
        edits = _Edits({brand.name for brand in self._brands})
        for entry, stored in zip(entries, known, strict=True):
            found.new += stored.new and stored.id not in found.entries
            unclear: list[MatchTimeout] = []
            # since:7d counts from when it was seen, as it did then: no edit makes what was found too old.
            at = stored.first_seen if stored.changed and stored.brands else None
            matches = self._matcher.matches(entry, now=at or now, on_timeout=unclear.append)
            for timeout in unclear:
                found.note_timeout(timeout)
            for match in matches:
                if match.brand in stored.brands and not stored.changed:
                    continue
                backlog = match.brand in first
                mention = make_mention(entry, stored.id, match, self._engine, now=now, backlog=backlog)
                kind = found.edited if match.brand in stored.brands else found.mentions
                kind.setdefault(mention.id, mention)
                found.entries.setdefault(stored.id, entry)
            if stored.changed or (stored.new and self._keep_unmatched):
                found.entries.setdefault(stored.id, entry)
            edits.note(stored, [match.brand for match in matches], is_clear=not unclear)
        found.lost = edits.lost()
        found.words = {id_: index_words(entry) for id_, entry in found.entries.items()}
        return found

    def _scheduled(self, status: SourceStatus, got: Collected, now: datetime) -> SourceStatus:
        """With when it is due again; what its publisher asks for holds until another document says otherwise."""
        if got.is_read:
            status = replace(status, ttl=got.ttl, skip_hours=got.skip_hours)
        if got.postponed is not None:
            return replace(status, next_poll=got.postponed.until)
        due = next_poll(
            self._settings.every,
            now=now,
            # The same name on another machine is spread differently.
            name=f"{self._settings.name} {status.first_polled.isoformat()}",
            fails=status.fails,
            retry_after=_retry_after(got),
            fresh_for=got.fresh_for,
            ttl=status.ttl,
            skip_hours=status.skip_hours,
        )
        return replace(status, next_poll=due)


def shows_alike(settings: SourceSettings, brands: Sequence[Brand]) -> bool:
    """Tell whether a source shows an entry alike whichever brand it is asked for: a text that differs is an edit.

    Sites that are searched may show excerpts around what was searched for, others for each brand.
    """
    return settings.use in {None, "files", "command"} or len(brands) == 1


def oldest_kept(settings: SourceSettings, keep: timedelta, *, first_polled: datetime, now: datetime) -> datetime:
    """What was published before is not stored; what is undated is."""
    oldest = now - keep
    return max(oldest, first_polled - settings.backfill) if settings.backfill else oldest


def place_of(settings: SourceSettings) -> str:
    """Where a source is, as it may be shown and stored."""
    if settings.use is None:
        return mask_url(settings.url or "")
    # Another app or forum is another place; a secret names none.
    values = [value if isinstance(value, tuple) else (value,) for value in settings.params.values()]
    told = (mask_url(one) for several in values for one in several if not isinstance(one, Secret))
    return " ".join([settings.use, *told])


def query_key(brand: Brand, config: Config | None = None) -> str:
    """Names what a brand is found by: when it changes, a document that did not may still hold new mentions.

    Args:
        brand: Its queries, lists and case.
        config: Holds the saved queries that they use, and the lists that are for every brand.
    """
    left_out = (brand.own_authors, brand.ignore_authors, brand.ignore_sites)
    for_all = (config.own_authors, config.ignore_authors, config.ignore_sites) if config else ()
    saved = _saved_in((*brand.match, *brand.exclude, *brand.context), config.queries if config else {})
    asked = (brand.name, brand.match, brand.exclude, brand.context, brand.case)
    return digest("query", repr((asked, left_out, for_all, saved)))


def _saved_in(texts: Sequence[str], queries: Mapping[str, str]) -> list[tuple[str, str]]:
    """The saved queries that these use, and those that they use in turn."""
    found: dict[str, str] = {}
    left = list(texts)
    while left:
        names = [name for name in _SAVED.findall(left.pop()) if name in queries and name not in found]
        found |= {name: queries[name] for name in names}
        left += [queries[name] for name in names]
    return sorted(found.items())


def _partial(got: Collected) -> str | None:
    """What is missing of an answer, in one line."""
    if got.failed is not None:
        return None
    if got.cut:
        return f"{got.cut} further pages were left unread; give it a shorter every, or a narrower query"
    return str(got.errors[0]) if got.errors else None


def _retry_after(got: Collected) -> timedelta | None:
    waits = (error.retry_after for error in got.errors if isinstance(error, FetchError))
    return max((wait for wait in waits if wait is not None), default=None)


def _outcome(got: Collected, found: _Found) -> Outcome:
    if got.failed:
        return Failed(got.source, got.failed)
    if got.asked and got.unchanged == len(got.asked):
        return NotModified(got.source)
    read, mentions = len(got.entries), len(found.mentions)
    return Polled(got.source, read, found.new, mentions, tuple(got.dropped), tuple(got.errors), found.old)


def _outage(before: SourceStatus | None, status: SourceStatus) -> tuple[datetime, datetime | None] | None:
    """The outage to write, if one is going on or has just ended."""
    if health.is_down(status):
        return status.since or status.first_polled, None
    if before and health.is_down(before):
        return before.since or before.first_polled, status.last_polled
    return None
