"""Options that every command takes, before or after its name; the later wins."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from mentionwatch.errors import ConfigError
    from mentionwatch.settings import Config

F = TypeVar("F", bound="Callable[..., Any]")


@dataclass
class Settings:
    """What the shared options say."""

    config: Path | None = None
    #: -1 quiet, 0 default, 1 and 2 more.
    verbosity: int = 0
    #: "auto", "always" or "never".
    color: str = "auto"
    json: bool = False

    @staticmethod
    def current_verbosity() -> int:
        """For whoever tells an error after click's context is gone."""
        return _last.verbosity

    @staticmethod
    def was_storing() -> bool:
        """For whoever tells that the program was stopped."""
        return _last.storing

    @staticmethod
    def note_storing(*, storing: bool = True) -> None:
        """From now on the command writes to the store, or not."""
        _last.storing = storing

    def wants_color(self) -> bool:
        """``--color`` wins over NO_COLOR, NO_COLOR over the terminal."""
        if self.color != "auto":
            return self.color == "always"
        if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
            return False
        return sys.stdout.isatty()

    def say(self, line: str, *, level: int = 0) -> None:
        """A line for people on stderr, unless they asked for less."""
        if self.verbosity >= level:
            click.echo(fold(line), err=True)


def fold(text: str, stream: TextIO | None = None) -> str:
    """A warning, an error or a sentence, broken between words where it goes to a terminal, which would break inside.

    All else stays as it is: a query, the caret below it, and a command that is there to be copied.

    Args:
        text: What is told; only its first line is long.
        stream: Where it goes; None: stderr.
    """
    line, end, rest = text.partition("\n")
    is_told = line.startswith(("Warning: ", "Error: ")) or ": warning: " in line
    is_sentence = line.endswith((".", ":")) and not line.startswith(" ") and "mentionwatch " not in line
    if not (is_told or is_sentence) or not (stream or sys.stderr).isatty():
        return text
    import textwrap

    width = shutil.get_terminal_size((80, 24)).columns
    indent = "  " if is_told else ""
    pieces = textwrap.wrap(
        line, max(width, 20), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(pieces) + end + rest


@dataclass
class _Last:
    """What is needed after click has closed its contexts, for telling an error."""

    verbosity: int = 0
    #: The command writes to the store.
    storing: bool = False


_last = _Last()


def settings() -> Settings:
    """What the shared options of the running command say."""
    found: Settings = click.get_current_context().ensure_object(Settings)
    return found


def shared_options(function: F) -> F:
    """Add the shared options; they are kept in the context and not passed to the command."""
    # click keeps the lines of a paragraph that begins with a backspace; docstrings are raw, and hold "\\b" for it.
    if function.__doc__:
        function.__doc__ = function.__doc__.replace("\\b\n", "\b\n")
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def _keep(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
        # Only what was written counts: a command's default must not undo what stood before the command.
        given = ctx.get_parameter_source(parameter.name or "") is click.core.ParameterSource.COMMANDLINE
        kept = ctx.ensure_object(Settings)
        if given:
            setattr(kept, name, value)
        _last.verbosity = kept.verbosity

    return callback


def _option(*names: str, **extra: Any) -> Callable[[F], F]:
    keep = extra.pop("keep")
    return click.option(*names, expose_value=False, is_eager=True, callback=_keep(keep), **extra)


_OPTIONS = [
    _option(
        "--config",
        "config_file",
        keep="config",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Configuration to use.",
    ),
    _option(
        "-q", "--quiet", "quiet", keep="verbosity", flag_value=-1, type=int, default=None, help="Say less on stderr."
    ),
    _option(
        "-v", "--verbose", "verbose", keep="verbosity", count=True, help="Say more on stderr; twice for still more."
    ),
    _option(
        "--color",
        "color",
        keep="color",
        type=click.Choice(["auto", "always", "never"]),
        help="Colours; auto minds NO_COLOR.",
    ),
    _option("--json", "as_json", keep="json", is_flag=True, default=False, help="Print one JSON document."),
]


def load_settings_config(*, need_secrets: bool = True) -> Config:
    """Load the configuration that applies.

    Args:
        need_secrets: See ``load_config``; False for what only looks at the store, so that a shell without cron's
            variables can be used to acknowledge an alert.

    Raises:
        ConfigError: It has mistakes, or there is none.
    """
    config = find_settings_config(need_secrets=need_secrets)
    if config is None:
        raise no_configuration()
    return config


def no_configuration() -> ConfigError:
    """What there is to say where none is, with where it was looked for."""
    from mentionwatch.config import user_config_file
    from mentionwatch.errors import ConfigError, Problem

    message = (
        f"no configuration found, neither ./mentionwatch.toml nor {user_config_file()};"
        " make one with mentionwatch config init, or name one with --config FILE"
    )
    return ConfigError([Problem("", None, "", message)])


def find_settings_config(*, need_secrets: bool = True) -> Config | None:
    """Load the configuration that applies; None when there is none.

    Args:
        need_secrets: See ``load_config``.

    Raises:
        ConfigError: It has mistakes.
    """
    from mentionwatch.config import find_config, load_config, user_presets
    from mentionwatch.pipeline.places import known_presets
    from mentionwatch.pipeline.traps import checked_query

    found = find_config(settings().config, os.environ, Path.cwd())
    if found is None:
        return None
    path, named = found
    return load_config(
        path,
        named=named,
        environ=os.environ,
        check_query=checked_query,
        presets=known_presets(user_presets()),
        need_secrets=need_secrets,
    )
