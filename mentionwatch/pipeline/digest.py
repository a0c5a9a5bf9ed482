"""When a channel is told: not while it is muted, and where it has a digest, at its time; in the user's time zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mentionwatch.settings import Config, NotifySettings, parse_digest, parse_mute

if TYPE_CHECKING:
    from datetime import tzinfo


def zone_of(config: Config) -> tzinfo | None:
    """The zone of people's eyes; None: the system's."""
    return ZoneInfo(config.timezone) if config.timezone else None


def is_muted(channel: NotifySettings, now: datetime, zone: tzinfo | None) -> bool:
    """Whether nothing may be sent now, however grave it is."""
    if channel.mute is None:
        return False
    start, end = parse_mute(channel.mute)
    clock = now.astimezone(zone).time()
    if start < end:
        return start <= clock < end
    return clock >= start or clock < end


def last_digest(channel: NotifySettings, now: datetime, zone: tzinfo | None) -> datetime:
    """The last time for a digest that is not after `now`; `now` for a channel without one."""
    if channel.digest is None:
        return now
    weekday, clock = parse_digest(channel.digest)
    today = now.astimezone(zone).date()
    # Eight days back: this week's may be later today.
    for day in (today - timedelta(days=n) for n in range(9)):
        if weekday in {None, day.weekday()}:
            local = datetime.combine(day, clock)
            # A time that the change of clocks leaves out is taken an hour later, one that comes twice at its first.
            at = local.replace(tzinfo=zone) if zone is not None else local.astimezone()
            if at <= now:
                return at
    return now


def is_due(channel: NotifySettings, oldest: datetime | None, now: datetime, zone: tzinfo | None) -> bool:
    """Whether what waits since `oldest` is to be sent now.

    A digest takes what was recorded before its time, and what has come since with it.
    """
    if oldest is None or is_muted(channel, now, zone):
        return False
    # What was recorded under a clock that was set back meanwhile does not wait for that time to come again.
    return oldest <= last_digest(channel, now, zone) or oldest > now
