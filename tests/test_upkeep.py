"""What is done to a store by hand: copies of it while others write, what is deleted, and where it lies."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from mentionwatch.errors import Locked, OutputError, StoreError, UsageError
from mentionwatch.lock import poll_lock
from mentionwatch.model import Entry, Notice
from mentionwatch.pipeline import upkeep
from mentionwatch.settings import Brand, Config, StoreSettings
from mentionwatch.store import DamagedStore, SourcePoll, Store, Verdict, opening
from mentionwatch.store.backup import back_up, find_damage
from mentionwatch.store.disk import is_network, kind_at, look_at, read_listed, read_proc
from mentionwatch.store.salvage import salvage
from mentionwatch.store.schema import SCHEMA_VERSION, metadata
from tests.stored_past import HOUR, START, everyday, fill, made
from tests.test_migrations import load, version_of
from tests.test_store import alert, status

ROOT = Path(__file__).resolve().parents[1]
DAY = 24 * HOUR
NOW = START + 30 * DAY
posix = pytest.mark.skipif(os.name != "posix", reason="permissions, signals and limits of POSIX")


@pytest.fixture(scope="module")
def twenty_days(tmp_path_factory):
    """A store with twenty days of mentions."""
    path = tmp_path_factory.mktemp("store") / "m.db"
    with Store(f"sqlite:///{path}", create=True, durable=False) as store:
        fill(store, everyday(20))
    return path


@pytest.fixture
def path(twenty_days, tmp_path):
    """A copy of it."""
    return shutil.copy(twenty_days, tmp_path / "m.db")


def config(path, **more):
    return Config(brands=(Brand("Acme", ("acme",)),), sources=(), store=StoreSettings(url=f"sqlite:///{path}"), **more)


def beside(path):
    """What lies in its folder."""
    return sorted(found.name for found in path.parent.iterdir())


def rows(path, table):
    """All rows of a table, in any order."""
    with closing(sqlite3.connect(path)) as raw:
        return sorted(raw.execute(f"SELECT * FROM {table}").fetchall(), key=repr)


def overwrite(path, page, *, size=300):
    """Bytes of a page are no more what they were."""
    body = bytearray(path.read_bytes())
    body[page * 4096 : page * 4096 + size] = b"\xff" * size
    path.write_bytes(body)


def page_of(path, name):
    """Where a table or an index begins."""
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0] - 1


def run_code(code, *args):
    """A process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, args)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


# --- backup -----------------------------------------------------------------------------------------------


def test_a_backup_is_the_store_as_it_was(path, tmp_path):
    """Every row, readable by nobody else, one file, and a store like any other."""
    before = path.read_bytes()
    done = back_up(path, tmp_path / "copy.db")
    assert (done.version, done.bytes) == (SCHEMA_VERSION, (tmp_path / "copy.db").stat().st_size)
    assert beside(path) == ["copy.db", "m.db"]
    assert path.read_bytes() == before
    for table in ("entries", "mentions", "sources", "brands"):
        assert rows(tmp_path / "copy.db", table) == rows(path, table)
    with Store(f"sqlite:///{tmp_path / 'copy.db'}") as store:
        assert len(store.mentions()) == len(rows(path, "mentions"))


@posix
def test_a_backup_is_private_whatever_the_umask(path, tmp_path):
    """What people wrote is nobody else's; one that is replaced becomes private too."""
    loose = tmp_path / "loose.db"
    loose.write_bytes(b"old")
    loose.chmod(0o644)
    before = os.umask(0)
    try:
        for target, force in ((tmp_path / "new.db", False), (loose, True)):
            assert back_up(path, target, force=force).path.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)


WRITER = """
import sys
from datetime import timedelta

from mentionwatch.store import SourcePoll, Store
from tests.stored_past import START, made
from tests.test_store import status

with Store(f"sqlite:///{sys.argv[1]}") as store:
    for n in range(10**6):
        found = [made(10**6 + 10 * n + k, START + timedelta(minutes=n)) for k in range(10)]
        entries = [(mention.entry_id, mention.entry) for mention in found]
        store.record_poll(SourcePoll(status=status(), entries=entries, mentions=found))
        print(n, flush=True)
"""


def test_a_backup_while_a_process_writes_is_of_one_moment(path, tmp_path):
    """Each transaction of the writer is in it whole, or not at all; and the writer never stops."""
    command = [sys.executable, "-c", WRITER, str(path)]
    sizes = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        try:
            for n in range(4):
                for _ in range(5):
                    assert writer.stdout.readline(), "it goes on writing"
                copy = tmp_path / f"{n}.db"
                back_up(path, copy)
                assert find_damage(copy) == []
                entries, mentions = rows(copy, "entries"), rows(copy, "mentions")
                assert len(entries) == len(mentions)
                written = [row for row in entries if int(row[0][1:], 16) >= 10**6]
                assert len(written) % 10 == 0
                sizes.append(len(entries))
        finally:
            writer.kill()
    assert sizes == sorted(set(sizes)), "each is of a later moment"


def test_nothing_is_overwritten_unless_it_is_asked_for(path, tmp_path):
    """Not a file that is there, and never the store itself, however it is named."""
    other = tmp_path / "other.db"
    other.write_bytes(b"something else")
    with pytest.raises(UsageError, match="--force"):
        back_up(path, other)
    assert other.read_bytes() == b"something else"
    assert back_up(path, other, force=True).bytes == other.stat().st_size
    (tmp_path / "link.db").symlink_to(path)
    before = path.read_bytes()
    for target in (path, tmp_path / "link.db", tmp_path / "x" / ".." / "m.db", tmp_path / "m.db-wal"):
        with pytest.raises(UsageError, match="the store itself"):
            back_up(path, target, force=True)
    with pytest.raises(UsageError, match="folder"):
        back_up(path, tmp_path, force=True)
    assert path.read_bytes() == before


def test_a_copy_is_no_prey_of_what_is_left_beside_it(path, tmp_path):
    """The -wal of another database of that name, whose program was killed, would be written into the copy."""
    for write in (back_up, salvage):
        target = tmp_path / f"{write.__name__}.db"
        for suffix in ("-wal", "-journal"):
            left = target.with_name(target.name + suffix)
            left.write_bytes(b"of another")
            for force in (False, True):
                with pytest.raises(UsageError, match="left of another"):
                    write(path, target, force=force)
            assert left.read_bytes() == b"of another"
            assert not target.exists()
            left.write_bytes(b"")
        write(path, target)


def test_a_store_of_the_future_is_not_recovered(path, tmp_path):
    """What this program does not know of it would be left out, and all of it called read."""
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    with pytest.raises(StoreError, match="newer mentionwatch"):
        salvage(path, tmp_path / "new.db")
    assert beside(path) == ["m.db"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")
def test_a_pipe_or_a_device_is_never_replaced(path, tmp_path):
    """Nor by --force: /dev/null would be a file from then on."""
    os.mkfifo(tmp_path / "pipe")
    for write in (back_up, salvage):
        with pytest.raises(UsageError, match="pipe or a device"):
            write(path, tmp_path / "pipe", force=True)
    assert (tmp_path / "pipe").is_fifo()


def test_a_name_that_is_too_long_is_told(path, tmp_path):
    """One that just fits is none, and of one that does not nothing is left."""
    for write in (back_up, salvage):
        write(path, tmp_path / f"{write.__name__:n<250}")
        with pytest.raises(OutputError, match="cannot be written"):
            write(path, tmp_path / ("n" * 300))
    assert not list(tmp_path.glob("*.part"))
    assert not list(tmp_path.glob(".*"))


def test_what_is_no_store_is_not_backed_up(tmp_path):
    """Nor is one that is not there yet; nothing is left behind."""
    (tmp_path / "notes.txt").write_text("not a store, and long enough to be read as one", "utf-8")
    for name in ("notes.txt", "missing.db"):
        with pytest.raises(StoreError):
            back_up(tmp_path / name, tmp_path / "copy.db")
    store = tmp_path / "m.db"
    Store(f"sqlite:///{store}", create=True).close()
    with pytest.raises(OutputError, match="cannot be written"):
        back_up(store, tmp_path / "no" / "such" / "folder.db")
    assert beside(tmp_path / "x") == ["m.db", "notes.txt"]


def test_an_old_store_is_copied_as_it_is(tmp_path):
    """Neither it nor its copy is brought up to date."""
    old = load(tmp_path / "old.db", 2)
    assert back_up(old, tmp_path / "copy.db").version == 2
    assert version_of(old) == version_of(tmp_path / "copy.db") == "2"


@pytest.mark.parametrize("name", ["mentions", "entries_by_url", "sqlite_autoindex_mentions_1"])
def test_a_damaged_store_replaces_no_good_backup(path, tmp_path, name):
    """It is told, and kept as it is beside the backups, byte for byte."""
    good = tmp_path / "good.db"
    back_up(path, good)
    whole = good.read_bytes()
    overwrite(path, page_of(path, name))
    with pytest.raises(DamagedStore, match=r"good\.db\.damaged"):
        back_up(path, good, force=True)
    assert good.read_bytes() == whole
    assert (tmp_path / "good.db.damaged").read_bytes() == path.read_bytes()
    assert beside(path) == ["good.db", "good.db.damaged", "m.db"]
    # A second try does not replace the first either.
    with pytest.raises(DamagedStore):
        back_up(path, good, force=True)


LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
sys.argv[0] = "mentionwatch"
from mentionwatch.__main__ import main
main()
"""


def written_config(path):
    """A configuration of the store, in its folder."""
    found = path.parent / "mentionwatch.toml"
    found.write_text(f'[store]\nurl = "sqlite:///{path.name}"\n[[brands]]\nname = "Acme"\nmatch = ["acme"]\n', "utf-8")
    return found


@posix
@pytest.mark.parametrize(
    "command", [("db", "backup", "copy.db"), ("db", "prune", "--older-than", "1d"), ("db", "forget", "ann", "--yes")]
)
def test_a_full_disk_leaves_nothing_half_done(path, command):
    """A file may grow no further: one line and 1, the store is as it was, and no part of a copy lies about."""
    with Store(f"sqlite:///{path}") as store:
        found = [made(5000 + n, START + n * HOUR, author="ann") for n in range(200)]
        store.record_poll(SourcePoll(status=status(), entries=[(m.entry_id, m.entry) for m in found], mentions=found))
    settings = written_config(path)
    tables = ("entries", "mentions", "entry_words")
    before = [rows(path, table) for table in tables]
    arguments = [str(path.with_name(word)) if word == "copy.db" else word for word in command]
    done = run_code(LIMITED, *arguments, "--config", settings)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ")
    assert [rows(path, table) for table in tables] == before
    assert not [name for name in beside(path) if "copy" in name or "part" in name]
    assert find_damage(path) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from mentionwatch.store import backup
backup.find_damage = lambda *_args, **_more: os.kill(os.getpid(), signal.SIGKILL)
backup.back_up(Path(sys.argv[1]), Path(sys.argv[2]), force=True)
"""


@posix
def test_a_backup_that_is_killed_replaces_nothing(path, tmp_path):
    """It has its name only when it is whole; the next one works."""
    target = tmp_path / "copy.db"
    back_up(path, target)
    before = target.read_bytes()
    assert run_code(KILLED, path, target).returncode == -9
    assert target.read_bytes() == before
    back_up(path, target, force=True)


def test_a_store_that_is_held_is_told(path, tmp_path, monkeypatch):
    """Another program keeps everybody out: after the time to wait it is said, and nothing is left behind."""
    monkeypatch.setattr(opening, "_BUSY_S", 0)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="locked"):
            back_up(path, tmp_path / "copy.db")
        other.execute("ROLLBACK")
    assert "copy.db" not in beside(path)


# --- recover ----------------------------------------------------------------------------------------------


def test_of_a_whole_store_all_is_recovered(told, tmp_path):
    """Every row of every table, in a store that is like any other; the old one stays as it is."""
    before = told.read_bytes()
    done = salvage(told, tmp_path / "new.db")
    assert not done.torn
    assert told.read_bytes() == before
    for table in metadata.tables:
        if table not in {"meta", "entry_words"}:
            assert rows(tmp_path / "new.db", table) == rows(told, table), table
    assert len(rows(tmp_path / "new.db", "entry_words")) == len(rows(told, "entries"))
    assert beside(told) == ["m.db", "new.db"]
    if os.name == "posix":
        assert (tmp_path / "new.db").stat().st_mode & 0o777 == 0o600
    with Store(f"sqlite:///{tmp_path / 'new.db'}") as store:
        assert store.fill_index("test", lambda entry: entry.text or "", most=10**6) == len(rows(told, "entries"))


@pytest.mark.parametrize("seed", range(6))
def test_what_is_damaged_costs_what_stood_there(told, tmp_path, seed):
    """Pages overwritten at random: what is recovered stood in the store, is most of it, and is whole by itself."""
    dice = random.Random(seed)
    whole = {table: rows(told, table) for table in ("entries", "mentions")}
    # Behind the pages that say where the tables are: their loss is another case.
    pages = told.stat().st_size // 4096
    for page in dice.sample(range(68, pages), 5):
        overwrite(told, page, size=dice.choice([20, 400, 4096]))
    before = told.read_bytes()
    done = salvage(told, tmp_path / "new.db")
    for table, old in whole.items():
        found = rows(tmp_path / "new.db", table)
        assert len(found) == done.rows[table] > len(old) // 2
        assert len(set(map(repr, found)) - set(map(repr, old))) <= len(old) // 10, "but for bytes within a text"
    assert told.read_bytes() == before
    with Store(f"sqlite:///{tmp_path / 'new.db'}") as store:
        assert len(store.mentions()) == done.rows["mentions"]
        assert store.alerts() is not None


def test_of_nothing_nothing_is_recovered(told, tmp_path):
    """The first page is gone: that is said, and no empty store is left as if it were one."""
    overwrite(told, 0, size=100)
    with pytest.raises(StoreError):
        salvage(told, tmp_path / "new.db")
    body = told.read_bytes()
    told.write_bytes(b"SQLite format 3\0" + body[16:100] + b"\xff" * 3996 + body[4096:])
    with pytest.raises(StoreError):
        salvage(told, tmp_path / "new.db")
    with pytest.raises(UsageError):
        salvage(told, told, force=True)
    assert beside(told) == ["m.db"]


# --- upgrade ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [2, 3])
def test_an_upgrade_keeps_the_store_as_it_was(tmp_path, version):
    """From and to are told; the copy is of the old version, with all its rows; done again, nothing is done."""
    old = load(tmp_path / "m.db", version)
    mentions = len(rows(old, "mentions"))
    done = upkeep.upgrade(config(old), now=NOW)
    assert (done.before, done.after) == (version, SCHEMA_VERSION)
    assert (version_of(old), version_of(done.backup)) == (str(SCHEMA_VERSION), str(version))
    assert len(rows(done.backup, "mentions")) == len(rows(old, "mentions")) == mentions
    again = upkeep.upgrade(config(old), now=NOW)
    assert (again.before, again.after, again.backup) == (SCHEMA_VERSION, SCHEMA_VERSION, None)


def test_an_upgrade_without_room_for_the_copy_changes_nothing(tmp_path):
    """First the copy, then the change."""
    old = load(tmp_path / "m.db", 2)
    done = run_code(LIMITED.replace("65536", "8192"), "db", "upgrade", "--config", written_config(old))
    assert done.returncode == 1, done.stderr
    assert version_of(old) == "2"
    assert not [name for name in beside(old) if "backup" in name]


# --- forget -----------------------------------------------------------------------------------------------

#: Of the text that Ann posted first, and Bob after her.
KEY = f"e{9003:015x}"
WORDS = "zyxwvuts qponmlkj"


@pytest.fixture
def told(path):
    """Ann wrote four times: in two places, once what Bob copied; an alert rests on it, which waits to be told."""
    with Store(f"sqlite:///{path}") as store:
        found = [
            made(9001, START + DAY, author="ann", text=f"acme {WORDS} one"),
            made(9002, START + 2 * DAY, author="u/Ann", source="club", text=f"acme {WORDS} two"),
            made(9003, START + 3 * DAY, author="Ann", text="acme shared words", copy=KEY),
            made(9004, START + 4 * DAY, author="bob", text="acme shared words", copy=KEY),
            made(9005, START + 5 * DAY, author="annette", text="acme is another one"),
        ]
        for source in ("forum", "club"):
            mine = [mention for mention in found if mention.entry.source == source]
            store.record_poll(
                SourcePoll(
                    status=status(source),
                    entries=[(m.entry_id, m.entry) for m in mine],
                    mentions=mine,
                    tellings=[("mail", m.id) for m in mine],
                    words={m.entry_id: m.entry.text.replace("acme", "") for m in mine},
                    words_by="test",
                )
            )
        ids = [mention.id for mention in found]
        made_alert = alert(evidence=tuple(ids))
        store.record_alert(made_alert, [("mail", Notice("n1", "open", made_alert, NOW))])
        store.mark(ids[:3], Verdict(tone="neutral", topic="secret topic"), now=NOW)
    return path


def forget(path, name="ann", **more):
    settings = config(path)
    found = upkeep.authors_named(settings, name, more.pop("source", None))
    return upkeep.forget(settings, found, now=NOW, **more)[0]


def test_what_an_author_wrote_is_forgotten(told):
    """Entries, mentions, marks, tellings; out of the alert and the notice; all others stay as they were."""
    before = {table: rows(told, table) for table in ("entries", "mentions")}
    done = forget(told)
    assert (done.entries, done.mentions, done.marks, done.tellings) == (3, 3, 2, 3)
    assert (done.alerts, done.alerts_changed, done.notices_changed) == (0, 1, 1)
    for table, old in before.items():
        now = rows(told, table)
        assert len(now) == len(old) - 3
        assert all(row in old for row in now)
    with Store(f"sqlite:///{told}") as store:
        (left,) = store.alerts()
        assert [id_[-4:] for id_ in left.evidence] == ["232c", "232d"]
        assert left.observed == alert().observed, "what was counted stays"
        (notice,) = store.outbox.notices("mail")
        assert notice.alert.evidence == left.evidence
        (bob,) = [m for m in store.mentions() if m.entry.author == "bob"]
        assert bob.tone.by == "mark", "what was said of the text holds for Bob's copy of it"
        assert {m.entry.author for m in store.mentions()} >= {"bob", "annette"}
    assert {row[1] for row in rows(told, "tellings")} == set(left.evidence)
    assert find_damage(told) == []


def test_nothing_of_it_is_left_in_the_file(told):
    """Not in a page that was given back, nor in the index, nor beside the store."""
    assert WORDS.encode() in b"".join(found.read_bytes() for found in told.parent.iterdir())
    forget(told)
    left = b"".join(found.read_bytes() for found in told.parent.iterdir())
    assert WORDS.encode() not in left
    assert WORDS.split(maxsplit=1)[0].encode() not in left
    with closing(sqlite3.connect(told)) as raw:
        raw.execute("CREATE VIRTUAL TABLE temp.v USING fts5vocab(main, entry_index, row)")
        terms = {term for (term,) in raw.execute("SELECT term FROM v")}
    assert not terms & set(WORDS.split())
    assert "shared" in terms


def test_a_dry_run_counts_and_deletes_nothing(told):
    """The same numbers as the real one."""
    tables = ("entries", "mentions", "marks", "alerts", "notices", "tellings", "entry_words", "heads")
    before = [rows(told, table) for table in tables]
    counted = forget(told, dry_run=True)
    assert [rows(told, table) for table in tables] == before
    assert counted == forget(told)
    assert not forget(told), "and then there is nothing left"


@pytest.mark.parametrize(
    ("name", "source", "entries"),
    [("@ANN", None, 3), ("ann", "club", 1), ("ann", "nowhere", 0), ("annet", None, 0), ("", None, 0), ("%", None, 0)],
)
def test_a_name_is_known_as_in_ignore_authors(told, name, source, entries):
    """Case and what stands before a name make no other one; a part of a name is none."""
    assert forget(told, name, source=source).entries == entries


def test_a_copy_by_another_stands_for_the_text_from_now_on(told):
    """So that the next copy is known again."""
    with Store(f"sqlite:///{told}") as store, store._transaction(write=True) as connection:
        entry = next(row[0] for row in rows(told, "entries") if "acme shared words" in row and "Ann" in row)
        connection.exec_driver_sql(
            'INSERT INTO heads ("copy", entry, story, first, last, sketch) VALUES (?, ?, ?, ?, ?, ?)',
            (KEY, entry, "s1", "2026-03-02 00:00:00.000000", "2026-03-02 00:00:00.000000", b""),
        )
    forget(told)
    (head,) = rows(told, "heads")
    bob = next(row[0] for row in rows(told, "entries") if "bob" in row)
    assert head[1:3] == (KEY, bob)


def test_while_a_poll_runs_nothing_is_deleted(told):
    """It would write back what it has read before."""
    before = rows(told, "mentions")
    with poll_lock(told, now=NOW):
        with pytest.raises(Locked):
            forget(told)
        with pytest.raises(Locked):
            upkeep.prune(config(told), NOW, now=NOW)
    assert rows(told, "mentions") == before


def test_who_is_ignored_does_not_come_again():
    """Only where every brand ignores the author."""
    brands = (Brand("Acme", ("acme",), ignore_authors=("u/ann",)), Brand("Globex", ("globex",)))
    assert not upkeep.is_ignored(Config(brands=brands, sources=()), "ann")
    assert upkeep.is_ignored(Config(brands=brands[:1], sources=()), "Ann")
    assert upkeep.is_ignored(Config(brands=brands, sources=(), ignore_authors=("ann",)), "Ann")
    assert not upkeep.is_ignored(None, "ann")


# --- prune ------------------------------------------------------------------------------------------------


def test_pruning_says_what_it_deletes(told):
    """A dry run counts the same and deletes nothing; what is younger stays, and a live alert with what waits to be told."""
    before = START + 10 * DAY
    with Store(f"sqlite:///{told}") as store:
        (waiting,) = store.alerts()
    old = [
        row for row in rows(told, "mentions") if row[-2] < before.isoformat(sep=" ") and row[0] not in waiting.evidence
    ]
    counted = upkeep.prune(config(told), before, now=NOW, dry_run=True)
    assert counted.mentions == counted.entries == len(old) > 0
    kept = len(rows(told, "mentions"))
    assert upkeep.prune(config(told), before, now=NOW) == counted
    assert len(rows(told, "mentions")) == kept - len(old)
    assert set(waiting.evidence) <= {row[0] for row in rows(told, "mentions")}
    assert not upkeep.prune(config(told), before, now=NOW)
    assert len(rows(told, "alerts")) == 1


# --- where it lies ----------------------------------------------------------------------------------------

PROC = r"""/dev/sda1 / ext4 rw,relatime 0 0
server:/export /mnt/my\040share nfs4 rw,vers=4.2 0 0
//nas/data /mnt/nas cifs rw 0 0
u@host: /home/u/remote fuse.sshfs rw 0 0
C:\134 /mnt/c 9p rw,aname=drvfs 0 0
/dev/sdb1 /mnt/usb fuseblk rw 0 0
tmpfs /mnt/nas/local tmpfs rw 0 0
"""
MAC = "/dev/disk3s1 on / (apfs, local, journaled)\n//u@nas._smb._tcp.local/data on /Volumes/my data (1) (smbfs, nodev)"
BSD = "/dev/sd0a on / type ffs (local)\nnas:/data on /mnt/nas type nfs (v3, udp)"


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/home/u/m.db", None),
        ("/mnt/my share/deep/m.db", "nfs4"),
        ("/mnt/nas/m.db", "cifs"),
        ("/mnt/nasty/m.db", None),
        ("/mnt/nas/local/m.db", None),
        ("/home/u/remote/m.db", "fuse.sshfs"),
        ("/mnt/c/Users/u/m.db", "9p"),
        ("/mnt/usb/m.db", None),
    ],
)
def test_a_network_drive_is_known_by_what_is_mounted(place, kind):
    """The nearest mount counts, whole names only."""
    assert kind_at(Path(place), read_proc(PROC)) == kind


def test_other_systems_list_their_mounts_in_other_words():
    """As ``mount`` prints them on macOS and the BSDs; a line that is none is passed over."""
    assert read_listed(MAC) == [("/", "apfs"), ("/Volumes/my data (1)", "smbfs")]
    assert read_listed(BSD + "\nrubbish\n") == [("/", "ffs"), ("/mnt/nas", "nfs")]
    assert kind_at(Path("/mnt/nas/m.db"), read_listed(BSD)) == "nfs"
    assert not is_network("fuse.ntfs-3g")


def test_a_file_is_looked_at(path):
    """Its size with what still waits beside it, and who may read it."""
    place = look_at(path)
    assert (place.bytes, place.wal_bytes, place.writable) == (path.stat().st_size, 0, True)
    assert place.free_bytes > 0
    with Store(f"sqlite:///{path}") as store:
        store.record_poll(SourcePoll(status=status(), entries=[("e1", Entry("forum", text="x" * 9000))]))
        waiting = look_at(path)
        assert waiting.wal_bytes == Path(f"{path}-wal").stat().st_size > 9000
        assert waiting.bytes == path.stat().st_size + waiting.wal_bytes
    if os.name == "posix":
        assert place.mode == 0o600
