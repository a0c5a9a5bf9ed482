"""What a star rating says, alone and together with the text.

Stars are the reviewer's own verdict and the stronger evidence: they weigh three times the text.  With
``stars = (rating - 3) / 2``, which is -1 for one star and 1 for five::

    polarity   = (3 * stars + text) / 4          stars where there is no text to judge
    confidence = base * (1 - conflict / 2),      conflict = max(0, -stars * text)

So one or two stars are never positive (at most -0.125), and four or five never negative (at least 0.125).  The base is
0.95 for the ends of the scale, 0.85 for two and four stars, 0.6 for three, and in a line between: no labelled data
with stars was at hand, so these are set by judgement, not measured.
"""

from __future__ import annotations

import math

_WEIGHT = 3.0
_BASE = ((0.0, 0.6), (0.5, 0.85), (1.0, 0.95))


def stars_of(rating: float | None) -> float | None:
    """Put 1 to 5 stars on the scale of polarity; None when there are none, or they are not from 1 to 5."""
    if rating is None or not math.isfinite(rating) or not 1 <= rating <= 5:
        return None
    return (rating - 3) / 2


def combine(stars: float, text: float | None) -> tuple[float, float]:
    """Give polarity and confidence for stars in [-1, 1] and the text's polarity, None when there is none."""
    base = _base(abs(stars))
    if text is None:
        return stars, base
    conflict = max(0.0, -stars * text)
    return (_WEIGHT * stars + text) / (_WEIGHT + 1), base * (1 - conflict / 2)


def _base(extremity: float) -> float:
    (x0, y0), (x1, y1), (x2, y2) = _BASE
    if extremity <= x1:
        return y0 + (y1 - y0) * (extremity - x0) / (x1 - x0)
    return y1 + (y2 - y1) * (extremity - x1) / (x2 - x1)
