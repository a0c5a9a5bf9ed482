"""The door of TextBlob: a lexicon of 2,900 English words with a rule for negation and intensity.

It is imported with the first text, since that costs between 0.15 and 2.7 s.  Figures and the tables of confidence come
from ``python bench/tone_textblob.py FOLDER`` (under 2 s), FOLDER holding labelled JSON lines.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mentionwatch.model import Tone
from mentionwatch.tone.label import label_of
from mentionwatch.tone.language import has_words, is_english
from mentionwatch.tone.names import clean_spans, find_name
from mentionwatch.tone.stars import combine, stars_of, stars_shown
from mentionwatch.tone.user_words import UserWords

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mentionwatch.tone.user_words import Taken

_CONTRACTED = re.compile(r"[nN]['’][tT]\b")
#: Characters of a text that are judged: what matters stands at its beginning, and time grows with length.
MAX_CHARACTERS = 5_000
#: Words that are told as the reason.
MAX_WORDS = 8

# By where |polarity| begins: the share of texts whose tone was its sign, and of those that were neutral.
# The neutral band says which of the two is looked up, so confidence is honest at any band.  Measured on 5,200 texts
# of four sets (tweets, forum posts, reviews) and made monotone.  A lexicon is right half of the time.
_FROM = (0.0, 1e-9, 0.1, 0.2, 0.3, 0.5, 0.7)
_SIGNED = (0.37, 0.37, 0.39, 0.48, 0.56, 0.62, 0.69)
_NEUTRAL = (0.49, 0.41, 0.41, 0.37, 0.31, 0.28, 0.24)
#: Stars and a text of this polarity, times each other, are a conflict worth telling.
_CONFLICT = 0.15
#: Nothing to judge: one of three labels.
_NO_EVIDENCE = 0.33


class TextBlobEngine:
    """Judges English by TextBlob's lexicon (its PatternAnalyzer), and takes stars into account."""

    name = "textblob"

    def __init__(self, *, neutral_band: float, words: Mapping[str, float] | None = None) -> None:
        self._band = neutral_band
        self._words = UserWords(words or {})

    def rate(
        self,
        text: str,
        *,
        target: str | None = None,
        rating: float | None = None,
        language: str | None = None,
        spans: Sequence[tuple[int, int]] = (),
    ) -> Tone:
        """See ``Engine.rate``."""
        text = text[:MAX_CHARACTERS]
        stars = stars_of(rating)
        known = is_english(text, language)
        if known and has_words(text):
            brand = clean_spans(text, [*spans, *find_name(text, target or "")])
            taken = self._words.take(text, brand)
            return self._judge(_mask(taken.text, brand), stars, taken)
        if stars is not None:
            polarity, confidence = combine(stars, None)
            return Tone(label_of(polarity, self._band), polarity, confidence, by="stars")
        if known:
            return Tone("neutral", 0.0, _NO_EVIDENCE, by=self.name)
        return Tone("unknown", None, None, by=self.name)

    def _judge(self, text: str, stars: float | None, taken: Taken) -> Tone:
        polarity, words = _assess(text)
        polarity = taken.move_polarity(polarity)
        words = (*taken.words, *words)[:MAX_WORDS]
        if stars is None:
            confidence, by, rules = self._confidence(polarity), self.name, taken.rules
        else:
            rules = taken.rules
            if -stars * polarity >= _CONFLICT:
                rules += (f"{stars_shown(stars)} and the text disagree",)
            polarity, confidence = combine(stars, polarity)
            by = f"{self.name}+stars"
        return Tone(label_of(polarity, self._band), polarity, confidence, words, by, rules)

    def _confidence(self, polarity: float) -> float:
        table = _NEUTRAL if abs(polarity) <= self._band else _SIGNED
        return table[bisect_right(_FROM, abs(polarity)) - 1]


@lru_cache(maxsize=1)
def _load() -> Callable[[str], Any]:
    """Import the analyser behind ``TextBlob.sentiment_assessments``, which would run it twice for one answer."""
    from textblob.en import sentiment

    analyse: Callable[[str], Any] = sentiment
    return analyse


def _assess(text: str) -> tuple[float, tuple[tuple[str, float], ...]]:
    """Give a text's polarity and the words that made it, the weightiest first."""
    # TextBlob means to know "n't" for a negation, but its tokenizer hides it: "isn't good" would be praise.
    score = _load()(_CONTRACTED.sub(" not", text))
    weights: dict[str, float] = {}
    for words, polarity, _, _ in score.assessments:
        weights.setdefault(" ".join(words), round(polarity, 3))
    ranked = sorted((pair for pair in weights.items() if pair[1]), key=lambda pair: -abs(pair[1]))
    return max(-1.0, min(1.0, round(score[0], 4))), tuple(ranked[:MAX_WORDS])


def _mask(text: str, brand: Sequence[tuple[int, int]]) -> str:
    """Take the brand's own name out of judgement: "Best Buy" is no praise."""
    edges = [0, *(edge for span in brand for edge in span), len(text)]
    return "it".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))
