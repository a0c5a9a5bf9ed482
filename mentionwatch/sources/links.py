"""Links as published, made absolute, and led past those who only count clicks."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, urljoin, urlsplit

from mentionwatch.identity import strip_tracking, url_key
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Longer ones are no addresses of pages; browsers stop at about this too.
_MAX_URL = 8_000
# C0, blanks of all kinds, C1, and the characters that would turn the reading direction of what is shown.
_CONTROL = re.compile(
    "[\x00-\x20\x7f-\xa0\u061c\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
# Only with its semicolon: "?a=1&copy=2" has a parameter named copy.
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|#\d{1,5}|#[xX][\da-fA-F]{1,4});")
_WHOLE = re.compile(r"https?://[^/\s]", re.IGNORECASE)
#: A redirector's link may lead to another one's.
_MAX_HOPS = 3
#: Links of a text that are kept, and the longest of them.
_MOST_KEPT, _LONGEST_KEPT = 20, 2_000
#: Who redirects to an address that stands in the link: host without "www.", how its path starts, and the parameters
#: that hold the address, the best first; none: all of the query is the address.
_REDIRECTORS: tuple[tuple[re.Pattern[str], str, tuple[str, ...]], ...] = tuple(
    (re.compile(host), path, tuple(names.split()))
    for host, path, names in (
        (r"google\.[a-z]{2,3}(?:\.[a-z]{2})?", "/url", "url q"),
        (r"bing\.com", "/news/apiclick.aspx", "url"),
        (r"(?:[lm]|lm)\.facebook\.com|facebook\.com", "/l.php", "u"),
        (r"l\.instagram\.com", "/", "u"),
        (r"(?:[a-z0-9]+\.)?safelinks\.protection\.outlook\.com", "/", "url"),
        (r"t\.umblr\.com", "/redirect", "z"),
        (r"steamcommunity\.com", "/linkfilter/", "u url"),
        (r"(?:m\.)?youtube\.com", "/redirect", "q"),
        (r"href\.li", "/", ""),
        (r"vk\.com", "/away.php", "to"),
        (r"out\.reddit\.com", "/", "url"),
        (r"linkedin\.com", "/redir/redirect", "url"),
        (r"slack-redir\.net", "/link", "url"),
        (r"retriever-info\.com", "/go/", "u"),
    )
)


class Link(NamedTuple):
    """A link in markup, as published."""

    href: str
    #: What is shown of it, on one line.
    words: str


def kept_links(found: Iterable[Link], base: str, text: str | None, own: str | None) -> tuple[str, ...] | None:
    """The links of a text that do not stand in it, led to where they end, each once and in order; None for none.

    Args:
        found: As they stood in its markup.
        base: What relative ones are relative to.
        text: What was kept of the text: what links the boilerplate around it has, nobody wrote.
        own: The entry's own address, which is none.
    """
    shown, known = one_line(text or ""), {url_key(own) if own else ""}
    kept: list[str] = []
    for link in found:
        url = destination(base, link.href) if link.words in shown else None
        if url is None or len(url) > _LONGEST_KEPT or url_key(url) in known | {_key_of(link.words)}:
            continue
        known.add(url_key(url))
        kept.append(url)
        if len(kept) == _MOST_KEPT:
            break
    return tuple(kept) or None


def _key_of(words: str) -> str | None:
    """The key of an address that is shown whole."""
    return url_key(words if "://" in words else f"http://{words}") if "." in words and " " not in words else None


def absolute(base: str, href: str | None) -> str | None:
    """Resolve a link against the document it stood in.

    Returns:
        An http or https URL with a host, without control characters or blanks; None for anything else
        (``mailto:``, ``javascript:``, a bare number, a broken address).  Never raises.
    """
    if not href or len(href) > _MAX_URL:
        return None
    href = _tidy(href)
    if not href:
        return None
    try:
        given = urlsplit(href)
        if given.scheme and not given.netloc:  # "http://", "mailto:x": urljoin would give back the base
            return None
        url = urljoin(_tidy(base), href)
        parts = urlsplit(url)
        # .port raises where it is no number
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    # One form for letters with accents, as in all texts.
    return unicodedata.normalize("NFC", url) if usable else None


def _tidy(href: str) -> str:
    """Undo entities, drop control characters at the ends and inside; a blank inside is kept, percent-encoded."""
    href = _ENTITY.sub(lambda m: html.unescape(m[0]), href)
    return _CONTROL.sub(lambda m: "%20" if m[0] == " " else "", href.strip())


def destination(base: str, href: str | None) -> str | None:
    """Resolve a link as ``absolute`` does, and lead to where it ends: past redirectors, without tracking parameters."""
    url = absolute(base, href)
    for _ in range(_MAX_HOPS):
        target = absolute(url, _target(url)) if url else None
        if target is None:
            break
        url = target
    return strip_tracking(url) if url else None


def _target(url: str) -> str | None:
    """The address that a redirector's link carries in its query (or, for a few, in its path); else None."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    for pattern, path, names in _REDIRECTORS:
        if pattern.fullmatch(host) and parts.path.startswith(path):
            given = parse_qs(parts.query, errors="replace", max_num_fields=50) if parts.query.count("&") < 50 else {}
            values = [given[name][0] for name in names if name in given] if names else [url.partition("?")[2]]
            return next((value for value in values if _WHOLE.match(value)), None)
    return None
