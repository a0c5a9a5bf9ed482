"""The user's file: TOML text -> Config, or every problem at once.

``parse_config`` is pure.  ``load_config`` reads the file, checks it, puts the secrets in and makes paths absolute.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mentionwatch import toml
from mentionwatch.config.channels import hide_channel, hide_server, refused_channels, wrong_secrets
from mentionwatch.config.checks import CompileQuery, check_document
from mentionwatch.config.params import Presets, refused_places, with_params, with_secrets
from mentionwatch.config.secrets import look_up, put_secrets, references, resolve_secrets
from mentionwatch.config.show import show_config, starter
from mentionwatch.errors import ConfigError, Problem
from mentionwatch.settings import (
    AlertSettings,
    Brand,
    Config,
    FetchSettings,
    NotifySettings,
    RuleSettings,
    SmtpSettings,
    SourceSettings,
    StoreSettings,
    ToneSettings,
    name_channels,
    name_sources,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "CompileQuery",
    "Presets",
    "default_store_url",
    "find_config",
    "load_config",
    "parse_config",
    "resolve_secrets",
    "show_config",
    "starter",
    "user_config_file",
    "user_presets",
]


@dataclass(frozen=True)
class _SourceInFile(SourceSettings):
    """A source whose name may be left out."""

    name: str = ""


@dataclass(frozen=True)
class _ChannelInFile(NotifySettings):
    """A channel whose name may be left out."""

    name: str = ""


@dataclass(frozen=True)
class _File:
    """What may stand in the file: Config without its path."""

    brands: tuple[Brand, ...] = ()
    sources: tuple[_SourceInFile, ...] = ()
    store: StoreSettings = field(default_factory=StoreSettings)
    fetch: FetchSettings = field(default_factory=FetchSettings)
    tone: ToneSettings = field(default_factory=ToneSettings)
    alerts: AlertSettings = field(default_factory=AlertSettings)
    rules: tuple[RuleSettings, ...] = ()
    smtp: SmtpSettings | None = None
    notify: tuple[_ChannelInFile, ...] = ()
    queries: dict[str, str] = field(default_factory=dict)
    own_authors: tuple[str, ...] = ()
    ignore_authors: tuple[str, ...] = ()
    ignore_sites: tuple[str, ...] = ()
    timezone: str | None = None


def find_config(named: Path | None, environ: Mapping[str, str], cwd: Path) -> tuple[Path, bool] | None:
    """Find the file to use: ``--config``, ``$MENTIONWATCH_CONFIG``, ``./mentionwatch.toml``, the user's config folder.

    Returns:
        The file, and whether the user chose it: True for a named one and for the one in the user's own folder,
        False for a ``./mentionwatch.toml`` that only happens to lie there (it may come from a stranger's archive).
        None when there is no file.

    Raises:
        ConfigError: A named file does not exist.
    """
    in_environ = environ.get("MENTIONWATCH_CONFIG")
    if named is not None or in_environ:
        path = named if named is not None else Path(in_environ or "").expanduser()
        if not _exists(cwd / path):
            by = "" if named is not None else " (named by $MENTIONWATCH_CONFIG)"
            raise ConfigError(
                [Problem(str(path), None, "", f"there is no such file{by}; see: mentionwatch config init")]
            )
        return cwd / path, True
    candidates = ((cwd / "mentionwatch.toml", False), (user_config_file(), True))
    return next(((path, chosen) for path, chosen in candidates if _exists(path)), None)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long, a folder that may not be read; a NUL
        return False


def user_config_file() -> Path:
    """The file in the user's own config folder, whether it is there or not."""
    from platformdirs import user_config_path

    return user_config_path("mentionwatch", appauthor=False) / "config.toml"


def user_presets() -> Path:
    """The folder of the user's own presets, whether it is there or not."""
    return user_config_file().parent / "presets"


def default_store_url() -> str:
    """Where what was read is kept unless the file says otherwise: in the user's data folder."""
    from platformdirs import user_data_path

    return f"sqlite:///{(user_data_path('mentionwatch', appauthor=False) / 'mentions.db').as_posix()}"


def load_config(
    path: str | os.PathLike[str],
    *,
    named: bool = True,
    environ: Mapping[str, str] | None = None,
    check_query: CompileQuery | None = None,
    presets: Presets | None = None,
    need_secrets: bool = True,
) -> Config:
    """Read a file; the result has its secrets in it, an absolute store URL and its path.

    Args:
        path: The file.
        named: Whether the user chose it (see find_config); one that was only found may read no other files.
        environ: Where ``env:NAME`` is looked up; None: the process's environment.
        check_query: See parse_config.
        presets: See parse_config.
        need_secrets: False: one that is not there stays a reference, for whoever asks and tells nobody.

    Raises:
        ConfigError: It cannot be read, holds mistakes, or a secret is not there.
    """
    path = Path(path)
    environ = os.environ if environ is None else environ
    document = with_params(toml.parse(toml.read_text(path, str(path)), str(path)), presets)
    secrets, missing = look_up(references(document.values), environ, path.parent, named=named)
    more = [document.problem(where, why) for where, why in missing.items() if need_secrets]
    more += [] if named else [*refused_places(document), *refused_channels(document)]
    more += wrong_secrets(document, secrets)
    config = _build(document, check_query, presets, more)
    config = replace(put_secrets(config, secrets), path=path, presets=user_presets())
    config = replace(config, notify=tuple(_with_path(channel, path.parent) for channel in config.notify))
    return replace(config, store=replace(config.store, url=_store_url(config.store.url, path.parent)))


def parse_config(
    text: str,
    file: str,
    check_query: CompileQuery | None = None,
    *,
    presets: Presets | None = None,
) -> Config:
    """Read a configuration from text, and fill in the defaults that take code.

    A source without a name gets its URL's host or its preset's name, a channel its kind and a digest of where it tells;
    a brand's ``alerts`` hold all of ``[alerts]`` but the keys it gives itself.  Secrets stay references
    (``env:NAME``), and the store's URL stays as written.

    Args:
        text: The document.
        file: What to call it in messages.
        check_query: Compiles a query of a brand or a saved one, and raises QueryError where it cannot.
        presets: The presets that there are; None: they are not looked at.

    Raises:
        ConfigError: It holds mistakes; all of them are named.
    """
    return _build(with_params(toml.parse(text, file), presets), check_query, presets, ())


def _build(
    document: toml.Document,
    check_query: CompileQuery | None,
    presets: Presets | None,
    more: Iterable[Problem],
) -> Config:
    checked = toml.check(document, _File)
    # The checks read the document itself, so that they tell their mistakes beside those of the types.
    problems = [*checked.problems, *check_document(document, check_query, presets), *more]
    if checked.value is None or problems:
        raise ConfigError(toml.bounded(problems, document.file))
    file = checked.value
    return Config(
        brands=tuple(_with_alerts(b, n, file.alerts, document) for n, b in enumerate(file.brands)),
        sources=tuple(with_secrets(source, presets) for source in _with_names(file.sources)),
        store=file.store,
        fetch=file.fetch,
        tone=file.tone,
        alerts=file.alerts,
        rules=file.rules,
        smtp=hide_server(file.smtp),
        notify=tuple(map(hide_channel, _channels(file.notify))),
        queries=file.queries,
        own_authors=file.own_authors,
        ignore_authors=file.ignore_authors,
        ignore_sites=file.ignore_sites,
        timezone=file.timezone,
    )


def _with_alerts(brand: Brand, n: int, general: AlertSettings, document: toml.Document) -> Brand:
    """Let a brand inherit the alert settings that it does not give itself."""
    if brand.alerts is None:
        return brand
    given = {
        f.name: getattr(brand.alerts, f.name)
        for f in fields(AlertSettings)
        if ("brands", n, "alerts", f.name) in document.lines
    }
    return replace(brand, alerts=replace(general, **given))


def _with_names(sources: tuple[_SourceInFile, ...]) -> tuple[SourceSettings, ...]:
    names = [f.name for f in fields(SourceSettings)]
    return name_sources(SourceSettings(**{name: getattr(source, name) for name in names}) for source in sources)


def _channels(channels: tuple[_ChannelInFile, ...]) -> tuple[NotifySettings, ...]:
    names = [f.name for f in fields(NotifySettings)]
    return name_channels(NotifySettings(**{name: getattr(channel, name) for name in names}) for channel in channels)


def _with_path(channel: NotifySettings, folder: Path) -> NotifySettings:
    return channel if channel.path is None else replace(channel, path=_absolute(channel.path, folder))


def _absolute(path: str, folder: Path) -> str:
    return os.path.abspath(folder / Path(path).expanduser())  # noqa: PTH100 - resolve() would follow links


def _store_url(url: str | None, folder: Path) -> str:
    """Make the path in a store's URL absolute; it is relative to the config file, and ``~`` is the user's folder."""
    if url is None:
        return default_store_url()
    where, question, query = url.removeprefix("sqlite:///").partition("?")
    if where.startswith(":memory:"):
        return url
    return f"sqlite:///{Path(_absolute(where, folder)).as_posix()}{question}{query}"
