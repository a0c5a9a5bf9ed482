"""OPML: the lists of subscriptions that feed readers give and take.  Bytes -> feeds, feeds -> text; pure.

Read with expat, from the standard library.  listparser, made for this, was tried and not taken: it ends in an
IndexError on three of the recorded lists and in a UnicodeDecodeError on one that is not UTF-8, says no line, passes
over an outline without an address in silence, and takes 40 s for 120 kB of unclosed quotes, four times as much for
twice the length.

Readers write OPML that is no XML: of 59 recorded lists 41 are not well-formed, most for a bare "&", 11 for quotes and
tags in a description too.  So references are put right before expat sees them, and quotes where it still stops.
"""

from __future__ import annotations

import codecs
import contextlib
import html
import html.entities
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.parsers import expat

from mentionwatch.errors import Problem, UsageError
from mentionwatch.identity import url_key
from mentionwatch.masking import MASK, mask_url
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Largest list; one of 10,000 feeds with their descriptions takes 4 MB.
MAX_BYTES = 8 * 2**20
#: Folders in folders.  People have three levels; a tag holds the names of all of them.
MAX_DEPTH = 64
#: Mistakes that are kept; of the others only the number is.
MAX_PROBLEMS = 100
#: Longest title or folder that is kept whole; as a source's name it is typed on the command line.
MAX_TITLE = 200
_MAX_URL = 8000


@dataclass(frozen=True)
class Subscription:
    """One feed of a list."""

    url: str
    #: What the reader calls it; None: nothing.
    title: str | None = None
    #: Folders and categories; "A/B" is the folder B in the folder A, and "A / B" one folder.
    tags: tuple[str, ...] = ()
    #: What it is to be called where titles have to differ; None: as its title.
    name: str | None = None


@dataclass(frozen=True)
class Outline:
    """What a list holds."""

    #: Each feed once, in the order of the list, with the tags of all the places where it stands.
    feeds: tuple[Subscription, ...]
    #: Outlines that name a feed which stood before.
    repeated: int = 0
    #: The first MAX_PROBLEMS of the outlines that cannot be taken.
    problems: tuple[Problem, ...] = ()
    #: How many outlines cannot be taken.
    failed: int = 0
    #: What else the user should know.
    notes: tuple[str, ...] = ()


# --- reading ----------------------------------------------------------------------------------------------


def read_opml(raw: bytes, file: str) -> Outline:
    """Read a list of subscriptions.

    Two addresses are the same feed where ``url_key`` says so; the first title is kept.

    Args:
        raw: The file's content, in whatever encoding.
        file: What to call it in messages.

    Raises:
        UsageError: It is no OPML, too large, nested too deep, declares entities, or cannot be put right.
    """
    if len(raw) > MAX_BYTES:
        raise _refused(file, None, f"is larger than {MAX_BYTES // 2**20} MiB; is it the right file?")
    text, *notes = _decode(raw)
    text = _REFERENCE.sub(_reference, _ILLEGAL.sub("", text))
    if not re.search(r"<(?:[\w.-]+:)?opml\b", text, re.IGNORECASE):
        raise _refused(file, None, "is no OPML: it has no <opml>; a feed's own address is for: sources add URL")
    try:
        return _read(text, file, notes)
    except expat.ExpatError as e:
        notes.append(f"line {e.lineno}: is no well-formed XML; its quotes and tags were read as text where that fits")
        repaired = _repair(text)
    try:
        found = _read(repaired, file, notes)
    except expat.ExpatError as e:
        raise _refused(file, e.lineno, f"is no XML: {expat.ErrorString(e.code)}, column {e.offset + 1}") from e
    return _nothing_lost(found, text, file)


def _refused(file: str, line: int | None, message: str) -> UsageError:
    return UsageError(str(Problem(file, line, "", message)))


def _nothing_lost(found: Outline, text: str, file: str) -> Outline:
    """Say so where repairing may have cost a feed: the list as it stands is counted too."""
    there, read = len(_XML_URL.findall(text)), len(found.feeds) + found.repeated + found.failed
    if there <= read:
        return found
    note = f"{file}: holds {there} times xmlUrl=, and {read} were read as feeds; see whether one is missing"
    return replace(found, notes=(*found.notes, note))


_XML_URL = re.compile(r"\sxmlUrl\s*=", re.IGNORECASE)
#: Characters that no XML may hold.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

#: And that one_line leaves.
_NO_CHARACTER = re.compile("[\ufffe\uffff]")

#: Encodings that a list may declare.  Not all that Python knows: "punycode" takes time by the square.
_ENCODING = re.compile(
    rb"""<\?xml[^>]{0,100}encoding\s*=\s*["']((?:iso-?8859-?|windows-|cp|koi8-|euc-|big5|gb|shift_?jis|iso-2022-)[\w-]*|latin-?1)""",
    re.IGNORECASE,
)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_STARTS = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))


def _decode(raw: bytes) -> list[str]:
    """The text, and a note where its encoding is a guess.

    What can be read as UTF-8 is UTF-8, whatever is declared: nothing else looks like it by chance.
    """
    for mark, encoding in (*_MARKS, *_STARTS):
        if raw.startswith(mark):
            return [raw.decode(encoding, "replace").removeprefix("\ufeff")]
    declared = _ENCODING.match(raw.lstrip())
    named = declared[1].decode("ascii") if declared else ""
    # ISO-2022 is written in ASCII characters only.
    for encoding in filter(None, (named, "utf-8") if raw.isascii() else ("utf-8", named)):
        with contextlib.suppress(UnicodeDecodeError, LookupError):
            return [raw.decode(encoding)]
    return [raw.decode("cp1252", "replace"), "is no UTF-8 and declares no encoding that fits; read as windows-1252"]


_REFERENCE = re.compile(r"&(?:#(\d{1,7}|[xX][0-9a-fA-F]{1,6});|(\w{1,40};))?")
_XML_NAMES = {"amp;", "lt;", "gt;", "quot;", "apos;"}


def _reference(found: re.Match[str]) -> str:
    """A reference that XML knows without a DTD; HTML's names become their characters, a bare & is a character."""
    number, name = found[1], found[2]
    if name in _XML_NAMES:
        return found[0]
    if number:
        code = int(number[1:], 16) if number[0] in "xX" else int(number)
        legal = code in {9, 10, 13} or 32 <= code <= 0x10FFFF
        return f"&#{code};" if legal and not _ILLEGAL.match(chr(code)) else ""
    known = html.entities.html5.get(name) if name else None
    return html.escape(known) if known else "&amp;" + found[0][1:]


#: Where a tag that belongs to the outline starts; an outline holds outlines, and no text.
_TAG = re.compile(r"<(?=/?(?:[\w.-]{1,20}:)?outline\b|/?(?:body|head|opml)\b|!--)", re.IGNORECASE)
_OUTLINE = re.compile(r"<(?:[\w.-]{1,20}:)?outline(?=\s)", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\s+([A-Za-z_][\w:.-]{0,60})\s*=\s*(["'])""")
_NEXT = r"""(?=\s+[A-Za-z_][\w:.-]{0,60}\s*=\s*["']|\s*/?>\s*\Z)"""
_VALUE_END = {quote: re.compile(quote + _NEXT) for quote in "\"'"}


def _repair(text: str) -> str:
    """Escape quotes and tags in the attributes of outlines; lines stay where they are."""
    starts = [found.start() for found in _TAG.finditer(text)]
    parts = [text[: starts[0]]] if starts else [text]
    parts += [_repair_tag(text[here:there]) for here, there in zip(starts, [*starts[1:], len(text)], strict=True)]
    return "".join(parts)


def _repair_tag(text: str) -> str:
    """One tag and what follows it up to the next: a value ends where another attribute or the tag's end comes."""
    name, end = _OUTLINE.match(text), text.rfind(">") + 1
    if not name or not end:
        return text
    tag, at, parts, seen = text[:end], name.end(), [name[0]], set()
    while attribute := _ATTRIBUTE.match(tag, at):
        found = _VALUE_END[attribute[2]].search(tag, attribute.end())
        if not found:
            return text
        value, at = tag[attribute.end() : found.start()], found.end()
        # A tag in a description may have a title too; the outline's own comes first.
        if attribute[1] not in seen:
            seen.add(attribute[1])
            parts.append(f'{_blanks(attribute[0])}{attribute[1]}="{_escape(value)}"')
    return "".join(parts) + text[at:]


def _blanks(attribute: str) -> str:
    return attribute[: len(attribute) - len(attribute.lstrip())]


def _escape(value: str) -> str:
    return value.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _read(text: str, file: str, notes: list[str]) -> Outline:
    reader = _Reader(file)
    reader.parser.Parse(text, True)  # noqa: FBT003 - expat takes no keyword
    feeds = (Subscription(feed.url, feed.title, tuple(feed.tags)) for feed in reader.feeds.values())
    notes = [f"{file}: {note}" if not note.startswith("line ") else f"{file}:{note[5:]}" for note in notes]
    return Outline(tuple(feeds), reader.repeated, tuple(reader.problems), reader.failed, tuple(notes))


@dataclass
class _Feed:
    url: str
    title: str | None
    #: A dict for its order.
    tags: dict[str, None] = field(default_factory=dict)


@dataclass
class _Open:
    """An outline whose end has not come."""

    #: Of the feeds in it.
    tag: str
    line: int
    title: str
    #: It has no address, and nothing in it so far.
    empty: bool = True


class _Reader:
    """Takes what expat finds."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.began = False
        self.open: list[_Open] = []
        self.feeds: dict[str, _Feed] = {}
        self.repeated = 0
        self.problems: list[Problem] = []
        self.failed = 0

    def doctype(self, _name: str, _system: str | None, _public: str | None, internal: int) -> None:
        """Entities and default values make much of little ("billion laughs"); a DTD elsewhere is not fetched."""
        if internal:
            raise _refused(self.file, self.line, "declares entities (a DTD of its own); that is not read")

    @property
    def line(self) -> int:
        return self.parser.CurrentLineNumber

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2].lower()
        if not self.began and local != "opml":
            raise _refused(self.file, self.line, f"is no OPML: its first element is <{one_line(name, 40)}>")
        self.began = True
        if local == "outline":
            self.outline({key.lower(): value for key, value in attributes.items()})

    def end(self, name: str) -> None:
        if name.rpartition(":")[2].lower() != "outline":
            return
        outline = self.open.pop()
        if outline.empty:
            self.problem(outline.line, f"{_who(outline.title)} has no xmlUrl, so there is no feed to ask")

    def outline(self, has: dict[str, str]) -> None:
        """A feed where there is an address, else a folder."""
        if len(self.open) >= MAX_DEPTH:
            raise _refused(self.file, self.line, f"is nested more than {MAX_DEPTH} levels deep")
        within = self.open[-1].tag if self.open else ""
        if self.open:
            self.open[-1].empty = False
        title = one_line(has.get("text") or "", MAX_TITLE) or one_line(has.get("title") or "", MAX_TITLE)
        # Old lists say url.
        url = has.get("xmlurl") or (has.get("url") if has.get("type", "").lower() in {"rss", "atom"} else None)
        if url is None or not url.strip():
            self.open.append(_Open(_tag(within, title), self.line, title))
            return
        self.open.append(_Open(within, self.line, title, empty=False))
        self.feed(url, title, [within, *_categories(has.get("category") or "")])

    def feed(self, url: str, title: str, tags: Iterable[str]) -> None:
        try:
            url = _address(url)
        except ValueError as e:
            self.problem(self.line, f"{_who(title)}: {e}")
            return
        key = url_key(url)
        self.repeated += key in self.feeds
        feed = self.feeds.setdefault(key, _Feed(url, title or None))
        feed.tags.update(dict.fromkeys(filter(None, tags)))

    def problem(self, line: int, message: str) -> None:
        self.failed += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(self.file, line, "", message))


def _who(title: str) -> str:
    return repr(one_line(title, 60)) if title else "an outline without text"


def _tag(within: str, name: str) -> str:
    """A folder's path.  A slash in a name has blanks around it, and so does not part folders."""
    name = " / ".join(_parts(name))
    return f"{within}/{name}" if within and name else within or name


def _categories(text: str) -> Iterator[str]:
    """OPML's own form: "/Boston/Weather,/Harvard"."""
    return ("/".join(_parts(one_line(category, MAX_TITLE))) for category in text.split(","))


def _parts(text: str) -> list[str]:
    return [part for part in map(str.strip, text.split("/")) if part]


def _address(text: str) -> str:
    """An address as a source may have it.

    Raises:
        ValueError: It is none; the message says why.
    """
    url = re.sub(r"\Afeed:(?://)?(?=https?:)", "", text.strip(), flags=re.IGNORECASE)
    url = re.sub(r"\A(?:feed|http)://", "http://", url, flags=re.IGNORECASE)
    url = re.sub(r"\Ahttps://", "https://", url, flags=re.IGNORECASE).replace(" ", "%20")
    shown = one_line(mask_url(url[:_MAX_URL]), 100)
    try:
        parts = urlsplit(url)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or an IPv6 address that is none
        fits = False
    if not fits or not url.isprintable():
        raise ValueError(f"{shown!r} is no http(s) address")
    if len(url) > _MAX_URL:
        raise ValueError(f"{shown!r} is longer than {_MAX_URL:,} characters")
    if f"={MASK}" in url or f"//{MASK}@" in url:
        raise ValueError(f"{shown!r} has its secret left out ({MASK}); add it by hand: sources add URL")
    return url


# --- writing ----------------------------------------------------------------------------------------------


@dataclass
class _Folder:
    folders: dict[str, _Folder] = field(default_factory=dict)
    feeds: list[Subscription] = field(default_factory=list)

    def at(self, tag: str) -> _Folder:
        """The folder for a tag, made where there is none."""
        here = self
        for name in filter(None, map(str.strip, re.split(r"(?<=\S)/(?=\S)", tag, maxsplit=MAX_DEPTH - 2))):
            here = here.folders.setdefault(name, _Folder())
        return here

    def lines(self, indent: str) -> Iterator[str]:
        for name, folder in self.folders.items():
            yield f"{indent}<outline text={_quoted(name)} title={_quoted(name)}>"
            yield from folder.lines(indent + "  ")
            yield f"{indent}</outline>"
        for feed in self.feeds:
            url = mask_url(feed.url)
            title = feed.title or feed.name or url
            names = f"text={_quoted(feed.name or title)} title={_quoted(title)}"
            yield f'{indent}<outline type="rss" {names} xmlUrl={_quoted(url)}/>'


def write_opml(feeds: Iterable[Subscription]) -> str:
    """Write OPML 2.0, with secrets in addresses masked.

    A feed stands in the folder of each of its tags: other readers know folders, and few know categories.
    """
    root = _Folder()
    for feed in feeds:
        for tag in feed.tags or ("",):
            root.at(tag).feeds.append(feed)
    head = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">', "  <head>"]
    head += ["    <title>Sources of mentionwatch</title>", "  </head>", "  <body>"]
    return "\n".join([*head, *root.lines("    "), "  </body>", "</opml>"]) + "\n"


def _quoted(text: str) -> str:
    return f'"{html.escape(_NO_CHARACTER.sub("", one_line(text)).strip())}"'
