"""Another wave of a storm, or the next storm, while an alert is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.alerts import BETWEEN_NOTICES, KIND, RATING, VOLUME, decide
from mentionwatch.burst import Tally, Watched, advance, find_burst
from mentionwatch.model import Burst, Sighting
from mentionwatch.settings import AlertSettings

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
SETTINGS = AlertSettings()


def burst(end, *, hours=1, mentions=None, severity="elevated", odds=5_000.0):
    """A burst of mentions that no other burst has, if nothing else is said."""
    n = 5
    return Burst(
        start=end - hours * HOUR, end=end, observed=n, observed_raw=n, expected=0.4, total=n + 2, negative_share=0.7,
        usual_share=0.2, odds=odds, score=3.2, severity=severity, authors=n, stories=n,
        mentions=tuple(f"{end.isoformat()}-{i}" for i in range(n)) if mentions is None else mentions,
    )  # fmt: skip


def step(past, found, now, kind=KIND, **wanted):
    """One poll."""
    return decide(past, found, now=now, brand="Acme", settings=AlertSettings(**wanted), kind=kind)


def opened(kind=KIND):
    """An alert that opened at NOW."""
    return step(None, burst(NOW), NOW, kind).alert


@pytest.mark.parametrize("kind", [KIND, VOLUME])
def test_a_wave_is_told_while_the_alert_is_open(kind):
    """A burst whose window begins three hours after the last one is told, with its own figures, as the same alert."""
    past, later = opened(kind), NOW + 6 * HOUR
    made = step(past, burst(later, odds=2_000.0), later, kind)
    assert (made.reason, made.notice) == ("reopened", "worse")
    assert made.alert.id == past.id
    assert made.alert.opened == past.opened
    assert (made.alert.window_end, made.alert.odds) == (later, 2_000.0)
    assert set(past.evidence) < set(made.alert.evidence)


@pytest.mark.parametrize(
    ("found", "hours"),
    [
        (burst(NOW + 3.9 * HOUR), 3.9),
        (burst(NOW + 8 * HOUR, hours=8), 8),
        (burst(NOW + 8 * HOUR, mentions=("new", f"{NOW.isoformat()}-0")), 8),
    ],
    ids=["too-soon", "reaches-back", "known-mention"],
)
def test_what_is_no_wave(found, hours):
    """A storm that goes on is told once: neither a window soon after, nor one that reaches back, nor known mentions."""
    assert step(opened(), found, NOW + hours * HOUR).notice is None


def test_whoever_acknowledged_is_left_in_peace():
    """Of an alert that was acknowledged, only a graver burst is told within `quiet`."""
    past, later = replace(opened(), state="acknowledged"), NOW + 6 * HOUR
    assert step(past, burst(later), later).notice is None
    assert step(past, burst(later, severity="high"), later).notice == "worse"


@pytest.mark.parametrize("kind", ["rule:many", RATING])
def test_rules_and_ratings_have_no_waves(kind):
    """What a rule or a rating counts goes on until it is calm for `quiet`."""
    later = NOW + 6 * HOUR
    assert step(opened(kind), burst(later), later, kind).notice is None


@given(st.lists(st.tuples(st.sampled_from((15, 60, 360)), st.sampled_from((0, 1, 2, 8))), max_size=60))
def test_notices_of_bursts_keep_their_distance(polls):
    """However bursts come and go: never two notices of them within three hours, and all end in the end."""
    alert, now, told = None, NOW, []
    for minutes, hours in polls:
        now += timedelta(minutes=minutes)
        made = step(alert, burst(now, hours=hours) if hours else None, now)
        alert = made.alert
        told += [now] if made.notice not in {None, "resolved"} else []
    assert all(b - a >= BETWEEN_NOTICES for a, b in pairwise(told))
    if alert is not None:
        assert step(alert, None, now + SETTINGS.quiet).alert.state == "resolved"


# --- through the detector ------------------------------------------------------------------------------------------


def mention(name, at, tone="negative"):
    """One that was seen a minute after it was published."""
    return Sighting(str(name), at, at + timedelta(minutes=1), tone, "forum", None, str(name))


def polls(found, every, until, since=NOW - 20 * 24 * HOUR):
    """What is told at polls so far apart: (hours after NOW, reason, burst)."""
    base, past, now, told, seen = None, None, since, [], []
    while now <= until:
        seen.append(now)
        watched = Watched(since, tuple(seen[-400:]))
        recent = [s for s in found if s.first_seen <= now and (base is None or s.first_seen >= base.since)]
        tally = Tally(recent, watched)
        found_now = find_burst(base, tally, now=now, settings=SETTINGS, watched=watched)
        base = advance(base, tally, now=now, watched=watched)
        made = decide(past, found_now, now=now, brand="Acme", settings=SETTINGS)
        past = made.alert
        if made.notice:
            told.append(((now - NOW) / HOUR, made.reason, found_now))
        now += every
    return told


def usual():
    """A mention every two hours, every fourth of them negative."""
    start = NOW - 20 * 24 * HOUR
    return [
        mention(f"u{i}", start + i * 2 * HOUR + timedelta(minutes=7 * (i % 9)), "neutral" if i % 4 else "negative")
        for i in range(252)
    ]


def complaints(at, n, name):
    """So many within an hour from then on."""
    return [mention(f"{name}{i}", at + i * HOUR / n) for i in range(n)]


def test_a_storm_is_not_hidden_by_a_small_burst_before():
    """Half a day after a handful of complaints opened an alert a storm begins: within an hour it is told."""
    found = usual() + complaints(NOW, 4, "few") + complaints(NOW + 14 * HOUR, 8, "storm")
    told = polls(found, HOUR, NOW + 20 * HOUR)
    assert [reason for _, reason, _ in told] == ["open", "reopened"]
    assert 14 < told[1][0] <= 15
    assert told[1][2].start == NOW + 14 * HOUR
