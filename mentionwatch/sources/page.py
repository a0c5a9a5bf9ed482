"""Review pages: schema.org reviews that stand in a page as JSON-LD, or else as microdata.

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
from mentionwatch.sources import jsonld, values
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

_BODY = "reviewBody|description|text"
_TITLE = "name|headline"
_AUTHOR = "author.name|author|creator.name|creator"
_DATE = "datePublished|dateCreated|dateModified|uploadDate"
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
        blocks = json_ld_blocks(_up_to_last_script(page))
        read = [jsonld.read_block(block) for block in blocks]
        graph = jsonld.collect(value for found in read for value in found)
        if not graph.reviews:
            # Only then: a page that has both says the same in both.
            shown = jsonld.collect(microdata(page))
            graph = shown if shown.reviews or not graph.ratings else graph
        ratings = tuple(dict.fromkeys(_ratings(graph)))
        broken = [
            Dropped(f"JSON-LD block {number}", "it is broken beyond mending")
            for number, (block, found) in enumerate(zip(blocks, read, strict=True), 1)
            if not found and block.strip()
        ]
        # A product that says "0 reviews" is the right page, only early.
        if not graph.reviews and not any(_count(found.node) == 0 for found in graph.ratings):
            raise blocked(self.name, response) or _no_reviews(page, response.url, _why(ratings, broken))
        entries, dropped = _Reader(self.name, graph, response).read()
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


def _bounds(node: dict[str, Any]) -> dict[str, float | None]:
    return {"worst": values.as_number(node.get("worstRating")), "best": values.as_number(node.get("bestRating"))}


def _stars(node: Any) -> float | None:
    """Stars of a Rating object, of a list of them, or of a bare number; see ``values.stars`` for the scale."""
    if isinstance(node, list):
        node = node[0] if node else None
    if not isinstance(node, dict):
        return values.stars(values.as_number(node))
    return values.stars(values.as_number(node.get("ratingValue")), **_bounds(node))


def _ratings(graph: jsonld.Graph) -> Iterator[AggregateRating]:
    for found in graph.ratings:
        mean = _stars(found.node)
        if mean is not None:
            named = values.find(graph.resolve(found.node.get("itemReviewed")), "name")
            name = next(filter(None, map(values.as_text, named)), None) or found.thing
            yield AggregateRating(one_line(name, 200) if name else None, mean, _count(found.node))


def _count(node: dict[str, Any]) -> int | None:
    counts = map(values.as_number, values.find(node, "ratingCount|reviewCount"))
    return next((int(count) for count in counts if count is not None and count >= 0), None)


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
        raw = next((date for date in values.find(node, _DATE) if isinstance(date, (str, int, float)) and date), None)
        published, published_raw = parse_date(raw, now=self._now, language=language)
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
            rating=next((stars for key in _RATING if (stars := _stars(self._graph.resolve(node.get(key))))), None),
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

    def _body(self, node: dict[str, Any]) -> tuple[str | None, str | None]:
        for found in values.find(node, _BODY):
            if isinstance(found, str) and found.strip():
                text, quoted = plain_text(found[: values.TEXT_CAP])
                return clean_or_none(text), quoted
        return None, None

    def _author(self, node: dict[str, Any]) -> str | None:
        authors = node.get("author")
        listed = authors[:20] if isinstance(authors, list) else [authors]
        return self._first({**node, "author": [self._graph.resolve(one) for one in listed]}, _AUTHOR, _as_title)

    def _thing(self, found: jsonld.Found) -> str | None:
        """Name of what is reviewed."""
        reviewed = self._graph.resolve(found.node.get("itemReviewed"))
        name = self._first(reviewed, "name", _as_title) or (reviewed if isinstance(reviewed, str) else None)
        own = found.node.get("@id")
        around = found.thing or (self._graph.thing_of.get(own) if isinstance(own, str) else None)
        return _as_title(name or around)


def _as_title(value: Any) -> str | None:
    text = values.as_text(value)
    return one_line(plain_title(text) or "", 500) or None if text else None


def _content(entry: Entry, raw_date: Any) -> str:
    """A key for a review without an id: all reviews of a page share its URL, and each is to keep its own identity."""
    words = f"{entry.title or ''}\n{entry.text or ''}".strip()
    parts = (entry.author or "", str(raw_date or ""), words or f"rating {entry.rating}")
    return "review:" + text_key("\n".join(parts))
