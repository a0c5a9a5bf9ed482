"""Tables for people, in a terminal or a mail.

No boxes: a mention is a line of columns, then its words, then its link, however wide the terminal is.  A link is never
cut, and a tone is never told by colour alone.  Remote text is shown as it stands: it is handed to rich as ``Text``,
never as markup.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from mentionwatch.output.layout import ID_SHOWN, mention_time, passage, seen_at, shown_time, web_link, wrap_cells
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO

    from mentionwatch.model import Alert, Label, Mention
    from mentionwatch.output.base import Options

_WIDTH = 80
#: Words go no farther to the right: longer lines are hard to read.
_WIDEST_WORDS = 120
#: Lines of a mention's words.
_LINES = 2
#: Narrower than this nothing can be laid out; the terminal wraps.
_NARROWEST = 40
_GAP = "  "
_INDENT = " " * 4

TONES: dict[Label, tuple[str, str]] = {
    "negative": ("- negative", "red"),
    "neutral": ("~ neutral", ""),
    "positive": ("+ positive", "green"),
    "unknown": ("? unknown", "yellow"),
}
SEVERITY_STYLES = {"elevated": "yellow", "high": "red", "critical": "bold red"}

# A piece of a line: text, style, width in cells (None: as it comes).
_Piece = tuple[str, str, "int | None"]


def write_mentions(mentions: Iterable[Mention], stream: TextIO, options: Options) -> None:
    """Write the mentions; nothing for none."""
    items = list(mentions)
    if not items:
        return
    console, width = make_console(stream, options)
    about = "KEYWORD" if options.keywords else "BRAND"
    size = _fit((about, *(_about(m, options) for m in items)), 24 if options.keywords else 16)
    heads = zip(("ID", "TIME", "TONE", about), (ID_SHOWN, 16, 10, size), strict=True)
    print_line(console, [*((head, "bold", cells) for head, cells in heads), ("SOURCE, AUTHOR", "bold", None)], width)
    for mention in items:
        _print_mention(console, mention, size, width, options)


def write_alerts(alerts: Iterable[Alert], stream: TextIO, options: Options) -> None:
    """Write the alerts, each with its reason; nothing for none."""
    items = list(alerts)
    if not items:
        return
    console, width = make_console(stream, options)
    # What is counted is worth more than the end of a long name: a source's is an address.
    counted = _fit(("MENTIONS", *map(_observed, items)), 16)
    left = width - (ID_SHOWN + 16 + 8 + 12 + counted + 5 * len(_GAP))
    brand = _fit(("BRAND", *(a.brand for a in items)), max(8, min(24, left)))
    heads = zip(("ID", "OPENED", "SEVERITY", "STATE", "BRAND"), (ID_SHOWN, 16, 8, 12, brand), strict=True)
    print_line(console, [*((head, "bold", cells) for head, cells in heads), ("MENTIONS", "bold", None)], width)
    for alert in items:
        pieces = [
            (alert.id[:ID_SHOWN], "bold", ID_SHOWN),
            (shown_time(alert.opened, options.zone), "", 16),
            (alert.severity, SEVERITY_STYLES[alert.severity], 8),
            (alert.state, "", 12),
            (alert.brand, "bold", brand),
            (_observed(alert), "", None),
        ]
        print_line(console, pieces, width)
        print_words(console, one_line(alert.reason), width, most_lines=4)
        if alert.blind_spots:
            print_words(console, f"Blind spots: {one_line(', '.join(alert.blind_spots))}", width, most_lines=2)


def _observed(alert: Alert) -> str:
    """What an alert counts; one of a source or a rating counts no mentions."""
    if not alert.observed:
        return alert.kind
    return f"{alert.observed} negative" if alert.kind == "negative" else f"{alert.observed} {alert.kind}"


def make_console(stream: TextIO, options: Options) -> tuple[Console, int]:
    """A console that heeds our options only: whether there is a terminal, and which colours, is the caller's to say."""
    width = max(options.width or _WIDTH, _NARROWEST)
    console = Console(
        file=stream,
        width=width,
        force_terminal=options.color,
        color_system="standard" if options.color else None,
        no_color=not options.color,
        force_jupyter=False,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=True,
    )
    return console, width


def _about(mention: Mention, options: Options) -> str:
    return mention.keyword if options.keywords else mention.brand


def _print_mention(console: Console, mention: Mention, about: int, width: int, options: Options) -> None:
    entry = mention.entry
    tone, style = TONES[mention.tone.label]
    pieces: list[_Piece] = [
        (mention.id[:ID_SHOWN], "bold", ID_SHOWN),
        (mention_time(mention, options.zone), "", 16),
        (tone, style, 10),
        (_about(mention, options), "", about),
        (", ".join(filter(None, (entry.source, entry.author, *marks_of(mention)))), "", None),
    ]
    print_line(console, pieces, width)
    hits = (options.hits or {}).get(mention.id)
    print_words(console, passage(mention, hits, _room(width), _LINES), width, most_lines=_LINES)
    if mention.copies > 1:
        print_words(console, seen_at(mention), width, most_lines=1)
    print_link(console, entry.url)


def marks_of(mention: Mention) -> list[str]:
    """What is worth knowing beside the words: stars, what the user did with it."""
    rating = mention.entry.rating
    return [
        *([f"{rating:g}/5"] if rating is not None else []),
        *([mention.state] if mention.state != "open" else []),
        *(["noise"] if mention.noise else []),
    ]


def _fit(texts: Iterable[str], most: int) -> int:
    """Cells that the widest of the texts takes, at most `most`."""
    return min(most, max(Text(one_line(text, most)).cell_len for text in texts))


def print_line(console: Console, pieces: Sequence[_Piece], width: int) -> None:
    """Print one line of columns; the last piece takes what is left."""
    line = Text()
    for number, (content, style, size) in enumerate(pieces):
        last = number == len(pieces) - 1
        cell = Text(one_line(content), style=style)
        room = width - line.cell_len
        cell.truncate(room if size is None else size, overflow="ellipsis", pad=not last)
        line.append_text(cell)
        if not last:
            line.append(_GAP)
    line.rstrip()
    line.truncate(width, overflow="ellipsis")
    console.print(line)


def _room(width: int) -> int:
    return min(width, _WIDEST_WORDS) - len(_INDENT)


def print_words(console: Console, words: str, width: int, most_lines: int | None = None) -> None:
    """Print words on indented lines, at most so many; None: as many as they take."""
    if words:
        for line in wrap_cells(words, _room(width), most_lines):
            console.print(Text(_INDENT + line))


def print_link(console: Console, url: str | None) -> None:
    """Print the link whole: soft wrap leaves it to the terminal, so that it can be clicked and copied."""
    link = web_link(url)
    if link:
        console.print(Text(_INDENT + link, style="blue"))
