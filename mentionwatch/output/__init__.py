"""Output: one file per format.

``write_mentions``, ``write_alerts`` and ``write_explanation`` are the way in; a format's module is imported when it is
asked for.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from mentionwatch.errors import OutputError, UsageError
from mentionwatch.output.base import Options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import tzinfo
    from typing import TextIO

    from mentionwatch.model import Alert, Explanation, Mention
    from mentionwatch.output.base import Output

__all__ = ["FORMATS", "write_alerts", "write_explanation", "write_mentions"]

#: Names of the formats, the one for people first.
FORMATS = ("table", "json", "jsonl", "csv", "markdown")


def write_mentions(
    name: str,
    mentions: Iterable[Mention],
    stream: TextIO,
    *,
    bom: bool = False,
    width: int | None = None,
    color: bool = False,
    zone: tzinfo | None = None,
    keywords: bool = False,
    hits: Mapping[str, Sequence[tuple[int, int]]] | None = None,
) -> None:
    """Write mentions in the format of this name.

    For none of them: JSON is ``[]``, CSV its header, every other format nothing; the caller says so on stderr.

    Args:
        name: One of FORMATS.
        mentions: Read once, in order.
        stream: Open for text; for CSV with ``newline=""``.
        bom: Start with a byte order mark (CSV, for Excel).
        width: Columns of the terminal; None: 80.
        color: Colour is wanted.
        zone: For people's eyes; None: the system's.  Formats for programs are in UTC.
        keywords: Formats for people show the query that matched in the place of the brand.
        hits: By id, where a mention matched, counted in its title, a line feed and its text: formats for people show
            the words there.

    Raises:
        UsageError: There is no such format.
        OutputError: The stream does not take it.  A closed pipe stays BrokenPipeError: its reader has had enough.
    """
    output = _find_output(name)
    with told_stream(stream):
        options = Options(bom=bom, width=width, color=color, zone=zone, keywords=keywords, hits=hits)
        output.write_mentions(mentions, stream, options)


def write_alerts(
    name: str,
    alerts: Iterable[Alert],
    stream: TextIO,
    *,
    bom: bool = False,
    width: int | None = None,
    color: bool = False,
    zone: tzinfo | None = None,
) -> None:
    """Write alerts in the format of this name; as ``write_mentions`` does."""
    output = _find_output(name)
    with told_stream(stream):
        output.write_alerts(alerts, stream, Options(bom=bom, width=width, color=color, zone=zone))


def write_explanation(
    found: Explanation,
    stream: TextIO,
    *,
    width: int | None = None,
    color: bool = False,
    zone: tzinfo | None = None,
) -> None:
    """Write why a mention is what it is, for people; arguments and errors as of ``write_mentions``."""
    from mentionwatch.output import explain

    with told_stream(stream):
        explain.write_explanation(found, stream, Options(width=width, color=color, zone=zone))


def _find_output(name: str) -> Output:
    if name == "table":
        from mentionwatch.output import table

        return table
    if name == "json":
        from mentionwatch.output import json

        return json
    if name == "jsonl":
        from mentionwatch.output import jsonl

        return jsonl
    if name == "csv":
        from mentionwatch.output import csv

        return csv
    if name == "markdown":
        from mentionwatch.output import markdown

        return markdown
    raise UsageError(f"there is no format {name!r}; use one of {', '.join(FORMATS)}")


@contextmanager
def told_stream(stream: TextIO) -> Iterator[None]:
    """Turn what the stream raises into one line for the user."""
    try:
        yield
        stream.flush()  # what waits in a buffer may be refused yet
    except BrokenPipeError:
        raise
    except UnicodeEncodeError as e:
        advice = "set PYTHONUTF8=1, or write to a file with -o"
        raise OutputError(f"{_name(stream)} is in {e.encoding}, which cannot hold every character; {advice}") from e
    except OSError as e:
        raise OutputError(f"cannot write to {_name(stream)}: {e.strerror or e}") from e


def _name(stream: TextIO) -> str:
    name = getattr(stream, "name", None)
    return name.strip("<>") if isinstance(name, str) else "the output"
