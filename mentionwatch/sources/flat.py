"""Records as paths: what stands in objects within objects, each by the names that lead to it."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Any

from mentionwatch.sources.columns import TRANSPARENT, column

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

#: Columns of one object that are looked at.
MAX_COLUMNS = 500
_MAX_DEPTH, _MAX_VALUES = 5, 2_000


def flatten(record: dict[str, Any], *, empty: bool = False) -> dict[str, Any]:
    """The values of a record by their paths, those that are empty only if asked for; the first member of a list."""
    flat: dict[str, Any] = {}
    waiting: deque[tuple[str, Any, int]] = deque([("", record, 0)])
    for _ in range(_MAX_VALUES):
        if not waiting:
            break
        path, value, depth = waiting.popleft()
        if isinstance(value, list):
            value = value[0] if value else None
        if not isinstance(value, dict):
            if empty or (value is not None and value != ""):
                flat.setdefault(path, value)
            continue
        for key in islice(value, MAX_COLUMNS) if depth < _MAX_DEPTH else ():
            name, inner = column(str(key)), value[key]
            wraps = name in TRANSPARENT and isinstance(inner, dict)
            waiting.append((path if wraps else f"{path}.{name}" if path else name, inner, depth + 1))
    return flat


def has_any(record: Any, paths: Collection[str]) -> bool:
    """Whether a record has a value at one of these paths, or nothing where the way to one begins."""
    if not isinstance(record, dict):
        return False
    found = flatten(record, empty=True)
    return any(path in found or any(found.get(part, "") is None for part in _parents(path)) for path in paths)


def _parents(path: str) -> Iterator[str]:
    parts = path.split(".")
    return (".".join(parts[:n]) for n in range(1, len(parts)))
