"""Feeds give the same entries with both parsers, whatever is wrong with them."""

from __future__ import annotations

import contextlib
import gzip
import time
import zlib
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentionwatch.errors import ParseError
from mentionwatch.identity import entry_id
from mentionwatch.model import Ask, Document, Response, Search
from mentionwatch.sources.feed import FeedSource, has_fast

DATA = Path(__file__).parent.parent / "data" / "feeds"
NOW = datetime(2026, 11, 22, tzinfo=timezone.utc)
URL = "https://forum.acme.example/posts.rss"


@pytest.fixture(
    params=[
        False,
        pytest.param(True, marks=pytest.mark.skipif(not has_fast(), reason="the extra fast is not installed")),
    ],
    ids=["plain", "fast"],
)
def read(request):
    """Reads a body with one of the two parsers."""

    def read(body: bytes | str, content_type: str = "", **options) -> Document:
        raw = body.encode() if isinstance(body, str) else body
        source = FeedSource("acme", URL, fast=request.param, **options)
        return source.parse(Response(URL, {"content-type": content_type}, raw, NOW))

    return read


def rss(items: str, head: str = "") -> str:
    """A document around some items; they get a date, because without one both modes read them with feedparser."""
    if "<pubDate" not in items:
        items = items.replace("</item>", "<pubDate>Mon, 16 Nov 2026 10:00:00 GMT</pubDate></item>")
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'


def utc(*parts: int) -> datetime:
    """A moment in UTC."""
    return datetime(*parts, tzinfo=timezone.utc)


def test_a_feed_asks_for_itself():
    """A feed cannot be searched: one request, whatever is looked for; a secret in the URL is not shown."""
    source = FeedSource("acme", URL + "?key=s", public_url=URL)
    (request,) = source.requests(Ask(NOW, (Search(("acme",)),)))
    assert (request.url, request.shown, source.kind, source.name) == (URL + "?key=s", URL, "feed", "acme")


def test_rss_gives_entries(read):
    """Every field of an RSS item arrives: links absolute, texts plain, names without addresses."""
    document = read((DATA / "rss2.xml").read_bytes())
    first, second, third = document.entries
    assert (document.title, document.partial) == ("Acme & friends", False)
    assert (first.source, first.guid, first.kind) == ("acme", "forum-post-12-1", "post")
    assert first.url == "https://forum.acme.example/t/router-dead/12?a=1&b=2"
    assert first.title == "Router dead after update"
    assert first.text == "It worked for a year.\n\nYes.\nTwice."
    assert first.quoted == "Have you tried turning it off?"
    assert (first.author, first.engagement, first.language) == ("Ada L.", 7, "en-us")
    assert (first.published, first.published_raw) == (utc(2026, 11, 16, 14, 30), None)
    assert (second.title, second.text, second.author) == (None, "no title, and 5 < 6", "Bo B.")
    assert second.url == second.guid == "https://forum.acme.example/t/13"
    assert second.published == utc(2026, 11, 16, 10)
    assert (third.title, third.text, third.url) == (None, None, None)
    assert document.dropped == ()


def test_atom_gives_entries(read):
    """Atom's links, replies and markup are read; the site's own name is no author of its entries."""
    first, second = read((DATA / "atom.xml").read_bytes()).entries
    # The feed comes from another host than the site, so links are relative to the site.
    assert first.url == "https://acme.example/blog/post/1"
    assert (first.title, first.text, first.author) == ("Erste Nachricht", "Eins\n\nzwei drei", "Carla")
    assert (first.published, first.language) == (utc(2026, 11, 16, 9), "de")
    assert (second.kind, second.parent, second.author) == ("comment", "tag:acme.example,2026:1", None)


def test_rdf_gives_entries(read):
    """RSS 1.0, whose items stand beside the channel."""
    (entry,) = read((DATA / "rdf.xml").read_bytes()).entries
    assert (entry.title, entry.url, entry.author) == ("One", "https://acme.example/1", "Dora")
    assert entry.published == utc(2026, 11, 16, 10)


def test_app_reviews_have_stars(read):
    """A rating makes a review; an id that is a bare number is no link."""
    (entry,) = read((DATA / "reviews.xml").read_bytes()).entries
    assert (entry.kind, entry.rating, entry.version, entry.author) == ("review", 1.0, "4.2.1", "eve")
    assert (entry.guid, entry.url, entry.text) == ("6310006838", None, "Crashes on start.")


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "mailto:a@b.example", "ftp://a.example/"])
def test_a_link_that_leads_nowhere_is_none(read, url):
    """Only http and https links come out."""
    (entry,) = read(rss(f"<item><title>x</title><link>{url}</link></item>")).entries
    assert entry.url is None


def test_xml_base_counts(read):
    """A relative link is relative to its xml:base."""
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://base.example/a/"><title>t</title>'
        '<entry><id>1</id><title>x</title><link href="b"/><updated>2026-01-01T00:00:00Z</updated></entry></feed>'
    )
    assert read(body).entries[0].url == "https://base.example/a/b"


def test_the_longest_text_counts(read):
    """Where a summary only teases, the content is taken, and the other way round."""
    ns = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    item = "<item {}><title>x</title><description>{}</description><content:encoded>{}</content:encoded></item>"
    assert read(rss(item.format(ns, "short", "long long long"))).entries[0].text == "long long long"
    assert read(rss(item.format(ns, "long long long", "short"))).entries[0].text == "long long long"


@pytest.mark.parametrize(
    "before",
    [
        b"\xef\xbb\xbf",
        b"\n\n  ",
        b"<br />\n<b>Warning</b>: include(x.php): failed in <b>/srv/x.php</b> on line <b>3</b><br />\n",
        b"<!-- a -->",
    ],
)
def test_junk_before_the_feed_is_skipped(read, before):
    """A BOM, blank lines or a warning of PHP in front do not hide the feed."""
    document = read(before + (DATA / "rss2.xml").read_bytes())
    assert len(document.entries) == 3
    assert not document.partial


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "utf-8", ""),
        ("utf-8", "iso-8859-1", "text/xml"),
        ("utf-8", "utf-8", "text/xml; charset=iso-8859-1"),
        ("cp1252", "iso-8859-1", ""),
        ("cp1252", "utf-8", ""),
        ("cp1252", "", "application/rss+xml; charset=windows-1252"),
        ("utf-16", "utf-8", ""),
        ("utf-16-le", "utf-16", ""),
        ("utf-16-be", "", ""),
        ("cp1252", "idna", ""),
        ("cp1252", "unicode_escape", ""),
        ("cp1252", "no-such-thing", ""),
    ],
)
def test_the_encoding_is_found(read, encoding, declared, content_type):
    """A wrong declaration, a wrong header or none does not spoil the text."""
    prolog = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    body = prolog + "<rss><channel><item><title>Über “Köln” – déjà</title></item></channel></rss>"
    assert read(body.encode(encoding), content_type).entries[0].title == "Über “Köln” – déjà"


@pytest.mark.parametrize(
    ("encoding", "title"),
    [("koi8-r", "Привет"), ("shift_jis", "日本語テスト"), ("gb2312", "中文"), ("iso-2022-jp", "日本語")],
)
def test_other_encodings_are_read(read, encoding, title):
    """A right declaration of an old encoding is believed."""
    body = (
        f'<?xml version="1.0" encoding="{encoding}"?><rss><channel><item><title>{title}</title></item></channel></rss>'
    )
    assert read(body.encode(encoding)).entries[0].title == title


def test_one_bad_byte_costs_one_character(read):
    """A stray byte in a UTF-8 feed does not turn all the rest to garbage."""
    body = (
        rss("<item><title>Köln – ünder</title></item><item><title>a@b</title></item>").encode().replace(b"@", b"\xff")
    )
    first, second = read(body).entries
    assert (first.title, second.title) == ("Köln – ünder", "a\ufffdb")


def test_text_encoded_twice_is_mended(read):
    """UTF-8 taken for Latin-1 and encoded again is undone, and ordinary text is let be."""
    assert read(rss("<item><title>Ein Defi fÃ¼r alle</title></item>")).entries[0].title == "Ein Defi für alle"
    assert read(rss("<item><title>São Ñ «Â» – é</title></item>")).entries[0].title == "São Ñ «Â» – é"


def test_gzip_without_a_header_is_undone(read):
    """A compressed body that no header told of is read; what breaks off in it is partial."""
    raw = (DATA / "rss2.xml").read_bytes()
    assert len(read(gzip.compress(raw)).entries) == 3
    assert read(gzip.compress(raw * 1)[:-200]).partial


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("squeeze", [gzip.compress, zlib.compress, lambda b: zlib.compress(b)[2:-4]])
def test_any_deflate_without_a_header_is_undone(read, squeeze, depth):
    """Gzip, zlib and raw deflate are known by what comes out of them, also where one was put into another."""
    raw = squeeze((DATA / "rss2.xml").read_bytes())
    assert len(read(gzip.compress(raw) if depth == 2 else raw).entries) == 3


@pytest.mark.parametrize("body", [b"\x78\x9c", b"x\x9c" + bytes(100), b"K\x04", b"hello, K", bytes(range(1, 256)) * 50])
def test_what_only_looks_compressed_is_let_be(read, body):
    """Bytes that give no document when inflated are told as what they are."""
    with pytest.raises(ParseError, match="not a feed"):
        read(body)


def test_a_gzip_bomb_is_refused(read):
    """Inflating stops at 16 MiB."""
    with pytest.raises(ParseError, match="16 MiB"):
        read(gzip.compress(bytes(65 * 2**20), 1))


@pytest.mark.parametrize("cut", [0.95, 0.6])
def test_a_broken_off_feed_is_partial(read, cut):
    """What came is kept, and the document says that it is not whole."""
    body = rss("".join(f"<item><title>number {i}</title><guid>{i}</guid></item>" for i in range(20)))
    document = read(body[: int(len(body) * cut)])
    assert document.partial
    assert len(document.entries) >= 20 * cut - 2


def test_a_malformed_feed_is_read(read):
    """Bare ampersands, unknown entities, control characters and unclosed tags are no reason to lose a feed."""
    body = rss(
        "<item><title>a & b &nosuch; \x0b&#11; &#146;</title><description>x <b>y<i> z</description></item><item><title>c</title></item>"
    )
    first, second = read(body).entries
    assert first.title == "a & b &nosuch; ’"
    assert first.text is not None
    assert first.text.split() == ["x", "y", "z"]
    assert second.title == "c"


def test_empty_elements_stay_empty(read):
    """The text after an empty element is not taken for its own."""
    item = "<item><title>{}</title><author/><guid isPermaLink='false'>g</guid><description/><link>https://a.example/1</link></item>"
    (entry,) = read(rss(item.format("t"))).entries
    assert (entry.title, entry.author, entry.guid, entry.url, entry.text) == (
        "t",
        None,
        "g",
        "https://a.example/1",
        None,
    )
    (entry,) = read(rss(item.format("").replace("<title></title>", "<title />"))).entries
    assert (entry.title, entry.author, entry.guid, entry.url) == (None, None, "g", "https://a.example/1")


def test_impossible_references_are_dropped(read):
    """A reference to what is no character costs nothing else; one to a C1 control means Windows-1252."""
    (entry,) = read(rss("<item><title>a&#99999999999;b&#xD800;c&#0;d&#146;e &#8217; &#65;</title></item>")).entries
    assert entry.title == "abcd’e ’ A"


def test_an_entrys_own_language_counts(read):
    """The language of an entry goes before that of the feed."""
    items = "<item xml:lang='pt-BR'><title>um</title></item><item><title>one</title></item>"
    assert [e.language for e in read(rss(items, "<language>en</language>")).entries] == ["pt-BR", "en"]


@pytest.mark.parametrize(
    "body",
    [
        rss("<item><title>t</title><pubdate>Mon, 16 Nov 2026 10:00:00 GMT</pubdate></item>"),
        '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>t</a:title><a:updated>2026-11-16T10:00:00Z</a:updated></a:entry></a:feed>',
    ],
    ids=["lower case", "prefixed"],
)
def test_what_one_parser_misses_the_other_finds(read, body):
    """Where feedparser-rs finds no entry or no date, feedparser is asked."""
    (entry,) = read(body.replace("<pubDate>Mon, 16 Nov 2026 10:00:00 GMT</pubDate>", "")).entries
    assert (entry.title, entry.published) == ("t", utc(2026, 11, 16, 10))


def test_entities_of_html_are_read(read):
    """XML knows five named entities; feeds use those of HTML too."""
    assert read(rss("<item><title>Caf&eacute; &mdash; x</title></item>")).entries[0].title == "Café — x"


def test_nested_titles_are_not_the_entrys(read):
    """A title inside another element of the entry is that element's."""
    (entry,) = read(
        rss(
            "<item><title>right</title><author><name>n</name><title>wrong</title></author><og><title>wrong</title><title>wrong</title></og></item>",
            "<title>t</title>",
        )
    ).entries
    assert entry.title == "right"


def test_markup_that_is_not_escaped_is_read(read):
    """Text goes on after the first tag in it."""
    (entry,) = read(
        rss("<item><title>t</title><description><em>one</em>: two <b>three</b></description></item>")
    ).entries
    assert entry.text == "one: two three"


def test_ids_that_repeat_are_not_trusted(read):
    """Where more than half of the ids repeat, the link tells entries apart."""
    items = "".join(
        f"<item><guid>same</guid><title>{i}</title><link>https://a.example/{i}</link></item>" for i in range(4)
    )
    assert [e.guid for e in read(rss(items)).entries] == [None] * 4
    other = "".join(f"<item><guid>{i // 2}</guid><title>{i}</title></item>" for i in range(4))
    some = [e.guid for e in read(rss(other)).entries]
    assert some[::2] == ["0", "1"]
    assert len(set(some)) == 4, "each is another entry"


def test_future_and_unreadable_dates(read):
    """A date ahead of the time of asking becomes it; what cannot be read is kept as published."""
    items = "<item><title>a</title><pubDate>Sat, 07 Jan 2037 01:49:31 GMT</pubDate></item><item><title>b</title><pubDate>soon</pubDate></item>"
    first, second = read(rss(items)).entries
    assert (first.published, first.published_raw) == (NOW, "Sat, 07 Jan 2037 01:49:31 GMT")
    assert (second.published, second.published_raw) == (None, "soon")


def test_the_entry_cap_is_told(read):
    """Entries over the cap are counted among the dropped, and the document is not partial for it."""
    document = read(rss("".join(f"<item><title>{i}</title></item>" for i in range(30))), entry_cap=10)
    assert [e.title for e in document.entries] == [str(i) for i in range(10)]
    assert document.dropped[0].what == "20 entries at the end"
    assert not document.partial


def test_a_page_is_not_a_feed(read):
    """A page is named by its title, and the feed that it names is advised."""
    with pytest.raises(ParseError) as caught:
        read((DATA / "page.html").read_bytes())
    assert caught.value.state == "not-a-feed"
    assert '"Acme forum"' in str(caught.value)
    assert caught.value.advice.endswith("https://forum.acme.example/posts.rss")


@pytest.mark.parametrize(
    ("body", "state", "words"),
    [
        ("", "down", "empty body"),
        (" \n", "down", "empty body"),
        ('{"version": "https://jsonfeed.org/version/1"}', "not-a-feed", 'kind = "api"'),
        ("hello", "not-a-feed", '"hello"'),
        ("<catalog><book/></catalog>", "not-a-feed", "not a feed"),
        ("<html><title>x\x1b[31m</title><rss></rss></html>", "not-a-feed", '"x"'),
        ("x" * 5000 + rss("<item/>"), "not-a-feed", "not a feed"),
        ("<html><title>Just a moment...</title></html>", "blocked", "challenge"),
        ("<html><title>Sign in</title><input type=password></html>", "blocked", "login"),
        ("<html><title>Our login form explained</title></html>", "not-a-feed", "page"),
    ],
)
def test_what_is_no_feed_is_said(read, body, state, words):
    """Empty, JSON, text, other XML, pages, challenges and logins are told apart, in one line."""
    with pytest.raises(ParseError) as caught:
        read(body)
    assert caught.value.state == state
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_secret_url_is_not_told():
    """The message names the URL as it may be shown."""
    source = FeedSource("acme", URL + "?key=s3cret", public_url=URL)
    with pytest.raises(ParseError) as caught:
        source.parse(Response(URL + "?key=s3cret", {}, b"", NOW))
    assert "s3cret" not in str(caught.value)


def test_a_body_that_is_a_path_opens_no_file(read, tmp_path):
    """Bodies are data: feedparser opens what looks like a file's name or a URL; a body never reaches it as such."""
    secret = tmp_path / "feed.xml"
    secret.write_bytes((DATA / "rss2.xml").read_bytes())
    with pytest.raises(ParseError):
        read(str(secret))


def test_entities_of_a_dtd(read, tmp_path):
    """Plain ones are put in; ones that expand to others are refused; a file is never read."""
    dtd = '<!DOCTYPE rss [<!ENTITY co "Acme"> {}]><rss><channel><item><title>{}</title></item></channel></rss>'
    assert read(dtd.format("", "by &co;")).entries[0].title == "by Acme"
    with pytest.raises(ParseError, match="refused"):
        read(dtd.format('<!ENTITY b "&co;&co;&co;">', "&b;"))
    (tmp_path / "x").write_text("stolen")
    assert "stolen" not in (
        read(dtd.format(f'<!ENTITY f SYSTEM "file://{tmp_path / "x"}">', "q &f;")).entries[0].title or ""
    )


# Large enough that what is quadratic takes minutes, small enough that what is linear takes a moment.
MANY = 2**20
RICH = "<item><title>x</title><link>http://a.example/b</link><pubDate>Mon, 16 Nov 2026 10:00:00 GMT</pubDate><description>{}</description></item>".format(
    "&lt;p&gt;word &lt;b&gt;w&lt;/b&gt;&lt;/p&gt; " * 90
)
HOSTILE = {
    "attributes": rss("<item><title>x</title><x " + " ".join(f'a{i}="x"' for i in range(100_000)) + "/></item>"),
    "attributes behind >": rss('<item><x a=">" ' + " ".join(f'a{i}="x"' for i in range(100_000)) + "/></item>"),
    "tags nested": rss("<item>" + "<a>" * (MANY // 3)),
    "items nested": rss("<item>" * (MANY // 6)),
    "50,000 items": rss("<item><title>x</title><description>y</description></item>" * 50_000),
    "large items": rss(RICH * (MANY // len(RICH))),
    "large items, malformed": rss(RICH * (MANY // len(RICH)) + "&"),
    "open brackets": rss("<item><title>" + "<" * MANY),
    "cut tags": rss("<item><title>" + '<a b="' * (MANY // 6)),
    "comments": rss("<item><title>" + "<!--" * (MANY // 4)),
    "categories": rss("<item><title>x</title>" + "".join(f"<category>{i}</category>" for i in range(30_000)) + "</item>"),
    "keywords": rss("<item><title>x</title><media:keywords>" + ",".join(map(str, range(100_000))) + "</media:keywords></item>"),
    "an author": rss("<item><title>x</title><author>" + "a." * 500_000 + "</author></item>"),
    "an author in pieces": rss("<item><title>x</title><author>" + "a.<x/>" * 10_000 + "</author></item>"),
    "an editor": rss("<item><title>x</title></item>", "<managingEditor>" + "a." * 100_000 + "</managingEditor>"),
    "authors": rss(("<item><title>x</title>" + ("<author>" + "a." * 95 + "</author>") * 20 + "</item>") * 500),
    "blank lines": "\n" * 100_000 + rss("<item><title>x</title></item>"),
    "comments before the root": "<!--" * 40_000 + "<rss>",
    "doctypes": "<!DOCTYPE [" * 15_000 + "<rss>",
    "references": rss("<item><title>" + "&#65;" * (MANY // 5) + "</title></item>"),
    "markup in items": rss(("<item><description>" + "".join(f"&lt;font color={i}>&lt;/p>" for i in range(9_000)) + "</description></item>") * 14),
    "authors of the feed": rss("<item><title>x</title></item>", "<author " * (MANY // 8)),
    "a tag without an end": rss("<item><title>x</title><lin" + "http://[::" * (MANY // 10)),
    "a date": rss("<item><title>x</title><pubDate>" + "1:" * 1_000_000 + "</pubDate></item>"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_feeds_take_bounded_time(read, name):
    """Entries or a ParseError, and neither takes longer than seconds (of computing: the machine may be busy)."""
    start = time.process_time()
    with contextlib.suppress(ParseError):
        read(HOSTILE[name])
    assert time.process_time() - start < 3


def test_a_tag_of_megabytes_is_refused(read):
    """Feedparser would take 150 bytes of memory for each character of it."""
    with pytest.raises(ParseError, match="tags has more than 200000 characters"):
        read(HOSTILE["a tag without an end"])


PIECES = ["<rss>", "<feed>", "<item>", "</item>", "<entry>", "<title>", "</title>", "<title/>", "<link>", "<link/>", "x", "&", "&#0;", "&#99999999;", "&lt;", "<![CDATA[", "]]>",
          "<!--", "<image>", "<textinput>", "<enclosure/>", "<author>", "\x00", "<media:license>", "<pubDate>", '<content type="xhtml">', "é", "\ufffe", '" ', "<?xml "]  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(
    st.one_of(st.binary(), st.lists(st.sampled_from(PIECES)).map(lambda p: ("<rss><channel>" + "".join(p)).encode())),
    st.booleans(),
)
def test_any_body_gives_a_document_or_a_parse_error(body, fast):
    """No body gives another exception."""
    try:
        document = FeedSource("x", URL, fast=fast and has_fast()).parse(Response(URL, {}, body, NOW))
    except ParseError:
        return
    assert isinstance(document, Document)


def test_a_forum_gives_entries(read):
    """Quotes, boilerplate, redirectors, comments, likes and the forum's name are where they belong."""
    first, reply, again, picture, film = read((DATA / "forum.xml").read_bytes()).entries
    assert (again.text, again.guid) == ("Twice a day, edited.", first.guid)
    assert (first.text, first.quoted) == ("Twice a day.", "Did you update?")
    assert (first.url, first.community, first.engagement) == ("https://forum.acme.example/t/1?x=1", "Support", 7)
    assert reply.text == "No, it is not."
    assert reply.quoted is not None
    assert reply.quoted.split() == ["Twice", "a", "day.", "It", "is", "the", "power", "supply."]
    assert (reply.url, reply.community, reply.engagement) == ("https://forum.acme.example/t/1#p2", None, None)
    assert (picture.url, picture.author, picture.community) == ("https://lemmy.example/post/9", "cy", "acme")
    assert (picture.text, picture.engagement) == ("It melted.", 40)
    assert (film.text, film.engagement, film.community, film.rating) == ("How to open it.", 12, None, None)


def test_a_copy_in_one_document_has_the_id_of_the_first(read):
    """All entries are given; two that are one post have one id, whatever ids they were published with."""
    document = read((DATA / "forum.xml").read_bytes())
    assert (len(document.entries), document.dropped) == (5, ())
    assert entry_id(document.entries[2]) == entry_id(document.entries[0])
    item = "<item><title>{0}</title><link>https://a.example/{1}</link><guid>{2}</guid></item>"
    same = item.format("a", "1", "x") + item.format("a", "1", "y") + item.format("b", "2", "z")
    entries = read(rss(same)).entries
    assert [e.title for e in entries] == ["a", "a", "b"]
    assert entry_id(entries[0]) == entry_id(entries[1]) != entry_id(entries[2])


def test_other_entries_are_no_copies(read):
    """The same words of two people or days, or one link for all, do not make two entries one; each has its identity."""
    item = "<item><title>{0}</title><link>https://a.example/</link><author>{1}</author></item>"
    entries = read(rss(item.format("great", "Ada") + item.format("great", "Bo") + item.format("bad", "Bo"))).entries
    assert [(e.title, e.author) for e in entries] == [("great", "Ada"), ("great", "Bo"), ("bad", "Bo")]
    assert entry_id(entries[0]) != entry_id(entries[2])


def test_publishers_wishes_are_read(read):
    """The longer of two intervals counts; hour 24 is midnight; skipDays are not looked at."""
    document = read((DATA / "forum.xml").read_bytes())
    assert (document.ttl, document.skip_hours) == (timedelta(minutes=45), frozenset({0, 1}))


@pytest.mark.parametrize(
    ("head", "ttl"),
    [
        ("", None),
        ("<ttl>60</ttl>", timedelta(hours=1)),
        ("<ttl>0</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>9999999</ttl>", timedelta(days=7)),
        ("<ttl>" + "9" * 400 + "</ttl>", None),
        ("<sy:updatePeriod> daily </sy:updatePeriod>", timedelta(days=1)),
        ("<sy:updatePeriod>weekly</sy:updatePeriod><sy:updateFrequency>7</sy:updateFrequency>", timedelta(days=1)),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", timedelta(hours=1)),
        ("<sy:updatePeriod>yearly</sy:updatePeriod>", timedelta(days=7)),
        ("<sy:updatePeriod>sometimes</sy:updatePeriod>", None),
    ],
)
def test_intervals(read, head, ttl):
    """Intervals of any sense are read, up to a week; they may stand behind the entries; those in an entry are its own."""
    item = "<item><title>x</title><description>&lt;ttl>5&lt;/ttl></description></item>"
    assert read(rss(item, head)).ttl == ttl
    assert read(rss(item + head)).ttl == ttl
    assert read(rss("<item><title>x</title><ttl>5</ttl></item>")).ttl is None


def test_hours_to_skip(read):
    """A feed that asks never to be asked says nothing of use."""
    hours = "".join(f"<hour>{n}</hour>" for n in range(24))
    item = "<item><title>x</title></item>"
    assert read(rss(item, f"<skipHours>{hours}</skipHours>")).skip_hours == frozenset()
    assert read(rss(item, "<skipHours><hour>25</hour><hour> 7 </hour><hour>x</hour></skipHours>")).skip_hours == {7}


def test_a_bridges_error_is_no_entry(read):
    """An error at the top is told as the document's; what stands below is still read."""
    document = read((DATA / "bridge-error.xml").read_bytes())
    assert document.error == "Bridge returned error 503! (20773)"
    assert [e.guid for e in document.entries] == ["old"]
    assert [(d.what, d.why) for d in document.dropped] == [
        ("entry 2", 'it is an error message: "Bridge returned error 503! (20773)"')
    ]


@pytest.mark.parametrize(
    ("titles", "error"),
    [
        (["Error 404"], "Error 404"),
        (["404 Not Found"], "404 Not Found"),
        (["This feed has moved to https://a.example/"], "This feed has moved to https://a.example/"),
        (["Your IP is blocked"], "Your IP is blocked"),
        (["Access denied", "Access denied!"], "Access denied"),
        (["Error 404", "A post"], None),
        (["A post", "Bridge returned error 500"], None),
        (["Bridge returned error 500", "A post"], "Bridge returned error 500"),
        (["Error 404: how we fixed our links"], None),
        (["Access denied: a review"], None),
        (["Why the feed has moved"], None),
        ([""], None),
    ],
)
def test_which_titles_are_errors(read, titles, error):
    """A title that a person could give is an error only where there is nothing else; undated, the first is the newest."""
    items = "".join(f"<item><title>{t}</title><guid>{n}</guid></item>" for n, t in enumerate(titles))
    document = read(rss(items.replace("</item>", "<pubDate>x</pubDate></item>")))
    assert document.error == error
    assert error is None or all(e.title != error for e in document.entries)


def test_the_store_of_a_review_is_its_country():
    """Reviews of an app come from the country whose store was asked."""
    url = "https://itunes.apple.com/de/rss/customerreviews/id=1/xml"
    body = (DATA / "reviews.xml").read_bytes()
    (entry,) = FeedSource("acme", url).parse(Response(url, {}, body, NOW)).entries
    assert (entry.country, entry.version, entry.rating) == ("DE", "4.2.1", 1.0)


def test_a_feed_keeps_the_links_of_its_texts(read):
    """Those behind words, made absolute; not those that a program put below."""
    body = (
        "&lt;p&gt;About Acme, &lt;a href='https://globex.example/blog/1?utm_source=x'&gt;read this&lt;/a&gt;"
        " or &lt;a href='/more'&gt;that&lt;/a&gt;.&lt;/p&gt;"
        "&lt;p&gt;The post &lt;a href='https://site.example/1'&gt;One&lt;/a&gt; appeared first on"
        " &lt;a href='https://site.example/home'&gt;Site&lt;/a&gt;.&lt;/p&gt;"
    )
    document = read(rss(f"<item><link>https://site.example/1</link><description>{body}</description></item>"))
    assert document.entries[0].text == "About Acme, read this or that."
    assert document.entries[0].links == ("https://globex.example/blog/1", "https://forum.acme.example/more")
