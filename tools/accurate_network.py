"""The network of the accurate engine in torch: BERT's encoder (or MPNet's, for its teacher) with a head for tone."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from pathlib import Path

#: How many numbers in 4 bits have one scale; as in mentionwatch.tone.accurate.weights.
GROUP = 64
LABELS = ("negative", "neutral", "positive")
#: MPNet's: kinds of distance between two pieces, and from which on all are alike.
_BUCKETS, _FAR = 32, 128


def read_safetensors(path: Path) -> dict[str, Tensor]:
    """Read a file of weights; the format is a JSON header and the numbers behind it."""
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    found = {}
    for name, about in header.items():
        if name != "__metadata__" and about["dtype"] == "F32":
            start, end = (8 + size + offset for offset in about["data_offsets"])
            numbers = np.frombuffer(data[start:end], dtype=np.float32).reshape(about["shape"])
            found[name.removeprefix("bert.")] = torch.from_numpy(numbers.copy())
    return found


def coarse(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Give a matrix in 4 bits: numbers from -8 to 7, and a scale for each group of them in a row."""
    groups = weight.detach().reshape(*weight.shape[:-1], -1, GROUP)
    strongest = groups.gather(-1, groups.abs().argmax(dim=-1, keepdim=True))
    scales = (strongest / -8).half().float()
    safe = torch.where(scales == 0, torch.ones_like(scales), scales)
    return (groups / safe).round().clamp(-8, 7), scales


def _as_shipped(weight: Tensor) -> Tensor:
    """Give a matrix as it will be in 4 bits; its gradient passes through as if nothing was rounded."""
    numbers, scales = coarse(weight)
    return weight + ((numbers * scales).reshape(weight.shape) - weight).detach()


class Linear(nn.Linear):
    """A matrix and a bias, the matrix in 4 bits once that is asked for."""

    rounded = False

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(x, _as_shipped(self.weight) if self.rounded else self.weight, self.bias)


class Layer(nn.Module):
    """Attention and feed-forward, each with what came in added and normalised, as in BERT."""

    def __init__(self, width: int, heads: int, inner: int, *, eps: float, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = Linear(width, 3 * width)
        self.out = Linear(width, width)
        self.norm1 = nn.LayerNorm(width, eps=eps)
        self.up = Linear(width, inner)
        self.down = Linear(inner, width)
        self.norm2 = nn.LayerNorm(width, eps=eps)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        batch, length, width = x.shape
        qkv = self.qkv(x).view(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2], attn_mask=mask.to(qkv.dtype))
        mixed = mixed.transpose(1, 2).reshape(batch, length, width)
        x = self.norm1(x + self.dropout(self.out(mixed)))
        return self.norm2(x + self.dropout(self.down(functional.gelu(self.up(x), approximate="tanh"))))


class Encoder(nn.Module):
    """Word pieces in, log-odds of the three labels out.

    The head sees the mean of all pieces and the mean of the target's; the first piece, where there is no target.
    """

    def __init__(self, settings: dict, layers: int, *, pieces: int, places: int, dropout: float) -> None:
        super().__init__()
        self.rounded = False
        width, heads = settings["hidden_size"], settings["num_attention_heads"]
        #: MPNet counts places from 2, and adds to attention how far apart two pieces stand.
        self.first_place = 2 if settings["model_type"] == "mpnet" else 0
        self.relative = nn.Embedding(_BUCKETS, heads) if settings["model_type"] == "mpnet" else None
        self.words = nn.Embedding(pieces, width)
        self.places = nn.Embedding(places + self.first_place, width)
        self.norm = nn.LayerNorm(width, eps=settings["layer_norm_eps"])
        self.layers = nn.ModuleList(
            Layer(width, heads, settings["intermediate_size"], eps=settings["layer_norm_eps"], dropout=dropout)
            for _ in range(layers)
        )
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(2 * width, len(LABELS))

    def round(self) -> None:
        """From now on, compute with weights in 4 bits, as they will be shipped."""
        self.rounded = True
        for module in self.modules():
            if isinstance(module, Linear):
                module.rounded = True

    def forward(self, pieces: Tensor, filled: Tensor, target: Tensor) -> Tensor:
        words = self.words(pieces)
        words = _as_shipped(words) if self.rounded else words
        x = self.dropout(self.norm(words + self.places.weight[self.first_place :][: pieces.shape[1]]))
        mask = torch.zeros(filled.shape).masked_fill(~filled, -1e4)[:, None, None, :]
        if self.relative is not None:
            place = torch.arange(pieces.shape[1])
            mask = mask + self.relative(_bucket(place[None, :] - place[:, None])).permute(2, 0, 1)
        for layer in self.layers:
            x = layer(x, mask)
        x = x.float()
        first = torch.zeros_like(target)
        first[:, 0] = ~target.any(dim=1)
        pooled = torch.cat([_mean(x, filled), _mean(x, target | first)], dim=1)
        return self.head(self.dropout(pooled))


def _mean(x: Tensor, which: Tensor) -> Tensor:
    weights = which.float()
    return torch.einsum("blw,bl->bw", x, weights / weights.sum(dim=1, keepdim=True))


def _bucket(distance: Tensor) -> Tensor:
    """Give distances between pieces by MPNet's buckets: each near one its own, the far ones by their logarithm."""
    half, near = _BUCKETS // 2, _BUCKETS // 4
    size = distance.abs()
    far = near + (torch.log(size.clamp(min=1) / near) / math.log(_FAR / near) * (half - near)).long()
    return (distance > 0).long() * half + torch.where(size < near, size, far.clamp(max=half - 1))


def load_base(folder: Path, *, layers: list[int] | None = None, dropout: float = 0.1, places: int = 128) -> Encoder:
    """Make an encoder of pretrained weights (a folder with config.json and model.safetensors).

    Args:
        folder: MiniLM's or MPNet's, as sentence-transformers ships them.
        layers: Which of its layers to take; all of them by default.
        dropout: While it is trained.
        places: Longest text in pieces.
    """
    settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    weights = read_safetensors(folder / "model.safetensors")
    taken = list(range(settings["num_hidden_layers"])) if layers is None else layers
    model = Encoder(settings, len(taken), pieces=settings["vocab_size"], places=places, dropout=dropout)
    with torch.no_grad():
        words = weights["embeddings.word_embeddings.weight"].clone()
        if "embeddings.token_type_embeddings.weight" in weights:
            # Every text is the first of its pair, as BERT sees it.
            words += weights["embeddings.token_type_embeddings.weight"][0]
        model.words.weight.copy_(words)
        model.places.weight.copy_(weights["embeddings.position_embeddings.weight"][: len(model.places.weight)])
        _norm(model.norm, weights, "embeddings.LayerNorm")
        for layer, number in zip(model.layers, taken, strict=True):
            _layer(layer, weights, f"encoder.layer.{number}.", _NAMES[settings["model_type"]])
        if model.relative is not None:
            model.relative.weight.copy_(weights["encoder.relative_attention_bias.weight"])
        nn.init.normal_(model.head.weight, std=0.02)
        nn.init.zeros_(model.head.bias)
    return model


def _norm(norm: nn.LayerNorm, weights: dict[str, Tensor], name: str) -> None:
    norm.weight.copy_(weights[name + ".weight"])
    norm.bias.copy_(weights[name + ".bias"])


#: What the parts of attention are called: query, key and value; what comes after them; the norm.
_NAMES = {
    "bert": (
        ("attention.self.query", "attention.self.key", "attention.self.value"),
        "attention.output.dense",
        "attention.output.LayerNorm",
    ),
    "mpnet": (("attention.attn.q", "attention.attn.k", "attention.attn.v"), "attention.attn.o", "attention.LayerNorm"),
}


def _layer(layer: Layer, weights: dict[str, Tensor], name: str, names: tuple[tuple[str, ...], str, str]) -> None:
    attention, out, norm = names
    for end in ("weight", "bias"):
        getattr(layer.qkv, end).copy_(torch.cat([weights[f"{name}{part}.{end}"] for part in attention]))
        getattr(layer.out, end).copy_(weights[f"{name}{out}.{end}"])
        getattr(layer.up, end).copy_(weights[f"{name}intermediate.dense.{end}"])
        getattr(layer.down, end).copy_(weights[f"{name}output.dense.{end}"])
    _norm(layer.norm1, weights, f"{name}{norm}")
    _norm(layer.norm2, weights, f"{name}output.LayerNorm")
