"""Re-applying: a brand's queries changed, so what is stored is looked through again.

What matches now becomes a mention, as backlog: it is learned from, and nobody is alerted of it.  What matches no more
is deleted, but for what the user marked and what an alert that is not resolved rests on.  The entry itself stays for
``[store] keep_entries``, so that a query that is changed back finds it again.
"""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from mentionwatch.lock import poll_lock
from mentionwatch.match import compile_query
from mentionwatch.match.prefilter import any_of, index_version, index_words, narrow
from mentionwatch.pipeline.collect import make_mention
from mentionwatch.pipeline.fold import fold_new
from mentionwatch.pipeline.naming import known_names
from mentionwatch.pipeline.scan import brand_matcher
from mentionwatch.pipeline.take import query_key
from mentionwatch.store import Applied, Filter, Store, store_path
from mentionwatch.tone import make_engine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mentionwatch.errors import MatchTimeout
    from mentionwatch.model import Entry, Mention
    from mentionwatch.settings import Brand, Config
    from mentionwatch.tone import Engine

#: Entries that one poll puts into the index at most, where it is new or its rules have changed.
MOST_INDEXED = 20_000
#: Mentions that are read at once.
_CHUNK = 500


@dataclass(frozen=True)
class Rematched:
    """What a brand's queries came to in what was stored."""

    brand: str
    #: Entries that were matched anew; the others cannot match.
    entries: int
    #: Mentions that are new.
    found: tuple[Mention, ...]
    #: How many were deleted, and how many stayed though they match no more.
    deleted: int
    stayed: int
    #: Regular expressions that took too long, each with the number of entries left as they were.
    undecided: Mapping[str, int] = field(default_factory=dict)
    #: How many match as they did before.
    same: int = 0
    #: In a dry run: the mentions that would be deleted.
    lost: tuple[Mention, ...] = ()

    def __str__(self) -> str:
        """One line for people."""
        return self.told()

    def told(self, *, dry_run: bool = False) -> str:
        """One line for people; in a dry run it says what would be."""
        be = " would be" if dry_run else ""
        same = f"{self.same:,} mention{'s match' if self.same != 1 else ' matches'} as before"
        said = [f"{same}, {len(self.found):,}{be} new, {self.deleted:,}{be} deleted"]
        if self.stayed:
            said.append(f"{self.stayed:,} more kept: marked by you, or behind an alert that is not resolved")
        said += [f"/{pattern}/ took too long over {count:,}: left as is" for pattern, count in self.undecided.items()]
        done = "its queries, applied again (dry run)" if dry_run else "its queries were applied again"
        return f"{self.brand}: {done}: {'; '.join(said)}"


def rematch(
    config: Config,
    *,
    brands: Sequence[str] | None = None,
    now: datetime,
    wait_s: float = 0.0,
    dry_run: bool = False,
) -> tuple[Rematched, ...]:
    """Apply brands' queries to what is stored, whether they changed or not.

    Args:
        config: Brands and store.
        brands: Their names; None: all.
        now: Present time.
        wait_s: How long to wait for a poll that is running, in seconds.
        dry_run: Only say what would be; nothing is kept.

    Raises:
        Locked: A poll is running.
        StoreError: There is no store yet, or it cannot be written.
        QueryError: A query cannot be read.
    """
    from mentionwatch.config import default_store_url

    url = config.store.url or default_store_url()
    path = store_path(url)
    engine = make_engine(config.tone, entities=known_names(config.brands, config.queries))
    with ExitStack() as stack:
        # First opened: where there is no store, no lock is left beside it.
        store = stack.enter_context(Store(url, dry_run=dry_run))
        if path is not None and not dry_run:
            stack.enter_context(poll_lock(path, now=now, wait_s=wait_s))
        wanted = [brand for brand in config.brands if brands is None or brand.name in brands]
        return tuple(rematch_brand(config, store, brand, engine, now=now, with_lost=dry_run) for brand in wanted)


def rematch_changed(config: Config, store: Store, engine: Engine, *, now: datetime) -> list[Rematched]:
    """Apply the queries of those brands whose queries are not those that were applied last; what came of it."""
    applied = store.applied()
    changed = [brand for brand in config.brands if applied.get(brand.name) != query_key(brand, config)]
    done = [rematch_brand(config, store, brand, engine, now=now) for brand in changed]
    return [one for one in done if one.found or one.deleted or one.stayed or one.undecided]


def rematch_brand(
    config: Config, store: Store, brand: Brand, engine: Engine, *, now: datetime, with_lost: bool = False
) -> Rematched:
    """Apply one brand's queries; the caller holds the lock.

    Args:
        config: Where the brand is from.
        store: An open store.
        brand: The brand.
        engine: What judges.
        now: Present time.
        with_lost: The mentions that are deleted are wanted whole.
    """
    looked = _Look(config, store, brand, engine)
    looked.look()
    looked.look_again()
    lost = [id_ for entry, (id_, source, _) in looked.known.items() if looked.is_lost(entry, source)]
    found, placed = fold_new(store, looked.found)
    applied = Applied(brand.name, query_key(brand, config), found, lost, looked.keywords, placed)
    before = _mentions(store, lost) if with_lost else ()
    dropped = store.apply(applied, now=now)
    left = {mention.id for mention in _mentions(store, lost)} if with_lost else set()
    return Rematched(
        brand.name,
        looked.entries,
        found,
        dropped.deleted,
        dropped.stayed,
        dict(looked.undecided),
        same=looked.same,
        lost=tuple(mention for mention in before if mention.id not in left),
    )


def _mentions(store: Store, ids: Sequence[str]) -> tuple[Mention, ...]:
    chunks = (tuple(ids[n : n + _CHUNK]) for n in range(0, len(ids), _CHUNK))
    return tuple(mention for chunk in chunks for mention in store.mentions(Filter(ids=chunk)))


class _Look:
    """One brand's queries over what is stored."""

    def __init__(self, config: Config, store: Store, brand: Brand, engine: Engine) -> None:
        self._config, self._store, self._brand = config, store, brand
        self._engine = engine
        self._matcher = brand_matcher(config, (brand,))
        self._only = {source.name: source.brands for source in config.sources}
        self._watched = store.watched_brands()
        #: The brand's mentions as they are, by entry.
        self.known = store.matched(brand.name)
        self.found: list[Mention] = []
        self.keywords: dict[str, str] = {}
        self.undecided: Counter[str] = Counter()
        self.entries = self.same = 0
        self._seen: set[str] = set()
        self._stay: set[str] = set()

    def look(self) -> None:
        """Match every entry that can match."""
        with closing(self._store.stream_entries(self._words(), index_version())) as entries:
            for id_, entry, first_seen in entries:
                if self._is_watched(entry.source):
                    self._match(id_, entry, first_seen)

    def look_again(self) -> None:
        """Match the mentions that were not looked at before they are let go: the index alone deletes nothing."""
        doubted = [
            id_
            for entry, (id_, source, _) in self.known.items()
            if entry not in self._seen and self._is_watched(source)
        ]
        for at in range(0, len(doubted), _CHUNK):
            for mention in _mentions(self._store, doubted[at : at + _CHUNK]):
                self._match(mention.entry_id, mention.entry, mention.first_seen)

    def _match(self, id_: str, entry: Entry, first_seen: datetime) -> None:
        self._seen.add(id_)
        self.entries += 1
        # since:7d counts from when it was seen, as it did then: what was found is not lost because it has aged.
        for match in self._matcher.matches(entry, now=first_seen, on_timeout=partial(self._note_timeout, id_)):
            self._stay.add(id_)
            self.same += id_ in self.known
            if id_ not in self.known:
                mention = make_mention(entry, id_, match, self._engine, now=first_seen, backlog=True)
                self.found.append(mention)
            elif self.known[id_][2] != match.keyword:
                self.keywords[self.known[id_][0]] = match.keyword

    def _note_timeout(self, id_: str, timeout: MatchTimeout) -> None:
        """Whether it matches is not known: then it stays what it was."""
        self.undecided[timeout.pattern] += 1
        self._stay.add(id_)

    def is_lost(self, entry: str, source: str) -> bool:
        """Whether an entry that was found is not found any more; what is not looked at stays as it is."""
        return entry not in self._stay and self._is_watched(source)

    def _words(self) -> str | None:
        queries = [
            compile_query(text, saved=self._config.queries, exact_case=self._brand.case == "exact")
            for text in self._brand.match
        ]
        return any_of([narrow(query).words for query in queries])

    def _is_watched(self, source: str) -> bool:
        """Whether the brand is looked for in a source; one that is not configured any more is as it was last."""
        if source in self._only:
            return not self._only[source] or self._brand.name in self._only[source]
        return self._brand.name in self._watched.get(source, ())


def fill_index(store: Store) -> int:
    """Put entries into the index of words that are not in it, or were put there by other rules; how many."""
    return store.fill_index(index_version(), index_words, most=MOST_INDEXED)
