"""What is wrong with a configuration, its secrets and channels: the part of ``doctor`` that needs no store."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mentionwatch import toml
from mentionwatch.config import user_presets
from mentionwatch.config.channels import SECRET_KEYS
from mentionwatch.config.params import with_params
from mentionwatch.config.references import is_reference
from mentionwatch.config.secrets import look_up, references
from mentionwatch.masking import SECRET_NAME
from mentionwatch.output.doctor import Finding
from mentionwatch.pipeline.places import known_presets
from mentionwatch.pipeline.traps import config_warnings
from mentionwatch.text import one_line
from mentionwatch.toml import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mentionwatch.errors import Problem
    from mentionwatch.settings import Config, NotifySettings
    from mentionwatch.toml import Document

#: Traps that are listed one by one.
_MOST_TRAPS = 10
_SENDMAIL_FOLDERS = ("/usr/sbin", "/usr/lib", "/usr/bin")
_ADVICE = "set it here, and where cron runs, which has few variables"


def problem_findings(problems: Sequence[Problem]) -> Iterator[Finding]:
    """Mistakes that keep a configuration from being used."""
    for problem in problems:
        # A query's caret is for people who check queries.
        what, _, todo = str(problem).partition("\n")[0].partition("; ")
        yield Finding("config", "error", what, todo, 2)


def examine_config(config: Config, *, named: bool, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Look at a configuration that can be used, but for secrets that may be missing.

    Args:
        config: As it was loaded from its file.
        named: Whether the user chose the file.
        environ: Where ``env:NAME`` is looked up.
    """
    path = config.path
    if path is None:
        return
    document = with_params(toml.parse(toml.read_text(path, str(path)), str(path)), known_presets(user_presets()))
    counts = (("brand", len(config.brands)), ("source", len(config.sources)), ("channel", len(config.notify)))
    told = ", ".join(f"{n:,} {noun}{'s' * (n != 1)}" for noun, n in counts)
    yield Finding("config", "ok", f"{path}: {told}")
    if not config.brands:
        yield Finding("config", "warning", "no brand is configured, so nothing is looked for", "add one: [[brands]]")
    traps = config_warnings(config, document)
    for trap in traps[:_MOST_TRAPS]:
        what, _, todo = str(trap).partition("\n")[0].partition("; ")
        yield Finding("config", "warning", what, todo)
    if len(traps) > _MOST_TRAPS:
        todo = "mentionwatch config check tells all"
        yield Finding("config", "warning", f"and {len(traps) - _MOST_TRAPS:,} more warnings", todo)
    yield from _secrets(document, path, named=named, environ=environ)


def _secrets(document: Document, path: Path, *, named: bool, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Whether they are there; of none of them anything is told but its name."""
    wanted = references(document.values)
    _found, missing = look_up(wanted, environ, path.parent, named=named)
    for where, why in missing.items():
        what, _, todo = why.partition("; ")
        yield Finding("secrets", "error", f"{dotted(where)}: {what}", todo or _ADVICE, 2)
    if wanted and not missing:
        names = sorted({one_line(name, 60) for _where, name in wanted})
        by_env = any(name.startswith("env:") for name in names)
        todo = "cron starts with hardly any variables: set them there too" if by_env else ""
        told = f"all that are named are there: {', '.join(names)}"
        yield Finding("secrets", "ok", told, todo)
    written = _written(document.values)
    if written and _is_open(path):
        what = f"others on this machine may read {path}, in which secrets are written: {', '.join(written)}"
        yield Finding("secrets", "warning", what, f"chmod 600 {shlex.quote(str(path))}, or write env:NAME or file:PATH")


def _written(values: Mapping[str, Any]) -> list[str]:
    """Keys whose secrets stand in the file as they are."""
    found = [
        f"{kind}.{key}"
        for kind, keys in SECRET_KEYS.items()
        for table in _tables(values.get(kind))
        for key in keys
        if key != "user" and _is_literal(table.get(key))
    ]
    for source in _tables(values.get("sources")):
        params = source.get("params")
        if isinstance(params, dict):
            found += [f"sources.{key}" for key, v in params.items() if SECRET_NAME.search(key) and _is_literal(v)]
    return list(dict.fromkeys(found))


def _tables(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def _is_literal(value: object) -> bool:
    return isinstance(value, str) and not is_reference(value)


def _is_open(path: Path) -> bool:
    try:
        # Windows has no such permissions, and shows all that may be read as readable by all.
        return os.name == "posix" and bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
    except OSError:
        return False


# --- channels ---------------------------------------------------------------------------------------------


def _missing(channel: NotifySettings, config: Config) -> str | None:
    """Which secret it needs and has not; one that was looked up in vain is the reference still."""
    server = config.smtp if channel.via == "email" else None
    for what, secrets in (
        ("its address or secret", (channel.url, channel.secret)),
        ("its mail server's user or password", (server.user, server.password) if server else ()),
    ):
        if any(secret is not None and is_reference(secret) for secret in secrets):
            return f"{what} is not there"
    return None


def lacks_of(channel: NotifySettings, config: Config) -> tuple[str, str] | None:
    """What a channel needs on this machine and has not, and what to do."""
    folder = config.path.parent if config.path else Path()
    if missing := _missing(channel, config):
        return missing, "see secrets, above"
    if channel.via == "apprise" and find_spec("apprise") is None:
        return "needs apprise, which is not installed", "pip install 'mentionwatch[notify]'"
    if channel.via == "email" and config.smtp is None:
        where = os.pathsep.join((os.environ.get("PATH", os.defpath), *_SENDMAIL_FOLDERS))
        if shutil.which("sendmail", path=where) is None:
            return "there is no sendmail on this machine", "set [smtp] host, or install one (msmtp-mta, postfix)"
    if channel.via == "command":
        # Named with its folder, it is looked for from where it runs.
        given = channel.argv[0]
        program = str(folder / Path(given).expanduser()) if {"/", os.sep} & set(given) else given
        if shutil.which(program) is None:
            return f"there is no program {one_line(given, 60)} that may be run", "check argv, and PATH where cron runs"
    if channel.via == "file":
        where_to = (folder / Path(channel.path or "").expanduser()).parent
        if not os.access(where_to, os.W_OK):
            return f"the folder {where_to} is not there, or may not be written", "make it, or check path"
    return None
