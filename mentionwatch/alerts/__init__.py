"""The life of an alert: one per incident, never told twice for the same thing.

Pure: the last alert, what is so now and the time in; the alert as it now is, and whether to tell, out.  Each decision
has a named reason.

* ``life``: what bursts and rules open ("negative", "volume", "rule:NAME"), and a rating that falls ("rating").
* ``source``: a source that is down ("source").
* ``rating``: whether an aggregate rating falls.
* ``words``: the sentence with numbers.
"""

from __future__ import annotations

from mentionwatch.alerts.life import (
    BETWEEN_NOTICES,
    KIND,
    MOST_EVIDENCE,
    RATING,
    VOLUME,
    WRONG_CLOCK,
    Decision,
    Marking,
    Reason,
    decide,
)
from mentionwatch.alerts.rating import USUAL_DAYS, WITHIN, Fall, Rated, fall_burst, find_fall
from mentionwatch.alerts.source import SOURCE, Trouble, decide_source
from mentionwatch.alerts.words import reason_sentence

__all__ = [
    "BETWEEN_NOTICES",
    "KIND",
    "MOST_EVIDENCE",
    "RATING",
    "SOURCE",
    "USUAL_DAYS",
    "VOLUME",
    "WITHIN",
    "WRONG_CLOCK",
    "Decision",
    "Fall",
    "Marking",
    "Rated",
    "Reason",
    "Trouble",
    "decide",
    "decide_source",
    "fall_burst",
    "find_fall",
    "reason_sentence",
]
