"""Which addresses are asked: everybody's, and of the private ones those that were named by hand."""

from __future__ import annotations

import asyncio
import socket

import pytest

from mentionwatch.errors import FetchError
from mentionwatch.fetch.addresses import is_public, may_be_private, refusal
from mentionwatch.model import Request
from tests.fetching import FEED, NOW, failure, get, run
from tests.servers import Answer, LoopbackServer


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "127.8.9.10", "0.0.0.0", "0.1.2.3", "100.64.0.1",
        "169.254.169.254", "169.254.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.5", "192.88.99.1",
        "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "ff0e::1",
        "2001:db8::1", "100::1", "4000::1", "5f00::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::1", "2002:a00:1::1",
        "2001:0:7f00:1::1", "unknown", "", "example.org",
    ],
)  # fmt: skip
def test_addresses_that_are_not_everybodys(address):
    """Nor is what carries such an address inside (mapped, 6to4, NAT64, Teredo), nor what is none."""
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_addresses_that_are_everybodys(address):
    """Also as networks without IPv4 show public hosts."""
    assert is_public(address)


@pytest.mark.parametrize(
    ("host", "own", "refused"),
    [
        ("8.8.8.8", "feeds.example", False),
        ("feeds.example", "feeds.example", False),
        ("127.0.0.1", "127.0.0.1", False),
        ("[::1]", "::1", False),
        ("localhost", "LOCALHOST.", False),
        ("192.168.1.1", "192.168.1.1", False),
        ("192.168.1.9", "feeds.example", False),  # named in private_hosts
        ("127.0.0.1", "feeds.example", True),
        ("127.0.0.1", "localhost", True),
        ("127.0.0.2", "127.0.0.1", True),
        ("localhost", "feeds.example", True),
        ("any.localhost", "localhost", True),
        ("::ffff:127.0.0.1", "127.0.0.1", True),
        ("127.1", "127.0.0.1", True),
        ("2130706433", "feeds.example", True),
        ("0x7f.1", "feeds.example", True),
        ("0x7f000001", "feeds.example", True),
        ("017700000001", "017700000001", True),
    ],
)
def test_who_may_be_asked_by_the_look_of_it(host, own, refused):
    """A private address only where the source's own URL, or the configuration, has that very host."""
    assert (refusal(host, own, frozenset({"192.168.1.9"})) is not None) == refused


@pytest.mark.parametrize(
    ("host", "may"),
    [("wiki.intranet", True), ("WIKI.intranet.", True), ("x.wiki.intranet", False), ("feeds.example", False)],
)
def test_a_name_may_lead_to_a_private_address_only_where_it_is_named(host, may):
    """By its exact name: who owns a name decides where it leads."""
    assert may_be_private(host, frozenset({"wiki.intranet"})) == may


# --- over the network -------------------------------------------------------------------------------------

METADATA = ["http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://[::ffff:169.254.169.254]/"]


@pytest.fixture
def server():
    """A server that the user named by its address."""
    with LoopbackServer({"/feed": Answer(FEED)}) as running:
        yield running


@pytest.fixture
def neighbour():
    """Another address of this machine, which nobody named."""
    try:
        running = LoopbackServer({"/feed": Answer(FEED)}, host="127.0.0.2")
    except OSError:
        pytest.skip("this system has only one loopback address")
    with running:
        yield running


@pytest.mark.usefixtures("way")
def test_a_redirect_to_a_private_address_is_refused(server, neighbour):
    """Before any byte reaches it; the message has the way, and what to do if it is meant."""
    server.routes["/a"] = Answer(status=302, headers={"Location": neighbour.url("/feed")})
    error = failure(server.url("/a"))
    assert str(error).startswith("it leads to a private address (127.0.0.2), redirected by 302 to http://127.0.0.2")
    assert "private_hosts" in error.advice
    assert error.state == "down"
    assert neighbour.requests == []


@pytest.mark.usefixtures("way")
def test_a_redirect_to_a_private_address_that_was_named_is_followed(server, neighbour):
    """An entry of private_hosts may be an address too."""
    server.routes["/a"] = Answer(status=302, headers={"Location": neighbour.url("/feed")})
    assert get(server.url("/a"), private_hosts=("127.0.0.2",)).body == FEED


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    "target", [*METADATA, "http://10.0.0.1:9/", "http://2130706433/", "http://0x7f.1/", "http://0/"]
)
def test_a_redirect_to_metadata_is_refused_at_once(server, target):
    """Nobody waits for a connection that is not tried: the time limit here would be told."""
    server.routes["/a"] = Answer(status=302, headers={"Location": target})
    error = failure(server.url("/a"), timeout_s=60)
    assert "private address" in str(error) or "is a number" in str(error)


@pytest.mark.usefixtures("way")
def test_a_kept_connection_is_no_way_around(server, neighbour):
    """A connection that one source may have is not lent to another one's redirect."""
    server.routes["/a"] = Answer(status=302, headers={"Location": neighbour.url("/feed")})

    async def both(fetcher):
        own = await fetcher.get(Request(neighbour.url("/feed")), now=NOW)
        with pytest.raises(FetchError, match="private address"):
            await fetcher.get(Request(server.url("/a")), now=NOW)
        return own

    assert run(both).body == FEED
    assert neighbour.asked() == ["/feed"]


def private_name():
    """A name that leads to an address of this machine, and is not localhost; where there is one."""
    for name in (socket.gethostname(), "ip6-localhost", "localhost.localdomain"):
        try:
            found = {info[4][0] for info in socket.getaddrinfo(name, None, socket.AF_INET)}
        except OSError:
            continue
        if found and not any(is_public(address) for address in found) and not name.startswith("localhost"):
            return name, found.pop()
    return None


@pytest.fixture
def named():
    """A server on a private address that a name leads to."""
    found = private_name()
    if found is None:
        pytest.skip("no name leads to this machine")
    with LoopbackServer({"/feed": Answer(FEED)}, host=found[1]) as running:
        yield running, running.url("/feed", host=found[0]), found[0]


@pytest.mark.usefixtures("way")
def test_a_name_that_leads_to_a_private_address_is_refused(named):
    """What is checked is the address that the connection is made to; no request is sent."""
    running, url, _ = named
    error = failure(url)
    assert "its name leads to a private address (" in str(error)
    assert "private_hosts" in error.advice
    assert running.requests == []


@pytest.mark.usefixtures("way")
def test_a_name_that_was_named_may_lead_to_a_private_address(named):
    """The user's own network is read where the user says so, in any spelling of the name."""
    _, url, name = named
    assert get(url, private_hosts=(name.upper(),)).body == FEED


@pytest.mark.usefixtures("way")
def test_a_redirect_to_such_a_name_is_refused(server, named):
    """A stranger's document does not reach into the user's network by a name either."""
    running, url, _ = named
    server.routes["/a"] = Answer(status=301, headers={"Location": url})
    assert "private address" in str(failure(server.url("/a")))
    assert running.requests == []


@pytest.mark.usefixtures("way")
def test_many_at_once_are_refused_each(named):
    """None slips by while another one's look-up is under way."""
    running, url, name = named

    async def all_at_once(fetcher):
        asked = (fetcher.get(Request(f"{url}?{n}"), now=NOW) for n in range(5))
        return await asyncio.gather(*asked, return_exceptions=True)

    assert all(isinstance(result, FetchError) for result in run(all_at_once, spacing={name: 0}))
    assert running.requests == []
