"""What makes two things the same."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from mentionwatch.identity import alert_id, content_key, digest, entry_id, mention_id, notice_id, text_key, url_key
from mentionwatch.model import Entry

NAMES = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8)
QUERIES = st.lists(st.tuples(NAMES.map("q_{}".format), NAMES), max_size=3)


@st.composite
def pages(draw):
    """Host, path and query of some page."""
    host = f"{draw(NAMES)}.example"
    path = "".join(f"/{part}" for part in draw(st.lists(NAMES, max_size=3)))
    return host, path, "&".join(f"{name}={value}" for name, value in draw(QUERIES))


TRACKING = st.lists(
    st.sampled_from(
        ["utm_source=rss", "utm_campaign=x", "fbclid=abc", "gclid=1", "mc_cid=2", "source=rss-feed", "ref_src=t"]
    ),
    max_size=3,
)


@given(
    pages(), st.sampled_from(["http", "https", "HTTPS"]), TRACKING, st.sets(st.sampled_from(["www", "slash", "jump"]))
)
def test_one_page_has_one_key(page, scheme, tracking, also):
    """However it is written: scheme, www, case of the host, slash at the end, where the reader came from, a jump."""
    host, path, query = page
    written = "&".join(part for part in (query, *tracking) if part)
    url = f"{scheme}://{f'WWW.{host.upper()}' if 'www' in also else host}{path}{'/' * ('slash' in also)}"
    url += (f"?{written}" if written else "") + "#top" * ("jump" in also)
    assert url_key(url) == url_key(f"https://{host}{path}" + (f"?{query}" if query else ""))


@given(pages(), pages())
def test_two_pages_have_two_keys(one, two):
    """Host, path and query tell pages apart."""
    assume(one != two)
    assert len({url_key("https://{}{}?{}".format(*page)) for page in (one, two)}) == 2


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("https://a.example/t/1#p2", "https://a.example/t/1#p3"),
        ("https://a.example/#/t/x", "https://a.example/#/t/y"),
        ("https://a.example/t?page=1", "https://a.example/t?page=2"),
        ("https://a.example/T", "https://a.example/t"),
        ("https://a.example:8080/", "https://a.example/"),
        ("https://a.example/?q", "https://a.example/"),
    ],
)
def test_what_names_another_post_is_kept(one, two):
    """A numbered anchor, a route, a query, a port."""
    assert url_key(one) != url_key(two)


@given(st.text(max_size=60) | st.text(max_size=40).map("http://{}".format) | st.text(max_size=40).map("//h?{}".format))
@example("http://[::bad/")
@example("http://h:port/")
@example("http://h/?q=\ud800")
@example("http://℀/")
def test_any_text_has_a_key(text):
    """Stable, and an answer to whatever stands where an address should."""
    assert url_key(text) == url_key(text)


@given(st.lists(st.text(alphabet=string.ascii_letters, min_size=1, max_size=6), min_size=1, max_size=6))
def test_copies_have_one_key(words):
    """Case, blanks and punctuation make no other text."""
    copy = "\n\n".join(f"“{word.upper()}”…" for word in words) + "!!!"
    assert text_key(" ".join(words)) == text_key(copy)


def test_other_words_have_another_key():
    """In every script; and a row of emoji is not every row of emoji."""
    texts = ["slow", "fast", "slow fast", "慢", "快", "медленно", "", "👍", "👎", "👍👍"]
    assert len({text_key(text) for text in texts}) == len(texts)


def test_an_entry_has_the_best_name_there_is():
    """Its guid, else its address, else its content; each within its source."""
    entry = Entry("forum", guid="1", url="https://a.example/1", title="T", text="x")
    unnamed = Entry("forum", title="T", text="x")
    assert entry_id(entry) == entry_id(Entry("forum", guid="1", title="Else"))
    by_url = Entry("forum", url="https://a.example/1?utm_source=x", text="else")
    assert entry_id(by_url) == entry_id(Entry("forum", url="http://www.a.example/1/"))
    assert entry_id(unnamed) == entry_id(Entry("forum", title="t!", text="X."))
    named = {entry_id(entry), entry_id(by_url), entry_id(unnamed), entry_id(Entry("news", guid="1"))}
    assert len(named) == 4
    assert content_key(unnamed) == content_key(entry)


@given(st.lists(st.text(max_size=8), max_size=4), st.lists(st.text(max_size=8), max_size=4))
def test_other_parts_have_another_digest(one, two):
    """A letter and 15 hex digits, also of what cannot be written; where one part ends is part of it."""
    assert len(digest("x", *one)) == 16
    assert set(digest("x", *one)[1:]) <= set(string.hexdigits)
    if one != two and not any("\0" in part for part in one + two):
        assert digest("x", *one) != digest("x", *two)


def test_ids_are_the_same_everywhere():
    """From run to run and machine to machine: stores live longer than programs."""
    assert digest("a", "b") == "affc151170352baa"
    assert mention_id("e", "Acme") == digest("mention", "e", "Acme")
    assert len(alert_id("Acme", "negative", "2026-03-02T12:00:00+00:00")) == 12
    notices = {notice_id("a", kind, "t", channel) for kind in ("open", "worse") for channel in ("mail", "chat")}
    assert len(notices) == 4


@given(st.text())
def test_no_id_is_a_number_to_a_spreadsheet(name):
    """Regression: 7843625560569e38 came back as 7.8E+50."""
    entry = Entry("s", guid=name or "x")
    for id_ in (entry_id(entry), mention_id(entry_id(entry), name), alert_id(name, "negative", "2026")):
        assert id_[0].isalpha()
        with pytest.raises(ValueError):
            float(id_)
