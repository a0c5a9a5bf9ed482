"""Presets of JSON APIs: parts of values, members of mixed lists, kinds by what is there, and the first of several."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest

from mentionwatch.errors import ConfigError
from mentionwatch.model import Ask, Request, Response, Search
from mentionwatch.settings import SourceSettings
from mentionwatch.sources import make_source
from mentionwatch.sources.presets import preset

if TYPE_CHECKING:
    from pathlib import Path

    from mentionwatch.model import Entry

NOW = datetime(2026, 11, 22, tzinfo=timezone.utc)
HEAD = """
title = "Forum"
site = "https://forum.example/"
status = "untested"
verified = 2026-11-22
evidence = "none"

[params.tag]
about = "a tag"
default = ""

[request]
query = { word = "{}" }
url = "https://forum.example/{tag|query}"
instead = "https://forum.example/old/{tag|query}"

[api]
items = "data"
link = "https://forum.example/{post_key}"
kinds = { review = "review", "*" = "comment" }

[api.fields]
guid = "id"
title = "user.name"
text = "text"
kind = "parent"
community = "whole"

[api.captures]
post_key = { of = "uri|url", pattern = '/([\\w-]+)$' }
whole = { of = "uri", pattern = '^\\w+' }

[[api.join]]
items = "included"
where = { type = "users" }
id = "id"
on = "by"
into = "user"
"""


def entries(folder: Path, body: str) -> tuple[Entry, ...]:
    """Read an answer with the preset above."""
    (folder / "forum.toml").write_text(HEAD, "utf-8")
    source = make_source(SourceSettings(name="s", use="forum"), folder)
    return source.parse(Response("https://forum.example/x", {}, body.encode(), NOW)).entries


def requests(folder: Path, tag: str, *words: str) -> list[Request]:
    """Ask with the preset above."""
    (folder / "forum.toml").write_text(HEAD, "utf-8")
    source = make_source(SourceSettings(name="s", use="forum", params={"tag": tag}), folder)
    return list(source.requests(Ask(NOW, tuple(Search((word,)) for word in words))))


@pytest.mark.parametrize(
    ("item", "url", "community"),
    [
        ('"uri": "at://did/post/3k-x"', "https://forum.example/3k-x", "at"),
        ('"uri": "at://did/post/"', None, "at"),
        ('"uri": null, "url": "x/9"', "https://forum.example/9", None),
        ('"uri": 7', None, "7"),
        ('"uri": {"a": "b/c"}', None, None),
        ('"uri": ["", "b/c"]', "https://forum.example/c", "b"),
        ('"post_key": "own"', "https://forum.example/own", None),
        (f'"uri": "{"/" * 200_000}"', None, None),
    ],
)
def test_a_part_of_a_value(tmp_path, item, url, community):
    """A part of a value can be used as a value of its own, for links and for fields; where it is not there, nothing is."""
    found = entries(tmp_path, f'{{"data": [{{"id": 1, {item}}}]}}')[0]
    assert (found.url, found.community) == (url, community)


def test_a_part_goes_before_a_value_of_that_name(tmp_path):
    """What the preset takes out of a value is not overruled by what an answer happens to hold."""
    found = entries(tmp_path, '{"data": [{"id": 1, "uri": "a/right", "post_key": "wrong"}]}')[0]
    assert found.url == "https://forum.example/right"


def test_members_of_another_type_are_not_joined(tmp_path):
    """In a list of many types, ids say nothing without the type."""
    included = '[{"type": "posts", "id": 5, "name": "no"}, {"type": "users", "id": "5", "name": "Ada"}, {"id": 5}, 7]'
    found = entries(tmp_path, f'{{"data": [{{"id": 1, "by": 5}}, {{"id": 2, "by": 6}}], "included": {included}}}')
    assert [entry.title for entry in found] == ["Ada", None]


@pytest.mark.parametrize(
    ("parent", "kind"),
    [("null", "post"), ('"review"', "review"), ('"at://x"', "comment"), ("17", "comment"), ('{"uri": "x"}', "comment")],
)
def test_a_kind_by_what_is_there(tmp_path, parent, kind):
    """What answers something is a comment, whatever that is called."""
    assert entries(tmp_path, f'{{"data": [{{"id": 1, "parent": {parent}}}]}}')[0].kind == kind


def test_the_first_that_has_a_value(tmp_path):
    """A parameter that was given goes before the query, and then one request does for all brands."""
    found = requests(tmp_path, "", "acme", "globex")
    assert [request.url for request in found] == ["https://forum.example/acme", "https://forum.example/globex"]
    found = requests(tmp_path, "news", "acme", "globex")
    assert [request.url for request in found] == ["https://forum.example/news"]
    assert found[0].instead is not None
    assert found[0].instead.url == "https://forum.example/old/news"
    (tmp_path / "forum.toml").write_text(HEAD, "utf-8")
    assert preset("forum", tmp_path).searches


def test_a_pattern_that_is_none(tmp_path):
    """An expression that does not compile is a mistake in the preset, with its line."""
    (tmp_path / "forum.toml").write_text(HEAD.replace("/([\\w-]+)$", "/([\\w-+$"), "utf-8")
    with pytest.raises(ConfigError, match="is no regular expression") as e:
        preset("forum", tmp_path)
    assert "post_key" in e.value.problems[0].key
    assert e.value.problems[0].line
