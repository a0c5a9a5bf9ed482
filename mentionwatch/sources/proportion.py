"""Markup that is out of all proportion, told by its signs before it is parsed."""

from __future__ import annotations

import re

_MAX_TAGS = 5_000
_MAX_DEPTH = 200
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{5000}[^<>]*")
_OPEN_OR_CLOSE = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
_FORMATS = frozenset(("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"))
#: End tags beyond the start tags there are.
_MOST_STRAY_ENDS = 1_000


def is_absurd(html: str, most: int = _MAX_TAGS) -> bool:
    """Whether parsing it could take more than some tens of milliseconds (for a whole page, some hundreds)."""
    tags = html.count("<")
    # End tags without a start: with attributes in them, 30,000 took the parser to 1.4 GB.
    if html.count("</") > tags / 2 + _MOST_STRAY_ENDS:
        return True
    if tags > most or any(len(m[0].split()) > 500 for m in _LONG_TAG.finditer(html)):
        return True
    return tags > _MAX_DEPTH and _depth(html) > _MAX_DEPTH


def _depth(html: str) -> int:
    """How deep elements are nested at most, as if only the void ones needed no end tag.

    Formatting elements are counted apart: they stay open, and are opened anew in each block, until their own end tag.
    """
    depth = formats = deepest = 0
    for closing, given in _OPEN_OR_CLOSE.findall(html):
        name = given.lower()
        step = -1 if closing else name not in _VOID
        depth = max(0, depth + step)
        if name in _FORMATS:
            formats = max(0, formats + step)
        deepest = max(deepest, depth, formats)
    return deepest
