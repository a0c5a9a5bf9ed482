"""Texts for the default engine's network: whole, in parts, and about their target."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from accurate_data import Row, read_rows, row_of
from accurate_network import LABELS
from tone_rows import made_rows
from train_accurate import bare, kept_back_of, own_rows, soft_texts
from written_rows import written_rows

from mentionwatch.tone.pieces.windows import windows
from mentionwatch.tone.small.both import prepare, spell_out
from mentionwatch.tone.small.network import LONGEST

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from mentionwatch.tone.pieces.wordpiece import WordPiece
    from mentionwatch.tone.small.weigh import Weigher

#: How much a source counts for its size, as in train_tone.py.
SOURCE_WEIGHTS = {
    "mams": 0.3,
    "newsmtsc": 0.7,
    "vader_nyt": 0.4,
    "senti4sd": 0.8,
    "made": 0.7,
    "own": 1.5,
    "written": 2.5,
    "requests": 0.7,
}
_PART_WEIGHT = 0.7
#: How much a label counts beside the accurate engine's shares: more where we wrote the text ourselves, for what that
#: engine does not know (slang, words of a trade).
_HARD, _OURS_HARD = 0.15, 0.3
_OURS = ("made", "own", "written")
#: A label that is rare in a source counts at most so much more.
_MOST_EVEN = 6
_CUT = re.compile(r"(?<=[.!?;:])\s+|,?\s+(?=(?:but|although|though|however|yet|while|and|because|so|which)\b)|,\s+")


def gather(options: argparse.Namespace) -> list[Row]:
    """Give all rows: a label of -1 says that there is none."""
    rows = [row for path in sorted(options.train.glob("*.jsonl")) for row in read_rows(path)]
    told = [row_of(about, "written") for about in written_rows()[0]]
    found: dict[tuple, Row] = {}

    def add(row: Row) -> None:
        found.setdefault((row.text, row.spans), row)

    for row in soft_texts(options):
        whole_only = row.source == "requests" or (not row.spans and row.source.startswith(("mams", "newsmtsc")))
        add(replace(row, label=-1) if whole_only else row)
    for row in [*rows, *told]:
        if row.spans:
            add(replace(row, source=row.source + "_t"))
    kept_back = kept_back_of(options.without)
    for text, label in made_rows():
        if bare(text, None) not in kept_back:
            add(Row(text, LABELS.index(label), "made"))
    for seed in (7, 9):
        for row in own_rows(6000, seed, options.without):
            add(row)
    for text, source in {row.text: row.source for row in [*rows, *told]}.items():
        parts = [part.strip() for part in _CUT.split(text)]
        for part in parts if len(parts) > 1 else []:
            if len(part.split()) >= 3:
                add(Row(part, -1, source + "_part"))
    return list(found.values())


def learned(rows: Sequence[Row], shares: np.ndarray) -> np.ndarray:
    """Mix the accurate engine's shares with the labels, where there are any."""
    wanted = shares.copy()
    for number, row in enumerate(rows):
        if row.label >= 0:
            hard = _OURS_HARD if row.source.startswith(_OURS) else _HARD
            wanted[number] *= 1 - hard
            wanted[number, row.label] += hard
    return wanted


def pieces_of(text: str, spans: Sequence[tuple[int, int]], words: WordPiece, weigher: Weigher) -> list[int]:
    """Give the pieces that are learned from: of a long text the part with the target, or its begin."""
    cleaned, marks = prepare(text, spans)
    spoken = spell_out(cleaned, weigher.weigh(cleaned).features)
    found = windows(spoken, marks, words, LONGEST + 2)
    lists = [[piece for token in window.tokens for piece in token.pieces] for window in found]
    return next((one for one in lists if words.target in one), lists[0])


def weigh(rows: Sequence[Row], wanted: np.ndarray) -> np.ndarray:
    """Say how much each row counts: the labels the same in each source, a source by the root of its size."""
    sources = np.array([row.source for row in rows])
    weights = np.zeros(len(rows), dtype=np.float32)
    for source, count in Counter(sources.tolist()).items():
        there = sources == source
        factor = next((weight for begin, weight in SOURCE_WEIGHTS.items() if source.startswith(begin)), 1.0)
        factor *= (_PART_WEIGHT if source.endswith("_part") else 1.0) / count**0.5
        even = count / np.maximum(wanted[there].sum(axis=0), 1) / 3
        weights[there] = factor * (wanted[there] @ np.minimum(even, _MOST_EVEN))
    return weights / weights.mean()
