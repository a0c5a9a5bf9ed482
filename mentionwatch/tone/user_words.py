"""The user's own words: taken out before any engine sees them, and weighed as the user says.

A word of weight w (from -4 to 4) multiplies the odds of positive by e^w and those of negative by e^-w; 0 changes
nothing, so that the word says nothing, whatever the engine thinks of it.  A word counts once, however often it stands
there, and all of them together count -6 at least and 6 at most.  Where one is part of another ("bug", "bug tracker"),
the longer one counts.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mentionwatch.tone.base import Scores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Span = tuple[int, int]

#: Weights go from -4 to 4; shown words have weights from -1 to 1.
_SCALE = 4.0
_MOST = 6.0


@dataclass(frozen=True)
class Taken:
    """A text without the user's words."""

    #: Blanks stand where they stood, so that offsets stay what they are.
    text: str
    #: What was taken out, as it stands in the text, with its weight; each once, in order.
    found: tuple[tuple[str, float], ...] = ()

    @property
    def weight(self) -> float:
        """All of them together."""
        return max(-_MOST, min(_MOST, sum(weight for _, weight in self.found)))

    @property
    def words(self) -> tuple[tuple[str, float], ...]:
        """Those that weigh, on the scale of an engine's."""
        return tuple((word, weight / _SCALE) for word, weight in self.found if weight)

    @property
    def rules(self) -> tuple[str, ...]:
        """What was done, for people."""
        return tuple(
            f"{word!r} counts {weight:+g}, as you set" if weight else f"{word!r} is left out, as you set"
            for word, weight in self.found
        )

    def move(self, scores: Scores) -> Scores:
        """Give probabilities with the user's words in them."""
        if not self.weight:
            return scores
        negative, positive = scores.negative * math.exp(-self.weight), scores.positive * math.exp(self.weight)
        total = negative + scores.neutral + positive
        return Scores(negative / total, scores.neutral / total, positive / total, scores.words)

    def move_polarity(self, polarity: float) -> float:
        """Give a polarity with them in it: the odds of positive against negative are (1 + p) / (1 - p)."""
        if not self.weight:
            return polarity
        return math.tanh(math.atanh(max(-0.99, min(0.99, polarity))) + self.weight)


class UserWords:
    """Finds the user's words: whole, in any case, phrases with any blanks between their words."""

    def __init__(self, words: Mapping[str, float]) -> None:
        self._weights = {_key(word): float(weight) for word, weight in words.items() if word.strip()}
        longest_first = sorted(self._weights, key=len, reverse=True)
        inside = "|".join(r"\s+".join(map(re.escape, word.split())) for word in longest_first)
        self._pattern = re.compile(rf"(?<!\w)(?:{inside})(?!\w)", re.IGNORECASE) if longest_first else None

    def take(self, text: str, keep: Sequence[Span] = ()) -> Taken:
        """Take the words out of a text.

        Args:
            text: The text.
            keep: Where the brand stands: its name is not taken apart.
        """
        if self._pattern is None:
            return Taken(text)
        pieces: list[str] = []
        found: dict[str, tuple[str, float]] = {}
        at = 0
        for match in self._pattern.finditer(text):
            start, end = match.span()
            key = _key(match[0])
            if key not in self._weights or any(a < end and start < b for a, b in keep):
                continue
            found.setdefault(key, (" ".join(match[0].split()), self._weights[key]))
            pieces += [text[at:start], " " * (end - start)]
            at = end
        return Taken("".join((*pieces, text[at:])), tuple(found.values()))


def _key(word: str) -> str:
    return " ".join(word.casefold().split())
