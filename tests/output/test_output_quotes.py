"""What is quoted: the same on the screen, in a message and in a report."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from mentionwatch.deliver.render import pick
from mentionwatch.model import Entry, Tone
from mentionwatch.output.layout import excerpt
from mentionwatch.output.message import alert_page, alert_text
from mentionwatch.output.quotes import alert_quotes, pick_quotes
from tests.deliver.sample_messages import told
from tests.output.sample_mentions import ALERT, make_mention

shares = st.none() | st.floats(0, 1).map(lambda share: round(share, 2))
tones = st.builds(
    lambda label, polarity, confidence: Tone(label, polarity and -polarity, confidence),
    st.sampled_from(["negative", "negative", "neutral", "unknown"]),
    shares,
    shares,
)
entries = st.builds(
    lambda author, text: Entry("s", author=author, text=text),
    st.none() | st.sampled_from("aAbBc"),
    st.none() | st.sampled_from(["", "one word", "another word"]),
)


@st.composite
def evidence(draw):
    """Mentions that share authors, texts and stories here and there."""
    made = draw(st.lists(st.tuples(entries, tones, st.sampled_from("xyz"), st.sampled_from("st"), st.booleans())))
    return [
        make_mention(n, replace(entry, text=entry.text and f"{entry.text} {n:03}"), tone, copy=c, story=s, noise=noise)
        for n, (entry, tone, c, s, noise) in enumerate(made)
    ]


@settings(deadline=None)
@given(evidence(), st.sampled_from(["negative", "volume", "rule:x"]), st.randoms(use_true_random=False))
def test_screen_and_message_quote_the_same(mentions, kind, random):
    """Whatever order they come in: what `alerts show` quotes is what was mailed."""
    alert = replace(ALERT, kind=kind)
    quoted = alert_quotes(alert, mentions)
    shuffled = list(mentions)
    random.shuffle(shuffled)
    assert pick.quotes(told(alert, evidence=tuple(shuffled))) == quoted
    for page in (alert_page(alert, shuffled), alert_text(alert, shuffled)):
        shown = [m for m in mentions if m.entry.text and excerpt(m.entry) in page]
        assert sorted(shown, key=lambda m: page.index(excerpt(m.entry))) == quoted


@settings(deadline=None)
@given(evidence(), st.integers(0, 6))
def test_each_quote_is_of_another_author_and_text(mentions, most):
    """Never noise, never what is not negative; and none is missing while there is room for it."""
    picked = pick_quotes(mentions, most)
    assert len(picked) <= most
    assert all(m.tone.label == "negative" and not m.noise and excerpt(m.entry) for m in picked)
    names = [m.entry.author.casefold() for m in picked if m.entry.author]
    assert len(set(names)) == len(names)
    assert len({m.copy for m in picked}) == len(picked)
    if len(picked) < most:
        left = [m for m in mentions if m not in picked and m.tone.label == "negative" and not m.noise]
        assert all(
            not excerpt(m.entry) or m.copy in {p.copy for p in picked} or (m.entry.author or "").casefold() in names
            for m in left
        )


@settings(deadline=None)
@given(evidence())
def test_the_most_confident_is_quoted_first(mentions):
    """Of what is as sure, to a fifth, the worst goes first."""
    picked = pick_quotes(mentions)
    able = [m for m in mentions if m.tone.label == "negative" and not m.noise and excerpt(m.entry)]
    if able:
        sure = [int((m.tone.confidence or 0.0) * 5) for m in able]
        assert int((picked[0].tone.confidence or 0.0) * 5) == max(sure)


def test_quotes_are_the_worst_one_an_author_and_one_a_text():
    """One angry author with ten posts is quoted once, and copies of a text too."""
    made = [
        make_mention(n, Entry("s", text=f"text {n}", author=author), Tone("negative", polarity, 0.5), copy=copy)
        for n, (author, polarity, copy) in enumerate(
            [
                ("a", -0.1, "1"),
                ("A", -0.9, "2"),
                ("b", -0.5, "2"),
                ("c", -0.4, "3"),
                (None, -0.3, "4"),
                (None, -0.2, "5"),
            ]
        )
    ]
    happy = make_mention(9, Entry("s", text="x", author="z"), Tone("positive", 0.9, 0.5))
    assert [m.entry.text for m in pick_quotes([*made, happy])] == ["text 1", "text 3", "text 4", "text 5"]
    assert len(pick_quotes(made, most=2)) == 2
