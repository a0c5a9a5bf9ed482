"""Characters: what is shown and stored is safe, whatever came."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.text import clean, clean_or_none, one_line

#: Rich in what is dangerous: controls, bidirectional characters, separators, escapes, lone surrogates.
NASTY = st.text(
    st.one_of(
        st.characters(),
        st.characters(max_codepoint=0xA0),
        st.sampled_from("\u061c\u200e\u200f\u202a\u202e\u2028\u2029\u2066\u2069\ufff9\ud800\udfff\U000e0041"),
        st.sampled_from("\x1b\x9b\x9d\x90\x9c\x07\n\r\t []\\PX0;m"),
    ),
    max_size=60,
)
BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@given(NASTY)
def test_cleaning_twice_is_cleaning_once(text):
    """A text passes when it is made and when it is shown: it must not change on the way."""
    assert clean(clean(text)) == clean(text)


@given(NASTY)
def test_nothing_unsafe_survives(text):
    """No control character but the line feed, no bidirectional one, no surrogate; NFC, and text that can be written."""
    found = clean(text)
    for character in found:
        assert character == "\n" or unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}
        assert unicodedata.bidirectional(character) not in BIDI
        assert character not in "\u061c\u200e\u200f"
    assert unicodedata.is_normalized("NFC", found)
    found.encode()
    assert found == found.strip()
    assert not {"  ", "\n\n\n", " \n", "\n "} & {found[n : n + k] for n in range(len(found)) for k in (2, 3)}


@given(NASTY, st.none() | st.integers(1, 30))
def test_one_line_is_one_line(text, width):
    """Of at most the width; clean; and the same when it is made once more."""
    found = one_line(text, width)
    assert len(found.splitlines()) <= 1
    assert width is None or len(found) <= width
    assert found == clean(found) == one_line(found, width)


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1b[31m", "\x1b[0;1;38;5;9m", "\x9b2J", "\x1b[?25l", "\x1b]0;title\x07", "\x1b]8;;https://evil.example\x1b\\",
        "\x1b]52;c;ZXZpbA==\x07", "\x9d0;title\x9c", "\x1bPq#0\x1b\\", "\x1b_x\x1b\\", "\x1b^x\x1b\\", "\x1bXx\x1b\\",
        "\x1b(B", "\x1bc", "\x1b7", "\x1b#8", "\x1b]8;;\x1b\\",
    ],
)  # fmt: skip
def test_an_escape_sequence_vanishes_whole(sequence):
    """No rest of it is left as text, and nothing around it goes with it."""
    assert clean(f"left{sequence}right") == "leftright"


def test_an_unclosed_sequence_eats_no_text():
    """Whoever leaves one open does not hide what follows."""
    assert clean("one \x1b]0;two three").endswith("two three")
    assert clean("one \x90two\nthree").endswith("\nthree")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\r\nb\rc\x0bd\x0ce\u2028f\u2029g\x85h", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("a \t\u00a0 b", "a b"),
        ("a  \n  b", "a\nb"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        (" \n a \n ", "a"),
        ("e\u0301", "é"),
        ("tip\u202egnp.exe", "tipgnp.exe"),
        ("👩\u200d👩\u200d👧 ok", "👩\u200d👩\u200d👧 ok"),
        ("مرحبا بكم", "مرحبا بكم"),
        ("\x00\x01", ""),
    ],
)
def test_what_is_kept_and_what_is_folded(text, cleaned):
    """Line ends are one kind, blanks one, and letters of all scripts and emoji stay."""
    assert clean(text) == cleaned


def test_nothing_left_is_none():
    """A missing value is None, never an empty text."""
    assert [clean_or_none(text) for text in (None, "", " \n", "\x1b[31m", "x")] == [None, None, None, None, "x"]


def test_a_cut_shows_that_it_is_one():
    """With an ellipsis, which is within the width."""
    assert one_line("one two three", 8) == "one two…"
    assert one_line("one", 3) == "one"


@pytest.mark.parametrize("unit", ["\x9d", "\x1b]", "\x1b", "\x90\x1b", "\x1b[0", "\x1b]a\n", " \n", "\x9b;", "\x1b  "])
def test_much_of_what_is_dangerous_takes_no_longer_than_its_length(unit):
    """Thousands of steps a character, or worse, would make this the slowest test of all."""
    found = clean(f"left {unit * 300_000}\nright")
    assert found.startswith("left")
    assert found.endswith("right")
