"""Candidates: which entries can match a query, found by an index of their words (SQLite's FTS5).

The words come ready from whoever writes (``SourcePoll.words``) and are kept as they are: the tokenizer only cuts at
what is neither an ASCII letter or digit nor beyond ASCII, and folds nothing that is not folded.  The index only ever
widens: an entry that is not in it, or a store whose index was written by other rules for words (``words_by``), is
looked through whole.  Without FTS5 there is no index, and everything still works.
"""

from __future__ import annotations

import zlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, column, delete, func, literal_column, or_, select, table, union_all, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import OperationalError

from mentionwatch.store import marks, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement

_INDEX = "entry_index"
#: Where each word stands is not needed, nor how many there are: the matcher looks again.
_KIND = "fts5(words, content='', detail=none, columnsize=0, tokenize='ascii')"
_MAKE = f"CREATE VIRTUAL TABLE IF NOT EXISTS {_INDEX} USING {_KIND}"
_ADD = f"INSERT INTO {_INDEX}(rowid, words) VALUES (?, ?)"  # noqa: S608 - the table's name is a constant
_TAKE_OUT = f"INSERT INTO {_INDEX}({_INDEX}, rowid, words) VALUES ('delete', ?, ?)"  # noqa: S608
_EMPTY = f"INSERT INTO {_INDEX}({_INDEX}) VALUES ('delete-all')"  # noqa: S608
#: In ``meta``: names the rules by which the index's words were cut.
_WORDS_BY = "words_by"
_CHUNK = 500
#: Times and zones are read a little differently by people and by columns; the matcher looks again.
_SLACK = timedelta(days=2)


def make_index(connection: Connection) -> None:
    """Make the index, where this SQLite can."""
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(_MAKE)
    except OperationalError:  # no such module: fts5
        return


def has_index(connection: Connection) -> bool:
    """Whether there is an index that can be used."""
    made = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
    able = "SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'"
    return bool(connection.exec_driver_sql(made, (_INDEX,)).scalar() and connection.exec_driver_sql(able).scalar())


def index_words(connection: Connection, entries: Sequence[str], words: Mapping[str, str], words_by: str) -> None:
    """Put entries that were written into the index, by the words given; those without any are looked through instead.

    Args:
        connection: In a transaction.
        entries: Ids of all entries that were written.
        words: By id, with blanks between; each of ASCII letters and digits and of characters beyond ASCII.
        words_by: Names the rules they were cut by; with others than the rest of the index, they are left out.
    """
    remove_words(connection, entries)
    usable = has_index(connection) and _accepts(connection, words_by)
    # Without a lone surrogate, which no table takes.
    plain = {entry: words[entry].encode("utf-8", "replace").decode() for entry in entries if usable and entry in words}
    rows = [{"entry": entry, "words": _pack(plain[entry]) if entry in plain else None} for entry in set(entries)]
    if rows:
        connection.execute(insert(schema.entry_words), rows)
    numbers = _numbers(connection, list(plain))
    if numbers:
        connection.exec_driver_sql(_ADD, [(number, plain[entry]) for entry, number in numbers.items()])


def remove_words(connection: Connection, entries: Sequence[str]) -> None:
    """Take entries out of the index, before or after they are deleted."""
    known = schema.entry_words.c
    able = has_index(connection)
    for chunk in _chunks(entries):
        found = connection.execute(select(known.id, known.words).where(known.entry.in_(chunk))).all()
        gone = [(number, _unpack(packed)) for number, packed in found if packed is not None]
        if gone and able:
            connection.exec_driver_sql(_TAKE_OUT, gone)
        if found:
            connection.execute(delete(schema.entry_words).where(known.entry.in_(chunk)))


def fill_index(
    connection: Connection, words_by: str, words_of: Callable[[Mapping[str, Any]], str], *, most: int
) -> int:
    """Index what is not indexed yet; what was indexed by other rules is thrown away first.

    Returns:
        How many entries were indexed, `most` at most.
    """
    make_index(connection)
    if not has_index(connection):
        return 0
    known = schema.entry_words
    if not _accepts(connection, words_by):
        connection.exec_driver_sql(_EMPTY)
        connection.execute(update(known).values(words=None))
        _note(connection, words_by)
    statement = select(schema.entries).join(known, known.c.entry == schema.entries.c.id)
    found = connection.execute(statement.where(known.c.words.is_(None)).limit(most)).mappings().all()
    for chunk in _chunks(found):
        words = {row["id"]: words_of(row) for row in chunk}
        index_words(connection, list(words), words, words_by)
    return len(found)


def indexed_by(connection: Connection) -> str | None:
    """Names the rules of the index's words; None: there is no index, or nothing in it."""
    if not has_index(connection):
        return None
    meta = schema.meta.c
    found: str | None = connection.execute(select(meta.value).where(meta.key == _WORDS_BY)).scalar()
    return found


def candidates(words: str) -> Any:
    """Select ids of entries that an FTS5 expression finds, and of those that are not indexed."""
    known = schema.entry_words.c
    index = table(_INDEX, column("rowid"))
    found = select(index.c.rowid).where(literal_column(_INDEX).bool_op("MATCH")(words))
    return union_all(
        select(known.entry).where(known.id.in_(found)),
        select(known.entry).where(known.words.is_(None)),
    )


# --- what columns say -------------------------------------------------------------------------------------


def column_condition(name: str, op: str, value: Any) -> ColumnElement[bool] | None:
    """A condition that holds wherever the field of this name can be true; None where no column tells.

    Texts are compared by what they contain, in ASCII only: a column with anything else always passes.
    """
    mentions, entries = schema.mentions.c, schema.entries.c
    texts = {"brand": mentions.brand, "source": entries.source, "author": entries.author, "site": entries.url}
    exact: dict[str, ColumnElement[str]] = {"tone": marks.tone(), "state": mentions.state, "type": entries.kind}
    if name in texts:
        return _contains(texts[name], str(value)) if op == "=" and str(value).isascii() else None
    if name in exact:
        return exact[name].in_([str(value).lower()]) if op == "=" else None
    if name == "lang":
        short = str(value).lower()[:2]
        return or_(entries.language.is_(None), entries.language.ilike(f"{short}%")) if short.isalpha() else None
    if name == "stars":
        return _stars(op, value)
    if name in {"since", "until"}:
        about: ColumnElement[bool] = mentions.at >= value - _SLACK if name == "since" else mentions.at <= value + _SLACK
        return about
    return None


def _contains(text: Any, value: str) -> ColumnElement[bool]:
    # GLOB [^ -~] is anything but printable ASCII; in an address %41 stands for a letter, and xn-- for others.
    odd = (text.bool_op("GLOB")("*[^ -~]*"), text.contains("%", autoescape=True), text.icontains("xn--"))
    # "Jean-Paul" also holds the word jeanpaul, and "O'Reilly" oreilly.
    closed = func.replace(func.replace(text, "-", ""), "'", "")
    return or_(text.icontains(value, autoescape=True), closed.icontains(value, autoescape=True), *odd)


def _stars(op: str, value: Any) -> ColumnElement[bool] | None:
    rating = schema.entries.c.rating
    if isinstance(value, str):
        return rating.is_(None) if value == "none" and op == "=" else None
    conditions = {
        "=": rating.between(value - 1, value + 1),
        "<": rating < value + 1,
        "<=": rating < value + 1,
        ">": rating > value - 1,
        ">=": rating > value - 1,
    }
    return conditions.get(op)


# --- helpers ----------------------------------------------------------------------------------------------


def _accepts(connection: Connection, words_by: str) -> bool:
    """Whether the index holds words of these rules only; an index of nothing takes any."""
    meta = schema.meta.c
    found = connection.execute(select(meta.value).where(meta.key == _WORDS_BY)).scalar()
    if found is None and words_by:
        _note(connection, words_by)
        return True
    return bool(words_by) and found == words_by


def _note(connection: Connection, words_by: str) -> None:
    row = {"key": _WORDS_BY, "value": words_by}
    connection.execute(insert(schema.meta).values(row).on_conflict_do_update(index_elements=["key"], set_=row))


def _numbers(connection: Connection, entries: Sequence[str]) -> dict[str, int]:
    known = schema.entry_words.c
    found: dict[str, int] = {}
    for chunk in _chunks(entries):
        rows = connection.execute(select(known.entry, known.id).where(known.entry.in_(chunk)))
        found |= {entry: number for entry, number in rows}  # noqa: C416 - a Row is no pair for dict()
    return found


def _pack(words: str) -> bytes:
    return zlib.compress(words.encode(), 6)


def _unpack(packed: bytes) -> str:
    return zlib.decompress(packed).decode()


def _chunks(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[n : n + _CHUNK] for n in range(0, len(items), _CHUNK))
