"""Empty the outbox: send, then mark; a crash in between repeats a notice and loses none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mentionwatch.store import Filter

if TYPE_CHECKING:
    from datetime import datetime

    from mentionwatch.deliver.base import Channel
    from mentionwatch.model import Alert, Mention, Notice
    from mentionwatch.store import Store

#: Mentions of an alert that a notice quotes and links at most.
MOST_EVIDENCE = 500


def evidence_of(store: Store, alert: Alert) -> list[Mention]:
    """The mentions behind an alert that are still stored, the most negative first."""
    found = store.mentions(Filter(ids=alert.evidence[-MOST_EVIDENCE:]))
    return sorted(found, key=lambda m: (m.tone.polarity if m.tone.polarity is not None else 0.0, m.id))


def tell(store: Store, channel: Channel, *, now: datetime) -> list[Notice]:
    """Send what a channel still has to tell, oldest first.

    Returns:
        The notices that were told.

    Raises:
        OutputError: The channel failed; that notice and the ones after it stay in the outbox.
    """
    told = []
    for notice in store.unsent(channel.name):
        channel.send(notice, evidence_of(store, notice.alert))
        store.mark_sent(notice.id, now)
        told.append(notice)
    return told
