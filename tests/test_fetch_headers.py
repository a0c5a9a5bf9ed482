"""What servers say about time: Retry-After, Cache-Control, Expires."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.fetch.headers import LONGEST, fresh_for, retry_after
from tests.fetching import FEED, NOW, get
from tests.servers import Answer, LoopbackServer

DATE = "Mon, 02 Mar 2026 12:00:00 GMT"
LATER = "Mon, 02 Mar 2026 13:30:00 GMT"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0), ("120", 120), (" 60 ", 60), ("60.5", 60), ("60s", 60), (LATER, 5400), (DATE, 0),
        ("Sun, 01 Mar 2026 12:00:00 GMT", 0), ("Monday, 02-Mar-26 13:30:00 GMT", 5400), ("Mon, 02 Mar 2026 13:30:00", 5400),
        ("999999999999999999999999", 604800), ("Mon, 02 Mar 2099 13:30:00 GMT", 604800),
        ("", None), ("-5", None), ("soon", None), ("١٢", None), ("Mon, 99 Foo 2026", None), ("\x00", None), (DATE * 50, 0),
    ],
)  # fmt: skip
def test_retry_after_is_read(value, seconds):
    """Seconds, a date, zero; a week at most; and None where it cannot be understood."""
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert retry_after({"retry-after": value}, NOW) == expected


def test_a_date_is_compared_with_the_servers_own_clock():
    """Where the server's clock goes wrong, both of its dates do."""
    headers = {"retry-after": "Tue, 05 Jan 2021 00:10:00 GMT", "date": "Tue, 05 Jan 2021 00:00:00 GMT"}
    assert retry_after(headers, NOW) == timedelta(minutes=10)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "max-age=300"}, 300),
        ({"cache-control": "public, MAX-AGE = 300"}, 300),
        ({"cache-control": 'max-age="300", must-revalidate'}, 300),
        ({"cache-control": "max-age=300", "age": "100"}, 200),
        ({"cache-control": "max-age=300", "age": "400"}, 0),
        ({"cache-control": "max-age=300", "age": "what"}, 300),
        ({"cache-control": "s-maxage=300"}, None),
        ({"cache-control": "max-age=-1"}, 0),
        ({"cache-control": "max-age=0, max-age=300"}, 300),
        ({"cache-control": "max-age"}, None),
        ({"cache-control": "no-cache, max-age=300"}, 0),
        ({"cache-control": "no-store"}, 0),
        ({"cache-control": "max-age=31536000"}, 604800),
        ({"cache-control": "max-age=" + "9" * 5000}, 604800),
        ({"expires": LATER, "date": DATE}, 5400),
        ({"expires": LATER}, 5400),
        ({"expires": DATE, "date": LATER}, 0),
        ({"expires": "0"}, None),
        ({"expires": LATER, "cache-control": "max-age=60"}, 60),
    ],
)
def test_freshness_is_read(headers, seconds):
    """Cache-Control goes before Expires, and the time that it lay in caches is taken off."""
    assert fresh_for(headers, NOW) == (None if seconds is None else timedelta(seconds=seconds))


@given(
    st.dictionaries(st.sampled_from(["cache-control", "expires", "age", "date", "retry-after"]), st.text(max_size=80))
)
def test_no_header_breaks_anything(headers):
    """Whatever a server writes, it is a time from zero to a week, or nothing."""
    for found in (fresh_for(headers, NOW), retry_after(headers, NOW)):
        assert found is None or timedelta(0) <= found <= LONGEST


@pytest.mark.usefixtures("way")
def test_a_response_says_how_long_it_is_fresh():
    """From the headers of the document itself; how long it took is told too."""
    with LoopbackServer({"/feed": Answer(FEED, headers={"Cache-Control": "max-age=900"})}) as server:
        got = get(server.url("/feed"))
        assert got.fresh_for == timedelta(minutes=15)
        assert got.seconds is not None
        server.routes["/feed"] = Answer(FEED)
        assert get(server.url("/feed")).fresh_for is None
