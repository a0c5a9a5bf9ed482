"""What every channel says in the same words: the headline, what can be done, what the counts are."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mentionwatch.model import SEVERITIES
from mentionwatch.output.layout import ID_SHOWN, shown_zone
from mentionwatch.output.message import alert_subject
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mentionwatch.deliver.base import Message, Told
    from mentionwatch.model import Alert

#: Writes a command from its words, as it has to be typed.
Commands = Callable[..., str]

#: Characters of a subject, so that it is one line of a mail.
SUBJECT = 78
_BRAND = 40
#: Alerts that a mail tells in full; of the others it has the titles.
MOST_ALERTS = 20
#: Said where nothing else is: what ``alerts test`` sends.
TEST = "This is a test: what mentionwatch has to tell will arrive here. Nothing has happened."


def plain_command(*words: str) -> str:
    """A command without the paths of this machine, for what leaves it."""
    return shlex.join(("mentionwatch", *words))


def counted(n: int, noun: str) -> str:
    """A number with its noun: ``1 mention``, ``9 mentions``."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def folded(message: Message) -> Message:
    """The message for people: of an alert that has come several times, how it stands at last.

    It comes so where a channel was mute, or collects.
    """
    last: dict[str, Told] = {}
    for told in sorted(message.told, key=lambda one: one.notice.created):
        last[told.notice.alert.id] = told
    kept = {id(told) for told in last.values()}
    return replace(message, told=tuple(told for told in message.told if id(told) in kept))


def title_with_id(told: Told) -> str:
    """An alert on one line, for where there is no room for more: ``Nimbus: high alert (a1b2c3d4)``."""
    alert = told.notice.alert
    return f"{alert_subject(alert, told.notice.kind)} ({one_line(alert.id)[:ID_SHOWN]})"


def headline(message: Message, width: int = SUBJECT) -> str:
    """What a message is about, on one line of at most `width` characters.

    ``Nimbus: critical alert, 14 negative mentions in 6 h``; ``Nimbus, Acme: 3 alerts, 1 critical``.
    """
    message = folded(message)
    if message.kind == "test":
        return "mentionwatch: test message"
    about = _about(message)
    if message.kind == "digest":
        return _fitted("Digest of ", _brands(message), f": {about}", width)
    if len(message.told) == 1 and not message.mentions:
        return one_line(about, width)
    return _fitted("", _brands(message), f": {about}", width)


def _about(message: Message) -> str:
    alerts, mentions = [told.notice.alert for told in message.told], message.mentions
    if len(alerts) == 1 and not mentions and message.kind != "digest":
        return _one(message.told[0])
    parts = [_several(alerts)] if alerts else []
    if mentions:
        new = "" if message.kind == "digest" else "new "
        parts.append(counted(len(mentions), f"{new}mention"))
    if not parts:
        parts = ["another channel fails" if message.failing else "nothing new"]
    return ", ".join(parts)


def _one(told: Told) -> str:
    notice = told.notice
    subject = alert_subject(notice.alert, notice.kind)
    alert = notice.alert
    if notice.kind == "resolved" or not alert.observed or alert.kind not in {"negative", "volume"}:
        return subject
    noun = "negative mention" if alert.kind == "negative" else "mention"
    longer = f"{subject}, {counted(alert.observed, noun)} in {hours_of(alert)} h"
    return longer if len(longer) <= SUBJECT else subject


def _several(alerts: Sequence[Alert]) -> str:
    if len(alerts) == 1:
        alert = alerts[0]
        return "1 alert resolved" if alert.state == "resolved" else f"1 {alert.severity} alert"
    open_ones = [alert for alert in alerts if alert.state != "resolved"]
    gravest = next((s for s in reversed(SEVERITIES[1:]) if any(a.severity == s for a in open_ones)), None)
    of_them = f", {sum(a.severity == gravest for a in open_ones)} {gravest}" if gravest else ""
    done = len(alerts) - len(open_ones)
    resolved = f", {done} resolved" if done else ""
    return counted(len(alerts), "alert") + of_them + resolved


def _brands(message: Message) -> list[str]:
    names = [told.notice.alert.brand for told in message.told] + [mention.brand for mention in message.mentions]
    return [one_line(name, _BRAND) for name in dict.fromkeys(names)] or ["mentionwatch"]


def _fitted(before: str, brands: Sequence[str], after: str, width: int) -> str:
    """As many brands as fit, and how many more there are."""
    for shown in range(len(brands), 0, -1):
        left = len(brands) - shown
        line = before + ", ".join(brands[:shown]) + (f" and {left} more" if left else "") + after
        if len(line) <= width:
            return line
    return one_line(before + brands[0] + after, width)


def hours_of(alert: Alert) -> int:
    """The length of its window, in hours, 1 at least."""
    return max(1, round((alert.window_end - alert.window_start).total_seconds() / 3600))


def listed_in(message: Message) -> str:
    """In which zone the times of the mentions are, as a sentence; "" where an alert says so, or there are none."""
    if message.told or not message.mentions:
        return ""
    return f"Times are in {shown_zone(message.created, message.zone)}."


def blind(alert: Alert) -> str:
    """Where there may be more that nobody saw, as a sentence; "" where all was seen."""
    if not alert.blind_spots or alert.kind == "source":
        return ""
    return f"Blind spots, where there may be more: {one_line(', '.join(alert.blind_spots))}."


@dataclass(frozen=True)
class Act:
    """Something that can be done about an alert."""

    #: What for: "To acknowledge it".
    what: str
    command: str


def acts(told: Told, commands: Commands | None = None) -> tuple[Act, ...]:
    """What can be done: nothing needs to be about what is resolved, but it can be looked at."""
    write = commands or plain_command
    alert = told.notice.alert
    short = one_line(alert.id)[:ID_SHOWN]
    look = Act("To see it", write("alerts", "show", short))
    if alert.state != "open" or told.notice.kind == "resolved":
        return (look,)
    return (Act("To acknowledge it", write("alerts", "ack", short)), look)


def counts_label(told: Told) -> str:
    """What the counts are, without a colon: ``Negative mentions per hour, last 48 h, at most 7``."""
    hours = told.slice_hours
    each = {1.0: "hour", 24.0: "day"}.get(hours, f"{hours:g} h")
    # A rule may be about something else, and volume is: these are what the brand has of negative ones all the same.
    whose = "" if told.notice.alert.kind == "negative" else " of the brand"
    span = f"last {len(told.counts) * hours:g} h, at most {max(told.counts, default=0):,}"
    return f"Negative mentions{whose} per {each}, {span}"


def failing_lines(sentences: Iterable[str]) -> list[str]:
    """What is said of other channels, each on one line."""
    return [one_line(sentence, 400) for sentence in sentences]
