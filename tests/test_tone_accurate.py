"""The accurate engine: pieces, windows, the model's file, and answers in bounded time to whatever comes."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentionwatch.errors import ToneError
from mentionwatch.settings import ToneSettings
from mentionwatch.tone import make_engine
from mentionwatch.tone.accurate import AccurateScorer
from mentionwatch.tone.accurate.scorer import MODEL
from mentionwatch.tone.accurate.weights import MAGIC, VERSION, full, read_weights, write_weights
from mentionwatch.tone.pieces.emoji import EMOJI, FACES
from mentionwatch.tone.pieces.windows import windows
from mentionwatch.tone.pieces.wordpiece import CLS, SEP, TARGET, UNKNOWN, WordPiece

np = pytest.importorskip("numpy", reason="the accurate engine needs numpy")

SPECIAL = ["[PAD]", UNKNOWN, CLS, SEP, TARGET]
LETTERS = [chr(code) for code in range(33, 127)] + [f"##{chr(code)}" for code in range(97, 123)]
WORDS = ["good", "bad", "crash", "##es", "the", "app", "iphone", "you", "tube", "cafe", "link", "user", "so", "##o"]
WORDS += sorted({*EMOJI.values(), *FACES.values()} - set(WORDS))
VOCABULARY = [*SPECIAL, *LETTERS, *WORDS]


@pytest.fixture(scope="module")
def pieces():
    return WordPiece(VOCABULARY)


@pytest.fixture(scope="module")
def scorer():
    return AccurateScorer()


def named(pieces, text, target=()):
    return [VOCABULARY[piece] for token in pieces.tokens(text, target) for piece in token.pieces]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The app crashes", ["the", "app", "crash", "##es"]),
        ("THE APP", ["the", "app"]),
        ("caf\u00e9 cafe\u0301", ["cafe", "cafe"]),
        ("good!!!!!!!", ["good", "!", "!", "!"]),
        ("gooood", ["good"]),
        ("soooo", ["so"]),
        ("iPhone", ["iphone"]),
        ("#YouTube", ["#", "you", "tube"]),
        ("see https://example.org/a?b=c#d now", ["s", "##e", "##e", "link", "n", "##o", "##w"]),
        ("@somebody good", ["user", "good"]),
        ("good &amp; bad", ["good", "&", "bad"]),
        ("bad :(", ["bad", "sad"]),
        ("good <3", ["good", "love"]),
        ("10:30", [UNKNOWN, ":", UNKNOWN]),
        ("\U0001f44d\U0001f3fb", ["great"]),
        ("\U0001f602\U0001f602\U0001f602\U0001f602", ["laughing", "laughing"]),
        ("\u4f60\u597d", [UNKNOWN, UNKNOWN]),
        ("\ud800 \x00 \u200d", []),
        ("", []),
    ],
)
def test_text_is_cut_as_it_reads(pieces, text, expected):
    """Words become pieces; what users write beside words becomes words or nothing."""
    assert named(pieces, text) == expected


def test_target_is_one_piece_whatever_it_says(pieces):
    """A brand that is called Good is no praise."""
    assert named(pieces, "Good Crash is bad", [(0, 10)]) == [TARGET, "i", "##s", "bad"]


@given(st.text(max_size=300))
def test_tokens_stand_where_they_say(text):
    """Offsets are those of the text, in order, apart from each other, and every piece has a number."""
    pieces = WordPiece(VOCABULARY)
    place = 0
    for token in pieces.tokens(text):
        assert place <= token.start < token.end <= len(text)
        assert token.pieces
        assert all(0 <= piece < len(VOCABULARY) for piece in token.pieces)
        place = token.end


@given(
    st.text(alphabet="abc .!\U0001f602", max_size=3000),
    st.lists(st.tuples(st.integers(-9, 4000), st.integers(-9, 4000))),
)
@settings(max_examples=60)
def test_windows_fit_the_network(text, target):
    """Whatever spans are given, there are one to three windows, none longer than the network reads."""
    found = windows(text, target, WordPiece(VOCABULARY), 32)
    assert 1 <= len(found) <= 3
    assert all(2 <= len(window.pieces) <= 32 for window in found)


def test_long_text_is_read_at_its_begin_around_the_target_and_at_its_end(pieces):
    """The three places in which the tone towards a brand stands; the middle is read where the brand is."""
    text = "good " * 3000 + "the app is bad " + "so " * 9000 + "crash"
    start = text.index("app")
    found = windows(text, [(start, start + 3)], pieces, 32)
    read = [[VOCABULARY[piece] for piece in window.pieces] for window in found]
    assert read[0][1] == "good"
    assert TARGET in read[1]
    assert "bad" in read[1]
    assert read[2][-2] == "crash"
    assert [text[token.start : token.end] for token in found[2].tokens][-1] == "crash"


def test_text_that_fits_is_one_window(pieces):
    """No text is read twice where once is enough."""
    assert len(windows("the app is good", [(4, 7)], pieces, 32)) == 1


def test_numbers_in_four_bits_are_what_was_packed():
    """Two numbers to a byte, the first in its lower half, each group with its scale."""
    packed = np.array([[0x8F] + [0x88] * 31 + [0x80] * 32], dtype=np.uint8)
    scales = np.array([[0.5, 2.0]], dtype=np.float16)
    row = full(packed, scales)[0]
    assert row[:4].tolist() == [3.5, 0.0, 0.0, 0.0]
    assert row[64:68].tolist() == [-16.0, 0.0, -16.0, 0.0]


def test_a_file_is_what_was_written(tmp_path):
    """Reading and writing give the same bytes again."""
    again = tmp_path / "model.bin"
    write_weights(again, read_weights(MODEL))
    assert again.read_bytes() == MODEL.read_bytes()


def test_model_is_small_enough():
    """What ships in the wheel."""
    assert MODEL.stat().st_size <= 10_000_000


@pytest.mark.parametrize("place", [0, 8, 20, 60, 5000, -1])
def test_damaged_file_is_an_error_that_says_so(tmp_path, place):
    """One wrong bit anywhere is told, and no other engine answers instead."""
    data = bytearray(MODEL.read_bytes())
    data[place] ^= 4
    (tmp_path / "model.bin").write_bytes(data)
    with pytest.raises(ToneError, match=r"damaged|version") as caught:
        AccurateScorer(tmp_path / "model.bin").score("good")
    assert caught.value.exit_code == 1


@pytest.mark.parametrize("size", [0, 5, 44, 45, 100, 100_000])
def test_cut_file_is_an_error_that_says_so(tmp_path, size):
    """An installation that was broken off."""
    (tmp_path / "model.bin").write_bytes(MODEL.read_bytes()[:size])
    with pytest.raises(ToneError, match="damaged"):
        AccurateScorer(tmp_path / "model.bin").score("good")


def test_missing_file_is_an_error_that_says_so(tmp_path):
    """Not a traceback."""
    with pytest.raises(ToneError, match="cannot be read"):
        AccurateScorer(tmp_path / "none.bin").score("good")


def test_file_of_another_version_is_an_error_that_says_so(tmp_path):
    """The message names both versions."""
    data = bytearray(MODEL.read_bytes())
    struct.pack_into("<H", data, len(MAGIC), VERSION + 1)
    (tmp_path / "model.bin").write_bytes(data)
    with pytest.raises(ToneError, match=f"version {VERSION + 1}.*version {VERSION}"):
        AccurateScorer(tmp_path / "model.bin").score("good")


def test_without_numpy_it_says_what_to_install():
    """A mistake of use (exit code 2), and nothing of it is imported before."""
    code = (
        "import sys; sys.modules['numpy'] = None\n"
        "import importlib.util as u; found = u.find_spec\n"
        "from mentionwatch.tone.accurate import scorer\n"
        "scorer.find_spec = lambda name: None\n"
        "from mentionwatch.errors import ToneError\n"
        "try: scorer.AccurateScorer().score('good')\n"
        "except ToneError as error: print(error.exit_code, error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("2 the accurate engine needs numpy: pip install 'mentionwatch[accurate]'")


def test_making_a_scorer_loads_nothing():
    """Commands that judge nothing do not pay for numpy."""
    code = (
        "import sys; from mentionwatch.tone.accurate import AccurateScorer, is_available; AccurateScorer(); "
        "assert is_available(); print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


HOSTILE = {
    "empty": "",
    "blank": " \n\t ",
    "emoji": "\U0001f621" * 500,
    "joiners": "\u200d\ufe0f" * 2000,
    "megabyte": "the app crashes " * 65_000,
    "one word": "a" * 1_000_000,
    "signs": "!?" * 500_000,
    "one sign": "!" * 1_000_000,
    "mixed": "good \u0434\u043e\u0431\u0440\u044b\u0439 \u4f60\u597d \u0645\u0631\u062d\u0628\u0627 \U0001f602 " * 50,
    "surrogates": "\ud83d bad \udc4d" * 100,
    "nul": "good\x00bad\x00" * 100,
    "marks": "e" + "\u0301" * 100_000,
    "links": "http://" * 10_000,
    "handles": "@" * 100_000,
    "entities": "&amp;" * 20_000 + "&#99999999;&#xD800;&#0;",
    "faces": ":(" * 100_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_gets_an_answer(scorer, text):
    """Probabilities, and no exception, whatever the text and the spans."""
    for target in ((), [(0, 4)], [(3, 5), (2, 9), (-4, 2), (10**7, 10**8), (5, 5)]):
        found = scorer.score(text, target=target)
        assert found.negative + found.neutral + found.positive == pytest.approx(1)
        assert min(found.negative, found.neutral, found.positive) >= 0


@given(st.text(max_size=200))
@settings(max_examples=30, deadline=None)
def test_any_text_gets_probabilities(text):
    """They sum to 1 and lie in [0, 1]."""
    found = AccurateScorer().score(text)
    assert found.negative + found.neutral + found.positive == pytest.approx(1)
    assert all(0 <= share <= 1 for share in (found.negative, found.neutral, found.positive))


CASES = [
    ("The app crashes every time I open it.", (), "negative"),
    ("Still waiting for my refund, no reply from support.", (), "negative"),
    ("I was charged twice and nobody answers.", (), "negative"),
    ("I love it, works perfectly and the support is great!", (), "positive"),
    ("Thanks for the quick help, problem solved \U0001f44d", (), "positive"),
    ("The conference takes place in Berlin on 4 May.", (), "neutral"),
    ("How do I change my password?", (), "neutral"),
    ("not good at all", (), "negative"),
]


@pytest.mark.parametrize(("text", "target", "label"), CASES)
def test_plain_cases(scorer, text, target, label):
    """What no engine may get wrong."""
    found = scorer.score(text, target=target)
    assert getattr(found, label) == max(found.negative, found.neutral, found.positive)


def test_tone_is_towards_the_target(scorer):
    """The same sentence, two brands, two tones."""
    text = "Acme is terrible and slow, but Zelto is wonderful and fast."
    acme = scorer.score(text, target=[(0, 4)])
    zelto = scorer.score(text, target=[(31, 36)])
    assert acme.polarity < 0 < zelto.polarity


def test_many_at_once_are_judged_as_one_by_one(scorer):
    """Batches, and what fills them up, change nothing; the order is kept."""
    texts = [(text, target) for text, target, _ in CASES] * 3
    texts += [("word " * count, ()) for count in (1, 7, 40, 90, 130, 300)] + [("", ())]
    many = list(scorer.score_many(texts))
    assert len(many) == len(texts)
    for (text, target), found in zip(texts, many, strict=True):
        alone = scorer.score(text, target=target)
        assert (found.negative, found.neutral) == pytest.approx((alone.negative, alone.neutral), abs=1e-4)


def test_many_are_judged_as_they_come(scorer):
    """An endless stream is judged, not gathered."""
    found = scorer.score_many((text, ()) for text in iter(lambda: "good", "never"))
    assert next(found).positive > 0.5


def test_same_text_same_answer(scorer):
    """Nothing is left to chance."""
    assert scorer.score("so so app") == scorer.score("so so app") == AccurateScorer().score("so so app")


def test_words_explain_the_verdict(scorer):
    """Words stand as in the text, speak for what they say, the weightiest first, and only when asked for."""
    text = "The TERRIBLE app crashes, but the music is nice"
    assert scorer.score(text).words == ()
    words = scorer.score(text, explain=True).words
    assert 0 < len(words) <= 8
    assert all(word in text for word, _ in words)
    assert [abs(weight) for _, weight in words] == sorted((abs(weight) for _, weight in words), reverse=True)
    assert dict(words).get("TERRIBLE", 0) < 0 or dict(words).get("crashes", 0) < 0


def test_an_engine_can_be_asked_for_its_words():
    """At its usual speed the accurate engine names none."""
    settings = ToneSettings(engine="accurate")
    text = "The TERRIBLE app crashes, but the music is nice"
    plain, told = (make_engine(settings, explain=explain).rate(text) for explain in (False, True))
    assert plain.words == ()
    assert dict(told.words).keys() & {"TERRIBLE", "crashes"}
    assert (told.label, told.confidence) == (plain.label, plain.confidence)


def test_explaining_hostile_text_ends(scorer):
    """At most forty words are tried."""
    assert len(scorer.score(HOSTILE["megabyte"], explain=True).words) <= 8


def test_header_holds_no_secrets_of_training():
    """The file names sizes and pieces only; no sentence of anybody."""
    data = MODEL.read_bytes()
    size = struct.unpack_from("<I", data, len(MAGIC) + 2)[0]
    header = json.loads(data[45 : 45 + size])
    assert set(header) == {"settings", "vocabulary", "arrays"}
    assert max(map(len, header["vocabulary"])) < 30


def test_no_emoji_has_two_meanings():
    """The tables are whole: one character, one word; every face a word of its own."""
    assert all(len(char) == 1 for char in EMOJI)
    assert all(word.isalpha() for word in {*EMOJI.values(), *FACES.values()})
    assert len(EMOJI) >= 150


def test_model_lies_beside_its_code():
    """It ships as data, in the package."""
    assert Path(MODEL).is_file()
