"""From settings to an adapter, and the adapter that finds out what a URL is."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.errors import ConfigError, ParseError
from mentionwatch.model import Ask, Document, Response, Search
from mentionwatch.settings import Secret, SourceSettings
from mentionwatch.sources import check_params, default_presets, make_source, spacing_of
from mentionwatch.sources.auto import sniff

NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
URL = "https://site.example/{query}?a=1"

RSS = b'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><item><guid>1</guid><title>One</title><link>https://site.example/1</link></item></channel></rss>'
ATOM = b'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>1</id><title>One</title><link href="https://site.example/1"/></entry></feed>'
JSON = b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "One"}]}'
PAGE = b'<!doctype html><html><head><title>T</title><script type="application/ld+json">{"@type": "Review", "name": "One", "author": "Ada"}</script></head></html>'


def read(body: bytes, **more) -> Document:
    """Read a body as a source of which only the URL is known."""
    return make_source(SourceSettings(name="s", url=URL, **more)).parse(Response(URL, {}, body, NOW))


def wrong(folder=None, **settings) -> list[str]:
    """Give the mistakes in the settings of a source."""
    with pytest.raises(ConfigError) as e:
        make_source(SourceSettings(name="mine", **settings), folder)
    assert all((p.file, p.line) == ("", None) for p in e.value.problems)
    return [f"{p.key}: {p.message}" for p in e.value.problems]


@pytest.mark.parametrize("kind", ["auto", "feed", "api", "page"])
def test_kinds(kind):
    """Each kind of the configuration gives its adapter, which asks for the URL as it stands."""
    source = make_source(SourceSettings(name="mine", url=URL, kind=kind))
    assert (source.name, source.kind) == ("mine", kind)
    assert [request.url for request in source.requests(Ask(NOW, (Search(("acme",)),)))] == [URL]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (RSS, "feed"),
        (ATOM, "feed"),
        (JSON, "api"),
        (PAGE, "page"),
        (b"\xef\xbb\xbf\n \n" + RSS, "feed"),
        (b"<b>Warning</b>: mysql on line 3<br />\n" + RSS, "feed"),
        (b"<!-- <html> -->\n" + ATOM, "feed"),
        (RSS.decode().encode("utf-16"), "feed"),
        (b"\xef\xbb\xbf " + JSON, "api"),
        (b")]}'\n" + JSON, "api"),
        (b" [" + JSON + b"]", "api"),
        (JSON.decode().encode("utf-16-le"), "api"),
        (JSON.decode().encode("utf-16-be"), "api"),
        (PAGE.decode().encode("utf-16"), "page"),
        (b"<?xml version='1.0'?><!-- <rss> --><!DOCTYPE html>" + PAGE, "page"),
        (b"<HTML><body>", "page"),
        (b"<script>var x = '<rss>'</script><title>T</title>", "page"),
        (b"", "feed"),
        (b"plain words", "feed"),
        (b'<rdf:RDF xmlns:rdf="x"><channel/></rdf:RDF>', "feed"),
        (b"<atom:feed>", "feed"),
    ],
)
def test_sniffing(body, kind):
    """The body says what a document is; the content type and the address are not asked."""
    assert sniff(body) == kind


@pytest.mark.parametrize("body", [RSS, ATOM, JSON, PAGE], ids=["rss", "atom", "json feed", "page"])
def test_auto_reads_each(body):
    """A plain URL is read as what comes from it, packed or not."""
    import gzip

    for sent in (body, gzip.compress(body)):
        (entry,) = read(sent).entries
        assert (entry.source, entry.title) == ("s", "One")


@pytest.mark.parametrize(
    ("body", "state", "words"),
    [
        (b"<html><title>Home</title>", "not-a-feed", 'not a feed; the page "Home" holds no schema.org reviews'),
        (
            b'<html><title>Home</title><link rel="alternate" type="application/atom+xml" href="/atom">',
            "not-a-feed",
            "https://site.example/atom",
        ),
        (
            b"<html><title>Just a moment...</title><script src=/cdn-cgi/challenge-platform/x></script>",
            "blocked",
            "challenge",
        ),
        (b'{"a": 1}', "not-a-feed", 'JSON without "items"'),
    ],
)
def test_auto_refuses(body, state, words):
    """What is none of them is told as what it is."""
    with pytest.raises(ParseError) as e:
        read(body)
    assert e.value.state == state
    assert words in str(e.value)


@given(
    st.binary(max_size=200) | st.text(max_size=100).map(lambda t: f"<html><script>{t}".encode("utf-8", "surrogatepass"))
)
def test_any_body_is_a_document_or_a_parse_error(body):
    """Whatever comes from a URL, no other exception leaves the adapter."""
    with suppress(ParseError):
        assert isinstance(read(body), Document)


class TestPresets:
    def test_default_presets(self, tmp_path):
        """A scan asks what is proven, searches and needs nothing; what it leaves out is named, with the reason."""
        text = """title = "T"\nsite = "https://s.example"\nstatus = "STATUS"\nverified = 2026-01-01\nevidence = "e"
            [request]\nurl = "https://s.example/?q={query}NEEDS"\n[api.fields]\nguid = "id"\n"""
        key = '\n[params.key]\nabout = "a key"\n'
        for name, status, needs in (("a", "recorded", ""), ("b", "untested", ""), ("c", "recorded", "{&key}")):
            written = text.replace("STATUS", status).replace("NEEDS", needs) + (key if needs else "")
            (tmp_path / f"{name}.toml").write_text(written, "utf-8")
        asked, left_out = default_presets(tmp_path)
        assert {"a", "hackernews"} <= set(asked)
        assert (left_out["b"], left_out["c"]) == ("is untested, not proven by a recorded answer", "needs key")
        assert not set(asked) & set(left_out)

    def test_a_preset_as_a_source(self):
        """The source has the name of the configuration and asks the preset's site for each term."""
        source = make_source(SourceSettings(name="hn", use="hackernews"))
        assert (source.name, source.kind) == ("hn", "api")
        assert "query=%22acme%22&" in source.requests(Ask(NOW, (Search(("acme",)),)))[0].url

    def test_parameters(self, tmp_path):
        """Missing, unknown and empty parameters are told together by their keys; defaults are filled in."""
        (tmp_path / "board.toml").write_text(
            """title = "T"\nsite = "https://s.example"\nstatus = "untested"\nverified = 2026-01-01\nevidence = "e"
            [params.host]\nabout = "the board's host"\n[params.key]\nabout = "a key"\n
            [params.lang]\nabout = "language"\ndefault = "en"\n[params.tags]\nabout = "tags"\ndefault = ["a", "b"]
            [request]\nurl = "https://{host}/{lang}/{tags}?k={key}"\n[api]\nitems = "hits"\n[api.fields]\nguid = "id"\n
            """,
            "utf-8",
        )
        assert wrong(tmp_path, use="board", params={"hots": "x", "key": "", "tags": ("",)}) == [
            'sources.mine.host: is missing: the preset "board" needs the board\'s host',
            'sources.mine.key: is missing: the preset "board" needs a key',
            'sources.mine.hots: is no setting of a source, and no parameter of the preset "board"; did you mean "host"?',
            "sources.mine.key: is empty",
            "sources.mine.tags: holds an empty text",
        ]
        assert [name for name, _ in check_params("board", {"host": "a b", "key": "k"}, tmp_path)] == []
        assert check_params("board", {"host": "a.example:99999", "key": "k"}, tmp_path)[0][0] == ""
        given = {"host": "a.example", "key": "k"}
        source = make_source(SourceSettings(name="m", use="board", params=given), tmp_path)
        assert [r.url for r in source.requests(Ask(NOW))] == [f"https://a.example/en/{tag}?k=k" for tag in "ab"]
        one = make_source(SourceSettings(name="m", use="board", params={**given, "tags": "c"}), tmp_path)
        assert [r.url for r in one.requests(Ask(NOW))] == ["https://a.example/en/c?k=k"]

    def test_pauses_are_those_of_the_preset_wherever_it_asks(self):
        """Also at hosts that are parameters; and for a plain address of a site that is known."""
        forum = SourceSettings(name="f", use="discourse", params={"forum": "forum.acme.example"})
        tags = SourceSettings(name="m", use="mastodon-tag", params={"instance": ("a.example", "b.example")})
        plain = SourceSettings(name="r", url="https://old.reddit.com/r/acme/.rss")
        found = spacing_of([forum, tags, plain])
        assert found["forum.acme.example"] >= 1
        assert {"a.example", "b.example"} <= found.keys()
        assert found[".reddit.com"] == 60
        assert spacing_of([]).keys() == {".reddit.com"}, "a redirect may lead there"

    def test_lists_and_secrets_that_do_not_go_together(self, tmp_path):
        """One token is for one host; thousands of addresses are a mistake; a secret has not been looked up yet."""
        given = {"instance": ("a.example", "b.example"), "token": "t0ken"}
        assert "each host a source of its own" in check_params("mastodon-tag", given)[0][1]
        assert check_params("mastodon-tag", {**given, "instance": ("a.example",)}) == []
        many = {"app": "7", "countries": tuple(f"{a}{b}" for a in "abcdefghijklmnopqrst" for b in "abcdefghijkl")}
        assert "200 are the most" in check_params("appstore", many)[0][1]
        assert check_params("discourse", {"forum": "env:FORUM"}) == []
        assert "no address" in check_params("discourse", {"forum": "https://[bad"})[0][1]

    def test_what_was_given_as_a_secret_is_one(self):
        """Whatever the preset thinks of it."""
        source = make_source(SourceSettings(name="r", use="reddit", params={"user": Secret("s3cr3t-user")}))
        (request,) = source.requests(Ask(NOW, (Search(("acme",)),)))
        assert "s3cr3t-user" in request.url
        assert "s3cr3t-user" not in request.shown

    def test_wrong_settings(self):
        """An unknown preset is told with the nearest one, and a source without a place is told too."""
        assert wrong(use="hackernew") == [
            'sources.mine.use: there is no preset "hackernew"; did you mean "hackernews"?'
        ]
        assert wrong() == ["sources.mine: has neither url nor use; give one of them"]


def test_importing_is_cheap():
    """Naming the package loads no parser: commands that need no source do not pay for one."""
    slow = "{'feedparser', 'feedparser_rs', 'selectolax', 'pydantic', 'dateutil', 'tomli'}"
    code = f"import sys, mentionwatch.sources; print(sorted({slow} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
