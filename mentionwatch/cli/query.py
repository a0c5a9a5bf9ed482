"""``mentionwatch query check``: how a query is read, its traps, and what it finds."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mentionwatch.cli.groups import Group
from mentionwatch.cli.options import find_settings_config, settings, shared_options
from mentionwatch.cli.show import now, plural
from mentionwatch.cli.stores import open_store
from mentionwatch.errors import StoreError, UsageError
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from mentionwatch.match import Query
    from mentionwatch.pipeline.query import Tried, TriedStored
    from mentionwatch.settings import Config

#: Largest file to try, in bytes.
MAX_FILE_BYTES = 1_000_000
#: Characters shown around a hit.
AROUND = 40
#: Hits shown of one text.
MOST_HITS = 5


@click.group("query", cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@shared_options
def query_command() -> None:
    r"""Look at a query before it watches anything.

    \b
    Examples:
      mentionwatch query check 'acme AND (down OR outage) -recipe'
      mentionwatch query check 'acme NEAR/3 router' --text 'My Acme'
      mentionwatch query check '@outage' --file post.txt --json
    """


@query_command.command("check")
@click.argument("query", metavar="QUERY")
@click.option("--text", "texts", multiple=True, metavar="TEXT", help="Try it on this text; repeatable.")
@click.option(
    "--file",
    "file",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Try it on the text in this file; - is stdin.",
)
@click.option(
    "--case",
    "case",
    type=click.Choice(["any", "exact"]),
    default="any",
    show_default=True,
    help="exact: words match in the case they are written in.",
)
@shared_options
def check_command(query: str, texts: tuple[str, ...], file: Path | None, case: str) -> None:
    r"""Say how QUERY is read, warn of traps, and show what it finds.

    It is tried on the texts given, else on what is stored. A text that does
    not match and comes near is shown with the reason. Saved queries (@name)
    are those of the configuration.

    \b
    Examples:
      mentionwatch query check 'acme AND (down OR outage) -recipe'
      mentionwatch query check 'acme router' --text 'My Acme routers'
      mentionwatch query check 'C++' --text 'I like C++'
    """
    from mentionwatch.pipeline.query import query_record, read_query, try_text

    config = find_settings_config()
    read = read_query(query, config.queries if config else {}, exact_case=case == "exact")
    given = [*texts, *([_file_text(file)] if file is not None else [])]
    tried = [try_text(read, text) for text in given]
    if not settings().json:
        _show(read, tried, _stored(read, config) if not given else None)
        return
    if given:
        records = [query_record(read, one) for one in tried]
        found: object = records if len(records) > 1 else records[0]
    else:
        stored = _stored(read, config)
        found = query_record(read, None, matched=bool(stored and stored.hits))
    click.echo(_json(found))


def _json(value: object) -> str:
    # A lone surrogate cannot be written; escaped it can.
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return text if text.isprintable() or _encodes(text) else json.dumps(value, indent=2)


def _encodes(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _file_text(file: Path) -> str:
    try:
        if str(file) == "-":
            raw = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
        else:
            with file.open("rb") as stream:
                raw = stream.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as e:  # ValueError: a NUL in the path
        raise UsageError(f"cannot read {one_line(str(file))}: {getattr(e, 'strerror', None) or e}") from e
    if len(raw) > MAX_FILE_BYTES:
        raise UsageError(f"{one_line(str(file))} is larger than {MAX_FILE_BYTES // 10**6} MB; give a part of it")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise UsageError(f"{one_line(str(file))} is not UTF-8; save it as UTF-8") from e


def _stored(query: Query, config: Config | None) -> TriedStored | None:
    """What it finds among the newest stored mentions; None where nothing is stored yet."""
    from mentionwatch.pipeline.query import MOST_TRIED, try_stored
    from mentionwatch.store import Filter

    try:
        store = open_store(config)
    except StoreError:
        if config is not None and config.store.url is not None and _there(config.store.url):
            raise  # it is there and cannot be read
        return None
    with store:
        return try_stored(query, store.mentions(Filter(), limit=MOST_TRIED), now=now())


def _there(url: str) -> bool:
    return Path(url.removeprefix("sqlite:///").partition("?")[0]).exists()


# --- for people -------------------------------------------------------------------------------------------


def _show(query: Query, tried: list[Tried], stored: TriedStored | None) -> None:
    from mentionwatch.pipeline.query import MOST_TRIED, reading

    line, tree, warnings = reading(query)
    click.echo(f"read as: {one_line(line)}")
    if len(tree) > 1:
        click.echo("\n".join(f"  {_safe(row)}" for row in tree))
    for warning in warnings:
        click.echo(f"Warning: {one_line(warning)}")
    for one in tried:
        _show_tried(one)
    if stored is not None:
        newest = " (the newest)" if stored.tried == MOST_TRIED else ""
        near = f"{stored.near:,} near miss" + "es" * (stored.near != 1)
        click.echo(f"stored: {plural(stored.hits, 'hit')} and {near} in {plural(stored.tried, 'mention')}{newest}")
        for one in stored.shown:
            _show_tried(one)
    elif not tried:
        settings().say('Nothing is stored to try it on; give a text: --text "…"')


def _safe(row: str) -> str:
    """A line without control characters that keeps its indent."""
    return " " * (len(row) - len(row.lstrip(" "))) + one_line(row)


def _show_tried(one: Tried) -> None:
    where = f"{one.mention.id} " if one.mention else ""
    if one.spans is None:
        click.echo(f"{'near miss' if one.misses else 'no match'}: {where}{one_line(one.text, 2 * AROUND)}")
        for reason in one.misses:
            click.echo(f"  {one_line(reason)}")
        return
    # What only fields made true has no place in the text.
    click.echo(f"match: {where}{'' if one.spans else one_line(one.text, 2 * AROUND)}".rstrip())
    for start, end in one.spans[:MOST_HITS]:
        click.echo(f"  {start}-{end}: {_around(one.text, start, end)}")
    if len(one.spans) > MOST_HITS:
        click.echo(f"  and {len(one.spans) - MOST_HITS} more")


def _around(text: str, start: int, end: int) -> str:
    """A hit in brackets, with some of the text around it."""
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    head = ("…" if start > AROUND else "") + before
    tail = after + ("…" if end + AROUND < len(text) else "")
    return one_line(f"{head}[{text[start:end]}]{tail}")
