"""Every recorded feed is read, in both modes, and gives the entries that it has."""

from __future__ import annotations

import json
import re
import time
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path

import pytest

from mentionwatch.errors import ParseError
from mentionwatch.identity import entry_id, strip_tracking
from mentionwatch.model import Response
from mentionwatch.sources.feed import FeedSource, has_fast

CORPUS = Path(__file__).resolve().parents[1] / ".." / "shared" / "corpus"
KINDS = ("rss2", "atom", "rdf", "rss09x")
NOW = datetime(2026, 11, 22, tzinfo=timezone.utc)
URL = "https://feed.example/feed.xml"
MODES = [False, pytest.param(True, marks=pytest.mark.skipif(not has_fast(), reason="the extra fast is not installed"))]

#: Recorded as feeds, but what was recorded are the objects of a Ruby program, written out: "#<RSS::Atom::Feed:0x979c7b0 …".
NO_FEEDS = {"rss2/feedparser__intertwingly.atom.xml", "rss2/feedparser__rubyonrails.atom.xml"}

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the recorded documents are not here")


def rows():
    """The index's rows of feeds whose file is here."""
    if not CORPUS.is_dir():
        return []
    found = map(json.loads, (CORPUS / "index.jsonl").read_text("utf-8").splitlines())
    return [r for r in found if r["kind"] in KINDS and (CORPUS / r["path"]).is_file()]


@cache
def read(path, fast):
    """Reads a file with one of the two parsers."""
    body = (CORPUS / path).read_bytes()
    return FeedSource("x", URL, fast=fast).parse(Response(URL, {}, body, NOW))


@pytest.mark.parametrize("fast", MODES)
@pytest.mark.parametrize("row", rows(), ids=lambda r: r["path"])
def test_a_recorded_feed_is_read(row, fast):
    """It takes less than two seconds of computing, and each of its entries is there."""
    if row["path"] in NO_FEEDS:
        assert not row.get("n_entries")
        with pytest.raises(ParseError, match="not a feed"):
            read(row["path"], fast)
        return
    start = time.process_time()
    document = read(row["path"], fast)
    assert time.process_time() - start < 2
    assert document.dropped == ()
    assert document.error is None
    assert len(document.entries) >= (row.get("n_entries") or 0)
    told = {(e.guid, e.url, e.title, e.text, e.author, e.published) for e in document.entries}
    named = {entry_id(entry) for entry in document.entries}
    assert len(told) - len(named) <= 2, "each entry is told from every other; one file holds edited versions"


@pytest.mark.skipif(not has_fast(), reason="the extra fast is not installed")
def test_both_modes_agree():
    """With and without the extra, a document gives the same entries; blanks and which of two links may differ."""

    def told(entry):
        return (
            entry.guid,
            entry.kind,
            entry.title,
            (entry.text or "").split(),
            entry.author,
            entry.published,
            entry.language,
            entry.community,
            entry.engagement,
            entry.rating,
            entry.quoted,
        )

    for row in rows():
        if row["path"] not in NO_FEEDS:
            assert list(map(told, read(row["path"], True).entries)) == list(
                map(told, read(row["path"], False).entries)
            ), row["path"]


@pytest.mark.parametrize("row", rows(), ids=lambda r: r["path"])
def test_recorded_dates_and_links_are_usable(row):
    """Whatever form a date has, it is read, or kept as published; links go to no redirector and hold no tracking."""
    if row["path"] in NO_FEEDS:
        return
    for entry in read(row["path"], False).entries:
        assert entry.published is None or entry.published <= NOW + timedelta(minutes=10)
        assert entry.published or not entry.published_raw or "+3000" in entry.published_raw, entry.published_raw
        assert entry.url is None or strip_tracking(entry.url) == entry.url
        assert not re.match(r"https?://(?:www\.)?(?:google\.com/url|bing\.com/news/apiclick)", entry.url or "")


def test_boilerplate_is_gone():
    """No recorded entry ends in what a program added."""
    added = re.compile(
        r"(?:Read full topic|\[link\]\s+\[comments\]|appeared first on [^\n]{1,60}|Statistics: Posted by [^\n]+)\Z"
    )
    for row in rows():
        if row["path"] not in NO_FEEDS:
            for entry in read(row["path"], False).entries:
                assert not added.search(entry.text or ""), (row["path"], (entry.text or "")[-100:])
