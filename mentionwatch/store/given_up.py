"""Messages that were given up: in ``meta``, as JSON, so that nothing is lost in silence."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from mentionwatch.store import schema

if TYPE_CHECKING:
    from sqlalchemy import Connection

_KEY = "given_up"
#: So long it is remembered, and of so many.
_KEPT = timedelta(days=90)
_MOST = 200


class GivenUp(NamedTuple):
    """A message that nobody took for a week."""

    channel: str
    #: When it was given up, and when it failed for the first time.
    at: datetime
    failed: datetime
    #: What was in it.
    notices: int
    mentions: int
    #: Why it was not taken, without any secret.
    error: str | None


def read(connection: Connection) -> list[GivenUp]:
    """What was given up of late, oldest first; nothing where what is written is damaged."""
    meta = schema.meta.c
    text = connection.execute(select(meta.value).where(meta.key == _KEY)).scalar()
    try:
        return [
            GivenUp(
                str(one["channel"]),
                datetime.fromtimestamp(float(one["at"]), timezone.utc),
                datetime.fromtimestamp(float(one["failed"]), timezone.utc),
                int(one["notices"]),
                int(one["mentions"]),
                None if one["error"] is None else str(one["error"]),
            )
            for one in json.loads(text or "[]")
        ]
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError, RecursionError):
        return []


def add(connection: Connection, given_up: GivenUp) -> None:
    """Remember one more; the oldest are forgotten."""
    kept = [one for one in read(connection) if one.at > given_up.at - _KEPT]
    said = [
        one._asdict() | {"at": one.at.timestamp(), "failed": one.failed.timestamp()}
        for one in [*kept, given_up][-_MOST:]
    ]
    row = {"key": _KEY, "value": json.dumps(said)}
    connection.execute(insert(schema.meta).values(row).on_conflict_do_update(index_elements=["key"], set_=row))
