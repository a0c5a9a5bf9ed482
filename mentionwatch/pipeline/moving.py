"""Moving in and out: sources into the user's file and out of it, from OPML and to OPML."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
from collections import Counter
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mentionwatch import toml
from mentionwatch.config import parse_config, user_presets
from mentionwatch.config.edit import SOURCE_KEYS, add_sources, remove_source
from mentionwatch.config.references import is_reference
from mentionwatch.config.secrets import look_up, references
from mentionwatch.errors import ConfigError, OutputError, Problem, UsageError
from mentionwatch.identity import url_key
from mentionwatch.masking import mask_url
from mentionwatch.match import compile_query
from mentionwatch.opml import Subscription, read_opml, write_opml
from mentionwatch.pipeline.places import known_presets
from mentionwatch.pipeline.search import known_name
from mentionwatch.settings import OWN_PLACES, SourceSettings
from mentionwatch.sources import check_params, platforms
from mentionwatch.sources.presets import preset
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mentionwatch.opml import Outline
    from mentionwatch.settings import Config

_BOM = b"\xef\xbb\xbf"


# --- the file ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ConfigFile:
    """The user's file, as read or as it is to be written."""

    path: Path
    text: str
    #: Secrets in it are references.
    config: Config
    #: What stood on disk when it was read.
    read: bytes


def open_config(path: Path) -> ConfigFile:
    """Read the user's file for changing it; secrets are not looked up.

    Raises:
        ConfigError: It cannot be read, or has mistakes; they come first.
    """
    text = toml.read_text(path, str(path))
    with path.open("rb") as stream:
        read = stream.read(toml.MAX_BYTES + 1)
    return ConfigFile(path, text, _parsed(path, text), read)


def _parsed(path: Path, text: str) -> Config:
    return parse_config(text, str(path), compile_query, presets=known_presets(user_presets()))


def save_config(file: ConfigFile) -> None:
    """Write the file: it is there whole or as it was.  Its permissions stay; a link is followed, and stays.

    Raises:
        OutputError: It cannot be written, or somebody else changed it since it was read.
    """
    target = Path(os.path.realpath(file.path))
    part = target.with_name(f".{target.name}-{os.getpid()}.part")
    new = (_BOM if file.read.startswith(_BOM) else b"") + file.text.encode()
    try:
        if target.read_bytes() != file.read:
            raise OutputError(f"{file.path} was changed by somebody else just now; nothing is written, try again")
        if not target.stat().st_mode & stat.S_IWUSR:
            # A new file in its place would need no permission; whoever made it read-only meant it.
            raise OutputError(f"{file.path} is read-only; nothing is written")
        _replace(target, part, new)
    except OSError as e:
        raise OutputError(f"cannot write {file.path}: {e.strerror or e}") from e


def _replace(target: Path, part: Path, new: bytes) -> None:
    part.unlink(missing_ok=True)  # of a process of this number that was killed
    try:
        # It may hold secrets: nobody else reads it before it has the permissions of the other.
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as stream:
            stream.write(new)
            stream.flush()
            os.fsync(stream.fileno())
        shutil.copymode(target, part)
        kept = target.stat()
        # Whoever edits somebody else's file as root leaves it theirs.  Windows has no chown.
        with contextlib.suppress(AttributeError, PermissionError):
            os.chown(part, kept.st_uid, kept.st_gid)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


# --- one more, one less -----------------------------------------------------------------------------------


def with_source(file: ConfigFile, source: SourceSettings) -> ConfigFile:
    """The file with one more source; not written yet.

    Raises:
        UsageError: It is there already, under its name or another; or it is a place that gives nothing to programs.
        ConfigError: What was given has mistakes, or the file cannot be edited.
    """
    check_source(source)
    same = next((known for known in file.config.sources if _same_place(known, source)), None)
    if same is not None:
        raise UsageError(f"{_place(source)} is there already: the source {same.name!r} in {file.path}")
    if any(known.name.casefold() == source.name.casefold() for known in file.config.sources):
        raise UsageError(f"{source.name!r} is the name of another source in {file.path}; give it one with --name")
    text = add_sources(file.text, str(file.path), [source])
    try:
        return _edited(file, text)
    except ConfigError as e:
        # The file had none, so they are in what was given: no line of the user's holds them.
        new = f"sources[{len(file.config.sources)}]"
        raise ConfigError([_given(problem, new) for problem in e.problems]) from e


def _given(problem: Problem, source: str) -> Problem:
    key = problem.key.removeprefix(source).removeprefix(".").removeprefix("params.")
    return Problem("", None, key, problem.message)


def check_source(source: SourceSettings, preset_folder: Path | None = None) -> None:
    """Refuse what can be no source, in the words of whoever typed it; secrets may still be references.

    Args:
        source: Not in any file yet.
        preset_folder: The user's own presets; None: where they are.

    Raises:
        UsageError: It is the address of a place that gives nothing to programs.
        ConfigError: The parameters do not fit the preset; of a mistyped name nothing but that is told.
    """
    place = platforms.unavailable(source.url, platforms.known()) if source.url else None
    if place is not None:
        raise UsageError(place.told)
    if source.use is not None:
        folder = preset_folder or user_presets()
        known = preset(source.use, folder).params
        wrong = [_no_parameter(name, known, source.params) for name in source.params if name not in known]
        wrong = wrong or [_wrong(name, what) for name, what in check_params(source.use, source.params, folder)]
        if wrong:
            raise ConfigError([Problem(source.use, None, "", what) for what in wrong])


def _no_parameter(name: str, known: Iterable[str], given: Iterable[str]) -> str:
    near = get_close_matches(name, [one for one in known if one not in given], 1)
    if near:
        return f"{one_line(name, 60)} is no parameter; did you mean {near[0]}?"
    if name in SOURCE_KEYS:
        return f"{name} is no parameter of a preset"
    return f"{one_line(name, 60)} is no parameter; there are: {', '.join(known) or 'none'}"


def _wrong(name: str, what: str) -> str:
    if not name:
        return what
    return f"{name} {what}" if what.startswith(("is ", "holds ")) else f"{name}: {what}"


def secret_warnings(source: SourceSettings, folder: Path) -> list[str]:
    """What is worth a word of the secrets of a source that is added: not there, or written out.

    Args:
        source: As it was given.
        folder: Of the configuration.
    """
    if source.use is None:
        return []
    _, missing = look_up(references({"sources": [{"params": source.params}]}), os.environ, folder)
    found = [f"{where[-1]}: {why} here; polls will stop until it is" for where, why in missing.items()]
    for name in preset(source.use, user_presets()).secrets:
        value = source.params.get(name)
        if value and not (isinstance(value, str) and is_reference(value)):
            variable = f"{source.use}_{name}".upper().replace("-", "_")
            found.append(
                f"{name} is a secret, and stands in the file as it is now; better is {name}=env:{variable},"
                f" with the secret in that variable, or {name}=file:PATH"
            )
    return found


def without_source(file: ConfigFile, name: str) -> tuple[ConfigFile, SourceSettings]:
    """The file without a source, and what it was; not written yet.

    Args:
        file: The user's file.
        name: Its name, or its address.

    Raises:
        UsageError: There is no such source, or several, or another one would get a new name by it.
        ConfigError: The file cannot be edited.
    """
    sources = file.config.sources
    index = _find(sources, name)
    left = _edited(file, remove_source(file.text, str(file.path), index))
    for before, after in zip((*sources[:index], *sources[index + 1 :]), left.config.sources, strict=True):
        if before.name != after.name:
            raise UsageError(
                f"without it, {before.name!r} would be named {after.name!r} and start a new history;"
                f" write name = {toml.quote(before.name)} into it first"
            )
    return left, sources[index]


def _find(sources: Sequence[SourceSettings], name: str) -> int:
    names = [source.name for source in sources]
    found = [] if name in names else _at_address(sources, name)
    if not found and ("://" not in name or name in names):
        return names.index(known_name(name, names, "source"))
    exact = [index for index in found if sources[index].url == name]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if found:
        several = ", ".join(repr(names[index]) for index in found)
        raise UsageError(f"several sources have this address: {several}; say which by its name")
    raise UsageError(f"no source has the address {one_line(mask_url(name), 200)}; see: mentionwatch sources list")


def _at_address(sources: Sequence[SourceSettings], address: str) -> list[int]:
    """The sources of an address, with or without its scheme."""
    key = url_key(address if "://" in address else f"https://{address}")
    return [index for index, source in enumerate(sources) if source.url and url_key(source.url) == key]


def _edited(file: ConfigFile, text: str) -> ConfigFile:
    return replace(file, text=text, config=_parsed(file.path, text))


def _same_place(one: SourceSettings, other: SourceSettings) -> bool:
    if one.url is not None and other.url is not None:
        return url_key(one.url) == url_key(other.url)
    if one.use is None or one.use != other.use or set(one.brands) != set(other.brands):
        return False
    # In a command the order of words has a meaning; in all other lists it has none.
    return one.params == other.params if one.use in OWN_PLACES else _values(one) == _values(other)


def _values(source: SourceSettings) -> dict[str, frozenset[str]]:
    return {
        name: frozenset((value,) if isinstance(value, str) else value) for name, value in source.params.items() if value
    }


def _place(source: SourceSettings) -> str:
    return one_line(mask_url(source.url), 200) if source.url else f"the preset {source.use!r}"


# --- OPML -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Imported:
    """What a list brings; not written yet."""

    #: The file with the new sources.
    file: ConfigFile
    #: The new ones, as they are named now.
    added: tuple[SourceSettings, ...]
    #: Feeds that were there already.
    known: int
    outline: Outline


def import_opml(file: ConfigFile, raw: bytes, name: str) -> Imported:
    """Take every feed of a list that is not there yet; folders and categories become tags, the title the name.

    Args:
        file: The user's file.
        raw: The list.
        name: What to call it in messages.

    Raises:
        UsageError: It is no list of feeds.
        ConfigError: The file would be too large, or cannot be edited.
    """
    outline = read_opml(raw, name)
    there = {url_key(source.url) for source in file.config.sources if source.url}
    feeds = [feed for feed in outline.feeds if url_key(feed.url) not in there]
    taken = {source.name.casefold() for source in file.config.sources}
    new = _named(feeds, taken)
    edited = _edited(file, add_sources(file.text, str(file.path), new)) if new else file
    added = edited.config.sources[len(file.config.sources) :]
    return Imported(edited, added, len(outline.feeds) - len(feeds), outline)


def _named(feeds: Iterable[Subscription], taken: set[str]) -> list[SourceSettings]:
    """Sources named by title, with -2, -3 … where that is taken; without a title the usual name is left to be made."""
    counts: Counter[str] = Counter()
    found = []
    for feed in feeds:
        name = title = feed.title or ""
        while name and name.casefold() in taken:
            counts[title.casefold()] += 1
            name = f"{title}-{counts[title.casefold()] + 1}"
        taken.add(name.casefold())
        found.append(SourceSettings(name=name, url=feed.url, tags=feed.tags))
    return found


@dataclass(frozen=True)
class Exported:
    """A list, and what is not in it."""

    text: str
    feeds: int
    #: Names of the sources that are no feeds.
    left_out: tuple[str, ...]
    #: Names of the sources whose address holds a secret, which is masked.
    masked: tuple[str, ...]


def export_opml(sources: Sequence[SourceSettings]) -> Exported:
    """Write the sources that are feeds as OPML, with secrets masked."""
    names = {source.name.casefold() for source in sources}
    places = {source.name: feed_url(source) for source in sources}
    feeds = [
        Subscription(url, _title(source.name, names), source.tags, source.name)
        for source in sources
        if (url := places[source.name]) is not None
    ]
    return Exported(
        write_opml(feeds),
        len(feeds),
        tuple(name for name, url in places.items() if url is None),
        tuple(name for name, url in places.items() if url is not None and mask_url(url) != url),
    )


def feed_url(source: SourceSettings) -> str | None:
    """The address under which any reader has the same feed; None where there is none.

    A preset is left out: its address depends on the brands or on a secret.
    """
    return source.url if source.url and source.kind != "page" and urlsplit(source.url).scheme != "file" else None


def _title(name: str, names: set[str]) -> str:
    """A name without the number that tells it from another source of the same title."""
    found = re.fullmatch(r"(.+)-\d{1,6}", name, re.DOTALL)
    return found[1] if found and found[1].casefold() in names else name
