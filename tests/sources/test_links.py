"""Links are absolute http(s) URLs, or nothing."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.sources.links import Link, absolute, destination, kept_links

BASE = "https://acme.example/blog/feed.xml"


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/t/1", "https://acme.example/t/1"),
        ("t/1", "https://acme.example/blog/t/1"),
        ("//other.example/x", "https://other.example/x"),
        ("http://a.example/?x=1&amp;y=2", "http://a.example/?x=1&y=2"),
        ("http://a.example/?x=1&copy=2", "http://a.example/?x=1&copy=2"),
        (" http://a.example/\n a b ", "http://a.example/%20a%20b"),
        ("http://a.example/\x1b]8;;x\x07\u202e", "http://a.example/]8;;x"),
        ("", None),
        (None, None),
        ("mailto:a@b.example", None),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("http://", None),
        ("http://[::1", None),
        ("http://a.example:99999/", None),
        ("x" * 10_000, None),
    ],
)
def test_a_link_is_resolved_or_refused(href, expected):
    """Only http and https with a host come out; entities and control characters do not."""
    assert absolute(BASE, href) == expected


def test_half_a_link_is_none():
    """A scheme without a host is not read as the document itself."""
    assert absolute("http://acme.example/feed", "http://") is None


@given(st.text(), st.text())
def test_no_link_raises(base, href):
    """Any two texts give a usable URL or None."""
    url = absolute(base, href)
    assert url is None or (urlsplit(url).scheme in {"http", "https"} and urlsplit(url).hostname)


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("https://www.google.com/url?rct=j&sa=t&url=https://a.example/x%3Fy%3D1&ct=ga", "https://a.example/x?y=1"),
        ("https://www.google.co.uk/url?q=http://a.example/x", "http://a.example/x"),
        (
            "http://www.bing.com/news/apiclick.aspx?ref=FexRss&url=https%3a%2f%2fa.example%2fx&c=1",
            "https://a.example/x",
        ),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fa.example%2Fx%3Ffbclid%3D1&h=2", "https://a.example/x"),
        (
            "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2Fx&data=05",
            "https://a.example/x",
        ),
        ("https://t.umblr.com/redirect?z=https%3A%2F%2Fa.example%2F&t=abc", "https://a.example/"),
        ("https://steamcommunity.com/linkfilter/?u=https%3A%2F%2Fa.example%2Fx", "https://a.example/x"),
        ("https://www.youtube.com/redirect?event=d&q=https%3A%2F%2Fa.example%2Fx", "https://a.example/x"),
        ("https://href.li/?https://a.example/x?y=1", "https://a.example/x?y=1"),
        ("https://www.google.com/url?q=https://href.li/?https://a.example/", "https://a.example/"),
        # These lead nowhere else, or nobody can tell where.
        ("https://news.google.com/rss/articles/CBMi?oc=5", "https://news.google.com/rss/articles/CBMi?oc=5"),
        ("https://www.google.com/search?q=https://a.example/", "https://www.google.com/search?q=https://a.example/"),
        ("https://www.google.com/url?q=javascript:alert(1)", "https://www.google.com/url?q=javascript:alert(1)"),
        ("https://www.google.com/url?q=//a.example/", "https://www.google.com/url?q=//a.example/"),
        ("https://evil-google.com/url?q=https://a.example/", "https://evil-google.com/url?q=https://a.example/"),
        (
            "https://www.google.com/url?" + "x=1&" * 500 + "q=https://a.example/",
            "https://www.google.com/url?" + "x=1&" * 500 + "q=https://a.example/",
        ),
        # Tracking goes, what names the page or post stays as it was written.
        ("https://a.example/x?utm_source=rss&id=3&fbclid=q#p12", "https://a.example/x?id=3#p12"),
        ("https://a.example/x?utm_source=rss", "https://a.example/x"),
        ("https://a.example/x?q=a%20b+c&;x&=&utm_medium=%ff", "https://a.example/x?q=a%20b+c&;x&="),
        ("/t/1?source=rss----1&v=%ud800#frag?utm_source=x", "https://acme.example/t/1?v=%ud800#frag?utm_source=x"),
        ("mailto:a@b.example", None),
    ],
)
def test_a_link_leads_to_its_destination(href, expected):
    """Redirectors that carry their target are taken out, tracking parameters too; nothing else of a URL changes."""
    assert destination(BASE, href) == expected


@given(st.text(), st.sampled_from(["https://www.google.com/url?q=", "https://href.li/?", "https://a.example/?utm_x="]))
def test_no_destination_raises(text, start):
    """Whatever a redirector carries, a usable URL comes out."""
    url = destination(BASE, start + text)
    assert url is not None
    assert urlsplit(url).scheme in {"http", "https"}
    assert urlsplit(url).hostname


def test_links_of_a_text_are_kept_once_and_where_they_end():
    """Past redirectors and tracking; not its own address, nor what stands in the text or only in boilerplate."""
    found = [
        Link("https://www.google.com/url?q=https://globex.example/1&sa=D", "this"),
        Link("https://globex.example/1?utm_source=x", "this again"),
        Link("/about", "about"),
        Link("https://blog.example/post/", "this"),
        Link("https://shown.example/long", "https://shown.example/long"),
        Link("https://cut.example/long/way", "cut.example/long…"),
        Link("https://blog.example/more", "Read more"),
        Link("javascript:alert(1)", "this"),
        Link("https://long.example/" + "x" * 3000, "this"),
    ]
    text = "this, this again, about https://shown.example/long cut.example/long…"
    kept = kept_links(found, "https://blog.example/", text, "https://blog.example/post")
    assert kept == ("https://globex.example/1", "https://blog.example/about", "https://cut.example/long/way")
    assert kept_links(found[-2:], "https://blog.example/", text, None) is None
    many = [Link(f"https://a.example/{n}", "this") for n in range(100)]
    assert len(kept_links(many, "", "this", None) or ()) == 20
