"""What went wrong, in plain words, with a health state and with what to do.  Nothing secret stands in them."""

from __future__ import annotations

import json
import re
import ssl
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx

from mentionwatch.errors import FetchError
from mentionwatch.fetch.inflate import UndecodableError
from mentionwatch.fetch.transport import PrivateAddressError
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mentionwatch.model import Redirect, Request

AGAIN = "it is asked again later"
NAME_IT = "if it is meant, add its host to [fetch] private_hosts"
_ADDRESS = "check the address, and params that go into headers"

# What a status means for a source's health, and what its user can do.
_STATUS: dict[int, tuple[str, str]] = {
    401: ("blocked", "it wants a login; look for a public feed of it"),
    403: ("blocked", "it refuses this program or this network; ask less often, or set [fetch] contact"),
    404: ("down", "check the address; it is asked again later"),
    410: ("gone", "it is gone for good; remove the source"),
    429: ("rate-limited", "it is asked too often; give it a longer every"),
    451: ("blocked", "it is withheld for legal reasons where you are"),
}

#: Bytes of an answer's body that are looked at for its reason.
MOST_SAID = 8_000
#: Where APIs say why they refuse; the more telling first.
_MESSAGE = (
    "error_message",
    "error.message",
    "error_description",
    "errors.message",
    "errors.detail",
    "message",
    "detail",
    "error",
    "errors",
)
_LIMITED = re.compile(r"(?i)rate.?limit|too many|quota|throttl")

#: By what was raised: what to say, and what to do; the narrower kinds first.
_WORDS: tuple[tuple[type[Exception], str, str], ...] = (
    (httpx.UnsupportedProtocol, "no http or https address", "write it with https://"),
    (httpx.InvalidURL, "no valid address", "check how it is written"),
    (httpx.ProxyError, "the proxy refused", "check HTTP_PROXY, HTTPS_PROXY and NO_PROXY"),
    (httpx.ConnectError, "no connection", "check the address and this machine's network"),
    (ssl.SSLError, "no connection", "check the address and this machine's network"),
    (httpx.RemoteProtocolError, "it broke off", AGAIN),
    (httpx.NetworkError, "it broke off", AGAIN),
    (httpx.LocalProtocolError, "it cannot be asked for", _ADDRESS),
    (ValueError, "it cannot be asked for", _ADDRESS),
)


def error(
    reason: str,
    request: Request,
    *,
    redirects: Sequence[Redirect] = (),
    state: str = "down",
    status: int | None = None,
    advice: str = AGAIN,
) -> FetchError:
    """Name the request as it may be shown; an address that a document gave can hold anything."""
    shown = one_line(request.shown, 500)
    return FetchError(reason + _chain(redirects), url=shown, state=state, status=status, advice=advice)


def _chain(redirects: Sequence[Redirect]) -> str:
    """The way it went; of a long one the ends."""
    steps = [f"{step.status} to {one_line(step.url, 120)}" for step in redirects]
    if len(steps) > 4:
        steps[2:-2] = ["…"]
    return f", redirected by {', '.join(steps)}" if steps else ""


def too_large(cap: int, request: Request, redirects: Sequence[Redirect] = (), status: int | None = None) -> FetchError:
    """The document is larger than allowed."""
    advice = "raise [fetch] max_bytes if this document is meant to be that large"
    return error(f"larger than {cap:,} bytes", request, redirects=redirects, status=status, advice=advice)


def refused(
    status: int, request: Request, redirects: Sequence[Redirect], *, said: str = "", limited: bool = False
) -> FetchError:
    """The server answered with something else than the document.

    Args:
        status: What it answered with.
        request: What was asked for.
        redirects: The way there.
        said: Why, in its own words.
        limited: It says that a quota is used up.
    """
    state, advice = _STATUS.get(status, ("down", AGAIN))
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN} and (request.login or request.headers):
        advice = "check the token or password in its params; it may be wrong, or withdrawn"
    if limited or (said and _LIMITED.search(said)):
        state, advice = "rate-limited", "its quota is used up; give it a longer every, or a token where it takes one"
    try:
        phrase = f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = f"HTTP {status}"
    reason = f'{phrase}: "{said}"' if said else phrase
    return error(reason, request, redirects=redirects, state=state, status=status, advice=advice)


def said(body: bytes, hidden: Callable[[str], str]) -> str:
    """The message in a JSON answer that is an error, in one line; "" where there is none."""
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    value = value[0] if isinstance(value, list) and value else value
    for key in _MESSAGE:
        found: Any = value
        for part in key.split("."):
            found = found.get(part) if isinstance(found, dict) else None
            found = found[0] if isinstance(found, list) and found else found
        if isinstance(found, str) and found.strip():
            return one_line(hidden(found[:1_000]), 160)
    return ""


def failure(met: Exception, request: Request, redirects: Sequence[Redirect]) -> FetchError:
    """Say in plain words what was met."""
    if isinstance(met, PrivateAddressError):
        return error(str(met), request, redirects=redirects, advice=NAME_IT)
    if isinstance(met, UndecodableError):
        return error(str(met), request, redirects=redirects)
    reason, advice = next(((say, do) for kind, say, do in _WORDS if isinstance(met, kind)), ("failed", "see -v"))
    detail = one_line(str(met), 120) if may_quote(met, request) else ""
    return error(f"{reason} ({detail})" if detail else reason, request, redirects=redirects, advice=advice)


def may_quote(met: Exception, request: Request) -> bool:
    """Whether httpx's own words may be shown: of a request with secrets, they may quote one."""
    secret = request.public_url is not None or bool(request.headers)
    return not secret or isinstance(met, (httpx.ConnectError, PrivateAddressError, UndecodableError))
