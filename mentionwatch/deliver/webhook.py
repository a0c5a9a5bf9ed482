"""The channel that posts JSON to an address, signed."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mentionwatch.deliver.base import LIMITS, Limits
from mentionwatch.deliver.limits import within
from mentionwatch.deliver.render.data import json_of
from mentionwatch.deliver.secrets import parts_of, place_of, told_by
from mentionwatch.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from mentionwatch.deliver.base import Message

#: Headers of a message.
KEY, TIMESTAMP, SIGNATURE = "Idempotency-Key", "Mentionwatch-Timestamp", "Mentionwatch-Signature"
_ERRNO = re.compile(r"^\[Errno -?\d+\] ")
#: Retry-After as all of those write it that limit how often one may post.
_SECONDS = re.compile(r"[0-9]{1,9}")
#: Of a refusal, this much is read: it may say why.
_SAID = 500
#: Answers that tell of something that has to be changed, and not of a bad day.
_PERMANENT = frozenset({400, 401, 403, 404, 405, 410, 413, 415, 422})
_ADVICE = {401: "check its url and secret", 403: "check its url and secret", 404: "check its url", 410: "check its url"}


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature of a body sent at a time: ``sha256=`` and HMAC-SHA256 over ``timestamp.body`` in hex."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class WebhookChannel:
    """Posts each message; told is what is answered with 2xx."""

    url: str = field(repr=False)
    #: What messages are signed with; None: they are not.
    secret: str | None = field(default=None, repr=False)
    limits: Limits = LIMITS
    #: Seconds since 1970, for the timestamp: a repeated message is signed anew.
    clock: Callable[[], float] = time.time
    name: str = "webhook"

    def send(self, message: Message) -> None:
        """Post it; where it is led elsewhere it does not go, for the secret is not for everybody."""
        body = json_of(message).encode()
        headers = self._headers(message, body)
        import httpx

        place, total = place_of(self.url), self.limits.total_s
        timeout = httpx.Timeout(total, connect=min(self.limits.connect_s, total))
        try:
            with httpx.Client(timeout=timeout, follow_redirects=False) as client:
                within(total, lambda: self._post(client, body, headers), what=place, give_up=client.close)
        except DeliveryError:
            raise
        except httpx.TimeoutException as e:
            said = (
                "takes no connection" if isinstance(e, httpx.ConnectTimeout) else f"does not answer within {total:g} s"
            )
            raise DeliveryError(f"{place} {said}") from None
        except httpx.InvalidURL:
            # What it says of it is a piece of the address.
            raise DeliveryError(f"{place} is no address to post to", advice="check its url", permanent=True) from None
        except (httpx.HTTPError, UnicodeError, ValueError) as e:
            # Without its cause: a traceback of it holds the address.
            why = _ERRNO.sub("", self._told(str(e))) or type(e).__name__
            raise DeliveryError(f"{place} cannot be told: {why}", advice="check its url") from None

    def _told(self, said: str | bytes) -> str:
        return told_by(said, (self.url, self.secret, *parts_of(self.url), *self.url.split("/")[3:]))

    def _headers(self, message: Message, body: bytes) -> dict[str, str]:
        from mentionwatch import __version__

        timestamp = str(int(self.clock()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"mentionwatch/{__version__}",
            KEY: message.id,
            TIMESTAMP: timestamp,
        }
        if self.secret:
            headers[SIGNATURE] = sign(str(self.secret), timestamp, body)
        return headers

    def _post(self, client: httpx.Client, body: bytes, headers: dict[str, str]) -> None:
        with client.stream("POST", self.url, content=body, headers=headers) as response:
            if response.is_success:
                # What else it says is not waited for.
                return
            status = response.status_code
            if response.is_redirect:
                place = place_of(str(response.next_request.url)) if response.next_request else "elsewhere"
                reason = f"{place_of(self.url)} leads to {place} (HTTP {status}), where a message does not follow"
                raise DeliveryError(reason, advice="set url to where it leads", permanent=True)
            said = self._told(_beginning(response))
            reason = f"{place_of(self.url)} answers HTTP {status}" + (f': "{said}"' if said else "")
            asked = response.headers.get("Retry-After", "").strip()
            wait_s = int(asked) if _SECONDS.fullmatch(asked) else 0
            raise DeliveryError(reason, advice=_ADVICE.get(status, ""), permanent=status in _PERMANENT, wait_s=wait_s)


def _beginning(response: httpx.Response) -> bytes:
    """The beginning of what is said with a refusal, where it is text."""
    if not response.headers.get("Content-Type", "").startswith(("text/plain", "application/json")):
        return b""
    said = b""
    for piece in response.iter_bytes(_SAID):
        said += piece
        if len(said) >= _SAID:
            break
    return said[:_SAID]
