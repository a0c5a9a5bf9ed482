"""The network of the default engine as a file, and its numbers put side by side in long integers.

Python's integers have no bound: one of them holds a number for each of the network's lanes, and one addition adds them
all.  So a network runs without numpy, ten times as fast as number by number.

::

    The payload (see ``sealed.py``), little-endian:
    uint32       PIECES      word pieces
    uint16       WIDTH       numbers that stand for a piece, an even number
    uint16       LANES       patterns that are looked for, an even number
    uint16       REACH       pieces that a pattern sees, an odd number
    uint16       UNITS       hidden units of the head
    float64                  how much the sum of weights counts beside the network: a factor of its log-odds
    float64 x OUTPUTS        what a step of the head's rows is worth; OUTPUTS is UNITS + 2
    float64 x OUTPUTS        what is added to them
    float64 x (2 x UNITS)    what a hidden unit says for negative; for positive
    uint8 x PIECES x WIDTH / 2     the pieces: numbers from -8 to 7 with 8 added, two to a byte, the first one low
    int8 x WIDTH x REACH x LANES   the patterns
    int16 x LANES            what is added to the patterns
    int16 x (2 x LANES) x OUTPUTS  the head: of the patterns' sums, then of their maxima
    text                     the pieces' names, UTF-8, one a line

Whatever pieces follow each other, what they make of a pattern has to fit 16 bits: who writes a file sees to it.
"""

from __future__ import annotations

import struct
from array import array
from typing import TYPE_CHECKING, Any, NamedTuple

from mentionwatch.errors import ToneError
from mentionwatch.tone.small.sealed import TURNED, Numbers, little_endian, read_sealed, write_sealed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MAGIC = b"\x89MWNET1\n"
#: Goes up with every change of the file's form, or of how texts are cut into pieces.
VERSION = 1
_COUNTS = struct.Struct("<IHHHH")


class NetworkFile(NamedTuple):
    """What is in a file.

    Attributes:
        share: See above.
        names: The pieces' names, in the order of their numbers.
        pieces: A row of WIDTH / 2 bytes for each piece, one after the other; see above.
        patterns: WIDTH rows, each of REACH x LANES.
        bias: What is added to the patterns.
        head: A row of OUTPUTS for each pattern's sum, and then for each pattern's maximum.
        steps: What a step in each column of the head is worth.
        offsets: What is added to each column.
        units: What each hidden unit says for negative, and for positive.
    """

    share: float
    names: Sequence[str]
    pieces: bytes
    patterns: Sequence[array[int]]
    bias: array[int]
    head: Sequence[array[int]]
    steps: array[float]
    offsets: array[float]
    units: tuple[array[float], array[float]]

    @property
    def width(self) -> int:
        """Numbers that stand for a piece."""
        return len(self.patterns)

    @property
    def lanes(self) -> int:
        """Patterns that are looked for."""
        return len(self.bias)

    @property
    def reach(self) -> int:
        """Pieces that a pattern sees."""
        return len(self.patterns[0]) // self.lanes


def read_network(path: Path) -> NetworkFile:
    """Read a network.

    Raises:
        ToneError: The file is not there, damaged, or of another version.
    """
    payload = read_sealed(path, MAGIC, VERSION)
    pieces, width, lanes, reach, units = _COUNTS.unpack_from(payload)
    numbers = Numbers(payload, _COUNTS.size)
    (share,) = numbers.take("d", 1)
    outputs = units + 2
    found = NetworkFile(
        share=share,
        steps=numbers.take("d", outputs),
        offsets=numbers.take("d", outputs),
        units=(numbers.take("d", units), numbers.take("d", units)),
        pieces=numbers.take("B", pieces * width // 2).tobytes(),
        patterns=[numbers.take("b", reach * lanes) for _ in range(width)],
        bias=numbers.take("h", lanes),
        head=[numbers.take("h", outputs) for _ in range(2 * lanes)],
        names=bytes(numbers.rest()).decode().split("\n"),
    )
    if len(found.names) != pieces:
        raise ToneError(f"the tone model {path} names {len(found.names)} of {pieces} pieces; install again")
    return found


def write_network(path: Path, network: NetworkFile) -> None:
    """Write a network; the same numbers give the same bytes."""
    units = len(network.units[0])
    counts = (len(network.names), network.width, network.lanes, network.reach, units)
    floats: list[array[Any]] = [array("d", [network.share]), network.steps, network.offsets, *network.units]
    rows: list[array[Any]] = [array("B", network.pieces), *network.patterns, network.bias, *network.head]
    blocks = [array(block.typecode, block) for block in (*floats, *rows)]
    payload = _COUNTS.pack(*counts) + little_endian(blocks) + "\n".join(network.names).encode()
    write_sealed(path, MAGIC, VERSION, payload)


def packed(numbers: array[int], bits: int) -> int:
    """Put numbers (of as many bits at most) side by side into one, `bits` for each, the first in the lowest bits.

    A number below 0 borrows from the lane above it: the sum of such integers still is the integer of the sums, as long
    as none outgrows its lane.  To take them apart again, add ``repeated(1 << (bits - 1), ...)``: so none is below 0.
    """
    size, lane, count = numbers.itemsize, bits // 8, len(numbers)
    row = little_endian([numbers[:]])
    lanes = bytearray(lane * count)
    for place in range(size - 1):
        lanes[place::lane] = row[place::size]
    # To turn over a number's highest bit adds half of what its bits hold, whatever the sign: none is below 0 until that
    # is taken off.
    lanes[size - 1 :: lane] = row[size - 1 :: size].translate(TURNED)
    return int.from_bytes(lanes, "little") - repeated(1 << (8 * size - 1), bits, count)


def repeated(number: int, bits: int, count: int) -> int:
    """Put one number (not below 0) into `count` lanes."""
    return int.from_bytes(number.to_bytes(bits // 8, "little") * count, "little")
