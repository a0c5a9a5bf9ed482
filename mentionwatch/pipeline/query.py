"""A query looked at: how it is read, its traps, and what it finds in given texts or in what is stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timezone
from typing import TYPE_CHECKING

from mentionwatch.match import find_spans, match_entry, searchable_text
from mentionwatch.match.misses import find_misses
from mentionwatch.match.outline import outline, spell_out
from mentionwatch.match.subject import Subject, of_entry
from mentionwatch.pipeline.traps import Names, checked_query, warnings_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, tzinfo

    from mentionwatch.match import Query
    from mentionwatch.model import Mention

Spans = tuple[tuple[int, int], ...]
#: Stored mentions that a query is tried on, the newest.
MOST_TRIED = 5_000
#: Hits and near misses that are shown of those.
MOST_SHOWN = 5


@dataclass(frozen=True)
class Tried:
    """One text, and what came of it."""

    text: str
    #: Where the query matched, in the text; None where it did not.
    spans: Spans | None
    #: Why a text that is near does not match.
    misses: tuple[str, ...] = ()
    #: The stored mentions that the text is of: one of each brand.
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True)
class TriedStored:
    """What came of the stored mentions."""

    #: How many were tried.
    tried: int
    #: How many matched, and how many came near.
    hits: int
    near: int
    #: The first of each; a text that is of several mentions is there once.
    shown: tuple[Tried, ...]
    #: How many of the hits, and of the near misses, are not among those.
    more_hits: int = 0
    more_near: int = 0


def read_query(
    text: str,
    saved: Mapping[str, str],
    *,
    exact_case: bool = False,
    names: Names | None = None,
    zone: tzinfo | None = timezone.utc,
    now: datetime | None = None,
) -> Query:
    """Compile a query as ``query check`` does: fields of stored mentions are known, and told of in the warnings.

    Args:
        text: The query.
        saved: Queries by name, for ``@name``.
        exact_case: Words match in the case they are written in.
        names: See ``checked_query``.
        zone: Of days in since: and until:; None: the system's.
        now: Present time, for ``since:7d``.

    Raises:
        QueryError: It cannot be read, or finds nothing as it is written.
    """
    return checked_query(text, saved=saved, exact_case=exact_case, stored=True, names=names, zone=zone, now=now)


def query_record(
    query: Query, tried: Tried | None, saved: Mapping[str, str], *, matched: bool | None = None
) -> dict[str, object]:
    """The JSON object of a query and one text; without a text, `matched` says whether something stored matched."""
    spans = tried.spans if tried is not None else None
    return {
        "query": query.text,
        "tree": spell_out(query.tree),
        "warnings": list(warnings_of(query, saved)),
        "matched": spans is not None if matched is None else matched,
        "spans": [list(span) for span in spans or ()],
    }


def reading(query: Query, saved: Mapping[str, str]) -> tuple[str, list[str], tuple[str, ...]]:
    """How a query is read, on one line and as an indented tree, and its traps."""
    return spell_out(query.tree), outline(query.tree), warnings_of(query, saved)


def try_text(query: Query, text: str) -> Tried:
    """Try a query on a text.

    Raises:
        MatchTimeout: A regex took too long.
    """
    spans = find_spans(query, text)
    return Tried(text, spans, find_misses(query, Subject(text)) if spans is None else ())


def try_stored(query: Query, mentions: Iterable[Mention], *, now: datetime) -> TriedStored:
    """Try a query on stored mentions, with all their fields.

    Raises:
        MatchTimeout: A regex took too long.
    """
    hits: dict[str, Tried] = {}
    near: dict[str, Tried] = {}
    counts = [0, 0, 0]
    for mention in mentions:
        counts[0] += 1
        spans = match_entry(query, mention.entry, mention, now)
        misses = find_misses(query, of_entry(mention.entry, mention, now)) if spans is None else ()
        if spans is not None or misses:
            counts[1 if spans is not None else 2] += 1
            _keep(hits if spans is not None else near, mention, spans, misses)
    shown = [sum(len(one.mentions) for one in kept.values()) for kept in (hits, near)]
    found = (*hits.values(), *near.values())
    return TriedStored(counts[0], counts[1], counts[2], found, counts[1] - shown[0], counts[2] - shown[1])


def _keep(kept: dict[str, Tried], mention: Mention, spans: Spans | None, misses: tuple[str, ...]) -> None:
    """Keep the first texts, each with all its mentions."""
    before = kept.get(mention.entry_id)
    if before is not None:
        kept[mention.entry_id] = replace(before, mentions=(*before.mentions, mention))
    elif len(kept) < MOST_SHOWN:
        kept[mention.entry_id] = Tried(searchable_text(mention.entry), spans, misses, (mention,))
