"""Find what can be read at an address, with as few requests as will do.

Known by its address as a preset: none.  A feed, or a page that names its feeds: one.  Only where nothing is named are
addresses tried at which feeds often are, one after another, until one is a feed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from mentionwatch.errors import ConfigError, FetchError, ParseError, Postponed, SourceError, UsageError
from mentionwatch.fetch import Fetcher
from mentionwatch.fetch.addresses import host_key, refusal
from mentionwatch.identity import url_key
from mentionwatch.masking import mask_url, public_base
from mentionwatch.model import Request
from mentionwatch.parsing.pool import Parser
from mentionwatch.pipeline.collect import PERMANENT
from mentionwatch.pipeline.places import as_place
from mentionwatch.pipeline.running import run as run_to_end
from mentionwatch.sources import platforms
from mentionwatch.sources.discover import Discovery, guesses
from mentionwatch.sources.presets import known_limits, preset
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from mentionwatch.model import Document, FeedLink, Response
    from mentionwatch.settings import FetchSettings

#: Whole time of one search, and how long one request may wait for its host.
TIME_S, PATIENCE_S = 60.0, 30.0
#: What these say of an address is final; all else may be a bad moment, or a bad network.
_NOT_THERE = frozenset({404, 410})
#: An address whose scheme was left out.
_LIKE_A_HOST = re.compile(r"(?i)[a-z\d-]{1,63}(?:\.[a-z\d-]{1,63})+(?::\d{1,5})?(?:[/?#]|\Z)")


@dataclass(frozen=True)
class Discovered:
    """What can be read at an address."""

    #: The address, as it may be shown.
    url: str
    #: The best first.
    links: tuple[FeedLink, ...]
    #: What a user should know beside them, a line each.
    notes: tuple[str, ...]
    errors: tuple[SourceError, ...]
    #: What was asked for, as it may be shown, in order.
    asked: tuple[str, ...]

    @property
    def failed(self) -> bool:
        """Nothing is known, because nothing could be had."""
        return bool(self.errors) and not self.links


def as_address(text: str) -> str:
    """The URL that somebody means: an address with or without its scheme, or a file that is there.

    Raises:
        UsageError: It is neither.
    """
    text = text.strip()
    try:
        return as_place(text).url or ""
    except UsageError:
        # People write "forum.acme.example".
        if not _LIKE_A_HOST.match(text):
            raise
    return f"https://{text}"


def discover(
    url: str,
    *,
    now: datetime,
    fetch: FetchSettings,
    check: bool = False,
    preset_folder: Path | None = None,
    places: platforms.Known | None = None,
) -> Discovered:
    """Find what can be read at an address; see the module.

    Args:
        url: See ``as_address``.
        now: Present time.
        fetch: Limits of fetching.
        check: Ask for every feed that is found, and keep those that are feeds; else what a page names is believed.
        preset_folder: The user's own presets.
        places: What is known of places; None: what the package knows.

    Raises:
        UsageError: It is no address.
    """
    known = platforms.known() if places is None else places

    async def run() -> Discovered:
        files = [url] if url.startswith("file:") else []
        spacing = known_limits(preset_folder)
        fetcher = Fetcher(fetch, files=files, spacing=spacing, patience_s=PATIENCE_S, deadline_s=TIME_S)
        parser = Parser()
        try:
            search = _Search(url, fetcher, parser, now, known, fetch.private_hosts, preset_folder)
            await search.run()
            if check:
                await search.check()
            return search.result()
        finally:
            await fetcher.close()
            await parser.close()

    if not url.startswith(("http://", "https://", "file:")):
        raise UsageError(f"{url!r} is no address (https://…)")
    return run_to_end(run())


@dataclass
class _Search:
    """One search, and what it has found so far."""

    url: str
    fetcher: Fetcher
    parser: Parser
    now: datetime
    places: platforms.Known
    private_hosts: tuple[str, ...]
    preset_folder: Path | None
    links: list[FeedLink] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    errors: list[SourceError] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def result(self) -> Discovered:
        """What it came to."""
        return Discovered(
            mask_url(self.url), tuple(self.links), tuple(self.notes), tuple(self.errors), tuple(self.asked)
        )

    async def run(self) -> None:
        """Look, and stop as soon as something is found."""
        if not self._is_unavailable(self.url) and not await self._by_address(self.url):
            try:
                await self._by_page()
            except SourceError as e:
                self.errors.append(e)
            except Postponed as e:
                self.errors.append(_left(e))

    async def check(self) -> None:
        """Ask for every feed that was not asked for yet; what is none goes."""
        for link in [link for link in self.links if link.url and link.entries is None]:
            at = self.links.index(link)
            try:
                self.links[at : at + 1] = await self._prove(link)
            except SourceError as e:
                self.errors.append(e)
                del self.links[at]
            except Postponed as e:
                self.errors.append(_left(e))
                return

    def _is_unavailable(self, url: str) -> bool:
        place = platforms.unavailable(url, self.places)
        if place is not None:
            self.notes.append(f"{place.name} cannot be read: {place.why}; {place.instead} (docs/unavailable.md)")
        return place is not None

    async def _by_address(self, url: str) -> bool:
        """What is known of it before it is asked; of its feeds the first is proven."""
        known = self._known(url)
        first = next((link for link in known if link.url), None)
        if first is not None:
            at = known.index(first)
            known[at : at + 1] = await self._if_there(first)
        self.links += known
        return bool(known)

    def _known(self, url: str) -> list[FeedLink]:
        return [link for link in platforms.by_address(url, self.places) if self._fits(link)]

    async def _if_there(self, link: FeedLink) -> list[FeedLink]:
        """A feed that should be there, as it is; as it should be, where only this moment or network is the trouble."""
        try:
            return await self._prove(link)
        except Postponed as e:
            self.errors.append(_left(e))
        except SourceError as e:
            if e.status in _NOT_THERE or e.state == "not-a-feed":
                self.notes.append(f"not there: {e}")
                return []
            self.errors.append(e)
        return [link]

    async def _by_page(self) -> None:
        """Ask for the page and see what it names; where it names nothing, try."""
        response = await self._get(self.url)
        moved = response.url != self.url
        if moved and self._is_unavailable(response.url):
            return
        at = response.url if moved and all(step.status in PERMANENT for step in response.redirects) else self.url
        document = await self._parse(Discovery("discover", at, self.places.platforms), response)
        self.notes += [f"{dropped.what}: {dropped.why}" for dropped in document.dropped]
        links = await self._allowed(document, response)
        if moved and document.is_page:
            links = self._known(response.url) + links
        named = [link for link in links if not link.is_guess]
        tried = [link for link in links if link.is_guess and link.url]
        if not named and not self.url.startswith("file:"):
            named = await self._try(tried, response)
        # A forum whose feeds are turned off has no use for the preset that reads them.
        presets = [replace(link, is_guess=False) for link in links if link.is_guess and link.use]
        self.links += [*map(_from_disk, named), *(_at_home(presets, named) if named else ())]

    async def _try(self, tried: list[FeedLink], response: Response) -> list[FeedLink]:
        """The first of what may be a feed that is one."""
        found = await self._first_feed([*tried, *guesses(public_base(response.url))])
        made_by = next((link.found for link in tried if link.found.startswith("a page of ")), None)
        if made_by and not found:
            self.notes.append(f"it looks like {made_by}, whose feeds may be turned off here")
        return found

    async def _allowed(self, document: Document, response: Response) -> list[FeedLink]:
        """What a page names, without what it must not lead to, and without presets that are not there."""
        own = urlsplit(self.url).hostname or urlsplit(response.url).hostname or ""
        hosts = frozenset(map(host_key, self.private_hosts))
        kept = []
        for link in document.feeds:
            reason = (
                refusal(urlsplit(link.url).hostname or "", own, hosts) if link.url and link.url != self.url else None
            )
            if reason:
                self.notes.append(f"left out: {one_line(mask_url(link.url or ''), 200)}: {reason}")
            elif link.kind != "page" or await self._may_read(link, response):
                kept += [link] if self._fits(link) else []
        return kept

    async def _may_read(self, link: FeedLink, response: Response) -> bool:
        """A page is for people: whether programs may read it is for its robots.txt to say."""
        try:
            await self.fetcher.permit(_request(link.url or ""), response.url, now=self.now)
        except (FetchError, Postponed) as e:
            reason = e.reason
            self.notes.append(f"the page holds {link.entries} reviews, and cannot be a source: {one_line(reason, 200)}")
            return False
        return True

    async def _first_feed(self, tried: Sequence[FeedLink]) -> list[FeedLink]:
        """Try addresses one after another; stops at the first feed, and when the host has had enough."""
        seen = set()
        for link in tried:
            if url_key(link.url or "") in seen:
                continue
            seen.add(url_key(link.url or ""))
            try:
                if proven := await self._prove(link):
                    return proven
            except ParseError:
                continue
            except FetchError as e:
                if e.status is None or e.state in {"blocked", "rate-limited"}:
                    self.notes.append(f"stopped looking: {e}")
                    break
            except Postponed as e:
                self.notes.append(f"stopped looking: {e}")
                break
        return []

    async def _prove(self, link: FeedLink) -> list[FeedLink]:
        """Ask for what should be a feed; with what it says of itself, or nothing where it is a page.

        Raises:
            SourceError: It cannot be had or read.
            Postponed: It was not asked.
        """
        url = link.url or ""
        response = await self._get(url)
        document = await self._parse(Discovery("discover", url), response)
        if document.is_page or not document.feeds:
            title = f': the page "{one_line(document.title, 80)}"' if document.title else ""
            raise ParseError(f"it is no feed{title}", url=mask_url(url), state="not-a-feed", status=response.status)
        found = document.feeds[0]
        comments = link.is_comments or found.is_comments
        return [
            replace(link, title=found.title or link.title, entries=found.entries, is_comments=comments, is_guess=False)
        ]

    async def _get(self, url: str) -> Response:
        request = _request(url)
        self.asked.append(request.shown)
        response = await self.fetcher.get(request, now=self.now)
        assert response is not None  # nothing was known of it, so it cannot be unchanged
        return response

    async def _parse(self, adapter: Discovery, response: Response) -> Document:
        shown = mask_url(response.url)
        return await self.parser.parse(adapter, replace(response, url=public_base(response.url)), shown=shown)

    def _fits(self, link: FeedLink) -> bool:
        """Whether a preset that is proposed is there, and takes what it would be given."""
        if link.use is None:
            return True
        try:
            found = preset(link.use, self.preset_folder)
        except ConfigError:
            return False
        return set(link.params) <= set(found.params)


def _from_disk(link: FeedLink) -> FeedLink:
    """A saved page or feed is a source by the preset that reads files."""
    if not (link.url or "").startswith("file:"):
        return link
    path = url2pathname(urlsplit(link.url or "").path)
    return replace(link, url=None, use="files", params={"path": path})


def _at_home(presets: list[FeedLink], named: Sequence[FeedLink]) -> list[FeedLink]:
    """Of presets for several places where a forum may be, those for the place whose feeds were found."""
    homes = dict.fromkeys(link.params.get("forum", "") for link in presets)
    held = [home for home in homes if any((link.url or "").startswith(f"{home}/") for link in named)]
    home = max(held, key=len, default=next(iter(homes), ""))
    return [link for link in presets if link.params.get("forum", "") == home]


def _request(url: str) -> Request:
    # Its robots.txt is not asked: it is one page that a person wants to see, and only its links are taken.
    shown = mask_url(url)
    return Request(url, public_url=None if shown == url else shown)


def _left(e: Postponed) -> FetchError:
    return FetchError(e.reason, url=e.url, state="rate-limited", advice="try again later")
