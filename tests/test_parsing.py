"""Documents are read in processes of their own, and none of them can stop a poll."""

from __future__ import annotations

import asyncio
import gzip
import io
import os
import pickle
import signal
import subprocess
import sys
import zipfile
from datetime import datetime, timezone
from pathlib import Path

import pytest

from mentionwatch import __version__, scan
from mentionwatch.errors import ParseError
from mentionwatch.model import Document, Entry, Failed, Polled, Response
from mentionwatch.parsing import wire
from mentionwatch.parsing.pool import Parser
from mentionwatch.parsing.wire import BrokenReply, Refusal, Reply
from mentionwatch.sources.api import JSON_FEED, ApiSource
from mentionwatch.sources.auto import AutoSource
from mentionwatch.sources.feed import FeedSource
from mentionwatch.sources.page import PageSource
from tests.feeds import json_feed, reviews, rss
from tests.servers import Answer, LoopbackServer

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 11, 2, 12, 5, tzinfo=timezone.utc)
URL = "https://site.example/feed"
GOOD = rss([("g1", "Acme works", "It does.", "ann", NOW)])
MIB = 2**20
LINUX = sys.platform == "linux"

posix = pytest.mark.skipif(os.name != "posix", reason="signals and limits as on POSIX")


def response(body, **changes):
    return Response(**{"url": URL, "headers": {}, "body": body, "fetched_at": NOW, **changes})


def feed(**changes):
    return FeedSource("forum", URL, **changes)


def parsed(*tasks, **bounds):
    """Read documents one after the other through one parser: for each the Document or the error, then the parser."""

    async def run():
        parser, got = Parser(**bounds), []
        try:
            for task in tasks:
                if callable(task):
                    task(parser)
                    continue
                try:
                    got.append(await parser.parse(*task, shown="https://shown.example/"))
                except ParseError as e:
                    got.append(e)
            return [*got, parser.pids]
        finally:
            await parser.close()

    return asyncio.run(run())


# --- the same as without -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("adapter", "body"),
    [
        (feed(fast=False), GOOD),
        (feed(), GOOD),
        (AutoSource("s", URL), GOOD),
        (ApiSource("s", JSON_FEED, url=URL), json_feed([("1", "Hi", "acme", "bob", NOW)])),
        (PageSource("s", URL), reviews([("eve", 1, "The Acme One broke.", NOW)])),
    ],
)
def test_a_worker_reads_what_the_adapter_reads(adapter, body):
    """Whatever an adapter gives comes back from the other process whole."""
    document, pids = parsed((adapter, response(body)))
    assert document == adapter.parse(response(body))
    assert document.entries
    assert len(pids) == 1


def test_a_worker_is_kept():
    """One process reads document after document: a start for each would cost more than the reading."""
    seen = []
    parsed(*[(feed(), response(GOOD)), lambda parser: seen.append(parser.pids)] * 3)
    assert len(seen) == 3
    assert len(set(seen)) == 1


def test_an_error_comes_back_with_its_state_and_the_url_that_may_be_shown():
    """What an adapter refuses is told as before; the worker's own idea of the URL never is."""
    found, pids = parsed((feed(), response(b"<html><title>Log in</title></html>", status=203)))
    assert isinstance(found, ParseError)
    assert (found.state, found.url, found.status) == ("not-a-feed", "https://shown.example/", 203)
    assert "Log in" in found.reason
    assert len(pids) == 1


# --- bounds ------------------------------------------------------------------------------------------------------


@posix
def test_a_document_that_takes_too_long_ends_only_itself():
    """Processor time is bounded in whatever code it is spent; the next document is read."""
    slow = rss([(str(n), "Acme", "text " * 100, "ann", NOW) for n in range(2000)])
    found, good, _pids = parsed((feed(fast=False), response(slow)), (feed(fast=False), response(GOOD)), cpu_s=0.3)
    assert isinstance(found, ParseError)
    assert found.state == "down"
    assert found.reason == "reading it takes more than 0.3 s of processor time"
    assert len(good.entries) == 1


def test_time_on_the_clock_is_bounded_too():
    """What waits, and where processor time is not counted, ends as well."""
    slow = rss([(str(n), "Acme", "text " * 100, "ann", NOW) for n in range(2000)])
    (found, _pids) = parsed((feed(fast=False), response(slow)), wall_s=0.001)
    # Where the machine is busy, that time is over before the document was even taken up.
    assert found.reason in {
        "reading it takes more than 0.001 s",
        "the process that reads documents ends before it begins",
    }


@pytest.mark.skipif(not LINUX, reason="memory is bounded on Linux")
@pytest.mark.parametrize(
    "body", [b"[" + b"{}," * 2_000_000 + b"{}]", gzip.compress(b"[" + bytes(60 * MIB)), b"[" + b" " * (80 * MIB)]
)
def test_a_document_that_takes_too_much_memory_ends_only_itself(body):
    """Memory is bounded, be it Python's, a library's or the document's own; the next document is read."""
    adapter = ApiSource("s", JSON_FEED, url=URL)
    found, good, _pids = parsed((adapter, response(body)), (feed(), response(GOOD)), memory_bytes=50_000_000)
    assert isinstance(found, ParseError)
    assert "50 MB of memory" in found.reason or "the process that reads it ends" in found.reason
    assert found.state == "down"
    assert len(good.entries) == 1


@posix
def test_a_worker_that_is_killed_while_it_waits_costs_no_document():
    """The next document finds it gone, and is read by a new one."""
    seen = []

    def kill(parser):
        seen.extend(parser.pids)
        os.kill(parser.pids[0], signal.SIGKILL)

    first, second, pids = parsed((feed(), response(GOOD)), kill, (feed(), response(GOOD)))
    assert first == second
    assert pids != tuple(seen)


@posix
def test_a_worker_that_is_killed_at_work_costs_that_document_only():
    """Killed from outside in the middle: a ParseError, and the next document is read."""

    async def run():
        parser = Parser(workers=1, cpu_s=60)
        try:
            await parser.parse(feed(), response(GOOD), shown=URL)
            slow = rss([(str(n), "Acme", "text " * 300, "ann", NOW) for n in range(2000)])
            reading = asyncio.ensure_future(parser.parse(feed(fast=False), response(slow), shown=URL))
            pid = parser.pids[0]
            while not await asyncio.to_thread(_has_worked, pid, reading):
                pass
            os.kill(pid, signal.SIGKILL)
            with pytest.raises(ParseError, match=r"the process that reads it ends \(SIGKILL\)"):
                await reading
            return await parser.parse(feed(), response(GOOD), shown=URL)
        finally:
            await parser.close()

    if LINUX:
        assert len(asyncio.run(run()).entries) == 1


def _has_worked(pid, reading):
    """Whether it has the processor busy with the document."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    assert not reading.done()
    return int(fields[11]) > 40  # hundredths of a second; the start and the first document take about 15


class _Stumbles(FeedSource):
    """An adapter with a fault that a document triggers; it runs in a thread, as every adapter that is not ours."""

    def parse(self, response):
        raise ZeroDivisionError("secret of the document")


def test_a_fault_of_an_adapter_costs_its_source_only():
    """It is a ParseError that names the kind of the fault and quotes nothing."""
    found, pids = parsed((_Stumbles("s", URL), response(GOOD)))
    assert isinstance(found, ParseError)
    assert found.reason == "reading it fails: ZeroDivisionError"
    assert "secret" not in str(found)
    assert pids == ()


def test_documents_behind_a_slow_one_are_read_by_another_worker():
    """Two documents that take long have two workers; a short one has the first."""

    async def run():
        parser = Parser(workers=2, cpu_s=60)
        try:
            await parser.parse(feed(), response(GOOD), shown=URL)
            one = parser.pids
            slow = response(rss([(str(n), "Acme", "text " * 100, "ann", NOW) for n in range(2000)]))
            await asyncio.gather(*(parser.parse(feed(fast=False), slow, shown=URL) for _ in range(2)))
            return one, parser.pids
        finally:
            await parser.close()

    one, two = asyncio.run(run())
    assert len(one) == 1
    assert len(two) == 2
    assert set(one) < set(two)


# --- no worker, no parent ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("python", [None, "", str(ROOT / "nothing-here"), str(ROOT / "pyproject.toml"), "/bin/true"])
def test_where_no_worker_can_be_started_documents_are_read_all_the_same(python):
    """A frozen program, an embedded interpreter, a forbidden fork: read in a thread, and said once."""

    async def run():
        parser = Parser(python=python)
        try:
            return [await parser.parse(feed(), response(GOOD), shown=URL) for _ in range(2)], parser.notes, parser.pids
        finally:
            await parser.close()

    documents, notes, pids = asyncio.run(run())
    assert [len(document.entries) for document in documents] == [1, 1]
    assert len(notes) == 1
    assert notes[0].startswith("documents are read without bounds on time and memory")
    assert pids == ()


@posix
def test_a_worker_ends_with_its_parent():
    """The parent is killed, and can close nothing: the pipe tells."""
    code = (
        "import asyncio, os, sys; from datetime import datetime, timezone\n"
        "from mentionwatch.model import Response; from mentionwatch.parsing.pool import Parser\n"
        "from mentionwatch.sources.feed import FeedSource\n"
        "async def run():\n"
        "    parser = Parser(); body = sys.stdin.buffer.read()\n"
        f"    response = Response({URL!r}, {{}}, body, datetime.now(timezone.utc))\n"
        f"    await parser.parse(FeedSource('s', {URL!r}), response, shown='')\n"
        "    print(*parser.pids, flush=True); os.kill(os.getpid(), 9)\n"
        "asyncio.run(run())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=GOOD, capture_output=True, cwd=ROOT, timeout=60, check=False
    )
    assert done.returncode == -signal.SIGKILL
    pid = int(done.stdout)
    assert any(_has_ended(pid) for _ in range(100_000))


def _has_ended(pid):
    os.sched_yield()
    try:
        os.kill(pid, 0)
        # It may stay in the list until somebody asks how it ended.
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] if LINUX else "?"
    except ProcessLookupError:
        return True
    return state == "Z"


def test_closing_ends_the_workers():
    """No process is left behind by a run that ends as it should."""
    *_, pids = parsed((feed(), response(GOOD)))
    for pid in pids:
        with pytest.raises(OSError):
            os.kill(pid, 0)


def test_a_cancelled_document_leaves_nothing_behind():
    """Ctrl-C while a document is read: the worker goes, and the next parser has its own."""

    async def run():
        parser = Parser(cpu_s=60)
        slow = rss([(str(n), "Acme", "text " * 300, "ann", NOW) for n in range(2000)])
        reading = asyncio.ensure_future(parser.parse(feed(fast=False), response(slow), shown=URL))
        while not parser.pids:  # noqa: ASYNC110 - it is started in a thread, which sets no event
            await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await parser.close()
        return parser.pids

    assert asyncio.run(run()) == ()


@pytest.mark.parametrize("how", ["folder", "zip"])
def test_a_worker_runs_the_mentionwatch_of_its_parent_and_nothing_of_the_user(how, tmp_path):
    """From PYTHONPATH or a zipapp; a script without a main guard is not run again, nor what its folder shadows."""
    place = ROOT
    if how == "zip":
        place = tmp_path / "app.pyz"
        with zipfile.ZipFile(place, "w") as archive:
            for path in (ROOT / "mentionwatch").rglob("*"):
                if path.suffix in {".py", ".toml", ".model", ".network", ".bin"}:
                    archive.write(path, path.relative_to(ROOT))
    (tmp_path / "pickle.py").write_text("raise SystemExit('shadowed')", "utf-8")
    (tmp_path / "feed.xml").write_bytes(GOOD)
    home = tmp_path / "home"
    home.mkdir()
    script = home / "script.py"
    script.write_text(
        "import os; print('ran', flush=True)\n"
        "import mentionwatch; from mentionwatch.parsing import pool\n"
        "print(mentionwatch.__file__)\n"
        "found = mentionwatch.scan('acme', urls=['feed.xml'])\n"
        "print(len(found.mentions), found.notes)\n",
        "utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": str(place)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    ran, where, result = done.stdout.splitlines()
    assert (ran, result) == ("ran", "1 ()")
    assert where.startswith(str(place))


# --- what comes back is not believed -----------------------------------------------------------------------------


class _Evil:
    def __init__(self, place):
        self.place = place

    def __reduce__(self):
        return (os.mkdir, (str(self.place),))


def test_a_reply_calls_nothing(tmp_path):
    """A pickle can call anything; here it can only make documents, refusals and times."""
    with pytest.raises(BrokenReply, match="mkdir"):
        wire.load_reply(pickle.dumps(_Evil(tmp_path / "made")))
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x05.",
        pickle.dumps(None),
        pickle.dumps(Path("/")),
        wire.dump(Reply(Document(())))[:-5],
        wire.dump(Reply("text")),
        b"cmentionwatch.parsing.wire\nReply\n.",
    ],
)
def test_a_reply_that_is_none_is_refused(data):
    """What breaks off or is something else is never taken for a document."""
    with pytest.raises(BrokenReply):
        wire.load_reply(data)


def test_replies_come_back_as_they_went():
    """Documents with all that is in them, and refusals."""
    entry = Entry("s", guid="1", text="x\ud800", published=NOW, rating=1.5)
    for reply in (Reply(Document((entry,), title="t", skip_hours=frozenset({1}))), Reply(Refusal("why"), last=True)):
        assert wire.load_reply(wire.dump(reply)) == reply


def test_a_frame_is_not_longer_than_it_may_be():
    """What says that it is huge is not read into memory; what breaks off is nothing."""
    stream = io.BytesIO()
    wire.write(stream, b"abc")
    with pytest.raises(BrokenReply, match="larger"):
        wire.read(io.BytesIO(stream.getvalue()), most=2)
    assert wire.read(io.BytesIO(stream.getvalue()), most=3) == b"abc"
    assert wire.read(io.BytesIO(stream.getvalue()[:-1])) is None
    assert wire.read(io.BytesIO()) is None


# --- bombs, on their whole way -----------------------------------------------------------------------------------


def bomb(inside, prolog=""):
    return f'<?xml version="1.0"?>{prolog}<rss version="2.0"><channel><title>x</title>{inside}</channel></rss>'.encode()


def page(inside):
    review = '{"@type":"Review","reviewBody":"acme","author":"a","reviewRating":{"ratingValue":1}}'
    return f'<html><body>{inside}<script type="application/ld+json">{review}</script></body></html>'.encode()


def item(n):
    return f"<item><title>{n}</title></item>"


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 11))
REFUSED, READ = Failed, Polled

BOMBS = {
    "laughs": (bomb("<item><title>&l10;</title></item>", f'<!DOCTYPE r [<!ENTITY l0 "lol">{LAUGHS}]>'), {}, REFUSED),
    "blowup": (
        bomb(f"<item><title>{'&a;' * 50_000}</title></item>", f'<!DOCTYPE r [<!ENTITY a "{"a" * 50_000}">]>'),
        {},
        REFUSED,
    ),
    "attributes-feed": (bomb("<item " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>"), {}, REFUSED),
    "attributes-page": (page("<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">"), {}, READ),
    "nested-feed": (bomb(f"<item>{'<a>' * 100_000}{'</a>' * 100_000}</item>"), {}, REFUSED),
    "nested-page": (page("<div>" * 100_000), {}, READ),
    "nested-html": (bomb(f"<item><guid>1</guid><description>{'&lt;b&gt;' * 100_000}x</description></item>"), {}, READ),
    "nested-json": (b'{"items":' + b"[" * 100_000 + b"]" * 100_000 + b"}", {}, REFUSED),
    "items-rss": (bomb("".join(map(item, range(200_000)))), {}, READ),
    "items-json": (b'{"items":[' + b",".join([b'{"id":1,"title":"beta"}'] * 200_000) + b"]}", {}, READ),
    "gzip-header": (gzip.compress(bytes(200 * MIB), 1), {"Content-Encoding": "gzip"}, REFUSED),
    "gzip-bare": (gzip.compress(bytes(200 * MIB), 1), {}, REFUSED),
    "gzip-twice": (gzip.compress(gzip.compress(bytes(200 * MIB), 1)), {"Content-Encoding": "gzip"}, REFUSED),
    "path": (b"/etc/passwd", {}, REFUSED),
    "url": (b"file:///etc/passwd", {}, REFUSED),
}


def test_no_document_stops_a_scan():
    """Each of them ends by itself, as read or in one line, and the good feed among them is read."""
    with LoopbackServer({f"/{name}": Answer(body, headers=headers) for name, (body, headers, _) in BOMBS.items()}) as s:
        s.routes["/good"] = Answer(GOOD)
        names = [*BOMBS, "good"]
        report = scan("acme works", urls=[s.url(f"/{name}") for name in names], now=NOW)
    outcomes = dict(zip(names, report.outcomes, strict=True))
    assert {name: type(outcome) for name, outcome in outcomes.items() if name != "good"} == {
        name: expected for name, (_, _, expected) in BOMBS.items()
    }
    assert isinstance(outcomes["good"], Polled)
    assert [mention.entry.guid for mention in report.mentions] == ["g1"]
    for _name, error in report.errors:
        assert "\n" not in str(error)
        assert len(str(error)) < 600


def test_external_entities_are_never_read(tmp_path):
    """Neither a file nor an address that a document names is opened."""
    secret = tmp_path / "secret.txt"
    secret.write_text("acme secret of this machine", "utf-8")
    with LoopbackServer() as server:
        server.routes["/leak"] = Answer(b"acme leaked")
        prolog = (
            f'<!DOCTYPE rss SYSTEM "{server.url("/leak")}" [<!ENTITY f SYSTEM "{secret.as_uri()}">'
            f'<!ENTITY u SYSTEM "{server.url("/leak")}"><!ENTITY % p SYSTEM "{server.url("/leak")}"> %p;]>'
            f'<?xml-stylesheet href="{server.url("/leak")}"?>'
        )
        server.routes["/feed"] = Answer(bomb("<item><guid>1</guid><title>acme &f; &u;</title></item>", prolog))
        report = scan("acme", urls=[server.url("/feed")], now=NOW)
        assert "/leak" not in server.asked()
    assert "secret of this machine" not in repr(report)
    assert "leaked" not in repr(report)


def test_the_worker_says_which_mentionwatch_it_is():
    """A worker of another version would speak another language."""
    from mentionwatch.parsing.worker import HELLO

    assert __version__.encode() in HELLO
