"""The accurate engine's teacher: MPNet, taught the same rows; what it says of a text is what the shipped model learns.

It has twelve layers, 768 wide: too large to ship, and surer.  What a small model learns from the shares that a larger
one gives is more than from labels alone (Hinton and others 2015, arXiv:1503.02531).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import torch
from accurate_data import Row, batches, name_target, predict
from accurate_network import LABELS, Encoder, load_base
from torch import nn
from torch.nn import functional

from mentionwatch.tone.pieces.wordpiece import CLS, SEP, TARGET, WordPiece

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence
    from pathlib import Path

#: Layers that stay as they are, from the lowest, with what stands below them: they know words, not tone.
_KEPT = 4
#: How far the labels weigh the same, whatever their number.
_EVEN = 0.75


def pieces_of(folder: Path) -> WordPiece:
    """Read MPNet's vocabulary, with a piece for the target, and its own begin and end under BERT's names."""
    names = (folder / "vocab.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
    names[names.index("[unused0]")] = TARGET
    for own, name in (("<s>", CLS), ("</s>", SEP)):
        if name in names:
            names[names.index(name)] = f"no {name}"
        names[names.index(own)] = name
    return WordPiece(names)


def begin(folder: Path, words: WordPiece) -> Encoder:
    """Make the teacher that knows nothing of tone yet."""
    teacher = load_base(folder)
    name_target(teacher, words)
    return teacher


def teach(
    teacher: Encoder, rows: Sequence[Row], words: WordPiece, *, rate: float, head_rate: float, chance: random.Random
) -> None:
    """Train it over rows once.

    Args:
        teacher: Is changed.
        rows: Varied on the way, in random order.
        words: Its vocabulary.
        rate: Of learning, at its highest; it falls to 0 in a straight line.
        head_rate: Of the head.
        chance: Seeded.
    """
    below = [teacher.words, teacher.places, teacher.norm, *teacher.layers[:_KEPT]]
    for part in [*below, teacher.relative]:
        for one in part.parameters() if part else ():
            one.requires_grad_(requires_grad=False)
    body = [one for one in teacher.parameters() if one.requires_grad and one is not teacher.head.weight]
    groups = [
        {"params": [one for one in body if one.ndim > 1], "weight_decay": 0.01, "lr": rate},
        {"params": [one for one in body if one.ndim == 1], "weight_decay": 0.0, "lr": rate},
        {"params": [teacher.head.weight], "weight_decay": 0.0, "lr": head_rate},
    ]
    rates = [group["lr"] for group in groups]
    search = torch.optim.AdamW(groups, fused=True)
    counts = np.bincount([row.label for row in rows], minlength=len(LABELS))
    even = torch.tensor((counts.mean() / counts) ** _EVEN, dtype=torch.float32)
    made = list(batches(list(rows), words, size=32, chance=chance, longest=96))
    began, lost = time.monotonic(), 1.1
    teacher.train()
    for step, batch in enumerate(made):
        for group, highest in zip(search.param_groups, rates, strict=True):
            group["lr"] = highest * min(1.0, (step + 1) / 60) * (1 - step / len(made))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            odds = teacher(batch.pieces, batch.filled, batch.target)
        loss = functional.cross_entropy(odds.float(), batch.labels, weight=even, label_smoothing=0.05)
        search.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(teacher.parameters(), 1.0)
        search.step()
        lost = 0.97 * lost + 0.03 * loss.item()
        if step % 50 == 0:
            took = time.monotonic() - began
            print(f"teacher: step {step} of {len(made)}, {took:.0f} s, loss {lost:.3f}", flush=True)


def ask(teacher: Encoder, rows: Sequence[Row], words: WordPiece) -> np.ndarray:
    """Give the shares of the labels, rows x 3, as the teacher sees rows as they stand."""
    return torch.from_numpy(predict(teacher, rows, words)).softmax(dim=1).numpy()
