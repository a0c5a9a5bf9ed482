"""Ratings as review pages write them, made stars: numbers, fractions, percentages, and rows of stars."""

from __future__ import annotations

import re
from typing import Any

from mentionwatch.sources import values
from mentionwatch.sources.markup import plain_title

# What Google reads too ("4", "6 / 10", "60%"), and what stands in a page for people ("Rated 4,5 out of 5 stars").
_GRADE = re.compile(
    r"\D{0,20}?(?P<value>\d{1,4}(?:[.,]\d{1,9})?)\s*"
    r"(?:(?P<percent>%)|(?:/|out of|of|von|van|sur|de|su|av|af|из)\s*(?P<best>\d{1,3}))?\D{0,20}",
    re.IGNORECASE,
)
_ROW_OF_STARS = re.compile(r"[★☆⭐\s]{1,40}")
# "1,234" and "1.234" reviews are more than one.
_COUNT = re.compile(r"\D{0,20}?(\d{1,3}(?:[.,'’\s]\d{3})+|\d{1,15})(?![\d.,])\D{0,40}")


def stars(rating: Any) -> float | None:
    """Stars of a Rating object, of a list of them, or of a bare number or text; see ``values.stars`` for the scale.

    In a list, a rating of the whole goes before one of an aspect ("reviewAspect").
    """
    if isinstance(rating, list):
        whole_first = sorted(rating[:20], key=lambda one: isinstance(one, dict) and "reviewAspect" in one)
        return next((found for one in whole_first if not isinstance(one, list) and (found := stars(one))), None)
    if not isinstance(rating, dict):
        return _read(rating, None, None)
    worst, best = (values.as_number(_told(rating, name)) for name in ("worstRating", "bestRating"))
    return _read(_told(rating, "ratingValue"), worst, best)


def count(rating: dict[str, Any]) -> int | None:
    """How many ratings an average is made of."""
    for told in values.find(rating, "ratingCount|reviewCount"):
        found = _COUNT.fullmatch(_plain(told)) if isinstance(told, str) else None
        number = values.as_number(re.sub(r"\D", "", found[1]) if found else told)
        if number is not None and number >= 0:
            return int(number)
    return None


def _told(rating: dict[str, Any], name: str) -> Any:
    """A property, without the markup that it has in microdata; the first where it stands several times."""
    told = next(values.find(rating, name), None)
    return _plain(told) if isinstance(told, str) else told


def _plain(written: str) -> str:
    return (plain_title(written) or "") if "<" in written else written.strip()


def _read(written: Any, worst: float | None, best: float | None) -> float | None:
    number = values.as_number(written)
    if number is not None or not isinstance(written, str):
        return values.stars(number, worst=worst, best=best)
    text = _plain(written)
    if "★" in text or "⭐" in text:
        return _from_row(text)
    found = _GRADE.fullmatch(text)
    if found is None:
        return None
    if found["percent"]:
        worst, best = 0.0, 100.0
    elif found["best"]:
        best = float(found["best"])
    return values.stars(values.as_number(found["value"]), worst=worst, best=best)


def _from_row(text: str) -> float | None:
    if not _ROW_OF_STARS.fullmatch(text):
        return None
    full = text.count("★") + text.count("⭐")
    # Those that are not given are often left out.
    return values.stars(float(full), worst=1.0, best=float(max(5, full + text.count("☆"))))
