"""The default engine's models: small, our own, pure Python.

Two of them, whose log-odds are added up: a sum of weights over hashed word n-grams with negation scope, patterns of
complaints and praise, emoji and three lexicons (``weigh.py``); and a network that knows words by what they are like,
and a few of them together (``network.py``).  ``docs/tone-model.md`` tells what they were trained on and how good they
are; ``tools/train_tone.py`` and ``tools/train_network.py`` make their files.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentionwatch.tone.base import Scores
    from mentionwatch.tone.small.both import Both

__all__ = ["MODEL", "NETWORK", "SmallScorer"]

#: The files that are shipped.
MODEL = Path(__file__).with_name("tone.model")
NETWORK = Path(__file__).with_name("tone.network")


class SmallScorer:
    """Judges English texts; see ``Scorer``.  Cheap to make: its data is loaded with the first text."""

    name = "auto"

    def __init__(self, model: Path = MODEL, network: Path = NETWORK, *, explain: bool = False) -> None:
        """Nothing is loaded yet.

        Args:
            model: The sum of weights; another file than ours only where one was trained.
            network: The network; the same.
            explain: Tell of the words that weigh what the network makes of them, too: ten times slower.  Else only
                what they weigh in the sum is told.
        """
        self._model, self._network, self._explain = model, network, explain

    def score(self, text: str, *, target: Sequence[tuple[int, int]] = ()) -> Scores:
        """Judge a text by its first 5,000 characters; what is the target's own name is not judged.

        Raises:
            ToneError: A model's file is missing, damaged, or of another version.
        """
        return _load(self._model, self._network).score(text, target, explain=self._explain)


@lru_cache(maxsize=2)
def _load(model: Path, network: Path) -> Both:
    from mentionwatch.tone.small.both import Both

    return Both(model, network)
