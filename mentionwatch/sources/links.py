"""Links as published, made absolute."""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin, urlsplit

#: Longer ones are no addresses of pages; browsers stop at about this too.
_MAX_URL = 8_000
# C0, blanks inside, C1, and the characters that would turn the reading direction of what is shown.
_CONTROL = re.compile("[\x00-\x20\x7f-\xa0\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
# Only with its semicolon: "?a=1&copy=2" has a parameter named copy.
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|#\d{1,5}|#[xX][\da-fA-F]{1,4});")


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
    return url if usable else None


def _tidy(href: str) -> str:
    """Undo entities, drop control characters at the ends and inside; a blank inside is kept, percent-encoded."""
    href = _ENTITY.sub(lambda m: html.unescape(m[0]), href)
    return _CONTROL.sub(lambda m: "%20" if m[0] == " " else "", href.strip())
