"""``mentionwatch query check``: how a query is read, its traps, and what it finds."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mentionwatch.cli.groups import Group, QueryCommand, one_query
from mentionwatch.cli.hints import query_help
from mentionwatch.cli.options import find_settings_config, fold, settings, shared_options
from mentionwatch.cli.show import now, plural, zone_of
from mentionwatch.cli.stores import open_store
from mentionwatch.errors import StoreError, UsageError
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mentionwatch.match import Query
    from mentionwatch.pipeline.query import Spans, Tried, TriedStored
    from mentionwatch.pipeline.traps import Names
    from mentionwatch.settings import Config
    from mentionwatch.store import Store

#: Largest file to try, in bytes.
MAX_FILE_BYTES = 1_000_000
#: Characters shown around a hit.
AROUND = 40
#: Hits shown of one text.
MOST_HITS = 5


@click.group("query", cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@shared_options
@query_help
def query_command() -> None:
    r"""Look at a query before it watches anything.

    \b
    Examples:
      mentionwatch query check 'acme AND (down OR outage) -recipe'
      mentionwatch query check 'acme NEAR/3 router' --text 'My Acme'
      mentionwatch query check '@outage' --file post.txt --json
    """


@query_command.command("check", cls=QueryCommand)
@click.argument("query", nargs=-1, metavar="[QUERY]", callback=one_query)
@click.option(
    "--brand", metavar="NAME", help="Try this brand as it is configured; with QUERY as if that were its match."
)
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
@click.option("--author", metavar="NAME", help="With --brand: who wrote the texts.")
@click.option("--url", metavar="URL", help="With --brand: where the texts stand.")
@shared_options
@query_help
def check_command(
    *,
    query: str | None,
    brand: str | None,
    texts: tuple[str, ...],
    file: Path | None,
    case: str,
    author: str | None,
    url: str | None,
) -> None:
    r"""Say how QUERY is read, warn of traps, and show what it finds.

    It is tried on the texts given, else on what is stored. A text that does
    not match and comes near is shown with the reason. Saved queries (@name)
    are those of the configuration. With --brand it says which of match,
    context, exclude, case and the lists of authors and sites stops a text.

    \b
    Examples:
      mentionwatch query check 'acme AND (down OR outage) -recipe'
      mentionwatch query check 'acme router' --text 'My Acme routers'
      mentionwatch query check --brand Acme --text 'the acme of cooking'
    """
    given = [*texts, *([_file_text(file)] if file is not None else [])]
    config = find_settings_config(need_secrets=False)
    if brand is not None:
        if case != "any":
            raise UsageError('--case is for a query alone; a brand has its own: case = "exact"')
        from mentionwatch.cli.brand import check_brand

        check_brand(brand, query, given, config, author=author, url=url)
    elif author or url:
        raise UsageError("--author and --url are for a brand; name it with --brand")
    elif query is None:
        raise UsageError("say which query: mentionwatch query check QUERY, or a brand: --brand NAME")
    else:
        _check_query(query, given, config, exact_case=case == "exact")


def _check_query(query: str, given: list[str], config: Config | None, *, exact_case: bool) -> None:
    from mentionwatch.pipeline.query import query_record, read_query, try_text

    saved = config.queries if config else {}
    with opened(config) as store:
        names, zone = _names(config, store), zone_of(config)
        read = read_query(query, saved, exact_case=exact_case, names=names, zone=zone, now=now())
        stored = _stored(read, store) if not given else None
    tried = [try_text(read, text) for text in given]
    if not settings().json:
        _show(read, saved, tried, stored)
        return
    if given:
        records = [query_record(read, one, saved) for one in tried]
        found: object = records if len(records) > 1 else records[0]
    else:
        found = query_record(read, None, saved, matched=bool(stored and stored.hits))
    click.echo(as_json(found))


def as_json(value: object) -> str:
    """A JSON document that stdout can take."""
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


def _stored(query: Query, store: Store | None) -> TriedStored | None:
    """What it finds among the newest stored mentions; None where nothing is stored yet."""
    from mentionwatch.pipeline.query import MOST_TRIED, try_stored
    from mentionwatch.store import Filter

    return try_stored(query, store.mentions(Filter(), limit=MOST_TRIED), now=now()) if store is not None else None


@contextmanager
def opened(config: Config | None) -> Iterator[Store | None]:
    """The store; None where nothing is stored yet."""
    try:
        store = open_store(config)
    except StoreError:
        if config is not None and config.store.url is not None and _there(config.store.url):
            raise  # it is there and cannot be read
        yield None
        return
    with store:
        yield store


def _names(config: Config | None, store: Store | None) -> Names | None:
    """What fields may be compared with; without a configuration nothing is known of that."""
    from mentionwatch.pipeline.traps import names_of

    if config is None:
        return None
    return {name: known for name, known in names_of(config, store).items() if name != "state"}


def _there(url: str) -> bool:
    return Path(url.removeprefix("sqlite:///").partition("?")[0]).exists()


# --- for people -------------------------------------------------------------------------------------------


def _show(query: Query, saved: Mapping[str, str], tried: list[Tried], stored: TriedStored | None) -> None:
    from mentionwatch.pipeline.query import MOST_TRIED, reading

    line, tree, warnings = reading(query, saved)
    click.echo(f"read as: {one_line(line)}")
    if len(tree) > 1:
        click.echo("\n".join(f"  {_safe(row)}" for row in tree))
    for warning in warnings:
        click.echo(fold(f"Warning: {one_line(warning)}", sys.stdout))
    for one in tried:
        _show_tried(one)
    if stored is not None:
        newest = " (the newest)" if stored.tried == MOST_TRIED else ""
        counts = f"{plural(stored.hits, 'hit')} and {plural(stored.near, 'near miss')}"
        click.echo(f"stored: {counts} in {plural(stored.tried, 'mention')}{newest}")
        for one in stored.shown:
            _show_tried(one)
        left = [(stored.more_hits, "hit"), (stored.more_near, "near miss")]
        more = " and ".join(plural(count, noun) for count, noun in left if count)
        if more:
            click.echo(f"not shown: {more}")
    elif not tried:
        settings().say('Nothing is stored to try it on; give a text: --text "…"')


def _safe(row: str) -> str:
    """A line without control characters that keeps its indent."""
    return " " * (len(row) - len(row.lstrip(" "))) + one_line(row)


def _show_tried(one: Tried) -> None:
    where = "".join(f"{mention.id} " for mention in one.mentions)
    if one.spans is None:
        click.echo(f"{'near miss' if one.misses else 'no match'}: {where}{one_line(one.text, 2 * AROUND)}")
        for reason in one.misses:
            click.echo(f"  {one_line(reason)}")
        return
    # What only fields made true has no place in the text.
    click.echo(f"match: {where}{'' if one.spans else one_line(one.text, 2 * AROUND)}".rstrip())
    show_spans(one.text, one.spans)


def show_spans(text: str, spans: Spans) -> None:
    """Where something matched, a line each, with some of the text around it."""
    for start, end in spans[:MOST_HITS]:
        click.echo(f"  {start}-{end}: {_around(text, start, end)}")
    if len(spans) > MOST_HITS:
        click.echo(f"  and {len(spans) - MOST_HITS} more")


def _around(text: str, start: int, end: int) -> str:
    """A hit in brackets, with some of the text around it."""
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    head = ("…" if start > AROUND else "") + before
    tail = after + ("…" if end + AROUND < len(text) else "")
    return one_line(f"{head}[{text[start:end]}]{tail}")
