"""Which sightings count, and when: the hygiene before any statistics."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from mentionwatch.model import Sighting

HOUR = 3600.0
#: Why a sighting does not count: nobody can judge it, its text was seen before, or it is of a backlog and undated.
LeftOut = Literal["unknown", "copy", "undated"]
#: Undated mentions are spread over at most this long before they were seen.
_MOST_SPREAD = 48 * HOUR


@dataclass(frozen=True)
class Watched:
    """How a brand has been watched; the pipeline builds it from the store."""

    #: First poll of the brand.
    since: datetime
    #: Recent polls of the brand in order, the one before the present at least (once there was one); the present one
    #: may be among them.  Undated mentions are spread over the time since the poll before they were seen.
    polls: tuple[datetime, ...] = ()
    #: When a source did not answer: (source, from, until); None: it still does not.
    outages: tuple[tuple[str, datetime, datetime | None], ...] = ()

    def previous(self, now: datetime) -> datetime | None:
        """The last poll before the present one."""
        at = bisect_left(self.polls, now)
        return self.polls[at - 1] if at else None


class Item(NamedTuple):
    """A sighting that counts, at the time it is taken to have been published."""

    #: Seconds since 1970.
    at: float
    seen: float
    negative: bool
    source: str
    author: str | None
    story: str
    backlog: bool
    mention: str


def _first_of_each_story(sightings: Iterable[Sighting]) -> list[Sighting]:
    """Leave out copies: of each story the one that was seen first stays, whatever the order they come in."""
    first: dict[str, Sighting] = {}
    for s in sightings:
        known = first.setdefault(s.story, s)
        if known is not s and _age(s) < _age(known):
            first[s.story] = s
    return list(first.values())


def _age(s: Sighting) -> tuple[datetime, datetime, str]:
    return s.first_seen, s.published or s.first_seen, s.mention


def _sift(recent: Sequence[Sighting]) -> tuple[list[Sighting], list[Sighting], list[Sighting]]:
    """What can be judged; of that, what is no copy; of that, what counts."""
    judged = [s for s in recent if s.tone != "unknown"]
    first = _first_of_each_story(judged)
    return judged, first, [s for s in first if not s.backlog or _is_dated(s)]


def left_out(recent: Sequence[Sighting]) -> dict[str, LeftOut]:
    """By mention, why it does not count; what counts is not named."""
    judged, first, counting = _sift(recent)
    left: dict[str, LeftOut] = {}
    kinds: tuple[tuple[LeftOut, Sequence[Sighting]], ...] = (("unknown", recent), ("copy", judged), ("undated", first))
    for reason, sightings in kinds:
        left |= dict.fromkeys((s.mention for s in sightings), reason)
    counted = {s.mention for s in counting}
    return {mention: reason for mention, reason in left.items() if mention not in counted}


def _is_dated(s: Sighting) -> bool:
    """Whether the time of publication is known well enough.

    Midnight sharp is a date without a time.  For a backlog that is good enough; what is new is placed by when it was
    seen, or a day's reviews would make a burst at midnight.
    """
    p = s.published
    return p is not None and (s.backlog or bool(p.hour or p.minute or p.second or p.microsecond))


def count(recent: Sequence[Sighting], watched: Watched, *, min_confidence: float = 0.0) -> list[Item]:
    """What counts among `recent`, by time: no copies, nothing whose tone is unknown, everything at its time.

    A negative mention below `min_confidence` stays as one that is not negative.
    """
    items = []
    undated: dict[tuple[datetime, str], list[Sighting]] = defaultdict(list)
    for s in _sift(recent)[2]:
        if s.published is not None and _is_dated(s):
            # A date in the future is a mistake: it was there when it was seen.
            items.append(_item(s, min(s.published, s.first_seen).timestamp(), min_confidence))
        else:
            undated[s.first_seen, s.source].append(s)
    for group in undated.values():
        items += _spread(group, watched, min_confidence)
    items.sort(key=itemgetter(0, 7))
    return items


def _item(s: Sighting, at: float, min_confidence: float) -> Item:
    sure = s.confidence is None or s.confidence >= min_confidence
    return Item(
        at, s.first_seen.timestamp(), s.tone == "negative" and sure, s.source, s.author, s.story, s.backlog, s.mention
    )


def _spread(group: list[Sighting], watched: Watched, min_confidence: float) -> list[Item]:
    """Place what one poll found undated in one source evenly over the time since the poll before."""
    group.sort(key=lambda s: s.mention)
    before = watched.previous(group[0].first_seen)
    seen = group[0].first_seen.timestamp()
    span = min(_MOST_SPREAD, seen - before.timestamp()) if before else 0.0
    items = []
    for rank, s in enumerate(group):
        at = seen - span * (rank + 0.5) / len(group)
        # A date without a time bounds it from below.
        floor = min(seen, s.published.timestamp()) if s.published else at
        items.append(_item(s, max(at, floor), min_confidence))
    return items


def by_hour(items: Iterable[Item]) -> dict[int, tuple[int, int]]:
    """Negative mentions and all mentions per hour since 1970; an author's negatives count once an hour."""
    negative: dict[int, int] = defaultdict(int)
    total: dict[int, int] = defaultdict(int)
    told: set[tuple[int, str]] = set()
    for item in items:
        hour = int(item.at // HOUR)
        if item.negative and item.author is not None:
            if (hour, item.author) in told:
                continue
            told.add((hour, item.author))
        total[hour] += 1
        negative[hour] += item.negative
    return {hour: (negative[hour], n) for hour, n in total.items()}
