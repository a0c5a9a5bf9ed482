"""The model as a file: one block of bytes with a magic, a version and a checksum; read without numpy or pickle.

::

    8 bytes   magic                    then the payload, little-endian:
    uint16    version                  float64 x (2 x DENSE)   weights of the dense features, negative then positive
    uint32    bytes of the payload     float64                 what a step of the small weights is worth
    uint32    CRC-32 of the payload    uint32 x KEYS           keys, ascending
                                       int8 x KEYS, twice      weights of the keys, negative then positive
    The payload begins with            int8 x WORDS, 3 times   the words' strength in each lexicon, in tenths
    uint16    DENSE                    text                    the words, UTF-8, one a line
    uint32    KEYS
    uint32    WORDS

All weights are against neutral: a text's score for neutral is 0.
"""

from __future__ import annotations

import struct
import sys
from array import array
from dataclasses import dataclass
from operator import add
from typing import TYPE_CHECKING, Any
from zlib import crc32

from mentionwatch.errors import ToneError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mentionwatch.tone.small.features import Valence

MAGIC = b"\x89MWTONE\n"
#: Goes up with every change of the file's form, or of what the features mean.
VERSION = 2
_HEAD = struct.Struct("<8sHII")
_COUNTS = struct.Struct("<HII")
_LEXICONS = 3
#: Both weights of a key in one number, so that one sum adds up both: negative in the low bits.
SHIFT = 24


@dataclass(frozen=True)
class Model:
    """A model in memory."""

    #: Key -> weight for negative, plus weight for positive shifted left by ``SHIFT``.
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
    try:
        # Out of a zip too, where the program is one.
        loader: Any = __spec__.loader
        content = bytes(loader.get_data(str(path)))
    except OSError as error:
        raise ToneError(f"the tone model {path} cannot be read: {error.strerror or error}; install again") from error
    if len(content) < _HEAD.size or not content.startswith(MAGIC):
        raise ToneError(f"{path} is no tone model, or its beginning is damaged; install again")
    _, version, size, checksum = _HEAD.unpack_from(content)
    if version != VERSION:
        raise ToneError(f"the tone model {path} is of version {version}, this program reads {VERSION}; install again")
    payload = memoryview(content)[_HEAD.size :]
    if len(payload) != size or crc32(payload) != checksum:
        raise ToneError(f"the tone model {path} is damaged (its checksum is wrong); install again")
    found, keys, words = _COUNTS.unpack_from(payload)
    if found != dense:
        raise ToneError(f"the tone model {path} weighs {found} features, this program has {dense}; install again")
    return _parse(payload, dense, keys, words)


def _parse(payload: memoryview, dense: int, keys: int, words: int) -> Model:
    at = _COUNTS.size

    def take(code: str, count: int) -> array[int]:
        nonlocal at
        numbers = array(code)
        numbers.frombytes(payload[at : at + count * numbers.itemsize])
        at += count * numbers.itemsize
        if sys.byteorder == "big":
            numbers.byteswap()
        return numbers

    negative, positive = list(take("d", dense)), list(take("d", dense))
    (step,) = take("d", 1)
    names, low, high = take("I", keys), take("b", keys), take("b", keys)
    strengths = [[tenth / 10 for tenth in take("b", words)] for _ in range(_LEXICONS)]
    lexicon = dict(zip(bytes(payload[at:]).decode().split("\n"), zip(*strengths, strict=True), strict=True))
    packed = map(add, low, map((1 << SHIFT).__mul__, high))
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
    if sys.byteorder == "big":
        for block in blocks:
            block.byteswap()
    counts = _COUNTS.pack(len(dense[0]), len(keys), len(words))
    payload = counts + b"".join(block.tobytes() for block in blocks) + "\n".join(words).encode()
    path.write_bytes(_HEAD.pack(MAGIC, VERSION, len(payload), crc32(payload)) + payload)
