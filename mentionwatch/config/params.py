"""Parameters of presets: written beside ``use``, as if they were settings of the source."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from mentionwatch.config.references import is_reference
from mentionwatch.settings import OWN_PLACES, Secret, SourceSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from mentionwatch.errors import Problem
    from mentionwatch.toml import Document

_SETTINGS = frozenset(one.name for one in fields(SourceSettings))


@dataclass(frozen=True)
class Presets:
    """The presets that there are, as far as a configuration has to know them."""

    names: Collection[str]
    #: What is wrong with the parameters that are given to one: name of the parameter, and what.
    check: Callable[[str, Mapping[str, str | tuple[str, ...]]], Iterable[tuple[str, str]]] = lambda _name, _params: ()
    #: Names of the parameters of one that are never shown.
    secrets: Callable[[str], Collection[str]] = lambda _name: ()
    #: Why a site of this name has no preset, and what to do instead; None where nobody knows.
    unavailable: Callable[[str], str | None] = lambda _name: None


def with_params(document: Document, presets: Presets | None) -> Document:
    """Move what stands beside ``use`` and is no setting of a source into ``params``; numbers become texts.

    The places of the keys are kept, so that mistakes in them are told with their line.  Of a preset that is not there
    nothing is moved: what it would know is not known.
    """
    sources = document.values.get("sources")
    if not isinstance(sources, list):
        return document
    lines = dict(document.lines)
    made: list[Any] = []
    for n, source in enumerate(sources):
        if not isinstance(source, dict) or not _is_known(source.get("use"), presets):
            made.append(source)
            continue
        beside = {key: value for key, value in source.items() if key not in _SETTINGS}
        params = source.get("params", {})
        if not isinstance(params, dict):
            made.append(source)
            continue
        for key in beside:
            if ("sources", n, key) in lines:
                lines["sources", n, "params", key] = lines["sources", n, key]
        kept = {key: value for key, value in source.items() if key in _SETTINGS}
        both = {key: _as_texts(value) for key, value in {**params, **beside}.items()}
        made.append({**kept, "params": both} if both else kept)
    return replace(document, values={**document.values, "sources": made}, lines=lines)


def wrong_params(document: Document, presets: Presets | None) -> Iterator[Problem]:
    """Name what is wrong with the parameters of each source, where its preset is known."""
    sources = document.values.get("sources")
    for n, source in enumerate(sources if presets and isinstance(sources, list) else ()):
        use = source.get("use") if isinstance(source, dict) else None
        if presets is None or not isinstance(use, str) or use not in presets.names:
            continue
        params = source.get("params", {})
        if not isinstance(params, dict):
            continue
        given = {k: tuple(v) if isinstance(v, list) else v for k, v in params.items() if _is_text(v)}
        for key, what in presets.check(use, given):
            first, _, inner = key.partition(".")
            place = (*(("params",) if first in params else ()), *filter(None, (first, inner)))
            yield document.problem(("sources", n, *place), what)


def with_secrets(source: SourceSettings, presets: Presets | None) -> SourceSettings:
    """A source whose secrets are Secrets, also where they were written into the file as they are."""
    if source.use is None or presets is None or source.use not in presets.names:
        return source
    hidden = presets.secrets(source.use)
    params = {
        name: Secret(value) if name in hidden and isinstance(value, str) and not is_reference(value) else value
        for name, value in source.params.items()
    }
    return replace(source, params=params)


def refused_places(document: Document) -> list[Problem]:
    """Sources that read files or run a program, in a file that was only found: it may come from a stranger."""
    sources = document.values.get("sources")
    return [
        document.problem(
            ("sources", n, "use"),
            f'"{source["use"]}" is refused in a config that was only found, so name it: --config FILE',
        )
        for n, source in enumerate(sources if isinstance(sources, list) else ())
        if isinstance(source, dict) and isinstance(source.get("use"), str) and source["use"] in OWN_PLACES
    ]


def _is_known(use: Any, presets: Presets | None) -> bool:
    return isinstance(use, str) and (presets is None or use in presets.names)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value))


def _as_texts(value: Any) -> Any:
    """A number as it is written, alone or in a list; a table as a list of ``key=value``; all else as it stands."""
    if isinstance(value, dict) and all(isinstance(inner, (str, int, float)) for inner in value.values()):
        return [f"{key}={inner}" for key, inner in value.items()]
    if isinstance(value, list):
        return [_as_texts(one) for one in value]
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value
