"""The two small models as one: their log-odds are added up."""

from __future__ import annotations

from math import exp
from operator import itemgetter
from typing import TYPE_CHECKING

from mentionwatch.tone.base import Scores
from mentionwatch.tone.small.network import Network
from mentionwatch.tone.small.tokens import MASK, clean
from mentionwatch.tone.small.weigh import Weigher

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from mentionwatch.tone.small.features import Features

    Span = tuple[int, int]

_MOST_WORDS = 8
#: What weighs less than this, in log-odds, is not worth showing.
_WORTH = 0.05


#: What groups of fixed phrases mean, in words of several lengths.
_MEANING = {
    "idiom_good": ("excellent", "great", "good"),
    "idiom_bad": ("terrible", "awful", "bad"),
    "plain": ("ordinary thing", "the thing", "thing", "it"),
}


class Both:
    """Both models, loaded."""

    def __init__(self, model: Path, network: Path) -> None:
        self._weigher, self._network = Weigher(model), Network(network)

    def score(self, text: str, target: Sequence[Span], *, explain: bool) -> Scores:
        """See ``SmallScorer``."""
        prepared, marks = prepare(text, target)
        weighed = self._weigher.weigh(prepared)
        spoken = spell_out(prepared, weighed.features)
        (low, high), (bad, good) = weighed.odds, self._network.odds(spoken, marks)
        share = self._network.share
        found = [(place, weight * share) for place, weight in weighed.shares()]
        if explain:
            found = _added(found, self._network.words(spoken, marks))
        return Scores(*_softmax(low * share + bad, high * share + good), _weightiest(prepared, found))


def prepare(text: str, target: Sequence[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """Clean a text; gives it with a mark in place of the target, and where the marks stand."""
    cleaned = clean(text, target)
    return cleaned, [(at, at + 1) for at, character in enumerate(cleaned) if character == MASK] if target else []


def spell_out(text: str, features: Features) -> str:
    """Put what fixed phrases mean in their place, each as long as before, so that what follows stays where it is.

    The network reads words for what they are like, and "killer app" is like nothing good.
    """
    parts, last = [], 0
    for group, start, end in sorted(features.fixed, key=itemgetter(1)):
        begin, after = features.places[start][0], features.places[end - 1][1]
        size = after - begin
        word = next((word for word in _MEANING[group] if len(word) <= size), "")
        if begin >= last and word and MASK not in text[begin:after]:
            parts += [text[last:begin], word.ljust(size)]
            last = after
    return "".join((*parts, text[last:]))


def _softmax(negative: float, positive: float) -> tuple[float, float, float]:
    top = max(negative, positive, 0.0)
    bad, flat, good = exp(negative - top), exp(-top), exp(positive - top)
    total = bad + flat + good
    return bad / total, flat / total, good / total


def _added(found: Sequence[tuple[Span, float]], more: Iterable[tuple[Span, float]]) -> list[tuple[Span, float]]:
    """Add weights to those of the words or phrases that hold their places."""
    whole = dict(found)
    for (start, end), weight in more:
        held = next((place for place, _ in found if place[0] <= start and end <= place[1]), (start, end))
        whole[held] = whole.get(held, 0.0) + weight
    return list(whole.items())


def _weightiest(text: str, found: Iterable[tuple[Span, float]]) -> tuple[tuple[str, float], ...]:
    words: dict[str, float] = {}
    for (start, end), weight in found:
        word = text[start:end]
        if weight and MASK not in word:
            words[word] = words.get(word, 0.0) + weight
    ranked = sorted(words.items(), key=lambda item: (-abs(item[1]), item[0]))[:_MOST_WORDS]
    return tuple((word, round(weight, 3)) for word, weight in ranked if abs(weight) >= _WORTH)
