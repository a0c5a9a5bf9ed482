"""Fetching in tests: a fetcher for one purpose, over either of the two ways to the network."""

from __future__ import annotations

import asyncio
import socket
from datetime import datetime, timedelta, timezone

import pytest

from mentionwatch.errors import FetchError
from mentionwatch.fetch import Fetcher
from mentionwatch.model import Request
from mentionwatch.settings import FetchSettings

NOW = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
FEED = b"<rss><channel><title>Acme</title></channel></rss>"
CAP = 100_000
HEAD = b"HTTP/1.1 200 OK\r\n"

#: How the next fetchers send; the fixture "way" sets it.
WAY = {"fast": False}
#: What is for the fetcher and not for its settings.
_ARGUMENTS = {"files", "trust_env", "spacing", "cooled", "ages", "patience_s", "deadline_s"}


def options(timeout_s=5.0, **changes):
    """Make settings with a small cap."""
    return FetchSettings(timeout=timedelta(seconds=timeout_s), **{"max_bytes": CAP, **changes})


def run(use, **changes):
    """Hand a fetcher to an async function, and give back what that gives."""

    async def main():
        arguments = {"trust_env": False, **{name: changes.pop(name) for name in _ARGUMENTS & changes.keys()}}
        fetcher = Fetcher(options(**changes), fast=WAY["fast"], **arguments)
        try:
            return await use(fetcher)
        finally:
            await fetcher.close()

    return asyncio.run(main())


def get(url, validators=None, *, public_url=None, headers=None, robots=False, **changes):
    """Get one document, with a fetcher of its own."""
    request = Request(url, headers=headers or {}, public_url=public_url, robots=robots)
    return run(lambda fetcher: fetcher.get(request, validators, now=NOW), **changes)


def failure(url, **changes):
    """Give the error that getting a document ends in."""
    with pytest.raises(FetchError) as caught:
        get(url, **changes)
    return caught.value


def closed_port():
    """Find a port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def raw(head, *parts):
    """A route that writes bytes as they stand and hangs up."""

    def route(handler):
        handler.wfile.write(head)
        for part in parts:
            handler.wfile.write(part)

    return route
