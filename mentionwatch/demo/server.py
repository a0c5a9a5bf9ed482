"""A real web server on this machine that serves the demo's world, at whichever moment is its present."""

from __future__ import annotations

import hashlib
import socketserver
import threading
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mentionwatch.demo.documents import PATHS, Page, make_page
from mentionwatch.demo.world import is_down, posts_until

if TYPE_CHECKING:
    from datetime import datetime
    from types import TracebackType


class DemoServer:
    """Serves the demo's documents on 127.0.0.1, on a port that is free.

    ``with DemoServer(start) as server:`` then ``server.base_url``; set ``server.now`` to move its present.
    Conditional requests get a 304 while nothing was posted.

    Attributes:
        start: When the world began.
        now: Its present; requests see what was posted until then.
    """

    def __init__(self, start: datetime, now: datetime | None = None) -> None:
        """Take a port; nothing is answered before the ``with`` block begins."""
        self.start = start
        self.now = now or start
        self._http = _HTTPServer(("127.0.0.1", 0), _Handler)
        self._http.demo = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def base_url(self) -> str:
        """``http://127.0.0.1:PORT``, without a slash at the end."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> DemoServer:  # noqa: PYI034 - Self needs Python 3.11
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _HTTPServer(ThreadingHTTPServer):
    daemon_threads = True
    #: A connection that is kept open must not keep the program open.
    block_on_close = False
    demo: DemoServer

    def server_bind(self) -> None:
        # HTTPServer asks the resolver for this machine's name here, which can take seconds without a network.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]


class _Handler(BaseHTTPRequestHandler):
    server: _HTTPServer
    protocol_version = "HTTP/1.1"
    # One write an answer: header and body in two packets wait for each other 40 ms on a kept connection.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 10
    server_version = "mentionwatch-demo"
    sys_version = ""

    def do_GET(self) -> None:
        demo = self.server.demo
        now = demo.now
        path = urlsplit(self.path).path
        place = PATHS.get(path)
        if path == "/robots.txt":
            self._answer(HTTPStatus.OK, Page("text/plain; charset=utf-8", b"User-agent: *\nAllow: /\n", demo.start))
        elif place is None:
            self._fail(HTTPStatus.NOT_FOUND)
        elif is_down(place, now, demo.start):
            self._fail(HTTPStatus.SERVICE_UNAVAILABLE)
        else:
            page = make_page(place, posts_until(now, demo.start), demo.start)
            self._answer(HTTPStatus.NOT_MODIFIED if self._known(page) else HTTPStatus.OK, page)

    do_HEAD = do_GET  # noqa: N815 - the base class looks for this name

    def _known(self, page: Page) -> bool:
        """Whether the asker holds this document already (RFC 9110: an ETag goes before a time)."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            return tags.strip() == "*" or _etag(page) in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        try:
            since = parsedate_to_datetime(self.headers.get("If-Modified-Since", ""))
        except (TypeError, ValueError):
            return False
        return since.tzinfo is not None and page.modified <= since

    def _answer(self, status: HTTPStatus, page: Page) -> None:
        self.send_response(status)
        self.send_header("ETag", _etag(page))
        self.send_header("Last-Modified", format_datetime(page.modified, usegmt=True))
        if status is HTTPStatus.OK:
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(page.body)))
        self.end_headers()
        if status is HTTPStatus.OK and self.command != "HEAD":
            self.wfile.write(page.body)

    def _fail(self, status: HTTPStatus) -> None:
        body = b"" if self.command == "HEAD" else f"{status.value} {status.phrase}\n".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: the terminal belongs to the demo."""


def _etag(page: Page) -> str:
    return f'"{hashlib.blake2b(page.body, digest_size=8).hexdigest()}"'
