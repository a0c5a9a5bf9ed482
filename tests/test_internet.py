"""A small internet on loopback: fifty places that do what the web does, each on an address of its own, in one poll."""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import pytest

from mentionwatch import find_mentions, parse_config, poll
from tests.feeds import json_feed, reviews, rss
from tests.servers import Answer, LoopbackServer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 and so on are hosts of their own on Linux")

NOW = datetime(2026, 11, 2, 12, 5, tzinfo=timezone.utc)
GOOD = rss([(f"g{n}", f"Acme {n}", "acme works", f"a{n}", NOW - timedelta(hours=n)) for n in range(4)])
PAGE = b"<!doctype html><html><head><title>%s</title></head><body><p>Hello</p></body></html>"
ATOM = (
    b"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title>t</title><id>f</id>"
    b"<updated>2026-11-02T00:00:00Z</updated><entry><id>e1</id><title>Acme</title><link href='https://x.example/1'/>"
    b"<updated>2026-11-02T00:00:00Z</updated><content>acme</content></entry></feed>"
)
RDF = (
    b"<?xml version='1.0'?><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
    b"xmlns='http://purl.org/rss/1.0/'><channel rdf:about='u'><title>t</title></channel>"
    b"<item rdf:about='https://x.example/1'><title>Acme</title><link>https://x.example/1</link></item></rdf:RDF>"
)
BRIDGE = rss([("b", "Bridge returned error 503! (20394)", "acme RuntimeException", "bridge", NOW)])
LAUGHS = (
    b"<?xml version='1.0'?><!DOCTYPE l [<!ENTITY a 'acme'>"
    + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><rss version='2.0'><channel><title>x</title><item><title>&j;</title></item></channel></rss>"
)
OUTSIDE = (
    b"<?xml version='1.0'?><!DOCTYPE l [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><rss version='2.0'><channel>"
    b"<title>x</title><item><guid>1</guid><title>acme &x;</title></item></channel></rss>"
)


def headers(**given):
    return {name.replace("_", "-"): value for name, value in given.items()}


def hang(handler):
    """Take the request and never answer."""
    handler.server.loopback.closing.wait(30)


def drip(handler):
    """Send a byte now and then, for ever."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not handler.server.loopback.closing.wait(0.05):
        handler.wfile.write(b" ")
        handler.wfile.flush()


def endless(handler):
    """Send as fast as it goes, for ever."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n<rss>")
    while not handler.server.loopback.closing.is_set():
        handler.wfile.write(b"<item>acme</item>" * 5000)


def hang_up(handler):
    """Promise more than comes."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<rss version='2.0'><channel>")


def moved(to, status=302):
    return Answer(status=status, headers={"Location": to})


@dataclass(frozen=True)
class Place:
    """A source, and the state it is in after a poll."""

    route: object
    state: str = "ok"


def places():
    """Name -> place; a route for the path /feed."""
    utf16 = GOOD.decode().replace("<?xml version='1.0'?>", "<?xml version='1.0' encoding='utf-8'?>").encode("utf-16")
    latin = rss([("l1", "Acmé", "acme café", "José", NOW)]).decode().encode("iso-8859-1")
    bomb = gzip.compress(b"\0" * 60_000_000)
    deflate = zlib.compressobj(wbits=-15)
    return {
        "rss": Place(Answer(GOOD)),
        "atom": Place(Answer(ATOM)),
        "rdf": Place(Answer(RDF)),
        "json-feed": Place(Answer(json_feed([("j", "Acme", "acme", "j", NOW)]))),
        "reviews": Place(Answer(reviews([("r", 1, "The acme broke", NOW)]))),
        "no-validators": Place(Answer(GOOD, etag=False)),
        "weak-etag": Place(Answer(GOOD, etag='W/"x"')),
        "gzip": Place(Answer(gzip.compress(GOOD), headers=headers(Content_Encoding="gzip"))),
        "gzip-unsaid": Place(Answer(gzip.compress(GOOD))),
        "deflate-raw": Place(
            Answer(deflate.compress(GOOD) + deflate.flush(), headers=headers(Content_Encoding="deflate"))
        ),
        "gzip-said-only": Place(Answer(GOOD, headers=headers(Content_Encoding="gzip"))),
        "bom": Place(Answer(b"\xef\xbb\xbf" + GOOD)),
        "blank-lines": Place(Answer(b"\n\n  \n" + GOOD)),
        "php-warning": Place(Answer(b"<br />\n<b>Warning</b>: Undefined index in <b>/x.php</b><br />\n" + GOOD)),
        "utf-16": Place(Answer(utf16)),
        "wrong-charset": Place(Answer(latin, headers=headers(Content_Type="text/xml; charset=utf-8"))),
        "wrong-type": Place(Answer(GOOD, headers=headers(Content_Type="text/html"))),
        "junk-after": Place(Answer(GOOD + b"<!-- cached --><script>x</script>")),
        "moved-302": Place(moved("/feed2")),
        "moved-301": Place(moved("/feed2", 301)),
        "external-entity": Place(Answer(OUTSIDE)),
        "new-forum": Place(Answer(rss([]))),
        "truncated": Place(Answer(GOOD[:-120]), "partial"),
        "html": Place(Answer(PAGE % b"Welcome"), "not-a-feed"),
        "login": Place(Answer(PAGE % b"Please log in"), "not-a-feed"),
        "text": Place(Answer(b"Sorry, try later"), "not-a-feed"),
        "body-is-a-path": Place(Answer(b"/etc/passwd"), "not-a-feed"),
        "challenge": Place(
            Answer(
                b"<html><head><title>Just a moment...</title></head><body><script "
                b"src='/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1'></script></body></html>"
            ),
            "blocked",
        ),
        "empty-body": Place(Answer(b""), "down"),
        "broken-json": Place(Answer(b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id"'), "down"),
        "json-list": Place(Answer(json.dumps(["acme"]).encode()), "not-a-feed"),
        "bridge-error": Place(Answer(BRIDGE), "down"),
        "401": Place(Answer(status=401), "blocked"),
        "403": Place(Answer(status=403), "blocked"),
        "404": Place(Answer(status=404), "down"),
        "410": Place(Answer(status=410), "gone"),
        "429": Place(Answer(status=429, headers=headers(Retry_After="120")), "rate-limited"),
        "429-now": Place(Answer(status=429, headers=headers(Retry_After="0")), "rate-limited"),
        "500": Place(Answer(status=500), "down"),
        "503": Place(Answer(status=503, headers=headers(Retry_After="3600")), "down"),
        "loop": Place(moved("/feed"), "down"),
        "to-metadata": Place(moved("http://169.254.169.254/latest/meta-data/"), "down"),
        "to-private": Place(moved("http://127.0.0.1:9/feed"), "down"),
        "to-a-file": Place(moved("file:///etc/passwd"), "down"),
        "hangs": Place(hang, "down"),
        "drips": Place(drip, "down"),
        "endless": Place(endless, "down"),
        "hangs-up": Place(hang_up, "down"),
        "gzip-bomb": Place(Answer(bomb, headers=headers(Content_Encoding="gzip")), "down"),
        "gzip-bomb-unsaid": Place(Answer(bomb), "down"),
        "laughs": Place(Answer(LAUGHS), "down"),
        "attributes": Place(
            Answer(
                b"<rss version='2.0'><channel %s>acme</channel></rss>"
                % b" ".join(b"a%d='1'" % n for n in range(100_000))
            ),
            "down",
        ),
    }


@pytest.fixture(scope="module")
def internet(tmp_path_factory):
    """Every place on a host of its own, and the configuration that polls them all."""
    found = places()
    sources = []
    with ExitStack() as stack:
        for number, (name, place) in enumerate(found.items(), start=2):
            routes = {"/feed": place.route, "/feed2": Answer(GOOD)}
            server = stack.enter_context(LoopbackServer(routes, host=f"127.0.0.{number}"))
            sources.append(f'[[sources]]\nname = "{name}"\nurl = "{server.url("/feed")}"\nfail_after = 1\n')
        store = tmp_path_factory.mktemp("internet") / "m.db"
        text = (
            f'[store]\nurl = "sqlite:///{store.as_posix()}"\n[fetch]\ntimeout = "2s"\nmax_bytes = "1MiB"\n'
            f'[[brands]]\nname = "Acme"\nmatch = ["acme"]\n{"".join(sources)}'
        )
        config = parse_config(text, "internet.toml")
        yield found, config, [poll(config, now=NOW + n * timedelta(hours=1), every_source=True) for n in range(2)]


def test_every_place_is_in_the_state_it_should_be_in(internet):
    """Each trouble is told apart: down, gone, blocked, not a feed, rate-limited, partial; and none is "0 mentions"."""
    found, _config, (first, _second) = internet
    states = {status.name: status.state for status in first.statuses}
    assert states == {name: place.state for name, place in found.items()}
    assert len(found) >= 50


def test_what_can_be_had_is_had(internet):
    """One bad place holds up no other: every place that answers has its mentions."""
    found, config, _reports = internet
    stored = Counter(mention.entry.source for mention in find_mentions(config))
    good = {name for name, place in found.items() if place.state in {"ok", "partial"}} - {"new-forum"}
    assert set(stored) == good
    for name in (
        "rss",
        "gzip",
        "gzip-unsaid",
        "deflate-raw",
        "gzip-said-only",
        "bom",
        "utf-16",
        "moved-301",
        "php-warning",
    ):
        assert stored[name] == 4, name


def test_each_trouble_is_told_once(internet):
    """The first poll names every place in trouble in one line with what to do; the second prints none of it again."""
    found, _config, (first, second) = internet
    told = [change.status.name for change in first.changes]
    assert sorted(told) == sorted(name for name, place in found.items() if place.state != "ok")
    for change in first.changes:
        line = str(change)
        assert "\n" not in line
        assert "http://127.0.0." in line or change.status.name in {"to-metadata", "to-private"}
        assert "; " in line, line
    assert [str(change) for change in second.changes] == []
    assert first.exit_code() == second.exit_code() == 3


def test_nothing_of_this_machine_is_read(internet):
    """Neither an external entity nor a body or a redirect that names a file reads one."""
    _found, config, _reports = internet
    said = " ".join(f"{mention.entry.title} {mention.entry.text}" for mention in find_mentions(config))
    assert "root:" not in said


def test_the_page_is_quoted_where_a_feed_was_expected(internet):
    """Not-a-feed says what came instead."""
    _found, _config, (first, _second) = internet
    reasons = {status.name: status.reason for status in first.statuses}
    assert "Welcome" in reasons["html"]
    assert "Please log in" in reasons["login"]
    assert "Bridge returned error" in reasons["bridge-error"]
