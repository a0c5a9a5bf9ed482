"""How right the engines are on labelled texts."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mentionwatch.match import searchable_text
from mentionwatch.output.record import tone_record
from mentionwatch.pipeline.labelled import Asked, Labelled
from mentionwatch.settings import ToneSettings
from mentionwatch.tone import make_engine
from mentionwatch.tone.figures import CLASSES, VERDICTS, Figures, Judged, Share, measure
from mentionwatch.tone.vader import VaderEngine, has_vader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mentionwatch.model import Marked, Tone
    from mentionwatch.tone import Engine

#: Texts from one step of the progress to the next.
_STEP = 100


@dataclass(frozen=True)
class Measured:
    """One engine on the texts."""

    engine: str
    figures: Figures
    #: Of the processor, so that other work beside does not count: for all the texts, without loading the engine's data.
    #: None: it was not this run that judged.
    seconds: float | None
    #: What was said of each text, in their order.
    tones: tuple[Tone, ...]

    @property
    def texts_per_second(self) -> float | None:
        """None where no time was taken."""
        return len(self.tones) / self.seconds if self.seconds else None


def judge(engine: Engine, asked: Asked) -> Tone:
    """Judge one text with all that is known of it.

    Raises:
        ToneError: The engine cannot.
    """
    return engine.rate(asked.text, target=asked.target, rating=asked.rating, language=asked.language, spans=asked.spans)


def contenders(
    names: Sequence[str], settings: ToneSettings, *, entities: Mapping[str, Iterable[str]] | Iterable[str] = ()
) -> list[tuple[str, Engine]]:
    """The engines asked for, as the user has set them, and what theirs is held against: plain TextBlob, and VADER.

    Args:
        names: Of engines, as ``[tone] engine`` knows them; empty: the one that the settings name.
        settings: With the user's own words.
        entities: See ``make_engine``.

    Raises:
        ToneError: An engine needs what is not installed.
    """
    wanted: list[Any] = list(dict.fromkeys(names or (settings.engine,)))
    found = [(name, make_engine(replace(settings, engine=name), entities=entities)) for name in wanted]
    if "textblob" not in wanted:
        found.append(("textblob", make_engine(ToneSettings(engine="textblob"))))
    if has_vader():
        found.append(("vader", VaderEngine()))
    return found


def evaluate(
    rows: Sequence[Labelled], name: str, engine: Engine, *, step: Callable[[str], None] = lambda _name: None
) -> Measured:
    """Judge every text, and measure.

    Args:
        rows: The texts.
        name: Of the engine, as it is shown.
        engine: What judges.
        step: Called with the name for every hundred texts, see ``steps``.

    Raises:
        ToneError: The engine cannot judge.
    """
    engine.rate("A first text, so that loading takes none of the time that is measured.")
    tones: list[Tone] = []
    start = time.process_time()
    for row in rows:
        tones.append(judge(engine, row.asked))
        if not len(tones) % _STEP:
            step(name)
    return _measured(rows, name, tuple(tones), time.process_time() - start)


def steps(rows: Sequence[Labelled]) -> int:
    """How often ``evaluate`` calls `step`."""
    return len(rows) // _STEP


def labelled_marks(marks: Iterable[Marked]) -> list[Labelled]:
    """What the user marked, as labelled texts: each as it was judged when it was stored, in the same order."""
    found = []
    for number, marked in enumerate(marks, 1):
        mention, entry = marked.mention, marked.mention.entry
        asked = Asked(searchable_text(entry), mention.brand, entry.rating, entry.language)
        given = {"id": mention.id, "text": asked.text, "target": asked.target}
        known = {"rating": asked.rating, "language": asked.language}
        record = {**given, **{key: value for key, value in known.items() if value is not None}}
        found.append(Labelled(number, asked, marked.tone, record))
    return found


def as_stored(rows: Sequence[Labelled], tones: Sequence[Tone]) -> Measured:
    """Measure what was said before, such as when a mention was stored."""
    return _measured(rows, "as stored", tuple(tones), None)


def _measured(rows: Sequence[Labelled], name: str, tones: tuple[Tone, ...], seconds: float | None) -> Measured:
    pairs = zip(rows, tones, strict=True)
    figures = measure(Judged(row.label, tone.label, tone.confidence) for row, tone in pairs)
    return Measured(name, figures, seconds, tones)


def wrong_records(rows: Sequence[Labelled], measured: Measured) -> list[dict[str, Any]]:
    """The rows that were judged wrongly, as they stand in their file, with what was said; the surest first."""
    wrong = [(row, tone) for row, tone in zip(rows, measured.tones, strict=True) if row.label != tone.label]
    wrong.sort(key=lambda pair: -(pair[1].confidence or 0.0))
    return [{**row.record, "line": row.line, "expected": row.label, **tone_record(tone)} for row, tone in wrong]


def figures_record(name: str, rows: Sequence[Labelled], measured: Sequence[Measured]) -> dict[str, Any]:
    """The JSON object of ``eval``; shares in [0, 1], missing is null."""
    labels = Counter(row.label for row in rows)
    return {
        "file": name,
        "texts": len(rows),
        "labels": {label: labels[label] for label in CLASSES},
        "engines": [_engine_record(one) for one in measured],
    }


def _engine_record(one: Measured) -> dict[str, Any]:
    figures = one.figures
    found: dict[str, Any] = {"engine": one.engine}
    for key, share in _shares(figures).items():
        found[key] = _rounded(share.value)
        found[f"{key}_interval"] = [_rounded(end) for end in share.interval] if share.interval else None
    return {
        **found,
        "macro_f1": _rounded(figures.macro_f1),
        "macro_recall": _rounded(figures.macro_recall),
        "calibration_error": _rounded(figures.calibration_error),
        "unknown": figures.unknown,
        "texts_per_second": round(one.texts_per_second, 1) if one.texts_per_second else None,
        "confusion": {label: {said: figures.confusion[label, said] for said in VERDICTS} for label in figures.classes},
    }


def _shares(figures: Figures) -> dict[str, Share]:
    return {
        "accuracy": figures.accuracy,
        "negative_precision": figures.negative_precision,
        "negative_recall": figures.negative_recall,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


# --- for people -------------------------------------------------------------------------------------------

_LINES: tuple[tuple[str, Callable[[Measured], str]], ...] = (
    ("accuracy", lambda one: _share(one.figures.accuracy)),
    ("macro-F1", lambda one: _three(one.figures.macro_f1)),
    ("macro-recall", lambda one: _three(one.figures.macro_recall)),
    ("negative precision", lambda one: _share(one.figures.negative_precision)),
    ("negative recall", lambda one: _share(one.figures.negative_recall)),
    ("calibration error", lambda one: _three(one.figures.calibration_error)),
    ("unknown", lambda one: f"{one.figures.unknown:,}"),
    ("texts a second", lambda one: f"{one.texts_per_second:,.0f}" if one.texts_per_second else "-"),
)


def figures_table(measured: Sequence[Measured]) -> list[list[str]]:
    """One row a figure: its name, then its value for each engine; shares with their intervals."""
    return [[name, *(show(one) for one in measured)] for name, show in _LINES]


def confusion_table(figures: Figures) -> list[list[str]]:
    """One row a label: its name, how often each verdict was given, and how many texts there are."""
    return [
        [
            label,
            *(f"{figures.confusion[label, said]:,}" for said in VERDICTS),
            f"{sum(figures.confusion[label, said] for said in VERDICTS):,}",
        ]
        for label in figures.classes
    ]


def _three(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _share(share: Share) -> str:
    if share.interval is None:
        return "-"
    low, high = share.interval
    return f"{_three(share.value)} ({low:.2f}-{high:.2f})"
