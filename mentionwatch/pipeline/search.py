"""What is stored: find it, name it, show it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal, TypeVar

from mentionwatch.errors import UsageError
from mentionwatch.match import compile_query, find_spans, searchable_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mentionwatch.model import Alert, Mention
    from mentionwatch.store import Filter, Store

T = TypeVar("T", "Alert", "Mention")

#: Orders of a list of mentions.
Sort = Literal["newest", "oldest", "negative"]
SORTS: tuple[Sort, ...] = ("newest", "oldest", "negative")


@dataclass(frozen=True)
class Found:
    """One page of a search."""

    mentions: tuple[Mention, ...]
    #: There are more than were asked for.
    more: bool


def search_store(
    store: Store, query: str | None, wanted: Filter, *, sort: Sort = "newest", limit: int | None = None
) -> Found:
    """Search what is stored.

    Args:
        store: An open store.
        query: In the query language; None: everything.
        wanted: Further restrictions.
        sort: "negative": lowest polarity first.
        limit: Most mentions given back.

    Raises:
        QueryError: The query cannot be read.
    """
    compiled = compile_query(query) if query else None
    # A query is matched here, so that it finds to the letter what it finds when it watches.
    early = limit + 1 if limit is not None and compiled is None and sort != "negative" else None
    found: Iterable[Mention] = store.mentions(wanted, limit=early, oldest_first=sort == "oldest")
    if compiled is not None:
        found = (m for m in found if find_spans(compiled, searchable_text(m.entry)))
    if sort == "negative":
        found = sorted(found, key=lambda m: m.tone.polarity if m.tone.polarity is not None else 2.0)
    page = list(islice(found, limit + 1 if limit is not None else None))
    more = limit is not None and len(page) > limit
    return Found(tuple(page[:limit]), more)


def the_only(found: Sequence[T], prefix: str, what: str) -> T:
    """The one thing that a shortened id names.

    Raises:
        UsageError: There is none, or there are several.
    """
    if not found:
        raise UsageError(f"there is no {what} {prefix!r}; list them with mentionwatch {what}s")
    exact = [item for item in found if item.id == prefix]
    if len(exact or found) > 1:
        ids = ", ".join(item.id for item in found[:5])
        raise UsageError(f"{prefix!r} fits several {what}s: {ids}; write more of the id")
    return (exact or list(found))[0]
