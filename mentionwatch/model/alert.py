"""What is unusual: bursts, alerts, and their telling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from mentionwatch.model.tone import Label

#: How grave an alert is; later is graver.
Severity = Literal["elevated", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("elevated", "high", "critical")

#: Where an alert stands in its life.
AlertState = Literal["open", "acknowledged", "resolved"]

#: Which telling of an alert a notice is.
NoticeKind = Literal["open", "worse", "remind", "resolved"]


@dataclass(frozen=True)
class Sighting:
    """A mention as the burst detector sees it."""

    mention: str
    #: None: undated.
    published: datetime | None
    first_seen: datetime
    tone: Label
    source: str
    #: None counts as an author of its own.
    author: str | None
    #: Copies of one text share it.
    story: str
    backlog: bool = False
    confidence: float | None = None


@dataclass(frozen=True)
class Burst:
    """More negative mentions than usual, by more than chance explains."""

    #: The window that stands out most; ``end`` is exclusive.
    start: datetime
    end: datetime
    #: Distinct negative mentions in it (copies and repeats of one author folded), and all of them.
    observed: int
    observed_raw: int
    #: Negative mentions usually seen in such a window.
    expected: float
    #: All distinct mentions in it.
    total: int
    #: observed / total, and what is usual; None when it cannot be told.
    negative_share: float | None
    usual_share: float | None
    #: N in "by chance: 1 in N", for this window.
    odds: float
    #: What is compared with the threshold: evidence in powers of ten.
    score: float
    severity: Severity
    authors: int
    stories: int
    #: Ids of the mentions that were counted, oldest first.
    mentions: tuple[str, ...]


@dataclass(frozen=True)
class Alert:
    """A burst that is told to someone, with a life."""

    id: str
    brand: str
    #: "negative": a burst of negative mentions.
    kind: str
    state: AlertState
    severity: Severity
    opened: datetime
    updated: datetime
    resolved: datetime | None
    #: The window of the worst burst so far.
    window_start: datetime
    window_end: datetime
    observed: int
    expected: float
    negative_share: float | None
    usual_share: float | None
    odds: float
    authors: int
    stories: int
    #: Why, in one sentence with numbers.
    reason: str
    #: Sources that were down in the window: their silence is no evidence.
    blind_spots: tuple[str, ...] = ()
    #: Ids of the mentions behind it.
    evidence: tuple[str, ...] = ()
    #: When a burst was last seen.
    last_burst: datetime | None = None
    #: When a notice was last recorded.
    last_notice: datetime | None = None


@dataclass(frozen=True)
class Notice:
    """One telling of an alert, as recorded in the outbox."""

    #: Idempotency key.
    id: str
    kind: NoticeKind
    alert: Alert
    created: datetime
