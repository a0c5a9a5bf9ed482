"""What a site is asked: its URL template, filled in for brands, parameters and pages.

Three adapters share it.  What it gives is a list of requests; who sends them is not known here.
"""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from mentionwatch.errors import ParseError
from mentionwatch.model import Login, Request
from mentionwatch.sources.template import MASK, fill, masked, placeholders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from mentionwatch.model import Ask, Document, Entry, Search

#: How far back is asked for when nobody says.
LOOK_BACK = timedelta(days=7)
#: What the ask and the paging fill; all other placeholders are parameters.
ASKED = frozenset({"query", "since", "page", "cursor", "before", "json"})
#: Lists of parameters ask for each combination; so many requests at most.
MOST_REQUESTS = 200
#: Shorter secrets, a user's name perhaps, stand in links by chance too, and are left there.
_LEAST_SECRET = 12

_SINCE = {"date": "%Y-%m-%d", "iso": "%Y-%m-%dT%H:%M:%SZ", "compact": "%Y%m%d%H%M%S"}
_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class QuerySyntax:
    """How a site wants to be asked for words.  Each form has ``{}`` where the words go; "" is what it cannot."""

    #: A word, and words that belong together.
    word: str = '"{}"'
    phrase: str = '"{}"'
    #: Between words that all have to be there; "": only the one that narrows most is asked for.
    all: str = ""
    #: Between searches in one request; "": each has a request of its own.
    any: str = ""
    #: Around several words where more stands beside them.
    group: str = ""
    #: What must not be there; "": it is not asked for, and left out here.
    none: str = ""
    #: Longest query, in characters.
    longest: int = 400
    #: "hashtag": one word of letters and digits, without blanks, in lower case.
    style: Literal["words", "hashtag"] = "words"


@dataclass(frozen=True)
class LoginSpec:
    """How a token is got: by POST, once a run.  Templates of parameters."""

    url: str
    #: What is sent, as JSON.
    fields: dict[str, str]
    #: Path of the token in the answer.
    token: str


@dataclass(frozen=True)
class RequestSpec:
    """``[request]`` of a preset: how the site is asked."""

    #: Template: ``{query}``, ``{since}``, ``{page}``, ``{cursor}``, ``{before}``, ``{json}`` and parameters.
    url: str
    #: Template of what is asked in its place where it cannot be had or holds nothing.
    instead: str = ""
    query: QuerySyntax = QuerySyntax()
    #: How ``{since}`` is written: Unix seconds, 2026-11-22, 2026-11-22T12:00:00Z, 20261122120000.
    since: Literal["unix", "date", "iso", "compact"] = "unix"
    #: Templates of parameters; one whose parameter is empty is not sent.
    headers: dict[str, str] = field(default_factory=dict)
    #: Hook: an object that is written as JSON into ``{json}``; its texts are templates.
    json: dict[str, Any] = field(default_factory=dict)
    #: Hook: a token that has to be got first.
    login: LoginSpec | None = None

    def parameters(self) -> list[str]:
        """Names of the parameters that its templates need, each once."""
        login = (self.login.url, *self.login.fields.values()) if self.login else ()
        templates = (self.url, self.instead, *self.headers.values(), *_texts(self.json), *login)
        named = [name for template in templates for name in placeholders(template)]
        return list(dict.fromkeys(name for name in named if name not in ASKED))

    @property
    def searches(self) -> bool:
        """Whether it is asked for words."""
        return any("query" in placeholders(template) for template in (self.url, *_texts(self.json)))


@dataclass(frozen=True)
class Asker:
    """Makes the requests of one source."""

    name: str
    spec: RequestSpec
    #: A list stands for a request for each of its values, unless `joins` says what stands between them.
    params: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict, repr=False)
    joins: Mapping[str, str] = field(default_factory=dict)
    #: Names of parameters that are never shown.
    secrets: tuple[str, ...] = ()
    #: What ``{page}`` and ``{cursor}`` are at first.
    first: Mapping[str, str] = field(default_factory=dict)
    robots: bool = False

    def requests(self, ask: Ask) -> list[Request]:
        """One for each query and each combination of listed parameters, or one in all."""
        queries: Sequence[str] = [""]
        if self.spec.searches:
            queries = write_queries(ask.searches, self.spec.query) or [""]
        since = _written_since(ask.since or ask.now - LOOK_BACK, self.spec.since)
        found = [
            self.request({**values, "query": query, "since": since, **self.first})
            for query in queries
            for values in itertools.islice(self.combinations(), MOST_REQUESTS)
        ]
        # Several brands may stand behind one address, where a parameter goes before the query.
        return list({request.url: request for request in found}.values())[:MOST_REQUESTS]

    def combinations(self) -> Iterator[dict[str, str]]:
        """Values of the parameters, once for each request that they ask for."""
        lists = []
        for name, value in self.params.items():
            if isinstance(value, str):
                lists.append([(name, value)])
            elif name in self.joins:
                lists.append([(name, self.joins[name].join(value))])
            else:
                lists.append([(name, one) for one in value])
        return (dict(values) for values in itertools.product(*lists))

    def request(self, given: Mapping[str, str]) -> Request:
        """The request for these values.

        Raises:
            ValueError: One is missing.
        """
        values = {**given, "json": _json(self.spec.json, given)}
        url = fill(self.spec.url, _first_of(values))
        if url is None:
            missing = ", ".join(name for name in self.spec.parameters() if name not in given)
            raise ValueError(f"{self.name} lacks a value for {missing}")
        request = self.to(url, given)
        other = fill(self.spec.instead, _first_of(values)) if self.spec.instead else None
        return replace(request, instead=self.to(other, given)) if other else request

    def to(self, url: str, given: Mapping[str, str]) -> Request:
        """A request to a URL, with what this site wants with each."""
        url = _with_scheme(url)
        headers = {
            name: written
            for name, template in self.spec.headers.items()
            if all(given.get(part) for part in placeholders(template))
            and (written := fill(template, given.get, str)) is not None
        }
        shown = self.shown(url)
        return Request(
            url=url,
            headers=headers,
            public_url=None if shown == url else shown,
            robots=self.robots,
            given={name: value for name, value in given.items() if name not in self.secrets},
            login=self._login(given),
        )

    def again(self, given: Mapping[str, str], **changes: str) -> Request:
        """The request of an answer once more, with another page or cursor."""
        return self.request({**self._secret(), **given, **changes})

    def further(self, url: str, given: Mapping[str, str]) -> Request:
        """A request to a URL that an answer names as its next page; it wants the same token as the first."""
        return self.to(url, {**self._secret(), **given})

    def _secret(self) -> dict[str, str]:
        # Left out of what is given along with a request, and so of what its answer brings back.
        return {name: value for name in self.secrets if isinstance(value := self.params.get(name), str)}

    def shown(self, text: str) -> str:
        """A text without the secrets of this source."""
        return masked(text, self._hidden())

    def _hidden(self) -> tuple[str, ...]:
        given = (self.params.get(name, "") for name in self.secrets)
        values = (one for value in given for one in ((value,) if isinstance(value, str) else value) if one)
        return tuple(sorted(values, key=len, reverse=True))

    def discreet(self, read: Callable[[], Document]) -> Document:
        """Read a document, and keep the secrets of this source out of what comes of it.

        Sites write the address that they were asked for, with all that is in it, into links, ids and errors.  Texts
        are left as they were published.
        """
        try:
            document = read()
        except ParseError as e:
            reason, url, advice = (_cut_off(self.shown(part), self._hidden()) for part in (e.reason, e.url, e.advice))
            raise ParseError(reason, url=url, state=e.state, status=e.status, advice=advice) from None
        secrets = [value for value in self._hidden() if len(value) >= _LEAST_SECRET]
        if not secrets:
            return document
        return replace(
            document,
            entries=tuple(_without(entry, secrets) for entry in document.entries),
            dropped=tuple(replace(one, why=masked(one.why, secrets)) for one in document.dropped),
            title=document.title and masked(document.title, secrets),
            error=document.error and masked(document.error, secrets),
        )

    def fills(self, name: str) -> bool:
        """Whether a placeholder stands in the address or in the object that goes into it."""
        return any(name in placeholders(template) for template in (self.spec.url, *_texts(self.spec.json)))

    def _login(self, given: Mapping[str, str]) -> Login | None:
        spec = self.spec.login
        if spec is None:
            return None
        url = fill(spec.url, given.get)
        sent = {name: fill(template, given.get, str) or "" for name, template in spec.fields.items()}
        address = _with_scheme(url or "")
        return Login(address, sent, spec.token, public_url=self.shown(address))


def _cut_off(text: str, secrets: Sequence[str]) -> str:
    """A quotation without the beginning of a secret that it breaks off in."""
    for end in range(len(text)) if "…" in text else ():
        if text[end] == "…" and (start := max((_overlap(text[:end], secret) for secret in secrets), default=0)):
            return text[: end - start] + MASK + text[end:]
    return text


def _overlap(text: str, secret: str) -> int:
    """Length of the longest end of a text that a secret begins with; a few letters are chance."""
    return next((n for n in range(min(len(secret), len(text)), 3, -1) if text.endswith(secret[:n])), 0)


def _without(entry: Entry, secrets: Sequence[str]) -> Entry:
    named = (entry.guid, entry.url, entry.parent)
    guid, url, parent = (value and masked(value, secrets) for value in named)
    return entry if (guid, url, parent) == named else replace(entry, guid=guid, url=url, parent=parent)


def write_queries(searches: Iterable[Search], syntax: QuerySyntax) -> list[str]:
    """Write searches the way a site wants them: as few queries as it can take, none longer than it can."""
    joined = bool(syntax.any)
    written = [_write(search, syntax, beside=joined) for search in searches]
    alone = [_write(search, syntax, beside=False) for search in searches] if joined else written
    found: list[str] = []
    left: list[tuple[str, str]] = []
    for one in dict.fromkeys(zip(written, alone, strict=True)):
        if not one[1]:
            continue
        together = syntax.any.join([*(part for part, _ in left), one[0]])
        if left and (not joined or len(together) > syntax.longest):
            found.append(_together(left, syntax))
            left = []
        left.append(one)
    return [*found, _together(left, syntax)] if left else found


def _together(parts: Sequence[tuple[str, str]], syntax: QuerySyntax) -> str:
    return parts[0][1] if len(parts) == 1 else syntax.any.join(part for part, _ in parts)


def _write(search: Search, syntax: QuerySyntax, *, beside: bool) -> str:
    """One search; `beside` others, and so in a group where it has several parts.  "" where nothing of it is left."""
    if syntax.style == "hashtag":
        return _WORD.sub("", search.words[0]).casefold()
    words = [_word(word, syntax) for word in search.words]
    if not syntax.all or (beside and not syntax.group):
        # As narrow as it can be said: the rest is looked at when the answer is matched.
        return words[0]
    parts = list(filter(None, words))
    some = [written for word in search.some if (written := _word(word, syntax))]
    if some and syntax.any and (syntax.group or len(some) == 1):
        parts.append(syntax.group.format(syntax.any.join(some)) if len(some) > 1 else some[0])
    if syntax.none:
        parts += [syntax.none.format(written) for word in search.none if (written := _word(word, syntax))]
    kept = parts[:1]
    for part in parts[1:]:
        if len(syntax.all.join([*kept, part])) + 2 <= syntax.longest:
            kept.append(part)
    text = syntax.all.join(kept)
    return syntax.group.format(text) if beside and len(kept) > 1 else text


def _word(term: str, syntax: QuerySyntax) -> str:
    """A search term (a word, or words in double quotes) the way a site wants it."""
    words = " ".join(term.replace('"', " ").split())
    return (syntax.phrase if " " in words or not words.isalnum() else syntax.word).format(words) if words else ""


def _written_since(since: datetime, form: str) -> str:
    return since.strftime(_SINCE[form]) if form in _SINCE else str(max(0, int(since.timestamp())))


def _first_of(values: Mapping[str, str]) -> Callable[[str], str | None]:
    """What a placeholder stands for: of ``{a|b}`` the first that is not empty."""

    def value_of(names: str) -> str | None:
        known = [values[name] for name in names.split("|") if name in values]
        return next(filter(None, known), known[-1] if known else None)

    return value_of


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(inner)


def _json(value: dict[str, Any], given: Mapping[str, str]) -> str:
    return json.dumps(_filled(value, given), separators=(",", ":"), ensure_ascii=False)


def _filled(value: Any, given: Mapping[str, str]) -> Any:
    """The object with its templates filled in; one that is nothing but a number is a number."""
    if isinstance(value, dict):
        return {key: _filled(inner, given) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_filled(inner, given) for inner in value]
    if not isinstance(value, str):
        return value
    text = fill(value, given.get, str) or ""
    return int(text) if value.startswith("{") and text.isascii() and text.isdigit() and len(text) < 16 else text


def _with_scheme(url: str) -> str:
    """An address that was given without its scheme, or with a slash too many before the path, made whole."""
    if "://" not in url.partition("?")[0]:
        url = f"https://{url}"
    parts = urlsplit(url)
    return parts._replace(path=re.sub(r"/{2,}", "/", parts.path)).geturl() if "//" in parts.path else url
