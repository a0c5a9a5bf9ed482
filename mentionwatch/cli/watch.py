"""``mentionwatch watch``: poll in a loop, with a live screen on a terminal and plain lines elsewhere."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import time
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from mentionwatch.cli.hints import command_line, warn_of_undecided
from mentionwatch.cli.options import fold, load_settings_config, settings, shared_options
from mentionwatch.cli.poll import present, report_record, say_changes, say_failures, say_jumps
from mentionwatch.cli.show import Length, now, zone_of
from mentionwatch.cli.streams import strict
from mentionwatch.errors import Locked, UsageError
from mentionwatch.settings import show_span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from rich.console import Console

    from mentionwatch.deliver.base import Channel
    from mentionwatch.health import Change
    from mentionwatch.output.watch import Board
    from mentionwatch.pipeline.poll import PollReport
    from mentionwatch.pipeline.watch import Reloading, Round
    from mentionwatch.schedule import Jump

#: Polls are never closer: sources that are not due are not asked, but every poll judges and writes.
LEAST = timedelta(seconds=10)


@click.command("watch")
@click.option(
    "--every",
    type=Length(),
    metavar="TIME",
    help="How often to poll, such as 5m.  [default: the shortest every of the sources]",
)
@shared_options
def watch_command(*, every: timedelta | None) -> int:
    r"""Poll in a loop, and show what goes on: sources, open alerts, the latest mentions.

    It does what poll does in cron, alerts through the channels included, and sources are asked no more often than their
    own every says. A change of the configuration counts from the next poll on. Without a terminal it prints a line for
    each poll; with --json a record.

    \b
    Examples:
      mentionwatch watch
      mentionwatch watch --every 5m
      mentionwatch watch 2>> watch.log

    \b
    Exit codes: 130 stopped with Ctrl-C; 143 stopped with SIGTERM; 1 and 2 as in
      poll, where the first poll fails. Later failures are shown, and it goes on.
    """
    from mentionwatch.pipeline.watch import Reloading, rounds, shortest_every, wait

    if every is not None and every < LEAST:
        raise UsageError(f"--every {show_span(every)} is too often; write {show_span(LEAST)} or more")
    shown = _is_live()
    loaded = Reloading(load_settings_config)
    settings().note_storing()
    loop = _Loop(loaded, _Screen(loaded, now) if shown else None)

    def pause(due: datetime, span: timedelta) -> None:
        with loop.live(due):
            wait(due, span, clock=now, sleep=time.sleep)

    try:
        for done in rounds(
            loop.poll, every=lambda: every or max(LEAST, shortest_every(loaded.config)), clock=present, pause=pause
        ):
            loop.tell(done)
    except KeyboardInterrupt:
        # Of that click would make an empty line, which a log has no use for.
        raise click.Abort from None
    raise AssertionError("it goes on until somebody stops it")


def _is_live() -> bool:
    if settings().json or settings().verbosity < 0:
        return False
    return sys.stderr.isatty() and os.environ.get("TERM") not in {"dumb", "unknown", ""}


class _Loop:
    """Polls, and tells of it what ``poll`` tells."""

    def __init__(self, loaded: Reloading, screen: _Screen | None) -> None:
        self._loaded = loaded
        self._screen = screen
        self._changes: list[Change] = []
        self._jumps: list[Jump] = []
        #: What is wrong with the configuration that was changed.
        self._refused: str | None = None

    def poll(self, at: datetime) -> PollReport:
        """Poll once; what comes of sources is told in any case, because it is recorded as told."""
        from mentionwatch.pipeline.api import poll
        from mentionwatch.pipeline.clock import read_tick

        self._reload()
        self._changes.clear()
        self._jumps.clear()
        try:
            with self.live(None) as stream:
                return poll(
                    self._loaded.config,
                    channels=self._channels(stream),
                    now=at,
                    progress=self._screen.step if self._screen else lambda _name: None,
                    on_change=self._changes.append,
                    tick=read_tick(at),
                    on_jump=self._jumps.append,
                )
        finally:
            say_jumps(self._jumps)
            say_changes(self._changes)

    def _reload(self) -> None:
        refused = self._loaded.again()
        told, self._refused = self._refused, str(refused) if refused else None
        if refused is not None and self._refused != told:
            for line in str(refused).splitlines():
                click.echo(fold(f"Error: {line}"), err=True)

    def _channels(self, stream: Any) -> tuple[Channel, ...]:
        from mentionwatch.pipeline.outbox import open_channels

        config = self._loaded.config
        commands = partial(command_line, config=config.path)
        return open_channels(config, stream=strict(sys.stderr if settings().json else stream), commands=commands)

    def live(self, due: datetime | None) -> AbstractContextManager[Any]:
        """Show the screen meanwhile, where there is one; gives what stdout is then."""
        if self._screen is None:
            return nullcontext(sys.stdout)
        return self._screen.live(due)

    def tell(self, done: Round) -> None:
        """What came of a poll, on stderr; the record on stdout where that was asked for."""
        trouble = [self._refused.splitlines()[0]] if self._refused else []
        if done.error is not None:
            trouble.insert(0, _as_trouble(done.error))
        if self._screen is not None:
            self._screen.after(done, trouble)
        elif done.error is not None:
            click.echo(fold(f"Error: {trouble[0]}"), err=True)
        if done.report is not None:
            say_failures(done.report)
            warn_of_undecided(done.report.undecided, "entry")
            if self._screen is None:
                self._say_round(done, done.report)

    def _say_round(self, done: Round, report: PollReport) -> None:
        from mentionwatch.output.layout import shown_time
        from mentionwatch.pipeline.poll import summary

        if settings().json:
            record = {"at": _iso(done.started), "next": _iso(done.next_at), **report_record(report, report.exit_code())}
            click.echo(json.dumps(record, ensure_ascii=False))
            sys.stdout.flush()
            return
        zone = zone_of(self._loaded.config)
        due = shown_time(done.next_at, zone)[11:]
        settings().say(f"{shown_time(done.started, zone)}  {summary(report)}; next poll at {due}")


def _as_trouble(error: Exception) -> str:
    if isinstance(error, Locked):
        who = f"process {error.pid}" if error.pid is not None else "another process"
        return f"{who} polls at this moment; the next try follows soon"
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class _Screen:
    """The live screen on stderr; what is told by the way stays above it."""

    def __init__(self, loaded: Reloading, clock: Any) -> None:
        from rich.console import Console

        from mentionwatch.output.watch import Board

        self._loaded, self._clock = loaded, clock
        plain = settings().color == "never" or (settings().color == "auto" and bool(os.environ.get("NO_COLOR")))
        self._console: Console = Console(stderr=True, no_color=plain, markup=False, emoji=False, highlight=False)
        self._board: Board = Board(str(loaded.config.path), clock, zone_of(loaded.config))
        self._look()

    def _look(self) -> None:
        from mentionwatch.pipeline.watch import look

        self._board.seen = look(self._loaded.config, now=self._clock())
        self._board.zone = zone_of(self._loaded.config)

    def step(self, _name: str) -> None:
        """A source is done."""
        self._board.done += 1

    def after(self, done: Round, trouble: list[str]) -> None:
        """Take in what a poll gave."""
        self._board.trouble = trouble
        fresh = [m for m in done.report.mentions if not m.backlog] if done.report else []
        self._board.new += len(fresh)
        self._board.negative += sum(mention.tone.label == "negative" for mention in fresh)
        self._look()

    @contextmanager
    def live(self, due: datetime | None) -> Iterator[Any]:
        """Show it until the block ends; gone then, so that lines may be printed."""
        from rich.live import Live

        self._board.due = due
        self._board.done = 0
        live = Live(
            self._board,
            console=self._console,
            transient=True,
            # A stream of our own writes above it; what else prints waits until it is gone.
            redirect_stdout=False,
            redirect_stderr=False,
            refresh_per_second=2,
            vertical_overflow="crop",
        )
        try:
            with _unbroken():
                live.start()
            yield _Above(self._console) if sys.stdout.isatty() else sys.stdout
        finally:
            with _unbroken():
                live.stop()


@contextmanager
def _unbroken() -> Iterator[None]:
    """Have signals wait meanwhile: one in the middle would leave the screen standing, and the cursor hidden."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Above(io.TextIOBase):
    """Stdout while the screen is shown on the same terminal: a text goes above it when it is flushed."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._text = ""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """As the terminal has it."""
        return self._console.encoding

    def write(self, text: str, /) -> int:
        """Keep it."""
        self._text += text
        return len(text)

    def flush(self) -> None:
        """Show what was kept."""
        from rich.text import Text

        text, self._text = self._text, ""
        if text and not self.closed:
            self._console.print(Text(text.removesuffix("\n")), soft_wrap=True)
