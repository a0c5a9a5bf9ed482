"""Traps of a query: what can be read and was hardly meant so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mentionwatch.match.common import COMMON_WORDS
from mentionwatch.match.dialects import STORED_FIELDS
from mentionwatch.match.lex import cut_tokens, short
from mentionwatch.match.outline import spell_out
from mentionwatch.match.patterns import sure_words
from mentionwatch.match.pieces import sure_pieces
from mentionwatch.match.slips import SHORT_WORD, as_name, in_case, mixed, operators, quoted_words, signs
from mentionwatch.match.tree import And, Field, Literal, Near, Node, Not, Or, Regex, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mentionwatch.match.parse import Query

#: Warnings that are told of one query.
MOST_WARNINGS = 20
#: Shorter beginnings fit very many words.
SHORT_BEGINNING = 4


def find_warnings(query: Query, *, alone: bool = True, searched: bool = False) -> tuple[str, ...]:
    """Name the traps of a query that could be read, a line each, the gravest first; none twice.

    Args:
        query: The query.
        alone: It is all that a text has to match; False for a brand with a context, which makes weak words fine.
        searched: It is for a search of what is stored, which may find much and ask for what only that has.
    """
    tokens = cut_tokens(query.text)
    nodes = list(_walk(query.tree))
    found = [
        *_contradictions(nodes),
        *mixed(query.text, tokens, query.tree),
        *operators(tokens),
        *(_small_letters(query) if query.exact_case else ()),
        *(_weak_words(query) if alone and not searched else ()),
        *signs(tokens),
        *(_wildcards(nodes) if not searched else ()),
        *_repeated(nodes, exact_case=query.exact_case),
        *(_regexes(nodes) if not searched else ()),
        *quoted_words(tokens),
        *(_stored_only(nodes) if not searched else ()),
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


def _weak_words(query: Query) -> Iterator[str]:
    """Words that are short or common, where nothing else has to be there too."""
    for term in _weak(query.tree, exact_case=query.exact_case):
        word = term.written.strip() or term.words[0]
        why = "is short" if len(term.words[0]) < SHORT_WORD else "is a common word"
        # Where its case counts already, another warning says that of small letters.
        case = "" if query.exact_case else f", or have its case count: {in_case(word)}"
        yield (
            f"{short(word)} {why} and stands in texts about other things too; add a word that has to be near"
            f" (context){case}"
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


def _small_letters(query: Query) -> Iterator[str]:
    """Where case counts: what is asked for in small letters only, and is not found at the start of a sentence."""
    cased = {term.words for term in _walk(query.tree) if isinstance(term, Term) and not term.written.islower()}
    for term in _small(query.tree):
        name = short(as_name(term.written.strip()))
        if term.words not in cased:
            yield (
                f"case counts, so {short(str(term))} finds only what is in small letters, never {name}; write it as"
                " the company does"
            )


def _small(node: Node) -> list[Term]:
    if isinstance(node, Term):
        return [node] if node.written.islower() else []
    if isinstance(node, Or):
        return [term for part in node.parts for term in _small(part)]
    if not isinstance(node, And):
        return []
    found = [_small(part) for part in node.parts if not _takes_away(part, (Not, Field))]
    return [terms[0] for terms in found[:1]] if all(found) else []


def _wildcards(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        for word in node.words if isinstance(node, Term) else ():
            if not word.endswith("*"):
                continue
            beginning = word.rstrip("*")
            fits = sorted(common for common in COMMON_WORDS if common.startswith(beginning))
            is_wide = len(fits) > 1
            fits = [common for common in fits if common != beginning]
            if len(beginning) < SHORT_BEGINNING or is_wide:
                such = f", such as {', '.join(fits[:3])}" if fits else ""
                yield f"{short(word)} fits very many words{such}; write more letters, or name the words with OR"


def _regexes(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Regex) and not sure_words(node.pattern) and not sure_pieces(node.pattern):
            yield (
                f"/{short(node.pattern)}/ is tried on every text, because no three letters in a row are sure to be in"
                " it; add a word beside it that has to be there too"
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
