"""``mentionwatch sources discover``."""

from __future__ import annotations

import json
import sys

import pytest

from tests.cli.calling import NOW, run, run_process, run_terminal
from tests.feeds import reviews, rss
from tests.servers import Answer

FEED = rss([("g1", "Acme broke", "x", "ann", NOW)], title="Acme forum")
LINK = '<link rel="alternate" type="application/rss+xml"'


@pytest.fixture
def site(server):
    """A page that names two feeds."""
    page = f'{LINK} title="Comments" href="/comments/feed">{LINK} title="Acme &amp; news" href="/feed.xml">'
    server.routes["/"] = Answer(page.encode())
    return server


def discover(*args):
    """Run the command."""
    return run("sources", "discover", *args)


def test_feeds_are_listed_with_the_command_that_adds_the_first(site):
    """Data on stdout, what to type next on stderr; comments last; one request."""
    result = discover(site.url())
    assert result.exit_code == 0
    head, news, comments = (line.split("  ") for line in result.stdout.splitlines())
    assert [cell.strip() for cell in head if cell] == ["KIND", "TITLE", "FOUND", "SOURCE"]
    assert [cell.strip() for cell in news if cell] == ["feed", "Acme & news", "link element", site.url("/feed.xml")]
    assert [cell.strip() for cell in comments if cell] == ["comments", "Comments", "link element", site.url("/comments/feed")]  # fmt: skip
    assert f"sources add {site.url('/feed.xml')}\n" in result.stderr
    assert site.asked() == ["/"]


def test_json_is_one_array_of_the_same_keys(site):
    """Whatever was found; an empty one where nothing was."""
    (feed, comments) = json.loads(discover(site.url(), "--json").stdout)
    assert feed == {
        "kind": "feed",
        "url": site.url("/feed.xml"),
        "use": None,
        "params": {},
        "title": "Acme & news",
        "comments": False,
        "found": "link element",
        "entries": None,
        "add": [site.url("/feed.xml")],
    }
    assert comments["comments"] is True
    site.routes.clear()
    site.routes["/"] = Answer(b"<p>Hi")
    empty = discover(site.url(), "--json")
    assert (empty.exit_code, json.loads(empty.stdout)) == (0, [])


def test_a_preset_is_shown_as_it_is_configured():
    """And nothing is asked for it."""
    result = discover("https://news.ycombinator.com/item?id=1", "-v")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].split("  ")[-1] == 'use = "hackernews"'
    assert result.stderr.strip().endswith("sources add hackernews")
    assert "asked: " not in result.stderr
    (found,) = json.loads(discover("news.ycombinator.com", "--json").stdout)
    assert (found["use"], found["url"], found["add"]) == ("hackernews", None, ["hackernews"])


def test_nothing_found_is_no_failure_and_says_what_else_there_is(site):
    """Exit code 0, stdout empty."""
    site.routes.clear()
    site.routes["/"] = Answer(b"<p>Hi")
    result = discover(site.url())
    assert (result.exit_code, result.stdout) == (0, "")
    assert "neither a feed nor reviews; 10 addresses asked" in result.stderr
    assert "rss-bridge" in result.stderr


def test_what_cannot_be_read_is_told(site):
    """In one line, without a request."""
    result = discover("https://www.yelp.com/biz/acme")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("Note: Yelp cannot be read: ")
    assert len(result.stderr.splitlines()) == 1


def test_exit_codes(site):
    """4 when nothing could be had, 3 when something failed on the way, 2 when it is no address."""
    gone = discover(site.url("/gone"))
    assert (gone.exit_code, gone.stdout) == (4, "")
    assert gone.stderr.startswith("Error: HTTP 404 Not Found: ")
    some = discover(site.url(), "--check")
    assert some.exit_code == 3
    assert [line.split()[0] for line in some.stdout.splitlines()] == ["KIND", "feed"]
    assert "1 entry" not in some.stdout
    assert "3 entries" in some.stdout
    none = discover("acme")
    assert none.exit_code == 2
    assert "neither an address" in none.stderr
    assert discover().exit_code == 2


def test_secrets_are_not_shown(site):
    """Neither of the address that was given nor of those that a page names."""
    site.routes["/"] = Answer(f'{LINK} href="/feed.xml?token=s3cret">'.encode())
    site.routes["/feed.xml"] = Answer(FEED)
    for url in (
        site.url("/?key=s3cret"),
        site.url("/feed.xml?key=s3cret"),
        site.url().replace("//", "//ann:s3cret@", 1),
    ):
        for option in ("-v", "--json"):
            result = discover(url, option)
            assert result.exit_code == 0
            assert "s3cret" not in result.stdout + result.stderr
            assert "***" in result.stdout + result.stderr


def test_the_command_to_type_names_the_configuration(site, config):
    """One that is not found by itself has to be named again."""
    result = discover(site.url(), "--config", config)
    assert f"sources add {site.url('/feed.xml')} --config {config}\n" in result.stderr


def test_a_hostile_page_reaches_no_terminal(site):
    """No escape sequence, no second line, and a title that is too long is cut."""
    title = "\x1b]0;x\x07\x1b[2J" + "\u202e" + "w" * 500
    site.routes["/"] = Answer(f'{LINK} title="{title}\nnext" href="/a\x1b[2J\nb">'.encode())
    result = discover(site.url())
    assert len(result.stdout.splitlines()) == 2
    assert not {"\x1b", "\x07", "\u202e"} & set(result.output)
    shown = run_terminal("sources", "discover", site.url())
    assert any(line.strip() == site.url("/a[2Jb") for line in shown.lines)


def test_a_saved_page_is_read_from_disk(home, site):
    """Nothing is asked; a page without an address of its own has no relative links."""
    saved = home / "page.html"
    saved.write_text(f'<link rel="canonical" href="https://acme.example/x/">{LINK} href="feed">', encoding="utf-8")
    (found,) = json.loads(discover(saved, "--json").stdout)
    assert found["url"] == "https://acme.example/x/feed"
    assert site.asked() == []


def test_it_works_as_a_process(site):
    """As a user calls it."""
    done = run_process("sources", "discover", site.url("/feed.xml"))
    assert done.returncode == 0
    assert "it is a feed, 3 entries" in done.stdout
    assert done.stderr == f"Add it with: {sys.executable} -m mentionwatch sources add {site.url('/feed.xml')}\n"


def test_what_is_still_to_be_given_is_said_in_words():
    """In capitals, and what stands behind them."""
    result = discover("https://www.trustpilot.com/review/acme.example")
    assert "sources add trustpilot domain=acme.example unit=UNIT key=KEY\n" in result.stderr
    assert "Put in place of UNIT: the id of the business unit" in result.stderr
    assert "Put in place of KEY: " in result.stderr
    assert "=\u2026" not in result.stdout + result.stderr


def test_a_saved_page_that_does_not_say_where_it_was_is_told(home):
    """Its relative links lead nowhere; the site's address helps."""
    (home / "page.html").write_text(f'{LINK} href="/feed.xml">', "utf-8")
    result = discover("page.html")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "a link to a feed: relative, and the saved page does not say its address" in result.stderr


def test_a_saved_page_with_reviews_is_a_file_to_read(home):
    """So is a saved feed; and what is proposed works."""
    (home / "re views.html").write_bytes(reviews([("eve", 1, "The Acme One broke.", NOW)]))
    (home / "feed.xml").write_bytes(FEED)
    for name in ("re views.html", "feed.xml"):
        (found,) = json.loads(discover(name, "--json").stdout)
        assert (found["use"], found["url"], found["params"]) == ("files", None, {"path": str(home / name)})
        (home / "c.toml").write_text('[[brands]]\nname = "A"\nmatch = ["acme"]\n', "utf-8")
        assert run("sources", "add", *found["add"], "--config", "c.toml").exit_code == 0
        assert run("sources", "check", "--config", "c.toml").exit_code == 0
