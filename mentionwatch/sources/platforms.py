"""What is known of places beforehand, as data (``platforms.toml``): by their address, or by what their pages hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Literal
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from mentionwatch.model import FeedLink
from mentionwatch.sources.links import absolute

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Characters of a page in which platforms are looked for.
_HEAD, _TAIL = 200_000, 50_000
#: Where one group of ``find`` has several forms, the others are called like it, with a number.
_NUMBERED = re.compile(r"_\d$")
#: What forums have at their own top: no folder that a whole forum is in.
_OWN_PATHS = frozenset(
    (
        *("t", "c", "u", "d", "p", "tag", "tags", "topic", "topics", "threads", "category", "categories", "discussion"),
        *(
            "discussions",
            "latest",
            "top",
            "new",
            "recent",
            "popular",
            "user",
            "users",
            "members",
            "profile",
            "discover",
        ),
    )
)
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
#: What the address of a page is said to be, for people.
BY_ADDRESS = "known by its address"


@dataclass(frozen=True)
class Feed:
    """A feed that every place of a kind has; both are templates."""

    url: str
    title: str = ""


@dataclass(frozen=True)
class Site:
    """A place that is known by its address."""

    name: str
    address: str
    feeds: tuple[Feed, ...] = ()
    use: str | None = None
    #: Further presets, for the same parameters.
    also: tuple[str, ...] = ()
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Platform:
    """A place that is known by what a page of it holds."""

    name: str
    #: Where it is when ``root`` finds nothing: at the top of its host, or in the page's folder.
    at: Literal["host", "folder"]
    generator: str = ""
    marks: str = ""
    #: What host and path of the page have to be like.
    host: str = ""
    path: str = ""
    #: Finds, in the page, its own address and what the templates need; both may find nothing.
    root: str = ""
    find: str = ""
    feeds: tuple[Feed, ...] = ()
    use: str | None = None
    #: Further presets, for the same parameters.
    also: tuple[str, ...] = ()
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Unavailable:
    """A place that gives nothing to programs."""

    name: str
    host: str
    why: str
    instead: str
    #: Other names that people give it; case, blanks and hyphens do not count.
    names: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """In a line: why not, and what to do instead."""
        return f"{self.name} cannot be read: {self.why}; {self.instead} (docs/unavailable.md)"


@dataclass(frozen=True)
class Known:
    """All that is known."""

    sites: tuple[Site, ...]
    platforms: tuple[Platform, ...]
    unavailable: tuple[Unavailable, ...]


@lru_cache(maxsize=1)
def known() -> Known:
    """Read the package's data."""
    from mentionwatch.toml import load

    file = resources.files("mentionwatch.sources") / "platforms.toml"
    return load(file.read_text("utf-8"), file.name, Known)


def unavailable(url: str, places: Known) -> Unavailable | None:
    """Why nothing can be had of a place, where that is known."""
    parts = _split(url)
    host = _host(parts) if parts else ""
    return next((place for place in places.unavailable if re.fullmatch(place.host, host)), None)


def unavailable_name(name: str, places: Known) -> Unavailable | None:
    """The same for a place that is called by its name, as if it were a preset."""
    wanted = _plain(name)
    return next((place for place in places.unavailable if wanted in map(_plain, (place.name, *place.names))), None)


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def by_address(url: str, places: Known) -> list[FeedLink]:
    """What is known of a place before anything is asked: a preset first, then feeds, the best first."""
    parts = _split(url)
    if parts is None:
        return []
    address = _host(parts) + parts.path + (f"?{parts.query}" if parts.query else "")
    for site in places.sites:
        if found := re.match(site.address, address):
            return list(_links(site, _groups(found), BY_ADDRESS))
    return []


def by_page(platforms: tuple[Platform, ...], page: str, url: str, generators: list[str]) -> list[FeedLink]:
    """What is known of a place by a page of it: presets first, then feeds, which the platform may not have.

    Args:
        platforms: Those that are known.
        page: The page's text.
        url: Where it came from.
        generators: What the page says that made it.
    """
    parts = _split(url)
    if parts is None:
        return []
    shown = page if len(page) <= _HEAD + _TAIL else page[:_HEAD] + page[-_TAIL:]
    for platform in platforms:
        if not _is_made_by(platform, shown, generators):
            continue
        values = _values(platform, page, parts)
        if values is not None:
            found = f"a page of {platform.name}"
            folders = _folders(platform, values["root"], parts)
            return [
                link
                for root in (values["root"], *folders)
                for link in _links(platform, values | {"root": root, "forum": root.rstrip("/")}, found)
            ]
    return []


def _is_made_by(platform: Platform, shown: str, generators: list[str]) -> bool:
    if platform.generator and any(re.search(platform.generator, made) for made in generators):
        return True
    return bool(platform.marks and re.search(platform.marks, shown))


def _values(platform: Platform, page: str, parts: SplitResult) -> dict[str, str] | None:
    """What the templates need; None where this is another kind of page."""
    on_path = re.match(platform.path, parts.path)
    if on_path is None or not re.fullmatch(platform.host or ".*", parts.hostname or ""):
        return None
    in_page = re.search(platform.find, page) if platform.find else None
    values = _groups(on_path) | (_groups(in_page) if in_page else {})
    root = _root(platform, page, parts)
    return values | {"root": root, "forum": root.rstrip("/"), "host": parts.netloc.rpartition("@")[2]}


def _root(platform: Platform, page: str, parts: SplitResult) -> str:
    """Address of the forum, with a slash at its end; never on another host than the page."""
    host = parts._replace(path="/", query="", fragment="").geturl()
    there = urljoin(parts._replace(query="", fragment="").geturl(), ".") if platform.at == "folder" else host
    told = re.search(platform.root, page) if platform.root else None
    # In JavaScript and JSON a slash may be escaped.
    root = absolute(host, told[1].replace("\\/", "/")) if told else None
    if root and _bare(urlsplit(root).netloc) == _bare(parts.netloc):
        there = root
    return there.rstrip("/") + "/"


def _folders(platform: Platform, root: str, parts: SplitResult) -> list[str]:
    """Where else a forum may be that did not say where it is, and is not at the top of its host: its page's folders."""
    host = parts._replace(path="/", query="", fragment="").geturl()
    if platform.at != "host" or root != host or "forum" not in platform.params:
        return []
    names = [name for name in parts.path.split("/")[:4] if name]
    if names and names[0] in _OWN_PATHS:
        return []
    is_folder = parts.path.endswith("/") or (len(names) == 1 and "." not in names[0])
    above = [f"{host}{names[0]}/"] if len(names) > 1 or (names and is_folder) else []
    own = [urljoin(host + parts.path.lstrip("/"), ".")] if len(names) < 3 else []
    return [url for url in dict.fromkeys([*above, *own]) if url != host]


def _links(place: Site | Platform, values: Mapping[str, str], found: str) -> Iterator[FeedLink]:
    """What a rule gives; a template of which something is missing gives nothing."""
    filled = {name: _fill(template, values) for name, template in place.params.items()}
    if place.use and None not in filled.values():
        params = {name: value for name, value in filled.items() if value}
        unproven = isinstance(place, Platform) and bool(place.feeds)
        for use in (place.use, *place.also):
            yield FeedLink(found, use=use, params=params, title=place.name, kind="preset", is_guess=unproven)
    for feed in place.feeds:
        url = _fill(feed.url, {name: _quoted(name, value) for name, value in values.items()})
        if url:
            title = _fill(feed.title, values) or None
            yield FeedLink(found, url, title=title, is_guess=isinstance(place, Platform))


def _fill(template: str, values: Mapping[str, str]) -> str | None:
    """The template with its values; None where one is missing."""
    if not set(_PLACEHOLDER.findall(template)) <= values.keys():
        return None
    return _PLACEHOLDER.sub(lambda name: values[name[1]], template)


def _quoted(name: str, value: str) -> str:
    return value if name in {"root", "host"} else quote(value, safe="@+%,.:-_~/")


def _groups(found: re.Match[str]) -> dict[str, str]:
    return {_NUMBERED.sub("", name): value for name, value in found.groupdict().items() if value}


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


def _host(parts: SplitResult) -> str:
    """The host without "www.", and with its port, so that another port is another place."""
    return _bare((parts.hostname or "").rstrip(".")) + (f":{parts.port}" if parts.port not in {None, 80, 443} else "")


def _bare(host: str) -> str:
    return host.rpartition("@")[2].lower().removeprefix("www.")
