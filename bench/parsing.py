"""What it costs to read documents in a process of their own, beside reading them in a thread of this one.

    python bench/parsing.py [RUNS]

A document of 10 entries: the first, which starts the worker, and each after it; and a whole ``mentionwatch scan`` of 10
such feeds, as a process.  Medians.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import threading
import time
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from mentionwatch.model import Response
from mentionwatch.parsing.pool import Parser
from mentionwatch.sources.feed import FeedSource

ITEM = "<item><guid>{0}</guid><link>https://site.example/{0}</link><title>Post {0}</title><author>ann</author>"
ITEM += "<pubDate>Mon, 02 Nov 2026 12:00:00 GMT</pubDate><description>Acme works, and has done so.</description></item>"
FEED = f"<rss version='2.0'><channel><title>x</title>{''.join(map(ITEM.format, range(10)))}</channel></rss>".encode()
URL = "https://site.example/"
SCAN = "import sys\nfrom mentionwatch.pipeline import scan\n{}from mentionwatch.cli import cli\ncli(sys.argv[1:])"
IN_THREAD = "from mentionwatch.parsing.pool import Parser\nscan.Parser = lambda: Parser(workers=0)\n"


class Handler(BaseHTTPRequestHandler):
    """Serves the feed."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(FEED)))
        self.end_headers()
        self.wfile.write(FEED)

    def log_message(self, *_: object) -> None:
        pass


async def documents(runs: int, workers: int | None) -> tuple[float, float]:
    """Seconds of the first document, and of one after it."""
    parser, times = Parser(workers=workers), []
    for _ in range(runs + 1):
        started = time.perf_counter()
        await parser.parse(FeedSource("s", URL), Response(URL, {}, FEED, datetime.now(timezone.utc)), shown=URL)
        times.append(time.perf_counter() - started)
    await parser.close()
    return times[0], statistics.median(times[1:])


def scan(port: int, start: str) -> float:
    """Seconds of a scan."""
    urls = [f"--url=http://127.0.0.1:{port}/{n}" for n in range(10)]
    command = [sys.executable, "-c", SCAN.format(start), "scan", "acme", "-q", "--format", "jsonl", *urls]
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main(runs: int) -> None:
    """Print the figures; in a process of its own each, so that no import counts twice."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, workers, start in (("worker", None, ""), ("thread", 0, IN_THREAD)):
        code = f"import asyncio; from bench.parsing import documents; print(*asyncio.run(documents(100, {workers})))"
        found = [
            tuple(
                map(float, subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout.split())
            )
            for _ in range(runs)
        ]
        first, later = (statistics.median(times) * 1000 for times in zip(*found, strict=True))
        whole = statistics.median(scan(server.server_address[1], start) for _ in range(runs))
        print(f"{name}: first document {first:.0f} ms, each after it {later:.2f} ms; scan of 10 feeds {whole:.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
