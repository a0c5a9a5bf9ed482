"""``mentionwatch sources presets``: the sites that are known, what each needs, and how sure that is."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

import click

from mentionwatch.cli.options import settings, shared_options
from mentionwatch.cli.show import show_table, terminal_width
from mentionwatch.settings import show_span
from mentionwatch.text import one_line
from mentionwatch.toml import quote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mentionwatch.errors import Problem
    from mentionwatch.sources.presets import Param, Preset

#: Columns of text where stdout is no terminal.
_WIDTH = 100
_KINDS = {"api": "JSON API", "feed": "feed", "page": "page with reviews"}


@click.command("presets")
@click.argument("name", required=False)
@shared_options
def presets_command(name: str | None) -> int:
    r"""List the sites that are known, or show one of them.

    A preset is recorded (documents of the site were read with it), documented
    (made from what the site, or code that uses it, says) or untested.

    \b
    Examples:
      mentionwatch sources presets
      mentionwatch sources presets appstore      all of one, as configuration too
      mentionwatch sources presets --json

    Your own presets, in the folder presets beside your configuration, are among them. Exit code 2 when one of them
    cannot be read.
    """
    from mentionwatch.config import user_presets

    folder = user_presets()
    if name is not None:
        _show_one(name, folder)
        return 0
    found, problems = _all(folder)
    if settings().json:
        click.echo(json.dumps([_record(preset, folder) for preset in found], ensure_ascii=False, indent=2))
    else:
        show_table(["name", "needs", "searches", "status", "verified", "title"], [_row(preset) for preset in found])
        settings().say("More of one, with the lines for your configuration: mentionwatch sources presets NAME")
    for problem in problems:
        click.echo(f"Error: {problem}", err=True)
    return 2 if problems else 0


def _all(folder: Path) -> tuple[list[Preset], list[Problem]]:
    """All presets that can be read, and the mistakes in the others."""
    from mentionwatch.sources.presets import names

    known = names(folder)
    read = [_read(name, folder) for name in known]
    wrong = [problem for one in read if isinstance(one, tuple) for problem in one]
    return [one for one in read if not isinstance(one, tuple)], wrong + _misnamed(folder, known)


def _misnamed(folder: Path, known: list[str]) -> list[Problem]:
    """Files in the user's folder that would be presets if they were called otherwise."""
    from mentionwatch.errors import Problem

    files = sorted(folder.iterdir()) if folder.is_dir() else []
    why = "is not read, for its name: a preset is called with small letters, digits and hyphens, such as my-site.toml"
    wrong = [file for file in files if file.suffix.lower() == ".toml" and file.name.removesuffix(".toml") not in known]
    return [Problem(one_line(str(file), 500), None, "", why) for file in wrong]


def _read(name: str, folder: Path) -> Preset | tuple[Problem, ...]:
    from mentionwatch.errors import ConfigError
    from mentionwatch.sources.presets import preset

    try:
        return preset(name, folder)
    except ConfigError as e:
        return tuple(e.problems)


def _show_one(name: str, folder: Path) -> None:
    from mentionwatch.pipeline.search import known_name
    from mentionwatch.sources.presets import names, preset

    found = preset(known_name(name, names(folder), "preset"), folder)
    if settings().json:
        click.echo(json.dumps(_record(found, folder), ensure_ascii=False, indent=2))
        return
    site = f" ({one_line(found.site)})" if found.site else ""
    click.echo(f"{found.name}: {one_line(found.title)}{site}")
    for label, text in _facts(found, folder):
        _lines(label, text)
    for param_name, param in found.params.items():
        _lines(f"  {param_name}", _about(param))
    click.echo(f"\n{snippet(found)}", nl=False)


def _row(preset: Preset) -> list[str]:
    searches = "yes" if preset.searches else "no"
    needs = ", ".join(preset.needs) or "nothing"
    return [preset.name, needs, searches, preset.status, str(preset.verified), preset.title]


def _facts(preset: Preset, folder: Path) -> Iterator[tuple[str, str]]:
    if _is_own(preset.name, folder):
        yield "file", str(folder / f"{preset.name}.toml")
    if kind := _kind(preset):
        yield "kind", _KINDS[kind]
        yield "searches", "yes: asked for your brands" if preset.searches else "no: read as it is, and looked through"
        yield "limits", _limits(preset)
    yield "status", f"{preset.status}, last looked at {preset.verified}: {preset.evidence}"
    yield "needs", ", ".join(preset.needs) or "nothing"
    if preset.params:
        yield "parameters", ""


def _limits(preset: Preset) -> str:
    hosts = ", ".join(preset.hosts)
    limits = preset.limits
    told = f"{limits.per_minute} a minute, {show_span(limits.spacing)} apart"
    return f"{told}, over {hosts} together" if limits.hosts else f"{told} ({hosts})" if hosts else told


def _about(param: Param) -> str:
    """What a parameter is, and what there is without it."""
    told = [one_line(param.about, 500)]
    default = [param.default] if isinstance(param.default, str) else list(param.default or ())
    if param.default in {None, ()}:
        told.append("needed")
    elif any(default):
        told.append(f"default: {', '.join(default)}")
    if isinstance(param.default, tuple) or param.join:
        told.append("one or several")
    if param.secret:
        told.append("secret")
    return f"{told[0]} ({'; '.join(told[1:])})" if told[1:] else told[0]


def _lines(label: str, text: str) -> None:
    width = max(40, min(terminal_width() or _WIDTH, _WIDTH))
    start = f"  {label}".ljust(16)
    lines = textwrap.wrap(one_line(text, 2000), width - 17, break_long_words=False, break_on_hyphens=False) or [""]
    click.echo(f"{start} {lines[0]}".rstrip())
    for line in lines[1:]:
        click.echo(f"{' ' * 16} {line}")


def snippet(preset: Preset) -> str:
    """Write the lines that a configuration needs for a preset; what may be left out stands behind ``#``."""
    lines = ["[[sources]]", f"use = {quote(preset.name)}"]
    for name, param in preset.params.items():
        mark = "" if name in preset.needs else "#"
        lines.append(f"{mark}{name} = {_example(preset, name, param)}")
    return "\n".join(lines) + "\n"


def _example(preset: Preset, name: str, param: Param) -> str:
    if param.secret:
        return quote(f"env:{preset.name.replace('-', '_').upper()}_{name.upper()}")
    if param.example:
        # Lists and tables are written as TOML writes them.
        return param.example if param.example.startswith(("[", "{")) else quote(param.example)
    if isinstance(param.default, tuple) and any(param.default):
        return f"[{', '.join(map(quote, param.default))}]"
    return quote(param.default) if isinstance(param.default, str) and param.default else '"…"'


def _kind(preset: Preset) -> str | None:
    """How what comes is read; None for what is no site."""
    return next((kind for kind in _KINDS if getattr(preset, kind) is not None), None)


def _is_own(name: str, folder: Path) -> bool:
    return (folder / f"{name}.toml").is_file()


def _record(preset: Preset, folder: Path) -> dict[str, object]:
    """All of a preset that a person can use."""
    return {
        "name": preset.name,
        "title": preset.title,
        "site": preset.site or None,
        "kind": _kind(preset),
        "searches": preset.searches,
        "needs": list(preset.needs),
        "status": preset.status,
        "verified": str(preset.verified),
        "evidence": preset.evidence,
        "per_minute": preset.limits.per_minute,
        "spacing_s": preset.limits.spacing_s,
        "hosts": list(preset.hosts),
        "params": [_param_record(name, param) for name, param in preset.params.items()],
        "yours": _is_own(preset.name, folder),
        "snippet": snippet(preset),
    }


def _param_record(name: str, param: Param) -> dict[str, object]:
    default = list(param.default) if isinstance(param.default, tuple) else param.default
    return {
        "name": name,
        "about": param.about,
        "needed": param.default in {None, ()},
        "default": default or None,
        "several": isinstance(param.default, tuple) or bool(param.join),
        "secret": param.secret,
        "example": param.example or None,
    }
