"""Shares of two periods: is the difference more than chance?  Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def chance_of(hits: int, total: int, other_hits: int, other_total: int) -> float | None:
    """The probability that two shares differ by so much, to either side, by chance alone; None of none.

    The two-proportion test with a pooled share.  With p = (a + b) / (n + m)::

        z = (a / n - b / m) / sqrt(p (1 - p) (1 / n + 1 / m)), and the probability is erfc(abs(z) / sqrt(2))

    Source: A. Agresti, Categorical Data Analysis, 3rd ed. (2013), section 3.1.1.
    """
    if not total or not other_total:
        return None
    pooled = (hits + other_hits) / (total + other_total)
    spread = pooled * (1 - pooled) * (1 / total + 1 / other_total)
    if spread <= 0:
        return 1.0  # all are, or none is
    return math.erfc(abs(hits / total - other_hits / other_total) / math.sqrt(2 * spread))


def holm(probabilities: Sequence[float]) -> list[float]:
    """The same probabilities, raised so that many of them beside each other find no more by chance than one does.

    Source: S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6
    (1979), 65-70.
    """
    raised = [1.0] * len(probabilities)
    least = 0.0
    for rank, place in enumerate(sorted(range(len(probabilities)), key=probabilities.__getitem__)):
        least = max(least, min(1.0, probabilities[place] * (len(probabilities) - rank)))
        raised[place] = least
    return raised
