"""What the user of the command line hears of channels: the first failure, an exit code, and ``alerts test``."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from mentionwatch.store import Store
from tests.cli.calling import NOW, run
from tests.test_outbox import alert, notify, record
from tests.test_outbox import config as settings

CHANNELS = """
[[notify]]
via = "file"
name = "good"
path = "told.jsonl"
each = "stars:1"
[[notify]]
via = "file"
name = "bad"
path = "missing/told.jsonl"
"""


@pytest.fixture
def told(config, home):
    """Two channels, one of which fails; the store was polled, and there is an alert to tell."""
    config.write_text(config.read_text("utf-8") + CHANNELS, "utf-8")
    assert run("poll", "--config", config).exit_code == 0
    with Store(f"sqlite:///{home / 'm.db'}") as store:
        made = alert(opened=NOW, updated=NOW, last_burst=NOW, last_notice=NOW)
        record(store, settings(notify("good"), notify("bad")), made, now=NOW)
    return config


def lines(home):
    """What the good channel was told."""
    path = home / "told.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def test_poll_tells_the_first_failure_once_and_ends_with_6_when_it_lasts(told, home):
    """One line on stderr, with what to do; then the exit code says it, until it is told."""
    first = run("poll", "--config", told)
    assert first.exit_code == 0
    (line,) = first.stderr.splitlines()
    assert line.startswith("Error: bad: ")
    assert "missing/told.jsonl" in line
    assert [alert["notice"] for message in lines(home) for alert in message["alerts"]] == ["open"]
    with closing(sqlite3.connect(home / "m.db")) as raw:
        # An hour and a half later.
        raw.execute("UPDATE messages SET created = datetime(created, '-90 minutes') WHERE sent IS NULL")
        raw.execute("UPDATE channels SET next_try = datetime(next_try, '-90 minutes')")
        raw.commit()
    second = run("poll", "--config", told)
    assert (second.exit_code, second.stderr) == (6, "")
    (home / "missing").mkdir()
    with closing(sqlite3.connect(home / "m.db")) as raw:
        raw.execute("UPDATE channels SET next_try = datetime(next_try, '-90 minutes')")
        raw.commit()
    third = run("poll", "--config", told)
    assert (third.exit_code, third.stderr) == (0, "")
    assert (home / "missing" / "told.jsonl").read_text("utf-8").count("\n") == 1


def test_alerts_test_says_for_each_channel_what_came_of_it(told, home):
    """Through the outbox, and nothing of it waits."""
    result = run("alerts", "test", "--config", told)
    assert result.exit_code == 6
    assert "good: sent" in result.stderr
    assert "Error: bad: " in result.stderr
    assert [message["kind"] for message in lines(home)] == ["test"]
    as_json = json.loads(run("alerts", "test", "--json", "--config", told).stdout)
    assert [(one["channel"], one["error"] is None) for one in as_json] == [("good", True), ("bad", False)]
    with Store(f"sqlite:///{home / 'm.db'}") as store:
        assert store.outbox.unsent("bad") == []
        assert not store.outbox.channels().get("bad")


def test_a_dry_run_says_who_would_be_told_and_tells_nobody(told, home):
    """By the channels' names, on stderr."""
    result = run("poll", "--dry-run", "--config", told)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "Would tell good:" in result.stderr
    assert "Would tell bad:" in result.stderr
    assert not lines(home)


def test_a_new_review_is_told_by_itself(told, home, server):
    """Once; what was there before is not."""
    from tests.feeds import reviews
    from tests.servers import Answer

    server.routes["/reviews"] = Answer(
        reviews([("eve", 1, "The Acme One broke.", NOW), ("kim", 1, "Acme: never again.", NOW)])
    )
    for _ in range(2):
        run("poll", "--all", "--config", told)
    mentions = [mention["author"] for message in lines(home) for mention in message["mentions"]]
    assert mentions == ["kim"]


def test_what_is_no_count_is_shown_as_none(told, home):
    """A source that is down counts no mentions: null in JSON, its kind in the table."""
    with Store(f"sqlite:///{home / 'm.db'}") as store:
        store.record_alert(alert("s1", brand="forum", kind="source", observed=0, expected=0.0, odds=0.0))
    found = {one["id"]: one for one in json.loads(run("alerts", "--json", "--config", told).stdout)}
    assert [found["s1"][key] for key in ("observed", "expected", "odds", "authors")] == [None] * 4
    assert "0 negative" not in run("alerts", "--config", told).stdout


def test_an_open_alert_is_an_exit_code_only_where_that_is_asked_for(config, home):
    """5 with --exit-code, for scripts; cron would take it for a failure."""
    assert run("poll", "--exit-code", "--config", config).exit_code == 0
    with Store(f"sqlite:///{home / 'm.db'}") as store:
        made = alert(opened=NOW, updated=NOW, last_burst=NOW, last_notice=NOW)
        store.record_alert(made, [])
    assert run("poll", "--config", config).exit_code == 0
    assert run("poll", "--exit-code", "--config", config).exit_code == 5
    assert run("alerts", "resolve", "a1", "--config", config).exit_code == 0
    assert run("poll", "--exit-code", "--config", config).exit_code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("alerts",),
        ("alerts", "show", "a"),
        ("alerts", "ack", "a"),
        ("alerts", "resolve", "a"),
        ("mentions", "acme"),
        ("export", "-o", "-", "--format", "csv"),
        ("report",),
        ("backtest",),
        ("sources", "list"),
        ("sources", "status"),
    ],
    ids=" ".join,
)
def test_who_only_looks_at_the_store_needs_no_secret(told, words):
    """Cron's variables are not those of a shell, and an alert is acknowledged from either; a poll needs them."""
    locked = '[[notify]]\nvia = "webhook"\nurl = "env:NOT_THERE"\nname = "hook"\n'
    told.write_text(told.read_text("utf-8") + locked, "utf-8")
    looked = run(*words, "--config", told)
    assert looked.exit_code == 0, looked.output
    polled = run("poll", "--config", told)
    assert polled.exit_code == 2
    assert "NOT_THERE" in polled.stderr


def test_what_is_given_up_is_one_line_and_then_nothing(told, home):
    """After a week: an error that says what and why, and an exit code as if there were nothing overdue."""
    assert run("poll", "--config", told).exit_code == 0
    with closing(sqlite3.connect(home / "m.db")) as raw:
        raw.execute(
            "UPDATE messages SET created = datetime(created, '-8 days'), failed = datetime(failed, '-8 days'),"
            " attempts = 6 WHERE sent IS NULL"
        )
        raw.execute("UPDATE channels SET next_try = NULL WHERE name = 'bad'")
        raw.commit()
    given_up = run("poll", "--config", told)
    (line,) = given_up.stderr.splitlines()
    assert line.startswith("Error: The channel bad has not taken 1 notice since ")
    assert "missing/told.jsonl" in line
    assert given_up.exit_code == 0
    later = run("poll", "--config", told)
    assert (later.exit_code, later.stderr) == (0, "")
    assert [message["failing"] for message in lines(home) if message["failing"]] == [[line.removeprefix("Error: ")]]
    doctor = run("doctor", "--config", told)
    assert "It is given up" in " ".join(doctor.stdout.split())
