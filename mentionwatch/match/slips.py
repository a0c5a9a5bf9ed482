"""Slips: how a query is written, where that means something else than was meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mentionwatch.match.lex import Token, short
from mentionwatch.match.outline import spell_out
from mentionwatch.match.words import split_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mentionwatch.match.tree import Node

#: Shorter words stand in texts about anything; as names they are in capitals.
SHORT_WORD = 3
#: Longest other reading that is written out, in characters.
_LONGEST = 100

#: Signs that are part of a name, at its ends or in it; what begins a handle is not one.
_SIGN = re.compile(r"^[.$#]\w|[+#!%$&]+$|\w[&+]\w|^!\w")
#: In double quotes a sign between words is as good as a blank, and a hashtag is found by its words.
_QUOTED_SIGN = re.compile(r"^[.$]\w|[+#!%$&]+$")
_COMMA = re.compile(r"[,;]$")
#: Operators with a number in the way of other tools, and ranges of numbers.
_NEAR_NUMBER = re.compile(r"(o?near)/?(\d{1,6})", re.IGNORECASE)
_AT_LEAST = re.compile(r"at_?least/?\d+", re.IGNORECASE)
_NUMBERS = re.compile(r"(\d+)\.\.(\d+)")
_LETTER = re.compile(r"[^\W\d_]")
_SINGLE = "'‘’‚‛"
#: Kinds of tokens that a side of AND or OR begins with.
_BEGINS = frozenset({"word", "phrase", "literal", "regex", "field", "saved", "(", "NOT"})
#: What stands before the first token.
_START = Token("(", 0)


def mixed(query: str, tokens: list[Token], tree: Node) -> Iterator[str]:
    """AND and OR side by side in one pair of parentheses."""
    levels: list[list[_Side]] = [[]]
    joint: Token | None = None
    for before, token in zip([_START, *tokens], tokens, strict=False):
        if token.kind in {")", "end"}:
            level = levels.pop()
            if {side.joined for side in level[1:]} == {"AND", "OR"}:
                told = f"AND and OR stand side by side without parentheses; it is read as {short_tree(tree)}"
                yield f"{told}; {_other_reading(query, level, token.offset)}"
                return
        elif token.kind in {"AND", "OR"}:
            joint = token
        elif token.kind in _BEGINS and before.kind not in {"NOT", "NEAR", "field"}:
            joined, end = (joint.kind, joint.offset) if joint else ("AND", token.offset)
            levels[-1].append(_Side(token.offset, joined, end, token.kind == "NOT"))
            joint = None
        if token.kind == "(":
            levels.append([])


class _Side(NamedTuple):
    """A side of AND or OR, with what belongs to it."""

    #: Where it begins, in characters.
    start: int
    #: What stands between it and the one before, "AND" or "OR", and where the one before ends.
    joined: str
    end_before: int
    is_negated: bool


def _other_reading(query: str, level: list[_Side], end: int) -> str:
    """What to write for how other tools read it, in which OR binds tighter."""
    generic = "in Google's search OR binds tighter: set parentheses"
    ends = [side.end_before for side in level[1:]] + [end]
    groups: list[list[tuple[_Side, str]]] = []
    for side, stop in zip(level, ends, strict=True):
        piece = (side, query[side.start : stop].strip())
        if side.joined == "OR" and groups:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    if any(side.is_negated for group in groups if len(group) > 1 for side, _ in group):
        return generic
    pieces = [[piece for _, piece in group] for group in groups]
    written = " ".join(f"({' OR '.join(group)})" if len(group) > 1 else group[0] for group in pieces)
    return f"in Google's search OR binds tighter: for that write {written}" if len(written) <= _LONGEST else generic


def short_tree(tree: Node) -> str:
    """A tree on one line, cut where it is long."""
    line = spell_out(tree)
    return line if len(line) <= 160 else line[:159] + "…"


def operators(tokens: list[Token]) -> Iterator[str]:
    """Operators that are none as they are written."""
    searched = {token.offset for token in _searched(tokens)}
    for before, token, after in zip([_START, *tokens], tokens, tokens[1:], strict=False):
        if token.kind != "word" or token.offset not in searched:
            continue
        text = token.text
        if text.casefold() in {"and", "or", "not"}:
            if before.kind not in {"OR", "NOT", "("} and after.kind not in {")", "end"}:
                yield f"{text} is looked for as a word; the operator is {text.upper()}, in upper case"
        elif near := _NEAR_NUMBER.fullmatch(text):
            operator = f"{near[1].upper()}/{near[2]}"
            how = " words; the operator is {}, in upper case" if "/" in text else " a word; the operator is {}"
            yield f"{text} is looked for as{how.format(operator)}"
        elif _AT_LEAST.fullmatch(text):
            yield f"{text} is looked for as a word; how often a word stands there is not counted"
        elif numbers := _NUMBERS.fullmatch(text):
            yield (
                f'{text} is read as the phrase "{numbers[1]} {numbers[2]}"; what lies between two numbers is not looked'
                f" for; of times write since: and until:, of stars stars:1..2"
            )


def signs(tokens: list[Token]) -> Iterator[str]:
    """Signs that mean nothing, or something else."""
    for token in _searched(tokens):
        text, shown = token.text.strip(), short(token.text.strip())
        if token.kind == "phrase":
            if token.number < 0 and " " not in text and _QUOTED_SIGN.search(text):
                yield _sign(text, f'"{shown}"')
        elif "://" in text:
            continue
        elif _COMMA.search(text):
            yield f"the {text[-1]} in {shown} means nothing: all these words have to be there; one of them is OR"
        elif _SIGN.search(text):
            yield _sign(text, shown)
        elif text.endswith("?"):
            yield f"the ? in {shown} stands for exactly one letter; leave it out if it is a question mark"
    yield from _single_quotes(tokens)


def _sign(text: str, shown: str) -> str:
    return f"signs do not count: {shown} is read as {_read_as(text)}; to have them count, write `{short(text)}`"


def _single_quotes(tokens: list[Token]) -> Iterator[str]:
    """What stands in single quotes was meant as a phrase."""
    words: list[str] = []
    for token in tokens:
        if token.kind != "word":
            words = []
        elif token.text[0] in _SINGLE and split_words(token.text):
            words = [token.text[1:]]
        elif words:
            words.append(token.text)
        if words and len(words[-1]) > 1 and words[-1][-1] in _SINGLE:
            inside = short(" ".join(words)[:-1])
            if len(words) > 1:
                yield f'single quotes mean nothing: these words may stand anywhere; for a phrase write "{inside}"'
            words = []


def _searched(tokens: list[Token]) -> Iterator[Token]:
    """Words and phrases that are looked for in a text: not what fields are compared with, and no literals (raw:)."""
    field, depth = "", 0
    for before, token in zip([_START, *tokens], tokens, strict=False):
        if token.kind == "field":
            field, depth = token.text, 0
        # The value of a field is one token, or all that stands in parentheses.
        elif field and depth == 0 and before.kind != "field":
            field = ""
        if field:
            depth += (token.kind == "(") - (token.kind == ")")
        if token.kind in {"word", "phrase"} and field in {"", "title", "text"}:
            yield token


def in_case(word: str) -> str:
    """How to write a word whose case shall count: small letters alone would find the common word only."""
    if not word.islower():
        return f"write `{short(word)}`"
    return f"write it as the company does, such as `{short(as_name(word))}`"


def as_name(word: str) -> str:
    """Write a word in small letters as a name."""
    return word.upper() if len(word) < SHORT_WORD else _LETTER.sub(lambda found: found[0].upper(), word, count=1)


def _read_as(written: str) -> str:
    words = split_words(written)
    return f"the word {words[0]}" if len(words) == 1 else f'the phrase "{" ".join(words)}"'


def quoted_words(tokens: list[Token]) -> Iterator[str]:
    """Double quotes that change nothing, or hold a question."""
    for token in _searched(tokens):
        plain = token.kind == "phrase" and token.number < 0 and token.text.strip().isalpha()
        if plain and len(split_words(token.text)) == 1 and token.text.casefold() not in {"and", "or", "not"}:
            word = token.text.strip()
            yield f'quotes around one word change nothing: "{short(word)}"; to have its case count, {in_case(word)}'
        elif token.kind == "phrase" and token.text.rstrip().endswith("?"):
            yield f'the ? in "{short(token.text)}" stands for exactly one letter; leave it out if it is a question mark'
