"""An alert as a plain message: for a terminal, a cron mail, any channel that takes text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mentionwatch.output.layout import (
    excerpt,
    mention_time,
    shorten_cells,
    shown_time,
    shown_zone,
    web_link,
    wrap_cells,
)
from mentionwatch.output.quotes import alert_quotes
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import tzinfo

    from mentionwatch.model import Alert, Mention, NoticeKind

#: Columns of the message; a mail quoted once still fits 80.
WIDTH = 78
#: Links that a message lists at most; the rest is a command away.
MOST_LINKS = 50


def alert_subject(alert: Alert, notice: NoticeKind = "open") -> str:
    """What it is about, in one line: ``Nimbus: high alert``."""
    told = _told_as(alert)[notice]
    return f"{one_line(alert.brand, 60)}: {told}"


def _told_as(alert: Alert) -> dict[NoticeKind, str]:
    if alert.kind == "source":
        return {
            "open": "source is down",
            "worse": "source is down again",
            "remind": "source is still down",
            "resolved": "source is back",
        }
    noun = alert_noun(alert)
    return {
        "open": f"{alert.severity} {noun}",
        "worse": f"{noun} is worse, now {alert.severity}",
        "remind": f"{alert.severity} {noun} goes on",
        "resolved": f"{noun} is resolved",
    }


def alert_noun(alert: Alert) -> str:
    """What sort of alert it is: ``alert``, ``volume alert``, ``rating alert``, ``alert "one-star wave"``."""
    rule = alert.kind.removeprefix("rule:")
    if rule != alert.kind:
        return f'alert "{one_line(rule, 40)}"'
    return f"{alert.kind} alert" if alert.kind in {"volume", "rating"} else "alert"


@dataclass(frozen=True)
class Extras:
    """What a channel adds to the message, beside the zone of its times: who reads it may sit elsewhere."""

    #: Which mentions are quoted.
    quotes: Sequence[Mention] = ()
    #: Lines that show how it came.
    chart: Sequence[str] = ()


def alert_text(
    alert: Alert,
    mentions: Iterable[Mention],
    *,
    notice: NoticeKind = "open",
    zone: tzinfo | None = None,
    width: int = WIDTH,
    footer: str | None = None,
    extras: Extras | None = None,
) -> str:
    """The whole message: why, the worst said (at most 5, of different authors), and the links to the others.

    Args:
        alert: What is told.
        mentions: The mentions behind it, as far as they are still stored, in any order.
        notice: Which telling of it this is.
        zone: For people's eyes; None: the system's.
        width: Terminal cells a line has at most; links are never broken.
        footer: The last lines, such as the command that shows more; they are never broken either.
        extras: What is quoted, and the lines of a chart; None: the worst, and no chart.

    Returns:
        Plain text without colours; it ends with a line feed.
    """
    head = _head(alert, [alert_subject(alert, notice)], zone, width, named=extras is not None)
    return _text(alert, head, mentions, zone, width, most_links=MOST_LINKS, footer=footer, extras=extras)


def alert_page(alert: Alert, mentions: Iterable[Mention], *, zone: tzinfo | None = None, width: int = WIDTH) -> str:
    """The alert as it stands now: as ``alert_text``, with its state, the times of its life, and every link."""
    life = {"opened": alert.opened, "updated": alert.updated, "resolved": alert.resolved}
    told = [f"{name} {shown_time(moment, zone)}" for name, moment in life.items() if moment is not None]
    title = f"{one_line(alert.brand, 60)}: {alert.severity} alert {one_line(alert.id)}, {alert.state}"
    about = [title, ", ".join(told).capitalize() + "."]
    return _text(alert, _head(alert, about, zone, width), mentions, zone, width, most_links=None, footer=None)


def _text(
    alert: Alert,
    head: list[str],
    mentions: Iterable[Mention],
    zone: tzinfo | None,
    width: int,
    *,
    most_links: int | None,
    footer: str | None,
    extras: Extras | None = None,
) -> str:
    evidence = sorted(mentions, key=lambda m: (m.entry.published or m.first_seen, m.id))
    quotes = alert_quotes(alert, evidence) if extras is None else extras.quotes
    parts = [
        head,
        list(extras.chart) if extras else [],
        *(mention_lines(mention, zone, width) for mention in quotes),
        _links(evidence, {mention.id for mention in quotes}, most_links),
        [footer] if footer else [],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _head(alert: Alert, about: Sequence[str], zone: tzinfo | None, width: int, *, named: bool = False) -> list[str]:
    """What it is about, why, when, and what could not be seen."""
    lines = [
        *(part for line in about for part in wrap_cells(line, width)),
        *wrap_cells(one_line(alert.reason), width),
        *wrap_cells(alert_time(alert, zone, named=named), width),
    ]
    if alert.blind_spots and alert.kind != "source":
        names = one_line(", ".join(alert.blind_spots))
        lines += wrap_cells(f"Blind spots, where there may be more: {names}.", width)
    return lines


def alert_time(alert: Alert, zone: tzinfo | None, *, named: bool = True) -> str:
    """The time that it speaks of, as a sentence; `named` with its zone, for whoever may sit elsewhere."""
    start, end = shown_time(alert.window_start, zone), shown_time(alert.window_end, zone)
    where = f" ({shown_zone(alert.window_end, zone)})" if named else ""
    if alert.kind == "source" and alert.state != "resolved":
        return f"Since {start}{where}."
    return f"From {start} to {end}{where}."


def mention_lines(mention: Mention, zone: tzinfo | None, width: int, *, alone: bool = False) -> list[str]:
    """A mention in its own words, who said them and where; with brand and tone where it stands `alone`."""
    entry = mention.entry
    stars = f"{entry.rating:g}/5" if entry.rating is not None else None
    author = one_line(entry.author, 40) if entry.author else "no name"
    brand, tone = (one_line(mention.brand, 40), mention.tone.label) if alone else (None, None)
    about = (brand, author, one_line(entry.source, 40), stars, tone, mention_time(mention, zone))
    link = web_link(entry.url)
    words = wrap_cells(f'"{excerpt(entry, 280)}"', width - 2)
    by = shorten_cells(f"- {', '.join(filter(None, about))}", width - 2)
    return [f"  {line}" for line in (*words, by, *([link] if link else []))]


def _links(evidence: Sequence[Mention], quoted: set[str], most: int | None) -> list[str]:
    links = {link: None for m in evidence if m.id not in quoted and (link := web_link(m.entry.url))}
    if not links:
        return []
    shown = list(links)[:most]
    more = [f"  and {len(links) - len(shown)} more"] if len(links) > len(shown) else []
    return ["The other mentions, oldest first:", *(f"  {link}" for link in shown), *more]
