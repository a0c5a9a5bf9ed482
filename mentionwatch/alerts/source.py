"""A source that is down has the life of an alert too: told when it goes down, and when it is back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mentionwatch.alerts.life import WRONG_CLOCK, Decision
from mentionwatch.identity import alert_id
from mentionwatch.model import Alert

if TYPE_CHECKING:
    from datetime import datetime

    from mentionwatch.settings import AlertSettings

SOURCE = "source"
#: What follows from it.
_UNSEEN = ". What is said there is not seen."


@dataclass(frozen=True)
class Trouble:
    """What a source that is down is down with."""

    #: In the words of ``sources status``: down, gone, blocked …
    state: str
    #: Why, in one line.
    reason: str
    #: When it answered last.
    since: datetime


def decide_source(
    past: Alert | None, trouble: Trouble | None, *, now: datetime, source: str, settings: AlertSettings
) -> Decision:
    """Decide what becomes of a source's alert.

    It is resolved as soon as the source is back; what goes down again within ``quiet`` after that is the same incident.

    Args:
        past: The source's latest alert, in whatever state; None when it never had one.
        trouble: Why it is down; None: it is not.
        now: Time of this poll.
        source: Its name, which stands where others have the brand's: a source may be looked at for many.
        settings: ``quiet`` and ``remind`` are what counts here.
    """
    if past is None or past.state == "resolved":
        return _while_calm(past, trouble, now, source, settings)
    if trouble is None:
        at = max(now, past.updated)
        back = replace(
            past,
            state="resolved",
            resolved=at,
            updated=at,
            window_end=at,
            last_notice=at,
            reason=_sentence_after(source, past.reason),
        )
        return Decision("resolved", back, "resolved")
    alert = replace(past, reason=_sentence(source, trouble))
    told = past.last_notice or past.opened
    if settings.remind is not None and past.state == "open" and now - told >= settings.remind:
        return Decision("remind", replace(alert, updated=now, last_notice=now), "remind")
    if alert == past:
        return Decision("none", past, None)
    return Decision("updated", replace(alert, updated=max(now, past.updated)), None)


def _while_calm(
    past: Alert | None, trouble: Trouble | None, now: datetime, source: str, settings: AlertSettings
) -> Decision:
    if trouble is None:
        return Decision("none", past, None)
    if past is None:
        return _open(source, trouble, now)
    resolved = past.resolved or past.updated
    if resolved - now > WRONG_CLOCK:
        return _open(source, trouble, now)
    if now < resolved or trouble.since < resolved:
        # The clock was set back, or the user has resolved this very trouble.
        return Decision("none", past, None)
    if now - resolved >= settings.quiet:
        return _open(source, trouble, now)
    again = replace(
        past,
        state="open",
        resolved=None,
        updated=now,
        last_burst=now,
        last_notice=now,
        window_start=trouble.since,
        window_end=now,
        reason=_sentence(source, trouble),
    )
    return Decision("reopened", again, "worse")


def _open(source: str, trouble: Trouble, now: datetime) -> Decision:
    alert = Alert(
        id=alert_id(source, SOURCE, now.isoformat()),
        brand=source,
        kind=SOURCE,
        state="open",
        severity="elevated",
        opened=now,
        updated=now,
        resolved=None,
        window_start=min(trouble.since, now),
        window_end=now,
        observed=0,
        expected=0.0,
        negative_share=None,
        usual_share=None,
        odds=0.0,
        authors=0,
        stories=0,
        reason=_sentence(source, trouble),
        blind_spots=(source,),
        last_burst=now,
        last_notice=now,
    )
    return Decision("open", alert, "open")


def _sentence(source: str, trouble: Trouble) -> str:
    return f"{_named(source)}{trouble.state}: {trouble.reason}{_UNSEEN}"


def _sentence_after(source: str, sentence: str) -> str:
    """What is said once it is back: what it had, without what there was to do about it."""
    had = sentence.removeprefix(_named(source)).removesuffix(_UNSEEN)
    return f"{_named(source)}back. It was {had.partition('; ')[0]}." if had != sentence else sentence


def _named(source: str) -> str:
    return f"The source {source} is "
