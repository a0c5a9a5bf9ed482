"""Polls over real HTTP: what is stored, what is told, and what is never done twice."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone

import pytest

from mentionwatch import find_mentions, list_alerts, parse_config, poll
from mentionwatch.errors import DeliveryError
from mentionwatch.fetch import Fetcher
from mentionwatch.model import Failed, NotModified, Polled
from mentionwatch.parsing.pool import Parser
from mentionwatch.pipeline.outbox import deliver, recipients
from mentionwatch.pipeline.poll import Poller, is_due
from mentionwatch.store import Filter, Store
from tests.feeds import json_feed, reviews, rss
from tests.servers import Answer, LoopbackServer

NOW = datetime(2026, 11, 2, 12, 5, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


class Told:
    """A channel that remembers, and fails when it is told to."""

    name = "stdout"

    def __init__(self):
        self.notices = []
        self.messages = []
        self.broken = False

    def send(self, message):
        if self.broken:
            raise DeliveryError("the channel is broken")
        self.messages.append(message.id)
        self.notices += [(told.notice.id, told.notice.kind, len(told.evidence)) for told in message.told]


def item(n, text="Acme is fine", *, at=NOW, author=None, title=None):
    return (f"g{n}", title or f"Post {n}", text, author or f"author{n}", at)


@pytest.fixture
def world(tmp_path):
    """A server with a feed, a JSON Feed and a review page, and a config that polls them."""
    with LoopbackServer() as server:
        server.routes["/feed.xml"] = Answer(rss([item(1), item(2, "nothing of the kind")]))
        server.routes["/feed.json"] = Answer(json_feed([item(3, "acme again", at=NOW - HOUR)]))
        server.routes["/reviews"] = Answer(reviews([("Ann", 1, "The Acme One broke.", NOW)]))
        sources = "".join(
            f'[[sources]]\nname = "{name}"\nurl = "{server.url(path)}"\nevery = "15m"\n'
            for name, path in (("forum", "/feed.xml"), ("club", "/feed.json"), ("shop", "/reviews"))
        )
        text = (
            f'[store]\nurl = "sqlite:///{(tmp_path / "m.db").as_posix()}"\n'
            f'[[brands]]\nname = "Acme"\nmatch = ["acme"]\n{sources}'
        )
        yield server, parse_config(text, "test.toml")


def test_one_mention_goes_all_the_way(world):
    """Entries of all three adapters are matched, judged and stored with what they were published with."""
    _server, config = world
    report = poll(config, now=NOW)
    assert [type(outcome) for outcome in report.outcomes] == [Polled, Polled, Polled]
    stored = {mention.entry.source: mention for mention in find_mentions(config)}
    assert set(stored) == {"forum", "club", "shop"}
    assert stored["forum"].entry.author == "author1"
    assert stored["forum"].entry.published == NOW
    assert stored["forum"].entry.url == "https://site.example/g1"
    assert stored["shop"].tone.label == "negative"
    assert stored["shop"].entry.rating == 1
    assert report.exit_code() == 0


def test_the_second_poll_stores_nothing_and_gets_304(world):
    """On unchanged sources every conditional request is answered with 304, and nothing is stored or told."""
    server, config = world
    poll(config, now=NOW)
    server.requests.clear()
    told = Told()
    report = poll(config, now=NOW + HOUR, channels=[told])
    assert {type(outcome) for outcome in report.outcomes} == {NotModified}
    assert {path for path, headers in server.requests if "if-none-match" in headers} == {
        "/feed.xml",
        "/feed.json",
        "/reviews",
    }
    assert not report.mentions
    assert not told.notices
    assert len(find_mentions(config)) == 3


def test_an_unchanged_body_is_known_without_a_304(world):
    """A server without validators is recognised by the hash of its body, before any parsing."""
    server, config = world
    server.routes["/feed.xml"] = Answer(rss([item(1)]), etag=False)
    poll(config, now=NOW)
    report = poll(config, now=NOW + HOUR)
    assert isinstance(report.outcomes[0], NotModified)


def test_sources_that_are_not_due_are_left_alone(world):
    """Within ``every`` a source is not asked, but for --all."""
    server, config = world
    poll(config, now=NOW)
    server.requests.clear()
    assert poll(config, now=NOW + timedelta(minutes=5)).waiting == ("forum", "club", "shop")
    assert not server.requests
    assert len(poll(config, now=NOW + timedelta(minutes=6), every_source=True).outcomes) == 3


def test_a_clock_that_was_set_back_does_not_stop_polling():
    """A last poll in the future counts as due."""
    from mentionwatch.model import SourceStatus

    status = SourceStatus("s", "u", NOW, NOW, NOW, 0, "ok")
    assert is_due(status, HOUR, NOW - timedelta(days=30))
    assert not is_due(status, HOUR, NOW + HOUR / 2)


def test_a_new_brand_finds_what_an_unchanged_document_holds(world):
    """Validators count for the brands that were looked for: with another query the document is read again."""
    _server, config = world
    poll(config, now=NOW)
    from dataclasses import replace

    other = replace(config, brands=(*config.brands, replace(config.brands[0], name="Kind", match=("kind",))))
    report = poll(other, now=NOW + HOUR)
    assert [mention.brand for mention in report.mentions] == ["Kind"]
    assert report.mentions[0].backlog, "what was there before is learned from, never alerted on"


def test_trouble_is_told_once_and_again_when_it_is_over(world):
    """A source that fails is told after `fail_after` failures, once, and once when it is back."""
    server, config = world
    poll(config, now=NOW)
    good = server.routes["/feed.xml"]
    server.routes["/feed.xml"] = Answer(status=500)
    changes, codes = [], []
    for hour in range(1, 6):
        report = poll(config, now=NOW + hour * HOUR, every_source=True)
        changes.append([str(change) for change in report.changes])
        codes.append(report.exit_code())
    assert [len(lines) for lines in changes] == [0, 0, 1, 0, 0]
    assert "forum: down: HTTP 500" in changes[2][0]
    assert codes == [0, 0, 3, 3, 3]
    server.routes["/feed.xml"] = good
    report = poll(config, now=NOW + 6 * HOUR, every_source=True)
    assert [str(change) for change in report.changes] == ["forum: back"]
    assert report.exit_code() == 0


def test_html_instead_of_a_feed_is_told_at_once(world):
    """A page where a feed was is no failure that passes, and never "0 mentions"."""
    server, config = world
    server.routes["/feed.xml"] = Answer(b"<html><head><title>Sign in</title></head><body></body></html>")
    report = poll(config, now=NOW)
    failed = [outcome for outcome in report.outcomes if isinstance(outcome, Failed)]
    assert [outcome.source for outcome in failed] == ["forum"]
    assert "Sign in" in str(failed[0].error)
    assert report.exit_code() == 3


def test_when_every_source_fails_it_is_4(world):
    """The code for "ran, but every source failed" is its own."""
    server, config = world
    server.routes.clear()
    assert poll(config, now=NOW).exit_code() == 4


def test_a_source_that_fails_keeps_what_others_gave(world):
    """The other sources go on, and what they gave is stored."""
    server, config = world
    server.routes["/feed.json"] = Answer(b"{", headers={"Content-Type": "application/json"})
    poll(config, now=NOW)
    assert {mention.entry.source for mention in find_mentions(config)} == {"forum", "shop"}


def test_a_truncated_feed_is_read_and_asked_for_again_in_full(world):
    """Entries before the break are kept; its validators are not."""
    server, config = world
    whole = rss([item(1), item(9, "acme nine")])
    server.routes["/feed.xml"] = Answer(whole[:-40])
    report = poll(config, now=NOW)
    assert isinstance(report.outcomes[0], Polled)
    assert report.outcomes[0].partly_failed
    server.requests.clear()
    poll(config, now=NOW + HOUR)
    asked = dict(server.requests)
    assert "if-none-match" not in asked["/feed.xml"]


def test_an_edit_updates_the_text_and_makes_no_second_mention(world):
    """One mention per entry and brand, however often the entry is edited."""
    server, config = world
    poll(config, now=NOW)
    server.routes["/feed.xml"] = Answer(rss([item(1, "Acme is fine, edited")]))
    report = poll(config, now=NOW + HOUR)
    assert not report.mentions
    texts = [mention.entry.text for mention in find_mentions(config, wanted=Filter(source="forum"))]
    assert texts == ["Acme is fine, edited"]


def test_old_entries_of_a_first_poll_are_left_out_by_backfill(world):
    """``backfill`` bounds what a first poll stores."""
    from dataclasses import replace

    server, config = world
    server.routes["/feed.xml"] = Answer(rss([item(1), item(2, "acme old", at=NOW - timedelta(days=30))]))
    sources = tuple(replace(source, backfill=timedelta(days=7)) for source in config.sources)
    poll(replace(config, sources=sources), now=NOW)
    assert [m.entry.guid for m in find_mentions(config, wanted=Filter(source="forum"))] == ["g1"]


def test_a_dry_run_writes_nothing(world, tmp_path):
    """The same path, and neither store nor outbox afterwards."""
    _server, config = world
    report = poll(config, now=NOW, dry_run=True)
    assert len(report.mentions) == 3
    assert not (tmp_path / "m.db").exists()
    poll(config, now=NOW)
    before = (tmp_path / "m.db").read_bytes()
    poll(config, now=NOW + HOUR, dry_run=True, every_source=True)
    assert (tmp_path / "m.db").read_bytes() == before


def test_mentions_older_than_keep_are_deleted(world):
    """``[store] keep`` bounds what is stored."""
    server, config = world
    poll(config, now=NOW)
    server.routes["/feed.json"] = Answer(json_feed([item(4, "acme at last", at=NOW + timedelta(days=440))]))
    for days in (150, 300, 450):
        poll(config, now=NOW + timedelta(days=days))
    assert [mention.entry.guid for mention in find_mentions(config)] == ["g4"]
    assert not poll(config, now=NOW + timedelta(days=451)).mentions, "what was deleted does not come again"


def test_a_clock_that_jumps_far_ahead_deletes_nothing(world):
    """One poll with a wrong clock must not empty the store."""
    _server, config = world
    poll(config, now=NOW)
    poll(config, now=NOW + timedelta(days=900))
    assert len(find_mentions(config)) == 3


def test_a_wrong_clock_that_stays_deletes_nothing_for_a_week(world):
    """The second poll with it finds no gap any more; who notices within days has lost nothing."""
    _server, config = world
    poll(config, now=NOW)
    ahead = NOW + timedelta(days=900)
    for hours in (0, 1, 2, 24, 6 * 24):
        poll(config, now=ahead + timedelta(hours=hours))
        assert len(find_mentions(config)) == 3
    poll(config, now=NOW + timedelta(days=1))
    assert len(find_mentions(config)) == 3, "it was put right"
    for days in (900, 903, 906, 908):
        poll(config, now=NOW + timedelta(days=days))
    assert not find_mentions(config), "it was right, after all"


def test_an_undated_entry_that_is_still_listed_never_comes_again(world):
    """After `keep` it is not forgotten while its source lists it: it would be news, and alarm."""
    from dataclasses import replace

    server, config = world
    undated = b"<rss version='2.0'><channel><title>x</title>%s</channel></rss>"
    items = b"".join(b"<item><guid>u%d</guid><title>acme is terrible %d</title></item>" % (n, n) for n in range(6))
    server.routes["/feed.xml"] = Answer(undated % items)
    short = replace(config, store=replace(config.store, keep=timedelta(days=30)), sources=config.sources[:1])
    found = [len(poll(short, now=NOW + timedelta(days=day)).mentions) for day in range(0, 80, 8)]
    assert found == [6] + [0] * 9


def test_backfill_holds_at_every_poll(world):
    """What was too old at the first poll is too old at the second, also when the document changed."""
    from dataclasses import replace

    server, config = world
    old = [item(n, "acme old", at=NOW - timedelta(days=30)) for n in range(10, 20)]
    sources = tuple(replace(source, backfill=timedelta(days=7)) for source in config.sources[:1])
    short = replace(config, sources=sources)
    server.routes["/feed.xml"] = Answer(rss(old))
    poll(short, now=NOW)
    server.routes["/feed.xml"] = Answer(rss([item(1), *old]))
    assert [m.entry.guid for m in poll(short, now=NOW + HOUR).mentions] == ["g1"]


def test_a_page_that_failed_is_read_the_next_time(world):
    """Where a later page is missing, the ones before are read again: a 304 of the first would hide it for ever."""
    server, config = world
    import json as json_module

    first = json_module.loads(json_feed([item(1, "acme one")]))
    first["next_url"] = server.url("/page2.json")
    server.routes["/feed.json"] = Answer(json_module.dumps(first).encode())
    server.routes["/page2.json"] = Answer(status=500)
    report = poll(config, now=NOW)
    assert [str(change).split(": ")[:2] for change in report.changes] == [["club", "partial"]]
    assert report.exit_code() == 0
    server.routes["/page2.json"] = Answer(json_feed([item(2, "acme two")]))
    report = poll(config, now=NOW + HOUR)
    assert [m.entry.guid for m in report.mentions] == ["g2"]
    assert report.mentions[0].backlog, "it belongs to the first answer"


def test_another_address_or_query_brings_backlog(world):
    """What a changed watch brings at first was there before: it is learned from, and alarms nobody."""
    from dataclasses import replace

    server, config = world
    storm = [item(n, f"gizmo {n} is useless, an awful thing", at=NOW - HOUR, title=f"No {n}") for n in range(40, 60)]
    server.routes["/feed.xml"] = Answer(rss([item(1), *storm]))
    poll(config, now=NOW)
    wider = replace(config, brands=(replace(config.brands[0], match=("acme", "gizmo")),))
    report = poll(wider, now=NOW + HOUR)
    assert len(report.mentions) == 20
    assert all(mention.backlog for mention in report.mentions)
    server.routes["/other.xml"] = Answer(rss([item(n, "acme elsewhere", title=f"E{n}") for n in range(70, 75)]))
    moved = replace(wider, sources=(replace(config.sources[0], url=server.url("/other.xml")), *config.sources[1:]))
    report = poll(moved, now=NOW + 2 * HOUR)
    assert len(report.mentions) == 5
    assert all(mention.backlog for mention in report.mentions)


def test_an_edit_is_judged_anew_and_counts_as_it_was(world):
    """The tone shown is that of the text shown; what a burst counted does not change."""
    server, config = world
    server.routes["/feed.xml"] = Answer(rss([item(1, "Acme is wonderful, I love it")]))
    poll(config, now=NOW)
    server.routes["/feed.xml"] = Answer(rss([item(1, "EDIT: Acme is terrible, awful and broken")]))
    poll(config, now=NOW + HOUR)
    (mention,) = find_mentions(config, wanted=Filter(source="forum"))
    assert (mention.tone.label, mention.entry.text[:5]) == ("negative", "EDIT:")
    with Store(config.store.url) as store:
        (sighting,) = [s for s in store.sightings("Acme", since=None) if s.source == "forum"]
    assert sighting.tone == "positive"


def test_permanent_redirects_are_believed_the_third_time(world):
    """301 is followed each time, and remembered after it led to the same feed three times."""
    server, config = world
    server.routes["/old.xml"] = Answer(status=301, headers={"Location": "/feed.xml"})
    server.routes["/feed.xml"] = Answer(rss([item(1)]), etag=False)
    from dataclasses import replace

    moved = replace(config, sources=(replace(config.sources[0], url=server.url("/old.xml")),))
    for hour in range(5):
        poll(moved, now=NOW + hour * HOUR)
    assert [path for path, _headers in server.requests].count("/old.xml") == 3
    server.routes["/feed.xml"] = Answer(status=404)
    server.routes["/old.xml"] = Answer(rss([item(1), item(5, "acme came back")]))
    assert [m.entry.guid for m in poll(moved, now=NOW + 5 * HOUR).mentions] == ["g5"]


def test_what_is_gone_is_not_asked_again(world):
    """410 ends a source: told at once, and left alone from then on."""
    server, config = world
    server.routes["/feed.xml"] = Answer(status=410)
    assert "forum: gone" in str(poll(config, now=NOW).changes[0])
    server.requests.clear()
    report = poll(config, now=NOW + HOUR)
    assert "/feed.xml" not in [path for path, _headers in server.requests]
    assert report.exit_code() == 3


def test_passwords_and_tokens_of_an_address_are_never_shown_or_stored(world, tmp_path):
    """Not in errors, statuses or the file."""
    from dataclasses import replace

    server, config = world
    secret = server.url("/nope").replace("http://", "http://user:hunter2@") + "?token=s3cr3t"
    report = poll(replace(config, sources=(replace(config.sources[0], url=secret, fail_after=1),)), now=NOW)
    shown = " ".join(map(str, (*report.changes, *report.outcomes, *report.statuses)))
    assert "404" in shown
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for word in ("hunter2", "s3cr3t"):
        assert word not in shown
        assert word.encode() not in stored


def test_a_document_is_read_up_to_its_cap_and_the_rest_is_named(world):
    """``[fetch] max_entries``: the first that stand in it; what is left out is told, not lost in silence."""
    from dataclasses import replace

    server, config = world
    server.routes["/feed.xml"] = Answer(rss([item(n, f"acme {n}") for n in range(5)]))
    report = poll(replace(config, fetch=replace(config.fetch, max_entries=3)), now=NOW)
    assert report.outcomes[0].entries == 3
    assert [dropped.what for dropped in report.outcomes[0].dropped] == ["the last 2 entries"]


def test_what_a_document_holds_twice_is_taken_once(world):
    """Two versions of a post in one feed are one mention, with the words of the first; no later poll takes the other.

    An item that holds nothing to read or follow is left out as well; both are named.
    """
    server, config = world
    twice = [item(1, "acme, edited"), item(1, "acme, before"), item(2, "acme, too")]
    server.routes["/feed.xml"] = Answer(rss(twice).replace(b"</channel>", b"<item></item></channel>"))
    first = poll(config, now=NOW).outcomes[0]
    assert (first.entries, first.mentions) == (2, 2)
    assert [dropped.what for dropped in first.dropped] == ["entry 2", "entry 4"]
    server.routes["/feed.xml"] = Answer(rss([*twice, item(3)]).replace(b"</channel>", b"<item></item></channel>"))
    poll(config, now=NOW + HOUR)
    told = {m.entry.text for m in find_mentions(config) if m.entry.source == "forum"}
    assert told == {"acme, edited", "acme, too", "Acme is fine"}


def test_a_page_that_nobody_announced_is_read_only_where_its_site_lets_programs(world):
    """Nothing is taken of it, its site is asked from then on before the page is, and a feed is never asked about."""
    server, config = world
    server.routes["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /reviews\nDisallow: /feed\n")
    report = poll(config, now=NOW)
    failed = report.outcomes[2]
    assert (failed.error.state, report.exit_code()) == ("blocked", 3)
    assert "robots.txt" in failed.error.reason
    assert {m.entry.source for m in find_mentions(config)} == {"forum", "club"}
    server.requests.clear()
    poll(config, now=NOW + 6 * HOUR)
    assert "/robots.txt" in server.asked()
    assert "/reviews" not in server.asked()
    server.routes["/robots.txt"] = Answer(b"")
    poll(config, now=NOW + 48 * HOUR)
    assert {m.entry.source for m in find_mentions(config)} == {"forum", "club", "shop"}


def test_a_page_that_became_a_feed_is_found_out(world):
    """A refusal is for pages: one bad answer does not silence for ever a feed whose path robots.txt closes."""
    server, config = world
    server.routes["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /reviews\n")
    poll(config, now=NOW)
    server.routes["/reviews"] = Answer(rss([item(9, "acme, from a feed")]))
    for day in range(1, 5):
        poll(config, now=NOW + 24 * day * HOUR)
    assert "acme, from a feed" in {m.entry.text for m in find_mentions(config)}


def test_a_page_that_may_be_read_is_asked_about_before_each_poll(world):
    """After the first poll it is known to be one; unchanged, it stays one."""
    server, config = world
    for hours in range(3):
        server.requests.clear()
        poll(config, now=NOW + hours * HOUR)
        asked = server.asked()
        assert asked.count("/robots.txt") == 1
        assert (asked.index("/robots.txt") < asked.index("/reviews")) == (hours > 0)


# --- bursts -----------------------------------------------------------------------------------------------------


def _live(config, server, told, days, storm):
    """An ordinary mention every six hours, then `storm` complaints in the last three; polled every 6 h, then hourly."""
    items = []
    answers = []
    hours = days * 24
    for hour in (*range(0, hours - 6, 6), *range(hours - 6, hours)):
        now = NOW + hour * HOUR
        if hour % 6 == 0:
            items.append(
                item(f"o{hour}", "Acme is terrible today" if hour % 24 == 0 else "Acme is lovely", at=now - HOUR / 3)
            )
        if hour >= hours - 3:
            for n in range(storm // 3):
                text = f"The update made my Acme number {hour}-{n} useless, awful work in every single way"
                items.append(item(f"s{hour}-{n}", text, at=now - HOUR / 2, title=f"Broken {hour} {n}"))
        answers.append((now, Answer(rss(items[-60:]))))
    return _polls(config, server, told, answers)


def _polls(config, server, told, answers):
    """Poll at each time with that answer of the feed, with one fetcher for all: a poll of its own costs a process."""

    async def run():
        fetcher, parser = Fetcher(config.fetch), Parser(workers=0)
        poller = Poller(config, store, fetcher, parser, to=recipients(config, [told]))
        reports = []
        try:
            for now, answer in answers:
                server.routes["/feed.xml"] = answer
                reports.append(await poller.poll(now))
                deliver(config, store, [told], now=now)
        finally:
            await fetcher.close()
            await parser.close()
        return reports

    with Store(config.store.url, create=True, durable=False) as store:
        return asyncio.run(run())


def test_a_firestorm_is_told_once_with_numbers(world):
    """An alert opens in the storm, names observed, expected and odds, and is not told again while nothing grows."""
    server, config = world
    told = Told()
    reports = _live(config, server, told, days=8, storm=24)
    assert [kind for _id, kind, _n in told.notices][:1] == ["open"]
    assert not any(report.alerts for report in reports[:-3])
    (alert,) = list_alerts(config)
    assert alert.observed >= 8
    assert alert.expected < 2
    assert alert.odds > 1000
    assert "you usually see" in alert.reason
    assert reports[-1].exit_code(alerts_count=True) == 5
    quiet = server.routes["/feed.xml"]
    _polls(config, server, told, [(NOW + timedelta(days=8) + hour * HOUR, quiet) for hour in range(6)])
    kinds = [kind for _id, kind, _n in told.notices]
    assert kinds in (["open"], ["open", "worse"]), "graver once, as the storm's count grew, and then silent"
    assert len({key for key, _kind, _n in told.notices}) == len(told.notices)


def test_an_alert_is_resolved_after_quiet_and_told(world):
    """After 24 h of calm the same alert is resolved, and told once."""
    server, config = world
    told = Told()
    _live(config, server, told, days=8, storm=24)
    quiet = server.routes["/feed.xml"]
    _polls(config, server, told, [(NOW + timedelta(days=8) + hour * HOUR, quiet) for hour in range(3, 24 * 4, 3)])
    kinds = [kind for _id, kind, _n in told.notices]
    assert kinds[0] == "open"
    assert kinds.count("resolved") == 1
    assert kinds[-1] == "resolved"
    assert [alert.state for alert in list_alerts(config)] == ["resolved"]


def test_a_notice_that_failed_is_told_at_the_next_poll_under_its_key(world):
    """A failing channel loses nothing: the notice stays in the outbox."""
    server, config = world
    told = Told()
    told.broken = True
    _live(config, server, told, days=8, storm=24)
    told.broken = False
    poll(config, now=NOW + timedelta(days=8), channels=[told])
    first = list(told.notices)
    assert first[0][1] == "open"
    poll(config, now=NOW + timedelta(days=8) + HOUR, channels=[told])
    assert told.notices[: len(first)] == first
    assert len({key for key, _kind, _n in told.notices}) == len(told.notices)


def test_a_first_poll_with_a_storm_in_its_backlog_alarms_nobody(world):
    """What a source held when it was first polled is learned from, never alerted on."""
    server, config = world
    storm = [
        item(n, f"Acme {n} is useless, an awful thing in many ways", at=NOW - HOUR, title=f"No {n}") for n in range(40)
    ]
    server.routes["/feed.xml"] = Answer(rss(storm))
    told = Told()
    _polls(config, server, told, [(NOW + hour * HOUR, server.routes["/feed.xml"]) for hour in range(0, 60, 4)])
    assert not told.notices


def test_a_source_that_is_down_is_a_blind_spot_of_the_alert(world):
    """Its silence is no evidence, and the alert says so."""
    server, config = world
    server.routes["/reviews"] = Answer(status=410)
    _live(config, server, Told(), days=8, storm=24)
    (alert,) = list_alerts(config, brand="Acme")
    assert alert.blind_spots == ("shop",)
    (down,) = list_alerts(config, brand="shop")
    assert (down.kind, down.state) == ("source", "open")


def test_a_channel_of_any_name_is_told(world):
    """The outbox is filled for the channel that is there."""
    server, config = world
    told = Told()
    told.name = "mail"
    _live(config, server, told, days=8, storm=24)
    assert told.notices


def test_an_alert_of_a_brand_that_is_no_longer_watched_is_resolved(world):
    """Or it would be open for ever."""
    from dataclasses import replace

    server, config = world
    _live(config, server, Told(), days=8, storm=24)
    renamed = replace(config, brands=(replace(config.brands[0], name="Acme Corp"),))
    report = poll(renamed, now=NOW + timedelta(days=8))
    assert report.exit_code(alerts_count=True) == 0
    assert [alert.state for alert in list_alerts(config, brand="Acme")] == ["resolved"]


def test_trouble_is_told_as_soon_as_it_is_recorded(world):
    """Whatever ends the poll later, nobody has to wait for it."""
    server, config = world
    server.routes["/feed.xml"] = Answer(status=410)
    told = []
    poll(config, now=NOW, on_change=lambda change: told.append(str(change)))
    assert len(told) == 1
    assert "gone" in told[0]


def test_polling_leaves_no_loop_open(world):
    """Two polls in one process each have their own loop and close it."""
    _server, config = world
    poll(config, now=NOW)
    poll(config, now=NOW + HOUR)
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()


# --- presets ------------------------------------------------------------------------------------------------------

PRESET = """
title = "Two ways"
site = "https://127.0.0.1/"
status = "untested"
verified = 2026-11-20
evidence = "none"
[request]
url = "{base}/first"
instead = "{base}/second"
[api]
items = "items"
backoff = "backoff"
[api.fields]
guid = "id"
text = "text"
published = "date"
"""


@pytest.fixture
def two_ways(tmp_path):
    """A preset that knows another address."""
    from dataclasses import replace

    with LoopbackServer() as server:
        text = f'[store]\nurl = "sqlite:///{(tmp_path / "m.db").as_posix()}"\n[[brands]]\nname = "Acme"\nmatch = ["acme"]\n'
        config = parse_config(text + '[[sources]]\nuse = "two"\nevery = "5m"\n', "test.toml")
        (tmp_path / "two.toml").write_text(PRESET.replace("{base}", server.url("").rstrip("/")), "utf-8")
        yield server, replace(config, presets=tmp_path)


ITEM = Answer(b'{"items": [{"id": 1, "text": "acme"}]}')


@pytest.mark.parametrize(
    ("first", "second", "found", "state"),
    [
        (ITEM, ITEM, 1, "ok"),
        (Answer(b'{"items": []}'), ITEM, 1, "ok"),
        (Answer(status=404), ITEM, 1, "ok"),
        (Answer(b"<html>"), ITEM, 1, "ok"),
        (Answer(b'{"items": []}'), Answer(status=500), 0, "ok"),
        (Answer(status=404), Answer(status=500), 0, "failing"),
        (Answer(status=403), ITEM, 0, "blocked"),
        (Answer(status=429), ITEM, 0, "failing"),
    ],
)
def test_the_other_address_is_asked_where_the_first_is_not_there_or_empty(two_ways, first, second, found, state):
    """Who refuses is not asked again in another way; what is told is what the first one said."""
    server, config = two_ways
    server.routes |= {"/first": first, "/second": second}
    report = poll(config, now=NOW)
    assert len(report.mentions) == found
    assert report.statuses[0].state == state
    assert server.asked() == (["/first"] if first is ITEM or first.status in {403, 429} else ["/first", "/second"])
    if state == "failing":
        assert f"HTTP {first.status}" in report.statuses[0].reason


def test_a_site_that_asks_for_a_pause_in_its_answer_gets_it(two_ways):
    """It is left alone, over polls, until then."""
    server, config = two_ways
    server.routes["/first"] = Answer(ITEM.body.replace(b"}]}", b'}], "backoff": 3600}'))
    poll(config, now=NOW)
    server.requests.clear()
    report = poll(config, now=NOW + HOUR / 2)
    assert not server.requests
    assert "asked in its answer" in report.outcomes[0].reason
    poll(config, now=NOW + 2 * HOUR)
    assert server.asked() == ["/first"]


def test_a_stranger_that_a_redirect_led_to_gets_no_token_with_a_further_page(tmp_path):
    """He names himself as the next page, by a Link header or a cursor: nothing with a credential goes there."""
    from dataclasses import replace

    with LoopbackServer(host="127.0.0.2") as stranger, LoopbackServer() as server:
        link = {"Link": f"<{stranger.url('/more')}>; rel=next"}
        stranger.routes["/x"] = Answer(
            b'{"items": [{"id": 1, "text": "acme", "date": "%s"}], "next": "c"}' % NOW.isoformat().encode(),
            headers=link,
        )
        server.routes["/first"] = Answer(status=302, headers={"Location": stranger.url("/x")})
        for paging in ('kind = "link"', 'kind = "cursor"\nparameter = "c"\nnext = "next"'):
            text = PRESET.replace("{base}", server.url("").rstrip("/")).replace('instead = "', '#instead = "')
            text = text.replace("[api]", '[request.headers]\nAuthorization = "Bearer {token}"\n[api]')
            text += f'[api.paging]\n{paging}\n[params.token]\nabout = "x"\nsecret = true\n'
            (tmp_path / "two.toml").write_text(text, "utf-8")
            head = f'[store]\nurl = "sqlite:///{(tmp_path / "m.db").as_posix()}"\n'
            head += '[fetch]\nprivate_hosts = ["127.0.0.2"]\n[[brands]]\nname = "Acme"\nmatch = ["acme"]\n'
            source = '[[sources]]\nuse = "two"\ntoken = "s3cret"\n'
            config = replace(parse_config(head + source, "t"), presets=tmp_path)
            report = poll(config, now=NOW, every_source=True)
            assert report.statuses[0].state in {"partial", "ok"}
        assert server.requests[0][1]["authorization"] == "Bearer s3cret"
        assert {path.partition("?")[0] for path in stranger.asked()} == {"/x"}
        assert not [headers for _, headers in stranger.requests if "authorization" in headers]


# --- other alerts -----------------------------------------------------------------------------------------------


def test_marks_close_an_alert_and_rules_have_alerts_of_their_own(world):
    """What the user calls noise is none: the alert ends at the next poll, is told so, and says why."""
    from dataclasses import replace

    from mentionwatch.pipeline.mark import mark_mentions
    from mentionwatch.settings import RuleSettings
    from mentionwatch.store import Verdict

    server, config = world
    rule = RuleSettings("a wave", "tone:negative", more_than=5, within=6 * HOUR, severity="high")
    config = replace(config, rules=(rule,))
    told = Told()
    _live(config, server, told, days=8, storm=24)
    found = {alert.kind: alert for alert in list_alerts(config)}
    assert set(found) == {"negative", "rule:a wave"}
    assert found["rule:a wave"].severity == "high"
    assert "match tone:negative" in found["rule:a wave"].reason
    end = NOW + timedelta(days=8)
    with Store(config.store.url) as store:
        noise = [*found["negative"].evidence, *found["rule:a wave"].evidence]
        mark_mentions(store, list(dict.fromkeys(noise)), Verdict(noise=True), now=end)
    _polls(config, server, told, [(end, server.routes["/feed.xml"])])
    after = {alert.kind: alert for alert in list_alerts(config)}
    assert {alert.state for alert in after.values()} == {"resolved"}
    assert "Closed by marks" in after["negative"].reason
    assert [kind for _id, kind, _n in told.notices].count("resolved") == 2
    assert len(told.messages) == len(set(told.messages))


def rated(stars, count):
    """A page with what all reviewers give together, and one review."""
    aggregate = f'"aggregateRating": {{"@type": "AggregateRating", "ratingValue": {stars}, "reviewCount": {count}}}'
    review = '"review": [{"@type": "Review", "author": "Ann", "reviewBody": "The Acme One broke.", "datePublished": "2026-11-01"}]'
    found = f'{{"@context": "https://schema.org", "@type": "Product", "name": "Acme One", {aggregate}, {review}}}'
    return f'<html><head><script type="application/ld+json">{found}</script></head><body></body></html>'.encode()


def test_a_rating_that_falls_is_an_alert(world):
    """What the page says of itself is kept, once a day or when it changes; its fall is told once, with numbers."""
    server, config = world
    told = Told()
    _polls(config, server, told, [(NOW, server.routes["/feed.xml"])])
    for day, (stars, count) in enumerate([(4.6, 800), (4.6, 810), (4.5, 820), (4.1, 900), (4.1, 910)]):
        server.routes["/reviews"] = Answer(rated(stars, count))
        _polls(config, server, told, [(NOW + timedelta(days=day, hours=h), server.routes["/feed.xml"]) for h in (1, 2)])
    (alert,) = list_alerts(config)
    assert (alert.kind, alert.brand, alert.severity) == ("rating", "Acme", "elevated")
    assert "The rating of Acme One at shop fell from 4.60 to 4.10 stars of 910 ratings within 3 days." in alert.reason
    assert [kind for _id, kind, _n in told.notices] == ["open"]
    with Store(config.store.url) as store:
        readings = store.ratings(since=NOW)
    assert [(r.source, r.name, r.rating) for r in readings][:2] == [("shop", "Acme One", 4.6)] * 2
    assert len(readings) == 5


def test_a_source_is_told_once_when_it_goes_down_and_once_when_it_is_back(world):
    """On channels; and it is no reason for 5, since 3 says it."""
    from dataclasses import replace

    from mentionwatch.settings import NotifySettings

    server, config = world
    config = replace(config, notify=(NotifySettings(via="file", name="mail", path="x"),))
    told = Told()
    told.name = "mail"
    good, bad = server.routes["/feed.xml"], Answer(status=500)
    reports = _polls(config, server, told, [(NOW + n * HOUR, bad if 1 <= n < 12 else good) for n in range(40)])
    assert [kind for _id, kind, _n in told.notices] == ["open", "resolved"]
    codes = [report.exit_code(alerts_count=True) for report in reports]
    assert set(codes) == {0, 3}
    assert codes[-1] == 0
    (alert,) = list_alerts(config)
    assert (alert.kind, alert.brand, alert.state) == ("source", "forum", "resolved")
