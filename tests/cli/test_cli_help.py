"""What every command says of itself, and to what it does not understand."""

from __future__ import annotations

import click
import pytest

from mentionwatch import __version__
from mentionwatch.cli import COMMANDS, cli
from tests.cli.calling import run, run_process


def _all(command, path=()):
    """Every command and every group, with the words that call it."""
    yield path
    if isinstance(command, click.Group):
        ctx = click.Context(command)
        for name in command.list_commands(ctx):
            yield from _all(command.get_command(ctx, name), (*path, name))


def test_version_and_module():
    """``python -m mentionwatch --version`` names the package's version."""
    done = run_process("--version")
    assert (done.returncode, done.stdout.strip()) == (0, f"mentionwatch {__version__}")


@pytest.mark.parametrize(
    "args", [("frobnicate",), ("poll", "--frobnicate"), ("scan", "a", "--format", "xml"), ("sources",)]
)
def test_wrong_usage_is_2(args):
    """Click's message, and 2."""
    result = run(*args)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr + result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command):
    """Help says what it does and ends with 0."""
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "--config" in result.stdout


@pytest.mark.parametrize("path", list(_all(cli)), ids=" ".join)
def test_examples_in_the_help_stand_on_their_own_lines(path):
    """No mark of the formatter is left, nothing is cut, and no two examples run into each other."""
    shown = run(*path, "--help").stdout
    assert "\\b" not in shown
    assert "\b" not in shown
    assert "..." not in shown.replace("]...", "]").replace("ARGS]...", "")
    for line in shown.splitlines():
        assert len(line) <= 80, "examples are not wrapped"
        assert line.count("mentionwatch ") <= 1 or "command -v" in line, line
        if line.strip() in {"Examples:", "Exit codes:"}:
            assert line.strip() == line.strip().split(" ")[0]
    if path in {("scan",), ("alerts",), ("sources",), ("config",), ("mentions",), ("export",)}:
        after = shown.splitlines()[shown.splitlines().index("  Examples:") + 1]
        assert after.startswith("    mentionwatch ")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("mention",), "there is no command 'mention'; did you mean 'mentions'?"),
        (("xyzzy",), "there is no command 'xyzzy'; there are: demo, scan, poll,"),
        (("config", "chek"), "there is no command 'chek'; did you mean 'check'?"),
        (("sources", "lst"), "there is no command 'lst'; did you mean 'list'?"),
    ],
)
def test_a_mistyped_command_is_told_what_was_meant(args, told):
    """At the top and in every group."""
    result = run(*args)
    assert result.exit_code == 2
    assert told in result.stderr


def test_the_crontab_line_has_a_full_path():
    """Cron does not look where a shell looks."""
    for args in (("--help",), ("poll", "--help")):
        (line,) = [line for line in run(*args).stdout.splitlines() if "*/15" in line]
        assert line.split()[5].startswith("/")
