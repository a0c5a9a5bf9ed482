"""Traps, told wherever a query is given: in the configuration, for a search, for a scan.

``match.advice`` names the traps of one query.  Here saved queries are looked into as well, what a field is compared
with is looked up where it can be known, and a configuration is looked through as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timezone
from difflib import get_close_matches
from fnmatch import fnmatchcase
from itertools import islice, pairwise
from typing import TYPE_CHECKING, get_args

from mentionwatch.errors import QueryError, UsageError
from mentionwatch.match import And, Field, compile_query
from mentionwatch.match.advice import find_warnings
from mentionwatch.match.fields import bound_of
from mentionwatch.match.lex import Token, cut_tokens, short
from mentionwatch.model import AlertState, MentionState
from mentionwatch.pipeline.search import known_name
from mentionwatch.toml import dotted

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from mentionwatch.errors import Problem
    from mentionwatch.match import Query
    from mentionwatch.settings import Config
    from mentionwatch.store import Store
    from mentionwatch.toml import Document
    from mentionwatch.toml_lines import KeyPath

#: What a field may be compared with, by its name; a field that is not there takes anything.
Names = Mapping[str, Iterable[str]]
#: States by what has them.
MENTION_STATES, ALERT_STATES = get_args(MentionState), get_args(AlertState)
#: Fields that the language has and nothing fills in yet.
NOT_FILLED = frozenset({"intent", "topic"})
#: Warnings that are told of one configuration.
MOST_WARNINGS = 100
#: Names that a pattern could mean, in a message.
MOST_FITS = 5

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"\d{1,2}:\d\d(:\d\d)?\S*", re.ASCII)
#: What each operator in lower case was hardly meant to be, and what to write.
_MEANT = {"or": "for alternatives write OR", "and": "leave it out, or write AND", "not": "to leave out write NOT"}


@dataclass(frozen=True)
class Asked:
    """A query that was given on the command line."""

    query: str
    #: Its traps, the gravest first.
    warnings: tuple[str, ...] = ()
    #: Operators in lower case, which are looked for as words.
    plain: tuple[str, ...] = ()

    def nothing(self, line: str) -> str:
        """What to say where nothing was found: the line, and why that may be."""
        told = [f'"{word}" was looked for as a word; {_MEANT[word.casefold()]}.' for word in self.plain]
        return " ".join([line, *told])


def read_asked(
    query: str,
    saved: Mapping[str, str],
    *,
    names: Names | None = None,
    stored: bool = False,
    zone: tzinfo | None = timezone.utc,
    now: datetime | None = None,
) -> Asked:
    """Read a query that was given on the command line.

    Args:
        query: The query.
        saved: Queries by name, for ``@name``.
        names: See ``checked_query``.
        stored: It is for what is stored.
        zone: Of days in since: and until:; None: the system's.
        now: Present time, for ``since:7d``.

    Raises:
        QueryError: It cannot be read, or finds nothing as it is written.
    """
    compiled = checked_query(query, saved=saved, stored=stored, names=names, zone=zone, now=now)
    whole = replace(compiled, text=expand(query, saved))
    plain = [token.text for token in cut_tokens(whole.text) if token.kind == "word" and token.text.casefold() in _MEANT]
    return Asked(query, warnings_of(compiled, saved, searched=stored), tuple(dict.fromkeys(plain)))


def ask_store(
    query: str | None,
    config: Config,
    store: Store,
    *,
    states: Iterable[str] = MENTION_STATES,
    zone: tzinfo | None,
    now: datetime,
) -> Asked:
    """Read a query for what is stored, before anything is searched.

    Args:
        query: The query; None or empty: everything.
        config: Saved queries, and what is configured.
        store: What fields may name beside that.
        states: What state: may be.
        zone: Of days in since: and until:; None: the system's.
        now: Present time.

    Raises:
        QueryError: It cannot be read, or names a brand, source or state that there is not.
    """
    if not query:
        return Asked("")
    # Names are read from the store only where a field may stand.
    names = names_of(config, store, states=states) if ":" in query or "@" in query else {}
    return read_asked(query, config.queries, names=names, stored=True, zone=zone, now=now)


def warnings_of(query: Query, saved: Mapping[str, str], *, searched: bool = False) -> tuple[str, ...]:
    """The traps of a query, with those of the saved queries in it; see ``advice.find_warnings``."""
    whole = replace(query, text=expand(query.text, saved))
    unknown = sorted({token.text for token in cut_tokens(whole.text) if token.kind == "field"} & NOT_FILLED)
    told = [f"{name}: is not found yet, so no mention has one" for name in unknown]
    return (*told, *find_warnings(whole, searched=searched))


def expand(query: str, saved: Mapping[str, str]) -> str:
    """The query with its saved queries in parentheses in place of their names; each only once, as a trap is told once.

    Raises:
        QueryError: A piece of it is nothing.
    """
    done: set[str] = set()

    def whole(text: str) -> str:
        pieces, at = [], 0
        for token in cut_tokens(text):
            if token.kind == "saved" and token.text in saved and token.text not in done:
                done.add(token.text)
                pieces += [text[at : token.offset], f"({whole(saved[token.text])})"]
                at = token.offset + 1 + len(token.text)
        return "".join([*pieces, text[at:]])

    return whole(query)


# --- what fields are compared with ------------------------------------------------------------------------


def checked_query(
    text: str,
    /,
    *,
    saved: Mapping[str, str] | None = None,
    stored: bool = False,
    fields_only: bool | None = None,
    exact_case: bool = False,
    names: Names | None = None,
    zone: tzinfo | None = timezone.utc,
    now: datetime | None = None,
) -> Query:
    """Read a query, and refuse one that can be read and finds nothing as it is written.

    Args:
        text: The query.
        saved: As of ``compile_query``; so are the next ones, and `zone`.
        stored: See there.
        fields_only: See there.
        exact_case: See there.
        names: What brand:, source: and state: may be compared with, see ``names_of``; what is not in it takes anything.
        zone: See there.
        now: Present time, for ``since:7d``.

    Raises:
        QueryError: It cannot be read, or finds nothing; the nearest name is told.
    """
    known = names or {}
    _check_written(text, known)
    query = compile_query(
        text, saved=saved or {}, stored=stored, fields_only=fields_only, exact_case=exact_case, zone=zone
    )
    _check_saved(text, saved or {}, known, set())
    _check_times(query, now)
    return query


def _check_saved(text: str, saved: Mapping[str, str], names: Names, seen: set[str]) -> None:
    """Check the saved queries in a query that could be read, so that they are no deeper than that."""
    for token in cut_tokens(text):
        if token.kind != "saved" or token.text not in saved or token.text in seen:
            continue
        seen.add(token.text)
        try:
            _check_written(saved[token.text], names)
            _check_saved(saved[token.text], saved, names, seen)
        except QueryError as e:
            raise QueryError(text, token.offset, f"in @{token.text}: {e.reason}") from e


def _check_written(query: str, names: Names) -> None:
    tokens = cut_tokens(query)
    for name, value in _compared(tokens):
        wrong = _wrong_value(name, value.text, names)
        if wrong:
            raise QueryError(query, value.offset, wrong)
    for field, day, time in zip(tokens, tokens[1:], tokens[2:], strict=False):
        in_time = field.kind == "field" and field.text in {"since", "until"} and time.kind == "word"
        if in_time and _DAY.fullmatch(day.text) and _TIME.fullmatch(time.text):
            right = f"{field.text}:{day.text}T{time.text.zfill(5)}"
            raise QueryError(query, time.offset, f"a time stands right behind its day; write {short(right)}")


def _compared(tokens: list[Token]) -> Iterator[tuple[str, Token]]:
    """Every value with the name of its field, those in a group too."""
    field, depth = "", 0
    for before, token in pairwise(tokens):
        if before.kind == "field":
            field = before.text
            depth = 0
        depth += (token.kind == "(") - (token.kind == ")")
        if field and token.kind in {"word", "phrase"}:
            yield field, token
        if depth <= 0 and token.kind != "field":
            field = ""


def _wrong_value(field: str, value: str, names: Names) -> str | None:
    value = value.strip()
    if field == "site" and "/" in value:
        host = value.strip("/")
        right = f'url:"{short(host)}"' if "/" in host else f"site:{short(host)}"
        return f"site: is a host alone; write {right}"
    if field not in names or not value:
        return None
    known = list(names[field])
    fits = [name for name in known if "*" in value and fnmatchcase(name.casefold(), value.casefold())]
    if fits and value not in known:
        either = " OR ".join(f'"{name}"' for name in fits[:MOST_FITS])
        right = f"({either})" if len(fits) > 1 else either
        return f"{field}: is compared with whole names, and * means nothing there; write {field}:{right}"
    if field == "state":
        return _wrong_state(value, known)
    try:
        known_name(value, known, field)
    except UsageError as e:
        return str(e)
    return None


def _wrong_state(value: str, known: list[str]) -> str | None:
    if value.casefold() in known:
        return None
    near = get_close_matches(value.casefold(), known, 1)
    meant = f"did you mean state:{near[0]}? " if near else ""
    return f"there is no state {short(value)!r} here; {meant}expected one of {', '.join(known)}"


def _check_times(query: Query, now: datetime | None) -> None:
    """Refuse an until: that is before its since:."""
    parts = query.tree.parts if isinstance(query.tree, And) else ()
    times = [part for part in parts if isinstance(part, Field) and part.name in {"since", "until"}]
    starts = [at for part in times if part.name == "since" and (at := bound_of(part, now))]
    ends = [at for part in times if part.name == "until" and (at := bound_of(part, now))]
    if starts and ends and max(starts) >= min(ends):
        place = next((t.offset for t in cut_tokens(query.text) if t.kind == "field" and t.text == "until"), 0)
        raise QueryError(query.text, place, "nothing lies between since: and until:; since: has to be the earlier one")


def names_of(config: Config | None, store: Store | None = None, *, states: Iterable[str] = MENTION_STATES) -> Names:
    """The brands, sources and states that a query may name: what is configured, and what is stored from before."""
    brands = [brand.name for brand in config.brands] if config else []
    sources = [source.name for source in config.sources] if config else []
    if store is not None:
        watched = store.watched_brands()
        brands += [*store.applied(), *sorted({name for names in watched.values() for name in names})]
        sources += [*store.statuses(), *watched]
    return {"brand": tuple(dict.fromkeys(brands)), "source": tuple(dict.fromkeys(sources)), "state": tuple(states)}


# --- a whole configuration --------------------------------------------------------------------------------


def config_warnings(config: Config, document: Document) -> list[Problem]:
    """The traps of all queries of a configuration, each with its line; the same trap at several places is told once.

    Args:
        config: What was read.
        document: The same as it stands in the file.
    """
    found: dict[str, list[KeyPath]] = {}
    for path, warnings in _warned(config):
        for warning in warnings:
            found.setdefault(warning, []).append(path)
    told = []
    for warning, (first, *others) in islice(found.items(), MOST_WARNINGS):
        more = f" and {len(others) - 1:,} more" if others[1:] else ""
        so_too = f" (so too {dotted(others[0])}{more})" if others else ""
        told.append(document.problem(first, f"warning: {warning}{so_too}"))
    if len(found) > MOST_WARNINGS:
        told.append(document.problem((), f"warning: there are {len(found) - MOST_WARNINGS:,} more warnings"))
    return sorted(told, key=lambda problem: problem.line or 0)


def _warned(config: Config) -> Iterator[tuple[KeyPath, tuple[str, ...]]]:
    names = {"source": tuple(source.name for source in config.sources)}
    for name, text in config.queries.items():
        query = compile_query(text, saved=config.queries, stored=True)
        yield ("queries", name), _traps(query, names, searched=True)
    for n, brand in enumerate(config.brands):
        is_exact, alone = brand.case == "exact", not brand.context
        for k, text in enumerate(brand.match):
            query = compile_query(text, saved=config.queries, exact_case=is_exact)
            yield ("brands", n, "match", k), _traps(query, names, alone=alone)
        for key, texts in (("exclude", brand.exclude), ("context", brand.context)):
            for k, text in enumerate(texts):
                query = compile_query(text, saved=config.queries, fields_only=True)
                yield ("brands", n, key, k), _traps(query, names, searched=True)


def _traps(query: Query, names: Names, *, alone: bool = True, searched: bool = False) -> tuple[str, ...]:
    """The traps of one query; those of how a saved query in it is written are told where that stands."""
    wrong = [_wrong_value(field, value.text, names) for field, value in _compared(cut_tokens(query.text))]
    return (*filter(None, wrong), *find_warnings(query, alone=alone, searched=searched))
