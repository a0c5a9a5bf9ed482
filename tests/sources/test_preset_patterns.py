"""Parameters of presets that make a wrong address are told; what a site knows is never refused."""

from __future__ import annotations

import json

import pytest

from mentionwatch.sources import check_params
from mentionwatch.sources.presets import names, preset

PARAMS = [(name, key) for name in names() if not preset(name).own for key in preset(name).params]
RIGHT = [
    ("google-alerts", "feed", "01234567890123456789/1234567890123456789"),
    ("reddit-community", "community", "acme+AcmeHelp_2"),
    ("appstore", "countries", "GB"),
    ("bing-news", "language", "zh-Hans"),
    ("google-news", "language", "es-419"),
    ("mastodon-tag", "instance", "xn--bcher-kva.example:8443"),
    ("mastodon-tag", "instance", "[::1]:3000"),
    ("mastodon-tag", "tag", "café"),
    ("lemmy-community", "community", "acme@lemmy.example"),
    ("github-issues", "repo", "acme/.github"),
    ("addons-mozilla", "addon", "{12345678-1234-1234-1234-123456789012}"),
    ("addons-mozilla", "addon", "helper@acme.example"),
    ("medium", "place", "@acme.person"),
    ("medium", "place", "acme-blog/tagged/news"),
    ("stackexchange", "site", "meta.stackoverflow"),
    ("stackexchange", "site", "askubuntu.com"),
    ("discourse", "forum", "HTTPS://acme.example:8443/talk/"),
    ("discourse", "forum", "acme.example/talk"),
    ("youtube-channel", "channels", "UULF" + "x-_0" * 5 + "ab"),
    ("bluesky", "handle", "did:plc:0123456789abcdef"),
    ("xenforo", "board", "-"),
    ("tumblr", "part", "tagged/new lamp"),
]
WRONG = [
    ("google-alerts", "feed", "https://www.google.com/alerts/feeds/1/2"),
    ("google-alerts", "feed", "acme"),
    ("reddit-community", "community", "/r/acme"),
    ("reddit-comments", "community", "r/acme"),
    ("reddit", "user", "u/acme"),
    ("appstore", "app", "id284882215"),
    ("appstore", "countries", "usa"),
    ("steam", "app", "https://store.steampowered.com/app/240"),
    ("youtube-channel", "channels", "@acme"),
    ("stackexchange", "site", "https://stackoverflow.com"),
    ("github-issues", "repo", "acme"),
    ("github-discussions", "repo", "https://github.com/acme/app"),
    ("mastodon-tag", "instance", "https://mastodon.social"),
    ("lemmy", "instance", "lemmy.ml/c/acme"),
    ("lemmy-community", "community", "!acme@lemmy.ml"),
    ("devto", "tag", "#acme"),
    ("medium", "place", "https://medium.com/tag/acme"),
    ("phpbb", "board", "f=7"),
    ("trustpilot", "unit", "acme.example"),
    ("substack", "publication", "acme.substack.com"),
    ("discourse", "forum", "ftp://acme.example"),
    ("wordpress-reviews", "directory", "themes"),
]


def told(use, key, value):
    """What is wrong with this value alone."""
    return [what for name, what in check_params(use, {key: value}) if name == key]


@pytest.mark.parametrize(("use", "key"), PARAMS)
def test_examples_and_defaults_fit(use, key):
    """What a preset shows and what it takes itself is right."""
    param = preset(use).params[key]
    example = tuple(json.loads(param.example)) if param.example.startswith("[") else param.example
    assert not param.pattern or param.example
    for value in (example, param.default or ""):
        if value:
            assert told(use, key, value) == []


@pytest.mark.parametrize(("use", "key", "value"), RIGHT)
def test_what_a_site_knows_is_taken(use, key, value):
    """However odd it looks."""
    assert told(use, key, value) == []


@pytest.mark.parametrize(("use", "key", "value"), WRONG)
def test_what_would_make_a_wrong_address_is_told(use, key, value):
    """With what it should look like, and never after the first poll only; a secret is not shown."""
    (what,) = told(use, key, value)
    example = preset(use).params[key].example
    first = json.loads(example)[0] if example.startswith("[") else example
    assert f"does not look like {first}" in what
    assert (value in what) is (key not in preset(use).secrets)


def test_a_secret_that_is_to_be_looked_up_is_not_looked_at():
    """It is no value yet."""
    assert told("google-alerts", "feed", "env:ALERT") == []
