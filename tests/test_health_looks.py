"""What an answer shows of a source that is not down: slow, empty, stale, with a gap, or with all its ids changed."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.health import Look, keys_of, look_at, next_status
from mentionwatch.model import Entry, NotModified, Polled

NOW = datetime(2026, 11, 2, 12, tzinfo=timezone.utc)
DAY = timedelta(days=1)


def entry(n, *, at=NOW, title=None):
    return Entry("s", guid=f"g{n}", title=title or f"Post {n}", published=at)


def poll(before, look, *, now=NOW, outcome=None):
    outcome = outcome or Polled("s", look.entries or 0, 0, 0)
    return next_status(before, outcome, place="u", fail_after=3, now=now, look=look)


def states(*looks):
    """The states and whether each was told, for a source that gives these looks in turn."""
    status, found = None, []
    for n, look in enumerate(looks):
        outcome = NotModified("s") if look.entries is None else None
        status, change = poll(status, look, now=NOW + n * DAY, outcome=outcome)
        found.append((status.state, change is not None))
    return found


def test_a_source_that_holds_nothing_where_it_held_some_is_told_once():
    """Empty is a state and no "0 mentions"; it stays while nothing comes, and is over silently."""
    assert states(Look(5), Look(0), Look(0), Look(None), Look(4)) == [
        ("ok", False),
        ("empty", True),
        ("empty", False),
        ("empty", False),
        ("ok", False),
    ]


def test_a_source_that_never_held_anything_is_not_called_empty():
    """A new forum has no posts yet."""
    assert states(Look(0), Look(0)) == [("ok", False), ("ok", False)]


def test_a_slow_answer_is_told_once():
    """What holds up the poll is worth a word."""
    assert states(Look(5, seconds=30.0), Look(5, seconds=31.0), Look(5, seconds=0.1)) == [
        ("slow", True),
        ("slow", False),
        ("ok", False),
    ]


def test_nothing_new_for_long_against_its_own_cadence_is_stale():
    """A daily feed without anything for a month is told, also while it answers 304; a yearly one is not."""
    daily = look_at([entry(n, at=NOW - n * DAY) for n in range(10)], NOW, known=None)
    assert daily.cadence == DAY
    status, _ = poll(None, daily)
    stale, change = poll(status, Look(), now=NOW + 30 * DAY, outcome=NotModified("s"))
    assert (stale.state, change is not None) == ("stale", True)
    again, change = poll(stale, Look(), now=NOW + 31 * DAY, outcome=NotModified("s"))
    assert (again.state, change) == ("stale", None)
    yearly = look_at([entry(n, at=NOW - n * 365 * DAY) for n in range(10)], NOW, known=None)
    status, _ = poll(None, yearly)
    assert poll(status, Look(), now=NOW + 300 * DAY, outcome=NotModified("s"))[0].state == "ok"


def test_a_document_with_nothing_of_the_last_one_has_a_gap():
    """Items came and went between two polls: told, with what to do."""
    known = keys_of([entry(n) for n in range(10)])
    gap = look_at([entry(n) for n in range(50, 60)], NOW, known=known)
    assert gap.gap
    assert not gap.reidentified
    status, change = poll(None, gap)
    assert status.state == "gap"
    assert "shorter every" in str(change)
    assert not look_at([entry(n) for n in range(9, 19)], NOW, known=known).gap


def test_known_items_under_new_ids_are_no_gap():
    """A host that moved gives all its items new ids: noticed, told, and not counted as new."""
    known = keys_of([entry(n) for n in range(10)])
    moved = look_at([entry(n + 1000, title=f"Post {n}") for n in range(10)], NOW, known=known)
    assert moved.reidentified
    assert not moved.gap
    assert poll(None, moved)[0].state == "re-identified"


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_entries_say_nothing(count):
    """Two documents of two entries have nothing in common by chance."""
    known = keys_of([entry(n) for n in range(2)])
    look = look_at([entry(n + 100) for n in range(count)], NOW, known=known)
    assert not look.gap
    assert not look.reidentified


def test_a_poll_that_failed_in_part_does_not_count_as_a_success():
    """The next search has to look as far back as this one did."""
    from mentionwatch.errors import FetchError

    whole, _ = poll(None, Look(5))
    partly = Polled("s", 5, 0, 0, partly_failed=(FetchError("x", url="u"),))
    status, _ = poll(whole, Look(), now=NOW + DAY, outcome=partly)
    assert status.last_success == NOW
    assert status.last_polled == NOW + DAY
    assert status.state == "ok"


@given(
    st.lists(
        st.builds(
            Look,
            entries=st.none() | st.integers(0, 5),
            seconds=st.none() | st.floats(0, 60),
            gap=st.booleans(),
            reidentified=st.booleans(),
        ),
        max_size=20,
    )
)
def test_the_same_oddity_is_never_told_twice_in_a_row(looks):
    """Told once on change, never again until it changes."""
    found = states(*looks)
    for (before, _), (after, told) in itertools.pairwise(found):
        assert not (told and before == after)
    assert all(not told for state, told in found if state == "ok")
