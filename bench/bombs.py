"""What hostile documents cost: a `mentionwatch scan` that meets each of them, and one good feed beside it.

    python bench/bombs.py [--poll] [NAME ...]

Every row is a run of its own; the last meets all of them at the same time.  Memory is what the whole tree of processes
has resident, looked at every few milliseconds (pages that two of them share count twice); "worker" is the largest that
any process but the first became.  Processor time is that of all of them.  Linux only.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

GOOD = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Good</title><item><title>Acme works</title>
<guid>g1</guid><link>https://site.example/1</link><pubDate>Mon, 02 Nov 2026 12:00:00 GMT</pubDate></item>
</channel></rss>"""
MIB = 2**20
#: The bench itself is one host.
FETCH = '[fetch]\nspacing = "0s"\n'


def rss(inside: str, prolog: str = "") -> bytes:
    """A feed with this in it."""
    return f'<?xml version="1.0"?>{prolog}<rss version="2.0"><channel><title>x</title>{inside}</channel></rss>'.encode()


def laughs() -> bytes:
    """Billion laughs: ten entities, each ten times the one before."""
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 11))
    return rss("<item><title>&l10;</title></item>", f'<!DOCTYPE rss [<!ENTITY l0 "lol">{lines}]>')


def blowup() -> bytes:
    """Quadratic blowup: one long entity, many times."""
    return rss(f"<item><title>{'&a;' * 50_000}</title></item>", f'<!DOCTYPE rss [<!ENTITY a "{"a" * 50_000}">]>')


def page(inside: str) -> bytes:
    """A page with reviews, and this in it."""
    review = '{"@type":"Review","reviewBody":"acme","author":"a","reviewRating":{"ratingValue":1}}'
    return f'<html><body>{inside}<script type="application/ld+json">{review}</script></body></html>'.encode()


def item(n: int) -> str:
    """A small item."""
    return f"<item><guid>g{n}</guid><title>acme {n}</title><description>text</description></item>"


def json_feed(items: str) -> bytes:
    """A JSON Feed."""
    return f'{{"version":"https://jsonfeed.org/version/1.1","title":"x","items":[{items}]}}'.encode()


EXTERNAL = '<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY u SYSTEM "http://127.0.0.1:9/x">]>'
MANY = ",".join(f'{{"id":{n},"content_text":"acme"}}' for n in range(200_000))

# Name -> the document (made when it is asked for), and its headers.
BOMBS: dict[str, tuple[Callable[[], bytes], dict[str, str]]] = {
    "good feed alone": (lambda: GOOD, {}),
    "billion laughs": (laughs, {}),
    "quadratic blowup": (blowup, {}),
    "external entities": (lambda: rss("<item><title>acme &f;&u;</title></item>", EXTERNAL), {}),
    "100k attributes, feed": (lambda: rss("<item " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>"), {}),
    "100k attributes, page": (lambda: page("<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">"), {}),
    "100k nested, feed": (lambda: rss("<item>" + "<a>" * 100_000 + "</a>" * 100_000 + "</item>"), {}),
    "100k nested, page": (lambda: page("<div>" * 100_000), {}),
    "100k nested, HTML in a feed": (
        lambda: rss(f"<item><description>{'&lt;b&gt;' * 100_000}</description></item>"),
        {},
    ),
    "100k nested, JSON": (lambda: b'{"items":' + b"[" * 100_000 + b"]" * 100_000 + b"}", {}),
    "200k items, RSS": (lambda: rss("".join(map(item, range(200_000)))[: 8 * MIB - 200]), {}),
    "200k items, JSON": (lambda: json_feed(MANY)[: 8 * MIB], {}),
    "8 MiB of text, one item": (lambda: rss(f"<item><description>{'acme ' * 1_600_000}</description></item>"), {}),
    "8 MiB of <, page": (lambda: page("<" * (8 * MIB - 400)), {}),
    "8 MiB of <p>, page": (lambda: page("<p>" * (8 * MIB // 3 - 200)), {}),
    "8 MiB of {}, JSON": (lambda: json_feed(",".join(["{}"] * (8 * MIB // 3 - 100))), {}),
    "8 MiB of strings, JSON": (lambda: json_feed(",".join(['"a"'] * (2 * MIB - 100))), {}),
    "gzip bomb, Content-Encoding": (lambda: gzip.compress(bytes(2**30), 9), {"Content-Encoding": "gzip"}),
    "gzip bomb, bare": (lambda: gzip.compress(b"<rss>" + bytes(2**30), 9), {}),
    "gzip of gzip bomb": (lambda: gzip.compress(gzip.compress(bytes(2**30), 9), 9), {"Content-Encoding": "gzip"}),
    "body is a path": (lambda: b"/etc/passwd", {}),
}


ALL = "all at once"


class Server(ThreadingHTTPServer):
    """Serves the documents: /good, and /0, /1 … in the order of BOMBS."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Whoever hangs up had enough."""


@cache
def documents(make: Callable[[], bytes]) -> bytes:
    """A document, made once."""
    return make()


class Handler(BaseHTTPRequestHandler):
    """Answers."""

    server: Server

    def do_GET(self) -> None:
        if self.path == "/robots.txt":  # pages may be read
            self.send_error(404)
            return
        make, headers = list(BOMBS.values())[int(self.path[1:])]
        body = documents(make)
        self.send_response(200)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def tree(pid: int) -> list[int]:
    """A process and all below it, but those that are just being started: until then they are their parent."""
    found, said = [pid], {pid: read(pid, "cmdline")}
    for parent in found:
        for child in map(int, children(parent)):
            said[child] = read(child, "cmdline")
            if said[child] != said[parent] and child not in found:
                found.append(child)
    return found


def children(pid: int) -> list[str]:
    """What a process (each of its threads) started."""
    with contextlib.suppress(OSError):
        return [c for task in Path(f"/proc/{pid}/task").iterdir() for c in (task / "children").read_text().split()]
    return []


def read(pid: int, name: str) -> str:
    """A file of a process; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except OSError:
        return ""


def field(pid: int, name: str) -> int:
    """A size of a process in bytes; 0 when it is gone."""
    lines = read(pid, "status").splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), 0)


def run(command: list[str], folder: str) -> tuple[subprocess.Popen[str], str, int, int, float]:
    """Run, and look at its memory until it ends: whole tree, largest worker, processor time."""
    before = os.times()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.extend(process.communicate()))
    reader.start()
    whole = worker = 0
    while reader.is_alive():
        pids = tree(process.pid)
        whole = max(whole, sum(field(pid, "VmRSS") for pid in pids))
        worker = max([worker, *(field(pid, "VmHWM") for pid in pids[1:])])
        time.sleep(0.003)
    reader.join()
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return process, said[1], whole, worker, spent


def command(urls: list[str], folder: str, *, poll: bool) -> list[str]:
    """The command that meets the documents."""
    start = [sys.executable, "-m", "mentionwatch"]
    if not poll:
        return [*start, "scan", "acme", *(f"--url={url}" for url in urls), "--format", "jsonl", "-o", "out.jsonl"]
    sources = "".join(f'[[sources]]\nname = "s{n}"\nurl = "{url}"\n' for n, url in enumerate(urls))
    brand = '[[brands]]\nname = "Acme"\nmatch = ["acme"]\n'
    Path(folder, "c.toml").write_text(f'[store]\nurl = "sqlite:///m.db"\n{FETCH}{brand}{sources}')
    return [*start, "poll", "-v", "--config", "c.toml"]


def row(name: str, port: int, *, poll: bool) -> str:
    """Meet a document, and the good feed after it."""
    names = list(BOMBS)
    wanted = names[1:] if name == ALL else [name]
    sent = sum(len(documents(BOMBS[one][0])) for one in wanted)
    numbers = [*(names.index(one) for one in wanted), 0]
    with tempfile.TemporaryDirectory() as folder:
        asked = command([f"http://127.0.0.1:{port}/{number}" for number in dict.fromkeys(numbers)], folder, poll=poll)
        process, err, whole, worker, spent = run(asked, folder)
        good = poll or "Acme works" in Path(folder, "out.jsonl").read_text()
    told = [shorten(line) for line in err.splitlines() if "http://127.0.0.1:" in line]
    said = f"{len(told)} lines" if len(told) > 1 else "".join(told) or "(read)"
    return (
        f"| {name} | {sent:,} | {process.returncode} | {whole / 1e6:.0f} | {worker / 1e6:.0f} | {spent:.2f}"
        f" | {said}{'' if good else ' - AND THE GOOD FEED WAS LOST'} |"
    )


def shorten(line: str) -> str:
    """Why a document failed, without its address and the better part of what it quotes."""
    reason = line.partition(": http://")[0].removesuffix(" (HTTP 200)")
    reason = reason.split(": ", 2 if line.startswith("Error") else 1)[-1]
    return re.sub(r'"([^"]{12})[^"]+"', r'"\1…"', reason).replace("|", "/")


def main(arguments: list[str]) -> None:
    """Print the table."""
    poll = "--poll" in arguments
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("| document | bytes sent | exit | whole tree, MB | worker, MB | CPU, s | told |")
    print("|---|---:|---:|---:|---:|---:|---|")
    for name in [name for name in arguments if name != "--poll"] or [*BOMBS, ALL]:
        print(row(name, server.server_address[1], poll=poll), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
