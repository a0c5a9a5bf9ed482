"""``mentionwatch sources``: list them, see how they do, or check one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mentionwatch.cli.discover import discover_command
from mentionwatch.cli.groups import Group
from mentionwatch.cli.hints import error_text
from mentionwatch.cli.moving import MOVING
from mentionwatch.cli.options import find_settings_config, load_settings_config, settings, shared_options
from mentionwatch.cli.presets import presets_command
from mentionwatch.cli.show import age, now, plural, show_table, until, waiting
from mentionwatch.cli.stores import open_store
from mentionwatch.errors import UsageError
from mentionwatch.masking import mask_url
from mentionwatch.settings import FetchSettings, SourceSettings, StoreSettings, name_sources, show_span
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from mentionwatch.pipeline.check import Checked
    from mentionwatch.pipeline.status import SourceRow
    from mentionwatch.settings import Config

#: Entries that ``check`` shows.
SHOWN = 5


@click.group("sources", cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@shared_options
def sources_command() -> None:
    r"""Find sources, add and check them, see how they do.

    \b
    Examples:
      mentionwatch sources discover forum.acme.example    feeds of a site
      mentionwatch sources presets                        sites that are known
      mentionwatch sources add appstore app=284882215
      mentionwatch sources check                          all that are configured
      mentionwatch sources check https://forum.acme.example/posts.rss
      mentionwatch sources list
      mentionwatch sources status
      mentionwatch sources import feeds.opml --dry-run
    """


@sources_command.command("list")
@shared_options
def list_command() -> None:
    r"""List the configured sources.

    \b
    Examples:
      mentionwatch sources list
      mentionwatch sources list --json
    """
    config = load_settings_config(need_secrets=False)
    rows = [
        {
            "name": source.name,
            "kind": "preset" if source.use else source.kind,
            "place": source.use or mask_url(source.url or ""),
            "params": {key: _masked(key, value) for key, value in source.params.items()},
            "tags": list(source.tags),
            "every": show_span(source.every),
            "brands": list(source.brands or (brand.name for brand in config.brands)),
        }
        for source in config.sources
    ]
    if settings().json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    shown = any(source.tags for source in config.sources)
    cells = [
        [
            source.name,
            str(row["kind"]),
            str(row["every"]),
            ", ".join(source.brands) or "all",
            *([", ".join(source.tags)] if shown else []),
            _place(source),
        ]
        for source, row in zip(config.sources, rows, strict=True)
    ]
    show_table(["name", "kind", "every", "brands", *(["tags"] if shown else []), "place"], cells)


def _place(source: SourceSettings) -> str:
    """Its address, or its preset with what it was given; nothing secret."""
    if source.use is None:
        return mask_url(source.url or "")
    given = [f"{key}={_plain(_masked(key, value))}" for key, value in source.params.items()]
    return " ".join([source.use, *given])


def _plain(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ",".join(value)


def _masked(key: str, value: str | tuple[str, ...]) -> str | list[str]:
    from mentionwatch.config.show import mask_param

    return mask_param(key, value) if isinstance(value, str) else [mask_param(key, one) for one in value]


@sources_command.command("status")
@shared_options
def status_command() -> int:
    r"""Show how each source does: its state, the age of its data, when it is asked next, and why.

    \b
    Examples:
      mentionwatch sources status
      mentionwatch sources status --json

    Exit code 3 while a source is down, 4 when the last poll of every source failed.
    """
    from mentionwatch.pipeline.status import source_rows, status_code

    config = load_settings_config(need_secrets=False)
    at = now()
    with open_store(config) as store:
        rows = source_rows(config, store, now=at)
    if settings().json:
        click.echo(json.dumps([row.record() for row in rows], ensure_ascii=False, indent=2))
        return status_code(rows)
    cells = [[row.name, row.state, age(row.last_success, at), until(row.next_poll, at), _why(row)] for row in rows]
    show_table(["name", "state", "data age", "next poll", "why"], cells)
    return status_code(rows)


def _why(row: SourceRow) -> str:
    """Why it is as it is, and how it was reached."""
    chain = [f"{step.status} -> {step.url}" for step in row.redirects]
    return "; ".join(filter(None, (row.waits, row.reason, *chain)))


@sources_command.command("check")
@click.argument("places", nargs=-1, metavar="[NAME|URL|FILE]...")
@shared_options
def check_command(places: tuple[str, ...]) -> int:
    r"""Fetch sources now and show what is read; store nothing.

    \b
    Examples:
      mentionwatch sources check                  all that are configured
      mentionwatch sources check forum
      mentionwatch sources check hackernews       a preset that needs nothing
      mentionwatch sources check https://forum.acme.example/posts.rss
      mentionwatch sources check saved.html

    Without a name, all that are configured. Exit code 3 when some failed, 4 when all did.
    """
    from mentionwatch.config import user_presets
    from mentionwatch.pipeline.check import check_sources, turns
    from mentionwatch.pipeline.places import named_files, with_files

    config = find_settings_config() if places else load_settings_config()
    at = now()
    folder = config.path.parent if config and config.path else Path.cwd()
    wanted = with_files(_wanted(places, config), folder)
    with waiting(turns(wanted, user_presets()), "Checking") as step:
        checked = check_sources(
            wanted,
            config.brands if config else (),
            now=at,
            fetch=config.fetch if config else FetchSettings(),
            keep=(config.store if config else StoreSettings()).keep,
            files=named_files(wanted),
            folder=folder,
            preset_folder=user_presets(),
            config=config,
            progress=step,
        )
    if settings().json:
        records = [_record(one) for one in checked]
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
    else:
        for one in checked:
            _show(one)
    for one in checked:
        for error in one.errors:
            click.echo(f"Error: {one.name}: {error_text(error)}", err=True)
    failed = sum(one.failed for one in checked)
    return 4 if failed == len(checked) else 3 if any(one.errors for one in checked) else 0


def _record(one: Checked) -> dict[str, object]:
    from mentionwatch.output.record import entry_record

    return one.record() | {
        "entries": [entry_record(entry) for entry in one.entries],
        "errors": [error_text(error) for error in one.errors],
    }


def _wanted(places: tuple[str, ...], config: Config | None) -> list[SourceSettings]:
    """The places that were named; without any, all that are configured.

    Raises:
        UsageError: There is nothing to check.
    """
    if places:
        return list(name_sources(_settings(place, config) for place in dict.fromkeys(places)))
    if config is None or not config.sources:
        raise UsageError("no source is configured; name one: mentionwatch sources check URL")
    return list(config.sources)


def _settings(place: str, config: Config | None) -> SourceSettings:
    """A configured source by its name, else an address, a file, or a preset."""
    for source in config.sources if config else ():
        if source.name.casefold() == place.casefold():
            return source
    from mentionwatch.pipeline.places import as_place
    from mentionwatch.sources.presets import names as preset_names

    if place in preset_names():
        return SourceSettings(name=place, use=place)
    try:
        return as_place(place)
    except UsageError as e:
        names = ", ".join(source.name for source in config.sources) if config else "none, for want of a configuration"
        shown = one_line(names, 400) or "none"
        raise UsageError(f"{e}; configured sources: {shown}; presets: mentionwatch sources presets") from e


def _show(one: Checked) -> None:
    """What was read, the first entries, what was dropped and why."""
    if one.failed:
        return
    title = f" {one_line(one.title, 60)!r}" if one.title else ""
    entries = plural(len(one.entries), "entry").replace("entrys", "entries")
    click.echo(f"{one_line(one.name)}: ok, {entries}{title}, {one.seconds:.2f} s")
    for entry in one.entries[:SHOWN]:
        when = entry.published.strftime("%Y-%m-%d %H:%M") if entry.published else "undated"
        said = one_line(entry.title or entry.text or "(no text)", 60)
        click.echo(f"  {when}  {said}" + (f"  by {one_line(entry.author, 30)}" if entry.author else ""))
    if len(one.entries) > SHOWN:
        click.echo(f"  and {len(one.entries) - SHOWN} more")
    if one.mentions is not None:
        click.echo(f"  {plural(one.mentions, 'mention')} of your brands would be stored")
    if one.too_old:
        entries = plural(one.too_old, "entry").replace("entrys", "entries")
        click.echo(f"  too old to be stored (before {one.oldest:%Y-%m-%d}): {entries}")
    for dropped in one.dropped[:SHOWN]:
        click.echo(f"  dropped: {one_line(dropped.what, 50)}: {dropped.why}")


for _command in MOVING:
    sources_command.add_command(_command)


sources_command.add_command(discover_command)
sources_command.add_command(presets_command)
