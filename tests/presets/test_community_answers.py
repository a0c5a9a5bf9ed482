"""Presets of forums, networks and communities: what they read."""

from __future__ import annotations

import pytest

from tests.presets.community_entries import EXPECTED
from tests.presets.community_group import FORUM, GIVEN
from tests.presets.helpers import read_by, sample, source_of, told


def test_each_preset_has_a_sample():
    """Nothing is left out of the list below."""
    assert {file.rpartition(".")[0].removesuffix("-v3") for file in EXPECTED} == set(GIVEN)


@pytest.mark.parametrize("file", EXPECTED)
def test_answers_are_read(file):
    """An answer in the site's own form gives these entries, field by field."""
    name = file.rpartition(".")[0].removesuffix("-v3")
    document = read_by(source_of(name, **GIVEN[name]), sample(file))
    assert [told(entry) for entry in document.entries] == EXPECTED[file]
    assert {entry.source for entry in document.entries} == {name}


def test_a_forum_in_a_folder_has_its_links_there():
    """Links that are made of numbers lead into the forum's own folder, whatever the user wrote."""
    for forum in ("https://acme.example/talk", "acme.example/talk/"):
        discourse = source_of("discourse-search", forum=forum)
        assert read_by(discourse, sample("discourse-search.json")).entries[0].url == (
            "https://acme.example/talk/t/battery/12/2"
        )
        flarum = source_of("flarum", forum=forum)
        assert read_by(flarum, sample("flarum.json")).entries[0].url == "https://acme.example/talk/d/5/3"


def test_what_is_no_entry_is_told():
    """Communities, events and nulls in a list are left out by name."""
    for name, what in (("lemmy", "item 3"), ("flarum", "item 2"), ("mastodon-tag", "item 4")):
        document = read_by(source_of(name, **GIVEN[name]), sample(f"{name}.json"))
        assert [dropped.what for dropped in document.dropped] == [what]


def test_further_pages():
    """Each site is asked for its next page in its own way, with the same rights; nobody leads elsewhere."""
    discourse = read_by(source_of("discourse-search", forum=FORUM), sample("discourse-search.json"))
    assert [request.url for request in discourse.following] == [
        f"{FORUM}/search.json?q=acme%20after:2026-11-20%20order:latest&page=2"
    ]
    lemmy = read_by(source_of("lemmy"), sample("lemmy.json"))
    assert [request.url.rpartition("&")[2] for request in lemmy.following] == ["page_cursor=Pabc123"]
    assert not read_by(source_of("lemmy"), sample("lemmy-v3.json")).following
    bluesky = read_by(source_of("bluesky", **GIVEN["bluesky"]), sample("bluesky.json"))
    assert [request.url.rpartition("&")[2] for request in bluesky.following] == ["cursor=100"]
    login = bluesky.following[0].login
    assert login is not None
    assert login.fields["password"] == "abcd-efgh-ijkl-mnop"
    flarum = read_by(source_of("flarum", forum=FORUM), sample("flarum.json"))
    assert [request.url for request in flarum.following] == [f"{FORUM}/api/posts?sort=-createdAt&page%5Boffset%5D=50"]
    assert not read_by(source_of("flarum", forum="https://other.example"), sample("flarum.json")).following


def test_mastodon_pages_follow_the_link_header():
    """The next page stands in the Link header; the token goes along, and to no other host."""
    source = source_of("mastodon-tag", token="0123456789abcdef")
    for host, count in (("mastodon.social", 1), ("evil.example", 0)):
        link = f'<https://{host}/api/v1/timelines/tag/acme?limit=40&max_id=9001>; rel="next", <https://x.example/>; rel="prev"'
        following = read_by(source, sample("mastodon-tag.json"), headers={"link": link}).following
        assert [request.headers for request in following] == [{"Authorization": "Bearer 0123456789abcdef"}] * count
