"""What stays on this machine: commands, files, stdout."""

from __future__ import annotations

import fcntl
import io
import json
import os
import stat
import subprocess
import sys
import threading

import pytest

from mentionwatch.deliver.base import Limits
from mentionwatch.deliver.command import CommandChannel
from mentionwatch.deliver.file import FileChannel
from mentionwatch.deliver.stdout import StdoutChannel
from mentionwatch.errors import DeliveryError
from mentionwatch.settings import Secret
from tests.deliver.sample_messages import HOSTILE, MANY, ONE, TEST

SLOW, QUICK = Limits(10, 20), Limits(0.2, 0.5)


def refusal(one, message=ONE):
    with pytest.raises(DeliveryError) as found:
        one.send(message)
    assert "\n" not in str(found.value)
    return found.value


# --- command ----------------------------------------------------------------------------------------------


def program(folder, body, *args, limits=SLOW):
    """A channel that runs a Python program, in a folder."""
    path = folder / "tell.py"
    path.write_text(f"#!{sys.executable}\nimport json, os, signal, subprocess, sys, time\n{body}\n")
    path.chmod(0o755)
    return CommandChannel(("./tell.py", *args), folder, limits)


def test_a_command_gets_json_and_nothing_else(tmp_path):
    """It runs in the config's folder; arguments stand as they are, and no shell sees them."""
    body = "json.dump([json.load(sys.stdin), sys.argv[1:], os.getcwd()], open('got', 'w'))"
    program(tmp_path, body, "$(touch pwned)", "; touch pwned", "*").send(HOSTILE)
    got, args, folder = json.loads((tmp_path / "got").read_text())
    assert got["id"] == HOSTILE.id
    assert args == ["$(touch pwned)", "; touch pwned", "*"]
    assert folder == str(tmp_path)
    assert not (tmp_path / "pwned").exists()


def test_a_command_that_reads_nothing_is_told_all_the_same(tmp_path):
    """Its exit code is what counts, however much it was given."""
    program(tmp_path, "sys.stdin.close()").send(MANY)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("sys.exit(3)", "ended with code 3"),
        ("sys.stderr.write('a\\nlast \\x1b[31mword\\n'); sys.exit(1)", 'ended with code 1: "last word"'),
        ("os.kill(os.getpid(), signal.SIGTERM)", "was ended by signal 15"),
        ("while True: sys.stderr.write('x' * 100000)", "longer than 0.5 s"),
        ("while True: print('x' * 100000)", "longer than 0.5 s"),
        ("time.sleep(100)", "longer than 0.5 s"),
        ("signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(100)", "longer than 0.5 s"),
    ],
)
def test_a_command_that_fails_is_told_in_time(tmp_path, body, expected):
    """How it ended and its last words; one that hangs or chatters is ended."""
    limits = QUICK if "longer" in expected else SLOW
    assert expected in refusal(program(tmp_path, body, limits=limits)).reason


def test_what_a_command_starts_ends_with_it(tmp_path):
    """A child that holds the pipes open holds nobody up."""
    # The child holds a lock as long as it lives, and would say that it lived on.
    child = "import time; time.sleep(20); open('survived', 'w')"
    body = (
        "import fcntl\n"
        "held = open('lock', 'w')\n"
        "fcntl.flock(held, fcntl.LOCK_EX)\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}], pass_fds=[held.fileno()])"
    )
    program(tmp_path, body).send(ONE)
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
    assert not (tmp_path / "survived").exists()


def test_a_secret_in_the_arguments_is_masked(tmp_path):
    """Programs repeat what they were given."""
    secret = Secret("s3cret-token")
    error = refusal(program(tmp_path, "sys.exit('bad: ' + sys.argv[1])", secret))
    assert "s3cret" not in str(error)
    assert "bad: ***" in error.reason
    assert "s3cret" not in repr(program(tmp_path, "", secret))


@pytest.mark.parametrize("argv", [("no-such-program",), (), ("./none",), ("echo hello",), ("a\0b",)])
def test_a_command_that_cannot_be_started_is_permanent(tmp_path, argv):
    """What to look at is said."""
    error = refusal(CommandChannel(argv, tmp_path))
    assert "cannot be started" in error.reason
    assert "argv" in error.advice
    assert error.permanent


# --- file -------------------------------------------------------------------------------------------------


def test_a_file_gets_a_line_a_message(tmp_path):
    """Readable by its owner only, JSON on each line; what is there stays."""
    for message in (ONE, HOSTILE, TEST):
        FileChannel("alerts.jsonl", tmp_path).send(message)
    path = tmp_path / "alerts.jsonl"
    assert [json.loads(line)["kind"] for line in path.read_text().splitlines()] == ["alerts", "alerts", "test"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_line_that_broke_off_is_not_joined(tmp_path):
    """Another writer's half line costs that line only."""
    path = tmp_path / "f"
    path.write_text('{"half":')
    FileChannel("f", tmp_path).send(ONE)
    assert json.loads(path.read_text().splitlines()[1])["id"] == ONE.id


def test_writers_at_the_same_time_do_not_mix(tmp_path):
    """Each line is whole."""
    one = FileChannel("f", tmp_path)
    threads = [threading.Thread(target=one.send, args=(MANY,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = (tmp_path / "f").read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == [MANY.id] * 8


def test_a_file_that_somebody_locks_is_a_delivery_error_in_time(tmp_path):
    """Waited for, and then told."""
    with (tmp_path / "f").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert "locked by another program" in refusal(FileChannel("f", tmp_path, QUICK)).reason
    assert (tmp_path / "f").read_text() == ""


def test_a_full_disk_leaves_nothing_half_written(tmp_path):
    """What was written in part is taken back, so that the next one is whole."""
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from mentionwatch.deliver.file import FileChannel\n"
        "from mentionwatch.errors import DeliveryError\n"
        "from tests.deliver.sample_messages import ONE\n"
        "one = FileChannel('f', Path(sys.argv[1]))\n"
        "one.send(ONE)\n"
        "size = (Path(sys.argv[1]) / 'f').stat().st_size\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, size + 100))\n"
        "try: one.send(ONE)\n"
        "except DeliveryError as e: print(e.reason.rpartition(': ')[2], (Path(sys.argv[1]) / 'f').stat().st_size - size)"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout == "File too large 0\n"


@pytest.mark.parametrize("name", ["no/such/folder/f", "folder", "pipe", "a\0b", "/dev/null"])
def test_a_place_that_cannot_be_written_is_told(tmp_path, name):
    """A folder, a pipe that nobody reads, a device: none of them is waited for."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    assert "cannot be written" in refusal(FileChannel(name, tmp_path)).reason


# --- stdout -----------------------------------------------------------------------------------------------


class _Stream(io.TextIOWrapper):
    def __init__(self, encoding):
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, encoding=encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
def test_stdout_prints_whatever_the_stream_can_hold(encoding):
    """Other characters as escapes; blocks only where they can be seen."""
    stream = _Stream(encoding)
    StdoutChannel(stream).send(ONE)
    text = stream.bytes.getvalue().decode(encoding)
    assert text.startswith("Nimbus: high alert\n")
    assert text.endswith("mentionwatch alerts show a1b2c3d4\n\n")
    assert ("█" in text) is (encoding == "utf-8")
    assert "\\u2588" not in text


def test_stdout_writes_commands_as_they_are_typed_here():
    """On this machine they name the configuration."""
    stream = _Stream("utf-8")
    StdoutChannel(stream, lambda *words: " ".join(("mw", *words, "--config", "x.toml")), "Would tell:").send(ONE)
    text = stream.bytes.getvalue().decode()
    assert text.startswith("Would tell:\nNimbus")
    assert "mw alerts ack a1b2c3d4 --config x.toml" in text


def test_a_stream_that_is_closed_or_full_is_a_delivery_error():
    """Nothing counts as told that sits in a buffer."""
    stream = _Stream("utf-8")
    stream.close()
    assert "cannot be printed" in refusal(StdoutChannel(stream)).reason
    raw = os.open("/dev/full", os.O_WRONLY)
    full = io.TextIOWrapper(io.FileIO(raw, "w", closefd=False), write_through=True)
    assert "No space left" in refusal(StdoutChannel(full)).reason
    os.close(raw)
