"""The user's file: how it is found, what it may hold, how its mistakes and its secrets are told."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import MISSING, fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from mentionwatch import config as cfg
from mentionwatch.config import show
from mentionwatch.errors import ConfigError, QueryError
from mentionwatch.match import compile_query
from mentionwatch.pipeline.places import known_presets
from mentionwatch.pipeline.take import place_of
from mentionwatch.settings import (
    AlertSettings,
    Brand,
    Config,
    FetchSettings,
    NotifySettings,
    RuleSettings,
    Secret,
    SmtpSettings,
    SourceSettings,
    StoreSettings,
    ToneSettings,
    parse_size,
    parse_span,
)
from mentionwatch.sources.presets import names as preset_names

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(__file__).resolve().parent / "data" / "config"
EXAMPLE = ROOT / "config.example.toml"
BRAND = '[[brands]]\nname = "Acme"\nmatch = ["acme"]\n'


def told(make) -> list[str]:
    """What a ConfigError says, a mistake each."""
    with pytest.raises(ConfigError) as caught:
        make()
    return [str(problem) for problem in caught.value.problems]


def mistakes(text: str, check_query=None) -> list[str]:
    """What is wrong with a text, a mistake each."""
    return told(lambda: cfg.parse_config(text, "f", check_query))


# --- parsing --------------------------------------------------------------------------------------------


def test_a_full_file_is_read():
    """Each table lands where it belongs; names and inherited alert settings are filled in."""
    c = cfg.parse_config((DATA / "full.toml").read_text(), "full.toml")
    assert c.timezone == "Europe/Paris"
    assert c.store == StoreSettings(url="sqlite:///mentions.db", keep=timedelta(days=100))
    assert c.fetch == FetchSettings(contact="me@acme.example", concurrency=8)
    assert c.alerts == AlertSettings(min_mentions=7, quiet=timedelta(hours=6))
    assert c.brands[0].alerts == replace(c.alerts, sensitivity="high")
    assert c.brands[1] == Brand("Globex", ("globex",))
    assert c.sources[3].params == {"token": "env:HN_TOKEN", "tags": "story"}
    assert c.path is None
    assert all(type(s) is SourceSettings for s in c.sources)


def test_sources_without_a_name_get_a_free_one():
    """Host or preset, without www., then -2, -3; a name that the user gave is never taken."""
    c = cfg.parse_config((DATA / "full.toml").read_text(), "full.toml")
    assert [s.name for s in c.sources] == [
        "forum.example/posts.rss",
        "forum.example/reviews.rss",
        "hackernews",
        "hackernews-2",
    ]


def test_a_brand_may_repeat_a_default_in_its_alerts():
    """What a brand writes wins over [alerts], also where it writes the built-in default."""
    c = cfg.parse_config("[alerts]\nmin_mentions = 9\n" + BRAND + "alerts.min_mentions = 4\n", "f")
    assert c.brands[0].alerts is not None
    assert c.brands[0].alerts.min_mentions == AlertSettings().min_mentions == 4


def test_three_mistakes_are_all_told_with_line_and_key():
    """A wrong value, an unknown key and a broken reference come in one run (and what follows from the second)."""
    text = (DATA / "three-mistakes.toml").read_text()
    assert mistakes(text) == [
        'f:3: alerts.sensitivity: is "medum"; use one of "low", "medium", "high"; did you mean "medium"?',
        'f:11: sources[0].evry: unknown key; did you mean "every"?',
        'f:12: sources[0].brands[0]: no brand has the name "Acmee"; did you mean "Acme"?',
    ]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('timezone = "Europe/Pariss"', 'timezone: there is no time zone "Europe/Pariss"; did you mean "Europe/Paris"?'),
        ('timezone = "../etc/passwd"', 'timezone: there is no time zone "../etc/passwd"; such as "Europe/Paris"'),
        ('timezone = "Europe"', "timezone: there is no time zone"),
        ('timezone = "a\\u0000b"', "timezone: there is no time zone"),
        ('timezone = ""', "timezone: there is no time zone"),
        ('store.url = "postgresql://x"', "store.url: is no store"),
        ('store.url = "sqlite:///"', "store.url: is no store"),
        ('store.keep = "0s"', 'store.keep: is "0s"; it has to be longer than 0'),
        ('store.keep_entries = "0d"', 'store.keep_entries: is "0d"; it has to be longer than 0'),
        ("store.keep_unmatched = 1", "store.keep_unmatched: is 1; true or false is wanted here"),
        ('own_authors = ["a", " "]', "own_authors[1]: is empty"),
        ('ignore_sites = "x"', 'ignore_sites: is "x"; a list is wanted here: write ignore_sites = ["x"]'),
        ('queries.a = ""', "queries.a: is empty"),
        ('queries."a b" = "x"', 'queries."a b": is no name for a query; use letters, digits, - and _'),
        ("queries.a = 1", "queries.a: is 1; text is wanted here"),
        (
            '[[brands]]\nname = "B"\nmatch = ["x"]\ncase = "exakt"',
            'brands[1].case: is "exakt"; use one of "any", "exact"',
        ),
        ('path = "x"', "path: unknown key"),
        ('fetch.contact = "a\\nb"', "fetch.contact: has to be a mail address"),
        ("fetch.concurrency = 0", "fetch.concurrency: is 0; it has to be from 1 to 1000"),
        ("fetch.concurrency = 1001", "fetch.concurrency: is 1001; it has to be from 1 to 1000"),
        ('fetch.timeout = "0s"', "fetch.timeout: "),
        ("fetch.max_bytes = 5", 'fetch.max_bytes: is 5; write it with its unit, such as "8MiB"'),
        ('fetch.max_bytes = "0B"', "fetch.max_bytes: "),
        ("tone.neutral_band = 1.0", "tone.neutral_band: is 1.0; it has to be from 0 to less than 1"),
        ("tone.neutral_band = -0.1", "tone.neutral_band: "),
        ("tone.neutral_band = nan", "tone.neutral_band: is nan"),
        ("[tone.words]\nkill = 5", "tone.words.kill: is 5; it has to be from -4 (very negative) to 4"),
        ('[tone.words]\n"a b" = nan', 'tone.words."a b": is nan'),
        ('[tone.words]\nkill = "low"', "tone.words.kill: "),
        ('[tone.words]\n" " = 0', "tone.words: has an empty key"),
        ("[tone.words]\nkill = 0\nKill = 1", "which are the same word"),
        ('tone.engine = "vader"', 'tone.engine: is "vader"; use one of "auto", "accurate", "textblob"'),
        ("alerts.min_mentions = 0", "alerts.min_mentions: "),
        ("alerts.min_authors = -1", "alerts.min_authors: "),
        ("alerts.min_confidence = 1.1", "alerts.min_confidence: is 1.1; it has to be from 0 to 1"),
        ("alerts.min_confidence = inf", "alerts.min_confidence: "),
        ('alerts.quiet = "0h"', "alerts.quiet: "),
        ('[[sources]]\nurl = "ftp://x"', "sources[0].url: is no URL to fetch"),
        ('[[sources]]\nurl = "https://"', "sources[0].url: "),
        ('[[sources]]\nurl = "http://x:99999/"', "sources[0].url: "),
        ('[[sources]]\nurl = "http://[::1"', "sources[0].url: "),
        ('[[sources]]\nurl = "http://x/\\u001b"', "sources[0].url: "),
        ('[[sources]]\nname = "x"', 'sources[0]: has neither url = "https://…" nor use = "PRESET"'),
        ('[[sources]]\nuse = "x"\nurl = "http://x"', "sources[0].use: stands beside url; give one of them"),
        ('[[sources]]\nuse = ""', "sources[0].use: is empty"),
        ('[[sources]]\nuse = "x"\nname = " "', "sources[0].name: is empty"),
        ('[[sources]]\nuse = "x"\nevery = "30s"', 'sources[0].every: is "30s"; it has to be "1m" or more'),
        ('[[sources]]\nuse = "x"\nfail_after = 0', "sources[0].fail_after: "),
        ('[[sources]]\nuse = "x"\nbackfill = "0d"', "sources[0].backfill: "),
        (
            '[[sources]]\nuse = "x"\nname = "A"\n[[sources]]\nuse = "y"\nname = "a"',
            'sources[1].name: "a" is the name of sources[0] too',
        ),
        ('[[brands]]\nname = "ACME"\nmatch = ["x"]', 'brands[1].name: "ACME" is the name of brands[0] too'),
        ('[[brands]]\nname = "B"\nmatch = []', "brands[1].match: is empty; give at least one query"),
        ('[[brands]]\nname = "B"\nmatch = ["x", " "]', "brands[1].match[1]: is empty"),
        ('[[brands]]\nname = ""\nmatch = ["x"]', "brands[1].name: is empty"),
        ('[[brands]]\nname = "B"', "brands[1].match: is missing"),
        ('[[brands]]\nname = "B"\nmatch = ["x"]\nalerts.min_mentions = 0', "brands[1].alerts.min_mentions: "),
        ('[[brands]]\nname = "B"\nmatch = ["x"]\nown_authors = [""]', "brands[1].own_authors[0]: is empty"),
    ],
)
def test_each_bad_value_is_told_with_its_key(text, wrong):
    """Every range, address and reference is checked; one mistake gives one message."""
    top = text if not text.startswith("[") else ""
    [line] = mistakes(f"{top}\n{BRAND}{text if not top else ''}\n")
    assert wrong in line
    assert re.match(r"f:\d+: ", line)


@pytest.mark.parametrize("text", ["", "brands = []", '[[sources]]\nurl = "http://x"'])
def test_a_file_without_a_brand_is_a_mistake(text):
    """There is nothing to watch then."""
    [line] = mistakes(text)
    assert "there is none; add a [[brands]]" in line


def test_unknown_presets_are_told_where_the_known_ones_are_given():
    """At their line, with what was meant, beside the other mistakes."""
    text = BRAND + '[[sources]]\nuse = "hackernew"\n[[sources]]\nuse = "nope"\nevry = "1h"\n[[sources]]\nuse = ""\n'
    assert told(lambda: cfg.parse_config(text, "f", presets=cfg.Presets(["hackernews", "steam"]))) == [
        'f:5: sources[0].use: there is no preset "hackernew"; did you mean "hackernews"?',
        'f:7: sources[1].use: there is no preset "nope"; known here: hackernews, steam',
        'f:8: sources[1].evry: unknown key; did you mean "every"?',
        "f:10: sources[2].use: is empty",
    ]
    assert len(mistakes(text)) == 1, "without the presets, nobody knows what they take"
    assert (
        cfg.parse_config(BRAND + '[[sources]]\nuse = "steam"\n', "f", presets=cfg.Presets(["steam"])).sources[0].use
        == "steam"
    )


def test_parameters_of_a_preset_stand_beside_use():
    """Numbers and lists too; what the preset says of them is told at their line, and secrets are looked up."""
    text = (
        BRAND
        + '[[sources]]\nuse = "appstore"\napp = 284882215\ncountries = ["us", 49]\n[[sources]]\nuse = "appstore"\nevry = "1h"\n'
    )

    def check(_use, params):
        return [(key, "is not known") for key in params if key not in {"app", "countries"}]

    presets = cfg.Presets(["appstore"], check)
    assert told(lambda: cfg.parse_config(text, "f", presets=presets)) == ["f:10: sources[1].params.evry: is not known"]
    fine = cfg.parse_config(text.replace('evry = "1h"', ""), "f", presets=presets)
    assert fine.sources[0].params == {"app": "284882215", "countries": ("us", "49")}


def test_a_site_that_has_no_preset_for_a_reason_is_told_with_it():
    """And with what to do instead; a preset that is missing by a slip of the finger is told with the nearest."""
    text = BRAND + '[[sources]]\nuse = "twitter"\n'
    (line,) = told(lambda: cfg.parse_config(text, "f", presets=known_presets()))
    assert line.startswith('f:5: sources[0].use: there is no preset "twitter": ')
    assert "X has no public feed" in line


def test_a_secret_that_is_written_out_is_one_all_the_same():
    """What the preset calls a secret is never shown, whatever its name."""
    text = BRAND + '[[sources]]\nuse = "reddit"\nfeed = "s3cr3t"\nuser = "acme"\n'
    config = cfg.parse_config(text, "f", presets=cfg.Presets(["reddit"], secrets=lambda _use: ("feed",)))
    assert isinstance(config.sources[0].params["feed"], Secret)
    assert "s3cr3t" not in cfg.show_config(config) + repr(config)
    assert place_of(config.sources[0]) == "reddit acme"


def test_queries_are_compiled_where_a_compiler_is_given():
    """What the compiler says is told at the query's own line and key, with a caret below it; all queries are tried."""
    tried = []

    def check(query: str, **how: object) -> None:
        tried.append(query)
        assert how == {"saved": {}, "fields_only": query not in {"a", "b (c"}}
        if "(" in query:
            raise QueryError(query, query.index("("), "the bracket is never closed")

    text = '[[brands]]\nname = "A"\nmatch = [\n"a",\n"b (c",\n]\nexclude = ["("]\ncontext = ["d"]\n'
    assert mistakes(text, check) == [
        "f:5: brands[0].match[1]: the bracket is never closed, at character 3\n  b (c\n    ^",
        "f:7: brands[0].exclude[0]: the bracket is never closed, at character 1\n  (\n  ^",
    ]
    assert sorted(tried) == ["(", "a", "b (c", "d"]


SAVED = """
[queries]
outage = 'down OR "not working"'
late = '@outage (late OR @angry)'
angry = 'furious'
"""


def test_saved_queries_are_read_and_may_use_each_other():
    """They reach the configuration as they were written, and brands use them by name."""
    text = SAVED + BRAND.replace('["acme"]', '["acme @late"]')
    c = cfg.parse_config(text, "f", compile_query)
    assert c.queries == {"outage": 'down OR "not working"', "late": "@outage (late OR @angry)", "angry": "furious"}


@pytest.mark.parametrize(
    ("more", "query", "wrong"),
    [
        ("", "acme @outag", "f:8: brands[0].match[0]: there is no saved query @outag; did you mean @outage? "),
        (
            "bad = 'down (x'\n",
            "acme @bad",
            "f:6: queries.bad: this ( is not closed; expected a ) after it, at character 6",
        ),
        ("none = '-spam'\n", "acme @none", "f:6: queries.none: the query only says what must not be there"),
        ("cold = 'stars:<=2'\n", "@cold", "f:9: brands[0].match[0]: the query only compares"),
        ("cold = 'tone:negative x'\n", "@cold", "f:9: brands[0].match[0]: in @cold: tone: is known of stored"),
        ("me = 'x OR @me'\n", "acme @me", "f:6: queries.me: @me is inside itself (@me -> @me)"),
    ],
)
def test_mistakes_of_saved_queries_are_told_at_their_line(more, query, wrong):
    """An unknown name comes with the nearest; a saved query that is wrong is told where it stands, and once."""
    [line] = mistakes(SAVED + more + BRAND.replace('"acme"', f'"{query}"'), compile_query)
    assert wrong in line


def test_a_circle_of_saved_queries_is_told_for_each_in_it():
    """None of them can be read; what uses them is not told of it again."""
    text = "[queries]\na = 'x @b'\nb = '@c'\nc = 'y OR @a'\nd = '@a z'\n" + BRAND.replace('"acme"', '"@a"')
    lines = mistakes(text, compile_query)
    assert [line.split(": ")[1] for line in lines] == ["queries.a", "queries.b", "queries.c", "queries.d"]
    assert "f:2: queries.a: @b is inside itself (@b -> @c -> @a -> @b); take it out of one of them" in lines[0]


def test_what_is_left_out_may_be_a_comparison_alone():
    """For exclude and context a field is enough; for match it is not."""
    assert cfg.parse_config(BRAND + 'exclude = ["lang:de"]\ncontext = ["stars:<=2"]\n', "f", compile_query).brands[0]
    assert "only compares" in mistakes(BRAND.replace('"acme"', '"lang:de"'), compile_query)[0]


def test_nothing_is_said_of_references_while_a_brands_name_is_wrong():
    """A mistake that only follows from another one is not told."""
    assert mistakes(BRAND + '[[brands]]\nname = 5\nmatch = ["a"]\n[[sources]]\nuse = "x"\nbrands = ["A"]') == [
        'f:5: brands[1].name: is 5; text is wanted here: write name = "5"'
    ]


@pytest.mark.parametrize(
    "text",
    [
        "sources = 5\nbrands = 5\nalerts = 5\nstore = 5\nfetch = []\ntone = 1\ntimezone = 5",
        "brands = [1, [], {}]\nsources = [1, [], {params = 5}, {url = 5, use = 5, brands = 5, params = {a = 5}}]",
        "brands = [{name = [], match = {}, alerts = 5}]\nalerts = {quiet = 5, min_mentions = '1', min_confidence = []}",
        '[[brands]]\nname = "a"\nmatch = ["a"]\n[[sources]]\nurl = "http://'
        + "x" * 300_000
        + '"\nevery = "'
        + "9" * 5000
        + 'w"',
        BRAND + "".join('[[sources]]\nevry = "1h"\nbrands = ["Acmee"]\n' for _ in range(5000)),
        BRAND
        + f'[[sources]]\nuse = "x"\nbrands = [{chr(34)}Acmee{chr(34)}{", " + chr(34) + "b" + chr(34)}]\n'
        + '"' * 9,
    ],
)
def test_hostile_files_are_config_errors(text):
    """Wrong types everywhere and huge values are told as any other mistake."""
    assert mistakes(text)


def test_ten_thousand_sources_of_one_host_get_their_names():
    """Naming does not try every number again for each source."""
    text = BRAND + "".join(f'[[sources]]\nurl = "https://h.example/?{n}"\n' for n in range(10_000))
    names = [s.name for s in cfg.parse_config(text, "f").sources]
    assert len(set(names)) == 10_000
    assert names[-1] == "h.example-10000"


# --- finding --------------------------------------------------------------------------------------------


@pytest.fixture
def user_folder(tmp_path, monkeypatch) -> Path:
    """The user's config folder, empty."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    from platformdirs import user_config_path

    folder = user_config_path("mentionwatch", appauthor=False)
    folder.mkdir(parents=True)
    return folder


def test_files_are_found_in_order(tmp_path, user_folder):
    """--config, then the variable, then ./mentionwatch.toml (not chosen by the user), then the user's folder."""
    assert cfg.find_config(None, {}, tmp_path) is None
    own, here, by_variable, named = (
        user_folder / "config.toml",
        tmp_path / "mentionwatch.toml",
        tmp_path / "v.toml",
        tmp_path / "n.toml",
    )
    own.touch()
    assert cfg.find_config(None, {"MENTIONWATCH_CONFIG": ""}, tmp_path) == (own, True)
    here.touch()
    assert cfg.find_config(None, {}, tmp_path) == (here, False)
    by_variable.touch()
    environ = {"MENTIONWATCH_CONFIG": str(by_variable)}
    assert cfg.find_config(None, environ, tmp_path) == (by_variable, True)
    named.touch()
    assert cfg.find_config(Path("n.toml"), environ, tmp_path) == (named, True)


def test_a_named_file_that_is_not_there_is_an_error(tmp_path):
    """It never falls through to another file."""
    (tmp_path / "mentionwatch.toml").touch()
    assert told(lambda: cfg.find_config(Path("no.toml"), {}, tmp_path)) == [
        "no.toml: there is no such file; see: mentionwatch config init"
    ]
    [line] = told(lambda: cfg.find_config(None, {"MENTIONWATCH_CONFIG": "x\0y" + "z" * 5000}, tmp_path))
    assert "(named by $MENTIONWATCH_CONFIG)" in line


# --- loading --------------------------------------------------------------------------------------------


def write(folder: Path, text: str) -> Path:
    """Put a configuration into a folder."""
    path = folder / "mentionwatch.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_relative_store_is_beside_the_file(tmp_path):
    """A cron job finds the same database as a terminal, wherever it was started."""
    for written, found in {
        "m.db": tmp_path / "m.db",
        "../m.db": tmp_path.parent / "m.db",
        str(tmp_path / "x" / "m.db"): tmp_path / "x" / "m.db",
    }.items():
        c = cfg.load_config(write(tmp_path, BRAND + f'[store]\nurl = "sqlite:///{written}"'), environ={})
        assert c.store.url == f"sqlite:///{found.as_posix()}"
        assert c.path == tmp_path / "mentionwatch.toml"


def test_parts_of_a_store_url_that_are_no_path_stay(tmp_path):
    """A parameter is no part of the file's name, and a database in memory has no folder."""
    for written, found in {"m.db?timeout=5": f"{tmp_path.as_posix()}/m.db?timeout=5", ":memory:": ":memory:"}.items():
        c = cfg.load_config(write(tmp_path, BRAND + f'[store]\nurl = "sqlite:///{written}"'), environ={})
        assert c.store.url == f"sqlite:///{found}"


def test_the_default_store_is_in_the_users_data_folder(tmp_path, user_folder):
    """No database appears in the folder that somebody happened to be in."""
    c = cfg.load_config(write(tmp_path, BRAND), environ={})
    assert c.store.url == cfg.default_store_url()
    assert c.store.url.startswith("sqlite:///")
    assert c.store.url.endswith("/mentionwatch/mentions.db")


def test_a_path_may_be_a_text(tmp_path):
    """As for open(): a str or whatever is like a path."""
    path = write(tmp_path, BRAND)
    assert cfg.load_config(str(path)) == cfg.load_config(path)
    assert cfg.load_config(str(path)).path == path


def test_a_file_that_cannot_be_read_is_a_config_error(tmp_path):
    """Its name and the reason are told."""
    path = write(tmp_path, "")
    path.write_bytes(b"\xff")
    assert told(lambda: cfg.load_config(path)) == [f"{path}:1: holds the byte 0xff, not UTF-8; save the file as UTF-8"]


# --- secrets --------------------------------------------------------------------------------------------

PRESET = BRAND + '[[sources]]\nuse = "x"\nparams = { plain = "p", key = "env:KEY", file = "file:secret.txt" }\n'


def test_secrets_are_put_in_and_never_shown(tmp_path):
    """Whoever uses a secret gets its text; whoever prints the configuration does not."""
    (tmp_path / "secret.txt").write_text("s3cret-file\n")
    c = cfg.load_config(write(tmp_path, PRESET), environ={"KEY": "s3cret-env"})
    params = c.sources[0].params
    assert params == {"plain": "p", "key": "s3cret-env", "file": "s3cret-file"}
    assert f"{params['key']}" == "s3cret-env"
    assert "&".join([params["file"], "x"]) == "s3cret-file&x"
    for text in (repr(c), str(c), cfg.show_config(c)):
        assert "s3cret" not in text
        assert "***" in text
    assert 'plain = "p"' in cfg.show_config(c)


def test_all_missing_secrets_are_told_beside_other_mistakes(tmp_path):
    """A secret that is not there is a mistake with line and key, and does not hide the others."""
    path = write(tmp_path, PRESET + "[fetch]\nconcurrency = 0\n")
    (tmp_path / "secret.txt").write_text("\n")
    assert told(lambda: cfg.load_config(path, environ={})) == [
        f'{path}:6: sources[0].params.key: the environment variable "KEY" is not set',
        f'{path}:6: sources[0].params.file: "file:secret.txt" is empty',
        f"{path}:8: fetch.concurrency: is 0; it has to be from 1 to 1000",
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"\xff\xfe", "is not UTF-8"), (b"x" * 70_000, "is larger than 64 KiB"), (None, "cannot be read")],
)
def test_a_secret_file_that_is_none_is_told(tmp_path, content, why):
    """A missing, binary or huge file is no secret."""
    if content is not None:
        (tmp_path / "secret.txt").write_bytes(content)
    [line] = told(lambda: cfg.load_config(write(tmp_path, PRESET), environ={"KEY": "k"}))
    assert f'sources[0].params.file: the file "secret.txt" {why}' in line


def test_a_file_that_was_only_found_reads_no_other_file(tmp_path):
    """A mentionwatch.toml in an unpacked archive cannot send a file of the user's anywhere."""
    (tmp_path / "secret.txt").write_text("s")
    [line] = told(lambda: cfg.load_config(write(tmp_path, PRESET), named=False, environ={"KEY": "k"}))
    assert "sources[0].params.file: reads a file; this config was only found" in line


def test_resolve_secrets_names_what_is_missing():
    """A configuration made in code resolves the same way, without lines."""
    c = cfg.parse_config(PRESET, "f")
    assert c.sources[0].params["key"] == "env:KEY"
    [first, second] = told(lambda: cfg.resolve_secrets(c, {"OTHER": "x"}))
    assert 'sources[0].params.key: the environment variable "KEY" is not set' in first
    assert "sources[0].params.file" in second
    c = replace(c, sources=(replace(c.sources[0], params={"key": "env:KEY"}),))
    resolved = cfg.resolve_secrets(c, {"KEY": "env:NOT_A_REFERENCE"})
    assert cfg.resolve_secrets(resolved, {}) == resolved


# --- showing --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:pass@h/x", "https://***@h/x"),
        ("https://user@h/x?a=b@c", "https://***@h/x?a=b@c"),
        ("https://a@b@h", "https://***@h"),
        ("https://h/f?token=abc&x=1&API_KEY=d#key=e", "https://h/f?token=***&x=1&API_KEY=***#key=***"),
        ("https://h/f?keyboard=qwerty&token=", "https://h/f?keyboard=qwerty&token="),
        ("https://h/a@b", "https://h/a@b"),
        ("http://[bad", "http://[bad"),
    ],
)
def test_urls_are_shown_without_their_secrets(url, shown):
    """User, password and parameters that are secret by their name go; the rest stays as written."""
    assert show.mask_url(url) == shown


def test_show_config_masks_urls_and_params():
    """Secrets that a user wrote into the file itself are masked too; references are none."""
    c = Config(
        brands=(Brand("A", ("a",)),),
        sources=(
            SourceSettings("s", url="https://u:pw@h/?token=tk"),
            SourceSettings("p", use="x", params={"api_key": "k3y", "token": "env:T", "base": "https://u:pw@h/"}),
        ),
    )
    text = cfg.show_config(c)
    assert not re.search(r"u:pw|tk|k3y", text)
    assert 'token = "env:T"' in text
    assert tomli.loads(text)["sources"][0]["url"] == "https://***@h/?token=***"


words = st.text(min_size=1, max_size=8).filter(str.strip)
plain = st.text("abc xyz\"'\\é€\n#", min_size=1, max_size=8).filter(str.strip)
spans = st.timedeltas(timedelta(seconds=60), timedelta(days=2000))
many = st.lists(words, max_size=3).map(tuple)
alert_settings = st.builds(
    AlertSettings,
    sensitivity=st.sampled_from(["low", "medium", "high"]),
    min_mentions=st.integers(1, 10**6),
    min_authors=st.integers(1, 99),
    min_confidence=st.floats(0, 1),
    quiet=spans,
)
hosts = st.sampled_from(["https://h.example/a?b=c#d", "http://www.x.example:8080", "https://é.example/ü"])


@st.composite
def configs(draw) -> Config:
    """Configurations without secrets, as parse_config could have made them."""
    sites = st.lists(st.sampled_from(["a.example", "*.b.example", "c.example/d/e"])).map(tuple)
    names = draw(st.lists(words, min_size=1, max_size=3, unique_by=str.casefold))
    brands = tuple(
        Brand(
            n,
            draw(many.filter(bool)),
            draw(many),
            draw(many),
            draw(many),
            draw(many),
            draw(sites),
            draw(st.sampled_from(["any", "exact"])),
            draw(st.none() | alert_settings),
        )
        for n in names
    )
    source = st.builds(
        SourceSettings,
        name=st.just(""),
        url=hosts,
        kind=st.sampled_from(["auto", "feed", "api", "page"]),
        every=spans,
        fail_after=st.integers(1, 99),
        brands=st.lists(st.sampled_from(names), max_size=2).map(tuple),
        backfill=st.none() | spans,
        params=st.dictionaries(plain, plain, max_size=3),
    )
    sources = []
    for name in draw(st.lists(words, max_size=3, unique_by=str.casefold)):
        s = replace(draw(source), name=name)
        sources.append(s if draw(st.booleans()) else replace(s, url=None, use=draw(words)))
    return Config(
        brands=brands,
        sources=tuple(sources),
        store=StoreSettings(
            draw(st.none() | st.just("sqlite:///a b.db")), draw(spans), draw(st.booleans()), draw(spans)
        ),
        fetch=FetchSettings(
            draw(st.none() | st.just("me@x.example")),
            draw(st.integers(1, 1000)),
            draw(spans),
            draw(st.integers(2**10, 2**40)),
        ),
        tone=ToneSettings(draw(st.sampled_from(["auto", "textblob"])), draw(st.floats(0, 0.99))),
        alerts=draw(alert_settings),
        queries=draw(st.dictionaries(st.from_regex(r"[\w-]+", fullmatch=True), words, max_size=3)),
        own_authors=draw(many),
        ignore_authors=draw(many),
        ignore_sites=draw(sites),
        timezone=draw(st.none() | st.just("Europe/Paris")),
    )


@settings(deadline=None)
@given(configs())
def test_what_is_shown_is_read_back(c):
    """``config show`` prints a file that gives the same configuration, whatever stands in it (but secrets)."""
    assert cfg.parse_config(cfg.show_config(c), "shown") == c


@settings(deadline=None)
@given(words, st.lists(words, min_size=1, max_size=3), st.lists(st.one_of(words, hosts), max_size=3))
def test_a_first_file_holds_what_was_typed(brand, terms, sources):
    """Any text that a user gives at ``config init`` is in the file as it was given, and the file loads."""
    text = cfg.starter(brand, terms, sources)
    c = cfg.parse_config(text, "f")
    assert (c.brands[0].name, list(c.brands[0].match)) == (brand, terms)
    assert [s.url or s.use for s in c.sources] == sources
    assert all(line.isprintable() for line in text.split("\n"))


def test_a_first_file_explains_itself():
    """It is commented, and its suggestions are right when the comment sign is taken away."""
    text = cfg.starter("Acme", ["acme", '"acme router"'], [])
    assert text.count("#") > 5
    assert set(re.findall(r'use = "(\w+)"', text)) <= set(preset_names())
    assert cfg.parse_config(re.sub(r"(?m)^# (?=\w+ = |\[)", "", text), "f").sources[0].url


# --- the reference --------------------------------------------------------------------------------------

READERS = {"Span": parse_span, "Size": parse_size, "tuple": tuple}
SECTIONS = {
    "": Config,
    "brands": Brand,
    "brands.alerts": AlertSettings,
    "sources": SourceSettings,
    "store": StoreSettings,
    "fetch": FetchSettings,
    "tone": ToneSettings,
    "tone.words": None,
    "alerts": AlertSettings,
    "rules": RuleSettings,
    "notify": NotifySettings,
    "smtp": SmtpSettings,
    "queries": None,
}
#: A channel of another kind than that of the example's table, as a block of comments.
BLOCK = re.compile(r"(?m)^#    (?=\S)")


def example_keys() -> dict[str, dict[str, tuple[bool, str]]]:
    """By section and key: whether it is commented out, and its value as written."""
    found: dict[str, dict[str, tuple[bool, str]]] = {"": {}}
    section = ""
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if header := re.fullmatch(r"\[+([\w.]+)\]+", line):
            section = header[1]
            found.setdefault(section, {})
        elif key := re.fullmatch(r"(#?)(\w+) = (.+)", BLOCK.sub("#", line) if section == "notify" else line):
            before = found[section].get(key[2])
            found[section][key[2]] = (bool(key[1]), key[3]) if not before or key[1] else before
    return found


def test_the_example_loads_as_it_stands(tmp_path):
    """The reference is a configuration itself."""
    text = EXAMPLE.read_text(encoding="utf-8")
    path = write(tmp_path, text)
    c = cfg.load_config(path, named=False, environ={}, check_query=compile_query, presets=cfg.Presets(preset_names()))
    assert [b.name for b in c.brands] == ["Acme"]
    assert all(len(line) <= 120 for line in text.splitlines())


@pytest.mark.parametrize("text", [EXAMPLE.read_text(encoding="utf-8"), cfg.starter("Acme", ["acme"], [])])
def test_nothing_is_advertised_that_does_not_exist(text):
    """Every command that a first file or the reference names is one."""
    from mentionwatch.cli import cli

    for line in re.findall(r"(?<=: )mentionwatch (\w+)(?: (\w+))?", text):
        group = cli.get_command(None, line[0])
        assert group is not None
        assert not line[1] or line[1] in group.commands
    assert "mentionwatch config check" in text


def test_the_example_loads_with_every_default_uncommented():
    """What a user gets by taking a comment sign away is right."""
    text = re.sub(r"(?m)^#(?=\w+ = )", "", EXAMPLE.read_text(encoding="utf-8"))
    c = cfg.parse_config(text, "f")
    assert c.alerts == AlertSettings()


def test_the_example_shows_each_kind_of_channel_as_it_loads():
    """The blocks of comments are channels when their signs are taken away; with the first, every kind but stdout."""
    _, found, rest = EXAMPLE.read_text(encoding="utf-8").partition("[[notify]]")
    text = BLOCK.sub("", found + rest.partition("\n[smtp]")[0])
    c = cfg.parse_config(BRAND + text, "f", compile_query)
    assert [channel.via for channel in c.notify] == ["email", "webhook", "apprise", "command", "file"]


@pytest.mark.parametrize("section", [s for s in SECTIONS if s not in {"brands.alerts", "queries", "tone.words"}])
def test_the_example_names_every_key_with_its_default(section):
    """No key is missing in the reference, none is too many, and each commented value is the real default."""
    keys = example_keys()[section]
    wanted = {f.metadata.get("key", f.name): f for f in fields(SECTIONS[section])}
    tables = (
        {"path", "presets", *SECTIONS}
        if section == ""
        else {"brands": {"alerts"}, "tone": {"words"}}.get(section, set())
    )
    assert set(keys) == set(wanted) - tables
    for name, (commented, written) in keys.items():
        default = wanted[name].default
        if commented and default not in (MISSING, None, ()):
            value = tomli.loads(f"a = {written}")["a"]
            read = next((r for mark, r in READERS.items() if mark in wanted[name].type), lambda v: v)
            assert read(value) == default, name


def test_every_table_of_the_settings_is_in_the_example():
    """A new table of settings has to be explained before it is released."""
    assert set(example_keys()) == set(SECTIONS)
    in_file = {f.name for f in fields(cfg._File)}
    assert in_file == {f.name for f in fields(Config)} - {"path", "presets"}


# --- cost -----------------------------------------------------------------------------------------------


def test_importing_config_is_cheap():
    """pydantic, tomli and platformdirs are loaded by whoever reads a file, not by --help."""
    code = "import sys, mentionwatch.config; print(*{m.split('.')[0] for m in sys.modules} & {'pydantic', 'pydantic_core', 'tomli', 'platformdirs', 'zoneinfo'})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == []


def test_the_page_shows_mistakes_as_they_are_told():
    """The sample of mistakes in the documentation is the program's own output."""
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    text = (DATA / "three-mistakes.toml").read_text(encoding="utf-8")
    assert "\n".join(told(lambda: cfg.parse_config(text, "mentionwatch.toml"))) in page


def test_a_site_that_is_none_is_told_with_its_line():
    """What would ignore nothing, silently, is a mistake."""
    text = '[[brands]]\nname = "Acme"\nmatch = ["acme"]\nignore_sites = ["reddit.com/r/acme", "acme.*"]\n'
    with pytest.raises(ConfigError) as caught:
        cfg.parse_config(text, "test.toml")
    (problem,) = caught.value.problems
    assert (problem.line, problem.key) == (4, "brands[0].ignore_sites[1]")
