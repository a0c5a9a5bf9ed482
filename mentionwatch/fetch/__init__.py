"""Request -> Response: the only stage that talks to the network.

Polite and bounded.  Polite: one request at a time per host with a pause between them, hosts that refuse are left
alone, robots.txt is asked for pages, conditional GET with the validators exactly as they came.  Bounded: the bytes
before and after decompression, the redirects, and the whole time of a document (a drip of one byte a second ends
too).  Redirects are followed here, hop by hop: each is a new decision about addresses, queues and secrets.

What goes wrong is a ``FetchError`` with one of the health states; what was not asked, to be polite, is ``Postponed``;
"not modified" is None, so that it never looks like an empty document.

==============  ===============================================================
addresses       which addresses may be asked
hosts, queue    when a host may be asked, and waiting for it
transport       sending one request; fast: the same over aiohttp
login           tokens that a site wants
programs        programs whose output is a document
files           files that the user named
inflate         undoing compression, bounded
headers         Retry-After, Cache-Control, Expires
robots          robots.txt
secrets, urls   what must not be shown, nor given to other servers
failures        what is said when it went wrong
==============  ===============================================================
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from mentionwatch import __version__
from mentionwatch.errors import FetchError, MentionwatchError, Postponed
from mentionwatch.fetch import failures, headers
from mentionwatch.fetch.addresses import host_key, refusal
from mentionwatch.fetch.deadline import Deadline
from mentionwatch.fetch.files import address_of, read_file
from mentionwatch.fetch.hosts import Cooled
from mentionwatch.fetch.inflate import Inflater, UndecodableError
from mentionwatch.fetch.login import MAX_BYTES as LOGIN_BYTES
from mentionwatch.fetch.login import Logins, no_token
from mentionwatch.fetch.programs import run_program
from mentionwatch.fetch.queue import OUT_OF_TIME, Queues, Turn
from mentionwatch.fetch.robots import MAX_BYTES as ROBOTS_BYTES
from mentionwatch.fetch.robots import Rules, parse_robots
from mentionwatch.fetch.secrets import Masker
from mentionwatch.fetch.transport import Sender, basic_auth
from mentionwatch.fetch.urls import parse_url, redirect_target, same_server
from mentionwatch.model import Redirect, Request, Response, Validators
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from mentionwatch.settings import FetchSettings

__all__ = ["MAX_REDIRECTS", "Cooled", "Fetcher", "body_hash", "validators_of"]

#: Default of ``[fetch] max_redirects``: as many as browsers' least patient; a longer chain is a loop in practice.
MAX_REDIRECTS = 5

_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/json, text/html;q=.9, */*;q=.8"

#: Answers that hold a whole document: 202 comes with a page that wants a browser, 206 with a part.
_WHOLE = frozenset({HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def body_hash(body: bytes) -> str:
    """Fingerprint of a body, for knowing an unchanged one again."""
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def validators_of(response: Response) -> Validators:
    """What to send back the next time this document is asked for.

    Of a redirected document only the hash: an ETag is about one URL, and sent to the one that redirects, it could
    make a stranger's "not modified" pass for the document's.
    """
    etag, modified = response.headers.get("etag"), response.headers.get("last-modified")
    if response.redirects:
        etag = modified = None
    return Validators(etag=etag, last_modified=modified, body_hash=body_hash(response.body))


@dataclass
class _Errand:
    """One document on its way."""

    request: Request
    validators: Validators | None
    now: datetime
    #: The request's own URL.
    start: httpx.URL
    turn: Turn
    #: Time left for it, without the time in queues.
    left_s: float
    #: Largest body; and whether of a larger one the beginning will do.
    cap: int
    cut: bool = False
    #: What is sent, by POST; None: nothing, by GET.
    body: bytes | None = None
    #: The header with the token that its site wants.
    token: dict[str, str] = field(default_factory=dict)
    redirects: list[Redirect] = field(default_factory=list)


class Fetcher:
    """Asks for documents; shares its connections until it is closed.

    Args:
        settings: Limits and the contact for the User-Agent.
        files: ``file:`` URLs that the user named by hand; no other is ever read, whatever a document says.
        folder: Where programs run; None: the working folder.
        trust_env: Whether proxies of the environment are used; only what stays on this machine does without.
        spacing: Seconds between two requests, by host, where it is not ``[fetch] spacing``.
        cooled: Hosts to be left alone, as an earlier run knew them.
        ages: Seconds since an earlier run asked a host last, by host, where the pause between two requests is long.
        on_asked: Called before a host is asked whose pause is so long, with its key and the time.
        patience_s: A request that would have to wait longer for its host is postponed.
        deadline_s: The run's whole time, from now; None: no limit.
        fast: Whether aiohttp is used where it is installed.
    """

    def __init__(
        self,
        settings: FetchSettings,
        *,
        files: Iterable[str] = (),
        folder: Path | None = None,
        trust_env: bool = True,
        spacing: Mapping[str, float] | None = None,
        cooled: Mapping[str, Cooled] | None = None,
        ages: Mapping[str, float] | None = None,
        on_asked: Callable[[str, datetime], None] = lambda _host, _at: None,
        patience_s: float = 10.0,
        deadline_s: float | None = None,
        fast: bool = True,
    ) -> None:
        self._settings = settings
        self._timeout_s = settings.timeout.total_seconds()
        self._files = frozenset(files)
        self._folder = folder
        self._private_hosts = frozenset(host_key(host) for host in settings.private_hosts)
        self._connections = asyncio.Semaphore(settings.concurrency)
        self._robots: dict[str, Rules] = {}
        self._headers = _own_headers(settings)
        self._queues = Queues(
            spacing_s=settings.spacing.total_seconds(),
            overrides=spacing or {},
            cooled=cooled or {},
            patience_s=patience_s,
            deadline_s=deadline_s,
            ages=ages or {},
            on_asked=on_asked,
        )
        self._logins = Logins()
        self._sender = Sender(
            concurrency=settings.concurrency,
            timeout_s=self._timeout_s,
            private_hosts=self._private_hosts,
            trust_env=trust_env,
            fast=fast,
        )

    @property
    def cooled(self) -> dict[str, Cooled]:
        """Hosts that are to be left alone, as far as is known now; by host."""
        return dict(self._queues.cooled)

    @property
    def asked(self) -> dict[str, datetime]:
        """When hosts were asked last whose pause between two requests is longer than a poll; by host."""
        return dict(self._queues.asked)

    def cool(self, url: str, until: datetime, reason: str) -> None:
        """Leave the host of an answer alone, which asked for that in it."""
        host = urlsplit(url).hostname
        if host:
            self._queues.cool(host, until, reason)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know once about how documents are fetched here, a line each."""
        return self._sender.notes

    async def close(self) -> None:
        """Close all connections."""
        await self._sender.close()

    async def get(self, request: Request, validators: Validators | None = None, *, now: datetime) -> Response | None:
        """Get one document.

        Returns:
            The response (status 200), or None when the server says that nothing changed since `validators`.

        Raises:
            FetchError: It could not be had; its state says in what way.
            Postponed: Its host is left alone for now, or the time is up: it was not asked.
        """
        if request.argv:
            async with self._connections:
                cap, folder = self._settings.max_bytes, self._folder
                return await run_program(request, now=now, timeout_s=self._timeout_s, cap=cap, folder=folder)
        if address_of(request.url) in self._files:
            return read_file(request, validators, now=now, cap=self._settings.max_bytes)
        try:
            start = parse_url(request.url)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as e:
            raise failures.failure(e, request, ()) from (e if failures.may_quote(e, request) else None)
        async with self._queues.turn(one_line(request.shown, 500), now) as turn:
            cap = self._settings.max_bytes
            return await self._run(_Errand(request, validators, now, start, turn, self._timeout_s, cap))

    async def permit(self, request: Request, url: str, *, now: datetime) -> None:
        """Ask the robots.txt of a site whether a document may be read that turned out to be a page.

        Args:
            request: What was asked for.
            url: Where it was found, after redirects.
            now: Present time.

        Raises:
            FetchError: It may not, or the site does not say; state "blocked" where it says no.
            Postponed: As for ``get``.
        """
        if not url.lower().startswith(("http://", "https://")):
            return  # a file that the user named
        place = parse_url(url)
        async with self._queues.turn(one_line(request.shown, 500), now) as turn:
            await turn.move(place.host)
            await self._ask_robots(_Errand(request, None, now, place, turn, self._timeout_s, 0), place)

    async def _run(self, errand: _Errand) -> Response | None:
        request, redirects = errand.request, errand.redirects
        try:
            return await self._follow(errand)
        except (asyncio.TimeoutError, httpx.TimeoutException) as e:
            if self._queues.left_s <= 0:
                raise Postponed(one_line(request.shown, 500), errand.now, OUT_OF_TIME) from None
            raise failures.error(
                f"no complete answer within {self._timeout_s:g} s",
                request,
                redirects=redirects,
                advice="it is asked again later; a longer [fetch] timeout may help",
            ) from (e if failures.may_quote(e, request) else None)
        except MentionwatchError:
            raise
        except Exception as e:  # noqa: BLE001 - what strangers' servers provoke below httpx costs one source only
            raise failures.failure(e, request, redirects) from (e if failures.may_quote(e, request) else None)

    # --- from hop to hop --------------------------------------------------------------------------------------

    async def _follow(self, errand: _Errand) -> Response | None:
        url = errand.start
        for _ in range(self._settings.max_redirects + 1):
            reason = refusal(url.host, errand.start.host, self._private_hosts)
            if reason:
                raise failures.error(reason, errand.request, redirects=errand.redirects, advice=failures.NAME_IT)
            await errand.turn.move(url.host)
            if errand.request.robots and await self._ask_robots(errand, url):
                await errand.turn.move(url.host)
            if errand.request.login and not errand.token:
                errand.token = await self._log_in(errand)
                await errand.turn.move(url.host)
            answer = await self._hop(errand, url)
            if isinstance(answer, Response):
                return replace(answer, given=errand.request.given, seconds=self._timeout_s - errand.left_s)
            if answer is None:
                return None
            url = answer
        advice = "open it in a browser; use the address where it ends"
        reason = f"more than {self._settings.max_redirects} redirects"
        raise failures.error(reason, errand.request, redirects=errand.redirects, advice=advice)

    async def _hop(self, errand: _Errand, url: httpx.URL) -> Response | httpx.URL | None:
        """Ask one URL; gives the next one where it redirects."""
        async with self._connections:
            if self._queues.left_s <= 0:
                raise Postponed(one_line(errand.request.shown, 500), errand.now, OUT_OF_TIME)
            loop = asyncio.get_running_loop()
            started = loop.time()
            async with Deadline(min(errand.left_s, self._queues.left_s)):
                answer = await self._sender.send(url, self._headers_for(errand, url), errand.body)
                try:
                    result = await self._read(errand, url, answer)
                finally:
                    # The body of a redirect is not read: nobody asked for it, and it has no bound.
                    await answer.aclose()
            errand.left_s -= loop.time() - started
            return result

    def _headers_for(self, errand: _Errand, url: httpx.URL) -> dict[str, str]:
        """Our own; those of the request, which may prove who we are, to the one who was asked."""
        found = dict(self._headers)
        if same_server(errand.start, url):
            found |= {**basic_auth(errand.start), **errand.request.headers, **errand.token}
        return found if errand.redirects else found | _conditions(errand.validators)

    async def _read(self, errand: _Errand, url: httpx.URL, answer: httpx.Response) -> Response | httpx.URL | None:
        status = answer.status_code
        if status in _REDIRECTS and "location" in answer.headers:
            return _next_url(errand, url, status, answer.headers["location"])
        # A 304 that nobody asked for says nothing about what is known here: it is a failure like another.
        if status == HTTPStatus.NOT_MODIFIED and not errand.redirects and _conditions(errand.validators):
            return None
        found = {name.lower(): value for name, value in answer.headers.items()}
        if status not in _WHOLE:
            raise self._refused(errand, url, status, found, await self._said(errand, answer, found))
        return Response(
            url=str(url),
            headers=found,
            body=await self._body(errand, answer),
            fetched_at=errand.now,
            status=status,
            redirects=tuple(errand.redirects),
            fresh_for=headers.fresh_for(found, errand.now),
        )

    async def _said(self, errand: _Errand, answer: httpx.Response, found: Mapping[str, str]) -> str:
        """Why it refuses, where an API says so in its answer: a quota, a wrong token, a query that it cannot read."""
        if "json" not in found.get("content-type", "").lower():
            return ""
        inflater = Inflater(found.get("content-encoding", ""))
        body = bytearray()
        try:
            async for chunk in answer.aiter_raw():
                body += inflater.inflate(chunk, failures.MOST_SAID + 1 - len(body))
                if len(body) > failures.MOST_SAID:
                    break
        except (httpx.HTTPError, UndecodableError):
            return ""
        return failures.said(bytes(body), Masker(errand.request))

    def _refused(self, errand: _Errand, url: httpx.URL, status: int, found: Mapping[str, str], said: str) -> FetchError:
        limited = headers.is_used_up(found) and status in {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}
        error = failures.refused(status, errand.request, errand.redirects, said=said, limited=limited)
        error.retry_after = headers.retry_after(found, errand.now)
        if error.retry_after is None and limited:
            error.retry_after = headers.until_reset(found, errand.now)
        # Places without a robots.txt answer 403 too; its pages may be there for all.
        if not (errand.cut and status == HTTPStatus.FORBIDDEN):
            # A quota is over when it says, whatever status tells of it.
            told = HTTPStatus.TOO_MANY_REQUESTS if limited else status
            self._queues.note(url.host, told, error.retry_after, errand.now)
        return error

    async def _body(self, errand: _Errand, answer: httpx.Response) -> bytes:
        """Read up to the cap, on the wire and inflated; the header is believed only when it is too large already."""
        cap, status = errand.cap, answer.status_code
        declared = answer.headers.get("content-length", "")
        if not errand.cut and declared.isascii() and declared.isdigit() and int(declared[:18]) > cap:
            raise failures.too_large(cap, errand.request, errand.redirects, status)
        inflater = Inflater(answer.headers.get("content-encoding", ""))
        body = bytearray()
        wire = 0
        async for chunk in answer.aiter_raw():
            wire += len(chunk)
            body += inflater.inflate(chunk, cap + 1 - len(body))
            if max(wire, len(body)) > cap:
                if errand.cut:
                    return bytes(body[:cap])
                raise failures.too_large(cap, errand.request, errand.redirects, status)
        inflater.finish()
        return bytes(body)

    # --- robots.txt -------------------------------------------------------------------------------------------

    async def _ask_robots(self, errand: _Errand, url: httpx.URL) -> bool:
        """Whether the site had to be asked for it.

        Raises:
            FetchError: The site asks not to be read, or does not say whether it may.
        """
        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        is_new = origin not in self._robots
        if is_new:
            self._robots[origin] = await self._read_robots(errand, origin)
        rules = self._robots[origin]
        if rules.pause_s:
            self._queues.pause(url.host, rules.pause_s)
        if not rules.allow(str(url)):
            raise failures.error(
                "its robots.txt asks programs not to read it",
                errand.request,
                redirects=errand.redirects,
                state="blocked",
                advice="look for a feed of it, or ask whoever runs the site",
            )
        return is_new

    async def _read_robots(self, errand: _Errand, origin: str) -> Rules:
        request = Request(f"{origin}/robots.txt")
        own = replace(
            errand,
            request=request,
            validators=None,
            start=httpx.URL(request.url),
            left_s=self._timeout_s,
            cap=ROBOTS_BYTES,
            cut=True,
            token={},
            redirects=[],
        )
        try:
            found = await self._run(own)
        except FetchError as e:
            if e.status is not None and 400 <= e.status < 500 and e.status != HTTPStatus.TOO_MANY_REQUESTS:
                return Rules()
            reason = f"robots.txt cannot be read: {e.reason}"
            failed = failures.error(reason, errand.request, redirects=errand.redirects, status=e.status)
            failed.retry_after = e.retry_after
            raise failed from e
        return parse_robots(found.body) if found else Rules()

    # --- logins -----------------------------------------------------------------------------------------------

    async def _log_in(self, errand: _Errand) -> dict[str, str]:
        """The header with the token that a request needs; raises FetchError where there is none to be had."""
        login = errand.request.login
        if login is None:
            return {}
        url = parse_url(login.url)
        secret = {f"{n}": value for n, value in enumerate(login.fields.values())}
        request = Request(login.url, headers={"Content-Type": "application/json"}, public_url=login.public_url)
        own = replace(
            errand,
            request=request,
            validators=None,
            start=url,
            left_s=self._timeout_s,
            cap=LOGIN_BYTES,
            body=json.dumps(dict(login.fields)).encode(),
            redirects=[],
        )

        async def ask() -> bytes:
            reason = refusal(url.host, url.host, self._private_hosts)
            if reason:
                raise failures.error(reason, request, advice=failures.NAME_IT)
            await errand.turn.move(url.host)
            try:
                answer = await self._hop(own, url)
            except FetchError as e:
                hidden = Masker(replace(request, headers={**request.headers, **secret}))
                raise no_token(login, hidden(e.reason)) from None
            if not isinstance(answer, Response):
                raise no_token(login, "it redirects" if answer is not None else "it says nothing")
            return answer.body

        return await self._logins.header(login, ask)


def _own_headers(settings: FetchSettings) -> dict[str, str]:
    # A header is one line of ASCII; the configuration sees to it, a caller from Python may not.
    contact = one_line(settings.contact or "").encode("ascii", "replace").decode()
    agent = f"mentionwatch/{__version__}" + (f" (+{contact})" if contact else "")
    return {"User-Agent": agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"}


def _conditions(validators: Validators | None) -> dict[str, str]:
    """Headers that ask for a document only if it changed; verbatim, or not at all where they cannot be sent so."""
    etag, modified = (validators.etag, validators.last_modified) if validators else (None, None)
    given = {"If-None-Match": etag, "If-Modified-Since": modified}
    return {name: value for name, value in given.items() if value and value.isascii() and value.isprintable()}


def _next_url(errand: _Errand, url: httpx.URL, status: int, location: str) -> httpx.URL:
    """Note a redirect; raises FetchError where it would give a secret away."""
    to = redirect_target(url, location)
    mask = Masker(errand.request)
    errand.redirects.append(Redirect(status, one_line(mask(str(to)), 500)))
    if not same_server(errand.start, to) and mask.finds(str(to)):
        raise failures.error(
            "it redirects to another server, with a secret of this request in the address",
            errand.request,
            redirects=errand.redirects,
            advice="if that server may have it, use the address where it ends",
        )
    return to
