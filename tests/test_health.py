"""Whether a source is well, and what is told of it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.errors import FetchError
from mentionwatch.health import AT_ONCE, is_down, next_status
from mentionwatch.model import DOWN_STATES, Failed, NotModified, Polled

NOW = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
PLACE = "https://forum.acme.example/feed"
OK = Polled("forum", 3, 1, 0)


def failed(state="down", reason="HTTP 500"):
    """An outcome that is a failure."""
    return Failed("forum", FetchError(reason, url=PLACE, state=state))


def follow(*outcomes, fail_after=3):
    """Poll every hour; the statuses and what was told after each."""
    status, seen = None, []
    for n, outcome in enumerate(outcomes):
        status, change = next_status(status, outcome, place=PLACE, fail_after=fail_after, now=NOW + n * HOUR)
        seen.append((status, change))
    return seen


def told(*outcomes, **options):
    """What was told, as words: the state, "back", or "" for nothing."""
    return [
        "" if change is None else (change.status.state if change.down else "back")
        for _, change in follow(*outcomes, **options)
    ]


def test_a_source_that_answers_is_ok():
    """Nothing is told of it, at its first poll and after; "not modified" is an answer."""
    assert told(OK, OK, NotModified("forum")) == ["", "", ""]
    status = follow(OK, NotModified("forum"))[-1][0]
    assert (status.state, status.fails, status.reason, status.since) == ("ok", 0, None, None)
    assert (status.first_polled, status.last_polled, status.last_success) == (NOW, NOW + HOUR, NOW + HOUR)


def test_trouble_is_told_once_and_its_end_once():
    """When it has failed often enough in a row, and never again until it is back."""
    down = failed()
    assert told(OK, down, down, down, down, down, OK, OK) == ["", "", "", "down", "", "", "back", ""]


def test_a_failure_now_and_then_is_not_told():
    """Failures count in a row."""
    down = failed()
    assert told(down, down, OK, down, down, OK) == [""] * 6


@pytest.mark.parametrize("fail_after", [1, 2, 5])
def test_fail_after_is_the_number_of_failures(fail_after):
    """The last of them is the one that is told."""
    assert told(*[failed()] * 6, fail_after=fail_after).index("down") == fail_after - 1


@pytest.mark.parametrize("state", sorted(AT_ONCE))
def test_what_will_not_pass_is_told_at_once(state):
    """Gone, blocked and not a feed count at the first failure."""
    assert told(failed(state), failed(state)) == [state, ""]


def test_a_rate_limit_may_pass():
    """It counts like any failure that may pass by itself."""
    limited = failed("rate-limited")
    assert told(limited, limited, limited, limited) == ["", "", "rate-limited", ""]


def test_changed_trouble_is_told():
    """What was down and is gone now wants something else of its user."""
    assert told(failed(), failed("gone"), failed("gone"), failed("blocked"), OK) == ["", "gone", "", "blocked", "back"]


def test_failing_is_not_down():
    """A source that has failed, but not often enough, is no blind spot."""
    states = [(status.state, status.fails, is_down(status)) for status, _ in follow(*[failed()] * 3)]
    assert states == [("failing", 1, False), ("failing", 2, False), ("down", 3, True)]


def test_trouble_began_at_the_last_success():
    """Whatever was posted since then was not seen; without any success, since the first poll."""
    assert [status.since for status, _ in follow(OK, OK, failed(), failed(), failed())][2:] == [NOW + HOUR] * 3
    assert follow(failed(), failed(), failed())[-1][0].since == NOW


def test_a_change_reads_in_one_line():
    """Name, state and reason; also of a reason that holds escape sequences and line ends."""
    change = follow(failed("gone", "odd\n\x1b[31mreason\u202e"))[0][1]
    assert str(change) == f"forum: gone: odd reason: {PLACE}"
    assert str(follow(failed("gone"), OK)[1][1]) == "forum: back"


OUTCOMES = st.lists(
    st.one_of(st.just(OK), st.just(NotModified("forum")), st.sampled_from(sorted(DOWN_STATES)).map(failed)), max_size=30
)


@given(OUTCOMES, st.integers(1, 5))
def test_nothing_is_told_twice(outcomes, fail_after):
    """Of any course: no telling repeats the one before, and "back" follows only trouble that was told."""
    seen = follow(*outcomes, fail_after=fail_after)
    tellings = [(change.down, change.status.state) for _, change in seen if change]
    assert all(one != other for one, other in pairwise(tellings))
    assert all(down for down, _ in tellings[:1])


@given(OUTCOMES, st.integers(1, 5))
def test_whatever_is_down_was_told(outcomes, fail_after):
    """At any moment, the last telling says how the source is: told as down exactly while it is."""
    last = None
    for status, change in follow(*outcomes, fail_after=fail_after):
        last = change or last
        assert is_down(status) == (last is not None and last.down)
        assert (status.fails == 0) == (status.state == "ok") == (status.reason is None)
        if is_down(status):
            assert status.state == last.status.state
