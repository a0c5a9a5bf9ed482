"""The outbox: who is told what, and the sending, after everything is stored.

What to tell is recorded with the alert or mention that it is about.  Here it is packed into one message a channel,
which is written down before it is sent, and marked after: a crash repeats a message under its key, and loses none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mentionwatch.alerts import SOURCE
from mentionwatch.deliver import open_channel, split_recipients
from mentionwatch.deliver.stdout import StdoutChannel
from mentionwatch.errors import MatchTimeout
from mentionwatch.identity import notice_id
from mentionwatch.match import compile_query, match_entry
from mentionwatch.model import SEVERITIES, Notice
from mentionwatch.output.layout import shown_time, shown_zone
from mentionwatch.pipeline.digest import is_due, is_muted, zone_of
from mentionwatch.pipeline.sending import Failure, Work, send_all
from mentionwatch.pipeline.tell import make_message
from mentionwatch.settings import NotifySettings
from mentionwatch.store import ChannelState, Filter
from mentionwatch.store.outbox import MOST_MENTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime, tzinfo
    from typing import TextIO

    from mentionwatch.alerts import Decision
    from mentionwatch.deliver.base import Channel, Message
    from mentionwatch.deliver.render.words import Commands
    from mentionwatch.match import Query
    from mentionwatch.model import Alert, Mention
    from mentionwatch.settings import Config
    from mentionwatch.store import Overdue, Pack, Store

#: Where alerts go when nobody has named a channel.
STDOUT = NotifySettings(via="stdout", name="stdout")
#: After so long a channel that fails is told of on another, with what it could not tell.
HANDED_OVER = timedelta(days=1)
#: For all channels together, which send at the same time; who is not done by then has failed.
SENDING_S = 90.0
#: A message that failed so often may be the trouble itself: the next one is tried beside it.
_STUBBORN = 3


# --- who is told ------------------------------------------------------------------------------------------


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
        names = [channel.name for channel in to if channel.name in told and _may_know(config, channel, alert)]
        if told - {channel.name for channel in to}:
            # Who was told has another name now, as with a second address: it is among those that want it.
            names += [channel.name for channel in to if channel.name not in told and _wants(config, channel, alert)]
    else:
        names = [channel.name for channel in to if _wants(config, channel, alert)]
    return [(name, Notice(notice_id(alert.id, kind, now.isoformat(), name), kind, alert, now)) for name in names]


def _wants(config: Config, channel: NotifySettings, alert: Alert) -> bool:
    if SEVERITIES.index(alert.severity) < SEVERITIES.index(channel.severity):
        return False
    return _may_know(config, channel, alert)


def _may_know(config: Config, channel: NotifySettings, alert: Alert) -> bool:
    if alert.kind == SOURCE:
        # Whoever reads stdout reads stderr too, where the trouble of sources is told in any case.
        return channel.via != "stdout" and covers(channel, _brands_of_source(config, alert.brand))
    return covers(channel, (alert.brand,))


def _brands_of_source(config: Config, name: str) -> Sequence[str]:
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


# --- sending ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Delivery:
    """How the sending went."""

    #: In the order in which they were sent.
    sent: tuple[Message, ...] = ()
    failures: tuple[Failure, ...] = ()
    #: Channels that have had something to tell for over an hour.
    overdue: tuple[Overdue, ...] = ()


def deliver(
    config: Config, store: Store, channels: Sequence[Channel], *, now: datetime, limit_s: float = SENDING_S
) -> Delivery:
    """Send what is due; ends in time whatever the channels do.

    Args:
        config: Who is told what, and when.
        store: Its outbox is emptied.
        channels: What sends, by the names of the recipients; what has no channel here waits.
        now: Present time.
        limit_s: For all of them, in seconds.

    Raises:
        StoreError: The store cannot be written; nothing that was not marked is lost.
    """
    to = recipients(config, channels)
    zone = zone_of(config)
    if not channels:
        return Delivery(overdue=_overdue(store, to, now))
    _leave_to_others(config, store, to, now)
    states = store.outbox.channels()
    work = []
    for channel in channels:
        settings = next(one for one in to if one.name == channel.name)
        packs = _packs(store, settings, to, states, now=now, zone=zone)
        messages = [(pack, make_message(store, pack, zone=zone)) for pack in packs]
        for pack, message in messages:
            if not message.told and not message.mentions:
                store.outbox.close(pack.id, now=now)  # what it was about is not stored any more
        work.append(Work(channel, [(p, m) for p, m in messages if m.told or m.mentions]))
    sent, failures = send_all(store, [w for w in work if w.messages], now=now, limit_s=limit_s)
    return Delivery(tuple(sent), tuple(failures), _overdue(store, to, now))


def send_tests(
    config: Config, store: Store, channels: Sequence[Channel], *, now: datetime, limit_s: float = SENDING_S
) -> Delivery:
    """Send a test message through every channel, muted or not, by way of the outbox.

    One that fails is told and forgotten: a test that comes an hour later would only confuse.
    """
    zone = zone_of(config)
    work = []
    for channel in channels:
        id_ = store.outbox.pack_test(channel.name, now=now)
        pack = next(pack for pack in store.outbox.unsent(channel.name) if pack.id == id_)
        work.append(Work(channel, [(pack, make_message(store, pack, zone=zone))]))
    try:
        sent, failures = send_all(store, work, now=now, limit_s=limit_s)
    finally:
        for pack, _message in (pair for one in work for pair in one.messages):
            store.outbox.drop_unsent(pack.id)
    return Delivery(tuple(sent), tuple(failures), _overdue(store, recipients(config, channels), now))


def _overdue(store: Store, to: Sequence[NotifySettings], now: datetime) -> tuple[Overdue, ...]:
    names = {channel.name for channel in to}
    return tuple(late for late in store.overdue(now) if late.channel in names)


def _packs(
    store: Store,
    channel: NotifySettings,
    to: Sequence[NotifySettings],
    states: Mapping[str, ChannelState],
    *,
    now: datetime,
    zone: tzinfo | None,
) -> list[Pack]:
    """What is to be sent on a channel now: messages that were not taken before, then a new one of all that waits."""
    state = states.get(channel.name, ChannelState(channel.name))
    outbox = store.outbox
    old = outbox.unsent(channel.name)
    is_left_alone = state.is_left_alone(now)
    if is_muted(channel, now, zone) or (is_left_alone and not all(_is_refused(pack, state) for pack in old)):
        return []
    for pack in old:
        if pack.kind == "test":
            outbox.drop_unsent(pack.id)  # of a run that was ended
    # While an older message may still go, nothing new is packed: it would be a message for each poll.
    if all(pack.attempts >= _STUBBORN or pack.kind == "test" for pack in old):
        kind = "digest" if channel.digest else "alerts"
        failing = _failing(channel, to, states, now=now, zone=zone)
        while is_due(channel, outbox.waiting(channel.name), now, zone):
            if outbox.pack(channel.name, now=now, kind=kind, failing=failing) is None:
                break
    return _in_turn([pack for pack in outbox.unsent(channel.name) if not (is_left_alone and _is_refused(pack, state))])


def _in_turn(packs: Sequence[Pack]) -> list[Pack]:
    """The oldest first; but a channel is left alone after two failures, so of what failed often only one goes first."""
    stubborn = [pack for pack in packs if pack.attempts >= _STUBBORN]
    others = sorted(stubborn[1:], key=lambda pack: pack.attempts)
    return [*stubborn[:1], *(pack for pack in packs if pack.attempts < _STUBBORN), *others]


def _is_refused(pack: Pack, state: ChannelState) -> bool:
    """Whether it is this message that is not taken: others were, since."""
    worked, failed = state.last_success, pack.failed
    return pack.attempts >= _STUBBORN and failed is not None and worked is not None and worked >= failed


def _failing(
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


def _leave_to_others(config: Config, store: Store, to: Sequence[NotifySettings], now: datetime) -> None:
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
    return _brands_of_source(config, alert.brand) if known else ()


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
    may = _may_know if at_any_severity else _wants

    def wants(other: str, notice: Notice) -> bool:
        return notice.id in only and may(config, by_name[other], notice.alert)

    store.outbox.hand_over(name, list(by_name), wants=wants)
