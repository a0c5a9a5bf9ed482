"""Presets of forums, networks and communities: what they ask for a brand."""

from __future__ import annotations

import pytest

from mentionwatch.sources.presets import preset
from tests.presets.community_group import FORUM, GIVEN
from tests.presets.helpers import DATA, requests_of, source_of, urls_of


def test_reddit_asks_once_for_all_brands():
    """All that is looked for goes into one request, because Reddit allows one a minute."""
    urls = urls_of(source_of("reddit"), "acme", '"acme router" AND wifi', exclude=["coyote"])
    query = "%28acme%20-coyote%29%20OR%20%28%22acme%20router%22%20wifi%20-coyote%29"
    assert urls == [f"https://www.reddit.com/search.rss?q={query}&sort=new&t=week&type=link&limit=100"]


def test_reddit_asks_again_where_a_query_grows_too_long():
    """A query that Reddit would refuse is divided, and nothing is lost."""
    words = [f"brand{n:03}with-a-long-name" for n in range(40)]
    requests = requests_of(source_of("reddit"), *words)
    assert 1 < len(requests) < 6
    assert all(sum(f"brand{n:03}" in request.url for request in requests) == 1 for n in range(40))
    assert all(len(request.given["query"]) <= 400 for request in requests)


@pytest.mark.parametrize("name", ["reddit", "reddit-community", "reddit-comments"])
def test_reddit_keeps_the_feed_token_to_itself(name):
    """The user's own token is sent, and stands in nothing that is shown, stored or given back."""
    source = source_of(name, **GIVEN[name], user="ada", feed="0123456789abcdef0123")
    request = requests_of(source, "acme")[0]
    assert request.url.endswith("limit=100&feed=0123456789abcdef0123&user=ada")
    assert request.shown.endswith("&feed=***&user=ada")
    assert "0123456789abcdef0123" not in f"{request!r}{dict(request.given)}".replace(request.url, "")


@pytest.mark.parametrize("name", ["reddit", "reddit-community", "reddit-comments"])
def test_reddit_is_left_alone_for_a_minute(name):
    """Requests to any host of Reddit's are a minute apart, over all sources together."""
    limits = preset(name).limits
    assert (limits.spacing_s, limits.hosts) == (60, (".reddit.com",))


def test_reddit_communities_share_a_request():
    """Several communities make one request; the brands are matched here."""
    urls = urls_of(source_of("reddit-community", community=("acme", "acmefans")), "acme", "globex")
    assert urls == ["https://www.reddit.com/r/acme+acmefans/new/.rss?limit=100"]
    assert urls_of(source_of("reddit-comments", community="acme"), "acme") == [
        "https://www.reddit.com/r/acme/comments/.rss?limit=100"
    ]


def test_mastodon_asks_each_instance_for_the_hashtag_of_each_brand():
    """Words that belong together are one hashtag; each instance knows other posts."""
    source = source_of("mastodon-tag", instance=("mastodon.social", "fosstodon.org"))
    assert urls_of(source, "acme", '"Acme Router"', exclude=["coyote"]) == [
        "https://mastodon.social/api/v1/timelines/tag/acme?limit=40",
        "https://fosstodon.org/api/v1/timelines/tag/acme?limit=40",
        "https://mastodon.social/api/v1/timelines/tag/acmerouter?limit=40",
        "https://fosstodon.org/api/v1/timelines/tag/acmerouter?limit=40",
    ]


def test_mastodon_takes_a_hashtag():
    """A hashtag that was given goes before the brands, and is asked for once."""
    source = source_of("mastodon-tag", tag="AcmeFail", token="0123456789abcdef")
    requests = requests_of(source, "acme", "globex")
    assert [request.url for request in requests] == ["https://mastodon.social/api/v1/timelines/tag/AcmeFail?limit=40"]
    assert requests[0].headers == {"Authorization": "Bearer 0123456789abcdef"}
    assert "0123456789abcdef" not in repr(requests[0])
    assert requests_of(source_of("mastodon-tag"), "acme")[0].headers == {}


def test_discourse_reads_all_new_posts():
    """A forum's feed is asked for as it is, also in a folder, and with a slash too many."""
    for forum in (FORUM, f"{FORUM}/", "forum.acme.example"):
        assert urls_of(source_of("discourse", forum=forum), "acme", "globex") == [f"{FORUM}/posts.rss"]
    assert urls_of(source_of("discourse", forum="https://acme.example/talk/"), "a") == [
        "https://acme.example/talk/posts.rss"
    ]


def test_discourse_search_asks_for_what_is_new():
    """The search is asked for each brand by itself, from the day on that is of interest; nobody is named."""
    requests = requests_of(source_of("discourse-search", forum=FORUM), "acme AND wifi", '"acme router"')
    assert [request.url for request in requests] == [
        f"{FORUM}/search.json?q=acme%20wifi%20after:2026-11-20%20order:latest&page=1",
        f"{FORUM}/search.json?q=%22acme%20router%22%20after:2026-11-20%20order:latest&page=1",
    ]
    assert all(not request.headers for request in requests)


def test_lemmy_asks_the_new_interface_first():
    """Lemmy 1.0's search is asked, and the old one where there is none."""
    request = requests_of(source_of("lemmy", instance="lemmy.ml"), '"acme router"')[0]
    query = "q=acme%20router"
    assert request.url == f"https://lemmy.ml/api/v4/search?{query}&type_=all&sort=new&listing_type=all&limit=50"
    assert request.instead is not None
    assert request.instead.url == f"https://lemmy.ml/api/v3/search?{query}&type_=All&sort=New&listing_type=All&limit=50"


def test_lemmy_communities():
    """A community of another instance keeps its name; several are all asked."""
    source = source_of("lemmy-community", instance="lemmy.ml", community=("acme", "acme@lemmy.world"))
    assert urls_of(source, "acme") == [
        "https://lemmy.ml/feeds/c/acme.xml?sort=New",
        "https://lemmy.ml/feeds/c/acme@lemmy.world.xml?sort=New",
    ]


def test_bluesky_logs_in():
    """The app password goes to the login alone, and is shown nowhere."""
    request = requests_of(source_of("bluesky", **GIVEN["bluesky"]), '"acme router" AND wifi')[0]
    assert request.url == (
        "https://bsky.social/xrpc/app.bsky.feed.searchPosts?q=%22acme%20router%22%20wifi&sort=latest"
        "&since=2026-11-20T12:00:00Z&limit=100"
    )
    assert request.login is not None
    assert request.login.url == "https://bsky.social/xrpc/com.atproto.server.createSession"
    assert request.login.fields == {"identifier": "acme.example", "password": "abcd-efgh-ijkl-mnop"}
    assert request.login.token == "accessJwt"
    assert "abcd-efgh" not in f"{request!r}{request.login!r}{dict(request.given)}{dict(request.headers)}"
    elsewhere = source_of("bluesky", **GIVEN["bluesky"], server="pds.example")
    assert requests_of(elsewhere, "acme")[0].url.startswith(
        "https://pds.example/xrpc/app.bsky.feed.searchPosts?q=acme&"
    )


@pytest.mark.parametrize(
    ("name", "given", "urls"),
    [
        ("nodebb", {}, ["/recent.rss"]),
        ("nodebb", {"board": ("category/5", "tags/acme")}, ["/category/5.rss", "/tags/acme.rss"]),
        ("vanilla", {}, ["/discussions/feed.rss"]),
        ("vanilla", {"board": "categories/help"}, ["/categories/help/feed.rss"]),
        ("invision", {}, ["/discover/all.xml/"]),
        ("invision", {"board": "forum/12-help"}, ["/forum/12-help.xml/"]),
        ("phpbb", {}, ["/feed.php?mode=posts", "/app.php/feed"]),
        ("phpbb", {"board": "7"}, ["/feed.php?mode=posts&f=7", "/app.php/feed/forum/7"]),
        ("xenforo", {}, ["/forums/-/index.rss"]),
        ("xenforo", {"board": ("help.12", "off.3")}, ["/forums/help.12/index.rss", "/forums/off.3/index.rss"]),
        ("vbulletin", {}, ["/external.php?type=RSS2", "/external?type=rss2"]),
        (
            "vbulletin",
            {"board": ("1", "2")},
            ["/external.php?type=RSS2&forumids=1%2C2", "/external?type=rss2&nodeid=1%2C2"],
        ),
        ("mybb", {}, ["/syndication.php?type=atom1.0&limit=50"]),
        ("mybb", {"board": ("1", "2")}, ["/syndication.php?type=atom1.0&limit=50&fid=1%2C2"]),
        ("smf", {}, ["/index.php?action=.xml;type=rss2;limit=50"]),
        ("smf", {"board": "29"}, ["/index.php?action=.xml;type=rss2;limit=50;board=29"]),
        (
            "flarum",
            {},
            ["/api/posts?filter%5Btype%5D=comment&sort=-createdAt&page%5Blimit%5D=50&include=user,discussion"],
        ),
    ],
)
def test_forums(name, given, urls):
    """A forum is asked for what is new, as a whole or in part, wherever it stands, and what is looked for is not told it."""
    for forum in (FORUM, f"{FORUM}/talk/"):
        requests = requests_of(source_of(name, forum=forum, **given), "acme", "globex")
        asked = [one.url for request in requests for one in (request, request.instead) if one is not None]
        assert asked == [forum.rstrip("/") + url for url in urls]
        assert all(not request.headers and request.login is None for request in requests)


@pytest.mark.parametrize(
    ("name", "given", "urls"),
    [
        (
            "medium",
            {"place": ("tag/acme", "@xia")},
            ["https://medium.com/feed/tag/acme", "https://medium.com/feed/@xia"],
        ),
        ("tumblr", {"blog": "acme"}, ["https://acme.tumblr.com/rss"]),
        ("tumblr", {"blog": "acme", "part": "tagged/new lamp"}, ["https://acme.tumblr.com/tagged/new%20lamp/rss"]),
        ("substack", {"publication": ("a", "b")}, ["https://a.substack.com/feed", "https://b.substack.com/feed"]),
    ],
)
def test_blogs(name, given, urls):
    """Blogs are asked for by name."""
    assert urls_of(source_of(name, **given), "acme") == urls


@pytest.mark.parametrize("name", GIVEN)
def test_presets_are_honest(name):
    """Each says when somebody last looked and at what; what no recorded document proves is not called recorded."""
    found = preset(name)
    assert (found.verified.isoformat(), found.evidence.endswith("not asked live")) == ("2026-11-22", True)
    assert ("recorded" in found.evidence) or found.status != "recorded"
    assert [path.name for path in DATA.iterdir() if path.stem == name]
