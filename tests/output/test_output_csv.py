"""CSV: read back by the csv module and by a real spreadsheet."""

from __future__ import annotations

import csv
import io
import math
import shutil
import subprocess
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, settings

from mentionwatch.model import Entry
from mentionwatch.output import write_mentions
from mentionwatch.output.csv import guard_cell, unguard_cell
from mentionwatch.output.record import MENTION_COLUMNS, mention_record
from tests.output.sample_mentions import HOSTILE, MENTIONS, NEGATIVE, PLAIN, make_mention
from tests.output.test_output_formats import mentions, texts, written

NUMBERS = {"schema", "rating", "engagement", "polarity", "confidence", "copies"}
DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "＋1",
    "－1",
    "＠1",
    "  =1",
    '"=1',
    "'=1",
    "\u200b=1",
    "−2",
]
HARMLESS = ["", "plain", "a=1", "'quoted'", "'tis", "1-2", "(=1)", "é", "漢"]


def read_back(text: str) -> list[dict[str, object]]:
    """Records of a CSV text: empty is None, numbers are numbers, the guards are off."""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return [{name: _value(name, cell) for name, cell in row.items()} for row in rows]


def _value(name: str, cell: str) -> object:
    if cell == "":
        return None
    return float(cell) if name in NUMBERS else unguard_cell(cell)


@settings(deadline=None)
@given(mentions)
def test_any_mention_comes_back_from_csv(mention):
    """What is written is what is read, but for the documented apostrophe."""
    expected = {
        k: (float(v) if k in NUMBERS and v is not None else v) or (v if v == 0 else None)
        for k, v in mention_record(mention).items()
    }
    [record] = read_back(written("csv", [mention]))
    assert record == expected


@settings(deadline=None)
@given(texts)
@example("'\r")
@example("''\t=")
def test_the_guard_comes_off_again(text):
    """The apostrophe is put on and taken off without a doubt, also for texts that begin with one."""
    assert unguard_cell(guard_cell(text)) == text


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_formula_gets_an_apostrophe(text):
    """Whatever a spreadsheet could run, after blanks and quotes too."""
    assert guard_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_other_texts_stay(text):
    """A text that no spreadsheet runs is written as it is."""
    assert guard_cell(text) == text


def test_numbers_stay_numbers_also_below_zero():
    """The guard is for text: a polarity of -0.62 is one."""
    assert written("csv", [PLAIN]).count(",-0.62,") == 1


def test_whole_numbers_have_no_fraction():
    """Five stars are 5, and only what is none is written with a point; the largest stay short."""
    ratings = [5.0, 4.5, 0.0, -3.0, 1e300]
    made = [make_mention(n, Entry("s", rating=rating), NEGATIVE) for n, rating in enumerate(ratings)]
    rows = csv.DictReader(io.StringIO(written("csv", made), newline=""))
    assert [row["rating"] for row in rows] == ["5", "4.5", "0", "-3", "1e+300"]


def test_the_byte_order_mark_is_written_on_request_only():
    """Excel needs it, every other reader stumbles over it."""
    assert written("csv", bom=True) == "\ufeff" + written("csv")


def test_lines_end_as_the_standard_says():
    """RFC 4180: CRLF between rows; line feeds inside a cell stay what they are."""
    text = written("csv", [PLAIN])
    assert text.count("\r\n") == 2
    assert "update.\n\nSupport" in text


def _sheet(path) -> list[list[ET.Element]]:
    """The cells of the first sheet of a flat ODS file."""
    table = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    rows = []
    for row in ET.parse(path).iter(f"{table}table-row"):
        cells: list[ET.Element] = []
        for cell in row.iter(f"{table}table-cell"):
            cells += [cell] * int(cell.get(f"{table}number-columns-repeated", "1"))
        rows.append(cells)
    return rows


def _shown(cell: ET.Element) -> str:
    return "\n".join("".join(p.itertext()) for p in cell.iter("{urn:oasis:names:tc:opendocument:xmlns:text:1.0}p"))


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_a_spreadsheet_runs_nothing_and_reads_numbers(tmp_path):
    """LibreOffice, which evaluates formulas in CSV, finds none; a polarity is a number to it, a text a text."""
    source = tmp_path / "mentions.csv"
    traps = [make_mention(n, Entry("s", title=f"{t}&1", author=t), NEGATIVE) for n, t in enumerate(DANGEROUS, 10)]
    with source.open("w", encoding="utf-8", newline="") as stream:
        write_mentions("csv", [*MENTIONS, *traps], stream)
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--infilter=CSV:44,34,76,1"]
    subprocess.run([*command, "--convert-to", "fods", "--outdir", tmp_path, source], check=True, capture_output=True)
    header, *rows = _sheet(tmp_path / "mentions.fods")
    assert tuple(map(_shown, header)) == MENTION_COLUMNS
    assert len(rows) == len(MENTIONS) + len(traps)
    assert not [_shown(c) for row in rows for c in row if any(name.endswith("}formula") for name in c.attrib)]
    polarity = rows[0][MENTION_COLUMNS.index("polarity")]
    value = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value"
    assert math.isclose(float(polarity.get(value, "nan")), -0.62)
    assert _shown(rows[0][MENTION_COLUMNS.index("text")]) == PLAIN.entry.text
    assert _shown(rows[3][MENTION_COLUMNS.index("author")]) == f"'{HOSTILE.entry.author}"
