"""Notices and mentions that are to be told: recorded with what they are about, and deleted when they are old."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, exists, select
from sqlalchemy.dialects.sqlite import insert

from mentionwatch.identity import notice_id
from mentionwatch.model import Notice
from mentionwatch.store import rows, schema

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


def record(connection: Connection, notices: Iterable[tuple[str, Notice]]) -> int:
    """Record what is to be told, with the channel for each; how many were not recorded before."""
    found = [_notice_row(channel, notice) for channel, notice in notices]
    return sum(
        connection.execute(insert(schema.notices).values(row).on_conflict_do_nothing()).rowcount for row in found
    )


def record_tellings(connection: Connection, tellings: Iterable[tuple[str, str]], now: datetime) -> None:
    """Record mentions that are told by themselves, as (channel, mention)."""
    found = [{"channel": channel, "mention": mention, "created": now} for channel, mention in tellings]
    if found:
        connection.execute(insert(schema.tellings).on_conflict_do_nothing(), found)


def prune(connection: Connection, before: datetime) -> int:
    """Delete resolved alerts, outages that ended, messages and tellings of before this time; how many alerts.

    What was not sent stays, whatever its age.
    """
    alerts, notices, messages = schema.alerts, schema.notices, schema.messages
    tellings, outages, ratings = schema.tellings, schema.outages, schema.ratings
    waits = exists().where(notices.c.alert == alerts.c.id, notices.c.sent.is_(None)).correlate(alerts)
    old = (alerts.c.state == "resolved", alerts.c.updated < before, ~waits)
    gone = connection.execute(delete(alerts).where(*old)).rowcount
    for table, condition in (
        # Those of an alert that lives tell who has to hear of its end.
        (tellings, (tellings.c.created < before, tellings.c.message.in_(select(messages.c.id).where(_is_old(before))))),
        (outages, (outages.c.ended < before,)),
        (ratings, (ratings.c.at < before,)),
    ):
        connection.execute(delete(table).where(*condition))
    full = exists().where(schema.packed.c.message == messages.c.id).correlate(messages)
    connection.execute(delete(messages).where(_is_old(before), ~full))
    return gone


def _is_old(before: datetime) -> Any:
    return schema.messages.c.sent < before


def read_notice(row: Any) -> Notice:
    """A notice of its row."""
    return Notice(row["id"], row["kind"], rows.load_alert(row["snapshot"]), row["created"])


def _notice_row(channel: str, notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.id,
        "alert": notice.alert.id,
        "kind": notice.kind,
        "channel": channel,
        "created": notice.created,
        "snapshot": rows.dump_alert(notice.alert),
        "attempts": 0,
        "sent": None,
    }


def for_channel(notice: Notice, channel: str) -> Notice:
    """The same notice for another channel, under the key that it would have had there."""
    return replace(notice, id=notice_id(notice.alert.id, notice.kind, notice.created.isoformat(), channel))
