"""Keeping secrets out of what a channel says when it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from mentionwatch.masking import MASK
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Shorter ones are found in harmless words too.
_LEAST = 3


def told_by(text: str | bytes, secrets: Iterable[str | None] = (), width: int = 200) -> str:
    """What the other side said, on one line, without secrets, whichever way of a URL they are written."""
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    # Cleaned first: what is cut by a control character would stand there whole afterwards.
    said = one_line(said)
    values = {form for value in secrets if value for form in _forms(str(value)) if len(form) >= _LEAST}
    for value in sorted(values, key=len, reverse=True):
        said = said.replace(value, MASK)
    return one_line(said, width)


def _forms(value: str) -> set[str]:
    return {value, unquote(value), quote(value, safe=""), quote_plus(value)}


def parts_of(url: str) -> set[str]:
    """What of an address may be a secret by itself: user and password, each part of its path, what is asked for."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return set()
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    asked = (value for _key, value in parse_qsl(parts.query))
    return {part for part in (user, password, *parts.path.split("/"), parts.query, *asked, parts.fragment) if part}


def place_of(url: str) -> str:
    """Scheme and host: all of an address that may be shown, for its path often holds a token."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
        host = one_line(parts.hostname or "", 200)
    except ValueError:
        return "its address"
    return f"{parts.scheme}://{host}{port}" if host else "its address"
