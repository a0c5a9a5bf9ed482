"""Records of exports as entries: which column is what, ratings, ids, and our own exports."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from dataclasses import replace
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.model import ENTRY_KINDS, Dropped, Entry, Mention, Response, Tone
from mentionwatch.output import csv as csv_output
from mentionwatch.output import jsonl as jsonl_output
from mentionwatch.output.base import Options
from mentionwatch.output.csv import guard_cell
from mentionwatch.sources.files import FilesSource
from mentionwatch.sources.records import Reader, Reading, _unguard

NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)


def utc(*parts: int) -> datetime:
    """A time in UTC."""
    return datetime(*parts, tzinfo=timezone.utc)


def read(record, **more) -> Entry:
    """Read one record."""
    found = Reader("mine", NOW, Reading(**more)).read("item 1", record)
    assert isinstance(found, Entry), found
    return found


def read_all(records: list, **more) -> tuple[list[Entry], list[Dropped]]:
    """Read the records of one document."""
    reader = Reader("mine", NOW, Reading(**more))
    found = [reader.read(f"item {n}", record) for n, record in enumerate(records, 1)]
    entries, dropped = reader.finish([f for f in found if isinstance(f, Entry)])
    return entries, [*(f for f in found if isinstance(f, Dropped)), *dropped]


def shown(entry: Entry) -> dict[str, object]:
    """The fields of an entry that hold something, but for an id made of its content."""
    fields = {name: value for name, value in vars(entry).items() if value is not None and name != "source"}
    if str(fields.get("guid", "")).startswith("record:"):
        del fields["guid"]
    return fields


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        # A review page of Yelp
        (
            {"encid": "BEK", "text": {"full": "Amazing.", "language": "en"}, "rating": 5, "createdAt": "2025-08-17T01:08:14Z",
             "author": {"encid": "J9Q", "displayName": "Anne W.", "reviewCount": 5}, "business": {"name": "Von's", "alias": "v"},
             "feedback": {"usefulCount": 2}},
            {"guid": "BEK", "kind": "review", "text": "Amazing.", "language": "en", "rating": 5.0, "author": "Anne W.",
             "community": "Von's", "published": utc(2025, 8, 17, 1, 8, 14), "engagement": 2},
        ),
        # G2
        (
            {"author": {"authorName": "David B.", "authorProfile": "https://www.g2.com/users/1"},
             "review": {"reviewData": "2025-11-03", "reviewRate": 4.5, "reviewTitle": "Hosting", "reviewLikes": "Cheap.",
                        "reviewDislikes": "The learning.", "reviewTags": ["Current User"]}},
            {"kind": "review", "title": "Hosting", "text": "Cheap.\n\nThe learning.", "author": "David B.", "rating": 4.5,
             "published": utc(2025, 11, 3)},
        ),
        # Capterra
        (
            {"title": '"Great"', "date": "May 25, 2026", "reviewer_name": "Gabby W.", "review_body": "Positive.",
             "ratings": {"overall": 4.0, "features": 5.0}, "pros": "Easy.", "cons": None},
            {"kind": "review", "title": '"Great"', "text": "Positive.\n\nEasy.", "author": "Gabby W.", "rating": 4.0,
             "published": utc(2026, 5, 25)},
        ),
        # TripAdvisor
        ({"title": "Not for us", "text": "Loud.", "rate": 3.0, "tripDate": "October 2025"},
         {"kind": "review", "title": "Not for us", "text": "Loud.", "rating": 3.0}),
        # Amazon
        (
            {"text": "Fantastic.", "title": "Player", "rating": 5.0,
             "location_and_date": "Reviewed in the United States on December 9, 2025"},
            {"kind": "review", "title": "Player", "text": "Fantastic.", "rating": 5.0, "published": utc(2025, 12, 9)},
        ),
        # Best Buy
        (
            {"id": "a6e", "topicType": "review", "rating": 5, "title": "Happy", "text": "Slim.", "author": "RizonG",
             "positiveFeedbackCount": 1, "commentCount": 2, "submissionTime": "2025-12-22T12:54:09.000-06:00"},
            {"guid": "a6e", "kind": "review", "title": "Happy", "text": "Slim.", "author": "RizonG", "rating": 5.0,
             "engagement": 3, "published": utc(2025, 12, 22, 18, 54, 9)},
        ),
        # AliExpress; its scale is no stars
        (
            {"evaluationId": 50197810292797653, "buyerFeedback": "Отличный", "buyerName": "Г***ч", "buyerCountry": "RU",
             "evalDate": "22 Nov 2024", "reviewType": "REVIEW", "upVoteCount": 0},
            {"guid": "50197810292797653", "kind": "review", "text": "Отличный", "author": "Г***ч", "country": "RU",
             "published": utc(2024, 11, 22)},
        ),
        # Google Business Profile, as Takeout has it
        (
            {"reviewer": {"displayName": "Ada"}, "starRating": "FOUR", "comment": "Fine.", "reviewId": "x",
             "createTime": "2026-11-03T10:00:00.123456Z", "name": "accounts/1/locations/2/reviews/x"},
            {"guid": "x", "kind": "review", "text": "Fine.", "author": "Ada", "rating": 4.0,
             "published": utc(2026, 11, 3, 10, 0, 0).replace(microsecond=123456)},
        ),
        # App Store Connect
        (
            {"type": "customerReviews", "id": "1", "attributes": {"rating": 2, "title": "Meh", "body": "Slow.",
             "reviewerNickname": "ada", "createdDate": "2026-11-03T10:00:00Z", "territory": "USA"}},
            {"guid": "1", "kind": "review", "title": "Meh", "text": "Slow.", "author": "ada", "rating": 2.0,
             "published": utc(2026, 11, 3, 10)},
        ),
        # A comment of YouTube's API
        (
            {"kind": "youtube#commentThread", "id": "Ug", "snippet": {"videoId": "v", "totalReplyCount": 1,
             "topLevelComment": {"id": "Ug", "snippet": {"textDisplay": "Nice <b>one</b>", "authorDisplayName": "@ada",
                                 "likeCount": 4, "publishedAt": "2026-11-03T10:00:00Z"}}}},
            {"guid": "Ug", "kind": "post", "text": "Nice one", "author": "@ada", "engagement": 5,
             "published": utc(2026, 11, 3, 10)},
        ),
        # A post of Reddit's API: its score is votes, its address lacks the site
        (
            {"kind": "t3", "data": {"name": "t3_1", "id": "1", "title": "Acme", "selftext": "It &amp; I", "author": "ada",
             "subreddit": "r", "subreddit_name_prefixed": "r/r", "score": 3, "ups": 3, "num_comments": 2,
             "permalink": "/r/r/comments/1/acme/", "created_utc": 1793693700.0}},
            {"guid": "1", "kind": "post", "url": "https://www.reddit.com/r/r/comments/1/acme/", "title": "Acme", "text": "It & I",
             "author": "ada", "community": "r/r", "engagement": 5, "published": utc(2026, 11, 3, 8, 15)},
        ),
    ],
)  # fmt: skip
def test_shapes_of_exporters_are_known(record, expected):
    """What people's own exporters write is read without a word of configuration."""
    assert shown(read(record)) == expected


def test_names_are_compared_without_case_blanks_and_underscores():
    """Review Text, review_text and reviewText are one column."""
    for name in ("Review Text", "review_text", "reviewText", "REVIEW-TEXT"):
        assert read({name: "Fine."}).text == "Fine."


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("Datum;Kunde;Bewertung;Rezension;Titel", "03.11.2026;Jörg;4;Läuft;Fein", ("Fein", "Läuft", "Jörg", 4.0)),
        ("Date;Nom du client;Note;Avis;Titre", "2026-11-03;Zoé;2;Cassé;Bof", ("Bof", "Cassé", "Zoé", 2.0)),
        ("Fecha;Cliente;Valoración;Opinión;Asunto", "2026-11-03;Iñaki;1;Roto;Mal", ("Mal", "Roto", "Iñaki", 1.0)),
        ("Data;Utente;Punteggio;Recensione;Titolo", "2026-11-03;Ugo;5;Bello;Sì", ("Sì", "Bello", "Ugo", 5.0)),
        ("Datum;Klant;Beoordeling;Opmerking;Onderwerp", "2026-11-03;Joke;3;Traag;Mja", ("Mja", "Traag", "Joke", 3.0)),
        ("Data;Usuário;Avaliação;Comentário;Título", "2026-11-03;João;5;Bom;Sim", ("Sim", "Bom", "João", 5.0)),
        ("Data;Usuario;Avaliacao;Comentario;Titulo", "2026-11-03;João;5;Bom;Sim", ("Sim", "Bom", "João", 5.0)),
    ],
)
def test_columns_of_other_languages_are_known(header, row, expected):
    """With accents, without them, or with accents that stand as signs of their own; and none is left over."""
    for written in (header, unicodedata.normalize("NFD", header), header.upper()):
        url = "file:///home/ada/a.csv"
        document = FilesSource("mine", (url,)).parse(Response(url, {}, f"{written}\n{row}\n".encode(), NOW))
        (entry,) = document.entries
        assert (entry.title, entry.text, entry.author, entry.rating) == expected
        assert (entry.kind, entry.published) == ("review", utc(2026, 11, 3))
        assert document.dropped == ()


def test_a_name_for_two_things_is_what_stands_there():
    """Bewertung and Avis are stars or words; "5 Sterne" is no text, and comments are a number or a text."""
    assert shown(read({"Bewertung": "Läuft gut"})) == {"kind": "review", "text": "Läuft gut"}
    assert shown(read({"Bewertung": "5 Sterne", "Titel": "x"})) == {"kind": "review", "title": "x", "rating": 5.0}
    assert shown(read({"Bewertung": "4/5", "Titel": "x"})) == {"kind": "review", "title": "x", "rating": 4.0}
    assert read({"title": "x", "comments": 7}).engagement == 7
    assert read({"title": "x", "comments": "7"}).text is None
    assert read({"Comments": "It reboots"}).text == "It reboots"
    assert read({"Bewertung": "4", "x": "y"}, fields={"text": "Bewertung"}).text == "4"


def test_an_object_by_the_name_of_a_date_is_none():
    """In Italian "data" is the date; in JSON it is anything."""
    entry = read({"text": "x", "data": "whatever"})
    assert (entry.published, entry.published_raw) == (None, None)


def test_a_letter_with_a_sign_of_its_own_stays_one():
    """Only accents of Latin, Greek and Cyrillic letters go; other scripts are written with such signs."""
    assert read({"本文が": "x", "本文か": "y"}, fields={"text": "本文か"}).text == "y"


def test_what_looks_missing_is_missing():
    """What other programs write for nothing is nothing; a name on the way that is there goes on."""
    entry = read({"text": "nan", "body": "Fine.", "author": "None", "user": "ada", "title": "", "url": "N/A"})
    assert (entry.text, entry.author, entry.title, entry.url) == ("Fine.", "ada", None, None)


@pytest.mark.parametrize(
    ("value", "stars"),
    [
        (5, 5.0),
        ("4", 4.0),
        ("4,5", 4.5),
        ("4.0 out of 5 stars", 4.0),
        ("4/5", 4.0),
        ("8/10", 4.11),
        ("3 stars", 3.0),
        ("2 Sterne", 2.0),
        ("★★★☆☆", 3.0),
        ("⭐⭐", 2.0),
        ("THREE", 3.0),
        (0, None),
        ("", None),
        ("good", None),
        (True, None),
        ("9/5", None),
        ("1" * 5000, None),
    ],
)
def test_ratings_in_all_their_forms(value, stars):
    """Stars are read where the scale is 1 to 5, or is told with the value."""
    assert read({"text": "x", "rating": value}).rating == stars


def test_a_scale_that_nobody_told_is_not_guessed():
    """Where ratings go up to 10, those below 5 are no stars either; it is told once."""
    records = [{"id": n, "text": "x", "score": n} for n in range(1, 11)]
    entries, dropped = read_all(records)
    assert [e.rating for e in entries] == [None] * 10
    assert [d.what for d in dropped] == ["the ratings of 10 records"]
    assert "best" in dropped[0].why
    told, dropped = read_all(records, best=10.0)
    assert ([e.rating for e in told][::3], dropped) == ([1.0, 2.33, 3.67, 5.0], [])
    only = read_all([{"id": n, "score": n} for n in range(1, 11)])
    assert only[0] == []
    assert only[1][-1] == Dropped("5 of these records", "they hold nothing else")


def test_one_odd_rating_costs_only_itself():
    """Among many stars, a 50 is a mistake."""
    entries, dropped = read_all([{"id": n, "text": "x", "stars": 50 if n == 7 else 3} for n in range(50)])
    assert [e.rating for e in entries].count(3.0) == 49
    assert dropped[0].what == "the ratings of 1 records"


def test_votes_are_no_stars():
    """A score beside other numbers of a forum is counted as engagement."""
    entry = read({"text": "x", "score": 4, "num_comments": 2})
    assert (entry.rating, entry.engagement) == (None, 6)
    assert read({"text": "x", "score": 4}).rating == 4.0


def test_the_user_goes_first():
    """A column that is named by the user is the only one for its field."""
    record = {"text": "no", "Pros": "yes", "who": {"name": "Ada"}, "author": "no", "n": "7", "likes": 3, "note": "4"}
    fields = {"text": "pros", "author": "who.name|author", "title": "nothing", "engagement": "n", "rating": "note"}
    entry = read(record, fields=fields)
    assert (entry.text, entry.author, entry.title, entry.engagement, entry.rating) == ("yes", "Ada", None, 7, 4.0)


def test_reviews_that_share_an_address_are_told_apart():
    """Without an id each record is known by what it says, and by nothing that stands beside it."""
    records = [{"url": "https://shop.example/p", "text": "Fine.", "author": name} for name in ("ada", "bob", "ada")]
    first, second, again = read_all(records)[0]
    assert first.guid != second.guid
    assert first == again
    assert read_all(records[1:])[0] == [second, again]


def test_an_id_of_something_else_is_none():
    """Where all rows have the id of the product, they are told apart by what they say."""
    entries, _ = read_all([{"id": "B00X", "text": f"text {n}"} for n in range(3)])
    assert len({e.guid for e in entries}) == 3
    assert all(e.guid.startswith("record:") for e in entries)


def test_records_without_words_are_told():
    """A record that is no object, or says nothing, is named with why."""
    dropped = read_all([{"id": 1}, 5, None, ["x"], {"url": "https://a.example/"}])[1]
    assert [d.what for d in dropped] == [f"item {n}" for n in range(1, 6)]
    assert dropped[1].why == "it is a number, not an object with columns"


def test_hostile_records_are_made_safe():
    """No control character, no script's address, no endless text gets through."""
    entry = read(
        {
            "text": "a\x1b[31mb\u202e" + "x" * 500_000,
            "url": "javascript:alert(1)",
            "author": "a\nb" * 999,
            "id": "i" * 999,
        }
    )
    assert len(entry.text) <= 200_000
    assert "\x1b" not in entry.text
    assert "\u202e" not in entry.text
    assert entry.url is None
    assert len(entry.author) <= 500
    assert entry.guid.startswith("record:")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["text", "rating", "date", "author", "data", "name", "id", "url", "likes", "entry"]), inner, max_size=5),
    max_leaves=20,
)  # fmt: skip


@given(json_values)
def test_any_record_is_read_or_told(value):
    """Whatever stands where a value should be, it is an entry or named."""
    entries, dropped = read_all([value])
    assert len(entries) + len(dropped) >= 1
    for entry in entries:
        assert entry.rating is None or 1 <= entry.rating <= 5


# --- our own exports --------------------------------------------------------------------------------------

TONE = Tone("negative", -0.5, 0.9, (), "textblob")


def export(entries: list[Entry], output, **options) -> bytes:
    """Export mentions of these entries."""
    stream = io.StringIO(newline="")
    mentions = [Mention(f"m{n}", f"e{n}", "Acme", "acme", e, TONE, NOW, f"s{n}") for n, e in enumerate(entries)]
    output.write_mentions(mentions, stream, Options(**options))
    return stream.getvalue().encode()


def back(data: bytes, name: str) -> list[Entry]:
    """Read an export of ours."""
    url = f"file:///home/ada/{name}"
    document = FilesSource("forum", (url,)).parse(Response(url, {}, data, NOW))
    assert document.dropped == ()
    return list(document.entries)


ENTRIES = [
    Entry(
        source="forum",
        guid="g1",
        kind="comment",
        url="https://forum.example/t/1#p2",
        title="=1+1 is a title",
        text="-5 degrees, says <b>Ada</b> &amp; co.\n\n> not a quote, but as it was stored\n\n'@quoted'",
        author="@ada",
        community='Help; "routers"',
        parent="https://forum.example/t/1",
        published=utc(2026, 11, 3, 10),
        language="en-GB",
        country="GB",
        version="2.1",
        rating=4.5,
        engagement=0,
    ),
    Entry(source="forum", guid="g2", text="nan", author="None", rating=1.0),
    Entry(source="forum", guid="g3", kind="review", title="Größe 😡"),
]  # fmt: skip


@pytest.mark.parametrize("options", [{}, {"bom": True}])
@pytest.mark.parametrize(("name", "output"), [("a.csv", csv_output), ("a.jsonl", jsonl_output)])
def test_our_own_exports_come_back(name, output, options):
    """What was exported is read as it was, markup, apostrophes and all; the id is that of the entry."""
    expected = [replace(entry, guid=f"e{n}") for n, entry in enumerate(ENTRIES)]
    assert back(export(ENTRIES, output, **options), name) == expected


texts = st.text(st.characters(codec="utf-8"), max_size=30).map(lambda t: " ".join(t.split())).filter(bool)


@given(st.lists(st.tuples(texts, texts, st.sampled_from(ENTRY_KINDS), st.integers(1, 5)), min_size=1, max_size=5))
def test_any_export_of_ours_comes_back(rows):
    """So it is for whatever people write."""
    written = [
        Entry(source="forum", guid=f"g{n}", kind=kind, title="t", text=text, author=author, rating=float(stars))
        for n, (text, author, kind, stars) in enumerate(rows)
    ]
    for name, output in (("a.csv", csv_output), ("a.jsonl", jsonl_output)):
        found = back(export(written, output), name)
        lines = [json.loads(line) for line in export(written, jsonl_output).decode().split("\n") if line]
        assert [(e.text, e.author, e.kind, e.rating) for e in found] == [
            (line["text"], line["author"], line["kind"], line["rating"]) for line in lines
        ]


@given(st.text(st.sampled_from("'=+-@\"\t \ufeff\u200b\u2212＝ab"), max_size=8))
def test_the_guard_against_formulas_is_undone(text):
    """Exactly the apostrophe that an export puts on is taken off."""
    assert _unguard(guard_cell(text)) == text


def test_an_apostrophe_of_others_stays():
    """In a table that is not ours, an apostrophe is the author's."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([["text"], ["'+1' from me"]])
    assert back(stream.getvalue().encode(), "a.csv")[0].text == "'+1' from me"
