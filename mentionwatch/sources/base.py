"""What a source is to the rest of the program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentionwatch.model import Ask, Document, Request, Response


class Source(Protocol):
    """One place to look.  It does no input or output of its own.

    An adapter says which documents to ask for and how to read one; ``fetch`` does the asking.  So every adapter gets
    conditional requests, limits and error states for nothing, and its test is a saved document with the entries
    expected of it.
    """

    @property
    def name(self) -> str:
        """The source's name in the configuration, in messages and in the store."""
        ...

    @property
    def kind(self) -> str:
        """The adapter: "feed", "api" or "page"."""
        ...

    def requests(self, ask: Ask) -> Sequence[Request]:
        """Which documents to ask for now, the most important first."""
        ...

    def parse(self, response: Response) -> Document:
        """Read one document.

        Raises:
            ParseError: It is not what the source should give; the message quotes what it is.
        """
        ...
