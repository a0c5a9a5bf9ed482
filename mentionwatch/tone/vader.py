"""The door of VADER, which is no engine to choose: ``eval`` prints its figures beside ours where it is installed.

Package vaderSentiment; its own thresholds: a compound score from 0.05 on is positive, from -0.05 down negative.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from mentionwatch.errors import ToneError
from mentionwatch.model import Tone
from mentionwatch.tone.label import label_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: As TextBlob's engine has it, so that both read the same.
MAX_CHARACTERS = 5_000
_BAND = 0.05


def has_vader() -> bool:
    """Whether vaderSentiment is installed; nothing is imported."""
    return find_spec("vaderSentiment") is not None


class VaderEngine:
    """Judges the text alone: neither target nor stars; it claims no confidence."""

    name = "vader"

    def rate(
        self,
        text: str,
        *,
        target: str | None = None,  # noqa: ARG002 - the engines' common interface
        rating: float | None = None,  # noqa: ARG002
        language: str | None = None,  # noqa: ARG002
        spans: Sequence[tuple[int, int]] = (),  # noqa: ARG002
    ) -> Tone:
        """See ``Engine.rate``.

        Raises:
            ToneError: vaderSentiment is not installed.
        """
        polarity = float(_load()(text[:MAX_CHARACTERS])["compound"])
        # Its positive begins at the threshold itself, our neutral ends there.
        return Tone(label_of(polarity, _BAND - 1e-9), polarity, None, by=self.name)


@lru_cache(maxsize=1)
def _load() -> Callable[[str], Any]:
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError as e:
        raise ToneError("VADER is not installed; pip install vaderSentiment", missing=True) from e
    score: Callable[[str], Any] = SentimentIntensityAnalyzer().polarity_scores
    return score
