"""A report as a page of its own: it loads nothing, runs nothing, and opens offline.

Remote text is hostile: each piece of it is cleaned, put on one line and escaped; links are http(s) only.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from mentionwatch.output.layout import excerpt, mention_time, web_link
from mentionwatch.output.report import words
from mentionwatch.output.report.base import LEAST, bars_of
from mentionwatch.output.report.style import POLICY, STYLE
from mentionwatch.output.report.svg import PATTERN, bar_chart, share_chart
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import tzinfo

    from mentionwatch.model import Alert, Mention
    from mentionwatch.output.report.base import Bar, BrandReport, Report

#: Characters of a query that are shown, and of a quote.
_QUERY, _QUOTE = 2_000, 400
_NAME = 60


def report_page(report: Report, zone: tzinfo | None) -> str:
    """Write the whole page."""
    body = "\n".join(_body(report, zone))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{_safe(words.title(report), 200)}</title>
<style>{STYLE}</style>
</head>
<body>
{PATTERN}
<main>
{body}
</main>
</body>
</html>
"""


def _body(report: Report, zone: tzinfo | None) -> Iterator[str]:
    yield f"<h1>{_safe(words.title(report), 200)}</h1>"
    yield _paragraph(f"{words.period(report, zone, named=True)} {words.choice(report)}", "soft", _QUERY)
    yield _paragraph(words.total(report), "total")
    caveats = [_paragraph(line) for line in words.caveats(report)]
    if caveats:
        yield f'<div class="note">{"".join(caveats)}</div>'
    if len(report.brands) > 1:
        yield _overview(report)
    yield from _said(words.silent(report))
    for brand in report.brands:
        yield from _brand(brand, zone)
    yield from _sources(report, zone)
    yield '<h2>All of it</h2><p class="soft">What this report counts, listed one by one:</p>'
    yield f"<p><code>{_safe(report.command)}</code></p>"


def _overview(report: Report) -> str:
    heads, rows = words.overview(report)
    return _table(heads, [[_name(row[0]), *map(_safe, row[1:])] for row in rows], style="stack")


# --- a brand ----------------------------------------------------------------------------------------------


def _brand(brand: BrandReport, zone: tzinfo | None) -> Iterator[str]:
    yield f"<section><h2>{_name(brand.name)}</h2>"
    yield _paragraph(" ".join(filter(None, (words.counts(brand), words.tones(brand)))))
    yield from _shares(brand)
    yield from _chart(brand)
    yield "<h3>Alerts</h3>"
    yield from (_alert(alert, zone) for alert in brand.alerts[: words.MOST_ALERTS])
    if not brand.alerts:
        yield _paragraph("No alert was open in this time.")
    yield from _said(words.more_alerts(brand))
    yield "<h3>The worst of it</h3>"
    yield from (_quote(mention, zone) for mention in brand.quotes)
    yield from _said(words.quoted(brand))
    if brand.ratings:
        yield "<h3>Ratings</h3>" + _list(words.rating(line, zone) for line in brand.ratings)
    yield "<h3>Your corrections</h3>" + _paragraph(words.corrections(brand))
    yield "</section>"


def _shares(brand: BrandReport) -> Iterator[str]:
    """The share of negative ones now, and before, on one scale."""
    if not brand.negative.total and not (brand.change and brand.change.negative.total):
        return
    shown = [("Now", brand.negative)]
    if brand.change is not None:
        shown.append(("Before", brand.change.negative))
    rows = [
        f"<span>{name}</span>"
        + share_chart(share, f"{name}: negative {words.portion(share)}", sure=share.total >= LEAST)
        + f'<span class="told soft">{_safe(words.portion(share))}</span>'
        for name, share in shown
    ]
    yield "<h3>Negative share, from 0 to 100 %</h3>"
    yield f'<div class="shares">{"".join(rows)}</div>'
    yield from _said(words.change(brand))


def _chart(brand: BrandReport) -> Iterator[str]:
    bars = bars_of(brand, words.MOST_BARS)
    if not bars:
        return
    label = words.chart_label(bars)
    yield f"<h3>{_safe(label)}</h3>"
    keys = [("bad", "negative"), ("other", "neutral, positive")]
    keys += [("unknown", "not judged")] if any(bar.unknown for bar in bars) else []
    keys += [("blind", "a source was blind")] if any(bar.blind for bar in bars) else []
    legend = "".join(f'<span class="key {style}"></span>{name}' for style, name in keys)
    yield f'<p class="soft">{legend}</p>'
    yield f'<div class="chart">{bar_chart(bars, label)}</div>'
    yield _numbers(bars)


def _numbers(bars: Sequence[Bar]) -> str:
    """The table of a chart."""
    heads = ("Days", "#Negative", "#Neutral, positive", "#Not judged", "#All", "Blind")
    rows = [
        (
            words.bar_days(bar),
            *(f"{n:,}" for n in (bar.negative, bar.other, bar.unknown, bar.total)),
            _safe(words.named(bar.blind, 5)) or "-",
        )
        for bar in bars
    ]
    return f"<details><summary>The numbers</summary>{_table(heads, rows)}</details>"


def _alert(alert: Alert, zone: tzinfo | None) -> str:
    blind = words.alert_blind(alert)
    return (
        f'<div class="alert"><p><span class="badge {escape(alert.severity)}">{_safe(alert.severity)}</span> '
        f"{_safe(words.alert_head(alert, zone))}</p><p>{_safe(alert.reason, 1000)}</p>"
        + (f'<p class="soft">{_safe(blind)}</p>' if blind else "")
        + "</div>"
    )


def _quote(mention: Mention, zone: tzinfo | None) -> str:
    """What somebody said, and by whom; the direction of the words is found out, and changes none beside them."""
    entry = mention.entry
    parts = [entry.author or "no name", entry.source]
    parts += [f"{entry.rating:g}/5"] if entry.rating is not None else []
    parts += [f"seen at {mention.copies:,} places"] if mention.copies > 1 else []
    by = ", ".join(map(_name, parts))
    time, link = escape(mention_time(mention, zone)), web_link(entry.url)
    if link:
        time = f'<a href="{escape(link)}" rel="noopener noreferrer">{time} &rarr;</a>'
    return (
        f'<div class="quote"><div dir="auto">{_safe(excerpt(entry, _QUOTE))}</div>'
        f'<div class="soft">{by}, {time}</div></div>'
    )


# --- sources ----------------------------------------------------------------------------------------------


def _sources(report: Report, zone: tzinfo | None) -> Iterator[str]:
    yield "<h2>Sources</h2>"
    yield from (_alert(alert, zone) for alert in report.down[: words.MOST_ALERTS])
    if not report.sources:
        yield _paragraph("No source is configured, and nothing was found in any.")
        return
    heads = ("Source", "#Mentions", "#Negative", "What was not seen, and when")
    rows = [
        (_name(line.name), f"{line.mentions:,}", f"{line.negative:,}", _safe(words.source_state(line), 1000))
        for line in report.sources
    ]
    yield _table(heads, rows, style="stack")
    yield from _said(words.quiet(report))


# --- pieces -----------------------------------------------------------------------------------------------


def _safe(text: str, width: int | None = None) -> str:
    return escape(one_line(text, width))


def _paragraph(text: str, style: str = "", width: int | None = None) -> str:
    return f'<p class="{style}">{_safe(text, width)}</p>' if style else f"<p>{_safe(text, width)}</p>"


def _said(text: str) -> Iterator[str]:
    if text:
        yield _paragraph(text)


def _list(lines: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{_safe(line)}</li>' for line in lines)}</ul>"


def _name(text: str) -> str:
    """A name, whose direction changes nothing beside it."""
    return f"<bdi>{_safe(text, _NAME)}</bdi>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], style: str = "") -> str:
    """A table of cells that are safe already; a heading that begins with "#" is of numbers.

    With the style "stack" a row is a block of lines on a phone, each with its heading before it.
    """
    columns = [(head.removeprefix("#"), "n" if head[0] == "#" else "told") for head in heads]
    shown = "".join(f'<th class="{kind}">{head}</th>' for head, kind in columns)
    lines = "".join(
        "<tr>"
        + "".join(
            f'<td class="{kind}" data-head="{head}">{cell}</td>'
            for (head, kind), cell in zip(columns, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    table = f'<table class="{style}"><thead><tr>{shown}</tr></thead><tbody>{lines}</tbody></table>'
    return f'<div class="wide">{table}</div>'
