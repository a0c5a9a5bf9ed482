"""A report in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
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
#: Lines of a chart, and cells of its longest bar, at least and at most.
_BARS, _FEWEST, _CELLS = 14, 8, 40
_QUERY = 500
_SEVERITIES = {"elevated": "yellow", "high": "red", "critical": "bold red"}


def write_terminal(report: Report, stream: TextIO, options: Options) -> None:
    """Write the whole report."""
    console, width = make_console(stream, options)
    width = min(width, _WIDEST)
    zone = options.zone
    _line(console, words.title(report), width, "bold")
    _say(console, f"{words.period(report, zone, named=False)} {one_line(words.choice(report), _QUERY)}", width)
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
    """Only what fits 80 columns: the rest stands below, at each brand."""
    compared = any(brand.change for brand in report.brands)
    rows = [
        [
            shorten_cells(one_line(brand.name), 20),
            f"{brand.mentions:,}",
            f"{brand.tones['unknown']:,}",
            f"{brand.negative.hits:,} of {brand.negative.total:,}",
            *([words.change_cell(brand)] if compared else []),
            f"{len(brand.alerts):,}",
        ]
        for brand in report.brands
    ]
    columns = ("Brand", "Mentions", "Not judged", "Negative", *(("Change",) if compared else ()), "Alerts")
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
    told = [_bar_told(bar) for bar in bars]
    # The numbers have room before the bars do.
    room = width - name - max(cell_len(counts + blind) for counts, blind in told) - 7
    cells = min(_CELLS, top, max(_FEWEST, room))
    for bar, (counts, blind) in zip(bars, told, strict=True):
        line = Text(f"    {words.bar_days(bar):<{name}}  ")
        total = _share(bar.total, top, cells)
        # What is there is seen, however little it is, and no more than all.
        negative = min(total, _share(bar.negative, top, cells))
        line.append("█" * negative, style="red").append("░" * (total - negative)).append(" " if total else "")
        line.append(counts).append(blind, style="yellow")
        line.truncate(width, overflow="ellipsis")
        console.print(line)
    key = [("█ negative  ", "red"), ("░ others", "")] + ([("  ! blind", "yellow")] if brand.gaps else [])
    console.print(Text("    ").append_text(Text.assemble(*key)))


def _bar_told(bar: Bar) -> tuple[str, str]:
    """What stands beside a bar: its counts, and which sources were blind."""
    counts = f"{bar.negative:,} of {bar.total:,}" if bar.total else "none"
    unknown = f", {bar.unknown:,} not judged" if bar.unknown else ""
    blind = shorten_cells(f"  ! {one_line(words.named(bar.blind, 2))}", 24) if bar.blind else ""
    return counts + unknown, blind


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
