"""Tokens that a site wants with each request: asked for once a run, by POST, and kept in memory only."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from mentionwatch.fetch import failures
from mentionwatch.model import Request
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mentionwatch.errors import FetchError
    from mentionwatch.model import Login

#: Largest answer to a login, in bytes, and longest token.
MAX_BYTES, _LONGEST = 100_000, 8_000
#: What sites do not tell apart: a wrong name, a wrong password, one that was withdrawn.
_REFUSED = "check the name and the password (or app password) in params"


class Logins:
    """The tokens of one run, each got once, however many requests want it at the same time."""

    def __init__(self) -> None:
        self._tokens: dict[tuple[str, tuple[tuple[str, str], ...]], asyncio.Future[str]] = {}

    async def header(self, login: Login, ask: Callable[[], Awaitable[bytes]]) -> dict[str, str]:
        """The header that a request needs.

        Args:
            login: What is wanted.
            ask: Sends it, and gives the body of the answer.

        Raises:
            FetchError: There is no token to be had; for everybody who wants it.
        """
        key = (login.url, tuple(sorted(login.fields.items())))
        if key not in self._tokens:
            self._tokens[key] = asyncio.ensure_future(_token(login, ask))
        return {login.header: login.before + await asyncio.shield(self._tokens[key])}


async def _token(login: Login, ask: Callable[[], Awaitable[bytes]]) -> str:
    try:
        value: Any = json.loads(await ask())
    except (ValueError, RecursionError):
        value = None
    for key in login.token.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, str) and 0 < len(value) <= _LONGEST and value.isascii() and value.isprintable():
        return value
    raise no_token(login)


def no_token(login: Login, why: str = "") -> FetchError:
    """The error that a login without a token is; what it was sent is in no part of it."""
    reason = f"the login gave no token{f' ({one_line(why, 120)})' if why else ''}"
    return failures.error(reason, Request(login.url, public_url=login.public_url), state="blocked", advice=_REFUSED)
