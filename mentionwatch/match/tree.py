"""The tree of a query, and what can be told from it without a text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mentionwatch.match.dialects import OPERATORS

if TYPE_CHECKING:
    from collections.abc import Callable

_QUOTE = re.compile('["“”„‟«»]')
#: What a bare word may hold beside letters and digits.
_PLAIN = re.compile("['*?]")
_VALUE = re.compile(r"[\w.:+/-]+")


@dataclass(frozen=True)
class Term:
    """A word, or a phrase of adjacent words."""

    #: Folded, see ``words.fold``; at least one.  ``*`` in one stands for any letters, ``?`` for exactly one.
    words: tuple[str, ...]
    #: As the user wrote it, without quotes.
    written: str = field(default="", compare=False)

    def __str__(self) -> str:
        # As written where that reads as the same words again: its case and punctuation can matter.
        shown = self.written if self.written and not _QUOTE.search(self.written) else " ".join(self.words)
        plain = len(self.words) == 1 and _PLAIN.sub("", shown).isalnum() and shown not in OPERATORS
        return shown if plain else f'"{shown}"'


@dataclass(frozen=True)
class Literal:
    """A name to the letter: case and punctuation count (`C++`, `.NET`); no letter or digit right before or after it."""

    text: str

    def __str__(self) -> str:
        return f"`{self.text}`"


@dataclass(frozen=True)
class Regex:
    """A regular expression (of the ``regex`` package), searched for in bounded time."""

    pattern: str
    ignore_case: bool = False

    def __str__(self) -> str:
        escaped = self.pattern.replace("/", "\\/")
        return f"/{escaped}/{'i' if self.ignore_case else ''}"


@dataclass(frozen=True)
class Near:
    """Two things with at most so many words between them."""

    left: Node
    right: Node
    #: Words between them, at most.
    most: int
    #: The left one comes first.
    ordered: bool = False

    def __str__(self) -> str:
        kind = "ONEAR" if self.ordered else "NEAR"
        return f"{_group(self.left, And, Or)} {kind}/{self.most} {_group(self.right, And, Or)}"


@dataclass(frozen=True)
class Field:
    """Something that is said of an entry or a mention, beside its text."""

    name: str
    #: For fields of text (title, text, author, site, url): what is looked for there.  Of site, a Term's ``written`` may
    #: be a host ("reddit.com").
    part: Node | None = None
    #: For the others: how it compares with `value`.
    op: str = "="
    #: Text in lower case; a number (stars, or "none"); since, until: a day (2026-11-01) or an ISO time in UTC, or how
    #: long ago, as written (7d).
    value: str | float = ""

    def __str__(self) -> str:
        if self.part is not None:
            return f"{self.name}:{_group(self.part, And, Or, Not, Near)}"
        value = f"{self.value:g}" if isinstance(self.value, float) else self.value
        quoted = isinstance(value, str) and not _VALUE.fullmatch(value)
        return f"{self.name}:{'' if self.op == '=' else self.op}" + (f'"{value}"' if quoted else value)


@dataclass(frozen=True)
class Not:
    """The part must not match."""

    part: Node

    def __str__(self) -> str:
        return f"-{_group(self.part, And, Or, Near)}"


@dataclass(frozen=True)
class And:
    """Every part has to match; two parts or more, none of them an And."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " ".join(_group(part, Or, Near) for part in self.parts)


@dataclass(frozen=True)
class Or:
    """One of the parts has to match; two parts or more, none of them an Or."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(str(part) for part in self.parts)


Node = Term | Literal | Regex | Near | Field | Not | And | Or


def _group(node: Node, *kinds: type) -> str:
    return f"({node})" if isinstance(node, kinds) else str(node)


def without_repeats(tree: Node) -> Node:
    """Give a tree that matches the same, in which no AND and no OR has the same part twice.

    Parts that are written otherwise are kept: they may be spelled otherwise.
    """
    return _Repeats().visit(tree)[0]


class _Repeats:
    """Leaves out what is there already; knows nodes by numbers, one for all that are written alike."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[object, ...], int] = {}

    def visit(self, node: Node) -> tuple[Node, int]:
        """Give a node without repeats, and its number."""
        if isinstance(node, (And, Or)):
            kept: dict[int, Node] = {}
            for part, number in map(self.visit, node.parts):
                kept.setdefault(number, part)
            if len(kept) == 1:
                ((number, part),) = kept.items()
                return part, number
            return type(node)(tuple(kept.values())), self._number(type(node), *kept)
        if isinstance(node, Not):
            part, number = self.visit(node.part)
            return (node if part is node.part else Not(part)), self._number(Not, number)
        if isinstance(node, Near):
            (left, first), (right, second) = self.visit(node.left), self.visit(node.right)
            return replace(node, left=left, right=right), self._number(Near, first, second, node.most, node.ordered)
        if isinstance(node, Field) and node.part is not None:
            part, number = self.visit(node.part)
            return replace(node, part=part), self._number(Field, node.name, number)
        return node, self._number(node, node.written if isinstance(node, Term) else "")

    def _number(self, *key: object) -> int:
        return self._numbers.setdefault(key, len(self._numbers))


#: What is looked for, and what a Field without a tree of its own compares.
Leaf = Term | Literal | Regex | Field


def breadth(leaves: tuple[Leaf, ...]) -> tuple[bool, int, int]:
    """Order covers by how much they let through, as far as that can be told without knowing any text."""
    wide = any(isinstance(leaf, (Regex, Field)) for leaf in leaves)
    return wide, len(leaves), -min(len(leaf.words) if isinstance(leaf, Term) else 1 for leaf in leaves)


def cover(
    node: Node, *, negated: bool = False, cost: Callable[[tuple[Leaf, ...]], Any] = breadth
) -> tuple[Leaf, ...] | None:
    """Find leaves of which every text that matches has one.

    Of an AND the side that costs least is enough, as it is written: the one with the fewest leaves, then with the
    longest phrases, then the first; expressions and fields are wide.  Of an OR all sides are needed.  Negated leaves
    never count.

    Args:
        node: The tree.
        negated: It stands under a NOT.
        cost: What leaves cost, in an order.

    Returns:
        The leaves in the order of the query; None when what has none of them matches.
    """
    if isinstance(node, Not):
        return cover(node.part, negated=not negated, cost=cost)
    if isinstance(node, (Term, Literal, Regex)):
        return None if negated else (node,)
    if isinstance(node, Field):
        return _cover_field(node, cost, negated=negated)
    parts = (node.left, node.right) if isinstance(node, Near) else node.parts
    if isinstance(node, Near) and negated:
        return None
    sides = [cover(part, negated=negated, cost=cost) for part in parts]
    found = [side for side in sides if side is not None]
    if isinstance(node, (And, Near)) != negated:
        return min(found, key=cost, default=None)
    return tuple(leaf for side in found for leaf in side) if len(found) == len(sides) else None


def _cover_field(node: Field, cost: Callable[[tuple[Leaf, ...]], Any], *, negated: bool) -> tuple[Leaf, ...] | None:
    if negated:
        return None
    # Title and text are searched anyway.
    inside = cover(node.part, cost=cost) if node.part is not None and node.name in {"title", "text"} else None
    return inside or (node,)
