"""Proxies of the environment; a server of this machine plays one, and answers for hosts that there are not."""

from __future__ import annotations

import base64

import pytest

from mentionwatch.fetch import Fetcher
from tests.fetching import FEED, closed_port, failure, get, options
from tests.servers import Answer, LoopbackServer

pytestmark = pytest.mark.usefixtures("way")

FAR = "http://feeds.invalid/feed?q=1"


@pytest.fixture
def proxy(monkeypatch):
    """A proxy that the environment names, and nothing else of the kind."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with LoopbackServer({"/feed": Answer(FEED)}) as running:
        monkeypatch.setenv("http_proxy", running.url("").rstrip("/"))
        yield running


def test_a_proxy_is_asked_for_whole_addresses(proxy):
    """The host's own name is not even looked up here."""
    assert get(FAR, trust_env=True).body == FEED
    assert proxy.asked() == [FAR]
    assert proxy.requests[0][1]["host"] == "feeds.invalid"


def test_a_proxy_that_wants_a_login_gets_it(proxy, monkeypatch):
    """The proxy alone, in a header of its own."""
    monkeypatch.setenv("http_proxy", proxy.url("").replace("//", "//me:pw@"))
    get(FAR, trust_env=True)
    headers = proxy.requests[0][1]
    assert headers["proxy-authorization"] == "Basic " + base64.b64encode(b"me:pw").decode()
    assert "authorization" not in headers


@pytest.mark.parametrize("kept", ["127.0.0.1", "*", "other.example,127.0.0.1"])
def test_no_proxy_is_honoured(proxy, monkeypatch, kept):
    """What stands in NO_PROXY is asked straight."""
    monkeypatch.setenv("no_proxy", kept)
    with LoopbackServer({"/feed": Answer(FEED)}) as server:
        assert get(server.url("/feed"), trust_env=True).body == FEED
        assert server.asked() == ["/feed"]
    assert proxy.requests == []


def test_a_proxy_is_not_asked_where_the_environment_does_not_count(proxy):
    """What stays on this machine needs none."""
    with LoopbackServer({"/feed": Answer(FEED)}) as server:
        assert get(server.url("/feed")).body == FEED
    assert proxy.requests == []


def test_redirects_are_checked_as_far_as_they_can_be_seen(proxy):
    """A literal address is refused before the proxy is asked for it."""
    proxy.routes[FAR] = Answer(status=302, headers={"Location": "http://169.254.169.254/"})
    assert "private address" in str(failure(FAR, trust_env=True))
    assert proxy.asked() == [FAR]


@pytest.mark.parametrize(("trust_env", "count"), [(True, 1), (False, 0)])
def test_what_cannot_be_seen_is_said(proxy, trust_env, count):
    """One line, without the proxy's address, which may hold a password."""
    notes = Fetcher(options(), trust_env=trust_env).notes
    assert len(notes) == count
    assert all("proxy" in note and str(proxy.port) not in note for note in notes)


@pytest.mark.parametrize("address", ["socks5://127.0.0.1:1", "what://127.0.0.1:1", "http://[::bad", "127.0.0.1:port"])
def test_a_proxy_that_cannot_be_used_is_told(proxy, monkeypatch, address):
    """It is a failure of the source with advice, and no traceback."""
    monkeypatch.setenv("http_proxy", address)
    error = failure(FAR, trust_env=True)
    assert "proxy" in str(error)
    assert "HTTP_PROXY" in error.advice


def test_a_proxy_that_is_not_there_is_told(proxy, monkeypatch):
    """No connection, in any words."""
    monkeypatch.setenv("http_proxy", f"127.0.0.1:{closed_port()}")
    assert failure(FAR, trust_env=True).state == "down"
