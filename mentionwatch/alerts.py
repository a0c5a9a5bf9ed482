"""The life of an alert: one per incident, never told twice for the same thing.

Pure: the last alert, the present burst and the time in; the alert as it now is, and whether to tell, out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from math import floor
from typing import TYPE_CHECKING, Literal

from mentionwatch.identity import alert_id
from mentionwatch.model import SEVERITIES, Alert, Burst, NoticeKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mentionwatch.settings import AlertSettings

KIND = "negative"
#: A rise in severity is told at most this often.
BETWEEN_NOTICES = timedelta(hours=3)
#: An alert links no more mentions than this, the first that were seen.
MOST_EVIDENCE = 500
#: A resolution this far ahead was written under a wrong clock; a clock that is set back is set back by less.
WRONG_CLOCK = timedelta(days=30)
_MOST_ODDS = 1e12
_MOST_BLIND_SPOTS = 100

Reason = Literal["open", "worse", "reopened", "resolved", "updated", "none"]


@dataclass(frozen=True)
class Decision:
    """What became of an alert.

    Attributes:
        reason: ``open`` a new one; ``worse`` graver than what was told; ``reopened`` back within ``quiet`` of its
            resolution, or after a time without polls; ``resolved``; ``updated`` silently; ``none``: nothing changed.
        alert: The alert as it is to be stored; None when there never was one.
        notice: What to tell, or None: nothing.  A reopened alert is told as "worse": its id is known to whoever was
            told, and "open" would read as a second incident.
    """

    reason: Reason
    alert: Alert | None
    notice: NoticeKind | None


def decide(
    past: Alert | None,
    burst: Burst | None,
    *,
    now: datetime,
    brand: str,
    settings: AlertSettings,
    blind_spots: Sequence[str] = (),
) -> Decision:
    """Decide what becomes of a brand's alert at this poll.

    A clock that was set back changes no state: nothing is resolved, and nothing is opened twice.

    Args:
        past: The brand's latest alert of this kind, in whatever state; None when it never had one.
        burst: What ``find_burst`` found now.
        now: Time of this poll.
        brand: Its name.
        settings: ``quiet`` is what counts here.
        blind_spots: Sources that are down.
    """
    if past is None:
        return _open(burst, now, brand, blind_spots) if burst else Decision("none", None, None)
    if past.state == "resolved":
        return _after_resolution(past, burst, now, brand=brand, quiet=settings.quiet, blind_spots=blind_spots)
    if burst is None:
        return _calm(past, now, settings)
    if burst.start >= _last_burst(past) + settings.quiet:
        # Nobody polled in between, or it had been resolved: this is another wave.
        return _reopen(past, burst, now, blind_spots)
    return _go_on(past, burst, now, blind_spots)


def _last_burst(alert: Alert) -> datetime:
    return alert.last_burst or alert.updated


def _rank(alert: Alert | Burst) -> int:
    return SEVERITIES.index(alert.severity)


def _open(burst: Burst, now: datetime, brand: str, blind_spots: Sequence[str]) -> Decision:
    alert = Alert(
        id=alert_id(brand, KIND, now.isoformat()),
        brand=brand,
        kind=KIND,
        state="open",
        severity=burst.severity,
        opened=now,
        updated=now,
        resolved=None,
        window_start=burst.start,
        window_end=burst.end,
        observed=burst.observed,
        expected=burst.expected,
        negative_share=burst.negative_share,
        usual_share=burst.usual_share,
        odds=burst.odds,
        authors=burst.authors,
        stories=burst.stories,
        reason=reason_sentence(burst),
        blind_spots=tuple(dict.fromkeys(blind_spots))[:_MOST_BLIND_SPOTS],
        evidence=burst.mentions[:MOST_EVIDENCE],
        last_burst=now,
        last_notice=now,
    )
    return Decision("open", alert, "open")


def _after_resolution(
    past: Alert, burst: Burst | None, now: datetime, *, brand: str, quiet: timedelta, blind_spots: Sequence[str]
) -> Decision:
    resolved = past.resolved or past.updated
    if burst is not None and resolved - now > WRONG_CLOCK:
        # The clock was wrong when it was resolved; that must not keep the brand silent until then.
        return _open(burst, now, brand, blind_spots)
    if burst is None or now < resolved:
        return Decision("none", past, None)
    by_hand = resolved < _last_burst(past) + quiet
    if by_hand and burst.start < resolved and _rank(burst) <= _rank(past):
        # Whoever resolved it has seen these mentions; only later or graver ones are news.
        return Decision("none", past, None)
    if now - resolved >= quiet:
        return _open(burst, now, brand, blind_spots)
    return _reopen(past, burst, now, blind_spots)


def _reopen(past: Alert, burst: Burst, now: datetime, blind_spots: Sequence[str]) -> Decision:
    alert = replace(
        _with_figures(past, burst), state="open", severity=burst.severity, resolved=None, updated=now, last_notice=now
    )
    return Decision("reopened", _seen(alert, burst, now, blind_spots), "worse")


def _calm(past: Alert, now: datetime, settings: AlertSettings) -> Decision:
    if now - _last_burst(past) < settings.quiet:
        return Decision("none", past, None)
    alert = replace(past, state="resolved", resolved=now, updated=now, last_notice=now)
    return Decision("resolved", alert, "resolved")


def _go_on(past: Alert, burst: Burst, now: datetime, blind_spots: Sequence[str]) -> Decision:
    alert = _with_figures(past, burst) if (burst.odds, burst.observed) > (past.odds, past.observed) else past
    alert = _seen(alert, burst, now, blind_spots)
    # The severity rises only when it is told, so that a rise within the three hours is told after them.
    if _rank(burst) > _rank(past) and now - (past.last_notice or past.opened) >= BETWEEN_NOTICES:
        alert = replace(_with_figures(alert, burst), state="open", severity=burst.severity, last_notice=now)
        return Decision("worse", alert, "worse")
    return Decision("updated", alert, None)


def _with_figures(alert: Alert, burst: Burst) -> Alert:
    return replace(
        alert,
        window_start=burst.start,
        window_end=burst.end,
        observed=burst.observed,
        expected=burst.expected,
        negative_share=burst.negative_share,
        usual_share=burst.usual_share,
        odds=burst.odds,
        authors=burst.authors,
        stories=burst.stories,
        reason=reason_sentence(burst),
    )


def _seen(alert: Alert, burst: Burst, now: datetime, blind_spots: Sequence[str]) -> Alert:
    return replace(
        alert,
        updated=max(now, alert.updated),
        last_burst=max(now, _last_burst(alert)),
        blind_spots=tuple(dict.fromkeys((*alert.blind_spots, *blind_spots)))[:_MOST_BLIND_SPOTS],
        evidence=tuple(dict.fromkeys((*alert.evidence, *burst.mentions)))[:MOST_EVIDENCE],
    )


# --- in words ---------------------------------------------------------------------------------------------


def reason_sentence(burst: Burst) -> str:
    """Say why, with numbers.

    "14 negative mentions in 6 h; you usually see 1.2. 9 authors. By chance: 1 in 900,000."
    The odds are those of this one window by itself, rounded down.
    """
    more = burst.observed_raw - burst.observed
    folded = f" ({burst.observed_raw:,} with copies and repeats)" if more > 0 else ""
    seen = f"{_counted(burst.observed, 'negative mention')} in {_span(burst)}{folded}"
    parts = [
        f"{seen}; you usually see {_expected(burst.expected)}.",
        _share(burst),
        f"{_counted(burst.authors, 'author')}.",
        _odds(burst.odds),
    ]
    return " ".join(part for part in parts if part)


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def _span(burst: Burst) -> str:
    hours = max(1, round((burst.end - burst.start) / timedelta(hours=1)))
    return f"{hours} h"


def _expected(expected: float) -> str:
    if expected < 0.1:
        return "fewer than 0.1"
    return f"{expected:.1f}" if expected < 9.95 else f"{expected:,.0f}"


def _share(burst: Burst) -> str:
    """The share, where it says more than the count: many are seen anyway, but not so many that complain."""
    share, usual = burst.negative_share, burst.usual_share
    if share is None or usual is None or share < usual + 0.1 or burst.observed >= 3 * burst.expected:
        return ""
    return f"{share:.0%} of {_counted(burst.total, 'mention')} were negative (usually {usual:.0%})."


def _odds(odds: float) -> str:
    if not odds >= 1:  # also what is no number
        return ""
    if odds >= _MOST_ODDS:
        return f"By chance: less than 1 in {_MOST_ODDS:,.0f}."
    digits = str(floor(odds))
    return f"By chance: 1 in {int(digits[0]) * 10 ** (len(digits) - 1):,}."
