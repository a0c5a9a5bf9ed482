"""Telling a service that minds cron jobs how a run went."""

from __future__ import annotations

from mentionwatch.deliver.limits import within
from mentionwatch.errors import DeliveryError, FetchError
from mentionwatch.fetch.ping import ping_url, send_ping, shown_host

#: For all of it: the resolver, the connection, the answer.
PING_S = 10.0
#: Exit codes that are told as a failure; all others of a run that came to its end are a success.
FAILED = frozenset({1, 2, 4})
#: Codes of a run that did not come to its end, or did nothing: nobody is told anything, and the next one tells.
UNTOLD = frozenset({75, 130, 143})

__all__ = ["FAILED", "PING_S", "UNTOLD", "ping", "ping_url"]


def ping(url: str, code: int, *, timeout_s: float = PING_S) -> str | None:
    """Say how a run went.

    Args:
        url: As the service gives it; ``/fail`` is put behind its path for a failure.
        code: What the run exits with.
        timeout_s: For all of it.

    Returns:
        Why nobody was told, in one line without secrets; None: somebody was, or nobody was to be.
    """
    if code in UNTOLD:
        return None
    try:
        within(
            timeout_s,
            lambda: send_ping(url, failed=code in FAILED, timeout_s=timeout_s),
            what=f"the ping of {shown_host(url)}",
        )
    except FetchError as e:
        return f"the ping of {e.url} failed: {e.reason}"
    except DeliveryError as e:
        return str(e)
    return None
