"""Train the accurate engine's model: with full precision, then in the 4 bits it ships in; calibrate; write it.

    python tools/train_accurate.py TRAIN DEV --base MINILM --larger MPNET --work WORK -o model.bin

TRAIN and DEV are folders of JSON lines ({"text", "label"[, "target", "from", "to"]}); MINILM and MPNET are folders with
config.json, model.safetensors and vocab.txt of all-MiniLM-L6-v2 and of all-mpnet-base-v2, which only teaches.
--requests names files of {"text", "topic"}: customers' requests of banking77 and clinc150.  --without names files of
{"text", "target"} that the sentences made of patterns may not hold, whatever the brand is called.  Needs torch, numpy
and mentionwatch (pip install -e .).  Each stage leaves its result in WORK (first.pt, second.pt, last.pt, teacher.pt,
taught.pt, again.pt, third.pt, mean.pt), and is left out when that is there.  From the third on they also learn the
texts of ``rows``, but for one of ten.  Seeded; but torch promises the same numbers only on the same machine.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import accurate_teacher
import numpy as np
import torch
from accurate_data import (
    Batch,
    Row,
    batches,
    figures,
    name_target,
    predict,
    read_requests,
    read_rows,
    read_texts,
    row_of,
    sample,
    vary,
)
from accurate_network import LABELS, Encoder, load_base
from accurate_pack import calibrate, expected_calibration_error, pack
from accurate_templates import make
from torch import Tensor, nn
from torch.nn import functional
from written_rows import written_rows

from mentionwatch.tone.accurate import AccurateScorer
from mentionwatch.tone.accurate.weights import write_weights
from mentionwatch.tone.pieces.emoji import EMOJI, FACES
from mentionwatch.tone.pieces.wordpiece import CLS, SEP, TARGET, UNKNOWN, WordPiece

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: Rows of each source that each training sees; those not named: all.
FIRST = {"goemotions_train": 12000}
SECOND = {"goemotions_train": 7500, "mams_train": 4500, "newsmtsc_train": 4500, "vader_nyt": 3600}
LAST = {"goemotions_train": 9000, "mams_train": 4500, "newsmtsc_train": 4500, "vader_nyt": 2400}
TAUGHT = {"goemotions_train": 18000, "mams_train": 8000, "vader_nyt": 3600}
#: The same of the trainings of its teacher, with how fast it learns, and its head.
TEACHER = (
    ({"goemotions_train": 6600, "mams_train": 3000, "newsmtsc_train": 3000, "senti4sd_so_train": 2100,
      "vader_nyt": 1200}, 4e-5, 4e-4),
    ({"goemotions_train": 6000, "mams_train": 4500, "newsmtsc_train": 3000, "senti4sd_so_train": 1500,
      "vader_amazon": 2400, "vader_nyt": 900}, 3e-5, 1e-4),
    ({"goemotions_train": 2400, "mams_train": 1200, "newsmtsc_train": 1200, "senti4sd_so_train": 600,
      "vader_amazon": 600, "vader_nyt": 300, "vader_tweets": 2100}, 3e-5, 1e-4),
)  # fmt: skip
#: After how many of them the first training stops.
_FIRST_ROWS = 32_000
#: Sentences of our own, and customers' requests.
_MADE, _ASKED, _TEACHER_MADE = 6000, 1500, 500
#: How often the last training sees each of the texts written for it.
_WRITTEN_TIMES = 2
#: How much a row's shares count beside its label, where it has both.
_SOFT = 0.6
#: Size of the vocabulary.
_PIECES = 19_000


@dataclass(frozen=True)
class Plan:
    """How long and how fast something is trained.

    Attributes:
        rate: Of learning, at its highest.
        head_rate: Of the head, which begins from nothing.
        warm: Steps until the rate is at its highest.
        last: Share of the rate that is left at the end; it falls in a straight line.
        even: How far the labels weigh the same, whatever their number: 0 not at all, 1 wholly.
    """

    rate: float
    head_rate: float
    warm: int
    last: float = 0.0
    even: float = 0.5


def vocabulary(folder: Path) -> list[str]:
    """Read a vocabulary, with a piece for the target."""
    pieces = (folder / "vocab.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
    pieces[pieces.index("[unused0]")] = TARGET
    return pieces


def choose_pieces(pieces: list[str], rows: list[Row], count: int) -> list[int]:
    """Choose the pieces to keep: single characters, what emoji become, and the commonest in the training rows."""
    words = WordPiece(pieces)
    seen = Counter(piece for row in rows for token in words.tokens(row.text) for piece in token.pieces)
    kept = {pieces.index(name) for name in ("[PAD]", UNKNOWN, CLS, SEP, TARGET)}
    kept |= {number for number, piece in enumerate(pieces) if _is_character(piece)}
    for word in {*EMOJI.values(), *FACES.values(), "link", "user"}:
        kept.update(words.word(word))
    rest = (
        i for i, piece in enumerate(pieces) if i not in kept and piece.isascii() and not piece.startswith("[unused")
    )
    # BERT's vocabulary stands in order of frequency: that decides between those hardly seen here.
    order = sorted(rest, key=lambda i: (seen[i] < 2, -seen[i] if seen[i] >= 2 else 0, i))
    return sorted({*kept, *order[: count - len(kept)]})


def _is_character(piece: str) -> bool:
    bare = piece.removeprefix("##")
    return len(bare) == 1 and (ord(bare) < 0x250 or bare in "–—‘’“”…•€£¥™°→")


def train(model: Encoder, made: list[Batch], plan: Plan, name: str) -> Encoder:
    """Train over batches once; gives the mean of the weights on the way (of the last hundred steps or so)."""
    counts = torch.bincount(torch.cat([batch.labels for batch in made]), minlength=len(LABELS))
    even = (counts.float().mean() / counts) ** plan.even
    groups = _groups(model, plan)
    rates = [group["lr"] for group in groups]
    search = torch.optim.AdamW(groups, fused=True)
    mean = copy.deepcopy(model)
    began, lost = time.monotonic(), 1.1
    for step, batch in enumerate(made):
        share = min(1.0, (step + 1) / plan.warm) * (1 - (1 - plan.last) * step / len(made))
        for group, rate in zip(search.param_groups, rates, strict=True):
            group["lr"] = rate * share
        loss = _loss(model, batch, even)
        search.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        search.step()
        _follow(mean, model, min(0.99, step / (step + 10)))
        lost = 0.98 * lost + 0.02 * loss.item()
        if step % 50 == 0:
            print(f"{name}: step {step} of {len(made)}, {time.monotonic() - began:.0f} s, loss {lost:.3f}", flush=True)
    return mean


def _groups(model: Encoder, plan: Plan) -> list[dict]:
    head = set(model.head.parameters())
    rest = [one for one in model.parameters() if one.requires_grad and one not in head]
    embedded = {model.words.weight, model.places.weight}
    decayed = [one for one in rest if one.ndim > 1 and one not in embedded]
    plain = [one for one in rest if one.ndim == 1 or one in embedded]
    return [
        {"params": decayed, "weight_decay": 0.01, "lr": plan.rate},
        {"params": plain, "weight_decay": 0.0, "lr": plan.rate},
        {"params": list(head), "weight_decay": 0.0, "lr": plan.head_rate},
    ]


def _loss(model: Encoder, batch: Batch, even: Tensor) -> Tensor:
    model.train()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        odds = model(batch.pieces, batch.filled, batch.target)
    odds = odds.float()
    hard = functional.cross_entropy(odds, batch.labels, weight=even, label_smoothing=0.05, reduction="none")
    told = -(batch.soft * odds.log_softmax(dim=1)).sum(dim=1)
    return torch.where(batch.soft.sum(dim=1) > 0, _SOFT * told + (1 - _SOFT) * hard, hard).mean()


@torch.no_grad()
def _follow(mean: Encoder, model: Encoder, inertia: float) -> None:
    torch._foreach_lerp_(list(mean.parameters()), list(model.parameters()), 1 - inertia)


def begin(rows: list[Row], folder: Path, kept: list[int], words: WordPiece, chance: random.Random) -> Encoder:
    """Train it with full precision."""
    model = load_base(folder)
    embedded = nn.Embedding(len(kept), model.words.embedding_dim)
    embedded.weight.data.copy_(model.words.weight.data[kept])
    model.words = embedded
    name_target(model, words)
    taken = sample(rows, FIRST, chance)
    chance.shuffle(taken)
    made = list(batches(taken[:_FIRST_ROWS], words, size=32, chance=chance, longest=96))
    train(model, made, Plan(7e-5, 5e-4, warm=100, last=0.4), "first")
    return model


def further(
    model: Encoder, rows: list[Row], words: WordPiece, chance: random.Random, *, plan: Plan, name: str
) -> Encoder:
    """Train it in the 4 bits it ships in."""
    model.round()
    made = list(batches(rows, words, size=32, chance=chance, longest=96))
    mean = train(model, made, plan, name)
    mean.round()
    return mean


def mean_with(model: Encoder, path: Path) -> Encoder:
    """Give the mean of a model's weights and those of a file: surer than either on what neither was trained for.

    See Wortsman and others 2022, arXiv:2203.05482.
    """
    mean = copy.deepcopy(model)
    other = torch.load(path, weights_only=True)
    mean.load_state_dict({name: (weight + other[name]) / 2 for name, weight in model.state_dict().items()})
    return mean


def make_teacher(rows: list[Row], options: argparse.Namespace) -> Encoder:
    """Train the teacher, once over each choice of rows, with the texts written for this in each."""
    words = accurate_teacher.pieces_of(options.larger)
    teacher = accurate_teacher.begin(options.larger, words)
    for number, (limits, rate, head_rate) in enumerate(TEACHER):
        chance = random.Random(options.seed + 10 + number)
        taken = sample(rows, limits, chance) + own_rows(_TEACHER_MADE, options.seed + 4 + number, options.without)
        taken += written(options.seed + number, options.without, times=1)
        chance.shuffle(taken)
        accurate_teacher.teach(teacher, taken, words, rate=rate, head_rate=head_rate, chance=chance)
    return teacher


def told(rows: list[Row], options: argparse.Namespace) -> list[Row]:
    """Give rows with the shares that the teacher gives them; they are kept in the working folder."""
    path = options.work / "told.jsonl"
    if not path.exists():
        words = accurate_teacher.pieces_of(options.larger)
        teacher = load_base(options.larger)
        teacher.load_state_dict(torch.load(options.work / "teacher.pt", weights_only=True))
        write_shares(path, rows, accurate_teacher.ask(teacher, rows, words))
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    if [line["text"] for line in lines] != [row.text for row in rows]:
        raise SystemExit(f"{path} is about other texts: delete it")
    return [replace(row, soft=tuple(line["shares"])) for row, line in zip(rows, lines, strict=True)]


def write_shares(path: Path, rows: Sequence[Row], shares: np.ndarray) -> None:
    """Write rows with the shares of their labels."""
    with path.open("w", encoding="utf-8") as file:
        for row, some in zip(rows, shares.tolist(), strict=True):
            about = {"text": row.text, "spans": row.spans, "shares": [round(share, 4) for share in some]}
            file.write(json.dumps(about) + "\n")


def rows_to_tell(rows: list[Row], options: argparse.Namespace) -> list[Row]:
    """Choose what the teacher is asked about, as it will be shown: with the mark there, or without it."""
    chance = random.Random(options.seed + 3)
    taken = sample(rows, TAUGHT, chance) + own_rows(_MADE, options.seed + 3, options.without)
    taken += _requests(options, chance) + written(options.seed + 3, options.without)
    return [replace(vary(row, chance), fixed=True) for row in taken]


def own_rows(count: int, seed: int, without: list[Path]) -> list[Row]:
    """Make rows of our own sentences: two brands, so always marked, or one, marked two times of three."""
    chance = random.Random(seed)
    kept_back = kept_back_of(without)
    rows = []
    for made in make(count, seed):
        brand = made.text[slice(*made.span)] if made.span else None
        marked = made.span and (made.fixed or chance.random() < 0.67)
        spans = (made.span,) if marked and made.span else ()
        if bare(made.text, brand) not in kept_back:
            rows.append(Row(made.text, LABELS.index(made.label), "own", spans, fixed=True))
    return rows


def written(seed: int, without: list[Path], *, times: int = _WRITTEN_TIMES) -> list[Row]:
    """Give the texts written for this; one about one brand is now and then shown without its mark."""
    chance = random.Random(seed)
    kept_back = kept_back_of(without)
    abouts = [about for about in written_rows()[0] if bare(about["text"], about.get("target")) not in kept_back]
    often = Counter(about["text"] for about in abouts)
    rows = []
    for about in abouts * times:
        row = replace(row_of(about, "written"), fixed=True)
        rows.append(row if often[row.text] > 1 or chance.random() < 0.7 else replace(row, spans=()))
    return rows


def kept_back_of(without: list[Path]) -> set[str]:
    lines = [json.loads(line) for path in without for line in path.read_text(encoding="utf-8").splitlines()]
    return {bare(line["text"], line.get("target")) for line in lines}


def bare(text: str, brand: str | None) -> str:
    """Give a sentence's words, whatever the brand's name is."""
    lowered = text.lower()
    return " ".join(re.findall(r"\w+", lowered.replace(brand.lower(), "B") if brand else lowered))


def measure(scorer: AccurateScorer, sets: Sequence[list[Row]]) -> None:
    """Print figures of the file that ships, by the program that users run."""
    shares, labels = [], []
    for rows in sets:
        began = time.process_time()
        found = [
            (one.negative, one.neutral, one.positive) for one in scorer.score_many((r.text, r.spans) for r in rows)
        ]
        speed = len(rows) / (time.process_time() - began)
        shares.append(np.array(found))
        labels.append(np.array([row.label for row in rows]))
        error = expected_calibration_error(shares[-1], labels[-1])
        told = "  ".join(f"{name} {value:.3f}" for name, value in figures(shares[-1], labels[-1]).items())
        print(f"{rows[0].source:18} {told}  ece {error:.3f}  {speed:.0f} texts a second", flush=True)
    print(f"pooled ece {expected_calibration_error(np.concatenate(shares), np.concatenate(labels)):.3f}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path)
    parser.add_argument("dev", type=Path)
    parser.add_argument("--base", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--larger", type=Path, required=True, help="folder of all-mpnet-base-v2, the teacher's begin")
    parser.add_argument("--requests", type=Path, nargs="*", default=[], help="files of requests by topic")
    parser.add_argument("--without", type=Path, nargs="*", default=[], help="files of sentences never to be made")
    parser.add_argument("--work", type=Path, required=True, help="folder for the stages' results")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--soft", type=Path, help="write what it says of the texts, for tools/train_tone.py")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def _requests(options: argparse.Namespace, chance: random.Random) -> list[Row]:
    asked = [row for path in options.requests for row in read_requests(path)]
    neutral = [row for row in asked if not row.soft]
    failed = [row for row in asked if row.soft]
    return [row for some in (neutral, failed) for row in chance.sample(some, min(_ASKED // 2, len(some)))]


def main() -> None:
    """Do all stages that are not done yet."""
    options = _arguments()
    options.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    rows = [row for path in sorted(options.train.glob("*.jsonl")) for row in read_rows(path)]
    pieces = vocabulary(options.base)
    kept = choose_pieces(pieces, rows, _PIECES)
    names = [pieces[number] for number in kept]
    words = WordPiece(names)
    model = load_base(options.base)
    model.words = nn.Embedding(len(kept), model.words.embedding_dim)

    def second() -> Encoder:
        chance = random.Random(options.seed + 1)
        taken = sample(rows, SECOND, chance) + own_rows(_MADE, options.seed, options.without)
        taken += _requests(options, chance)
        return further(model, taken, words, chance, plan=Plan(6e-5, 2e-4, warm=40), name="second")

    def last() -> Encoder:
        chance = random.Random(options.seed + 2)
        taken = sample(rows, LAST, chance) + own_rows(_MADE, options.seed + 2, options.without)
        taken += _requests(options, chance) + written(options.seed, options.without)
        return further(model, taken, words, chance, plan=Plan(6e-5, 1e-4, warm=60, even=1.0), name="last")

    def taught(rate: float, seed: int, name: str) -> Encoder:
        _stage(options.work / "teacher.pt", None, lambda: make_teacher(rows, options))
        chance = random.Random(seed)
        taken = told(rows_to_tell(rows, options), options)
        return further(model, taken, words, chance, plan=Plan(rate, 1e-4, warm=60, even=1.0), name=name)

    stages = {
        "first": lambda: begin(rows, options.base, kept, words, random.Random(options.seed)),
        "second": second,
        "last": last,
        "taught": lambda: taught(6e-5, options.seed + 3, "taught"),
        "again": lambda: taught(5e-5, options.seed + 4, "again"),
        "third": lambda: taught(5e-5, options.seed + 5, "third"),
        "mean": lambda: mean_with(model, options.work / "again.pt"),
    }
    for number, (name, stage) in enumerate(stages.items()):
        torch.manual_seed(options.seed + number)
        model = _stage(options.work / f"{name}.pt", model, stage)
    model.round()
    write(model, names, options)


def _stage(path: Path, model: Encoder | None, stage: Callable[[], Encoder]) -> Encoder | None:
    """Take a stage's result from its file into a model, or do it and keep that."""
    if path.exists():
        if model is not None:
            model.load_state_dict(torch.load(path, weights_only=True))
        return model
    done = stage()
    torch.save(done.state_dict(), path)
    return done


def write(model: Encoder, names: list[str], options: argparse.Namespace) -> None:
    """Calibrate, write the file, and measure it; also write what it says of the texts, where that is asked for."""
    dev = [read_rows(path) for path in sorted(options.dev.glob("*.jsonl"))]
    words = WordPiece(names)
    dev.append([row_of(about, "written") for about in written_rows()[1]])
    sets = [(predict(model, rows, words), np.array([row.label for row in rows])) for rows in dev]
    temperature, offsets = calibrate(sets)
    print(f"temperature {temperature:.3f}, offsets {offsets}")
    write_weights(options.output, pack(model, names, {"temperature": temperature, "offsets": offsets}))
    print(f"{options.output}: {options.output.stat().st_size} bytes")
    measure(AccurateScorer(options.output), dev)
    if options.soft:
        texts = soft_texts(options)
        odds = predict(model, texts, words) / temperature + np.array(offsets, dtype=np.float32)
        shares = np.exp(odds - odds.max(axis=1, keepdims=True))
        write_soft(options.soft, texts, shares / shares.sum(axis=1, keepdims=True))


def soft_texts(options: argparse.Namespace) -> list[Row]:
    """Give each text that may be trained on once, as a whole: about its target only where that is news."""
    rows = [row for path in sorted(options.train.glob("*.jsonl")) for row in read_rows(path)]
    rows += [replace(row, spans=()) for row in rows if row.source.startswith("newsmtsc")]
    rows += [row_of(about, "written") for about in written_rows()[0]]
    rows += [Row(text, 0, "requests") for path in options.requests for text in read_texts(path)]
    single = {}
    for row in rows:
        keeps = row.source.startswith("newsmtsc")
        one = row if keeps else replace(row, spans=())
        single.setdefault((one.text, one.spans), one)
    return list(single.values())


def write_soft(path: Path, texts: Sequence[Row], shares: np.ndarray) -> None:
    """Write texts with the shares of the labels."""
    with path.open("w", encoding="utf-8") as file:
        for row, told in zip(texts, shares.tolist(), strict=True):
            about = {"text": row.text, "source": row.source}
            if row.spans:
                about["from"], about["to"] = row.spans[0]
            about |= {label: round(share, 4) for label, share in zip(LABELS, told, strict=True)}
            file.write(json.dumps(about) + "\n")


if __name__ == "__main__":
    main()
