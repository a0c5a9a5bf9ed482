"""Which part of a text speaks of the brand.

The whole text does, as a rule: what follows a name goes on about it, and a clause alone says less than its
surroundings.  It does not where another known name has sentences or clauses of its own, where the target is no name but
one of several things ("the food", "our waiter"), and where clauses before the brand's first say the opposite.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mentionwatch.tone.clauses import holds, sentences, sides, statements

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Span = tuple[int, int]
#: "named": another known name has a part; "thing": the target is a common noun; "contrast": a word of contrast stands
#: between the target's part and another, and only where the two have opposite signs does the first one decide.
Why = Literal["named", "thing", "contrast"]
#: Characters before and after a name that are taken of a long text.
_NEAR = 600


@dataclass(frozen=True)
class Focus:
    """The part of a text that speaks of the brand, and what is left; both in order, apart from each other."""

    own: tuple[Span, ...]
    rest: tuple[Span, ...]
    why: Why


def find_focus(
    text: str, target: Sequence[Span], others: Sequence[Span] = (), *, is_thing: bool = False
) -> Focus | None:
    """Find the part of a text that speaks of the target.

    Args:
        text: The text.
        target: Where the target stands, as [start, end), in order and apart from each other.
        others: Where other known names stand, likewise.
        is_thing: The target is no name but a common noun, and the text likely to speak of several.

    Returns:
        None: all of it does.
    """
    if not target:
        return None
    if is_thing:
        own = [unit for unit in statements(text) if holds(unit, target)]
        return _focus(text, own, "thing")
    if others:
        return _focus(text, _owned(text, target, others), "named")
    return _focus(text, _from_first(text, target), "contrast")


def is_thing(text: str, target: str, spans: Sequence[Span]) -> bool:
    """Tell whether a target is a common noun: in small letters as it is asked for, and wherever it stands."""
    if target in _PRONOUNS:
        return False
    return target.islower() and bool(spans) and all(text[start:end].islower() for start, end in spans)


def excerpt(text: str, parts: Sequence[Span], marks: Sequence[Span]) -> tuple[str, tuple[Span, ...]]:
    """Give parts of a text as a text of their own, and where the marks stand in it."""
    pieces: list[str] = []
    found: list[Span] = []
    length = 0
    for start, end in parts:
        found += [
            (max(a, start) - start + length, min(b, end) - start + length) for a, b in marks if a < end and start < b
        ]
        pieces.append(text[start:end])
        length += end - start
        if not text[end - 1].isspace():
            pieces.append(" ")
            length += 1
    return "".join(pieces), tuple(found)


def around(text: str, marks: Sequence[Span], *, most: int) -> tuple[Span, ...]:
    """Find what stands around marks in a long text, up to a number of characters; its beginning where there are none.

    Returns:
        Pieces in order, apart from each other, at least one.
    """
    if not marks or (marks[-1][1] <= most and len(text) <= 2 * most):
        return ((0, min(most, len(text))),)
    found: list[Span] = []
    left = most
    for start, end in marks:
        begin = max(start - _NEAR, found[-1][1] if found else 0)
        stop = min(max(end, begin) + _NEAR, len(text), begin + left)
        if begin < stop:
            found.append((begin, stop))
            left -= stop - begin
    return tuple(_join(found))


def _focus(text: str, own: Sequence[Span], why: Why) -> Focus | None:
    own = _join(own)
    rest = _others(text, own)
    return Focus(tuple(own), tuple(rest), why) if own and rest else None


def _owned(text: str, target: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """The units that are not others': one without a name goes on about the names of the one before it."""
    own: list[Span] = []
    is_ours = True
    for unit in sentences(text):
        ours, theirs = holds(unit, target), holds(unit, others)
        if ours and theirs:
            inner = _split(text, unit, target, others)
            own += inner
            # Who is named last is who is spoken of next.
            is_ours = bool(inner) and inner[-1][1] == unit[1]
            continue
        if ours or theirs:
            is_ours = ours
        if is_ours:
            own.append(unit)
    return own


def _split(text: str, unit: Span, target: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """The clauses of a sentence with several names that are not others' alone."""
    own: list[Span] = []
    is_ours = True
    for piece in _inside(statements, text, unit):
        ours, theirs = holds(piece, target), holds(piece, others)
        if ours or theirs:
            is_ours = ours
        if is_ours:
            own.append(piece)
    return own


def _from_first(text: str, target: Sequence[Span]) -> list[Span]:
    """The text without what stands before a word of contrast and the target, in the same sentence."""
    units = sides(text)
    first = next((at for at, unit in enumerate(units) if holds(unit, target)), 0)
    begins = {start for start, _ in sentences(text)}
    at = first
    while at > 0 and units[at][0] not in begins:
        at -= 1
    return [*units[:at], *units[first:]]


def _inside(cut: Callable[[str], list[Span]], text: str, unit: Span) -> list[Span]:
    start, end = unit
    return [(a + start, b + start) for a, b in cut(text[start:end])]


def _join(spans: Sequence[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in spans:
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


_NO_THINGS = "i you he she it we they me him her us them his hers its our your their this that these those who one"
_PRONOUNS = frozenset(_NO_THINGS.split())
_LETTER = re.compile(r"[^\W_]")


def _others(text: str, own: Sequence[Span]) -> list[Span]:
    """What is left of a text."""
    edges = [0, *(edge for span in own for edge in span), len(text)]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [(start, end) for start, end in pairs if _LETTER.search(text, start, end)]
