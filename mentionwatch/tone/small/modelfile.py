"""The model as a file: one block of bytes with a magic, a version and a checksum; read without numpy or pickle.

::

    The payload (see ``sealed.py``), little-endian:
    uint16    DENSE
    uint32    KEYS
    uint32    WORDS
    float64 x (2 x DENSE)   weights of the dense features, negative then positive
    float64                 what a step of the small weights is worth
    uint32 x KEYS           keys, ascending
    int8 x KEYS, twice      weights of the keys, negative then positive
    int8 x WORDS, 3 times   the words' strength in each lexicon, in tenths
    text                    the words, UTF-8, one a line

All weights are against neutral: a text's score for neutral is 0.
"""

from __future__ import annotations

import struct
from array import array
from typing import TYPE_CHECKING, NamedTuple

from mentionwatch.errors import ToneError
from mentionwatch.tone.small.sealed import TURNED, Numbers, little_endian, read_sealed, write_sealed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mentionwatch.tone.small.features import Valence

MAGIC = b"\x89MWTONE\n"
#: Goes up with every change of the file's form, or of what the features mean.
VERSION = 2
_COUNTS = struct.Struct("<HII")
_LEXICONS = 3
#: Both weights of a key in one number, so that one sum adds up both: negative in the low bits, lifted by ``LIFT`` so
#: that it is never below 0.
SHIFT, LIFT = 24, 128
#: A byte as tenths, from -12.8 to 12.7.
_TENTHS = [(byte - 256 if byte > 127 else byte) / 10 for byte in range(256)]


class Model(NamedTuple):
    """A model in memory."""

    #: Key -> weight for negative with ``LIFT`` added, plus weight for positive shifted left by ``SHIFT``.
    weights: dict[int, int]
    #: What one step of ``weights`` is worth.
    step: float
    #: Weights of the dense features.
    dense_negative: Sequence[float]
    dense_positive: Sequence[float]
    lexicon: dict[str, Valence]


def read_model(path: Path, dense: int) -> Model:
    """Read a model.

    Args:
        path: The file.
        dense: How many dense features there are.

    Raises:
        ToneError: The file is not there, damaged, or of another version.
    """
    payload = read_sealed(path, MAGIC, VERSION)
    found, keys, words = _COUNTS.unpack_from(payload)
    if found != dense:
        raise ToneError(f"the tone model {path} weighs {found} features, this program has {dense}; install again")
    return _parse(payload, dense, keys, words)


def _parse(payload: memoryview, dense: int, keys: int, words: int) -> Model:
    numbers = Numbers(payload, _COUNTS.size)
    take = numbers.take
    negative, positive = list(take("d", dense)), list(take("d", dense))
    (step,) = take("d", 1)
    names, low, high = take("I", keys), take("b", keys), take("b", keys)
    strengths = [map(_TENTHS.__getitem__, take("b", words).tobytes()) for _ in range(_LEXICONS)]
    lexicon = dict(zip(bytes(numbers.rest()).decode().split("\n"), zip(*strengths, strict=True), strict=True))
    # Put together byte by byte, not number by number; to turn over the highest bit adds LIFT.
    both = bytearray(4 * keys)
    both[0::4], both[3::4] = low.tobytes().translate(TURNED), high.tobytes()
    packed = Numbers(memoryview(both), 0).take("i", keys)
    return Model(dict(zip(names, packed, strict=True)), step, negative, positive, lexicon)


def write_model(
    path: Path,
    *,
    keys: Sequence[tuple[int, int, int]],
    step: float,
    dense: tuple[Sequence[float], Sequence[float]],
    lexicon: dict[str, Valence],
) -> None:
    """Write a model; equal values give equal bytes.

    Args:
        path: The file.
        keys: Key, weight for negative, weight for positive, the weights from -127 to 127.
        step: What one step of these weights is worth.
        dense: Weights of the dense features, for negative and for positive.
        lexicon: Word -> its strengths, to a tenth.
    """
    keys = sorted(keys)
    words = sorted(lexicon)
    blocks: list[array[float] | array[int]] = [
        array("d", [*dense[0], *dense[1], step]),
        array("I", [key for key, _, _ in keys]),
        array("b", [low for _, low, _ in keys]),
        array("b", [high for _, _, high in keys]),
        *(array("b", [round(lexicon[word][which] * 10) for word in words]) for which in range(_LEXICONS)),
    ]
    counts = _COUNTS.pack(len(dense[0]), len(keys), len(words))
    write_sealed(path, MAGIC, VERSION, counts + little_endian(blocks) + "\n".join(words).encode())
