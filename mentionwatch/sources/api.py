"""JSON APIs: one adapter, driven by a description of where in an answer what stands.

A site is data (``ApiSpec``): URL template, field paths, paging.  Presets are such descriptions in TOML, and JSON Feed
is one that is built in.  Paths are explained in ``values.find``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from mentionwatch.errors import ParseError
from mentionwatch.model import Document, Dropped, Entry, EntryKind, Request
from mentionwatch.sources import values
from mentionwatch.sources.asking import ASKED
from mentionwatch.sources.links import absolute
from mentionwatch.sources.mapping import Reader
from mentionwatch.sources.sameness import error_of
from mentionwatch.sources.template import parameter, placeholders, with_parameter
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mentionwatch.model import Ask, Response
    from mentionwatch.sources.asking import Asker

#: Items read of one answer; the rest is told as dropped.
ITEM_CAP = 2000
#: Where an answer without a list of items often says why.
_LOOSE = "message|detail"
#: Pauses that an answer asks for are heeded up to a day.
_LONGEST_PAUSE_S = 86_400.0
_LONGEST_HEADER = 8_000
_NEXT_LINK = re.compile(r"<([^<>]{1,4000})>\s*(?:;[^,<>]*)?;\s*rel\s*=\s*\"?[^\",;]*\bnext\b", re.IGNORECASE)


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
    #: The page elsewhere that a thread was opened for.
    about: str = ""
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

    ``page`` counts up; ``cursor`` takes a value of the answer; ``before`` takes one of its last item; ``next`` takes a
    whole URL from the answer, ``link`` from its Link header (RFC 8288, rel="next").  An empty page ends each of them.
    """

    kind: Literal["none", "page", "cursor", "before", "next", "link"] = "none"
    #: The query parameter, for page, cursor and before; "" where the address has ``{page}`` …
    parameter: str = ""
    #: Number of the first page, and the first cursor.
    first: int = 0
    first_cursor: str = ""
    #: Path of the number of pages; "": until a page is empty.
    pages: str = ""
    #: Path of what is true while there are more.
    more: str = ""
    #: Path of the cursor, of the next page's URL, or, in an item, of what ``before`` takes.
    next: str = ""
    #: Pages asked for at most, for page; of the others the caller keeps count.
    at_most: int = 10


@dataclass(frozen=True)
class Join:
    """A second list of the answer, whose members the items name: topics of posts, users of comments."""

    #: Path of the list, and of what names a member in it.
    items: str
    id: str
    #: Path of that name in an item.
    on: str
    #: The key that the item gets the member under.
    into: str
    #: Paths in a member and what stands there, for a list of many kinds in which ids are unique only within a kind:
    #: ``included`` of JSON:API.
    where: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Capture:
    """A part of a value, which becomes a value of the item: the last part of an address, the host of an account."""

    #: Path of the value.
    of: str
    #: Regular expression that is looked for in it; its first group, if it has one, is the part.
    pattern: str


@dataclass(frozen=True)
class ApiSpec:
    """How the answer of an API is read."""

    fields: FieldMap
    #: Path of the list of items; "": the answer itself is the list.  Lists divided by ``+`` are read one after another.
    items: str = ""
    #: An answer without the list, but with what it should stand in, means that there are none.  Else it means that
    #: this is not the API.
    items_optional: bool = False
    #: Path that an item must have to be an entry: some lists hold other things too.
    require: str = ""
    join: tuple[Join, ...] = ()
    #: By the key that the item gets the part under, for fields and templates.
    captures: dict[str, Capture] = field(default_factory=dict)
    paging: Paging = Paging()
    #: Paths of the message in an answer that is an error.
    error: str = "error.message|error|errors.message|errors|error_message"
    #: Path of the seconds that the site asks to be left alone for.
    backoff: str = ""
    #: Of the answer as a whole: its title, its language, and the page that relative links are relative to.
    title: str = ""
    language: str = ""
    base: str = ""
    #: Templates of an entry's URL and of its id, from the item's paths and parameters; they go before ``fields.url``
    #: and ``fields.guid``.  An id that is unique only within a part of the site needs the part's name beside it.
    link: str = ""
    guid: str = ""
    kind: EntryKind = "post"
    #: From what stands at ``fields.kind`` to a kind; "*" is for whatever else stands there, if anything does.
    kinds: dict[str, EntryKind] = field(default_factory=dict)
    #: From a site's names of languages and countries, in lower case, to BCP 47 tags and ISO 3166-1 codes.
    languages: dict[str, str] = field(default_factory=dict)
    countries: dict[str, str] = field(default_factory=dict)
    #: Titles and names, though plain text, are written with HTML's entities.
    entities: bool = False
    #: Templates for fields that no item tells: community, country, language, version.
    constants: dict[str, str] = field(default_factory=dict)
    #: Ends of the rating scale.
    worst: float = 1
    best: float = 5
    #: From what stands at ``fields.rating`` to stars, where it is no number: "true", "recommended".
    stars: dict[str, float] = field(default_factory=dict)
    #: Regular expressions of boilerplate that is cut out of texts.
    strip: tuple[str, ...] = ()

    def parameters(self) -> list[str]:
        """Names of the parameters that the constants need, each once."""
        named = [name for template in self.constants.values() for name in placeholders(template)]
        return list(dict.fromkeys(name for name in named if name not in ASKED))


#: JSON Feed 1.0 and 1.1 (jsonfeed.org), and the formats that are found under its name: RSS-Bridge's "common" format
#: and RSS in JSON.  Its version is not looked at: some feeds give "1.0" or a version of their own.
JSON_FEED = ApiSpec(
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
    """A JSON API as a source: of a preset, which knows how to ask, or at one URL."""

    name: str
    spec: ApiSpec
    asker: Asker | None = None
    #: Asked for as it stands, where there is no asker.
    url: str = ""

    @property
    def kind(self) -> str:
        """See Source."""
        return "api"

    def requests(self, ask: Ask) -> list[Request]:
        """What its preset asks for, or the one document."""
        return self.asker.requests(ask) if self.asker else [Request(self.url)]

    def _shown(self, text: str) -> str:
        return self.asker.shown(text) if self.asker else text

    def parse(self, response: Response) -> Document:
        """Read one answer; see Source."""
        return self.asker.discreet(lambda: self._read(response)) if self.asker else self._read(response)

    def _read(self, response: Response) -> Document:
        shown = self._shown(response.url)
        root = self._load(response, shown)
        items = self._items(root, shown)
        reader = Reader(self.name, self.spec, self._values(response), root, replace(response, url=shown))
        read = [reader.read(number, item) for number, item in enumerate(items[:ITEM_CAP], 1)]
        dropped = [found for found in read if isinstance(found, Dropped)]
        if len(items) > ITEM_CAP:
            dropped.append(Dropped(f"{len(items) - ITEM_CAP} further items", f"more than {ITEM_CAP} in one answer"))
        entries = tuple(found for found in read if isinstance(found, Entry))
        return Document(
            entries=entries,
            error=error_of(entries),
            title=reader.title(),
            following=tuple(self._following(root, items, response)),
            dropped=tuple(dropped),
            pause=self._pause(root),
        )

    def _values(self, response: Response) -> dict[str, str]:
        """What templates of an entry may name: what was asked for, and the parameters that are no lists."""
        params = self.asker.params.items() if self.asker else ()
        return {**{name: value for name, value in params if isinstance(value, str)}, **response.given}

    def _pause(self, root: Any) -> timedelta | None:
        found = filter(None, map(values.as_number, values.find(root, self.spec.backoff)))
        return timedelta(seconds=min(max(0.0, next(found, 0.0)), _LONGEST_PAUSE_S)) or None

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
        found = self._listed(root)
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
        if isinstance(found, list) or (found is None and self._may_lack(root)):
            return []
        raise ParseError(self._stranger(root), url=shown, state="not-a-feed")

    def _listed(self, root: Any) -> Any:
        """What stands where the items are expected; of several lists one after another, those that are there."""
        paths = self.spec.items.split("+")
        found = [values.container(root, path) for path in paths]
        if len(paths) == 1:
            return self._joined(root, found[0])
        lists = [one if isinstance(one, list) else [one] for one in found if isinstance(one, (list, dict))]
        return self._joined(root, [item for one in lists for item in one]) if lists else None

    def _joined(self, root: Any, items: Any) -> Any:
        for join in self.spec.join:
            if not isinstance(items, list):
                return items
            others = values.container(root, join.items)
            known = {
                key: other
                for other in (others if isinstance(others, list) else ())
                if all(want in values.find(other, path) for path, want in join.where.items())
                and (key := next(filter(None, map(values.as_text, values.find(other, join.id))), None))
            }
            items = [_with_member(item, join, known) for item in items]
        return items

    def _may_lack(self, root: Any) -> bool:
        # {"hits": null} is how some servers write an empty list; {} is another document.
        first = self.spec.items.split("+")[0].split("|")[0].strip()
        above, _, key = first.rpartition(".")
        holder = values.container(root, above)
        return isinstance(holder, dict) and (self.spec.items_optional or key in holder)

    def _stranger(self, root: Any) -> str:
        wanted = f'"{self.spec.items.split("|")[0]}"' if self.spec.items else "a list"
        if isinstance(root, dict):
            keys = one_line(", ".join(f'"{key[:40]}"' for key in list(root)[:8]), 200)
            return f"JSON without {wanted}: it has {keys or 'nothing'}"
        return f"JSON without {wanted}: it is {values.shape(root)}"

    def _following(self, root: Any, items: list[Any], response: Response) -> Iterator[Request]:
        """The request for the next page, if there is one to ask for."""
        paging = self.spec.paging
        if not items or (paging.more and not any(found is True for found in values.find(root, paging.more))):
            return
        if paging.kind == "page":
            yield from self._next_page(root, response)
        elif paging.kind in {"cursor", "before"}:
            place = root if paging.kind == "cursor" else items[-1]
            value = next(filter(None, map(values.as_text, values.find(place, paging.next))), None)
            # Some APIs repeat the last cursor for ever.
            if value and value != self._current(response, paging.kind):
                yield self._turned(response, paging.kind, value)
        elif paging.kind in {"next", "link"}:
            yield from self._next_url(root, response)

    def _current(self, response: Response, name: str) -> str | None:
        if self.asker and self.asker.fills(name):
            return response.given.get(name)
        return parameter(response.url, self.spec.paging.parameter)

    def _turned(self, response: Response, name: str, value: str) -> Request:
        """The same request for another page."""
        if self.asker and self.asker.fills(name):
            return self.asker.again(response.given, **{name: value})
        return self._to(with_parameter(response.url, self.spec.paging.parameter, value), response)

    def _to(self, url: str, response: Response) -> Request:
        return self.asker.further(url, response.given) if self.asker else Request(url)

    def _next_page(self, root: Any, response: Response) -> Iterator[Request]:
        paging = self.spec.paging
        now = self._current(response, "page") or ""
        page = (int(now) if now.isascii() and now.isdigit() and len(now) < 9 else paging.first) + 1
        pages = float(paging.at_most)
        if paging.pages:
            pages = min(pages, next(filter(None, map(values.as_number, values.find(root, paging.pages))), 0.0))
        if page < paging.first + pages:
            yield self._turned(response, "page", str(page))

    def _next_url(self, root: Any, response: Response) -> Iterator[Request]:
        if self.spec.paging.kind == "link":
            href = next_link(response.headers.get("link", ""))
        else:
            href = next(filter(None, map(values.as_text, values.find(root, self.spec.paging.next))), None)
        url = response.url
        further = absolute(url, href) if href else None
        # Only on the same host: a document must not send us, with the right to do so, to an address of its choice.
        if further and further != url and _host(further) == _host(url):
            yield self._to(further, response)


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower()


def next_link(header: str) -> str | None:
    """The target of a Link header's rel="next" (RFC 8288)."""
    found = _NEXT_LINK.search(header[:_LONGEST_HEADER])
    return found[1] if found else None


def _with_member(item: Any, join: Join, known: Mapping[str, Any]) -> Any:
    if not isinstance(item, dict):
        return item
    key = next(filter(None, map(values.as_text, values.find(item, join.on))), None)
    return {**item, join.into: known[key]} if key is not None and key in known else item


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
