"""``mentionwatch sources``: add, remove, import, export."""

from __future__ import annotations

import json
import os
import stat

import pytest

from mentionwatch.config import parse_config
from mentionwatch.errors import OutputError
from mentionwatch.pipeline.moving import ConfigFile, open_config, save_config, with_source
from mentionwatch.settings import SourceSettings
from tests.cli.calling import run

FILE = """\
# mine
[[brands]]
name = "Acme"
match = ["acme"]

# the forum
[[sources]]
url = "https://forum.example/posts.rss"  # all posts

[alerts]
min_mentions = 5
"""
LIST = """\
<opml version="2.0"><body>
<outline text="News"><outline text="Forum" type="rss" xmlUrl="https://www.forum.example/posts.rss"/>
<outline text="Daily" type="rss" xmlUrl="https://daily.example/feed?token=abc"/></outline>
<outline text="daily" type="rss" xmlUrl="https://other.example/feed"/>
<outline text="Broken" type="rss"/>
</body></opml>
"""


@pytest.fixture
def file(home):
    path = home / "mentionwatch.toml"
    path.write_text(FILE, "utf-8")
    return path


def _sources(path):
    return parse_config(path.read_text("utf-8"), "f").sources


def test_add_and_remove_leave_the_rest_as_it_was(file):
    """One line is printed for each; the file is what it was in the end."""
    added = run(
        *("sources", "add", "https://shop.example/reviews", "--name", "shop", "--every", "15m"),
        *("--tag", "A/B", "--tag", "C", "--brand", "Acme", "--kind", "page"),
    )
    assert (added.exit_code, added.stdout, added.stderr) == (0, "", f"Added shop to {file}.\n")
    source = _sources(file)[1]
    assert (source.name, source.kind, source.tags, source.brands) == ("shop", "page", ("A/B", "C"), ("Acme",))
    assert file.read_text("utf-8").startswith(FILE[: FILE.index("\n[alerts]")])
    removed = run("sources", "remove", "SHOP")
    assert (removed.exit_code, removed.stderr) == (0, f"Removed shop from {file}.\n")
    assert file.read_text("utf-8") == FILE
    assert run("sources", "remove", "http://forum.example/posts.rss/").exit_code == 0
    assert file.read_text("utf-8") == FILE.replace(FILE[FILE.index("\n# the forum") : FILE.index("\n[alerts]")], "")


def test_a_file_that_was_made_read_only_stays_as_it_is(file):
    """A new file in its place would need no permission: whoever made it so meant it."""
    file.chmod(0o400)
    refused = run("sources", "add", "hackernews")
    assert (refused.exit_code, "is read-only" in refused.stderr) == (1, True)
    assert file.read_text("utf-8") == FILE


def test_add_a_preset(file):
    """By its name, once for the same parameters and brands; what it does not know is told."""
    assert run("sources", "add", "HackerNews").exit_code == 0
    assert _sources(file)[1].use == "hackernews"
    again = run("sources", "add", "hackernews", "--name", "other")
    assert (again.exit_code, "the preset 'hackernews' is there already: the source 'hackernews'" in again.stderr) == (
        2,
        True,
    )
    assert run("sources", "add", "hackernews", "--name", "other", "--brand", "Acme").exit_code == 0
    wrong = run("sources", "add", "hackernews", "frobnicate=1", "--name", "x")
    assert wrong.exit_code == 2
    assert "frobnicate" in wrong.stderr
    assert run("sources", "add", "hackernews", "name=x").stderr.startswith("Error: 'name' is no parameter of a preset")
    assert "did you mean 'hackernews'" in run("sources", "add", "hakernews").stderr
    assert len(_sources(file)) == 3


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (
            ("https://www.forum.example/posts.rss?utm_source=x",),
            "is there already: the source 'forum.example/posts.rss'",
        ),
        (("https://x.example/", "--name", "FORUM.example/posts.rss"), "is the name of another source"),
        (("https://x.example/", "a=b"), "only presets take any"),
        (("x.example/feed",), "is no address yet; write https:// in front"),
        (("ftp://x.example/",), "is no URL to fetch"),
        (("forum=https://x.example/f",), "sources add https://x.example/f --name forum"),
        (("https://x.example/", "--brand", "Amce"), 'did you mean "Acme"?'),
        (("https://x.example/", "--every", "often"), "is no length of time"),
        (("https://x.example/", "--every", "1s"), '"1m" or more'),
        (("https://me:hidden@forum.example/posts.rss",), "is there already"),
    ],
)
def test_what_cannot_be_added_is_told(file, args, told):
    """And nothing is written."""
    done = run("sources", "add", *args)
    assert done.exit_code == 2
    assert told in done.stderr
    assert "hidden" not in done.stderr
    assert file.read_text("utf-8") == FILE


@pytest.mark.parametrize(
    ("place", "told"), [("forun", "there is no source 'forun'"), ("https://x.example/", "no source has the address")]
)
def test_what_is_not_there_cannot_be_removed(file, place, told):
    """It says so."""
    done = run("sources", "remove", place)
    assert (done.exit_code, told in done.stderr) == (2, True)


def test_removing_one_never_renames_another(file):
    """A new name starts a new history; so it is refused, with what to write."""
    more = '\n[[sources]]\nurl = "https://forum.example/posts.rss/"\n'
    file.write_text(FILE + more, "utf-8")
    done = run("sources", "remove", "forum.example/posts.rss")
    assert done.exit_code == 2
    assert 'write name = "forum.example/posts.rss-2" into it first' in done.stderr
    both = run("sources", "remove", "http://forum.example/posts.rss")
    assert "several sources have this address" in both.stderr
    assert file.read_text("utf-8") == FILE + more
    assert run("sources", "remove", "https://forum.example/posts.rss/").exit_code == 0
    assert file.read_text("utf-8") == FILE


def test_without_a_configuration_none_is_made(home):
    """It says how one is."""
    for command in (("add", "https://x.example/"), ("remove", "x"), ("import", "-"), ("export",)):
        done = run("sources", *command, input="")
        assert (done.exit_code, "mentionwatch config init" in done.stderr) == (2, True)
    assert list(home.iterdir()) == []


def test_mistakes_that_are_there_come_first(file):
    """A file that cannot be read is not changed."""
    file.write_text(FILE + "x = \n", "utf-8")
    done = run("sources", "add", "https://x.example/")
    assert done.exit_code == 2
    assert f"{file}:12: " in done.stderr
    assert file.read_text("utf-8") == FILE + "x = \n"


def test_secrets_need_not_be_there(file):
    """They are references, and stay so."""
    text = FILE + '\n[[sources]]\nuse = "hackernews"\nname = "h"\n'
    file.write_text(text.replace("posts.rss", "posts.rss?token=abc"), "utf-8")
    assert run("sources", "add", "https://x.example/").exit_code == 0
    assert "token=abc" in file.read_text("utf-8")
    assert "abc" not in run("sources", "remove", "https://forum.example/posts.rss?token=abc", "--json").stdout


def test_the_file_keeps_its_permissions_and_its_link(home, file):
    """What a link leads to is replaced; a byte order mark stays; no other file is left."""
    real = home / "real.toml"
    real.write_bytes(b"\xef\xbb\xbf" + FILE.replace("\n", "\r\n").encode())
    real.chmod(0o640)
    file.unlink()
    file.symlink_to(real)
    before = real.read_bytes()
    assert run("sources", "add", "https://x.example/").exit_code == 0
    assert file.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    after = real.read_bytes()
    assert after.startswith(b"\xef\xbb\xbf#")
    assert after.count(b"\n") == after.count(b"\r\n") == before.count(b"\n") + 3
    assert run("sources", "remove", "x.example").exit_code == 0
    assert real.read_bytes() == before
    assert sorted(path.name for path in home.iterdir()) == ["mentionwatch.toml", "real.toml"]


def test_what_somebody_else_wrote_meanwhile_is_kept(file):
    """Nothing is written over it."""
    edited = with_source(open_config(file), SourceSettings(name="", url="https://x.example/"))
    file.write_text(FILE + "# theirs\n", "utf-8")
    with pytest.raises(OutputError, match="changed by somebody else"):
        save_config(edited)
    assert file.read_text("utf-8") == FILE + "# theirs\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(file):
    """The file stays."""
    file.parent.chmod(0o500)
    try:
        done = run("sources", "add", "https://x.example/")
    finally:
        file.parent.chmod(0o700)
    assert (done.exit_code, "cannot write" in done.stderr) == (1, True)


def test_a_file_that_is_gone_is_told(file):
    """As any that cannot be written."""
    opened = open_config(file)
    file.unlink()
    with pytest.raises(OutputError, match="cannot write"):
        save_config(ConfigFile(opened.path, opened.text, opened.config, opened.read))
    assert not list(file.parent.iterdir())


def test_import_adds_what_is_new(file, home):
    """Folders are tags, titles names that differ; what is known or wrong is counted, and the others go on."""
    (home / "feeds.opml").write_text(LIST, "utf-8")
    dry = run("sources", "import", "feeds.opml", "--dry-run")
    assert dry.exit_code == 3
    assert dry.stdout == "Daily https://daily.example/feed?token=*** [News]\ndaily-2 https://other.example/feed\n"
    assert dry.stderr.startswith(f"Would add 2 sources to {file}; 1 were there already; 1 cannot be taken.\n")
    assert file.read_text("utf-8") == FILE
    done = run("sources", "import", "feeds.opml")
    assert (done.exit_code, done.stdout) == (3, "")
    told = "Error: feeds.opml:5: 'Broken' has no xmlUrl, so there is no feed to ask\n"
    assert done.stderr == f"Added 2 sources to {file}; 1 were there already; 1 cannot be taken.\n{told}"
    added = _sources(file)[1:]
    assert [(source.name, source.tags) for source in added] == [("Daily", ("News",)), ("daily-2", ())]
    assert added[0].url == "https://daily.example/feed?token=abc"
    text = file.read_text("utf-8")
    again = run("sources", "import", "-", "--json", input=LIST)
    assert (again.exit_code, file.read_text("utf-8")) == (3, text)
    record = json.loads(again.stdout)
    assert (record["added"], record["known"], record["failed"], record["dry_run"]) == ([], 3, 1, False)
    assert record["problems"][0]["line"] == 5


@pytest.mark.parametrize(
    ("raw", "code", "told"),
    [
        (b"<html/>", 2, "Error: standard input: is no OPML"),
        (b"<opml><body/></opml>", 0, "Added 0 sources"),
        (b'<opml><outline text="a"/></opml>', 4, "Error: standard input:1: 'a' has no xmlUrl"),
        (b"<opml>" + b"<outline/>" * 50 + b"</opml>", 4, "Error: 30 more outlines like these"),
        (b"<opml>" + b"<outline>" * 100_000, 2, "nested more than 64 levels deep"),
        (
            b'<opml><outline text="a" note="1 < 2" xmlUrl="https://a.example/"/></opml>',
            0,
            "Note: standard input:1: is no well",
        ),
    ],
)
def test_odd_lists(file, raw, code, told):
    """Each ends with its code and a line that says why."""
    done = run("sources", "import", "-", input=raw)
    assert (done.exit_code, told in done.stderr) == (code, True)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["missing.opml", ".", "a\0b"])
def test_a_list_that_cannot_be_read_is_told(file, name):
    """It is wrong usage."""
    done = run("sources", "import", name)
    assert (done.exit_code, "cannot be read" in done.stderr) == (2, True)


def test_export_writes_feeds_and_says_what_is_missing(file, home):
    """Secrets are masked; presets and review pages are no feeds; what comes back in is told."""
    more = '\n[[sources]]\nurl = "https://{}.example/f?token=abc"\nkind = "{}"\ntags = ["A/B"]\n'
    file.write_text(
        FILE + more.format("a", "feed") + more.format("b", "page") + '[[sources]]\nuse = "hackernews"\n', "utf-8"
    )
    done = run("sources", "export")
    assert done.exit_code == 0
    assert "abc" not in done.stdout
    assert done.stdout.count("xmlUrl=") == 2
    assert done.stderr == (
        "Left out, as they are no feeds of their own: 2 sources (b.example/f, hackernews)\n"
        "Masked (***), as their addresses hold secrets: 1 source (a.example/f)\n"
    )
    to_file = run("sources", "export", "-o", "out.opml")
    assert (to_file.stdout, to_file.stderr.splitlines()[0]) == ("", "Wrote 2 feeds to out.opml.")
    assert (home / "out.opml").read_text("utf-8") == done.stdout
    assert json.loads(run("sources", "export", "--json").stdout)["feeds"] == 2
    file.write_text(FILE, "utf-8")
    back = run("sources", "import", "out.opml")
    assert back.exit_code == 3
    assert "has its secret left out (***); add it by hand" in back.stderr


def test_titles_come_back_as_they_were(file, home):
    """Two feeds of one title have two names; the list has the title again, and the name beside it."""
    body = "".join(f'<outline text="Same" xmlUrl="https://{x}.example/"/>' for x in "ab")
    assert run("sources", "import", "-", input=f"<opml>{body}</opml>").exit_code == 0
    written = run("sources", "export").stdout
    assert written.count('title="Same"') == 2
    assert written.count('text="Same-2"') == 1


# --- what a first-time user types -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("discourse", "frum=https://a.example"), "discourse: frum is no parameter; did you mean forum?"),
        (("hackernews", "x=1"), "hackernews: x is no parameter; there are: none"),
        (("appstore", "app=acme"), 'appstore: app: "acme" does not look like 284882215: give'),
        (("discourse",), "discourse: forum is missing: the preset"),
        (("hackernews", "--brand", "Amce"), 'brands[0]: no brand has the name "Amce"; did you mean "Acme"?'),
        (("https://x.example/", "--every", "1s"), 'every: is "1s"; it has to be "1m" or more'),
    ],
)
def test_a_mistake_is_told_once_and_in_the_words_that_were_typed(file, args, told):
    """The file has no line that holds it, so none is named."""
    done = run("sources", "add", *args)
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
    assert done.stderr.startswith(f"Error: {told}")
    assert file.read_text("utf-8") == FILE


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("https://www.yelp.com/biz/acme", "Yelp cannot be read: "),
        ("x.com/acme", "X cannot be read: "),
        ("twitter", "there is no preset 'twitter': X cannot be read: "),
        ("Google-Play", "there is no preset 'Google-Play': Google Play cannot be read: "),
    ],
)
def test_what_cannot_be_read_is_not_added(file, place, told):
    """It says why, and what to do instead."""
    done = run("sources", "add", place)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"Error: {told}")
    assert "docs/unavailable.md" in done.stderr
    assert file.read_text("utf-8") == FILE


def test_the_order_of_a_list_makes_no_other_source(file):
    """Nor does one value in place of a list of one; but in a command it does."""
    assert run("sources", "add", "appstore", "app=1", "countries=us,de").exit_code == 0
    again = run("sources", "add", "appstore", "app=1", "countries=de,us", "--name", "other")
    assert (again.exit_code, "is there already" in again.stderr) == (2, True)
    assert run("sources", "add", "appstore", "app=1", "countries=de", "--name", "de").exit_code == 0
    assert run("--config", file, "sources", "add", "command", "argv=./a,b", "--name", "ab").exit_code == 0
    assert run("--config", file, "sources", "add", "command", "argv=b,./a", "--name", "ba").exit_code == 0


def test_a_secret_that_is_not_there_is_said(file, monkeypatch):
    """Before the first poll says it; the source is added all the same."""
    monkeypatch.delenv("NOPE", raising=False)
    done = run("sources", "add", "bluesky", "handle=a.b", "password=env:NOPE")
    assert done.exit_code == 0
    assert 'the environment variable "NOPE" is not set here; polls will stop until it is' in done.stderr
    monkeypatch.setenv("THERE", "x")
    there = run("sources", "add", "bluesky", "handle=c.d", "password=env:THERE", "--name", "b2")
    assert (there.exit_code, "Warning" in there.stderr) == (0, False)
    assert len(_sources(file)) == 3


def test_a_secret_written_out_is_warned_of(file):
    """And is not shown once more."""
    done = run("sources", "add", "reddit", "feed=0123hidden")
    assert done.exit_code == 0
    assert "feed is a secret, and stands in the file as it is now; better is feed=env:REDDIT_FEED" in done.stderr
    assert "0123hidden" not in done.stderr
    assert _sources(file)[1].params["feed"] == "0123hidden"


def test_an_address_needs_no_scheme_to_be_removed(file):
    """Also where the source has another name."""
    assert run("sources", "add", "https://shop.example/reviews", "--name", "shop").exit_code == 0
    assert run("sources", "remove", "www.shop.example/reviews").exit_code == 0
    assert file.read_text("utf-8") == FILE


def test_a_file_is_no_address(file):
    """It says how a file is added."""
    done = run("sources", "add", file.name)
    assert (done.exit_code, f"mentionwatch sources add files path={file.name}" in done.stderr) == (2, True)


def test_without_a_configuration_both_places_are_named(home):
    """Where it was looked for."""
    for command in (("list",), ("add", "hackernews")):
        told = run("sources", *command).stderr
        assert "neither ./mentionwatch.toml nor " in told
        assert str(home / "home" / "mentionwatch" / "config.toml") in told
