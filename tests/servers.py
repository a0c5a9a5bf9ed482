"""Real HTTP servers on this machine, for tests: they answer what a test says, and remember what they were asked.

::

    with LoopbackServer({"/feed.xml": Answer(b"<rss/>")}) as server:
        fetch(server.url("/feed.xml"))
        server.routes["/feed.xml"] = Answer(status=500)
        assert [path for path, headers in server.requests] == ["/feed.xml"]
"""

from __future__ import annotations

import contextlib
import hashlib
import socket
import socketserver
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Answer:
    """What to answer.

    Attributes:
        body: As sent; Content-Length is added unless `headers` has one.
        status: HTTP status.
        headers: Sent verbatim.
        etag: True: an ETag made from the body (of a 200); a text: that one, verbatim; False: none.  Whoever sends it
            back as If-None-Match gets a 304.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: bool | str = True

    @property
    def tag(self) -> str | None:
        """Its ETag, quotes and all."""
        named = {name.lower(): value for name, value in self.headers.items()}.get("etag")
        if named or isinstance(self.etag, str):
            return named or str(self.etag)
        return (
            f'"{hashlib.blake2b(self.body, digest_size=8).hexdigest()}"' if self.etag and self.status == 200 else None
        )


#: Gets the handler (``path``, ``headers``, ``wfile``, ``connection``); None: it has answered by itself, and the
#: connection is closed.  One that waits must wait for ``server.closing``.
Route = Answer | Callable[["Handler"], Answer | None]


class LoopbackServer:
    """Answers on 127.0.0.1, on a port that is free, for the length of a ``with`` block.

    Args:
        routes: See the attribute.
        host: Another address of this machine; Linux has 127.0.0.2 and so on, which count as hosts of their own.

    Attributes:
        routes: By path, with its query or without; may be changed at any time.  All else is a 404.
        requests: What came: path (with its query) and headers by lower-case name.  Who takes it for a proxy asks it
            for whole URLs, which stand here (and in routes) in place of paths; it answers by itself.
        sent: The bodies that came with them.
        closing: Set when the block ends.
    """

    def __init__(self, routes: Mapping[str, Route] | None = None, host: str = "127.0.0.1") -> None:
        self.routes: dict[str, Route] = dict(routes or {})
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.sent: list[bytes] = []
        self.closing = threading.Event()
        self._http = _HTTPServer((host, 0), Handler)
        self._http.loopback = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.005})

    @property
    def host(self) -> str:
        return str(self._http.server_address[0])

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    def url(self, path: str = "/", host: str | None = None) -> str:
        """The address of a path."""
        return f"http://{host or self.host}:{self.port}{path}"

    def asked(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [path for path, _ in self.requests]

    def __enter__(self) -> LoopbackServer:  # noqa: PYI034 - Self needs Python 3.11
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._thread.join()
        self._http.hang_up()
        self._http.server_close()
        if self._http.errors:
            raise self._http.errors[0]


class _HTTPServer(ThreadingHTTPServer):
    """Ends every thread and connection with the ``with`` block: what is left open is a warning, so an error."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128
    loopback: LoopbackServer

    def __init__(self, *args, **kwargs) -> None:
        self.errors: list[BaseException] = []
        self._open: set[socket.socket] = set()
        super().__init__(*args, **kwargs)

    def server_bind(self) -> None:
        # HTTPServer asks the resolver for this machine's name here, which can take seconds without a network.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def process_request(self, request, client_address) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Wake the threads that wait for the next request on a kept connection."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request, client_address) -> None:
        # A client that goes away is what some tests are about; anything else fails the test at its end.
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):
            self.errors.append(error)


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    server: _HTTPServer
    #: The body of the request.
    sent: bytes = b""
    protocol_version = "HTTP/1.1"
    # One write an answer: header and body in two packets wait for each other 40 ms on a kept connection.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        loopback = self.server.loopback
        loopback.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        loopback.sent.append(self.sent)
        route = loopback.routes.get(self.path) or loopback.routes.get(urlsplit(self.path).path) or Answer(status=404)
        answer = route if isinstance(route, Answer) else route(self)
        if answer is None:
            self.close_connection = True
        else:
            self._send(answer)

    do_POST = do_HEAD = do_GET  # noqa: N815 - the base class looks for these names

    def _send(self, answer: Answer) -> None:
        known = answer.tag is not None and self.headers.get("If-None-Match") == answer.tag
        self.send_response(304 if known else answer.status)
        names = {name.lower() for name in answer.headers}
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.tag and "etag" not in names:
            self.send_header("ETag", answer.tag)
        if not known and not {"content-length", "transfer-encoding"} & names:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if not known and self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format, *args) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""
