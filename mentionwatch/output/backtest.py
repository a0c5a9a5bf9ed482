"""What settings would have told: a chart and tables for people, and as a record."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from statistics import median
from typing import TYPE_CHECKING

from rich.text import Text

from mentionwatch.output.layout import shorten_cells, shown_time
from mentionwatch.output.record import SCHEMA, time_utc
from mentionwatch.output.table import make_console, print_line, print_words
from mentionwatch.text import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, tzinfo
    from typing import TextIO

    from rich.console import Console

    from mentionwatch.model import Backtest, Budgeted, DayCount, Fired, Tried
    from mentionwatch.output.base import Options

_BLOCKS = " ▁▂▃▄▅▆▇█"
#: Lines of bars.
_HEIGHT = 6
#: Cells left of the chart, for the names of settings.
_MARGIN = 14
#: Alerts of the setting in force that are listed one by one, the latest.
_MOST_LISTED = 10
_STYLES = {"elevated": "yellow", "high": "red", "critical": "bold red"}
_MARKS = {"elevated": "▲", "high": "▲", "critical": "◆"}
#: Less than this tells nothing of alerts a month.
_LEAST_MONTHS = 1 / 30


def write_backtests(found: Sequence[Backtest], budget: Sequence[Budgeted], stream: TextIO, options: Options) -> None:
    """Write for each brand a chart, a table of settings and the latest alerts; then what fits the budget."""
    console, width = make_console(stream, options)
    for number, one in enumerate(found):
        if number:
            console.print()
        _write_one(console, one, min(width, 120), options.zone)
    if budget:
        console.print()
        _write_budget(console, budget, width)


def _write_one(console: Console, one: Backtest, width: int, zone: tzinfo | None) -> None:
    span = f"{shown_time(one.since, zone)[:10]} to {shown_time(one.until, zone)[:10]}"
    seen = f"{span}, {sum(day.total for day in one.days):,} mentions"
    name = min(60, Text(one_line(one.brand)).cell_len)
    print_line(console, [(one.brand, "bold", name), (seen, "", None)], width)
    if one.learned is None:
        print_words(console, "Still being learned: bursts are looked for after 24 hours of watching.", width)
    _write_chart(console, one, width, zone)
    console.print()
    _write_table(console, one, width)
    _write_alerts(console, one, width, zone)


# --- the chart --------------------------------------------------------------------------------------------


def _write_chart(console: Console, one: Backtest, width: int, zone: tzinfo | None) -> None:
    """Negative mentions a day as bars, with a mark below for each alert."""
    if not one.days:
        return
    slots = _slots(one.days, width - _MARGIN, zone)
    counts = [negative for _start, negative in slots.bars]
    top = max(counts, default=0)
    for line in range(_HEIGHT, 0, -1):
        label = f"{top:,}" if line == _HEIGHT else "0" if line == 1 else ""
        bars = "".join(_block(count, top, line) for count in counts).rstrip()
        shown = Text.assemble(f"{label:>{_MARGIN - 1}} ", (bars, "cyan"))
        shown.rstrip()
        console.print(shown)
    for tried in one.tried:
        console.print(_mark_line(tried, slots))
    console.print(Text(" " * _MARGIN + slots.axis(), style="dim"))
    per = "day" if slots.days == 1 else f"{slots.days} days"
    legend = f"negative mentions per {per}; {_MARKS['high']} an alert opens, {_MARKS['critical']} a critical one"
    print_line(console, [("", "", _MARGIN - 2), (legend, "dim", None)], width)


def _block(count: int, top: int, line: int) -> str:
    """One cell of a bar: line 1 is the lowest."""
    filled = count * _HEIGHT * 8 / top if top else 0.0
    eighths = int(min(8.0, max(0.0, filled - (line - 1) * 8)))
    # What is there is seen, however little it is.
    return _BLOCKS[max(eighths, 1) if count and line == 1 else eighths]


class _Slots:
    """Columns of the chart, each of one day or of several."""

    def __init__(self, first: datetime, days: int, bars: list[tuple[datetime, int]]) -> None:
        self.first, self.days, self.bars = first, days, bars

    def of(self, moment: datetime) -> int:
        """The column of a moment."""
        day = (moment.astimezone(self.first.tzinfo).date() - self.first.date()).days
        return min(max(0, day // self.days), len(self.bars) - 1)

    def axis(self) -> str:
        """Dates below the columns."""
        line = ""
        for number, (start, _count) in enumerate(self.bars):
            if len(line) <= number and number + 6 <= max(len(self.bars), 6):
                line = f"{line:<{number}}{start:%m-%d}   "
        return line.rstrip()


def _slots(days: Sequence[DayCount], most: int, zone: tzinfo | None) -> _Slots:
    first, last = days[0].start.astimezone(zone), days[-1].start.astimezone(zone)
    whole = (last.date() - first.date()).days + 1
    per = -(-whole // max(1, most))
    counts = [0] * (-(-whole // per))
    for day in days:
        counts[(day.start.astimezone(zone).date() - first.date()).days // per] += day.negative
    return _Slots(first, per, [(first + timedelta(days=n * per), count) for n, count in enumerate(counts)])


def _mark_line(tried: Tried, slots: _Slots) -> Text:
    cells: list[tuple[str, str]] = [("·", "dim")] * len(slots.bars)
    for alert in tried.alerts:
        cells[slots.of(alert.opened)] = (_MARKS[alert.severity], _STYLES[alert.severity])
    name = shorten_cells(one_line(tried.name), _MARGIN - 2)
    line = Text(f"{name}{' ' * (_MARGIN - Text(name).cell_len)}", style="bold" if tried.in_force else "")
    for style, marks in groupby(cells, key=itemgetter(1)):
        line.append("".join(mark for mark, _style in marks), style=f"not bold {style}" if style == "dim" else style)
    return line


# --- tables -----------------------------------------------------------------------------------------------


def _write_table(console: Console, one: Backtest, width: int) -> None:
    name = min(40, max([7, *(Text(_name(tried)).cell_len for tried in one.tried)]))
    sizes = (name, 6, 7, 14)
    heads = zip(
        ("SETTING", "ALERTS", "A MONTH", "HIGH, CRITICAL", "FIRST MENTION TO ALARM"), (*sizes, None), strict=True
    )
    print_line(console, [(head, "bold", size) for head, size in heads], width)
    for tried in one.tried:
        cells = (f"{len(tried.alerts)}", _a_month(tried, one.months), _grave(tried))
        pieces = [(cell, "", size) for cell, size in zip(cells, sizes[1:], strict=True)]
        print_line(
            console,
            [(_name(tried), "bold" if tried.in_force else "", name), *pieces, (_delay(tried.alerts), "", None)],
            width,
        )


def _name(tried: Tried) -> str:
    if tried.kind == "rule":
        return f"rule {one_line(tried.name)}"
    if tried.kind == "volume":
        return "volume, any tone"
    return f"{tried.name} (now)" if tried.in_force else tried.name


def _a_month(tried: Tried, months: float) -> str:
    return f"{len(tried.alerts) / months:.1f}" if months >= _LEAST_MONTHS else "-"


def _grave(tried: Tried) -> str:
    counts = [sum(alert.severity == severity for alert in tried.alerts) for severity in ("high", "critical")]
    return f"{counts[0]}, {counts[1]}"


def _delay(alerts: Iterable[Fired]) -> str:
    delays = [alert.delay / timedelta(minutes=1) for alert in alerts]
    return f"{_hours(median(delays))}, at most {_hours(max(delays))}" if delays else "-"


def _hours(minutes: float) -> str:
    if minutes < 90:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.1f} h" if minutes < 48 * 60 else f"{minutes / 1440:.0f} d"


def _write_alerts(console: Console, one: Backtest, width: int, zone: tzinfo | None) -> None:
    """The latest alerts of what is in force, each with its reason."""
    fired = sorted(((a, t) for t in one.tried if t.in_force for a in t.alerts), key=lambda pair: pair[0].opened)
    if not fired:
        return
    console.print()
    left = len(fired) - _MOST_LISTED
    told = f"With what is set now{f', the last {_MOST_LISTED} of {len(fired)}' if left > 0 else ''}:"
    console.print(Text(told, style="bold"))
    for alert, tried in fired[-_MOST_LISTED:]:
        until = f"until {shown_time(alert.resolved, zone)}" if alert.resolved else "still open"
        name = f"detector, {tried.name}" if tried.kind == "sensitivity" else _name(tried)
        pieces = [
            (shown_time(alert.opened, zone), "", 16),
            (alert.severity, _STYLES[alert.severity], 8),
            (until, "", 22),
            (name, "", None),
        ]
        print_line(console, list(pieces), width)
        print_words(console, one_line(alert.reason), width, most_lines=3)


def _write_budget(console: Console, budget: Sequence[Budgeted], width: int) -> None:
    most = f"{budget[0].most:g} alert{'s' * (budget[0].most != 1)}"
    console.print(Text(f"At most {most} a month, over all brands above:", style="bold"))
    for one in budget:
        what = "detector" if one.what == "detector" else f"rule {one_line(one.what)}"
        if one.setting is None:
            told = f"{what}: no setting stays under it; the last that was tried has {one.per_month:.1f}"
        else:
            told = f"{what}: {one.setting} ({one.per_month:.1f} a month; now {one.now_per_month:.1f})"
        print_words(console, told, width)


# --- as a record ------------------------------------------------------------------------------------------


def backtest_record(found: Sequence[Backtest], budget: Sequence[Budgeted]) -> dict[str, object]:
    """All of it as one record; times in UTC, `delay_s` from the first mention to the alarm."""
    return {
        "schema": SCHEMA,
        "brands": [_record(one) for one in found],
        "budget": [
            {
                "what": clean(one.what),
                "setting": one.setting,
                "per_month": round(one.per_month, 2),
                "now_per_month": round(one.now_per_month, 2),
                "most": one.most,
            }
            for one in budget
        ],
    }


def _record(one: Backtest) -> dict[str, object]:
    months = one.months
    return {
        "brand": clean(one.brand),
        "since": time_utc(one.since),
        "until": time_utc(one.until),
        "learned": time_utc(one.learned) if one.learned else None,
        "days": [{"date": f"{day.start:%Y-%m-%d}", "negative": day.negative, "total": day.total} for day in one.days],
        "settings": [
            {
                "name": clean(tried.name),
                "kind": tried.kind,
                "in_force": tried.in_force,
                "per_month": round(len(tried.alerts) / months, 2) if months >= _LEAST_MONTHS else None,
                "alerts": [_fired_record(alert) for alert in tried.alerts],
            }
            for tried in one.tried
        ],
    }


def _fired_record(alert: Fired) -> dict[str, object]:
    return {
        "opened": time_utc(alert.opened),
        "first": time_utc(alert.first),
        "delay_s": round(alert.delay.total_seconds()),
        "resolved": time_utc(alert.resolved) if alert.resolved else None,
        "severity": alert.severity,
        "observed": alert.observed,
        "expected": round(alert.expected, 3),
        "authors": alert.authors,
        "reason": clean(alert.reason),
    }
