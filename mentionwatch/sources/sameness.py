"""Which entries of one document are the same, and which are none but an error in an entry's clothes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from mentionwatch.identity import content_key, url_key
from mentionwatch.model import Dropped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mentionwatch.model import Entry

#: Titles that only a bridge or a proxy gives; one of them at the top is a failure, whatever stands below.
_BRIDGE_ERROR = re.compile(
    r"(?i)bridge returned error\b.{0,200}|rss-bridge (?:tried to fetch|was unable)\b.{0,200}"
    r"|rsshub.{0,20}\berror\b.{0,100}"
    r"|your ip(?: address)? (?:is|has been|was) (?:temporarily )?(?:blocked|banned)\b.{0,100}"
    r"|(?:an )?error (?:occurred )?while (?:fetching|generating|loading) (?:the |this )?feed\b.{0,100}"
)
#: Titles that a person could give to a post as well: an error only where a feed holds nothing else.
_SOLE_ERROR = re.compile(
    r"(?i)(?:this |the )?feed (?:has |was |has been )?(?:moved|not found|disabled|removed|no longer available)"
    r"\b.{0,100}|(?:http )?(?:error )?(?:40[0-9]|410|429|50[0-4])"
    r"(?:[ :-]{1,3}(?:not found|forbidden|gone|unauthorized|too many requests"
    r"|bad gateway|internal server error|service unavailable|gateway time-?out))?[.!]?|error|(?:page )?not found[.!]?"
    r"|access denied[.!]?|forbidden|too many requests[.!]?|rate limit(?:ed| exceeded)[.!]?|whoa there, pardner!?"
)


def is_error(entry: Entry, *, alone: bool = False) -> bool:
    """Whether an entry is an error message; `alone`: it, and others like it, are all that the feed holds."""
    title = entry.title or ""
    return bool(_BRIDGE_ERROR.fullmatch(title) or (alone and _SOLE_ERROR.fullmatch(title)))


def error_of(entries: Sequence[Entry]) -> str | None:
    """The error that a feed tells in place of entries: all of them say so, or the newest does."""
    if not entries:
        return None
    dated = [(e.published, -n) for n, e in enumerate(entries) if e.published]
    newest = entries[-max(dated)[1] if dated else 0]
    if is_error(newest) or all(is_error(e, alone=True) for e in entries):
        return newest.title
    return None


def each_once(entries: Iterable[tuple[int, Entry]], what: str) -> tuple[list[Entry], list[Dropped]]:
    """Drop the entries that a document holds twice, and take ids away that tell nothing apart.

    Args:
        entries: With their numbers in the document.
        what: What one is called in messages.
    """
    listed = list(entries)
    guids = Counter(e.guid for _, e in listed if e.guid)
    # The document gives one id to everything; links and texts tell its entries apart.
    trusted = sum(n - 1 for n in guids.values()) <= len(listed) / 2
    known = Known()
    kept: list[Entry] = []
    dropped: list[Dropped] = []
    for number, entry in listed:
        told = known.add(entry if trusted else replace(entry, guid=None))
        if told is None:
            dropped.append(Dropped(f"{what} {number}", "the document holds it twice"))
        else:
            kept.append(told)
    return kept, dropped


class Known:
    """The entries of one document so far."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, ...]] = set()
        self._guids: set[str] = set()
        self._urls: set[str] = set()

    def add(self, entry: Entry) -> Entry | None:
        """Take an entry in.

        Returns:
            None where it is known: it has the id and the URL, or the id and the words, or the URL, words, author and
            date of one before.  Else the entry: with an id made of its words where that of another entry, or nothing
            but a URL that another has, would make one of the two.
        """
        words, url = content_key(entry), url_key(entry.url) if entry.url else ""
        keys: set[tuple[str, ...]] = set()
        if entry.title or entry.text:
            keys.add(("all", url, words, entry.author or "", str(entry.published), str(entry.rating)))
        if entry.guid:
            keys.add(("id", entry.guid, words))
        if entry.guid and url:
            keys.add(("at", entry.guid, url))
        if keys & self._seen:
            return None
        self._seen |= keys
        if (entry.guid in self._guids) if entry.guid else (bool(url) and url in self._urls):
            # Not the URL alone: a page of many posts may give each of them its own.
            entry = replace(entry, guid=f"content:{words}")
        if entry.guid:
            self._guids.add(entry.guid)
        if url:
            self._urls.add(url)
        return entry
