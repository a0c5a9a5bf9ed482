"""Presets that are JSON APIs, and feeds of the same sites: what they make of answers."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from mentionwatch.errors import ParseError
from tests.presets.helpers import at, read_by, requests_of, sample, source_of, told, urls_of
from tests.presets.json_group import answer_of, made


class TestAnswers:
    """The hand-made answers, field by field."""

    def test_hacker_news(self):
        """Stories and comments; what has no date and no text of its own is there all the same."""
        document = answer_of("hackernews")
        assert [told(entry) for entry in document.entries] == [
            {
                "guid": "46000001",
                "kind": "post",
                "url": "https://news.ycombinator.com/item?id=46000001",
                "about": "https://status.acme.example/",
                "title": "Acme Cloud is down & out",
                "author": "ann",
                "published": at("2026-11-21T09:00"),
                "engagement": 165,
            },
            {
                "guid": "46000002",
                "kind": "comment",
                "url": "https://news.ycombinator.com/item?id=46000002",
                "title": "Acme Cloud is down & out",
                "text": "It's the third time this month.\nWe left Acme for good.",
                "author": "bob",
                "parent": "46000001",
                "published": at("2026-11-21T09:30"),
            },
            {
                "guid": "46000003",
                "kind": "post",
                "url": "https://news.ycombinator.com/item?id=46000003",
                "title": "Ask HN: Acme or what?",
                "text": "Which one do you use?",
                "author": "cyd",
            },
        ]
        (further,) = document.following
        assert further.url == urls_of(made("hackernews"), "acme")[0] + "&page=1"

    def test_app_store(self):
        """The app itself, the first entry, is none; the country is the store's."""
        document = answer_of("appstore")
        shared = {"kind": "review", "community": "App 284882215", "country": "GB"}
        page = "https://apps.apple.com/gb/app/id284882215?see-all=reviews"
        assert [told(entry) for entry in document.entries] == [
            {
                **shared,
                "guid": "13000000001",
                "url": f"{page}#13000000001",
                "title": "Lost <everything> & more",
                "text": "Acme Notes deleted my notes.\nNo answer from support.",
                "author": "ann",
                "published": at("2026-11-21T10:15"),
                "version": "5.2.1",
                "rating": 1.0,
                "engagement": 4,
            },
            {
                **shared,
                "guid": "13000000002",
                "url": f"{page}#13000000002",
                "title": "Fine",
                "text": "Works.",
                "author": "bob",
                "version": "5.2.0",
                "rating": 5.0,
                "engagement": 0,
            },
        ]
        assert [dropped.why for dropped in document.dropped] == ["it has no im:rating"]
        (further,) = document.following
        assert "/page=2/id=284882215/" in further.url
        assert "/sortBy=mostRecent/page=2/json" in further.instead.url

    def test_app_store_with_one_review_or_none(self):
        """One review is an object in place of a list; none is no key at all."""
        source, answer = made("appstore"), json.loads(sample("appstore.json"))
        review = answer["feed"]["entry"][1]
        (entry,) = read_by(source, json.dumps({"feed": {**answer["feed"], "entry": review}})).entries
        assert entry.guid == "13000000001"
        del answer["feed"]["entry"]
        document = read_by(source, json.dumps(answer))
        assert (document.entries, document.following) == ((), ())

    def test_steam(self):
        """A thumb is one star or five; languages are known by Steam's names."""
        document = answer_of("steam")
        assert [told(entry) for entry in document.entries] == [
            {
                "guid": "200000001",
                "kind": "review",
                "url": "https://steamcommunity.com/profiles/76561190000000001/recommended/240/",
                "text": "Acme Racer\nCrashes on start. See the help.",
                "author": "76561190000000001",
                "community": "App 240",
                "published": at("2026-11-21T09:00"),
                "language": "en",
                "rating": 1.0,
                "engagement": 10,
            },
            {
                "guid": "200000002",
                "kind": "review",
                "url": "https://steamcommunity.com/profiles/76561190000000002/recommended/240/",
                "text": "Great",
                "author": "76561190000000002",
                "community": "App 240",
                "published": at("2026-11-21T08:50"),
                "language": "zh-Hans",
                "rating": 5.0,
                "engagement": 3,
            },
        ]
        (further,) = document.following
        assert "%22cursor%22:%22AoJ4%2F%2Bacme%3D%22" in further.url
        again = read_by(made("steam"), sample("steam.json"), request=further)
        assert again.following == (), "the same cursor again is the end"

    @pytest.mark.parametrize("body", ['{"response": {}}', '{"response": {"success": 1, "reviews": []}}'])
    def test_steam_without_reviews(self, body):
        """A game nobody wrote about."""
        assert read_by(made("steam"), body).entries == ()

    def test_stack_exchange(self):
        """Entities in titles and names are letters; a question has the site's name in its id."""
        document = answer_of("stackexchange")
        assert [told(entry) for entry in document.entries] == [
            {
                "guid": "stackoverflow-79000001",
                "kind": "post",
                "url": "https://stackoverflow.com/questions/79000001/why-does-acme-return-list-int",
                "title": "Why does Acme return List<int>, and isn't it a bug?",
                "text": "The Acme client gives me `List<int>`.\n\nWhy?",
                "author": "José & Co",
                "community": "stackoverflow",
                "published": at("2026-11-21T09:00"),
                "engagement": 7,
            },
            {
                "guid": "stackoverflow-79000002",
                "kind": "post",
                "url": "https://stackoverflow.com/questions/79000002/acme",
                "title": "Acme",
                "author": "user123",
                "community": "stackoverflow",
                "published": at("2026-11-21T08:33:20"),
                "engagement": -2,
            },
        ]
        assert document.pause == timedelta(seconds=10)
        (further,) = document.following
        assert "&page=2&" in further.url

    def test_stack_exchange_ids_of_two_sites(self):
        """Question 1 of one site is not question 1 of another."""
        source = source_of("stackexchange", site=("superuser", "askubuntu"))
        read = [read_by(source, sample("stackexchange.json"), request=r) for r in requests_of(source, "acme")]
        assert [document.entries[0].guid for document in read] == ["superuser-79000001", "askubuntu-79000001"]

    def test_stack_exchange_quota(self):
        """A quota used up is told as what it is."""
        body = (
            '{"error_id": 502, "error_message": "too many requests from this IP", "error_name": "throttle_violation"}'
        )
        with pytest.raises(ParseError, match="too many requests from this IP") as e:
            read_by(made("stackexchange"), body)
        assert e.value.state == "rate-limited"

    def test_github_issues(self):
        """The repository is read out of its address; the next page stands in a header, and wants the token too."""
        source = source_of("github-issues", token="ghp_0123456789")
        (request,) = requests_of(source, "acme")
        headers = {"link": f'<{request.url}&page=2>; rel="next", <{request.url}&page=9>; rel="last"'}
        document = read_by(source, sample("github-issues.json"), request=request, headers=headers)
        assert [told(entry) for entry in document.entries] == [
            {
                "guid": "3000000001",
                "kind": "post",
                "url": "https://github.com/acme/app/issues/12",
                "title": "Acme eats memory",
                "text": "Since 5.2 the **Acme** app takes 8 GB.",
                "author": "ann",
                "community": "acme/app",
                "published": at("2026-11-21T09:00"),
                "engagement": 7,
            },
            {
                "guid": "3000000002",
                "kind": "post",
                "url": "https://github.com/other/tool/issues/3",
                "title": "Support Acme",
                "community": "other/tool",
                "published": at("2026-11-20T18:00"),
                "engagement": 0,
            },
        ]
        (further,) = document.following
        assert further.url == f"{request.url}&page=2"
        assert further.headers == request.headers

    def test_github_discussions(self):
        """The feed is in the site's language, and not in that of who writes."""
        (entry,) = answer_of("github-discussions").entries
        assert told(entry) == {
            "guid": "tag:github.com,2008:9000001",
            "kind": "post",
            "url": "https://github.com/acme/app/discussions/31",
            "title": "Is Acme going to stay free?",
            "text": "I hope so.",
            "author": "ann",
            "community": "acme/app",
            "published": at("2026-11-21T09:00"),
        }

    def test_gdelt(self):
        """Languages and countries stand in English; one that is not known is none."""
        document = answer_of("gdelt")
        assert [told(entry) for entry in document.entries] == [
            {
                "guid": "https://news.example/acme-recall?utm_source=x",
                "kind": "article",
                "url": "https://news.example/acme-recall",
                "title": "Acme recalls 10 , 000 toasters",
                "community": "news.example",
                "published": at("2026-11-21T09:15"),
                "language": "en",
                "country": "GB",
            },
            {
                "guid": "https://zeitung.example/acme",
                "kind": "article",
                "url": "https://zeitung.example/acme",
                "title": "Acme ruft zurück",
                "community": "zeitung.example",
                "published": at("2026-11-21T09:00"),
                "language": "de",
            },
        ]
        assert read_by(made("gdelt"), "{}").entries == (), "no articles"

    @pytest.mark.parametrize(
        ("body", "state"),
        [
            ("Please limit requests to one every 5 seconds or contact us for larger queries.\n", "rate-limited"),
            ("The specified phrase is too short.\n", "not-a-feed"),
        ],
    )
    def test_gdelt_refuses_in_plain_text(self, body, state):
        """With status 200: told, in its own words."""
        with pytest.raises(ParseError) as e:
            read_by(made("gdelt"), body)
        assert e.value.state == state
        assert body.strip()[:40] in str(e.value)

    def test_trustpilot(self):
        """Both ways in which reviews are written; the key is in no entry, and not in what is shown of the next page."""
        document = answer_of("trustpilot")
        page = "https://www.trustpilot.com/reviews/70000000000000000000000"
        assert [told(entry) for entry in document.entries] == [
            {
                "guid": "700000000000000000000001",
                "kind": "review",
                "url": f"{page}1",
                "title": "Never again",
                "text": "Acme kept my money.",
                "author": "Ann",
                "community": "acme.example",
                "published": at("2026-11-21T09:00"),
                "language": "en",
                "country": "GB",
                "rating": 1.0,
                "engagement": 2,
            },
            {
                "guid": "700000000000000000000002",
                "kind": "review",
                "url": f"{page}2",
                "title": "Gut",
                "text": "Schnell geliefert.",
                "author": "Bob",
                "community": "acme.example",
                "published": at("2026-11-20T08:00"),
                "language": "de",
                "country": "DE",
                "rating": 4.0,
                "engagement": 0,
            },
        ]
        (further,) = document.following
        assert "&page=2&apikey=S3cret" in further.url
        assert further.shown.endswith("&page=2&apikey=***")

    def test_dev(self):
        """Whole texts; the feed says English whatever it holds."""
        (entry,) = answer_of("devto").entries
        assert told(entry) == {
            "guid": "https://dev.to/ann/five-tools-i-dropped-1a2b",
            "kind": "article",
            "url": "https://dev.to/ann/five-tools-i-dropped-1a2b",
            "title": "Five tools I dropped",
            "text": "The third is Acme: too slow.",
            "author": "Ann Example",
            "community": "python",
            "published": at("2026-11-21T09:00"),
        }

    def test_lobsters(self):
        """A story leads to where it is discussed; who submitted it is a name or an object."""
        assert [told(entry) for entry in answer_of("lobsters").entries] == [
            {
                "guid": "acme01",
                "kind": "post",
                "url": "https://lobste.rs/s/acme01/how_acme_lost_database",
                "about": "https://blog.acme.example/postmortem",
                "title": "How Acme lost a database",
                "author": "ann",
                "community": "databases",
                "published": at("2026-11-21T09:00"),
                "engagement": 42,
            },
            {
                "guid": "acme02",
                "kind": "post",
                "url": "https://lobste.rs/s/acme02/what_do_you_use_place_acme",
                "title": "What do you use in place of Acme?",
                "text": "We *need* to move.",
                "author": "bob",
                "community": "ask",
                "published": at("2026-11-21T00:00"),
                "engagement": 4,
            },
        ]

    def test_lobsters_comments(self):
        """A comment stands under its story's title."""
        (entry,) = answer_of("lobsters-comments").entries
        assert told(entry) == {
            "guid": "https://lobste.rs/c/cmt001",
            "kind": "comment",
            "url": "https://lobste.rs/c/cmt001",
            "title": "How Acme lost a database",
            "text": "Backups are not restores.",
            "author": "bob",
            "published": at("2026-11-21T10:00"),
        }
