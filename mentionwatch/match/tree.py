"""The tree of a query, and what can be told from it without a text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mentionwatch.text import one_line

if TYPE_CHECKING:
    from mentionwatch.match.parse import Query


@dataclass(frozen=True)
class Term:
    """A word, or a phrase of adjacent words."""

    #: Folded, see ``words.fold``; at least one.
    words: tuple[str, ...]
    #: As the user wrote it, without quotes.
    written: str = field(default="", compare=False)

    def __str__(self) -> str:
        return self.words[0] if len(self.words) == 1 else f'"{" ".join(self.words)}"'


@dataclass(frozen=True)
class Not:
    """The part must not match."""

    part: Node

    def __str__(self) -> str:
        return f"-{_group(self.part, And, Or)}"


@dataclass(frozen=True)
class And:
    """Every part has to match; two parts or more, none of them an And."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " ".join(_group(part, Or) for part in self.parts)


@dataclass(frozen=True)
class Or:
    """One of the parts has to match; two parts or more, none of them an Or."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(str(part) for part in self.parts)


Node = Term | Not | And | Or


def _group(node: Node, *kinds: type) -> str:
    return f"({node})" if isinstance(node, kinds) else str(node)


def cover(node: Node, *, negated: bool = False) -> tuple[Term, ...] | None:
    """Find terms of which every text that matches has one.

    Of an AND the narrowest side is enough: the one with the fewest terms, then with the longest phrases, then the
    first.  Of an OR all sides are needed.  Negated terms never count.

    Returns:
        The terms in the order of the query; None when a text without any word matches.
    """
    if isinstance(node, Term):
        return None if negated else (node,)
    if isinstance(node, Not):
        return cover(node.part, negated=not negated)
    sides = [cover(part, negated=negated) for part in node.parts]
    found = [side for side in sides if side is not None]
    if isinstance(node, And) != negated:
        return min(found, key=_breadth, default=None)
    return tuple(term for side in found for term in side) if len(found) == len(sides) else None


def _breadth(terms: tuple[Term, ...]) -> tuple[int, int]:
    return len(terms), -min(len(term.words) for term in terms)


def search_terms(query: Query) -> tuple[str, ...]:
    """Give what to ask a source that can search, so that it misses nothing the query would match.

    See ``cover`` for which terms these are.  Each is a word, or words in double quotes, as the user wrote them.
    """
    found: dict[tuple[str, ...], str] = {}
    for term in cover(query.tree) or ():
        written = one_line(term.written)
        plain = len(term.words) == 1 and written.replace("'", "").isalnum()
        found.setdefault(term.words, written if plain else f'"{written}"')
    return tuple(found.values())
