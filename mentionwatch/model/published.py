"""What was published: entries, and the documents that hold them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from mentionwatch.model.asking import Request

#: What sort of thing was published.
EntryKind = Literal["post", "comment", "review", "article"]
ENTRY_KINDS: tuple[EntryKind, ...] = ("post", "comment", "review", "article")


@dataclass(frozen=True)
class Entry:
    """One item as published: a post, a review, a comment, an article."""

    #: Name of the source that gave it.
    source: str
    #: Its id in that source as published (guid, objectID …), or None when it has none.
    guid: str | None = None
    kind: EntryKind = "post"
    #: Absolute http(s) URL that leads a person to it.
    url: str | None = None
    title: str | None = None
    #: Body as plain text.
    text: str | None = None
    author: str | None = None
    #: Forum, subreddit, category or app it stands in.
    community: str | None = None
    #: URL or id of what it answers.
    parent: str | None = None
    published: datetime | None = None
    #: The date as published, kept where it could not be used as it stood.
    published_raw: str | None = None
    #: BCP 47 tag, as the source gives it.
    language: str | None = None
    #: ISO 3166-1 alpha-2, upper case.
    country: str | None = None
    #: Version of the product that a review speaks of.
    version: str | None = None
    #: Stars, 1 to 5.
    rating: float | None = None
    #: Votes, likes and replies that the source reports, added up.
    engagement: int | None = None
    #: Words of others that it quotes; neither matched nor judged.
    quoted: str | None = None
    #: The page elsewhere that it is about, where its site names one: what a thread was opened for.
    about: str | None = None
    #: Absolute http(s) URLs that the markup of its body led to; what stands in the text as an address may be missing.
    links: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Dropped:
    """An item of a document that did not become an entry, and why."""

    what: str
    why: str


@dataclass(frozen=True)
class AggregateRating:
    """What all reviewers of a page or app give together."""

    #: What is rated, as the page names it.
    name: str | None
    #: Mean stars, 1 to 5.
    rating: float
    #: Number of ratings behind it, or None when it is not told.
    count: int | None


@dataclass(frozen=True)
class FeedLink:
    """A place where something can be read, as ``sources discover`` finds it: an address, or a preset."""

    #: How it was found, in some words: "link element", "Link header", "known by its address" …
    found: str
    #: Absolute http(s) URL of a feed, or of a page with reviews; None for a preset.
    url: str | None = None
    #: Name of a preset, and its parameters.
    use: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    title: str | None = None
    kind: Literal["feed", "page", "preset"] = "feed"
    #: It holds what is said below the articles of a site, and no articles.
    is_comments: bool = False
    #: What it held when it was asked; None: it was not asked.
    entries: int | None = None
    #: Nobody names it: it is worth a try.
    is_guess: bool = False


@dataclass(frozen=True)
class Document:
    """What a source's adapter read in one response."""

    #: In the order of the document.
    entries: tuple[Entry, ...]
    title: str | None = None
    #: Further pages that hold more of what was asked for.
    following: tuple[Request, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    #: It is a page for people, whatever was expected.
    is_page: bool = False
    #: It broke off; what could be read is in entries, and its validators must not be kept.
    partial: bool = False
    ratings: tuple[AggregateRating, ...] = ()
    #: What a bridge says in place of entries ("Bridge returned error 503"): a failure, whatever the status was.
    error: str | None = None
    #: How often the publisher says that it is worth asking; None where nothing is said.
    ttl: timedelta | None = None
    #: Hours of the day (UTC) in which the publisher asks not to be asked.
    skip_hours: frozenset[int] = frozenset()
    #: How long the answer asks that its host be left alone, from now.
    pause: timedelta | None = None
    #: Where there is more to read, as ``sources discover`` finds it; the best first.
    feeds: tuple[FeedLink, ...] = ()
