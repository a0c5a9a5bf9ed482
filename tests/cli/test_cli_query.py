"""``query check``: how a query is read, its traps, and what it finds."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.cli.calling import NOW, run
from tests.feeds import rss
from tests.servers import Answer


def test_a_query_is_shown_as_it_is_read():
    """One line with all its parentheses, the tree, and the warnings; without a store it says what to do."""
    result = run("query", "check", 'acme router OR "not working"')
    assert result.exit_code == 0
    *read, warning = result.stdout.splitlines()
    assert read == [
        'read as: (acme AND router) OR "not working"',
        "  one of",
        "    all of",
        "      acme",
        "      router",
        '    "not working"',
    ]
    assert warning.startswith("Warning: AND and OR stand side by side without parentheses; it is read as (acme AND")
    assert "Nothing is stored" in result.stderr


def test_texts_are_tried_with_hits_and_near_misses():
    """Where it matches, with some text around; and why what is near does not."""
    result = run(
        "query", "check", "acme -recipe", "--text", "My Acme broke.", "--text", "acme recipe", "--text", "none of it"
    )
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-6:] == [
        "match:",
        "  3-7: My [Acme] broke.",
        "near miss: acme recipe",
        "  it has 'acme' at character 1",
        "  it has 'recipe' at character 6, which is excluded",
        "no match: none of it",
    ]


def test_json_is_one_object_with_offsets_in_the_text_as_given(home):
    """Exactly the five keys; several texts give a list of such objects."""
    result = run("query", "check", 'acme (down OR "not working")', "--text", "Acme’s: é not  working", "--json")
    assert json.loads(result.stdout) == {
        "query": 'acme (down OR "not working")',
        "tree": 'acme AND (down OR "not working")',
        "warnings": [],
        "matched": True,
        "spans": [[0, 4], [10, 22]],
    }
    (home / "post.txt").write_bytes(b"\xef\xbb\xbfno acme")
    both = run("query", "check", "acme", "--text", "x", "--file", home / "post.txt", "--json")
    assert [(one["matched"], one["spans"]) for one in json.loads(both.stdout)] == [(False, []), (True, [[3, 7]])]
    read = run("query", "check", "acme", "--file", "-", "--json", input="acme")
    assert json.loads(read.stdout)["spans"] == [[0, 4]]
    alone = run("query", "check", "acme", "--json")
    assert (json.loads(alone.stdout)["matched"], json.loads(alone.stdout)["spans"]) == (False, [])


@pytest.mark.parametrize(
    ("query", "offset"), [("acme NEAR beta", 5), ("acme (beta", 5), ("NOT acme", 0), ("acme @outage", 5)]
)
def test_a_query_that_cannot_be_read_is_2_with_a_caret(query, offset):
    """The query, the place and what was expected, on stderr; nothing on stdout."""
    result = run("query", "check", query, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    first, shown, below = result.stderr.splitlines()
    assert first.startswith("Error: ")
    assert (shown, below) == (f"  {query}", "  " + " " * offset + "^")


def test_case_counts_where_it_is_said():
    """As with ``case = "exact"`` of a brand."""
    for case, matched in (("any", True), ("exact", False)):
        result = run("query", "check", "Square", "--case", case, "--text", "a square", "--json")
        assert json.loads(result.stdout)["matched"] is matched
    assert (
        "in another case: 'square'" in run("query", "check", "Square", "--case", "exact", "--text", "a square").stdout
    )


def test_stored_mentions_are_tried_with_their_fields(config):
    """Hits with their ids, near misses with reasons; saved queries are those of the configuration."""
    config.write_text(config.read_text() + "[queries]\nbad = 'terrible OR broke'\n")
    run("poll", "--config", config)
    result = run("query", "check", "@bad acme tone:negative", "--config", config)
    assert result.exit_code == 0
    assert "read as: (terrible OR broke) AND acme AND tone:negative" in result.stdout
    assert "Warning: tone: is known of stored mentions only" in result.stdout
    assert "stored: " in result.stdout
    found = json.loads(run("mentions", "(terrible OR broke) tone:negative", "--config", config, "--json").stdout)
    assert found
    assert f"stored: {len(found)} hit" in result.stdout, "what it finds is what a search finds"
    assert all(one["id"] in result.stdout for one in found)
    assert json.loads(run("query", "check", "acme", "--config", config, "--json").stdout)["matched"] is True
    near = run("query", "check", "acme updates", "--config", config).stdout
    assert "updates is there in another form: 'update'" in near


def test_an_entry_of_two_brands_is_shown_once_and_what_is_not_shown_is_counted(config, server):
    """With the ids of both its mentions; hits and near misses beyond the first five are told."""
    config.write_text(config.read_text("utf-8") + '[[brands]]\nname = "Too"\nmatch = ["acme"]\n', "utf-8")
    posts = [(f"g{n}", "x", f"acme number {n}", "ann", NOW) for n in range(7)]
    server.routes["/feed.xml"] = Answer(rss(posts))
    run("poll", "--config", config)
    lines = run("query", "check", "number", "--config", config).stdout.splitlines()
    assert "stored: 14 hits and 0 near misses in 18 mentions" in lines
    shown = [line for line in lines if line.startswith("match: ")]
    assert [len(line.split()) for line in shown] == [3] * 5
    assert lines[-1] == "not shown: 4 hits"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "cannot read"),
        (lambda path: path.mkdir(), "cannot read"),
        (lambda path: path.write_bytes(b"\xff\xfea"), "is not UTF-8"),
        (lambda path: path.write_bytes(b"a" * 1_000_001), "is larger than 1 MB"),
    ],
)
def test_a_file_that_cannot_be_tried_is_wrong_usage(home, make, says):
    """One line and 2."""
    make(home / "x.txt")
    result = run("query", "check", "acme", "--file", home / "x.txt")
    assert result.exit_code == 2
    assert says in result.stderr


def test_hostile_queries_and_texts_do_not_reach_the_terminal():
    """Control characters, bidirectional ones and lone surrogates are shown as nothing, or escaped in JSON."""
    for text in ("acme \x1b[31m\x07 \u202e x", "acme \ud800"):
        shown = run("query", "check", f'acme "{text}" OR acme', "--text", f"{text} acme")
        assert shown.exit_code == 0
        assert not {"\x1b", "\x07", "\u202e", "\ud800"} & set(shown.stdout)
        found = json.loads(run("query", "check", "acme", "--text", text, "--json").stdout)
        assert found["spans"] == [[0, 4]]
    assert run("query", "check", "(" * 10_000).exit_code == 2


def test_a_regex_that_takes_too_long_is_told():
    """Never a silent "no"."""
    result = run("query", "check", "/(a|aa)+$/", "--text", "a" * 5_000 + "b")
    assert result.exit_code == 2
    assert "took longer than" in result.stderr


def test_the_page_shows_what_is_printed():
    """The sessions in the documentation are the program's own output."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "queries.md").read_text("utf-8")
    sessions = re.findall(r"```console\n\$ mentionwatch (query check .*?)\n(.*?)```", page, re.DOTALL)
    assert len(sessions) >= 3
    for command, shown in sessions:
        result = run(*shlex.split(command))
        assert result.stdout == shown
