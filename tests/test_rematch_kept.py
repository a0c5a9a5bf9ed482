"""Re-applying a brand's queries deletes nothing of which it is not known that it matches no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mentionwatch import parse_config
from mentionwatch.identity import entry_id
from mentionwatch.match.prefilter import index_version
from mentionwatch.pipeline.rematch import rematch
from mentionwatch.store import SourcePoll, Store
from tests.test_search import NOW, about, post, record, status

DAY = timedelta(days=1)
#: It takes too long over what follows.
BAD, LONG = "/(?:a|aa)+$x/", "a" * 60


@pytest.fixture
def config(tmp_path):
    """A configuration with one brand; nothing is polled."""
    return parse_config(
        f'[store]\nurl = "sqlite:///{(tmp_path / "m.db").as_posix()}"\n'
        '[[brands]]\nname = "Acme"\nmatch = ["acme"]\n'
        '[[sources]]\nname = "forum"\nurl = "https://forum.example/feed.xml"\n',
        "test.toml",
    )


def with_match(config, *match):
    """With other queries of the brand."""
    return replace(config, brands=(replace(config.brands[0], match=match),))


def stored(config):
    """Texts of the mentions."""
    with Store(config.store.url) as store:
        return {mention.entry.text for mention in store.mentions()}


def keep(config, *mentions):
    """Write mentions as a poll does."""
    with Store(config.store.url, create=True) as store:
        record(store, *mentions)


def test_what_an_expression_took_too_long_over_stays(config):
    """Nothing is known of it, and that is told; what is known not to match goes."""
    keep(config, about(post(1, LONG)), about(post(2, "other")))
    (done,) = rematch(with_match(config, BAD), now=NOW)
    assert stored(config) == {LONG}
    assert (done.deleted, dict(done.undecided)) == (1, {BAD.strip("/"): 1})
    (done,) = rematch(with_match(config, f"zzz OR {BAD}", "yyy"), now=NOW)
    assert stored(config) == {LONG}


def test_the_other_queries_of_a_brand_decide_where_they_can(config):
    """What matches one of them anyway is not undecided."""
    keep(config, about(post(1, f"{LONG} acme")))
    (done,) = rematch(with_match(config, BAD, "acme"), now=NOW)
    assert (done.same, done.deleted, dict(done.undecided)) == (1, 0, {})


def test_an_index_that_misses_deletes_nothing(config):
    """A mention is matched itself before it goes: words that the index does not have may stand in it."""
    mine, other = about(post(1, "acme here")), about(post(2, "nothing"))
    with Store(config.store.url, create=True) as store:
        entries = {mention.entry_id: mention.entry for mention in (mine, other)}
        words = dict.fromkeys(entries, "else")
        store.record_poll(
            SourcePoll(
                status(),
                entries=list(entries.items()),
                mentions=(mine, other),
                words=words,
                words_by=index_version(),
            )
        )
        assert not list(store.stream_entries('"acme"', index_version()))
    (done,) = rematch(config, now=NOW)
    assert stored(config) == {"acme here"}
    assert (done.same, done.deleted) == (1, 1)


def test_what_has_aged_is_not_lost(config):
    """since:7d in a brand's query counts from when an entry was seen, whenever the query is applied again."""
    old = about(post(1, "acme old", published=NOW - 30 * DAY))
    new = about(post(2, "acme new", published=NOW - DAY))
    keep(config, old, new)
    for days in (0, 100):
        (done,) = rematch(with_match(config, "acme since:7d"), now=NOW + days * DAY)
        assert stored(config) == {"acme new"}
        assert done.same == 1
    assert entry_id(new.entry) == new.entry_id
