"""What becomes of an alert at a poll: opened, graver, told again, resolved, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from mentionwatch.alerts.words import counted, reason_sentence
from mentionwatch.identity import alert_id
from mentionwatch.model import SEVERITIES, Alert, Burst, NoticeKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mentionwatch.settings import AlertSettings

#: Kinds: a burst of negative mentions, and one of mentions of any tone.
KIND, VOLUME = "negative", "volume"
#: And a rating that falls.
RATING = "rating"
#: A rise in severity is told at most this often.  And after so long without a burst, the next one is another wave.
BETWEEN_NOTICES = timedelta(hours=3)
#: An alert links no more mentions than this, the first that were seen.
MOST_EVIDENCE = 500
#: A resolution this far ahead was written under a wrong clock; a clock that is set back is set back by less.
WRONG_CLOCK = timedelta(days=30)
_MOST_BLIND_SPOTS = 100

Reason = Literal["open", "worse", "reopened", "remind", "resolved", "marks", "updated", "none"]


@dataclass(frozen=True)
class Marking:
    """What the user's marks have made of the mentions behind an alert."""

    #: How many of them do not count any more: noise, or of another tone.
    taken: int
    #: How many still count.
    left: int


@dataclass(frozen=True)
class Decision:
    """What became of an alert.

    Attributes:
        reason: ``open`` a new one; ``worse`` graver than what was told; ``reopened`` back within ``quiet`` of its
            resolution, after a time without polls, or as another wave while it was open; ``remind``: open for so long;
            ``resolved`` after ``quiet``; ``marks``: resolved, because the user marked what it rested on; ``updated``
            silently; ``none``: nothing changed.
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
    kind: str = KIND,
    sentence: str | None = None,
    marking: Marking | None = None,
) -> Decision:
    """Decide what becomes of a brand's alert at this poll.

    A clock that was set back changes no state: nothing is resolved, and nothing is opened twice.  An alert that the
    user acknowledged is told again only when it is graver, back after ``quiet``, or resolved.

    Args:
        past: The brand's latest alert of this kind, in whatever state; None when it never had one.
        burst: What ``find_burst`` found now.
        now: Time of this poll.
        brand: Its name.
        settings: ``quiet``, ``remind`` and ``min_mentions`` are what counts here.
        blind_spots: Sources that are down.
        kind: "negative", "volume", "rule:NAME" or "rating".
        sentence: Why, in one sentence with numbers; None: it is made of the burst.
        marking: What marks have made of the mentions behind `past`; None: nothing.
    """
    seen = _Seen(burst, now, brand, kind, sentence, tuple(blind_spots)) if burst else None
    if past is None:
        return _open(seen) if seen else Decision("none", None, None)
    if past.state == "resolved":
        return _after_resolution(past, seen, now, settings)
    if _last_burst(past) - now <= WRONG_CLOCK:
        return _while_live(past, seen, now, settings, marking)
    # Seen under a clock that was wrong: it would neither end nor be told again until that time has come.
    right = replace(past, opened=min(past.opened, now), updated=now, last_burst=now, last_notice=now)
    decision = _while_live(right, seen, now, settings, marking)
    return replace(decision, reason="updated") if decision.reason == "none" else decision


def _while_live(
    past: Alert, seen: _Seen | None, now: datetime, settings: AlertSettings, marking: Marking | None
) -> Decision:
    if seen is None:
        return _calm(past, now, settings, marking)
    if seen.burst.start >= _last_burst(past) + settings.quiet or _is_wave(past, seen.burst):
        # Nobody polled in between, or it had been resolved, or it was calm: this is another wave.
        return _reopen(past, seen)
    # What was marked is in the figures of the worst window, and in those of the present one no more.
    recount = past.kind == RATING or (marking is not None and marking.taken > 0)
    return _go_on(past, seen, settings, recount=recount)


@dataclass(frozen=True)
class _Seen:
    """A burst, and all that an alert needs beside it."""

    burst: Burst
    now: datetime
    brand: str
    kind: str
    sentence: str | None
    blind_spots: tuple[str, ...]

    @property
    def reason(self) -> str:
        noun = "mention" if self.kind == VOLUME else "negative mention"
        return self.sentence or reason_sentence(self.burst, noun=noun)


def _last_burst(alert: Alert) -> datetime:
    return alert.last_burst or alert.updated


def _rank(alert: Alert | Burst) -> int:
    return SEVERITIES.index(alert.severity)


def _open(seen: _Seen) -> Decision:
    burst, now = seen.burst, seen.now
    alert = Alert(
        id=alert_id(seen.brand, seen.kind, now.isoformat()),
        brand=seen.brand,
        kind=seen.kind,
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
        reason=seen.reason,
        blind_spots=tuple(dict.fromkeys(seen.blind_spots))[:_MOST_BLIND_SPOTS],
        evidence=burst.mentions[:MOST_EVIDENCE],
        last_burst=now,
        last_notice=now,
    )
    return Decision("open", alert, "open")


def _after_resolution(past: Alert, seen: _Seen | None, now: datetime, settings: AlertSettings) -> Decision:
    quiet = settings.quiet
    resolved = past.resolved or past.updated
    if seen is not None and resolved - now > WRONG_CLOCK:
        # The clock was wrong when it was resolved; that must not keep the brand silent until then.
        return _open(seen)
    if seen is None or (now < resolved and set(seen.burst.mentions) <= set(past.evidence)):
        # The clock was set back: what was resolved ahead of it stays so, but for mentions that nobody was told of.
        return Decision("none", past, None)
    by_hand = resolved < _last_burst(past) + quiet
    is_seen = by_hand and seen.burst.start < resolved and _rank(seen.burst) <= _rank(past)
    # A rule's window can hold what was dealt with for a month: then enough of it has to be later.
    if is_seen and (now - resolved < quiet or _later(past, seen.burst) < settings.min_mentions):
        # Whoever resolved it has seen these mentions; only later or graver ones are news.
        return Decision("none", past, None)
    if now - resolved >= quiet:
        return _open(seen)
    return _reopen(past, seen)


def _later(past: Alert, burst: Burst) -> int:
    """How many mentions of a burst are none of those that a past alert rests on."""
    known = len(set(burst.mentions) & set(past.evidence))
    if len(past.evidence) >= MOST_EVIDENCE:
        known = max(known, past.observed)
    return len(burst.mentions) - known


def _reopen(past: Alert, seen: _Seen) -> Decision:
    burst, now = seen.burst, seen.now
    alert = replace(
        _with_figures(past, seen), state="open", severity=burst.severity, resolved=None, updated=now, last_notice=now
    )
    return Decision("reopened", _noted(alert, seen), "worse")


def _calm(past: Alert, now: datetime, settings: AlertSettings, marking: Marking | None) -> Decision:
    if marking is not None and _is_marked_away(marking, settings):
        return _resolved_by_marks(past, now, marking)
    if now - _last_burst(past) < settings.quiet:
        return _remind(past, now, settings) or Decision("none", past, None)
    alert = replace(past, state="resolved", resolved=now, updated=now, last_notice=now)
    return Decision("resolved", alert, "resolved")


def _is_marked_away(marking: Marking, settings: AlertSettings) -> bool:
    """Whether the user has taken from an alert what it rests on: the detector sees no burst without it."""
    return marking.taken > 0 and (marking.left < settings.min_mentions or marking.left < marking.taken)


def _resolved_by_marks(past: Alert, now: datetime, marking: Marking) -> Decision:
    now = max(now, past.updated)
    of = counted(marking.taken + marking.left, "mention")
    why = f"{past.reason} Closed by marks: {marking.taken:,} of {of} behind it do not count."
    alert = replace(past, state="resolved", resolved=now, updated=now, last_notice=now, reason=why)
    return Decision("marks", alert, "resolved")


def _remind(alert: Alert, now: datetime, settings: AlertSettings) -> Decision | None:
    """Tell an alert again that has been open for long, unless somebody has acknowledged it."""
    if settings.remind is None or alert.state != "open":
        return None
    if now - (alert.last_notice or alert.opened) < settings.remind:
        return None
    return Decision("remind", replace(alert, last_notice=now), "remind")


def _is_wave(past: Alert, burst: Burst) -> bool:
    """Whether a burst that comes while an alert is open has nothing to do with the ones before.

    A small burst, or a false alarm, must not hide the storm that begins while its alert is still open.  Whoever has
    acknowledged it is left in peace, and what a rule or a rating counts is no wave.
    """
    if past.state != "open" or past.kind not in {KIND, VOLUME} or burst.start < _last_burst(past) + BETWEEN_NOTICES:
        return False
    return set(past.evidence).isdisjoint(burst.mentions)


def _go_on(past: Alert, seen: _Seen, settings: AlertSettings, *, recount: bool) -> Decision:
    burst, now = seen.burst, seen.now
    worst = recount or (burst.odds, burst.observed) > (past.odds, past.observed)
    alert = _noted(_with_figures(past, seen) if worst else past, seen)
    # The severity rises only when it is told, so that a rise within the three hours is told after them.
    if _rank(burst) > _rank(past) and now - (past.last_notice or past.opened) >= BETWEEN_NOTICES:
        # The figures stay those of the worst window: it may have been seen within the three hours.
        alert = replace(alert, state="open", severity=burst.severity, last_notice=now)
        return Decision("worse", alert, "worse")
    return _remind(alert, now, settings) or Decision("updated", alert, None)


def _with_figures(alert: Alert, seen: _Seen) -> Alert:
    burst = seen.burst
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
        reason=seen.reason,
    )


def _noted(alert: Alert, seen: _Seen) -> Alert:
    return replace(
        alert,
        updated=max(seen.now, alert.updated),
        last_burst=max(seen.now, _last_burst(alert)),
        blind_spots=tuple(dict.fromkeys((*alert.blind_spots, *seen.blind_spots)))[:_MOST_BLIND_SPOTS],
        evidence=tuple(dict.fromkeys((*alert.evidence, *seen.burst.mentions)))[:MOST_EVIDENCE],
    )
