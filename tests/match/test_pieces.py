"""Pieces of expressions: what is looked up by them is what is found by looking at everything, with and without fast."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from mentionwatch.match import Matcher, compile_query, find_spans, match_entry
from mentionwatch.match.filing import Files, field_keys, piece_text, text_keys
from mentionwatch.match.patterns import compile_pattern
from mentionwatch.match.pieces import LONGEST, flatten, sure_pieces
from mentionwatch.match.scan import Pieces, has_fast
from mentionwatch.match.subject import of_entry
from mentionwatch.model import Entry
from mentionwatch.settings import Brand
from tests.test_match_index import ENTRIES, QUERIES, QUICK, readable

needs_fast = pytest.mark.skipif(not has_fast(), reason="the extra fast is not installed")
WAYS = [False, pytest.param(True, marks=needs_fast)]


def found(queries: list[str], entry: Entry, *, fast: bool) -> dict[str, object]:
    """What a matcher finds of some queries."""
    matcher = Matcher([Brand(query, (query,)) for query in queries], fast=fast)
    return {match.brand: match.spans for match in matcher.matches(entry)}


def alone(queries: list[str], entry: Entry) -> dict[str, object]:
    """What each of them finds by itself."""
    spans = {query: match_entry(compile_query(query), entry) for query in queries}
    return {query: one for query, one in spans.items() if one is not None}


# --- what an expression surely holds ----------------------------------------------------------------------

HELD = [
    ("acme", {("acme",)}),
    ("acme\\d+ pro", {("acme",), (" pro",)}),
    ("Acme (?:Router|Modem)s?", {("acme ",), ("router", "modem")}),
    ("acme|globex", {("acme", "globex")}),
    ("acme|\\d+", set()),
    ("acme|go", set()),
    ("(acme)?router", {("router",)}),
    ("(?:acme){0,2}router", {("router",)}),
    ("(?:acme){2}router", {("acme",), ("router",)}),
    ("(?:acme)+?router", {("acme",), ("router",)}),
    ("acmes?", {("acme",)}),
    ("acme*router", {("acm",), ("router",)}),
    ("acm+erce", {("acm",), ("erce",)}),
    ("a+cme", {("cme",)}),
    ("[abc]acme[^]x]pro", {("acme",), ("pro",)}),
    (r"acme\.example\/x", {("acme.example/x",)}),
    (r"\bacme\b", {("acme",)}),
    ("(?i)acme", {("acme",)}),
    ("(?i:acme)(?P<n>router)(?>modem)", {("acme",), ("router",), ("modem",)}),
    ("acme(?=router)(?!modem)(?<=anvil)(?<!gizmo)", {("acme",)}),
    ("東京(?:駅|塔)", {("東京",)}),
    ("東京都", {("東京都",)}),
    ("Café", {("caf",)}),
    ("a" * 50, {("a" * LONGEST,)}),
    ("ac", set()),
    ("   ", set()),
    ("a.c.m.e", set()),
    # Not understood: nothing is said.
    (r"acme(?|router|modem)", set()),
    (r"(?:acme){e<=1}", set()),
    (r"acme{x}", set()),
    (r"acme\p{L}", set()),
    (r"acme\1", set()),
    (r"acme\N{DIGIT ONE}", set()),
    (r"acme\x41", set()),
    (r"[[:alpha:]acme]x", set()),
    (r"(?x) acme # router", set()),
    (r"(?(1)acme|router)", set()),
    (r"acme(?#router)", set()),
    (r"acme(?1)", set()),
    ("(" * 60 + "acme" + ")" * 60, set()),
    ("acme)", set()),
    ("(acme", set()),
    ("[acme", set()),
    ("acme\\", set()),
    ("|".join(f"acme{number}" for number in range(100)), set()),
]


@pytest.mark.parametrize(("pattern", "pieces"), HELD, ids=[pattern[:40] for pattern, _ in HELD])
def test_pieces_of_an_expression(pattern, pieces):
    """What every match holds is told, and nothing else."""
    assert set(sure_pieces(pattern)) == pieces


_ATOM = st.sampled_from(
    ["acme", "Kiss", "İst", "x", "東京", "é", r"\d", r"\w", ".", r"\.", r"\bacme\b", "[ab]", r"[^]\]]", r"\s", "^", "-", " ",
     "(?=a)", "(?!b)", "(?<=a)", "ſt", "]", "}", r"\-", r"\tq", "ss"]
)  # fmt: skip
_TIMES = st.sampled_from(["", "", "", "?", "*", "+", "{2}", "{0,1}", "{1,}", "{,2}", "??", "+?"])
_PATTERN = st.recursive(
    st.tuples(_ATOM, st.just("")).map("".join),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=1, max_size=3).map("|".join),
        st.tuples(st.sampled_from(["(", "(?:", "(?P<n>"]), inner, st.just(")"), _TIMES).map("".join),
        st.tuples(_ATOM, _TIMES).map("".join),
    ),
    max_leaves=8,
)


@settings(QUICK, max_examples=500)
@given(_PATTERN, st.booleans(), st.data())
def test_every_text_in_which_an_expression_is_found_holds_its_pieces(pattern, ignore_case, data):
    """Whatever the expression is made of: its pieces are never more than a match has."""
    covers = sure_pieces(pattern)
    assume(covers)
    try:
        ours, theirs = (
            compile_pattern(pattern, ignore_case=ignore_case),
            re.compile(pattern, re.IGNORECASE * ignore_case),
        )
    except (ValueError, re.error):
        assume(condition=False)
    text = data.draw(st.from_regex(theirs))
    match = ours.search(text)
    assume(match)
    for cover in covers:
        assert any(piece in flatten(match[0]) for piece in cover)


@pytest.mark.parametrize("fast", WAYS)
@pytest.mark.parametrize(
    ("query", "text"),
    [
        (r"/istanbul\d/i", "İSTANBUL1"),
        (r"/ISTANBUL\d/i", "ıstanbul1"),
        (r"/\bISTANBUL\b/i", "in ıstanbul"),
        (r"/kiss\d/i", "\u212aIſS2"),
        (r"/acme\d/", "a\ud800b acme7 \ud83d"),
        (r"/東京\d/", "東京7"),
        (r"/ΑΣ acme\d/i", "ας ACME7"),
        (r"/acme\d/", "é" * 300 + "acme7"),
        ("?reillys", "an O'Reilly's"),
        ("?ifi", "a Wi-Fi"),
        ("?ürich", "ZÜRICH"),
        ("title:?cmes", "acmes"),
        ("'o?eillys'", "O'Reilly's"),
    ],
)
def test_letters_with_several_forms_are_found_by_pieces(query, text, fast):
    """Turkish i's, the Kelvin sign, a long s, lone surrogates, and words that are written otherwise."""
    entry = Entry("s", title=text, text=text)
    assert alone([query], entry)
    assert found([query, r"/zyzzyva\d/", "?yzzyva"], entry, fast=fast) == alone([query], entry)


# --- one scan for all pieces ------------------------------------------------------------------------------


@pytest.mark.parametrize("fast", WAYS)
@settings(QUICK, max_examples=300)
@given(
    st.lists(st.text("abc東é ", min_size=2, max_size=7), min_size=1, max_size=12),
    st.text("abc東é \ud800", max_size=40),
)
@example(["aaaa", "aa", "aaa"], "aaaa")
def test_a_scan_finds_the_pieces_that_are_inside(fast, pieces, text):
    """Neither more nor less, also where they overlap, are inside of each other, or are there twice."""
    filed = Pieces(fast=fast)
    for number, piece in enumerate(pieces):
        filed.add(piece, number)
    assert sorted(filed.find(text)) == [number for number, piece in enumerate(pieces) if piece in text]
    assert sorted(filed.all()) == list(range(len(pieces)))


@pytest.mark.parametrize("fast", WAYS)
def test_only_expressions_with_a_piece_in_the_entry_are_looked_at(fast):
    """Of 1,000 in the text, and as many of the author, the host and the links, none but those that can match."""
    kinds = {
        "": r"/zorgle{}x\d/",
        "shared": r"/blimpish .*zorgle{}x\d/",
        "choice": r"/(?:zorgle{0}x|gizmo{0}x)\d/",
        "author": r"author:/zorgle{}x/",
        "site": r"site:/zorgle{}x/",
        "url": r"url:/zorgle{}x/",
        "title": r"title:/zorgle{}x/",
    }
    queries = [query.format(number) for query in kinds.values() for number in range(1000)]
    files = Files(((compile_query(query).tree, query) for query in queries), fast=fast)

    def candidates(entry):
        subject = of_entry(entry)
        keys = {"": text_keys(subject), **{name: field_keys(name, subject) for name in files.fields}}
        return set(files.find(keys, files.find_pieces(lambda where: piece_text(where, subject))))

    assert candidates(Entry("s", text="so the blimpish thing of zorgle", author="zo")) == set()
    text = "blimpish zorgle77x1"
    mine = Entry("s", title=text, text=text, author="zorgle77x", url="https://zorgle77x.example/zorgle77x")
    assert candidates(mine) == {query.format(77) for query in kinds.values()}


@pytest.mark.parametrize("fast", WAYS)
def test_of_words_that_begin_with_a_wildcard_only_those_inside_are_looked_at(fast):
    """What follows the wildcard has to be inside of a word."""
    queries = [f"?orgle{number}x" for number in range(1000)]
    files = Files(((compile_query(query).tree, query) for query in queries), fast=fast)
    subject = of_entry(Entry("s", text="a zorgle77x"))
    assert files.find_pieces(lambda where: piece_text(where, subject)) == ["?orgle77x"]


MORE = st.one_of(
    QUERIES,
    st.sampled_from(["?reillys", "?cmes", "wi?fi", "?ifi", "o?eil*", '"?cme ?ro"', "title:?cme", "author:?endy's", "?cme's"]),
    st.tuples(st.sampled_from(["", "title:", "url:", "author:", "site:"]), _PATTERN, st.sampled_from(["/", "/i"])).map(
        lambda parts: f"{parts[0]}/{parts[1]}{parts[2]}"
    ),
    st.sampled_from([r"/acme.{0,5}pro/i", "/reilly/i", "/ACME\\w+/", "url:/acme[.-]/", "author:/jean.?paul/i", "/w(?:i.?fi|endy)/i"]),
)  # fmt: skip


@pytest.mark.parametrize("fast", WAYS)
@settings(QUICK, max_examples=300)
@given(st.lists(MORE, min_size=1, max_size=5, unique=True), ENTRIES)
@example([r"/acme\d/"], Entry("s", text="x", links=("https://acme7.example/",)))
@example(["author:?endy"], Entry("s", text="x", author="Wendy's"))
def test_with_pieces_each_query_finds_what_it_finds_alone(fast, queries, entry):
    """Among other queries, by the automaton and without it: the same, places and all."""
    queries = [query for query in queries if readable(query)]
    assert found(queries, entry, fast=fast) == alone(queries, entry)


def test_an_expression_that_says_nothing_sure_is_still_tried():
    """Nothing else would be safe."""
    for query in (r"/\d{4}/", "/a.c/", "?ac?", "author:?nn"):
        assert find_spans(compile_query(query), "1234 abc bacs") is not None or query == "author:?nn"
        entry = Entry("s", text="1234 abc bacs", author="ann")
        assert found([query, r"/zyzzyva\d/"], entry, fast=False) == alone([query], entry) != {}


@pytest.mark.parametrize(
    "mark", ["\u0f75", "\u0301", "\u064e", "\u093e", "\u20d2", "\ufe00", "\ufe0f", "\u3099", "\u200d"]
)
@pytest.mark.parametrize("query", ["abcde", "abc*", "?bcde", "abc?e", '"abcde fgh"'])
def test_a_mark_of_any_script_joins_a_word(query, mark):
    """It belongs to the letter before it, and the word goes on: also among all brands, in a text of ASCII letters."""
    entry = Entry("s", text=f"abc{mark}de fgh \u2013 \U0001f600\ufe0f")
    assert alone([query], entry)
    assert found([query, "zyzzyva"], entry, fast=False) == alone([query], entry)
