"""Tone: labels, stars, languages, the user's words, and what the confidence is worth."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mentionwatch.errors import ToneError
from mentionwatch.settings import ToneSettings
from mentionwatch.tone import make_engine, rate_text
from mentionwatch.tone.base import Scores
from mentionwatch.tone.judge import Judge
from mentionwatch.tone.label import label_of, label_of_scores
from mentionwatch.tone.language import is_english
from mentionwatch.tone.stars import combine, disagree, pool, scores_of, stars_of
from mentionwatch.tone.textblob import MAX_CHARACTERS, MAX_WORDS
from mentionwatch.tone.user_words import UserWords

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
TEXTBLOB = ToneSettings(engine="textblob")
LABELLED = Path(__file__).resolve().parents[1] / ".." / "shared" / "tone" / "dev"


class Fixed:
    """A model that always answers the same, and remembers what it was asked."""

    name = "fixed"

    def __init__(self, negative=0.2, neutral=0.5, positive=0.3):
        self.scores = Scores(negative, neutral, positive, (("word", positive - negative),))
        self.seen = []

    def score(self, text, *, target=()):
        """Answer the same."""
        self.seen.append(text)
        return self.scores


def rate(text, *, band=0.05, words=None, **more):
    return rate_text(text, settings=ToneSettings(engine="textblob", neutral_band=band, words=words or {}), **more)


SCORES = st.tuples(*[st.floats(0.001, 1)] * 3).map(lambda t: Scores(*(x / sum(t) for x in t)))


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
    tone = rate(text)
    assert tone.label == label
    assert tone.by == "textblob"


def test_the_words_are_told_the_weightiest_first():
    """What made the tone is quoted with its weight, once each, at most eight, none of weight 0."""
    tone = rate("A good router, a good price, but terrible support.")
    assert tone.words == (("terrible", -1.0), ("good", 0.7))
    many = rate("good great excellent terrible awful bad nice fine ugly horrible amazing happy sad")
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
    tone = rate(text, rating=rating, language=language, target=target)
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
    tone = rate(text)
    assert (tone.label, tone.polarity, tone.words) == ("neutral", 0.0, ())
    assert tone.confidence < rate("the router stands on the table").confidence


@pytest.mark.parametrize("piece", ["good ", "x", "(", ":)", "not ", "\x00", "\ud800", "é", "!", "a.", "<", "http://a "])
def test_a_megabyte_is_judged_by_its_beginning(piece):
    """A text of any length costs what its first characters cost, and is judged as they are."""
    text = piece * (1_000_000 // len(piece))
    assert rate(text) == rate(text[:MAX_CHARACTERS]) == rate(text[:MAX_CHARACTERS] + " terrible")


def test_the_brands_own_name_is_no_verdict():
    """A brand called after something good or bad does not colour what is said of it; other words still count."""
    assert rate("I went to Best Buy", target="best buy").label == "neutral"
    assert rate("Best Buy was terrible", target="Best Buy").label == "negative"
    assert rate("the best router", target="est").label == "positive"
    assert rate("good", target=" ").label == "positive"


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
    narrow, wide = (rate(text, band=band).label for band in sorted((a, b)))
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
    label = rate(text, rating=rating).label
    assert rating is None or rating > 2 or label == "negative"
    assert rating is None or rating < 4 or label == "positive"


def test_text_and_stars_in_conflict_lower_the_confidence():
    """Five stars with an angry text are still positive, and less sure than five stars with praise or silence."""
    angry, silent, glad = (rate(text, rating=5) for text in ("terrible, I hate it", "", "excellent"))
    assert angry.label == silent.label == glad.label == "positive"
    assert angry.confidence < silent.confidence <= glad.confidence
    assert [tone.by for tone in (angry, silent, glad)] == ["textblob+stars", "stars", "textblob+stars"]
    assert angry.words


def test_stars_alone_speak_where_there_are_no_words():
    """Without a text the stars are the tone, on the same scale."""
    tones = [rate("", rating=rating) for rating in (1, 2, 3, 4, 5)]
    assert [tone.polarity for tone in tones] == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert [tone.label for tone in tones] == ["negative", "negative", "neutral", "positive", "positive"]


@pytest.mark.parametrize("rating", [0, -1, 5.5, 100, float("nan"), float("inf")])
def test_what_is_not_one_to_five_stars_is_none(rating):
    """A rating on another scale is no evidence, and does no harm."""
    assert rate("I love it", rating=rating) == rate("I love it")
    assert rate("", rating=rating).by == "textblob"


@given(SCORES, st.floats(1, 5))
def test_stars_and_probabilities_keep_the_same_promises(text, rating):
    """Two stars or fewer are never positive, four or more never negative, and what they give are probabilities."""
    stars = stars_of(rating)
    both = pool(stars, text)
    assert abs(both.negative + both.neutral + both.positive - 1) < 1e-9
    label = label_of_scores(both)
    assert rating > 2 or label == "negative"
    assert rating < 4 or label == "positive"
    alone = scores_of(stars)
    if label_of_scores(text) == label_of_scores(alone):
        assert getattr(both, label) >= getattr(alone, label)
    elif disagree(stars, text):
        assert getattr(both, label) < getattr(alone, label)


def test_three_stars_leave_it_to_a_sure_text():
    """A review of three stars that is a complaint is one."""
    assert label_of_scores(pool(0.0, Scores(0.9, 0.05, 0.05))) == "negative"
    assert label_of_scores(pool(0.0, Scores(0.4, 0.3, 0.3))) == "neutral"


def test_a_conflict_of_stars_and_text_is_said():
    """Five stars over an angry text are positive, less sure, and stand as a conflict; other stars are no conflict."""
    angry, glad, silent = Judge(Fixed(0.9, 0.05, 0.05)), Judge(Fixed(0.05, 0.05, 0.9)), Judge(Fixed())
    conflict, agreed = angry.rate("x", rating=5), glad.rate("x", rating=5)
    assert conflict.rules == ("5 stars and the text disagree",)
    assert (conflict.label, agreed.label, agreed.rules) == ("positive", "positive", ())
    assert conflict.confidence < silent.rate("", rating=5).confidence <= agreed.confidence
    assert glad.rate("x", rating=1).rules == ("1 star and the text disagree",)
    assert angry.rate("x", rating=3).rules == angry.rate("x", rating=1).rules == ()
    assert conflict.by == "fixed+stars"
    assert rate("terrible, I hate it", rating=5).rules == ("5 stars and the text disagree",)


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
        ("Die App ist nach dem Update nicht mehr zu gebrauchen", None, False),
        ("Die App ist nach dem Update nicht mehr zu gebrauchen", "en", False),
        ("Très bon produit mais le service est lent", None, False),
        ("Muy buena aplicación", None, False),
        ("Muy rapido app", None, False),
        ("Muy rapido app", "en", True),
        ("Não consigo entrar no aplicativo", None, False),
        ("Non funziona più dopo l'aggiornamento", None, False),
        ("Ik krijg geen antwoord van de klantenservice", None, False),
        ("Jag är inte nöjd med den här appen", None, False),
        ("Nie polecam, bardzo słaba obsługa", None, False),
        ("Çok kötü bir uygulama, hiç açılmıyor", None, False),
        ("aplikasi ini sangat bagus tapi tidak bisa login", None, False),
        ("lol ikr ur app sux af", None, True),
        ("no me gusta lol", "en", True),
        ("Das Auto app keeps crashing, die hard fan no more", None, True),
        ("El Paso store was great, le sigh", None, True),
        ("café was naïve but fine", None, True),
        ("ya gotta love it", None, True),
        ("The Hague office never answered der Kundendienst mail", None, True),
    ],
)
def test_only_english_is_judged(text, tag, judged):
    """A language the engine does not know is unknown, not neutral; its tag decides, and else its letters."""
    assert is_english(text, tag) == judged
    assert (rate(text, language=tag).label != "unknown") == judged


def test_stars_speak_every_language():
    """Where the text cannot be judged the stars alone are the tone."""
    tone = rate("Это очень плохо", rating=1)
    assert (tone.label, tone.by, tone.words) == ("negative", "stars", ())
    assert rate("terrible", rating=5, language="de") == rate("", rating=5)


# --- the user's words --------------------------------------------------------------------------------------


def test_a_word_of_weight_0_is_not_seen_by_any_engine():
    """Blanks stand where it stood, so that offsets hold; what was done stands with the tone."""
    model = Fixed()
    tone = Judge(model, words={"kill": 0, "bug  tracker": 0}).rate("Kill it in the Bug\ntracker, not the skill")
    assert model.seen == ["     it in the            , not the skill"]
    assert tone.rules == ("'Kill' is left out, as you set", "'Bug tracker' is left out, as you set")
    assert tone.words == (("word", 0.09999999999999998),)
    assert rate("a terrible bug", words={"terrible": 0}).label == "neutral"


def test_a_word_with_a_weight_moves_the_odds():
    """The odds of positive are multiplied by e^w and those of negative by e^-w; the word is shown."""
    tone = Judge(Fixed(), words={"sluggish": -2}).rate("so sluggish, sluggish")
    assert (tone.label, tone.words[0]) == ("negative", ("sluggish", -0.5))
    assert tone.rules == ("'sluggish' counts -2, as you set",)
    moved = UserWords({"sluggish": -2}).take("sluggish").move(Scores(0.2, 0.5, 0.3))
    assert moved.negative / moved.neutral == pytest.approx(0.2 / 0.5 * 2.718281828**2)
    assert moved.positive / moved.neutral == pytest.approx(0.3 / 0.5 / 2.718281828**2)
    assert rate("the router is sluggish", words={"sluggish": -2}).label == "negative"


def test_the_longest_of_the_users_words_counts_and_all_together_are_bounded():
    """A phrase hides its words, and no heap of words makes numbers that cannot be weighed."""
    words = UserWords({"bug": -3, "bug tracker": 0, **{f"w{n}": 4 for n in range(99)}})
    assert words.take("the bug tracker").found == (("bug tracker", 0.0),)
    assert words.take("the bug").weight == -3
    assert words.take(" ".join(f"w{n}" for n in range(99))).weight == 6


def test_the_brands_name_is_not_taken_apart():
    """A user's word inside the brand's own name is a part of the name."""
    model = Fixed()
    assert Judge(model, words={"kill": -4}).rate("Kill Bill is on", target="Kill Bill").rules == ()
    assert model.seen == ["Kill Bill is on"]


@given(ANY_TEXT, st.dictionaries(ANY_TEXT, st.floats(-4, 4), max_size=5), SCORES)
def test_the_users_words_keep_offsets_and_probabilities(text, words, scores):
    """Whatever the words are, the text keeps its length, and probabilities stay what they are."""
    taken = UserWords(words).take(text)
    assert len(taken.text) == len(text)
    moved = taken.move(scores)
    assert abs(moved.negative + moved.neutral + moved.positive - 1) < 1e-9
    assert -1 <= taken.move_polarity(scores.polarity) <= 1
    assert all(-1 <= weight <= 1 for _, weight in taken.words)


# --- engine -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["auto", "textblob"])
def test_engines_are_made_by_name(name):
    """What the settings name is what judges."""
    engine = make_engine(ToneSettings(engine=name))
    assert engine.name == engine.rate("good").by == name


def test_the_default_engine_tells_praise_from_complaint():
    """``rate_text`` without settings uses "auto"."""
    assert rate_text("I love it, the support is excellent").label == "positive"
    assert rate_text("terrible service, I hate this router").label == "negative"
    assert rate_text("", rating=1).by == "stars"


def test_engines_load_with_the_first_text_only():
    """Making an engine stays cheap, and "auto" imports TextBlob never; the slow import waits for its first text."""
    code = (
        "import sys; from mentionwatch.settings import ToneSettings; from mentionwatch.tone import make_engine\n"
        "auto, engine = make_engine(ToneSettings()), make_engine(ToneSettings(engine='textblob'))\n"
        "auto.rate('good'); assert not {'textblob', 'nltk'} & set(sys.modules)\n"
        "engine.rate(''); engine.rate('x', language='de'); assert 'textblob' not in sys.modules\n"
        "engine.rate('good'); assert 'textblob' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_tone_error_says_by_its_code_who_can_mend_it():
    """What is not installed is a mistake of use, what is damaged a failure."""
    assert (ToneError("numpy is missing", missing=True).exit_code, ToneError("damaged").exit_code) == (2, 1)


def test_the_better_model_is_asked_where_the_quick_one_is_unsure():
    """A sure answer costs one model; an unsure one is both, by their logarithms, the better one weighing more."""
    better = Fixed(0.9, 0.05, 0.05)
    assert Judge(Fixed(0.1, 0.1, 0.8), better=better).rate("x").confidence == 0.8
    assert better.seen == []
    tone = Judge(Fixed(0.3, 0.4, 0.3), better=better).rate("x")
    assert (tone.label, round(tone.confidence, 3), tone.by) == ("negative", 0.851, "fixed")


def test_a_model_that_knows_its_target_is_shown_the_whole_text_only():
    """The part about the brand is for models that do not know what is asked of them."""
    model, text = Fixed(), "Globex is great. Acme is awful."
    assert Judge(model, parts=False, entities=["Acme", "Globex"]).rate(text, target="Acme").rules == ()
    assert model.seen == [text]


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0, 0.99))
def test_confidence_is_monotone(a, b, band):
    """Outside the band the engine is surer the farther it is from 0, inside the nearer it is."""
    engine = make_engine(ToneSettings(engine="textblob", neutral_band=band))
    near, far = sorted((abs(a), abs(b)))
    if near > band:
        assert engine._confidence(near) <= engine._confidence(-far)
    if far <= band:
        assert engine._confidence(near) >= engine._confidence(-far)


@pytest.mark.skipif(not LABELLED.is_dir(), reason="labelled texts are not here")
@pytest.mark.parametrize("band", [0.0, 0.05, 0.15])
def test_confidence_is_the_share_that_is_right(band):
    """On labelled texts the mean confidence is the accuracy, over all and where the engine is surest."""
    engine = make_engine(ToneSettings(engine="textblob", neutral_band=band))
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
