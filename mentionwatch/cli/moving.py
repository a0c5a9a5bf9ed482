"""``mentionwatch sources add``, ``remove``, ``import``, ``export``: the sources in the user's file."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from mentionwatch.cli.options import no_configuration, settings, shared_options
from mentionwatch.cli.show import Length, open_output, plural
from mentionwatch.errors import UsageError
from mentionwatch.masking import mask_url
from mentionwatch.settings import SourceSettings
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from datetime import timedelta

    from mentionwatch.pipeline.moving import ConfigFile, Exported, Imported

#: Mistakes of a list that are told; of the others only how many there are.
SHOWN = 20


@click.command("add")
@click.argument("place", metavar="URL|PRESET")
@click.argument("params", nargs=-1, metavar="[KEY=VALUE]...")
@click.option("--name", default="", metavar="NAME", help="Its name. Default: host and path, or the preset.")
@click.option("--every", type=Length(), metavar="SPAN", help="How often it is asked: 15m, 1h, 1d. Default: 1h.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="A word of your own for it; repeatable.")
@click.option("--brand", "brands", multiple=True, metavar="NAME", help="Look only for this brand there; repeatable.")
@click.option(
    "--kind",
    type=click.Choice(["auto", "feed", "api", "page"]),
    default="auto",
    help="How a URL is read. Default: auto.",
)
@shared_options
def add_command(
    *,
    place: str,
    params: tuple[str, ...],
    name: str,
    every: timedelta | None,
    tags: tuple[str, ...],
    brands: tuple[str, ...],
    kind: Literal["auto", "feed", "api", "page"],
) -> None:
    r"""Add a source to the configuration; its comments and order stay.

    \b
    Examples:
      mentionwatch sources add https://forum.acme.example/posts.rss
      mentionwatch sources add hackernews --every 15m --tag tech
      mentionwatch sources add appstore app=284882215 countries=us,de
      mentionwatch sources add bluesky handle=a.bsky.social password=env:BSKY

    What a preset needs is told by: mentionwatch sources presets NAME. A secret is better not written into the file:
    KEY=env:NAME is an environment variable, KEY=file:PATH a file beside the configuration.
    """
    from mentionwatch.pipeline.moving import save_config, secret_warnings, with_source

    file = _config_file()
    source = SourceSettings(
        **_place(place, params),
        name=name.strip(),
        kind=kind,
        every=every or SourceSettings.every,
        tags=tuple(dict.fromkeys(tags)),
        brands=tuple(dict.fromkeys(brands)),
    )
    edited = with_source(file, source)
    save_config(edited)
    _tell("added", "Added {} to {}.", edited.config.sources[-1], file.path)
    for warning in secret_warnings(source, file.path.parent):
        settings().say(f"Warning: {warning}")


def _place(place: str, params: tuple[str, ...]) -> dict[str, Any]:
    """The keys that say where: an address, or a preset with its parameters."""
    from mentionwatch.config import user_presets
    from mentionwatch.config.edit import SOURCE_KEYS
    from mentionwatch.pipeline.places import given_params
    from mentionwatch.pipeline.search import known_name
    from mentionwatch.sources.presets import names

    given = given_params(params)
    name, equals, rest = place.partition("=")
    if equals and rest.startswith(("http://", "https://")) and "/" not in name:
        raise UsageError(f"a name goes into --name: mentionwatch sources add {rest.strip()} --name {name.strip()}")
    if "://" in place:
        if given:
            raise UsageError(f"{params[0]!r} is a parameter, and only presets take any")
        return {"url": place.strip()}
    if any(sign in place for sign in "./"):
        raise _no_address(place)
    for key in given:
        if key in SOURCE_KEYS:
            raise UsageError(f"{key!r} is no parameter of a preset; see the options: mentionwatch sources add --help")
    return {"use": known_name(place, names(user_presets()), "preset"), "params": given}


def _no_address(place: str) -> UsageError:
    """What somebody may have meant by it.

    Raises:
        UsageError: It is a place that gives nothing to programs.
    """
    from mentionwatch.pipeline.moving import check_source

    if Path(place).is_file():
        return UsageError(f"{place!r} is a file: mentionwatch sources add files path={shlex.quote(place)}")
    check_source(SourceSettings(name="", url=f"https://{place}"))
    return UsageError(f"{place!r} is no address yet; write https:// in front of it")


@click.command("remove")
@click.argument("place", metavar="NAME|URL")
@shared_options
def remove_command(place: str) -> None:
    r"""Remove a source from the configuration, with the comments right above it.

    What it brought stays stored.

    \b
    Examples:
      mentionwatch sources remove forum
      mentionwatch sources remove https://forum.acme.example/posts.rss
      mentionwatch sources remove forum.acme.example/posts.rss
    """
    from mentionwatch.pipeline.moving import save_config, without_source

    file = _config_file()
    edited, removed = without_source(file, place)
    save_config(edited)
    _tell("removed", "Removed {} from {}.", removed, file.path)


@click.command("import")
@click.argument("file", metavar="FILE.opml|-")
@click.option("--dry-run", is_flag=True, help="Show what would be added, and write nothing.")
@shared_options
def import_command(file: str, *, dry_run: bool) -> int:
    r"""Add the feeds of an OPML file, as feed readers write it.

    Folders become tags and titles names; feeds that are there already are
    passed over.

    \b
    Examples:
      mentionwatch sources import feeds.opml --dry-run
      mentionwatch sources import feeds.opml

    Exit code 3 when some of the list cannot be taken, 4 when nothing can.
    """
    from mentionwatch.pipeline.moving import import_opml, save_config

    config = _config_file()
    found = import_opml(config, _read(file), "standard input" if file == "-" else file)
    if found.added and not dry_run:
        save_config(found.file)
    _show_import(found, dry_run=dry_run)
    for problem in found.outline.problems[:SHOWN]:
        click.echo(f"Error: {problem}", err=True)
    if found.outline.failed > SHOWN:
        click.echo(f"Error: {plural(found.outline.failed - SHOWN, 'more outline')} like these", err=True)
    if not found.outline.failed:
        return 0
    return 3 if found.outline.feeds else 4


def _read(file: str) -> bytes:
    from mentionwatch.opml import MAX_BYTES

    try:
        if file == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with Path(file).open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as e:  # ValueError: a NUL in the path
        raise UsageError(f"{file!r} cannot be read: {getattr(e, 'strerror', None) or e}") from e


def _show_import(found: Imported, *, dry_run: bool) -> None:
    outline, path = found.outline, found.file.path
    for note in outline.notes:
        settings().say(f"Note: {note}")
    if settings().json:
        _print(
            {
                "path": str(path),
                "dry_run": dry_run,
                "added": [_record(source) for source in found.added],
                "known": found.known,
                "repeated": outline.repeated,
                "failed": outline.failed,
                "problems": [vars(problem) for problem in outline.problems],
                "notes": list(outline.notes),
            }
        )
        return
    if dry_run:
        for source in found.added:
            tags = f"  [{', '.join(source.tags)}]" if source.tags else ""
            click.echo(one_line(f"{source.name}  {mask_url(source.url or '')}{tags}"))
    counts = {
        "were there already": found.known,
        "stood in the list before": outline.repeated,
        "cannot be taken": outline.failed,
    }
    rest = "".join(f"; {count:,} {what}" for what, count in counts.items() if count)
    done = (
        f"Would add {plural(len(found.added), 'source')}" if dry_run else f"Added {plural(len(found.added), 'source')}"
    )
    settings().say(f"{done} to {path}{rest}.")


@click.command("export")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE.opml", help="Default: stdout.")
@shared_options
def export_command(output: Path | None) -> None:
    r"""Write the sources that are feeds as OPML, for a feed reader.

    Tags become folders. Secrets in addresses are masked, and what is no feed
    is left out; both are told.

    \b
    Examples:
      mentionwatch sources export -o feeds.opml
    """
    from mentionwatch.pipeline.moving import export_opml

    found = export_opml(_config_file().config.sources)
    if settings().json:
        _print({"opml": found.text, "feeds": found.feeds, "left_out": found.left_out, "masked": found.masked})
        return
    with open_output(output) as stream:
        stream.write(found.text)
    _tell_export(found, output)


def _tell_export(found: Exported, output: Path | None) -> None:
    if output is not None and str(output) != "-":
        settings().say(f"Wrote {plural(found.feeds, 'feed')} to {output}.")
    if found.left_out:
        settings().say(f"Left out, as they are no feeds of their own: {_some(found.left_out)}")
    if found.masked:
        settings().say(f"Masked (***), as their addresses hold secrets: {_some(found.masked)}")


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
    return f"{plural(len(names), 'source')} ({one_line(', '.join(names[:5]), 200)}{more})"


def _config_file() -> ConfigFile:
    """The file that applies; none is made.

    Raises:
        ConfigError: There is none, or it has mistakes.
    """
    from mentionwatch.config import find_config
    from mentionwatch.pipeline.moving import open_config

    found = find_config(settings().config, os.environ, Path.cwd())
    if found is None:
        raise no_configuration()
    return open_config(found[0])


def _tell(what: str, sentence: str, source: SourceSettings, path: Path) -> None:
    if settings().json:
        _print({"path": str(path), what: _record(source)})
        return
    settings().say(sentence.format(one_line(source.name), path))


def _record(source: SourceSettings) -> dict[str, object]:
    place = mask_url(source.url) if source.url else source.use
    return {"name": source.name, "place": place, "tags": list(source.tags)}


def _print(record: object) -> None:
    click.echo(json.dumps(record, ensure_ascii=False, indent=2))


#: What ``sources`` takes over.
MOVING = (add_command, remove_command, import_command, export_command)
