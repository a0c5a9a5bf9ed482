"""Presets of forums, networks and communities: answers that are not what they should be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mentionwatch.errors import ParseError
from mentionwatch.model import Document
from tests.presets.community_entries import EXPECTED
from tests.presets.community_group import GIVEN, JSON
from tests.presets.helpers import DATA, NOW, read_by, sample, source_of

if TYPE_CHECKING:
    from mentionwatch.sources.base import Source


_VALUES = (b"{}", b"[]", b"null", b"5", b'"x"', b"[5, null, []]", b'{"id": "1", "uri": 7, "author": [], "record": 5}')


def _bad(name: str) -> list[bytes]:
    """Answers that are not what they should be."""
    found = [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"7",
        b'"text"',
        b"Too many requests",
        b"<!DOCTYPE html><title>Log in</title><form><input type=password></form>",
        b'{"error": "This method requires an authenticated user"}',
        b'{"errors": ["The forum is closed"], "error_type": "rate_limit"}',
        b'{"error": "AuthMissing", "message": "Authentication Required"}',
        b'{"errors": [{"status": "404", "code": "not_found"}]}',
        b"<rss><channel><title>x</title></channel></rss>",
        b"<error>The requested forum could not be found.</error>",
    ]
    found += [b'{"%s": %s}' % (key, value) for key in (b"posts", b"data", b"search") for value in _VALUES]
    whole = next(path for path in DATA.iterdir() if path.stem == name).read_bytes()
    return [*found, whole[: len(whole) // 2], whole.replace(b":", b"", 9), whole.replace(b">", b"", 9)]


@pytest.mark.parametrize("name", GIVEN)
def test_bad_answers(name):
    """Whatever comes with status 200 is read, or told as an error with a state; it is never a traceback."""
    source = source_of(name, **GIVEN[name])
    for body in _bad(name):
        assert _outcome(source, body) in {"read", "down", "blocked", "not-a-feed", "rate-limited"}


def _outcome(source: Source, body: bytes) -> str:
    """Give the state of a source that answers with this body, or "read"."""
    try:
        assert isinstance(read_by(source, body), Document)
    except ParseError as e:
        return "a secret is told" if "abcd-efgh" in str(e) else e.state
    return "read"


@pytest.mark.parametrize("name", JSON)
@pytest.mark.parametrize("value", [None, 5, "7", [], {}, [[]], {"x": 1}, True, "2026-13-45", "\x00\u202e"])
def test_values_of_the_wrong_kind(name, value):
    """Any value may be missing or of another kind: the rest of its item is still read."""
    source = source_of(name, **GIVEN[name])
    whole = json.loads(sample(f"{name}.json"))
    first = whole[0] if isinstance(whole, list) else next(v for v in whole.values() if isinstance(v, list))[0]
    for holder in (first, *(inner for inner in first.values() if isinstance(inner, dict))):
        for key in list(holder):
            kept = holder[key]
            holder[key] = value
            document = read_by(source, json.dumps(whole))
            assert len(document.entries) + len(document.dropped) == len(EXPECTED[f"{name}.json"]) + len(
                read_by(source, sample(f"{name}.json")).dropped
            )
            assert all(entry.published is None or entry.published <= NOW for entry in document.entries)
            holder[key] = kept


@pytest.mark.parametrize(
    ("name", "body", "state", "words"),
    [
        ("mastodon-tag", '{"error": "This method requires an authenticated user"}', "down", "authenticated user"),
        ("bluesky", '{"error": "AuthMissing", "message": "Authentication Required"}', "down", "Authentication"),
        ("bluesky", "<html><title>403 Forbidden</title></html>", "not-a-feed", "403 Forbidden"),
        ("discourse-search", '{"errors": ["Slow down, too many requests"]}', "rate-limited", "Slow down"),
        (
            "discourse-search",
            '{"posts": [], "grouped_search_result": {"error": "Your term is too short"}}',
            "down",
            "too short",
        ),
        ("lemmy", '{"error": "rate_limit_error"}', "rate-limited", "rate_limit_error"),
        ("flarum", '{"errors": [{"status": "403", "code": "permission_denied"}]}', "down", "permission_denied"),
        ("discourse", "<html><title>Log in</title></html>", "not-a-feed", "Log in"),
    ],
)
def test_errors_are_told(name, body, state, words):
    """An error in an answer's clothes is a state of the source, in the site's own words; it is never "nothing new"."""
    with pytest.raises(ParseError, match=words) as e:
        read_by(source_of(name, **GIVEN[name]), body)
    assert e.value.state == state


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("mastodon-tag", "[]"),
        ("lemmy", '{"search": []}'),
        ("lemmy", '{"comments": [], "posts": []}'),
        ("bluesky", '{"posts": []}'),
        ("discourse-search", '{"posts": [], "grouped_search_result": {"error": null}}'),
        ("flarum", '{"links": {}, "data": []}'),
    ],
)
def test_nothing_found(name, body):
    """An answer without hits is one."""
    document = read_by(source_of(name, **GIVEN[name]), body)
    assert (document.entries, document.following, document.error) == ((), (), None)
