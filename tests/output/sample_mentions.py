"""Invented mentions and alerts, some of them hostile, for the tests of the output."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from mentionwatch.model import Alert, Entry, Mention, Tone

START = datetime(2024, 5, 14, 7, 12, 9, tzinfo=timezone.utc)
#: A zone that is neither UTC nor this machine's.
ZONE = timezone(timedelta(hours=2))


def make_mention(number: int, entry: Entry, tone: Tone, **more: object) -> Mention:
    """A mention with ids made of its number."""
    fields: dict[str, object] = {
        "id": f"{number:08x}deadbeef",
        "entry_id": f"{number:08x}cafecafe",
        "brand": "Nimbus",
        "keyword": "nimbus",
        "entry": entry,
        "tone": tone,
        "first_seen": START + timedelta(minutes=number),
        "story": f"{number:08x}feedfeed",
    }
    return Mention(**(fields | more))  # type: ignore[arg-type]


NEGATIVE = Tone("negative", -0.62, 0.81, (("terrible", -1.0),), "textblob")
POSITIVE = Tone("positive", 0.5, 0.7, (("lovely", 0.5),), "textblob+stars")
NEUTRAL = Tone("neutral", 0.0, 0.4, (), "textblob")
UNKNOWN = Tone("unknown", None, None, (), "textblob")

PLAIN = make_mention(
    1,
    Entry(
        source="forum",
        guid="t-101",
        url="https://forum.example/t/descaling-light-stays-on/101?page=2#post-7",
        title="Descaling light stays on",
        text="The descaling light of my Nimbus stays on after the update.\n\nSupport was terrible: two weeks, no answer,"
        " and the hotline hangs up after forty minutes of the same eight bars of music. What now?",
        author="anna_k",
        community="Help",
        published=START,
        language="en",
        engagement=12,
    ),
    NEGATIVE,
    copies=3,
)
REVIEW = make_mention(
    2,
    Entry(
        source="reviews",
        kind="review",
        url="https://shop.example/nimbus#review-2",
        title="Lovely crema",
        text="Lovely crema, quiet pump, and my cat is no longer afraid of mornings.",
        author="Björn",
        published=START - timedelta(hours=5),
        country="SE",
        version="2.1",
        rating=5.0,
    ),
    POSITIVE,
    state="seen",
    intent="praise",
)
CJK = make_mention(
    3,
    Entry(
        source="コーヒー掲示板",
        url="https://board.example/3",
        text="新しいニンバスのコーヒーメーカーを買いましたが、まだ箱から出していません。週末に使ってみるつもりです。感想は後で書きます。",
        author="珈琲好き",
        language="ja",
        published=START - timedelta(days=1),
    ),
    UNKNOWN,
)
HOSTILE = make_mention(
    4,
    Entry(
        source="feed",
        url="javascript:alert(1)",
        title='=HYPERLINK("https://evil.example","win") [bold red]hi[/] \x1b]8;;https://evil.example\x07click\x1b]8;;\x07',
        text="Nimbus \u202eevil\u202c | <img src=x onerror=alert(1)> ![x](https://evil.example/p.png) @everyone `a` \x9b31mred",
        author="-2+3",
    ),
    NEUTRAL,
)
MENTIONS = (PLAIN, REVIEW, CJK, HOSTILE)

ALERT = Alert(
    id="a1b2c3d4e5f6",
    brand="Nimbus",
    kind="negative",
    state="open",
    severity="high",
    opened=START + timedelta(hours=1),
    updated=START + timedelta(hours=2),
    resolved=None,
    window_start=START - timedelta(hours=5),
    window_end=START + timedelta(hours=1),
    observed=14,
    expected=1.2,
    negative_share=0.87,
    usual_share=0.3,
    odds=900_000.0,
    authors=9,
    stories=12,
    reason="14 negative mentions in 6 h; you usually see 1.2. 9 authors. By chance: 1 in 900,000.",
    blind_spots=("community",),
    evidence=(PLAIN.id, HOSTILE.id),
)
