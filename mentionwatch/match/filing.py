"""Filing: where to look for the queries that can match an entry, without looking at all of them.

Each query is filed under what surely stands in the entries that it matches: a word, or the beginning of one, or a piece
of an expression, of the text, the author, the host or the links.  Of an AND (and of a phrase) one side is enough: the
rarest.  How rare a word is in texts is only guessed, from lists and its length; but how many other queries ask for it
is known, and a word that all of them share is the worst to file them under.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from math import inf
from typing import TYPE_CHECKING, Generic, TypeVar

from mentionwatch.match.common import COMMON_WORDS
from mentionwatch.match.evaluate import own_links
from mentionwatch.match.fields import host_of, plain_index, readable
from mentionwatch.match.patterns import sure_words
from mentionwatch.match.pieces import SAME_LETTERS, flatten, sure_pieces
from mentionwatch.match.scan import Pieces
from mentionwatch.match.spelling import Anchor, anchors, domain_of, to_ascii
from mentionwatch.match.tree import And, Field, Leaf, Literal, Near, Node, Or, Regex, Term, cover
from mentionwatch.match.words import anchor_keys, ascii_runs, place_keys, split_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mentionwatch.match.subject import Subject

T = TypeVar("T")

#: Where a key stands: "" is the text, else a field's name; or, of a piece, that it is inside of a word of the text.
Where = str
_IN_WORDS = "words"

#: Prefixes are looked up by so many of their letters first: one look into the keys of a text for each length in use.
_PREFIX = 4
#: Fields whose words are looked up.
_FIELDS = frozenset({"author", "site", "url"})
#: How many of so many texts hold a word of 1, 2, 3 … letters, about; longer ones are as the last.
_BY_LENGTH = (500.0, 100.0, 20.0, 10.0, 6.0, 4.0, 3.0, 2.0)
_COMMON = 500.0
#: What stands before a domain among the keys of a host; no word begins so.
_HOST = "//"
#: How many times as many texts hold a beginning, or a piece, as hold a word of as many letters, about.
_AS_BEGINNING, _AS_PIECE = 3.0, 5.0


class Files(Generic[T]):
    """Things filed under what surely stands in the entries that their queries match."""

    def __init__(self, things: Iterable[tuple[Node, T]], *, fast: bool | None = None) -> None:
        """File things, each under the tree of its query.

        Args:
            things: The trees and the things.
            fast: Pieces are looked for by the automaton of the extra ``fast``; None: where it is installed.
        """
        #: For every entry.
        self._always: list[T] = []
        self._shelves: dict[Where, _Shelf[T]] = {}
        self._pieces: dict[Where, Pieces[T]] = {}
        self._fast = fast
        filed = list(things)
        asked = Counter(word for tree, _ in filed for word in _asked_words(tree))
        for tree, thing in filed:
            self._add(_Filing(asked).anchors(tree), thing)
        #: Fields whose keys ``has_none`` and ``find`` need.
        self.fields = tuple(where for where in self._shelves if where)

    def _add(self, found: list[tuple[Where, Anchor]] | None, thing: T) -> None:
        if found is None:
            self._always.append(thing)
        for where, anchor in found or ():
            if anchor.piece:
                self._pieces.setdefault(where, Pieces(fast=self._fast)).add(anchor.piece, thing)
            else:
                self._shelves.setdefault(where, _Shelf()).add(anchor, thing)

    def find_pieces(self, text_of: Callable[[Where], str]) -> list[T]:
        """Find what is filed under pieces that an entry holds.

        Args:
            text_of: Gives the texts of the entry in which they may stand.
        """
        return [thing for where, pieces in self._pieces.items() for thing in pieces.find(text_of(where))]

    def has_none(self, keys: Mapping[Where, set[str]]) -> bool:
        """Tell whether no query can match an entry with these keys, in which no pieces were found."""
        return not self._always and all(shelf.has_none(keys[where]) for where, shelf in self._shelves.items())

    def find(self, keys: Mapping[Where, set[str]], in_pieces: Iterable[T] | None = None) -> Iterator[T]:
        """Find what can match; something may come more than once.

        Args:
            keys: What the entry holds.
            in_pieces: What ``find_pieces`` gave; None: it was not asked.
        """
        yield from self._always
        if in_pieces is not None:
            yield from in_pieces
        else:
            for pieces in self._pieces.values():
                yield from pieces.all()
        for where, shelf in self._shelves.items():
            yield from shelf.find(keys[where])


class _Shelf(Generic[T]):
    """What is filed under words of one place."""

    def __init__(self) -> None:
        self._words: dict[str, list[T]] = {}
        #: Length -> so many first letters -> the beginnings with these.
        self._beginnings: dict[int, dict[str, _Beginnings[T]]] = {}

    def add(self, anchor: Anchor, thing: T) -> None:
        for key in anchor.keys:
            self._words.setdefault(key, []).append(thing)
        if anchor.prefix:
            length = min(len(anchor.prefix), _PREFIX)
            filed = self._beginnings.setdefault(length, {})
            filed.setdefault(anchor.prefix[:length], _Beginnings()).add(anchor.prefix, thing)

    def has_none(self, keys: set[str]) -> bool:
        return self._words.keys().isdisjoint(keys) and not any(True for _ in self._find_beginnings(keys))

    def find(self, keys: set[str]) -> Iterator[T]:
        for key in self._words.keys() & keys:
            yield from self._words[key]
        yield from self._find_beginnings(keys)

    def _find_beginnings(self, keys: set[str]) -> Iterator[T]:
        for length, filed in self._beginnings.items():
            if filed.keys().isdisjoint([key[:length] for key in keys]):
                continue
            for key in keys:
                if key[:length] in filed:
                    yield from filed[key[:length]].find(key)


class _Beginnings(Generic[T]):
    """Beginnings of words that share their first letters."""

    def __init__(self) -> None:
        self._things: dict[str, list[T]] = {}
        self._lengths: set[int] = set()

    def add(self, beginning: str, thing: T) -> None:
        self._things.setdefault(beginning, []).append(thing)
        self._lengths.add(len(beginning))

    def find(self, key: str) -> Iterator[T]:
        for length in self._lengths:
            if length <= len(key):
                yield from self._things.get(key[:length], ())


# --- the side of the queries ------------------------------------------------------------------------------


class _Filing:
    """Finds the cheapest anchors of one tree."""

    def __init__(self, asked: Mapping[str, int], *, with_pieces: bool = True) -> None:
        #: Word or piece -> how many queries ask for it.
        self._asked = asked
        self._with_pieces = with_pieces
        #: By the identity of a leaf: two that are written otherwise are equal, and not spelled alike.
        self._known: dict[int, list[tuple[Where, Anchor]] | None] = {}

    def anchors(self, tree: Node) -> list[tuple[Where, Anchor]] | None:
        """Give anchors of which every entry has one that the tree matches, with where; None: none can be told."""
        leaves = cover(tree, cost=self._cost)
        return self._all(leaves) if leaves else None

    def _all(self, leaves: Iterable[Leaf]) -> list[tuple[Where, Anchor]] | None:
        several = [self._of(leaf) for leaf in leaves]
        if None in several:
            return None
        return list(dict.fromkeys(one for found in several for one in found or ()))

    def _cost(self, leaves: tuple[Leaf, ...]) -> float:
        return sum(self._sum(self._of(leaf)) for leaf in leaves)

    def _sum(self, found: list[tuple[Where, Anchor]] | None) -> float:
        return inf if found is None else sum(self._cost_of(anchor) for _, anchor in found)

    def _cost_of(self, anchor: Anchor) -> float:
        if anchor.piece:
            return _AS_PIECE * self._word(anchor.piece)
        return self._word(anchor.keys[0]) if anchor.keys else _AS_BEGINNING * _rate(anchor.prefix)

    def _word(self, word: str) -> float:
        return _rate(word) * (1 + self._asked.get(word, 0))

    def _of(self, leaf: Leaf) -> list[tuple[Where, Anchor]] | None:
        if id(leaf) not in self._known:
            self._known[id(leaf)] = self._look(leaf)
        return self._known[id(leaf)]

    def _look(self, leaf: Leaf) -> list[tuple[Where, Anchor]] | None:
        if isinstance(leaf, Field):
            return self._in_field(leaf)
        found: tuple[Anchor, ...] | None
        if isinstance(leaf, Term):
            found = anchors(leaf, self._word)
            if found and any(anchor.piece for anchor in found):
                return [(_IN_WORDS if one.piece else "", one) for one in found] if self._with_pieces else None
        elif isinstance(leaf, Literal):
            words = split_words(leaf.text)
            found = (Anchor(anchor_keys(min(words, key=self._word))),) if words else None
        else:
            return self._in_expression(leaf)
        return None if found is None else [("", anchor) for anchor in found]

    def _in_expression(self, leaf: Regex) -> list[tuple[Where, Anchor]] | None:
        choices = [[("", Anchor(anchor_keys(word)))] for word in sure_words(leaf.pattern)]
        if self._with_pieces:
            choices += [[("", Anchor(piece=piece)) for piece in found] for found in sure_pieces(leaf.pattern)]
        return min(choices, key=self._sum, default=None)

    def _in_field(self, field: Field) -> list[tuple[Where, Anchor]] | None:
        if field.part is None or field.name not in _FIELDS:
            return None
        inside: list[tuple[Where, Anchor]] = []
        for leaf in cover(field.part, cost=self._cost) or ():
            domain = domain_of(leaf) if field.name == "site" and isinstance(leaf, Term) else None
            found = [("", _of_host(domain))] if domain else self._of(leaf)
            if found is None or any(where == _IN_WORDS for where, _ in found):
                return None
            inside += found
        return [(field.name, anchor) for _, anchor in inside] or None


def _of_host(domain: str) -> Anchor:
    name = domain.removeprefix("www.")
    return Anchor(tuple(dict.fromkeys(_HOST + one for one in (name, to_ascii(name) or name))))


def _rate(word: str) -> float:
    """Guess how many of 500 texts hold a word."""
    if word in COMMON_WORDS:
        return _COMMON
    return _BY_LENGTH[min(len(word), len(_BY_LENGTH)) - 1] if word else inf


def _asked_words(tree: Node) -> set[str]:
    """List the words that a tree asks for, wherever they stand in it."""
    found: set[str] = set()
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Term):
            found.update(node.words)
        elif isinstance(node, Regex):
            found.update(sure_words(node.pattern), *sure_pieces(node.pattern))
        elif isinstance(node, (And, Or)):
            waiting += node.parts
        elif isinstance(node, Near):
            waiting += [node.left, node.right]
        elif isinstance(node, Field) and node.part is not None:
            waiting.append(node.part)
    return found


def is_filed(tree: Node) -> bool:
    """Tell whether a query can be looked up by whole words, or beginnings of them."""
    return _Filing({}, with_pieces=False).anchors(tree) is not None


# --- the side of the entries ------------------------------------------------------------------------------


def text_keys(subject: Subject) -> set[str]:
    """List the keys of a text in any script, see ``words.quick_keys``; those of expressions too."""
    return place_keys(subject.whole.all_words).union(_runs(subject.whole.text))


def field_keys(name: Where, subject: Subject) -> set[str]:
    """List the keys of what a field looks at."""
    entry = subject.entry
    if entry is None:
        return set()
    if name == "author":
        return set(_keys(entry.author or ""))
    if name == "site":
        return set(_host_keys(host_of(subject)))
    return {key for link in _links(subject) for key in _keys(link)}


def piece_text(name: Where, subject: Subject) -> str:
    """Give what pieces are looked for in: the text or its words, or what a field looks at."""
    if name == _IN_WORDS:
        return " ".join(subject.whole.all_words)
    if not name:
        return flatten(subject.whole.text)
    entry = subject.entry
    if entry is None:
        return ""
    if name == "author":
        return flatten(entry.author or "")
    # No piece holds a line feed.
    return flatten(host_of(subject) if name == "site" else "\n".join(_links(subject)))


def _links(subject: Subject) -> list[str]:
    """List the links that ``url:`` looks at."""
    whole = subject.whole
    inside = (whole.text[start:end] for start, end in whole.regions.links)
    return [readable(link) for link in (*own_links(subject.entry), *inside)]


# The same few authors and hosts come again and again.
@lru_cache(maxsize=1024)
def _keys(text: str) -> frozenset[str]:
    return frozenset(place_keys(plain_index(text).all_words).union(_runs(text)))


@lru_cache(maxsize=1024)
def _host_keys(host: str) -> frozenset[str]:
    labels = host.split(".")
    return _keys(host) | {_HOST + ".".join(labels[at:]) for at in range(len(labels))} if host else frozenset()


def _runs(text: str) -> list[str]:
    """List the runs of letters and digits that the sure words of an expression are compared with."""
    return ascii_runs(text if text.isascii() else text.translate(SAME_LETTERS))
