"""What holds for each preset that is shipped: it is whole, tested, reads anything, and keeps secrets and hosts."""

from __future__ import annotations

import copy
import json
import re
import time
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mentionwatch.errors import ParseError
from mentionwatch.model import Document, Response
from mentionwatch.sources.presets import Preset, names, preset
from mentionwatch.sources.site import FeedSpec
from tests.presets.helpers import DATA, NOW, requests_of, source_of

#: What the settings of a poll write in a secret's place.
SECRET = "s3cret/0123456789-abcdef+XYZ"
#: Where a secret has a form of its own.
SECRETS = {"google-alerts": "01234567890123456789/1234567890123456789"}
#: Presets of a site; the others are of the user's own files and programs.
SITES = [name for name in names() if not preset(name).own]
STATES = {"down", "gone", "blocked", "not-a-feed", "rate-limited"}
FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def filled(found: Preset) -> dict:
    """Give a value for each parameter that a preset needs or hides."""
    params = {}
    for name, param in found.params.items():
        if param.secret:
            params[name] = SECRETS.get(found.name, SECRET)
        elif name in found.needs:
            params[name] = tuple(json.loads(param.example)) if param.example.startswith("[") else param.example
    return params


@cache
def made(name: str):
    """Make the source of a preset, and its first request."""
    source = source_of(name, **filled(preset(name)))
    return source, requests_of(source, "acme", '"acme router"')[0]


@cache
def samples(name: str) -> tuple[bytes, ...]:
    """Give the hand-made answers of a preset, the best first."""
    known = [other for other in names() if other.startswith(name) and other != name]
    paths = [path for path in sorted(DATA.iterdir()) if path.stem.startswith(name)]
    paths.sort(key=lambda path: path.stem != name)
    own = [path for path in paths if not any(path.stem.startswith(other) for other in known)]
    return tuple(path.read_bytes() for path in own)


def outcome(name: str, body: bytes, **headers: str) -> Document | ParseError:
    """Read a body as the answer of a site, in less than two seconds of CPU: what is promised of any document."""
    source, request = made(name)
    start = time.process_time()
    try:
        return source.parse(Response(request.url, headers, body, NOW, given=request.given))
    except ParseError as e:
        return e
    finally:
        assert time.process_time() - start < 2


def check(name: str, found: Document | ParseError) -> None:
    """Look at what came of a document: it is said what is wrong, nothing secret is told, and no other host is asked."""
    secret = SECRETS.get(name, SECRET)
    hidden = [secret, quote(secret, safe=""), quote(secret, safe="/:+")]
    if isinstance(found, ParseError):
        assert found.state in STATES
        assert found.reason
        assert not [one for one in hidden if one in f"{found} {found.reason} {found.url} {found.advice}"]
        return
    host = urlsplit(made(name)[1].url).netloc
    for request in found.following:
        assert urlsplit(request.url).netloc == host
        assert not [one for one in hidden if one in request.shown or one in str(dict(request.given))]
    told = [found.error, found.title, *(one.why for one in found.dropped)]
    told += [value for entry in found.entries for value in (entry.guid, entry.url, entry.parent)]
    assert not [value for value in told for one in hidden if value and one in value]


# --- whole --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SITES)
def test_each_preset_can_be_used_as_it_says(name):
    """Its file has no mistake, what it needs has an example, and with the examples it asks for something."""
    found = preset(name)
    assert all(found.params[needed].example or found.params[needed].secret for needed in found.needs)
    source, request = made(name)
    assert urlsplit(request.url).scheme == "https"
    assert "{" not in request.url
    assert source.kind in {"api", "feed", "page"}


@pytest.mark.parametrize("name", SITES)
def test_each_preset_has_an_answer_and_tests(name):
    """It has a hand-made answer that it reads entries of, and the tests of its group name it."""
    assert samples(name), "write tests/data/presets/NAME.*"
    read = outcome(name, samples(name)[0])
    assert isinstance(read, Document)
    assert read.entries
    groups = [path.read_text("utf-8") for path in Path(__file__).parent.glob("*.py")]
    assert any(f'"{name}"' in text for text in groups)


@pytest.mark.parametrize("name", SITES)
def test_each_preset_says_what_it_rests_on(name):
    """Whoever reads the table of presets learns what was looked at, and that it was not asked live."""
    found = preset(name)
    assert found.evidence
    assert found.status in {"recorded", "documented", "untested"}
    assert all(param.about and not param.about.endswith(".") for param in found.params.values())


# --- hosts and secrets --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SITES)
def test_the_other_way_to_ask_stays_at_the_host(name):
    """What is asked instead, where the first cannot be had, is at the same host, and hides the same."""
    secret = SECRETS.get(name, SECRET)
    for request in requests_of(made(name)[0], "acme"):
        assert secret not in request.shown
        assert quote(secret, safe="") not in request.shown
        assert secret not in str(dict(request.given))
        assert secret not in repr(request) or request.shown != request.url
        if request.instead is not None:
            assert urlsplit(request.instead.url).netloc == urlsplit(request.url).netloc
            assert secret not in request.instead.shown


def echoing(body: bytes, url: str) -> bytes:
    """Put an address in place of each address of a document."""
    return re.sub(rb"https?://[^\s\"'<>\\]+", lambda _: url.encode().replace(b"&", b"&amp;"), body)


@pytest.mark.parametrize("name", [name for name in SITES if preset(name).secrets])
@pytest.mark.parametrize("start", ["https://elsewhere.example/?key=", "https://elsewhere.example/"])
def test_a_site_that_writes_the_secret_into_its_answer(name, start):
    """Links, ids and errors with what was asked for in them lose the secret, wherever a message breaks off."""
    secret = SECRETS.get(name, SECRET)
    url = start + (secret if start.endswith("=") else quote(secret))
    for body in samples(name):
        check(name, outcome(name, echoing(body, url)))
    for length in range(30, 110, 7):
        text = f"{'x' * length} {url}"
        check(name, outcome(name, json.dumps({"error": text, "message": text}).encode()))
        cut = outcome(name, f"<html><head><title>{text}</title></head><body></body></html>".encode())
        check(name, cut)
        assert secret[:8] not in str(cut)


# --- anything -----------------------------------------------------------------------------------------------

TEXTS = st.text(max_size=30) | st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "\u202e",
        "-1",
        "1e999",
        "NaN",
        "https://elsewhere.example/next",
        "//elsewhere.example",
        "javascript:1",
        "2026-13-45",
        "1" * 40,
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)


def places(value, at=()):
    """Give the way to each value inside a JSON document."""
    yield at
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*at, key))


def changed(value, at, new):
    """Give a JSON document with another value at a place."""
    if not at:
        return new
    value = copy.copy(value)
    value[at[0]] = changed(value[at[0]], at[1:], new)
    return value


def answer(data, name: str) -> bytes:
    """Give a hand-made answer with something else somewhere in it."""
    body = data.draw(st.sampled_from(samples(name)))
    if preset(name).api is not None:
        value = json.loads(body)
        for _ in range(data.draw(st.integers(1, 3))):
            value = changed(value, data.draw(st.sampled_from(list(places(value)))), data.draw(JSON))
        return json.dumps(value).encode()
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 60)))
    new = data.draw(st.binary(max_size=20) | TEXTS.map(lambda text: text.encode(errors="replace")))
    return body[:start] + new + body[end:]


@pytest.mark.parametrize("name", SITES)
@FEW
@given(data=st.data())
def test_an_answer_with_anything_in_any_field(name, data):
    """Whatever stands in a field of an answer, it is read or told: never a traceback, a secret or another host."""
    check(name, outcome(name, answer(data, name)))


@pytest.mark.parametrize("name", SITES)
@FEW
@given(
    body=st.binary(max_size=200)
    | JSON.map(lambda value: json.dumps(value).encode())
    | TEXTS.map(lambda text: text.encode(errors="replace"))
)
def test_an_answer_that_is_anything(name, body):
    """Any bytes, any text and any JSON are read or told."""
    check(name, outcome(name, body))


# --- bounded ------------------------------------------------------------------------------------------------

HOSTILE = (
    "a - ",
    "[",
    "(1 star) ",
    "\n",
    " ",
    "Rating: ",
    "submitted by ",
    "<b>",
    "/u/",
    "https://a.example/",
    ":",
    "1",
)


def patterns(found: Preset) -> list[tuple[str, int]]:
    """Give the regular expressions of a preset, each with the length of what it is tried on."""
    spec = found.api or found.feed or found.page
    listed = [(pattern, 200_000) for pattern in spec.strip]
    if isinstance(spec, FeedSpec):
        listed += [(spec.title, 1_000), (spec.told, 10_000), (spec.error, 1_000)]
    else:
        listed += [(capture.pattern, 500) for capture in spec.captures.values()]
    return [(pattern, length) for pattern, length in listed if pattern]


@pytest.mark.parametrize("name", [name for name in SITES if patterns(preset(name))])
def test_expressions_end(name):
    """No regular expression of a preset takes long on a text that is made for it."""
    start = time.process_time()
    for pattern, length in patterns(preset(name)):
        for piece in HOSTILE:
            text = (piece * length)[:length]
            re.compile(pattern).search(text)
            re.compile(pattern).fullmatch(text)
    assert time.process_time() - start < 2
