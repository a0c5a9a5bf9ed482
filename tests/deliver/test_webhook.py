"""The webhook: a receiver that verifies the signature, and ones that misbehave."""

from __future__ import annotations

import hashlib
import hmac
import json
import re

import pytest

from mentionwatch.deliver.base import Limits
from mentionwatch.deliver.webhook import WebhookChannel
from mentionwatch.errors import DeliveryError
from mentionwatch.settings import Secret
from tests.deliver.mail_servers import RawServer
from tests.deliver.sample_messages import EACH, HOSTILE, MANY, ONE
from tests.servers import Answer, LoopbackServer

SECRET = Secret("whsec_0123456789")
TOKEN = "T000/B000/tokentoken"
SLOW, QUICK = Limits(5, 10), Limits(0.4, 0.6)
AT = 1_731_000_000.9


def channel(url, limits=SLOW, secret=SECRET):
    return WebhookChannel(url, secret, limits=limits, clock=lambda: AT)


def refusal(one, message=ONE):
    with pytest.raises(DeliveryError) as found:
        one.send(message)
    told = str(found.value)
    assert "\n" not in told
    assert "token" not in told
    assert SECRET not in told
    assert found.value.__cause__ is None
    return found.value


def verify(headers, body, secret):
    """What docs/channels.md says a receiver does."""
    signed = headers["mentionwatch-timestamp"].encode() + b"." + body
    expected = "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, headers["mentionwatch-signature"])


@pytest.mark.parametrize("message", [ONE, MANY, EACH, HOSTILE])
def test_a_receiver_can_verify_what_it_gets(message):
    """The signature covers time and body, byte for byte; the key is the message's id."""
    with LoopbackServer({"/hook": Answer(b"thanks")}) as server:
        channel(server.url("/hook")).send(message)
        channel(server.url("/hook")).send(message)
    (_, headers), (_, again) = server.requests
    assert headers["idempotency-key"] == again["idempotency-key"] == message.id
    assert headers["mentionwatch-timestamp"] == "1731000000"
    assert headers["content-type"] == "application/json"
    assert verify(headers, server.sent[0], SECRET)
    assert not verify(headers, server.sent[0] + b" ", SECRET)
    assert not verify(headers | {"mentionwatch-timestamp": "1731000001"}, server.sent[0], SECRET)
    assert not verify(headers, server.sent[0], "another")
    assert json.loads(server.sent[0])["id"] == message.id


def test_without_a_secret_nothing_is_signed():
    """No header rather than one that says nothing."""
    with LoopbackServer({"/hook": Answer(status=204)}) as server:
        channel(server.url("/hook"), secret=None).send(ONE)
    assert "mentionwatch-signature" not in server.requests[0][1]


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(500, False), (503, False), (429, False), (408, False), (401, True), (404, True), (410, True)],
)
def test_any_answer_but_2xx_is_not_told(status, permanent):
    """What to change is permanent, a bad day is not; what the receiver says is told without its address."""
    said = f"no such hook: /{TOKEN} tokentoken {SECRET}".encode()
    answer = Answer(said, status, {"Content-Type": "text/plain"}, etag=False)
    with LoopbackServer({f"/{TOKEN}": answer}) as server:
        error = refusal(channel(server.url(f"/{TOKEN}")))
    assert f"answers HTTP {status}" in error.reason
    assert "no such hook" in error.reason
    assert error.permanent is permanent


@pytest.mark.parametrize(("asked", "wait_s"), [("3600", 3600), ("soon", 0), ("-5", 0), ("9" * 5000, 0), ("", 0)])
def test_a_receiver_that_asks_to_be_left_alone_says_for_how_long(asked, wait_s):
    """Retry-After in seconds; what is none is not minded."""
    headers = {"Retry-After": asked}
    with LoopbackServer({"/hook": Answer(b"", 429, headers, etag=False)}) as server:
        error = refusal(channel(server.url("/hook")))
    assert error.wait_s == wait_s
    assert not error.permanent


def test_a_redirect_is_not_followed():
    """The message and its signature go where the user said, and nowhere else."""
    with LoopbackServer() as other, LoopbackServer() as server:
        server.routes["/hook"] = Answer(status=307, headers={"Location": other.url("/tokentoken")})
        error = refusal(channel(server.url("/hook")))
    assert other.requests == []
    assert "HTTP 307" in error.reason
    assert f"127.0.0.1:{other.port}" in error.reason
    assert error.permanent


def _hangs_up_after_accepting(connection, closing):
    said = b""
    while b'"failing":[]}' not in said:
        piece = connection.recv(65536)
        if not piece:
            return
        said += piece


def _silent(connection, closing):
    closing.wait(10)


def _drips_headers(connection, closing):
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not closing.wait(0.02):
        connection.sendall(b"x")


def _drips_a_refusal(connection, closing):
    connection.sendall(b"HTTP/1.1 500 No\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n")
    while not closing.wait(0.02):
        connection.sendall(b"x")


def _talks_nonsense(connection, closing):
    connection.recv(65536)
    connection.sendall(b"\x00\xff\r\n\r\n")
    closing.wait(10)


@pytest.mark.parametrize(
    ("talk", "expected"),
    [
        (_hangs_up_after_accepting, "cannot be told"),
        (_silent, "longer than|does not answer"),
        (_drips_headers, "longer than"),
        (_drips_a_refusal, "longer than"),
        (_talks_nonsense, "cannot be told"),
    ],
)
def test_a_receiver_that_misbehaves_is_a_delivery_error_in_time(talk, expected):
    """Whatever it does, the poll goes on: what was not confirmed counts as not told."""
    with RawServer(talk) as server:
        error = refusal(channel(f"http://127.0.0.1:{server.port}/{TOKEN}", QUICK))
    assert re.search(expected, error.reason)
    assert not error.permanent


def test_a_receiver_that_says_yes_need_not_finish():
    """With the status it has taken it; what else it says is not waited for."""

    def talk(connection, closing):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx")
        closing.wait(10)

    with RawServer(talk) as server:
        channel(f"http://127.0.0.1:{server.port}/", QUICK).send(ONE)


@pytest.mark.parametrize(
    ("user", "end"),
    [
        ("", "/T000/tokentoken?x=1"),
        ("", "/hook?key=tokentoken&x=1"),
        ("", "/hook?x=token%74oken"),
        ("", "/hook#tokentoken"),
        ("tokentoken@", "/hook"),
        ("watch:tokentoken@", "/hook"),
    ],
)
def test_a_secret_that_the_receiver_repeats_is_masked(user, end):
    """Wherever it stands in the address, and whatever is put between its letters."""
    said = b'{"error": "tokentoken", "coloured": "tok\x1b[0mentoken"}'
    with LoopbackServer() as server:
        server.routes[end.partition("#")[0]] = Answer(said, status=401, headers={"Content-Type": "application/json"})
        error = refusal(channel(server.url(end).replace("http://", f"http://{user}")))
    assert "coloured" in error.reason


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/tokentoken",
        "http://no-such-host.invalid/tokentoken",
        "http://[/tokentoken",
        "ftp://x/tokentoken",
        "http://u:tokentoken@127.0.0.1:1/",
        "http://127.0.0.1:99999/tokentoken",
        "http://u:token/token@127.0.0.1:1/",
        "",
    ],
)
def test_an_address_that_leads_nowhere_is_told_without_its_path(url):
    """A path is often the secret."""
    assert "Errno" not in refusal(channel(url, QUICK)).reason


def test_its_repr_shows_no_secret():
    """Whatever is printed of it."""
    assert "token" not in repr(channel("http://127.0.0.1:1/tokentoken"))
    assert SECRET not in repr(channel("http://127.0.0.1:1/tokentoken"))
