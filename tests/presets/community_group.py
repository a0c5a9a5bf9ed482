"""The presets of forums, networks and communities: what each has to be given."""

from __future__ import annotations

FORUM = "https://forum.acme.example"
#: What each preset has to be given.
GIVEN = {
    "reddit": {},
    "reddit-community": {"community": ("acme", "acmefans")},
    "reddit-comments": {"community": "acme"},
    "mastodon-tag": {},
    "lemmy": {},
    "lemmy-community": {"community": "acme"},
    "bluesky": {"handle": "acme.example", "password": "abcd-efgh-ijkl-mnop"},
    "medium": {"place": "tag/acme"},
    "tumblr": {"blog": "acme"},
    "substack": {"publication": "acme"},
}
GIVEN |= {
    name: {"forum": FORUM}
    for name in (
        "discourse",
        "discourse-search",
        "flarum",
        "invision",
        "mybb",
        "nodebb",
        "phpbb",
        "smf",
        "vanilla",
        "vbulletin",
        "xenforo",
    )
}
JSON = ("mastodon-tag", "lemmy", "bluesky", "discourse-search", "flarum")
