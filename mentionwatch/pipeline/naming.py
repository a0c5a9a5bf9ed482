"""What brands are called: their names, and what they are looked for by where that is a name."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from mentionwatch.errors import QueryError
from mentionwatch.match import And, Field, Literal, Near, Node, Or, Regex, Term, compile_query
from mentionwatch.match.words import split_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mentionwatch.model import Match
    from mentionwatch.settings import Brand

_NONE: Mapping[str, str] = MappingProxyType({})


def known_names(brands: Iterable[Brand], saved: Mapping[str, str] = _NONE) -> dict[str, tuple[str, ...]]:
    """Give what brands are called, competitors too.

    ``match = ['acme', '"acme router" OR acmectl']`` gives acme, acme router and acmectl.  Of ``acme NEAR/3 down`` only
    the words are taken that stand in the brand's name: "down" is no name of it.

    Args:
        brands: All that are watched.
        saved: Queries by name, for ``@name``.
    """
    return {
        brand.name: tuple(dict.fromkeys(name for query in brand.match for name in _names(query, brand.name, saved)))
        for brand in brands
    }


def name_spans(match: Match, *, saved: Mapping[str, str] = _NONE) -> tuple[tuple[int, int], ...]:
    """Give where a match's brand stands: none where its query asks for more than a name ("acme NEAR/3 down")."""
    return match.spans if _is_name(match.keyword) and not saved.get(match.keyword.lstrip("@")) else ()


@lru_cache(maxsize=1024)
def _is_name(query: str) -> bool:
    try:
        tree = compile_query(query).tree
    except QueryError:
        # A saved query stands in it.
        return False
    return all(isinstance(side, (Term, Literal, Regex)) for side in _sides(tree))


def _names(query: str, brand: str, saved: Mapping[str, str]) -> list[str]:
    try:
        tree = compile_query(query, saved=saved).tree
    except QueryError:
        # Whoever made the configuration was told.
        return []
    own = set(split_words(brand))
    found: list[str] = []
    for side in _sides(tree):
        if isinstance(side, (Term, Literal)):
            found += _plain(side)
        else:
            leaves = _leaves(side)
            found += [name for leaf in leaves if own.intersection(split_words(_written(leaf))) for name in _plain(leaf)]
    return found


def _sides(tree: Node) -> tuple[Node, ...]:
    return tree.parts if isinstance(tree, Or) else (tree,)


def _leaves(node: Node) -> list[Term | Literal]:
    """Words that have to be there, or may be; none that must not."""
    if isinstance(node, (Term, Literal)):
        return [node]
    if isinstance(node, Field):
        return _leaves(node.part) if node.part is not None and node.name in {"title", "text"} else []
    parts = (node.left, node.right) if isinstance(node, Near) else node.parts if isinstance(node, (And, Or)) else ()
    return [leaf for part in parts for leaf in _leaves(part)]


def _plain(leaf: Term | Literal) -> list[str]:
    """A leaf as a name; a word with a wildcard is none."""
    written = _written(leaf)
    return [] if any(sign in written for sign in "*?") else [written]


def _written(leaf: Term | Literal) -> str:
    return leaf.text if isinstance(leaf, Literal) else leaf.written or " ".join(leaf.words)
