"""What the formats for people share: excerpts, local times, widths in terminal cells."""

from __future__ import annotations

from datetime import timedelta, timezone
from io import StringIO
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mentionwatch.text import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from mentionwatch.model import Entry, Mention

#: Characters of an id that are shown; any command takes an id that is shortened to what is unique.
ID_SHOWN = 8

#: Places that are looked for in what is shown, and characters that are shown before the first.
_MOST_HITS, _BEFORE = 20, 40
# A text can be a megabyte; nobody reads more than this of it here.
_READ = 4000


def excerpt(entry: Entry, length: int = 400) -> str:
    """Title and text on one line of at most `length` characters; the title once, where the text begins with it."""
    title = one_line((entry.title or "")[:_READ])
    text = one_line((entry.text or "")[:_READ])
    if not title or text.casefold().startswith(title.rstrip("…. ").casefold()):
        return one_line(text, length)
    return one_line(f"{title} - {text}" if text else title, length)


def passage(mention: Mention, hits: Sequence[tuple[int, int]] | None, width: int, lines: int = 1) -> str:
    """The excerpt; where what matched is not in what fits of it, the title and the words around the first place.

    Args:
        mention: What is shown.
        hits: Where it matched, in its title, a line feed and its text.
        width: Terminal cells of a line.
        lines: As many will be shown.
    """
    entry = mention.entry
    whole = excerpt(entry)
    words = f"{entry.title or ''}\n{entry.text or ''}"
    if not hits or _shows(wrap_cells(whole, width, lines), [words[start:end] for start, end in hits[:_MOST_HITS]]):
        return whole
    start = hits[0][0]
    begin = max(0, start - min(_BEFORE, width // 2))
    # From the beginning of a word, where there are blanks.
    begin = words.find(" ", begin, start) + 1 or begin
    title = shorten_cells(one_line((entry.title or "")[:_READ]), width // 2)
    return f"{title} … {one_line(words[begin : begin + _READ], 400)}".lstrip()


def _shows(lines: Sequence[str], hits: Sequence[str]) -> bool:
    shown = " ".join(lines).casefold()
    return any(one_line(hit).casefold() in shown for hit in hits)


def shown_time(moment: datetime, zone: tzinfo | None) -> str:
    """Local time to the minute, 16 characters: ``2024-05-14 09:12``."""
    try:
        local = moment.astimezone(zone)
    except (OverflowError, OSError):
        local = moment  # the years 1 and 9999, which some system calendars refuse
    return local.replace(tzinfo=None).isoformat(sep=" ", timespec="minutes")


def shown_zone(moment: datetime, zone: tzinfo | None) -> str:
    """The zone of what ``shown_time`` shows, for who does not sit here: ``Europe/Paris``, else ``UTC+02:00``."""
    if key := getattr(zone, "key", None):
        return str(key)
    try:
        offset = moment.astimezone(zone).utcoffset()
    except (OverflowError, OSError):
        offset = None
    return str(timezone(offset or timedelta(0)))


def mention_time(mention: Mention, zone: tzinfo | None) -> str:
    """When it was published, or first seen where it bears no date; see ``shown_time``."""
    return shown_time(mention.entry.published or mention.first_seen, zone)


def seen_at(mention: Mention) -> str:
    """At how many places the text of a copied mention was seen."""
    return f"Seen at {mention.copies:,} places"


def web_link(url: str | None) -> str | None:
    """The URL, cleaned, where a person may follow it: http and https with a host only."""
    if not url:
        return None
    url = "".join(clean(url).split())
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


def wrap_cells(text: str, width: int, most_lines: int | None = None) -> list[str]:
    """Break a line at blanks, counting terminal cells (a CJK character takes two); the last one kept ends in "…"."""
    from rich.console import Console
    from rich.text import Text

    console = Console(file=StringIO(), width=width, force_terminal=False, force_jupyter=False, color_system=None)
    lines = [line.plain.rstrip() for line in Text(text).wrap(console, width, tab_size=1)]
    if most_lines is None or len(lines) <= most_lines:
        return lines
    last = Text(f"{lines[most_lines - 1]}…")
    if last.cell_len > width:
        last = Text(lines[most_lines - 1])
        last.truncate(width - 1)
        last.append("…")
    return [*lines[: most_lines - 1], last.plain]


def shorten_cells(text: str, width: int) -> str:
    """Cut a text to at most `width` terminal cells, with an ellipsis where something went."""
    from rich.text import Text

    shown = Text(text)
    shown.truncate(width, overflow="ellipsis")
    return shown.plain
