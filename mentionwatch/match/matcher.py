"""From trees to matches: one query over a text, or all brands over an entry at once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mentionwatch.match.parse import Query, compile_query
from mentionwatch.match.tree import And, Node, Not, Term, cover
from mentionwatch.match.words import Places, anchor_key, find_places, place_keys, quick_keys
from mentionwatch.model import Match

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mentionwatch.model import Entry
    from mentionwatch.settings import Brand

Spans = tuple[tuple[int, int], ...]


def searchable_text(entry: Entry) -> str:
    """Give what is searched of an entry, and what spans count in: its title, a line feed, its text."""
    return f"{entry.title or ''}\n{entry.text or ''}"


def find_spans(query: Query, text: str) -> Spans | None:
    """Match one query over one text.

    Returns:
        Where its words stand, as [start, end) in order and without overlaps, at least one; None when it does not match.
    """
    return _spans(query, find_places(text))


def _spans(query: Query, places: Places) -> Spans | None:
    found = _evaluate(query.tree, places, negated=False)
    if found is None:
        return None
    spans: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return tuple(spans)


def _evaluate(node: Node, places: Places, *, negated: bool) -> list[tuple[int, int]] | None:
    """Give the spans that make the node true, none for an absence; None when it is false.

    Negation is carried down (De Morgan), so that ``NOT NOT acme`` has its spans too.
    """
    if isinstance(node, Term):
        found = _find(node.words, places)
        if negated:
            return None if found else []
        return found or None
    if isinstance(node, Not):
        return _evaluate(node.part, places, negated=not negated)
    every = isinstance(node, And) != negated
    spans: list[tuple[int, int]] = []
    matched = False
    for part in node.parts:
        found_here = _evaluate(part, places, negated=negated)
        if found_here is None:
            if every:
                return None
            continue
        matched = True
        spans.extend(found_here)
    return spans if matched else None


def _find(words: tuple[str, ...], places: Places) -> list[tuple[int, int]]:
    """Find a phrase: each of its words right after the one before."""
    lists = [places.get(word) for word in words]
    if None in lists:
        return []
    occurrences = [found for found in lists if found is not None]
    if len(words) == 1:
        return [(place.start, place.end) for place in occurrences[0]]
    starts = {place.position: place.start for place in occurrences[0]}
    ends = {place.position: place.end for place in occurrences[-1]}
    firsts = set(starts)
    for i, found in enumerate(occurrences):
        firsts &= {place.position - i for place in found}
    return [(starts[first], ends[first + len(words) - 1]) for first in firsts]


class _Watched:
    """One brand, compiled."""

    def __init__(self, brand: Brand) -> None:
        self.name = brand.name
        self.match = [compile_query(text) for text in brand.match]
        self.exclude = [compile_query(text) for text in brand.exclude]
        self.context = [compile_query(text) for text in brand.context]
        self.authors = {_author_key(author) for author in (*brand.own_authors, *brand.ignore_authors)}
        self.sites = {_site_key(site) for site in brand.ignore_sites}

    def ignores(self, entry: Entry) -> bool:
        if self.authors and entry.author is not None and _author_key(entry.author) in self.authors:
            return True
        return bool(self.sites) and not self.sites.isdisjoint(_hosts(entry.url))

    def allows(self, places: Places) -> bool:
        if any(_spans(query, places) is not None for query in self.exclude):
            return False
        return not self.context or any(_spans(query, places) is not None for query in self.context)

    def first_match(self, numbers: Iterable[int], places: Places) -> Match | None:
        for number in numbers:
            query = self.match[number]
            spans = _spans(query, places)
            if spans is not None:
                return Match(self.name, query.text, spans)
        return None


class Matcher:
    """All brands at once.

    Each query is filed under words of which every text it matches has one.  An entry's words are met with that index,
    and only the queries found there are evaluated: 10,000 keywords cost what 10 do.
    """

    def __init__(self, brands: Sequence[Brand]) -> None:
        """Compile the brands' queries.

        Raises:
            QueryError: One of them cannot be read.
        """
        self._brands = [_Watched(brand) for brand in brands]
        #: Part of a word -> (brand, query) by number.
        self._anchors: dict[str, list[tuple[int, int]]] = {}
        for at, brand in enumerate(self._brands):
            for number, query in enumerate(brand.match):
                self._file(query, (at, number))

    def _file(self, query: Query, numbers: tuple[int, int]) -> None:
        for term in cover(query.tree) or ():
            key = max(map(anchor_key, term.words), key=len)  # long words are rare
            self._anchors.setdefault(key, []).append(numbers)

    def matches(self, entry: Entry) -> tuple[Match, ...]:
        """Find the brands that an entry speaks of, in the order of the configuration.

        Own and ignored authors, ignored sites and excluded texts give nothing.  Spans count in ``searchable_text``.
        """
        text = searchable_text(entry)
        keys = quick_keys(text)
        if keys is not None and self._anchors.keys().isdisjoint(keys):
            return ()
        places = find_places(text)
        wanted = self._wanted(place_keys(places))
        found = (
            self._match(self._brands[at], sorted(numbers), entry, places) for at, numbers in sorted(wanted.items())
        )
        return tuple(match for match in found if match is not None)

    def _wanted(self, keys: set[str]) -> dict[int, set[int]]:
        """Look up which queries can match: brand -> numbers of its queries."""
        wanted: dict[int, set[int]] = {}
        for key in self._anchors.keys() & keys:
            for at, number in self._anchors[key]:
                wanted.setdefault(at, set()).add(number)
        return wanted

    @staticmethod
    def _match(brand: _Watched, numbers: list[int], entry: Entry, places: Places) -> Match | None:
        found = brand.first_match(numbers, places)
        return found if found and not brand.ignores(entry) and brand.allows(places) else None


def _author_key(author: str) -> str:
    return author.strip().casefold().removeprefix("@").removeprefix("/").removeprefix("u/")


def _site_key(site: str) -> str:
    """Give the host of a site written as a host or as a URL."""
    return _host(site if "//" in site else f"//{site}").removeprefix("www.")


def _host(url: str) -> str:
    try:
        host = urlsplit(url.strip()).hostname or ""
        return host.rstrip(".") if host.isascii() else host.rstrip(".").encode("idna").decode("ascii")
    except ValueError:  # an IPv6 address that is none, a name that IDNA refuses: then no site is known
        return ""


def _hosts(url: str | None) -> list[str]:
    """List a URL's host and the domains above it."""
    labels = _host(url).split(".") if url else []
    return [".".join(labels[i:]) for i in range(len(labels))] if labels != [""] else []
