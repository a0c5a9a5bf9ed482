"""The user's own verdict: it goes before the engine's, for the copies too, and nothing but the user undoes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentionwatch.errors import UsageError
from mentionwatch.model import Mark, Tone
from mentionwatch.pipeline.mark import INTENTS, mark_mentions, topic_name
from mentionwatch.pipeline.search import search_store
from mentionwatch.store import Filter, SourcePoll, Store, Verdict
from tests.test_store import DAY, HOUR, NOW, STATE, about, alert, ids, post, record, status

POSITIVE = Tone("positive", 1.0, 1.0, by="mark")


@pytest.fixture
def store():
    """An empty store that leaves nothing behind."""
    with Store("sqlite://", create=True) as made:
        yield made


def mark(store, *mentions, now=NOW, **said):
    """Mark mentions."""
    return mark_mentions(store, [mention.id for mention in mentions], Verdict(**said), now=now)


def stored(store, mention):
    """The mention as it is shown now."""
    (found,) = store.mentions(Filter(ids=(mention.id,)))
    return found


# --- it goes before the engine ----------------------------------------------------------------------------


def test_a_marked_tone_goes_before_the_engines_which_is_kept_beside(store):
    """Sure, by "mark", without the engine's words; what the engine said can still be read."""
    mention = about(post())
    record(store, mention)
    (change,) = mark(store, mention, tone="positive")
    assert stored(store, mention) == replace(mention, tone=POSITIVE)
    assert change.after == replace(mention, tone=POSITIVE)
    assert change.before == store.as_judged(mention.id) == mention
    assert store.mark_of(mention) == change.mark == Mark(mention.id, NOW, tone="positive")
    mark(store, mention, state="seen", topic="price", noise=True)
    assert store.as_judged(mention.id) == mention


def test_copies_are_marked_too_those_that_come_later_as_well(store):
    """One text, one verdict; what was done with a mention is its own, and another brand is another matter."""
    first, copy = about(post(1), copy="t"), about(post(2), copy="t")
    other_brand, other_text = about(post(1), "Globex", copy="t"), about(post(4))
    record(store, first, copy, other_brand, other_text)
    mark(store, copy, tone="positive", noise=True, intent="churn", topic="price", state="handled")
    later = about(post(3), copy="t")
    record(store, later)
    assert store.as_marked([first, later, other_text]) == (
        replace(stored(store, first), copies=1),
        replace(stored(store, later), copies=1),
        other_text,
    )
    for one in (first, copy, later):
        found = stored(store, one)
        assert (found.tone, found.noise, found.intent, found.topic) == (POSITIVE, True, "churn", "price")
        assert found.state == ("handled" if one == copy else "open")
    assert stored(store, other_brand) == other_brand
    assert stored(store, other_text) == other_text


def test_a_mention_that_begins_its_text_and_one_that_nobody_compared_have_one_key(store):
    """The key of a text is the entry that had it first: a mention without a key is its own."""
    alone = about(post(1), copy=None)
    record(store, alone)
    mark(store, alone, tone="positive")
    copy = about(post(2), copy=alone.entry_id)
    record(store, copy)
    assert stored(store, copy).tone == POSITIVE


def test_an_edit_and_another_engine_undo_no_mark(store):
    """What is judged anew is kept for the day on which the mark is taken back."""
    mention = about(post())
    record(store, mention)
    mark(store, mention, tone="positive", noise=True, state="seen")
    better = Tone("neutral", 0.1, 0.7, (("fine", 0.1),), "accurate", ("only the part about Acme was judged",))
    edited = replace(mention, entry=post(text="Edited"), tone=better)
    store.record_poll(SourcePoll(status(), entries=[(mention.entry_id, edited.entry)], edited=[edited]))
    found = stored(store, mention)
    assert (found.entry.text, found.tone, found.noise, found.state) == ("Edited", POSITIVE, True, "seen")
    mark(store, mention, clear=True)
    assert stored(store, mention).tone == better


def test_a_mark_outlives_its_mention(store):
    """Pruned, and found again: what was said of it holds."""
    mention = about(post())
    record(store, mention)
    mark(store, mention, tone="positive")
    assert store.prune(NOW + DAY) == 1
    assert store.marks() == ()
    record(store, mention)
    assert stored(store, mention).tone == POSITIVE
    assert [marked.mention for marked in store.marks()] == [mention]


def test_the_last_word_counts(store):
    """Of one mention, and of two copies; what is not spoken of stays."""
    one, two = about(post(1), copy="t"), about(post(2), copy="t")
    record(store, one, two)
    mark(store, one, tone="positive", topic="price")
    mark(store, two, tone="neutral", now=NOW + HOUR)
    assert {stored(store, m).tone.label for m in (one, two)} == {"neutral"}
    assert store.mark_of(one) == Mark(two.id, NOW + HOUR, tone="neutral", topic="price")


# --- taken back -------------------------------------------------------------------------------------------

VERDICTS = st.builds(
    Verdict,
    tone=st.none() | st.sampled_from(["negative", "neutral", "positive"]),
    noise=st.none() | st.booleans(),
    state=st.none() | st.sampled_from(["open", "seen", "handled", "ignored"]),
    intent=st.none() | st.sampled_from(INTENTS),
    topic=st.none() | st.text(min_size=1, max_size=9),
    clear=st.booleans(),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), VERDICTS), max_size=8))
def test_what_is_marked_and_taken_back_is_what_it_was(said):
    """Whatever was said, in whatever order, of whichever copies."""
    mentions = [about(post(n), copy="t" if n < 2 else None) for n in range(3)]
    mentions.append(about(post(0), "Globex", tone=Tone("unknown", None, None), intent="churn"))
    with Store("sqlite://", create=True) as store:
        record(store, *mentions)
        before = store.mentions(), store.sightings("Acme", since=None)
        for number, verdict in said:
            store.mark([mentions[number].id], verdict, now=NOW)
        store.mark([mention.id for mention in mentions], Verdict(clear=True), now=NOW)
        assert (store.mentions(), store.sightings("Acme", since=None)) == before
        assert store.marks() == ()


@settings(max_examples=50, deadline=None)
@given(st.lists(VERDICTS, max_size=6))
def test_a_mention_is_what_was_said_last_of_each_thing(said):
    """As a dictionary that is updated, and emptied by what clears."""
    mention = about(post())
    kept = {}
    with Store("sqlite://", create=True) as store:
        record(store, mention)
        for verdict in said:
            store.mark([mention.id], verdict, now=NOW)
            names = ("tone", "noise", "state", "intent", "topic")
            new = {name: getattr(verdict, name) for name in names if getattr(verdict, name) is not None}
            kept = new if verdict.clear else {**kept, **new}
        found = stored(store, mention)
        assert found.tone.label == kept.get("tone", "negative")
        assert (found.noise, found.state) == (kept.get("noise", False), kept.get("state", "open"))
        assert (found.intent, found.topic) == (kept.get("intent"), kept.get("topic"))


def test_taken_back_and_said_anew_in_one(store):
    """First all that was said goes, then the new word holds."""
    mention = about(post())
    record(store, mention)
    mark(store, mention, tone="positive", noise=True, state="handled")
    mark(store, mention, clear=True, tone="neutral")
    found = stored(store, mention)
    assert (found.tone.label, found.noise, found.state) == ("neutral", False, "open")


# --- what the detector sees -------------------------------------------------------------------------------


def test_the_detector_counts_the_users_tone(store):
    """Sure, and also where the engine could not judge; else the tone that was said first."""
    unknown = about(post(1), tone=Tone("unknown", None, None))
    wrong, right = about(post(2)), about(post(3))
    record(store, unknown, wrong, right)
    mark(store, unknown, tone="negative")
    mark(store, wrong, tone="positive")
    edited = replace(right, tone=Tone("positive", 0.5, 0.9))
    store.record_poll(SourcePoll(status(), edited=[edited]))
    seen = {s.mention: (s.tone, s.confidence) for s in store.sightings("Acme", since=None)}
    assert seen == {unknown.id: ("negative", 1.0), wrong.id: ("positive", 1.0), right.id: ("negative", 0.9)}


def test_the_detector_does_not_see_noise(store):
    """Nor its copies; what is said to be no noise is seen."""
    noise, copy, fine = about(post(1), copy="t"), about(post(2), copy="t"), about(post(3))
    record(store, noise, copy, fine)
    mark(store, noise, noise=True)
    mark(store, fine, noise=False)
    assert [s.mention for s in store.sightings("Acme", since=None)] == [fine.id]
    assert [s.mention for s in store.sightings("Acme", since=NOW)] == [fine.id]


# --- searching --------------------------------------------------------------------------------------------


def test_what_was_marked_is_what_is_searched(store):
    """By option and by field, with the index and without."""
    wrong, noise, plain = about(post(1)), about(post(2)), about(post(3), state="seen")
    record(store, wrong, noise, plain)
    mark(store, wrong, tone="positive", intent="churn", topic="Late delivery", state="handled")
    mark(store, noise, noise=True)
    for query, expected in {
        "tone:positive": [wrong],
        "tone:negative": [noise, plain],
        "intent:churn": [wrong],
        'topic:"late delivery"': [wrong],
        "state:handled": [wrong],
        "state:seen": [plain],
        "state:open": [noise],
        "text -topic:price": [wrong, noise, plain],
    }.items():
        for by_index in (True, False):
            found = search_store(store, query, Filter(), now=NOW, by_index=by_index)
            assert ids(found.mentions) == ids(expected), query
    for wanted, expected in {
        Filter(tones=("positive",)): [wrong],
        Filter(tones=("negative",), noise=False): [plain],
        Filter(noise=True): [noise],
        Filter(noise=False): [wrong, plain],
        Filter(): [wrong, noise, plain],
    }.items():
        assert ids(store.mentions(wanted)) == ids(expected)
        assert ids(store.stream_mentions(wanted)) == ids(expected)


# --- what engines are measured on -------------------------------------------------------------------------


def test_every_marked_tone_is_given_once_with_what_the_engine_said(store):
    """Of copies the one that was marked, the latest first; a mark of anything else is no verdict on the tone."""
    one, copy = about(post(1), copy="t"), about(post(2), copy="t")
    right, noise = about(post(3)), about(post(4))
    record(store, one, copy, right, noise)
    mark(store, copy, tone="positive", now=NOW - HOUR)
    mark(store, right, tone="negative")
    mark(store, noise, noise=True, state="ignored")
    found = store.marks()
    assert [(m.mention.id, m.mention.tone, m.tone) for m in found] == [
        (right.id, right.tone, "negative"),
        (copy.id, copy.tone, "positive"),
    ]
    assert found[1].mention.entry == copy.entry


def test_a_copy_stands_for_a_marked_mention_that_is_gone(store):
    """The text is there as long as one that carries it is."""
    old, new = about(post(50), copy="t"), about(post(1), copy="t")
    record(store, old, new)
    mark(store, old, tone="positive")
    assert store.prune(NOW - DAY) == 1
    assert [(m.mention.id, m.tone) for m in store.marks()] == [(new.id, "positive")]


# --- which are marked -------------------------------------------------------------------------------------


def test_ids_may_be_shortened_and_said_twice(store):
    """To what is unique; each mention is told once, in the order given."""
    record(store, about(post(1), id="ab12"), about(post(2), id="ab34"))
    changes = mark_mentions(store, ["ab3", "ab12", "ab34"], Verdict(tone="neutral"), now=NOW)
    assert [change.after.id for change in changes] == ["ab34", "ab12"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [("ff", "no mention 'ff'"), ("ab", "fits several"), ("", "fits several"), ("\udc80", "no mention"), ("a%", "no")],
)
def test_where_one_id_is_wrong_nothing_is_changed(store, wrong, said):
    """Unknown or not unique: it is told, and the right ones before it stay as they were."""
    one, two = about(post(1), id="ab12"), about(post(2), id="ab34")
    record(store, one, two)
    with pytest.raises(UsageError, match=said):
        mark_mentions(store, ["ab12", wrong], Verdict(noise=True, state="seen"), now=NOW)
    assert store.mentions() == [one, two]
    assert store.mark_of(one) is None


def test_saying_nothing_is_a_mistake(store):
    """It names what can be said."""
    record(store, about(post()))
    with pytest.raises(UsageError, match="--tone"):
        mark_mentions(store, [about(post()).id], Verdict(), now=NOW)


@pytest.mark.parametrize("text", ["", " \n", "\x1b[31m", "\u202e", "x" * 81])
def test_a_topic_is_a_short_name(text):
    """Of what can be shown."""
    with pytest.raises(UsageError, match="80 characters"):
        topic_name(text)


def test_a_topic_is_kept_on_one_line():
    """Without what no terminal is to see."""
    assert topic_name(" late\n\x1b[31mdelivery\u202e ") == "late delivery"


# --- what is told -----------------------------------------------------------------------------------------


def test_what_changed_is_told(store):
    """In a line for each mention; what only confirms the engine is no news of the tone, and is told as such."""
    one, copy = about(post(1), id="m1", copy="t"), about(post(2), id="m2", copy="t")
    record(store, one, copy, about(post(3), id="m3"))
    told = [
        ({"tone": "positive", "state": "handled"}, "m1: tone positive, was negative (its 1 copy too); state handled, was open"),
        ({"noise": True}, "m1: noise (its 1 copy too)"),
        ({"noise": True}, "m1: nothing changed"),
        ({"state": "seen"}, "m1: state seen, was handled"),
        ({"clear": True}, "m1: the mark is taken back: tone negative, was positive; noise no more (its 1 copy too); state open, was seen"),
        ({"clear": True}, "m1: nothing changed"),
        ({"tone": "negative"}, "m1: tone negative, as textblob had it (its 1 copy too)"),
        ({"intent": "churn", "topic": "price"}, "m1: intent churn, was unset; topic price, was unset (its 1 copy too)"),
    ]  # fmt: skip
    for said, line in told:
        (change,) = mark(store, one, **said)
        assert str(change) == line


def test_what_an_alert_quotes_is_not_changed_by_a_mark(store):
    """The alert itself stays as it was told; that is another decision."""
    mention = about(post())
    record(store, mention)
    known = alert(evidence=(mention.id,))
    store.record_verdict("Acme", STATE, known)
    mark(store, mention, noise=True, now=NOW + timedelta(days=1))
    assert store.alerts() == [known]
