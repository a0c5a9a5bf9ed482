"""What makes two things the same: keys of entries, mentions and texts.

An entry is known again by (source, id), then by its canonical URL, then by its content, in this order: ids change
between polls, and some feeds have none (a fifth of the recorded ones).  Ids are hashes, so that they are stable
from run to run and from machine to machine, and can be shortened to what is unique.  Pure; imports only the model.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit, urlunsplit

if TYPE_CHECKING:
    from mentionwatch.model import Entry

#: Parameters that say how somebody came to a page, not which page it is.
_TRACKING = re.compile(
    r"(?i)(?:utm_\w+|fbclid|gclid|dclid|msclkid|yclid|mc_[ce]id|igshid|_hs(?:enc|mi)|ref_?src|cmpid|ns_\w+|at_(?:medium|campaign)"
    r"|ito|ftag|smid|partner|rss|feature)"
)
_SOURCE_TRACKING = re.compile(r"(?i)(?:rss|feed|twitter|email|newsletter)\b.*")
_NOT_WORD = re.compile(r"[\W_]+")


def digest(kind: str, *parts: str) -> str:
    """A letter and 15 hex digits that stand for these parts; the letter is that of the kind.

    Without the letter some ids would be numbers to a spreadsheet: 7843625560569e38.
    """
    # 60 bits: among 10 million ids the chance of any collision is 4 in 100,000.
    known = hashlib.blake2b("\0".join((kind, *parts)).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return kind[0] + known[:15]


def url_key(url: str) -> str:
    """Canonical form of a URL, for comparing: no scheme, ``www.``, fragment, trailing slash or tracking parameter."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
        port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    except ValueError:
        return url
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _is_tracking(*pair)]
    # A fragment that looks like a route or an anchor of a post (#p123, #issuecomment-1) tells two posts apart.
    fragment = parts.fragment if re.search(r"\d", parts.fragment) or parts.fragment.startswith(("!", "/")) else ""
    return urlunsplit(
        ("", host + port, parts.path.rstrip("/"), urlencode(kept, errors="surrogatepass"), fragment)
    ).removeprefix("//")


def strip_tracking(url: str) -> str:
    """The URL as it may be shown: without tracking parameters, and else as it stood.  Never raises."""
    address, mark, fragment = url.partition("#")
    place, asks, query = address.partition("?")
    if not asks:
        return url
    # Not parsed and written anew: some servers know only their own way of escaping.
    kept = [part for part in query.split("&") if not _is_tracking(*_pair(part))]
    return place + ("?" if kept else "") + "&".join(kept) + mark + fragment


def _pair(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return unquote_plus(name), unquote_plus(value)


def _is_tracking(name: str, value: str) -> bool:
    return bool(_TRACKING.fullmatch(name) or (name == "source" and _SOURCE_TRACKING.fullmatch(value)))


def text_key(text: str) -> str:
    """Key of a text's words: the same for copies that differ in case, blanks or punctuation.

    A text without words (a row of emoji) is its own: not all of them are one.
    """
    folded = _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
    return digest("text", folded or text.strip())


def content_key(entry: Entry) -> str:
    """Key of an entry's title and text."""
    return text_key(f"{entry.title or ''}\n{entry.text or ''}")


def entry_id(entry: Entry) -> str:
    """Id of an entry: "e" and 15 hex digits from its source and the best name it has."""
    if entry.guid:
        return digest("entry", entry.source, "guid", entry.guid)
    if entry.url:
        return digest("entry", entry.source, "url", url_key(entry.url))
    return digest("entry", entry.source, "content", content_key(entry))


def name_key(entry: Entry) -> str:
    """Short key of what an entry is called in its source's document: "n" and 7 hex digits; "" when it has no name.

    28 bits: two of a few hundred names of one source are the same in one of 3,000 documents, and little hangs on it.
    """
    name = entry.guid or entry.url or entry.title
    return digest("name", name)[:8] if name else ""


def mention_id(entry: str, brand: str) -> str:
    """Id of a mention: "m" and 15 hex digits from its entry's id and its brand."""
    return digest("mention", entry, brand)


def alert_id(brand: str, kind: str, opened: str) -> str:
    """Id of an alert: "a" and 11 hex digits from what and when (ISO time)."""
    return digest("alert", brand, kind, opened)[:12]


def notice_id(alert: str, kind: str, created: str, channel: str) -> str:
    """Idempotency key of one telling over one channel."""
    return digest("notice", alert, kind, created, channel)
