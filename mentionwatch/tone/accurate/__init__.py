"""The accurate engine: a small neural network of our own, in numpy, with the target marked.

``AccurateScorer`` is all that others use.  It is cheap to make; numpy and the weights are loaded with the first text.
"""

from __future__ import annotations

from mentionwatch.tone.accurate.scorer import AccurateScorer

__all__ = ["AccurateScorer"]
