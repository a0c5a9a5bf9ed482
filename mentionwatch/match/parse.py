"""From the text of a query to its tree; the grammar stands in the package's docstring."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import timezone
from difflib import get_close_matches
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from mentionwatch.errors import QueryError
from mentionwatch.match.bounds import MAX_HEIGHT, MAX_NESTING, asks, check_length, check_needs, height_of
from mentionwatch.match.dialects import FIELDS, STORED_FIELDS, TEXT_FIELDS
from mentionwatch.match.lex import Token, cut_tokens, short
from mentionwatch.match.patterns import PatternError, compile_pattern, fits_empty
from mentionwatch.match.tree import And, Field, Literal, Near, Node, Not, Or, Regex, Term, without_repeats
from mentionwatch.match.values import read_value
from mentionwatch.match.wildcards import split_wild, wrong_wildcard
from mentionwatch.match.words import split_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

#: Words in one phrase: the time to find it grows with them.
MAX_PHRASE_WORDS = 100
#: Words in a phrase with ~n: each two of them are looked at.
MAX_SLOP_WORDS = 8
#: Longest literal, in characters.
MAX_LITERAL = 1_000
#: Longest regular expression, in characters.
MAX_PATTERN = 500
#: Regular expressions in one query: each takes its time on each text.
MAX_REGEXES = 20
#: Parts of a query, with those of the saved queries it uses.
MAX_PARTS = 100_000


@dataclass(frozen=True)
class Query:
    """A query that can be matched."""

    #: As the user wrote it.
    text: str
    #: ``str(tree)`` is a query with the same tree.  Saved queries stand in it as what they are.
    tree: Node
    #: Words match in the case they are written in.
    exact_case: bool = False

    @cached_property
    def plan(self) -> Node:
        """The tree as it is evaluated: what stands there twice is looked for once."""
        return without_repeats(self.tree)


def compile_query(
    text: str,
    *,
    saved: Mapping[str, str] | None = None,
    exact_case: bool = False,
    stored: bool = False,
    fields_only: bool | None = None,
    zone: tzinfo | None = timezone.utc,
) -> Query:
    """Read a query.

    Args:
        text: The query.
        saved: Queries by name, for ``@name``.
        exact_case: Words match in the case they are written in.
        stored: It is for stored mentions: tone:, intent:, topic:, brand: and state: are known there.
        fields_only: It may be nothing but comparisons (``stars:<=2``); None: as `stored`.
        zone: Of days and times without one, in since: and until:; None: the system's.

    Raises:
        QueryError: It is empty, too long, unbalanced, means nothing, or would match nearly everything.
    """
    check_length(text)
    shared = _Shared(saved or {}, stored=stored, zone=zone)
    tree = _Parser(text, shared, depth=0).parse()
    if height_of(tree) > MAX_HEIGHT:
        raise QueryError(text, 0, f"the query is nested too deep; {MAX_HEIGHT} levels are the most")
    check_needs(text, tree, alone=stored if fields_only is None else fields_only)
    return Query(text, tree, exact_case)


# --- saved queries ----------------------------------------------------------------------------------------


class _Kept(NamedTuple):
    """A saved query, read."""

    tree: Node
    parts: int
    regexes: int
    depth: int


@dataclass
class _Shared:
    """What a query and the saved ones in it have in common."""

    saved: Mapping[str, str]
    stored: bool
    zone: tzinfo | None
    read: dict[str, _Kept] = field(default_factory=dict)
    #: Names that are being read, from the outside in.
    inside: list[str] = field(default_factory=list)

    def expand(self, name: str, depth: int) -> _Kept:
        """Read a saved query, once.

        Args:
            name: Without the @.
            depth: Levels that it stands in.

        Raises:
            ValueError: It is not there, is inside itself, or cannot be read.
        """
        if name not in self.saved:
            raise ValueError(self._unknown(name))
        if name in self.inside:
            chain = " -> ".join(f"@{one}" for one in (*self.inside[self.inside.index(name) :], name))
            raise ValueError(f"@{name} is inside itself ({chain}); take it out of one of them")
        if name not in self.read:
            self.inside.append(name)
            try:
                self.read[name] = self._read(name, depth)
            finally:
                self.inside.pop()
        return self.read[name]

    def _read(self, name: str, depth: int) -> _Kept:
        text = self.saved[name]
        try:
            check_length(text)
            parser = _Parser(text, self, depth=depth)
            tree = parser.parse()
            if height_of(tree) <= MAX_HEIGHT:  # what it stands in is too high then, and refused
                check_needs(text, tree, alone=True)
        except QueryError as e:
            raise ValueError(e.reason if e.reason.startswith(("in @", "@")) else f"in @{name}: {e.reason}") from e
        return _Kept(tree, parser.parts, parser.regexes, parser.deepest - depth)

    def _unknown(self, name: str) -> str:
        near = get_close_matches(name, self.saved, 1) if len(name) <= 80 else []
        meant = f"did you mean @{near[0]}? " if near else "" if self.saved else "[queries] holds none; "
        return f'there is no saved query @{short(name)}; {meant}to look for a handle, write "@{short(name)}" in quotes'


# --- tokens -> tree ---------------------------------------------------------------------------------------


class _Parser:
    """Recursive descent; ``MAX_NESTING`` keeps it, and all who walk the tree, far from Python's recursion limit."""

    def __init__(self, query: str, shared: _Shared, depth: int) -> None:
        self._query = query
        self._shared = shared
        self._tokens = cut_tokens(query)
        self._at = 0
        self._depth = depth
        #: Field whose group is being read.
        self._field = ""
        self.parts = self.regexes = 0
        self.deepest = depth

    def parse(self) -> Node:
        tree = self._or()
        left = self._peek()
        if left.kind != "end":
            raise self._error(left, f"this {left.kind} closes nothing; leave it out, or open a ( before it")
        return tree

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _error(self, token: Token, reason: str) -> QueryError:
        return QueryError(self._query, token.offset, reason)

    def _enter(self, token: Token, levels: int = 1) -> None:
        self.deepest = max(self.deepest, self._depth + levels)
        if self.deepest > MAX_NESTING:
            raise self._error(token, f"the query is nested too deep; {MAX_NESTING} levels are the most")

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
        token = self._peek()
        if token.kind != "NOT":
            return self._near()
        self._take()
        if self._peek().kind == "NEAR":
            raise self._error(self._peek(), "NOT NEAR is not understood; write a -(a NEAR/5 b)")
        self._enter(token)
        self._depth += 1
        node = Not(self._not())
        self._depth -= 1
        return node

    def _near(self) -> Node:
        first = self._peek()
        left = self._atom()
        operator = self._peek()
        if operator.kind != "NEAR":
            return left
        self._check_side(first, left)
        self._take()
        second = self._peek()
        right = self._atom()
        self._check_side(second, right)
        if self._peek().kind == "NEAR":
            raise self._error(self._peek(), "NEAR has two sides; write a NEAR/5 b AND b NEAR/5 c")
        return Near(left, right, operator.number, operator.flag)

    def _check_side(self, token: Token, node: Node) -> None:
        sides = node.parts if isinstance(node, Or) else (node,)
        if not all(isinstance(side, (Term, Literal)) for side in sides):
            raise self._error(token, 'a side of NEAR is a word, a "phrase", a `literal` or a group of them with OR')

    def _atom(self) -> Node:
        token = self._take()
        if token.kind == "(":
            return self._closed(token)
        if token.kind == "field":
            return self._fielded(token)
        if token.kind == "saved":
            return self._saved(token)
        if token.kind not in _LEAVES:
            found = "the end of the query" if token.kind == "end" else token.kind
            raise self._error(token, f'expected a word, a "phrase" or ( here, found {found}')
        self._count(token, 1, int(token.kind == "regex"))
        return self._leaf(token)

    def _closed(self, opening: Token) -> Node:
        self._enter(opening)
        self._depth += 1
        node = self._or()
        if self._peek().kind != ")":
            raise self._error(opening, "this ( is not closed; expected a ) after it")
        self._take()
        self._depth -= 1
        return node

    def _count(self, token: Token, parts: int, regexes: int) -> None:
        self.parts += parts
        self.regexes += regexes
        if self.parts > MAX_PARTS:
            raise self._error(token, f"the query is too large; {MAX_PARTS:,} parts are the most")
        if self.regexes > MAX_REGEXES:
            raise self._error(token, f"there are too many /regexes/; {MAX_REGEXES} are the most")

    def _fielded(self, token: Token) -> Node:
        """A field and what is looked for in it; a comparison with a group is a group of comparisons."""
        if self._field:
            raise self._error(token, f"a field inside of {self._field}: means nothing; close the group before it")
        if token.text in STORED_FIELDS and not self._shared.stored:
            use = "use it in mentions, export and alerts list"
            raise self._error(token, f"{token.text}: is known of stored mentions only; {use}")
        after = self._peek()
        if after.kind != "(" and after.kind not in _LEAVES:
            raise self._error(after, f'after {token.text}: a word, a "phrase" or ( is expected')
        self._field = token.text
        node = self._atom()
        self._field = ""
        if token.text not in TEXT_FIELDS:
            return node
        if not asks(node, negated=False, alone=True):
            raise self._error(token, f"{token.text}: only says what must not be there; write -{token.text}:word")
        return Field(token.text, node)

    def _saved(self, token: Token) -> Node:
        if self._field:
            raise self._error(token, f"a saved query inside of {self._field}: means nothing; write its words")
        try:
            self._enter(token, _SAVED_LEVELS)
            kept = self._shared.expand(token.text, self._depth + _SAVED_LEVELS)
        except ValueError as e:
            raise self._error(token, str(e)) from e
        self._enter(token, _SAVED_LEVELS + kept.depth)
        self._count(token, kept.parts, kept.regexes)
        return kept.tree

    # --- leaves -------------------------------------------------------------------------------------------

    def _leaf(self, token: Token) -> Node:
        if token.number >= 0 and token.kind == "phrase":
            return self._slop(token)
        if self._field == "raw":
            return self._literal(token)
        if self._field in FIELDS - TEXT_FIELDS:
            return self._value(token)
        if token.kind == "literal":
            return self._literal(token)
        return self._regex(token) if token.kind == "regex" else self._term(token)

    def _value(self, token: Token) -> Node:
        if token.kind in {"regex", "literal"}:
            raise self._error(token, f"{self._field}: is compared with a value; expected it bare or in double quotes")
        try:
            return read_value(self._field, token.text, self._shared.zone)
        except ValueError as e:
            raise self._error(token, str(e)) from e

    def _literal(self, token: Token) -> Node:
        # Texts are kept composed (NFC), and blanks at the ends mean nothing: only letters and digits may not be there.
        text = unicodedata.normalize("NFC", token.text[: MAX_LITERAL + 1].strip())
        if not text:
            raise self._error(token, "this `literal` is empty; expected a name in it")
        if len(token.text) > MAX_LITERAL:
            raise self._error(token, f"the literal is too long; {MAX_LITERAL:,} characters are the most")
        if "`" in text:
            raise self._error(token, "a literal cannot hold a `")
        return Literal(text)

    def _regex(self, token: Token) -> Node:
        if len(token.text) > MAX_PATTERN:
            raise self._error(token, f"the regex is too long; {MAX_PATTERN} characters are the most")
        try:
            compiled = compile_pattern(token.text, ignore_case=token.flag)
        except PatternError as e:
            inside = e.offset + token.text.count("/", 0, e.offset)  # each was written \/
            raise QueryError(self._query, token.offset + 1 + inside, f"the regex cannot be read: {e.reason}") from e
        if fits_empty(compiled):
            raise self._error(
                token, "this regex matches the empty text, and so every text; expected one that needs a letter"
            )
        return Regex(token.text, token.flag)

    def _term(self, token: Token) -> Term:
        at = token.offset + (token.kind == "phrase")
        words = self._words(at, token.text)
        if not words:
            raise self._error(token, f"there is no word in {short(token.text)!r}; {self._beside(token)}")
        if len(words) > MAX_PHRASE_WORDS:
            raise self._error(token, f"the phrase is too long; {MAX_PHRASE_WORDS} words are the most")
        return Term(words, token.text)

    def _beside(self, token: Token) -> str:
        """What to write in place of a sign that stands alone, which has just been taken."""
        if not token.text.strip():
            return "expected letters or digits"
        before, after = self._tokens[max(0, self._at - 2)], self._peek()
        if token.kind == before.kind == after.kind == "word" and before is not token:
            name = short(f"{before.text} {token.text} {after.text}")
            return f'if it belongs to a name, put that in double quotes: "{name}"; for both words, leave it out'
        return "expected letters or digits; to look for the sign itself, write `…` around it"

    def _words(self, at: int, written: str) -> tuple[str, ...]:
        """The folded words, with their wildcards; a URL has none, its ? begins its parameters."""
        if not ("*" in written or "?" in written) or "://" in written:
            return split_words(written)
        words = split_wild(written)
        for word in words:
            reason = wrong_wildcard(word)
            if reason:
                sign = min(i for i in (written.find("*"), written.find("?")) if i >= 0)
                raise QueryError(self._query, at + sign, reason)
        return words

    def _slop(self, token: Token) -> Node:
        """``"a b c"~5``: each two of its words have at most five between them, in any order."""
        if self._field in FIELDS - TEXT_FIELDS or self._field == "raw":
            raise self._error(token, f"~ means nothing after {self._field}:")
        pieces = [Term(words, piece) for piece in token.text.split() if (words := self._words(token.offset + 1, piece))]
        if not 2 <= len(pieces) <= MAX_SLOP_WORDS:
            raise self._error(token, f"before ~ a phrase of 2 to {MAX_SLOP_WORDS} words is expected")
        near = tuple(Near(a, b, token.number) for a, b in combinations(pieces, 2))
        return near[0] if len(near) == 1 else And(near)


#: What a saved query counts for in nesting: reading one inside another takes more of the stack than a parenthesis.
_SAVED_LEVELS = 2
_LEAVES = frozenset({"word", "phrase", "literal", "regex"})


def _flat(parts: list[Node], kind: type[And | Or]) -> tuple[Node, ...]:
    """Take the parts of the same kind apart, so that ``(a b) c`` and ``a b c`` are one tree."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, (And, Or)) and isinstance(part, kind) else [part])
    return tuple(flat)
