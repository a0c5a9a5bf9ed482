"""Traps of queries with saved queries in them, and of a configuration as a whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch import toml
from mentionwatch.config import parse_config
from mentionwatch.errors import QueryError
from mentionwatch.match import compile_query
from mentionwatch.pipeline.traps import checked_query, config_warnings, expand, read_asked, warnings_of

PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "acme",
                "or",
                "OR",
                "(",
                ")",
                "-",
                '"a b"',
                "@a",
                "@b",
                "site:",
                "site:x/y",
                "source:",
                "since:2026-01-01",
            ),
            *(
                "16:00",
                "until:7d",
                "state:",
                "brand:x*",
                "`C++`",
                "{a}",
                "/x/",
                "\ud800",
                "\x00",
                ":",
                "[1 TO 2]",
                "raw:",
            ),
        ]
    ),
    max_size=8,
)
SAVED = {"a": "x or @b", "b": "y source:forum", "c": "(", "d": "@d"}


@given(PIECES.map(" ".join))
def test_any_query_is_read_or_refused(query):
    """Never anything but the documented error; what is refused has its place in the query."""
    try:
        asked = read_asked(query, SAVED, names={"source": ("forum",), "brand": ("Acme",)}, stored=True)
    except QueryError as e:
        refused = e
    else:
        assert asked.warnings == warnings_of(compile_query(query, saved=SAVED, stored=True), SAVED, searched=True)
        return
    assert 0 <= refused.offset <= len(query)


@given(PIECES.map(" ".join))
def test_a_query_written_out_is_the_same_query(query):
    """With its saved queries in parentheses it has the same tree."""
    try:
        compiled = compile_query(query, saved=SAVED, stored=True)
    except QueryError:
        return
    assert compile_query(expand(query, SAVED), saved=SAVED, stored=True).tree == compiled.tree


def test_a_saved_query_is_written_out_once():
    """So that queries that name each other twice do not grow without bounds."""
    saved = {f"q{n}": f"@q{n + 1} OR @q{n + 1}" for n in range(40)} | {"q40": "down or out"}
    assert len(expand("@q0", saved)) < 2_000
    assert "or" in expand("@q0", saved)
    assert expand("a @none", {}) == "a @none"
    chain = {f"q{n}": f"@q{n + 1}" for n in range(5_000)} | {"q5000": "x"}
    with pytest.raises(QueryError, match="too deep"):
        checked_query("@q0", saved=chain)


@pytest.mark.parametrize(
    "fine",
    [
        "site:reddit.com",
        "-site:reddit.com acme",
        "site:(a.example OR b.example)",
        "since:2026-11-21 16",
        "acme 16:00",
        'since:"2026-11-21 16:00" acme',
        "since:2026-11-20 until:2026-11-20 acme",
        "source:anything",
        "brand:any state:open",
    ],
)
def test_what_is_no_mistake_is_read(fine):
    """Without names that are known a field takes anything."""
    assert checked_query(fine, stored=True).tree == compile_query(fine, stored=True).tree


def test_many_traps_of_one_file_are_bounded():
    """The first hundred, and how many there are beside them."""
    words = ", ".join(f"'a{n} or b'" for n in range(300))
    text = f"[[brands]]\nname = 'A'\nmatch = [{words}, {', '.join(f'{chr(39)}c{n}+{chr(39)}' for n in range(300))}]\n"
    told = config_warnings(parse_config(text, "f"), toml.parse(text, "f"))
    assert len(told) == 101
    assert any("so too brands[0].match[1] and 298 more" in problem.message for problem in told)
    assert any("more warnings" in problem.message for problem in told)
    assert all(len(problem.message) <= 400 for problem in told)
