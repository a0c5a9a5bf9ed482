"""Standard streams that are closed, full, or read no more: what is done, what is told, and the exit code."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from mentionwatch.store import Store
from tests.cli.calling import NOW, run
from tests.test_outbox import alert, notify, record
from tests.test_outbox import config as settings

#: What each command is called with, after its configuration.
COMMANDS = {
    "poll": ("poll",),
    "poll-json": ("poll", "--json"),
    "scan": ("scan", "--json", "--source", "shop"),
    "mentions": ("mentions",),
    "export": ("export", "--format", "csv", "-o", "-"),
    "tone": ("tone", "The update is terrible."),
}


@pytest.fixture
def stored(config, home):
    """A store that has been polled."""
    assert run("poll", "--config", config).exit_code == 0
    return config


def through_shell(config, name, redirection, *, unbuffered=""):
    """Run a command as a process of its own, with its streams as the shell sets them up."""
    args = [sys.executable, "-m", "mentionwatch", "--config", str(config), *COMMANDS[name]]
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", *args],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_a_closed_stdout_is_like_dev_null(stored, name):
    """As with git: the exit code is what it is with an open one, and nothing is complained of."""
    done = through_shell(stored, name, ">&-")
    assert (done.returncode, done.stdout) == (0, "")
    if name == "scan":
        assert done.stderr.startswith("1 mention ")
    else:
        assert not done.stderr


@pytest.mark.parametrize(
    ("name", "where"), [("poll", "2>&-"), ("scan", "2>&-"), ("mentions", "2>&-"), ("scan", "2>/dev/full")]
)
def test_a_stderr_that_takes_nothing_changes_nothing(stored, name, where):
    """Closed, or on a full disk: what goes to stdout goes there."""
    done = through_shell(stored, name, where)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("Acme") > 0 or name == "poll"


def test_mistakes_keep_their_code_without_a_stderr(stored):
    """A wrong option is 2, whether it can be told or not."""
    for where in ("2>&-", ">/dev/full 2>/dev/full"):
        args = [sys.executable, "-m", "mentionwatch", "--config", str(stored), "scan", "--nosuch"]
        done = subprocess.run(
            ["sh", "-c", f'exec "$@" {where}', "sh", *args], capture_output=True, timeout=60, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (2, b"", b""), where


@pytest.mark.parametrize(
    ("name", "unbuffered"),
    [("poll-json", ""), ("mentions", ""), ("mentions", "1"), ("export", ""), ("tone", "1"), ("tone", "")],
)
def test_a_full_disk_behind_stdout_is_one_line_and_1(stored, name, unbuffered):
    """With a buffer it is found when it is written out, without one at once."""
    done = through_shell(stored, name, ">/dev/full", unbuffered=unbuffered)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == ["Error: cannot write to stdout: No space left on device"]


def test_an_error_that_is_not_of_stdout_is_not_taken_for_one():
    """An OSError from elsewhere comes as it is, also after stdout has refused something."""
    code = """
import os, sys
from mentionwatch.cli.streams import is_of_stdout, mend_streams
mend_streams()
try:
    print("x", flush=True)
except OSError as e:
    found = is_of_stdout(e)
os.dup2(2, 1)
print(found, is_of_stdout(OSError(28, "No space left on device")), file=sys.stderr)
"""
    args = ["sh", "-c", 'exec "$@" >/dev/full', "sh", sys.executable, "-c", code]
    done = subprocess.run(args, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr.split() == ["True", "False"]


def test_no_file_takes_the_number_of_a_closed_stream(home):
    """Else a child's output would be written into it: the store, most likely."""
    code = """
from mentionwatch.cli.streams import mend_streams
mend_streams()
raise SystemExit(open("first", "w").fileno())
"""
    args = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", sys.executable, "-c", code]
    assert subprocess.run(args, timeout=60, check=False).returncode > 2


@pytest.mark.parametrize(
    ("where", "flags"),
    [(">&-", ()), (">/dev/full", ()), ("2>/dev/full", ("--json",))],
    ids=["closed", "full", "full-json"],
)
def test_an_alert_that_could_not_be_printed_is_told_by_a_later_poll(stored, home, where, flags):
    """It stays in the outbox; where stderr can be read the failure is told there."""
    with Store(f"sqlite:///{home / 'm.db'}") as store:
        made = alert(opened=NOW, updated=NOW, last_burst=NOW, last_notice=NOW)
        record(store, settings(notify("stdout", via="stdout")), made, now=NOW)
    args = [sys.executable, "-m", "mentionwatch", "--config", str(stored), "poll", *flags]
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {where}', "sh", *args], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0
    if not flags:
        (line,) = done.stderr.splitlines()
        assert line.startswith("Error: stdout: the alert cannot be printed: ")
    with closing(sqlite3.connect(home / "m.db")) as raw:
        assert raw.execute("SELECT count(*) FROM notices WHERE sent IS NULL").fetchone() == (1,)
        raw.execute("UPDATE channels SET next_try = NULL")
        raw.commit()
    later = run("poll", "--config", stored)
    assert later.exit_code == 0
    assert "Acme" in later.stdout


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_had_enough_of_both_streams_hears_nothing_more(stored, unbuffered):
    """`2>&1 | head`: exit code 1, and no complaint of the interpreter's at its end."""
    read, write = os.pipe()
    os.close(read)
    args = [sys.executable, "-m", "mentionwatch", "--config", str(stored), "mentions"]
    environ = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(args, stdout=write, stderr=write, env=environ, timeout=60, check=False)
    os.close(write)
    assert done.returncode == 1
