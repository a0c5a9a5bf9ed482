"""How commands show what they found: data to stdout or a file, all else to stderr."""

from __future__ import annotations

import os
import shutil
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from mentionwatch.cli.options import F, settings
from mentionwatch.errors import OutputError, UsageError
from mentionwatch.settings import parse_span
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import tzinfo

    from rich.text import Text

    from mentionwatch.model import Alert, Mention
    from mentionwatch.settings import Config

FORMAT_NAMES = ("table", "json", "jsonl", "csv", "markdown")
#: Those for people, which show a text once.
FOR_PEOPLE = frozenset(("table", "markdown"))
#: What a file's suffix says of its format.
SUFFIXES = {".csv": "csv", ".json": "json", ".jsonl": "jsonl", ".md": "markdown"}


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


def copies_option(function: F) -> F:
    """Add ``--all-copies``."""
    told = "Show every copy of a text; else it is shown once, with the number of places (table, markdown)."
    return click.option("--all-copies", is_flag=True, help=told)(function)


def chosen_format(format_: str | None, output: Path | None = None) -> str:
    """``--format`` or ``--json``, else what the file's suffix says, else the table.

    Raises:
        UsageError: ``--json``, and something else too.
    """
    by_suffix = SUFFIXES.get(output.suffix.lower()) if output else None
    if settings().json:
        if format_ not in {None, "json"} or (format_ is None and by_suffix not in {None, "json"}):
            raise UsageError(f"--json and {f'--format {format_}' if format_ else output} contradict each other")
        return "json"
    return format_ or by_suffix or "table"


@contextmanager
def open_output(output: Path | None) -> Iterator[TextIO]:
    """Stdout, or a file that appears whole or not at all.

    A link is followed: what it leads to is replaced, and it stays.  Pipes and devices are written to as they are.

    Raises:
        OutputError: The file cannot be written, or is a database.
    """
    if output is None or is_stdout(output):
        # The formats end their lines themselves.
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(newline="")
        yield sys.stdout
        return
    try:
        if output.exists() and not (output.is_file() or output.is_dir()):
            with output.open("w", encoding="utf-8", newline="") as file:
                yield file
        else:
            with _replaced(Path(os.path.realpath(output))) as file:
                yield file
    except OSError as e:
        raise OutputError(f"cannot write {output}: {e.strerror or e}") from e


@contextmanager
def _replaced(target: Path) -> Iterator[TextIO]:
    """A new file that takes the target's place, and its permissions, when it is whole."""
    part = target.with_name(f".mentionwatch-{os.getpid()}.part")
    try:
        if is_database(target):
            raise OutputError(f"{target} is a database, and no file to be written over; name another one")
        part.unlink(missing_ok=True)  # of a process of this number that was killed
        with part.open("x", encoding="utf-8", newline="") as file:
            yield file
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def is_database(path: Path) -> bool:
    """Whether a file is one of SQLite's, such as a store."""
    try:
        with path.open("rb") as file:
            return file.read(16) == b"SQLite format 3\0"
    except OSError:
        return False


def is_stdout(output: Path) -> bool:
    """Whether ``-o`` means stdout."""
    return str(output) == "-"


def show_mentions(
    mentions: Iterable[Mention],
    *,
    format_: str,
    output: Path | None,
    bom: bool = False,
    zone: tzinfo | None = None,
    keywords: bool = False,
    hits: Mapping[str, Sequence[tuple[int, int]]] | None = None,
) -> None:
    """Print mentions in a format; formats for people show the words where they matched (``hits``, by id)."""
    from mentionwatch.output import write_mentions

    with open_output(output) as stream:
        write_mentions(format_, mentions, stream, bom=bom, zone=zone, keywords=keywords, hits=hits, **_look(output))


def show_alerts(
    alerts: Iterable[Alert], *, format_: str, output: Path | None = None, bom: bool = False, zone: tzinfo | None = None
) -> None:
    """Print alerts in a format."""
    from mentionwatch.output import write_alerts

    with open_output(output) as stream:
        write_alerts(format_, alerts, stream, bom=bom, zone=zone, **_look(output))


def show_table(columns: list[str], rows: list[list[str]]) -> None:
    """A small plain table on stdout; texts are made safe, and the last column may be long."""
    from mentionwatch.output.grid import grid_text

    click.echo(grid_text(columns, rows, width=terminal_width()), nl=False)


def _look(output: Path | None) -> dict[str, Any]:
    to_file = output is not None and not is_stdout(output)
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


if TYPE_CHECKING:
    _Moment = click.ParamType["datetime"]
else:
    _Moment = click.ParamType  # before click 8.5 it cannot be subscripted


class When(_Moment):
    """A moment: a length of time ago (``7d``), or a date or time in ISO 8601.

    One that names no zone comes without it: see ``in_zone``.
    """

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
            return datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
        except ValueError:
            self.fail(f"{value!r} is no time; write 7d, 24h, 2026-11-01 or 2026-11-01T08:00", param, ctx)


if TYPE_CHECKING:
    _Span = click.ParamType[timedelta]
else:
    _Span = click.ParamType


class Length(_Span):
    """A length of time: ``90s``, ``5m``."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read it."""
        try:
            return value if isinstance(value, timedelta) else parse_span(value)
        except ValueError as e:
            self.fail(str(e), param, ctx)


def in_zone(moment: datetime | None, config: Config | None) -> datetime | None:
    """A moment in UTC; without a zone it is meant as times are shown: in the configured one, else the system's.

    Raises:
        UsageError: It lies beyond what calendars hold.
    """
    if moment is None:
        return None
    try:
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone_of(config))
        return aware.astimezone(timezone.utc)
    except (OverflowError, ValueError, OSError) as e:
        raise UsageError(f"{moment} is too far away; write a date nearer to today") from e


def time_range(
    since: datetime | None, until: datetime | None, config: Config | None
) -> tuple[datetime | None, datetime | None]:
    """Both ends in UTC, see ``in_zone``.

    Raises:
        UsageError: Nothing lies between them.
    """
    start, end = in_zone(since, config), in_zone(until, config)
    if start is not None and end is not None and start >= end:
        raise UsageError("nothing lies between --since and --until; --since has to be the earlier one")
    return start, end


def no_limit(limit: int, what: str = "mentions") -> int | None:
    """0 means all."""
    if limit < 0:
        raise UsageError(f"--limit is a number of {what}; 0 means all of them")
    return limit or None


def plural(count: int, noun: str) -> str:
    """``1 mention``, ``2 mentions``, ``2 entries``."""
    if count == 1:
        return f"1 {noun}"
    ending = "ies" if noun.endswith("ry") else "es" if noun.endswith("ss") else "s"
    return f"{count:,} {noun.removesuffix('y') if ending == 'ies' else noun}{ending}"


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


@contextmanager
def waiting(turns: Mapping[str, float], what: str) -> Iterator[Callable[[str], None]]:
    """A line as of ``progress`` that also says what is not done yet, and how long it still waits for its turn.

    Args:
        turns: Seconds that each has to wait at least, by name.
        what: What is done with them.
    """
    if not sys.stderr.isatty() or settings().verbosity < 0 or not turns:
        yield lambda _name: None
        return
    from rich.console import Console

    line = Waiting(dict(turns), what, len(turns), time.monotonic())
    with Console(stderr=True).status(line):
        yield line.done


@dataclass
class Waiting:
    """A line that is made anew whenever it is shown."""

    left: dict[str, float]
    what: str
    total: int
    began: float

    def done(self, name: str) -> None:
        """One less."""
        self.left.pop(name, None)

    def __rich__(self) -> Text:
        from rich.text import Text

        return Text(self.text(time.monotonic() - self.began), overflow="ellipsis", no_wrap=True)

    def text(self, seconds: float) -> str:
        """What it says after so many seconds."""
        counted = f"{self.what}: {self.total - len(self.left)} of {self.total}"
        if not self.left:
            return counted
        name = min(self.left, key=lambda one: self.left[one])
        until = self.left[name] - seconds
        shown = one_line(name, 40)
        return (
            f"{counted}; {shown} waits for its turn, {until:.0f} s"
            if until >= 1
            else f"{counted}; {shown}, {seconds:.0f} s"
        )
