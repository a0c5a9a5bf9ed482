"""What one more story costs in an empty store and in one of a million, and how many bytes it takes there.

    python bench/stories.py [COUNT]

Texts are made of random words (seeded) with a Zipf-like frequency, 5 to 120 words, after a few templates; one in ten
of those that are timed is a copy of a stored one, with a line of boilerplate.  A cost is that of looking for
candidates, comparing, and writing, in a transaction each; without the wait for the disk.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from sqlalchemy import func, insert, select

from mentionwatch.model import Entry
from mentionwatch.store import schema, stories
from mentionwatch.store.opening import WRITING, connect
from mentionwatch.store.rows import entry_row
from mentionwatch.stories import COPY_SPAN, Head, MemoryShelf, Named, Placed, place

NOW = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
#: Numbers of the heads that are put in at once, behind those of the empty store.
FIRST = 2_000_000
DRAW = random.Random(5)
VOCABULARY = ["".join(DRAW.choices("etaoinshrdlucmfwypvbgk", k=DRAW.randint(2, 9))) for _ in range(30_000)]
TEMPLATES = [
    "{}",
    "{}",
    "{}",
    "I bought this and {}",
    "New review on the store: {}",
    "{} Would not recommend to anyone.",
]


def make_entry(number: int) -> Entry:
    count = int(5 + 115 * DRAW.random() ** 2)
    words = " ".join(VOCABULARY[int(30_000 * DRAW.random() ** 3)] for _ in range(count))
    url = f"https://site{number % 97}.example/p/{number}"
    return Entry("bench", guid=str(number), url=url, text=DRAW.choice(TEMPLATES).format(words))


class DatabaseShelf:
    """The store's shelf, as the pipeline has it."""

    def __init__(self, connection, at):
        self._connection, self._at = connection, at

    def heads(self, keys):
        span = {"since": self._at - COPY_SPAN, "until": self._at + COPY_SPAN}
        found = stories.find_heads(self._connection, keys, **span)
        return [(Head(h.copy, h.entry_id, h.entry, h.story, h.first, h.last), h.shared) for h in found]

    def named(self, names):
        return {name: Named(*both) for name, both in stories.find_stories(self._connection, names).items()}

    def put(self, placed: Placed, at):
        h = placed.head
        head = stories.StoredHead(h.copy, h.entry_id, h.entry, h.story, h.first, h.last) if h else None
        moved = (placed.names, placed.pages, placed.gone)
        stories.put(self._connection, stories.Stored(placed.copy, placed.story, head, placed.keys, *moved, at))


def add(connection, entry: Entry, number: int) -> float:
    """Seconds to add one."""
    entry_id, at = f"e{number:015x}", NOW + timedelta(seconds=number % 600_000)
    connection.info[WRITING] = True
    with connection.begin():
        connection.execute(insert(schema.entries).values(id=entry_id, first_seen=at, **entry_row(entry)))
        started = time.perf_counter()
        place(entry, entry_id, at, DatabaseShelf(connection, at))
        return time.perf_counter() - started


def measure(connection, first: int, known: list[Entry], count: int = 1_000) -> tuple[float, float]:
    times = []
    for number in range(first, first + count):
        entry = make_entry(number)
        if known and number % 10 == 0:
            entry = Entry("bench", guid=str(number), text=f"{DRAW.choice(known).text} via @someone")
        times.append(add(connection, entry, number))
    times = times[50:]
    return statistics.median(times) * 1e6, sorted(times)[int(len(times) * 0.99)] * 1e6


def fill(connection, count: int) -> list[Entry]:
    """Put `count` stories in, without looking for copies: random words are none."""
    from mentionwatch.stories import read, sketch
    from mentionwatch.stories.links import names_of, story_of

    sample: list[Entry] = []
    for start in range(0, count, 20_000):
        heads, keys, entries, names, mentions = [], [], [], [], []
        for number in range(start, min(count, start + 20_000)):
            entry, entry_id = make_entry(number), f"e{number:015x}"
            at = NOW + timedelta(seconds=number % 600_000)
            kept, called = sketch(read(entry)), names_of(entry, entry_id)
            story = story_of(called, {}.get)
            entries.append({"id": entry_id, "first_seen": at, **entry_row(entry)})
            packed = stories.pack(f">{len(kept)}q", *kept)
            heads.append(
                {"number": FIRST + number, "copy": entry_id, "entry": entry_id, "story": story}
                | {"first": at, "last": at, "sketch": packed}
            )
            mentions.append(
                {"id": f"m{number:015x}", "entry": entry_id, "brand": "Acme", "keyword": "acme", "tone": "neutral"}
                | {"first_tone": "neutral", "words": "[]", "tone_by": "", "story": story, "copy": entry_id}
                | {"backlog": False, "state": "open", "first_seen": at, "at": at}
            )
            keys += [(key, stories.slot_of(key, entry_id), FIRST + number) for key in kept]
            names += [{"name": name, "story": story, "at": at} for name in called.own if name != story]
            if number % 1000 == 0:
                sample.append(entry)
        keys.sort()
        connection.info[WRITING] = True
        with connection.begin():
            connection.execute(insert(schema.entries), entries)
            connection.execute(insert(schema.mentions), mentions)
            connection.execute(insert(schema.heads), heads)
            connection.execute(insert(schema.names), names)
            raw = connection.connection.driver_connection
            raw.executemany("INSERT OR REPLACE INTO sketches VALUES (?, ?, ?)", keys)
    return sample


def sizes(connection) -> dict[str, int]:
    raw = connection.connection.driver_connection
    try:
        found = raw.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name").fetchall()
    except Exception:  # noqa: BLE001 - SQLite may be built without dbstat, and then there are only whole sizes
        return {}
    mine = ("heads", "sketches", "names", "sqlite_autoindex_heads")
    return {name: size for name, size in found if name.startswith(mine)}


def told(times: tuple[float, float]) -> str:
    return f"median {times[0]:7.0f} us, 99th percentile {times[1]:7.0f} us"


def empty_store(folder: str, number: int) -> tuple[float, float]:
    connection = open_store(folder, f"empty-{number}.db")
    found = measure(connection, 10_000_000 * number, [])
    connection.close()
    return found


def open_store(folder: str, name: str):
    connection = connect(f"sqlite:///{Path(folder) / name}", create=True)
    connection.connection.driver_connection.execute("PRAGMA synchronous = OFF")
    return connection


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        connection = open_store(folder, "full.db")
        started = time.perf_counter()
        sample = fill(connection, count)
        print(f"filled with {count:,} in {time.perf_counter() - started:.0f} s", flush=True)
        # By turns, for what else the machine does.
        for turn in (1, 2, 3):
            empty = empty_store(folder, turn)
            full = measure(connection, 50_000_000 + 1_000_000 * turn, sample)
            print(f"empty store:      {told(empty)}")
            print(f"{count:,} stories: {told(full)}, {full[0] / empty[0]:.2f} times", flush=True)
        found = sizes(connection)
        rows = connection.execute(select(func.count()).select_from(schema.heads)).scalar_one()
        print(f"bytes a story: {sum(found.values()) / rows:.0f}", {name: size // rows for name, size in found.items()})
        started = time.perf_counter()
        texts = [make_entry(90_000_000 + n) for n in range(1_000)]
        shelf = MemoryShelf()
        for n, entry in enumerate(texts):
            place(entry, f"x{n}", NOW, shelf)
        print(f"in memory: {(time.perf_counter() - started) * 1e6 / 1_000:.0f} us a text with its making")
        connection.close()


if __name__ == "__main__":
    main()
