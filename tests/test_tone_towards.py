"""Tone towards the brand: where its names stand, comparisons, and which part of a text is about it."""

from __future__ import annotations

import random
import re
from datetime import datetime, timezone
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mentionwatch.match import Matcher
from mentionwatch.model import Entry, Match
from mentionwatch.pipeline.collect import make_mention
from mentionwatch.pipeline.naming import known_names, name_spans
from mentionwatch.settings import Brand
from mentionwatch.tone.base import Scores
from mentionwatch.tone.clauses import sentences, sides, split_clauses, statements
from mentionwatch.tone.compare import find_verdict
from mentionwatch.tone.comparisons import DECIDED, MOVES, compiled
from mentionwatch.tone.judge import Judge
from mentionwatch.tone.names import Names, clean_spans, find_name
from mentionwatch.tone.towards import around, excerpt, find_focus, is_thing

ACME = Brand("Acme", ("acme",))
ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=120)
PIECES = [
    *("Acme", "Globex", "the food", "but", "and", ",", ".", "?", "\n", "is", "was", "great", "awful", "better than"),
    *("moved from", "to", "unlike", "I", "prefer", "over", "although", "🙂", "\ud800", "not", ">", "while it", "ist"),
]
TALK = st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join)


class Lexicon:
    """A model that knows four words; two of them of the same sign are no surer than one."""

    name = "lexicon"

    def __init__(self):
        self.seen = []

    def score(self, text, *, target=()):
        """Judge by the first of the words for each sign."""
        self.seen.append((text, tuple(text[slice(*span)] for span in target)))
        good = any(word in text for word in ("great", "love", "happier"))
        bad = any(word in text for word in ("awful", "crash", "hate"))
        words = (("great", 0.6),) * good + (("awful", -0.6),) * bad
        return {
            (False, False): Scores(0.1, 0.8, 0.1),
            (True, False): Scores(0.1, 0.1, 0.8, words),
            (False, True): Scores(0.8, 0.1, 0.1, words),
            (True, True): Scores(0.35, 0.25, 0.4, words),
        }[good, bad]


def spans(text, name):
    return tuple(match.span() for match in re.finditer(name, text))


# --- comparisons ------------------------------------------------------------------------------------------

#: About Acme; "-": nothing is compared, "*": the rest of the text has its say too.
COMPARED = [
    # moves
    ("negative", "Moved from Acme to Globex and never been happier"),
    ("negative", "Just switched from Acme to Globex. Best decision ever."),
    ("negative", "We migrated everything from Acme's cloud to Globex last month"),
    ("negative", "I switched to Globex from Acme and saved 40 a month"),
    ("negative", "Switched from Acme to Globex, no regrets"),
    ("positive", "Moved from Acme to Globex and I regret it"),
    ("positive", "Moved from Globex to Acme last year and never looked back"),
    ("positive", "Switched to Acme from Globex, so much nicer"),
    ("negative", "Moved from Globex to Acme, big mistake"),
    ("positive", "Went back to Acme after a year with Globex"),
    ("negative", "I am never going back to Acme"),
    ("positive", "I'm not leaving Acme"),
    ("negative", "Stay away from Acme"),
    ("negative", "thinking of switching from Acme, any ideas?"),
    ("negative", "Thinking about leaving Acme"),
    ("negative", "It's time to cancel my Acme plan"),
    ("-", "How to migrate from Acme to Globex: a guide"),
    ("-", "The Acme team moved from Boston to Austin"),
    ("-", "Want to get an Acme router next week"),
    # leaving and taking
    ("negative", "Left Acme for Globex"),
    ("negative", "ditched Acme for Globex"),
    ("negative", "dropped my Acme plan for Globex"),
    ("negative", "Cancelled Acme and went with Globex"),
    ("negative", "gave up on Acme and switched to Globex"),
    ("negative", "Got rid of Acme in favour of Globex"),
    ("negative", "Sold the Acme and bought a Globex"),
    ("positive", "left Globex for Acme"),
    ("positive", "can't wait to ditch Globex for Acme"),
    ("-", "left Acme for a week and it was fine"),
    ("-", "leave a tip for the Acme people"),
    ("negative", "Replaced Acme with Globex last week"),
    ("positive", "Replaced Globex with Acme last week"),
    # choosing
    ("positive", "I'd take Acme over Globex any day"),
    ("negative", "I'd take Globex over Acme any day"),
    ("negative", "Globex over Acme every time"),
    ("positive", "I prefer Acme to Globex"),
    ("positive", "I prefer Acme over Globex"),
    ("negative", "I prefer Globex to Acme"),
    ("negative", "I'd rather use Globex than Acme"),
    ("positive", "I'd rather use Acme than Globex"),
    ("negative", "I'd rather walk than fly with Acme"),
    ("positive", "We chose Acme instead of Globex"),
    # better and worse
    ("positive", "Acme is way better than Globex"),
    ("negative", "Globex is better than Acme"),
    ("negative", "Acme is so much slower than Globex"),
    ("positive", "Globex is slower than Acme"),
    ("negative", "Acme is less reliable than Globex"),
    ("positive", "Acme's router is more reliable than anything I had before"),
    ("negative", "This is so much better than Acme"),
    ("negative", "Acme isn't any better than Globex"),
    ("negative", "Acme is no better than Globex"),
    ("neutral", "Acme is not worse than Globex"),
    ("positive", "nothing is better than Acme"),
    ("negative", "nothing is worse than Acme"),
    ("negative", "There's nothing worse than calling Acme"),
    ("negative", "Acme is not as good as Globex"),
    ("positive", "Globex is not as good as Acme"),
    ("negative", "Globex is just as bad as Acme"),
    ("positive", "I wish Globex were as good as Acme"),
    ("negative", "I wish Acme was as good as Globex"),
    ("negative", "wish I had never switched to Acme"),
    ("positive", "Wish I'd stayed with Acme"),
    # winning and losing
    ("positive", "Nothing beats Acme"),
    ("positive", "Acme beats Globex hands down"),
    ("negative", "Globex beats Acme"),
    ("positive", "Acme outperforms Globex in every test"),
    ("negative", "If you compare them, Globex outperforms Acme"),
    ("negative", "Acme can't compete with Globex"),
    ("negative", "Acme doesn't hold a candle to Globex"),
    ("positive", "Globex doesn't come close to Acme"),
    ("positive", "Acme > Globex"),
    ("negative", "Globex > Acme"),
    ("-", "Settings > Acme"),
    # sides of a contrast
    ("negative*", "unlike Acme, Globex answers the phone"),
    ("positive*", "Unlike Globex, Acme actually replies"),
    ("negative*", "Globex has a working app, unlike Acme."),
    ("part*", "Compared to Acme, Globex is a joy"),
    # questions
    ("neutral", "Is Acme better than Globex?"),
    ("neutral", "Which is better, Acme or Globex?"),
    ("neutral", "Acme vs Globex?"),
    ("neutral", "Should I switch from Acme to Globex?"),
    ("neutral", "Has anyone moved from Acme to Globex?"),
    ("neutral", "Does Acme work better than Globex for video calls?"),
    ("neutral*", "Is Acme better than Globex? Mine keeps crashing."),
    ("negative", "Why is Acme so much worse than Globex?"),
    # nothing of the kind
    ("-", "I bought an Acme router and a Globex switch"),
    ("-", "Acme is nice"),
    ("-", "DNS over Acme"),
    ("-", "Better late than never, my Acme order came"),
    ("-", "I would rather not say what I paid"),
]


@pytest.mark.parametrize("known", [True, False], ids=["other known", "other unknown"])
@pytest.mark.parametrize(("wanted", "text"), COMPARED)
def test_comparisons_say_which_is_better(wanted, text, known):
    """Who is left, beaten or chosen is told apart, whether the other one is a known name or not."""
    verdict = find_verdict(text, spans(text, "Acme"), spans(text, "Globex") if known else ())
    said = "-" if verdict is None else f"{verdict.label or 'part'}{'*' if verdict.part else ''}"
    assert said == wanted
    assert verdict is None or verdict.words in text


def test_a_comparison_of_names_in_signs_needs_both_to_be_known():
    """The sign stands in markup and code, so that it compares known names only."""
    text = "Acme < Globex"
    assert find_verdict(text, spans(text, "Acme")) is None
    assert find_verdict(text, spans(text, "Acme"), spans(text, "Globex")).label == "negative"


def test_comparisons_that_disagree_decide_nothing():
    """Where one sentence prefers the brand and another one does not, the model judges."""
    text = "Acme is better than Globex for calls. For data, Globex beats Acme."
    assert find_verdict(text, spans(text, "Acme"), spans(text, "Globex")) is None


@pytest.mark.parametrize(
    "way",
    [
        "thinking of switching from Acme",
        "about to move away from Acme",
        "going to migrate from Acme",
        "I might leave Acme",
        "ready to ditch Acme",
        "we want to dump Acme",
        "I will cancel Acme",
        "tempted to drop Acme",
        "need to get rid of Acme",
        "need to get  rid of Acme",
        "time to get away from Acme",
        "GOING TO SW\u0130TCH FROM Acme",
        "going to sw\u0131tch from Acme",
    ],
)
def test_each_way_to_leave_is_seen(way):
    """A sentence is looked at for what its words can mean, whichever of them it is and however it is written."""
    assert find_verdict(way, spans(way, "Acme")).label == "negative"


@pytest.mark.parametrize(
    "text",
    [
        "Unlike Acme, Globex works great.",
        "UNL\u0130KE Acme, Globex works great.",
        "Compared to Acme, Globex is fast.",
        "In comparison with Acme, Globex is fast.",
        "In contrast to Acme, Globex is fast.",
        "Next to Acme, Globex is fast.",
    ],
)
def test_each_word_that_sets_apart_is_seen(text):
    """The same for contrasts."""
    assert find_verdict(text, spans(text, "Acme"), spans(text, "Globex")) is not None


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("negative", "Moved from Globex to Acme in May. It has an awful app. They hate us. And it is awful to call."),
        ("negative", "Acme is better than Globex, I was told. Acme has an awful app. I hate Acme. Acme is awful."),
        ("positive", "Moved from Acme to Globex. Acme was great to us for years. I love Acme. Their people are great."),
        # One sentence weighs no more than the comparison; and what says nothing, or the same, changes nothing.
        ("positive", "Moved from Globex to Acme in May. It has an awful app."),
        ("positive", "Moved from Globex to Acme in May. It took a week. It took two vans."),
        ("negative", "Moved from Acme to Globex in May. It has a great app. I love it. It is great to call."),
        ("positive", "Moved from Globex to Acme in May. Globex had an awful app. I hate it. It is awful to call."),
        ("positive", "Globex has an awful app. I hate it. It is awful. So we moved from Globex to Acme."),
    ],
)
def test_a_comparison_is_one_witness_among_others(wanted, text):
    """What is said at length of the brand in other sentences outweighs it; what is said of the other does not."""
    tone = Judge(Lexicon(), entities=["Acme", "Globex"]).rate(text, target="Acme")
    assert tone.label == wanted
    assert tone.rules[0].startswith("compared: ")


def test_every_pattern_can_be_compiled_and_needs_a_name():
    """A pattern without the brand would decide about anything."""
    for group in (*DECIDED, *MOVES):
        assert all(need == need.lower() for need in group.needs)
        for _, pattern in group.patterns:
            assert "\ue000" in compiled(pattern).pattern


@given(ANY_TEXT | TALK, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4))
def test_a_verdict_quotes_the_text(text, raw):
    """Whatever is compared, its words and parts are pieces of the text."""
    found = clean_spans(text, raw)
    verdict = find_verdict(text, found, spans(text, "Globex"))
    for start, end in verdict.part if verdict else ():
        assert 0 <= start < end <= len(text)


# --- parts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Globex was great. Acme was awful.", "Acme was awful."),
        ("Acme was awful. It broke twice. Globex is great.", "Acme was awful. It broke twice."),
        ("Acme was awful while Globex was great", "Acme was awful"),
        ("Globex was great and Acme was awful, I had to send it back", "and Acme was awful, I had to send it back"),
        ("I have had both. Globex was great. Acme was awful.", "I have had both. Acme was awful."),
        ("I love Acme and Globex", None),
        ("Acme and Globex were great", None),
        ("Acme was awful", None),
    ],
)
def test_another_known_name_has_its_own_part(text, own):
    """What goes on after a name is about that name; what is said of both is said of each."""
    focus = find_focus(text, spans(text, "Acme"), spans(text, "Globex"))
    assert (focus and re.sub(" +", " ", excerpt(text, focus.own, ())[0]).strip()) == own


@pytest.mark.parametrize(
    ("text", "target", "own"),
    [
        ("The food was great but our waiter was rude.", "waiter", "but our waiter was rude."),
        ("The food was great but our waiter was rude.", "food", "The food was great"),
        ("The food and the wine were fine, the bill was not.", "wine", "The food and the wine were fine,"),
        ("The decor is dull, and the service was quick.", "service", "and the service was quick."),
    ],
)
def test_a_thing_has_the_clause_it_stands_in(text, target, own):
    """A common noun is one of several things, of which a clause with a verb of its own speaks."""
    found = find_name(text, target)
    assert is_thing(text, target, found)
    focus = find_focus(text, found, is_thing=True)
    assert focus.why == "thing"
    assert excerpt(text, focus.own, ())[0].strip() == own


@pytest.mark.parametrize(
    ("text", "target", "thing"),
    [
        ("the waiter came", "waiter", True),
        ("Acme came", "Acme", False),
        ("acme came", "Acme", False),
        ("Acme came", "acme", False),
        ("he came", "he", False),
        ("nobody came", "waiter", False),
    ],
)
def test_names_and_pronouns_are_no_things(text, target, thing):
    """A capital where it is asked for, or where it stands, makes a name."""
    assert is_thing(text, target, find_name(text, target)) == thing


def test_a_clause_before_the_brand_is_set_apart_by_a_word_of_contrast():
    """What stands before "but" and the brand may be about another thing; what comes after is about the brand."""
    text = "My old phone was great, but Acme is awful and slow."
    focus = find_focus(text, spans(text, "Acme"))
    assert (focus.why, excerpt(text, focus.rest, ())[0].strip()) == ("contrast", "My old phone was great,")
    assert find_focus("Acme is great but awful to set up.", ((0, 4),)) is None


@given(ANY_TEXT | TALK)
def test_pieces_cover_a_text_in_order(text):
    """Clauses, sentences and statements leave nothing out and hold nothing twice."""
    for cut in (sentences, sides, statements, lambda t: [(c.start, c.end) for c in split_clauses(t)]):
        found = cut(text)
        assert "".join(text[a:b] for a, b in found) == text
        assert all(a < b for a, b in found) or not text


@given(ANY_TEXT | TALK, st.booleans())
def test_a_focus_lies_inside_the_text(text, thing):
    """Own and other parts are in order, inside the text and apart, and the own ones hold the target."""
    target, others = spans(text, "Acme"), spans(text, "Globex")
    focus = find_focus(text, target, others, is_thing=thing)
    if focus is None:
        return
    parts = sorted((*focus.own, *focus.rest))
    assert focus.own
    assert focus.rest
    assert all(0 <= a < b <= len(text) for a, b in parts)
    assert all(first[1] <= second[0] for first, second in pairwise(parts))
    cut, marks = excerpt(text, focus.own, target)
    assert {cut[a:b] for a, b in marks} == {"Acme"}


@given(ANY_TEXT | TALK, st.lists(st.tuples(st.integers(-5, 90), st.integers(-5, 90))), st.integers(1, 50))
def test_what_stands_around_marks_is_bounded(text, raw, most):
    """Of a long text, pieces in order are taken, up to the bound."""
    if not text:
        return
    found = around(text, clean_spans(text, raw), most=most)
    assert found
    assert sum(b - a for a, b in found) <= 2 * most
    assert all(first[1] < second[0] for first, second in pairwise(found))


# --- names ------------------------------------------------------------------------------------------------


def test_names_are_found_whole_in_any_case_and_spacing():
    """A name is no part of a word; hyphens and blanks between its words do not matter."""
    assert find_name("best-buy, Best  Buy and BESTBUYER", "Best Buy") == ((0, 8), (10, 19))
    assert find_name("C++ is not C", "C++") == ((0, 3),)
    assert find_name("anything", " ") == ()


def test_known_names_of_others_are_found():
    """Names of the same thing are not others'; longer ones hold shorter ones; single letters are none."""
    names = Names({"Acme": ["acmectl"], "Globex": ["Globex Pro"], "C": []})
    text = "acmectl against Globex Pro, in C"
    assert [text[slice(*span)] for span in names.others(text, "Acme")] == ["Globex Pro"]
    assert [text[slice(*span)] for span in names.others(text, "Globex")] == ["acmectl"]
    assert Names(["Acme", "Globex"]).others("Globex", "acme") == ((0, 6),)
    assert names.of("acme") == ("Acme", "acmectl")


def test_names_are_made_of_the_queries():
    """Plain words of a query are names; of what has to stand together only those of the brand's own name."""
    brands = [
        Brand("Acme Routers", ('acme OR "acme router"', "`ACMEctl`", "acme NEAR/3 down", "acm*", "@outage", "(")),
        Brand("Globex", ("globex -corp",)),
    ]
    assert known_names(brands, {"outage": "down OR outage"}) == {
        "Acme Routers": ("acme", "acme router", "ACMEctl", "down", "outage"),
        "Globex": ("globex",),
    }


@pytest.mark.parametrize(
    ("keyword", "is_name"),
    [('acme OR "acme router"', True), ("acm*", True), ("acme NEAR/3 down", False), ("acme down", False), ("@o", False)],
)
def test_what_a_query_asks_besides_the_name_is_judged(keyword, is_name):
    """Of "acme NEAR/3 down" the word "down" is the complaint, and never masked as the name is."""
    assert name_spans(Match("Acme", keyword, ((0, 4),))) == (((0, 4),) if is_name else ())


@pytest.mark.parametrize("title", [None, "", "A router", "Acme"])
@pytest.mark.parametrize("body", [None, "", "It is from Acme.", "acme\nACME"])
def test_a_mention_is_judged_where_its_brand_was_found(title, body):
    """Spans count in the text that the engine is given, whether there is a title or not."""
    model = Lexicon()
    engine = Judge(model, entities=known_names([ACME]))
    entry = Entry(source="s", guid="1", title=title, text=body)
    now = datetime(2026, 11, 1, tzinfo=timezone.utc)
    for match in Matcher([ACME]).matches(entry):
        make_mention(entry, "e", match, engine, now=now, backlog=False)
        text, marked = model.seen[-1]
        assert len(marked) == len(re.findall("acme", text, re.IGNORECASE)) > 0
        assert {mark.casefold() for mark in marked} == {"acme"}


def test_a_complaint_in_the_query_is_judged():
    """Of ``acme NEAR/3 awful`` the model sees "awful", and only the name is marked."""
    model = Lexicon()
    brand = Brand("Acme", ("acme NEAR/3 awful",))
    entry = Entry(source="s", guid="1", text="Acme is awful")
    (match,) = Matcher([brand]).matches(entry)
    now = datetime(2026, 11, 1, tzinfo=timezone.utc)
    mention = make_mention(entry, "e", match, Judge(model, entities=known_names([brand])), now=now, backlog=False)
    assert mention.tone.label == "negative"
    assert model.seen == [("\nAcme is awful", ("Acme",))]


# --- all together -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "label", "rule"),
    [
        ("Moved from Acme to Globex, never been happier", "negative", "compared: Moved from Acme to Globex"),
        ("Acme < Globex", "negative", "compared: Acme < Globex"),
        ("The big mistake was when we moved from Globex to Acme", "negative", "compared: moved from Globex to Acme"),
        ("Globex is great. Acme is awful.", "negative", "judged by the part about Acme"),
        ("Globex is awful. acmectl is great.", "positive", "judged by the part about Acme"),
        ("My old phone was great, but Acme is awful.", "negative", "judged by the part about Acme"),
        ("My old phone was loud, but Acme is great.", "positive", None),
        ("Unlike Acme, Globex answers the phone.", "negative", "compared: Unlike Acme"),
        ("Unlike Acme, Globex is awful.", "positive", "compared: Unlike Acme"),
        ("Compared to Acme, Globex is great.", "negative", "compared: Compared to Acme"),
        ("Compared to Acme, Globex is a phone.", "neutral", "judged by the part about Acme"),
        ("Is Acme better than Globex?", "neutral", "compared: Acme better than Globex"),
        ("Is Acme better than Globex? Mine does nothing but crash.", "negative", "compared: Acme better than Globex"),
        ("Acme is great", "positive", None),
    ],
)
def test_tone_is_towards_the_brand(text, label, rule):
    """The rule that decided stands with the tone."""
    tone = Judge(Lexicon(), entities={"Acme": ["acmectl"], "Globex": []}).rate(text, target="Acme")
    assert (tone.label, tone.rules) == (label, (rule,) if rule else ())


def test_things_are_judged_by_their_clauses():
    """Two things of one sentence have tones of their own; a known name is no thing, whatever its case."""
    text = "the food was great but the waiter was awful"
    judge = Judge(Lexicon())
    assert [judge.rate(text, target=target).label for target in ("food", "waiter")] == ["positive", "negative"]
    assert Judge(Lexicon(), entities=["food"]).rate(text, target="food").rules == ()


def test_the_model_is_shown_where_the_brand_stands():
    """Spans that are given and names that are found are marked, in parts of the text too."""
    model = Lexicon()
    text = "Globex is great. Their site was awful, says acmectl."
    Judge(model, entities={"Acme": ["acmectl"], "Globex": []}).rate(text, target="Acme", spans=((17, 22),))
    assert model.seen[0] == (text, ("Their", "acmectl"))
    assert model.seen[1][1] == ("Their", "acmectl")


def test_of_a_long_text_what_stands_around_the_name_is_judged():
    """A mention at the end of a long article is judged by its surroundings, and says so."""
    text = "It was great. " + "The weather was mild. " * 2000 + "Then came Acme, and it was awful."
    model = Lexicon()
    tone = Judge(model).rate(text, target="Acme")
    assert (tone.label, tone.rules) == ("negative", ("of a long text, what stands around the name was judged",))
    assert all(len(seen) < 2000 for seen, _ in model.seen)


@given(
    ANY_TEXT | TALK,
    st.none() | st.sampled_from(["Acme", "food", "", "(", "\ud800"]),
    st.none() | st.floats(0, 6),
    st.lists(st.tuples(st.integers(-9, 99), st.integers(-9, 99)), max_size=3),
)
@example("\ud800\x00 Acme great", "Acme", None, [(0, 1)])
def test_any_text_is_judged_and_label_and_numbers_agree(text, target, rating, raw):
    """Whatever comes: the sign of the polarity is the label's, and what is unknown has no numbers."""
    judge = Judge(
        Lexicon(), words={"awful": 0, "is": 1, "better than": -4}, entities={"Acme": ["acmectl"], "Globex": ()}
    )
    tone = judge.rate(text, target=target, rating=rating, spans=raw)
    assert all(seen.encode("utf-8") for seen, _ in judge._scorer.seen)
    if tone.label == "unknown":
        assert (tone.polarity, tone.confidence, tone.words, tone.rules) == (None, None, (), ())
        return
    assert -1 <= tone.polarity <= 1
    assert 0.3 <= tone.confidence <= 1
    assert tone.label != "negative" or tone.polarity < 0
    assert tone.label != "positive" or tone.polarity > 0
    assert len(tone.words) <= 8


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "Acme ",
            "Acme moved from ",
            "a ",
            "Acme > ",
            "not better than Acme ",
            "rather ",
            "x, ",
            "unlike Acme, ",
            "\n",
        ),
        *("Acme is better ", "prefer Acme over ", "🙂", "wish as good as Acme ", "Acme. ", "but ", "(", "Globex Acme "),
    ],
)
def test_a_megabyte_costs_little(piece):
    """No pattern grows with the square of a text, and no model is given more than it can read: this test would hang."""
    model = Lexicon()
    judge = Judge(model, words={"x y": 1}, entities=["Acme", "Globex"])
    text = piece * (1_000_000 // len(piece))
    tone = judge.rate(text, target="Acme")
    assert tone == judge.rate(text, target="Acme")
    assert all(len(seen) <= 6000 for seen, _ in model.seen)


def test_ten_thousand_known_names_cost_what_ten_do():
    """Names are looked up by their first word, and are all found."""
    names = Names([f"brand{n} x" for n in range(10_000)])
    at = random.Random(1).randrange(10_000)
    assert names.others(f"we use brand{at} x here", None) == ((7, len(f"we use brand{at} x")),)
