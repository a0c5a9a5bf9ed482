"""Who is left out: our own people and ignored ones, and sites, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mentionwatch.match import Matcher
from mentionwatch.model import Entry
from mentionwatch.settings import Brand, Site, read_site, site_problem

ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=60)
#: Pieces that addresses are made of.
ADDRESS = st.lists(
    st.sampled_from(
        ["acme.com", "*.", ".", "site:", "https://", "/", "r", "?", "#", ":", "80", "@", "[", "::1", "]", " "]
    ),
    max_size=6,
).map("".join)


def found(own: str = "", site: str = "", **entry: str | None) -> bool:
    """Whether a mention is found where an author or a site is left out."""
    brand = Brand("b", ("acme",), own_authors=(own,) if own else (), ignore_sites=(site,) if site else ())
    (for_all,) = (Matcher([Brand("b", ("acme",))], own_authors=brand.own_authors, ignore_sites=brand.ignore_sites),)
    told = bool(Matcher([brand]).matches(Entry("s", text="acme", **entry)))
    assert bool(for_all.matches(Entry("s", text="acme", **entry))) == told
    return told


@pytest.mark.parametrize(
    ("own", "author"),
    [
        ("acme_support", "Acme_Support"),
        ("@Acme_Support", "/u/acme_support"),
        ("acme_support", "u/Acme_Support"),
        ("acme_support", "user/acme_support"),
        ("acme_support", "https://www.reddit.com/user/acme_support"),
        ("https://mastodon.social/@acme_support", "acme_support"),
        ("acme_support", "@acme_support@mastodon.social"),
        ("@acme_support@mastodon.social", "acme_support@mastodon.social"),
        ("acme_support", "Ａcme_support"),
        ("acme_support", "acme_support\u200b"),
        ("acme_support", "\u2066acme_support\u2069"),
        ("MU\u0308LLER", "Müller"),
        ("Müller", "mu\u0308ller"),
        ("ilker", "İlker"),
        ("STRASSE", "Straße"),
        ("acme support", " Acme  Support "),
        ("support@acme.com", "support@acme.com (Acme Support)"),
        ("Acme Support", "support@acme.com (Acme Support)"),
        ("support@acme.com (Acme Support)", "Acme Support"),
        ("Acme Support", "Acme Support <support@acme.com>"),
        ("support@acme.com", '"Acme Support" <support@acme.com>'),
    ],
)
def test_a_voice_of_ours_is_known_however_it_is_written(own, author):
    """Sites put signs, folders and servers beside a name, and letters have several forms."""
    assert not found(own, author=author)


@pytest.mark.parametrize(
    ("own", "author"),
    [
        ("acme_support", "acme_supporter"),
        ("acme_support", "acme"),
        ("acme_support", "not/acme_support"),
        ("@acme_support@mastodon.social", "@acme_support@evil.example"),
        ("@acme_support@mastodon.social", "acme_support"),
        ("support", "support@acme.com"),
        ("Acme Support", "Acme Support (not really)"),
        ("muller", "Müller"),
        ("@", "ann"),
        ("acme_support", ""),
        ("acme_support", None),
    ],
)
def test_other_voices_are_heard(own, author):
    """A name that only looks alike is that of somebody else; so is the same name on another server, where one is told."""
    assert found(own, author=author)


@given(ANY_TEXT, ANY_TEXT)
@example("@" * 60, "/u/" * 20)
@example("i\u0307", "İ")
def test_a_name_is_always_its_own(author, other):
    """Whatever its characters: it is known as it is written, and no other breaks anything."""
    if author.strip("@/ \t\n").isalnum():
        assert not found(author, author=author)
    found(author or "x", author=other)


@pytest.mark.parametrize(
    ("site", "url"),
    [
        ("reddit.com/r/acme", "https://www.reddit.com/r/acme/comments/1"),
        ("reddit.com/r/acme", "https://old.reddit.com/r/Acme"),
        ("reddit.com/r/acme/", "https://reddit.com//r/%61cme"),
        ("https://www.reddit.com/r/acme", "http://reddit.com/r/acme?x=1#y"),
        ("*.acme.com", "https://blog.acme.com/x"),
        ("*.acme.com", "https://acme.com"),
        (".acme.com", "https://acme.com"),
        ("site:acme.com", "https://acme.com"),
        ("ACME.com", "https://acme.com./"),
        ("acme.com:443", "https://acme.com/"),
        ("acme.com:8080", "https://acme.com:8080/"),
        ("acme.com", "https://acme.com:8080/"),
        ("bücher.example/blog", "https://xn--bcher-kva.example/blog/1"),
        ("http://wiki", "http://wiki/x"),
        ("[::1]", "http://[::1]:8000/"),
    ],
)
def test_a_site_is_left_out_with_what_is_under_it(site, url):
    """A host, or a part of one; in any case, with or without www."""
    assert site_problem(site) is None
    assert not found(site=site, url=url)


@pytest.mark.parametrize(
    ("site", "url"),
    [
        ("reddit.com/r/acme", "https://www.reddit.com/r/other/1"),
        ("reddit.com/r/acme", "https://www.reddit.com/r/acmes"),
        ("reddit.com/r/acme", "https://www.reddit.com/"),
        ("acme.com", "https://notacme.com/"),
        ("acme.com", "https://acme.com.evil.example/"),
        ("acme.com", "https://acme.com@evil.example/"),
        ("acme.com:8080", "https://acme.com/"),
        ("acme.com/x", "https://acme.com:99999/x"),
        ("acme.com", "http://[x/"),
        ("a" * 70 + ".com", "http://[x/"),
        ("acme.com", ""),
        ("acme.com", None),
    ],
)
def test_the_rest_of_a_site_is_heard(site, url):
    """One part of a host says nothing of the others."""
    assert found(site=site, url=url)


@pytest.mark.parametrize(
    "text",
    ["", " ", "reddit", "acme com", "acme.*", "a*.com", "me@acme.com", "acme.com?x=1", "acme.com#x", "/r/acme", "https://", "site:",
     "a" * 70 + ".com", "acme.com:http", "http://[x/", "acme..com", "*", "acme,com"],
)  # fmt: skip
def test_what_is_no_site_is_told(text):
    """It would leave out nothing, and nobody would notice."""
    problem = site_problem(text)
    assert problem is not None
    assert 'such as "reddit.com"' in problem


def test_a_site_is_read():
    """Its host, its port where it is none of the usual, and the segments of its path."""
    assert read_site("https://www.Reddit.com:8080/r//Acme/") == Site("reddit.com", 8080, ("r", "acme"))
    assert read_site("*.acme.com:443") == Site("acme.com")


@given(ADDRESS | ANY_TEXT, ADDRESS | ANY_TEXT)
def test_any_text_is_a_site_or_none(text, url):
    """It is read or refused, and matched against any address, without another error."""
    if site_problem(text) is None:
        assert read_site(text).host
    found(site=text or "x", url=url)
