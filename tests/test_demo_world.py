"""The demo's world: the same for the same start, believable, and served as real documents."""

from __future__ import annotations

import http.client
import json
import re
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from html import unescape
from urllib.parse import urlsplit

import feedparser
import pytest
import tomli
from textblob import TextBlob

from mentionwatch.demo import DEMO_SOURCES, demo_config
from mentionwatch.demo.documents import PATHS, make_page
from mentionwatch.demo.server import DemoServer
from mentionwatch.demo.world import LENGTH, OWN_AUTHOR, PLACES, STORM, is_down, posts_until

START = datetime(2024, 5, 1, 9, 30, tzinfo=timezone.utc)
END = START + LENGTH
STARTS = [
    START,
    datetime(2023, 12, 28, 23, 59, 59, 999_999, tzinfo=timezone.utc),
    datetime(2026, 2, 1, tzinfo=timezone.utc),
]


def get(server, path, method="GET", **headers):
    """One request: status, headers, body."""
    connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc, timeout=10)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


@pytest.fixture
def server():
    """A demo server at the end of its world."""
    with DemoServer(START, END) as made:
        yield made


# --- the world ------------------------------------------------------------------------------------------------


def test_the_same_start_gives_the_same_world():
    """A demo that differs from run to run cannot be written about."""
    again = START + timedelta(0)
    assert posts_until(END, START) == posts_until(END, again)
    shifted = posts_until(END + timedelta(days=7), START + timedelta(days=7))
    assert [p.text for p in shifted] == [p.text for p in posts_until(END, START)]


def test_time_only_adds_posts():
    """What was published stays, in order, and nothing is known before its time."""
    known = ()
    for hours in range(0, 24 * 21 + 1, 12):
        now = START + timedelta(hours=hours)
        posts = posts_until(now, START)
        assert posts[: len(known)] == known
        assert all(p.published <= now for p in posts)
        known = posts
    assert [p.published for p in known] == sorted(p.published for p in known)
    assert posts_until(START - timedelta(seconds=1), START) == ()


@pytest.mark.parametrize("start", STARTS)
def test_no_place_is_ever_empty(start):
    """A shop's page without a review is no review page."""
    assert {p.place for p in posts_until(start, start)} == set(PLACES)


@pytest.mark.parametrize("start", STARTS)
def test_ordinary_days_have_ten_to_twenty_mentions(start):
    """Enough to learn what is usual from, and posts beside them that name nobody."""
    posts = [p for p in posts_until(start + LENGTH, start) if not p.storm]
    mentions = Counter((p.published - start).days for p in posts if p.leaning)
    assert all(mentions[day] >= 6 for day in range(21))
    assert 10 <= sum(mentions.values()) / 21 <= 20
    assert Counter(p.leaning for p in posts)[None] > 60


@pytest.mark.parametrize("start", STARTS)
def test_the_firestorm_is_one(start):
    """At least 40 complaints of as many authors in 30 hours, more and more of them, in words of their own."""
    end = start + LENGTH
    posts = [p for p in posts_until(end, start) if p.storm and p.author.count("bot") == 0 and p.place != "news"]
    assert 40 <= len(posts) <= 60
    assert len({p.author for p in posts}) == len({p.text for p in posts}) == len(posts)
    assert all(end - STORM <= p.published <= end for p in posts)
    third = STORM / 3
    thirds = Counter(min(2, int((p.published - (end - STORM)) / third)) for p in posts)
    assert thirds[0] < thirds[1] < thirds[2]


@pytest.mark.parametrize("start", STARTS)
def test_ordinary_complaints_come_at_a_steady_pace(start):
    """Two a day or so, never a cluster: the demo has one alert."""
    times = [p.published for p in posts_until(start + LENGTH, start) if p.leaning == "negative" and not p.storm]
    assert len(times) > 35
    assert all(sum(first <= time < first + timedelta(hours=32) for time in times) <= 4 for first in times)


def test_only_copies_share_a_text():
    """A text comes twice only where a news item was copied word for word, with its title."""
    posts = posts_until(END, START)
    texts = Counter(p.text for p in posts)
    twice = [p for p in posts if texts[p.text] > 1]
    assert {p.text for p in twice} == {p.text for p in posts if p.author.startswith("newsbot")}
    assert len({(p.title, p.text) for p in twice}) == len({p.text for p in twice})


def test_nothing_is_left_in_braces():
    """Every detail was filled in."""
    assert not [p for p in posts_until(END, START) if re.search(r"[{}]", p.title + p.text)]


def test_a_leaning_is_given_exactly_to_what_names_the_brand():
    """Posts about clouds and kettles lean nowhere; the makers' own neither."""
    for post in posts_until(END, START):
        named = re.search(r"\bnimbus\b(?! cloud)", f"{post.title} {post.text}", re.IGNORECASE)
        assert (post.leaning is not None) == (named is not None and post.author != OWN_AUTHOR), post


@pytest.mark.parametrize("start", STARTS)
def test_textblob_hears_what_is_meant(start):
    """Complaints are rated negative and praise positive nearly always, questions mostly neutral."""
    right = Counter()
    total = Counter()
    for post in posts_until(start + LENGTH, start):
        if post.leaning and post.place != "news":
            polarity = TextBlob(f"{post.title}\n{post.text}").sentiment.polarity
            label = "negative" if polarity < -0.05 else "positive" if polarity > 0.05 else "neutral"
            key = (post.leaning, post.storm)
            total[key] += 1
            right[key] += label == post.leaning
    shares = {key: right[key] / total[key] for key in total}
    assert shares["negative", True] >= 0.95
    assert shares["negative", False] >= 0.8
    assert shares["positive", False] >= 0.9
    assert shares["neutral", False] >= 0.7


def test_shop_reviews_have_stars_that_fit():
    """Stars in the shop only; a complaint never has more than three."""
    for post in posts_until(END, START):
        assert (post.rating is not None) == (post.place == "shop")
        assert post.rating is None or (post.rating >= 4) == (post.leaning == "positive")


def test_one_place_is_down_for_a_while_in_week_two():
    """Fourteen hours of the club's silence are a blind spot."""
    hours = [h for h in range(24 * 21) for place in PLACES if is_down(place, START + timedelta(hours=h), START)]
    assert len(hours) == 14
    assert all(24 * 7 <= hour < 24 * 14 for hour in hours)


# --- its documents --------------------------------------------------------------------------------------------


def page_at(place, now):
    """A place's document at a moment."""
    return make_page(place, posts_until(now, START), START)


def newest(place, count):
    """The newest posts of a place, newest first."""
    return [p for p in posts_until(END, START) if p.place == place][::-1][:count]


@pytest.mark.parametrize(("place", "count", "version"), [("news", 25, "rss20"), ("forum", 50, "atom10")])
def test_feeds_are_read_by_feedparser(place, count, version):
    """Well-formed, with title, author, time and the text as HTML."""
    read = feedparser.parse(page_at(place, END).body)
    expected = newest(place, count)
    assert not read.bozo
    assert read.version == version
    assert [e.title for e in read.entries] == [p.title for p in expected]
    assert [e.author for e in read.entries] == [p.author for p in expected]
    assert [datetime(*e.published_parsed[:6], tzinfo=timezone.utc) for e in read.entries] == [
        p.published for p in expected
    ]
    assert len({e.id for e in read.entries}) == len(expected)
    assert all("<p>" in e.summary for e in read.entries)


def test_the_club_is_a_json_feed():
    """JSON Feed 1.1 with everything that its items need."""
    feed = json.loads(page_at("club", END).body)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["title"] for item in feed["items"]] == [p.title for p in newest("club", 50)]
    assert all(item["id"] and item["url"] and item["content_html"] and item["date_published"] for item in feed["items"])


def test_the_shop_has_reviews_as_structured_data():
    """A product with its reviews and what they give together; texts cannot end the block."""
    page = page_at("shop", END).body.decode()
    [block] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    product = json.loads(block)
    assert product["@type"] == "Product"
    assert [r["reviewBody"] for r in product["review"]] == [p.text for p in newest("shop", 30)]
    assert {r["reviewRating"]["ratingValue"] for r in product["review"]} <= {1, 2, 3, 4, 5}
    assert 1 <= float(product["aggregateRating"]["ratingValue"]) <= 5


def test_no_text_breaks_out_of_its_document():
    """Angle brackets, ampersands and the end of a script stay words in every kind of document."""
    nasty = 'a </script> & ]]> <b>"x"</b>'
    posts = [replace(p, title=nasty, text=nasty, author=nasty) for p in posts_until(END, START)]
    pages = {place: make_page(place, posts, START).body.decode() for place in PLACES}
    for place in ("news", "forum"):
        read = feedparser.parse(pages[place].encode(), sanitize_html=False)
        assert not read.bozo
        assert {(e.title, e.author) for e in read.entries} == {(nasty, nasty)}
        assert {unescape(e.summary) for e in read.entries} == {f"<p>{nasty}</p>"}
    assert {unescape(item["content_html"]) for item in json.loads(pages["club"])["items"]} == {f"<p>{nasty}</p>"}
    assert pages["shop"].count("</script>") == 1
    assert "<b>" not in pages["shop"].split("</script>")[1]


@pytest.mark.parametrize("place", PLACES)
def test_a_document_changes_with_its_posts_only(place):
    """A second later it is the same to the byte, or nothing could be answered with 304; empty ones are whole too."""
    last = newest(place, 1)[0].published
    assert page_at(place, last) == page_at(place, last + timedelta(seconds=0.5))
    assert page_at(place, last) != page_at(place, last - timedelta(seconds=1))
    assert page_at(place, START - timedelta(days=1)).modified == START


# --- its server -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "place"), PATHS.items())
def test_the_server_serves_each_place(server, path, place):
    """The document of the server's present, under its path."""
    status, headers, body = get(server, path)
    page = page_at(place, END)
    assert (status, headers["Content-Type"], body) == (200, page.content_type, page.body)
    status, headers, body = get(server, path, "HEAD")
    assert (status, headers["Content-Length"], body) == (200, str(len(page.body)), b"")


def test_a_connection_serves_many_requests(server):
    """An answer without a body leaves nothing behind that the next request would read."""
    connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc, timeout=10)
    for method, path, expected in [
        ("HEAD", "/blog/feed.xml", 200),
        ("HEAD", "/x", 404),
        ("GET", "/blog/feed.xml", 200),
    ]:
        connection.request(method, path)
        kept = connection.sock
        answer = connection.getresponse()
        answer.read()
        assert (answer.status, connection.sock) == (expected, kept)
    connection.close()


def test_a_known_document_is_answered_with_304(server):
    """By ETag, also a weak one in a list, or by time; and not any more once something was posted."""
    server.now = END - timedelta(hours=2)
    _, headers, _ = get(server, "/forum/feed.atom")
    known = [
        {"If_None_Match": headers["ETag"]},
        {"If_None_Match": f'"x", W/{headers["ETag"]}'},
        {"If_None_Match": "*"},
        {"If_Modified_Since": headers["Last-Modified"]},
    ]
    for asked in known:
        status, _, body = get(server, "/forum/feed.atom", **asked)
        assert (status, body) == (304, b"")
    server.now = END
    for asked in (known[0], known[1], known[3]):
        assert get(server, "/forum/feed.atom", **asked)[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"If_None_Match": '"other"', "If_Modified_Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
        {"If_Modified_Since": "yesterday"},
        {"If_Modified_Since": "Fri, 01 Jan 2100 00:00:00 -0000"},
        {"If_Modified_Since": "Fri, 99 Jan 2100 00:00:00 GMT"},
    ],
)
def test_an_unknown_document_is_sent(server, headers):
    """An ETag goes before a time (RFC 9110), and what is no date is ignored."""
    assert get(server, "/blog/feed.xml", **headers)[0] == 200


def test_the_club_is_down_and_comes_back(server):
    """503 in its bad hours, and 200 before and after."""
    for day, hour, expected in ((9, 5, 200), (9, 6, 503), (9, 19, 503), (9, 20, 200)):
        server.now = START + timedelta(days=day, hours=hour)
        assert get(server, "/community/feed.json")[0] == expected
        assert get(server, "/forum/feed.atom")[0] == 200


def test_other_paths(server):
    """Robots are welcome; what is not there is 404."""
    assert get(server, "/robots.txt")[2] == b"User-agent: *\nAllow: /\n"
    assert get(server, "/nothing")[0] == 404
    assert get(server, "/nothing", "HEAD")[2] == b""


def test_the_server_ends_with_its_block():
    """The port is free again, also with a connection that is kept open."""
    with DemoServer(START, END) as made:
        kept = http.client.HTTPConnection(urlsplit(made.base_url).netloc, timeout=10)
        kept.request("GET", "/blog/feed.xml")
        kept.getresponse().read()
        url = made
    with pytest.raises(ConnectionError):
        get(url, "/blog/feed.xml")
    kept.close()


# --- its configuration ----------------------------------------------------------------------------------------


def test_the_config_names_every_place():
    """Valid TOML, one source a path, whatever the store's path holds."""
    config = tomli.loads(demo_config("http://127.0.0.1:1", 'sqlite:///a "b" \\ ü.db'))
    assert config["store"]["url"] == 'sqlite:///a "b" \\ ü.db'
    assert [s["url"] for s in config["sources"]] == [f"http://127.0.0.1:1{path}" for path in PATHS]
    assert [s["name"] for s in config["sources"]] == [name for name, _ in DEMO_SOURCES]
    assert [b["name"] for b in config["brands"]] == ["Nimbus", "Caldera"]
