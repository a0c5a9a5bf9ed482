"""The words of mentionwatch: what flows from stage to stage.

Frozen dataclasses, nothing else.  All times are aware and in UTC.  A missing value is None, never "" or 0.
Texts are plain (no markup) and hold no control or bidirectional formatting characters but line feeds.
Imports nothing of ours.  Each module is a subject; all names stand here.
"""

from __future__ import annotations

from mentionwatch.model.alert import (
    SEVERITIES,
    Alert,
    AlertState,
    Burst,
    Notice,
    NoticeKind,
    Severity,
    Sighting,
)
from mentionwatch.model.asking import (
    Ask,
    Login,
    Redirect,
    Request,
    Response,
    Search,
    Validators,
)
from mentionwatch.model.backtest import (
    Backtest,
    Budgeted,
    DayCount,
    Fired,
    Tried,
)
from mentionwatch.model.explanation import (
    Counting,
    CountReason,
    Explanation,
    Finding,
)
from mentionwatch.model.mention import (
    LABELS,
    Label,
    Mark,
    Marked,
    Match,
    Mention,
    MentionState,
    Tone,
)
from mentionwatch.model.published import (
    ENTRY_KINDS,
    AggregateRating,
    Document,
    Dropped,
    Entry,
    EntryKind,
    FeedLink,
)
from mentionwatch.model.source import (
    DOWN_STATES,
    Failed,
    HealthState,
    NotModified,
    Outcome,
    Polled,
    Postponed,
    SourceStatus,
)

__all__ = [
    "DOWN_STATES",
    "ENTRY_KINDS",
    "LABELS",
    "SEVERITIES",
    "AggregateRating",
    "Alert",
    "AlertState",
    "Ask",
    "Backtest",
    "Budgeted",
    "Burst",
    "CountReason",
    "Counting",
    "DayCount",
    "Document",
    "Dropped",
    "Entry",
    "EntryKind",
    "Explanation",
    "Failed",
    "FeedLink",
    "Finding",
    "Fired",
    "HealthState",
    "Label",
    "Login",
    "Mark",
    "Marked",
    "Match",
    "Mention",
    "MentionState",
    "NotModified",
    "Notice",
    "NoticeKind",
    "Outcome",
    "Polled",
    "Postponed",
    "Redirect",
    "Request",
    "Response",
    "Search",
    "Severity",
    "Sighting",
    "SourceStatus",
    "Tone",
    "Tried",
    "Validators",
]
