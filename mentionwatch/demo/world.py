"""Three weeks in the life of a coffee machine's name: what is posted where, and when.

Pure and seeded: the same start gives the same world.  Ordinary days come first; 30 hours before the end an update
stops machines, and complaints ramp up until the end.
"""

from __future__ import annotations

import random
import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from mentionwatch.demo import everyday, storm

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from mentionwatch.model import Label

#: Where things are posted: a news site, a forum, an owners' club and a shop.
Place = Literal["news", "forum", "club", "shop"]
PLACES: tuple[Place, ...] = ("news", "forum", "club", "shop")

#: How long the world lasts.
LENGTH = timedelta(days=21)
#: How long before the end the firestorm begins.
STORM = timedelta(hours=30)
#: The brand's own account.
OWN_AUTHOR = "nimbus_team"

#: The club's server is down in this part of week two: a blind spot.
OUTAGE = (timedelta(days=9, hours=6), timedelta(days=9, hours=20))

_Pairs = tuple[tuple[str, str], ...]

# Per place: what is posted there on an ordinary day, on average.
_DAILY: dict[Place, tuple[tuple[str, float], ...]] = {
    "news": (("news", 1.2), ("off-topic", 0.5)),
    "forum": (("praise", 1.9), ("neutral", 3.0), ("off-topic", 2.5)),
    "club": (("praise", 2.0), ("neutral", 1.9), ("off-topic", 1.0)),
    "shop": (("praise", 1.4),),
}
_KINDS: dict[str, tuple[_Pairs, Label | None]] = {
    "news": (everyday.NEWS, "neutral"),
    "praise": (everyday.PRAISE, "positive"),
    "neutral": (everyday.NEUTRAL, "neutral"),
    "grumble": (everyday.GRUMBLES, "negative"),
    "off-topic": (everyday.OFF_TOPIC, None),
    "complaint": (storm.COMPLAINTS, "negative"),
    "headline": (storm.HEADLINES, "negative"),
    "answer": (storm.ANSWERS, None),
}
_TAILS = {
    "praise": everyday.TAILS,
    "grumble": everyday.TAILS,
    "neutral": everyday.GREETINGS,
    "off-topic": everyday.GREETINGS,
    "complaint": storm.TAILS,
}
# Where small complaints appear, in this order over and over.  They come at a steady pace: a chance cluster in the
# first days would be an alert of its own, and the demo is about one firestorm.
_GRUMBLE_PLACES: tuple[Place, ...] = ("forum", "club", "forum", "shop")
_GRUMBLE_EVERY = timedelta(hours=11)
# Where the firestorm's posts appear, in this order over and over.
_STORM_PLACES: tuple[Place, ...] = ("forum", "club", "forum", "shop", "forum", "club")
_COMPLAINTS = 52
# Posts by hour of the day (UTC): little at night, most around breakfast and in the evening.
_HOURS = (1, 1, 1, 1, 2, 4, 8, 11, 10, 8, 7, 6, 7, 6, 5, 5, 6, 7, 9, 10, 9, 7, 4, 2)
_EDITORS = ("Ida Holm", "Marcus Pell", "Rosa Quintero")


@dataclass(frozen=True)
class Post:
    """One thing that was published."""

    place: Place
    #: Id within its place, growing with time.
    number: int
    title: str
    text: str
    author: str
    #: UTC, to the second.
    published: datetime
    #: How it is meant towards the Nimbus; None: it is not about it, or it is the makers' own.
    leaning: Label | None
    #: Stars, 1 to 5, in the shop.
    rating: int | None = None
    #: It is part of the firestorm.
    storm: bool = False


def posts_until(now: datetime, start: datetime) -> tuple[Post, ...]:
    """What has been published by `now` in the world that began at `start`, oldest first."""
    posts, times = _make_world(start)
    return posts[: bisect_right(times, now)]


def is_down(place: Place, now: datetime, start: datetime) -> bool:
    """Whether a place does not answer at the moment."""
    return place == "club" and OUTAGE[0] <= now - start < OUTAGE[1]


@lru_cache(maxsize=4)
def _make_world(start: datetime) -> tuple[tuple[Post, ...], tuple[datetime, ...]]:
    start = start.replace(microsecond=0)
    writer = _Writer()
    drafts = [
        *_first_posts(writer, start),
        *_ordinary_days(writer, start),
        *_grumbles(writer, start),
        *_firestorm(writer, start + LENGTH),
    ]
    drafts += _copies(writer.rng, drafts)
    drafts = sorted((p for p in drafts if start <= p.published <= start + LENGTH), key=lambda p: (p.published, p.text))
    counts = dict.fromkeys(PLACES, 1000)
    posts = []
    for draft in drafts:
        counts[draft.place] += 1
        posts.append(replace(draft, number=counts[draft.place]))
    return tuple(posts), tuple(post.published for post in posts)


class _Writer:
    """Makes posts of the templates; no two have the same text."""

    def __init__(self) -> None:
        self.rng = random.Random("nimbus")  # noqa: S311 - a story, no secret
        self._decks: dict[str, list[tuple[str, str]]] = {}
        self._written: set[str] = set()
        first, second = everyday.HANDLES
        self._names = [f"{a}_{b}" for a in first for b in second]
        self.rng.shuffle(self._names)

    def write(self, place: Place, kind: str, published: datetime) -> Post:
        """Make a post of this kind."""
        _, leaning = _KINDS[kind]
        title, text = self._fresh_words(kind)
        stormy = kind in {"complaint", "headline"}
        return Post(
            place=place,
            number=0,
            title=title,
            text=text,
            author=self._author(place, kind),
            published=published.replace(microsecond=0),
            leaning=leaning if "nimbus" in f"{title} {text}".casefold() else None,
            rating=self._stars(leaning, stormy=stormy) if place == "shop" else None,
            storm=stormy,
        )

    def _fresh_words(self, kind: str) -> tuple[str, str]:
        for _ in range(50):
            title, text = self._words(kind)
            if text not in self._written:
                break
        self._written.add(text)
        return title, text

    def _words(self, kind: str) -> tuple[str, str]:
        title, text = self._draw(kind, _KINDS[kind][0])
        tails = _TAILS.get(kind)
        if tails and self.rng.random() < 0.45:
            text = f"{text} {self.rng.choice(tails)}"
        details = {name: self.rng.choice(values) for name, values in everyday.DETAILS.items()}
        return _capitalise(title.format_map(details)), _capitalise(text.format_map(details))

    def _draw(self, kind: str, pairs: _Pairs) -> tuple[str, str]:
        # A deck, not a die: every template is used before one comes again.
        deck = self._decks.setdefault(kind, [])
        if not deck:
            deck += self.rng.sample(pairs, len(pairs))
        return deck.pop()

    def _author(self, place: Place, kind: str) -> str:
        if kind == "answer":
            return OWN_AUTHOR
        if place == "news":
            return self.rng.choice(_EDITORS)
        if kind == "complaint":
            return self._names.pop()
        return self.rng.choice(self._names[:60])

    def _stars(self, leaning: Label | None, *, stormy: bool) -> int:
        if leaning == "positive":
            return self.rng.choice((4, 5, 5))
        return self.rng.choice((1, 1, 1, 2) if stormy else (2, 2, 3))


def _capitalise(text: str) -> str:
    return re.sub(r"(?:^|[.?!] )[a-z]", lambda found: found[0].upper(), text)


def _first_posts(writer: _Writer, start: datetime) -> Iterator[Post]:
    # A shop without a review is no review page, and a feed without an item is a strange first sight.
    for place, kinds in _DAILY.items():
        yield writer.write(place, kinds[0][0], start)


def _ordinary_days(writer: _Writer, start: datetime) -> Iterator[Post]:
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(LENGTH.days + 1):
        for place, kinds in _DAILY.items():
            for kind, usual in kinds:
                for _ in range(int(usual + writer.rng.random())):
                    hour = writer.rng.choices(range(24), _HOURS)[0]
                    seconds = writer.rng.randrange(3600)
                    yield writer.write(place, kind, midnight + timedelta(days=day, hours=hour, seconds=seconds))


def _grumbles(writer: _Writer, start: datetime) -> Iterator[Post]:
    for number in range(int(LENGTH / _GRUMBLE_EVERY)):
        jitter = timedelta(minutes=writer.rng.randrange(240))
        place = _GRUMBLE_PLACES[number % len(_GRUMBLE_PLACES)]
        yield writer.write(place, "grumble", start + number * _GRUMBLE_EVERY + jitter)


def _firestorm(writer: _Writer, end: datetime) -> Iterator[Post]:
    for number in range(_COMPLAINTS):
        # Slow at first: half of the complaints come in the last third of the time.
        hours = 30 * ((number + writer.rng.random()) / _COMPLAINTS) ** 0.6
        place = _STORM_PLACES[number % len(_STORM_PLACES)]
        yield writer.write(place, "complaint", end - STORM + timedelta(hours=hours))
    for hours in (9, 16, 24):
        yield writer.write("news", "headline", end - STORM + timedelta(hours=hours))
    for hours in (14, 26):
        yield writer.write("forum", "answer", end - STORM + timedelta(hours=hours))


def _copies(rng: random.Random, posts: Sequence[Post]) -> Iterator[Post]:
    """Word-for-word copies of the news in the club: some of the ordinary ones, three of every one in the storm."""
    for post in posts:
        if post.place == "news" and (post.storm or rng.random() < 0.3):
            for number in range(3 if post.storm else 1):
                later = timedelta(minutes=rng.randrange(20, 300))
                author = f"newsbot_{number + 1}"
                yield replace(post, place="club", author=author, published=post.published + later)
