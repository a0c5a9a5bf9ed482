"""A small table of short texts: sources, presets, whatever is no mention and no alert."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

_GAP = "  "
_INDENT = " " * 4


def grid_text(columns: Sequence[str], rows: Sequence[Sequence[str]], *, width: int | None) -> str:
    """Lay out a table without lines; every text is made safe.

    The last column is for what may be long.  Where it does not fit beside the others, it stands on lines of its own
    below its row, broken at blanks only: a URL stays whole.  Where the others do not fit either, the first, which
    names the row, stands on a line of its own above them.

    Args:
        columns: Headings.
        rows: As many texts each as there are columns.
        width: Columns of the terminal; None: there is none, and each row is one line.
    """
    from rich.cells import cell_len

    shown = [[one_line(text) for text in row] for row in rows]
    sizes = [max(map(cell_len, (head, *texts))) for head, *texts in zip(columns, *shown, strict=True)]
    beside = width is None or _needed(sizes) <= width
    if not beside and _needed(sizes[:-1]) > (width or 0):
        return _stacked(columns, shown, width or 0)
    lines = []
    for number, row in enumerate([[head.upper() for head in columns], *shown]):
        kept = row if beside else row[:-1]
        padded = (text + " " * (size - cell_len(text)) for text, size in zip(kept, sizes, strict=False))
        lines.append(_GAP.join(padded).rstrip())
        if not beside and number:
            lines += _below(row[-1], width or 0)
    return "\n".join(lines) + "\n"


def _needed(sizes: Sequence[int]) -> int:
    return sum(sizes) + len(_GAP) * (len(sizes) - 1)


def _stacked(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> str:
    """Each row as its name, its short texts with their headings, and its long one."""
    lines = []
    for name, *short, long in rows:
        lines.append(name)
        told = (f"{column}: {text}" for column, text in zip(columns[1:-1], short, strict=True) if text)
        lines += _below(_GAP.join(told), width)
        lines += _below(long, width)
    return "\n".join(lines) + "\n"


def _below(text: str, width: int) -> list[str]:
    room = max(width, 2 * len(_INDENT))
    return textwrap.wrap(
        text, room, initial_indent=_INDENT, subsequent_indent=_INDENT, break_long_words=False, break_on_hyphens=False
    )
