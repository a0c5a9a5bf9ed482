"""What is stored: find it, name it, show it."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Literal, TypeVar

from mentionwatch.errors import UsageError
from mentionwatch.match import And, Node, Not, Term, compile_query, find_spans, searchable_text
from mentionwatch.sources import platforms
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mentionwatch.model import Alert, Mention
    from mentionwatch.settings import Config
    from mentionwatch.store import Filter, Store

T = TypeVar("T", "Alert", "Mention")

#: Orders of a list of mentions.
Sort = Literal["newest", "oldest", "negative"]
SORTS: tuple[Sort, ...] = ("newest", "oldest", "negative")
#: Names that a message lists at most.
MOST_NAMES = 8
#: Where all names stand.
_LISTED = {"preset": "mentionwatch sources presets", "source": "mentionwatch sources list"}


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


def lone_letters(query: str) -> list[str]:
    """Words that a query finds alone, and of which only one letter is left because punctuation does not count: ``C++``.

    Raises:
        QueryError: The query cannot be read.
    """
    return list(dict.fromkeys(_lone(compile_query(query).tree)))


def _lone(node: Node) -> list[str]:
    if isinstance(node, Term):
        return [node.written] if len("".join(node.words)) == 1 < len(node.written.strip()) else []
    if isinstance(node, Not):
        return []
    found = [_lone(part) for part in node.parts if not isinstance(part, Not)]
    # Beside another word that has to be there, one letter is enough.
    return [] if isinstance(node, And) and not all(found) else [word for words in found for word in words]


def known_source(store: Store, config: Config, name: str) -> str:
    """The name of a source as it is configured or stored, however its case was typed.

    Raises:
        UsageError: There is none; all are named.
    """
    return known_name(name, [*(source.name for source in config.sources), *store.statuses()], "source")


def known_brand(store: Store, config: Config, name: str) -> str:
    """The name of a brand as it is configured, however its case was typed; or of one that was watched before.

    Raises:
        UsageError: There is none; all that are configured are named.
    """
    before = [name] if store.brand_state(name) else []
    return known_name(name, [*(brand.name for brand in config.brands), *before], "brand")


def known_name(name: str, known: Iterable[str], what: str) -> str:
    """One of the known names, however its case was typed.

    Raises:
        UsageError: It is none of them; the nearest is named, else some, or why a place cannot be read.
    """
    names = list(dict.fromkeys(known))
    if name in names:
        return name
    for candidate in names:
        if candidate.casefold() == name.casefold():
            return candidate
    if what == "preset" and (place := platforms.unavailable_name(name, platforms.known())) is not None:
        raise UsageError(f"there is no preset {one_line(name, 60)!r}: {place.told}")
    raise UsageError(one_line(f"there is no {what} {name!r}; {_nearest(name, names, what)}"))


def _nearest(name: str, names: Sequence[str], what: str) -> str:
    # Case was no difference above, and is none here.
    near = get_close_matches(name.casefold(), [known.casefold() for known in names], 1)
    if near:
        return f"did you mean {next(known for known in names if known.casefold() == near[0])!r}?"
    left = len(names) - MOST_NAMES
    more = f" and {left} more" + (f": {_LISTED[what]}" if what in _LISTED else "") if left > 0 else ""
    return f"known: {', '.join(names[:MOST_NAMES]) or 'none'}{more}"


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
