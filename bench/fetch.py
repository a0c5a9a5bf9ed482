"""CPU time of a request, over httpx alone and over aiohttp (the extra ``fast``).

    python bench/fetch.py [REQUESTS]

A server in another process answers with 4 kB; the figures are this process's own time.  "client" is httpx's client as
its documentation shows it, for comparison.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import time
from datetime import datetime, timedelta, timezone
from importlib.util import find_spec

import httpx

from mentionwatch.fetch import Fetcher
from mentionwatch.model import Request
from mentionwatch.settings import FetchSettings

BODY = b"<rss>" + b"x" * 4000 + b"</rss>"
HEAD = b'HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: "abc"\r\nContent-Length: %d\r\n\r\n' % len(BODY)
NOW = datetime(2026, 3, 2, tzinfo=timezone.utc)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(HEAD + BODY)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def serve(pipe) -> None:
    async def main() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


async def by_client(url: str, requests: int) -> float:
    async with httpx.AsyncClient() as client:
        await client.get(url)
        started = time.process_time()
        for _ in range(requests):
            await client.get(url)
        return time.process_time() - started


async def by_fetcher(url: str, requests: int, *, fast: bool) -> float:
    fetcher = Fetcher(FetchSettings(timeout=timedelta(seconds=20)), trust_env=False, fast=fast)
    await fetcher.get(Request(url), now=NOW)
    started = time.process_time()
    for _ in range(requests):
        await fetcher.get(Request(url), now=NOW)
    spent = time.process_time() - started
    await fetcher.close()
    return spent


def main() -> None:
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{ours.recv()}/feed"
    ways = {"httpx client": by_client(url, requests), "fetch, httpx": by_fetcher(url, requests, fast=False)}
    if find_spec("httpx_aiohttp"):
        ways["fetch, aiohttp"] = by_fetcher(url, requests, fast=True)
    for name, way in ways.items():
        print(f"{name:16}{asyncio.run(way) / requests * 1e3:8.3f} ms of CPU a request")
    server.terminate()


if __name__ == "__main__":
    main()
