"""What the hand-made answers of forums, networks and communities hold, field by field."""

from __future__ import annotations

from tests.presets.community_group import FORUM
from tests.presets.helpers import at

EXPECTED = {
    "reddit.xml": [
        {
            "guid": "t3_1abcde",
            "kind": "post",
            "url": "https://www.reddit.com/r/HomeNetworking/comments/1abcde/acme/",
            "title": "Acme & me: anyone else?",
            "text": "My Acme router drops & reconnects every hour.",
            "author": "/u/ada_l",
            "community": "HomeNetworking",
            "published": at("2026-11-22T10:00:00"),
        },
        {
            "guid": "t3_1abcdf",
            "kind": "post",
            "url": "https://www.reddit.com/r/gadgets/comments/1abcdf/new/",
            "title": "New from Acme",
            "author": "/u/bob-7",
            "community": "gadgets",
            "published": at("2026-11-22T09:00:00"),
        },
    ],
    "reddit-community.xml": [
        {
            "guid": "t3_1xyz",
            "kind": "post",
            "url": "https://www.reddit.com/r/acmefans/comments/1xyz/ok/",
            "title": "Solved",
            "text": "It works again. Thanks!",
            "author": "/u/cleo",
            "community": "acmefans",
            "published": at("2026-11-21T08:00:00"),
        }
    ],
    "reddit-comments.xml": [
        {
            "guid": "t1_k1",
            "kind": "comment",
            "url": "https://www.reddit.com/r/acme/comments/1abcde/acme/k1/",
            "title": "Acme on and off on Mondays",
            "text": "Same here, it is useless.",
            "author": "/u/dan",
            "community": "acme",
            "published": at("2026-11-22T10:30:00"),
        },
        {
            "guid": "t1_k2",
            "kind": "comment",
            "url": "https://www.reddit.com/r/acme/comments/1abcde/acme/k2/",
            "title": "Acme on and off on Mondays",
            "text": "Gone.",
            "author": "/u/[deleted]",
            "community": "acme",
            "published": at("2026-11-22T10:31:00"),
        },
    ],
    "discourse.xml": [
        {
            "guid": "forum.acme.example-post-345",
            "kind": "post",
            "url": f"{FORUM}/t/battery/12#post_2",
            "title": "Battery & charger",
            "text": "Mine is empty after one day.",
            "author": "@eve",
            "published": at("2026-11-22T09:15:00"),
            "quoted": "dan:\n\nIt lasts a week",
        }
    ],
    "discourse-search.json": [
        {
            "guid": "345",
            "kind": "post",
            "url": f"{FORUM}/t/battery/12/2",
            "title": "Battery & charger",
            "text": "Mine is empty after one day & the charger of Acme is hot...",
            "author": "eve",
            "published": at("2026-11-22T09:15:00.123000"),
            "engagement": 2,
        },
        # Its topic is not in the answer.
        {
            "guid": "346",
            "kind": "post",
            "url": f"{FORUM}/t/99/99/1",
            "text": "Acme is fine for me",
            "author": "fay",
            "published": at("2026-11-21T08:00:00"),
            "engagement": 0,
        },
        {"guid": "347", "kind": "post", "text": "No topic here", "author": "guy"},
    ],
    "mastodon-tag.json": [
        {
            "guid": "https://other.example/users/hana/statuses/77",
            "kind": "post",
            "url": "https://other.example/@hana/77",
            "title": "Rant",
            "text": "My #Acme broke, see https://acme.example/broken/long",
            "author": "hana@other.example",
            "published": at("2026-11-22T10:00:00.500000"),
            "language": "en",
            "engagement": 6,
        },
        {
            "guid": "https://mastodon.social/users/ian/statuses/9002",
            "kind": "comment",
            "url": "https://mastodon.social/users/ian/statuses/9002",
            "text": "Works for me & mine",
            "author": "ian",
            "parent": "8000",
            "published": at("2026-11-22T09:00:00"),
            "engagement": 4,
        },
        # A boost is the post that it repeats.
        {
            "guid": "https://third.example/users/kim/statuses/1",
            "kind": "post",
            "url": "https://third.example/@kim/1",
            "text": "Bravo Acme",
            "author": "kim@third.example",
            "published": at("2026-11-20T11:00:00"),
            "language": "fr",
            "engagement": 18,
        },
    ],
    "lemmy.json": [
        {
            "guid": "https://lemmy.world/comment/31",
            "kind": "comment",
            "url": "https://lemmy.world/comment/31",
            "title": "Which router?",
            "text": "Acme? **Never** again.",
            "author": "lia",
            "community": "homelab",
            "parent": "21",
            "published": at("2026-11-22T08:00:00.123456"),
            "engagement": 5,
        },
        {
            "guid": "https://lemmy.ml/post/22",
            "kind": "post",
            "url": "https://lemmy.ml/post/22",
            "title": "Acme opens its code",
            "author": "max",
            "community": "opensource",
            "published": at("2026-11-21T08:00:00"),
            "engagement": 15,
        },
    ],
    "lemmy-v3.json": [
        {
            "guid": "https://lemmy.world/comment/31",
            "kind": "comment",
            "url": "https://lemmy.world/comment/31",
            "title": "Which router?",
            "text": "Acme? Never again.",
            "author": "lia",
            "community": "homelab",
            "parent": "21",
            # Old ones write no zone, and mean UTC.
            "published": at("2026-11-22T08:00:00.123456"),
            "engagement": 5,
        },
        {
            "guid": "https://lemmy.ml/post/22",
            "kind": "post",
            "url": "https://lemmy.ml/post/22",
            "title": "Acme opens its code",
            "text": "At last.",
            "author": "max",
            "community": "opensource",
            "published": at("2026-11-21T08:00:00"),
            "engagement": 15,
        },
    ],
    "lemmy-community.xml": [
        {
            "guid": "https://lemmy.world/post/501",
            "kind": "post",
            "url": "https://lemmy.world/post/501",
            "title": "Acme & its new box",
            "text": "https://pics.example/box.jpg\nLooks cheap.",
            "author": "nia",
            "community": "acme",
            "published": at("2026-11-21T11:32:19"),
            "engagement": 22,
        }
    ],
    "bluesky.json": [
        {
            "guid": "at://did:plc:abc/app.bsky.feed.post/3kpost1",
            "kind": "post",
            "url": "https://bsky.app/profile/oli.bsky.social/post/3kpost1",
            "text": "Acme support hung up on me\nagain",
            "author": "oli.bsky.social",
            # Not 2031, as the author's program says.
            "published": at("2026-11-22T10:00:00.250000"),
            "language": "en",
            "engagement": 10,
        },
        {
            "guid": "at://did:plc:def/app.bsky.feed.post/3kpost2",
            "kind": "comment",
            "url": "https://bsky.app/profile/pat.example/post/3kpost2",
            "text": "Acme is great",
            "author": "pat.example",
            "parent": "at://did:plc:abc/app.bsky.feed.post/3kpost0",
            "published": at("2026-11-22T07:00:00"),
            "engagement": 7,
        },
        {
            "guid": "at://did:plc:ghi/app.bsky.feed.generator/odd",
            "kind": "post",
            "text": "5",
            "published": at("2026-11-22T08:00:00"),
        },
    ],
    "flarum.json": [
        {
            "guid": "77",
            "kind": "post",
            "url": f"{FORUM}/d/5/3",
            "title": "App of Acme",
            "text": "The Acme app crashes & burns",
            "author": "Quin",
            "published": at("2026-11-22T10:00:00"),
        },
        {
            "guid": "75",
            "kind": "post",
            "url": f"{FORUM}/d/6/1",
            "text": "Hello",
            "published": at("2026-11-21T09:00:00"),
        },
    ],
    "nodebb.xml": [
        {
            "guid": f"{FORUM}/topic/41/acme-the-cloud",
            "kind": "post",
            "url": f"{FORUM}/topic/41/acme-the-cloud",
            "title": "Acme & the cloud",
            "text": "It lost all my files.",
            "author": "rob",
            "published": at("2026-11-22T09:58:00"),
        }
    ],
    "vanilla.xml": [
        {
            "guid": "61@/discussions",
            "kind": "post",
            "url": f"{FORUM}/discussion/61/acme-prices",
            "title": "Acme prices",
            "text": "Too high, if you ask me.",
            "author": "sue",
            "published": at("2026-11-22T07:00:00"),
            "language": "en",
        }
    ],
    "invision.xml": [
        {
            "guid": "71",
            "kind": "post",
            "url": f"{FORUM}/topic/71-acme-drill/?do=findComment&comment=900",
            "title": "Acme drill, third repair",
            "text": "The gear is plastic.",
            "published": at("2026-11-22T06:00:00"),
            "language": "en",
        }
    ],
    "phpbb.xml": [
        {
            "guid": f"{FORUM}/viewtopic.php?t=81&p=82#p82",
            "kind": "post",
            "url": f"{FORUM}/viewtopic.php?t=81&p=82#p82",
            "title": "Re: Acme & Linux",
            "text": "No driver.\nShame.",
            "author": "tom",
            "community": "Support",
            "published": at("2026-11-22T10:30:00"),
            "language": "en-gb",
        }
    ],
    "xenforo.xml": [
        {
            "guid": "91",
            "kind": "post",
            "url": f"{FORUM}/threads/acme-mower.91/",
            "title": "Acme mower will not start",
            "text": "Since the update.\nHelp!",
            "author": "uma",
            "community": "Mowers",
            "published": at("2026-11-22T05:00:00"),
            "engagement": 3,
        }
    ],
    "vbulletin.xml": [
        {
            "guid": f"{FORUM}/showthread.php?t=101",
            "kind": "post",
            "url": f"{FORUM}/showthread.php?t=101&goto=newpost",
            "title": "Akku lädt nicht",
            # windows-1252 under the name of ISO-8859-1.
            "text": "Acme ist für mich “gestorben”.",
            "author": "Vera",
            "community": "Hilfe",
            "published": at("2026-11-22T04:00:00"),
            "language": "de",
        }
    ],
    "mybb.xml": [
        {
            "guid": f"{FORUM}/showthread.php?tid=111",
            "kind": "post",
            "url": f"{FORUM}/showthread.php?tid=111",
            "title": "Acme & sons",
            "text": "Best shop in town.",
            "author": "walt",
            "published": at("2026-11-22T03:00:00"),
        }
    ],
    "smf.xml": [
        {
            "guid": f"{FORUM}/index.php?topic=121.msg122#msg122",
            "kind": "post",
            "url": f"{FORUM}/index.php?topic=121.msg122#msg122",
            "title": "Re: Acme oven",
            "text": "Burnt my cake.\nTwice.",
            "published": at("2026-11-22T02:00:00"),
            "language": "en-US",
        }
    ],
    "medium.xml": [
        {
            "guid": "https://medium.com/p/1a2b3c",
            "kind": "article",
            "url": "https://medium.com/@xia/why-i-left-acme-1a2b3c",
            "title": "Why I left Acme",
            "text": "It was time.",
            "author": "Xia",
            "published": at("2026-11-22T01:00:00"),
        }
    ],
    "tumblr.xml": [
        {
            "guid": "https://acme.tumblr.com/post/131",
            "kind": "post",
            "url": "https://acme.tumblr.com/post/131",
            "title": "The new Acme lamp",
            "text": "yan:\n\nMine flickers.",
            "links": ("https://yan.tumblr.com/post/1",),
            "published": at("2026-11-22T05:30:00"),
            "quoted": "The new Acme lamp",
        }
    ],
    "substack.xml": [
        {
            "guid": "https://acme.substack.com/p/bad-year",
            "kind": "article",
            "url": "https://acme.substack.com/p/bad-year",
            "title": "Acme's bad year",
            "text": "Three recalls, two lawsuits.",
            "author": "Zoe",
            "published": at("2026-11-21T23:00:00"),
            "language": "en",
        }
    ],
}
