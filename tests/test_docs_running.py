"""The page about running it says what is so."""

from __future__ import annotations

import re
import shlex
from datetime import timedelta
from pathlib import Path

import pytest

from mentionwatch.cli.cron import Job, poll_times, units
from mentionwatch.cli.watch import LEAST
from mentionwatch.pipeline.ping import FAILED, PING_S, UNTOLD
from mentionwatch.settings import show_span
from tests.test_docs import LEAVES

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "running.md").read_text("utf-8")
LINES = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]


@pytest.mark.parametrize("line", LINES)
def test_its_commands_are_understood(line):
    """The command exists, and so does every option."""
    (call,) = re.findall(r"mentionwatch [^|)]*", line)
    words = shlex.split(call)[1:]
    known = {name for option in LEAVES[words[0],].params for name in option.opts}
    assert {word for word in words if word.startswith("-")} <= known


def test_its_codes_and_times_are_those_of_the_program():
    """What is pinged, how long that may take, and what systemd is told."""
    assert f"exits with {', '.join(map(str, sorted(FAILED)[:-1]))} or {max(FAILED)}" in " ".join(PAGE.split())
    assert sorted(UNTOLD) == [75, 130, 143]
    assert f"It has {PING_S:g} s" in PAGE
    job = Job(poll_times(timedelta(minutes=15), "x"), ["/x"], {}, "mentionwatch")
    service, timer = units(job).values()
    assert "SuccessExitStatus=3 5 6 75" in service
    assert "count 3, 5, 6 and 75 as success" in PAGE
    late = sum(int(n) for n in re.findall(r"(?:RandomizedDelaySec|AccuracySec)=(\d+)s", timer))
    assert f"up to {late} s longer" in PAGE

    assert f"at least {show_span(LEAST).replace('s', ' s')}" in PAGE
