"""Links are absolute http(s) URLs, or nothing."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.sources.links import absolute

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
