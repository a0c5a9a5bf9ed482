"""The demo: three weeks of polls over real HTTP on this machine, with a clock that is passed in."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from mentionwatch.config import parse_config
from mentionwatch.demo import demo_config
from mentionwatch.demo.server import DemoServer
from mentionwatch.demo.world import LENGTH, OUTAGE, STORM
from mentionwatch.fetch import Fetcher
from mentionwatch.match import compile_query
from mentionwatch.parsing.pool import Parser
from mentionwatch.pipeline.outbox import deliver
from mentionwatch.pipeline.poll import Poller
from mentionwatch.pipeline.running import run as run_to_end
from mentionwatch.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from mentionwatch.deliver.base import Channel
    from mentionwatch.model import Mention, Notice
    from mentionwatch.settings import Config

#: What the demo writes, beside the CSV.
STORE, CONFIG = "demo.db", "mentionwatch.toml"
_BASE_URL = re.compile(r"http://127\.0\.0\.1:\d+")
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


def holds_demo(folder: Path) -> bool:
    """Whether a folder holds an earlier demo: its store, and its configuration, unchanged but for the port."""
    try:
        text = (folder / CONFIG).read_text("utf-8")
        base = _BASE_URL.search(text)
        return base is not None and text == _config_text(base[0]) and os.path.lexists(folder / STORE)
    except (OSError, UnicodeDecodeError):
        return False


def _config_text(base_url: str) -> str:
    # Relative to the configuration, so that the folder can be moved.
    return demo_config(base_url, f"sqlite:///{STORE}")


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
        text = _config_text(server.base_url)
        (folder / CONFIG).write_text(text, "utf-8")
        config = parse_config(text, CONFIG, compile_query)
        with Store(f"sqlite:///{(folder / STORE).as_posix()}", create=True, durable=False) as store:
            return run_to_end(_live(config, store, server, channel, progress))


async def _live(
    config: Config, store: Store, server: DemoServer, channel: Channel, progress: Callable[[datetime], None]
) -> DemoReport:
    # Nothing leaves this machine, so no proxy is asked either.
    fetcher = Fetcher(config.fetch, trust_env=False)
    notices: list[Notice] = []
    trouble: list[tuple[datetime, str]] = []
    polls = 0
    try:
        # Its documents are our own, and there are hundreds of them.
        poller = Poller(config, store, fetcher, Parser(workers=0))
        for moment in poll_times(server.start):
            server.now = moment
            report = await poller.poll(moment)
            delivery = deliver(config, store, [channel], now=moment)
            notices += [told.notice for message in delivery.sent for told in message.told]
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
