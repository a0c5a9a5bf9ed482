"""What the types cannot say: ranges, addresses, names that have to be unique or to exist.

Everything here reads the document as it stands and passes over values of the wrong type, which the types have told
already: so one run tells all the mistakes of a file.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from mentionwatch.config import channels
from mentionwatch.config.params import wrong_params
from mentionwatch.errors import QueryError
from mentionwatch.settings import parse_size, parse_span, site_problem
from mentionwatch.toml import MAX_PROBLEMS, shown, suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mentionwatch.config.params import Presets
    from mentionwatch.errors import Problem
    from mentionwatch.toml import Document
    from mentionwatch.toml_lines import KeyPath

_QUERY_NAME = re.compile(r"[\w-]+")


class CompileQuery(Protocol):
    """Compiles a query, and raises QueryError where it cannot."""

    def __call__(
        self, text: str, /, *, saved: Mapping[str, str] = ..., stored: bool = ..., fields_only: bool | None = ...
    ) -> object:
        """See ``match.compile_query``."""


#: Looks at a value; says what is wrong with it, or None.
Check = Callable[[Any], "str | None"]
_Tables = list[tuple[int, dict[str, Any]]]


def check_document(
    document: Document,
    check_query: CompileQuery | None = None,
    presets: Presets | None = None,
) -> list[Problem]:
    """Name every mistake that is none of type.

    Args:
        document: The file as it stands.
        check_query: Compiles a query, and raises QueryError where it cannot.
        presets: The presets that there are; None: they are not looked at.
    """
    # Looking for what was meant takes time, so a file of nothing but mistakes is not read to its end.
    return list(itertools.islice(_problems(document, check_query, presets), MAX_PROBLEMS + 1))


def _problems(document: Document, check_query: CompileQuery | None, presets: Presets | None) -> Iterator[Problem]:
    checks = {
        **_CHECKS,
        "sources[].use": _preset(presets),
    }
    for path, value in _walk(document.values):
        check = checks.get(_pattern(path))
        wrong = check(value) if check else None
        if wrong:
            yield document.problem(path, wrong)
    yield from _queries_compile(document, check_query)
    brands, sources = _tables(document, "brands"), _tables(document, "sources")
    yield from _some_brand(document)
    for kind in ("brands", "sources", "rules", "notify"):
        yield from _unique(document, kind, _tables(document, kind))
    yield from _url_or_use(document, sources)
    for kind in ("sources", "rules", "notify"):
        yield from _brands_exist(document, kind, brands)
    yield from wrong_params(document, presets)
    yield from channels.wrong_channels(document)


def _walk(values: dict[str, Any]) -> Iterator[tuple[KeyPath, Any]]:
    """All values with their paths, as deep as any of the settings lies."""
    waiting: list[tuple[KeyPath, Any]] = [((), values)]
    while waiting:
        path, value = waiting.pop()
        yield path, value
        if len(path) > 4:
            continue
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        waiting += [((*path, part), item) for part, item in inner][::-1]


def _pattern(path: KeyPath) -> str:
    # Its keys are the user's own words.
    if path[:2] == ("tone", "words") and len(path) == 3:
        return "tone.words.*"
    return "".join("[]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _tables(document: Document, name: str) -> _Tables:
    items = document.values.get(name)
    return [(n, t) for n, t in enumerate(items if isinstance(items, list) else ()) if isinstance(t, dict)]


# --- one value --------------------------------------------------------------------------------------------


def _number(wanted: str, fits: Callable[[float], bool]) -> Check:
    """A number in a range; written so that nan fits nowhere."""

    def check(value: Any) -> str | None:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return f"is {shown(value)}; it has to be {wanted}" if is_number and not fits(value) else None

    return check


def _span(least: timedelta, wanted: str, most: timedelta = timedelta.max) -> Check:
    def check(value: Any) -> str | None:
        try:
            span = parse_span(value) if isinstance(value, str) else None
        except ValueError:
            return None
        # timedelta counts microseconds: what is shorter rounds to 0.
        return f"is {shown(value)}; it has to be {wanted}" if span is not None and not least <= span <= most else None

    return check


def _size(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return f'is {shown(value)}; write it with its unit, such as "8MiB"'
    try:
        size = parse_size(value) if isinstance(value, str) else None
    except ValueError:
        return None
    except OverflowError:
        return "is too large"
    return f"is {shown(value)}; it has to be 1 KiB or more" if size is not None and size < 2**10 else None


def _filled(value: Any) -> str | None:
    return "is empty" if isinstance(value, str) and not value.strip() else None


def _site(value: Any) -> str | None:
    return _filled(value) or (site_problem(value) if isinstance(value, str) else None)


def _short(value: Any) -> str | None:
    """A name that stands in alerts and messages."""
    if isinstance(value, str) and (len(value) > 80 or not value.isprintable()):
        return f"is {shown(value)}; it has to be one line of 80 characters at the most"
    return _filled(value)


def _queries(value: Any) -> str | None:
    return 'is empty; give at least one query, such as match = ["acme"]' if value == [] else None


def _words(value: Any) -> str | None:
    """The keys of ``[tone.words]``; where several are wrong, the first is told."""
    if not isinstance(value, dict):
        return None
    if any(not word.strip() for word in value):
        return 'has an empty key; write a word or a phrase, such as "bug tracker" = 0'
    seen: dict[str, str] = {}
    for word in value:
        first = seen.setdefault(" ".join(word.casefold().split()), word)
        if first != word:
            return f"has {shown(first)} and {shown(word)}, which are the same word"
    return None


def _web_url(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    try:
        parts = urlsplit(value)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or an IPv6 address that is none
        fits = False
    if fits and value.isprintable() and " " not in value:
        return None
    return 'is no URL to fetch; write http:// or https:// and a host, such as "https://forum.example.com/posts.rss"'


def _host(value: Any) -> str | None:
    if not isinstance(value, str) or (value.strip() and not re.search(r"[\s/@?#*]|:\d+$", value)):
        return None
    return 'is no host; write its name alone, such as "wiki.intranet"'


def _store_url(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    where = value.removeprefix("sqlite:///").partition("?")[0]
    if value.startswith("sqlite:///") and where.strip() and value.isprintable():
        return None
    return 'is no store; write "sqlite:///" and a file, such as "sqlite:///mentions.db"'


def _contact(value: Any) -> str | None:
    if not isinstance(value, str) or (value.strip() and value.isascii() and value.isprintable()):
        return None
    return 'has to be a mail address or a URL in plain ASCII, such as "me@example.com"; it goes into a header'


def _timezone(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(value)
    except (KeyError, ValueError, OSError):  # not found; a path; a folder such as "Europe"
        near = suggest(value, sorted(zoneinfo.available_timezones()))
        return f"there is no time zone {shown(value)}" + (
            near if "did you mean" in near else '; such as "Europe/Paris"'
        )
    return None


def _preset(presets: Presets | None) -> Check:
    def check(value: Any) -> str | None:
        if presets is None or not isinstance(value, str) or not value.strip() or value in presets.names:
            return _filled(value)
        why = presets.unavailable(value)
        return (
            f"there is no preset {shown(value)}{suggest(value, sorted(presets.names)) if why is None else f': {why}'}"
        )

    return check


_COUNT = _number("from 1 to 1000000", lambda n: 1 <= n <= 1_000_000)
_POSITIVE = _span(timedelta(microseconds=1), "longer than 0")
_ALERTS: dict[str, Check] = {
    "min_mentions": _COUNT,
    "min_authors": _COUNT,
    "min_confidence": _number("from 0 to 1", lambda n: 0 <= n <= 1),
    "quiet": _POSITIVE,
    "remind": _span(timedelta(hours=1), '"1h" or more, or "never"'),
}
#: By key; "[]" is any place in a list.
_CHECKS: dict[str, Check] = {
    "timezone": _timezone,
    "own_authors[]": _filled,
    "ignore_authors[]": _filled,
    "ignore_sites[]": _site,
    "store.url": _store_url,
    "store.keep": _POSITIVE,
    "store.keep_entries": _POSITIVE,
    "fetch.contact": _contact,
    "fetch.concurrency": _number("from 1 to 1000", lambda n: 1 <= n <= 1000),
    "fetch.timeout": _POSITIVE,
    "fetch.max_bytes": _size,
    "fetch.max_entries": _number("from 1 to 2000", lambda n: 1 <= n <= 2000),
    "fetch.max_redirects": _number("from 0 to 20", lambda n: 0 <= n <= 20),
    "fetch.private_hosts[]": _host,
    "tone.neutral_band": _number("from 0 to less than 1", lambda n: 0 <= n < 1),
    "tone.words": _words,
    "tone.words.*": _number("from -4 (very negative) to 4; 0: it says nothing", lambda n: -4 <= n <= 4),
    "brands[].name": _filled,
    "brands[].match": _queries,
    "brands[].match[]": _filled,
    "brands[].exclude[]": _filled,
    "brands[].context[]": _filled,
    "brands[].own_authors[]": _filled,
    "brands[].ignore_authors[]": _filled,
    "brands[].ignore_sites[]": _site,
    "sources[].name": _filled,
    "sources[].url": _web_url,
    "sources[].every": _span(timedelta(minutes=1), '"1m" or more'),
    "sources[].fail_after": _COUNT,
    "sources[].backfill": _POSITIVE,
    "rules[].name": _short,
    "rules[].when": _filled,
    "rules[].more_than": _number("from 0 to 1000000", lambda n: 0 <= n <= 1_000_000),
    "rules[].within": _span(timedelta(minutes=1), 'from "1m" to "31d"', timedelta(days=31)),
    "rules[].share_over": _number("from 0 to less than 1", lambda n: 0 <= n < 1),
    "smtp.host": channels.mail_host,
    "smtp.port": channels.port,
    "smtp.user": _filled,
    "smtp.password": _filled,
    "smtp.from": channels.sender,
    "notify[].name": _short,
    "notify[].to[]": channels.address,
    "notify[].secret": _filled,
    "notify[].argv[]": _filled,
    "notify[].path": _filled,
    "notify[].mute": channels.mute,
    "notify[].digest": channels.digest,
    "notify[].each": _filled,
    **{f"{table}.{key}": check for table in ("alerts", "brands[].alerts") for key, check in _ALERTS.items()},
}


# --- several values together ------------------------------------------------------------------------------


def _queries_compile(document: Document, compile_: CompileQuery | None) -> Iterator[Problem]:
    """Saved queries first: where one is wrong, what uses it is not told of it a second time."""
    table = document.values.get("queries")
    saved = {k: v for k, v in (table if isinstance(table, dict) else {}).items() if isinstance(v, str)}
    sound = dict(saved)
    for name, text in saved.items():
        wrong = _wrong_saved(name, text, saved, compile_)
        if wrong:
            sound[name] = "a"
            yield _query_problem(document, ("queries", name), wrong)
    for n, brand in _tables(document, "brands"):
        for key in ("match", "exclude", "context"):
            queries = brand.get(key)
            for k, text in enumerate(queries if isinstance(queries, list) else ()):
                # What is left out, or has to be there too, may be a comparison alone: exclude = ["lang:de"].
                wrong = _wrong_query(text, compile_, saved=sound, fields_only=key != "match")
                if wrong:
                    yield _query_problem(document, ("brands", n, key, k), wrong)
    # These speak of stored mentions, of which tone and stars are known.
    for kind, key in (("rules", "when"), ("notify", "each")):
        for n, table in _tables(document, kind):
            wrong = _wrong_query(table.get(key), compile_, saved=sound, stored=True)
            if wrong:
                yield _query_problem(document, (kind, n, key), wrong)


def _wrong_saved(name: str, text: str, saved: dict[str, str], compile_: CompileQuery | None) -> str | QueryError | None:
    if not _QUERY_NAME.fullmatch(name):
        return "is no name for a query; use letters, digits, - and _, so that @name can be written"
    return _filled(text) or _wrong_query(text, compile_, saved=saved, stored=True)


def _wrong_query(text: object, compile_: CompileQuery | None, **how: Any) -> QueryError | None:
    if not isinstance(text, str) or not text.strip():
        return None
    try:
        if compile_:
            compile_(text, **how)
    except QueryError as e:
        return e
    return None


def _query_problem(document: Document, path: KeyPath, wrong: str | QueryError) -> Problem:
    """A mistake; that of a query on three lines, with the query and a caret below the place."""
    if isinstance(wrong, str):
        return document.problem(path, wrong)
    problem = document.problem(path, f"{wrong.reason}, at character {wrong.offset + 1}")
    _reason, line_feed, shown_below = str(wrong).partition("\n")
    return replace(problem, message=f"{problem.message}{line_feed}{shown_below}")


def _some_brand(document: Document) -> Iterator[Problem]:
    if document.values.get("brands", []) == []:
        yield document.problem(("brands",), 'there is none; add a [[brands]] with a name and match = ["…"]')


def _unique(document: Document, kind: str, tables: _Tables) -> Iterator[Problem]:
    """Names are compared without regard to case: they are typed on the command line."""
    seen: dict[str, int] = {}
    for n, table in tables:
        name = table.get("name")
        if not isinstance(name, str) or not name.strip():
            continue
        first = seen.setdefault(name.casefold(), n)
        if first != n:
            yield document.problem(
                (kind, n, "name"), f"{shown(name)} is the name of {kind}[{first}] too; names have to differ"
            )


def _url_or_use(document: Document, sources: _Tables) -> Iterator[Problem]:
    for n, source in sources:
        if "url" in source and "use" in source:
            yield document.problem(("sources", n, "use"), "stands beside url; give one of them")
        elif "url" not in source and "use" not in source:
            yield document.problem(("sources", n), 'has neither url = "https://…" nor use = "PRESET"')


def _brands_exist(document: Document, kind: str, brands: _Tables) -> Iterator[Problem]:
    names = [name for _, brand in brands if isinstance(name := brand.get("name"), str)]
    # Where a brand's name is wrong itself, nothing can be said about what refers to it.
    if not names or len(names) < len(brands):
        return
    known = frozenset(names)
    for n, table in _tables(document, kind):
        wanted = table.get("brands")
        for k, name in enumerate(wanted if isinstance(wanted, list) else ()):
            if isinstance(name, str) and name not in known:
                near = suggest(name, names[:50])
                yield document.problem((kind, n, "brands", k), f"no brand has the name {shown(name)}{near}")
