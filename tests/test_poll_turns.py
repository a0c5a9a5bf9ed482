"""Sites that want a long pause between two requests: kept over all sources, and from poll to poll."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from importlib import resources

import pytest

from mentionwatch.config import parse_config
from mentionwatch.fetch.hosts import group_of
from mentionwatch.model import Polled, Postponed
from mentionwatch.pipeline.api import poll
from mentionwatch.pipeline.status import source_rows
from mentionwatch.settings import SourceSettings
from mentionwatch.sources import spacing_of
from mentionwatch.store import Store
from tests.feeds import rss
from tests.servers import Answer, LoopbackServer

NOW = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
PRESET = """
title = "Slow"
site = "https://127.0.0.1/"
status = "untested"
verified = 2026-11-20
evidence = "none"
[params.board]
about = "the board"
[limits]
per_minute = 1
hosts = ["127.0.0.1"]
[request]
url = "{base}/{board}.rss?q={query}"
[request.query]
any = " OR "
[feed]
"""


@pytest.fixture
def world(tmp_path):
    """A site that wants a minute, asked by two sources of its preset and by one that is a plain address."""
    with LoopbackServer() as server:
        for path in ("/a.rss", "/b.rss", "/plain.rss"):
            server.routes[path] = Answer(rss([(path, "Acme", "acme is here", "ann", NOW)]))
        (tmp_path / "presets").mkdir()
        (tmp_path / "presets" / "slow.toml").write_text(PRESET.replace("{base}", server.url("").rstrip("/")), "utf-8")
        text = (
            f'[store]\nurl = "sqlite:///{(tmp_path / "m.db").as_posix()}"\n[[brands]]\nname = "Acme"\n'
            'match = ["acme", \'"acme router"\']\n[[sources]]\nname = "a"\nuse = "slow"\nboard = "a"\nevery = "5m"\n'
            f'[[sources]]\nname = "b"\nuse = "slow"\nboard = "b"\nevery = "5m"\n'
            f'[[sources]]\nname = "plain"\nurl = "{server.url("/plain.rss")}"\nevery = "5m"\n'
        )
        yield server, replace(parse_config(text, "test.toml"), presets=tmp_path / "presets")


def test_one_request_a_minute_over_all_sources_of_the_site(world):
    """However often polls come: each source has its turn, none is asked within the minute, and who waits is told."""
    server, config = world
    at, asked = NOW, []
    for _ in range(8):
        before = len(server.requests)
        report = poll(config, now=at)
        assert len(server.requests) - before <= 1
        if len(server.requests) > before:
            asked.append((at, server.asked()[-1].partition("?")[0]))
        kinds = [type(outcome) for outcome in report.outcomes]
        assert kinds.count(Polled) <= 1
        assert report.exit_code() == 0
        at += timedelta(seconds=25)
    gaps = [later - earlier for (earlier, _), (later, _) in itertools.pairwise(asked)]
    assert min(gaps) >= timedelta(seconds=60)
    assert [path for _, path in asked] == ["/a.rss", "/b.rss", "/plain.rss"]


def test_who_waits_is_shown(world):
    """``sources status`` names the site and its pause; when a source had its turn, it no longer waits."""
    _server, config = world
    report = poll(config, now=NOW)
    waiting = [outcome.source for outcome in report.outcomes if isinstance(outcome, Postponed)]
    assert waiting == ["b", "plain"]
    with Store(config.store.url) as store:
        rows = {row.name: row for row in source_rows(config, store, now=NOW)}
        assert (rows["a"].waits, rows["b"].state) == (None, "new")
        assert rows["b"].waits == "it waits for its turn at 127.0.0.1, which wants 60 s between two requests"
        assert NOW + timedelta(seconds=55) < rows["b"].next_poll <= NOW + timedelta(seconds=60)
    poll(config, now=NOW + timedelta(seconds=61))
    with Store(config.store.url) as store:
        rows = {row.name: row for row in source_rows(config, store, now=NOW)}
        assert (rows["b"].waits, rows["b"].state) == (None, "ok")
        assert rows["plain"].waits


def test_all_queries_go_in_one_request(world):
    """A site that takes OR is asked once for all that is looked for."""
    server, config = world
    poll(config, now=NOW)
    assert server.asked() == ["/a.rss?q=%22acme%22%20OR%20%22acme%20router%22"]


def test_a_site_is_one_with_all_below_it():
    """www, old and oauth of a site share its one request a minute; another site of a like name does not."""
    groups = frozenset({".site.example"})
    for host in ("site.example", "www.site.example", "OLD.site.example."):
        assert group_of(host, groups) == ".site.example"
    assert group_of("mysite.example", groups) == "mysite.example"


def test_a_plain_address_of_a_known_site_has_its_limits(tmp_path):
    """A site's limits are about who asks, not about how it is written in the configuration."""
    text = PRESET.replace("127.0.0.1", ".site.example").replace("{base}", "https://site.example")
    (tmp_path / "slow.toml").write_text(text.replace("https://.site", "https://site"), "utf-8")
    plain = SourceSettings(name="x", url="https://old.site.example/r/acme/.rss")
    assert spacing_of([plain], tmp_path)[".site.example"] == 60.0
    assert group_of("mysite.example", frozenset(spacing_of([plain], tmp_path))) == "mysite.example"


def test_reddit_is_asked_once_a_minute_over_all_its_sources(tmp_path):
    """The three presets as they are shipped, and a plain address: for an hour of polls that come far too often.

    Only their host is changed, to this machine.  Each source has its turn, again and again.
    """
    with LoopbackServer() as server:

        def feed(handler):
            return Answer(rss([(handler.path, "Acme", "acme is here", "ann", NOW)]))

        base = server.url("").rstrip("/")
        for name in ("reddit", "reddit-community", "reddit-comments"):
            text = (resources.files("mentionwatch.sources") / "presets" / f"{name}.toml").read_text("utf-8")
            assert 'hosts = [".reddit.com"]' in text
            here = text.replace("https://www.reddit.com/", f"{base}/").replace('".reddit.com"', '"127.0.0.1"')
            (tmp_path / f"{name}.toml").write_text(here.replace(f'site = "{base}/"', 'site = "https://x"'), "utf-8")
        for path in ("/search.rss", "/r/acme/new/.rss", "/r/acme/comments/.rss", "/user/acme/.rss"):
            server.routes[path] = feed
        sources = (
            '[[sources]]\nname = "search"\nuse = "reddit"\nevery = "1m"\n'
            '[[sources]]\nname = "posts"\nuse = "reddit-community"\ncommunity = "acme"\nevery = "1m"\n'
            '[[sources]]\nname = "comments"\nuse = "reddit-comments"\ncommunity = "acme"\nevery = "1m"\n'
            f'[[sources]]\nname = "user"\nurl = "{base}/user/acme/.rss"\nevery = "1m"\n'
        )
        store = f'[store]\nurl = "sqlite:///{(tmp_path / "m.db").as_posix()}"\n'
        config = parse_config(f'{store}[[brands]]\nname = "Acme"\nmatch = ["acme"]\n{sources}', "test.toml")
        config = replace(config, presets=tmp_path)
        asked = []
        for n in range(60):
            at = NOW + timedelta(seconds=17 * n)
            before = len(server.requests)
            assert poll(config, now=at).exit_code() == 0
            new = server.asked()[before:]
            assert len(new) <= 1
            asked += [(at, path.partition("?")[0]) for path in new]
        assert min(later - earlier for (earlier, _), (later, _) in itertools.pairwise(asked)) >= timedelta(seconds=60)
        counts = Counter(path for _, path in asked)
        assert len(counts) == 4
        assert max(counts.values()) - min(counts.values()) <= 1


def test_what_ends_a_poll_does_not_end_the_pause(world):
    """When a host is asked is known before it is; a refusal, and a poll that asks nobody, leave it known."""
    server, config = world

    def die(_handler):
        with Store(config.store.url) as store:
            told.append(store.hosts()["127.0.0.1"].asked)
        return Answer(status=429, headers={"Retry-After": "10"})

    told = []
    server.routes["/a.rss"] = die
    poll(config, now=NOW)
    assert NOW <= told[0] <= NOW + timedelta(seconds=5)
    for seconds in (5, 12, 30, 50):
        poll(config, now=NOW + timedelta(seconds=seconds))
        assert len(server.requests) == 1
    poll(config, now=NOW + timedelta(seconds=66))
    assert len(server.requests) == 2


def test_a_redirect_is_a_request_too(world):
    """On a site that wants a pause, the place that it leads to is asked after it."""
    server, config = world
    times = []

    def note(answer):
        def route(_handler):
            times.append(time.monotonic())
            return answer

        return route

    server.routes["/a.rss"] = note(Answer(status=302, headers={"Location": server.url("/c.rss")}))
    server.routes["/c.rss"] = note(Answer(rss([("c", "Acme", "acme", "ann", NOW)])))
    slow = (
        (config.presets / "slow.toml").read_text("utf-8").replace("per_minute = 1", 'per_minute = 60\nspacing = "30s"')
    )
    (config.presets / "slow.toml").write_text(slow, "utf-8")
    report = poll(replace(config, sources=config.sources[:1]), now=NOW, max_time=timedelta(seconds=2))
    assert server.asked() == ["/a.rss?q=%22acme%22%20OR%20%22acme%20router%22"]
    assert isinstance(report.outcomes[0], Postponed)
