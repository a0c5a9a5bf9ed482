"""A report in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from mentionwatch.output.grid import grid_text
from mentionwatch.output.layout import shorten_cells, wrap_cells
from mentionwatch.output.message import mention_lines
from mentionwatch.output.report import words
from mentionwatch.output.report.base import bars_of
from mentionwatch.output.table import make_console, print_line, print_words
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo
    from typing import TextIO

    from rich.console import Console

    from mentionwatch.model import Alert
    from mentionwatch.output.base import Options
    from mentionwatch.output.report.base import Bar, BrandReport, Report

#: Wider is hard to read.
_WIDEST = 100
#: Lines of a chart, and cells of its longest bar.
_BARS, _CELLS = 14, 40
_QUERY = 500
_SEVERITIES = {"elevated": "yellow", "high": "red", "critical": "bold red"}


def write_terminal(report: Report, stream: TextIO, options: Options) -> None:
    """Write the whole report."""
    console, width = make_console(stream, options)
    width = min(width, _WIDEST)
    zone = options.zone
    _line(console, words.title(report), width, "bold")
    _say(console, f"{words.period(report, zone)} {one_line(words.choice(report), _QUERY)}", width)
    _say(console, words.total(report), width)
    for line in words.caveats(report):
        _say(console, f"! {line}", width)
    if len(report.brands) > 1:
        _overview(console, report, width)
    _say(console, words.silent(report), width)
    for brand in report.brands:
        _brand(console, brand, width, zone)
    _sources(console, report, width, zone)
    _heading(console, "All of it", width)
    console.print(Text(f"    {one_line(report.command)}"))


def _overview(console: Console, report: Report, width: int) -> None:
    rows = [
        [
            shorten_cells(one_line(brand.name), 24),
            f"{brand.mentions:,}",
            f"{brand.stories:,}",
            f"{brand.tones['unknown']:,}",
            f"{brand.negative.hits:,} of {brand.negative.total:,}",
            words.change_cell(brand),
            f"{len(brand.alerts):,}",
        ]
        for brand in report.brands
    ]
    columns = ("Brand", "Mentions", "Stories", "Not judged", "Negative", "Change", "Alerts")
    console.print()
    console.print(Text(grid_text(columns, rows, width=width).rstrip("\n")))


def _brand(console: Console, brand: BrandReport, width: int, zone: tzinfo | None) -> None:
    console.print()
    _line(console, brand.name, width, "bold")
    for said in (words.counts(brand), words.tones(brand), words.negative(brand), words.change(brand)):
        _say(console, said, width)
    _chart(console, brand, width)
    _heading(console, "Alerts", width)
    _alerts(console, brand.alerts, width, zone)
    if not brand.alerts:
        _say(console, "No alert was open in this time.", width)
    _say(console, words.more_alerts(brand), width)
    _heading(console, "The worst of it", width)
    for mention in brand.quotes:
        for line in mention_lines(mention, zone, width - 2):
            console.print(Text(f"  {line}"))
        console.print()
    _say(console, words.quoted(brand), width)
    if brand.ratings:
        _heading(console, "Ratings", width)
        for rating in brand.ratings:
            _say(console, words.rating(rating, zone), width)
    _heading(console, "Your corrections", width)
    _say(console, words.corrections(brand), width)


def _chart(console: Console, brand: BrandReport, width: int) -> None:
    """A line for each day, or for several: negative ones first, then the others."""
    bars = bars_of(brand, _BARS)
    if not bars:
        return
    _heading(console, words.chart_label(bars), width)
    top = max(bar.total for bar in bars)
    name = max(len(words.bar_days(bar)) for bar in bars)
    cells = min(_CELLS, top, max(8, width - name - 30))
    for bar in bars:
        console.print(_bar_line(bar, name, cells, top, width))
    key = [("█ negative  ", "red"), ("░ others", "")] + ([("  ! blind", "yellow")] if brand.gaps else [])
    console.print(Text("    ").append_text(Text.assemble(*key)))


def _bar_line(bar: Bar, name: int, cells: int, top: int, width: int) -> Text:
    total = _share(bar.total, top, cells)
    # What is there is seen, however little it is, and no more than all.
    negative = min(total, _share(bar.negative, top, cells))
    counts = f"{bar.negative:,} of {bar.total:,}" if bar.total else "none"
    unknown = f", {bar.unknown:,} not judged" if bar.unknown else ""
    line = Text(f"    {words.bar_days(bar):<{name}}  ")
    line.append("█" * negative, style="red").append("░" * (total - negative)).append(" " if total else "")
    line.append(f"{counts}{unknown}")
    if bar.blind:
        line.append(f"  ! {one_line(words.bar_blind(bar))}", style="yellow")
    line.truncate(width, overflow="ellipsis")
    return line


def _share(count: int, top: int, cells: int) -> int:
    return max(1, round(count * cells / top)) if count else 0


def _alerts(console: Console, alerts: Iterable[Alert], width: int, zone: tzinfo | None) -> None:
    for alert in list(alerts)[: words.MOST_ALERTS]:
        head = words.alert_head(alert, zone)
        for line in wrap_cells(one_line(head), width - 4):
            console.print(Text.assemble("    ", (line, _SEVERITIES[alert.severity])))
        _say(console, alert.reason, width)
        _say(console, words.alert_blind(alert), width)


def _sources(console: Console, report: Report, width: int, zone: tzinfo | None) -> None:
    _heading(console, "Sources", width)
    _alerts(console, report.down, width, zone)
    if not report.sources:
        _say(console, "No source is configured, and nothing was found in any.", width)
        return
    rows = [
        [
            shorten_cells(one_line(line.name), 30),
            f"{line.mentions:,}",
            f"{line.negative:,}",
            one_line(words.source_state(line), 300),
        ]
        for line in report.sources
    ]
    table = grid_text(("Source", "Mentions", "Negative", "Not seen"), rows, width=width)
    console.print(Text(table.rstrip("\n")))
    _say(console, words.quiet(report), width)


def _heading(console: Console, text: str, width: int) -> None:
    console.print()
    _line(console, text, width, "bold")


def _line(console: Console, text: str, width: int, style: str) -> None:
    print_line(console, [(text, style, None)], width)


def _say(console: Console, text: str, width: int) -> None:
    print_words(console, one_line(text), width)
