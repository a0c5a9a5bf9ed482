"""The channel that runs a program of the user's: JSON on its standard input, never a shell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mentionwatch.deliver.base import LIMITS, Limits
from mentionwatch.deliver.programs import run
from mentionwatch.deliver.render.data import json_of

if TYPE_CHECKING:
    from pathlib import Path

    from mentionwatch.deliver.base import Message


@dataclass(frozen=True)
class CommandChannel:
    """Runs a program for each message; told is what it ends with code 0 for."""

    #: The program and its arguments.
    argv: tuple[str, ...] = field(repr=False)
    #: Where it runs; None: where this process does.
    folder: Path | None = None
    limits: Limits = LIMITS
    name: str = "command"

    def send(self, message: Message) -> None:
        """Run it; nothing of a message stands in its arguments."""
        given = json_of(message).encode() + b"\n"
        run(self.argv, given, timeout_s=self.limits.total_s, folder=self.folder)
