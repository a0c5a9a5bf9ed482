"""``mentions``, ``export`` and ``alerts``: what is stored."""

from __future__ import annotations

import csv
import json
import os
import re
import stat
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mentionwatch.store import BrandState, Store
from tests.cli.calling import NOW, run
from tests.feeds import json_feed
from tests.output.sample_mentions import ALERT


@pytest.fixture
def polled(config):
    """A configuration whose store holds four mentions."""
    assert run("poll", "--config", config).exit_code == 0
    return config


@pytest.fixture
def alarmed(polled):
    """One with an alert."""
    with Store(f"sqlite:///{polled.parent / 'm.db'}") as store:
        state = store.brand_state("Acme") or BrandState(NOW, (), None)
        store.record_verdict("Acme", state, replace(ALERT, brand="Acme"))
    return polled


def test_options_stand_before_or_after_the_command(config):
    """The shared options are taken in both places, and the later wins."""
    assert run("--config", config, "--json", "mentions").exit_code == 1  # no store yet
    run("--config", config, "poll")
    before = run("--config", config, "--json", "mentions")
    after = run("mentions", "--config", config, "--json")
    assert json.loads(before.stdout) == json.loads(after.stdout)
    assert run("--config", "nowhere.toml", "mentions", "--config", config).exit_code == 0
    assert run("--config", config, "mentions", "--config", "nowhere.toml").exit_code == 2
    assert run("-v", "poll", "--config", config, "-q", "--all").stderr == ""


def test_reading_without_a_store_says_what_to_do(config):
    """A mistyped path gives no empty result."""
    result = run("mentions", "--config", config)
    assert result.exit_code == 1
    assert "run mentionwatch poll first" in result.stderr


def test_one_id_is_enough_when_it_is_unique(config):
    """Ids may be shortened; an unknown one is wrong usage."""
    run("poll", "--config", config)
    assert run("alerts", "show", "zzz", "--config", config).exit_code == 2


@pytest.mark.skipif(os.name != "posix", reason="pipes as on POSIX")
def test_a_reader_that_has_had_enough_is_no_error(server, home):
    """``… | head`` ends without a traceback or a complaint."""
    (home / "big.json").write_bytes(json_feed([(f"i{n}", f"Acme {n}", "acme " * 200, "a", NOW) for n in range(300)]))
    command = f"{sys.executable} -m mentionwatch scan acme --url big.json --format jsonl -q | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60, check=False)
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


# --- filters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("mentions",), ("export", "-o", "-", "--format", "json"), ("alerts",)])
def test_a_mistyped_name_is_no_empty_result(polled, command):
    """An unknown brand or source is wrong usage, and the known ones are listed; case does not matter."""
    asked = [("--brand", "Acmee", "brand 'Acmee'; did you mean 'Acme'?")]
    if command != ("alerts",):
        asked.append(("--source", "nowhere", "source 'nowhere'; known: forum, club, shop"))
    for option, name, told in asked:
        result = run(*command, option, name, "--config", polled)
        assert (result.exit_code, result.stdout) == (2, "")
        assert f"there is no {told}" in result.stderr
    assert run(*command, "--brand", "ACME", "--config", polled).exit_code == 0


def test_what_is_no_longer_configured_can_still_be_found(polled):
    """Mentions of a brand or source that left the configuration are in the store all the same."""
    text = polled.read_text("utf-8").replace('"Acme"', '"Globex"').replace('"club"', '"hall"')
    polled.write_text(text, "utf-8")
    assert len(json.loads(run("mentions", "--brand", "Acme", "--config", polled, "--json").stdout)) == 4
    assert len(json.loads(run("mentions", "--source", "Club", "--config", polled, "--json").stdout)) == 1


def test_a_time_without_a_zone_is_meant_as_it_is_shown(polled):
    """In the configured zone: the time beside a mention, typed back, is its own."""
    polled.write_text('timezone = "Asia/Kolkata"\n' + polled.read_text("utf-8"), "utf-8")
    shown = run("mentions", "terrible", "--config", polled).stdout
    day, minute = re.search(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d)", shown).groups()
    assert (NOW - timedelta(hours=2) + timedelta(hours=5, minutes=30)).strftime("%Y-%m-%d %H:%M") == f"{day} {minute}"
    since = json.loads(run("mentions", "terrible", "--since", f"{day}T{minute}", "--config", polled, "--json").stdout)
    until = json.loads(run("mentions", "terrible", "--until", f"{day}T{minute}", "--config", polled, "--json").stdout)
    assert (len(since), len(until)) == (1, 0)
    utc = (NOW - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert len(json.loads(run("mentions", "terrible", "--since", utc, "--config", polled, "--json").stdout)) == 1


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="zones as on POSIX")
def test_without_a_configured_zone_it_is_the_systems(polled, monkeypatch):
    """As the times in the table are."""
    monkeypatch.setenv("TZ", "America/St_Johns")
    time.tzset()
    try:
        shown = run("mentions", "terrible", "--config", polled).stdout
        day, minute = re.search(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d)", shown).groups()
        for option, count in (("--since", 1), ("--until", 0)):
            found = run("mentions", "terrible", option, f"{day} {minute}", "--config", polled, "--json")
            assert len(json.loads(found.stdout)) == count
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("times", [("1d", "7d"), ("2026-11-02", "2026-11-02"), ("2026-11-02", "2026-11-01T23:00")])
def test_an_empty_range_is_wrong_usage(polled, times):
    """Nothing can lie in it."""
    result = run("mentions", "--since", times[0], "--until", times[1], "--config", polled)
    assert result.exit_code == 2
    assert "nothing lies between --since and --until" in result.stderr


def test_times_beyond_the_calendar_are_told(polled):
    """The years 1 and 9999 are no traceback."""
    for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        result = run("mentions", "--since", moment, "--config", polled)
        assert result.exit_code == 2
        assert "too far away" in result.stderr


def test_a_query_without_quotes_is_told(polled):
    """What the shell took apart is put together in the message."""
    result = run("mentions", "gmail", "OR", "maps", "--config", polled)
    assert result.exit_code == 2
    assert "put it in quotes: 'gmail OR maps'" in result.stderr


# --- where it goes --------------------------------------------------------------------------------------------------


def test_a_link_is_followed(polled, home):
    """``-o`` to a link writes what it leads to, which keeps its permissions; the link stays."""
    (home / "real").mkdir()
    target = home / "real" / "mentions.csv"
    target.write_text("old", "utf-8")
    target.chmod(0o640)
    (home / "link.csv").symlink_to(target)
    assert run("export", "-o", home / "link.csv", "--config", polled).exit_code == 0
    assert (home / "link.csv").is_symlink()
    assert target.read_text("utf-8").startswith("schema,")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert [path.name for path in (home / "real").iterdir()] == ["mentions.csv"]
    (home / "new.csv").symlink_to(home / "real" / "new.csv")
    assert run("export", "-o", home / "new.csv", "--config", polled).exit_code == 0
    assert (home / "new.csv").is_symlink()
    assert (home / "real" / "new.csv").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes as on POSIX")
def test_pipes_and_devices_are_written_to_as_they_are(polled, home):
    """A reader at the other end gets it all; nothing is put in the pipe's place."""
    pipe = home / "pipe.csv"
    os.mkfifo(pipe)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text("utf-8")))
    reader.start()
    assert run("export", "-o", pipe, "--config", polled).exit_code == 0
    reader.join(10)
    assert got[0].startswith("schema,")
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert run("mentions", "--format", "csv", "-o", "/dev/null", "--config", polled).exit_code == 0
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_file_is_replaced_whole_or_not_at_all(polled, home):
    """What stands in it stays when the writing fails, and a user's own .part file too."""
    (home / "mentions.csv.part").write_text("mine", "utf-8")
    assert run("export", "-o", home / "mentions.csv", "--config", polled).exit_code == 0
    assert (home / "mentions.csv.part").read_text("utf-8") == "mine"
    (home / "folder.csv").mkdir()
    failed = run("export", "-o", home / "folder.csv", "--config", polled)
    assert failed.exit_code == 1
    assert "cannot write" in failed.stderr
    assert not [path for path in home.iterdir() if path.name.startswith(".mentionwatch")]


@pytest.mark.parametrize("command", ["export", "report"])
def test_a_store_is_never_replaced(polled, home, command):
    """Not by a report that was given the wrong file."""
    before = (home / "m.db").read_bytes()
    done = run(command, "-o", home / "m.db", "--format", "json", "--config", polled)
    assert done.exit_code == 1
    assert "is a database" in done.stderr
    assert (home / "m.db").read_bytes() == before


def test_export_to_stdout_needs_a_format(polled):
    """``-o -`` with --format prints; without, it is told what is missing."""
    printed = run("export", "-o", "-", "--format", "csv", "--config", polled)
    assert printed.exit_code == 0
    assert len(list(csv.DictReader(printed.stdout.splitlines()))) == 4
    assert printed.stderr == ""
    bare = run("export", "-o", "-", "--config", polled)
    assert (bare.exit_code, bare.stdout) == (2, "")
    assert "--format" in bare.stderr
    assert len(json.loads(run("export", "-o", "-", "--json", "--config", polled).stdout)) == 4


@pytest.mark.parametrize(
    "args",
    [
        ("mentions", "--format", "csv"),
        ("alerts", "--format", "table"),
        ("export", "-o", "m.csv"),
        ("scan", "acme", "--format", "jsonl"),
    ],
)
def test_json_and_another_format_contradict_each_other(polled, args, home):
    """Neither wins silently, before anything is asked or written."""
    result = run(*args, "--json", "--config", polled)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "contradict" in result.stderr
    assert not (home / "m.csv").exists()


def test_json_and_the_format_json_are_one(polled):
    """Nothing is wrong with saying it twice."""
    assert len(json.loads(run("mentions", "--json", "--format", "json", "--config", polled).stdout)) == 4


# --- alerts ---------------------------------------------------------------------------------------------------------


def test_an_alert_is_shown_with_its_state_and_its_times(alarmed):
    """Open, acknowledged, resolved: each is said, its severity stays, and no command is advised."""
    shown = run("alerts", "show", "a1b2", "--config", alarmed).stdout
    assert shown.startswith("Acme: high alert a1b2c3d4e5f6, open\nOpened 2024-05-14 ")
    assert "alerts show" not in shown
    acked = run("alerts", "ack", "a1b2", "--json", "--config", alarmed)
    assert json.loads(acked.stdout)["state"] == "acknowledged"
    assert run("alerts", "ack", "a1b2", "--config", alarmed).exit_code == 0
    resolved = run("alerts", "resolve", "a1b2", "--json", "--config", alarmed)
    assert json.loads(resolved.stdout)["resolved"] is not None
    shown = run("alerts", "show", "a1b2", "--config", alarmed).stdout
    assert shown.startswith("Acme: high alert a1b2c3d4e5f6, resolved\n")
    assert ", resolved 20" in " ".join(shown.split())


@pytest.mark.parametrize("command", ["ack", "resolve"])
def test_a_resolved_alert_is_past_changing(alarmed, command):
    """Saying nothing would hide that the id was the wrong one."""
    run("alerts", "resolve", "a1b2", "--config", alarmed)
    result = run("alerts", command, "a1b2", "--config", alarmed)
    assert result.exit_code == 2
    assert "resolved already" in result.stderr


def test_every_link_of_an_alert_is_shown(config, server):
    """A message stops at fifty, the page does not."""
    posts = [(f"p{n}", f"Post {n}", "acme again", f"a{n}", NOW) for n in range(70)]
    server.routes["/feed.json"] = server.routes["/feed.json"].__class__(json_feed(posts))
    run("poll", "--config", config)
    with Store(f"sqlite:///{config.parent / 'm.db'}") as store:
        evidence = tuple(mention.id for mention in store.mentions())
        store.record_verdict("Acme", BrandState(NOW, (), None), replace(ALERT, brand="Acme", evidence=evidence))
    shown = run("alerts", "show", "a1b2", "--config", config).stdout
    assert len(set(re.findall(r"https://site.example/p\d+", shown))) == 70


def test_the_list_has_headings(alarmed):
    """A column says what it is."""
    head, first = run("alerts", "--config", alarmed).stdout.splitlines()[:2]
    assert head.split() == ["ID", "OPENED", "SEVERITY", "STATE", "BRAND", "MENTIONS"]
    assert first.startswith("a1b2c3d4")


def test_list_may_be_left_out_and_nothing_else(alarmed):
    """Options alone list; shared ones may stand before a command; a mistyped command is no list."""
    config = str(alarmed)
    for args in (
        ("--config", config),
        ("--open", "--config", config),
        ("--config", config, "--brand", "acme"),
        (f"--config={config}", "-q"),
        ("-qv", "--config", config),
        ("list", "--config", config),
    ):
        assert "a1b2c3d4" in run("alerts", *args).stdout, args
    for args in (("--config", config, "show", "a1b2"), ("-qv", "--config", config, "show", "a1b2")):
        assert run("alerts", *args).stdout.startswith("Acme: high alert"), args
    wrong = run("alerts", "shwo", "a1b2", "--config", config)
    assert wrong.exit_code == 2
    assert "there is no command 'shwo'; did you mean 'show'?" in wrong.stderr
    assert "Commands:" in run("alerts", "--help").stdout
