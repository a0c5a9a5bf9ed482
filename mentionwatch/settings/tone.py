"""``[tone]``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class ToneSettings:
    """``[tone]``: what judges."""

    #: "auto": the small models that come with the program, and where the extra "accurate" is installed, that one for
    #: what the small ones are unsure of; "accurate": that one for everything; "textblob": TextBlob's lexicon.
    engine: Literal["auto", "accurate", "textblob"] = "auto"
    #: TextBlob only: polarity within this distance of 0 is neutral; in [0, 1).
    neutral_band: float = 0.05
    #: The user's own words and phrases, each with its tone from -4 to 4; 0: it says nothing, whatever others think.
    words: dict[str, float] = field(default_factory=dict)
