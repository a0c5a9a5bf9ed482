"""Presets: sites as data, one TOML file each.

The files in ``presets/`` come with the package.  A file of the same name in the user's folder goes before it, so that
a site that changes needs no release; a file of another name is a preset of the user's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import get_close_matches
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Literal

from mentionwatch.errors import ConfigError, Problem
from mentionwatch.settings import Span
from mentionwatch.sources.api import ApiSpec  # noqa: TC001 - pydantic, in toml.load, looks annotations up here

if TYPE_CHECKING:
    from pathlib import Path

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True)
class Limits:
    """How often the site may be asked."""

    #: Requests a minute, over all sources that use the preset.
    per_minute: int = 30
    #: Least time between two requests.
    spacing: Annotated[timedelta, Span()] = timedelta(seconds=1)


@dataclass(frozen=True)
class _File:
    """A preset as its file writes it."""

    title: str
    site: str
    status: Literal["recorded", "untested"]
    verified: date
    evidence: str
    api: ApiSpec
    needs: tuple[str, ...] = ()
    params: dict[str, str] = field(default_factory=dict)
    limits: Limits = Limits()


@dataclass(frozen=True)
class Preset:
    """One site: how it is asked, how its answer is read, and how sure that is."""

    #: What ``use = "…"`` says; the file's name without its suffix.
    name: str
    title: str
    #: The site's home page.
    site: str
    #: "recorded": documents of the site were read with it.  "untested": never part of a default scan.
    status: Literal["recorded", "untested"]
    #: When somebody last looked.
    verified: date
    #: What they looked at.
    evidence: str
    api: ApiSpec
    #: Parameters that the user has to give.
    needs: tuple[str, ...]
    #: Parameters that the user may give, with their defaults.
    params: dict[str, str]
    limits: Limits

    @property
    def searches(self) -> bool:
        """It is asked for search terms, and finds them on the whole site."""
        return "{query}" in self.api.url


def names(folder: Path | None = None) -> list[str]:
    """Names of all presets, those of the user's folder included, in order."""
    bundled = (item.name for item in _bundled().iterdir())
    own = (item.name for item in folder.iterdir()) if folder is not None and folder.is_dir() else ()
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


def _bundled() -> resources.abc.Traversable:
    return resources.files("mentionwatch.sources") / "presets"


def _text(name: str, folder: Path | None) -> tuple[str, str] | None:
    """Text and file of a preset, the user's own first."""
    own = folder / f"{name}.toml" if folder is not None else None
    try:
        if own is not None and own.is_file():
            return own.read_text("utf-8"), str(own)
    except (OSError, UnicodeDecodeError) as e:
        raise ConfigError([Problem(str(own), None, "", f"cannot be read: {e}")]) from e
    bundled = _bundled() / f"{name}.toml"
    return (bundled.read_text("utf-8"), bundled.name) if bundled.is_file() else None


# Ten thousand sources may use one preset: its file is looked at each time, and read again only when it changed.
@lru_cache(maxsize=100)
def _read(name: str, text: str, file: str) -> Preset:
    from mentionwatch.toml import load

    read = load(text, file, _File)
    if problems := list(_mistakes(read, file)):
        raise ConfigError(problems)
    return Preset(name=name, **{key: getattr(read, key) for key in read.__dataclass_fields__})


def _mistakes(read: _File, file: str) -> list[Problem]:
    """What the types cannot tell: parameters that nobody declares, expressions that do not compile."""
    declared = {*read.needs, *read.params}
    found = [
        Problem(file, None, "needs", f"the templates use {{{name}}}; name it in needs, or give its default in params")
        for name in read.api.parameters()
        if name not in declared
    ]
    found += [
        Problem(file, None, f"api.secrets[{at}]", f'"{name}" is no parameter of this preset')
        for at, name in enumerate(read.api.secrets)
        if name not in declared
    ]
    if not read.api.url.startswith(("https://", "http://")):
        found.append(Problem(file, None, "api.url", "is no http(s) URL"))
    bad = ((at, _fault(pattern)) for at, pattern in enumerate(read.api.strip))
    return found + [Problem(file, None, f"api.strip[{at}]", fault) for at, fault in bad if fault]


def _fault(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as e:
        return f"is no regular expression: {e}"
    return None


def _unknown(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1)
    hint = f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(known)}"
    return f'there is no preset "{name}"; {hint}'
