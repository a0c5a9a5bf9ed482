"""Presets that are JSON APIs: answers that are not what they should be are read, or told."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from mentionwatch.errors import ParseError
from mentionwatch.sources.presets import preset
from tests.presets.helpers import NOW, read_by, sample
from tests.presets.json_group import JSON, KEY, NEEDED, answer_of, made

if TYPE_CHECKING:
    from mentionwatch.model import Document


def _as_texts(value):
    """The same answer with all numbers written as texts."""
    if isinstance(value, dict):
        return {key: _as_texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_texts(inner) for inner in value]
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _without_each_key(value):
    """The same answer again and again, each time without another key."""
    if isinstance(value, dict):
        for key in value:
            yield {other: inner for other, inner in value.items() if other != key}
            yield from ({**value, key: less} for less in _without_each_key(value[key]))
    if isinstance(value, list):
        for place, inner in enumerate(value):
            yield from ([*value[:place], less, *value[place + 1 :]] for less in _without_each_key(inner))


def _twisted(value, other):
    """The same answer again and again, each time with something else in one place."""
    yield other
    if isinstance(value, dict):
        for key in value:
            yield from ({**value, key: less} for less in _twisted(value[key], other))
    if isinstance(value, list):
        for place, inner in enumerate(value):
            yield from ([*value[:place], less, *value[place + 1 :]] for less in _twisted(inner, other))


def _outcome(name: str, body: bytes | str) -> Document | ParseError:
    try:
        return read_by(made(name), body)
    except ParseError as e:
        return e


def _read_or_told(name: str, body: bytes | str) -> None:
    """Read an answer; the only error there may be is one with a state and a reason."""
    found = _outcome(name, body)
    if isinstance(found, ParseError):
        assert found.state in {"not-a-feed", "blocked", "down", "rate-limited"}
        assert found.reason
        assert KEY not in str(found)
        return
    for entry in found.entries:
        assert entry.guid or entry.url or entry.title or entry.text
        assert entry.rating is None or 1 <= entry.rating <= 5
        assert entry.published is None or entry.published <= NOW + timedelta(minutes=10)


class TestBadInput:
    @pytest.mark.parametrize("name", JSON)
    def test_numbers_as_texts(self, name):
        """A number in quotes is that number."""
        plain = json.loads(sample(f"{name}.json"))
        assert read_by(made(name), json.dumps(_as_texts(plain))).entries == answer_of(name).entries

    @pytest.mark.parametrize("name", JSON)
    def test_an_object_where_a_list_was(self, name):
        """A list of one may come as that one."""
        answer = json.loads(sample(f"{name}.json"))
        items = preset(name).api.items
        holder = answer
        for step in items.split(".")[:-1]:
            holder = holder[step]
        key = items.rpartition(".")[2]
        last = (holder[key] if key else holder)[-1]
        changed = {**answer, key: last} if holder is answer and key else last
        if holder is not answer:
            holder[key] = last
            changed = answer
        assert read_by(made(name), json.dumps(changed)).entries == answer_of(name).entries[-1:]

    @pytest.mark.parametrize("name", JSON)
    def test_each_key_missing(self, name):
        """Whatever is left out, the rest is read, or it is told what it is not."""
        for answer in _without_each_key(json.loads(sample(f"{name}.json"))):
            _read_or_told(name, json.dumps(answer))

    @pytest.mark.parametrize("other", [None, True, "x", -1, 1e400, [], {}, [None, "x"], {"x": {"x": 1}}], ids=repr)
    @pytest.mark.parametrize("name", JSON)
    def test_something_else_anywhere(self, name, other):
        """Whatever stands anywhere in an answer, there is no other error than the one that says so."""
        for answer in _twisted(json.loads(sample(f"{name}.json")), other):
            _read_or_told(name, json.dumps(answer))

    @pytest.mark.parametrize(
        ("body", "state"),
        [
            ("<!doctype html><html><head><title>Sign in</title></head><body>Sign in</body></html>", "not-a-feed"),
            ("<title>Just a moment...</title><script src=/cdn-cgi/challenge-platform/x></script>", "blocked"),
            ("Service is busy, come back later", "not-a-feed"),
            ("", "down"),
        ],
        ids=["page", "challenge", "text", "empty"],
    )
    @pytest.mark.parametrize("name", NEEDED)
    def test_no_answer_at_all_with_status_200(self, name, body, state):
        """A page, a challenge, a line of text, nothing: each is told as what it is, and never as no mentions."""
        with pytest.raises(ParseError) as e:
            read_by(made(name), body)
        assert e.value.state == state

    @pytest.mark.parametrize("name", JSON)
    def test_an_error_in_place_of_an_answer(self, name):
        """An error is no empty answer, with or without a list that holds nothing."""
        message = "the service is closed"
        for answer in ({"error": {"message": message}, "error_message": message}, {"message": message}):
            with pytest.raises(ParseError, match=message) as e:
                read_by(made(name), json.dumps(answer))
            assert e.value.state == "down"

    def test_a_key_that_an_error_quotes_is_not_told(self):
        """Trustpilot's key stands in the address, and may come back."""
        with pytest.raises(ParseError, match=r"the key \*\*\* is not known") as e:
            read_by(made("trustpilot"), json.dumps({"message": f"the key {KEY} is not known"}))
        assert KEY not in str(e.value)
