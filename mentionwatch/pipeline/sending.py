"""Sending on all channels at the same time: one that hangs or breaks holds up neither the others nor the poll."""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mentionwatch.errors import DeliveryError, MentionwatchError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mentionwatch.deliver.base import Channel, Message
    from mentionwatch.store import Pack, Store

#: Messages of one channel that fail in one go; then it is left alone.
_MOST_FAILURES = 2


@dataclass(frozen=True)
class Failure:
    """A message that was not taken."""

    channel: str
    #: Why, and what to do, without any secret.
    error: str
    #: The channel worked until now.
    first: bool

    def __str__(self) -> str:
        """One line for stderr."""
        return f"{self.channel}: {self.error}"


@dataclass
class Work:
    """What one channel has to send."""

    channel: Channel
    messages: list[tuple[Pack, Message]]
    #: How many of them are through, told or failed.
    done: int = 0
    failed: int = 0
    ended: bool = False


@dataclass
class _Outcome:
    """How it went with one message; without one: the channel is through."""

    work: Work
    pair: tuple[Pack, Message] | None = None
    error: MentionwatchError | None = None


@dataclass
class _Sending:
    """What the threads and the one that marks share."""

    outcomes: queue.SimpleQueue[_Outcome] = field(default_factory=queue.SimpleQueue)
    #: Nothing more is begun.
    over: threading.Event = field(default_factory=threading.Event)

    def run(self, work: Work) -> None:
        failed = 0
        for pair in work.messages:
            if self.over.is_set() or failed >= _MOST_FAILURES:
                break
            error = _attempt(work.channel, pair[1])
            failed += error is not None
            self.outcomes.put(_Outcome(work, pair, error))
        self.outcomes.put(_Outcome(work))


def _attempt(channel: Channel, message: Message) -> MentionwatchError | None:
    try:
        channel.send(message)
    except MentionwatchError as e:
        return e
    except Exception as e:  # noqa: BLE001 - the door to other people's libraries: one channel never ends the poll
        # What it says may hold an address with its token.
        return DeliveryError(f"the channel broke with {type(e).__name__}", advice="please report it")
    return None


def send_all(
    store: Store, work: Sequence[Work], *, now: datetime, limit_s: float
) -> tuple[list[Message], list[Failure]]:
    """Send on all channels at once; the messages that were sent, and those that were not.

    Each channel has a thread that holds up nobody.  Messages are marked here, as soon as each is through.

    Args:
        store: Is written from this thread alone.
        work: What each channel has to send.
        now: Present time.
        limit_s: For all together, in seconds; who is not done by then has failed.
    """
    sending = _Sending()
    sent: list[Message] = []
    failures: list[Failure] = []
    deadline = time.monotonic() + limit_s
    for one in work:
        # A thread that hangs does not keep the program from ending.
        threading.Thread(target=sending.run, args=(one,), daemon=True, name=f"deliver {one.channel.name}").start()
    try:
        while not all(one.ended for one in work):
            try:
                outcome = sending.outcomes.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                break
            _note(store, outcome, sent, failures, now)
    finally:
        sending.over.set()
    for one in work:
        # One whose last message is through has only not said yet that it is done.
        if not one.ended and one.done < len(one.messages):
            late = DeliveryError(f"it was not done after {limit_s:g} s")
            _note(store, _Outcome(one, one.messages[one.done], late), sent, failures, now)
    return sent, failures


def _note(store: Store, outcome: _Outcome, sent: list[Message], failures: list[Failure], now: datetime) -> None:
    work = outcome.work
    if outcome.pair is None:
        work.ended = True
        return
    pack, message = outcome.pair
    work.done += 1
    if outcome.error is None:
        store.outbox.mark_sent(pack.id, now=now)
        sent.append(message)
        return
    told = str(outcome.error)
    if pack.kind == "test":
        # Nothing waits for it; whether the channel works is seen with the next notice.
        failures.append(Failure(work.channel.name, told, first=True))
        return
    error = outcome.error if isinstance(outcome.error, DeliveryError) else DeliveryError(told)
    first = store.outbox.mark_failed(pack.id, told, now=now, permanent=error.permanent, wait_s=error.wait_s)
    failures.append(Failure(work.channel.name, told, first))
