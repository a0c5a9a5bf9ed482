"""``mentionwatch watch``: on a terminal and without one, until it is stopped."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading

import pytest

from mentionwatch.store import Store
from tests.cli.calling import _ESCAPE, _ON_TERMINAL, NOW, run
from tests.cli.test_cli_poll import HOLDER
from tests.servers import Answer
from tests.test_outbox import alert, notify, record
from tests.test_outbox import config as settings

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and terminals as on POSIX")
STOPPED = "Stopped; what was stored is whole.\n"


@contextlib.contextmanager
def watching(*args):
    """It runs as a process of its own, without a terminal."""
    command = [sys.executable, "-m", "mentionwatch", "watch", *map(str, args)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as process:
        guard = threading.Timer(60, process.kill)
        guard.start()
        try:
            yield process
        finally:
            process.kill()
            guard.cancel()


class Terminal:
    """It runs on a terminal, whose screen is read as it comes."""

    def __init__(self, *args, columns=80, rows=24, environ=(), **streams):
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        command = [sys.executable, "-c", _ON_TERMINAL, "watch", *map(str, args)]
        env = {**os.environ, "TERM": "xterm", **dict(environ)}
        streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs, **streams}
        self.process = subprocess.Popen(command, env=env, start_new_session=True, **streams)
        os.close(theirs)
        self.guard = threading.Timer(60, self.process.kill)
        self.guard.start()
        self.raw = b""

    def until(self, text):
        """Read until it is shown."""
        while text not in self.text:
            self.raw += os.read(self.ours, 4096)
        return self.text

    def end(self):
        """Read to the end; its exit code."""
        with contextlib.suppress(OSError):
            while chunk := os.read(self.ours, 4096):
                self.raw += chunk
        return self.process.wait()

    @property
    def text(self):
        return _ESCAPE.sub("", self.raw.decode("utf-8", "ignore")).replace("\r\n", "\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.guard.cancel()
        os.close(self.ours)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_without_a_terminal_a_line_a_poll(config, number, code):
    """When, what came, and when the next is; then a signal ends it, between two polls."""
    with watching("--config", config) as process:
        line = process.stderr.readline()
        process.send_signal(number)
        out, err = process.communicate()
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d  4 new mentions \(.*\) from 3 sources; next poll at \d\d:\d\d\n", line
    )
    assert (process.returncode, out) == (code, "")
    assert err == (STOPPED if code == 130 else "")
    assert len(json.loads(run("mentions", "--config", config, "--json").stdout)) == 4


def test_a_signal_in_the_middle_of_a_poll(config, server):
    """It ends it too, and what came before is stored whole."""
    asked = threading.Event()

    def hang(handler):
        asked.set()
        handler.server.loopback.closing.wait(30)

    server.routes["/reviews"] = hang
    with watching("--config", config) as process:
        assert asked.wait(30)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate()
    assert (process.returncode, out) == (143, "")
    assert "Traceback" not in err


def test_trouble_and_alerts_are_told_as_poll_tells_them(config, server, home):
    """Trouble on stderr, alerts on stdout."""
    assert run("poll", "--config", config).exit_code == 0
    with Store(f"sqlite:///{home / 'm.db'}") as store:
        made = alert(opened=NOW, updated=NOW, last_burst=NOW, last_notice=NOW)
        record(store, settings(notify("stdout", "stdout")), made, now=NOW)
    server.routes["/feed.xml"] = Answer(status=410)
    with Store(f"sqlite:///{home / 'm.db'}") as store, store._transaction(write=True) as connection:
        connection.exec_driver_sql("UPDATE sources SET next_poll = NULL, last_polled = '2020-01-01 00:00:00.000000'")
    with watching("--config", config) as process:
        told = process.stderr.readline()
        process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        out, _err = process.communicate()
    assert told.startswith("Error: forum: gone: ")
    assert "9 negative mentions." in out


def test_json_is_a_record_a_poll(config):
    """On stdout, each on a line of its own; nothing on stderr."""
    with watching("--config", config, "--json") as process:
        found = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        _out, err = process.communicate()
    assert list(found) == ["at", "next", "sources", "mentions", "alerts", "exit_code"]
    assert found["mentions"] == 4
    assert err == ""


def test_another_run_is_waited_for(config, home):
    """It says who polls, and tries again; it does not end with 75."""
    command = [sys.executable, "-c", HOLDER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=home) as other:
        assert other.stdout.readline() == "held\n"
        with watching("--config", config) as process:
            line = process.stderr.readline()
            assert process.poll() is None
        other.communicate("")
    assert line == f"Error: process {other.pid} polls at this moment; the next try follows soon\n"


def test_a_first_poll_that_fails_ends_it(config, home):
    """As it ends poll."""
    (home / "m.db").write_text("my diary", "utf-8")
    result = run("watch", "--config", config)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "not a mentionwatch store" in result.stderr
    config.write_text("[[", "utf-8")
    assert run("watch", "--config", config).exit_code == 2


def test_an_interval_that_is_none_is_wrong_usage(config):
    """Too short, or no length of time."""
    short = run("watch", "--every", "1s", "--config", config)
    assert (short.exit_code, "write 10s or more" in short.stderr) == (2, True)
    assert run("watch", "--every", "often", "--config", config).exit_code == 2


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_on_a_terminal_there_is_a_screen_and_nothing_of_it_stays(config, server, columns, rows):
    """Sources, alerts, mentions, and when the next poll is; Ctrl-C ends it, and what was told by the way stays."""
    server.routes["/feed.xml"] = Answer(status=410)
    with Terminal("--config", config, columns=columns, rows=rows) as terminal:
        assert "SOURCES  3: 3 new" in terminal.until("next poll in")
        shown = terminal.until("shop: ")
        assert "SOURCES  3: 2 ok, 1 gone" in shown
        assert "\n  forum  gone  never " in shown
        os.write(terminal.ours, b"\x03")
        assert terminal.end() == 130
        # What the screen wrote is erased line by line, and the cursor shown again.
        assert terminal.raw.count(b"\x1b[?25l") == terminal.raw.count(b"\x1b[?25h") > 0
        assert terminal.text.count("Error: forum: gone: ") == 1
        assert terminal.text.endswith(STOPPED)
        assert b"\x1b[2K" in terminal.raw[terminal.raw.rindex(b"shop: ") :]


def test_sigterm_gives_the_terminal_back(config):
    """The cursor is shown again, and 143 is what it ends with."""
    with Terminal("--config", config) as terminal:
        terminal.until("next poll in")
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.end() == 143
        assert terminal.raw.rindex(b"\x1b[?25h") > terminal.raw.rindex(b"\x1b[?25l")


def test_an_alert_is_told_above_the_screen(config, home):
    """It stays when the screen is gone, whole, whatever the width of the terminal."""
    assert run("poll", "--config", config).exit_code == 0
    why = "negative mention " * 12 + "at https://site.example/" + "x" * 90
    with Store(f"sqlite:///{home / 'm.db'}") as store:
        made = alert(opened=NOW, updated=NOW, last_burst=NOW, last_notice=NOW, reason=why)
        record(store, settings(notify("stdout", "stdout")), made, now=NOW)
    with Terminal("--config", config) as terminal:
        terminal.until("ALERTS  1 open")
        terminal.until("next poll in")
        os.write(terminal.ours, b"\x03")
        assert terminal.end() == 130
        assert "Acme: elevated alert" in terminal.text
        assert "x" * 90 in terminal.text.replace("\n", "")


def test_alerts_go_where_stdout_goes(config, home):
    """With stdout in a file the screen is on the terminal, and the file holds alerts only."""
    assert run("poll", "--config", config).exit_code == 0
    with Store(f"sqlite:///{home / 'm.db'}") as store:
        made = alert(opened=NOW, updated=NOW, last_burst=NOW, last_notice=NOW)
        record(store, settings(notify("stdout", "stdout")), made, now=NOW)
    with (home / "out.txt").open("w") as out, Terminal("--config", config, stdout=out) as terminal:
        terminal.until("next poll in")
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.end() == 143
    told = (home / "out.txt").read_text("utf-8")
    assert told.startswith("Acme: elevated alert")
    assert "SOURCES" not in told
    assert "\x1b" not in told


def test_a_terminal_that_can_do_nothing_gets_lines(config):
    """TERM=dumb, or -q: no screen."""
    with Terminal("--config", config, environ={"TERM": "dumb"}) as terminal:
        terminal.until("next poll at")
        assert b"\x1b" not in terminal.raw
    with Terminal("-q", "--config", config) as terminal:
        terminal.process.send_signal(signal.SIGTERM)
        terminal.end()
        assert b"SOURCES" not in terminal.raw
