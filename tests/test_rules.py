"""Plain thresholds beside the detector: what they count, when they hold, and how they come to alerts."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.burst import Watched
from mentionwatch.model import Sighting
from mentionwatch.pipeline.rules import judge_rules, rule_items
from mentionwatch.rules import find_hit
from mentionwatch.settings import Brand, Config, RuleSettings
from mentionwatch.store import Store, Verdict
from tests.stored_past import HOUR, START, fill, made, storm

NOW = datetime(2026, 3, 5, 12, tzinfo=timezone.utc)
BEFORE = NOW - HOUR


def rule(more_than=2, within="6h", **how):
    hours = {"6h": 6, "1h": 1, "24h": 24}[within]
    return RuleSettings("wave", "stars:<=2", more_than, timedelta(hours=hours), **how)


def item(hours_ago, *, author=None, seen_ago=None, story=None, backlog=False, n=[0]):  # noqa: B006 - a counter
    """What counts, so many hours before now."""
    n[0] += 1
    at = NOW.timestamp() - 3600 * hours_ago
    seen = at if seen_ago is None else NOW.timestamp() - 3600 * seen_ago
    return SimpleNamespace(
        at=at, seen=seen, author=author, story=story or f"s{n[0]}", backlog=backlog, mention=f"m{n[0]:05}"
    )


def hit(settings, matched, everything=(), *, now=NOW, previous=BEFORE):
    def by_time(items):
        return sorted(items, key=lambda i: i.at)

    return find_hit(settings, by_time(matched), by_time(everything), now=now, previous=previous)


@pytest.mark.parametrize(
    ("ago", "more_than", "holds"),
    [
        ([1, 2, 3], 2, True),
        ([1, 2, 3], 3, False),  # "more than"
        ([0.5, 6.5, 6.4], 2, True),  # six hours, both ends included
        ([0.4, 6.5, 6.4], 2, False),
        ([0.5, 6.5 + 0.5 / 3600, 6.4], 2, False),
        ([0.1], 0, True),
        ([], 0, False),
        ([7, 8, 9], 2, False),  # it held, and does no more
        ([5.5, 6.5, 7], 2, False),  # nothing of it is within six hours before now, and nothing is news
        ([30, 31, 32], 2, False),
    ],
)
def test_it_holds_above_its_threshold_within_its_time(ago, more_than, holds):
    """More than so many, in the hours before now."""
    assert (hit(rule(more_than), [item(a) for a in ago]) is not None) == holds


def test_what_came_and_went_between_two_polls_is_found():
    """A laptop slept for a day: the windows that ended meanwhile are looked at."""
    items = [item(20, seen_ago=0), item(19, seen_ago=0), item(18, seen_ago=0)]
    assert hit(rule(), items, previous=NOW - timedelta(hours=30)) is not None
    assert hit(rule(), items, previous=None) is not None


def test_what_is_told_late_is_found_once():
    """A third mention of yesterday turns up now: that is news, and at the next poll it is none."""
    items = [item(20), item(19), item(18, seen_ago=0.1)]
    assert hit(rule(), items) is not None
    assert hit(rule(), items, now=NOW + HOUR, previous=NOW) is None


def test_what_is_older_than_two_days_is_left_alone():
    """Whatever turns up for last week: it is no alarm of today."""
    assert hit(rule(), [item(50, seen_ago=0), item(51, seen_ago=0), item(52, seen_ago=0)]) is None


def test_a_backlog_is_no_evidence():
    """What was there before the first poll never makes it hold."""
    assert hit(rule(), [item(h, backlog=True) for h in (1, 2, 3, 4)]) is None


def test_an_author_counts_once_and_the_nameless_each():
    """Ten posts of one angry person are one; both counts are told."""
    assert hit(rule(), [item(h / 10, author="ann") for h in range(10)]) is None
    found = hit(rule(), [*(item(h / 10, author="ann") for h in range(10)), item(2), item(3)])
    assert (found.observed, found.observed_raw, found.authors) == (3, 12, 3)
    assert len(found.mentions) == 3
    assert "3 mentions (12 with repeats) in 6 h match stars:<=2 (rule wave: more than 2). 3 authors." in found.reason


def test_the_window_with_most_stands_for_it():
    """Mentions, start and end are those of the fullest window; the later of two that are as full."""
    found = hit(rule(1), [item(9), item(8), item(5), item(4.5), item(4)], previous=None)
    assert found.observed == 5
    assert found.start == NOW - timedelta(hours=9)
    assert found.end == NOW - timedelta(hours=4) + timedelta(seconds=1)
    later = hit(rule(1), [item(40), item(39), item(3), item(2)], previous=None)
    assert later.start == NOW - timedelta(hours=3)


def test_the_share_is_that_of_the_same_window():
    """Three of four are more than a half; three of six are not, and others of other hours say nothing."""
    matched = [item(1), item(2), item(3)]
    others = [item(1.5), item(5), item(30)]
    found = hit(rule(share_over=0.5), matched, [*matched, *others])
    assert (found.total, found.share) == (4, 0.75)
    assert "They are 75% of 4 mentions." in found.reason
    crowd = [*matched, *(item(2.5) for _ in range(3))]
    assert hit(rule(share_over=0.5), matched, crowd) is None
    assert hit(rule(share_over=0.0), matched, crowd) is not None


def test_an_alert_is_made_of_it_in_the_detectors_words():
    """Limit, severity and mentions stand in the burst; nothing is said of chance."""
    burst = hit(rule(severity="critical"), [item(1), item(2), item(3)]).burst
    assert (burst.observed, burst.expected, burst.severity, burst.odds) == (3, 2.0, "critical", 0.0)
    assert (burst.negative_share, burst.usual_share) == (None, None)


ITEMS = st.lists(
    st.tuples(
        st.integers(0, 300), st.sampled_from([None, "a", "b", "c"]), st.integers(0, 20), st.booleans(), st.booleans()
    ),
    max_size=25,
)


@given(
    ITEMS, st.integers(0, 6), st.integers(0, 6), st.sampled_from(["1h", "6h", "24h"]), st.sampled_from([None, 0.0, 0.5])
)
def test_a_higher_threshold_never_holds_where_a_lower_does_not(raw, more, plus, within, share):
    """Nor does a higher share, nor a shorter time."""
    items = [item(a / 10, author=who, seen_ago=max(0, a - lag) / 10, backlog=old) for a, who, lag, old, _ in raw]
    matched = [i for i, (*_, is_match) in zip(items, raw, strict=True) if is_match]
    high = hit(rule(more + plus, within, share_over=share), matched, items)
    low = hit(rule(more, within, share_over=share), matched, items)
    assert high is None or low is not None
    if share is not None:
        assert hit(rule(more, within, share_over=0.9), matched, items) is None or low is not None
    if within == "1h" and share is None:
        assert low is None or hit(rule(more, "24h"), matched, items) is not None


@given(ITEMS, st.integers(0, 5), st.randoms())
def test_what_is_found_is_so(raw, more, dice):
    """Whatever comes: the mentions counted are of different authors, within the time, and more than the limit."""
    items = [item(a / 10, author=who, seen_ago=max(0, a - lag) / 10, backlog=old) for a, who, lag, old, _ in raw]
    found = hit(rule(more), items)
    again = list(items)
    dice.shuffle(again)
    assert found == hit(rule(more), again)
    if found is None:
        return
    by_id = {i.mention: i for i in items}
    counted = [by_id[m] for m in found.mentions]
    named = [i.author for i in counted if i.author]
    assert len(named) == len(set(named))
    assert not any(i.backlog for i in counted)
    assert more < found.observed == len(counted) <= found.observed_raw
    assert max(i.at for i in counted) - min(i.at for i in counted) <= 6 * 3600


# --- hygiene, as the detector's ---------------------------------------------------------------------------


def sighting(n, at, *, story=None, tone="negative", backlog=False, seen=None):
    return Sighting(f"m{n}", at, seen or NOW, tone, "forum", None, story or f"s{n}", backlog)


def test_what_counts_is_what_the_detector_counts_of_any_tone():
    """Copies are one, an undated backlog is left out, an undated mention is placed between two polls."""
    watched = Watched(START, (BEFORE, NOW))
    told = [
        sighting(1, NOW - HOUR, story="s"),
        sighting(2, NOW, story="s"),
        sighting(3, None, backlog=True),
        sighting(4, None),
        sighting(5, NOW, tone="unknown"),
        sighting(6, NOW + 9 * HOUR),
        sighting(7, NOW - HOUR, tone="positive"),
    ]
    matched, everything = rule_items(rule(share_over=0.1), told, {"m1", "m2", "m3", "m4", "m5", "m6"}, watched)
    assert {i.mention for i in matched} == {"m1", "m4", "m5", "m6"}
    assert {i.mention for i in everything} == {"m1", "m4", "m5", "m6", "m7"}
    at = {i.mention: i.at for i in matched}
    assert at["m4"] == (NOW - HOUR / 2).timestamp()
    assert at["m6"] == NOW.timestamp()


# --- with a store -----------------------------------------------------------------------------------------

ACME, GLOBEX = Brand("Acme", ("acme",)), Brand("Globex", ("globex",))


@pytest.fixture
def store(tmp_path):
    with Store(f"sqlite:///{tmp_path / 'm.db'}", create=True) as opened:
        yield opened


def judged(store, *rules, brand=ACME, now=NOW, queries=None):
    config = Config((ACME, GLOBEX), (), rules=rules, queries=queries or {})
    return judge_rules(config, store, brand, now)


def test_stored_mentions_are_found_by_the_query(store):
    """Six one-star reviews in three hours: the rule that wants more than five holds, and names its alert's kind."""
    fill(store, [*storm(NOW - 4 * HOUR, 6), made(1, NOW - HOUR, rating=5.0, tone="positive")])
    wave = RuleSettings("one-star wave", "stars:1", 5, timedelta(hours=6))
    (one,) = judged(store, wave)
    assert one.kind == "rule:one-star wave"
    assert one.hit.observed == 6
    assert judged(store, RuleSettings("w", "stars:1", 6, timedelta(hours=6)))[0].hit is None
    assert judged(store, RuleSettings("w", "stars:5", 0, timedelta(hours=6)))[0].hit.observed == 1
    assert judged(store, RuleSettings("w", '"words 100002"', 0, timedelta(hours=6)))[0].hit.observed == 1
    assert judged(store, RuleSettings("w", "@bad", 5, timedelta(hours=6)), queries={"bad": "tone:negative"})[0].hit


def test_a_rule_holds_for_its_brands_only(store):
    """Another brand's mentions say nothing, and a rule with brands is not looked at for others."""
    fill(store, storm(NOW - 4 * HOUR, 6))
    wave = RuleSettings("w", "stars:1", 5, timedelta(hours=6))
    assert judged(store, wave, brand=GLOBEX)[0].hit is None
    assert judged(store, RuleSettings("w", "stars:1", 5, timedelta(hours=6), brands=("Globex",))) == []


def test_a_brand_that_was_never_polled_has_no_hits(store):
    """Nor is anything else wrong with it."""
    assert judged(store, RuleSettings("w", "stars:1", 0, timedelta(hours=6)))[0].hit is None


def test_the_users_marks_count(store):
    """What was marked as noise counts no more, and a corrected tone is the tone that a rule sees."""
    mentions = storm(NOW - 4 * HOUR, 4)
    fill(store, mentions)
    negative = RuleSettings("w", "tone:negative", 2, timedelta(hours=6))
    store.mark([mentions[0].id], Verdict(noise=True), now=NOW)
    assert judged(store, negative)[0].hit.observed == 3
    store.mark([mentions[1].id], Verdict(tone="positive"), now=NOW)
    assert judged(store, negative)[0].hit is None


def test_more_mentions_than_are_read_at_a_time_are_all_counted(store):
    """Pieces of a list of ids are put together again."""
    fill(store, storm(NOW - 4 * HOUR, 1203))
    assert judged(store, RuleSettings("w", "stars:1", 1000, timedelta(hours=6)))[0].hit.observed == 1203


def test_a_date_without_a_time_counts_when_it_was_seen(store):
    """A review dated last Monday, midnight sharp, that turns up now is news of now."""
    day = NOW.replace(hour=0) - timedelta(days=3)
    fill(store, [made(n, day, rating=1.0, author=f"a{n}", seen=NOW) for n in range(3)], polls=(BEFORE, NOW))
    assert judged(store, RuleSettings("w", "stars:1", 2, timedelta(hours=6)))[0].hit.observed == 3


def test_a_copy_of_an_older_text_does_not_count(store):
    """The text was there four days ago; that it comes again is no news."""
    old = [made(n, NOW - timedelta(days=4), rating=1.0, copy=f"c{n:015}") for n in range(3)]
    again = [made(10 + n, NOW - 2 * HOUR, rating=1.0, copy=f"c{n:015}") for n in range(3)]
    fill(store, [*old, *again])
    assert judged(store, RuleSettings("w", "stars:1", 0, timedelta(hours=6)))[0].hit is None


def test_an_expression_that_takes_too_long_is_told(store):
    """Of what could not be decided the number is known, by expression."""
    text = "a" * 4000 + "!"
    fill(store, [made(n, NOW - HOUR, text=f"acme {n} {text}") for n in range(2)])
    (one,) = judged(store, RuleSettings("w", "/(a|aa)+$/", 0, timedelta(hours=6)))
    assert one.hit is None
    assert list(one.undecided) == ["(a|aa)+$"]
