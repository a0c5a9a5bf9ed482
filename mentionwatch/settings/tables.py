"""The tables of the file, and all of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path  # noqa: TC003 - pydantic reads the annotations
from typing import Annotated, Literal

from mentionwatch.model.alert import Severity  # noqa: TC001 - pydantic reads the annotations
from mentionwatch.settings.tone import ToneSettings
from mentionwatch.settings.written import Size, Span, SpanOrNever


@dataclass(frozen=True)
class StoreSettings:
    """``[store]``: where what was read is kept."""

    #: ``sqlite:///FILE``; relative to the config file.  None: the user's data folder.
    url: str | None = None
    #: Mentions older than this are deleted by ``poll``.
    keep: Annotated[timedelta, Span()] = timedelta(days=400)
    #: Entries that no query matches are kept too, so that a changed query can be looked for in them.
    keep_unmatched: bool = False
    #: How long those are kept.
    keep_entries: Annotated[timedelta, Span()] = timedelta(days=90)


@dataclass(frozen=True)
class FetchSettings:
    """``[fetch]``: how documents are asked for."""

    #: Mail address or URL of whoever runs this; goes into the User-Agent, so that a site can write to you.
    contact: str | None = None
    #: Documents asked for at the same time, over all hosts; per host it is always one.
    concurrency: int = 64
    #: For one document, from the first byte sent to the last received.
    timeout: Annotated[timedelta, Span()] = timedelta(seconds=20)
    #: Largest document, before and after decompression.
    max_bytes: Annotated[int, Size()] = 8 * 2**20
    #: From one request to the next at the same host; none between requests to this machine.
    spacing: Annotated[timedelta, Span()] = timedelta(seconds=1)
    #: Longest chain of redirects that is followed.
    max_redirects: int = 5
    #: Entries read of one document, the first that stand in it; at most 2,000.
    max_entries: int = 2000
    #: Hosts whose names may lead to private addresses.
    private_hosts: tuple[str, ...] = ()


@dataclass(frozen=True)
class AlertSettings:
    """``[alerts]``: when to tell."""

    sensitivity: Literal["low", "medium", "high"] = "medium"
    #: Distinct negative mentions that a burst has at least.
    min_mentions: int = 4
    #: Authors that a burst has at least.
    min_authors: int = 3
    #: Negative mentions that the tone engine is less sure of do not count as evidence; in [0, 1].
    min_confidence: float = 0.0
    #: Whether bursts of mentions of any tone are told too.  Where the tone of most is unknown, they are anyway.
    volume: bool = False
    #: An alert is resolved after this much calm.
    quiet: Annotated[timedelta, Span()] = timedelta(hours=24)
    #: An alert that is open is told again after this long; None ("never"): it is not.
    remind: Annotated[timedelta | None, SpanOrNever()] = None


@dataclass(frozen=True)
class Brand:
    """``[[brands]]``: what is watched."""

    name: str
    #: Queries; one of them has to match.
    match: tuple[str, ...]
    #: Queries; none of them may match.
    exclude: tuple[str, ...] = ()
    #: Queries; where there are any, one of them has to match too.
    context: tuple[str, ...] = ()
    #: Our own people: not counted as mentions.
    own_authors: tuple[str, ...] = ()
    ignore_authors: tuple[str, ...] = ()
    #: Hosts (with their subdomains) whose entries are left out.
    ignore_sites: tuple[str, ...] = ()
    #: "exact": words match in the case they are written in: Square is the company, square is not.
    case: Literal["any", "exact"] = "any"
    #: Overrides of ``[alerts]`` for this brand.
    alerts: AlertSettings | None = None


#: Presets that are no sites: they read files, or run a program.  What was only found and not named may use neither.
OWN_PLACES = frozenset({"files", "command"})


@dataclass(frozen=True)
class SourceSettings:
    """``[[sources]]``: where to look.  Either ``url`` or ``use``."""

    #: Unique; made from the URL's host or the preset's name where it is not given.
    name: str
    url: str | None = None
    #: A preset's name.
    use: str | None = None
    #: How the URL is read; "auto" finds out from what comes.
    kind: Literal["auto", "feed", "api", "page"] = "auto"
    every: Annotated[timedelta, Span()] = timedelta(hours=1)
    #: Failures in a row after which the source counts as down.
    fail_after: int = 3
    #: Only these brands are looked for here; empty: all.
    brands: tuple[str, ...] = ()
    #: Entries of the first poll that are older than this are not stored; None: all are.
    backfill: Annotated[timedelta, Span()] | None = None
    #: Values for the preset's parameters; they may also stand beside ``use``, without ``params``.
    params: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    #: The user's own words for it; folders of an imported OPML file become tags, "A/B" for B in A.
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class RuleSettings:
    """``[[rules]]``: a plain threshold beside the detector."""

    #: Unique; stands in the alert.
    name: str
    #: A query: which mentions count.
    when: str
    #: It fires above this many within `within`.
    more_than: int
    within: Annotated[timedelta, Span()]
    #: And where they are more than this share of the brand's mentions in that time, in [0, 1); None: no matter which.
    share_over: float | None = None
    severity: Severity = "elevated"
    #: Only for these brands; empty: for each.
    brands: tuple[str, ...] = ()


@dataclass(frozen=True)
class SmtpSettings:
    """``[smtp]``: the server that takes mail; without it, mail goes to the system's ``sendmail``."""

    host: str
    #: None: 587 for starttls, 465 for tls, 25 for none.
    port: int | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    #: A Secret once resolved.
    password: str | None = field(default=None, repr=False)
    #: None: the user's name at this machine's name.
    sender: str | None = field(default=None, metadata={"key": "from"})


@dataclass(frozen=True)
class NotifySettings:
    """``[[notify]]``: one channel.  What each kind needs is checked when the file is read."""

    via: Literal["email", "webhook", "apprise", "command", "file", "stdout"]
    #: Unique, stable: the outbox knows the channel by it; made from `via` and a digest of the address where not given.
    name: str
    #: email: addresses.
    to: tuple[str, ...] = ()
    #: webhook and apprise: the address; a Secret once resolved, for it often holds a token.
    url: str | None = field(default=None, repr=False)
    #: webhook: what messages are signed with; a Secret once resolved.
    secret: str | None = field(default=None, repr=False)
    #: command: the program and its arguments, never a shell.
    argv: tuple[str, ...] = field(default=(), repr=False)
    #: file: relative to the config file.
    path: str | None = None
    #: Only alerts (and mentions) of these brands; empty: of all.
    brands: tuple[str, ...] = ()
    #: From this one on.
    severity: Severity = "elevated"
    #: Between these times of the day nothing is sent, ``"22:00-07:00"`` (``parse_mute``); it is sent after.
    mute: str | None = None
    #: ``"daily 08:00"`` or ``"weekly mon 08:00"`` (``parse_digest``): collected and sent then, instead of at once.
    digest: str | None = None
    #: A query: each new mention that matches is told once.
    each: str | None = None


@dataclass(frozen=True)
class Config:
    """The whole file."""

    brands: tuple[Brand, ...]
    sources: tuple[SourceSettings, ...]
    store: StoreSettings = StoreSettings()
    fetch: FetchSettings = FetchSettings()
    tone: ToneSettings = field(default_factory=ToneSettings)
    alerts: AlertSettings = AlertSettings()
    rules: tuple[RuleSettings, ...] = ()
    smtp: SmtpSettings | None = None
    #: Where alerts go; empty: to stdout.
    notify: tuple[NotifySettings, ...] = ()
    #: Queries by name, for ``@name``.
    queries: dict[str, str] = field(default_factory=dict)
    #: For every brand, beside its own.
    own_authors: tuple[str, ...] = ()
    ignore_authors: tuple[str, ...] = ()
    ignore_sites: tuple[str, ...] = ()
    #: IANA name for people's eyes; None: the system's.
    timezone: str | None = None
    #: The file it was read from; None when it was made in code.
    path: Path | None = None
    #: Folder of the user's own presets, which go before those of the package.
    presets: Path | None = None
