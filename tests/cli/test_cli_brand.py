"""``query check --brand``: a brand tried as it is configured, and what stops it."""

from __future__ import annotations

import json

import pytest

from mentionwatch.model import Entry
from mentionwatch.store import Store
from tests.cli.calling import run
from tests.test_search import about, post, record

BRAND = """
own_authors = ["acme_all"]
ignore_sites = ["spam.example"]
[[brands]]
name = "Notion"
match = ["Notion"]
case = "exact"
context = ["workspace", "app"]
exclude = ['"no notion"', 'recipe']
own_authors = ["notion_support"]
ignore_authors = ["bot"]
"""


@pytest.fixture
def brands(home):
    """A brand with everything."""
    path = home / "n.toml"
    path.write_text(BRAND, "utf-8")
    return path


def tried(brands, text, *more):
    """The record of one text."""
    return json.loads(
        run("query", "check", "--brand", "notion", "--text", text, *more, "--config", brands, "--json").stdout
    )


@pytest.mark.parametrize(
    ("text", "more", "stops"),
    [
        ("the Notion app", (), []),
        ("the notion of an app", (), [("match", "in another case: 'notion'")]),
        ("Notion is great", (), [("context", "none of it is there: workspace and app")]),
        (f"Notion{' and' * 40} app", (), [("context", "it is there, and more than 30 words away")]),
        ("Notion app, a recipe", (), [("exclude", "recipe is there: 'recipe' at character 15")]),
        (
            "Notion recipe",
            (),
            [("context", "none of it is there"), ("exclude", "recipe is there: 'recipe' at character 8")],
        ),
        ("Notion app", ("--author", "@Notion_Support"), [("own_authors", "@Notion_Support is left out")]),
        ("Notion app", ("--author", "acme_all"), [("own_authors", "acme_all is left out")]),
        ("Notion app", ("--author", "u/bot"), [("ignore_authors", "u/bot is left out")]),
        (
            "Notion app",
            ("--url", "https://a.spam.example/1"),
            [("ignore_sites", "https://a.spam.example/1 is left out")],
        ),
        ("Notion app", ("--author", "ann", "--url", "https://a.example/"), []),
        ("nothing of the kind", ("--author", "bot"), []),
    ],
)
def test_it_says_which_key_stopped_a_text(brands, text, more, stops):
    """Context and its distance, exclude, case, and the lists of the brand and of all brands."""
    record = tried(brands, text, *more)
    assert [stop["by"] for stop in record["stopped"]] == [by for by, _ in stops]
    assert all(why in stop["why"] for (_, why), stop in zip(stops, record["stopped"], strict=True))
    assert record["matched"] is (not stops and "app" in text)


def test_it_says_what_a_poll_would_find(brands):
    """The same as the matcher, at the same places."""
    from mentionwatch.config import load_config
    from mentionwatch.pipeline.scan import brand_matcher

    config = load_config(brands)
    matcher = brand_matcher(config, config.brands)
    for text in ("the Notion app", "Notion app, a recipe", "an app, Notion", "Notion" + " and" * 31 + " app"):
        found = matcher.matches(Entry(source="x", text=text))
        record = tried(brands, text)
        assert record["matched"] is bool(found)
        # The text of an entry stands behind its title and a line feed.
        assert record["spans"] == [[start - 1, end - 1] for match in found for start, end in match.spans]


def test_it_is_shown_for_people(brands):
    """The keys that say something, then each text."""
    result = run(
        *("query", "check", "--brand", "Notion", "--config", brands),
        *("--text", "the Notion app", "--text", "Notion", "--text", "none"),
    )
    assert result.stdout.splitlines() == [
        "match: Notion",
        "context: workspace, app",
        'exclude: "no notion", recipe',
        "own_authors: notion_support",
        "ignore_authors: bot",
        "case: exact",
        "match: Notion",
        "  4-10: the [Notion] app",
        "stopped: Notion",
        "  context: none of it is there: workspace and app",
        "no match: none",
    ]


def test_a_query_stands_in_for_its_match(brands):
    """To try another one under the same context."""
    assert tried(brands, "notion app")["matched"] is False
    shown = run("query", "check", "`notion`", "--brand", "Notion", "--text", "notion app", "--config", brands)
    assert "[notion] app" in shown.stdout


def test_it_is_tried_on_stored_entries(config):
    """Those without a mention too, where they are kept; hits first, then what was stopped and why."""
    text = config.read_text("utf-8").replace('url = "sqlite:///m.db"', 'url = "sqlite:///m.db"\nkeep_unmatched = true')
    config.write_text(text, "utf-8")
    assert run("poll", "--config", config).exit_code == 0
    config.write_text(text.replace('match = ["acme"]', 'match = ["acme"]\nexclude = ["broke"]\nignore_authors=["cyd"]'))
    result = run("query", "check", "--brand", "Acme", "--config", config)
    assert result.exit_code == 0, result.stderr
    assert "stored: 1 hit and 3 stopped in 4 entries that can match" in result.stdout
    assert result.stdout.count("  exclude: broke is there") == 2
    assert "  ignore_authors: cyd is left out" in result.stdout
    record = json.loads(run("query", "check", "--brand", "Acme", "--config", config, "--json").stdout)
    assert (record["tried"], record["hits"], record["stopped"], len(record["shown"])) == (4, 1, 3, 4)


SLOW = r"/(?:a|aa)+$x/"


def test_a_regex_that_takes_too_long_is_told_and_the_rest_goes_on(config):
    """Of one text it is not known, which is no "no"; another query decides the others, and none of them is left out."""
    text = config.read_text("utf-8").replace('match = ["acme"]', f"match = ['{SLOW}', 'acme']\nexclude = ['gizmo']")
    config.write_text(text, "utf-8")
    bad = "a" * 60
    shown = run(
        "query", "check", "--brand", "Acme", "--config", config, "--text", bad, "--text", f"acme {bad}",
        "--text", f"acme gizmo {bad}", "--text", "zz",
    )  # fmt: skip
    assert shown.exit_code == 0, shown.stderr
    assert shown.stdout.count("not decided: ") == 1
    assert f"  the regex {SLOW} took longer than" in shown.stdout
    assert "match: acme" in shown.stdout
    assert "  exclude: gizmo is there" in shown.stdout
    assert "no match: zz" in shown.stdout
    args = ("query", "check", "--brand", "Acme", "--config", config, "--text", bad, "--json")
    record = json.loads(run(*args).stdout)
    assert (record["matched"], record["undecided"].startswith(f"the regex {SLOW}")) == (False, True)


def test_among_stored_entries_those_that_are_not_decided_are_counted(config):
    """All others are tried, however many there are."""
    text = config.read_text("utf-8").replace('match = ["acme"]', f"match = ['{SLOW}', 'broke']")
    config.write_text(text, "utf-8")
    with Store(f"sqlite:///{(config.parent / 'm.db').as_posix()}", create=True) as store:
        texts = [*("a" * 60 + str(number) for number in range(7)), "it broke", "broke " + "a" * 60, "nothing"]
        record(store, *(about(post(number, text)) for number, text in enumerate(texts, 1)))
    result = run("query", "check", "--brand", "Acme", "--config", config)
    assert result.exit_code == 0, result.stderr
    assert "stored: 2 hits and 0 stopped (7 more not decided) in 10 entries" in result.stdout
    assert "took too long over several texts" in result.stdout
    found = json.loads(run("query", "check", "--brand", "Acme", "--config", config, "--json").stdout)
    assert (found["tried"], found["hits"], found["stopped"], found["undecided"]) == (10, 2, 0, 7)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--brand", "Notoin"), "there is no brand 'Notoin'; did you mean 'Notion'?"),
        (("--brand", "Notion", "--case", "exact"), "--case is for a query alone"),
        (("acme", "--author", "bob"), "--author and --url are for a brand"),
        ((), "say which query"),
    ],
)
def test_wrong_usage_is_told(brands, args, told):
    """One line and 2."""
    result = run("query", "check", *args, "--config", brands)
    assert (result.exit_code, told in result.stderr) == (2, True)


def test_without_a_configuration_there_is_no_brand():
    """It says how to make one."""
    result = run("query", "check", "--brand", "Acme", "--text", "x")
    assert result.exit_code == 2
    assert "config init" in result.stderr
