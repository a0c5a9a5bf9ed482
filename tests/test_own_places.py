"""Files and programs of the user's own as sources, from the configuration to the store."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta, timezone

import pytest

from mentionwatch.config import load_config
from mentionwatch.errors import ConfigError
from mentionwatch.match import compile_query
from mentionwatch.model import NotModified
from mentionwatch.pipeline.api import find_mentions, poll, scan
from mentionwatch.pipeline.places import as_places, known_presets
from mentionwatch.settings import SourceSettings

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
HEAD = '[store]\nurl = "sqlite:///m.db"\n[[brands]]\nname = "Acme"\nmatch = ["acme"]\n'


def load(folder, sources, *, named=True):
    """Read a configuration as the command line does."""
    path = folder / "mentionwatch.toml"
    path.write_text(HEAD + sources, "utf-8")
    return load_config(path, named=named, environ={}, check_query=compile_query, presets=known_presets())


def lines(count, first=0):
    """Records as JSON lines."""
    made = ({"id": str(n), "text": f"acme {n}", "date": NOW.isoformat()} for n in range(first, first + count))
    return "".join(json.dumps(record) + "\n" for record in made)


def test_files_are_read_relative_to_the_configuration(tmp_path):
    """All that fit, with columns as the user names them; what is unchanged is not read again, and new lines are found."""
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "a.csv").write_text('Said,Stars,Who\n"Acme, again",2,ann\n', "utf-8")
    (tmp_path / "exports" / "b.jsonl").write_text(lines(2), "utf-8")
    source = (
        '[[sources]]\nuse = "files"\npath = "exports/*.csv"\nfields = { text = "Said", author = "Who" }\n'
        '[[sources]]\nuse = "files"\npath = ["exports/*.jsonl", "exports/b*"]\n'
    )
    config = load(tmp_path, source)
    report = poll(config, now=NOW)
    found = {(m.entry.text, m.entry.author, m.entry.rating) for m in report.mentions}
    assert found == {("Acme, again", "ann", 2), ("acme 0", None, None), ("acme 1", None, None)}
    assert {type(outcome) for outcome in poll(config, now=NOW + 2 * HOUR).outcomes} == {NotModified}
    with (tmp_path / "exports" / "b.jsonl").open("a", encoding="utf-8") as file:
        file.write(lines(1, first=2))
    assert [m.entry.text for m in poll(config, now=NOW + 4 * HOUR).mentions] == ["acme 2"]


def test_a_large_file_is_read_to_its_end(tmp_path):
    """Piece by piece, whatever [fetch] says of documents from the network, also past records that are too old."""
    old = lines(3_000, first=10_000).replace(NOW.isoformat(), (NOW - timedelta(days=300)).isoformat())
    (tmp_path / "all.jsonl").write_text(lines(10) + old + lines(5_000, first=10), "utf-8")
    fetch = '[fetch]\nmax_bytes = "64KiB"\nmax_entries = 100\n'
    source = '[[sources]]\nuse = "files"\npath = "all.jsonl"\nbackfill = "30d"\nevery = "1h"\n'
    config = load(tmp_path, fetch + source)
    assert len(poll(config, now=NOW).mentions) == 5_010
    with (tmp_path / "all.jsonl").open("a", encoding="utf-8") as file:
        file.write(lines(1, first=6_000))
    assert [m.entry.text for m in poll(config, now=NOW + 2 * HOUR).mentions] == ["acme 6000"]
    assert len(find_mentions(config)) == 5_011


@pytest.mark.parametrize("path", ["none.csv", "none/*.csv", "."])
def test_a_file_that_is_not_there_is_told(tmp_path, path):
    """By its name; it is no empty file."""
    report = poll(load(tmp_path, f'[[sources]]\nuse = "files"\npath = "{path}"\n'), now=NOW)
    assert report.exit_code() == 4
    assert str(tmp_path / path) in str(report.outcomes[0].error)


def test_a_program_is_run_and_its_lines_are_mentions(tmp_path):
    """Its failure is told with what it said, as any source's."""
    script = tmp_path / "p.py"
    script.write_text(f"print({lines(2)!r})", "utf-8")
    source = f"[[sources]]\nuse = \"command\"\nargv = ['{sys.executable}', '{script}']\nevery = \"1h\"\n"
    config = load(tmp_path, source)
    assert {m.entry.text for m in poll(config, now=NOW).mentions} == {"acme 0", "acme 1"}
    script.write_text("raise SystemExit('the shop is closed')", "utf-8")
    report = poll(config, now=NOW + 2 * HOUR)
    assert "the shop is closed" in str(report.outcomes[0].error)


def test_a_program_runs_where_the_configuration_is(tmp_path, monkeypatch):
    """Cron starts elsewhere: its path, and those it is given, are relative to the configuration, as those of files are."""
    (tmp_path / "p.py").write_text(f"#!{sys.executable}\nprint(open('r.jsonl').read())", "utf-8")
    (tmp_path / "p.py").chmod(0o755)
    (tmp_path / "r.jsonl").write_text(lines(1), "utf-8")
    config = load(tmp_path, '[[sources]]\nuse = "command"\nargv = ["./p.py"]\n')
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert len(poll(config, now=NOW).mentions) == 1


@pytest.mark.parametrize("source", ['use = "files"\npath = "x"', 'use = "command"\nargv = ["x"]'])
def test_a_configuration_that_was_only_found_runs_and_reads_nothing(tmp_path, source):
    """It may have come with a stranger's archive; the line is named, and what to do."""
    with pytest.raises(ConfigError, match=r"mentionwatch\.toml:7: .* --config FILE"):
        load(tmp_path, f"[[sources]]\n{source}\n", named=False)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('use = "files"', "sources[0].path: is missing"),
        ('use = "files"\npath = []', "sources[0].params.path: is missing"),
        ('use = "files"\npath = "x"\nformat = "xlsx"', "format: is none of jsonl"),
        ('use = "files"\npath = "x"\nfields = { txt = "y" }', "txt: is no field of an entry"),
        ('use = "files"\npath = "x"\nfields = "text"', 'fields: names no column for "text"; it is a table: { text ='),
        ('use = "command"\nargv = ["x"]\nfields = ["text"]', 'fields: names no column for "text"'),
        ('use = "files"\npath = "x"\nfields = { text = "" }', 'fields: names no column for "text"'),
        ('use = "files"\npath = "x"\nbest = "many"', "best: is no number"),
        ('use = "files"\npath = "x"\nencoding = "utf-99"', "encoding: is none that is known"),
        ('use = "command"\nargv = "ls -l"\nlines = 3', "lines: is no setting of a source"),
        ('use = "command"', "sources[0].argv: is missing"),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path, source, words):
    """When the configuration is read, not when it is used."""
    with pytest.raises(ConfigError) as e:
        load(tmp_path, f"[[sources]]\n{source}\n")
    assert words in str(e.value)
    assert all(problem.line for problem in e.value.problems)


def test_a_scan_reads_files_that_were_named(tmp_path, monkeypatch):
    """Relative to where it is run."""
    (tmp_path / "r.jsonl").write_text(lines(3), "utf-8")
    monkeypatch.chdir(tmp_path)
    place = SourceSettings(name="files", use="files", params={"path": "r.jsonl"})
    assert len(scan("acme", sources=[place], now=NOW).mentions) == 3


MAIL = "From a\nSubject: acme 0\nDate: Sat, 21 Nov 2026 10:00:00 +0000\n\nIt reboots.\n"
FEED = '<rss version="2.0"><channel><item><title>acme 0</title></item></channel></rss>'
PAGE = """<html><script type="application/ld+json">{"@context": "https://schema.org", "@type": "Review",
 "reviewBody": "acme 0"}</script></html>"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("r.csv", "Datum;Kunde;Rezension\n2026-11-03;Ada;acme 0\n"),
        ("r.tsv", "text\tauthor\nacme 0\tAda\n"),
        ("r.jsonl", lines(1)),
        ("r.ndjson", lines(1)),
        ("r.json", f"[{lines(1)}]"),
        ("r.mbox", MAIL),
        ("r.eml", MAIL.partition("\n")[2]),
        ("r.html", PAGE),
        ("r.htm", PAGE),
        ("r.xml", FEED),
        ("r.rss", FEED),
        ("r.atom", '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title>acme 0</title></entry></feed>'),
        ("a feed [1]", FEED),
        ("a table#1", "text,author\nacme 0,Ada\n"),
    ],
)
def test_any_file_can_be_named_by_hand(tmp_path, monkeypatch, name, text):
    """As the documentation lists them, for one look; the source is called like the file, and nothing went amiss."""
    (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    for way in (name, f"./{name}", str(tmp_path / name), (tmp_path / name).as_uri()):
        report = scan("acme", urls=[way], now=NOW)
        assert report.errors == ()
        (mention,) = report.mentions
        assert "acme 0" in {mention.entry.text, mention.entry.title}
        assert [place.name for place in as_places([way], [])] == [mention.entry.source]


def test_files_of_one_name_are_told_apart(tmp_path):
    """Each is read, under a name of its own."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "r.jsonl").write_text(lines(1, first=int(folder == "b")), "utf-8")
    report = scan("acme", urls=[str(tmp_path / folder / "r.jsonl") for folder in ("a", "b")], now=NOW)
    assert {(m.entry.source, m.entry.text) for m in report.mentions} == {("r.jsonl", "acme 0"), ("r.jsonl-2", "acme 1")}


def test_a_file_named_by_hand_is_read_to_its_end(tmp_path):
    """Piece by piece, as any other of the user's files."""
    (tmp_path / "r.jsonl").write_text(lines(5_000), "utf-8")
    assert len(scan("acme", urls=[str(tmp_path / "r.jsonl")], now=NOW).mentions) == 5_000


def test_errors_of_files_and_programs_say_where_and_no_status(tmp_path):
    """A path and a program have no number of HTTP, no URL and no piece."""
    (tmp_path / "a b.jsonl").write_text("hello\n", "utf-8")
    (error,) = scan("acme", urls=[str(tmp_path / "a b.jsonl")], now=NOW).errors
    assert (
        str(error[1]) == f'line 1: it is no JSON: "hello": {tmp_path / "a b.jsonl"}; one JSON object a line is wanted'
    )
    argv = (sys.executable, "-c", "print('hello')")
    place = SourceSettings(name="mine", use="command", params={"argv": argv})
    (error,) = scan("acme", sources=[place], now=NOW).errors
    wanted = f'line 1: it is no JSON: "hello": command: {sys.executable}; one JSON object a line is wanted'
    assert str(error[1]) == wanted
