"""Presets that are JSON APIs, and feeds of the same sites: what they ask."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mentionwatch.errors import ConfigError
from mentionwatch.sources.presets import preset
from tests.presets.helpers import NOW, requests_of, source_of, urls_of
from tests.presets.json_group import KEY, UNIT, made


class TestRequests:
    def test_hacker_news(self):
        """A word and a phrase in quotes, what must not be there behind a minus, and nothing older than is wanted."""
        start = "https://hn.algolia.com/api/v1/search_by_date?query="
        rest = (
            "&tags=(story,comment)&numericFilters=created_at_i%3E1795176000&hitsPerPage=100"
            "&advancedSyntax=true&typoTolerance=false"
        )
        assert urls_of(made("hackernews"), "acme", '"acme cloud" -road', exclude=["runner"]) == [
            f"{start}%22acme%22%20-%22runner%22{rest}",
            f"{start}%22acme%20cloud%22%20-%22road%22%20-%22runner%22{rest}",
        ]

    def test_without_a_date_a_week_is_asked_for(self):
        """Nobody says how far back: seven days."""
        (url,) = urls_of(made("hackernews"), "acme", since=None)
        assert f"created_at_i%3E{int((NOW - timedelta(days=7)).timestamp())}&" in url

    def test_app_store(self):
        """One request for each country; whatever the brand, reviews of the app are about it."""
        found = requests_of(source_of("appstore", app="9", countries=("us", "de")), "acme", '"acme notes"')
        assert [request.url for request in found] == [
            f"https://itunes.apple.com/{country}/rss/customerreviews/page=1/id=9/sortby=mostrecent/json"
            for country in ("us", "de")
        ]
        assert [request.instead.url for request in found] == [
            f"https://itunes.apple.com/{country}/rss/customerreviews/id=9/sortBy=mostRecent/page=1/json"
            for country in ("us", "de")
        ]

    def test_steam(self):
        """Everything is in one object; a number is a number in it."""
        found = requests_of(source_of("steam", app="240", language=("english", "koreana")), "acme")
        start = "https://api.steampowered.com/IUserReviewsService/GetAppReviews/v1/?input_json="
        assert [request.url.startswith(start) for request in found] == [True, True]
        assert found[1].url == start + (
            "%7B%22appid%22:240%2C%22filter%22:1%2C%22languages%22:%5B%22koreana%22%5D%2C%22review_type%22:0"
            "%2C%22purchase_type%22:1%2C%22num_per_page%22:100%2C%22cursor%22:%22%2A%22"
            "%2C%22filter_offtopic_activity%22:false%7D"
        )
        assert "languages%22:%5B%22all%22%5D" in urls_of(made("steam"), "acme")[0]

    def test_stack_exchange(self):
        """One request for each site and query; the key is sent and not shown; tags are one value."""
        start = "https://api.stackexchange.com/2.3/search/advanced?site="
        rest = "&order=desc&sort=creation&pagesize=100&page=1&filter=withbody"
        assert urls_of(made("stackexchange"), "acme", '"acme cloud"', exclude=["runner"]) == [
            f"{start}stackoverflow&q=acme&fromdate=1795176000{rest}",
            f"{start}stackoverflow&q=%22acme%20cloud%22&fromdate=1795176000{rest}",
        ]
        source = source_of("stackexchange", site=("superuser", "askubuntu"), tagged=("a", "b c"), key=KEY)
        found = requests_of(source, "acme")
        assert [request.shown for request in found] == [
            f"{start}{site}&q=acme&fromdate=1795176000&tagged=a%3Bb%20c{rest}&key=***"
            for site in ("superuser", "askubuntu")
        ]
        assert found[0].url.endswith("&key=S3cret-key%2Fof%2024%20letters%2B")

    def test_github_issues(self):
        """With a token where there is one, and only in the repositories that are named."""
        start = "https://api.github.com/search/issues?q="
        rest = "&sort=created&order=desc&per_page=100"
        plain, phrase = requests_of(made("github-issues"), "acme", '"acme cloud" beta', exclude=["runner"])
        assert plain.url == f"{start}%22acme%22%20is:issue%20created:%3E=2026-11-20T12:00:00Z{rest}"
        assert phrase.url.startswith(f"{start}%22acme%20cloud%22%20%22beta%22%20is:issue%20created")
        assert plain.headers == {"Accept": "application/vnd.github+json"}
        (some,) = requests_of(source_of("github-issues", repo=("acme/app", "acme/lib"), token="ghp_x"), "acme")
        assert f"Z%20repo:acme%2Fapp%20repo:acme%2Flib{rest}" in some.url
        assert some.headers["Authorization"] == "Bearer ghp_x"
        assert "ghp_x" not in some.shown

    def test_github_queries_stay_within_256_characters(self):
        """A longer one is refused: words at the end of a long list are looked at here."""
        words = " ".join(f"word{number:02}" for number in range(40))
        (request,) = requests_of(source_of("github-issues", repo="acme/a-long-name"), f"acme {words}")
        asked = request.given["query"]
        assert len(asked) <= 160
        assert len(f"{asked} is:issue created:>=2026-11-20T12:00:00Z repo:acme/a-long-name") <= 256

    def test_github_discussions(self):
        """A feed for each repository."""
        assert urls_of(source_of("github-discussions", repo=("acme/app", "acme/lib")), "acme") == [
            f"https://github.com/acme/{name}/discussions.atom?discussions_q=sort%3Adate_created"
            for name in ("app", "lib")
        ]

    def test_gdelt(self):
        """Words bare, what has a blank or a point in quotes; dates without separators."""
        start = "https://api.gdeltproject.org/api/v2/doc/doc?query="
        rest = "&mode=artlist&format=json&maxrecords=250&sort=datedesc&startdatetime=20261120120000"
        assert urls_of(made("gdelt"), "acme", '"acme cloud"', exclude=["acme.org", "runner"]) == [
            f"{start}acme%20-%22acme.org%22%20-runner{rest}",
            f"{start}%22acme%20cloud%22%20-%22acme.org%22%20-runner{rest}",
        ]
        assert urls_of(source_of("gdelt", language="eng", country="UK"), "acme") == [
            f"{start}acme%20sourcelang:eng%20sourcecountry:UK{rest}"
        ]

    def test_trustpilot(self):
        """The key is sent and not shown."""
        (request,) = requests_of(made("trustpilot"), "acme")
        start = f"https://api.trustpilot.com/v1/business-units/{UNIT}/reviews?orderBy=createdat.desc&perPage=20&page=1"
        assert (request.url, request.shown) == (
            f"{start}&apikey=S3cret-key%2Fof%2024%20letters%2B",
            f"{start}&apikey=***",
        )
        assert KEY not in str(request.given)

    @pytest.mark.parametrize(
        ("name", "url"),
        [
            ("devto", "https://dev.to/feed/tag/python"),
            ("lobsters", "https://lobste.rs/newest.json"),
            ("lobsters-comments", "https://lobste.rs/comments.rss"),
        ],
    )
    def test_sites_without_a_search(self, name, url):
        """Asked once, whatever is looked for."""
        assert urls_of(made(name), "acme", '"acme cloud"', exclude=["runner"]) == [url]

    @pytest.mark.parametrize(
        ("name", "seconds", "host"),
        [
            ("hackernews", 2, "hn.algolia.com"),
            ("appstore", 3, "itunes.apple.com"),
            ("steam", 3, "api.steampowered.com"),
            ("stackexchange", 3, "api.stackexchange.com"),
            ("github-issues", 6, "api.github.com"),
            ("github-discussions", 3, "github.com"),
            ("gdelt", 6, "api.gdeltproject.org"),
            ("trustpilot", 3, "api.trustpilot.com"),
            ("devto", 3, "dev.to"),
            ("lobsters", 10, "lobste.rs"),
            ("lobsters-comments", 10, "lobste.rs"),
        ],
    )
    def test_limits(self, name, seconds, host):
        """Seconds from one request to the next, and the host that they are for."""
        found = preset(name)
        assert (found.limits.spacing_s, found.hosts) == (seconds, (host,))

    @pytest.mark.parametrize(
        ("name", "missing"),
        [
            ("appstore", {"app"}),
            ("steam", {"app"}),
            ("github-discussions", {"repo"}),
            ("trustpilot", {"unit", "key"}),
            ("devto", {"tag"}),
        ],
    )
    def test_what_is_missing_is_told(self, name, missing):
        """By its name, with where to find it."""
        with pytest.raises(ConfigError) as e:
            source_of(name)
        assert {problem.key.rpartition(".")[2] for problem in e.value.problems} == missing
        assert all(f'the preset "{name}" needs ' in problem.message for problem in e.value.problems)
