"""From the text of a query to its tree; the grammar stands in the package's docstring."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from mentionwatch.errors import QueryError
from mentionwatch.match.tree import And, Node, Not, Or, Term, cover
from mentionwatch.match.words import split_words

#: Longest query, in bytes of UTF-8.
MAX_QUERY_BYTES = 100_000
#: Parentheses and negations inside each other.
MAX_NESTING = 100
#: Words in one phrase: the time to find it grows with them.
MAX_PHRASE_WORDS = 100

_QUOTES = '"“”„‟«»'
# Dashes stand for "-" where a word processor made them of it: "–acme" must not come to mean "acme".
_MINUS = "-−–—"
_TOKEN = re.compile(
    rf"(?P<space>\s+)|(?P<open>\()|(?P<close>\))|(?P<quote>[{_QUOTES}])|(?P<minus>[{_MINUS}])|(?P<bare>[^\s(){_QUOTES}]+)"
)
_QUOTE = re.compile(f"[{_QUOTES}]")
_NEAR = re.compile(r"O?NEAR(?:/.*)?", re.DOTALL)
_FIELD = re.compile(r"([A-Za-z_]+):")


class _Token(NamedTuple):
    #: "AND", "OR", "NOT", "(", ")", "term" or "end".
    kind: str
    offset: int
    term: Term | None = None


@dataclass(frozen=True)
class Query:
    """A query that can be matched."""

    #: As the user wrote it.
    text: str
    #: ``str(tree)`` is a query with the same tree.
    tree: Node


def compile_query(text: str) -> Query:
    """Read a query.

    Raises:
        QueryError: It is empty, too long, unbalanced, uses what this version does not understand, or would match a
            text without any word.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_QUERY_BYTES:
        raise QueryError(text, MAX_QUERY_BYTES, f"the query is too long; {MAX_QUERY_BYTES:,} bytes are the most")
    if not text.strip():
        raise QueryError(text, 0, "the query is empty; expected a word")
    tree = _Parser(text).parse()
    if cover(tree) is None:
        reason = (
            "the query only says what must not be there and would match nearly everything; expected a word to look for"
        )
        raise QueryError(text, len(text) - len(text.lstrip()), reason)
    return Query(text, tree)


# --- text -> tokens ---------------------------------------------------------------------------------------


def _tokens(query: str) -> list[_Token]:
    tokens, at = [], 0
    while at < len(query):
        found = _TOKEN.match(query, at)
        assert found is not None  # the alternatives leave no character out
        kind, end = found.lastgroup, found.end()
        if kind in {"open", "close"}:
            tokens.append(_Token(found.group(), at))
        elif kind == "minus":
            tokens.append(_minus(query, at))
        elif kind == "quote":
            term, end = _phrase(query, at)
            tokens.append(_Token("term", at, term))
        elif kind == "bare":
            tokens.append(_bare(query, at, found.group()))
        at = end
    return [*tokens, _Token("end", len(query))]


def _minus(query: str, at: int) -> _Token:
    if at + 1 == len(query) or query[at + 1].isspace():
        raise QueryError(query, at, "a dash alone means nothing; put it right before a word (-beta), or leave it out")
    return _Token("NOT", at)


def _phrase(query: str, at: int) -> tuple[Term, int]:
    closing = _QUOTE.search(query, at + 1)
    if closing is None:
        raise QueryError(query, at, 'this quote is not closed; expected another "')
    written = query[at + 1 : closing.start()]
    _refuse_wildcards(query, at + 1, written)
    return _term(query, at, written), closing.end()


def _bare(query: str, at: int, run: str) -> _Token:
    if run in {"AND", "OR", "NOT"}:
        return _Token(run, at)
    _refuse_later(query, at, run)
    return _Token("term", at, _term(query, at, run))


def _term(query: str, at: int, written: str) -> Term:
    words = split_words(written)
    if not words:
        raise QueryError(query, at, f"there is no word in {written!r}; expected letters or digits")
    if len(words) > MAX_PHRASE_WORDS:
        raise QueryError(query, at, f"the phrase is too long; {MAX_PHRASE_WORDS} words are the most")
    return Term(words, written)


def _refuse_later(query: str, at: int, run: str) -> None:
    """Refuse what belongs to the language and comes in a later version, and what other tools' languages have."""
    later = "is not understood by this version"
    field = _FIELD.match(run)
    if "`" in run:
        raise QueryError(query, at + run.index("`"), f"`literal` {later}; use double quotes, which ignore punctuation")
    if run.startswith("/"):
        raise QueryError(query, at, f"/regex/ {later}; to look for a path, put it in double quotes")
    if run.startswith("@"):
        raise QueryError(
            query, at, f'a saved query ({_short(run)}) {later}; to look for a handle, write "{_short(run)}" in quotes'
        )
    if _NEAR.fullmatch(run):
        raise QueryError(query, at, f"{_short(run)} {later}; to look for the word, write it in lower case")
    if field:
        raise QueryError(
            query, at, f"the field {field[1]}: {later}; to look for these words, put them in double quotes"
        )
    for symbol, advice in (("|", "write OR"), ("~", "leave it out")):
        if symbol in run:
            raise QueryError(query, at + run.index(symbol), f"{symbol} {later}; {advice}")
    if run.startswith("!"):
        raise QueryError(query, at, f"! before a word {later}; write -word or NOT word")
    _refuse_wildcards(query, at, run)


def _refuse_wildcards(query: str, at: int, written: str) -> None:
    found = re.search(r"[*?]", written)
    if found:
        reason = (
            f"the wildcard {found.group()} is not understood by this version; leave it out, or name the words with OR"
        )
        raise QueryError(query, at + found.start(), reason)


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


# --- tokens -> tree ---------------------------------------------------------------------------------------


class _Parser:
    """Recursive descent; ``MAX_NESTING`` keeps it, and all who walk the tree, far from Python's recursion limit."""

    def __init__(self, query: str) -> None:
        self._query = query
        self._tokens = _tokens(query)
        self._at = 0
        self._depth = 0

    def parse(self) -> Node:
        tree = self._or()
        left = self._peek()
        if left.kind != "end":
            raise self._error(left, f"this {left.kind} closes nothing; leave it out, or open a ( before it")
        return tree

    def _peek(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _error(self, token: _Token, reason: str) -> QueryError:
        return QueryError(self._query, token.offset, reason)

    def _or(self) -> Node:
        parts = [self._and()]
        while self._peek().kind == "OR":
            self._take()
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else Or(_flat(parts, Or))

    def _and(self) -> Node:
        parts = [self._not()]
        while self._peek().kind not in {"OR", ")", "end"}:
            if self._peek().kind == "AND":
                self._take()
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else And(_flat(parts, And))

    def _not(self) -> Node:
        token = self._take()
        if token.term is not None:
            return token.term
        if token.kind not in {"NOT", "("}:
            found = "the end of the query" if token.kind == "end" else token.kind
            raise self._error(token, f'expected a word, a "phrase" or ( here, found {found}')
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise self._error(token, f"the query is nested too deep; {MAX_NESTING} levels are the most")
        node = Not(self._not()) if token.kind == "NOT" else self._closed(token)
        self._depth -= 1
        return node

    def _closed(self, opening: _Token) -> Node:
        node = self._or()
        if self._peek().kind != ")":
            raise self._error(opening, "this ( is not closed; expected a ) after it")
        self._take()
        return node


def _flat(parts: list[Node], kind: type[And | Or]) -> tuple[Node, ...]:
    """Take the parts of the same kind apart, so that ``(a b) c`` and ``a b c`` are one tree."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, (And, Or)) and isinstance(part, kind) else [part])
    return tuple(flat)
