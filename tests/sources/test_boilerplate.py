"""What programs add to a post goes; what people wrote stays."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.sources.boilerplate import strip_boilerplate


@pytest.mark.parametrize(
    "added",
    [
        "\nThe post Acme is down appeared first on The Gadget Blog.",
        " The post Acme is down first appeared on The Gadget Blog.".replace("first appeared", "appeared first"),
        "\nDer Beitrag Acme ist kaputt erschien zuerst auf Technik.",
        "\nL’article Acme en panne est apparu en premier sur Le Blog.",
        "\nLa entrada Acme no va se publicó primero en El Blog.",
        "\nO post Acme fora do ar apareceu primeiro em Blog.",
        "\nL'articolo Acme non va proviene da Il Blog.",
        "\nHet bericht Acme werkt niet verscheen eerst op Blog.",
        "\nArtykuł Acme nie działa pochodzi z serwisu Blog.",
        "\nInlägget Acme nere dök först upp på Bloggen.",
        "\n3 posts - 2 participants\n\nRead full topic",
        "\nRead full topic",
        "\nStatistics: Posted by Ada — Wed Feb 17, 2016 9:34 am",
        "\nsubmitted by /u/ada_1 [link] [comments]",
        "\nsubmitted by /u/ada-1 to r/acme\n[link]\n[42 comments]",
        "\nContinue reading...",
        "\nContinue reading »",
        " Continue reading →",
        "\nContinue reading “Acme is down”",
        "\nRead more",
        "\nLire la suite…",
        "\nWeiterlesen →",
        "\nRead full topic\nThe post Acme appeared first on Blog.",
        "\nArticle URL: https://a.example/\n\nComments URL: https://b.example/\n\nPoints: 3\n\n# Comments: 4",
    ],
)
def test_what_programs_add_at_the_end_goes(added):
    """The author's words stay as they are; a text of nothing else is empty."""
    assert strip_boilerplate("My words.\nMore of them." + added).text == "My words.\nMore of them."
    assert strip_boilerplate(added.strip()).text == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "My words.",
        "Read more books.",
        "I had to read more",
        "I keep reading. Continue reading is what I do",
        "The post office lost it. It appeared first on Monday. It is gone, and that is all there is to say, my friends",
        "The post X appeared first on Y.\nBut I say no.",
        "submitted by hand",
        "submitted by /u/ada, with comments",
        "Statistics: posted on a wall",
        "Comments are closed, and that is a shame.",
        "361 points | 47 comments",
    ],
)
def test_what_people_wrote_stays(text):
    """Words that only resemble boilerplate, or do not stand at the end, are the author's."""
    assert strip_boilerplate(text).text == text


def test_what_lemmy_adds_is_told():
    """Author, community, points and comments stand in front of the text."""
    told = strip_boilerplate(
        "submitted by cy to acme talk\n36 points | 4 comments\nhttps://a.example/9.png\n\nIt melted."
    )
    assert told == ("https://a.example/9.png\n\nIt melted.", "cy", "acme talk", 40, True)
    assert strip_boilerplate("submitted by cy to acme\n-3 points | 1 comment").engagement == -2


def test_points_of_hacker_news_are_told():
    """The bridge of Hacker News writes them into the text."""
    told = strip_boilerplate("Words\nComments URL: https://b.example/\nPoints: 3\n# Comments: 4")
    assert (told.text, told.engagement) == ("Words", 7)
    assert strip_boilerplate("Comments").text == ""


@given(
    st.text()
    | st.lists(
        st.sampled_from(["The post ", " appeared first on ", "x", "\n", "submitted by ", "/u/x ", "[link] "])
    ).map("".join)
)
def test_any_text_is_shortened_at_most(text):
    """What comes out is a part of what went in."""
    assert strip_boilerplate(text).text in text


def test_long_texts_take_bounded_time():
    """Whatever repeats, it is looked at once."""
    start = time.process_time()
    for piece in (
        "The post ",
        "submitted by ",
        "\n",
        " ",
        "Continue reading ",
        "Der Beitrag x ",
        "Statistics: Posted by ",
        "- ",
    ):
        strip_boilerplate(piece * 200_000)
    assert time.process_time() - start < 2
