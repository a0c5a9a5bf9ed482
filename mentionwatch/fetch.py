"""Request -> Response: the only module that talks to the network.

Polite and bounded: one request at a time per host, conditional GET with the validators exactly as they came, a cap on
the bytes after decompression and on the whole time of a document (a drip of one byte a second ends too).  Redirects
and compression are done here and not by httpx, which reads the body of a redirect whole, inflates whatever arrives
without a bound, and takes a request's headers along to any host.  What goes wrong is a ``FetchError`` with one of the
health states; "not modified" is None, so that it never looks like an empty document.  Door of httpx.
"""

from __future__ import annotations

import asyncio
import hashlib
import zlib
from collections import defaultdict
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import httpx

from mentionwatch import __version__
from mentionwatch.errors import FetchError
from mentionwatch.model import Response, Validators
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mentionwatch.model import Request
    from mentionwatch.settings import FetchSettings

#: As many as browsers' least patient; a longer chain is a loop in practice.
MAX_REDIRECTS = 5

_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/json, text/html;q=.9, */*;q=.8"

#: Answers that hold a whole document: 202 comes with a page that wants a browser, 206 with a part.
_WHOLE = frozenset({HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION})
_INFLATABLE = frozenset({"gzip", "x-gzip", "deflate"})
_UNKNOWN = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz"})
_LAST_PORT = 65535
_GZIP_MAGIC = b"\x1f\x8b"

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
        # A header is one line of ASCII; the configuration sees to it, a caller from Python may not.
        contact = one_line(settings.contact or "").encode("ascii", "replace").decode()
        agent = f"mentionwatch/{__version__}" + (f" (+{contact})" if contact else "")
        self._client = httpx.AsyncClient(
            headers={"User-Agent": agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"},
            # The whole document has one deadline (see get); this one only bounds each single read.
            timeout=settings.timeout.total_seconds(),
            follow_redirects=False,
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
        timeout_s = self._settings.timeout.total_seconds()
        async with self._hosts[_host(request.url)], self._slots:
            try:
                return await asyncio.wait_for(self._get(request, validators, now), timeout_s)
            except (asyncio.TimeoutError, httpx.TimeoutException) as e:
                raise _error(
                    f"no complete answer within {timeout_s:g} s",
                    request,
                    advice="it is asked again at the next poll; a longer [fetch] timeout may help",
                ) from e
            except FetchError:
                raise
            except Exception as e:  # noqa: BLE001 - what strangers' servers provoke below httpx costs one source only
                raise _failure(e, request) from (e if _may_quote(e, request) else None)

    async def _get(self, request: Request, validators: Validators | None, now: datetime) -> Response | None:
        conditions = _conditions(validators)
        ask = self._client.build_request("GET", request.url, headers={**request.headers, **conditions})
        start = ask.url
        for _ in range(MAX_REDIRECTS + 1):
            if (ask.url.port or 0) > _LAST_PORT:  # passes httpx, and blows up far below it
                raise httpx.InvalidURL(f"Invalid port: {ask.url.port}")
            answer = await self._client.send(ask, stream=True)
            try:
                if answer.next_request is None:
                    return await self._read(answer, request, now, conditional=bool(conditions))
            finally:
                # The body of a redirect is not read: nobody asked for it, and it has no bound.
                await answer.aclose()
            ask = answer.next_request
            if not _same_server(start, ask.url):
                # They may prove who we are, to the one who was asked.
                for name in request.headers:
                    ask.headers.pop(name, None)
        advice = "open it in a browser; use the address where it ends"
        raise _error(f"more than {MAX_REDIRECTS} redirects", request, advice=advice)

    async def _read(
        self, answer: httpx.Response, request: Request, now: datetime, *, conditional: bool
    ) -> Response | None:
        # A 304 that nobody asked for says nothing about what is known here: it is a failure like another.
        if answer.status_code == HTTPStatus.NOT_MODIFIED and conditional:
            return None
        if answer.status_code not in _WHOLE:
            raise _refused(answer.status_code, request)
        return Response(
            url=str(answer.url),
            headers={name.lower(): value for name, value in answer.headers.items()},
            body=await self._body(answer, request),
            fetched_at=now,
            status=answer.status_code,
        )

    def _read_file(self, request: Request, now: datetime) -> Response:
        try:
            with Path(url2pathname(urlsplit(request.url).path)).open("rb") as file:
                body = file.read(self._settings.max_bytes + 1)
        except (OSError, ValueError) as e:  # ValueError: a NUL in the path
            raise _error(getattr(e, "strerror", None) or "it cannot be read", request, advice="check the path") from e
        if len(body) > self._settings.max_bytes:
            raise _too_large(self._settings.max_bytes, request, None)
        return Response(url=request.url, headers={}, body=body, fetched_at=now)

    async def _body(self, answer: httpx.Response, request: Request) -> bytes:
        """Read up to the cap; the header is believed only when it is too large already."""
        cap = self._settings.max_bytes
        declared = answer.headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared[:18]) > cap:
            raise _too_large(cap, request, answer.status_code)
        inflater = _Inflater(answer.headers.get("content-encoding", ""))
        body = bytearray()
        async for chunk in answer.aiter_raw():
            body += inflater.inflate(chunk, cap + 1 - len(body))
            if len(body) > cap:
                raise _too_large(cap, request, answer.status_code)
        inflater.finish()
        return bytes(body)


class _Inflater:
    """Undoes the (outermost) Content-Encoding of a body, bit by bit and never further than asked.

    Deflated data can grow a thousandfold, twice deflated data a millionfold.  An inner layer is left to whoever reads
    the document, as that of a document that was compressed to begin with.
    """

    def __init__(self, encoding: str) -> None:
        names = [name.strip().lower() for name in encoding.split(",")]
        # What is no name of a compression ("utf-8" is one that servers send) changes nothing.
        self._name = next((name for name in reversed(names) if name in _INFLATABLE | _UNKNOWN), None)
        if self._name in _UNKNOWN:
            raise httpx.DecodingError(f"{self._name}, which it was not asked for")
        # zlib's object has no name to annotate it with.
        self._zlib: Any = None

    def inflate(self, data: bytes, most: int) -> bytes:
        """Inflate the next part, up to `most` bytes of output; the rest is lost."""
        if self._name is None or not data:
            return data
        out = b""
        while data and len(out) < most:
            if self._zlib is None:
                self._zlib = zlib.decompressobj(self._window(data))
            out += self._zlib.decompress(data, most - len(out))
            data = self._zlib.unused_data if self._zlib.eof else b""
            if data[:2] == _GZIP_MAGIC:
                self._zlib = None  # a further member, which goes on where this one ended
            else:
                data = b""  # padding
        return out

    def _window(self, data: bytes) -> int:
        # "deflate" is zlib by the standard and raw in the wild; 8 in the low bits is zlib's mark.
        raw = self._name == "deflate" and data[0] & 0x0F != 8
        return -zlib.MAX_WBITS if raw else zlib.MAX_WBITS | 32

    def finish(self) -> None:
        """Check that it was all.

        Raises:
            zlib.error: It broke off.
        """
        if self._zlib is not None and not self._zlib.eof:
            raise zlib.error("it ends too early")


def _host(url: str) -> str:
    """Whom to be polite to; schemes, ports and logins of one host are one."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""  # httpx says what is wrong with it


def _same_server(start: httpx.URL, to: httpx.URL) -> bool:
    """Whether it is the same server, or the same host's https one."""
    upgraded = (start.scheme, to.scheme) == ("http", "https")
    return start.host == to.host and (upgraded or (start.scheme, start.port) == (to.scheme, to.port))


def _conditions(validators: Validators | None) -> dict[str, str]:
    """Headers that ask for a document only if it changed; verbatim, or not at all where they cannot be sent so."""
    etag, modified = (validators.etag, validators.last_modified) if validators else (None, None)
    given = {"If-None-Match": etag, "If-Modified-Since": modified}
    return {name: value for name, value in given.items() if value and value.isascii() and value.isprintable()}


def _error(
    reason: str, request: Request, *, state: str = "down", status: int | None = None, advice: str = ""
) -> FetchError:
    """Name the request as it may be shown; an address that a document gave can hold anything."""
    return FetchError(reason, url=one_line(request.shown, 500), state=state, status=status, advice=advice)


def _too_large(cap: int, request: Request, status: int | None) -> FetchError:
    advice = "raise [fetch] max_bytes if this document is meant to be that large"
    return _error(f"larger than {cap:,} bytes", request, status=status, advice=advice)


def _refused(status: int, request: Request) -> FetchError:
    state, advice = _STATUS.get(status, ("down", "it is asked again at the next poll"))
    try:
        phrase = f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = f"HTTP {status}"
    return _error(phrase, request, state=state, status=status, advice=advice)


def _may_quote(error: Exception, request: Request) -> bool:
    """Whether httpx's own words may be shown: of a request with secrets, they may quote one."""
    secret = request.public_url is not None or bool(request.headers)
    return not secret or isinstance(error, httpx.ConnectError)


def _failure(error: Exception, request: Request) -> FetchError:
    """Say in plain words what httpx met."""
    words = {
        httpx.UnsupportedProtocol: ("no http or https address", "write it with https://"),
        httpx.InvalidURL: ("no valid address", "check how it is written"),
        httpx.DecodingError: ("its compression cannot be read", "it is asked again at the next poll"),
        zlib.error: ("its compression is broken", "it is asked again at the next poll"),
        httpx.ProxyError: ("the proxy refused", "check HTTP_PROXY, HTTPS_PROXY and NO_PROXY"),
        httpx.ConnectError: ("no connection", "check the address and this machine's network"),
        httpx.RemoteProtocolError: ("it broke off", "it is asked again at the next poll"),
        httpx.ReadError: ("it broke off", "it is asked again at the next poll"),
        httpx.LocalProtocolError: ("it cannot be asked for", "check the address, and params that go into headers"),
        ValueError: ("it cannot be asked for", "check the address, and params that go into headers"),
    }
    reason, advice = next((w for kind, w in words.items() if isinstance(error, kind)), ("failed", "see -v"))
    detail = one_line(str(error), 120) if _may_quote(error, request) else ""
    return _error(f"{reason} ({detail})" if detail else reason, request, advice=advice)
