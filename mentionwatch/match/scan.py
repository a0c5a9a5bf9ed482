"""One scan for all pieces: which of thousands of short texts stand in a long one, however many they are.

With the extra ``fast`` an Aho-Corasick automaton does it, and this is its door.  Without it, each piece is known by one
run of a few letters of its own, and the runs of the text are looked up; both find the same.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ahocorasick_rs import AhoCorasick

T = TypeVar("T")

#: Letters of the runs that pieces are known by: the longest that fits a piece.
_RUNS = (5, 3, 2)


def has_fast() -> bool:
    """Tell whether the extra ``fast`` is installed."""
    return find_spec("ahocorasick_rs") is not None


class Pieces(Generic[T]):
    """Things filed under pieces; all are filed before the first is looked for."""

    def __init__(self, *, fast: bool | None = None) -> None:
        """Begin with nothing.

        Args:
            fast: By the automaton; None: where it is installed.
        """
        self._fast = fast
        self._things: dict[str, list[T]] = {}

    def add(self, piece: str, thing: T) -> None:
        """File a thing under a piece of two letters or more."""
        self._things.setdefault(piece, []).append(thing)

    def all(self) -> Iterable[T]:
        """List everything that was filed."""
        return [thing for things in self._things.values() for thing in things]

    def find(self, text: str) -> list[T]:
        """List what is filed under pieces that stand in a text; something may come more than once."""
        return [thing for piece in self._scan(text) for thing in self._things[piece]]

    @cached_property
    def _scan(self) -> Callable[[str], Iterable[str]]:
        fast = has_fast() if self._fast is None else self._fast
        return (_Automaton if fast else _Runs)(list(self._things))


class _Runs:
    """Pieces by a run of each."""

    def __init__(self, pieces: list[str]) -> None:
        runs = {piece: _runs_of(piece) for piece in pieces}
        shared = Counter(run for several in runs.values() for run in set(several))
        self._pieces: dict[str, list[str]] = {}
        for piece, several in runs.items():
            # The one that the fewest others have too.
            self._pieces.setdefault(min(several, key=lambda run: (shared[run], run)), []).append(piece)
        self._sizes = sorted({len(run) for run in self._pieces})

    def __call__(self, text: str) -> list[str]:
        found: set[str] = set()
        for size in self._sizes:
            found |= self._pieces.keys() & {text[at : at + size] for at in range(len(text) - size + 1)}
        return [piece for run in found for piece in self._pieces[run] if piece in text]


def _runs_of(piece: str) -> list[str]:
    size = next(size for size in _RUNS if size <= len(piece))
    return [piece[at : at + size] for at in range(len(piece) - size + 1)]


class _Automaton:
    """Pieces in an Aho-Corasick automaton."""

    def __init__(self, pieces: list[str]) -> None:
        import ahocorasick_rs

        self._pieces = pieces
        self._automaton: AhoCorasick = ahocorasick_rs.AhoCorasick(pieces)

    def __call__(self, text: str) -> list[str]:
        try:
            found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeError:  # lone surrogates, of which no piece has one
            text = text.encode("utf-8", "replace").decode("utf-8")
            found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        return [self._pieces[number] for number in {number for number, _start, _end in found}]
