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
    below its row, broken at blanks only: a URL stays whole.

    Args:
        columns: Headings.
        rows: As many texts each as there are columns.
        width: Columns of the terminal; None: there is none, and each row is one line.
    """
    from rich.cells import cell_len

    shown = [[one_line(text) for text in row] for row in rows]
    sizes = [max(map(cell_len, (head, *texts))) for head, *texts in zip(columns, *shown, strict=True)]
    beside = width is None or sum(sizes) + len(_GAP) * (len(sizes) - 1) <= width
    lines = []
    for number, row in enumerate([[head.upper() for head in columns], *shown]):
        kept = row if beside else row[:-1]
        padded = (text + " " * (size - cell_len(text)) for text, size in zip(kept, sizes, strict=False))
        lines.append(_GAP.join(padded).rstrip())
        if not beside and number:
            lines += _below(row[-1], width or 0)
    return "\n".join(lines) + "\n"


def _below(text: str, width: int) -> list[str]:
    room = max(width, 2 * len(_INDENT))
    return textwrap.wrap(
        text, room, initial_indent=_INDENT, subsequent_indent=_INDENT, break_long_words=False, break_on_hyphens=False
    )
