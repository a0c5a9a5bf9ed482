"""Items of a feed, as either parser gave them, made entries.

Nothing here knows which parser it was, so that the same document gives the same entries with and without the extra
``fast``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mentionwatch.identity import url_key
from mentionwatch.model import Dropped, Entry
from mentionwatch.sources.boilerplate import strip_boilerplate
from mentionwatch.sources.dates import parse_date
from mentionwatch.sources.extensions import NOTHING, Extensions
from mentionwatch.sources.links import absolute, destination, kept_links
from mentionwatch.sources.markup import Plain, plain_title, read_markup
from mentionwatch.sources.sameness import error_of, is_error, name_apart
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from datetime import datetime

    from mentionwatch.model import Response

_MAX_TEXTS = 6
_MAX_GUID = 2_000
_MAX_NAME = 200

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
_STORE = re.compile(r"https?://itunes\.apple\.com/([a-z]{2})/rss/", re.IGNORECASE)
_LINKED = re.compile(r"""<a href=["']([^"'<>]{1,2000})["'][^<>]{0,200}>\s*\[link\]\s*</a>""")
#: It stands at the end of a text.
_MOST_FOOT = 5_000
_MAIL_AND_NAME = re.compile(r"\S+@\S+\s+\((.+)\)")
_NAME_AND_MAIL = re.compile(r"(.+?)\s*(?:<\S+@\S+>|\(\S+@\S+\))")


@dataclass(frozen=True)
class Item:
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
    #: What its extension elements say.
    more: Extensions = NOTHING


@dataclass(frozen=True)
class Feed:
    """One document as a parser gave it."""

    items: tuple[Item, ...]
    title: str | None = None
    link: str | None = None
    language: str | None = None
    #: The parser stumbled.
    bozo: bool = False
    #: Entries at the end that the parser was not given.
    left_out: int = 0


def to_entries(
    source: str, feed: Feed, response: Response
) -> tuple[tuple[Entry, ...], tuple[Dropped, ...], str | None]:
    """Make entries of a feed's items.

    Returns:
        The entries, also such that hold nothing to read; the other items, with the reason; and what the feed says in
        place of its entries, when it is an error ("Bridge returned error 503").
    """
    base = _base(feed, response.url)
    made = [_to_entry(source, item, feed, base, response) for item in feed.items]
    error = error_of(made)
    kept: list[Entry] = []
    dropped: list[Dropped] = []
    for number, entry in enumerate(made, 1):
        if is_error(entry, alone=error is not None and error == entry.title):
            dropped.append(Dropped(f"entry {number}", f'it is an error message: "{one_line(entry.title or "", 100)}"'))
        else:
            kept.append(entry)
    return tuple(name_apart(kept)), tuple(dropped), error


def _base(feed: Feed, url: str) -> str:
    """What relative links are relative to: the feed's URL, or the site's where another host serves the feed."""
    site = absolute(url, feed.link)
    return site if site and urlsplit(site).hostname != urlsplit(url).hostname else url


def _to_entry(source: str, item: Item, feed: Feed, base: str, response: Response) -> Entry:
    language = _language(item.language) or _language(feed.language)
    plain = _longest(item.texts)
    told = strip_boilerplate(plain.text)
    url = _url(item, base, discussed_at_id=told.discussed_at_id)
    published, raw = _date(item.dates, response.fetched_at, language)
    rating = _rating(item.more.rating)
    engagement = [n for n in (item.more.engagement, told.engagement) if n is not None]
    publisher = _author(item.more.publisher)
    return Entry(
        source=source,
        guid=_guid(item.guid),
        kind="comment" if item.parent else "review" if rating is not None else "post",
        url=url,
        title=_title(item.title, publisher),
        text=told.text or None,
        author=told.author or _author(item.author) or publisher,
        community=told.community or _community(item.more.community),
        parent=one_line(item.parent, _MAX_GUID) or None if item.parent else None,
        published=published,
        published_raw=raw,
        language=language,
        country=_country(response.url) if rating is not None else None,
        # Other elements of that name say which version of a format or program it is.
        version=one_line(item.more.version or "", 50) or None if rating is not None else None,
        rating=rating,
        engagement=sum(engagement) if engagement else None,
        quoted=plain.quoted,
        about=_about(item.texts, base, url),
        links=kept_links(plain.links, base, told.text, url),
    )


def _url(item: Item, base: str, *, discussed_at_id: bool) -> str | None:
    """The first usable link; an id counts only when it is a whole URL, not when it could be resolved to one."""
    links = (item.more.link, *item.links)
    if discussed_at_id:
        links = (item.guid, *links)
    for link in links:
        if not link or (link == item.guid and not re.match(r"\s*https?://", link, re.IGNORECASE)):
            continue
        url = destination(base, link)
        if url:
            return url
    return None


def _title(title: str | None, publisher: str | None) -> str | None:
    """The title; without the publisher, whom Google News writes behind it."""
    plain = plain_title(title) if title else None
    return plain.removesuffix(f" - {publisher}").rstrip() or plain if plain and publisher else plain


def _community(name: str | None) -> str | None:
    return one_line(name, _MAX_NAME) or None if name else None


def _country(url: str) -> str | None:
    """The country whose store a feed of app reviews is from."""
    found = _STORE.match(url)
    return found[1].upper() if found else None


def _longest(texts: tuple[str, ...]) -> Plain:
    return max(map(read_markup, texts[:_MAX_TEXTS]), key=lambda plain: len(plain.text), default=Plain("", None))


def _about(texts: tuple[str, ...], base: str, url: str | None) -> str | None:
    """What Reddit's "[link]" leads to; of a post that links nowhere that is the post itself, and no page elsewhere."""
    found = next(filter(None, (_LINKED.search(text[-_MOST_FOOT:]) for text in texts[:_MAX_TEXTS])), None)
    page = destination(base, unescape(found[1])) if found else None
    return page if page and (url is None or url_key(page) != url_key(url)) else None


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
    found = re.fullmatch(r"\s*([1-5](?:\.\d{1,3})?)\s*", text or "", re.ASCII)
    return float(found[1]) if found and float(found[1]) <= 5 else None
