"""Read a folder of recorded documents, and count what came of them: the table of docs/corpus.md.

    python bench/corpus.py FOLDER > table.md

The folder has one folder of documents per kind.  Feeds are read with and without the extra ``fast`` and, for comparing,
by feedparser alone; "lost" are entries that feedparser gives and we do not.  Seconds are of
CPU, the best of two.
"""

from __future__ import annotations

import io
import sys
import time
import warnings
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import feedparser

from mentionwatch.errors import ParseError
from mentionwatch.model import Document, Response
from mentionwatch.settings import SourceSettings
from mentionwatch.sources import make_source
from mentionwatch.sources.api import JSON_FEED, ApiSource
from mentionwatch.sources.auto import AutoSource
from mentionwatch.sources.feed import FeedSource, has_fast
from mentionwatch.sources.page import PageSource

if TYPE_CHECKING:
    from collections.abc import Callable

    from mentionwatch.sources.base import Source

URL = "https://site.example/feed.xml"
NOW = datetime(2026, 11, 22, tzinfo=timezone.utc)
FEEDS = ("rss2", "atom", "rdf", "rss09x", "atom-entry", "appstore-atom", "trouble")
PLAIN = FeedSource("x", URL, fast=False)
FAST = FeedSource("x", URL, fast=True) if has_fast() else None
READERS: dict[str, Source] = {
    **dict.fromkeys(FEEDS, PLAIN),
    "jsonfeed": ApiSource("x", JSON_FEED, url=URL),
    "jsonld-review-page": PageSource("x", URL),
    "jsonld-broken-page": PageSource("x", URL),
    "microdata-page": PageSource("x", URL),
    "hn-algolia": make_source(SourceSettings(name="x", use="hackernews")),
}
HEAD = (
    "| kind | documents | read | entries | with date | author | link | dropped | s | s fast | feedparser: entries | s"
    " | lost |"
)


def timed(read: Callable[[], int | Document]) -> tuple[int | Document, float]:
    taken = []
    for _ in range(2):
        start = time.process_time()
        found = read()
        taken.append(time.process_time() - start)
    return found, min(taken)


def parse(source: Source, body: bytes) -> Document:
    try:
        return source.parse(Response(URL, {}, body, NOW))
    except ParseError:
        return Document(())


def their_count(body: bytes) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return len(feedparser.parse(io.BytesIO(body)).entries)


def measure(kind: str, bodies: list[bytes]) -> Counter[str]:
    told: Counter[str] = Counter(documents=len(bodies))
    for body in bodies:
        document, seconds = timed(lambda body=body: parse(READERS.get(kind) or AutoSource("x", URL), body))
        assert isinstance(document, Document)
        entries = document.entries
        told["s"] += round(seconds * 1e6)
        told["read"] += bool(entries or document.ratings or document.title)
        told["entries"] += len(entries)
        told["dropped"] += len(document.dropped)
        told["date"] += sum(1 for e in entries if e.published)
        told["author"] += sum(1 for e in entries if e.author)
        told["link"] += sum(1 for e in entries if e.url)
        if kind in FEEDS:
            compare(told, body, document)
    return told


def compare(told: Counter[str], body: bytes, document: Document) -> None:
    count, seconds = timed(lambda: their_count(body))
    assert isinstance(count, int)
    told["theirs"] += count
    told["s theirs"] += round(seconds * 1e6)
    told["lost"] += max(0, count - len(document.entries))
    if FAST is not None:
        again, seconds = timed(lambda: parse(FAST, body))
        assert isinstance(again, Document)
        told["s fast"] += round(seconds * 1e6)
        told["lost"] += abs(len(again.entries) - len(document.entries))


def row(name: str, told: Counter[str], *, feeds: bool) -> str:
    def seconds(key: str) -> str:
        return f"{told[key] / 1e6:.2f}" if key in told else ""

    ours = [str(told[k]) for k in ("documents", "read", "entries", "date", "author", "link", "dropped")]
    theirs = [str(told["theirs"]), seconds("s theirs"), str(told["lost"])] if feeds else ["", "", ""]
    return "| " + " | ".join([name, *ours, seconds("s"), seconds("s fast"), *theirs]) + " |"


def main(folder: Path) -> int:
    print(HEAD)
    print("|" + " --- |" + " ---: |" * (HEAD.count("|") - 2))
    total: Counter[str] = Counter()
    kinds = sorted(p.name for p in folder.iterdir() if p.is_dir() and p.name != "lists")
    for kind in sorted(kinds, key=lambda k: (k not in FEEDS, FEEDS.index(k) if k in FEEDS else 0, k)):
        told = measure(kind, [p.read_bytes() for p in sorted((folder / kind).iterdir()) if p.is_file()])
        total += told
        print(row(kind, told, feeds=kind in FEEDS), flush=True)
    print(row("**all**", total, feeds=True))
    return 1 if total["lost"] else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
