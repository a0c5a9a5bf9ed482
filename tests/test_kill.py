"""A poll that is killed at any moment: nothing is lost, nothing is doubled, and at worst a message is repeated.

A hundred moments of a real process: ``python bench/kill.py``.  And what a store that cannot be written comes to.
"""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from mentionwatch import load_config
from mentionwatch.errors import StoreError
from mentionwatch.store import Store, opening
from tests.killing import HOUR, NOW, World, contents, differences, run_here, told
from tests.servers import LoopbackServer

ROOT = Path(__file__).resolve().parents[1]
POINTS = "from tests.killing import points; points()"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Eight days, and the firestorm about to be polled."""
    with LoopbackServer() as server:
        yield World(tmp_path_factory.mktemp("world"), server)


@pytest.fixture(scope="module")
def reference(world):
    """The store that was never killed."""
    config = world.copy("reference")
    for now in (NOW, NOW, NOW + HOUR / 4):
        run_here(config, now)
    return config


def test_the_poll_that_is_killed_does_all_there_is_to_do(reference):
    """Mentions, an alert of the brand and one of a source, mentions by themselves: each told once."""
    found = contents(reference)
    kinds = {row[2] for row in found["alerts"]}
    assert kinds == {"negative", "source"}
    assert sum(found["mentions"].values()) > 50
    assert len(told(reference, "told.jsonl")) == 1
    assert len(told(reference, "each.jsonl")) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="without fork, kill -9 is another thing")
def test_a_poll_that_is_killed_loses_and_doubles_nothing(world, reference):
    """At some random statements from the first to the last: the next poll makes it what it would have been."""
    # As many as there are, and some more: one that comes to its end is one of them.
    moments = [random.randrange(first, first + 180) for first in range(0, 1080, 180)]
    for name in ("warm", *map(str, moments)):
        world.copy(name)
    done = subprocess.run(
        [sys.executable, "-c", POINTS, str(world.folder), *map(str, moments)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    ends = [line.split() for line in done.stdout.splitlines()]
    assert [end[0] for end in ends] == list(map(str, moments)), done.stderr
    assert "True" in {died for _point, died, _whole in ends}, "none was killed"
    for point, died, whole in ends:
        assert whole == "True", done.stderr
        wrong, repeated = differences(world.folder / point / "mentionwatch.toml", reference)
        assert not wrong, f"killed after {point} statements ({died}): {wrong}"
        assert repeated <= 2, "a message a channel, at worst"


# --- a store that cannot be written -------------------------------------------------------------------------------


def mentions_of(config):
    """How many mentions, alerts and notices there are."""
    found = contents(config)
    return [sum(found[table].values()) for table in ("entries", "mentions", "alerts", "notices", "tellings")]


def negatives_of(config):
    """How many negative mentions there are: of each, one channel is to be told."""
    with closing(sqlite3.connect(config.parent / "m.db")) as raw:
        return raw.execute("SELECT count(*) FROM mentions WHERE tone = 'negative'").fetchone()[0]


def test_a_full_disk_ends_the_poll_with_its_reason(world, monkeypatch):
    """Each source is whole or not there, nobody is told of what was not stored; with room again all is as it was."""
    config = world.copy("full")
    with closing(sqlite3.connect(config.parent / "m.db")) as raw:
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
    real = opening._engine

    def small(url):
        from sqlalchemy import event

        engine = real(url)
        event.listen(engine, "connect", lambda raw, _record: raw.execute(f"PRAGMA max_page_count = {pages + 2}"))
        return engine

    before, complaints = mentions_of(config), negatives_of(config)
    with monkeypatch.context() as patched:
        patched.setattr(opening, "_engine", small)
        with pytest.raises(StoreError, match="full"):
            run_here(config, NOW)
    entries, mentions, alerts, notices, tellings = (a - b for a, b in zip(mentions_of(config), before, strict=True))
    assert entries == mentions
    assert tellings == negatives_of(config) - complaints, "each with what is to be told of it"
    assert mentions < 34
    assert alerts == notices == 0
    assert not told(config, "told.jsonl")
    with closing(sqlite3.connect(config.parent / "m.db")) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []


def test_after_a_full_disk_all_is_made_up_for(world, reference):
    """The same folder, with room again."""
    config = world.folder / "full" / "mentionwatch.toml"
    for now in (NOW, NOW + HOUR / 4):
        run_here(config, now)
    wrong, _repeated = differences(config, reference)
    assert not wrong


def poll_exit(config, *, prelude=""):
    """What a real ``mentionwatch poll`` ends with, and says."""
    code = f"import sys; {prelude}\nfrom mentionwatch.__main__ import main\nsys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, "poll", "--all", "--config", str(config)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


def test_a_file_that_may_not_grow_ends_the_poll_with_1(world):
    """As the system says it, in one line, and nothing is half-written."""
    resource = pytest.importorskip("resource")
    assert resource
    config = world.copy("limited")
    before = mentions_of(config)
    limit = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))"
    code, said = poll_exit(config, prelude=limit)
    assert code == 1
    assert "Traceback" not in said
    assert "the store" in said
    assert mentions_of(config) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anything")
def test_a_read_only_store_ends_the_poll_with_1(world):
    """Because of the file's own permissions."""
    config = world.copy("read-only")
    (config.parent / "m.db").chmod(0o400)
    code, said = poll_exit(config)
    assert code == 1
    assert "Traceback" not in said


def test_a_store_that_the_system_lets_nobody_write_is_told(world, monkeypatch):
    """As SQLite says it of a read-only file, whoever runs it."""
    config = world.copy("query-only")
    before = mentions_of(config)
    real = opening._engine

    def query_only(url):
        from sqlalchemy import event

        engine = real(url)
        event.listen(engine, "connect", lambda raw, _record: raw.execute("PRAGMA query_only = ON"))
        return engine

    monkeypatch.setattr(opening, "_engine", query_only)
    with pytest.raises(StoreError, match="read"):
        run_here(config, NOW)
    assert mentions_of(config) == before
    assert not told(config, "told.jsonl")


def test_a_store_that_another_program_holds_is_told(world, monkeypatch):
    """After the time to wait; nothing is half-written, nobody is told, and the next poll does it all."""
    config = world.copy("held")
    monkeypatch.setattr(opening, "_BUSY_S", 0)
    before = mentions_of(config)
    with closing(sqlite3.connect(config.parent / "m.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="locked"):
            run_here(config, NOW)
        other.execute("ROLLBACK")
    assert mentions_of(config) == before
    assert not told(config, "told.jsonl")
    run_here(config, NOW)
    assert told(config, "told.jsonl")


def test_the_configuration_of_these_tests_names_what_is_there(world):
    """Two channels of files, three sources."""
    settings = load_config(world.config)
    assert [channel.name for channel in settings.notify] == ["file", "each"]
    with Store(f"sqlite:///{(world.folder / 'm.db').as_posix()}") as store:
        assert set(store.statuses()) == {"forum", "club", "shop"}
