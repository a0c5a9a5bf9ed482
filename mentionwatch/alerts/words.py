"""Why, in one sentence with numbers."""

from __future__ import annotations

from datetime import timedelta
from math import floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mentionwatch.model import Burst

_MOST_ODDS = 1e12


def reason_sentence(burst: Burst, *, noun: str = "negative mention") -> str:
    """Say why, with numbers.

    "14 negative mentions in 6 h; you usually see 1.2. 9 authors. By chance: 1 in 900,000."
    The odds are those of this one window by itself, rounded down.
    """
    more = burst.observed_raw - burst.observed
    folded = f" ({burst.observed_raw:,} with copies and repeats)" if more > 0 else ""
    seen = f"{counted(burst.observed, noun)} in {_span(burst)}{folded}"
    parts = [
        f"{seen}; you usually see {_expected(burst.expected)}.",
        _share(burst),
        f"{counted(burst.authors, 'author')}.",
        _odds(burst.odds),
    ]
    return " ".join(part for part in parts if part)


def counted(n: int, noun: str) -> str:
    """A number with its noun: ``1 author``, ``9 authors``."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def _span(burst: Burst) -> str:
    hours = max(1, round((burst.end - burst.start) / timedelta(hours=1)))
    return f"{hours} h"


def _expected(expected: float) -> str:
    if expected < 0.1:
        return "fewer than 0.1"
    return f"{expected:.1f}" if expected < 9.95 else f"{expected:,.0f}"


def _share(burst: Burst) -> str:
    """The share, where it says more than the count: many are seen anyway, but not so many that complain."""
    share, usual = burst.negative_share, burst.usual_share
    if share is None or usual is None or share < usual + 0.1 or burst.observed >= 3 * burst.expected:
        return ""
    return f"{share:.0%} of {counted(burst.total, 'mention')} were negative (usually {usual:.0%})."


def _odds(odds: float) -> str:
    if not odds >= 1:  # also what is no number
        return ""
    if odds >= _MOST_ODDS:
        return f"By chance: less than 1 in {_MOST_ODDS:,.0f}."
    digits = str(floor(odds))
    return f"By chance: 1 in {int(digits[0]) * 10 ** (len(digits) - 1):,}."
