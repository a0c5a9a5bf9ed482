"""The command line: read options, call one function, show.

Each group of commands is a module that is imported when it is needed, so that ``--version`` and ``--help`` cost little
more than click itself.  Library functions raise; only this package prints and exits.
"""

from __future__ import annotations

import importlib
import signal
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from mentionwatch import __version__
from mentionwatch.cli.groups import Group
from mentionwatch.cli.options import Settings, fold, shared_options
from mentionwatch.cli.streams import give_up, is_of_stdout
from mentionwatch.errors import ConfigError, MentionwatchError, OutputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

#: Command -> (module, the line that ``--help`` shows); in the order of use.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "See it all work: sample sources on this machine, with a firestorm in them."),
    "scan": ("scan", "Look for terms now; print what is found and store nothing."),
    "poll": ("poll", "Poll the sources that are due, store, detect, tell; for cron."),
    "watch": ("watch", "Poll in a loop, with a live screen."),
    "mentions": ("mentions", "Search what is stored."),
    "alerts": ("alerts", "List alerts, show one, acknowledge or resolve it."),
    "report": ("report", "Write a page of what was said: how much, how negative, where."),
    "backtest": ("backtest", "Replay what is stored: when would which setting have told?"),
    "explain": ("explain", "Say why a mention is what it is: query, tone, copies, bursts."),
    "mark": ("mark", "Say what mentions are: your word goes before the engine's."),
    "export": ("mentions", "Write what is stored to a CSV, JSON or JSONL file."),
    "tone": ("tone", "Judge how a text speaks of a brand."),
    "eval": ("tone", "Measure how right the tone is, on labelled texts."),
    "query": ("query", "See how a query is read, its traps, and what it finds."),
    "sources": ("sources", "Find sources, add and check them, see how they do."),
    "cron": ("cron", "Print the crontab line and the systemd timer that fit."),
    "config": ("config", "Make, check, show or find the configuration."),
    "doctor": ("doctor", "Look for what is wrong, and say what to do about it."),
    "db": ("db", "Back up the store, bring it up to date, delete from it."),
}

_EXAMPLES = """
\b
Examples:
  mentionwatch demo                         see it work, without a config
  mentionwatch scan acme '"acme router"'    ask the sites that need no key
  mentionwatch scan acme --url https://forum.acme.example/posts.rss
  mentionwatch config init                  write a config, then:
  mentionwatch sources discover forum.acme.example
  mentionwatch sources presets              sites that are known
  mentionwatch poll                         in cron: silent unless needed
  mentionwatch export -o mentions.csv       for a spreadsheet

\b
Crontab line, with its full path (command -v mentionwatch):
  */15 * * * * /home/you/.venv/bin/mentionwatch poll

\b
Exit codes: 0 ran; 1 stopped; 2 wrong usage, config or query;
  3 some sources failed; 4 all sources failed; 5 an alert is open (with
  poll --exit-code); 6 a notice is over an hour overdue; 75 another
  run holds the lock; 130 Ctrl-C; 143 SIGTERM
"""

EXIT_INTERRUPTED, EXIT_TERMINATED = 130, 143


class Terminated(SystemExit):
    """SIGTERM came: unwind as for Ctrl-C, so that transactions end and locks are given back.

    A SystemExit, because an event loop swallows every other exception that a signal raises in one of its callbacks.
    """


class Root(Group):
    """The group of all commands: loads them lazily and turns every error into one line and its exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's interface
        """In the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module(f"mentionwatch.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List them without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_module, line) in COMMANDS.items()])

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lead with examples."""
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        self.format_options(ctx, formatter)

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> Any:  # type: ignore[override]
        """Run, and exit with the code that DESIGN's table gives."""
        standalone = extra.pop("standalone_mode", True)
        run = partial(super().main, args, prog_name, standalone_mode=False, **extra)
        if not standalone:
            return run()
        sys.exit(_run(run))


@click.group(
    cls=Root,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=None,
    help="Hear what people say of your brand, and be told when complaints burst.\n" + _EXAMPLES,
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@shared_options
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Entry point."""
    ctx.ensure_object(Settings)
    Settings.note_storing(storing=False)


def _run(call: Any) -> int:
    """Call, and turn what it raises into a message and an exit code."""
    before = _catch_sigterm()
    try:
        result = call()
        sys.stdout.flush()
    except (click.exceptions.Exit, click.ClickException, MentionwatchError) as e:
        return _tell(e)
    except (click.Abort, KeyboardInterrupt):
        if sys.stderr.isatty():
            click.echo(err=True)  # the terminal has shown ^C, or a question stands there
        click.echo("Stopped; what was stored is whole." if Settings.was_storing() else "Stopped.", err=True)
        return EXIT_INTERRUPTED
    except Terminated:
        return EXIT_TERMINATED
    except BrokenPipeError:
        return 1  # the reader has had enough (`| head`)
    except OSError as e:
        if not is_of_stdout(e):
            raise
        return _tell(OutputError(f"cannot write to stdout: {e.strerror or e}"))
    finally:
        give_up(sys.stdout)
        give_up(sys.stderr)
        if before is not None:
            signal.signal(signal.SIGTERM, before)
    return result if isinstance(result, int) else 0


def _tell(error: click.exceptions.Exit | click.ClickException | MentionwatchError) -> int:
    """One line on stderr (one per mistake of a config); `-v` adds where it came from."""
    if not isinstance(error, MentionwatchError):
        if isinstance(error, click.ClickException):
            error.show()
        return error.exit_code
    if Settings.current_verbosity() > 0:
        import traceback

        traceback.print_exception(error)
    if isinstance(error, ConfigError):
        click.echo("\n".join(fold(f"Error: {problem}") for problem in error.problems), err=True)
    elif str(error):
        click.echo(fold(f"Error: {error}"), err=True)
    return error.exit_code


def _catch_sigterm() -> Any:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise Terminated

    try:
        return signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not in the main thread: whoever runs us there minds its signals
        return None
