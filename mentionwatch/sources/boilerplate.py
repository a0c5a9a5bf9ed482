"""Sentences that programs add to each post, and that say nothing of anybody's opinion.

They would make false matches ("comments", "Reddit", the name of the site) and false tones.  Each pattern is anchored at
the start or the end of a text and so particular that no person writes it there; what is less so belongs to a preset.
"""

from __future__ import annotations

import re
from typing import NamedTuple

#: Characters at the end of a text in which an ending is looked for; at its start, a beginning.
_REACH = 1_500

#: What WordPress adds, by language: how it begins, and what it says between title and site.
_FIRST_APPEARED = (
    ("The post", "(?:first )?appeared first on"),
    ("(?:Der|Dieser) Beitrag", "erschien zuerst (?:auf|bei)"),
    ("L[’']article", "est apparu en premier sur"),
    ("(?:La entrada|El artículo|El cargo)", "(?:se publicó primero en|apareció primero en|aparece primero en)"),
    ("O post", "(?:apareceu primeiro em|aparece primeiro em)"),
    ("L[’']articolo", "(?:proviene da|sembra essere il primo su|è apparso per la prima volta su)"),
    ("Het bericht", "verscheen eerst op"),
    ("(?:Artykuł|Wpis)", "(?:pochodzi z serwisu|pojawił się poczatkowo na|pojawił się najpierw na)"),
    ("Inlägget", "dök först upp på"),
    ("Indlægget", "blev først udgivet på"),
    ("Innlegget", "dukket først opp på"),
    ("Příspěvek", "pochází z"),
    ("(?:Запись|Сообщение)", "(?:впервые появилась|появились сначала) на"),
)
_WORDPRESS = "|".join(
    rf"{begin} [^\n]{{1,300}}? {middle} (?:[^\n.!?]|[.!?](?=\S)){{1,150}}[.!?]?" for begin, middle in _FIRST_APPEARED
)
# Links to the rest, alone on the last line.
_CONTINUE = (
    r"(?:\A|\n)(?i:continue reading|read more|read the rest|weiterlesen|lire la suite|leer más|seguir leyendo"
    r"|continua a leggere|leia mais|lees verder|läs mer|czytaj dalej|читать далее)\b[^\w\n]{0,8}\Z"
)

#: What is cut off at the end, each after the one before it.
_ENDINGS = tuple(
    re.compile(pattern)
    for pattern in (
        # Discourse
        r"(?:(?:\A|\n)\d+ posts? - \d+ participants?)?\s*(?:\A|\n)Read full topic\Z",
        # phpBB
        r"(?:\A|\n|(?<=[^\w\s]))\s*Statistics: Posted by [^\n]{1,120} — [^\n]{4,60}(?:\n+-+)?\Z",
        # Reddit
        r"(?:\A|\s)submitted by\s+/?u/[\w-]{1,40}(?:\s+to\s+/?r/\w{1,40})?\s+\[link\]\s+\[\d{0,6} ?comments?\]\Z",
        # WordPress
        rf"(?:\A|\s)(?:{_WORDPRESS})\Z",
        _CONTINUE,
        r"(?:\A|\n)Continue reading (?:on |[“\"»→])[^\n]{0,150}\Z",
        r"(?:\s|\A)Continue reading\s?(?:\.\.\.|…|→|»)\Z",
    )
)
_LEMMY = re.compile(
    r"\Asubmitted by (\S{1,60}) to ([^\n]{1,100})\n+(-?\d{1,7}) points? \| (\d{1,7}) comments?(?:\n+|\Z)"
)
_HN_RSS = re.compile(
    r"(?:\A|\n)(?:Article URL: \S{1,500}\s+)?Comments URL: \S{1,500}\s+Points: (\d{1,7})\s+# Comments: (\d{1,7})\Z"
)
# All there is in Hacker News' own feed.
_NOTHING = re.compile(r"(?:Comments|\[link\]|\[comments\])\Z")


class Told(NamedTuple):
    """A text without what a program added, and what that said."""

    text: str
    author: str | None = None
    community: str | None = None
    #: Points and comments together.
    engagement: int | None = None
    #: The id of the entry is the page where it is discussed, and its link leads to what it is about.
    discussed_at_id: bool = False


def _without_ending(tail: str) -> tuple[str, bool]:
    """Without the endings that programs write, and whether there was one."""
    whole = tail
    for ending in _ENDINGS:
        if found := ending.search(tail):
            tail = tail[: found.start()].rstrip()
    return tail, tail != whole


def strip_boilerplate(text: str) -> Told:
    """Cut off what programs add at the start and at the end of a text."""
    found = _LEMMY.match(text[:_REACH])
    if found:
        told = Told(
            text[found.end() :].strip(), found[1], found[2], int(found[3]) + int(found[4]), discussed_at_id=True
        )
    else:
        told = Told(text)
    start = max(0, len(told.text) - _REACH)
    head, tail = told.text[:start], told.text[start:]
    if found := _HN_RSS.search(tail):
        told = told._replace(engagement=int(found[1]) + int(found[2]))
        tail = tail[: found.start()].rstrip()
    tail, cut = _without_ending(tail)
    if cut:
        # A forum's line may stand before that of the blog that shows it.
        tail, _ = _without_ending(tail)
    return told._replace(text="" if _NOTHING.match(head + tail) else (head + tail).rstrip())
