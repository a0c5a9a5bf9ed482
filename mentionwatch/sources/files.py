"""Files of one's own, and what one's own programs print: the way in for what a site does not publish.

JSON lines, JSON, CSV, mbox, mails, saved pages and feeds.  Fetching is done elsewhere; a file that is larger than what
is read at once comes in chunks (see ``chunks``), each of which asks for the next.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urlsplit
from urllib.request import url2pathname

from mentionwatch.errors import ParseError
from mentionwatch.model import Document, Dropped, Entry, Request
from mentionwatch.sources import chunks, values
from mentionwatch.sources.auto import AutoSource
from mentionwatch.sources.columns import FIELDS
from mentionwatch.sources.formats import FORMATS, find_format, is_json_feed, lines_or_not
from mentionwatch.sources.records import Reader, Reading
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mentionwatch.model import Ask, Response
    from mentionwatch.sources.chunks import Chunk, Piece

#: Records read of one answer; the next one asks for the rest.
RECORD_CAP = 2000
#: And bytes of them: markup takes a second for four million.
_BYTES = 3_000_000
_CANONICAL = re.compile(r"""(?i)<link\b[^<>]{0,300}\brel=["']?canonical\b[^<>]{0,2000}>""")
_HREF = re.compile(r"""(?i)\bhref=(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))""")
_SAVED_FROM = re.compile(r"<!-- saved from url=\(\d{1,6}\)(\S{1,4000}) -->")
_HEAD = 200_000
_SAVE_AGAIN = "save it again where a browser shows what you want, or give it as CSV or JSON"


@dataclass(frozen=True)
class FilesSource:
    """Files that the user named."""

    name: str
    #: ``file:`` URLs.
    urls: tuple[str, ...]
    #: One of FORMATS; "": found from the file's name, or from what it holds.
    format: str = ""
    #: Where the user says that the fields of an entry stand, and the scale of ratings.
    reading: Reading = field(default_factory=Reading)
    #: Encoding of texts; "": found.
    charset: str = ""
    record_cap: int = RECORD_CAP

    @property
    def kind(self) -> str:
        """See Source."""
        return "files"

    def requests(self, ask: Ask) -> list[Request]:  # noqa: ARG002 - a file cannot be asked for less
        """One document for each file."""
        return [Request(url=url, public_url=_path(url)) for url in self.urls]

    def parse(self, response: Response) -> Document:
        """Read a file, or a chunk of one; see Source."""
        path = _path(response.url)
        try:
            made = self._parse(response)
        except ParseError as e:
            # What is said of documents of the web helps nobody here.
            known = e.advice != ParseError("", url="", state=e.state).advice
            advice = e.advice if known else f'look at the file, or say what it is: format = "…" ({", ".join(FORMATS)})'
            raise ParseError(e.reason, url=path, state=e.state, advice=advice) from e
        if len(self.urls) < 2:
            return made
        name = one_line(path.replace("\\", "/").rpartition("/")[2], 30)
        return replace(made, dropped=tuple(Dropped(f"{name}: {told.what}", told.why) for told in made.dropped))

    def _parse(self, response: Response) -> Document:
        body = values.inflated(response.body, response.url)
        if not body.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
            return Document((), dropped=() if response.given else (Dropped("the file", "it is empty"),))
        packed = body is not response.body
        chunk = chunks.read_chunk(response, body, self.charset)
        if packed and chunk.cut:
            raise ParseError("it is compressed and too large to be read so", url=response.url, advice="unpack it first")
        made = self._read(response, chunk)
        if packed and made.following:
            left = Dropped(
                "what stands behind", f"a compressed file is read up to {self.record_cap} records; unpack it"
            )
            return replace(made, following=(), dropped=(*made.dropped, left))
        return made

    def _read(self, response: Response, chunk: Chunk) -> Document:
        written = response.given.get("format") or self._format(response.url, chunk)
        if written == "json" and not (chunk.cut or chunk.start or self.reading.fields) and is_json_feed(chunk.data):
            written = "feed"
        if written in {"jsonl", "json", "csv"}:
            return _Records(self, response, chunk, written).read()
        if written in {"mbox", "eml"}:
            from mentionwatch.sources.mbox import read_mails

            mails = read_mails(self.name, response, chunk, number=_number(response), single=written == "eml")
            given = {**mails.given, "format": written, "wide": chunk.wide}
            following = (_further(response, chunk.offset(mails.end), given),) if mails.end is not None else ()
            return Document(mails.entries, following=following, dropped=mails.dropped)
        response = replace(response, body=chunk.data) if chunk.wide else response
        try:
            made = self._page(response, chunk) if written == "html" else self._feed(response)
        except ParseError as e:
            raise ParseError(e.reason, url=response.url, state=e.state, advice=_SAVE_AGAIN) from e
        left = (Dropped("the rest of the file", "it is larger than [fetch] max_bytes"),) if chunk.cut else ()
        return replace(made, is_page=False, following=(), dropped=(*made.dropped, *left))

    def _format(self, url: str, chunk: Chunk) -> str:
        if self.format in {"json", "jsonl"}:
            return lines_or_not(chunk.data, self.format)
        return self.format or find_format(url, chunk.data)

    def _feed(self, response: Response) -> Document:
        """A saved feed, a JSON Feed among them; or a page that goes by the name of one."""
        return AutoSource(self.name, response.url).parse(response)

    def _page(self, response: Response, chunk: Chunk) -> Document:
        """The reviews of a saved page: those that its own program got, else those that it tells search engines."""
        from mentionwatch.sources.page import PageSource

        page = chunk.text(chunk.data)
        address = _saved_from(page)
        reviews, about = _next_reviews(page)
        if not reviews:
            address = address or response.url
            return PageSource(self.name, address).parse(replace(response, url=address))
        reader = Reader(self.name, response.fetched_at, self.reading)
        read = [reader.read(f"review {n}", review) for n, review in enumerate(reviews[: self.record_cap], 1)]
        entries, dropped = reader.finish([e for e in read if isinstance(e, Entry)])
        return Document(
            tuple(replace(e, url=e.url or address, community=e.community or about) for e in entries),
            dropped=(*(d for d in read if isinstance(d, Dropped)), *dropped),
        )


@dataclass(frozen=True)
class CommandSource:
    """A program of the user's, which prints JSON lines or a JSON list."""

    name: str
    #: The program and its arguments; never given to a shell.
    argv: tuple[str, ...]
    reading: Reading = field(default_factory=Reading)
    record_cap: int = RECORD_CAP

    @property
    def kind(self) -> str:
        """See Source."""
        return "command"

    def requests(self, ask: Ask) -> list[Request]:  # noqa: ARG002 - what it asks for is its own business
        """The program."""
        return [Request(url="command:", argv=self.argv, public_url=self._shown)]

    @property
    def _shown(self) -> str:
        return f"command: {one_line(self.argv[0], 200)}" if self.argv else "command:"

    def parse(self, response: Response) -> Document:
        """Read what it printed; nothing is no entries, and no error."""
        response = replace(response, url=self._shown)
        if not response.body.strip():
            return Document(())
        chunk = chunks.read_chunk(response, response.body)
        made = _Records(self, response, chunk, lines_or_not(chunk.data, "jsonl")).read()
        if not made.following:
            return made
        left = Dropped("what stands behind", f"more than {self.record_cap} records; let it print fewer")
        return replace(made, following=(), dropped=(*made.dropped, left))


def problems_of(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with parameters of the presets ``files`` and ``command``: the key, and what would be right."""
    for name, path in params.get("fields", {}).items():
        if name and not path:
            yield (
                "fields",
                f'names no column for "{one_line(name, 40)}"; it is a table: {{ text = "Name of a column" }}',
            )
        elif name and name not in FIELDS:
            yield f"fields.{name}", f"is no field of an entry; they are {', '.join(FIELDS)}"
    if params.get("format") and params["format"] not in FORMATS:
        yield "format", f"is none of {', '.join(FORMATS)}"
    ends = {name: values.as_number(params[name]) for name in ("worst", "best") if params.get(name)}
    for name, number in ends.items():
        if number is None:
            yield name, "is no number"
    if None not in ends.values() and (ends.get("worst") or 0) >= (ends.get("best") or 5):
        yield "best", "is not above worst"
    if params.get("encoding") and not _has_ascii(params["encoding"]):
        yield "encoding", "is none that is known; examples are cp1252, shift_jis, gb18030 (UTF-8 and UTF-16 are found)"


def _has_ascii(encoding: str) -> bool:
    """Whether an encoding writes ASCII as it is, so that lines and commas can be found."""
    try:
        return 'a,"\n'.encode(encoding) == b'a,"\n'
    except (LookupError, UnicodeError):
        return False


# --- records ----------------------------------------------------------------------------------------------


class _Records:
    """Reads the records of one chunk."""

    def __init__(self, source: FilesSource | CommandSource, response: Response, chunk: Chunk, written: str) -> None:
        self._cap = source.record_cap
        self._response = response
        self._chunk = chunk
        self._written = written
        self._reader = Reader(source.name, response.fetched_at, source.reading, is_table=written == "csv")
        self._fields = source.reading.fields
        self._known = source.reading.known()
        self._table: chunks.Table | None = None
        self._is_first = not response.given.get("number")

    def read(self) -> Document:
        """The entries of the chunk, and where the next one begins."""
        pieces: list[Piece] = []
        for piece in islice(self._pieces(), self._cap):
            pieces.append(piece)
            if piece.end > _BYTES:
                break
        records = [piece for piece in pieces if piece.record is not None]
        read = [p.record if isinstance(p.record, Dropped) else self._reader.read(p.what, p.record) for p in records]
        self._check_fields([piece.record for piece in records])
        entries, told = self._reader.finish([found for found in read if isinstance(found, Entry)])
        told = [*(self._reader.unused() if self._is_first else ()), *told]
        dropped = [found for found in read if isinstance(found, Dropped)]
        following, lost = self._following(pieces)
        if not entries and dropped and self._is_first and not lost:
            raise self._unusable(records, dropped)
        notes: dict[str, int] = {}
        for note in (piece.note for piece in pieces if piece.note):
            notes[note] = notes.get(note, 0) + 1
        told += [Dropped(f"{count} rows", note) for note, count in notes.items()]
        broken = (
            self._written == "json" and bool(pieces) and isinstance(pieces[-1].record, Dropped) and pieces[-1].final
        )
        # What is said of all of it comes first: of many only the first are shown.
        return Document(tuple(entries), following=following, dropped=(*told, *dropped, *lost), partial=broken)

    def _pieces(self) -> Iterator[Piece]:
        number, skip = _number(self._response), "skip" in self._response.given
        if self._written == "csv":
            return self._rows(number, skip=skip)
        if self._written == "jsonl":
            return chunks.lines(self._chunk, number, skip=skip)
        return chunks.members(self._chunk, number, inside="number" in self._response.given) or self._whole()

    def _rows(self, number: int, *, skip: bool) -> Iterator[Piece]:
        given = self._response.given
        if "header" in given:
            self._table = chunks.Table(given["delimiter"], tuple(json.loads(given["header"])))
        else:
            self._table = chunks.find_table(self._chunk, self._known)
            number = self._table.rows if self._table else 0
        return chunks.rows(self._chunk, self._table, number, skip=skip) if self._table else iter(())

    def _whole(self) -> Iterator[Piece]:
        """The records of a JSON document whose list stands where none was looked for, or that is one record."""
        if self._chunk.cut:
            advice = "give it as JSON lines (one record a line), or raise [fetch] max_bytes"
            raise ParseError("a JSON document that is larger than what is read at once", url=self._url, advice=advice)
        root = values.load_json(self._chunk.data, self._url)
        lists = [v for v in root.values() if _holds_records(v)] if isinstance(root, dict) else []
        found: Sequence[Any] = max(lists, key=len, default=[root])
        last = len(self._chunk.data)
        more = Dropped(f"{len(found) - self._cap + 1} further items", "too many in one JSON document; give JSON lines")
        for number, record in enumerate(found[: self._cap - (len(found) > self._cap)], 1):
            yield chunks.Piece(f"item {number}", number, record, last, final=True)
        if len(found) > self._cap:
            yield chunks.Piece(more.what, self._cap, more, last, final=True)

    @property
    def _url(self) -> str:
        return self._response.url

    def _following(self, pieces: Sequence[Piece]) -> tuple[tuple[Request, ...], list[Dropped]]:
        """What to ask for next, and what has to be left out because it is larger than a chunk."""
        chunk, lost = self._chunk, []
        end = pieces[-1].end if pieces else self._table.start if self._table else 0
        number = pieces[-1].number if pieces else self._table.rows if self._table else _number(self._response)
        given = {"format": self._written, "wide": chunk.wide}
        if pieces[-1].final if pieces else not chunk.cut:
            return (), []
        if end == 0 and chunk.cut:
            if self._written == "json":
                advice = "give it as JSON lines, or raise [fetch] max_bytes"
                why = f"item {number + 1} is broken, or larger than what is read at once"
                raise ParseError(why, url=self._url, advice=advice)
            end = len(chunk.data)
            if "skip" not in self._response.given:
                lost.append(Dropped(f"what follows record {number}", "it is larger than [fetch] max_bytes"))
            given["skip"] = "1"
        if end >= len(chunk.data) and not chunk.cut:
            return (), lost
        if self._table:
            given |= {"delimiter": self._table.delimiter, "header": json.dumps(self._table.header)}
        return (_further(self._response, chunk.offset(end), {**given, "number": str(number)}),), lost

    def _check_fields(self, records: Sequence[Any]) -> None:
        """Refuse what has not the columns that the user names.

        Raises:
            ParseError: Names one, and those that there are.
        """
        header = self._table.header if self._table else ()
        if not self._fields or not self._is_first or not (header or any(isinstance(one, dict) for one in records)):
            return
        if missing := self._reader.missing(records, header):
            field_name, path = missing
            why = f'it has no column "{one_line(path, 60)}", which fields names as {field_name}; it has {self._names()}'
            advice = "name one of these in fields, or take it out"
            raise ParseError(why, url=self._url, state="not-a-feed", advice=advice)

    def _names(self) -> str:
        """The columns that there are."""
        names = self._table.header if self._table else tuple(self._reader.seen)
        return one_line(", ".join(f'"{name[:40]}"' for name in names[:20]), 300)

    def _unusable(self, records: Sequence[Piece], dropped: Sequence[Dropped]) -> ParseError:
        if self._table or self._reader.seen:
            why = f"none of its {len(records)} records has a text, title or rating that is known as one; it has "
            why += self._names()
            advice = 'say which column is which: fields = { text = "…", author = "…" }'
        else:
            why, advice = f"{dropped[0].what}: {dropped[0].why}", "one JSON object a line is wanted"
        return ParseError(why, url=self._url, state="not-a-feed", advice=advice)


def _further(response: Response, offset: int, given: Mapping[str, str]) -> Request:
    told = {name: value for name, value in given.items() if value}
    url = f"{urldefrag(response.url).url}#offset={offset}"
    # A piece has a name of its own: what is known of it is kept under that.
    return Request(url=url, public_url=f"{_path(url)}, from byte {offset:,} on", given=told)


def _path(url: str) -> str:
    """The path of a file as people write it; what is no file's URL stays as it is."""
    return url2pathname(urlsplit(url).path) if url.startswith("file:") else url


def _number(response: Response) -> int:
    return int(response.given.get("number", "0"))


def _holds_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(member, dict) for member in value[:20])


# --- what a file is ---------------------------------------------------------------------------------------


def _saved_from(page: str) -> str | None:
    """The address that a saved page had."""
    from mentionwatch.sources.links import absolute

    tag = _CANONICAL.search(page[:_HEAD])
    href = _HREF.search(tag[0]) if tag else None
    saved = _SAVED_FROM.search(page[:_HEAD])
    named: Iterable[str | None] = chain(href.groups() if href else (), saved.groups() if saved else ())
    return next((url for link in named if link and (url := absolute("", link))), None)


def _next_reviews(page: str) -> tuple[list[Any], str | None]:
    """The reviews in the data that a page of Next.js was made from, and the name of what they are about."""
    # No regular expression: what has no end would be looked for again and again.
    script = page[page.find("__NEXT_DATA__") :].partition(">")[2].partition("</script")[0]
    try:
        props = values.container(values.loads(script), "props.pageProps")
    except ValueError:
        return [], None
    reviews = values.container(props, "reviews")
    name = next(filter(None, map(values.as_text, values.find(props, "businessUnit.displayName"))), None)
    return (reviews if _holds_records(reviews) else []), one_line(name, 200) if name else None
