"""The HTML part of a mail.

Mail programs know little: no SVG, no scripts, styles only where they stand in a tag, tables for what stands side by
side.  Bars are cells with a height.  Nothing is loaded from anywhere.  Colours are given for light and dark, and read
well where a program turns them round by itself.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from mentionwatch.deliver.render import pick
from mentionwatch.deliver.render.words import (
    MOST_ALERTS,
    TEST,
    acts,
    blind,
    counted,
    counts_label,
    failing_lines,
    folded,
    headline,
    hours_of,
    listed_in,
    title_with_id,
)
from mentionwatch.output.layout import excerpt, mention_time, web_link
from mentionwatch.output.message import MOST_LINKS, alert_subject, alert_time
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo

    from mentionwatch.deliver.base import Message, Told
    from mentionwatch.deliver.render.words import Commands
    from mentionwatch.model import Alert, Mention

#: Mentions that are listed one by one.
MOST_MENTIONS = 50
#: Characters of a link that are shown: the whole is in its target.
_LINK = 70
#: Pixels of the highest bar, and of the widest.
_HIGH, _WIDE = 56, 220

_FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_INK, _SOFT, _PAPER, _LINE, _LINKED = "#1f2328", "#59636e", "#ffffff", "#d1d9e0", "#0550ae"
_COLOURS = {"elevated": "#9a6700", "high": "#bc4c00", "critical": "#cf222e", "resolved": "#1a7f37", "usual": "#818b98"}
# For programs that read it; the others show the light colours, or turn them round.
_DARK = """
@media (prefers-color-scheme: dark) {
  .paper { background: #16191d !important; }
  .ink { color: #e6edf3 !important; }
  .soft { color: #9ba5b0 !important; }
  .line { border-color: #3d444d !important; }
  .box { background: #22272e !important; color: #e6edf3 !important; }
  .linked { color: #79b8ff !important; }
}
"""


def html_of(message: Message, *, commands: Commands | None = None) -> str:
    """Write a whole message as a page of its own."""
    message = folded(message)
    title = _safe(headline(message))
    body = "\n".join(_body(message, commands))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{title}</title>
<style>:root {{ color-scheme: light dark; }}{_DARK}</style>
</head>
<body class="paper" style="margin:0;padding:0;background:{_PAPER}">
<table role="presentation" class="paper" width="100%" cellpadding="0" cellspacing="0" border="0" \
style="background:{_PAPER}"><tr><td align="left" style="padding:16px">
<div class="ink" style="max-width:600px;{_FONT};font-size:15px;line-height:1.45;color:{_INK}">
{body}
</div>
</td></tr></table>
</body>
</html>
"""


def _body(message: Message, commands: Commands | None) -> Iterator[str]:
    several = len(message.told) + bool(message.mentions) > 1
    if several or not message.told:
        yield _heading(headline(message), "h1", 20)
    if message.kind == "test":
        yield _paragraph(TEST)
    for line in failing_lines(message.failing):
        yield _paragraph(line)
    for place, told in enumerate(message.told[:MOST_ALERTS]):
        if several and (place or message.failing):
            yield _rule()
        yield from _alert(told, message.zone, commands, level="h2" if several else "h1")
    if rest := message.told[MOST_ALERTS:]:
        yield _rule()
        yield from (_paragraph(title_with_id(told)) for told in rest)
    if message.mentions:
        yield from _mentions(message)


def _mentions(message: Message) -> Iterator[str]:
    if message.told:
        yield _rule()
        yield _heading(counted(len(message.mentions), "mention"), "h2", 17)
    if said := listed_in(message):
        yield _soft(said)
    yield from (_quote(m, message.zone, brand=True) for m in message.mentions[:MOST_MENTIONS])
    if len(message.mentions) > MOST_MENTIONS:
        yield _soft(f"and {len(message.mentions) - MOST_MENTIONS:,} more")


def _alert(told: Told, zone: tzinfo | None, commands: Commands | None, *, level: str) -> Iterator[str]:
    notice, alert = told.notice, told.notice.alert
    state = "resolved" if notice.kind == "resolved" else alert.severity
    yield _badge(state)
    yield _heading(alert_subject(alert, notice.kind), level, 20 if level == "h1" else 17)
    yield _paragraph(alert.reason)
    if notice.kind == "resolved":
        yield _soft(alert_time(alert, zone))
    else:
        yield _soft(" ".join(filter(None, (alert_time(alert, zone), blind(alert)))))
        yield from _charts(told)
    quotes = pick.quotes(told)
    if quotes:
        yield _label("The worst of them")
    yield from (_quote(mention, zone) for mention in quotes)
    yield from _links(pick.links(told, quotes))
    yield _acts(told, commands)


# --- charts ------------------------------------------------------------------------------------------------


def _charts(told: Told) -> Iterator[str]:
    alert = told.notice.alert
    if alert.observed and alert.kind in {"negative", "volume"}:
        yield _compared(alert)
    shown = pick.bars(told)
    if shown:
        yield _label(counts_label(told))
        yield _columns(shown, _COLOURS[alert.severity])


def _compared(alert: Alert) -> str:
    """What was seen and what is usual, as two bars."""
    top = max(alert.observed, alert.expected)
    # No more digits than the numbers have: 1.2, 340.
    usual = f"{alert.expected:.1f}" if alert.expected < 9.95 else f"{alert.expected:,.0f}"
    if alert.expected < 0.1:
        usual = "fewer than 0.1"
    rows = (
        (f"In {hours_of(alert)} h", alert.observed / top, f"{alert.observed:,}", _COLOURS[alert.severity]),
        ("Usually", alert.expected / top, usual, _COLOURS["usual"]),
    )
    cells = "".join(
        f'<tr><td class="soft" style="padding:2px 8px 2px 0;font-size:13px;color:{_SOFT};white-space:nowrap">{name}'
        f'</td><td style="padding:2px 0"><table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>'
        f"{_cell(max(2, round(share * _WIDE)), 12, colour)}"
        f'<td class="ink" style="padding-left:6px;font-size:13px;line-height:14px;color:{_INK}">{number}</td>'
        "</tr></table></td></tr>"
        for name, share, number, colour in rows
    )
    return f'<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0">{cells}</table>'


def _columns(counts: Sequence[int], colour: str) -> str:
    """Bars over time: a cell each, whose lower part is filled."""
    top = max(counts)
    wide = max(3, min(10, 280 // len(counts) - 1))
    cells = "".join(
        f'<td valign="bottom" title="{n}" style="vertical-align:bottom;padding:0 1px 0 0">'
        '<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>'
        + _cell(wide, max(1, round(n / top * _HIGH)), colour if n else _LINE)
        + "</tr></table></td>"
        for n in counts
    )
    return (
        f'<table role="presentation" class="line" cellpadding="0" cellspacing="0" border="0" style="margin:4px 0 12px;'
        f'border-bottom:1px solid {_LINE}"><tr height="{_HIGH}">{cells}</tr></table>'
    )


def _cell(width: int, height: int, colour: str) -> str:
    return (
        f'<td width="{width}" height="{height}" bgcolor="{colour}" style="width:{width}px;height:{height}px;'
        f'background:{colour};font-size:0;line-height:0">&nbsp;</td>'
    )


# --- pieces ------------------------------------------------------------------------------------------------


def _safe(text: str, width: int | None = None) -> str:
    return escape(one_line(text, width))


def _heading(text: str, level: str, size: int) -> str:
    style = f"margin:4px 0 8px;font-size:{size}px;line-height:1.3;color:{_INK}"
    return f'<{level} class="ink" style="{style}">{_safe(text)}</{level}>'


def _paragraph(text: str) -> str:
    return f'<p style="margin:0 0 8px">{_safe(text)}</p>'


def _soft(text: str) -> str:
    return f'<p class="soft" style="margin:0 0 8px;font-size:13px;color:{_SOFT}">{_safe(text)}</p>'


def _label(text: str) -> str:
    return f'<p class="soft" style="margin:16px 0 4px;font-size:13px;font-weight:600;color:{_SOFT}">{_safe(text)}</p>'


def _rule() -> str:
    return f'<hr class="line" style="border:0;border-top:1px solid {_LINE};margin:20px 0">'


def _badge(state: str) -> str:
    colour = _COLOURS[state]
    return (
        f'<span style="display:inline-block;padding:1px 8px;border-radius:9px;background:{colour};color:#ffffff;'
        f'font-size:12px;font-weight:600;line-height:18px">{_safe(state)}</span>'
    )


def _quote(mention: Mention, zone: tzinfo | None, *, brand: bool = False) -> str:
    """What somebody said, and by whom; the direction of the words is found out, and changes none beside them."""
    entry = mention.entry
    stars = f"{entry.rating:g}/5" if entry.rating is not None else None
    author = one_line(entry.author, 40) if entry.author else "no name"
    about = (one_line(mention.brand, 40) if brand else None, author, one_line(entry.source, 40), stars)
    tone = mention.tone.label if brand else None
    by = ", ".join(f"<bdi>{escape(part)}</bdi>" for part in filter(None, (*about, tone)))
    link = web_link(entry.url)
    time = escape(mention_time(mention, zone))
    said = f'<span style="white-space:nowrap">{time}{" &rarr;" if link else ""}</span>'
    when_said = _anchor(link, said) if link else said
    return (
        f'<div class="line" style="margin:0 0 12px;padding:0 0 0 10px;border-left:3px solid {_LINE}">'
        f'<div dir="auto" style="overflow-wrap:anywhere;word-break:break-word">{_safe(excerpt(entry, 280))}</div>'
        f'<div class="soft" style="font-size:13px;color:{_SOFT};overflow-wrap:anywhere">{by}, {when_said}</div></div>'
    )


def _anchor(url: str, inside: str) -> str:
    return (
        f'<a class="linked" href="{escape(url)}" rel="noopener noreferrer" style="color:{_LINKED};'
        f'overflow-wrap:anywhere;word-break:break-word">{inside}</a>'
    )


def _links(links: Sequence[str]) -> Iterator[str]:
    if not links:
        return
    yield _label("The other mentions, oldest first")
    shown = "".join(f'<li style="margin:0 0 2px">{_anchor(url, _safe(url, _LINK))}</li>' for url in links[:MOST_LINKS])
    yield f'<ul style="margin:0 0 8px;padding-left:18px;font-size:13px">{shown}</ul>'
    if len(links) > MOST_LINKS:
        yield _soft(f"and {len(links) - MOST_LINKS:,} more")


def _acts(told: Told, commands: Commands | None) -> str:
    # Below each other: side by side they have no room on a phone.
    rows = "".join(
        f'<div class="soft" style="margin:0 0 8px;font-size:13px;color:{_SOFT}">{escape(act.what)}:<br>'
        f'<code class="box" style="display:inline-block;margin-top:2px;padding:2px 6px;border-radius:4px;'
        f'background:#eff2f5;color:{_INK};font-size:13px;overflow-wrap:anywhere">{_safe(act.command)}</code></div>'
        for act in acts(told, commands)
    )
    return f'<div style="margin:16px 0 0">{rows}</div>'
