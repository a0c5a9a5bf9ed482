"""Rules of a brand after a poll: which of its recent mentions match, and are they too many?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mentionwatch.burst import Watched, count
from mentionwatch.errors import MatchTimeout
from mentionwatch.match import compile_query, match_entry
from mentionwatch.match.prefilter import narrow
from mentionwatch.rules import LOOKBACK, RuleHit, find_hit, rule_kind
from mentionwatch.store import Filter

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from mentionwatch.burst.tally import Item
    from mentionwatch.match import Query
    from mentionwatch.model import Mention, Sighting
    from mentionwatch.settings import Brand, Config, RuleSettings
    from mentionwatch.store import Store

#: Mentions that are read at a time.
_CHUNK = 500


@dataclass(frozen=True)
class Ruled:
    """What became of a rule for a brand."""

    rule: RuleSettings
    #: None: it does not hold.
    hit: RuleHit | None
    #: Regular expressions that took too long, each with the number of mentions of which nothing is known therefore.
    undecided: Mapping[str, int] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The kind of its alerts."""
        return rule_kind(self.rule)


def rules_of(config: Config, brand: Brand) -> list[RuleSettings]:
    """The rules that hold for a brand."""
    return [rule for rule in config.rules if not rule.brands or brand.name in rule.brands]


def judge_rules(config: Config, store: Store, brand: Brand, now: datetime) -> list[Ruled]:
    """Look at each rule of a brand, whether it holds.

    Call it after the poll's mentions are stored.  What a rule counts is what the detector would count, of any tone.
    """
    rules = rules_of(config, brand)
    if not rules:
        return []
    state = store.brand_state(brand.name)
    watched = Watched(state.first_polled, state.polls) if state else Watched(now)
    recent = store.sightings(brand.name, since=now - LOOKBACK - max(rule.within for rule in rules))
    news = [sighting.mention for sighting in recent if not sighting.backlog]
    judged = []
    for rule in rules:
        if len(news) <= rule.more_than:
            judged.append(Ruled(rule, None))  # whatever matches: they are too few
            continue
        query = compile_query(rule.when, saved=config.queries, stored=True)
        matching, undecided = matching_mentions(store, query, news, now=now)
        matched, everything = rule_items(rule, recent, matching, watched)
        hit = find_hit(rule, matched, everything, now=now, previous=watched.previous(now))
        judged.append(Ruled(rule, hit, undecided))
    return judged


def matching_mentions(
    store: Store, query: Query, mentions: Sequence[str], *, now: datetime
) -> tuple[set[str], Mapping[str, int]]:
    """Which of these mentions match a query, and what took too long.

    What a column can tell is left to the store, so that few mentions are read.
    """
    conditions = narrow(query, now=now).conditions
    found: set[str] = set()
    undecided: Counter[str] = Counter()

    def matches(mention: Mention) -> bool:
        try:
            return match_entry(query, mention.entry, mention, now) is not None
        except MatchTimeout as e:
            undecided[e.pattern] += 1
            return False

    for n in range(0, len(mentions), _CHUNK):
        chunk = store.mentions(Filter(ids=tuple(mentions[n : n + _CHUNK]), conditions=conditions))
        found |= {mention.id for mention in chunk if matches(mention)}
    return found, undecided


def rule_items(
    rule: RuleSettings, sightings: Iterable[Sighting], matching: Collection[str], watched: Watched
) -> tuple[list[Item], list[Item]]:
    """What counts and matches, and all that counts where its share is asked for; both by time."""
    sightings = list(sightings)
    # Any tone counts here, also one that could not be told.
    matched = [replace(sighting, tone="negative") for sighting in sightings if sighting.mention in matching]
    everything = [replace(sighting, tone="neutral") for sighting in sightings] if rule.share_over is not None else []
    return count(matched, watched), count(everything, watched)
