"""Other configurations that poll into the same store: what is theirs is left to them.

Two configurations without ``[store] url`` share the store of the user's data folder.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mentionwatch.store.users import User

if TYPE_CHECKING:
    from mentionwatch.settings import Config
    from mentionwatch.store import Store


class Neighbours(NamedTuple):
    """What other configurations of the store watch, and how long things are kept that all of them share."""

    brands: frozenset[str]
    sources: frozenset[str]
    keep: timedelta
    keep_entries: timedelta


def meet_neighbours(config: Config, store: Store) -> Neighbours:
    """Leave word in the store of what this configuration watches, and learn what the others do.

    A configuration whose file is gone is nobody's any more.  The longest time to keep holds for all.
    """
    own = str(config.path.resolve()) if config.path else ""
    known = store.users()
    others = {path: user for path, user in known.items() if path not in {own, ""} and Path(path).exists()}
    keep, keep_entries = config.store.keep, config.store.keep_entries
    ourselves = User(
        frozenset(brand.name for brand in config.brands),
        frozenset(source.name for source in config.sources),
        keep.total_seconds(),
        keep_entries.total_seconds(),
    )
    users = {**others, own: ourselves}
    if users != known:
        store.record_users(users)
    return Neighbours(
        brands=frozenset().union(*(user.brands for user in others.values())),
        sources=frozenset().union(*(user.sources for user in others.values())),
        keep=max([keep, *(timedelta(seconds=user.keep_s) for user in others.values())]),
        keep_entries=max([keep_entries, *(timedelta(seconds=user.keep_entries_s) for user in others.values())]),
    )
