"""Where mentions matched: for whoever shows some words of a long text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mentionwatch.errors import MatchTimeout, QueryError
from mentionwatch.match import Query, compile_query, match_entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, tzinfo

    from mentionwatch.model import Mention

#: [start, end) in order, without overlaps.
Spans = tuple[tuple[int, int], ...]


def find_hits(
    mentions: Iterable[Mention],
    query: str | None = None,
    *,
    saved: Mapping[str, str] | None = None,
    zone: tzinfo | None = None,
    now: datetime | None = None,
) -> dict[str, Spans]:
    """Find where a query stands in mentions; where it says nothing of their text, the query of the brand.

    Args:
        mentions: Those that are shown.
        query: What they were searched with; None: nothing.
        saved: Queries by name, for ``@name``.
        zone: Of days in since: and until:; None: the system's.
        now: Present time, for ``since:7d``.

    Returns:
        Offsets in ``searchable_text`` by id of the mention; none for a mention whose keyword is no query any more.
    """
    compiled: dict[str, Query | None] = {}

    def spans(text: str, mention: Mention) -> Spans:
        if text not in compiled:
            try:
                compiled[text] = compile_query(text, saved=saved or {}, stored=True, zone=zone)
            except QueryError:
                compiled[text] = None
        known = compiled[text]
        try:
            return (match_entry(known, mention.entry, mention, now) if known else None) or ()
        except MatchTimeout:
            return ()

    found = {m.id: (spans(query, m) if query else ()) or spans(m.keyword, m) for m in mentions}
    return {id_: places for id_, places in found.items() if places}
