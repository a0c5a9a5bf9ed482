"""When a source is asked next."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.pipeline.poll import EARLY
from mentionwatch.schedule import MOST_BACKOFF, MOST_PATIENCE, MOST_RETRY_AFTER, next_poll

NOW = datetime(2026, 11, 2, 12, 30, tzinfo=timezone.utc)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
spans = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400))
hours = st.frozensets(st.integers(0, 23))


def test_without_anything_said_it_is_the_users_interval():
    """``every`` is what counts, and a little jitter: less than a poll may come early, or cron would miss every second."""
    waits = {next_poll(HOUR, now=NOW, name=f"s{n}") - NOW for n in range(20)}
    assert len(waits) > 10
    assert HOUR <= min(waits) <= max(waits) < HOUR + EARLY
    assert next_poll(10 * MINUTE, now=NOW, name="s") <= NOW + 11 * MINUTE


def test_a_publisher_who_asks_for_patience_gets_it_up_to_a_day():
    """Ttl and Cache-Control lengthen the interval, never shorten it, and a year is no interval."""

    def wait(**asked):
        return next_poll(HOUR, now=NOW, name="s", **asked) - NOW

    assert 3 * HOUR <= wait(ttl=3 * HOUR) <= 3.3 * HOUR
    assert 2 * HOUR <= wait(fresh_for=2 * HOUR, ttl=HOUR / 2) <= 2.2 * HOUR
    assert MOST_PATIENCE <= wait(ttl=timedelta(days=365)) <= 1.1 * MOST_PATIENCE


def test_retry_after_is_heeded_and_zero_asks_for_nothing():
    """Seconds are waited, a huge wait is cut, and 0 is not taken for "nothing said and wait long"."""

    def wait(retry_after):
        return next_poll(HOUR, now=NOW, name="s", fails=1, retry_after=retry_after) - NOW

    assert 5 * HOUR <= wait(5 * HOUR) <= 5.5 * HOUR
    assert HOUR <= wait(timedelta(0)) < HOUR + EARLY
    assert MOST_RETRY_AFTER <= wait(timedelta(days=300)) <= 1.1 * MOST_RETRY_AFTER


def test_failures_make_it_rarer_and_never_too_rare():
    """Twice as long for each failure, up to six hours, or the user's interval where that is longer."""
    waits = [next_poll(HOUR, now=NOW, name="s", fails=fails) - NOW for fails in range(1, 12)]
    assert HOUR <= waits[0] < HOUR + EARLY
    assert waits == sorted(waits)
    assert waits[-1] <= MOST_BACKOFF * 1.1
    assert next_poll(timedelta(days=2), now=NOW, name="s", fails=9) - NOW <= timedelta(days=2) * 1.1


def test_sources_that_fail_together_do_not_come_back_together():
    """The wait is spread by the name, the same at each poll."""
    found = {next_poll(HOUR, now=NOW, name=f"s{n}", fails=3) for n in range(20)}
    assert len(found) > 10
    assert next_poll(HOUR, now=NOW, name="s1", fails=3) == next_poll(HOUR, now=NOW, name="s1", fails=3)


def test_skipped_hours_are_skipped():
    """In an hour that the publisher names, nothing is asked; who names all of them is not heeded."""
    assert next_poll(HOUR, now=NOW, name="s", skip_hours=frozenset({13, 14})).hour == 15
    assert next_poll(HOUR, now=NOW, name="s", skip_hours=frozenset(range(24))) < NOW + HOUR + EARLY


@given(spans.filter(bool), st.integers(0, 10_000), st.none() | spans, st.none() | spans, st.none() | spans, hours)
def test_it_is_never_sooner_than_the_user_wants_and_never_never(every, fails, retry_after, fresh_for, ttl, skip):
    """Whatever is said: at least ``every`` from now, at most the longest patience after it."""
    found = next_poll(
        every, now=NOW, name="s", fails=fails, retry_after=retry_after, fresh_for=fresh_for, ttl=ttl, skip_hours=skip
    )
    assert found >= NOW + every
    assert found <= NOW + max(every, MOST_BACKOFF, MOST_RETRY_AFTER, MOST_PATIENCE) * 1.1 + timedelta(days=1)
    assert found.hour not in skip or len(skip) == 24
