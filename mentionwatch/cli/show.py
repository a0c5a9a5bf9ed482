"""How commands show what they found: data to stdout or a file, all else to stderr."""

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from mentionwatch.cli.options import F, settings
from mentionwatch.errors import OutputError, UsageError
from mentionwatch.settings import parse_span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import tzinfo

    from mentionwatch.model import Alert, Mention
    from mentionwatch.settings import Config

FORMAT_NAMES = ("table", "json", "jsonl", "csv", "markdown")


def now() -> datetime:
    """The present, for every stage that asks."""
    return datetime.now(timezone.utc)


def output_options(function: F) -> F:
    """Add ``--format``, ``-o`` and ``--bom``."""
    for option in reversed(
        [
            click.option(
                "-f", "--format", "format_", type=click.Choice(FORMAT_NAMES), help="How to print it.  [default: table]"
            ),
            click.option(
                "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write to FILE; - is stdout."
            ),
            click.option("--bom", is_flag=True, help="Start CSV with a byte order mark, for Excel."),
        ]
    ):
        function = option(function)
    return function


def chosen_format(format_: str | None, output: Path | None = None) -> str:
    """``--format`` wins, then ``--json``, then the file's suffix, then the table."""
    if format_:
        return format_
    if settings().json:
        return "json"
    suffixes = {".csv": "csv", ".json": "json", ".jsonl": "jsonl", ".md": "markdown"}
    return suffixes.get(output.suffix.lower(), "table") if output else "table"


@contextmanager
def open_output(output: Path | None) -> Iterator[TextIO]:
    """Stdout, or a file that appears whole or not at all.

    Raises:
        OutputError: The file cannot be written.
    """
    if output is None or str(output) == "-":
        # The formats end their lines themselves.
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(newline="")
        yield sys.stdout
        return
    part = output.with_name(output.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(output)
    except OSError as e:
        raise OutputError(f"cannot write {output}: {e.strerror or e}") from e
    finally:
        part.unlink(missing_ok=True)


def show_mentions(
    mentions: Iterable[Mention], *, format_: str, output: Path | None, bom: bool = False, zone: tzinfo | None = None
) -> None:
    """Print mentions in a format."""
    from mentionwatch.output import write_mentions

    with open_output(output) as stream:
        write_mentions(format_, mentions, stream, bom=bom, zone=zone, **_look(output))


def show_alerts(
    alerts: Iterable[Alert], *, format_: str, output: Path | None = None, bom: bool = False, zone: tzinfo | None = None
) -> None:
    """Print alerts in a format."""
    from mentionwatch.output import write_alerts

    with open_output(output) as stream:
        write_alerts(format_, alerts, stream, bom=bom, zone=zone, **_look(output))


def show_table(columns: list[str], rows: list[list[str]]) -> None:
    """A small plain table on stdout; texts are made safe."""
    from mentionwatch.output.grid import grid_text

    click.echo(grid_text(columns, rows, width=terminal_width()), nl=False)


def _look(output: Path | None) -> dict[str, Any]:
    to_file = output is not None and str(output) != "-"
    return {"width": terminal_width(), "color": not to_file and settings().wants_color()}


def terminal_width() -> int | None:
    """Columns of the terminal; None when stdout is none."""
    return shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else None


def zone_of(config: Config | None) -> tzinfo | None:
    """The configured zone for people's eyes; None: the system's."""
    if config is None or config.timezone is None:
        return None
    from zoneinfo import ZoneInfo

    return ZoneInfo(config.timezone)


class When(click.ParamType["datetime"]):
    """A moment: a length of time ago (``7d``), or a date or time in ISO 8601 (UTC unless it says otherwise)."""

    name = "when"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read it."""
        if isinstance(value, datetime):
            return value
        try:
            return now() - parse_span(value)
        except (ValueError, OverflowError):
            pass
        try:
            found = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
        except ValueError:
            self.fail(f"{value!r} is no time; write 7d, 24h, 2026-11-01 or 2026-11-01T08:00", param, ctx)
        return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def no_limit(limit: int) -> int | None:
    """0 means all."""
    if limit < 0:
        raise UsageError("--limit is a number of mentions; 0 means all of them")
    return limit or None


def plural(count: int, noun: str) -> str:
    """``1 mention``, ``2 mentions``."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def age(then: datetime | None, at: datetime) -> str:
    """How long ago, in one unit: ``3 h``."""
    if then is None:
        return "never"
    seconds = max(timedelta(0), at - then).total_seconds()
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def until(then: datetime | None, at: datetime) -> str:
    """How long from now, in one unit: ``in 3 h``; ``now`` when it is due."""
    return "now" if then is None or then <= at else f"in {age(at, then)}"


@contextmanager
def progress(total: int, what: str) -> Iterator[Callable[[str], None]]:
    """A line on stderr that counts up, on a terminal only; gone when it is done."""
    if not sys.stderr.isatty() or settings().verbosity < 0 or total == 0:
        yield lambda _name: None
        return
    from rich.console import Console

    console = Console(stderr=True)
    done: list[str] = []
    with console.status(f"{what}: 0 of {total}") as status:

        def step(name: str) -> None:
            done.append(name)
            status.update(f"{what}: {len(done)} of {total}")

        yield step
