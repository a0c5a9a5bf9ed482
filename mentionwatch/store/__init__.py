"""Store: what was read, kept so that a crash loses nothing.

One SQLite file through SQLAlchemy Core.  A poll of one source is one transaction (entries, mentions, cursor, health);
a verdict over one brand is another (baseline, alert, notices).  Whatever ends the program between them, the next poll
does the rest.  One process writes at a time (``lock``); readers never wait.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, select
from sqlalchemy.exc import SQLAlchemyError

from mentionwatch.model import Marked, Validators
from mentionwatch.store import (
    alerts,
    candidates,
    clock,
    kept,
    marks,
    notices,
    polls,
    ratings,
    reading,
    rows,
    schema,
    stories,
    users,
)
from mentionwatch.store.clock import Clock
from mentionwatch.store.given_up import GivenUp
from mentionwatch.store.identify import Known, identify
from mentionwatch.store.kept import Applied, Dropped
from mentionwatch.store.marks import Verdict
from mentionwatch.store.opening import WRITING, DamagedStore, close, connect, is_garbled, plain, store_error, store_path
from mentionwatch.store.outbox import ChannelState, Outbox, Overdue, Pack
from mentionwatch.store.polls import HostState, SourcePoll
from mentionwatch.store.ratings import Reading
from mentionwatch.store.reading import COPY_DAYS, Filter, StoredEntry
from mentionwatch.store.rows import BrandState, storable
from mentionwatch.store.stories import Stored, StoredHead
from mentionwatch.store.upkeep import Upkeep

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
    from datetime import datetime, timedelta
    from types import TracebackType

    from mentionwatch.model import (
        Alert,
        AlertState,
        Entry,
        Mark,
        Mention,
        Notice,
        Sighting,
        SourceStatus,
    )
    from mentionwatch.store.users import User

__all__ = [
    "COPY_DAYS",
    "Applied",
    "BrandState",
    "ChannelState",
    "Clock",
    "DamagedStore",
    "Dropped",
    "Filter",
    "GivenUp",
    "HostState",
    "Known",
    "Outbox",
    "Overdue",
    "Pack",
    "Reading",
    "SourcePoll",
    "Store",
    "Stored",
    "StoredEntry",
    "StoredHead",
    "Verdict",
    "store_path",
]

_ALL = Filter()


class Store:
    """An open store; a context manager.

    Args:
        url: ``sqlite:///FILE``.
        create: Make it when it is not there.
        dry_run: Everything is done and nothing is kept.
        durable: Wait for the disk at each transaction, so that a power cut loses none; what is only shown may do
            without.

    Raises:
        StoreError: From any method, when the database cannot be read or written.
    """

    def __init__(self, url: str, *, create: bool = False, dry_run: bool = False, durable: bool = True) -> None:
        self._url = url
        self._connection = connect(url, create=create, dry_run=dry_run)
        #: What is to be told, and how that goes.
        self.outbox = Outbox(self._transaction)
        #: What is deleted because the user says so.
        self.upkeep = Upkeep(self._transaction)
        if not durable or dry_run:
            raw: Any = self._connection.connection.driver_connection
            raw.execute("PRAGMA synchronous = OFF")

    def __enter__(self) -> Store:  # noqa: PYI034 - typing.Self is not in 3.10
        """Open."""
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        """Close; what was not committed is gone."""
        self.close()

    def close(self) -> None:
        """Close the file."""
        close(self._connection)

    @contextmanager
    def _transaction(self, *, write: bool = False) -> Iterator[Connection]:
        connection = self._connection
        try:
            if connection.in_transaction():
                # Inside ``atomic``: all of it, or nothing.
                yield connection
                return
            connection.info[WRITING] = write
            with connection.begin():
                yield connection
        except (SQLAlchemyError, OverflowError, UnicodeError) as e:  # the last two: values that SQLite cannot hold
            told = f"the store failed: {plain(e)}; nothing was half-written"
            raise store_error(e, store_path(self._url), told) from e
        except ValueError as e:
            if not is_garbled(e):
                raise
            raise store_error(e, store_path(self._url), "") from e

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Make one transaction of all that is read and written inside: nobody writes in between."""
        with self._transaction(write=True):
            yield

    def _rows(self, statement: Select[Any]) -> Sequence[Any]:
        with self._transaction() as connection:
            return rows.fetch(connection, statement)

    # --- sources ----------------------------------------------------------------------------------------------

    def statuses(self) -> dict[str, SourceStatus]:
        """The status of every source that was ever polled, by name."""
        with self._transaction() as connection:
            return polls.statuses(connection)

    def validators(self, source: str, url: str, brands_key: str) -> Validators | None:
        """What to send back for a document; None when it was not read yet, or for other brands."""
        with self._transaction() as connection:
            return polls.validators(connection, source, url, brands_key)

    def watched(self, source: str) -> dict[str, str]:
        """The watch key of each brand that this source is watched for; what another watch brings first is backlog."""
        with self._transaction() as connection:
            return polls.watched(connection, source)

    def watched_brands(self) -> dict[str, frozenset[str]]:
        """The brands that each source was ever watched for, by source."""
        with self._transaction() as connection:
            return polls.watched_brands(connection)

    def identify(self, source: str, entries: Sequence[Entry]) -> list[Known]:
        """Say for each entry what is known of it, in their order."""
        with self._transaction() as connection:
            return identify(connection, source, entries)

    def look(self, source: str) -> tuple[frozenset[str], frozenset[str]] | None:
        """Keys of the names and titles that a source's document held when it was last read; None before."""
        with self._transaction() as connection:
            return polls.look(connection, source)

    def record_poll(self, poll: SourcePoll) -> None:
        """Write what one poll of one source gave, all or nothing."""
        with self._transaction(write=True) as connection:
            polls.record_poll(connection, poll)

    def hosts(self) -> dict[str, HostState]:
        """Hosts that were asked or told us to wait, by name."""
        with self._transaction() as connection:
            return polls.read_hosts(connection)

    def record_hosts(self, hosts: Mapping[str, HostState], *, now: datetime) -> None:
        """Write what is known of hosts, and forget those whose time is over, or that nobody asked for an hour."""
        with self._transaction(write=True) as connection:
            polls.record_hosts(connection, hosts, now=now)

    def record_asked(self, host: str, at: datetime) -> None:
        """Write when a host is asked, before it is: whatever ends the run after, the next one keeps the pause."""
        with self._transaction(write=True) as connection:
            polls.record_asked(connection, host, at)

    def waits(self) -> dict[str, tuple[datetime, str]]:
        """Sources that were due in the last poll and not asked: until when, and why; by name."""
        with self._transaction() as connection:
            return polls.read_waits(connection)

    def record_waits(self, waits: Mapping[str, tuple[datetime, str]]) -> None:
        """Write which sources wait after a poll, in place of those of the one before."""
        with self._transaction(write=True) as connection:
            polls.record_waits(connection, waits)

    def outages(self, sources: Sequence[str], since: datetime) -> list[tuple[str, datetime, datetime | None]]:
        """When these sources were down, where it lasted into the time after `since`."""
        with self._transaction() as connection:
            return polls.find_outages(connection, sources, since)

    def users(self) -> dict[str, User]:
        """Which configurations have polled into this store, by path."""
        with self._transaction() as connection:
            return users.read(connection)

    def record_users(self, polling: Mapping[str, User]) -> None:
        """Write which configurations poll into it."""
        with self._transaction(write=True) as connection:
            users.write(connection, polling)

    def clock(self) -> Clock | None:
        """What the clocks said at the last poll; None where it was not written."""
        with self._transaction() as connection:
            return clock.read(connection)

    def record_clock(self, said: Clock) -> None:
        """Write what the clocks say."""
        with self._transaction(write=True) as connection:
            clock.write(connection, said)

    # --- mentions ---------------------------------------------------------------------------------------------

    def mentions(self, wanted: Filter = _ALL, *, limit: int | None = None, oldest_first: bool = False) -> list[Mention]:
        """Stored mentions, newest first."""
        table = schema.mentions.c
        order = (table.at, table.id) if oldest_first else (table.at.desc(), table.id)
        statement = reading.mention_columns().where(*reading.conditions(wanted)).order_by(*order).limit(limit)
        return [rows.read_mention(row) for row in self._rows(statement)]

    def stream_mentions(self, wanted: Filter = _ALL, *, oldest_first: bool = False) -> Generator[Mention]:
        """The same one by one, for whoever may stop early; close it then."""
        with self._transaction() as connection:
            yield from reading.stream_mentions(connection, wanted, oldest_first=oldest_first)

    def stream_entries(self, words: str | None = None, words_by: str = "") -> Generator[StoredEntry]:
        """Every entry that the full-text index finds; all, where there is no expression or no index that fits it."""
        with self._transaction() as connection:
            yield from reading.stream_entries(connection, words, words_by)

    def fill_index(self, words_by: str, words_of: Callable[[Entry], str], *, most: int) -> int:
        """Index entries that are not indexed yet, or were by other rules; how many, `most` at most."""
        with self._transaction(write=True) as connection:
            return candidates.fill_index(connection, words_by, lambda row: words_of(rows.read_entry(row)), most=most)

    def applied(self) -> dict[str, str]:
        """Keys of the queries for which what is stored was last looked through, by brand."""
        table = schema.applied.c
        return {row["brand"]: row["key"] for row in self._rows(select(table.brand, table.key))}

    def matched(self, brand: str) -> dict[str, tuple[str, str, str]]:
        """What a brand's mentions are of: by entry, the mention's id, its source and the query that found it."""
        table, entries = schema.mentions.c, schema.entries.c
        columns = select(table.entry, table.id, entries.source, table.keyword).join(
            schema.entries, entries.id == table.entry
        )
        found = self._rows(columns.where(table.brand == brand))
        return {row["entry"]: (row["id"], row["source"], row["keyword"]) for row in found}

    def apply(self, applied: Applied, *, now: datetime) -> Dropped:
        """Write what a brand's changed queries come to, all or nothing."""
        with self._transaction(write=True) as connection:
            return kept.apply(connection, applied, now=now)

    def mentions_like(self, prefix: str) -> list[Mention]:
        """Mentions whose id begins with `prefix`, at most ten."""
        table = schema.mentions.c
        statement = reading.mention_columns().where(table.id.startswith(storable(prefix), autoescape=True)).limit(10)
        return [rows.read_mention(row) for row in self._rows(statement)]

    # --- marks ------------------------------------------------------------------------------------------------

    def mark(self, mentions: Sequence[str], verdict: Verdict, *, now: datetime) -> None:
        """Write what the user says of mentions with these ids, all or nothing; what is not stored is passed over."""
        with self._transaction(write=True) as connection:
            marks.put(connection, mentions, verdict, now=now)

    def mark_of(self, mention: Mention) -> Mark | None:
        """What the user said of a mention, or of a copy of it."""
        with self._transaction() as connection:
            return marks.find(connection, mention)

    def as_judged(self, mention: str) -> Mention | None:
        """A mention as the engine judged it, whatever the user marked; None when there is none."""
        found = self._rows(reading.mention_columns().where(schema.mentions.c.id == mention))
        return rows.read_mention(found[0], as_judged=True) if found else None

    def as_marked(self, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
        """Mentions as an engine has just judged them, with what the user said of their texts before."""
        with self._transaction() as connection:
            return marks.apply(connection, mentions)

    def marks(self) -> tuple[Marked, ...]:
        """Every text whose tone the user marked, once for a brand, with what the engine had said; the latest first."""
        statement = marks.corrected(reading.mention_columns())
        return tuple(Marked(rows.read_mention(row, as_judged=True), row["mark_tone"]) for row in self._rows(statement))

    def prune(self, before: datetime, *, unmatched_before: datetime | None = None) -> int:
        """Delete mentions that count before this time, and entries that are left without one; how many mentions.

        Resolved alerts, notices that were sent, outages that are over and ratings of before this time go too.

        An undated entry that its source still lists stays: forgotten, it would come again as news.

        Args:
            before: What counts before is deleted.
            unmatched_before: Entries that have been without a mention since before this time are deleted too.
        """
        with self._transaction(write=True) as connection:
            notices.prune(connection, before)
            return kept.prune(connection, before, unmatched_before, look=self.look)

    # --- stories ----------------------------------------------------------------------------------------------

    def heads(self, keys: Sequence[int], *, since: datetime, until: datetime) -> list[StoredHead]:
        """Texts of this time that share keys with these, each by the entry that has most of it."""
        with self._transaction() as connection:
            return stories.find_heads(connection, keys, since=since, until=until)

    def stories(self, names: Sequence[str]) -> dict[str, tuple[str, str | None]]:
        """What is called so, by name: its story, and of a page the text that it carries."""
        with self._transaction() as connection:
            return stories.find_stories(connection, names)

    def placed(self, entries: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Copy key and story of entries that are mentions already, by id."""
        with self._transaction() as connection:
            return stories.find_placed(connection, entries)

    def forget_stories(self, before: datetime) -> int:
        """Forget texts and names that nothing carried since; how many texts."""
        with self._transaction(write=True) as connection:
            return stories.forget(connection, before)

    # --- brands and alerts ------------------------------------------------------------------------------------

    def brand_state(self, brand: str) -> BrandState | None:
        """The detector's memory of a brand; None before its first poll."""
        with self._transaction() as connection:
            return alerts.brand_state(connection, brand)

    def sightings(self, brand: str, *, since: datetime | None, until: datetime | None = None) -> list[Sighting]:
        """What the detector sees of a brand: what was first seen at or after `since` (None: all), oldest first.

        The user's tone goes before the first one of the engine, and noise is left out.  So is a copy of a text that the
        brand had in the 14 days before `since`.
        """
        with self._transaction() as connection:
            return reading.sightings(connection, brand, since=since, until=until)

    def record_verdict(
        self, brand: str, state: BrandState, alert: Alert | None, notices: Sequence[tuple[str, Notice]] = ()
    ) -> None:
        """Write what the detector made of a brand, all or nothing; see ``alerts.record_verdict``."""
        with self._transaction(write=True) as connection:
            alerts.record_verdict(connection, brand, state, alert, notices)

    def record_alert(self, alert: Alert, notices: Sequence[tuple[str, Notice]] = ()) -> None:
        """Write an alert as it is now, with what is to be told of it on which channel, all or nothing."""
        with self._transaction(write=True) as connection:
            alerts.record_alert(connection, alert, notices)

    def alerts(
        self, *, brand: str | None = None, kind: str | None = None, live: bool = False, limit: int | None = None
    ) -> list[Alert]:
        """Alerts, the latest first; with `live` only those that are not resolved."""
        with self._transaction() as connection:
            return alerts.find(connection, brand=brand, kind=kind, live=live, limit=limit)

    def alerts_like(self, prefix: str) -> list[Alert]:
        """Alerts whose id begins with `prefix`, at most ten."""
        with self._transaction() as connection:
            return alerts.find_like(connection, prefix)

    def set_alert_state(self, alert: str, state: AlertState, *, now: datetime) -> bool:
        """Set the state of an alert that is not resolved, as the user wants it; whether there was one."""
        with self._transaction(write=True) as connection:
            return alerts.set_state(connection, alert, state, now=now)

    def overdue(self, now: datetime) -> list[Overdue]:
        """Channels that have had something to tell for over an hour, and fail."""
        return self.outbox.overdue(now)

    def marked_away(self, mentions: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
        """Of mentions with these ids, what the user marked as noise, and as another tone than negative."""
        with self._transaction() as connection:
            return marks.taken_away(connection, mentions)

    def counts(self, brand: str, *, start: datetime, length: timedelta, slices: int) -> tuple[int, ...]:
        """Distinct negative mentions of a brand in equal slices of time from `start` on, oldest first."""
        with self._transaction() as connection:
            return reading.counts(connection, brand, start=start, length=length, slices=slices)

    def ratings(self, *, since: datetime) -> list[Reading]:
        """Aggregate ratings that sources have told since then, oldest first."""
        with self._transaction() as connection:
            return ratings.read(connection, since)
