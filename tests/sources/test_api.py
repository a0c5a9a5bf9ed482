"""JSON APIs: requests, the field map, paging, and what hostile or broken answers become."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.errors import ParseError
from mentionwatch.model import Ask, Document, Response, Search
from mentionwatch.settings import SourceSettings
from mentionwatch.sources import make_source, values
from mentionwatch.sources.api import ITEM_CAP, JSON_FEED, ApiSource, ApiSpec, FieldMap, Paging
from mentionwatch.sources.asking import Asker, QuerySyntax, RequestSpec, write_queries
from mentionwatch.sources.template import (
    fill,
    masked,
    parameter,
    placeholders,
    with_parameter,
)

DATA = Path(__file__).resolve().parents[1] / "data" / "api"
NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
URL = "https://api.example/feed.json"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "items",
                    "hits",
                    "id",
                    "title",
                    "content_html",
                    "content_text",
                    "author",
                    "authors",
                    "name",
                    "url",
                    "error",
                    "date_published",
                    "language",
                    "next_url",
                    "nbPages",
                    "objectID",
                    "_tags",
                    "points",
                    "x",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


def hacker_news() -> ApiSource:
    """Make the bundled preset's source."""
    source = make_source(SourceSettings(name="hn", use="hackernews"))
    assert isinstance(source, ApiSource)
    return source


def answer(value, url: str = URL) -> Response:
    """Make an answer of bytes, a text or any JSON value."""
    body = (
        value if isinstance(value, bytes) else value.encode() if isinstance(value, str) else json.dumps(value).encode()
    )
    return Response(url, {}, body, NOW)


def feed(**changes) -> ApiSource:
    """Make a source for JSON Feed, with changes to its description."""
    return ApiSource("notes", ApiSpec(**{**vars(JSON_FEED), **changes}), url=URL)


def read(value, **changes) -> Document:
    """Read an answer as JSON Feed."""
    return feed(**changes).parse(answer(value))


def searches(*terms: str) -> tuple[Search, ...]:
    """Ask for each of these."""
    return tuple(Search((term,)) for term in terms)


def made(url: str, spec: ApiSpec, params=(), *, secrets=(), headers=None, first=None, **more) -> ApiSource:
    """Make a source of a request and of what reads its answer."""
    request = RequestSpec(url=url, headers=headers or {}, **more)
    first = first or {"page": str(spec.paging.first), "cursor": spec.paging.first_cursor}
    return ApiSource("api", spec, Asker("api", request, dict(params), secrets=secrets, first=first))


class TestRequests:
    def api(self, url: str, **more) -> ApiSource:
        return made(url, ApiSpec(fields=FieldMap()), **more)

    def test_one_request_a_term(self):
        """Each term is asked for once, in double quotes and percent-encoded; the time is Unix seconds."""
        source = self.api("https://a.example/?q={query}&from={since}")
        asked = source.requests(
            Ask(
                NOW,
                searches("acme", '"acme router"', "R&D/é", "acme", '""'),
                since=datetime(2026, 1, 1, tzinfo=timezone.utc),
            )
        )
        assert [request.url for request in asked] == [
            f"https://a.example/?q={term}&from=1767225600"
            for term in ("%22acme%22", "%22acme%20router%22", "%22R%26D%2F%C3%A9%22")
        ]

    def test_plain_terms_have_no_quotes(self):
        """A site without phrase search gets the bare words."""
        asked = self.api("https://a.example/?q={query}", query=QuerySyntax(phrase="{}")).requests(
            Ask(NOW, searches('"acme router"'))
        )
        assert [request.url for request in asked] == ["https://a.example/?q=acme%20router"]

    def test_no_search_is_one_request(self):
        """An API that cannot search is asked once, however many terms there are, for the last seven days."""
        asked = self.api("https://a.example/?from={since}").requests(Ask(NOW, searches("a", "b")))
        week = int((NOW - timedelta(days=7)).timestamp())
        assert [request.url for request in asked] == [f"https://a.example/?from={week}"]

    def test_no_terms_ask_for_all(self):
        """Without terms a search is asked for everything, once."""
        assert [r.url for r in self.api("https://a.example/?q={query}").requests(Ask(NOW))] == ["https://a.example/?q="]

    def test_given_url_is_no_template(self):
        """Braces in a URL that the user gave are part of it."""
        assert [
            r.url for r in ApiSource("x", JSON_FEED, url="https://a.example/{query}").requests(Ask(NOW, searches("a")))
        ] == ["https://a.example/{query}"]

    def test_secrets_are_not_shown(self):
        """A secret parameter is sent, in the URL and the headers, and is in no text that is shown or stored."""
        spec = ApiSpec(
            fields=FieldMap(guid="id"), items="items", paging=Paging("cursor", parameter="after", next="cursor")
        )
        params = {"host": "a.example:8080", "key": "s3/cret"}
        headers = {"Authorization": "Bearer {key}"}
        source = made("https://{host}/v1?key={key}", spec, params, secrets=("key",), headers=headers)
        (request,) = source.requests(Ask(NOW))
        assert request.url == "https://a.example:8080/v1?key=s3%2Fcret"
        assert request.headers == {"Authorization": "Bearer s3/cret"}
        assert request.shown == "https://a.example:8080/v1?key=***"
        document = source.parse(answer({"items": [{"id": 1}], "cursor": "c"}, request.url))
        assert "s3" not in str(request.given)
        assert [(r.shown, r.url.count("s3%2Fcret")) for r in document.following] == [
            ("https://a.example:8080/v1?key=***&after=c", 1)
        ]
        with pytest.raises(ParseError) as e:
            source.parse(answer("<title>Just a moment...</title>", request.url))
        assert "s3" not in str(e.value)
        assert "s3" not in repr(request).replace(request.url, "")
        assert "s3" not in repr(source)
        with pytest.raises(ParseError, match=r"no such key: \*\*\*"):
            source.parse(answer({"error": "no such key: s3/cret"}, request.url))

    def test_a_missing_parameter_is_a_fault_of_the_caller(self):
        """A template is never asked for with a hole in it."""
        with pytest.raises(ValueError, match="lacks a value for app"):
            self.api("https://a.example/{app}").requests(Ask(NOW))


class TestTemplate:
    def test_placeholders(self):
        """Names in braces, each once; other braces are text."""
        assert placeholders("{a}/{b.c}/{a}/{}/{ x}") == ["a", "b.c"]
        assert fill("{a}/{b}", {"a": "1"}.get) is None
        assert fill("{a}/{}", {"a": "x y/?&"}.get) == "x%20y%2F%3F%26/{}"

    @given(st.text(), st.sampled_from(['"{}"', "{}"]))
    def test_terms_stay_one_phrase(self, term, form):
        """No term breaks out of its quotes."""
        for written in write_queries([Search((term,))], QuerySyntax(word=form, phrase=form)):
            assert written.count('"') == form.count('"')

    @given(st.text(min_size=1, max_size=20).filter(str.isprintable), st.text(max_size=20).filter(str.isprintable))
    def test_parameter_is_given_back(self, name, value):
        """A parameter that was set is read again, and the others stay as they were written."""
        url = with_parameter("https://a.example/p?x=%7e&y", name, value)
        assert parameter(url, name) == value
        assert name in {"x", "y"} or url.startswith("https://a.example/p?x=%7e&y&")
        assert parameter(with_parameter(url, name, "2"), name) == "2"

    def test_masked(self):
        """A secret goes as it is and percent-encoded."""
        assert masked("https://a.example/?k=a%2Fb&l=a/b", ["a/b"]) == "https://a.example/?k=***&l=***"


class TestHackerNewsShape:
    def test_whole_answer(self):
        """Stories are posts, comments are comments with the story's title, and links lead to the discussion."""
        url = "https://hn.algolia.com/api/v1/search_by_date?query=%22acme%22&page=0"
        document = hacker_news().parse(answer((DATA / "hackernews.json").read_bytes(), url))
        story, comment, question = document.entries
        assert (story.guid, story.kind, story.url, story.text) == (
            "501",
            "post",
            "https://news.ycombinator.com/item?id=501",
            None,
        )
        assert (story.title, story.author, story.engagement) == ("Acme opens its router firmware", "ada", 48)
        assert story.published == datetime(2026, 11, 20, 8, 15, tzinfo=timezone.utc)
        assert (comment.kind, comment.title, comment.parent, comment.engagement) == (
            "comment",
            story.title,
            "501",
            None,
        )
        assert comment.text is not None
        assert comment.text.split("\n")[0] == "Mine reboots twice a day."
        assert "I'd rather have working firmware & no app." in comment.text
        assert (question.guid, question.text, question.published) == (
            "503",
            "Not Acme, please.",
            datetime(2026, 11, 20, 10, tzinfo=timezone.utc),
        )
        assert [d.why for d in document.dropped] == ["it is a text, not an object"]
        assert [r.url for r in document.following] == [
            "https://hn.algolia.com/api/v1/search_by_date?query=%22acme%22&page=1"
        ]


class TestJsonFeed:
    def test_whole_feed(self):
        """All fields, in the shapes of both versions of the format."""
        document = read((DATA / "jsonfeed.json").read_bytes())
        one, two, three = document.entries
        assert document.title == "Acme notes"
        assert (one.guid, one.url, one.author, one.language) == (
            "17",
            "https://notes.example/blog/first",
            "Ada",
            "en-GB",
        )
        assert (one.title, one.text) == ("One <b> tag", "A long text & more.")
        assert one.published == datetime(2026, 11, 19, 9, tzinfo=timezone.utc)
        assert (two.url, two.text, two.author, two.language) == (
            "https://elsewhere.example/2",
            "Only a summary",
            "Bob",
            "de",
        )
        assert two.published == datetime(2026, 11, 18, tzinfo=timezone.utc)
        assert (three.text, three.published, three.published_raw) == (
            "a plain text that is the longer one: 1 < 2",
            None,
            "soon",
        )
        assert [d.why for d in document.dropped] == ["it has no id, URL, title or text"]
        # Its next page stands on another host: a document must not send us wherever it likes.
        assert document.following == ()

    @pytest.mark.parametrize(
        "body",
        [
            b"\xef\xbb\xbf" + b'{"items": [{"id": "1"}]}',
            '{"items": [{"id": "1"}]}'.encode("utf-16"),
            b")]}',\n" + b'{"items": [{"id": "1"}]}',
            b'{"items": {"id": "1"}}',
            b'{"items": [{"id": "1"}]}\n<!-- cached -->',
            b'{"items": [{"id": "1", "title": "a\nb"}]}',
            b'{"items": [{"id": "1", "n": NaN, "m": 1e999}], "error": null}',
        ],
        ids=["bom", "utf-16", "xssi", "object for list", "junk after", "raw line feed", "nan"],
    )
    def test_tolerated(self, body):
        """What servers do to JSON loses no entry."""
        assert [entry.guid for entry in read(body).entries] == ["1"]

    def test_gzip_without_a_header(self):
        """A body that is still packed is unpacked."""
        import gzip

        assert len(read(gzip.compress(b'{"items": [{"id": "1"}]}')).entries) == 1

    def test_control_characters_and_surrogates_go(self):
        """Nothing that rewrites a terminal, and nothing that cannot be stored, comes out of a text."""
        (entry,) = read(
            '{"items": [{"id": "a\\u0000b", "title": "\\u001b[31mred\\ud800", "content_text": "x\\u202ey\\u2028z"}]}'
        ).entries
        assert (entry.guid, entry.title, entry.text) == ("ab", "red", "xy\nz")

    def test_hostile_links_are_none(self):
        """Only http and https links lead a person anywhere."""
        (entry,) = read({"items": [{"id": 1, "url": "javascript:alert(1)"}]}).entries
        assert entry.url is None

    def test_next_url_that_is_itself_is_not_followed(self):
        """A feed that names itself as its next page ends."""
        assert read({"items": [{"id": 1}], "next_url": URL}).following == ()

    @pytest.mark.parametrize("digits", [19, 20, 5_000])
    def test_long_numbers_as_ids(self, digits):
        """A number too long for the computer's is an id like any other, up to the length of ids."""
        (entry,) = read(b'{"items": [{"title": "t", "id": ' + b"9" * digits + b"}]}").entries
        assert entry.guid == ("9" * digits if digits < 500 else None)

    def test_huge_numbers(self):
        """A number of a million digits is no reason to stop, nor to wait."""
        document = read(
            b'{"items": [{"id": ' + b"9" * 1_000_000 + b', "title": "t"}, {"id": 12345678901234567890123}]}'
        )
        assert [(e.guid, e.title) for e in document.entries] == [(None, "t"), ("12345678901234567890123", None)]

    def test_item_cap(self):
        """More items than the cap are counted, not read."""
        document = read({"items": [{"id": n} for n in range(ITEM_CAP + 5)]})
        assert len(document.entries) == ITEM_CAP
        assert document.dropped[-1].what == "5 further items"


class TestRefused:
    @pytest.mark.parametrize(
        ("body", "state", "words"),
        [
            (
                b"<!doctype html><html><head><title>Sign \x1b[31min</title></head></html>",
                "not-a-feed",
                'a page titled "Sign in"',
            ),
            (b"Rate exceeded, come back later", "not-a-feed", 'text: "Rate exceeded, come back later"'),
            (b"404 page not found", "not-a-feed", 'text: "404 page not found"'),
            (
                b"<title>Just a moment...</title><script src=/cdn-cgi/challenge-platform/h/b></script>",
                "blocked",
                "challenge",
            ),
            (b'{"items": [\n {"id": 1},\n {"id": 2, oops}]}', "down", "line 3, column "),
            (b"", "down", "empty answer"),
            (b"\xef\xbb\xbf \n", "down", "empty answer"),
            (b'"just a text"', "not-a-feed", "it is a text"),
            (b"[1, 2]", "not-a-feed", 'JSON without "items": it is a list'),
            (b"{}", "not-a-feed", 'JSON without "items": it has nothing'),
            (b'{"kind": "Listing", "data": {}}', "not-a-feed", 'it has "kind", "data"'),
            (b'{"items": "none"}', "not-a-feed", 'JSON without "items"'),
            (b'{"error": "bad key"}', "down", 'it answered with an error: "bad key"'),
            (b'{"error": {"message": "Too many requests", "code": 429}}', "rate-limited", "Too many requests"),
            (b'{"errors": [{"message": "no"}], "items": []}', "down", '"no"'),
            (b'{"status": 400, "message": "invalid filter"}', "down", "invalid filter"),
            (b"[" * 200_000, "not-a-feed", "nested too deeply"),
            (b'{"items":' * 200_000, "not-a-feed", "nested too deeply"),
        ],
    )
    def test_says_what_it_is(self, body, state, words):
        """What is not the API's answer is an error that quotes it: never an empty list."""
        with pytest.raises(ParseError) as e:
            read(body)
        assert e.value.state == state
        assert words in str(e.value).replace("\n", " ")
        assert "\x1b" not in str(e.value)
        assert len(str(e.value)) < 500

    @pytest.mark.parametrize(
        "body", [b'{"items": []}', b'{"items": null}', b'{"items": [], "message": "ok", "error": 0}']
    )
    def test_an_empty_list_is_no_error(self, body):
        """A source that has nothing says so."""
        assert read(body).entries == ()

    def test_a_missing_list_may_mean_none(self):
        """Where an API leaves the list out when there is nothing, that is no error; an error still is."""
        assert read({"feed": {}}, items_optional=True).entries == ()
        with pytest.raises(ParseError):
            read({"error": "x"}, items_optional=True)

    def test_a_list_at_the_top(self):
        """An API may answer with the list itself, or with one object."""
        assert len(read([{"id": 1}, {"id": 2}], items="").entries) == 2
        assert len(read({"id": 1}, items="").entries) == 1
        with pytest.raises(ParseError):
            read({"message": "no"}, items="")


class TestFields:
    SPEC: ClassVar = {
        "items": "feed.entry",
        "require": "im:rating",
        "fields": FieldMap(
            guid="id.label",
            title_html="title.label",
            text="content.label",
            author="author.name.label|author.label",
            rating="im:rating.label",
            version="im:version.label",
            published="updated.label",
            engagement=("up", "down.n"),
        ),
        "kind": "review",
        "link": "https://apps.example/{country}/{id.label}",
        "constants": {"country": "{country}", "community": "App {app}"},
        "strip": (r"\s*submitted by \S+$",),
    }

    def test_wrapped_values_constants_and_boilerplate(self):
        """A review store's answer: wrapped values, stars as text, and what only the parameters know."""
        spec = ApiSpec(**self.SPEC)
        item = {
            "id": {"label": "9"},
            "title": {"label": "Good &amp; <b>bad</b>"},
            "content": {"label": "Crashes. submitted by me"},
            "author": {"name": {"label": "Ada"}},
            "im:rating": {"label": "2"},
            "im:version": {"label": "1.2"},
            "updated": {"label": "2026-11-20T01:00:00-07:00"},
            "up": "3",
            "down": {"n": 2.0},
        }
        source = made("https://apps.example/{country}/{app}", spec, {"country": "de", "app": "42"})
        document = source.parse(answer({"feed": {"entry": [item, {"id": {"label": "app"}}]}}))
        (entry,) = document.entries
        assert (entry.guid, entry.title, entry.text, entry.author) == ("9", "Good & bad", "Crashes.", "Ada")
        assert (entry.rating, entry.version, entry.engagement, entry.kind) == (2, "1.2", 5, "review")
        assert (entry.country, entry.community, entry.url) == ("DE", "App 42", "https://apps.example/de/9")
        assert [d.why for d in document.dropped] == ["it has no im:rating"]

    @pytest.mark.parametrize(
        ("value", "worst", "best", "expected"),
        [
            (5, None, None, 5),
            (1, None, None, 1),
            (4.5, None, None, 4.5),
            (0, None, None, None),
            (6, None, None, None),
            (10, None, 10, 5),
            (0, None, 10, 1),
            (0, 0, 5, 1),
            (2.5, 0, 5, 3),
            (100, 0, 100, 5),
            (5, 5, 5, 5),
            (0, None, 5, None),
            (None, None, None, None),
            (1, 0, 1, 5),
            (0, 0, 1, 1),
            (4, 1, 1, 4),
            (3, None, 0, 3),
        ],
    )
    def test_stars(self, value, worst, best, expected):
        """Ratings of any scale come out as 1 to 5; what lies outside of its scale is none, never 0."""
        assert values.stars(value, worst=worst, best=best) == expected

    @given(st.floats(), st.none() | st.floats(), st.none() | st.floats())
    def test_stars_are_in_range(self, value, worst, best):
        """No rating leaves 1 to 5."""
        found = values.stars(values.as_number(value), worst=values.as_number(worst), best=values.as_number(best))
        assert found is None or 1 <= found <= 5

    def test_paths(self):
        """Alternatives in order, null skipped, lists opened one level a step."""
        value = {"a": {"b": None}, "c": [{"d": 1}, 7, {"d": [2, 3]}], "e": [[{"d": 4}]]}
        assert list(values.find(value, "a.b|c.d")) == [1, 2, 3]
        assert list(values.find(value, "e.d")) == []
        assert list(values.find(value, "")) == []
        assert values.container(value, "x|c") == value["c"]


class TestPaging:
    def following(self, paging: Paging, value, url: str, **more) -> list[str]:
        source = ApiSource("api", ApiSpec(fields=FieldMap(guid="id"), items="items", paging=paging, **more))
        return [request.url for request in source.parse(answer(value, url)).following]

    def test_pages_end_at_their_number_or_the_cap(self):
        """Counting stops at the last page that the answer tells, and at the most that are wanted."""
        paging = Paging("page", parameter="p", first=1, pages="pages", at_most=3)
        one = {"items": [{"id": 1}], "pages": "9"}
        assert self.following(paging, one, "https://a.example/?q=x") == ["https://a.example/?q=x&p=2"]
        assert self.following(paging, one, "https://a.example/?q=x&p=2") == ["https://a.example/?q=x&p=3"]
        assert self.following(paging, one, "https://a.example/?q=x&p=3") == []
        assert self.following(paging, {**one, "pages": 1}, "https://a.example/?p=1") == []
        assert self.following(paging, {**one, "items": []}, "https://a.example/?p=1") == []

    def test_cursor_that_repeats_ends(self):
        """A cursor is percent-encoded, and one that does not move is the end."""
        paging = Paging("cursor", parameter="c", next="next")
        assert self.following(paging, {"items": [{"id": 1}], "next": "a+/="}, "https://a.example/?c=*") == [
            "https://a.example/?c=a%2B%2F%3D"
        ]
        assert self.following(paging, {"items": [{"id": 1}], "next": "a+/="}, "https://a.example/?c=a%2B%2F%3D") == []
        assert self.following(paging, {"items": [{"id": 1}], "next": None}, "https://a.example/?c=1") == []

    def test_no_document_sends_us_to_another_host(self):
        """A next page on another host is not asked for, with credentials or without."""
        paging = Paging("next", next="next")
        away = {"items": [{"id": 1}], "next": "https://evil.example/"}
        source = made("https://a.example/", ApiSpec(fields=FieldMap(guid="id"), items="items", paging=paging))
        assert source.parse(answer(away, "https://a.example/")).following == ()
        assert self.following(paging, away, "https://a.example/") == []
        near = {"items": [{"id": 1}], "next": "/2"}
        assert self.following(paging, near, "https://a.example/") == ["https://a.example/2"]


@given(json_values)
def test_any_json_is_a_document_or_a_parse_error(value):
    """Whatever JSON comes, no other exception leaves the adapter, and every text is clean."""
    for source in (feed(), hacker_news(), feed(items="", items_optional=True)):
        try:
            document = source.parse(answer(value))
        except ParseError:
            continue
        for entry in document.entries:
            assert all("\x00" not in text for text in (entry.title, entry.text, entry.author, entry.guid) if text)
            assert entry.title != ""
            assert entry.text != ""


@given(st.binary(max_size=200))
def test_any_bytes_are_a_document_or_a_parse_error(body):
    """Whatever bytes come, the adapter reads them or says what they are."""
    with suppress(ParseError):
        assert isinstance(read(body), Document)
