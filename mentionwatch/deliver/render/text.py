"""The long text: for a terminal, cron's mail, and the part of a mail that needs no HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mentionwatch.deliver.render import pick
from mentionwatch.deliver.render.words import (
    MOST_ALERTS,
    TEST,
    acts,
    counted,
    counts_label,
    failing_lines,
    folded,
    headline,
    listed_in,
    title_with_id,
)
from mentionwatch.output.layout import shorten_cells, wrap_cells
from mentionwatch.output.message import WIDTH, Extras, alert_text, mention_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mentionwatch.deliver.base import Message, Told
    from mentionwatch.deliver.render.words import Commands

#: Mentions that are listed one by one; the rest is a command away.
MOST_MENTIONS = 50


def text_of(message: Message, *, commands: Commands | None = None, bars: bool = True, width: int = WIDTH) -> str:
    """Write a whole message.

    Args:
        message: What is told.
        commands: Writes a command as it has to be typed; None: by its name alone.
        bars: The reader can see block characters.
        width: Terminal cells a line has at most; links and commands are never broken.
    """
    message = folded(message)
    return "\n\n".join(part.rstrip("\n") for part in _parts(message, commands, bars=bars, width=width)) + "\n"


def _parts(message: Message, commands: Commands | None, *, bars: bool, width: int) -> Iterator[str]:
    several = len(message.told) + bool(message.mentions) > 1
    if several or not message.told:
        yield "\n".join(wrap_cells(headline(message), width))
    if message.kind == "test":
        yield "\n".join(wrap_cells(TEST, width))
    for line in failing_lines(message.failing):
        yield "\n".join(wrap_cells(line, width))
    for told in message.told[:MOST_ALERTS]:
        if several:
            yield "-" * min(width, 40)
        yield _alert(told, message, commands, bars=bars, width=width)
    if rest := message.told[MOST_ALERTS:]:
        yield "And:\n" + "\n".join(shorten_cells(f"  {title_with_id(told)}", width) for told in rest)
    if message.mentions:
        if message.told:
            yield "-" * min(width, 40) + f"\n{counted(len(message.mentions), 'mention')}:"
        if said := listed_in(message):
            yield said
        yield from _mentions(message, width)


def _alert(told: Told, message: Message, commands: Commands | None, *, bars: bool, width: int) -> str:
    is_over = told.notice.kind == "resolved"
    line = pick.sparkline(told) if bars and not is_over else ""
    chart = (f"{counts_label(told)}:", f"  {line}") if line else ()
    footer = "\n".join(f"{act.what}: {act.command}" for act in acts(told, commands))
    extras = Extras(quotes=tuple(pick.quotes(told)), chart=chart)
    return alert_text(
        told.notice.alert,
        () if is_over else told.evidence,
        notice=told.notice.kind,
        zone=message.zone,
        width=width,
        footer=footer,
        extras=extras,
    )


def _mentions(message: Message, width: int) -> Iterator[str]:
    for mention in message.mentions[:MOST_MENTIONS]:
        yield "\n".join(mention_lines(mention, message.zone, width, alone=True))
    more = len(message.mentions) - MOST_MENTIONS
    if more > 0:
        yield f"and {more:,} more"
