r"""Markdown: a table to paste into an issue or a wiki.

Remote text stays text.  Every character that Markdown or HTML reads is escaped; GitHub also links bare addresses and
calls ``@names`` where nothing is escaped or even though it is, so a word joiner (U+2060, which no reader sees) parts
those.  Links are http(s) only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from mentionwatch.output.layout import ID_SHOWN, mention_time, passage, seen_at, shown_time, web_link
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO

    from mentionwatch.model import Alert, Mention
    from mentionwatch.output.base import Options

_SPECIAL = re.compile(r"[\\`*_{}\[\]()<>#+\-!|~&$:=^]")
#: Characters of a mention's words.
_WORDS = 200
_JOINER = "\u2060"
_AUTOLINK = re.compile(r"(?i)(@|:(?=//)|\bwww(?=\.)|\b(?:mailto|xmpp)(?=:))")
# What may stand in a link's target as it is; "&" is written as an entity, for "&copy;" would be read as one.
_URL_SAFE = "%/:?#@!$&'*+,;=~-._"


def write_mentions(mentions: Iterable[Mention], stream: TextIO, options: Options) -> None:
    """Write a table; nothing for none."""
    rows = (_mention_row(mention, options) for mention in mentions)
    about = "Keyword" if options.keywords else "Brand"
    write_table(("Time", "Tone", about, "Source", "Author", "Mention"), rows, stream)


def write_alerts(alerts: Iterable[Alert], stream: TextIO, options: Options) -> None:
    """Write a table; nothing for none."""
    rows = (_alert_row(alert, options) for alert in alerts)
    write_table(("Alert", "Opened", "Severity", "State", "Brand", "Why"), rows, stream)


def escape(text: str) -> str:
    """Put a remote text on one line of Markdown that shows it as it stands."""
    parted = _AUTOLINK.sub(lambda found: found[0] + _JOINER, one_line(text))
    return _SPECIAL.sub(r"\\\g<0>", parted)


def link(text: str, url: str | None) -> str:
    """A Markdown link, or the escaped text alone where the URL is none to follow."""
    target = web_link(url)
    if target is None:
        return escape(text)
    return f"[{escape(text) or 'link'}](<{quote(target, safe=_URL_SAFE).replace('&', '&amp;')}>)"


def _mention_row(mention: Mention, options: Options) -> Sequence[str]:
    entry, stars = mention.entry, mention.entry.rating
    return (
        mention_time(mention, options.zone),
        mention.tone.label + (f" ({stars:g}/5)" if stars is not None else ""),
        escape(mention.keyword if options.keywords else mention.brand),
        escape(entry.source),
        escape(entry.author or ""),
        link(one_line(passage(mention, (options.hits or {}).get(mention.id), _WORDS), _WORDS), entry.url)
        + (f", {seen_at(mention).lower()}" if mention.copies > 1 else ""),
    )


def _alert_row(alert: Alert, options: Options) -> Sequence[str]:
    opened = shown_time(alert.opened, options.zone)
    return (escape(alert.id[:ID_SHOWN]), opened, alert.severity, alert.state, escape(alert.brand), escape(alert.reason))


def write_table(columns: Sequence[str], rows: Iterable[Sequence[str]], stream: TextIO) -> None:
    """Write a table of cells that are Markdown already; nothing for no rows."""
    for number, row in enumerate(rows):
        if number == 0:
            stream.write(f"| {' | '.join(columns)} |\n|{' --- |' * len(columns)}\n")
        stream.write(f"| {' | '.join(row)} |\n")
