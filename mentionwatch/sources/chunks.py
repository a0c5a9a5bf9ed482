"""A file piece by piece: which bytes of it are a record, so that none is lost between one chunk and the next.

A large file comes in chunks, each from a byte offset on.  A chunk is read up to the end of its last whole record, and
the next one begins there.  All of it works on bytes or on text with one character for each byte, so that an offset is
exact whatever the encoding and however broken the text.
"""

from __future__ import annotations

import codecs
import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mentionwatch.model import Dropped
from mentionwatch.sources import values
from mentionwatch.sources.columns import LISTS, WRAPPERS, column
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mentionwatch.model import Response

#: Longest cell that csv reads; a longer one is a quote that nobody closed.
_CELL_CAP = 131_072
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")
_OFFSET = re.compile(r"offset=(\d{1,18})$")
#: Encodings of two and four bytes a character, which are turned into UTF-8 first.
_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_BETWEEN = re.compile(r"[\s,]*")
_BLANK = re.compile(r"\s*")
#: Stands behind the last line; it is in a row only where a quote is open.
_END = "\x01end\x01\n"
_MAX_DEPTH = 6


@dataclass(frozen=True)
class Chunk:
    """A part of a file, or all of it."""

    #: Offset in the file of what `data` begins with, in bytes.
    start: int
    #: In UTF-8, or in an encoding that has ASCII in it.
    data: bytes
    #: There is more behind it.
    cut: bool = False
    #: What it was in before it became UTF-8, where that has more than one byte for each character; else "".
    wide: str = ""
    #: The encoding that the user names; "": UTF-8, and Windows-1252 where it is none.
    charset: str = ""

    def offset(self, position: int) -> int:
        """Where in the file a position in `data` is, in bytes."""
        if not self.wide:
            return self.start + position
        text = self.data[:position].decode("utf-8", "surrogatepass")
        return self.start + len(text.encode(self.wide, "surrogatepass"))

    def text(self, data: bytes) -> str:
        """Text of one record.

        Each is decided by itself: what stands in another chunk must not change how it is read.
        """
        if self.charset:
            return data.decode(self.charset, "replace")
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("utf-8" if self.wide else "cp1252", "replace")


@dataclass(frozen=True)
class Piece:
    """One record as it stands in a chunk, or what stands where one should be."""

    #: What to call it in a message: "line 3".
    what: str
    #: Of the record in the file, from 1.
    number: int
    #: The record, why there is none, or None for one that is passed over.
    record: Any
    #: Position in the chunk's data behind it.
    end: int
    #: Nothing behind it is a record.
    final: bool = False
    #: Something to be told of it, though it is read.
    note: str = ""


def read_chunk(response: Response, body: bytes, charset: str = "") -> Chunk:
    """The chunk that an answer is.

    Args:
        response: Tells in its ``content-range`` which part of the file it is; without one it is all of it, from the
            offset in its URL on.
        body: Of the answer, without compression.
        charset: The encoding that the user names.
    """
    found = _RANGE.fullmatch(response.headers.get("content-range", "").strip())
    told = _OFFSET.search(response.url)
    start = int(found[1]) if found else int(told[1]) if told else 0
    cut = bool(found and int(found[2]) + 1 < int(found[3]))
    wide = response.given.get("wide", "")
    if start == 0:
        mark, wide = _encoding(body)
        start, body = mark, body[mark:]
    if not wide:
        return Chunk(start, body, cut, charset=charset)
    whole = len(body) - len(body) % (4 if "32" in wide else 2)
    # One unit for each that is broken: the offsets stay right.
    text = body[:whole].decode(wide, "replace" if "32" in wide else "surrogatepass")
    return Chunk(start, text.encode("utf-8", "surrogatepass"), cut, wide)


def _encoding(body: bytes) -> tuple[int, str]:
    """Length of a document's mark, and its encoding where that has more than one byte for each character."""
    if body.startswith(codecs.BOM_UTF8):
        return len(codecs.BOM_UTF8), ""
    for mark, name in _WIDE:
        if body.startswith(mark):
            return len(mark), name
    head = body[:400]
    zeros = (head[0::2].count(0), head[1::2].count(0))
    if len(head) < 8 or max(zeros) < len(head) / 5 or min(zeros) > max(zeros) / 4:
        return 0, ""
    return 0, "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"


# --- JSON lines -------------------------------------------------------------------------------------------


def lines(chunk: Chunk, number: int = 0, *, skip: bool = False) -> Iterator[Piece]:
    """The values of JSON lines.

    Args:
        chunk: What to read.
        number: Lines before this chunk.
        skip: The chunk begins within a line that is not read.
    """
    position = 0
    while position < len(chunk.data):
        end = chunk.data.find(b"\n", position)
        if end < 0 and chunk.cut:
            return
        end = len(chunk.data) if end < 0 else end + 1
        number += 1
        line = chunk.data[position:end]
        yield Piece(f"line {number}", number, None if skip else _json_line(chunk, line, number), end)
        position, skip = end, False


def _json_line(chunk: Chunk, line: bytes, number: int) -> Any:
    text = chunk.text(line).strip().strip("\x1e\ufeff").rstrip(",")
    if not text:
        return None
    try:
        return values.loads(text)
    except ValueError:
        # Its own words say little: most such lines are no JSON at all.
        return Dropped(f"line {number}", f'it is no JSON: "{one_line(text[:400], 60)}"')


# --- one JSON document ------------------------------------------------------------------------------------


def members(chunk: Chunk, number: int = 0, *, inside: bool = False) -> Iterator[Piece] | None:
    """The members of the list of records in a JSON document; None where no list of records is found.

    Args:
        chunk: What to read.
        number: Members before this chunk.
        inside: The chunk begins within the list.
    """
    errors = "surrogatepass" if chunk.wide else "surrogateescape"
    text = chunk.data.decode("utf-8", errors)
    start = 0 if inside else _list_start(text)
    return None if start is None else _members(chunk, text, start, errors, number)


def _members(chunk: Chunk, text: str, start: int, errors: str, number: int) -> Iterator[Piece]:
    end = len(text[:start].encode("utf-8", errors))
    if start:
        yield Piece("", number, None, end)
    while True:
        begin = _skip(_BETWEEN, text, start)
        if begin >= len(text):
            return
        number += 1
        if text[begin] == "]":
            yield Piece("", number, None, len(chunk.data), final=True)
            return
        try:
            value, stop = values.decoder().raw_decode(text, begin)
        except (ValueError, RecursionError) as e:
            if not chunk.cut:
                why = getattr(e, "msg", "nested too deeply")
                near = one_line(text[begin : begin + 200], 60)
                broken = Dropped(f"item {number}", f'it is broken ({why}), and nothing behind it is read: "{near}"')
                yield Piece(broken.what, number, broken, len(chunk.data), final=True)
            return
        end += len(text[start:stop].encode("utf-8", errors))
        start = stop
        yield Piece(f"item {number}", number, value, end)


def _skip(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start


def _list_start(text: str, start: int = 0, depth: int = 0) -> int | None:
    """Where the list of records begins, behind its bracket."""
    start = _skip(_BLANK, text, start)
    if text[start : start + 1] == "[":
        return start + 1
    if text[start : start + 1] != "{" or depth > _MAX_DEPTH:
        return None
    decode = values.decoder().raw_decode
    start += 1
    try:
        while text[start := _skip(_BETWEEN, text, start)] == '"':
            key, start = decode(text, start)
            start = _skip(_BLANK, text, _skip(_BLANK, text, start) + 1)
            name = column(str(key))
            if name in LISTS and text[start] == "[":
                return start + 1
            if name in WRAPPERS and text[start] == "{" and (found := _list_start(text, start, depth + 1)) is not None:
                return found
            _, start = decode(text, start)
    except (ValueError, RecursionError, IndexError):
        return None
    return None


# --- CSV --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """How a CSV file is written."""

    #: One character.
    delimiter: str
    header: tuple[str, ...]
    #: Position behind the header.
    start: int = 0
    #: Rows before the first record, the header among them.
    rows: int = 0


def find_table(chunk: Chunk, known: frozenset[str]) -> Table | None:
    """Find the header of a CSV file and what divides its cells; None where there is nothing.

    Some exports have some lines about themselves before the header.

    Args:
        chunk: The first of the file.
        known: Names of columns as ``column`` writes them.
    """
    text = chunk.data[: 2 * _CELL_CAP].decode("latin-1")
    begin = 0
    if told := re.match(r"sep=([,;\t|])\r?\n", text):
        begin = told.end()
    best: tuple[tuple[int, int], Table] | None = None
    for delimiter in told[1] if told else ",;\t|":
        for number, (_, end, cells, _) in enumerate(_rows(text, begin, delimiter), 1):
            header = tuple(chunk.text(cell.encode("latin-1")).strip() for cell in cells)
            count = sum(column(name) in known for name in header)
            # The first row, unless one of the next has more columns that are known.
            rank = (count if number == 1 or count > 1 else 0, len(cells) if number == 1 else 0)
            if any(header) and (best is None or rank > best[0]):
                best = (rank, Table(delimiter, header, end, number + bool(told)))
            if number == 20:
                break
    return best[1] if best else None


def rows(chunk: Chunk, table: Table, number: int, *, skip: bool = False) -> Iterator[Piece]:
    """The rows of a CSV file as records.

    Args:
        chunk: What to read.
        table: How the file is written.
        number: Rows before this chunk, the header among them.
        skip: The chunk begins within a row that is not read.
    """
    text = chunk.data.decode("latin-1")
    start = table.start
    if skip:
        start = _line_end(text, 0)
        if start == len(text) and chunk.cut:
            return
        yield Piece("", number, None, start)
    for _, end, cells, is_broken in _rows(text, start, table.delimiter, cut=chunk.cut):
        if end >= len(text) and chunk.cut and not text.endswith("\n"):
            return
        number += 1
        # What another program would take for the rest of the file, or for the next column.
        note = "their quotes are not closed, and each is read as one line" if is_broken else ""
        if len(cells) > len(table.header) and any(cells[len(table.header) :]):
            note = note or "they have more cells than the header, and those are not read"
        record = _record(chunk, table.header, cells) if any(cells) else None
        yield Piece(f"row {number}", number, record, end, note=note)


def _record(chunk: Chunk, header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, cell in zip(header, cells, strict=False):
        if cell:
            found.setdefault(name, chunk.text(cell.encode("latin-1")))
    return found


def _line_end(text: str, start: int) -> int:
    found = _LINE.match(text, start)
    return found.end() if found else len(text)


class _Lines:
    """Gives the lines of a text to csv, and notes where it is."""

    def __init__(self, text: str, start: int) -> None:
        self._lines = _LINE.finditer(text, start)
        self._ended = False
        self.position = start

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines, None)
        if line is not None:
            self.position = line.end()
            # Before Python 3.11, csv stops at a NUL; the text is cleaned later.
            return line[0].replace("\0", "\x01")
        if self._ended:
            raise StopIteration
        self._ended = True
        self.position += 1
        return _END


def _rows(text: str, start: int, delimiter: str, *, cut: bool = False) -> Iterator[tuple[int, int, list[str], bool]]:
    """Start, end and cells of each row, and whether its quotes are not closed."""
    while start < len(text):
        source = _Lines(text, start)
        try:
            for cells in csv.reader(source, delimiter=delimiter):
                if source.position > len(text):
                    break
                yield start, source.position, cells, False
                start = source.position
        except csv.Error:  # a cell is larger than what csv reads
            pass
        else:
            if start >= len(text) or cut:
                return
        # A quote that is not closed up to the end of the file, or for very long: the row is its first line.
        end = _line_end(text, start)
        yield start, end, text[start:end].rstrip("\r\n").split(delimiter), True
        start = end
