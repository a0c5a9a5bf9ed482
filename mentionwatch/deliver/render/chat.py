"""The short text: for chats, phones and whatever else apprise reaches.

A message may end up in Slack, Discord, Telegram, Teams or an SMS, as plain text or as somebody's Markdown, and the
sender does not know which.  So remote text loses what any of them reads: signs that make markup become signs that look
like them, and a word joiner (U+2060, which no reader sees) parts what would call people or load a page.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from mentionwatch.deliver.render import pick
from mentionwatch.deliver.render.words import SUBJECT, TEST, acts, blind, failing_lines, folded, headline
from mentionwatch.output.layout import excerpt, web_link
from mentionwatch.output.message import alert_subject
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mentionwatch.deliver.base import Message, Told
    from mentionwatch.model import Mention

#: Discord takes 2,000 characters, and most others more.
MOST = 1_800
#: Of a message: alerts, quotes of the first one, mentions.
_ALERTS, _QUOTES, _MENTIONS = 5, 3, 3
_QUOTE = 140
#: A longer link would be most of the message.
_LINK = 300
_JOINER = "\u2060"
_CALLS = re.compile(r"(?i)([@\uff20\ufe6b]|:(?=//)|\bwww(?=\.)|\b(?:mailto|xmpp|javascript|data|tel)(?=:))")
# Many chats make a link of "evil.example" alone.
_DOT = re.compile(r"(?<=[^\W_])[.\u3002\uff0e](?=[^\W\d_]{2})")
# An underscore inside a word is none to Markdown; elsewhere it slants what follows.
_SLANTS = re.compile(r"(?<![^\W_])_+|_+(?![^\W_])")
_LOOKS_LIKE = str.maketrans({
    "<": "\u2039",
    ">": "\u203a",
    "[": "\uff3b",
    "]": "\uff3d",
    "*": "\u2217",
    "`": "\u02cb",
    "~": "\u223c",
    "|": "\u2223",
    "\\": "\u2216",
    "#": "\uff03",
})  # fmt: skip
# What may stand in a link as it is: nothing that calls, or ends a link in somebody's Markdown.
_URL_SAFE = "%/:?#!$&+,;=~-._"


def chat_safe(text: str, width: int | None = None, *, own: bool = False) -> str:
    """A text on one line, which no chat takes for markup, a call or a link.

    Args:
        text: As a stranger wrote it.
        width: Cut to so many characters.
        own: It is the user's own: in "booking.com" nothing is put between, so that a search finds it.
    """
    plain = _SLANTS.sub(lambda found: "\u02cd" * len(found[0]), one_line(text, width))
    parted = plain if own else _DOT.sub(lambda found: found[0] + _JOINER, plain)
    return _CALLS.sub(lambda found: found[0] + _JOINER, parted).translate(_LOOKS_LIKE)


def chat_link(url: str | None) -> str | None:
    """A link as a chat may show it; None where there is none to follow, or one too long."""
    target = web_link(url)
    if target is None:
        return None
    # By itself an "@" in a path would call everyone in it.
    safe = quote(target, safe=_URL_SAFE, errors="replace")
    return safe if len(safe) <= _LINK else None


def chat_title(message: Message) -> str:
    """The headline of a message, safe in a chat; without the numbers, which the next line has."""
    message = folded(message)
    if len(message.told) == 1 and not message.mentions and message.kind == "alerts":
        notice = message.told[0].notice
        return chat_safe(alert_subject(notice.alert, notice.kind), SUBJECT, own=True)
    return chat_safe(headline(message, SUBJECT), own=True)


def chat_of(message: Message, *, title: bool = True) -> str:
    """Write a whole message, with at most 1,800 characters: why, at most three quotes, and what to do."""
    message = folded(message)
    body = "\n".join(_lines(message, several=len(message.told) > 1))
    whole = f"{chat_title(message)}\n{body}" if title else body
    return _cut(whole.strip())


def _cut(text: str) -> str:
    """Whole lines only, as many as fit."""
    if len(text) <= MOST:
        return text
    return text[: text.rfind("\n", 0, MOST - 2)] + "\n…"


def _lines(message: Message, *, several: bool) -> Iterator[str]:
    if message.kind == "test":
        yield TEST
    yield from (chat_safe(line) for line in failing_lines(message.failing))
    for place, told in enumerate(message.told[:_ALERTS]):
        yield from _alert(told, title=several, quotes=_QUOTES if place == 0 else 0)
    if len(message.told) > _ALERTS:
        yield f"and {len(message.told) - _ALERTS:,} more alerts: mentionwatch alerts"
    for mention in message.mentions[:_MENTIONS]:
        yield _mention(mention)
    if len(message.mentions) > _MENTIONS:
        yield f"and {len(message.mentions) - _MENTIONS:,} more: mentionwatch mentions"


def _alert(told: Told, *, title: bool, quotes: int) -> Iterator[str]:
    alert = told.notice.alert
    if title:
        yield f"{chat_safe(alert_subject(alert, told.notice.kind), own=True)}:"
    yield chat_safe(alert.reason, 400)
    # What to do goes before the quotes, so that it is there however long they are.
    yield from (f"{act.what}: {act.command}" for act in acts(told)[:1])
    line = pick.sparkline(told)
    if line and quotes and told.notice.kind != "resolved":
        yield f"Last {len(told.counts) * told.slice_hours:g} h: {line}"
    if told.notice.kind != "resolved" and (unseen := blind(alert)):
        yield chat_safe(unseen, 200)
    yield from (_mention(mention) for mention in pick.quotes(told, quotes))


def _mention(mention: Mention) -> str:
    entry = mention.entry
    by = ", ".join(filter(None, (entry.author and chat_safe(entry.author, 40), chat_safe(entry.source, 40))))
    words = chat_safe(excerpt(entry, _QUOTE))
    link = chat_link(entry.url)
    return f"“{words}” - {by}" + (f" {link}" if link else "")
