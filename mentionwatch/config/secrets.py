"""Secrets: kept out of the file, and out of everything that is shown.

A value in ``params``, a password, a channel's address or key is written ``env:NAME`` (a variable) or ``file:PATH`` (a
file's content, relative to the config file).  Resolved, it is a Secret: a text like any other to whoever uses it, and
``***`` in every ``repr``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mentionwatch.config.channels import SECRET_KEYS
from mentionwatch.config.references import is_reference
from mentionwatch.errors import ConfigError, Problem
from mentionwatch.settings import Secret
from mentionwatch.toml import dotted, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mentionwatch.settings import Config
    from mentionwatch.toml_lines import KeyPath

#: Largest file that can be a secret, in bytes.
_MAX_BYTES = 64 * 2**10


def resolve_secrets(config: Config, environ: Mapping[str, str]) -> Config:
    """Put the secrets in; values that are no reference stay as they are.

    Raises:
        ConfigError: Some are not there; all of them are named.
    """
    folder = config.path.parent if config.path else Path()
    wanted = references(
        {
            "sources": [{"params": source.params} for source in config.sources],
            "smtp": vars(config.smtp) if config.smtp else None,
            "notify": [vars(channel) for channel in config.notify],
        }
    )
    secrets, missing = look_up(wanted, environ, folder)
    if missing:
        file = str(config.path or "configuration")
        raise ConfigError([Problem(file, None, dotted(where), why) for where, why in missing.items()])
    return put_secrets(config, secrets)


def references(values: dict[str, Any]) -> list[tuple[KeyPath, str]]:
    """Where a document names secrets, and which; what is of the wrong type is passed over."""
    held: list[tuple[KeyPath, Any]] = [(("smtp",), values.get("smtp"))]
    held += [(("notify", n), table) for n, table in _items(values, "notify")]
    tables = [(where, table) for where, table in held if isinstance(table, dict)]
    places = [((*where, key), table[key]) for where, table in tables for key in _keys(where, table)]
    for n, source in _items(values, "sources"):
        params = source.get("params") if isinstance(source, dict) else None
        places += [(("sources", n, "params", k), v) for k, v in (params if isinstance(params, dict) else {}).items()]
    return [
        (where, value)
        for where, value in places
        if isinstance(value, str) and not isinstance(value, Secret) and is_reference(value)
    ]


def _items(values: dict[str, Any], name: str) -> list[tuple[int, Any]]:
    items = values.get(name)
    return list(enumerate(items)) if isinstance(items, list) else []


def _keys(where: KeyPath, table: dict[str, Any]) -> list[str]:
    return [key for key in SECRET_KEYS[str(where[0])] if key in table]


def look_up(
    wanted: list[tuple[KeyPath, str]], environ: Mapping[str, str], folder: Path, *, named: bool = True
) -> tuple[dict[KeyPath, Secret], dict[KeyPath, str]]:
    """Look each secret up, once (a file may be a pipe).

    Args:
        wanted: Key and reference.
        environ: Where ``env:NAME`` is looked up.
        folder: What ``file:PATH`` is relative to.
        named: Whether the user chose the config file; one that was only found may read no other files.

    Returns:
        The secrets, and why the others are missing.
    """
    secrets: dict[KeyPath, Secret] = {}
    missing: dict[KeyPath, str] = {}
    for where, reference in wanted:
        kind, _, name = reference.partition(":")
        if kind == "file" and not named:
            value, why = None, "reads a file; this config was only found, so name it: --config FILE"
        else:
            value, why = _from_environ(name, environ) if kind == "env" else _from_file(name, folder)
        if value:
            secrets[where] = Secret(value)
        else:
            missing[where] = why or f"{shown(reference)} is empty"
    return secrets, missing


def put_secrets(config: Config, secrets: Mapping[KeyPath, Secret]) -> Config:
    """Put looked up secrets where their references stand."""
    sources, channels, smtp = list(config.sources), list(config.notify), config.smtp
    for where, secret in secrets.items():
        key = str(where[-1])
        given: dict[str, Any] = {key: secret}
        if where[0] == "sources":
            source = sources[int(where[1])]
            sources[int(where[1])] = replace(source, params={**source.params, key: secret})
        elif where[0] == "notify":
            channels[int(where[1])] = replace(channels[int(where[1])], **given)
        elif smtp is not None:
            smtp = replace(smtp, **given)
    return replace(config, sources=tuple(sources), notify=tuple(channels), smtp=smtp)


def _from_environ(name: str, environ: Mapping[str, str]) -> tuple[str | None, str]:
    value = environ.get(name)
    return value, f"the environment variable {shown(name)} is not set" if value is None else ""


def _from_file(name: str, folder: Path) -> tuple[str | None, str]:
    try:
        with (folder / Path(name).expanduser()).open("rb") as stream:
            raw = stream.read(_MAX_BYTES + 1)
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None, f"the file {shown(name)} is not UTF-8"
    except (OSError, ValueError, RuntimeError) as e:  # ValueError: a NUL in the path; RuntimeError: no home for ~
        return None, f"the file {shown(name)} cannot be read: {getattr(e, 'strerror', None) or e}"
    if len(raw) > _MAX_BYTES:
        return None, f"the file {shown(name)} is larger than {_MAX_BYTES // 2**10} KiB; is it the right one?"
    return text.rstrip("\r\n"), ""
