"""Feeds: RSS 0.9x, 1.0 and 2.0, Atom.  The only door to feedparser and feedparser-rs.

With the extra ``fast`` a document is read by feedparser-rs, and again by feedparser where the first shows a gap: it is
strict where feedparser is tolerant.  Both give the same ``Item``, and everything after that is shared.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mentionwatch.errors import ParseError
from mentionwatch.model import Document, Dropped, Request
from mentionwatch.sources import body as bodies
from mentionwatch.sources.extensions import read_extensions, read_interval, read_skip_hours
from mentionwatch.sources.items import Feed, Item, to_entries
from mentionwatch.sources.markup import feed_links, page_title, plain_text, plain_title
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mentionwatch.model import Ask, Response

# What feedparser reads in about a second; it takes 12 us a tag and 0.2 us a character.
_PLAIN = bodies.Limits(entries=0, tags=50_000, chars=4_000_000)
_FAST = bodies.Limits(entries=0, tags=1_000_000, chars=bodies.MAX_TEXT)
_MAX_NAME = 200

# feedparser compares each tag of an entry with all before it, and stumbles over the others where they are odd
# (KeyError, TypeError); nobody here reads them.
_UNREAD = re.compile(
    r"<(/?)(?:(?:[\w.-]{1,40}:)?(?:category|subject|keywords|tags|textinput|width|height)"
    r"|media:(?:player|license|rating|credit|restriction|thumbnail))(?=[\s>/])",
    re.IGNORECASE,
)
# It looks for a mail address in a name in time quadratic in its length.
_PERSON = re.compile(
    r"<(/?)((?:[\w.-]{1,40}:)?(?:author|creator|contributor|managingeditor|webmaster|publisher|owner|name|email))([^<>]{0,200}>)",
    re.IGNORECASE,
)
_MAX_PERSON = 1_000
_MANY_PEOPLE = 20_000
#: Characters before the first entry.
_MAX_HEAD = 100_000
_MARKUP = re.compile(r"<[^<>]*>")
# What feedparser-rs does not give: xml:base, elements of other namespaces, descriptions deep in media:content, and
# texts whose markup is not escaped (it stops at the first tag).
_PLAIN_ONLY = re.compile(
    r"\sxml:base\s*=|<im:rating[\s>]|<media:description|<(?:description|content:encoded|title)>[^<]*<(?![/!])",
    re.IGNORECASE,
)
# Nor the language of an entry.
_ENTRY_LANGUAGE = re.compile(r"\sxml:lang\s*=|<dc:language[\s>]")
# It gives the text of the element after an empty one to the empty one.
_EMPTY = re.compile(
    r"<((?:[\w.-]{1,40}:)?(?:title|description|summary|encoded|author|creator|name|guid|id|pubdate|date|published|updated|language|comments))"
    r"(\s[^<>]*)?/>",
    re.IGNORECASE,
)
# It gives a feed's author to each entry, and nobody can then tell who wrote what.
_FEED_AUTHOR = re.compile(r"<((?:[\w.-]{1,40}:)?author)[\s>].{0,2000}?</\1\s*>", re.DOTALL | re.IGNORECASE)
_ROOT_LANGUAGE = re.compile(r"<[^<>]{0,5000}?\sxml:lang\s*=\s*[\"']([^\"'<>]{1,40})")
# A page that stands in front of the one asked for.  Each of these was seen on such pages only.
_CHALLENGE = re.compile(
    r"/cdn-cgi/challenge-platform|cf-chl-|<title>(?:just a moment|attention required|access denied|too many requests)"
    r"|you appear to be a bot|captcha-delivery\.com|px-captcha|_incapsula_resource|anubis_challenge",
    re.IGNORECASE,
)
_LOGIN = re.compile(r"<input\b[^<>]{0,500}type\s*=\s*[\"']?password", re.IGNORECASE)
_LOGIN_TITLE = re.compile(
    r"\b(?:log ?in|sign ?in|anmelden|connexion|iniciar sesi[oó]n|accedi|entrar|zaloguj)\b", re.IGNORECASE
)


class FeedSource:
    """One feed at one URL."""

    kind = "feed"

    def __init__(
        self, name: str, url: str, *, entry_cap: int = 2000, fast: bool | None = None, public_url: str | None = None
    ) -> None:
        """Make a source of a feed.

        Args:
            name: The source's name.
            url: Where the feed is.
            entry_cap: Entries that are read of one document, from the top.
            fast: Read with feedparser-rs; None: if it is installed.
            public_url: The URL as it may be shown; None when nothing in it is secret.
        """
        self.name = name
        self.url = url
        self._entry_cap = entry_cap
        self._fast = has_fast() if fast is None else fast
        self._public_url = public_url

    def requests(self, ask: Ask) -> Sequence[Request]:  # noqa: ARG002 - a feed cannot be searched
        """The feed itself."""
        return [Request(self.url, public_url=self._public_url)]

    def parse(self, response: Response) -> Document:
        """Read one document; see sources/base.py."""
        body = self._body(response)
        try:
            feed = _with_extensions(_read_feed(body, self._entry_cap, fast=self._fast), body)
            root = _ROOT_LANGUAGE.match(body.text)
            feed = feed if feed.language or not root else replace(feed, language=root[1])
        except bodies.Hostile as e:
            raise self._hostile(response, e) from e
        entries, dropped, error = to_entries(self.name, feed, response)
        return Document(
            entries=entries,
            title=plain_title(feed.title) if feed.title else None,
            dropped=_left_out(feed.left_out) + dropped,
            partial=not body.whole,
            error=error,
            ttl=read_interval(body),
            skip_hours=read_skip_hours(body),
        )

    def _body(self, response: Response) -> bodies.Body:
        text = ""
        try:
            raw = bodies.inflate(response.body)
            if not raw.strip():
                raise ParseError("empty body", url=self._shown(response))
            text = bodies.decode(raw, response.headers.get("content-type", ""))
            return bodies.read(text)
        except bodies.Hostile as e:
            raise self._hostile(response, e) from e
        except bodies.NotXml:
            raise _what_else(text, response.url, self._shown(response)) from None

    def _shown(self, response: Response) -> str:
        return self._public_url or response.url

    def _hostile(self, response: Response, why: bodies.Hostile) -> ParseError:
        if isinstance(why, bodies.Unreadable):
            return ParseError(str(why), url=self._shown(response), advice="look at the document; its markup is broken")
        advice = "it would take too long to read; if it is a real feed, ask for a smaller one"
        return ParseError(f"the document is refused: {why}", url=self._shown(response), advice=advice)


def has_fast() -> bool:
    """Whether the extra ``fast`` is installed, as far as feeds go."""
    from importlib.util import find_spec

    return find_spec("feedparser_rs") is not None


def _what_else(text: str, url: str, shown_url: str) -> ParseError:
    """Say what a document is that is no feed, and what to do."""
    if text.lstrip()[:1] in {"{", "["}:
        return ParseError("JSON, not an XML feed", url=shown_url, state="not-a-feed", advice='set kind = "api"')
    title = page_title(text)
    shown = f'"{title or one_line(plain_text(text[:2000])[0] or text[:500], 80)}"'
    head = text[:200_000]
    if _CHALLENGE.search(head):
        return ParseError(
            f"blocked: the site gave a challenge page, {shown}",
            url=shown_url,
            state="blocked",
            advice="ask less often, or ask the site for access",
        )
    if _LOGIN.search(head) and _LOGIN_TITLE.search(title or ""):
        return ParseError(
            f"blocked: the site asks for a login, {shown}",
            url=shown_url,
            state="blocked",
            advice="use a feed that is public",
        )
    feeds = feed_links(text, url)
    advice = f"the page names this feed: {one_line(feeds[0], 300)}" if feeds else "look for the site's feed address"
    what = "not a feed but a page" if title else "not a feed"
    return ParseError(f"{what}: {shown}", url=shown_url, state="not-a-feed", advice=advice)


# --- the two parsers --------------------------------------------------------------------------------------


def _read_feed(body: bodies.Body, entry_cap: int, *, fast: bool) -> Feed:
    quick: Feed | None = None
    if fast and _is_plain_sailing(body):
        text, left = bodies.cut(body, replace(_FAST, entries=entry_cap))
        quick = _read_fast(text, body.entries[0][0])
        if quick and not _has_gap(quick):
            return replace(quick, left_out=left)
    try:
        text, left = bodies.cut(body, replace(_PLAIN, entries=entry_cap))
        plain = _read_plain(text)
    except bodies.Hostile:
        if not quick or not quick.items:
            raise
        plain = Feed(())
    # The tolerant parser is given less of a very large document.
    if quick and len(quick.items) > len(plain.items):
        return replace(quick, left_out=max(0, len(body.entries) - len(quick.items)))
    return replace(plain, left_out=left)


def _with_extensions(feed: Feed, body: bodies.Body) -> Feed:
    found = read_extensions(body)
    # Where entries stand in one another, or broken markup hides one, nobody knows which of them it speaks of.
    if len(found) != len(feed.items) + feed.left_out:
        return feed
    items = tuple(replace(item, more=more) for item, more in zip(feed.items, found, strict=False))
    return replace(feed, items=items)


def _is_plain_sailing(body: bodies.Body) -> bool:
    """Whether feedparser-rs is known to read such a document as well as feedparser does."""
    if not body.whole or not body.entries or _PLAIN_ONLY.search(body.text):
        return False
    if body.entries[0][0] > _MAX_HEAD:
        return False
    if _ENTRY_LANGUAGE.search(body.text, body.entries[0][0]):
        return False
    # More titles than entries, channel and images: some stand inside other elements, and it takes those for the entry's
    # own.
    most = len(body.entries) + 3
    return all(len(re.findall(rf"<{name}[\s>]", body.text)) <= most for name in ("title", "description"))


def _left_out(count: int) -> tuple[Dropped, ...]:
    return (
        (Dropped(f"{count} entries at the end", "the document is larger than what is read of one"),)
        if count > 0
        else ()
    )


def _has_gap(feed: Feed) -> bool:
    return feed.bozo or not feed.items or any(not i.dates or not (i.title or i.links) for i in feed.items)


def _read_fast(text: str, head: int) -> Feed | None:
    import feedparser_rs

    text = _EMPTY.sub(r"<\1\2></\1>", _FEED_AUTHOR.sub("", text[:head]) + text[head:])
    # It takes the room for all of them before it starts, 1.8 kB each; what it is given is cut to fewer already.
    limits = feedparser_rs.ParserLimits(max_entries=10_000, max_feed_size_bytes=100_000_000)
    try:
        found = feedparser_rs.parse_with_limits(
            _DECLARATION + text.encode(), limits=limits, sanitize_html=False, resolve_relative_uris=False
        )
    except BaseException as e:
        # Documented are ValueError and RuntimeError; a panic of Rust comes as a BaseException that no module exports.
        if isinstance(e, (ValueError, RuntimeError, TypeError)) or type(e).__name__ == "PanicException":
            return None
        raise
    feed = found.feed
    return Feed(tuple(_fast_item(e) for e in found.entries), feed.title, feed.link, feed.language, bool(found.bozo))


def _fast_item(e: Any) -> Item:
    detail = e.author_detail
    return Item(
        guid=e.id,
        links=tuple(_strings([*(link.href for link in e.links if link.rel == "alternate"), e.link, e.id])),
        title=e.title,
        texts=tuple(_strings([*(c.value for c in e.content), e.summary, e.media_description])),
        author=next(
            _strings([*(a.name for a in e.authors), detail.name if detail else None, e.author, e.dc_creator]), None
        ),
        dates=tuple(_strings([e.published, e.updated, e.created])),
        language=e.language,
        parent=next(_strings([r.href or r.ref for r in e.thr_in_reply_to]), None),
    )


_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'


def _read_plain(text: str) -> Feed:
    import feedparser

    text = _UNREAD.sub(r"<\1mentionwatch-unread", _tame_people(text))
    try:
        # A stream: feedparser opens what looks like a path or URL.  No headers: it would resolve and decode by them.
        found = feedparser.parse(
            io.BytesIO(_DECLARATION + text.encode()), sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as e:
        # It documents no error; malformed feeds have raised KeyError, TypeError, ValueError and others.
        raise bodies.Unreadable(f"feedparser stumbles over it ({type(e).__name__})") from e
    feed = found["feed"]
    return Feed(
        tuple(_plain_item(e) for e in found["entries"]),
        _get(feed, "title"),
        _get(feed, "link"),
        _get(feed, "language"),
        bool(found["bozo"]),
    )


def _tame_people(text: str) -> str:
    """Rename elements of persons that hold a very long text, so that they are read as nothing."""
    renamed: dict[str, int] = {}
    most = _MAX_NAME if len(_PERSON.findall(text)) < _MANY_PEOPLE else _MAX_NAME // 4

    def tame(tag: re.Match[str]) -> str:
        closing, name, rest = tag.groups()
        if closing:
            if not renamed.get(name):
                return tag[0]
            renamed[name] -= 1
        elif rest.endswith("/>") or _is_short(text, tag.end(), name, most):
            return tag[0]
        else:
            renamed[name] = renamed.get(name, 0) + 1
        return f"<{closing}mentionwatch-long>"

    return _PERSON.sub(tame, text)


def _is_short(text: str, start: int, name: str, most: int) -> bool:
    end = text.find(f"</{name}", start, start + _MAX_PERSON)
    return end >= 0 and (end - start <= most or len(_MARKUP.sub("", text[start:end])) <= most)


def _plain_item(e: Any) -> Item:
    contents = [c for c in _list(e, "content") if isinstance(c, dict)]
    reply = dict.get(e, "thr_in-reply-to") or {}
    languages = [
        _get(e, "language"),
        *(_get(c, "language") for c in contents),
        _get(dict.get(e, "title_detail"), "language"),
    ]
    alternates = (_get(link, "href") for link in _list(e, "links") if _get(link, "rel") == "alternate")
    people = [_get(a, "name") or _get(a, "email") for a in _list(e, "authors")]
    author = _get(e, "author")
    if len(people) == 1 and author and "@" in author:
        # It cuts mail addresses out as if no top-level domain had more than four letters.
        people = [author]
    return Item(
        guid=_get(e, "id"),
        links=tuple(_strings([*alternates, _get(e, "link"), _get(e, "id")])),
        title=_get(e, "title"),
        texts=tuple(
            _strings([*(_get(c, "value") for c in contents), _get(e, "summary"), _get(e, "media_description")])
        ),
        author=next(_strings([*people, author]), None),
        dates=tuple(_strings([_get(e, k) for k in ("published", "updated", "created")])),
        language=next(_strings(languages), None),
        parent=_get(reply, "href") or _get(reply, "ref"),
    )


def _get(found: Any, key: str) -> str | None:
    """A string of a feedparser dict: past its own ``get``, which maps keys to others and warns of it."""
    value = dict.get(found, key) if isinstance(found, dict) else None
    return value if isinstance(value, str) and value else None


def _list(found: Any, key: str) -> list[Any]:
    value = dict.get(found, key)
    return value if isinstance(value, list) else []


def _strings(values: Iterable[Any]) -> Iterator[str]:
    """Those that hold something, each once."""
    return iter(dict.fromkeys(v for v in values if isinstance(v, str) and v.strip()))
