"""The outbox: the sending, after everything is stored.

What to tell is recorded with the alert or mention that it is about.  Here it is packed into one message a channel,
which is written down before it is sent, and marked after: a crash repeats a message under its key, and loses none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mentionwatch.pipeline.digest import is_due, is_muted, zone_of
from mentionwatch.pipeline.handover import HANDED_OVER, failing_of, give_up, leave_to_others
from mentionwatch.pipeline.recipients import (
    STDOUT,
    Each,
    covers,
    notices_of,
    open_channels,
    recipients,
    shown_channels,
)
from mentionwatch.pipeline.sending import Failure, Work, send_all
from mentionwatch.pipeline.tell import make_message
from mentionwatch.store import ChannelState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, tzinfo

    from mentionwatch.deliver.base import Channel, Message
    from mentionwatch.settings import Config, NotifySettings
    from mentionwatch.store import Overdue, Pack, Store

__all__ = [
    "HANDED_OVER",
    "SENDING_S",
    "STDOUT",
    "Delivery",
    "Each",
    "covers",
    "deliver",
    "notices_of",
    "open_channels",
    "recipients",
    "send_tests",
    "shown_channels",
]

#: For all channels together, which send at the same time; who is not done by then has failed.
SENDING_S = 90.0
#: A message that failed so often may be the trouble itself: the next one is tried beside it.
_STUBBORN = 3


@dataclass(frozen=True)
class Delivery:
    """How the sending went."""

    #: In the order in which they were sent.
    sent: tuple[Message, ...] = ()
    failures: tuple[Failure, ...] = ()
    #: Channels that have had something to tell for over an hour.
    overdue: tuple[Overdue, ...] = ()
    #: What nobody took for a week and is not tried again, as sentences.
    given_up: tuple[str, ...] = ()


def deliver(
    config: Config,
    store: Store,
    channels: Sequence[Channel],
    *,
    now: datetime,
    at: datetime | None = None,
    limit_s: float = SENDING_S,
) -> Delivery:
    """Send what is due; ends in time whatever the channels do.

    Args:
        config: Who is told what, and when.
        store: Its outbox is emptied.
        channels: What sends, by the names of the recipients; what has no channel here waits.
        now: Present time, which everything bears that is stored.
        at: When it is sent, which may be long after the poll began: mute and digest go by it.  None: `now`.
        limit_s: For all of them, in seconds.

    Raises:
        StoreError: The store cannot be written; nothing that was not marked is lost.
    """
    to = recipients(config, channels)
    zone = zone_of(config)
    if not channels:
        return Delivery(overdue=_overdue(store, to, now))
    leave_to_others(config, store, to, now)
    states, given_up = store.outbox.channels(), store.outbox.given_up()
    work = []
    for channel in channels:
        settings = next(one for one in to if one.name == channel.name)
        failing = failing_of(settings, to, states, given_up, now=now, zone=zone)
        packs = _packs(store, settings, states, failing, now=now, is_time=_Time(settings, at or now, zone))
        messages = [(pack, make_message(store, pack, zone=zone)) for pack in packs]
        for pack, message in messages:
            if not _says_something(pack, message):
                store.outbox.close(pack.id, now=now)  # what it was about is not stored any more
        work.append(Work(channel, [pair for pair in messages if _says_something(*pair)]))
    sent, failures = send_all(store, [w for w in work if w.messages], now=now, limit_s=limit_s)
    hopeless = give_up(config, store, to, now=now)
    return Delivery(tuple(sent), tuple(failures), _overdue(store, to, now), tuple(hopeless))


def _says_something(pack: Pack, message: Message) -> bool:
    return bool(message.told or message.mentions or (message.failing and not pack.mentions))


@dataclass(frozen=True)
class _Time:
    """When a channel is told."""

    channel: NotifySettings
    #: The moment of sending.
    at: datetime
    zone: tzinfo | None

    def is_muted(self) -> bool:
        return is_muted(self.channel, self.at, self.zone)

    def is_due(self, oldest: datetime | None) -> bool:
        return is_due(self.channel, oldest, self.at, self.zone)


def send_tests(
    config: Config, store: Store, channels: Sequence[Channel], *, now: datetime, limit_s: float = SENDING_S
) -> Delivery:
    """Send a test message through every channel, muted or not, by way of the outbox.

    One that fails is told and forgotten: a test that comes an hour later would only confuse.
    """
    zone = zone_of(config)
    work = []
    for channel in channels:
        id_ = store.outbox.pack_test(channel.name, now=now)
        pack = next(pack for pack in store.outbox.unsent(channel.name) if pack.id == id_)
        work.append(Work(channel, [(pack, make_message(store, pack, zone=zone))]))
    try:
        sent, failures = send_all(store, work, now=now, limit_s=limit_s)
    finally:
        for pack, _message in (pair for one in work for pair in one.messages):
            store.outbox.drop_unsent(pack.id)
    return Delivery(tuple(sent), tuple(failures), _overdue(store, recipients(config, channels), now))


def _overdue(store: Store, to: Sequence[NotifySettings], now: datetime) -> tuple[Overdue, ...]:
    names = {channel.name for channel in to}
    return tuple(late for late in store.overdue(now) if late.channel in names)


def _packs(
    store: Store,
    channel: NotifySettings,
    states: Mapping[str, ChannelState],
    failing: Sequence[str],
    *,
    now: datetime,
    is_time: _Time,
) -> list[Pack]:
    """What is to be sent on a channel now: messages that were not taken before, then a new one of all that waits."""
    state = states.get(channel.name, ChannelState(channel.name))
    outbox = store.outbox
    old = outbox.unsent(channel.name)
    is_left_alone = state.is_left_alone(now)
    if is_time.is_muted() or (is_left_alone and not all(_is_refused(pack, state) for pack in old)):
        return []
    for pack in old:
        if pack.kind == "test":
            outbox.drop_unsent(pack.id)  # of a run that was ended
    # While an older message may still go, nothing new is packed: it would be a message for each poll.
    if all(pack.attempts >= _STUBBORN or pack.kind == "test" for pack in old):
        kind = "digest" if channel.digest else "alerts"
        while is_time.is_due(outbox.waiting(channel.name)):
            if outbox.pack(channel.name, now=now, kind=kind, failing=failing) is None:
                break
    return _in_turn([pack for pack in outbox.unsent(channel.name) if not (is_left_alone and _is_refused(pack, state))])


def _in_turn(packs: Sequence[Pack]) -> list[Pack]:
    """The oldest first; but a channel is left alone after two failures, so of what failed often only one goes first."""
    stubborn = [pack for pack in packs if pack.attempts >= _STUBBORN]
    others = sorted(stubborn[1:], key=lambda pack: pack.attempts)
    return [*stubborn[:1], *(pack for pack in packs if pack.attempts < _STUBBORN), *others]


def _is_refused(pack: Pack, state: ChannelState) -> bool:
    """Whether it is this message that is not taken: others were, since."""
    worked, failed = state.last_success, pack.failed
    return pack.attempts >= _STUBBORN and failed is not None and worked is not None and worked >= failed
