"""A query looked at: how it is read, its traps, and what it finds in given texts or in what is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mentionwatch.match import compile_query, find_spans, match_entry, searchable_text
from mentionwatch.match.advice import find_warnings
from mentionwatch.match.misses import find_misses
from mentionwatch.match.outline import outline, spell_out
from mentionwatch.match.subject import Subject, of_entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

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
    #: The stored mention that the text is of.
    mention: Mention | None = None


@dataclass(frozen=True)
class TriedStored:
    """What came of the stored mentions."""

    #: How many were tried.
    tried: int
    #: How many matched, and how many came near.
    hits: int
    near: int
    #: The first of each.
    shown: tuple[Tried, ...]


def read_query(text: str, saved: Mapping[str, str], *, exact_case: bool = False) -> Query:
    """Compile a query as ``query check`` does: fields of stored mentions are known, and told of in the warnings.

    Raises:
        QueryError: It cannot be read.
    """
    return compile_query(text, saved=saved, exact_case=exact_case, stored=True)


def query_record(query: Query, tried: Tried | None, *, matched: bool | None = None) -> dict[str, object]:
    """The JSON object of a query and one text; without a text, `matched` says whether something stored matched."""
    spans = tried.spans if tried is not None else None
    return {
        "query": query.text,
        "tree": spell_out(query.tree),
        "warnings": list(find_warnings(query)),
        "matched": spans is not None if matched is None else matched,
        "spans": [list(span) for span in spans or ()],
    }


def reading(query: Query) -> tuple[str, list[str], tuple[str, ...]]:
    """How a query is read, on one line and as an indented tree, and its traps."""
    return spell_out(query.tree), outline(query.tree), find_warnings(query)


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
    hits: list[Tried] = []
    near: list[Tried] = []
    counts = [0, 0, 0]
    for mention in mentions:
        counts[0] += 1
        text = searchable_text(mention.entry)
        spans = match_entry(query, mention.entry, mention, now)
        misses = find_misses(query, of_entry(mention.entry, mention, now)) if spans is None else ()
        if spans is not None or misses:
            counts[1 if spans is not None else 2] += 1
            kept = hits if spans is not None else near
            if len(kept) < MOST_SHOWN:
                kept.append(Tried(text, spans, misses, mention))
    return TriedStored(counts[0], counts[1], counts[2], (*hits, *near))
