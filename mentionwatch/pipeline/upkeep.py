"""What is done to a store by hand: bring it up to date, copy it, delete from it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from mentionwatch.errors import StoreError
from mentionwatch.lock import poll_lock
from mentionwatch.match.voices import author_keys, own_keys
from mentionwatch.store import Store, store_path
from mentionwatch.store.backup import back_up, empty_wal
from mentionwatch.store.opening import version_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from mentionwatch.settings import Config
    from mentionwatch.store.backup import Backup
    from mentionwatch.store.salvage import Salvaged
    from mentionwatch.store.upkeep import Author, Deleted


@dataclass(frozen=True)
class Upgraded:
    """A store that is up to date."""

    path: Path
    before: int
    after: int
    #: The store as it was; None: it was up to date.
    backup: Path | None = None


def file_of(config: Config | None) -> Path:
    """The file of the store that is configured, whether it is there or not.

    Raises:
        StoreError: It is in memory only, or none.
    """
    path = store_path(url_of(config))
    if path is None:
        raise StoreError("the store is in memory only, and there is nothing to be done to it; see [store] url")
    return path


def url_of(config: Config | None) -> str:
    """The configured store, else the one of who has configured none."""
    from mentionwatch.config import default_store_url

    return (config.store.url if config else None) or default_store_url()


def copy_store(config: Config | None, target: Path, *, force: bool = False) -> Backup:
    """See ``store.backup.back_up``."""
    return back_up(file_of(config), target, force=force)


def recover(config: Config | None, target: Path, *, force: bool = False) -> Salvaged:
    """See ``store.salvage.salvage``."""
    from mentionwatch.store.salvage import salvage

    return salvage(file_of(config), target, force=force)


def upgrade(config: Config | None, *, now: datetime, wait_s: float = 0.0) -> Upgraded:
    """Bring a store up to date, after a copy of it as it is was put beside it.

    Raises:
        Locked: A poll is running.
        StoreError: It cannot be opened, or is newer than this program; it is as it was.
        OutputError: There is no room for the copy; nothing was changed.
    """
    from mentionwatch.store.schema import SCHEMA_VERSION

    path = file_of(config)
    before = _version(path)
    if before == SCHEMA_VERSION:
        return Upgraded(path, before, before)
    with poll_lock(path, now=now, wait_s=wait_s):
        before = _version(path)
        saved = back_up(path, _free_name(path, before)).path
        Store(url_of(config)).close()
    return Upgraded(path, before, version_of(path), saved)


def _version(path: Path) -> int:
    version = version_of(path)
    if not version:
        raise StoreError(f"there is no store at {path} yet; run mentionwatch poll first")
    return version


def _free_name(path: Path, version: int) -> Path:
    names = (f"{path.name}.schema-{version}{f'-{n}' if n > 1 else ''}.backup" for n in count(1))
    return next(one for one in map(path.with_name, names) if not one.exists())


@contextmanager
def _alone(config: Config | None, now: datetime, wait_s: float) -> Iterator[Store]:
    """The store, while no poll runs: what one has read before it would write back after."""
    path = file_of(config)
    _version(path)
    with poll_lock(path, now=now, wait_s=wait_s), Store(url_of(config)) as store:
        yield store


def prune(
    config: Config | None, before: datetime, *, now: datetime, dry_run: bool = False, wait_s: float = 0.0
) -> Deleted:
    """Delete mentions of before this time and what hangs on them, and entries that had none since.

    Raises:
        Locked: A poll is running.
        StoreError: The store cannot be opened or written.
    """
    with _alone(config, now, wait_s) as store:
        return store.upkeep.prune(lambda: store.prune(before, unmatched_before=before), dry_run=dry_run)


def authors_named(config: Config | None, name: str, source: str | None = None) -> list[Author]:
    """Authors that are the same as `name`, as ``ignore_authors`` has it: whatever case, ``u/ann`` for ``ann``.

    Raises:
        StoreError: The store cannot be opened or read.
    """
    wanted = own_keys(name)
    with Store(url_of(config)) as store:
        return [author for author in store.upkeep.authors(source) if wanted & author_keys(author.name)]


def forget(
    config: Config | None, authors: Sequence[Author], *, now: datetime, dry_run: bool = False, wait_s: float = 0.0
) -> tuple[Deleted, bool]:
    """Delete all that these authors wrote, with what rests on it.

    Returns:
        How much of what, and whether nothing of it is left beside the store either: another program that reads holds
        the -wal open.

    Raises:
        Locked: A poll is running.
        StoreError: The store cannot be opened or written.
    """
    with _alone(config, now, wait_s) as store:
        deleted = store.upkeep.forget(authors, dry_run=dry_run)
    return deleted, dry_run or empty_wal(file_of(config))


def is_ignored(config: Config | None, name: str) -> bool:
    """Whether no brand takes what this author writes, so that it does not come again."""
    if config is None:
        return False
    for_all = (*config.own_authors, *config.ignore_authors)
    lists = [(*for_all, *brand.own_authors, *brand.ignore_authors) for brand in config.brands] or [for_all]
    wanted = author_keys(name)
    return all(any(own_keys(one) & wanted for one in names) for names in lists)
