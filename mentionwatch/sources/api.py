"""JSON APIs: one adapter, driven by a description of where in an answer what stands.

A site is data (``ApiSpec``): URL template, field paths, paging.  Presets are such descriptions in TOML, and JSON Feed
is one that is built in.  Paths are explained in ``values.find``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from mentionwatch.errors import ParseError
from mentionwatch.model import Document, Dropped, Entry, EntryKind, Request
from mentionwatch.sources import values
from mentionwatch.sources.links import absolute
from mentionwatch.sources.mapping import Reader
from mentionwatch.sources.sameness import error_of
from mentionwatch.sources.template import (
    QuerySyntax,
    fill,
    masked,
    parameter,
    placeholders,
    secret_values,
    with_parameter,
    write_term,
)
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mentionwatch.model import Ask, Response

#: Items read of one answer; the rest is told as dropped.
ITEM_CAP = 2000
#: How far back is asked for when nobody says.
LOOK_BACK = timedelta(days=7)
#: Where an answer without a list of items often says why.
_LOOSE = "message|detail"
#: Placeholders that the ask fills; all others are parameters of the preset.
ASKED = frozenset({"query", "since"})


@dataclass(frozen=True)
class FieldMap:
    """Where in one item the fields of an entry stand; "" is nowhere."""

    guid: str = ""
    url: str = ""
    #: Plain text, and HTML; where a plain text and an HTML text are both there, the longer one is taken.
    title: str = ""
    title_html: str = ""
    text: str = ""
    html: str = ""
    author: str = ""
    community: str = ""
    parent: str = ""
    published: str = ""
    language: str = ""
    country: str = ""
    version: str = ""
    rating: str = ""
    #: Added up.
    engagement: tuple[str, ...] = ()
    #: Looked up in ``ApiSpec.kinds``.
    kind: str = ""


@dataclass(frozen=True)
class Paging:
    """How the next page is asked for.

    ``page`` counts a query parameter up; ``cursor`` puts a value of the answer into one; ``next`` takes a whole URL
    from the answer.  An empty page ends each of them.
    """

    kind: Literal["none", "page", "cursor", "next"] = "none"
    #: The query parameter, for page and cursor.
    parameter: str = ""
    #: Number of the first page.
    first: int = 0
    #: Path of the number of pages; "": until a page is empty.
    pages: str = ""
    #: Path of the cursor or of the next page's URL.
    next: str = ""
    #: Pages asked for at most, for page; of the others the caller keeps count.
    at_most: int = 10


@dataclass(frozen=True)
class ApiSpec:
    """One API: how to ask it, and how to read its answer."""

    #: Template: ``{query}``, ``{since}`` (Unix seconds) and parameters.
    url: str
    fields: FieldMap
    #: Path of the list of items; "": the answer itself is the list.
    items: str = ""
    #: An answer without a list of items means that there are none.  Else it means that this is not the API.
    items_optional: bool = False
    #: Path that an item must have to be an entry: some lists hold other things too.
    require: str = ""
    query: QuerySyntax = "quoted"
    paging: Paging = Paging()
    #: Paths of the message in an answer that is an error.
    error: str = "error.message|error|errors.message|errors|error_message"
    #: Of the answer as a whole: its title, its language, and the page that relative links are relative to.
    title: str = ""
    language: str = ""
    base: str = ""
    #: Template of an entry's URL, from the item's paths and parameters; goes before ``fields.url``.
    link: str = ""
    kind: EntryKind = "post"
    #: From what stands at ``fields.kind`` to a kind.
    kinds: dict[str, EntryKind] = field(default_factory=dict)
    #: Templates for fields that no item tells: community, country, language, version.
    constants: dict[str, str] = field(default_factory=dict)
    #: Ends of the rating scale.
    worst: float = 1
    best: float = 5
    #: Regular expressions of boilerplate that is cut out of texts.
    strip: tuple[str, ...] = ()
    #: Request headers; templates of parameters.
    headers: dict[str, str] = field(default_factory=dict)
    #: Parameters that are secrets: never shown in messages, logs or stored URLs.
    secrets: tuple[str, ...] = ()

    def parameters(self) -> list[str]:
        """Names of the parameters that the templates need, each once."""
        templates = (self.url, *self.constants.values(), *self.headers.values())
        named = [name for template in templates for name in placeholders(template)]
        return list(dict.fromkeys(name for name in named if name not in ASKED))


#: JSON Feed 1.0 and 1.1 (jsonfeed.org), and the formats that are found under its name: RSS-Bridge's "common" format
#: and RSS in JSON.  Its version is not looked at: some feeds give "1.0" or a version of their own.
JSON_FEED = ApiSpec(
    url="",
    items="items|rss.channel.item",
    title="title|meta.name|rss.channel.title",
    language="language|rss.channel.language",
    base="home_page_url|meta.uri|rss.channel.link",
    fields=FieldMap(
        guid="id|uid|guid",
        url="url|external_url|uri|link",
        title="title",
        text="content_text|summary",
        html="content_html|content|description",
        author="authors.name|author.name|author|authors.url|author.url",
        published="date_published|timestamp|pubDate|date_modified",
        language="language",
    ),
    paging=Paging("next", next="next_url"),
)


@dataclass(frozen=True)
class ApiSource:
    """A JSON API as a source."""

    name: str
    spec: ApiSpec
    #: Values of the template's parameters.
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: Asked for as it stands, instead of the template.
    url: str | None = None

    @property
    def kind(self) -> str:
        """See Source."""
        return "api"

    def requests(self, ask: Ask) -> list[Request]:
        """One document for each search term where the API can search, else one."""
        if self.url is not None or "query" not in placeholders(self.spec.url):
            return [self._request(ask, "")]
        terms = dict.fromkeys(write_term(term, self.spec.query) for term in ask.terms)
        return [self._request(ask, term) for term in terms if term] or [self._request(ask, "")]

    def _request(self, ask: Ask, term: str) -> Request:
        since = ask.since or ask.now - LOOK_BACK
        known = {**self.params, "query": term, "since": str(max(0, int(since.timestamp())))}
        url = self.url if self.url is not None else fill(self.spec.url, known.get)
        if url is None:
            missing = ", ".join(name for name in self.spec.parameters() if name not in self.params)
            raise ValueError(f"{self.name} lacks a value for {missing}")
        return self._asking(url)

    def _asking(self, url: str) -> Request:
        headers = {
            name: written
            for name, template in self.spec.headers.items()
            if (written := fill(template, self.params.get, str)) is not None
        }
        shown = self._shown(url)
        return Request(url=url, headers=headers, public_url=None if shown == url else shown)

    def _shown(self, url: str) -> str:
        return masked(url, secret_values(self.params, self.spec.secrets))

    def parse(self, response: Response) -> Document:
        """Read one answer; see Source."""
        shown = self._shown(response.url)
        root = self._load(response, shown)
        items = self._items(root, shown)
        reader = Reader(self.name, self.spec, self.params, root, response)
        read = [reader.read(number, item) for number, item in enumerate(items[:ITEM_CAP], 1)]
        dropped = [found for found in read if isinstance(found, Dropped)]
        if len(items) > ITEM_CAP:
            dropped.append(Dropped(f"{len(items) - ITEM_CAP} further items", f"more than {ITEM_CAP} in one answer"))
        entries = tuple(found for found in read if isinstance(found, Entry))
        return Document(
            entries=entries,
            error=error_of(entries),
            title=reader.title(),
            following=tuple(self._asking(url) for url in self._following(root, items, response.url)),
            dropped=tuple(dropped),
        )

    def _load(self, response: Response, shown: str) -> Any:
        try:
            return values.load_json(response.body, shown)
        except ParseError as e:
            from mentionwatch.sources.page import blocked

            refusal = blocked(self.name, response)
            if refusal is None:
                raise
            raise ParseError(refusal.reason, url=shown, state=refusal.state, advice=refusal.advice) from e

    def _items(self, root: Any, shown: str) -> list[Any]:
        """The items of an answer; one object stands for a list of one.

        Raises:
            ParseError: The answer is an error, or has no place for items.
        """
        found = values.container(root, self.spec.items)
        if isinstance(found, dict) and (self.spec.items or not _error(root, f"{self.spec.error}|{_LOOSE}")):
            return [found]
        if isinstance(found, list) and found:
            return found
        # Beside a list of items, even an empty one, a "message" may be a greeting.
        if message := _error(root, self.spec.error if isinstance(found, list) else f"{self.spec.error}|{_LOOSE}"):
            state = values.failure_state(message)
            # Masked before it is cut: some answers quote the key that they do not know.
            quoted = one_line(self._shown(message), 200)
            raise ParseError(f'it answered with an error: "{quoted}"', url=shown, state=state)
        if isinstance(found, list) or (found is None and (self.spec.items_optional or self._has_null(root))):
            return []
        raise ParseError(self._stranger(root), url=shown, state="not-a-feed")

    def _has_null(self, root: Any) -> bool:
        # {"hits": null} is how some servers write an empty list; {} is another document.
        first = self.spec.items.split("|")[0].strip()
        above, _, key = first.rpartition(".")
        holder = values.container(root, above)
        return isinstance(holder, dict) and key in holder

    def _stranger(self, root: Any) -> str:
        wanted = f'"{self.spec.items.split("|")[0]}"' if self.spec.items else "a list"
        if isinstance(root, dict):
            keys = one_line(", ".join(f'"{key[:40]}"' for key in list(root)[:8]), 200)
            return f"JSON without {wanted}: it has {keys or 'nothing'}"
        return f"JSON without {wanted}: it is {values.shape(root)}"

    def _following(self, root: Any, items: list[Any], url: str) -> Iterator[str]:
        """The URL of the next page, if there is one to ask for."""
        paging = self.spec.paging
        if not items:
            return
        if paging.kind == "page":
            yield from self._next_page(root, url)
        elif paging.kind == "cursor":
            cursor = next(filter(None, map(values.as_text, values.find(root, paging.next))), None)
            # Some APIs repeat the last cursor for ever.
            if cursor and cursor != parameter(url, paging.parameter):
                yield with_parameter(url, paging.parameter, cursor)
        elif paging.kind == "next":
            yield from self._next_url(root, url)

    def _next_page(self, root: Any, url: str) -> Iterator[str]:
        paging = self.spec.paging
        now = parameter(url, paging.parameter) or ""
        page = (int(now) if now.isascii() and now.isdigit() and len(now) < 9 else paging.first) + 1
        pages = float(paging.at_most)
        if paging.pages:
            pages = min(pages, next(filter(None, map(values.as_number, values.find(root, paging.pages))), 0.0))
        if page < paging.first + pages:
            yield with_parameter(url, paging.parameter, str(page))

    def _next_url(self, root: Any, url: str) -> Iterator[str]:
        href = next(filter(None, map(values.as_text, values.find(root, self.spec.paging.next))), None)
        further = absolute(url, href) if href else None
        # Only on the same host: a document must not send us, with the right to do so, to an address of its choice.
        if further and further != url and _host(further) == _host(url):
            yield further


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower()


def _error(root: Any, path: str) -> str | None:
    """The message of an answer that is an error, or None."""
    if not isinstance(root, dict):
        return None
    for found in values.find(root, path):
        # {"error": 0}, false and "" say that there is none.
        if found and (message := values.as_text(found)):
            return message
        if found and isinstance(found, dict):
            return ", ".join(str(key)[:40] for key in list(found)[:8])
    return None
