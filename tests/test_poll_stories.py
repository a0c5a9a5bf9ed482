"""Copies and stories over polls of real sources."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest

from mentionwatch import find_mentions, parse_config, poll, scan
from mentionwatch.pipeline.poll import summary
from mentionwatch.store import Store
from tests.feeds import rss
from tests.servers import Answer, LoopbackServer

NOW = datetime(2026, 11, 2, 12, 5, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
TEXT = "Acme has told owners of its R2 router to unplug it at once after reports of power bricks that overheat."


def item(n, text, *, at=NOW):
    return (f"g{n}", f"Post {n}", text, f"author{n}", at)


@pytest.fixture
def world(tmp_path):
    """Two feeds on one server, and a config that polls them."""
    with LoopbackServer() as server:
        for name in ("a", "b"):
            server.routes[f"/{name}.xml"] = Answer(rss([]))
        sources = "".join(
            f'[[sources]]\nname = "{name}"\nurl = "{server.url(f"/{name}.xml")}"\nevery = "15m"\n' for name in "ab"
        )
        store = f'[store]\nurl = "sqlite:///{(tmp_path / "m.db").as_posix()}"\n'
        yield server, parse_config(f'{store}[[brands]]\nname = "Acme"\nmatch = ["acme"]\n{sources}', "test.toml")


def test_a_copy_in_another_source_counts_once(world):
    """In one poll and in a later one, with boilerplate, a copy has the key of the first; both are listed."""
    server, config = world
    server.routes["/a.xml"] = Answer(rss([item(1, TEXT)]))
    server.routes["/b.xml"] = Answer(
        rss([item(2, f"RT @ann: {TEXT}", at=NOW + HOUR), item(3, "Acme sells a kettle too")])
    )
    poll(config, now=NOW + 2 * HOUR, every_source=True)
    server.routes["/b.xml"] = Answer(rss([item(4, f"{TEXT} Read more…", at=NOW + 20 * HOUR)]))
    poll(config, now=NOW + 21 * HOUR, every_source=True)
    found = {m.entry.guid: m for m in find_mentions(config)}
    assert {m.copies for guid, m in found.items() if guid != "g3"} == {3}
    assert len({m.copy for m in found.values()}) == 2
    with Store(config.store.url) as store:
        assert len({sighting.story for sighting in store.sightings("Acme", since=None)}) == 2


def test_posts_about_one_page_share_a_story_and_count_each(world):
    """A page that one source holds, and posts with their own words about it in another, polled a day later."""
    server, config = world
    server.routes["/a.xml"] = Answer(rss([item(1, TEXT)]))
    poll(config, now=NOW, every_source=True)
    link = "https://site.example/g1"
    server.routes["/b.xml"] = Answer(rss([item(2, f"Acme, again?! {link}"), item(3, f"I like my Acme box. {link}")]))
    poll(config, now=NOW + 24 * HOUR, every_source=True)
    found = list(find_mentions(config))
    assert len(found) == 3
    assert len({m.story for m in found}) == 1
    assert len({m.copy for m in found}) == 3


HEADLINE = "Acme recalls routers after reports of fires"


def paper(n, at=NOW):
    """One of the papers that have the same article, each on its own page."""
    return (f"g{n}", HEADLINE, TEXT, f"author{n}", at)


def link_post(n, at=NOW):
    """A post of a headline and a link to the first paper."""
    return (f"g{n}", HEADLINE, "https://site.example/g1", "someone", at)


@pytest.mark.parametrize("order", ["p1 p2 f c", "f p2 p1 c", "p2 f c p1", "c f p1 p2", "p2 c p1 f", "p2 p1 c f"])
def test_in_which_order_sources_answer_does_not_matter(world, order):
    """Papers with one article, a link to one of them, and own words about it, each in a poll of its own."""
    server, config = world
    made = {
        "p1": lambda at: paper(1, at),
        "p2": lambda at: paper(2, at),
        "f": lambda at: link_post(3, at),
        "c": lambda at: item(4, "Acme again, third time this year! https://site.example/g1", at=at),
    }
    for n, name in enumerate(order.split()):
        at = NOW + n * HOUR
        server.routes[f"/{'ab'[n % 2]}.xml"] = Answer(rss([made[name](at)]))
        report = poll(config, now=at + HOUR / 2, every_source=True)
    found = {m.entry.guid: m for m in find_mentions(config)}
    assert len({m.story for m in found.values()}) == 1
    assert [found[f"g{n}"].copies for n in range(1, 5)] == [3, 3, 3, 1]
    assert {m.id for m in report.mentions} <= {m.id for m in found.values()}
    with Store(config.store.url) as store:
        assert len({sighting.story for sighting in store.sightings("Acme", since=None)}) == 2
        assert store.forget_stories(NOW + timedelta(days=16)) == 2


def test_in_one_poll_all_come_to_the_same(world):
    """What one answer holds is put together as what several hold, and told so in the report."""
    server, config = world
    own = item(4, "Acme again, third time this year! https://site.example/g1", at=NOW - 3 * HOUR)
    server.routes["/a.xml"] = Answer(rss([own, paper(2, NOW - 2 * HOUR), link_post(3, NOW - HOUR), paper(1)]))
    report = poll(config, now=NOW + HOUR, every_source=True)
    stored = {m.id: (m.copy, m.story) for m in find_mentions(config)}
    assert {m.id: (m.copy, m.story) for m in report.mentions} == stored
    assert len({copy for copy, _ in stored.values()}) == 2
    assert len({story for _, story in stored.values()}) == 1
    assert re.search(r"\b4 new mentions \([^;)]*; 2 are copies\)", summary(report))


def test_what_stood_for_a_text_stands_for_it_no_more(world):
    """A headline was all there was; of two articles under it that come at once, one is its text, and the other none."""
    server, config = world
    one = f"{TEXT} The company knows of nine cases in three countries. Owners get a new one for free from Monday on."
    other = (
        "Nobody at Acme saw it coming: the shop in Graz had its doors closed on Monday, with a note on them that said"
        " that it was over. People who had left their boxes there for repair stood in the rain, and waited in vain."
    )
    server.routes["/a.xml"] = Answer(rss([("g1", HEADLINE, "", "someone", NOW)]))
    poll(config, now=NOW + HOUR, every_source=True)
    both = [(f"g{n}", HEADLINE, text, f"author{n}", NOW + n * HOUR) for n, text in ((2, one), (3, other))]
    server.routes["/b.xml"] = Answer(rss(both))
    poll(config, now=NOW + 4 * HOUR, every_source=True)
    assert {m.entry.guid: m.copies for m in find_mentions(config)} == {"g1": 2, "g2": 2, "g3": 1}


def test_what_a_thread_was_opened_for_is_searched(world):
    """A post of a link, as Reddit has it, is found by that link."""
    server, config = world
    body = (
        '<p>Is this still true of Acme?</p> submitted by <a href="https://www.reddit.com/user/x"> /u/x </a>'
        ' <span><a href="https://globex.example/blog/1">[link]</a></span> <span><a href="/c">[comments]</a></span>'
    )
    server.routes["/a.xml"] = Answer(rss([item(1, body), item(2, TEXT)]))
    poll(config, now=NOW + HOUR, every_source=True)
    (found,) = find_mentions(config, "url:globex.example")
    assert (found.entry.guid, found.entry.links) == ("g1", None)


def test_a_link_behind_words_is_stored_and_found(world):
    """The address in markup is searched by url:, and joins the story of its page."""
    server, config = world
    words = 'About Acme: <a href="https://site.example/g1?utm_source=x">read this</a> all of you.'
    server.routes["/a.xml"] = Answer(rss([item(1, TEXT)]))
    server.routes["/b.xml"] = Answer(
        rss([item(2, words)]).replace(b"https://site.example/g2", b"https://blog.example/2")
    )
    poll(config, now=NOW + HOUR, every_source=True)
    found = {m.entry.guid: m for m in find_mentions(config, "url:site.example/g1")}
    assert found["g2"].entry.links == ("https://site.example/g1",)
    assert found["g2"].story == found["g1"].story


def test_what_is_too_old_to_be_kept_is_counted(world):
    """A first poll of old feeds stores nothing, and its summary says how much was left out, and why."""
    server, config = world
    server.routes["/a.xml"] = Answer(rss([item(n, TEXT, at=NOW - timedelta(days=900 + n)) for n in range(3)]))
    report = poll(config, now=NOW, every_source=True)
    assert not find_mentions(config)
    assert summary(report).endswith("; 3 entries that are older than [store] keep, or than backfill, left out")


def test_a_scan_folds_what_it_finds(world):
    """Nothing is stored, and copies are counted all the same."""
    server, _ = world
    server.routes["/a.xml"] = Answer(rss([item(1, TEXT)]))
    server.routes["/b.xml"] = Answer(rss([item(2, f"{TEXT} #acme #recall")]))
    report = scan("acme", urls=[server.url("/a.xml"), server.url("/b.xml")], now=NOW)
    assert [m.copies for m in report.mentions] == [2, 2]


def test_texts_are_forgotten_after_two_weeks(world):
    """What keeps copies apart is no bigger than two weeks; the mentions stay."""
    server, config = world
    server.routes["/a.xml"] = Answer(rss([item(1, TEXT)]))
    poll(config, now=NOW, every_source=True)
    server.routes["/a.xml"] = Answer(rss([item(2, TEXT, at=NOW + timedelta(days=15))]))
    poll(config, now=NOW + timedelta(days=15), every_source=True)
    assert [m.copies for m in find_mentions(config)] == [1, 1]
    with Store(config.store.url) as store:
        assert store.forget_stories(NOW + timedelta(days=16)) == 1
        assert store.forget_stories(NOW + timedelta(days=16)) == 0
