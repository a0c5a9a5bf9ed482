"""What a file is: by the end of its name, else by what it holds."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from mentionwatch.errors import ParseError
from mentionwatch.sources.auto import sniff

#: How a file may be told to be written.
FORMATS = ("jsonl", "json", "csv", "mbox", "eml", "html", "feed")
#: By the end of a file's name.
_SUFFIXES = {
    **dict.fromkeys(("jsonl", "ndjson", "jl"), "jsonl"),
    **dict.fromkeys(("csv", "tsv", "tab"), "csv"),
    **dict.fromkeys(("html", "htm", "xhtml"), "html"),
    **dict.fromkeys(("rss", "atom", "rdf", "xml"), "feed"),
    **{name: name for name in ("json", "mbox", "eml")},
}
#: What programs write that is no text: how it begins, what it is, and what to do.
_FOREIGN = (
    (b"PK\x03\x04", "a workbook or an archive (zip)", "save the sheet as CSV, or unpack it"),
    (b"\xd0\xcf\x11\xe0", "an old Office file", "save it as CSV"),
    (b"%PDF", "a PDF", "save it as CSV or JSON"),
    (b"SQLite format 3", "an SQLite database", "export it as CSV"),
    (b"PAR1", "a Parquet file", "export it as CSV or JSON lines"),
)
_MAIL = re.compile(rb"(?:[!-9;-~]{1,80}:[ \t][^\n]*\n(?:[ \t][^\n]*\n)*){2}", re.ASCII)
_MAIL_NAMES = re.compile(rb"(?im)^(?:from|date|subject|message-id|received|return-path|mime-version):[ \t]")
# Behind the marks of which a document of the web may have some words of a program that failed.
_MARKUP = re.compile(rb"(?im)^[ \t]*<(?:\?xml|!doctype|html|rss|feed|rdf:rdf)[\s>]")
_JSON_FEED = re.compile(rb"""["']version["']\s*:\s*["']https?:\\?/\\?/(?:www\.)?jsonfeed\.org""")
_HEAD = 64_000


def find_format(url: str, data: bytes) -> str:
    """One of FORMATS.

    Raises:
        ParseError: It is what none of them is.
    """
    for mark, what, advice in _FOREIGN:
        if data.startswith(mark):
            raise ParseError(f"it is {what}", url=url, state="not-a-feed", advice=advice)
    found = _SUFFIXES.get(_suffix(url))
    # Feeds are saved as pages, and what answers as a feed may be JSON.
    if found is None or (found in {"html", "feed"} and data.lstrip()[:1] in {b"{", b"["}):
        found = _sniffed(data)
    if found == "html" and _MARKUP.search(data[:_HEAD]) and sniff(data) == "feed":
        return "feed"
    return lines_or_not(data, found) if found in {"json", "jsonl"} else found


def is_json_feed(data: bytes) -> bool:
    """Whether a JSON document calls itself a JSON Feed."""
    return bool(_JSON_FEED.search(data[:_HEAD]))


def _suffix(url: str) -> str:
    name = unquote(urlsplit(url).path).rsplit("/", 1)[-1].lower().removesuffix(".gz")
    return name.rpartition(".")[2]


def _sniffed(data: bytes) -> str:
    head = data[:_HEAD].lstrip()
    if head.startswith(b"From "):
        return "mbox"
    if head.startswith((b"{", b"[")):
        return "json"
    if head.startswith(b"<") or _MARKUP.search(head[:1_000]):
        return "html" if sniff(data) == "page" else "feed"
    return "eml" if _MAIL.match(head) and _MAIL_NAMES.search(head[:8_000]) else "csv"


def lines_or_not(data: bytes, found: str) -> str:
    """Whether it is JSON lines or one JSON document; either is often called by the name of the other."""
    first, _, rest = data.lstrip().partition(b"\n")
    first = first.strip()
    if first.startswith(b"{") and first.endswith(b"}") and rest.lstrip().startswith(b"{"):
        return "jsonl"
    return "json" if first.startswith(b"[") or (first[:1] == b"{" and first[-1:] in b"{[,") else found
