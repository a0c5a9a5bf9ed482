"""``mentionwatch demo``: the first minute, without a network or a config."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mentionwatch.cli.hints import command_line
from mentionwatch.cli.options import settings, shared_options
from mentionwatch.cli.show import When, in_zone, now, plural, progress, show_mentions
from mentionwatch.errors import OutputError, UsageError
from mentionwatch.model import LABELS

if TYPE_CHECKING:
    from datetime import datetime

    from mentionwatch.deliver.base import Message
    from mentionwatch.pipeline.demo import DemoReport

#: Mentions printed; the CSV has all of them.
SHOWN = 6
CSV = "mentions.csv"


@click.command("demo")
@click.option(
    "-o",
    "--output",
    "folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Where the store and the CSV go.  [default: a temporary folder]",
)
# The same end gives the same three weeks, to the letter: for tests, and for whoever writes about them.
@click.option("--end", type=When(), hidden=True, metavar="WHEN", help="The last moment of the three weeks.")
@shared_options
def demo_command(folder: Path | None, end: datetime | None) -> None:
    """See it all work: sample sources on this machine, with a firestorm in them.

    Serves two feeds, a forum's JSON and a review page on 127.0.0.1, polls them through the real pipeline as if over
    three weeks, and prints what it heard. It needs no network and no configuration. A FOLDER of -o keeps it: only
    an earlier demo there is overwritten, nothing of yours.
    """
    from mentionwatch.pipeline.demo import poll_times, run_demo

    if settings().json:
        raise UsageError("the demo is for people and prints no JSON; leave --json out")
    home = _folder(folder)
    last = in_zone(end, None) or now().replace(minute=0, second=0, microsecond=0)
    with progress(len(list(poll_times(last))), "Polling") as step:
        report = run_demo(home, end=last, channel=_Collect(), progress=lambda moment: step(moment.isoformat()))
    _show(report, home)


class _Collect:
    """Keeps quiet: the demo shows the notices at its end."""

    name = "stdout"

    def send(self, message: Message) -> None:
        """See DemoReport.notices."""


def _folder(folder: Path | None) -> Path:
    """The folder, without an earlier demo's store.

    Raises:
        UsageError: It holds files that are not the demo's.
        OutputError: It cannot be used.
    """
    from mentionwatch.pipeline.demo import CONFIG, STORE, holds_demo

    try:
        if folder is None:
            return Path(tempfile.mkdtemp(prefix="mentionwatch-demo-"))
        folder.mkdir(parents=True, exist_ok=True)
        theirs = [name for name in (CONFIG, CSV, STORE) if os.path.lexists(folder / name)]
        if theirs and not holds_demo(folder):
            raise UsageError(f"{folder} holds {' and '.join(theirs)} that no demo wrote; name another folder with -o")
        (folder / STORE).unlink(missing_ok=True)
    except OSError as e:
        raise OutputError(f"cannot use {folder}: {e.strerror or e}") from e
    return folder


def _show(report: DemoReport, home: Path) -> None:
    from mentionwatch.output.layout import ID_SHOWN, shown_time
    from mentionwatch.output.message import alert_text
    from mentionwatch.pipeline.demo import CONFIG

    csv_file, config = home / CSV, home / CONFIG
    show_mentions(report.mentions, format_="csv", output=csv_file)
    tones = Counter(mention.tone.label for mention in report.mentions)
    heard = ", ".join(f"{tones[label]} {label}" for label in LABELS if tones[label])
    click.echo(f"Three weeks of Nimbus, a coffee machine, in {plural(report.polls, 'poll')} of four sources.")
    click.echo(f"{plural(len(report.mentions), 'mention')}: {heard}. The latest:\n")
    show_mentions(report.mentions[:SHOWN], format_="table", output=None)
    click.echo()
    for moment, line in report.trouble:
        click.echo(f"{shown_time(moment, None)}  {line}")
    for notice in report.notices:
        evidence = [mention for mention in report.mentions if mention.id in notice.alert.evidence]
        click.echo(f"\n--- told at {shown_time(notice.created, None)} ---")
        footer = command_line("alerts", "show", notice.alert.id[:ID_SHOWN], config=config)
        click.echo(alert_text(notice.alert, evidence, notice=notice.kind, footer=footer), nl=False)
    click.echo(f"\nAll mentions, for a spreadsheet: {csv_file}")
    click.echo("Look around:")
    for words in (("mentions", "--tone", "negative"), ("alerts",), ("sources", "status")):
        click.echo(f"  {command_line(*words, config=config)}")
