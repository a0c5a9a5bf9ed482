"""The detector run again over what was seen, poll by poll; nothing is stored, and nothing slow is imported."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

from mentionwatch.alerts import decide
from mentionwatch.burst import Baseline, Tally, Watched, advance, find_burst, is_learning
from mentionwatch.errors import UsageError
from mentionwatch.model import LABELS, Alert, Burst, Sighting
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mentionwatch.alerts import Decision
    from mentionwatch.settings import AlertSettings

Sensitivity = Literal["low", "medium", "high"]
SENSITIVITIES: tuple[Sensitivity, ...] = ("low", "medium", "high")
#: Copies of one text this far apart count once.
COPIES = timedelta(days=14)
#: What is too old is forgotten this often.
_TIDY = timedelta(days=1)
#: Polls that are remembered, as in the store.
POLLS_KEPT = timedelta(days=5)
#: The protocol's words for what became of an alert.
_TOLD = {"open": "open", "reopened": "open", "worse": "escalate", "remind": "renotify", "resolved": "resolve"}
#: Longest line that is read, in characters.
_MOST_LINE = 1_000_000


class Watcher:
    """Keeps of one brand in memory what the program keeps of it in its store."""

    def __init__(
        self,
        settings: AlertSettings,
        outages: Sequence[tuple[str, datetime, datetime | None]] = (),
        *,
        wants_volume: Callable[[Sequence[Sighting]], bool] = lambda _recent: False,
    ) -> None:
        """Start with nothing known.

        Args:
            settings: How sensitive it is.
            outages: Those of all the time.
            wants_volume: Whether bursts of mentions of any tone are looked for, given the recent ones.
        """
        self._settings = settings
        self._outages = outages
        self._wants_volume = wants_volume
        #: What the last poll found among mentions of any tone.
        self.volume: Burst | None = None
        #: They were looked for at some poll.
        self.had_volume = False
        self.baseline: Baseline | None = None
        self._recent: list[Sighting] = []
        self._stories: dict[str, datetime] = {}
        self._polls: list[datetime] = []
        self._since: datetime | None = None
        self._tidied = datetime.min.replace(tzinfo=timezone.utc)

    def see(self, sighting: Sighting) -> None:
        """Take in what was seen since the last poll, in the order it was seen."""
        seen = sighting.first_seen
        known = self._stories.get(sighting.story)
        if known is None or known < seen - COPIES:
            self._stories[sighting.story] = seen
        elif self.baseline is not None and known < self.baseline.since:
            return  # the text is no longer among the recent ones, so its copy is left out here
        self._recent.append(sighting)

    def poll(self, now: datetime) -> Burst | None:
        """Look for a burst, and learn."""
        self._polls = [poll for poll in self._polls if now - POLLS_KEPT <= poll < now] + [now]
        self._since = self._since or now
        watched = self.watched(now)
        tally = Tally(self._recent, watched, self._settings.min_confidence)
        burst = find_burst(self.baseline, tally, now=now, settings=self._settings, watched=watched)
        self.volume = None
        if self._wants_volume(self._recent):
            self.had_volume = True
            self.volume = find_burst(
                self.baseline, tally, now=now, settings=self._settings, watched=watched, kind="volume"
            )
        self.baseline = advance(self.baseline, tally, now=now, watched=watched)
        since = self.baseline.since
        if self._recent and self._recent[0].first_seen < since:
            self._recent = [s for s in self._recent if s.first_seen >= since]
        if now - self._tidied > _TIDY:
            self._stories = {story: seen for story, seen in self._stories.items() if seen >= now - COPIES}
            self._tidied = now
        return burst

    def first_of(self, burst: Burst) -> datetime:
        """When the first mention of a burst was published, that the last poll found."""
        wanted = frozenset(burst.mentions)
        times = [min(s.published or s.first_seen, s.first_seen) for s in self._recent if s.mention in wanted]
        return max(min(times, default=burst.start), burst.start)

    def watched(self, now: datetime) -> Watched:
        """How the brand has been watched, as of a poll."""
        outages = [
            (source, start, None if end is None or end > now else end)
            for source, start, end in self._outages
            if start <= now and (end is None or self.baseline is None or end >= self.baseline.since)
        ]
        return Watched(self._since or now, tuple(self._polls), tuple(outages))

    def is_learning(self, now: datetime) -> bool:
        """Whether too little is known to look for bursts."""
        return is_learning(self.baseline, now=now, watched=self.watched(now))


# --- the protocol -----------------------------------------------------------------------------------------


class _Stream:
    """One brand of a stream."""

    def __init__(self, name: str, settings: AlertSettings) -> None:
        self._name, self._settings = name, settings
        self._alert: Alert | None = None
        self.watcher = Watcher(settings)
        self.joined: dict[str, datetime] = {}

    def poll(self, now: datetime) -> Decision:
        """Decide what becomes of its alert."""
        burst = self.watcher.poll(now)
        decision = decide(self._alert, burst, now=now, brand=self._name, settings=self._settings)
        self._alert = decision.alert
        return decision


def replay_lines(lines: Iterable[str], settings: AlertSettings) -> Iterator[dict[str, Any]]:
    """Run the detector over events and polls in JSON lines, as many brands as there are.

    Yields:
        What would have been told, as the protocol wants it: ``{"t", "brand", "kind", …}``.

    Raises:
        UsageError: A line cannot be read; its number is named.
    """
    brands: dict[str, _Stream] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record, at = _read(line)
            name = _text(record, "brand")
            stream = brands.get(name)
            if stream is None:
                stream = brands[name] = _Stream(name, settings)
            if record["type"] == "event":
                stream.watcher.see(_sighting(record, at, stream.joined))
                continue
        except (ValueError, RecursionError) as e:
            raise UsageError(f"line {number} of the stream: {one_line(str(e), 200)}") from e
        decision = stream.poll(at)
        if decision.reason in _TOLD and decision.alert is not None:
            yield {"t": record["t"], "brand": name, "kind": _TOLD[decision.reason], **_figures(decision.alert)}


def _figures(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "severity": alert.severity,
        "observed": alert.observed,
        "expected": round(alert.expected, 3),
        "authors": alert.authors,
        "reason": alert.reason,
    }


def _read(line: str) -> tuple[dict[str, Any], datetime]:
    """A line, and the time of the poll that it is of."""
    if len(line) > _MOST_LINE:
        raise ValueError(f"is longer than {_MOST_LINE:,} characters")
    record = json.loads(line)
    kind = record.get("type") if isinstance(record, dict) else None
    if kind == "poll":
        return record, _time(record, "t")
    if kind == "event":
        return record, _time(record, "fetched")
    raise ValueError('is no {"type": "event", …} and no {"type": "poll", …}')


def _sighting(record: dict[str, Any], seen: datetime, joined: dict[str, datetime]) -> Sighting:
    feed, tone = _text(record, "feed"), record.get("tone")
    if tone not in LABELS:
        raise ValueError(f"its tone is {tone!r}; {', '.join(LABELS)} are known")
    author, confidence = record.get("author"), record.get("confidence")
    return Sighting(
        mention=_text(record, "id"),
        published=None if record.get("t") is None else _time(record, "t"),
        first_seen=seen,
        tone=tone,
        source=feed,
        author=None if author is None else _text(record, "author"),
        story=_text(record, "key"),
        # What a source held when it was first polled was there before.
        backlog=seen == joined.setdefault(feed, seen),
        confidence=None if confidence is None else _number(record, "confidence"),
    )


def _text(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise ValueError(f"its {key} is no text")


def _number(record: dict[str, Any], key: str) -> float:
    value = record.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        raise ValueError(f"its {key} is no number")
    return float(value)


def _time(record: dict[str, Any], key: str) -> datetime:
    try:
        return datetime.fromtimestamp(_number(record, key), timezone.utc)
    except (OverflowError, OSError, ValueError) as e:
        raise ValueError(f"its {key} is no time in seconds since 1970") from e
