"""What is stored: find it, name it, show it."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timezone
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Literal, TypeVar, cast

from mentionwatch.errors import MatchTimeout, UsageError
from mentionwatch.match import compile_query, match_entry
from mentionwatch.match.prefilter import index_version, narrow
from mentionwatch.model import Entry, Mention, Tone
from mentionwatch.pipeline.fold import one_a_text
from mentionwatch.pipeline.tell import MOST_EVIDENCE
from mentionwatch.sources import platforms
from mentionwatch.store import Filter
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime, tzinfo

    from mentionwatch.match import Query
    from mentionwatch.model import Alert, MentionState
    from mentionwatch.settings import Config
    from mentionwatch.store import Store

T = TypeVar("T", "Alert", Mention)

#: Orders of a list of mentions.
Sort = Literal["newest", "oldest", "negative"]
SORTS: tuple[Sort, ...] = ("newest", "oldest", "negative")
#: Names that a message lists at most.
MOST_NAMES = 8
#: Where all names stand.
_LISTED = {"preset": "mentionwatch sources presets", "source": "mentionwatch sources list"}
#: Mentions that are looked through without the index first: a query that finds much fills its page from them.
PROBED = 300


@dataclass(frozen=True)
class Found:
    """One page of a search."""

    mentions: tuple[Mention, ...]
    #: There are more than were asked for.
    more: bool
    #: Regular expressions that took too long, each with the number of mentions of which nothing is known therefore.
    undecided: Mapping[str, int] = field(default_factory=dict)


def search_store(
    store: Store,
    query: str | None,
    wanted: Filter,
    *,
    sort: Sort = "newest",
    limit: int | None = None,
    saved: Mapping[str, str] | None = None,
    zone: tzinfo | None = timezone.utc,
    now: datetime | None = None,
    by_index: bool = True,
    all_copies: bool = True,
) -> Found:
    """Search what is stored.

    Args:
        store: An open store.
        query: In the query language; None: everything.
        wanted: Further restrictions.
        sort: "negative": lowest polarity first.
        limit: Most mentions given back.
        saved: Queries by name, for ``@name``.
        zone: Of days in since: and until:; None: the system's.
        now: Present time, for ``since:7d``.
        by_index: Let the index choose what is looked at; what is found is the same without it.
        all_copies: Give back all copies of a text; else the one that comes first.

    Raises:
        QueryError: The query cannot be read.
    """
    compiled = compile_query(query, saved=saved or {}, stored=True, zone=zone) if query else None
    fold = one_a_text if not all_copies and sort != "negative" else None
    searcher = _Searcher(store, compiled, wanted, now=now, oldest_first=sort == "oldest", fold=fold)
    most = limit + 1 if limit is not None else None
    if sort == "negative":
        found = sorted(
            searcher.find(None, by_index=by_index),
            key=lambda m: m.tone.polarity if m.tone.polarity is not None else 2.0,
        )
        found = found if all_copies else list(one_a_text(found))
    else:
        found = searcher.find(most, by_index=by_index)
    more = limit is not None and len(found) > limit
    return Found(tuple(found[:limit]), more, searcher.undecided)


class _Searcher:
    """One search: a query is matched here, so that it finds to the letter what it finds when it watches."""

    def __init__(
        self,
        store: Store,
        query: Query | None,
        wanted: Filter,
        *,
        now: datetime | None,
        oldest_first: bool,
        fold: Callable[[Iterable[Mention]], Iterator[Mention]] | None = None,
    ) -> None:
        self._store, self._query, self._wanted = store, query, wanted
        self._now, self._oldest_first = now, oldest_first
        self._fold = fold or iter
        self.undecided: Counter[str] = Counter()

    def find(self, most: int | None, *, by_index: bool) -> list[Mention]:
        """The mentions that match, `most` at most."""
        if self._query is None:
            if self._fold is iter:
                return self._store.mentions(self._wanted, limit=most, oldest_first=self._oldest_first)
            return self._look(self._wanted, most)
        if not by_index:
            return self._look(self._wanted, most)
        narrowed = narrow(self._query, now=self._now)
        by_columns = replace(self._wanted, conditions=narrowed.conditions)
        if narrowed.words is None:
            return self._look(by_columns, most)
        if most is not None:
            found = self._look(by_columns, most, among=PROBED)
            if len(found) == most:
                return found
        self.undecided.clear()
        return self._look(replace(by_columns, words=narrowed.words, words_by=index_version()), most)

    def _look(self, wanted: Filter, most: int | None, *, among: int | None = None) -> list[Mention]:
        with closing(self._store.stream_mentions(wanted, oldest_first=self._oldest_first)) as mentions:
            return list(islice(self._fold(filter(self._matches, islice(mentions, among))), most))

    def _matches(self, mention: Mention) -> bool:
        if self._query is None:
            return True
        try:
            return match_entry(self._query, mention.entry, mention, self._now) is not None
        except MatchTimeout as e:
            self.undecided[e.pattern] += 1
            return False


def search_alerts(
    store: Store,
    query: str | None,
    *,
    brand: str | None = None,
    live: bool = False,
    limit: int | None = None,
    saved: Mapping[str, str] | None = None,
    zone: tzinfo | None = timezone.utc,
    now: datetime | None = None,
) -> list[Alert]:
    """Search alerts, the latest first.

    An alert matches when one of the mentions it rests on does; ``state:``, ``brand:``, ``since:`` and ``until:`` speak
    of the alert itself, the last two of when it was opened.

    Raises:
        QueryError: The query cannot be read.
        MatchTimeout: A regular expression of it took too long, and whether an alert matches hangs on it.
    """
    if not query:
        return store.alerts(brand=brand, live=live, limit=limit)
    compiled = compile_query(query, saved=saved or {}, stored=True, zone=zone)
    alerts = store.alerts(brand=brand, live=live)
    return list(islice((alert for alert in alerts if _alert_matches(store, compiled, alert, now)), limit))


def _alert_matches(store: Store, query: Query, alert: Alert, now: datetime | None) -> bool:
    evidence = store.mentions(Filter(ids=alert.evidence[-MOST_EVIDENCE:])) or [_nothing(alert)]
    unknown = []

    def matches(mention: Mention) -> bool:
        try:
            return match_entry(query, mention.entry, mention, now) is not None
        except MatchTimeout as e:
            unknown.append(e)
            return False

    found = any(matches(_as_evidence(mention, alert)) for mention in evidence)
    if unknown and not found:
        raise unknown[0]
    return found


def _as_evidence(mention: Mention, alert: Alert) -> Mention:
    """A mention with its alert's state and time in place of its own."""
    entry = replace(mention.entry, published=alert.opened)
    # An alert's states are beside a mention's; the language knows both.
    return replace(mention, entry=entry, first_seen=alert.opened, state=cast("MentionState", alert.state))


def _nothing(alert: Alert) -> Mention:
    """What stands for the mentions of an alert when none is stored any more."""
    nobody = Entry(source="")
    return Mention("", "", alert.brand, "", nobody, Tone("unknown", None, None), alert.opened, "")


def known_source(store: Store, config: Config, name: str) -> str:
    """The name of a source as it is configured or stored, however its case was typed.

    Raises:
        UsageError: There is none; all are named.
    """
    return known_name(name, [*(source.name for source in config.sources), *store.statuses()], "source")


def known_brand(store: Store, config: Config, name: str) -> str:
    """The name of a brand as it is configured, however its case was typed; or of one that was watched before.

    Raises:
        UsageError: There is none; all that are configured are named.
    """
    before = [name] if store.brand_state(name) else []
    return known_name(name, [*(brand.name for brand in config.brands), *before], "brand")


def known_name(name: str, known: Iterable[str], what: str) -> str:
    """One of the known names, however its case was typed.

    Raises:
        UsageError: It is none of them; the nearest is named, else some, or why a place cannot be read.
    """
    names = list(dict.fromkeys(known))
    if name in names:
        return name
    for candidate in names:
        if candidate.casefold() == name.casefold():
            return candidate
    if what == "preset" and (place := platforms.unavailable_name(name, platforms.known())) is not None:
        raise UsageError(f"there is no preset {one_line(name, 60)!r}: {place.told}")
    raise UsageError(one_line(f"there is no {what} {name!r}; {_nearest(name, names, what)}"))


def _nearest(name: str, names: Sequence[str], what: str) -> str:
    # Case was no difference above, and is none here.
    near = get_close_matches(name.casefold(), [known.casefold() for known in names], 1)
    if near:
        return f"did you mean {next(known for known in names if known.casefold() == near[0])!r}?"
    left = len(names) - MOST_NAMES
    more = f" and {left} more" + (f": {_LISTED[what]}" if what in _LISTED else "") if left > 0 else ""
    return f"known: {', '.join(names[:MOST_NAMES]) or 'none'}{more}"


def the_only(found: Sequence[T], prefix: str, what: str) -> T:
    """The one thing that a shortened id names.

    Raises:
        UsageError: There is none, or there are several.
    """
    if not found:
        raise UsageError(f"there is no {what} {prefix!r}; list them with mentionwatch {what}s")
    exact = [item for item in found if item.id == prefix]
    if len(exact or found) > 1:
        ids = ", ".join(item.id for item in found[:5])
        raise UsageError(f"{prefix!r} fits several {what}s: {ids}; write more of the id")
    return (exact or list(found))[0]
