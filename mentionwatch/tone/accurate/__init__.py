"""The accurate engine: a small neural network of our own, in numpy, with the target marked.

``AccurateScorer`` and ``is_available`` are all that others use.  A scorer is cheap to make; numpy and the weights are
loaded with the first text.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mentionwatch.tone.accurate.scorer import AccurateScorer
else:
    from mentionwatch.lazy import lazily

    __getattr__, __dir__ = lazily(__name__, {"mentionwatch.tone.accurate.scorer": ("AccurateScorer",)})

__all__ = ["AccurateScorer", "is_available"]


def is_available() -> bool:
    """Tell whether numpy is installed."""
    return find_spec("numpy") is not None
