"""Invented messages, some of them hostile, for the tests of what is told and of the channels."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from mentionwatch.deliver.base import Message, Told
from mentionwatch.model import Entry, Notice, Tone
from tests.output.sample_mentions import ALERT, PLAIN, START, ZONE, make_mention

NOW = START + timedelta(hours=2)

_SAID = [
    (
        "ben",
        "Day three without a working machine",
        "It died during the update and nobody answers the phone.",
        0.97,
        -0.9,
    ),
    ("cleo_22", None, "Two weeks for a reply, then a form letter. Never again.", 0.95, -0.85),
    ("Björn", "Bricked by 4.1", "Firmware 4.1 bricked mine as well, see the thread in the other forum.", 0.93, -0.8),
    ("dev.null", None, "The descaling light is on since Monday. I have descaled it four times by now!", 0.9, -0.7),
    ("e.m.", "Refund?", "They refuse the refund because the box is gone.", 0.88, -0.7),
    ("珈琲好き", None, "アップデートの後、まったく動きません。サポートからの返事もありません。", 0.86, -0.7),
    ("dana", "سيئ جدا", "الجهاز لا يعمل بعد التحديث ولا أحد يرد على الهاتف", 0.84, -0.6),
    ("finn", "Support hangs up", "Third call today.", 0.8, -0.6),
]
ANGRY = (
    PLAIN,
    *(
        make_mention(
            20 + n,
            Entry(
                "forum" if n % 2 else "reviews",
                url=f"https://forum.example/t/{100 + n}?page=2#post-{n}",
                title=title,
                text=text,
                author=author,
                published=START - timedelta(minutes=37 * n),
                rating=1.0 if n % 3 == 0 else None,
            ),
            Tone("negative", polarity, confidence, (), "auto"),
            copy=f"t{n}",
        )
        for n, (author, title, text, confidence, polarity) in enumerate(_SAID)
    ),
)
COUNTS = (0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0) * 1 + (
    *(0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 2, 2, 4, 3, 2),
)


def notice(alert=ALERT, kind="open", number=1):
    """A notice of an alert."""
    return Notice(f"n{number:015x}", kind, alert, NOW)


def told(alert=ALERT, kind="open", evidence=ANGRY, counts=COUNTS, number=1):
    """A notice with what it rests on."""
    return Told(notice(alert, kind, number), tuple(evidence), tuple(counts), 1.0)


def message(*what, kind="alerts", **more):
    """A message; without arguments: one alert."""
    fields = {"id": "g0123456789abcde", "kind": kind, "created": NOW, "told": what, "zone": ZONE}
    return Message(**(fields | more))


CRITICAL = replace(ALERT, id="a99887766554", severity="critical")
WORSE = replace(CRITICAL, id=ALERT.id)
RESOLVED = replace(ALERT, state="resolved", resolved=NOW)
SOURCE = replace(
    ALERT,
    id="a5544332211f",
    brand="forum.example",
    kind="source",
    severity="elevated",
    observed=0,
    expected=0.0,
    reason="The source forum.example is down: HTTP 503. What is said there is not seen.",
    blind_spots=("forum.example",),
    evidence=(),
)
RULE = replace(ALERT, id="a1212121212f", kind="rule:one-star wave", brand="Acme", severity="elevated")
ONE = message(told())
MANY = message(
    told(CRITICAL, "open", number=1),
    told(RULE, "remind", (), (), number=2),
    told(SOURCE, "open", (), (), number=3),
    told(RESOLVED, "resolved", number=4),
    failing=("The channel webhook-1a2b3c fails since 2024-05-13 08:00: HTTP 500. Its 2 notices are here.",),
)
EACH = message(mentions=ANGRY[:3])
DIGEST = message(
    told(), told(replace(RESOLVED, id="a7777777777f"), "resolved", number=2), kind="digest", mentions=ANGRY
)
TEST = message(kind="test")

#: What strangers write, of whatever is read as more than words somewhere.
NASTY = (
    "@everyone @here <!channel> <!here|x> <@U123> <#C1> [click](https://evil.example) ![p](https://evil.example/p.png)"
    " <img src=x onerror=alert(1)> <script>alert(1)</script> \r\nBcc: all@evil.example\r\n\r\nbody \u202eevil\u202c"
    " \x1b]8;;https://evil.example\x07click\x1b]8;;\x07 \x9b31mred **bold** _slant_ ||spoiler|| `code` ```fence```"
    " javascript:alert(1) <https://evil.example|here> &lt;!channel&gt; \" ' & \x00 \u2028 # head"
)
HOSTILE_MENTION = make_mention(
    66,
    Entry(
        f"src {NASTY}"[:200],
        url='https://forum.example/@everyone/"><script>x</script>(1)|2*',
        title=NASTY,
        text=f"{NASTY} again",
        author=f"<b>eve</b> @here {NASTY}"[:60],
    ),
    Tone("negative", -1.0, 0.99),
)
SCRIPT_LINK = make_mention(
    67, Entry("feed", url="javascript:alert(1)", title="t" * 100_000, author="x"), Tone("negative", -0.9, 0.99)
)
NASTY_ALERT = replace(
    ALERT,
    brand=f"Acme\r\nBcc: all@evil.example {NASTY}",
    reason=f"14 of them: {NASTY}",
    kind=f"rule:{NASTY}",
    blind_spots=(f"forum {NASTY}",),
)
HOSTILE = message(
    told(NASTY_ALERT, evidence=(HOSTILE_MENTION, SCRIPT_LINK)),
    mentions=(HOSTILE_MENTION, SCRIPT_LINK),
    failing=(f"The channel {NASTY} fails.",),
)
