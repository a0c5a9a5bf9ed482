"""Sites that want a token first, and what they say when they refuse."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from mentionwatch.errors import FetchError
from mentionwatch.model import Ask, Login, Request
from mentionwatch.sources.asking import Asker, LoginSpec, RequestSpec
from tests.fetching import FEED, NOW, failure, run
from tests.servers import Answer, LoopbackServer

JSON = {"Content-Type": "application/json; charset=utf-8"}
PASSWORD = "abcd-efgh-ijkl-mnop"


def session(handler):
    """Give a token for the right password."""
    fields = json.loads(handler.sent)
    if fields == {"identifier": "acme", "password": PASSWORD}:
        return Answer(b'{"accessJwt": "t0ken-of-acme", "did": "x"}', headers=JSON)
    return Answer(b'{"error": "AuthFactor", "message": "Invalid identifier or password"}', 401, headers=JSON)


def search(handler):
    """Answer whoever brings the token."""
    known = handler.headers.get("Authorization") == "Bearer t0ken-of-acme"
    return Answer(FEED if known else b"{}", 200 if known else 401)


@pytest.fixture
def server():
    """A site with a login, and a search behind it."""
    with LoopbackServer({"/login": session, "/search": search}) as running:
        yield running


def asking(server, path="/search", password=PASSWORD, login="/login"):
    """Make a request that needs a token."""
    fields = {"identifier": "acme", "password": password}
    return Request(server.url(path), login=Login(server.url(login), fields, "accessJwt"), given={"query": "x"})


@pytest.mark.usefixtures("way")
def test_a_token_is_got_once_a_run_and_sent_with_each_request(server):
    """By POST, as JSON; and what the request stood for comes back with the answer."""

    async def three(fetcher):
        wanted = [asking(server, f"/search?{n}") for n in range(3)]
        return await asyncio.gather(*(fetcher.get(one, now=NOW) for one in wanted))

    found = run(three)
    assert [(one.body, one.given) for one in found] == [(FEED, {"query": "x"})] * 3
    assert server.asked().count("/login") == 1
    assert json.loads(server.sent[0]) == {"identifier": "acme", "password": PASSWORD}


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("route", "words"),
    [
        (session, 'HTTP 401 Unauthorized: "Invalid identifier or password"'),
        (Answer(b"{}", headers=JSON), "no token"),
        (Answer(b'{"accessJwt": {"a": 1}}', headers=JSON), "no token"),
        (Answer(b'{"accessJwt": "a\\nb"}', headers=JSON), "no token"),
        (Answer(b"<html>", headers=JSON), "no token"),
        (Answer(b"[" * 50_000, headers=JSON), "no token"),
        (Answer(b"x" * 200_000), "larger than"),
        (Answer(status=302, headers={"Location": "/elsewhere"}), "it redirects"),
    ],
)
def test_a_login_that_fails_is_told_without_the_password(server, route, words):
    """It is a state with advice; nothing is asked without the token."""
    server.routes["/login"] = route
    wrong = "wrong-password-1234"

    async def ask(fetcher):
        with pytest.raises(FetchError) as e:
            await fetcher.get(asking(server, password=wrong), now=NOW)
        return e.value

    error = run(ask)
    assert (error.state, words in str(error)) == ("blocked", True), str(error)
    assert "password" in error.advice
    assert wrong not in str(error) + repr(error.__cause__)
    assert server.asked() == ["/login"]


def test_a_secret_in_the_address_of_a_login_is_not_shown():
    """Nor in what is told when it fails."""
    spec = RequestSpec(
        url="https://{host}/x", login=LoginSpec("https://{host}/login/{key}", {"password": "{key}"}, "token")
    )
    with LoopbackServer() as server:
        host = server.url("").removeprefix("http://").rstrip("/")
        login = Asker("s", spec, {"host": host, "key": "s3cret/k3y"}, secrets=("key",)).requests(Ask(NOW))[0].login
        assert "s3cret" in login.url
        login = replace(login, url=server.url("/login/s3cret%2Fk3y"), public_url=server.url("/login/***"))

        async def ask(fetcher):
            with pytest.raises(FetchError) as e:
                await fetcher.get(Request(server.url("/x"), login=login), now=NOW)
            return str(e.value)

        told = run(ask)
    assert "/login/***" in told
    assert "s3cret" not in told + repr(login)


@pytest.mark.usefixtures("way")
def test_a_token_follows_no_redirect_to_another_server(server):
    """As no other credential does."""
    with LoopbackServer({"/search": Answer(FEED)}) as other:
        server.routes["/search"] = Answer(status=302, headers={"Location": other.url("/search")})

        async def ask(fetcher):
            return await fetcher.get(asking(server), now=NOW)

        assert run(ask).body == FEED
        assert "authorization" not in other.requests[0][1]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("status", "body", "headers", "state", "words"),
    [
        (401, b'{"message": "Bad credentials"}', {}, "blocked", 'Unauthorized: "Bad credentials"'),
        (400, b'{"error_id": 502, "error_message": "too many requests"}', {}, "rate-limited", "too many requests"),
        (403, b'{"message": "API rate limit exceeded"}', {"X-RateLimit-Remaining": "0"}, "rate-limited", "exceeded"),
        (422, b'{"errors": [{"message": "no such field"}], "message": "Validation Failed"}', {}, "down", "no such"),
        (500, b'{"error": {"message": "\\u001b[31mboom"}}', {}, "down", 'Error: "boom"'),
        (500, b"{" * 50_000, {}, "down", "HTTP 500"),
        (500, b'"text"', {}, "down", "HTTP 500"),
        (500, b'{"message": "no such key: s3cr3t-t0ken"}', {}, "down", "no such key: \\*\\*\\*".replace("\\", "")),
    ],
)
def test_what_an_api_says_is_quoted(server, status, body, headers, state, words):
    """In one clean line, without what is secret; a quota that is used up is told as that."""
    server.routes["/api"] = Answer(body, status, {**JSON, **headers})
    error = failure(server.url("/api"), headers={"Authorization": "Bearer s3cr3t-t0ken"})
    assert (error.state, error.status) == (state, status)
    assert words in str(error)
    assert "\x1b" not in str(error)
    assert "s3cr3t" not in str(error)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("reset", "wait"),
    [
        (str(int(NOW.timestamp()) + 1800), timedelta(minutes=30)),
        ("90", timedelta(seconds=90)),
        ("2026-03-02T12:05:00.916474Z", timedelta(minutes=5)),
        ("soon", None),
        ("9" * 400, None),
    ],
)
def test_a_quota_that_is_used_up_cools_the_host_until_it_is_new(server, reset, wait):
    """Unix time, seconds or a date; where nobody says, for an hour."""
    server.routes["/api"] = Answer(status=403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset})

    async def ask(fetcher):
        with pytest.raises(FetchError) as e:
            await fetcher.get(Request(server.url("/api")), now=NOW)
        return e.value, fetcher.cooled

    error, cooled = run(ask)
    assert (error.state, error.retry_after) == ("rate-limited", wait)
    (cool,) = cooled.values()
    assert cool.until == NOW + (wait or timedelta(minutes=61))
