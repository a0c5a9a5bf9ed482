"""BERT's encoder in numpy, for batches of texts of about one length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mentionwatch.tone.accurate.weights import full

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mentionwatch.tone.accurate.weights import Weights

    Floats = NDArray[np.float32]

_EPSILON = np.float32(1e-12)
_GELU = np.float32(np.sqrt(2 / np.pi))


@dataclass(frozen=True)
class _Layer:
    qkv: Floats
    qkv_bias: Floats
    out: Floats
    out_bias: Floats
    norm1: tuple[Floats, Floats]
    up: Floats
    up_bias: Floats
    down: Floats
    down_bias: Floats
    norm2: tuple[Floats, Floats]


class Encoder:
    """Numbers of pieces in, log-odds of the three labels out."""

    def __init__(self, weights: Weights) -> None:
        """Take the numbers of a file; the embeddings stay as small as they are there."""
        settings = weights.settings
        self.heads: int = settings["heads"]
        self.longest: int = settings["longest"]
        self._words = weights.arrays["words"]
        self._word_scales = weights.arrays["words.scale"]
        self._places = weights.matrix("places")
        self._norm = (weights.vector("norm.weight"), weights.vector("norm.bias"))
        self._layers = [_layer(weights, f"layers.{number}.") for number in range(settings["layers"])]
        self._head = weights.vector("head.weight").T
        self._head_bias = weights.vector("head.bias")

    def run(self, texts: Sequence[Sequence[int]], target: int) -> Floats:
        """Judge texts, each a row of pieces that begins with [CLS] and is no longer than the model's longest.

        Args:
            texts: Of about one length, for all are filled up to the longest one.
            target: Number of the piece that stands for the target.
        """
        pieces, filled = _table(texts)
        x = full(self._words[pieces], self._word_scales[pieces])
        x += self._places[: pieces.shape[1]]
        x = _normalise(x, self._norm)
        mask = np.where(filled, np.float32(0), np.float32(-1e4))[:, None, None, :]
        for layer in self._layers:
            x = self._through(x, layer, mask)
        return self._answer(x, filled, (pieces == target) & filled)

    def _through(self, x: Floats, layer: _Layer, mask: Floats) -> Floats:
        batch, length, width = x.shape
        flat = x.reshape(batch * length, width)
        qkv = (flat @ layer.qkv + layer.qkv_bias).reshape(batch, length, 3, self.heads, width // self.heads)
        query, key, value = qkv.transpose(2, 0, 3, 1, 4)
        weights = query @ key.swapaxes(-1, -2)
        weights += mask
        weights -= weights.max(axis=-1, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=-1, keepdims=True)
        mixed = (weights @ value).transpose(0, 2, 1, 3).reshape(batch * length, width)
        flat = _normalise(flat + (mixed @ layer.out + layer.out_bias), layer.norm1)
        inner = flat @ layer.up
        inner += layer.up_bias
        flat = _normalise(flat + (_gelu(inner) @ layer.down + layer.down_bias), layer.norm2)
        return flat.reshape(batch, length, width)

    def _answer(self, x: Floats, filled: NDArray[np.bool_], target: NDArray[np.bool_]) -> Floats:
        target[:, 0] |= ~target.any(axis=1)
        pooled = np.concatenate([_mean(x, filled), _mean(x, target)], axis=1)
        answer: Floats = pooled @ self._head + self._head_bias
        return answer


def _layer(weights: Weights, name: str) -> _Layer:
    def matrix(part: str) -> Floats:
        return np.ascontiguousarray(weights.matrix(f"{name}{part}.weight").T)

    def norm(part: str) -> tuple[Floats, Floats]:
        return weights.vector(f"{name}{part}.weight"), weights.vector(f"{name}{part}.bias")

    qkv, qkv_bias = matrix("qkv"), weights.vector(f"{name}qkv.bias").copy()
    # Attention divides by the root of a head's width: the queries are made smaller once, here.
    width = qkv.shape[0]
    smaller = np.float32((width // weights.settings["heads"]) ** -0.5)
    qkv[:, :width] *= smaller
    qkv_bias[:width] *= smaller
    out, up, down = (matrix(part) for part in ("out", "up", "down"))
    biases = [weights.vector(f"{name}{part}.bias") for part in ("out", "up", "down")]
    return _Layer(qkv, qkv_bias, out, biases[0], norm("norm1"), up, biases[1], down, biases[2], norm("norm2"))


def _table(texts: Sequence[Sequence[int]]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    lengths = np.array([len(text) for text in texts])
    # Four rows at once is what matrices are multiplied by: one or three beside cost as much as four, or more.
    longest = -(-int(lengths.max()) // 4) * 4
    pieces = np.zeros((len(texts), longest), dtype=np.intp)
    filled = np.arange(longest) < lengths[:, None]
    pieces[filled] = np.concatenate([np.asarray(text, dtype=np.intp) for text in texts])
    return pieces, filled


def _normalise(x: Floats, norm: tuple[Floats, Floats]) -> Floats:
    weight, bias = norm
    x = x - x.mean(axis=-1, keepdims=True)
    spread = np.einsum("...w,...w->...", x, x)[..., None] / np.float32(x.shape[-1])
    x /= np.sqrt(spread + _EPSILON)
    x *= weight
    x += bias
    return x


def _gelu(x: Floats) -> Floats:
    """GELU by its tanh formula, as the model was trained with."""
    inner = x * x
    inner *= np.float32(0.044715)
    inner += np.float32(1)
    inner *= x
    inner *= _GELU
    np.tanh(inner, out=inner)
    inner += np.float32(1)
    inner *= x
    inner *= np.float32(0.5)
    return inner


def _mean(x: Floats, which: NDArray[np.bool_]) -> Floats:
    share = which.astype(np.float32)
    share /= share.sum(axis=1, keepdims=True)
    mean: Floats = np.einsum("blw,bl->bw", x, share)
    return mean
