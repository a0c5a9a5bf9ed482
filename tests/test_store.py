"""The store: what goes in comes out, twice is once, and whatever ends the program leaves it whole."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentionwatch.errors import StoreError
from mentionwatch.health import keys_of
from mentionwatch.identity import entry_id, mention_id
from mentionwatch.model import (
    ENTRY_KINDS,
    LABELS,
    Alert,
    Entry,
    Mention,
    Notice,
    SourceStatus,
    Tone,
    Validators,
)
from mentionwatch.store import BrandState, Filter, SourcePoll, Store, opening, store_path
from mentionwatch.store.migrations import OLDEST
from mentionwatch.store.schema import SCHEMA_VERSION, metadata

NOW = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
KEY = "brands-1"


# --- things to store --------------------------------------------------------------------------------------


def status(name="forum", now=NOW, **changes):
    """A source that is well."""
    return SourceStatus(
        name,
        "https://forum.acme.example/feed",
        **{"first_polled": now, "last_polled": now, "last_success": now, "fails": 0, "state": "ok", **changes},
    )


def post(n=1, **changes):
    """One post of a forum."""
    found = {
        "guid": f"tag:{n}", "url": f"https://forum.acme.example/t/{n}", "title": f"Title {n}", "text": f"Text {n}",
        "author": f"user{n}", "published": NOW - n * HOUR,
    }  # fmt: skip
    return Entry("forum", **{**found, **changes})


def about(entry, brand="Acme", *, seen=NOW, **changes):
    """A mention of a brand in an entry."""
    id_ = entry_id(entry)
    found = {"tone": Tone("negative", -0.5, 0.9, (("bad", -0.7),), "textblob"), "story": id_, "copy": id_}
    mention = Mention(mention_id(id_, brand), id_, brand, "acme", entry, first_seen=seen, **found)
    return replace(mention, **changes)


def record(store, *mentions, now=NOW, source="forum", **more):
    """Write a poll that found these mentions."""
    entries = {mention.entry_id: mention.entry for mention in mentions}
    store.record_poll(SourcePoll(status(source, now), entries=list(entries.items()), mentions=mentions, **more))


def alert(id_="a1", **changes):
    """An alert that is open."""
    found = {
        "brand": "Acme", "kind": "negative", "state": "open", "severity": "high", "opened": NOW, "updated": NOW,
        "resolved": None, "window_start": NOW - 6 * HOUR, "window_end": NOW, "observed": 14, "expected": 1.2,
        "negative_share": 0.7, "usual_share": None, "odds": 932_000.0, "authors": 9, "stories": 9,
        "reason": "14 negative mentions in 6 h", "blind_spots": ("forum", "a, b"), "evidence": ("m1", "m2"),
        "last_burst": NOW, "last_notice": None,
    }  # fmt: skip
    return Alert(id_, **{**found, **changes})


STATE = BrandState(NOW - DAY, (NOW - HOUR, NOW), '{"mean": 1}')


@pytest.fixture
def path(tmp_path):
    """Where a store may be made."""
    return tmp_path / "mentions.db"


@pytest.fixture
def url(path):
    """The same as a URL."""
    return f"sqlite:///{path}"


@pytest.fixture
def store():
    """An empty store that leaves nothing behind."""
    with Store("sqlite://", create=True) as made:
        yield made


# --- what goes in comes out -------------------------------------------------------------------------------


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
TIMES = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(timezone.utc))
SHARES = st.floats(-1, 1)
ENTRIES = st.builds(
    Entry,
    source=TEXTS,
    kind=st.sampled_from(ENTRY_KINDS),
    rating=st.none() | st.floats(1, 5),
    engagement=st.none() | st.integers(-(2**63), 2**63 - 1),
    published=st.none() | TIMES,
    **{
        name: st.none() | TEXTS
        for name in (
            *("guid", "url", "title", "text", "author", "community", "parent", "published_raw", "language"),
            *("country", "version", "quoted"),
        )
    },
)
MENTIONS = st.builds(
    Mention,
    id=TEXTS,
    entry_id=TEXTS,
    brand=TEXTS,
    keyword=TEXTS,
    entry=ENTRIES,
    tone=st.builds(
        Tone,
        st.sampled_from(LABELS),
        st.none() | SHARES,
        st.none() | st.floats(0, 1),
        st.lists(st.tuples(TEXTS, SHARES), max_size=3).map(tuple),
        TEXTS,
        st.lists(TEXTS, max_size=2).map(tuple),
    ),
    first_seen=TIMES,
    story=TEXTS,
    copies=st.just(1),
    backlog=st.booleans(),
    state=st.sampled_from(["open", "seen", "handled", "ignored"]),
    intent=st.none() | TEXTS,
)


@settings(max_examples=60, deadline=None)
@given(MENTIONS)
def test_a_mention_comes_back_as_it_went_in(mention):
    """Every field of it, whatever it holds; a missing value stays missing."""
    with Store("sqlite://", create=True) as store:
        record(store, mention)
        assert store.mentions() == [mention]


def test_every_field_of_an_entry_has_a_column():
    """A new field of the model is not lost in silence."""
    assert {f.name for f in fields(Entry)} <= set(metadata.tables["entries"].columns.keys())


def test_a_status_comes_back(store):
    """Also one in trouble."""
    bad = status(last_success=None, fails=4, state="down", reason="HTTP 500", since=NOW - DAY)
    store.record_poll(SourcePoll(bad))
    store.record_poll(SourcePoll(status("reviews")))
    assert store.statuses() == {"forum": bad, "reviews": status("reviews")}


def test_a_time_of_another_zone_is_the_same_moment(store):
    """And one without a zone is refused: it would shift."""
    record(store, about(post(published=datetime(2026, 3, 2, 12, tzinfo=timezone(5 * HOUR)))))
    assert store.mentions()[0].entry.published == NOW - 5 * HOUR
    with pytest.raises(StoreError, match="without a zone"):
        record(store, about(post(2, published=datetime(2026, 3, 2, 12))))


def test_what_sqlite_cannot_hold_costs_one_value(store):
    """A lone surrogate or a number of 70 bits in a stranger's feed does not stop the poll of it."""
    hostile = post(guid="\ud800", url="https://acme.example/\ud800?q=\udfff", title="\udc00", engagement=2**70)
    for _ in range(2):
        [known] = store.identify("forum", [hostile])
        entries = [(known.id, hostile)]
        store.record_poll(SourcePoll(status(), entries=entries, mentions=[replace(about(hostile), entry_id=known.id)]))
        assert store.validators("forum", "https://acme.example/\ud800", KEY) is None
        odd_url = "https://acme.example/\ud800"
        store.record_poll(SourcePoll(status(), kept=[odd_url], documents={odd_url: Validators()}))
    [stored] = store.mentions()
    assert (stored.entry.title, stored.entry.engagement) == ("?", None)
    assert not store.identify("forum", [hostile])[0].new


# --- polled twice is polled once --------------------------------------------------------------------------


def test_recording_a_poll_twice_adds_nothing(store):
    """The same entries and mentions once more change nothing, also not when they were first seen."""
    mentions = [about(post(n)) for n in range(3)]
    record(store, *mentions)
    record(store, *[replace(m, first_seen=NOW + HOUR) for m in mentions], now=NOW + HOUR)
    assert sorted(store.mentions(), key=lambda m: m.id) == sorted(mentions, key=lambda m: m.id)


def test_an_edit_updates_the_text_and_makes_no_second_mention(store):
    """The entry is known by its guid; what was first said of it stays."""
    record(store, about(post()))
    edited = post(title="Edited", text="All is well", author="me", rating=5.0, engagement=7, quoted="x")
    [known] = store.identify("forum", [edited])
    assert (known.new, known.changed, known.brands) == (False, True, frozenset({"Acme"}))
    store.record_poll(SourcePoll(status(now=NOW + HOUR), entries=[(known.id, edited)]))
    [mention] = store.mentions()
    assert mention.entry == edited
    assert mention.first_seen == NOW


def known(store, *entries, source="forum"):
    """What the store knows of entries."""
    return store.identify(source, entries)


SAME = {
    "guid": {"title": "Another title", "url": "https://elsewhere.example/"},
    "new guid, same page": {"guid": "other"},
    "no guid any more": {"guid": None},
    "https and www": {"guid": "other", "url": "http://www.forum.acme.example/t/1/"},
    "tracking": {"guid": "other", "url": "https://forum.acme.example/t/1?utm_source=rss&utm_medium=feed"},
    "moved, same content": {"guid": "other", "url": "https://new.acme.example/posts/1"},
}


@pytest.mark.parametrize("changes", SAME.values(), ids=SAME)
def test_an_entry_is_known_again(store, changes):
    """By its id, else its address and title, else its content."""
    record(store, about(post()))
    [found] = known(store, post(**changes))
    assert found.id == entry_id(post())
    assert not found.new
    assert found.brands == {"Acme"}


OTHER = {
    "other guid, title": {"guid": "other", "title": "Another title"},
    "other guid, url and author": {"guid": "other", "url": "https://new.acme.example/1", "author": "else"},
    "other guid, url and date": {"guid": "other", "url": "https://new.acme.example/1", "published": NOW},
    "other page": {"guid": "other", "url": "https://forum.acme.example/t/1?page=2", "text": "Else"},
}


@pytest.mark.parametrize("changes", OTHER.values(), ids=OTHER)
def test_another_entry_is_new(store, changes):
    """What differs in more than how it is named is another."""
    record(store, about(post()))
    [found] = known(store, post(**changes))
    assert found.new
    assert found.id != entry_id(post())
    assert found.brands == frozenset()


def test_an_entry_of_another_source_is_another(store):
    """Identity is within a source."""
    record(store, about(post()))
    assert known(store, replace(post(), source="news"), source="news")[0].new


def test_many_reviews_on_one_page_keep_apart(store):
    """They share an address and a title, so neither names one of them; polled again, each is known."""
    page = {"url": "https://reviews.example/acme", "title": "Acme"}
    reviews = [post(n, text=f"Review {n}", **page) for n in range(5)]
    record(store, *[about(review) for review in reviews])
    assert len(store.mentions()) == 5
    again = known(store, *reviews)
    assert [found.id for found in again] == [entry_id(review) for review in reviews]
    assert not any(found.new or found.changed for found in again)
    fresh = post(9, text="Review 9", **page)
    assert [found.new for found in known(store, fresh, *reviews)] == [True] + [False] * 5
    assert known(store, fresh)[0].new


def test_a_page_whose_only_review_gave_way_to_two_has_two_new_ones(store):
    """An address that two entries of one document share names neither of them."""
    page = {"url": "https://reviews.example/acme", "title": "Acme"}
    record(store, about(post(1, **page)))
    assert [found.new for found in known(store, post(2, **page), post(3, **page))] == [True, True]


def test_reviews_without_a_name_of_their_own_are_told_apart_by_content(store):
    """No id and no address: the words, the author and the date are what there is."""
    reviews = [post(n, guid=None, url=None, title="Acme", text=f"Review {n}") for n in range(3)]
    record(store, *[about(review) for review in reviews])
    assert [found.new for found in known(store, *reviews)] == [False] * 3
    assert known(store, post(5, guid=None, url=None, title="Acme", text="Review 5"))[0].new


def test_two_brands_in_one_entry_are_two_mentions_of_it(store):
    """Of one entry, which knows both brands then."""
    record(store, about(post(), "Acme"), about(post(), "Globex"))
    first, second = store.mentions()
    assert first.entry_id == second.entry_id
    assert {first.brand, second.brand} == {"Acme", "Globex"}
    assert known(store, post())[0].brands == {"Acme", "Globex"}


def test_a_document_of_many_entries_is_identified(store):
    """More than SQLite takes in one statement."""
    entries = [post(n) for n in range(12_000)]
    record(store, *[about(entry) for entry in entries[:600]])
    assert [found.new for found in known(store, *entries)] == [False] * 600 + [True] * 11_400


# --- cursors ----------------------------------------------------------------------------------------------


def test_validators_hold_for_the_brands_they_were_read_for(store):
    """With other queries an unchanged document may hold new mentions, so it is read again."""
    feed, etag = "https://forum.acme.example/feed", Validators('W/"1"', "yesterday", "hash")
    store.record_poll(SourcePoll(status(), kept=[feed], documents={feed: etag}, brands_key=KEY))
    assert store.validators("forum", feed, KEY) == etag
    assert store.validators("forum", feed, "brands-2") is None
    assert store.validators("news", feed, KEY) is None
    assert store.validators("forum", feed + "?page=2", KEY) is None


def test_validators_of_addresses_that_are_not_asked_for_are_forgotten(store):
    """A search has another address each time; a failure, which asked for nothing in full, forgets none."""
    documents = {f"https://acme.example/{n}": Validators(f'"{n}"') for n in range(3)}
    store.record_poll(SourcePoll(status(), kept=list(documents), documents=documents, brands_key=KEY))
    store.record_poll(SourcePoll(status("news"), kept=list(documents), documents=documents, brands_key=KEY))
    store.record_poll(SourcePoll(status(fails=1, state="failing")))
    store.record_poll(SourcePoll(status(), kept=["https://acme.example/1"], brands_key=KEY))
    kept = [store.validators("forum", url, KEY) for url in documents]
    assert kept == [None, Validators('"1"'), None]
    assert all(store.validators("news", url, KEY) for url in documents)


def test_a_source_is_watched_for_a_brand_from_its_first_poll(store):
    """What it holds for another brand is backlog, and for another place or query too: the key tells."""
    store.record_poll(SourcePoll(status(), watches={"Acme": "k1"}))
    store.record_poll(SourcePoll(status(), watches={"Acme": "k2", "Globex": "k3"}))
    store.record_poll(SourcePoll(status()))
    assert store.watched("forum") == {"Acme": "k2", "Globex": "k3"}
    assert store.watched("news") == {}


def test_an_outage_goes_on_until_it_ends(store):
    """It is one outage, with its end when that is known, and out of sight when it is long past."""
    store.record_poll(SourcePoll(status(), outage=(NOW - DAY, None)))
    store.record_poll(SourcePoll(status(), outage=(NOW - DAY, None)))
    assert store.outages(["forum"], NOW) == [("forum", NOW - DAY, None)]
    store.record_poll(SourcePoll(status(), outage=(NOW - DAY, NOW)))
    assert store.outages(["forum"], NOW) == [("forum", NOW - DAY, NOW)]
    assert store.outages(["forum"], NOW + HOUR) == []
    assert store.outages(["news"], NOW) == []


# --- reading mentions -------------------------------------------------------------------------------------


def ids(mentions):
    """Their ids, in order."""
    return [mention.id for mention in mentions]


def test_mentions_come_newest_first_by_when_they_count(store):
    """Published, else first seen."""
    old, new = about(post(5)), about(post(1))
    undated = about(post(3, published=None), seen=NOW - 3 * HOUR)
    record(store, old, new, undated)
    assert ids(store.mentions()) == ids([new, undated, old])
    assert ids(store.mentions(oldest_first=True)) == ids([old, undated, new])
    assert ids(store.mentions(limit=1)) == ids([new])


def test_a_filter_restricts(store):
    """By each of its parts; since is inclusive, until is not; no ids are none, and not all."""
    one, two = about(post(1)), about(post(2), "Globex", tone=Tone("positive", 0.5, 0.9))
    three = about(replace(post(3), source="news"), tone=Tone("unknown", None, None))
    record(store, one, two, three)
    wanted = {
        Filter(): [one, two, three],
        Filter(brand="Globex"): [two],
        Filter(source="news"): [three],
        Filter(tones=("positive", "unknown")): [two, three],
        Filter(since=NOW - 2 * HOUR): [one, two],
        Filter(until=NOW - 2 * HOUR): [three],
        Filter(since=NOW - 2 * HOUR, until=NOW - HOUR): [two],
        Filter(ids=(three.id, "none")): [three],
        Filter(ids=()): [],
        Filter(brand="Acme", source="forum"): [one],
    }
    for filter_, expected in wanted.items():
        assert ids(store.mentions(filter_)) == ids(expected)


def test_copies_are_counted_within_a_brand(store):
    """Each carrier of a text says how many there are, itself included."""
    record(store, *[about(post(n), copy="same") for n in range(3)], about(post(4), "Globex", copy="same"))
    assert [(m.brand, m.copies) for m in store.mentions()] == [("Acme", 3)] * 3 + [("Globex", 1)]


def test_ids_may_be_shortened(store):
    """To what they begin with; % and _ are no wildcards."""
    record(store, about(post(1), id="ab12"), about(post(2), id="ab34"), about(post(3), id="a%_5"))
    for prefix, expected in {
        "ab": ["ab12", "ab34"],
        "ab1": ["ab12"],
        "a%": ["a%_5"],
        "a_": [],
        "%": [],
        "/": [],
    }.items():
        assert sorted(ids(store.mentions_like(prefix))) == expected
    for name in ("ab12", "a%_5"):
        store.record_verdict("Acme", STATE, alert(name))
    for prefix, expected in {"ab": ["ab12"], "a%": ["a%_5"], "a_": [], "%": [], "_": []}.items():
        assert [found.id for found in store.alerts_like(prefix)] == expected


def test_the_user_changes_the_state_of_an_alert_and_nothing_else(store):
    """Acknowledging writes over nothing that a poll wrote meanwhile; what is resolved stays so."""
    store.record_verdict("Acme", STATE, alert())
    graver = alert(severity="critical", observed=99)
    store.record_verdict("Acme", STATE, graver)
    assert store.set_alert_state("a1", "acknowledged", now=NOW)
    (found,) = store.alerts()
    assert (found.state, found.severity, found.observed) == ("acknowledged", "critical", 99)
    assert store.set_alert_state("a1", "resolved", now=NOW + HOUR)
    assert store.alerts()[0].resolved == NOW + HOUR
    assert not store.set_alert_state("a1", "acknowledged", now=NOW)


def test_an_undated_entry_that_is_still_listed_is_not_pruned(store):
    """Forgotten, it would come again as news."""
    undated = about(post(1, published=None))
    record(store, undated, look=keys_of([undated.entry]))
    assert store.prune(NOW + DAY) == 0
    record(store, look=keys_of([]))
    assert store.prune(NOW + DAY) == 1
    assert store.mentions() == []


def test_what_is_atomic_is_whole_or_nothing(store):
    """An error inside takes back all that was written inside."""
    with contextlib.suppress(ZeroDivisionError), store.atomic():
        record(store, about(post(1)))
        store.record_verdict("Acme", STATE, alert())
        raise ZeroDivisionError
    assert store.mentions() == []
    assert store.alerts() == []


def test_prune_deletes_what_is_old_and_what_it_leaves_alone(store):
    """Old mentions go, with entries that have none left; an entry stays for the mention that counts later."""
    old, new = about(post(100)), about(post(1))
    undated = post(200, published=None)
    early, late = about(undated, "Acme", seen=NOW - 90 * HOUR), about(undated, "Globex", seen=NOW)
    record(store, old, new, early, late)
    assert store.prune(NOW - 50 * HOUR) == 2
    assert sorted(ids(store.mentions())) == sorted(ids([new, late]))
    assert [found.new for found in known(store, old.entry, undated, new.entry)] == [True, False, False]
    assert store.prune(NOW - 50 * HOUR) == 0


# --- the detector's view ----------------------------------------------------------------------------------


def test_a_sighting_is_what_the_detector_needs(store):
    """Of one brand, oldest first, and only what was first seen since."""
    early = about(post(1), seen=NOW - HOUR)
    late = about(post(2, author=None, published=None), tone=Tone("unknown", None, None), backlog=True)
    record(store, late, early, about(post(3), "Globex"))
    first, second = store.sightings("Acme", since=None)
    assert (first.mention, first.published, first.first_seen) == (early.id, early.entry.published, NOW - HOUR)
    assert (first.tone, first.source, first.author, first.confidence) == ("negative", "forum", "user1", 0.9)
    assert (second.author, second.published, second.backlog, second.confidence) == (None, None, True, None)
    assert [s.mention for s in store.sightings("Acme", since=NOW)] == [late.id]


def test_copies_of_earlier_stories_are_left_out(store):
    """For 14 days; of one brand; copies among what is new are the detector's to fold."""
    since = NOW - HOUR
    record(
        store,
        about(post(1), seen=since - HOUR, copy="recent"),
        about(post(2, published=since - 15 * DAY), seen=since - HOUR, copy="old"),
        about(post(3), "Globex", seen=since - HOUR, copy="other brand"),
        *[about(post(10 + n), copy=copy) for n, copy in enumerate(["recent", "old", "other brand", "new", "new"])],
    )
    assert sorted(s.story for s in store.sightings("Acme", since=since)) == ["new", "new", "old", "other brand"]
    assert len(store.sightings("Acme", since=None)) == 7


def test_a_brands_memory_comes_back(store):
    """And is None before its first verdict."""
    assert store.brand_state("Acme") is None
    store.record_verdict("Acme", STATE, None)
    assert store.brand_state("Acme") == STATE
    later = BrandState(NOW, (), None)
    store.record_verdict("Acme", later, None)
    assert store.brand_state("Acme") == later


# --- alerts and the outbox --------------------------------------------------------------------------------


def test_an_alert_comes_back_and_changes(store):
    """One row, whatever becomes of it; the latest first, and the live ones apart."""
    store.record_verdict("Acme", STATE, alert())
    assert store.alerts() == [alert()]
    changed = alert(state="resolved", resolved=NOW + DAY, evidence=(), negative_share=None)
    store.record_verdict("Acme", STATE, changed)
    later = alert("a2", brand="Globex", opened=NOW + HOUR)
    store.record_verdict("Globex", STATE, later)
    assert store.alerts() == [later, changed]
    assert store.alerts(live=True) == [later]
    assert store.alerts(brand="Acme") == [changed]
    assert store.alerts(limit=1) == [later]


def notice(id_="n1", kind="open", about_=None, created=NOW):
    """One telling."""
    return Notice(id_, kind, about_ or alert(), created)


def test_a_notice_waits_until_it_is_marked(store):
    """Per channel, oldest first, as the alert was then."""
    first, second = notice(), notice("n2", "worse", alert(severity="critical"), NOW + HOUR)
    store.record_verdict("Acme", STATE, alert(), [("mail", first), ("chat", notice("n3"))])
    told = store.outbox.pack("mail", now=NOW)
    store.record_verdict("Acme", STATE, alert(severity="critical"), [("mail", second)])
    assert store.outbox.notices("mail") == [first, second]
    assert store.outbox.notices("mail") == [first, second]
    store.outbox.mark_sent(told, now=NOW)
    assert store.outbox.notices("mail") == [second]
    assert [n.id for n in store.outbox.notices("chat")] == ["n3"]
    assert store.outbox.notices("none") == []


def test_a_notice_recorded_twice_is_one(store):
    """The id is the idempotency key; one that was sent is not sent again."""
    for _ in range(2):
        store.record_verdict("Acme", STATE, alert(), [("mail", notice())])
    assert len(store.outbox.notices("mail")) == 1
    store.outbox.mark_sent(store.outbox.pack("mail", now=NOW), now=NOW)
    store.record_verdict("Acme", STATE, alert(), [("mail", notice())])
    assert store.outbox.notices("mail") == []


def test_a_verdict_is_whole_or_nothing(store):
    """A notice about an alert that is not stored undoes the rest."""
    with pytest.raises(StoreError, match="nothing was half-written"):
        store.record_verdict("Acme", STATE, None, [("mail", notice())])
    assert store.brand_state("Acme") is None


def test_a_poll_is_whole_or_nothing(store):
    """A mention without its entry undoes the rest, and the store goes on."""
    with pytest.raises(StoreError, match="nothing was half-written"):
        store.record_poll(SourcePoll(status(), mentions=[about(post())]))
    assert store.statuses() == {}
    record(store, about(post()))
    assert len(store.mentions()) == 1


# --- the file ---------------------------------------------------------------------------------------------


def contents(folder):
    """Every file of a folder, byte by byte."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_store_is_for_the_user_alone(tmp_path):
    """The file and the folders made for it; also what SQLite puts beside it."""
    path = tmp_path / "new" / "data" / "mentions.db"
    with Store(f"sqlite:///{path}", create=True) as store:
        record(store, about(post()))
        assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_was_stored_is_there_after_closing(url, path):
    """In one file, which is opened again as often as wanted."""
    with Store(url, create=True) as store:
        record(store, about(post()))
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    for create in (True, False):
        with Store(url, create=create) as store:
            assert ids(store.mentions()) == [about(post()).id]


def test_the_file_has_the_tables_of_the_schema(url, path):
    """And says whose it is."""
    Store(url, create=True).close()
    with closing(sqlite3.connect(path)) as raw:
        tables = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        meta = dict(raw.execute("SELECT key, value FROM meta"))
    # SQLite's own: the tables below the full-text index, and the counter of its numbers.
    tables -= {name for name in tables if name.startswith("entry_index") or name == "sqlite_sequence"}
    assert tables == set(metadata.tables)
    assert meta == {"application": "mentionwatch", "schema": str(SCHEMA_VERSION)}


def test_a_missing_store_is_not_made_by_reading(url, path):
    """It says what to do; an empty file is as good as none."""
    for _ in range(2):
        with pytest.raises(StoreError, match="run mentionwatch poll first"):
            Store(url)
        assert not path.exists() or path.read_bytes() == b""
        path.touch()


def test_a_dry_run_leaves_the_file_as_it_is(url, path):
    """Byte for byte, and nothing beside it; within the run everything is as if it were kept."""
    with Store(url, create=True) as store:
        record(store, about(post()))
        store.record_verdict("Acme", STATE, alert(), [("mail", notice())])
    before = contents(path.parent)
    with Store(url, create=True, dry_run=True) as store:
        record(store, *[about(post(n, text="x" * 5000)) for n in range(2, 1000)])
        with pytest.raises(StoreError):
            store.record_poll(SourcePoll(status("broken"), mentions=[about(post(-1))]))
        store.outbox.mark_sent(store.outbox.pack("mail", now=NOW), now=NOW)
        store.record_verdict("Globex", STATE, alert("a2"), [("mail", notice("n2", about_=alert("a2")))])
        assert len(store.mentions()) == 999
        assert "broken" not in store.statuses()
        assert [n.id for n in store.outbox.notices("mail")] == ["n2"]
        assert store.prune(NOW + DAY) == 999
    assert contents(path.parent) == before


def test_a_dry_run_makes_no_store(url, path):
    """Where there is none, or one that nothing was ever put into."""
    for _ in range(2):
        before = contents(path.parent)
        with Store(url, create=True, dry_run=True) as store:
            record(store, about(post()))
            assert len(store.mentions()) == 1
        assert contents(path.parent) == before
        path.touch()


def stranger(path, *statements):
    """Another program's database."""
    with closing(sqlite3.connect(path)) as raw:
        for statement in statements:
            raw.execute(statement)
        raw.commit()


def text_file(path):
    path.write_text("Dear diary,\n" * 100)


def short_file(path):
    path.write_text("x")


def foreign(path):
    stranger(path, "CREATE TABLE bookmarks (url)", "INSERT INTO bookmarks VALUES ('https://acme.example')")


def foreign_wal(path):
    """One that another program is using: its last change is not in the file yet."""
    stranger(path, "PRAGMA journal_mode = WAL", "CREATE TABLE bookmarks (url)")
    copy = path.with_name("copy")
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("INSERT INTO bookmarks VALUES ('https://acme.example')")
        raw.commit()
        for end in ("", "-wal"):
            shutil.copy(f"{path}{end}", f"{copy}{end}")
    for end in ("", "-wal"):
        Path(f"{copy}{end}").replace(f"{path}{end}")


def foreign_meta(path):
    stranger(path, "CREATE TABLE meta (name, content)")


def foreign_owner(path):
    stranger(path, "CREATE TABLE meta (key, value)", "INSERT INTO meta VALUES ('application', 'photos')")


def newer(path):
    Store(f"sqlite:///{path}", create=True).close()
    stranger(path, f"UPDATE meta SET value = '{SCHEMA_VERSION + 1}' WHERE key = 'schema'")


def older(path):
    Store(f"sqlite:///{path}", create=True).close()
    stranger(path, f"UPDATE meta SET value = '{OLDEST - 1}' WHERE key = 'schema'")


def odd_version(path):
    Store(f"sqlite:///{path}", create=True).close()
    stranger(path, "UPDATE meta SET value = printf('%.*c', 9999, '9') WHERE key = 'schema'")


@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (text_file, "not a mentionwatch store"),
        (short_file, "not a mentionwatch store"),
        (foreign, "belongs to another program"),
        (foreign_wal, "belongs to another program"),
        (foreign_meta, "not a mentionwatch store"),
        (foreign_owner, "belongs to another program"),
        (newer, "newer mentionwatch"),
        (older, "before the first release"),
        (odd_version, "newer mentionwatch"),
    ],
)
def test_what_is_not_ours_is_refused_and_left_alone(url, path, make, said, create):
    """In words, and without touching a byte of it or putting anything beside it."""
    make(path)
    before = contents(path.parent)
    with pytest.raises(StoreError, match=said):
        Store(url, create=create)
    assert contents(path.parent) == before


def test_a_database_without_tables_becomes_a_store(url, path):
    """So does one whose maker was ended between its first page and its tables; for reading there is none yet."""
    stranger(path, "PRAGMA journal_mode = WAL")
    assert path.stat().st_size > 0
    with pytest.raises(StoreError, match="run mentionwatch poll first"):
        Store(url)
    with Store(url, create=True) as store:
        record(store, about(post()))
        assert len(store.mentions()) == 1


def test_a_damaged_store_is_told(url, path):
    """Pages overwritten with rubbish: the store's error, never a traceback."""
    with Store(url, create=True) as store:
        record(store, *[about(post(n, text="x" * 500)) for n in range(200)])
    body = bytearray(path.read_bytes())
    for start in range(4096, len(body), 4096):
        body[start : start + 200] = b"\xff" * 200
    path.write_bytes(body)
    with pytest.raises(StoreError), Store(url) as store:
        store.mentions()


@pytest.mark.parametrize("name", ["missing/\0.db", "x" * 300, "."], ids=["nul", "long", "folder"])
def test_a_place_where_no_file_can_be_is_told(tmp_path, name):
    """Whatever is wrong with it."""
    with pytest.raises(StoreError):
        Store(f"sqlite:///{tmp_path}/{name}", create=True)


@pytest.mark.parametrize(
    "url",
    [
        "", "mentions.db", "postgresql://user:hunter2@db/x", "sqlite+aiosqlite:///x.db", "mysql:///x", "nonsense:///x",
        "postgresql://user:hunter2@db:port/x", "user:hunter2@db", "sqlite",
    ],
)  # fmt: skip
def test_what_is_no_store_is_told_without_its_password(url):
    """With what to write instead."""
    with pytest.raises(StoreError, match="sqlite:///FILE") as caught:
        store_path(url)
    assert "hunter2" not in str(caught.value)


@given(st.text(max_size=30) | st.text(max_size=20).map("sqlite://{}".format))
def test_any_text_is_a_store_or_told(text):
    """Nothing else comes of reading a URL."""
    try:
        found = store_path(text)
    except StoreError:
        return
    assert found is None or isinstance(found, Path)


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root may write everywhere")
def test_a_store_that_may_not_be_written_is_told(url, path):
    """The folder or the file: in words."""
    Store(url, create=True).close()
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        with pytest.raises(StoreError), Store(url) as store:
            record(store, about(post()))
        with pytest.raises(StoreError):
            Store(f"sqlite:///{path.parent}/other.db", create=True)
    finally:
        path.parent.chmod(0o700)


# --- several programs at once -----------------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch):
    """Wait for no other program: the constant is the only way in, and nobody else needs one."""
    monkeypatch.setattr(opening, "_BUSY_S", 0)


def test_a_writer_that_holds_the_file_is_told(url, path, impatient):
    """After the time to wait, in words; reading goes on meanwhile, and what is read is what was committed."""
    with Store(url, create=True) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        record(store, about(post(1)))
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM mentions")
        with pytest.raises(StoreError, match="locked"):
            record(store, about(post(2)))
        with Store(url, dry_run=True) as copy:
            record(copy, about(post(3)))
        with Store(url) as reader:
            assert len(reader.mentions()) == len(store.mentions()) == 1
        other.execute("ROLLBACK")
        record(store, about(post(2)))
        assert len(store.mentions()) == 2


def test_reading_while_a_write_is_open(url):
    """A reader sees the state before, and the one after when it is there."""
    with Store(url, create=True) as store:
        record(store, about(post(1)))
        with Store(url) as reader:
            with store._transaction(write=True) as connection:
                connection.exec_driver_sql("DELETE FROM mentions")
                assert len(reader.mentions()) == 1
            assert reader.mentions() == []


def test_writing_while_a_reader_reads(url, impatient):
    """Whoever looks for an hour holds up no poll."""
    with Store(url, create=True) as store, Store(url) as reader, reader._transaction() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM mentions").scalar() == 0
        record(store, about(post(1)))
        assert connection.exec_driver_sql("SELECT count(*) FROM mentions").scalar() == 0
        assert len(store.mentions()) == 1


#: Forks; each child does one thing to a copy of the store and is killed at its n-th statement.
KILLED = """
import os, shutil, signal, sys
from datetime import timedelta
from sqlalchemy import event
from sqlalchemy.engine import Engine
from mentionwatch.store import Store
from tests.test_store import *

folder, what, points = Path(sys.argv[1]), sys.argv[2], range(*map(int, sys.argv[3:]))

def act(path):
    with Store(f"sqlite:///{path}", create=True) as store:
        if what == "poll":
            mentions = [about(post(n)) for n in range(2, 5)]
            record(store, *mentions, now=NOW + HOUR, watches={"Acme": "k"}, kept=["u"], documents={"u": Validators('"2"')})
        elif what == "verdict":
            store.record_verdict("Acme", STATE, alert(), [("mail", notice()), ("chat", notice("n2"))])

for point in points:
    path = folder / f"{point}.db"
    if (folder / "mentions.db").exists():
        shutil.copy(folder / "mentions.db", path)
    child = os.fork()
    if child == 0:
        left = [point]
        def die(*_args):
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(Engine, moment, die)
        act(path)
        os._exit(0)
    _, ended = os.waitpid(child, 0)
    print(os.WTERMSIG(ended) if os.WIFSIGNALED(ended) else 0)
"""


def killed(folder, what, points):
    """Do something once for each point, killed there; by point, whether it was."""
    span = map(str, (points.start, points.stop, points.step))
    command = [sys.executable, "-c", KILLED, str(folder), what, *span]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, text=True, check=True, timeout=60
    )
    return {point: line == "9" for point, line in zip(points, done.stdout.split(), strict=True)}


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="without fork, kill -9 is another thing")


@needs_fork
def test_a_poll_that_is_killed_is_whole_or_nothing(url, path):
    """At each of its statements, and after its commit; the next poll goes on from there."""
    with Store(url, create=True) as store:
        record(store, about(post(1)), kept=["u"], documents={"u": Validators('"1"')}, brands_key="")
    deaths = killed(path.parent, "poll", range(0, 60, 4))
    assert {True, False} == set(deaths.values())
    for point, died in deaths.items():
        with Store(f"sqlite:///{path.parent}/{point}.db") as store:
            found = (len(store.mentions()), store.validators("forum", "u", ""), store.statuses()["forum"].last_polled)
            before, after = (1, Validators('"1"'), NOW), (4, Validators('"2"'), NOW + HOUR)
            # The commit itself may be through when the end comes.
            assert found == after if not died else found in {before, after}
            record(store, *[about(post(n)) for n in range(2, 5)])
            assert len(store.mentions()) == 4


@needs_fork
def test_a_verdict_that_is_killed_is_whole_or_nothing(url, path):
    """Alert and notices are there together or not at all: nothing is told twice, and nothing is lost."""
    Store(url, create=True).close()
    deaths = killed(path.parent, "verdict", range(13))
    assert {True, False} == set(deaths.values())
    for point in deaths:
        with Store(f"sqlite:///{path.parent}/{point}.db") as store:
            found = (
                len(store.alerts()),
                len(store.outbox.notices("mail")),
                len(store.outbox.notices("chat")),
                store.brand_state("Acme"),
            )
            assert found in {(0, 0, 0, None), (1, 1, 1, STATE)}


@needs_fork
def test_a_store_whose_making_was_killed_is_made_the_next_time(path):
    """At each statement that makes it: what is left is no store, and no stranger's either."""
    deaths = killed(path.parent, "make", range(0, 240, 20))
    assert {True, False} == set(deaths.values())
    for point in deaths:
        with Store(f"sqlite:///{path.parent}/{point}.db", create=True) as store:
            record(store, about(post()))
            assert len(store.mentions()) == 1
