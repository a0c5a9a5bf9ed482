"""Keys of presets, one by one, on made-up sites."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import pytest

from mentionwatch.errors import ConfigError, ParseError
from mentionwatch.model import Ask, Response
from mentionwatch.settings import SourceSettings
from mentionwatch.sources import make_source
from mentionwatch.sources.api import ApiSource, ApiSpec, FieldMap, Paging
from mentionwatch.sources.asking import Asker, RequestSpec
from mentionwatch.sources.feed import FeedSource
from mentionwatch.sources.site import FeedSpec, SiteSource
from mentionwatch.sources.template import fill, placeholders

NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
URL = "https://site.example/api"


def read(answer, given=None, **spec):
    """Read an answer of a made-up API."""
    fields = FieldMap(guid="id", title="title", author="by", language="lang", country="land", community="place")
    source = ApiSource("s", ApiSpec(**{"fields": fields, "items": "items", **spec}), Asker("s", RequestSpec(URL)))
    return source.parse(Response(URL, {}, json.dumps(answer).encode(), NOW, given=given or {}))


@pytest.mark.parametrize(
    ("values", "url"),
    [
        ({"q": "a", "repo": "x/y", "n": "5"}, "https://h/?q=a%20repo:x%2Fy&n=5"),
        ({"q": "a", "repo": "", "n": ""}, "https://h/?q=a"),
        ({"q": "a"}, "https://h/?q=a"),
        ({"repo": "x"}, None),
    ],
)
def test_what_stands_before_a_value_comes_with_it(values, url):
    """Without the value it is left out, with all that belongs to it."""
    template = "https://h/?q={q}{%20repo:?repo}{&n}"
    assert placeholders(template) == ["q", "repo", "n"]
    assert fill(template, values.get) == url


def test_an_id_of_two_parts():
    """The parameter that was asked with, and a path; where one is missing, the path of the field counts."""
    items = {"items": [{"id": 7, "title": "a"}, {"title": "b"}]}
    found = read(items, {"site": "cooks"}, guid="{site}-{id}").entries
    assert [entry.guid for entry in found] == ["cooks-7", None]
    assert read(items, guid="{site}-{id}").entries[0].guid == "7"


def test_names_of_languages_and_countries():
    """Looked up in lower case; what is a code already stays, and what is neither is none."""
    answer = {
        "items": [
            {"id": 1, "lang": "Klingon ", "land": "UNITED KINGDOM"},
            {"id": 2, "lang": "pt-BR", "land": "de"},
            {"id": 3, "lang": "unknown language", "land": ["x"]},
        ]
    }
    found = read(answer, languages={"klingon": "tlh"}, countries={"united kingdom": "GB"}).entries
    assert [(e.language, e.country) for e in found] == [("tlh", "GB"), ("pt-BR", "DE"), (None, None)]


def test_entities_in_plain_texts():
    """Only where the preset says that the site writes them; no markup comes to life."""
    answer = {"items": [{"id": 1, "title": "a &lt;b&gt; &amp;amp; c", "by": "Jos&#233;&#27;"}]}
    (plain,) = read(answer).entries
    (entry,) = read(answer, entities=True).entries
    assert (plain.title, plain.author) == ("a &lt;b&gt; &amp;amp; c", "Jos&#233;&#27;")
    assert (entry.title, entry.author) == ("a <b> &amp; c", "José")


def test_a_list_that_may_be_missing_has_a_place():
    """Without what it should stand in, it is another document."""
    assert read({"feed": {"title": "x"}}, items="feed.entry", items_optional=True).entries == ()
    for other in ({}, {"feed": []}, {"items": []}, []):
        with pytest.raises(ParseError, match=r'JSON without "feed\.entry"'):
            read(other, items="feed.entry", items_optional=True)


@pytest.mark.parametrize(
    ("paging", "answer", "headers"),
    [
        (Paging("next", next="next"), {"items": [{"id": 1}], "next": f"{URL}?page=2"}, {}),
        (Paging("link"), {"items": [{"id": 1}]}, {"link": f'<{URL}?page=2>; rel="next"'}),
        (Paging("cursor", next="next", parameter="page"), {"items": [{"id": 1}], "next": 2}, {}),
    ],
    ids=["next", "link", "cursor"],
)
def test_further_pages_want_the_token_too(paging, answer, headers):
    """It is in no response, and still with each request."""
    request = RequestSpec(URL, headers={"Authorization": "Bearer {token}"})
    asker = Asker("s", request, {"token": "t0ken"}, secrets=("token",))
    source = ApiSource("s", ApiSpec(FieldMap(guid="id"), items="items", paging=paging), asker)
    (first,) = source.requests(Ask(NOW))
    document = source.parse(Response(URL, headers, json.dumps(answer).encode(), NOW, given=first.given))
    (further,) = document.following
    assert (further.url, further.headers) == (f"{URL}?page=2", {"Authorization": "Bearer t0ken"})
    assert "t0ken" not in str(further.given)


def test_a_list_that_has_to_be_given(tmp_path):
    """One value or several; none is told."""
    (tmp_path / "bakers.toml").write_text(
        'title = "B"\nsite = "https://b.example/"\nstatus = "untested"\nverified = 2026-11-20\nevidence = "none"\n'
        '[params.board]\nabout = "a board"\ndefault = []\n[request]\nurl = "https://b.example/{board}"\n[feed]\n',
        "utf-8",
    )

    def urls(**params):
        source = make_source(SourceSettings(name="b", use="bakers", params=params), tmp_path)
        return [request.url for request in source.requests(Ask(NOW))]

    assert urls(board="rye") == ["https://b.example/rye"]
    assert urls(board=("rye", "oats")) == ["https://b.example/rye", "https://b.example/oats"]
    for params in ({}, {"board": ()}):
        with pytest.raises(ConfigError, match='the preset "bakers" needs a board'):
            urls(**params)


@pytest.mark.parametrize(("believed", "language"), [(True, "en"), (False, None)])
def test_a_feed_in_the_language_of_its_site(believed, language):
    """What the feed says of itself need not be so of what was posted."""
    body = (
        "<rss version='2.0'><channel><title>t</title><language>en</language>"
        "<item><guid>1</guid><title>Olá</title></item></channel></rss>"
    )
    source = SiteSource(Asker("s", RequestSpec(URL)), FeedSpec(language=believed), FeedSource("s", URL))
    (entry,) = source.parse(Response(URL, {}, body.encode(), NOW)).entries
    assert entry.language == language
