"""The words of mentionwatch: what flows from stage to stage.

Frozen dataclasses, nothing else.  All times are aware and in UTC.  A missing value is None, never "" or 0.
Texts are plain (no markup) and hold no control or bidirectional formatting characters but line feeds.
Imports nothing of ours but ``lazy``.  Each module is a subject; all names stand here, and are loaded when asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
        Mark,
        Marked,
        Match,
        Mention,
        MentionState,
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
    from mentionwatch.model.tone import LABELS, Label, Tone
else:
    from mentionwatch.lazy import lazily

    __getattr__, __dir__ = lazily(
        __name__,
        {
            "mentionwatch.model.alert": (
                "SEVERITIES",
                "Alert",
                "AlertState",
                "Burst",
                "Notice",
                "NoticeKind",
                "Severity",
                "Sighting",
            ),
            "mentionwatch.model.asking": ("Ask", "Login", "Redirect", "Request", "Response", "Search", "Validators"),
            "mentionwatch.model.backtest": ("Backtest", "Budgeted", "DayCount", "Fired", "Tried"),
            "mentionwatch.model.explanation": ("Counting", "CountReason", "Explanation", "Finding"),
            "mentionwatch.model.mention": (
                "Mark",
                "Marked",
                "Match",
                "Mention",
                "MentionState",
            ),
            "mentionwatch.model.published": (
                "ENTRY_KINDS",
                "AggregateRating",
                "Document",
                "Dropped",
                "Entry",
                "EntryKind",
                "FeedLink",
            ),
            "mentionwatch.model.source": (
                "DOWN_STATES",
                "Failed",
                "HealthState",
                "NotModified",
                "Outcome",
                "Polled",
                "Postponed",
                "SourceStatus",
            ),
            "mentionwatch.model.tone": ("LABELS", "Label", "Tone"),
        },
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
