"""The walls: who imports whom, and one door per library."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "mentionwatch"

#: Modules that everything may import; they import only each other.
GROUND = {"errors", "lazy", "model", "settings", "text", "identity", "masking", "toml", "toml_lines"}
#: Stages: they import the ground and themselves.
STAGES = {"alerts", "burst", "deliver", "fetch", "health", "lock", "match", "sources", "store", "stories", "tone"}
STAGES |= {"config", "demo", "opml", "output", "parsing", "rules", "schedule"}
#: What is told is written with the words and records of the output formats, so that each stands in one place.
BESIDE = {"deliver.render": {"output"}}

#: Library -> the only modules (or packages) that import it.
DOORS = {
    "ahocorasick_rs": {"match.scan"},
    "aiohttp": {"fetch.fast"},
    "apprise": {"deliver.apprise"},
    "click": {"cli"},
    "dateutil": {"sources.dates"},
    "feedparser": {"sources.feed"},
    "feedparser_rs": {"sources.feed"},
    "filelock": {"lock"},
    "httpx": {"fetch", "deliver.webhook"},
    "httpx_aiohttp": {"fetch.fast"},
    "numpy": {"tone.accurate"},
    "platformdirs": {"config", "cli.config"},
    "protego": {"fetch.robots"},
    "pydantic": {"toml"},
    "pydantic_core": {"toml", "settings"},
    "regex": {"match.patterns"},
    "rich": {"output", "cli"},
    "selectolax": {"sources.markup"},
    "sqlalchemy": {"store"},
    "textblob": {"tone"},
    "tomli": {"toml"},
    "tomlkit": {"config.edit"},
    "vaderSentiment": {"tone"},
}


@cache
def _modules() -> dict[str, ast.Module]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix("__init__").rstrip(".")
        found[name] = ast.parse(path.read_text("utf-8"))
    return found


def _imports(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _ours(names: set[str]) -> set[str]:
    """The top rooms of our package that are imported."""
    return {
        name.split(".")[1] for name in names if name.startswith("mentionwatch.") and not name.endswith("__version__")
    }


@pytest.mark.parametrize("name", [name for name in _modules() if name.split(".")[0] in GROUND | STAGES])
def test_stages_do_not_import_each_other(name):
    """A stage imports the ground floor and itself; only the pipeline hands one stage's result to the next."""
    room = name.split(".")[0]
    allowed = GROUND | ({room} if room in STAGES else set()) | BESIDE.get(".".join(name.split(".")[:2]), set())
    assert _ours(_imports(_modules()[name])) <= allowed


@pytest.mark.parametrize("name", [name for name in _modules() if name.split(".")[0] == "pipeline"])
def test_pipeline_does_not_know_the_command_line(name):
    """The pipeline is below the commands."""
    assert "cli" not in _ours(_imports(_modules()[name]))


@pytest.mark.parametrize("library", DOORS)
def test_each_library_has_one_door(library):
    """A library is imported in one room only, so that it can be replaced there."""
    users = {name for name, tree in _modules().items() if any(used.split(".")[0] == library for used in _imports(tree))}
    assert users, f"{library} is not used at all"
    assert all(any(user == door or user.startswith(f"{door}.") for door in DOORS[library]) for user in users), users


@pytest.mark.parametrize("module", ["mentionwatch", "mentionwatch.cli", "mentionwatch.cli.options"])
def test_the_entry_point_loads_nothing_slow(module):
    """``--version`` and ``--help`` stay near the cost of importing click."""
    slow = {
        "httpx",
        "feedparser",
        "regex",
        "rich",
        "textblob",
        "nltk",
        "tomli",
        "pydantic",
        "sqlalchemy",
        "selectolax",
        "asyncio",
    }
    code = f"import sys, {module}; print(sorted({slow!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "package", ["mentionwatch", "mentionwatch.model", "mentionwatch.settings", "mentionwatch.tone.accurate"]
)
def test_what_is_loaded_late_is_what_is_promised(package):
    """The names that types see, that ``__all__`` lists and that can be asked for are the same, and come from one place."""
    tree = _modules()[package.partition(".")[2]]
    seen = {
        alias.name: node.module
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if node.module.startswith("mentionwatch")
    }
    room = importlib.import_module(package)
    assert set(seen) == {name for name in room.__all__ if name != "__version__"} - _defined(tree)
    for name, home in seen.items():
        assert getattr(room, name) is getattr(importlib.import_module(home), name)
    assert set(room.__all__) <= set(dir(room))
    with pytest.raises(AttributeError, match="has no attribute 'nothing_such'"):
        room.nothing_such  # noqa: B018 - it is the asking that fails


def _defined(tree: ast.Module) -> set[str]:
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(
    ("module", "others"),
    [
        ("mentionwatch.model.tone", {"mentionwatch.model.mention", "mentionwatch.model.alert"}),
        (
            "mentionwatch.tone",
            {"mentionwatch.settings.tables", "mentionwatch.model.alert", "mentionwatch.tone.accurate.scorer"},
        ),
    ],
)
def test_what_is_not_asked_for_is_not_loaded(module, others):
    """Who needs one room of the ground floor does not pay for all of it."""
    code = f"import sys, {module}; print(sorted({others!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
