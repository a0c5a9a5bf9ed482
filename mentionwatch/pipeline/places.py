"""What a user names by hand: an address, a file, a preset."""

from __future__ import annotations

import glob
import os
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from mentionwatch.config import Presets
from mentionwatch.errors import UsageError
from mentionwatch.settings import SourceSettings, name_sources
from mentionwatch.sources import check_params, secret_params
from mentionwatch.sources.presets import names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mentionwatch.settings import Config


#: Files that one source reads at most.
MOST_FILES = 1_000


def known_presets(folder: Path | None = None) -> Presets:
    """The presets that there are, for reading a configuration.

    Args:
        folder: The user's own presets.
    """
    return Presets(
        names(folder),
        check=lambda use, given: check_params(use, given, folder),
        secrets=lambda use: secret_params(use, folder),
        unavailable=_why_unavailable,
    )


def _why_unavailable(name: str) -> str | None:
    from mentionwatch.sources import platforms

    found = platforms.unavailable_name(name, platforms.known())
    return found.told if found else None


def given_params(written: Iterable[str]) -> dict[str, str | tuple[str, ...]]:
    """Parameters as they are written in a shell: ``NAME=VALUE``; several values with commas, or NAME several times.

    Raises:
        UsageError: One is not written so.
    """
    found: dict[str, list[str]] = {}
    for one in written:
        name, equals, value = one.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{one!r} is no parameter; write it as NAME=VALUE")
        # An address may hold a comma; what is one, stays one.
        found.setdefault(name.strip(), []).extend([value] if "://" in value else value.split(","))
    return {name: values[0] if len(values) == 1 else tuple(values) for name, values in found.items()}


def as_place(url: str) -> SourceSettings:
    """A source for an address, or for a file; without a name.

    A file stands as its ``file:`` URL, from which it gets its name; ``with_files`` makes it a source that is read as
    ``use = "files"`` is.

    Raises:
        UsageError: It is neither an http(s) address nor a file that is there.
    """
    if url.startswith(("http://", "https://")):
        return SourceSettings(name="", url=url)
    path = Path(url2pathname(urlsplit(url).path) if url.startswith("file://") else url)
    try:
        there = path.is_file()
    except (OSError, ValueError):  # a name too long, a NUL
        there = False
    if not there:
        raise UsageError(f"{url!r} is neither an address (https://…) nor a file that is there")
    return SourceSettings(name="", url=path.resolve().as_uri())


def as_places(urls: Iterable[str], presets: Iterable[str]) -> list[SourceSettings]:
    """Sources for addresses, files and presets; one each, however often it is named, and each with its own name."""
    places = [as_place(url) for url in dict.fromkeys(urls)]
    found = [*places, *(SourceSettings(name=preset, use=preset) for preset in dict.fromkeys(presets))]
    return list(name_sources(found))


def named_files(places: Sequence[SourceSettings]) -> list[str]:
    """The ``file:`` URLs among sources: only what was named by hand may be read."""
    own = [url for place in places if place.use == "files" for url in place.params.get("path", ())]
    return [*(place.url for place in places if place.url and place.url.startswith("file:")), *own]


def placed_sources(config: Config) -> list[SourceSettings]:
    """A configuration's sources, with the files that they read looked up now."""
    return with_files(config.sources, config.path.parent if config.path else Path.cwd())


def with_files(places: Iterable[SourceSettings], folder: Path) -> list[SourceSettings]:
    """Sources whose files are looked up now: those that fit what was written, as ``file:`` URLs.

    Args:
        places: Some of which may be ``use = "files"``, or files that were named by hand.
        folder: What relative paths are relative to.
    """
    return [_with_files(place, folder) for place in places]


def _with_files(place: SourceSettings, folder: Path) -> SourceSettings:
    if place.use is None and place.kind == "auto" and place.url and place.url.startswith("file:"):
        return replace(place, url=None, use="files", params={"path": (place.url,)})
    if place.use != "files":
        return place
    path = place.params.get("path", ())
    patterns = (path,) if isinstance(path, str) else path
    found = [file for pattern in patterns for file in _fitting(folder / Path(pattern).expanduser())]
    return replace(place, params={**place.params, "path": tuple(dict.fromkeys(file.as_uri() for file in found))})


def _fitting(pattern: Path) -> list[Path]:
    """The files that fit; where there are none the pattern itself, so that asking for it says so."""
    whole = Path(os.path.abspath(pattern))  # noqa: PTH100 - resolve() would follow links
    if not glob.has_magic(str(whole)) or whole.exists():
        return [whole]
    found = (Path(name) for name in glob.iglob(str(whole), recursive=True))  # noqa: PTH207 - ** as in a shell
    return sorted(islice((path for path in found if path.is_file()), MOST_FILES)) or [whole]
