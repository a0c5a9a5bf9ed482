"""Asking and answering: requests, what comes back, and what is looked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta


@dataclass(frozen=True)
class Login:
    """How to get the token that a site wants with each request: asked for once a run, by POST."""

    #: Where the name and password are sent, as JSON.
    url: str = field(repr=False)
    #: What is sent.
    fields: Mapping[str, str] = field(repr=False)
    #: Path of the token in the answer.
    token: str
    #: The header that it goes into, and what stands there before it.
    header: str = "Authorization"
    before: str = "Bearer "
    #: The URL as it may be shown; None when nothing in it is secret.
    public_url: str | None = None


@dataclass(frozen=True)
class Request:
    """One document to ask for: by GET, by running a program, or from a file that the user named."""

    #: Absolute http(s) URL, secrets and all.
    url: str
    #: Extra headers, by name.
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: The URL as it may be shown and stored; None when nothing in it is secret.
    public_url: str | None = None
    #: The site's robots.txt is asked first: so for pages, which are made for people; never for feeds.
    robots: bool = False
    #: What the placeholders of its address stand for (the query, a country, the page); given back in the response.
    given: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: Asked for in its place where it cannot be had, or holds nothing.
    instead: Request | None = None
    login: Login | None = field(default=None, repr=False)
    #: A program and its arguments, whose output is the document; never given to a shell.
    argv: tuple[str, ...] = field(default=(), repr=False)

    @property
    def shown(self) -> str:
        """The URL without secrets: for messages, logs and the store."""
        return self.public_url or self.url


@dataclass(frozen=True)
class Redirect:
    """One step on the way to a document."""

    status: int
    #: Where it led, without secrets.
    url: str


@dataclass(frozen=True)
class Response:
    """One document as it came, after HTTP decoding."""

    #: The URL it came from, after redirects; relative links in it are relative to this one.
    url: str
    #: Headers by lower-case name.
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    #: When it was asked for, by the clock that was passed in.
    fetched_at: datetime
    status: int = 200
    #: In the order they were followed.
    redirects: tuple[Redirect, ...] = ()
    #: See Request.
    given: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: How long the server asks not to come back; None where it says nothing.
    fresh_for: timedelta | None = None
    #: From sending the request to the last byte; None for a file.
    seconds: float | None = None


@dataclass(frozen=True)
class Validators:
    """What a later request for the same document sends back, so that the server can say "not modified"."""

    #: Verbatim, quotes and weakness mark included.
    etag: str | None = None
    #: Verbatim; never made up.
    last_modified: str | None = None
    #: Of the decoded body: tells an unchanged one where the server does not.
    body_hash: str | None = None
    #: Where permanent redirects led, and how many times in a row they led there.
    moved_to: str | None = None
    moved_times: int = 0
    #: It was a page for people: its robots.txt is asked before it is asked for.
    is_page: bool = False


@dataclass(frozen=True)
class Search:
    """One question to a source that can search; what answers it is matched again by the query it was made of."""

    #: Each is a word, or words in double quotes; an entry has all of them.  The first narrows most: a site that takes
    #: only one is asked for that.
    words: tuple[str, ...]
    #: Words of which an entry has at least one; empty: nothing is asked of it.
    some: tuple[str, ...] = ()
    #: Words that an entry has none of.
    none: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ask:
    """What the pipeline wants of a source in one poll."""

    #: Present time, by the clock that was passed in.
    now: datetime
    #: For sources that can search: an entry that is wanted answers one of them.  Empty: all there is.
    searches: tuple[Search, ...] = ()
    #: Nothing older is of interest; None: whatever the source gives.
    since: datetime | None = None
