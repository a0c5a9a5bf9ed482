"""Which configurations poll into this store: in ``meta``, as JSON by the configuration's path."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from mentionwatch.store import schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

_KEY = "configurations"
_MOST = 100


class User(NamedTuple):
    """What a configuration has said of itself at its last poll."""

    brands: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    #: Seconds that mentions, and entries without one, are to be kept.
    keep_s: float = 0.0
    keep_entries_s: float = 0.0


def read(connection: Connection) -> dict[str, User]:
    """Who has polled; nobody where it was not written, or is damaged."""
    meta = schema.meta.c
    text = connection.execute(select(meta.value).where(meta.key == _KEY)).scalar()
    try:
        found = json.loads(text) if text else {}
        return {
            str(path): User(
                frozenset(map(str, said["brands"])),
                frozenset(map(str, said["sources"])),
                float(said["keep"]),
                float(said["keep_entries"]),
            )
            for path, said in found.items()
        }
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def write(connection: Connection, users: Mapping[str, User]) -> None:
    """Write who polls."""
    said = {
        path: {
            "brands": sorted(user.brands),
            "sources": sorted(user.sources),
            "keep": user.keep_s,
            "keep_entries": user.keep_entries_s,
        }
        for path, user in list(users.items())[-_MOST:]
    }
    row = {"key": _KEY, "value": json.dumps(said, ensure_ascii=False)}
    connection.execute(insert(schema.meta).values(row).on_conflict_do_update(index_elements=["key"], set_=row))
