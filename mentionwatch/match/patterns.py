"""Regular expressions of users, in bounded time: the door of the ``regex`` package."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING

from mentionwatch.errors import MatchTimeout

if TYPE_CHECKING:
    import regex

#: Seconds that one expression may take over one text; usual ones take microseconds.
TIMEOUT_S = 0.1
#: Times in a row that one expression may be given up before it is not tried any more, see ``Patience``.
PATIENCE = 5
#: What ``a{n}`` may add up to, nested ones multiplied: the package writes them out, and would fill the memory.
MOST_REPEATS = 20_000

_COUNT = re.compile(r"\{\s*(\d{0,9})\s*,?\s*(\d{0,9})\s*\}")
# What ends the word must not be there zero times: not *, not ?, not {0}.
_PLAIN = re.compile(r"\\b([A-Za-z0-9]+)(?=(?:\\b|\\W|\\s| )(?![*?{]))")
_CLASS = re.compile(r"\[(?:\\.|[^\]\\])*\]")


class PatternError(ValueError):
    """An expression that cannot be used; `offset` points into it."""

    def __init__(self, offset: int, reason: str) -> None:
        self.offset = offset
        self.reason = reason
        super().__init__(reason)


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str, *, ignore_case: bool = False) -> regex.Pattern[str]:
    """Compile an expression of the user's.

    Raises:
        PatternError: It is none, or one that would take too much memory.
    """
    import regex

    repeats = prod(max(map(int, filter(None, counts)), default=1) or 1 for counts in _COUNT.findall(pattern))
    if repeats > MOST_REPEATS:
        reason = f"the counts in braces add up to {repeats:,} repetitions or more; {MOST_REPEATS:,} are the most"
        raise PatternError(pattern.index("{"), reason)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that [[a] may mean a set within a set one day
            return regex.compile(pattern, regex.IGNORECASE if ignore_case else 0)
    except regex.error as e:
        raise PatternError(min(e.pos or 0, len(pattern)), str(e.msg)) from None
    except (RecursionError, MemoryError, OverflowError):
        raise PatternError(0, "the expression is nested too deep, or too large") from None


def fits_empty(compiled: regex.Pattern[str]) -> bool:
    """Whether an expression matches the empty text, and so stands in every text."""
    try:
        return compiled.search("", timeout=TIMEOUT_S) is not None
    except (TimeoutError, MemoryError):
        return False


def find_pattern(
    pattern: str, text: str, *, ignore_case: bool = False, timeout_s: float = TIMEOUT_S
) -> list[tuple[int, int]]:
    """List where an expression stands in a text: [start, end), in order, without the places where it finds nothing.

    Raises:
        MatchTimeout: It took longer than it may; whether it stands there is not known.
    """
    return _find(compile_pattern(pattern, ignore_case=ignore_case), text, timeout_s)


def _find(compiled: regex.Pattern[str], text: str, timeout_s: float) -> list[tuple[int, int]]:
    try:
        found = [m.span() for m in compiled.finditer(text, timeout=timeout_s)]
    except (TimeoutError, MemoryError):
        raise MatchTimeout(compiled.pattern, timeout_s) from None
    return [(start, end) for start, end in found if start < end]


class Patience:
    """Gives up on an expression that timed out too often, so that one bad one does not hold a whole poll.

    The texts after that still raise: that nothing is known of them is told.  Its expressions stay compiled, however
    many they are: to compile one costs as much as a thousand texts.
    """

    def __init__(self) -> None:
        self._timeouts: dict[str, int] = {}
        self._compiled: dict[tuple[str, bool], regex.Pattern[str]] = {}

    def find(self, pattern: str, text: str, *, ignore_case: bool) -> list[tuple[int, int]]:
        """See ``find_pattern``."""
        if self._timeouts.get(pattern, 0) >= PATIENCE:
            raise MatchTimeout(pattern, None)
        compiled = self._compiled.get((pattern, ignore_case))
        if compiled is None:
            compiled = compile_pattern(pattern, ignore_case=ignore_case)
            self._compiled[pattern, ignore_case] = compiled
        try:
            return _find(compiled, text, TIMEOUT_S)
        except MatchTimeout:
            self._timeouts[pattern] = self._timeouts.get(pattern, 0) + 1
            raise


def sure_words(pattern: str) -> list[str]:
    r"""List ASCII words that every text holds in which the expression is found; [] where that cannot be told.

    Only the plainest is understood: ``\bacme\b`` outside of groups, choices and classes.
    """
    if any(sign in pattern for sign in "|()#"):
        return []
    # "\\b" is a backslash and a b; a braced name (\N{…}, \p{…}) holds no words.
    plain = _CLASS.sub("\x00", pattern.replace("\\\\", "\x00"))
    if "[" in plain or "]" in plain:  # a class in a class, or one that holds a bracket
        return []
    return [word.lower() for word in _PLAIN.findall(plain)]
