"""``mentionwatch scan``: stdout, stderr and exit code."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import timedelta

import pytest

from mentionwatch.output.record import MENTION_COLUMNS
from tests.cli.calling import NOW, run
from tests.feeds import json_feed, rss
from tests.servers import Answer


def test_scan_prints_mentions_and_a_summary(server):
    """Mentions go to stdout, the summary to stderr, and it ends with 0."""
    result = run("scan", "acme", "--url", server.url("/feed.xml"), "--url", server.url("/feed.json"))
    assert result.exit_code == 0, result.stderr
    assert "https://site.example/g1" in result.stdout
    assert "g2" not in result.stdout
    assert result.stderr.startswith("3 mentions (1 negative, 1 neutral, 1 positive) in 4 entries from 2 sources")


def test_scan_json_has_the_contracts_keys(server):
    """``--json`` is one document, an array of mentions with exactly the contract's keys."""
    result = run("scan", "acme", "--url", server.url("/feed.xml"), "--json")
    found = json.loads(result.stdout)
    assert [list(mention) for mention in found] == [list(MENTION_COLUMNS)] * 2
    assert found[0]["author"] == "ann"
    assert found[0]["keyword"] == "acme"
    assert found[0]["published"] == (NOW - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_scan_csv_is_the_same_by_suffix_and_by_format(server, home):
    """``--format csv`` and ``-o FILE.csv`` give the same rows."""
    printed = run("scan", "acme", "--url", server.url("/feed.xml"), "--format", "csv")
    run("scan", "acme", "--url", server.url("/feed.xml"), "-o", home / "m.csv")
    written = (home / "m.csv").read_text("utf-8", newline="") if sys.version_info >= (3, 13) else None
    rows = list(csv.DictReader(io.StringIO(printed.stdout)))
    assert [row["title"] for row in rows] == ["Acme broke", "Old"]
    assert list(csv.DictReader(io.StringIO(written or (home / "m.csv").read_text("utf-8")))) == rows or written is None


def test_scan_filters(server):
    """--since, --tone and --limit restrict what is shown."""
    url = server.url("/feed.xml")
    assert len(json.loads(run("scan", "acme", "--url", url, "--since", "7d", "--json").stdout)) == 1
    assert len(json.loads(run("scan", "acme", "--url", url, "--tone", "positive", "--json").stdout)) == 1
    limited = run("scan", "acme", "--url", url, "--limit", 1, "--json")
    assert len(json.loads(limited.stdout)) == 1
    assert "1 shown" in limited.stderr


def test_scan_reads_a_file(server, home):
    """--url takes a file that is there; one that is not is wrong usage."""
    (home / "saved.xml").write_bytes(server.routes["/feed.xml"].body)
    assert run("scan", "acme", "--url", "saved.xml").exit_code == 0
    missing = run("scan", "acme", "--url", "nowhere.xml")
    assert missing.exit_code == 2
    assert "nowhere.xml" in missing.stderr


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(b"<html><head><title>Log in</title></head></html>"), "Log in"),
        (Answer(b""), "empty"),
        (Answer(rss([("t1", "acme one", "acme", "a", NOW), ("t2", "acme two", "acme", "a", NOW)])[:-90]), "breaks off"),
        (Answer(status=404), "404"),
        (Answer(status=500), "500"),
    ],
)
def test_scan_tells_a_bad_url_in_one_line_and_goes_on(server, answer, said):
    """Source, URL, what is wrong and what to do, on one line; the other sources go on; 3, or 4 if none is left."""
    server.routes["/bad"] = answer
    result = run("scan", "acme", "--url", server.url("/bad"), "--url", server.url("/feed.xml"))
    assert result.exit_code == 3
    assert "https://site.example/g1" in result.stdout
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert server.url("/bad") in line
    assert said in line
    assert "HTTP" in line
    assert "; " in line, "it says what to do"
    alone = run("scan", "acme", "--url", server.url("/bad"))
    assert alone.exit_code == (3 if said == "breaks off" else 4), "of what breaks off, something is left"


def test_scan_without_terms_is_wrong_usage():
    """There has to be something to look for."""
    assert run("scan").exit_code == 2


def test_scan_shows_where_a_query_cannot_be_read():
    """A query error is exit 2 with a caret."""
    result = run("scan", 'acme AND "router', "--url", "http://127.0.0.1:9/")
    assert result.exit_code == 2
    assert "^" in result.stderr


def test_scan_with_a_config_uses_its_brands_and_sources(config):
    """``scan --config`` without a term is a poll that stores nothing."""
    result = run("scan", "--config", config, "--json")
    assert {mention["source"] for mention in json.loads(result.stdout)} == {"forum", "club", "shop"}
    assert not (config.parent / "m.db").exists()
    one = run("scan", "--config", config, "--source", "club", "--json")
    assert {mention["source"] for mention in json.loads(one.stdout)} == {"club"}


def test_hostile_titles_never_reach_the_terminal(server):
    """No escape, control or bidirectional character of a title comes out, in any format."""
    evil = "Acme \x1b]0;owned\x07\x1b[31mred\x1b[0m \u202eevil\u202c \x9b31m <b>[red]bold[/red]</b>"
    server.routes["/feed.xml"] = Answer(json_feed([("e", evil, "acme", "eve\x1b[2J", NOW)]))
    for name in ("table", "json", "jsonl", "csv", "markdown"):
        out = run("scan", "acme", "--url", server.url("/feed.xml"), "--format", name, "--color", "always").stdout
        assert "\x9b" not in out
        assert "\u202e" not in out
        assert "\x1b]" not in out
        assert "\x1b[31mred" not in out
        assert "owned" not in out


def test_a_query_is_read_before_anybody_is_asked(server):
    """A mistyped query is told alone: nothing is said of asking, and nobody was asked."""
    result = run("scan", "acme AND (", "--url", server.url("/feed.xml"))
    assert result.exit_code == 2
    assert not server.requests
    bare = run("scan", "acme AND (")
    assert (bare.exit_code, bare.stdout) == (2, "")
    assert "Asking" not in bare.stderr


def test_an_unknown_preset_is_told_in_plain_words():
    """Which there is none of, and which there are; no key of a configuration that nobody wrote."""
    result = run("scan", "acme", "--use", "hackernew")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: there is no preset 'hackernew'; did you mean 'hackernews'?\n")
    assert len(result.stderr.splitlines()) == 1


def test_a_source_may_be_named_in_any_case_and_an_unknown_one_is_told(config):
    """The known ones are listed."""
    found = json.loads(run("scan", "--config", config, "--source", "CLUB", "--json").stdout)
    assert [mention["source"] for mention in found] == ["club"]
    result = run("scan", "--config", config, "--source", "nowhere")
    assert result.exit_code == 2
    assert "no source 'nowhere'; known: forum, club, shop" in result.stderr


def test_several_terms_are_told_apart(server):
    """With several terms the table shows which of them hit; with one there is nothing to tell."""
    url = server.url("/feed.xml")
    several = run("scan", "wonderful", "terrible", "--url", url)
    assert "KEYWORD" in several.stdout.splitlines()[0]
    rows = [line for line in several.stdout.splitlines() if line[:1] != " "]
    assert ["terrible" in rows[1], "wonderful" in rows[2]] == [True, True]
    assert "| Keyword |" in run("scan", "wonderful", "terrible", "--url", url, "--format", "markdown").stdout
    assert "BRAND" in run("scan", "wonderful", "--url", url).stdout.splitlines()[0]


def test_sources_of_one_host_are_told_apart(server):
    """By their path, and not by a number."""
    result = run("scan", "acme", "--url", server.url("/feed.xml"), "--url", server.url("/a/feed.json"), "--json")
    assert {mention["source"] for mention in json.loads(result.stdout)} == {"127.0.0.1/feed.xml"}
    assert "Error: 127.0.0.1/a/feed.json: " in result.stderr
    alone = run("scan", "acme", "--url", server.url("/feed.xml"), "--json")
    assert {mention["source"] for mention in json.loads(alone.stdout)} == {"127.0.0.1/feed.xml"}


def test_a_scan_promises_no_next_poll(server):
    """There is none; what to do is said all the same."""
    server.routes["/bad"] = Answer(status=500)
    for args in (("scan", "acme", "--url", server.url("/bad")), ("sources", "check", server.url("/bad"))):
        result = run(*args)
        assert "next poll" not in result.stderr
        assert "; try again later" in result.stderr


def test_a_query_that_is_left_with_one_letter_is_warned_of(server):
    """C++ is the word "c"; one line on stderr says so, with what to write, and -q silences it."""
    url = server.url("/feed.xml")
    warned = run("scan", "C++", "acme", "--url", url).stderr.splitlines()
    (line,) = [line for line in warned if line.startswith("Warning: ")]
    assert "C++" in line
    assert "write `C++`" in line
    for fine in ("`C++`", "acme", "acme.sh", "acme -router"):
        assert "Warning" not in run("scan", fine, "--url", url).stderr
    assert "Warning" in run("scan", "C++ OR acme", "--url", url).stderr
    assert run("scan", "C++", "--url", url, "-q").stderr == ""


def test_with_a_proxy_it_says_what_can_no_longer_be_seen(server, monkeypatch):
    """At -v, in one line: through a proxy, nobody here sees which address is reached."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    result = run("scan", "acme", "-v", "--url", server.url("/feed.xml"))
    assert result.exit_code == 0
    assert any("proxy" in line for line in result.stderr.splitlines())
