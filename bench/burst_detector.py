"""The detector as the burst benchmark wants it: one class with ``feed(dict) -> list[dict]``.

``python blackbox.py public --py burst_detector:Detector`` in the benchmark's folder, with the project and this folder
on PYTHONPATH.  An alert that comes back after its resolution is counted as opened again.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta, timezone
from typing import Any

from mentionwatch.alerts import decide
from mentionwatch.burst import Baseline, Tally, Watched, advance, find_burst
from mentionwatch.model import Alert, Sighting
from mentionwatch.settings import AlertSettings

SETTINGS = AlertSettings()
KINDS = {"open": "open", "reopened": "open", "worse": "escalate", "resolved": "resolve"}
COPIES = timedelta(days=14)


def to_time(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, timezone.utc)


class Brand:
    """Keeps in memory what the program keeps in its store."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.baseline: Baseline | None = None
        self.alert: Alert | None = None
        self.recent: list[Sighting] = []
        self.stories: dict[str, datetime] = {}
        self.feeds: dict[str, datetime] = {}
        self.polls: list[datetime] = []

    def see(self, event: dict[str, Any]) -> None:
        seen = to_time(event["fetched"])
        joined = self.feeds.setdefault(event["feed"], seen)
        known = self.stories.get(event["key"])
        if known is None or known < seen - COPIES:
            self.stories[event["key"]] = seen
        elif self.baseline is not None and known < self.baseline.since:
            return  # the story is no longer among the recent ones, so that its copy is left out here
        self.recent.append(
            Sighting(
                mention=event["id"],
                published=None if event["t"] is None else to_time(event["t"]),
                first_seen=seen,
                tone=event["tone"],
                source=event["feed"],
                author=None,
                story=event["key"],
                backlog=seen == joined,
            )
        )

    def poll(self, now: datetime) -> str:
        self.polls = [p for p in self.polls if p > now - timedelta(days=5)] + [now]
        since = self.since = self.polls[0] if self.baseline is None else self.since
        watched = Watched(since, tuple(self.polls))
        tally = Tally(self.recent, watched)
        burst = find_burst(self.baseline, tally, now=now, settings=SETTINGS, watched=watched)
        self.baseline = advance(self.baseline, tally, now=now, watched=watched)
        if self.recent and self.recent[0].first_seen < self.baseline.since:
            self.recent = [s for s in self.recent if s.first_seen >= self.baseline.since]
        decision = decide(self.alert, burst, now=now, brand=self.name, settings=SETTINGS)
        self.alert = decision.alert
        return decision.reason


class Detector:
    """All brands of one stream."""

    def __init__(self) -> None:
        self.brands: dict[str, Brand] = {}
        self.reasons: dict[str, int] = defaultdict(int)

    def feed(self, line: dict[str, Any]) -> list[dict[str, Any]]:
        name = line["brand"]
        brand = self.brands.get(name)
        if brand is None:
            brand = self.brands[name] = Brand(name)
        if line["type"] == "event":
            brand.see(line)
            return []
        reason = brand.poll(to_time(line["t"]))
        self.reasons[reason] += 1
        kind = KINDS.get(reason)
        return [{"t": line["t"], "brand": name, "kind": kind}] if kind else []
