"""The tree of a query, and what can be told from it without a text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mentionwatch.model import Search
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def make_searches(query: Query, exclude: Sequence[Query] = (), context: Sequence[Query] = ()) -> tuple[Search, ...]:
    """Give what to ask a source that can search, so that it misses nothing the query would match.

    Args:
        query: What has to match.
        exclude: Queries that must not match; those that are single terms, or a choice of them, are asked for.
        context: Queries of which one has to match as well.
    """
    nobody = [term for other in exclude for term in _choice(other.tree) or ()]
    some = [_choice(other.tree) for other in context]
    near = [term for terms in some for term in terms or ()] if all(some) else []
    found: dict[tuple[tuple[str, ...], ...], Search] = {}
    for terms, without in _conjunctions(query.tree):
        words = tuple(dict.fromkeys(map(_written, terms)))
        none = tuple(dict.fromkeys(map(_written, (*without, *nobody))))
        key = tuple(term.words for term in terms)
        found.setdefault(key, Search(words, tuple(dict.fromkeys(map(_written, near))), none))
    return tuple(found.values())


def _conjunctions(node: Node) -> list[tuple[tuple[Term, ...], tuple[Term, ...]]]:
    """Terms that occur together, of which every text that matches has one set, and terms that it then has not.

    Of an AND the side that ``cover`` chose is taken, with the single terms beside it.
    """
    if isinstance(node, Term):
        return [((node,), ())]
    if isinstance(node, Or):
        return [found for part in node.parts for found in _conjunctions(part)]
    if isinstance(node, Not):
        # What is negated twice, or is a group, is asked for in its widest form.
        return [((term,), ()) for term in cover(node) or ()]
    sides = [(cover(part), part) for part in node.parts]
    base = min((side for side in sides if side[0] is not None), key=lambda side: _breadth(side[0] or ()))[1]
    more = tuple(part for part in node.parts if isinstance(part, Term) and part is not base)
    without = tuple(part.part for part in node.parts if isinstance(part, Not) and isinstance(part.part, Term))
    return [((*terms, *more), (*none, *without)) for terms, none in _conjunctions(base)]


def _choice(node: Node) -> tuple[Term, ...] | None:
    """The terms of a query that is nothing but a choice of them; None when it is more."""
    if isinstance(node, Term):
        return (node,)
    terms = [part for part in node.parts if isinstance(part, Term)] if isinstance(node, Or) else []
    return tuple(terms) if terms and isinstance(node, Or) and len(terms) == len(node.parts) else None


def _written(term: Term) -> str:
    written = one_line(term.written)
    plain = len(term.words) == 1 and written.replace("'", "").isalnum()
    return written if plain else f'"{written}"'
