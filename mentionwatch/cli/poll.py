"""``mentionwatch poll``: the cron job."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mentionwatch.cli.options import load_settings_config, settings, shared_options
from mentionwatch.cli.show import now, plural, progress, zone_of
from mentionwatch.errors import Locked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentionwatch.deliver.base import Channel
    from mentionwatch.model import Mention, Notice
    from mentionwatch.pipeline.poll import PollReport
    from mentionwatch.settings import Config

#: A lock that is held longer than this is told; a shorter one is cron being a little fast.
SILENT_LOCK_S = 3600.0


@click.command("poll")
@click.option("--all", "every_source", is_flag=True, help="Poll every source, due or not.")
@click.option("--dry-run", is_flag=True, help="Do everything, but write and send nothing; say what would be told.")
@click.option("--exit-code", "alerts_count", is_flag=True, help="Exit with 5 while an alert is open.")
@click.option(
    "--wait", "wait_s", type=click.FloatRange(0), default=0.0, metavar="SECONDS", help="Wait for another run."
)
@shared_options
def poll_command(*, every_source: bool, dry_run: bool, alerts_count: bool, wait_s: float) -> int:
    r"""Poll the sources that are due, store, detect, tell.

    Prints nothing when there is nothing to say, so that cron mails only alerts and trouble.

    \b
    Crontab line:
      */15 * * * * mentionwatch poll

    \b
    Exit codes: 0 nothing is down; 3 a source is down; 4 every source failed;
      5 an alert is open (with --exit-code); 75 another run holds the lock
    """
    from mentionwatch.pipeline.api import poll

    config = load_settings_config()
    with progress(len(config.sources), "Polling") as step:
        try:
            report = poll(
                config,
                channel=_channel(config, dry_run=dry_run),
                now=now(),
                every_source=every_source,
                dry_run=dry_run,
                wait_s=wait_s,
                progress=step,
            )
        except Locked as e:
            if e.held_s is not None and e.held_s < SILENT_LOCK_S and settings().verbosity <= 0:
                return e.exit_code
            raise
    _say(report)
    _hint(report)
    return report.exit_code(alerts_count=alerts_count)


def _channel(config: Config, *, dry_run: bool) -> Channel:
    """Stdout, which cron mails; a dry run shows it on stderr instead, as what would be sent."""
    from mentionwatch.deliver.stdout import StdoutChannel
    from mentionwatch.output.message import alert_text

    def render(notice: Notice, evidence: Sequence[Mention]) -> str:
        text = alert_text(notice.alert, evidence, notice=notice.kind, zone=zone_of(config))
        return f"Would tell:\n{text}" if dry_run else text

    return StdoutChannel(sys.stderr if dry_run else sys.stdout, render)


def _say(report: PollReport) -> None:
    """Trouble that is new goes to stderr; how it went only to who asked for it."""
    from mentionwatch.pipeline.poll import summary

    for change in report.changes:
        click.echo(f"{'Error: ' if change.down else ''}{change}", err=True)
    settings().say(summary(report) + ".", level=1)
    for status in report.statuses:
        if status.fails:
            settings().say(f"{status.name}: {status.state} ({status.fails} in a row): {status.reason}", level=1)


def _hint(report: PollReport) -> None:
    """On a terminal somebody watches: say what came, and where to look."""
    if settings().verbosity != 0 or not sys.stderr.isatty() or not report.mentions:
        return
    backlog = sum(mention.backlog for mention in report.mentions)
    note = f", {backlog} of them were there before and are learned from only" if backlog else ""
    settings().say(f"{plural(len(report.mentions), 'new mention')}{note}; see them with mentionwatch mentions")
