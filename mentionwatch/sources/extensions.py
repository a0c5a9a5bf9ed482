"""What a feed says beside its entries' texts: extension elements, categories, and when to ask again.

Read from the document itself and by local name, because prefixes and namespaces differ, and because neither parser
gives all of it: so both modes give the same.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from mentionwatch.sources.markup import plain_title

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mentionwatch.sources.body import Body

#: An interval that is longer is a mistake, or no reason to miss a week.
_LONGEST = timedelta(days=7)
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 24 * 7, "monthly": 24 * 30, "yearly": 24 * 365}
#: Characters behind the last entry in which the channel's own elements are looked for.
_TAIL = 5_000

_ELEMENT = re.compile(
    # media:rating says who may see it.
    r"<(?:(?P<foreign>(?!media:)[\w.-]{1,40}:(?:origLink|comments|total|rating|version)|media:(?:statistics|starRating))|(?P<own>(?:[\w.-]{1,40}:)?(?:category|[sS]ource)))"
    r"(?=[\s/>])(?P<attributes>[^<>]{0,1000})>(?P<text>(?:<!\[CDATA\[)?[^<]{0,2000})",
)
_ATTRIBUTE = re.compile(r"([\w:.-]{1,40})\s*=\s*(?:\"([^\"]{0,300})\"|'([^']{0,300})')")
_TTL = re.compile(r"<ttl>\s*(\d{1,7})\s*</ttl\s*>", re.IGNORECASE)
_PERIOD = re.compile(r"<[\w.-]{1,40}:updatePeriod>\s*(\w{1,10})\s*</")
_FREQUENCY = re.compile(r"<[\w.-]{1,40}:updateFrequency>\s*(\d{1,5})\s*</")
_SKIP_HOURS = re.compile(r"<skipHours>(.{0,2000}?)</skipHours\s*>", re.IGNORECASE | re.DOTALL)
_HOUR = re.compile(r"<hour>\s*(\d{1,2})\s*</hour\s*>", re.IGNORECASE)
_FORUM = re.compile(
    r"<generator[^<>]{0,300}>[^<]{0,100}(?:discourse|phpbb|vbulletin|xenforo|nodebb|flarum|mybb|vanilla|invision|smf)"
    r"|<(?:id|link|category)[^<>]{0,300}(?:>|href=\"|term=\")(?:https?://(?:www\.|old\.)?reddit\.com/|[^<>\"]{0,200}viewtopic\.php)",
    re.IGNORECASE,
)
# Bing's namespace is the address of the question, and so another one each time.
_NEWS = re.compile(r"//(?:news\.google\.com|www\.bing\.com(?::\d{1,5})?/news)/", re.IGNORECASE)


@dataclass(frozen=True)
class Extensions:
    """What one entry says in elements of other namespaces; None where it says nothing."""

    #: The address that a counting redirector stands in front of.
    link: str | None = None
    rating: str | None = None
    version: str | None = None
    #: The forum that it stands in, where the feed is of a forum and the entry has one category.
    community: str | None = None
    #: Comments and likes.
    engagement: int | None = None
    #: Who published it, where the feed is of a search engine for news.
    publisher: str | None = None


NOTHING = Extensions()


def read_extensions(body: Body) -> tuple[Extensions, ...]:
    """What each entry of a document says, in order; empty where no entry says anything."""
    starts = [position for position, _ in body.entries]
    if not starts:
        return ()
    forum = bool(_FORUM.search(body.text[: starts[0] + 5_000]))
    news = bool(_NEWS.search(body.text[: min(starts[0], 100_000)]))
    found: dict[int, dict[str, list[tuple[str, str]]]] = {}
    for element in _ELEMENT.finditer(body.text, starts[0]):
        entry = found.setdefault(bisect_right(starts, element.start()) - 1, {})
        name = (element["foreign"] or element["own"]).rpartition(":")[2]
        name = "source" if name == "Source" else name
        entry.setdefault(name, []).append((element["attributes"], element["text"]))
    return (
        tuple(_extensions(found[n], forum=forum, news=news) if n in found else NOTHING for n in range(len(starts)))
        if found
        else ()
    )


def _extensions(told: Mapping[str, Sequence[tuple[str, str]]], *, forum: bool, news: bool) -> Extensions:
    def text_of(name: str) -> str | None:
        return next((_bare(text) for _, text in told.get(name, ()) if text.strip()), None)

    return Extensions(
        link=text_of("origLink"),
        rating=text_of("rating"),
        version=text_of("version"),
        community=_community(told.get("category", ())) if forum else None,
        engagement=_engagement(told),
        publisher=text_of("source") if news else None,
    )


def _community(categories: Sequence[tuple[str, str]]) -> str | None:
    if len(categories) != 1:
        return None
    attributes, text = categories[0]
    given = _attributes(attributes)
    return plain_title(_bare(text) or given.get("term") or given.get("label") or "")


def _bare(text: str) -> str:
    return text.strip().removeprefix("<![CDATA[").removesuffix("]]>").strip()


def _engagement(told: Mapping[str, Sequence[tuple[str, str]]]) -> int | None:
    """Comments (told in two ways, perhaps) plus likes; views are none, and many who look say nothing."""
    comments = [
        n for name in ("comments", "total") for _, text in told.get(name, ()) if (n := _count(text)) is not None
    ]
    likes = [_count(_attributes(a).get("count", "")) for a, _ in told.get("starRating", ())]
    likes += [_count(_attributes(a).get("favorites", "")) for a, _ in told.get("statistics", ())]
    counts = [*([max(comments)] if comments else []), *(n for n in likes if n is not None)]
    return sum(counts) if counts else None


def _attributes(written: str) -> dict[str, str]:
    return {m[1]: m[2] or m[3] or "" for m in _ATTRIBUTE.finditer(written)}


def _count(text: str) -> int | None:
    found = re.fullmatch(r"\s*(\d{1,9})\s*", text, re.ASCII)
    return int(found[1]) if found else None


# --- when to ask again ------------------------------------------------------------------------------------


def _around(body: Body) -> str:
    """The document without its entries, where they stand together."""
    if not body.entries:
        return body.text[:100_000]
    last = max(body.text.rfind(end, body.entries[-1][0]) for end in ("</item", "</entry", "</ITEM"))
    tail = body.text[last : last + _TAIL] if last > 0 else ""
    return body.text[: min(body.entries[0][0], 100_000)] + tail


def read_interval(body: Body) -> timedelta | None:
    """How often the publisher says that it is worth asking: the longer of ``ttl`` and ``updatePeriod``, or a week."""
    around = _around(body)
    told = []
    if (minutes := _TTL.search(around)) and int(minutes[1]):
        told.append(timedelta(minutes=int(minutes[1])))
    period = _PERIOD.search(around)
    if period and (hours := _PERIODS.get(period[1].lower())):
        times = _FREQUENCY.search(around)
        told.append(timedelta(hours=hours) / (int(times[1]) or 1 if times else 1))
    return min(max(told), _LONGEST) if told else None


def read_skip_hours(body: Body) -> frozenset[int]:
    """Hours (UTC) in which the publisher asks not to be asked; none where that would be all of them.

    Its skipDays are not looked at: news of a weekend would be missed for days.
    """
    found = _SKIP_HOURS.search(_around(body))
    hours = frozenset(int(h) % 24 for h in _HOUR.findall(found[1]) if int(h) <= 24) if found else frozenset()
    return hours if len(hours) < 24 else frozenset()
