"""``mentionwatch config``: init, check, show, path."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from tests.cli.calling import run, run_process, run_terminal


def test_config_init_check_show_path(home, server):
    """A first configuration is written once, is valid, and is found where it was written."""
    made = run("config", "init", "--yes", "--brand", "Acme Router", "--source", server.url("/feed.xml"))
    assert made.exit_code == 0, made.stderr
    path = run("config", "path").stdout.strip()
    assert path.endswith("config.toml")
    assert oct(Path(path).stat().st_mode & 0o777) == "0o600"
    assert run("config", "check").exit_code == 0
    assert "Acme Router" in run("config", "show").stdout
    again = run("config", "init", "--yes", "--brand", "Other")
    assert again.exit_code == 2
    assert "there already" in again.stderr
    assert run("poll").exit_code == 0


def test_three_mistakes_are_named_at_once(home):
    """Each with file, line and key; exit 2."""
    (home / "bad.toml").write_text(
        '[fetch]\ntimeuot = "3s"\n[[brands]]\nname = "Acme"\nmatch = "acme"\n[[sources]]\nurl = "ftp://x"\n', "utf-8"
    )
    result = run("poll", "--config", "bad.toml")
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert len(lines) == 3
    for line, (number, key) in zip(
        lines, [(2, "fetch.timeuot"), (5, "brands[0].match"), (7, "sources[0].url")], strict=True
    ):
        assert line.startswith(f"Error: bad.toml:{number}: {key}: ") or f"bad.toml:{number}: {key}: " in line


# --- init -----------------------------------------------------------------------------------------------------------


def test_init_asks_on_a_terminal(home):
    """For what is not given, each with a default."""
    made = run_terminal("config", "init", "--config", "mine.toml", answers=["Acme Router\n", "\n", "\n"])
    assert made.exit_code == 0, made.text
    # No word is torn at the end of a line.
    wrote = made.lines.index(next(line for line in made.lines if line.startswith("Wrote ")))
    said = " ".join(made.lines[wrote:])
    assert "Next, try a source, then poll, in the end from cron:" in said
    assert "[[notify]]" in said
    text = (home / "mine.toml").read_text("utf-8")
    assert 'match = ["\\"Acme Router\\""]' in text
    assert 'use = "hackernews"' in text


def test_init_asks_again_instead_of_throwing_all_away(home):
    """A query that cannot be read, and a place that is none, are told, and asked for again."""
    answers = [
        *("Acme\n", "acme AND (\n", "acme\n"),
        *("forum.acme.example\n", "hackernew\n", "https://\n", "hackernews, https://a.example/x,y\n"),
    ]
    made = run_terminal("config", "init", "--config", "mine.toml", answers=answers, columns=200)
    assert made.exit_code == 0, made.text
    told = [line for line in made.lines if line.startswith("Error: ")]
    assert len(told) == 4
    assert "expected a word" in told[0]
    assert told[1] == "Error: 'forum.acme.example' is no address yet; write https:// in front of it"
    assert "there is no preset 'hackernew'; did you mean 'hackernews'?" in told[2]
    assert "is no URL to fetch" in told[3]
    config = json.loads(run("config", "show", "--json", "--config", "mine.toml").stdout)
    assert [source.get("use") or source["url"] for source in config["sources"]] == [
        "hackernews",
        "https://a.example/x,y",
    ]


@pytest.mark.parametrize(
    ("answer", "places"),
    [
        ("hackernews,https://a.example/f", ["hackernews", "https://a.example/f"]),
        ("https://a.example/f,hackernews", ["https://a.example/f", "hackernews"]),
        ("https://a.example/f, https://b.example/f", ["https://a.example/f", "https://b.example/f"]),
        (" , https://a.example/?q=1,2 ,hackernews hackernews,", ["https://a.example/?q=1,2", "hackernews"]),
        ("", []),
    ],
)
def test_places_are_split_at_blanks_and_commas(answer, places):
    """But a comma inside an address stays there."""
    from mentionwatch.cli.init import _split

    assert _split(answer) == places


def test_init_without_a_terminal_says_what_to_say():
    """One line and 2; nothing of a store, which there is none of."""
    done = run_process("config", "init", input="")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "Error: there is no terminal to ask on; say --yes --brand NAME, and --match, --source where wanted\n"
    )


def test_ctrl_c_at_a_question_says_only_that_it_stopped():
    """Nothing was being stored."""
    stopped = run_terminal("config", "init", "--config", "mine.toml", answers=["Acme\n", "\x03"])
    assert stopped.exit_code == 130
    assert stopped.lines[-1] == "Stopped."


def test_init_ends_with_commands_that_work(home, server):
    """The first source's real name, and the configuration where it is not the user's own."""
    named = run("config", "init", "--yes", "--brand", "Acme", "--source", server.url("/feed.xml"), "--config", "m.toml")
    commands = [line.strip() for line in named.stderr.splitlines() if line.startswith("  ")]
    assert commands == [
        f"mentionwatch sources check 127.0.0.1/feed.xml --config {home / 'm.toml'}",
        f"mentionwatch poll --config {home / 'm.toml'}",
    ]
    for command in commands:
        assert run(*shlex.split(command)[1:]).exit_code == 0
    own = run("config", "init", "--yes", "--brand", "Acme", "--source", server.url("/feed.xml"))
    assert own.stderr.splitlines()[1:] == ["  mentionwatch sources check 127.0.0.1/feed.xml", "  mentionwatch poll"]


@pytest.mark.parametrize(
    ("brand", "query"),
    [
        ("Acme", "Acme"),
        ("Acme Router", '"Acme Router"'),
        ('The "Acme"', '"The Acme"'),
        ("„Acme“", "Acme"),
        ("Yahoo!", '"Yahoo!"'),
        ("What?", "What"),
        ("E*TRADE", '"E TRADE"'),
        ("OR", '"OR"'),
    ],
)
def test_a_brands_name_becomes_a_query(brand, query):
    """Without the quotes and wildcards that would mean something in it."""
    assert run("config", "init", "--yes", "--brand", brand, "--config", "m.toml").exit_code == 0
    shown = json.loads(run("config", "show", "--json", "--config", "m.toml").stdout)
    assert (shown["brands"][0]["name"], shown["brands"][0]["match"]) == (brand, [query])


def test_a_name_without_a_word_needs_a_query():
    """Symbols alone find nothing."""
    result = run("config", "init", "--yes", "--brand", "***", "--config", "m.toml")
    assert result.exit_code == 2
    assert "--match QUERY" in result.stderr
    assert run("config", "init", "--yes", "--brand", "***", "--match", "stars", "--config", "m.toml").exit_code == 0


def test_a_name_that_is_left_with_a_letter_is_warned_of():
    """At init and at every check; a brand with a context has one of its words beside it."""
    made = run("config", "init", "--yes", "--brand", "C++", "--config", "m.toml")
    assert "m.toml:7: brands[0].match[0]: warning: " in made.stderr
    assert "write `C++`" in made.stderr
    assert "m.toml:7: brands[0].match[0]: warning: " in run("config", "check", "--config", "m.toml").stderr
    path = Path("m.toml")
    path.write_text(path.read_text("utf-8").replace("# context = []", 'context = ["compiler"]'), "utf-8")
    assert "stands in texts about other things" not in run("config", "check", "--config", "m.toml").stderr


@pytest.mark.parametrize("source", ["forum.acme.example", "hackernew", "ftp://a.example/", "./feed.xml"])
def test_a_given_place_that_is_none_is_wrong_usage(home, source):
    """Nothing is written."""
    result = run("config", "init", "--yes", "--brand", "Acme", "--source", source)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")
    assert not run("config", "path", "--json").stdout.count("true")


# --- check, show, path ----------------------------------------------------------------------------------------------


def test_an_unknown_preset_is_told_beside_the_other_mistakes(home):
    """At its line, with what was meant."""
    (home / "bad.toml").write_text(
        '[[brands]]\nname = "Acme"\nmatch = ["acme"]\n[[sources]]\nuse = "hackernew"\nevry = "1h"\n', "utf-8"
    )
    result = run("config", "check", "--config", "bad.toml")
    assert result.exit_code == 2
    assert [line.partition("bad.toml:")[2] for line in result.stderr.splitlines()] == [
        '5: sources[0].use: there is no preset "hackernew"; did you mean "hackernews"?',
        '6: sources[0].evry: unknown key; did you mean "every"?',
    ]


def test_check_json_lists_the_problems(home, config):
    """For editors: file, line, key and message of each; or that all is well."""
    good = run("config", "check", "--json", "--config", config)
    assert json.loads(good.stdout) == {"ok": True, "path": str(config), "brands": 1, "sources": 3, "warnings": []}
    config.write_text(config.read_text("utf-8").replace('["acme"]', '["acme or globex"]'), "utf-8")
    (warned,) = json.loads(run("config", "check", "--json", "--config", config).stdout)["warnings"][:1]
    assert (warned["file"], warned["line"], warned["key"]) == (str(config), 5, "brands[0].match[0]")
    assert warned["message"].startswith("or is looked for as a word")
    (home / "bad.toml").write_text('[[brands]]\nname = "Acme"\nmatch = "acme"\n[fetch]\ntimeuot = "3s"\n', "utf-8")
    bad = run("config", "check", "--json", "--config", "bad.toml")
    assert (bad.exit_code, bad.stderr) == (2, "")
    found = json.loads(bad.stdout)
    assert found["ok"] is False
    assert [(problem["line"], problem["key"]) for problem in found["problems"]] == [
        (3, "brands[0].match"),
        (5, "fetch.timeuot"),
    ]
    assert list(found["problems"][0]) == ["file", "line", "key", "message"]
    none = run("config", "check", "--json")
    assert (none.exit_code, json.loads(none.stdout)["ok"]) == (2, False)


def test_show_and_path_json(home, config):
    """The same as in TOML, secrets masked; and whether the file is there."""
    text = config.read_text("utf-8").replace("http://127", "http://me:pw@127", 1)
    config.write_text(text, "utf-8")
    shown = json.loads(run("config", "show", "--json", "--config", config).stdout)
    assert shown["brands"][0]["match"] == ["acme"]
    assert shown["sources"][0]["url"].startswith("http://***@127")
    assert json.loads(run("config", "path", "--json", "--config", config).stdout) == {
        "path": str(config),
        "exists": True,
    }
    assert json.loads(run("config", "path", "--json").stdout)["exists"] is False
    made = run("config", "init", "--yes", "--brand", "A1", "--config", "n.toml", "--json")
    assert json.loads(made.stdout) == {"path": "n.toml", "sources": ["hackernews"], "left_out": []}


# --- places that need something -------------------------------------------------------------------------------------


def test_init_asks_for_what_a_preset_needs(home):
    """As often as it takes; no answer is thrown away."""
    answers = ["Acme\n", "\n", "hackernews, appstore, discourse\n", "acme\n", "284882215\n", "\n"]
    made = run_terminal("config", "init", "--config", "mine.toml", answers=answers, columns=250)
    assert made.exit_code == 0, made.text
    assert '"acme" does not look like 284882215' in made.text
    assert "sources add discourse forum=FORUM" in made.text
    config = json.loads(run("config", "show", "--json", "--config", "mine.toml").stdout)
    assert [(source["use"], source.get("params")) for source in config["sources"]] == [
        ("hackernews", None),
        ("appstore", {"app": "284882215"}),
    ]


def test_init_without_a_terminal_leaves_out_what_needs_something(home):
    """It names the command that adds it."""
    made = run("config", "init", "--yes", "--brand", "Acme", "--source", "appstore", "--config", "n.toml")
    assert made.exit_code == 0
    assert "Left out appstore, which needs app; add it with:" in made.stderr
    assert "sources add appstore app=APP --config" in made.stderr
    assert run("config", "check", "--config", "n.toml").exit_code == 0


def test_init_refuses_what_cannot_be_read(home):
    """As ``sources add`` does."""
    made = run("config", "init", "--yes", "--brand", "Acme", "--source", "https://x.com/acme", "--config", "n.toml")
    assert (made.exit_code, "X cannot be read" in made.stderr) == (2, True)
    assert not (home / "n.toml").exists()
