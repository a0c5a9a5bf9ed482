"""Let Hypothesis change the project's own documents, and every reader of documents read what comes of them.

    python bench/fuzz.py [--seconds N] [--seed S] [--cases N] [--save FOLDER]
    python bench/fuzz.py --document FILE [--reader NAME] [--content-type TYPE]

A reader gives a Document or raises ParseError, within two seconds of CPU and 300 MiB of memory, and what it gives is
safe to store and to show.  Anything else is a finding: Hypothesis makes it as small as it can, and its document is
saved with a .json that says who read it as what; ``--document`` reads one again.  Exits 1 when there was a finding.

With ``--cases`` the cases depend on the seed alone.  Without, Hypothesis also climbs towards what takes much CPU.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import hashlib
import json
import math
import re
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, fields
from datetime import datetime, timedelta, timezone
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from hypothesis import HealthCheck, Phase, given, seed, settings, target
from hypothesis import strategies as st
from hypothesis.errors import Flaky

from mentionwatch.errors import ParseError
from mentionwatch.identity import content_key, entry_id, url_key
from mentionwatch.model import Document, Response
from mentionwatch.sources.api import JSON_FEED, ApiSource
from mentionwatch.sources.auto import AutoSource
from mentionwatch.sources.feed import FeedSource, has_fast
from mentionwatch.sources.page import PageSource
from mentionwatch.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mentionwatch.sources.base import Source

DATA = Path(__file__).resolve().parents[1] / "tests" / "data"
NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
URL = "https://site.example/a/feed.xml"
MOST_CPU_S = 2.0
MOST_MIB = 300.0
HANGS_AFTER_S = 6.0
LARGEST = 3_000_000
#: Cases that Hypothesis makes of one seed, the time it has to climb in every second batch, and to make a finding small.
BATCH = 2000
CLIMB_S = 20.0
SHRINK_S = 90.0
#: Documents saved of one kind of finding: the small one, and later ones as they came.
KEPT_OF_A_KIND = 4

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

    def pieces(self) -> list[bytes]:
        """Its lines."""
        return self.body.splitlines(keepends=True)


# Hypothesis makes a choice simpler by taking an earlier one: the smallest document stands first.
ORIGINALS = sorted(
    (Original(kind, p.name, p.read_bytes()) for kind in FITTING for p in (DATA / kind).iterdir() if p.is_file()),
    key=lambda o: (len(o.body), o.name),
)


@dataclass(frozen=True)
class Case:
    """A document, and who reads it as what."""

    kind: str
    body: bytes
    reader: str
    content_type: str
    #: What was done to which original.
    made: str = ""


# --- mutations --------------------------------------------------------------------------------------------
# Every place is a number of one fixed range, taken modulo what there is: so a choice stays valid whatever becomes of
# the choices before it, and Hypothesis can make each of them smaller by itself.


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
def _pieces(what: str, other: int) -> list[bytes]:
    return [found[0] for found in SPLICED[what].finditer(ORIGINALS[other].body)]


def splice(body: bytes, what: str, at: int, other: int, there: int, keep: bool) -> bytes:  # noqa: FBT001, PLR0917 - choices
    """Replace a piece of the document by one of another, or put it behind."""
    mine = list(SPLICED[what].finditer(body[:100_000]))
    others = _pieces(what, other)
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


def wrap(body: bytes, how: str, other: int) -> bytes:
    return {
        "before": ORIGINALS[other].body + body,
        "after": body + ORIGINALS[other].body,
        "lines": b"\n" * 5000 + body,
        "guard": b")]}'\n" + body,
        "gzip": gzip.compress(body, 1, mtime=0),
    }[how]


PLACE = st.integers(0, 2**22 - 1)
OTHER = st.integers(0, len(ORIGINALS) - 1)
PIECE = st.sampled_from(ODD) | st.sampled_from(ODD) | st.text(max_size=12).map(lambda s: s.encode("utf-8", "replace"))
#: Many or few of something, the tries of fewer included.
TIMES = st.integers(1, 60) | st.integers(1, 1000) | st.integers(1, 30_000)
LENGTH = st.integers(1, 6) | st.integers(1, 60) | st.integers(1, 600)
SPLICE = st.tuples(st.just(splice), st.sampled_from(sorted(SPLICED)), PLACE, OTHER, PLACE, st.booleans())
INSERT = st.tuples(st.just(insert), PLACE, PIECE)

MUTATION: st.SearchStrategy[Any] = st.one_of(
    INSERT,
    INSERT.map(lambda step: step),
    SPLICE,
    SPLICE.map(lambda step: step),
    SPLICE.map(lambda step: step),
    st.lists(st.tuples(PLACE, st.integers(0, 255)), min_size=1, max_size=8).map(lambda changes: (flip, *changes)),
    st.tuples(st.just(truncate), PLACE),
    st.tuples(st.just(drop), PLACE, LENGTH),
    st.tuples(st.just(insert), PLACE, PIECE, TIMES),
    st.tuples(st.just(repeat), PLACE, LENGTH, TIMES),
    st.tuples(st.just(reencode), st.sampled_from(ENCODINGS)),
    st.tuples(st.just(redeclare), st.sampled_from((*ENCODINGS, "idna", "rot13", "base64", "x" * 50))),
    st.tuples(st.just(nest), PLACE, st.integers(0, len(NESTS) - 1), TIMES, st.booleans()),
    st.tuples(st.just(wrap), st.sampled_from(("before", "after", "lines", "guard", "gzip")), OTHER),
)
MUTATIONS = st.lists(MUTATION, min_size=1, max_size=2) | st.lists(MUTATION, min_size=1, max_size=8)
#: For each sixteenth of the original's lines: 0 leaves them out, which is rare, and what a smaller case tries first.
LINES = st.lists(st.integers(0, 99), min_size=16, max_size=16)
#: How much of the end or of the start is kept: nearly always all of it.  Two numbers, because Hypothesis likes to draw
#: the numbers that it sees in the code, and most of these are small.
CROP = st.builds(lambda blocks, rest: blocks * 4096 + rest, st.integers(0, 2**13), st.integers(0, 4095))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """The document of a case, a reader for it, and the content type that it comes with."""
    start = draw(st.sampled_from(ORIGINALS))
    lines = start.pieces()
    kept = draw(LINES)
    body = b"".join(line for n, line in enumerate(lines) if kept[n * len(kept) // len(lines)])
    steps = draw(MUTATIONS)
    for mutate, *choices in steps:
        body = mutate(body, *choices)[:LARGEST]
    body = body[: draw(CROP)]
    body = body[max(0, len(body) - draw(CROP)) :]
    fitting = [name for name in FITTING[start.kind] if name in READERS]
    reader = draw(st.sampled_from(fitting * 4 + list(READERS)))
    told = "; ".join(f"{mutate.__name__}{tuple(choices)}" for mutate, *choices in steps)
    return Case(start.kind, body, reader, draw(st.sampled_from(TYPES[start.kind])), f"{start.name}: {told[:2000]}")


# --- judging ----------------------------------------------------------------------------------------------


class Hangs(BaseException):
    """Raised by the timer; no reader catches it."""


@dataclass(frozen=True)
class Verdict:
    """What became of a document."""

    outcome: str
    cpu_s: float
    #: Two findings of one kind are taken for one and the same; None where nothing is wrong.
    kind: str | None = None
    what: str = ""


def _unsafe(document: Any) -> Iterator[tuple[str, str]]:
    """What of a document must not be stored or shown: the part, and what is wrong with it."""
    if not isinstance(document, Document):
        yield "document", f"gives {type(document).__name__}"
        return
    for entry in document.entries:
        for part in fields(entry):
            value = getattr(entry, part.name)
            if isinstance(value, str) and (clean(value) != value or not value):
                yield part.name, f"{part.name} is not clean: {value[:80]!r}"
        if entry.url and (urlsplit(entry.url).scheme not in {"http", "https"} or not urlsplit(entry.url).hostname):
            yield "url", f"url is {entry.url[:80]!r}"
        if entry.published and not 1990 <= entry.published.year <= (NOW + timedelta(minutes=11)).year:
            yield "published", f"published is {entry.published}"
        if entry.rating is not None and not 1 <= entry.rating <= 5:
            yield "rating", f"rating is {entry.rating}"
        entry_id(entry)
        content_key(entry)
        url_key(entry.url or "")


def _read(case: Case) -> Verdict:
    """Let a reader read a document, with the depth of calls that a program has."""
    response = Response(URL, {"content-type": case.content_type} if case.content_type else {}, case.body, NOW)
    began, depth = time.process_time(), sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    signal.setitimer(signal.ITIMER_PROF, HANGS_AFTER_S)
    try:
        document = READERS[case.reader].parse(response)
        took = time.process_time() - began
        part, wrong = next(_unsafe(document), (None, ""))
        return Verdict("read", took, part and f"unsafe {part} of {case.reader}", wrong)
    except ParseError as e:
        took = time.process_time() - began
        if clean(str(e)) == str(e) and "\n" not in str(e):
            return Verdict("refused", took)
        return Verdict("refused", took, f"message of {case.reader}", f"message is not clean: {str(e)[:200]!r}")
    except Hangs:
        return Verdict("hung", HANGS_AFTER_S, f"time of {case.reader}", f"more than {HANGS_AFTER_S:.0f} s of CPU")
    except Exception as e:  # noqa: BLE001 - whatever it is, that is what is looked for
        place = traceback.extract_tb(e.__traceback__)[-1]
        kind = f"{type(e).__name__} at {place.filename}:{place.lineno}"
        return Verdict("broke", time.process_time() - began, kind, traceback.format_exc(limit=-4))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.setrecursionlimit(depth)


def judge(case: Case) -> Verdict:
    """Read a document, a second time where the first was slow, and look at the memory that it took."""
    _forget_peak()
    before = peak_mib()
    verdict = _read(case)
    peak = peak_mib()
    if verdict.kind is None and verdict.cpu_s > MOST_CPU_S:
        verdict = min(verdict, _read(case), key=lambda v: v.cpu_s)
        if verdict.cpu_s > MOST_CPU_S:
            return Verdict(
                verdict.outcome, verdict.cpu_s, f"time of {case.reader}", f"took {verdict.cpu_s:.1f} s of CPU"
            )
    if verdict.kind is None and peak > max(MOST_MIB, before + 10):
        return Verdict(
            verdict.outcome, verdict.cpu_s, f"memory of {case.reader}", f"took the process to {peak:.0f} MiB"
        )
    return verdict


def _on_timer(*_: object) -> None:
    raise Hangs


def _forget_peak() -> None:
    """Let the peak of the process begin anew: on Linux; elsewhere it only rises, and is told when it does."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_bytes(b"5")


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 2**20)


# --- the run ----------------------------------------------------------------------------------------------


class Over(BaseException):
    """Ends a batch: the run's time or cases are used up, or the time to make a finding small."""


class Run:
    """What one run of Hypothesis after another has done so far."""

    def __init__(self, given_options: argparse.Namespace) -> None:
        self.options = given_options
        self.began = time.monotonic()
        self.outcomes: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.slowest = self.peak = 0.0
        self.until = self.began + given_options.seconds
        #: Of this batch: whether it climbs, until when, and the finding that is being made small.
        self.climbing = False
        self.batch_until = math.inf
        self.small: tuple[Verdict, Case] | None = None
        self.verdicts: dict[tuple[bytes, str, str], Verdict] = {}
        #: A document that takes the whole process down is left here.
        self.running = given_options.save / "running.document"
        self.notes = [p.open("wb", buffering=0) for p in (self.running, beside(self.running))]

    @property
    def done(self) -> int:
        return self.outcomes.total()

    @property
    def over(self) -> bool:
        return self.done == self.options.cases or time.monotonic() > self.until

    def check(self, case: Case) -> None:
        """The property: fails for a finding of a kind that is new, and while shrinking for that kind only."""
        if (self.small is None and self.over) or time.monotonic() > self.batch_until:
            raise Over
        # Hypothesis makes one document in several ways; it is read once a batch.
        told = (hashlib.md5(case.body, usedforsecurity=False).digest(), case.reader, case.content_type)
        is_new = told not in self.verdicts
        if is_new:
            self._note(case)
            self.verdicts[told] = judge(case)
            self.peak = max(self.peak, peak_mib())
        verdict = self.verdicts[told]
        if self.climbing:
            target(verdict.cpu_s, label="seconds of CPU")
        if self.small is None:
            if not is_new:
                return
            self.outcomes[verdict.outcome] += 1
            self.slowest = max(self.slowest, verdict.cpu_s)
            if verdict.kind is None or self._known(verdict, case):
                return
            self.small, self.batch_until = (verdict, case), time.monotonic() + SHRINK_S
        elif verdict.kind != self.small[0].kind:
            return
        self.small = min(self.small, (verdict, case), key=lambda found: len(found[1].body))
        raise AssertionError(verdict.what)

    def _note(self, case: Case) -> None:
        for file, told in zip(self.notes, (case.body, describe(case)), strict=True):
            file.seek(0)
            file.write(told)
            file.truncate()

    def close(self) -> None:
        for file in self.notes:
            file.close()
        self.running.unlink()
        beside(self.running).unlink()

    def _known(self, verdict: Verdict, case: Case) -> bool:
        if not self.found[verdict.kind or ""]:
            return False
        self._tell(verdict, case)
        return True

    def _tell(self, verdict: Verdict, case: Case) -> None:
        kind = verdict.kind or ""
        self.found[kind] += 1
        if self.found[kind] > KEPT_OF_A_KIND:
            return
        name = f"{self.options.seed}-{list(self.found).index(kind) + 1}-{self.found[kind]}"
        path = self.options.save / f"{name}.{case.kind}"
        path.write_bytes(case.body)
        beside(path).write_bytes(describe(case, finding=kind, what=verdict.what))
        how = "FINDING" if self.found[kind] == 1 else "AGAIN"
        print(f"{how} {kind} ({len(case.body)} bytes), saved as {path}\n{case.made[:300]}\n{verdict.what}", flush=True)

    def batch(self, number: int) -> None:
        """Have Hypothesis make one batch of cases, and tell what it found."""
        self.climbing = self.options.cases is None and number % 2 == 0
        self.batch_until = time.monotonic() + CLIMB_S if self.climbing else math.inf
        phases = (Phase.generate, Phase.shrink, *((Phase.target,) if self.climbing else ()))
        self.verdicts.clear()
        property_ = given(cases())(self.check)
        property_ = settings(
            max_examples=BATCH,
            phases=phases,
            database=None,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )(property_)
        self.small = None
        with contextlib.suppress(AssertionError, Flaky, Over):
            seed(self.options.seed * 1_000_003 + number)(property_)()
        if self.small is not None:
            self._tell(*self.small)
            self.small = None

    def summary(self) -> str:
        told = ", ".join(f"{n} {name}" for name, n in sorted(self.outcomes.items()))
        findings = f"{len(self.found)} findings"
        if again := self.found.total() - len(self.found):
            findings += f", {again} times again"
        return (
            f"{self.done} cases from {len(ORIGINALS)} documents in {time.monotonic() - self.began:.0f} s"
            f" (seed {self.options.seed}): {told}; {findings};"
            f" slowest {self.slowest:.2f} s of CPU; peak {self.peak:.0f} MiB"
        )


def beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def describe(case: Case, **more: str) -> bytes:
    told = {"reader": case.reader, "content_type": case.content_type, **more, "made": case.made}
    return json.dumps(told, indent=1).encode("ascii")


def read_again(path: Path, reader: str | None, content_type: str | None) -> int:
    """Judge one saved document."""
    told = json.loads(beside(path).read_bytes()) if beside(path).is_file() else {}
    reader = reader or told.get("reader", "auto")
    case = Case("", path.read_bytes(), reader, told.get("content_type", "") if content_type is None else content_type)
    verdict = judge(case)
    print(f"{path} ({case.reader}, {len(case.body)} bytes): {verdict.outcome}, {verdict.cpu_s:.2f} s of CPU")
    if verdict.kind:
        print(f"FINDING {verdict.kind}\n{verdict.what}")
    return 1 if verdict.kind else 0


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="stop after this long (default: 60)")
    parser.add_argument("--seed", type=int, default=1, help="of Hypothesis' choices (default: 1)")
    parser.add_argument("--cases", type=int, help="stop after this many cases")
    parser.add_argument("--save", type=Path, default=Path("fuzz-findings"), help="folder for the documents of findings")
    parser.add_argument("--document", type=Path, help="read this one only")
    parser.add_argument("--reader", choices=sorted(READERS), help="who reads --document (default: as saved)")
    parser.add_argument("--content-type", help="as what --document comes (default: as saved)")
    return parser.parse_args()


def main() -> int:
    told = options()
    signal.signal(signal.SIGPROF, _on_timer)
    if told.document:
        return read_again(told.document, told.reader, told.content_type)
    told.save.mkdir(parents=True, exist_ok=True)
    run = Run(told)
    with contextlib.suppress(KeyboardInterrupt):
        for number in count(1):
            if run.over:
                break
            run.batch(number)
            if number % 20 == 0:
                print(run.summary(), flush=True)
    run.close()
    print(run.summary())
    return 1 if run.found else 0


if __name__ == "__main__":
    sys.exit(main())
