"""Opening the configured store for reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mentionwatch.settings import Config
    from mentionwatch.store import Store


def open_store(config: Config | None) -> Store:
    """Open the store that a configuration names.

    Raises:
        StoreError: There is none yet, or it cannot be opened.
    """
    from mentionwatch.config import default_store_url
    from mentionwatch.store import Store

    return Store((config.store.url if config else None) or default_store_url())
