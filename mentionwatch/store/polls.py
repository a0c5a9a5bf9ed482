"""Sources: what a poll of one gave, how it has been doing, and what its hosts asked for."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from mentionwatch.model import Validators
from mentionwatch.store import candidates, kept, notices, ratings, rows, schema, stories
from mentionwatch.store.rows import fetch, storable, upsert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from mentionwatch.model import AggregateRating, Entry, Mention, SourceStatus
    from mentionwatch.store.stories import Stored

#: When a host was last asked is remembered for this long: no pause between two requests is longer.
_ASKED_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class HostState:
    """When a host was last asked, and until when it is left alone."""

    asked: datetime | None = None
    until: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True)
class SourcePoll:
    """What one poll of one source gave."""

    #: The source's new status.
    status: SourceStatus
    #: Entries that are new or changed, with their ids.
    entries: Sequence[tuple[str, Entry]] = ()
    #: New mentions; their entries are among `entries` or stored.
    mentions: Sequence[Mention] = ()
    #: Validators of what was read, by public URL.
    documents: Mapping[str, Validators] = field(default_factory=dict)
    #: Public URLs whose validators still hold; those of all others of this source are forgotten, because the URL of a
    #: search changes with its time.  None: all are kept.
    kept: Sequence[str] | None = None
    #: Brands that the source is watched for from now on, with the key of each watch.
    watches: Mapping[str, str] = field(default_factory=dict)
    #: Mentions whose entry was edited, judged anew.
    edited: Sequence[Mention] = ()
    #: Ids of mentions whose entry was edited and names the brand no more.
    lost: Sequence[str] = ()
    #: Names the set of queries that the documents were read for.
    brands_key: str = ""
    #: Keys of the names and titles of all entries that it held; None where it was not read.
    look: tuple[frozenset[str], frozenset[str]] | None = None
    #: Since when the source is down, and until when (None: still).
    outage: tuple[datetime, datetime | None] | None = None
    #: What entries are found by, by id, and the name of the rules by which it was cut; see ``candidates``.
    words: Mapping[str, str] = field(default_factory=dict)
    words_by: str = ""
    #: Where the entries of `mentions` were put, in that order.
    placed: Sequence[Stored] = ()
    #: Mentions that are told by themselves, as (channel, id).
    tellings: Sequence[tuple[str, str]] = ()
    #: What all reviewers give together, as its documents say.
    ratings: Sequence[AggregateRating] = ()


def statuses(connection: Connection) -> dict[str, SourceStatus]:
    """The status of every source that was ever polled, by name."""
    found = fetch(connection, select(schema.sources).order_by(schema.sources.c.name))
    return {row["name"]: rows.read_status(row) for row in found}


def validators(connection: Connection, source: str, url: str, brands_key: str) -> Validators | None:
    """What to send back for a document; None when it was not read yet, or for other brands."""
    table = schema.documents.c
    columns = select(*(table[known.name] for known in fields(Validators)))
    wanted = (table.source == source, table.url == storable(url), table.brands_key == brands_key)
    found = fetch(connection, columns.where(*wanted))
    return Validators(**found[0]) if found else None


def watched(connection: Connection, source: str) -> dict[str, str]:
    """The watch key of each brand that this source is watched for; what another watch brings first is backlog."""
    table = schema.watches.c
    found = fetch(connection, select(table.brand, table.key).where(table.source == source))
    return {row["brand"]: row["key"] for row in found}


def look(connection: Connection, source: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """Keys of the names and titles that a source's document held when it was last read; None before."""
    table = schema.looks.c
    found = fetch(connection, select(table.names, table.titles).where(table.source == source))
    return (frozenset(json.loads(found[0]["names"])), frozenset(json.loads(found[0]["titles"]))) if found else None


def record_poll(connection: Connection, poll: SourcePoll) -> None:
    """Write what one poll of one source gave, all or nothing."""
    status = poll.status
    upsert(connection, schema.sources, rows.status_row(status))
    _write_mentions(connection, poll)
    _write_documents(connection, poll)
    for brand, key in poll.watches.items():
        upsert(connection, schema.watches, {"source": status.name, "brand": brand, "key": key})
    if poll.look is not None:
        names, titles = (json.dumps(sorted(keys)) for keys in poll.look)
        upsert(connection, schema.looks, {"source": status.name, "names": names, "titles": titles})
    ratings.write(connection, status.name, poll.ratings, status.last_polled)
    notices.record_tellings(connection, poll.tellings, status.last_polled)
    if poll.outage:
        row = {"source": status.name, "started": poll.outage[0], "ended": poll.outage[1]}
        upsert(connection, schema.outages, row)


def _write_mentions(connection: Connection, poll: SourcePoll) -> None:
    for id_, entry in poll.entries:
        row = rows.entry_row(entry)
        statement = insert(schema.entries).values(id=id_, first_seen=poll.status.last_polled, **row)
        # An edit updates the text; what the entry is known by, and when it was first seen, stay.
        names = ("title", "text", "links", "quoted", "author", "rating", "engagement")
        edited = {name: row[name] for name in names}
        connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=edited))
    if poll.mentions:
        values = [rows.mention_row(mention) for mention in poll.mentions]
        connection.execute(insert(schema.mentions).on_conflict_do_nothing(), values)
    for placed in poll.placed:
        stories.put(connection, placed)
    for mention in poll.edited:
        row = rows.mention_row(mention)
        # Neither when it was first seen nor how it counted in a burst changes.
        changed = ("keyword", "tone", "polarity", "confidence", "words", "tone_by", "tone_rules")
        judged = {name: row[name] for name in changed}
        connection.execute(update(schema.mentions).where(schema.mentions.c.id == mention.id).values(judged))
    ids = [id_ for id_, _entry in poll.entries]
    candidates.index_words(connection, ids, poll.words, poll.words_by)
    kept.drop_edited(connection, poll.lost, now=poll.status.last_polled)
    kept.note_matches(connection, [*ids, *(m.entry_id for m in poll.mentions)], poll.status.last_polled)


def _write_documents(connection: Connection, poll: SourcePoll) -> None:
    source = poll.status.name
    if poll.kept is not None:
        table = schema.documents.c
        other = (table.source == source, table.url.not_in([storable(url) for url in poll.kept]))
        connection.execute(delete(schema.documents).where(*other))
    for url, validators in poll.documents.items():
        row = {"source": source, "url": storable(url), "brands_key": poll.brands_key, **asdict(validators)}
        upsert(connection, schema.documents, row)


def read_hosts(connection: Connection) -> dict[str, HostState]:
    """Hosts that were asked or told us to wait, by name."""
    table = schema.hosts
    return {
        row["name"]: HostState(row["asked"], row["until"], row["reason"]) for row in fetch(connection, select(table))
    }


def record_hosts(connection: Connection, hosts: Mapping[str, HostState], *, now: datetime) -> None:
    """Write what is known of hosts, and forget those whose time is over, or that nobody asked for an hour."""
    table = schema.hosts
    past = table.c.until.is_(None) | (table.c.until < now)
    # A time in the future comes from a clock that was wrong.
    old = table.c.asked.is_(None) | (table.c.asked < now - _ASKED_FOR) | (table.c.asked > now + _ASKED_FOR)
    connection.execute(delete(table).where(past, old))
    for name, state in hosts.items():
        upsert(connection, table, {"name": storable(name), **asdict(state)})


def record_asked(connection: Connection, host: str, at: datetime) -> None:
    """Write when a host is asked, before it is: whatever ends the run after, the next one keeps the pause."""
    known = read_hosts(connection).get(host, HostState())
    upsert(connection, schema.hosts, {"name": storable(host), **asdict(known), "asked": at})


def read_waits(connection: Connection) -> dict[str, tuple[datetime, str]]:
    """Sources that were due in the last poll and not asked: until when, and why; by name."""
    return {row["source"]: (row["until"], row["reason"]) for row in fetch(connection, select(schema.waits))}


def record_waits(connection: Connection, waits: Mapping[str, tuple[datetime, str]]) -> None:
    """Write which sources wait after a poll, in place of those of the one before."""
    connection.execute(delete(schema.waits))
    for source, (until, reason) in waits.items():
        row = {"source": source, "until": until, "reason": storable(reason)}
        upsert(connection, schema.waits, row)


def find_outages(
    connection: Connection, sources: Sequence[str], since: datetime
) -> list[tuple[str, datetime, datetime | None]]:
    """When these sources were down, where it lasted into the time after `since`."""
    table = schema.outages.c
    recent = or_(table.ended.is_(None), table.ended >= since)
    statement = select(table.source, table.started, table.ended).where(table.source.in_(sources), recent)
    return [(row["source"], row["started"], row["ended"]) for row in fetch(connection, statement)]


def watched_brands(connection: Connection) -> dict[str, frozenset[str]]:
    """The brands that each source was ever watched for, by source."""
    table = schema.watches.c
    found: dict[str, set[str]] = {}
    for row in fetch(connection, select(table.source, table.brand)):
        found.setdefault(row["source"], set()).add(row["brand"])
    return {source: frozenset(brands) for source, brands in found.items()}
