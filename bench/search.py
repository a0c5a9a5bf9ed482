"""What the index of words costs and what it saves: bytes an entry, microseconds to write one, time of a search.

    python bench/search.py [MENTIONS]

Texts are made of random words (seeded), about 40 words long, with the frequencies that words have in texts; one in a
hundred holds "gizmo", one in ten thousand "rarity".  Prints what is stored for each entry, what writing costs with and
without the index, the same for entries that match nothing (``keep_unmatched``), and for some queries the time of a
search by the index and by looking through everything.  Times are the processor's, so that other work counts little.
"""

from __future__ import annotations

import itertools
import random
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from mentionwatch.identity import entry_id, mention_id
from mentionwatch.match.prefilter import index_version, index_words
from mentionwatch.model import Entry, Mention, SourceStatus, Tone
from mentionwatch.pipeline.search import search_store
from mentionwatch.store import Filter, SourcePoll, Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DRAW = random.Random(1)
LETTERS = "etaoinshrdlucmfwypvbgkjqxz"
NOW = datetime(2026, 3, 2, tzinfo=timezone.utc)
BATCH = 1_000
TONE = Tone("negative", -0.5, 0.9, (("broken", -0.4), ("awful", -1.0)), "textblob")
QUERIES = ("rarity", "gizmo -acmetool", '"gizmo acme"', "gizm*", "rarity OR gizmo NEAR/3 acme", "acme", "stars:<=2")


def word(low: int, high: int) -> str:
    return "".join(DRAW.choices(LETTERS, weights=range(len(LETTERS), 0, -1), k=DRAW.randint(low, high)))


def make_entries(count: int) -> Iterator[Entry]:
    known = list(dict.fromkeys(word(1, 11) for _ in range(60_000)))
    for n in range(count):
        words = [known[int(len(known) * DRAW.random() ** 4)] for _ in range(DRAW.randint(10, 70))]
        for name, often in (("Acme", 1), ("gizmo", 100), ("rarity", 10_000)):
            if n % often == 0:
                words.insert(DRAW.randrange(len(words)), name)
        title, text = " ".join(words[:7]).capitalize(), " ".join(words[7:]) + " – it’s over."
        yield Entry(
            "forum",
            guid=f"tag:{n}",
            url=f"https://forum.acme.example/t/{n}",
            title=title,
            text=text,
            author=f"user{n % 5000}",
            published=NOW - timedelta(minutes=n),
            rating=float(n % 6) or None,
        )


def batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    left = iter(entries)
    while batch := list(itertools.islice(left, BATCH)):
        yield batch


def write(store: Store, entries: list[Entry], *, indexed: bool, matched: bool) -> float:
    """Write entries as polls do; microseconds an entry."""
    status = SourceStatus("forum", "forum", NOW, NOW, NOW, 0, "ok")
    started = time.process_time()
    for batch in batches(entries):
        ids = {entry_id(entry): entry for entry in batch}
        mentions = [
            Mention(mention_id(id_, "Acme"), id_, "Acme", "acme", entry, TONE, NOW, id_) for id_, entry in ids.items()
        ]
        words = {id_: index_words(entry) for id_, entry in ids.items()} if indexed else {}
        store.record_poll(
            SourcePoll(
                status,
                entries=list(ids.items()),
                mentions=mentions if matched else (),
                words=words,
                words_by=index_version(),
            )
        )
    return (time.process_time() - started) / len(entries) * 1e6


def fill(path: Path, entries: list[Entry], *, indexed: bool = True, matched: bool = True) -> tuple[float, float]:
    """Microseconds and bytes an entry."""
    with Store(f"sqlite:///{path}", create=True, durable=False) as store:
        cost = write(store, entries, indexed=indexed, matched=matched)
    return cost, path.stat().st_size / len(entries)


def time_query(store: Store, query: str, limit: int | None, *, by_index: bool) -> tuple[float, int]:
    started = time.process_time()
    found = search_store(store, query, Filter(), limit=limit, now=NOW, by_index=by_index)
    return (time.process_time() - started) * 1e3, len(found.mentions)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    entries = list(make_entries(count))
    length = sum(len(f"{e.title}{e.text}".encode()) for e in entries) / count
    print(f"{count:,} entries, {length:.0f} bytes of text each")
    started = time.process_time()
    for entry in entries[:10_000]:
        index_words(entry)
    print(f"cutting words: {(time.process_time() - started) / min(count, 10_000) * 1e6:.0f} us an entry")
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "kept.db"
        for name, path, options in (
            ("mentions, no index", Path(folder) / "plain.db", {"indexed": False}),
            ("unmatched entries", Path(folder) / "unmatched.db", {"matched": False}),
            ("mentions", kept, {}),
        ):
            cost, size = fill(path, entries, **options)
            print(f"{name:20} {cost:6.0f} us and {size:6.0f} bytes an entry")
        print(f"{'query':28} {'found':>7} {'index ms':>9} {'scan ms':>9} {'first 50, ms':>13}")
        with Store(f"sqlite:///{kept}") as store:
            for query in QUERIES:
                index, found = time_query(store, query, None, by_index=True)
                scan, _same = time_query(store, query, None, by_index=False)
                page, _few = time_query(store, query, 50, by_index=True)
                print(f"{query:28} {found:7,} {index:9.1f} {scan:9.1f} {page:13.1f}", flush=True)


if __name__ == "__main__":
    main()
