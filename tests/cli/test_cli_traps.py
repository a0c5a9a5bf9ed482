"""Traps are told wherever a query is given, in the same words; and a value that nothing has is a mistake."""

from __future__ import annotations

import json

import pytest

from tests.cli.calling import NOW, run, run_terminal
from tests.feeds import rss
from tests.servers import Answer

OR = "or is looked for as a word; the operator is OR, in upper case"
TRAPS = r"""
[queries]
bad = 'down or out'
[[brands]]
name = "Notion"
match = ['notion site:reddit.com OR site:prod.example', 'notion or square', 'hp', '.NET', '/(a+)+$/', '@bad']
[[brands]]
name = "Square"
match = ['Square']
case = "exact"
[[brands]]
name = "Slack"
match = ['slack']
context = ['chat']
[[brands]]
name = "Other"
match = ['hp', 'acme source:froum']
[[brands]]
name = "Stripe"
match = ['stripe']
case = "exact"
[[sources]]
name = "forum"
url = "https://forum.acme.example/posts.rss"
"""


@pytest.fixture
def polled(config):
    """A configuration with a saved query, and a store that holds four mentions."""
    config.write_text(config.read_text("utf-8") + "[queries]\nbad = 'terrible or giraffe'\n", "utf-8")
    assert run("poll", "--config", config).exit_code == 0
    return config


@pytest.fixture
def trapped(home):
    """A configuration of traps."""
    path = home / "traps.toml"
    path.write_text(TRAPS, "utf-8")
    return path


def test_config_check_names_every_trap_with_its_place(trapped):
    """File, line and key; one that stands at several places is told once; a context and case make weak words fine."""
    result = run("config", "check", "--config", trapped)
    assert result.exit_code == 0
    *told, last = result.stderr.splitlines()
    assert all(line.startswith(f"{trapped}:") and ": warning: " in line for line in told)
    found = [(line.removeprefix(f"{trapped}:"), line.partition(": warning: ")[2]) for line in told]
    places = {where.split(": ")[1] for where, _ in found}
    assert {"queries.bad", *(f"brands[0].match[{n}]" for n in range(5)), "brands[3].match[1]"} <= places
    assert not {place for place in places if place.startswith(("brands[1]", "brands[2]"))}
    assert any(where.startswith("3: queries.bad") and OR in line for where, line in found)
    assert sum(OR in line for _, line in found) == 1
    assert any("(so too brands[0].match[1])" in line for _, line in found)
    (hp,) = [line for _, line in found if line.startswith("hp is short")]
    assert hp.endswith("(so too brands[3].match[0])")
    assert "there is no source 'froum'; did you mean 'forum'?" in result.stderr
    assert "brands[4].match[0]: warning: case counts" in result.stderr
    assert last.endswith(f"ok, 5 brands, 1 source; {len(told)} warnings")
    assert run("config", "check", "--config", trapped, "-q").stderr == ""


def test_config_init_warns_of_a_common_name_and_says_what_helps(home):
    """The keys that help stand in the file, commented."""
    made = run("config", "init", "--yes", "--brand", "Notion", "--config", "n.toml")
    assert "n.toml:7: brands[0].match[0]: warning: Notion is a common word" in made.stderr
    text = (home / "n.toml").read_text("utf-8")
    assert "# context = []" in text
    assert "# case = " in text
    assert "warning" not in run("config", "init", "--yes", "--brand", "Acme", "--config", "a.toml").stderr


def test_a_poll_is_silent_of_traps_but_for_who_asks(polled):
    """Cron must not mail them every quarter of an hour."""
    assert run("poll", "--config", polled).stderr == ""
    assert f"queries.bad: warning: {OR}" in run("poll", "--config", polled, "-v").stderr


def test_a_search_warns_in_one_line(polled):
    """Of what was hardly meant so; not of what finds much, or asks for what only stored mentions have."""
    for fine in ("acme", "open", "tone:negative acme", "acm*", "state:open -acme OR up", "ac OR acme"):
        assert "is looked for" not in run("mentions", fine, "--config", polled).stderr
        assert "stands in texts" not in run("mentions", fine, "--config", polled).stderr
    warned = [
        line for line in run("mentions", "the and update", "--config", polled).stderr.splitlines() if "and" in line
    ]
    assert len(warned) == 1


def test_who_finds_nothing_hears_of_an_operator_in_lower_case(polled):
    """Also in a saved query; with what to write."""
    hint = 'No mention fits. "or" was looked for as a word; for alternatives write OR.'
    for query in ("refund or thesis", "@bad"):
        assert hint in run("mentions", query, "--config", polled).stderr.splitlines()
    assert run("mentions", "refund", "--config", polled).stderr == "No mention fits.\n"
    written = run("export", "notion or thesis", "-o", "e.csv", "--config", polled).stderr
    assert written == '0 mentions written to e.csv. "or" was looked for as a word; for alternatives write OR.\n'
    assert '"and" was looked for as a word' in run("alerts", "list", "ill and well", "--config", polled).stderr
    assert f"Warning: {OR}" in run("scan", "notion or xyz", "--config", polled).stderr


@pytest.mark.parametrize(
    ("query", "offset", "told"),
    [
        ("brand:acne", 6, "there is no brand 'acne'; did you mean 'Acme'?"),
        ("acme source:(forum OR clbu)", 22, "there is no source 'clbu'; did you mean 'club'?"),
        ("acme -source:frum", 13, "there is no source 'frum'; did you mean 'forum'?"),
        ("source:*o*", 7, 'and * means nothing there; write source:("forum" OR "shop")'),
        ("since:2026-11-21 16:00", 17, "write since:2026-11-21T16:00"),
        ("acme after:2026-11-21 9:30", 22, "write since:2026-11-21T09:30"),
        ("acme since:2026-11-22 until:2026-11-20", 22, "since: has to be the earlier one"),
        ("acme since:1d until:7d", 14, "since: has to be the earlier one"),
        ("acme site:prod.example/t", 10, 'write url:"prod.example/t"'),
        ("acme site:prod.example/", 10, "write site:prod.example"),
        ("acme state:resolved", 11, "there is no state 'resolved' here; expected one of open, seen, handled, ignored"),
    ],
)
def test_a_value_that_nothing_has_is_a_mistake(polled, query, offset, told):
    """With a caret below it and the nearest name: an empty answer would look like a quiet week."""
    for command in (("mentions", query), ("export", query, "-o", "-", "--format", "csv")):
        result = run(*command, "--config", polled)
        assert (result.exit_code, result.stdout) == (2, "")
        first, shown, caret = result.stderr.splitlines()
        assert told in first
        assert (shown, caret) == (f"  {query}", f"  {' ' * offset}^")


def test_what_a_field_may_name(polled):
    """Any case, what is stored and configured no more, and an alert's own states."""
    for query in (
        "brand:ACME",
        "source:Forum",
        "source:(forum OR club)",
        "state:seen",
        "source:forum since:2026-01-01",
    ):
        assert run("mentions", query, "--config", polled).exit_code == 0
    text = (
        polled.read_text("utf-8").replace('name = "forum"', 'name = "agora"').replace('name = "Acme"', 'name = "New"')
    )
    polled.write_text(text, "utf-8")
    for query in ("source:forum", "brand:acme", "source:agora"):
        assert run("mentions", query, "--config", polled).exit_code == 0
    assert run("alerts", "list", "state:resolved", "--config", polled).exit_code == 0
    wrong = run("alerts", "list", "state:opne", "--config", polled)
    assert wrong.exit_code == 2
    assert "did you mean state:open? expected one of open, acknowledged, resolved\n" in wrong.stderr


def test_a_value_in_a_saved_query_is_told_at_its_name(polled):
    """The place is in another text."""
    polled.write_text(polled.read_text("utf-8") + "old = 'source:gone acme'\n", "utf-8")
    first, shown, caret = run("mentions", "x @old", "--config", polled).stderr.splitlines()
    assert first == "Error: in @old: there is no source 'gone'; known: forum, club, shop"
    assert (shown, caret) == ("  x @old", "    ^")


def test_fields_that_nothing_fills_in_yet_are_told(polled):
    """An empty answer of theirs means nothing."""
    assert "Warning: intent: is not found yet, so no mention has one" in (
        run("mentions", "intent:buy", "--config", polled).stderr
    )


def test_days_are_of_the_users_zone(polled):
    """As with --since."""
    text = polled.read_text("utf-8")
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        polled.write_text(f'timezone = "{zone}"\n{text}', "utf-8")
        for day in ("2026-01-02", "2026-11-20"):
            by_field = run("mentions", f"since:{day}", "--config", polled, "--json").stdout
            assert json.loads(by_field) == json.loads(
                run("mentions", "--since", day, "--config", polled, "--json").stdout
            )


def test_a_saved_query_keeps_its_traps(polled):
    """Looked at by its name it says what it says when it is written out."""
    named = run("query", "check", "@bad acme", "--config", polled).stdout
    assert f"Warning: {OR}" in named
    warnings = json.loads(run("query", "check", "@bad acme", "--config", polled, "--json").stdout)["warnings"]
    assert OR in warnings


def test_a_mistake_of_a_query_has_a_caret_in_the_configuration_too(home):
    """Two lines below file, line and key; for programs the first alone."""
    (home / "bad.toml").write_text(
        "[[brands]]\nname = 'A'\nmatch = ['acme (down', 'x since:2026-11-21 16:00']\n", "utf-8"
    )
    result = run("poll", "--config", "bad.toml")
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert lines[0].endswith(
        "bad.toml:3: brands[0].match[0]: this ( is not closed; expected a ) after it, at character 6"
    )
    assert lines[1:3] == ["  acme (down", "       ^"]
    assert "write since:2026-11-21T16:00" in lines[3]
    problems = json.loads(run("config", "check", "--json", "--config", "bad.toml").stdout)["problems"]
    assert [problem["message"].count("\n") for problem in problems] == [0, 0]


@pytest.mark.parametrize("query", ["-notion refund", "-food"])
@pytest.mark.parametrize("command", [("mentions",), ("export", "-o", "x.csv"), ("alerts", "list"), ("query", "check")])
def test_a_query_that_begins_with_a_dash_is_no_option(polled, command, query):
    """It is told how to give it, and so it works."""
    wrong = run(*command, query, "--config", polled)
    assert wrong.exit_code == 2
    assert "for a query that begins with -, write -- before it: -- " in wrong.stderr
    assert run(*command, "--config", polled, "--", "-notion refund").exit_code == 0
    assert "write --" not in run(*command, "--config", polled, "--nonsense").stderr


def test_warnings_and_errors_are_broken_between_words_on_a_terminal(trapped):
    """A terminal breaks them inside of words; what is copied (a query with its caret) stays as it is."""
    shown = run_terminal("config", "check", "--config", trapped, columns=60)
    assert all(len(line) <= 60 or line.startswith(str(trapped)) for line in shown.lines)
    assert not any(len(line) > 60 and " a common word " in line for line in shown.lines)
    whole = " ".join(line.strip() for line in shown.lines)
    assert "stands in texts about other things too; add a word that has to be near" in whole
    query = "acme " * 20 + "(down"
    wrong = run_terminal("query", "check", query, columns=60)
    assert "expected a ) after" in " ".join(line.strip() for line in wrong.lines)
    checked = run_terminal("query", "check", "notion or square", columns=60)
    assert all(len(line) <= 60 for line in checked.lines)
    assert any(len(line) > 60 for line in run("query", "check", "notion or square").stdout.splitlines())


def test_the_help_has_the_language_in_short():
    """Ten lines or so, where a query is given."""
    for command in (("query",), ("query", "check"), ("mentions",), ("export",)):
        shown = run(*command, "--help").stdout
        for part in ("NEAR/3", "wild*", "title: text:", "@name", "-a: without it"):
            assert part in shown


def test_a_count_of_one_is_one(home, server):
    """One entry, of a regular expression that takes too long."""
    config = home / "slow.toml"
    config.write_text(
        f'[store]\nurl = "sqlite:///s.db"\n[[brands]]\nname = "A"\nmatch = ["/(a|aa)+$/"]\n'
        f'[[sources]]\nurl = "{server.url("/feed.xml")}"\n',
        "utf-8",
    )
    server.routes["/feed.xml"] = Answer(rss([("g1", "x", "a" * 5_000 + "b", "ann", NOW)]))
    assert "for 1 entry it is not known whether it matches, and it is left out." in (
        run("poll", "--config", config).stderr
    )
