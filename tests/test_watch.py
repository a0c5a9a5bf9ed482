"""The loop of ``watch``: when it polls, by the clock on the wall, and what it looks at between two polls."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from mentionwatch.config import load_config
from mentionwatch.errors import ConfigError, Locked, StoreError
from mentionwatch.model import SourceStatus
from mentionwatch.pipeline.poll import PollReport, is_due
from mentionwatch.pipeline.watch import AFTER_LOCK, Reloading, look, rounds, shortest_every, wait
from mentionwatch.schedule import is_time
from mentionwatch.settings import Brand, Config, SourceSettings, StoreSettings
from mentionwatch.store import Store
from tests.test_outbox import alert, notify, record
from tests.test_outbox import config as settings

NOW = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
REPORT = PollReport((), (), (), (), (), ())


class Clock:
    """A clock that goes on by what is slept, and as it is told."""

    def __init__(self, *jumps):
        self.now = NOW
        #: What happens in place of each sleep, one after the other; then sleeps are what they are.
        self.jumps = list(jumps)
        self.slept = 0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        assert 0 < seconds <= 1, "it looks at the clock now and again"
        self.slept += 1
        self.now += self.jumps.pop(0) if self.jumps else timedelta(seconds=seconds)


def test_it_waits_as_long_as_it_has_to():
    """Not shorter, and hardly longer."""
    clock = Clock()
    wait(NOW + MINUTE, MINUTE, clock=clock, sleep=clock.sleep)
    assert clock.now == NOW + MINUTE


def test_a_computer_that_slept_polls_when_it_wakes():
    """Eight hours passed in what the process took for a second."""
    clock = Clock(SECOND, 8 * HOUR)
    wait(NOW + HOUR, HOUR, clock=clock, sleep=clock.sleep)
    assert (clock.now, clock.slept) == (NOW + 8 * HOUR + SECOND, 2)


@pytest.mark.parametrize("back", [2 * HOUR, timedelta(days=400)])
def test_a_clock_that_is_set_back_does_not_stop_it(back):
    """What is due further ahead than it ever was is due; a minute back is waited for."""
    clock = Clock(SECOND, -back)
    wait(NOW + HOUR, HOUR, clock=clock, sleep=clock.sleep)
    assert clock.slept == 2
    little = Clock(SECOND, -MINUTE / 60)
    wait(NOW + MINUTE, MINUTE, clock=little, sleep=little.sleep)
    assert little.now == NOW + MINUTE
    assert not is_time(NOW + HOUR, HOUR, NOW)


def test_polls_are_as_far_apart_as_their_beginnings():
    """However long one takes; what took longer than the interval is followed at once."""
    clock, began = Clock(), []

    def poll(at):
        began.append(at)
        clock.now += [MINUTE, 20 * MINUTE, SECOND][len(began) - 1]
        return REPORT

    def pause(due, span):
        wait(due, span, clock=clock, sleep=clock.sleep)

    found = rounds(poll, every=lambda: 15 * MINUTE, clock=clock, pause=pause)
    assert [next(found).next_at for _ in range(3)] == [NOW + 15 * MINUTE, NOW + 30 * MINUTE, NOW + 50 * MINUTE]
    assert began == [NOW, NOW + 15 * MINUTE, NOW + 35 * MINUTE]


def test_what_fails_first_ends_it_and_what_fails_later_is_tried_again():
    """A mistake is seen to at once; a disk that is full for an hour is not the end of watching."""
    clock, paused = Clock(), []

    def raising(*errors):
        left = list(errors)

        def poll(_at):
            error = left.pop(0)
            if error is not None:
                raise error
            return REPORT

        return rounds(poll, every=lambda: HOUR, clock=clock, pause=lambda _due, span: paused.append(span))

    with pytest.raises(StoreError):
        next(raising(StoreError("full")))
    locked, full = Locked("m.db.lock", 7, 1.0), StoreError("full")
    later = raising(locked, None, full, None)
    assert [done.error for done in (next(later) for _ in range(4))] == [locked, None, full, None]
    assert paused == [AFTER_LOCK, HOUR, HOUR], "whoever else polls is done soon"


def test_a_source_is_asked_no_more_often_than_it_says():
    """Polls that are seconds apart do not ask what is due in less than a minute again and again."""
    status = SourceStatus("s", "u", NOW, NOW, NOW, 0, "ok", next_poll=NOW + MINUTE)
    assert not is_due(status, MINUTE, NOW + 40 * SECOND)
    assert is_due(status, MINUTE, NOW + 45 * SECOND)
    hourly = replace(status, next_poll=NOW + HOUR)
    assert [is_due(hourly, HOUR, NOW + HOUR - early) for early in (61 * SECOND, 60 * SECOND)] == [False, True]


def _config(url="sqlite://", **more):
    sources = (SourceSettings(name="forum", url="https://x.example/f"), SourceSettings(name="shop", every=2 * MINUTE))
    return Config(brands=(Brand("Acme", ("acme",)),), sources=sources, store=StoreSettings(url=url), **more)


def test_the_shortest_interval_counts():
    """Polls come as often as the source that wants most of them."""
    assert shortest_every(_config()) == 2 * MINUTE
    assert shortest_every(replace(_config(), sources=())) == HOUR


def test_a_store_that_is_not_there_knows_nothing(tmp_path):
    """No error, and nothing is made."""
    seen = look(_config(f"sqlite:///{tmp_path / 'm.db'}"), now=NOW)
    assert [(source.name, source.state) for source in seen.sources] == [("forum", "new"), ("shop", "new")]
    assert (seen.alerts, seen.mentions) == ((), ())
    assert not list(tmp_path.iterdir())


def test_it_looks_at_alerts_of_what_is_watched(tmp_path):
    """The gravest first; those of sources are counted only, and resolved ones and those of other brands are left out."""
    url = f"sqlite:///{tmp_path / 'm.db'}"
    with Store(url, create=True) as store:
        for made in (
            alert("a1"), alert("a2", severity="critical"), alert("a3", brand="Other"), alert("a4", kind="source"),
            alert("a5", state="resolved", resolved=NOW), alert("a6", state="acknowledged", severity="high"),
        ):  # fmt: skip
            record(store, settings(notify()), made)
    seen = look(_config(url), now=NOW)
    assert [found.id for found in seen.alerts] == ["a2", "a6", "a1"]
    assert seen.of_sources == 1


def test_a_configuration_is_read_again_when_it_has_changed(tmp_path):
    """A mistake changes nothing and is told, until it is gone."""
    path = tmp_path / "c.toml"
    path.write_text('[[brands]]\nname = "Acme"\nmatch = ["x"]\n', "utf-8")
    loads = []

    def load():
        loads.append(1)
        return load_config(path, named=True, environ={})

    loaded = Reloading(load)
    assert loaded.again() is None
    assert len(loads) == 1
    path.write_text('[[brands]]\nname = "Acme"\nmatch = ["x"]\nnaem = 1\n', "utf-8")
    for _ in range(2):
        assert isinstance(loaded.again(), ConfigError)
        assert loaded.config.brands[0].name == "Acme"
    path.write_text('[[brands]]\nname = "Globex Industries"\nmatch = ["x"]\n', "utf-8")
    assert loaded.again() is None
    assert loaded.config.brands[0].name == "Globex Industries"
    path.unlink()
    assert loaded.again() is not None
    assert loaded.config.brands[0].name == "Globex Industries"
