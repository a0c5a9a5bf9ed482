"""Names of sources and channels that have none."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mentionwatch.settings.tables import NotifySettings, SourceSettings


def name_sources(sources: Iterable[SourceSettings]) -> tuple[SourceSettings, ...]:
    """Name sources that have no name by their preset, or by host and path; with -2, -3 … where that is taken.

    Names that were given go first.  A name says nothing of the other sources, as far as that is possible: what is
    stored hangs on it, and one source more or less must not give the others new names.
    """
    found = list(sources)
    taken = {source.name.casefold() for source in found}
    counts: Counter[str] = Counter()
    return tuple(s if s.name else replace(s, name=_free_name(_usual_name(s), taken, counts)) for s in found)


def name_channels(channels: Iterable[NotifySettings]) -> tuple[NotifySettings, ...]:
    """Name channels that have no name by their kind and a digest of where they tell; with -2, -3 … where taken.

    Call it before secrets are put in: the name is stored and shown, and holds only what the file says.
    """
    found = list(channels)
    taken = {channel.name.casefold() for channel in found}
    counts: Counter[str] = Counter()
    return tuple(c if c.name else replace(c, name=_free_name(_usual_channel(c), taken, counts)) for c in found)


def _usual_channel(channel: NotifySettings) -> str:
    from mentionwatch.identity import digest

    where = (*sorted(channel.to), channel.url or "", *channel.argv, channel.path or "")
    return f"{channel.via}-{digest('channel', *where)[1:7]}" if any(where) else channel.via


def _usual_name(source: SourceSettings) -> str:
    if source.use is not None:
        return source.use
    parts = urlsplit(source.url or "")
    if not parts.hostname:
        return PurePosixPath(unquote(parts.path)).name or "source"
    return parts.hostname.removeprefix("www.") + parts.path.rstrip("/")


def _free_name(usual: str, taken: set[str], counts: Counter[str]) -> str:
    """The usual name, or with a number; `counts` spares a second look at numbers already given."""
    name = ""
    while not name or name.casefold() in taken:
        counts[usual] += 1
        name = usual if counts[usual] == 1 else f"{usual}-{counts[usual]}"
    taken.add(name.casefold())
    return name
