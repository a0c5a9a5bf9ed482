"""What is told, and what a channel is to the rest of the program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from mentionwatch.model import Mention, Notice

#: "alerts": notices as they come; "digest": what was collected; "test": ``alerts test``.
MessageKind = Literal["alerts", "digest", "test"]


@dataclass(frozen=True)
class Told:
    """One notice with what it rests on."""

    notice: Notice
    #: Mentions behind the alert that are still stored, the most telling first (most confident and negative).
    evidence: tuple[Mention, ...] = ()
    #: Negative mentions per equal slice of time up to the notice, oldest first; what a sparkline shows.
    counts: tuple[int, ...] = ()
    #: How long one of those slices is, in hours.
    slice_hours: float = 1.0


@dataclass(frozen=True)
class Message:
    """What one recipient gets at once: everything of one poll, for the brands of that channel."""

    #: Idempotency key: the same for every attempt.
    id: str
    kind: MessageKind
    created: datetime
    #: The gravest first.
    told: tuple[Told, ...] = ()
    #: Mentions that are told one by one (``each``), or listed in a digest, newest first.
    mentions: tuple[Mention, ...] = ()
    #: Other channels that have failed for long, as sentences; their notices are among `told`.
    failing: tuple[str, ...] = ()
    #: For people's eyes.
    zone: tzinfo | None = None


@dataclass(frozen=True)
class Limits:
    """How long a channel may take, in seconds."""

    #: Until the other side takes the connection, and says its first word.
    connect_s: float = 10.0
    #: For all of a message.
    total_s: float = 30.0


LIMITS = Limits()


class Channel(Protocol):
    """One way to tell somebody.

    ``send`` either told it or raises; the outbox marks it after, so a crash in between repeats it under the same
    ``message.id`` and loses none.
    """

    @property
    def name(self) -> str:
        """Its name in the outbox."""
        ...

    def send(self, message: Message) -> None:
        """Tell a message; ends within its time limit, whatever the other side does.

        Raises:
            DeliveryError: It was not told, as far as can be known.
        """
        ...
