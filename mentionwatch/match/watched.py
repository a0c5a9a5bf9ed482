"""A brand as the matcher sees it: its queries, what has to be near, and whom it leaves out."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, TypeVar

from mentionwatch.errors import MatchTimeout
from mentionwatch.match.evaluate import Evaluation, Spans
from mentionwatch.match.parse import Query, compile_query
from mentionwatch.match.voices import Sites, author_keys, own_keys
from mentionwatch.model import Match

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mentionwatch.match.patterns import Patience
    from mentionwatch.match.subject import Subject
    from mentionwatch.model import Entry
    from mentionwatch.settings import Brand

T = TypeVar("T")

#: Words between a brand and its context, at most; what stands in the title is near to everything.
CONTEXT_WORDS = 30


class Ignored:
    """Authors and sites that are left out."""

    def __init__(self, authors: Iterable[str], sites: Iterable[str]) -> None:
        self._authors = {key for author in authors for key in own_keys(author)}
        self._sites = Sites(sites)

    def fits(self, entry: Entry) -> bool:
        """Tell whether an entry is left out."""
        if self._authors and entry.author is not None and not self._authors.isdisjoint(author_keys(entry.author)):
            return True
        return self._sites.hold(entry.url)


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
        """Match the queries with these numbers; the first that matches is the keyword.

        Raises:
            MatchTimeout: An expression took too long, and whether the brand is there hangs on it: no other query
                matches, or one of `exclude` may.
        """
        if subject.entry is not None and self._ignored.fits(subject.entry):
            return None
        found = _first(self._match(number, subject, patience) for number in numbers)
        if found is None:
            return None
        excluded = _first(_try(other, subject, patience) for other in self.exclude)
        if excluded is not None and not isinstance(excluded, MatchTimeout):
            return None
        for unknown in (found, excluded):
            if isinstance(unknown, MatchTimeout):
                raise unknown
        return found if isinstance(found, Match) else None

    def _match(self, number: int, subject: Subject, patience: Patience) -> Match | MatchTimeout | None:
        query = self.match[number]
        spans = _try(query, subject, patience)
        if spans is None or isinstance(spans, MatchTimeout):
            return spans
        near = self._has_context(spans, subject, patience)
        return near if isinstance(near, MatchTimeout) else Match(self.name, query.text, spans) if near else None

    def _has_context(self, spans: Spans, subject: Subject, patience: Patience) -> bool | MatchTimeout:
        if not self.context:
            return True
        found = _first(self._near(query, spans, subject, patience) for query in self.context)
        return found if isinstance(found, MatchTimeout) else found is not None

    def _near(self, query: Query, spans: Spans, subject: Subject, patience: Patience) -> Spans | MatchTimeout | None:
        found = _try(query, subject, patience)
        if found is None or isinstance(found, MatchTimeout):
            return found
        return found if is_near(spans, found, subject) else None


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


def _first(found: Iterable[T | MatchTimeout | None]) -> T | MatchTimeout | None:
    """Give the first that is there; where none is, why one is not known."""
    unknown = None
    for one in found:
        if isinstance(one, MatchTimeout):
            unknown = unknown or one
        elif one is not None:
            return one
    return unknown


def _try(query: Query, subject: Subject, patience: Patience) -> Spans | MatchTimeout | None:
    """Give where a query matches, none for what stands in no text; None: it does not; or why it is not known."""
    try:
        return Evaluation(subject, patience.find, exact_case=query.exact_case).spans(query.plan)
    except MatchTimeout as e:
        return MatchTimeout(e.pattern, e.seconds, query.text)
