"""The demo: three weeks of polls over real HTTP on this machine, with a clock that is passed in."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from mentionwatch.config import parse_config
from mentionwatch.demo import demo_config
from mentionwatch.demo.server import DemoServer
from mentionwatch.demo.world import LENGTH, OUTAGE, STORM
from mentionwatch.fetch import Fetcher
from mentionwatch.match import compile_query
from mentionwatch.pipeline.poll import Poller
from mentionwatch.pipeline.tell import tell
from mentionwatch.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from mentionwatch.deliver.base import Channel
    from mentionwatch.model import Mention, Notice
    from mentionwatch.settings import Config

#: Polls are this far apart while nothing happens; while a source is down; and from some hours before the firestorm.
CALM, NEAR, CLOSE = timedelta(hours=12), timedelta(hours=3), timedelta(hours=1)


@dataclass(frozen=True)
class DemoReport:
    """What three weeks brought."""

    #: Newest first.
    mentions: tuple[Mention, ...]
    notices: tuple[Notice, ...]
    #: Trouble of sources, as it was told, with its time.
    trouble: tuple[tuple[datetime, str], ...]
    polls: int


def run_demo(
    folder: Path, *, end: datetime, channel: Channel, progress: Callable[[datetime], None] = lambda _now: None
) -> DemoReport:
    """Serve the demo's sources, and poll them as if over three weeks.

    Args:
        folder: Where the store and the configuration are written.
        end: The last moment of the three weeks.
        channel: Tells the alerts.
        progress: Called with the time of each poll.
    """
    start = end - LENGTH
    with DemoServer(start) as server:
        text = demo_config(server.base_url, f"sqlite:///{(folder / 'demo.db').as_posix()}")
        (folder / "mentionwatch.toml").write_text(text, "utf-8")
        config = parse_config(text, "mentionwatch.toml", compile_query)
        with Store(config.store.url or "", create=True, durable=False) as store:
            return asyncio.run(_live(config, store, server, channel, progress))


async def _live(
    config: Config, store: Store, server: DemoServer, channel: Channel, progress: Callable[[datetime], None]
) -> DemoReport:
    # Nothing leaves this machine, so no proxy is asked either.
    fetcher = Fetcher(config.fetch, trust_env=False)
    notices: list[Notice] = []
    trouble: list[tuple[datetime, str]] = []
    polls = 0
    try:
        poller = Poller(config, store, fetcher)
        for moment in poll_times(server.start):
            server.now = moment
            report = await poller.poll(moment)
            notices += tell(store, channel, now=moment)
            trouble += [(moment, str(change)) for change in report.changes]
            polls += 1
            progress(moment)
    finally:
        await fetcher.close()
    return DemoReport(tuple(store.mentions()), tuple(notices), tuple(trouble), polls)


def poll_times(start: datetime) -> Iterator[datetime]:
    """When the demo polls: now and then while all is calm, every hour around the firestorm."""
    moment, end = start, start + LENGTH
    while moment < end:
        yield moment
        if moment + CALM >= end - STORM - timedelta(hours=6):
            moment += CLOSE
        else:
            moment += NEAR if OUTAGE[0] - CALM <= moment - start < OUTAGE[1] + NEAR else CALM
    yield end
