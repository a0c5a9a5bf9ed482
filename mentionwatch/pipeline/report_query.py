"""What a query says of itself: which fields it uses, and of which time all is that it finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mentionwatch.match import And, Field, compile_query
from mentionwatch.match.fields import bound_of
from mentionwatch.match.lex import cut_tokens
from mentionwatch.pipeline.traps import expand

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo


def fields_of(query: str | None, saved: Mapping[str, str]) -> frozenset[str]:
    """The fields that a query uses, and the saved queries in it."""
    if query is None:
        return frozenset()
    return frozenset(token.text for token in cut_tokens(expand(query, saved)) if token.kind == "field")


def times_of(
    query: str | None, saved: Mapping[str, str], zone: tzinfo | None, now: datetime
) -> tuple[list[datetime], list[datetime]]:
    """The times since and until which all that a query finds is."""
    if query is None:
        return [], []
    tree = compile_query(query, saved=saved, stored=True, zone=zone).tree
    parts = tree.parts if isinstance(tree, And) else (tree,)
    times = [part for part in parts if isinstance(part, Field)]
    starts = [at for part in times if part.name == "since" and (at := bound_of(part, now))]
    return starts, [at for part in times if part.name == "until" and (at := bound_of(part, now))]
