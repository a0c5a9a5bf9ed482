"""The user's file with sources more or less: text -> text.  Comments, order and blank lines stay.

Tables, ``[[sources]]``, are put in and taken out as lines, because tomlkit (0.15) moves tables that do not stand
together, counts a comment above a header to the table before it, and ends new lines with LF in a file of CRLF.  Where
the sources are one value, ``sources = [{…}]``, tomlkit edits it.  Either way the result is read again, and refused
where it holds anything but what was asked for.

A table's own lines are a paragraph: the comments right above its header, its keys, and the comments right below them,
unless these stand right above the next header.
"""

from __future__ import annotations

import re
from dataclasses import MISSING, dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mentionwatch import toml
from mentionwatch.errors import ConfigError, Problem
from mentionwatch.settings import SourceSettings, show_span
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

#: Keys that a source itself has; a preset's parameter of such a name stands in ``params``.
SOURCE_KEYS = tuple(f.name for f in fields(SourceSettings))
_BY_HAND = "edit the file by hand"


def add_sources(text: str, file: str, sources: Sequence[SourceSettings]) -> str:
    """Put sources at the end of the list of sources; after everything where there are none yet.

    Only what is no default is written.  A source with the name "" gets none in the file.

    Args:
        text: The file, without mistakes.
        file: What to call it in messages.
        sources: The new ones, in order.

    Raises:
        ConfigError: The file would be too large, or cannot be edited; the message says why.
    """
    document = toml.parse(text, file)
    new = list(_bounded(sources, toml.MAX_BYTES - len(text), file))
    if not new:
        return text
    values = [toml.parse("\n".join(pairs), file).values for pairs in new]
    if _is_inline(document, text):
        inline = ", ".join("{" + ", ".join(pairs) + "}" for pairs in new)
        edited = _edit_inline(document, text, lambda array, items: array.extend(items), f"[{inline}]")
    else:
        edited = _add_tables(document, text, new)
    return _only_these(document, edited, [*document.values.get("sources", []), *values])


def remove_source(text: str, file: str, index: int) -> str:
    """Take a source out, with its own comments and one of the blank lines around it.

    Args:
        text: The file, without mistakes.
        file: What to call it in messages.
        index: Its place among the sources, from 0.

    Raises:
        ConfigError: The file cannot be edited; the message says why.
    """
    document = toml.parse(text, file)
    if _is_inline(document, text):
        edited = _edit_inline(document, text, lambda array, _items: array.pop(index), "[]")
    else:
        edited = _remove_table(document, text, index)
    sources = document.values.get("sources", [])
    return _only_these(document, edited, [*sources[:index], *sources[index + 1 :]])


# --- what a source is, written ----------------------------------------------------------------------------


def _bounded(sources: Iterable[SourceSettings], most: int, file: str) -> Iterator[list[str]]:
    """The lines of each source; a list from elsewhere must not fill the memory."""
    for source in sources:
        pairs = _pairs(source)
        most -= sum(map(len, pairs)) + len("\n\n[[sources]]")
        if most < 0:
            limit = f"{toml.MAX_BYTES // 2**20} MiB"
            raise ConfigError([Problem(file, None, "sources", f"with that many sources the file would exceed {limit}")])
        yield pairs


def _pairs(source: SourceSettings) -> list[str]:
    """``key = value`` for all that is no default, the place first."""
    beside = {key: value for key, value in source.params.items() if key not in SOURCE_KEYS}
    inside = {key: value for key, value in source.params.items() if key in SOURCE_KEYS}
    found: dict[str, Any] = {"url": source.url, "use": source.use, **beside, "params": inside, "name": source.name}
    for f in fields(SourceSettings):
        value = getattr(source, f.name)
        if f.name not in found and (f.default is MISSING or value != f.default):
            found[f.name] = value
    return [f"{toml.write_key(key)} = {_written(value)}" for key, value in found.items() if value or value == 0]


def _written(value: Any) -> str:
    if isinstance(value, timedelta):
        return toml.quote(show_span(value))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml.write_key(key)} = {_written(one)}" for key, one in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_written, value)) + "]"
    return toml.quote(value) if isinstance(value, str) else repr(value)


# --- tables, as lines -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Paragraph:
    """Lines of a source, from 0."""

    start: int
    #: The first that is not its own.
    end: int


def _add_tables(document: toml.Document, text: str, new: list[list[str]]) -> str:
    lines = _lines(text)
    paragraphs = _paragraphs(document, lines)
    at = paragraphs[-1].end if paragraphs else len(lines)
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    added = "".join(end + end.join(["[[sources]]", *pairs]) + end for pairs in new)
    if at == len(lines) and lines and not lines[-1].endswith("\n"):
        added = end + added.removesuffix(end)  # the last line stays without an end
    return "".join([*lines[:at], added, *lines[at:]])


def _remove_table(document: toml.Document, text: str, index: int) -> str:
    lines = _lines(text)
    paragraph = _paragraphs(document, lines)[index]
    start, end = paragraph.start, paragraph.end
    if start and not lines[start - 1].strip():
        start -= 1
    elif end < len(lines) and not lines[end].strip():
        end += 1
    left = "".join(lines[:start] + lines[end:])
    return left if text.endswith("\n") else left.removesuffix("\n").removesuffix("\r")


def _lines(text: str) -> list[str]:
    """Lines with their ends; only LF ends one in TOML."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _paragraphs(document: toml.Document, lines: list[str]) -> list[_Paragraph]:
    """The lines of each source, in order.

    Raises:
        ConfigError: Another table stands between those of one source.
    """
    owner = _headers(document, lines)
    headers = [*sorted(owner), len(lines)]
    found: dict[int, _Paragraph] = {}
    for place, line in enumerate(headers[:-1]):
        index = owner[line]
        if index is None:
            continue
        end = _own_end(lines, line, headers[place + 1])
        if index not in found:
            found[index] = _Paragraph(_own_start(lines, line), end)
        elif owner[headers[place - 1]] == index:
            found[index] = _Paragraph(found[index].start, end)
        else:
            raise _refused(document, line + 1, f"sources[{index}]", "its tables do not stand together")
    return [found[index] for index in sorted(found)]


def _headers(document: toml.Document, lines: list[str]) -> dict[int, int | None]:
    """Line of each header, and the source that it belongs to, if any."""
    found: dict[int, int | None] = {}
    for path, number in document.lines.items():
        line = number - 1
        if not lines[line].lstrip(" \t").startswith("["):
            continue
        index = path[1] if len(path) > 1 and path[0] == "sources" else None
        found[line] = index if isinstance(index, int) else found.get(line)
    return found


def _own_start(lines: list[str], header: int) -> int:
    while header and _is_comment(lines[header - 1]):
        header -= 1
    return header


def _own_end(lines: list[str], header: int, following: int) -> int:
    """Where a table's lines end, seen from the next header."""
    last = following
    while last - 1 > header and (not lines[last - 1].strip() or _is_comment(lines[last - 1])):
        last -= 1
    end = last
    while end < following and _is_comment(lines[end]):
        end += 1
    return last if end == following < len(lines) else end


def _is_comment(line: str) -> bool:
    return line.lstrip(" \t").startswith("#")


# --- one value, by tomlkit --------------------------------------------------------------------------------


def _is_inline(document: toml.Document, text: str) -> bool:
    line = document.lines.get(("sources",))
    return line is not None and not _lines(text)[line - 1].lstrip(" \t").startswith("[")


def _edit_inline(document: toml.Document, text: str, change: Callable[[Any, Any], object], items: str) -> str:
    import tomlkit
    from tomlkit.exceptions import ParseError, TOMLKitError

    try:
        kept: Any = tomlkit.parse(text)
        change(kept["sources"], tomlkit.parse(f"items = {items}")["items"])
        edited = tomlkit.dumps(kept)
    except (TOMLKitError, ValueError) as e:
        line = e.line if isinstance(e, ParseError) else document.lines.get(("sources",))
        raise _refused(document, line, "sources", f"tomlkit cannot change it ({one_line(str(e), 100)})") from e
    # tomlkit's own lines end with LF.
    return re.sub(r"(?<!\r)\n", "\r\n", edited) if "\r\n" in text and not re.search(r"(?<!\r)\n", text) else edited


# --- checks -----------------------------------------------------------------------------------------------


def _only_these(document: toml.Document, edited: str, sources: list[dict[str, Any]]) -> str:
    """The new text, where it is what was asked for and nothing else.

    Raises:
        ConfigError: It is not.
    """
    wanted = {**document.values, "sources": sources}
    try:
        fits = {"sources": [], **toml.parse(edited, document.file).values} == wanted
    except ConfigError:
        fits = False
    if not fits:
        raise _refused(document, document.lines.get(("sources",)), "sources", "it would change more than was asked for")
    return edited


def _refused(document: toml.Document, line: int | None, key: str, why: str) -> ConfigError:
    return ConfigError([Problem(document.file, line, key, f"{why}; {_BY_HAND}")])
