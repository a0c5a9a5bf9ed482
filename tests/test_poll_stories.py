"""Copies and stories over polls of real sources."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from mentionwatch import find_mentions, parse_config, poll, scan
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
