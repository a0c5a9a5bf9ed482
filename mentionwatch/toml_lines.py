"""Where things stand in a TOML document: the line of every key, table and list item.

tomli says where a syntax error is, but not where a value was.  One pass, in bounded time for any text.  Imports
nothing of ours.
"""

from __future__ import annotations

import contextlib
import itertools
import re

#: Where a value stands: names of keys, and places in lists from 0.
KeyPath = tuple[str | int, ...]

#: Deepest nesting; settings need five levels.  tomli's own limits are its recursion's and differ by version.
MAX_DEPTH = 64


class TooDeep(Exception):  # noqa: N818 - told by whoever knows the file
    """The document is nested deeper than MAX_DEPTH."""

    def __init__(self, line: int) -> None:
        self.line = line


class _Unreadable(Exception):  # noqa: N818 - not an error here: tomli tells it better
    """The text is no TOML from here on."""


_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_KEY = re.compile(r"""([A-Za-z0-9_-]+)|"([^"\\\n]*(?:\\.[^"\\\n]*)*)"|'([^'\n]*)'""")
# Unrolled, so that an unclosed string costs one pass.  Up to two quotes may stand right before the closing three.
_SCALAR = re.compile(
    r'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
    r"|'[^'\n]*'"
    r"|\d{4}-\d\d-\d\d [0-9][^\s,\]}#]*"
    r"|[^\s,\[\]{}#=\"']+",
    re.DOTALL,
)


def scan(text: str) -> dict[KeyPath, int]:
    """Find the line of every key, table and list item.

    Right for valid TOML; in other text it stops where it no longer understands, and never fails.

    Raises:
        TooDeep: A key has too many parts, or lists and tables are nested too deep.
    """
    scanner = _Scanner(text)
    with contextlib.suppress(_Unreadable):  # tomli tells it better
        scanner.document()
    return scanner.lines


class _Scanner:
    """Reads a document once, from its start to its end, and notes where things are."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.counted = 0
        self.lines: dict[KeyPath, int] = {}
        #: How many items each array of tables has so far.
        self.items: dict[KeyPath, int] = {}

    def document(self) -> None:
        here: KeyPath = ()
        while self.after(_BLANK):
            if self.text.startswith("[[", self.at):
                here = self.header("[[", "]]")
            elif self.text.startswith("[", self.at):
                here = self.header("[", "]")
            else:
                self.pair(here)

    def header(self, opening: str, closing: str) -> KeyPath:
        """Read ``[a.b]`` or ``[[a.b]]``; the table whose keys follow."""
        self.line_here()
        self.at += len(opening)
        path: KeyPath = ()
        for part in self.key():
            path = self.into((*path, part))
        if opening == "[[":
            # The last part has been resolved to the item before; the list itself is what grows.
            path = path[:-1] if path and isinstance(path[-1], int) else path
            self.note(path)
            count = self.items[path] = self.items.get(path, 0) + 1
            path = (*path, count - 1)
        self.lines.pop(path, None)  # an explicit header is a better place than [a.b] before it
        self.note(path)
        self.expect(closing)
        return path

    def into(self, path: KeyPath) -> KeyPath:
        """Step into a table; of an array of tables, its latest item."""
        self.note(path)
        return (*path, self.items[path] - 1) if path in self.items else path

    def pair(self, path: KeyPath) -> None:
        """Read ``a.b = value``."""
        self.line_here()
        for part in self.key():
            path = (*path, part)
            self.note(path)
        self.expect("=")
        self.after(_SPACE)
        self.value(path)

    def key(self) -> list[str]:
        """Read a key with all its parts."""
        parts = []
        while True:
            self.after(_SPACE)
            found = _KEY.match(self.text, self.at)
            if not found:
                raise _Unreadable
            self.at = found.end()
            parts.append(_unescape(found[2]) if found[2] is not None else found[1] or found[3] or "")
            if len(parts) > MAX_DEPTH:
                raise TooDeep(self.line)
            self.after(_SPACE)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def value(self, path: KeyPath) -> None:
        if self.text.startswith("[", self.at):
            self.array(path)
        elif self.text.startswith("{", self.at):
            self.inline_table(path)
        else:
            found = _SCALAR.match(self.text, self.at)
            if not found:
                raise _Unreadable
            self.at = found.end()

    def array(self, path: KeyPath) -> None:
        self.at += 1
        for n in itertools.count():
            self.after(_BLANK)
            if self.take("]"):
                return
            self.line_here()
            self.note((*path, n))
            self.value((*path, n))
            self.after(_BLANK)
            if not self.take(","):
                self.expect("]")
                return

    def inline_table(self, path: KeyPath) -> None:
        self.at += 1
        while self.after(_BLANK) and not self.take("}"):
            self.pair(path)
            self.after(_BLANK)
            if not self.take(","):
                self.expect("}")
                return

    def after(self, pattern: re.Pattern[str]) -> bool:
        """Skip what may be blank; whether anything is left."""
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at < len(self.text)

    def take(self, char: str) -> bool:
        """Skip a character where it stands next."""
        there = self.text.startswith(char, self.at)
        self.at += len(char) if there else 0
        return there

    def expect(self, chars: str) -> None:
        if not self.take(chars):
            raise _Unreadable

    def line_here(self) -> None:
        """Bring the line up to date; called where a key or an item starts."""
        self.line += self.text.count("\n", self.counted, self.at)
        self.counted = self.at

    def note(self, path: KeyPath) -> None:
        if len(path) > MAX_DEPTH:
            raise TooDeep(self.line)
        self.lines.setdefault(path, self.line)


_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}
_ESCAPED = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)


def _unescape(key: str) -> str:
    """Read the escapes of a key in double quotes."""

    def char(found: re.Match[str]) -> str:
        code = found[1] or found[2] or found[3]
        if not code:
            return _ESCAPES.get(found[4], found[4])
        if int(code, 16) > 0x10FFFF:
            raise _Unreadable
        return chr(int(code, 16))

    return _ESCAPED.sub(char, key)
