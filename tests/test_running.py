"""Ctrl-C and SIGTERM end a run between two steps."""

from __future__ import annotations

import asyncio
import os
import signal
import threading

import pytest

from mentionwatch.pipeline.running import run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")


class Ended(SystemExit):
    """What a handler of SIGTERM raises."""


def end(_number, _frame):
    raise Ended


@pytest.fixture
def handled():
    """SIGTERM is handled by somebody."""
    before = signal.signal(signal.SIGTERM, end)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize(("number", "error"), [(signal.SIGTERM, Ended), (signal.SIGINT, KeyboardInterrupt)])
def test_a_signal_cancels_the_work_and_then_does_what_it_would_have_done(handled, number, error):
    """What the work has open is closed first; the handlers are those of before."""
    closed = []

    async def wait():
        try:
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            closed.append("closed")

    with pytest.raises(error):
        run(wait())
    assert closed == ["closed"]
    assert signal.getsignal(signal.SIGTERM) is end
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_signal_in_the_middle_of_a_step_ends_it_after_the_step(handled):
    """No step is torn: what stands between two awaits is done."""
    done = []

    async def work():
        os.kill(os.getpid(), signal.SIGTERM)
        done.append("whole")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        done.append("next")
        await asyncio.Event().wait()

    with pytest.raises(Ended):
        run(work())
    assert done[0] == "whole"


def test_without_a_signal_it_gives_the_result_and_the_error():
    """As asyncio.run does, also in another thread, where there are no signals."""

    async def give():
        return 7

    async def fail():
        raise ZeroDivisionError

    assert run(give()) == 7
    with pytest.raises(ZeroDivisionError):
        run(fail())
    found = []
    thread = threading.Thread(target=lambda: found.append(run(give())))
    thread.start()
    thread.join()
    assert found == [7]


def test_a_signal_that_is_ignored_stays_ignored(handled):
    """With nohup, or with & in a script, Ctrl-C is for somebody else."""
    done = []

    async def work():
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(0)
        done.append("whole")

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        run(work())
    finally:
        signal.signal(signal.SIGINT, before)
    assert done == ["whole"]
