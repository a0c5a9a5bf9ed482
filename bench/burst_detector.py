"""The detector as the public burst benchmark wants it: one class with ``feed(dict) -> list[dict]``."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta, timezone

from mentionwatch.burst import Watched, advance, find_burst
from mentionwatch.model import Sighting
from mentionwatch.settings import AlertSettings


def _time(epoch):
    return datetime.fromtimestamp(epoch, timezone.utc)


class _Brand:
    def __init__(self):
        self.baseline = None
        self.recent = []
        self.stories = {}
        self.feeds = {}
        self.polls = []
        self.open = None
        self.log = []

    def event(self, e):
        seen = e["fetched"]
        joined = self.feeds.setdefault(e["feed"], seen)
        known = self.stories.get(e["key"])
        if known is not None and known < seen - 14 * 86400:
            known = None
        if known is None:
            self.stories[e["key"]] = seen
        elif known < self.recent_since():
            return  # a copy of what is too old to be given again
        self.recent.append(Sighting(
            mention=e["id"], published=None if e["t"] is None else _time(e["t"]), first_seen=_time(seen), tone=e["tone"],
            source=e["feed"], author=None, story=e["key"], backlog=seen == joined,
        ))

    def recent_since(self):
        return self.baseline.folded * 3600 if self.baseline else 0

    def poll(self, t):
        now = _time(t)
        self.polls = [p for p in self.polls if p > now - timedelta(days=5)] + [now]
        watched = Watched(self.since, tuple(self.polls))
        burst = find_burst(self.baseline, self.recent, now=now, settings=AlertSettings(), watched=watched)
        self.baseline = advance(self.baseline, self.recent, now=now, watched=watched)
        since = self.baseline.since
        if self.recent and self.recent[0].first_seen < since:
            self.recent = [s for s in self.recent if s.first_seen >= since]
        return burst


class Detector:
    def __init__(self):
        self.brands = defaultdict(_Brand)

    def feed(self, e):
        brand = self.brands[e["brand"]]
        if e["type"] == "event":
            brand.event(e)
            return []
        if not brand.polls:
            brand.since = _time(e["t"])
        burst = brand.poll(e["t"])
        if burst:
            brand.last = e["t"]
            if not brand.open:
                brand.open = True
                return [{"t": e["t"], "brand": e["brand"], "kind": "open"}]
        elif brand.open and e["t"] - brand.last >= 86400:
            brand.open = False
        return []
