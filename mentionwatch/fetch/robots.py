"""What a site's robots.txt lets this program ask for.  Door of protego."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protego import Protego

#: The name that a robots.txt can call this program by.
NAME = "mentionwatch"
#: Of a longer file the beginning counts, as RFC 9309 has it.
MAX_BYTES = 500_000
#: A rule costs time and memory for each name it is for: of a file made to cost much, the beginning counts.
_MAX_LINES, _MAX_LINE = 10_000, 2_000
#: Pauses that a file asks for are honoured up to this length.
_MAX_PAUSE_S = 60.0


@dataclass(frozen=True)
class Rules:
    """A robots.txt; None: there is none, and all may be asked for."""

    _parsed: Protego | None = None

    def allow(self, url: str) -> bool:
        """Whether a document may be asked for."""
        return self._parsed is None or self._parsed.can_fetch(url[: 4 * _MAX_LINE], NAME)

    @property
    def pause_s(self) -> float:
        """Seconds between two requests, as far as it asks for any."""
        pause = self._parsed.crawl_delay(NAME) if self._parsed else None
        return min(pause or 0.0, _MAX_PAUSE_S)


def parse_robots(body: bytes) -> Rules:
    """Read a robots.txt, as far as it concerns this program; never raises."""
    from protego import Protego

    lines = body[:MAX_BYTES].decode("utf-8", "replace").removeprefix("\ufeff").splitlines()
    return Rules(Protego.parse("\n".join(_concerning(line) for line in lines[:_MAX_LINES] if len(line) <= _MAX_LINE)))


def _concerning(line: str) -> str:
    """The line; names of other programs become one, or thousands of names would be multiplied by as many rules."""
    field, _, value = line.partition(":")
    if field.strip().lower() not in {"user-agent", "useragent", "user agent"}:
        return line
    name = value.partition("#")[0].strip().lower()
    return line if name == "*" or (name and NAME.startswith(name.rstrip("*"))) else "User-agent: somebody-else"
