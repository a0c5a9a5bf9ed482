"""Files that the models ship in: a magic, a version, the payload's size and checksum, the payload; never code.

::

    8 bytes   magic
    uint16    version
    uint32    bytes of the payload
    uint32    CRC-32 of the payload
"""

from __future__ import annotations

import struct
import sys
from array import array
from typing import TYPE_CHECKING, Any
from zlib import crc32

from mentionwatch.errors import ToneError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

#: A byte -> the byte with its highest bit turned over: a number from -128 to 127 with 128 added.
TURNED = bytes(byte ^ 128 for byte in range(256))
_HEAD = struct.Struct("<8sHII")


def read_sealed(path: Path, magic: bytes, version: int) -> memoryview:
    """Read a file's payload.

    Raises:
        ToneError: The file is not there, damaged, of another kind or of another version.
    """
    try:
        # Out of a zip too, where the program is one.
        loader: Any = __spec__.loader
        content = bytes(loader.get_data(str(path)))
    except OSError as error:
        raise ToneError(f"the tone model {path} cannot be read: {error.strerror or error}; install again") from error
    if len(content) < _HEAD.size or not content.startswith(magic):
        raise ToneError(f"{path} is no tone model, or its beginning is damaged; install again")
    _, found, size, checksum = _HEAD.unpack_from(content)
    if found != version:
        raise ToneError(f"the tone model {path} is of version {found}, this program reads {version}; install again")
    payload = memoryview(content)[_HEAD.size :]
    if len(payload) != size or crc32(payload) != checksum:
        raise ToneError(f"the tone model {path} is damaged (its checksum is wrong); install again")
    return payload


def write_sealed(path: Path, magic: bytes, version: int, payload: bytes) -> None:
    """Write a file; the same payload gives the same bytes."""
    path.write_bytes(_HEAD.pack(magic, version, len(payload), crc32(payload)) + payload)


class Numbers:
    """Takes rows of little-endian numbers from a payload, one after the other."""

    def __init__(self, payload: memoryview, start: int) -> None:
        self._payload, self._at = payload, start

    def take(self, code: str, count: int) -> array[Any]:
        """Give the next numbers; `code` is one of the module ``array``."""
        numbers = array(code)
        size = count * numbers.itemsize
        numbers.frombytes(self._payload[self._at : self._at + size])
        self._at += size
        if sys.byteorder == "big":
            numbers.byteswap()
        return numbers

    def rest(self) -> memoryview:
        """Give what is left."""
        return self._payload[self._at :]


def little_endian(blocks: Sequence[array[Any]]) -> bytes:
    """Put rows of numbers one after the other."""
    if sys.byteorder == "big":
        for block in blocks:
            block.byteswap()
    return b"".join(block.tobytes() for block in blocks)
