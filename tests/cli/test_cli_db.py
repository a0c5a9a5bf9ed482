"""``db`` as a user meets it, and what every command says of a store that cannot be used."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from mentionwatch.lock import poll_lock
from mentionwatch.store import Store, opening
from tests.cli.calling import NOW, run, run_terminal
from tests.test_migrations import load, version_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def polled(config):
    """A store with what the three sources gave."""
    assert run("poll", "--config", config).exit_code == 0
    return config


def db(*args, config):
    return run("db", *args, "--config", config)


def authors(home):
    with Store(f"sqlite:///{home / 'm.db'}") as store:
        return sorted(mention.entry.author for mention in store.mentions())


def test_backup_says_what_it_made(polled, home):
    """Where, how large, and that it was looked through; as JSON too."""
    done = db("backup", "copy.db", config=polled)
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.startswith("copy.db: ")
    assert "it is whole" in done.stderr
    again = db("backup", "copy.db", config=polled)
    assert (again.exit_code, again.stderr.count("\n")) == (2, 1)
    assert "--force" in again.stderr
    forced = db("backup", "copy.db", "--force", "--json", config=polled)
    assert json.loads(forced.stdout)["whole"] is True
    assert json.loads(forced.stdout)["bytes"] == (home / "copy.db").stat().st_size


def test_a_backup_is_taken_while_a_poll_holds_the_lock(polled, home):
    """It waits for nobody."""
    with poll_lock(home / "m.db", now=NOW):
        assert db("backup", "copy.db", config=polled).exit_code == 0
        held = db("prune", "--older-than", "1d", config=polled)
        assert held.exit_code == 75
        assert "--wait" in held.stderr


def test_no_secret_is_needed_to_look_after_the_store(polled, monkeypatch):
    """A backup is taken by whoever has no password of the mail server."""
    monkeypatch.delenv("HOOK_URL", raising=False)
    polled.write_text(
        f'{polled.read_text("utf-8")}[[notify]]\nvia = "webhook"\nname = "hook"\nurl = "env:HOOK_URL"\n', "utf-8"
    )
    assert run("poll", "--config", polled).exit_code == 2
    for command in (("backup", "copy.db"), ("upgrade",), ("prune", "--older-than", "30d"), ("forget", "ann", "--yes")):
        assert db(*command, config=polled).exit_code == 0


def test_a_backup_put_back_is_what_it_was(polled, home):
    """As the help says: the file in the place of the store."""
    db("backup", "copy.db", config=polled)
    before = authors(home)
    assert db("forget", "ann", "--yes", config=polled).exit_code == 0
    assert authors(home) != before
    (home / "copy.db").replace(home / "m.db")
    assert authors(home) == before
    assert run("poll", "--config", polled).exit_code == 0


def test_upgrade_says_from_and_to(config, home):
    """And where the store lies as it was; a second time there is nothing to do."""
    load(home / "m.db", 2)
    done = db("upgrade", config=config)
    assert done.exit_code == 0, done.stderr
    assert "schema 2 -> " in done.stderr
    assert version_of(home / "m.db.schema-2.backup") == "2"
    told = json.loads(db("upgrade", "--json", config=config).stdout)
    assert told["from"] == told["to"]
    assert told["backup"] is None
    assert "up to date" in db("upgrade", config=config).stderr


@pytest.mark.parametrize(
    "command", [("upgrade",), ("backup", "x.db"), ("recover", "x.db"), ("prune", "--older-than", "9d"), ("forget", "a")]
)
def test_without_a_store_there_is_nothing_to_do(config, home, command):
    """It is told, and none is made."""
    done = db(*command, config=config)
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "no store" in done.stderr
    assert not (home / "m.db").exists()
    assert not (home / "x.db").exists()


def test_prune_counts_first(polled, home):
    """The same with and without --dry-run; everything at once is refused."""
    told = json.loads(db("prune", "--older-than", "30d", "--dry-run", "--json", config=polled).stdout)
    assert (told["mentions"], told["entries"], told["dry_run"]) == (1, 1, True)
    assert "cyd" in authors(home)
    done = db("prune", "--older-than", "30d", config=polled)
    assert done.stderr.startswith("Deleted what is of before ")
    assert "1 mention, 1 entry, 0 alerts." in done.stderr
    assert "cyd" not in authors(home)
    for wrong in ("0s", "999999999d", "soon"):
        assert db("prune", "--older-than", wrong, config=polled).exit_code == 2
    assert len(authors(home)) == 3


def test_forget_asks_first(polled, home):
    """It shows whose it is; no is no, and without a terminal nobody is taken to have said yes."""
    refused = run_terminal("db", "forget", "@Ann", "--config", polled, answers=["n\n"])
    assert refused.exit_code == 0
    assert "ann in forum: 1 entry" in refused.text
    assert "Nothing was deleted." in refused.lines
    assert db("forget", "ann", config=polled).exit_code == 2
    assert "ann" in authors(home)
    done = run_terminal("db", "forget", "@Ann", "--config", polled, answers=["y\n"])
    assert "Deleted 1 entry, 1 mention, 0 marks." in done.lines
    assert "ann" not in authors(home)


def test_who_is_forgotten_comes_again_unless_ignored(polled, home, server):
    """As it is told; with the line that it says, the next polls bring nothing."""
    told = db("forget", "ann", "--yes", config=polled).stderr
    line = 'ignore_authors = ["ann"]'
    assert line in told
    server.routes["/feed.xml"] = server.routes["/feed.xml"].__class__(
        server.routes["/feed.xml"].body.replace(b"Nothing of the kind", b"Nothing at all")
    )
    run("poll", "--all", "--config", polled)
    assert "ann" in authors(home)
    db("forget", "ann", "--yes", config=polled)
    polled.write_text(f"{line}\n{polled.read_text('utf-8')}", "utf-8")
    run("poll", "--all", "--config", polled)
    assert "ann" not in authors(home)
    assert line not in db("forget", "dan", "--yes", "--dry-run", config=polled).stderr


def test_nobody_of_that_name_is_no_mistake(polled):
    """A name goes to the terminal without its escape sequences."""
    done = db("forget", "no\x1b[31mbody", config=polled)
    assert (done.exit_code, done.stderr) == (0, "Nothing that is stored is by nobody.\n")


# --- a store that cannot be used --------------------------------------------------------------------------

COMMANDS = [
    ("mentions",), ("mentions", "acme"), ("alerts",), ("alerts", "show", "a1"), ("alerts", "ack", "a1"), ("poll",),
    ("poll", "--dry-run"), ("sources", "status"), ("mark", "m1", "--noise"), ("explain", "m1"), ("backtest",),
    ("export", "-o", "out.csv"), ("alerts", "test"), ("db", "prune", "--older-than", "9d"), ("db", "upgrade"),
    ("db", "forget", "ann", "--yes"), ("db", "backup", "copy.db"),
]  # fmt: skip


@pytest.fixture
def damaged(polled, home):
    """The first page says where everything is; what says so is overwritten."""
    body = bytearray((home / "m.db").read_bytes())
    body[100:200] = b"\xff" * 100
    (home / "m.db").write_bytes(body)
    return polled


def test_every_command_says_that_the_store_is_damaged(damaged, home):
    """In one line, with what can be done; and it is left as it is."""
    before = (home / "m.db").read_bytes()
    for command in COMMANDS:
        done = run(*command, "--config", damaged)
        assert done.exit_code == 1, command
        (line,) = done.stderr.splitlines()
        assert line.startswith(f"Error: the store {home / 'm.db'} is damaged ("), command
        for advice in ("mentionwatch doctor", "mentionwatch db backup", "mentionwatch db recover", ".recover"):
            assert advice in line, command
        assert (home / "m.db").read_bytes() == before, command
    assert (home / "copy.db.damaged").read_bytes() == before
    assert not (home / "copy.db").exists()


def test_what_can_be_read_is_recovered(polled, home):
    """It says how much, and of what not all could be read; put in its place, it is the store."""
    whole = db("recover", "whole.db", config=polled)
    assert (whole.exit_code, whole.stderr) == (
        0,
        "whole.db: 4 mentions, 4 entries, 0 alerts, 0 marks; all of it could be read\n",
    )
    change = "UPDATE entries SET published = 'never' WHERE author = 'ann'"
    with closing(sqlite3.connect(home / "m.db")) as raw:
        raw.execute(change)
        raw.commit()
    assert run("mentions", "--config", polled).exit_code == 1
    told = json.loads(db("recover", "new.db", "--json", config=polled).stdout)
    assert (told["rows"]["mentions"], told["rows"]["entries"], told["torn"]) == (3, 3, ["entries"])
    assert db("recover", "new.db", config=polled).exit_code == 2
    (home / "new.db").replace(home / "m.db")
    assert authors(home) == ["cyd", "dan", "eve"]
    assert run("doctor", "--config", polled).exit_code == 0


def test_a_damaged_value_is_told_and_not_shown(polled, home):
    """What stands in the place of a time, or is no text, never reaches the terminal."""
    for value in ("'no \x1b[31mtime'", "CAST(x'ff1b5b33316d41' AS TEXT)"):
        with closing(sqlite3.connect(home / "m.db")) as raw:
            column = "first_seen" if "time" in value else "keyword"
            raw.execute(f"UPDATE mentions SET {column} = {value}")
            raw.commit()
        done = run("mentions", "--config", polled)
        assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
        assert "is damaged" in done.stderr
        assert "\x1b" not in done.stderr + done.stdout
        assert done.exception is None or isinstance(done.exception, SystemExit)


HOLDER = """
import sqlite3, sys
raw = sqlite3.connect(sys.argv[1], isolation_level=None)
raw.execute("PRAGMA locking_mode = EXCLUSIVE")
raw.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_store_that_another_process_holds_is_told_by_every_command(polled, home, monkeypatch):
    """A real process that keeps everybody out: 1, in one line; after it has ended all is as before."""
    monkeypatch.setattr(opening, "_BUSY_S", 0)
    before = (home / "m.db").read_bytes()
    holder = [sys.executable, "-c", HOLDER, str(home / "m.db")]
    with subprocess.Popen(holder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        for command in [*COMMANDS, ("doctor",)]:
            done = run(*command, "--config", polled)
            assert done.exit_code == 1, command
            assert "locked" in done.stderr + done.stdout, command
            assert "another program holds it" in done.stderr + done.stdout, command
            assert done.stderr.count("\n") <= 1
        other.stdin.close()
    assert (home / "m.db").read_bytes() == before
    assert not (home / "copy.db").exists()
    assert run("mentions", "--config", polled).exit_code == 0


DROP = """
import ctypes, os, sys
# What lets root write whatever it likes is taken from it; the next program starts without.
for capability in (1, 2):
    ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def run_bound(*args):
    """A process that heeds permissions, whoever runs the tests."""
    command = [sys.executable, "-c", DROP, *map(str, args)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def read_only(polled, home):
    """A store in a folder of its own; neither may be written."""
    folder = home / "fixed"
    folder.mkdir()
    (home / "m.db").rename(folder / "m.db")
    polled.write_text(polled.read_text("utf-8").replace("///m.db", "///fixed/m.db"), "utf-8")
    (folder / "m.db").chmod(0o400)
    folder.chmod(0o500)
    if os.name != "posix" or run_bound("-c", f"open({str(folder / 'x')!r}, 'w')").returncode == 0:
        pytest.skip("root may write anything here")
    yield polled
    folder.chmod(0o700)


def test_a_read_only_store_is_told(read_only, home):
    """Why, in one line; not a byte of it is another, and nothing lies beside it."""
    before = (home / "fixed" / "m.db").read_bytes()
    for command in (("poll", "--all"), ("mark", "m", "--noise"), ("db", "prune", "--older-than", "1d"), ("doctor",)):
        done = run_bound("-m", "mentionwatch", *command, "--config", read_only)
        assert done.returncode == 1, done.stderr
        assert "Traceback" not in done.stderr
        assert done.stderr.count("\n") <= 1
        assert "permission" in done.stderr.lower() + done.stdout
    assert (home / "fixed" / "m.db").read_bytes() == before
    assert [found.name for found in (home / "fixed").iterdir()] == ["m.db"]
