"""Whether a source is well: "down", "gone" and "quiet" are different states, and none of them is "0 mentions".

Pure: the status so far and the outcome of a poll give the next status, and what (if anything) has to be told.  Trouble
is told once when it goes down and once when it is back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from mentionwatch.model import DOWN_STATES, Failed, HealthState, SourceStatus
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from datetime import datetime

    from mentionwatch.model import Outcome

#: These will not pass by themselves, so they count at the first failure.
AT_ONCE = frozenset({"gone", "blocked", "not-a-feed"})


@dataclass(frozen=True)
class Change:
    """Something about a source that has to be told."""

    status: SourceStatus
    #: True: it went down (or changed its trouble); False: it is back.
    down: bool

    def __str__(self) -> str:
        """One line for stderr."""
        if self.down:
            return f"{self.status.name}: {self.status.state}: {self.status.reason}"
        return f"{self.status.name}: back"


def is_down(status: SourceStatus) -> bool:
    """Whether the source is a blind spot now."""
    return status.state in DOWN_STATES


def next_status(
    before: SourceStatus | None, outcome: Outcome, *, place: str, fail_after: int, now: datetime
) -> tuple[SourceStatus, Change | None]:
    """Judge a source after a poll.

    Args:
        before: Its status until now; None at its first poll.
        outcome: What the poll gave.
        place: Its URL without secrets, or its preset.
        fail_after: Failures in a row after which it counts as down.
        now: When it was polled.

    Returns:
        Its new status, and what to tell, or None when that was told before.
    """
    first = before.first_polled if before else now
    if not isinstance(outcome, Failed):
        status = SourceStatus(outcome.source, place, first, now, last_success=now, fails=0, state="ok")
        return status, (Change(status, down=False) if before and is_down(before) else None)
    fails = (before.fails if before else 0) + 1
    error = outcome.error
    told = before is not None and is_down(before)
    state = error.state if told or fails >= fail_after or error.state in AT_ONCE else "failing"
    last_success = before.last_success if before else None
    status = SourceStatus(
        outcome.source,
        place,
        first,
        now,
        last_success=last_success,
        fails=fails,
        state=cast("HealthState", state),
        reason=one_line(str(error)),
        since=(before.since if before and before.fails else None) or last_success or first,
    )
    news = is_down(status) and not (told and before is not None and before.state == status.state)
    return status, (Change(status, down=True) if news else None)
