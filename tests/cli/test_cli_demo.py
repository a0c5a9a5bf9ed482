"""``mentionwatch demo``: one real run with a fixed end, and what may be said of it."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
from pathlib import Path

import pytest

from mentionwatch.tone.accurate import is_available
from tests.cli.calling import run, run_process

#: The end of the demo that the README quotes.
END = "2026-11-22T00:00Z"
README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo in a folder of a name with blanks, given relative to where it was started."""
    folder = tmp_path_factory.mktemp("demo")
    environ = {**os.environ, "TZ": "UTC", "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    done = run_process("demo", "-o", "my demo", "--end", END, cwd=folder, env=environ)
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "my demo", done.stdout


def test_demo_prints_the_alert_with_its_reason(demo):
    """The whole way over real HTTP: mentions, one alert with observed, expected and odds, and the CSV."""
    folder, shown = demo
    assert "negative mentions in" in shown
    assert "you usually see" in shown
    assert "By chance:" in shown
    with (folder / "mentions.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) > 300
    config = folder / "mentionwatch.toml"
    alert, down = json.loads(run("alerts", "--json", "--config", config).stdout)
    assert (down["kind"], down["state"], down["observed"]) == ("source", "resolved", None)
    assert alert["severity"] == "critical"
    page = run("alerts", "show", alert["id"][:4], "--config", config)
    assert alert["reason"][:40] in " ".join(page.stdout.split())


@pytest.mark.skipif(is_available(), reason="the excerpt is of the plain install; with numpy more is known")
def test_the_readme_quotes_the_demo(demo):
    """The excerpt on the first screen is output, to the letter."""
    _folder, shown = demo
    (excerpt,) = re.findall(r"```text\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert excerpt in shown


def test_every_command_that_the_demo_prints_works(demo):
    """From any folder: they name the configuration."""
    _folder, shown = demo
    commands = set(re.findall(r"(?m)^ *(\S.* -m mentionwatch .*)$", shown))
    assert len(commands) == 4
    for command in commands:
        words = shlex.split(command)
        result = run(*words[words.index("mentionwatch") + 1 :])
        assert result.exit_code == 0, command
        assert result.stdout, command


def test_the_times_are_all_of_one_zone(demo):
    """What is told when, and of which hours, can be compared."""
    _folder, shown = demo
    assert "UTC" not in shown
    told = re.search(r"--- told at (.*) ---", shown)[1]
    assert re.search(rf"From .* to {told}\.", shown)


def test_a_demo_is_run_again_where_one_was(demo):
    """Its own files are overwritten; edited ones are not."""
    from mentionwatch.pipeline.demo import holds_demo

    folder, _shown = demo
    assert holds_demo(folder)
    config = folder / "mentionwatch.toml"
    before = config.read_text("utf-8")
    config.write_text(before.replace('"nimbus"', '"acme"'), "utf-8")
    try:
        assert not holds_demo(folder)
        assert run("demo", "-o", folder).exit_code == 2
    finally:
        config.write_text(before, "utf-8")


@pytest.mark.parametrize("name", ["mentionwatch.toml", "mentions.csv", "demo.db"])
def test_the_users_files_are_never_overwritten(home, name):
    """A folder that holds something of the same name is refused, and left as it is."""
    folder = home / "work"
    folder.mkdir()
    (folder / name).write_text("mine", "utf-8")
    result = run("demo", "-o", folder)
    assert result.exit_code == 2
    assert name in result.stderr
    assert (folder / name).read_text("utf-8") == "mine"
    assert [path.name for path in folder.iterdir()] == [name]


def test_the_demo_has_no_json(home):
    """It is refused instead of ignored."""
    result = run("demo", "-o", home / "d", "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert not (home / "d").exists()
