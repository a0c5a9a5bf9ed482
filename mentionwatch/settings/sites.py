"""Sites that are left out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

_USUAL_PORTS = frozenset({80, 443})
#: A host in any script, or an address of IPv4 or IPv6.
_HOST = re.compile(r"[^\W_](?:[\w-]*)(?:\.[\w-]+)*|[0-9a-f:.]*:[0-9a-f:.]+")


@dataclass(frozen=True)
class Site:
    """A site that is left out: a host with all that is under it, or a part of one."""

    #: In lower case, without ``www.``.
    host: str
    #: None: any.
    port: int | None = None
    #: What the path of an address begins with, segment by segment, in lower case; empty: any.
    path: tuple[str, ...] = ()


def read_site(text: str) -> Site:
    """Read a site: ``reddit.com``, ``*.acme.com``, ``reddit.com/r/acme``, ``https://acme.com/blog``.

    Raises:
        ValueError: It is none; the message says what would be right.
    """
    written = text.strip().removeprefix("site:")
    _, scheme, rest = written.rpartition("://")
    rest = rest.removeprefix("//").removeprefix("*").removeprefix(".")
    advice = 'write a host, such as "reddit.com", or a part of one, such as "reddit.com/r/acme"'
    try:
        parts = urlsplit(f"//{rest}")
        host, port = (parts.hostname or "").rstrip(".").removeprefix("www."), parts.port
        host.encode("idna")  # as it stands in addresses
    except ValueError as e:
        raise ValueError(f"{text!r} is no site; {advice}") from e
    if parts.query or parts.fragment or "@" in parts.netloc or not _HOST.fullmatch(host):
        raise ValueError(f"{text!r} is no site; {advice}")
    if "." not in host and ":" not in host and not scheme and port is None and host != "localhost":
        raise ValueError(f'{text!r} is no whole host; {advice}; one of your own network as "http://{host}"')
    return Site(
        host,
        None if port in _USUAL_PORTS else port,
        tuple(part.casefold() for part in unquote(parts.path).split("/") if part),
    )


def site_problem(text: str) -> str | None:
    """Say why a text is no site; None when it is one."""
    try:
        read_site(text)
    except ValueError as e:
        return str(e)
    return None
