"""Mails become entries: mailing lists, newsletters, and the alerts of services that tell by mail only.

Mail is hostile: parts nested without end, headers of a megabyte, encodings that nobody knows.  So of each mail only the
start is parsed, only a few of its parts are looked at, and headers are decoded one by one.
"""

from __future__ import annotations

import email
import re
from dataclasses import dataclass, field
from email.header import decode_header
from email.policy import compat32
from itertools import islice
from typing import TYPE_CHECKING

from mentionwatch.identity import text_key
from mentionwatch.model import Dropped, Entry, EntryKind
from mentionwatch.sources import body as bodies
from mentionwatch.sources.dates import parse_date
from mentionwatch.sources.links import absolute, destination, kept_links
from mentionwatch.sources.markup import Plain, plain_text, plain_title, read_markup
from mentionwatch.sources.quotes import split_quotes
from mentionwatch.text import clean_or_none, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from email.message import Message

    from mentionwatch.model import Response
    from mentionwatch.sources.chunks import Chunk

#: Mails, and bytes of a mailbox, that are read of one answer: a mail costs about half a millisecond.
MAIL_CAP = 500
#: Entries after which no further mail is read: an alert has up to a hundred.
_ENTRIES, _MAX_LINKS = 1_800, 100
_BYTES = 1_500_000
#: Bytes of one mail, and below of a header and of all headers, that are parsed; its text stands before its attachments.
_MAIL_BYTES = 200_000
_HEADER, _HEADERS = 2_000, 30_000
_MAX_PARTS, _MAX_BOUNDARIES = 40, 30
#: Bytes before the end of a chunk in which a mail may begin without being known as one yet.
_OVERLAP = 4_000
# After a blank line, and before a header: "From now on" begins many a sentence.
_START = re.compile(
    rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\r\n]{0,2000}\r?\n(?=(?:>From [^\r\n]{0,2000}\r?\n)?[!-9;-~]{1,100}:)"
)
_FROM_LINE = re.compile(rb"\AFrom [^\r\n]*\r?\n(?:>From [^\r\n]*\r?\n)?")
_HEADERS_END = re.compile(rb"\n\r?\n")
_CONTENT_TYPE = re.compile(rb"(?im)^content-type:.*\n?(?:[ \t].*\n?)*")
_ESCAPED = re.compile(r"(?m)^>(>*From )")
_SIGNATURE = re.compile(r"(?m)^-- \r?$")
_NAME_FIRST = re.compile(r'\s*"?([^"<>]*?)"?\s*<([^<>]*)>\s*')
_MAIL_FIRST = re.compile(r"\s*([^()<>]+?)\s*\((.*)\)\s*")
_LIST = re.compile(r'\s*"?([^"<>]*?)"?\s*<([^<>\s]{1,300})>')
#: Services whose mails are lists of links; what their links lead to, and where one item ends.
_ALERTS = re.compile(
    r"(?:googlealerts-noreply@google\.com|(?:admin|alerts|noreply|no-reply)@f5bot\.com)", re.IGNORECASE
)
_REDIRECT = r"https?://(?:www\.)?(?:google\.[a-z.]{2,6}|f5bot\.com)/url\?"
_ANCHOR = re.compile(
    rf"""(?is)<a\b[^<>]{{0,1000}}?\bhref=(?:"({_REDIRECT}[^"<>]{{1,4000}})"|'({_REDIRECT}[^'<>]{{1,4000}})')[^<>]{{0,2000}}>(.{{0,3000}}?)</a\s*>"""
)
_ASIDE = re.compile(r"(?is)<a\b[^<>]{0,1000}?\bhref=[\"']https?://(?:www\.)?(?:google\.[a-z.]{2,6}/alerts|f5bot\.com)")
_LINK = re.compile(rf"<?({_REDIRECT}[^\s<>]{{1,4000}})>?")
#: F5Bot: "Reddit Comments (/r/routers/): 'Its title' by somebody"
_F5BOT = re.compile(
    r"(?m)^[ \t]*(?:Reddit )?(Posts|Comments|Hacker News|Lobsters)[^\n:(]{0,40}"
    r"(?:\((/r/[^\s()]{1,60}?)/?\))?[^\n:]{0,40}:"
)
_BY = re.compile(r"\s*by (\S{1,60})\s*")


@dataclass(frozen=True)
class Mails:
    """What one chunk of a mailbox holds."""

    entries: tuple[Entry, ...]
    dropped: tuple[Dropped, ...] = ()
    #: Position in the chunk at which the next one begins; None where there is none.
    end: int | None = None
    #: For the next one.
    given: Mapping[str, str] = field(default_factory=dict)


def read_mails(source: str, response: Response, chunk: Chunk, *, number: int = 0, single: bool = False) -> Mails:
    """Read the mails of a chunk.

    Args:
        source: The source's name.
        response: Tells when the chunk was asked for, and whether it begins within a mail.
        chunk: What to read.
        number: Mails before this chunk.
        single: It is one mail, without the line that a mailbox puts before each.
    """
    data = chunk.data
    if single:
        reader = _Reader(source, response.fetched_at)
        reader.read(1, data)
        return reader.mails(None, {})
    starts = [found.start() for found in islice(_START.finditer(data), MAIL_CAP + 1)]
    if "skip" not in response.given and (not starts or starts[0] > 0) and not number:
        # What stands before the first mail is one without the line before it.
        starts = [0, *starts][: MAIL_CAP + 1]
    spans = [(start, end) for start, end in zip(starts, [*starts[1:], len(data)], strict=False) if end > start]
    whole = [span for span in spans if span[1] < len(data) or not chunk.cut][:MAIL_CAP]
    reader = _Reader(source, response.fetched_at)
    if not whole and chunk.cut:
        # A mail that is larger than a chunk: its start is read, and the next one looked for.
        for start in starts[:1]:
            reader.read(number + 1, data[start:])
        last = max(len(data) - _OVERLAP, len(data) // 2, starts[0] + 1 if starts else 1)
        return reader.mails(last, {"number": str(number + len(starts[:1])), "skip": "1"})
    last = 0
    for start, end in whole:
        number += 1
        reader.read(number, data[start:end])
        last = end
        if reader.is_full:
            break
    return reader.mails(last if 0 < last < len(data) or chunk.cut else None, {"number": str(number)})


class _Reader:
    """Reads mails until there is enough for one document."""

    def __init__(self, source: str, now: datetime) -> None:
        self._source = source
        self._now = now
        self._entries: list[Entry] = []
        self._dropped: list[Dropped] = []
        self._bytes = 0

    @property
    def is_full(self) -> bool:
        return self._bytes > _BYTES or len(self._entries) > _ENTRIES

    def read(self, number: int, raw: bytes) -> None:
        """Read one mail."""
        raw = raw[:_MAIL_BYTES]
        self._bytes += len(raw)
        what = f"mail {number}"
        try:
            found = list(_Mail(self._source, _parsed(raw), self._now).entries())
        except Exception as e:  # noqa: BLE001 - the email package names no errors; odd mails have raised KeyError, AttributeError and more
            self._dropped.append(Dropped(what, f"it cannot be read ({type(e).__name__})"))
            return
        self._entries += found
        if not found:
            self._dropped.append(Dropped(what, "it has no subject and no text"))

    def mails(self, end: int | None, given: Mapping[str, str]) -> Mails:
        """What was read, and where the next document begins."""
        return Mails(tuple(self._entries), tuple(self._dropped), end, given)


def _parsed(raw: bytes) -> Message:
    raw = _FROM_LINE.sub(b"", raw)
    end = _HEADERS_END.search(raw)
    head, rest = (raw[: end.start() + 1], raw[end.start() + 1 :]) if end else (raw, b"")
    if len(head) > _HEADERS:
        head = head[:_HEADERS] + b"\n"
    # Each line is compared with the ends of all parts around it.
    if raw.lower().count(b"boundary") > _MAX_BOUNDARIES:
        head = _CONTENT_TYPE.sub(b"", head)
    raw = head + rest
    return email.message_from_bytes(raw, policy=compat32)


def _decoded(data: bytes, charset: str | None) -> str:
    return bodies.decode(data, f"charset={charset}" if charset else "")


def _header(raw: str) -> str:
    """A header as text: encoded words decoded, whatever they are encoded in."""
    raw = raw[:_HEADER]
    if not raw.isascii():
        raw = _decoded(raw.encode("utf-8", "surrogateescape"), None)
    if "=?" not in raw:
        return one_line(raw)
    try:
        words = decode_header(raw)
    except ValueError:  # HeaderParseError is one: broken base64
        return one_line(raw)
    return one_line(
        "".join(
            word if isinstance(word, str) else _decoded(word, charset if charset != "unknown-8bit" else None)
            for word, charset in words
        )
    )


class _Mail:
    """One mail and what it says."""

    def __init__(self, source: str, message: Message, now: datetime) -> None:
        self._source = source
        self._now = now
        self._message = message
        self._headers: dict[str, str] = {}
        for name, value in islice(message.raw_items(), 200):
            self._headers.setdefault(str(name).lower(), str(value))

    def entries(self) -> Iterator[Entry]:
        """The entry that the mail is, or those that an alert lists."""
        plain, html = self._texts()
        if _ALERTS.search(self._headers.get("from", "")[:_HEADER]) and (found := list(self._alerts(plain, html))):
            yield from found
            return
        entry = self._entry(self._own_words(plain, html))
        if entry.title or entry.text or entry.quoted:
            yield entry

    def _get(self, name: str) -> str | None:
        return _header(self._headers[name]) or None if name in self._headers else None

    def _texts(self) -> tuple[str, str]:
        """The first plain text and the first HTML of the mail that say something."""
        plain = html = ""
        for part in islice(self._message.walk(), _MAX_PARTS):
            kind = part.get_content_type()
            if (
                part.is_multipart()
                or part.get_content_disposition() == "attachment"
                or kind not in {"text/plain", "text/html"}
            ):
                continue
            payload = part.get_payload(decode=True)
            text = _decoded(payload, part.get_content_charset()) if isinstance(payload, bytes) else ""
            if kind == "text/plain":
                plain = plain or (text if text.strip() else "")
            else:
                html = html or (text if text.strip() else "")
        return plain, html

    @staticmethod
    def _own_words(plain: str, html: str) -> Plain:
        if not plain:
            return read_markup(html)
        text = _ESCAPED.sub(r"\1", plain.replace("\r\n", "\n")[:200_000])
        signature = _last(_SIGNATURE, text)
        return Plain(*split_quotes(text[: signature.start()] if signature else text, []))

    def _entry(self, said: Plain) -> Entry:
        text, quoted = clean_or_none(said.text), said.quoted
        published, raw = self._date()
        title = self._get("subject")
        author = self._author()
        guid = _id(self._headers.get("message-id"))
        parent = _id(self._headers.get("in-reply-to"))
        if guid is None:
            words = (author or "", self._headers.get("date", "")[:100], title or "", text or quoted or "")
            guid = "mail:" + text_key("\n".join(words))
        return Entry(
            source=self._source,
            guid=guid,
            kind="comment" if parent else "post",
            url=absolute("", (self._get("archived-at") or "").strip("<> ")),
            title=one_line(title, 500) if title else None,
            text=text,
            author=author,
            community=self._list(),
            parent=parent,
            published=published,
            published_raw=raw,
            quoted=quoted,
            links=kept_links(said.links, "", text, None),
        )

    def _date(self) -> tuple[datetime | None, str | None]:
        return parse_date(self._get("date"), now=self._now)

    def _author(self) -> str | None:
        given = self._get("from")
        if not given:
            return None
        if found := _NAME_FIRST.fullmatch(given):
            return one_line(found[1] or found[2], 200) or None
        # Archives of Mailman: "ada at example.com (Ada Lovelace)"
        if found := _MAIL_FIRST.fullmatch(given):
            return one_line(found[2].strip() or found[1], 200) or None
        return one_line(given, 200)

    def _list(self) -> str | None:
        """Name of the mailing list, or its id."""
        given = self._get("list-id")
        if not given:
            return None
        found = _LIST.match(given)
        return one_line((found[1] or found[2]) if found else given, 200) or None

    # --- alerts -------------------------------------------------------------------------------------------

    def _alerts(self, plain: str, html: str) -> Iterator[Entry]:
        """An entry for each link that an alert lists, once."""
        seen: set[str] = set()
        for link, title, before, after in _in_html(html) if html else _in_text(plain):
            url = _unwrapped(link)
            if url is None or url in seen or not title:
                continue
            seen.add(url)
            place = _last(_F5BOT, before[-500:])
            by = _BY.match(after)
            published, raw = self._date()
            yield Entry(
                source=self._source,
                kind=_kind_of(place[1] if place else None),
                url=url,
                title=title,
                text=clean_or_none(after[by.end() if by and place else 0 :]),
                author=by[1] if by and place else None,
                community=place[2].strip("/") if place and place[2] else None,
                published=published,
                published_raw=raw,
            )


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return max(pattern.finditer(text), key=lambda found: found.start(), default=None)


def _kind_of(place: str | None) -> EntryKind:
    return "article" if place is None else "comment" if place == "Comments" else "post"


def _unwrapped(link: str) -> str | None:
    """Where a link of an alert leads; None for one that leads to the service itself."""
    if "f5bot.com/url?" in link:
        # Read as Google's, which is written alike.
        link = re.sub(r"^https?://(?:www\.)?f5bot\.com/url\?", "https://www.google.com/url?", link)
        link = re.sub(r"([?&])u=", r"\1url=", link, count=1)
    url = destination("", link)
    return None if url is None or re.match(_REDIRECT, url) else url


def _in_html(html: str) -> Iterator[tuple[str, str | None, str, str]]:
    """Link, title, what stands before, and what stands after it, of each item of an alert."""
    html = html[:200_000]
    found = [a for a in islice(_ANCHOR.finditer(html), _MAX_LINKS) if plain_title(a[3])]
    ends = [a.end() for a in found]
    for anchor, last, following in zip(found, [0, *ends], [*found[1:], None], strict=False):
        after = html[anchor.end() : following.start() if following else anchor.end() + 5_000]
        aside = _ASIDE.search(after)
        before = plain_text(html[last : anchor.start()])[0]
        text = plain_text(after[: aside.start()] if aside else after)[0]
        # The line before the next link is the next item's.
        place = _last(_F5BOT, text)
        text = text[: place.start()] if place and following else text
        yield anchor[1] or anchor[2], plain_title(anchor[3]), before, text


def _in_text(plain: str) -> Iterator[tuple[str, str | None, str, str]]:
    plain = plain.replace("\r\n", "\n")[:200_000]
    last = 0
    found = list(islice(_LINK.finditer(plain), _MAX_LINKS))
    for link, following in zip(found, [*found[1:], None], strict=True):
        before = plain[last : link.start()].strip()
        last = link.end()
        if place := _F5BOT.search(before):
            # The title stands before the link, and what was said after it.
            title, _, by = before[place.end() :].strip().rpartition(" by ")
            rest = plain[last : following.start() if following else len(plain)]
            end = _F5BOT.search(rest)
            text = rest[: end.start()] if end else rest
            yield link[1], plain_title(title.strip("'\" ")), place[0], f"by {by}\n{text.strip()}"
        else:
            block = before.rsplit("\n\n", 1)[-1].splitlines()
            yield link[1], plain_title(block[0]) if block else None, "", "\n".join(block[1:])


def _id(raw: str | None) -> str | None:
    """The first message id in a header, without its brackets."""
    found = re.search(r"<([^<>\s]{1,400})>", raw[:_HEADER]) if raw else None
    return one_line(found[1]) or None if found else None
