"""``report``: what was said, on one page."""

from __future__ import annotations

import json
import os
import stat
from datetime import timedelta

import pytest

from mentionwatch.store import Store
from tests.cli.calling import NOW, run, run_process, run_terminal


@pytest.fixture
def polled(config):
    """A configuration whose store holds four mentions."""
    assert run("poll", "--config", config).exit_code == 0
    return config


ASKED = [
    (),
    ("acme",),
    ("terrible OR author:eve",),
    ("--since", "3d"),
    ("acme -terrible", "--until", (NOW - timedelta(hours=1)).isoformat()),
    ("--brand", "ACME", "stars:<=2"),
    ("since:2d",),
    ("nothing",),
]


def test_it_counts_exactly_what_mentions_lists(polled):
    """The same QUERY and options, the same mentions."""
    for asked in ASKED:
        listed = json.loads(run("mentions", *asked, "--json", "--limit", "0", "--config", polled).stdout)
        report = json.loads(run("report", *asked, "--json", "--config", polled).stdout)
        assert [id_ for brand in report["brands"] for id_ in brand["ids"]] == [mention["id"] for mention in listed]
        tones = [mention["tone"] for mention in listed]
        for brand in report["brands"]:
            assert brand["tones"] == {label: tones.count(label) for label in brand["tones"]}


def test_without_a_file_it_is_printed(polled):
    """Data to stdout, and nothing else; with the command that lists the mentions, as it works here."""
    done = run("report", "--config", polled)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "4 mentions: 2 negative of 4 judged." in done.stdout
    assert f"mentionwatch mentions --limit 0 --config {polled}" in done.stdout


def test_on_a_terminal_no_line_is_too_long(polled):
    """At 80 columns, and without a link or a command being broken."""
    shown = run_terminal("report", "--since", "60d", "--config", polled)
    assert shown.exit_code == 0
    assert all(len(line) <= 80 for line in shown.lines if "mentionwatch " not in line and "http" not in line)


def test_the_suffix_says_how_it_is_written(polled, home):
    """A page, Markdown, JSON or text; what was written is told on stderr, and no path stands in it."""
    for name, begins in ("r.html", "<!DOCTYPE html>"), ("r.md", "# Report"), ("r.json", "{"), ("r.TXT", "Report"):
        done = run("report", "-o", name, "--config", polled)
        assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"4 mentions reported in {name}.\n")
        text = (home / name).read_text("utf-8")
        assert text.startswith(begins)
        assert str(home) not in text


def test_the_format_can_be_named(polled, home):
    """For a pipe, or a file with another suffix."""
    assert run("report", "--format", "html", "--config", polled).stdout.startswith("<!DOCTYPE html>")
    assert run("report", "-o", "-", "--format", "markdown", "--config", polled).stdout.startswith("# Report")
    assert run("report", "-o", "page.txt", "--format", "html", "-q", "--config", polled).stderr == ""
    assert (home / "page.txt").read_text("utf-8").startswith("<!DOCTYPE html>")


WRONG = [
    (("-o", "r.pdf"), "cannot tell the format of 'r.pdf'"),
    (("-o", "report"), "cannot tell the format of 'report'"),
    (("--json", "-o", "r.html"), "--json and r.html contradict each other"),
    (("--json", "--format", "html"), "--json and --format html contradict each other"),
    (("--since", "2d", "--until", "3d"), "nothing lies between --since and --until"),
    (("--brand", "Acmee"), "did you mean 'Acme'?"),
    (("(acme",), "^"),
    (("brand:nobody",), "there is no brand 'nobody'"),
    (("--format", "pdf"), "'pdf' is not one of"),
    (("--since", "soon"), "is no time"),
]


def test_wrong_usage_and_queries_are_2_and_write_nothing(polled, home):
    """Each says what is wrong; nothing is left behind."""
    before = sorted(home.iterdir())
    for asked, told in WRONG:
        done = run("report", *asked, "--config", polled)
        assert (done.exit_code, done.stdout) == (2, "")
        assert told in done.stderr
        assert sorted(home.iterdir()) == before


def test_a_store_or_a_file_that_cannot_be_had_is_1(config, home):
    """No store yet, and a folder that is not there."""
    assert run("report", "--config", config).exit_code == 1
    run("poll", "--config", config)
    done = run("report", "-o", home / "nowhere" / "r.html", "--config", config)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "cannot write" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="permissions as on POSIX")
def test_a_file_is_replaced_whole_and_keeps_its_permissions(polled, home):
    """As ``export`` writes: the old one is there until the new one is."""
    page = home / "r.html"
    page.write_text("old", "utf-8")
    page.chmod(0o640)
    (home / "link.html").symlink_to(page)
    assert run("report", "-o", home / "link.html", "--config", polled).exit_code == 0
    assert page.read_text("utf-8").endswith("</html>\n")
    assert stat.S_IMODE(page.stat().st_mode) == 0o640
    assert (home / "link.html").is_symlink()
    assert not list(home.glob(".mentionwatch-*"))


def test_an_empty_store_is_no_mistake(config):
    """It says that there is nothing, of which brand, and what was not read."""
    url = f"sqlite:///{config.parent / 'm.db'}"
    Store(url, create=True).close()
    done = run("report", "--since", "7d", "--config", config)
    assert (done.exit_code, done.stderr) == (0, "No mention fits.\n")
    assert "No mention in this time." in done.stdout
    assert "Nothing in this time of: Acme." in done.stdout
    assert done.stdout.count("never read yet") == 3


def test_traps_of_a_query_are_told(polled):
    """As in ``mentions``: an operator in lower case was looked for as a word."""
    done = run("report", "broke or terrible", "--config", polled)
    assert '"or" was looked for as a word' in done.stderr


def test_a_mention_that_was_marked_is_told(polled):
    """The user's word is counted, and noise is left out."""
    found = json.loads(run("mentions", "--json", "--config", polled).stdout)
    run("mark", found[0]["id"], "--tone", "negative", "--config", polled)
    run("mark", found[1]["id"], "--noise", "--config", polled)
    (brand,) = json.loads(run("report", "--json", "--config", polled).stdout)["brands"]
    assert (brand["mentions"], brand["marked"], brand["noise"]) == (3, 1, 1)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a full disk as on Linux")  # noqa: PTH110
def test_a_full_disk_is_told(polled):
    """In one line, without a traceback."""
    done = run_process("report", "-o", "/dev/full", "--format", "html", "--config", polled)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "cannot write" in done.stderr
