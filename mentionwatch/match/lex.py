"""From the text of a query to its tokens; the grammar stands in the package's docstring."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mentionwatch.errors import QueryError
from mentionwatch.match.dialects import NOT_OPERATORS, field_name, why_no_field

if TYPE_CHECKING:
    from collections.abc import Callable

#: Words between the sides of NEAR, and of "a b"~n, at most.
MAX_NEAR = 1_000

QUOTES = '"“”„‟«»'
# Dashes stand for "-" where a word processor made them of it: "–acme" must not come to mean "acme".
_MINUS = "-−–—"
_QUOTE = re.compile(f"[{QUOTES}]")
_BARE = re.compile(rf"[^\s()|`{QUOTES}]+")
_NEAR = re.compile(r"(O?)NEAR(?:/(\d{0,6})([fF]?)|/.*)?", re.DOTALL)
_AROUND = re.compile(r"AROUND\((\d{1,6})\)")
_OTHER = re.compile(rf"({'|'.join(NOT_OPERATORS)}|W|PRE)(?:/?(\d+))?")
_OPERATOR = re.compile(r"(?<!\S)(?:AND|OR|NOT|O?NEAR/\d+)(?!\S)")
_FIELD = re.compile(r"([A-Za-z][A-Za-z_]*):")
_SAVED = re.compile(r"@([\w-]+)")
_SLOP = re.compile(r"~(\d{1,6})")
# A pair of a backslash and what follows is skipped whole, so that "\/" ends nothing.
_REGEX = re.compile(r"/((?:[^/\\]|\\.)*)/", re.DOTALL)
_ESCAPED_SLASH = re.compile(r"\\(.)", re.DOTALL)
_AFTER_REGEX = re.compile(r"[A-Za-z]*")


class Token(NamedTuple):
    """A piece of a query.

    ``kind`` is "AND", "OR", "NOT", "NEAR", "(", ")", "word", "phrase", "literal", "regex", "field", "saved" or "end".
    """

    kind: str
    #: Where it begins, in characters.
    offset: int
    #: Without quotes; of a field and a saved query the name, of a regex the pattern.
    text: str = ""
    #: Of NEAR, and of a phrase with ~n: words between; -1: none given.
    number: int = -1
    #: Of NEAR: ordered.  Of a regex: without regard to case.
    flag: bool = False


def short(text: str) -> str:
    """A piece of a query as it stands in a message."""
    return text if len(text) <= 40 else text[:39] + "…"


def cut_tokens(query: str) -> list[Token]:
    """Cut a query into tokens; the last one is "end".

    Raises:
        QueryError: A piece of it is nothing.
    """
    tokens: list[Token] = []
    at = 0
    while at < len(query):
        if query[at].isspace():
            at += 1
            continue
        after_field = bool(tokens) and tokens[-1].kind == "field"
        token, at = _range(query, at) if after_field and query[at] == "[" else _next(query, at)
        if token is not None:
            tokens.append(token)
    return [*tokens, Token("end", len(query))]


def _next(query: str, at: int) -> tuple[Token | None, int]:
    """The token that begins here, None for a comment; and where the next may begin."""
    char = query[at]
    if char in "()":
        return Token(char, at), at + 1
    if char in _MINUS:
        return _minus(query, at)
    if char == "|":
        return Token("OR", at), at + (2 if query.startswith("||", at) else 1)
    if query.startswith("<<<", at):
        return None, _after(query, at, ">>>", "this comment is not closed; expected >>>")
    return _READERS.get(char, _bare)(query, at)


def _minus(query: str, at: int) -> tuple[Token, int]:
    if at + 1 == len(query) or query[at + 1].isspace():
        raise QueryError(query, at, "a dash alone means nothing; put it right before a word (-beta), or leave it out")
    return Token("NOT", at), at + 1


def _after(query: str, at: int, closing: str, wrong: str) -> int:
    found = query.find(closing, at + 1)
    if found < 0:
        raise QueryError(query, at, wrong)
    return found + len(closing)


def _phrase(query: str, at: int) -> tuple[Token, int]:
    closing = _QUOTE.search(query, at + 1)
    if closing is None:
        raise QueryError(query, at, 'this quote is not closed; expected another "')
    text, end = query[at + 1 : closing.start()], closing.end()
    if not query.startswith("~", end):
        return Token("phrase", at, text), end
    slop = _SLOP.match(query, end)
    if slop is None or int(slop[1]) > MAX_NEAR:
        raise QueryError(query, end, f"after ~ a number of words from 0 to {MAX_NEAR:,} is expected, as in ~5")
    return Token("phrase", at, text, int(slop[1])), slop.end()


def _literal(query: str, at: int) -> tuple[Token, int]:
    end = _after(query, at, "`", "this ` is not closed; expected another `")
    return Token("literal", at, query[at + 1 : end - 1]), end


def _braces(query: str, at: int) -> tuple[Token, int]:
    end = _after(query, at, "}", "this { is not closed; expected a }; {Acme} is Acme in this case, as `Acme` is")
    inside = query[at + 1 : end - 1]
    if _OPERATOR.search(inside):
        raise QueryError(
            query,
            at,
            f"braces hold a name to the letter, as backticks do; to group, write ({short(inside.strip())}), and for a"
            " name with such a word in it `…`",
        )
    return Token("literal", at, inside), end


def _regex(query: str, at: int) -> tuple[Token, int]:
    found = _REGEX.match(query, at)
    path = "to look for a path, put it in double quotes"
    if found is None:
        raise QueryError(query, at, f"this /regex/ is not closed; expected another /, or {path}")
    after = _AFTER_REGEX.match(query, found.end())
    flags, end = (after.group(), after.end()) if after else ("", found.end())
    ends_here = end == len(query) or query[end].isspace() or query[end] in "()|"
    if flags not in {"", "i"} or not ends_here:
        raise QueryError(query, found.end(), f"after /regex/ only i may follow (in any case); {path}")
    pattern = _ESCAPED_SLASH.sub(lambda m: "/" if m[1] == "/" else m[0], found[1])
    return Token("regex", at, pattern, flag=flags == "i"), end


def _range(query: str, at: int) -> tuple[Token, int]:
    """``[1 TO 2]``, as Brandwatch writes ranges, after a field."""
    end = _after(query, at, "]", "this [ is not closed; expected a ]")
    return Token("word", at, query[at:end]), end


def _bare(query: str, at: int) -> tuple[Token, int]:
    around = _AROUND.match(query, at)
    if around:
        return _near(query, at, "", around[1]), around.end()
    found = _BARE.match(query, at)
    assert found is not None  # what it cannot begin with has readers of its own
    run, end = found.group(), found.end()
    if run in {"AND", "OR", "NOT", "&&"}:
        return Token("AND" if run == "&&" else run, at), end
    near = _NEAR.fullmatch(run)
    if near:
        return _near(query, at, near[1] or near[3], near[2]), end
    field = _FIELD.match(run)
    if field:
        return _field(query, at, field[1]), at + field.end()
    _refuse(query, at, run)
    if run[0] == "@":
        return _saved(query, at, run), end
    return Token("word", at, run), end


def _near(query: str, at: int, ordered: str | None, number: str | None) -> Token:
    if not number:
        raise QueryError(
            query, at, "after NEAR a number of words is expected, as in NEAR/5; the word itself is near, in lower case"
        )
    if int(number) > MAX_NEAR:
        raise QueryError(query, at, f"NEAR/{MAX_NEAR} is the most")
    return Token("NEAR", at, number=int(number), flag=bool(ordered))


def _field(query: str, at: int, written: str) -> Token:
    name, end = field_name(written), at + len(written) + 1
    if query.startswith("//", end):
        raise QueryError(query, at, 'to look for a link, write url:"…" with its host and path')
    if query.startswith(":", end):
        found = _BARE.match(query, at)
        whole = short(found[0]) if found else f"{written}::"
        raise QueryError(
            query, at, f"there is no field {written}: with two colons; to look for {whole}, write `{whole}`"
        )
    if name is None:
        raise QueryError(query, at, why_no_field(written))
    if end == len(query) or query[end].isspace() or query[end] == ")":
        raise QueryError(
            query, end, f"after {written}: a value is expected, without a space; the word itself needs no colon"
        )
    return Token("field", at, name)


def _saved(query: str, at: int, run: str) -> Token:
    found = _SAVED.fullmatch(run)
    if found is None:
        raise QueryError(
            query, at, f'@ begins the name of a saved query; to look for a handle, write "{short(run)}" in quotes'
        )
    return Token("saved", at, found[1])


def _refuse(query: str, at: int, run: str) -> None:
    """Refuse what means something in other tools' languages and nothing here."""
    other = _OTHER.fullmatch(run)
    if other and (other[1] in NOT_OPERATORS or "/" in run):
        advice = _instead(other[1], other[2])
        raise QueryError(
            query, at, f"{short(run)} of other tools cannot be kept: {advice}; the word itself is written in quotes"
        )
    if run[0] == "!":
        raise QueryError(query, at, "! before a word is not understood; write -word or NOT word")
    for symbol, advice in (
        ("~", "write the spellings with OR, or a ? for a letter; after a phrase, ~5 is understood"),
        ("^", "all words weigh the same; leave it out"),
    ):
        if symbol in run:
            raise QueryError(query, at + run.index(symbol), f"{symbol} is not understood here; {advice}")


def _instead(operator: str, number: str | None) -> str:
    """What to write for an operator of other tools."""
    if operator == "ADJ" and number and len(number) <= 4 and int(number) > 1:
        between = min(int(number) - 1, MAX_NEAR)  # it counts the steps from word to word
        return f"write ONEAR/{between}, or NEAR/{between} for any order"
    return NOT_OPERATORS.get(operator, "write NEAR/5, or ONEAR/5 for this order")


_READERS: dict[str, Callable[[str, int], tuple[Token, int]]] = {
    **dict.fromkeys(QUOTES, _phrase),
    "`": _literal,
    "{": _braces,
    "/": _regex,
}
