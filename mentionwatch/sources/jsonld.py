"""JSON-LD as sites write it: broken blocks are mended, and reviews found in all shapes that schema.org allows."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from mentionwatch.sources import values
from mentionwatch.sources.markup import unescape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Objects and lists of one page that are looked at, nodes named by ``@id`` included.
_NODE_CAP = 200_000
#: Values that are read from one block, one after another.
_VALUES_CAP = 100
#: Reviews that are saved from one broken block, one by one, and the longest of them in characters.
_SAVED_CAP = 1000
_SAVED_LENGTH = 20_000

# Each alternative matches from its first character on, closed or not: so the time is linear in the text.
_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)'
_COMMENT = re.compile(rf"({_STRING})|//[^\n]*|/\*.*?(?:\*/|\Z)|<!--|-->|<!\[CDATA\[|\]\]>", re.DOTALL)
_COMMA = re.compile(rf"({_STRING})|,(?=\s*[}}\]])", re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED_QUOTE = re.compile(r"(?i)&(?:quot|\#34|\#x22);")
# U+FEFF: a file that was pasted in, byte order mark and all.
_BETWEEN = re.compile(r"[\s;,\ufeff]*")
_REVIEW = re.compile(r'\{[^{}\[\]]{0,500}?"@?type"\s{0,20}:\s{0,20}\[?\s{0,20}"[^"]{0,100}Review"')
#: What may stand before a name from schema.org, and its own names for "@type" and "@id".
_PREFIX = re.compile(r"\A(?:schema:|https?://(?:www\.)?schema\.org/)")
_ALIASES = {"type": "@type", "id": "@id"}
#: Properties whose value is a review, or an average, even where it does not say so.
_REVIEWS = frozenset(("review", "reviews"))
_RATINGS = frozenset(("aggregaterating",))
#: Members of a list that are followed as references.
_FAN_OUT = 20


class Block(NamedTuple):
    """What could be read of a script."""

    #: Usually one.
    values: list[Any]
    #: Part of it was broken beyond mending.
    is_torn: bool = False


def read_block(text: str) -> Block:
    """Read a JSON-LD script, mending what is often broken: comments, CDATA, commas and semicolons too many, escapes.

    Names come without a prefix ("schema:review" is "review"), and ``{"@value": …}`` and ``{"@list": …}`` as what they
    hold.  Of a part that is broken beyond mending the reviews are read that are whole.
    """
    try:
        return Block([_decoder().decode(text)])
    except (ValueError, RecursionError):
        pass
    found, rest = _read_all(_mend(text))
    if not found and _ESCAPED_QUOTE.search(text):
        found, rest = _read_all(_mend(unescape(text)))
        rest = rest if found else _mend(text)
    # Behind what was read there is often a bracket too many, or a word: nothing that is missed.
    is_torn = "{" in rest or not found
    return Block(found + _save_reviews(rest), is_torn and bool(text.strip()))


@lru_cache(maxsize=1)
def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(
        strict=False, parse_int=values.whole_number, parse_constant=lambda _name: None, object_hook=_plain
    )


def _plain(node: dict[str, Any]) -> Any:
    """An object with schema.org's short names; a value object as its value."""
    for wrapper in ("@value", "@list", "@set"):
        if wrapper in node:
            return node[wrapper]
    if not any(":" in name or name in _ALIASES for name in node):
        return node
    renamed = ((_PREFIX.sub("", _ALIASES.get(name, name), count=1), value) for name, value in node.items())
    # Where both stand there, the one that is written in full counts.
    return {**dict(renamed), **{name: value for name, value in node.items() if name.startswith("@")}}


def _mend(text: str) -> str:
    text = _COMMENT.sub(lambda m: _mend_string(m[1]) if m[1] else " ", text)
    return _COMMA.sub(r"\1", text)


def _mend_string(written: str) -> str:
    # JavaScript allows \' and the like, JSON does not.
    if "\\" not in written:
        return written
    return _ESCAPE.sub(lambda m: m[0] if m[1] in '"\\/bfnrt' or len(m[1]) > 1 else m[1], written)


def _read_all(text: str) -> tuple[list[Any], str]:
    """The values that stand one after another, and what follows the last of them."""
    found: list[Any] = []
    at = 0
    while len(found) < _VALUES_CAP:
        # Always matches, if only nothing.
        between = _BETWEEN.match(text, at)
        start = between.end() if between else at
        try:
            value, at = _decoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            break
        found.append(value)
    return found, text[at:]


def _save_reviews(text: str) -> list[Any]:
    """The reviews of a broken block that are whole: a quote too many in one of them is not to cost the others."""
    found: list[Any] = []
    for start in islice(_REVIEW.finditer(text), _SAVED_CAP):
        # A piece: decoding what has no end would take to the end of the block each time.
        piece = text[start.start() : start.start() + _SAVED_LENGTH]
        try:
            found.append(_decoder().raw_decode(piece)[0])
        except (ValueError, RecursionError):
            continue
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
    #: Name of the thing that refers to this ``@id`` as its review or average.
    thing_of: dict[str, str] = field(default_factory=dict)

    def resolve(self, value: Any) -> Any:
        """Follow a reference, ``{"@id": …}``, to its object, also in a list; any other value is itself."""
        if isinstance(value, list):
            return [self._follow(member) for member in value[:_FAN_OUT]]
        return self._follow(value)

    def around(self, found: Found) -> str | None:
        """Name of the thing that an object stands in, or that refers to it."""
        own = found.node.get("@id")
        return found.thing or (self.thing_of.get(own) if isinstance(own, str) else None)

    def _follow(self, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("@id"), str):
            return self.by_id.get(value["@id"], value)
        return value


def _members(node: dict[str, Any], thing: str | None) -> Iterator[tuple[str, Any, str | None]]:
    name = next(filter(None, map(values.as_text, values.find(node, "name"))), None) or thing
    return ((key, value, name) for key, value in node.items() if isinstance(value, (dict, list)))


def collect(blocks: Iterable[Any]) -> Graph:
    """Walk through all blocks of a page, in the order of the document; each object is looked at once."""
    graph = Graph()
    held = list(blocks)
    stack: list[tuple[str, Any, str | None]] = [("", block, None) for block in reversed(held)]
    # In microdata, what stands once can belong to several things, and to itself.
    seen: set[int] = set()
    for _ in range(_NODE_CAP):
        if not stack:
            break
        key, value, thing = stack.pop()
        if isinstance(value, list):
            members = [(key, member, thing) for member in islice(value, _NODE_CAP)]
        elif isinstance(value, dict) and id(value) not in seen:
            seen.add(id(value))
            _sort(graph, key, value, thing)
            members = list(_members(value, thing))
        else:
            continue
        stack.extend(reversed(members))
    return graph


def _sort(graph: Graph, key: str, node: dict[str, Any], thing: str | None) -> None:
    """Put an object where it belongs."""
    name = node.get("@id")
    if isinstance(name, str) and node.keys() <= {"@id", "@type"}:
        # A reference, even where it says of what type its object is.
        if thing and key.lower() in _REVIEWS | _RATINGS:
            graph.thing_of.setdefault(name, thing)
        return
    if isinstance(name, str):
        graph.by_id.setdefault(name, node)
    if is_a(node, "Review") or (key.lower() in _REVIEWS and "@type" not in node):
        graph.reviews.append(Found(node, thing))
    elif is_a(node, "AggregateRating") or (key.lower() in _RATINGS and "@type" not in node):
        graph.ratings.append(Found(node, thing))


def is_a(node: dict[str, Any], type_name: str) -> bool:
    """Whether an object is of a schema.org type, or of one whose name ends so (UserReview, CriticReview)."""
    types = node.get("@type")
    for written in types[:20] if isinstance(types, list) else [types]:
        if isinstance(written, str):
            name = re.split(r"[/#:]", written[-200:])[-1].strip()
            if name.endswith(type_name) or name.lower() == type_name.lower():
                return True
    return False
