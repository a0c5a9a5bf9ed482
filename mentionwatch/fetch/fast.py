"""Sending a request over aiohttp, at a fifth of the cost.  Door of httpx-aiohttp and aiohttp; needs the extra ``fast``.

What differs from the transport it builds on: a URL goes out as it is written (signatures are of its very bytes), names
that lead to private addresses are refused, and each failure is told as httpx itself would tell it.
"""

from __future__ import annotations

import asyncio
import socket
from base64 import b64encode
from typing import TYPE_CHECKING

import aiohttp
import aiohttp.abc
import httpx
import httpx_aiohttp
import yarl

from mentionwatch.fetch.addresses import is_public, may_be_private
from mentionwatch.fetch.transport import PrivateAddressError

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

#: Longest line of a header; some sites send one of 20 kB that says whom they trust.
_LINE = 32 * 2**10


class FastTransport(httpx_aiohttp.AiohttpTransport):
    """Sends requests over one pool of connections."""

    def __init__(
        self, *, verify: ssl.SSLContext, limits: httpx.Limits, proxy: httpx.Proxy | None, private_hosts: frozenset[str]
    ) -> None:
        super().__init__(verify=verify, trust_env=False, limits=limits, proxy=proxy)
        self._private_hosts = private_hosts

    def get_client(self) -> aiohttp.ClientSession:
        """Make the session; it needs a running loop.  No cookies, no inflating, nothing of the environment."""
        # Of a proxy, the address is the user's own affair.
        resolver = None if self.proxy else PublicResolver(self._private_hosts)
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self.limits.max_connections or 0, ssl=self.ssl_context, resolver=resolver
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            max_line_size=_LINE,
            max_field_size=_LINE,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send; the body is read later."""
        if not isinstance(self.client, aiohttp.ClientSession):
            self.client = self.get_client()
        wait_s = request.extensions["timeout"]
        to_proxy = self._to_proxy()
        if to_proxy and request.url.scheme == "http":
            # A proxy reads a plain request itself; for others, it is told when the tunnel is made.
            request.headers.update(to_proxy)
        try:
            answer = await self.client.request(
                request.method,
                yarl.URL(str(request.url), encoded=True),
                headers=request.headers,
                data=request.content or None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(sock_connect=wait_s["connect"], sock_read=wait_s["read"]),
                proxy=str(self.proxy.url) if self.proxy else None,
                proxy_headers=to_proxy,
            )
        except (aiohttp.ClientError, asyncio.TimeoutError) as e:
            raise _as_httpx(e) from e
        return httpx.Response(answer.status, headers=answer.raw_headers, stream=_Body(answer))

    def _to_proxy(self) -> dict[str, str] | None:
        """Headers for the proxy alone: its login, if it wants one."""
        if self.proxy is None or self.proxy.auth is None:
            return None
        login = b64encode(":".join(self.proxy.auth).encode()).decode("ascii")
        return {"Proxy-Authorization": f"Basic {login}"}


class _Body(httpx.AsyncByteStream):
    """The body of an answer, as it came."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._answer.content.iter_any():
                yield chunk
        except (aiohttp.ClientError, asyncio.TimeoutError) as e:
            raise _as_httpx(e) from e

    async def aclose(self) -> None:
        """Let the connection go; one with a body half read is closed."""
        self._answer.release()


class PublicResolver(aiohttp.abc.AbstractResolver):
    """Looks names up and gives only addresses that may be asked: to these, and no others, a connection is made."""

    def __init__(self, private_hosts: frozenset[str]) -> None:
        self._private_hosts = private_hosts
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[aiohttp.abc.ResolveResult]:
        """Look a name up.

        Raises:
            PrivateAddressError: All its addresses are private.
        """
        found = await self._resolver.resolve(host, port, family)
        if may_be_private(host, self._private_hosts):
            return found
        public = [result for result in found if is_public(result["host"])]
        if found and not public:
            raise PrivateAddressError(found[0]["host"])
        return public

    async def close(self) -> None:
        """Nothing is held."""


def _as_httpx(error: Exception) -> httpx.HTTPError:
    """The same failure in httpx's words; the narrower kinds of error first."""
    kinds: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
        (aiohttp.ServerTimeoutError, httpx.ReadTimeout),
        (asyncio.TimeoutError, httpx.ReadTimeout),
        (aiohttp.ClientProxyConnectionError, httpx.ProxyError),
        (aiohttp.ClientHttpProxyError, httpx.ProxyError),
        (aiohttp.ClientConnectorError, httpx.ConnectError),
        (aiohttp.InvalidURL, httpx.UnsupportedProtocol),
        (aiohttp.ClientPayloadError, httpx.ReadError),
        (aiohttp.ClientError, httpx.RemoteProtocolError),
    )
    return next(to for kind, to in kinds if isinstance(error, kind))(str(error))
