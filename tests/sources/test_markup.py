"""Markup becomes plain text that holds what a reader sees, in bounded time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.match import compile_query, find_spans
from mentionwatch.sources.markup import feed_links, json_ld_blocks, page_title, plain_text, plain_title, read_markup
from mentionwatch.text import clean


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain words", "plain words"),
        ("", ""),
        ("<p>one</p><p>two <b>bold</b></p>", "one\n\ntwo bold"),
        ("<p>one\ntwo</p>", "one two"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("un<b>broken</b> word", "unbroken word"),
        ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("<pre>a\nb</pre>", "a\nb"),
        ("x<script>y</script><style>z</style><template>t</template><noscript>n</noscript>", "x"),
        ("x<i hidden>y</i><i style='color:red; display: none'>z</i>", "x"),
        ("x<b style='visibility:hidden'>y</b>", "x"),
        ("&#" + "9" * 5000 + "; x &#x" + "f" * 5000 + ";", "\ufffd x \ufffd"),
        ("<title>t</title>x<!-- c -->", "x"),
        ("a &amp; b &eacute;", "a & b é"),
        ("a &amp;amp; b", "a & b"),
        ("&lt;p&gt;hi&lt;/p&gt;", "hi"),
        ("<p>use &lt;b&gt; for bold</p>", "use <b> for bold"),
        ("List<String> and a < b, <3", "List<String> and a < b, <3"),
        ("red\x1b[31m \u202eevil", "red evil"),
    ],
)
def test_markup_becomes_text(markup, text):
    """Blocks are lines, what is not shown is gone, entities are characters, and what is no HTML stays."""
    assert plain_text(markup) == (text, None)


@pytest.mark.parametrize(
    ("markup", "text", "quoted"),
    [
        ("<blockquote>theirs<blockquote>older</blockquote></blockquote><p>mine</p>", "mine", "theirs\nolder"),
        ('<aside class="quote no-group">theirs</aside>mine', "mine", "theirs"),
        ("<aside>a side note</aside>mine", "a side note\nmine", None),
        ("&gt; their words\nmine", "mine", "their words"),
        ("> 3 things\n>50 % off", "> 3 things\n>50 % off", None),
        ("<blockquote>all</blockquote>", "", "all"),
    ],
)
def test_quotes_of_others_are_set_apart(markup, text, quoted):
    """Quotes are neither lost nor part of the author's own words."""
    assert plain_text(markup) == (text, quoted)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("use <code>acme x</code> here", "use `acme x` here"),
        ("<p>this:</p><pre><code>acme\n  x</code></pre><p>fails</p>", "this:\n\n```\nacme\nx\n```\n\nfails"),
        ("so:<pre>acme x</pre>", "so:\n`acme x`"),
        ("<code>a`b</code> and <code>`</code>", "``a`b`` and `` ` ``"),
        ("x<pre>a\n````\nb</pre>", "x\n\n`````\na\n````\nb\n`````"),
        ("x<code>a<code>b</code></code><code></code>", "x`ab`"),
        # All that a mail archive or a list of commits has is in one.
        ("<pre style='white-space:pre-wrap'>Bump acme\n\nfrom 1 to 2</pre>", "Bump acme\n\nfrom 1 to 2"),
        ("<pre><code>acme x</code></pre>", "`acme x`"),
        ("<code>acme x</code>", "`acme x`"),
        ("vector<int> and `a`", "vector<int> and `a`"),
    ],
)
def test_code_is_marked(markup, text):
    """As in Markdown, so that it is told from prose when its markup is gone."""
    assert plain_text(markup)[0] == text


@given(st.lists(st.sampled_from(["acme", "`", "```", "\n", " ", "x", "<br>", "<b>", "</b>", "&lt;"])), st.booleans())
def test_what_was_code_is_no_prose(pieces, block):
    """Whatever it holds, no word is found in it, and the words beside it are."""
    code = f"<pre>{''.join(pieces)}</pre>" if block else f"<code>{''.join(pieces)}</code>"
    text, _quoted = plain_text(f"<p>globex</p>{code}<p>umbrella</p>")
    assert find_spans(compile_query("acme"), text) is None
    assert find_spans(compile_query("globex umbrella"), text) is not None


def test_links_are_told_with_their_words():
    """In order; not those in quotes, of pictures, within the page, or to people, tags and forums."""
    markup = (
        "<p>See <a href='https://globex.example/blog/1'>this <b>post</b></a>, <a href='/two'>that</a>, "
        "<a href='#note'>1</a> <a href='https://a.example/@ann' class='u-url mention'>@<span>ann</span></a> "
        "<a href='https://a.example/tags/acme' rel='tag'>#acme</a> <a href='/user/bob'>/u/bob</a> "
        "<a href='https://shop.example'><img src='x.png'></a></p>"
        "<blockquote><a href='https://other.example/1'>theirs</a></blockquote>"
    )
    assert read_markup(markup).links == (("https://globex.example/blog/1", "this post"), ("/two", "that"))


def test_a_title_is_one_line():
    """A title with markup and line feeds becomes one line; an empty one is None."""
    assert plain_title("<b>Acme</b>\n&amp;amp; co") == "Acme & co"
    assert plain_title(" <br> ") is None


HOSTILE = {
    "nested": "<div>" * 200_000,
    "nested and closed": "<div>" * 40_000 + "</div>" * 40_000,
    "formatting": "".join(f"<font color={i}>" for i in range(40_000)),
    "attributes": "<a " + "a " * 400_000 + ">",
    "named attributes": "<a " + " ".join(f"a{i}=1" for i in range(80_000)) + ">",
    "entities": "&#x9d;" * 150_000,
    "controls": "\x9d" * 1_000_000,
    "comments": "<!--" * 250_000,
    "scripts": "<script>" * 120_000,
    "titles": "<title>" * 140_000,
    "quotes": "<blockquote>" * 80_000,
    "lines": ">a\n" * 330_000,
    "open": "<a " * 330_000,
    "blanks": " " * 1_000_000,
    "ampersands": "&" * 1_000_000,
    "links": "<link rel=alternate " * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_markup_takes_bounded_time(name):
    """No text of a megabyte takes longer than a second (of computing: the machine may be busy)."""
    start = time.process_time()
    plain_text(HOSTILE[name])
    page_title(HOSTILE[name])
    json_ld_blocks(HOSTILE[name])
    feed_links(HOSTILE[name], "http://a.example/")
    assert time.process_time() - start < 2  # all four together


@given(
    st.text()
    | st.lists(
        st.sampled_from(["<b>", "</p>", "<blockquote>", "&lt;", "&amp;", "x", "<", "\x1b[", "<script>", "\ud800"])
    ).map("".join)
)
def test_any_text_gives_clean_text(markup):
    """Whatever comes in, what goes out is safe to store and show."""
    text, quoted = plain_text(markup)
    assert clean(text) == text
    assert quoted is None or (quoted and clean(quoted) == quoted)


PAGE = """<html><head><title>
 Acme &amp; co </title><base href="/sub/">
<link rel="alternate" type="application/rss+xml" href="feed.rss"><link type='application/atom+xml; charset=utf-8' rel='feed alternate' href='https://b.example/x'>
<link rel="alternate" type="text/html" href="/de"><link rel="stylesheet" href="s.css"><link rel=alternate type=application/rss+xml href=feed.rss>
<script type="application/ld+json">{"a": "<b>"}</script><script>no()</script><SCRIPT id=x type='application/ld+json' >[1,]</SCRIPT></head></html>"""


def test_a_title_shows_no_marks():
    """Code in a title is no code: what a thing is called stands there."""
    assert plain_title("<code>acme</code> is <b>slow</b>") == "acme is slow"


def test_a_page_names_itself_and_its_feeds():
    """Title, feeds (absolute, each once) and JSON-LD blocks (as they stand) are found."""
    assert page_title(PAGE) == "Acme & co"
    assert feed_links(PAGE, "https://a.example/x/y") == ["https://a.example/sub/feed.rss", "https://b.example/x"]
    assert json_ld_blocks(PAGE) == ['{"a": "<b>"}', "[1,]"]
    assert page_title("no page") is None
