"""What a report says: one search in what is stored, counted by brand, day and source."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from mentionwatch import alerts as alerting
from mentionwatch.deliver.render.words import plain_command
from mentionwatch.model import LABELS
from mentionwatch.output.quotes import pick_quotes
from mentionwatch.output.record import time_utc
from mentionwatch.output.report.base import LEAST, BrandReport, Change, Day, Portion, RatingLine, Report
from mentionwatch.pipeline.compare import chance_of, holm
from mentionwatch.pipeline.fold import counts_at, one_a_text
from mentionwatch.pipeline.report_query import fields_of, times_of
from mentionwatch.pipeline.report_sources import (
    local_day,
    seen_sources,
    share_watched,
    source_lines,
    watched_in,
)
from mentionwatch.pipeline.search import search_store
from mentionwatch.pipeline.verdict import ratings_of
from mentionwatch.store import Filter
from mentionwatch.tone.figures import Share

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, tzinfo

    from mentionwatch.model import Alert, Label, Mention
    from mentionwatch.pipeline.report_sources import Seen
    from mentionwatch.pipeline.search import Found
    from mentionwatch.settings import Config
    from mentionwatch.store import Reading, Store

#: So much of the time of a brand's sources has to have been watched in both periods for them to be compared.
WATCHED = 0.8
#: How long before the period a rating is looked for that it is compared with.
_RATED_BEFORE = timedelta(days=31)
_EPOCH = datetime.fromtimestamp(0, timezone.utc)
_NO_TIME = "All that is stored is looked at; --since 7d compares the last 7 days with the 7 before."
_OWN_TIME = "The query names times itself, so nothing is compared; --since and --until compare with the period before."
_BY_TONE = "The query chooses by tone or stars: shares are of what it finds, not of all that is said."


def make_report(
    config: Config,
    store: Store,
    query: str | None,
    *,
    brand: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    zone: tzinfo | None,
    now: datetime,
) -> Report:
    """Report what ``mentions`` finds with the same query and filters.

    Args:
        config: Brands, sources and saved queries.
        store: An open store.
        query: In the query language; None: everything.
        brand: Only this one, by its stored name.
        since: From this time on; None: all that is stored, and nothing to compare with.
        until: Before this time; None: now.
        zone: For people's eyes, and of days; None: the system's.
        now: Present time.

    Raises:
        QueryError: The query cannot be read.
    """
    wanted = Filter(brand=brand, since=since, until=until, noise=False)
    return _Maker(config, store, query or None, wanted, zone=zone, now=now).report()


@dataclass(frozen=True)
class _Half:
    """What was found in one of the two periods, by brand."""

    #: Copies too, newest first.
    all: Mapping[str, list[Mention]]
    #: Each text once.
    texts: Mapping[str, list[Mention]]
    undecided: Mapping[str, int]


_NOTHING = _Half({}, {}, {})


@dataclass(frozen=True)
class _Read:
    """All that was read for a report."""

    found: _Half
    #: When the first of it counts; None: it is nothing.
    oldest: datetime | None
    #: That, or when the first of its sources was polled, if that was earlier.
    began: datetime | None
    noise: _Half
    #: Which mentions the period before is made of, and those; None: there is nothing to compare with.
    earlier: Filter | None
    before: _Half
    #: By name.
    sources: Mapping[str, Seen]
    #: Of the period, the latest first.
    alerts: Sequence[Alert]
    #: What an engine said of texts that the user marked, by brand and key of the text.
    engine: Mapping[tuple[str, str], Label]


class _Maker:
    """One report in the making."""

    def __init__(
        self, config: Config, store: Store, query: str | None, wanted: Filter, *, zone: tzinfo | None, now: datetime
    ) -> None:
        self._config, self._store, self._query, self._wanted = config, store, query, wanted
        self._zone, self._now = zone, now
        self._fields = fields_of(query, config.queries)
        starts, ends = times_of(query, config.queries, zone, now)
        self._start = max([*starts, *([wanted.since] if wanted.since else [])], default=None)
        self._end = min([*ends, *([wanted.until] if wanted.until else [])], default=now)
        #: Nothing was seen of what is still to come.
        self._seen_to = min(self._end, now)

    def report(self) -> Report:
        """Search, count and compare."""
        read = self._read()
        names = [brand.name for brand in self._config.brands] if self._wanted.brand is None else [self._wanted.brand]
        names = list(dict.fromkeys([*names, *read.found.texts]))
        texts = [mention for name in names for mention in read.found.texts.get(name, ())]
        made = [self._brand(name, read) for name in names]
        shown = _compared([one for one in made if _tells(one, asked=self._query is not None)])
        lines, quiet = source_lines(
            read.sources.values(), _by_source(texts), start=self._start, end=self._seen_to, zone=self._zone
        )
        told = {one.name for one in shown}
        return Report(
            created=self._now,
            since=self._start,
            until=max(self._seen_to, self._start or self._seen_to),
            oldest=min(map(_at, texts), default=None),
            query=self._query,
            brand=self._wanted.brand,
            brands=tuple(shown),
            silent=tuple(name for name in names if name not in told),
            down=tuple(a for a in read.alerts if a.kind == alerting.SOURCE and a.brand in read.sources),
            sources=lines,
            quiet_sources=quiet,
            notes=tuple(self._notes()),
            command=plain_command(*self._listing()),
            listing=self._listing(),
            undecided=read.found.undecided,
        )

    def _read(self) -> _Read:
        found, earlier = self._find(self._wanted), self._earlier()
        places = dict.fromkeys(m.entry.source for mentions in found.texts.values() for m in mentions)
        seen = seen_sources(self._config, self._store, self._wanted.brand, places, self._seen_to)
        engine = {
            (one.mention.brand, one.mention.copy or one.mention.entry_id): one.mention.tone.label
            for one in self._store.marks()
        }
        oldest = min((counts_at(m) for mentions in found.texts.values() for m in mentions), default=None)
        polled = [one.status.first_polled for one in seen if one.status]
        return _Read(
            found=found,
            oldest=oldest,
            began=min([*polled, oldest], default=None) if oldest else None,
            noise=self._find(replace(self._wanted, noise=True)),
            earlier=earlier,
            before=self._find(earlier) if earlier else _NOTHING,
            sources={one.name: one for one in seen},
            alerts=self._alerts(),
            engine=engine,
        )

    def _find(self, wanted: Filter) -> _Half:
        found = self._search(wanted)
        return _Half(_by_brand(found.mentions), _by_brand(one_a_text(found.mentions)), found.undecided)

    def _search(self, wanted: Filter) -> Found:
        """The mentions, to the letter as ``mentions`` finds them."""
        saved = self._config.queries
        return search_store(self._store, self._query, wanted, saved=saved, zone=self._zone, now=self._now)

    def _earlier(self) -> Filter | None:
        """The period before, of the same length; None where there is none to compare with."""
        since = self._wanted.since
        if since is None or since >= self._seen_to or self._fields & {"since", "until"}:
            return None
        try:
            return replace(self._wanted, since=since - (self._seen_to - since), until=since)
        except OverflowError:
            return None

    def _notes(self) -> Iterator[str]:
        if self._fields & {"since", "until"}:
            yield _OWN_TIME
        elif self._wanted.since is None:
            yield _NO_TIME
        if self._fields & {"tone", "stars"}:
            yield _BY_TONE

    def _listing(self) -> tuple[str, ...]:
        """The words of the command that lists the mentions."""
        wanted = self._wanted
        options = (("--brand", wanted.brand), ("--since", _utc(wanted.since)), ("--until", _utc(wanted.until)))
        words = [word for name, value in options if value for word in (name, value)]
        query = ["--", self._query] if self._query and self._query.startswith("-") else [self._query]
        return ("mentions", *words, "--limit", "0", *filter(None, query))

    # --- one brand ----------------------------------------------------------------------------------------

    def _brand(self, name: str, read: _Read) -> BrandReport:
        texts = read.found.texts.get(name, [])
        ids = tuple(mention.id for mention in read.found.all.get(name, ()))
        tones, sources = _tones(texts), read.sources
        mine = [sources[source] for source in watched_in(self._config, self._store, name) if source in sources]
        start = self._start or read.oldest
        gaps = [gap for seen in mine for gap in seen.gaps_within(start or _EPOCH, self._seen_to, self._zone)]
        marked, corrected = _marked(texts, read.engine)
        first, last = self._range(start, read.began) if texts else (None, None)
        return BrandReport(
            name=name,
            ids=ids,
            mentions=len(texts),
            stories=len({mention.story for mention in texts}),
            tones=tones,
            negative=_portion(tones),
            change=self._change(read.before.texts.get(name, []), read.earlier, mine) if read.earlier else None,
            days=self._days(texts, first, last) if first and last else (),
            first=first,
            last=last,
            gaps=tuple(gaps),
            watched=share_watched(mine, start, self._seen_to) if start and start < self._seen_to else None,
            alerts=tuple(self._alerts_of(name, read.alerts, set(ids))),
            quotes=tuple(pick_quotes(texts)),
            ratings=tuple(self._ratings(name)),
            marked=marked,
            corrected=corrected,
            noise=len(read.noise.texts.get(name, ())),
        )

    def _range(self, start: datetime | None, began: datetime | None) -> tuple[date | None, date | None]:
        """The first and the last day of a chart, the same for all brands; nobody knows what was before it began."""
        starts = [moment for moment in (start, began) if moment is not None]
        first = local_day(max(starts, default=self._seen_to), self._zone)
        return first, max(first, local_day(self._seen_to - timedelta(microseconds=1), self._zone))

    def _days(self, texts: Iterable[Mention], first: date, last: date) -> tuple[Day, ...]:
        days: defaultdict[date, Counter[Label]] = defaultdict(Counter)
        for mention in texts:
            # What bears a date in the future counts when it was seen, which may be beside the period.
            day = min(max(local_day(counts_at(mention), self._zone), first), last)
            days[day][mention.tone.label] += 1
        return tuple(
            Day(day, tones["negative"], tones["neutral"] + tones["positive"], tones["unknown"])
            for day, tones in sorted(days.items())
        )

    def _change(self, texts: Sequence[Mention], earlier: Filter, sources: Sequence[Seen]) -> Change:
        assert earlier.since is not None
        assert earlier.until is not None
        watched = {
            "before": share_watched(sources, earlier.since, earlier.until),
            "now": share_watched(sources, earlier.until, self._seen_to),
        }
        lost = [
            f"{100 * share:.0f} % of the time {when}"
            for when, share in watched.items()
            if share is not None and share < WATCHED
        ]
        why_not = f"Only {' and '.join(lost)} was watched." if lost else None
        if earlier.since < self._now - self._config.store.keep:
            why_not = "Mentions are not kept for as long as both periods are ([store] keep)."
        return Change(earlier.since, earlier.until, len(texts), _portion(_tones(texts)), why_not=why_not)

    # --- alerts, ratings ----------------------------------------------------------------------------------

    def _alerts(self) -> list[Alert]:
        """All that were open at some time of the period, the latest first."""
        return [
            alert
            for alert in self._store.alerts()
            if alert.opened < self._end
            and (self._start is None or alert.resolved is None or alert.resolved >= self._start)
        ]

    def _alerts_of(self, brand: str, alerts: Iterable[Alert], ids: set[str]) -> list[Alert]:
        """A brand's; with a query those that rest on a mention which was found."""
        mine = (alert for alert in alerts if alert.brand == brand and alert.kind != alerting.SOURCE)
        return [alert for alert in mine if self._query is None or not ids.isdisjoint(alert.evidence)]

    def _ratings(self, name: str) -> Iterator[RatingLine]:
        brand = next((brand for brand in self._config.brands if brand.name == name), None)
        if brand is None:
            return
        since = max(_EPOCH + _RATED_BEFORE, self._start) - _RATED_BEFORE if self._start else _EPOCH
        series: dict[tuple[str, str], list[Reading]] = {}
        for reading in ratings_of(self._config, self._store, brand, since=since, now=self._now):
            if reading.at < self._end:
                series.setdefault((reading.source, reading.name), []).append(reading)
        for readings in series.values():
            last = readings[-1]
            if self._start is not None and last.at < self._start:
                continue
            earlier = [one for one in readings[:-1] if self._start is not None and one.at < self._start]
            before = earlier[-1] if earlier else readings[0] if len(readings) > 1 else None
            yield RatingLine(
                last.source,
                last.name,
                last.rating,
                last.count,
                last.at,
                before.rating if before else None,
                before.at if before else None,
            )


# --- counting ---------------------------------------------------------------------------------------------


def _by_brand(mentions: Iterable[Mention]) -> dict[str, list[Mention]]:
    found: dict[str, list[Mention]] = {}
    for mention in mentions:
        found.setdefault(mention.brand, []).append(mention)
    return found


def _by_source(texts: Iterable[Mention]) -> dict[str, tuple[int, int]]:
    counts: dict[str, tuple[int, int]] = {}
    for mention in texts:
        total, negative = counts.get(mention.entry.source, (0, 0))
        counts[mention.entry.source] = (total + 1, negative + (mention.tone.label == "negative"))
    return counts


def _tones(texts: Iterable[Mention]) -> dict[Label, int]:
    counts = Counter(mention.tone.label for mention in texts)
    return {label: counts[label] for label in LABELS}


def _portion(tones: Mapping[Label, int]) -> Portion:
    """The negative ones of those that could be judged."""
    judged = sum(tones.values()) - tones["unknown"]
    return Portion(tones["negative"], judged, Share(tones["negative"], judged).interval)


def _marked(texts: Iterable[Mention], engine: Mapping[tuple[str, str], Label]) -> tuple[int, int]:
    """How many texts bear a tone that the user gave, and how many of them the engine had judged otherwise."""
    keys = ((mention.tone.label, (mention.brand, mention.copy or mention.entry_id)) for mention in texts)
    judged = [(said, engine[key]) for said, key in keys if key in engine]
    return len(judged), sum(said != by_engine for said, by_engine in judged)


def _compared(brands: Sequence[BrandReport]) -> list[BrandReport]:
    """With what chance makes of each difference; too few are not compared."""
    chances: dict[int, float] = {}
    for place, brand in enumerate(brands):
        now, change = brand.negative, brand.change
        if change is None or change.why_not or min(now.total, change.negative.total) < LEAST:
            continue
        chance = chance_of(now.hits, now.total, change.negative.hits, change.negative.total)
        if chance is not None:
            chances[place] = chance
    found = list(brands)
    for place, raised in zip(chances, holm(list(chances.values())), strict=True):
        change = found[place].change
        assert change is not None
        found[place] = replace(found[place], change=replace(change, probability=raised))
    return found


def _tells(brand: BrandReport, *, asked: bool) -> bool:
    """Whether there is anything to say of a brand: what was said before and is not any more, is something too."""
    before = brand.change.mentions if brand.change else 0
    return bool(brand.mentions or before or brand.alerts or brand.noise or (brand.ratings and not asked))


def _at(mention: Mention) -> datetime:
    """When it counts for a filter."""
    return mention.entry.published or mention.first_seen


def _utc(moment: datetime | None) -> str | None:
    return time_utc(moment) if moment else None
