"""``mentionwatch cron``: what it prints works as it is, whatever files and folders are called."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.cli.cron import Job, Times, crontab_line, poll_times, program, units
from mentionwatch.config import user_config_file
from mentionwatch.model import SourceStatus
from mentionwatch.pipeline.poll import is_due
from mentionwatch.schedule import next_poll
from tests.cli.calling import run

ROOT = Path(__file__).resolve().parents[2]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: Every sign that means something to cron, a shell or systemd.
HARD = r"""it's 50% of "a\b" \%c \\%d $HOME $$ %h `x` {y} ;& #z ~ é 世"""

needs_posix = pytest.mark.skipif(os.name != "posix", reason="cron is POSIX")


def cron_reads(line):
    r"""What cron hands to the shell: ``\%`` is a %, and an unescaped one ends the command (crontab(5), vixie cron)."""
    command, shown, escaped = line.split(None, 5)[5], "", False
    for char in command:
        if escaped:
            shown = shown[:-1] if char == "%" else shown
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == "%":
            break
        shown += char
    return shown


@pytest.fixture
def program_file(tmp_path):
    """A program with a hard name that writes what it was called with."""
    folder = tmp_path / HARD
    folder.mkdir()
    path = folder / "mentionwatch"
    path.write_text(
        f'#!{sys.executable}\nimport json, os, sys\nprint(json.dumps([sys.argv, os.environ.get("XDG_DATA_HOME")]))\n'
    )
    path.chmod(0o755)
    return path


def job(*command, **environ):
    return Job(Times("4-59/15 * * * *", "*-*-* *:04/15:00", 15 * MINUTE), command, environ, "mentionwatch")


@needs_posix
def test_a_hard_name_gets_through_cron_and_its_shell(program_file):
    """No shell sees anything but what is meant, and cron cuts nothing off."""
    line = crontab_line(job(str(program_file), "poll", "--config", f"/{HARD}/c.toml", XDG_DATA_HOME=f"/{HARD}"))
    assert line.startswith("4-59/15 * * * * XDG_DATA_HOME='")
    done = subprocess.run(
        ["/bin/sh", "-c", cron_reads(line)], env={}, cwd="/", capture_output=True, text=True, check=True
    )
    called, data = json.loads(done.stdout)
    assert called == [str(program_file), "poll", "--config", f"/{HARD}/c.toml"]
    assert data == f"/{HARD}"


@needs_posix
@given(st.text(st.sampled_from("%\\'\" a$"), max_size=12))
def test_no_mixture_of_signs_gets_lost_in_cron(text):
    """Backslashes before a %, quotes beside them, any number of each."""
    command = cron_reads(crontab_line(job("/bin/x", text)))
    split = subprocess.run(
        ["/bin/sh", "-c", f'set -- {command}; printf %s "$2"'], capture_output=True, text=True, check=True
    )
    assert split.stdout == text


def _verify(folder, made):
    """What systemd says of units, of those that are ours: units of the system have troubles of their own."""
    folder.mkdir(exist_ok=True)
    for name, text in made.items():
        (folder / name).write_text(text, "utf-8")
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    command = ["systemd-analyze", "--user", "verify", "--man=no", *(str(folder / name) for name in made)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    return [line for line in done.stderr.splitlines() if "mentionwatch" in line]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
@pytest.mark.parametrize("hard", [HARD, "50% of $HOME; #z é 世 ~", "a b", "plain"])
def test_systemd_takes_the_units(tmp_path, hard):
    """The program is found under its hard name, and nothing is complained of."""
    path = tmp_path / hard / "mentionwatch"
    path.parent.mkdir()
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    words = (str(path), "poll", "--config", f"/{HARD}/c.toml")
    made = units(job(*words, XDG_DATA_HOME=f"/{HARD}"), needs_secrets=True)
    assert _verify(tmp_path / "units", made) == []
    if hard != HARD:
        path.unlink()
        assert _verify(tmp_path / "units", made), "or it would not have looked for the program"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
@pytest.mark.parametrize("every", [MINUTE, 2 * MINUTE, 7 * MINUTE, 15 * MINUTE, HOUR, 5 * HOUR, DAY, 9 * DAY])
def test_cron_and_systemd_mean_the_same_times(every):
    """The calendar of the timer comes as often as the line of the crontab, never more seldom than `every` up to a day."""
    times = poll_times(every, "/home/you/acme.toml")
    command = ["systemd-analyze", "calendar", "--base-time=2026-03-02 00:00:00 UTC", "--iterations=60", times.calendar]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "TZ": "UTC"}).stdout
    found = [
        datetime.strptime(when, "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc)
        for when in re.findall(
            r"(?:Next elapse|Iter\. #\d+|Iteration #\d+): \w+ (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC", shown
        )
    ]
    assert len(found) == 60
    assert {later - earlier for earlier, later in pairwise(found)} == {times.every}
    assert found == list(_runs(times.crontab, found[0], 60))


def _runs(crontab, start, count):
    """When cron runs a line, from a moment on."""
    minutes, hours = (_field(text, last) for text, last in zip(crontab.split()[:2], (59, 23), strict=True))
    moment = start
    while count:
        if moment.minute in minutes and moment.hour in hours:
            count -= 1
            yield moment
        moment += MINUTE


def _field(text, last):
    found = re.fullmatch(r"(?:\*|(\d+)(?:-(\d+))?)(?:/(\d+))?", text)
    first, until, step = found[1], found[2], found[3]
    start = int(first or 0)
    end = last if first is None else int(until or first)
    return range(start, end + 1, int(step or 1))


@given(st.integers(1, 60 * 24 * 8), st.text(max_size=8))
def test_it_polls_at_least_as_often_as_the_sources_want(minutes, name):
    """Cron cannot do every interval: it does the next shorter one, and never less than once a day."""
    times = poll_times(minutes * MINUTE, name)
    assert times.every <= minutes * MINUTE
    assert times.every * 2 > min(minutes * MINUTE, DAY)
    runs = list(_runs(times.crontab, datetime(2026, 3, 2, tzinfo=timezone.utc), 3))
    assert runs[2] - runs[1] == runs[1] - runs[0] == times.every


@pytest.mark.parametrize("every", [MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, DAY])
@pytest.mark.parametrize("name", ["a", "forum", "x9"])
def test_the_delays_of_the_timer_skip_no_source(every, name):
    """A poll that came as late as it may is followed by one that comes on time, and the source is due then."""
    text = units(job("/x"))["mentionwatch.timer"]
    late = sum(int(n) for n in re.findall(r"(?:RandomizedDelaySec|AccuracySec)=(\d+)s", text))
    at = datetime(2026, 3, 2, tzinfo=timezone.utc)
    polled = at + timedelta(seconds=late)
    status = SourceStatus(name, "u", at, polled, polled, 0, "ok", next_poll=next_poll(every, now=polled, name=name))
    assert is_due(status, every, at + every)


def test_the_program_is_named_by_its_full_path(program_file, monkeypatch):
    """By the entry point as it was called, or found; else by the interpreter that runs it."""
    assert program(str(program_file)) == [str(program_file)]
    monkeypatch.setenv("PATH", str(program_file.parent))
    assert program("mentionwatch") == [str(program_file)]
    for other in ("/x/__main__.py", "/missing/mentionwatch", "pytest", "-c"):
        assert program(other) == [sys.executable, "-m", "mentionwatch"]


@needs_posix
def test_the_printed_line_polls(config, home):
    """From another folder, in an environment as empty as cron's."""
    line = run("cron", "--crontab", "--config", config.name).stdout.splitlines()[-1]
    assert str(config) in line
    environ = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(home / "home")}
    done = subprocess.run(
        ["/bin/sh", "-c", cron_reads(line)], env=environ, cwd="/", capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(json.loads(run("mentions", "--config", config, "--json").stdout)) == 4


def test_it_says_what_else_is_needed(config, monkeypatch):
    """Who tells alerts where there is no channel, and the variables that neither cron nor systemd has."""
    both = run("cron", "--config", config).stdout
    assert "MAILTO=you@example.org" in both
    assert "Without [[notify]], alerts come by cron's mail only" in both
    assert "systemctl --user enable --now mentionwatch-acme.timer" in both
    assert "loginctl enable-linger" in both
    assert "EnvironmentFile" not in both
    monkeypatch.setenv("HOOK", "https://hook.example/s3same")
    monkeypatch.setenv("XDG_DATA_HOME", "/data of mine")
    config.write_text(config.read_text("utf-8") + '[[notify]]\nvia = "webhook"\nurl = "env:HOOK"\n', "utf-8")
    both = run("cron", "--config", config).stdout
    assert "this configuration needs HOOK" in both
    assert "EnvironmentFile=-%h/.config/mentionwatch/mentionwatch-acme.env" in both
    assert "Without [[notify]]" not in both
    assert "s3same" not in both
    assert 'Environment="XDG_DATA_HOME=/data of mine"' in both
    assert "XDG_DATA_HOME='/data of mine' " in both


def test_one_of_both_and_json(config):
    """Each by itself, for a pipe; as JSON for a program."""
    line, systemd = (
        run("cron", "--crontab", "--config", config).stdout,
        run("cron", "--systemd", "--config", config).stdout,
    )
    assert "[Timer]" not in line
    assert "crontab" not in systemd
    assert run("cron", "--config", config).stdout == f"{line}\n{systemd}"
    found = json.loads(run("cron", "--config", config, "--json").stdout)
    assert list(found) == ["every_s", "command", "crontab", "units"]
    assert found["every_s"] == 3600
    assert found["command"][-3:] == ["poll", "--config", str(config)]
    assert found["crontab"] == line.splitlines()[-1]
    assert list(found["units"]) == ["mentionwatch-acme.service", "mentionwatch-acme.timer"]


def test_a_configuration_of_a_project_never_takes_the_units_of_the_users_own(config, home):
    """mentionwatch.toml in a folder: by the folder's name where the user has one too, or its polls would end."""
    folder = home / "shop"
    folder.mkdir()
    path = shutil.copy(config, folder / "mentionwatch.toml")
    assert list(units_of(path)) == ["mentionwatch.service", "mentionwatch.timer"]
    user_config_file().parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(config, user_config_file())
    assert list(units_of(path)) == ["mentionwatch-shop.service", "mentionwatch-shop.timer"]
    assert list(units_of(user_config_file())) == ["mentionwatch.service", "mentionwatch.timer"]


def units_of(config):
    """The units for a configuration, by name."""
    return json.loads(run("cron", "--config", config, "--json").stdout)["units"]


def test_the_shortest_interval_counts_and_what_cron_cannot_do_is_said(config):
    """Twenty minutes for what wants 25."""
    config.write_text(config.read_text("utf-8") + 'every = "25m"\n', "utf-8")
    shown = run("cron", "--crontab", "--config", config).stdout
    assert "polls every 20m (the shortest every of the sources is 25m)" in shown
    assert re.search(r"(?m)^(\*|\d+-59)/20 \* \* \* \* ", shown)


@needs_posix
def test_what_no_crontab_can_hold_is_refused(config, home):
    """A line break in a name would be a line of the crontab; it does not reach the terminal either."""
    evil = home / "a\n* * * * * evil"
    evil.mkdir()
    path = shutil.copy(config, evil / "acme.toml")
    result = run("cron", "--config", path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "cannot stand in a crontab or a unit" in result.stderr
    assert "\n*" not in result.stderr


@pytest.mark.parametrize("stem", ["mentionwatch", "größe", "two words"])
def test_a_name_that_no_unit_can_have_takes_none_of_the_users_own(config, home, stem):
    """Nor does one in a folder that is called as the program is."""
    folder = home / "mentionwatch"
    folder.mkdir()
    path = folder / f"{stem}.toml"
    path.write_text(config.read_text("utf-8"), "utf-8")
    assert list(units_of(path)) == ["mentionwatch.service", "mentionwatch.timer"]
    own = user_config_file()
    own.parent.mkdir(parents=True)
    own.write_text(config.read_text("utf-8"), "utf-8")
    service, timer = units_of(path)
    assert re.fullmatch(r"mentionwatch-[0-9a-f]{6}\.service", service)
    assert timer == service.replace(".service", ".timer")
    assert list(units_of(own)) == ["mentionwatch.service", "mentionwatch.timer"]


def test_two_configurations_of_one_name_have_units_of_their_own(config, home):
    """Where those of the first are installed, the second's are called otherwise; the first's stay what they are."""
    first, second = home / "work it" / "acme.toml", home / "play" / "acme.toml"
    installed = Path(os.environ["XDG_CONFIG_HOME"]) / "systemd" / "user"
    installed.mkdir(parents=True)
    for path in (first, second):
        path.parent.mkdir()
        path.write_text(config.read_text("utf-8"), "utf-8")
    for name, text in units_of(first).items():
        (installed / name).write_text(text, "utf-8")
    assert list(units_of(first)) == ["mentionwatch-acme.service", "mentionwatch-acme.timer"]
    service, _timer = found = units_of(second)
    assert re.fullmatch(r"mentionwatch-acme-[0-9a-f]{6}\.service", service)
    assert units_of(second) == found
    shown = run("cron", "--systemd", "--config", second).stdout
    assert f"enable --now {service.removesuffix('.service')}.timer" in shown
