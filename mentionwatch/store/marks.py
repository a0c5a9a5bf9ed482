"""The user's own verdicts, which go before what the engine said.

A mark is kept by brand and text: copies share it, also those that come later.  The engine's verdict stays in
``mentions`` as it was, and the two meet when a mention is read: so nothing that writes mentions (an edit, a changed
query, another engine) can undo a mark, and to take one back is to delete it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, delete, exists, func, select, update
from sqlalchemy.dialects.sqlite import insert

from mentionwatch.model import Mark
from mentionwatch.store import rows, schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select

    from mentionwatch.model import Label, Mention, MentionState


@dataclass(frozen=True)
class Verdict:
    """What the user says of mentions; what is None stays as it is."""

    tone: Label | None = None
    noise: bool | None = None
    #: What was done with each of the mentions: copies have their own.
    state: MentionState | None = None
    intent: str | None = None
    topic: str | None = None
    #: First everything that was said before is taken back.
    clear: bool = False

    @property
    def of_text(self) -> dict[str, Any]:
        """What it says of the text, by column."""
        said = {name: rows.storable(getattr(self, name)) for name in rows.MARKED}
        return {name: value for name, value in said.items() if value is not None}


# --- conditions on mentions -------------------------------------------------------------------------------


def text_key() -> ColumnElement[str]:
    """What copies share: the key of their text, else the entry, which is the key of what it begins."""
    table = schema.mentions.c
    return func.coalesce(table["copy"], table.entry)


def is_of_mention() -> ColumnElement[bool]:
    """Whether a mark is of a mention: for joins."""
    mark = schema.marks.c
    return and_(mark.brand == schema.mentions.c.brand, mark.text == text_key())


def is_marked() -> ColumnElement[bool]:
    """Whether there is a mark of a mention, or of a copy of it."""
    return exists().where(is_of_mention()).correlate(schema.mentions)


def is_noise() -> ColumnElement[bool]:
    """Whether a mention was marked as noise."""
    return exists().where(is_of_mention(), schema.marks.c.noise.is_(True)).correlate(schema.mentions)


def tone() -> ColumnElement[str]:
    """A mention's tone: the user's, else the engine's."""
    marked = select(schema.marks.c.tone).where(is_of_mention()).correlate(schema.mentions).scalar_subquery()
    return func.coalesce(marked, schema.mentions.c.tone)


# --- reading and writing ----------------------------------------------------------------------------------


def put(connection: Connection, mentions: Sequence[str], verdict: Verdict, *, now: datetime) -> None:
    """See ``Store.mark``."""
    table, mark = schema.mentions, schema.marks
    for id_ in mentions:
        found = connection.execute(select(table.c.brand, text_key()).where(table.c.id == id_)).one_or_none()
        if found is None:
            continue
        brand, text = found
        if verdict.clear:
            connection.execute(delete(mark).where(mark.c.brand == brand, mark.c.text == text))
        said = {**verdict.of_text, "mention": id_, "at": now}
        if verdict.of_text:
            statement = insert(mark).values(brand=brand, text=text, **said)
            connection.execute(statement.on_conflict_do_update(index_elements=["brand", "text"], set_=said))
        state = verdict.state or ("open" if verdict.clear else None)
        if state is not None:
            connection.execute(update(table).where(table.c.id == id_).values(state=state))


def find(connection: Connection, mention: Mention) -> Mark | None:
    """See ``Store.mark_of``."""
    mark = schema.marks.c
    columns = select(*(mark[name] for name in ("mention", "at", *rows.MARKED)))
    wanted = (mark.brand == mention.brand, mark.text == (mention.copy or mention.entry_id))
    found = connection.execute(columns.where(*wanted)).mappings().one_or_none()
    return Mark(**found) if found is not None else None


def apply(connection: Connection, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """See ``Store.as_marked``.  All marks are read: there are as many as a user has made."""
    mark = schema.marks
    wanted = select(mark).where(mark.c.brand.in_({mention.brand for mention in mentions}))
    known = {(row["brand"], row["text"]): dict(row) for row in connection.execute(wanted).mappings()}
    return tuple(_apply(m, known.get((m.brand, m.copy or m.entry_id))) for m in mentions)


def _apply(mention: Mention, mark: Mapping[str, Any] | None) -> Mention:
    if mark is None:
        return mention
    return replace(
        mention,
        tone=rows.tone_of_mark(mark["tone"]) if mark["tone"] else mention.tone,
        intent=mark["intent"] or mention.intent,
        topic=mark["topic"],
        noise=bool(mark["noise"]),
    )


def taken_away(connection: Connection, ids: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
    """See ``Store.marked_away``."""
    table, mark = schema.mentions, schema.marks
    statement = select(table.c.id, mark.c.noise, mark.c.tone).join(mark, is_of_mention())
    found = connection.execute(statement.where(table.c.id.in_(ids))).all()
    noise = frozenset(id_ for id_, is_noise_, _tone in found if is_noise_)
    return noise, frozenset(id_ for id_, _noise, tone_ in found if tone_ not in {None, "negative"})


def corrected(mentions: Select[Any]) -> Select[Any]:
    """Of a selection of mentions with their marks, those whose tone was marked: of copies the one that was."""
    table, mark = schema.mentions.c, schema.marks.c
    twin = schema.mentions.alias("marked")
    marked_is_gone = ~exists().where(twin.c.id == mark.mention).correlate(schema.marks)
    other = schema.mentions.alias("other")
    first = (
        select(func.min(other.c.id))
        .where(other.c.brand == mark.brand, func.coalesce(other.c["copy"], other.c.entry) == mark.text)
        .correlate(schema.marks)
        .scalar_subquery()
    )
    stands = (table.id == mark.mention) | (marked_is_gone & (table.id == first))
    return mentions.where(mark.tone.is_not(None), stands).order_by(mark.at.desc(), table.id)
