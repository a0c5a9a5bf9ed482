"""What a source that can search is asked for, so that it misses nothing a query would match.

Sites know words and phrases.  A literal is asked for as it is written, a word with a wildcard not at all (the rest of
its phrase is), both sides of NEAR together, an expression and a field not at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mentionwatch.match.spelling import spellings
from mentionwatch.match.tree import And, Field, Literal, Near, Node, Not, Or, Term, breadth, cover
from mentionwatch.match.words import HYPHENS, split_words
from mentionwatch.model import Search
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentionwatch.match.parse import Query


def make_searches(query: Query, exclude: Sequence[Query] = (), context: Sequence[Query] = ()) -> tuple[Search, ...]:
    """Give what to ask a source that can search, so that it misses nothing the query would match.

    Args:
        query: What has to match.
        exclude: Queries that must not match; those that are single terms, or a choice of them, are asked for.
        context: Queries of which one has to match as well.

    Returns:
        The searches; none at all where no word can be asked for (``/ac.e/``): then everything is wanted.
    """
    tree = _askable(query.tree)
    if tree is None or cover(tree) is None:
        return ()
    nobody = [term for other in exclude for term in _choice(other.tree) or ()]
    some = [_choice(other.tree) for other in context]
    near = [term for terms in some for term in terms or ()] if all(some) else []
    found: dict[tuple[tuple[str, ...], ...], Search] = {}
    for terms, without in _conjunctions(tree):
        words = tuple(dict.fromkeys(map(_written, terms)))
        # Of another case it may be there.
        none = tuple(dict.fromkeys(map(_written, (*(() if query.exact_case else without), *nobody))))
        key = tuple(term.words for term in terms)
        found.setdefault(key, Search(words, tuple(dict.fromkeys(map(_written, near))), none))
    return tuple(found.values())


def _askable(node: Node) -> Node | None:
    """Give a tree of terms, AND, OR and NOT that matches whatever the node matches, or more; None: nothing is asked."""
    found: Node | None = None
    if isinstance(node, Term):
        found = _term(node)
    elif isinstance(node, Literal):
        words = split_words(node.text)
        found = Term(words, node.text.replace('"', " ")) if words else None
    elif isinstance(node, Field):
        found = _askable(node.part) if node.part is not None and node.name in {"title", "text"} else None
    elif isinstance(node, Near):
        found = _all([_askable(node.left), _askable(node.right)])
    elif isinstance(node, Not):
        found = node if _is_plain(node.part) else None
    elif isinstance(node, And):
        found = _all([_askable(part) for part in node.parts])
    elif isinstance(node, Or):
        found = _any([_askable(part) for part in node.parts])
    return found


def _any(parts: Sequence[Node | None]) -> Node | None:
    known = [part for part in parts if part is not None]
    flat = [one for part in known for one in (part.parts if isinstance(part, Or) else (part,))]
    return Or(tuple(flat)) if len(known) == len(parts) else None


def _all(parts: Sequence[Node | None]) -> Node | None:
    known = [part for part in parts if part is not None]
    flat = [one for part in known for one in (part.parts if isinstance(part, And) else (part,))]
    return And(tuple(flat)) if len(flat) > 1 else flat[0] if flat else None


def _term(term: Term) -> Node | None:
    """A term without its words with wildcards; a compound with its closed form beside it."""
    if any("*" in word or "?" in word for word in term.words):
        return _all([Term((word,), word) for word in term.words if "*" not in word and "?" not in word])
    closed = [words[0].folded for words in spellings(term)[1:] if len(words) == 1 < len(term.words)]
    sides = (term, *(Term((word,), "".join(c for c in term.written if c not in HYPHENS)) for word in closed))
    return Or(sides) if closed else term


def _is_plain(node: Node) -> bool:
    """Whether a node is made of words and phrases only."""
    if isinstance(node, Term):
        return not any("*" in word or "?" in word for word in node.words)
    if isinstance(node, Not):
        return _is_plain(node.part)
    return isinstance(node, (And, Or)) and all(map(_is_plain, node.parts))


def _conjunctions(node: Node) -> list[tuple[tuple[Term, ...], tuple[Term, ...]]]:
    """Terms that occur together, of which every text that matches has one set, and terms that it then has not.

    Of an AND the side that ``cover`` chose is taken, with the single terms beside it.
    """
    if isinstance(node, Term):
        return [((node,), ())]
    if isinstance(node, Or):
        return [found for part in node.parts for found in _conjunctions(part)]
    if not isinstance(node, And):
        # What is negated twice, or is a group, is asked for in its widest form.
        return [((term,), ()) for term in cover(node) or () if isinstance(term, Term)]
    sides = [(cover(part), part) for part in node.parts]
    base = min((side for side in sides if side[0] is not None), key=lambda side: breadth(side[0] or ()))[1]
    more = tuple(part for part in node.parts if isinstance(part, Term) and part is not base)
    without = tuple(part.part for part in node.parts if isinstance(part, Not) and isinstance(part.part, Term))
    return [((*terms, *more), (*none, *without)) for terms, none in _conjunctions(base)]


def _choice(node: Node) -> tuple[Term, ...] | None:
    """The terms of a query that is nothing but a choice of them; None when it is more."""
    parts = node.parts if isinstance(node, Or) else (node,)
    terms = tuple(part for part in parts if isinstance(part, Term) and _is_plain(part))
    return terms if len(terms) == len(parts) else None


def _written(term: Term) -> str:
    written = one_line(term.written or " ".join(term.words))
    plain = len(term.words) == 1 and written.replace("'", "").isalnum()
    return written if plain else f'"{written}"'
