"""Clocks that jump, and computers that sleep: polls go on, nothing false is learned, and it is told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.alerts import decide
from mentionwatch.burst import Baseline
from mentionwatch.model import Burst, Entry, Mention, SourceStatus, Tone
from mentionwatch.pipeline.clock import DOUBT, is_trusted, note_clock, read_tick
from mentionwatch.pipeline.poll import is_due
from mentionwatch.pipeline.verdict import judge_brand
from mentionwatch.schedule import JUMP, ClockError, Tick, checked_clock, find_jump, most_wait, next_poll
from mentionwatch.settings import AlertSettings, Brand, Config, SourceSettings
from mentionwatch.store import Clock, SourcePoll, Store

NOW = datetime(2026, 3, 2, 12, 5, tzinfo=timezone.utc)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ACME = Brand("Acme", ("acme",))
CONFIG = Config(brands=(ACME,), sources=(SourceSettings(name="forum", url="https://forum.example/f"),), timezone="UTC")


@pytest.fixture
def store():
    """An empty store in memory."""
    with Store("sqlite://", create=True) as opened:
        yield opened


# --- seeing it ----------------------------------------------------------------------------------------------------


def tick(wall, since_start=None, boot="b1"):
    """What the clocks say; the steady one counts from NOW."""
    return Tick(wall) if since_start is None else Tick(wall, 1000 + since_start.total_seconds(), boot)


@pytest.mark.parametrize(
    ("later", "jump"),
    [
        (tick(NOW + HOUR, HOUR), None),
        (tick(NOW + 30 * HOUR, 30 * HOUR), None),  # it slept: the steady clock went on
        (tick(NOW + HOUR, HOUR + 9 * MINUTE), None),  # it was put right by some minutes
        (tick(NOW + 11 * HOUR, HOUR), (NOW + HOUR, NOW + 11 * HOUR)),
        (tick(NOW - 2 * HOUR, HOUR), (NOW + HOUR, NOW - 2 * HOUR)),
        (tick(NOW + HOUR, 4 * HOUR), (NOW + 4 * HOUR, NOW + HOUR)),  # back, and still ahead of the last poll
        (tick(NOW + 9 * DAY, MINUTE, "b2"), None),  # it was off
        (tick(NOW - 2 * HOUR, MINUTE, "b2"), (NOW, NOW - 2 * HOUR)),
        (tick(NOW + 9 * DAY), None),
        (tick(NOW - MINUTE), None),
        (tick(NOW - 3 * DAY), (NOW, NOW - 3 * DAY)),
    ],
)
def test_what_is_a_jump(later, jump):
    """A clock that was set, either way; not a computer that slept or was off, nor some minutes."""
    found = find_jump(tick(NOW, timedelta(0)), later)
    assert (found and (found.expected, found.found)) == jump


def test_without_a_poll_before_there_is_no_jump():
    """Nor without anything to compare with."""
    assert find_jump(None, tick(NOW, HOUR)) is None
    assert find_jump(tick(NOW), tick(NOW + 9 * DAY, HOUR)) is None


def test_a_jump_is_told_in_words():
    """How far, from when to when, and what is made of it."""
    ahead = find_jump(tick(NOW, timedelta(0)), tick(NOW + 10 * DAY, timedelta(0)))
    assert str(ahead) == (
        "the clock went ahead by 10 d, from 2026-03-02 12:05 UTC to 2026-03-12 12:05 UTC; it was set, or the machine was"
        " paused. What is usual is not learned from that time"
    )
    back = find_jump(tick(NOW), tick(NOW - 90 * MINUTE))
    assert str(back).startswith("the clock went back by 90 min, from 2026-03-02 12:05 UTC to 2026-03-02 10:35 UTC. ")


def test_this_machine_has_clocks():
    """Two looks at them are no jump."""
    wall = datetime.now(timezone.utc)
    assert find_jump(read_tick(wall), read_tick(wall + JUMP / 2)) is None


def test_a_clock_of_long_ago_is_refused():
    """A computer without a battery for its clock wakes in 1970; everything stored would bear that."""
    assert checked_clock(NOW) is NOW
    with pytest.raises(ClockError, match="1970-01-01"):
        checked_clock(datetime(1970, 1, 1, 0, 2, tzinfo=timezone.utc))


# --- when sources are due -----------------------------------------------------------------------------------------


def test_what_was_put_off_by_a_wrong_clock_is_due():
    """However far ahead it was put; what has to wait because it fails, or its publisher says so, waits."""
    status = SourceStatus("s", "u", NOW, NOW, NOW, 0, "ok")
    assert is_due(replace(status, next_poll=NOW + 400 * DAY), HOUR, NOW + MINUTE)
    assert not is_due(replace(status, next_poll=NOW + DAY), HOUR, NOW + MINUTE)
    assert not is_due(replace(status, next_poll=NOW + 7 * DAY, fails=3), HOUR, NOW + MINUTE)
    assert is_due(replace(status, next_poll=NOW + 70 * DAY, fails=3), HOUR, NOW + MINUTE)


@given(
    st.timedeltas(min_value=MINUTE, max_value=40 * DAY), st.integers(0, 99),
    st.timedeltas(min_value=timedelta(0), max_value=400 * DAY), st.frozensets(st.integers(0, 23)), st.text(max_size=5),
)  # fmt: skip
def test_nobody_is_asked_to_wait_longer_than_the_longest(every, fails, asked, skip, name):
    """Whatever a publisher asks for: what ``next_poll`` says is no mistake of a clock."""
    due = next_poll(every, now=NOW, name=name, fails=fails, retry_after=asked, fresh_for=asked, skip_hours=skip)
    assert due - NOW <= most_wait(every, failing=fails > 0)
    status = SourceStatus("s", "u", NOW, NOW, NOW, fails, "ok", next_poll=due)
    assert not is_due(status, every, NOW)


# --- what is usual ------------------------------------------------------------------------------------------------


class World:
    """A brand that is polled by hand, by a clock that is passed in."""

    def __init__(self, store):
        self.store = store
        self.status = None
        self.chance = Random(7)
        self.told = []

    def poll(self, now, published=(), *, tone="negative", steady=None):
        """One poll that finds mentions of these times, each of its own author."""
        jump = note_clock(self.store, tick(now, steady))
        self.told += [jump] if jump else []
        first = self.status is None
        self.status = SourceStatus("forum", "u", now if first else self.status.first_polled, now, now, 0, "ok")
        made = [self._mention(now, at, tone, backlog=first) for at in published]
        entries = [(mention.entry_id, mention.entry) for mention in made]
        self.store.record_poll(SourcePoll(self.status, entries=entries, mentions=made))
        return judge_brand(CONFIG, self.store, ACME, now=now, to=())

    def _mention(self, now, at, tone, *, backlog):
        id_ = f"{self.chance.getrandbits(60):016x}"
        entry = Entry("forum", guid=id_, title=id_, text=f"acme {id_}", author=id_, published=at)
        label = Tone(tone, -0.5 if tone == "negative" else 0.5, 0.9)
        return Mention(id_, id_, "Acme", "acme", entry, label, now, id_, backlog=backlog)

    def live(self, until=NOW, days=12, steady=False):
        """Usual days: three complaints a day and some praise, polled every three hours."""
        for hours in range(-24 * days, 0, 3):
            now = until + hours * HOUR
            complains = self.chance.random() < 3 / 8
            self.poll(
                now, [now - HOUR], tone="negative" if complains else "positive", steady=now - NOW if steady else None
            )

    def storm(self, now, n=14):
        return [now - (i + 1) * 10 * MINUTE for i in range(n)]

    def baseline(self):
        return Baseline.from_json(self.store.brand_state("Acme").baseline)

    def usual(self):
        """Negatives an hour."""
        base = self.baseline()
        return base.negatives / base.hours


def test_a_storm_is_seen_after_a_clock_was_far_ahead(store):
    """One poll ten days ahead, and then the right time again: what was learned meanwhile is learned anew.

    Regression: no burst was seen until that time had come.
    """
    world = World(store)
    world.live()
    usual = world.usual()
    world.poll(NOW + 10 * DAY)
    assert world.baseline().is_ahead(NOW)
    calm = world.poll(NOW + HOUR)
    assert calm.decisions["negative"].reason == "none"
    assert not world.baseline().is_ahead(NOW + HOUR)
    assert world.usual() == pytest.approx(usual, rel=0.15)
    found = world.poll(NOW + 3 * HOUR, world.storm(NOW + 3 * HOUR))
    assert found.decisions["negative"].reason == "open"
    assert [str(jump)[:27] for jump in world.told] == ["the clock went back by 10 d"]


def test_a_computer_that_slept_scans_what_it_missed(store):
    """A storm that came and went in the night is found by the poll after it; the night is no jump, and is learned from."""
    world = World(store)
    world.live(steady=True)
    world.poll(NOW, steady=timedelta(0))
    found = world.poll(NOW + 20 * HOUR, world.storm(NOW + 5 * HOUR), steady=20 * HOUR)
    assert found.decisions["negative"].reason == "open"
    assert world.told == []
    assert store.clock().jumps == ()


def test_a_storm_is_seen_while_the_clock_is_a_little_back(store):
    """Hours back nothing has to be learned anew."""
    world = World(store)
    world.live()
    before = world.baseline()
    world.poll(NOW + 5 * HOUR)
    found = world.poll(NOW + HOUR, world.storm(NOW + HOUR))
    assert found.decisions["negative"].reason == "open"
    assert world.baseline().start == before.start


def test_mentions_seen_under_a_wrong_clock_are_not_learned_again_and_again(store):
    """They are taken in once, with what is learned anew."""
    world = World(store)
    world.live()
    world.poll(NOW + 10 * DAY, [NOW - 5 * DAY + n * MINUTE for n in range(20)])
    world.poll(NOW + HOUR)
    first = world.usual()
    for hours in range(2, 8):
        world.poll(NOW + hours * HOUR)
    assert world.usual() == pytest.approx(first, rel=0.05)


def test_a_jump_ahead_leaves_the_baseline(store):
    """Ten days that never were do not make complaints rarer than they are; without a steady clock nobody knows."""
    world = World(store)
    world.live(steady=True)
    usual, blocks = world.usual(), world.baseline().blocks[0].blocks
    # The two days before are folded too, and are real.
    world.poll(NOW + 10 * DAY, steady=timedelta(0))
    assert world.usual() == pytest.approx(usual, rel=0.2)
    assert world.baseline().blocks[0].blocks < blocks + 49, "nor steadier"
    assert len(world.told) == 1
    with Store("sqlite://", create=True) as other:
        blind = World(other)
        blind.live()
        blind.poll(NOW + 10 * DAY)
        assert blind.usual() < 0.75 * usual
        assert blind.told == []


def test_what_is_old_by_a_clock_that_went_ahead_is_not_deleted_yet(store):
    """Also where it went ahead by less than half of what is kept; the computer's steady clock tells."""
    keep = 400 * DAY
    note_clock(store, tick(NOW, timedelta(0)))
    assert is_trusted(store, NOW - HOUR, keep=keep, now=NOW)
    ahead = NOW + 150 * DAY
    note_clock(store, tick(ahead, HOUR))
    assert not is_trusted(store, NOW, keep=keep, now=ahead)
    note_clock(store, tick(ahead + DAY, HOUR + DAY))
    assert not is_trusted(store, ahead, keep=keep, now=ahead + DAY)
    assert is_trusted(store, ahead + DAY, keep=keep, now=ahead + DOUBT)
    note_clock(store, tick(NOW + 2 * DAY, 2 * DAY))
    assert is_trusted(store, ahead + DAY, keep=keep, now=NOW + 2 * DAY), "it was put right"


def test_a_jump_is_told_once(store):
    """By whichever poll meets it; the next ones have nothing to tell."""
    assert note_clock(store, tick(NOW, HOUR)) is None
    assert note_clock(store, tick(NOW + 10 * DAY, 2 * HOUR)) is not None
    assert note_clock(store, tick(NOW + 10 * DAY + HOUR, 3 * HOUR)) is None
    assert note_clock(store, tick(NOW + 4 * HOUR, 4 * HOUR)) is not None
    assert note_clock(store, tick(NOW + 5 * HOUR, 5 * HOUR)) is None


def test_a_clock_that_was_ahead_by_years_does_not_stop_learning_for_years(store):
    """What it jumped over ends where it came back to, and two days later all is as it was."""
    note_clock(store, tick(NOW, timedelta(0)))
    note_clock(store, tick(NOW + 4000 * DAY, HOUR))
    assert store.clock().jumps == ((NOW + HOUR, NOW + 4000 * DAY),)
    back = NOW + 2 * HOUR
    note_clock(store, tick(back, 2 * HOUR))
    assert store.clock().jumps == ((NOW + HOUR, back), (back, back + 2 * DAY))
    note_clock(store, tick(back + 200 * DAY, 200 * DAY + 2 * HOUR))
    assert store.clock().jumps == (), "what is of long ago is forgotten"


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{", '{"wall": 1}', '{"wall": NaN, "steady": 1, "boot": "x", "jumps": []}', "[" * 9999,
             '{"wall": 1e99, "steady": null, "boot": null, "jumps": []}',
             '{"wall": 1, "steady": null, "boot": null, "jumps": [[1]]}'],
)  # fmt: skip
def test_a_damaged_note_of_the_clocks_is_no_note(store, text):
    """It is written anew."""
    store.record_clock(Clock(NOW))
    with store._transaction(write=True) as connection:
        connection.exec_driver_sql("UPDATE meta SET value = ? WHERE key = 'clock'", (text,))
    assert store.clock() is None
    assert note_clock(store, tick(NOW, HOUR)) is None
    assert store.clock() == Clock(NOW, 4600.0, "b1")


# --- alerts -------------------------------------------------------------------------------------------------------


def _burst(now, *mentions):
    return Burst(
        start=now - 3 * HOUR, end=now, observed=9, observed_raw=9, expected=1.0, total=9, negative_share=0.5,
        usual_share=0.4, odds=1e5, severity="elevated", authors=9, stories=9, mentions=mentions, score=5.0,
    )  # fmt: skip


def test_an_alert_that_a_wrong_clock_resolved_comes_back():
    """What nobody was told of is told, before the time that the clock had shown; what was told is not told again.

    Regression: for up to 30 days nothing was told of the brand.
    """
    settings = AlertSettings()

    def step(past, burst, now):
        return decide(past, burst, now=now, brand="Acme", settings=settings)

    opened = step(None, _burst(NOW, "m1", "m2"), NOW).alert
    resolved = step(opened, None, NOW + 10 * DAY).alert
    assert resolved.state == "resolved"
    assert step(resolved, _burst(NOW + HOUR, "m1", "m2"), NOW + HOUR).notice is None
    again = step(resolved, _burst(NOW + 2 * HOUR, "m2", "m3"), NOW + 2 * HOUR)
    assert (again.reason, again.notice, again.alert.state) == ("reopened", "worse", "open")
    assert step(again.alert, _burst(NOW + 3 * HOUR, "m3", "m4"), NOW + 3 * HOUR).notice is None
