"""The file that the model ships in: a header that says what is in it, the numbers behind it, and a checksum.

``MWTONE`` and a line feed; the format's version (2 bytes), the header's length (4 bytes), the SHA-256 of all that
follows (32 bytes); the header (JSON); the arrays one after the other.  Little-endian throughout.  None of it is code.
"""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mentionwatch.errors import ToneError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

MAGIC = b"MWTONE\n"
VERSION = 1
#: How many numbers in 4 bits have one scale.
GROUP = 64
_FIXED = struct.Struct("<7sHI32s")
_TYPES = ("int8", "uint8", "float16", "float32")


@dataclass(frozen=True)
class Weights:
    """What is in a file.

    Attributes:
        settings: Sizes of the network, and what turns its answers into probabilities.
        vocabulary: The pieces, in the order of their numbers.
        arrays: The numbers by name.  A matrix ``x`` is either in 8 bits, with a scale for each row in ``x.scale``, or
            in 4 bits, two to a byte, with a scale for each `GROUP` numbers of a row.
    """

    settings: Mapping[str, Any]
    vocabulary: Sequence[str]
    arrays: Mapping[str, NDArray[Any]]

    def matrix(self, name: str) -> NDArray[np.float32]:
        """Give a matrix (rows: outputs) as it is multiplied with."""
        return full(self.arrays[name], self.arrays[f"{name}.scale"])

    def vector(self, name: str) -> NDArray[np.float32]:
        """Give a row of numbers."""
        return self.arrays[name].astype("float32")


def full(numbers: NDArray[Any], scales: NDArray[Any]) -> NDArray[np.float32]:
    """Make rows in 8 or 4 bits into what they stand for."""
    import numpy as np

    if numbers.dtype == np.int8:
        whole: NDArray[np.float32] = numbers * scales.astype(np.float32)[..., None]
        return whole
    nibbles = np.empty((*numbers.shape[:-1], numbers.shape[-1] * 2), dtype=np.float32)
    nibbles[..., 0::2] = numbers & 15
    nibbles[..., 1::2] = numbers >> 4
    nibbles -= 8
    grouped = nibbles.reshape(*scales.shape, GROUP)
    grouped *= scales.astype(np.float32)[..., None]
    return nibbles


def read_weights(path: Path) -> Weights:
    """Read a model's file.

    Raises:
        ToneError: It cannot be read, is damaged, or is of a version that this program does not know.
    """
    try:
        # Out of a zip too, where the program is one.
        loader: Any = __spec__.loader
        data = bytes(loader.get_data(str(path)))
    except OSError as error:
        raise ToneError(f"the model {path} cannot be read ({error.strerror}); install mentionwatch again") from error
    if len(data) < _FIXED.size or not data.startswith(MAGIC):
        raise ToneError(f"the model {path} is damaged (it does not begin as one); install mentionwatch again")
    _, version, size, checksum = _FIXED.unpack_from(data)
    if version != VERSION:
        raise ToneError(
            f"the model {path} is of version {version}, and this program reads version {VERSION}; "
            "install both of the same release"
        )
    body = memoryview(data)[_FIXED.size :]
    if hashlib.sha256(body).digest() != checksum:
        raise ToneError(f"the model {path} is damaged (its checksum is wrong); install mentionwatch again")
    try:
        return _parse(json.loads(bytes(body[:size])), body[size:])
    except (ValueError, KeyError, TypeError) as error:
        raise ToneError(f"the model {path} is damaged (its header is wrong); install mentionwatch again") from error


def _parse(header: Mapping[str, Any], numbers: memoryview) -> Weights:
    import numpy as np

    arrays = {}
    start = 0
    for name, kind, shape in header["arrays"]:
        dtype = np.dtype(_TYPES[_TYPES.index(kind)]).newbyteorder("<")
        count = int(np.prod(shape))
        arrays[name] = np.frombuffer(numbers, dtype, count, start).reshape(shape)
        start += count * dtype.itemsize
    return Weights(header["settings"], header["vocabulary"], arrays)


def write_weights(path: Path, weights: Weights) -> None:
    """Write a model's file; the same weights give the same bytes."""
    listed = [(name, str(array.dtype), list(array.shape)) for name, array in weights.arrays.items()]
    header = {"settings": dict(weights.settings), "vocabulary": list(weights.vocabulary), "arrays": listed}
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    body = text + b"".join(array.astype(array.dtype.newbyteorder("<")).tobytes() for array in weights.arrays.values())
    path.write_bytes(_FIXED.pack(MAGIC, VERSION, len(text), hashlib.sha256(body).digest()) + body)
