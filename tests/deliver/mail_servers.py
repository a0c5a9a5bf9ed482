"""Mail servers on this machine: a real one (aiosmtpd), and one that says what a test wants.

::

    with MailServer(refuse={"gone@acme.example": "550 no such user"}) as server:
        ...
        assert [mail.to for mail in server.mails] == [["pr@acme.example"]]
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import SMTP as POLICY
from typing import TYPE_CHECKING

from aiosmtpd.smtp import SMTP, AuthResult

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping
    from email.message import EmailMessage


@dataclass(frozen=True)
class Mail:
    """A mail as it came."""

    sender: str
    to: list[str]
    raw: bytes
    encrypted: bool
    #: Who had logged in; None: nobody.
    user: str | None

    @property
    def read(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=POLICY)  # type: ignore[return-value]


class MailServer:
    """Takes mail on 127.0.0.1, on a port that is free, for the length of a ``with`` block.

    Args:
        tls: The certificate it shows; None: it knows no encryption.
        implicit: Encrypted from the first byte, and not by STARTTLS.
        users: Who may log in; with any, nobody else may send.
        refuse: Answers to addresses that are refused.
        data: The answer to a mail.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        users: Mapping[str, str] | None = None,
        refuse: Mapping[str, str] | None = None,
        data: str = "250 taken",
    ) -> None:
        self.mails: list[Mail] = []
        self.tried: list[tuple[str, str]] = []
        self.port = 0
        self._tls, self._implicit, self._users = tls, implicit, dict(users or {})
        self._refuse, self._data = dict(refuse or {}), data
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def _protocol(self) -> SMTP:
        return SMTP(
            self,
            loop=self._loop,
            hostname="mail.acme.example",
            tls_context=None if self._implicit else self._tls,
            require_starttls=self._tls is not None and not self._implicit,
            authenticator=self._check if self._users else None,
            auth_required=bool(self._users),
            auth_require_tls=not self._implicit,
            timeout=20,
        )

    def _check(self, server, session, envelope, mechanism, data):
        user, password = data.login.decode(), data.password.decode()
        self.tried.append((user, password))
        return AuthResult(success=self._users.get(user) == password, handled=False, auth_data=user)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd looks for this name
        if address in self._refuse:
            return self._refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd looks for this name
        encrypted = session.ssl is not None or self._implicit
        user = session.auth_data if session.authenticated else None
        self.mails.append(Mail(envelope.mail_from, list(envelope.rcpt_tos), envelope.content, encrypted, user))
        return self._data

    def __enter__(self) -> MailServer:  # noqa: PYI034 - Self needs Python 3.11
        self._thread.start()
        encrypt = self._tls if self._implicit else None
        starting = self._loop.create_server(self._protocol, "127.0.0.1", 0, ssl=encrypt)
        self._server = asyncio.run_coroutine_threadsafe(starting, self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _stop(self) -> None:
        self._server.close()
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await asyncio.sleep(0)


class RawServer:
    """Holds a conversation with each who connects, as a test wants; it may wait for `closing`."""

    def __init__(self, talk: Callable[[socket.socket, threading.Event], None]) -> None:
        self.closing = threading.Event()
        self._talk = talk
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        while not self.closing.is_set():
            with contextlib.suppress(OSError):
                connection, _ = self._socket.accept()
                with connection:
                    connection.settimeout(10)
                    self._talk(connection, self.closing)

    def __enter__(self) -> RawServer:  # noqa: PYI034 - Self needs Python 3.11
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 5):
            pass  # wakes accept
        self._thread.join()
        self._socket.close()
