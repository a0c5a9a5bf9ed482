"""The command line: stdout, stderr and exit code of each command."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import signal
import subprocess
import sys
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner

from mentionwatch import __version__
from mentionwatch.cli import COMMANDS, _run, cli
from mentionwatch.output.record import MENTION_COLUMNS
from tests.feeds import json_feed, reviews, rss
from tests.servers import Answer, LoopbackServer

NOW = datetime.now(timezone.utc).replace(microsecond=0)


def run(*args, **extra):
    """Run the command line in this process."""
    return CliRunner().invoke(cli, [str(arg) for arg in args], prog_name="mentionwatch", **extra)


def run_process(*args, **extra):
    """Run it as a process of its own."""
    command = [sys.executable, "-m", "mentionwatch", *(str(arg) for arg in args)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **extra)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """No configuration or store of whoever runs the tests is ever touched."""
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in ("MENTIONWATCH_CONFIG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def server():
    with LoopbackServer() as found:
        found.routes["/feed.xml"] = Answer(
            rss(
                [
                    ("g1", "Acme broke", "The Acme update is terrible.", "ann", NOW - timedelta(hours=2)),
                    ("g2", "Elsewhere", "Nothing of the kind.", "bob", NOW - timedelta(hours=1)),
                    ("g3", "Old", "Acme is wonderful.", "cyd", NOW - timedelta(days=40)),
                ]
            )
        )
        found.routes["/feed.json"] = Answer(json_feed([("j1", "Hi", "acme, is it open on Sunday", "dan", NOW)]))
        found.routes["/reviews"] = Answer(reviews([("eve", 1, "The Acme One broke.", NOW)]))
        yield found


@pytest.fixture
def config(server, home):
    path = home / "acme.toml"
    sources = "".join(
        f'[[sources]]\nname = "{name}"\nurl = "{server.url(where)}"\n'
        for name, where in (("forum", "/feed.xml"), ("club", "/feed.json"), ("shop", "/reviews"))
    )
    path.write_text(
        f'[store]\nurl = "sqlite:///m.db"\n[[brands]]\nname = "Acme"\nmatch = ["acme"]\n{sources}', encoding="utf-8"
    )
    return path


# --- scan -------------------------------------------------------------------------------------------------------


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


# --- poll and what is stored ---------------------------------------------------------------------------------------


def test_poll_is_silent_and_the_rest_finds_what_it_stored(config, home):
    """Poll prints nothing; mentions, export and alerts read the store."""
    first = run("poll", "--config", config)
    assert (first.exit_code, first.stdout, first.stderr) == (0, "", "")
    again = run("poll", "--all", "--config", config)
    assert (again.exit_code, again.stdout, again.stderr) == (0, "", "")
    stored = json.loads(run("mentions", "--config", config, "--json").stdout)
    assert len(stored) == 4
    assert [
        mention["tone"]
        for mention in json.loads(run("mentions", "--tone", "negative", "--config", config, "--json").stdout)
    ] == ["negative"] * 2
    assert len(json.loads(run("mentions", "update OR sunday", "--config", config, "--json").stdout)) == 2
    assert "No mention fits" in run("mentions", "giraffe", "--config", config).stderr
    result = run("export", "-o", home / "all.csv", "--config", config)
    assert result.exit_code == 0
    with (home / "all.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 4
    alerts = run("alerts", "--config", config)
    assert (alerts.exit_code, alerts.stdout) == (0, "")
    assert "No alert" in alerts.stderr


def test_options_stand_before_or_after_the_command(config):
    """The shared options are taken in both places, and the later wins."""
    assert run("--config", config, "--json", "mentions").exit_code == 1  # no store yet
    run("--config", config, "poll")
    before = run("--config", config, "--json", "mentions")
    after = run("mentions", "--config", config, "--json")
    assert json.loads(before.stdout) == json.loads(after.stdout)
    assert run("--config", "nowhere.toml", "mentions", "--config", config).exit_code == 0
    assert run("--config", config, "mentions", "--config", "nowhere.toml").exit_code == 2
    assert run("-v", "poll", "--config", config, "-q", "--all").stderr == ""


def test_reading_without_a_store_says_what_to_do(config):
    """A mistyped path gives no empty result."""
    result = run("mentions", "--config", config)
    assert result.exit_code == 1
    assert "run mentionwatch poll first" in result.stderr


def test_poll_tells_trouble_on_stderr_and_exits_3(config, server):
    """A page where a feed was: one line, at once; the second poll is silent and still exits 3."""
    server.routes["/feed.xml"] = Answer(b"<html><head><title>Parked</title></head></html>")
    first = run("poll", "--config", config)
    assert first.exit_code == 3
    assert first.stdout == ""
    assert "forum" in first.stderr
    assert "Parked" in first.stderr
    second = run("poll", "--all", "--config", config)
    assert (second.exit_code, second.stderr) == (3, "")


def test_poll_dry_run_stores_nothing(config, home):
    """--dry-run leaves no store behind."""
    result = run("poll", "--dry-run", "-v", "--config", config)
    assert result.exit_code == 0
    assert "4 new mentions" in result.stderr
    assert not (home / "m.db").exists()


def test_a_store_that_is_not_ours_is_refused_and_unchanged(config, home):
    """Nothing is overwritten."""
    (home / "m.db").write_text("my diary", "utf-8")
    result = run("poll", "--config", config)
    assert result.exit_code == 1
    assert "not a mentionwatch store" in result.stderr
    assert (home / "m.db").read_text("utf-8") == "my diary"


def test_one_id_is_enough_when_it_is_unique(config):
    """Ids may be shortened; an unknown one is wrong usage."""
    run("poll", "--config", config)
    assert run("alerts", "show", "zzz", "--config", config).exit_code == 2


def test_another_run_gives_75_silently(config, home):
    """While another process polls, this one leaves without a word."""
    code = (
        "import sys, datetime, pathlib; from mentionwatch.lock import poll_lock\n"
        "with poll_lock(pathlib.Path('m.db'), now=datetime.datetime.now(datetime.timezone.utc)):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=home
    ) as other:
        assert other.stdout.readline() == "held\n"
        result = run("poll", "--config", config)
        assert (result.exit_code, result.stdout, result.stderr) == (75, "", "")
        told = run("poll", "-v", "--config", config)
        assert told.exit_code == 75
        assert str(other.pid) in told.stderr
        other.communicate("")
    assert run("poll", "--config", config).exit_code == 0


# --- stopping -------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_poll_leaves_a_usable_store_and_no_traceback(config, server, number, code):
    """Ctrl-C and SIGTERM end a poll that waits for a source; what came before is stored whole."""
    asked = threading.Event()

    def hang(handler):
        asked.set()
        handler.server.loopback.closing.wait(30)

    server.routes["/reviews"] = hang
    command = [sys.executable, "-m", "mentionwatch", "poll", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert asked.wait(30)
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert out == ""
    assert "Traceback" not in err
    server.routes["/reviews"] = Answer(reviews([("eve", 1, "The Acme One broke.", NOW)]))
    assert run("poll", "--all", "--config", config).exit_code == 0
    assert len(json.loads(run("mentions", "--config", config, "--json").stdout)) == 4


@pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
def test_sigterm_in_a_callback_of_the_event_loop_is_not_swallowed():
    """Wherever the signal meets a poll, it ends it; regression: the loop swallowed it in its callbacks."""

    async def wait_for_ever():
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGTERM)
        await asyncio.Event().wait()

    assert _run(lambda: asyncio.run(wait_for_ever())) == 143


@pytest.mark.skipif(os.name != "posix", reason="pipes as on POSIX")
def test_a_reader_that_has_had_enough_is_no_error(server, home):
    """``… | head`` ends without a traceback or a complaint."""
    (home / "big.json").write_bytes(json_feed([(f"i{n}", f"Acme {n}", "acme " * 200, "a", NOW) for n in range(1500)]))
    command = f"{sys.executable} -m mentionwatch scan acme --url big.json --format jsonl -q | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60, check=False)
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


# --- the rest -------------------------------------------------------------------------------------------------------


def test_version_and_module():
    """``python -m mentionwatch --version`` names the package's version."""
    done = run_process("--version")
    assert (done.returncode, done.stdout.strip()) == (0, f"mentionwatch {__version__}")


@pytest.mark.parametrize(
    "args", [("frobnicate",), ("poll", "--frobnicate"), ("scan", "a", "--format", "xml"), ("sources",)]
)
def test_wrong_usage_is_2(args):
    """Click's message, and 2."""
    result = run(*args)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr + result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command):
    """Help says what it does and ends with 0."""
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "--config" in result.stdout


def test_sources_list_and_check(config, server):
    """List shows what is configured; check reads without storing and says what would come of it."""
    listed = run("sources", "list", "--config", config)
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["NAME", "forum", "club", "shop"]
    assert json.loads(run("sources", "list", "--json", "--config", config).stdout)[0]["every"] == "1h"
    checked = run("sources", "check", "forum", server.url("/feed.json"), "--config", config)
    assert checked.exit_code == 0
    assert "forum: ok, 3 entries" in checked.stdout
    assert "2 mentions of your brands would be stored" in checked.stdout
    bad = run("sources", "check", "forum", server.url("/gone"), "--config", config)
    assert bad.exit_code == 3
    assert run("sources", "check", server.url("/gone"), "--config", config).exit_code == 4
    found = json.loads(run("sources", "check", "shop", "--json", "--config", config).stdout)
    assert found[0]["state"] == "ok"
    assert not (config.parent / "m.db").exists()


def test_config_init_check_show_path(home, server):
    """A first configuration is written once, is valid, and is found where it was written."""
    made = run("config", "init", "--yes", "--brand", "Acme Router", "--source", server.url("/feed.xml"))
    assert made.exit_code == 0, made.stderr
    path = run("config", "path").stdout.strip()
    assert path.endswith("config.toml")
    assert oct(Path(path).stat().st_mode & 0o777) == "0o600"
    assert run("config", "check").exit_code == 0
    assert "Acme Router" in run("config", "show").stdout
    again = run("config", "init", "--yes", "--brand", "Other")
    assert again.exit_code == 2
    assert "there already" in again.stderr
    assert run("poll").exit_code == 0


def test_config_init_asks(home):
    """Without --yes it asks for what is not given."""
    result = run("config", "init", "--config", "mine.toml", input="Acme\n\nhackernews\n")
    assert result.exit_code == 0, result.stderr
    assert 'use = "hackernews"' in (home / "mine.toml").read_text("utf-8")


def test_three_mistakes_are_named_at_once(home):
    """Each with file, line and key; exit 2."""
    (home / "bad.toml").write_text(
        '[fetch]\ntimeuot = "3s"\n[[brands]]\nname = "Acme"\nmatch = "acme"\n[[sources]]\nurl = "ftp://x"\n', "utf-8"
    )
    result = run("poll", "--config", "bad.toml")
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert len(lines) == 3
    for line, (number, key) in zip(
        lines, [(2, "fetch.timeuot"), (5, "brands[0].match"), (7, "sources[0].url")], strict=True
    ):
        assert line.startswith(f"Error: bad.toml:{number}: {key}: ") or f"bad.toml:{number}: {key}: " in line


def test_demo_prints_the_alert_with_its_reason(home):
    """The whole way over real HTTP: mentions, one alert with observed, expected and odds, and the CSV."""
    result = run("demo", "-o", home / "demo")
    assert result.exit_code == 0, result.stderr
    assert "negative mentions in" in result.stdout
    assert "you usually see" in result.stdout
    assert "By chance:" in result.stdout
    with (home / "demo" / "mentions.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) > 300
    config = home / "demo" / "mentionwatch.toml"
    (alert,) = json.loads(run("alerts", "--json", "--config", config).stdout)
    assert alert["severity"] == "critical"
    shown = run("alerts", "show", alert["id"][:4], "--config", config)
    assert alert["reason"][:40] in " ".join(shown.stdout.split())
    assert run("alerts", "ack", alert["id"][:4], "--config", config).exit_code == 0
    assert (
        json.loads(run("alerts", "show", alert["id"], "--json", "--config", config).stdout)["state"] == "acknowledged"
    )
    run("alerts", "resolve", alert["id"], "--config", config)
    assert json.loads(run("alerts", "--open", "--json", "--config", config).stdout) == []
