"""What must not look like a burst: one loud author, a site that renames everything, a source that was away."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mentionwatch import find_mentions, list_alerts
from mentionwatch.burst import count
from tests.feeds import rss
from tests.servers import Answer
from tests.test_burst import HOUR, MINUTE, NOW, SETTINGS, history, learned, look, storm, watched
from tests.test_poll import NOW as POLLED
from tests.test_poll import Told, _polls, item, world

__all__ = ["world"]


def test_an_author_counts_once_in_a_window_of_any_length():
    """One who complains every half an hour for a day is one; among others, both counts are shown."""
    loud = storm(48, hours=24, name="loud", author="loud")
    assert look(history() + loud) is None
    found, plain = look(history() + loud + storm(12)), look(history() + storm(12))
    assert found.observed <= plain.observed + 1
    assert found.observed_raw > found.observed
    assert found.authors == found.observed


def test_one_author_does_not_become_usual():
    """Of one author's posts an hour learns one: somebody loud does not lift what is usual."""
    calm = learned(history())
    loud = [replace(s, published=s.published - 80 * HOUR, first_seen=s.first_seen - 80 * HOUR)
            for s in storm(200, hours=4, name="loud", author="loud")]  # fmt: skip
    assert learned(history() + loud).negatives < calm.negatives + 6


@pytest.mark.parametrize("down", [None, "other"])
def test_what_a_source_tells_when_it_is_back_is_no_burst(down):
    """All that one of two sources could not tell for a day comes at once, each at its time."""
    since = NOW - 24 * HOUR
    both = history(per_day=48) + [
        replace(s, first_seen=NOW) if s.published > since else s for s in history(per_day=48, seed=2, source="other")
    ]
    base = learned([s for s in both if s.first_seen < NOW])
    outages = ((down, since, NOW),) if down else ()
    assert look(both, base=base, outages=outages) is None


def test_confidence_decides_what_is_evidence_and_what_is_usual():
    """Unsure negatives below the bound are neither counted nor learned as negative, and stay in the totals."""
    wanted = replace(SETTINGS, min_confidence=0.5)
    unsure = [replace(s, confidence=0.4) for s in history(seed=7)]
    items = count(unsure, watched(), min_confidence=wanted.min_confidence)
    assert len(items) == len(unsure)
    assert not any(i.negative for i in items)
    assert look(history() + storm(20, confidence=0.4), wanted=wanted) is None
    assert look(history() + storm(20, confidence=0.6), wanted=wanted) is not None


def test_a_jump_of_the_clock_is_no_burst():
    """Two days ahead at a blow, and what was published meanwhile, are usual days; so is the way back."""
    mentions = history(per_day=60, until=NOW + 48 * HOUR)
    base = learned([s for s in mentions if s.first_seen <= NOW])
    assert look(mentions, base=base, now=NOW + 48 * HOUR) is None
    assert look(mentions, base=base, now=NOW) is None


def _renamed(config, server, told, *, storm_after):
    """Eight days with a complaint a day, then every item has another id, address and date; then a real storm, or none."""
    items = [item(f"o{d}", f"Acme broke again on day {d}, awful", at=POLLED + timedelta(days=d)) for d in range(-12, 8)]
    answers = [
        (POLLED + timedelta(days=d, minutes=10), Answer(rss([i for i in items if i[-1] <= POLLED + timedelta(days=d)])))
        for d in range(8)
    ]
    now = answers[-1][0]
    renamed = [
        (f"new-{guid}", title, text, author, now - n * MINUTE)
        for n, (guid, title, text, author, _at) in enumerate(items)
    ]
    answers += [(now + hour * HOUR, Answer(rss(renamed))) for hour in range(1, 4)]
    if storm_after:
        more = [
            item(f"s{n}", f"My Acme number {n} stopped, useless and awful", at=now + 4 * HOUR - n * MINUTE)
            for n in range(20)
        ]
        answers.append((now + 4 * HOUR, Answer(rss([*renamed, *more]))))
    _polls(config, server, told, answers)


@pytest.mark.parametrize("storm_after", [False, True])
def test_a_site_that_renames_everything_raises_no_alarm(world, storm_after):
    """A new id for every item brings copies: none counts, and a storm afterwards is found with its own numbers."""
    server, config = world
    _renamed(config, server, Told(), storm_after=storm_after)
    found = list_alerts(config)
    assert len(found) == storm_after
    assert len(find_mentions(config)) >= 20
    if storm_after:
        assert found[0].observed == pytest.approx(20, abs=1)
