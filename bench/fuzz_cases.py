"""What ``fuzz.py`` has the readers read: strategies of Hypothesis that change the documents of ``tests/data``.

Every choice is Hypothesis' own, so that it can repeat a case, climb from it, and make it smaller.  Therefore a place is
a number of one fixed range, taken modulo what there is: it stays valid whatever becomes of the choices before it.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from mentionwatch.sources.api import JSON_FEED, ApiSource
from mentionwatch.sources.auto import AutoSource
from mentionwatch.sources.feed import FeedSource, has_fast
from mentionwatch.sources.page import PageSource

if TYPE_CHECKING:
    from mentionwatch.sources.base import Source

DATA = Path(__file__).resolve().parents[1] / "tests" / "data"
URL = "https://site.example/a/feed.xml"
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
NESTS = ((b"<div>", b"</div>"), (b"[", b"]"), (b'{"a":', b"}"), (b"<b><i>", b"</i></b>"))
ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "koi8-r", "shift_jis", "utf-7", "gb18030", "cp037")
SPLICED = {
    "tag": re.compile(rb"<[^<>]{1,300}>"),
    "attribute": re.compile(rb"\s[\w:-]{1,40}=(?:\"[^\"<>]{0,200}\"|'[^'<>]{0,200}')"),
    "value": re.compile(rb"\"[^\"\\]{0,300}\"|-?\d{1,20}(?:\.\d+)?|true|false|null"),
    "element": re.compile(rb"(?s)<([\w:]{1,30})[\s>][^<>]{0,300}.{0,3000}?</\1>"),
}


@dataclass(frozen=True)
class Original:
    """A document that the mutations start from."""

    kind: str
    name: str
    body: bytes


@dataclass(frozen=True)
class Case:
    """A document, and who reads it as what."""

    kind: str
    body: bytes
    reader: str
    content_type: str
    #: What was done to which original.
    made: str = ""


# Hypothesis makes a choice simpler by taking an earlier one: the smallest document stands first.
ORIGINALS = sorted(
    (Original(kind, p.name, p.read_bytes()) for kind in FITTING for p in (DATA / kind).iterdir() if p.is_file()),
    key=lambda o: (len(o.body), o.name),
)


# --- what is done to a document ---------------------------------------------------------------------------


def flip(body: bytes, *changes: tuple[int, int]) -> bytes:
    made = bytearray(body or b" ")
    for at, byte in changes:
        made[at % len(made)] = byte
    return bytes(made)


def truncate(body: bytes, at: int) -> bytes:
    return body[: at % (len(body) + 1)]


def drop(body: bytes, at: int, length: int) -> bytes:
    at %= len(body) + 1
    return body[:at] + body[at + length :]


def insert(body: bytes, at: int, piece: bytes, times: int = 1) -> bytes:
    at %= len(body) + 1
    return body[:at] + piece * min(times, LARGEST // max(1, len(piece))) + body[at:]


def repeat(body: bytes, at: int, length: int, times: int) -> bytes:
    at %= len(body) + 1
    return insert(body, at, body[at : at + length], times)


@cache
def _pieces(what: str, original: int) -> list[bytes]:
    return [found[0] for found in SPLICED[what].finditer(ORIGINALS[original].body)]


def splice(body: bytes, what: str, at: int, original: int, there: int, keep: bool) -> bytes:  # noqa: FBT001, PLR0917 - choices
    """Replace a piece of the document by one of an original, or put that behind it."""
    mine, others = list(SPLICED[what].finditer(body[:100_000])), _pieces(what, original)
    if not mine or not others:
        return body
    piece = mine[at % len(mine)]
    return body[: piece.end() if keep else piece.start()] + others[there % len(others)] + body[piece.end() :]


def reencode(body: bytes, encoding: str) -> bytes:
    return body[:500_000].decode("utf-8", "replace").encode(encoding, "replace")


def redeclare(body: bytes, encoding: str) -> bytes:
    made = re.sub(rb"encoding=([\"'])[\w-]+", rb"encoding=\g<1>" + encoding.encode(), body, count=1)
    return re.sub(rb"charset=([\"']?)[\w-]+", rb"charset=\g<1>" + encoding.encode(), made, count=1)


def nest(body: bytes, at: int, which: int, deep: int, closed: bool) -> bytes:  # noqa: FBT001 - a choice
    opening, closing = NESTS[which]
    at %= len(body) + 1
    return body[:at] + opening * deep + closing * (deep if closed else 0) + body[at:]


def join(body: bytes, original: int, first: bool) -> bytes:  # noqa: FBT001 - a choice
    other = ORIGINALS[original].body
    return body + other if first else other + body


def lead(body: bytes, with_: bytes, times: int) -> bytes:
    return with_ * times + body


def compress(body: bytes) -> bytes:
    return gzip.compress(body, 1, mtime=0)


# --- how it is drawn --------------------------------------------------------------------------------------

PLACE = st.integers(0, 2**22 - 1)
ORIGINAL = st.integers(0, len(ORIGINALS) - 1)
ODD_PIECE = st.sampled_from(ODD)
TEXT_PIECE = st.text(min_size=1, max_size=12).map(lambda text: text.encode("utf-8", "replace"))
TIMES = st.integers(1, 60) | st.integers(1, 1000) | st.integers(1, 30_000)
LENGTH = st.integers(1, 6) | st.integers(1, 60) | st.integers(1, 600)


def step(function: Any, *choices: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A function of the above, and what it is called with."""
    return st.tuples(st.just(function), st.tuples(*choices))


MUTATION = st.one_of(
    step(insert, PLACE, ODD_PIECE),
    step(insert, PLACE, TEXT_PIECE),
    step(insert, PLACE, ODD_PIECE, TIMES),
    *(step(splice, st.just(what), PLACE, ORIGINAL, PLACE, st.booleans()) for what in SPLICED),
    st.tuples(st.just(flip), st.lists(st.tuples(PLACE, st.integers(0, 255)), min_size=1, max_size=8)),
    step(truncate, PLACE),
    step(drop, PLACE, LENGTH),
    step(repeat, PLACE, LENGTH, TIMES),
    step(reencode, st.sampled_from(ENCODINGS)),
    step(redeclare, st.sampled_from((*ENCODINGS, "idna", "rot13", "base64", "x" * 50))),
    step(nest, PLACE, st.integers(0, len(NESTS) - 1), TIMES, st.booleans()),
    step(join, ORIGINAL, st.booleans()) | step(lead, st.sampled_from((b"\n", b")]}'\n")), TIMES) | step(compress),
)
MUTATIONS = st.lists(MUTATION, min_size=1, max_size=2) | st.lists(MUTATION, min_size=1, max_size=8)
#: For each sixteenth of the original's lines: 0 leaves them out, which is rare, and what a smaller case tries first.
#: Bytes are one choice; sixteen numbers are sixteen, which Hypothesis would rather put into each other's places.
LINES = st.binary(min_size=16, max_size=16)
#: How much of the end or of the start is kept: nearly always all of it.  The numbers are far ones, because Hypothesis
#: likes to draw those that it sees in the code, and most of these are small.
FAR = 2**40
KEPT = st.integers(FAR, FAR + 2**23).map(lambda n: n - FAR)


def _without(body: bytes, kept: bytes) -> bytes:
    lines = body.splitlines(keepends=True)
    return b"".join(line for n, line in enumerate(lines) if kept[n * len(kept) // len(lines)])


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A document, a reader for it, and the content type that it comes with."""
    start = draw(st.sampled_from(ORIGINALS))
    body = _without(start.body, draw(LINES))
    steps = draw(MUTATIONS)
    for mutate, choices in steps:
        body = mutate(body, *choices)[:LARGEST]
    body = body[: draw(KEPT)]
    body = body[max(0, len(body) - draw(KEPT)) :]
    fitting = [name for name in FITTING[start.kind] if name in READERS]
    reader, content_type = draw(st.sampled_from(fitting * 4 + list(READERS))), draw(st.sampled_from(TYPES[start.kind]))
    made = "; ".join(f"{mutate.__name__}{tuple(choices)}" for mutate, choices in steps)
    return Case(start.kind, body, reader, content_type, f"{start.name}: {made[:2000]}")
