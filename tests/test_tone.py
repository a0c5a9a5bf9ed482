"""Tone: labels, stars, languages, and what the confidence is worth."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mentionwatch.settings import ToneSettings
from mentionwatch.tone import make_engine, rate_text
from mentionwatch.tone.label import label_of
from mentionwatch.tone.language import is_english
from mentionwatch.tone.stars import combine, stars_of
from mentionwatch.tone.textblob import MAX_CHARACTERS, MAX_WORDS

ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=80)
WORDS = st.lists(
    st.sampled_from(
        [
            "the",
            "is",
            "not",
            "n't",
            "very",
            "good",
            "great",
            "terrible",
            "slow",
            "love",
            "hate",
            ":)",
            ":(",
            "!",
            "never",
        ]
    )
).map(" ".join)
RATING = st.none() | st.floats(min_value=1, max_value=5)
LABELLED = Path(__file__).resolve().parents[1] / ".." / "shared" / "tone" / "dev"


# --- the text ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I love it, the support is excellent", "positive"),
        ("terrible service, I hate this router", "negative"),
        ("the router stands on the table", "neutral"),
        ("not good", "negative"),
        ("this isn’t good", "negative"),
        ("this isn't good", "negative"),
    ],
)
def test_words_and_negation_make_the_tone(text, label):
    """Praise, complaint and statement are told apart, also with a typographic apostrophe."""
    tone = rate_text(text)
    assert tone.label == label
    assert tone.by == "textblob"


def test_the_words_are_told_the_weightiest_first():
    """What made the tone is quoted with its weight, once each, at most eight, none of weight 0."""
    tone = rate_text("A good router, a good price, but terrible support.")
    assert tone.words == (("terrible", -1.0), ("good", 0.7))
    many = rate_text("good great excellent terrible awful bad nice fine ugly horrible amazing happy sad")
    weights = [abs(weight) for _, weight in many.words]
    assert len(weights) == MAX_WORDS
    assert weights == sorted(weights, reverse=True)
    assert all(weights)


@given(
    ANY_TEXT | WORDS,
    RATING,
    st.none() | st.sampled_from(["en", "en-GB", "de", "", "und"]) | ANY_TEXT,
    st.none() | ANY_TEXT,
)
@example("\ud800\x00 great", None, None, None)
@example("awful", 5.0, "en", "(")
def test_any_text_is_judged_within_range(text, rating, language, target):
    """Whatever comes, polarity is in [-1, 1], confidence in [0, 1], and both are missing only where the label is unknown."""
    tone = rate_text(text, rating=rating, language=language, target=target)
    if tone.label == "unknown":
        assert (tone.polarity, tone.confidence, tone.words) == (None, None, ())
        assert rating is None
    else:
        assert -1 <= tone.polarity <= 1
        assert 0 <= tone.confidence <= 1
    assert all(-1 <= weight <= 1 for _, weight in tone.words)


@pytest.mark.parametrize("text", ["", " \n", "🙂", "👎👎", "!!! ...", "\u200d\ufe0f"])
def test_a_text_without_words_is_neutral_and_unsure(text):
    """No words are no evidence: polarity is 0, and the confidence is that of a guess."""
    tone = rate_text(text)
    assert (tone.label, tone.polarity, tone.words) == ("neutral", 0.0, ())
    assert tone.confidence < rate_text("the router stands on the table").confidence


@pytest.mark.parametrize("piece", ["good ", "x", "(", ":)", "not ", "\x00", "\ud800", "é", "!", "a.", "<", "http://a "])
def test_a_megabyte_is_judged_by_its_beginning(piece):
    """A text of any length costs what its first characters cost, and is judged as they are."""
    text = piece * (1_000_000 // len(piece))
    assert rate_text(text) == rate_text(text[:MAX_CHARACTERS]) == rate_text(text[:MAX_CHARACTERS] + " terrible")


def test_the_brands_own_name_is_no_verdict():
    """A brand called after something good or bad does not colour what is said of it; other words still count."""
    assert rate_text("I went to Best Buy", target="best buy").label == "neutral"
    assert rate_text("Best Buy was terrible", target="Best Buy").label == "negative"
    assert rate_text("the best router", target="est").label == "positive"
    assert rate_text("good", target=" ").label == "positive"


# --- label ------------------------------------------------------------------------------------------------


@given(st.floats(-1, 1), st.floats(0, 0.99))
def test_the_band_is_symmetric_and_holds_its_edges(polarity, band):
    """Turning the polarity around turns the label around; the edges of the band, and 0.0 always, are neutral."""
    turned = {"negative": "positive", "positive": "negative", "neutral": "neutral"}
    assert label_of(-polarity, band) == turned[label_of(polarity, band)]
    assert label_of(0.0, band) == label_of(band, band) == label_of(-band, band) == "neutral"


@given(WORDS, st.floats(0, 0.99), st.floats(0, 0.99))
def test_a_wider_band_never_makes_a_neutral_text_negative(text, a, b):
    """Widening the band only moves texts into it."""
    narrow, wide = (rate_text(text, settings=ToneSettings(neutral_band=band)).label for band in sorted((a, b)))
    assert wide in {narrow, "neutral"}


# --- stars ------------------------------------------------------------------------------------------------


@given(st.floats(-1, 1), st.floats(1, 5))
def test_stars_are_the_stronger_evidence(text, rating):
    """Two stars or fewer are never positive and four or more never negative, whatever the text; more stars never lower."""
    polarity, confidence = combine(stars_of(rating), text)
    assert -1 <= polarity <= 1
    assert 0 < confidence <= 1
    assert rating > 2 or polarity < -0.1
    assert rating < 4 or polarity > 0.1
    assert combine(stars_of(min(5.0, rating + 1)), text)[0] >= polarity


@given(ANY_TEXT | WORDS, RATING)
def test_a_five_star_review_is_never_negative_and_a_one_star_never_positive(text, rating):
    """The rule holds for whole texts too, in every language and length."""
    label = rate_text(text, rating=rating).label
    assert rating is None or rating > 2 or label == "negative"
    assert rating is None or rating < 4 or label == "positive"


def test_text_and_stars_in_conflict_lower_the_confidence():
    """Five stars with an angry text are still positive, and less sure than five stars with praise or silence."""
    angry, silent, glad = (rate_text(text, rating=5) for text in ("terrible, I hate it", "", "excellent"))
    assert angry.label == silent.label == glad.label == "positive"
    assert angry.confidence < silent.confidence <= glad.confidence
    assert [tone.by for tone in (angry, silent, glad)] == ["textblob+stars", "stars", "textblob+stars"]
    assert angry.words


def test_stars_alone_speak_where_there_are_no_words():
    """Without a text the stars are the tone, on the same scale."""
    tones = [rate_text("", rating=rating) for rating in (1, 2, 3, 4, 5)]
    assert [tone.polarity for tone in tones] == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert [tone.label for tone in tones] == ["negative", "negative", "neutral", "positive", "positive"]


@pytest.mark.parametrize("rating", [0, -1, 5.5, 100, float("nan"), float("inf")])
def test_what_is_not_one_to_five_stars_is_none(rating):
    """A rating on another scale is no evidence, and does no harm."""
    assert rate_text("I love it", rating=rating) == rate_text("I love it")
    assert rate_text("", rating=rating).by == "textblob"


# --- language ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "tag", "judged"),
    [
        ("good", None, True),
        ("good", "en-US", True),
        ("good", "EN_gb", True),
        ("good", "und", True),
        ("good", "de", False),
        ("good", "fr-CA", False),
        ("Это очень плохо", None, False),
        ("Это очень плохо", "en", False),
        ("这个路由器很糟糕", None, False),
        ("great роутер", None, False),
        ("a really great роутер", None, True),
        ("👍 10/10", None, True),
        ("", "de", False),
    ],
)
def test_only_english_is_judged(text, tag, judged):
    """A language the engine does not know is unknown, not neutral; its tag decides, and else its letters."""
    assert is_english(text, tag) == judged
    assert (rate_text(text, language=tag).label != "unknown") == judged


def test_stars_speak_every_language():
    """Where the text cannot be judged the stars alone are the tone."""
    tone = rate_text("Это очень плохо", rating=1)
    assert (tone.label, tone.by, tone.words) == ("negative", "stars", ())
    assert rate_text("terrible", rating=5, language="de") == rate_text("", rating=5)


# --- engine -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["auto", "textblob"])
def test_engines_are_made_by_name(name):
    """What the settings name is what judges, and "auto" is TextBlob."""
    engine = make_engine(ToneSettings(engine=name))
    assert engine.name == engine.rate("good").by == "textblob"


def test_textblob_is_imported_with_the_first_text_only():
    """Making an engine stays cheap; the slow import waits until there is something to judge."""
    code = (
        "import sys; from mentionwatch.settings import ToneSettings; from mentionwatch.tone import make_engine\n"
        "engine = make_engine(ToneSettings()); assert 'textblob' not in sys.modules\n"
        "engine.rate(''); engine.rate('x', language='de'); assert 'textblob' not in sys.modules\n"
        "engine.rate('good'); assert 'textblob' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0, 0.99))
def test_confidence_is_monotone(a, b, band):
    """Outside the band the engine is surer the farther it is from 0, inside the nearer it is."""
    engine = make_engine(ToneSettings(neutral_band=band))
    near, far = sorted((abs(a), abs(b)))
    if near > band:
        assert engine._confidence(near) <= engine._confidence(-far)
    if far <= band:
        assert engine._confidence(near) >= engine._confidence(-far)


@pytest.mark.skipif(not LABELLED.is_dir(), reason="labelled texts are not here")
@pytest.mark.parametrize("band", [0.0, 0.05, 0.15])
def test_confidence_is_the_share_that_is_right(band):
    """On labelled texts the mean confidence is the accuracy, over all and where the engine is surest."""
    engine = make_engine(ToneSettings(neutral_band=band))
    judged = []
    for path in sorted(LABELLED.glob("*.jsonl")):
        rows = path.read_text("utf-8").splitlines()
        for row in map(json.loads, random.Random(2).sample(rows, 300)):
            tone = engine.rate(row["text"], target=row.get("target"))
            if tone.confidence is None:
                continue
            judged.append((tone.confidence, tone.label == row["label"]))
    for least in (0.0, 0.6):
        here = [(confidence, right) for confidence, right in judged if confidence >= least]
        gap = sum(confidence - right for confidence, right in here) / len(here)
        assert abs(gap) < 0.07
