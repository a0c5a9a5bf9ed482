"""``mentionwatch config``: make it, check it, show it, find it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mentionwatch.cli.groups import Group
from mentionwatch.cli.hints import traps_of
from mentionwatch.cli.init import init_command
from mentionwatch.cli.options import load_settings_config, settings, shared_options
from mentionwatch.cli.show import plural
from mentionwatch.errors import ConfigError

if TYPE_CHECKING:
    from mentionwatch.errors import Problem


@click.group("config", cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@shared_options
def config_command() -> None:
    r"""Make, check, show or find the configuration.

    \b
    Examples:
      mentionwatch config init
      mentionwatch config init --yes --brand Acme --source https://acme.example
      mentionwatch config check
    """


config_command.add_command(init_command)


@config_command.command("check")
@shared_options
def check_command() -> int:
    """Read the configuration and tell every mistake with file, line and key."""
    try:
        config = load_settings_config()
    except ConfigError as e:
        if not settings().json:
            raise
        _print({"ok": False, "problems": [_problem_record(problem) for problem in e.problems]})
        return e.exit_code
    warnings = traps_of(config)
    counts = {"brands": len(config.brands), "sources": len(config.sources)}
    if settings().json:
        told = [_problem_record(warning) for warning in warnings]
        _print({"ok": True, "path": str(config.path), **counts, "warnings": told})
        return 0
    for warning in warnings:
        settings().say(str(warning))
    more = {name: count for name, count in (("channels", len(config.notify)), ("rules", len(config.rules))) if count}
    found = ", ".join(plural(count, name.removesuffix("s")) for name, count in (counts | more).items())
    also = f"; {plural(len(warnings), 'warning')}" if warnings else ""
    settings().say(f"{config.path}: ok, {found}{also}")
    return 0


def _problem_record(problem: Problem) -> dict[str, object]:
    # The query and the caret below it are for people.
    return {**vars(problem), "message": problem.message.partition("\n")[0].removeprefix("warning: ")}


@config_command.command("show")
@shared_options
def show_command() -> None:
    """Print the configuration that applies, defaults filled in, secrets masked."""
    from mentionwatch import toml
    from mentionwatch.config import show_config

    text = show_config(load_settings_config())
    if settings().json:
        _print(toml.parse(text, "config show").values)
    else:
        click.echo(text, nl=False)


@config_command.command("path")
@shared_options
def path_command() -> None:
    """Print which file is used; the one that would be looked for when there is none."""
    from mentionwatch.config import find_config, user_config_file

    found = find_config(settings().config, os.environ, Path.cwd())
    path = found[0] if found else user_config_file()
    if settings().json:
        _print({"path": str(path), "exists": found is not None})
        return
    click.echo(str(path))
    if not found:
        settings().say("It is not there yet; make it with mentionwatch config init.")


def _print(record: object) -> None:
    click.echo(json.dumps(record, ensure_ascii=False, indent=2))
