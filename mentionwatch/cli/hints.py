"""What is told beside the result: commands to type next, and traps."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mentionwatch.cli.options import F, settings
from mentionwatch.cli.show import plural
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mentionwatch.errors import Problem, SourceError
    from mentionwatch.pipeline.traps import Asked
    from mentionwatch.settings import Config


#: What the help of commands says of the query language.
_LANGUAGE = """
    \\b
    Query:
      a b            both, as a AND b;   a OR b: one of them;   -a: without it
      ( )            a group: acme (down OR outage)
      "a b"          these words in this order
      a NEAR/3 b     at most 3 words between; ONEAR/3: in this order
      wild*  wom?n   any letters; exactly one
      `C++`          case and signs count
      /reg(ex)?/i    a regular expression
      title: text: author: site: url: lang: type: source: stars: since: until:
      tone: brand: state:  of what is stored;  @name  a saved query
      In a shell put the whole query in '…'.
    """


def query_help(function: F) -> F:
    """Add a summary of the query language to a command's help; below ``shared_options``."""
    function.__doc__ = f"{(function.__doc__ or '').rstrip()}\n{_LANGUAGE}"
    return function


def command_line(*words: str, config: Path | None = None) -> str:
    """A command that works where it is read: with the program as it can be called, and the configuration where needed.

    Args:
        words: The command and its arguments.
        config: The configuration it is about; the user's own, which is found anyway, is not named.
    """
    return shlex.join([*_program(), *words, *_config_words(config)])


def warn_of_traps(asked: Iterable[Asked]) -> None:
    """Warn of what was hardly meant so: one line for each query, with its gravest trap."""
    for one in asked:
        if one.warnings:
            more = len(one.warnings) - 1
            rest = f" ({more} more; mentionwatch query check tells all)" if more else ""
            settings().say(f"Warning: {one_line(one.warnings[0])}{rest}")


def warn_of_config(config: Config) -> None:
    """Warn of the traps in a configuration, each with its place: ``file:line: key: warning: …``."""
    for warning in traps_of(config):
        settings().say(str(warning))


def traps_of(config: Config) -> list[Problem]:
    """The traps in a configuration that was read from its file."""
    from mentionwatch import toml
    from mentionwatch.pipeline.traps import config_warnings

    path = config.path
    return config_warnings(config, toml.parse(toml.read_text(path, str(path)), str(path))) if path else []


def warn_of_undecided(undecided: Mapping[str, int], noun: str) -> None:
    """Warn of regular expressions that took too long: what is not known must not look like a no."""
    for pattern, count in undecided.items():
        left_out = "it is left out" if count == 1 else "they are left out"
        settings().say(
            f"Warning: /{one_line(pattern, 60)}/ took too long: for {plural(count, noun)} it is not known whether it"
            f" matches, and {left_out}."
        )


def error_text(error: SourceError) -> str:
    """A source's error where there is no next poll to hope for: in ``scan`` and ``sources check``."""
    if not error.advice:
        return str(error)
    kept = [part for part in error.advice.split("; ") if not part.endswith("again later")]
    return str(error).removesuffix(error.advice) + ("; ".join(kept) or "try again later")


def _program() -> list[str]:
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return [sys.executable, "-m", "mentionwatch"]
    # cron, and who has not activated the virtual environment, call it by its path.
    by_path = called.stem == "mentionwatch" and called.parent != Path() and not shutil.which("mentionwatch")
    return [str(called) if by_path else "mentionwatch"]


def _config_words(config: Path | None) -> list[str]:
    from mentionwatch.config import user_config_file

    if config is None or config == user_config_file():
        return []
    return ["--config", os.path.abspath(config)]  # noqa: PTH100 - resolve() would follow links
