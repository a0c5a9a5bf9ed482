"""What stands after ``lang:``, ``stars:``, ``since:`` and the other fields that are compared with a value."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from difflib import get_close_matches
from typing import TYPE_CHECKING, get_args

from mentionwatch.match.tree import And, Field, Node
from mentionwatch.model import ENTRY_KINDS, LABELS, AlertState, MentionState
from mentionwatch.settings import parse_span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

_LONGEST = 200
_STARS = re.compile(r"(<=|>=|<|>|=)?(\d(?:\.\d{1,3})?)\*?", re.ASCII)
_RANGE = re.compile(
    r"(\d(?:\.\d{1,3})?)(?:\.\.|-)(\d(?:\.\d{1,3})?)|\[(\d(?:\.\d{1,3})?) +TO +(\d(?:\.\d{1,3})?)\]", re.ASCII
)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8})*", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_STATES = (*get_args(MentionState), *(state for state in get_args(AlertState) if state not in get_args(MentionState)))


def read_value(name: str, written: str, zone: tzinfo | None = timezone.utc) -> Node:
    """Make the node of a field and its value.

    Args:
        name: The field's.
        written: The value.
        zone: Of days and times without one; None: the system's.

    Raises:
        ValueError: The value is none for this field; the message says what would be right.
    """
    if name == "stars":
        return _stars(written)
    if name in {"since", "until"}:
        return Field(name, value=_time(name, written, zone))
    value = written.strip().casefold()
    if not value:
        raise ValueError(f"after {name}: a value is expected")
    if len(value) > _LONGEST:
        raise ValueError(f"the value of {name}: is too long; {_LONGEST} characters are the most")
    if name == "lang":
        value = value.replace("_", "-")
        if not _LANGUAGE.fullmatch(value):
            raise ValueError(f"{written!r} is no language; write its code, as in lang:en or lang:pt-br")
    choices = {"type": ENTRY_KINDS, "tone": LABELS, "state": _STATES}.get(name)
    return Field(name, value=_chosen(name, value, choices) if choices else value)


def _chosen(name: str, value: str, choices: Sequence[str]) -> str:
    if value in choices:
        return value
    near = get_close_matches(value, choices, 1)
    meant = f"did you mean {name}:{near[0]}? " if near else ""
    raise ValueError(f"{value!r} is no {name}; {meant}expected one of {', '.join(choices)}")


def _stars(written: str) -> Node:
    value = written.strip().casefold()
    if value == "none":
        return Field("stars", value="none")
    found = _RANGE.fullmatch(written.strip())
    if found:
        low, high = sorted(float(one) for one in found.groups() if one is not None)
        return And((Field("stars", op=">=", value=_star(low)), Field("stars", op="<=", value=_star(high))))
    one = _STARS.fullmatch(value)
    if one is None:
        raise ValueError(f"{written!r} is no number of stars; write stars:2, stars:<=2, stars:1..2 or stars:none")
    return Field("stars", op=one[1] or "=", value=_star(float(one[2])))


def _star(number: float) -> float:
    if number > 5:
        raise ValueError("stars go from 1 to 5 here, whatever the site has")
    return number


def _time(name: str, written: str, zone: tzinfo | None) -> str:
    """A length of time as written, a day of UTC, or a time in UTC."""
    value = written.strip()
    advice = f"write a day ({name}:2026-11-01), a time in quotes, or how long ago ({name}:7d)"
    try:
        if _DAY.fullmatch(value):
            return _day(name, date.fromisoformat(value), zone)
        if value[:1].isdigit() and value[-1:] in set("smhdw"):
            parse_span(value)
            return value.replace(" ", "")
        # Python 3.10 does not know the Z.
        at = datetime.fromisoformat(value[:-1] + "+00:00" if value[-1:] in {"Z", "z"} else value)
        return _in_utc(at, zone).isoformat()
    except (ValueError, OverflowError, OSError) as e:
        raise ValueError(f"{written!r} is no time; {advice}") from e


def _day(name: str, day: date, zone: tzinfo | None) -> str:
    """A day of UTC as it is; of another zone the time when it begins, or, for until:, when the next one does."""
    if zone is timezone.utc:
        return day.isoformat()
    try:
        bound = day + timedelta(days=1) if name == "until" else day
        return _in_utc(datetime.combine(bound, time()), zone).isoformat()
    except (ValueError, OverflowError, OSError):  # at the ends of all time an hour more or less is no matter
        return day.isoformat()


def _in_utc(at: datetime, zone: tzinfo | None) -> datetime:
    # A time without a zone is the system's for Python, with the offset of that day.
    aware = at.replace(tzinfo=zone) if at.tzinfo is None and zone is not None else at
    return aware.astimezone(timezone.utc)
