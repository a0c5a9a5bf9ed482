"""Presets: sites as data, those of the package and the user's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mentionwatch.errors import ConfigError
from mentionwatch.sources.presets import known_limits, names, preset

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
title = "Forum"
site = "https://forum.example/"
status = "untested"
verified = 2026-11-20
evidence = "none"

[params.host]
about = "the forum's host"

[params.lang]
about = "its language"
default = "en"

[request]
url = "https://{host}/search?q={query}&lang={lang}"

[api]
items = "hits"

[api.fields]
guid = "id"
"""


def problems(folder: Path, text: str) -> list[str]:
    """Give the mistakes in a preset."""
    (folder / "forum.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError) as e:
        preset("forum", folder)
    assert all(p.file.endswith("forum.toml") for p in e.value.problems)
    return [f"{p.key}: {p.message}" for p in e.value.problems]


@pytest.mark.parametrize("name", [name for name in names() if not preset(name).own])
def test_bundled_presets_are_whole(name):
    """Each preset that is shipped loads, says where it comes from, and asks over an encrypted connection."""
    found = preset(name)
    assert found.name == name
    assert found.request.url.startswith(("https://", "{+"))
    assert all(param.about for param in found.params.values())
    assert all(".".join(host.split(".")[-2:]) in found.site for host in found.limits.hosts)
    assert found.site.startswith("https://")
    assert found.evidence
    assert found.limits.per_minute >= 1


def test_hacker_news():
    """The first preset is proven and searches."""
    found = preset("hackernews")
    assert (found.status, found.searches, found.needs, found.verified.year) == ("recorded", True, (), 2026)


def test_own_presets_go_first(tmp_path):
    """A file in the user's folder adds a preset, or goes before the one of the package; a changed file is read again."""
    (tmp_path / "forum.toml").write_text(GOOD, "utf-8")
    (tmp_path / "hackernews.toml").write_text(GOOD, "utf-8")
    (tmp_path / "README.txt").write_text("no preset", "utf-8")
    (tmp_path / "Not a name.toml").write_text("", "utf-8")
    assert names(tmp_path) == sorted({*names(), "forum"})
    assert (preset("hackernews", tmp_path).title, preset("hackernews").title) == ("Forum", "Hacker News")
    (tmp_path / "forum.toml").write_text(GOOD.replace('"Forum"', '"Board"'), "utf-8")
    assert preset("forum", tmp_path).title == "Board"


def test_a_folder_that_is_not_there(tmp_path):
    """Nobody needs to have presets of their own."""
    assert names(tmp_path / "none") == names()
    assert preset("hackernews", tmp_path / "none").name == "hackernews"


@pytest.mark.parametrize("name", ["hakernews", "Hackernews"])
def test_the_nearest_is_named(name):
    """A slip of the finger is told with what was meant."""
    with pytest.raises(ConfigError, match='did you mean "hackernews"') as e:
        preset(name)
    assert e.value.problems[0].key == "use"


@pytest.mark.parametrize("name", ["", "../presets/hackernews", "a/b", "\x00", "x" * 5000, "hackernews.toml"])
def test_a_name_is_no_path(name, tmp_path):
    """What is asked for never leaves the folders of presets."""
    with pytest.raises(ConfigError, match="there is no preset"):
        preset(name, tmp_path / "presets")


def test_mistakes_are_told_together(tmp_path):
    """Unknown keys and wrong types are told with their place, as in the configuration."""
    found = problems(tmp_path, GOOD.replace('items = "hits"', 'itemz = "hits"\nstrip = "x"'))
    assert [text.split(":")[0] for text in found] == ["api.itemz", "api.strip"]
    with pytest.raises(ConfigError, match=r"forum\.toml:20:") as e:
        preset("forum", tmp_path)
    assert len(e.value.problems) == 2


def test_undeclared_parameters(tmp_path):
    """A placeholder that nobody fills is found when the preset is read, and not when it is used."""
    text = GOOD.replace("[params.host]", "[params.hots]").replace("items", 'strip = ["(", "fine"]\nitems')
    found = problems(tmp_path, text)
    assert [text.split(":")[0] for text in found] == ["params.hots", "request", "api.strip[0]"]
    assert problems(tmp_path, GOOD.replace("https://{host}", "ftp://{host}")) == ["request.url: is no http(s) URL"]
    assert problems(tmp_path, GOOD + "[feed]\n") == [": needs one of [api], [feed] and [page]; it has 2"]


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ("[request]", '[request.query]\nword = "{}{}"\n[request]', "request.query.word"),
        ("[request]", '[request.query]\ngroup = "()"\n[request]', "request.query.group"),
        ("[request]", '[request.query]\nnone = "-{x}"\n[request]', "request.query.none"),
        ("&lang={lang}", "&lang={lang}&p={page}", "request.url"),
        ("https://{host}", "https://[{host}", "request.url"),
        ("[api]", '[params.x]\nabout = "x"\npattern = "("\n[api]', "params.x"),
    ],
)
def test_what_could_never_be_asked_is_told_when_the_preset_is_read(tmp_path, before, after, key):
    """Not in the middle of a poll."""
    assert key in [text.split(": ")[0] for text in problems(tmp_path, GOOD.replace(before, after))]


def test_a_preset_of_the_users_runs_no_program(tmp_path):
    """A configuration that was only found is refused what does, by its name: it has no other."""
    text = 'title = "T"\nsite = ""\nstatus = "untested"\nverified = 2026-11-20\nevidence = "none"\nown = "command"\n'
    assert "own: is for the package's own" in problems(tmp_path, text)[0]


def test_what_lies_in_the_folder_and_is_no_preset(tmp_path):
    """Folders are passed over; a preset with a mistake stops nobody but who uses it."""
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "broken.toml").write_text('hosts = "x"\n[', "utf-8")
    assert "folder" not in names(tmp_path)
    assert known_limits(tmp_path)[".reddit.com"] == 60


def test_a_file_that_is_no_text(tmp_path):
    """A preset that cannot be read is told with its file."""
    (tmp_path / "forum.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"forum\.toml"):
        preset("forum", tmp_path)
