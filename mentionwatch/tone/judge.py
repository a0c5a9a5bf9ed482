"""The engine behind "auto" and "accurate": everything but the model.

In this order: the language; the user's words; comparisons, which decide before any word is weighed; the part of the
text that is about the brand; the model; the user's words again, with their weights; the stars.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from mentionwatch.model import Tone
from mentionwatch.text import one_line
from mentionwatch.tone.base import Scores
from mentionwatch.tone.clauses import holds
from mentionwatch.tone.compare import find_verdict
from mentionwatch.tone.label import label_of_scores
from mentionwatch.tone.language import is_english
from mentionwatch.tone.names import Names, clean_spans, find_name
from mentionwatch.tone.stars import disagree, pool, scores_of, stars_of, stars_shown
from mentionwatch.tone.towards import around, excerpt, find_focus, is_thing
from mentionwatch.tone.user_words import UserWords

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mentionwatch.tone.base import Scorer
    from mentionwatch.tone.compare import Verdict
    from mentionwatch.tone.towards import Focus

Span = tuple[int, int]
Words = tuple[tuple[str, float], ...]

#: Characters that are looked through for names, and that are judged.
_LOOKED_THROUGH, _JUDGED = 100_000, 5_000
#: Words that are told as the reason.
_MAX_WORDS = 8
#: Nothing to judge: one of three labels.
_NO_EVIDENCE = 0.33

# Measured on tweets towards a brand and on sentences about several things, see docs/tone.md.
#: What a comparison says is right in three of four.
_RIGHT, _NEUTRAL, _WRONG = 0.75, 0.17, 0.08
#: Sentences beside a comparison that weigh as much as it does, each, at most.
_MOST_WITNESSES = 3
#: The part about the brand weighs so much, the whole text the rest.
_OWN_WEIGHT = 0.7
#: Two parts have opposite signs when their polarities are on both sides of 0 by more than this.
_APART = 0.2
#: Below this probability of its label a model is unsure, and the better one is asked too.
UNSURE = 0.8
#: How much each of the two weighs then (docs/tone.md).
_QUICK_WEIGHT, _BETTER_WEIGHT = 0.15, 0.85
#: From this probability on the part says something by itself.
_SAYS = 0.65


#: No model has to know of halves of characters.
_LONE = re.compile("[\ud800-\udfff]")


class Judge:
    """Judges by a model, towards the brand."""

    def __init__(
        self,
        scorer: Scorer,
        *,
        better: Scorer | None = None,
        parts: bool = True,
        words: Mapping[str, float] | None = None,
        entities: Mapping[str, Iterable[str]] | Iterable[str] = (),
    ) -> None:
        """Keep what is needed; the model loads its data with the first text.

        Args:
            scorer: The model.
            better: A slower one, that is asked where the first one is unsure.
            parts: Show the model the part about the brand by itself, too; one that knows its target does without.
            words: The user's own words, from -4 to 4.
            entities: See ``make_engine``.
        """
        self._scorer, self._better, self._parts = scorer, better, parts
        self._words = UserWords(words or {})
        self._names = Names(entities)

    @property
    def name(self) -> str:
        """See ``Engine.name``."""
        return self._scorer.name

    def rate(
        self,
        text: str,
        *,
        target: str | None = None,
        rating: float | None = None,
        language: str | None = None,
        spans: Sequence[Span] = (),
    ) -> Tone:
        """See ``Engine.rate``."""
        stars = stars_of(rating)
        text = _LONE.sub("\ufffd", text[:_LOOKED_THROUGH])
        if not text.strip() or not is_english(text, language):
            return self._without_text(stars, is_empty=not text.strip() and is_english("", language))
        brand = self._find(text, target, spans)
        others = tuple(other for other in self._names.others(text, target) if not holds(other, brand))
        taken = self._words.take(text, brand)
        scores, rules = self._score(taken.text, target, brand, others)
        scores = taken.move(scores)
        rules += taken.rules
        by = self.name
        if stars is not None:
            if disagree(stars, scores):
                rules += (f"{stars_shown(stars)} and the text disagree",)
            scores, by = pool(stars, scores), f"{by}+stars"
        return _tone(Scores(scores.negative, scores.neutral, scores.positive, (*taken.words, *scores.words)), by, rules)

    def _without_text(self, stars: float | None, *, is_empty: bool) -> Tone:
        if stars is not None:
            return _tone(scores_of(stars), "stars")
        if is_empty:
            return Tone("neutral", 0.0, _NO_EVIDENCE, by=self.name)
        return Tone("unknown", None, None, by=self.name)

    def _find(self, text: str, target: str | None, spans: Sequence[Span]) -> tuple[Span, ...]:
        """Where the brand stands: where it was found, and wherever one of its names is."""
        named = self._names.of(target) if target else ()
        return clean_spans(text, [*spans, *(span for name in named for span in find_name(text, name))])

    def _score(
        self, text: str, target: str | None, brand: tuple[Span, ...], others: tuple[Span, ...]
    ) -> tuple[Scores, tuple[str, ...]]:
        """What the text says of the brand, without the user's words and stars."""
        rules: tuple[str, ...] = ()
        if len(text) > _JUDGED:
            near = around(text, brand, most=_JUDGED)
            rules = ("of a long text, what stands around the name was judged",) if near[0][0] or near[1:] else ()
            (text, brand), (_, others) = excerpt(text, near, brand), excerpt(text, near, others)
        if target and not self._names.has(target) and is_thing(text, target, brand):
            focus = find_focus(text, brand, is_thing=True)
        else:
            verdict = find_verdict(text, brand, others)
            decided = self._decide(text, brand, verdict) if verdict else None
            if verdict and decided:
                return decided, (*rules, f"compared: {one_line(verdict.words)}")
            focus = find_focus(text, brand, others)
        scores = whole = self._scorer.score(text, target=brand)
        if focus is not None and self._parts:
            scores = self._focused(text, brand, whole, focus)
        if scores is not whole:
            rules += (f"judged by the part about {one_line(target or text[slice(*brand[0])], 40)}",)
        if self._better and max(scores.negative, scores.neutral, scores.positive) < UNSURE:
            scores = _both(scores, self._better.score(text, target=brand))
        return scores, rules

    def _decide(self, text: str, brand: tuple[Span, ...], verdict: Verdict) -> Scores | None:
        """What a comparison says; None where it leaves it to a part that says nothing."""
        if verdict.beside:
            return _weighed(verdict, self._part(text, verdict.beside, brand))
        if not verdict.part:
            return _decided(verdict)
        part = self._part(text, verdict.part, brand)
        if verdict.turned:
            part = Scores(part.positive, part.neutral, part.negative, part.words)
        says = label_of_scores(part)
        if says != "neutral" and getattr(part, says) >= _SAYS and says != verdict.label:
            return part
        return _decided(verdict)

    def _part(self, text: str, parts: Sequence[Span], brand: Sequence[Span]) -> Scores:
        cut, marks = excerpt(text, parts, brand)
        return self._scorer.score(cut, target=marks)

    def _focused(self, text: str, brand: tuple[Span, ...], whole: Scores, focus: Focus) -> Scores:
        own = self._part(text, focus.own, brand)
        rest = self._part(text, focus.rest, brand).polarity
        if own.polarity * rest < 0 and min(abs(own.polarity), abs(rest)) > _APART:
            return own
        return whole if focus.why == "contrast" else _blend(own, whole)


def _decided(verdict: Verdict) -> Scores | None:
    if verdict.label is None:
        return None
    shares = {"negative": _WRONG, "neutral": _NEUTRAL, "positive": _WRONG, verdict.label: _RIGHT}
    if verdict.label == "neutral":
        shares["negative"] = shares["positive"] = (1 - _RIGHT) / 2
    polarity = shares["positive"] - shares["negative"]
    words = ((verdict.words, round(polarity, 3)),) if polarity else ()
    return Scores(shares["negative"], shares["neutral"], shares["positive"], words)


def _weighed(verdict: Verdict, beside: Scores) -> Scores | None:
    """What a comparison says, and what other sentences say: as so many witnesses, where they disagree."""
    decided = _decided(verdict)
    says = label_of_scores(beside)
    if decided is None or says in {"neutral", verdict.label}:
        return decided
    many = min(len(verdict.beside), _MOST_WITNESSES)
    return _pool(decided, 1, beside, many, (*decided.words, *beside.words))


def _both(quick: Scores, better: Scores) -> Scores:
    """Weigh two models by their logarithms; the words are the quick one's, for the other gives none at its speed."""
    return _pool(quick, _QUICK_WEIGHT, better, _BETTER_WEIGHT, better.words or quick.words)


def _blend(own: Scores, whole: Scores) -> Scores:
    """Weigh two opinions of one model; the words are the part's."""
    return _pool(own, _OWN_WEIGHT, whole, 1 - _OWN_WEIGHT, own.words)


def _pool(one: Scores, weight: float, other: Scores, other_weight: float, words: Words) -> Scores:
    """Weigh two opinions by their logarithms: weights of more than 1 together make what they agree on surer."""
    shares = [
        max(a, 1e-9) ** weight * max(b, 1e-9) ** other_weight
        for a, b in ((one.negative, other.negative), (one.neutral, other.neutral), (one.positive, other.positive))
    ]
    negative, neutral, positive = (share / math.fsum(shares) for share in shares)
    return Scores(negative, neutral, positive, words)


def _tone(scores: Scores, by: str, rules: tuple[str, ...] = ()) -> Tone:
    label = label_of_scores(scores)
    words = sorted(dict(scores.words[::-1]).items(), key=lambda pair: -abs(pair[1]))[:_MAX_WORDS]
    confidence = min(1.0, max(0.0, float(getattr(scores, label))))
    return Tone(label, max(-1.0, min(1.0, scores.polarity)), confidence, tuple(words), by, rules)
