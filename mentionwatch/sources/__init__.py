"""Sources: which documents to ask for, and how to read one.

``make_source`` is the way from the settings to an adapter.  An adapter's module is imported when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mentionwatch.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mentionwatch.settings import SourceSettings
    from mentionwatch.sources.base import Source
    from mentionwatch.sources.presets import Preset

__all__ = ["make_source", "search_presets", "spacing_of"]


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


def search_presets(preset_folder: Path | None = None) -> list[str]:
    """Names of the presets that a scan asks by default: proven, able to search, and in need of nothing."""
    from mentionwatch.sources.presets import names, preset

    known = (preset(name, preset_folder) for name in names(preset_folder))
    return [found.name for found in known if found.status == "recorded" and found.searches and not found.needs]


def spacing_of(sources: Iterable[SourceSettings], preset_folder: Path | None = None) -> dict[str, float]:
    """Seconds between two requests to a host, where the presets that are used ask for a certain time; by host."""
    from mentionwatch.sources.presets import preset

    found: dict[str, float] = {}
    for name in {source.use for source in sources if source.use is not None}:
        known = preset(name, preset_folder)
        host = urlsplit(known.api.url).hostname
        least = max(known.limits.spacing.total_seconds(), 60 / known.limits.per_minute)
        if host is not None:
            found[host] = max(least, found.get(host, 0.0))
    return found


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
    from mentionwatch.sources.api import ApiSource
    from mentionwatch.sources.presets import preset

    found = preset(use, folder, key=f"sources.{settings.name}.use")
    if problems := _wrong_params(settings, found):
        raise ConfigError(problems)
    return ApiSource(settings.name, found.api, params={**found.params, **{n: v for n, v in settings.params.items() if isinstance(v, str)}})


def _wrong_params(settings: SourceSettings, preset: Preset) -> list[Problem]:
    from difflib import get_close_matches

    key = f"sources.{settings.name}.params"
    known = [*preset.needs, *preset.params]
    problems = [
        Problem("", None, f"{key}.{name}", f'is missing: the preset "{preset.name}" needs it')
        for name in preset.needs
        if not settings.params.get(name)
    ]
    for name in settings.params:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f'did you mean "{near[0]}"?' if near else f"it knows {', '.join(known) or 'none'}"
            unknown = f'the preset "{preset.name}" has no such parameter; {hint}'
            problems.append(Problem("", None, f"{key}.{name}", unknown))
    return problems
