"""URL templates: placeholders filled with what was asked for, percent-encoded.

The forms are those of RFC 6570, as far as sites need them:

======== ===========================================================================================
{name}   the value, percent-encoded
{a|b}    the first of them that has a value
{+name}  the value with the characters that have a meaning in URLs left as they are: a path, an address
{&name}  "&name=" and the value; nothing where there is none
{x?name} "x" as it stands, and the value; nothing where there is none: ``{%20repo:?repo}``
======== ===========================================================================================
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_plus, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_PLACEHOLDER = re.compile(r"\{([+&]?|[^{}?]{1,40}\?)([A-Za-z_][\w.:|]*)\}")
_RESERVED = ":/?#[]@!$&'()*+,;=%~"
#: Shown instead of a secret.
MASK = "***"


def placeholders(template: str) -> list[str]:
    """Names in braces, in the order of the template, each once."""
    return list(dict.fromkeys(name for _, names in _PLACEHOLDER.findall(template) for name in names.split("|")))


def encode(value: str) -> str:
    """Percent-encode a value for any place in a URL; a colon stays, for ``host:port``."""
    return quote(value, safe=":", errors="replace")


def fill(template: str, value_of: Callable[[str], str | None], encoded: Callable[[str], str] = encode) -> str | None:
    """Put values for the placeholders; None when one has no value."""
    parts = []
    end = 0
    for found in _PLACEHOLDER.finditer(template):
        how, name = found.groups()
        value = value_of(name)
        optional = how == "&" or how.endswith("?")
        if value is None and not optional:
            return None
        written = quote(value or "", safe=_RESERVED, errors="replace") if how == "+" else encoded(value or "")
        if optional:
            before = f"&{name}=" if how == "&" else how[:-1]
            written = f"{before}{written}" if value else ""
        parts += [template[end : found.start()], written]
        end = found.end()
    return "".join([*parts, template[end:]])


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
    """Put ``***`` for each secret value in a URL, in any of the forms that a template can give it."""
    for secret in secrets:
        inside = json.dumps(secret, ensure_ascii=False)[1:-1]
        forms = {secret, *(written for one in (secret, inside) for written in (one, *_encoded(one)))}
        for written in sorted(filter(None, forms), key=len, reverse=True):
            url = url.replace(written, MASK)
    return url


def _encoded(value: str) -> tuple[str, ...]:
    return encode(value), quote(value, safe="", errors="replace"), quote(value, safe=_RESERVED, errors="replace")
