"""What the tests of presets share: the requests for a brand, an answer read, and an entry's fields."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mentionwatch.match import compile_query, make_searches
from mentionwatch.model import Ask, Request, Response
from mentionwatch.settings import SourceSettings
from mentionwatch.sources import make_source

if TYPE_CHECKING:
    from mentionwatch.model import Document, Entry
    from mentionwatch.sources.base import Source

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
SINCE = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
DATA = Path(__file__).resolve().parents[1] / "data" / "presets"
CORPUS = Path(__file__).resolve().parents[2] / ".." / "shared" / "corpus"

needs_corpus = pytest.mark.skipif(not (CORPUS / "index.jsonl").is_file(), reason="the private corpus is not here")


def source_of(use: str, **params) -> Source:
    """Make the source of a preset; it has the preset's name."""
    return make_source(SourceSettings(name=use, use=use, params=params))


def requests_of(source: Source, *queries: str, exclude=(), since: datetime | None = SINCE) -> list[Request]:
    """Give what a source asks for, for a brand that is found by these queries."""
    without = [compile_query(text) for text in exclude]
    searches = [search for text in queries for search in make_searches(compile_query(text), without)]
    return source.requests(Ask(NOW, tuple(searches), since))


def urls_of(source: Source, *queries: str, **more) -> list[str]:
    """Give the addresses that a source asks for."""
    return [request.url for request in requests_of(source, *queries, **more)]


def read_by(source: Source, body: bytes | str, *, request: Request | None = None, headers=None) -> Document:
    """Read an answer to a request; to the source's first, where none is given."""
    request = request or requests_of(source, "acme")[0]
    body = body if isinstance(body, bytes) else body.encode()
    return source.parse(Response(request.url, headers or {}, body, NOW, given=request.given))


def sample(name: str) -> bytes:
    """Give a hand-made answer."""
    return (DATA / name).read_bytes()


def recorded(path: str) -> bytes:
    """Give a recorded document of the corpus."""
    return (CORPUS / path).read_bytes()


def told(entry: Entry) -> dict:
    """Give all that an entry tells, but its source."""
    found = {field.name: getattr(entry, field.name) for field in fields(entry) if field.name != "source"}
    return {name: value for name, value in found.items() if value is not None}


def at(text: str) -> datetime:
    """Give a time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
