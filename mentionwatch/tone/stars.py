"""What a star rating says, alone and together with the text.

Stars are the reviewer's own verdict and the stronger evidence.  By themselves they give these probabilities of
negative, neutral and positive (in a line between whole stars; no labelled data with stars was at hand, so they are set
by judgement, not measured)::

    1 star   .95 .04 .01        4 stars  .03 .12 .85
    2 stars  .85 .12 .03        5 stars  .01 .04 .95
    3 stars  .30 .45 .25

Where text and stars say the same, the surer of the two holds.  Where they do not, the stars weigh three times the text:
``(3 * stars + text) / 4``.  So one or two stars are never positive and four or five never negative, and a text that
disagrees makes the answer less sure.  Three stars leave it to a text that is sure of itself.

An engine that gives a polarity only has the same rule for it, with ``stars = (rating - 3) / 2``::

    polarity   = (3 * stars + text) / 4          stars where there is no text to judge
    confidence = base * (1 - conflict / 2),      conflict = max(0, -stars * text)

Its base is 0.95 for the ends of the scale, 0.85 for two and four stars, 0.6 for three, and in a line between.
"""

from __future__ import annotations

import math

from mentionwatch.tone.base import Scores
from mentionwatch.tone.label import label_of_scores

_WEIGHT = 3.0
_BASE = ((0.0, 0.6), (0.5, 0.85), (1.0, 0.95))
_ALONE = ((0.95, 0.04, 0.01), (0.85, 0.12, 0.03), (0.30, 0.45, 0.25), (0.03, 0.12, 0.85), (0.01, 0.04, 0.95))
#: From this probability on a text says something that stars can disagree with.
_SURE = 0.5


def stars_of(rating: float | None) -> float | None:
    """Put 1 to 5 stars on the scale of polarity; None when there are none, or they are not from 1 to 5."""
    if rating is None or not math.isfinite(rating) or not 1 <= rating <= 5:
        return None
    return (rating - 3) / 2


def stars_shown(stars: float) -> str:
    """Stars in [-1, 1] as people count them."""
    rating = round(2 * stars + 3, 1)
    return f"{rating:g} star{'s' * (rating != 1)}"


def scores_of(stars: float) -> Scores:
    """What stars in [-1, 1] say by themselves."""
    at = 2 * stars + 2
    low = min(int(at), 3)
    share = at - low
    negative, neutral, positive = (a + (b - a) * share for a, b in zip(_ALONE[low], _ALONE[low + 1], strict=True))
    return Scores(negative, neutral, positive)


def pool(stars: float, text: Scores) -> Scores:
    """What stars in [-1, 1] and a text say together; the words stay the text's."""
    alone = scores_of(stars)
    label = label_of_scores(alone)
    if label == label_of_scores(text):
        surer = max(alone, text, key=lambda scores: float(getattr(scores, label)))
        return Scores(surer.negative, surer.neutral, surer.positive, text.words)
    share = 1 / (_WEIGHT + 1)
    return Scores(
        alone.negative + share * (text.negative - alone.negative),
        alone.neutral + share * (text.neutral - alone.neutral),
        alone.positive + share * (text.positive - alone.positive),
        text.words,
    )


def disagree(stars: float, text: Scores) -> bool:
    """Whether the text says the opposite of stars that say something, and is sure of it."""
    return (stars >= 0.5 and text.negative >= _SURE) or (stars <= -0.5 and text.positive >= _SURE)


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
