"""Programs whose output is a document, and pieces of files."""

from __future__ import annotations

import os
import select
import sys
from pathlib import Path

import pytest

from mentionwatch.errors import FetchError
from mentionwatch.model import Request, Validators
from tests.fetching import CAP, NOW, run


def output(*argv, **changes):
    """Run a program of Python's, and give the response."""
    request = Request("command:", argv=(sys.executable, "-c", *argv), given={"a": "b"})
    return run(lambda fetcher: fetcher.get(request, now=NOW), **changes)


def failure(*argv, **changes):
    """Give the error that a program ends in."""
    with pytest.raises(FetchError) as e:
        output(*argv, **changes)
    return e.value


def test_what_a_program_prints_is_the_document():
    """Its arguments reach it as they are, with no shell between, and it has nothing to read."""
    code = "import sys; print(sys.argv[1:], sys.stdin.read()); print('noise', file=sys.stderr)"
    found = output(code, "$HOME; rm *", "`x`", '"')
    assert found.body.decode().split() == repr(["$HOME; rm *", "`x`", '"']).split()
    assert (found.given, found.url, found.fetched_at) == ({"a": "b"}, "command:", NOW)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import sys; print('half'); sys.exit('no\\nsuch \\x1b[31mplace')", 'ended with code 1: "such place"'),
        ("import sys; sys.exit(3)", "ended with code 3"),
        ("print('x' * 1_000_000)", "larger than"),
        ("import sys\nwhile 1: sys.stdout.write('x' * 9999)", "larger than"),
        ("import sys\nfor n in range(3000): sys.stderr.write('y' * 9999)\nsys.exit(1)", 'code 1: "yyy'),
    ],
)
def test_a_program_that_fails_is_told_in_one_line(code, words):
    """With the last it said, whatever that is; what it printed before is not taken."""
    error = failure(code)
    assert words in str(error)
    assert "\n" not in str(error)
    assert error.state == "down"


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waiting for a process of others is Linux' own")
def test_a_program_that_hangs_is_ended_with_all_that_it_started(tmp_path):
    """It has as much time as a document."""
    told = tmp_path / "pid"
    child = f"import os, time; open({str(told)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    code = (
        f"import subprocess, sys, time, os; subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        f"while not os.path.exists({str(told)!r}): pass\nprint('x', flush=True); time.sleep(60)"
    )
    error = failure(code, timeout_s=2.0)
    assert "takes longer than 2 s" in str(error)
    pid = int(told.read_text())
    assert _has_ended(pid)


def _has_ended(pid):
    """Whether a process ends within some seconds: a signal has gone to it, and it takes it in its own time."""
    try:
        file = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        waiting = select.poll()
        waiting.register(file, select.POLLIN)
        return bool(waiting.poll(5_000))
    finally:
        os.close(file)


@pytest.mark.parametrize("argv", [("/nowhere/at/all",), ("a\0b",), ("",)])
def test_a_program_that_is_not_there(argv):
    """It is an error of the source, and says what to look at."""
    with pytest.raises(FetchError, match="cannot be started") as e:
        run(lambda fetcher: fetcher.get(Request("command:", argv=argv), now=NOW))
    assert "argv" in e.value.advice


def test_a_file_is_read_in_pieces(tmp_path):
    """From any byte on; the answer says how much there is, and knows the file again while nobody touches it."""
    path = tmp_path / "a b.jsonl"
    path.write_bytes(bytes(range(256)) * 1000)
    url = path.as_uri()

    def piece(at, validators=None):
        request = Request(f"{url}#offset={at}")
        return run(lambda fetcher: fetcher.get(request, validators, now=NOW), files=[url])

    first, last = piece(0), piece(200_000)
    assert (len(first.body), first.headers["content-range"]) == (CAP, f"bytes 0-{CAP - 1}/256000")
    assert (last.body[:2], last.headers["content-range"]) == (bytes([64, 65]), "bytes 200000-255999/256000")
    known = Validators(etag=first.headers["etag"])
    assert piece(0, known) is None
    with path.open("ab") as file:
        file.write(b"more")
    assert piece(0, known) is not None
    with pytest.raises(FetchError):
        run(lambda fetcher: fetcher.get(Request(f"{url}x#offset=0"), now=NOW), files=[url])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names as on POSIX")
@pytest.mark.parametrize("piece", ["", "#offset=0"])
def test_what_is_no_file_is_not_waited_for(tmp_path, piece):
    """A pipe that nobody writes into, a device without an end, a folder."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        url = path.as_uri()
        request = Request(url + piece)
        with pytest.raises(FetchError, match="it is no file"):
            run(lambda fetcher, request=request: fetcher.get(request, now=NOW), files=[url])
