"""Where copies and stories are kept: what a key leads to, how long a name holds, and copies that come late."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from mentionwatch import find_mentions, parse_config, poll
from mentionwatch.store import Store
from mentionwatch.store.stories import SLOTS, slot_of
from tests.feeds import rss
from tests.servers import Answer, LoopbackServer

NOW = datetime(2026, 11, 2, 12, 5, tzinfo=timezone.utc)
DAY = timedelta(days=1)
TEXT = "Acme has told owners of its R2 router to unplug it at once after reports of power bricks that overheat."
PAGE = "https://blog.example/acme"


@pytest.fixture
def world(tmp_path):
    """A feed on a server, and a config that polls it."""
    with LoopbackServer() as server:
        store = f'[store]\nurl = "sqlite:///{(tmp_path / "m.db").as_posix()}"\n'
        source = f'[[sources]]\nname = "a"\nurl = "{server.url("/a.xml")}"\n'
        yield server, parse_config(f'{store}[[brands]]\nname = "Acme"\nmatch = ["acme"]\n{source}', "test.toml")


def polled(world, at, *texts, published=None):
    """Poll these texts, each a post of its own, and give the mentions by text."""
    server, config = world
    items = [(f"{at:%j}-{n}", f"Post {n}", text, f"author{n}", published or at) for n, text in enumerate(texts)]
    server.routes["/a.xml"] = Answer(rss(items))
    poll(config, now=at, every_source=True)
    return {m.entry.text: m for m in find_mentions(config)}


def test_heads_of_one_key_stand_apart():
    """As many texts are kept by one key as there are places: hardly two of them take the same one each time."""
    for copy in ("e1", "e2", "e3"):
        assert {slot_of(key, copy) for key in range(200)} == set(range(SLOTS))
    for key in (0, -1, 2**63 - 1):
        assert {slot_of(key, f"e{n}") for n in range(200)} == set(range(SLOTS))


def test_an_older_copy_is_found_in_a_later_poll(world):
    """What is read later and was published before what is stored is a copy of it."""
    polled(world, NOW, TEXT)
    found = polled(world, NOW + DAY, f"{TEXT} #acme", published=NOW - 5 * DAY)
    assert [one.copies for one in found.values()] == [2, 2]


@pytest.mark.parametrize(("days", "count"), [(10, 1), (40, 2)])
def test_a_story_ends_in_the_store_too(world, days, count):
    """Who links to a page after a time without a word of it begins another story; nothing of the name is left."""
    texts = [f"{words} {PAGE}" for words in ("Acme, again?!", "My Acme box has a scratch", "Is Acme any good, folks?")]
    polled(world, NOW, texts[0])
    polled(world, NOW + (days - 1) * DAY, "Something else about Acme")
    polled(world, NOW + days * DAY, texts[1])
    found = polled(world, NOW + (days + 1) * DAY, texts[2])
    assert len({found[text].story for text in texts}) == count
    assert found[texts[1]].story == found[texts[2]].story
    with Store(world[1].store.url) as store:
        names = store.stories([name_of_page()])
        assert len(names) == 1
        store.forget_stories(NOW + 100 * DAY)
        assert not store.stories([name_of_page()])


def name_of_page():
    """What the store calls the page."""
    from mentionwatch.stories import link_key

    return link_key(PAGE)
