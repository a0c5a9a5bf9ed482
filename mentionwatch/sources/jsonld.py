"""JSON-LD as sites write it: broken blocks are mended, and reviews found in all shapes that schema.org allows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from mentionwatch.sources import values
from mentionwatch.sources.markup import unescape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Objects and lists of one page that are looked at, nodes named by ``@id`` included.
_NODE_CAP = 200_000
#: Values that are read from one block, one after another.
_VALUES_CAP = 100

# Each alternative matches from its first character on, closed or not: so the time is linear in the text.
_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)'
_COMMENT = re.compile(rf"({_STRING})|//[^\n]*|/\*.*?(?:\*/|\Z)|<!--|-->|<!\[CDATA\[|\]\]>", re.DOTALL)
_COMMA = re.compile(rf"({_STRING})|,(?=\s*[}}\]])", re.DOTALL)
_BAD_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_BETWEEN = re.compile(r"[\s;,]*")


def read_block(text: str) -> list[Any]:
    """Read a JSON-LD script, mending what is often broken: comments, CDATA, commas and semicolons too many, escapes.

    Returns:
        The values in it, usually one; nothing when it cannot be read.
    """
    try:
        return [values.loads(text)]
    except ValueError:
        return _read_all(_mend(text))


def _mend(text: str) -> str:
    if '"' not in text and "&quot;" in text:
        text = unescape(text)
    text = _COMMENT.sub(lambda m: _mend_string(m[1]) if m[1] else " ", text)
    return _COMMA.sub(lambda m: m[1] or "", text)


def _mend_string(written: str) -> str:
    # JavaScript allows \' and the like, JSON does not.
    return _BAD_ESCAPE.sub(lambda m: m[0] if m[1] in '"\\/bfnrtu' else m[1], written) if "\\" in written else written


def _read_all(text: str) -> list[Any]:
    decoder = values.decoder()
    found: list[Any] = []
    at = 0
    while len(found) < _VALUES_CAP:
        # Always matches, if only nothing.
        between = _BETWEEN.match(text, at)
        start = between.end() if between else at
        try:
            value, at = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            break
        found.append(value)
    return found


@dataclass(frozen=True)
class Found:
    """An object of a page, with the name of the thing that it stands in."""

    node: dict[str, Any]
    #: Name of the nearest object around it that has one.
    thing: str | None


@dataclass
class Graph:
    """The objects of a page that matter here."""

    reviews: list[Found] = field(default_factory=list)
    ratings: list[Found] = field(default_factory=list)
    #: Objects by their ``@id``, those that are more than a reference.
    by_id: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Name of the thing whose reviews refer to this ``@id``.
    thing_of: dict[str, str] = field(default_factory=dict)

    def resolve(self, value: Any) -> Any:
        """Follow a reference, ``{"@id": …}``, to its object; any other value is itself."""
        if isinstance(value, dict) and isinstance(value.get("@id"), str):
            return self.by_id.get(value["@id"], value)
        return value


def _members(node: dict[str, Any], thing: str | None) -> Iterator[tuple[str, Any, str | None]]:
    name = values.as_text(node.get("name")) or thing
    return ((key, value, name) for key, value in node.items() if isinstance(value, (dict, list)))


def collect(blocks: Iterable[Any]) -> Graph:
    """Walk through all blocks of a page, in the order of the document."""
    graph = Graph()
    stack: list[tuple[str, Any, str | None]] = [("", block, None) for block in reversed(list(blocks))]
    for _ in range(_NODE_CAP):
        if not stack:
            break
        key, value, thing = stack.pop()
        if isinstance(value, list):
            members = [(key, member, thing) for member in islice(value, _NODE_CAP)]
        elif isinstance(value, dict):
            _sort(graph, key, value, thing)
            members = list(_members(value, thing))
        else:
            continue
        stack.extend(reversed(members))
    return graph


def _sort(graph: Graph, key: str, node: dict[str, Any], thing: str | None) -> None:
    """Put an object where it belongs."""
    name = node.get("@id")
    if isinstance(name, str) and len(node) == 1:
        if thing and key in {"review", "reviews"}:
            graph.thing_of.setdefault(name, thing)
        return
    if isinstance(name, str):
        graph.by_id.setdefault(name, node)
    if is_a(node, "Review") or (key in {"review", "reviews"} and "@type" not in node):
        graph.reviews.append(Found(node, thing))
    elif is_a(node, "AggregateRating") or (key == "aggregateRating" and "@type" not in node):
        graph.ratings.append(Found(node, thing))


def is_a(node: dict[str, Any], type_name: str) -> bool:
    """Whether an object is of a schema.org type, or of one whose name ends so (UserReview, CriticReview)."""
    types = node.get("@type")
    for written in types[:20] if isinstance(types, list) else [types]:
        if isinstance(written, str) and re.split(r"[/#:]", written[-200:])[-1].endswith(type_name):
            return True
    return False
