"""Traps of a query: what can be read and was hardly meant so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mentionwatch.match.common import COMMON_WORDS
from mentionwatch.match.dialects import STORED_FIELDS
from mentionwatch.match.lex import Token, cut_tokens, short
from mentionwatch.match.outline import spell_out
from mentionwatch.match.patterns import sure_words
from mentionwatch.match.tree import And, Field, Literal, Near, Node, Not, Or, Regex, Term
from mentionwatch.match.words import split_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mentionwatch.match.parse import Query

#: Warnings that are told of one query.
MOST_WARNINGS = 20
#: Shorter words stand in texts about anything.
SHORT_WORD = 3
#: Shorter beginnings fit very many words.
SHORT_BEGINNING = 4

#: Signs that are part of a name, at its ends or in it; what begins a hashtag or handle is not one.
_SIGN = re.compile(r"^[.$]\w|[+#!%$&]+$|\w[&+]\w|^!\w")
_COMMA = re.compile(r"[,;]$")


def find_warnings(query: Query) -> tuple[str, ...]:
    """Name the traps of a query that could be read, a line each, the gravest first; none twice."""
    tokens = cut_tokens(query.text)
    nodes = list(_walk(query.tree))
    found = [
        *_contradictions(nodes),
        *_mixed(tokens, query.tree),
        *_operators(tokens),
        *_weak_words(query),
        *_signs(tokens),
        *_wildcards(nodes),
        *_repeated(nodes, exact_case=query.exact_case),
        *_regexes(nodes),
        *_quoted_words(tokens),
        *_stored_only(nodes),
    ]
    told = list(dict.fromkeys(found))
    more = len(told) - MOST_WARNINGS
    return (*told[:MOST_WARNINGS], f"there are {more} more warnings") if more > 0 else tuple(told)


def _walk(tree: Node) -> Iterator[Node]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(_parts(node))


def _parts(node: Node) -> tuple[Node, ...]:
    if isinstance(node, (And, Or)):
        return node.parts
    if isinstance(node, Near):
        return node.left, node.right
    part = node.part if isinstance(node, (Not, Field)) else None
    return (part,) if part is not None else ()


# --- how it is written ------------------------------------------------------------------------------------


def _mixed(tokens: list[Token], tree: Node) -> Iterator[str]:
    """AND and OR side by side in one pair of parentheses."""
    # In each level that is open: whether there is an OR, and an AND.
    levels = [[False, False]]
    before = "("
    for token in tokens:
        is_operand = token.kind in {"word", "phrase", "literal", "regex", "field", "saved", "(", "NOT"}
        if token.kind == "AND" or (is_operand and before not in {"(", "OR", "AND", "NOT", "NEAR", "field"}):
            levels[-1][1] = True
        if token.kind == "OR":
            levels[-1][0] = True
        if token.kind == "(":
            levels.append([False, False])
        elif token.kind in {")", "end"} and all(levels.pop()):
            yield f"AND and OR stand side by side without parentheses; it is read as {short_tree(tree)}"
            return
        before = token.kind


def short_tree(tree: Node) -> str:
    """A tree on one line, cut where it is long."""
    line = spell_out(tree)
    return line if len(line) <= 160 else line[:159] + "…"


def _operators(tokens: list[Token]) -> Iterator[str]:
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if token.kind == "word" and token.text.casefold() in {"and", "or", "not"}:
            upper = token.text.upper()
            if before.kind not in {"OR", "NOT", "("} and after.kind not in {")", "end"}:
                yield f"{token.text} is looked for as a word; the operator is {upper}, in upper case"
        elif token.kind == "word" and re.fullmatch(r"o?near/\d+", token.text):
            yield f"{token.text} is looked for as words; the operator is {token.text.upper()}, in upper case"


def _signs(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        text = token.text
        if token.kind != "word" or "://" in text:
            continue
        if _COMMA.search(text):
            yield f"the {text[-1]} in {short(text)} means nothing: all these words have to be there; one of them is OR"
        elif _SIGN.search(text):
            shown = short(text)
            yield f"signs do not count: {shown} is read as {_read_as(text)}; to have them count, write `{shown}`"
        elif text.endswith("?"):
            yield f"the ? in {short(text)} stands for exactly one letter; leave it out if it is a question mark"


def _read_as(written: str) -> str:
    words = split_words(written)
    return f"the word {words[0]}" if len(words) == 1 else f'the phrase "{" ".join(words)}"'


def _quoted_words(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        plain = token.kind == "phrase" and token.number < 0 and token.text.strip().isalpha()
        if plain and len(split_words(token.text)) == 1 and token.text.casefold() not in {"and", "or", "not"}:
            word = short(token.text.strip())
            yield f'quotes around one word change nothing: "{word}"; to have its case count, write `{word}`'
        elif token.kind == "phrase" and token.text.rstrip().endswith("?"):
            yield f'the ? in "{short(token.text)}" stands for exactly one letter; leave it out if it is a question mark'


# --- what it finds ----------------------------------------------------------------------------------------


def _weak_words(query: Query) -> Iterator[str]:
    """Words that are short or common, where nothing else has to be there too."""
    for term in _weak(query.tree, exact_case=query.exact_case):
        word = term.written.strip() or term.words[0]
        why = "is short" if len(term.words[0]) < SHORT_WORD else "is a common word"
        yield (
            f"{short(word)} {why} and stands in texts about other things too; add a word that has to be near"
            f" (context), or write `{short(word)}` to have its case count"
        )


def _weak(node: Node, *, exact_case: bool) -> list[Term]:
    if isinstance(node, Term):
        return [node] if _is_weak(node, exact_case=exact_case) else []
    if isinstance(node, Or):
        return [term for part in node.parts for term in _weak(part, exact_case=exact_case)]
    if not isinstance(node, And):
        return []
    compared = (Not, Field)  # these take texts away and leave the word as common as it is
    found = [_weak(part, exact_case=exact_case) for part in node.parts if not _takes_away(part, compared)]
    return [term for terms in found for term in terms] if all(found) else []


def _takes_away(node: Node, kinds: tuple[type, ...]) -> bool:
    return isinstance(node, kinds) and not (isinstance(node, Field) and node.part is not None)


def _is_weak(term: Term, *, exact_case: bool) -> bool:
    if len(term.words) > 1 or "*" in term.words[0]:
        return False
    word = term.words[0]
    if exact_case and not term.written.strip().islower():
        return len(word) == 1  # a name in its own case is rare
    return len(word) < SHORT_WORD or word in COMMON_WORDS


def _wildcards(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        for word in node.words if isinstance(node, Term) else ():
            if not word.endswith("*"):
                continue
            beginning = word.rstrip("*")
            fits = sorted(common for common in COMMON_WORDS if common.startswith(beginning))
            if len(beginning) < SHORT_BEGINNING or len(fits) > 1:
                such = f", such as {', '.join(fits[:3])}" if fits else ""
                yield f"{short(word)} fits very many words{such}; write more letters, or name the words with OR"


def _regexes(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Regex) and not sure_words(node.pattern):
            yield (
                f"/{short(node.pattern)}/ is tried on every text, because no word is sure to be in it; add a word"
                " beside it that has to be there too"
            )


def _contradictions(nodes: Iterable[Node]) -> Iterator[str]:
    """An exclusion that takes away all that the rest asks for."""
    for node in nodes:
        if not isinstance(node, And):
            continue
        out = [
            term
            for part in node.parts
            if isinstance(part, Not)
            for term in (part.part.parts if isinstance(part.part, Or) else (part.part,))
        ]
        banned = {part for part in out if isinstance(part, (Term, Literal))}
        for part in node.parts if banned else ():
            choices = part.parts if isinstance(part, Or) else (part,)
            if all(_holds_one(choice, banned) for choice in choices):
                yield f"nothing can match: {short(spell_out(part))} has to be there, and is excluded"


def _holds_one(node: Node, banned: set[Term | Literal]) -> bool:
    if isinstance(node, Literal):
        return node in banned
    if not isinstance(node, Term):
        return False
    pieces = (node.words[i : i + n] for n in (1, 2, 3, len(node.words)) for i in range(len(node.words) - n + 1))
    return any(Term(piece) in banned for piece in pieces)


def _repeated(nodes: Iterable[Node], *, exact_case: bool) -> Iterator[str]:
    for node in nodes:
        if not isinstance(node, (And, Or)):
            continue
        seen: set[tuple[Node, str]] = set()
        words = {part.words[0] for part in node.parts if isinstance(part, Term) and len(part.words) == 1}
        for part in node.parts:
            key = (part, part.written if exact_case and isinstance(part, Term) else "")
            if key in seen:
                yield f"{short(spell_out(part))} stands there twice; once is enough"
            seen.add(key)
            if isinstance(node, Or) and isinstance(part, Term) and len(part.words) > 1 and not exact_case:
                inside = next((word for word in part.words if word in words), None)
                if inside:
                    shown = short(str(part))
                    yield f"{shown} adds nothing: what has it has {short(inside)} too, which is asked for alone"


def _stored_only(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Field) and node.name in STORED_FIELDS:
            yield f"{node.name}: is known of stored mentions only; in a brand's match it is an error"
