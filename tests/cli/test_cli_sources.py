"""``mentionwatch sources``: list, status, check."""

from __future__ import annotations

import json
from datetime import timedelta

from tests.cli.calling import NOW, run, run_terminal
from tests.feeds import rss
from tests.servers import Answer


def test_sources_list_and_check(config, server):
    """List shows what is configured; check reads without storing and says what would come of it."""
    listed = run("sources", "list", "--config", config)
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["NAME", "forum", "club", "shop"]
    assert json.loads(run("sources", "list", "--json", "--config", config).stdout)[0]["every"] == "1h"
    checked = run("sources", "check", "forum", server.url("/feed.json"), "--config", config)
    assert checked.exit_code == 0
    assert "forum: ok, 3 entries" in checked.stdout
    assert "2 mentions of your brands would be stored" in checked.stdout
    bad = run("sources", "check", "forum", server.url("/gone"), "--config", config)
    assert bad.exit_code == 3
    assert run("sources", "check", server.url("/gone"), "--config", config).exit_code == 4
    found = json.loads(run("sources", "check", "shop", "--json", "--config", config).stdout)
    assert found[0]["state"] == "ok"
    assert not (config.parent / "m.db").exists()


def test_check_without_a_name_checks_all(config, home):
    """All that are configured; without a configuration it says what to do."""
    checked = run("sources", "check", "--config", config)
    assert checked.exit_code == 0
    assert [line.split(":")[0] for line in checked.stdout.splitlines() if line[:1] != " "] == ["forum", "club", "shop"]
    alone = run("sources", "check")
    assert alone.exit_code == 2
    assert "no configuration found" in alone.stderr


def test_check_json_has_the_entries(config):
    """With the keys that a mention's record has for them."""
    (found,) = json.loads(run("sources", "check", "FORUM", "--json", "--config", config).stdout)
    assert [entry["title"] for entry in found["entries"]] == ["Acme broke", "Elsewhere", "Old"]
    assert found["entries"][0]["published"] == (NOW - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (found["mentions"], found["too_old"]) == (2, 0)


def test_check_says_how_many_entries_are_too_old(config, server):
    """What is older than [store] keep is read, and never stored; nothing promises otherwise."""
    config.write_text(config.read_text("utf-8").replace("[[brands]]", 'keep = "30d"\n[[brands]]', 1), "utf-8")
    checked = run("sources", "check", "forum", "--config", config).stdout
    assert "too old to be stored (before 20" in checked
    assert "1 mention of your brands would be stored" in checked
    (found,) = json.loads(run("sources", "check", "forum", "--json", "--config", config).stdout)
    assert (found["mentions"], found["too_old"]) == (1, 1)
    server.routes["/old"] = Answer(rss([("o", "Old", "acme", "ann", NOW - timedelta(days=500))]))
    assert "too old to be stored" in run("sources", "check", server.url("/old")).stdout


def test_places_of_one_host_are_told_apart(server):
    """By the end of their path."""
    checked = run("sources", "check", server.url("/feed.xml"), server.url("/reviews"))
    names = [line.split(": ok")[0] for line in checked.stdout.splitlines() if line[:1] != " "]
    assert names == ["127.0.0.1/feed.xml", "127.0.0.1/reviews"]


def test_what_is_no_place_is_told_with_all_that_are(config):
    """Sources, presets, addresses, files."""
    result = run("sources", "check", "nowhere", "--config", config)
    assert result.exit_code == 2
    assert "configured sources: forum, club, shop; presets: mentionwatch sources presets" in result.stderr


def test_urls_are_never_broken(config, server):
    """On a terminal of 80 columns a URL that does not fit stands whole on a line of its own."""
    long = server.url("/" + "a" * 90 + ".xml")
    text = config.read_text("utf-8").replace(server.url("/feed.xml"), long)
    config.write_text(text, "utf-8")
    listed = run_terminal("sources", "list", "--config", config)
    assert f"    {long}" in listed.lines
    run("poll", "--config", config)
    shown = run_terminal("sources", "status", "--config", config)
    assert shown.exit_code == 0
    assert sum(long in line for line in shown.lines) == 1
    assert all(len(line) <= 80 for line in shown.lines if long not in line)
    wide = run("sources", "list", "--config", config).stdout.splitlines()
    assert [line.split()[0] for line in wide] == ["NAME", "forum", "club", "shop"]
    assert wide[1].endswith(long)
