"""Ways to call the command line: in this process, as a process, and on a terminal."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import threading
from datetime import datetime, timezone
from typing import NamedTuple

from click.testing import CliRunner

from mentionwatch.cli import cli

NOW = datetime.now(timezone.utc).replace(microsecond=0)
# A terminal sends Ctrl-C to the processes that it controls only.
_ON_TERMINAL = """
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from mentionwatch.__main__ import main
main()
"""
_ESCAPE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


def run(*args, **extra):
    """Run the command line in this process."""
    return CliRunner().invoke(cli, [str(arg) for arg in args], prog_name="mentionwatch", **extra)


def run_process(*args, **extra):
    """Run it as a process of its own."""
    command = [sys.executable, "-m", "mentionwatch", *(str(arg) for arg in args)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **extra)


class Shown(NamedTuple):
    """What came of a command on a terminal."""

    exit_code: int
    #: Without escape sequences.
    text: str

    @property
    def lines(self):
        """The lines that stayed, without what a progress line left behind."""
        return [line.split("\r")[-1].rstrip() for line in self.text.replace("\r\n", "\n").splitlines()]


def _next_chunk(terminal, *, interrupts):
    """What comes next; a Ctrl-C that fell between two steps of readline, which then waits on, is typed again."""
    while interrupts and not select.select([terminal], [], [], 1.0)[0]:
        os.write(terminal, b"\x03")
    return os.read(terminal, 4096)


def run_terminal(*args, answers=(), columns=80):
    """Run it on a terminal of its own, and type one of the answers whenever it asks."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    command = [sys.executable, "-c", _ON_TERMINAL, *(str(arg) for arg in args)]
    environ = {**os.environ, "TERM": "xterm"}
    on_terminal = {"stdin": theirs, "stdout": theirs, "stderr": theirs, "start_new_session": True}
    with subprocess.Popen(command, env=environ, **on_terminal) as process:
        os.close(theirs)
        guard = threading.Timer(60, process.kill)
        guard.start()
        read, left = b"", list(answers)
        with contextlib.suppress(OSError):  # Linux ends a terminal that nobody has open any more with EIO
            while chunk := _next_chunk(ours, interrupts=read.endswith(b"^C")):
                read += chunk
                if left and read.endswith(b": "):
                    os.write(ours, left.pop(0).encode())
        process.wait()
        guard.cancel()
    os.close(ours)
    return Shown(process.returncode, _ESCAPE.sub("", read.decode()))
