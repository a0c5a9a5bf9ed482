"""``doctor``: what is wrong is found, what to do is said, nothing is changed and no secret is shown."""

from __future__ import annotations

import json
import os
import shlex
import sqlite3
from contextlib import closing
from importlib.util import find_spec
from io import StringIO

import pytest

from mentionwatch.output.doctor import Finding, exit_code, shown_bytes, write_findings
from mentionwatch.store import Store, disk
from tests.cli.calling import NOW, run, run_terminal
from tests.servers import Answer
from tests.test_migrations import load, version_of
from tests.test_outbox import alert, notify, record
from tests.test_outbox import config as settings

HOOK = '[[notify]]\nvia = "webhook"\nname = "hook"\nurl = "env:HOOK_URL"\nsecret = "file:key.txt"\n'


@pytest.fixture
def polled(config):
    """A store with what the three sources gave."""
    assert run("poll", "--config", config).exit_code == 0
    return config


def add(config, text):
    """More of a configuration."""
    config.write_text(config.read_text("utf-8") + text, "utf-8")


def odd_found(areas, word):
    """Findings with such a word in what is to be done."""
    return [one for found in areas.values() for one in found if word in (one["todo"] or "")]


def doctor(config, *more):
    """Its exit code, and the findings by area."""
    done = run("doctor", "--json", "--config", config, *more)
    told = json.loads(done.stdout)
    assert told["exit_code"] == done.exit_code
    areas = {}
    for one in told["findings"]:
        areas.setdefault(one["area"], []).append(one)
    return done.exit_code, areas


def odd(areas, area):
    """What is not well in an area, in words."""
    return [f"{one['what']} -> {one['todo']}" for one in areas.get(area, ()) if one["level"] != "ok"]


def change(home, *statements):
    """Write into the store."""
    with closing(sqlite3.connect(home / "m.db")) as raw:
        for statement in statements:
            raw.execute(statement)
        raw.commit()


def test_where_nothing_is_wrong_it_says_so(polled, home):
    """Every area is named, and nothing in the folder is another than before."""
    before = {found.name: found.read_bytes() for found in home.iterdir() if found.is_file()}
    done = run("doctor", "--config", polled)
    assert (done.exit_code, done.stderr) == (0, "")
    areas = {line.split(" ")[0] for line in done.stdout.splitlines()}
    assert areas >= {"config", "store", "sources", "channels", "clock", "tone", "versions"}
    assert done.stdout.endswith("Nothing is wrong.\n")
    assert {found.name: found.read_bytes() for found in home.iterdir() if found.is_file()} == before
    assert run("doctor", "-q", "--config", polled).stdout == "Nothing is wrong.\n"


def test_versions_are_told(polled):
    """As JSON by name, null for what is not installed."""
    versions = json.loads(run("doctor", "--json", "--config", polled).stdout)["versions"]
    assert versions["sqlite"] == sqlite3.sqlite_version
    assert {"mentionwatch", "python", "platform", "httpx", "numpy", "apprise"} <= set(versions)


def test_without_a_configuration_that_is_told(home):
    """And with one that has mistakes, each of them; a store cannot be known then."""
    code, areas = doctor(home / "nowhere.toml")
    assert (code, list(areas)) == (2, ["config"])
    assert run("doctor").exit_code == 2
    (home / "bad.toml").write_text('colour = 1\n[[brands]]\nname = "A"\nmatch = ["a AND"]\n', "utf-8")
    code, areas = doctor(home / "bad.toml")
    assert code == 2
    assert len(odd(areas, "config")) == 2


def test_before_the_first_poll_there_is_no_store(config, home):
    """That is no failure, and none is made."""
    code, areas = doctor(config)
    assert code == 0
    assert "there is none at" in odd(areas, "store")[0]
    assert not (home / "m.db").exists()


def test_a_secret_that_is_missing_is_named_and_the_rest_is_looked_at(polled, home, monkeypatch):
    """2; one that is there is never shown, in no format and however much is said."""
    add(polled, HOOK)
    monkeypatch.delenv("HOOK_URL", raising=False)
    code, areas = doctor(polled)
    assert code == 2
    assert [line.partition(":")[0] for line in odd(areas, "secrets")] == ["notify[0].url", "notify[0].secret"]
    assert "HOOK_URL" in odd(areas, "secrets")[0]
    assert {"store", "sources", "clock", "tone"} <= set(areas)
    assert [line.partition(" ->")[0] for line in odd(areas, "channels")] == ["hook: its address or secret is not there"]
    monkeypatch.setenv("HOOK_URL", "https://hooks.example/T0PSECRET")
    (home / "key.txt").write_text("K3Y", "utf-8")
    for how in ((), ("--json",), ("-vv",)):
        done = run("doctor", *how, "--config", polled)
        assert done.exit_code == 0
        assert "env:HOOK_URL" in done.stdout
        assert not any(secret in done.output for secret in ("T0PSECRET", "K3Y", "hooks.example"))


def test_mail_needs_the_password_of_its_server(polled, monkeypatch):
    """Every channel that mails is without it."""
    monkeypatch.delenv("SMTP_PASSWORD", raising=False)
    server = '[smtp]\nhost = "mail.example"\nuser = "watch"\npassword = "env:SMTP_PASSWORD"\n'
    add(polled, f'{server}[[notify]]\nvia = "email"\nname = "press"\nto = ["pr@acme.example"]\n')
    code, areas = doctor(polled)
    assert code == 2
    (line,) = odd(areas, "channels")
    assert line.startswith("press: its mail server's user or password is not there")


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_what_is_to_be_typed_holds_for_any_name(config, home):
    """An apostrophe in it, and a blank."""
    folder = home / "it's mine"
    folder.mkdir()
    moved = folder / "c.toml"
    config.rename(moved)
    add(moved, HOOK.replace("env:HOOK_URL", "https://hooks.example/T0PSECRET").replace("file:key.txt", "K3Y"))
    moved.chmod(0o644)
    run("poll", "--config", moved)
    stores = list(home.rglob("*.db"))
    assert len(stores) == 1
    stores[0].chmod(0o644)
    _code, areas = doctor(moved)
    told = {shlex.split(one["todo"].partition(",")[0])[-1] for one in odd_found(areas, "chmod")}
    assert told == {str(moved), str(stores[0])}


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_who_else_may_read_it_is_told(polled, home):
    """The store; and the configuration, where a secret is written into it."""
    polled.chmod(0o644)
    (home / "m.db").chmod(0o640)
    code, areas = doctor(polled)
    assert code == 0
    (line,) = odd(areas, "store")
    assert "640" in line
    assert "chmod 600" in line
    assert not odd(areas, "secrets")
    add(polled, HOOK.replace("env:HOOK_URL", "https://hooks.example/T0PSECRET").replace("file:key.txt", "K3Y"))
    _code, areas = doctor(polled)
    (line,) = odd(areas, "secrets")
    assert "notify.url, notify.secret" in line
    assert "T0PSECRET" not in line
    polled.chmod(0o600)
    assert not odd(doctor(polled)[1], "secrets")


@pytest.mark.parametrize("place", [slice(100, 200), slice(4096 * 20, 4096 * 20 + 300)])
def test_a_damaged_store_is_found(polled, home, place):
    """Whether it can be opened or not: 1, and a way out; it is not touched."""
    body = bytearray((home / "m.db").read_bytes())
    body[place] = b"\xff" * (place.stop - place.start)
    (home / "m.db").write_bytes(body)
    code, areas = doctor(polled)
    assert code == 1
    (line,) = odd(areas, "store")
    assert "is damaged: " in line
    assert all(word in line for word in ("backup", ".recover"))
    assert {"config", "channels", "tone"} <= set(areas)
    assert (home / "m.db").read_bytes() == body


def test_what_hangs_on_nothing_is_damage_too(polled, home):
    """A mention whose entry is gone."""
    change(home, "PRAGMA foreign_keys = OFF", "DELETE FROM entries WHERE author = 'ann'")
    code, areas = doctor(polled)
    assert code == 1
    assert "mentions" in odd(areas, "store")[0]


def test_an_old_store_is_left_as_it_is(config, home):
    """It is told that it will be brought up to date, and how to keep a copy."""
    load(home / "m.db", 2)
    (home / "m.db").chmod(0o600)
    code, areas = doctor(config)
    assert code == 0
    (line,) = odd(areas, "store")
    assert "db upgrade" in line
    assert version_of(home / "m.db") == "2"


def test_a_store_of_another_program_is_told(config, home):
    """1, and it is left alone."""
    (home / "m.db").write_text("a diary, and no store at all, for certain", "utf-8")
    code, areas = doctor(config)
    assert code == 1
    assert "not a mentionwatch store" in odd(areas, "store")[0]


def test_a_network_drive_is_warned_of(polled, home, monkeypatch):
    """By what the system says is mounted there."""
    monkeypatch.setattr(disk, "_mounts", lambda: [("/", "ext4"), (str(home.resolve()), "nfs4")])
    code, areas = doctor(polled)
    assert code == 0
    (line,) = odd(areas, "store")
    assert "network drive (nfs4)" in line


def test_little_room_is_warned_of(polled, monkeypatch):
    """Before the disk is full."""
    real = disk.shutil.disk_usage
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda path: real(path)._replace(free=50_000_000))
    (line,) = odd(doctor(polled)[1], "store")
    assert "only 50 MB are free" in line


def test_sources_that_are_down_are_told_with_their_advice(polled, server):
    """3 while some are, 4 when all failed, as for ``poll``."""
    server.routes["/feed.xml"] = Answer(status=410)
    run("poll", "--all", "--config", polled)
    code, areas = doctor(polled)
    assert code == 3
    assert odd(areas, "sources")[0].startswith("3 configured: 1 gone, 2 ok")
    assert odd(areas, "sources")[1].startswith("forum: gone")
    for route in ("/feed.json", "/reviews"):
        server.routes[route] = Answer(status=500)
    run("poll", "--all", "--config", polled)
    code, areas = doctor(polled)
    assert code == 4
    assert "every source failed" in odd(areas, "sources")[0]


def test_channels_that_fail_are_told(polled, home):
    """A failing one is a warning; over an hour it is 6; one that works says when it last did."""
    channel = '[[notify]]\nvia = "file"\nname = "{}"\npath = "{}"\n'
    (home / "gone").mkdir()
    add(polled, channel.format("good", "told.jsonl") + channel.format("bad", "gone/told.jsonl"))
    assert [one["level"] for one in doctor(polled)[1]["channels"]] == ["ok", "ok"]
    (home / "gone").rmdir()
    with Store(f"sqlite:///{home / 'm.db'}") as store:
        made = alert(opened=NOW, updated=NOW, last_burst=NOW, last_notice=NOW)
        record(store, settings(notify("good"), notify("bad")), made, now=NOW)
    run("poll", "--config", polled)
    code, areas = doctor(polled)
    assert code == 2, "its folder is not there"
    assert any("bad: has failed since" in line and "alerts test" in line for line in odd(areas, "channels"))
    assert any(one["what"].startswith("good: file, last told") for one in areas["channels"])
    (home / "gone").mkdir()
    change(home, "UPDATE messages SET created = datetime(created, '-90 minutes') WHERE sent IS NULL")
    code, areas = doctor(polled)
    assert code == 6
    assert "bad: 1 message overdue since" in odd(areas, "channels")[0]


def test_a_channel_that_lacks_something_is_not_well_too(polled, home):
    """It had told before, and says so no more: one line for it."""
    (home / "there").mkdir()
    add(polled, '[[notify]]\nvia = "file"\nname = "log"\npath = "there/told.jsonl"\n')
    assert run("alerts", "test", "--config", polled).exit_code == 0
    assert [one["level"] for one in doctor(polled)[1]["channels"]] == ["ok"]
    (home / "there" / "told.jsonl").unlink()
    (home / "there").rmdir()
    assert [one["level"] for one in doctor(polled)[1]["channels"]] == ["error"]


@pytest.mark.parametrize(
    ("channel", "told"),
    [
        ('via = "command"\nargv = ["no-such-program-here", "S3CRET"]', "no program"),
        ('via = "command"\nargv = ["./here.sh"]', "no program"),
        ('via = "file"\npath = "no/where.jsonl"', "folder"),
    ],
)
def test_what_a_channel_lacks_on_this_machine_is_told(polled, channel, told):
    """Before there is anything to tell; arguments, which may hold a secret, are not shown."""
    add(polled, f"[[notify]]\n{channel}\n")
    code, areas = doctor(polled)
    assert code == 2
    (line,) = odd(areas, "channels")
    assert told in line
    assert "S3CRET" not in line


def test_a_program_beside_the_configuration_is_found(polled, home):
    """As it is when it is run."""
    (home / "here.sh").write_text("#!/bin/sh\n", "utf-8")
    (home / "here.sh").chmod(0o755)
    add(polled, '[[notify]]\nvia = "command"\nargv = ["./here.sh"]\n')
    assert doctor(polled)[0] == 0


def test_the_clock_is_compared_with_the_last_poll(polled, home):
    """Set back, or nobody polls any more: a warning each."""
    change(home, "UPDATE sources SET last_polled = datetime(last_polled, '+3 hours')")
    code, areas = doctor(polled)
    assert code == 0
    assert "set back" in odd(areas, "clock")[0]
    change(home, "UPDATE sources SET last_polled = datetime(last_polled, '-4 days')")
    (line,) = odd(doctor(polled)[1], "clock")
    assert "the last poll was 4 d ago" in line
    assert "cron" in line


def test_a_zone_that_is_not_known_is_told(polled, monkeypatch):
    """The system takes UTC for it, and says nothing."""
    monkeypatch.setenv("TZ", "Mars/Olympus_Mons")
    (line,) = odd(doctor(polled)[1], "clock")
    assert "Mars/Olympus_Mons" in line
    monkeypatch.setenv("TZ", "Europe/Paris")
    assert not odd(doctor(polled)[1], "clock")
    polled.write_text(f'timezone = "Asia/Tokyo"\n{polled.read_text("utf-8")}', "utf-8")
    monkeypatch.setenv("TZ", "Mars/Olympus_Mons")
    (zone,) = [one["what"] for one in doctor(polled)[1]["clock"] if "Asia/Tokyo" in one["what"]]
    assert zone


def test_an_engine_that_is_not_installed_is_told(polled):
    """Where numpy is missing; where it is there, the accurate engine is tried."""
    add(polled, '[tone]\nengine = "accurate"\n')
    code, areas = doctor(polled)
    if find_spec("numpy") is None:
        assert code == 2
        assert "pip install" in odd(areas, "tone")[0]
    else:
        assert code == 0
        assert not odd(areas, "tone")


def test_on_a_terminal_long_lines_are_broken_and_commands_are_not(polled):
    """What is there to be copied stays in one piece."""
    done = run_terminal("doctor", "--config", polled, columns=60)
    assert done.exit_code == 0
    long = [line.strip() for line in done.lines if len(line) > 60]
    assert long
    # A path alone is not broken either.
    assert all(line.startswith("->") or line.split()[-1].startswith("/") for line in long)
    assert done.lines[-1] == "Nothing is wrong."


def test_the_gravest_code_holds():
    """1, 2, 4, 6, 3; a warning has none."""
    for codes, wanted in (((3, 6), 6), ((3, 4), 4), ((6, 2), 2), ((2, 1, 3), 1), ((0,), 0), ((), 0)):
        assert exit_code([Finding("store", "error", "x", code=code) for code in codes]) == wanted


def test_remote_text_is_made_safe():
    """A source's words reach the terminal without escape sequences, on one line."""
    stream = StringIO()
    write_findings(
        [Finding("sources", "error", "x\x1b[31m\nred\u202e", "do\x1b]8;;evil\x07 it")], stream, width=None, color=False
    )
    assert stream.getvalue() == "sources   error    x red\n                   -> do it\n1 error.\n"


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (471_040, "471 kB"), (999_600, "1.0 MB"), (12e9, "12 GB"), (9e15, "9,000 TB")],
)  # fmt: skip
def test_sizes_are_for_people(size, shown):
    """Three digits at most, but where there is no larger unit."""
    assert shown_bytes(int(size)) == shown
