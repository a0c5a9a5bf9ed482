"""docs/presets.md says what is so: its example works, its table is the files', and no key is left out."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from datetime import datetime, timezone
from pathlib import Path

import pytest

from mentionwatch.match import compile_query, make_searches
from mentionwatch.model import Ask, Response
from mentionwatch.settings import SourceSettings
from mentionwatch.sources import make_source
from mentionwatch.sources.api import ApiSpec, Capture, FieldMap, Join, Paging
from mentionwatch.sources.asking import LoginSpec, QuerySyntax, RequestSpec
from mentionwatch.sources.presets import Limits, Param, Preset, names, preset
from mentionwatch.sources.site import FeedSpec
from tests.presets.helpers import told

DOCS = Path(__file__).resolve().parents[1] / "docs" / "presets.md"
PAGE = DOCS.read_text("utf-8")
NOW = datetime(2026, 11, 22, tzinfo=timezone.utc)
MARKS = "<!-- presets: made from the files; a test keeps it equal to them -->\n", "<!-- end of presets -->"


def table() -> str:
    """The table of all presets, made from their files."""
    lines = ["| preset | site | needs | searches | status | last looked at |", "|---|---|---|---|---|---|"]
    for name in names():
        found = preset(name)
        site = f"[{found.title}]({found.site})" if found.site else found.title
        needs = ", ".join(f"`{need}`" for need in found.needs) or "nothing"
        searches = "yes" if found.searches else "no"
        lines.append(f"| `{name}` | {site} | {needs} | {searches} | {found.status} | {found.verified} |")
    return "\n".join(lines) + "\n"


def block(mark: str) -> str:
    """The code below a mark of the page."""
    (found,) = re.findall(rf"<!-- {mark} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    return found


@pytest.fixture
def folder(tmp_path):
    """A folder of presets with the one that the page shows."""
    (tmp_path / "bakers.toml").write_text(block("preset"), "utf-8")
    return tmp_path


def test_the_table_is_what_the_files_say():
    """One row for each preset; where it is another, the right one is shown."""
    assert table() == PAGE.partition(MARKS[0])[2].partition(MARKS[1])[0]


def test_the_example_asks_what_the_page_says(folder):
    """For the brand that it names."""
    source = make_source(SourceSettings(name="bakers", use="bakers"), folder)
    searches = make_searches(compile_query("acme"), [compile_query("roadrunner")])
    (request,) = source.requests(Ask(NOW, searches, datetime(2026, 11, 20, tzinfo=timezone.utc)))
    assert request.url == block("request").strip()


def test_the_example_reads_what_the_page_says(folder):
    """The sample becomes the entries that stand below it; the other item and the next page are as the text has them."""
    source = make_source(SourceSettings(name="bakers", use="bakers"), folder)
    (request,) = source.requests(Ask(NOW))
    document = source.parse(Response(request.url, {}, block("sample").encode(), NOW, given=request.given))
    entries = [told(entry) for entry in document.entries]
    assert [{**entry, "published": entry["published"].isoformat()} for entry in entries] == json.loads(block("entries"))
    assert [dropped.why for dropped in document.dropped] == ["it has no asked"]
    (further,) = document.following
    assert further.url == f"{request.url}&from=c2VpdGUy"
    assert "`…&size=50&from=c2VpdGUy`" in PAGE


def test_the_lines_for_the_configuration(folder):
    """They are understood, and the key is a secret."""
    from mentionwatch import toml

    (lines,) = re.findall(r"```toml\n(\[\[sources\]\]\nuse = \"bakers\".*?)```", PAGE, re.DOTALL)
    (given,) = toml.parse(lines, "page").values["sources"]
    params = {name: tuple(v) if isinstance(v, list) else v for name, v in given.items() if name != "use"}
    source = make_source(SourceSettings(name="bakers", use="bakers", params=params), folder)
    found = source.requests(Ask(NOW))
    assert [re.search(r"lang=(\w+)", request.url)[1] for request in found] == ["en", "de"]
    assert all(request.shown.endswith("&key=***") for request in found)


@pytest.mark.parametrize(
    "described",
    [Preset, Param, Limits, RequestSpec, QuerySyntax, LoginSpec, ApiSpec, FieldMap, Paging, Join, Capture, FeedSpec],
    ids=lambda described: described.__name__,
)
def test_every_key_is_explained(described):
    """A key that nobody can read of is no key."""
    known = set(re.findall(r"`(\w+)(?: = [^`]*)?`", PAGE[PAGE.index("## Every key") :]))
    assert {field.name for field in fields(described)} - known - {"name"} == set()
