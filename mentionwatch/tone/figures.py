"""How right an engine is: the figures of labelled texts.  Pure; nothing here knows an engine.

What an engine calls unknown is wrong wherever a label is asked for: it counts in accuracy and recall, and never as a
neutral.  Figures over classes ("macro") are means over the labels that the texts have, so that texts with two labels
only (reviews without a neutral) are not measured on a class that is not there; a verdict "neutral" on such a text is a
miss like any other.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mentionwatch.model import Label

#: Labels that a text can have, in the order of every table; an engine may also say "unknown".
CLASSES: tuple[Label, ...] = ("negative", "neutral", "positive")
#: What an engine can say.
VERDICTS: tuple[Label, ...] = (*CLASSES, "unknown")
#: Of the normal distribution, for 95 %.
_Z = 1.959963984540054
_BINS = 10


@dataclass(frozen=True)
class Judged:
    """One text: its label, and what was said of it."""

    label: Label
    said: Label
    #: Probability that it is right, in [0, 1]; None where nothing is claimed.
    confidence: float | None = None

    @property
    def is_right(self) -> bool:
        """The label was said."""
        return self.label == self.said


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    hits: int
    total: int

    @property
    def value(self) -> float | None:
        """In [0, 1]; None of none."""
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's score interval for 95 %; None of none.

        Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of the
        American Statistical Association 22 (1927), 209-212.  With p the share, n the total, z = 1.96::

            (p + z² / 2n ± z * sqrt(p (1 - p) / n + z² / 4n²)) / (1 + z² / n)
        """
        if not self.total:
            return None
        p, n = self.hits / self.total, self.total
        middle = p + _Z**2 / (2 * n)
        half = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n * n))
        scale = 1 + _Z**2 / n
        # At none and at all the ends are 0 and 1; rounding would leave them a hair beside.
        low = 0.0 if self.hits == 0 else (middle - half) / scale
        high = 1.0 if self.hits == n else (middle + half) / scale
        return low, high


@dataclass(frozen=True)
class Figures:
    """How right an engine is on some texts."""

    #: Labels that the texts have.
    classes: tuple[Label, ...]
    #: (label, verdict) -> texts; zeros too, for every label in `classes` and every verdict.
    confusion: Mapping[tuple[Label, Label], int]
    accuracy: Share
    #: Means over `classes`; None of no texts.
    macro_f1: float | None
    macro_recall: float | None
    negative_precision: Share
    negative_recall: Share
    #: Expected calibration error; None where no confidence is given.
    calibration_error: float | None
    #: Texts that the engine could not judge.
    unknown: int


def measure(judged: Iterable[Judged]) -> Figures:
    """Count verdicts, and make every figure of them."""
    texts = list(judged)
    counts = Counter((text.label, text.said) for text in texts)
    classes = tuple(label for label in CLASSES if any(text.label == label for text in texts))
    return Figures(
        classes=classes,
        confusion={(label, said): counts[label, said] for label in classes for said in VERDICTS},
        accuracy=Share(sum(text.is_right for text in texts), len(texts)),
        macro_f1=_mean([_f1(counts, label) for label in classes]),
        macro_recall=_mean([_recall(counts, label).value or 0.0 for label in classes]),
        negative_precision=_precision(counts, "negative"),
        negative_recall=_recall(counts, "negative"),
        calibration_error=calibration_error(texts),
        unknown=sum(text.said == "unknown" for text in texts),
    )


def calibration_error(judged: Iterable[Judged]) -> float | None:
    """Expected calibration error: how far confidence lies from how often it is right; in [0, 1].

    Ten bins of equal width, the m-th from above (m - 1) / 10 up to m / 10; the mean over the texts of
    |share that is right - mean confidence| of their bin.  Texts without a confidence are left out; None without any.

    Source: C. Guo and others, On calibration of modern neural networks, ICML 2017, equations 2, 3 and 5.
    """
    bins: dict[int, list[tuple[bool, float]]] = {}
    for text in judged:
        if text.confidence is not None:
            number = min(_BINS, max(1, math.ceil(round(text.confidence * _BINS, 9))))
            bins.setdefault(number, []).append((text.is_right, text.confidence))
    total = sum(map(len, bins.values()))
    if not total:
        return None
    gaps = (abs(sum(right for right, _ in each) - sum(sure for _, sure in each)) for each in bins.values())
    return sum(gaps) / total


def _precision(counts: Counter[tuple[Label, Label]], label: Label) -> Share:
    return Share(counts[label, label], sum(counts[other, label] for other in CLASSES))


def _recall(counts: Counter[tuple[Label, Label]], label: Label) -> Share:
    return Share(counts[label, label], sum(counts[label, said] for said in VERDICTS))


def _f1(counts: Counter[tuple[Label, Label]], label: Label) -> float:
    """2 TP / (2 TP + FP + FN), which is the harmonic mean of precision and recall, and 0 where both are."""
    said, there = _precision(counts, label).total, _recall(counts, label).total
    return 2 * counts[label, label] / (said + there) if said + there else 0.0


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
