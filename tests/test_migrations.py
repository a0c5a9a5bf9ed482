"""Stores of older versions: brought up to date when they are opened, whole or not at all."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path

import pytest

from mentionwatch.pipeline.search import search_store
from mentionwatch.store import Filter, Store, Verdict, migrations, opening, schema
from mentionwatch.store.salvage import salvage
from mentionwatch.store.schema import SCHEMA_VERSION

NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
DUMPS = {int(path.stem.rpartition("-")[2]): path for path in Path(__file__).parent.glob("data/store/version-*.sql")}


@pytest.fixture
def path(tmp_path):
    """A store of version 2, as its program left it."""
    return load(tmp_path / "old.db", 2)


def load(path, version):
    """Make a file of its dump."""
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA journal_mode = WAL")
        raw.executescript(DUMPS[version].read_text("utf-8"))
    return path


def shape(path):
    """Tables with their columns, and indexes, as SQLite sees them."""
    with closing(sqlite3.connect(path)) as raw:
        names = sorted(raw.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"))
        return {
            name: raw.execute(f"PRAGMA {'table_info' if kind == 'table' else 'index_info'}({name})").fetchall()
            for kind, name in names
        }


def version_of(path):
    """What the file says of itself."""
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()[0]


def test_every_version_has_a_step_and_a_file_to_try_it_on():
    """A step that nobody tried is none."""
    assert list(migrations.STEPS) == list(range(migrations.OLDEST, SCHEMA_VERSION))
    assert set(DUMPS) == set(migrations.STEPS)


@pytest.mark.parametrize("version", DUMPS)
def test_an_old_store_becomes_what_a_new_one_is(tmp_path, version):
    """The same tables, columns, defaults and indexes; the present version stands in it."""
    old, new = load(tmp_path / "old.db", version), tmp_path / "new.db"
    for url in (f"sqlite:///{old}", f"sqlite:///{new}"):
        Store(url, create=True).close()
    assert shape(old) == shape(new)
    assert version_of(old) == str(SCHEMA_VERSION)


def test_what_waits_in_an_old_outbox_is_sent(path):
    """It goes into a message, as what is recorded now does."""
    with Store(f"sqlite:///{path}") as store:
        (notice,) = store.outbox.notices("stdout")
        assert store.outbox.pack("stdout", now=NOW)
        (pack,) = store.outbox.unsent("stdout")
        assert pack.notices == (notice,)
        store.outbox.mark_sent(pack.id, now=NOW)
        assert not store.outbox.notices("stdout")


def test_marks_of_version_3_are_kept(tmp_path):
    """What the user said goes before what the engine said."""
    with Store(f"sqlite:///{load(tmp_path / 'old.db', 3)}") as store:
        assert [m.tone.label for m in store.mentions() if m.tone.by == "mark"] == ["neutral"]


def test_nothing_of_version_2_is_lost(path):
    """Mentions with tones, states and copies, the alert, the outbox; and it can be searched and marked."""
    with Store(f"sqlite:///{path}") as store:
        found = store.mentions(oldest_first=True)
        assert [(m.entry.source, m.tone.label, m.copies, m.state) for m in found] == [
            ("news", "negative", 2, "open"),
            ("forum", "unknown", 1, "open"),
            ("forum", "positive", 1, "handled"),
            ("forum", "negative", 2, "open"),
        ]
        assert found[3].tone.words == (("dead", -0.4), ("silent", -0.2))
        assert {m.tone.rules for m in found} == {()}
        assert not any(m.noise or m.topic for m in found)
        (alert,) = store.alerts()
        assert alert.evidence == (found[3].id,)
        assert [notice.alert for notice in store.outbox.notices("stdout")] == [alert]
        assert store.brand_state("Acme") is not None
        store.mark([found[3].id], Verdict(tone="neutral"), now=NOW)
        assert [m.tone.label for m in store.mentions(oldest_first=True)] == [
            "neutral",
            "unknown",
            "positive",
            "neutral",
        ]
        assert len(search_store(store, "router", Filter(), now=NOW).mentions) == 2


def test_a_program_of_the_version_before_goes_on_writing(path):
    """It does not know the new column, and need not."""
    Store(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("DELETE FROM mentions WHERE tone = 'unknown'")
        columns = "id, entry, brand, keyword, tone, first_tone, words, tone_by, story, backlog, state, first_seen, at"
        raw.execute(
            f"INSERT INTO mentions ({columns}) SELECT 'm1', entry, 'Globex', keyword, tone, first_tone, words, tone_by,"
            " story, backlog, state, first_seen, at FROM mentions LIMIT 1"
        )
        raw.commit()
    with Store(f"sqlite:///{path}") as store:
        assert [m.tone.rules for m in store.mentions(Filter(brand="Globex"))] == [()]


def test_a_dry_run_brings_only_its_copy_up_to_date(path):
    """The file stays as it is, byte for byte."""
    before = path.read_bytes()
    with Store(f"sqlite:///{path}", dry_run=True) as store:
        assert len(store.mentions()) == 4
    assert path.read_bytes() == before


def test_who_opens_it_second_finds_it_done(path, monkeypatch):
    """Two programs that both saw the old version: the step is done once."""
    looked = opening._version

    def late(where):
        seen = looked(where)
        monkeypatch.setattr(opening, "_version", looked)
        Store(f"sqlite:///{where}").close()
        return seen

    monkeypatch.setattr(opening, "_version", late)
    with Store(f"sqlite:///{path}") as store:
        assert len(store.mentions()) == 4
    assert version_of(path) == str(SCHEMA_VERSION)


KILLED = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from mentionwatch.store import Store

left = [int(sys.argv[2])]
def die(*_args):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
    event.listen(Engine, moment, die)
Store(f"sqlite:///{sys.argv[1]}").close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="without SIGKILL")
def test_a_step_that_is_killed_is_done_the_next_time(path, tmp_path):
    """At any of its statements: the old store is whole, and opened again it is the new one."""
    ended = set()
    for point in (0, 3, 5, 7, 8, 9, 20, 30, 200):
        copy = tmp_path / f"{point}.db"
        shutil.copy(path, copy)
        done = subprocess.run([sys.executable, "-c", KILLED, copy, str(point)], timeout=60, check=False)
        ended.add(done.returncode)
        with Store(f"sqlite:///{copy}") as store:
            assert len(store.mentions()) == 4
        assert version_of(copy) == str(SCHEMA_VERSION)
    assert ended == {0, -9}


# --- recover ----------------------------------------------------------------------------------------------


def rows_of(path):
    """All that it holds, by table; what is made anew when it is recovered is left out."""
    found = {}
    with closing(sqlite3.connect(path)) as raw:
        raw.row_factory = sqlite3.Row
        for table in schema.metadata.sorted_tables:
            if table.name not in {"meta", "entry_words"}:
                rows = raw.execute(f"SELECT * FROM {table.name}")
                found[table.name] = sorted((sorted(dict(row).items()) for row in rows), key=repr)
    return found


@pytest.mark.parametrize("version", DUMPS)
def test_of_an_older_store_all_is_recovered(tmp_path, version):
    """What its migrations would make of it, row by row; a table that it had not yet is none that was damaged."""
    old, new = load(tmp_path / "old.db", version), tmp_path / "new.db"
    done = salvage(old, new)
    assert done.torn == ()
    assert version_of(old) == str(version)
    Store(f"sqlite:///{old}").close()
    assert rows_of(new) == rows_of(old)
    assert done.rows == {name: len(rows) for name, rows in rows_of(new).items()}
    assert sum(done.rows.values()) > 10
