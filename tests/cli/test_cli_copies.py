"""A text that many carry: listed once for people, whole for programs."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.cli.calling import NOW, run
from tests.feeds import rss
from tests.servers import Answer

TEXT = "Acme has told owners of its R2 router to unplug it at once after reports of power bricks that overheat."


@pytest.fixture
def copied(config, server):
    """A configuration whose feed holds one article three times, and a post of its own."""
    items = [(f"g{n}", "Recall", TEXT, f"paper {n}", NOW - timedelta(hours=n)) for n in range(1, 4)]
    own = ("g9", "Mine", "My Acme kettle hums, and nobody minds.", "ann", NOW - timedelta(hours=9))
    server.routes["/feed.xml"] = Answer(rss([*items, own]))
    return config


def test_a_list_for_people_shows_a_text_once(copied):
    """With the number of places; --all-copies, JSON and export have each of them."""
    run("poll", "--config", copied)
    table = run("mentions", "--config", copied, "--source", "forum").stdout
    assert table.count("unplug it") == 1
    assert table.count("Seen at 3 places") == 1
    assert "paper 1" in table
    assert run("mentions", "--config", copied, "--all-copies").stdout.count("unplug it") == 3
    assert run("mentions", "--config", copied, "-f", "markdown").stdout.count(", seen at 3 places") == 1
    records = json.loads(run("mentions", "--config", copied, "--source", "forum", "--json").stdout)
    assert [record["copies"] for record in records] == [3, 3, 3, 1]
    run("export", "--config", copied, "-o", "all.md")
    assert (copied.parent / "all.md").read_text("utf-8").count("unplug it") == 3


@pytest.mark.parametrize("sort", ["newest", "oldest", "negative"])
@pytest.mark.parametrize("query", [[], ["acme OR nothing"]])
def test_a_limit_counts_texts(copied, sort, query):
    """Three copies are one line of a list, whatever it is sorted by and searched with."""
    run("poll", "--config", copied)
    args = ["mentions", *query, "--config", copied, "--source", "forum", "--sort", sort, "--limit"]
    both, one = run(*args, "2"), run(*args, "1")
    assert both.stdout.count("unplug it") == both.stdout.count("kettle hums") == 1
    assert "There are more" not in both.stderr
    assert "There are more" in one.stderr


def test_scan_shows_a_text_once(copied, server):
    """The summary counts all; the list is as that of what is stored."""
    args = ["scan", "acme", "--url", server.url("/feed.xml")]
    result = run(*args)
    assert result.stdout.count("unplug it") == result.stdout.count("Seen at 3 places") == 1
    assert result.stderr.startswith("4 mentions")
    assert "2 shown" in result.stderr
    assert run(*args, "--all-copies").stdout.count("unplug it") == 3
    assert len(json.loads(run(*args, "--json").stdout)) == 4


def test_a_list_shows_the_words_that_matched(copied, server):
    """A long text is shown where the query stands in it, and without one where the brand does."""
    text = f"{'Nothing of the kind. ' * 60}At last the Acme router: {'words without end ' * 60}and a refund for all."
    server.routes["/feed.xml"] = Answer(rss([("g1", "A long story", text, "ann", NOW)]))
    run("poll", "--config", copied)
    shown = run("mentions", "refund", "--config", copied).stdout
    assert "A long story … " in shown
    assert "and a refund for all." in shown
    assert "the Acme router" in run("mentions", "--config", copied, "--source", "forum").stdout
    assert "the Acme router" in run("scan", "acme", "--url", server.url("/feed.xml")).stdout
