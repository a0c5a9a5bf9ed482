"""Feeds: RSS 0.9x, 1.0 and 2.0, Atom.  The only door to feedparser and feedparser-rs.

With the extra ``fast`` a document is read by feedparser-rs, and again by feedparser where the first shows a gap: it is
strict where feedparser is tolerant.  Both give the same ``_Item``, and everything after that is shared.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mentionwatch.errors import ParseError
from mentionwatch.model import Document, Dropped, Entry, Request
from mentionwatch.sources import body as bodies
from mentionwatch.sources.dates import parse_date
from mentionwatch.sources.links import absolute
from mentionwatch.sources.markup import feed_links, page_title, plain_text, plain_title
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from mentionwatch.model import Ask, Response

# What feedparser reads in about a second; it takes 12 us a tag and 0.2 us a character.
_PLAIN = bodies.Limits(entries=0, tags=80_000, chars=4_000_000)
_FAST = bodies.Limits(entries=0, tags=1_000_000, chars=bodies.MAX_TEXT)
_MAX_TEXTS = 6
_MAX_GUID = 2_000
_MAX_NAME = 200

# feedparser compares each tag of an entry with all before it, and nobody here reads them.
_TOPIC = re.compile(r"<(/?)(?:[\w.-]{1,40}:)?(?:category|subject|keywords|tags)(?=[\s>/])", re.IGNORECASE)
# It looks for a mail address in a name in time quadratic in its length.
_PERSON = re.compile(
    r"<(/?)((?:[\w.-]{1,40}:)?(?:author|creator|contributor|managingeditor|webmaster|publisher|owner|name|email))([^<>]{0,200}>)",
    re.IGNORECASE,
)
_MAX_PERSON = 1_000
_MARKUP = re.compile(r"<[^<>]*>")
# What feedparser-rs does not give: xml:base, elements of other namespaces, descriptions deep in media:content, and texts
# whose markup is not escaped (it stops at the first tag).
_PLAIN_ONLY = re.compile(
    r"\sxml:base\s*=|<im:rating[\s>]|<media:description|<(?:description|content:encoded|title)>[^<]*<(?![/!])", re.IGNORECASE
)
# It gives the text of the element after an empty one to the empty one.
_EMPTY = re.compile(
    r"<((?:[\w.-]{1,40}:)?(?:title|description|summary|encoded|author|creator|name|guid|id|pubdate|date|published|updated|language|comments))"
    r"(\s[^<>]*)?/>",
    re.IGNORECASE,
)
# It gives a feed's author to each entry, and nobody can then tell who wrote what.
_FEED_AUTHOR = re.compile(r"<((?:[\w.-]{1,40}:)?author)[\s>].{0,2000}?</\1\s*>", re.DOTALL | re.IGNORECASE)
_ROOT_LANGUAGE = re.compile(r"<[^<>]{0,5000}?\sxml:lang\s*=\s*[\"']([^\"'<>]{1,40})")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
_MAIL_AND_NAME = re.compile(r"\S+@\S+\s+\((.+)\)")
_NAME_AND_MAIL = re.compile(r"(.+?)\s*(?:<\S+@\S+>|\(\S+@\S+\))")
# A page that stands in front of the one asked for.  Each of these was seen on such pages only.
_CHALLENGE = re.compile(
    r"/cdn-cgi/challenge-platform|cf-chl-|<title>(?:just a moment|attention required|access denied|too many requests)"
    r"|you appear to be a bot|captcha-delivery\.com|px-captcha|_incapsula_resource|g-recaptcha|h-captcha|anubis_challenge",
    re.IGNORECASE,
)
_LOGIN = re.compile(r"<input\b[^<>]{0,500}type\s*=\s*[\"']?password", re.IGNORECASE)
_LOGIN_TITLE = re.compile(r"\b(?:log ?in|sign ?in|anmelden|connexion|iniciar sesi[oó]n|accedi|entrar|zaloguj)\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Item:
    """One item as a parser gave it: strings as published, nothing resolved."""

    guid: str | None
    #: Candidates, best first.
    links: tuple[str, ...]
    title: str | None
    #: Candidates: contents, summary, description of the media.
    texts: tuple[str, ...]
    author: str | None
    #: Candidates, best first.
    dates: tuple[str, ...]
    language: str | None
    parent: str | None
    comments: str | None
    rating: str | None = None
    version: str | None = None


@dataclass(frozen=True)
class _Feed:
    """One document as a parser gave it."""

    items: tuple[_Item, ...]
    title: str | None = None
    link: str | None = None
    language: str | None = None
    #: The parser stumbled.
    bozo: bool = False
    dropped: tuple[Dropped, ...] = field(default=())


class FeedSource:
    """One feed at one URL."""

    kind = "feed"

    def __init__(self, name: str, url: str, *, entry_cap: int = 2000, fast: bool | None = None) -> None:
        """Make a source of a feed.

        Args:
            name: The source's name.
            url: Where the feed is.
            entry_cap: Entries that are read of one document, from the top.
            fast: Read with feedparser-rs; None: if it is installed.
        """
        self.name = name
        self.url = url
        self._entry_cap = entry_cap
        self._fast = has_fast() if fast is None else fast

    def requests(self, ask: Ask) -> Sequence[Request]:  # noqa: ARG002 - a feed cannot be searched
        """The feed itself."""
        return [Request(self.url)]

    def parse(self, response: Response) -> Document:
        """Read one document; see sources/base.py."""
        body = self._body(response)
        try:
            feed = _read_feed(body, self._entry_cap, fast=self._fast)
            root = _ROOT_LANGUAGE.match(body.text)
            feed = feed if feed.language or not root else replace(feed, language=root[1])
        except bodies.Hostile as e:
            raise self._hostile(response, e) from e
        entries, dropped = _to_entries(self.name, feed, response)
        return Document(
            entries=entries,
            title=plain_title(feed.title) if feed.title else None,
            dropped=feed.dropped + dropped,
            partial=not body.whole,
        )

    def _body(self, response: Response) -> bodies.Body:
        text = ""
        try:
            raw = bodies.inflate(response.body)
            if not raw.strip():
                raise ParseError("empty body", url=response.url)
            text = bodies.decode(raw, response.headers.get("content-type", ""))
            return bodies.read(text)
        except bodies.Hostile as e:
            raise self._hostile(response, e) from e
        except bodies.NotXml:
            raise _what_else(text, response.url) from None

    @staticmethod
    def _hostile(response: Response, why: bodies.Hostile) -> ParseError:
        advice = "it would take too long to read; if it is a real feed, ask for a smaller one"
        return ParseError(f"the document is refused: {why}", url=response.url, advice=advice)


def has_fast() -> bool:
    """Whether the extra ``fast`` is installed, as far as feeds go."""
    from importlib.util import find_spec

    return find_spec("feedparser_rs") is not None


def _what_else(text: str, url: str) -> ParseError:
    """Say what a document is that is no feed, and what to do."""
    if text.lstrip()[:1] in {"{", "["}:
        return ParseError("JSON, not an XML feed", url=url, state="not-a-feed", advice='set kind = "api"')
    title = page_title(text)
    shown = f'"{title or one_line(plain_text(text[:2000])[0] or text[:500], 80)}"'
    head = text[:200_000]
    if _CHALLENGE.search(head):
        return ParseError(
            f"blocked: the site gave a challenge page, {shown}", url=url, state="blocked", advice="ask less often, or ask the site for access"
        )
    if _LOGIN.search(head) and _LOGIN_TITLE.search(title or ""):
        return ParseError(f"blocked: the site asks for a login, {shown}", url=url, state="blocked", advice="use a feed that is public")
    feeds = feed_links(text, url)
    advice = f"the page names this feed: {feeds[0]}" if feeds else "look for the site's feed address"
    return ParseError(f"not a feed but a page: {shown}", url=url, state="not-a-feed", advice=advice)


# --- the two parsers --------------------------------------------------------------------------------------


def _read_feed(body: bodies.Body, entry_cap: int, *, fast: bool) -> _Feed:
    quick: _Feed | None = None
    if fast and _is_plain_sailing(body):
        text, left = bodies.cut(body, replace(_FAST, entries=entry_cap))
        quick = _read_fast(text, body.entries[0][0])
        if quick and not _has_gap(quick):
            return replace(quick, dropped=_left_out(left))
    try:
        text, left = bodies.cut(body, replace(_PLAIN, entries=entry_cap))
        plain = _read_plain(text)
    except bodies.Hostile:
        if not quick or not quick.items:
            raise
        plain = _Feed(())
    # The tolerant parser is given less of a very large document.
    if quick and len(quick.items) > len(plain.items):
        return replace(quick, dropped=_left_out(len(body.entries) - len(quick.items)))
    return replace(plain, dropped=_left_out(left))


def _is_plain_sailing(body: bodies.Body) -> bool:
    """Whether feedparser-rs is known to read such a document as well as feedparser does."""
    if not body.whole or not body.entries or _PLAIN_ONLY.search(body.text):
        return False
    # More titles than entries, channel and images: some stand inside other elements, and it takes those for the entry's.
    most = len(body.entries) + 3
    return all(len(re.findall(rf"<{name}[\s>]", body.text)) <= most for name in ("title", "description"))


def _left_out(count: int) -> tuple[Dropped, ...]:
    return (Dropped(f"{count} entries at the end", "the document is larger than what is read of one"),) if count > 0 else ()


def _has_gap(feed: _Feed) -> bool:
    return feed.bozo or not feed.items or any(not i.dates or not (i.title or i.links) for i in feed.items)


def _read_fast(text: str, head: int) -> _Feed | None:
    import feedparser_rs

    text = _EMPTY.sub(r"<\1\2></\1>", _FEED_AUTHOR.sub("", text[:head]) + text[head:])
    limits = feedparser_rs.ParserLimits(max_entries=1_000_000, max_feed_size_bytes=100_000_000)
    try:
        found = feedparser_rs.parse_with_limits(
            _DECLARATION + text.encode(), limits=limits, sanitize_html=False, resolve_relative_uris=False
        )
    except (ValueError, RuntimeError, TypeError):
        return None
    feed = found.feed
    return _Feed(tuple(_fast_item(e) for e in found.entries), feed.title, feed.link, feed.language, bool(found.bozo))


def _fast_item(e: Any) -> _Item:
    detail = e.author_detail
    return _Item(
        guid=e.id,
        links=tuple(_strings([*(link.href for link in e.links if link.rel == "alternate"), e.link, e.id])),
        title=e.title,
        texts=tuple(_strings([*(c.value for c in e.content), e.summary, e.media_description])),
        author=next(_strings([*(a.name for a in e.authors), detail.name if detail else None, e.author, e.dc_creator]), None),
        dates=tuple(_strings([e.published, e.updated, e.created])),
        language=e.language,
        parent=next(_strings([r.href or r.ref for r in e.thr_in_reply_to]), None),
        comments=e.slash_comments,
    )


_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'


def _read_plain(text: str) -> _Feed:
    import feedparser

    text = _TOPIC.sub(r"<\1mentionwatch-topic", _tame_people(text))
    try:
        # A stream: feedparser opens what looks like a path or URL.  No headers: it would resolve and decode by them.
        found = feedparser.parse(io.BytesIO(_DECLARATION + text.encode()), sanitize_html=False, resolve_relative_uris=False)
    except Exception as e:
        # It documents no error, and malformed feeds have raised AttributeError, IndexError, KeyError, ValueError and others.
        raise bodies.Hostile(f"feedparser stumbled ({type(e).__name__})") from e
    feed = found["feed"]
    return _Feed(
        tuple(_plain_item(e) for e in found["entries"]),
        _get(feed, "title"),
        _get(feed, "link"),
        _get(feed, "language"),
        bool(found["bozo"]),
    )


def _tame_people(text: str) -> str:
    """Rename elements of persons that hold a very long text, so that they are read as nothing."""
    renamed: dict[str, int] = {}

    def tame(tag: re.Match[str]) -> str:
        closing, name, rest = tag.groups()
        if closing:
            if not renamed.get(name):
                return tag[0]
            renamed[name] -= 1
        elif rest.endswith("/>") or _is_short(text, tag.end(), name):
            return tag[0]
        else:
            renamed[name] = renamed.get(name, 0) + 1
        return f"<{closing}mentionwatch-long>"

    return _PERSON.sub(tame, text)


def _is_short(text: str, start: int, name: str) -> bool:
    end = text.find(f"</{name}", start, start + _MAX_PERSON)
    return end >= 0 and (end - start <= _MAX_NAME or len(_MARKUP.sub("", text[start:end])) <= _MAX_NAME)


def _plain_item(e: Any) -> _Item:
    contents = [c for c in _list(e, "content") if isinstance(c, dict)]
    reply = dict.get(e, "thr_in-reply-to") or {}
    languages = [_get(e, "language"), *(_get(c, "language") for c in contents), _get(dict.get(e, "title_detail"), "language")]
    alternates = (_get(link, "href") for link in _list(e, "links") if _get(link, "rel") == "alternate")
    people = [_get(a, "name") or _get(a, "email") for a in _list(e, "authors")]
    return _Item(
        guid=_get(e, "id"),
        links=tuple(_strings([*alternates, _get(e, "link"), _get(e, "id")])),
        title=_get(e, "title"),
        texts=tuple(_strings([*(_get(c, "value") for c in contents), _get(e, "summary"), _get(e, "media_description")])),
        author=next(_strings([*people, _get(e, "author")]), None),
        dates=tuple(_strings([_get(e, k) for k in ("published", "updated", "created")])),
        language=next(_strings(languages), None),
        parent=_get(reply, "href") or _get(reply, "ref"),
        comments=_get(e, "slash_comments"),
        rating=_get(e, "im_rating"),
        version=_get(e, "im_version"),
    )


def _get(found: Any, key: str) -> str | None:
    """A string of a feedparser dict: past its own ``get``, which maps keys to others and warns of it."""
    value = dict.get(found, key) if isinstance(found, dict) else None
    return value if isinstance(value, str) and value else None


def _list(found: Any, key: str) -> list[Any]:
    value = dict.get(found, key)
    return value if isinstance(value, list) else []


def _strings(values: Iterable[Any]) -> Iterable[str]:
    """Those that hold something, each once."""
    return iter(dict.fromkeys(v for v in values if isinstance(v, str) and v.strip()))


# --- items to entries -------------------------------------------------------------------------------------


def _to_entries(source: str, feed: _Feed, response: Response) -> tuple[tuple[Entry, ...], tuple[Dropped, ...]]:
    base = _base(feed, response.url)
    entries: list[Entry] = []
    dropped: list[Dropped] = []
    for number, item in enumerate(feed.items, 1):
        entry = _to_entry(source, item, feed, base, response.fetched_at)
        if entry.title or entry.text or entry.url:
            entries.append(entry)
        else:
            dropped.append(Dropped(f"entry {number}", "it has neither title nor text nor link"))
    guids = [e.guid for e in entries if e.guid]
    if len(guids) - len(set(guids)) > len(entries) / 2:
        # The feed gives one id to everything; the link tells entries apart.
        entries = [replace(e, guid=None) for e in entries]
    return tuple(entries), tuple(dropped)


def _base(feed: _Feed, url: str) -> str:
    """What relative links are relative to: the feed's own URL, or the site's where the feed is served by another host."""
    from urllib.parse import urlsplit

    site = absolute(url, feed.link)
    return site if site and urlsplit(site).hostname != urlsplit(url).hostname else url


def _to_entry(source: str, item: _Item, feed: _Feed, base: str, now: datetime) -> Entry:
    language = _language(item.language) or _language(feed.language)
    text, quoted = _longest(item.texts)
    published, raw = _date(item.dates, now, language)
    rating = _rating(item.rating)
    return Entry(
        source=source,
        guid=_guid(item.guid),
        kind="comment" if item.parent else "review" if rating is not None else "post",
        url=_url(item, base),
        title=plain_title(item.title) if item.title else None,
        text=text,
        author=_author(item.author),
        parent=one_line(item.parent, _MAX_GUID) or None if item.parent else None,
        published=published,
        published_raw=raw,
        language=language,
        version=one_line(item.version, 50) or None if item.version else None,
        rating=rating,
        engagement=_count(item.comments),
        quoted=quoted,
    )


def _url(item: _Item, base: str) -> str | None:
    """The first usable link; an id counts only when it is a whole URL, not when it could be resolved to one."""
    for link in item.links:
        if link == item.guid and not re.match(r"\s*https?://", link, re.IGNORECASE):
            continue
        url = absolute(base, link)
        if url:
            return url
    return None


def _longest(texts: tuple[str, ...]) -> tuple[str | None, str | None]:
    text, quoted = max((plain_text(t) for t in texts[:_MAX_TEXTS]), key=lambda x: len(x[0]), default=("", None))
    return text or None, quoted


def _date(dates: tuple[str, ...], now: datetime, language: str | None) -> tuple[datetime | None, str | None]:
    """The first date that can be read; else what the first one said."""
    raw: str | None = None
    for date in dates:
        published, kept = parse_date(date, now=now, language=language)
        if published:
            return published, kept
        raw = raw or kept
    return None, one_line(raw) if raw else None


def _guid(guid: str | None) -> str | None:
    line = one_line(guid) if guid else ""
    return line if 0 < len(line) <= _MAX_GUID else None


def _author(author: str | None) -> str | None:
    """A person's name, without the mail address that RSS wants beside it."""
    if not author:
        return None
    name = plain_title(author) or ""
    for pattern in (_MAIL_AND_NAME, _NAME_AND_MAIL):
        found = pattern.fullmatch(name[: 2 * _MAX_NAME])
        if found:
            name = found[1].strip()
    return one_line(name, _MAX_NAME) or None


def _language(tag: str | None) -> str | None:
    tag = (tag or "").strip().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else None


def _rating(text: str | None) -> float | None:
    found = re.fullmatch(r"\s*([1-5](?:\.\d{1,3})?)\s*", text or "")
    return float(found[1]) if found and float(found[1]) <= 5 else None


def _count(text: str | None) -> int | None:
    found = re.fullmatch(r"\s*(\d{1,9})\s*", text or "", re.ASCII)
    return int(found[1]) if found else None
