"""Re-applying: a changed query is looked for in what is stored, and nothing is lost that somebody still needs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from mentionwatch import find_mentions, parse_config, poll
from mentionwatch.errors import Locked, StoreError
from mentionwatch.lock import poll_lock
from mentionwatch.pipeline.rematch import rematch
from mentionwatch.pipeline.take import query_key
from mentionwatch.store import BrandState, Store, Verdict
from tests.cli.calling import run
from tests.feeds import rss
from tests.servers import Answer, LoopbackServer
from tests.test_search import alert

NOW = datetime(2026, 11, 2, 12, 5, tzinfo=timezone.utc)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: What the forum holds: number, words.
POSTS = {1: "The acme router broke", 2: "My gizmo is great", 3: "acme tools for the garden", 4: "Nothing of the kind"}


@pytest.fixture
def server():
    """A forum."""
    with LoopbackServer() as found:
        serve(found, POSTS)
        yield found


def serve(server, posts):
    """Let the forum hold these."""
    items = [(f"g{n}", f"No {n}", text, f"author{n}", NOW - n * HOUR) for n, text in posts.items()]
    server.routes["/feed.xml"] = Answer(rss(items))


@pytest.fixture
def config(server, tmp_path):
    """A configuration that polls it, and keeps what matches nothing."""
    text = (
        f'[store]\nurl = "sqlite:///{(tmp_path / "m.db").as_posix()}"\nkeep_unmatched = true\n'
        f'[[brands]]\nname = "Acme"\nmatch = ["acme"]\n'
        f'[[sources]]\nname = "forum"\nurl = "{server.url("/feed.xml")}"\n'
    )
    return parse_config(text, "test.toml")


def changed(config, **changes):
    """With another query of the brand."""
    return replace(config, brands=(replace(config.brands[0], **changes),))


def forgetful(config):
    """The same without keeping what matches nothing."""
    return replace(config, store=replace(config.store, keep_unmatched=False))


def found(config):
    """Numbers of the posts that are mentions."""
    return sorted(int(mention.entry.guid[1:]) for mention in find_mentions(config))


def stored(config):
    """Numbers of the posts that are stored, as mentions or not."""
    with Store(config.store.url) as store:
        return sorted(int(one.entry.guid[1:]) for one in store.stream_entries())


def test_what_a_changed_query_finds_becomes_a_mention(config):
    """Of what was kept: judged, as backlog, and when it was first seen is when it was."""
    poll(config, now=NOW)
    assert (found(config), stored(config)) == ([1, 3], [1, 2, 3, 4])
    (done,) = rematch(changed(config, match=("acme", "gizmo")), now=NOW + DAY)
    assert (len(done.found), done.deleted, done.stayed) == (1, 0, 0)
    (mention,) = [m for m in find_mentions(config) if m.keyword == "gizmo"]
    assert mention.backlog
    assert mention.first_seen == NOW
    assert mention.tone.label == "positive"


def test_what_a_changed_query_lets_go_is_deleted_and_can_come_back(config):
    """Its entry is kept for a while, also where unmatched ones are not: changed back, the query finds it again."""
    config = forgetful(config)
    poll(config, now=NOW)
    narrower = changed(config, exclude=("garden",))
    (done,) = rematch(narrower, now=NOW + DAY)
    assert (done.found, done.deleted, done.same) == ((), 1, 1)
    assert str(done) == "Acme: its queries were applied again: 1 mention matches as before, 0 new, 1 deleted"
    assert (found(config), stored(config)) == ([1], [1, 3])
    (done,) = rematch(config, now=NOW + 2 * DAY)
    assert len(done.found) == 1
    assert found(config) == [1, 3]


def test_nothing_changes_where_nothing_changed(config):
    """Applying the same queries again is no event."""
    poll(config, now=NOW)
    before = find_mentions(config)
    (done,) = rematch(config, now=NOW + DAY)
    assert (done.entries, done.same, done.found, done.deleted, done.stayed) == (2, 2, (), 0, 0)
    assert str(done).endswith("2 mentions match as before, 0 new, 0 deleted")
    assert find_mentions(config) == before


def test_the_keyword_is_the_query_that_finds_it_now(config):
    """The same mention, under another query."""
    poll(config, now=NOW)
    rematch(changed(config, match=("router", "tools")), now=NOW + DAY)
    assert {mention.keyword for mention in find_mentions(config)} == {"router", "tools"}


def test_what_the_user_marked_stays(config):
    """A verdict of people is not thrown away with a query."""
    poll(config, now=NOW)
    by_guid = {mention.entry.guid: mention.id for mention in find_mentions(config)}
    with Store(config.store.url) as store:
        store.mark([by_guid["g1"]], Verdict(state="handled"), now=NOW)
        store.mark([by_guid["g3"]], Verdict(tone="positive"), now=NOW)
    (done,) = rematch(changed(config, match=("else",)), now=NOW + DAY)
    assert (done.deleted, done.stayed) == (0, 2)
    assert "2 more kept: marked by you" in str(done)
    assert found(config) == [1, 3]


def test_what_a_live_alert_rests_on_stays(config):
    """Until it is resolved: who looks at it sees what it speaks of."""
    poll(config, now=NOW)
    first, second = find_mentions(config)
    with Store(config.store.url) as store:
        for one in (alert("a1", first.id, state="acknowledged"), alert("a2", second.id, state="resolved")):
            store.record_verdict("Acme", store.brand_state("Acme") or BrandState(NOW, (), None), one)
    (done,) = rematch(changed(config, match=("else",)), now=NOW + DAY)
    assert (done.deleted, done.stayed) == (1, 1)
    assert [mention.id for mention in find_mentions(config)] == [first.id]


# --- at the next poll -------------------------------------------------------------------------------------


CHANGES = {
    "match": {"match": ("acme -garden",)},
    "exclude": {"exclude": ("garden",)},
    "context": {"context": ("router",)},
    "author": {"ignore_authors": ("author3",)},
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_the_next_poll_applies_a_changed_query(config, changes):
    """By itself, and once; also when the source has nothing new, or is not due."""
    poll(config, now=NOW)
    report = poll(changed(config, **changes), now=NOW + timedelta(minutes=1))
    assert report.outcomes == ()
    assert found(config) == [1]
    assert [str(done) for done in report.rematched if "1 mention matches as before, 0 new, 1 deleted" in str(done)]
    assert not poll(changed(config, **changes), now=NOW + timedelta(minutes=2)).rematched


def test_a_poll_tells_what_was_found_in_what_is_stored(config):
    """As mentions of this poll, all of them backlog; the source's document does not bring them a second time."""
    poll(config, now=NOW)
    report = poll(changed(config, match=("acme", "gizmo")), now=NOW + 2 * HOUR)
    assert [(m.entry.guid, m.backlog) for m in report.mentions] == [("g2", True)]
    assert found(config) == [1, 2, 3]


def test_a_new_brand_is_looked_for_in_what_is_stored(config):
    """Its first poll finds what is gone from the source."""
    poll(config, now=NOW)
    both = replace(config, brands=(*config.brands, replace(config.brands[0], name="Gizmo", match=("gizmo",))))
    report = poll(both, now=NOW + timedelta(minutes=1))
    assert [(m.brand, m.entry.guid) for m in report.mentions] == [("Gizmo", "g2")]


def test_a_dry_run_applies_nothing(config):
    """It says what it would do."""
    poll(config, now=NOW)
    report = poll(changed(config, match=("gizmo",)), now=NOW + HOUR, dry_run=True)
    (done,) = report.rematched
    assert done.told(dry_run=True).endswith("0 mentions match as before, 1 would be new, 2 would be deleted")
    assert found(config) == [1, 3]


def test_a_dry_run_names_what_would_come_and_go(config, tmp_path):
    """Whole mentions; what the user marked would stay; nothing is changed, and no poll has to be waited for."""
    poll(config, now=NOW)
    with Store(config.store.url) as store:
        (marked,) = (m for m in store.mentions() if m.entry.guid == "g1")
        store.mark([marked.id], Verdict(state="handled"), now=NOW)
    with poll_lock(tmp_path / "m.db", now=NOW):
        (done,) = rematch(changed(config, match=("gizmo",)), now=NOW + DAY, dry_run=True)
    assert [mention.entry.guid for mention in done.found] == ["g2"]
    assert [mention.entry.guid for mention in done.lost] == ["g3"]
    assert (done.same, done.deleted, done.stayed) == (0, 1, 1)
    assert found(config) == [1, 3]


def test_a_brand_is_looked_for_only_where_it_is_watched(config):
    """A source for other brands gives none; one that is not configured any more is as it was."""
    poll(config, now=NOW)
    other = replace(config.brands[0], name="Gizmo", match=("gizmo",))
    only = replace(config, brands=(*config.brands, other), sources=(replace(config.sources[0], brands=("Acme",)),))
    assert poll(only, now=NOW + HOUR).mentions == ()
    elsewhere = replace(only, sources=(replace(config.sources[0], name="club"),))
    poll(replace(elsewhere, brands=(replace(config.brands[0], match=("router",)), other)), now=NOW + 2 * HOUR)
    with Store(config.store.url) as store:
        brands = {m.brand for m in store.mentions() if m.entry.source == "forum"}
    assert brands == {"Acme"}
    assert sorted(m.entry.guid for m in find_mentions(config) if m.entry.source == "forum") == ["g1"]


def test_what_changes_a_query_from_outside_is_seen(config):
    """Case, a saved query that is used, and what is left out for every brand; another saved query is nothing to it."""
    brand = replace(config.brands[0], match=("acme @bad",))
    config = replace(config, queries={"bad": "broke OR @worse", "worse": "fire", "other": "x"})
    keys = {
        query_key(brand, config),
        query_key(replace(brand, case="exact"), config),
        query_key(brand, replace(config, queries={**config.queries, "worse": "flood"})),
        query_key(brand, replace(config, own_authors=("ann",))),
        query_key(brand, replace(config, ignore_authors=("ann",))),
        query_key(brand, replace(config, ignore_sites=("acme.example",))),
    }
    assert len(keys) == 6
    assert query_key(brand, replace(config, queries={**config.queries, "other": "y"})) in keys


def test_a_saved_query_is_polled_for_and_applied_when_it_changes(config):
    """A brand that names it, in what has to match and in what must not."""
    brand = replace(config.brands[0], match=("acme @bad",), exclude=("@off",))
    config = replace(config, brands=(brand,), queries={"bad": "broke", "off": "garden"})
    poll(config, now=NOW)
    assert found(config) == [1]
    wider = replace(config, queries={"bad": "broke OR tools", "off": "lawn"})
    assert len(poll(wider, now=NOW + HOUR).mentions) == 1
    assert found(config) == [1, 3]


# --- what is kept -----------------------------------------------------------------------------------------


def test_what_matches_nothing_is_not_kept_unless_it_is_wanted(config):
    """By default only mentions are stored."""
    config = forgetful(config)
    poll(config, now=NOW)
    assert stored(config) == [1, 3]


def test_a_kept_entry_that_is_edited_is_news_when_it_matches(config, server):
    """It was not a mention before, so it is one now, and counts."""
    poll(config, now=NOW)
    serve(server, {**POSTS, 4: "EDIT: the acme lawnmower is terrible"})
    report = poll(config, now=NOW + 2 * HOUR)
    assert [(m.entry.guid, m.backlog) for m in report.mentions] == [("g4", False)]


def test_kept_entries_are_deleted_after_their_time(config, server):
    """Those without a mention, after keep_entries; mentions stay for as long as `keep` says."""
    poll(config, now=NOW)
    serve(server, {1: POSTS[1]})
    for days in (89, 91):
        poll(config, now=NOW + timedelta(days=days))
        assert stored(config) == ([1, 2, 3, 4] if days < 90 else [1, 3])
    assert found(config) == [1, 3]


def test_an_entry_that_became_a_mention_is_kept_as_one(config, server):
    """And what stops being one is kept from then on."""
    poll(config, now=NOW)
    serve(server, {1: POSTS[1]})
    wider = changed(config, match=("acme", "gizmo"))
    poll(wider, now=NOW + 50 * DAY)
    poll(wider, now=NOW + 95 * DAY)
    assert stored(config) == [1, 2, 3]
    poll(config, now=NOW + 100 * DAY)
    assert found(config) == [1, 3]
    poll(config, now=NOW + 180 * DAY)
    assert stored(config) == [1, 2, 3]
    poll(config, now=NOW + 195 * DAY)
    assert stored(config) == [1, 3]


# --- the command ------------------------------------------------------------------------------------------


def test_rematch_waits_for_no_poll_and_makes_no_store(config, tmp_path):
    """A poll that is running is told; where nothing was ever stored, nothing is made."""
    with pytest.raises(StoreError, match="run mentionwatch poll first"):
        rematch(config, now=NOW)
    assert list(tmp_path.iterdir()) == []
    poll(config, now=NOW)
    with poll_lock(tmp_path / "m.db", now=NOW), pytest.raises(Locked):
        rematch(config, now=NOW)


@pytest.mark.parametrize("kept", ["true", "false"])
def test_the_command_says_what_was_done_and_shows_what_is_found(server, tmp_path, monkeypatch, kept):
    """On stderr, with what was not kept and can not be found therefore."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mine.toml"

    def write(match):
        path.write_text(
            f'[store]\nurl = "sqlite:///m.db"\nkeep_unmatched = {kept}\n'
            f'[[brands]]\nname = "Acme"\nmatch = ["{match}"]\n'
            f'[[sources]]\nname = "forum"\nurl = "{server.url("/feed.xml")}"\n',
            "utf-8",
        )

    write("acme")
    assert run("poll", "--config", path).exit_code == 0
    write("acme -garden OR gizmo")
    dry = run("mentions", "--rematch", "--dry-run", "--config", path)
    assert dry.exit_code == 0, dry.stderr
    lines = sorted(line for line in dry.stdout.splitlines() if line[:1] in {"+", "-"})
    assert [(line[0], line.partition("forum  ")[2]) for line in lines] == [
        *([("+", "No 2 - My gizmo is great")] if kept == "true" else []),
        ("-", "No 3 - acme tools for the garden"),
    ]
    assert f"{int(kept == 'true')} would be new, 1 would be deleted" in dry.stderr
    (record,) = json.loads(run("mentions", "--rematch", "--dry-run", "--json", "--config", path).stdout)
    assert (record["brand"], record["same"], record["kept"]) == ("Acme", 1, 0)
    assert [mention["text"] for mention in record["deleted"]] == [POSTS[3]]
    for wrong in (("mentions", "--dry-run"), ("mentions", "--rematch", "--dry-run", "acme")):
        assert run(*wrong, "--config", path).exit_code == 2
    result = run("mentions", "--rematch", "--brand", "acme", "--config", path, "--json")
    assert result.exit_code == 0, result.stderr
    assert f"1 mention matches as before, {int(kept == 'true')} new, 1 deleted" in result.stderr
    assert ("were not kept" in result.stderr) == (kept == "false")
    shown = {mention["text"] for mention in json.loads(result.stdout)}
    assert shown == {POSTS[1], *([POSTS[2]] if kept == "true" else [])}
    assert run("mentions", "--rematch", "--brand", "Globex", "--config", path).exit_code == 2
    assert run("mentions", "--rematch", "acme AND", "--config", path).exit_code == 2
