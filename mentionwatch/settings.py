"""What a user can set, as plain dataclasses with their defaults.

``config`` fills them from TOML and tells every mistake; everything else only reads them.  The markers in the
annotations (``Span``, ``Size`` …) say how a value is written in the file; pydantic finds them there, and this
module stays free of it.  ``config.example.toml`` explains each key.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from mentionwatch.model import Severity  # noqa: TC001 - pydantic reads the annotations

if TYPE_CHECKING:
    from collections.abc import Iterable

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d|w)")
_SPAN_UNIT = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB|kB|MB|GB)")
_SIZE_UNIT = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "kB": 10**3, "MB": 10**6, "GB": 10**9}
_USUAL_PORTS = frozenset({80, 443})
#: A host in any script, or an address of IPv4 or IPv6.
_HOST = re.compile(r"[^\W_](?:[\w-]*)(?:\.[\w-]+)*|[0-9a-f:.]*:[0-9a-f:.]+")


def parse_span(text: str) -> timedelta:
    """Read a length of time: ``90s``, ``15m``, ``24h``, ``7d``, ``2w``.

    Raises:
        ValueError: It is none; the message says what would be right.
    """
    found = _SPAN.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is no length of time; write a number and a unit, such as 90s, 15m, 24h, 7d or 2w")
    try:
        return timedelta(**{_SPAN_UNIT[found[2]]: float(found[1])})
    except OverflowError as e:
        raise ValueError(f"{text!r} is too long a time") from e


def parse_size(text: str) -> int:
    """Read a size in bytes: ``500kB``, ``8MiB``.

    Raises:
        ValueError: It is none; the message says what would be right.
    """
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is no size; write a number and a unit, such as 500kB or 8MiB")
    try:
        return int(float(found[1]) * _SIZE_UNIT[found[2]])
    except OverflowError as e:
        raise ValueError("that is too large a size") from e


_CLOCK = r"([01]\d|2[0-3]):([0-5]\d)"
_MUTE = re.compile(rf"{_CLOCK}\s*-\s*{_CLOCK}", re.ASCII)
_DIGEST = re.compile(rf"(?:daily|weekly\s+([a-z]+))\s+{_CLOCK}", re.ASCII)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Digest(NamedTuple):
    """When a channel sends what it collected."""

    #: Day of the week, 0 for Monday; None: every day.
    weekday: int | None
    #: Time of the day, in the user's zone.
    at: time


def parse_mute(text: str) -> tuple[time, time]:
    """Read hours of rest, ``22:00-07:00``: from (inclusive) and until (exclusive), maybe over midnight.

    Raises:
        ValueError: They are none; the message says what would be right.
    """
    found = _MUTE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} are no hours of rest; write from and until, such as 22:00-07:00")
    start, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if start == end:
        raise ValueError(f"{text!r} begins and ends at the same time, so nothing would ever be sent")
    return start, end


def parse_digest(text: str) -> Digest:
    """Read when to send what was collected: ``daily 08:00``, ``weekly mon 08:00``.

    Raises:
        ValueError: It is no such time; the message says what would be right.
    """
    found = _DIGEST.fullmatch(text.strip().lower())
    day = found and found[1]
    days = [n for n, name in enumerate(_WEEKDAYS) if day and day in {name, name[:3]}]
    if not found or (day and not days):
        raise ValueError(f"{text!r} is no time for a digest; write daily 08:00, or weekly mon 08:00")
    return Digest(days[0] if days else None, time(int(found[2]), int(found[3])))


def show_span(span: timedelta) -> str:
    """Write a length of time the way ``parse_span`` reads it, in the largest unit that is whole."""
    seconds = span.total_seconds()
    for unit, size in (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0 and not (unit == "w" and seconds < 4 * size):
            return f"{seconds / size:.0f}{unit}"
    # In whole numbers: a float cannot hold the microseconds of a long time.
    return f"{span // timedelta(seconds=1)}.{span.microseconds:06}".rstrip("0").rstrip(".") + "s"


class Secret(str):
    """A text that its ``repr`` does not show, nor that of a dataclass that holds it.

    ``str()``, formatting and joining give the text itself, as a plain str: whoever puts it into a URL or a header
    has to keep the result from being shown (``Request.public_url``).
    """

    __slots__ = ()

    def __repr__(self) -> str:
        """Say nothing."""
        return "***"


class _Written:
    """A marker in an annotation: the value is written as a string that ``read`` turns into it."""

    def read(self, text: str) -> Any:
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Tell pydantic to accept the written form, or a value that already is one."""
        from pydantic_core import core_schema

        def convert(value: Any) -> Any:
            if isinstance(value, self.kind) and not isinstance(value, bool):
                return value
            if not isinstance(value, str):
                raise ValueError(f"write it as text with a unit, such as {self.example!r}")  # noqa: TRY004 - pydantic collects ValueError
            return self.read(value)

        return core_schema.no_info_plain_validator_function(convert)

    #: What it becomes, and how it may be written.
    kind: type = object
    example = ""


class Span(_Written):
    """A length of time, written ``"15m"``."""

    kind = timedelta
    example = "15m"

    def read(self, text: str) -> timedelta:
        """See parse_span."""
        return parse_span(text)


class SpanOrNever(_Written):
    """A length of time, or ``"never"``, which becomes None."""

    kind = timedelta
    example = "24h"

    def read(self, text: str) -> timedelta | None:
        """See parse_span."""
        return None if text.strip() == "never" else parse_span(text)


class Size(_Written):
    """A number of bytes, written ``"8MiB"``."""

    kind = int
    example = "8MiB"

    def read(self, text: str) -> int:
        """See parse_size."""
        return parse_size(text)


@dataclass(frozen=True)
class Site:
    """A site that is left out: a host with all that is under it, or a part of one."""

    #: In lower case, without ``www.``.
    host: str
    #: None: any.
    port: int | None = None
    #: What the path of an address begins with, segment by segment, in lower case; empty: any.
    path: tuple[str, ...] = ()


def read_site(text: str) -> Site:
    """Read a site: ``reddit.com``, ``*.acme.com``, ``reddit.com/r/acme``, ``https://acme.com/blog``.

    Raises:
        ValueError: It is none; the message says what would be right.
    """
    written = text.strip().removeprefix("site:")
    _, scheme, rest = written.rpartition("://")
    rest = rest.removeprefix("//").removeprefix("*").removeprefix(".")
    advice = 'write a host, such as "reddit.com", or a part of one, such as "reddit.com/r/acme"'
    try:
        parts = urlsplit(f"//{rest}")
        host, port = (parts.hostname or "").rstrip(".").removeprefix("www."), parts.port
        host.encode("idna")  # as it stands in addresses
    except ValueError as e:
        raise ValueError(f"{text!r} is no site; {advice}") from e
    if parts.query or parts.fragment or "@" in parts.netloc or not _HOST.fullmatch(host):
        raise ValueError(f"{text!r} is no site; {advice}")
    if "." not in host and ":" not in host and not scheme and port is None and host != "localhost":
        raise ValueError(f'{text!r} is no whole host; {advice}; one of your own network as "http://{host}"')
    return Site(
        host,
        None if port in _USUAL_PORTS else port,
        tuple(part.casefold() for part in unquote(parts.path).split("/") if part),
    )


def site_problem(text: str) -> str | None:
    """Say why a text is no site; None when it is one."""
    try:
        read_site(text)
    except ValueError as e:
        return str(e)
    return None


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
class ToneSettings:
    """``[tone]``: what judges."""

    #: "auto": the small models that come with the program, and where the extra "accurate" is installed, that one for
    #: what the small ones are unsure of; "accurate": that one for everything; "textblob": TextBlob's lexicon.
    engine: Literal["auto", "accurate", "textblob"] = "auto"
    #: TextBlob only: polarity within this distance of 0 is neutral; in [0, 1).
    neutral_band: float = 0.05
    #: The user's own words and phrases, each with its tone from -4 to 4; 0: it says nothing, whatever others think.
    words: dict[str, float] = field(default_factory=dict)


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


def name_sources(sources: Iterable[SourceSettings]) -> tuple[SourceSettings, ...]:
    """Name sources that have no name by their preset, or by host and path; with -2, -3 … where that is taken.

    Names that were given go first.  A name says nothing of the other sources, as far as that is possible: what is
    stored hangs on it, and one source more or less must not give the others new names.
    """
    found = list(sources)
    taken = {source.name.casefold() for source in found}
    counts: Counter[str] = Counter()
    return tuple(s if s.name else replace(s, name=_free_name(_usual_name(s), taken, counts)) for s in found)


def name_channels(channels: Iterable[NotifySettings]) -> tuple[NotifySettings, ...]:
    """Name channels that have no name by their kind and a digest of where they tell; with -2, -3 … where taken.

    Call it before secrets are put in: the name is stored and shown, and holds only what the file says.
    """
    found = list(channels)
    taken = {channel.name.casefold() for channel in found}
    counts: Counter[str] = Counter()
    return tuple(c if c.name else replace(c, name=_free_name(_usual_channel(c), taken, counts)) for c in found)


def _usual_channel(channel: NotifySettings) -> str:
    from mentionwatch.identity import digest

    where = (*sorted(channel.to), channel.url or "", *channel.argv, channel.path or "")
    return f"{channel.via}-{digest('channel', *where)[1:7]}" if any(where) else channel.via


def _usual_name(source: SourceSettings) -> str:
    if source.use is not None:
        return source.use
    parts = urlsplit(source.url or "")
    if not parts.hostname:
        return PurePosixPath(unquote(parts.path)).name or "source"
    return parts.hostname.removeprefix("www.") + parts.path.rstrip("/")


def _free_name(usual: str, taken: set[str], counts: Counter[str]) -> str:
    """The usual name, or with a number; `counts` spares a second look at numbers already given."""
    name = ""
    while not name or name.casefold() in taken:
        counts[usual] += 1
        name = usual if counts[usual] == 1 else f"{usual}-{counts[usual]}"
    taken.add(name.casefold())
    return name


@dataclass(frozen=True)
class Config:
    """The whole file."""

    brands: tuple[Brand, ...]
    sources: tuple[SourceSettings, ...]
    store: StoreSettings = StoreSettings()
    fetch: FetchSettings = FetchSettings()
    tone: ToneSettings = ToneSettings()
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
