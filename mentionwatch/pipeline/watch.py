"""Polling in a loop, and what there is to see between two polls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from mentionwatch.alerts import SOURCE
from mentionwatch.errors import Locked, MentionwatchError, StoreError
from mentionwatch.model import SEVERITIES
from mentionwatch.output.watch import SourceLine, Watching
from mentionwatch.pipeline.status import source_rows
from mentionwatch.schedule import is_time
from mentionwatch.store import Filter, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from mentionwatch.pipeline.poll import PollReport
    from mentionwatch.settings import Config

#: Where no source says how often it is asked.
USUAL = timedelta(hours=1)
#: Whoever else polls is done soon.
AFTER_LOCK = timedelta(seconds=30)
#: What is due is looked for so often, in seconds: what sleeps may wake meanwhile, and the clock may be set.
_LOOK_S = 1.0
_MOST_MENTIONS = 50


@dataclass(frozen=True)
class Round:
    """One poll of the loop, and when the next one is."""

    started: datetime
    next_at: datetime
    #: None where it failed.
    report: PollReport | None
    error: MentionwatchError | None = None


def shortest_every(config: Config) -> timedelta:
    """How often a poll finds something due."""
    return min((source.every for source in config.sources), default=USUAL)


def rounds(
    poll_once: Callable[[datetime], PollReport],
    *,
    every: Callable[[], timedelta],
    clock: Callable[[], datetime],
    pause: Callable[[datetime, timedelta], None],
) -> Iterator[Round]:
    """Poll, and poll again, until somebody stops it.

    What fails at first is a mistake that has to be seen to; what fails later may pass, and is tried again.

    Args:
        poll_once: Polls, at the time given.
        every: How far the beginnings of two polls are apart; asked after each.
        clock: The present.
        pause: Waits until a time; see ``wait``.

    Yields:
        What came of each poll, before waiting for the next.

    Raises:
        MentionwatchError: The first poll failed, and not because another one was running.
    """
    first = True
    while True:
        started = clock()
        report, error = None, None
        try:
            report = poll_once(started)
        except MentionwatchError as e:
            if first and not isinstance(e, Locked):
                raise
            error = e
        span = min(every(), AFTER_LOCK) if isinstance(error, Locked) else every()
        yield Round(started, started + span, report, error)
        pause(started + span, span)
        first = False


def wait(due: datetime, every: timedelta, *, clock: Callable[[], datetime], sleep: Callable[[float], None]) -> None:
    """Wait for a time by the clock on the wall, which goes on while a computer sleeps, and may be set."""
    while not is_time(due, every, now := clock()):
        sleep(min(_LOOK_S, max(0.0, (due - now).total_seconds())))


def look(config: Config, *, now: datetime) -> Watching:
    """What the store knows now; a store that is not there yet, or cannot be read, knows nothing."""
    from mentionwatch.config import default_store_url

    try:
        with Store(config.store.url or default_store_url()) as store:
            rows = source_rows(config, store, now=now)
            live = store.alerts(live=True)
            watched = {brand.name for brand in config.brands}
            ours = [alert for alert in live if alert.kind != SOURCE and alert.brand in watched]
            return Watching(
                tuple(
                    SourceLine(row.name, row.state, row.next_poll, row.waits or row.reason, row.since) for row in rows
                ),
                tuple(sorted(ours, key=lambda alert: -SEVERITIES.index(alert.severity))),
                tuple(store.mentions(Filter(noise=False), limit=_MOST_MENTIONS)),
                sum(alert.kind == SOURCE for alert in live),
            )
    except StoreError:
        return Watching(tuple(SourceLine(source.name, "new") for source in config.sources))


class Reloading:
    """A configuration that is read again when its file has changed; one with mistakes changes nothing."""

    def __init__(self, load: Callable[[], Config]) -> None:
        """Load it.

        Raises:
            ConfigError: It has mistakes.
        """
        self._load = load
        self.config = load()
        self._stamp = _stamp(self.config.path)

    def again(self) -> MentionwatchError | None:
        """Look whether it has changed; what is wrong with it, where something is."""
        stamp = _stamp(self.config.path)
        if stamp == self._stamp:
            return None
        try:
            self.config = self._load()
        except MentionwatchError as e:
            # It is looked at again the next time: its secrets may be what is missing.
            return e
        self._stamp = stamp
        return None


def _stamp(path: Path | None) -> tuple[int, ...]:
    if path is None:
        return ()
    try:
        found = path.stat()
    except OSError:
        return (0,)
    return (found.st_mtime_ns, found.st_size, found.st_ino)
