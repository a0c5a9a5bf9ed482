"""Queries that ask for one thing thousands of times: the same is found, and it is looked for once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from mentionwatch.match import Matcher, compile_query, find_spans, match_entry
from mentionwatch.match.evaluate import Evaluation
from mentionwatch.match.patterns import Patience
from mentionwatch.match.subject import Subject
from mentionwatch.match.tree import And, Near, Not, Or, Term, without_repeats
from mentionwatch.model import Entry
from mentionwatch.settings import Brand
from tests.test_match_index import ENTRIES, QUERIES, QUICK, readable


@pytest.mark.parametrize(
    ("query", "plan"),
    [
        ("acme acme router acme", "acme router"),
        ("acme OR acme", "acme"),
        ("(acme OR acme) (acme OR acme)", "acme"),
        ("(b1 acme) OR (acme b1) OR (b1 acme)", "b1 acme OR acme b1"),
        ("acme -router -router", "acme -router"),
        ("-(acme OR acme) router", "-acme router"),
        ("(acme OR acme) NEAR/3 (b1 OR b1)", "acme NEAR/3 b1"),
        ("(acme NEAR/3 b1) (acme NEAR/3 b1) (acme NEAR/4 b1) (acme ONEAR/3 b1)",
         "(acme NEAR/3 b1) (acme NEAR/4 b1) (acme ONEAR/3 b1)"),
        ("title:acme title:acme text:acme title:(b1 OR b1)", "title:acme text:acme title:b1"),
        ("stars:1 acme stars:1 stars:>1", "stars:1 acme stars:>1"),
        ("/a.c/ /a.c/ /a.c/i", "/a.c/ /a.c/i"),
        ('"wi-fi" OR "wi fi" OR "wi-fi"', '"wi-fi" OR "wi fi"'),
        ("acme OR ACME", "acme OR ACME"),
    ],
)  # fmt: skip
def test_what_stands_there_twice_is_evaluated_once(query, plan):
    """What is written otherwise is kept: it may be spelled otherwise, or its case may count."""
    assert str(compile_query(query).plan) == plan
    assert str(compile_query(query).tree) != plan or query == plan


def test_the_tree_itself_is_left_alone():
    """What is shown of a query is what was written."""
    query = compile_query("acme acme")
    assert str(query.tree) == "acme acme"
    tree = Or((And((Term(("a",)), Not(Near(Term(("b",)), Term(("c",)), 1)))), Term(("d",))))
    assert without_repeats(tree) == tree


@settings(QUICK, max_examples=200)
@given(QUERIES, ENTRIES)
def test_a_repeated_query_finds_the_same(query, entry):
    """Beside itself, an alternative to itself, or thrice."""
    found = match_entry(compile_query(query), entry) if readable(query) else None
    for more in ("({0}) ({0})", "({0}) OR ({0}) OR ({0})", "({0}) (({0}) OR zyzzyva)"):
        repeated = more.format(query)
        if readable(query) and readable(repeated):
            assert match_entry(compile_query(repeated), entry) == found


class Counting(Patience):
    """Counts how often an expression is looked for."""

    asked = 0

    def find(self, *args, **more):
        self.asked += 1
        return super().find(*args, **more)


def test_a_thing_is_looked_for_once_in_a_text():
    """However often the parts of a query ask for it: here in ten of them that are all different."""
    query = compile_query(" OR ".join(f"(/acme\\d/ x{number})" for number in range(10)))
    counting = Counting()
    assert Evaluation(Subject("acme1 x9"), counting.find).spans(query.plan) == ((0, 5), (6, 8))
    assert counting.asked == 1


BIG = {
    "and": "acme " * 18000,
    "or": " OR ".join(["acme"] * 12000),
    "phrases": " OR ".join(['"acme router"'] * 5000),
    "near": " OR ".join(["acme NEAR/5 router"] * 4500),
    "both sides": f"({' OR '.join(['acme'] * 6000)}) NEAR/9 ({' OR '.join(['router'] * 5000)})",
    "pairs": " ".join(f"(acme OR x{number})" for number in range(4500)),
    "literals": " OR ".join(["`acme`"] * 8000),
    "wildcards": " OR ".join(["acm*"] * 12000),
    "links": " OR ".join(["url:acme"] * 8000),
}


@pytest.mark.parametrize("query", BIG.values(), ids=BIG)
def test_a_hundred_kilobytes_of_one_word_are_no_trap(query):
    """Over a text of 100 KB that holds the word at thousands of places (minutes, where each is looked for)."""
    text = "my acme router broke. " * 5000
    compiled = compile_query(query)
    assert find_spans(compiled, text) is not None or "url:" in query
    (match,) = Matcher([Brand("b", (query,))]).matches(Entry("s", text=text, url="https://acme.example/"))
    assert match.spans or "url:" in query
