"""Asking for documents, from real servers on this machine that answer well, badly and not at all."""

from __future__ import annotations

import asyncio
import gzip
import threading
import traceback
import tracemalloc
import zlib
from contextlib import contextmanager

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mentionwatch import __version__
from mentionwatch.errors import FetchError
from mentionwatch.fetch import MAX_REDIRECTS, body_hash, validators_of
from mentionwatch.model import Request, Validators
from tests.fetching import CAP, FEED, HEAD, NOW, closed_port, failure, get, raw, run
from tests.servers import Answer, LoopbackServer

pytestmark = pytest.mark.usefixtures("way")


@pytest.fixture
def server():
    """A server with one feed."""
    with LoopbackServer({"/feed": Answer(FEED, headers={"Content-Type": "application/rss+xml"})}) as running:
        yield running


# --- documents --------------------------------------------------------------------------------------------


def test_a_document_comes_as_it_is(server):
    """Body, final address, time by the clock passed in, and headers by lower-case name."""
    got = get(server.url("/feed"))
    assert (got.body, got.url, got.status, got.fetched_at) == (FEED, server.url("/feed"), 200, NOW)
    assert got.headers["content-type"] == "application/rss+xml"


def test_who_asks_can_be_written_to(server):
    """The User-Agent names the program, and the contact where there is one."""
    get(server.url("/feed"))
    get(server.url("/feed"), contact="me@acme.example")
    agents = [headers["user-agent"] for _, headers in server.requests]
    assert agents == [f"mentionwatch/{__version__}", f"mentionwatch/{__version__} (+me@acme.example)"]


@pytest.mark.parametrize("contact", ["josé@acme.example", "me@acme.example\r\nX-Evil: 1", "\x1b[31m", "\ud800"])
def test_an_odd_contact_stays_one_header(server, contact):
    """What cannot stand in a header neither breaks the program nor adds another header."""
    assert get(server.url("/feed"), contact=contact).body == FEED
    assert "x-evil" not in server.requests[0][1]


def test_headers_of_the_request_are_sent(server):
    """An adapter's own headers go along."""
    get(server.url("/feed"), headers={"X-Api-Key": "k"})
    assert server.requests[0][1]["x-api-key"] == "k"


# --- conditional requests ---------------------------------------------------------------------------------


@pytest.mark.parametrize("etag", ['"abc"', 'W/"abc"', "abc", '"a,b"', '""'])
def test_an_etag_is_sent_back_verbatim(server, etag):
    """Weak, unquoted or odd: what came is what goes back, and "not modified" is None."""
    server.routes["/feed"] = Answer(FEED, etag=etag)
    first = validators_of(get(server.url("/feed")))
    assert first == Validators(etag=etag, last_modified=None, body_hash=body_hash(FEED))
    assert get(server.url("/feed"), first) is None
    assert server.requests[1][1]["if-none-match"] == etag
    assert "if-modified-since" not in server.requests[1][1]


def test_last_modified_is_sent_back_verbatim(server):
    """Also one that is no date: only the server has to understand it."""
    server.routes["/feed"] = Answer(FEED, headers={"Last-Modified": "yesterday, 12:00 CET"}, etag=False)
    known = validators_of(get(server.url("/feed")))
    get(server.url("/feed"), known)
    assert server.requests[1][1]["if-modified-since"] == "yesterday, 12:00 CET"


def test_no_condition_is_made_up(server):
    """Without validators a document is asked for in full; a hash of the body is for us alone."""
    get(server.url("/feed"))
    get(server.url("/feed"), Validators(body_hash=body_hash(FEED)))
    for _, headers in server.requests:
        assert not {"if-none-match", "if-modified-since"} & set(headers)


def test_a_304_nobody_asked_for_is_a_failure(server):
    """It says nothing about what is known here; taken for "unchanged", the source would be quiet for ever."""
    server.routes["/feed"] = Answer(status=304, etag=False)
    error = failure(server.url("/feed"))
    assert (error.state, error.status) == ("down", 304)


@pytest.mark.parametrize("etag", ["é", "日本", "a\tb", "\x80"])
def test_an_etag_that_cannot_be_sent_does_not_stop_the_source(server, etag):
    """It is left out: a document in full is better than a failure at every poll from now on."""
    assert get(server.url("/feed"), Validators(etag=etag)).body == FEED


# --- refusals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (401, "blocked"), (403, "blocked"), (404, "down"), (410, "gone"), (429, "rate-limited"), (451, "blocked"),
        (500, "down"), (503, "down"), (599, "down"), (302, "down"), (202, "down"), (204, "down"), (206, "down"),
    ],
)  # fmt: skip
def test_a_status_is_a_state_with_advice(server, status, state):
    """Each refusal has its health state, its status, and one line that says what to do."""
    server.routes["/feed"] = Answer(b"" if status == 204 else b"sorry", status=status)
    error = failure(server.url("/feed"))
    assert (error.state, error.status, error.url) == (state, status, server.url("/feed"))
    assert str(error).startswith(f"HTTP {status}")
    assert error.advice
    assert len(str(error).splitlines()) == 1


def test_a_redirect_is_followed(server):
    """The answer has the address where it ended, which its links are relative to."""
    server.routes["/old"] = Answer(status=301, headers={"Location": "/feed"})
    assert get(server.url("/old")).url == server.url("/feed")


def test_as_many_redirects_as_allowed_are_followed(server):
    """The limit is on redirects, not on requests."""
    for n in range(MAX_REDIRECTS):
        server.routes[f"/{n}"] = Answer(status=302, headers={"Location": f"/{n + 1}"})
    server.routes[f"/{MAX_REDIRECTS}"] = Answer(FEED)
    assert get(server.url("/0")).body == FEED


def test_a_redirect_loop_ends(server):
    """After a few rounds, with words that say so."""
    server.routes["/a"] = Answer(status=302, headers={"Location": "/b"})
    server.routes["/b"] = Answer(status=302, headers={"Location": "/a"})
    assert f"more than {MAX_REDIRECTS} redirects" in str(failure(server.url("/a")))
    assert len(server.requests) == MAX_REDIRECTS + 1


@pytest.mark.parametrize(
    "target",
    ["file:///etc/hostname", "gopher://127.0.0.1/", "http://[::bad", "http://127.0.0.1:99999/", "data:,x", "//"],
)
def test_a_redirect_leads_to_the_web_only(server, tmp_path, target):
    """Not to a file, even to one that the user named as a source of its own."""
    server.routes["/a"] = Answer(status=302, headers={"Location": target})
    assert failure(server.url("/a"), files=["file:///etc/hostname"]).state == "down"


def test_a_redirect_to_another_server_gets_no_secret_header(server):
    """Headers prove who we are to the one who was asked; a redirect on the same server keeps them."""
    server.routes["/here"] = Answer(status=302, headers={"Location": "/feed"})
    get(server.url("/here"), headers={"X-Api-Key": "hunter2"})
    assert [headers.get("x-api-key") for _, headers in server.requests] == ["hunter2", "hunter2"]
    with LoopbackServer({"/feed": Answer(FEED)}) as other:
        server.routes["/there"] = Answer(status=302, headers={"Location": other.url("/feed")})
        assert get(server.url("/there"), headers={"X-Api-Key": "hunter2"}).body == FEED
        assert "x-api-key" not in other.requests[0][1]


def test_the_body_of_a_redirect_is_not_read(server):
    """It has no use, and it could be endless."""

    def redirect_and_drip(handler):
        handler.wfile.write(b"HTTP/1.1 302 Found\r\nLocation: /feed\r\nContent-Length: 1000000000\r\n\r\n")
        handler.wfile.flush()
        handler.server.loopback.closing.wait(10)

    server.routes["/old"] = redirect_and_drip
    assert get(server.url("/old")).body == FEED


# --- size -------------------------------------------------------------------------------------------------


def test_a_document_at_the_cap_is_had_and_one_byte_more_is_not(server):
    """The cap is inclusive."""
    server.routes["/feed"] = Answer(b"x" * CAP)
    assert len(get(server.url("/feed")).body) == CAP
    server.routes["/feed"] = Answer(b"x" * (CAP + 1))
    error = failure(server.url("/feed"))
    assert "larger than 100,000 bytes" in str(error)
    assert "max_bytes" in error.advice


def test_a_large_document_without_a_length_is_cut_off(server):
    """What the server does not tell is counted."""
    server.routes["/feed"] = raw(HEAD + b"\r\n", *[b"x" * 10_000] * 30)
    assert "larger than" in str(failure(server.url("/feed")))


def test_a_declared_length_is_refused_before_it_comes(server):
    """A length over the cap is believed: no byte of the body is waited for."""

    def declare(handler):
        handler.wfile.write(HEAD + b"Content-Length: 9999999999\r\n\r\n")
        handler.wfile.flush()
        handler.server.loopback.closing.wait(10)

    server.routes["/feed"] = declare
    assert "larger than" in str(failure(server.url("/feed")))


def gzipped(body, layers=1):
    """Compress, as often as asked."""
    for _ in range(layers):
        body = gzip.compress(body)
    return body


@contextmanager
def little_memory():
    """Fail when more than a few MiB were in use at any moment."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()


def test_a_gzip_bomb_is_defused(server):
    """Its 1:1000 does not fill the memory before the cap is looked at."""
    server.routes["/feed"] = Answer(gzipped(bytes(30 * 2**20)), headers={"Content-Encoding": "gzip"})
    with little_memory():
        error = failure(server.url("/feed"))
    assert "larger than" in str(error)


def test_a_bomb_in_a_bomb_is_defused(server):
    """Of two layers (1:1,000,000) one is undone; the other is left to whoever reads the document, with its own cap."""
    server.routes["/feed"] = Answer(gzipped(bytes(30 * 2**20), 2), headers={"Content-Encoding": "gzip, gzip"})
    with little_memory():
        body = get(server.url("/feed"), max_bytes=2**20).body
    assert body.startswith(b"\x1f\x8b")


def test_a_bomb_in_a_redirect_is_not_opened(server):
    """The body of a redirect stays unread, whatever its compression."""
    server.routes["/old"] = Answer(
        gzipped(bytes(30 * 2**20)), 302, headers={"Content-Encoding": "gzip", "Location": "/feed"}
    )
    with little_memory():
        assert get(server.url("/old")).body == FEED


# --- compression ------------------------------------------------------------------------------------------


def deflated(body):
    """Compress without zlib's frame."""
    maker = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return maker.compress(body) + maker.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzipped(FEED)),
        ("GZIP", gzipped(FEED)),
        ("x-gzip", gzipped(FEED)),
        ("gzip", gzipped(FEED[:20]) + gzipped(FEED[20:])),  # two members
        ("gzip", gzipped(FEED) + bytes(10)),  # padding
        ("deflate", zlib.compress(FEED)),
        ("deflate", deflated(FEED)),
        ("identity", FEED),
        ("utf-8", FEED),
        ("", FEED),
    ],
)
def test_compression_is_undone(server, encoding, body):
    """Also as servers write it, which is not always as the standard does."""
    server.routes["/feed"] = Answer(body, headers={"Content-Encoding": encoding})
    assert get(server.url("/feed")).body == FEED


def test_compression_is_undone_byte_by_byte(server):
    """However the network cuts a body."""

    def one_by_one(handler):
        body = deflated(FEED)
        handler.wfile.write(HEAD + b"Content-Encoding: deflate\r\nContent-Length: %d\r\n\r\n" % len(body))
        for n in range(len(body)):
            handler.wfile.write(body[n : n + 1])
            handler.wfile.flush()

    server.routes["/feed"] = one_by_one
    assert get(server.url("/feed")).body == FEED


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", "gzip, deflate"])
@pytest.mark.parametrize(
    "body",
    [FEED, b"\xef\xbb\xbf" + FEED, b"\n\n{}", FEED.decode().encode("utf-16")],
    ids=["xml", "bom", "json", "utf-16"],
)
def test_a_plain_body_that_says_it_is_compressed_is_read(server, encoding, body):
    """Some servers add the header and forget the rest."""
    server.routes["/feed"] = Answer(body, headers={"Content-Encoding": encoding})
    assert get(server.url("/feed")).body == body


def test_a_body_of_a_million_parts_is_refused(server):
    """Each empty part costs time and gives nothing; a file of some hundred is read."""
    server.routes["/feed"] = Answer(gzipped(b"x") * 900, headers={"Content-Encoding": "gzip"})
    assert get(server.url("/feed")).body == b"x" * 900
    server.routes["/feed"] = Answer(gzipped(b"") * 4000, headers={"Content-Encoding": "gzip"})
    assert "compression is broken" in str(failure(server.url("/feed")))


def test_bytes_are_counted_before_they_are_inflated(server):
    """Padding after the end inflates to nothing, and would go on for ever."""
    server.routes["/feed"] = raw(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzipped(FEED), *[bytes(10_000)] * 30)
    assert "larger than" in str(failure(server.url("/feed")))


@pytest.mark.parametrize(
    ("encoding", "body", "said"),
    [
        ("gzip", b"\x1f\x8b no gzip at all", "compression is broken"),
        ("gzip", gzipped(FEED)[:-12], "compression is broken"),
        ("gzip", gzipped(FEED)[:-6] + b"xxxxxx", "compression is broken"),
        ("deflate", b"\xff\xff\xff\xff", "compression is broken"),
        ("br", b"\x00", "br, which it was not asked for"),
    ],
)
def test_broken_compression_is_told(server, encoding, body, said):
    """It is a failure like another, never half a document that passes for a whole one."""
    server.routes["/feed"] = Answer(body, headers={"Content-Encoding": encoding})
    error = failure(server.url("/feed"))
    assert said in str(error)
    assert error.state == "down"


# --- servers that misbehave -------------------------------------------------------------------------------


def test_a_drip_ends_at_the_deadline(server):
    """The limit is on the whole document: a byte now and then does not put it off."""

    def drip(handler):
        handler.wfile.write(HEAD + b"\r\n")
        while not handler.server.loopback.closing.wait(0.02):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    server.routes["/feed"] = drip
    error = failure(server.url("/feed"), timeout_s=0.3)
    assert "no complete answer within 0.3 s" in str(error)
    assert error.state == "down"


def test_a_drip_of_headers_ends_at_the_deadline(server):
    """Also before the first line is through."""

    def drip(handler):
        handler.wfile.write(HEAD)
        while not handler.server.loopback.closing.wait(0.02):
            handler.wfile.write(b"X-More: 1\r\n")
            handler.wfile.flush()

    server.routes["/feed"] = drip
    assert "no complete answer" in str(failure(server.url("/feed"), timeout_s=0.3))


def test_a_server_that_never_answers_is_left(server):
    """It accepts, and says nothing."""
    server.routes["/feed"] = lambda handler: handler.server.loopback.closing.wait(10) and None
    assert "no complete answer" in str(failure(server.url("/feed"), timeout_s=0.2))


@pytest.mark.parametrize(
    "answer",
    [
        raw(HEAD + b"Content-Length: 1000\r\n\r\n", b"<rss>"),
        raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"5\r\n<rss>\r\n"),
        raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"zz\r\n<rss>\r\n"),
        raw(b""),
        raw(b"HTTP/1.1 200"),
        raw(b"\x16\x03\x01 garbage\r\n\r\n"),
        raw(b"HTTP/1.1 999999 What\r\n\r\n"),
        raw(HEAD + b"X: " + b"x" * 300_000 + b"\r\n\r\n"),
        raw(HEAD + b"\x00\xff\x1b[31m\r\n\r\n"),
    ],
    ids=[
        "short",
        "chunks-end",
        "bad-chunk",
        "nothing",
        "half-a-line",
        "garbage",
        "status",
        "huge-header",
        "bad-header",
    ],
)
def test_an_answer_that_breaks_off_is_told(server, answer):
    """Half an answer is a failure, with words that are safe to show."""
    server.routes["/feed"] = answer
    error = failure(server.url("/feed"))
    assert error.state == "down"
    assert "it broke off" in str(error)
    assert str(error).isprintable()


def test_refused_connections_and_unknown_hosts_are_told():
    """Nobody there, and no such name, are the same state with the same advice."""
    for url in (f"http://127.0.0.1:{closed_port()}/", "http://no-such-host.invalid/"):
        error = failure(url)
        assert "no connection" in str(error)
        assert (error.state, error.status) == ("down", None)


def test_https_where_http_is_spoken_is_told(server):
    """It is no connection, and no traceback."""
    assert "no connection" in str(failure(server.url("/feed").replace("http:", "https:")))


# --- addresses --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "", "nonsense", "http://", "http:///x", "http://[::bad/", "http://127.0.0.1:port/", "http://127.0.0.1:99999/",
        "ftp://127.0.0.1/", "file:///etc/hostname", "javascript:alert(1)", "http://127.0.0.1:1/\r\nX-Evil: 1",
        "http://127.0.0.1:1\r\nX-Evil: 1/", "http://\ud800/", "http://127.0.0.1:1/\ud800", "http://127.0.0.1:1/\0",
        "http://" + "a" * 70 + ".invalid/", "http://xn--/", "http://℀.invalid/", "http://127.0.0.1:1/" + "a" * 100_000,
    ],
)  # fmt: skip
def test_a_bad_address_is_told(url):
    """In one line of bounded length that is safe to show."""
    error = failure(url)
    assert str(error).isprintable()
    assert len(str(error)) < 1000


@pytest.mark.parametrize("start", ["", "/far"])
def test_a_port_that_cannot_be_is_told_as_one(server, start):
    """It passes httpx and blows up far below it, in an exception group; a stranger's redirect can name one."""
    server.routes["/far"] = Answer(status=302, headers={"Location": "http://127.0.0.1:99999/"})
    error = failure(server.url(start) if start else "http://127.0.0.1:99999/")
    assert "no valid address (Invalid port: 99999)" in str(error)


#: Nothing but what stays on this machine (port 1 is closed), or is no address.
ODD_URLS = st.one_of(
    st.builds("http://127.0.0.1:1{}".format, st.text(max_size=30).map(lambda text: "/" + text)),
    st.builds("http://127.0.0.1:{}/".format, st.text(max_size=8).filter(lambda text: not text.isdigit())),
    st.builds("{}://127.0.0.1:1/".format, st.text(max_size=8)),
    st.builds("http://[{}]:1/".format, st.text(alphabet="0123456789abcdefg:%.]", max_size=20).map(lambda t: f"{t}x")),
    st.text(max_size=30).filter(lambda text: ":" not in text),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(ODD_URLS, min_size=5, max_size=10))
@example(["http://127.0.0.1:@/"])
def test_nothing_but_a_fetch_error_escapes(urls):
    """Whatever stands where an address should."""

    async def attempt(fetcher):
        for url in urls:
            with pytest.raises(FetchError):
                await fetcher.get(Request(url), now=NOW)

    run(attempt)


def test_an_address_puts_no_header_into_the_request(server):
    """A line end in an address is refused or escaped."""
    with pytest.raises(FetchError):
        get(server.url("/feed\r\nX-Evil: 1"))
    get(server.url("/feed?%0d%0aX-Evil:%201"))
    assert all("x-evil" not in headers for _, headers in server.requests)


# --- secrets ----------------------------------------------------------------------------------------------


SECRET = "hunter2"


def shows(error):
    """Everything that -v would print of an error."""
    return str(error) + repr(error) + "".join(traceback.format_exception(type(error), error, error.__traceback__))


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/404?key=hunter2", {}),
        ("/slow?key=hunter2", {}),
        ("/cut?key=hunter2", {}),
        ("/loop?key=hunter2", {}),
        ("/echo?key=hunter2", {}),
        ("/large?key=hunter2", {}),
        ("/bad?key=hunter2", {}),
        (":hunter2/", {}),
        ("/feed?key=hunter2\x00", {}),
        ("/feed", {"Authorization": "Bearer hunter2\n"}),
        ("/feed", {"Authorization": "Bearer hunter2é"}),
        ("/feed", {"hunter2 \x00": "x"}),
    ],
)
def test_a_secret_is_in_no_error(server, path, headers):
    """Whatever goes wrong, a request with secrets shows its public address only, also in a traceback."""
    server.routes |= {
        "/slow": lambda handler: handler.server.loopback.closing.wait(10) and None,
        "/cut": raw(HEAD + b"Content-Length: 9\r\n\r\n"),
        "/loop": Answer(status=302, headers={"Location": "/loop?key=hunter2"}),
        "/echo": Answer(status=302, headers={"Location": "http://127.0.0.1:hunter2/"}),
        "/large": Answer(b"x" * (CAP + 1)),
        "/bad": Answer(b"\x1f\x8bx", headers={"Content-Encoding": "gzip"}),
    }
    error = failure(
        server.url("").removesuffix("/") + path, public_url="https://acme.example/***", headers=headers, timeout_s=0.3
    )
    assert error.url == "https://acme.example/***"
    # The frames quote lines of this file; the values in them are what matters.
    assert SECRET not in shows(error).replace(f'"{SECRET}"', "")


def test_a_secret_host_is_in_no_error():
    """Nothing of the address is in the message of a connection that failed."""
    error = failure(f"http://127.0.0.1:{closed_port()}/{SECRET}", public_url="https://acme.example/***")
    assert SECRET not in shows(error)
    assert "no connection" in str(error)


# --- files ------------------------------------------------------------------------------------------------


def test_a_file_that_was_named_is_read(tmp_path):
    """Also one with a blank and an umlaut in its name."""
    path = tmp_path / "ein Träger.xml"
    path.write_bytes(FEED)
    assert get(path.as_uri(), files=[path.as_uri()]).body == FEED


def test_a_file_that_was_not_named_is_refused(tmp_path):
    """Whatever a document says: only what the user named by hand is read."""
    path = tmp_path / "secret.xml"
    path.write_bytes(FEED)
    error = failure(path.as_uri(), files=[(tmp_path / "other.xml").as_uri()])
    assert "no http or https address" in str(error)


def test_a_file_over_the_cap_is_refused(tmp_path):
    """A file has the same limit as a document."""
    path = tmp_path / "large.xml"
    path.write_bytes(b"x" * (CAP + 1))
    assert "larger than" in str(failure(path.as_uri(), files=[path.as_uri()]))


@pytest.mark.parametrize("name", ["missing.xml", ".", "a%00b"])
def test_a_file_that_cannot_be_read_is_told(tmp_path, name):
    """Missing, a folder, or a name that no file can have."""
    url = f"{tmp_path.as_uri()}/{name}"
    assert failure(url, files=[url]).advice == "check the path"


# --- many at once -----------------------------------------------------------------------------------------


class Meeting:
    """A route whose requests wait for each other: `met` of them at the same time, or none within a moment."""

    def __init__(self, parties, patience_s):
        self._barrier = threading.Barrier(parties)
        self._patience_s = patience_s
        self.met = 0

    def __call__(self, _handler):
        try:
            self._barrier.wait(self._patience_s)
            self.met += 1
        except threading.BrokenBarrierError:
            self._barrier.reset()
        return Answer(FEED)


def test_one_host_is_asked_one_at_a_time(server):
    """However many of its documents are wanted, and however its address is written."""
    server.routes["/feed"] = meeting = Meeting(2, 0.1)
    with LoopbackServer({"/feed": meeting}) as same_host:
        urls = [
            server.url("/feed?1"),
            server.url("/feed?2"),
            server.url("/feed", host="me:pw@127.0.0.1"),
            same_host.url("/feed"),
        ]

        async def all_at_once(fetcher):
            await asyncio.gather(*(fetcher.get(Request(url), now=NOW) for url in urls))

        run(all_at_once)
        assert meeting.met == 0
        assert len(server.requests) + len(same_host.requests) == 4


def meet(server, concurrency):
    """Ask two hosts at once."""

    async def both(fetcher):
        urls = [server.url("/feed"), server.url("/feed", host="localhost")]
        return await asyncio.gather(*(fetcher.get(Request(url), now=NOW) for url in urls))

    return run(both, concurrency=concurrency)


def test_several_hosts_are_asked_at_once(server):
    """A slow host holds up nobody else."""
    server.routes["/feed"] = meeting = Meeting(2, 5)
    meet(server, concurrency=2)
    assert meeting.met == 2


def test_no_more_are_asked_at_once_than_set(server):
    """`concurrency` is over all hosts."""
    server.routes["/feed"] = meeting = Meeting(2, 0.1)
    meet(server, concurrency=1)
    assert meeting.met == 0


def test_a_failure_frees_its_host(server):
    """The next request to a host that failed is made."""

    async def twice(fetcher):
        with pytest.raises(FetchError):
            await fetcher.get(Request(server.url("/missing")), now=NOW)
        return await fetcher.get(Request(server.url("/feed")), now=NOW)

    assert run(twice, concurrency=1).body == FEED


def test_cancelling_frees_its_host(server):
    """Ctrl-C in the middle of an answer goes through at once, and leaves nothing locked."""
    arrived = threading.Event()

    def hang(handler):
        arrived.set()
        handler.server.loopback.closing.wait(10)

    server.routes["/hang"] = hang

    async def cancel_then_get(fetcher):
        task = asyncio.ensure_future(fetcher.get(Request(server.url("/hang")), now=NOW))
        await asyncio.to_thread(arrived.wait, 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await fetcher.get(Request(server.url("/feed")), now=NOW)

    assert run(cancel_then_get, concurrency=1).body == FEED
