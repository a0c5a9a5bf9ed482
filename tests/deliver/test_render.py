"""What is told: complete, short where it has to be, and nothing that strangers write is more than words."""

from __future__ import annotations

import json
import re
import time
import unicodedata
from dataclasses import replace
from datetime import timedelta, timezone
from email import message_from_bytes
from email.policy import SMTP
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from mentionwatch.deliver import open_channel, split_recipients
from mentionwatch.deliver.render import pick
from mentionwatch.deliver.render.chat import MOST, chat_link, chat_of, chat_safe, chat_title
from mentionwatch.deliver.render.data import MOST_TEXT, json_of, record_of
from mentionwatch.deliver.render.html import html_of
from mentionwatch.deliver.render.mail import mail_of
from mentionwatch.deliver.render.text import text_of
from mentionwatch.deliver.render.words import headline
from mentionwatch.model import Entry, Tone
from mentionwatch.output.layout import shown_zone
from mentionwatch.output.record import ALERT_COLUMNS, MENTION_COLUMNS
from mentionwatch.settings import NotifySettings
from tests.deliver.sample_messages import (
    ANGRY,
    CRITICAL,
    DIGEST,
    EACH,
    HOSTILE,
    MANY,
    NASTY,
    NOW,
    ONE,
    RESOLVED,
    RULE,
    SOURCE,
    TEST,
    WORSE,
    message,
    notice,
    told,
)
from tests.output.sample_mentions import ALERT, NEGATIVE, START, make_mention

ALL = {"one": ONE, "many": MANY, "each": EACH, "digest": DIGEST, "test": TEST, "hostile": HOSTILE}
every = pytest.mark.parametrize("one", ALL.values(), ids=ALL)
RENDERS = {"text": text_of, "chat": chat_of, "html": html_of, "json": json_of, "headline": headline}


@every
@pytest.mark.parametrize("render", RENDERS.values(), ids=RENDERS)
def test_no_control_or_bidirectional_character_gets_through(one, render):
    """In no language of no channel; the word joiner is ours."""
    odd = {c for c in render(one) if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp", "Cs"}}
    assert odd <= {"\n", "\u2060"}
    odd = {
        c for c in json.dumps(json.loads(json_of(one)), ensure_ascii=False) if unicodedata.category(c) in {"Cc", "Cf"}
    }
    assert odd <= {"\n"}


# --- what it is about -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (ONE, "Nimbus: high alert, 14 negative mentions in 6 h"),
        (message(told(WORSE, "worse")), "Nimbus: alert is worse, now critical, 14 negative mentions in 6 h"),
        (message(told(ALERT, "remind")), "Nimbus: high alert goes on, 14 negative mentions in 6 h"),
        (message(told(RESOLVED, "resolved")), "Nimbus: alert is resolved"),
        (message(told(replace(ALERT, kind="volume"))), "Nimbus: high volume alert, 14 mentions in 6 h"),
        (message(told(replace(ALERT, kind="rating"))), "Nimbus: high rating alert"),
        (message(told(RULE)), 'Acme: elevated alert "one-star wave"'),
        (message(told(SOURCE)), "forum.example: source is down"),
        (message(told(replace(SOURCE, state="resolved"), "resolved")), "forum.example: source is back"),
        (MANY, "Nimbus, Acme, forum.example: 4 alerts, 1 critical, 1 resolved"),
        (EACH, "Nimbus: 3 new mentions"),
        (DIGEST, "Digest of Nimbus: 2 alerts, 1 high, 1 resolved, 9 mentions"),
        (message(kind="digest"), "Digest of mentionwatch: nothing new"),
        (message(failing=("The channel x fails.",)), "mentionwatch: another channel fails"),
        (TEST, "mentionwatch: test message"),
    ],
)
def test_the_headline_says_what_it_is_about(one, expected):
    """Each kind of message, of notice and of alert."""
    assert headline(one) == expected


@settings(deadline=None)
@given(st.lists(st.text(max_size=90), min_size=1, max_size=30), st.sampled_from(["alerts", "digest"]))
def test_a_headline_is_one_short_line(brands, kind):
    """However many brands there are and whatever they are called."""
    one = message(
        *(told(replace(ALERT, brand=brand, id=f"a{n:011}"), counts=(), evidence=()) for n, brand in enumerate(brands)),
        kind=kind,
    )
    line = headline(one)
    assert 0 < len(line) <= 78
    assert line.splitlines() == [line]
    mail_of(one, sender="w@acme.example", to="p@acme.example").as_bytes()


# --- quotes and bars --------------------------------------------------------------------------------------


def test_quotes_are_the_worst_of_different_people_and_stories():
    """Most confident first; one an author, one a text, and stories before more of the same one."""
    made = [
        make_mention(
            n, Entry("s", text=f"text {n}", author=author), Tone("negative", polarity, sure), copy=copy, story=story
        )
        for n, (author, polarity, sure, copy, story) in enumerate(
            [
                ("a", -0.5, 0.95, "1", "x"),  # the surest
                ("A", -0.9, 0.95, "2", "y"),  # the same person, and worse: this one
                ("b", -0.9, 0.9, "2", "z"),  # a copy of it
                ("c", -0.6, 0.9, "3", "y"),  # the same story: only after the others
                (None, -0.3, 0.7, "4", "v"),
                (None, -0.3, 0.6, "5", "w"),
                (None, -1.0, 0.3, "6", "u"),  # the worst, if only it were sure
            ]
        )
    ]
    happy = make_mention(9, Entry("s", text="x", author="z"), Tone("positive", 0.9, 0.99))
    noise = make_mention(10, Entry("s", text="noise", author="n"), NEGATIVE, noise=True)
    picked = pick.quotes(told(evidence=(*made, happy, noise)))
    assert [m.entry.text for m in picked] == ["text 1", "text 3", "text 4", "text 5", "text 6"]
    assert [m.entry.text for m in pick.quotes(told(evidence=(*made, happy)), 3)] == ["text 1", "text 4", "text 5"]
    everything = pick.quotes(told(replace(ALERT, kind="volume"), evidence=(*made[:5], happy)))
    assert everything[-1] == happy
    assert pick.quotes(told(RESOLVED, "resolved", made)) == []


@given(st.lists(st.integers(0, 10_000), max_size=300))
def test_bars_lose_no_count_and_fit(counts):
    """At most 48, their sum is all, and what is above 0 looks so."""
    one = told(counts=counts)
    shown, line = pick.bars(one), pick.sparkline(one)
    assert sum(shown) == sum(counts)
    assert len(shown) == len(line) <= 48
    assert all((n == 0) == (block == "▁") for n, block in zip(shown, line, strict=True))
    if any(counts):
        assert line[shown.index(max(shown))] == "█"


@every
def test_every_alert_says_why_what_is_blind_and_what_to_do(one):
    """In each language: the sentence, the blind spots, the command with the id."""
    for item in one.told:
        alert = item.notice.alert
        act = f"mentionwatch alerts {'show' if item.notice.kind == 'resolved' else 'ack'} {alert.id[:8]}"
        assert act in text_of(one)
        assert act in html_of(one)
    if one is ONE:
        for text in (text_of(one), chat_of(one), html_of(one)):
            assert "you usually see 1.2. 9 authors. By chance: 1 in" in " ".join(text.split())
            assert "Blind spots, where there may be more: community." in text
        assert "mentionwatch alerts ack a1b2c3d4" in chat_of(one)
        assert text_of(one).count("\n  - ") == html_of(one).count("border-left:3px") == 5
        assert chat_of(one).count("“") == 3
        assert "█" in text_of(one)
        assert "█" in chat_of(one)


def test_other_channels_that_fail_are_named():
    """Whoever still hears is told who does not."""
    for text in (text_of(MANY), chat_of(MANY), html_of(MANY)):
        assert "The channel webhook-1a2b3c fails since" in text
    assert record_of(MANY)["failing"] == list(MANY.failing)


# --- long text --------------------------------------------------------------------------------------------


@every
def test_no_line_of_the_text_is_wider_than_a_mail(one):
    """But for links, which stay whole."""
    for line in text_of(one).split("\n"):
        assert cell_len(line) <= 78 or "://" in line


# --- chat -------------------------------------------------------------------------------------------------

#: What some chat reads as more than words.
CALLS = [
    r"[@＠](?!\u2060)",  # a name, or all of them
    r"[<>]",  # Slack's calls and links, HTML
    r"\]\(",  # Markdown's links and images
    r"[*`|~\\]",  # emphasis, code, spoilers
    r"javascript:",
]


@pytest.mark.parametrize("call", CALLS)
def test_chats_are_called_by_nobody_but_us(call):
    """Neither everyone, nor a channel, nor by Markdown, from any part of a message."""
    assert re.search(call, NASTY)
    for text in (chat_of(HOSTILE), chat_title(HOSTILE), chat_of(replace(HOSTILE, told=()))):
        assert not re.search(call, text)


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("@<>!|[]()*_`~\\#:/&;ab \n\u202e\x1b＠"), max_size=60))
def test_no_text_at_all_calls_anybody(text):
    """Whatever the signs stand beside."""
    safe = chat_safe(text)
    assert not any(re.search(call, safe) for call in CALLS)
    assert "\n" not in safe
    assert "://" not in safe


@pytest.mark.parametrize(
    "text", ["evil.example", "see evil.example/x?y=1.", "www.evil.example", "böse.example", "悪い。com"]
)
def test_no_bare_address_of_a_stranger_is_a_link(text):
    """Slack and Telegram make links of "evil.example" alone; numbers and ends of sentences stay as they are."""
    assert not re.search(r"\w[.。](?=\w)", chat_safe(text))
    assert chat_safe(text).replace("\u2060", "") == text
    assert chat_safe("1.2 of 5. Never e. g. again.") == "1.2 of 5. Never e. g. again."
    assert chat_safe("booking.com: high alert", own=True) == "booking.com: high alert"


def test_links_of_a_chat_hold_nothing_that_calls():
    """The link stays the link; what is none, or too long, is left out."""
    assert chat_link("https://a.example/x_y?q=1&r=2#p") == "https://a.example/x_y?q=1&r=2#p"
    assert chat_link("https://a.example/@everyone/(x)<y>") == "https://a.example/%40everyone/%28x%29%3Cy%3E"
    assert chat_link("javascript:alert(1)") is None
    assert chat_link("https://a.example/" + "a" * 400) is None


@every
def test_a_chat_message_is_short(one):
    """So that no service cuts it."""
    assert len(chat_of(one)) <= MOST


def test_a_crowd_of_alerts_is_still_a_short_chat_message():
    """The first are told, the rest is counted."""
    crowd = message(*(told(replace(CRITICAL, id=f"a{n:011x}", reason=f"{NASTY} {n}"), number=n) for n in range(300)))
    assert len(chat_of(crowd)) <= MOST
    calm = message(*(told(replace(SOURCE, id=f"a{n:011x}"), evidence=(), number=n) for n in range(300)))
    assert "and 295 more alerts" in chat_of(calm)


def test_a_crowd_of_alerts_is_told_by_title():
    """A mail has twenty of them in full, and the titles of the others."""
    crowd = message(*(told(replace(ALERT, id=f"{n:03}aaaaaaaaa"), number=n) for n in range(300)))
    for text in (text_of(crowd), html_of(crowd)):
        assert text.count("mentionwatch alerts ack") == 20
        assert all(f"Nimbus: high alert ({n:03}aaaaa)" in text for n in range(20, 300))


def test_an_alert_that_came_several_times_is_told_as_it_stands_at_last():
    """After a mute night, people read one paragraph about it; programs get every notice."""
    first = told(ALERT, number=1)
    later = replace(
        told(WORSE, "worse", number=2), notice=replace(notice(WORSE, "worse", 2), created=NOW + timedelta(hours=5))
    )
    one = message(later, first)
    assert headline(one).startswith("Nimbus: alert is worse, now critical")
    assert text_of(one).count("you usually see") == html_of(one).count("you usually see") == 1
    assert chat_of(one).count("you usually see") == 1
    assert len(record_of(one)["alerts"]) == 2


# --- HTML -------------------------------------------------------------------------------------------------


class _Read(HTMLParser):
    """What a mail program would make of it."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.open, self.words = [], [], [], ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in {"meta", "br", "hr"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data


@every
def test_html_has_only_our_tags_and_loads_nothing(one):
    """Well formed, no script, image, form or handler, and every link leads to the web."""
    page = _Read(html_of(one))
    assert page.open == []
    assert set(page.tags) <= {
        "html", "head", "meta", "title", "style", "body", "table", "tr", "td", "div", "p", "h1", "h2", "hr", "span",
        "a", "bdi", "br", "code", "ul", "li",
    }  # fmt: skip
    assert {name for name, _ in page.attributes} <= {
        "lang", "charset", "name", "content", "class", "style", "role", "width", "height", "cellpadding", "cellspacing",
        "border", "align", "valign", "bgcolor", "title", "href", "rel", "dir",
    }  # fmt: skip
    assert all(value.startswith(("http://", "https://")) for name, value in page.attributes if name == "href")
    assert not any("url(" in value for name, value in page.attributes if name == "style")


def test_the_bars_say_what_the_sentence_says():
    """Of less than a tenth there is no "0.0": it is usual, and rare."""
    rare = replace(ALERT, expected=0.04, reason="14 negative mentions in 6 h; you usually see fewer than 0.1.")
    written = html_of(message(told(rare)))
    assert written.count("fewer than 0.1") == 2
    assert ">0.0<" not in written


@pytest.mark.parametrize("render", [text_of, html_of])
def test_the_chart_of_a_rule_is_said_to_be_the_brands(render):
    """What a rule counts may be something else."""
    assert "Negative mentions per hour, last" in render(message(told()))
    assert "Negative mentions of the brand per hour, last" in render(message(told(RULE)))


def test_hostile_html_is_shown_as_written():
    """As words."""
    words = _Read(html_of(HOSTILE)).words
    assert "<script>alert(1)</script>" in words
    assert "<img src=x onerror=alert(1)>" in words
    assert "&lt;!channel&gt;" in words


# --- mail -------------------------------------------------------------------------------------------------


def test_mails_of_an_incident_are_one_thread():
    """Each refers to an id made of the alert's; answering machines stay silent; a repeat is the same mail."""
    first = mail_of(ONE, sender="Wätch <watch@acme.example>", to="pr@acme.example")
    later = mail_of(
        replace(message(told(RESOLVED, "resolved")), id="gff"), sender="watch@acme.example", to="pr@acme.example"
    )
    assert first["In-Reply-To"] == later["In-Reply-To"] == first["References"] == "<a1b2c3d4e5f6@acme.example>"
    assert first["Message-ID"] == "<g0123456789abcde@acme.example>"
    assert later["Message-ID"] == "<gff@acme.example>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Date"].datetime == ONE.created
    assert first.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in first.iter_parts()] == ["text/plain", "text/html"]
    assert first.as_bytes() == mail_of(ONE, sender="Wätch <watch@acme.example>", to="pr@acme.example").as_bytes()
    assert first.as_bytes().isascii()


@pytest.mark.parametrize("length", [5, 24, 25, 26, 30, 34, 38])
def test_a_header_begins_beside_its_name(length):
    """Whatever its length: some mail programs take a first line that is empty for an empty subject."""
    brand = ("Acme " * 10)[:length].strip()
    one = message(told(replace(ALERT, brand=brand)))
    mail = mail_of(one, sender="watch@acme.example", to="pr@acme.example")
    assert not re.search(r"^[A-Za-z-]+: ?$", mail.as_string(), re.MULTILINE)
    assert mail.as_bytes().decode() == mail.as_string(policy=mail.policy)
    assert message_from_bytes(mail.as_bytes(), policy=SMTP)["Subject"] == headline(one)


def test_a_test_message_and_mentions_start_no_thread():
    """There is no incident that they belong to."""
    for one in (TEST, EACH):
        assert mail_of(one, sender="w@acme.example", to="p@acme.example")["In-Reply-To"] is None


# --- JSON -------------------------------------------------------------------------------------------------


def test_the_record_has_the_documented_keys():
    """Of the message, of its alerts and of their mentions, in their order."""
    record = json.loads(json_of(MANY))
    assert list(record) == ["schema", "id", "kind", "created", "headline", "alerts", "mentions", "failing"]
    assert [alert["notice"] for alert in record["alerts"]] == ["open", "remind", "open", "resolved"]
    for alert in record["alerts"]:
        assert list(alert) == [*ALERT_COLUMNS, "notice", "notice_id", "counts", "slice_hours", "mentions"]
    assert list(record["alerts"][0]["mentions"][0]) == list(MENTION_COLUMNS)
    assert [mention["id"] for mention in json.loads(json_of(EACH))["mentions"]] == [m.id for m in EACH.mentions]


def test_the_record_is_bounded():
    """A text of a megabyte is no message, nor are hundreds of mentions; no number is one that JSON has not."""
    long = make_mention(1, Entry("s", text="word " * 200_000), NEGATIVE)
    one = message(told(replace(ALERT, odds=float("inf")), evidence=[long] * 500))
    (alert,) = json.loads(json_of(one))["alerts"]
    assert alert["odds"] is None
    assert len(alert["mentions"]) == 50
    assert {len(mention["text"]) for mention in alert["mentions"]} == {MOST_TEXT}
    assert "\n" not in json_of(one)
    assert json_of(HOSTILE).isascii()


# --- channels ---------------------------------------------------------------------------------------------


def test_each_recipient_is_a_channel_of_its_own():
    """So that one refused address neither holds up nor repeats the others' mail; names stay what they were for one."""
    mail = NotifySettings("email", "team", to=("a@x.example", "b@x.example", "a@x.example"))
    boss, hook = NotifySettings("email", "boss", to=("c@x.example",)), NotifySettings("webhook", "w", url="https://x")
    found = split_recipients((mail, boss, hook))
    assert [(one.name, one.to) for one in found] == [
        ("team:a@x.example", ("a@x.example",)),
        ("team:b@x.example", ("b@x.example",)),
        ("boss", ("c@x.example",)),
        ("w", ()),
    ]


@pytest.mark.parametrize("via", ["email", "webhook", "apprise", "command", "file", "stdout"])
def test_every_kind_of_channel_opens_without_touching_anything(via):
    """It has the name that the outbox knows it by."""
    settings = NotifySettings(via, "mine", to=("a@x.example",), url="json://x", argv=("true",), path="f")
    assert open_channel(settings).name == "mine"


def test_mentions_beyond_what_is_listed_are_counted():
    """Nothing is left out in silence."""
    crowd = message(mentions=ANGRY * 20)
    assert "and 130 more" in text_of(crowd)
    assert "and 130 more" in html_of(crowd)
    assert "and 177 more: mentionwatch mentions" in chat_of(crowd)
    assert len(record_of(crowd)["mentions"]) == 180


@pytest.mark.parametrize(
    ("zone", "named"),
    [(ZoneInfo("Europe/Paris"), "Europe/Paris"), (timezone(timedelta(hours=5, minutes=30)), "UTC+05:30")],
    ids=["configured", "system"],
)
@pytest.mark.parametrize("write", [text_of, html_of])
def test_who_sits_elsewhere_can_read_the_hours(write, zone, named):
    """Each alert names the zone of its hours, and so does a message of mentions alone."""
    both = message(told(), told(RESOLVED, "resolved"), told(SOURCE), zone=zone)
    said = re.findall(r"(?:From|Since) \d{4}-\d\d-\d\d \d\d:\d\d[^.]*\.", write(both))
    assert len(said) > 1
    assert all(line.endswith(f"({named}).") for line in said)
    assert write(message(mentions=ANGRY, zone=zone)).count(f"Times are in {named}.") == 1
    assert "Times are in" not in write(message(told(), mentions=ANGRY, zone=zone))


def test_the_zone_of_the_system_is_named_by_its_distance(monkeypatch):
    """Its abbreviation would mean something else elsewhere; summer time counts as it did then."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    try:
        assert shown_zone(START, None) == "UTC+02:00"
        assert shown_zone(START - timedelta(days=90), None) == "UTC+01:00"
    finally:
        monkeypatch.undo()
        time.tzset()
