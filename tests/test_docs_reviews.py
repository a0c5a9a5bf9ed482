"""The pages on reviews and on what cannot be had: their configurations load, and their words are so."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from pathlib import Path

import pytest

from mentionwatch.config import Presets, parse_config
from mentionwatch.match import compile_query
from mentionwatch.model import Response
from mentionwatch.sources import check_params, make_source
from mentionwatch.sources.files import CommandSource
from mentionwatch.sources.platforms import known
from mentionwatch.sources.presets import names

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = (DOCS / "unavailable.md").read_text("utf-8")
BRAND = '[[brands]]\nname = "Acme"\nmatch = ["acme"]\n'
SITES = "Yelp TripAdvisor G2 Capterra Amazon X Facebook Instagram Threads TikTok LinkedIn Quora Glassdoor Booking"


def blocks(name: str) -> list[str]:
    """The configurations on a page."""
    return re.findall(r"```toml\n(.*?)```", (DOCS / name).read_text("utf-8"), re.DOTALL)


def anchor(heading: str) -> str:
    """What a heading is called in links."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("text", [*blocks("unavailable.md"), *blocks("reviews.md")])
def test_configurations_load(text):
    """Each block can be pasted under a brand, and each address in one is a source."""
    presets = Presets(names(), check_params)
    config = parse_config(BRAND + text, "page", compile_query, presets=presets)
    assert config.sources
    assert all(make_source(source).name for source in config.sources if source.url)


@pytest.mark.parametrize("site", [*SITES.split(), "Google Play"])
def test_each_site_has_a_row_and_a_word(site):
    """The table names each site, its wall and a way, and the text says why."""
    (row,) = re.findall(rf"(?m)^\| {site} \| (.+?) \| (.+?) \|$", PAGE)
    assert all("](#" in cell for cell in row)
    assert len(re.findall(rf"\b{site}\b", PAGE[PAGE.index("## The walls") :])) >= 1


def test_links_inside_the_page_lead_somewhere():
    """Each link to a part of the page is the name of a heading."""
    headings = {anchor(heading) for heading in re.findall(r"(?m)^#+ (.+)$", PAGE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= headings


def test_what_discover_refuses_is_explained():
    """Each site that `sources discover` sends to this page is on it."""
    named = [place.name.removesuffix(".com").casefold() for place in known().unavailable]
    assert named
    assert [name for name in named if not re.search(rf"\b{name}\b", PAGE.casefold())] == []


def test_the_line_of_a_program_is_an_entry():
    """The JSON line on the page becomes a whole review."""
    (line,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    response = Response("command:", {}, line.encode(), datetime(2026, 11, 22, tzinfo=timezone.utc))
    (entry,) = CommandSource("reviews", ("program",)).parse(response).entries
    assert (entry.guid, entry.title, entry.text, entry.author) == ("r1", "Broke", "It broke after a day.", "Ada")
    assert (entry.rating, entry.url) == (1, "https://site.example/r1")
    assert entry.published == datetime(2026, 11, 20, tzinfo=timezone.utc)
