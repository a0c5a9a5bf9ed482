"""One request to a service that minds whether cron jobs come, healthchecks style."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

import httpx

from mentionwatch.errors import FetchError
from mentionwatch.masking import MASK
from mentionwatch.text import one_line

_ERRNO = re.compile(r"^\[Errno -?\d+\] ")


def ping_url(url: str, *, failed: bool) -> str:
    """Where to say how it went: the URL, or ``/fail`` below its path; what stands behind a ``?`` stays.

    Raises:
        ValueError: It is no address of the web.
    """
    # No message of these names the URL: its path is the secret.
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isprintable():
        raise ValueError("it is no address; write https://HOST/PATH")
    path = parts.path.rstrip("/") + "/fail" if failed else parts.path
    return urlunsplit(parts._replace(path=path, fragment=""))


def shown_host(url: str) -> str:
    """Scheme and host: all of it that may be shown."""
    try:
        parts = urlsplit(url.strip())
        port = f":{parts.port}" if parts.port else ""
        host = one_line(parts.hostname or "", 200)
    except ValueError:
        return MASK
    return f"{parts.scheme}://{host}{port}/{MASK}" if host else MASK


def send_ping(url: str, *, failed: bool, timeout_s: float) -> None:
    """Ask the address; where it leads elsewhere is not gone to.

    Args:
        url: As the service gives it.
        failed: Whether the run failed.
        timeout_s: For each of the connection, the sending and each wait for a piece of the answer.

    Raises:
        FetchError: Nobody was told; it names the host only.
    """
    host = shown_host(url)
    try:
        status = _ask(ping_url(url, failed=failed), timeout_s)
    except httpx.TimeoutException:
        raise FetchError(f"no answer within {timeout_s:g} s", url=host) from None
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError) as e:
        # Without its cause: a traceback of it holds the address.
        raise FetchError(_why(e, url), url=host) from None
    if not 200 <= status < 300:
        leads = "leads elsewhere with" if 300 <= status < 400 else "answers"
        raise FetchError(f"it {leads} HTTP {status}", url=host, status=status)


def _ask(url: str, timeout_s: float) -> int:
    from mentionwatch import __version__

    headers = {"User-Agent": f"mentionwatch/{__version__}"}
    with httpx.Client(timeout=timeout_s, follow_redirects=False, headers=headers) as client:
        try:
            return _once(client, url)
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            # A connection that breaks once is tried once more: a ping that is lost is a false alarm.
            return _once(client, url)


def _once(client: httpx.Client, url: str) -> int:
    with client.stream("GET", url) as response:
        # What it says is not waited for.
        return response.status_code


def _why(error: Exception, url: str) -> str:
    said = one_line(_ERRNO.sub("", str(error)), 200)
    secret = urlsplit(url)
    for part in sorted({url, secret.path, secret.query, secret.netloc}, key=len, reverse=True):
        if len(part.strip("/")) > 2:
            said = said.replace(part, MASK)
    return said or type(error).__name__
