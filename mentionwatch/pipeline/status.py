"""How the configured sources do: what ``sources status`` shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mentionwatch.model import DOWN_STATES
from mentionwatch.pipeline.take import place_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mentionwatch.model import Redirect
    from mentionwatch.settings import Config
    from mentionwatch.store import Store


@dataclass(frozen=True)
class SourceRow:
    """One source; what is None is not known."""

    name: str
    #: A health state, or "new": never asked.
    state: str
    #: Its URL without secrets, or its preset.
    place: str
    reason: str | None = None
    #: Since when the state holds.
    since: datetime | None = None
    fails: int = 0
    last_polled: datetime | None = None
    #: When it last gave all that it was asked for: the age of its data.
    last_success: datetime | None = None
    #: None: at the next poll.
    next_poll: datetime | None = None
    newest: datetime | None = None
    entries: int | None = None
    seconds: float | None = None
    redirects: tuple[Redirect, ...] = ()
    #: Seconds since `last_success`.
    data_age_s: float | None = None
    #: It was due and not asked: why.
    waits: str | None = None

    def record(self) -> dict[str, object]:
        """As JSON; times in UTC."""
        times = ("since", "last_polled", "last_success", "next_poll", "newest")
        found: dict[str, object] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        found |= {name: _iso(getattr(self, name)) for name in times}
        return found | {"redirects": [{"status": step.status, "url": step.url} for step in self.redirects]}


def source_rows(config: Config, store: Store, *, now: datetime) -> list[SourceRow]:
    """Every configured source with what is known of it, in the order of the configuration."""
    statuses, waits = store.statuses(), store.waits()
    rows = []
    for source in config.sources:
        place = place_of(source)
        status = statuses.get(source.name)
        until, why = waits.get(source.name, (None, None))
        if status is None:
            reason = None if why else "never asked; run mentionwatch poll"
            rows.append(SourceRow(source.name, "new", place, reason, next_poll=until, waits=why))
            continue
        success = status.last_success
        rows.append(
            SourceRow(
                status.name,
                status.state,
                status.place,
                status.reason,
                status.since,
                status.fails,
                status.last_polled,
                success,
                until or status.next_poll,
                status.newest,
                status.entries,
                status.seconds,
                status.redirects,
                max(0.0, (now - success).total_seconds()) if success else None,
                why,
            )
        )
    return rows


def status_code(rows: Sequence[SourceRow]) -> int:
    """4 when the last poll of every source failed, 3 while one is down."""
    if rows and all(row.fails for row in rows):
        return 4
    return 3 if any(row.state in DOWN_STATES for row in rows) else 0


def _iso(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
