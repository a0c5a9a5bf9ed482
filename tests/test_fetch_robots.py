"""robots.txt: asked for pages, once a run, and honoured."""

from __future__ import annotations

import asyncio
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.errors import FetchError, Postponed
from mentionwatch.fetch import queue
from mentionwatch.fetch.robots import MAX_BYTES, parse_robots
from mentionwatch.model import Request
from tests.fetching import FEED, NOW, failure, get, run
from tests.servers import Answer, LoopbackServer

DENY = b"User-agent: *\nDisallow: /private\n"


@pytest.fixture
def server():
    """A site whose robots.txt closes a part of it."""
    pages = {path: Answer(FEED) for path in ("/page", "/private/page", "/feed")}
    with LoopbackServer({"/robots.txt": Answer(DENY), **pages}) as running:
        yield running


@pytest.mark.usefixtures("way")
def test_a_feed_is_asked_for_without_it(server):
    """Feeds are made for programs."""
    assert get(server.url("/private/page")).body == FEED
    assert server.asked() == ["/private/page"]


@pytest.mark.usefixtures("way")
def test_a_page_is_read_where_it_is_allowed(server):
    """The site is asked first."""
    assert get(server.url("/page"), robots=True).body == FEED
    assert server.asked() == ["/robots.txt", "/page"]


@pytest.mark.usefixtures("way")
def test_a_page_is_left_alone_where_it_is_not(server):
    """That is a state of its own with advice, and nothing of the page is asked for."""
    error = failure(server.url("/private/page?x=1"), robots=True)
    assert (error.state, error.status, error.url) == ("blocked", None, server.url("/private/page?x=1"))
    assert "robots.txt" in str(error)
    assert "feed" in error.advice
    assert server.asked() == ["/robots.txt"]


def test_a_page_that_turned_out_to_be_one_is_asked_about_then(server):
    """By where it was found; a file on this machine has nobody to ask."""

    async def permit(fetcher):
        for url in ("file:///tmp/saved.html", server.url("/page")):
            await fetcher.permit(Request(url), url, now=NOW)
        with pytest.raises(FetchError) as e:
            await fetcher.permit(Request(server.url("/x")), server.url("/private/page"), now=NOW)
        return e.value.state

    assert run(permit) == "blocked"
    assert server.asked() == ["/robots.txt"]


@pytest.mark.usefixtures("way")
def test_it_is_asked_for_once_a_run(server):
    """However many pages of the site are wanted at once."""

    async def all_at_once(fetcher):
        pages = [Request(server.url(f"/page?{n}"), robots=True) for n in range(4)]
        await asyncio.gather(*(fetcher.get(page, now=NOW) for page in pages))

    run(all_at_once)
    assert server.asked().count("/robots.txt") == 1


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_no_robots_txt_allows_all(server, status):
    """Also where it is refused: that is no refusal of the pages, and cools nothing."""
    server.routes["/robots.txt"] = Answer(status=status)

    async def use(fetcher):
        got = await fetcher.get(Request(server.url("/private/page"), robots=True), now=NOW)
        return got.body, fetcher.cooled

    assert run(use) == (FEED, {})


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("status", [500, 503])
def test_a_robots_txt_that_cannot_be_read_allows_nothing_for_now(server, status):
    """The site may have something to say that was not heard."""
    server.routes["/robots.txt"] = Answer(status=status, headers={"Retry-After": "60"})
    error = failure(server.url("/page"), robots=True)
    assert (error.state, error.status) == ("down", status)
    assert "robots.txt cannot be read: HTTP" in str(error)
    assert error.retry_after.total_seconds() == 60
    assert server.asked() == ["/robots.txt"]


@pytest.mark.usefixtures("way")
def test_a_robots_txt_that_never_comes_allows_nothing_for_now(server):
    """It ends at the time limit of a document."""
    server.routes["/robots.txt"] = lambda handler: handler.server.loopback.closing.wait(10) and None
    assert "robots.txt cannot be read: no complete answer" in str(
        failure(server.url("/page"), robots=True, timeout_s=0.2)
    )


@pytest.mark.usefixtures("way")
def test_a_site_that_is_asked_too_often_is_left_alone(server):
    """A 429 is no leave to read everything."""
    server.routes["/robots.txt"] = Answer(status=429)

    async def twice(fetcher):
        with pytest.raises(FetchError, match=r"robots\.txt cannot be read"):
            await fetcher.get(Request(server.url("/page"), robots=True), now=NOW)
        with pytest.raises(Postponed):
            await fetcher.get(Request(server.url("/page"), robots=True), now=NOW)

    run(twice)
    assert server.asked() == ["/robots.txt"]


@pytest.mark.usefixtures("way")
def test_where_a_page_is_redirected_to_is_asked_too(server):
    """Each site speaks for itself."""
    with LoopbackServer({"/page": Answer(status=302, headers={"Location": server.url("/private/page")})}) as other:
        error = failure(other.url("/page"), robots=True)
    assert error.state == "blocked"
    assert other.asked() == ["/robots.txt", "/page"]
    assert server.asked() == ["/robots.txt"]


@pytest.mark.usefixtures("way")
def test_a_redirect_of_it_goes_through_the_same_checks(server):
    """It is a way to private addresses like another."""
    server.routes["/robots.txt"] = Answer(status=302, headers={"Location": "http://169.254.169.254/"})
    assert "private address" in str(failure(server.url("/page"), robots=True))


@pytest.mark.usefixtures("way")
def test_of_a_long_one_the_beginning_counts(server):
    """It is cut off, and neither refused nor read for ever."""

    def endless(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n" + DENY)
        while not handler.server.loopback.closing.is_set():
            handler.wfile.write(b"# more\n" * 1000)

    server.routes["/robots.txt"] = endless
    assert failure(server.url("/private/page"), robots=True).state == "blocked"


@pytest.mark.usefixtures("way")
def test_a_pause_that_it_asks_for_is_kept(server, monkeypatch):
    """The page after it would have to wait longer than anybody does, so it is for the next poll."""
    monkeypatch.setattr(queue, "LONG_GAP_S", 1.0)  # as 30 s are, which would be sat out here
    monkeypatch.setattr(queue, "_LONG_GAP_PATIENCE_S", 0.1)
    server.routes["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 1\n")

    async def two(fetcher):
        await fetcher.get(Request(server.url("/page"), robots=True), now=NOW)
        with pytest.raises(Postponed):
            await fetcher.get(Request(server.url("/page"), robots=True), now=NOW)

    run(two)
    assert server.asked() == ["/robots.txt", "/page"]


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow: /", False),
        ("\ufeffUser-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /\nUser-agent: mentionwatch\nAllow: /", True),
        ("User-agent: Mentionwatch # us\nDisallow: /x", False),
        ("User-agent: otherbot\nDisallow: /", True),
        ("User-agent: otherbot\nUser-agent: *\nDisallow: /", False),
        ("User-agent: otherbot\nDisallow: /\n\nUser-agent: *\nDisallow: /y", True),
        ("User-agent: *\nDisallow: /*.html$", True),
        ("<html>Not Found</html>", True),
    ],
)
def test_what_it_lets_this_program_read(text, allowed):
    """A group for this program goes before that for all; groups for others are for them."""
    assert parse_robots(text.encode()).allow("http://acme.example/x") == allowed


@given(st.binary(max_size=300), st.text(max_size=30))
def test_no_robots_txt_breaks_anything(body, path):
    """Whatever stands in it."""
    assert parse_robots(body).allow(f"http://acme.example/{path}") in {True, False}
    assert 0 <= parse_robots(body).pause_s <= 60


def test_a_robots_txt_made_to_cost_much_does_not():
    """Thousands of names times thousands of rules would be hundreds of millions of entries."""
    body = b"".join(b"user-agent: a%d\n" % n for n in range(9_000)) + b"disallow: /*a*b*c*d\n" * 20_000
    tracemalloc.start()
    try:
        rules = parse_robots(body[:MAX_BYTES])
        assert rules.allow("http://acme.example/" + "abc" * 5000)
        assert tracemalloc.get_traced_memory()[1] < 20 * 2**20
    finally:
        tracemalloc.stop()
