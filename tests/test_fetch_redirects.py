"""Redirects: what is remembered of them, and what does not go along."""

from __future__ import annotations

import pytest

from mentionwatch.fetch import validators_of
from mentionwatch.fetch.secrets import Masker
from mentionwatch.model import Redirect, Request, Validators
from tests.fetching import FEED, NOW, failure, get, run
from tests.servers import Answer, LoopbackServer

pytestmark = pytest.mark.usefixtures("way")

SECRET = "s3cr3t/+="
QUOTED = "s3cr3t%2F%2B%3D"


@pytest.fixture
def server():
    """A server with one feed."""
    with LoopbackServer({"/feed": Answer(FEED)}) as running:
        yield running


@pytest.fixture
def other():
    """Another server: the same host on another port is another origin."""
    with LoopbackServer({"/feed": Answer(FEED)}) as running:
        yield running


def to(url, status=302):
    """A redirect."""
    return Answer(status=status, headers={"Location": url})


def test_each_step_is_kept(server):
    """In order, with status and target."""
    server.routes |= {"/a": to("/b", 301), "/b": to("feed", 307)}
    got = get(server.url("/a"))
    assert got.redirects == (Redirect(301, server.url("/b")), Redirect(307, server.url("/feed")))
    assert got.url == server.url("/feed")
    assert get(server.url("/feed")).redirects == ()


def test_a_failure_at_the_end_names_the_way(server):
    """So that one sees which address is meant; of a long chain the ends."""
    server.routes |= {"/a": to("/b"), "/b": to("/missing", 301)}
    error = failure(server.url("/a"))
    assert f"redirected by 302 to {server.url('/b')}, 301 to {server.url('/missing')}" in str(error)
    assert error.url == server.url("/a")
    server.routes["/loop"] = to("/loop?" + "x" * 5000)
    assert len(str(failure(server.url("/loop")))) < 1500


def test_no_secret_is_in_the_chain(server):
    """A redirect that repeats it, on the same server, is followed and masked."""
    server.routes |= {"/a": to(f"/b?token={QUOTED}&n=1"), "/b": to(f"/feed/{QUOTED.lower()}?n=2")}
    server.routes[f"/feed/{QUOTED.lower()}"] = Answer(FEED)
    got = get(server.url(f"/a?key={QUOTED}"), public_url=server.url("/a?key=***"))
    assert [step.url for step in got.redirects] == [server.url("/b?token=***&n=1"), server.url("/feed/***?n=2")]


def test_a_secret_is_not_handed_to_another_server(server, other):
    """A Location that repeats it is refused before it is asked; the message has neither of them."""
    server.routes["/a"] = to(other.url(f"/feed?key={QUOTED}"))
    error = failure(server.url(f"/a?key={QUOTED}"), public_url=server.url("/a?key=***"))
    assert "with a secret of this request in the address" in str(error)
    assert "s3cr3t" not in str(error)
    assert other.requests == []
    server.routes["/a"] = to(other.url("/feed?key=x"))
    assert get(server.url(f"/a?key={QUOTED}"), public_url=server.url("/a?key=***")).body == FEED


def test_a_secret_of_a_header_is_not_handed_on_in_an_address(server, other):
    """Some servers copy what they are given."""
    server.routes["/a"] = to(other.url("/feed?t=hunter2000"))
    assert "secret" in str(failure(server.url("/a"), headers={"Authorization": "Bearer hunter2000"}))
    assert other.requests == []


def test_parameters_do_not_follow(server, other):
    """The redirect's own address is asked, as it stands."""
    server.routes["/a"] = to(other.url("/feed"))
    assert get(server.url("/a?key=abc&q=x"), public_url=server.url("/a?key=***&q=x")).body == FEED
    assert other.asked() == ["/feed"]


def test_a_login_goes_to_its_server_only(server, other):
    """Neither the one in the source's URL nor one that a redirect makes up goes to another server."""
    server.routes |= {"/a": to("/b"), "/b": to(other.url("/feed").replace("//", "//you:pw@"))}
    got = get(server.url("/a").replace("//", "//me:p%40ss@"))
    assert [headers.get("authorization") for _, headers in server.requests] == ["Basic bWU6cEBzcw=="] * 2
    assert "authorization" not in other.requests[0][1]
    assert all("@" not in step.url for step in got.redirects)


def test_no_cookie_is_kept(server):
    """Neither for the next hop nor for the next document."""
    server.routes["/a"] = Answer(status=302, headers={"Location": "/feed", "Set-Cookie": "id=1; Path=/"})

    async def twice(fetcher):
        for _ in range(2):
            await fetcher.get(Request(server.url("/a", host="localhost")), now=NOW)

    run(twice)
    assert len(server.requests) == 4
    assert all("cookie" not in headers for _, headers in server.requests)


def test_validators_are_for_the_url_they_came_from(server):
    """They are sent to the first address only, and of a redirected document only the hash is kept."""
    server.routes["/a"] = to("/feed")
    get(server.url("/a"), Validators(etag='"x"', last_modified="y"))
    assert server.requests[0][1]["if-none-match"] == '"x"'
    assert not {"if-none-match", "if-modified-since"} & set(server.requests[1][1])
    known = validators_of(get(server.url("/a")))
    assert (known.etag, known.last_modified) == (None, None)
    assert known.body_hash


def test_a_304_after_a_redirect_is_a_failure(server):
    """Nobody asked that address whether it changed."""
    server.routes |= {"/a": to("/b"), "/b": Answer(status=304, etag=False)}
    assert failure(server.url("/a"), validators=Validators(etag='"x"')).status == 304


def test_no_redirect_is_followed_where_none_is_allowed(server):
    """The limit is a setting."""
    server.routes["/a"] = to("/feed")
    assert "more than 0 redirects" in str(failure(server.url("/a"), max_redirects=0))
    assert server.asked() == ["/a"]


@pytest.mark.parametrize(
    "target", ["http:///x", "//", "http://", "\t", "http://[", "/" + "x" * 9000, "http://a b/", "?"]
)
def test_odd_targets_are_told_or_followed(server, target):
    """Never anything but a FetchError, and never another scheme."""
    server.routes["/a"] = to(target)
    assert failure(server.url("/a")).state == "down"


def test_an_address_goes_out_as_it_is_written(server):
    """A signature in it is of its very bytes."""
    path = "/feed?sig=a%2Fb%3D%3D&x=%7E&y=a+b&z=a%20b&c=%3A,%2C&l[]={1}|2"
    get(server.url(path))
    server.routes["/a"] = to(path)
    get(server.url("/a"))
    assert server.asked() == [path, "/a", path]


# --- masks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "text", "shown"),
    [
        (Request("http://a/?k=hunter2", public_url="http://a/?k=***"), "http://b/hunter2/x", "http://b/***/x"),
        (Request("http://a/?k=x", public_url="http://a/?k=***"), "http://b/x/xx?x=1", "http://b/***/xx?***=1"),
        (Request("http://a/abc/def", public_url="http://other/"), "http://c/abc?z=def", "http://c/***?z=***"),
        (Request("http://a/"), "http://me:pw@b/?token=1&q=2", "http://***@b/?token=***&q=2"),
        (Request("http://a/", headers={"X": "hunter2"}), "http://b/hunter2", "http://b/***"),
        (Request("http://a/", headers={"Accept": "text/html"}), "http://b/text/x", "http://b/text/x"),
    ],
)
def test_what_is_masked(request_, text, shown):
    """Values of the URL that the public URL hides, those of headers, logins, and what sounds secret."""
    assert Masker(request_)(text) == shown
