"""The whole present schema, as SQLAlchemy Core tables: the same statements run on SQLite and on PostgreSQL.

Ids are those of ``identity``.  Times are UTC.  ``at`` is when a mention counts: published, else first seen.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

if TYPE_CHECKING:
    from sqlalchemy import Dialect

#: Raised by one with each change of the tables below; ``migrations`` leads from each to the next.
SCHEMA_VERSION = 4

metadata = MetaData()


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC: SQLite has no zones, so none is written and UTC is read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times, which would silently shift."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = value.astimezone(timezone.utc)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the interface
        """Give back what was stored."""
        return None if value is None else value.replace(tzinfo=timezone.utc)


meta = Table("meta", metadata, Column("key", String(40), primary_key=True), Column("value", Text, nullable=False))

sources = Table(
    "sources",
    metadata,
    Column("name", Text, primary_key=True),
    Column("place", Text, nullable=False),
    Column("first_polled", UtcTime, nullable=False),
    Column("last_polled", UtcTime, nullable=False),
    Column("last_success", UtcTime),
    Column("fails", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text),
    Column("since", UtcTime),
    Column("next_poll", UtcTime),
    Column("newest", UtcTime),
    # Seconds.
    Column("cadence", Float),
    Column("entries", Integer),
    Column("seconds", Float),
    # A JSON list of [status, URL].
    Column("redirects", Text, nullable=False),
    # Seconds, and a JSON list of hours.
    Column("ttl", Float),
    Column("skip_hours", Text, nullable=False),
)

#: What a source's document held when it was last read, as two JSON lists of digests: names of entries, and titles.
looks = Table(
    "looks",
    metadata,
    Column("source", Text, primary_key=True),
    Column("names", Text, nullable=False),
    Column("titles", Text, nullable=False),
)

#: Hosts that are left alone for now.
hosts = Table(
    "hosts",
    metadata,
    Column("name", Text, primary_key=True),
    # When it was last asked, for spacing that is longer than a poll.
    Column("asked", UtcTime),
    Column("until", UtcTime),
    Column("reason", Text),
)

#: Sources that were due and not asked: their host is left alone for now, or others were before them.
waits = Table(
    "waits",
    metadata,
    Column("source", Text, primary_key=True),
    Column("until", UtcTime, nullable=False),
    Column("reason", Text, nullable=False),
)

#: Which sources are watched for which brands: what a source held when it was first watched is backlog.
watches = Table(
    "watches",
    metadata,
    Column("source", Text, primary_key=True),
    Column("brand", Text, primary_key=True),
    # Names where it is looked and for what: what another place or query brings at first is backlog too.
    Column("key", String(16), nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("source", Text, primary_key=True),
    Column("url", Text, primary_key=True),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", String(64)),
    # Where a permanent redirect led, and how many times in a row it led there.
    Column("moved_to", Text),
    Column("moved_times", Integer, nullable=False),
    # It was a page for people, whose robots.txt has to be asked first.
    Column("is_page", Boolean, nullable=False),
    # Validators hold for the brands that were looked for: with another set the document has to be read again.
    Column("brands_key", String(32), nullable=False),
)

#: Times in which a source was down: blind spots.  `ended` is null while it lasts.
outages = Table(
    "outages",
    metadata,
    Column("source", Text, primary_key=True),
    Column("started", UtcTime, primary_key=True),
    Column("ended", UtcTime),
)

entries = Table(
    "entries",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("source", Text, nullable=False),
    Column("guid", Text),
    Column("kind", String(16), nullable=False),
    Column("url", Text),
    Column("url_key", Text),
    Column("title", Text),
    Column("text", Text),
    Column("content_key", String(16), nullable=False),
    Column("author", Text),
    Column("community", Text),
    Column("parent", Text),
    Column("published", UtcTime),
    Column("published_raw", Text),
    Column("language", String(35)),
    Column("country", String(8)),
    Column("version", Text),
    Column("rating", Float),
    Column("engagement", Integer),
    Column("quoted", Text),
    Column("about", Text),
    Column("first_seen", UtcTime, nullable=False),
    # A JSON list of URLs.
    Column("links", Text),
)
Index("entries_by_url", entries.c.source, entries.c.url_key)
Index("entries_by_content", entries.c.source, entries.c.content_key)

mentions = Table(
    "mentions",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("entry", String(16), ForeignKey("entries.id", ondelete="CASCADE"), nullable=False),
    Column("brand", Text, nullable=False),
    Column("keyword", Text, nullable=False),
    Column("tone", String(8), nullable=False),
    # As it was judged first: an edit changes what is shown, not what was counted in a burst.
    Column("first_tone", String(8), nullable=False),
    Column("polarity", Float),
    Column("confidence", Float),
    Column("words", Text, nullable=False),
    Column("tone_by", Text, nullable=False),
    Column("story", String(16), nullable=False),
    Column("copy", String(16)),
    Column("backlog", Boolean, nullable=False),
    Column("state", String(8), nullable=False),
    Column("intent", String(16)),
    Column("first_seen", UtcTime, nullable=False),
    Column("at", UtcTime, nullable=False),
    # A JSON list of sentences.  With a default, as older programs that still run do not write it.
    Column("tone_rules", Text, nullable=False, server_default="[]"),
)
Index("mentions_by_entry", mentions.c.entry)
Index("mentions_by_at", mentions.c.at)
Index("mentions_by_brand_at", mentions.c.brand, mentions.c.at)
Index("mentions_by_brand_seen", mentions.c.brand, mentions.c.first_seen)
# By copy and story first: what turns out to be one is put together, whatever its brand.
Index("mentions_by_copy", mentions.c["copy"], mentions.c.brand, mentions.c.at)
Index("mentions_by_story", mentions.c.story, mentions.c.brand)

#: What the user says of a text about a brand: before what an engine said, which stays in ``mentions``.  It outlives the
#: mention, should that be pruned and found again.  What the user did with one mention is its ``state``.
marks = Table(
    "marks",
    metadata,
    Column("brand", Text, primary_key=True),
    # Copies share it: the key of the text, else the entry.
    Column("text", String(16), primary_key=True),
    # Which mention was marked, the last one where several copies were.
    Column("mention", String(16), nullable=False),
    # Null: nothing was said.
    Column("tone", String(8)),
    Column("noise", Boolean),
    Column("intent", String(16)),
    Column("topic", Text),
    Column("at", UtcTime, nullable=False),
)

#: Which entries the full-text index holds, under which number; ``candidates`` keeps both in step.
entry_words = Table(
    "entry_words",
    metadata,
    # Never used twice: what an index kept of a deleted entry then leads nowhere.
    Column("id", Integer, primary_key=True),
    Column("entry", String(16), nullable=False, unique=True),
    # The words under which it is indexed, compressed: to take them out, the index has to be told.  Null: not yet.
    Column("words", LargeBinary),
    sqlite_autoincrement=True,
)
Index(
    "entry_words_missing",
    entry_words.c.entry,
    sqlite_where=entry_words.c.words.is_(None),
    postgresql_where=entry_words.c.words.is_(None),
)

#: Entries without a mention, kept so that a changed query can be looked for in them; `since` when they are without.
unmatched = Table(
    "unmatched",
    metadata,
    Column("entry", String(16), ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True),
    Column("since", UtcTime, nullable=False),
)
Index("unmatched_since", unmatched.c.since)

#: For which queries what is stored was last looked through, by brand.
applied = Table(
    "applied",
    metadata,
    Column("brand", Text, primary_key=True),
    Column("key", String(16), nullable=False),
)

brands = Table(
    "brands",
    metadata,
    Column("name", Text, primary_key=True),
    Column("first_polled", UtcTime, nullable=False),
    # Times of the recent polls, a JSON list of seconds since 1970: undated mentions are spread between them.
    Column("polls", Text, nullable=False),
    # The burst detector's memory, as its own JSON.
    Column("baseline", Text),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("brand", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("opened", UtcTime, nullable=False),
    Column("updated", UtcTime, nullable=False),
    Column("resolved", UtcTime),
    Column("window_start", UtcTime, nullable=False),
    Column("window_end", UtcTime, nullable=False),
    Column("observed", Integer, nullable=False),
    Column("expected", Float, nullable=False),
    Column("negative_share", Float),
    Column("usual_share", Float),
    Column("odds", Float, nullable=False),
    Column("authors", Integer, nullable=False),
    Column("stories", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("blind_spots", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("last_burst", UtcTime),
    Column("last_notice", UtcTime),
)
Index("alerts_by_brand", alerts.c.brand, alerts.c.updated)

#: The outbox: recorded in the transaction that changed the alert, sent after, marked when that succeeded.
notices = Table(
    "notices",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("alert", String(16), ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("channel", Text, nullable=False),
    Column("created", UtcTime, nullable=False),
    # The alert as it was then, so that a late notice says what was true.
    Column("snapshot", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("sent", UtcTime),
)
Index("notices_unsent", notices.c.sent)

#: What one recipient gets at once.  Its id is the idempotency key, and what is in it never changes: it is written
#: before it is sent, so that every attempt sends the same under the same key.
messages = Table(
    "messages",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("channel", Text, nullable=False),
    # "alerts", "digest" or "test".
    Column("kind", String(8), nullable=False),
    Column("created", UtcTime, nullable=False),
    # A JSON list of sentences: other channels that had failed for long by then.
    Column("failing", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("failed", UtcTime),
    Column("last_error", Text),
    Column("sent", UtcTime),
)
Index("messages_unsent", messages.c.sent)

#: Which message a notice goes with.
packed = Table(
    "packed",
    metadata,
    Column("notice", String(16), ForeignKey("notices.id", ondelete="CASCADE"), primary_key=True),
    Column("message", String(16), ForeignKey("messages.id", ondelete="CASCADE"), nullable=False),
)
Index("packed_by_message", packed.c.message)

#: Mentions that are told one by one (``each``); recorded in the transaction that made the mention.
tellings = Table(
    "tellings",
    metadata,
    Column("channel", Text, primary_key=True),
    # It is kept after the mention: what was told is not told again, should that be found again.
    Column("mention", String(16), primary_key=True),
    Column("created", UtcTime, nullable=False),
    # Null: not yet in one.
    Column("message", String(16), ForeignKey("messages.id", ondelete="CASCADE")),
)
Index("tellings_by_message", tellings.c.message)

#: How each channel does.
channels = Table(
    "channels",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last_success", UtcTime),
    # Failures in a row, since when, why, and when it is tried again.
    Column("fails", Integer, nullable=False),
    Column("failing_since", UtcTime),
    Column("last_error", Text),
    Column("next_try", UtcTime),
)

#: Aggregate ratings of pages and apps, as they were read; of a day only the last one, and each that differs.
ratings = Table(
    "ratings",
    metadata,
    Column("source", Text, primary_key=True),
    # "" where the page does not say what it is.
    Column("name", Text, primary_key=True),
    Column("at", UtcTime, primary_key=True),
    Column("rating", Float, nullable=False),
    Column("count", Integer),
)

#: The fullest form of each text, while copies of it still count as one.
heads = Table(
    "heads",
    metadata,
    Column("number", Integer, primary_key=True),
    # Key of its copies: the entry that carried it first.
    Column("copy", String(16), nullable=False, unique=True),
    # The entry that has most of it, with which others are compared.
    Column("entry", String(16), ForeignKey("entries.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("story", String(16), nullable=False),
    # When it was carried first and last, copies included.
    Column("first", UtcTime, nullable=False),
    Column("last", UtcTime, nullable=False),
    # Of its sketch, 8 bytes each: where it has to be taken out of `sketches`.
    Column("sketch", LargeBinary, nullable=False),
)
Index("heads_by_last", heads.c.last)

#: Keys of texts, and the heads that they lead to: a fixed number of slots a key.
sketches = Table(
    "sketches",
    metadata,
    Column("key", BigInteger, primary_key=True),
    Column("slot", Integer, primary_key=True),
    Column("head", Integer, nullable=False),
    sqlite_with_rowid=False,
)

#: What belongs to a story by another name than the story's own: posts and comments that others answer, and what was
#: a story or a text of its own until it turned out to be another.
names = Table(
    "names",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("story", String(16), nullable=False),
    Column("at", UtcTime, nullable=False),
    # Of a page, or of what was a text of its own: the text that it carries.
    Column("copy", String(16)),
    sqlite_with_rowid=False,
)
Index("names_by_at", names.c.at)
