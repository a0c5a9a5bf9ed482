"""One brand after a poll: is this unusual, and is somebody to be told?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mentionwatch import alerts, health
from mentionwatch.burst import Baseline, Watched, advance, find_burst, is_learning
from mentionwatch.identity import notice_id
from mentionwatch.model import Notice
from mentionwatch.store import BrandState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mentionwatch.model import Alert, Burst
    from mentionwatch.settings import Brand, Config
    from mentionwatch.store import Store

#: Polls that are remembered: as far back as undated mentions may still have to be spread.
POLLS_KEPT = timedelta(days=5)


def judge_brand(config: Config, store: Store, brand: Brand, *, now: datetime, channels: Sequence[str]) -> bool:
    """Detect, decide, and record both with what is to be told, in one transaction.

    Returns:
        Whether the brand is still being learned: then no burst is looked for.
    """
    # One transaction: what the user does to an alert meanwhile (`alerts ack`) is not written over.
    with store.atomic():
        return _judge(config, store, brand, now=now, channels=channels)


def _judge(config: Config, store: Store, brand: Brand, *, now: datetime, channels: Sequence[str]) -> bool:
    settings = brand.alerts or config.alerts
    state = store.brand_state(brand.name) or BrandState(now, (), None)
    # A damaged baseline is learned anew from what is stored; nothing of it is told to the user as a burst.
    baseline = _read_baseline(state.baseline)
    watched = _watch(store, _names(config, brand), state, baseline.since if baseline else now - POLLS_KEPT)
    recent = store.sightings(brand.name, since=baseline.since if baseline else None)
    burst = find_burst(baseline, recent, now=now, settings=settings, watched=watched)
    following = advance(baseline, recent, now=now, watched=watched, min_confidence=settings.min_confidence)
    polls = tuple(poll for poll in state.polls if now - POLLS_KEPT <= poll < now)
    store.record_verdict(
        brand.name,
        BrandState(state.first_polled, (*polls, now), following.to_json()),
        *_decide(config, store, brand, burst, now=now, channels=channels),
    )
    return is_learning(following, now=now, watched=watched)


def _decide(
    config: Config, store: Store, brand: Brand, burst: Burst | None, *, now: datetime, channels: Sequence[str]
) -> tuple[Alert | None, list[tuple[str, Notice]]]:
    """The brand's alert where it changed, and what is to be told of it on which channel."""
    past = store.alerts(brand=brand.name, limit=1)
    decision = alerts.decide(
        past[0] if past else None,
        burst,
        now=now,
        brand=brand.name,
        settings=brand.alerts or config.alerts,
        blind_spots=_blind_spots(config, store, brand),
    )
    if decision.alert is None or decision.reason == "none":
        return None, []
    if decision.notice is None:
        return decision.alert, []
    keys = {channel: notice_id(decision.alert.id, decision.notice, now.isoformat(), channel) for channel in channels}
    return decision.alert, [
        (channel, Notice(key, decision.notice, decision.alert, now)) for channel, key in keys.items()
    ]


def _read_baseline(text: str | None) -> Baseline | None:
    try:
        return Baseline.from_json(text) if text else None
    except ValueError:
        return None


def _names(config: Config, brand: Brand) -> list[str]:
    return [source.name for source in config.sources if not source.brands or brand.name in source.brands]


def _watch(store: Store, sources: Sequence[str], state: BrandState, since: datetime) -> Watched:
    outages = store.outages(sources, since=since)
    return Watched(since=state.first_polled, polls=state.polls, outages=tuple(outages))


def _blind_spots(config: Config, store: Store, brand: Brand) -> list[str]:
    """Sources of the brand that tell nothing now: their silence is no evidence."""
    statuses = store.statuses()
    return [name for name in _names(config, brand) if name in statuses and health.is_down(statuses[name])]
