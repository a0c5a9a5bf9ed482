"""Presets that are JSON APIs: recorded documents of the sites, as they came."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from mentionwatch.errors import ParseError
from tests.presets.helpers import CORPUS, at, needs_corpus, read_by, recorded, source_of, told
from tests.presets.json_group import made


@needs_corpus
class TestRecorded:
    """Documents of the sites, as they came."""

    def test_hacker_news(self):
        """A search is read whole; a thread is another document, and said so."""
        body = recorded("hn-algolia/communal__hackernews_test.go_sampleNewsOutput.json")
        document = read_by(made("hackernews"), body)
        assert len(document.entries) == len(json.loads(body)["hits"]) == 4
        assert {**told(document.entries[0]), "title": "…"} == {
            "guid": "8828543",
            "kind": "post",
            "url": "https://news.ycombinator.com/item?id=8828543",
            "about": "https://medium.com/@shazow/ssh-how-does-it-even-9e43586e4ffc",
            "title": "…",
            "author": "dkua",
            "published": at("2015-01-02T21:05:46"),
            "engagement": 373,
        }
        assert document.following == ()
        thread = recorded("hn-algolia/communal__hackernews_test.go_sampleCommentsOutput.json")
        with pytest.raises(ParseError, match='JSON without "hits"') as e:
            read_by(made("hackernews"), thread)
        assert e.value.state == "not-a-feed"

    def test_app_store(self):
        """All fifty; answers of 2020 have no dates."""
        body = recorded("appstore-json/Reviewer__1_Fixture.swift_FixtureReviewAPI.json")
        listed = json.loads(body)["feed"]["entry"]
        document = read_by(source_of("appstore", app="1404176564", countries="jp"), body)
        assert [entry.guid for entry in document.entries] == [item["id"]["label"] for item in listed]
        assert [entry.rating for entry in document.entries] == [float(item["im:rating"]["label"]) for item in listed]
        assert all(entry.text and entry.title and entry.author for entry in document.entries)
        first = told(document.entries[0])
        assert len(first.pop("text")) == 123
        assert len(first.pop("title")) == 4
        assert len(first.pop("author")) == 3
        assert first == {
            "guid": "6290024630",
            "kind": "review",
            "url": "https://apps.apple.com/jp/app/id1404176564?see-all=reviews#6290024630",
            "community": "App 1404176564",
            "country": "JP",
            "version": "3.4.3",
            "rating": 4.0,
            "engagement": 0,
        }

    @pytest.mark.parametrize("app", ["60", "240"])
    def test_steam(self, app):
        """The reviews in the answer of the present endpoint; that of the one before it is told as another document."""
        name = f"steam-json/sample-steam-reviews__review_{app}.json"
        body = recorded(f"{name}_getappreviews_shape.json")
        listed = json.loads(body)["response"]["reviews"]
        document = read_by(source_of("steam", app=app), body)
        assert [entry.guid for entry in document.entries] == [item["recommendationid"] for item in listed]
        assert [entry.rating for entry in document.entries] == [5.0 if item["voted_up"] else 1.0 for item in listed]
        assert len(document.following) == 1
        with pytest.raises(ParseError, match=r'JSON without "response\.reviews"'):
            read_by(source_of("steam", app=app), recorded(f"{name}_appreviews_shape.json"))

    def test_a_review_of_steam(self):
        """Field by field."""
        body = recorded("steam-json/sample-steam-reviews__review_240.json_getappreviews_shape.json")
        first = told(read_by(made("steam"), body).entries[0])
        assert first.pop("text").startswith("I've spent a lot of time")
        assert first == {
            "guid": "48811197",
            "kind": "review",
            "url": "https://steamcommunity.com/profiles/76561197976292296/recommended/240/",
            "author": "76561197976292296",
            "community": "App 240",
            "published": at("2019-02-07T00:33:23"),
            "language": "en",
            "rating": 5.0,
            "engagement": 18,
        }

    def test_all_reviews_of_steam(self):
        """Every recorded review, put into the answer of today, is read with its stars, and without its markup."""
        files = [path for path in (CORPUS / "steam-json").iterdir() if "shape" not in path.name]
        assert len(files) == 11
        for path in files:
            listed = list(json.loads(path.read_bytes())["reviews"].values())
            document = read_by(made("steam"), json.dumps({"response": {"reviews": listed, "cursor": "x"}}))
            assert len(document.entries) == len(listed)
            assert sum(entry.rating == 5 for entry in document.entries) == sum(item["voted_up"] for item in listed)
            assert all(entry.published and entry.language == "en" for entry in document.entries)
            assert not any("[/h1]" in (entry.text or "") for entry in document.entries)

    @pytest.mark.parametrize(
        ("name", "pause", "following"), [("page", None, 1), ("page_2", None, 0), ("backoff_page", 0.2, 1)]
    )
    def test_stack_exchange(self, name, pause, following):
        """Pages of two questions each, whose texts were taken out: one asks to be left alone, one is the last."""
        body = recorded(f"stackexchange-json/grimoirelab-perceval__stackexchange_question_{name}")
        document = read_by(made("stackexchange"), body)
        assert len(document.entries) == len(json.loads(body)["items"]) == 2
        assert told(document.entries[0]) == {
            "guid": "stackoverflow-1",
            "kind": "post",
            "author": "zhquan_example_3",
            "community": "stackoverflow",
            "published": at("2016-04-06T02:01:16"),
            "engagement": 2,
        }
        assert (document.pause, len(document.following)) == (pause and timedelta(seconds=pause), following)

    def test_github_search(self):
        """A search, and issues as other calls give them."""
        body = recorded("github-search-json/fixtures__raw-fixture.json_3.json")
        document = read_by(made("github-issues"), body)
        assert len(document.entries) == len(json.loads(body)["items"]) == 2
        first = told(document.entries[0])
        assert first.pop("text").startswith("I’ve waited")
        repository = first.pop("community")
        assert first == {
            "guid": "1308970076",
            "kind": "post",
            "url": f"https://github.com/{repository}/issues/2",
            "title": "Sesame seeds split without a pop!",
            "author": "octokit-fixture-user-b",
            "published": at("2022-07-19T04:40:52"),
            "engagement": 0,
        }
        assert repository.startswith("octokit-fixture-org/")

    @pytest.mark.parametrize("name", ["issue_1", "issue_2", "request"])
    def test_github_issues(self, name):
        """Issues in a list of a repository have the same shape as in a search."""
        listed = json.loads(recorded(f"github-issues-json/grimoirelab-perceval__github_{name}"))
        (entry,) = read_by(made("github-issues"), json.dumps({"items": listed})).entries
        assert entry.guid == str(listed[0]["id"])
        assert (entry.community, entry.author) == ("zhquan_example/repo", "zhquan_example")

    def test_trustpilot(self):
        """Sixty reviews as the pages carry them, under the name that they have in the API."""
        listed = json.loads(recorded("trustpilot-json/scrapfly-scrapers__1_reviews.json"))
        document = read_by(made("trustpilot"), json.dumps({"reviews": listed}))
        assert len(document.entries) == len(listed) == 60
        assert sorted({entry.rating for entry in document.entries}) == [1.0, 3.0, 5.0]
        first = told(document.entries[0])
        assert first.pop("text").startswith("I can find")
        assert first == {
            "guid": "65718f1ba9549dd90f396b4a",
            "kind": "review",
            "url": "https://www.trustpilot.com/reviews/65718f1ba9549dd90f396b4a",
            "title": "I can find what I need very easily",
            "author": "Dean",
            "community": "acme.example",
            "published": at("2023-12-07T11:23:40"),
            "language": "en",
            "country": "US",
            "rating": 5.0,
            "engagement": 0,
        }

    @pytest.mark.parametrize(
        ("name", "place"),
        [
            ("gdelt", "gdelt/metasearch__gdelt.json"),
            ("hackernews", "hackernews/metasearch__hackernews.json"),
            ("stackexchange", "stackexchange/metasearch__stackexchange.json"),
        ],
    )
    def test_answers_with_the_least_in_them(self, name, place):
        """What other programs take to be enough of an answer."""
        body = recorded(f"shape-only/{place}")
        (listed,) = [found for found in json.loads(body).values() if isinstance(found, list)]
        document = read_by(made(name), body)
        assert len(document.entries) == len(listed)
        assert all(entry.title and entry.guid for entry in document.entries)
