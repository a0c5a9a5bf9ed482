"""``mentionwatch mentions`` and ``export``: what is stored."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mentionwatch.cli.hints import warn_of_letters, warn_of_undecided
from mentionwatch.cli.options import F, load_settings_config, settings, shared_options
from mentionwatch.cli.show import (
    FORMAT_NAMES,
    SUFFIXES,
    When,
    chosen_format,
    is_stdout,
    no_limit,
    now,
    output_options,
    plural,
    show_mentions,
    time_range,
    zone_of,
)
from mentionwatch.cli.stores import open_store
from mentionwatch.errors import UsageError
from mentionwatch.model import LABELS

if TYPE_CHECKING:
    from datetime import datetime

    from mentionwatch.settings import Config
    from mentionwatch.store import Filter, Store


def one_query(_ctx: click.Context, _parameter: click.Parameter, words: tuple[str, ...]) -> str | None:
    """Several words were meant as one query, which the shell took apart."""
    if len(words) > 1:
        raise UsageError(f"a query is one argument; put it in quotes: {shlex.quote(' '.join(words))}")
    return words[0] if words else None


def filter_options(function: F) -> F:
    """Add the filters that both commands take."""
    for option in reversed(
        [
            click.argument("query", nargs=-1, metavar="[QUERY]", callback=one_query),
            click.option("--brand", metavar="NAME", help="Only this brand."),
            click.option("--source", metavar="NAME", help="Only this source."),
            click.option(
                "--tone", "tones", multiple=True, type=click.Choice(LABELS), help="Only this tone; repeatable."
            ),
            click.option(
                "--since",
                type=When(),
                metavar="WHEN",
                help="From this time on: 7d, 24h, 2026-11-01 (local time).",
            ),
            click.option("--until", type=When(), metavar="WHEN", help="Before this time."),
        ]
    ):
        function = option(function)
    return function


def _rematch(config: Config, brand: str | None) -> None:
    """Apply the brands' queries to what is stored, and say what came of it."""
    from mentionwatch.pipeline.rematch import rematch
    from mentionwatch.pipeline.search import known_name

    names = None if brand is None else [known_name(brand, [one.name for one in config.brands], "brand")]
    settings().note_storing()
    for done in rematch(config, brands=names, now=now()):
        settings().say(f"{done}.")
    if not config.store.keep_unmatched:
        settings().say(
            "Entries that no query matched were not kept, so only those were looked through that one had matched;"
            " [store] keep_unmatched = true keeps them from now on."
        )


def _filter(
    store: Store,
    config: Config,
    *,
    brand: str | None,
    source: str | None,
    tones: tuple[str, ...],
    times: tuple[datetime | None, datetime | None],
) -> Filter:
    """The filter; names are looked up, so that a mistyped one is no empty result."""
    from mentionwatch.pipeline.search import known_brand, known_source
    from mentionwatch.store import Filter

    return Filter(
        brand=known_brand(store, config, brand) if brand is not None else None,
        source=known_source(store, config, source) if source is not None else None,
        tones=tones,
        since=times[0],
        until=times[1],
    )


@click.command("mentions")
@filter_options
@click.option("--sort", type=click.Choice(["newest", "oldest", "negative"]), default="newest", show_default=True)
@click.option("--limit", default=50, show_default=True, metavar="N", help="At most N mentions; 0: all.")
@click.option(
    "--rematch",
    "is_rematch",
    is_flag=True,
    help="First apply the brands' queries of the configuration to what is stored; with --brand only that one's.",
)
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
    is_rematch: bool,  # noqa: FBT001 - click's flag
    format_: str | None,
    output: Path | None,
    bom: bool,  # noqa: FBT001 - click's flag
) -> None:
    r"""Search what is stored, in the language of the configuration's queries, with fields of stored mentions.

    \b
    Examples:
      mentionwatch mentions --since 7d --tone negative
      mentionwatch mentions '"battery life" OR charger' --sort negative
      mentionwatch mentions 'tone:negative stars:<=2 refund* -site:reddit.com'
      mentionwatch mentions @outage --limit 0 --json
      mentionwatch mentions --rematch --brand Acme
    """
    from mentionwatch.pipeline.search import search_store

    name = chosen_format(format_, output)
    config = load_settings_config()
    times = time_range(since, until, config)
    most = no_limit(limit)
    # A mistake in the query is told before anything is done.
    warn_of_letters([query] if query else [], saved=config.queries, stored=True)
    if is_rematch:
        _rematch(config, brand)
    with open_store(config) as store:
        wanted = _filter(store, config, brand=brand, source=source, tones=tones, times=times)
        found = search_store(
            store,
            query,
            wanted,
            sort=sort,  # type: ignore[arg-type]
            limit=most,
            saved=config.queries,
            now=now(),
        )
    warn_of_undecided(found.undecided, "mentions")
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
    help="FILE.csv, .json, .jsonl or .md; - is stdout, with --format.",
)
@click.option(
    "-f", "--format", "format_", type=click.Choice(FORMAT_NAMES), help="How to write it.  [default: by the suffix]"
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
    format_: str | None,
    bom: bool,  # noqa: FBT001 - click's flag
) -> None:
    r"""Write what is stored to a file, oldest first; its suffix says how.

    \b
    Examples:
      mentionwatch export -o mentions.csv
      mentionwatch export --tone negative --since 30d -o complaints.csv --bom
      mentionwatch export 'site:reddit.com refund' -o - --format jsonl | jq .title
    """
    from mentionwatch.pipeline.search import search_store

    name = chosen_format(format_, output)
    if not (format_ or settings().json or output.suffix.lower() in SUFFIXES):
        place = "stdout" if is_stdout(output) else repr(str(output))
        raise UsageError(f"cannot tell the format of {place}; give --format, or a file in {', '.join(SUFFIXES)}")
    config = load_settings_config()
    times = time_range(since, until, config)
    warn_of_letters([query] if query else [], saved=config.queries, stored=True)
    with open_store(config) as store:
        wanted = _filter(store, config, brand=brand, source=source, tones=tones, times=times)
        found = search_store(store, query, wanted, sort="oldest", saved=config.queries, now=now())
    warn_of_undecided(found.undecided, "mentions")
    show_mentions(found.mentions, format_=name, output=output, bom=bom, zone=zone_of(config))
    if not is_stdout(output):
        settings().say(f"{plural(len(found.mentions), 'mention')} written to {output}")
