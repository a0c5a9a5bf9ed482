"""Sources: which documents to ask for, and how to read one.

``make_source`` is the way from the settings to an adapter.  An adapter's module is imported when it is asked for.
"""

from __future__ import annotations

import math
import re
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mentionwatch.errors import ConfigError, Problem
from mentionwatch.settings import OWN_PLACES, Secret
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from mentionwatch.settings import SourceSettings
    from mentionwatch.sources.asking import Asker
    from mentionwatch.sources.base import Source
    from mentionwatch.sources.presets import Param, Preset

#: As in ``asking``, which is not imported before it is needed.
MOST_REQUESTS = 200
#: Hosts of one source whose pauses are kept as its preset has them.
MOST_HOSTS = 100

__all__ = ["check_params", "default_presets", "make_source", "secret_params", "spacing_of"]


def make_source(settings: SourceSettings, preset_folder: Path | None = None) -> Source:
    """Make the adapter for one source of the configuration.

    Args:
        settings: Has either a URL or the name of a preset.
        preset_folder: The user's own presets, which go before those of the package.

    Raises:
        ConfigError: There is no such preset, or a parameter is missing or unknown; all of them are told.
    """
    if settings.use is not None:
        return _from_preset(settings, settings.use, preset_folder)
    if settings.url is None:
        raise ConfigError([Problem("", None, f"sources.{settings.name}", "has neither url nor use; give one of them")])
    return _from_url(settings.name, settings.url, settings.kind)


def default_presets(preset_folder: Path | None = None) -> tuple[list[str], dict[str, str]]:
    """The presets that a scan asks when nobody names a place, and why it leaves the other ones that search out."""
    from mentionwatch.sources.presets import names, preset

    asked, left_out = [], {}
    for found in (preset(name, preset_folder) for name in names(preset_folder)):
        if not found.searches:
            continue
        if found.needs:
            left_out[found.name] = f"needs {', '.join(found.needs)}"
        elif found.status != "recorded":
            left_out[found.name] = f"is {found.status}, not proven by a recorded answer"
        else:
            asked.append(found.name)
    return asked, left_out


def spacing_of(sources: Iterable[SourceSettings], preset_folder: Path | None = None) -> dict[str, float]:
    """Seconds between two requests to a host, where presets know what it wants; by host.

    Also for sources that are plain addresses: a site that wants a minute between two requests wants it of all of them.
    """
    from mentionwatch.sources.presets import known_limits, preset

    listed = list(sources)
    found: dict[str, float] = {}
    for source in listed:
        if source.use is not None and source.use not in OWN_PLACES:
            known = preset(source.use, preset_folder)
            for host in known.hosts or _hosts_asked(source, known):
                found[host] = max(known.limits.spacing_s, found.get(host, 0.0))
    # Of all of them: a redirect may lead to a site that nobody named.
    for host, seconds in known_limits(preset_folder).items():
        found[host] = max(seconds, found.get(host, 0.0))
    return found


def _hosts_asked(settings: SourceSettings, preset: Preset) -> set[str]:
    """The hosts that a source of a preset asks, where they are parameters: instances, forums."""
    asker = _asker(settings.name, preset, _as_lists(settings.params, preset))
    urls = (_example(asker, values) for values in islice(asker.combinations(), MOST_HOSTS))
    return {host for url in urls if (host := urlsplit(url).hostname)}


def _example(asker: Asker, values: Mapping[str, str]) -> str:
    """An address that it may ask."""
    return asker.request({**values, "query": "", "since": "0", "before": "", **asker.first}).url


def _from_url(name: str, url: str, kind: str) -> Source:
    if kind == "feed":
        from mentionwatch.sources.feed import FeedSource

        return FeedSource(name, url)
    if kind == "api":
        from mentionwatch.sources.api import JSON_FEED, ApiSource

        return ApiSource(name, JSON_FEED, url=url)
    if kind == "page":
        from mentionwatch.sources.page import PageSource

        return PageSource(name, url)
    from mentionwatch.sources.auto import AutoSource

    return AutoSource(name, url)


def _from_preset(settings: SourceSettings, use: str, folder: Path | None) -> Source:
    from mentionwatch.sources.presets import preset

    found = preset(use, folder, key=f"sources.{settings.name}.use")
    given = _as_lists(settings.params, found)
    wrong = list(_wrong_params(given, found))
    if found.own is not None and not wrong:
        return _own(settings.name, found.own, given)
    asker = None if wrong else _asker(settings.name, found, given)
    if asker is not None:
        wrong = list(_no_address(asker))
    if asker is None or wrong:
        key = f"sources.{settings.name}"
        raise ConfigError([Problem("", None, f"{key}.{name}" if name else key, what) for name, what in wrong])
    if found.api is not None:
        from mentionwatch.sources.api import ApiSource

        return ApiSource(settings.name, found.api, asker)
    from mentionwatch.sources.site import FeedSpec, SiteSource

    reader = _from_url(settings.name, "", "page" if found.page is not None else "feed")
    return SiteSource(asker, found.feed or found.page or FeedSpec(), reader)


def _own(name: str, own: str, given: Mapping[str, str | tuple[str, ...]]) -> Source:
    """Files or a program of the user's; see docs/files.md."""
    from mentionwatch.sources.files import CommandSource, FilesSource
    from mentionwatch.sources.records import Reading

    def one(key: str) -> str:
        value = given.get(key, "")
        return value if isinstance(value, str) else ""

    reading = Reading(
        _columns(given),
        worst=float(one("worst").replace(",", ".")) if one("worst") else None,
        best=float(one("best").replace(",", ".")) if one("best") else None,
    )
    if own == "command":
        return CommandSource(name, tuple(given.get("argv", ())), reading)
    # In pieces: an export of years is larger than a document may be.
    urls = tuple(f"{url}#offset=0" for url in given.get("path", ()))
    return FilesSource(name, urls, one("format"), reading, one("encoding"))


def _columns(given: Mapping[str, str | tuple[str, ...]]) -> dict[str, str]:
    """``fields``, which came as a table, as it was written: our name and their column."""
    parts = (part.partition("=") for part in given.get("fields", ()))
    return {key.strip(): column.strip() for key, _, column in parts if key.strip()}


def _asker(name: str, preset: Preset, given: Mapping[str, str | tuple[str, ...]]) -> Asker:
    from mentionwatch.sources.asking import Asker

    paging = preset.api.paging if preset.api is not None else None
    return Asker(
        name=name,
        spec=preset.request,
        params={**{key: param.default or "" for key, param in preset.params.items()}, **given},
        joins={key: param.join for key, param in preset.params.items() if param.join},
        # What was given as a secret is one, whatever the preset thinks of it.
        secrets=tuple(dict.fromkeys((*preset.secrets, *(k for k, v in given.items() if isinstance(v, Secret))))),
        first={"page": str(paging.first), "cursor": paging.first_cursor} if paging else {},
        robots=preset.page is not None,
    )


def _as_lists(given: Mapping[str, str | tuple[str, ...]], preset: Preset) -> dict[str, str | tuple[str, ...]]:
    """What was given, one value standing for a list of one where a list is taken."""
    lists = {name for name, param in preset.params.items() if isinstance(param.default, tuple) or param.join}
    return {name: (value,) if isinstance(value, str) and name in lists else value for name, value in given.items()}


def check_params(
    use: str, given: Mapping[str, str | tuple[str, ...]], preset_folder: Path | None = None
) -> list[tuple[str, str]]:
    """Say what is wrong with the parameters given to a preset: name of the parameter ("" for none), and what.

    Secrets may still be references; an unknown preset has nothing wrong.
    """
    from mentionwatch.sources.presets import preset

    try:
        found = preset(use, preset_folder)
    except ConfigError as e:
        return [("", str(problem)) for problem in e.problems]
    lists = _as_lists(given, found)
    wrong = list(_wrong_params(lists, found))
    if found.own is not None:
        from mentionwatch.sources.files import problems_of

        return wrong or list(problems_of({**lists, "fields": _columns(lists)}))
    return wrong or list(_no_address(_asker(use, found, lists)))


def secret_params(use: str, preset_folder: Path | None = None) -> tuple[str, ...]:
    """Names of a preset's parameters that are never shown; none where there is no such preset, or it has mistakes."""
    from mentionwatch.sources.presets import preset

    try:
        return preset(use, preset_folder).secrets
    except ConfigError:
        return ()


def _wrong_params(given: Mapping[str, str | tuple[str, ...]], preset: Preset) -> Iterator[tuple[str, str]]:
    from difflib import get_close_matches

    for name in preset.needs:
        if not given.get(name):
            yield name, f'is missing: the preset "{preset.name}" needs {preset.params[name].about}'
    for name, value in given.items():
        param = preset.params.get(name)
        if param is None:
            near = get_close_matches(name, list(preset.params), 1)
            hint = f'did you mean "{near[0]}"?' if near else f"it knows {', '.join(preset.params) or 'none'}"
            yield name, f'is no setting of a source, and no parameter of the preset "{preset.name}"; {hint}'
        elif isinstance(value, str):
            if not value.strip() and param.default is None:
                yield name, "is empty"
            elif value.strip():
                yield from _unlike(name, (value,), param)
        elif not isinstance(param.default, tuple) and not param.join:
            yield name, "is a list; the preset takes one value"
        elif not all(one.strip() for one in value):
            yield name, "holds an empty text"
        else:
            yield from _unlike(name, value, param)


def _unlike(name: str, values: Iterable[str], param: Param) -> Iterator[tuple[str, str]]:
    """Values that are none; of a secret nothing is shown, and one that is still to be looked up is not looked at."""
    for value in values:
        if param.pattern and not value.startswith(("env:", "file:")) and not re.fullmatch(param.pattern, value[:2_000]):
            shown = "its value" if param.secret else f'"{one_line(value, 60)}"'
            example = param.example.strip("[]").split(",")[0].strip().strip('"')
            like = f"does not look like {example}" if example else "has another form than it should"
            yield name, f"{shown} {like}: give {param.about}"


def _no_address(asker: Asker) -> Iterator[tuple[str, str]]:
    """What is wrong with the addresses that the parameters make."""
    lists = [value for name, value in asker.params.items() if isinstance(value, tuple) and name not in asker.joins]
    if (count := math.prod(map(len, lists))) > MOST_REQUESTS:
        yield "", f"its lists make {count:,} addresses; {MOST_REQUESTS} are the most of one source"
        return
    hosts: set[str | None] = set()
    for values in asker.combinations():
        if any(value.startswith(("env:", "file:")) for value in values.values()):
            return  # a secret that is still to be looked up
        try:
            url = _example(asker, values)
            parts = urlsplit(url)
            fine = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            url, fine = asker.spec.url, False
        if not fine:
            yield "", f'its parameters make no address: "{asker.shown(url)}"'
            return
        hosts.add(parts.hostname)
    given = [name for name in asker.secrets if asker.params.get(name)]
    if len(hosts) > 1 and given:
        yield given[0], "would go to each of its hosts; give each host a source of its own"
