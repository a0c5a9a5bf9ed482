"""``mentionwatch report``: what was said, on one page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mentionwatch.cli.groups import QueryCommand, one_query
from mentionwatch.cli.hints import command_line, query_help, warn_of_traps, warn_of_undecided
from mentionwatch.cli.options import load_settings_config, settings, shared_options
from mentionwatch.cli.show import When, is_stdout, now, open_output, plural, terminal_width, time_range, zone_of
from mentionwatch.cli.stores import open_store
from mentionwatch.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from mentionwatch.output.report import ReportFormat
    from mentionwatch.output.report.base import Report
    from mentionwatch.pipeline.traps import Asked
    from mentionwatch.settings import Config

#: What a file's suffix says of its format.
SUFFIXES: dict[str, ReportFormat] = {
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".json": "json",
    ".txt": "text",
}
_FORMATS = ("text", "html", "markdown", "json")


@click.command("report", cls=QueryCommand)
@click.argument("query", nargs=-1, metavar="[QUERY]", callback=one_query)
@click.option("--brand", metavar="NAME", help="Only this brand.  [default: all]")
@click.option(
    "--since",
    type=When(),
    metavar="WHEN",
    help="From this time on (7d, 24h, 2026-11-01), compared with as long before.  [default: all that is stored]",
)
@click.option("--until", type=When(), metavar="WHEN", help="Before this time.  [default: now]")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write to FILE.html, .md, .txt or .json; - is stdout.  [default: the terminal]",
)
@click.option(
    "-f", "--format", "format_", type=click.Choice(_FORMATS), help="How to write it.  [default: by the suffix, or text]"
)
@shared_options
@query_help
def report_command(
    *,
    query: str | None,
    brand: str | None,
    since: datetime | None,
    until: datetime | None,
    output: Path | None,
    format_: ReportFormat | None,
) -> None:
    r"""Report what was said: how much, how negative, since when, where, and what could not be seen.

    It counts exactly what mentions lists with the same QUERY and options.

    \b
    Examples:
      mentionwatch report --since 7d
      mentionwatch report --since 30d -o report.html
      mentionwatch report 'refund OR "money back"' --since 7d -o refunds.md
    """
    name = _chosen_format(format_, output)
    config = load_settings_config(need_secrets=False)
    asked, report = _made(config, query, brand, time_range(since, until, config))
    if report.mentions or not asked.plain:
        warn_of_traps([asked])
    warn_of_undecided(report.undecided, "mention")
    if name == "text" and (output is None or is_stdout(output)):
        # Here it can be typed; what leaves this machine names no paths of it.
        report = replace(report, command=command_line(*report.listing, config=config.path))
    _show(report, name, output, config)
    to_file = output is not None and not is_stdout(output)
    written = f"{plural(report.mentions, 'mention')} reported in {output}." if to_file else ""
    if not report.mentions:
        settings().say(asked.nothing(written or "No mention fits."))
    elif written:
        settings().say(written)


def _made(
    config: Config, query: str | None, brand: str | None, times: tuple[datetime | None, datetime | None]
) -> tuple[Asked, Report]:
    from mentionwatch.pipeline.report import make_report
    from mentionwatch.pipeline.search import known_brand
    from mentionwatch.pipeline.traps import ask_store

    zone, at = zone_of(config), now()
    with open_store(config) as store:
        asked = ask_store(query, config, store, zone=zone, now=at)
        wanted = known_brand(store, config, brand) if brand is not None else None
        report = make_report(config, store, query, brand=wanted, since=times[0], until=times[1], zone=zone, now=at)
    return asked, report


def _show(report: Report, name: ReportFormat, output: Path | None, config: Config) -> None:
    from mentionwatch.output.base import Options
    from mentionwatch.output.report import write_report

    to_file = output is not None and not is_stdout(output)
    color = not to_file and settings().wants_color()
    with open_output(output) as stream:
        write_report(name, report, stream, Options(width=terminal_width(), color=color, zone=zone_of(config)))


def _chosen_format(format_: ReportFormat | None, output: Path | None) -> ReportFormat:
    """``--format`` or ``--json``, else what the suffix says, else text.

    Raises:
        UsageError: ``--json`` and something else too, or a suffix that says nothing.
    """
    by_suffix = SUFFIXES.get(output.suffix.lower()) if output else None
    if settings().json:
        if format_ not in {None, "json"} or (format_ is None and by_suffix not in {None, "json"}):
            raise UsageError(f"--json and {f'--format {format_}' if format_ else output} contradict each other")
        return "json"
    if format_ is None and by_suffix is None and output is not None and not is_stdout(output):
        raise UsageError(f"cannot tell the format of {str(output)!r}; give --format, or FILE{', '.join(SUFFIXES)}")
    return format_ or by_suffix or "text"
