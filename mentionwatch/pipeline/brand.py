"""A brand looked at as it is configured: what its queries find, and what stops them.

``query check --brand`` shows which of match, context, exclude, case, and the lists of who is left out, it is.
"""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from mentionwatch.errors import MatchTimeout
from mentionwatch.match import searchable_text
from mentionwatch.match.evaluate import Evaluation
from mentionwatch.match.lex import short
from mentionwatch.match.misses import find_misses
from mentionwatch.match.patterns import Patience
from mentionwatch.match.prefilter import any_of, index_version, narrow
from mentionwatch.match.subject import Index, Subject, of_entry
from mentionwatch.match.watched import CONTEXT_WORDS, Ignored, Watched, is_near
from mentionwatch.model import Entry
from mentionwatch.pipeline.query import MOST_SHOWN, MOST_TRIED, Spans

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mentionwatch.match import Query
    from mentionwatch.settings import Brand, Config
    from mentionwatch.store import Store


@dataclass(frozen=True)
class Stop:
    """What keeps a brand from being found in a text that is near."""

    #: The key of the configuration: match, context, exclude, own_authors, ignore_authors or ignore_sites.
    by: str
    why: str


@dataclass(frozen=True)
class TriedBrand:
    """One text, and what came of it."""

    text: str
    #: Where the brand was found, in the text; None where it was not.
    spans: Spans | None
    #: The query that found it.
    keyword: str | None = None
    #: What stopped it; () where nothing of the brand is there at all.
    stops: tuple[Stop, ...] = ()
    #: The id of the stored entry that the text is of.
    entry: str | None = None
    #: Why it is not known whether the brand is there: a regular expression took too long.
    undecided: str | None = None

    @property
    def kind(self) -> str:
        """What came of it: hit, undecided, stopped, or none."""
        if self.spans is not None:
            return "hit"
        return "undecided" if self.undecided is not None else "stopped" if self.stops else "none"


@dataclass
class TriedEntries:
    """What came of the stored entries."""

    tried: int = 0
    hits: int = 0
    stopped: int = 0
    #: Of how many it is not known.
    undecided: int = 0
    #: The first of each.
    shown: list[TriedBrand] = field(default_factory=list)


class BrandTrial:
    """One brand, with what a configuration says for all of them."""

    def __init__(self, brand: Brand, config: Config, *, now: datetime) -> None:
        """Compile its queries.

        Raises:
            QueryError: One of them cannot be read.
        """
        self._watched = Watched(brand, config.queries)
        self._patience = Patience()
        self._now = now
        self._left_out = [
            one
            for place in (brand, config)
            for one in (
                ("own_authors", Ignored(place.own_authors, ())),
                ("ignore_authors", Ignored(place.ignore_authors, ())),
                ("ignore_sites", Ignored((), place.ignore_sites)),
            )
        ]

    def try_text(self, text: str, *, author: str | None = None, url: str | None = None) -> TriedBrand:
        """Try it on a text, as if it were of an entry by this author, at this address."""
        subject = Subject(text, Entry(source="", text=text, author=author, url=url), now=self._now)
        subject.whole = Index(text)  # without a title, so that places count in the text as given
        return self._try(subject, text)

    def try_stored(self, store: Store) -> TriedEntries:
        """Try it on the stored entries that have words of its queries, those without a mention too."""
        found = TriedEntries()
        words = any_of([narrow(query).words for query in self._watched.match])
        shown: dict[str, list[TriedBrand]] = {"hit": [], "stopped": [], "undecided": []}
        with closing(store.stream_entries(words, index_version())) as entries:
            for id_, entry, _first_seen in islice(entries, MOST_TRIED):
                found.tried += 1
                tried = self._try(of_entry(entry, now=self._now), searchable_text(entry), id_)
                kind = tried.kind
                found.hits += kind == "hit"
                found.stopped += kind == "stopped"
                found.undecided += kind == "undecided"
                if kind in shown and len(shown[kind]) < MOST_SHOWN:
                    shown[kind].append(tried)
        found.shown = [one for several in shown.values() for one in several]
        return found

    def _try(self, subject: Subject, text: str, entry: str | None = None) -> TriedBrand:
        stops = tuple(self._who(subject))
        try:
            match = self._watched.find(range(len(self._watched.match)), subject, self._patience) if not stops else None
        except MatchTimeout as e:
            return TriedBrand(text, None, entry=entry, undecided=str(e))
        if match is not None:
            return TriedBrand(text, match.spans, match.keyword, entry=entry)
        hits = [spans for query in self._watched.match if (spans := self._spans(query, subject)) is not None]
        why = tuple(self._beside(subject, hits) if hits else self._missing(subject))
        # Who is left out anyway, and does not speak of the brand, is nothing to tell.
        return TriedBrand(text, None, stops=(*stops, *why) if hits or why else (), entry=entry)

    def _who(self, subject: Subject) -> Iterator[Stop]:
        entry = subject.entry
        for key, ignored in self._left_out:
            if entry is not None and ignored.fits(entry):
                yield Stop(key, f"{short((entry.url if 'sites' in key else entry.author) or '')} is left out")

    def _missing(self, subject: Subject) -> Iterator[Stop]:
        for query in self._watched.match:
            # What takes too long is near to nothing that could be told.
            with suppress(MatchTimeout):
                for reason in find_misses(query, subject, find=self._patience.find):
                    yield Stop("match", reason)

    def _beside(self, subject: Subject, hits: list[Spans]) -> Iterator[Stop]:
        """What stopped one that its queries match."""
        if self._watched.context:
            near = [spans for query in self._watched.context if (spans := self._spans(query, subject)) is not None]
            texts = " and ".join(short(query.text) for query in self._watched.context[:5])
            if not near:
                yield Stop("context", f"none of it is there: {texts}")
            elif not any(is_near(own, other, subject) for own in hits for other in near):
                yield Stop("context", f"it is there, and more than {CONTEXT_WORDS} words away")
        for query in self._watched.exclude:
            spans = self._spans(query, subject)
            if spans is not None:
                yield Stop("exclude", f"{short(query.text)}{_place(spans, subject)}")

    def _spans(self, query: Query, subject: Subject) -> Spans | None:
        """Where a query matches; None where it does not, or where that is not known and nothing hung on it."""
        try:
            return Evaluation(subject, self._patience.find, exact_case=query.exact_case).spans(query.plan)
        except MatchTimeout:
            return None


def _place(spans: Spans, subject: Subject) -> str:
    if not spans:
        return ""
    start, end = spans[0]
    return f" is there: {short(subject.whole.text[start:end])!r} at character {start + 1}"
