"""What an output format is to the rest of the program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import tzinfo
    from typing import TextIO

    from mentionwatch.model import Alert, Mention


@dataclass(frozen=True)
class Options:
    """How it is to look; each format heeds what concerns it."""

    #: Start the file with a byte order mark, without which Excel does not see UTF-8 (CSV).
    bom: bool = False
    #: Columns of the terminal; None: 80 (table).
    width: int | None = None
    #: Colour is wanted (table).
    color: bool = False
    #: Where people's eyes are; None: the system's time zone (table, markdown).
    zone: tzinfo | None = None
    #: Show the query that matched in the place of the brand (table, markdown): several were given, and no brands.
    keywords: bool = False
    #: By id of a mention: where in its title, a line feed and its text it matched; None or missing: nobody knows.
    hits: Mapping[str, Sequence[tuple[int, int]]] | None = None


class Output(Protocol):
    """One format.  It writes to the stream it is given, and neither opens nor closes anything.

    CSV and JSON lines are written item by item, so that their cost in memory does not grow with their length.
    """

    def write_mentions(self, mentions: Iterable[Mention], stream: TextIO, options: Options, /) -> None:
        """Write all mentions, in the order given."""
        ...

    def write_alerts(self, alerts: Iterable[Alert], stream: TextIO, options: Options, /) -> None:
        """Write all alerts, in the order given."""
        ...
