"""URL templates: placeholders filled with what was asked for, percent-encoded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, unquote_plus, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

#: How a site wants a search term: in double quotes (exact words), or bare.
QuerySyntax = Literal["quoted", "plain"]

_PLACEHOLDER = re.compile(r"\{([A-Za-z_][\w.:|]*)\}")
#: Shown instead of a secret.
MASK = "***"


def placeholders(template: str) -> list[str]:
    """Names in braces, in the order of the template, each once."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(template)))


def encode(value: str) -> str:
    """Percent-encode a value for any place in a URL; a colon stays, for ``host:port``."""
    return quote(value, safe=":", errors="replace")


def fill(template: str, value_of: Callable[[str], str | None], encoded: Callable[[str], str] = encode) -> str | None:
    """Put values for the placeholders; None when one has no value."""
    parts = []
    end = 0
    for found in _PLACEHOLDER.finditer(template):
        value = value_of(found[1])
        if value is None:
            return None
        parts += [template[end : found.start()], encoded(value)]
        end = found.end()
    return "".join([*parts, template[end:]])


def write_term(term: str, syntax: QuerySyntax) -> str:
    """Write a search term (a word, or words in double quotes) the way a site wants it."""
    words = " ".join(term.replace('"', " ").split())
    return f'"{words}"' if words and syntax == "quoted" else words


def parameter(url: str, name: str) -> str | None:
    """Value of a query parameter, or None; never raises."""
    try:
        query = urlsplit(url).query
    except ValueError:
        return None
    for part in query.split("&"):
        key, _, value = part.partition("=")
        if unquote_plus(key) == name:
            return unquote_plus(value)
    return None


def with_parameter(url: str, name: str, value: str) -> str:
    """Set a query parameter and leave the rest as it is written: some sites compare URLs byte by byte."""
    address, _, query = url.partition("#")[0].partition("?")
    kept = [part for part in query.split("&") if part and unquote_plus(part.partition("=")[0]) != name]
    return f"{address}?{'&'.join([*kept, f'{encode(name)}={encode(value)}'])}"


def masked(url: str, secrets: Iterable[str]) -> str:
    """Put ``***`` for each secret value in a URL, plain or percent-encoded."""
    for secret in secrets:
        for written in {secret, encode(secret), quote(secret, safe="")}:
            url = url.replace(written, MASK) if written else url
    return url


def secret_values(params: Mapping[str, str], names: Iterable[str]) -> tuple[str, ...]:
    """Values of the parameters that are secrets, longest first, so that one inside another is masked whole."""
    return tuple(sorted((params[name] for name in names if params.get(name)), key=len, reverse=True))
