"""Where everything is caught: few places, each with its reason, and each of them is reached."""

from __future__ import annotations

import ast
import pickle
from datetime import datetime, timezone
from pathlib import Path

import pytest

import mentionwatch
from mentionwatch.deliver.apprise import _notify
from mentionwatch.deliver.limits import within
from mentionwatch.errors import DeliveryError, ParseError
from mentionwatch.model import Response
from mentionwatch.parsing import wire
from mentionwatch.parsing.wire import BrokenReply
from mentionwatch.parsing.worker import read_document
from mentionwatch.pipeline.sending import _attempt
from mentionwatch.sources.feed import FeedSource
from mentionwatch.sources.files import FilesSource
from tests.fetching import failure

ROOT = Path(mentionwatch.__file__).parent
NOW = datetime(2026, 11, 22, tzinfo=timezone.utc)
URL = "https://forum.acme.example/posts.rss"

#: Handler -> the test that reaches it.  Those of BaseException that raise it again, as it was, count as none.
PLACES = {
    "deliver.apprise._notify": "test_what_apprise_raises_is_told_without_its_words",
    "deliver.limits.run": "test_what_a_thread_raises_is_raised_where_it_is_waited_for",
    "fetch._run": "test_what_a_request_meets_below_the_library_costs_one_source",
    "parsing.wire.load_reply": "test_what_unpickling_raises_is_a_broken_reply",
    "parsing.worker.read_document": "test_what_an_adapter_raises_costs_one_document",
    "pipeline.sending._attempt": "test_what_a_channel_raises_ends_nothing",
    "sources.feed._read_fast": "none: a panic of Rust cannot be made on purpose",
    "sources.feed._read_plain": "test_what_feedparser_raises_costs_one_document",
    "sources.mbox.read": "test_a_mail_that_the_library_stumbles_over_is_left_out",
}


def _catches_all(handler):
    names = {"Exception", "BaseException"}
    return isinstance(handler.type, ast.Name) and handler.type.id in names


def _raises_again_only(handler):
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None and not any(isinstance(s, ast.If) for s in handler.body)


def _places():
    """Function -> (the lines of its module, where it catches everything)."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        room = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        text = path.read_text("utf-8")
        for function in ast.walk(ast.parse(text)):
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                for node in ast.walk(function):
                    if isinstance(node, ast.ExceptHandler) and _catches_all(node) and not _raises_again_only(node):
                        found[f"{room}.{function.name}"] = (text.splitlines(), node.lineno)
    return found


def test_nothing_else_is_caught_whole():
    """A new place needs a reason, and a test that reaches it; and none is bare."""
    inner = {"deliver.limits.within"}  # the function around ``run``
    assert set(_places()) - inner == set(PLACES)
    assert not any(
        isinstance(node, ast.ExceptHandler) and node.type is None
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    )


@pytest.mark.parametrize("name", PLACES)
def test_each_says_why(name):
    """On its line, or on the next."""
    lines, number = _places()[name]
    _, _, reason = lines[number - 1].partition("# noqa: BLE001 - ")
    assert len(reason) > 20 or lines[number].strip().startswith("# ")


def test_what_apprise_raises_is_told_without_its_words():
    """A plugin of it may raise anything, and quote the address with its token."""

    class Service:
        def notify(self, **_what):
            raise KeyError("https://hooks.example/T0K3N")

    class Apprise:
        class NotifyFormat:
            TEXT = "text"

    with pytest.raises(DeliveryError, match=r"apprise failed \(KeyError\)") as caught:
        _notify(Apprise, Service(), "title", "body")
    assert "T0K3N" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_what_a_channel_raises_ends_nothing():
    """It is a failure of the channel, whose words are kept to itself."""

    class Odd:
        name = "odd"

        def send(self, _message):
            raise RecursionError("https://hooks.example/T0K3N")

    error = _attempt(Odd(), None)
    assert "the channel broke with RecursionError" in str(error)
    assert "T0K3N" not in str(error)


@pytest.mark.parametrize(
    "data",
    [pickle.dumps("x")[:-3], b"\x80\x05.", b"I1\nq\x00R.", b"(dI1\nI2\nsR."],
    ids=["cut", "empty", "no-call", "odd"],
)
def test_what_unpickling_raises_is_a_broken_reply(data):
    """An EOFError, an IndexError, a TypeError: pickle names none of them."""
    with pytest.raises(BrokenReply, match="cannot be unpickled"):
        wire.load_reply(data)


def test_what_a_request_meets_below_the_library_costs_one_source():
    """A header that no server could be sent is no error of httpx's; it is told as one that the user can mend."""
    error = failure("http://127.0.0.1:9/feed.xml", headers={"X-Token": "t\ud800"}, private_hosts=("127.0.0.1",))
    assert "it cannot be asked for" in str(error)
    assert "\ud800" not in str(error)


def test_what_feedparser_raises_costs_one_document():
    """It documents no error, and has a TypeError for a chapter of a podcast that begins nowhere."""
    chapters = '<psc:chapters xmlns:psc="http://podlove.org/simple-chapters"><psc:chapter title="x"/></psc:chapters>'
    body = f'<rss version="2.0"><channel><title>t</title><item><title>a</title>{chapters}</item></channel></rss>'
    with pytest.raises(ParseError, match=r"TypeError|cannot be read"):
        FeedSource("acme", URL, fast=False).parse(Response(URL, {}, body.encode(), NOW))


def test_a_mail_that_the_library_stumbles_over_is_left_out():
    """The email package sorts the pieces of a parameter, of which one may have no number; the others are read."""
    odd = b"From: a@x.example\nSubject: odd\nContent-Type: text/plain; charset*=a; charset*0=b\n\nIt broke.\n\n"
    good = b"From: b@x.example\nSubject: good\n\nIt broke too.\n\n"
    line = b"From a@x.example Tue Nov  3 10:00:00 2026\n"
    document = FilesSource("mail", (URL,)).parse(Response("file:///l.mbox", {}, line + odd + line + good, NOW))
    assert [entry.title for entry in document.entries] == ["good"]
    assert [drop.why for drop in document.dropped] == ["it cannot be read (TypeError)"]


class Panic(BaseException):
    """As Rust's comes: no Exception."""


def test_what_an_adapter_raises_costs_one_document():
    """Also what is no Exception; its words may quote the document, and are left out."""

    class Adapter:
        def parse(self, _response):
            raise Panic("T0K3N")

    refusal = read_document(Adapter(), Response(URL, {}, b"", NOW))
    assert isinstance(refusal, wire.Refusal)
    assert "Panic" in refusal.reason
    assert "T0K3N" not in str(refusal)


def test_what_a_thread_raises_is_raised_where_it_is_waited_for():
    """Else it would be printed, and the work taken for done."""

    def work():
        raise Panic

    with pytest.raises(Panic):
        within(5, work, what="it")
