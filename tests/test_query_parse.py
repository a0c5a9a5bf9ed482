"""Reading queries: tokens, trees, fields, saved queries, what other tools write, and what is refused."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mentionwatch.errors import QueryError
from mentionwatch.match import And, Field, Literal, Near, Not, Or, Regex, Term, compile_query
from mentionwatch.match.dialects import ALIASES, FIELDS, NOT_KEPT, NOT_OPERATORS
from mentionwatch.match.outline import outline, spell_out

A, B, C, X = (Term((word,)) for word in ("acme", "beta", "gamma", "x"))


def tree(query: str, **how):
    """The tree of a query."""
    return compile_query(query, **how).tree


def refused(query: str, **how) -> QueryError:
    """What is said of a query that cannot be read."""
    with pytest.raises(QueryError) as caught:
        compile_query(query, **how)
    assert 0 <= caught.value.offset <= len(query)
    return caught.value


# --- operators --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("acme NEAR/3 beta", Near(A, B, 3)),
        ("acme ONEAR/0 beta", Near(A, B, 0, ordered=True)),
        ("x acme NEAR/3 beta OR gamma", Or((And((X, Near(A, B, 3))), C))),
        ("x NOT acme NEAR/3 beta", And((X, Not(Near(A, B, 3))))),
        ("x -acme NEAR/3 beta", And((X, Not(Near(A, B, 3))))),
        ('acme NEAR/2 (beta OR "x gamma" OR `C++`)', Near(A, Or((B, Term(("x", "gamma")), Literal("C++"))), 2)),
        ("(acme OR (beta OR gamma)) NEAR/9 x", Near(Or((A, B, C)), X, 9)),
        ("`acme` NEAR/1 bet*", Near(Literal("acme"), Term(("bet*",)), 1)),
        ("acme|beta", Or((A, B))),
        ("acme | beta || gamma", Or((A, B, C))),
        ("acme && beta", And((A, B))),
        ("acme AND -beta", And((A, Not(B)))),
        ("acme AND NOT beta", And((A, Not(B)))),
        ("acme NOT(beta gamma)", And((A, Not(And((B, C)))))),
        ("«acme beta» –gamma", And((Term(("acme", "beta")), Not(C)))),
        ("acme and beta", And((A, Term(("and",)), B))),
        ('"AND" "near"', And((Term(("and",)), Term(("near",))))),
    ],
)
def test_operators_bind_as_the_grammar_says(query, wanted):
    """NEAR binds tightest, then NOT, AND, OR; a side of NEAR may be a group of OR; lower-case operators are words."""
    assert tree(query) == wanted


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("acm*", Term(("acm*",))),
        ("r?uter", Term(("r?uter",))),
        ("?cme", Term(("?cme",))),
        ("acm*ro*r", Term(("acm*ro*r",))),
        ("Caf?*", None),
        ('"acme rout*"', Term(("acme", "rout*"))),
        ("wi-fi?", Term(("wi", "fi?"))),
        ("Née*", None),
        ("NÉES*", Term(("nees*",))),
        ("`C++`", Literal("C++")),
        ("` .NET `", Literal(".NET")),
        ("`Caf\u00e9`", Literal("Caf\u00e9")),
        ("`Cafe\u0301`", Literal("Caf\u00e9")),
        ("{BT}", Literal("BT")),
        ("/ac.e/", Regex("ac.e")),
        ("/ac.e/i", Regex("ac.e", ignore_case=True)),
        (r"/a\/b c(d|e)\\/", Regex(r"a/b c(d|e)\\")),
        (r"(/x/)", Regex("x")),
    ],
)
def test_wildcards_literals_and_regexes_are_leaves(query, wanted):
    """Wildcards stay in their folded word; a literal is composed and stripped; a slash in a regex is escaped."""
    if wanted is None:
        assert tree(query)
    else:
        assert tree(query) == wanted


# --- fields -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("title:acme", Field("title", A)),
        ("TITLE:acme", Field("title", A)),
        ('title:"acme beta"', Field("title", Term(("acme", "beta")))),
        ("title:(acme OR beta)", Field("title", Or((A, B)))),
        ("title:(acme -beta)", Field("title", And((A, Not(B))))),
        ("-title:acme x", And((Not(Field("title", A)), X))),
        ("author:/^acme/i", Field("author", Regex("^acme", ignore_case=True))),
        ("text:`C++`", Field("text", Literal("C++"))),
        ("site:reddit.com", Field("site", Term(("reddit", "com")))),
        ("site:(reddit.com OR x)", Field("site", Or((Term(("reddit", "com")), X)))),
        ("link:acme", Field("url", A)),
        ('url:"https://acme.example/?x=1"', Field("url", Term(("https", "acme", "example", "x", "1")))),
        ('title:"acme beta"~4', Field("title", Near(A, B, 4))),
        ("x lang:EN", And((X, Field("lang", value="en")))),
        ("x lang:pt_BR", And((X, Field("lang", value="pt-br")))),
        ("x lang:(en OR de)", And((X, Or((Field("lang", value="en"), Field("lang", value="de")))))),
        ("x -type:review", And((X, Not(Field("type", value="review"))))),
        ('x source:"My Feed"', And((X, Field("source", value="my feed")))),
        ("x source:forum/posts.rss", And((X, Field("source", value="forum/posts.rss")))),
        ("x stars:2", And((X, Field("stars", value=2.0)))),
        ("x stars:<=2", And((X, Field("stars", op="<=", value=2.0)))),
        ("x stars:>3.5", And((X, Field("stars", op=">", value=3.5)))),
        ("x stars:none", And((X, Field("stars", value="none")))),
        ("x stars:1..2", And((X, Field("stars", op=">=", value=1.0), Field("stars", op="<=", value=2.0)))),
        ("x since:7d", And((X, Field("since", value="7d")))),
        ("x until:2026-11-01", And((X, Field("until", value="2026-11-01")))),
        ("x since:2026-11-01T12:00:00+02:00", And((X, Field("since", value="2026-11-01T10:00:00+00:00")))),
        ('x since:"2026-11-01 12:00"', And((X, Field("since", value="2026-11-01T12:00:00+00:00")))),
        ("x since:2026-11-01T12:00Z", And((X, Field("since", value="2026-11-01T12:00:00+00:00")))),
    ],
)
def test_fields_take_what_they_can_be_asked_for(query, wanted):
    """Fields of text take all that a text takes; the others a value, folded; a group of values is a group of fields."""
    assert tree(query) == wanted


@pytest.mark.parametrize("query", ["tone:negative", "state:open", "intent:buy", "topic:price", "brand:Acme"])
def test_fields_of_stored_mentions_need_stored_ones(query):
    """They are read for what is stored, alone too; in a brand's match they are told."""
    assert isinstance(tree(query, stored=True), Field)
    assert "known of stored mentions only" in refused(f"acme {query}").reason


def test_comparisons_alone_find_nearly_everything():
    """So they are refused, but for what is stored or where they only narrow; fields of text are enough."""
    for query in ("stars:<=2", "lang:en type:review", "stars:1 OR acme", "@low"):
        assert "only compares" in refused(query, saved={"low": "stars:<=2"}).reason
        assert compile_query(query, stored=True, saved={"low": "stars:<=2"})
        assert compile_query(query, fields_only=True, saved={"low": "stars:<=2"})
    for query in ("site:x.example", "author:ann", "title:acme lang:en", "acme stars:1", "acme @low"):
        assert compile_query(query, saved={"low": "stars:<=2"})
    assert "nearly everything" in refused("-stars:1", stored=True).reason


# --- saved queries ----------------------------------------------------------------------------------------


SAVED = {
    "outage": 'down OR "not working"',
    "late": "@outage gamma",
    "loop": "x OR @ring",
    "ring": "@loop",
    "me": "@me",
    "bad": "acme (",
    "none": "-acme",
    "cold": "tone:negative",
}


def test_a_saved_query_stands_as_if_in_parentheses():
    """It is expanded in the tree, also inside of others, and what it holds is not read on."""
    outage = Or((Term(("down",)), Term(("not", "working"))))
    assert tree("acme @outage", saved=SAVED) == And((A, outage))
    assert tree("-@outage acme", saved=SAVED) == And((Not(outage), A))
    assert tree("acme @late", saved=SAVED) == And((A, outage, C))
    assert tree("acme NEAR/3 @outage", saved=SAVED) == Near(A, outage, 3)
    assert tree("acme @cold", saved=SAVED, stored=True) == And((A, Field("tone", value="negative")))


@pytest.mark.parametrize(
    ("query", "offset", "says"),
    [
        ("acme @outag", 5, "there is no saved query @outag; did you mean @outage?"),
        ("acme @xyzzy", 5, 'write "@xyzzy" in quotes'),
        ("acme @loop", 5, "@loop is inside itself (@loop -> @ring -> @loop)"),
        ("acme @me", 5, "@me is inside itself (@me -> @me)"),
        ("acme @bad", 5, "in @bad: expected a word"),
        ("acme @none", 5, "in @none: the query only says what must not be there"),
        ("acme @cold", 5, "in @cold: tone: is known of stored mentions only"),
        ("title:@outage", 6, 'after title: a word, a "phrase" or ( is expected'),
        ("title:(@outage)", 7, "a saved query inside of title:"),
        ("@acme.io x", 0, "to look for a handle"),
    ],
)
def test_a_saved_query_that_cannot_be_used_is_told_where_it_is_used(query, offset, says):
    """An unknown name comes with the nearest, a circle with its way, a mistake with the query it is in."""
    error = refused(query, saved=SAVED)
    assert (error.offset, says in error.reason) == (offset, True), error.reason


def test_saved_queries_cannot_grow_without_bound():
    """Each of thirty that holds the next twice would be a thousand million parts."""
    bomb = {f"q{n}": f"(@q{n + 1} x{n}) OR (@q{n + 1} y{n})" for n in range(30)} | {"q30": "acme"}
    assert "too large" in refused("@q0", saved=bomb).reason
    chain = {f"q{n}": f"@q{n + 1}" for n in range(200)} | {"q200": "acme"}
    assert "nested too deep" in refused("@q0", saved=chain).reason
    assert tree("@q170", saved=chain) == A


# --- other tools ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "same"),
    [
        # Google Alerts
        ('"acme router" -recipe site:reddit.com', '"acme router" NOT recipe site:"reddit.com"'),
        ("intitle:acme OR inurl:acme", "title:acme OR url:acme"),
        ("acme after:2026-01-01 before:2026-02-01", "acme since:2026-01-01 until:2026-02-01"),
        ("acme AROUND(4) beta", "acme NEAR/4 beta"),
        ("acme|beta -site:x.example", "acme OR (beta -site:x.example)"),
        # Brandwatch
        ("(acme NEAR/2f beta) NOT gamma", "acme ONEAR/2 beta -gamma"),
        ('raw:"C++" OR raw:BT', "`C++` OR `BT`"),
        ("raw:($AAPL OR $ACME)", "`$AAPL` OR `$ACME`"),
        ('"acme beta"~5', "acme NEAR/5 beta"),
        ('"a b c"~2', "(a NEAR/2 b) AND (a NEAR/2 c) AND (b NEAR/2 c)"),
        ("{Acme} AND rating:[1 TO 2]", "`Acme` stars:>=1 stars:<=2"),
        ("acme <<<our router>>> AND -(beta OR gamma)", "acme -(beta OR gamma)"),
        ("acme AND language:en AND author:ann", "acme lang:en author:ann"),
        ("headline:acme OR links:acme", "title:acme OR url:acme"),
        # Talkwalker
        ("acme ONEAR/3 beta", "acme ONEAR/3 beta"),
        ("title:(acme OR beta) AND lang:en", "(title:(acme OR beta)) lang:en"),
        ("content:acme AND domain:x.example", "text:acme site:x.example"),
        # Meltwater
        ('("acme" OR "beta") AND NOT ("gamma" OR "x")', "(acme OR beta) -(gamma OR x)"),
        ("acm* NEAR/10 beta", "acm* NEAR/10 beta"),
        ("+acme +beta", "acme beta"),
        ("#acme @beta.x OR x", None),
    ],
)
def test_queries_of_other_tools_are_read_as_they_are(query, same):
    """Copied from Google Alerts, Brandwatch, Talkwalker or Meltwater, a query means here what it meant there."""
    if same is None:
        refused(query)
    else:
        assert tree(query) == tree(same)


@pytest.mark.parametrize(
    ("query", "offset", "says"),
    [
        ("acme country:us", 5, "country: of other tools cannot be kept: places are not known"),
        ("allintitle:acme beta", 0, "write title:(…) around them"),
        ("acme sourceType:twitter", 5, "write type:post"),
        ("acme authorFollowers:[1 TO 9]", 5, "reach is not known"),
        ("acme subreddit:x", 5, 'url:"reddit.com/r/NAME"'),
        ("acme SENTENCE beta", 5, "SENTENCE of other tools cannot be kept: write NEAR/15"),
        ("acme ATLEAST3 beta", 5, "how often a word stands there is not counted"),
        ("acme W/5 beta", 5, "write NEAR/5, or ONEAR/5"),
        ("acme~2 beta", 4, "~ is not understood here"),
        ("acme^2 beta", 4, "all words weigh the same"),
        ("acme !beta", 5, "write -word"),
        ("acme NOT NEAR/3 beta", 9, "write a -(a NEAR/5 b)"),
        ("(acme NEAR/3 beta) NEAR/3 gamma", 0, "a side of NEAR is a word"),
        ("acme ADJ3 beta", 5, "write ONEAR/2, or NEAR/2 for any order"),
        ("acme ADJ beta", 5, "write ONEAR/0"),
        ("acme ADJ" + "9" * 5000, 5, "write ONEAR/0"),
        ("acme published:>2025-01-01", 5, "write since:"),
        ("acme engagementType:RETWEET", 5, "reach is not known"),
        ("acme sourcecountry:us", 5, "places are not known"),
    ],
)
def test_what_cannot_be_kept_is_said_with_what_to_write(query, offset, says):
    """No part of a copied query is dropped in silence."""
    error = refused(query)
    assert (error.offset, says in error.reason) == (offset, True), error.reason


@pytest.mark.parametrize("name", sorted(NOT_KEPT))
def test_each_name_that_cannot_be_kept_is_no_field(name):
    """The tables of names do not contradict each other, and each refusal says what to do."""
    assert name not in FIELDS | set(ALIASES)
    assert NOT_KEPT[name] in refused(f"acme {name}:x").reason
    assert set(ALIASES.values()) <= FIELDS | {"raw"}


@pytest.mark.parametrize("word", sorted(NOT_OPERATORS))
def test_operators_of_other_tools_can_be_looked_for_in_quotes(word):
    """The advice that comes with the refusal holds."""
    assert "in quotes" in refused(f"acme {word} beta").reason
    assert tree(f'acme "{word}" beta') == tree(f"acme {word.lower()} beta")
    assert tree(str(tree(f'acme "{word}" beta'))) == tree(f'acme "{word}" beta')


# --- what is refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "offset", "says"),
    [
        ("-(acme -beta)", 0, "nearly everything"),
        ("x (-acme OR -beta) OR -(acme -beta)", 0, "nearly everything"),
        ("acme NEAR beta", 5, "as in NEAR/5"),
        ("acme NEAR/x beta", 5, "as in NEAR/5"),
        ("acme NEAR/1001 beta", 5, "NEAR/1000 is the most"),
        ("NEAR/3 acme", 0, "expected a word"),
        ("acme NEAR/3", 11, "found the end of the query"),
        ("acme NEAR/3 NOT beta", 12, "found NOT"),
        ("a NEAR/3 b NEAR/3 c", 11, "NEAR has two sides"),
        ("a NEAR/3 (b c)", 9, "a side of NEAR"),
        ("a NEAR/3 /b/", 9, "a side of NEAR"),
        ("a NEAR/3 title:b", 9, "a side of NEAR"),
        ("ac*", 2, "* needs 3 letters before it"),
        ("acme a?c*", 6, "* needs 3 letters before it"),
        ("*acme", 0, "* needs 3 letters before it"),
        ('"acme * beta"', 6, "write a NEAR/3 b"),
        ("acme ??", 5, "stands in no word"),
        ("abc*d*e*f*", 3, "3 * at most"),
        ("小米*", 2, "stands in no word"),
        ("`", 0, "expected another `"),
        ("acme ``", 5, "is empty"),
        ("` `", 0, "is empty"),
        ("`" + "a" * 1001 + "`", 0, "too long"),
        ("acme {beta", 5, "expected a }"),
        ("acme <<<beta", 5, "expected >>>"),
        ("/acme", 0, "is not closed"),
        ("/acme/x", 6, "only i may follow"),
        ("/r/acme", 3, "put it in double quotes"),
        ("x /a(/", 5, "the regex cannot be read: missing )"),
        (r"x /a\/(/", 7, "the regex cannot be read"),
        ("/a*/", 0, "matches the empty text"),
        ("/(?=a)|/", 0, "matches the empty text"),
        ("/" + "a" * 501 + "/", 0, "too long"),
        ("/a/ " * 21, 80, "20 are the most"),
        ("acme title:", 11, "without a space"),
        ("title: acme", 6, "without a space"),
        ("(title:)", 7, "without a space"),
        ("title:-acme", 6, 'a word, a "phrase" or ('),
        ("title:(-acme)", 0, "only says what must not be there"),
        ("title:(acme site:x)", 12, "a field inside of title:"),
        ("titel:acme", 0, "did you mean title:?"),
        ("re:Invent", 0, "put them in double quotes"),
        ("https://acme.example/x", 0, 'write url:"…"'),
        ("x lang:english!", 7, "is no language"),
        ("x type:reviw", 7, "did you mean type:review?"),
        ("x stars:6", 8, "stars go from 1 to 5"),
        ("x stars:many", 8, "is no number of stars"),
        ("x stars:/2/", 8, "is compared with a value"),
        ("x since:yesterday", 8, "is no time"),
        ("x since:2026-13-01", 8, "is no time"),
        ("x since:" + "9" * 30 + "d", 8, "is no time"),
        ("x source:``", 9, "is compared with a value"),
        ('"acme"~5', 0, "a phrase of 2 to 8 words"),
        ('"a b"~', 5, "a number of words"),
        ('"a b"~9999', 5, "a number of words"),
        ('"a b c d e f g h i"~5', 0, "a phrase of 2 to 8 words"),
        ("acme ++", 5, "write `…` around it"),
        ("{acme OR globex}", 0, "to group, write (acme OR globex)"),
        ("x {acme NEAR/3 globex}", 2, "to group, write (acme NEAR/3 globex)"),
        ("Ben & Jerry's", 4, """put that in double quotes: "Ben & Jerry's\""""),
        ("x std::vector<int>", 2, "to look for std::vector<int>, write `std::vector<int>`"),
        ("", 0, "put the query into '…'"),
        (" ", 0, "put the query into '…'"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(query, offset, says):
    """The error says what is wrong, where, and what was expected."""
    error = refused(query)
    assert (error.offset, says in error.reason) == (offset, True), error.reason


def test_an_error_shows_the_query_with_a_caret():
    """One look is enough to see the place."""
    assert str(refused("acme NEAR beta")).splitlines()[1:] == ["  acme NEAR beta", "       ^"]


def test_what_is_advised_can_be_read():
    """A name in double quotes, code in backticks, and a state's initials in braces."""
    assert tree('"Ben & Jerry\'s"') == Term(("ben", "jerry's"))
    assert tree("`std::vector`") == Literal("std::vector")
    assert tree("{Portland or Salem}") == Literal("Portland or Salem")


@pytest.mark.parametrize(
    ("written", "zone", "value"),
    [
        ("since:2026-07-01", ZoneInfo("Europe/Paris"), "2026-06-30T22:00:00+00:00"),
        ("since:2026-12-01", ZoneInfo("Europe/Paris"), "2026-11-30T23:00:00+00:00"),
        ("until:2026-07-01", ZoneInfo("Europe/Paris"), "2026-07-01T22:00:00+00:00"),
        ("since:2026-07-01T12:00", ZoneInfo("Europe/Paris"), "2026-07-01T10:00:00+00:00"),
        ("since:2026-07-01T12:00Z", ZoneInfo("Europe/Paris"), "2026-07-01T12:00:00+00:00"),
        ("since:2026-07-01", timezone.utc, "2026-07-01"),
        ("until:9999-12-31", ZoneInfo("Europe/Paris"), "9999-12-31"),
        ("since:0001-01-01", ZoneInfo("Asia/Tokyo"), "0001-01-01"),
        ("since:7d", ZoneInfo("Europe/Paris"), "7d"),
    ],
)
def test_days_and_times_are_those_of_the_given_zone(written, zone, value):
    """A day begins at its midnight there; until: a day is until the next one begins.  In saved queries too."""
    for query, saved in ((written, {}), ("@saved", {"saved": written})):
        found = compile_query(query, saved=saved, stored=True, zone=zone).tree
        assert found.value == value
        assert compile_query(str(found), stored=True).tree == found


def test_without_a_zone_days_are_the_system_s():
    """As Python and the user's clock have it."""
    found = compile_query("since:2026-07-01", stored=True, zone=None).tree
    assert datetime.fromisoformat(found.value) == datetime(2026, 7, 1).astimezone()


# --- bad input --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "(" * 10_000 + "a" + ")" * 10_000,
        "b OR a (" * 100 + "a" + ")" * 100,
        "a -(b OR (" * 50 + "a" + "))" * 50,
        "title:(" + "b OR a (" * 99 + "a" + ")" * 100,
        "a " + "-" * 10_000 + "a",
        "a " * 50_000,
        "ab? " * 25_000,
        '"' * 100_000,
        "/" * 100_000,
        "/" + "\\" * 99_998,
        "<<<" * 33_333,
        "<<<>>>" * 16_666,
        "abc" + "*" * 90_000,
        "`" * 100_000,
        "{" * 100_000,
        "[" * 100_000,
        "title:[" * 14_000,
        "x:" * 50_000,
        "@a " * 33_000,
        '"a b c d e f g h"~5 ' * 150,
        "a NEAR/3 b " * 7_000,
        "\ud800" * 30_000,
        "\0" * 100_000,
        "\u202e" * 33_000,
        "a" + "\u0301" * 40_000,
        "/(((((a{1,100}){1,100}){1,100}){1,100}){1,100})/",
        "/" + "(" * 240 + "a" + ")" * 240 + "/",
        "/(?:(?:(?:(?:a|b){0,9}){0,9}){0,9}){3}c/",
        r"/\L<x>/",
        r"/(?P<a>x)(?P<a>/",
        r"/[[:alpha:]/",
        "/[a--[b]]/",
        r"/\p{Xyz}/",
        "/(?i/",
        "/(?<=a+)b/",
    ],
    ids=lambda query: query[:12].encode("ascii", "backslashreplace").decode(),
)
def test_hostile_queries_are_errors_or_trees(query):
    """Size, nesting and strange characters give a tree that prints, or an error with a place; never anything else."""
    try:
        found = tree(query)
    except QueryError:
        error = refused(query)
        assert len(str(error)) < 1000
    else:
        assert tree(str(found)) == found
        assert len(outline(found)) < 300
        assert hash(found) == hash(tree(str(found)))


WORDS = st.sampled_from(["acme", "Beta", "naïve", "don't", "小米", "wi-fi", "acm*", "r?uter", "AND", "C++", "½"])
PHRASES = st.lists(WORDS, min_size=1, max_size=3).map(lambda words: f'"{" ".join(words)}"')
LITERALS = st.sampled_from(["`C++`", "`.NET`", "{BT}", "raw:$X"])
SIDE = st.one_of(PHRASES, LITERALS, st.lists(PHRASES, min_size=2, max_size=3).map(lambda p: f"({' OR '.join(p)})"))
LEAF = st.one_of(
    PHRASES,
    LITERALS,
    st.sampled_from(
        ["/a.c/", r"/\/x[)\"]/i", "stars:<=2", "stars:1..2", "lang:(en OR de)", "since:7d", "tone:negative"]
    ),
    st.sampled_from(["title:(a OR -b c)", "site:x.example", 'source:"my feed"', "@saved", '"a b c"~3', "stars:none"]),
    st.tuples(SIDE, st.sampled_from(["NEAR/3", "ONEAR/0", "NEAR/2f"]), SIDE).map(" ".join),
)
QUERY = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        inner.map(lambda q: f"-({q})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: " ".join(f"({p})" for p in parts)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' OR '.join(parts)})"),
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(QUERY)
def test_printing_and_parsing_a_tree_gives_it_back(query):
    """What is shown can be pasted back, short or with all its parentheses, and keeps how words are written."""
    how = {"saved": {"saved": "x OR -(y z) w"}, "stored": True}
    found = tree(f"acme ({query})", **how)
    for shown in (str(found), spell_out(found)):
        again = tree(shown, **how)
        assert again == found
        assert [t.written.strip() for t in _terms(again)] == [t.written.strip() for t in _terms(found)]


def _terms(node):
    if isinstance(node, Term):
        return [node]
    if isinstance(node, (And, Or)):
        return [term for part in node.parts for term in _terms(part)]
    if isinstance(node, Near):
        return _terms(node.left) + _terms(node.right)
    part = getattr(node, "part", None)
    return _terms(part) if part is not None else []


# Glued together, and apart.
PIECES = st.sampled_from(
    [
        *("acme", "be?", "acm*", '"', "`", "(", ")", "-", "|", "{", "}", "/", "/x/i", "~3", "*", "?", ":", "[", "]"),
        *("<<<", ">>>", "@s", "@", "AND", "OR", "NOT", "NEAR/2", "ONEAR/2f", "NEAR", "title:", "site:x", "stars:"),
        *("<=2", "1..2", "since:", "7d", "lang:en", "tone:negative", "raw:", "é", "小", "'", "“", "–", "https://"),
        *("&&", "||", "#", "$x", "\\", "\0", "\ud800", "\u202e"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(codec=None), max_size=40) | st.lists(PIECES, max_size=12).map(" ".join))
@example("a" * 100_001)
@example("\ud800" * 40_000)
def test_any_text_is_a_tree_or_an_error_with_a_place(query):
    """No string breaks the parser, glued or apart."""
    for text in (query, query.replace(" ", "")):
        for stored in (False, True):
            try:
                found = tree(text, saved={"s": "x OR y"}, stored=stored)
            except QueryError:
                assert refused(text, saved={"s": "x OR y"}, stored=stored).reason
            else:
                assert tree(str(found), stored=stored) == tree(spell_out(found), stored=stored) == found


def test_the_outline_shows_each_part_on_its_line():
    """What ``query check`` prints below the one line."""
    found = tree('acme -(x OR "a b") (title:(c d) OR beta ONEAR/0 gamma) -`y`')
    assert outline(found) == [
        "all of",
        "  acme",
        "  NOT one of",
        "    x",
        '    "a b"',
        "  one of",
        "    in title:",
        "      all of",
        "        c",
        "        d",
        "    no word between, the first before the second",
        "      beta",
        "      gamma",
        "  NOT `y`",
    ]
    assert spell_out(found) == ('acme AND NOT (x OR "a b") AND (title:(c AND d) OR (beta ONEAR/0 gamma)) AND NOT `y`')


def test_the_grammar_names_every_field():
    """The page of the module and its tables say the same."""
    from mentionwatch import match

    assert all(re.search(rf"\b{name}\b", match.__doc__) for name in FIELDS)


def _rows(page: str) -> list[list[str]]:
    """The cells of all tables of a page, but their heads."""
    rows = re.findall(r"(?m)^\| (`.*) \|$", page)
    return [re.split(r"(?<!\\) \| ", row) for row in rows]


def _queries(cell: str) -> list[str]:
    found = re.findall(r"`` (.+?) ``|`([^`]+)`", cell)
    return [(double or single).replace("\\|", "|") for double, single in found]


def test_the_queries_on_the_page_are_read():
    """Each that is shown as one can be compiled, and what another tool writes is what the page says it is here."""
    page = (Path(__file__).resolve().parents[1] / "docs" / "queries.md").read_text("utf-8")
    saved = {"outage": 'down OR outage OR "not working"'}
    shown, others = page.split("## Queries of other tools")
    queries = [query for row in _rows(shown) for query in _queries(row[0])]
    assert len(queries) >= 24
    for query in queries:
        assert tree(query, saved=saved)
    pairs = [(_queries(there), _queries(here)) for there, here in _rows(others)]
    assert len(pairs) >= 14
    for there, here in pairs:
        for number, query in enumerate(there):
            assert tree(query) == tree(here[min(number, len(here) - 1)])
    assert tree("acme @outage", saved=saved) == tree('acme (down OR outage OR "not working")')


def test_an_error_shows_no_character_that_a_terminal_obeys():
    """Escapes and bidirectional marks of a query do not reach it, and the caret stays under its place."""
    with pytest.raises(QueryError) as e:
        compile_query("acme\x1b \u202eacme (b")
    _reason, shown, caret = str(e.value).splitlines()
    assert shown.isprintable()
    assert shown[caret.index("^")] == "("
