"""Which entries of one document are the same, and which are none but an error in an entry's clothes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from mentionwatch.identity import content_key, url_key

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


def name_apart(entries: Iterable[Entry]) -> list[Entry]:
    """Give the entries of one document ids by which two of them are the same just when they are one post.

    None is left out: who stores them does not store one twice, and says so.
    """
    listed = list(entries)
    guids = Counter(e.guid for e in listed if e.guid)
    # The document gives one id to everything; links and texts tell its entries apart.
    trusted = sum(n - 1 for n in guids.values()) <= len(listed) / 2
    known = Known()
    return [known.name(entry if trusted else replace(entry, guid=None)) for entry in listed]


class Known:
    """The entries of one document so far."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, ...], Entry] = {}
        self._guids: set[str] = set()
        self._urls: set[str] = set()

    def name(self, entry: Entry) -> Entry:
        """Take an entry in.

        Returns:
            With the id of one before where it is known: it has the id and the URL, or the id and the words, or the
            URL, words, author and date of that one.  Else with an id of its own, which is made of its words where
            that of another entry, or nothing but a URL that another has, would make one of the two.
        """
        words, url = content_key(entry), url_key(entry.url) if entry.url else ""
        keys = _keys(entry, words, url)
        if (first := next((self._seen[key] for key in keys if key in self._seen), None)) is not None:
            entry = replace(entry, guid=first.guid, url=entry.url if first.guid else first.url)
        elif (entry.guid in self._guids) if entry.guid else (bool(url) and url in self._urls):
            # Not the URL alone: a page of many posts may give each of them its own.
            entry = replace(entry, guid=f"content:{words}")
        for key in keys:
            self._seen.setdefault(key, first or entry)
        if entry.guid:
            self._guids.add(entry.guid)
        if url:
            self._urls.add(url)
        return entry


def _keys(entry: Entry, words: str, url: str) -> list[tuple[str, ...]]:
    """Each of them names an entry within its document."""
    keys: list[tuple[str, ...]] = []
    # Two reviews of one word are two where the source tells them apart by an id and gives them no place of their own.
    if (entry.title or entry.text) and (url or not entry.guid):
        keys.append(("all", url, words, entry.author or "", str(entry.published), str(entry.rating)))
    if entry.guid:
        keys.append(("id", entry.guid, words))
    if entry.guid and url:
        keys.append(("at", entry.guid, url))
    return keys
