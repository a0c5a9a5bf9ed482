"""``mentionwatch mentions`` and ``export``: what is stored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mentionwatch.cli.options import F, load_settings_config, settings, shared_options
from mentionwatch.cli.show import (
    When,
    chosen_format,
    no_limit,
    output_options,
    plural,
    show_mentions,
    zone_of,
)
from mentionwatch.cli.stores import open_store
from mentionwatch.errors import UsageError
from mentionwatch.model import LABELS

if TYPE_CHECKING:
    from datetime import datetime

    from mentionwatch.store import Filter

EXPORT_SUFFIXES = (".csv", ".json", ".jsonl", ".md")


def filter_options(function: F) -> F:
    """Add the filters that both commands take."""
    for option in reversed(
        [
            click.argument("query", required=False),
            click.option("--brand", metavar="NAME", help="Only this brand."),
            click.option("--source", metavar="NAME", help="Only this source."),
            click.option(
                "--tone", "tones", multiple=True, type=click.Choice(LABELS), help="Only this tone; repeatable."
            ),
            click.option("--since", type=When(), metavar="WHEN", help="From this time on: 7d, 24h, 2026-11-01."),
            click.option("--until", type=When(), metavar="WHEN", help="Before this time."),
        ]
    ):
        function = option(function)
    return function


def _filter(
    brand: str | None, source: str | None, tones: tuple[str, ...], since: datetime | None, until: datetime | None
) -> Filter:
    from mentionwatch.store import Filter

    return Filter(brand=brand, source=source, tones=tones, since=since, until=until)


@click.command("mentions")
@filter_options
@click.option("--sort", type=click.Choice(["newest", "oldest", "negative"]), default="newest", show_default=True)
@click.option("--limit", default=50, show_default=True, metavar="N", help="At most N mentions; 0: all.")
@output_options
@shared_options
def mentions_command(  # noqa: PLR0917 - one parameter per option
    query: str | None,
    brand: str | None,
    source: str | None,
    tones: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    sort: str,
    limit: int,
    format_: str | None,
    output: Path | None,
    bom: bool,  # noqa: FBT001 - click's flag
) -> None:
    r"""Search what is stored.

    \b
    Examples:
      mentionwatch mentions --since 7d --tone negative
      mentionwatch mentions '"battery life" OR charger' --sort negative
      mentionwatch mentions --limit 0 --json
    """
    from mentionwatch.pipeline.search import search_store

    config = load_settings_config()
    with open_store(config) as store:
        wanted = _filter(brand, source, tones, since, until)
        found = search_store(store, query, wanted, sort=sort, limit=no_limit(limit))  # type: ignore[arg-type]
    name = chosen_format(format_, output)
    show_mentions(found.mentions, format_=name, output=output, bom=bom, zone=zone_of(config))
    if not found.mentions:
        settings().say("No mention fits.")
    elif found.more:
        settings().say(f"There are more; {plural(len(found.mentions), 'mention')} shown. All: --limit 0")


@click.command("export")
@filter_options
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="FILE.csv, .json, .jsonl or .md",
)
@click.option("--bom", is_flag=True, help="Start CSV with a byte order mark, for Excel.")
@shared_options
def export_command(  # noqa: PLR0917 - one parameter per option
    query: str | None,
    brand: str | None,
    source: str | None,
    tones: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    output: Path,
    bom: bool,  # noqa: FBT001 - click's flag
) -> None:
    r"""Write what is stored to a file, oldest first; its suffix says how.

    \b
    Examples:
      mentionwatch export -o mentions.csv
      mentionwatch export --tone negative --since 30d -o complaints.csv --bom
    """
    from mentionwatch.pipeline.search import search_store

    if output.suffix.lower() not in EXPORT_SUFFIXES:
        raise UsageError(f"cannot tell the format of {str(output)!r}; let it end in {', '.join(EXPORT_SUFFIXES)}")
    config = load_settings_config()
    with open_store(config) as store:
        found = search_store(store, query, _filter(brand, source, tones, since, until), sort="oldest")
    show_mentions(found.mentions, format_=chosen_format(None, output), output=output, bom=bom, zone=zone_of(config))
    settings().say(f"{plural(len(found.mentions), 'mention')} written to {output}")
