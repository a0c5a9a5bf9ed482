"""The sources of a report: what each gave, and when it could not be seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from mentionwatch import health
from mentionwatch.output.layout import shown_time
from mentionwatch.output.report.base import Gap, SourceLine
from mentionwatch.pipeline.verdict import watching
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, tzinfo

    from mentionwatch.model import SourceStatus
    from mentionwatch.settings import Config
    from mentionwatch.store import Store

#: A source that was read within this time before the end is taken to be read up to it.
FRESH = timedelta(days=1)
#: Sources that a report lists.
MOST_SOURCES = 50
_EPOCH = datetime.fromtimestamp(0, timezone.utc)


@dataclass(frozen=True)
class Seen:
    """How a source was watched up to the end of a period."""

    name: str
    status: SourceStatus | None
    configured: bool
    #: Times in which it was not read, the last of which may last.
    gaps: tuple[tuple[datetime, datetime | None], ...] = field(default=())

    def blind_time(self, start: datetime, end: datetime) -> timedelta:
        """How much of a period was not watched."""
        if self.status is None:
            return end - start
        began = min(max(start, self.status.first_polled), end)
        lost = began - start
        for gap_start, gap_end in self.gaps:
            lost += max(timedelta(0), min(gap_end or end, end) - max(gap_start, began))
        return lost

    def gaps_within(self, start: datetime, end: datetime, zone: tzinfo | None) -> list[Gap]:
        """The gaps that touch a period."""
        touching = [(a, b) for a, b in self.gaps if a < end and (b is None or b > start)]
        return [
            Gap(self.name, a, b, local_day(max(a, start), zone), local_day(min(b or end, end), zone))
            for a, b in touching
        ]


def seen_sources(config: Config, store: Store, brand: str | None, found: Iterable[str], end: datetime) -> list[Seen]:
    """Every source that is watched for a brand (None: for any), and those that mentions were found in."""
    configured = dict.fromkeys(source.name for source in config.sources)
    wanted = dict.fromkeys(configured if brand is None else watched_in(config, store, brand))
    names = list(wanted | dict.fromkeys(found))
    statuses = store.statuses()
    outages: dict[str, list[tuple[datetime, datetime | None]]] = {}
    for name, started, ended in store.outages(names, since=_EPOCH):
        if started < end:
            outages.setdefault(name, []).append((started, ended))
    return [
        Seen(name, statuses.get(name), name in configured, _gaps(statuses.get(name), outages.get(name, []), end))
        for name in names
    ]


def watched_in(config: Config, store: Store, brand: str) -> list[str]:
    """The sources that a brand is looked for in; of one that is not configured any more, those that it was."""
    for one in config.brands:
        if one.name == brand:
            return watching(config, one)
    return [source for source, brands in store.watched_brands().items() if brand in brands]


def _gaps(
    status: SourceStatus | None, outages: Sequence[tuple[datetime, datetime | None]], end: datetime
) -> tuple[tuple[datetime, datetime | None], ...]:
    """When it was down, and since when nobody has read it where that is long ago."""
    found = sorted(outages, key=lambda gap: gap[0])
    read = status.last_success if status else None
    lasting = any(ended is None for _started, ended in found)
    if read is not None and not lasting and end - read > FRESH:
        found.append((read, None))
    return tuple(found)


def local_day(moment: datetime, zone: tzinfo | None) -> date:
    """The day of a moment, as people's eyes see it."""
    try:
        return moment.astimezone(zone).date()
    except (OverflowError, OSError):
        return moment.date()  # the years 1 and 9999


def share_watched(sources: Sequence[Seen], start: datetime, end: datetime) -> float | None:
    """Share of these sources' time in which they were watched; None where there is none."""
    whole = len(sources) * (end - start)
    if not whole:
        return None
    return 1 - sum((source.blind_time(start, end) for source in sources), timedelta(0)) / whole


def source_lines(
    sources: Iterable[Seen],
    counts: Mapping[str, tuple[int, int]],
    *,
    start: datetime | None,
    end: datetime,
    zone: tzinfo | None,
) -> tuple[tuple[SourceLine, ...], int]:
    """A line for each source, those in trouble first, and how many are left out: with no mention and no trouble.

    Args:
        sources: All of them.
        counts: Mentions and negative ones, by name.
        start: Begin of the period; None: the first poll.
        end: Its end.
        zone: For people's eyes.
    """
    lines = [_line(seen, *counts.get(seen.name, (0, 0)), start=start, end=end, zone=zone) for seen in sources]
    lines.sort(key=lambda line: (not line.blind, not line.odd, -line.mentions))
    shown = lines[:MOST_SOURCES]
    return tuple(shown), len(lines) - len(shown)


def _line(
    seen: Seen, mentions: int, negative: int, *, start: datetime | None, end: datetime, zone: tzinfo | None
) -> SourceLine:
    status = seen.status
    if status is None:
        blind = ["never read yet"] if seen.configured else ["nothing is known of how it was read"]
        return SourceLine(seen.name, mentions, negative, tuple(blind))
    begin = start or _EPOCH
    blind = [_gap_told(seen, gap, zone) for gap in seen.gaps_within(begin, end, zone)]
    if start is not None and status.first_polled > start:
        blind.insert(0, f"watched since {shown_time(status.first_polled, zone)} only")
    odd = []
    if status.state != "ok" and not health.is_down(status):
        odd.append(f"now {status.state}" + (f": {one_line(status.reason, 200)}" if status.reason else ""))
    if not seen.configured:
        odd.append("not configured any more")
    return SourceLine(seen.name, mentions, negative, tuple(blind), tuple(odd))


def _gap_told(seen: Seen, gap: Gap, zone: tzinfo | None) -> str:
    status, start = seen.status, shown_time(gap.start, zone)
    if gap.end is not None:
        return f"down from {start} to {shown_time(gap.end, zone)}"
    if status is None or not health.is_down(status):
        return f"not read since {start}"
    reason = f": {one_line(status.reason, 200)}" if status.reason else ""
    return f"down since {start}{reason}"
