"""Recorded JSON Feeds, answers of APIs and review pages: each is read, and whole."""

from __future__ import annotations

import json
import re
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest

from mentionwatch.errors import ParseError
from mentionwatch.model import Document, Response
from mentionwatch.settings import SourceSettings
from mentionwatch.sources import make_source

CORPUS = Path(__file__).resolve().parents[1] / ".." / "shared" / "corpus"
NOW = datetime(2026, 11, 21, tzinfo=timezone.utc)
URL = "https://site.example/page"

pytestmark = pytest.mark.skipif(not (CORPUS / "index.jsonl").is_file(), reason="the private corpus is not here")


def rows(*kinds: str) -> list:
    """Give path and known number of entries of each document of these kinds."""
    if not (CORPUS / "index.jsonl").is_file():
        return []
    found = map(json.loads, (CORPUS / "index.jsonl").read_text("utf-8").splitlines())
    return [
        pytest.param(row["path"], row.get("n_entries") or 0, id=row["path"]) for row in found if row["kind"] in kinds
    ]


def read(path: str, kind: str) -> Document:
    """Read a document, in less than two seconds of CPU: what the monitor promises of any document."""
    body = (CORPUS / path).read_bytes()
    source = make_source(SourceSettings(name="s", url=URL, kind=kind))
    start = time.process_time()
    try:
        return source.parse(Response(URL, {}, body, NOW))
    finally:
        assert time.process_time() - start < 2


def review_objects(path: str) -> int:
    """Review objects in the page's JSON-LD, counted by other means than the adapter's."""
    page = (CORPUS / path).read_text("utf-8", errors="replace")
    blocks = re.findall(r"<script[^>]*ld\+json[^>]*>(.*?)</script>", page, re.DOTALL)
    return sum(len(re.findall(r'"@type"\s*:\s*(?:\[\s*)?"Review"', block)) for block in blocks)


@pytest.mark.parametrize("kind", ["auto", "api"])
@pytest.mark.parametrize(("path", "count"), rows("jsonfeed"))
def test_json_feeds(path, count, kind):
    """Each recorded JSON Feed gives at least the entries that are known of it, whether its kind is told or found."""
    document = read(path, kind)
    assert len(document.entries) >= count
    assert document.entries or path.endswith("unknown.json"), "only one of them has no items"


@pytest.mark.parametrize("kind", ["auto", "page"])
@pytest.mark.parametrize(("path", "count"), rows("jsonld-review-page"))
def test_review_pages(path, count, kind):
    """Each review of a page is read once: those that it holds twice are told."""
    document = read(path, kind)
    twice = [d for d in document.dropped if d.why == "the page holds it twice"]
    assert len(document.entries) + len(twice) == review_objects(path) >= count
    assert len(twice) == len(document.dropped)
    assert len({entry.guid for entry in document.entries}) == len(document.entries)
    assert all(entry.author and (entry.text or entry.rating) for entry in document.entries)


@pytest.mark.parametrize(("path", "count"), rows("jsonld-broken-page"))
def test_broken_pages(path, count):
    """A page whose JSON-LD is broken is mended or refused in words, and no crash; none of these holds a review."""
    assert review_objects(path) == count == 0
    with pytest.raises(ParseError) as e:
        read(path, "page")
    assert e.value.state == "not-a-feed"


def test_mended_pages_give_their_ratings():
    """Behind the comments, CDATA and semicolons of the broken pages stands what the error speaks of."""
    broken = [path for path, *_ in (row.values for row in rows("jsonld-broken-page")) if "recipe-scrapers" in path]
    for path in broken:
        with pytest.raises(ParseError, match="names an average rating"):
            read(path, "page")


def test_hacker_news():
    """The recorded answer of the search is read whole; a thread is another document, and said so."""
    source = make_source(SourceSettings(name="hn", use="hackernews"))
    folder = CORPUS / "hn-algolia"
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    for name, body in found.items():
        response = Response("https://hn.algolia.com/api/v1/search_by_date?query=x", {}, body, NOW)
        if "NewsOutput" in name:
            document = source.parse(response)
            hits = json.loads(body)["hits"]
            assert [e.guid for e in document.entries] == [hit["objectID"] for hit in hits]
            assert all(e.title and e.author and e.published and e.engagement and e.url for e in document.entries)
            assert document.following == ()
        else:
            with pytest.raises(ParseError, match='JSON without "hits"'):
                source.parse(response)
