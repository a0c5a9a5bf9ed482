"""Which entries are known already: by (source, id), then by URL, then by content."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, or_, select

from mentionwatch.identity import content_key, entry_id, url_key
from mentionwatch.store import schema
from mentionwatch.store.rows import storable_entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from mentionwatch.model import Entry

#: SQLite takes 32,766 variables in a statement; four lists of this length stay far below.
_CHUNK = 500
#: What stands where a feed breaks off: ``…``, ``[...]``.
_MORE = re.compile(r"\s*[\[(]?\s*(?:\u2026|\.{3,})\s*[\])]?")
#: Characters behind it at most ("Continue reading …", "The post … appeared first on …"), and before it at least.
_READ_ON, _LEAST = 300, 20


@dataclass(frozen=True)
class Known:
    """What the store knows of an entry.

    Attributes:
        id: Its id: the stored one when it is known, else the one it will get.
        brands: Brands that it is a mention of already.
        new: It is not stored.
        changed: It is stored with another text, author or rating; not where the source only shows less of the text.
        first_seen: When it was stored; None for one that is new.
    """

    id: str
    brands: frozenset[str]
    new: bool
    changed: bool
    first_seen: datetime | None = None


def identify(connection: Connection, source: str, entries: Sequence[Entry]) -> list[Known]:
    """Say for each of a source's entries what is known of it, in their order."""
    entries = [storable_entry(entry) for entry in entries]
    rows = _candidates(connection, source, entries)
    brands = _brands(connection, rows)
    finder = _Finder(entries, rows)
    found = []
    for entry in entries:
        name, row = finder.find(entry)
        known = row["id"] if row else name
        changed = row is not None and _changed(row, entry)
        first_seen = row["first_seen"] if row else None
        found.append(Known(known, frozenset(brands.get(known, ())), row is None, changed, first_seen))
    return found


class _Finder:
    """The stored rows of one source, ready to be asked for an entry of one document."""

    def __init__(self, entries: Sequence[Entry], rows: Sequence[Any]) -> None:
        self._by_id = {row["id"]: row for row in rows}
        self._by_url: dict[str, list[Any]] = defaultdict(list)
        self._by_content: dict[str, list[Any]] = defaultdict(list)
        for row in rows:
            self._by_url[row["url_key"] or ""].append(row)
            self._by_content[row["content_key"]].append(row)
        self._ids = {entry_id(entry) for entry in entries}
        self._urls = Counter(url_key(entry.url) for entry in entries if entry.url)

    def find(self, entry: Entry) -> tuple[str, Any | None]:
        """The id that this entry has or gets, and its row, or None."""
        name = entry_id(entry)
        row = self._by_id.get(name)
        if row and _is_next_of_name(row, entry):
            name = _next_id(entry)
            return name, self._by_id.get(name)
        return name, row or self._same_url(entry) or self._same_content(entry)

    def _same_url(self, entry: Entry) -> Any | None:
        # Many reviews stand on one page, and some feeds link every item to their home page: there an URL names
        # nothing.  So it counts where it is the only one on both sides, and the title agrees.
        if not entry.url or self._urls[url_key(entry.url)] > 1:
            return None
        rows = self._by_url.get(url_key(entry.url), [])
        row = rows[0] if len(rows) == 1 else None
        agrees = row and row["id"] not in self._ids and entry.title and row["title"] == entry.title
        return row if agrees and not _is_next(row, entry) else None

    def _same_content(self, entry: Entry) -> Any | None:
        for row in self._by_content.get(content_key(entry), []):
            same = row["author"] == entry.author and row["published"] == entry.published
            if same and row["id"] not in self._ids:
                return row
        return None


def _is_next(row: Any, entry: Entry) -> bool:
    """Whether another text of another time stands there: pages of a state, or a thread, list their latest post only."""
    later = row["published"] and entry.published and row["published"] != entry.published
    return bool(later and row["text"] != entry.text and not is_beginning(entry.text, row["text"]))


def _is_next_of_name(row: Any, entry: Entry) -> bool:
    """Whether it is another post under the same id: feeds of threads that name each latest reply after its thread.

    An id is a promise, and much that is edited gets a new time; so it has to be somebody else's, or where it does not
    say whose, mostly in other words.  A review is its author's, and stays one.
    """
    if entry.kind == "review" or not _is_next(row, entry):
        return False
    before, author = row["author"], entry.author
    if before and author:
        return bool(before.casefold() != author.casefold())
    known, words = (set((text or "").casefold().split()) for text in (row["text"], entry.text))
    return 2 * len(known & words) < min(len(known), len(words))


def _next_id(entry: Entry) -> str:
    parts = (entry.guid or entry.url or "", content_key(entry), str(entry.published))
    return entry_id(replace(entry, guid="\n".join(parts)))


def _changed(row: Any, entry: Entry) -> bool:
    if any(row[name] != getattr(entry, name) for name in ("author", "rating", "title")):
        return True
    return bool(row["text"] != entry.text and not is_beginning(entry.text, row["text"]))


def is_beginning(shown: str | None, whole: str | None) -> bool:
    """Whether a text is nothing, or how another begins and a mark that more follows: the feed shows less of it."""
    words, known = " ".join((shown or "").split()), " ".join((whole or "").split())
    if not words:
        return True
    # Behind the mark stands no more than where to read on: the last one that is far enough back.
    cuts = [mark for mark in _MORE.finditer(words) if len(words) - mark.end() <= _READ_ON]
    return any(_LEAST <= mark.start() < len(known) and known.startswith(words[: mark.start()]) for mark in cuts)


def _candidates(connection: Connection, source: str, entries: Sequence[Entry]) -> list[Any]:
    table = schema.entries.c
    rows: dict[str, Any] = {}
    for chunk in _chunks(entries):
        urls = [url_key(entry.url) for entry in chunk if entry.url]
        statement = select(schema.entries).where(
            table.source == source,
            or_(
                table.id.in_([name for entry in chunk for name in (entry_id(entry), _next_id(entry))]),
                table.url_key.in_(urls),
                table.content_key.in_([content_key(entry) for entry in chunk]),
            ),
        )
        rows |= {row["id"]: row for row in connection.execute(statement).mappings()}
    return list(rows.values())


def _brands(connection: Connection, rows: Sequence[Any]) -> dict[str, set[str]]:
    table = schema.mentions.c
    brands: dict[str, set[str]] = defaultdict(set)
    for chunk in _chunks([row["id"] for row in rows]):
        for entry, brand in connection.execute(select(table.entry, table.brand).where(table.entry.in_(chunk))):
            brands[entry].add(brand)
    return brands


def _chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(items)
    while chunk := list(islice(left, _CHUNK)):
        yield chunk
