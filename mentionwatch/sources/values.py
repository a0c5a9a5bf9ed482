"""JSON as it comes: reading it, finding values in it, and making safe values of them.

Answers of the same API differ from day to day: a list of one is an object, a number is a string, a key is missing, an
error is a web page with status 200.  What cannot be used is None here; only a document that is no JSON at all is an
error.  Used by the adapters for JSON APIs and for review pages.
"""

from __future__ import annotations

import json
import math
import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from mentionwatch.errors import ParseError
from mentionwatch.sources import body as bodies
from mentionwatch.sources.markup import page_title
from mentionwatch.text import clean_or_none, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Longest text that is read of one value, in characters; the rest is cut.
TEXT_CAP = 200_000
#: Longest id; a longer one is none.
ID_CAP = 500
#: Members of one list that a path looks at.
_FAN_OUT = 200
#: SQLite and JSON readers in JavaScript keep whole numbers up to here.
_LARGEST = 2**53
_XSSI = re.compile(r"\s*\)\]\}'[^\n{\[]*")
_MARKUP = re.compile(r"\s*<")
_NUMBER = re.compile(r"[+-]?\d{1,18}(?:[.,]\d{1,18})?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_LIMITED = re.compile(r"(?i)rate.?limit|too many|quota|throttl|limit (?:your )?requests")


def whole_number(digits: str) -> int | str:
    """Read digits as int; a number too long for one stays text."""
    # int() refuses more than 4300 digits and takes long for fewer; as an id, such a number is as good as text.
    return int(digits) if len(digits) < 20 else digits


@lru_cache(maxsize=1)
def decoder() -> json.JSONDecoder:
    """A reader of JSON that lets control characters inside strings pass; NaN and Infinity are null."""
    return json.JSONDecoder(strict=False, parse_int=whole_number, parse_constant=lambda _name: None)


def loads(text: str) -> Any:
    """Read JSON with ``decoder``.

    Raises:
        ValueError: It is none, or nested deeper than can be read; ``json.JSONDecodeError`` where there is a place.
    """
    try:
        return decoder().decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def decode(body: bytes) -> str:
    """Text of a JSON document: UTF-8, or UTF-16 and UTF-32 by their first bytes; broken bytes become U+FFFD."""
    encoding = json.detect_encoding(body)
    # The name that detect_encoding gives for a body with a BOM is one whose codec takes the BOM away.
    return body.decode(encoding, errors="replace")


def inflated(body: bytes, url: str) -> bytes:
    """Undo one gzip that no header told of.

    Raises:
        ParseError: It grows beyond bounds.
    """
    try:
        return bodies.inflate(body)
    except bodies.Hostile as e:
        raise ParseError(f"the document is refused: {e}", url=url) from e


def load_json(body: bytes, url: str) -> Any:
    """Read the body of an answer.

    Raises:
        ParseError: It is no JSON; the message quotes what it is, or says where reading stopped.
    """
    text = decode(inflated(body, url))
    prefix = _XSSI.match(text)
    text = text[prefix.end() :] if prefix else text
    if not text.strip():
        raise ParseError("empty answer", url=url, state="down")
    try:
        return loads(text)
    except json.JSONDecodeError as e:
        found = _before_junk(text) if e.msg == "Extra data" else None
        if found is None:
            raise _no_json(text, e, url) from e
        return found
    except ValueError as e:
        raise ParseError(f"JSON that cannot be read ({e})", url=url, state="not-a-feed") from e


def _before_junk(text: str) -> Any:
    """The object or list at the start of a text; a server's warning or a tracking comment may stand after it."""
    found, _ = decoder().raw_decode(text.lstrip())
    return found if isinstance(found, (dict, list)) else None


def _no_json(text: str, error: json.JSONDecodeError, url: str) -> ParseError:
    if _MARKUP.match(text):
        title = page_title(text[:TEXT_CAP])
        shown = one_line(title or text[:400], 80)
        what = f'a page titled "{shown}"' if title else f'markup ("{shown}")'
        return ParseError(f"not JSON but {what}", url=url, state="not-a-feed")
    if not text.lstrip().startswith(("{", "[")):
        said = one_line(text[:400], 80)
        state = "rate-limited" if _LIMITED.search(said) else "not-a-feed"
        return ParseError(f'not JSON but text: "{said}"', url=url, state=state)
    near = one_line(text[max(0, error.pos - 30) : error.pos + 30], 60)
    reason = f'broken JSON at line {error.lineno}, column {error.colno} ({error.msg}), near "{near}"'
    # It begins as it should: cut off on its way, perhaps, and whole the next time.
    return ParseError(reason, url=url, state="down")


def failure_state(message: str) -> str:
    """State of a source that answered with this error message."""
    return "rate-limited" if _LIMITED.search(message) else "down"


# --- finding ----------------------------------------------------------------------------------------------


@lru_cache(maxsize=1000)
def _alternatives(path: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(way.strip().split(".")) for way in path.split("|") if way.strip())


def _down(value: Any, steps: tuple[str, ...]) -> Iterator[Any]:
    # One list a step: nested lists are not opened, so the depth is the path's and not the document's.
    for member in islice(value, _FAN_OUT) if isinstance(value, list) else (value,):
        if not steps:
            yield member
        elif isinstance(member, dict) and steps[0] in member:
            yield from _down(member[steps[0]], steps[1:])


def find(value: Any, path: str) -> Iterator[Any]:
    """Give all values that a path leads to, the best first; null is none.

    A path is ``key.key``, alternatives divided by ``|``.  A list on the way stands for each of its members, so that
    ``authors.name`` also reads ``{"authors": {"name": …}}``.
    """
    for steps in _alternatives(path):
        yield from (found for found in _down(value, steps) if found is not None)


def container(value: Any, path: str) -> Any:
    """Give what stands at a path as a whole, lists unopened; None when nothing does.  The empty path is the value."""
    if not path:
        return value
    for steps in _alternatives(path):
        here = value
        for step in steps:
            here = here.get(step) if isinstance(here, dict) else None
        if here is not None:
            return here
    return None


def shape(value: Any) -> str:
    """What a JSON value is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else "an object"


# --- making safe values -----------------------------------------------------------------------------------


def as_text(value: Any) -> str | None:
    """A cleaned text of a string or a number; None of anything else and of a blank."""
    if isinstance(value, float) and math.isfinite(value):
        value = str(int(value)) if value.is_integer() and abs(value) < _LARGEST else str(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return clean_or_none(value[:TEXT_CAP]) if isinstance(value, str) else None


def as_number(value: Any) -> float | None:
    """A finite number, also one written as text, with a point or a comma."""
    if isinstance(value, str):
        written = value.strip()
        value = float(written.replace(",", ".")) if _NUMBER.fullmatch(written) else None
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    return float(value) if abs(value) <= _LARGEST else None  # NaN and infinity fail the comparison


def as_language(value: Any) -> str | None:
    """A BCP 47 tag, or None when the value does not look like one."""
    return value.strip().replace("_", "-") if isinstance(value, str) and _LANGUAGE.fullmatch(value.strip()) else None


def as_country(value: Any) -> str | None:
    """An ISO 3166-1 alpha-2 code in upper case, or None when the value does not look like one."""
    return value.strip().upper() if isinstance(value, str) and _COUNTRY.fullmatch(value.strip()) else None


def stars(value: float | None, *, worst: float | None = None, best: float | None = None) -> float | None:
    """Bring a rating to 1 to 5 stars: ``1 + 4 * (value - worst) / (best - worst)``, to two decimals.

    Without bounds, or with bounds that make no scale (some sites give the value itself as both), the scale is
    schema.org's default, 1 to 5.  A missing ``worst`` is 1, or 0 where the value is below 1 on a scale above 5 (0 of
    10 is a grade; 0 of 5 is how sites write "not rated").

    Returns:
        Stars, or None when the value lies outside of its scale.
    """
    if value is None:
        return None
    best = 5.0 if best is None else best
    if worst is None:
        worst = 0.0 if value < 1 and best > 5 else 1.0
    if worst >= best:
        worst, best = 1.0, max(best, 5.0)
    if not worst <= value <= best:
        return None
    return round(1 + 4 * (value - worst) / (best - worst), 2)
