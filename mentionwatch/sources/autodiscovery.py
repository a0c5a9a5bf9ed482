"""What a page says about where its feeds are: its link elements, its links, and the Link header it came with.

Not read with a parser of HTML: a page may be 8 MiB of link elements, and half of one is as good as the whole.  A
scanner goes over it once, and passes comments and scripts as a browser does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mentionwatch.model import FeedLink
from mentionwatch.sources.links import absolute
from mentionwatch.sources.markup import unescape
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: Characters of a page that are read; bounds on what is taken of it.
_MAX_PAGE = 4_000_000
_MAX_TAGS = 20_000
_MAX_ATTRIBUTES = 40
_MAX_HEADER = 20_000
#: Feeds of one page that are told.
MAX_FEEDS = 100
#: Longest title, in characters.
_MAX_TITLE = 200

_OPEN = re.compile(
    r"<(?:(?P<comment>!--)"
    r"|(?P<raw>script|style|textarea|xmp|iframe|noembed|noframes|title)(?=[\s/>])"
    r"|(?P<tag>link|base|meta|a)(?=[\s/>]))",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""[\s/]*([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]*)))?""")
_LINK_VALUE = re.compile(
    r'<([^<>]*)>((?:\s*;\s*[\w!#$%&*+.^`|~-]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s",;]+))?)*)', re.DOTALL
)
_LINK_PARAMETER = re.compile(r';\s*([\w!#$%&*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",;]+)))?', re.DOTALL)
#: What pages in the wild write where they mean a feed; the first four are right.
_TYPES = frozenset(
    (
        *("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"),
        *("application/rss", "application/atom", "application/x.atom+xml", "application/x-atom+xml"),
        *("application/x-rss+xml", "text/rss", "text/atom", "text/rss+xml", "text/atom+xml"),
    )
)
#: These may mean anything (the API of WordPress among it): then the address has to look like a feed's.
_VAGUE_TYPES = frozenset(("application/json", "application/xml", "text/xml", "application/rdf", ""))
_SCHEME = re.compile(r"[A-Za-z][\w+.-]*:")
_NOT_A_FEED = re.compile(r"(?i)/wp-json/|oembed|opensearch|sitemap|manifest")
#: Addresses that nobody would give to anything but a feed.
_OBVIOUS = re.compile(
    r"(?i)(?:^|[/._-])(?:rss|feeds?|atom|news-?feed)(?:[._-]?[a-z0-9]{0,12})?\.(?:xml|rss|atom|rdf|json|php)$"
    r"|\.(?:rss|atom|rdf)$|/(?:feed|rss|rss2|atom)/?$"
)
_OBVIOUS_QUERY = re.compile(r"(?i)(?:^|[?&;])(?:feed|format|type|mode)=(?:rss|rss2|atom|feed|atom1\.0)(?:$|&)")
_COMMENTS_PATH = re.compile(r"(?i)/comments?(?:[/._-]|$)|comments-(?:rss2?|atom)")
_COMMENTS_TITLE = re.compile(
    r"(?i)\bcomments?\b|commentaires|kommentar|comentarios|comentários|commenti|reacties|коммент"
)


@dataclass
class Marks:
    """What a page says of itself, beside its text."""

    #: What its link elements call its feeds; relative addresses are made absolute.
    feeds: list[FeedLink] = field(default_factory=list)
    #: Links to what looks like a feed by its address.
    obvious: list[FeedLink] = field(default_factory=list)
    #: Contents of its ``generator`` elements.
    generators: list[str] = field(default_factory=list)
    #: The address it would like to have.
    canonical: str | None = None
    #: More feeds than are told.
    left: int = 0
    #: Links to feeds in a saved page that says nowhere what they are relative to.
    relative: int = 0


def header_links(value: str, base: str) -> list[FeedLink]:
    """Feeds that a ``Link`` header names (RFC 8288), in its order."""
    found = []
    for address, given in _LINK_VALUE.findall(value[:_MAX_HEADER]):
        # Of two parameters of one name the first counts; a dict keeps the last.
        parameters = _LINK_PARAMETER.findall(given)[_MAX_ATTRIBUTES::-1]
        told = {name.lower(): quoted.replace("\\", "") or plain for name, quoted, plain in parameters}
        url = feed_url(base, address)
        if url and _names_feed(told, url):
            found.append(_link(url, told.get("title"), "Link header"))
    return _once(found)


def read_marks(page: str, url: str) -> Marks:
    """Read what a page says of itself.

    Args:
        page: The page's text.
        url: Where it came from: relative links start from there, or from its ``base`` element.
    """
    marks, base, is_based = Marks(), url, False
    links: list[dict[str, str]] = []
    anchors: list[dict[str, str]] = []
    for tag, told in _tags(page[:_MAX_PAGE]):
        if tag == "base" and not is_based and "href" in told:
            # The first one counts for the whole page, also for what stands above it.
            base, is_based = absolute(url, told["href"]) or url, True
        elif tag == "meta" and told.get("name", "").lower() == "generator":
            marks.generators.append(one_line(unescape(told.get("content", "")), _MAX_TITLE))
        elif tag == "link" and "canonical" in told.get("rel", "").lower().split():
            marks.canonical = marks.canonical or absolute(url, told.get("href"))
        elif tag == "link":
            links.append(told)
        elif tag == "a" and (_looks_like_feed(told.get("href", "")) or "alternate" in told.get("rel", "").lower()):
            anchors.append(told)
    if not urlsplit(base).netloc and marks.canonical:
        base = marks.canonical  # a page that was saved
    if not urlsplit(base).netloc:
        marks.relative = sum(_is_relative(told, base) for told in (*links, *anchors))
    marks.feeds, marks.left = _cut(_once(_from_links(links, base)))
    marks.obvious = _once(_from_anchors(anchors, base))[:MAX_FEEDS]
    return marks


def looks_like_comments(url: str, title: str | None) -> bool:
    """Whether a feed holds the comments of a site."""
    parts = urlsplit(url)
    return bool(_COMMENTS_PATH.search(f"{parts.path}?{parts.query}") or _COMMENTS_TITLE.search(title or ""))


def feed_url(base: str, href: str | None) -> str | None:
    """An absolute http(s) address; ``feed:`` stands for http, or before a whole address."""
    href = (href or "").strip()
    if href[:5].lower() == "feed:":
        rest = href[5:]
        href = rest if rest[:4].lower() == "http" else f"https:{rest}"
    return absolute(base, href)


def _tags(page: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The elements that matter, with their attributes; those in comments, scripts and the like are none."""
    at = seen = 0
    while seen < _MAX_TAGS and (found := _OPEN.search(page, at)):
        at = found.end()
        if found["comment"]:
            at = _after(page, "-->", at)
        elif found["raw"]:
            at = _after_element(page, found["raw"], at)
        else:
            told, at = _attributes(page, at)
            seen += 1
            yield found["tag"].lower(), told


def _after(page: str, end: str, at: int) -> int:
    # What is not closed goes to the end of the page.
    place = page.find(end, at)
    return len(page) if place < 0 else place + len(end)


def _after_element(page: str, name: str, at: int) -> int:
    closed = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(page, at)
    return closed.end() if closed else len(page)


def _attributes(page: str, at: int) -> tuple[dict[str, str], int]:
    """Attributes of an element by lower-case name, the first of a name, and where to read on."""
    told: dict[str, str] = {}
    while len(told) < _MAX_ATTRIBUTES and (found := _ATTRIBUTE.match(page, at)):
        at = found.end()
        told.setdefault(found[1].lower(), found[2] or found[3] or found[4] or "")
    return told, at


def _from_links(links: Iterable[Mapping[str, str]], base: str) -> Iterator[FeedLink]:
    for told in links:
        url = feed_url(base, told.get("href"))
        if url and _names_feed(told, url):
            yield _link(url, told.get("title"), "link element")


def _from_anchors(anchors: Iterable[Mapping[str, str]], base: str) -> Iterator[FeedLink]:
    for told in anchors:
        url = feed_url(base, told.get("href"))
        if url and (_looks_like_feed(url) or _names_feed(told, url)):
            yield FeedLink("link on the page", url, title=_title(told.get("title")), is_guess=True)


def _is_relative(told: Mapping[str, str], base: str) -> bool:
    href = told.get("href", "").strip()
    names = _names_feed(told, href) or _looks_like_feed(href)
    return bool(href) and feed_url(base, href) is None and not _SCHEME.match(href) and names


def _names_feed(told: Mapping[str, str], url: str) -> bool:
    """Whether a link's attributes call it a feed; a page in another language is an alternate too."""
    rel = told.get("rel", "").lower().split()
    kind = told.get("type", "").partition(";")[0].strip().lower()
    if "stylesheet" in rel or not {"alternate", "feed"} & set(rel):
        return False
    if kind in _TYPES:
        return True
    return kind in _VAGUE_TYPES and ("feed" in rel or _looks_like_feed(url))


def _looks_like_feed(href: str) -> bool:
    address, _, query = href.partition("#")[0].partition("?")
    if _NOT_A_FEED.search(href[:2_000]):
        return False
    return bool(_OBVIOUS.search(address[-200:]) or _OBVIOUS_QUERY.search(query[:2_000]))


def _link(url: str, title: str | None, found: str) -> FeedLink:
    title = _title(title)
    return FeedLink(found, url, title=title, is_comments=looks_like_comments(url, title))


def _title(given: str | None) -> str | None:
    return one_line(unescape(given[:2_000]), _MAX_TITLE) or None if given else None


def _once(links: Iterable[FeedLink]) -> list[FeedLink]:
    """Each address once, where it stands first."""
    found: dict[str | None, FeedLink] = {}
    for link in links:
        found.setdefault(link.url, link)
    return list(found.values())


def _cut(links: list[FeedLink]) -> tuple[list[FeedLink], int]:
    return links[:MAX_FEEDS], max(0, len(links) - MAX_FEEDS)
