"""The table of cases: a query, a text, and where exactly it matches, in the text as given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mentionwatch.match import Matcher, compile_query, find_spans
from mentionwatch.match.misses import find_misses
from mentionwatch.match.subject import Subject
from mentionwatch.model import Entry
from mentionwatch.settings import Brand

DATA = Path(__file__).resolve().parent / "data"
CASES = [
    pytest.param(json.loads(line), id=f"{name}:{number}")
    for name in ("queries", "queries_words")
    for number, line in enumerate((DATA / f"{name}.jsonl").read_text("utf-8").splitlines(), 1)
]


@pytest.mark.parametrize("case", CASES)
def test_each_case_matches_where_it_says(case):
    """Matched or not, and every span in offsets of the original text."""
    spans = find_spans(compile_query(case["query"]), case["text"])
    assert (spans is not None, [list(span) for span in spans or ()]) == (case["matched"], case["spans"])


@pytest.mark.parametrize("case", CASES)
def test_each_case_is_found_among_brands_alike(case):
    """The index of all brands never keeps a query from a text that it matches, nor lets one match more."""
    # All of the text is body: a title is no place for code.
    entry = Entry("test", text=case["text"])
    others = [Brand("other", ("zyzzyva",)), Brand("b", (case["query"],)), Brand("third", ("abracadabra*",))]
    # What stands in front of the text in what is searched.
    shift = len("\n")
    found = [[[start - shift, end - shift] for start, end in m.spans] for m in Matcher(others).matches(entry)]
    assert found == ([case["spans"]] if case["matched"] else [])


@pytest.mark.parametrize("case", CASES)
def test_what_matches_has_no_near_misses(case):
    """Near misses are told of what does not match, and of every text without an error."""
    misses = find_misses(compile_query(case["query"]), Subject(case["text"]))
    assert not misses or not case["matched"]


def test_there_are_enough_cases():
    """Two hundred at the least, none twice, and both kinds."""
    seen = {(case.values[0]["query"], case.values[0]["text"]) for case in CASES}
    assert len(seen) == len(CASES) >= 220
    assert sum(not case.values[0]["matched"] for case in CASES) >= 60
