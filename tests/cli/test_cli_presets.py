"""``mentionwatch sources presets``: the list, and all of one."""

from __future__ import annotations

import json

import pytest

from mentionwatch import toml
from mentionwatch.config import user_presets
from mentionwatch.settings import SourceSettings
from mentionwatch.sources import check_params
from mentionwatch.sources.presets import names, preset
from tests.cli.calling import run, run_terminal

OWN = """
title = "Bakers"
site = "https://bakers.example/"
status = "untested"
verified = 2026-11-20
evidence = "none"
[params.board]
about = "a board"
default = []
[request]
url = "https://bakers.example/{board}.json"
[api]
items = "posts"
[api.fields]
guid = "id"
"""


@pytest.fixture
def own():
    """The folder of the user's own presets, with one of them."""
    folder = user_presets()
    folder.mkdir(parents=True)
    (folder / "bakers.toml").write_text(OWN, "utf-8")
    return folder


def test_the_list():
    """Each preset with what it needs, whether it searches, and how sure it is."""
    result = run("sources", "presets")
    assert result.exit_code == 0
    rows = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert list(rows) == ["NAME", *names()]
    assert rows["hackernews"].split()[1:] == ["nothing", "yes", "recorded", "2026-11-21", "Hacker", "News"]
    assert rows["trustpilot"].split()[1:] == ["unit,", "key", "no", "documented", "2026-11-22", "Trustpilot"]
    assert "mentionwatch sources presets NAME" in result.stderr
    assert run("sources", "presets", "-q").stderr == ""


def test_the_list_on_a_terminal():
    """No line is wider than the terminal."""
    shown = run_terminal("sources", "presets", columns=60)
    assert shown.exit_code == 0
    assert all(len(line) <= 60 for line in shown.lines[:-1])
    assert "    Stack Exchange" in shown.lines


def test_the_list_as_json():
    """All of each."""
    found = {record["name"]: record for record in json.loads(run("sources", "presets", "--json").stdout)}
    assert list(found) == names()
    assert found["appstore"] == {
        "name": "appstore",
        "title": "App Store",
        "site": "https://apps.apple.com/",
        "kind": "api",
        "searches": False,
        "needs": ["app"],
        "status": "recorded",
        "verified": "2026-11-22",
        "evidence": preset("appstore").evidence,
        "per_minute": 20,
        "spacing_s": 3.0,
        "hosts": ["itunes.apple.com"],
        "params": [
            {
                "name": "app",
                "about": preset("appstore").params["app"].about,
                "needed": True,
                "default": None,
                "several": False,
                "secret": False,
                "example": "284882215",
            },
            {
                "name": "countries",
                "about": preset("appstore").params["countries"].about,
                "needed": False,
                "default": ["us"],
                "several": True,
                "secret": False,
                "example": '["us", "gb", "de"]',
            },
        ],
        "yours": False,
        "snippet": '[[sources]]\nuse = "appstore"\napp = "284882215"\n#countries = ["us", "gb", "de"]\n',
    }


def test_one():
    """Its parameters with what they are for, its limits, how sure it is, and the lines for the configuration."""
    result = run("sources", "presets", "StackExchange")
    assert result.exit_code == 0
    assert result.stdout.startswith("stackexchange: Stack Exchange (https://stackexchange.com/)\n")
    words = " ".join(result.stdout.split())
    for part in (
        "kind JSON API",
        "searches yes: asked for your brands",
        "limits 20 a minute, 2s apart (api.stackexchange.com)",
        "status documented, last looked at 2026-11-22: recorded answers",
        "needs nothing",
        "(default: stackoverflow; one or several)",
        "in place of 300 (secret)",
    ):
        assert part in words
    assert result.stdout.endswith(
        '\n[[sources]]\nuse = "stackexchange"\n#site = ["stackoverflow", "superuser"]\n#tagged = "python"\n'
        '#key = "env:STACKEXCHANGE_KEY"\n'
    )
    assert json.loads(run("sources", "presets", "steam", "--json").stdout)["name"] == "steam"


def test_one_that_there_is_not():
    """The nearest is named."""
    result = run("sources", "presets", "hakernews")
    assert result.exit_code == 2
    assert "did you mean 'hackernews'?" in result.stderr


@pytest.mark.parametrize("name", names())
def test_the_lines_for_the_configuration_are_right(name):
    """With and without what may be left out, they are TOML, and make a source."""
    record = json.loads(run("sources", "presets", name, "--json").stdout)
    for text in (record["snippet"], record["snippet"].replace("\n#", "\n")):
        (given,) = toml.parse(text, "snippet").values["sources"]
        assert given.pop("use") == name
        params = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
        # What has no example is a riddle to the reader, and no value.
        if "…" not in params.values():
            # A table reaches a preset as a configuration gives it.
            told = {k: tuple(f"{a}={b}" for a, b in v.items()) if isinstance(v, dict) else v for k, v in params.items()}
            source = SourceSettings(name=name, use=name, params=told)
            assert check_params(name, source.params) == []
    assert [line.partition(" ")[0] for line in record["snippet"].splitlines()[2:] if line[0] != "#"] == record["needs"]


def test_lists_and_tables_are_shown_as_they_are_written():
    """A program's arguments are a list, and fields are a table; a text in their place would be refused."""
    shown = [run("sources", "presets", name).stdout for name in ("files", "command")]
    assert '\n#fields = { text = "Review body" }\n' in shown[0]
    assert '\nargv = ["./reviews.py", "--since", "7d"]\n' in shown[1]


def test_what_has_to_be_given_has_an_example():
    """What is needed is shown."""
    found = [preset(name) for name in names()]
    bare = [
        (one.name, need) for one in found for need in one.needs if not (one.params[need].example or need in one.secrets)
    ]
    assert bare == []


def test_presets_of_ones_own(own):
    """They are in the list, marked; one that goes before one of ours too."""
    (own / "hackernews.toml").write_text(OWN, "utf-8")
    found = {record["name"]: record for record in json.loads(run("sources", "presets", "--json").stdout)}
    assert (found["bakers"]["yours"], found["bakers"]["needs"]) == (True, ["board"])
    assert [found[name]["yours"] for name in ("hackernews", "steam")] == [True, False]
    assert found["hackernews"]["title"] == "Bakers"
    assert str(own / "bakers.toml") in " ".join(run("sources", "presets", "bakers").stdout.split())


def test_a_preset_with_a_mistake(own):
    """It is told with file, line and key; the others are listed."""
    (own / "broken.toml").write_text(OWN.replace("items", "itemz"), "utf-8")
    result = run("sources", "presets")
    assert result.exit_code == 2
    assert "broken.toml:13" in result.stderr
    assert "api.itemz" in result.stderr
    assert "bakers" in result.stdout
    assert run("sources", "presets", "broken").exit_code == 2
