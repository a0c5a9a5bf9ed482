"""The documents say what is so."""

from __future__ import annotations

import re
import shlex
from datetime import datetime, timezone
from pathlib import Path

import click
import pytest

from mentionwatch import __all__ as public
from mentionwatch import __version__
from mentionwatch.cli import COMMANDS, cli
from tests.feeds import rss
from tests.servers import Answer, LoopbackServer

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
EXAMPLE_FEED = "https://forum.acme.example/posts.rss"


def _leaves(command, path=()):
    """Every command that does something, with the words that call it."""
    if isinstance(command, click.Group):
        ctx = click.Context(command)
        for name in command.list_commands(ctx):
            yield from _leaves(command.get_command(ctx, name), (*path, name))
    else:
        yield path, command


LEAVES = dict(_leaves(cli))


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_and_option_says_what_it_does(path):
    """Help is never empty."""
    command = LEAVES[path]
    assert command.help
    assert all(option.help or option.name == "sort" for option in command.params if isinstance(option, click.Option))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name):
    """Who reads the page finds each command."""
    assert re.search(rf"\| `{name}\b", README)


@pytest.mark.parametrize("name", [name for name in public if name != "__version__"])
def test_every_public_function_is_in_the_readme_and_documented(name):
    """The interface is what README names."""
    import mentionwatch

    assert f"`{name}`" in README
    assert getattr(mentionwatch, name).__doc__


def _shell_lines():
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("mentionwatch ")]


@pytest.mark.parametrize("line", _shell_lines())
def test_the_commands_in_the_readme_are_understood(line):
    """Each line parses: the command exists, and so does every option it uses."""
    words = shlex.split(line, comments=True)[1:]
    path = tuple(words[:2]) if tuple(words[:2]) in LEAVES else tuple(words[:1])
    if path == ("alerts",):
        path = ("alerts", "list")
    command = LEAVES[path]
    known = {name for option in command.params for name in option.opts}
    assert {word for word in words if word.startswith("-")} <= known


def test_the_python_example_runs(capsys):
    """The five lines of README print what they say."""
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    now = datetime(2026, 11, 2, tzinfo=timezone.utc)
    with LoopbackServer({"/posts.rss": Answer(rss([("g1", "Hello", "acme is wonderful", "ann", now)]))}) as server:
        exec(compile(code.replace(EXAMPLE_FEED, server.url("/posts.rss")), "README", "exec"), {})
    assert capsys.readouterr().out == "positive Hello https://site.example/g1\n"


def test_the_config_in_the_readme_loads():
    """What is shown as a configuration is one."""
    from mentionwatch import parse_config
    from mentionwatch.match import compile_query
    from mentionwatch.pipeline.places import known_presets

    (text,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    config = parse_config(text, "README", compile_query, presets=known_presets())
    assert [source.name for source in config.sources] == ["forum.acme.example/posts.rss", "hackernews", "appstore"]


def test_the_first_screen_has_the_two_commands_and_then_fast():
    """One sentence, a command that shows it, a command that tests it, and the line with [fast] right below."""
    demo, tests, fast = (README.index(text) for text in ("mentionwatch demo", "bin/pytest", ".[fast]"))
    assert demo < tests < fast
    assert README[:fast].count("\n") < 24


def test_the_readme_says_how_it_is_called_and_how_cron_calls_it():
    """``mentionwatch`` is on no PATH by itself, and cron looks nowhere."""
    assert ". .venv/bin/activate" in README
    assert "pipx install" in README
    assert re.search(r"(?m)^\*/15 \* \* \* \* /\S+/mentionwatch poll$", README)
    assert "choose UTF-8" in README


def test_rate_text_documents_its_arguments():
    """What ``help()`` shows says what each means and what comes back."""
    from mentionwatch import rate_text

    assert all(
        f"{name}:" in rate_text.__doc__ for name in ("text", "target", "rating", "language", "settings", "Returns")
    )


def test_links_lead_somewhere():
    """Every relative link of README and docs is a file of the project."""
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_changelog_has_an_unreleased_part_on_top():
    """Keep a Changelog; the version is a literal that tools can read."""
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)
