"""JSON APIs: pages by path, cursor, last item and Link header; joined lists, thumbs, pauses."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.model import Ask, Response, Search
from mentionwatch.sources.api import ApiSource, ApiSpec, FieldMap, Join, Paging, next_link
from mentionwatch.sources.asking import MOST_REQUESTS, Asker, QuerySyntax, RequestSpec, write_queries

NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
ITEM = {"items": [{"id": "1"}, {"id": "7"}]}


def source(url, paging, spec=None, **request):
    """Make a source of a template and a way of paging."""
    first = {"page": str(paging.first), "cursor": paging.first_cursor}
    made = ApiSpec(fields=FieldMap(guid="id"), items="items", paging=paging, **(spec or {}))
    return ApiSource(
        "s",
        made,
        Asker("s", RequestSpec(url=url, **request), {"app": "7", "key": "s3cret"}, secrets=("key",), first=first),
    )


def answer(request, value, **headers):
    """What comes back for a request."""
    return Response(request.url, headers, json.dumps(value).encode(), NOW, given=request.given)


def pages(api, value, most=20, **headers):
    """The addresses of all pages, where each holds the same."""
    (request,) = api.requests(Ask(NOW))
    urls = [request.url]
    while len(urls) < most:
        following = api.parse(answer(request, value, **headers)).following
        if not following:
            break
        (request,) = following
        urls.append(request.url)
    return urls


def test_a_page_in_the_path():
    """Counted up where the address has a place for it; the rest of the address, secrets too, stays."""
    api = source("https://a.example/{app}/page={page}/json?k={key}", Paging("page", first=1, at_most=3))
    assert pages(api, ITEM) == [f"https://a.example/7/page={n}/json?k=s3cret" for n in (1, 2, 3)]
    (request,) = api.requests(Ask(NOW))
    (following,) = api.parse(answer(request, ITEM)).following
    assert following.shown == "https://a.example/7/page=2/json?k=***"


def test_a_cursor_inside_of_an_object():
    """The object is written anew for each page; its numbers are numbers."""
    body = {"appid": "{app}", "cursor": "{cursor}", "languages": ["all"], "deep": {"on": True, "n": 5}}
    api = source("https://a.example/?input_json={json}", Paging("cursor", next="next", first_cursor="*"), json=body)
    urls = pages(api, {**ITEM, "next": "a+/=&"}, most=5)
    told = [json.loads(parse_qs(urlsplit(url).query)["input_json"][0]) for url in urls]
    assert [one["cursor"] for one in told] == ["*", "a+/=&"], "a cursor that stays is the end"
    assert told[0] == {"appid": 7, "cursor": "*", "languages": ["all"], "deep": {"on": True, "n": 5}}


def test_before_the_last_item():
    """What the last item of a page is called is where the next one begins."""
    api = source("https://a.example/posts.json", Paging("before", parameter="before", next="id"))
    assert pages(api, ITEM, most=5) == ["https://a.example/posts.json", "https://a.example/posts.json?before=7"]


def test_more_pages_only_while_it_says_so():
    """A flag of the answer ends it."""
    paging = Paging("page", parameter="page", first=1, more="has_more", at_most=4)
    assert len(pages(source("https://a.example/", paging), {**ITEM, "has_more": True})) == 4
    for more in (False, None, "no", 1):
        assert len(pages(source("https://a.example/", paging), {**ITEM, "has_more": more})) == 1


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ('<https://a.example/?max_id=5>; rel="next", <https://a.example/?min_id=9>; rel="prev"', "?max_id=5"),
        ('<https://a.example/?min_id=9>; rel="prev", <https://a.example/?max_id=5>; rel=next', "?max_id=5"),
        ('<https://a.example/?p=2>; title="x"; rel="next"', "?p=2"),
        ('<https://a.example/?p=2>; rel="last"', None),
        ("<https://a.example/?p=2", None),
        ("", None),
        ("<" * 100_000, None),
    ],
)
def test_link_headers(header, target):
    """The next one is followed, wherever it stands."""
    assert next_link(header) == (f"https://a.example/{target}" if target else None)
    api = source("https://a.example/", Paging("link"))
    assert pages(api, ITEM, most=2, link=header)[1:] == ([f"https://a.example/{target}"] if target else [])


def test_a_link_header_leads_to_no_other_host():
    """As no document does."""
    assert len(pages(source("https://a.example/", Paging("link")), ITEM, link="<https://b.example/>; rel=next")) == 1


def test_lists_that_belong_together():
    """Posts name their topic, which stands in a list of its own; two lists are read one after the other."""
    join = Join(items="topics", id="id", on="topic_id", into="topic")
    spec = ApiSpec(fields=FieldMap(guid="id", title="topic.title"), items="posts+more", join=(join,))
    api = ApiSource("s", spec, url="https://a.example/")
    root = {
        "posts": [{"id": 1, "topic_id": 5}, {"id": 2, "topic_id": 6}, 7],
        "topics": [{"id": "5", "title": "Five"}, None],
        "more": {"id": 3, "topic_id": 5},
    }
    document = api.parse(Response("https://a.example/", {}, json.dumps(root).encode(), NOW))
    assert [(e.guid, e.title) for e in document.entries] == [("1", "Five"), ("2", None), ("3", "Five")]
    assert len(document.dropped) == 1


@pytest.mark.parametrize(
    ("value", "stars"), [(True, 5), (False, 1), ("true", 5), ("Recommended", None), (None, None), (5, None), ([], None)]
)
def test_thumbs_are_stars(value, stars):
    """A site that has two grades says what they are."""
    spec = ApiSpec(fields=FieldMap(guid="id", rating="up"), items="items", stars={"true": 5, "false": 1})
    root = {"items": [{"id": 1, "up": value}]}
    (entry,) = ApiSource("s", spec).parse(Response("https://a.example/", {}, json.dumps(root).encode(), NOW)).entries
    assert entry.rating == stars


@pytest.mark.parametrize(
    ("backoff", "pause"),
    [
        (10, timedelta(seconds=10)),
        ("30", timedelta(seconds=30)),
        (0, None),
        (-5, None),
        ("x", None),
        (10**12, timedelta(days=1)),
    ],
)
def test_a_pause_that_an_answer_asks_for(backoff, pause):
    """Up to a day."""
    spec = ApiSpec(fields=FieldMap(guid="id"), items="items", backoff="backoff")
    root = {"items": [], "backoff": backoff}
    assert ApiSource("s", spec).parse(Response("https://a.example/", {}, json.dumps(root).encode(), NOW)).pause == pause


# --- queries ----------------------------------------------------------------------------------------------

GOOGLE = QuerySyntax(all=" ", any=" OR ", group="({})", none="-{}")
SEARCHES = (
    Search(("acme",), (), ('"acme.sh"',)),
    Search(('"acme router"', "update"), ("iphone", "ipad"), ("spam",)),
)


@pytest.mark.parametrize(
    ("syntax", "queries"),
    [
        (QuerySyntax(), ['"acme"', '"acme router"']),
        (QuerySyntax(word="{}"), ["acme", '"acme router"']),
        (QuerySyntax(any=" OR "), ['"acme" OR "acme router"']),
        (QuerySyntax(all=" ", none="-{}"), ['"acme" -"acme.sh"', '"acme router" "update" -"spam"']),
        (GOOGLE, ['("acme" -"acme.sh") OR ("acme router" "update" ("iphone" OR "ipad") -"spam")']),
        (QuerySyntax(style="hashtag"), ["acme", "acmerouter"]),
        (QuerySyntax(any="|", phrase="{}", word="{}", longest=12), ["acme", "acme router"]),
    ],
)
def test_as_narrow_as_the_site_can(syntax, queries):
    """What a site cannot say is left to the match that follows; it is never asked for less than is wanted."""
    assert write_queries(SEARCHES, syntax) == queries


words = st.lists(
    st.sampled_from(["acme", '"acme router"', "R&D", "小米", "don't", '""', "", "x" * 90]), min_size=1, max_size=4
)


@given(st.lists(st.builds(lambda a, b, c: Search(tuple(a), tuple(b), tuple(c)), words, words, words), max_size=12))
def test_queries_stay_short_and_whole(searches):
    """Long ones are divided; quotes and brackets are always closed."""
    for query in write_queries(searches, GOOGLE):
        assert query
        assert query.count('"') % 2 == 0
        assert query.count("(") == query.count(")")
        assert len(query) <= GOOGLE.longest or " OR " not in query


def test_lists_ask_for_each_combination_up_to_a_bound():
    """Countries times tags; thousands of them are a mistake, and no reason to ask a site for all."""
    spec = RequestSpec(url="https://{hosts}/{tags}")
    params = {"hosts": ("a.example", "b.example"), "tags": ("x", "y")}
    urls = [request.url for request in Asker("s", spec, params).requests(Ask(NOW))]
    assert urls == [f"https://{host}.example/{tag}" for host in "ab" for tag in "xy"]
    joined = Asker("s", spec, {"hosts": "a.example", "tags": ("x", "y")}, joins={"tags": "+"})
    assert [request.url for request in joined.requests(Ask(NOW))] == ["https://a.example/x%2By"]
    many = Asker("s", spec, {"hosts": ("a.example",), "tags": tuple(map(str, range(1000)))})
    assert len(many.requests(Ask(NOW))) == MOST_REQUESTS


@pytest.mark.parametrize(
    ("template", "value", "url"),
    [
        ("{+forum}/posts.rss", "https://forum.acme.example/", "https://forum.acme.example/posts.rss"),
        ("{+forum}/posts.rss", "forum.acme.example", "https://forum.acme.example/posts.rss"),
        ("{+forum}/posts.rss", "http://127.0.0.1:8080/sub//", "http://127.0.0.1:8080/sub/posts.rss"),
        ("https://a.example/x?y=1{&forum}", "a b", "https://a.example/x?y=1&forum=a%20b"),
        ("https://a.example/x?y=1{&forum}", "", "https://a.example/x?y=1"),
    ],
)
def test_forms_of_placeholders(template, value, url):
    """An address of the user's with or without its scheme and slash; a parameter that may be missing."""
    asker = Asker("s", RequestSpec(url=template), {"forum": value})
    assert [request.url for request in asker.requests(Ask(NOW))] == [url]
