"""The channel that tells through apprise: Slack, Discord, Telegram, Teams, ntfy and a hundred others."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mentionwatch.deliver.base import LIMITS, Limits
from mentionwatch.deliver.limits import within
from mentionwatch.deliver.render.chat import chat_of, chat_title
from mentionwatch.errors import DeliveryError
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from mentionwatch.deliver.base import Message

#: Of what apprise logs about a failure only this is told: the rest may hold the address, which is the secret.
_STATUS = re.compile(r"\berror=(\d{3})\b")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,30}(?=://)", re.IGNORECASE)


@dataclass(frozen=True)
class AppriseChannel:
    """Tells each message in short."""

    #: An address of apprise, which is a secret.
    url: str = field(repr=False)
    limits: Limits = LIMITS
    name: str = "apprise"

    def send(self, message: Message) -> None:
        """Hand it to apprise, which is slow to import and in an extra of its own."""
        apprise = _apprise()
        what = self._what()
        service = apprise.Apprise(asset=_asset(apprise, self.limits))
        if not service.add(str(self.url)):
            advice = "see https://github.com/caronc/apprise/wiki for how they are written"
            raise DeliveryError(f"{what} has an address that apprise does not know", advice=advice, permanent=True)
        title, body = chat_title(message), chat_of(message, title=False)
        done = within(self.limits.total_s, lambda: _notify(apprise, service, title, body), what=what)
        if not done:
            status = _status(done)
            reason = f"{what} did not take it" + (f" (HTTP {status})" if status else "")
            raise DeliveryError(reason, advice="try its address with apprise's own command")

    def _what(self) -> str:
        scheme = _SCHEME.match(str(self.url).strip())
        return f"apprise ({one_line(scheme[0].lower())})" if scheme else "apprise"


def _apprise() -> Any:
    try:
        import apprise
    except ImportError as e:
        advice = "install it: pip install 'mentionwatch[notify]'"
        raise DeliveryError("apprise is not installed", advice=advice, permanent=True) from e
    return apprise


def _asset(apprise: Any, limits: Limits) -> Any:
    """How it behaves: one after the other in this thread, text as it is, and no address in its logs."""
    asset = apprise.AppriseAsset(async_mode=False, secure_logging=True, interpret_escapes=False)
    for name, value in (("http_redirects", False), ("_service_timeout", limits.total_s)):
        # Newer versions only.
        if hasattr(asset, name):
            setattr(asset, name, value)
    return asset


def _notify(apprise: Any, service: Any, title: str, body: str) -> Any:
    try:
        return service.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
    except Exception as e:  # noqa: BLE001 - whatever a hundred services raise, without their words: they hold addresses
        raise DeliveryError(f"apprise failed ({type(e).__name__})") from None


def _status(done: Any) -> str | None:
    """The HTTP status in what it logged, where this version of apprise hands that out."""
    logs = getattr(done, "logs", None)
    entries = logs() if callable(logs) else ()
    found = (_STATUS.search(str(getattr(entry, "message", ""))) for entry in entries)
    return next((status[1] for status in found if status), None)
