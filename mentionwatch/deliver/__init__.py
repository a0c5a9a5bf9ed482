"""Deliver: one file per channel; ``render`` writes what they tell.

A channel is opened from its settings by ``open_channel``, and tells one recipient: ``split_recipients`` makes one
channel of each address, so that one that fails neither holds nor repeats what the others are told.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from mentionwatch.deliver.base import LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import TextIO

    from mentionwatch.deliver.base import Channel, Limits
    from mentionwatch.deliver.render.words import Commands
    from mentionwatch.settings import NotifySettings, SmtpSettings

#: Between two addresses of apprise.
_BETWEEN = re.compile(r"[\s,;]+(?=[a-z0-9]{1,32}://)", re.IGNORECASE)


def split_recipients(channels: Iterable[NotifySettings]) -> tuple[NotifySettings, ...]:
    """One channel per recipient: mail to several addresses becomes several channels, named ``NAME:ADDRESS``.

    So do several of apprise, named ``NAME:1``, ``NAME:2`` …, for what they hold are secrets.  With one address the name
    stays.  An address that stands twice in one channel is told once.
    """
    found: list[NotifySettings] = []
    for channel in channels:
        to = tuple(dict.fromkeys(channel.to))
        if channel.via == "apprise" and len(urls := _addresses(channel.url or "")) > 1:
            found += [replace(channel, name=f"{channel.name}:{n}", url=url) for n, url in enumerate(urls, 1)]
        elif channel.via != "email" or len(to) < 2:
            found.append(replace(channel, to=to))
        else:
            found += [replace(channel, name=f"{channel.name}:{one}", to=(one,)) for one in to]
    return tuple(found)


def _addresses(url: str) -> list[str]:
    """Several addresses of apprise, as it takes them apart itself; secret where they were."""
    parts = dict.fromkeys(part for part in _BETWEEN.split(url.strip(" \t\r\n,;")) if part)
    return [type(url)(part) for part in parts]


def open_channel(
    settings: NotifySettings,
    *,
    smtp: SmtpSettings | None = None,
    folder: Path | None = None,
    stream: TextIO | None = None,
    commands: Commands | None = None,
    limits: Limits = LIMITS,
) -> Channel:
    """Make a channel; nothing is looked up, connected or opened before it sends.

    Args:
        settings: What the user set; its secrets are resolved.
        smtp: The server that takes mail; None: the system's sendmail.
        folder: What relative paths start from, and where programs run: the config file's folder.
        stream: What ``stdout`` writes to; None: this process's.
        commands: Writes a command as it has to be typed, for what is printed on this machine.  What goes elsewhere
            names no paths.
        limits: How long it may take.
    """
    name = settings.name
    if settings.via == "email":
        from mentionwatch.deliver.email import EmailChannel

        return EmailChannel(settings.to, smtp, limits=limits, name=name)
    if settings.via == "webhook":
        from mentionwatch.deliver.webhook import WebhookChannel

        return WebhookChannel(settings.url or "", settings.secret, limits=limits, name=name)
    if settings.via == "apprise":
        from mentionwatch.deliver.apprise import AppriseChannel

        return AppriseChannel(settings.url or "", limits=limits, name=name)
    if settings.via == "command":
        from mentionwatch.deliver.command import CommandChannel

        return CommandChannel(settings.argv, folder, limits=limits, name=name)
    if settings.via == "file":
        from mentionwatch.deliver.file import FileChannel

        return FileChannel(settings.path or "", folder, limits=limits, name=name)
    from mentionwatch.deliver.stdout import StdoutChannel

    return StdoutChannel(stream or sys.stdout, commands=commands, name=name)
