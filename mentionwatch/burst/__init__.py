"""Bursts: more negative mentions than usual, by more than chance explains."""

from __future__ import annotations

from mentionwatch.burst.baseline import LOOKBACK, Baseline
from mentionwatch.burst.learn import advance
from mentionwatch.burst.scan import find_burst, is_learning
from mentionwatch.burst.tally import Watched

__all__ = ["LOOKBACK", "Baseline", "Watched", "advance", "find_burst", "is_learning"]
