"""Clauses: where a text can change its mind, by punctuation and joining words.  No grammar; one pass over the text."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Span = tuple[int, int]
#: How a clause is joined to the one before it: it begins a sentence; it says something against it; it goes on.
Link = Literal["sentence", "contrast", "next"]

_CONTRAST = (
    r"but|however|although|though|yet|whereas|while|except|despite|in spite of|on the other hand|in contrast|"
    r"by contrast|nevertheless|nonetheless|unfortunately|sadly|luckily|fortunately|meanwhile|otherwise|apart from|"
    r"other than|aside from|only (?:complaint|problem|downside|issue)"
)
_NEXT = r"and|so|because|since|which|who|when|where|after|if|or|plus|with|then|as well as|along with"
_SEPARATOR = re.compile(
    r"(?P<sentence>[.!?…]+(?=[\s\"'”’)\]]|$)|\n+|;)"
    rf"|\b(?P<contrast>{_CONTRAST})\b"
    r"|(?P<pause>,(?!\d)|:(?=\s)|[()\[\]]|--+|—|(?<=\s)[-–](?=\s))"
    rf"|\b(?P<next>{_NEXT})\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]")
#: Makes a clause of a piece: a verb that is common in what people say of things, or a past tense.
_VERB = re.compile(
    r"\b(?:is|are|was|were|am|be|been|has|have|had|do|does|did|can|could|will|would|should|may|might|must|get|gets|"
    r"got|seem|seems|taste|tastes|feel|feels|felt|look|looks|came|come|comes|went|go|goes|take|takes|took|make|makes|"
    r"made|love|like|hate|enjoy|recommend|order|work|works|need|needs|want|wants|said|say|says|tell|told|give|gave|"
    r"find|found|think|thought|\w+ed)\b|n['’]t\b|['’](?:s|re|m|ve|ll|d)\b",
    re.IGNORECASE,
)


class Clause(NamedTuple):
    """A piece of a text; the word that joins it belongs to it."""

    start: int
    end: int
    link: Link


# Whoever looks at a text looks at it more than once.
@lru_cache(maxsize=16)
def split_clauses(text: str) -> tuple[Clause, ...]:
    """Cut a text into clauses that cover it, in order, each with a letter or digit; one without any is one clause."""
    found: list[Clause] = []
    start = 0
    link: Link = "sentence"
    for match in _SEPARATOR.finditer(text):
        kind = match.lastgroup
        # What ends a sentence belongs to it; a joining word to what it begins.
        cut = match.end() if kind in {"sentence", "pause"} else match.start()
        if _WORD.search(text, start, cut):
            found.append(Clause(start, cut, link))
            start, link = cut, "next"
        if kind == "sentence":
            link = "sentence"
        elif kind == "contrast" and link == "next":
            link = "contrast"
    if _WORD.search(text, start) or not found:
        return (*found, Clause(start, len(text), link))
    return (*found[:-1], Clause(found[-1].start, len(text), found[-1].link))


def sentences(text: str) -> list[Span]:
    """Cut a text into sentences that cover it, in order."""
    return _joined(split_clauses(text), "sentence")


def sides(text: str) -> list[Span]:
    """Cut a text into sentences, and those where a word of contrast stands."""
    return _joined(split_clauses(text), "sentence", "contrast")


def statements(text: str) -> list[Span]:
    """Cut a text into clauses that have a verb of their own each: "the food and the wine were fine" is one."""
    found: list[list[int]] = []
    complete = False
    for clause in split_clauses(text):
        has_verb = _VERB.search(text, clause.start, clause.end) is not None
        if not found or clause.link != "next" or (has_verb and complete):
            found.append([clause.start, clause.end])
            complete = has_verb
        else:
            found[-1][1] = clause.end
            complete = complete or has_verb
    return [(start, end) for start, end in found]


def holds(unit: Span, spans: Sequence[Span]) -> bool:
    """Tell whether one of some spans, in order and apart from each other, has a part in a unit."""
    at = bisect_right(spans, unit[0], key=_end)
    return at < len(spans) and spans[at][0] < unit[1]


def _end(span: Span) -> int:
    return span[1]


def _joined(clauses: Iterable[Clause], *links: Link) -> list[Span]:
    """The clauses, each that does not begin in one of these ways joined to the one before it."""
    found: list[list[int]] = []
    for clause in clauses:
        if not found or clause.link in links:
            found.append([clause.start, clause.end])
        else:
            found[-1][1] = clause.end
    return [(start, end) for start, end in found]
