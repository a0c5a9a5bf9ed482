"""Presets of news, video, stores, alerts, bridges and review pages: what they ask for, and what they read."""

from __future__ import annotations

import json
import re

import pytest

from mentionwatch.errors import ConfigError, ParseError
from mentionwatch.model import Document, Response
from mentionwatch.sources import check_params, default_presets
from mentionwatch.sources.feed import FeedSource, has_fast
from tests.presets.helpers import (
    CORPUS,
    NOW,
    at,
    needs_corpus,
    read_by,
    recorded,
    requests_of,
    sample,
    source_of,
    told,
    urls_of,
)

ALERT = "01234567890123456789/1234567890123456789"
CHANNEL = "UC" + "1" * 22
F5BOT = "path/of/your/feed.json?key=0123456789abcdef"
TOKEN = "0123456789abcdef"
GIVEN = {
    "google-news": {},
    "bing-news": {},
    "youtube-channel": {"channels": ("UCsampleSampleSample0001", "UCsampleSampleSample0002")},
    "google-alerts": {"feed": ALERT},
    "addons-mozilla": {"addon": "acme-helper"},
    "wordpress-reviews": {"plugin": "acme-forms"},
    "jetbrains": {"plugin": "1234"},
    "producthunt": {},
    "rss-bridge": {"instance": "https://rss-bridge.acme.example/", "bridge": "Sample", "token": TOKEN},
    "rsshub": {"instance": "rsshub.acme.example", "route": "/sample/channel/acme"},
    "f5bot": {"feed": F5BOT},
    "reviews-page": {"pages": ("https://shop.example/acme-one", "https://shop.example/acme-two")},
}
SAMPLES = {
    name: f"{name}.{'json' if name in {'addons-mozilla', 'jetbrains', 'f5bot'} else 'html' if name == 'reviews-page' else 'xml'}"
    for name in GIVEN
}


def the(name: str, **params):
    """Give the source of a preset, with what it needs."""
    return source_of(name, **{**GIVEN[name], **params})


def outcome(name: str, body: bytes | str) -> Document | ParseError:
    """Give what is read of an answer, or the error that it is."""
    try:
        return read_by(the(name), body)
    except ParseError as e:
        return e


def entries(name: str) -> list[dict]:
    """Give all that is read of the hand-made answer."""
    return [told(entry) for entry in read_by(the(name), sample(SAMPLES[name])).entries]


# --- what is asked for --------------------------------------------------------------------------------------


def test_google_news_asks_once_a_search():
    """Word, phrase and exclude are asked for as Google writes them, and no older than wanted; the edition agrees."""
    assert urls_of(the("google-news"), "acme", '"acme router"', exclude=["acme.sh"]) == [
        "https://news.google.com/rss/search?q=%22acme%22%20-%22acme.sh%22%20after:2026-11-20&hl=en-US&gl=US&ceid=US:en",
        "https://news.google.com/rss/search?q=%22acme%20router%22%20-%22acme.sh%22%20after:2026-11-20&hl=en-US&gl=US&ceid=US:en",
    ]
    assert urls_of(the("google-news", language="de", country="AT"), "acme AND router") == [
        "https://news.google.com/rss/search?q=%22acme%22%20%22router%22%20after:2026-11-20&hl=de-AT&gl=AT&ceid=AT:de"
    ]


def test_bing_news_asks_once_a_search():
    """Bing is asked for word and phrase; what it may not understand is done here."""
    assert urls_of(the("bing-news", language="de", country="DE"), "acme", '"acme router"', exclude=["acme.sh"]) == [
        "https://www.bing.com/news/search?q=%22acme%22&format=rss&mkt=de-DE&setlang=de&cc=DE&first=1",
        "https://www.bing.com/news/search?q=%22acme%20router%22&format=rss&mkt=de-DE&setlang=de&cc=DE&first=1",
    ]


@pytest.mark.parametrize(
    ("name", "params", "urls"),
    [
        (
            "youtube-channel",
            {},
            [
                "https://www.youtube.com/feeds/videos.xml?channel_id=UCsampleSampleSample0001",
                "https://www.youtube.com/feeds/videos.xml?channel_id=UCsampleSampleSample0002",
            ],
        ),
        ("youtube-channel", {"channels": CHANNEL}, [f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}"]),
        ("google-alerts", {}, [f"https://www.google.com/alerts/feeds/{ALERT}"]),
        (
            "addons-mozilla",
            {"addon": "{a-b}@acme"},
            ["https://addons.mozilla.org/api/v5/ratings/rating/?addon=%7Ba-b%7D%40acme&page_size=50"],
        ),
        ("wordpress-reviews", {}, ["https://wordpress.org/support/plugin/acme-forms/reviews/feed/"]),
        ("wordpress-reviews", {"directory": "theme"}, ["https://wordpress.org/support/theme/acme-forms/reviews/feed/"]),
        ("jetbrains", {}, ["https://plugins.jetbrains.com/api/plugins/1234/comments?size=50"]),
        ("producthunt", {}, ["https://www.producthunt.com/feed?"]),
        ("producthunt", {"topic": "developer-tools"}, ["https://www.producthunt.com/feed?topic=developer-tools"]),
        ("producthunt", {"topic": "a", "category": "b c"}, ["https://www.producthunt.com/feed?topic=a&category=b%20c"]),
        (
            "rss-bridge",
            {"token": "", "parameters": "context=By+username&u=acme%20x"},
            [
                "https://rss-bridge.acme.example/?action=display&bridge=Sample&format=Atom&context=By+username&u=acme%20x"
            ],
        ),
        ("rsshub", {}, ["https://rsshub.acme.example/sample/channel/acme?format=atom&limit=50"]),
        ("f5bot", {}, [f"https://f5bot.com/{F5BOT}"]),
        ("reviews-page", {}, ["https://shop.example/acme-one", "https://shop.example/acme-two"]),
    ],
)
def test_what_cannot_search_asks_the_same_for_all_brands(name, params, urls):
    """One request for each value of a list, whatever the brands; a robots.txt is only asked for pages."""
    found = requests_of(the(name, **params), "acme", '"acme router"', exclude=["acme.sh"])
    assert [request.url for request in found] == urls
    assert all(request.robots == (name == "reviews-page") for request in found)
    assert all((request.headers, request.instead, request.login) == ({}, None, None) for request in found)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("google-alerts", "https://www.google.com/alerts/feeds/***"),
        ("f5bot", "https://f5bot.com/***"),
        (
            "rss-bridge",
            "https://rss-bridge.acme.example/?action=display&bridge=Sample&format=Atom&token=***&",
        ),
    ],
)
def test_addresses_that_are_secrets_are_not_shown(name, shown):
    """Who has the address of an alert can read it: it is masked, and not given back with the answer."""
    request = requests_of(the(name), "acme")[0]
    assert request.shown == shown
    assert not {ALERT, F5BOT, TOKEN} & set(request.given.values())


def test_what_is_missing_is_named_with_where_to_find_it():
    """A parameter that has to be given says what it is, also one that may be a list."""
    for name, key, where in [
        ("youtube-channel", "channels", "Copy channel ID"),
        ("google-alerts", "feed", "/alerts/feeds/"),
        ("rss-bridge", "bridge", "bridge="),
        ("reviews-page", "pages", "addresses of the pages"),
    ]:
        (wrong,) = [what for key_, what in check_params(name, {}) if key_ == key]
        assert where in wrong
    assert check_params("youtube-channel", {"channels": (CHANNEL, "UC" + "2" * 22)}) == []
    with pytest.raises(ConfigError, match="is a list; the preset takes one value"):
        source_of("google-alerts", feed=("1/2", "3/4"))


def test_only_what_is_proven_is_asked_by_a_scan():
    """A scan without a configuration asks Google News, whose recorded answers we have, and not Bing News."""
    asked, left_out = default_presets()
    assert "google-news" in asked
    assert "documented" in left_out["bing-news"]


# --- the hand-made answers ----------------------------------------------------------------------------------


def test_google_news_entries():
    """The publisher is the author and leaves the headline; what the description says of other articles is not read."""
    assert entries("google-news") == [
        {
            "guid": "CBMiAAA",
            "kind": "article",
            "url": "https://news.google.com/rss/articles/CBMiAAA?oc=5",
            "title": "Acme routers fail after update - what owners can do",
            "author": "The Daily Sample",
            "published": at("2026-11-22T08:15:00"),
            "language": "en-US",
            "country": "US",
        },
        {
            "guid": "CBMiBBB",
            "kind": "article",
            "url": "https://news.google.com/rss/articles/CBMiBBB?oc=5",
            "title": "Acme & Sons opens a shop",
            "author": "Radio 4 - Southern Hills",
            "published": at("2026-11-21T19:00:00"),
            "language": "en-US",
            "country": "US",
        },
        {
            "guid": "CBMiCCC",
            "kind": "article",
            "url": "https://news.google.com/rss/articles/CBMiCCC?oc=5",
            "title": "Without a source - Acme",
            "published": at("2026-11-20T07:00:00"),
            "language": "en-US",
            "country": "US",
        },
    ]


def test_bing_news_entries():
    """Links lead past the counter; the publisher is found whatever the namespace is."""
    expected = [
        {
            "kind": "article",
            "url": "https://daily.example/news/acme-recall",
            "title": 'Acme recalls its "Router"',
            "text": "Owners of the Acme Router are asked to unplug it ...",
            "author": "The Daily Sample",
            "published": at("2026-11-22T04:19:00"),
            "language": "en",
            "country": "US",
        },
        {
            "kind": "article",
            "url": "https://wire.example/2026/deal",
            "title": "Globex and Acme agree",
            "text": "After two years in court.",
            "author": "Sample Wire",
            "published": at("2026-11-21T06:07:00"),
            "language": "en",
            "country": "US",
        },
    ]
    assert entries("bing-news") == expected
    other = sample("bing-news.xml").replace(b"News:", b"ns7:").replace(b"xmlns:News", b"xmlns:ns7")
    assert [told(entry) for entry in read_by(the("bing-news"), other).entries] == expected


@pytest.mark.parametrize(
    "fast",
    [False, pytest.param(True, marks=pytest.mark.skipif(not has_fast(), reason="the extra fast is not installed"))],
)
@pytest.mark.parametrize("name", ["google-news.xml", "bing-news.xml"])
def test_publishers_are_found_by_both_parsers(name, fast):
    """With and without the extra for speed, the publisher of an article is its author; also where the URL is plain."""
    read = FeedSource("s", "https://news.example/", fast=fast).parse(
        Response("https://news.example/", {}, sample(name), NOW)
    )
    assert read.entries[0].author == "The Daily Sample"


def test_a_source_element_elsewhere_is_no_author():
    """In a feed that is no search for news, the element names the feed that an item was taken from."""
    feed = sample("google-news.xml").replace(b"news.google.com", b"planet.example")
    read = FeedSource("s", "https://planet.example/").parse(Response("https://planet.example/", {}, feed, NOW))
    assert [entry.author for entry in read.entries] == [None] * 3
    assert read.entries[0].title.endswith(" - The Daily Sample")


def test_youtube_entries():
    """The description is the text; likes are counted, views are not."""
    first, second = entries("youtube-channel")
    assert first == {
        "guid": "yt:video:acmeAAAAAA1",
        "kind": "post",
        "url": "https://www.youtube.com/watch?v=acmeAAAAAA1",
        "title": "Is the Acme Router any good?",
        "text": "Three weeks with it.\n\nIt dropped out twice a day.",
        "author": "Gadget Bench",
        "published": at("2026-11-21T16:00:05"),
        "engagement": 412,
    }
    assert second == {
        "guid": "yt:video:acmeAAAAAA2",
        "kind": "post",
        "url": "https://www.youtube.com/shorts/acmeAAAAAA2",
        "title": "Unboxing",
        "author": "Gadget Bench",
        "published": at("2026-11-20T16:00:05"),
    }
    looked_at = sample("youtube-channel.xml").replace(b'views="10893"', b'views="99999"')
    again = read_by(the("youtube-channel"), looked_at).entries
    assert [told(entry) for entry in again] == [first, second], "who looks changes nothing"


def test_google_alerts_entries():
    """Links lead to the article, titles are without the marks around what was found."""
    assert entries("google-alerts") == [
        {
            "guid": "tag:google.com,2013:googlealerts/feed:8974135267215330001",
            "kind": "article",
            "url": "https://daily.example/acme?id=7",
            "title": "Why Acme customers don't wait ...",
            "text": "Six weeks for a router is too ...",
            "published": at("2026-11-22T09:53:37"),
        },
        {
            "guid": "tag:google.com,2013:googlealerts/feed:8974135267215330002",
            "kind": "article",
            "url": "https://wire.example/2026/deal",
            "title": "Acme & Globex",
            "text": "A deal after two years.",
            "published": at("2026-11-21T11:46:48"),
        },
    ]


def test_firefox_add_on_entries():
    """A review has its stars, version and add-on, one without words too; the next page is followed."""
    document = read_by(the("addons-mozilla"), sample("addons-mozilla.json"))
    assert [told(entry) for entry in document.entries] == [
        {
            "guid": "1900001",
            "kind": "review",
            "url": "https://addons.mozilla.org/en-US/firefox/addon/acme-helper/reviews/1900001/",
            "text": "Broke with the last update.\nSupport does not answer.",
            "author": "Firefox user 42",
            "community": "acme-helper",
            "published": at("2026-11-20T09:30:12"),
            "version": "2.10.1",
            "rating": 1.0,
        },
        {
            "guid": "1900002",
            "kind": "review",
            "url": "https://addons.mozilla.org/en-US/firefox/addon/acme-helper/reviews/1900002/",
            "author": "Jo",
            "community": "acme-helper",
            "published": at("2026-11-19T09:30:12"),
            "rating": 4.0,
        },
    ]
    assert [request.url for request in document.following] == [
        "https://addons.mozilla.org/api/v5/ratings/rating/?addon=acme-helper&page=2&page_size=50"
    ]
    last = sample("addons-mozilla.json").replace(b'"next": "https', b'"next": null, "was": "https')
    assert read_by(the("addons-mozilla"), last).following == ()


def test_wordpress_entries():
    """Stars at the start of a text are read and cut out; words about stars are not."""
    found = entries("wordpress-reviews")
    assert found[0] == {
        "guid": "https://wordpress.org/support/topic/lost-all-entries/",
        "kind": "review",
        "url": "https://wordpress.org/support/topic/lost-all-entries/",
        "title": "Lost all entries",
        "text": "The update of Acme Forms deleted them.",
        "author": "jo_example",
        "community": "acme-forms",
        "published": at("2026-11-21T21:12:13"),
        "language": "en-US",
        "rating": 1.0,
    }
    assert [(one.get("rating"), one["text"]) for one in found[1:]] == [
        (5.0, "Simple."),
        (None, "I would give it a Rating: 5 stars if I could."),
    ]


def test_jetbrains_entries():
    """Milliseconds as text are a time, no stars are none, and an answer is a comment that names its review."""
    assert entries("jetbrains") == [
        {
            "guid": "90001",
            "kind": "review",
            "url": "https://plugins.jetbrains.com/plugin/1234/reviews#review=90001",
            "text": "Freezes the IDE since 2026.2.",
            "author": "Jo Example",
            "community": "Acme Lint",
            "published": at("2026-11-22T09:00:00"),
            "version": "3.4.0",
            "rating": 2.0,
            "engagement": 4,
        },
        {
            "guid": "90002",
            "kind": "comment",
            "url": "https://plugins.jetbrains.com/plugin/1234/reviews#review=90002",
            "text": "Fixed in 3.4.1, thank you.",
            "author": "Acme",
            "community": "Acme Lint",
            "parent": "90001",
            "published": at("2026-11-22T10:00:00"),
            "engagement": 0,
        },
        {
            "guid": "90003",
            "kind": "review",
            "url": "https://plugins.jetbrains.com/plugin/1234/reviews#review=90003",
            "published": at("2026-11-21T09:00:00"),
            "rating": 5.0,
        },
    ]


def test_product_hunt_entries():
    """The two links below each text are no words of anybody."""
    (entry,) = entries("producthunt")
    assert entry.pop("published") is not None
    assert entry == {
        "guid": "tag:www.producthunt.com,2005:Post/990001",
        "kind": "post",
        "url": "https://www.producthunt.com/products/acme-notes",
        "title": "Acme Notes",
        "text": "Notes that write themselves",
        "author": "Jo Example",
        "language": "en-US",
    }


def test_bridge_entries():
    """What a bridge or a hub gives is read like any feed."""
    assert entries("rss-bridge") == [
        {
            "guid": "https://site.example/posts/7",
            "kind": "post",
            "url": "https://site.example/posts/7",
            "title": "Acme again",
            "text": "Third outage this week.",
            "author": "Jo Example",
            "published": at("2026-11-22T09:00:00"),
        }
    ]
    assert entries("rsshub") == [
        {
            "guid": "https://site.example/acme/11",
            "kind": "post",
            "url": "https://site.example/acme/11",
            "title": "Delivery took six weeks",
            "text": "And then it was broken.",
            "author": "Jo",
            "published": at("2026-11-22T10:30:00"),
        }
    ]


def test_an_error_of_a_bridge_is_no_entry():
    """An error in an entry's clothes is told as the failure that it is, without the token in its address."""
    document = read_by(the("rss-bridge"), sample("rss-bridge-error.xml"))
    assert document.entries == ()
    assert document.error == "Bridge returned error 404! (20414)"
    assert TOKEN not in repr(document)


def test_f5bot_entries():
    """The alert's keyword is no word of the post; where it was found is told by its address; further pages follow."""
    document = read_by(the("f5bot"), sample("f5bot.json"))
    assert [told(entry) for entry in document.entries] == [
        {
            "guid": "F5BOT-alert-12345",
            "kind": "comment",
            "url": "https://www.reddit.com/r/homelab/comments/1abcde/comment/xyz12/",
            "title": "Which router - and why?",
            "text": "Do not buy Acme, mine died & nobody answers.",
            "author": "jo_example",
            "community": "homelab",
            "published": at("2026-11-22T09:20:30"),
        },
        {
            "guid": "F5BOT-alert-12346",
            "kind": "post",
            "url": "https://news.ycombinator.com/item?id=1",
            "title": "Just a title",
            "text": "Acme is fine.",
            "published": at("2026-11-21T09:20:30"),
        },
    ]
    (further,) = document.following
    assert further.url == f"https://f5bot.com/{F5BOT}&page=2"
    assert TOKEN not in further.shown


def test_review_page_entries():
    """Each review of the page is there with its stars, on our scale, and the page's average beside them."""
    document = read_by(the("reviews-page"), sample("reviews-page.html"))
    first, second = (told(entry) for entry in document.entries)
    assert first.pop("guid") != second.pop("guid")
    assert (first, second) == (
        {
            "kind": "review",
            "url": "https://shop.example/acme-one",
            "title": "Dead after a week",
            "text": "It died & nobody answers.",
            "author": "Jo Example",
            "community": "Acme One",
            "published": at("2026-11-20T00:00:00"),
            "rating": 1.44,
        },
        {
            "kind": "review",
            "url": "https://shop.example/acme-one",
            "text": "Does what it says.",
            "author": "Kim",
            "community": "Acme One",
            "published": at("2026-11-19T00:00:00"),
            "rating": 5.0,
        },
    )
    assert [(rating.name, rating.rating, rating.count) for rating in document.ratings] == [("Acme One", 3.5, 2)]


# --- the recorded documents ---------------------------------------------------------------------------------

YOUTUBE = (
    "atom/Feeder__atom_youtube.xml",
    "atom/RSS-Parser__atom-feed-youtube.xml",
    "atom/feed-rs__atom_mediarss_youtube_1.xml",
    "atom/feeddeck__youtube_test.ts_responseYoutubeRSS.xml",
    "atom/feedjira__youtube_atom.xml",
    "atom/huginn__youtube.xml",
)
RECORDED = [
    ("google-news", "rss2/feeddeck__googlenews_test.ts_responseSearch.xml"),
    ("google-news", "rss2/feeddeck__googlenews_test.ts_responseUrl.xml"),
    ("google-alerts", "atom/feedjira__google_alerts_atom.xml"),
    *(("youtube-channel", path) for path in YOUTUBE),
    ("rss-bridge", "atom/rss-bridge__feed.common.xml"),
    ("rss-bridge", "atom/rss-bridge__feed.microblog.xml"),
    ("bing-news", "shape-only/bingnewsrss/(index_ids_70597855192,_71470306146)__bing_news_rss_excerpts.xml"),
]


@needs_corpus
@pytest.mark.parametrize(("name", "path"), RECORDED)
def test_recorded_documents_are_read_whole(name, path):
    """Each recorded document gives as many entries as it has items, and each of them something to read, a time, and what leads to it."""
    body = recorded(path)
    document = read_by(the(name), body)
    assert len(document.entries) == len(re.findall(rb"<(?:item|entry)[\s>]", body))
    assert all(
        (entry.title or entry.text) and (entry.url or entry.guid) and entry.published for entry in document.entries
    )
    assert (document.dropped, document.error) == ((), None)


@needs_corpus
def test_recorded_google_news():
    """A recorded answer, field by field: nothing of the other articles in its description is left."""
    document = read_by(the("google-news", language="de", country="DE"), recorded(RECORDED[0][1]))
    first = told(document.entries[0])
    assert first.pop("title").startswith("Chemnitz: ")
    assert first.pop("guid").startswith("CBMibGh0dHBzOi8vd3d3LnRhZzI0")
    assert first.pop("url").startswith("https://news.google.com/rss/articles/CBMibGh0dHBzOi8vd3d3LnRhZzI0")
    assert first == {
        "kind": "article",
        "author": "TAG24",
        "published": at("2023-12-06T04:30:00"),
        "language": "de",
        "country": "DE",
    }
    several = read_by(the("google-news"), recorded(RECORDED[1][1])).entries
    assert [entry.author for entry in several] == ["tagesschau.de", "Tagesspiegel"]
    assert all(entry.author not in entry.title for entry in several)


@needs_corpus
def test_recorded_google_alerts():
    """A recorded alert, field by field: no link leads to Google, no title has a mark in it."""
    found = read_by(the("google-alerts"), recorded(RECORDED[2][1])).entries
    assert not [entry for entry in found if "google." in entry.url or "<" in entry.title]
    first = told(found[1])
    assert first.pop("title").startswith("Slack Stock")
    assert first.pop("text").startswith("In the run up")
    assert first == {
        "guid": "tag:google.com,2013:googlealerts/feed:13685523368333461374",
        "kind": "article",
        "url": "https://investorplace.com/2019/07/slack-stock-truly-compelling/",
        "published": at("2019-07-10T11:46:48"),
    }


@needs_corpus
def test_recorded_youtube():
    """A recorded channel, field by field."""
    first = told(read_by(the("youtube-channel"), recorded(YOUTUBE[3])).entries[0])
    assert first.pop("title").startswith("Verhandlungen")
    assert first.pop("text").startswith("Bundeskanzler")
    assert first == {
        "guid": "yt:video:oiBPyTi7lvM",
        "kind": "post",
        "url": "https://www.youtube.com/watch?v=oiBPyTi7lvM",
        "author": "tagesschau",
        "published": at("2023-12-11T15:38:12"),
        "engagement": 69,
    }


@needs_corpus
def test_recorded_review_pages():
    """The preset reads of a recorded page what the reader of pages reads; how much that is, is tested there."""
    paths = sorted((CORPUS / "jsonld-review-page").iterdir())[:6] + sorted((CORPUS / "microdata-page").iterdir())[:3]
    assert len(paths) == 9
    read = 0
    for path in paths:
        found = outcome("reviews-page", path.read_bytes())
        if isinstance(found, ParseError):
            assert found.state in {"not-a-feed", "blocked"}
        else:
            read += bool(found.entries)
            assert all(entry.kind == "review" for entry in found.entries)
    assert read >= 5


# --- bad input ----------------------------------------------------------------------------------------------

PAGE = "<!doctype html><html><head><title>Sign in</title></head><body><p>Hello</p></body></html>"
BAD = {
    "a page with status 200": PAGE,
    "a plain text": "One request every 5 seconds, please.",
    "nothing": "",
    "an error": json.dumps({"detail": "Not found.", "error": "no such thing"}),
    "a number": "17",
    "null": "null",
    "an empty feed": "<rss version='2.0'><channel><title>T</title></channel></rss>",
    "an object for a list": json.dumps({"results": {"id": 1}, "items": {"id": 1, "tags": {"a": 1}}, "id": 1}),
    "texts for objects": json.dumps({"results": ["x", None, 3], "items": ["x", {"id": "1", "user": "Jo", "tags": 7}]}),
    "a list of odd items": json.dumps([{"id": {}, "rating": "many", "author": [], "votes": "3", "cdate": [1]}, 3]),
}


@pytest.mark.parametrize("name", GIVEN)
@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
def test_what_is_odd_is_read_or_told(name, body):
    """What comes in place of the answer is read, or told with a state, the address and what to do."""
    found = outcome(name, body)
    if isinstance(found, ParseError):
        assert found.state in {"down", "blocked", "not-a-feed", "rate-limited"}
        assert found.reason
        assert found.url.startswith("http")
        assert not [secret for secret in (ALERT, F5BOT, TOKEN) if secret in str(found)]
    else:
        assert isinstance(found, Document)


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("addons-mozilla", BAD["an error"], "Not found|no such thing"),
        ("addons-mozilla", PAGE, 'not JSON but a page titled "Sign in"'),
        ("jetbrains", BAD["an error"], "no such thing"),
        ("f5bot", BAD["a plain text"], "not JSON but text"),
        ("google-news", PAGE, "Sign in"),
        ("rsshub", "<html><head><title>Looks like something went wrong</title></head></html>", "went wrong"),
        ("reviews-page", PAGE, "holds no schema.org reviews"),
    ],
)
def test_what_is_told_is_what_came(name, body, message):
    """The message quotes what came in place of the answer."""
    with pytest.raises(ParseError, match=message) as e:
        read_by(the(name), body)
    assert e.value.advice


@pytest.mark.parametrize(
    ("name", "params", "body"),
    [
        (
            "rss-bridge",
            {"token": "tok12"},
            b"<rss version='2.0'><channel><item><link>#7</link><title>One</title></item></channel></rss>",
        ),
        ("f5bot", {"feed": "f?key=tok12"}, b'{"items": [{"id": "1", "title": "One", "url": "#7"}]}'),
    ],
)
def test_a_link_relative_to_a_secret_address(name, params, body):
    """A link that takes over the address of its document takes over no secret, however short that is."""
    (entry,) = read_by(the(name, **params), body).entries
    assert entry.url.endswith("#7")
    assert "tok12" not in entry.url
