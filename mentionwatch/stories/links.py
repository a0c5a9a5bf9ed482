"""Which page a post is about: posts with their own words about one page share a story."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mentionwatch.identity import digest, url_key
from mentionwatch.stories.words import MIN_WORDS, URL, length

if TYPE_CHECKING:
    from collections.abc import Callable

    from mentionwatch.model import Entry

_URL_TAIL = ".,;:!?'\")]}>*_"
_NO_PAGE = re.compile(r"(?i)\.(?:png|jpe?g|gif|webp|svg|ico|css|js|mp4|mp3|woff2?)\Z")
#: What a path or a query of a front page is made of: where everybody comes in, and in which language.
_DOOR = re.compile(
    r"(?i)(?:index|default|home|main|start|welcome|login|log-in|signin|sign-in|signup|sign-up|register|account|download"
    r"|downloads|pricing|contact|about|about-us|impressum|kontakt|anmelden|en|de|fr|es|it|pt|nl|pl|ja|zh|ko|ru|uk|us|gb"
    r"|at|ch|[a-z]{2}[-_][a-z]{2})(?:\.(?:html?|php|aspx?|jsp))?"
)
_FORM = re.compile(r"(?i)log-?in|sign-?(?:in|up)|register")
_LANGUAGE = re.compile(r"(?i)(?:lang|language|locale|hl|l|lc|country|region)=[^&]*")
_STORES = re.compile(
    r"(?i)(?:apps|itunes)\.apple\.com/.*|play\.google\.com/store/apps/.*|apps\.microsoft\.com/.*"
    r"|chromewebstore\.google\.com/.*|chrome\.google\.com/webstore/.*|addons\.mozilla\.org/.*"
)
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

    @property
    def spoken_of(self) -> str | None:
        """What it answers, else what it is about."""
        return self.parent or self.about


def link_key(url: str) -> str | None:
    """Key of a page; None for a front page, a form or an app, which are about nothing in particular, and a picture."""
    canonical = _canonical(url.rstrip(_URL_TAIL))
    host, _, rest = canonical.partition("/")
    if "?" in host:
        host, _, rest = canonical.partition("?")
    if "." not in host or _NO_PAGE.search(canonical) or _STORES.fullmatch(canonical) or _is_front(rest):
        return None
    return digest("link", canonical)


def _is_front(rest: str) -> bool:
    """Whether what follows the host leads to where everybody comes in."""
    path, _, query = rest.partition("?")
    if "=" in path and "/" not in path and not query:
        path, query = "", path
    parts = [part for part in path.split("/") if part]
    if not all(map(_DOOR.fullmatch, parts)):
        return False
    is_form = bool(parts) and _FORM.match(parts[-1]) is not None
    return is_form or all(_LANGUAGE.fullmatch(part) for part in query.split("&") if part)


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
    return Names(own, parent, _about(entry, page), entry_id, page)


def page_of(entry: Entry) -> str | None:
    """Key of an entry's own page; many reviews stand on one, which is none of theirs."""
    return link_key(entry.url) if entry.url and entry.kind != "review" else None


def headline_of(page: str | None, title: tuple[str, ...]) -> str | None:
    """Key of a page under this headline; None where it is too short to say anything."""
    return digest("headline", page, *title) if page and length(title) >= MIN_WORDS else None


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
    """The story of an entry: that of what it answers or of the page it is about, else its own.

    No story has a page's key: what speaks of the page when all is long over begins another.

    Args:
        names: Of the entry.
        known: Gives the story of what is called so, or None.
    """
    asked = (names.spoken_of, *names.own)
    return next((story for story in (known(name) for name in asked if name) if story), names.itself)


def own_story(entry: Entry, entry_id: str) -> str:
    """The story of an entry as far as it can be told without knowing any other."""
    return story_of(names_of(entry, entry_id), lambda _name: None)


def _name_key(source: str, name: str) -> str:
    return digest("name", source, name)
