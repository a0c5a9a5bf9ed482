r"""Pieces: what surely stands in a text in which a regular expression is found, letter for letter.

Of ``/acme\d+ (?:router|modem)/`` every such text holds "acme", and "router" or "modem".  Only plain expressions are
understood.  Whatever is not understood for sure says nothing, and what is said may be too little and never too much.

Pieces are compared in one form, see ``flatten``: each letter alone, so that a piece is inside of a flattened text
wherever the letters it is made of are inside of the text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: Texts that a match surely holds one of.
Cover = tuple[str, ...]

#: Shorter pieces stand in too many texts; of letters of scripts with thousands of them, fewer say more.
SHORTEST, _SHORTEST_BEYOND_ASCII = 3, 2
#: Longer ones say no more; and texts of one letter hold too many pieces of it, each at every place.
LONGEST = 32
#: A choice between more is not looked up.
_MOST_IN_COVER = 64
_DEEPEST = 40
#: What an expression without regard to case takes for a plain letter.
SAME_LETTERS = str.maketrans({"İ": "i", "ı": "i", "ſ": "s", "K": "k"})
_GROUP = re.compile(r"\((?:\?(?:[ims]*:|>|P?<[A-Za-z_]\w*>))?(?![?*])")
_AROUND = re.compile(r"\(\?<?[=!]")
_FLAGS = re.compile(r"\(\?[ims]+\)")
_TIMES = re.compile(r"\{(?=[\d,])(\d*),?\d*\}")
#: After a backslash: classes, places and control characters, which are one character or none and take nothing else.
_KINDS = frozenset("bBAZdDwWsSmMtnrfva")


class _UnclearError(ValueError):
    """Something that is not understood."""


def flatten(text: str) -> str:
    """Give the form of a text that pieces are looked for in."""
    return text.lower() if text.isascii() else text.translate(SAME_LETTERS).lower()


@lru_cache(maxsize=1024)
def sure_pieces(pattern: str) -> tuple[Cover, ...]:
    """List covers: of each, every text holds one piece in which the expression is found; () where none can be told.

    Args:
        pattern: An expression of the ``regex`` package that can be compiled, with or without regard to case.
    """
    reader = _Reader(pattern)
    try:
        found = reader.choices(0)
    except _UnclearError:
        return ()
    return tuple(dict.fromkeys(found)) if reader.at == len(pattern) else ()


class _Reader:
    """Reads one expression from left to right."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def choices(self, depth: int) -> list[Cover]:
        """Read alternatives, up to a closing parenthesis or the end."""
        if depth > _DEEPEST:
            raise _UnclearError
        found = [self._sequence(depth)]
        while self._next() == "|":
            self.at += 1
            found.append(self._sequence(depth))
        if len(found) == 1:
            return found[0]
        if not all(found):
            return []
        joined = tuple(dict.fromkeys(piece for covers in found for piece in max(covers, key=_strength)))
        return [joined] if len(joined) <= _MOST_IN_COVER else []

    def _sequence(self, depth: int) -> list[Cover]:
        found: list[Cover] = []
        run = ""
        while self._next() not in {"", "|", ")"}:
            letter, covers = self._atom(depth)
            least = self._repeat()
            if letter and least is None:
                run += letter
                continue
            # What is there once or more ends the run: after it, another of it may follow.
            found += _as_covers(run + letter if least is None or least > 0 else run)
            run = ""
            if least is None or least > 0:
                found += covers
        return found + _as_covers(run)

    def _next(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _atom(self, depth: int) -> tuple[str, list[Cover]]:
        """Read one thing that can be repeated: (itself, where it is a letter; what it surely holds)."""
        char = self._next()
        if char == "(":
            return "", self._group(depth)
        self.at += 1
        if char == "[":
            self._skip_class()
        elif char == "\\":
            return self._escaped(), []
        elif char in "*+?{":
            raise _UnclearError
        elif char not in ".^$]}":
            return _letter(char), []
        return "", []

    def _group(self, depth: int) -> list[Cover]:
        flags = _FLAGS.match(self.pattern, self.at)
        if flags:
            self.at = flags.end()
            return []
        around = _AROUND.match(self.pattern, self.at)
        opening = around or _GROUP.match(self.pattern, self.at)
        if opening is None:
            raise _UnclearError
        self.at = opening.end()
        found = self.choices(depth + 1)
        if self._next() != ")":
            raise _UnclearError
        self.at += 1
        return [] if around else found

    def _escaped(self) -> str:
        char = self._next()
        self.at += 1
        if char in _KINDS:
            return ""
        if not char.isascii() or char.isalnum() or not char:
            raise _UnclearError
        return _letter(char)

    def _skip_class(self) -> None:
        self.at += self._next() == "^"
        self.at += self._next() == "]"
        while self._next() != "]":
            if self._next() in {"", "["}:  # a class in a class
                raise _UnclearError
            self.at += 2 if self._next() == "\\" else 1
        self.at += 1

    def _repeat(self) -> int | None:
        """Read how often something has to be there; None: exactly once, for nothing is said."""
        char = self._next()
        if char not in {"*", "+", "?", "{"}:
            return None
        least = int(char == "+")
        if char == "{":
            times = _TIMES.match(self.pattern, self.at)
            if times is None:  # a brace, or letters that may be wrong
                raise _UnclearError
            least = int(times[1] or 0)
            self.at = times.end()
        else:
            self.at += 1
        self.at += self._next() in {"?", "+"}
        if self._next() in {"*", "+", "?", "{"}:
            raise _UnclearError
        return least


def _letter(char: str) -> str:
    """Give the form of a letter of an expression that is looked for; "" for one that has several."""
    if char.isascii():
        return char.lower() if char.isprintable() else ""
    return char if unicodedata.category(char) == "Lo" else ""


def _as_covers(run: str) -> list[Cover]:
    run = run[:LONGEST]
    least = SHORTEST if run.isascii() else _SHORTEST_BEYOND_ASCII
    # Blanks alone stand in every text.
    return [(run,)] if len(run) >= least and not run.isspace() else []


def _strength(cover: Cover) -> tuple[int, int]:
    return min(map(len, cover)), -len(cover)
