"""Searching what is stored: the index may only widen, and what is found is what a full scan finds."""

from __future__ import annotations

import contextlib
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from mentionwatch.errors import MatchTimeout, QueryError
from mentionwatch.identity import entry_id, mention_id
from mentionwatch.match import compile_query
from mentionwatch.match.prefilter import any_of, index_version, index_words, narrow
from mentionwatch.model import Alert, Entry, Mention, SourceStatus, Tone
from mentionwatch.pipeline.search import PROBED, search_alerts, search_store
from mentionwatch.store import BrandState, Filter, SourcePoll, Store

NOW = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def status(now=NOW):
    """A source that is well."""
    return SourceStatus("forum", "forum", now, now, now, 0, "ok")


def post(n, text, **changes):
    """An entry with these words."""
    found = {"guid": f"g{n}", "text": text, "published": NOW - n * HOUR, **changes}
    return Entry(found.pop("source", "forum"), **found)


def about(entry, brand="Acme", **changes):
    """A mention of a brand in an entry."""
    id_ = entry_id(entry)
    found = Mention(mention_id(id_, brand), id_, brand, "acme", entry, Tone("negative", -0.5, 0.9), NOW, id_)
    return replace(found, **changes)


def record(store, *mentions, indexed=True, words_by=None):
    """Write mentions as a poll does."""
    entries = {mention.entry_id: mention.entry for mention in mentions}
    words = {id_: index_words(entry) for id_, entry in entries.items()} if indexed else {}
    store.record_poll(
        SourcePoll(
            status(),
            entries=list(entries.items()),
            mentions=mentions,
            words=words,
            words_by=words_by or index_version(),
        )
    )


def texts(found):
    """What was found, by its words."""
    return [mention.entry.text for mention in found.mentions]


def search(store, query, **more):
    """What is found, which a scan finds too."""
    found = search_store(store, query, more.pop("wanted", Filter()), now=NOW, **more)
    assert found == search_store(store, query, Filter(), now=NOW, by_index=False, **more)
    return texts(found)


@pytest.fixture
def store():
    """An empty store that leaves nothing behind."""
    with Store("sqlite://", create=True) as made:
        yield made


# --- the index and a scan agree ---------------------------------------------------------------------------

#: Pieces of texts and of queries that meet in many ways.
PIECES = [
    "acme", "Acme's", "acmes", "acmes'", "wi-fi", "wifi", "Wi Fi", "Wendy's", "wendys", "O'Reilly", "oreilly", "reilly",
    "café", "cafe\u0301", "cafe", "straße", "STRASSE", "İstanbul", "ISTANBUL", "ıstanbul", "東京", "京", "東京都", "トヨタ",
    "กรุงเทพ", "한국", "acme.com", "acme[.]com", "shop.acme.com", "acme dot com", "münchen.de", "xn--mnchen-3ya.de",
    "#AcmeRouter", "acmerouter", "router", "routers", "C++", "C", ".NET", "net", "Yahoo!", "½", "ﬁne", "fine", "ёлка",
    "елка", "й", "l'équipe", "equipe", "co\u00adop", "coop", "ya\u00adhoo!", "don't", "dont", "æther", "ĸ", "a", "1",
    "e-mail-list", "https://acme.example/router?q=wifi", "me@acme.com", "`router`", "<code>acme</code>", "Ａｃｍｅ", "",
]  # fmt: skip
JOINTS = [" ", " ", " ", "-", "", "'", "’s ", ".", "/", "_", "\n", "\u00ad", "\u200d", " #", "@", "`", "\u0301", ", "]
JOINED = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(JOINTS)), min_size=1, max_size=6).map(
    lambda pairs: "".join(piece + joint for piece, joint in pairs)
)
TEXTS = JOINED | st.text(max_size=12)
WILD = ["acm*", "rout*r", "wif?", "?fi", "caf?", "acme*com", "東京?", "o'rei*", "stra*", "#acm*", "coo*", "ist?nbul"]


def _quoted(sign):
    return lambda text: sign + text.replace(sign, "") + sign


LEAVES = st.one_of(
    st.sampled_from(PIECES),
    JOINED.map(_quoted('"')),
    st.sampled_from(WILD),
    st.sampled_from(WILD).map(_quoted('"')),
    (st.sampled_from(PIECES) | JOINED).map(_quoted("`")),
    st.sampled_from(
        ["/acm./i", r"/\bc\b/", "title:acme", "text:wifi", 'title:("wi fi" OR 東京)', "author:wendys", "url:router"]
    ),
    st.sampled_from(
        [
            "stars:<=2",
            "stars:none",
            "tone:negative",
            "lang:en",
            "site:acme.com",
            "site:www.acme.com",
            "since:30h",
            "state:open",
        ]
    ),
    st.sampled_from(["author:oreilly", "author:ann", "site:acme", "until:2026-03-01", "brand:acme", "source:forum"]),
)
QUERIES = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.tuples(parts, parts).map(" ".join),
        st.tuples(parts, parts).map(" OR ".join),
        st.tuples(parts, parts).map(" NEAR/2 ".join),
        parts.map("({})".format),
        st.tuples(parts, parts).map(" -".join),
        parts.map("-(-({}))".format),
    ),
    max_leaves=5,
)
ENTRIES = st.builds(
    Entry,
    source=st.sampled_from(["forum", "Forum", "fórum"]),
    guid=st.uuids().map(str),
    title=st.none() | TEXTS,
    text=st.none() | TEXTS,
    author=st.sampled_from([None, "Wendy's", "O'Reilly", "Ann", "Ánn", "anna"]),
    url=st.sampled_from(
        [
            None,
            "https://www.acme.com/x",
            "https://a.example/router",
            "https://xn--mnchen-3ya.de/",
            "https://x.example/%72outer",
        ]
    ),
    language=st.sampled_from([None, "en", "en_US", "EN-gb", "de"]),
    rating=st.sampled_from([None, 1.0, 2.5, 5.0]),
    published=st.sampled_from([None, NOW - 29 * HOUR, NOW - 31 * HOUR, NOW - 40 * DAY]),
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.lists(ENTRIES, min_size=1, max_size=8, unique_by=lambda e: e.guid), QUERIES, st.sampled_from([None, 1, 3]))
@example([Entry("forum", guid="1", text="x\u00adYa\u00adhoo!")], "`Yahoo!`", None)
@example([Entry("forum", guid="1", text="東C++ and 東acme")], "`C++` acme", None)
@example([Entry("forum", guid="1", text="wi-fi")], "wifi", None)
@example([Entry("forum", guid="1", text="hi", author="Wendy's")], "author:wendys hi", None)
@example([Entry("forum", guid="1", text="hi", url="https://acme.com/x")], "site:www.acme.com hi", None)
def test_the_index_finds_what_a_scan_finds(entries, query, limit):
    """To the letter: whatever the words, the joints between them and the query."""
    try:
        compile_query(query, stored=True)
    except QueryError:
        assume(False)
    with Store("sqlite://", create=True) as store:
        record(store, *map(about, entries))
        found = search_store(store, query, Filter(), limit=limit, now=NOW)
        assert found == search_store(store, query, Filter(), limit=limit, now=NOW, by_index=False)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_indexed_and_searched(text):
    """Controls, lone surrogates and whatever else: it is found by its own words."""
    with Store("sqlite://", create=True) as store:
        record(store, about(post(1, text)))
        try:
            compile_query(text)
        except QueryError:
            assume(False)
        search(store, text)


WORDS = [
    ("acme router", "acme AND router"),
    ("acm*", "acm*"),
    ("`C++`", "c"),
    ("stars:1 acme", "acme"),
    ("acme -router", "acme"),
    ("acme NEAR/2 (wifi OR lan)", "acme AND (wifi OR lan"),
    ("東京", "東 AND 京"),
]


@pytest.mark.parametrize(("query", "expected"), WORDS, ids=[query for query, _ in WORDS])
def test_the_index_is_asked_for_what_the_query_needs(query, expected):
    """A phrase needs each of its words; what is negated, and a field, needs none."""
    words = narrow(compile_query(query)).words.replace('"', "").replace(" OR \u00ad", "")
    assert words.strip("()") == expected


@pytest.mark.parametrize("query", ["/acme/", "acme OR /x/", "`++`", "acme OR stars:1", "url:acme", "-(-acme)"])
def test_what_the_index_cannot_tell_is_looked_through(query):
    """A regular expression, symbols alone, or a choice with something of the kind."""
    assert narrow(compile_query(query, stored=True)).words is None


def test_expressions_are_bounded(store):
    """What is too large or too deep for SQLite restricts nothing, and is found all the same."""
    record(store, about(post(1, "word77 here")), about(post(2, "else")))
    assert search(store, " OR ".join(f"word{n}" for n in range(5_000))) == ["word77 here"]
    assert search(store, " OR ".join(f"word{n}" for n in range(400))) == ["word77 here"]
    deep = "(" * 60 + "word77" + "".join(f" OR (a{n} b{n}))" for n in range(60))
    assert search(store, deep) == ["word77 here"]
    assert search(store, " ".join(["word77", *[f"-a{n}" for n in range(1_000)]])) == ["word77 here"]
    assert any_of([]) is None


# --- the store keeps it in step ---------------------------------------------------------------------------


def indexed(store, words):
    """Ids of the entries that the index itself finds."""
    return {found.id for found in store.stream_entries(words, index_version())}


def postings(store):
    """How many entries hold each word, in the index itself."""
    with store._transaction() as connection:
        connection.exec_driver_sql("CREATE VIRTUAL TABLE IF NOT EXISTS temp.v USING fts5vocab(main, entry_index, row)")
        return dict(connection.exec_driver_sql("SELECT term, doc FROM temp.v").fetchall())


def test_an_edit_is_indexed_in_place_of_what_was_there(store):
    """Found by its new words, and not by its old ones."""
    record(store, about(post(1, "old words")))
    record(store, about(post(1, "new words")))
    assert indexed(store, '"old"') == set()
    assert indexed(store, '"new"') == {entry_id(post(1, ""))}
    assert postings(store) == {"new": 1, "words": 1}


def test_what_is_pruned_is_gone_from_the_index(store):
    """No word of it is left."""
    record(store, about(post(100, "old secret")), about(post(1, "new")))
    store.prune(NOW - 2 * DAY)
    assert postings(store) == {"new": 1}
    with store._transaction() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM entry_words").scalar() == 1


def test_what_is_undone_is_undone_in_the_index(store):
    """It is written in the same transaction."""
    with contextlib.suppress(ZeroDivisionError), store.atomic():
        record(store, about(post(1, "never")))
        raise ZeroDivisionError
    assert postings(store) == {}


def test_what_is_not_indexed_is_found(store):
    """It is looked through, until it is put into the index."""
    record(store, about(post(1, "acme here")), indexed=False)
    record(store, about(post(2, "acme there")), about(post(3, "else")))
    assert search(store, "acme") == ["acme here", "acme there"]
    assert store.fill_index(index_version(), index_words, most=10) == 1
    assert store.fill_index(index_version(), index_words, most=10) == 0
    assert postings(store) == {"acme": 2, "else": 1, "here": 1, "there": 1}
    assert search(store, "acme") == ["acme here", "acme there"]


def test_an_index_by_other_rules_is_not_asked_and_made_anew(store):
    """Another version of the program, or of Python, cuts words otherwise: nothing is missed meanwhile."""
    record(store, about(post(1, "acme one")), about(post(2, "acme two")), words_by="other rules")
    record(store, about(post(3, "acme three")))
    assert search(store, "acme", wanted=Filter()) == ["acme one", "acme two", "acme three"]
    assert store.fill_index(index_version(), index_words, most=2) == 2
    assert search(store, "acme") == ["acme one", "acme two", "acme three"]
    store.fill_index(index_version(), index_words, most=2)
    assert postings(store) == {"acme": 3, "one": 1, "two": 1, "three": 1}


def test_without_fts5_everything_is_looked_through(tmp_path):
    """A store that was made by an SQLite that has none: found, pruned, and indexed when it can be."""
    path = tmp_path / "m.db"
    Store(f"sqlite:///{path}", create=True).close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("DROP TABLE entry_index")
    with Store(f"sqlite:///{path}") as store:
        record(store, about(post(1, "acme")), about(post(100, "acme old")))
        assert search(store, "acme") == ["acme", "acme old"]
        assert store.prune(NOW - 2 * DAY) == 1
        store.fill_index(index_version(), index_words, most=10)
        assert postings(store) == {"acme": 1}


def test_the_index_holds_for_a_copy(tmp_path):
    """A dry run writes to it, and the store's own stays."""
    url = f"sqlite:///{tmp_path / 'm.db'}"
    with Store(url, create=True) as store:
        record(store, about(post(1, "acme")))
    with Store(url, dry_run=True) as copy:
        record(copy, about(post(2, "acme again")))
        assert search(copy, "acme") == ["acme", "acme again"]
    with Store(url) as store:
        assert postings(store) == {"acme": 1}


# --- searching --------------------------------------------------------------------------------------------


def test_pages_are_filled_in_order_whatever_the_query_finds(store):
    """A query that finds nearly everything, and one whose finds lie beyond what is probed."""
    record(store, *[about(post(n, f"acme {'rare' if n == PROBED + 50 else n}")) for n in range(PROBED + 60)])
    assert search(store, "acme", limit=2) == ["acme 0", "acme 1"]
    assert search(store, "acme", limit=2, sort="oldest") == [f"acme {PROBED + 59}", f"acme {PROBED + 58}"]
    assert search(store, "rare", limit=2) == ["acme rare"]
    assert search_store(store, "acme", Filter(), limit=2).more
    assert not search_store(store, "rare", Filter(), limit=1).more
    assert len(search(store, "acme")) == PROBED + 60


def test_fields_of_a_stored_mention(store):
    """Tone, stars, brand and times are asked in the query, with words or alone."""
    record(
        store,
        about(post(1, "acme broke", rating=1.0)),
        about(post(2, "acme is fine", rating=5.0), tone=Tone("positive", 0.5, 0.9)),
        about(post(50, "acme was fine", source="news"), "Globex"),
    )
    assert search(store, "stars:<=2") == ["acme broke"]
    assert search(store, "fine tone:positive") == ["acme is fine"]
    assert search(store, "brand:globex OR stars:5") == ["acme is fine", "acme was fine"]
    assert search(store, "acme since:24h -stars:5") == ["acme broke"]
    assert search(store, "source:news") == ["acme was fine"]
    assert search(store, "@bad", saved={"bad": "broke OR down"}) == ["acme broke"]


def test_a_regular_expression_that_takes_too_long_is_told(store):
    """What is not known is no silent no; what else there is comes all the same."""
    record(store, about(post(1, "a" * 40 + "! c")), about(post(2, "acme")))
    found = search_store(store, "acme OR /(a|a)*c/", Filter(), now=NOW)
    assert texts(found) == ["acme"]
    assert found.undecided == {"(a|a)*c": 1}


# --- alerts -----------------------------------------------------------------------------------------------


def alert(id_, *evidence, **changes):
    """An alert that rests on these mentions."""
    found = {
        "brand": "Acme", "kind": "negative", "state": "open", "severity": "high", "opened": NOW, "updated": NOW,
        "resolved": None, "window_start": NOW, "window_end": NOW, "observed": 4, "expected": 1.0, "negative_share": None,
        "usual_share": None, "odds": 1000.0, "authors": 3, "stories": 3, "reason": "4 negative mentions",
        "evidence": tuple(evidence), **changes,
    }  # fmt: skip
    return Alert(id_, **found)


def test_an_alert_matches_by_what_it_rests_on_and_by_itself(store):
    """One of its mentions has to match; state, brand and time are its own; without any mention left, fields remain."""
    one, two = about(post(1, "router broke", rating=1.0)), about(post(2, "refund now"))
    record(store, one, two)
    for made in (
        alert("a1", one.id, two.id, opened=NOW - HOUR),
        alert("a2", two.id, state="resolved", opened=NOW - 40 * DAY),
        alert("a3", "gone", brand="Globex", state="acknowledged", opened=NOW - 60 * DAY),
    ):
        store.record_verdict(made.brand, BrandState(NOW, (), None), made)
    wanted = {
        "refund": ["a1", "a2"],
        "router stars:1": ["a1"],
        "router refund": [],
        "refund state:resolved": ["a2"],
        "state:open": ["a1"],
        "since:7d": ["a1"],
        "until:2026-02-01": ["a2", "a3"],
        "brand:globex state:acknowledged": ["a3"],
        "@money": ["a1", "a2"],
        None: ["a1", "a2", "a3"],
    }
    for query, expected in wanted.items():
        found = search_alerts(store, query, now=NOW, saved={"money": "refund"})
        assert [one.id for one in found] == expected, query
    assert [one.id for one in search_alerts(store, "refund", live=True, now=NOW)] == ["a1"]
    assert [one.id for one in search_alerts(store, "refund", limit=1, now=NOW)] == ["a1"]


def test_an_alert_is_found_by_what_is_sure_whatever_took_too_long(store):
    """One mention over which the expression takes too long does not hide that another one matches."""
    slow, sure = about(post(1, "a" * 400)), about(post(2, "refund now"))
    record(store, slow, sure)
    store.record_verdict("Acme", BrandState(NOW, (), None), alert("a1", slow.id, sure.id))
    query = "/(?:a|aa)+$x/ OR refund"
    assert [found.id for found in search_alerts(store, query)] == ["a1"]
    with pytest.raises(MatchTimeout):
        search_alerts(store, "/(?:a|aa)+$x/")
