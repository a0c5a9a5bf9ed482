"""What leaves the program about a mention or an alert: plain records with the documented keys, in their order.

Every text in a record is clean (``text.clean``), so that no escape sequence reaches a terminal whichever format
is printed there.  Missing is None, never "" or 0.
"""

from __future__ import annotations

import math
from datetime import timezone
from typing import TYPE_CHECKING

from mentionwatch.text import clean, clean_or_none

if TYPE_CHECKING:
    from datetime import datetime

    from mentionwatch.model import Alert, Entry, Mark, Mention, Tone

#: Version of the records' shape; it changes when a key changes its meaning or goes, not when one is added.
SCHEMA = 1

#: Keys of a mention's record, which are the CSV header too.
MENTION_COLUMNS = (
    *("schema", "id", "entry", "brand", "keyword", "source", "kind", "url", "title", "text", "author", "community"),
    *("parent", "published", "first_seen", "language", "country", "version", "rating", "engagement", "tone"),
    *("polarity", "confidence", "tone_by", "story", "copies", "intent", "state"),
)
#: Keys of an alert's record.
ALERT_COLUMNS = (
    *("schema", "id", "brand", "kind", "state", "severity", "opened", "updated", "resolved", "window", "observed"),
    *("expected", "negative_share", "usual_share", "odds", "authors", "stories", "blind_spots", "reason", "evidence"),
)


def time_utc(moment: datetime) -> str:
    """ISO 8601 in UTC to the second: ``2024-05-14T07:12:09Z``."""
    return moment.astimezone(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")


def _time_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else time_utc(moment)


def _number(value: float | None) -> float | None:
    # JSON has no infinity, and the odds of a firestorm can pass what a float holds.
    return value if value is not None and math.isfinite(value) else None


def entry_record(entry: Entry) -> dict[str, object]:
    """The record of an entry: what a mention's record has of it, under the same keys."""
    return {
        "source": clean(entry.source),
        "kind": entry.kind,
        "url": clean_or_none(entry.url),
        "title": clean_or_none(entry.title),
        "text": clean_or_none(entry.text),
        "author": clean_or_none(entry.author),
        "community": clean_or_none(entry.community),
        "parent": clean_or_none(entry.parent),
        "published": _time_or_none(entry.published),
        "language": clean_or_none(entry.language),
        "country": clean_or_none(entry.country),
        "version": clean_or_none(entry.version),
        "rating": _number(entry.rating),
        "engagement": entry.engagement,
    }


def mention_record(mention: Mention) -> dict[str, object]:
    """The record of a mention, keys as in MENTION_COLUMNS."""
    tone = mention.tone
    found = entry_record(mention.entry) | {
        "schema": SCHEMA,
        "id": clean(mention.id),
        "entry": clean(mention.entry_id),
        "brand": clean(mention.brand),
        "keyword": clean(mention.keyword),
        "first_seen": time_utc(mention.first_seen),
        "tone": tone.label,
        "polarity": _number(tone.polarity),
        "confidence": _number(tone.confidence),
        "tone_by": clean_or_none(tone.by),
        "story": clean_or_none(mention.story),
        "copies": mention.copies,
        "intent": clean_or_none(mention.intent),
        "state": mention.state,
    }
    return {name: found[name] for name in MENTION_COLUMNS}


def tone_record(tone: Tone) -> dict[str, object]:
    """The record of a verdict, with what made it."""
    return {
        "tone": tone.label,
        "polarity": _number(tone.polarity),
        "confidence": _number(tone.confidence),
        "tone_by": clean_or_none(tone.by),
        "words": [[clean(word), _number(weight)] for word, weight in tone.words],
        "rules": [clean(rule) for rule in tone.rules],
    }


def mark_record(mark: Mark) -> dict[str, object]:
    """The record of what the user said; None where he said nothing."""
    return {
        "mention": clean(mark.mention),
        "marked": time_utc(mark.at),
        "tone": mark.tone,
        "noise": mark.noise,
        "intent": clean_or_none(mark.intent),
        "topic": clean_or_none(mark.topic),
    }


def alert_record(alert: Alert) -> dict[str, object]:
    """The record of an alert, keys as in ALERT_COLUMNS.

    ``window`` holds ``start`` and ``end`` (exclusive); ``odds`` is N in "by chance: 1 in N", None when it is more
    than a float can hold, or nothing is said of chance; ``evidence`` holds ids of mentions.  What counts no mentions
    (a source that is down, a rating that falls) has None for its numbers.
    """
    counts = alert.kind not in {"source", "rating"}
    return {
        "schema": SCHEMA,
        "id": clean(alert.id),
        "brand": clean(alert.brand),
        "kind": clean(alert.kind),
        "state": alert.state,
        "severity": alert.severity,
        "opened": time_utc(alert.opened),
        "updated": time_utc(alert.updated),
        "resolved": _time_or_none(alert.resolved),
        "window": {"start": time_utc(alert.window_start), "end": time_utc(alert.window_end)},
        "observed": alert.observed if counts else None,
        "expected": _number(alert.expected) if counts else None,
        "negative_share": _number(alert.negative_share),
        "usual_share": _number(alert.usual_share),
        "odds": _number(alert.odds) if alert.odds else None,
        "authors": alert.authors if counts else None,
        "stories": alert.stories if counts else None,
        "blind_spots": [clean(name) for name in alert.blind_spots],
        "reason": clean(alert.reason),
        "evidence": [clean(mention) for mention in alert.evidence],
    }
