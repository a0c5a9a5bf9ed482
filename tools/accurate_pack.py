"""From the trained network to the file that ships: 4-bit matrices, calibration, the same answers in numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from accurate_network import LABELS, Encoder, coarse

from mentionwatch.tone.accurate.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


def pack(model: Encoder, vocabulary: Sequence[str], settings: dict[str, Any]) -> Weights:
    """Make what ships of a network that was trained with `round`: the biggest matrices in 4 bits, the rest in 16."""
    arrays: dict[str, np.ndarray] = {}
    for name, tensor in model.state_dict().items():
        short = "words" if name == "words.weight" else "places" if name == "places.weight" else name
        if tensor.ndim == 2 and not name.startswith(("head", "places")):
            arrays[short], arrays[f"{short}.scale"] = _nibbles(tensor)
        elif short == "places":
            arrays[short], arrays[f"{short}.scale"] = _bytes(tensor)
        else:
            arrays[short] = tensor.numpy().astype(np.float32 if name.startswith("head") else np.float16)
    sizes = {"layers": len(model.layers), "heads": model.layers[0].heads, "longest": model.places.num_embeddings}
    return Weights({**sizes, **settings}, vocabulary, arrays)


def _nibbles(tensor: Tensor) -> tuple[np.ndarray, np.ndarray]:
    numbers, scales = coarse(tensor)
    whole = (numbers.reshape(tensor.shape) + 8).to(torch.uint8).numpy()
    return whole[:, 0::2] | (whole[:, 1::2] << 4), scales.squeeze(-1).numpy().astype(np.float16)


def _bytes(tensor: Tensor) -> tuple[np.ndarray, np.ndarray]:
    scales = (tensor.abs().amax(dim=1) / 127).half().float()
    return (tensor / scales[:, None]).round().clamp(-127, 127).to(torch.int8).numpy(), scales.numpy().astype(np.float16)


def calibrate(sets: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[float, list[float]]:
    """Find the temperature and the labels' offsets that make the probabilities of the sets most likely.

    Each set weighs the same, whatever its size, and within a set each label does: what is met later is not known.

    Args:
        sets: Log-odds and labels of each set.
    """
    sharpness = torch.zeros(1, requires_grad=True)
    offsets = torch.zeros(len(LABELS), requires_grad=True)
    made = [(torch.tensor(odds), torch.tensor(labels), _even(labels)) for odds, labels in sets]
    search = torch.optim.LBFGS([sharpness, offsets], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        search.zero_grad()
        total = torch.zeros(())
        for odds, labels, weights in made:
            total = total + torch.nn.functional.cross_entropy(odds * sharpness.exp() + offsets, labels, weight=weights)
        total.backward()
        return total

    search.step(loss)
    middle = offsets.detach() - offsets.detach().mean()
    return float((-sharpness.detach()).exp()), [round(value, 4) for value in middle.tolist()]


def _even(labels: np.ndarray) -> Tensor:
    counts = np.bincount(labels, minlength=len(LABELS))
    return torch.tensor(counts.mean() / np.maximum(counts, 1), dtype=torch.float32)


def expected_calibration_error(shares: np.ndarray, labels: np.ndarray, bins: int = 10) -> float:
    """Mean gap between confidence and being right, over bins of equal width (Guo et al. 2017)."""
    sure = shares.max(axis=1)
    right = shares.argmax(axis=1) == labels
    which = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = (abs(sure[which == one].sum() - right[which == one].sum()) for one in range(bins))
    return float(sum(gaps) / len(labels))
