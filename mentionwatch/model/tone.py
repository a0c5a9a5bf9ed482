"""How a text speaks of a brand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: Tone towards the brand; "unknown" is a language that the engine cannot judge.
Label = Literal["negative", "neutral", "positive", "unknown"]
LABELS: tuple[Label, ...] = ("negative", "neutral", "positive", "unknown")


@dataclass(frozen=True)
class Tone:
    """How a text speaks of a brand."""

    label: Label
    #: From -1 (negative) to 1 (positive); None when the label is unknown.
    polarity: float | None
    #: Probability in [0, 1] that the label is right, as the engine sees it; None when the label is unknown.
    confidence: float | None
    #: The words that made it, each with its weight, the weightiest first.
    words: tuple[tuple[str, float], ...] = ()
    #: What judged: "auto", "accurate", "textblob", "auto+stars", "stars", "mark" …
    by: str = ""
    #: What was done beside judging the whole text, as short English sentences: "only the part about Acme was judged",
    #: "moved from Acme to Globex", "5 stars and the text disagree"; empty: nothing was.
    rules: tuple[str, ...] = ()
