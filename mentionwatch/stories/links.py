"""Which page a post is about: posts with their own words about one page share a story."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mentionwatch.identity import digest, url_key
from mentionwatch.stories.words import URL

if TYPE_CHECKING:
    from collections.abc import Callable

    from mentionwatch.model import Entry

_URL_TAIL = ".,;:!?'\")]}>*_"
_NO_PAGE = re.compile(r"(?i)\.(?:png|jpe?g|gif|webp|svg|ico|css|js|mp4|mp3|woff2?)\Z")
#: A post with more links is a list of links, and one with more text is a page of its own.
_MOST_LINKS, _MOST_CHARS = 2, 1_000
#: Mirrors of one page.
_HOSTS = {
    "old.reddit.com": "reddit.com",
    "np.reddit.com": "reddit.com",
    "m.youtube.com": "youtube.com",
    "mobile.twitter.com": "x.com",
    "twitter.com": "x.com",
}
_SHORT_VIDEO = re.compile(r"\Ayoutu\.be/([\w-]{6,20})")


class Names(NamedTuple):
    """What an entry is called, and what it speaks of, as keys."""

    #: By these others refer to it; its page first, where it has one.
    own: tuple[str, ...]
    #: What it answers.
    parent: str | None
    #: The page it is about.
    about: str | None
    #: The story that it is by itself.
    itself: str
    #: Its own page.
    page: str | None


def link_key(url: str) -> str | None:
    """Key of a page; None for a front page, which is about nothing in particular, and for a picture."""
    canonical = _canonical(url.rstrip(_URL_TAIL))
    host, _, rest = canonical.partition("/")
    if "?" in host:
        host, _, rest = canonical.partition("?")
    if not rest or "." not in host or _NO_PAGE.search(canonical):
        return None
    return digest("link", canonical)


def _canonical(url: str) -> str:
    canonical = url_key(url if "://" in url else f"http://{url}")
    host, slash, rest = canonical.partition("/")
    host = host.removeprefix("amp.")
    canonical = _HOSTS.get(host, host) + slash + rest.removesuffix("/amp")
    return _SHORT_VIDEO.sub(r"youtube.com/watch?v=\1", canonical)


def names_of(entry: Entry, entry_id: str) -> Names:
    """What to look an entry's story up by."""
    page = page_of(entry)
    name = _name_key(entry.source, entry.guid) if entry.guid and entry.kind != "review" else None
    own = tuple(key for key in (page, name) if key)
    parent = None
    if entry.parent:
        parent = link_key(entry.parent) if "://" in entry.parent else _name_key(entry.source, entry.parent)
    return Names(own, parent, _about(entry, page), page or entry_id, page)


def page_of(entry: Entry) -> str | None:
    """Key of an entry's own page; many reviews stand on one, which is none of theirs."""
    return link_key(entry.url) if entry.url and entry.kind != "review" else None


def _about(entry: Entry, page: str | None) -> str | None:
    if entry.about and (named := link_key(entry.about)) and named != page:
        return named
    text = entry.text or ""
    if len(text) > _MOST_CHARS or entry.kind in {"review", "article"}:
        return None
    shown = (found.group() for found in URL.finditer(text))
    keys = map(link_key, (*shown, *_linked(entry)))
    found = list(dict.fromkeys(key for key in keys if key and key != page))
    return found[0] if 0 < len(found) <= _MOST_LINKS else None


def _linked(entry: Entry) -> list[str]:
    """What its markup links to on other sites: within their own, sites link words by themselves."""
    own = _site(entry.url or "")
    return [link for link in entry.links or () if _site(link) != own]


def _site(url: str) -> str:
    return _canonical(url).partition("/")[0]


def story_of(names: Names, known: Callable[[str], str | None]) -> str:
    """The story of an entry: that of what it answers, else of the page it is about, else its own.

    Args:
        names: Of the entry.
        known: Gives the story of what is called so, or None.
    """
    for name in (names.parent, names.about):
        if name:
            return known(name) or name
    return next((story for story in map(known, names.own) if story), names.itself)


def own_story(entry: Entry, entry_id: str) -> str:
    """The story of an entry as far as it can be told without knowing any other."""
    return story_of(names_of(entry, entry_id), lambda _name: None)


def _name_key(source: str, name: str) -> str:
    return digest("name", source, name)
