"""Mutate the project's own documents, and let every reader of documents read what comes of them.

    python bench/fuzz.py [--seconds N] [--seed S] [--cases N] [--first N] [--save FOLDER]

A reader gives a Document or raises ParseError, within two seconds of CPU and 300 MiB of memory, and what it gives is
safe to store and to show.  Anything else is a finding: it is printed and its document saved.  A case depends on seed
and number alone, so ``--seed S --first N --cases 1`` does one again.  Exits 1 when there was a finding.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import random
import re
import resource
import signal
import sys
import time
import traceback
from dataclasses import dataclass, fields
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mentionwatch.errors import ParseError
from mentionwatch.identity import content_key, entry_id, url_key
from mentionwatch.model import Document, Response
from mentionwatch.sources.api import JSON_FEED, ApiSource
from mentionwatch.sources.auto import AutoSource
from mentionwatch.sources.feed import FeedSource, has_fast
from mentionwatch.sources.page import PageSource
from mentionwatch.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mentionwatch.sources.base import Source

DATA = Path(__file__).resolve().parents[1] / "tests" / "data"
NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
URL = "https://site.example/a/feed.xml"
MOST_CPU_S = 2.0
MOST_MIB = 300.0
HANGS_AFTER_S = 20.0
LARGEST = 3_000_000

READERS: dict[str, Source] = {
    "feed, plain": FeedSource("s", URL, fast=False),
    **({"feed, fast": FeedSource("s", URL, fast=True)} if has_fast() else {}),
    "json feed": ApiSource("s", JSON_FEED, url=URL),
    "page": PageSource("s", URL),
    "auto": AutoSource("s", URL),
}
FITTING = {"feeds": ("feed, plain", "feed, fast", "auto"), "pages": ("page", "auto"), "api": ("json feed", "auto")}
TYPES = {
    "feeds": ("text/xml", "text/xml; charset=iso-8859-1", "application/rss+xml; charset=utf-16", ""),
    "pages": ("text/html", "text/html; charset=shift_jis", ""),
    "api": ("application/json", "text/html", ""),
}
ODD = [
    b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!--", b"-->", b'"', b"'", b"/>", b"</", b"<?xml ", b"<!DOCTYPE a [",
    b"&#0;", b"&#x110000;", b"&#55296;", b"&lt;b&gt;", b"&amp;amp;", b"\xff", b"\xc3", b"\xed\xa0\x80",
    b"\xe2\x80\xae", b"\x1b]8;;x\x07", b"\x00", b"\x85", b"\\ud800", b"\\", b"{", b"}", b"[", b"]", b"null",
    b"1e999", b"-1", b"NaN", b"9" * 400, b"[" * 3000, b"0000-00-00", b"Feb 30", b"24:61", b"+99:99", b"://",
    b"http://[::", b"http://a:99999/", b"https://www.google.com/url?q=", b"javascript:", b"data:,", b"//", b"%ff",
    b"%00", b"?", b"#", b"<blockquote>", b"[quote]", b"[/quote]", b"<script>", b"</script>", b"<pre>", b"<title/>",
    b"<item>", b"</item>", b"<entry>", b"<link href=", b" itemprop=review itemscope", b"xmlns:a=''",
    b" xml:base='%'", b" xml:lang='x'",
]  # fmt: skip
_TAG = re.compile(rb"<[^<>]{1,300}>")
_ATTRIBUTE = re.compile(rb"\s[\w:-]{1,40}=(?:\"[^\"<>]{0,200}\"|'[^'<>]{0,200}')")
_VALUE = re.compile(rb"\"[^\"\\]{0,300}\"|-?\d{1,20}(?:\.\d+)?|true|false|null")
_ELEMENT = re.compile(rb"(?s)<([\w:]{1,30})[\s>][^<>]{0,300}.{0,3000}?</\1>")
ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "koi8-r", "shift_jis", "utf-7", "gb18030", "cp037")


@dataclass(frozen=True)
class Seed:
    """A document that the mutations start from."""

    kind: str
    body: bytes


def read_seeds() -> list[Seed]:
    return [
        Seed(kind, path.read_bytes()) for kind in FITTING for path in sorted((DATA / kind).iterdir()) if path.is_file()
    ]


# --- mutations --------------------------------------------------------------------------------------------


def _cut(draw: random.Random, body: bytes, most: int) -> tuple[int, int]:
    start = draw.randrange(len(body) + 1)
    return start, min(len(body), start + draw.randint(1, most))


def flip(draw: random.Random, body: bytes, _: list[Seed]) -> bytes:
    made = bytearray(body or b" ")
    for _n in range(draw.choice((1, 1, 3, 20))):
        made[draw.randrange(len(made))] = draw.randrange(256)
    return bytes(made)


def truncate(draw: random.Random, body: bytes, _: list[Seed]) -> bytes:
    return body[: draw.randrange(len(body) + 1)]


def drop(draw: random.Random, body: bytes, _: list[Seed]) -> bytes:
    start, end = _cut(draw, body, draw.choice((3, 30, 300)))
    return body[:start] + body[end:]


def insert(draw: random.Random, body: bytes, _: list[Seed]) -> bytes:
    at = draw.randrange(len(body) + 1)
    return body[:at] + draw.choice(ODD) + body[at:]


def repeat(draw: random.Random, body: bytes, _: list[Seed]) -> bytes:
    start, end = _cut(draw, body, draw.choice((1, 6, 60, 600)))
    times = draw.choice((2, 50, 1000, 30_000))
    times = max(1, min(times, (LARGEST - len(body)) // max(1, end - start)))
    return body[:start] + body[start:end] * times + body[end:]


def repeat_odd(draw: random.Random, body: bytes, _: list[Seed]) -> bytes:
    at, piece = draw.randrange(len(body) + 1), draw.choice(ODD)
    return body[:at] + piece * min(draw.choice((10, 500, 20_000)), LARGEST // len(piece)) + body[at:]


def splice(pattern: re.Pattern[bytes]) -> Callable[[random.Random, bytes, list[Seed]], bytes]:
    def splice_one(draw: random.Random, body: bytes, seeds: list[Seed]) -> bytes:
        """Replace a piece of the document by one of another, or put it there twice."""
        here = list(pattern.finditer(body[:200_000]))
        there = pattern.findall(draw.choice(seeds).body) if pattern is not _ELEMENT else None
        if there is None:
            there = [m[0] for m in pattern.finditer(draw.choice(seeds).body)]
        if not here or not there:
            return insert(draw, body, seeds)
        at = draw.choice(here)
        kept = at[0] if draw.random() < 0.5 else b""
        return body[: at.start()] + kept + draw.choice(there) + body[at.end() :]

    return splice_one


def reencode(draw: random.Random, body: bytes, _: list[Seed]) -> bytes:
    return body[:500_000].decode("utf-8", "replace").encode(draw.choice(ENCODINGS), "replace")


def redeclare(draw: random.Random, body: bytes, _: list[Seed]) -> bytes:
    name = draw.choice((*ENCODINGS, "idna", "rot13", "base64", "x" * 50)).encode()
    made = re.sub(rb"encoding=([\"'])[\w-]+", rb"encoding=\g<1>" + name, body, count=1)
    return re.sub(rb"charset=([\"']?)[\w-]+", rb"charset=\g<1>" + name, made, count=1)


def nest(draw: random.Random, body: bytes, _: list[Seed]) -> bytes:
    opening, closing = draw.choice(((b"<div>", b"</div>"), (b"[", b"]"), (b'{"a":', b"}"), (b"<b><i>", b"</i></b>")))
    deep, at = draw.choice((10, 500, 20_000)), draw.randrange(len(body) + 1)
    return body[:at] + opening * deep + closing * draw.choice((0, deep)) + body[at:]


def wrap(draw: random.Random, body: bytes, seeds: list[Seed]) -> bytes:
    other = draw.choice(seeds).body
    return draw.choice((gzip.compress(body, 1), other + body, body + other, b"\n" * 5000 + body, b")]}'\n" + body))


MUTATIONS = (
    flip, flip, truncate, drop, drop, insert, insert, insert, repeat, repeat_odd, splice(_TAG), splice(_TAG),
    splice(_ATTRIBUTE), splice(_VALUE), splice(_ELEMENT), splice(_ELEMENT), reencode, redeclare, nest, wrap,
)  # fmt: skip


def make_case(seed: int, number: int, seeds: list[Seed]) -> tuple[Seed, str, str]:
    """The document of a case, a reader for it, and the content type that it comes with."""
    draw = random.Random(f"{seed}:{number}")
    start = draw.choice(seeds)
    body = start.body
    for _ in range(draw.choice((1, 1, 2, 3, 5, 8))):
        body = draw.choice(MUTATIONS)(draw, body, seeds)[:LARGEST]
    fitting = [name for name in FITTING[start.kind] if name in READERS]
    reader = draw.choice(fitting if draw.random() < 0.9 else list(READERS))
    return Seed(start.kind, body), reader, draw.choice(TYPES[start.kind])


# --- judging ----------------------------------------------------------------------------------------------


class Hangs(BaseException):
    """Raised by the timer; no reader catches it."""


def _unsafe(document: Any) -> Iterator[str]:
    """What of a document must not be stored or shown."""
    if not isinstance(document, Document):
        yield f"gives {type(document).__name__}"
        return
    for entry in document.entries:
        for part in fields(entry):
            value = getattr(entry, part.name)
            if isinstance(value, str) and (clean(value) != value or not value):
                yield f"{part.name} is not clean: {value[:80]!r}"
        if entry.url and (urlsplit(entry.url).scheme not in {"http", "https"} or not urlsplit(entry.url).hostname):
            yield f"url is {entry.url[:80]!r}"
        if entry.published and not 1990 <= entry.published.year <= (NOW + timedelta(minutes=11)).year:
            yield f"published is {entry.published}"
        if entry.rating is not None and not 1 <= entry.rating <= 5:
            yield f"rating is {entry.rating}"
        entry_id(entry)
        content_key(entry)
        url_key(entry.url or "")


def judge(case: Seed, reader: str, content_type: str) -> tuple[str, str | None]:
    """Let a reader read a document: ("read" or "refused", what is wrong with that or None)."""
    response = Response(URL, {"content-type": content_type}, case.body, NOW)
    outcome = "read"
    began = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, HANGS_AFTER_S)
    try:
        document = READERS[reader].parse(response)
        took = time.process_time() - began
        wrong = next(_unsafe(document), None)
    except ParseError as e:
        outcome, took = "refused", time.process_time() - began
        wrong = None if clean(str(e)) == str(e) and "\n" not in str(e) else f"message is not clean: {str(e)[:200]!r}"
    except Hangs:
        return "hung", f"more than {HANGS_AFTER_S:.0f} s of CPU"
    except Exception:  # noqa: BLE001 - whatever it is, that is what is looked for
        return "broke", traceback.format_exc(limit=-4)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return outcome, f"took {took:.1f} s of CPU" if took > MOST_CPU_S else wrong


def _on_timer(*_: object) -> None:
    raise Hangs


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 2**20)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="stop after this long (default: 60)")
    parser.add_argument("--seed", type=int, default=1, help="of the random draws (default: 1)")
    parser.add_argument("--cases", type=int, help="stop after this many cases")
    parser.add_argument("--first", type=int, default=1, help="number of the first case (default: 1)")
    parser.add_argument("--save", type=Path, default=Path("fuzz-findings"), help="folder for the documents of findings")
    return parser.parse_args()


def report(given: argparse.Namespace, number: int, case: Seed, reader: str, what: str) -> None:
    given.save.mkdir(parents=True, exist_ok=True)
    path = given.save / f"{given.seed}-{number}.{case.kind}"
    path.write_bytes(case.body)
    print(
        f"FINDING seed {given.seed} case {number} ({reader}, {len(case.body)} bytes), saved as {path}\n{what}",
        flush=True,
    )


def main() -> int:
    given = options()
    signal.signal(signal.SIGPROF, _on_timer)
    seeds = read_seeds()
    outcomes: dict[str, int] = {}
    findings, slowest, began = 0, 0.0, time.monotonic()
    done = 0
    # A library that takes the whole process down leaves the number of its case here.
    given.save.mkdir(parents=True, exist_ok=True)
    with (
        (given.save / f"{given.seed}.case").open("w", encoding="ascii") as place,
        contextlib.suppress(KeyboardInterrupt),
    ):
        for number in count(given.first):
            if time.monotonic() - began > given.seconds or done == given.cases:
                break
            place.seek(0)
            place.write(f"{number:<12}")
            place.flush()
            case, reader, content_type = make_case(given.seed, number, seeds)
            start = time.process_time()
            before = peak_mib()
            outcome, wrong = judge(case, reader, content_type)
            # The process' peak only ever rises: the first document over the bound is told, and each that is worse.
            if (peak := peak_mib()) > max(MOST_MIB, before + 10):
                wrong = wrong or f"took the process to {peak:.0f} MiB"
            slowest = max(slowest, time.process_time() - start)
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
            done += 1
            if wrong:
                findings += 1
                report(given, number, case, reader, wrong)
            if done % 10_000 == 0:
                print(
                    f"{done} cases, {time.monotonic() - began:.0f} s, {findings} findings, slowest {slowest:.2f} s",
                    flush=True,
                )
    told = ", ".join(f"{n} {name}" for name, n in sorted(outcomes.items()))
    print(
        f"{done} cases from {len(seeds)} documents in {time.monotonic() - began:.0f} s (seed {given.seed}): {told};"
        f" {findings} findings; slowest {slowest:.2f} s of CPU; peak {peak_mib():.0f} MiB"
    )
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
