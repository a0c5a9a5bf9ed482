"""Who is told what: the configured channels, one recipient each, and what each of them may know and wants to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mentionwatch.alerts import SOURCE
from mentionwatch.deliver import open_channel, split_recipients
from mentionwatch.deliver.stdout import StdoutChannel
from mentionwatch.errors import MatchTimeout
from mentionwatch.identity import notice_id
from mentionwatch.match import compile_query, match_entry
from mentionwatch.model import SEVERITIES, Notice
from mentionwatch.settings import NotifySettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from typing import TextIO

    from mentionwatch.alerts import Decision
    from mentionwatch.deliver.base import Channel
    from mentionwatch.deliver.render.words import Commands
    from mentionwatch.match import Query
    from mentionwatch.model import Alert, Mention
    from mentionwatch.settings import Config
    from mentionwatch.store import Store

#: Where alerts go when nobody has named a channel.
STDOUT = NotifySettings(via="stdout", name="stdout")


def recipients(config: Config, channels: Iterable[Channel] = ()) -> tuple[NotifySettings, ...]:
    """Everyone who is told: the configured channels, a recipient each, and those that are given beside them."""
    known = {settings.name: settings for settings in split_recipients(config.notify)}
    for channel in channels:
        known.setdefault(channel.name, replace(STDOUT, name=channel.name))
    return tuple(known.values()) or (STDOUT,)


def open_channels(
    config: Config, *, stream: TextIO | None = None, commands: Commands | None = None
) -> tuple[Channel, ...]:
    """The configured channels, ready to send; stdout where there are none.

    Args:
        config: Names them.
        stream: What ``stdout`` writes to; None: this process's.
        commands: Writes a command as it has to be typed here; see ``open_channel``.
    """
    folder = config.path.parent if config.path else None
    return tuple(
        open_channel(settings, smtp=config.smtp, folder=folder, stream=stream, commands=commands)
        for settings in recipients(config)
    )


def shown_channels(config: Config, stream: TextIO, *, commands: Commands | None = None) -> tuple[Channel, ...]:
    """Channels that show what the configured ones would tell, and send nothing: for a dry run."""
    return tuple(
        StdoutChannel(stream, commands=commands, heading=_would_tell(settings), name=settings.name)
        for settings in recipients(config)
    )


def _would_tell(channel: NotifySettings) -> str:
    return "Would tell:" if channel == STDOUT else f"Would tell {channel.name}:"


def covers(channel: NotifySettings, brands: Iterable[str]) -> bool:
    """Whether a channel may be told of all of these brands: an agency's clients never see each other."""
    return not channel.brands or set(brands) <= set(channel.brands)


def notices_of(
    decision: Decision,
    to: Sequence[NotifySettings],
    *,
    config: Config,
    store: Store,
    now: datetime,
) -> list[tuple[str, Notice]]:
    """What is to be told of a decision, with the channel for each.

    That an alert is resolved is told to whoever was told of it; where one of those is not configured any more, also to
    whoever wants it.
    """
    alert, kind = decision.alert, decision.notice
    if alert is None or kind is None:
        return []
    if kind == "resolved":
        told = store.outbox.told_on(alert.id)
        # Whatever its severity: it may have been told in place of another channel.
        names = [channel.name for channel in to if channel.name in told and may_know(config, channel, alert)]
        if told - {channel.name for channel in to}:
            # Who was told has another name now, as with a second address: it is among those that want it.
            names += [channel.name for channel in to if channel.name not in told and wants(config, channel, alert)]
    else:
        names = [channel.name for channel in to if wants(config, channel, alert)]
    return [(name, Notice(notice_id(alert.id, kind, now.isoformat(), name), kind, alert, now)) for name in names]


def wants(config: Config, channel: NotifySettings, alert: Alert) -> bool:
    """Whether a channel is told of an alert from its severity on."""
    if SEVERITIES.index(alert.severity) < SEVERITIES.index(channel.severity):
        return False
    return may_know(config, channel, alert)


def may_know(config: Config, channel: NotifySettings, alert: Alert) -> bool:
    """Whether a channel may be told of an alert, whatever its severity."""
    if alert.kind == SOURCE:
        # Whoever reads stdout reads stderr too, where the trouble of sources is told in any case.
        return channel.via != "stdout" and covers(channel, brands_of_source(config, alert.brand))
    return covers(channel, (alert.brand,))


def brands_of_source(config: Config, name: str) -> Sequence[str]:
    """The brands that a source is looked at for; all of them, of one that names none."""
    everyone = [brand.name for brand in config.brands]
    return next((source.brands for source in config.sources if source.name == name and source.brands), everyone)


class Each:
    """Mentions that are told by themselves, by the queries of the channels that want them.

    Raises:
        QueryError: A query cannot be read.
    """

    def __init__(self, to: Sequence[NotifySettings], saved: Mapping[str, str]) -> None:
        self._wanted: list[tuple[NotifySettings, Query]] = [
            (channel, compile_query(channel.each, saved=saved, stored=True)) for channel in to if channel.each
        ]

    def __bool__(self) -> bool:
        """Whether anybody wants any."""
        return bool(self._wanted)

    def tellings(
        self,
        mentions: Iterable[Mention],
        *,
        now: datetime,
        on_timeout: Callable[[MatchTimeout], None] = lambda _timeout: None,
    ) -> list[tuple[str, str]]:
        """Which channel is told which of these new mentions, as (channel, id).

        A backlog is not news, a copy was told with the first, and noise is nothing.
        """
        found = []
        for mention in mentions:
            if mention.backlog or mention.noise or mention.copy not in {None, mention.entry_id}:
                continue
            for channel, query in self._wanted:
                if covers(channel, (mention.brand,)) and _matches(query, mention, now, on_timeout):
                    found.append((channel.name, mention.id))
        return found


def _matches(query: Query, mention: Mention, now: datetime, on_timeout: Callable[[MatchTimeout], None]) -> bool:
    try:
        return match_entry(query, mention.entry, mention, now) is not None
    except MatchTimeout as e:
        on_timeout(e)
        return False
