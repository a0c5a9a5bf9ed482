"""The channel that writes to a stream: cron mails what a program prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from mentionwatch.deliver.render.text import text_of
from mentionwatch.errors import DeliveryError

if TYPE_CHECKING:
    from mentionwatch.deliver.base import Message
    from mentionwatch.deliver.render.words import Commands


@dataclass(frozen=True)
class StdoutChannel:
    """Prints messages, an empty line after each."""

    stream: TextIO
    #: Writes a command as it has to be typed here.
    commands: Commands | None = None
    #: Stands before each message: "Would tell:" in a dry run.
    heading: str = ""
    name: str = "stdout"

    def send(self, message: Message) -> None:
        """Print and flush, so that "sent" is not said of what sits in a buffer."""
        encoding = getattr(self.stream, "encoding", None) or "utf-8"
        text = text_of(message, commands=self.commands, bars=_can("▁▂▃▄▅▆▇█", encoding))
        text = (f"{self.heading}\n" if self.heading else "") + text.rstrip("\n") + "\n\n"
        try:
            # An alert is told in any case: characters that the stream cannot hold are written as escapes.
            self.stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
            self.stream.flush()
        except (OSError, ValueError) as e:  # ValueError: it is closed
            reason = (isinstance(e, OSError) and e.strerror) or e
            raise DeliveryError(f"the alert cannot be printed: {reason}", advice="it is told again later") from e


def _can(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeError, LookupError):
        return False
    return True
