"""Texts to judge, as files and pipes hold them: JSON lines, and labelled CSV or JSON lines.

What is wrong is told with the name of the file, the line and the column, as compilers and editors know it.
"""

from __future__ import annotations

import csv
import io
import json
import math
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from mentionwatch.errors import UsageError
from mentionwatch.text import one_line
from mentionwatch.tone.figures import CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mentionwatch.model import Label

#: Longest line of JSON lines, and longest cell of a CSV file.
MAX_LINE_BYTES = 16 * 2**20
#: Largest labelled file, which is held in memory.
MAX_FILE_BYTES = 256 * 2**20
_SHORT: dict[str, Label] = {"neg": "negative", "neu": "neutral", "pos": "positive"}
_LABELS: dict[str, Label] = {**{label: label for label in CLASSES}, **_SHORT}
_JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")
_OPTIONAL = ("target", "rating", "language", "from", "to")


@dataclass(frozen=True)
class Asked:
    """A text to judge, and what is known of it; the fields are arguments of ``Engine.rate``."""

    text: str
    target: str | None = None
    rating: float | None = None
    language: str | None = None
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Labelled:
    """A text whose tone is known."""

    #: Where it stands in its file, from 1.
    line: int
    asked: Asked
    label: Label
    #: The row as it stands in the file.
    record: dict[str, Any]


@dataclass(frozen=True)
class Columns:
    """What the two columns are called that have to be there."""

    text: str = "text"
    label: str = "label"


class _Mistake(ValueError):  # noqa: N818 - told as a UsageError with its place
    """Something is wrong in a column."""

    def __init__(self, column: str, why: str) -> None:
        self.column = column
        self.why = why


def read_objects(stream: BinaryIO, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Read JSON lines as they come: each object is given as soon as its line is whole; blank lines count and are none.

    Args:
        stream: Bytes; of a line it never holds more than 16 MiB.
        name: For messages.

    Yields:
        The line's number, from 1, and the object.

    Raises:
        UsageError: A line is no JSON object, not UTF-8, or too long.
    """
    number = 0
    while raw := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(raw) > MAX_LINE_BYTES:
            _refuse(name, number, "", f"the line is longer than {MAX_LINE_BYTES // 2**20} MiB")
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
        except UnicodeDecodeError as e:
            _refuse(name, number, "", f"not UTF-8 at byte {e.start + 1} of the line")
        if text:
            yield number, _read_object(text, name, number)


def read_asked(record: dict[str, Any], name: str, line: int, defaults: Asked | None = None) -> Asked:
    """Read one object of JSON lines.

    Args:
        record: With "text", and perhaps "target", "rating", "language", "from" and "to".
        name: For messages.
        line: For messages.
        defaults: What holds where the object says nothing; its text is not looked at.

    Raises:
        UsageError: A value is missing or makes no sense.
    """
    try:
        return _asked(record, "text", defaults)
    except _Mistake as e:
        _refuse(name, line, e.column, e.why)


def read_labelled(
    stream: BinaryIO, name: str, columns: Columns | None = None, *, limit: int | None = None
) -> list[Labelled]:
    """Read a labelled file: CSV (comma, semicolon or tab) with a header, or JSON lines.

    Args:
        stream: The file's bytes.
        name: For messages; its suffix says that it is JSON lines, and so does a brace at its beginning.
        columns: What text and label are called; target, rating, language, from and to are optional.
        limit: Only the first so many rows.

    Raises:
        UsageError: A column is missing, a label unknown, a value makes no sense, or there are no rows; with the first
            place and how many more rows are wrong.  Or the file is larger than 256 MiB.
    """
    columns = columns or Columns()
    source = io.BytesIO(stream.read(MAX_FILE_BYTES + 1))
    if source.getbuffer().nbytes > MAX_FILE_BYTES:
        raise UsageError(f"{one_line(name)}: it is larger than {MAX_FILE_BYTES // 2**20} MiB; give a part of it")
    start = source.getvalue()[:1000].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"[":
        raise UsageError(f"{one_line(name)}: a JSON array; give one object a line, as jq -c '.[]' makes them of it")
    is_json = start == b"{" or name.lower().endswith(_JSON_SUFFIXES)
    rows = read_objects(source, name) if is_json else _read_csv(source.getvalue(), name, columns)
    found = _label_all(rows, name, columns, limit)
    if not found:
        raise UsageError(f"{one_line(name)}: it holds no labelled texts")
    return found


def _label_all(
    rows: Iterator[tuple[int, dict[str, Any]]], name: str, columns: Columns, limit: int | None
) -> list[Labelled]:
    found: list[Labelled] = []
    wrong: list[tuple[int, _Mistake]] = []
    for line, record in rows:
        if limit is not None and len(found) + len(wrong) >= limit:
            break
        try:
            found.append(Labelled(line, _asked(record, columns.text, None), _label(record, columns.label), record))
        except _Mistake as e:
            wrong.append((line, e))
    if wrong:
        line, first = wrong[0]
        rest = len(wrong) - 1
        others = f" (and {rest:,} more {'rows are' if rest > 1 else 'row is'} wrong)" if rest else ""
        _refuse(name, line, first.column, first.why + others)
    return found


def _refuse(name: str, line: int, column: str, why: str) -> NoReturn:
    raise UsageError(": ".join(part for part in (f"{one_line(name)}:{line}", one_line(column), why) if part))


# --- values -----------------------------------------------------------------------------------------------


def _asked(record: dict[str, Any], text_column: str, defaults: Asked | None) -> Asked:
    text = record.get(text_column)
    if text_column not in record:
        there = ", ".join(one_line(str(key), 30) for key in list(record)[:10])
        raise _Mistake(text_column, f"is missing; there is only: {there}" if there else "is missing")
    if not isinstance(text, str):
        raise _Mistake(text_column, f"{_shown(text)} is no text")
    given = Asked(
        text, _string(record, "target"), _rating(record), _string(record, "language"), _spans(record, len(text))
    )
    if defaults is None:
        return given
    return replace(
        given,
        target=given.target if given.target is not None else defaults.target,
        rating=given.rating if given.rating is not None else defaults.rating,
        language=given.language if given.language is not None else defaults.language,
    )


def _label(record: dict[str, Any], column: str) -> Label:
    given = record.get(column)
    label = _LABELS.get(given.strip().lower()) if isinstance(given, str) else None
    if label is None:
        if column not in record:
            raise _Mistake(column, f"is missing; it has to be one of {', '.join(CLASSES)}")
        raise _Mistake(column, f"{_shown(given)} is none of {', '.join(CLASSES)}")
    return label


def _string(record: dict[str, Any], column: str) -> str | None:
    value = record.get(column)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str):
        raise _Mistake(column, f"{_shown(value)} is no text")
    return value


def _number(record: dict[str, Any], column: str) -> float | None:
    """A number; in a CSV file it is a text."""
    value = record.get(column)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise _Mistake(column, f"{_shown(value)} is no number")
    return number


def _rating(record: dict[str, Any]) -> float | None:
    rating = _number(record, "rating")
    if rating is not None and not 1 <= rating <= 5:
        raise _Mistake("rating", f"{_shown(record['rating'])} is not from 1 to 5")
    return rating


def _spans(record: dict[str, Any], length: int) -> tuple[tuple[int, int], ...]:
    start, end = _number(record, "from"), _number(record, "to")
    if start is None and end is None:
        return ()
    if start is None or end is None:
        raise _Mistake("from" if start is None else "to", "is missing; from and to belong together")
    if start != int(start) or end != int(end) or not 0 <= start < end <= length:
        raise _Mistake("from", f"{start:g} to {end:g} is no part of a text of {length} characters")
    return ((int(start), int(end)),)


def _shown(value: object) -> str:
    try:
        return one_line(json.dumps(value, ensure_ascii=False), 40)
    except (TypeError, ValueError, RecursionError):
        return "what stands there"


# --- files ------------------------------------------------------------------------------------------------


def _read_object(text: str, name: str, line: int) -> dict[str, Any]:
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as e:
        _refuse(name, line, "", f"no JSON: {e.msg.lower()} at character {e.pos + 1}")
    except (ValueError, RecursionError) as e:  # NaN, a number of thousands of digits, brackets in brackets
        why = "it is nested too deeply" if isinstance(e, RecursionError) else one_line(str(e), 80)
        _refuse(name, line, "", f"no JSON: {why}")
    if not isinstance(value, dict):
        _refuse(name, line, "", 'a JSON object is needed, such as {"text": "…"}')
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _read_csv(raw: bytes, name: str, columns: Columns) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        _refuse(name, raw.count(b"\n", 0, e.start) + 1, "", "not UTF-8; save the file as UTF-8")
    with _long_cells():
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, columns))
        header: Sequence[str] | None = None
        before = 0
        try:
            for cells in rows:
                line, before = before + 1, rows.line_num
                if not any(cell.strip() for cell in cells):
                    continue
                if header is None:
                    header = _header(cells, name, line, columns)
                else:
                    yield line, dict(zip(header, cells, strict=False))
        except csv.Error as e:
            _refuse(name, rows.line_num, "", f"no CSV: {e}")


def _header(cells: Sequence[str], name: str, line: int, columns: Columns) -> list[str]:
    """The columns' names; those that mean something here in the case they are meant in."""
    known = {wanted.lower(): wanted for wanted in (*_OPTIONAL, columns.text, columns.label)}
    header = [known.get(cell.strip().lower(), cell.strip()) for cell in cells]
    for wanted, option in ((columns.text, "--text-column"), (columns.label, "--label-column")):
        if wanted not in header:
            there = one_line(", ".join(header), 80)
            _refuse(name, line, wanted, f"there is no such column, only: {there}; name yours with {option}")
    return header


def _delimiter(text: str, columns: Columns) -> str:
    """What stands between the names of the header."""
    first = text.lstrip("\r\n").split("\n", 1)[0]

    def fits(delimiter: str) -> tuple[int, int]:
        names = {cell.strip().strip('"').lower() for cell in first.split(delimiter)}
        return len(names & {columns.text.lower(), columns.label.lower()}), first.count(delimiter)

    return max(",;\t", key=fits)


@contextmanager
def _long_cells() -> Iterator[None]:
    before = csv.field_size_limit(MAX_LINE_BYTES)
    try:
        yield
    finally:
        csv.field_size_limit(before)
