"""The default engine's model: features, file, probabilities."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentionwatch.errors import ToneError
from mentionwatch.tone.small import MODEL, SmallScorer
from mentionwatch.tone.small.emoji import EMOJI, EMOTICONS
from mentionwatch.tone.small.features import DENSE, Reader
from mentionwatch.tone.small.modelfile import LIFT, MAGIC, SHIFT, VERSION, read_model, write_model
from mentionwatch.tone.small.phrases import find_phrases
from mentionwatch.tone.small.tokens import MAX_CHARACTERS, NEGATORS, clean, find_tokens, kept, normal, stem
from mentionwatch.tone.small.weigh import Weigher

TOOL = Path(__file__).resolve().parents[1] / "tools" / "train_tone.py"
SCORER = SmallScorer()


def label(text, target=()):
    scores = SCORER.score(text, target=target)
    return max(("negative", "neutral", "positive"), key=lambda name: getattr(scores, name))


def groups(text):
    words = [normal(word) for word in text.split()]
    return {group for group, _, _ in find_phrases(words, [stem(word) for word in words])}


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t ",
        "😡",
        "👍🏽👍🏽",
        "🇩🇪 👨‍👩‍👧 ❤️",
        "\x00\x01\x02",
        "a\x00b",
        "\ud800 broken \udfff",
        "Отличный сервис, 很好, جيد great",
        "\u202eterces\u202c",
        "!" * 10_000,
        "<" * 20_000,
        "<a " * 20_000,
        "&amp;" * 20_000,
        "&#xE000; &#55296; &#0; &#99999999;",
        "\\u00e9 \\ud800 \\u",
        "'" * 20_000,
        '"' * 20_000,
        "a'" * 20_000,
        "not " * 20_000,
        "not good " * 120_000,
        "x" * 1_000_000,
        "http://" + "a" * 100_000,
        ":(" * 10_000,
        "1,000." * 10_000,
    ],
)
def test_any_text_is_judged(text):
    """Whatever a text holds, and however long it is, there is an answer: three probabilities that sum to 1."""
    scores = SCORER.score(text)
    chances = (scores.negative, scores.neutral, scores.positive)
    assert all(0 <= chance <= 1 for chance in chances)
    assert sum(chances) == pytest.approx(1)
    assert len(scores.words) <= 8


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(codec=None) | st.sampled_from(" .,!?\"'<>&;@:()not"), max_size=200), st.data())
def test_probabilities_are_probabilities(text, data):
    """In [0, 1] and summing to 1, wherever the target stands; the words come from the text, and none twice."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6, unique=True)))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    scores = SCORER.score(text, target=spans)
    chances = (scores.negative, scores.neutral, scores.positive)
    assert all(0 <= chance <= 1 for chance in chances)
    assert sum(chances) == pytest.approx(1)
    assert -1 <= scores.polarity <= 1
    assert len({word for word, _ in scores.words}) == len(scores.words)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["the", "app", "not", "great", "but", "fine", ",", "crashes", "!", "again", "?", "👍"]),
        max_size=12,
    )
)
def test_the_same_text_has_the_same_scores(words):
    """Nothing of one text is left for the next, and how it is spaced says nothing."""
    scores = SCORER.score(" ".join(words))
    SCORER.score("something else altogether 😡")
    assert SCORER.score(" ".join(words)) == scores
    wide = SCORER.score("   ".join(words) + " ")
    assert (wide.negative, wide.positive) == (scores.negative, scores.positive)


def test_case_of_a_first_letter_says_nothing():
    """A sentence's capital is no shouting; all capitals are."""
    small, large = SCORER.score("the app is great"), SCORER.score("The app is great")
    assert small.negative == large.negative
    assert SCORER.score("the app is GREAT").positive != small.positive


@pytest.mark.parametrize(
    ("plain", "denied"),
    [
        ("this is good", "this is not good"),
        ("i am happy with it", "i am not happy with it"),
        ("I recommend it", "I don't recommend it"),
        ("it is great", "it isn’t great"),
    ],
)
def test_denied_praise_is_no_praise(plain, denied):
    """A negation in front turns praise around, with any apostrophe or none."""
    assert label(plain) == "positive"
    assert label(denied) == "negative"
    assert label(denied.replace("'", "").replace("’", "")) == "negative"


@pytest.mark.parametrize("text", ["no problems so far, works great", "not bad at all", "never had a problem with them"])
def test_denied_trouble_is_no_trouble(text):
    """What is denied may be a fault."""
    assert label(text) == "positive"


@pytest.mark.parametrize(
    "text",
    [
        "The app crashes every time I open it",
        "still waiting for my refund",
        "charged twice for one order and no reply from support",
        "can't log in since the update",
        "checkout is not working",
        "my parcel never arrived",
        "cancelled my subscription, never again",
        "😡😡",
    ],
)
def test_a_factual_complaint_is_negative(text):
    """A complaint needs no word of feeling."""
    assert label(text) == "negative"


@pytest.mark.parametrize(
    "text",
    [
        "How do I change my password?",
        "Does it work with Linux?",
        "kill the process and start it again",
        "see the error log for details",
        "the bug tracker has moved to a new address",
    ],
)
def test_trade_words_and_questions_are_neutral(text):
    """What sounds bad elsewhere is plain speech in the trade."""
    assert label(text) == "neutral"


def test_the_targets_name_is_not_judged():
    """A brand called Best Buy is no praise, and one called Worst Buy no blame."""
    text = "Best Buy opens at nine"
    masked = SCORER.score(text, target=[(0, 8)])
    assert masked == SCORER.score("Worst Buy opens at nine", target=[(0, 9)])
    assert not any(word in {"Best", "Buy"} for word, _ in masked.words)
    assert masked.positive < SCORER.score(text).positive


def test_the_words_tell_which_way_they_pull():
    """The words that weigh stand as in the text, the weightiest first, below 0 where they speak for negative."""
    words = SCORER.score("Delicious food, but the waiter was RUDE").words
    told = dict(words)
    assert told["Delicious"] > 0 > told["RUDE"]
    assert [abs(weight) for _, weight in words] == sorted((abs(weight) for _, weight in words), reverse=True)


def test_only_the_beginning_of_a_long_text_counts():
    """What is judged is bounded."""
    text = "fine. " * MAX_CHARACTERS
    assert SCORER.score(text) == SCORER.score(text + "terrible awful scam")


def test_feeds_leave_things_behind():
    """Entities, JSON escapes and curly quotes are the characters they stand for."""
    assert clean("don&#39;t &amp; won\\u2019t “go”") == "don't & won't \"go\""
    assert SCORER.score("it doesn&#39;t work") == SCORER.score("it doesn't work")


def test_what_others_said_weighs_little():
    """A line after ">" is the post that is answered; words in quotation marks are half the writer's at most."""
    assert SCORER.score("> this is terrible\nflawless for me") == SCORER.score("\nflawless for me")
    assert clean("> all of it") == "> all of it"
    assert SCORER.score('he said "this is awful"').negative < SCORER.score("he said this is awful").negative


def test_tokens_know_what_they_are():
    """Links, names, tags, faces, marks and numbers are each their own kind."""
    text = "@acme see https://a.example/x?y <b>now</b> :( 5,000 it's 😡!!"
    kinds = [(found.lastgroup, found[0]) for found in find_tokens(text)]
    assert kinds == [
        ("at", "@acme"),
        ("word", "see"),
        ("url", "https://a.example/x?y"),
        ("tag", "<b>"),
        ("word", "now"),
        ("tag", "</b>"),
        ("smile", ":("),
        ("num", "5,000"),
        ("word", "it's"),
        ("emoji", "😡"),
        ("mark", "!!"),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [("lamp near doors", "lamp under doors"), ("painting lamps", "painted lamp")],
    ids=["a word between", "forms of words"],
)
def test_pairs_that_mean_the_same_share_a_feature(one, other):
    """Two words with one between them are a pair, and so are two stems: beside what each word is alone."""
    reader = Reader({})
    read = [[set(reader.read(text).keys) for text in (whole, *whole.split())] for whole in (one, other)]
    together = read[0][0] & read[1][0]
    alone = set.union(*read[0][1:]) | set.union(*read[1][1:])
    assert len(together - alone) == 1


@pytest.mark.parametrize(
    ("word", "known"),
    [("Don’t".replace("’", "'"), "dont"), ("SOOOO", "soo"), ("Acme's", "acme"), ("it's", "its"), ("thx", "thanks")],
)
def test_normal_forms(word, known):
    """Spellings of one word are one word."""
    assert normal(word) == known


@pytest.mark.parametrize("word", ["crash", "crashes", "crashed", "crashing"])
def test_forms_of_a_word_have_one_stem(word):
    """So that what is learned of one form holds for the others."""
    assert stem(word) == "crash"


@given(st.text("abcdefgilnsty", max_size=12))
def test_a_stem_is_a_shorter_form(word):
    """Never longer, never empty for a word."""
    assert len(stem(word)) <= len(word)
    assert bool(stem(word)) == bool(word)


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("still waiting for my money", "waiting"),
        ("they charged me twice", "money"),
        ("it won't even open", "defect"),
        ("nobody ever answers", "silent"),
        ("how do i reset it", "ask"),
        ("kill the process", "plain"),
        ("works like a charm", "works"),
        ("never been happier", "praise"),
    ],
)
def test_phrases_are_found(text, group):
    """Patterns stand for what people write."""
    assert group in groups(text)


def test_phrases_reach_over_two_words_only():
    """A gap is bounded, so that a pattern is one thought."""
    assert "login" in groups("cannot even ever login")
    assert "login" not in groups("cannot say that it was easy to login")


def test_the_emoji_table_is_well_formed():
    """About 150 signs, each of one strength, none with a variation selector or skin tone; both sides are there."""
    assert len(EMOJI) >= 150
    assert all(len(sign) == 1 and -3 <= strength <= 3 for sign, strength in EMOJI.items())
    assert {-3, -2, -1, 0, 1, 2, 3} == set(EMOJI.values())
    assert all(strength for strength in EMOTICONS.values())
    for sign in (*EMOJI, *EMOTICONS):
        kinds = {found.lastgroup for found in find_tokens(f"so {sign} then") if found[0] == sign}
        assert kinds & {"emoji", "smile"}, sign


@pytest.mark.parametrize("sign", ["👍", "👎", "😡", "🙄"])
def test_common_emoji_decide(sign):
    """An emoji alone is a verdict."""
    assert label(sign) == ("positive" if EMOJI[sign] > 0 else "negative")


def test_negators_are_in_their_normal_form():
    """The scan compares normal forms; a negator in any other would never be found."""
    assert all(normal(word) == word for word in NEGATORS)


def test_dense_features_are_bounded():
    """However long a text, no feature outgrows the others."""
    reader = Reader({"good": (1.9, 2.8, 2.0), "bad": (-2.5, -2.8, 0.0)})
    for text in ("", "good", "good " * 500, "BAD!!! " * 500, "good but bad?"):
        dense = reader.read(text).dense
        assert len(dense) == len(DENSE)
        assert all(-2 <= value <= 2 for value in dense)


def test_a_mark_before_the_first_word_is_no_words():
    """What it weighs falls to none of them, and least of all to the last."""
    weighed = Weigher(MODEL).weigh("good thing")
    mark = ((100 << SHIFT) + LIFT, (-1, 0))
    assert weighed._replace(hits=[mark]).shares() == weighed._replace(hits=[]).shares()


def test_long_words_are_not_kept():
    """Who sends a new word of 5,000 characters each time fills no memory."""
    asked = []
    length = kept(lambda word: asked.append(word) or len(word))
    for word in ("a" * 64, "b" * 65) * 2:
        assert length(word) == len(word)
    assert asked == ["a" * 64, "b" * 65, "b" * 65]


def _small_model(path, keys=((5, -3, 127), (1 << 31, -127, 0), (7, 127, -127))):
    dense = ([0.5] * len(DENSE), [-0.25] * len(DENSE))
    write_model(path, keys=keys, step=0.01, dense=dense, lexicon={"good": (1.9, 2.8, 0.0), "né": (-1.0, 0.0, 0.3)})


def test_a_model_is_read_as_written(tmp_path):
    """Weights, steps and words come back."""
    _small_model(tmp_path / "m")
    model = read_model(tmp_path / "m", len(DENSE))
    assert model.weights == {5: LIFT - 3 + (127 << SHIFT), 1 << 31: LIFT - 127, 7: LIFT + 127 + (-127 * (1 << SHIFT))}
    assert model.lexicon == {"good": (1.9, 2.8, 0.0), "né": (-1.0, 0.0, 0.3)}
    assert (model.step, model.dense_negative[0], model.dense_positive[-1]) == (0.01, 0.5, -0.25)


def test_a_model_is_written_the_same_way_each_time(tmp_path):
    """The order in which keys are given says nothing."""
    _small_model(tmp_path / "a")
    _small_model(tmp_path / "b", keys=((7, 127, -127), (1 << 31, -127, 0), (5, -3, 127)))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("place", [0, 3, 12, 16, 22, 26, 40, -1, -30])
def test_a_damaged_model_is_an_error(tmp_path, place):
    """One wrong byte anywhere is told, and nothing is judged with it."""
    _small_model(tmp_path / "m")
    content = bytearray((tmp_path / "m").read_bytes())
    content[place] ^= 0x10
    (tmp_path / "m").write_bytes(content)
    with pytest.raises(ToneError, match="install again"):
        SmallScorer(tmp_path / "m").score("good")


@pytest.mark.parametrize("size", [0, 5, 20, 100])
def test_a_cut_model_is_an_error(tmp_path, size):
    """Half a download is no model."""
    _small_model(tmp_path / "m")
    (tmp_path / "m").write_bytes((tmp_path / "m").read_bytes()[:size])
    with pytest.raises(ToneError, match="damaged"):
        SmallScorer(tmp_path / "m").score("good")


def test_a_model_of_another_version_is_an_error(tmp_path):
    """Both versions are named."""
    _small_model(tmp_path / "m")
    content = bytearray((tmp_path / "m").read_bytes())
    content[len(MAGIC)] += 1
    (tmp_path / "m").write_bytes(content)
    with pytest.raises(ToneError, match=f"version {VERSION + 1}.*reads {VERSION}"):
        SmallScorer(tmp_path / "m").score("good")


def test_a_model_that_is_not_there_is_an_error(tmp_path):
    """Told with its path, at the first text."""
    scorer = SmallScorer(tmp_path / "none")
    with pytest.raises(ToneError, match="none"):
        scorer.score("good")


def test_the_shipped_model_is_small():
    """At most two million bytes are shipped."""
    assert MODEL.stat().st_size <= 2_000_000


def test_nothing_but_python_is_needed():
    """No numpy, no textblob, no nltk: the default install judges."""
    code = (
        "import sys\n"
        "for name in ('numpy', 'textblob', 'nltk', 'scipy'): sys.modules[name] = None\n"
        "from mentionwatch.tone.small import SmallScorer\n"
        "print(SmallScorer().score('the app crashes').negative)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) == SCORER.score("the app crashes").negative


def test_training_twice_gives_the_same_bytes(tmp_path):
    """The same rows, the same file."""
    for needed in ("numpy", "scipy", "vaderSentiment"):
        pytest.importorskip(needed)
    rows = [
        {"text": f"{word} {thing} {number}", "label": tone}
        for word, tone in (("great", "positive"), ("broken", "negative"), ("blue", "neutral"))
        for thing in ("phone", "app", "shoe")
        for number in range(5)
    ]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "own.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    for name in ("a", "b"):
        command = [sys.executable, TOOL, tmp_path / "data", "--dev", tmp_path / "data", "-o", tmp_path / name]
        subprocess.run(command, check=True, capture_output=True)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert SmallScorer(tmp_path / "a").score("broken shoe").negative > 0.5
