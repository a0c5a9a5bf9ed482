"""``mark`` and ``explain``: the user's word, and why things are as they are."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from mentionwatch.store import Store
from tests.cli.calling import NOW, run, run_terminal
from tests.feeds import rss
from tests.servers import Answer


@pytest.fixture
def polled(config):
    """A configuration whose store has four mentions, judged by an engine whose words are known."""
    config.write_text(config.read_text("utf-8") + '[tone]\nengine = "textblob"\n', "utf-8")
    assert run("poll", "--config", config).exit_code == 0
    return config


def stored(config, *args):
    """What is stored, by the words of its author, as ``mentions --json`` gives it."""
    return {found["author"]: found for found in json.loads(run("mentions", "--json", *args, "--config", config).stdout)}


def test_a_mark_is_told_on_stderr_and_holds(polled):
    """Nothing goes to stdout; the mentions are what the user says, sure and by "mark"."""
    before = stored(polled)
    done = run("mark", before["ann"]["id"][:10], before["dan"]["id"], "--tone", "positive", "--config", polled)
    assert (done.exit_code, done.stdout) == (0, "")
    assert [line.split(": ", 1)[1] for line in done.stderr.splitlines()] == [
        "tone positive, was negative",
        "tone positive, was neutral",
    ]
    after = stored(polled)
    keys = ("tone", "polarity", "confidence", "tone_by")
    assert [after["ann"][key] for key in keys] == ["positive", 1.0, 1.0, "mark"]
    assert after["eve"] == before["eve"]


def test_an_edit_that_is_polled_later_undoes_no_mark(polled, server):
    """For ever: whatever the feed says meanwhile, and whatever the queries become."""
    ann = stored(polled)["ann"]["id"]
    run("mark", ann, "--tone", "positive", "--state", "handled", "--config", polled)
    items = [("g1", "Acme broke", "The Acme update is a horrible, terrible mess.", "ann", NOW - timedelta(hours=2))]
    server.routes["/feed.xml"] = Answer(rss(items))
    assert run("poll", "--all", "--config", polled).exit_code == 0
    assert run("mentions", "--rematch", "--config", polled).exit_code == 0
    found = stored(polled)["ann"]
    assert (found["text"], found["tone"]) == ("The Acme update is a horrible, terrible mess.", "positive")
    assert found["state"] == "handled"
    polled.write_text(polled.read_text("utf-8").replace('["acme"]', '["nothing of it"]'), "utf-8")
    done = run("mentions", "--rematch", "--config", polled)
    assert "1 more kept: marked by you" in done.stderr
    assert list(stored(polled)) == ["ann"]


def test_noise_is_not_shown_unless_it_is_asked_for(polled, home):
    """Neither listed nor exported; --noise shows it with the rest, and says which it is."""
    ann = stored(polled)["ann"]["id"]
    assert "noise" in run("mark", ann, "--noise", "--config", polled).stderr
    assert "ann" not in stored(polled)
    assert "ann" in stored(polled, "--noise")
    assert re.search(r"forum, ann, noise$", run("mentions", "--noise", "--config", polled).stdout, re.MULTILINE)
    for args, count in ((), 3), (("--noise",), 4):
        run("export", "-o", home / "m.jsonl", *args, "--config", polled)
        assert len((home / "m.jsonl").read_text("utf-8").splitlines()) == count
    run("mark", ann, "--no-noise", "--config", polled)
    assert "ann" in stored(polled)


def test_what_is_marked_can_be_searched(polled):
    """By the fields of the language."""
    ann = stored(polled)["ann"]["id"]
    run("mark", ann, "--intent", "churn", "--topic", "Update", "--state", "seen", "--config", polled)
    for query in ("intent:churn", "topic:update", "state:seen", "tone:negative topic:update"):
        assert [
            found["author"] for found in json.loads(run("mentions", query, "--json", "--config", polled).stdout)
        ] == ["ann"]
    assert stored(polled)["ann"]["intent"] == "churn"


def test_a_mark_as_json(polled):
    """One array on stdout and nothing on stderr: what each is now, and what it was."""
    ann = stored(polled)["ann"]
    done = run("mark", ann["id"], "--tone", "neutral", "--topic", "x", "--json", "--config", polled)
    (found,) = json.loads(done.stdout)
    assert done.stderr == ""
    assert (found["tone"], found["topic"], found["noise"]) == ("neutral", "x", False)
    assert found["mark"]["tone"] == "neutral"
    assert found["was"] == {
        "tone": "negative", "polarity": ann["polarity"], "confidence": ann["confidence"], "tone_by": ann["tone_by"], "topic": None,
    }  # fmt: skip
    (cleared,) = json.loads(run("mark", ann["id"], "--clear", "--json", "--config", polled).stdout)
    assert cleared["mark"] is None
    assert stored(polled)["ann"] == ann


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("ffff", "--tone", "negative"), "there is no mention 'ffff'"),
        (("m", "--tone", "negative"), "fits several mentions"),
        (("ID",), "say what they are"),
        (("--tone", "negative"), "Missing argument"),
        (("ID", "--tone", "angry"), "is not one of"),
        (("ID", "--tone", "unknown"), "is not one of"),
        (("ID", "--intent", "buy"), "is not one of"),
        (("ID", "--topic", " "), "a topic is a name"),
        (("ID", "ffff", "--noise", "--state", "seen"), "there is no mention 'ffff'"),
        (("ID", "--json", "ffff", "--clear"), "there is no mention 'ffff'"),
    ],
)
def test_a_mistake_changes_nothing(polled, args, said):
    """It is told on stderr, with code 2."""
    before = stored(polled, "--noise")
    done = run("mark", *(before["ann"]["id"] if arg == "ID" else arg for arg in args), "--config", polled)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert stored(polled, "--noise") == before


def test_without_a_store_nothing_can_be_marked_or_explained(config):
    """Nor is one made."""
    for args in (("mark", "m1", "--noise"), ("explain", "m1")):
        done = run(*args, "--config", config)
        assert (done.exit_code, done.stdout) == (1, "")
        assert "there is no store" in done.stderr
    assert not (config.parent / "m.db").exists()


def test_explain_says_why(polled):
    """What found it, what made its tone, its copies, and whether it counts."""
    ann = stored(polled)["ann"]["id"]
    shown = run("explain", ann[:9], "--config", polled)
    assert (shown.exit_code, shown.stderr) == (0, "")
    lines = shown.stdout.splitlines()
    assert lines[0].startswith(f"{ann}  ")
    assert [line for line in lines if not line.startswith(" ")][1:] == [
        "Found by",
        "Tone",
        "Copies and story",
        "Bursts",
    ]
    assert "    [Acme] broke - The [Acme] update is terrible." in lines
    assert any("terrible -1.00" in line for line in lines)
    assert "It was there before its source was polled for the brand" in shown.stdout
    run("mark", ann, "--tone", "positive", "--config", polled)
    assert "You marked it: positive" in run("explain", ann, "--config", polled).stdout
    found = json.loads(run("explain", ann, "--json", "--config", polled).stdout)
    assert (found["mention"]["tone"], found["judged"]["tone"], found["mark"]["tone"]) == (
        "positive",
        "negative",
        "positive",
    )
    assert found["match"]["found"][0] == {"start": 0, "end": 4, "text": "Acme"}


@pytest.mark.parametrize("args", [("ffff",), ("m",), ()])
def test_explain_needs_one_mention(polled, args):
    """Unknown, not unique, or none: code 2."""
    done = run("explain", *args, "--config", polled)
    assert (done.exit_code, done.stdout) == (2, "")


@pytest.mark.parametrize("columns", [80, 120])
def test_hostile_text_is_harmless_on_a_terminal(polled, server, columns):
    """What a feed holds never moves the cursor, turns the text around or links elsewhere; lines end at the edge."""
    hostile = "Acme \u202eevil\u2066 \u009b2J[red]x[/red] \u2028 worst"
    server.routes["/feed.xml"] = Answer(rss([("evil", hostile, hostile * 20, f"mal{hostile}", NOW)]))
    assert run("poll", "--all", "--config", polled).exit_code == 0
    with Store(f"sqlite:///{polled.parent / 'm.db'}") as store:
        (id_,) = [mention.id for mention in store.mentions() if mention.entry.guid == "evil"]
    shown = run_terminal("explain", id_, "--config", polled, columns=columns)
    assert shown.exit_code == 0
    assert not set(shown.text) & set("\u202e\u2066\u009b\u2028\x1b")
    assert "[red]x[/red]" in shown.text
    assert max(len(line) for line in shown.lines if "http" not in line) <= columns
