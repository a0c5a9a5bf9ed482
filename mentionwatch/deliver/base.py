"""What a channel is to the rest of the program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentionwatch.model import Mention, Notice


class Channel(Protocol):
    """One way to tell somebody.

    ``send`` either told it or raises; the outbox marks it after, so a crash in between repeats it under the same
    ``notice.id`` and loses none.
    """

    @property
    def name(self) -> str:
        """Its name in the outbox."""
        ...

    def send(self, notice: Notice, evidence: Sequence[Mention]) -> None:
        """Tell a notice.

        Args:
            notice: What is to be told; its alert is as it was then.
            evidence: The mentions behind it that are still stored, the most negative first.

        Raises:
            OutputError: It was not told.
        """
        ...
