"""The outbox: everyone is told once what is theirs, in time, and nobody is held up by anybody."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.alerts import Decision
from mentionwatch.errors import DeliveryError
from mentionwatch.model import Alert, Entry, Mention, SourceStatus, Tone
from mentionwatch.pipeline.digest import is_due, is_muted, last_digest
from mentionwatch.pipeline.outbox import Each, deliver, notices_of, recipients, send_tests, shown_channels
from mentionwatch.pipeline.poll import PollReport
from mentionwatch.pipeline.sending import Work, send_all
from mentionwatch.pipeline.tell import make_message
from mentionwatch.settings import AlertSettings, Brand, Config, NotifySettings, SourceSettings
from mentionwatch.store import BrandState, SourcePoll, Store, Verdict
from mentionwatch.store.outbox import DELAYS, MOST_MENTIONS, MOST_NOTICES

NOW = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ACME, GLOBEX = Brand("Acme", ("acme",)), Brand("Globex", ("globex",))


class Channel:
    """Keeps what it is told; fails while it is broken."""

    def __init__(self, name="mail"):
        self.name = name
        self.messages = []
        self.attempts = []
        self.broken = None

    def send(self, message):
        self.attempts.append(message)
        if self.broken:
            raise self.broken
        self.messages.append(message)

    @property
    def notices(self):
        return [(told.notice.alert.id, told.notice.kind) for message in self.messages for told in message.told]


def notify(name="mail", via="file", **more):
    return NotifySettings(via=via, name=name, path="x" if via == "file" else None, **more)


def config(*channels, brands=(ACME, GLOBEX), **more):
    return Config(brands=brands, sources=(), notify=channels, timezone="UTC", **more)


def alert(id_="a1", **changes):
    """An alert about Acme."""
    values = {
        "id": id_, "brand": "Acme", "kind": "negative", "state": "open", "severity": "elevated", "opened": NOW,
        "updated": NOW, "resolved": None, "window_start": NOW - HOUR, "window_end": NOW, "observed": 9,
        "expected": 1.0, "negative_share": 0.5, "usual_share": 0.4, "odds": 1e5, "authors": 5, "stories": 9,
        "reason": "9 negative mentions.", "last_burst": NOW, "last_notice": NOW,
    }  # fmt: skip
    return Alert(**{**values, **changes})


def record(store, settings, made=None, *, kind="open", now=NOW, to=None):
    """What a poll does with a decision."""
    made = made or alert()
    decision = Decision(kind, made, kind)
    store.record_alert(made, notices_of(decision, to or recipients(settings), config=settings, store=store, now=now))


def mention(n=1, *, brand="Acme", backlog=False, copy=None, rating=1.0, noise=False):
    entry = Entry("shop", guid=f"g{n}", title="Broken", text=f"{brand} number {n} broke", rating=rating, published=NOW)
    return Mention(
        f"m{brand}{n}", f"e{n}", brand, brand.lower(), entry, Tone("negative", -0.5, 0.9), NOW, f"e{n}",
        backlog=backlog, copy=copy, noise=noise,
    )  # fmt: skip


@pytest.fixture
def store():
    """An empty store in memory."""
    with Store("sqlite://", create=True) as opened:
        yield opened


# --- one message --------------------------------------------------------------------------------------------------


def test_one_message_holds_all_of_a_poll(store):
    """The gravest first; nothing is sent twice, and nothing when there is nothing."""
    settings, mail = config(notify()), Channel()
    record(store, settings)
    record(store, settings, alert("a2", brand="Globex", severity="critical"))
    delivery = deliver(settings, store, [mail], now=NOW)
    assert [m.id for m in delivery.sent] == [m.id for m in mail.messages]
    assert mail.notices == [("a2", "open"), ("a1", "open")]
    assert deliver(settings, store, [mail], now=NOW + HOUR).sent == ()
    assert len(mail.messages) == 1
    assert store.outbox.channels()["mail"].last_success == NOW


def test_a_message_stays_the_same_over_retries(store):
    """Its key and what is in it are fixed before it is sent; what comes meanwhile goes into the next."""
    settings, mail = config(notify()), Channel()
    mail.broken = DeliveryError("no")
    record(store, settings)
    deliver(settings, store, [mail], now=NOW)
    record(store, settings, alert("a2"), now=NOW + MINUTE)
    deliver(settings, store, [mail], now=NOW + 2 * MINUTE)
    mail.broken = None
    deliver(settings, store, [mail], now=NOW + HOUR)
    deliver(settings, store, [mail], now=NOW + HOUR + MINUTE)
    assert len({m.id for m in mail.attempts[:3]}) == 1
    assert [[t.notice.alert.id for t in m.told] for m in mail.attempts] == [["a1"], ["a1"], ["a1"], ["a2"]]


def test_much_is_split(store):
    """No message is without bounds; everything is told all the same."""
    settings, mail = config(notify()), Channel()
    for n in range(MOST_NOTICES + 1):
        record(store, settings, alert(f"a{n}"))
    deliver(settings, store, [mail], now=NOW)
    assert sorted(len(m.told) for m in mail.messages) == [1, MOST_NOTICES]


# --- failing ------------------------------------------------------------------------------------------------------


def test_a_channel_that_fails_is_tried_again_after_growing_delays(store):
    """A minute, five, a quarter of an hour, one, three and six hours; polls are the clock."""
    settings, mail = config(notify()), Channel()
    mail.broken = DeliveryError("HTTP 500")
    record(store, settings)
    tried = []
    for minute in range(60 * 24):
        now = NOW + minute * MINUTE
        if deliver(settings, store, [mail], now=now).failures:
            tried.append(now)
    steps = [later - earlier for earlier, later in pairwise(tried)]
    assert steps == [*DELAYS, *[DELAYS[-1]] * (len(steps) - len(DELAYS))]
    assert len({m.id for m in mail.attempts}) == 1
    (pack,) = store.outbox.unsent("mail")
    assert pack.attempts == len(tried)


def test_only_the_first_failure_is_news(store):
    """Until it worked in between."""
    settings, mail = config(notify()), Channel()
    firsts = []
    for hour, broken in enumerate([True, True, True, False, True, True]):
        record(store, settings, alert(f"a{hour}"), now=NOW + hour * HOUR)
        mail.broken = DeliveryError("refused", advice="look at its log") if broken else None
        delivery = deliver(settings, store, [mail], now=NOW + hour * HOUR)
        firsts += [failure.first for failure in delivery.failures]
    assert firsts[0]
    assert firsts.count(True) == 2
    assert str(delivery.failures[0] if delivery.failures else "") in {"", "mail: refused; look at its log"}


def test_a_lasting_mistake_is_not_tried_every_minute(store):
    """A wrong password is a wrong password in a minute's time."""
    settings, mail = config(notify()), Channel()
    mail.broken = DeliveryError("wrong password", permanent=True)
    record(store, settings)
    deliver(settings, store, [mail], now=NOW)
    assert store.outbox.channels()["mail"].next_try == NOW + HOUR


@pytest.mark.parametrize(("asked", "hours"), [(3600, 1), (5, 1 / 60), (10**9, 6)])
def test_a_channel_that_asks_to_be_left_alone_is(store, asked, hours):
    """For as long as it says, but for six hours at most."""
    settings, mail = config(notify()), Channel()
    mail.broken = DeliveryError("HTTP 429", wait_s=asked)
    record(store, settings)
    deliver(settings, store, [mail], now=NOW)
    assert store.outbox.channels()["mail"].next_try == NOW + hours * HOUR


def test_overdue_is_6(store):
    """From the second hour on, until it is told; doctor sees why."""
    settings, mail = config(notify()), Channel()
    mail.broken = DeliveryError("HTTP 500")
    record(store, settings)
    codes = []
    for minutes in (0, 30, 60, 90):
        delivery = deliver(settings, store, [mail], now=NOW + minutes * MINUTE)
        codes.append(PollReport((), (), (), (), (), (), delivery=delivery).exit_code())
    assert codes == [0, 0, 6, 6]
    (late,) = store.overdue(NOW + 2 * HOUR)
    assert (late.channel, late.messages, late.since, late.last_error) == ("mail", 1, NOW, "HTTP 500")
    mail.broken = None
    delivery = deliver(settings, store, [mail], now=NOW + DAY)
    assert not delivery.overdue
    assert not store.overdue(NOW + DAY)


def test_a_clock_set_back_does_not_silence_a_channel(store):
    """A time to try again that is further ahead than any delay is none."""
    settings, mail = config(notify()), Channel()
    mail.broken = DeliveryError("no")
    record(store, settings)
    deliver(settings, store, [mail], now=NOW + 30 * DAY)
    mail.broken = None
    assert deliver(settings, store, [mail], now=NOW).sent


def test_what_failed_under_a_clock_that_was_ahead_is_overdue_all_the_same(store):
    """An hour by the right clock, and after a day another channel tells it."""
    settings, mail, chat = config(notify(), notify("chat", severity="critical")), Channel(), Channel("chat")
    mail.broken = DeliveryError("no")
    record(store, settings, now=NOW + 365 * DAY)
    deliver(settings, store, [mail, chat], now=NOW + 365 * DAY)
    late = [bool(deliver(settings, store, [mail, chat], now=NOW + n * HOUR).overdue) for n in range(30)]
    assert late == [False] + [True] * 29
    assert chat.notices == [("a1", "open")]


def test_a_channel_with_nothing_left_to_try_fails_no_more(store):
    """What it could not tell was marked as noise since: weeks later nobody is told that it still fails."""
    settings, mail, chat = config(notify(each="stars:<=2"), notify("chat")), Channel(), Channel("chat")
    keep(store, settings, [mention(1)])
    mail.broken = DeliveryError("no")
    deliver(settings, store, [mail, chat], now=NOW)
    store.mark([mention(1).id], Verdict(noise=True), now=NOW)
    deliver(settings, store, [mail, chat], now=NOW + HOUR)
    record(store, settings, now=NOW + 30 * DAY)
    deliver(settings, store, [mail, chat], now=NOW + 30 * DAY)
    assert [message.failing for message in chat.messages] == [()]


def test_a_message_that_nobody_takes_does_not_hold_the_others(store):
    """One that a receiver will never take is tried on; after three attempts others are sent beside it."""
    settings, mail = config(notify()), Channel()

    def send(message):
        mail.attempts.append(message)
        if any(told.notice.alert.id == "poison" for told in message.told):
            raise DeliveryError("413 too large")
        mail.messages.append(message)

    mail.send = send
    record(store, settings, alert("poison"))
    deliver(settings, store, [mail], now=NOW)
    record(store, settings, alert("a2"), now=NOW + HOUR)
    for hour in range(1, 12):
        deliver(settings, store, [mail], now=NOW + hour * HOUR)
    assert mail.notices == [("a2", "open")]
    assert store.overdue(NOW + DAY)


def test_a_channel_that_hangs_holds_nobody(store):
    """The others are told, the poll ends, and what hung is tried again under its key."""
    settings = config(notify("slow"), notify("mail"))
    mail, slow = Channel(), Channel("slow")
    release, entered = threading.Event(), threading.Event()

    def hang(message):
        slow.attempts.append(message)
        entered.set()
        release.wait(30)

    slow.send = hang
    record(store, settings)
    try:
        delivery = deliver(settings, store, [slow, mail], now=NOW, limit_s=0.3)
        assert entered.is_set()
    finally:
        release.set()
    assert [m.id for m in delivery.sent] == [m.id for m in mail.messages]
    assert [(f.channel, f.error) for f in delivery.failures] == [("slow", "it was not done after 0.3 s")]
    del slow.send
    deliver(settings, store, [slow, mail], now=NOW + HOUR)
    assert [m.id for m in slow.messages] == [slow.attempts[0].id]
    assert len(mail.messages) == 1


def test_time_that_is_up_right_after_the_last_message_ends_nothing(store):
    """The message is through, and the channel has not said yet that there is no more."""
    settings, mail, release = config(notify()), Channel(), threading.Event()
    record(store, settings)
    store.outbox.pack("mail", now=NOW)

    class Messages(list):
        """Their end takes long to come."""

        def __iter__(self):
            yield from super().__iter__()
            release.wait(30)

    (pack,) = store.outbox.unsent("mail")
    message = make_message(store, pack, zone=None)
    try:
        sent, failures = send_all(store, [Work(mail, Messages([(pack, message)]))], now=NOW, limit_s=0.3)
    finally:
        release.set()
    assert (sent, failures) == ([message], [])


def test_a_channel_that_breaks_ends_nothing(store):
    """A mistake in a library is a failure of its channel, and its words may hold a token."""
    settings = config(notify("odd"), notify("mail"))
    odd, mail = Channel("odd"), Channel()
    odd.broken = ValueError("https://hooks.example/T0K3N is odd")
    record(store, settings)
    delivery = deliver(settings, store, [odd, mail], now=NOW)
    assert len(mail.messages) == 1
    assert "ValueError" in delivery.failures[0].error
    assert "T0K3N" not in str(delivery)


# --- who is told what ---------------------------------------------------------------------------------------------


def test_clients_of_an_agency_never_see_each_other(store):
    """A channel is told of its brands alone, whatever happens to the others'."""
    settings = config(notify("acme", brands=("Acme",)), notify("globex", brands=("Globex",)), notify("all"))
    acme, globex, everyone = Channel("acme"), Channel("globex"), Channel("all")
    record(store, settings)
    record(store, settings, alert("a2", brand="Globex"))
    globex.broken = DeliveryError("no")
    for hour in (0, 6, 30, 60):
        deliver(settings, store, [acme, globex, everyone], now=NOW + hour * HOUR)
    record(store, settings, alert("a3"), now=NOW + 60 * HOUR)
    deliver(settings, store, [acme, globex, everyone], now=NOW + 60 * HOUR)
    assert {id_ for id_, _kind in acme.notices} == {"a1", "a3"}
    assert not any(message.failing for message in acme.messages), "not even that another one's channel fails"
    assert [bool(message.failing) for message in everyone.messages] == [False, True]


def test_the_end_is_told_to_whoever_heard_of_it(store):
    """Who was spared an elevated alert hears of it when it is high, and then of its end; others hear neither."""
    settings = config(notify("all"), notify("grave", severity="high"), notify("gravest", severity="critical"))
    told = {name: Channel(name) for name in ("all", "grave", "gravest")}
    for hour, (kind, severity) in enumerate((("open", "elevated"), ("worse", "high"), ("resolved", "high"))):
        record(store, settings, alert(severity=severity), kind=kind, now=NOW + hour * HOUR)
        deliver(settings, store, list(told.values()), now=NOW + hour * HOUR)
    kinds = {name: [kind for _id, kind in channel.notices] for name, channel in told.items()}
    assert kinds == {"all": ["open", "worse", "resolved"], "grave": ["worse", "resolved"], "gravest": []}


def test_a_channel_that_came_later_does_not_hear_of_an_end(store):
    """It would be news of something it never heard of; a reminder is news to it."""
    record(store, config(notify()))
    later = config(notify(), notify("new"))
    record(store, later, alert(state="resolved", resolved=NOW), kind="resolved", now=NOW + HOUR)
    assert [n.kind for n in store.outbox.notices("mail")] == ["open", "resolved"]
    assert store.outbox.notices("new") == []
    record(store, later, kind="remind", now=NOW + 2 * HOUR)
    assert [n.kind for n in store.outbox.notices("new")] == ["remind"]


def test_a_second_address_loses_no_end(store):
    """It gives the channel another name; who heard of the alert hears of its end, and who does not want it does not."""
    one = NotifySettings(via="email", name="mail", to=("a@acme.example",))
    record(store, config(one))
    after = config(replace(one, to=("a@acme.example", "b@acme.example")), notify("grave", severity="high"))
    record(store, after, alert(state="resolved", resolved=NOW + HOUR), kind="resolved", now=NOW + HOUR)
    told = {c.name: [notice.kind for notice in store.outbox.notices(c.name)] for c in recipients(after)}
    assert told == {"mail:a@acme.example": ["resolved"], "mail:b@acme.example": ["resolved"], "grave": []}


def test_a_source_that_is_down_is_told_to_whom_it_concerns(store):
    """To channels that may know of all brands it is looked at for; stdout's reader has stderr."""
    source = SourceSettings("forum", url="https://forum.example", brands=("Acme",))
    shared = SourceSettings("news", url="https://news.example")
    settings = replace(
        config(notify("acme", brands=("Acme",)), notify("globex", brands=("Globex",)), notify("all")),
        sources=(source, shared),
    )
    settings = replace(settings, notify=(*settings.notify, notify("stdout", via="stdout")))
    for name in ("forum", "news"):
        record(store, settings, alert(name, brand=name, kind="source"))
    waiting = {c.name: [n.alert.id for n in store.outbox.notices(c.name)] for c in settings.notify}
    assert waiting == {"acme": ["forum"], "globex": [], "all": ["forum", "news"], "stdout": []}


def test_without_channels_stdout_is_told(store):
    """And with one, only what is named."""
    assert [c.name for c in recipients(config())] == ["stdout"]
    assert [c.name for c in recipients(config(notify()))] == ["mail"]
    assert [c.name for c in recipients(config(notify()), [Channel("mail"), Channel("own")])] == ["mail", "own"]
    to = notify("post", via="email", to=("a@x.example", "b@x.example"))
    assert len(recipients(config(to))) == 2, "each is a recipient of its own"


def test_a_dry_run_shows_each_channel_and_sends_nothing(tmp_path, capsys):
    """What would be told, by the channel's name; the store stays as it is."""
    import io

    url = f"sqlite:///{(tmp_path / 'm.db').as_posix()}"
    settings = config(notify("mail"), notify("chat", severity="critical"))
    with Store(url, create=True) as store:
        record(store, settings)
    before = (tmp_path / "m.db").read_bytes()
    shown = io.StringIO()
    with Store(url, dry_run=True) as copy:
        deliver(settings, copy, shown_channels(settings, shown), now=NOW)
    assert "Would tell mail:" in shown.getvalue()
    assert "chat" not in shown.getvalue()
    assert (tmp_path / "m.db").read_bytes() == before
    with Store(url) as store:
        assert len(store.outbox.notices("mail")) == 1


# --- one for another ----------------------------------------------------------------------------------------------


def test_after_a_day_another_channel_tells_it(store):
    """With the notices that it had not, whatever their severity; it says which fails, since when and why."""
    settings = config(notify("mail"), notify("chat", severity="critical"))
    mail, chat = Channel("mail"), Channel("chat")
    mail.broken = DeliveryError("HTTP 500")
    record(store, settings)
    for hour in (0, 2, 8, 16, 23):
        deliver(settings, store, [mail, chat], now=NOW + hour * HOUR)
    assert chat.notices == []
    deliver(settings, store, [mail, chat], now=NOW + 24 * HOUR)
    assert chat.notices == [("a1", "open")]
    assert chat.messages[0].failing == ("The channel mail has failed since 2026-03-02 12:00 (UTC): HTTP 500.",)
    deliver(settings, store, [mail, chat], now=NOW + 48 * HOUR)
    assert len(chat.messages) == 1, "told once"
    record(store, settings, alert(state="resolved", resolved=NOW), kind="resolved", now=NOW + 50 * HOUR)
    deliver(settings, store, [mail, chat], now=NOW + 50 * HOUR)
    assert chat.notices[1:] == [("a1", "resolved")], "and of its end"
    mail.broken = None
    deliver(settings, store, [mail, chat], now=NOW + 72 * HOUR)
    deliver(settings, store, [mail, chat], now=NOW + 73 * HOUR)
    assert mail.notices == [("a1", "open"), ("a1", "resolved")], "its own readers hear of it all the same"
    record(store, settings, alert("a2", severity="critical"), now=NOW + 73 * HOUR)
    deliver(settings, store, [mail, chat], now=NOW + 73 * HOUR)
    assert chat.messages[-1].failing == ()


def test_who_was_told_already_is_not_told_for_another(store):
    """Two channels that are told the same: the one that works hears only that the other fails, with its next."""
    settings = config(notify("mail"), notify("chat"))
    mail, chat = Channel("mail"), Channel("chat")
    mail.broken = DeliveryError("no")
    record(store, settings)
    for hour in (0, 12, 24, 48):
        deliver(settings, store, [mail, chat], now=NOW + hour * HOUR)
    assert chat.notices == [("a1", "open")]
    record(store, settings, alert("a2"), now=NOW + 49 * HOUR)
    deliver(settings, store, [mail, chat], now=NOW + 49 * HOUR)
    assert chat.messages[-1].failing


def test_what_a_removed_channel_had_to_tell_goes_to_the_others(store):
    """A wrong address that is put right gives the channel a new name, and loses nothing."""
    settings, mail = config(notify("old")), Channel("old")
    mail.broken = DeliveryError("no such host")
    record(store, settings)
    record(store, settings, alert("a2", brand="Globex"))
    deliver(settings, store, [mail], now=NOW)
    after, new = config(notify("new", brands=("Acme",))), Channel("new")
    delivery = deliver(after, store, [new], now=NOW + 2 * HOUR)
    assert new.notices == [("a1", "open")], "what it may not know is dropped"
    assert not delivery.overdue
    assert store.outbox.forgotten_channels(["new"]) == []
    assert "old" not in store.outbox.channels()


def test_a_channel_that_got_other_brands_tells_nothing_of_those_it_had(store):
    """What waited for it goes to whoever wants it, also out of a message that could not be sent."""
    before = config(notify(), notify("week", digest="weekly mon 08:00", each="stars:<=2"))
    for name, brand in (("a1", "Acme"), ("g1", "Globex")):
        record(store, before, alert(name, brand=brand))
    keep(store, before, [mention(1), mention(2, brand="Globex")])
    mail, week, new = Channel(), Channel("week"), Channel("new")
    mail.broken = DeliveryError("no")
    deliver(before, store, [mail, week], now=NOW)
    mail.broken = None
    acme = {"brands": ("Acme",)}
    after = config(
        notify(**acme),
        notify("week", digest="weekly mon 08:00", each="stars:<=2", **acme),
        notify("new", brands=("Globex",), each="stars:<=2"),
    )
    deliver(after, store, [mail, week, new], now=NOW + 8 * DAY)
    for channel, brand in ((mail, "Acme"), (week, "Acme"), (new, "Globex")):
        assert {told.notice.alert.brand for message in channel.messages for told in message.told} == {brand}
        assert len(channel.notices) == 1
    assert [[m.brand for m in message.mentions] for message in (*week.messages, *new.messages)] == [
        ["Acme"],
        ["Globex"],
    ]


def test_two_configurations_of_one_store_tell_their_own(store):
    """What waits for a channel of the other one is neither told here nor lost."""
    one = config(notify("one", each="stars:<=2"), brands=(ACME,))
    two = config(notify("two", digest="weekly mon 08:00", each="stars:<=2"), brands=(GLOBEX,))
    record(store, two, alert("g1", brand="Globex"))
    record(store, two, alert("s1", brand="globex.example", kind="source"), to=[notify("two")])
    keep(store, two, [mention(2, brand="Globex")])
    first, second = Channel("one"), Channel("two")
    deliver(one, store, [first], now=NOW + HOUR)
    assert not first.messages
    deliver(two, store, [second], now=NOW + 8 * DAY)
    assert sorted(second.notices) == [("g1", "open"), ("s1", "open")]
    assert [[m.brand for m in message.mentions] for message in second.messages] == [["Globex"]]


def test_a_second_address_loses_no_mention(store):
    """It gives the channel another name; what was collected goes to both."""
    one = NotifySettings(via="email", name="mail", to=("a@acme.example",), digest="weekly mon 08:00", each="stars:<=2")
    keep(store, config(one), [mention(1), mention(2)])
    after = config(replace(one, to=("a@acme.example", "b@acme.example")))
    both = [Channel(settings.name) for settings in recipients(after)]
    for week in (8, 15):
        deliver(after, store, both, now=NOW + week * DAY)
    assert [[len(message.mentions) for message in channel.messages] for channel in both] == [[2], [2]]
    assert store.outbox.forgotten_channels([channel.name for channel in both]) == []


def test_a_removed_channel_leaves_nothing_behind(store):
    """Nor a message about mentions that are not stored any more."""
    before, after = config(notify("old", each="stars:<=2")), config(notify("new"))
    old, new = Channel("old"), Channel("new")
    old.broken = DeliveryError("no")
    keep(store, before, [mention(1)])
    deliver(before, store, [old], now=NOW)
    keep(store, before, [mention(2)])
    store.prune(NOW + 30 * DAY)
    deliver(after, store, [new], now=NOW + DAY)
    assert store.outbox.forgotten_channels(["new"]) == []
    assert "old" not in store.outbox.channels()
    assert not new.messages


class Picky(Channel):
    """Takes all but some."""

    def send(self, message):
        self.attempts.append(message)
        if any(told.notice.alert.id.startswith("poison") for told in message.told):
            raise DeliveryError("413 too large")
        self.messages.append(message)


def test_several_messages_that_nobody_takes_hold_no_other(store):
    """A channel is left alone after two failures; those two are not always the same."""
    settings, mail = config(notify()), Picky()
    for n in range(3):
        record(store, settings, alert(f"poison{n}"), now=NOW + n * DAY)
        for hour in range(24):
            deliver(settings, store, [mail], now=NOW + n * DAY + hour * HOUR)
    record(store, settings, alert("a2"), now=NOW + 3 * DAY)
    for hour in range(12):
        deliver(settings, store, [mail], now=NOW + 3 * DAY + hour * HOUR)
    assert mail.notices == [("a2", "open")]
    tried = [told.notice.alert.id for message in mail.attempts for told in message.told]
    assert min(tried.count(f"poison{n}") for n in range(3)) > 3


def test_a_message_that_nobody_takes_is_told_once_and_told_elsewhere(store):
    """A channel that takes the others works: they wait for nothing, and one line on stderr is enough."""
    settings, mail, chat = config(notify(), notify("chat", severity="critical")), Picky(), Channel("chat")
    record(store, settings, alert("poison"))
    late, firsts = [], 0
    for hour in range(100):
        now = NOW + hour * HOUR
        if hour >= 10 and not hour % 5:
            record(store, settings, alert(f"a{hour}"), now=now)
        delivery = deliver(settings, store, [mail, chat], now=now)
        firsts += sum(failure.first for failure in delivery.failures)
        late += [hour] * bool(store.outbox.waiting("mail"))
    assert firsts == 1
    assert chat.notices == [("poison", "open")]
    assert len(mail.notices) == 18
    assert not [hour for hour in late if hour > 22], "only until it is known that it is that message"


# --- when ---------------------------------------------------------------------------------------------------------

PARIS = ZoneInfo("Europe/Paris")


def test_what_is_muted_is_kept_and_sent_at_the_end(store):
    """In the user's time zone; a critical alert too: who wants to be woken has a channel for that."""
    settings = replace(config(notify(mute="22:00-07:00"), notify("loud", severity="critical")), timezone="Europe/Paris")
    mail, loud = Channel(), Channel("loud")
    night = datetime(2026, 3, 2, 21, 30, tzinfo=timezone.utc)  # 22:30 in Paris
    record(store, settings, alert(severity="critical"), now=night)
    for hour in range(10):
        deliver(settings, store, [mail, loud], now=night + hour * HOUR)
        if not mail.messages:
            assert (night + hour * HOUR).astimezone(PARIS).hour not in range(7, 22)
    assert [m.created.astimezone(PARIS).hour for m in mail.messages] == [7]
    assert [m.created for m in loud.messages] == [night]


def test_a_digest_is_collected_and_sent_at_its_time(store):
    """One message with alerts and mentions; nothing where there is nothing."""
    settings, mail = config(notify(digest="daily 08:00", each="stars:1")), Channel()
    keep(store, settings, [mention(1), mention(2)])
    for hour in range(72):
        now = NOW + hour * HOUR
        if hour in {0, 5}:
            record(store, settings, alert(f"a{hour}"), now=now)
        deliver(settings, store, [mail], now=now)
    (message,) = mail.messages
    assert (message.kind, message.created) == ("digest", datetime(2026, 3, 3, 8, tzinfo=timezone.utc))
    assert mail.notices == [("a0", "open"), ("a5", "open")]
    assert len(message.mentions) == 2


@pytest.mark.parametrize(
    ("digest", "now", "last"),
    [
        ("daily 08:00", "2026-03-02T08:00", "2026-03-02T08:00"),
        ("daily 08:00", "2026-03-02T07:59", "2026-03-01T08:00"),
        ("weekly mon 08:00", "2026-03-02T07:59", "2026-02-23T08:00"),
        ("weekly mon 08:00", "2026-03-08T23:00", "2026-03-02T08:00"),
        ("weekly sun 00:00", "2026-03-08T00:00", "2026-03-08T00:00"),
        # The clocks go forward at 02:00: half past two is not there.
        ("daily 02:30", "2026-03-29T12:00", "2026-03-29T03:30"),
        # And back at 03:00: it is there twice.
        ("daily 02:30", "2026-10-25T12:00", "2026-10-25T02:30"),
    ],
)
def test_the_time_of_a_digest(digest, now, last):
    """In the user's zone, over changes of the clocks."""
    at = datetime.fromisoformat(now).replace(tzinfo=PARIS).astimezone(timezone.utc)
    wanted = datetime.fromisoformat(last).replace(tzinfo=PARIS)
    assert last_digest(notify(digest=digest), at, PARIS).astimezone(timezone.utc) == wanted.astimezone(timezone.utc)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.sampled_from(["22:00-07:00", "09:00-17:30"]))
def test_a_mute_ends(naive, mute):
    """Whatever the time, nothing is kept for longer than a day; no zone means the system's."""
    now = naive.replace(tzinfo=timezone.utc)
    channel = notify(mute=mute)
    for zone in (PARIS, None):
        assert not all(is_muted(channel, now + n * HOUR, zone) for n in range(25))
        assert any(
            is_due(replace(channel, digest="weekly fri 08:00"), now, now + n * HOUR, zone) for n in range(24 * 9)
        )


# --- mentions by themselves ---------------------------------------------------------------------------------------


def keep(store, settings, mentions, *, now=NOW):
    """What a poll does with new mentions."""
    status = SourceStatus("shop", "https://shop.example", now, now, now, 0, "ok")
    tellings = Each(recipients(settings), settings.queries).tellings(mentions, now=now)
    store.record_poll(
        SourcePoll(status, entries=[(m.entry_id, m.entry) for m in mentions], mentions=mentions, tellings=tellings)
    )


def test_each_new_mention_is_told_once(store):
    """Batched, the brands of the channel only; no backlog, no copy, no noise, nothing else."""
    settings = config(notify(each="stars:<=2", brands=("Acme",)), notify("chat"))
    mail, chat = Channel(), Channel("chat")
    found = [
        mention(1), mention(2, brand="Globex"), mention(3, backlog=True), mention(4, rating=5.0),
        mention(5, copy="e1"), mention(6, copy="e6"), mention(7, noise=True),
    ]  # fmt: skip
    keep(store, settings, found)
    deliver(settings, store, [mail, chat], now=NOW)
    (message,) = mail.messages
    assert {m.id for m in message.mentions} == {"mAcme1", "mAcme6"}
    assert not message.told
    keep(store, settings, found, now=NOW + HOUR)
    deliver(settings, store, [mail, chat], now=NOW + HOUR)
    assert len(mail.messages) == 1
    assert not chat.messages


def test_a_mention_that_was_deleted_and_found_again_is_not_told_again(store):
    """That it was told is kept by itself."""
    settings, mail = config(notify(each="stars:1")), Channel()
    keep(store, settings, [mention(1)])
    deliver(settings, store, [mail], now=NOW)
    with store._transaction(write=True) as connection:
        connection.exec_driver_sql("DELETE FROM mentions")
    keep(store, settings, [mention(1)], now=NOW + HOUR)
    deliver(settings, store, [mail], now=NOW + HOUR)
    assert len(mail.messages) == 1


def test_a_message_about_nothing_is_not_sent(store):
    """What it was about was deleted before it could be told."""
    settings, mail = config(notify(each="stars:1")), Channel()
    keep(store, settings, [mention(1)])
    with store._transaction(write=True) as connection:
        connection.exec_driver_sql("DELETE FROM mentions")
    assert deliver(settings, store, [mail], now=NOW).sent == ()
    assert not mail.attempts
    assert not store.outbox.unsent("mail")


def test_a_flood_of_mentions_is_split(store):
    """As notices are."""
    settings, mail = config(notify(each="stars:1")), Channel()
    keep(store, settings, [mention(n) for n in range(MOST_MENTIONS + 3)])
    deliver(settings, store, [mail], now=NOW)
    assert sorted(len(m.mentions) for m in mail.messages) == [3, MOST_MENTIONS]


# --- tests, and an end --------------------------------------------------------------------------------------------


def test_a_test_goes_through_the_outbox_at_once(store):
    """Muted or not; one that fails is told and forgotten, one that works lets what waits be tried again."""
    settings = config(notify(mute="00:00-23:59"), notify("chat"))
    mail, chat = Channel(), Channel("chat")
    chat.broken = DeliveryError("no")
    record(store, settings)
    deliver(settings, store, [chat], now=NOW)
    delivery = send_tests(settings, store, [mail, chat], now=NOW)
    assert [m.kind for m in mail.messages] == ["test"]
    assert [(f.channel, f.error) for f in delivery.failures] == [("chat", "no")]
    chat.broken = None
    send_tests(settings, store, [mail, chat], now=NOW + MINUTE / 6)
    deliver(settings, store, [mail, chat], now=NOW + MINUTE / 6)
    assert [m.kind for m in chat.messages] == ["test", "alerts"]
    assert len({m.id for m in chat.messages}) == 2


def test_two_tests_at_one_instant_are_two(store):
    """A script may ask twice, with a time of its own."""
    settings, mail = config(notify()), Channel()
    for _ in range(2):
        assert len(send_tests(settings, store, [mail], now=NOW).sent) == 1
    assert len({message.id for message in mail.messages}) == 2


def test_a_test_that_was_cut_off_is_not_sent_later(store):
    """A test that comes an hour later would only confuse."""
    settings, mail = config(notify()), Channel()
    store.outbox.pack_test("mail", now=NOW)
    assert deliver(settings, store, [mail], now=NOW + HOUR).sent == ()
    assert not store.outbox.unsent("mail")
    assert not store.overdue(NOW + DAY)


def test_what_is_old_and_over_is_deleted(store):
    """Resolved alerts with their notices and messages, outages, ratings; never what is open or unsent."""
    settings = config(notify(), notify("broken"))
    mail, broken = Channel(), Channel("broken")
    broken.broken = DeliveryError("no")
    resolved = {"state": "resolved", "resolved": NOW, "updated": NOW}
    record(store, settings, alert("a1", **resolved), to=[notify()])
    record(store, settings, alert("a2", **resolved), to=[notify("broken")])
    record(store, settings, alert("a3"), to=[notify()])
    deliver(settings, store, [mail, broken], now=NOW)
    status = SourceStatus("shop", "u", NOW, NOW, NOW, 0, "ok")
    store.record_poll(SourcePoll(status, outage=(NOW - HOUR, NOW)))
    store.prune(NOW + DAY)
    assert {a.id for a in store.alerts()} == {"a2", "a3"}
    assert store.outages(["shop"], since=NOW - DAY) == []
    assert len(store.outbox.unsent("broken")) == 1
    broken.broken = None
    deliver(settings, store, [mail, broken], now=NOW + 2 * DAY)
    store.prune(NOW + 3 * DAY)
    assert {a.id for a in store.alerts()} == {"a3"}


def test_what_an_unsent_message_quotes_is_not_deleted_for_its_age(store):
    """Neither what is told by itself nor what an alert quotes, while a channel is down or a digest waits."""
    settings = config(notify(each="acme"))
    mentions = [mention(n) for n in (1, 2, 3)]
    status = SourceStatus("shop", "u", NOW, NOW, NOW, 0, "ok")
    tellings = Each(recipients(settings), settings.queries).tellings(mentions[:1], now=NOW)
    store.record_poll(
        SourcePoll(status, entries=[(m.entry_id, m.entry) for m in mentions], mentions=mentions, tellings=tellings)
    )
    record(store, settings, alert("a1", evidence=("mAcme2",)))
    assert store.prune(NOW + DAY) == 1
    assert {m.id for m in store.mentions()} == {"mAcme1", "mAcme2"}
    assert deliver(settings, store, [Channel()], now=NOW + DAY).sent
    assert store.prune(NOW + 2 * DAY) == 2


def test_a_brand_that_is_judged_is_told_in_one_transaction(tmp_path):
    """An alert without its notice, or a notice without its alert, is never seen by another program."""
    url = f"sqlite:///{(tmp_path / 'm.db').as_posix()}"
    settings = config(notify())
    with Store(url, create=True) as store, Store(url) as other:
        with store.atomic():
            store.record_verdict("Acme", BrandState(NOW, (), None), None)
            record(store, settings)
            assert (other.alerts(), other.outbox.notices("mail")) == ([], [])
        assert len(other.alerts()) == len(other.outbox.notices("mail")) == 1
    assert AlertSettings().remind is None
