"""A plain URL: what comes from it decides how it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mentionwatch.errors import ParseError
from mentionwatch.model import Request
from mentionwatch.sources.values import inflated

if TYPE_CHECKING:
    from mentionwatch.model import Ask, Document, Response
    from mentionwatch.sources.base import Source

#: Bytes at the start of a document that are looked at.
_HEAD = 64 * 1024
_JSON = re.compile(rb"\s*(?:[\[{]|\)\]\}')")
_FEED = re.compile(rb"(?i)<(?:[a-z][\w.-]{0,30}:)?(?:rss|feed|rdf|channel|entry)[\s>/]")
_PAGE = re.compile(rb"(?i)<!doctype\s+html|<(?:html|head|body|title|meta|script)[\s>/]")
# In these, "<rss>" and "<html>" are words of a text, and no elements.
_ASIDE = re.compile(rb"(?s)<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)")


@dataclass(frozen=True)
class AutoSource:
    """A URL of which nobody said what it is: a feed, a JSON Feed or a page with reviews.

    It is decided for each document anew: the content type is wrong too often to be asked, and sites change.
    """

    name: str
    url: str

    @property
    def kind(self) -> str:
        """See Source."""
        return "auto"

    def requests(self, ask: Ask) -> list[Request]:  # noqa: ARG002 - a document cannot be asked for less
        """The document."""
        return [Request(url=self.url)]

    def parse(self, response: Response) -> Document:
        """Read it as what it is; see Source."""
        kind = sniff(inflated(response.body, response.url))
        try:
            return self._adapter(kind).parse(response)
        except ParseError as e:
            if kind != "page" or e.state != "not-a-feed":
                raise
            raise ParseError(f"not a feed; {e.reason}", url=e.url, state=e.state, advice=e.advice) from e

    def _adapter(self, kind: str) -> Source:
        from mentionwatch.sources import _from_url

        return _from_url(self.name, self.url, kind)


def sniff(body: bytes) -> str:
    """Tell from the first bytes which adapter reads a document: "feed", "api" or "page"."""
    # UTF-16 is ASCII with zeros in between, for the signs that are looked for here.
    head = body[:_HEAD].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    if _JSON.match(head):
        return "api"
    shown = _ASIDE.sub(b" ", head)
    page = _PAGE.search(shown)
    feed = _FEED.search(shown[: page.start()] if page else shown)
    # What is neither goes to the feed adapter: it is the most tolerant, and says best what came instead.
    return "page" if not feed and (page or b"<script" in head) else "feed"
