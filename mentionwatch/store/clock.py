"""What the clocks said at the last poll, and when they jumped: in ``meta``, as JSON."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from mentionwatch.store import schema

if TYPE_CHECKING:
    from sqlalchemy import Connection

_KEY = "clock"
#: Nothing older is learned from.
_KEPT = timedelta(days=120)
_MOST = 50


class Clock(NamedTuple):
    """What is known of the clocks."""

    wall: datetime
    steady_s: float | None = None
    boot: str | None = None
    #: Times that the clock jumped over, ahead or back, as (from, until).
    jumps: tuple[tuple[datetime, datetime], ...] = ()
    #: When it was found so far ahead that it may be wrong; None: it was not.
    doubted: datetime | None = None


def read(connection: Connection) -> Clock | None:
    """What was written; None where nothing was, or it is damaged."""
    meta = schema.meta.c
    text = connection.execute(select(meta.value).where(meta.key == _KEY)).scalar()
    try:
        data = json.loads(text) if text else None
        if data is None:
            return None
        steady, boot, doubted = data["steady"], data["boot"], data.get("doubted")
        return Clock(
            _time(data["wall"]),
            None if steady is None else float(steady),
            None if boot is None else str(boot),
            tuple((_time(start), _time(end)) for start, end in data["jumps"]),
            None if doubted is None else _time(doubted),
        )
    except (ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError):
        return None


def _time(seconds: Any) -> datetime:
    value = float(seconds)
    if not isfinite(value):
        raise ValueError("this is no time")
    return datetime.fromtimestamp(value, timezone.utc)


def write(connection: Connection, clock: Clock) -> None:
    """Write what they say now; jumps of long ago are forgotten."""
    kept = [jump for jump in clock.jumps if jump[1] > clock.wall - _KEPT][-_MOST:]
    data = {
        "wall": clock.wall.timestamp(),
        "steady": clock.steady_s,
        "boot": clock.boot,
        "jumps": [[start.timestamp(), end.timestamp()] for start, end in kept],
        "doubted": clock.doubted.timestamp() if clock.doubted else None,
    }
    row = {"key": _KEY, "value": json.dumps(data)}
    connection.execute(insert(schema.meta).values(row).on_conflict_do_update(index_elements=["key"], set_=row))
