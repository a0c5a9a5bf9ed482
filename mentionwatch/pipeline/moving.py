"""Moving in and out: sources into the user's file and out of it, from OPML and to OPML."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mentionwatch import toml
from mentionwatch.config import parse_config, user_presets
from mentionwatch.config.edit import add_sources, remove_source
from mentionwatch.errors import OutputError, UsageError
from mentionwatch.identity import url_key
from mentionwatch.masking import mask_url
from mentionwatch.match import compile_query
from mentionwatch.opml import Subscription, read_opml, write_opml
from mentionwatch.pipeline.places import known_presets
from mentionwatch.pipeline.search import known_name
from mentionwatch.settings import SourceSettings
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
        UsageError: It is there already, under its name or another.
        ConfigError: The file would have a mistake, or cannot be edited.
    """
    same = next((known for known in file.config.sources if _same_place(known, source)), None)
    if same is not None:
        raise UsageError(f"{_place(source)} is there already: the source {same.name!r} in {file.path}")
    if any(known.name.casefold() == source.name.casefold() for known in file.config.sources):
        raise UsageError(f"{source.name!r} is the name of another source in {file.path}; give it one with --name")
    return _edited(file, add_sources(file.text, str(file.path), [source]))


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
    if "://" not in name or name in names:
        return names.index(known_name(name, names, "source"))
    key = url_key(name)
    found = [index for index, source in enumerate(sources) if source.url and url_key(source.url) == key]
    exact = [index for index in found if sources[index].url == name]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if found:
        several = ", ".join(repr(names[index]) for index in found)
        raise UsageError(f"several sources have this address: {several}; say which by its name")
    raise UsageError(f"no source has the address {one_line(mask_url(name), 200)}; see: mentionwatch sources list")


def _edited(file: ConfigFile, text: str) -> ConfigFile:
    return replace(file, text=text, config=_parsed(file.path, text))


def _same_place(one: SourceSettings, other: SourceSettings) -> bool:
    if one.url is not None and other.url is not None:
        return url_key(one.url) == url_key(other.url)
    return one.use is not None and (one.use, one.params, one.brands) == (other.use, other.params, other.brands)


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
