"""Presets of forums, networks and communities: recorded documents."""

from __future__ import annotations

import json

import pytest

from mentionwatch.errors import ParseError
from tests.presets.community_group import FORUM, GIVEN
from tests.presets.helpers import at, needs_corpus, read_by, recorded, source_of, told


def _items(body: bytes) -> int:
    """Count the entries of a recorded document, without reading it as one."""
    text = body.decode("utf-8", "replace")
    if text.lstrip().startswith(("{", "[")):
        found = json.loads(text)
        return len(found if isinstance(found, list) else found["posts"])
    return text.count("<item>") + text.count("<item ") + text.count("<entry>") + text.count("<entry ")


@needs_corpus
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("reddit", "atom/feed-rs__rss_2.0_reddit.xml"),
        ("reddit-community", "atom/feeddeck__reddit_test.ts_responseSubreddit.xml"),
        ("reddit-community", "atom/feed-rs__atom_mediarss_reddit_1.xml"),
        ("reddit-community", "atom/feed-rs__atom_example_reddit.xml"),
        ("reddit-community", "atom/rss-parser__reddit-home.rss"),
        ("reddit-community", "rss2/rss-parser__reddit-atom.rss"),
        ("reddit-community", "rss2/rss-parser__reddit.rss"),
        ("discourse", "rss2/discourse-rss-auto-archive-linked-content__posts.rss"),
        ("discourse", "rss2/discourse-rss-auto-archive-linked-content__t_2108.rss"),
        ("discourse", "rss2/discourse-rss-auto-archive-linked-content__t_2144.rss"),
        ("phpbb", "atom/(index_id_10388606323)__feed.php_f_7_t_5735.xml"),
        ("vbulletin", "rss2/(index_id_16782724934)__garage4hackers.com_vBulletin_blog_feed.xml"),
        ("lemmy-community", "rss2/feeddeck__lemmy_test.ts_responseUser.xml"),
        ("lemmy-community", "rss2/feeddeck__lemmy_test.ts_responseCommunity.xml"),
        ("lemmy-community", "rss2/feeddeck__lemmy_test.ts_responseCommunityIIC.xml"),
        ("lemmy", "shape-only/lemmy/metasearch__lemmy.json"),
        ("mastodon-tag", "mastodon-json/Mastodon.py__test_hashtag_tl.yaml_2.json"),
        ("mastodon-tag", "mastodon-json/Mastodon.py__test_public_tl.yaml_2.json"),
        ("mastodon-tag", "mastodon-json/rtoot__get_timeline_hashtag_anonymous.yml_0.json"),
        ("mastodon-tag", "mastodon-json/rtoot__get_timeline_hashtag_default.yml_0.json"),
        ("mastodon-tag", "mastodon-json/rtoot__get_timeline_public_anonymous.yml_0.json"),
        ("mastodon-tag", "mastodon-json/rtoot__get_timeline_public_default.yml_0.json"),
        ("mastodon-tag", "mastodon-json/rtoot__get_account_statuses_default.yml_0.json"),
        ("bluesky", "bluesky-json/bskyr__1_f_search.yml_0.json"),
        ("bluesky", "bluesky-json/bskyr__1_f_getquotes.yml_0.json"),
        ("medium", "rss2/rss-parser__content-encoded.rss"),
        ("medium", "rss2/NetNewsWire__EMarley.rss"),
        ("tumblr", "rss2/feeddeck__tumblr_test.ts_response.xml"),
        ("tumblr", "rss2/fastfeedparser__vintagehomeplans.xml"),
        ("tumblr", "rss2/huginn__onethingwell.rss"),
        ("tumblr", "rss2/rss2email__3_feed.rss"),
    ],
)
def test_recorded_answers_are_read_whole(name, path):
    """Each item of a recorded document is an entry with id, address and date, and without the site's own words."""
    body = recorded(path)
    document = read_by(source_of(name, **GIVEN[name]), body)
    assert (len(document.entries), document.dropped, document.error) == (_items(body), (), None)
    assert all(entry.guid and entry.url and entry.published for entry in document.entries)
    assert len({entry.guid for entry in document.entries}) == len(document.entries)
    if name != "discourse":  # people quote such words there
        texts = " ".join(entry.text or "" for entry in document.entries).lower()
        assert not any(words in texts for words in ("submitted by", "[link]", "statistics: posted", "read full topic"))


@needs_corpus
def test_recorded_search_of_reddit():
    """The post of a recorded search: a link to elsewhere has no words of its own."""
    document = read_by(source_of("reddit"), recorded("atom/feed-rs__rss_2.0_reddit.xml"))
    assert [told(entry) for entry in document.entries] == [
        {
            "guid": "t3_qksbf1",
            "kind": "post",
            "url": "https://www.reddit.com/r/kevincox/comments/qksbf1/announcing_feedmail/",
            "about": "https://kevincox.ca/2021/11/01/announcing-feedmail/",
            "title": "Announcing FeedMail",
            "author": "/u/kevincox_ca",
            "community": "kevincox",
            "published": at("2021-11-02T00:46:08"),
        }
    ]


@needs_corpus
def test_recorded_posts_of_discourse():
    """The second post of a recorded forum, with what it quotes apart."""
    path = "rss2/discourse-rss-auto-archive-linked-content__posts.rss"
    document = read_by(source_of("discourse", forum=FORUM), recorded(path))
    found = told(document.entries[1])
    text, quoted = found.pop("text"), found.pop("quoted")
    assert found == {
        "guid": "discuss.criticalfallibilism.com-post-20217",
        "kind": "post",
        "url": "https://discuss.criticalfallibilism.com/t/kpop-demon-hunters/2144?page=2#post_31",
        "title": "KPop Demon Hunters",
        "author": "@ActiveMind",
        "published": at("2026-01-21T22:40:40"),
    }
    assert text.startswith("For my physical copies")
    assert quoted.startswith("anonymous105:")
    assert not any((entry.text or "").endswith("Read full topic") for entry in document.entries)


@needs_corpus
def test_recorded_posts_of_phpbb():
    """The first post of a recorded topic, without what the board writes below it."""
    path = "atom/(index_id_10388606323)__feed.php_f_7_t_5735.xml"
    found = told(read_by(source_of("phpbb", forum=FORUM), recorded(path)).entries[0])
    text = found.pop("text")
    assert found == {
        "guid": "http://www.classicshell.net/forum/viewtopic.php?t=5735&p=25393#p25393",
        "kind": "post",
        "url": "http://www.classicshell.net/forum/viewtopic.php?t=5735&p=25393#p25393",
        "title": "Re: Classic shell needs to configure itself for the new OS",
        "author": "Ivo",
        "published": at("2016-02-17T16:34:12"),
        "language": "en-gb",
    }
    assert text.endswith("32-bit Windows)")


@needs_corpus
def test_recorded_hashtag_of_mastodon():
    """The same post has the same id on both instances that were asked, though their own numbers differ."""
    found = {}
    for instance in ("anonymous", "default"):
        path = f"mastodon-json/rtoot__get_timeline_hashtag_{instance}.yml_0.json"
        found[instance] = read_by(source_of("mastodon-tag"), recorded(path)).entries
    assert [entry.guid for entry in found["anonymous"]] == [entry.guid for entry in found["default"]]
    first = told(found["anonymous"][1])
    assert first.pop("text").startswith("The conference is almost sold out")
    assert first == {
        "guid": "https://mastodon.social/users/useR_conf/statuses/114869631572884594",
        "kind": "post",
        "url": "https://mastodon.social/@useR_conf/114869631572884594",
        "author": "useR_conf",
        "published": at("2025-07-17T16:57:57.865000"),
        "language": "en",
        "engagement": 6,
    }


@needs_corpus
def test_recorded_search_of_bluesky():
    """A reply of a recorded search; the answer names the next page."""
    path = "bluesky-json/bskyr__1_f_search.yml_0.json"
    document = read_by(source_of("bluesky", **GIVEN["bluesky"]), recorded(path))
    found = told(document.entries[2])
    assert found.pop("text").startswith("And last but not least")
    assert found == {
        "guid": "at://did:plc:7nagdvjqrzaquzk7mueohne5/app.bsky.feed.post/3lpjzka2pzc2l",
        "kind": "comment",
        "url": "https://bsky.app/profile/mcpli.bsky.social/post/3lpjzka2pzc2l",
        "author": "mcpli.bsky.social",
        "parent": "at://did:plc:7nagdvjqrzaquzk7mueohne5/app.bsky.feed.post/3lpjzgltpa22l",
        "published": at("2025-05-19T16:46:43.322000"),
        "language": "en",
        "engagement": 2,
    }
    assert [request.url.rpartition("&")[2] for request in document.following] == ["cursor=25"]
    replies = [post for post in json.loads(recorded(path))["posts"] if "reply" in post["record"]]
    assert sum(entry.kind == "comment" for entry in document.entries) == len(replies)


@needs_corpus
def test_recorded_community_of_lemmy():
    """A post leads to where it is discussed, and not to the picture that it shows."""
    document = read_by(
        source_of("lemmy-community", community="x"), recorded("rss2/feeddeck__lemmy_test.ts_responseUser.xml")
    )
    found = told(document.entries[0])
    assert "points" not in found.pop("text").splitlines()[0]
    assert found.pop("links")[0] == "https://lemmy.world/c/forgottenweapons"
    assert found == {
        "guid": "https://lemmy.world/post/9209829",
        "kind": "post",
        "url": "https://lemmy.world/post/9209829",
        "title": "[Weekly Community Spotlights] c/forgottenweapons and aneurysmposting@sopuli.xyz",
        "author": "lwCET",
        "community": "communityspotlight",
        "published": at("2023-12-06T11:32:19"),
        "engagement": 199,
    }


@needs_corpus
def test_recorded_blogs():
    """An article on Medium without tracking in its address; a post on Tumblr with what it repeats apart."""
    found = told(read_by(source_of("medium", place="x"), recorded("rss2/NetNewsWire__EMarley.rss")).entries[1])
    found.pop("text")
    assert found == {
        "guid": "https://medium.com/p/3a4dab489f45",
        "kind": "article",
        "url": "https://medium.com/@emarley/they-didn-t-3a4dab489f45",
        "title": "They didn’t.",
        "author": "Liz Marley",
        "published": at("2016-01-09T15:29:25"),
    }
    found = told(
        read_by(source_of("tumblr", blog="x"), recorded("rss2/feeddeck__tumblr_test.ts_response.xml")).entries[2]
    )
    assert found.pop("quoted").startswith("At the 2023 Game Awards")
    assert found == {
        "guid": "https://www.tumblr.com/todayontumblr/736331601085120512",
        "kind": "post",
        "url": "https://www.tumblr.com/todayontumblr/736331601085120512",
        "title": "Muppet Fact #925",
        "text": "muppet-facts :",
        "links": ("https://muppet-facts.tumblr.com/post/736100473317343232/muppet-fact-925",),
        "published": at("2023-12-10T15:02:16"),
    }


@needs_corpus
def test_a_block_page_of_reddit():
    """The page that Reddit shows to networks it does not like is a refusal, and no empty search."""
    body = recorded("trouble/nyt__reddit_block_200.html")
    with pytest.raises(ParseError, match=r"(?i)reddit") as e:
        read_by(source_of("reddit"), body)
    assert e.value.state == "blocked"
