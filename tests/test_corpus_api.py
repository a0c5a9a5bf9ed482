"""Recorded JSON Feeds and answers of APIs: each is read, and whole."""

from __future__ import annotations

import json
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


@pytest.mark.parametrize("kind", ["auto", "api"])
@pytest.mark.parametrize(("path", "count"), rows("jsonfeed"))
def test_json_feeds(path, count, kind):
    """Each recorded JSON Feed gives at least the entries that are known of it, whether its kind is told or found."""
    document = read(path, kind)
    assert len(document.entries) >= count
    assert document.entries or path.endswith("unknown.json"), "only one of them has no items"


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
