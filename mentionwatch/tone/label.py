"""From a polarity, or from probabilities, to a label."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mentionwatch.model import Label
    from mentionwatch.tone.base import Scores


def label_of(polarity: float, neutral_band: float) -> Label:
    """Name a polarity; the band's edges, and with a band of 0 the polarity 0.0, are neutral."""
    if abs(polarity) <= neutral_band:
        return "neutral"
    return "positive" if polarity > 0 else "negative"


def label_of_scores(scores: Scores) -> Label:
    """Name the most probable label; where two are, neutral: so a label never contradicts its polarity."""
    if scores.negative > max(scores.neutral, scores.positive):
        return "negative"
    return "positive" if scores.positive > max(scores.neutral, scores.negative) else "neutral"
