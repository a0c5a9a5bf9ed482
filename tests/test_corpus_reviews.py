"""Recorded review pages: what stands in them, counted by other means than the adapter's, is what the adapter gives."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import time
from pathlib import Path

import pytest

from mentionwatch.errors import ParseError
from mentionwatch.model import Response
from mentionwatch.settings import SourceSettings
from mentionwatch.sources import make_source

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / ".." / "shared" / "corpus"
SCRIPT = ROOT / "bench" / "reviews.py"
#: Reviews that stand in the recorded pages, those that stand there twice, and how many of the rest have each field.
#: Written down, so that a counter and an adapter that are both blind are seen.
KNOWN = {
    "jsonld-review-page": {"there": 202, "twice": 5, "stars": 176, "author": 197, "date": 180, "text": 139},
    "jsonld-broken-page": {"there": 0, "twice": 0, "stars": 0, "author": 0, "date": 0, "text": 0},
    "microdata-page": {"there": 1, "twice": 0, "stars": 0, "author": 0, "date": 0, "text": 1},
}

recorded = pytest.mark.skipif(not (CORPUS / "index.jsonl").is_file(), reason="the private corpus is not here")


def load():
    """The counting code, which is a script."""
    spec = importlib.util.spec_from_file_location("bench_reviews", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


bench = load()


def pages(*kinds: str) -> list:
    """Path of each recorded page of these kinds."""
    return [pytest.param(path, id=path.name) for kind in kinds for path in sorted((CORPUS / kind).glob("*.html"))]


@recorded
@pytest.mark.parametrize("path", pages(*KNOWN))
def test_every_review_is_given_field_by_field(path):
    """Each review of a page is there once, with the page's stars, author, date and text, and no other is."""
    body = path.read_bytes()
    assert bench.differences(bench.count(body.decode("utf-8", errors="replace")), bench.parse(body)) == []


@recorded
@pytest.mark.parametrize("kind", KNOWN)
def test_the_numbers_are_the_known_ones(kind):
    """Adapter and counter do not agree on nothing: all numbers of a kind of page are those that are known."""
    told = sum((bench.measure(path.values[0]) for path in pages(kind)), bench.Counter())
    assert {key: told[key] for key in KNOWN[kind]} == KNOWN[kind]
    assert [told[f"{key} given"] for key in bench.FIELDS] == [told[key] for key in bench.FIELDS]
    assert told["given"] == told["there"] - told["twice"]


@recorded
@pytest.mark.parametrize("kind", ["auto", "page"])
@pytest.mark.parametrize("path", pages("jsonld-review-page"))
def test_review_pages(path, kind):
    """A page is read whether its kind is told or found, in time, with an identity for each review; twos are told."""
    source = make_source(SourceSettings(name="s", url=bench.URL, kind=kind))
    start = time.process_time()
    document = source.parse(Response(bench.URL, {}, path.read_bytes(), bench.NOW))
    assert time.process_time() - start < 2
    page = bench.count(path.read_text("utf-8", errors="replace"))
    assert [d.why for d in document.dropped] == ["the page holds it twice"] * (len(page.in_json) - len(page.distinct))
    assert len({entry.guid for entry in document.entries}) == len(document.entries) == len(page.distinct)


@recorded
@pytest.mark.parametrize("path", pages("jsonld-broken-page"))
def test_broken_pages(path):
    """A page whose JSON-LD is broken is mended, or refused in words; none of these holds a review."""
    source = make_source(SourceSettings(name="s", url=bench.URL, kind="page"))
    words = "names an average rating" if bench.count(path.read_text("utf-8")).averages else "holds no schema.org"
    with pytest.raises(ParseError, match=words) as e:
        source.parse(Response(bench.URL, {}, path.read_bytes(), bench.NOW))
    assert e.value.state == "not-a-feed"


def test_the_counter_counts():
    """The other means see reviews in microdata and in broken JSON-LD, of which the recorded pages hold none."""
    data = ROOT / "tests" / "data" / "pages"
    found = bench.count((data / "microdata.html").read_text("utf-8"))
    assert [(one.author, one.stars) for one in found.in_microdata] == [("ada", 2.0), ("bo", 5.0), ("cy", None)]
    assert found.in_microdata[0].date.day == 2
    assert found.in_microdata[0].text == "itdiedafteraweekneveragainagain"
    found = bench.count((data / "broken.html").read_text("utf-8"))
    assert ([one.author for one in found.in_json], found.blocks, found.broken) == (["ada", "bob"], 3, 3)


def test_differences_are_seen():
    """A review that is missing, one too many, and one with another field each are a difference."""
    block = '<script type="application/ld+json">{"@type": "Review", "author": "%s", "reviewRating": 4}</script>'
    one, other = block % "Ada", block % "Bob"
    document = bench.parse(one.encode())
    assert bench.differences(bench.count(one), document) == []
    assert len(bench.differences(bench.count(one + other), document)) == 1
    assert len(bench.differences(bench.count(other), document)) == 2
    assert len(bench.differences(bench.count(one.replace("4", "5")), document)) == 2
    assert len(bench.differences(bench.count(""), document)) == 1


@recorded
def test_the_counter_finds_what_the_index_knows():
    """Whoever recorded the pages counted the reviews with a text, and with a date, in a third way: the same numbers."""
    rows = map(json.loads, (CORPUS / "index.jsonl").read_text("utf-8").splitlines())
    known = {row["path"]: re.findall(r"(\d+) schema.org Review objects in JSON-LD \((\d+) dated", row["notes"]) for row in rows if row["kind"] in KNOWN}  # fmt: skip
    assert len(known) == 42
    for path, numbers in known.items():
        found = bench.count((CORPUS / path).read_text("utf-8", errors="replace")).in_json
        if numbers:
            with_text = [one for one in found if one.text]
            assert (len(with_text), sum(1 for one in with_text if one.date)) == tuple(map(int, numbers[0])), path


@recorded
def test_the_table_of_the_documents_is_the_one_that_is_made(capsys):
    """What docs/reviews.md shows is what the command prints."""
    assert bench.main(CORPUS) == 0
    page = (ROOT / "docs" / "reviews.md").read_text("utf-8")
    assert capsys.readouterr().out.strip() in page
    assert re.search(r"(?m)^    python bench/reviews\.py FOLDER$", page)
