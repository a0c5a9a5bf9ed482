"""Traps of a query, and why a text that is near does not match."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentionwatch.errors import QueryError
from mentionwatch.match import compile_query, find_spans
from mentionwatch.match.advice import MOST_WARNINGS, find_warnings
from mentionwatch.match.common import COMMON_WORDS
from mentionwatch.match.misses import find_misses
from mentionwatch.match.subject import Subject
from mentionwatch.match.words import fold
from tests.test_query_parse import QUERY


def warned(query: str, **how) -> tuple[str, ...]:
    """What is said of a query."""
    return find_warnings(compile_query(query, stored=True, **how))


def missed(query: str, text: str, **how) -> tuple[str, ...]:
    """Why a text does not match, though near."""
    return find_misses(compile_query(query, **how), Subject(text))


# --- warnings ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("hp", "hp is short"),
        ("apple", "apple is a common word"),
        ("square OR notion", "notion is a common word"),
        ("Apple -pie", "Apple is a common word"),
        ("apple lang:en", "apple is a common word"),
        ("apple square", "square is a common word"),
        ("C++", "signs do not count: C++ is read as the word c; to have them count, write `C++`"),
        (".NET", "signs do not count: .NET is read as the word net"),
        ("Yahoo!", "signs do not count: Yahoo!"),
        ("AT&T", 'signs do not count: AT&T is read as the phrase "at t"'),
        ("$AAPL", "signs do not count: $AAPL"),
        ("C#", "signs do not count: C#"),
        ("acme, globex", "the , in acme, means nothing"),
        ("is acme down?", "the ? in down? stands for exactly one letter"),
        ('"is acme down?"', "stands for exactly one letter"),
        ("acme router OR globex", "it is read as (acme AND router) OR globex"),
        ("acme OR globex -recipe", "it is read as acme OR (globex AND NOT recipe)"),
        ("x (acme AND router OR globex)", "AND and OR stand side by side"),
        ("acme or globex", "or is looked for as a word; the operator is OR"),
        ("acme and not globex", "and is looked for as a word; the operator is AND"),
        ("acme Not globex", "Not is looked for as a word; the operator is NOT"),
        ("acme near/3 globex", "near/3 is looked for as words; the operator is NEAR/3"),
        ("acm*", "acm* fits very many words"),
        ("comp*", "comp* fits very many words, such as company"),
        ('"acme"', 'quotes around one word change nothing: "acme"'),
        ("acme -acme", "nothing can match: acme has to be there, and is excluded"),
        ('"acme router" -router', 'nothing can match: "acme router" has to be there'),
        ('(acme OR "acme one") -(spam OR acme)', "nothing can match"),
        ("`C++` -`C++`", "nothing can match"),
        ("acme OR globex OR ACME", "ACME stands there twice"),
        ("acme acme", "acme stands there twice"),
        ('acme OR "acme router"', '"acme router" adds nothing'),
        ("/a.me/", "/a.me/ is tried on every text"),
        ("acme tone:negative", "tone: is known of stored mentions only"),
        ("#acme", "signs do not count: #acme is read as the word acme; to have them count, write `#acme`"),
        ('"C++"', 'signs do not count: "C++" is read as the word c'),
        ("text:C++", "signs do not count: C++"),
        ("acme NEAR5 beta", "NEAR5 is looked for as a word; the operator is NEAR/5"),
        ("acme onear5 beta", "onear5 is looked for as a word; the operator is ONEAR/5"),
        ("acme atleast3 beta", "atleast3 is looked for as a word; how often a word stands there is not counted"),
        ("acme 2024..2026", '2024..2026 is read as the phrase "2024 2026"; what lies between two numbers'),
        ("'acme router'", 'for a phrase write "acme router"'),
        ("globex ‘acme one router’", 'for a phrase write "acme one router"'),
    ],
)
def test_each_trap_is_told(query, says):
    """What can be read and was hardly meant so, with what to write instead."""
    assert any(says in line for line in warned(query)), warned(query)


@pytest.mark.parametrize(
    "query",
    [
        "acme",
        '"acme router" OR acmectl',
        "acme (down OR outage) -recipe",
        "(acme router) OR globex",
        "acme AND (router OR modem)",
        "acme.io OR wi-fi OR don't",
        '"#acme"',
        '"Ben & Jerry\'s"',
        "rock 'n' roll",
        "'acme' OR don't",
        'raw:"ACME"',
        'raw:("C++" OR "Yahoo!")',
        "acme stars:1..2",
        "acme lang:(en OR or)",
        "url:a&b=c acme",
        'author:"jane"',
        "apple iphone",
        '"apple pie"',
        "acme hp",
        "`C++` OR `.NET` OR `Square`",
        "title:apple",
        "acme NEAR/3 down",
        "acmectl*",
        r"/\bacme\b v\d/",
        '"or" acme',
        "acme -(acme spam)",
        '-"acme one" acme',
        "小米",
        'url:"https://acme.example/?x"',
    ],
)
def test_a_good_query_is_not_nagged_about(query):
    """A warning that is not needed teaches to overlook them."""
    assert warned(query) == ()


def test_case_makes_a_common_word_a_name():
    """Square, where case counts, is not every square; in small letters it is."""
    assert warned("Square", exact_case=True) == ()
    assert warned("HP", exact_case=True) == ()
    assert "common word" in warned("square", exact_case=True)[1]
    assert warned("ACME OR Acme", exact_case=True) == ()


@pytest.mark.parametrize(("word", "name"), [("notion", "Notion"), ("hp", "HP"), ("#notion", "#Notion")])
def test_the_advice_for_a_common_word_finds_the_company(word, name):
    """The word in small letters, with its case counted, would find the common word only: the name is advised."""
    told = next(line for line in warned(word) if "stands in texts about other things" in line)
    assert f"write it as the company does, such as `{name}`" in told
    assert f"`{word}`" not in told
    if word.isalpha():
        assert f"such as `{name}`" in warned(f'"{word}"')[-1]
    assert find_spans(compile_query(f"`{name}`"), word) is None


def test_a_name_in_capitals_is_advised_as_it_is_written():
    """Apple is written `Apple`."""
    assert warned("Apple")[0].endswith("or have its case count: write `Apple`")


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("acme", "acme"),
        ('"acme router"', '"acme router"'),
        ("ACME OR globex", "globex"),
        ("acme lang:en -Beta", "acme"),
    ],
)
def test_small_letters_where_case_counts_are_told(query, word):
    """They never find the name as its owner writes it."""
    told = warned(query, exact_case=True)
    assert any(line.startswith(f"case counts, so {word} finds only what is in small letters, never ") for line in told)
    assert not any("case counts" in line for line in warned(query))


@pytest.mark.parametrize("query", ["Acme", "acme OR Acme", "Acme app", "小米", "`acme`"])
def test_a_name_in_its_case_is_not_nagged_about(query):
    """One capital letter in what has to be there is enough."""
    assert warned(query, exact_case=True) == ()


@pytest.mark.parametrize(
    ("query", "other"),
    [
        ("acme site:a.example OR site:b.example", "acme (site:a.example OR site:b.example)"),
        ("acme OR globex -recipe", "(acme OR globex) -recipe"),
        ('acme AND "a b" || (c d)  AND x', 'acme ("a b" OR (c d)) x'),
        ("acme NEAR/3 beta OR title:c d", "(acme NEAR/3 beta OR title:c) d"),
        ("acme (beta router OR modem)", "beta (router OR modem)"),
    ],
)
def test_a_query_that_google_reads_otherwise_is_told_with_both_readings(query, other):
    """There OR binds tighter than AND; what is advised can be read, and is no trap."""
    assert warned(query)[0].endswith(f"in Google's search OR binds tighter: for that write {other}")
    assert not any("side by side" in line for line in warned(other))


@pytest.mark.parametrize("query", ["acme beta OR -gamma router", "acme OR " * 20 + "beta gamma"])
def test_a_reading_that_is_long_or_none_is_not_written_out(query):
    """What would match nearly everything is not advised."""
    assert warned(query)[0].endswith("in Google's search OR binds tighter: set parentheses")


def test_a_wildcard_is_no_example_of_itself():
    """What job* fits is told with other words, or with none."""
    assert "such as" not in warned("job*")[0]
    assert "such as company, compass;" in warned("comp*")[0]


def test_warnings_are_bounded():
    """A hundred traps are told as the first twenty."""
    told = warned(" OR ".join(f"a{n}+" for n in range(100)))
    assert len(told) == MOST_WARNINGS + 1
    assert told[-1] == "there are 90 more warnings"


def test_common_words_are_folded():
    """They are compared with folded words."""
    assert all(fold(word) == word for word in COMMON_WORDS)
    assert len(COMMON_WORDS) > 400


# --- near misses ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "text", "reasons"),
    [
        ("acme router", "my acme", ("it has 'acme' at character 4", "router is not there")),
        (
            "acme router",
            "acme routers",
            ("it has 'acme' at character 1", "router is there in another form: 'routers'; router* finds both"),
        ),
        ("batteries", "the batterie", ("batteries is there in another form: 'batterie'",)),
        (
            "acme -recipe",
            "acme recipe",
            ("it has 'acme' at character 1", "it has 'recipe' at character 6, which is excluded"),
        ),
        ('"acme router"', "router of acme", ('the words of "acme router" are there, not next to each other',)),
        (
            "acme",
            "https://acme.example/x",
            ("acme is there in a link, an address, code or a quote only; links are searched with url:",),
        ),
        (
            "acme",
            "> acme is down\nno",
            ("acme is there in a link, an address, code or a quote only; links are searched with url:",),
        ),
        ("leftpad", "a left turn", ()),
        ("left", "a leftpad", ()),
        ("leftpad", "a left_pad", ("leftpad is there as two words: 'left pad'; left-pad finds both",)),
        ("`C++`", "I like c++", ("`C++` is there in another case, or inside of a longer word",)),
        ("`Yahoo!`", "ah, yahoo", ("`Yahoo!` is there with other signs: 'yahoo'",)),
        ("acme NEAR/1 down", "acme is not so down", ("acme NEAR/1 down: both are there, further apart",)),
        ("acme ONEAR/1 down", "down, acme", ("acme ONEAR/1 down: both are there, in the other order",)),
        ("acme NEAR/1 down", "acme", ("acme NEAR/1 down is not there",)),
        (
            "acme (down OR outage)",
            "acme outages",
            ("it has 'acme' at character 1", "outage is there in another form: 'outages'; outage* finds both"),
        ),
        ("acme (down OR outage)", "acme", ("it has 'acme' at character 1", "none of down OR outage is there")),
        ("acme title:x", "acme", ("it has 'acme' at character 1", "title:x is not there")),
        ("acme router", "nothing of it", ()),
        ("acme -recipe", "a recipe", ()),
        ("acme", "acme", ()),
    ],
)
def test_a_near_miss_says_what_is_there_and_what_is_not(query, text, reasons):
    """Some of the words, a word in another form, or an exclusion; what has nothing of it is no near miss."""
    assert missed(query, text) == reasons


def test_another_case_is_told_where_case_counts():
    """The word is there, written otherwise."""
    assert missed("Square", "a square", exact_case=True) == ("Square is there in another case: 'square'",)


@settings(deadline=None)
@given(
    QUERY,
    st.lists(st.sampled_from(["acme", "acmes", "beta", "Beta", "don't", "C++", "x", "a", "b", "c"])).map(" ".join),
)
def test_nothing_is_said_of_what_matches(query, text):
    """Whatever the query, advice never fails, and near misses are of texts that do not match."""
    try:
        read = compile_query(f"acme OR ({query})", saved={"saved": "x"}, stored=True)
    except QueryError:
        return
    assert len(find_warnings(read)) <= MOST_WARNINGS + 1
    assert not (find_misses(read, Subject(text)) and find_spans(read, text) is not None)
