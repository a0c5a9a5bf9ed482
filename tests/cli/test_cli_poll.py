"""``mentionwatch poll``: silent in cron, talkative on a terminal, and never lost when it is stopped."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import re
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from mentionwatch.cli import _run
from mentionwatch.store import Clock, Store
from tests.cli.calling import NOW, run, run_terminal
from tests.feeds import reviews
from tests.servers import Answer

#: Holds the lock of the store in the working folder, for so many minutes already, until its input ends.
HOLDER = """
import sys, datetime, pathlib
from mentionwatch.lock import poll_lock
since = datetime.timedelta(minutes=float(sys.argv[1]) if sys.argv[1:] else 0)
with poll_lock(pathlib.Path("m.db"), now=datetime.datetime.now(datetime.timezone.utc) - since):
    print("held", flush=True); sys.stdin.read()
"""


def test_poll_is_silent_and_the_rest_finds_what_it_stored(config, home):
    """Poll prints nothing; mentions, export and alerts read the store."""
    first = run("poll", "--config", config)
    assert (first.exit_code, first.stdout, first.stderr) == (0, "", "")
    again = run("poll", "--all", "--config", config)
    assert (again.exit_code, again.stdout, again.stderr) == (0, "", "")
    stored = json.loads(run("mentions", "--config", config, "--json").stdout)
    assert len(stored) == 4
    assert [
        mention["tone"]
        for mention in json.loads(run("mentions", "--tone", "negative", "--config", config, "--json").stdout)
    ] == ["negative"] * 2
    assert len(json.loads(run("mentions", "update OR sunday", "--config", config, "--json").stdout)) == 2
    assert "No mention fits" in run("mentions", "giraffe", "--config", config).stderr
    result = run("export", "-o", home / "all.csv", "--config", config)
    assert result.exit_code == 0
    with (home / "all.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 4
    alerts = run("alerts", "--config", config)
    assert (alerts.exit_code, alerts.stdout) == (0, "")
    assert "No alert" in alerts.stderr


def test_poll_tells_trouble_on_stderr_and_exits_3(config, server):
    """A page where a feed was: one line, at once; the second poll is silent and still exits 3."""
    server.routes["/feed.xml"] = Answer(b"<html><head><title>Parked</title></head></html>")
    first = run("poll", "--config", config)
    assert first.exit_code == 3
    assert first.stdout == ""
    assert "forum" in first.stderr
    assert "Parked" in first.stderr
    second = run("poll", "--all", "--config", config)
    assert (second.exit_code, second.stderr) == (3, "")


def test_poll_dry_run_stores_nothing(config, home):
    """--dry-run leaves no store behind."""
    result = run("poll", "--dry-run", "-v", "--config", config)
    assert result.exit_code == 0
    assert "4 new mentions" in result.stderr
    assert not (home / "m.db").exists()


def test_a_store_that_is_not_ours_is_refused_and_unchanged(config, home):
    """Nothing is overwritten."""
    (home / "m.db").write_text("my diary", "utf-8")
    result = run("poll", "--config", config)
    assert result.exit_code == 1
    assert "not a mentionwatch store" in result.stderr
    assert (home / "m.db").read_text("utf-8") == "my diary"


def test_another_run_gives_75_silently(config, home):
    """While another process polls, this one leaves without a word."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=home
    ) as other:
        assert other.stdout.readline() == "held\n"
        result = run("poll", "--config", config)
        assert (result.exit_code, result.stdout, result.stderr) == (75, "", "")
        told = run("poll", "-v", "--config", config)
        assert told.exit_code == 75
        assert str(other.pid) in told.stderr
        other.communicate("")
    assert run("poll", "--config", config).exit_code == 0


def test_a_lock_that_is_held_for_over_an_hour_is_told(config, home):
    """With who holds it and since when: that run hangs, and cron's mail is how the user learns of it."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, "61"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=home
    ) as other:
        assert other.stdout.readline() == "held\n"
        result = run("poll", "--config", config)
        assert (result.exit_code, result.stdout) == (75, "")
        assert f"process {other.pid} has held the lock" in result.stderr
        assert "61 min" in result.stderr
        other.communicate("")


def test_waiting_for_another_run(config, home):
    """With --wait the poll comes after the other one; and not for ever."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=home
    ) as other:
        assert other.stdout.readline() == "held\n"
        assert run("poll", "--wait", "0.01", "--config", config).exit_code == 75
        other.stdin.close()
        assert run("poll", "--wait", "60", "--config", config).exit_code == 0


@pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_poll_leaves_a_usable_store_and_no_traceback(config, server, number, code):
    """Ctrl-C and SIGTERM end a poll that waits for a source; what came before is stored whole."""
    asked = threading.Event()

    def hang(handler):
        asked.set()
        handler.server.loopback.closing.wait(30)

    server.routes["/reviews"] = hang
    command = [sys.executable, "-m", "mentionwatch", "poll", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert asked.wait(30)
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert out == ""
    assert "Traceback" not in err
    server.routes["/reviews"] = Answer(reviews([("eve", 1, "The Acme One broke.", NOW)]))
    assert run("poll", "--all", "--config", config).exit_code == 0
    assert len(json.loads(run("mentions", "--config", config, "--json").stdout)) == 4


@pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
def test_sigterm_in_a_callback_of_the_event_loop_is_not_swallowed():
    """Wherever the signal meets a poll, it ends it; regression: the loop swallowed it in its callbacks."""

    async def wait_for_ever():
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGTERM)
        await asyncio.Event().wait()

    assert _run(lambda: asyncio.run(wait_for_ever())) == 143


def test_on_a_terminal_a_poll_says_how_it_went(config, server):
    """Summary and failing sources, whatever came; when none is due, when one will be."""
    server.routes["/feed.json"] = Answer(status=500)
    first = run_terminal("poll", "--config", config)
    assert first.exit_code == 0
    assert "3 new mentions (2 negative, 1 positive) from 3 sources; 1 failed." in first.lines
    assert any(line.startswith("club: failing (1 in a row): HTTP 500") for line in first.lines)
    assert "no alert is made of them" in first.text
    told = re.search(r"See them with: .* mentions --config (\S+)", " ".join(first.lines))
    assert told[1] == str(config)
    again = run_terminal("poll", "--config", config)
    assert re.search(r"(?m)^No source is due before .*\d\d:\d\d; --all asks now\.$", "\n".join(again.lines))
    assert not [line for line in run_terminal("poll", "-q", "--config", config).lines if line]


def test_on_a_terminal_no_trouble_is_told_twice(config, server):
    """What is new is told as such, and not again below the summary."""
    server.routes["/feed.json"] = Answer(status=410)
    shown = run_terminal("poll", "--config", config)
    assert sum("club" in line for line in shown.lines) == 1


def test_on_a_terminal_it_is_said_that_an_alert_opened(config, server):
    """Also where mail tells it; a dry run says what would be, and names no alert that there is not."""
    rule = '[[rules]]\nname = "ones"\nwhen = "stars:<=2"\nmore_than = 1\nwithin = "6h"\n'
    told = '[[notify]]\nvia = "file"\npath = "told.jsonl"\n'
    config.write_text(config.read_text("utf-8") + rule + told, "utf-8")
    assert run("poll", "--config", config).exit_code == 0
    late = [(name, 1, f"Acme: {name} says never again.", NOW) for name in ("eve", "kim", "lee")]
    server.routes["/reviews"] = Answer(reviews(late))
    tried = run_terminal("poll", "--all", "--dry-run", "--config", config)
    assert "1 alert would have opened." in tried.lines
    shown = run_terminal("poll", "--all", "--config", config)
    assert re.search(r"(?m)^1 alert opened; see with: .* alerts --config ", "\n".join(shown.lines))


def test_the_trouble_of_a_poll_that_is_stopped_is_told(config, server):
    """It is recorded as told, so nobody would tell it the next time."""
    asked = threading.Event()

    def hang(handler):
        asked.set()
        handler.server.loopback.closing.wait(30)

    server.routes["/feed.json"] = Answer(status=410)
    server.routes["/feed.xml"] = Answer(status=410)
    server.routes["/reviews"] = hang
    command = [sys.executable, "-m", "mentionwatch", "poll", "--config", str(config)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert asked.wait(30)
        process.send_signal(signal.SIGTERM)
        err = process.communicate(timeout=30)[1]
    assert process.returncode == 143
    again = run("poll", "--all", "--config", config) if "club" not in err else None
    assert "club: gone" in (err if again is None else again.stderr)


def test_a_poll_may_be_given_a_time(config):
    """A length of time with its unit; anything else is wrong usage."""
    assert run("poll", "--max-time", "5m", "--config", config).exit_code == 0
    wrong = run("poll", "--max-time", "5", "--config", config)
    assert wrong.exit_code == 2
    assert "write a number and a unit" in wrong.stderr


def test_when_every_source_fails_cron_is_told_once(config, server):
    """The first time all fail, the reasons are on stderr, also without a terminal; the second time nothing is."""
    for path in ("/feed.xml", "/feed.json", "/reviews"):
        server.routes[path] = Answer(status=500)
    first = run("poll", "--config", config)
    assert (first.exit_code, first.stdout) == (4, "")
    assert [line.split(": ")[:2] for line in first.stderr.splitlines()] == [
        ["Error", name] for name in ("forum", "club", "shop")
    ]
    assert "HTTP 500" in first.stderr
    second = run("poll", "--all", "--config", config)
    assert (second.exit_code, second.stderr) == (4, "")


def test_poll_json_is_one_report(config, server):
    """What became of each source, and the code that it exits with; nothing else is on stdout."""
    server.routes["/feed.json"] = Answer(status=500)
    first = run("poll", "--json", "--config", config)
    report = json.loads(first.stdout)
    assert list(report) == ["sources", "mentions", "alerts", "exit_code"]
    assert [(s["name"], s["outcome"], s["entries"], s["mentions"]) for s in report["sources"]] == [
        ("forum", "polled", 3, 2),
        ("club", "failed", None, None),
        ("shop", "polled", 1, 1),
    ]
    assert report["sources"][0]["error"] is None
    assert "HTTP 500" in report["sources"][1]["error"]
    assert (report["mentions"], report["alerts"], report["exit_code"]) == (3, [], first.exit_code)
    again = json.loads(run("poll", "--all", "--json", "--config", config).stdout)
    assert [source["outcome"] for source in again["sources"]] == ["not-modified", "failed", "not-modified"]


def test_cron_is_told_of_a_jump_once(config, home):
    """A line on stderr, which cron mails; the exit code is the poll's."""
    assert run("poll", "--config", config).exit_code == 0
    with Store(f"sqlite:///{home / 'm.db'}") as store:
        said = store.clock()
        assert said is not None
        store.record_clock(Clock(said.wall + timedelta(hours=3)))
    result = run("poll", "--config", config)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("Warning: the clock went back by 3 h, from ")
    assert result.stderr.count("\n") == 1
    assert run("poll", "--config", config).stderr == ""


def test_a_clock_of_long_ago_ends_a_poll(config, home):
    """With 1, before anything is stored; ``now`` comes from the machine, so it is asked of the one that tells it."""
    code = (
        "import sys, mentionwatch.cli.poll as poll\n"
        "from datetime import datetime, timezone\n"
        "poll.now = lambda: datetime(1970, 1, 1, tzinfo=timezone.utc)\n"
        "from mentionwatch.__main__ import main; main()"
    )
    command = [sys.executable, "-c", code, "poll", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: the clock of this machine says 1970-01-01")
    assert not (home / "m.db").exists()
