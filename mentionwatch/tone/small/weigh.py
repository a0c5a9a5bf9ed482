"""What the features weigh: from a text to probabilities, and to the words that made them."""

from __future__ import annotations

from math import exp, sqrt
from operator import mul
from typing import TYPE_CHECKING

from mentionwatch.tone.base import Scores
from mentionwatch.tone.small.features import DENSE, LEXICONS, Features, Reader
from mentionwatch.tone.small.modelfile import SHIFT, read_model
from mentionwatch.tone.small.tokens import MASK, clean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_HALF = 1 << (SHIFT - 1)
_LOW = (1 << SHIFT) - 1
#: So that a text of one known word is not judged as if it were many.
FEWEST = 4
_MOST_WORDS = 8
#: What weighs less than this, in log-odds, is not worth showing.
_WORTH = 0.05


class Weigher:
    """A model that is loaded."""

    def __init__(self, path: Path) -> None:
        self._model = read_model(path, len(DENSE))
        self._reader = Reader(self._model.lexicon)
        lean = [good - bad for bad, good in zip(self._model.dense_negative, self._model.dense_positive, strict=True)]
        self._slopes = [_slopes(dict(zip(DENSE, lean, strict=True)), lexicon) for lexicon in LEXICONS]

    def score(self, text: str, target: Sequence[tuple[int, int]]) -> Scores:
        """See ``Scorer.score``."""
        cleaned = clean(text, target)
        features = self._reader.read(cleaned)
        weights = self._model.weights
        hits = [(weights[key], place) for key, place in features.keys.items() if key in weights]
        low, high = _unpack(sum(packed for packed, _ in hits))
        worth = self._model.step / sqrt(max(len(hits), FEWEST))
        negative = low * worth + sum(map(mul, features.dense, self._model.dense_negative))
        positive = high * worth + sum(map(mul, features.dense, self._model.dense_positive))
        return Scores(*_softmax(negative, positive), self._words(cleaned, features, hits, worth))

    def _words(
        self, text: str, features: Features, hits: list[tuple[int, tuple[int, int]]], worth: float
    ) -> tuple[tuple[str, float], ...]:
        """Share out each weight among the words it stands on."""
        shares = [0.0] * len(features.places)
        for packed, (start, end) in hits:
            low, high = _unpack(packed)
            share = (high - low) * worth / (end - start)
            for at in range(max(start, 0), min(end, len(shares))):
                shares[at] += share
        for at, value in features.valued:
            shares[at] += sum(
                strength * (good if strength > 0 else bad)
                for strength, (good, bad) in zip(value, self._slopes, strict=True)
            )
        places = features.places
        for start, end in features.fixed:
            shares[start:end] = [sum(shares[start:end])] + [0.0] * (end - start - 1)
            places[start] = (places[start][0], places[end - 1][1])
        return _weightiest(text, places, shares)


def _unpack(packed: int) -> tuple[int, int]:
    low = ((packed + _HALF) & _LOW) - _HALF
    return low, (packed - low) >> SHIFT


def _softmax(negative: float, positive: float) -> tuple[float, float, float]:
    top = max(negative, positive, 0.0)
    bad, flat, good = exp(negative - top), exp(-top), exp(positive - top)
    total = bad + flat + good
    return bad / total, flat / total, good / total


def _slopes(lean: dict[str, float], lexicon: str) -> tuple[float, float]:
    """How far one step of a word's strength moves the odds, for a good word and a bad one: the slope at 0."""
    total = lean[f"{lexicon}_sum"] / sqrt(15) + lean[f"{lexicon}_mean"] / 4
    good = total + lean[f"{lexicon}_pos"] / 3 + lean[f"{lexicon}_max"] / 4
    return good, total - lean[f"{lexicon}_neg"] / 3 + lean[f"{lexicon}_min"] / 4


def _weightiest(text: str, places: list[tuple[int, int]], shares: list[float]) -> tuple[tuple[str, float], ...]:
    total: dict[str, float] = {}
    for (start, end), share in zip(places, shares, strict=True):
        word = text[start:end]
        if share and MASK not in word:
            total[word] = total.get(word, 0.0) + share
    ranked = sorted(total.items(), key=lambda item: (-abs(item[1]), item[0]))[:_MOST_WORDS]
    return tuple((word, round(share, 3)) for word, share in ranked if abs(share) >= _WORTH)
