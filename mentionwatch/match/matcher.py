"""From trees to matches: one query over a text or an entry, and all brands over an entry at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mentionwatch.errors import MatchTimeout
from mentionwatch.match.evaluate import Evaluation, Spans
from mentionwatch.match.filing import Files, field_keys, piece_text, text_keys
from mentionwatch.match.patterns import Patience
from mentionwatch.match.subject import Subject, of_entry, searchable_text
from mentionwatch.match.watched import Ignored, Watched
from mentionwatch.match.words import quick_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from mentionwatch.match.parse import Query
    from mentionwatch.model import Entry, Match, Mention
    from mentionwatch.settings import Brand

__all__ = ["Matcher", "Spans", "find_spans", "match_entry", "searchable_text"]


def find_spans(query: Query, text: str) -> Spans | None:
    """Match one query over one text; fields know nothing of it and do not match.

    Returns:
        Where its words stand, as [start, end) in order and without overlaps; None when it does not match.

    Raises:
        MatchTimeout: A regular expression in it took too long.
    """
    return _spans(query, Subject(text))


def match_entry(
    query: Query, entry: Entry, mention: Mention | None = None, now: datetime | None = None
) -> Spans | None:
    """Match one query over an entry.

    Args:
        query: The query.
        entry: What is searched is ``searchable_text`` of it.
        mention: Fields that only a stored mention has do not match without it.
        now: What ``since:7d`` counts from; without it nothing is since then.

    Returns:
        As ``find_spans``; no spans at all where only fields made it true that do not stand in the text.

    Raises:
        MatchTimeout: A regular expression in it took too long.
    """
    return _spans(query, of_entry(entry, mention, now))


def _spans(query: Query, subject: Subject) -> Spans | None:
    try:
        return Evaluation(subject, exact_case=query.exact_case).spans(query.plan)
    except MatchTimeout as e:
        raise MatchTimeout(e.pattern, e.seconds, query.text) from None


class Matcher:
    r"""All brands at once.

    Each query is filed under words of which every entry it matches has one.  An entry's words are met with that index,
    and only the queries found there are evaluated: 10,000 keywords cost what 10 do.  An expression without such a word
    is filed under a piece of it (``/acme\d/``), and one scan finds all pieces.  What has neither (``/zz+/``, ``?ac?``)
    is evaluated for each entry.
    """

    def __init__(
        self,
        brands: Sequence[Brand],
        *,
        own_authors: Iterable[str] = (),
        ignore_authors: Iterable[str] = (),
        ignore_sites: Iterable[str] = (),
        saved: Mapping[str, str] | None = None,
        fast: bool | None = None,
    ) -> None:
        """Compile the brands' queries.

        Args:
            brands: What is watched.
            own_authors: For every brand, beside its own; so are the next two.
            ignore_authors: Authors that are left out.
            ignore_sites: Hosts that are left out, with what is under them.
            saved: Queries by name, for ``@name``.
            fast: Expressions are looked up by the automaton of the extra ``fast``; None: where it is installed.

        Raises:
            QueryError: One of them cannot be read.
        """
        self._ignored = Ignored((*own_authors, *ignore_authors), ignore_sites)
        self._brands = [Watched(brand, saved or {}) for brand in brands]
        self._patience = Patience()
        filed = (
            (query.plan, (at, number))
            for at, brand in enumerate(self._brands)
            for number, query in enumerate(brand.match)
        )
        self._files = Files(filed, fast=fast)

    def matches(
        self,
        entry: Entry,
        *,
        now: datetime | None = None,
        on_timeout: Callable[[MatchTimeout], object] | None = None,
    ) -> tuple[Match, ...]:
        """Find the brands that an entry speaks of, in the order of the configuration.

        Own and ignored authors, ignored sites and excluded texts give nothing.  Spans count in ``searchable_text``.

        Args:
            entry: The entry.
            now: What ``since:7d`` counts from.
            on_timeout: Told of a regular expression that took too long where a brand hangs on it: that one is not
                found then, the others are.

        Raises:
            MatchTimeout: The same, and nobody is there to be told.
        """
        subject = of_entry(entry, now=now)
        keys = {name: field_keys(name, subject) for name in self._files.fields}
        quick = quick_keys(subject.whole.text)
        keys[""] = quick if quick is not None else text_keys(subject)
        in_pieces = self._files.find_pieces(lambda where: piece_text(where, subject))
        if quick is not None and not in_pieces and self._files.has_none(keys):
            return ()
        wanted = self._wanted(keys, in_pieces)
        if not wanted or self._ignored.fits(entry):
            return ()
        found = (self._match(at, sorted(numbers), subject, on_timeout) for at, numbers in sorted(wanted.items()))
        return tuple(match for match in found if match is not None)

    def _match(
        self, at: int, numbers: list[int], subject: Subject, on_timeout: Callable[[MatchTimeout], object] | None
    ) -> Match | None:
        try:
            return self._brands[at].find(numbers, subject, self._patience)
        except MatchTimeout as e:
            if on_timeout is None:
                raise
            on_timeout(e)
            return None

    def _wanted(self, keys: Mapping[str, set[str]], in_pieces: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
        """Look up which queries can match: brand -> numbers of its queries."""
        wanted: dict[int, set[int]] = {}
        for at, number in self._files.find(keys, in_pieces):
            wanted.setdefault(at, set()).add(number)
        return wanted
