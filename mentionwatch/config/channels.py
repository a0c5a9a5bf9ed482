"""Channels (``[[notify]]``) and the mail server (``[smtp]``): what each kind needs, and what of it is secret."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mentionwatch.config.references import is_reference
from mentionwatch.settings import Secret, parse_digest, parse_mute
from mentionwatch.toml import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mentionwatch.errors import Problem
    from mentionwatch.settings import NotifySettings, SmtpSettings
    from mentionwatch.toml import Document
    from mentionwatch.toml_lines import KeyPath

#: By kind, the keys that it needs and those that it may have beside the common ones.
KEYS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "email": (frozenset({"to"}), frozenset()),
    "webhook": (frozenset({"url"}), frozenset({"secret"})),
    "apprise": (frozenset({"url"}), frozenset()),
    "command": (frozenset({"argv"}), frozenset()),
    "file": (frozenset({"path"}), frozenset()),
    "stdout": (frozenset(), frozenset()),
}
_OWN = {key for needed, more in KEYS.values() for key in needed | more}
#: How a missing key would be written.
_EXAMPLES = {
    "to": 'to = ["pr@example.com"]',
    "url": 'url = "env:NAME" or "https://…"',
    "argv": 'argv = ["/usr/local/bin/tell"]',
    "path": 'path = "alerts.jsonl"',
}
#: What may name a secret, and is never shown.
SECRET_KEYS = {"smtp": ("user", "password"), "notify": ("url", "secret")}

_PART = r"[^\s@<>,;:\"\\()\[\]]+"
# "-" at the beginning would be an option to the program that takes mail.
_ADDRESS = re.compile(rf"(?!-){_PART}@{_PART}")
_SENDER = re.compile(rf"{_ADDRESS.pattern}|[^<>\"\r\n]*<{_ADDRESS.pattern}>")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")


# --- one value --------------------------------------------------------------------------------------------


def address(value: Any) -> str | None:
    """A mail address alone, such as ``pr@example.com``."""
    if not isinstance(value, str) or (_ADDRESS.fullmatch(value) and value.isprintable() and len(value) < 255):
        return None
    return f'is {shown(value)}, which is no mail address; write it alone, such as "pr@example.com"'


def sender(value: Any) -> str | None:
    """A mail address, alone or with a name before it."""
    if not isinstance(value, str) or (_SENDER.fullmatch(value) and value.isprintable() and len(value) < 255):
        return None
    return f'is {shown(value)}; write an address, such as "watch@example.com" or "Watch <watch@example.com>"'


def mail_host(value: Any) -> str | None:
    """The name of a machine."""
    if not isinstance(value, str) or re.fullmatch(r"[^\s/@?#*:]+|\[?[0-9A-Fa-f:.]+\]?", value):
        return None
    return f'is {shown(value)}; write the server\'s name alone, such as "mail.example.com", and its port as port = 587'


def port(value: Any) -> str | None:
    """A port."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return f"is {shown(value)}; it has to be from 1 to 65535" if is_number and not 0 < value < 65536 else None


def _readable(read: Callable[[str], object]) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        try:
            if isinstance(value, str):
                read(value)
        except ValueError as e:
            return str(e)
        return None

    return check


mute = _readable(parse_mute)
digest = _readable(parse_digest)


def is_url(value: str, via: object) -> bool:
    """Whether a value is an address that a channel of this kind can tell; of secrets only whether it is one is told."""
    if via == "webhook" and not re.match(r"(?i)https?://[^/?#\s]", value):
        return False
    return bool(_URL.fullmatch(value)) and value.isprintable()


# --- several values together ------------------------------------------------------------------------------


def wrong_channels(document: Document) -> Iterator[Problem]:
    """Name what a channel lacks, or has to no effect; and what of the mail server's keys does not fit together."""
    for n, table in _tables(document):
        via = table.get("via")
        if not isinstance(via, str) or via not in KEYS:
            continue
        needed, more = KEYS[via]
        for key in sorted(needed - set(table)):
            yield document.problem(("notify", n), f'via = "{via}" needs {_EXAMPLES[key]}')
        for key in sorted(set(table) & _OWN - needed - more):
            kinds = ", ".join(f'"{kind}"' for kind, (must, may) in KEYS.items() if key in must | may)
            yield document.problem(("notify", n, key), f'is of no use to via = "{via}"; it belongs to {kinds}')
        yield from _wrong_values(document, n, table, via=via, used=needed | more)
    yield from _wrong_server(document)


def _wrong_values(
    document: Document, n: int, table: dict[str, Any], *, via: str, used: frozenset[str]
) -> Iterator[Problem]:
    for key in ("to", "argv"):
        if key in used and table.get(key) == []:
            yield document.problem(("notify", n, key), f"is empty; write {_EXAMPLES[key]}")
    url = table.get("url")
    # A reference is looked at when it is looked up.
    if "url" in used and isinstance(url, str) and not is_reference(url) and not is_url(url, via):
        yield document.problem(("notify", n, "url"), _no_url(via))


def _no_url(via: object) -> str:
    if via == "webhook":
        return 'is no address to post to; write "https://…", or "env:NAME" for a variable that holds it'
    return 'is no address for apprise, such as "slack://…"; or write "env:NAME" for a variable that holds it'


def wrong_secrets(document: Document, secrets: Mapping[KeyPath, Secret]) -> Iterator[Problem]:
    """Secrets that were found and are not what they should be; nothing of them is told."""
    for n, table in _tables(document):
        secret = secrets.get(("notify", n, "url"))
        if secret is not None and not is_url(str(secret), table.get("via")):
            where = str(table["url"])
            yield document.problem(("notify", n, "url"), f"what {shown(where)} holds {_no_url(table.get('via'))}")


def _wrong_server(document: Document) -> Iterator[Problem]:
    smtp = document.values.get("smtp")
    if not isinstance(smtp, dict):
        return
    for key, other in (("user", "password"), ("password", "user")):
        if key in smtp and other not in smtp:
            yield document.problem(("smtp", key), f"has no {other} beside it; give both, or none")
    if smtp.get("security") == "none" and "password" in smtp and not _is_here(smtp.get("host")):
        told = 'is "none", which would send the password for all to read; use "starttls" or "tls"'
        yield document.problem(("smtp", "security"), told)


def _is_here(host: object) -> bool:
    if not isinstance(host, str) or host == "localhost":
        return host == "localhost"
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def refused_channels(document: Document) -> list[Problem]:
    """Channels that run a program or write files, in a file that was only found: it may come from a stranger."""
    return [
        document.problem(
            ("notify", n, "via"),
            f'"{table["via"]}" is refused in a config that was only found, so name it: --config FILE',
        )
        for n, table in _tables(document)
        if table.get("via") in {"command", "file"}
    ]


def _tables(document: Document) -> list[tuple[int, dict[str, Any]]]:
    items = document.values.get("notify")
    return [(n, table) for n, table in enumerate(items if isinstance(items, list) else ()) if isinstance(table, dict)]


# --- secrets ----------------------------------------------------------------------------------------------


def hide_channel(channel: NotifySettings) -> NotifySettings:
    """The same channel, whose secrets are Secrets where they were written into the file as they are."""
    return replace(channel, url=_hidden(channel.url), secret=_hidden(channel.secret))


def hide_server(smtp: SmtpSettings | None) -> SmtpSettings | None:
    """The same server, whose password is a Secret where it was written into the file as it is."""
    return replace(smtp, password=_hidden(smtp.password)) if smtp else None


def _hidden(value: str | None) -> str | None:
    return value if value is None or is_reference(value) else Secret(value)
