"""Bursts of mentions of any tone: what counts, when they are looked for, and that large streams do not cry wolf."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import exp, sqrt
from random import Random

import pytest

from mentionwatch import list_alerts
from mentionwatch.alerts import decide
from mentionwatch.burst import Baseline, Tally, advance, count, find_burst, is_volume_on
from mentionwatch.settings import AlertSettings
from tests.feeds import rss
from tests.servers import Answer
from tests.test_burst import HOUR, MINUTE, NOW, SETTINGS, history, learned, look, sighting, storm, watched
from tests.test_poll import NOW as POLLED
from tests.test_poll import Told, _polls, item, world

__all__ = ["world"]


def crowd(sightings, *, base=None, now=NOW, wanted=SETTINGS, **more):
    """What the poll at `now` finds among mentions of any tone."""
    seen = watched(now, **more)
    return find_burst(base or learned(sightings), sightings, now=now, settings=wanted, watched=seen, kind="volume")


@pytest.mark.parametrize("tone", ["positive", "neutral", "negative", "unknown"])
def test_tone_plays_no_part(tone):
    """Many mentions are a burst of volume whatever their tone, and are numbered alike."""
    found, alike = crowd(history() + storm(60, tone=tone)), crowd(history() + storm(60))
    assert (found.observed, found.expected, found.score) == (alike.observed, alike.expected, alike.score)
    assert found.observed >= 60
    assert (found.negative_share, found.usual_share, found.total) == (None, None, found.observed)
    assert found.authors == found.observed


@pytest.mark.parametrize("tone", ["positive", "neutral", "unknown"])
def test_what_does_not_complain_is_no_burst_of_negatives(tone):
    """The other kind stays silent about a crowd that does not complain."""
    assert look(history() + storm(60, tone=tone)) is None


def test_usual_days_are_no_burst_of_volume():
    """Nothing is found on days as they usually are, at any hour."""
    mentions = history(per_day=240, seed=5, until=NOW + 24 * HOUR)
    base = learned([s for s in mentions if s.first_seen <= NOW])
    for hours in range(24):
        now = NOW + hours * HOUR
        assert crowd([s for s in mentions if s.first_seen <= now], base=base, now=now) is None


def wandering(*, rate=60.0, scatter=0.45, days=14, seed=1):
    """A large brand whose rate wanders for hours on end, far more than chance explains."""
    random, state, made = Random(seed), 0.0, []
    begin = NOW - timedelta(days=days)
    for hour in range(days * 24):
        state = 0.85 * state + sqrt(1 - 0.85**2) * random.gauss(0, 1)
        n = round(rate * exp(scatter * state - scatter**2 / 2))
        made += [
            sighting(f"w-{hour}-{k}", begin + hour * HOUR + random.random() * HOUR, tone="neutral") for k in range(n)
        ]
    return made


def test_a_large_restless_stream_does_not_cry_wolf():
    """Of 60 mentions an hour that wander by half all the time none are a burst; five times as many are."""
    mentions = wandering()
    begin = NOW - timedelta(days=14)
    before = NOW - 48 * HOUR
    seen = [s for s in mentions if s.first_seen <= before]
    base = advance(None, seen, now=before, watched=watched(before, since=begin))
    for hours in range(2, 48, 4):
        now = before + hours * HOUR
        recent = [s for s in mentions if base.since <= s.first_seen <= now]
        tally = Tally(recent, watched(now, since=begin))
        found = find_burst(base, tally, now=now, settings=SETTINGS, watched=tally.watched, kind="volume")
        assert found is None
    surge = [*recent, *storm(900, end=now, tone="neutral")]
    assert crowd(surge, base=base, now=now, since=begin) is not None


def test_restlessness_is_learned():
    """The same restlessness makes the dispersion that is learned wide: a burst is held against it, not against chance."""
    calm, restless = (learned(wandering(rate=20.0, scatter=s), since=NOW - timedelta(days=14)) for s in (0.0, 0.5))
    assert restless.crowd[0].residuals / restless.crowd[0].blocks > 2 * calm.crowd[0].residuals / calm.crowd[0].blocks


def test_a_storm_of_volume_does_not_become_usual():
    """An hour with far too many is cut before it is learned."""
    calm = history()
    stormy = learned(calm + storm(400, end=NOW - 100 * HOUR, tone="positive"))
    assert stormy.mentions < learned(calm).mentions * 1.25


def test_unknown_mentions_are_learned_for_volume_alone():
    """What cannot be judged is usual among all mentions, and no part of the negatives or their share."""
    plain = learned(history())
    more = learned([*history(), *(replace(s, tone="unknown") for s in history(seed=2, source="abroad"))])
    assert more.mentions == pytest.approx(2 * plain.mentions, rel=0.2)
    assert (more.negatives, more.share_total) == pytest.approx((plain.negatives, plain.share_total), rel=0.05)


def test_one_author_counts_once_for_volume():
    """Sixty mentions by one are no burst of volume either."""
    assert crowd(history() + storm(60, author="fan", tone="positive")) is None


def test_copies_and_backlog_count_for_volume_as_ever():
    """Copies count once, and what was there at a source's first poll is no evidence."""
    assert crowd(history() + storm(60, story="one", tone="neutral")) is None
    assert crowd(history() + storm(60, tone="neutral", backlog=True)) is None


@pytest.mark.parametrize(
    ("known", "unknown", "volume", "wanted"),
    [(5, 4, False, False), (5, 5, False, False), (5, 6, False, True), (0, 1, False, True), (9, 0, True, True)],
)
def test_the_majority_switches_volume_on(known, unknown, volume, wanted):
    """Off by default; where the tone of more than half is unknown it is on, whatever is set."""
    recent = storm(known) + storm(unknown, name="u", tone="unknown")
    assert is_volume_on(AlertSettings(volume=volume), recent) is wanted
    assert not is_volume_on(AlertSettings(), [])


def test_a_tally_is_what_count_gives():
    """Counted once for a poll, the same is found as from the sightings."""
    for more in (storm(30), storm(30, tone="unknown"), storm(30, confidence=0.1)):
        recent = history() + more
        tally = Tally(recent, watched(), 0.5)
        assert tally.items() == count(recent, watched(), min_confidence=0.5)
        assert tally.items("volume") == count(recent, watched(), kind="volume")
        base = learned(recent)
        wanted = AlertSettings(min_confidence=0.5)
        assert find_burst(base, tally, now=NOW, settings=wanted, watched=watched()) == look(
            recent, base=base, wanted=wanted
        )
        assert advance(base, tally, now=NOW, watched=watched()) == advance(
            base, recent, now=NOW, watched=watched(), min_confidence=0.5
        )


def test_the_sentence_names_no_negatives():
    """An alert of volume says "mentions", and nothing about their tone."""
    burst = crowd(history() + storm(60, tone="positive"))
    alert = decide(None, burst, now=NOW, brand="Acme", settings=SETTINGS, kind="volume").alert
    assert alert.kind == "volume"
    assert f"{burst.observed} mentions in " in alert.reason
    assert "negative" not in alert.reason


def test_a_baseline_of_an_older_kind_is_learned_anew():
    """What lacks the sums for all mentions is refused, and the pipeline learns from what is stored."""
    text = learned(history()).to_json().replace('"schema":2', '"schema":1')
    with pytest.raises(ValueError, match="no baseline"):
        Baseline.from_json(text)


# --- through poll -----------------------------------------------------------------------------------------


def _crowded(config, server, told, text):
    """Eight usual days, then twelve mentions an hour by as many people for three hours."""
    items, answers = [], []
    hours = 8 * 24
    for hour in (*range(0, hours - 6, 6), *range(hours - 6, hours)):
        now = POLLED + hour * HOUR
        if hour % 6 == 0:
            items.append(item(f"o{hour}", text.format(hour), at=now - HOUR / 3, title=f"Day {hour}"))
        if hour >= hours - 3:
            items += [
                item(f"c{hour}-{n}", text.format(f"{hour} {n}"), at=now - (10 + n) * MINUTE, title=f"New {hour} {n}")
                for n in range(12)
            ]
        answers.append((now, Answer(rss(items[-60:]))))
    return _polls(config, server, told, answers)


CALM = "The Acme shop number {} opens at nine on Monday"
#: A language that is not judged.
FOREIGN = "Acme ขายสินค้าใหม่วันนี้ที่ร้าน {} ในเมือง"


def test_volume_is_told_only_where_it_is_wanted(world):
    """A crowd that does not complain is no alert by default; with ``volume`` it is one, of its own kind."""
    server, config = world
    told = Told()
    _crowded(config, server, told, CALM)
    assert not list_alerts(config)
    on = replace(
        config, alerts=replace(config.alerts, volume=True), store=replace(config.store, url=config.store.url + "2")
    )
    _crowded(on, server, told, CALM)
    (alert,) = list_alerts(on)
    assert (alert.kind, alert.state) == ("volume", "open")
    assert alert.observed >= 12
    assert [kind for _id, kind, _n in told.notices][:1] == ["open"]


def test_a_brand_may_have_volume_of_its_own(world):
    """The override of one brand is enough."""
    server, config = world
    brand = replace(config.brands[0], alerts=replace(config.alerts, volume=True))
    config = replace(config, brands=(brand,))
    _crowded(config, server, Told(), CALM)
    assert [alert.kind for alert in list_alerts(config)] == ["volume"]


def test_where_most_tones_are_unknown_volume_is_on(world):
    """A language that nobody here can judge raises no negative alert, but one of volume."""
    server, config = world
    _crowded(config, server, Told(), FOREIGN)
    assert [alert.kind for alert in list_alerts(config)] == ["volume"]


def test_what_is_open_ends_when_volume_is_switched_off(world):
    """An alert of volume is resolved after ``quiet`` once nobody looks for it any more."""
    server, config = world
    on = replace(config, alerts=replace(config.alerts, volume=True))
    _crowded(on, server, Told(), CALM)
    feed = server.routes["/feed.xml"]
    _polls(config, server, Told(), [(POLLED + timedelta(days=9, hours=h), feed) for h in (0, 12)])
    assert [(alert.kind, alert.state) for alert in list_alerts(config)] == [("volume", "resolved")]
