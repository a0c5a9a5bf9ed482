"""What of a URL may be shown, stored or exported.  Imports nothing of ours."""

from __future__ import annotations

import re

MASK = "***"
#: Names of parameters whose values are secrets.
SECRET_NAME = re.compile(r"(?i)token|secret|passw|pwd|api_?-?key|^key$|auth(?!or)|signature|^sig$|credential")


def mask_url(url: str) -> str:
    """A URL as it may be shown: without user and password, and without the values of parameters that are secret."""
    # By hand: what urlsplit refuses has to be masked too, and the rest has to stay as it was written.
    scheme, slashes, rest = url.partition("//")
    authority, path = _split(rest)
    _user, at, host = authority.rpartition("@")
    return scheme + slashes + (f"{MASK}@" if at else "") + host + _masked(path)


def public_base(url: str) -> str:
    """A URL for relative links to start from, which are stored: without user and password, parameters masked."""
    scheme, slashes, rest = url.partition("//")
    authority, path = _split(rest)
    return scheme + slashes + authority.rpartition("@")[2] + _masked(path)


def _split(rest: str) -> tuple[str, str]:
    end = next((n for n, char in enumerate(rest) if char in "/?#"), len(rest))
    return rest[:end], rest[end:]


def _masked(path: str) -> str:
    return "".join(map(_masked_part, re.split(r"([?&;#])", path)))


def _masked_part(part: str) -> str:
    name, equals, value = part.partition("=")
    return f"{name}={MASK}" if equals and value and SECRET_NAME.search(name) else part
