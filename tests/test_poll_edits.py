"""Entries that are edited between two polls: what they name no more is no mention any more, and nothing told is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from mentionwatch import find_mentions, parse_config, poll
from mentionwatch.pipeline.outbox import recipients
from mentionwatch.pipeline.take import shows_alike
from mentionwatch.settings import NotifySettings
from mentionwatch.store import BrandState, Store, Verdict
from tests.feeds import rss
from tests.servers import Answer, LoopbackServer
from tests.test_search import alert

NOW = datetime(2026, 11, 2, 12, 5, tzinfo=timezone.utc)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def server():
    """A forum with two posts about Acme, one of them about Globex too."""
    with LoopbackServer() as found:
        serve(found, (1, "My acme broke"), (2, "acme and globex"))
        yield found


def serve(server, *posts, break_off=0):
    """Let the forum hold these: number and words."""
    items = [(f"g{n}", f"No {n}", text, f"author{n}", NOW - n * HOUR) for n, text in posts]
    body = rss(items)
    server.routes["/feed.xml"] = Answer(body[: len(body) - break_off])


@pytest.fixture
def config(server, tmp_path):
    """A configuration that polls it."""
    text = (
        f'[store]\nurl = "sqlite:///{(tmp_path / "m.db").as_posix()}"\n'
        '[[brands]]\nname = "Acme"\nmatch = ["acme"]\n[[brands]]\nname = "Globex"\nmatch = ["globex"]\n'
        f'[[sources]]\nname = "forum"\nurl = "{server.url("/feed.xml")}"\n'
    )
    return parse_config(text, "test.toml")


def found(config):
    """Brands and numbers of the posts that are mentions."""
    return sorted((mention.brand, int(mention.entry.guid[1:])) for mention in find_mentions(config))


BEFORE = [("Acme", 1), ("Acme", 2), ("Globex", 2)]


def test_an_entry_that_names_a_brand_no_more_is_no_mention_of_it(config, server):
    """At the next poll, not only when queries are applied again; its other brand is left alone, and the text is new."""
    poll(config, now=NOW)
    assert found(config) == BEFORE
    serve(server, (1, "My router broke"), (2, "only globex"))
    report = poll(config, now=NOW + HOUR)
    assert found(config) == [("Globex", 2)]
    assert not report.mentions
    assert not report.rematched
    assert [mention.entry.text for mention in find_mentions(config)] == ["only globex"]


def test_an_entry_that_names_it_again_is_a_mention_again(config, server):
    """The entry was kept, and is not new; it is no backlog."""
    poll(config, now=NOW)
    serve(server, (1, "My router broke"), (2, "acme and globex"))
    poll(config, now=NOW + HOUR)
    serve(server, (1, "My acme broke"), (2, "acme and globex"))
    report = poll(config, now=NOW + 2 * HOUR)
    assert found(config) == BEFORE
    assert [(m.entry.guid, m.backlog, m.first_seen) for m in report.mentions] == [("g1", False, NOW + 2 * HOUR)]


def test_the_entry_itself_is_kept_for_a_while(config, server):
    """For a query that finds it later; then it goes as others do that nothing finds."""
    config = replace(config, store=replace(config.store, keep_entries=10 * DAY))
    poll(config, now=NOW)
    serve(server, (1, "My router broke"))
    poll(config, now=NOW + HOUR)
    with Store(config.store.url) as store:
        assert len(list(store.stream_entries())) == 2
    for day in range(1, 13):
        poll(config, now=NOW + day * DAY)
    with Store(config.store.url) as store:
        assert [one.entry.guid for one in store.stream_entries()] == ["g2"]


def test_what_was_marked_or_told_stays(config, server):
    """The user's own verdict, what an alert quotes, resolved or not, and what is still to be told by itself."""
    poll(config, now=NOW)
    by_brand = {(m.brand, m.entry.guid): m.id for m in find_mentions(config)}
    with Store(config.store.url) as store:
        store.mark([by_brand["Acme", "g1"]], Verdict(tone="positive"), now=NOW)
        store.record_verdict("Acme", BrandState(NOW, (), None), alert("a1", by_brand["Acme", "g2"], state="resolved"))
    serve(server, (1, "edited"), (2, "edited, too"))
    poll(config, now=NOW + HOUR)
    assert found(config) == [("Acme", 1), ("Acme", 2)]


def test_what_is_still_to_be_told_by_itself_stays(config, server):
    """Or its message would speak of nothing; what was not to be told goes."""
    poll(config, now=NOW)
    config = replace(config, notify=(NotifySettings(via="stdout", name="out", brands=("Acme",), each="acme"),))
    serve(server, (3, "acme is new, globex too"))
    poll(config, now=NOW + HOUR)
    (to,) = recipients(config)
    with Store(config.store.url) as store:
        assert store.outbox.waiting(to.name) is not None
    serve(server, (3, "edited"))
    poll(config, now=NOW + 2 * HOUR)
    assert found(config) == [*BEFORE[:2], ("Acme", 3), BEFORE[2]]


def test_a_regex_that_takes_too_long_lets_nothing_go(config, server):
    """Whether the edited text names the brand is not known; it is told."""
    slow = replace(config.brands[0], match=(r"/(?:a|aa)+$|my acme/i",))
    config = replace(config, brands=(slow, config.brands[1]))
    serve(server, (1, "My acme"), (2, "my acme and globex"))
    poll(config, now=NOW)
    assert found(config) == BEFORE
    serve(server, (1, "a" * 60 + "!"), (2, "my acme and globex"))
    report = poll(config, now=NOW + HOUR)
    assert report.undecided == {slow.match[0].strip("/i"): 1}
    assert found(config) == BEFORE


def test_an_entry_that_is_listed_twice_does_not_come_and_go(config, server):
    """Its first version counts: it goes once, and is not told with each poll."""
    poll(config, now=NOW)
    serve(server, (1, "edited"), (1, "My acme broke"), (2, "acme and globex"))
    for hour in range(1, 4):
        assert not poll(config, now=NOW + hour * HOUR).mentions
        assert found(config) == BEFORE[1:]


def test_a_document_that_breaks_off_lets_nothing_go(config, server):
    """What names the brand may be in what is missing."""
    serve(server, (2, "acme and globex"), (1, "My whole house, and in it the acme"))
    poll(config, now=NOW)
    body = server.routes["/feed.xml"].body
    server.routes["/feed.xml"] = Answer(body[: body.index(b"the acme")])
    poll(config, now=NOW + HOUR)
    assert found(config) == BEFORE


def test_the_next_post_of_a_page_is_no_edit_of_the_one_before(config, server):
    """A feed of one item, always the latest: another id, text and time behind one address and title."""
    for n, text in enumerate(("acme is down", "acme is down again", "all is well")):
        body = rss([(f"g{n}", "State", text, "author", NOW + n * HOUR)])
        server.routes["/feed.xml"] = Answer(body.replace(b"site.example/g%d" % n, b"site.example/state"))
        poll(config, now=NOW + n * HOUR)
    assert [m.entry.text for m in find_mentions(config)] == ["acme is down again", "acme is down"]


def serve_one(server, text, *, author, hours, guid="thread-1"):
    """Let the feed hold one item."""
    server.routes["/feed.xml"] = Answer(rss([(guid, "Thread", text, author, NOW + hours * HOUR)]))


def test_the_latest_reply_under_the_id_of_its_thread_is_a_post_of_its_own(config, server):
    """Each is a mention, and told as new; shown again it is known, and what names no brand deletes nothing."""
    replies = [
        ("ann", "acme is down"),
        ("bob", "mine reboots, acme is silent"),
        ("cyd", "try a reset"),
        ("ann", "acme!"),
    ]
    new = []
    for n, (author, text) in enumerate(replies):
        serve_one(server, text, author=author, hours=n)
        for again in range(2):
            report = poll(config, now=NOW + n * HOUR + again * HOUR / 2, every_source=True)
            new.append([m.entry.author for m in report.mentions])
    # The last is by the author of the first, who may as well have edited that one.
    assert new == [["ann"], [], ["bob"], [], [], [], [], []]
    assert sorted(m.entry.text for m in find_mentions(config)) == ["acme!", "mine reboots, acme is silent"]


def test_a_state_without_an_author_is_the_next_one_where_its_words_are_others(config, server):
    """Few words in common: another; most of them: an edit."""
    for n, text in enumerate(("acme is down for all of us", "acme is down for some of us", "login at acme fails")):
        serve_one(server, text, author="", hours=n)
        poll(config, now=NOW + n * HOUR)
    assert sorted(m.entry.text for m in find_mentions(config)) == ["acme is down for some of us", "login at acme fails"]


def test_an_edit_under_another_id_is_one(config, server):
    """Of the same address, title and time."""
    for n, text in enumerate(("acme is down", "all is well")):
        body = rss([(f"g{n}", "State", text, "author", NOW)])
        server.routes["/feed.xml"] = Answer(body.replace(b"site.example/g%d" % n, b"site.example/state"))
        poll(config, now=NOW + n * HOUR)
    assert found(config) == []


LONG = "The trains were late again, and the weather was no better. In the end my acme broke."
BEGIN = "The trains were late again, and the weather"


@pytest.mark.parametrize(
    "shown",
    [
        f"{BEGIN}…",
        f"{BEGIN} [...]",
        f"{BEGIN}\n [ … ] Continue reading Trains. The post No 1 appeared first on Site ...",
        "",
    ],
)
def test_a_feed_that_shows_less_of_an_entry_edits_nothing(config, server, shown):
    """A site that turns to excerpts, or to titles alone: what was read before stands, and is not told again."""
    serve(server, (1, LONG))
    poll(config, now=NOW)
    serve(server, (1, shown))
    assert not poll(config, now=NOW + HOUR).mentions
    assert [(m.brand, m.entry.text) for m in find_mentions(config)] == [("Acme", LONG)]
    serve(server, (1, LONG))
    assert not poll(config, now=NOW + 2 * HOUR).mentions


@pytest.mark.parametrize("edited", ["The trains were late again ...", f"{BEGIN} was fine…", f"{BEGIN}.", "..."])
def test_a_text_that_is_another_is_an_edit_even_where_it_trails_off(config, server, edited):
    """Only what the stored text begins with is less of it, and only behind a mark is there more."""
    serve(server, (1, LONG.replace("late again", "late") if edited.endswith("again ...") else LONG))
    poll(config, now=NOW)
    serve(server, (1, edited))
    poll(config, now=NOW + HOUR)
    assert found(config) == []


def test_what_was_found_is_not_lost_because_it_has_aged(config, server):
    """since:7d counts from when the entry was seen, also when it is edited a month later."""
    config = replace(config, brands=(replace(config.brands[0], match=("acme since:7d",)),))
    poll(config, now=NOW)
    assert found(config) == BEFORE[:2]
    serve(server, (1, "My acme broke. EDIT: still"), (2, "no more"))
    poll(config, now=NOW + 30 * DAY)
    assert found(config) == BEFORE[:1]


def test_brands_that_a_source_is_not_watched_for_are_left_alone(config, server):
    """Their mentions are of another time, and go with their queries."""
    poll(config, now=NOW)
    source = replace(config.sources[0], brands=("Acme",))
    serve(server, (2, "edited"))
    poll(replace(config, sources=(source,)), now=NOW + HOUR)
    assert found(config) == [("Acme", 1), ("Globex", 2)]


def test_the_keyword_is_the_query_that_finds_the_edited_text(config, server):
    """The first query of the brand may find it no more, and another does."""
    config = replace(config, brands=(replace(config.brands[0], match=("broke", "acme")),))
    poll(config, now=NOW)
    serve(server, (1, "My acme is mended"))
    poll(config, now=NOW + HOUR)
    assert {m.entry.guid: m.keyword for m in find_mentions(config)} == {"g1": "acme", "g2": "acme"}


@pytest.mark.parametrize(
    ("use", "brands", "alike"),
    [(None, 2, True), ("files", 2, True), ("command", 2, True), ("hackernews", 2, False), ("hackernews", 1, True)],
)
def test_an_excerpt_for_another_brand_is_no_edit(config, use, brands, alike):
    """A site that is searched for several brands may show an entry otherwise for each: that lets nothing go."""
    assert shows_alike(replace(config.sources[0], use=use), config.brands[:brands]) is alike
