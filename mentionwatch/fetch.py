"""Request -> Response: the only module that talks to the network.

Polite and bounded: one request at a time per host, conditional GET with the validators exactly as they came, a cap on
the bytes after decompression and on the whole time of a document (a drip of one byte a second ends too).  What goes
wrong is a ``FetchError`` with one of the health states; "not modified" is None, so that it never looks like an empty
document.  Door of httpx.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

import httpx

from mentionwatch import __version__
from mentionwatch.errors import FetchError
from mentionwatch.model import Response, Validators

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mentionwatch.model import Request
    from mentionwatch.settings import FetchSettings

#: As many as browsers' least patient; a longer chain is a loop in practice.
MAX_REDIRECTS = 5

_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/json, text/html;q=.9, */*;q=.8"

# What a status means for a source's health, and what its user can do.
_STATUS: dict[int, tuple[str, str]] = {
    401: ("blocked", "it wants a login; look for a public feed of it"),
    403: ("blocked", "it refuses this program or this network; ask less often, or set [fetch] contact"),
    404: ("down", "check the address; it is asked again at the next poll"),
    410: ("gone", "it is gone for good; remove the source"),
    429: ("rate-limited", "it is asked too often; give it a longer every"),
    451: ("blocked", "it is withheld for legal reasons where you are"),
}


def body_hash(body: bytes) -> str:
    """Fingerprint of a body, for knowing an unchanged one again."""
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def validators_of(response: Response) -> Validators:
    """What to send back the next time this document is asked for."""
    return Validators(
        etag=response.headers.get("etag"),
        last_modified=response.headers.get("last-modified"),
        body_hash=body_hash(response.body),
    )


class Fetcher:
    """Asks for documents; shares its connections until it is closed.

    Args:
        settings: Limits and the contact for the User-Agent.
        files: ``file:`` URLs that the user named by hand; no other is ever read, whatever a document says.
        trust_env: Whether proxies of the environment are used; only what stays on this machine does without.
    """

    def __init__(self, settings: FetchSettings, *, files: Iterable[str] = (), trust_env: bool = True) -> None:
        self._settings = settings
        self._files = frozenset(files)
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._hosts: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        contact = f" (+{settings.contact})" if settings.contact else ""
        self._client = httpx.AsyncClient(
            headers={"User-Agent": f"mentionwatch/{__version__}{contact}", "Accept": _ACCEPT},
            # The whole document has one deadline (see get); this one only bounds each single read.
            timeout=settings.timeout.total_seconds(),
            follow_redirects=True,
            max_redirects=MAX_REDIRECTS,
            trust_env=trust_env,
            limits=httpx.Limits(max_connections=settings.concurrency, max_keepalive_connections=20),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def get(self, request: Request, validators: Validators | None = None, *, now: datetime) -> Response | None:
        """Get one document.

        Returns:
            The response (status 200), or None when the server says that nothing changed since `validators`.

        Raises:
            FetchError: It could not be had; its state says in what way.
        """
        if request.url in self._files:
            return self._read_file(request, now)
        host = urlsplit(request.url).netloc
        timeout_s = self._settings.timeout.total_seconds()
        async with self._hosts[host], self._slots:
            try:
                return await asyncio.wait_for(self._get(request, validators, now), timeout_s)
            except (asyncio.TimeoutError, httpx.TimeoutException) as e:
                raise FetchError(
                    f"no complete answer within {timeout_s:g} s",
                    url=request.shown,
                    advice="it is asked again at the next poll; a longer [fetch] timeout may help",
                ) from e
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError, OSError) as e:
                raise _failure(e, request) from e

    async def _get(self, request: Request, validators: Validators | None, now: datetime) -> Response | None:
        headers = dict(request.headers)
        if validators and validators.etag:
            headers["If-None-Match"] = validators.etag
        if validators and validators.last_modified:
            headers["If-Modified-Since"] = validators.last_modified
        async with self._client.stream("GET", request.url, headers=headers) as answer:
            if answer.status_code == HTTPStatus.NOT_MODIFIED:
                return None
            if not answer.is_success:
                raise _refused(answer.status_code, request)
            body = await self._body(answer, request)
            return Response(
                url=str(answer.url),
                headers={name.lower(): value for name, value in answer.headers.items()},
                body=body,
                fetched_at=now,
                status=answer.status_code,
            )

    def _read_file(self, request: Request, now: datetime) -> Response:
        try:
            with Path(url2pathname(urlsplit(request.url).path)).open("rb") as file:
                body = file.read(self._settings.max_bytes + 1)
        except OSError as e:
            raise FetchError(e.strerror or "it cannot be read", url=request.shown, advice="check the path") from e
        if len(body) > self._settings.max_bytes:
            raise _too_large(self._settings.max_bytes, request, None)
        return Response(url=request.url, headers={}, body=body, fetched_at=now)

    async def _body(self, answer: httpx.Response, request: Request) -> bytes:
        """Read up to the cap; the header is believed only when it is too large already."""
        cap = self._settings.max_bytes
        declared = answer.headers.get("content-length", "")
        chunks = bytearray()
        if not (declared.isascii() and declared.isdigit() and int(declared[:18]) > cap):
            async for chunk in answer.aiter_bytes():
                chunks += chunk
                if len(chunks) > cap:
                    break
            else:
                return bytes(chunks)
        raise _too_large(cap, request, answer.status_code)


def _too_large(cap: int, request: Request, status: int | None) -> FetchError:
    advice = "raise [fetch] max_bytes if this document is meant to be that large"
    return FetchError(f"larger than {cap:,} bytes", url=request.shown, status=status, advice=advice)


def _refused(status: int, request: Request) -> FetchError:
    state, advice = _STATUS.get(status, ("down", "it is asked again at the next poll"))
    try:
        phrase = f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = f"HTTP {status}"
    return FetchError(phrase, url=request.shown, state=state, status=status, advice=advice)


def _failure(error: Exception, request: Request) -> FetchError:
    """Say in plain words what httpx met."""
    words = {
        httpx.TooManyRedirects: (f"more than {MAX_REDIRECTS} redirects", "open it in a browser; use the last address"),
        httpx.UnsupportedProtocol: ("no http or https address", "write it with https://"),
        httpx.InvalidURL: ("no valid address", "check how it is written"),
        httpx.DecodingError: ("its compression is broken", "it is asked again at the next poll"),
        httpx.ProxyError: ("the proxy refused", "check HTTP_PROXY, HTTPS_PROXY and NO_PROXY"),
        httpx.ConnectError: ("no connection", "check the address and this machine's network"),
        httpx.RemoteProtocolError: ("it broke off", "it is asked again at the next poll"),
    }
    reason, advice = next((w for kind, w in words.items() if isinstance(error, kind)), ("failed", "see -v"))
    detail = " ".join(str(error).split())[:120]
    return FetchError(f"{reason} ({detail})" if detail else reason, url=request.shown, advice=advice)
