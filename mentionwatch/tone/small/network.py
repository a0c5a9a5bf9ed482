"""The network of the default engine: which patterns of a few words stand in a text, and what they say together.

A word piece is a row of numbers.  A pattern is a weight for each of these, for each of five pieces beside each other;
where it fits its value is above 0, and values below 0 count as 0.  Of each pattern the sum over the text and the
maximum are what a small head judges by.  That is a convolution with two kinds of pooling (Kim 2014, "Convolutional
neural networks for sentence classification"), in whole numbers.  What a piece adds to the patterns depends on the
piece alone, so it is computed once.  ``docs/tone-model.md`` tells what it learned from.
"""

from __future__ import annotations

import sys
from array import array
from functools import lru_cache
from itertools import compress
from math import sqrt
from operator import add, mul
from typing import TYPE_CHECKING

from mentionwatch.tone.pieces.windows import orderly, windows
from mentionwatch.tone.pieces.wordpiece import WordPiece
from mentionwatch.tone.small.networkfile import packed, read_network, repeated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mentionwatch.tone.pieces.windows import Window
    from mentionwatch.tone.pieces.wordpiece import Token

#: Pieces of a text that are read together; of a longer text up to three parts are.
LONGEST = 128
#: A pattern's sum is divided by the root of the pieces and this, and by 2; a text of one word is judged by little.
EASE = 4
#: The factor above in whole numbers: shifted left by so many bits, and back.
_FINE = 12
#: What pieces add to the patterns is kept, about 1.5 kB each: for all that a text ever held, since there are fewer.
_KEPT = 1 << 15
#: Words that are tried for an explanation.
_MOST_WORDS = 40
#: What the head adds up: 256 products of a number of the head's (16 bits) and a sum of 128 numbers of 15 bits, which is
#: divided by more than 16.
_HEAD_BITS = 48
#: A text of so many characters is likely one window, and is cut into pieces without looking for windows.
_SHORT = 800
#: A text whose log-odds are asked for: for negative and for positive, against neutral.
Odds = tuple[float, float]


class Network:
    """A network that is loaded."""

    def __init__(self, path: Path) -> None:
        """Load it.

        Raises:
            ToneError: See ``read_network``.
        """
        file = read_network(path)
        self._file = file
        self._words = WordPiece(file.names)
        lanes = file.lanes
        self._patterns = [packed(row, 16) for row in file.patterns]
        self._head = [packed(row, _HEAD_BITS) for row in file.head]
        self._lift = repeated(1 << 15, 16, lanes * file.reach)
        self._half16 = repeated(1 << 15, 16, lanes)
        self._ones = repeated(1, 16, lanes)
        self._low = repeated(0xFFFF, 32, lanes // 2)
        self._start = self._half16 + packed(file.bias, 16)
        self._lift_head = repeated(1 << _HEAD_BITS - 1, _HEAD_BITS, len(file.steps))
        self.parts = lru_cache(maxsize=_KEPT)(self._parts)
        self._pair = lru_cache(maxsize=_KEPT)(self._pair_parts)

    @property
    def share(self) -> float:
        """How much the sum of weights counts beside the network."""
        return self._file.share

    def odds(self, text: str, target: Sequence[tuple[int, int]]) -> Odds:
        """Give the log-odds of negative and of positive, against neutral: of a long text, its parts' mean.

        Args:
            text: Plain text.
            target: Where the brand stands.
        """
        pieces = self._words.pieces(text, orderly(target, len(text))) if len(text) <= _SHORT else []
        if 0 < len(pieces) <= LONGEST:
            return self._pieces_odds(pieces)
        return self._mean(windows(text, target, self._words, LONGEST + 2))

    def words(self, text: str, target: Sequence[tuple[int, int]]) -> Iterator[tuple[tuple[int, int], float]]:
        """Tell how far each word of a text's beginning, by its place, moves the log-odds of positive against negative.

        That is the mean of what is lost without it and of what it says alone.
        """
        found = windows(text, target, self._words, LONGEST + 2)
        tokens = found[0].tokens
        whole, nothing = _lean(self._mean(found)), _lean(self._pieces_odds(()))
        tried = 0
        for at, token in enumerate(tokens):
            word = text[token.start : token.end]
            if token.pieces == (self._words.target,) or not (any(map(str.isalnum, word)) or not word.isascii()):
                continue
            tried += 1
            if tried > _MOST_WORDS:
                return
            left = _pieces_of((*tokens[:at], *tokens[at + 1 :]))
            lost = whole - _lean(self._mean(found, left))
            yield (token.start, token.end), (lost + _lean(self._pieces_odds(token.pieces)) - nothing) / 2

    def _mean(self, found: Sequence[Window], first: Sequence[int] | None = None) -> Odds:
        """Mean over windows, one with the target counting twice; `first` stands for the first one's pieces."""
        low = high = total = 0.0
        for number, window in enumerate(found):
            pieces = _pieces_of(window.tokens) if number or first is None else first
            weight = 2 if self._words.target in pieces else 1
            bad, good = self._pieces_odds(pieces)
            low, high, total = low + weight * bad, high + weight * good, total + weight
        return low / total, high / total

    def _parts(self, piece: int) -> tuple[int, ...]:
        """What a piece adds to the patterns, from each of the places where they see it: lanes of 16 bits."""
        file = self._file
        pairs = file.width // 2
        row = file.pieces[piece * pairs : (piece + 1) * pairs]
        size = 2 * file.lanes
        whole = (sum(map(self._pair, range(pairs), row)) + self._lift).to_bytes(size * file.reach, "little")
        return tuple(
            int.from_bytes(whole[at : at + size], "little") - self._half16 for at in range(0, len(whole), size)
        )

    def _pair_parts(self, pair: int, both: int) -> int:
        """What two of a piece's numbers add, for all places; 256 of each pair are all there are, so they are kept."""
        low, high = (both & 15) - 8, (both >> 4) - 8
        return low * self._patterns[2 * pair] + high * self._patterns[2 * pair + 1]

    def _pieces_odds(self, pieces: Sequence[int]) -> Odds:
        """Judge one window."""
        sums, tops = self._pool(pieces)
        worth = round((1 << _FINE) / (2 * sqrt(len(pieces) + EASE)))
        found = [value * worth >> _FINE for value in sums]
        found += tops
        # A third of the patterns is nowhere in most texts.
        whole = sum(map(mul, filter(None, found), compress(self._head, found))) + self._lift_head
        steps = zip(_unpacked_head(whole, len(self._file.steps)), self._file.steps, self._file.offsets, strict=True)
        low, high, *hidden = ((number - (1 << _HEAD_BITS - 1)) * step + offset for number, step, offset in steps)
        for unit, bad, good in zip(hidden, *self._file.units, strict=True):
            if unit > 0:
                low += unit * bad
                high += unit * good
        return low, high

    def _pool(self, pieces: Sequence[int]) -> tuple[list[int], list[int]]:
        """Each pattern's sum over a text, and its maximum."""
        half, ones, low = self._half16, self._ones, self._low
        even = odd = top = 0
        for whole in self._fits(pieces):
            # The highest bit of a lane says "not below 0"; such lanes keep their other bits, the others nothing.
            fits = whole & (((whole >> 15) & ones) * 0x7FFF)
            even += fits & low
            odd += (fits >> 16) & low
            # Where the maximum so far is not less than this one, a lane's highest bit survives the difference.
            holds = ((((top | half) - fits) >> 15) & ones) * 0x7FFF
            top = fits ^ ((top ^ fits) & holds)
        lanes = self._file.lanes
        sums = [0] * lanes
        sums[0::2] = _unpacked("I", even.to_bytes(2 * lanes, "little"))
        sums[1::2] = _unpacked("I", odd.to_bytes(2 * lanes, "little"))
        return sums, list(_unpacked("H", top.to_bytes(2 * lanes, "little")))

    def _fits(self, pieces: Sequence[int]) -> Iterator[int]:
        """How well the patterns fit around each piece, lifted by half a lane."""
        columns = list(zip(*map(self.parts, pieces), strict=True))
        middle, count = self._file.reach // 2, len(pieces)
        whole = [self._start] * count
        for place, column in enumerate(columns):
            # A pattern around piece i sees piece i + place - middle at this place.
            off = place - middle
            if off <= 0:
                whole[-off:] = map(add, whole[-off:], column[: count + off])
            else:
                whole[: max(0, count - off)] = map(add, whole[: max(0, count - off)], column[off:])
        return iter(whole)


def _pieces_of(tokens: Sequence[Token]) -> list[int]:
    return [piece for token in tokens for piece in token.pieces]


def _lean(odds: Odds) -> float:
    low, high = odds
    return high - low


def _unpacked_head(whole: int, count: int) -> array[int]:
    """The head's lanes: ``array`` knows numbers of 64 bits, none of 48."""
    size = _HEAD_BITS // 8
    lanes, padded = whole.to_bytes(size * count, "little"), bytearray(8 * count)
    for place in range(size):
        padded[place::8] = lanes[place::size]
    return _unpacked("Q", padded)


def _unpacked(code: str, data: bytes | bytearray) -> array[int]:
    numbers = array(code, data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
