"""Plain thresholds beside the detector: more than so many mentions that match a query, within so much time.

Pure: what counts and the time in, a hit or None out.  What counts is decided where bursts are: copies are one, what was
there before a source was first polled is none, and an undated mention is placed between two polls.  An author counts
once a window.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, Protocol

from mentionwatch.model import Burst
from mentionwatch.settings import show_span
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mentionwatch.settings import RuleSettings

#: Windows that end longer ago than this are not looked at, whatever turns up for them.
LOOKBACK = timedelta(hours=48)


class Item(Protocol):
    """A mention that counts; ``burst.count`` gives such."""

    @property
    def at(self) -> float:
        """When it is taken to have been published, in seconds since 1970."""
        ...

    @property
    def seen(self) -> float:
        """When it was first seen."""
        ...

    @property
    def author(self) -> str | None:
        """None counts as an author of its own."""
        ...

    @property
    def story(self) -> str:
        """Copies share it."""
        ...

    @property
    def backlog(self) -> bool:
        """It was there when its source was first polled: no evidence."""
        ...

    @property
    def mention(self) -> str:
        """Its id."""
        ...


@dataclass(frozen=True)
class RuleHit:
    """A rule holds: the window with most of what it counts."""

    rule: RuleSettings
    #: First and last mention that count.
    start: datetime
    end: datetime
    #: Mentions that count (copies and repeats of one author folded), and those with repeats of one author.
    observed: int
    observed_raw: int
    #: All of the brand's mentions in that time, folded likewise; None where nobody asked for their share.
    total: int | None
    #: Ids of the mentions that were counted, oldest first.
    mentions: tuple[str, ...]
    authors: int
    stories: int

    @property
    def share(self) -> float | None:
        """The share of the brand's mentions; None where nobody asked for it."""
        return self.observed / self.total if self.total else None

    @property
    def reason(self) -> str:
        """Why, in one sentence with numbers.

        "7 mentions in 6 h match stars:<=2 (rule one-star wave: more than 5). 6 authors."
        """
        rule = self.rule
        more = self.observed_raw - self.observed
        folded = f" ({self.observed_raw:,} with repeats)" if more > 0 else ""
        match = "matches" if self.observed == 1 else "match"
        seen = (
            f"{_counted(self.observed, 'mention')}{folded} in {_hours(rule.within)} {match} {one_line(rule.when, 80)}"
        )
        share = f" They are {self.share:.0%} of {_counted(self.total or 0, 'mention')}." if self.share else ""
        return f"{seen} (rule {rule.name}: more than {rule.more_than:,}).{share} {_counted(self.authors, 'author')}."

    @property
    def burst(self) -> Burst:
        """The same in the words of the detector: `expected` is the rule's limit, and nothing is said of chance."""
        return Burst(
            start=self.start,
            end=self.end,
            observed=self.observed,
            observed_raw=self.observed_raw,
            expected=float(self.rule.more_than),
            total=self.total or self.observed,
            negative_share=self.share,
            usual_share=None,
            odds=0.0,
            score=float(self.observed),
            severity=self.rule.severity,
            authors=self.authors,
            stories=self.stories,
            mentions=self.mentions,
        )


def rule_kind(rule: RuleSettings) -> str:
    """The kind of its alerts: ``rule:one-star wave``."""
    return f"rule:{rule.name}"


def find_hit(
    rule: RuleSettings,
    matched: Sequence[Item],
    everything: Sequence[Item] = (),
    *,
    now: datetime,
    previous: datetime | None,
) -> RuleHit | None:
    """Find the window that holds most, among those of the rule's length that are news.

    News is what ends after the previous poll, and what holds a mention that was not seen before it: so a storm that
    came and went between two polls is found, and one that is told late.

    Args:
        rule: What is too many.
        matched: What counts and matches the rule's query, by `at`.
        everything: All that counts of the brand, by `at`; only looked at where the rule has ``share_over``.
        now: Time of this poll.
        previous: The poll before; None at the first.

    Returns:
        The hit, or None.  A rule with a higher ``more_than`` never hits where one with a lower does not.
    """
    evidence = [item for item in matched if not item.backlog]
    others = _Others(evidence, everything) if rule.share_over is not None else None
    best: _Found | None = None
    for first, last, observed in _windows(evidence, rule.within.total_seconds(), now, previous):
        if observed <= rule.more_than or (best is not None and observed < best.observed):
            continue
        total = observed + others.between(evidence[first].at, evidence[last].at) if others else None
        if total is not None and not observed > (rule.share_over or 0.0) * total:
            continue
        best = _Found(first, last, observed, total)
    return _describe(rule, evidence, best) if best else None


class _Found(NamedTuple):
    """A window: its first and last item, and what it counts."""

    first: int
    last: int
    observed: int
    total: int | None


def _windows(
    evidence: Sequence[Item], span: float, now: datetime, previous: datetime | None
) -> Iterator[tuple[int, int, int]]:
    """First and last item of each window that is news, and its authors; whoever has no name is one each time."""
    instant = now.timestamp()
    before = previous.timestamp() if previous else float("-inf")
    oldest = instant - LOOKBACK.total_seconds()
    authors: Counter[str] = Counter()
    nameless = unseen = first = 0
    for last, item in enumerate(evidence):
        unseen += item.seen > before
        if item.author is None:
            nameless += 1
        else:
            authors[item.author] += 1
        while evidence[first].at < item.at - span:
            gone = evidence[first]
            first += 1
            unseen -= gone.seen > before
            if gone.author is None:
                nameless -= 1
            else:
                authors[gone.author] -= 1
                if not authors[gone.author]:
                    del authors[gone.author]
        # The window may end later, as long as it still holds the first one.
        ends = min(instant, evidence[first].at + span)
        if item.at >= oldest and (unseen or ends > before):
            yield first, last, nameless + len(authors)


class _Others:
    """Counts what does not match."""

    def __init__(self, evidence: Sequence[Item], everything: Sequence[Item]) -> None:
        matched = {item.story for item in evidence}
        self._times = sorted(item.at for item in everything if not item.backlog and item.story not in matched)

    def between(self, start: float, end: float) -> int:
        """How many there are from `start` to `end`, both included."""
        return bisect_right(self._times, end) - bisect_left(self._times, start)


def _describe(rule: RuleSettings, evidence: Sequence[Item], found: _Found) -> RuleHit:
    inside = sorted(evidence[found.first : found.last + 1], key=attrgetter("at", "mention"))
    told: set[str] = set()
    counted = []
    for item in inside:
        if item.author is None or item.author not in told:
            counted.append(item)
        if item.author is not None:
            told.add(item.author)
    return RuleHit(
        rule=rule,
        start=_time(inside[0].at),
        end=_time(inside[-1].at) + timedelta(seconds=1),
        observed=found.observed,
        observed_raw=len(inside),
        total=found.total,
        mentions=tuple(item.mention for item in counted),
        authors=found.observed,
        stories=len({item.story for item in counted}),
    )


def _time(at: float) -> datetime:
    return datetime.fromtimestamp(at, timezone.utc)


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def _hours(span: timedelta) -> str:
    """``6 h``, ``90 m``, ``7 d``."""
    text = show_span(span)
    return f"{text[:-1]} {text[-1]}"
