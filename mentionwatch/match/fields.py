"""Fields: what is said of an entry or a mention beside its text, and whether it holds.

What is not known holds for nothing: ``stars:<=2`` does not find what has no stars, and ``-stars:<=2`` does.
"""

from __future__ import annotations

import operator
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from mentionwatch.match.spelling import to_ascii
from mentionwatch.match.subject import Index
from mentionwatch.settings import parse_span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mentionwatch.match.subject import Subject
    from mentionwatch.match.tree import Field
    from mentionwatch.model import Entry, Mention

_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

_OF_ENTRY: Mapping[str, Callable[[Entry], str | None]] = {
    "author": lambda entry: entry.author,
    "lang": lambda entry: entry.language,
    "type": lambda entry: entry.kind,
    "source": lambda entry: entry.source,
}
_OF_MENTION: Mapping[str, Callable[[Mention], str | None]] = {
    "tone": lambda mention: mention.tone.label,
    "intent": lambda mention: mention.intent,
    "topic": lambda mention: mention.topic,
    "brand": lambda mention: mention.brand,
    "state": lambda mention: mention.state,
}


def plain_index(text: str) -> Index:
    """Index what is no prose: a name, a host, a link."""
    return Index(text, is_prose=False)


def readable(url: str) -> str:
    """Give a link with its words readable: escapes undone, ``+`` a blank by its nature."""
    return unquote(url) if "%" in url else url


def host_of(subject: Subject) -> str:
    """Give the host that an entry's link leads to, in lower case; "" when it has none."""
    return link_host(subject.entry.url) if subject.entry and subject.entry.url else ""


def link_host(url: str) -> str:
    """Give the host of a URL, in lower case and ASCII; "" for what is none."""
    try:
        host = (urlsplit(url.strip()).hostname or "").rstrip(".")
    except ValueError:  # an IPv6 address that is none
        return ""
    return to_ascii(host) or ""


def text_of(field: Field, subject: Subject) -> str | None:
    """Give the text that a field names, as it is there; None where there is none."""
    entry, mention = subject.entry, subject.mention
    if field.name in _OF_ENTRY:
        return _OF_ENTRY[field.name](entry) if entry is not None else None
    return _OF_MENTION[field.name](mention) if mention is not None else None


def holds(field: Field, subject: Subject) -> bool:
    """Tell whether a comparison holds for an entry or a mention."""
    if field.name == "stars":
        return _stars(field, subject)
    if field.name in {"since", "until"}:
        return _time(field, subject)
    text, value = text_of(field, subject), str(field.value).casefold()
    if text is None:
        return False
    text = text.casefold()
    if field.name == "lang":
        return f"{text.replace('_', '-')}-".startswith(f"{value}-")
    return text == value


def _stars(field: Field, subject: Subject) -> bool:
    if subject.entry is None:
        return False
    rating = subject.entry.rating
    if field.value == "none":
        return rating is None
    return rating is not None and _COMPARE[field.op](rating, float(field.value))


def _time(field: Field, subject: Subject) -> bool:
    """Since a time, it included; until a time, or to the end of a day."""
    entry, mention = subject.entry, subject.mention
    at = entry.published if entry else None
    at = at or (mention.first_seen if mention else None)
    bound = bound_of(field, subject.now)
    if at is None or bound is None:
        return False
    return at >= bound if field.name == "since" else at < bound


def bound_of(field: Field, now: datetime | None) -> datetime | None:
    """Give the time that since: (itself included) or until: (itself excluded) names.

    None: it counts from now, and now is not given; or it lies before all time, and anything is since then.
    """
    value = str(field.value)
    if value[-1:] in set("smhdw") and value[:1].isdigit():
        try:
            return now - parse_span(value) if now is not None else None
        except (ValueError, OverflowError):
            return None if field.name == "until" else datetime.min.replace(tzinfo=timezone.utc)
    at = datetime.fromisoformat(value)
    at = at if at.tzinfo else at.replace(tzinfo=timezone.utc)
    is_day = len(value) == len("2026-11-01")
    try:
        return at + timedelta(days=1) if is_day and field.name == "until" else at
    except OverflowError:
        return datetime.max.replace(tzinfo=timezone.utc)
