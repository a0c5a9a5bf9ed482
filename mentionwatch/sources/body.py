"""The body of a feed, from bytes to text that a parser can be given.

What comes over the wire is declared wrongly, has junk in front and may be made to hurt: feedparser needs time
quadratic in the attributes of a tag, in the length of an author's name and in blanks before the root, and reads a DTD.
So the prolog is dropped, the encoding is found here (for both parsers alike), and a document is measured and cut before
it is parsed.
"""

from __future__ import annotations

import codecs
import html
import re
import zlib
from dataclasses import dataclass

#: Bytes that a body may have after a gzip wrapper was taken off.
_MAX_INFLATED = 16 * 2**20
#: Characters that are read of it; the rest counts as cut off.
MAX_TEXT = 16 * 2**20
_MAX_ATTRIBUTES = 150
#: Characters of one tag; feedparser takes 150 bytes of memory for each where the tag is odd.
_MAX_TAG = 200_000
_MAX_JUNK = 4096
_MAX_ENTITIES = 100

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
#: What documents that are not compressed begin with: markup, JSON, blanks, marks of an encoding.
_PLAIN_START = tuple(bytes([c]) for c in b"<{[ \t\r\n\xef\xfe\xff\0")
_BLANK = b" \t\r\n\xef\xbb\xbf"
_DECLARED = re.compile(
    rb"<(?:\?xml[^>]{0,200}?encoding|meta[^>]{0,200}?charset)\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})", re.IGNORECASE
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
# Encodings of texts; Python has others under such names (idna, punycode, unicode_escape), slow or worse.
_ENCODING = re.compile(
    r"utf-?(?:8|16|32)\S*|ascii|latin\S*|iso-?8859\S*|cp\d+|windows-\d+|koi8\S*|gb\S+|hz|big5\S*|euc\S*|shift\S*|johab"
    r"|iso-?2022\S*|tis-?620|mac-\S+|kz1048|ptcp154"
)
#: What the web means by these names.
_MEANT = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "iso8859-11": "cp874",
}
# What XML forbids.  Strict parsers stop at the first, and one bad byte is no reason to lose a feed.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# References to what XML forbids, and to C1 characters (Windows-1252 is meant).  Four-digit ones, the common kind, pass.
_REFERENCE = re.compile(r"&#(?:0*\d{1,3}|\d{5,}|x0*[\da-f]{1,2}|x[\da-f]{4,});", re.IGNORECASE)
_TWICE = re.compile("[\xc2\xc3\xe2][\x80-\xbf]")
_TEXT = re.compile(r"[^<>&;]+")
_ROOT = re.compile(r"<((?:[\w.-]{1,40}:)?(rss|feed|rdf|channel|entry))(?=[\s>/])", re.IGNORECASE)
# What is not closed goes up to the end: to look for the end again from each start would be quadratic.
_PROLOG = re.compile(
    r"\s+|<\?.*?(?:\?>|\Z)|<!--.*?(?:-->|\Z)|<!DOCTYPE[^<>\[]*(?:>|\[.*?(?:\]\s*>|\Z))", re.IGNORECASE | re.DOTALL
)
_SOLE = re.compile(r"<[^<>]*/>\s*")
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|meta|script|title)(?=[\s>])", re.IGNORECASE)
_ENTITY = re.compile(r"<!ENTITY\s+([\w.-]{1,60})\s+(?:\"([^\"]*)\"|'([^']*)')\s*>")
_BUILT_IN = re.compile(r"&(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);")
_START_TAG = re.compile(r"<[^<>\"']*(?:\"[^\"]*\"[^<>\"']*|'[^']*'[^<>\"']*)*")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_TOKEN = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|(?P<entry><(?:[\w.-]{1,40}:)?(?:item|entry)(?=[\s>/]))|<",
    re.DOTALL | re.IGNORECASE,
)


class NotXml(Exception):  # noqa: N818 - feed.py turns it into a ParseError that says what it is instead
    """There is no feed in the text."""


class Hostile(Exception):  # noqa: N818 - feed.py turns it into a ParseError
    """Parsing it would take very long; the message says why."""


class Unreadable(Hostile):
    """The parser failed on it."""


@dataclass(frozen=True)
class Body:
    """The text of a feed from its root element on."""

    text: str
    #: Qualified name of the root element, as written.
    root: str
    #: The root element is closed: the document came whole.
    whole: bool
    #: Where entries start, in characters, in order; and how many tags stand before each of them.
    entries: tuple[tuple[int, int], ...]
    #: Tags in all.
    tags: int


@dataclass(frozen=True)
class Limits:
    """How much of a document a parser is given."""

    entries: int
    tags: int
    chars: int


def inflate(body: bytes) -> bytes:
    """Undo compression that no header told of: gzip, zlib, raw deflate, twice at most; what breaks off gives its start.

    Raises:
        Hostile: It grows to more than 16 MiB.
    """
    for _ in range(2):
        wrapping = _wrapping(body)
        if wrapping is None:
            break
        stream = zlib.decompressobj(wrapping)
        try:
            inflated = stream.decompress(body, _MAX_INFLATED + 1)
        except zlib.error:
            break
        if len(inflated) > _MAX_INFLATED:
            raise Hostile("it inflates to more than 16 MiB")
        body = inflated
    return body


def _wrapping(body: bytes) -> int | None:
    """How a body is compressed, as zlib's window bits; None when it is not, as far as its start tells."""
    if body.startswith(b"\x1f\x8b"):
        return zlib.MAX_WBITS | 16
    if body[:1] in _PLAIN_START or not body:
        return None
    # Neither zlib nor raw deflate has a sign of its own: the test is whether a document comes out.
    for wrapping in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            start = zlib.decompressobj(wrapping).decompress(body[:4096], 4096)
        except zlib.error:
            continue
        if start.lstrip(_BLANK).startswith((b"<", b"{", b"[", b"\x1f\x8b")):
            return wrapping
    return None


def decode(body: bytes, content_type: str = "") -> str:
    """Turn bytes into text: BOM, else valid UTF-8, else the HTTP charset, else the XML declaration, else a guess.

    Never fails; a byte that fits nothing becomes U+FFFD.  Valid UTF-8 goes before what is declared, because text in
    another encoding is hardly ever valid UTF-8 by chance, and wrong declarations are common.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body.decode(name, "replace").lstrip("\ufeff")
    declared = _DECLARED.search(body[:4096])
    http = _CHARSET.search(content_type)
    names: list[str | None] = [_codec(http[1])] if http else []
    names += [_codec(declared[1].decode("ascii"))] if declared else []
    if b"\x1b" not in body[:20_000]:  # ISO-2022 is valid UTF-8 as well
        names.insert(0, "utf-8")
    known = [name for name in names if name]
    for name in known:
        text = _decode_as(body, name)
        if text is not None:
            return text
    return _guess(body, next((name for name in known if name != "utf-8"), None))


def _decode_as(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except (UnicodeDecodeError, LookupError):
        return None


def _codec(name: str) -> str | None:
    """Python's codec for a declared name; None when it is none for texts."""
    if not _ENCODING.fullmatch(name.lower()):
        return None
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return None
    return _MEANT.get(found, found)


def _guess(body: bytes, declared: str | None) -> str:
    """UTF-8 with some bad bytes (a cut inside a character, a stray one), else what was declared, else Windows-1252."""
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    if sum(1 for c in text if c > "\x7f") > 2 * bad:
        return text
    return body.decode(declared or "cp1252", "replace")


def read(text: str) -> Body:
    """Find the feed in a text and measure it.

    Raises:
        NotXml: It has no feed's root element, or more than 4 KB of something else stand before it.
        Hostile: A parser would hang on it.
    """
    whole = len(text) <= MAX_TEXT
    text = _ILLEGAL.sub("", text[:MAX_TEXT])
    found = _ROOT.search(text, 0, 200_000)
    if found is None:
        raise NotXml
    prolog, text = text[: found.start()], text[found.start() :]
    if _HTML.search(prolog) or len(_PROLOG.sub("", prolog)) > _MAX_JUNK:
        raise NotXml
    if _TWICE.search(text):
        text = _TEXT.sub(_mend, text)
    text = _REFERENCE.sub(_allowed, _expand(text, prolog))
    whole = whole and (f"</{found[1]}".lower() in text[-2048:].lower() or bool(_SOLE.fullmatch(text)))
    entries, tags = _measure(text)
    return Body(text, found[1], whole, entries, tags)


def _mend(text: re.Match[str]) -> str:
    """Undo UTF-8 that was taken for Latin-1 and encoded once more ("fÃ¼r"), as feedparser does."""
    if _TWICE.search(text[0]):
        try:
            return text[0].encode("latin-1").decode()
        except (UnicodeEncodeError, UnicodeDecodeError):
            pass
    return text[0]


def _allowed(reference: re.Match[str]) -> str:
    digits = reference[0][2:-1].lstrip("0").lower()
    if len(digits) > 8:
        return ""
    code = int(digits[1:], 16) if digits.startswith("x") else int(digits or "0")
    if 0x80 <= code <= 0x9F:
        return html.unescape(f"&#{code};")
    bad = (code < 0x20 and code not in {9, 10, 13}) or 0xD800 <= code <= 0xDFFF or code in {0xFFFE, 0xFFFF}
    return "" if bad or code > 0x10FFFF else reference[0]


def _expand(text: str, prolog: str) -> str:
    """Put in the entities that the DTD declares, if they are plain and short; the DTD itself reaches no parser."""
    if "<!ENTITY" not in prolog:
        return text
    found = _ENTITY.findall(prolog)
    values = {name: double or single for name, double, single in found}
    if len(found) > _MAX_ENTITIES or any(
        "&" in _BUILT_IN.sub("", v) or "<" in v or len(v) > 100 for v in values.values()
    ):
        raise Hostile("its DTD declares entities that expand to others, or many, or long ones")
    if sum(text.count(f"&{name};") for name in values) > 10_000:
        raise Hostile("it uses the entities of its DTD more than 10,000 times")
    for name, value in values.items():
        text = text.replace(f"&{name};", value)
    return text


def _measure(text: str) -> tuple[tuple[tuple[int, int], ...], int]:
    """Where entries start and how many tags there are, without what stands in CDATA sections and comments."""
    entries: list[tuple[int, int]] = []
    tags = last = 0
    for token in _TOKEN.finditer(text):
        start = token.start()
        if start - last > 2 * _MAX_ATTRIBUTES:
            _check_attributes(text, last)
        last = start
        if token["entry"]:
            entries.append((start, tags))
        tags += 1
        if tags > 2_000_000:
            break
    _check_attributes(text, last)
    return tuple(entries), tags


def _check_attributes(text: str, start: int) -> None:
    tag = _START_TAG.match(text, start)
    if tag and len(tag[0]) > _MAX_TAG:
        raise Hostile(f"one of its tags has more than {_MAX_TAG} characters")
    if tag and tag[0].count("=") > _MAX_ATTRIBUTES and _QUOTED.sub("", tag[0]).count("=") > _MAX_ATTRIBUTES:
        raise Hostile(f"one of its tags has more than {_MAX_ATTRIBUTES} attributes")


def cut(body: Body, limits: Limits) -> tuple[str, int]:
    """Take as many entries from the top as the limits allow, at least one.

    Returns:
        The document with its root closed again, and the number of entries left out.

    Raises:
        Hostile: Not even the first entry is within the limits.
    """
    fits = body.tags <= limits.tags and len(body.text) <= limits.chars
    if fits and len(body.entries) <= limits.entries:
        return body.text, 0
    kept = len(body.entries) if fits else 0
    ends = [*body.entries[1:], (len(body.text), body.tags)]
    if not fits:
        kept = sum(1 for position, tags in ends if position <= limits.chars and tags <= limits.tags)
    kept = min(kept, limits.entries)
    if not body.entries or kept == 0:
        raise Hostile(f"its first entry does not fit into {limits.tags} tags and {limits.chars} characters")
    if kept == len(body.entries):
        return body.text, 0
    closing = "</channel>" if body.root.lower().endswith("rss") else ""
    return body.text[: body.entries[kept][0]] + f"{closing}</{body.root}>", len(body.entries) - kept
