"""Bursts: the tails, the hygiene, the baseline, the scan."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from math import comb, isfinite, log10
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentionwatch.burst import LOOKBACK, Baseline, Watched, advance, find_burst, is_learning
from mentionwatch.burst.tails import negative_binomial
from mentionwatch.burst.tally import count
from mentionwatch.model import Sighting
from mentionwatch.settings import AlertSettings

NOW = datetime(2026, 3, 2, 12, 7, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
START = NOW - timedelta(days=20)
SETTINGS = AlertSettings()


def sighting(name, published, *, seen=None, tone="negative", source="forum", author=None, story=None, **more):
    """One mention of the brand, negative if nothing else is said."""
    seen = seen or (published + 5 * MINUTE)
    return Sighting(str(name), published, seen, tone, source, author, story or str(name), **more)


def history(*, per_day=12.0, share=0.25, until=NOW, since=START, seed=1, source="forum"):
    """Mentions as they come on usual days, a quarter of them negative."""
    random, at, made = Random(seed), since, []
    while True:
        at += timedelta(days=random.expovariate(per_day))
        if at > until - 10 * MINUTE:
            return made
        tone = "negative" if random.random() < share else "neutral"
        made.append(sighting(f"{source}-{seed}-{len(made)}", at, tone=tone, source=source))


def watched(now=NOW, every=HOUR, since=START, **more):
    """A brand that is polled every hour."""
    polls = tuple(now - i * every for i in reversed(range(1, 100)))
    return Watched(since, polls, **more)


def learned(sightings, now=NOW, **more):
    """The baseline as hourly polls up to the one before `now` would have left it."""
    return advance(
        None, [s for s in sightings if s.first_seen <= now - HOUR], now=now - HOUR, watched=watched(now, **more)
    )


def storm(n=12, *, end=NOW, hours=3, name="storm", **more):
    """Complaints, evenly spread over the hours before `end`."""
    return [sighting(f"{name}-{i}", end - 10 * MINUTE - hours * HOUR * (i / n), **more) for i in range(n)]


def look(sightings, *, base=None, now=NOW, wanted=SETTINGS, **more):
    """What the poll at `now` finds."""
    return find_burst(base or learned(sightings), sightings, now=now, settings=wanted, watched=watched(now, **more))


# --- the tails --------------------------------------------------------------------------------------------


@given(st.integers(1, 40), st.integers(1, 12), st.integers(1, 30))
def test_negative_binomial_is_exact(x, size, mean):
    """The tail equals the exact sum."""
    p = Fraction(mean, mean + size)
    below = sum(comb(k + size - 1, k) * (1 - p) ** size * p**k for k in range(x))
    assert negative_binomial(x, float(mean), float(size)) == pytest.approx(-log10(1 - below), rel=1e-9, abs=1e-9)


@given(st.integers(0, 10**6), st.floats(1e-6, 1e6), st.floats(1e-3, 1e9))
def test_negative_binomial_never_breaks(x, mean, size):
    """No count overflows, and more is never less unusual."""
    one, two = negative_binomial(x, mean, size), negative_binomial(x + 1 + x // 100, mean, size)
    assert isfinite(one)
    assert 0 <= one <= two + 1e-9 * (1 + two)


# --- a burst, and what is none ----------------------------------------------------------------------------


def test_a_storm_is_found():
    """Twelve complaints in three hours where three a day are usual: a burst with all its figures."""
    found = look(history() + storm(author=None))
    assert found is not None
    assert found.observed >= 12
    assert found.observed == found.authors == len(found.mentions)
    assert {f"storm-{i}" for i in range(12)} <= set(found.mentions)
    assert found.expected < 2
    assert found.odds > 1000
    assert found.severity in {"high", "critical"}
    assert found.negative_share > found.usual_share
    assert found.start < NOW - 3 * HOUR < found.end <= NOW


def test_usual_days_are_hardly_ever_a_burst():
    """A month of usual days, polled every hour, opens two alerts at the most."""
    told = []
    for seed in range(3):
        mentions = history(seed=seed)
        base = advance(None, mentions[:1], now=START, watched=watched(START))
        for hours in range(240):
            now = START + hours * HOUR
            recent = [s for s in mentions if base.since <= s.first_seen <= now]
            found = look(recent, base=base, now=now)
            if found and (not told or told[-1][0] != seed or now - told[-1][1] > 24 * HOUR):
                told.append((seed, now))
            base = advance(base, recent, now=now, watched=watched(now))
    assert len(told) <= 2


@pytest.mark.parametrize(
    "mentions",
    [
        pytest.param(storm(backlog=True, source="new"), id="a backlog"),
        pytest.param(storm(story="the same"), id="copies of one text"),
        pytest.param(storm(author="angry"), id="one author"),
        pytest.param(storm(tone="unknown"), id="tone unknown"),
        pytest.param(storm(tone="neutral"), id="not negative"),
        pytest.param(storm(3), id="too few"),
    ],
)
def test_what_is_no_burst(mentions):
    """A backlog, copies, one angry author, an unreadable language and three complaints are none."""
    assert look(history() + mentions) is None


def test_copies_and_repeats_are_told_apart():
    """`observed` folds copies and repeats of an author; `observed_raw` has them all; the evidence is the first of each."""
    repeats = [replace(s, mention=f"{s.mention}-again", story=f"{s.story}-again") for s in storm(8, author="angry")]
    copies = [replace(s, mention=f"{s.mention}-copy", first_seen=NOW) for s in storm(8)]
    found = look(history() + storm(8) + repeats + copies)
    plain = look(history() + storm(8))
    assert found.observed == plain.observed + 1
    assert found.observed_raw >= plain.observed + 16
    assert len(set(found.mentions)) == found.observed
    assert not any(m.endswith("-copy") for m in found.mentions)


def test_of_copies_the_first_seen_counts():
    """A copy of what the backlog held is old news, in whatever order the two are given."""
    old = [replace(s, backlog=True, first_seen=START) for s in history(until=START, since=START - 48 * HOUR)]
    again = [replace(s, mention=f"{s.mention}-again", published=NOW - HOUR, first_seen=NOW, backlog=False) for s in old]
    assert all(item.backlog for item in count(again + old, watched()))


def test_an_unknown_tone_is_outside_the_totals():
    """What cannot be judged is neither negative nor part of the share."""
    assert count(storm(tone="unknown"), watched()) == []


def test_a_surge_of_everything_is_no_burst():
    """A launch brings complaints too; with their usual share they are none, without the rest they are."""
    surge = storm(6) + storm(60, tone="positive", name="praise")
    assert look(history() + storm(6)) is not None
    assert look(history() + surge) is None


def test_a_busy_day_explains_some_complaints():
    """The same complaints say less when everything else is up too."""
    mentions = history(per_day=480) + storm(60)
    alone = look(mentions)
    busy = look(mentions + storm(90, tone="positive", name="praise"))
    assert (alone.expected, alone.odds) == (busy.expected, busy.odds)
    assert busy.score < alone.score - 1


def test_a_storm_while_learning_is_told_afterwards():
    """The first poll that may judge looks back at the day of learning."""
    begin = NOW - 24 * HOUR
    few = history(since=begin, per_day=100) + storm(60, end=NOW - 6 * HOUR, hours=2)
    base = advance(None, few[:1], now=begin, watched=watched(begin, since=begin))
    found = look(few, base=base, since=begin)
    assert found is not None
    assert found.end < NOW - 3 * HOUR


def test_a_source_that_is_down_is_not_expected_to_tell():
    """While one of two sources is down, half as much is usual; once it is back it may have told it all."""
    both = history() + history(seed=2, source="other")
    since = NOW - 24 * HOUR
    mentions = [s for s in both if s.source == "forum" or s.published < since] + storm(20)
    usual = look(mentions).expected
    assert look(mentions, outages=(("other", since, None),)).expected < 0.7 * usual
    assert look(mentions, outages=(("other", since, NOW),)).expected == pytest.approx(usual, rel=0.3)


def test_min_confidence():
    """Negatives that the engine is less sure of are no evidence; what has no confidence is."""
    unsure = storm(confidence=0.4)
    wanted = AlertSettings(min_confidence=0.5)
    assert look(history() + unsure, wanted=wanted) is None
    assert look(history() + unsure) is not None
    assert look(history() + storm(), wanted=wanted) is not None


def test_least_mentions_and_authors():
    """Both limits hold."""
    assert look(history() + storm(), wanted=AlertSettings(min_mentions=40)) is None
    assert look(history() + storm(), wanted=AlertSettings(min_authors=40)) is None


def test_sensitivity_is_ordered():
    """What a lower sensitivity finds, a higher one finds too; severity counts from the threshold."""
    for n in range(3, 16):
        found = [look(history() + storm(n), wanted=AlertSettings(sensitivity=s)) for s in ("low", "medium", "high")]
        present = [f is not None for f in found]
        assert present == sorted(present)


def test_undated_mentions():
    """Undated mentions count from when they were seen; those of a backlog do not exist."""
    seen = [replace(s, published=None, first_seen=NOW) for s in storm()]
    assert look(history() + seen) is not None
    assert count([replace(s, backlog=True) for s in seen], watched()) == []


def test_undated_mentions_are_spread():
    """What one poll found undated lies evenly in the time since the poll before."""
    items = count([replace(s, published=None, first_seen=NOW) for s in storm(4)], watched(every=4 * HOUR))
    minutes = [round((NOW.timestamp() - i.at) / 60) for i in items]
    assert minutes == [210, 150, 90, 30]


def test_a_date_without_a_time_is_no_midnight_burst():
    """A new mention dated midnight sharp lies where it was seen, not at midnight."""
    midnight = NOW.replace(hour=0, minute=0)
    assert count([sighting("a", midnight, seen=NOW)], watched())[0].at == (NOW - 30 * MINUTE).timestamp()
    assert count([sighting("a", midnight, seen=NOW, backlog=True)], watched())[0].at == midnight.timestamp()


def test_future_dates_are_clamped():
    """A date in the future counts as when it was seen."""
    ahead = [replace(s, published=s.published + timedelta(days=900)) for s in storm()]
    found = look(history() + ahead)
    assert found is not None
    assert found.end <= NOW


def test_nothing_while_learning():
    """A brand known for less than a day has no bursts; a backlog counts as knowing, up to two days."""
    begin = NOW - 10 * HOUR
    few = history(since=begin, per_day=24)
    base = advance(None, few[:1], now=begin, watched=watched(begin, since=begin))
    assert is_learning(base, now=NOW, watched=watched(since=begin))
    assert look(few + storm(40), base=base, since=begin) is None
    back = [replace(s, backlog=True, first_seen=begin) for s in history(until=begin, since=begin - 40 * HOUR)]
    base = advance(None, back, now=begin, watched=watched(begin, since=begin))
    assert not is_learning(base, now=NOW, watched=watched(since=begin))
    assert look(back + few + storm(40), base=base, since=begin) is not None


def test_a_gap_is_scanned_afterwards():
    """A storm that came and went while nobody polled is found at the next poll, with its own window."""
    mentions = history()
    base = learned(mentions, NOW - 30 * HOUR)
    over = [replace(s, first_seen=NOW) for s in storm(12, end=NOW - 20 * HOUR, hours=2)]
    seen = Watched(START, (NOW - 30 * HOUR,))
    found = find_burst(base, mentions + over, now=NOW, settings=SETTINGS, watched=seen)
    assert found is not None
    assert found.end <= NOW - 16 * HOUR


def test_a_new_source_is_no_burst():
    """A source that doubles what is heard of a brand is learned from its backlog, and is no burst afterwards."""
    mentions = history(per_day=120, seed=31)
    base = learned(mentions)
    late = history(per_day=120, seed=32, until=NOW + 60 * HOUR, source="new", since=NOW - timedelta(days=4))
    late = [replace(s, backlog=True, first_seen=NOW) if s.published < NOW else s for s in late]
    more = history(per_day=120, seed=33, since=NOW, until=NOW + 60 * HOUR)
    for hours in range(60):
        now = NOW + hours * HOUR
        recent = [s for s in mentions + late + more if base.since <= s.first_seen <= now]
        assert look(recent, base=base, now=now) is None
        base = advance(base, recent, now=now, watched=watched(now))
        assert base.negatives / base.hours == pytest.approx(60 / 24, rel=0.15)


# --- the baseline -----------------------------------------------------------------------------------------


def _as_numbers(base):
    data = json.loads(base.to_json())
    del data["advanced"]
    flat = []

    def walk(value):
        if isinstance(value, dict):
            for key in sorted(value):
                walk(value[key])
        elif isinstance(value, list):
            for one in value:
                walk(one)
        else:
            flat.append(value)

    walk(data)
    return flat


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 60), max_size=12), st.integers(0, 3))
def test_sums_do_not_depend_on_the_polls(gaps, seed):
    """However the polls fall, and with only what ``since`` asks for given, the sums at one instant are the same."""
    mentions = history(seed=seed, per_day=30)
    first = START + 2 * HOUR
    begun = [s for s in mentions if s.first_seen <= first]
    one = two = advance(None, begun, now=first, watched=watched(first))
    now = first
    for hours in gaps:
        now += hours * HOUR + 7 * MINUTE
        if now >= NOW:
            break
        recent = [s for s in mentions if two.since <= s.first_seen <= now]
        two = advance(two, recent, now=now, watched=watched(now))
    one = advance(one, [s for s in mentions if s.first_seen >= one.since], now=NOW, watched=watched())
    two = advance(two, [s for s in mentions if s.first_seen >= two.since], now=NOW, watched=watched())
    assert one.folded == two.folded
    assert _as_numbers(one) == pytest.approx(_as_numbers(two), rel=1e-9, abs=1e-12)


@given(st.randoms())
def test_order_does_not_matter(random):
    """The same sightings in another order give the same baseline and the same burst."""
    mentions = history() + storm()
    shuffled = mentions[:]
    random.shuffle(shuffled)
    assert learned(shuffled) == learned(mentions)
    assert look(shuffled) == look(mentions)


def test_backlogs_of_different_depth():
    """Where one source's first page reaches back ten days and the other's two hours, the usual rate is that of both."""
    begin = NOW - timedelta(days=3)
    deep = history(since=begin - timedelta(days=10), until=begin, per_day=240)
    flat = history(since=begin - timedelta(hours=30), until=begin, per_day=240, seed=2, source="flat")
    back = [replace(s, backlog=True, first_seen=begin) for s in deep + flat]
    base = advance(None, back, now=begin, watched=watched(begin, since=begin))
    assert base.negatives / base.hours == pytest.approx(480 / 24 / 4, rel=0.15)


def test_how_far_back_sightings_are_needed():
    """With a poll every other day at the least, LOOKBACK reaches far enough."""
    base = advance(learned(history()), history(), now=NOW, watched=watched())
    assert base.since <= NOW - 48 * HOUR
    assert base.since >= NOW + 48 * HOUR - LOOKBACK


def test_years_without_polls():
    """After years without a poll what was usual has faded, in bounded time, and nothing is told from it."""
    base = learned(history())
    now = NOW + timedelta(days=20_000)
    assert look(storm(90, end=now), base=base, now=now) is None
    later = advance(base, history(), now=now, watched=watched(now))
    assert later.folded == int(now.timestamp() // 3600) - 48
    assert later.negatives < 0.01


def test_a_late_arrival_goes_to_its_hour():
    """What turns up for a folded hour is added with the weight of that hour, once."""
    base = learned(history())
    late = sighting("late", NOW - timedelta(days=4), seen=NOW)
    with_it = advance(base, [late], now=NOW, watched=watched())
    without = advance(base, [], now=NOW, watched=watched())
    assert with_it.negatives - without.negatives == pytest.approx(2 ** (-2 / 21), rel=0.01)
    later = advance(with_it, [late], now=NOW + MINUTE, watched=watched())
    assert later.negatives == with_it.negatives


def test_storms_do_not_become_usual():
    """A storm of 200 complaints in an hour moves what is usual by a few."""
    calm, after = history(), history() + storm(200, end=NOW - timedelta(days=5), hours=1)
    assert learned(after).negatives - learned(calm).negatives < 10


def test_what_is_old_fades():
    """After three weeks without mentions half of the sums is left."""
    base = learned(history())
    later = advance(base, [], now=NOW + timedelta(days=21), watched=watched())
    assert later.hours < base.hours + 21 * 24
    assert later.negatives == pytest.approx(base.negatives / 2, rel=0.1)


def test_an_outage_is_left_out():
    """Days in which the only source was down do not lower what is usual."""
    calm = history()
    since, until = NOW - timedelta(days=12), NOW - timedelta(days=6)
    rest = [s for s in calm if not since <= s.published < until]
    out = (("forum", since, until),)
    hours = {int(s.published.timestamp() // 3600) for s in rest}
    told_later = [s for s in calm if int(s.published.timestamp() // 3600) not in hours]
    assert _as_numbers(learned(rest + told_later, outages=out)) == _as_numbers(learned(rest, outages=out))

    def rate(**more):
        base = learned(rest, **more)
        return base.negatives / base.hours

    full = learned(calm)
    assert rate() < 0.85 * full.negatives / full.hours
    assert rate(outages=out) == pytest.approx(full.negatives / full.hours, rel=0.2)


def test_a_clock_set_back_changes_nothing():
    """A poll before the last one leaves the baseline as it is."""
    base = learned(history())
    assert advance(base, history(), now=NOW - timedelta(days=3), watched=watched()) == base
    assert look(history(), base=base, now=NOW - timedelta(days=3)) is None


def test_the_baseline_is_kept_as_text():
    """A baseline survives its text exactly, and the text stays small, whatever the history."""
    mentions = [replace(s, source=f"source-{i}") for i, s in enumerate(history(per_day=100))]
    base = learned(mentions)
    assert Baseline.from_json(base.to_json()) == base
    assert len(base.to_json()) < 8000


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{", '{"schema":1}', '{"schema":2}', "[" * 9999, '{"schema":1,"folded":"x"}']
)
def test_a_foreign_text_is_refused(text):
    """What is no baseline is a ValueError."""
    with pytest.raises(ValueError, match="no baseline"):
        Baseline.from_json(text)


@settings(max_examples=200)
@given(st.data())
def test_a_damaged_text_is_refused(data):
    """A baseline with any value replaced is refused or read, never anything else."""
    good = json.loads(learned([]).to_json())
    name = data.draw(st.sampled_from(sorted(good)))
    value = data.draw(
        st.one_of(
            st.none(),
            st.booleans(),
            st.text(),
            st.floats(),
            st.lists(st.floats()),
            st.just({"a": "b"}),
            st.just([[1]]),
            st.integers(),
        )
    )
    said = "this is no baseline"
    try:
        Baseline.from_json(json.dumps({**good, name: value}))
    except ValueError as e:
        said = str(e)
    assert said.startswith("this is no baseline")


HOSTILE = st.builds(
    Sighting,
    mention=st.text(max_size=3),
    published=st.none() | st.datetimes(timezones=st.just(timezone.utc)),
    first_seen=st.datetimes(timezones=st.just(timezone.utc)),
    tone=st.sampled_from(["negative", "neutral", "positive", "unknown"]),
    source=st.text(max_size=2),
    author=st.none() | st.text(max_size=1),
    story=st.text(max_size=3),
    backlog=st.booleans(),
    confidence=st.none() | st.floats(0, 1),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(HOSTILE, max_size=20), st.lists(HOSTILE, max_size=20))
def test_any_dates_are_survived(before, after):
    """Dates of any century break nothing, and the state stays bounded."""
    base = advance(None, before, now=NOW, watched=watched())
    look(before + after, base=base, now=NOW + HOUR)
    base = advance(base, before + after, now=NOW + HOUR, watched=watched())
    assert Baseline.from_json(base.to_json()) == base
