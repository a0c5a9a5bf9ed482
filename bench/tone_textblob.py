"""How good the TextBlob engine is on labelled texts, how fast, and what its confidence has to be.

    python bench/tone_textblob.py FOLDER [TEXTS_PER_FILE]

FOLDER holds *.jsonl with {"text", "label", "target"?} per line.  The same number of texts is drawn from each
file (seeded), so that no file outweighs the others.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from pathlib import Path

from mentionwatch.settings import ToneSettings
from mentionwatch.tone import make_engine
from mentionwatch.tone.label import label_of

LABELS = ("negative", "neutral", "positive")
BANDS = (0.0, 0.025, 0.05, 0.075, 0.1, 0.125, 0.15, 0.2)
BINS = (0.0, 1e-9, 0.1, 0.2, 0.3, 0.5, 0.7)


def read(folder: Path, per_file: int) -> dict[str, list[dict[str, str]]]:
    draw = random.Random(1)
    sets = {}
    for path in sorted(folder.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        sets[path.stem] = draw.sample(rows, min(per_file, len(rows)))
    return sets


def ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def scores(pairs: list[tuple[str, float]], band: float) -> tuple[float, float, float]:
    """Macro-F1, and precision and recall of negative."""
    table = Counter((label, label_of(polarity, band)) for label, polarity in pairs)
    found = {}
    for label in LABELS:
        precision = ratio(table[label, label], sum(table[x, label] for x in LABELS))
        recall = ratio(table[label, label], sum(table[label, x] for x in LABELS))
        found[label] = (precision, recall)
    f1 = [2 * p * r / (p + r) if p + r else 0.0 for p, r in found.values()]
    return sum(f1) / len(f1), *found["negative"]


def monotone(shares: list[tuple[float, int]]) -> list[float]:
    """Pool neighbours until the shares rise (isotonic regression); for falling ones reverse before and after."""
    blocks: list[list[float]] = []
    for share, count in shares:
        blocks.append([share * count, count, 1])
        while len(blocks) > 1 and blocks[-2][0] * blocks[-1][1] >= blocks[-1][0] * blocks[-2][1]:
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    return [total / count for total, count, width in blocks for _ in range(int(width))]


def print_tables(pairs: list[tuple[str, float]]) -> None:
    signed, neutral = [], []
    for low, high in zip(BINS, (*BINS[1:], 2.0), strict=True):
        here = [(label, p) for label, p in pairs if low <= abs(p) < high]
        right = sum(label == ("positive" if p > 0 else "negative") for label, p in here if p)
        signed.append((ratio(right, len(here)), len(here)))
        neutral.append((ratio(sum(label == "neutral" for label, _ in here), len(here)), len(here)))
    print("from     ", BINS)
    print("texts    ", tuple(count for _, count in signed))
    print("signed   ", tuple(round(share, 2) for share in monotone(signed)))
    print("neutral  ", tuple(round(share, 2) for share in monotone(neutral[::-1])[::-1]))


def main() -> None:
    folder, per_file = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1300
    engine = make_engine(ToneSettings(engine="textblob"))
    engine.rate("warm up")
    rated: dict[str, list[tuple[str, float]]] = {}
    started = time.perf_counter()
    for name, rows in read(folder, per_file).items():
        tones = [(row["label"], engine.rate(row["text"], target=row.get("target"))) for row in rows]
        rated[name] = [(label, tone.polarity or 0.0) for label, tone in tones]
        print(f"{name}: {len(rows)} texts, {sum(tone.label == 'unknown' for _, tone in tones)} unknown")
    total = sum(map(len, rated.values()))
    print(f"{total / (time.perf_counter() - started):,.0f} texts/s (reading included)\n")
    print("band   macro-F1 (negative precision-recall) per file, then the means")
    for band in BANDS:
        each = [scores(pairs, band) for pairs in rated.values()]
        mean = [sum(column) / len(each) for column in zip(*each, strict=True)]
        print(f"{band:.3f} ", "  ".join(f"{f:.3f} ({p:.2f}-{r:.2f})" for f, p, r in (*each, mean)))
    print()
    print_tables([pair for pairs in rated.values() for pair in pairs])


if __name__ == "__main__":
    main()
