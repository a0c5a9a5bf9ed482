"""Keeping what is secret in a request out of messages, and out of other servers' hands.  Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from mentionwatch.masking import MASK, mask_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mentionwatch.model import Request

_PARTS = re.compile(r"[^/?&=#:@;,+.~\s]+")
#: Shorter words of a header ("Bearer", "a=1") are found in harmless addresses too.
_HEADER_WORD = 7
#: Shorter secrets are masked only where they stand alone, or every "a" would be.
_SHORT = 4


class Masker:
    """Knows the secret values of one request: what its URL holds and its public URL does not, and its headers."""

    def __init__(self, request: Request) -> None:
        values = {v for value in _secrets(request) for v in _written(value)}
        # The longest first, so that one inside another is masked whole.
        self._values = [re.compile(_pattern(value)) for value in sorted(values, key=len, reverse=True)]

    def __call__(self, url: str) -> str:
        """The URL with ``***`` for each secret value, for its login, and for parameters that sound secret."""
        for value in self._values:
            url = value.sub(MASK, url)
        return mask_url(url)

    def finds(self, text: str) -> bool:
        """Whether a secret value stands in a text."""
        return any(value.search(text) for value in self._values)


def _secrets(request: Request) -> Iterator[str]:
    if request.public_url is not None and request.public_url != request.url:
        yield from _filled_in(request.public_url, request.url)
    for value in request.headers.values():
        yield from (word for word in re.split(r"[\s,;=]+", value) if len(word) >= _HEADER_WORD)


def _filled_in(public: str, url: str) -> Iterable[str]:
    """What stands in a URL where the public one has a mask; where they do not fit together, every part of it."""
    parts = [re.escape(part) for part in public.split(MASK)]
    found = re.fullmatch("(.+?)".join(parts), url, re.DOTALL) if len(parts) <= 10 else None
    if found:
        return found.groups()
    known = set(_PARTS.findall(public)) | {"http", "https"}
    return (part for part in _PARTS.findall(url) if part not in known)


def _written(value: str) -> set[str]:
    """The ways of writing a value in a URL."""
    plain = {value, unquote(value), unquote_plus(value)}
    safe = {quote(v, safe="", errors="replace") for v in plain} | {quote_plus(v, errors="replace") for v in plain}
    return {v for v in plain | safe | {re.sub("%..", lambda m: m[0].lower(), v) for v in safe} if v.strip("*/")}


def _pattern(value: str) -> str:
    return rf"(?<!\w){re.escape(value)}(?!\w)" if len(value) < _SHORT else re.escape(value)
