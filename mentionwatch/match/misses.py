"""Near misses: why a text that has something of a query does not match it."""

from __future__ import annotations

from itertools import islice, pairwise
from typing import TYPE_CHECKING

from mentionwatch.match.evaluate import Evaluation, Spans
from mentionwatch.match.lex import short
from mentionwatch.match.outline import spell_out
from mentionwatch.match.patterns import find_pattern
from mentionwatch.match.tree import And, Literal, Near, Node, Not, Or, Term
from mentionwatch.match.words import split_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mentionwatch.match.parse import Query
    from mentionwatch.match.subject import Span, Subject

#: Reasons that are told of one text.
MOST_REASONS = 5
#: Reasons that are looked for at most, for those to be chosen from.
MOST_LOOKED_AT = 50
#: Characters of a text in which other forms are looked for.
MOST_TEXT = 20_000
#: How another form of a word differs at its end: plurals, cases, -ing.
_ENDINGS = frozenset(
    ("s", "es", "e", "n", "en", "ens", "er", "ers", "ern", "em", "d", "ed", "ing", "ings", "x", "y", "ly")
)
#: Shorter words have no forms that can be told from other words.
_SHORTEST = 3


def find_misses(query: Query, subject: Subject, *, find: Callable[..., list[Span]] = find_pattern) -> tuple[str, ...]:
    """Say why something does not match although it is near; () where it is not near, or matches.

    It is near when it has one of the things that have to be there, or one of them in another form.

    Args:
        query: The query.
        subject: What it is tried on.
        find: How expressions are looked for.

    Raises:
        MatchTimeout: A regex took too long.
    """
    missing = _Missing(query, subject, find)
    if missing.has(query.plan):
        return ()
    # A query of very many parts is not looked through to its end.
    reasons = list(dict.fromkeys(islice(missing.explain(query.plan), MOST_LOOKED_AT)))
    return tuple(reasons[:MOST_REASONS]) if missing.near else ()


class _Missing:
    """What a text lacks."""

    def __init__(self, query: Query, subject: Subject, find: Callable[..., list[Span]]) -> None:
        self._exact_case = query.exact_case
        self._text = subject.whole.text
        self._words = split_words(self._text[:MOST_TEXT])
        # The text is cut into its words once for each of them.
        self._strict = Evaluation(subject, find, exact_case=query.exact_case)
        self._loose = Evaluation(subject, find)
        #: Something of the query was found.
        self.near = False

    def has(self, node: Node) -> bool:
        """Whether a part of the query is there."""
        return self._spans(node) is not None

    def _spans(self, node: Node, *, any_case: bool = False) -> Spans | None:
        return (self._loose if any_case else self._strict).spans(node)

    def explain(self, node: Node) -> Iterator[str]:
        """Say what is wrong with a part that does not hold."""
        if isinstance(node, And):
            yield from self._all(node)
        elif isinstance(node, Or):
            yield from self._one(node)
        elif isinstance(node, Not):
            yield f"it has {self._shown(node.part)}, which is excluded"
        else:
            form = self._other_form(node)
            self.near |= form is not None
            yield form or f"{_name(node)} is not there"

    def _all(self, node: And) -> Iterator[str]:
        for part in node.parts:
            if isinstance(part, Not):
                if self.has(part.part):
                    yield from self.explain(part)
            elif self.has(part):
                self.near = True
                yield f"it has {self._shown(part)}"
            else:
                yield from self.explain(part)

    def _one(self, node: Or) -> Iterator[str]:
        """Of a choice only what is near; else that none of it is there."""
        told = False
        for part in node.parts[:MOST_LOOKED_AT]:
            before, self.near = self.near, False
            reasons = list(self.explain(part))
            if self.near:
                told = True
                yield from reasons
            self.near |= before
        if not told:
            yield f"none of {short(spell_out(node))} is there"

    def _shown(self, node: Node) -> str:
        """A part of the query that is there, as the text has it."""
        spans = self._spans(node)
        if not spans:
            return _name(node)
        start, end = spans[0]
        return f"{short(self._text[start:end])!r} at character {start + 1}"

    # --- other forms --------------------------------------------------------------------------------------

    def _other_form(self, node: Node) -> str | None:
        if isinstance(node, Literal):
            return self._other_sign(node)
        if isinstance(node, Near):
            return self._far(node)
        if not isinstance(node, Term):
            return None
        if self._exact_case:
            spans = self._spans(node, any_case=True)
            if spans:
                found = self._text[spans[0][0] : spans[0][1]]
                return f"{_name(node)} is there in another case: {short(found)!r}"
        return self._hidden(node) or self._other_word(node)

    def _other_sign(self, node: Literal) -> str | None:
        at = self._text.casefold().find(node.text.casefold())
        if at >= 0:
            return f"{_name(node)} is there in another case, or inside of a longer word"
        words = split_words(node.text)
        plain = self._spans(Term(words, node.text), any_case=True) if words else None
        if not plain:
            return None
        return f"{_name(node)} is there with other signs: {short(self._text[plain[0][0] : plain[0][1]])!r}"

    def _far(self, node: Near) -> str | None:
        left, right = self._spans(node.left), self._spans(node.right)
        if left is None or right is None:
            self.near |= left is not None or right is not None
            return None
        if node.ordered and self.has(Near(node.left, node.right, node.most)):
            return f"{_name(node)}: both are there, in the other order"
        return f"{_name(node)}: both are there, further apart"

    def _hidden(self, term: Term) -> str | None:
        """The words are there, and not where words are looked for."""
        size = len(term.words)
        if any("*" in word or "?" in word for word in term.words):
            return None
        if any(self._words[i : i + size] == term.words for i in range(len(self._words) - size + 1)):
            return f"{_name(term)} is there in a link, an address, code or a quote only; links are searched with url:"
        if size > 1 and set(term.words) <= set(self._words):
            return f"the words of {_name(term)} are there, not next to each other"
        return None

    def _other_word(self, term: Term) -> str | None:
        if len(term.words) > 1 or "*" in term.words[0] or "?" in term.words[0]:
            return None
        wanted = term.words[0]
        for word in dict.fromkeys(self._words):
            shorter, longer = sorted((word, wanted), key=len)
            if len(shorter) >= _SHORTEST and longer.startswith(shorter) and longer[len(shorter) :] in _ENDINGS:
                advice = f"; {wanted}* finds both" if word.startswith(wanted) else ""
                return f"{_name(term)} is there in another form: {short(word)!r}{advice}"
        return self._in_two(term)

    def _in_two(self, term: Term) -> str | None:
        """The word is there as two: a name that is written in both ways."""
        wanted = term.words[0]
        for first, second in pairwise(self._words):
            if first + second == wanted:
                return f"{_name(term)} is there as two words: {f'{first} {second}'!r}; {first}-{second} finds both"
        return None


def _name(node: Node) -> str:
    return short(spell_out(node))
