"""A store with a past that was made up: what was published when, and when polls saw it."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone

from mentionwatch.model import Entry, Mention, SourceStatus, Tone
from mentionwatch.store import BrandState, SourcePoll, Store

START = datetime(2026, 3, 2, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


def made(
    n,
    at,
    *,
    tone="negative",
    brand="Acme",
    source="forum",
    author=None,
    rating=None,
    confidence=0.9,
    seen=None,
    copy=None,
    backlog=False,
    text=None,
):
    """One mention: published `at` (None: undated), seen at the next full hour."""
    seen = seen or (at.replace(minute=0, second=0, microsecond=0) + HOUR)
    polarity = {"negative": -0.7, "neutral": 0.0, "positive": 0.7}.get(tone)
    entry = Entry(
        source=source,
        guid=f"g{n}",
        title=f"Post {n}",
        text=text or f"acme words {n}",
        author=author,
        published=at,
        rating=rating,
    )
    judged = Tone(tone, polarity, None if polarity is None else confidence)
    return Mention(
        id=f"m{n:015x}", entry_id=f"e{n:015x}", brand=brand, keyword="acme", entry=entry, tone=judged,
        first_seen=seen, story=f"s{n:015x}", copy=copy, backlog=backlog,
    )  # fmt: skip


def everyday(days, *, seed=1, per_hour=0.4, share=0.2, start=START, brand="Acme", first=0):
    """Mentions at random, a steady few an hour; those of the two days before the start are backlog."""
    dice = random.Random(seed)
    found = []
    at = start - timedelta(days=2)
    while at < start + timedelta(days=days):
        at += timedelta(hours=dice.expovariate(per_hour))
        tone = "negative" if dice.random() < share else "neutral"
        backlog = at < start
        found.append(made(first + len(found), at, tone=tone, brand=brand, author=f"a{dice.randrange(10**6)}",
                          seen=start if backlog else None, backlog=backlog, rating=dice.choice([1.0, 2.0]) if tone == "negative" else 4.0))  # fmt: skip
    return found


def storm(at, n, *, hours=3.0, seed=2, first=100_000, **how):
    """Complaints of `n` authors within some hours."""
    dice = random.Random(seed)
    times = sorted(at + timedelta(hours=hours * dice.random()) for _ in range(n))
    return [made(first + k, t, author=f"angry{first + k}", **{"rating": 1.0, **how}) for k, t in enumerate(times)]


def fill(store: Store, mentions, *, polls=(), brand="Acme", outage=None):
    """Store mentions as polls saw them."""
    by_poll: dict[tuple[datetime, str], list[Mention]] = {}
    for mention in mentions:
        by_poll.setdefault((mention.first_seen, mention.entry.source), []).append(mention)
    first = min(seen for seen, _source in by_poll)
    for (seen, source), group in sorted(by_poll.items()):
        status = SourceStatus(source, "https://x.example", first, seen, seen, 0, "ok")
        entries = [(mention.entry_id, mention.entry) for mention in group]
        store.record_poll(SourcePoll(status=status, entries=entries, mentions=group, outage=outage))
    recent = tuple(sorted(polls)) or (max(seen for seen, _source in by_poll),)
    store.record_verdict(brand, BrandState(first, recent, None), None)
