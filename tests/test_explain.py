"""Why a mention is what it is: told by the pieces that decided, and safe to show."""

from __future__ import annotations

import io
import json
import unicodedata
from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentionwatch import parse_config
from mentionwatch.burst import Watched, advance, find_burst
from mentionwatch.match import compile_query
from mentionwatch.model import CountReason, Explanation, Mark, Tone
from mentionwatch.output import write_explanation
from mentionwatch.output.explain import explanation_record, pieces
from mentionwatch.pipeline.explain import explain_mention
from mentionwatch.settings import AlertSettings
from mentionwatch.store import BrandState, Filter, SourcePoll, Store, Verdict
from tests.test_store import DAY, HOUR, NOW, about, alert, ids, post, record, status

CONFIG = """
timezone = "UTC"
[alerts]
min_confidence = 0.5
[queries]
product = "router OR app"
[[brands]]
name = "Acme"
match = ["@product NEAR/3 acme", "acme"]
exclude = ["garden"]
[[sources]]
name = "forum"
url = "https://forum.acme.example/feed"
"""


def read(text=CONFIG):
    """A configuration."""
    return parse_config(text, "test.toml", compile_query)


@pytest.fixture
def store():
    """An empty store, of a brand that has been polled each hour for three days."""
    with Store("sqlite://", create=True) as made:
        yield made


def why(store, mention, config=None, now=NOW):
    """The explanation of a stored mention."""
    (stored,) = store.mentions(Filter(ids=(mention.id,)))
    return explain_mention(config or read(), store, stored, now=now)


def shown(found, width=80, **look):
    """What people see."""
    stream = io.StringIO()
    write_explanation(found, stream, width=width, zone=timezone.utc, **look)
    return stream.getvalue()


# --- what found it ----------------------------------------------------------------------------------------


def test_the_query_that_finds_it_is_told_with_its_places(store):
    """As the matcher that watches finds it: in title and text, saved queries and all."""
    mention = about(post(title="Hello", text="The new Acme router is slow. I like acme."))
    record(store, mention)
    finding = why(store, mention).finding
    assert (finding.keyword, finding.lost) == ("@product NEAR/3 acme", None)
    assert [finding.text[a:b] for a, b in finding.spans] == ["Acme", "router"]
    assert finding.text == "Hello\nThe new Acme router is slow. I like acme."


@pytest.mark.parametrize(
    ("changes", "config", "spans", "lost"),
    [
        ({"text": "acme in the garden"}, CONFIG, [(8, 12)], "do not find it as they are now"),
        ({"text": "Nothing of it"}, CONFIG, [], "do not find it as they are now"),
        ({"text": "acme"}, CONFIG.replace('"Acme"', '"Globex"'), [(8, 12)], "not in the configuration"),
    ],
    ids=["excluded", "edited", "brand gone"],
)
def test_what_is_found_no_more_says_so(store, changes, config, spans, lost):
    """With where the query stands that once found it, as far as it does."""
    mention = about(post(title="Title 1", **changes))
    record(store, mention)
    finding = why(store, mention, read(config)).finding
    assert (finding.keyword, list(finding.spans)) == ("acme", spans)
    assert lost in finding.lost


def test_a_query_that_cannot_be_read_any_more_is_no_error(store):
    """A saved query that is gone, or a keyword of another program's version."""
    mention = about(post(text="elsewhere"), keyword="@gone AND (")
    record(store, mention)
    assert why(store, mention).finding.spans == ()


def test_fields_alone_stand_nowhere(store):
    """It is said, and not shown as an empty line."""
    mention = about(post(text="elsewhere", author="acme_fan"))
    record(store, mention)
    config = read(CONFIG.replace('"acme"]', '"author:acme_fan"]'))
    found = why(store, mention, config)
    assert (found.finding.keyword, found.finding.spans, found.finding.lost) == ("author:acme_fan", (), None)
    assert "It stands nowhere in the text" in shown(found)


TEXTS = st.text(st.sampled_from("abc \n\u00e4\u202e\x1b\u6771"), max_size=120)


@given(TEXTS, st.lists(st.integers(0, 130), max_size=12))
def test_every_hit_is_shown_in_brackets_or_counted(text, places):
    """Whatever the text and wherever the hits; no line holds a control character."""
    cuts = sorted({min(place, len(text)) for place in places})
    spans = [(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False) if a < b]
    lines = pieces(text, spans)
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs"} for line in lines for c in line)
    assert len(lines) <= 5
    assert bool(lines) == bool(spans)


# --- tone -------------------------------------------------------------------------------------------------


def test_the_engines_verdict_and_the_users_are_both_told(store):
    """With the words and rules that made the first, and when the second was said."""
    tone = Tone(
        "negative", -0.5, 0.9, (("dead", -0.7), ("slow", -0.25)), "auto+stars", ("5 stars and the text disagree",)
    )
    mention = about(post(rating=5.0), tone=tone)
    record(store, mention)
    text = shown(why(store, mention))
    assert "    negative, polarity -0.50, 90 % sure, by auto+stars, with 5 of 5 stars\n" in text
    assert "    Words: dead -0.70, slow -0.25\n" in text
    assert "    Rule: 5 stars and the text disagree\n" in text
    store.mark([mention.id], Verdict(tone="positive", noise=False, topic="speed"), now=NOW)
    found = why(store, mention)
    assert found.judged == tone
    assert found.mark == Mark(mention.id, NOW, "positive", noise=False, topic="speed")
    text = shown(found)
    assert "    The engine said negative, polarity -0.50" in text
    assert "    You marked it: positive, no noise, topic speed (2026-03-02 12:00)\n" in text


def test_the_accurate_engine_is_asked_for_its_words_afterwards(store):
    """It names none while it judges at speed; the verdict stays the one that was stored."""
    pytest.importorskip("numpy", reason="the accurate engine needs numpy")
    tone = Tone("negative", -0.5, 0.9, (), "accurate")
    mention = about(post(text="The acme app is terrible and support is rude."), tone=tone)
    record(store, mention)
    found = why(store, mention).judged
    assert found.words
    assert replace(found, words=()) == tone


def test_what_nobody_could_judge_has_no_numbers(store):
    """And nothing is made up."""
    mention = about(post(), tone=Tone("unknown", None, None, (), "auto"))
    record(store, mention)
    assert "\nTone\n    unknown, by auto\nCopies" in shown(why(store, mention))


# --- copies and story -------------------------------------------------------------------------------------


def test_copies_and_story_are_told_with_their_places(store):
    """What it was folded into, who else has its text, who has words of their own, and where all that was."""
    first, copy, third = (about(post(n, url=f"https://www.{n}.example/x"), copy="t", story="s") for n in (3, 2, 1))
    first = replace(first, copy="t", entry_id="t")
    own = about(post(4, url=None), story="s")
    other = about(post(5), "Globex", copy="t", story="s")
    record(store, first, copy, third, own, other)
    found = why(store, copy)
    assert ids(found.copies) == ids([first, third])
    assert found.copy_of.id == first.id
    assert ids(found.story) == [own.id]
    assert found.places == ("2.example", "3.example", "1.example", "forum")
    text = " ".join(shown(found).split())
    assert f"3 mentions have this text; this one was folded into {first.id} (forum, user3, 2026-03-02 09:00)" in text
    assert f"The others: {third.id}" in text
    assert f"The same story in words of their own: {own.id}" in text
    assert "Seen at 4 places: 2.example, 3.example, 1.example, forum" in text
    assert "the others were folded into this one" in shown(why(store, first))
    assert store.prune(NOW - 2.5 * HOUR) == 3
    assert "the one they were folded into is not stored any more" in " ".join(shown(why(store, copy)).split())


# --- whether it counts ------------------------------------------------------------------------------------


def poll_times():
    """Hourly polls of three days."""
    return tuple(NOW - n * HOUR for n in range(72, -1, -1))


def watch(store, baseline=None):
    """The brand has been polled for three days, and judged."""
    store.record_verdict("Acme", BrandState(NOW - 3 * DAY, poll_times()[-100:], baseline), None)


def reasons(store, mentions, **more):
    """Why each of them counts or does not."""
    return [why(store, mention, **more).counting.reason for mention in mentions]


def test_each_reason_is_told(store):
    """By the tally that counts; what is first found wanting is the reason."""
    sure = {"seen": NOW - HOUR}
    cases = {
        "counts": about(post(1), **sure),
        "not-negative": about(post(2), tone=Tone("positive", 0.5, 0.9), **sure),
        "unsure": about(post(3), tone=Tone("negative", -0.1, 0.4), **sure),
        "backlog": about(post(4), backlog=True, **sure),
        "undated": about(post(5, published=None), backlog=True, **sure),
        "unknown": about(post(6), tone=Tone("unknown", None, None), **sure),
        "noise": about(post(7), **sure),
        "copy": about(post(8), copy="t", **sure),
        "author": about(post(10, author="user1", published=NOW - HOUR / 2)),
    }
    record(store, *cases.values(), about(post(9), copy="t", **sure))
    store.mark([cases["noise"].id], Verdict(noise=True), now=NOW)
    watch(store)
    found = {reason: why(store, mention) for reason, mention in cases.items()}
    assert {reason: one.counting.reason for reason, one in found.items()} == {reason: reason for reason in cases}
    assert [reason for reason, one in found.items() if one.counting.counts] == ["counts"]
    assert found["copy"].counting.why.endswith(f", in {about(post(9)).id} (forum).")
    assert found["author"].counting.why.endswith(f"{cases['counts'].id} was earlier.")
    assert found["unsure"].counting.why == "Its confidence, 0.40, is below min_confidence = 0.5."
    assert found["counts"].counting.at == NOW - HOUR
    gone = read(CONFIG.replace('"Acme"', '"Globex"'))
    assert reasons(store, [cases["counts"]], config=gone) == ["unwatched"]
    assert set(get_args(CountReason)) == {*cases, "unwatched"}


def test_a_mark_changes_what_counts(store):
    """The user's tone counts, and surely."""
    wrong, missed = about(post(1)), about(post(2), tone=Tone("unknown", None, None))
    record(store, wrong, missed)
    store.mark([wrong.id], Verdict(tone="neutral"), now=NOW)
    store.mark([missed.id], Verdict(tone="negative"), now=NOW)
    assert reasons(store, [wrong, missed]) == ["not-negative", "counts"]


def test_an_edit_does_not_change_what_was_counted(store):
    """The tone that is shown is another then, and that is said."""
    mention = about(post(1))
    record(store, mention)
    edited = replace(mention, tone=Tone("positive", 0.5, 0.9))
    store.record_poll(SourcePoll(status(), edited=[edited]))
    counting = why(store, mention).counting
    assert counting.reason == "counts"
    assert counting.why.endswith("It counts as it was judged before its edit: negative.")


def test_a_copy_of_what_came_days_before_is_one(store):
    """The store leaves it out before the tally sees it."""
    old, new = about(post(90), copy="t", seen=NOW - 90 * HOUR), about(post(1), copy="t")
    record(store, old, new)
    counting = why(store, new).counting
    assert (counting.reason, counting.at) == ("copy", None)
    assert f"in {old.id} (forum)" in counting.why
    assert why(store, old).counting.reason == "counts"


def test_what_is_past_and_what_is_still_learned_is_told(store):
    """A brand of an hour has no bursts; of an old mention all windows have ended."""
    mention = about(post(1))
    record(store, mention)
    assert why(store, mention).counting.learning
    assert "The brand is still being learned" in shown(why(store, mention))
    watched = Watched(NOW - 10 * DAY, poll_times())
    base = advance(None, store.sightings("Acme", since=None), now=NOW, watched=watched)
    later = NOW + 6 * DAY
    base = advance(base, store.sightings("Acme", since=None), now=later, watched=watched)
    watch(store, base.to_json())
    counting = why(store, mention, now=later).counting
    assert (counting.reason, counting.past, counting.learning) == ("counts", True, False)
    assert "every window that it could stand in has ended" in " ".join(shown(why(store, mention, now=later)).split())


def test_alerts_that_rest_on_it_are_named(store):
    """With their state; where there is none, that is said."""
    mention, other = about(post(1)), about(post(2))
    record(store, mention, other)
    store.record_verdict("Acme", BrandState(NOW, (), None), alert("a1", evidence=(mention.id,), state="resolved"))
    found = why(store, mention)
    assert [one.id for one in found.alerts] == ["a1"]
    assert "    Behind alert a1 (high, resolved)\n" in shown(found)
    assert "No alert rests on it." in shown(why(store, other))


def test_what_counts_is_what_a_burst_is_made_of(store):
    """The detector's own evidence, mention by mention: authors and copies once, no noise, nothing unsure."""
    quiet = [
        about(post(1000 + n, published=NOW - n * HOUR), tone=Tone("neutral", 0, 0.9), seen=NOW - n * HOUR)
        for n in range(8, 200, 3)
    ]
    made = []
    for n in range(40):
        at = NOW - timedelta(minutes=3 * n + 1)
        tone = Tone("negative", -0.5, 0.3 if n % 7 == 0 else 0.9)
        made.append(
            about(
                post(n, author=f"a{n % 25}", published=at),
                tone=tone,
                seen=NOW - HOUR * (n // 20),
                copy=f"t{n % 30}",
                backlog=n % 11 == 0,
            )
        )
    record(store, *quiet, *made)
    store.mark([mention.id for mention in made[5:40:9]], Verdict(noise=True), now=NOW)
    watched = Watched(NOW - 9 * DAY, poll_times())
    seen = store.sightings("Acme", since=None)
    base = advance(None, [s for s in seen if s.first_seen < NOW - 3 * HOUR], now=NOW - 3 * HOUR, watched=watched)
    store.record_verdict("Acme", BrandState(NOW - 9 * DAY, poll_times(), base.to_json()), None)
    burst = find_burst(base, seen, now=NOW, settings=AlertSettings(min_confidence=0.5), watched=watched)
    counted = {mention.id for mention in made if why(store, mention).counting.counts}
    assert len(burst.mentions) > 8
    assert set(burst.mentions) == counted


# --- shown ------------------------------------------------------------------------------------------------

# Nobody can write a lone surrogate into a configuration, or give an engine such a name.
HOSTILE = "\x1b[31mred\x1b]8;;https://evil.example\x07 \u202eevil\u2066 \x9b2J \u2028 [bold]x[/bold] \ud800 acme " * 9
NAMED = HOSTILE.replace("\ud800", "")


def hostile(store):
    """A mention whose every text is an attack, as an old or foreign program may have stored it."""
    entry = post(title=HOSTILE, text=HOSTILE, author=HOSTILE, url="https://x.example/\x1b[31m\u202e", community=HOSTILE)
    tone = Tone("negative", -0.5, 0.9, ((HOSTILE, -0.5),) * 30, NAMED, (HOSTILE,) * 3)
    mentions = [replace(about(entry), tone=tone, copy="t", story="s", keyword=NAMED)]
    for n in range(30):
        other = post(100 + n, author=HOSTILE, url=f"https://{n}.example/\x1b[31m")
        mentions.append(about(other, copy="t" if n % 2 else f"u{n}", story="s"))
    record(store, *mentions)
    store.mark([mentions[0].id], Verdict(tone="neutral", intent="churn", topic=HOSTILE), now=NOW)
    return mentions[0]


@pytest.mark.parametrize("width", [None, 20, 80, 120])
@pytest.mark.parametrize("color", [False, True])
def test_hostile_text_never_reaches_the_terminal(store, width, color):
    """Neither controls nor bidirectional characters, and no markup is obeyed; lines end where the terminal does."""
    text = shown(why(store, hostile(store)), width, color=color)
    for code in ("\x1b[1m", "\x1b[0m", "\x1b[34m", "\x1b[31m"):  # rich's own, around what is bold or coloured
        text = text.replace(code, "") if color else text
    assert not {c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}} - {"\n"}
    assert "[bold]x[/bold]" in " ".join(text.split())
    lines = [line for line in text.splitlines() if "https://" not in line]
    assert max(map(len, lines)) <= max(width or 80, 40)
    assert len(lines) < 250


def test_the_record_is_clean_and_can_be_read(store):
    """As every other record: for a terminal too."""
    text = json.dumps(explanation_record(why(store, hostile(store))), ensure_ascii=False)
    assert not {c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    text.encode()


def test_the_record_has_its_keys(store):
    """They are an interface."""
    mention = about(post(text="acme"))
    record(store, mention)
    found = explanation_record(why(store, mention))
    assert list(found) == [
        *("schema", "mention", "match", "noise", "topic", "judged", "mark", "copies", "story", "burst"),
    ]
    assert found["match"] == {
        "keyword": "acme",
        "matches": True,
        "why": None,
        "found": [{"start": 8, "end": 12, "text": "acme"}],
    }
    assert list(found["judged"]) == ["tone", "polarity", "confidence", "tone_by", "words", "rules"]
    assert found["mark"] is None
    assert found["copies"] == {"of": None, "count": 1, "others": []}
    assert found["story"] == {"others": [], "places": ["forum.acme.example"]}
    assert list(found["burst"]) == ["counts", "reason", "why", "at", "past", "learning", "alerts"]
    store.mark([mention.id], Verdict(tone="neutral"), now=NOW)
    assert explanation_record(why(store, mention))["mark"] == {
        "mention": mention.id, "marked": "2026-03-02T12:00:00Z", "tone": "neutral", "noise": None, "intent": None, "topic": None,
    }  # fmt: skip


def test_every_part_of_an_explanation_is_in_the_record_or_shown():
    """A part that is added later is not forgotten."""
    told = {"mention", "finding", "judged", "mark", "copies", "copy_of", "story", "places", "counting", "alerts"}
    assert {field.name for field in fields(Explanation)} == told


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_mention_can_be_explained(data):
    """Whatever it holds, marked or not, edited or not."""
    from tests.test_store import MENTIONS

    mention = data.draw(MENTIONS)
    with Store("sqlite://", create=True) as store:
        store.record_poll(SourcePoll(status(), entries=[(mention.entry_id, mention.entry)], mentions=[mention]))
        if data.draw(st.booleans()):
            store.mark([mention.id], Verdict(tone="negative"), now=NOW)
        found = why(store, mention, now=data.draw(st.sampled_from([NOW, datetime(1999, 1, 1, tzinfo=timezone.utc)])))
        assert shown(found)
        json.dumps(explanation_record(found), allow_nan=False)


def test_the_default_engines_words_are_all_there(store):
    """What a poll has no time for is found when it is asked why: the words that the network weighs, too."""
    entry = post(text="The Acme app crashes every single morning, and nobody answers.")
    mention = about(entry, tone=Tone("negative", -0.8, 0.85, (("nobody", -0.2),), "auto"))
    record(store, mention)
    words = dict(why(store, mention).judged.words)
    assert any("nobody" in word for word in words)
    assert any("crashes" in word for word in words)


def test_another_verdict_gives_no_reasons(store):
    """Where the engine judges otherwise today, its words are not those of the verdict that stands."""
    kept = Tone("positive", 0.8, 0.85, (("nobody", 0.2),), "auto")
    mention = about(post(text="The Acme app crashes every single morning, and nobody answers."), tone=kept)
    record(store, mention)
    assert why(store, mention).judged == kept
