"""What a channel cannot tell: others tell it, and after a week it is given up, which is told too."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mentionwatch.alerts import SOURCE
from mentionwatch.output.layout import shown_time, shown_zone
from mentionwatch.pipeline.recipients import Each, brands_of_source, covers, may_know, wants
from mentionwatch.store import ChannelState, Filter
from mentionwatch.store.outbox import MOST_MENTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime, tzinfo

    from mentionwatch.model import Alert, Mention, Notice
    from mentionwatch.settings import Config, NotifySettings
    from mentionwatch.store import Store

#: After so long a channel that fails is told of on another, with what it could not tell.
HANDED_OVER = timedelta(days=1)


def failing_of(
    channel: NotifySettings,
    to: Sequence[NotifySettings],
    states: Mapping[str, ChannelState],
    *,
    now: datetime,
    zone: tzinfo | None,
) -> list[str]:
    """What a channel's readers are to know of others that fail: only of those whose brands are all their own."""
    found = []
    for other in to:
        state = states.get(other.name)
        if other.name == channel.name or state is None or not _has_failed_for_long(state, now):
            continue
        if covers(channel, other.brands) if other.brands else not channel.brands:
            since = state.failing_since or now
            when = f"{shown_time(since, zone)} ({shown_zone(since, zone)})"
            found.append(f"The channel {other.name} has failed since {when}: {state.last_error}.")
    return found


def _has_failed_for_long(state: ChannelState, now: datetime) -> bool:
    return state.failing_since is not None and now - state.failing_since >= HANDED_OVER


def leave_to_others(config: Config, store: Store, to: Sequence[NotifySettings], now: datetime) -> None:
    """What a channel cannot tell is told on others: when it has failed for a day, or is not to tell it any more."""
    states = store.outbox.channels()
    for channel in to:
        if channel.brands:
            # It may have got other brands, or another reader, since something was recorded for it.
            _withdraw(config, store, channel.name, to, now, wrong=_not_for(channel))
        late = _untold_for_long(store, channel, states.get(channel.name), now)
        if not late:
            continue
        others = [o for o in to if o.name != channel.name and not (o.name in states and states[o.name].fails)]
        fit = [o for o in others if (covers(o, channel.brands) if channel.brands else not o.brands)]
        # The one that tells at once, where there is one.
        fit.sort(key=lambda o: (o.digest is not None, o.mute is not None))
        _hand_over(config, store, channel.name, fit[:1], only=late, at_any_severity=True)
    ours = {brand.name for brand in config.brands}
    for gone in store.outbox.forgotten_channels([channel.name for channel in to]):
        # What is about nothing of ours waits for a run with another configuration.
        _withdraw(config, store, gone, to, now, wrong=lambda brands: bool(ours & set(brands)))
        store.outbox.forget_channel(gone)


def _not_for(channel: NotifySettings) -> Callable[[Sequence[str]], bool]:
    return lambda brands: not covers(channel, brands)


def _untold_for_long(
    store: Store, channel: NotifySettings, state: ChannelState | None, now: datetime
) -> frozenset[str]:
    """Notices that others are to tell: all, where the channel has failed for a day; those of a message that has."""
    if state is not None and _has_failed_for_long(state, now):
        return frozenset(notice.id for notice in store.outbox.notices(channel.name))
    late = (p for p in store.outbox.unsent(channel.name) if p.failed is not None and now - p.failed >= HANDED_OVER)
    return frozenset(notice.id for pack in late for notice in pack.notices)


def _withdraw(
    config: Config,
    store: Store,
    name: str,
    to: Sequence[NotifySettings],
    now: datetime,
    *,
    wrong: Callable[[Sequence[str]], bool],
) -> None:
    """Take from a channel what waits there about the wrong brands, for those who want it."""
    outbox, others = store.outbox, [other for other in to if other.name != name]
    notices = frozenset(n.id for n in outbox.notices(name) if wrong(_brands_of(config, n.alert)))
    ids = [id_ for id_, brand in outbox.tellings(name) if wrong((brand,))]
    if not notices and not ids:
        return
    mentions = _stored(store, ids)
    _hand_over(config, store, name, others, only=notices, at_any_severity=False)
    outbox.record_tellings(Each(others, config.queries).tellings(mentions, now=now), now)
    outbox.withdraw(name, notices, set(ids))


def _brands_of(config: Config, alert: Alert) -> Sequence[str]:
    """What an alert is about; nothing that is known here, of a source that is not configured."""
    if alert.kind != SOURCE:
        return (alert.brand,)
    known = any(source.name == alert.brand for source in config.sources)
    return brands_of_source(config, alert.brand) if known else ()


def _stored(store: Store, ids: Sequence[str]) -> list[Mention]:
    pieces = (ids[n : n + MOST_MENTIONS] for n in range(0, len(ids), MOST_MENTIONS))
    return [mention for piece in pieces for mention in store.mentions(Filter(ids=tuple(piece)))]


def _hand_over(
    config: Config,
    store: Store,
    name: str,
    others: Sequence[NotifySettings],
    *,
    only: Collection[str],
    at_any_severity: bool,
) -> None:
    by_name = {other.name: other for other in others}
    may = may_know if at_any_severity else wants

    def is_told(other: str, notice: Notice) -> bool:
        return notice.id in only and may(config, by_name[other], notice.alert)

    store.outbox.hand_over(name, list(by_name), wants=is_told)
