"""What a message tells: an alert with the mentions behind it, and mentions by themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

from mentionwatch.deliver.base import Message, Told
from mentionwatch.model import SEVERITIES
from mentionwatch.store import Filter

if TYPE_CHECKING:
    from datetime import tzinfo

    from mentionwatch.deliver.base import MessageKind
    from mentionwatch.model import Alert, Mention, Notice
    from mentionwatch.store import Pack, Store

#: Mentions of an alert that a notice quotes and links at most.
MOST_EVIDENCE = 500
#: What a sparkline shows: two days, an hour each.
SLICES, SLICE = 48, timedelta(hours=1)


def evidence_of(store: Store, alert: Alert) -> list[Mention]:
    """The mentions behind an alert that are still stored, the most telling first: surely and clearly negative."""
    found = store.mentions(Filter(ids=alert.evidence[-MOST_EVIDENCE:]))
    return sorted(found, key=_telling)


def _telling(mention: Mention) -> tuple[bool, bool, float, float, str]:
    tone = mention.tone
    polarity = tone.polarity if tone.polarity is not None else 0.0
    return mention.noise, tone.label != "negative", -(tone.confidence or 0.0), polarity, mention.id


def make_message(store: Store, pack: Pack, *, zone: tzinfo | None) -> Message:
    """What a channel is to send; the same for every attempt, as far as what it rests on is still stored."""
    told = [_told(store, notice) for notice in pack.notices]
    # The gravest first; of one alert in the order of its life.
    told.sort(key=lambda t: (-SEVERITIES.index(t.notice.alert.severity), t.notice.alert.opened, t.notice.created))
    mentions = store.mentions(Filter(ids=pack.mentions, noise=False)) if pack.mentions else ()
    return Message(
        id=pack.id,
        kind=cast("MessageKind", pack.kind),
        created=pack.created,
        told=tuple(told),
        mentions=tuple(mentions),
        failing=pack.failing,
        zone=zone,
    )


def _told(store: Store, notice: Notice) -> Told:
    alert = notice.alert
    if not alert.evidence:
        return Told(notice)
    counts = store.counts(alert.brand, start=notice.created - SLICES * SLICE, length=SLICE, slices=SLICES)
    return Told(notice, tuple(evidence_of(store, alert)), counts, SLICE / timedelta(hours=1))
