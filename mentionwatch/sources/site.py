"""A feed or a page of a preset: asked for as the preset says, read as any other, then put right for this site."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from mentionwatch.model import EntryKind  # noqa: TC001 - pydantic, in toml.load, looks annotations up here
from mentionwatch.sources.template import fill, placeholders
from mentionwatch.text import clean_or_none, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mentionwatch.model import Ask, Document, Entry, Request, Response
    from mentionwatch.sources.asking import Asker
    from mentionwatch.sources.base import Source

#: Longest title that an expression is tried on.
_MOST_TITLE = 1_000
#: Characters at the start of a text in which what it tells is looked for.
_MOST_TEXT = 10_000
_TOLD = frozenset({"title", "author", "community", "version"})


@dataclass(frozen=True)
class FeedSpec:
    """How a site's feed, or its page, differs from others."""

    #: Regular expression that takes a whole title apart: its groups title, author, community and rating (1 to 5) are
    #: what it is made of.  A title that it does not match stays as it is.
    title: str = ""
    #: Regular expression that is looked for in a text, and cut out of it: its groups author, community, version and
    #: rating (1 to 5) are what the text tells of its entry.
    told: str = ""
    #: Whether texts are about the entry: some feeds have those of other entries there.
    text: bool = True
    #: Whether the language that it names is that of its entries: some sites write their own, whatever was posted.
    language: bool = True
    #: Regular expressions of boilerplate that is cut out of texts.
    strip: tuple[str, ...] = ()
    #: Regular expression of a title that is an error in an entry's clothes.
    error: str = ""
    kind: EntryKind | None = None
    #: Templates for fields that no entry tells: community, country, language, version.
    constants: dict[str, str] = field(default_factory=dict)

    def parameters(self) -> list[str]:
        """Names of the parameters that the constants need, each once."""
        return list(dict.fromkeys(name for template in self.constants.values() for name in placeholders(template)))


@dataclass(frozen=True)
class SiteSource:
    """A preset's feed or page as a source."""

    asker: Asker
    spec: FeedSpec
    #: Reads what comes: a feed, or a page.
    reader: Source

    @property
    def name(self) -> str:
        """See Source."""
        return self.asker.name

    @property
    def kind(self) -> str:
        """See Source."""
        return self.reader.kind

    def requests(self, ask: Ask) -> list[Request]:
        """What the preset asks for."""
        return self.asker.requests(ask)

    def parse(self, response: Response) -> Document:
        """Read it, and put its entries right; see Source."""
        return self.asker.discreet(lambda: self._read(replace(response, url=self.asker.shown(response.url))))

    def _read(self, response: Response) -> Document:
        document = self.reader.parse(response)
        values = {name: value for name, value in self.asker.params.items() if isinstance(value, str)}
        values |= response.given
        entries = tuple(_refined(entry, self.spec, values) for entry in document.entries)
        error = document.error or next((entry.title for entry in entries if _is_error(entry, self.spec)), None)
        return replace(document, entries=entries, error=error)


def _refined(entry: Entry, spec: FeedSpec, values: Mapping[str, str]) -> Entry:
    parts, text = _told(entry, spec)
    if not spec.language:
        entry = replace(entry, language=None)
    made = {name: one_line(part) for name, part in parts.items() if part and name in _TOLD}
    for name, template in spec.constants.items():
        value = fill(template, values.get, str)
        if value and getattr(entry, name) is None:
            made.setdefault(name, one_line(value))
    own = text
    for pattern in spec.strip:
        text = clean_or_none(_compiled(pattern).sub("", text)) if text else None
    rating = parts.get("rating")
    stars = float(rating) if rating and re.fullmatch(r"[1-5](?:\.\d)?", rating) and float(rating) <= 5 else entry.rating
    kind = spec.kind or ("review" if stars is not None else entry.kind)
    # Which of its links stood in what was cut out, nothing tells any more.
    links = entry.links if text and text == own else None
    return replace(entry, text=text, links=links, rating=stars, kind=kind, **made)  # type: ignore[arg-type]  # names of fields


def _told(entry: Entry, spec: FeedSpec) -> tuple[dict[str, str | None], str | None]:
    """What title and text tell of the entry, the title first, and what is left of the text."""
    parts: dict[str, str | None] = {}
    text = entry.text if spec.text else None
    if spec.told and text and (found := _compiled(spec.told).search(text[:_MOST_TEXT])):
        parts |= found.groupdict()
        text = clean_or_none(text[: found.start()] + text[found.end() :])
    if spec.title and (found := _compiled(spec.title).fullmatch((entry.title or "")[:_MOST_TITLE])):
        parts |= found.groupdict()
    return parts, text


def _is_error(entry: Entry, spec: FeedSpec) -> bool:
    return bool(spec.error and _compiled(spec.error).search((entry.title or "")[:_MOST_TITLE]))


@lru_cache(maxsize=200)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
