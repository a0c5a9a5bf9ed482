"""TOML text -> dataclasses, or every mistake at once, each with its line.

The door of tomli and of pydantic's TypeAdapter.  tomli says where a syntax error is but not where a value was;
a scanner of our own finds the lines, and also bounds the depth before anything else reads the text.  Values are
taken strictly: ``"5"`` is no number, ``true`` no count, ``"acme"`` no list.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import functools
import re
import types
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from mentionwatch.errors import ConfigError, Problem
from mentionwatch.text import one_line
from mentionwatch.toml_lines import MAX_DEPTH, KeyPath, TooDeep, scan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

T = TypeVar("T")

#: Largest file.  10,000 sources of 200 bytes take 2 MB.
MAX_BYTES = 8 * 2**20
#: More mistakes than this are not told.
MAX_PROBLEMS = 100
_MORE = f"there are more mistakes; here are {MAX_PROBLEMS}"

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


# --- writing ----------------------------------------------------------------------------------------------


def quote(text: str) -> str:
    r"""Write a text as a TOML basic string on one line.

    Whatever is not printable is escaped, so that the result is safe in a terminal too.  A lone surrogate, which
    TOML cannot hold, becomes U+FFFD.
    """
    return '"' + "".join(map(_escape, text)) + '"'


def _escape(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"
    short = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(char)
    return short or (f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}")


def write_key(name: str) -> str:
    """Write a key: bare where TOML allows it, in quotes where not."""
    return name if _BARE_KEY.fullmatch(name) else quote(name)


def dotted(path: KeyPath) -> str:
    """Write a path for people: ``sources[2].every``."""
    shown = ""
    for part in path:
        if isinstance(part, int):
            shown += f"[{part}]"
        else:
            shown += ("." if shown else "") + write_key(_short(part))
    return shown


# --- reading ----------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Document:
    """A TOML file as it stands, with the line of each key.

    Attributes:
        values: What tomli read.
        lines: Line of each key and list item, from 1.
        file: The file as the user named it.
    """

    values: dict[str, Any]
    lines: Mapping[KeyPath, int]
    file: str

    def problem(self, path: KeyPath, message: str) -> Problem:
        """Name a mistake at a key; where the key is missing, at the table that should hold it."""
        line = next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), None)
        return Problem(self.file, line, dotted(path), one_line(message, 400))


@dataclasses.dataclass(frozen=True)
class Checked(Generic[T]):
    """What became of a document: a value, or else at least one problem."""

    value: T | None
    problems: list[Problem]


def load(text: str, file: str, type_: type[T]) -> T:
    """Read TOML into a dataclass.

    Args:
        text: The document.
        file: What to call it in messages.
        type_: A frozen dataclass; nested dataclasses, tuples, dicts, Literals and the markers of ``settings`` work.

    Raises:
        ConfigError: It holds mistakes; all of them are named.
    """
    checked = check(parse(text, file), type_)
    if checked.value is None:
        raise ConfigError(checked.problems)
    return checked.value


def read_text(path: Path, file: str) -> str:
    """Read a file as UTF-8 (a byte order mark is allowed).

    Raises:
        ConfigError: It cannot be read, is too large or is not UTF-8; the message says what to do.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as e:  # ValueError: a NUL in the path
        reason = getattr(e, "strerror", None) or str(e)
        raise ConfigError([Problem(file, None, "", f"cannot be read: {reason}")]) from e
    if len(raw) > MAX_BYTES:
        raise ConfigError([Problem(file, None, "", f"is larger than {MAX_BYTES // 2**20} MiB; is it the right file?")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        what = (
            "is UTF-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else f"holds the byte 0x{raw[e.start]:02x}, not UTF-8"
        )
        line = raw.count(b"\n", 0, e.start) + 1
        raise ConfigError([Problem(file, line, "", f"{what}; save the file as UTF-8")]) from e


def parse(text: str, file: str) -> Document:
    """Read TOML as it stands.

    Raises:
        ConfigError: Its syntax is wrong (one problem; what follows a syntax error cannot be judged).
    """
    import tomli

    try:
        text.encode()
        lines = scan(text)
        return Document(tomli.loads(text), lines, file)
    except TooDeep as e:
        problem = Problem(file, e.line, "", f"is nested more than {MAX_DEPTH} levels deep")
    except tomli.TOMLDecodeError as e:
        line, column, reason = _syntax_error(e)
        # Of a key given twice tomli names the end of its value, which helps nobody.
        at = f"column {column}: " if column and not reason.startswith("this ") else ""
        problem = Problem(file, line, "", at + reason)
    except UnicodeEncodeError as e:
        problem = Problem(file, text.count("\n", 0, e.start) + 1, "", "holds half a character (a lone surrogate)")
    except ValueError:  # tomli lets int() refuse more than 4300 digits
        problem = Problem(file, None, "", "holds a number with too many digits")
    raise ConfigError([problem])


_REASONS = {
    "Cannot overwrite a value": "this key was given before",
    "Cannot mutate immutable namespace": "this table was closed before; put the key where the table is",
    "Cannot declare": "this table was given before; put its keys together, or write [[…]] for a list of tables",
    "Invalid value": 'no value; text needs quotes: key = "text"',
    "Unescaped '\\'": r"a backslash in double quotes has to be doubled; or write the text in 'single quotes'",
    "Expected '=' after a key": "an = is missing after the key",
    "Expected newline or end of document": 'nothing may follow the value; text needs quotes: key = "text"',
}


def _syntax_error(error: Any) -> tuple[int | None, int | None, str]:
    """Line, column and reason of a tomli error; older versions of tomli have them in the message only."""
    message = str(error)
    found = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    reason = message[: found.start()] if found else message
    plain = next((words for start, words in _REASONS.items() if reason.startswith(start)), None)
    reason = plain or one_line(reason[:1].lower() + reason[1:], 200)
    if found and found[1]:
        return int(found[1]), int(found[2]), reason
    return getattr(error, "lineno", None), None, reason if plain else f"{reason}, at the end of the file"


# --- values -----------------------------------------------------------------------------------------------


def check(document: Document, type_: type[T]) -> Checked[T]:
    """Turn a document into a dataclass, or name all that keeps it from being one."""
    from pydantic_core import ValidationError

    try:
        # In a list, because TypeAdapter takes no settings for a bare dataclass.
        wanted: Any = type_  # mypy finds no type hashable
        return Checked(_validator(wanted).validate_python([document.values])[0], [])
    except ValidationError as e:
        return Checked(None, _problems(document, type_, e))
    except OverflowError:  # a reader of ours met a number beyond all bounds
        return Checked(None, [Problem(document.file, None, "", "holds a number that is too large")])


@functools.lru_cache(maxsize=32)
def _validator(type_: Any) -> Any:
    from pydantic import ConfigDict, TypeAdapter
    from pydantic_core import SchemaValidator

    adapter: TypeAdapter[Any] = TypeAdapter(list[type_], config=ConfigDict(strict=True, extra="forbid"))
    schema: Any = adapter.core_schema
    _take_written(schema)
    return SchemaValidator(schema)


def _take_written(schema: Any) -> None:
    """Let tables stand for dataclasses and lists for tuples; all else stays strict.

    pydantic has no such setting: strict wants an instance, and lax takes "5" for a number.
    """
    if isinstance(schema, dict):
        if schema.get("type") in {"dataclass", "tuple"}:
            schema["strict"] = False
        if schema.get("type") == "dataclass":
            _take_keys(schema)
        for inner in schema.values():
            _take_written(inner)
    elif isinstance(schema, (list, tuple)):
        for inner in schema:
            _take_written(inner)


def _take_keys(schema: Any) -> None:
    """Give fields the keys that they have in the file, where those are no names in Python (``from``)."""
    keys = {f.name: key_of(f) for f in dataclasses.fields(schema["cls"])}
    for one in schema["schema"]["fields"]:
        if keys[one["name"]] != one["name"]:
            one["validation_alias"] = keys[one["name"]]


def key_of(field: dataclasses.Field[Any]) -> str:
    """The key that stands for a field in the file: its name, unless its metadata gives another."""
    key: str = field.metadata.get("key", field.name)
    return key


def _problems(document: Document, type_: type, error: Any) -> list[Problem]:
    found: dict[KeyPath, Problem] = {}
    errors = error.errors(include_url=False)
    for one in errors[:MAX_PROBLEMS]:
        path = _path(document, one)
        # An item of a union is told once, by its first way of being wrong.
        found.setdefault(path, document.problem(path, _message(one, path, type_)))
    return bounded(list(found.values()), document.file, more=len(errors) > MAX_PROBLEMS)


def bounded(problems: list[Problem], file: str, *, more: bool = False) -> list[Problem]:
    """The first MAX_PROBLEMS by line; where there are more, a last one says so."""
    kept = sorted((p for p in problems if p.message != _MORE), key=lambda p: p.line or 0)
    more = more or len(kept) > MAX_PROBLEMS or len(kept) < len(problems)
    return [*kept[:MAX_PROBLEMS], *([Problem(file, None, "", _MORE)] if more else [])]


def _path(document: Document, error: Any) -> KeyPath:
    """Where the mistake is; pydantic adds parts of its own for unions, which no user wrote."""
    path: KeyPath = error["loc"][1:]
    here: Any = document.values
    for n, part in enumerate(path):
        inside = (isinstance(here, dict) and part in here) or (isinstance(here, list) and isinstance(part, int))
        if not inside:
            return path if error["type"] == "missing" and n == len(path) - 1 else path[:n]
        here = here[part]
    return path


# --- words ------------------------------------------------------------------------------------------------

_HUGE = "a huge number"
_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a table",
    "dataclass_type": "a table",
    "date_type": "a date",
    "datetime_type": "a date and time",
}


def _message(error: Any, path: KeyPath, type_: type) -> str:
    """Say in plain words what is wrong and what would be right."""
    kind, value = error["type"], error["input"]
    if kind == "missing":
        return "is missing"
    if kind in {"unexpected_keyword_argument", "extra_forbidden"}:
        return "unknown key" + suggest(str(path[-1]), list(_fields(_type_at(type_, path[:-1])) or {}))
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        return f"is {shown(value)}; use one of {', '.join(map(quote, choices))}" + _nearest(value, choices)
    if kind == "value_error":
        return f"{error['ctx']['error']}"
    if kind in _WANTED:
        return f"is {shown(value)}; {_WANTED[kind]} is wanted here" + _as_wanted(kind, value, path, type_)
    return f"is {shown(value)}; {error['msg'].replace('Input should', 'it should')}"


def _as_wanted(kind: str, value: object, path: KeyPath, type_: type) -> str:
    """How the same value would be written rightly, where that can be known."""
    key = write_key(_short(str(path[-1]))) if path and isinstance(path[-1], str) else ""
    tables = _fields(_type_at(type_, (*path, 0))) if kind in {"tuple_type", "list_type"} else None
    if tables is not None:
        return f": write [[{dotted(path)}]], once for each"
    if kind == "dataclass_type" and key:
        return f": write [{dotted(path)}]"
    written = _rewritten(kind, value)
    if not written:
        return ""
    return f": write {key} = {written}" if key else f": write {written}"


def _rewritten(kind: str, value: object) -> str | None:
    if kind == "string_type" and isinstance(value, (int, float, dt.date)) and shown(value) != _HUGE:
        return f'"{shown(value)}"'
    if kind in {"tuple_type", "list_type"} and isinstance(value, str):
        return f"[{shown(value)}]"
    if not isinstance(value, (str, float)):
        return None
    number = str(value).strip()
    if kind == "bool_type" and number.lower() in {"true", "false"}:
        return number.lower()
    whole = re.fullmatch(r"(-?\d{1,18})(?:\.0)?", number, re.ASCII)
    if whole and kind in {"int_type", "float_type"}:
        return whole[1]
    return number if kind == "float_type" and re.fullmatch(r"-?\d{1,18}\.\d{1,18}", number, re.ASCII) else None


def shown(value: object) -> str:
    """Write a value for a message: short, on one line, without control characters."""
    if isinstance(value, str):
        return quote(_short(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**18 else _HUGE  # str() refuses more than 4300 digits
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dict):
        return "a table"
    return "a list" if isinstance(value, list) else repr(value)


def suggest(word: str, known: Sequence[str]) -> str:
    """Append to "unknown …": the nearest known word, or all of them."""
    near = _nearest(word, known)
    return near or ("; known here: " + ", ".join(write_key(_short(k)) for k in known) if known else "")


def _nearest(word: object, known: Sequence[str]) -> str:
    # difflib takes time by the product of the lengths; no mistyped key is that long.
    if not isinstance(word, str) or len(word) > 80:
        return ""
    folded = {k.casefold(): k for k in known}
    near = difflib.get_close_matches(word.casefold(), folded, n=1)
    return f"; did you mean {quote(folded[near[0]])}?" if near else ""


def _short(text: str, width: int = 60) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


# --- types ------------------------------------------------------------------------------------------------


def _fields(type_: Any) -> dict[str, Any] | None:
    """Name and type of each field of a dataclass; None for what is none."""
    for arm in _arms(type_):
        if dataclasses.is_dataclass(arm) and isinstance(arm, type):
            hints = get_type_hints(arm)
            return {key_of(f): hints[f.name] for f in dataclasses.fields(arm) if f.init}
    return None


def _type_at(type_: Any, path: KeyPath) -> Any:
    """The type of the value at a path, or None where the types say nothing."""
    for part in path:
        type_ = _item(type_) if isinstance(part, int) else (_fields(type_) or {}).get(part)
    return type_


def _item(type_: Any) -> Any:
    for arm in _arms(type_):
        if get_origin(arm) in {tuple, list}:
            return get_args(arm)[0]
    return None


def _arms(type_: Any) -> Sequence[Any]:
    """The types that a union is made of, without ``Annotated``; else the type itself."""
    if get_origin(type_) is Annotated:
        return _arms(get_args(type_)[0])
    if get_origin(type_) in {Union, types.UnionType}:
        return [arm for one in get_args(type_) for arm in _arms(one)]
    return [type_]
