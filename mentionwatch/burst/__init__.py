"""Bursts: more negative mentions than usual, by more than chance explains."""

from __future__ import annotations

from mentionwatch.burst.baseline import LOOKBACK, WINDOWS, Baseline
from mentionwatch.burst.learn import advance
from mentionwatch.burst.scan import find_burst, first_of_each_author, is_learning, is_volume_on
from mentionwatch.burst.tally import Kind, Tally, Watched, count, left_out

__all__ = [
    "LOOKBACK",
    "WINDOWS",
    "Baseline",
    "Kind",
    "Tally",
    "Watched",
    "advance",
    "count",
    "find_burst",
    "first_of_each_author",
    "is_learning",
    "is_volume_on",
    "left_out",
]
