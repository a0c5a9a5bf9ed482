"""What nobody takes for a week: given up, told once, and never lost in silence; and when a channel is told at all."""

from __future__ import annotations

import pytest

from mentionwatch.errors import DeliveryError
from mentionwatch.pipeline.api import poll
from mentionwatch.pipeline.clock import DOUBT
from mentionwatch.pipeline.doctor import _given_up
from mentionwatch.pipeline.handover import TRIES
from mentionwatch.pipeline.outbox import deliver
from mentionwatch.pipeline.poll import PollReport
from mentionwatch.settings import StoreSettings
from mentionwatch.store import Clock, Store
from tests.test_outbox import DAY, HOUR, MINUTE, NOW, Channel, alert, config, keep, mention, notify, record


@pytest.fixture
def store():
    """An empty store in memory."""
    with Store("sqlite://", create=True) as opened:
        yield opened


def poll_for(settings, store, channels, days, *, start=NOW):
    """A poll every six hours; what came of each."""
    return [deliver(settings, store, channels, now=start + n * 6 * HOUR) for n in range(days * 4 + 1)]


def exit_code(delivery):
    return PollReport((), (), (), (), (), (), delivery=delivery).exit_code()


def test_what_is_refused_for_a_week_is_given_up_and_told_once(store):
    """On stderr, on another channel that may know of it, and by doctor; the exit code is what it was."""
    settings = config(notify("mail"), notify("chat", severity="critical"))
    mail, chat = Channel("mail"), Channel("chat")
    mail.broken = DeliveryError("HTTP 410", advice="remove it", permanent=True)
    record(store, settings)
    found = poll_for(settings, store, [mail, chat], 9)
    assert [exit_code(one) for one in found] == [0] + [6] * 27 + [0] * 9
    (said,) = [sentence for one in found for sentence in one.given_up]
    assert said == (
        "The channel mail has not taken 1 notice since 2026-03-02 12:00 (UTC): HTTP 410."
        " It is given up; see mentionwatch alerts."
    )
    assert [message.failing for message in chat.messages if said in message.failing] == [(said,)]
    assert chat.notices == [("a1", "open")]  # after a day
    assert not store.outbox.unsent("mail")
    (finding,) = _given_up(settings, store.outbox.given_up(), store.outbox.channels())
    assert (finding.level, finding.what, finding.code) == ("warning", said, 0)


def test_a_channel_that_works_again_is_told_what_it_missed(store):
    """Once: with the first message that it takes."""
    settings, mail = config(notify("mail", each="stars:<=2")), Channel("mail")
    keep(store, settings, [mention(1), mention(2)])
    mail.broken = DeliveryError("no")
    (said,) = [sentence for one in poll_for(settings, store, [mail], 8) for sentence in one.given_up]
    assert "2 mentions since" in said
    assert said.endswith("see mentionwatch mentions.")
    mail.broken = None
    for n, id_ in enumerate(("a2", "a3")):
        record(store, settings, alert(id_), now=NOW + (10 + n) * DAY)
        deliver(settings, store, [mail], now=NOW + (10 + n) * DAY)
    assert [message.failing for message in mail.messages] == [(said,), ()]
    assert mail.notices == [("a2", "open"), ("a3", "open")]
    assert not list(_given_up(settings, store.outbox.given_up(), store.outbox.channels()))


def test_what_is_given_up_does_not_take_the_others_with_it(store):
    """One message that is never taken; what came later is told, and what is younger is tried on."""
    settings, mail = config(notify("mail")), Channel("mail")

    def send(message):
        if any(told.notice.alert.id == "poison" for told in message.told):
            raise DeliveryError("413")
        mail.messages.append(message)

    mail.send = send
    record(store, settings, alert("poison"))
    deliver(settings, store, [mail], now=NOW)
    record(store, settings, alert("a2"), now=NOW + DAY)
    found = poll_for(settings, store, [mail], 8)
    assert mail.notices == [("a2", "open")]
    assert sum(len(one.given_up) for one in found) == 1
    assert exit_code(found[-1]) == 0
    assert not store.outbox.unsent("mail")


def test_a_computer_that_was_off_for_a_week_tries_first(store):
    """It is not time alone that gives something up."""
    settings, mail = config(notify("mail")), Channel("mail")
    mail.broken = DeliveryError("no")
    record(store, settings)
    deliver(settings, store, [mail], now=NOW)
    later = [deliver(settings, store, [mail], now=NOW + 30 * DAY + n * 6 * HOUR) for n in range(TRIES)]
    assert [len(one.given_up) for one in later] == [0] * (TRIES - 2) + [1, 0]
    assert len(mail.attempts) == TRIES


def test_a_clock_that_may_be_wrong_gives_nothing_up(store):
    """A week later it does."""
    settings, mail = config(notify("mail")), Channel("mail")
    mail.broken = DeliveryError("no")
    record(store, settings)
    poll_for(settings, store, [mail], 6)
    ahead = NOW + 400 * DAY
    store.record_clock(Clock(ahead, doubted=ahead))
    assert not deliver(settings, store, [mail], now=ahead + HOUR).given_up
    assert deliver(settings, store, [mail], now=ahead + DOUBT + HOUR).given_up


def test_clients_never_hear_of_each_others_channels(store):
    """Nor of what was given up there."""
    settings = config(notify("acme", brands=("Acme",)), notify("globex", brands=("Globex",)))
    acme, globex = Channel("acme"), Channel("globex")
    acme.broken = DeliveryError("no")
    record(store, settings)
    found = poll_for(settings, store, [acme, globex], 8)
    assert sum(len(one.given_up) for one in found) == 1
    assert not globex.attempts


# --- mute -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("later", "told"), [(0, True), (2, False), (9 * 60 + 2, True)])
def test_mute_goes_by_the_moment_of_sending(store, later, told):
    """A poll may have begun before it, or in it."""
    settings, mail = config(notify("mail", mute="12:01-21:00")), Channel("mail")
    record(store, settings)
    deliver(settings, store, [mail], now=NOW, at=NOW + later * MINUTE)
    assert bool(mail.messages) == told


@pytest.mark.parametrize(("took_s", "told"), [(30, True), (90, False)])
def test_a_poll_says_how_late_it_sends(tmp_path, took_s, told):
    """It began at noon, and mute a minute later."""
    url = f"sqlite:///{tmp_path / 'm.db'}"
    settings = config(notify("mail", mute="12:01-21:00"), store=StoreSettings(url=url))
    with Store(url, create=True) as store:
        record(store, settings)
    mail, ticks = Channel("mail"), iter([100.0, 100.0 + took_s])
    report = poll(settings, channels=[mail], now=NOW, timer=lambda: next(ticks))
    assert bool(mail.messages) == told
    assert bool(report.delivery.sent) == told
