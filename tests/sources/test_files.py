"""Files and programs as sources: what they are, piece by piece, and what is said of what cannot be read."""

from __future__ import annotations

import gzip
import json
import pickle
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mentionwatch.errors import ParseError
from mentionwatch.model import Ask, Document, Dropped, Entry, Request, Response
from mentionwatch.sources.files import CommandSource, FilesSource, problems_of
from mentionwatch.sources.records import Reading

DATA = Path(__file__).resolve().parents[1] / "data" / "files"
CORPUS = Path(__file__).resolve().parents[2] / ".." / "shared" / "corpus"
NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
URL = "file:///home/ada/exports/"


def utc(*parts: int) -> datetime:
    """A time in UTC."""
    return datetime(*parts, tzinfo=timezone.utc)


def parse(body: bytes | str, name: str = "export", **more) -> Document:
    """Read a file of that name, whole."""
    data = body.encode() if isinstance(body, str) else body
    return FilesSource("mine", (URL + name,), **more).parse(Response(URL + name, {}, data, NOW))


def parse_file(name: str, **more) -> Document:
    """Read a file of the tests' own data."""
    return parse((DATA / name).read_bytes(), name, **more)


def read_in_chunks(source: FilesSource, data: bytes, name: str, size: int) -> tuple[list[Entry], list[Dropped]]:
    """Read a file as it is fetched: `size` bytes at the most at a time, from where the document before says."""
    entries, dropped, waiting = [], [], [Request(URL + name)]
    for _ in range(10_000):
        if not waiting:
            return entries, dropped
        request = waiting.pop()
        start = int(request.url.partition("#offset=")[2] or 0)
        body = data[start : start + size]
        headers = {"content-range": f"bytes {start}-{start + len(body) - 1}/{len(data)}"}
        document = source.parse(Response(request.url, headers, body, NOW, given=request.given))
        entries += document.entries
        dropped += document.dropped
        waiting += document.following
        assert len(waiting) <= 1
    raise AssertionError("it never ends")


def shown(entry: Entry) -> dict[str, object]:
    """The fields of an entry that hold something."""
    return {name: value for name, value in vars(entry).items() if value is not None}


# --- what a file is ---------------------------------------------------------------------------------------


def test_a_csv_file_is_read_field_by_field():
    """Rows become entries with quoted line feeds and commas in place; an empty row is none, a row without words told."""
    document = parse_file("reviews.csv")
    quiet, dead = document.entries
    assert shown(quiet) == {
        "source": "mine",
        "guid": quiet.guid,
        "kind": "review",
        "title": "Quiet",
        "text": "Quiet, and it never drops the line.",
        "author": "Ada",
        "published": utc(2026, 11, 3),
        "rating": 5.0,
    }
    assert (dead.text, dead.author, dead.rating) == ('Died on day two.\n\nSupport said "wait".', "Björn", 1.0)
    assert document.dropped == (Dropped("row 5", "it has no text, title or rating"),)
    assert document.following == ()


def test_a_spreadsheet_of_google_play_is_read():
    """UTF-16, the columns that the Play console writes, and a rating without a text."""
    first, second = parse_file("playstore.csv").entries
    assert shown(first) == {
        "source": "mine",
        "guid": first.guid,
        "kind": "review",
        "url": "http://play.google.com/console/u/0/reviews?reviewId=1",
        "text": "Stürzt ab, seit dem Update 😡",
        "community": "com.acme.router",
        "published": utc(2026, 11, 3, 8, 15),
        "language": "de",
        "version": "2.1.0",
        "rating": 2.0,
    }
    assert (second.text, second.rating, second.language) == (None, 5.0, "en")


def test_a_european_spreadsheet_is_read():
    """Semicolons, Windows-1252, a line that names the delimiter, German names, "4 Sterne"."""
    (entry,) = parse_file("semicolon.csv").entries
    assert (entry.text, entry.author, entry.rating) == ("Läuft", "Jörg", 4.0)
    assert entry.published == utc(2026, 11, 3)


def test_a_table_may_have_lines_before_its_header():
    """What an export says of itself first is passed over; tracking parameters go."""
    (entry,) = parse_file("preamble.csv").entries
    assert shown(entry) == {
        "source": "mine",
        "guid": entry.guid,
        "kind": "post",
        "url": "https://news.example/1",
        "title": "Acme down",
        "text": "Nothing works since noon.",
        "author": "ada",
        "published": utc(2026, 11, 3, 10),
        "language": "en",
    }


def test_json_lines_are_read_and_what_is_none_is_told():
    """Objects become entries; a log line, a list and an object without words are named with their line."""
    document = parse_file("posts.jsonl")
    first, third = document.entries
    assert shown(first) == {
        "source": "mine",
        "guid": "1",
        "kind": "post",
        "url": "https://forum.example/t/1",
        "title": "Acme router",
        "text": "It reboots every hour & nobody answers.\nAnyone?",
        "author": "ada",
        "published": utc(2026, 11, 3, 8, 15),
        "engagement": 6,
    }
    assert (third.text, third.quoted, third.language) == ("Mine does not.", "It reboots", "en-GB")
    assert [d.what for d in document.dropped] == ["line 3", "line 4", "line 5"]


def test_a_list_is_found_in_a_json_document():
    """Reviews that stand deep in an answer are found, past a text that has the name of a list."""
    first, second = parse_file("wrapped.json").entries
    assert (first.text, first.rating, first.guid) == ("Fast.\n\nLoud fan.", 4.5, "a")
    assert first.published == utc(2026, 5, 25)
    assert (second.text, second.author, second.rating, second.language) == ("Broke.", "Ada W.", 1.5, "en")


def test_a_saved_page_of_trustpilot_is_read():
    """The reviews come from the data that the page was made of, with their own addresses."""
    (entry,) = parse_file("saved.html").entries
    assert shown(entry) == {
        "source": "mine",
        "guid": "65718f1ba9549dd90f396b00",
        "kind": "review",
        "url": "https://www.trustpilot.com/reviews/65718f1ba9549dd90f396b00",
        "title": "Never again",
        "text": "Six weeks, no parcel.",
        "author": "Ada",
        "community": "Acme Ltd",
        "published": utc(2026, 11, 3, 10),
        "language": "en",
        "country": "GB",
        "rating": 1.0,
        "engagement": 2,
    }


def test_a_saved_page_with_structured_data_keeps_its_address():
    """A saved page is read as a page of reviews, whose links lead to where it was, and never into the file system."""
    (entry,) = parse_file("shop.html").entries
    assert (entry.text, entry.rating, entry.url) == ("Fine.", 4.0, "https://shop.example/router")
    nowhere = parse((DATA / "shop.html").read_bytes().replace(b"canonical", b"x"), "shop.html")
    assert nowhere.entries[0].url is None


def test_a_feed_on_disk_is_read():
    """A saved feed needs nothing said of it."""
    feed = (
        '<rss version="2.0"><channel><item><title>Acme</title><link>https://a.example/1</link></item></channel></rss>'
    )
    for name in ("saved.xml", "saved", "saved.rss"):
        (entry,) = parse(feed, name).entries
        assert (entry.title, entry.url) == ("Acme", "https://a.example/1")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a", '{"text": "one"}\n{"text": "two"}\n'),
        ("a.json", '{"text": "one"}\n{"text": "two"}'),
        ("a.jsonl", '[{"text": "one"}, {"text": "two"}]'),
        ("a.json", '[\n{"text": "one"}\n,{"text": "two"}]'),
        ("a.json", '{"rows": [{"text": "one"}, {"text": "two"}]}'),
        ("a.json", '{"acmeReviews": [{"text": "one"}, {"text": "two"}], "n": 2}'),
        ("a.JSON", '\ufeff{"response": {"posts": [{"text": "one"}, {"text": "two"}]}}'),
        ("a", "text\none\ntwo\n"),
        ("a.csv", "text\r\none\r\ntwo"),
        ("a.tsv", "n\ttext\n1\tone\n2\ttwo\n"),
        ("a.txt", "n|text\r1|one\r2|two\r"),
        ("a.ndjson", '\x1e{"text": "one"}\n\n\x1e{"text": "two"}'),
        ("a.jsonl.gz", gzip.compress(b'{"text": "one"}\n{"text": "two"}')),
        ("a.csv", "text\none\ntwo\n".encode("utf-16-be")),
        ("a.csv", "text\none\ntwo\n".encode("utf-32")),
        ("a.json", '[{"text": "one"}, {"text": "two"}]'.encode("utf-16")),
    ],
)
def test_what_a_file_is_shows_in_what_it_holds(name, body):
    """One that goes by another's name, or by none, is read as what it is."""
    assert [e.text for e in parse(body, name).entries] == ["one", "two"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"PK\x03\x04rest", "workbook"),
        (b"%PDF-1.7", "PDF"),
        (b"SQLite format 3\0...", "SQLite"),
    ],
)
def test_what_is_no_text_is_named(body, said):
    """A workbook is refused in words, with what to do."""
    with pytest.raises(ParseError, match=said) as told:
        parse(body, "export")
    assert told.value.advice


def test_unknown_columns_are_named_and_can_be_told():
    """Where no column is known the error names them all, and `fields` says which is which."""
    body = "Wann,Wer,Was (lang)\n2026-11-03,ada,Es geht nicht\n"
    with pytest.raises(ParseError, match=r'"Wann", "Wer", "Was \(lang\)"') as told:
        parse(body, "a.csv")
    assert told.value.state == "not-a-feed"
    assert "fields" in told.value.advice
    reading = Reading({"text": "was (lang)", "author": "nobody|Wer", "published": "WANN"})
    (entry,) = parse(body, "a.csv", reading=reading).entries
    assert (entry.text, entry.author, entry.published) == ("Es geht nicht", "ada", utc(2026, 11, 3))


def test_a_column_that_is_told_and_not_there_is_an_error():
    """A slip in `fields` names the column and those that there are; alternatives, and what is empty, are no slips."""
    body = "Datum,Said,Who\n2026-11-03,It reboots,ada\n"
    for name in ("a.csv", "empty.csv"):
        table = body if name == "a.csv" else body.partition("\n")[0]
        with pytest.raises(ParseError, match=r'no column "Sayd", .* as text; it has "Datum", "Said", "Who"') as told:
            parse(table, name, reading=Reading({"text": "Sayd", "author": "Who"}))
        assert "fields" in told.value.advice
    records = '{"said": {"text": "It reboots"}, "who": null}\n'
    with pytest.raises(ParseError, match=r'no column "said\.words", .* it has "said", "who"'):
        parse(records, "a.jsonl", reading=Reading({"text": "said.words"}))
    reading = Reading({"text": "said.words|said.text", "author": "who.name", "title": ""})
    (entry,) = parse(records, "a.jsonl", reading=reading).entries
    assert (entry.text, entry.author) == ("It reboots", None)
    assert parse("this is a log line\n" + records, "a.jsonl", reading=reading).entries == (entry,)


def test_columns_that_are_not_used_are_named_once():
    """What a file holds beside what is known is no silent loss; empty columns and nested objects are none."""
    body = "text,Filiale,leer,Kunde\nEs geht nicht,Ulm,,Ada\nEs geht,,,Bo\n"
    assert parse(body, "a.csv").dropped == (Dropped("columns not used", "Filiale"),)
    told = parse(body, "a.csv", reading=Reading({"text": "Filiale"}))
    assert told.dropped[0] == Dropped("columns not used", "text")
    many = ",".join(["text", *(f"x{n}" for n in range(14))]) + "\n" + ",".join("a" * 15) + "\n"
    assert parse(many, "a.csv").dropped[0].why.endswith("x8, x9 and 4 more")
    assert parse('{"text": "a", "shop": "Ulm", "n": {"x": 1}, "z": null}', "a.json").dropped == (
        Dropped("columns not used", "shop"),
    )
    long = (body + "Es geht nicht,Ulm,,Ada\n" * 500).encode()
    dropped = read_in_chunks(FilesSource("mine", ()), long, "a.csv", 2_000)[1]
    assert [d for d in dropped if d.what == "columns not used"] == [Dropped("columns not used", "Filiale")]


def test_of_several_files_each_note_names_its_file():
    """Nobody is to look for row 2 in all of them."""
    source = FilesSource("mine", (URL + "a.csv", URL + "b%20c.csv"))
    body = b"text,rating\n" + b"".join(b"fine,%d\n" % n for n in range(1, 11))
    (told,) = source.parse(Response(URL + "b%20c.csv", {}, body, NOW)).dropped
    assert told.what == "b c.csv: the ratings of 10 records"
    assert parse(body, "b.csv").dropped[0].what == "the ratings of 10 records"


def test_what_is_said_of_a_file_fits_a_file():
    """Its path as people write it, no piece of a URL, and no word of addresses of feeds."""
    for name, body in (
        ("my page.html", "<html><title>Log in</title><form action=/login><input type=password></form></html>"),
        ("my page.xml", "<!doctype html><title>Acme</title>"),
        (
            "my page",
            "<!doctype html><title>Just a moment...</title><script src=/cdn-cgi/challenge-platform/x></script>",
        ),
        ("my page.json", "hello"),
        ("my page.rss", "hello"),
        ("my page.html", '<html><link rel=alternate type="application/rss+xml" href="https://a.example/f"></html>'),
    ):
        (request,) = FilesSource("mine", (f"{URL}my%20{name[3:]}#offset=0",)).requests(Ask(NOW))
        assert request.shown == f"/home/ada/exports/{name}"
        with pytest.raises(ParseError) as told:
            FilesSource("mine", ()).parse(Response(request.url, {}, body.encode(), NOW))
        assert told.value.url == request.shown
        assert "feed address" not in str(told.value)
        assert "URL" not in told.value.advice
        assert "it names a feed" not in told.value.advice


def test_pieces_of_a_file_have_names_of_their_own():
    """What is known of one is not taken for what is known of another."""
    (following,) = parse("text\n" + "x\n" * 10, "a.csv", record_cap=2).following
    assert following.shown.startswith("/home/ada/exports/a.csv, from byte ")


def test_a_saved_json_feed_is_read_as_one():
    """With its own names, which an export has not: tags of a site, HTML beside text."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Acme forum",
        "items": [{"id": "7", "url": "/t/7", "content_html": "<p>It reboots</p>", "authors": [{"name": "Ada"}]}],
        "home_page_url": "https://forum.example/",
    }
    for name in ("a.json", "saved", "saved.xml"):
        document = parse(json.dumps(feed), name)
        (entry,) = document.entries
        assert (document.title, entry.guid, entry.text, entry.author) == ("Acme forum", "7", "It reboots", "Ada")


def test_a_feed_is_found_behind_another_name():
    """One that was saved as a page, and one behind the words of a program that failed."""
    feed = '<?xml version="1.0"?><rss version="2.0"><channel><item><title>Acme</title></item></channel></rss>'
    for name, body in (("a.html", feed), ("a.php", f"Notice: undefined index\n{feed}"), ("a.xml", f"\n{feed}")):
        assert [e.title for e in parse(body, name).entries] == ["Acme"]


def test_a_workbook_by_the_name_of_a_table_is_refused():
    """Its bytes are no columns."""
    with pytest.raises(ParseError, match="workbook"):
        parse(b"PK\x03\x04rest,of,it\n1,2,3\n", "a.csv")


def test_an_encoding_can_be_told():
    """Japanese spreadsheets are often in an encoding that nothing shows."""
    body = "text,author\nルーターが壊れた,花子\n".encode("shift_jis")
    (entry,) = parse(body, "a.csv", charset="shift_jis").entries
    assert (entry.text, entry.author) == ("ルーターが壊れた", "花子")


def test_an_empty_file_is_told():
    """An export that is empty is no error, and no silence."""
    for name in ("a.csv", "a.json", "a.mbox", "a"):
        assert parse(b" \n", name) == Document((), dropped=(Dropped("the file", "it is empty"),))


def test_a_header_alone_holds_nothing():
    """A table without rows has no entries and is no error."""
    assert parse("text,author\n", "a.csv").entries == ()


def test_broken_json_gives_what_stands_before():
    """A list that breaks off gives its start, and counts as read in part."""
    document = parse('[{"text": "one"}, {"text": "tw', "a.json")
    assert [e.text for e in document.entries] == ["one"]
    assert document.partial
    assert document.dropped[0].what == "item 2"


def test_no_json_is_named():
    """What begins as nothing known is quoted."""
    with pytest.raises(ParseError, match="not JSON"):
        parse("hello", "a.json")
    with pytest.raises(ParseError, match='line 1: it is no JSON: "hello"'):
        parse("hello\nworld", "a.jsonl")


def test_a_quote_that_is_never_closed_costs_one_row():
    """The rows behind it are read, and it is told."""
    body = 'text,author\n"oops,ada\n' + "".join(f"row {n},bob\n" for n in range(5))
    document = parse(body, "a.csv")
    assert [e.text for e in document.entries] == ['"oops', *(f"row {n}" for n in range(5))]
    assert document.dropped == (Dropped("1 rows", "their quotes are not closed, and each is read as one line"),)
    long = 'text,author\n"oops,ada\n' + "".join(f"row {n},bob\n" for n in range(1500)) + "x" * 140_000 + ",end\n"
    assert len(parse(long, "a.csv").entries) == 1502


def test_cells_without_a_column_are_told():
    """A comma that nobody quoted shifts what stands behind it; nobody is to wonder why."""
    document = parse("text,author\nslow, very slow,ada\n", "a.csv")
    assert document.dropped == (Dropped("1 rows", "they have more cells than the header, and those are not read"),)


# --- piece by piece ---------------------------------------------------------------------------------------


def test_requests_are_the_files():
    """One document for each file, as it was named."""
    source = FilesSource("mine", (URL + "a.csv", URL + "b.csv"))
    assert source.kind == "files"
    assert [r.url for r in source.requests(Ask(NOW))] == [URL + "a.csv", URL + "b.csv"]
    assert pickle.loads(pickle.dumps(source)) == source


words = st.text(st.sampled_from("ab,;\t\"'äß😡\n\r\\{}[]: \x00\u2028>"), max_size=12)
posts = st.lists(st.tuples(words, words, st.integers(1, 5)), min_size=1, max_size=12)


def csv_of(rows: list[tuple[str, str, int]], delimiter: str) -> str:
    """A table, every cell quoted."""
    made = [["id", "text", "author", "stars"], *([f"r{n}", *map(str, row)] for n, row in enumerate(rows))]
    quoted = (delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in made)
    return "\r\n".join(quoted) + "\r\n"


def jsonl_of(rows: list[tuple[str, str, int]], *, plain: bool) -> str:
    """JSON lines."""
    made = ({"id": f"r{n}", "text": t, "author": a, "stars": s} for n, (t, a, s) in enumerate(rows))
    return "\n".join(json.dumps(row, ensure_ascii=not plain) for row in made) + "\n"


@given(
    posts,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"]),
    st.integers(420, 900),
)
@example([("", "", 1), ("a\nb", "", 1)], ",", "utf-8", 420)
def test_csv_is_the_same_in_any_chunks(rows, delimiter, encoding, size):
    """Wherever one chunk ends and the next begins, the entries are those of the whole."""
    data = csv_of(rows, delimiter).encode(encoding)
    source = FilesSource("mine", (), format="csv")
    whole = read_in_chunks(source, data, "a.csv", 10**9)
    assert read_in_chunks(source, data, "a.csv", size) == whole
    assert [e.guid for e in whole[0]] == [f"r{n}" for n in range(len(rows))]
    assert read_in_chunks(FilesSource("mine", (), format="csv", record_cap=1), data, "a.csv", size) == whole


@given(posts, st.booleans(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16-le"]), st.integers(500, 900))
def test_json_lines_are_the_same_in_any_chunks(rows, plain, encoding, size):
    """So it is for JSON lines."""
    data = jsonl_of(rows, plain=plain).encode(encoding)
    source = FilesSource("mine", (), format="jsonl")
    whole = read_in_chunks(source, data, "a.jsonl", 10**9)
    assert read_in_chunks(source, data, "a.jsonl", size) == whole
    assert [e.guid for e in whole[0]] == [f"r{n}" for n in range(len(rows))]
    assert read_in_chunks(FilesSource("mine", (), format="jsonl", record_cap=1), data, "a.jsonl", size) == whole


@given(posts, st.booleans(), st.sampled_from(["utf-8", "utf-16"]), st.integers(600, 900))
def test_a_json_list_is_the_same_in_any_chunks(rows, plain, encoding, size):
    """So it is for a list of records, also inside an object."""
    listed = f"[{','.join(jsonl_of(rows, plain=plain).splitlines())}]" if not plain else None
    listed = listed or json.dumps([json.loads(line) for line in jsonl_of(rows, plain=False).splitlines()], indent=1)
    for text in (listed, f'{{"n": 1, "data": {{"reviews": {listed}}}, "more": [1]}}'):
        data = text.encode(encoding)
        source = FilesSource("mine", (), format="json")
        whole = read_in_chunks(source, data, "a.json", 10**9)
        assert [e.guid for e in whole[0]] == [f"r{n}" for n in range(len(rows))]
        assert read_in_chunks(source, data, "a.json", size) == whole
        assert read_in_chunks(FilesSource("mine", (), format="json", record_cap=1), data, "a.json", size) == whole


def test_a_large_file_is_read_to_its_end():
    """More records than one document holds are read in several, each once, and numbered through."""
    data = b"".join(b'{"id": %d, "text": "row"}\n' % n for n in range(4_500)) + b"broken\n"
    first = FilesSource("mine", ()).parse(Response(URL + "a.jsonl", {}, data, NOW))
    assert len(first.entries) == 2000
    assert first.following[0].url.startswith(URL + "a.jsonl#offset=")
    entries, dropped = read_in_chunks(FilesSource("mine", ()), data, "a.jsonl", 30_000)
    assert [e.guid for e in entries] == [str(n) for n in range(4_500)]
    assert [d.what for d in dropped] == ["line 4501"]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_a_record_larger_than_a_chunk_is_told(name):
    """It is left out by name, and what stands around it is read."""
    if name == "a.csv":
        data = b"id,text\n1,one\n2," + b"x" * 2_000 + b"\n3,three\n"
    else:
        data = b'{"id": 1, "text": "one"}\n{"id": 2, "text": "' + b"x" * 2_000 + b'"}\n{"id": 3, "text": "three"}\n'
    entries, dropped = read_in_chunks(FilesSource("mine", ()), data, name, 500)
    assert [e.guid for e in entries] == ["1", "3"]
    assert len(dropped) == 1
    assert "larger than [fetch] max_bytes" in dropped[0].why


def test_a_json_document_that_cannot_be_cut_says_so():
    """An object whose records nobody finds in time, and a record that is too large, are refused with what to do."""
    for body in (b'{"about": "' + b"x" * 2_000 + b'", "items": []}', b'[{"text": "' + b"x" * 2_000 + b'"}]'):
        with pytest.raises(ParseError) as told:
            read_in_chunks(FilesSource("mine", ()), body, "a.json", 500)
        assert "JSON lines" in told.value.advice


def test_a_compressed_file_is_read_whole_or_not():
    """Its offsets mean nothing, so what is not read of it is told."""
    packed = gzip.compress(b'{"text": "row"}\n' * 3)
    document = parse(packed, "a.jsonl.gz", record_cap=2)
    assert (len(document.entries), document.following) == (2, ())
    assert "unpack" in document.dropped[-1].why
    with pytest.raises(ParseError, match="compressed"):
        read_in_chunks(FilesSource("mine", ()), packed, "a.jsonl.gz", len(packed) - 5)


@settings(max_examples=60)
@given(st.binary(max_size=300), st.sampled_from(["", "jsonl", "json", "csv", "mbox", "eml", "html", "feed"]))
def test_no_file_makes_it_stumble(body, written):
    """Whatever stands in a file, it is read or refused in words, and reading it ends."""
    for start in (b"", b"text,author\n", b"[{", b'{"items": [', b"From x\nSubject: y\n\n", b"\xff\xfe"):
        with suppress(ParseError):
            read_in_chunks(FilesSource("mine", (), format=written), start + body, "a", 200)


# --- programs ---------------------------------------------------------------------------------------------


def run(printed: str) -> Document:
    """Read what a program printed."""
    return CommandSource("mine", ("reviews", "--json")).parse(Response("command:", {}, printed.encode(), NOW))


def test_a_program_is_run_as_it_stands():
    """The request holds the program and its arguments; nothing is a shell's."""
    source = CommandSource("mine", ("reviews", "--app", "a; rm -rf /"))
    (request,) = source.requests(Ask(NOW))
    assert request.argv == ("reviews", "--app", "a; rm -rf /")
    assert (request.url, source.kind) == ("command:", "command")


def test_what_a_program_prints_is_read():
    """JSON lines, a list, or one object over many lines; nothing is nothing."""
    for printed in (
        '{"text": "one"}\n',
        '[{"text": "one"}]',
        '{\n "items": [\n{"text": "one"}\n]}',
        '{\n"text": "one"\n}',
    ):
        assert [e.text for e in run(printed).entries] == ["one"]
    assert run("") == Document(())
    assert run("\n \n") == Document(())
    assert run("[]").entries == ()


def test_a_line_that_is_no_json_is_told():
    """A log line among records is named with its number; nothing but such lines is a failure that quotes the first."""
    assert run('starting…\n{"text": "one"}\n').dropped == (Dropped("line 1", 'it is no JSON: "starting…"'),)
    with pytest.raises(ParseError, match='line 1: it is no JSON: "Traceback') as told:
        run("Traceback (most recent call last):\n  boom\n")
    assert told.value.state == "not-a-feed"


def test_a_program_that_prints_too_much_is_told():
    """What is not read of it is named."""
    document = run('{"text": "one"}\n' * 2_001)
    assert len(document.entries) == 2_000
    assert "2000 records" in document.dropped[-1].why
    assert document.following == ()


def test_wrong_parameters_are_told():
    """Each with its key and what would be right."""
    wrong = {"fields": {"txt": "a", "text": "b"}, "format": "xls", "best": "ten", "encoding": "hex"}
    assert [key for key, _ in problems_of(wrong)] == ["fields.txt", "format", "best", "encoding"]
    assert [key for key, _ in problems_of({"best": "1", "worst": "5"})] == ["best"]
    assert list(problems_of({"fields": {"text": "b"}, "format": "csv", "best": "10", "encoding": "cp1252"})) == []


# --- real ones --------------------------------------------------------------------------------------------


def corpus(name: str) -> tuple[tuple[Entry, ...], list[dict]]:
    """Entries of a recorded document, and what stands in it."""
    path = CORPUS / name
    if not path.exists():
        pytest.skip("the corpus is not here")
    document = parse(path.read_bytes(), path.name)
    # What scrapers note beside what people wrote is named, and nothing else is left out.
    assert [d.what for d in document.dropped if d.what != "columns not used"] == []
    found = json.loads(path.read_bytes(), strict=False)
    return document.entries, found if isinstance(found, list) else found["items"]


def fold(text: str | None) -> str:
    """A text without what cleaning may change."""
    return "".join(filter(str.isalnum, text or ""))


def seconds(entry: Entry) -> int:
    """When it was published, since 1970."""
    assert entry.published is not None
    return int(entry.published.timestamp())


def test_reviews_of_google_play_are_read():
    """Each review of a scraper's output is there, field by field."""
    entries, found = corpus("googleplay-json/scrapfly-scrapers__1_reviews.json")
    assert len(entries) == len(found) == 100
    for entry, item in zip(entries, found, strict=True):
        assert (entry.guid, entry.kind, entry.rating) == (item["reviewId"], "review", float(item["score"]))
        assert fold(entry.text) == fold(item["content"])
        assert fold(entry.author) == fold(item["userName"])
        assert seconds(entry) == item["at"]
        assert (entry.version, entry.engagement) == (item["reviewCreatedVersion"], item["thumbsUpCount"])


def test_reviews_of_trustpilot_are_read():
    """Each review of a page's data is there, field by field."""
    entries, found = corpus("trustpilot-json/scrapfly-scrapers__1_reviews.json")
    assert len(entries) == len(found) == 60
    for entry, item in zip(entries, found, strict=True):
        assert entry.guid == item["id"]
        assert entry.url == f"https://www.trustpilot.com/reviews/{item['id']}"
        assert (entry.kind, entry.rating) == ("review", float(item["rating"]))
        assert (fold(entry.title), fold(entry.text)) == (fold(item["title"]), fold(item["text"]))
        assert fold(entry.author) == fold(item["consumer"]["displayName"])
        assert (entry.country, entry.language) == (item["consumer"]["countryCode"], item["language"])
        assert entry.published == datetime.fromisoformat(item["dates"]["publishedDate"].replace("Z", "+00:00"))
        assert entry.engagement == item["likes"]


def test_reviews_of_the_app_store_are_read():
    """Each review of a scraper's output is there, field by field."""
    entries, found = corpus("appstore-scraped-json/scrapfly-scrapers__1_reviews.json")
    assert len(entries) == len(found) == 50
    for entry, item in zip(entries, found, strict=True):
        assert (entry.guid, entry.url, entry.kind) == (item["reviewId"], item["url"], "review")
        assert (fold(entry.title), fold(entry.text)) == (fold(item["title"]), fold(item["content"]))
        assert fold(entry.author) == fold(item["userName"])
        assert (entry.rating, entry.version) == (float(item["score"]), item["version"])
        assert entry.engagement == item["voteCount"]
        assert entry.published == datetime.fromisoformat(item["updated"])


def test_comments_of_reddit_are_read():
    """Each comment of a scraper's output is there; its votes are no stars."""
    entries, found = corpus("reddit-scraped-json/scrapfly-scrapers__user_comments.json")
    assert len(entries) == len(found) == 3
    for entry, item in zip(entries, found, strict=True):
        assert (entry.guid, entry.url) == (item["commentId"], item["commentLink"])
        assert (entry.kind, entry.rating, entry.engagement) == ("comment", None, item["upvotes"])
        assert fold(entry.text) == fold(item["commentBody"])
        assert entry.author == item["author"]
        assert (entry.title, entry.parent) == (item["replyTo"]["postTitle"], item["replyTo"]["postLink"])
        assert entry.community == item["replyTo"]["postSubreddit"]
        assert entry.published == datetime.fromisoformat(item["publishingDate"])


def test_an_answer_of_youtube_is_read():
    """What its snippet says is there, field by field."""
    (entry,), (item,) = corpus("youtube-json/feeddeck__youtube_test.ts_responseYoutubeChannelIcon.json")
    assert (entry.guid, entry.title) == (item["id"], item["snippet"]["title"])
    assert fold(entry.text) == fold(item["snippet"]["description"])
    assert entry.published == datetime.fromisoformat(item["snippet"]["publishedAt"].replace("Z", "+00:00"))
    assert (entry.kind, entry.rating, entry.author) == ("post", None, None)


@pytest.mark.parametrize("name", ["jsonld-review-page", "microdata-page"])
def test_saved_pages_of_the_corpus_are_read_as_pages(name):
    """A saved page gives what the same page gives over the net."""
    from mentionwatch.sources.page import PageSource

    folder = CORPUS / name
    if not folder.exists():
        pytest.skip("the corpus is not here")
    for path in sorted(folder.iterdir())[:8]:
        body = path.read_bytes()
        try:
            expected = PageSource("mine", "https://a.example/").parse(Response("https://a.example/", {}, body, NOW))
        except ParseError:
            with pytest.raises(ParseError):
                parse(body, "saved.html")
            continue
        found = parse(body, "saved.html")
        assert [(e.text, e.rating, e.author) for e in found.entries] == [
            (e.text, e.rating, e.author) for e in expected.entries
        ]
        assert all(e.url is None or e.url.startswith("http") for e in found.entries)
