"""A report as a Markdown page.  Remote text stays text: see ``output.markdown``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mentionwatch.output.layout import excerpt, mention_time
from mentionwatch.output.markdown import escape, link, write_table
from mentionwatch.output.report import words
from mentionwatch.output.report.base import bars_of
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo
    from typing import TextIO

    from mentionwatch.model import Alert, Mention
    from mentionwatch.output.base import Options
    from mentionwatch.output.report.base import BrandReport, Report

#: Characters of a query that are shown, and of a quote; and lines of a table of days.
_QUERY, _QUOTE, _LINES = 2_000, 400, 31
_NAME = 60


def write_markdown(report: Report, stream: TextIO, options: Options) -> None:
    """Write the whole page."""
    zone = options.zone
    _write(stream, f"# {_name(words.title(report), 200)}")
    _write(stream, f"{words.period(report, zone, named=True)} {escape(one_line(words.choice(report), _QUERY))}")
    _write(stream, f"**{escape(words.total(report))}**")
    _write(stream, "\n".join(f"> {escape(line)}  " for line in words.caveats(report)))
    if len(report.brands) > 1:
        _overview(report, stream)
    _write(stream, escape(words.silent(report)))
    for brand in report.brands:
        _brand(brand, stream, zone)
    _sources(report, stream, zone)
    _write(stream, f"## All of it\n\nWhat this report counts, listed one by one:\n\n{_code(report.command)}")


def _overview(report: Report, stream: TextIO) -> None:
    heads, rows = words.overview(report)
    cells = ([_name(row[0]), *map(escape, row[1:])] for row in rows)
    write_table([head.removeprefix("#") for head in heads], cells, stream)
    stream.write("\n")


def _brand(brand: BrandReport, stream: TextIO, zone: tzinfo | None) -> None:
    _write(stream, f"## {_name(brand.name)}")
    said = (words.counts(brand), words.tones(brand), words.negative(brand), words.change(brand))
    _write(stream, escape(" ".join(filter(None, said))))
    _days(brand, stream)
    _write(stream, "### Alerts")
    _write(stream, _alerts(brand.alerts, zone) or "No alert was open in this time.")
    _write(stream, escape(words.more_alerts(brand)))
    _write(stream, "### The worst of it")
    for mention in brand.quotes:
        _write(stream, _quote(mention, zone))
    _write(stream, escape(words.quoted(brand)))
    if brand.ratings:
        _write(stream, "### Ratings")
        _write(stream, "\n".join(f"* {escape(words.rating(line, zone))}" for line in brand.ratings))
    _write(stream, f"### Your corrections\n\n{escape(words.corrections(brand))}")


def _days(brand: BrandReport, stream: TextIO) -> None:
    bars = bars_of(brand, _LINES)
    if not bars:
        return
    _write(stream, f"### {escape(words.chart_label(bars))}")
    rows = (
        (
            words.bar_days(bar),
            f"{bar.negative:,}",
            f"{bar.other:,}",
            f"{bar.unknown:,}",
            f"{bar.total:,}",
            escape(words.named(bar.blind, 5)) or "-",
        )
        for bar in bars
    )
    write_table(("Days", "Negative", "Neutral, positive", "Not judged", "All", "Blind"), rows, stream)
    stream.write("\n")


def _alerts(alerts: Iterable[Alert], zone: tzinfo | None) -> str:
    lines = []
    for alert in list(alerts)[: words.MOST_ALERTS]:
        said = " ".join(filter(None, (one_line(alert.reason, 1000), words.alert_blind(alert))))
        lines.append(f"* **{escape(words.alert_head(alert, zone))}**: {escape(said)}")
    return "\n".join(lines)


def _quote(mention: Mention, zone: tzinfo | None) -> str:
    entry = mention.entry
    stars = f"{entry.rating:g}/5" if entry.rating is not None else ""
    by = ", ".join(_name(part) for part in (entry.author or "no name", entry.source, stars) if part)
    return f"> {escape(excerpt(entry, _QUOTE))}\n>\n> {by}, {link(mention_time(mention, zone), entry.url)}"


def _sources(report: Report, stream: TextIO, zone: tzinfo | None) -> None:
    _write(stream, "## Sources")
    _write(stream, _alerts(report.down, zone))
    rows = (
        (_name(line.name), f"{line.mentions:,}", f"{line.negative:,}", escape(one_line(words.source_state(line), 1000)))
        for line in report.sources
    )
    if not report.sources:
        _write(stream, "No source is configured, and nothing was found in any.")
    write_table(("Source", "Mentions", "Negative", "What was not seen, and when"), rows, stream)
    stream.write("\n" if report.sources else "")
    _write(stream, escape(words.quiet(report)))


def _name(text: str, width: int = _NAME) -> str:
    return escape(one_line(text, width))


def _code(command: str) -> str:
    """A command as a block of code, which nothing in it ends."""
    return f"    {one_line(command)}"


def _write(stream: TextIO, paragraph: str) -> None:
    if paragraph:
        stream.write(f"{paragraph}\n\n")
