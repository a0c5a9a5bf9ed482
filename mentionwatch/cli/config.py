"""``mentionwatch config``: make it, check it, show it, find it."""

from __future__ import annotations

import os
from pathlib import Path

import click

from mentionwatch.cli.options import load_settings_config, settings, shared_options
from mentionwatch.cli.show import plural
from mentionwatch.errors import OutputError, UsageError


@click.group("config", context_settings={"help_option_names": ["-h", "--help"]})
@shared_options
def config_command() -> None:
    r"""Make, check, show or find the configuration.

    \b
    Examples:
      mentionwatch config init
      mentionwatch config init --yes --brand Acme --source https://forum.acme.example/posts.rss
      mentionwatch config check
    """


@config_command.command("init")
@click.option("--yes", is_flag=True, help="Ask nothing; use what is given and the defaults.")
@click.option("--brand", metavar="NAME", help="The brand to watch.")
@click.option("--match", "terms", multiple=True, metavar="QUERY", help="What finds it; repeatable. Default: its name.")
@click.option("--source", "sources", multiple=True, metavar="URL|PRESET", help="Where to look; repeatable.")
@shared_options
def init_command(*, yes: bool, brand: str | None, terms: tuple[str, ...], sources: tuple[str, ...]) -> None:
    """Write a first configuration; an existing file is never overwritten.

    It goes to --config FILE, else to the user's configuration folder.
    """
    from mentionwatch.config import parse_config, starter
    from mentionwatch.match import compile_query

    path = settings().config or _user_file()
    if path.exists():
        raise UsageError(f"{path} is there already; edit it, or name another with --config FILE")
    if not yes:
        brand = brand or click.prompt("Brand to watch", err=True)
        terms = terms or (click.prompt('What finds it (a word, "a phrase")', default=_quoted(brand), err=True),)
        sources = sources or tuple(
            click.prompt("Where to look (addresses, presets)", default="hackernews", err=True).split()
        )
    if not brand:
        raise UsageError("say which brand: mentionwatch config init --yes --brand NAME")
    text = starter(brand, list(terms or (_quoted(brand),)), list(sources or ("hackernews",)))
    parse_config(text, str(path), compile_query)
    _write(path, text)
    settings().say(f"Wrote {path}. Next: mentionwatch sources check NAME, then mentionwatch poll in cron.")


@config_command.command("check")
@shared_options
def check_command() -> None:
    """Read the configuration and tell every mistake with file, line and key."""
    config = load_settings_config()
    found = f"{plural(len(config.brands), 'brand')}, {plural(len(config.sources), 'source')}"
    settings().say(f"{config.path}: ok, {found}")


@config_command.command("show")
@shared_options
def show_command() -> None:
    """Print the configuration that applies, defaults filled in, secrets masked."""
    from mentionwatch.config import show_config

    click.echo(show_config(load_settings_config()), nl=False)


@config_command.command("path")
@shared_options
def path_command() -> None:
    """Print which file is used; the one that would be looked for when there is none."""
    from mentionwatch.config import find_config

    found = find_config(settings().config, os.environ, Path.cwd())
    click.echo(str(found[0] if found else _user_file()))
    if not found:
        settings().say("It is not there yet; make it with mentionwatch config init.")


def _user_file() -> Path:
    from platformdirs import user_config_path

    return user_config_path("mentionwatch", appauthor=False) / "config.toml"


def _quoted(brand: str) -> str:
    """A name as a query: several words are a phrase, and so is what would be an operator."""
    return brand if brand.isalnum() and brand not in {"AND", "OR", "NOT"} else f'"{brand}"'


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # It may come to hold secrets.
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as e:
        raise OutputError(f"cannot write {path}: {e.strerror or e}") from e
