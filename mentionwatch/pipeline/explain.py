"""Why a mention is what it is: what found it, what made its tone, its copies, and whether it counts in a burst.

``gather`` reads, ``explain`` decides, by asking the pieces that decided: the matcher, the detector's tally.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mentionwatch.burst import WINDOWS, Baseline, Watched, count, first_of_each_author, is_learning, left_out
from mentionwatch.errors import MatchTimeout, QueryError, ToneError
from mentionwatch.match import compile_query, match_entry, searchable_text
from mentionwatch.match.fields import link_host
from mentionwatch.model import Counting, Explanation, Finding
from mentionwatch.pipeline.naming import known_names
from mentionwatch.pipeline.scan import brand_matcher
from mentionwatch.pipeline.verdict import read_baseline, watch, watching
from mentionwatch.store import BrandState, Filter
from mentionwatch.tone import make_engine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mentionwatch.model import Alert, Mark, Mention, Sighting, Tone
    from mentionwatch.settings import Brand, Config
    from mentionwatch.store import Store

#: Copies, and mentions of a story, that are read.
MOST_READ = 500
#: What was seen this long before and after is looked at too: longer than any window.
AROUND = timedelta(hours=48)
_LONGEST = timedelta(hours=max(WINDOWS))


@dataclass(frozen=True)
class Known:
    """What is known of a mention and what is around it."""

    mention: Mention
    #: The same as the engine judged it.
    judged: Mention
    mark: Mark | None
    #: All mentions of the brand with this text, and of this story; the oldest first.
    copies: Sequence[Mention]
    story: Sequence[Mention]
    alerts: Sequence[Alert]
    #: The brand as it is configured; None: it is not any more.
    brand: Brand | None
    #: What the detector sees around it, how the brand was watched, and what is usual; None: it was never judged.
    recent: Sequence[Sighting]
    watched: Watched
    baseline: Baseline | None


def gather(config: Config, store: Store, mention: Mention) -> Known:
    """Read what an explanation needs.

    Raises:
        StoreError: The store cannot be read.
    """
    brand = next((one for one in config.brands if one.name == mention.brand), None)
    state = store.brand_state(mention.brand) or BrandState(mention.first_seen, (), None)
    since = mention.first_seen - AROUND
    names = watching(config, brand) if brand is not None else []
    same = Filter(brand=mention.brand, copy=mention.copy) if mention.copy else Filter(ids=(mention.id,))
    return Known(
        mention=mention,
        judged=store.as_judged(mention.id) or mention,
        mark=store.mark_of(mention),
        copies=store.mentions(same, limit=MOST_READ, oldest_first=True),
        story=store.mentions(Filter(brand=mention.brand, story=mention.story), limit=MOST_READ, oldest_first=True),
        alerts=[alert for alert in store.alerts(brand=mention.brand) if mention.id in alert.evidence],
        brand=brand,
        recent=store.sightings(mention.brand, since=since, until=mention.first_seen + AROUND),
        watched=watch(store, names, state, since),
        baseline=read_baseline(state.baseline),
    )


def explain(known: Known, config: Config, *, now: datetime) -> Explanation:
    """Say why a mention is what it is."""
    mention = known.mention
    others = tuple(one for one in known.copies if one.id != mention.id)
    first = next((one for one in others if one.entry_id == mention.copy), None)
    story = tuple(one for one in known.story if one.id != mention.id and one.copy != mention.copy)
    return Explanation(
        mention=mention,
        finding=_find(known, config, now),
        judged=_worded(known.judged, config),
        mark=known.mark,
        copies=others,
        copy_of=first,
        story=story,
        places=tuple(dict.fromkeys(map(_place, (mention, *others, *story)))),
        counting=_count(known, config, now),
        alerts=tuple(known.alerts),
    )


def explain_mention(config: Config, store: Store, mention: Mention, *, now: datetime) -> Explanation:
    """Read, and say why.

    Raises:
        StoreError: The store cannot be read.
    """
    return explain(gather(config, store, mention), config, now=now)


def _worded(judged: Mention, config: Config) -> Tone:
    """Find all the words that weighed: at its speed a model gives some of them, or none."""
    tone = judged.tone
    by = tone.by or ""
    if tone.label == "unknown" or not by.startswith(("accurate", "auto")):
        return tone
    names, entry = known_names(config.brands, config.queries), judged.entry
    try:
        own = replace(config.tone, engine="accurate" if by.startswith("accurate") else "auto")
        engine = make_engine(own, entities=names, explain=True)
        found = engine.rate(searchable_text(entry), target=judged.brand, rating=entry.rating, language=entry.language)
    except ToneError:  # numpy was taken away since: the verdict stands without its words
        return tone
    # Another release may judge otherwise: its reasons are not those of this verdict.
    return replace(tone, words=found.words) if found.label == tone.label or not tone.words else tone


def _place(mention: Mention) -> str:
    host = link_host(mention.entry.url) if mention.entry.url else ""
    return host.removeprefix("www.") or mention.entry.source


# --- what found it ----------------------------------------------------------------------------------------


def _find(known: Known, config: Config, now: datetime) -> Finding:
    """Ask the matcher that watches; where it does not find it any more, the query that did."""
    mention, brand = known.mention, known.brand
    text = searchable_text(mention.entry)
    if brand is None:
        lost = "The brand is not in the configuration."
    else:
        slow: list[MatchTimeout] = []
        matches = brand_matcher(config, (brand,)).matches(mention.entry, now=now, on_timeout=slow.append)
        if matches:
            return Finding(matches[0].keyword, text, matches[0].spans)
        lost = (
            f"Whether the brand's queries find it is not known: {slow[0]}."
            if slow
            else "The brand's queries do not find it as they are now: it was edited, or they were changed."
        )
    return Finding(mention.keyword, text, _spans(known, config, now), lost)


def _spans(known: Known, config: Config, now: datetime) -> tuple[tuple[int, int], ...]:
    """Where the query stands that once found it."""
    exact = known.brand is not None and known.brand.case == "exact"
    try:
        query = compile_query(known.mention.keyword, saved=config.queries, exact_case=exact)
        return match_entry(query, known.mention.entry, now=now) or ()
    except (QueryError, MatchTimeout):
        return ()


# --- whether it counts ------------------------------------------------------------------------------------


def _count(known: Known, config: Config, now: datetime) -> Counting:
    """Ask the detector's tally."""
    mention, brand = known.mention, known.brand
    if mention.noise:
        return Counting("noise", "You marked it as noise.")
    left = left_out(known.recent)
    # What the store leaves out is a copy of what came longer ago.
    seen = next((s for s in known.recent if s.mention == mention.id), None)
    reason = left.get(mention.id) if seen is not None else "copy"
    if reason == "copy":
        return Counting("copy", f"It is a copy: its text counts once{_where(known, left)}.")
    assert seen is not None
    if reason == "unknown":
        return Counting(
            "unknown", f"Its tone is unknown: the engine cannot judge its language.{_as_first(seen, mention)}"
        )
    if reason == "undated":
        return Counting("undated", "It was there before its source was polled for the brand, and bears no date.")
    if brand is None:
        return Counting("unwatched", "Its brand is not in the configuration: no burst is looked for.")
    return _count_negative(known, seen, (brand.alerts or config.alerts).min_confidence, now)


def _as_first(seen: Sighting, mention: Mention) -> str:
    """An edit changes what is shown, and not what was counted."""
    return f" It counts as it was judged before its edit: {seen.tone}." if seen.tone != mention.tone.label else ""


def _where(known: Known, left: Mapping[str, str]) -> str:
    """Which of the copies counts, as far as it is stored."""
    here = {s.mention for s in known.recent if s.mention not in left}
    others = sorted((one for one in known.copies if one.id != known.mention.id), key=lambda one: one.first_seen)
    counting = next((one for one in others if one.id in here), others[0] if others else None)
    return f", in {counting.id} ({counting.entry.source})" if counting is not None else ""


def _count_negative(known: Known, seen: Sighting, min_confidence: float, now: datetime) -> Counting:
    """Of a mention that counts: as a negative one?"""
    items = count(known.recent, known.watched, min_confidence=min_confidence)
    item = next(one for one in items if one.mention == seen.mention)
    negative = [one for one in items if one.negative and not one.backlog]
    window = [one for one in negative if item.at - _LONGEST.total_seconds() < one.at <= item.at]
    at = seen.first_seen - timedelta(seconds=item.seen - item.at)
    past = known.baseline is not None and at < known.baseline.since
    learning = is_learning(known.baseline, now=now, watched=known.watched)

    def told(reason: str, why: str) -> Counting:
        whole = f"{why}{_as_first(seen, known.mention)}"
        return Counting(reason, whole, at, past, learning)  # type: ignore[arg-type]  # the caller's literal

    if seen.tone != "negative":
        return told("not-negative", "It counts among all mentions, and not as a negative one.")
    if not item.negative:
        return told("unsure", f"Its confidence, {seen.confidence:.2f}, is below min_confidence = {min_confidence:g}.")
    if item.backlog:
        return told("backlog", "It was there before its source was polled for the brand: it is only learned from.")
    if item not in first_of_each_author(window):
        earlier = next(one for one in window if one.author == item.author)
        return told("author", f"Its author counts once in a window: {earlier.mention} was earlier.")
    return told("counts", "It counts as a negative mention.")
