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
#: Which mentions burst: those that complain, or all of them whatever their tone.
Kind = Literal["negative", "volume"]
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
    #: It is one of those that may burst: for kind "volume" all are.
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


def _sift(recent: Sequence[Sighting], kind: Kind = "negative") -> tuple[list[Sighting], list[Sighting], list[Sighting]]:
    """What can be judged; of that, what is no copy; of that, what counts."""
    judged = [s for s in recent if s.tone != "unknown" or kind == "volume"]
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


def count(
    recent: Sequence[Sighting], watched: Watched, *, min_confidence: float = 0.0, kind: Kind = "negative"
) -> list[Item]:
    """What counts among `recent`, by time: no copies, nothing whose tone is unknown, everything at its time.

    A negative mention below `min_confidence` stays as one that is not negative.  Of kind "volume" all count alike,
    whatever their tone, known or not: each is an item that is `negative`.
    """
    items = []
    least = min_confidence if kind == "negative" else None
    undated: dict[tuple[datetime, str], list[Sighting]] = defaultdict(list)
    for s in _sift(recent, kind)[2]:
        if s.published is not None and _is_dated(s):
            # A date in the future is a mistake: it was there when it was seen.
            items.append(_item(s, min(s.published, s.first_seen).timestamp(), least))
        else:
            undated[s.first_seen, s.source].append(s)
    for group in undated.values():
        items += _spread(group, watched, least)
    items.sort(key=itemgetter(0, 7))
    return items


def _item(s: Sighting, at: float, least: float | None) -> Item:
    """Negative from this confidence on; None: whatever its tone."""
    bursts = least is None or (s.tone == "negative" and (s.confidence is None or s.confidence >= least))
    return Item(at, s.first_seen.timestamp(), bursts, s.source, s.author, s.story, s.backlog, s.mention)


def _spread(group: list[Sighting], watched: Watched, least: float | None) -> list[Item]:
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
        items.append(_item(s, max(at, floor), least))
    return items


class Tally:
    """What counts among the sightings of a poll, counted once for all who ask."""

    def __init__(self, recent: Sequence[Sighting], watched: Watched, min_confidence: float = 0.0) -> None:
        """See ``count``."""
        self.recent, self.watched, self.min_confidence = recent, watched, min_confidence
        self._items: dict[Kind, list[Item]] = {}

    @classmethod
    def of(cls, recent: Sequence[Sighting] | Tally, watched: Watched, min_confidence: float) -> Tally:
        """The tally itself, or one of these sightings; it must have been made for the same `watched`."""
        return recent if isinstance(recent, Tally) else cls(recent, watched, min_confidence)

    def items(self, kind: Kind = "negative") -> list[Item]:
        """What ``count`` gives."""
        found = self._items.get(kind)
        if found is None:
            found = self._items[kind] = self._count(kind)
        return found

    def _count(self, kind: Kind) -> list[Item]:
        if kind == "volume" and not any(s.tone == "unknown" for s in self.recent):
            # Nothing is left out of the negatives' count that would be in this one.
            return [i if i.negative else i._replace(negative=True) for i in self.items()]
        return count(self.recent, self.watched, min_confidence=self.min_confidence, kind=kind)


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
