"""What a user can set, as plain dataclasses with their defaults.

``config`` fills them from TOML and tells every mistake; everything else only reads them.  The markers in the
annotations (``Span``, ``Size`` …) say how a value is written in the file; pydantic finds them there, and this
module stays free of it.  ``config.example.toml`` explains each key.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

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

        kind = {Span: timedelta, Size: int}[type(self)]

        def convert(value: Any) -> Any:
            if isinstance(value, kind) and not isinstance(value, bool):
                return value
            if not isinstance(value, str):
                raise ValueError(f"write it as text with a unit, such as {self.example!r}")  # noqa: TRY004 - pydantic collects ValueError
            return self.read(value)

        return core_schema.no_info_plain_validator_function(convert)

    example = ""


class Span(_Written):
    """A length of time, written ``"15m"``."""

    example = "15m"

    def read(self, text: str) -> timedelta:
        """See parse_span."""
        return parse_span(text)


class Size(_Written):
    """A number of bytes, written ``"8MiB"``."""

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

    engine: Literal["auto", "textblob"] = "auto"
    #: Polarity within this distance of 0 is neutral; in [0, 1).
    neutral_band: float = 0.05


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
    #: An alert is resolved after this much calm.
    quiet: Annotated[timedelta, Span()] = timedelta(hours=24)


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


def name_sources(sources: Iterable[SourceSettings]) -> tuple[SourceSettings, ...]:
    """Name sources that have no name by their preset, or by host and path; with -2, -3 … where that is taken.

    Names that were given go first.  A name says nothing of the other sources, as far as that is possible: what is
    stored hangs on it, and one source more or less must not give the others new names.
    """
    found = list(sources)
    taken = {source.name.casefold() for source in found}
    counts: Counter[str] = Counter()
    return tuple(s if s.name else replace(s, name=_free_name(_usual_name(s), taken, counts)) for s in found)


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
