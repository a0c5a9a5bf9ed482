"""``mentionwatch poll``: the cron job."""

from __future__ import annotations

import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mentionwatch.cli.hints import command_line, warn_of_config, warn_of_undecided
from mentionwatch.cli.options import fold, load_settings_config, settings, shared_options
from mentionwatch.cli.show import Length, now, plural, progress, zone_of
from mentionwatch.cli.streams import strict
from mentionwatch.errors import Locked, MentionwatchError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta

    from mentionwatch.deliver.base import Channel
    from mentionwatch.health import Change
    from mentionwatch.model import Outcome
    from mentionwatch.pipeline.poll import PollReport
    from mentionwatch.schedule import Jump
    from mentionwatch.settings import Config

#: A lock that is held longer than this is told; a shorter one is cron being a little fast.
SILENT_LOCK_S = 3600.0
#: What stands for a run that was stopped: its own exit code is the command line's to say.
STOPPED = 130


@click.command("poll")
@click.option("--all", "every_source", is_flag=True, help="Poll every source, due or not.")
@click.option("--dry-run", is_flag=True, help="Do everything, but write and send nothing; say what would be told.")
@click.option("--exit-code", "alerts_count", is_flag=True, help="Exit with 5 while an alert is open.")
@click.option(
    "--wait", "wait_s", type=click.FloatRange(0), default=0.0, metavar="SECONDS", help="Wait for another run."
)
@click.option(
    "--max-time", type=Length(), metavar="TIME", help="Stop asking after 5m, 90s …; the rest waits for the next poll."
)
@click.option(
    "--ping", metavar="URL", help="Say how it went: asks URL, or URL/fail on exit 1, 2, 4. Also env:NAME, file:PATH."
)
@shared_options
def poll_command(*, ping: str | None, **asked: Any) -> int:
    r"""Poll the sources that are due, store, detect, tell.

    Prints nothing when there is nothing to say, so that cron mails only alerts and trouble. On a terminal it ends with
    a summary. With --json the report is on stdout, and alerts are told on stderr.

    \b
    Crontab line, with its full path (mentionwatch cron prints yours):
      */15 * * * * /home/you/.venv/bin/mentionwatch poll

    \b
    Exit codes: 0 nothing is down; 3 a source is down; 4 every source failed;
      5 an alert is open (with --exit-code); 6 a notice is over an hour overdue;
      75 another run holds the lock
    """
    if ping is None or asked["dry_run"]:
        return _poll(**asked)
    url = _ping_url(ping)
    # What nobody has foreseen ends the process with it.
    code = 1
    try:
        code = _poll(**asked)
    except MentionwatchError as e:
        code = e.exit_code
        raise
    except (KeyboardInterrupt, SystemExit):
        code = STOPPED
        raise
    finally:
        _ping(url, code)
    return code


def _poll(*, every_source: bool, dry_run: bool, alerts_count: bool, wait_s: float, max_time: timedelta | None) -> int:
    from mentionwatch.pipeline.api import poll
    from mentionwatch.pipeline.clock import read_tick

    config = load_settings_config()
    if settings().verbosity > 0:
        warn_of_config(config)
    settings().note_storing()
    at = present()
    changes: list[Change] = []
    jumps: list[Jump] = []
    try:
        with progress(len(config.sources), "Polling") as step:
            report = poll(
                config,
                channels=channels_of(config, dry_run=dry_run),
                now=at,
                every_source=every_source,
                dry_run=dry_run,
                wait_s=wait_s,
                max_time=max_time,
                progress=step,
                on_change=changes.append,
                tick=read_tick(at),
                on_jump=jumps.append,
            )
    except Locked as e:
        if e.held_s is not None and e.held_s < SILENT_LOCK_S and not _is_watched():
            return e.exit_code
        raise
    finally:
        # Each is recorded as told, so it is told too when the poll is stopped before its end.
        say_jumps(jumps)
        say_changes(changes)
    say_failures(report)
    code = report.exit_code(alerts_count=alerts_count)
    if settings().json:
        click.echo(json.dumps(report_record(report, code), ensure_ascii=False, indent=2))
    warn_of_undecided(report.undecided, "entry")
    for note in report.notes:
        settings().say(note, level=1)
    told = {change.status.name for change in changes}
    if _is_watched():
        _say_summary(report, config, at, told, dry_run=dry_run)
    elif code == 4:
        _say_all_failed(report, told)
    return code


def present() -> datetime:
    """The present, which everything bears that is stored.

    Raises:
        ClockError: The clock stands where it cannot be.
    """
    from mentionwatch.schedule import checked_clock

    return checked_clock(now())


def _ping_url(given: str) -> str:
    """The address, looked up where it is a secret that is named; a mistake is told before anything is done."""
    from mentionwatch.config.references import is_reference
    from mentionwatch.config.secrets import look_up
    from mentionwatch.pipeline.ping import ping_url

    url: str | None = given
    if is_reference(given):
        found, missing = look_up([(("ping",), given)], os.environ, Path())
        url = found.get(("ping",))
        if url is None:
            raise UsageError(f"--ping: {missing['ping',]}")
    try:
        ping_url(str(url), failed=False)
    except ValueError as e:
        raise UsageError(f"--ping: {e}") from None
    return str(url)


def _ping(url: str, code: int) -> None:
    from mentionwatch.pipeline.ping import ping

    if trouble := ping(url, code):
        click.echo(fold(f"Error: {trouble}"), err=True)


def say_jumps(jumps: Iterable[Jump]) -> None:
    """Tell that the clock was set, once."""
    for jump in jumps:
        click.echo(fold(f"Warning: {jump}"), err=True)


def say_changes(changes: Iterable[Change]) -> None:
    """Tell which sources went down, or are back."""
    for change in changes:
        click.echo(fold(f"{'Error: ' if change.down else ''}{change}"), err=True)


def say_failures(report: PollReport) -> None:
    """Which channels did not take a message, and what is not tried any more."""
    for sentence in report.delivery.given_up:
        click.echo(fold(f"Error: {sentence}"), err=True)
    for failure in report.delivery.failures:
        if failure.first:
            # Whoever has one channel only learns of it here; while it goes on failing, the exit code says so.
            click.echo(fold(f"Error: {failure}; it is tried again"), err=True)
        else:
            settings().say(f"{failure}", level=1)


def _is_watched() -> bool:
    """On a terminal somebody watches; in cron only who asked for it."""
    return settings().verbosity >= (0 if sys.stderr.isatty() else 1)


def channels_of(config: Config, *, dry_run: bool) -> Sequence[Channel]:
    """What tells: stdout writes to stderr where stdout is for JSON, and so does a dry run, which only shows it."""
    from mentionwatch.pipeline.outbox import open_channels, shown_channels

    commands = partial(command_line, config=config.path)
    if dry_run:
        return shown_channels(config, sys.stderr, commands=commands)
    return open_channels(config, stream=strict(sys.stderr if settings().json else sys.stdout), commands=commands)


def _say_all_failed(report: PollReport, told: set[str]) -> None:
    """When every source failed: why those did that had not failed before, and were not told."""
    from mentionwatch.model import Failed

    asked = {outcome.source for outcome in report.outcomes if isinstance(outcome, Failed)}
    for status in report.statuses:
        if status.fails == 1 and status.name in asked - told:
            click.echo(fold(f"Error: {status.name}: {status.reason}"), err=True)


def _say_summary(report: PollReport, config: Config, at: datetime, told: set[str], *, dry_run: bool) -> None:
    """How it went, which sources fail, and where to look."""
    from mentionwatch.alerts import SOURCE
    from mentionwatch.pipeline.poll import summary

    for done in report.rematched:
        settings().say(f"{done.told(dry_run=dry_run)}.")
    if report.waiting and not report.outcomes:
        settings().say(_none_due(report, config, at))
    else:
        settings().say(summary(report) + ".")
    for status in report.statuses:
        if status.fails and status.name not in told:
            settings().say(f"{status.name}: {status.state} ({status.fails} in a row): {status.reason}")
    if opened := sum(alert.opened == at and alert.kind != SOURCE for alert in report.alerts):
        name = plural(opened, "alert")
        seen = f"{name} opened; see with: {command_line('alerts', config=config.path)}"
        settings().say(f"{name} would have opened." if dry_run else seen)
    if report.mentions:
        if all(mention.backlog for mention in report.mentions):
            settings().say("They were there before: they are learned from, and no alert is made of them.")
        settings().say(f"See them with: {command_line('mentions', config=config.path)}")


def _none_due(report: PollReport, config: Config, at: datetime) -> str:
    from mentionwatch.output.layout import shown_time

    times = [s.next_poll for s in report.statuses if s.next_poll and s.next_poll > at and s.state != "gone"]
    if not times:
        return "No source is due; --all asks now."
    due, today = shown_time(min(times), zone_of(config)), shown_time(at, zone_of(config))[:10]
    return f"No source is due before {due.removeprefix(today).strip()}; --all asks now."


def report_record(report: PollReport, code: int) -> dict[str, object]:
    """The report as JSON."""
    return {
        "sources": [_source_record(outcome) for outcome in report.outcomes],
        "mentions": len(report.mentions),
        "alerts": [alert.id for alert in report.alerts],
        "exit_code": code,
    }


def _source_record(outcome: Outcome) -> dict[str, object]:
    """What became of one source; `error` is also why a source was postponed, or answered in part only."""
    from mentionwatch.model import Failed, Polled, Postponed

    names = {Polled: "polled", Failed: "failed", Postponed: "postponed"}
    error: object = None
    if isinstance(outcome, Failed):
        error = outcome.error
    elif isinstance(outcome, Postponed):
        error = outcome.reason
    elif isinstance(outcome, Polled) and outcome.partly_failed:
        error = outcome.partly_failed[0]
    return {
        "name": outcome.source,
        "outcome": names.get(type(outcome), "not-modified"),
        "entries": getattr(outcome, "entries", None),
        "mentions": getattr(outcome, "mentions", None),
        "error": None if error is None else str(error),
    }
