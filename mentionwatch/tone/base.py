"""What a model answers, before rules, stars and the user's own words have had their say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Scores:
    """Calibrated probabilities of the three labels; they sum to 1."""

    negative: float
    neutral: float
    positive: float
    #: The words of the text that weigh, each with its weight, below 0 where it speaks for negative; the weightiest
    #: first, eight at most.
    words: tuple[tuple[str, float], ...] = ()

    @property
    def polarity(self) -> float:
        """From -1 to 1."""
        return self.positive - self.negative


class Scorer(Protocol):
    """A model: text in, probabilities out.  It knows English only, and nothing of stars, rules or the user."""

    @property
    def name(self) -> str:
        """What stands in ``Tone.by``."""
        ...

    def score(self, text: str, *, target: Sequence[tuple[int, int]] = ()) -> Scores:
        """Judge a text, however long or odd, in bounded time.

        Args:
            text: Plain text, not empty.
            target: Where the brand stands in it, as offsets, in order and apart from each other; empty: nowhere.
        """
        ...
