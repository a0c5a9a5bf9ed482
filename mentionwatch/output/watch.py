"""The screen of ``watch``: sources, open alerts, the latest mentions, as many as fit.

Remote text is shown as it stands: it is handed to rich as ``Text``, never as markup.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from rich.text import Text

from mentionwatch.model import DOWN_STATES
from mentionwatch.output.layout import ID_SHOWN, excerpt, mention_time, shown_time, wrap_cells
from mentionwatch.output.table import SEVERITY_STYLES, TONES
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime, tzinfo

    from rich.console import Console, ConsoleOptions, RenderResult

    from mentionwatch.model import Alert, Mention

_GAP = "  "
#: Narrower than this the terminal cuts; lower, and nothing but the first line is shown.
_NARROWEST, _LOWEST = 30, 6
#: Of a screen, alerts take at most this part where there is more to show, and sources of the rest.
_ALERTS, _SOURCES = 0.5, 0.4
#: Cells of a name at most.
_NAME, _BRAND = 34, 16
_UNITS = (("d", 86400), ("h", 3600), ("min", 60))


@dataclass(frozen=True)
class SourceLine:
    """A source as the screen knows it."""

    name: str
    #: A health state, or "new": never asked.
    state: str
    #: When it is due; None: at the next poll.
    next_poll: datetime | None = None
    reason: str | None = None
    #: Since when the state holds.
    since: datetime | None = None


@dataclass(frozen=True)
class Watching:
    """What is known between two polls."""

    sources: Sequence[SourceLine] = ()
    #: Alerts that are not resolved, but for those of sources, which are shown above: the gravest first.
    alerts: Sequence[Alert] = ()
    #: The latest mentions.
    mentions: Sequence[Mention] = ()
    #: How many there are of sources.
    of_sources: int = 0


@dataclass
class Board:
    """What the screen shows; it is drawn anew again and again, from the clock that is passed in."""

    #: Names the configuration.
    title: str
    clock: Callable[[], datetime]
    zone: tzinfo | None = None
    seen: Watching = field(default_factory=Watching)
    #: When the next poll is; None: there is one now.
    due: datetime | None = None
    #: Sources that this poll is done with.
    done: int = 0
    #: What went wrong in the last poll, a line each.
    trouble: Sequence[str] = ()
    #: Mentions that came since it was started, and how many of them are negative.
    new: int = 0
    negative: int = 0

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it as high and wide as the terminal is now."""
        width = max(options.max_width, _NARROWEST)
        # A line is left free, or the terminal scrolls.
        height = console.size.height - 1
        for line in self.lines(width, height):
            line.truncate(width, overflow="ellipsis")
            line.no_wrap = True
            yield line

    def lines(self, width: int, height: int) -> list[Text]:
        """All lines of the screen, `height` at most."""
        now = self.clock()
        lines = [_ends(f"mentionwatch  {one_line(self.title)}", self._state(now), width)]
        lines += [Text(one_line(f"Error: {line}"), style="red") for line in self.trouble[:2]]
        if height < _LOWEST + len(lines):
            return lines[: max(1, height)]
        left = height - len(lines) - 6
        alerts = _fit_lines(self._alerts(now, width), self._share(_ALERTS, left))
        sources = _fit_lines(self._sources(now), self._source_rows(left - len(alerts)))
        mentions = list(self._mentions(left - len(alerts) - len(sources)))
        lines += [Text(), _head("SOURCES", self._source_counts()), *sources]
        lines += [Text(), _head("ALERTS", self._alert_counts()), *alerts]
        lines += [Text(), _head("MENTIONS", self._mention_counts()), *mentions]
        return lines[:height]

    def _state(self, now: datetime) -> str:
        if self.due is None:
            return f"polling, {self.done} of {len(self.seen.sources)} asked" if self.done else "polling"
        return f"next poll {until_text(self.due, now)}"

    def _share(self, part: float, left: int) -> int:
        more = self.seen.sources or self.seen.mentions
        return max(2, int(left * part)) if more else left

    def _source_rows(self, left: int) -> int:
        """Sources have what mentions leave, and a part of the screen in any case."""
        return max(1, int(left * _SOURCES), left - len(self.seen.mentions))

    def _source_counts(self) -> str:
        states = Counter(source.state for source in self.seen.sources)
        shown = ", ".join(f"{count} {state}" for state, count in sorted(states.items(), key=_worst_last))
        return f"{len(self.seen.sources)}: {shown}" if states else "none"

    def _alert_counts(self) -> str:
        more = f"{self.seen.of_sources} of sources" if self.seen.of_sources else ""
        shown = f"{len(self.seen.alerts)} open" if self.seen.alerts else ""
        return ", and ".join(filter(None, (shown, more))) or "none is open"

    def _mention_counts(self) -> str:
        if not self.new:
            return "nothing new since the start"
        return f"{self.new:,} new since the start, {self.negative:,} negative"

    def _sources(self, now: datetime) -> list[list[Text]]:
        """The gravest first, then those that are due next; a line each."""
        order = sorted(self.seen.sources, key=lambda s: (-_gravity(s.state), s.next_poll or now, s.name))
        names = _width([source.name for source in order], _NAME)
        states = _width([source.state for source in order], _NAME)
        return [[_source_line(source, now, names, states)] for source in order]

    def _alerts(self, now: datetime, width: int) -> list[list[Text]]:
        """Each with its reason below."""
        found = []
        for alert in self.seen.alerts:
            line = Text(_GAP)
            line.append(alert.severity.ljust(8), SEVERITY_STYLES[alert.severity])
            line.append(f"{_GAP}{_padded(alert.brand, _width([a.brand for a in self.seen.alerts], _NAME))}", "bold")
            state = "" if alert.state == "open" else f", {alert.state}"
            line.append(f"{_GAP}{alert.id[:ID_SHOWN]}{_GAP}since {span_text(now - alert.opened)}{state}")
            why = wrap_cells(one_line(alert.reason), max(_NARROWEST, width - 4), 2)
            found.append([line, *(Text(f"    {part}") for part in why)])
        return found

    def _mentions(self, most: int) -> Iterator[Text]:
        mentions = self.seen.mentions[: max(0, most)]
        brands = _width([mention.brand for mention in mentions], _BRAND)
        today = shown_time(self.clock(), self.zone)[:11]
        times = [mention_time(mention, self.zone).removeprefix(today) for mention in mentions]
        size = max(map(len, times), default=0)
        for at, mention in zip(times, mentions, strict=True):
            tone, style = TONES[mention.tone.label]
            line = Text(f"{_GAP}{at.rjust(size)}{_GAP}")
            line.append(tone.ljust(10), style)
            line.append(f"{_GAP}{_padded(mention.brand, brands)}{_GAP}", "bold")
            line.append(f"{one_line(mention.entry.source, 20)}: {excerpt(mention.entry, 300)}")
            yield line


def _source_line(source: SourceLine, now: datetime, names: int, states: int) -> Text:
    line = Text(f"{_GAP}{_padded(source.name, names)}{_GAP}")
    line.append(_padded(source.state, states), _state_style(source.state))
    when = "never" if source.state == "gone" else until_text(source.next_poll, now)
    line.append(f"{_GAP}{when.ljust(9)}")
    if source.reason:
        since = f" for {span_text(now - source.since)}" if source.since else ""
        line.append(f"{_GAP}{since.lstrip()}{': ' if since else ''}{one_line(source.reason)}")
    return line


def _state_style(state: str) -> str:
    return {2: "red", 1: "yellow"}.get(_gravity(state), "green" if state == "ok" else "")


def _gravity(state: str) -> int:
    """2: tells nothing; 1: something is odd; 0: it is well, or was never asked."""
    return 2 if state in DOWN_STATES else 0 if state in {"ok", "new"} else 1


def _worst_last(counted: tuple[str, int]) -> tuple[int, str]:
    return _gravity(counted[0]), counted[0]


def _fit_lines(items: Sequence[Sequence[Text]], most: int) -> list[Text]:
    """As many items as fit, and how many do not."""
    if sum(map(len, items)) <= most:
        return [line for item in items for line in item]
    kept: list[Text] = []
    for number, item in enumerate(items):
        if len(kept) + len(item) >= most:
            return [*kept, Text(f"{_GAP}and {len(items) - number} more")]
        kept += item
    return kept


def _head(name: str, what: str) -> Text:
    line = Text(name, style="bold")
    line.append(f"{_GAP}{what}", "not bold")
    return line


def _ends(left: str, right: str, width: int) -> Text:
    """One text at each end of a line; the left one gives way."""
    first, last = Text(left, style="bold"), Text(right)
    first.truncate(max(0, width - last.cell_len - 2), overflow="ellipsis", pad=True)
    return Text.assemble(first, _GAP, last)


def _width(texts: Sequence[str], most: int) -> int:
    return min(most, max((Text(one_line(text)).cell_len for text in texts), default=0))


def _padded(text: str, width: int) -> str:
    shown = Text(one_line(text))
    shown.truncate(width, overflow="ellipsis", pad=True)
    return shown.plain


def span_text(span: timedelta) -> str:
    """A length of time in one unit: ``3 h``."""
    seconds = max(timedelta(0), span).total_seconds()
    for unit, size in _UNITS:
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def until_text(then: datetime | None, now: datetime) -> str:
    """How long from now: ``in 3 h``; ``now`` when it is due."""
    return "now" if then is None or then <= now else f"in {span_text(then - now)}"
