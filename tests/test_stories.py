"""Stories: what counts as a copy."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mentionwatch.identity import entry_id
from mentionwatch.model import Entry
from mentionwatch.stories import story_key

ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=60)
WORDS = st.lists(st.sampled_from(["acme", "router", "Straße", "is", "slow", "42", "любовь"]), min_size=4, max_size=12)
GAP = st.sampled_from([" ", "  ", "\n", ", ", ". ", " - ", "\t", "! ", " _", "… "])


def entry(guid: str, text: str | None = None, title: str | None = None, url: str | None = None) -> Entry:
    """Make an entry that differs from every other by its id."""
    return Entry("source", guid=guid, title=title, text=text, url=url)


@given(WORDS, st.data())
def test_case_blanks_and_punctuation_do_not_matter(words, data):
    """A text set otherwise is the same text."""
    one = " ".join(words)
    other = "".join(word.upper() + data.draw(GAP) for word in words)
    assert story_key(entry("1", one)) == story_key(entry("2", other))


@given(WORDS, WORDS)
def test_other_words_are_another_story(a, b):
    """Texts share a key exactly when their words are the same."""
    same = [word.casefold() for word in a] == [word.casefold() for word in b]
    assert (story_key(entry("1", " ".join(a))) == story_key(entry("2", " ".join(b)))) == same


def test_addresses_do_not_matter_where_there_are_words():
    """A copy with another link, or a tracked one, is a copy; Chinese goes on right after an address."""
    keys = {
        story_key(entry("1", "Acme is down for everyone https://a.example/1?utm_source=x")),
        story_key(entry("2", "Acme is down for everyone")),
        story_key(entry("3", "Acme is down (www.b.example) for everyone")),
    }
    assert len(keys) == 1
    assert story_key(entry("1", "路由器 https://a.example/1很糟糕不能用")) == story_key(
        entry("2", "路由器 很糟糕不能用")
    )


def test_posts_of_a_bare_link_are_copies():
    """Without words of its own a post is its link, whatever its title and however the link is written."""
    keys = {
        story_key(entry("1", "https://www.news.example/acme/", title="Acme in trouble again, says report")),
        story_key(entry("2", "http://news.example/acme?utm_source=rss.", title="Look")),
        story_key(entry("3", "<www.news.example/acme#top>")),
        story_key(entry("4", "(https://news.example/acme).")),
    }
    assert len(keys) == 1
    assert story_key(entry("5", "https://news.example/other")) not in keys


def test_own_words_about_one_link_are_no_copies():
    """Forty angry posts about one article are forty."""
    link = "https://news.example/acme"
    assert story_key(entry("1", f"what a shameless company {link}")) != story_key(
        entry("2", f"never buying there again {link}")
    )


@pytest.mark.parametrize(
    "text", ["love it", "+1", "", None, "Acme is down", "🙂🙂🙂🙂🙂", "!", "太糟糕了", "me https://a.example too"]
)
def test_short_texts_are_no_copies_of_each_other(text):
    """People say the same three words without having read each other; the same entry keeps its key."""
    one, other = entry("1", text), entry("2", text)
    assert story_key(one) == entry_id(one) != story_key(other)


def test_four_words_are_a_text_wherever_they_stand():
    """Title and text count together, and a title alone is a text too."""
    assert story_key(entry("1", "down again", title="Acme is")) == story_key(entry("2", "Acme is down again"))
    assert story_key(entry("1", title="Acme is down again")) == story_key(entry("2", title="ACME is down: again!"))


@given(st.none() | ANY_TEXT, st.none() | ANY_TEXT)
@example("http://[", "www.")
@example(None, "https://a:99999999/")
@example(None, "https://%ff\ud800/?a=%ff;b&\ud800")
def test_any_entry_has_a_key(title, text):
    """Whatever comes, the key is 16 hex digits and the same each time."""
    one = entry("1", text, title)
    assert re.fullmatch(r"[a-z][0-9a-f]{15}", story_key(one))
    assert story_key(one) == story_key(one)


@pytest.mark.parametrize("piece", ["a ", "http://", "https://a.example/1 ", "小", "_", "\x00", "www."])
def test_a_megabyte_has_a_key(piece):
    """Time grows with the length of a text, not with its square."""
    assert story_key(entry("1", piece * (1_000_000 // len(piece))))
