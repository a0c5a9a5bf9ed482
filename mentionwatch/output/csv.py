r"""CSV for spreadsheets and databases: RFC 4180 (comma, ``"``, CRLF), a header, one row a mention.

Open the file with ``newline=""``, or line ends are doubled on Windows.  None is an empty cell, a number stands as a
number, a time as ISO 8601 in UTC.

A spreadsheet runs a cell that begins like a formula.  In the columns of text such a cell gets an apostrophe in
front: where, after blanks and quotes, the first character is one of ``= + - @`` (full-width ones too).
``unguard_cell`` takes exactly these apostrophes off again.  Columns of numbers stay as they are, so that a polarity
of -0.5 is one.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from mentionwatch.output.record import ALERT_COLUMNS, MENTION_COLUMNS, alert_record, mention_record, time_utc
from mentionwatch.text import clean_or_none

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import TextIO

    from mentionwatch.model import Alert, Mention
    from mentionwatch.output.base import Options

# Blanks, marks without width and quotes may stand before it: importers strip them.  The signs: ASCII, full-width,
# small forms (Japanese and Chinese spreadsheets read them as the ASCII ones) and the minus sign.
_FORMULA = re.compile(
    "[\\s\u00ad\u200b-\u200d\u2060\ufeff\"'`\u2018-\u201f\u00ab\u00bb\uff02\uff07]*"
    "[=+\\-@\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20\t\r]"
)
#: Larger numbers stay in powers of ten.
_WHOLE = 1e15


def guard_cell(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguard_cell(cell: str) -> str:
    """Take off the apostrophe that ``guard_cell`` put on; any other stays."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell


def write_mentions(mentions: Iterable[Mention], stream: TextIO, options: Options) -> None:
    """Write the header and a row a mention."""
    _write_rows(MENTION_COLUMNS, (mention_record(mention) for mention in mentions), stream, bom=options.bom)


def write_alerts(alerts: Iterable[Alert], stream: TextIO, options: Options) -> None:
    """Write the header and a row an alert; ``window`` as start/end, names by "; ", ids by a space."""
    _write_rows(ALERT_COLUMNS, (_flat(alert) for alert in alerts), stream, bom=options.bom)


def _flat(alert: Alert) -> dict[str, object]:
    return alert_record(alert) | {
        "window": f"{time_utc(alert.window_start)}/{time_utc(alert.window_end)}",
        "blind_spots": clean_or_none("; ".join(alert.blind_spots)),
        "evidence": clean_or_none(" ".join(alert.evidence)),
    }


def _write_rows(columns: Sequence[str], records: Iterable[Mapping[str, object]], stream: TextIO, *, bom: bool) -> None:
    if bom:
        stream.write("\ufeff")
    writer = csv.writer(stream)
    writer.writerow(columns)
    for record in records:
        writer.writerow([_cell(record[column]) for column in columns])


def _cell(value: object) -> object:
    if isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE:
        return int(value)  # 5 stars, not 5.0
    return guard_cell(value) if isinstance(value, str) else value
