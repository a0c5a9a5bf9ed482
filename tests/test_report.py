"""What a report says: it counts what ``mentions`` finds, says of how many, and what could not be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mentionwatch.config import parse_config
from mentionwatch.errors import QueryError
from mentionwatch.match import compile_query
from mentionwatch.model import LABELS, AggregateRating, SourceStatus, Tone
from mentionwatch.output.report.base import bars_of
from mentionwatch.pipeline.compare import chance_of, holm
from mentionwatch.pipeline.fold import one_a_text
from mentionwatch.pipeline.report import make_report
from mentionwatch.pipeline.search import search_store
from mentionwatch.store import Filter, SourcePoll, Store, Verdict
from mentionwatch.tone.figures import Share
from tests.output.sample_mentions import ALERT
from tests.test_search import ENTRIES, QUERIES, about, post, record

UTC = timezone.utc
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEK = 7 * DAY
CONFIG = """
[queries]
complaint = "refund OR since:3d"
[[brands]]
name = "Acme"
match = ["acme"]
[[brands]]
name = "Globex"
match = ["globex"]
[[sources]]
name = "forum"
url = "https://forum.example/feed.xml"
"""


@cache
def config_of(text=CONFIG):
    """A configuration."""
    return parse_config(text, "acme.toml", compile_query)


@pytest.fixture
def store():
    """An empty store that leaves nothing behind."""
    with Store("sqlite://", create=True) as made:
        yield made


def report(store, query=None, *, config=CONFIG, zone=UTC, now=NOW, **more):
    """The report of a store."""
    return make_report(config_of(config), store, query, zone=zone, now=now, **more)


def only(made, name="Acme"):
    """The part of a report about one brand."""
    return next(brand for brand in made.brands if brand.name == name)


def said(n, label="negative", *, days=1.0, brand="Acme", **changes):
    """A mention of a tone, published so long ago; each of another text and author."""
    polarity = {"negative": -0.7, "neutral": 0.0, "positive": 0.7}.get(label)
    tone = Tone(label, polarity, None if polarity is None else 0.9)
    more = {name: changes.pop(name) for name in ("copy", "story", "backlog") if name in changes}
    entry = post(n, f"words {n} of acme", published=NOW - days * DAY, author=f"a{n}", **changes)
    return about(entry, brand, tone=tone, **more)


def polled(store, name="forum", *, first=NOW - 100 * DAY, last=NOW, state="ok", **more):
    """A source that has been read since `first`, the last time at `last`."""
    status = SourceStatus(name, "https://x.example", first, last, last, 0, state)
    store.record_poll(SourcePoll(replace(status, **more.pop("status", {})), **more))


def fill(store, now, before):
    """So many negative and other mentions in the last week, and in the one before."""
    mentions = [said(n, "negative" if n < now[0] else "neutral", days=1 + n / 1000) for n in range(sum(now))]
    first = len(mentions)
    mentions += [
        said(first + n, "negative" if n < before[0] else "neutral", days=8 + n / 1000) for n in range(sum(before))
    ]
    record(store, *mentions)
    polled(store)


# --- what is counted ----------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(
    st.lists(ENTRIES, min_size=1, max_size=8, unique_by=lambda e: e.guid),
    st.none() | QUERIES,
    st.lists(st.tuples(st.sampled_from(["Acme", "Globex"]), st.sampled_from(LABELS), st.sampled_from("xyz")), min_size=8, max_size=8),
    st.sampled_from([None, 30 * HOUR, 10 * DAY]),
)  # fmt: skip
def test_a_report_counts_exactly_what_mentions_lists(entries, query, how, ago):
    """The same mentions to the letter, whatever the query; each text once, and each in one tone."""
    try:
        compile_query(query or "acme", stored=True)
    except QueryError:
        assume(False)
    since = NOW - ago if ago else None
    with Store("sqlite://", create=True) as store:
        polarity = {"negative": -0.5, "neutral": 0.0, "positive": 0.5}
        record(
            store,
            *(
                about(entry, brand, tone=Tone(tone, polarity.get(tone), polarity.get(tone) and 0.5), copy=copy)
                for entry, (brand, tone, copy) in zip(entries, how, strict=False)
            ),
        )
        found = search_store(store, query, Filter(since=since, noise=False), now=NOW).mentions
        texts = list(one_a_text(found))
        made = report(store, query, since=since)
        assert sorted(id_ for brand in made.brands for id_ in brand.ids) == sorted(mention.id for mention in found)
        assert made.mentions == len(texts)
        for brand in made.brands:
            mine = [mention for mention in texts if mention.brand == brand.name]
            assert brand.ids == tuple(mention.id for mention in found if mention.brand == brand.name)
            assert brand.tones == {label: sum(m.tone.label == label for m in mine) for label in LABELS}
            assert brand.negative.total + brand.tones["unknown"] == brand.mentions == len(mine)
            assert brand.stories == len({mention.story for mention in mine})
            for most in 1, 3, 62:
                bars = bars_of(brand, most)
                assert (sum(bar.total for bar in bars), sum(bar.negative for bar in bars)) == (
                    len(mine),
                    brand.tones["negative"],
                )
                assert len(bars) <= most
        assert sum(line.mentions for line in made.sources) == len(texts)


def test_unknown_is_counted_apart_and_never_as_neutral(store):
    """A share is of what could be judged."""
    record(store, said(1), said(2, "neutral"), said(3, "unknown"), said(4, "unknown"))
    brand = only(report(store))
    assert brand.tones == {"negative": 1, "neutral": 1, "positive": 0, "unknown": 2}
    assert (brand.negative.hits, brand.negative.total) == (1, 2)
    assert brand.negative.interval == Share(1, 2).interval
    assert [(day.negative, day.other, day.unknown) for day in brand.days] == [(1, 1, 2)]


def test_a_copy_counts_once_and_is_told(store):
    """As in ``mentions``; its id is there all the same."""
    record(store, said(1, copy="c"), said(2, copy="c", days=2), said(3))
    brand = only(report(store))
    assert (brand.mentions, brand.copies, len(brand.ids)) == (2, 1, 3)


def test_noise_and_corrections_are_counted(store):
    """What the user marked: its tone goes before the engine's, and noise counts nowhere."""
    mentions = [said(n, "negative") for n in range(5)]
    record(store, *mentions)
    store.mark([mentions[0].id], Verdict(tone="positive"), now=NOW)
    store.mark([mentions[1].id], Verdict(tone="negative"), now=NOW)
    store.mark([mentions[2].id], Verdict(noise=True), now=NOW)
    brand = only(report(store))
    assert (brand.mentions, brand.marked, brand.corrected, brand.noise) == (4, 2, 1, 1)
    assert (brand.tones["negative"], brand.tones["positive"]) == (3, 1)
    assert only(report(store, "tone:positive")).corrected == 1


def test_an_empty_store_is_a_report_of_nothing(store):
    """No brand is left out, and nothing is divided."""
    made = report(store, since=NOW - WEEK)
    assert (made.mentions, made.brands, made.silent, made.oldest) == (0, (), ("Acme", "Globex"), None)
    assert [(line.name, line.blind) for line in made.sources] == [("forum", ("never read yet",))]


def test_a_brand_that_nobody_speaks_of_any_more_is_something_to_say(store):
    """From some to none is a change; of a brand that never had any there is nothing."""
    record(store, said(1, days=9))
    polled(store)
    made = report(store, since=NOW - WEEK)
    assert made.silent == ("Globex",)
    assert (only(made).mentions, only(made).change.mentions) == (0, 1)
    assert bars_of(only(made), 10) == []


def test_only_one_brand_is_reported_where_it_is_asked_for(store):
    """Neither its mentions nor its silence are told of another one."""
    record(store, said(1), said(2, brand="Globex"))
    made = report(store, brand="Globex")
    assert [brand.name for brand in made.brands] == ["Globex"]
    assert (made.silent, made.mentions) == ((), 1)


def test_brands_that_are_not_configured_any_more_are_reported(store):
    """What ``mentions`` lists is counted, whoever is watched now."""
    record(store, said(1, brand="Initech"))
    assert [brand.name for brand in report(store).brands] == ["Initech"]


def test_the_command_lists_what_is_counted(store):
    """It has the query, the brand and the times, each quoted for a shell."""
    made = report(store, "refund OR down", brand="Acme", since=NOW - WEEK)
    expected = "mentionwatch mentions --brand Acme --since 2026-02-23T12:00:00Z --limit 0 'refund OR down'"
    assert made.command == expected
    assert report(store, "-stars:5 acme").command.endswith(" --limit 0 -- '-stars:5 acme'")


# --- the period before --------------------------------------------------------------------------------------


def test_chance_is_that_of_the_two_proportion_test():
    """Worked by hand: 30 of 100 against 15 of 100 is z = 2.5400, of which the two sides are 0.01109."""
    assert chance_of(30, 100, 15, 100) == pytest.approx(0.011085, abs=1e-5)
    assert chance_of(15, 100, 30, 100) == chance_of(30, 100, 15, 100)
    assert chance_of(5, 10, 5, 10) == 1.0
    assert (chance_of(0, 10, 0, 20), chance_of(10, 10, 20, 20)) == (1.0, 1.0)
    assert (chance_of(0, 0, 1, 2), chance_of(1, 2, 0, 0)) == (None, None)


def test_many_comparisons_are_held_to_more():
    """Holm by hand: the least times three, the next times two, never less than the one before, never over 1."""
    assert holm([0.03, 0.01, 0.04]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []


def test_a_difference_is_called_one_only_beyond_chance(store):
    """30 of 100 after 15 of 100 is; 18 of 100 is not."""
    fill(store, (30, 70), (15, 85))
    change = only(report(store, since=NOW - WEEK)).change
    assert (change.negative.hits, change.negative.total, change.mentions) == (15, 100, 100)
    assert (change.since, change.until) == (NOW - 2 * WEEK, NOW - WEEK)
    assert change.probability == pytest.approx(0.011085, abs=1e-5)
    assert change.is_more_than_chance
    with Store("sqlite://", create=True) as other:
        fill(other, (18, 82), (15, 85))
        assert not only(report(other, since=NOW - WEEK)).change.is_more_than_chance


def test_the_more_brands_the_more_a_difference_has_to_be(store):
    """Two brands with the same difference: each is held to twice as much."""
    for brand in ("Acme", "Globex"):
        mentions = [
            said(n + 1000 * (brand == "Globex"), "negative" if n in {*range(29), *range(100, 115)} else "neutral",
                 days=(1 if n < 100 else 8) + n / 1000, brand=brand)
            for n in range(200)
        ]  # fmt: skip
        record(store, *mentions)
    polled(store)
    made = report(store, since=NOW - WEEK)
    alone = only(report(store, since=NOW - WEEK, brand="Acme")).change
    assert alone.is_more_than_chance
    assert [brand.change.probability for brand in made.brands] == pytest.approx([2 * alone.probability] * 2)


def test_too_few_are_not_compared(store):
    """Below twenty that are judged, whatever the difference."""
    fill(store, (19, 0), (0, 100))
    assert only(report(store, since=NOW - WEEK)).change.probability is None


@pytest.mark.parametrize("first", [NOW - 10 * DAY, NOW - 3 * DAY])
def test_a_period_that_was_not_watched_is_not_compared(store, first):
    """Of the backlog only what was still there is known."""
    fill(store, (30, 70), (15, 85))
    polled(store, first=first)
    change = only(report(store, since=NOW - WEEK)).change
    assert change.probability is None
    assert "was watched" in change.why_not


def test_what_is_not_kept_is_not_compared(store):
    """Of mentions that were pruned nobody knows how many there were."""
    fill(store, (30, 70), (15, 85))
    kept = '[store]\nkeep = "13d"\n' + CONFIG
    assert "keep" in only(report(store, config=kept, since=NOW - WEEK)).change.why_not
    assert only(report(store, config=kept.replace("13d", "14d"), since=NOW - WEEK)).change.why_not is None


@pytest.mark.parametrize(
    ("query", "since", "note"),
    [
        (None, None, "All that is stored"),
        ("since:7d", NOW - WEEK, "The query names times"),
        ("acme AND (stars:5 OR -until:2d)", NOW - WEEK, "The query names times"),
        ("@complaint", NOW - WEEK, "The query names times"),
        ("tone:negative", NOW - WEEK, "The query chooses by tone"),
    ],
)
def test_what_cannot_be_compared_is_said(store, query, since, note):
    """A query that leaves out the period before would make it look calm."""
    record(store, said(1, days=1), said(2, days=9))
    made = report(store, query, since=since)
    assert any(told.startswith(note) for told in made.notes)
    assert (only(made).change is None) == ("tone" not in note)


def test_the_times_of_a_query_are_those_of_the_report(store):
    """``since:3d`` is what ``--since 3d`` would be, for the chart and the sources."""
    record(store, said(1, days=1))
    polled(store)
    made = report(store, "acme since:3d until:2026-03-01")
    assert (made.since, made.until) == (NOW - 3 * DAY, datetime(2026, 3, 2, tzinfo=UTC))
    assert len(bars_of(only(made), 62)) == 3


# --- sources and blind spots --------------------------------------------------------------------------------


def test_a_gap_is_not_silence(store):
    """When a source was down is told beside it, and in the chart."""
    record(store, said(1, days=0.1), said(2, days=6))
    polled(store, outage=(NOW - 4 * DAY, NOW - 2 * DAY))
    made = report(store, since=NOW - WEEK)
    assert made.sources[0].blind == ("down from 2026-02-26 12:00 to 2026-02-28 12:00",)
    assert [bool(bar.blind) for bar in bars_of(only(made), 62)] == [False] * 3 + [True] * 3 + [False] * 2
    assert only(made).watched == pytest.approx(5 / 7)
    assert only(report(store, since=NOW - DAY)).gaps == ()


def test_what_is_down_now_is_told_with_its_reason(store):
    """And it is blind up to the end."""
    record(store, said(1))
    down = {"last_success": NOW - 2 * DAY, "fails": 5, "reason": "HTTP 503"}
    polled(store, outage=(NOW - 2 * DAY, None), state="down", status=down)
    made = report(store, since=NOW - WEEK)
    assert made.sources[0].blind == ("down since 2026-02-28 12:00: HTTP 503",)
    assert only(made).gaps[-1].end is None
    assert only(made).watched == pytest.approx(5 / 7)


def test_a_source_that_nobody_polls_is_blind(store):
    """The cron job that does not run any more leaves no outage behind."""
    record(store, said(1, days=5))
    polled(store, last=NOW - 3 * DAY)
    made = report(store, since=NOW - WEEK)
    assert made.sources[0].blind == ("not read since 2026-02-27 12:00",)
    assert [bool(bar.blind) for bar in bars_of(only(made), 62)] == [False] * 4 + [True] * 4
    polled(store, last=NOW - HOUR)
    assert report(store, since=NOW - WEEK).sources[0].blind == ()


def test_a_source_that_is_new_is_told(store):
    """Before its first poll there is only what it still listed."""
    record(store, said(1))
    polled(store, first=NOW - 2 * DAY)
    assert report(store, since=NOW - WEEK).sources[0].blind == ("watched since 2026-02-28 12:00 only",)
    assert report(store).sources[0].blind == ()


def test_what_is_odd_or_not_configured_any_more_is_told(store):
    """Neither is a blind spot for sure."""
    record(store, said(1, source="hall"))
    polled(store, "hall", state="stale", status={"reason": "nothing new for 20 days"})
    polled(store)
    lines = {line.name: line for line in report(store).sources}
    assert lines["hall"].odd == ("now stale: nothing new for 20 days", "not configured any more")
    assert (lines["hall"].mentions, lines["forum"].mentions) == (1, 0)


def test_of_many_sources_those_in_trouble_come_first(store):
    """Then those with most mentions; the rest is counted."""
    sources = "".join(f'[[sources]]\nname = "s{n}"\nurl = "https://s{n}.example/f"\n' for n in range(70))
    for n in range(70):
        polled(store, f"s{n}", outage=(NOW - 2 * DAY, NOW - DAY) if n == 60 else None)
    record(store, said(1, source="s50"))
    polled(store)
    made = report(store, config=CONFIG + sources, since=NOW - WEEK)
    assert [line.name for line in made.sources[:2]] == ["s60", "s50"]
    assert (len(made.sources), made.quiet_sources) == (50, 21)


# --- alerts, ratings, quotes, days --------------------------------------------------------------------------


def alert(id_, brand="Acme", *, opened, resolved=None, **changes):
    """An alert of some days ago."""
    state = "resolved" if resolved else "open"
    return replace(ALERT, id=id_, brand=brand, opened=NOW - opened * DAY, state=state,
                   resolved=NOW - resolved * DAY if resolved else None, evidence=(), **changes)  # fmt: skip


def test_alerts_are_those_that_were_open_in_the_period(store):
    """Also one that was opened before and ended in it; with a query those that rest on what it finds."""
    mention = said(1)
    record(store, mention)
    for one in (
        alert("a1", opened=20, resolved=10),
        alert("a2", opened=9, resolved=5),
        replace(alert("a3", opened=2), evidence=(mention.id,)),
        alert("a4", "Globex", opened=1, kind="rating"),
        alert("a5", "forum", opened=3, kind="source"),
        alert("a6", "elsewhere", opened=3, kind="source"),
    ):
        store.record_alert(one)
    made = report(store, since=NOW - WEEK)
    assert [one.id for one in only(made).alerts] == ["a3", "a2"]
    assert [one.id for one in only(made, "Globex").alerts] == ["a4"]
    assert [one.id for one in made.down] == ["a5"]
    assert [one.id for one in only(report(store, "words", since=NOW - WEEK)).alerts] == ["a3"]
    assert report(store, "nothing", since=NOW - WEEK).brands == ()


def test_the_worst_are_quoted_as_alerts_quote_them(store):
    """The surest of different authors and stories, five at most."""
    mentions = [said(n) for n in range(9)]
    sure = about(post(20, "acme is the worst", author="a1"), tone=Tone("negative", -0.9, 1.0))
    same = about(post(21, "acme is worse", author="A1"), tone=Tone("negative", -0.9, 0.95))
    record(store, *mentions, sure, same, said(30, "neutral"))
    quotes = only(report(store)).quotes
    assert (len(quotes), quotes[0].id) == (5, sure.id)
    assert len({mention.entry.author.casefold() for mention in quotes}) == 5


def test_ratings_are_told_with_the_one_before(store):
    """The last one in the period, and what it was when the period began."""
    config = CONFIG.replace('feed.xml"', 'feed.xml"\nbrands = ["Acme"]')
    for days, stars in ((20, 4.6), (9, 4.5), (5, 4.4), (1, 4.2)):
        at = NOW - days * DAY
        polled(store, last=at, ratings=[AggregateRating("Acme One", stars, 100 + days)])
    polled(store)
    record(store, said(1))
    (line,) = only(report(store, config=config, since=NOW - WEEK)).ratings
    assert (line.rating, line.count, line.before, line.before_at) == (4.2, 101, 4.5, NOW - 9 * DAY)
    (line,) = only(report(store, config=config)).ratings
    assert (line.rating, line.before) == (4.2, 4.6)
    (line,) = only(report(store, config=config, since=NOW - WEEK, until=NOW - 3 * DAY, brand="Acme")).ratings
    assert (line.rating, line.before) == (4.4, 4.5)


def test_days_are_those_of_peoples_eyes(store):
    """Also the one with 25 hours: each mention on its local day, and each day once."""
    zone = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 10, 27, 12, tzinfo=UTC)
    times = [datetime(2026, 10, 24, 22, 30, tzinfo=UTC), datetime(2026, 10, 25, 22, 30, tzinfo=UTC)]
    record(
        store,
        *(replace(said(n), entry=post(n, f"acme {n}", published=at), first_seen=now) for n, at in enumerate(times)),
    )
    brand = only(report(store, zone=zone, now=now, since=datetime(2026, 10, 24, tzinfo=zone).astimezone(UTC)))
    assert [day.date.isoformat() for day in brand.days] == ["2026-10-25"]
    assert [bar.first.day for bar in bars_of(brand, 62)] == [24, 25, 26, 27]


def test_a_date_in_the_future_counts_when_it_was_seen(store):
    """And a chart does not reach into it."""
    record(store, replace(said(1, days=-4000), first_seen=NOW - HOUR), said(2, days=2))
    brand = only(report(store))
    assert brand.mentions == 2
    assert brand.last == NOW.date()


def test_a_time_before_anybody_looked_is_not_shown_as_silent(store):
    """A chart begins with the first poll or the oldest mention, and ends now: nothing is known of what is to come."""
    record(store, said(1, days=4))
    polled(store, first=NOW - 6 * DAY)
    made = report(store, since=NOW - 400 * DAY, until=NOW + 400 * DAY)
    assert (only(made).first, only(made).last, made.until) == ((NOW - 6 * DAY).date(), NOW.date(), NOW)
    assert only(made).change.since == NOW - 800 * DAY
    assert only(report(store, since=NOW - 5 * DAY)).first == (NOW - 5 * DAY).date()
    later = report(store, since=NOW + DAY)
    assert (later.mentions, later.until, later.since) == (0, NOW + DAY, NOW + DAY)


def test_all_brands_have_the_days_of_what_is_stored(store):
    """Before the oldest mention there may have been others, which were pruned: no day is shown as empty."""
    record(store, said(1, days=4), said(2, days=2, brand="Globex"))
    polled(store, first=NOW - 90 * DAY)
    made = report(store)
    assert {(brand.first, brand.last) for brand in made.brands} == {((NOW - 4 * DAY).date(), NOW.date())}


def test_a_long_time_is_shown_by_weeks(store):
    """Bars end with the period, so that the last one is whole."""
    record(store, said(1, days=0.1), said(2, days=100))
    bars = bars_of(only(report(store)), 62)
    assert (bars[-1].first, bars[-1].last) == (NOW.date() - 6 * DAY, NOW.date())
    assert all((bar.last - bar.first).days == 6 for bar in bars[1:])
    assert all(late.first - early.last == DAY for early, late in pairwise(bars))


def test_what_a_regular_expression_leaves_open_is_told(store):
    """It is not counted, and not hidden."""
    record(store, about(post(1, "a" * 40 + "! c")), said(2))
    made = report(store, "words OR /(a|a)*c/")
    assert made.undecided == {"(a|a)*c": 1}
    assert made.mentions == 1
