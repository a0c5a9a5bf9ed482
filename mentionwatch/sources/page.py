"""Review pages: schema.org reviews that stand in a page as JSON-LD or as microdata.

Shops, recipe sites, hotels and local businesses write their reviews down for search engines; this reads the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag

from mentionwatch.errors import ParseError
from mentionwatch.identity import text_key
from mentionwatch.model import AggregateRating, Document, Dropped, Entry, Request
from mentionwatch.sources import body as bodies
from mentionwatch.sources import grades, jsonld, values
from mentionwatch.sources.dates import parse_date
from mentionwatch.sources.links import absolute, destination
from mentionwatch.sources.markup import feed_links, json_ld_blocks, microdata, page_title, plain_text, plain_title
from mentionwatch.text import clean_or_none, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from mentionwatch.model import Ask, Response

#: Reviews read of one page; the rest is told as dropped.
REVIEW_CAP = 2000

_BODY = ("reviewBody", "description", "text")
_TITLE = "name|headline"
_PERSON = ("author", "creator")
_DATE = "datePublished|dateCreated|dateModified|uploadDate"
# Some sites write the first with a capital.
_RATING = ("reviewRating", "ReviewRating", "rating")
_LANGUAGE = "inLanguage|inLanguage.alternateName|inLanguage.name"
_SCRIPT_END = re.compile(r"(?i)</script\s*>")


@dataclass(frozen=True)
class PageSource:
    """A page with reviews in it."""

    name: str
    url: str

    @property
    def kind(self) -> str:
        """See Source."""
        return "page"

    def requests(self, ask: Ask) -> list[Request]:  # noqa: ARG002 - a page cannot be asked for less
        """The page."""
        return [Request(url=self.url, robots=True)]

    def parse(self, response: Response) -> Document:
        """Read the reviews of a page; see Source."""
        page = bodies.decode(values.inflated(response.body, response.url), response.headers.get("content-type", ""))
        blocks = [jsonld.read_block(block) for block in json_ld_blocks(_up_to_last_script(page))]
        graph = jsonld.collect(value for block in blocks for value in block.values)
        shown = jsonld.collect(microdata(page))
        # What stands in both says the same twice, though not always in the same words.
        ratings = tuple(dict.fromkeys(_ratings(graph))) or tuple(dict.fromkeys(_ratings(shown)))
        broken = [_torn(number, block) for number, block in enumerate(blocks, 1) if block.is_torn]
        # A product that says "0 reviews" is the right page, only early.
        is_early = any(grades.count(found.node) == 0 for found in graph.ratings + shown.ratings)
        if not (graph.reviews or shown.reviews or is_early):
            raise blocked(self.name, response) or _no_reviews(page, response.url, _why(ratings, broken))
        entries, dropped = _Reader(self.name, graph, response).read()
        more, more_dropped = _Reader(self.name, shown, response).read()
        entries += _unlike(more, entries)
        dropped += more_dropped
        return Document(
            entries=tuple(entries),
            title=page_title(page),
            dropped=(*dropped, *broken),
            ratings=ratings,
            is_page=True,
        )


def blocked(name: str, response: Response) -> ParseError | None:
    """The error that a challenge or a login page is, put before the page that was asked for; else None."""
    from mentionwatch.sources.feed import FeedSource

    try:
        FeedSource(name, response.url).parse(response)
    except ParseError as e:
        return e if e.state == "blocked" else None
    return None


def _up_to_last_script(page: str) -> str:
    # An open script without an end is looked for to the end of the page: thousands of them would take minutes.
    end = 0
    for found in _SCRIPT_END.finditer(page):
        end = found.end()
    return page[:end]


def _torn(number: int, block: jsonld.Block) -> Dropped:
    why = "it is broken; what is whole in it was read" if block.values else "it is broken beyond mending"
    return Dropped(f"JSON-LD block {number}", why)


def _why(ratings: tuple[AggregateRating, ...], broken: list[Dropped]) -> str:
    if broken:
        return f"holds no schema.org reviews that can be read ({broken[0].what} {broken[0].why.removeprefix('it ')})"
    return (
        "names an average rating but holds no review"
        if ratings
        else "holds no schema.org reviews (JSON-LD or microdata)"
    )


def _no_reviews(page: str, url: str, why: str) -> ParseError:
    title = page_title(page) or one_line(plain_text(page[:20_000])[0], 80) or one_line(page[:400], 80)
    what = f'the page "{title}"' if title else "an empty page"
    feeds = feed_links(page, url)
    advice = f"it names a feed: {feeds[0]}" if feeds else "give the URL of a feed, or of a page that shows reviews"
    return ParseError(f"{what} {why}", url=url, state="not-a-feed", advice=advice)


def _ratings(graph: jsonld.Graph) -> Iterator[AggregateRating]:
    for found in graph.ratings:
        mean = grades.stars(found.node)
        if mean is not None:
            named = values.find(graph.resolve(found.node.get("itemReviewed")), "name")
            name = next(filter(None, map(_as_title, named)), None) or _as_title(graph.around(found))
            yield AggregateRating(one_line(name, 200) if name else None, mean, grades.count(found.node))


def _unlike(more: list[Entry], entries: list[Entry]) -> list[Entry]:
    """Those of `more` that are not the same review as one of `entries`, written in another form.

    The same are those whose texts begin alike (one may be cut), short ones only where no other author is named.
    """
    authors: dict[str, set[str | None]] = {}
    for entry in entries:
        authors.setdefault(_begins(entry), set()).add(_letters(entry.author))
    return [entry for entry in more if not _is_among(entry, authors.get(_begins(entry)))]


def _is_among(entry: Entry, authors: set[str | None] | None) -> bool:
    if authors is None or len(_begins(entry)) >= 20:
        return authors is not None
    author = _letters(entry.author)
    return author in authors or bool(entry.text and (author is None or None in authors))


def _begins(entry: Entry) -> str:
    return (_letters(entry.text or entry.title) or f"rating {entry.rating}")[:40]


def _letters(text: str | None) -> str | None:
    return "".join(filter(str.isalnum, text.casefold()[:500])) or None if text else None


class _Reader:
    """Makes entries of the reviews of one page."""

    def __init__(self, source: str, graph: jsonld.Graph, response: Response) -> None:
        self._source = source
        self._graph = graph
        self._page = urldefrag(response.url).url
        self._now: datetime = response.fetched_at

    def read(self) -> tuple[list[Entry], list[Dropped]]:
        """Entries in the order of the page, each once, and what did not become one."""
        reviews = self._graph.reviews[:REVIEW_CAP]
        made = [self._entry(found) for found in reviews]
        repeated = self._repeated_ids(made)
        entries: dict[str, Entry] = {}
        dropped = []
        for number, (entry, name, key) in enumerate(made, 1):
            guid = key if name is None or name in repeated else name
            if not (entry.text or entry.title or entry.rating):
                dropped.append(Dropped(f"review {number}", "it has no text, title or rating"))
            elif guid in entries:
                dropped.append(Dropped(f"review {number}", "the page holds it twice"))
            else:
                entries[guid] = replace(entry, guid=guid)
        if (more := len(self._graph.reviews) - REVIEW_CAP) > 0:
            dropped.append(Dropped(f"{more} further reviews", f"more than {REVIEW_CAP} on one page"))
        return list(entries.values()), dropped

    @staticmethod
    def _repeated_ids(made: list[tuple[Entry, str | None, str]]) -> set[str]:
        """Ids that stand at reviews of different content: some sites give them all the id of the product."""
        keys: dict[str, str] = {}
        return {name for _, name, key in made if name is not None and keys.setdefault(name, key) != key}

    def _entry(self, found: jsonld.Found) -> tuple[Entry, str | None, str]:
        """The entry without its guid, its ``@id``, and its key by content."""
        node = found.node
        language = self._first(node, _LANGUAGE, values.as_language)
        raw, published, published_raw = self._date(node, language)
        text, quoted = self._body(node)
        entry = Entry(
            source=self._source,
            kind="review",
            url=self._first(node, "url", self._link) or absolute(self._page, self._page),
            title=self._first(node, _TITLE, _as_title),
            text=text,
            author=self._author(node),
            community=self._thing(found),
            published=published,
            published_raw=published_raw,
            language=language,
            rating=self._rating(node),
            quoted=quoted,
        )
        return entry, self._id(node), _content(entry, raw)

    @staticmethod
    def _first(value: Any, path: str, convert: Callable[[Any], str | None]) -> str | None:
        return next(filter(None, map(convert, values.find(value, path))), None)

    def _link(self, value: Any) -> str | None:
        return destination(self._page, value) if isinstance(value, str) and value.strip() else None

    def _id(self, node: dict[str, Any]) -> str | None:
        """The review's ``@id``, absolute; None for a blank node, whose name changes, and for the page itself."""
        name = node.get("@id")
        if not isinstance(name, str) or not name.strip() or name.startswith("_:") or len(name) > values.ID_CAP:
            return None
        resolved = absolute(self._page, name) or clean_or_none(name)
        return None if resolved == self._page else resolved

    def _date(self, node: dict[str, Any], language: str | None) -> tuple[Any, datetime | None, str | None]:
        """The date as written, as it is read, and what of it could not be; the first that can be read."""
        written = [date for date in values.find(node, _DATE) if isinstance(date, (str, int, float)) and date]
        plain = [plain_title(date) if isinstance(date, str) and "<" in date else date for date in written]
        read = [parse_date(date, now=self._now, language=language) for date in plain]
        best = next((found for found in read if found[0]), read[0] if read else (None, None))
        return written[0] if written else None, *best

    def _rating(self, node: dict[str, Any]) -> float | None:
        # The review itself comes last: some pages forget to begin a Rating around the value.
        ratings = (*(self._graph.resolve(node.get(key)) for key in _RATING), node)
        return next((stars for rating in ratings if (stars := grades.stars(rating))), None)

    @staticmethod
    def _body(node: dict[str, Any]) -> tuple[str | None, str | None]:
        """Text and quotes; a property that stands several times holds the text by paragraphs."""
        for key in _BODY:
            written = (found for found in values.find(node, key) if isinstance(found, str) and found.strip())
            parts = [plain_text(found[: values.TEXT_CAP]) for found in dict.fromkeys(written)]
            if parts:
                quotes = [quoted for _, quoted in parts if quoted]
                text = "\n".join(text for text, _ in parts if text)[: values.TEXT_CAP]
                return clean_or_none(text), "\n".join(quotes)[: values.TEXT_CAP] or None
        return None, None

    def _author(self, node: dict[str, Any]) -> str | None:
        """The first author's name, whatever form it has."""
        for key in _PERSON:
            people = self._graph.resolve(node.get(key))
            for person in people if isinstance(people, list) else [people]:
                if name := self._first(person, "name|alternateName", _as_title) or _as_title(_full_name(person)):
                    return name
        return None

    def _thing(self, found: jsonld.Found) -> str | None:
        """Name of what is reviewed."""
        reviewed = self._graph.resolve(found.node.get("itemReviewed"))
        name = self._first(reviewed, "name", _as_title) or (reviewed if isinstance(reviewed, str) else None)
        return _as_title(name or self._graph.around(found))


def _full_name(person: Any) -> Any:
    """A person's name where it stands in parts; of what is no object, itself."""
    if not isinstance(person, dict):
        return person
    return " ".join(filter(None, (values.as_text(person.get(key)) for key in ("givenName", "familyName"))))


def _as_title(value: Any) -> str | None:
    text = values.as_text(value)
    return one_line(plain_title(text) or "", 500) or None if text else None


def _content(entry: Entry, raw_date: Any) -> str:
    """A key for a review without an id: all reviews of a page share its URL, and each is to keep its own identity."""
    words = f"{entry.title or ''}\n{entry.text or ''}".strip()
    parts = (entry.author or "", str(raw_date or ""), words or f"rating {entry.rating}")
    return "review:" + text_key("\n".join(parts))
