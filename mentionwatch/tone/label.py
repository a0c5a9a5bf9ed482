"""From a polarity to a label."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mentionwatch.model import Label


def label_of(polarity: float, neutral_band: float) -> Label:
    """Name a polarity; the band's edges, and with a band of 0 the polarity 0.0, are neutral."""
    if abs(polarity) <= neutral_band:
        return "neutral"
    return "positive" if polarity > 0 else "negative"
