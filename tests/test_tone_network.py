"""The default engine's network: whole numbers side by side, its file, and what it says."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentionwatch.errors import ToneError
from mentionwatch.tone.pieces.windows import orderly, windows
from mentionwatch.tone.pieces.wordpiece import CLS, SEP, TARGET, UNKNOWN, WordPiece
from mentionwatch.tone.small import MODEL, NETWORK, SmallScorer
from mentionwatch.tone.small.both import prepare, spell_out
from mentionwatch.tone.small.network import EASE, LONGEST, Network
from mentionwatch.tone.small.networkfile import MAGIC, VERSION, NetworkFile, packed, read_network, write_network
from mentionwatch.tone.small.weigh import Weigher

NAMES = ("[PAD]", UNKNOWN, CLS, SEP, TARGET, "a", "b", "c")
PIECES, WIDTH, LANES, REACH, UNITS = len(NAMES), 4, 4, 5, 2
ANY_TEXT = st.text(st.one_of(st.sampled_from("aabc .!?😀@#&;:)\n"), st.characters()), max_size=80)
SMALL, MIDDLE = st.integers(-128, 127), st.integers(-(2**13), 2**13)


def rows(code, count, numbers):
    return st.lists(numbers, min_size=count, max_size=count).map(lambda row: array(code, row))


@st.composite
def networks(draw):
    """Any network of this size whose patterns stay within 16 bits."""
    floats = st.floats(-2, 2, width=32)
    return NetworkFile(
        share=draw(floats),
        names=list(NAMES),
        pieces=draw(rows("B", PIECES * WIDTH // 2, st.integers(0, 255))).tobytes(),
        patterns=draw(st.lists(rows("b", REACH * LANES, SMALL), min_size=WIDTH, max_size=WIDTH)),
        bias=draw(rows("h", LANES, st.integers(-9000, 9000))),
        head=draw(
            st.lists(rows("h", UNITS + 2, st.integers(-(2**15), 2**15 - 1)), min_size=2 * LANES, max_size=2 * LANES)
        ),
        steps=draw(rows("d", UNITS + 2, floats)),
        offsets=draw(rows("d", UNITS + 2, floats)),
        units=(draw(rows("d", UNITS, floats)), draw(rows("d", UNITS, floats))),
    )


def plainly(file, text):
    """Compute the same number by number: a convolution, two poolings, a head."""
    numbers = [NAMES.index(name) for name in text]
    parts = {}
    for piece in set(numbers):
        pairs = file.pieces[piece * WIDTH // 2 : (piece + 1) * WIDTH // 2]
        row = [half - 8 for pair in pairs for half in (pair & 15, pair >> 4)]
        parts[piece] = [sum(row[k] * file.patterns[k][at] for k in range(WIDTH)) for at in range(REACH * LANES)]
    sums, tops = [0] * LANES, [0] * LANES
    for at in range(len(numbers)):
        for lane in range(LANES):
            fit = file.bias[lane]
            for place in range(REACH):
                other = at + place - REACH // 2
                if 0 <= other < len(numbers):
                    fit += parts[numbers[other]][place * LANES + lane]
            sums[lane] += max(0, fit)
            tops[lane] = max(tops[lane], fit)
    worth = round(4096 / (2 * (len(numbers) + EASE) ** 0.5))
    pooled = [value * worth >> 12 for value in sums] + tops
    low, high, *hidden = (
        sum(value * row[column] for value, row in zip(pooled, file.head, strict=True)) * file.steps[column]
        + file.offsets[column]
        for column in range(UNITS + 2)
    )
    for unit, bad, good in zip(hidden, *file.units, strict=True):
        low += max(0.0, unit) * bad
        high += max(0.0, unit) * good
    return low, high


@settings(deadline=None)
@given(networks(), st.lists(st.sampled_from("abc"), max_size=12))
def test_side_by_side_is_number_by_number(tmp_path_factory, file, text):
    """Long integers give what a plain convolution gives, for any network and any row of pieces."""
    path = tmp_path_factory.mktemp("network") / "n"
    write_network(path, file)
    found = Network(path).odds(" ".join(text), ())
    assert found == pytest.approx(plainly(file, text), rel=1e-9, abs=1e-9)


@given(ANY_TEXT, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=3))
def test_a_short_text_is_one_window(text, target):
    """What is cut without windows, since nobody asks for them, is what the only window would have held."""
    words = WordPiece(read_network(NETWORK).names)
    spans = orderly(target, len(text))
    assert words.pieces(text, spans) == [piece for token in words.tokens(text, spans) for piece in token.pieces]


def test_a_text_of_few_characters_and_many_pieces_is_not_one_window():
    """It is read in parts, like any text of more pieces than are read together."""
    network, text = Network(NETWORK), "a, " * 266
    parts = windows(text, (), WordPiece(read_network(NETWORK).names), LONGEST + 2)
    assert len(parts) > 1
    assert network.odds(text, ()) == pytest.approx(network.odds(text + " " * 800, ()))


@given(
    st.sampled_from([16, 32, 48, 64]),
    st.one_of(
        st.tuples(st.just("b"), st.lists(st.tuples(SMALL, SMALL), max_size=20)),
        st.tuples(st.just("h"), st.lists(st.tuples(MIDDLE, MIDDLE), max_size=20)),
    ),
)
def test_packed_numbers_are_added_lane_by_lane(bits, both_rows):
    """The sum of two packed rows is the packed row of the sums, whatever lies below 0."""
    code, pairs = both_rows
    one, other = array(code, [first for first, _ in pairs]), array(code, [second for _, second in pairs])
    both = array("h", [first + second for first, second in pairs])
    assert packed(one, bits) + packed(other, bits) == packed(both, bits)
    assert packed(one, bits) * 3 == packed(array("h", [3 * number for number in one]), bits)
    assert packed(one, bits) == sum(number << bits * lane for lane, number in enumerate(one))


def test_the_shipped_network_never_leaves_its_lanes():
    """However pieces follow each other, what they make of a pattern fits 16 bits: a lane cannot spill into the next."""
    np = pytest.importorskip("numpy")
    file = read_network(NETWORK)
    pairs = np.frombuffer(file.pieces, np.uint8).reshape(len(file.names), file.width // 2).astype(np.int64)
    pieces = np.stack([pairs & 15, pairs >> 4], axis=2).reshape(len(file.names), file.width) - 8
    patterns = np.array([list(row) for row in file.patterns]).reshape(file.width, file.reach, file.lanes)
    most = np.abs(np.array(file.bias)).astype(np.int64)
    for place in range(file.reach):
        most = most + np.abs(pieces @ patterns[:, place]).max(axis=0)
    assert most.max() < 2**15
    # Sums of a whole text in 32 bits, the head's in 48.
    head = np.abs(np.array([list(row) for row in file.head])).astype(object)
    assert most.max() * LONGEST < 2**32
    assert head.sum(axis=0).max() * int(most.max()) * LONGEST < 2**47


def test_a_network_is_read_as_written(tmp_path):
    """The shipped file, written again, has the same bytes."""
    write_network(tmp_path / "n", read_network(NETWORK))
    assert (tmp_path / "n").read_bytes() == NETWORK.read_bytes()


@pytest.mark.parametrize("place", [0, 7, 9, 12, 16, 20, 40, 5000, -1, -9])
def test_a_damaged_network_is_an_error(tmp_path, place):
    """One wrong byte anywhere is told, and nothing is judged by half an engine."""
    content = bytearray(NETWORK.read_bytes())
    content[place] ^= 0x10
    (tmp_path / "n").write_bytes(content)
    with pytest.raises(ToneError, match="install again"):
        SmallScorer(network=tmp_path / "n").score("good")


@pytest.mark.parametrize("size", [0, 5, 20, 100_000])
def test_a_cut_network_is_an_error(tmp_path, size):
    """Half a download is no network."""
    (tmp_path / "n").write_bytes(NETWORK.read_bytes()[:size])
    with pytest.raises(ToneError, match="damaged"):
        SmallScorer(network=tmp_path / "n").score("good")


def test_a_network_of_another_version_is_an_error(tmp_path):
    """Both versions are named."""
    content = bytearray(NETWORK.read_bytes())
    content[len(MAGIC)] += 1
    (tmp_path / "n").write_bytes(content)
    with pytest.raises(ToneError, match=f"version {VERSION + 1}.*reads {VERSION}"):
        SmallScorer(network=tmp_path / "n").score("good")


def test_a_network_that_is_not_there_is_an_error(tmp_path):
    """Told with its path, at the first text."""
    with pytest.raises(ToneError, match="none"):
        SmallScorer(network=tmp_path / "none").score("good")


def test_both_files_are_small():
    """At most two million bytes are shipped for the default engine."""
    assert MODEL.stat().st_size + NETWORK.stat().st_size <= 2_000_000


def test_a_piece_is_computed_once():
    """What a piece adds is kept: a text of one word has as many to compute as the word has pieces."""
    network = Network(NETWORK)
    network.odds("good good good good", ())
    assert network.parts.cache_info().misses == 1


def test_a_long_text_is_read_in_parts():
    """What is computed is bounded, and the end is heard as well as the beginning."""
    network = Network(NETWORK)
    middle = "it is a box. " * 200
    plain = network.odds(middle, ())
    low, _ = network.odds(middle + "What a terrible scam, the worst company ever, I want my money back!", ())
    assert low > plain[0]


def test_the_target_is_marked():
    """The target's place is known, whatever its name: who wins and who loses is told apart."""
    first, second = prepare("Acme is great, but Globex is terrible.", [(0, 4)])
    assert first[second[0][0]] == "\ue000"
    scorer, text = SmallScorer(), "Acme is wonderful and fast. Globex is terrible and slow."
    about_acme = scorer.score(text, target=[(0, 4)])
    about_globex = scorer.score(text, target=[(text.index("Globex"), text.index("Globex") + 6)])
    assert about_acme.polarity > about_globex.polarity


def test_explained_words_are_the_texts_own():
    """With `explain` the network's words are told too: more of them or others, and the same verdict."""
    text = "The app crashes every time. I want a refund, the support never replied!"
    plain, explained = SmallScorer().score(text), SmallScorer(explain=True).score(text)
    assert (plain.negative, plain.positive) == (explained.negative, explained.positive)
    assert explained.words
    assert all(word in text for word, _ in explained.words)
    assert sum(weight for _, weight in explained.words) < 0
    assert explained.words != plain.words


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("A killer app for bikes", "A excellent  for bikes"),
        ("We kill the process twice", "We ordinary thing   twice"),
        ("It is blue", "It is blue"),
    ],
)
def test_fixed_phrases_are_spelled_out(text, spoken):
    """What a phrase means stands in its place, and what follows stays where it was."""
    found = spell_out(text, Weigher(MODEL).weigh(text).features)
    assert found.split() == spoken.split()
    assert len(found) == len(text)


@given(
    st.lists(st.sampled_from(["killer app", "kill the process", "not", "bad", "thanks for nothing", "\ue000", "ok"]))
)
def test_spelling_out_moves_nothing(words):
    """However phrases follow each other, the target's mark and all that is no phrase stay in their places."""
    text = " ".join(words)
    found = spell_out(text, Weigher(MODEL).weigh(text).features)
    assert len(found) == len(text)
    assert [at for at, sign in enumerate(found) if sign == "\ue000"] == [
        at for at, sign in enumerate(text) if sign == "\ue000"
    ]
