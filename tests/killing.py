"""A polling process to be killed, and what is compared after: for ``test_kill.py`` and ``bench/kill.py``.

The world is a server with three sources and a store that has been polled for eight days; the poll that is killed is the
one in which a firestorm comes in: it stores mentions, opens alerts, records what is told, and tells it.

As a program, ``python -m tests.killing CONFIG TIME``, it is that poll; it prints "ready" when it begins.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

from mentionwatch import load_config
from mentionwatch.fetch import Fetcher
from mentionwatch.parsing.pool import Parser
from mentionwatch.pipeline.api import poll
from mentionwatch.pipeline.outbox import deliver, open_channels
from mentionwatch.pipeline.poll import Poller
from mentionwatch.store import Store
from tests.feeds import json_feed, rss
from tests.servers import Answer

NOW = datetime(2026, 11, 10, 12, 5, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
#: What is the same in the end, whatever was killed; how often things were tried, and how long they took, is not.
TABLES = {
    "entries": "*", "mentions": "*", "marks": "*", "brands": "*", "alerts": "*", "outages": "*", "watches": "*",
    "documents": "*", "heads": "entry, story, first, last", "names": "*", "unmatched": "*", "entry_words": "entry",
    "looks": "*", "applied": "*", "sources": "name, place, last_polled, last_success, state, newest, entries",
    "notices": "id, alert, kind, channel, created, snapshot, sent IS NULL", "tellings": "channel, mention",
}  # fmt: skip


class World:
    """A folder with a configuration, and a store that was polled for eight days.

    With `webhook` the server is told too, under ``/hook/`` and the name of the copy.
    """

    def __init__(self, folder, server, *, webhook=False):
        self._webhook = webhook
        self.folder = Path(folder)
        self._server = server
        sources = "".join(
            f'[[sources]]\nname = "{name}"\nurl = "{server.url(path)}"\nevery = "15m"\nfail_after = 1\n'
            for name, path in (("forum", "/feed.xml"), ("club", "/feed.json"), ("shop", "/shop.xml"))
        )
        self._text = (
            '[store]\nurl = "sqlite:///m.db"\n[fetch]\nspacing = "0s"\n'
            f'[[brands]]\nname = "Acme"\nmatch = ["acme"]\n{sources}'
            '[[notify]]\nvia = "file"\nname = "file"\npath = "told.jsonl"\n'
            '[[notify]]\nvia = "file"\nname = "each"\npath = "each.jsonl"\neach = "tone:negative"\n'
        )
        self.config = self._write(self.folder)
        self._live()

    def _write(self, folder):
        folder.mkdir(exist_ok=True)
        path = folder / "mentionwatch.toml"
        text = self._text
        if self._webhook:
            hook = f"/hook/{folder.name}"
            self._server.routes[hook] = Answer(b"", status=204)
            text += f'[[notify]]\nvia = "webhook"\nname = "hook"\nurl = "{self._server.url(hook)}"\n'
        path.write_text(text, "utf-8")
        return path

    def hooked(self, name):
        """What a copy's webhook was told: key, notices, mentions; as ``told``."""
        with_bodies = zip(
            [path for path, headers in self._server.requests if "idempotency-key" in headers],
            [body for body in self._server.sent if body],
            strict=True,
        )
        return [_line(json.loads(body)) for path, body in with_bodies if path == f"/hook/{name}"]

    def copy(self, name):
        """Another folder in the same state; its configuration."""
        folder = self.folder / name
        path = self._write(folder)
        shutil.copy(self.folder / "m.db", folder / "m.db")
        return path

    def _live(self):
        """Poll for eight days of everyday, and let the firestorm begin."""
        config = load_config(self.config)
        items = []

        async def run(store):
            poller = Poller(config, store, fetcher := Fetcher(config.fetch), parser := Parser(workers=0))
            try:
                for hours in range(-8 * 24, 0, 6):
                    now = NOW + hours * HOUR
                    text = f"Acme is {'terrible' if hours % 24 == 0 else 'lovely'} today, {_words(hours)}"
                    items.append((f"o{hours}", f"Post {_words(hours + 5000)}", text, f"author{hours}", now - HOUR / 3))
                    self._serve(items, now)
                    await poller.poll(now)
            finally:
                await fetcher.close()
                await parser.close()

        with Store(f"sqlite:///{(self.folder / 'm.db').as_posix()}", create=True) as store:
            asyncio.run(run(store))
        for n in range(24):
            text = f"Awful, useless Acme: {_words(n)}"
            items.append((f"s{n}", f"Broken: {_words(n + 100)}", text, f"angry{n}", NOW - (n % 5 + 1) * HOUR / 2))
        self._serve(items, NOW)
        self._server.routes["/shop.xml"] = Answer(status=410)

    def _serve(self, items, now):
        self._server.routes["/feed.xml"] = Answer(rss(items[-60:]))
        self._server.routes["/shop.xml"] = Answer(rss([("x", "Nothing", "nothing of the kind", "nobody", now)]))
        # No copies among them: which of two is the first depends on which source answers first.
        club = [
            (f"c{guid}", f"Club: {_words(n + 200)}", f"Terrible, broken Acme: {_words(n + 300)}", f"c{author}", at)
            for n, (guid, _head, _text, author, at) in list(enumerate(items))[-10:]
            if guid.startswith("s")
        ]
        self._server.routes["/feed.json"] = Answer(json_feed(club))


def _words(seed):
    """A text that is like no other."""
    chance = random.Random(seed)
    return " ".join("".join(chance.choices("abcdefghilmnoprstuv", k=7)) for _ in range(12))


def finish(config, *, since=NOW):
    """The same poll again, and one more: what a crash left undone is done by then."""
    for now in (since, since + HOUR / 4):
        run(config, now)


def run(config, now):
    """One poll."""
    settings = load_config(config)
    return poll(settings, channels=open_channels(settings), now=now, every_source=True)


def run_here(config, now):
    """The same without processes of its own, which cost more than all the rest."""
    settings = load_config(config)

    async def go(store):
        poller = Poller(settings, store, fetcher := Fetcher(settings.fetch), parser := Parser(workers=0))
        try:
            await poller.poll(now, every_source=True)
        finally:
            await fetcher.close()
            await parser.close()

    with Store(f"sqlite:///{(Path(config).parent / 'm.db').as_posix()}") as store:
        asyncio.run(go(store))
        deliver(settings, store, open_channels(settings), now=now)


def contents(config):
    """What a store holds: by table, its rows and how often each is there."""
    with closing(sqlite3.connect(Path(config).parent / "m.db")) as raw:
        return {table: Counter(raw.execute(f"SELECT {columns} FROM {table}")) for table, columns in TABLES.items()}


def told(config, name):
    """What a channel was told, line by line: key, notices, mentions."""
    path = Path(config).parent / name
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [_line(json.loads(line)) for line in lines]


def _line(record):
    return record["id"], tuple(a["notice_id"] for a in record["alerts"]), tuple(m["id"] for m in record["mentions"])


def _first(rows):
    return f"{len(rows)} more, such as {next(iter(rows), None)}"[:600]


def differences(config, reference):
    """What is other than in a store that was never killed, as sentences; and how many messages were repeated."""
    mine, theirs = contents(config), contents(reference)
    found = [
        f"{table}: {_first(mine[table] - theirs[table])} / {_first(theirs[table] - mine[table])}"
        for table in TABLES
        if mine[table] != theirs[table]
    ]
    repeated = 0
    for name in ("told.jsonl", "each.jsonl"):
        wrong, again = compare(told(config, name), told(reference, name))
        found += [f"{name}: {what}" for what in wrong]
        repeated += again
    return found, repeated


def compare(lines, wanted):
    """What a channel was told that is other than what it should have been, and how many messages were repeated."""
    found = []
    if len({key for key, *_ in lines}) != len(set(lines)):
        found.append("one key, two messages")
    for part in (1, 2):
        mine = Counter(id_ for line in set(lines) for id_ in line[part])
        if mine != Counter(id_ for line in set(wanted) for id_ in line[part]):
            found.append(f"told {dict(mine)}"[:600])
    return found, len(lines) - len(set(lines))


def die_after(events):
    """Kill this process after so many statements to the store, before or after one of them."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    left = [events]

    def count(*_args):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(Engine, moment, count)
    return left


def forked(work, *args):
    """Do something in a fork of this process; whether it came to its end."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work(*args)
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] == 0


def main():
    """One poll."""
    config, at = sys.argv[1], datetime.fromisoformat(sys.argv[2])
    print("ready", flush=True)  # noqa: T201 - it is asked for it
    run(config, at)


def points():
    """Kill a fork of this process at each point that is named, and let another one go on from there.

    Arguments: a folder of a world, and names of its copies, which are numbers of statements.
    """
    folder = Path(sys.argv[1])
    # What is loaded once is loaded here, and not in each fork.
    run_here(folder / "warm" / "mentionwatch.toml", NOW)
    for argument in sys.argv[2:]:
        config = folder / argument / "mentionwatch.toml"

        def dying(config=config, events=int(argument)):
            die_after(events)
            run_here(config, NOW)

        died = not forked(dying)
        whole = forked(lambda config=config: [run_here(config, now) for now in (NOW, NOW + HOUR / 4)])
        print(argument, died, whole, flush=True)  # noqa: T201 - it is asked for it


if __name__ == "__main__":
    main()
