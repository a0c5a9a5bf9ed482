"""However the polls are cut, the sums and the windows at one instant are the same: on the functions, and in a store."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentionwatch import parse_config
from mentionwatch.burst import Baseline, Watched, advance, find_burst
from mentionwatch.model import SourceStatus
from mentionwatch.pipeline.verdict import judge_brand
from mentionwatch.settings import AlertSettings
from mentionwatch.store import SourcePoll, Store
from tests.stored_past import HOUR, START, everyday, storm
from tests.test_burst import MINUTE, NOW, SETTINGS, _as_numbers, history, look, watched
from tests.test_burst import storm as complaints

DAYS = 7
END = START + timedelta(days=DAYS)
CONFIG = parse_config('[[brands]]\nname = "Acme"\nmatch = ["acme"]\n', "test.toml")
#: Minutes between polls: some close together, some days apart.
GAPS = st.lists(st.one_of(st.integers(5, 90), st.integers(90, 3000)), max_size=25)


def _state(base):
    return base.folded, _as_numbers(base)


def _told(burst):
    return burst and (burst.start, burst.end, burst.observed, burst.total, burst.authors, burst.mentions)


# --- on the functions ------------------------------------------------------------------------------------


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(1, 40), max_size=8), st.integers(0, 3), st.sampled_from(["negative", "volume"]))
def test_windows_do_not_depend_on_the_polls(gaps, seed, kind):
    """At one instant the same window stands out, with the same figures, whatever polls were before it."""
    mentions = history(seed=seed, per_day=30) + complaints(20)
    first = NOW - timedelta(days=6)
    base = begun = advance(None, [s for s in mentions if s.first_seen <= first], now=first, watched=watched(first))
    now = first
    for hours in gaps:
        now += hours * HOUR
        if now >= NOW - HOUR:
            break
        recent = [s for s in mentions if base.since <= s.first_seen <= now]
        base = advance(base, recent, now=now, watched=watched(now))
    found = []
    last = NOW - HOUR
    for one in (begun, base):
        recent = [s for s in mentions if one.since <= s.first_seen <= last]
        following = advance(one, recent, now=last, watched=watched(last))
        recent = [s for s in mentions if s.first_seen >= following.since]
        found.append(find_burst(following, recent, now=NOW, settings=SETTINGS, watched=watched(), kind=kind))
    assert found[0] is not None
    assert _told(found[0]) == _told(found[1])
    assert found[0].expected == pytest.approx(found[1].expected)
    assert found[0].score == pytest.approx(found[1].score)


# --- in a store ------------------------------------------------------------------------------------------


def _watch(mentions, polls):
    """Poll at these times into a new store; what is usual at the end, and what the last poll would find."""
    with (
        TemporaryDirectory() as folder,
        Store(f"sqlite:///{Path(folder) / 'm.db'}", create=True, durable=False) as store,
    ):
        before = None
        for now in polls:
            new = [m for m in mentions if m.entry.published <= now and (before is None or m.entry.published > before)]
            _record(store, new, now, backlog=before is None, first=polls[0])
            judge_brand(CONFIG, store, CONFIG.brands[0], now=now, to=())
            before = now
        base = Baseline.from_json(store.brand_state("Acme").baseline)
        recent = store.sightings("Acme", since=base.since)
    # As a poll within the hour would see it, after one that all have in common.
    seen = Watched(polls[0], (polls[-2], polls[-1]))
    return base, find_burst(base, recent, now=polls[-1] + MINUTE, settings=AlertSettings(), watched=seen)


def _record(store, new, now, *, backlog, first):
    new = [replace(m, first_seen=now, backlog=backlog) for m in new]
    status = SourceStatus("forum", "https://x.example", first, now, now, 0, "ok")
    store.record_poll(SourcePoll(status=status, entries=[(m.entry_id, m.entry) for m in new], mentions=new))


@settings(max_examples=8, deadline=None)
@given(GAPS, st.integers(1, 3))
def test_a_store_is_the_same_however_it_was_polled(gaps, seed):
    """With the first poll and the last two in common, the sums that are stored and the burst found are the same."""
    mentions = [*everyday(DAYS, seed=seed), *storm(END - 5 * HOUR, 20)]
    mentions = [m for m in mentions if m.entry.published <= END]
    now, between = START, []
    for minutes in gaps:
        now += timedelta(minutes=minutes)
        if now < END - HOUR:
            between.append(now)
    evenly = [START + hour * 6 * HOUR for hour in range(1, DAYS * 4)]
    cut, even = (_watch(mentions, [START, *polls, END - HOUR, END]) for polls in (between, evenly))
    assert _state(cut[0])[0] == _state(even[0])[0]
    assert _state(cut[0])[1] == pytest.approx(_state(even[0])[1], rel=1e-9, abs=1e-12)
    assert cut[1] is not None
    assert _told(cut[1]) == _told(even[1])
    assert json.loads(cut[0].to_json())["start"] == json.loads(even[0].to_json())["start"]


# --- clocks ----------------------------------------------------------------------------------------------


def test_a_clock_that_jumps_back_and_forth_learns_nothing_twice():
    """Once the clock is right again, the sums are as if it had never been set back."""
    mentions = everyday(DAYS)
    steady = [START + hour * 6 * HOUR for hour in range(DAYS * 4)]
    plain, _ = _watch(mentions, steady)
    base = None
    with (
        TemporaryDirectory() as folder,
        Store(f"sqlite:///{Path(folder) / 'm.db'}", create=True, durable=False) as store,
    ):
        before = None
        for now in steady:
            new = [m for m in mentions if m.entry.published <= now and (before is None or m.entry.published > before)]
            _record(store, new, now, backlog=before is None, first=START)
            judge_brand(CONFIG, store, CONFIG.brands[0], now=now, to=())
            if timedelta(days=3) < now - START < timedelta(days=DAYS - 1):
                judge_brand(CONFIG, store, CONFIG.brands[0], now=now - timedelta(days=2), to=())
            before = now
        base = Baseline.from_json(store.brand_state("Acme").baseline)
    assert _state(base)[0] == _state(plain)[0]
    assert _state(base)[1] == pytest.approx(_state(plain)[1], rel=1e-9, abs=1e-12)


def test_a_gap_of_days_makes_no_burst_of_usual_days():
    """What several usual days brought while nobody polled is found in one poll, and is no burst at any hour of it."""
    mentions = history(per_day=60, seed=4, until=NOW + 72 * HOUR)
    before = [s for s in mentions if s.first_seen <= NOW]
    base = advance(None, before, now=NOW, watched=watched(NOW))
    now = NOW + 72 * HOUR
    polls = Watched(watched().since, (NOW, now))
    late = [
        s if s.first_seen <= NOW else type(s)(s.mention, s.published, now, s.tone, s.source, s.author, s.story)
        for s in mentions
    ]
    recent = [s for s in late if s.first_seen >= base.since]
    assert find_burst(base, recent, now=now, settings=SETTINGS, watched=polls) is None
    assert look(recent, base=base, now=now) is None
    following = advance(base, recent, now=now, watched=polls)
    assert following.negatives / following.hours == pytest.approx(base.negatives / base.hours, rel=0.1)
