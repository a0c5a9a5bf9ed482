"""Presets: sites as data, one TOML file each.

The files in ``presets/`` come with the package.  A file of the same name in the user's folder goes before it, so that
a site that changes needs no release; a file of another name is a preset of the user's own.  docs/presets.md shows how
one is written.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import get_close_matches
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from mentionwatch.errors import ConfigError, Problem
from mentionwatch.settings import Span
from mentionwatch.sources.api import ApiSpec
from mentionwatch.sources.asking import RequestSpec
from mentionwatch.sources.site import FeedSpec
from mentionwatch.sources.template import placeholders

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_NAMES_HOSTS = re.compile(r"(?m)^hosts\s*=")
Status = Literal["recorded", "documented", "untested"]


@dataclass(frozen=True)
class Limits:
    """How often the site may be asked."""

    #: Requests a minute, over all sources of the site.
    per_minute: int = 30
    #: Least time between two requests.
    spacing: Annotated[timedelta, Span()] = timedelta(seconds=1)
    #: Hosts that this is for; ".site.example" is the site with all below it, together.  None: the host of the address.
    hosts: tuple[str, ...] = ()

    @property
    def spacing_s(self) -> float:
        """Seconds from one request to the next."""
        return max(self.spacing.total_seconds(), 60 / max(1, self.per_minute))


@dataclass(frozen=True)
class Param:
    """Something that the user gives, or may give."""

    #: What it is, and where to find it.
    about: str
    #: None: it has to be given.  A list: so may be what is given, and each value is asked for; an empty one has to be.
    default: str | tuple[str, ...] | None = None
    #: Never shown.
    secret: bool = False
    #: What stands between the values of a list in one request; "": each has a request of its own.
    join: str = ""
    #: What it may look like.
    example: str = ""
    #: Regular expression that each value fits as a whole; "": whatever is given.
    pattern: str = ""


@dataclass(frozen=True)
class _File:
    """A preset as its file writes it."""

    title: str
    site: str
    status: Status
    verified: date
    evidence: str
    request: RequestSpec = field(default_factory=lambda: RequestSpec(url=""))
    params: dict[str, Param] = field(default_factory=dict)
    limits: Limits = Limits()
    #: One of the three: what comes is a JSON API's answer, a feed, or a page with reviews.
    api: ApiSpec | None = None
    feed: FeedSpec | None = None
    page: FeedSpec | None = None
    #: It is no site: files, or a program, of the user's own.
    own: Literal["files", "command"] | None = None


@dataclass(frozen=True)
class Preset:
    """One site: how it is asked, how its answer is read, and how sure that is."""

    #: What ``use = "…"`` says; the file's name without its suffix.
    name: str
    title: str
    #: The site's home page.
    site: str
    #: "recorded": documents of the site were read with it.  "documented": made from what the site, or code that uses
    #: it, says.  "untested": never part of a default scan, like "documented".
    status: Status
    #: When somebody last looked.
    verified: date
    #: What they looked at.
    evidence: str
    request: RequestSpec
    params: Mapping[str, Param]
    limits: Limits
    api: ApiSpec | None = None
    feed: FeedSpec | None = None
    page: FeedSpec | None = None
    own: Literal["files", "command"] | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """Parameters that the user has to give."""
        return tuple(name for name, param in self.params.items() if param.default in {None, ()})

    @property
    def secrets(self) -> tuple[str, ...]:
        """Parameters that are never shown."""
        return tuple(name for name, param in self.params.items() if param.secret)

    @property
    def searches(self) -> bool:
        """It is asked for search terms, and finds them on the whole site."""
        return self.request.searches

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts that its limits are for."""
        host = urlsplit(self.request.url).hostname or ""
        return self.limits.hosts or ((host,) if host and "{" not in host else ())


def names(folder: Path | None = None) -> list[str]:
    """Names of all presets, those of the user's folder included, in order."""
    bundled = (item.name for item in _bundled().iterdir())
    listed = folder.iterdir() if folder is not None and folder.is_dir() else ()
    own = (item.name for item in listed if item.is_file())
    stems = (name.removesuffix(".toml") for name in (*bundled, *own) if name.endswith(".toml"))
    return sorted({stem for stem in stems if _NAME.fullmatch(stem)})


def preset(name: str, folder: Path | None = None, *, key: str = "use") -> Preset:
    """Read a preset.

    Args:
        name: Its name.
        folder: The user's own presets.
        key: Where the name stands in the configuration, for the message.

    Raises:
        ConfigError: There is none of this name (with the nearest), or its file has mistakes.
    """
    found = _text(name, folder) if _NAME.fullmatch(name) else None
    if found is None:
        raise ConfigError([Problem("", None, key, _unknown(name, names(folder)))])
    return _read(name, *found)


def known_limits(folder: Path | None = None) -> dict[str, float]:
    """Seconds between two requests, by host, of all presets that name the hosts they are for."""
    found: dict[str, float] = {}
    for name in names(folder):
        text, file = _text(name, folder) or ("", "")
        # Looked at as text first: most name none, and reading them all as TOML would take a poll 20 ms.
        if not _NAMES_HOSTS.search(text):
            continue
        # One with a mistake stops who uses it, and nobody else.
        with suppress(ConfigError):
            known = _read(name, text, file)
            found |= {host: max(known.limits.spacing_s, found.get(host, 0.0)) for host in known.limits.hosts}
    return found


def param_names(name: str, folder: Path | None = None) -> tuple[str, ...]:
    """Names of a preset's parameters; none where there is no such preset, or its file has mistakes."""
    try:
        return tuple(preset(name, folder).params)
    except ConfigError:
        return ()


def _bundled() -> resources.abc.Traversable:
    return resources.files("mentionwatch.sources") / "presets"


def _text(name: str, folder: Path | None) -> tuple[str, str] | None:
    """Text and file of a preset, the user's own first."""
    own = folder / f"{name}.toml" if folder is not None else None
    try:
        if own is not None and own.is_file():
            from mentionwatch.toml import read_text

            return read_text(own, str(own)), str(own)
    except OSError as e:
        raise ConfigError([Problem(str(own), None, "", f"cannot be read: {e}")]) from e
    bundled = _bundled() / f"{name}.toml"
    return (bundled.read_text("utf-8"), bundled.name) if bundled.is_file() else None


# Ten thousand sources may use one preset: its file is looked at each time, and read again only when it changed.
@lru_cache(maxsize=200)
def _read(name: str, text: str, file: str) -> Preset:
    from mentionwatch.toml import load

    read = load(text, file, _File)
    if problems := list(_mistakes(read, text, file)):
        raise ConfigError(problems)
    return Preset(name=name, **{key: getattr(read, key) for key in read.__dataclass_fields__})


def _mistakes(read: _File, text: str, file: str) -> list[Problem]:
    """What the types cannot tell: parameters that nobody declares, expressions that do not compile."""
    from mentionwatch.toml import parse

    document = parse(text, file)
    if read.own is not None:
        # A configuration that was only found is refused these by name: none may go by another.
        theirs = file == f"{read.own}.toml"
        return [] if theirs else [document.problem(("own",), "is for the package's own files and command alone")]
    spec = read.api or read.feed or read.page
    kinds = [name for name in ("api", "feed", "page") if getattr(read, name) is not None]
    found = []
    if len(kinds) != 1:
        found.append(Problem(file, None, "", f"needs one of [api], [feed] and [page]; it has {len(kinds)}"))
    used = dict.fromkeys([*read.request.parameters(), *(spec.parameters() if spec else ())])
    found += [
        document.problem(("request",), f"a template uses {{{name}}}: describe it in [params.{name}]")
        for name in used
        if name not in read.params
    ]
    used |= dict.fromkeys(placeholders(read.api.link + read.api.guid) if read.api is not None else ())
    found += [document.problem(("params", name), "no template uses it") for name in read.params if name not in used]
    if not re.match(r"https?://|\{\+\w+\}", read.request.url):
        found.append(document.problem(("request", "url"), "is no http(s) URL"))
    found += [document.problem(("request", *key), what) for key, what in _unfit(read)]
    return found + [
        document.problem(key, fault) for key, pattern in _patterns(read) if (fault := _fault(pattern)) is not None
    ]


def _unfit(read: _File) -> Iterator[tuple[tuple[str, ...], str]]:
    """What of a request can never be filled in."""
    for name in ("word", "phrase", "group", "none"):
        form = getattr(read.request.query, name)
        if form and (form.count("{}") != 1 or set("{}") & set(form.replace("{}", ""))):
            yield ("query", name), "has to hold {} once, where the words go, and no other brace"
    for name in ("page", "cursor", "before"):
        if name in placeholders(read.request.url) and (read.api is None or read.api.paging.kind != name):
            yield ("url",), f'{{{name}}} is filled in by [api.paging] kind = "{name}" alone'
    try:
        urlsplit(re.sub(r"\{[^{}]*\}", "x", read.request.url))
    except ValueError as e:
        yield ("url",), f"is no URL: {e}"


def _patterns(read: _File) -> list[tuple[tuple[str | int, ...], str]]:
    found: list[tuple[tuple[str | int, ...], str]] = []
    for name, spec in (("api", read.api), ("feed", read.feed), ("page", read.page)):
        if spec is not None:
            found += [((name, "strip", at), pattern) for at, pattern in enumerate(spec.strip)]
        if isinstance(spec, ApiSpec):
            found += [((name, "captures", key), capture.pattern) for key, capture in spec.captures.items()]
        if isinstance(spec, FeedSpec):
            found += [((name, key), getattr(spec, key)) for key in ("title", "told", "error")]
    found += [(("params", name, "pattern"), param.pattern) for name, param in read.params.items()]
    return found


def _fault(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as e:
        return f"is no regular expression: {e}"
    return None


def _unknown(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1)
    hint = f'did you mean "{near[0]}"?' if near else "see: mentionwatch sources presets"
    return f'there is no preset "{name}"; {hint}'
