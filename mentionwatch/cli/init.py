"""``mentionwatch config init``: a first configuration, asked for or given."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, TypeVar

import click

from mentionwatch.cli.hints import command_line
from mentionwatch.cli.options import settings, shared_options
from mentionwatch.errors import ConfigError, MentionwatchError, OutputError, QueryError, UsageError
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from mentionwatch.settings import SourceSettings

T = TypeVar("T")

#: Where to look when nothing is said.
DEFAULT_SOURCE = "hackernews"
#: What quotes and wildcards are in a query; in a name they are nothing to look for.
_MARKS = str.maketrans(dict.fromkeys('"“”„‟«»*?', " "))


@click.command("init")
@click.option("--yes", is_flag=True, help="Ask nothing; use what is given and the defaults.")
@click.option("--brand", metavar="NAME", help="The brand to watch.")
@click.option("--match", "terms", multiple=True, metavar="QUERY", help="What finds it; repeatable. Default: its name.")
@click.option("--source", "sources", multiple=True, metavar="URL|PRESET", help="Where to look; repeatable.")
@shared_options
def init_command(*, yes: bool, brand: str | None, terms: tuple[str, ...], sources: tuple[str, ...]) -> None:
    r"""Write a first configuration; an existing file is never overwritten.

    It goes to --config FILE, else to the user's configuration folder. On a terminal it asks for what is not given.

    \b
    Examples:
      mentionwatch config init
      mentionwatch config init --config mentionwatch.toml
      mentionwatch config init --yes --brand Acme --source hackernews
      mentionwatch config init --yes --brand Acme --match '"acme router"'
    """
    from mentionwatch import toml
    from mentionwatch.config import parse_config, user_config_file, user_presets
    from mentionwatch.pipeline.moving import secret_warnings
    from mentionwatch.pipeline.places import known_presets
    from mentionwatch.pipeline.traps import checked_query, config_warnings

    path = settings().config or user_config_file()
    if os.path.lexists(path):
        raise UsageError(f"{path} is there already; edit it, or name another with --config FILE")
    asks = not yes and not (brand and terms and sources)
    if asks and not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask on; say --yes --brand NAME, and --match, --source where wanted")
    name = _brand(brand, asks=asks)
    queries = _queries(name, terms, asks=asks)
    found = [(place, _source(place, asks=asks)) for place in _places(sources, asks=asks)]
    made = [source for _, source in found if source is not None]
    text = _text(name, queries, made, path)
    config = parse_config(text, str(path), checked_query, presets=known_presets(user_presets()))
    _write(path, text)
    for trap in config_warnings(config, toml.parse(text, str(path))):
        settings().say(str(trap))
    _say(path, [source.name for source in config.sources], [place for place, source in found if source is None])
    for warning in [warning for source in made for warning in secret_warnings(source, path.parent)]:
        settings().say(f"Warning: {warning}")


def _text(brand: str, queries: list[str], sources: Sequence[SourceSettings], path: Path) -> str:
    from mentionwatch.config import starter
    from mentionwatch.config.edit import add_sources

    plain = starter(brand, queries, [source.url or source.use or "" for source in sources if not source.params])
    return add_sources(plain, str(path), [source for source in sources if source.params])


def _source(place: str, *, asks: bool) -> SourceSettings | None:
    """The source of a place, with what its preset needs; None where that is not known."""
    from mentionwatch.pipeline.places import given_params
    from mentionwatch.settings import SourceSettings

    if "://" in place:
        return SourceSettings(name="", url=place)
    written = []
    for name in _needs(place):
        value = _param(place, name) if asks else ""
        if not value:
            return None
        written.append(f"{name}={value}")
    return SourceSettings(name="", use=place, params=given_params(written))


def _needs(use: str) -> tuple[str, ...]:
    from mentionwatch.config import user_presets
    from mentionwatch.sources.presets import preset

    return preset(use, user_presets()).needs


def _param(use: str, name: str) -> str:
    """Ask for what a preset needs; nothing: the place is left out."""
    from mentionwatch.config import user_presets
    from mentionwatch.sources.presets import preset

    param = preset(use, user_presets()).params[name]
    variable = f"env:{use}_{name}".upper().replace("-", "_").replace("ENV:", "env:", 1)
    usual = f"; better not written out: {variable}" if param.secret else ""
    question = f"{use}: {name}, {one_line(param.about, 300)}{usual} (Enter: leave {use} out for now)"

    def read(text: str) -> str:
        from mentionwatch.pipeline.places import given_params
        from mentionwatch.sources import check_params

        value = text.strip()
        given = given_params([f"{name}={value}"])
        wrong = [what for key, what in check_params(use, given, user_presets()) if value and key == name]
        return value if not wrong else _refuse(f"{name}: {wrong[0]}")

    return _ask(question, read, default="")


def _brand(given: str | None, *, asks: bool) -> str:
    name = (given or "").strip()
    if not name and asks:
        name = _ask("Brand to watch", lambda text: text.strip() or _refuse("say its name"))
    return name or _refuse("say which brand: mentionwatch config init --yes --brand NAME")


def _queries(name: str, given: Sequence[str], *, asks: bool) -> list[str]:
    if given:
        return [_query(text) for text in given]
    usual = _quoted(name)
    if asks:
        return [_ask('What finds it (a word, "a phrase")', _query, default=usual)]
    return [usual or _refuse(f"there is no word in {name!r} to look for; say what finds it with --match QUERY")]


def _places(given: Sequence[str], *, asks: bool) -> list[str]:
    if given:
        return _checked([place.strip() for place in given])
    if asks:
        return _ask(
            "Where to look (addresses, presets; a space between)",
            lambda text: _checked(_split(text)),
            default=DEFAULT_SOURCE,
        )
    return [DEFAULT_SOURCE]


def _ask(question: str, read: Callable[[str], T], default: str | None = None) -> T:
    """Ask, and ask again as long as the answer cannot be read."""

    def take(answer: str) -> T:
        try:
            return read(answer)
        except MentionwatchError as e:
            raise click.UsageError(str(e)) from e  # click asks again after this one

    answer: T = click.prompt(question, default=default, show_default=bool(default), value_proc=take, err=True)
    return answer


def _refuse(message: str) -> str:
    raise UsageError(message)


def _query(text: str) -> str:
    from mentionwatch.pipeline.traps import checked_query

    return checked_query(text).text


def _quoted(name: str) -> str | None:
    """A name as a query: several words are a phrase, and so is what would be an operator; None: it has no word."""
    plain = " ".join(name.translate(_MARKS).split())
    try:
        return _query(plain if plain.isalnum() and plain not in {"AND", "OR", "NOT"} else f'"{plain}"')
    except QueryError:
        return None


def _split(text: str) -> list[str]:
    """Places between blanks and commas; a comma may also belong to an address."""
    known = _presets()
    found: list[str] = []
    for word in text.split():
        places: list[str] = []
        for part in word.strip(",").split(","):
            if places and "://" in places[-1] and "://" not in part and part not in known:
                places[-1] += f",{part}"
            else:
                places.append(part)
        found += places
    return list(dict.fromkeys(filter(None, found)))


def _checked(places: Sequence[str]) -> list[str]:
    """The places, each an address or a preset.

    Raises:
        UsageError: One is neither.
    """
    from mentionwatch.config import parse_config, starter
    from mentionwatch.pipeline.moving import check_source
    from mentionwatch.pipeline.search import known_name
    from mentionwatch.settings import SourceSettings

    if not places:
        raise UsageError("name at least one place to look")
    for place in places:
        if "://" not in place and any(sign in place for sign in "./"):
            raise UsageError(f"{place!r} is no address yet; write https:// in front of it")
        if "://" in place:
            try:
                parse_config(starter("x", ["x"], [place]), "")
            except ConfigError as e:
                raise UsageError(f"{place!r} {e.problems[0].message}") from e
            check_source(SourceSettings(name="", url=place))
    return [place if "://" in place else known_name(place, _presets(), "preset") for place in places]


def _presets() -> list[str]:
    from mentionwatch.config import user_presets
    from mentionwatch.sources.presets import names

    return names(user_presets())


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # It may come to hold secrets.
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as e:
        raise OutputError(f"cannot write {path}: {e.strerror or e}") from e


def _say(path: Path, sources: list[str], left_out: list[str]) -> None:
    if settings().json:
        found = {"path": str(path), "sources": sources, "left_out": left_out}
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for place in left_out:
        needs = _needs(place)
        words = [f"{name}={name.upper()}" for name in needs]
        settings().say(f"Left out {place}, which needs {', '.join(needs)}; add it with:")
        settings().say(f"  {command_line('sources', 'add', place, *words, config=path)}")
    told = "Alerts are printed, and cron mails them; [[notify]] in that file tells them elsewhere."
    settings().say(f"Wrote {path}. {told} Next, {'try a source, then ' * bool(sources)}poll, in the end from cron:")
    for name in sources[:1]:
        settings().say(f"  {command_line('sources', 'check', name, config=path)}")
    settings().say(f"  {command_line('poll', config=path)}")
