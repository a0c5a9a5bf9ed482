"""Sending one request: straight or by a proxy, and only to addresses that may be asked.  Door of httpx.

Not by httpx's client but by its transports, one per kind of way: the client reads the body of a redirect whole, keeps
cookies, and costs time on each request.  With the extra ``fast`` the way leads over aiohttp, which costs a fifth.
"""

from __future__ import annotations

import ssl
from base64 import b64encode
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies, proxy_bypass

import httpx

from mentionwatch.fetch.addresses import host_key, is_public, may_be_private

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What is said once where a proxy hides whom it asks.
PROXY_NOTE = (
    "a proxy of the environment fetches the documents: where a host's name leads is not seen here, so that it is no "
    "private address is for the proxy to check"
)


class PrivateAddressError(Exception):
    """A name led to an address that is not everybody's; nothing was sent."""

    def __init__(self, address: str) -> None:
        """Keep the address for the message."""
        self.address = address
        super().__init__(f"its name leads to a private address ({address})")


class Sender:
    """Sends requests, and keeps its connections until it is closed.

    Args:
        concurrency: Most connections.
        timeout_s: For each single step; whoever calls limits the whole.
        private_hosts: Keys of the hosts that may lead to private addresses.
        trust_env: Whether proxies of the environment are used.
        fast: Whether aiohttp is used where it is installed.
    """

    def __init__(
        self, *, concurrency: int, timeout_s: float, private_hosts: frozenset[str], trust_env: bool, fast: bool
    ) -> None:
        self._limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=20)
        self._timeout = httpx.Timeout(timeout_s).as_dict()
        self._private_hosts = private_hosts
        self._trust_env = trust_env
        self._fast = fast and find_spec("httpx_aiohttp") is not None
        self._proxies = _proxies() if trust_env else {}
        self._ways: dict[tuple[str, str | None], httpx.AsyncBaseTransport] = {}
        self._trusted: ssl.SSLContext | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know of these ways, a line each."""
        return (PROXY_NOTE,) if {"http", "https", "all"} & self._proxies.keys() else ()

    async def close(self) -> None:
        """Close all connections."""
        for way in self._ways.values():
            await way.aclose()

    async def send(self, url: httpx.URL, headers: Mapping[str, str], body: bytes | None = None) -> httpx.Response:
        """Ask for a document, or send one; the answer's body is still to be read, and the answer to be closed.

        Raises:
            PrivateAddressError: The name led to an address that may not be asked; no byte was sent.
            httpx.HTTPError: And what else httpx raises.
        """
        proxy = self._proxy(url)
        extensions: dict[str, Any] = {"timeout": self._timeout}
        if proxy is None and not may_be_private(url.host, self._private_hosts):
            extensions["trace"] = _check_peer
        # Neither the login nor the fragment is part of what is asked for.
        address = url.copy_with(userinfo=b"", fragment=None) if url.userinfo or url.fragment else url
        method = "GET" if body is None else "POST"
        request = httpx.Request(method, address, headers=headers, content=body, extensions=extensions)
        return await self._way(url.scheme, proxy).handle_async_request(request)

    def _proxy(self, url: httpx.URL) -> str | None:
        if not self._proxies or proxy_bypass(url.netloc.decode("ascii")):
            return None
        return self._proxies.get(url.scheme) or self._proxies.get("all")

    def _way(self, scheme: str, proxy: str | None) -> httpx.AsyncBaseTransport:
        """The transport; made when it is needed, as reading the certificates of all authorities takes a while."""
        way = self._ways.get((scheme, proxy))
        if way is None:
            secure = scheme == "https" or (proxy or "").startswith("https:")
            way = self._ways[scheme, proxy] = self._make_way(self._certificates() if secure else _none_trusted(), proxy)
        return way

    def _make_way(self, verify: ssl.SSLContext, proxy: str | None) -> httpx.AsyncBaseTransport:
        try:
            through = httpx.Proxy(proxy) if proxy else None
            if self._fast and not (proxy or "").startswith("socks"):
                from mentionwatch.fetch.fast import FastTransport

                return FastTransport(
                    verify=verify, limits=self._limits, proxy=through, private_hosts=self._private_hosts
                )
            return httpx.AsyncHTTPTransport(verify=verify, trust_env=False, limits=self._limits, proxy=through)
        except (ImportError, ValueError, httpx.InvalidURL) as e:  # SOCKS without its package; no such kind; no URL
            raise httpx.ProxyError("its address is none, or of a kind that needs socksio") from e

    def _certificates(self) -> ssl.SSLContext:
        self._trusted = self._trusted or httpx.create_ssl_context(trust_env=self._trust_env)
        return self._trusted


def basic_auth(url: httpx.URL) -> dict[str, str]:
    """The header that the login in a URL stands for."""
    if not url.userinfo:
        return {}
    login = b64encode(f"{url.username}:{url.password}".encode()).decode("ascii")
    return {"Authorization": f"Basic {login}"}


def _none_trusted() -> ssl.SSLContext:
    """For ways that speak no TLS; should one do so all the same, it trusts nobody."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _proxies() -> dict[str, str]:
    """By scheme, as the environment (or the system) has them."""
    found = {scheme: url.strip() for scheme, url in getproxies().items() if scheme != "no"}
    return {scheme: url if "://" in url else f"http://{url}" for scheme, url in found.items() if url}


async def _check_peer(event: str, info: Mapping[str, Any]) -> None:
    """Look at who is at the other end before anything is sent; httpcore calls this at each step."""
    if event != "connection.connect_tcp.complete":
        return
    stream = info["return_value"]
    peer = stream.get_extra_info("server_addr")
    address = str(peer[0]) if peer else "unknown"
    if not is_public(address):
        await stream.aclose()
        raise PrivateAddressError(host_key(address))
