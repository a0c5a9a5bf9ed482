"""Aggregate ratings of pages and apps, as they were read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from mentionwatch.store import rows, schema

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mentionwatch.model import AggregateRating


@dataclass(frozen=True)
class Reading:
    """What a source said of one thing at one time."""

    source: str
    #: What is rated; "" where the source does not say.
    name: str
    at: datetime
    #: Mean stars, 1 to 5.
    rating: float
    #: Number of ratings behind it; None when it is not told.
    count: int | None


def write(connection: Connection, source: str, ratings: Sequence[AggregateRating], now: datetime) -> None:
    """Write what a poll read: once a day, and whenever the stars are others than before."""
    table = schema.ratings
    known: dict[str, AggregateRating] = {}
    for rating in ratings:
        name = rows.storable(rating.name or "")
        # Where several documents rate the same, the one that most stand behind counts.
        if name not in known or (rating.count or 0) > (known[name].count or 0):
            known[name] = rating
    for name, rating in known.items():
        mine = (table.c.source == source, table.c.name == name)
        last = connection.execute(
            select(table.c.at, table.c.rating).where(*mine).order_by(table.c.at.desc()).limit(1)
        ).one_or_none()
        if last is not None and last.rating == rating.rating and last.at.date() == now.date():
            continue
        row = {"source": source, "name": name, "at": now, "rating": rating.rating}
        row["count"] = rows.storable(rating.count)
        connection.execute(insert(table).values(row).on_conflict_do_nothing())


def read(connection: Connection, since: datetime) -> list[Reading]:
    """What sources have told since then, oldest first."""
    table = schema.ratings.c
    columns = select(table.source, table.name, table.at, table.rating, table.count)
    found = connection.execute(columns.where(table.at >= since).order_by(table.at, table.source, table.name))
    return [Reading(*row) for row in found]
