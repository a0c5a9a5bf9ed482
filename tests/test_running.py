"""Ctrl-C and SIGTERM end a run between two steps."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import threading
import warnings

import httpx
import pytest

from mentionwatch.pipeline.running import all_of, run

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


def test_when_one_fails_the_others_are_ended_before_the_error_goes_on():
    """Each has closed what it had open; those that are done keep what they gave."""
    closed = []

    async def wait():
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            closed.append("closed")

    async def fail():
        await asyncio.sleep(0)
        raise ZeroDivisionError

    async def work():
        with pytest.raises(ZeroDivisionError):
            await all_of([wait(), fail(), wait()])
        return list(closed)

    assert run(work()) == ["closed", "closed"]


def test_what_is_done_side_by_side_comes_in_the_order_asked():
    """Not in the order in which it was done; nothing gives nothing."""

    async def give(number, steps):
        for _ in range(steps):
            await asyncio.sleep(0)
        return number

    async def work():
        return await all_of(give(number, 5 - number) for number in range(5)), await all_of([])

    assert run(work()) == ([0, 1, 2, 3, 4], [])


def test_no_warning_wherever_in_a_request_another_failure_ends_it(monkeypatch):
    """At each step of opening a connection; the HTTP library's own tasks, too, are let begin before they are ended."""
    said = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: said.append(what.exc_value))

    async def answer(_reader, writer):
        writer.close()

    async def ask(port, steps):
        for _ in range(steps):
            await asyncio.sleep(0)
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.get(f"http://127.0.0.1:{port}/")

    async def fail(steps):
        for _ in range(steps):
            await asyncio.sleep(0)
        raise ZeroDivisionError

    async def work(before, after):
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            await all_of([ask(server.sockets[0].getsockname()[1], before), fail(after)])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the server's side, which nobody waits for
        for before, after in [*((steps, 0) for steps in range(12)), *((0, steps) for steps in range(12))]:
            with pytest.raises((ZeroDivisionError, httpx.HTTPError)):
                run(work(before, after))
            gc.collect()
    assert not said
