"""What a server says about time: when to come back, and how long its answer stays fresh.  Pure and tolerant."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Nobody is left alone for longer than this because a header says so.
LONGEST = timedelta(days=7)

#: A directive of Cache-Control: a name, and a number in quotes or without.
_DIRECTIVE = re.compile(r"""([a-z-]+)(?:\s*=\s*["']?(-?\d*)[^,]*)?""")
#: As long as dates in headers are; parsing takes time.
_DATE_LENGTH = 60
_DIGITS = 12
#: Numbers above are times, below are lengths.
_UNIX_TIME = 1_000_000_000.0


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Read ``Retry-After``: seconds or a date.

    Args:
        headers: By lower-case name.
        now: Present time; a date is compared with the server's own clock where it tells it.

    Returns:
        From zero (at once) to a week; None where it says nothing that can be understood.
    """
    value = headers.get("retry-after", "").strip()
    seconds = re.fullmatch(r"(\d+)(?:\.\d+)?\s*s?", value, re.ASCII)
    if seconds:
        return _bounded(timedelta(seconds=int(seconds[1][:_DIGITS])))
    date = _date(value)
    return _bounded(date - (_date(headers.get("date", "")) or now)) if date else None


def is_used_up(headers: Mapping[str, str]) -> bool:
    """Whether ``X-RateLimit-Remaining`` says that a quota is used up."""
    return headers.get("x-ratelimit-remaining", headers.get("ratelimit-remaining", "")).strip() in {"0", "0.0"}


def until_reset(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Read ``X-RateLimit-Reset``: for how long a quota that is used up stays so.

    Sites write it as Unix seconds (GitHub), as seconds from now, or as an ISO date (Mastodon).

    Returns:
        From zero to a week; None where nobody says.
    """
    value = headers.get("x-ratelimit-reset", headers.get("ratelimit-reset", "")).strip()[:_DATE_LENGTH]
    number = re.fullmatch(r"\d{1,12}(?:\.\d+)?", value, re.ASCII)
    if number:
        seconds = float(number[0])
        return _bounded(timedelta(seconds=seconds - now.timestamp() if seconds > _UNIX_TIME else seconds))
    try:
        until = datetime.fromisoformat(re.sub(r"\.\d+", "", value).replace("Z", "+00:00"))
        return _bounded(until - now) if until.tzinfo else None
    except ValueError:
        return None


def fresh_for(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Read ``Cache-Control``, ``Expires`` and ``Age``: how long the server asks not to come back.

    Returns:
        From zero (ask whenever you like) to a week; None where it says nothing that can be understood.
    """
    control = dict(_DIRECTIVE.findall(headers.get("cache-control", "").lower()[:1000]))
    if {"no-cache", "no-store"} & control.keys():
        return timedelta(0)
    if control.get("max-age"):
        return _bounded(timedelta(seconds=_number(control["max-age"]) - _number(headers.get("age", ""))))
    expires = _date(headers.get("expires", ""))
    return _bounded(expires - (_date(headers.get("date", "")) or now)) if expires else None


def _number(text: str) -> int:
    found = re.match(r"-?\d+", text.strip(), re.ASCII)
    return int(found[0][:_DIGITS]) if found else 0


def _bounded(span: timedelta) -> timedelta:
    return min(max(span, timedelta(0)), LONGEST)


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text[:_DATE_LENGTH])
        return found.replace(tzinfo=timezone.utc) if found.tzinfo is None else found.astimezone(timezone.utc)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
