"""Values that a file has as text: lengths of time, sizes, times of the day; and texts that are not shown."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Any, NamedTuple

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d|w)")
_SPAN_UNIT = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB|kB|MB|GB)")
_SIZE_UNIT = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "kB": 10**3, "MB": 10**6, "GB": 10**9}


def parse_span(text: str) -> timedelta:
    """Read a length of time: ``90s``, ``15m``, ``24h``, ``7d``, ``2w``.

    Raises:
        ValueError: It is none; the message says what would be right.
    """
    found = _SPAN.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is no length of time; write a number and a unit, such as 90s, 15m, 24h, 7d or 2w")
    try:
        return timedelta(**{_SPAN_UNIT[found[2]]: float(found[1])})
    except OverflowError as e:
        raise ValueError(f"{text!r} is too long a time") from e


def parse_size(text: str) -> int:
    """Read a size in bytes: ``500kB``, ``8MiB``.

    Raises:
        ValueError: It is none; the message says what would be right.
    """
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is no size; write a number and a unit, such as 500kB or 8MiB")
    try:
        return int(float(found[1]) * _SIZE_UNIT[found[2]])
    except OverflowError as e:
        raise ValueError("that is too large a size") from e


_CLOCK = r"([01]\d|2[0-3]):([0-5]\d)"
_MUTE = re.compile(rf"{_CLOCK}\s*-\s*{_CLOCK}", re.ASCII)
_DIGEST = re.compile(rf"(?:daily|weekly\s+([a-z]+))\s+{_CLOCK}", re.ASCII)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Digest(NamedTuple):
    """When a channel sends what it collected."""

    #: Day of the week, 0 for Monday; None: every day.
    weekday: int | None
    #: Time of the day, in the user's zone.
    at: time


def parse_mute(text: str) -> tuple[time, time]:
    """Read hours of rest, ``22:00-07:00``: from (inclusive) and until (exclusive), maybe over midnight.

    Raises:
        ValueError: They are none; the message says what would be right.
    """
    found = _MUTE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} are no hours of rest; write from and until, such as 22:00-07:00")
    start, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if start == end:
        raise ValueError(f"{text!r} begins and ends at the same time, so nothing would ever be sent")
    return start, end


def parse_digest(text: str) -> Digest:
    """Read when to send what was collected: ``daily 08:00``, ``weekly mon 08:00``.

    Raises:
        ValueError: It is no such time; the message says what would be right.
    """
    found = _DIGEST.fullmatch(text.strip().lower())
    day = found and found[1]
    days = [n for n, name in enumerate(_WEEKDAYS) if day and day in {name, name[:3]}]
    if not found or (day and not days):
        raise ValueError(f"{text!r} is no time for a digest; write daily 08:00, or weekly mon 08:00")
    return Digest(days[0] if days else None, time(int(found[2]), int(found[3])))


def show_span(span: timedelta) -> str:
    """Write a length of time the way ``parse_span`` reads it, in the largest unit that is whole."""
    seconds = span.total_seconds()
    for unit, size in (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0 and not (unit == "w" and seconds < 4 * size):
            return f"{seconds / size:.0f}{unit}"
    # In whole numbers: a float cannot hold the microseconds of a long time.
    return f"{span // timedelta(seconds=1)}.{span.microseconds:06}".rstrip("0").rstrip(".") + "s"


class Secret(str):
    """A text that its ``repr`` does not show, nor that of a dataclass that holds it.

    ``str()``, formatting and joining give the text itself, as a plain str: whoever puts it into a URL or a header
    has to keep the result from being shown (``Request.public_url``).
    """

    __slots__ = ()

    def __repr__(self) -> str:
        """Say nothing."""
        return "***"


class _Written:
    """A marker in an annotation: the value is written as a string that ``read`` turns into it."""

    def read(self, text: str) -> Any:
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Tell pydantic to accept the written form, or a value that already is one."""
        from pydantic_core import core_schema

        def convert(value: Any) -> Any:
            if isinstance(value, self.kind) and not isinstance(value, bool):
                return value
            if not isinstance(value, str):
                raise ValueError(f"write it as text with a unit, such as {self.example!r}")  # noqa: TRY004 - pydantic collects ValueError
            return self.read(value)

        return core_schema.no_info_plain_validator_function(convert)

    #: What it becomes, and how it may be written.
    kind: type = object
    example = ""


class Span(_Written):
    """A length of time, written ``"15m"``."""

    kind = timedelta
    example = "15m"

    def read(self, text: str) -> timedelta:
        """See parse_span."""
        return parse_span(text)


class SpanOrNever(_Written):
    """A length of time, or ``"never"``, which becomes None."""

    kind = timedelta
    example = "24h"

    def read(self, text: str) -> timedelta | None:
        """See parse_span."""
        return None if text.strip() == "never" else parse_span(text)


class Size(_Written):
    """A number of bytes, written ``"8MiB"``."""

    kind = int
    example = "8MiB"

    def read(self, text: str) -> int:
        """See parse_size."""
        return parse_size(text)
