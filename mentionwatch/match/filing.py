"""Filing: where to look for the queries that can match a text, without looking at all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from mentionwatch.match.patterns import sure_words
from mentionwatch.match.spelling import Anchor, anchors
from mentionwatch.match.tree import Leaf, Literal, Node, Regex, Term, cover
from mentionwatch.match.words import anchor_keys, split_words

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")

#: Prefixes are looked up by so many of their letters at most: one look into the keys of a text for each length in use.
_PREFIX = 4


class Files(Generic[T]):
    """Things filed under what surely stands in the texts that their queries match."""

    def __init__(self) -> None:
        #: Word (or part of one) -> things.
        self._words: dict[str, list[T]] = {}
        #: Length -> beginning of a word -> whole beginnings, and things.
        self._prefixes: dict[int, dict[str, list[tuple[str, T]]]] = {}
        #: For every text.
        self._always: list[T] = []

    def add(self, tree: Node, thing: T) -> None:
        """File a thing under the query with this tree."""
        found = [_anchors(leaf) for leaf in cover(tree) or ()]
        if not found or None in found:
            self._always.append(thing)
            return
        for anchor in (anchor for several in found for anchor in several or ()):
            for key in anchor.keys:
                self._words.setdefault(key, []).append(thing)
            if anchor.prefix:
                length = min(len(anchor.prefix), _PREFIX)
                filed = self._prefixes.setdefault(length, {})
                filed.setdefault(anchor.prefix[:length], []).append((anchor.prefix, thing))

    def has_none(self, keys: set[str]) -> bool:
        """Tell whether no query can match a text with these keys."""
        if self._always or not self._words.keys().isdisjoint(keys):
            return False
        for length, filed in self._prefixes.items():
            if not filed.keys().isdisjoint([key[:length] for key in keys]):
                return not any(True for _ in self._find_prefixes(keys))
        return True

    def find(self, keys: set[str]) -> Iterator[T]:
        """Find what can match; something may come more than once."""
        yield from self._always
        for key in self._words.keys() & keys:
            yield from self._words[key]
        yield from self._find_prefixes(keys)

    def _find_prefixes(self, keys: set[str]) -> Iterator[T]:
        for length, filed in self._prefixes.items():
            for key in keys:
                for prefix, thing in filed.get(key[:length], ()):
                    if key.startswith(prefix):
                        yield thing


def _anchors(leaf: Leaf) -> tuple[Anchor, ...] | None:
    """Give what texts have in common in which a leaf is found; None: nothing that can be looked up."""
    if isinstance(leaf, Term):
        return anchors(leaf)
    words: tuple[str, ...] = ()
    if isinstance(leaf, Literal):
        words = split_words(leaf.text)
    elif isinstance(leaf, Regex):
        words = tuple(sure_words(leaf.pattern))
    return (Anchor(anchor_keys(max(words, key=len))),) if words else None


def is_filed(tree: Node) -> bool:
    """Tell whether a query can be looked up; one that cannot is evaluated for each text."""
    leaves = cover(tree)
    return bool(leaves) and all(_anchors(leaf) is not None for leaf in leaves or ())
