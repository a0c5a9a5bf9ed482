"""A brand as the matcher sees it: its queries, what has to be near, and whom it leaves out."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from mentionwatch.errors import MatchTimeout
from mentionwatch.match.evaluate import Evaluation, Spans
from mentionwatch.match.fields import link_host
from mentionwatch.match.parse import Query, compile_query
from mentionwatch.model import Match

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mentionwatch.match.patterns import Patience
    from mentionwatch.match.subject import Subject
    from mentionwatch.model import Entry
    from mentionwatch.settings import Brand

#: Words between a brand and its context, at most; what stands in the title is near to everything.
CONTEXT_WORDS = 30


class Ignored:
    """Authors and sites that are left out."""

    def __init__(self, authors: Iterable[str], sites: Iterable[str]) -> None:
        self._authors = {_author_key(author) for author in authors}
        self._sites = {_site_key(site) for site in sites}

    def fits(self, entry: Entry) -> bool:
        """Tell whether an entry is left out."""
        if self._authors and entry.author is not None and _author_key(entry.author) in self._authors:
            return True
        return bool(self._sites) and not self._sites.isdisjoint(_hosts(entry.url))


class Watched:
    """One brand, compiled."""

    def __init__(self, brand: Brand, saved: Mapping[str, str]) -> None:
        """Compile a brand's queries.

        Case counts in what has to match only: "Square root" at the start of a sentence is excluded by "square root".

        Raises:
            QueryError: One of them cannot be read.
        """
        self.name = brand.name
        self.match = [compile_query(text, saved=saved, exact_case=brand.case == "exact") for text in brand.match]
        self.exclude = [compile_query(text, saved=saved, fields_only=True) for text in brand.exclude]
        self.context = [compile_query(text, saved=saved, fields_only=True) for text in brand.context]
        self._ignored = Ignored((*brand.own_authors, *brand.ignore_authors), brand.ignore_sites)

    def find(self, numbers: Sequence[int], subject: Subject, patience: Patience) -> Match | None:
        """Match the queries with these numbers; the first that matches is the keyword."""
        if subject.entry is not None and self._ignored.fits(subject.entry):
            return None
        for number in numbers:
            query = self.match[number]
            spans = _spans(query, subject, patience)
            if spans is not None and self._has_context(spans, subject, patience):
                excluded = any(_spans(other, subject, patience) is not None for other in self.exclude)
                return None if excluded else Match(self.name, query.text, spans)
        return None

    def _has_context(self, spans: Spans, subject: Subject, patience: Patience) -> bool:
        if not self.context:
            return True
        found = (_spans(query, subject, patience) for query in self.context)
        return any(near is not None and is_near(spans, near, subject) for near in found)


def is_near(spans: Spans, context: Spans, subject: Subject) -> bool:
    """Tell whether some of a context is near to some of what matched; a context without a place always is."""
    if not context or not spans:
        return True
    index = subject.whole
    title_end = index.title_end if subject.entry is not None else 0
    if spans[0][0] < title_end or context[0][0] < title_end:
        return True
    own = [index.positions(*span) for span in spans]
    firsts, lasts = [first for first, _ in own], [last for _, last in own]
    for first, last in (index.positions(*span) for span in context):
        at = bisect_left(lasts, first - CONTEXT_WORDS - 1)
        if at < len(own) and firsts[at] <= last + CONTEXT_WORDS + 1:
            return True
    return False


def _spans(query: Query, subject: Subject, patience: Patience) -> Spans | None:
    try:
        return Evaluation(subject, patience.find, exact_case=query.exact_case).spans(query.tree)
    except MatchTimeout as e:
        raise MatchTimeout(e.pattern, e.seconds, query.text) from None


def _author_key(author: str) -> str:
    return author.strip().casefold().removeprefix("@").removeprefix("/").removeprefix("u/")


def _site_key(site: str) -> str:
    """Give the host of a site written as a host or as a URL."""
    return link_host(site if "//" in site else f"//{site}").removeprefix("www.")


def _hosts(url: str | None) -> list[str]:
    """List a URL's host and the domains above it."""
    host = link_host(url) if url else ""
    labels = host.split(".")
    return [".".join(labels[i:]) for i in range(len(labels))] if host else []
