"""Between the model and the rows of the tables."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects.sqlite import insert

from mentionwatch.errors import StoreError
from mentionwatch.identity import content_key, url_key
from mentionwatch.model import Alert, Entry, Label, Mention, Redirect, Sighting, SourceStatus, Tone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Select, Table

_ENTRY_FIELDS = tuple(f.name for f in fields(Entry))
_LISTS = ("blind_spots", "evidence")
#: ``Tone.by`` of what the user marked.
BY_MARK = "mark"
#: What a mark says of a mention.
MARKED = ("tone", "noise", "intent", "topic")
_ALERT_TIMES = ("opened", "updated", "resolved", "window_start", "window_end", "last_burst", "last_notice")


@dataclass(frozen=True)
class BrandState:
    """What the detector needs to go on with a brand."""

    first_polled: datetime
    #: Recent polls, oldest first.
    polls: tuple[datetime, ...]
    #: As ``burst`` wrote it; None before the first verdict.
    baseline: str | None


def storable(value: Any) -> Any:
    """A value as SQLite can hold it: a lone surrogate becomes "?", a number over 64 bits is none."""
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return None
    return value


def _loads(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as e:
        what = "the store is damaged: a list in it cannot be read; put back a backup of it"
        raise StoreError(what) from e


def entry_row(entry: Entry) -> dict[str, Any]:
    """An entry's columns, with the keys it is known again by; without id and first_seen."""
    entry = storable_entry(entry)
    return {
        **{name: getattr(entry, name) for name in _ENTRY_FIELDS},
        "links": json.dumps(entry.links, ensure_ascii=False) if entry.links else None,
        "url_key": url_key(entry.url) if entry.url else None,
        "content_key": content_key(entry),
    }


def storable_entry(entry: Entry) -> Entry:
    """An entry as it will be read back."""
    links = tuple(map(storable, entry.links)) if entry.links else None
    return Entry(**{name: storable(getattr(entry, name)) for name in _ENTRY_FIELDS} | {"links": links})


def read_entry(row: Mapping[str, Any], prefix: str = "") -> Entry:
    """An entry from its row, in which the names of its columns begin so."""
    found = {name: row[f"{prefix}{name}"] for name in _ENTRY_FIELDS}
    return Entry(**found | {"links": tuple(_loads(found["links"])) if found["links"] else None})


def mention_row(mention: Mention) -> dict[str, Any]:
    """A mention's columns."""
    tone = mention.tone
    return {
        "id": mention.id,
        "entry": mention.entry_id,
        "brand": mention.brand,
        "keyword": mention.keyword,
        "tone": tone.label,
        "first_tone": tone.label,
        "polarity": tone.polarity,
        "confidence": tone.confidence,
        "words": json.dumps(tone.words),
        "tone_rules": json.dumps(tone.rules),
        "tone_by": tone.by,
        "story": mention.story,
        "copy": mention.copy,
        "backlog": mention.backlog,
        "state": mention.state,
        "intent": mention.intent,
        "first_seen": mention.first_seen,
        "at": mention.entry.published or mention.first_seen,
    }


def read_mention(row: Mapping[str, Any], *, as_judged: bool = False) -> Mention:
    """A mention from a row of mentions joined with entries (``entry_*``), its mark (``mark_*``) and its ``copies``.

    Args:
        row: As ``reading.mention_columns`` selects it.
        as_judged: Leave out what the user marked.
    """
    mark = {} if as_judged else {name: row[f"mark_{name}"] for name in MARKED}
    return Mention(
        id=row["id"],
        entry_id=row["entry"],
        brand=row["brand"],
        keyword=row["keyword"],
        entry=read_entry(row, "entry_"),
        tone=tone_of_mark(mark["tone"]) if mark.get("tone") else _read_tone(row),
        first_seen=row["first_seen"],
        story=row["story"],
        copy=row["copy"],
        copies=row["copies"],
        backlog=row["backlog"],
        state="open" if as_judged else row["state"],
        intent=mark.get("intent") or row["intent"],
        topic=mark.get("topic"),
        noise=bool(mark.get("noise")),
    )


def _read_tone(row: Mapping[str, Any]) -> Tone:
    words = tuple((str(word), float(weight)) for word, weight in _loads(row["words"]))
    rules = tuple(map(str, _loads(row["tone_rules"])))
    return Tone(row["tone"], row["polarity"], row["confidence"], words, row["tone_by"], rules)


def tone_of_mark(label: Label) -> Tone:
    """The user's own verdict, which nobody is surer of."""
    return Tone(label, {"negative": -1.0, "positive": 1.0}.get(label, 0.0), 1.0, by=BY_MARK)


def read_sighting(row: Mapping[str, Any]) -> Sighting:
    """What the detector needs of a mention."""
    return Sighting(
        mention=row["id"],
        published=row["published"],
        first_seen=row["first_seen"],
        tone=row["tone"],
        source=row["source"],
        author=row["author"],
        # The burst detector folds copies; posts about one page count each.
        story=row["copy"] or row["id"],
        backlog=row["backlog"],
        confidence=row["confidence"],
    )


def status_row(status: SourceStatus) -> dict[str, Any]:
    """A source's status as columns."""
    return {
        **{f.name: getattr(status, f.name) for f in fields(SourceStatus)},
        "cadence": status.cadence.total_seconds() if status.cadence is not None else None,
        "ttl": status.ttl.total_seconds() if status.ttl is not None else None,
        "skip_hours": json.dumps(sorted(status.skip_hours)),
        "redirects": json.dumps([[redirect.status, redirect.url] for redirect in status.redirects]),
    }


def read_status(row: Mapping[str, Any]) -> SourceStatus:
    """A source's status."""
    values = dict(row)
    for name in ("cadence", "ttl"):
        values[name] = timedelta(seconds=row[name]) if row[name] is not None else None
    values["redirects"] = tuple(Redirect(status, url) for status, url in _loads(row["redirects"]))
    values["skip_hours"] = frozenset(_loads(row["skip_hours"]))
    return SourceStatus(**values)


def brand_row(name: str, state: BrandState) -> dict[str, Any]:
    """A brand's columns."""
    return {
        "name": name,
        "first_polled": state.first_polled,
        "polls": json.dumps([poll.timestamp() for poll in state.polls]),
        "baseline": state.baseline,
    }


def read_brand(row: Mapping[str, Any]) -> BrandState:
    """The detector's memory from its row."""
    try:
        polls = tuple(datetime.fromtimestamp(poll, timezone.utc) for poll in json.loads(row["polls"]))
    except (ValueError, TypeError, OverflowError, OSError):
        # As with a damaged baseline: undated mentions are spread a little worse for some days, and that is all.
        polls = ()
    return BrandState(row["first_polled"], polls, row["baseline"])


def alert_row(alert: Alert) -> dict[str, Any]:
    """An alert's columns."""
    row = asdict(alert)
    return {**row, **{name: json.dumps(row[name], ensure_ascii=False) for name in _LISTS}}


def read_alert(row: Mapping[str, Any]) -> Alert:
    """An alert from its row."""
    return Alert(**{**row, **{name: tuple(_loads(row[name])) for name in _LISTS}})


def dump_alert(alert: Alert) -> str:
    """An alert as JSON, for a notice's snapshot."""
    row = asdict(alert)
    times = {name: row[name] and row[name].isoformat() for name in _ALERT_TIMES}
    return json.dumps({**row, **times}, ensure_ascii=False)


def load_alert(text: str) -> Alert:
    """The alert that ``dump_alert`` wrote."""
    row = _loads(text)
    times = {name: row[name] and datetime.fromisoformat(row[name]) for name in _ALERT_TIMES}
    lists = {name: tuple(row[name]) for name in _LISTS}
    return Alert(**{**row, **times, **lists})


def upsert(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Write a row in place of the one with the same key."""
    keys = [column.name for column in table.primary_key]
    others = {name: value for name, value in values.items() if name not in keys}
    connection.execute(insert(table).values(values).on_conflict_do_update(index_elements=keys, set_=others))


def fetch(connection: Connection, statement: Select[Any]) -> Sequence[Any]:
    """All rows that a statement finds, by the names of their columns."""
    return connection.execute(statement).mappings().all()
