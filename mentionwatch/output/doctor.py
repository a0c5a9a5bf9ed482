"""What ``doctor`` found: a line for each thing it looked at, and what to do where something is wrong."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TextIO

Level = Literal["ok", "warning", "error"]

#: What the program exits with where several hold: the first of them.
_CODES = (1, 2, 4, 6, 3)
_STYLES: dict[str, str] = {"ok": "green", "warning": "yellow", "error": "bold red"}
#: Columns of the area and the level.
_AREA, _LEVEL = 8, 7
_INDENT = " " * (_AREA + _LEVEL + 4)
_UNITS = ("kB", "MB", "GB", "TB")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    #: "config", "secrets", "store", "sources", "channels", "clock", "tone", "versions".
    area: str
    level: Level
    #: What is so, without any secret.
    what: str
    #: What to do about it; "" where nothing has to be done.
    todo: str = ""
    #: What the program exits with because of it; 0: it does not count.
    code: int = 0

    def record(self) -> dict[str, object]:
        """As JSON."""
        return {
            "area": self.area,
            "level": self.level,
            "what": one_line(self.what),
            "todo": one_line(self.todo) or None,
        }


def exit_code(findings: Sequence[Finding]) -> int:
    """0 where nothing is down; else 1, 2, 4, 6 or 3, the first that holds."""
    codes = {finding.code for finding in findings}
    return next((code for code in _CODES if code in codes), 0)


def findings_record(findings: Sequence[Finding], versions: Mapping[str, str | None]) -> dict[str, object]:
    """All of it, as JSON."""
    return {
        "exit_code": exit_code(findings),
        "findings": [finding.record() for finding in findings],
        "versions": dict(versions),
    }


def write_findings(findings: Sequence[Finding], stream: TextIO, *, width: int | None, color: bool) -> None:
    """Write them for people, in the order given; what is wrong is counted at the end.

    Args:
        findings: What was found; remote text in it is made safe.
        stream: Where to.
        width: Columns of the terminal; None: there is none, and no line is broken.
        color: Colour is wanted.
    """
    from rich.text import Text

    from mentionwatch.output.base import Options
    from mentionwatch.output.table import make_console

    console, _ = make_console(stream, Options(width=width, color=color))
    area = ""
    for finding in findings:
        named = "" if finding.area == area else finding.area
        area = finding.area
        first, *rest = _wrapped(one_line(finding.what), width)
        line = Text(f"{named:{_AREA}}  ")
        line.append(f"{finding.level:{_LEVEL}}", style=_STYLES[finding.level])
        console.print(line.append(f"  {first}"))
        for more in rest:
            console.print(Text(_INDENT + more))
        if finding.todo:
            # Never broken: commands are there to be copied.
            console.print(Text(f"{_INDENT}-> {one_line(finding.todo)}"))
    console.print(Text(_summary(findings)))


def _wrapped(text: str, width: int | None) -> list[str]:
    if width is None:
        return [text]
    room = max(20, width - len(_INDENT))
    return textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) or [""]


def _summary(findings: Sequence[Finding]) -> str:
    counts = {level: sum(finding.level == level for finding in findings) for level in ("error", "warning")}
    told = [f"{n} {level}{'s' * (n != 1)}" for level, n in counts.items() if n]
    return f"{', '.join(told).capitalize()}." if told else "Nothing is wrong."


def shown_bytes(size: int) -> str:
    """A size for people: ``471 kB``, ``1.2 GB``; in thousands, as disks have it."""
    if size < 1000:
        return f"{size} bytes"
    shown = float(size)
    for unit in _UNITS:
        shown /= 1000
        if shown < 999.5 or unit == _UNITS[-1]:
            return f"{shown:.1f} {unit}" if shown < 9.95 else f"{shown:,.0f} {unit}"
    raise AssertionError
