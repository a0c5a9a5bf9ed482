"""One source, from its requests to the mentions in what it answered: the part that scan, poll and check share."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mentionwatch.errors import ParseError, SourceError
from mentionwatch.fetch import body_hash, validators_of
from mentionwatch.identity import mention_id
from mentionwatch.model import Mention
from mentionwatch.stories import story_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mentionwatch.fetch import Fetcher
    from mentionwatch.model import AggregateRating, Ask, Document, Dropped, Entry, Match, Request, Response, Validators
    from mentionwatch.sources.base import Source
    from mentionwatch.tone import Engine

#: Pages of one answer that are followed in one poll; a first poll of a large archive ends here.
MAX_PAGES = 10


@dataclass
class Collected:
    """What one poll of one source brought, before anything is stored."""

    source: str
    entries: list[Entry] = field(default_factory=list)
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

    @property
    def failed(self) -> SourceError | None:
        """The first error when nothing at all could be had; a page that broke off was had in part."""
        had = self.entries or self.unchanged or len(self.errors) < len(self.asked)
        return None if had or not self.errors else self.errors[0]


async def collect(
    source: Source,
    ask: Ask,
    fetcher: Fetcher,
    *,
    known: Callable[[str], Validators | None] = lambda _url: None,
    max_pages: int = MAX_PAGES,
) -> Collected:
    """Ask a source for what it has and read it.

    Args:
        source: The source.
        ask: What is wanted of it.
        fetcher: Gets the documents.
        known: Validators of an earlier read of a document, by its public URL.
        max_pages: Most further pages that are followed.

    Returns:
        Everything that could be had; what could not is in ``errors``.
    """
    got = Collected(source.name)
    waiting = list(source.requests(ask))
    followed: set[str] = set()
    while waiting:
        request = waiting.pop(0)
        got.asked.append(request.shown)
        try:
            following = await _one(source, request, fetcher, got, ask=ask, validators=known(request.shown))
        except SourceError as e:
            got.errors.append(e)
            continue
        fresh = [r for r in following if r.url not in followed and r.url != request.url]
        waiting += fresh[: max(0, max_pages - len(followed))]
        followed |= {r.url for r in fresh}
    return got


async def _one(
    source: Source,
    request: Request,
    fetcher: Fetcher,
    got: Collected,
    *,
    ask: Ask,
    validators: Validators | None,
) -> Sequence[Request]:
    response = await fetcher.get(request, validators, now=ask.now)
    if response is None or (validators and validators.body_hash == body_hash(response.body)):
        got.unchanged += 1
        return ()
    # Parsing is work for the processor; in a thread, the other sources' answers go on being received meanwhile.
    document = await asyncio.to_thread(read, source, response, request)
    got.entries += document.entries
    got.dropped += document.dropped
    got.ratings += document.ratings
    if document.title:
        got.titles.append(document.title)
    if document.partial:
        # Without validators it is asked for again in full.
        got.errors.append(_broken_off(request, response.status))
    else:
        got.validators[request.shown] = validators_of(response)
    return document.following if _goes_on(document.entries, ask.since) else ()


def _goes_on(entries: Sequence[Entry], since: datetime | None) -> bool:
    """Whether further pages can hold something that is wanted: a page that reaches back far enough is the last.

    Without this, a feed that links its archive would be read whole at every poll.
    """
    if since is None:
        return bool(entries)
    dates = [entry.published for entry in entries if entry.published]
    return bool(dates) and min(dates) > since


def _broken_off(request: Request, status: int) -> ParseError:
    return ParseError(
        "the document breaks off; what could be read was kept",
        url=request.shown,
        status=status,
        advice="it is asked for again at the next poll",
    )


def read(source: Source, response: Response, request: Request) -> Document:
    """Parse, and name the URL as it may be shown."""
    try:
        return source.parse(response)
    except ParseError as e:
        raise ParseError(e.reason, url=request.shown, state=e.state, status=response.status, advice=e.advice) from e


def make_mention(entry: Entry, entry_id: str, match: Match, engine: Engine, *, now: datetime, backlog: bool) -> Mention:
    """Judge one entry for one brand."""
    text = "\n".join(part for part in (entry.title, entry.text) if part)
    tone = engine.rate(text, target=match.brand, rating=entry.rating, language=entry.language)
    return Mention(
        id=mention_id(entry_id, match.brand),
        entry_id=entry_id,
        brand=match.brand,
        keyword=match.keyword,
        entry=entry,
        tone=tone,
        first_seen=now,
        story=story_key(entry),
        backlog=backlog,
    )
