"""``mentionwatch sources discover``: what can be read at an address."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from mentionwatch.cli.hints import command_line, error_text
from mentionwatch.cli.options import find_settings_config, settings, shared_options
from mentionwatch.cli.show import now, plural, show_table
from mentionwatch.masking import MASK, mask_url
from mentionwatch.settings import FetchSettings
from mentionwatch.text import one_line
from mentionwatch.toml import quote, write_key

if TYPE_CHECKING:
    from pathlib import Path

    from mentionwatch.model import FeedLink
    from mentionwatch.pipeline.discover import Discovered

#: Longest title in the table.
_TITLE = 40


@click.command("discover")
@click.argument("url", metavar="URL|FILE")
@click.option("--check", is_flag=True, help="Ask for every feed that is found, and leave out what is none.")
@shared_options
def discover_command(url: str, check: bool) -> int:  # noqa: FBT001 - click's flag
    r"""Find the feeds of a site, or the preset for it; store nothing.

    \b
    Examples:
      mentionwatch sources discover https://forum.acme.example
      mentionwatch sources discover forum.acme.example --check
      mentionwatch sources discover https://apps.apple.com/us/app/acme/id284882215
      mentionwatch sources discover https://acme.example/blog --json
      mentionwatch sources discover saved.html

    A place that is known by its address is not asked. Else one request is made; more only where the page names no
    feed, to try where feeds often are.

    Exit code 3 when something failed on the way, 4 when nothing could be had. Nothing found is no failure.
    """
    from mentionwatch.pipeline.discover import as_address, discover

    config = find_settings_config()
    from mentionwatch.config import user_presets

    found = discover(
        as_address(url),
        now=now(),
        fetch=config.fetch if config else FetchSettings(),
        check=check,
        preset_folder=user_presets(),
    )
    if settings().json:
        click.echo(json.dumps([_record(link) for link in found.links], ensure_ascii=False, indent=2))
    elif found.links:
        show_table(["kind", "title", "found", "source"], [_row(link) for link in found.links])
    for error in found.errors:
        click.echo(f"Error: {error_text(error)}", err=True)
    for note in found.notes:
        settings().say(f"Note: {one_line(note)}")
    _say_what_next(found, config.path if config else None)
    for asked in found.asked:
        settings().say(f"asked: {one_line(asked)}", level=1)
    return 4 if found.failed else 3 if found.errors else 0


def _say_what_next(found: Discovered, config: Path | None) -> None:
    if found.links:
        first = command_line("sources", "add", *_words(found.links[0]), config=config)
        settings().say(f"Add {'it' if len(found.links) == 1 else 'the first'} with: {first}")
        for name, about in _missing(found.links[0]).items():
            settings().say(f"Put in place of {name.upper()}: {one_line(about, 300)}")
        if MASK in first:
            settings().say(f"Write out what {MASK} stands for: it is a secret, and not shown")
    elif not (found.errors or found.notes):
        tried = f"; {plural(len(found.asked), 'address').replace('addresss', 'addresses')} asked"
        settings().say(
            f"Nothing found at {one_line(found.url)}: neither a feed nor reviews{tried}. A bridge of your own can make"
            " a feed of a page (presets rss-bridge and rsshub); a saved page can be read with the preset files"
        )


def _row(link: FeedLink) -> list[str]:
    kind = "comments" if link.is_comments else link.kind
    held = "" if link.entries is None else f", {plural(link.entries, 'entry').replace('entrys', 'entries')}"
    return [kind, one_line(link.title or "", _TITLE), link.found + held, _shown(link)]


def _shown(link: FeedLink) -> str:
    """The source as it is written into a configuration."""
    if link.use is None:
        return mask_url(link.url or "")
    return ", ".join(f"{write_key(key)} = {quote(value)}" for key, value in {"use": link.use, **link.params}.items())


def _words(link: FeedLink) -> list[str]:
    """What ``sources add`` is given to add it; what has to be given beside stands there in capitals."""
    if link.use is None:
        return [mask_url(link.url or "")]
    given = [f"{name}={value}" for name, value in link.params.items()]
    return [link.use, *given, *(f"{name}={name.upper()}" for name in _missing(link))]


def _missing(link: FeedLink) -> dict[str, str]:
    """What a preset needs beside what was found, and where it is to be had."""
    if link.use is None:
        return {}
    from mentionwatch.config import user_presets
    from mentionwatch.sources.presets import preset

    found = preset(link.use, user_presets())
    return {name: found.params[name].about for name in found.needs if name not in link.params}


def _record(link: FeedLink) -> dict[str, object]:
    return {
        "kind": link.kind,
        "url": None if link.url is None else mask_url(link.url),
        "use": link.use,
        "params": dict(link.params),
        "title": link.title,
        "comments": link.is_comments,
        "found": link.found,
        "entries": link.entries,
        "add": _words(link),
    }
