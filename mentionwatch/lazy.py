"""Packages that import their modules when a name of theirs is first asked for (PEP 562).

A package with many names in front of many modules costs who needs one of them all of them: a frozen dataclass takes a
third of a millisecond to make.  Imports nothing of ours.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def lazily(package: str, homes: Mapping[str, Iterable[str]]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Make a package's ``__getattr__`` and its ``__dir__``.

    Args:
        package: Its ``__name__``.
        homes: Full name of a module -> the names that are to be found in it.
    """
    where = {name: module for module, names in homes.items() for name in names}

    def find(name: str) -> Any:
        if name not in where:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        import importlib

        found = getattr(importlib.import_module(where[name]), name)
        setattr(sys.modules[package], name, found)
        return found

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *where})

    return find, names
