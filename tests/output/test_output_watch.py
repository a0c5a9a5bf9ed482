"""The screen of ``watch``: everything that matters first, in any size, and nothing of a stranger's making."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console

from mentionwatch.output.watch import Board, SourceLine, Watching
from tests.output.sample_mentions import ALERT, HOSTILE, PLAIN, REVIEW, START, ZONE

NOW = START + timedelta(hours=3)
ALERTS = (ALERT,)
SOURCES = (
    SourceLine("club", "ok", NOW + timedelta(minutes=12)),
    SourceLine("forum", "down", NOW + timedelta(hours=5), "HTTP 500 from it", NOW - timedelta(hours=2)),
    SourceLine("old", "gone", NOW, "HTTP 410 Gone"),
    SourceLine("shop", "failing", None, "no answer"),
    SourceLine("blog", "ok", NOW + timedelta(minutes=3)),
)


def board(**more):
    values = {
        "title": "/home/you/acme.toml", "clock": lambda: NOW, "zone": ZONE, "due": NOW + timedelta(seconds=95),
        "seen": Watching(SOURCES, ALERTS[:1], (PLAIN, REVIEW)),
    }  # fmt: skip
    return Board(**{**values, **more})


def drawn(shown, width=80, height=24):
    """What a terminal of this size shows."""
    stream = StringIO()
    console = Console(
        file=stream, width=width, height=height, force_terminal=True, color_system=None, markup=False, emoji=False
    )
    console.print(shown)
    return stream.getvalue()


def test_the_whole_screen():
    """Trouble before what is well, times as they are here, and what is open with its reason."""
    lines = drawn(board(new=12, negative=4)).splitlines()
    assert lines[0].startswith("mentionwatch  /home/you/acme.toml ")
    assert lines[0].endswith("  next poll in 95 s")
    assert lines[2:8] == [
        "SOURCES  5: 2 ok, 1 failing, 1 down, 1 gone",
        "  old    gone     never      HTTP 410 Gone",
        "  forum  down     in 5 h     for 2 h: HTTP 500 from it",
        "  shop   failing  now        no answer",
        "  blog   ok       in 3 min ",
        "  club   ok       in 12 min",
    ]
    assert "ALERTS  1 open" in lines
    at = lines.index("MENTIONS  12 new since the start, 4 negative")
    assert lines[at + 1].startswith("  09:12  - negative  Nimbus  forum: Descaling light stays on - The descaling")
    assert len(lines[at + 1]) == 80


@pytest.mark.parametrize("width", [20, 40, 80, 120, 300])
@pytest.mark.parametrize("height", [1, 2, 5, 8, 12, 24, 60])
def test_it_fits_any_terminal(width, height):
    """No line is too long and none too many: the terminal neither wraps nor scrolls."""
    many = Watching(SOURCES * 9, ALERTS * 7, (PLAIN, REVIEW, HOSTILE) * 9)
    for shown in (board(), board(seen=many, trouble=["the store failed: full"] * 3), board(seen=Watching())):
        lines = shown.lines(width, height - 1)
        assert len(lines) <= max(1, height - 1)
        text = drawn(shown, width, height)
        assert text.count("\n") <= max(1, height - 1)
        assert all(len(line.encode("utf-16-le")) // 2 <= max(30, width) for line in text.split("\n"))


def test_what_does_not_fit_is_counted():
    """Alerts and sources; the worst are those that are shown, and some mentions always are."""
    many = Watching(SOURCES * 9, ALERTS[:1] * 7, (PLAIN, REVIEW) * 9)
    text = drawn(board(seen=many))
    assert "45: 18 ok" in text
    assert "old    gone" in text
    assert "club" not in text
    assert text.count("  and ") == 2
    assert "Descaling light" in text


def test_a_stranger_does_not_write_on_the_terminal():
    """Escape sequences, markup and line breaks of remote texts and errors are text, or nothing."""
    evil = "\x1b]0;owned\x07[red]x[/red]\x1b[2J\u202e\nNEXT"
    seen = Watching((SourceLine(evil, "down", None, evil),), ALERTS, (HOSTILE,))
    text = drawn(board(title=evil, seen=seen, trouble=[evil]))
    assert "\x1b" not in text.replace("\x1b[0m", "")
    assert "\u202e" not in text
    assert "\x07" not in text
    assert "[red]x[/red] NEXT" in text


def test_what_it_is_doing():
    """Polling, with how many sources are done; then when the next poll is, and at last that it is due."""
    assert drawn(board(due=None)).splitlines()[0].endswith("  polling")
    assert drawn(board(due=None, done=3)).splitlines()[0].endswith("  polling, 3 of 5 asked")
    assert drawn(board(due=NOW)).splitlines()[0].endswith("  next poll now")


def test_nothing_yet():
    """A new installation says so."""
    lines = drawn(board(seen=Watching())).splitlines()
    assert [line for line in lines if line][1:] == [
        "SOURCES  none",
        "ALERTS  none is open",
        "MENTIONS  nothing new since the start",
    ]


def test_alerts_of_sources_are_counted():
    """They stand above, with the sources."""
    assert "ALERTS  2 of sources" in drawn(board(seen=Watching(SOURCES, (), (), 2)))
    assert "ALERTS  1 open, and 2 of sources" in drawn(board(seen=Watching(SOURCES, ALERTS[:1], (), 2)))
