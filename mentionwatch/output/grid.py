"""A small table of short texts: sources, presets, whatever is no mention and no alert."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Columns of a table that goes to no terminal; wide, so that nothing is cut there.
PIPED_WIDTH = 400


def grid_text(columns: Sequence[str], rows: Sequence[Sequence[str]], *, width: int | None) -> str:
    """Lay out a table without lines; every text is made safe and stays on one line where there is room.

    Args:
        columns: Headings.
        rows: As many texts each as there are columns.
        width: Columns of the terminal; None: there is none, and nothing is cut.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    for column in columns:
        table.add_column(Text(column.upper()), overflow="fold")
    for row in rows:
        table.add_row(*(Text(one_line(text)) for text in row))
    stream = io.StringIO()
    Console(file=stream, width=width or PIPED_WIDTH, color_system=None, legacy_windows=False).print(table)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"
