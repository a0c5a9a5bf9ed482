"""``mentionwatch demo``: the first minute, without a network or a config."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mentionwatch.cli.options import shared_options
from mentionwatch.cli.show import now, plural, progress, show_mentions
from mentionwatch.errors import OutputError
from mentionwatch.model import LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentionwatch.model import Mention, Notice
    from mentionwatch.pipeline.demo import DemoReport

#: Mentions printed; the CSV has all of them.
SHOWN = 6


@click.command("demo")
@click.option(
    "-o",
    "--output",
    "folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Where the store and the CSV go.  [default: a temporary folder]",
)
@shared_options
def demo_command(folder: Path | None) -> None:
    """See it all work: sample sources on this machine, with a firestorm in them.

    Serves two feeds, a forum's JSON and a review page on 127.0.0.1, polls them through the real pipeline as if over
    three weeks, and prints what it heard. It needs no network and no configuration.
    """
    from mentionwatch.pipeline.demo import poll_times, run_demo

    home = _folder(folder)
    end = now().replace(minute=0, second=0, microsecond=0)
    with progress(len(list(poll_times(end))), "Polling") as step:
        report = run_demo(home, end=end, channel=_Collect(), progress=lambda moment: step(moment.isoformat()))
    _show(report, home)


class _Collect:
    """Keeps quiet: the demo shows the notices at its end."""

    name = "stdout"

    def send(self, notice: Notice, evidence: Sequence[Mention]) -> None:
        """See DemoReport.notices."""


def _folder(folder: Path | None) -> Path:
    try:
        if folder is None:
            return Path(tempfile.mkdtemp(prefix="mentionwatch-demo-"))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "demo.db").unlink(missing_ok=True)
    except OSError as e:
        raise OutputError(f"cannot use {folder}: {e.strerror or e}") from e
    return folder


def _show(report: DemoReport, home: Path) -> None:
    from mentionwatch.output.message import alert_text

    csv_file = home / "mentions.csv"
    show_mentions(report.mentions, format_="csv", output=csv_file)
    tones = Counter(mention.tone.label for mention in report.mentions)
    heard = ", ".join(f"{tones[label]} {label}" for label in LABELS if tones[label])
    click.echo(f"Three weeks of Nimbus, a coffee machine, in {plural(report.polls, 'poll')} of four sources.")
    click.echo(f"{plural(len(report.mentions), 'mention')}: {heard}. The latest:\n")
    show_mentions(report.mentions[:SHOWN], format_="table", output=None)
    for moment, line in report.trouble:
        click.echo(f"{moment:%Y-%m-%d %H:%M} UTC  {line}")
    for notice in report.notices:
        evidence = [mention for mention in report.mentions if mention.id in notice.alert.evidence]
        click.echo(f"\n--- told at {notice.created:%Y-%m-%d %H:%M} UTC ---")
        click.echo(alert_text(notice.alert, evidence, notice=notice.kind), nl=False)
    click.echo(f"\nAll mentions, for a spreadsheet: {csv_file}")
    click.echo(f"Look around: mentionwatch mentions --tone negative --config {home / 'mentionwatch.toml'}")
