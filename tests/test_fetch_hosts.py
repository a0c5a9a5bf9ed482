"""When a host is asked: pauses, cooling, patience and the end of a poll's time; nothing here waits."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.errors import FetchError, Postponed
from mentionwatch.fetch.hosts import COOL, Cooled, Slots, cooling, gap_s, still_cool
from mentionwatch.model import Request
from tests.fetching import FEED, NOW, failure, get, run
from tests.servers import Answer, LoopbackServer

HOUR = timedelta(hours=1)


# --- decisions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "retry_after", "length"),
    [
        (403, None, COOL),
        (403, timedelta(0), COOL),
        (429, None, COOL),
        (429, timedelta(seconds=30), timedelta(seconds=30)),
        (429, timedelta(days=7), timedelta(days=7)),
        (429, timedelta(0), None),
        (200, None, None),
        (401, None, None),
        (404, None, None),
        (503, HOUR, None),
    ],
)
def test_what_cools_a_host(status, retry_after, length):
    """403 an hour and a minute, 429 as long as it says, and with Retry-After: 0 not at all."""
    found = cooling("acme.example", status, retry_after, NOW)
    assert (found.until - NOW if found else None) == length
    assert found is None or f"HTTP {status}" in found.reason


def test_a_host_is_cool_until_its_time():
    """And from that moment on it is asked again; its name is compared as hosts are."""
    cooled = {"acme.example": Cooled(NOW + HOUR, "why")}
    assert still_cool(cooled, "ACME.example.", NOW)
    assert not still_cool(cooled, "acme.example", NOW + HOUR)
    assert not still_cool(cooled, "www.acme.example", NOW)


@pytest.mark.parametrize(
    ("host", "gap"),
    [
        ("acme.example", 1.0),
        ("slow.example", 6.0),
        ("127.0.0.1", 0.0),
        ("::1", 0.0),
        ("localhost", 0.0),
        ("8.8.8.8", 1.0),
    ],
)
def test_pauses_between_requests(host, gap):
    """As set, or as a preset has it for its host; none on this machine."""
    assert gap_s(host, 1.0, {"slow.example": 6.0}) == gap


def test_slots_are_promised_one_after_the_other():
    """Each that comes at the same time waits for those before it; hosts do not wait for each other."""
    slots = Slots()
    waits = []
    for _ in range(3):
        waits.append(slots.wait_s("a", 100.0))
        slots.promise("a", 100.0, 2.0)
    assert waits == [0.0, 2.0, 4.0]
    assert slots.wait_s("b", 100.0) == 0.0
    assert slots.wait_s("a", 105.0) == 1.0
    assert slots.wait_s("a", 110.0) == 0.0


def test_a_late_start_puts_off_the_next():
    """The pause is kept between what is really sent, whatever was promised."""
    slots = Slots()
    for _ in range(2):
        slots.promise("a", 0.0, 1.0)
    assert slots.begin("a", 5.0, 1.0) == 0.0
    assert slots.begin("a", 5.25, 1.0) == 0.75
    assert slots.wait_s("a", 6.0) == 1.0


@given(st.lists(st.floats(0, 100), min_size=2, max_size=20), st.floats(0.001, 10))
def test_starts_are_never_nearer_than_the_pause(arrivals, gap):
    """Whenever the turns come."""
    slots, starts = Slots(), []
    for at in sorted(arrivals):
        starts.append(at + slots.begin("a", at, gap))
    assert all(later - earlier >= gap - 1e-6 for earlier, later in itertools.pairwise(starts))


# --- over the network -------------------------------------------------------------------------------------


@pytest.fixture
def server():
    """A server with one feed."""
    with LoopbackServer({"/feed": Answer(FEED)}) as running:
        yield running


def two(server, first, *, between=timedelta(0), **changes):
    """Ask for a path, and then for the feed; gives what became of each, and the fetcher's memory."""

    async def use(fetcher):
        results = []
        for path, now in ((first, NOW), ("/feed", NOW + between)):
            try:
                results.append(await fetcher.get(Request(server.url(path)), now=now))
            except (FetchError, Postponed) as e:
                results.append(e)
        return (*results, fetcher.cooled)

    return run(use, **changes)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("status", "headers", "until"),
    [(403, {}, COOL), (429, {}, COOL), (429, {"Retry-After": "90"}, timedelta(seconds=90))],
)
def test_a_refusal_cools_the_whole_host(server, status, headers, until):
    """Its other documents are postponed and not asked for; what is known is handed on."""
    server.routes["/no"] = Answer(status=status, headers=headers)
    failed, postponed, cooled = two(server, "/no")
    assert failed.status == status
    assert isinstance(postponed, Postponed)
    assert (postponed.until, postponed.url) == (NOW + until, server.url("/feed"))
    assert cooled == {"127.0.0.1": Cooled(NOW + until, postponed.reason)}
    assert server.asked() == ["/no"]
    with pytest.raises(Postponed):
        get(server.url("/feed"), cooled=cooled)
    assert server.asked() == ["/no"]


@pytest.mark.usefixtures("way")
def test_a_cooled_host_is_asked_again_when_its_time_has_come(server):
    """Neither sooner nor never."""
    server.routes["/no"] = Answer(status=403)
    assert two(server, "/no", between=COOL)[1].body == FEED


@pytest.mark.usefixtures("way")
def test_retry_after_zero_cools_nothing(server):
    """It says: at once, if you like."""
    server.routes["/no"] = Answer(status=429, headers={"Retry-After": "0"})
    failed, second, cooled = two(server, "/no")
    assert (failed.retry_after, second.body, cooled) == (timedelta(0), FEED, {})


@pytest.mark.usefixtures("way")
def test_a_redirect_to_a_cooled_host_is_not_followed(server):
    """Also where another host leads there."""
    server.routes["/a"] = Answer(status=302, headers={"Location": server.url("/feed", host="localhost")})
    with pytest.raises(Postponed):
        get(server.url("/a"), cooled={"localhost": Cooled(NOW + HOUR, "why")}, private_hosts=("localhost",))
    assert server.asked() == ["/a"]


@pytest.mark.usefixtures("way")
def test_who_would_wait_too_long_is_postponed(server):
    """A pause longer than the patience puts the second request off, without waiting and without asking."""
    first, second, _ = two(server, "/feed", spacing={"127.0.0.1": 3600})
    assert first.body == FEED
    assert isinstance(second, Postponed)
    assert NOW < second.until <= NOW + HOUR
    assert len(server.requests) == 1


@pytest.mark.usefixtures("way")
def test_who_waits_too_long_for_another_is_postponed(server):
    """However long the one before it takes."""
    server.routes["/slow"] = lambda handler: handler.server.loopback.closing.wait(10) and None

    async def both(fetcher):
        slow = asyncio.ensure_future(fetcher.get(Request(server.url("/slow")), now=NOW))
        await asyncio.wait({slow}, timeout=0.05)
        with pytest.raises(Postponed):
            await fetcher.get(Request(server.url("/feed")), now=NOW)
        slow.cancel()
        await asyncio.wait({slow})
        return await fetcher.get(Request(server.url("/feed")), now=NOW)

    assert run(both, patience_s=0.05).body == FEED


@pytest.mark.usefixtures("way")
def test_nothing_is_sent_when_the_time_is_up(server):
    """What is left is for the next poll."""
    with pytest.raises(Postponed, match="time of this poll is up") as caught:
        get(server.url("/feed"), deadline_s=0)
    assert caught.value.until == NOW
    assert server.requests == []


@pytest.mark.usefixtures("way")
def test_what_is_under_way_when_the_time_is_up_is_postponed(server):
    """It is no failure of the source."""
    server.routes["/slow"] = lambda handler: handler.server.loopback.closing.wait(10) and None
    with pytest.raises(Postponed, match="time of this poll is up"):
        get(server.url("/slow"), deadline_s=0.1)


@pytest.mark.usefixtures("way")
def test_two_that_redirect_to_each_other_do_not_wait_for_ever(server):
    """The queue of the one is left before that of the other is entered."""
    server.routes["/to-name"] = Answer(status=302, headers={"Location": server.url("/feed", host="localhost")})
    server.routes["/to-number"] = Answer(status=302, headers={"Location": server.url("/feed")})

    async def both(fetcher):
        urls = [server.url("/to-name"), server.url("/to-number", host="localhost")]
        return await asyncio.gather(*(fetcher.get(Request(url), now=NOW) for url in urls))

    found = run(both, private_hosts=("localhost", "127.0.0.1"))
    assert [response.body for response in found] == [FEED, FEED]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("value", "seconds"), [("120", 120), ("0", 0), ("soon", None), ("99999999", 7 * 86400), (None, None)]
)
def test_a_failure_says_when_to_come_back(server, value, seconds):
    """On any status; bounded, and None where nothing is said."""
    server.routes["/feed"] = Answer(status=503, headers={"Retry-After": value} if value else {})
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert failure(server.url("/feed")).retry_after == expected
