"""What the features weigh: from a text to log-odds, and to the words that made them."""

from __future__ import annotations

from math import sqrt
from operator import mul
from typing import TYPE_CHECKING, NamedTuple

from mentionwatch.tone.small.features import DENSE, LEXICONS, Features, Reader
from mentionwatch.tone.small.modelfile import LIFT, SHIFT, read_model

if TYPE_CHECKING:
    from pathlib import Path

_LOW = (1 << SHIFT) - 1
#: So that a text of one known word is not judged as if it were many.
FEWEST = 4


class Weigher:
    """A model that is loaded."""

    def __init__(self, path: Path) -> None:
        self._model = read_model(path, len(DENSE))
        self._reader = Reader(self._model.lexicon)
        lean = [good - bad for bad, good in zip(self._model.dense_negative, self._model.dense_positive, strict=True)]
        self._slopes = [_slopes(dict(zip(DENSE, lean, strict=True)), lexicon) for lexicon in LEXICONS]

    def weigh(self, text: str) -> Weighed:
        """Weigh a text that ``clean`` has seen."""
        features = self._reader.read(text)
        weights = self._model.weights
        keys = features.keys
        hits = [(found, place) for found, place in zip(map(weights.get, keys), keys.values(), strict=True) if found]
        low, high = _unpack(sum(packed for packed, _ in hits), len(hits))
        worth = self._model.step / sqrt(max(len(hits), FEWEST))
        negative = low * worth + sum(map(mul, features.dense, self._model.dense_negative))
        positive = high * worth + sum(map(mul, features.dense, self._model.dense_positive))
        return Weighed((negative, positive), text, features, hits, worth, self._slopes)


class Weighed(NamedTuple):
    """A text that was weighed."""

    #: Log-odds of negative and of positive, against neutral.
    odds: tuple[float, float]
    text: str
    features: Features
    #: What weighed: both weights in one number, and the words it stands on.
    hits: list[tuple[int, tuple[int, int]]]
    worth: float
    slopes: list[tuple[float, float]]

    def shares(self) -> list[tuple[tuple[int, int], float]]:
        """Share out each weight among the words it stands on.

        Returns:
            For each word, or phrase that speaks as one: where it stands, and log-odds of positive against negative.
        """
        features = self.features
        places, size = features.places, len(features.places)
        # A mark may stand before the first word, at -1: the last share is its own, and no word's.
        shares = [0.0] * (size + 1)
        worth = self.worth
        for packed, (start, end) in self.hits:
            lean = (packed >> SHIFT) - (packed & _LOW) + LIFT
            if not lean:
                continue
            if end - start == 1:
                shares[start] += lean * worth
                continue
            share = lean * worth / (end - start)
            for at in range(start, end):
                shares[at] += share
        for at, value in features.valued:
            shares[at] += sum(
                strength * (good if strength > 0 else bad)
                for strength, (good, bad) in zip(value, self.slopes, strict=True)
            )
        found = dict(enumerate(zip(places, shares, strict=False)))
        for _, start, end in features.fixed:
            found[start] = ((places[start][0], places[end - 1][1]), sum(shares[start:end]))
            for at in range(start + 1, end):
                del found[at]
        return list(found.values())


def _unpack(packed: int, count: int) -> tuple[int, int]:
    """Take a sum of so many keys' weights apart."""
    return (packed & _LOW) - count * LIFT, packed >> SHIFT


def _slopes(lean: dict[str, float], lexicon: str) -> tuple[float, float]:
    """How far one step of a word's strength moves the odds, for a good word and a bad one: the slope at 0."""
    total = lean[f"{lexicon}_sum"] / sqrt(15) + lean[f"{lexicon}_mean"] / 4
    good = total + lean[f"{lexicon}_pos"] / 3 + lean[f"{lexicon}_max"] / 4
    return good, total - lean[f"{lexicon}_neg"] / 3 + lean[f"{lexicon}_min"] / 4
