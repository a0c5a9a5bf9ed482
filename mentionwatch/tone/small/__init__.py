"""The default engine's model: small, our own, pure Python.

Multinomial logistic regression over hashed word n-grams with negation scope, patterns of complaints and praise, emoji
and three lexicons.  ``docs/tone-model.md`` tells what it was trained on and how good it is; ``tools/train_tone.py``
makes its file.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentionwatch.tone.base import Scores
    from mentionwatch.tone.small.weigh import Weigher

__all__ = ["MODEL", "SmallScorer"]

#: The file that is shipped.
MODEL = Path(__file__).with_name("tone.model")


class SmallScorer:
    """Judges English texts; see ``Scorer``.  Cheap to make: its data is loaded with the first text."""

    name = "auto"

    def __init__(self, model: Path = MODEL) -> None:
        self._model = model

    def score(self, text: str, *, target: Sequence[tuple[int, int]] = ()) -> Scores:
        """Judge a text by its first 5,000 characters; what is the target's own name is not judged.

        Raises:
            ToneError: The model's file is missing, damaged, or of another version.
        """
        return _load(self._model).score(text, target)


@lru_cache(maxsize=2)
def _load(path: Path) -> Weigher:
    from mentionwatch.tone.small.weigh import Weigher

    return Weigher(path)
