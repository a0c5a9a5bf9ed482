"""The channel that writes to a stream: cron mails what a program prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from mentionwatch.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mentionwatch.model import Mention, Notice


@dataclass(frozen=True)
class StdoutChannel:
    """Prints notices, an empty line between them."""

    stream: TextIO
    #: Makes the text of a notice, for people.
    render: Callable[[Notice, Sequence[Mention]], str]
    name: str = "stdout"

    def send(self, notice: Notice, evidence: Sequence[Mention]) -> None:
        """Print and flush, so that "sent" is not said of what sits in a buffer."""
        text = self.render(notice, evidence).rstrip("\n") + "\n\n"
        # An alert is told in any case: characters that the stream cannot hold are written as escapes.
        encoding = getattr(self.stream, "encoding", None) or "utf-8"
        try:
            self.stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
            self.stream.flush()
        except OSError as e:
            reason = e.strerror or e
            raise OutputError(f"the alert cannot be printed: {reason}; it is told again at the next poll") from e
