"""One source, from its requests to the mentions in what it answered: the part that scan, poll and check share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mentionwatch.errors import FetchError, ParseError, Postponed, SourceError
from mentionwatch.fetch import body_hash, validators_of
from mentionwatch.identity import entry_id, mention_id
from mentionwatch.masking import mask_url, public_base
from mentionwatch.match import searchable_text
from mentionwatch.model import Dropped, Mention, Validators
from mentionwatch.pipeline.naming import name_spans
from mentionwatch.stories import own_story
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

    from mentionwatch.fetch import Fetcher
    from mentionwatch.model import (
        AggregateRating,
        Ask,
        Document,
        Entry,
        Match,
        Redirect,
        Request,
        Response,
    )
    from mentionwatch.parsing.pool import Parser
    from mentionwatch.sources.base import Source
    from mentionwatch.tone import Engine

#: Pages of one answer that are followed in one poll; a first poll of a large archive ends here.
MAX_PAGES = 10
#: Pieces of a file that are read in one poll.
_MAX_PIECES = 1_000
#: Redirects that mean "for good", and how often in a row one has to lead to the same place before that is believed.
PERMANENT, MOVED_TIMES = frozenset({301, 308}), 3


@dataclass
class Collected:
    """What one poll of one source brought, before anything is stored."""

    source: str
    #: Most entries of one document that are taken; None: as many as its adapter reads.
    max_entries: int | None = None
    entries: list[Entry] = field(default_factory=list)
    #: Theirs; what two documents hold, or one holds twice, is taken once.
    ids: set[str] = field(default_factory=set)
    dropped: list[Dropped] = field(default_factory=list)
    ratings: list[AggregateRating] = field(default_factory=list)
    #: Public URLs that were asked for, how many of them had not changed, and what failed.
    asked: list[str] = field(default_factory=list)
    unchanged: int = 0
    errors: list[SourceError] = field(default_factory=list)
    #: Titles of the documents, in order.
    titles: list[str] = field(default_factory=list)
    #: By public URL; only of documents that were read whole.
    validators: dict[str, Validators] = field(default_factory=dict)
    #: By public URL: what to know of pages that may not be read, so that they are not asked for again to find out.
    refused: dict[str, Validators] = field(default_factory=dict)
    #: The request that was not sent, if there was one; what stands behind it was not sent either.
    postponed: Postponed | None = None
    #: How the first document was reached, the longest time that one took, and what publishers ask for.
    redirects: tuple[Redirect, ...] = ()
    seconds: float | None = None
    fresh_for: timedelta | None = None
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()

    @property
    def failed(self) -> SourceError | None:
        """The first error when nothing at all could be had; a page that broke off was had in part."""
        had = self.entries or self.unchanged or len(self.errors) < len(self.asked)
        return None if had or not self.troubles else self.troubles[0]

    @property
    def troubles(self) -> list[SourceError]:
        """What could not be had; a request that was not sent is missing too, for who has no next poll."""
        if self.postponed is None:
            return self.errors
        left = FetchError(self.postponed.reason, url=self.postponed.url, state="rate-limited", advice="try again later")
        return [*self.errors, left]

    #: Further pages that were there and were not followed.
    cut: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether nothing of what was asked for is missing."""
        return bool(self.asked) and not self.errors and self.postponed is None

    @property
    def is_read(self) -> bool:
        """Whether every document was read, so that its entries are all there are."""
        return self.is_whole and not self.unchanged and not self.cut


async def collect(
    source: Source,
    ask: Ask,
    fetcher: Fetcher,
    parser: Parser,
    *,
    known: Callable[[str], Validators | None] = lambda _url: None,
    max_pages: int = MAX_PAGES,
    max_entries: int | None = None,
) -> Collected:
    """Ask a source for what it has and read it.

    Args:
        source: The source.
        ask: What is wanted of it.
        fetcher: Gets the documents.
        parser: Reads them, within bounds.
        known: Validators of an earlier read of a document, by its public URL.
        max_pages: Most further pages that are followed.
        max_entries: Most entries of one document that are taken.

    Returns:
        Everything that could be had; what could not is in ``errors``.
    """
    got = Collected(source.name, max_entries=max_entries)
    waiting = [_public(request) for request in source.requests(ask)]
    followed: set[str] = set()
    while waiting:
        request = waiting.pop(0)
        try:
            following = await _one_or_other(source, request, fetcher, parser, got, ask=ask, known=known)
        except Postponed as e:
            got.postponed = e
            break
        except SourceError as e:
            got.errors.append(e)
            following = ()
        got.asked.append(request.shown)
        fresh = [_public(r) for r in following if r.url not in followed and r.url != request.url]
        elsewhere = [r for r in fresh if not _may_follow(request, r)]
        got.cut += len(elsewhere)
        fresh = [r for r in fresh if r not in elsewhere]
        # Pages of a file on this machine are a matter of memory, not of manners.
        room = max(0, (_MAX_PIECES if _is_own(request) else max_pages) - len(followed))
        waiting += fresh[:room]
        got.cut += len(fresh[room:])
        if fresh[room:] and _is_own(request):
            # What is left of a file is read the next time, and so is all before it.
            got.validators.clear()
        followed |= {r.url for r in fresh}
    return got


async def _one_or_other(
    source: Source,
    request: Request,
    fetcher: Fetcher,
    parser: Parser,
    got: Collected,
    *,
    ask: Ask,
    known: Callable[[str], Validators | None],
) -> Sequence[Request]:
    """Ask for a document, and for the other one where it cannot be had or holds nothing."""
    other = _public(request.instead) if request.instead is not None else None
    had = len(got.entries), got.unchanged
    try:
        following = await _one(source, request, fetcher, parser, got, ask=ask, validators=known(request.shown))
    except SourceError as e:
        # Who refuses is not asked for the same thing in another way.
        if other is None or e.state in {"blocked", "rate-limited"}:
            raise
        try:
            return await _one(source, other, fetcher, parser, got, ask=ask, validators=known(other.shown))
        except SourceError:
            raise e from None
    if other is None or (len(got.entries), got.unchanged) != had:
        return following
    try:
        return await _one(source, other, fetcher, parser, got, ask=ask, validators=known(other.shown))
    except SourceError:
        # The first answered, with nothing in it.
        return following


async def _one(
    source: Source,
    request: Request,
    fetcher: Fetcher,
    parser: Parser,
    got: Collected,
    *,
    ask: Ask,
    validators: Validators | None,
) -> Sequence[Request]:
    if validators and validators.is_page and source.kind == "auto":
        request = replace(request, robots=True)
    response = await _get(request, validators, fetcher, ask.now)
    if response is not None:
        _note(got, response)
    # Of a file, its time and size have said already whether it changed; its first piece may be what it was.
    if response is None or (validators and not _is_own(request) and validators.body_hash == body_hash(response.body)):
        got.unchanged += 1
        if response is not None and response.redirects:
            got.validators[request.shown] = _remember(request, response, validators)
        return ()
    found_at = response.url
    response = replace(response, url=public_base(response.url))
    document = await parser.parse(source, response, shown=request.shown)
    if document.is_page and not request.robots:
        await _permit(request, found_at, fetcher, got, ask.now)
    if document.error is not None:
        raise ParseError(f"it holds only an error: {one_line(document.error, 80)!r}", url=request.shown)
    if document.pause is not None:
        fetcher.cool(found_at, ask.now + document.pause, "it asked in its answer to be left alone for a while")
    _take(got, document, most=None if _is_own(request) else got.max_entries)
    if document.partial:
        # Without validators it is asked for again in full.
        got.errors.append(_broken_off(request, None if _is_own(request) else response.status))
    else:
        known = _remember(request, response, validators)
        got.validators[request.shown] = replace(known, is_page=document.is_page)
    return document.following if _is_own(request) or _goes_on(document.entries, ask.since) else ()


def _is_own(request: Request) -> bool:
    """Whether it is a file of the user's, or a program: no document of a stranger's, and nobody has to be spared."""
    return bool(request.argv) or request.url.startswith("file:")


def _take(got: Collected, document: Document, *, most: int | None) -> None:
    """Take what a document holds, up to `most` entries."""
    got.ttl = max(filter(None, (got.ttl, document.ttl)), default=None)
    got.skip_hours |= document.skip_hours
    _keep(got, document.entries[:most])
    left = len(document.entries[len(document.entries) if most is None else most :])
    if left:
        got.dropped.append(Dropped(f"the last {left} entries", "a document has more than [fetch] max_entries"))
    got.dropped += document.dropped
    got.ratings += document.ratings
    if document.title:
        got.titles.append(document.title)


def _keep(got: Collected, entries: Sequence[Entry]) -> None:
    """Take a document's entries, each once and none that holds nothing to read or follow; say what was left out."""
    for number, entry in enumerate(entries, 1):
        if not (entry.title or entry.text or entry.url):
            got.dropped.append(Dropped(f"entry {number}", "it has neither title nor text nor link"))
        elif (known := entry_id(entry)) in got.ids:
            got.dropped.append(Dropped(f"entry {number}", "it was there already"))
        else:
            got.ids.add(known)
            got.entries.append(entry)


def _may_follow(request: Request, further: Request) -> bool:
    """Whether a page that a document names may be asked for: with a credential only where the first was asked for.

    A redirect may have led to a stranger, who would name himself as the next page.
    """
    if not (further.headers or further.login or further.public_url or further.argv):
        return True
    return _origin(request.url) == _origin(further.url)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


def _public(request: Request) -> Request:
    """A request that never shows a password or a token of its URL."""
    shown = mask_url(request.shown)
    return request if shown == request.url else replace(request, public_url=shown)


async def _get(request: Request, validators: Validators | None, fetcher: Fetcher, now: datetime) -> Response | None:
    """Ask where permanent redirects have led often enough; where that fails, ask the address as it was given."""
    if validators and validators.moved_to and validators.moved_times >= MOVED_TIMES:
        try:
            return await fetcher.get(replace(request, url=validators.moved_to), validators, now=now)
        except FetchError:
            validators = None
    return await fetcher.get(request, validators, now=now)


async def _permit(request: Request, url: str, fetcher: Fetcher, got: Collected, now: datetime) -> None:
    """Before anything is taken of what turned out to be a page: ask whether it may be read."""
    try:
        await fetcher.permit(request, url, now=now)
    except FetchError:
        got.refused[request.shown] = Validators(is_page=True)
        raise


def _note(got: Collected, response: Response) -> None:
    """Keep how a document came."""
    got.redirects = got.redirects or response.redirects
    got.seconds = max(filter(None, (got.seconds, response.seconds)), default=None)
    got.fresh_for = max(filter(None, (got.fresh_for, response.fresh_for)), default=None)


def _remember(request: Request, response: Response, before: Validators | None) -> Validators:
    """What to know of a document the next time; it was read, so that a redirect to it led to a document of its kind.

    An address that holds a secret is never replaced: where it led may hold the secret too.
    """
    now = replace(validators_of(response), is_page=before is not None and before.is_page)
    if before and response.url == before.moved_to and not response.redirects:
        return replace(now, moved_to=before.moved_to, moved_times=before.moved_times)
    permanent = response.redirects and all(redirect.status in PERMANENT for redirect in response.redirects)
    if not permanent or request.public_url is not None:
        return now
    again = before is not None and before.moved_to == response.url
    return replace(now, moved_to=response.url, moved_times=before.moved_times + 1 if again and before else 1)


def _goes_on(entries: Sequence[Entry], since: datetime | None) -> bool:
    """Whether further pages can hold something that is wanted: a page that reaches back far enough is the last.

    Without this, a feed that links its archive would be read whole at every poll.
    """
    if since is None:
        return bool(entries)
    dates = [entry.published for entry in entries if entry.published]
    return bool(dates) and min(dates) > since


def _broken_off(request: Request, status: int | None) -> ParseError:
    return ParseError(
        "the document breaks off; what could be read was kept",
        url=request.shown,
        status=status,
        advice="it is asked for again later",
    )


def make_mention(entry: Entry, entry_id: str, match: Match, engine: Engine, *, now: datetime, backlog: bool) -> Mention:
    """Judge one entry for one brand; spans count in the text that was searched, so that one is judged."""
    tone = engine.rate(
        searchable_text(entry),
        target=match.brand,
        rating=entry.rating,
        language=entry.language,
        spans=name_spans(match),
    )
    return Mention(
        id=mention_id(entry_id, match.brand),
        entry_id=entry_id,
        brand=match.brand,
        keyword=match.keyword,
        entry=entry,
        tone=tone,
        first_seen=now,
        story=own_story(entry, entry_id),
        backlog=backlog,
    )
