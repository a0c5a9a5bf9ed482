"""Train the default engine's model: ``python tools/train_tone.py FOLDER --dev FOLDER``.

FOLDER holds JSON lines, a file per source: ``{"text", "label": negative|neutral|positive, "from"?, "to"?}``, the last
two being where the target of the label stands.  ``--dev`` has files of the same form: none of their rows is trained on;
they calibrate the probabilities and give the figures that are printed.

Needs numpy, scipy and vaderSentiment (for its lexicon), beside what the program needs.  With the same versions of
these on the same machine the same data give the same bytes.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # sums in one order: the same bytes each time

import argparse
import importlib.util
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse
from scipy.optimize import minimize

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tone_rows import made_rows
from written_rows import written_rows

from mentionwatch.tone.small import MODEL
from mentionwatch.tone.small.features import DENSE, LEXICONS, Reader, Valence
from mentionwatch.tone.small.modelfile import write_model
from mentionwatch.tone.small.tokens import clean, normal
from mentionwatch.tone.small.weigh import FEWEST, Weigher
from mentionwatch.tone.small.words import OWN

LABELS = ("negative", "neutral", "positive")
#: How much a source counts for its size: what is far from what people write of brands counts less.
SOURCE_WEIGHTS = {
    "mams": 0.3,
    "newsmtsc": 0.7,
    "vader_nyt": 0.4,
    "senti4sd": 0.8,
    "made": 2.0,
    "written": 1.7,
    "requests": 0.7,
}
#: The same for what the larger model says of a source's texts.
SOFT_WEIGHT = 1.0
#: A source counts by its size to this power.
SIZE_POWER = 0.4
#: A feature of fewer rows is not learned.
FEWEST_ROWS = 3
#: Keys that are kept: the heaviest.  Fewer keys judge unseen sources better, not only faster.
MOST_KEYS = 30_000
#: Sentences of MAMS are mixed, always: they say less of what is met.
DEV_WEIGHTS = {"mams_val": 0.25}
#: Added to the log-odds of negative: a complaint that is missed is graver than one too many.
CAUTION = 0.2
PENALTY = 1e-4
DENSE_PENALTY = 1e-5
STEPS = 60
#: Steps of the first fit, which only chooses the keys.
FIRST_STEPS = 25


@dataclass
class Source:
    """Rows of one file, as features."""

    name: str
    keys: list[np.ndarray]
    dense: np.ndarray
    #: Rows x 3: the share of each label.
    labels: np.ndarray


def read_source(reader: Reader, name: str, rows: list[dict]) -> Source:
    """Turn rows into features."""
    read = [reader.read(clean(row["text"], spans_of(row))) for row in rows]
    keys = [np.fromiter(features.keys, dtype=np.uint32, count=len(features.keys)) for features in read]
    labels = np.array(
        [[row[label] for label in LABELS] if "label" not in row else one_hot(row["label"]) for row in rows]
    )
    return Source(name, keys, np.array([features.dense for features in read]), labels.astype(float))


def one_hot(label: str) -> list[float]:
    """Say of each label whether it is the one."""
    return [float(label == other) for other in LABELS]


def spans_of(row: dict) -> list[tuple[int, int]]:
    """Where the target stands, as far as the row says."""
    if isinstance(row.get("from"), int) and row.get("to"):
        return [(row["from"], row["to"])]
    start = row["text"].casefold().find(row["target"].casefold()) if row.get("target") else -1
    return [(start, start + len(row["target"]))] if start >= 0 else []


def load(path: Path) -> list[dict]:
    """Read JSON lines."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def lexicon() -> dict[str, Valence]:
    """Put three lexicons together: VADER's (MIT), TextBlob's (PDDL, mean over the senses of a word), our own."""
    found: dict[str, list[float]] = {}
    for which, words in enumerate((_vader(), _textblob(), {word: float(strength) for word, strength in OWN.items()})):
        for word, strength in words.items():
            if re.fullmatch(r"[^\W\d_][\w']*", word):
                found.setdefault(normal(word), [0.0] * len(LEXICONS))[which] = max(-12.0, min(12.0, round(strength, 1)))
    return {word: tuple(strengths) for word, strengths in sorted(found.items()) if any(strengths)}


def _package_file(package: str, *path: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"{package} is not installed; it is needed for its lexicon")
    return Path(spec.submodule_search_locations[0], *path)


def _vader() -> dict[str, float]:
    lines = _package_file("vaderSentiment", "vader_lexicon.txt").read_text("utf-8").splitlines()
    return {word: float(strength) for word, strength, *_ in (line.split("\t") for line in lines if "\t" in line)}


def _textblob() -> dict[str, float]:
    senses: dict[str, list[float]] = {}
    content = _package_file("textblob", "en", "en-sentiment.xml").read_text("utf-8")
    for word, polarity in re.findall(r'<word form="([^"]+)".*?polarity="([^"]+)"', content):
        senses.setdefault(word, []).append(float(polarity))
    return {word: 4 * sum(values) / len(values) for word, values in senses.items()}


def matrix(sources: list[Source], keys: np.ndarray) -> scipy.sparse.csr_matrix:
    """Rows x keys, each row of length 1, as ``Weigher`` does it."""
    rows = [row for source in sources for row in source.keys]
    flat = np.concatenate(rows)
    row_of = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    place = np.searchsorted(keys, flat)
    place[place == len(keys)] = 0
    known = keys[place] == flat
    row_of, place = row_of[known], place[known]
    worth = 1 / np.sqrt(np.maximum(np.bincount(row_of, minlength=len(rows)), FEWEST))
    return scipy.sparse.csr_matrix((worth[row_of], (row_of, place)), shape=(len(rows), len(keys)))


def row_weights(sources: list[Source]) -> np.ndarray:
    """Balance the labels inside each source, and the sources."""
    found = []
    for source in sources:
        size = len(source.labels)
        share = source.labels.sum(0)
        by_label = np.where(share > 0, size / np.maximum(share, 1), 0)
        weights = source.labels @ by_label
        name = source.name.removeprefix("soft ")
        factor = next((weight for begin, weight in SOURCE_WEIGHTS.items() if name.startswith(begin)), 1.0)
        factor *= SOFT_WEIGHT if name != source.name else 1.0
        found.append(weights / weights.sum() * factor * size**SIZE_POWER)
    together = np.concatenate(found)
    return together / together.sum()


def fit(sources: list[Source], keys: np.ndarray, steps: int = STEPS) -> tuple[np.ndarray, np.ndarray]:
    """Fit multinomial logistic regression with an L2 penalty.

    Returns:
        Weights of the keys (keys x 3) and of the dense features (dense x 3).
    """
    sparse = matrix(sources, keys)
    dense = np.concatenate([source.dense for source in sources])
    wanted = np.concatenate([source.labels for source in sources])
    weights = row_weights(sources)[:, None]
    across = sparse.T.tocsr()
    cut = len(keys) * 3

    def loss(all_weights: np.ndarray) -> tuple[float, np.ndarray]:
        of_keys, of_dense = all_weights[:cut].reshape(-1, 3), all_weights[cut:].reshape(-1, 3)
        scores = sparse @ of_keys + dense @ of_dense
        top = scores.max(1, keepdims=True)
        logs = scores - top - np.log(np.exp(scores - top).sum(1, keepdims=True))
        off = weights * (np.exp(logs) * wanted.sum(1, keepdims=True) - wanted)
        value = -(weights * wanted * logs).sum()
        value += 0.5 * PENALTY * (of_keys**2).sum() + 0.5 * DENSE_PENALTY * (of_dense**2).sum()
        slope = ((across @ off + PENALTY * of_keys).ravel(), (dense.T @ off + DENSE_PENALTY * of_dense).ravel())
        return float(value), np.concatenate(slope)

    start = np.zeros(cut + dense.shape[1] * 3)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": steps, "maxcor": 8}).x
    return found[:cut].reshape(-1, 3), found[cut:].reshape(-1, 3)


@dataclass
class Fitted:
    """A model with weights against neutral: negative, positive."""

    keys: np.ndarray
    of_keys: np.ndarray
    of_dense: np.ndarray

    def scores(self, sources: list[Source]) -> np.ndarray:
        """Log-odds of each row, rows x 3."""
        dense = np.concatenate([source.dense for source in sources])
        both = matrix(sources, self.keys) @ self.of_keys + dense @ self.of_dense
        return np.column_stack([both[:, 0], np.zeros(len(both)), both[:, 1]])


def train(sources: list[Source]) -> Fitted:
    """Fit on all features that are common enough, keep the heaviest, and fit again on these."""
    keys, counts = np.unique(np.concatenate([row for source in sources for row in source.keys]), return_counts=True)
    keys = keys[counts >= FEWEST_ROWS]
    if len(keys) > MOST_KEYS:
        of_keys, _ = fit(sources, keys, FIRST_STEPS)
        heavy = np.argsort(-np.abs(of_keys - of_keys[:, 1:2]).max(1), kind="stable")[:MOST_KEYS]
        keys = np.sort(keys[heavy])
    of_keys, of_dense = fit(sources, keys)
    return Fitted(keys, (of_keys - of_keys[:, 1:2])[:, [0, 2]], (of_dense - of_dense[:, 1:2])[:, [0, 2]])


def calibrate(model: Fitted, dev: list[Source]) -> Fitted:
    """Scale the odds so that the probabilities come true, each dev set weighing the same; then be cautious."""
    scores = [model.scores([source]) for source in dev]

    def loss(power: np.ndarray) -> float:
        total = 0.0
        for source, found in zip(dev, scores, strict=True):
            scaled = found * np.exp(power[0])
            scaled -= scaled.max(1, keepdims=True)
            logs = scaled - np.log(np.exp(scaled).sum(1, keepdims=True))
            total -= DEV_WEIGHTS.get(source.name, 1.0) * (source.labels * logs).sum() / len(logs)
        return total

    scale = float(np.exp(minimize(loss, np.zeros(1), method="Nelder-Mead").x[0]))
    of_dense = model.of_dense * scale
    of_dense[DENSE.index("bias"), 0] += CAUTION
    return Fitted(model.keys, model.of_keys * scale, of_dense)


def save(model: Fitted, words: dict[str, Valence], path: Path) -> None:
    """Write the model with weights of one byte each."""
    # A few outliers are cut, so that the many small weights keep their figures.  A key of weight 0 stays: it counts.
    step = float(np.quantile(np.abs(model.of_keys), 0.9995)) / 127
    small = np.clip(np.rint(model.of_keys / step), -127, 127).astype(int)
    kept = [(int(key), int(low), int(high)) for key, (low, high) in zip(model.keys, small, strict=True)]
    write_model(
        path, keys=kept, step=step, dense=(model.of_dense[:, 0].tolist(), model.of_dense[:, 1].tolist()), lexicon=words
    )


def figures(path: Path, rows: list[dict]) -> str:
    """Judge rows with the file that was written, and say how it went."""
    weigher = Weigher(path)
    right = np.array([LABELS.index(row["label"]) for row in rows])
    odds = np.array([weigher.weigh(clean(row["text"], spans_of(row))).odds for row in rows])
    chances = np.exp(np.column_stack([odds[:, 0], np.zeros(len(odds)), odds[:, 1]]))
    chances /= chances.sum(1, keepdims=True)
    said = chances.argmax(1)
    f1, recall, precision = [], [], []
    for label in range(3):
        hit = ((said == label) & (right == label)).sum()
        precision.append(hit / max(1, (said == label).sum()))
        recall.append(hit / max(1, (right == label).sum()))
        f1.append(2 * precision[-1] * recall[-1] / max(1e-9, precision[-1] + recall[-1]))
    sure = chances.max(1)
    bins = np.minimum((sure * 10).astype(int), 9)
    gaps = [abs((said == right)[bins == b].sum() - sure[bins == b].sum()) for b in range(10)]
    return (
        f"macro-F1 {np.mean(f1):.3f}  macro-recall {np.mean(recall):.3f}  negative P {precision[0]:.2f}"
        f" R {recall[0]:.2f} F1 {f1[0]:.2f}  ECE {sum(gaps) / len(rows):.3f}  n {len(rows)}"
    )


def training_sources(folder: Path, reader: Reader, soft: Path | None) -> list[Source]:
    """Read what is trained on; our own sentences are a source too, and what a larger model says of texts."""
    found = [read_source(reader, path.stem, load(path)) for path in sorted(folder.glob("*.jsonl"))]
    found.append(read_source(reader, "made", [{"text": text, "label": label} for text, label in made_rows()]))
    found.append(read_source(reader, "written", written_rows()[0]))
    by_source: dict[str, list[dict]] = {}
    for row in load(soft) if soft else []:
        by_source.setdefault(row.get("source", ""), []).append(row)
    return found + [read_source(reader, f"soft {name}", rows) for name, rows in sorted(by_source.items())]


def main() -> None:
    """Train, write, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="training data: a JSONL file per source")
    parser.add_argument("--dev", type=Path, help="folder of JSONL to calibrate and measure on")
    parser.add_argument("--soft", type=Path, help="JSONL of texts with a larger model's probabilities for the labels")
    parser.add_argument("--without", default="", help="a source to leave out, and to measure on")
    parser.add_argument("-o", "--output", type=Path, default=MODEL)
    options = parser.parse_args()
    words = lexicon()
    reader = Reader(words)
    sources = training_sources(options.folder, reader, options.soft)
    model = train([source for source in sources if source.name != options.without])
    dev = {path.stem: load(path) for path in sorted(options.dev.glob("*.jsonl"))} if options.dev else {}
    if dev:
        dev["written"] = written_rows()[1]
        model = calibrate(model, [read_source(reader, name, rows) for name, rows in dev.items()])
    save(model, words, options.output)
    print(f"{options.output}: {options.output.stat().st_size} bytes, {len(model.keys)} keys, {len(words)} words")
    if options.without:
        dev[options.without] = load(options.folder / f"{options.without}.jsonl")
    for name, rows in dev.items():
        print(f"{name}: {figures(options.output, rows)}")
    if dev:
        print(f"all together: {figures(options.output, [row for rows in dev.values() for row in rows])}")


if __name__ == "__main__":
    main()
