"""``mentionwatch sources``: list, status, check."""

from __future__ import annotations

import json
from datetime import timedelta

from mentionwatch.cli.show import Waiting
from mentionwatch.pipeline.check import turns
from mentionwatch.settings import SourceSettings
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


PLACES = """
[[brands]]
name = "Acme"
match = ["acme"]
[[sources]]
use = "reddit-community"
community = ["acme", "acme_help"]
feed = "0123hidden"
tags = ["A/B"]
[[sources]]
url = "https://me:hidden@a.example/f?token=hidden"
"""


def test_the_list_shows_parameters_and_tags_and_no_secret(home):
    """In the table and as JSON."""
    (home / "c.toml").write_text(PLACES, "utf-8")
    listed = run("sources", "list", "--config", "c.toml")
    assert "reddit-community community=acme,acme_help feed=***" in listed.stdout
    assert "A/B" in listed.stdout
    made = run("sources", "list", "--json", "--config", "c.toml")
    assert json.loads(made.stdout)[0]["params"] == {"community": ["acme", "acme_help"], "feed": "***"}
    assert json.loads(made.stdout)[0]["tags"] == ["A/B"]
    assert "hidden" not in listed.stdout + made.stdout


def test_who_waits_for_a_turn_is_known():
    """The second at a site that wants a minute waits a minute, the third two; another site does not wait."""
    sources = [SourceSettings(name=str(n), use="reddit") for n in range(3)]
    sources += [SourceSettings(name="h", use="hackernews"), SourceSettings(name="u", url="https://a.example/")]
    assert turns(sources) == {"0": 0.0, "1": 60.0, "2": 120.0, "h": 0.0, "u": 0.0}


def test_a_check_says_on_a_terminal_what_it_waits_for(config):
    """A line that is gone in the end; none in a pipe."""
    shown = run_terminal("sources", "check", "--config", config)
    assert shown.exit_code == 0
    assert "Checking: 0 of 3; forum, 0 s" in shown.text
    assert "Checking" not in run("sources", "check", "--config", config).stderr
    line = Waiting({"b": 90.0, "a": 60.0}, "Checking", 3, 0.0)
    assert line.text(12) == "Checking: 1 of 3; a waits for its turn, 48 s"
    line.done("a")
    assert line.text(91) == "Checking: 2 of 3; b, 91 s"


def test_unknown_names_are_told_in_a_line_that_can_be_read():
    """Some names and where the others are; none beside what was meant."""
    told = run("sources", "presets", "qqqq").stderr
    assert told.count(",") == 7
    assert told.endswith(" more: mentionwatch sources presets\n")
    near = run("sources", "presets", "hackernew").stderr
    assert near == "Error: there is no preset 'hackernew'; did you mean 'hackernews'?\n"
    assert run("sources", "presets", "x").stderr.startswith("Error: there is no preset 'x': X cannot be read: ")


def test_a_preset_file_with_a_wrong_name_is_told(home):
    """It would else do nothing, and nobody would see it."""
    folder = home / "home" / "mentionwatch" / "presets"
    folder.mkdir(parents=True)
    (folder / "Bad_Name.toml").write_text("", "utf-8")
    (folder / "notes.txt").write_text("", "utf-8")
    told = run("sources", "presets")
    assert told.exit_code == 2
    assert told.stderr.count("Error: ") == 1
    assert f"{folder / 'Bad_Name.toml'}: is not read, for its name: " in told.stderr
