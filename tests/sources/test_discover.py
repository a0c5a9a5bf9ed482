"""What a page says of its feeds, what is known of a place by its address, and what is found at an address in the end."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentionwatch.errors import ParseError, UsageError
from mentionwatch.model import Response
from mentionwatch.pipeline.discover import as_address, discover
from mentionwatch.settings import FetchSettings
from mentionwatch.sources.autodiscovery import MAX_FEEDS, header_links, read_marks
from mentionwatch.sources.discover import Discovery, guesses
from mentionwatch.sources.platforms import Feed, Known, Platform, Site, Unavailable, by_address, known, unavailable
from mentionwatch.sources.presets import preset
from tests.feeds import json_feed, reviews, rss
from tests.servers import Answer, LoopbackServer

NOW = datetime(2026, 11, 2, tzinfo=timezone.utc)
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "html-autodiscovery"
FEED = rss([("g1", "Hello", "acme", "ann", NOW)], title="Acme forum")
PAGE = "https://acme.example/news/today.html"
RSS = 'rel="alternate" type="application/rss+xml"'


def named(page, url=PAGE):
    """The addresses that a page's link elements name."""
    return [link.url for link in read_marks(page, url).feeds]


def find(body, url=PAGE, **headers):
    """What the adapter finds in one document."""
    body = body.encode() if isinstance(body, str) else body
    return Discovery("discover", url, known().platforms).parse(Response(url, headers, body, NOW)).feeds


def html(text, **headers):
    """Answer with a page."""
    return Answer(text.encode(), headers={"Content-Type": "text/html; charset=utf-8", **headers})


def look(url, fetch=FetchSettings(), **extra):  # noqa: B008 - it is frozen
    """Look for feeds; without `places` with what the package knows."""
    return discover(url, now=NOW, fetch=fetch, **extra)


# --- link elements ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (f'<link {RSS} href="/feed">', ["https://acme.example/feed"]),
        (f"<LINK {RSS.upper()} HREF=feed.xml>", ["https://acme.example/news/feed.xml"]),
        (f'<base href="/blog/"><link {RSS} href="feed">', ["https://acme.example/blog/feed"]),
        (f'<link {RSS} href="feed"><base href="/blog/">', ["https://acme.example/blog/feed"]),
        (f'<base href="/one/"><base href="/two/"><link {RSS} href="f">', ["https://acme.example/one/f"]),
        (f'<base href="javascript:x"><link {RSS} href="f">', ["https://acme.example/news/f"]),
        (f'</head><body><p>text<link {RSS} href="/feed"/>', ["https://acme.example/feed"]),
        (f'<link title="a > b" {RSS} href="/feed">', ["https://acme.example/feed"]),
        (f'<link {RSS} href="/f?a=1&amp;b=2">', ["https://acme.example/f?a=1&b=2"]),
        (f'<link {RSS} href="//feeds.example/a">', ["https://feeds.example/a"]),
        (f'<link {RSS} href="feed://acme.example/a.xml">', ["https://acme.example/a.xml"]),
        (f'<link {RSS} href="feed:http://acme.example/a.xml">', ["http://acme.example/a.xml"]),
        ('<link rel="home ALTERNATE" type="application/atom+xml; charset=utf-8" href=a>', ["https://acme.example/news/a"]),
        ('<link rel=alternate type="application/rdf+xml" href=/a>', ["https://acme.example/a"]),
        ('<link rel=alternate type="application/feed+json" href=/a>', ["https://acme.example/a"]),
        ("<link rel=feed href=/a>", ["https://acme.example/a"]),
        ('<link rel=alternate type="application/json" href="/feed.json">', ["https://acme.example/feed.json"]),
        ('<link rel=alternate type="text/xml" href="/rss.xml">', ["https://acme.example/rss.xml"]),
        (f'<link {RSS} href="/a"><link {RSS} href="/a"><link {RSS} href="/b">', ["https://acme.example/a", "https://acme.example/b"]),
    ],
)  # fmt: skip
def test_link_elements_that_name_a_feed(page, expected):
    """In head and body, with base, in any case, and as people write them."""
    assert named(page) == expected


@pytest.mark.parametrize(
    "page",
    [
        f'<!-- <link {RSS} href="/old"> -->',
        f"<script>document.write('<link {RSS} href=/x>')</script>",
        f"<textarea><link {RSS} href=/x></textarea>",
        f"<title><link {RSS} href=/x></title>",
        f"<!-- never closed <link {RSS} href=/x>",
        '<link rel=alternate hreflang=de href="/de/">',
        '<link rel="stylesheet" href="/feed.css">',
        '<link rel="alternate stylesheet" type="application/rss+xml" href="/feed">',
        '<link rel=alternate type="application/json" href="https://acme.example/wp-json/wp/v2/pages/2">',
        '<link rel=alternate type="application/json+oembed" href="/oembed?url=feed">',
        '<link rel=alternate type="text/xml" href="/sitemap.xml">',
        '<link rel=alternate type="text/xml" href="/sitemap-feed.xml">',
        '<link type="application/rss+xml" href="/feed">',
        f"<link {RSS}>",
        f'<link {RSS} href="">',
        f'<link {RSS} href="javascript:alert(1)">',
        f'<link {RSS} href="java&#10;script:alert(1)">',
        f'<link {RSS} href="data:application/rss+xml,x">',
        f'<link {RSS} href="file:///etc/passwd">',
        f'<link {RSS} href="http://">',
        f'<link {RSS} href="http://[::1">',
        f'<link {RSS} href="{"a" * 9000}">',
        f"<linker {RSS} href=/x>",
    ],
)
def test_link_elements_that_name_no_feed(page):
    """What a browser would not see, other alternates, and addresses that are none."""
    assert named(page) == []


def test_comments_come_last_and_are_marked():
    """WordPress names the feed of its comments beside that of its articles; some themes put it first."""
    page = (
        f'<link {RSS} title="Acme &raquo; Comments Feed" href="/comments/feed/">'
        f'<link {RSS} title="Kommentare" href="/c"><link {RSS} title="Acme &raquo; Feed" href="/feed/">'
    )
    found = [(link.url.removeprefix("https://acme.example"), link.title, link.is_comments) for link in find(page)]
    assert found == [
        ("/feed/", "Acme » Feed", False),
        ("/comments/feed/", "Acme » Comments Feed", True),
        ("/c", "Kommentare", True),
    ]


def test_titles_are_safe():
    """A title can hold escape sequences; it is one line, and short."""
    (link,) = find(f'<link {RSS} href="/a\x1b[31m" title="x\x1b]0;y\x07\n\u202ez&#27;{"w" * 500}">')
    assert link.title.startswith("x z")
    assert len(link.title) <= 200
    assert link.url == "https://acme.example/a[31m"
    assert link.title.isprintable()


def test_links_on_a_page_are_only_worth_a_try():
    """An ordinary link to what looks like a feed promises nothing."""
    (link,) = find('<a href="/rss.xml" title="News">RSS</a> <a href="/about">About</a> <a href="/feedback">x</a>')
    assert (link.url, link.title, link.is_guess) == ("https://acme.example/rss.xml", "News", True)


def test_a_page_of_ten_thousand_feeds_gives_the_first_hundred():
    """And says how many it left."""
    page = "".join(f"<link {RSS} href=/{n}>" for n in range(10_000))
    document = Discovery("d", PAGE).parse(Response(PAGE, {}, page.encode(), NOW))
    assert [link.url for link in document.feeds] == [f"https://acme.example/{n}" for n in range(MAX_FEEDS)]
    assert [dropped.what for dropped in document.dropped] == ["9900 further feeds"]


@settings(deadline=None)
@given(st.text(alphabet="<>\"'=/! -ahreflinkbsty&;:#\n\x00\x1b", max_size=300), st.text(max_size=40))
def test_no_page_breaks_the_scanner(noise, href):
    """Whatever stands around it: no error, and nothing but clean http(s) addresses."""
    for page in (noise, f'{noise}<link {RSS} href="{href}">{noise}', f"<link {noise} {RSS} href={href}"):
        for url in named(page):
            assert re.fullmatch(r"https?://[^\s\x00-\x1f]+", url)


# --- the Link header --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('</feed>; rel="alternate"; type="application/rss+xml"; title="News"', [("https://acme.example/feed", "News")]),
        ("<https://a.example/x,y>; type=application/atom+xml; rel=alternate", [("https://a.example/x,y", None)]),
        ('<a>; rel=next, <b>; rel="alternate"; type="application/feed+json", <c>;rel=x', [("https://acme.example/news/b", None)]),
        ('</f>; rel=alternate; type="application/rss+xml"; title="a \\"b\\", c; d"', [("https://acme.example/f", 'a "b", c; d')]),
        ('</f>; rel="hub alternate"; type="application/rss+xml"; type="text/html"', [("https://acme.example/f", None)]),
        ('<https://acme.example/wp-json/>; rel="https://api.w.org/"', []),
        ('<javascript:x>; rel="alternate"; type="application/rss+xml"', []),
        ("<a>; rel=alternate; hreflang=de", []),
        ("nonsense", []),
        ('<a>;x="' * 3000, []),
    ],
)  # fmt: skip
def test_link_header(value, expected):
    """As RFC 8288 writes it: quoted texts hold commas, the first of a parameter counts, addresses are relative."""
    assert [(link.url, link.title) for link in header_links(value, PAGE)] == expected


@settings(deadline=None)
@given(st.text(alphabet='<>;,"\\ =aelrnt/*', max_size=200))
def test_no_link_header_breaks_the_reader(value):
    """A header is as hostile as a page."""
    assert all(link.url.startswith("https://") for link in header_links(value, PAGE))


# --- recorded pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("FeedReader__orf", ["https://rss.orf.at/news.xml"]),
        ("FeedReader__stackoverflow", ["https://home.example/feeds"]),
        ("FeedReader__theverge", ["https://home.example/rss/index.xml", "https://www.theverge.com/rss/front-page/index.xml"]),
        ("Feeder__cowboyprogrammer", ["https://cowboyprogrammer.org/index.xml", "https://cowboyprogrammer.org/feed.json", "https://cowboyprogrammer.org/atom.xml"]),
        ("Feeder__fz", ["https://home.example/feeds/nyheter", "https://home.example/feeds/forum"]),
        ("Feeder__nixos", ["https://home.example/news-rss.xml"]),
        ("NetNewsWire__DaringFireball", ["https://home.example/feeds/main"]),
        ("NetNewsWire__furbo", ["http://furbo.org/feed/"]),
        ("NetNewsWire__sixcolors", ["http://feedpress.me/sixcolors"]),
    ],
)  # fmt: skip
def test_recorded_pages(name, expected):
    """Every feed that the page names, and no other; read off each page by hand."""
    path = CORPUS / f"{name}.html"
    if not path.is_file():
        pytest.skip("the recorded pages are not there")
    found = find(path.read_bytes(), "https://home.example/")
    assert [link.url for link in found if not link.is_guess] == expected


def test_every_recorded_page_has_its_facts():
    """A page that is added wants a line above."""
    if not CORPUS.is_dir():
        pytest.skip("the recorded pages are not there")
    (facts,) = test_recorded_pages.pytestmark
    assert {path.stem for path in CORPUS.iterdir()} == {name for name, _ in facts.args[1]}


# --- known by their address -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "use", "params"),
    [
        ("https://www.reddit.com/r/acme/", "reddit-community", {"community": "acme"}),
        ("https://old.reddit.com/r/acme+tools/new/", "reddit-community", {"community": "acme+tools"}),
        ("https://www.reddit.com/", "reddit", {}),
        ("https://news.ycombinator.com/item?id=1", "hackernews", {}),
        ("https://store.steampowered.com/app/730/Name/", "steam", {"app": "730"}),
        ("https://steamcommunity.com/app/730/reviews/", "steam", {"app": "730"}),
        ("https://apps.apple.com/de/app/acme/id284882215?l=en", "appstore", {"app": "284882215", "countries": "de"}),
        ("https://apps.apple.com/app/id284882215", "appstore", {"app": "284882215"}),
        ("https://addons.mozilla.org/en-US/firefox/addon/acme-box/", "addons-mozilla", {"addon": "acme-box"}),
        ("https://de.wordpress.org/plugins/acme/", "wordpress-reviews", {"plugin": "acme"}),
        ("https://plugins.jetbrains.com/plugin/7495-acme/reviews", "jetbrains", {"plugin": "7495"}),
        ("https://lobste.rs/newest", "lobsters", {}),
        ("https://www.producthunt.com/products/acme", "producthunt", {}),
        ("https://github.com/acme/router/issues", "github-issues", {"repo": "acme/router"}),
        ("https://github.com/acme/router.js.git", "github-issues", {"repo": "acme/router.js"}),
        ("https://stackoverflow.com/questions/tagged/acme", "stackexchange", {"site": "stackoverflow"}),
        ("https://unix.stackexchange.com", "stackexchange", {"site": "unix"}),
        ("https://news.google.com/search?q=acme", "google-news", {}),
        ("https://www.bing.com/news/search?q=acme", "bing-news", {}),
        ("https://wordpress.org/themes/acme/", "wordpress-reviews", {"plugin": "acme", "directory": "theme"}),
        ("https://dev.to/t/python", "devto", {"tag": "python"}),
        ("https://medium.com/tag/acme", "medium", {"place": "tag/acme"}),
        ("https://medium.com/@ann/a-story-1", "medium", {"place": "@ann"}),
        ("https://acme.substack.com/p/one", "substack", {"publication": "acme"}),
        ("https://acme.tumblr.com/tagged/blue", "tumblr", {"blog": "acme", "part": "tagged/blue"}),
        ("https://www.tumblr.com/acme", "tumblr", {"blog": "acme"}),
        ("https://m.youtube.com/channel/UC" + "a" * 22, "youtube-channel", {"channels": "UC" + "a" * 22}),
        ("https://de.trustpilot.com/review/acme.example", "trustpilot", {"domain": "acme.example"}),
    ],
)  # fmt: skip
def test_places_with_a_preset(url, use, params):
    """The address alone says which preset, and with what."""
    link = by_address(url, known())[0]
    assert (link.use, dict(link.params), link.kind) == (use, params, "preset")


def test_further_presets_of_a_place_follow():
    """Posts and comments of one community are two presets."""
    found = by_address("https://www.reddit.com/r/acme", known())
    assert [(link.use, dict(link.params)) for link in found] == [
        ("reddit-community", {"community": "acme"}),
        ("reddit-comments", {"community": "acme"}),
    ]


@pytest.mark.parametrize(
    ("url", "feed"),
    [
        ("https://www.reddit.com/user/ann", "https://www.reddit.com/user/ann/.rss"),
        ("https://wordpress.org/plugins/acme/", "https://wordpress.org/support/plugin/acme/feed/"),
        ("https://lobste.rs/t/python", "https://lobste.rs/t/python.rss"),
        ("https://dev.to/ann", "https://dev.to/feed/ann"),
        ("https://acme.medium.com/", "https://acme.medium.com/feed"),
        ("https://youtube.com/playlist?list=PL_1-2", "https://www.youtube.com/feeds/videos.xml?playlist_id=PL_1-2"),
        ("https://github.com/acme/router", "https://github.com/acme/router/releases.atom"),
        ("https://bsky.app/profile/acme.example", "https://bsky.app/profile/acme.example/rss"),
    ],
)  # fmt: skip
def test_places_with_a_feed(url, feed):
    """The address alone says where the feed is."""
    assert next(link.url for link in by_address(url, known()) if link.url) == feed


@pytest.mark.parametrize(
    "url",
    [
        "https://reddit.com.evil.example/r/acme",
        "https://evil.example/reddit.com/r/acme",
        "https://reddit.com@evil.example/r/acme",
        "https://reddit.com:8443/r/acme",
        "https://www.reddit.com/r/acme/.rss",
        "https://github.com/acme/router/releases.atom",
        "https://acme.substack.com/feed",
        "https://www.youtube.com/channel/UCshort",
        "https://acme.example/",
        "file:///r/acme",
        "https://[::1",
        "https://acme.example:99999/",
    ],
)
def test_places_that_only_look_alike(url):
    """A host that is another one, a feed itself, and what is no address."""
    assert by_address(url, known()) == []


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.yelp.com/biz/acme", "Yelp"),
        ("https://www.tripadvisor.co.uk/Hotel_Review", "Tripadvisor"),
        ("https://www.g2.com/products/acme", "G2"),
        ("https://www.amazon.de/dp/B0", "Amazon"),
        ("https://x.com/acme", "X"),
        ("https://mobile.twitter.com/acme", "X"),
        ("https://m.facebook.com/acme", "Facebook"),
        ("https://www.instagram.com/acme", "Instagram"),
        ("https://www.tiktok.com/@acme", "TikTok"),
        ("https://www.linkedin.com/company/acme", "LinkedIn"),
        ("https://www.quora.com/Acme", "Quora"),
        ("https://play.google.com/store/apps/details?id=acme", "Google Play"),
        ("https://www.threads.net/@acme", "Threads"),
        ("https://netflix.com", None),
        ("https://aws.amazon.com/blogs/", None),
        ("https://fax.com", None),
    ],
)
def test_places_that_cannot_be_read(url, name):
    """They are known by their host, the whole of it, and each says why and what to do."""
    place = unavailable(url, known())
    assert (place.name if place else None) == name
    assert place is None or (place.why and place.instead)


def test_what_is_proposed_is_there():
    """A preset that is proposed takes the parameters that it is given."""
    for rule in (*known().sites, *known().platforms):
        for use in (*filter(None, [rule.use]), *rule.also):
            assert set(rule.params) <= set(preset(use).params), rule.name


# --- known by a page --------------------------------------------------------------------------------------

PAGES = {
    "Discourse": ('<meta name="generator" content="Discourse 3.5.0 - https://github.com/discourse">', "/t/a/1", "/posts.rss", "https://f.example/"),
    "phpBB": ('<body id="phpbb" class="nojs">', "/board/viewtopic.php?t=1", "/board/feed.php?mode=posts", "https://f.example/board/"),
    "vBulletin": ('<base href="https://f.example/vb/" id="vb_meta_bburl"><meta name="generator" content="vBulletin 4.2.2">', "/vb/showthread.php?1", "/vb/external.php?type=RSS2", "https://f.example/vb/"),
    "XenForo": ('<html id="XF" lang="en"><script>XF.config = { url: { fullBase: \'https://f.example/community/\'', "/community/threads/a.1/", "/community/forums/-/index.rss", "https://f.example/community/"),
    "Flarum": ('<script id="flarum-json-payload">{"baseUrl":"https:\\/\\/f.example\\/talk"}</script>', "/talk/d/1", "/talk/atom", "https://f.example/talk/"),
    "NodeBB": ('<meta name="generator" content="NodeBB">', "/topic/1", "/recent.rss", "https://f.example/"),
    "MyBB": ('<script>var rootpath = "https://f.example/mybb"; var MyBBEditor = null;</script>', "/mybb/showthread.php", "/mybb/syndication.php?type=atom1.0&limit=50", "https://f.example/mybb/"),
    "SMF": ('<script>var smf_scripturl = "https://f.example/smf/index.php?PHPSESSID=1";</script>', "/smf/index.php", "/smf/index.php?action=.xml;type=rss2;limit=50", "https://f.example/smf/"),
    "Vanilla": ('<script>gdn.meta = {"WebRoot":"https:\\/\\/f.example\\/v"};</script>', "/v/discussions", "/v/discussions/feed.rss", "https://f.example/v/"),
    "Invision Community": ('<script>var ipsSettings = { baseURL: "//f.example/ips/", };</script>', "/ips/topic/1", None, "https://f.example/ips/"),
    "Mastodon": ("<div id='mastodon'>", "/tags/acme", "/tags/acme.rss", None),
    "Lemmy": ("<script>window.isoData = {}</script>", "/c/acme@other.example", "/feeds/c/acme@other.example.xml?sort=New", None),
    "WordPress": ('<meta name="generator" content="WordPress 6.8" />', "/about", "/feed/", None),
    "Ghost": ('<meta name="generator" content="Ghost 5.1">', "/about", "/rss/", None),
    "Blogger": ("<meta content='blogger' name='generator'/>", "/2026/11/a.html", "/feeds/posts/default", None),
    "Medium": ('<meta data-rh="true" name="al:android:package" content="com.medium.reader">', "/a", "/feed", None),
    "Substack": ('<link href="https://substackcdn.com/x.css">', "/p/a", "/feed", None),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_places_known_by_a_page(name):
    """The software shows in the page, and so does where its feeds are; nobody promised that they are turned on."""
    page, path, feed, root = PAGES[name]
    found = find(page, "https://f.example" + path)
    assert all(link.found == f"a page of {name}" for link in found)
    urls = [link.url for link in found if link.url]
    assert urls[:1] == ([f"https://f.example{feed}"] if feed else [])
    assert all(link.is_guess for link in found if link.url)
    forums = [link.params["forum"] for link in found if "forum" in link.params]
    assert forums == ([root.rstrip("/")] if root else [])


def test_every_platform_has_a_page():
    """A platform that is added wants a page above, YouTube has its own test."""
    assert {platform.name for platform in known().platforms} == {*PAGES, "YouTube"}


def test_a_channel_of_youtube_is_found_by_its_page():
    """A handle is no channel id; the page holds it."""
    channel = "UC" + "x" * 22
    page = f'<link rel="canonical" href="https://www.youtube.com/@acme"><script>{{"externalId":"{channel}"}}</script>'
    (link,) = find(page, "https://www.youtube.com/@acme")
    assert (link.use, dict(link.params), link.is_guess) == ("youtube-channel", {"channels": channel}, False)
    assert find(page, "https://evil.example/@acme") == ()


def test_a_forum_is_never_on_another_host():
    """A page can say what it likes; its forum is where the page is."""
    page = '<html id="XF"><script>fullBase: "https://evil.example/x/"</script>'
    forums = [link.params["forum"] for link in find(page, "https://www.f.example/a") if link.use]
    assert forums == ["https://www.f.example", "https://www.f.example/a"]


# --- what is read -----------------------------------------------------------------------------------------


def test_guesses_begin_in_the_folder():
    """A blog below a site has its feed below it; the file that a page is has none."""
    assert [link.url for link in guesses("https://a.example/blog?x=1")][:3] == [
        "https://a.example/blog/feed",
        "https://a.example/blog/index.xml",
        "https://a.example/feed",
    ]
    assert guesses("https://user:secret@a.example/blog/post.html")[0].url == "https://a.example/feed"
    assert guesses("file:///tmp/x.html") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://acme.example/x", "https://acme.example/x"),
        ("forum.acme.example", "https://forum.acme.example"),
        (" acme.example:8080/x?y ", "https://acme.example:8080/x?y"),
    ],
)
def test_addresses_are_understood_without_their_scheme(text, expected):
    """As browsers do."""
    assert as_address(text) == expected


@pytest.mark.parametrize("text", ["acme", "", "-", "ftp://acme.example", "javascript:x", "a b.example", "x\0.y", "a" * 5000 + ".html"])  # fmt: skip
def test_what_is_no_address_is_told(text):
    """In words, with what would be right."""
    with pytest.raises(UsageError, match="neither an address"):
        as_address(text)


def test_a_login_page_is_no_page_without_feeds():
    """Whoever stands in front says nothing of the site behind."""
    with pytest.raises(ParseError, match="asks for a login") as caught:
        find('<title>Log in</title><form><input type="password"></form>')
    assert caught.value.state == "blocked"


def test_a_saved_page_is_read_from_its_canonical_address():
    """A file has no address for its links to start from."""
    page = f'<link rel="canonical" href="https://acme.example/x/"><link {RSS} href="feed">'
    assert [link.url for link in find(page, "file:///tmp/saved.html")] == ["https://acme.example/x/feed"]
    forum = '<link rel="canonical" href="https://f.example/t/1"><meta name="generator" content="Discourse">'
    assert "https://f.example/posts.rss" in [link.url for link in find(forum, "file:///tmp/saved.html")]


# --- over the network -------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [FEED, json_feed([("j", "Hi", "acme", "dan", NOW)], title="Acme forum")])
def test_a_feed_is_done_with_one_request(body):
    """It is what was asked for; its title and its entries are known."""
    with LoopbackServer({"/feed": Answer(body)}) as server:
        (link,) = look(server.url("/feed")).links
        assert (link.url, link.title, link.entries, link.found) == (
            server.url("/feed"),
            "Acme forum",
            1,
            "it is a feed",
        )
        assert server.asked() == ["/feed"]


def test_a_page_that_names_its_feeds_is_done_with_one_request():
    """The header first, then the elements; relative to where the page was in the end, and not to an address with a password."""
    page = html(
        f'<link {RSS} href="c"><link {RSS} href="/b">', Link='</b>; rel="alternate"; type="application/rss+xml"'
    )
    with LoopbackServer({"/x/page": page, "/old": Answer(status=302, headers={"Location": "/x/page"})}) as server:
        found = look(server.url("/old").replace("//", "//user:secret@", 1))
        assert [link.url for link in found.links] == [server.url("/b"), server.url("/x/c")]
        assert [link.found for link in found.links] == ["Link header", "link element"]
        assert server.asked() == ["/old", "/x/page"]
        assert "secret" not in "".join(found.asked) + found.url
        direct = look(server.url("/x/page").replace("//", "//user:secret@", 1))
        assert [link.url for link in direct.links] == [server.url("/b"), server.url("/x/c")]


def test_a_feed_that_has_moved_for_good_is_given_where_it_is():
    """One that has only moved for now stays where it was."""
    with LoopbackServer({"/feed": Answer(FEED)}) as server:
        for status, path in ((301, "/feed"), (302, "/old")):
            server.routes["/old"] = Answer(status=status, headers={"Location": "/feed"})
            (link,) = look(server.url("/old")).links
            assert link.url == server.url(path)


def test_addresses_are_tried_only_where_nothing_is_named_and_up_to_the_first_feed():
    """One after another; what is a page or not there is passed."""
    routes = {"/blog": html("<p>Hi"), "/feed": html("<p>No"), "/feed.xml": Answer(FEED), "/index.xml": Answer(FEED)}
    with LoopbackServer(routes) as server:
        (link,) = look(server.url("/blog")).links
        assert (link.url, link.found, link.is_guess) == (server.url("/feed.xml"), "guessed", False)
        assert server.asked() == ["/blog", "/blog/feed", "/blog/index.xml", "/feed", "/feed.xml"]


def test_a_link_on_the_page_is_tried_before_a_guess():
    """Somebody put it there for people."""
    with LoopbackServer({"/": html('<a href="/news.rss">RSS</a>'), "/news.rss": Answer(FEED)}) as server:
        (link,) = look(server.url()).links
        assert (link.url, link.found) == (server.url("/news.rss"), "link on the page")
        assert server.asked() == ["/", "/news.rss"]


def test_a_host_that_hangs_up_is_left_alone():
    """Nine more tries would do it no good."""
    with LoopbackServer({"/": html("<p>Hi"), "/feed": lambda handler: None}) as server:
        assert look(server.url()).notes[0].startswith("stopped looking: ")
        # A connection that was kept and is gone is opened once more.
        assert set(server.asked()) == {"/", "/feed"}


@pytest.mark.parametrize("status", [403, 429])
def test_a_host_that_has_had_enough_is_left_alone(status):
    """Trying is a favour that is asked."""
    with LoopbackServer({"/": html("<p>Hi"), "/feed": Answer(status=status)}) as server:
        found = look(server.url())
        assert server.asked() == ["/", "/feed"]
        assert not found.links
        assert not found.failed
        assert found.notes[0].startswith("stopped looking: ")


def test_a_forum_gives_its_feed_when_it_is_turned_on():
    """It is asked once; turned off, the page looks like a forum, and no more than that."""
    with LoopbackServer({"/t/1": html('<meta name="generator" content="Discourse 3">'), "/posts.rss": Answer(FEED)}) as server:  # fmt: skip
        link = look(server.url("/t/1")).links[0]
        assert (link.url, link.found, link.title) == (server.url("/posts.rss"), "a page of Discourse", "Acme forum")
        assert server.asked() == ["/t/1", "/posts.rss"]
        del server.routes["/posts.rss"]
        found = look(server.url("/t/1"))
        assert found.links == ()
        assert found.notes == ("it looks like a page of Discourse, whose feeds may be turned off here",)


def test_the_preset_of_a_forum_is_proposed_only_with_its_feeds():
    """A preset that reads feeds which are turned off would fail at every poll."""
    club = Platform("Club", "host", marks="made by Club", feeds=(Feed("{root}new.rss"),), use="hackernews")
    places = Known((), (club,), ())
    with LoopbackServer({"/": html("made by Club"), "/new.rss": Answer(FEED)}) as server:
        found = look(server.url(), places=places).links
        assert [(link.use, link.url, link.is_guess) for link in found] == [
            (None, server.url("/new.rss"), False),
            ("hackernews", None, False),
        ]
        server.routes["/"] = html(f"made by Club <link {RSS} href=/f>")
        assert [link.url or link.use for link in look(server.url(), places=places).links] == [
            server.url("/f"),
            "hackernews",
        ]
        server.routes = {"/": html("made by Club")}
        assert look(server.url(), places=places).links == ()


def test_a_page_with_reviews_is_a_source_itself():
    """Unless its robots.txt says no, which is asked then and only then."""
    with LoopbackServer({"/shop": Answer(reviews([("eve", 1, "Broke.", NOW)]))}) as server:
        (link,) = look(server.url("/shop")).links
        assert (link.kind, link.url, link.entries) == ("page", server.url("/shop"), 1)
        server.routes["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /shop\n")
        found = look(server.url("/shop"))
        assert found.links == ()
        assert "robots.txt asks programs not to read it" in found.notes[0]


def test_private_addresses_are_left_out():
    """A page of anybody must not lead into the reader's own network."""
    hrefs = (
        "http://169.254.169.254/feed",
        "http://10.0.0.1/rss.xml",
        "http://localhost/feed",
        "http://2130706433/f",
        "/own",
    )
    with LoopbackServer({"/": html("".join(f"<link {RSS} href={href}>" for href in hrefs))}) as server:
        found = look(server.url(), check=False)
        assert [link.url for link in found.links] == [server.url("/own")]
        assert len(found.notes) == 4


def test_check_asks_for_what_is_found():
    """What a page names is believed, unless it is to be checked: then only feeds stay, with what they hold."""
    page = html(f"<link {RSS} href=/gone><link {RSS} href=/page><link {RSS} href=/feed>")
    with LoopbackServer({"/": page, "/page": html("<title>Hi"), "/feed": Answer(FEED)}) as server:
        assert [link.entries for link in look(server.url()).links] == [None] * 3
        found = look(server.url(), check=True)
        assert [(link.url, link.entries, link.title) for link in found.links] == [
            (server.url("/feed"), 1, "Acme forum")
        ]
        assert [error.state for error in found.errors] == ["down", "not-a-feed"]
        assert not found.failed


def test_a_place_known_by_its_address_is_proven_with_one_request():
    """A preset needs none; a feed that is not there leads back to the page."""
    with LoopbackServer({"/c/acme.rss": Answer(FEED), "/c/gone": html(f"<link {RSS} href=/f>")}) as server:
        feeds = (Feed(server.url("/c/{x}.rss"), "Acme"), Feed(server.url("/{x}.rss")))
        address = rf"127\.0\.0\.1:{server.port}/c/(?P<x>\w+)$"
        places = Known((Site("Club", address, feeds), Site("HN", r".*/hn$", use="hackernews")), (), ())
        found = look(server.url("/c/acme"), places=places)
        assert [(link.url, link.entries) for link in found.links] == [
            (server.url("/c/acme.rss"), 1),
            (server.url("/acme.rss"), None),
        ]
        assert server.asked() == ["/c/acme.rss"]
        assert [link.use for link in look(server.url("/hn"), places=places).links] == ["hackernews"]
        assert server.asked() == ["/c/acme.rss"]
        one = Known((Site("Club", address, feeds[:1]),), (), ())
        gone = look(server.url("/c/gone"), places=one)
        assert [link.url for link in gone.links] == [server.url("/f")]
        assert (gone.errors, len(gone.notes)) == ((), 1)
        server.routes["/c/acme.rss"] = Answer(status=500)
        shaky = look(server.url("/c/acme"), places=one)
        assert [(link.url, link.entries) for link in shaky.links] == [(server.url("/c/acme.rss"), None)]
        assert [error.status for error in shaky.errors] == [500]


def test_a_preset_that_is_not_there_is_not_proposed():
    """Nor one that does not know what it would be given."""
    with LoopbackServer({"/hn": Answer(FEED)}) as server:
        for site in (Site("A", ".*", use="no-such-preset"), Site("B", ".*", use="hackernews", params={"no-such": "x"})):
            (link,) = look(server.url("/hn"), places=Known((site,), (), ())).links
            assert link.found == "it is a feed"


def test_a_place_that_cannot_be_read_is_not_asked():
    """Nor is a page of it believed when somebody's short link leads there."""
    with LoopbackServer({"/in": html(f"<link {RSS} href=/f>")}) as server:
        place = Unavailable("Club", rf"127\.0\.0\.1:{server.port}", "it wants a login", "ask for an export")
        said = ("Club cannot be read: it wants a login; ask for an export (docs/unavailable.md)",)
        found = look(server.url("/in"), places=Known((), (), (place,)))
        assert (found.links, found.notes, found.failed, server.asked()) == ((), said, False, [])
        server.routes["/s"] = Answer(status=302, headers={"Location": server.url("/in")})
        fetch = FetchSettings(private_hosts=("127.0.0.1",))
        found = look(server.url("/s", host="localhost"), fetch, places=Known((), (), (place,)))
        assert (found.links, found.notes, server.asked()) == ((), said, ["/s", "/in"])


def test_eight_mebibytes_of_link_elements():
    """The largest page that is read is read within the bounds of every document."""
    element = f"<link {RSS} href=/f>".encode()
    page = Answer((element * (8 * 2**20 // len(element)))[: 8 * 2**20])
    with LoopbackServer({"/": page}) as server:
        found = look(server.url())
        assert ([link.url for link in found.links], found.errors) == ([server.url("/f")], ())


def test_what_cannot_be_had_is_a_failure():
    """It is no place without feeds."""
    with LoopbackServer() as server:
        found = look(server.url("/gone"))
        assert found.failed
        assert server.asked() == ["/gone"]
        server.routes["/empty"] = Answer(b"")
        assert "empty body" in str(look(server.url("/empty")).errors[0])


@pytest.mark.parametrize(
    ("page", "path"),
    [
        ('<meta name="generator" content="Discourse 3">', "/talk/x/12"),
        ('<meta name="generator" content="Discourse 3">', "/talk"),
        (
            '<meta name="generator" content="Discourse 3"><meta id="data-discourse-setup" data-base-uri="/talk">',
            "/t/x/1",
        ),
    ],
)
def test_a_forum_may_be_in_a_folder(page, path):
    """The preset that is proposed is for the place whose feed was found."""
    with LoopbackServer({path: html(page), "/talk/posts.rss": Answer(FEED)}) as server:
        found = look(server.url(path)).links
        assert [(link.url, dict(link.params)) for link in found] == [
            (server.url("/talk/posts.rss"), {}),
            (None, {"forum": server.url("/talk")}),
        ]


@pytest.mark.parametrize("path", ["/t/a/1", "/", "/index.html", "/latest"])
def test_a_forum_at_the_top_is_looked_for_there_alone(path):
    """What is a page of the forum itself is no folder that it is in."""
    links = find('<meta name="generator" content="NodeBB">', "https://f.example" + path)
    assert {link.params["forum"] for link in links if link.use} == {"https://f.example"}


def test_links_of_a_saved_page_that_lead_nowhere_are_counted():
    """A page that names its address, or has whole links, has none."""
    link = f'<link {RSS} href="feed"><a href="/rss.xml">x</a><a href="mailto:rss@a.example">x</a>'
    assert read_marks(link, "file:///saved.html").relative == 2
    assert read_marks(f'<link rel="canonical" href="https://a.example/">{link}', "file:///saved.html").relative == 0
    assert read_marks(f'<base href="https://a.example/">{link}', "file:///saved.html").relative == 0
    assert read_marks(link, "https://a.example/").relative == 0
