"""Addresses: which can be asked, where redirects lead, and which belong to one server."""

from __future__ import annotations

import httpx

LAST_PORT = 65535
#: No address of a document is longer; what would be quoted, joined and sent stays small.
_MAX_LOCATION = 8_000


def parse_url(text: str) -> httpx.URL:
    """An address that can be asked.

    Raises:
        httpx.UnsupportedProtocol: It is none of the web.
        httpx.InvalidURL: It is none at all.
    """
    url = httpx.URL(text)
    if url.scheme not in {"http", "https"}:
        raise httpx.UnsupportedProtocol(f"it begins with {url.scheme!r}" if url.scheme else "")
    if not url.host:
        raise httpx.InvalidURL("it names no host")
    if (url.port or 0) > LAST_PORT:  # passes httpx, and blows up far below it
        raise httpx.InvalidURL(f"Invalid port: {url.port}")
    return url


def redirect_target(url: httpx.URL, location: str) -> httpx.URL:
    """Where a redirect leads; without a login, which it would be making up.

    From https to http too: old sites do so, and nothing is given away, as another origin gets none of the secrets.

    Raises:
        httpx.UnsupportedProtocol: And what else parse_url raises.
    """
    if len(location) > _MAX_LOCATION:
        raise httpx.InvalidURL("it redirects to an address without end")
    to = url.join(location.strip())
    return parse_url(str(to.copy_with(userinfo=b"") if to.userinfo else to))


def same_server(start: httpx.URL, to: httpx.URL) -> bool:
    """Whether it is the same server, or the same host's https one."""
    upgraded = (start.scheme, to.scheme) == ("http", "https")
    return start.host == to.host and (upgraded or (start.scheme, start.port) == (to.scheme, to.port))
