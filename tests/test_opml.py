"""Lists of subscriptions: in, out, and what hostile ones do."""

from __future__ import annotations

import html
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentionwatch.errors import UsageError
from mentionwatch.identity import url_key
from mentionwatch.opml import MAX_BYTES, MAX_DEPTH, Subscription, read_opml, write_opml
from mentionwatch.pipeline.moving import export_opml, import_opml, open_config
from mentionwatch.text import one_line

LISTS = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "lists" / "opml"
FILES = sorted(LISTS.rglob("*.opml"))
BRAND = '[[brands]]\nname = "Acme"\nmatch = ["acme"]\n'


def opml(body, head=""):
    return f'{head}<opml version="2.0"><head/><body>{body}</body></opml>'.encode()


def feed(url, **attributes):
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<outline type="rss" xmlUrl="{url}"{more}/>'


def test_folders_and_categories_become_tags():
    """Nested folders are one tag; each place of a feed adds its own; a feed is there once."""
    body = (
        feed("https://a.example/", text="A")
        + '<outline text=" News "><outline title="Tech/Web">'
        + feed("https://a.example", text="again", category="/Boston/Weather, Harvard")
        + '</outline><outline text="">'
        + feed("https://b.example/feed", title="B")
        + "</outline></outline>"
    )
    found = read_opml(opml(body), "f")
    assert found.feeds == (
        Subscription("https://a.example/", "A", ("News/Tech / Web", "Boston/Weather", "Harvard")),
        Subscription("https://b.example/feed", "B", ("News",)),
    )
    assert (found.repeated, found.failed, found.notes) == (1, 0, ())


@pytest.mark.parametrize("name", ["xmlUrl", "xmlurl", "xmlURL", "XMLURL"])
def test_attributes_are_known_in_any_case(name):
    """Readers do not agree on it; old ones say url."""
    assert read_opml(opml(f'<OUTLINE TEXT="A" {name}="https://a.example/"/>'), "f").feeds[0].title == "A"
    assert read_opml(opml('<outline type="rss" url="https://a.example/"/>'), "f").feeds[0].title is None


@pytest.mark.parametrize(
    ("url", "read"),
    [
        (" https://a.example/x ", "https://a.example/x"),
        ("feed://a.example/x", "http://a.example/x"),
        ("feed:https://a.example/x", "https://a.example/x"),
        ("HTTPS://a.example/A b", "https://a.example/A%20b"),
        ("https://a.example/?a=1&amp;copy=2&b=3&ampx", "https://a.example/?a=1&copy=2&b=3&ampx"),
    ],
)
def test_addresses_are_read_as_they_are_meant(url, read):
    """Blanks around them, the scheme of old readers, and & that stand alone."""
    assert [one.url for one in read_opml(opml(feed(url)), "f").feeds] == [read]


@pytest.mark.parametrize(
    ("outline", "told"),
    [
        ('<outline text="empty"/>', "'empty' has no xmlUrl"),
        ('<outline type="rss" xmlUrl=" "/>', "an outline without text has no xmlUrl"),
        (feed("ftp://a.example/", text="x"), "'x': 'ftp://a.example/' is no http"),
        (feed("a.example/feed"), "'a.example/feed' is no http"),
        (feed("https://a.example:99999/"), "is no http"),
        (feed("https://[a/"), "is no http"),
        (feed("https:///x"), "is no http"),
        (feed("https://a.example/\u202e"), "is no http"),
        (feed("https://a.example/" + "x" * 9000), "is longer than 8,000"),
        (feed("https://me:hidden@/x"), "'https://***@/x' is no http"),
        (feed("https://a.example/?token=***"), "has its secret left out"),
        (feed("https://***@a.example/"), "has its secret left out"),
    ],
)
def test_what_cannot_be_taken_is_told_with_its_line(outline, told):
    """And the others go on."""
    found = read_opml(opml("\n" + outline + "\n" + feed("https://ok.example/")), "list.opml")
    assert [one.url for one in found.feeds] == ["https://ok.example/"]
    assert found.failed == 1
    assert str(found.problems[0]).startswith("list.opml:2: ")
    assert told in str(found.problems[0])
    assert "hidden" not in str(found.problems[0])


def test_names_that_only_html_knows_are_read():
    """XML knows five; numbers that are no character vanish; a bare & is one."""
    (found,) = read_opml(
        opml(feed("https://a.example/", text="Caf&eacute;&nbsp;AT&T &amp;amp; &#x41;&#0;&#xD800; &no;")), "f"
    ).feeds
    assert found.title == "Café AT&T &amp; A &no;"


def test_quotes_and_tags_in_a_description_are_text():
    """As some readers write them; the address behind them is read, and it is told."""
    broken = 'text="The "A" feed" title="A" description="<a href="https://x.example/" title="no">x</a> 5 > 4 & <b>"'
    body = f'<outline text="F">\n<outline {broken} xmlUrl="https://a.example/?a=1&b=2" />\n{feed("https://b.example/")}</outline>'
    found = read_opml(opml(body), "f")
    assert found.feeds == (
        Subscription("https://a.example/?a=1&b=2", 'The "A" feed', ("F",)),
        Subscription("https://b.example/", None, ("F",)),
    )
    assert found.notes == ("f:2: is no well-formed XML; its quotes and tags were read as text where that fits",)


def test_a_feed_that_repairing_may_have_lost_is_told():
    """The list is counted as it stands too."""
    body = '<outline text="a" description="<b> xmlUrl=" xmlUrl="https://a.example/"/>'
    found = read_opml(opml(body), "f")
    assert [one.url for one in found.feeds] == ["https://a.example/"]
    assert found.notes[1] == "f: holds 2 times xmlUrl=, and 1 were read as feeds; see whether one is missing"


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        (opml(feed("https://a.example/", text="é")), "é"),
        (b"\xef\xbb\xbf\n" + opml(feed("https://a.example/", text="é")), "é"),
        (
            opml(feed("https://a.example/", text="ж"), '<?xml version="1.0" encoding="UTF-16"?>')
            .decode()
            .encode("utf-16"),
            "ж",
        ),
        (opml(feed("https://a.example/", text="ж")).decode().encode("utf-16-be"), "ж"),
        (
            opml(feed("https://a.example/", text="ж"), '<?xml version="1.0" encoding="koi8-r"?>')
            .decode()
            .encode("koi8-r"),
            "ж",
        ),
        (
            opml(feed("https://a.example/", text="日"), '<?xml version="1.0" encoding="ISO-2022-JP"?>')
            .decode()
            .encode("iso-2022-jp"),
            "日",
        ),
        (opml(feed("https://a.example/", text="ж"), '<?xml version="1.0" encoding="latin1"?>'), "ж"),
        (
            opml(feed("https://a.example/", text="é"), '<?xml version="1.0" encoding="punycode"?>')
            .decode()
            .encode("cp1252"),
            "é",
        ),
    ],
)
def test_encodings(raw, title):
    """What is UTF-8 is; else what is declared, where it is known; else the commonest, and it is told."""
    found = read_opml(raw, "f")
    assert found.feeds[0].title == title
    assert bool(found.notes) == (b"punycode" in raw)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "f: is no OPML: it has no <opml>"),
        (b"\0\1\2<", "f: is no OPML"),
        (b"<html><body>hello</body></html>", "f: is no OPML"),
        (b'{"a": 1}', "f: is no OPML"),
        (b"<rss>\n<opml/></rss>", "f:1: is no OPML: its first element is <rss>"),
        (b"<opml><body>\n" + feed("https://a.example/").encode(), "f:2: is no XML: no element found"),
        (b"<opml>\n<body></opml>", "f:2: is no XML: mismatched tag"),
        (b'<!DOCTYPE opml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><opml>&b;</opml>', "f:1: declares entities"),
        (b'<!DOCTYPE opml [<!ATTLIST outline xmlUrl CDATA "https://a.example/">]><opml/>', "f:1: declares entities"),
        (opml('<outline text="f">' * 100_000), f"f:1: is nested more than {MAX_DEPTH} levels deep"),
        (opml(f'<outline text="f">{feed("https://a.example/")}' * 100_000), "f:1: is nested more than"),
        (b" " * (MAX_BYTES + 1), "f: is larger than 8 MiB"),
        (opml('<outline a="' * 50_000), "f:1: is no XML"),
        (opml("<!--" * 50_000), "f:1: is no XML"),
        (opml('<outline a="' + '">' * 100_000 + "<"), "f:1: is no XML"),
    ],
)
def test_what_is_no_list_is_refused_in_one_line(raw, told):
    """Whatever its size, in a moment."""
    with pytest.raises(UsageError) as caught:
        read_opml(raw, "f")
    assert str(caught.value).startswith(told)
    assert "\n" not in str(caught.value)


def test_a_list_that_is_elsewhere_is_not_fetched():
    """A DTD by its address alone does no harm, and some writers add it."""
    raw = b'<!DOCTYPE opml SYSTEM "https://x.example/opml.dtd">' + opml(feed("https://a.example/", text="&nbsp;A"))
    assert read_opml(raw, "f").feeds[0].title == "A"


def test_few_mistakes_are_kept_of_many():
    """All of them are counted."""
    found = read_opml(opml("<outline/>" * 5000), "f")
    assert (len(found.problems), found.failed) == (100, 5000)


def test_secrets_are_masked_when_written():
    """In every address; the title is what stands there."""
    text = write_opml(
        [Subscription("https://me:pass@a.example/f?token=abc&x=1", '<A> & "B" \x1b[31m\ufffe', ("X/Y", "Z"))]
    )
    assert "pass" not in text
    assert "abc" not in text
    outlines = [one.attrib for one in ET.fromstring(text).iter("outline") if "xmlUrl" in one.attrib]
    url = "https://***@a.example/f?token=***&x=1"
    assert outlines == [{"type": "rss", "text": '<A> & "B"', "title": '<A> & "B"', "xmlUrl": url}] * 2


_WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).map(one_line).filter(bool)
_TAGS = st.lists(st.lists(_WORDS, min_size=1, max_size=3), max_size=3)
_FEEDS = st.dictionaries(
    st.from_regex(r"https?://[a-z]{1,8}\.example/[a-zA-Z?=&;'%]{0,9}", fullmatch=True),
    st.tuples(st.none() | _WORDS, _TAGS),
)


def _plain(text):
    return re.sub("[\ufffe\uffff]", "", one_line(text)).strip()


def _one(folder):
    """A folder's name as a tag holds it."""
    return " / ".join(filter(None, map(str.strip, _plain(folder).split("/"))))


@settings(max_examples=100, deadline=None)
@given(_FEEDS)
def test_what_is_written_is_read_again(feeds):
    """Addresses, titles and tags, whatever characters are in them."""
    wanted = {}
    for url, (title, tags) in feeds.items():
        names = ["/".join(filter(None, (_one(part) for part in parts))) for parts in tags]
        wanted.setdefault(url_key(url), (url, (title and _plain(title)) or url, set(filter(None, names))))
    written = write_opml([Subscription(url, title, tuple(sorted(tags))) for url, title, tags in wanted.values()])
    found = read_opml(written.encode(), "f")
    assert not found.notes
    assert not found.failed
    assert {feed.url: (feed.title, set(feed.tags)) for feed in found.feeds} == {
        u: (t, g) for u, t, g in wanted.values()
    }


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<opml>",
                "</opml>",
                "<outline ",
                "<outline",
                "</outline>",
                ' text="',
                ' xmlUrl="',
                "https://a.example/",
                '"',
                "/>",
                ">",
                "&",
                "&lt;",
                "<!--",
                "-->",
                "<![CDATA[",
                "]]>",
                "\n",
                "=",
                "'",
                "a",
                "\0",
                "<?xml ",
                "?>",
                "<!DOCTYPE a [",
            ]
        ),
        max_size=40,
    ).map("".join),
    st.booleans(),
)
def test_nothing_else_is_ever_raised(text, whole):
    """Pieces of OPML in any order are read or refused; of what is read nothing is lost unsaid."""
    raw = opml(text) if whole else text.encode()
    found = _outcome(raw)
    if isinstance(found, str):
        assert "\n" not in found
    else:
        assert all(one.url.startswith("http") for one in found.feeds)


def _outcome(raw):
    try:
        return read_opml(raw, "f")
    except UsageError as e:
        return str(e)


# --- the recorded lists -----------------------------------------------------------------------------------


def _counted(text):
    """Address, title and folder of every feed, read line by line as a person would; nothing of ours."""
    found, folders = [], []
    for line in text.splitlines():
        url = re.search(r'xmlUrl="([^"]*)"', line)
        name = re.search(r'<outline text="(.*?)" title="(.*?)"(?: [a-zA-Z]+="| ?/?>)', line)
        if url:
            found.append((html.unescape(url[1]), name and one_line(html.unescape(name[2])), "/".join(folders)))
        elif name and not line.rstrip().endswith("/>"):
            folders.append(html.unescape(name[1]))
        if "</outline>" in line:
            folders.pop()
    return found


@pytest.mark.skipif(not FILES, reason="the recorded lists are not here")
def test_the_recorded_lists_come_in_and_go_out_without_loss(tmp_path):
    """786 feeds of 59 lists: address, title and folder, through a configuration, against a count of its own."""
    total = 0
    for path in FILES:
        raw = path.read_bytes()
        wanted = _counted(re.sub(r"\s*\n(?!\s*</?(?:outline|body))", " ", raw.decode("utf-8-sig")))
        total += len(wanted)
        assert len(wanted) == raw.count(b"xmlUrl="), path.name
        config = tmp_path / "c.toml"
        config.write_text(BRAND, "utf-8")
        imported = import_opml(open_config(config), raw, path.name)
        assert len(imported.added) + imported.outline.repeated == len(wanted)
        config.write_text(imported.file.text, "utf-8")
        exported = export_opml(open_config(config).config.sources)
        assert not exported.left_out
        again = {_known(*one) for one in _exported(exported.text)}
        first = {}
        for one in wanted:  # of two addresses that are the same the first is kept
            first.setdefault(url_key(one[0]), one)
        assert again == {_known(*one) for one in first.values()}, path.name
        assert {one[0] for one in again} == {one[0] for one in first.values()}
    assert total == 786


def _known(url, title, folder):
    """A feed without a title is named after its address."""
    usual = re.sub(r"^https?://(www\.)?", "", url).rstrip("/")
    return url, title or usual, folder


def _exported(text):
    def walk(outline, folders):
        for one in outline.findall("outline"):
            if "xmlUrl" in one.attrib:
                yield one.attrib["xmlUrl"], one.attrib["title"], "/".join(folders)
            else:
                yield from walk(one, [*folders, one.attrib["text"]])

    return walk(ET.fromstring(text).find("body"), [])


@pytest.mark.skipif(not FILES, reason="the recorded lists are not here")
def test_all_recorded_lists_fit_into_one_file(tmp_path):
    """As one list: every address is there once, a second time nothing is new, and names come back with the feeds."""
    config = tmp_path / "c.toml"
    config.write_text(BRAND, "utf-8")
    lists = [read_opml(path.read_bytes(), path.name) for path in FILES]
    assert sum(len(one.feeds) + one.repeated for one in lists) == 786
    whole = write_opml(feed for one in lists for feed in one.feeds).encode()
    found = import_opml(open_config(config), whole, "all")
    urls = (url for path in FILES for url in re.findall(r'xmlUrl="([^"]*)"', path.read_text("utf-8")))
    assert {url_key(source.url) for source in found.added} == {url_key(html.unescape(url)) for url in urls}
    again = import_opml(found.file, whole, "all")
    assert (again.added, again.known, again.file) == ((), len(found.added), found.file)
    exported = export_opml(found.added).text.encode()
    fresh = import_opml(open_config(config), exported, "again").added
    # A feed of two folders has its tags in the order of the folders now.
    assert {(s.name, s.url, frozenset(s.tags)) for s in fresh} == {
        (s.name, s.url, frozenset(s.tags)) for s in found.added
    }
