"""The words of others are set apart from the author's own."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.sources.markup import plain_text
from mentionwatch.sources.quotes import split_quotes
from mentionwatch.text import clean


@pytest.mark.parametrize(
    ("text", "own", "quoted"),
    [
        ("mine", "mine", None),
        ("[quote]theirs[/quote]mine", "mine", "theirs"),
        ('[quote="Ada;123"]theirs[/quote]\nmine', "mine", "theirs"),
        ("[QUOTE=Ada]a [quote]b[/quote] c[/QUOTE]mine", "mine", "b\na\nc"),
        ("[quote]open", "[quote]open", None),
        ("the tag [/quote] alone", "the tag [/quote] alone", None),
        ("> theirs\n>\n> - a list\nmine", "mine", "theirs\n\n- a list"),
        ("> > older\n> theirs\nmine", "mine", "older\ntheirs"),
        ("> 3 is more than 2\n>50 % off", "> 3 is more than 2\n>50 % off", None),
        ("On Mon, 16 Nov 2026 at 10:00, Ada L. <a@b.example> wrote:\n> theirs\nmine", "mine", "theirs\nOn Mon, 16 Nov 2026 at 10:00, Ada L. <a@b.example> wrote:"),
        ("Am Mo., 16. Nov. 2026 um 10:00 Uhr schrieb:\n> theirs\nmine", "mine", "theirs\nAm Mo., 16. Nov. 2026 um 10:00 Uhr schrieb:"),
        ("Ada wrote:\nmine, because nothing is quoted", "Ada wrote:\nmine, because nothing is quoted", None),
        ("mine\n-----Original Message-----\nFrom: Ada\ntheirs", "mine", "From: Ada\ntheirs"),
    ],
)  # fmt: skip
def test_quotes_in_plain_text(text, own, quoted):
    """Lines with ">", forum code and what a mail program puts below are quotes; a lone ">" and an open tag are none."""
    assert split_quotes(text, []) == (own, quoted)


@pytest.mark.parametrize(
    ("markup", "own"),
    [
        ("<p>Ada wrote:</p><blockquote>theirs</blockquote><p>mine</p>", "mine"),
        ("<cite>Ada schrieb:</cite><blockquote>theirs</blockquote>mine", "mine"),
        ("<p>Their support is a joke, and so I wrote:</p><blockquote>theirs</blockquote>", "Their support is a joke, and so I wrote:"),
        ("<div class=bbCodeBlock--quote>theirs</div>mine", "mine"),
        ("<div class=quotetitle>Ada:</div><div class='quotecontent'>theirs</div>mine", "mine"),
        ("<div class='moz-cite-prefix'>On Monday Ada wrote:</div><blockquote>theirs</blockquote>mine", "mine"),
    ],
)  # fmt: skip
def test_the_line_that_names_the_quoted_goes_with_the_quote(markup, own):
    """It is none of the author's words; a sentence that leads to a quote is."""
    text, quoted = plain_text(markup)
    assert text == own
    assert quoted is not None
    assert "theirs" in quoted


@given(
    st.lists(
        st.sampled_from(
            ["[quote]", "[/quote]", "> ", ">", "x", "\n", "Ada wrote:", "-----Original Message-----\n", "\x1b["]
        )
    ).map("".join)
)
def test_any_text_is_split(text):
    """Both parts are clean, and a quote is never empty."""
    own, quoted = split_quotes(text, [])
    assert clean(own) == own
    assert quoted is None or (quoted and clean(quoted) == quoted)


def test_long_texts_take_bounded_time():
    """Whatever repeats, it is looked at a few times."""
    start = time.process_time()
    for piece in (
        "[quote]",
        "[quote]x[/quote]",
        "[quote=",
        "> a\n",
        ">",
        "> ",
        "On ",
        "x wrote:",
        "On x\n",
        "---Original",
    ):
        split_quotes((piece * 200_000)[:200_000] + "[/quote]\n> a", [])
    assert time.process_time() - start < 2
