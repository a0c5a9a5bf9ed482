"""Groups of commands, as all of them behave."""

from __future__ import annotations

import shlex
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from mentionwatch.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def one_query(_ctx: click.Context, _parameter: click.Parameter, words: tuple[str, ...]) -> str | None:
    """Several words were meant as one query, which the shell took apart."""
    if len(words) > 1:
        raise UsageError(f"a query is one argument; put it in quotes: {shlex.quote(' '.join(words))}")
    return words[0] if words else None


class QueryCommand(click.Command):
    """A command that takes a query, which may begin with a dash as an option does."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Say how a query that begins with a dash is given, where it was taken for an option.

        Raises:
            click.UsageError: The options make no sense.
        """
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as e:
            query = next((arg for arg in given if _was_query(arg, e)), None)
            if query is None:
                raise
            hint = f"for a query that begins with -, write -- before it: -- {shlex.quote(query)}"
            raise click.UsageError(f"{e.format_message()}; {hint}".replace(".;", ";"), ctx) from e


def _was_query(arg: str, error: click.UsageError) -> bool:
    """Whether an argument that made this error was hardly meant as an option."""
    if len(arg) < 3 or arg[0] != "-" or arg[1] == "-":
        return False
    if isinstance(error, click.NoSuchOption):
        return error.option_name.lstrip("-") in arg
    opts = error.param.opts if isinstance(error, click.BadParameter) and error.param is not None else []
    return arg[:2] in opts


class Group(click.Group):
    """A group that shows its commands' help whole, and says what was meant by a mistyped one."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands; the lines are wrapped and never cut."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(1000)) for name, command in found if command])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command."""
        if not args[0].startswith("-"):
            check_command_name(ctx, args[0], self.list_commands(ctx))
        return super().resolve_command(ctx, args)


def check_command_name(ctx: click.Context, name: str, known: Sequence[str]) -> None:
    """Refuse a name that is no command, with the nearest one, else with all of them.

    Raises:
        click.UsageError: It is none.
    """
    if name in known:
        return
    near = get_close_matches(name.casefold(), known, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}"
    ctx.fail(f"there is no command {name!r}; {hint}")


class ListGroup(Group):
    """A group whose command ``list`` may be left out: with nothing, or with options only, it lists."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put in ``list`` where no command is named."""
        if self._only_options(ctx, args):
            args = ["list", *args]
        return super().parse_args(ctx, args)

    def _only_options(self, ctx: click.Context, args: Iterable[str]) -> bool:
        """Whether no command is named; options that every command takes may stand before its name."""
        takes_value = {
            name: not (option.is_flag or option.count)
            for option in self.get_params(ctx)
            if isinstance(option, click.Option)
            for name in option.opts
        }
        rest = iter(args)
        for arg in rest:
            name, equals, _value = arg.partition("=")
            if name in ctx.help_option_names or not arg.startswith("-"):
                return False
            if name in takes_value:
                if takes_value[name] and not equals:
                    next(rest, None)
            elif arg.startswith("--") or not all(takes_value.get(f"-{letter}") is False for letter in arg[1:]):
                return True  # an option of ``list``
        return True
