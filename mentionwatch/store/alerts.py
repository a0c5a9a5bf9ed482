"""Alerts, and the detector's memory of a brand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from mentionwatch.store import notices as telling
from mentionwatch.store import rows, schema
from mentionwatch.store.rows import fetch, upsert

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from mentionwatch.model import Alert, AlertState, Notice
    from mentionwatch.store.rows import BrandState


def brand_state(connection: Connection, brand: str) -> BrandState | None:
    """The detector's memory of a brand; None before its first poll."""
    table = schema.brands
    found = fetch(connection, select(table).where(table.c.name == brand))
    return rows.read_brand(found[0]) if found else None


def record_verdict(
    connection: Connection,
    brand: str,
    state: BrandState,
    alert: Alert | None,
    notices: Sequence[tuple[str, Notice]] = (),
) -> None:
    """Write what the detector made of a brand, all or nothing.

    Args:
        connection: In a transaction that writes.
        brand: Its name.
        state: The detector's memory from now on.
        alert: The brand's alert as it is now, if it has one.
        notices: What is to be told of it, with the channel for each.
    """
    upsert(connection, schema.brands, rows.brand_row(brand, state))
    if alert is not None:
        upsert(connection, schema.alerts, rows.alert_row(alert))
    telling.record(connection, notices)


def record_alert(connection: Connection, alert: Alert, notices: Sequence[tuple[str, Notice]] = ()) -> None:
    """Write an alert as it is now, with what is to be told of it on which channel, all or nothing."""
    upsert(connection, schema.alerts, rows.alert_row(alert))
    telling.record(connection, notices)


def find(
    connection: Connection,
    *,
    brand: str | None = None,
    kind: str | None = None,
    live: bool = False,
    limit: int | None = None,
) -> list[Alert]:
    """Alerts, the latest first; with `live` only those that are not resolved."""
    table = schema.alerts
    statement = select(table).order_by(table.c.opened.desc(), table.c.id).limit(limit)
    if brand is not None:
        statement = statement.where(table.c.brand == brand)
    if kind is not None:
        statement = statement.where(table.c.kind == kind)
    if live:
        statement = statement.where(table.c.state != "resolved")
    return [rows.read_alert(row) for row in fetch(connection, statement)]


def find_like(connection: Connection, prefix: str) -> list[Alert]:
    """Alerts whose id begins with `prefix`, at most ten."""
    statement = select(schema.alerts).where(schema.alerts.c.id.startswith(prefix, autoescape=True)).limit(10)
    return [rows.read_alert(row) for row in fetch(connection, statement)]


def set_state(connection: Connection, alert: str, state: AlertState, *, now: datetime) -> bool:
    """Set the state of an alert that is not resolved, as the user wants it; whether there was one."""
    table = schema.alerts
    values = {"state": state, "updated": now} | ({"resolved": now} if state == "resolved" else {})
    live = (table.c.id == alert, table.c.state != "resolved")
    return bool(connection.execute(update(table).where(*live).values(values)).rowcount)
