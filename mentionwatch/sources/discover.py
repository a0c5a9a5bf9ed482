"""What can be read at an address: is it a feed itself, or a page that says where its feeds are?

An adapter like any other, so that a stranger's page is read within the bounds that all documents are read in.  What it
finds stands in ``Document.feeds``; what nobody names and is worth a try comes last and says so (``is_guess``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mentionwatch.errors import ParseError
from mentionwatch.identity import url_key
from mentionwatch.model import Document, Dropped, FeedLink, Request
from mentionwatch.sources import body as bodies
from mentionwatch.sources import platforms, values
from mentionwatch.sources.auto import AutoSource, sniff
from mentionwatch.sources.autodiscovery import Marks, header_links, looks_like_comments, read_marks
from mentionwatch.sources.markup import page_title
from mentionwatch.sources.page import PageSource, blocked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mentionwatch.model import Ask, Response
    from mentionwatch.sources.platforms import Platform

__all__ = ["Discovery", "guesses"]

#: What is found most often, in the order of how often: the ends of 36,515 addresses of feeds of small sites.
_GUESSES = ("feed", "feed.xml", "index.xml", "rss.xml", "rss", "atom.xml", "atom", "feeds/posts/default", "?feed=rss2")
#: In a folder below the site's own: what WordPress and Hugo have there.
_GUESSES_BELOW = ("feed", "index.xml")
#: Links on a page that are worth a try.
_MOST_OBVIOUS = 3
_MAY_HOLD_REVIEWS = re.compile(r"""(?i)["'/]Review["'\s]|"review"\s{0,9}:""")


@dataclass(frozen=True)
class Discovery:
    """An address of which is to be found out what can be read there."""

    name: str
    url: str
    #: Those that a page may be of; none for a document that is only to be proven a feed.
    platforms: tuple[Platform, ...] = ()

    @property
    def kind(self) -> str:
        """See Source."""
        return "auto"

    def requests(self, ask: Ask) -> list[Request]:  # noqa: ARG002 - a document cannot be asked for less
        """The document.  Its robots.txt is not asked: it is one page that a person wants to see, and only its links."""
        return [Request(self.url)]

    def parse(self, response: Response) -> Document:
        """Find what can be read there.

        Returns:
            A document without entries; its ``feeds`` are what was found, the best first.

        Raises:
            ParseError: It cannot be read, or is a page that was put before the one that was asked for.
        """
        body = values.inflated(response.body, response.url)
        if sniff(body) != "page":
            proven = self._as_feed(response)
            if proven is not None:
                return proven
        page = bodies.decode(body, response.headers.get("content-type", ""))
        marks = read_marks(page, response.url)
        named = _named(marks, response)
        if not (named or marks.obvious) and (error := blocked(self.name, response)):
            raise error
        at = response.url if response.url.startswith("http") else marks.canonical or ""
        by_platform = platforms.by_page(self.platforms, page, at, marks.generators)
        found = [*self._reviews(page, response), *named, *by_platform, *marks.obvious[:_MOST_OBVIOUS]]
        feeds = tuple(_ordered(found))
        return Document((), title=page_title(page), dropped=tuple(_left(marks)), is_page=True, feeds=feeds)

    def _as_feed(self, response: Response) -> Document | None:
        """The document itself, where it is a feed."""
        try:
            document = AutoSource(self.name, self.url).parse(response)
        except ParseError as e:
            # A feed that breaks off, an empty answer: not what a page is.
            if e.state == "not-a-feed":
                return None
            raise
        if document.error is not None or document.is_page:
            return None
        comments = looks_like_comments(self.url, document.title)
        found = FeedLink(
            "it is a feed", self.url, title=document.title, is_comments=comments, entries=len(document.entries)
        )
        return Document((), title=document.title, feeds=(found,))

    def _reviews(self, page: str, response: Response) -> list[FeedLink]:
        """The page itself, where it holds reviews that can be read."""
        if not _MAY_HOLD_REVIEWS.search(page):
            return []
        try:
            document = PageSource(self.name, self.url).parse(response)
        except ParseError:
            return []
        if not document.entries:
            return []
        title, held = document.title, len(document.entries)
        return [FeedLink("reviews in the page", self.url, title=title, kind="page", entries=held)]


def guesses(url: str) -> list[FeedLink]:
    """Addresses at which feeds often are, for a page that names none; the most usual first."""
    parts = urlsplit(url)
    if not parts.netloc:
        return []
    top = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/"
    folder = parts.path if parts.path.endswith("/") else f"{parts.path}/"
    # "/blog" is a folder as often as not; "/blog/post.html" is none.
    below = "." not in folder.rstrip("/").rpartition("/")[2] and folder.strip("/") != ""
    tried = [f"{top.rstrip('/')}{folder}{end}" for end in _GUESSES_BELOW if below] + [top + end for end in _GUESSES]
    return [FeedLink("guessed", address, is_guess=True) for address in tried]


def _left(marks: Marks) -> Iterator[Dropped]:
    """What a page names and is not told."""
    if marks.left:
        yield Dropped(f"{marks.left} further feeds", "a page names more than are told")
    if marks.relative:
        links = "a link to a feed" if marks.relative == 1 else f"{marks.relative} links to feeds"
        yield Dropped(links, "relative, and the saved page does not say its address; discover the site's own address")


def _named(marks: Marks, response: Response) -> list[FeedLink]:
    """What the Link header and the page's link elements name; of two for one address the first."""
    return [*header_links(response.headers.get("link", ""), response.url), *marks.feeds]


def _ordered(links: Iterable[FeedLink]) -> list[FeedLink]:
    """Each place once; what is named before what is a guess, articles before comments."""
    found: dict[str, FeedLink] = {}
    for link in links:
        found.setdefault(url_key(link.url) if link.url else f"use {link.use} {sorted(link.params.items())}", link)
    return sorted(found.values(), key=lambda link: (link.is_guess, link.is_comments))
