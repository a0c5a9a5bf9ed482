"""One poll at a time, also between processes that are killed."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

import pytest

from mentionwatch.errors import Locked, StoreError
from mentionwatch.lock import _read_holder, poll_lock

NOW = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)

#: Takes the lock, says so, holds it until a line comes (or its end), and leaves.
HOLDER = """
import sys
from datetime import datetime
from pathlib import Path
from mentionwatch.lock import poll_lock

with poll_lock(Path(sys.argv[1]), now=datetime.fromisoformat(sys.argv[2])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def store(tmp_path):
    """The path of a store that need not be there."""
    return tmp_path / "data" / "mentions.db"


@contextmanager
def held_elsewhere(store, since=NOW):
    """Another process that holds the lock."""
    command = [sys.executable, "-c", HOLDER, str(store), since.isoformat()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def test_a_second_process_is_told_who_holds_it(store):
    """Its process, and for how long by the clock that is passed in."""
    with (
        held_elsewhere(store, NOW - timedelta(minutes=90)) as other,
        pytest.raises(Locked) as caught,
        poll_lock(store, now=NOW),
    ):
        pytest.fail("two hold the lock")
    assert (caught.value.pid, caught.value.held_s, caught.value.exit_code) == (other.pid, 5400, 75)
    assert f"process {other.pid} has held the lock" in str(caught.value)
    assert "90 min" in str(caught.value)


def test_a_clock_that_was_set_back_is_no_negative_time(store):
    """It was held for no time at all, as far as anybody can tell."""
    with held_elsewhere(store, NOW + timedelta(hours=1)), pytest.raises(Locked) as caught, poll_lock(store, now=NOW):
        pass
    assert caught.value.held_s == 0


def test_the_lock_is_free_after_its_holder_was_killed(store):
    """The system gives it back; what the dead process wrote about itself is in nobody's way."""
    with held_elsewhere(store) as other:
        other.kill()
        other.wait()
        with poll_lock(store, now=NOW):
            pass


def test_waiting_ends_when_the_other_is_done(store):
    """With time to wait, the lock is had as soon as it is free."""
    with held_elsewhere(store) as other:
        other.stdin.write("done\n")
        other.stdin.flush()
        with poll_lock(store, now=NOW, wait_s=30):
            other.wait()
            assert other.returncode == 0


def test_waiting_has_an_end(store):
    """Who is not let in is told so."""
    with held_elsewhere(store), pytest.raises(Locked), poll_lock(store, now=NOW, wait_s=0.01):
        pass


def test_it_can_be_held_again_and_after_an_error(store):
    """What happens inside the block comes out, and the lock is given back."""
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), poll_lock(store, now=NOW):
            raise ZeroDivisionError
    with held_elsewhere(store):
        pass


def test_files_and_folder_are_for_the_user_alone(store):
    """They stand where mentions will: nobody else is let in, and no store is made by locking."""
    with poll_lock(store, now=NOW):
        assert stat.S_IMODE(store.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(store.with_name("mentions.db.lock").stat().st_mode) == 0o600
        assert json.loads(store.with_name("mentions.db.lock.holder").read_text()) == {
            "pid": os.getpid(),
            "since": NOW.timestamp(),
        }
    assert not store.exists()
    assert not store.with_name("mentions.db.lock.holder").exists()


DAMAGED = [
    b"", b"null", b"[]", b'"x"', b"{}", b'{"pid": 1}', b'{"pid": "x", "since": 1}', b'{"pid": 1e999, "since": 1}',
    b'{"pid": NaN, "since": 1}', b'{"pid": [], "since": {}}', b"\xff\x00", b"[" * 100_000, b"9" * 10_000,
]  # fmt: skip


def test_a_damaged_note_about_the_holder_changes_nothing(store):
    """Who it is cannot be told then, and that is all."""
    with held_elsewhere(store):
        for damage in DAMAGED:
            store.with_name("mentions.db.lock.holder").write_bytes(damage)
            with pytest.raises(Locked) as caught, poll_lock(store, now=NOW):
                pass
            assert (caught.value.pid, caught.value.held_s) == (None, None)
        store.with_name("mentions.db.lock.holder").unlink()
        with pytest.raises(Locked, match="another process"), poll_lock(store, now=NOW):
            pass


class Note:
    """A note about the holder that is written while somebody reads it."""

    def __init__(self, *texts):
        self.left = list(texts)

    def read_text(self, _encoding):
        text = self.left.pop(0)
        if text is None:
            raise FileNotFoundError
        return text


def test_who_has_just_taken_it_is_waited_for():
    """Between taking the lock and saying who took it there is a moment, in which cron would mail of nobody."""
    assert _read_holder(Note(None, "", '{"pid": 7, "since": 1.5}')) == (7, 1.5)
    assert _read_holder(Note(*[None] * 20)) == (None, None)
    assert _read_holder(Note(*[""] * 20)) == (None, None)


@pytest.mark.parametrize("since", ["Infinity", "-Infinity", "NaN"])
def test_a_time_that_is_none_is_not_told(store, since):
    """The process is still named."""
    with held_elsewhere(store):
        store.with_name("mentions.db.lock.holder").write_text(f'{{"pid": 7, "since": {since}}}')
        with pytest.raises(Locked) as caught, poll_lock(store, now=NOW):
            pass
    assert (caught.value.pid, caught.value.held_s) == (7, None)


def test_a_place_where_no_lock_can_be_is_told(tmp_path):
    """A file where the folder should be, or a name too long: the store's error, in words."""
    (tmp_path / "file").write_text("x")
    for store in (tmp_path / "file" / "mentions.db", tmp_path / ("x" * 300)):
        with pytest.raises(StoreError, match="cannot be made"), poll_lock(store, now=NOW):
            pass
