"""The outbox: what is to be told, on which channel, in which message, and how that went.

A notice is recorded in the transaction that changed its alert, a mention that is told by itself in the one that stored
it.  Before anything is sent, what a channel is to get is packed into a message, which is written down: its id is the
idempotency key, and what is in it never changes.  After it was sent it is marked.  So a crash repeats a message under
its key at the worst, and loses none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, case, delete, exists, func, select, update
from sqlalchemy.dialects.sqlite import insert

from mentionwatch.identity import digest
from mentionwatch.store import given_up, rows, schema
from mentionwatch.store.given_up import GivenUp
from mentionwatch.store.notices import for_channel, read_notice, record, record_tellings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from mentionwatch.model import Notice

#: After so long a message that was not taken is overdue.
OVERDUE = timedelta(hours=1)
#: How long a channel that failed is left alone, by its failures in a row; then always the last.
DELAYS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360))
#: Where trying again is of no use before something is changed, it is not tried sooner than this.
_PERMANENT_DELAY = timedelta(hours=1)
#: cron fires a little early or late.
_EARLY = timedelta(seconds=30)
#: What one message holds at most; the rest goes into the next.
MOST_NOTICES, MOST_MENTIONS = 200, 500
#: How a channel does that does well.
_FINE: dict[str, Any] = {"fails": 0, "failing_since": None, "last_error": None, "next_try": None}


@dataclass(frozen=True)
class Pack:
    """A message that was not sent yet."""

    id: str
    channel: str
    #: "alerts", "digest" or "test".
    kind: str
    created: datetime
    #: Other channels that fail, as sentences.
    failing: tuple[str, ...]
    #: Failed attempts, and when the first of them was.
    attempts: int
    failed: datetime | None
    #: Why it was not taken the last time, without any secret.
    error: str | None
    #: Oldest first.
    notices: tuple[Notice, ...]
    #: Ids of mentions that are told by themselves.
    mentions: tuple[str, ...]


@dataclass(frozen=True)
class ChannelState:
    """How a channel does."""

    name: str
    last_success: datetime | None = None
    #: Failures in a row.
    fails: int = 0
    failing_since: datetime | None = None
    #: Without any secret.
    last_error: str | None = None
    next_try: datetime | None = None

    def is_left_alone(self, now: datetime) -> bool:
        """Whether it is not its turn yet after a failure; a time too far ahead comes from a clock that was wrong."""
        return self.next_try is not None and now + _EARLY < self.next_try <= now + DELAYS[-1]


@dataclass(frozen=True)
class Overdue:
    """A channel that has had something to tell for over an hour, and fails."""

    channel: str
    #: Messages that wait, and when the oldest was made.
    messages: int
    since: datetime
    last_error: str | None


class Outbox:
    """The outbox of an open store.

    Args:
        transaction: Of the store.
    """

    def __init__(self, transaction: Callable[..., AbstractContextManager[Connection]]) -> None:
        self._transaction = transaction

    # --- recording ----------------------------------------------------------------------------------------

    def told_on(self, alert: str) -> frozenset[str]:
        """Channels that a notice of this alert was recorded for, sent or not: they are told when it is resolved."""
        table = schema.notices.c
        with self._transaction() as connection:
            return frozenset(connection.execute(select(table.channel).where(table.alert == alert)).scalars())

    def waiting(self, channel: str) -> datetime | None:
        """Since when something waits that is in no message yet; None where nothing does."""
        tellings = schema.tellings.c
        oldest = (
            select(func.min(schema.notices.c.created)).where(*_free_notices(channel)),
            select(func.min(tellings.created)).where(tellings.channel == channel, tellings.message.is_(None)),
        )
        with self._transaction() as connection:
            found = [connection.execute(statement).scalar_one() for statement in oldest]
        return min((at for at in found if at is not None), default=None)

    def notices(self, channel: str) -> list[Notice]:
        """Notices that a channel still has to tell, oldest first."""
        table = schema.notices
        wanted = (table.c.channel == channel, table.c.sent.is_(None))
        with self._transaction() as connection:
            found = connection.execute(select(table).where(*wanted).order_by(table.c.created, table.c.id))
            return [read_notice(row) for row in found.mappings()]

    # --- messages -----------------------------------------------------------------------------------------

    def pack(self, channel: str, *, now: datetime, kind: str = "alerts", failing: Sequence[str] = ()) -> str | None:
        """Put what a channel has to tell into a message; its id, or None where there is nothing."""
        tellings = schema.tellings
        free = (tellings.c.channel == channel, tellings.c.message.is_(None))
        with self._transaction(write=True) as connection:
            notices = _ids(connection, schema.notices.c.id, _free_notices(channel), MOST_NOTICES)
            mentions = _ids(connection, tellings.c.mention, free, MOST_MENTIONS)
            if not notices and not mentions:
                return None
            id_ = _add_message(connection, channel, kind, now, failing=failing, parts=(*notices, *mentions))
            if notices:
                values = [{"notice": notice, "message": id_} for notice in notices]
                connection.execute(insert(schema.packed), values)
            chosen = (tellings.c.channel == channel, tellings.c.mention.in_(mentions))
            connection.execute(update(tellings).where(*chosen).values(message=id_))
            return id_

    def pack_failing(self, channel: str, sentence: str, *, now: datetime) -> str:
        """Make a message of nothing but what is said of another channel."""
        with self._transaction(write=True) as connection:
            return _add_message(connection, channel, "alerts", now, failing=[sentence], parts=(sentence,))

    def pack_test(self, channel: str, *, now: datetime) -> str:
        """Make a test message: each is one of its own."""
        with self._transaction(write=True) as connection:
            return _add_message(connection, channel, "test", now, parts=(token_hex(8),))

    def unsent(self, channel: str) -> list[Pack]:
        """Messages of a channel that were not sent, oldest first."""
        table = schema.messages
        wanted = (table.c.channel == channel, table.c.sent.is_(None))
        with self._transaction() as connection:
            order = (table.c.created, table.c.id)
            found = connection.execute(select(table).where(*wanted).order_by(*order)).mappings().all()
            return [_read_pack(connection, row) for row in found]

    def mark_sent(self, message: str, *, now: datetime) -> None:
        """Note that a message was sent, and that its channel works."""
        with self._transaction(write=True) as connection:
            _close(connection, message, now)
            name = _channel_of(connection, message)
            if name is not None:
                rows.upsert(connection, schema.channels, {"name": name, "last_success": now, **_FINE})

    def close(self, message: str, *, now: datetime) -> None:
        """Have done with a message that there is no use in sending."""
        with self._transaction(write=True) as connection:
            name = _channel_of(connection, message)
            _close(connection, message, now)
            if name is not None:
                _forget_failures(connection, name)

    def give_up(self, pack: Pack, *, now: datetime) -> GivenUp:
        """Have done with a message that nobody takes, and remember it."""
        found = GivenUp(pack.channel, now, pack.failed or now, len(pack.notices), len(pack.mentions), pack.error)
        with self._transaction(write=True) as connection:
            _close(connection, pack.id, now)
            _forget_failures(connection, pack.channel)
            given_up.add(connection, found)
        return found

    def given_up(self) -> list[GivenUp]:
        """Messages that were given up of late, oldest first."""
        with self._transaction() as connection:
            return given_up.read(connection)

    def mark_failed(self, message: str, error: str, *, now: datetime, permanent: bool = False, wait_s: int = 0) -> bool:
        """Note that a message was not taken, and when its channel is tried again.

        Args:
            message: Its id.
            error: Why, without any secret.
            now: Present time.
            permanent: Trying again is of no use before something is changed.
            wait_s: For so long the other side asks to be left alone; six hours at most are granted.

        Returns:
            Whether the channel worked until now, and this message was not refused before: then it is told.
        """
        messages, channels = schema.messages, schema.channels
        told = rows.storable(error)
        with self._transaction(write=True) as connection:
            tried = connection.execute(select(messages.c.attempts).where(messages.c.id == message)).scalar_one_or_none()
            # A time that is still to come was written under a clock that was wrong.
            failed = case((messages.c.failed <= now, messages.c.failed), else_=now)
            values = {"attempts": messages.c.attempts + 1, "failed": failed, "last_error": told}
            connection.execute(update(messages).where(messages.c.id == message).values(values))
            name = _channel_of(connection, message)
            if name is None:
                return True
            before = _read_states(connection).get(name, ChannelState(name))
            asked = timedelta(seconds=min(wait_s, DELAYS[-1].total_seconds()))
            delay = max(DELAYS[min(before.fails, len(DELAYS) - 1)], asked)
            row = {
                "name": name,
                "fails": before.fails + 1,
                "failing_since": min(before.failing_since or now, now),
                "last_error": told,
                "next_try": now + (max(delay, _PERMANENT_DELAY) if permanent else delay),
            }
            rows.upsert(connection, channels, row)
            return not before.fails and not tried

    def drop_unsent(self, message: str) -> None:
        """Delete a test message that was not taken."""
        table = schema.messages
        with self._transaction(write=True) as connection:
            connection.execute(delete(table).where(table.c.id == message, table.c.sent.is_(None)))

    # --- how channels do ----------------------------------------------------------------------------------

    def channels(self) -> dict[str, ChannelState]:
        """Every channel that was ever tried, by name."""
        with self._transaction() as connection:
            return _read_states(connection)

    def overdue(self, now: datetime) -> list[Overdue]:
        """Channels with a message that was not taken for over an hour."""
        table = schema.messages.c
        # By a clock that was far ahead, a message was made later than it failed.
        made = case((table.created <= now, table.created), else_=func.coalesce(table.failed, table.created))
        oldest = func.min(made, type_=table.created.type)
        statement = (
            select(table.channel, func.count(), oldest)
            .where(table.sent.is_(None), table.attempts > 0, table.kind != "test")
            .group_by(table.channel)
            .order_by(table.channel)
        )
        with self._transaction() as connection:
            states = _read_states(connection)
            found = connection.execute(statement).all()
        late = ((channel, n, since) for channel, n, since in found if since + OVERDUE <= now)
        return [Overdue(c, n, since, states[c].last_error if c in states else None) for c, n, since in late]

    # --- one channel for another --------------------------------------------------------------------------

    def hand_over(self, channel: str, others: Sequence[str], *, wants: Callable[[str, Notice], bool]) -> int:
        """Record what a channel has not told for others too; how many notices.

        What another was told of by itself, it is not told again.

        Args:
            channel: It fails, or is not there any more.
            others: Channels that take its place.
            wants: Whether one of them may be told a notice.
        """
        table = schema.notices
        with self._transaction(write=True) as connection:
            wanted = (table.c.channel == channel, table.c.sent.is_(None))
            found = connection.execute(select(table).where(*wanted).order_by(table.c.created, table.c.id)).mappings()
            notices = [read_notice(row) for row in found.all()]
            moved = [
                (other, for_channel(notice, other)) for notice in notices for other in others if wants(other, notice)
            ]
            return record(connection, moved)

    def forgotten_channels(self, known: Collection[str]) -> list[str]:
        """Channels with something unsent that are none of the known ones."""
        notices, messages, tellings = schema.notices.c, schema.messages.c, schema.tellings.c
        unsent = (
            select(notices.channel).where(notices.sent.is_(None)),
            select(messages.channel).where(messages.sent.is_(None)),
            select(tellings.channel).where(tellings.message.is_(None)),
        )
        with self._transaction() as connection:
            found = {name for statement in unsent for name in connection.execute(statement.distinct()).scalars()}
        return sorted(found - set(known))

    def tellings(self, channel: str) -> list[tuple[str, str]]:
        """Mentions that a channel still has to tell by themselves and that are still stored, as (id, brand)."""
        table, mentions = schema.tellings.c, schema.mentions.c
        statement = select(table.mention, mentions.brand).join(schema.mentions, mentions.id == table.mention)
        with self._transaction() as connection:
            found = connection.execute(statement.where(*_untold(channel)).order_by(table.created, table.mention))
            return [(id_, brand) for id_, brand in found]

    def record_tellings(self, tellings: Iterable[tuple[str, str]], now: datetime) -> None:
        """Record mentions that are told by themselves, as (channel, mention); what was recorded before stays so."""
        with self._transaction(write=True) as connection:
            record_tellings(connection, tellings, now)

    def withdraw(self, channel: str, notices: Collection[str], mentions: Collection[str]) -> None:
        """Delete some of what a channel has not told; what was in a message with it is free for another."""
        tellings, messages, packed, table = schema.tellings, schema.messages, schema.packed, schema.notices
        with self._transaction(write=True) as connection:
            full = select(messages.c.id).where(messages.c.channel == channel, messages.c.sent.is_(None))
            holds = connection.execute(select(packed).where(packed.c.message.in_(full))).all()
            told = connection.execute(select(tellings.c.mention, tellings.c.message).where(*_untold(channel))).all()
            opened = {id_ for notice, id_ in holds if notice in notices}
            opened |= {id_ for mention, id_ in told if id_ is not None and mention in mentions}
            for id_ in opened:
                # First, for they would go with it.
                connection.execute(update(tellings).where(tellings.c.message == id_).values(message=None))
                connection.execute(delete(messages).where(messages.c.id == id_))
            for notice in notices:
                connection.execute(delete(table).where(table.c.id == notice, table.c.sent.is_(None)))
            for mention in mentions:
                mine = (tellings.c.channel == channel, tellings.c.mention == mention, tellings.c.message.is_(None))
                connection.execute(delete(tellings).where(*mine))
            if opened:
                _forget_failures(connection, channel)

    def forget_channel(self, channel: str) -> None:
        """Delete how a channel does, unless something waits for it, and what messages of it have nothing in them."""
        messages, packed, tellings = schema.messages, schema.packed, schema.tellings
        with self._transaction(write=True) as connection:
            holds = exists().where(packed.c.message == messages.c.id).correlate(messages)
            tells = exists().where(tellings.c.message == messages.c.id).correlate(messages)
            empty = (messages.c.channel == channel, messages.c.sent.is_(None), ~holds, ~tells)
            gone = ~exists().where(schema.mentions.c.id == tellings.c.mention).correlate(tellings)
            connection.execute(delete(tellings).where(*_untold(channel), gone))
            connection.execute(delete(messages).where(*empty))
            waits = (
                select(schema.notices.c.id).where(schema.notices.c.channel == channel, schema.notices.c.sent.is_(None)),
                select(tellings.c.mention).where(*_untold(channel)),
            )
            if all(connection.execute(statement.limit(1)).first() is None for statement in waits):
                connection.execute(delete(schema.channels).where(schema.channels.c.name == channel))


# --- rows -------------------------------------------------------------------------------------------------


def _free_notices(channel: str) -> tuple[Any, ...]:
    table = schema.notices.c
    packed = exists().where(schema.packed.c.notice == table.id).correlate(schema.notices)
    return (table.channel == channel, table.sent.is_(None), ~packed)


def _untold(channel: str) -> tuple[Any, ...]:
    table, messages = schema.tellings.c, schema.messages.c
    unsent = select(messages.id).where(messages.channel == channel, messages.sent.is_(None))
    return (table.channel == channel, table.message.is_(None) | table.message.in_(unsent))


def _ids(connection: Connection, column: Any, condition: tuple[Any, ...], most: int) -> list[str]:
    created = column.table.c.created
    return list(connection.execute(select(column).where(*condition).order_by(created, column).limit(most)).scalars())


def _add_message(
    connection: Connection,
    channel: str,
    kind: str,
    now: datetime,
    *,
    failing: Sequence[str] = (),
    parts: Sequence[str] = (),
) -> str:
    id_ = digest("telling", channel, kind, now.isoformat(), *parts)
    row = {"id": id_, "channel": channel, "kind": kind, "created": now, "attempts": 0}
    row["failing"] = json.dumps([rows.storable(sentence) for sentence in failing], ensure_ascii=False)
    connection.execute(insert(schema.messages).values(row).on_conflict_do_nothing())
    return id_


def _read_pack(connection: Connection, row: Any) -> Pack:
    notices, packed, tellings = schema.notices, schema.packed, schema.tellings
    inside = (
        select(notices)
        .join(packed, packed.c.notice == notices.c.id)
        .where(packed.c.message == row["id"])
        .order_by(notices.c.created, notices.c.id)
    )
    told = select(tellings.c.mention).where(tellings.c.message == row["id"])
    return Pack(
        id=row["id"],
        channel=row["channel"],
        kind=row["kind"],
        created=row["created"],
        failing=tuple(json.loads(row["failing"])),
        attempts=row["attempts"],
        failed=row["failed"],
        error=row["last_error"],
        notices=tuple(read_notice(one) for one in connection.execute(inside).mappings()),
        mentions=tuple(connection.execute(told.order_by(tellings.c.created, tellings.c.mention)).scalars()),
    )


def _close(connection: Connection, message: str, now: datetime) -> None:
    messages, notices, packed = schema.messages, schema.notices, schema.packed
    inside = select(packed.c.notice).where(packed.c.message == message)
    sent = {"sent": now}
    told = update(notices).where(notices.c.id.in_(inside))
    connection.execute(told.values(attempts=notices.c.attempts + 1, **sent))
    done = update(messages).where(messages.c.id == message)
    connection.execute(done.values(attempts=messages.c.attempts + 1, **sent))


def _forget_failures(connection: Connection, channel: str) -> None:
    """A channel that has nothing left to try fails no more: nobody would ever learn that it works again."""
    table = schema.messages.c
    left = select(table.id).where(table.channel == channel, table.sent.is_(None), table.attempts > 0).limit(1)
    if connection.execute(left).first() is None:
        connection.execute(update(schema.channels).where(schema.channels.c.name == channel).values(_FINE))


def _channel_of(connection: Connection, message: str) -> str | None:
    table = schema.messages.c
    return connection.execute(select(table.channel).where(table.id == message)).scalar_one_or_none()


def _read_states(connection: Connection) -> dict[str, ChannelState]:
    found = connection.execute(select(schema.channels)).mappings()
    return {row["name"]: ChannelState(**row) for row in found}
