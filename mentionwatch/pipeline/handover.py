"""What a channel cannot tell: others tell it, and after a week it is given up, which is told too."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mentionwatch.alerts import SOURCE
from mentionwatch.output.layout import shown_time, shown_zone
from mentionwatch.pipeline.clock import is_believed
from mentionwatch.pipeline.digest import zone_of
from mentionwatch.pipeline.recipients import Each, brands_of_source, covers, may_know, wants
from mentionwatch.store import ChannelState, Filter
from mentionwatch.store.outbox import MOST_MENTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime, tzinfo

    from mentionwatch.model import Alert, Mention, Notice
    from mentionwatch.settings import Config, NotifySettings
    from mentionwatch.store import GivenUp, Pack, Store

#: After so long a channel that fails is told of on another, with what it could not tell.
HANDED_OVER = timedelta(days=1)
#: After so long, and so many attempts, a message that nobody takes is given up.
GIVEN_UP, TRIES = timedelta(days=7), 6


def failing_of(
    channel: NotifySettings,
    to: Sequence[NotifySettings],
    states: Mapping[str, ChannelState],
    given_up: Sequence[GivenUp],
    *,
    now: datetime,
    zone: tzinfo | None,
) -> list[str]:
    """What a channel's readers are to know of others that fail, and of what they themselves were not told."""
    found = _missed(channel, given_up, states.get(channel.name), zone)
    for other in to:
        state = states.get(other.name)
        if other.name == channel.name or state is None or not _has_failed_for_long(state, now):
            continue
        if _may_hear_of(channel, other):
            since = state.failing_since or now
            when = f"{shown_time(since, zone)} ({shown_zone(since, zone)})"
            found.append(f"The channel {other.name} has failed since {when}: {state.last_error}.")
    return found


def _missed(
    channel: NotifySettings, given_up: Sequence[GivenUp], state: ChannelState | None, zone: tzinfo | None
) -> list[str]:
    """That something was given up on this channel since it worked the last time."""
    worked = state.last_success if state else None
    lost = [one for one in given_up if one.channel == channel.name and (worked is None or one.at > worked)]
    return [given_up_sentence(lost, zone)] if lost else []


def _has_failed_for_long(state: ChannelState, now: datetime) -> bool:
    return state.failing_since is not None and now - state.failing_since >= HANDED_OVER


def give_up(config: Config, store: Store, to: Sequence[NotifySettings], *, now: datetime) -> list[str]:
    """Have done with what has not been taken for a week, and leave word of it on another channel; in sentences.

    Whatever else could tell it was told it after a day.  A clock that may be wrong gives nothing up.
    """
    if not is_believed(store, now):
        return []
    said = []
    for channel in to:
        old = [pack for pack in store.outbox.unsent(channel.name) if _is_hopeless(pack, now)]
        if not old:
            continue
        sentence = given_up_sentence([store.outbox.give_up(pack, now=now) for pack in old], zone_of(config))
        said.append(sentence)
        # One that tells at once: a digest would say it with the next thing that it has.
        states = store.outbox.channels()
        others = [o for o in to if o.name != channel.name and not (o.name in states and states[o.name].fails)]
        fit = [other for other in others if other.digest is None and _may_hear_of(other, channel)]
        for other in sorted(fit, key=lambda one: one.mute is not None)[:1]:
            store.outbox.pack_failing(other.name, sentence, now=now)
    return said


def _is_hopeless(pack: Pack, now: datetime) -> bool:
    # A computer that was off for a week has not tried.
    tried = pack.failed is not None and pack.attempts >= TRIES and pack.kind != "test"
    return tried and pack.failed is not None and now - pack.failed >= GIVEN_UP


def given_up_sentence(given_up: Sequence[GivenUp], zone: tzinfo | None) -> str:
    """What is said of messages of one channel that were given up together."""
    first = min(one.failed for one in given_up)
    held = ((sum(one.notices for one in given_up), "notice"), (sum(one.mentions for one in given_up), "mention"))
    what = " and ".join(f"{n:,} {noun}{'s' * (n != 1)}" for n, noun in held if n) or "a message"
    when = f"{shown_time(first, zone)} ({shown_zone(first, zone)})"
    why = (given_up[-1].error or "it was not taken").partition("; ")[0]
    see = "alerts" if any(one.notices for one in given_up) else "mentions"
    told = f"The channel {given_up[-1].channel} has not taken {what} since {when}: {why}."
    return f"{told} It is given up; see mentionwatch {see}."


def _may_hear_of(channel: NotifySettings, other: NotifySettings) -> bool:
    """Whether a channel's readers may know of another one: only where its brands are all their own."""
    return covers(channel, other.brands) if other.brands else not channel.brands


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
