"""``mentionwatch mentions`` and ``export``: what is stored."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mentionwatch.cli.groups import QueryCommand, one_query
from mentionwatch.cli.hints import query_help, warn_of_traps, warn_of_undecided
from mentionwatch.cli.options import F, load_settings_config, settings, shared_options
from mentionwatch.cli.show import (
    FOR_PEOPLE,
    FORMAT_NAMES,
    SUFFIXES,
    When,
    chosen_format,
    copies_option,
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
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mentionwatch.model import Mention
    from mentionwatch.pipeline.rematch import Rematched
    from mentionwatch.pipeline.search import Found, Sort
    from mentionwatch.pipeline.traps import Asked
    from mentionwatch.settings import Config
    from mentionwatch.store import Filter, Store


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
            click.option("--noise", is_flag=True, help="Also what you marked as noise."),
        ]
    ):
        function = option(function)
    return function


def _rematch(config: Config, brand: str | None, *, limit: int | None, dry_run: bool) -> None:
    """Apply the brands' queries to what is stored, and say what came of it, or in a dry run what would."""
    from mentionwatch.pipeline.rematch import rematch
    from mentionwatch.pipeline.search import known_name

    names = None if brand is None else [known_name(brand, [one.name for one in config.brands], "brand")]
    settings().note_storing(storing=not dry_run)
    found = rematch(config, brands=names, now=now(), dry_run=dry_run)
    if dry_run and settings().json:
        click.echo(json.dumps([_rematched_record(done) for done in found], ensure_ascii=False, indent=2))
    for done in found:
        if dry_run and not settings().json:
            _show_changes("+", done.found, limit, config)
            _show_changes("-", done.lost, limit, config)
        settings().say(f"{done.told(dry_run=dry_run)}.")
    if not config.store.keep_unmatched:
        settings().say(
            "Entries that no query matched were not kept, so only those were looked through that one had matched;"
            " [store] keep_unmatched = true keeps them from now on."
        )


def _show_changes(sign: str, mentions: Sequence[Mention], limit: int | None, config: Config) -> None:
    """What would come (+) or go (-), a line each."""
    from mentionwatch.output.layout import ID_SHOWN, excerpt, mention_time

    for mention in mentions[:limit]:
        when, source = mention_time(mention, zone_of(config)), one_line(mention.entry.source, 30)
        click.echo(f"{sign} {mention.id[:ID_SHOWN]}  {when}  {source}  {excerpt(mention.entry, 80)}")
    if limit is not None and len(mentions) > limit:
        click.echo(f"{sign} and {len(mentions) - limit:,} more; all: --limit 0")


def _rematched_record(done: Rematched) -> dict[str, object]:
    from mentionwatch.output.record import mention_record

    return {
        "brand": done.brand,
        "same": done.same,
        "new": [mention_record(mention) for mention in done.found],
        "deleted": [mention_record(mention) for mention in done.lost],
        "kept": done.stayed,
    }


@dataclass(frozen=True)
class _Wanted:
    """What is looked for: a query, and the filters beside it."""

    query: str | None
    brand: str | None
    source: str | None
    tones: tuple[str, ...]
    #: Since and until.
    times: tuple[datetime | None, datetime | None]
    noise: bool

    def filter(self, store: Store, config: Config) -> Filter:
        """The filter; names are looked up, so that a mistyped one is no empty result."""
        from mentionwatch.pipeline.search import known_brand, known_source
        from mentionwatch.store import Filter

        return Filter(
            brand=known_brand(store, config, self.brand) if self.brand is not None else None,
            source=known_source(store, config, self.source) if self.source is not None else None,
            tones=self.tones,
            since=self.times[0],
            until=self.times[1],
            noise=None if self.noise else False,
        )


def _check(query: str, config: Config) -> None:
    """A mistake in the query is told before anything is done."""
    from mentionwatch.pipeline.traps import ask_store

    with open_store(config) as store:
        ask_store(query, config, store, zone=zone_of(config), now=now())


def _search(
    wanted: _Wanted, config: Config, *, sort: Sort, limit: int | None = None, all_copies: bool = True
) -> tuple[Found, Asked]:
    """Look for it in what is stored, and warn of what may not be as it was meant."""
    from mentionwatch.pipeline.search import search_store
    from mentionwatch.pipeline.traps import ask_store

    with open_store(config) as store:
        asked = ask_store(wanted.query, config, store, zone=zone_of(config), now=now())
        found = search_store(
            store,
            wanted.query,
            wanted.filter(store, config),
            sort=sort,
            limit=limit,
            saved=config.queries,
            zone=zone_of(config),
            now=now(),
            all_copies=all_copies,
        )
    if found.mentions or not asked.plain:
        warn_of_traps([asked])
    warn_of_undecided(found.undecided, "mention")
    return found, asked


@click.command("mentions", cls=QueryCommand)
@filter_options
@click.option("--sort", type=click.Choice(["newest", "oldest", "negative"]), default="newest", show_default=True)
@click.option("--limit", default=50, show_default=True, metavar="N", help="At most N mentions; 0: all.")
@click.option(
    "--rematch",
    "is_rematch",
    is_flag=True,
    help="First apply the brands' queries of the configuration to what is stored; with --brand only that one's.",
)
@click.option(
    "--dry-run", is_flag=True, help="With --rematch: only list what would come (+) and go (-); nothing is changed."
)
@copies_option
@output_options
@shared_options
@query_help
def mentions_command(  # noqa: PLR0917 - one parameter per option
    query: str | None,
    brand: str | None,
    source: str | None,
    tones: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    noise: bool,  # noqa: FBT001 - click's flag
    sort: Sort,
    limit: int,
    is_rematch: bool,  # noqa: FBT001 - click's flag
    dry_run: bool,  # noqa: FBT001 - click's flag
    all_copies: bool,  # noqa: FBT001 - click's flag
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
      mentionwatch mentions --rematch --brand Acme --dry-run
    """
    from mentionwatch.pipeline.hits import find_hits

    name = chosen_format(format_, output)
    config = load_settings_config(need_secrets=False)
    wanted = _Wanted(query, brand, source, tones, time_range(since, until, config), noise)
    for_people = name in FOR_PEOPLE
    most = no_limit(limit)
    if dry_run and (query or not is_rematch):
        raise UsageError("--dry-run is for --rematch alone, without a query; a search changes nothing anyway")
    if is_rematch and query:
        _check(query, config)
    if is_rematch:
        _rematch(config, brand, limit=most, dry_run=dry_run)
    if dry_run:
        return
    found, asked = _search(wanted, config, sort=sort, limit=most, all_copies=all_copies or not for_people)
    zone = zone_of(config)
    hits = find_hits(found.mentions, query, saved=config.queries, zone=zone, now=now()) if for_people else {}
    show_mentions(found.mentions, format_=name, output=output, bom=bom, zone=zone, hits=hits)
    if not found.mentions:
        settings().say(asked.nothing("No mention fits."))
    elif found.more:
        settings().say(f"There are more; {plural(len(found.mentions), 'mention')} shown. All: --limit 0")


@click.command("export", cls=QueryCommand)
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
@query_help
def export_command(  # noqa: PLR0917 - one parameter per option
    query: str | None,
    brand: str | None,
    source: str | None,
    tones: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    noise: bool,  # noqa: FBT001 - click's flag
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
    name = chosen_format(format_, output)
    if not (format_ or settings().json or output.suffix.lower() in SUFFIXES):
        place = "stdout" if is_stdout(output) else repr(str(output))
        raise UsageError(f"cannot tell the format of {place}; give --format, or a file in {', '.join(SUFFIXES)}")
    config = load_settings_config(need_secrets=False)
    wanted = _Wanted(query, brand, source, tones, time_range(since, until, config), noise)
    found, asked = _search(wanted, config, sort="oldest")
    show_mentions(found.mentions, format_=name, output=output, bom=bom, zone=zone_of(config))
    written = "" if is_stdout(output) else f"{plural(len(found.mentions), 'mention')} written to {output}"
    if not found.mentions:
        settings().say(asked.nothing(f"{written}." if written else "No mention fits."))
    elif written:
        settings().say(written)
