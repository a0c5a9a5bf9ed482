"""The part of the user's file that says when and whom to tell: rules, channels, the mail server."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch import config as cfg
from mentionwatch import toml
from mentionwatch.config.show import mask_argv
from mentionwatch.errors import ConfigError
from mentionwatch.match import compile_query
from mentionwatch.settings import (
    AlertSettings,
    Digest,
    NotifySettings,
    RuleSettings,
    Secret,
    SmtpSettings,
    parse_digest,
    parse_mute,
)

BRAND = '[[brands]]\nname = "Acme"\nmatch = ["acme"]\n'
MAIL = '[[notify]]\nvia = "email"\nto = ["pr@acme.example"]\n'
RULE = '[[rules]]\nname = "wave"\nwhen = "stars:<=2"\nmore_than = 5\nwithin = "6h"\n'
SMTP = '[smtp]\nhost = "mail.acme.example"\n'


def parse(text):
    return cfg.parse_config(BRAND + text, "f", compile_query)


def mistakes(text):
    with pytest.raises(ConfigError) as caught:
        parse(text)
    return str(caught.value).splitlines()


def load(tmp_path, text, *, environ=None, named=True):
    path = tmp_path / "mentionwatch.toml"
    path.write_text(BRAND + text, encoding="utf-8")
    return cfg.load_config(path, named=named, environ=environ or {}, check_query=compile_query)


def test_rules_channels_and_server_are_read():
    """Each key lands where it belongs, and what is left out has its default."""
    c = parse(
        RULE + 'share_over = 0.5\nseverity = "high"\nbrands = ["Acme"]\n' + MAIL + 'name = "press"\nbrands = ["Acme"]\n'
        'severity = "critical"\nmute = "22:00-07:00"\ndigest = "weekly mon 08:00"\neach = "stars:1"\n'
        + SMTP + 'from = "w@acme.example"\nport = 2525\nsecurity = "tls"\n[alerts]\nremind = "12h"\n'
    )  # fmt: skip
    assert c.rules == (RuleSettings("wave", "stars:<=2", 5, timedelta(hours=6), 0.5, "high", ("Acme",)),)
    assert c.notify == (
        NotifySettings(
            "email", "press", ("pr@acme.example",), brands=("Acme",), severity="critical", mute="22:00-07:00",
            digest="weekly mon 08:00", each="stars:1",
        ),
    )  # fmt: skip
    assert c.smtp == SmtpSettings("mail.acme.example", 2525, "tls", sender="w@acme.example")
    assert c.alerts == AlertSettings(remind=timedelta(hours=12))
    bare = parse("")
    assert (bare.rules, bare.notify, bare.smtp, bare.alerts.remind) == ((), (), None, None)


def test_a_brand_may_switch_the_reminder_off():
    """What stands in a brand, "never" too, wins over a time in [alerts]; what it does not give comes from there."""
    c = cfg.parse_config('[alerts]\nremind = "6h"\n' + BRAND + 'alerts.remind = "never"\n', "f")
    assert c.alerts.remind == timedelta(hours=6)
    assert c.brands[0].alerts == AlertSettings(remind=None)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('[alerts]\nremind = "sometimes"', "f:5: alerts.remind: 'sometimes' is no length of time"),
        ('[alerts]\nremind = "1m"', 'f:5: alerts.remind: is "1m"; it has to be "1h" or more, or "never"'),
        ("[alerts]\nremind = 5", "f:5: alerts.remind: write it as text with a unit, such as '24h'"),
        (RULE.replace('name = "wave"\n', ""), "f:4: rules[0].name: is missing"),
        (RULE.replace("wave", " "), "f:5: rules[0].name: is empty"),
        (RULE.replace("wave", "w\\u001b"), 'f:5: rules[0].name: is "w\\u001b"; it has to be one line'),
        (RULE.replace("wave", "w" * 81), "f:5: rules[0].name: is "),
        (RULE + RULE.replace("wave", "Wave"), 'f:10: rules[1].name: "Wave" is the name of rules[0] too'),
        (RULE.replace("stars:<=2", "stars:<="), "f:6: rules[0].when: "),
        (RULE.replace("stars:<=2", "NOT acme"), "f:6: rules[0].when: "),
        (RULE.replace("stars:<=2", "@gone"), "f:6: rules[0].when: "),
        (RULE.replace("stars:<=2", ""), "f:6: rules[0].when: is empty"),
        (RULE.replace("more_than = 5", "more_than = -1"), "f:7: rules[0].more_than: is -1; it has to be from 0 to 10000"),
        (RULE.replace("more_than = 5", "more_than = 1.5"), "f:7: rules[0].more_than: is 1.5; a whole number is wanted"),
        (RULE.replace("more_than = 5", "more_then = 5"), 'f:7: rules[0].more_then: unknown key; did you mean "more_than"?'),
        (RULE.replace("6h", "0h"), 'f:8: rules[0].within: is "0h"; it has to be from "1m" to "31d"'),
        (RULE.replace("6h", "5w"), 'f:8: rules[0].within: is "5w"; it has to be from "1m" to "31d"'),
        (RULE + "share_over = 1.0", "f:9: rules[0].share_over: is 1.0; it has to be from 0 to less than 1"),
        (RULE + "share_over = nan", "f:9: rules[0].share_over: is nan"),
        (RULE + 'severity = "bad"', 'f:9: rules[0].severity: is "bad"; use one of "elevated", "high", "critical"'),
        (RULE + 'brands = ["Acmee"]', 'f:9: rules[0].brands[0]: no brand has the name "Acmee"; did you mean "Acme"?'),
        ('[[notify]]\nvia = "mail"', 'f:5: notify[0].via: is "mail"; use one of "email", "webhook", "apprise"'),
        ("[[notify]]", "f:4: notify[0].via: is missing"),
        ('[[notify]]\nvia = "email"', 'f:4: notify[0]: via = "email" needs to = ["pr@example.com"]'),
        ('[[notify]]\nvia = "email"\nto = []', 'f:6: notify[0].to: is empty; write to = ["pr@example.com"]'),
        ('[[notify]]\nvia = "email"\nto = "a@b"', 'f:6: notify[0].to: is "a@b"; a list is wanted here'),
        ('[[notify]]\nvia = "webhook"', 'f:4: notify[0]: via = "webhook" needs url = "env:NAME" or "https://…"'),
        ('[[notify]]\nvia = "apprise"', 'f:4: notify[0]: via = "apprise" needs url'),
        ('[[notify]]\nvia = "command"', 'f:4: notify[0]: via = "command" needs argv'),
        ('[[notify]]\nvia = "command"\nargv = []', "f:6: notify[0].argv: is empty"),
        ('[[notify]]\nvia = "command"\nargv = [""]', "f:6: notify[0].argv[0]: is empty"),
        ('[[notify]]\nvia = "command"\nargv = "tell --loud"', "f:6: notify[0].argv: "),
        ('[[notify]]\nvia = "file"', 'f:4: notify[0]: via = "file" needs path = "alerts.jsonl"'),
        (MAIL + 'url = "https://x.example"', 'f:7: notify[0].url: is of no use to via = "email"; it belongs to "webhook", "apprise"'),
        ('[[notify]]\nvia = "stdout"\nto = ["a@b.example"]', 'f:6: notify[0].to: is of no use to via = "stdout"; it belongs to "email"'),
        ('[[notify]]\nvia = "webhook"\nurl = "ftp://x"', "f:6: notify[0].url: is no address to post to"),
        ('[[notify]]\nvia = "apprise"\nurl = "slack"', "f:6: notify[0].url: is no address for apprise"),
        ('[[notify]]\nvia = "webhook"\nurl = "https://x"\nsecret = ""', "f:7: notify[0].secret: is empty"),
        (MAIL + 'name = "a"\n' + MAIL + 'name = "A"', 'f:11: notify[1].name: "A" is the name of notify[0] too'),
        (MAIL + 'mute = "22-7"', "f:7: notify[0].mute: '22-7' are no hours of rest; write from and until"),
        (MAIL + 'mute = "24:00-07:00"', "f:7: notify[0].mute: "),
        (MAIL + 'mute = "07:00-07:00"', "f:7: notify[0].mute: '07:00-07:00' begins and ends at the same time"),
        (MAIL + 'digest = "08:00"', "f:7: notify[0].digest: '08:00' is no time for a digest; write daily 08:00"),
        (MAIL + 'digest = "weekly 08:00"', "f:7: notify[0].digest: "),
        (MAIL + 'digest = "weekly moon 08:00"', "f:7: notify[0].digest: "),
        (MAIL + 'each = "stars:"', "f:7: notify[0].each: "),
        (MAIL + 'each = "(acme"', "f:7: notify[0].each: "),
        (MAIL + 'brands = ["Globex"]', 'f:7: notify[0].brands[0]: no brand has the name "Globex"'),
        (MAIL + 'severty = "high"', 'f:7: notify[0].severty: unknown key; did you mean "severity"?'),
        ("[smtp]\nport = 25", "f:4: smtp.host: is missing"),
        ('[smtp]\nhost = "smtp://mail"', 'f:5: smtp.host: is "smtp://mail"; write the server\'s name alone'),
        ('[smtp]\nhost = "mail:587"', 'f:5: smtp.host: is "mail:587"'),
        ('[smtp]\nhost = ""', 'f:5: smtp.host: is ""'),
        (SMTP + "port = 0", "f:6: smtp.port: is 0; it has to be from 1 to 65535"),
        (SMTP + 'user = "u"', "f:6: smtp.user: has no password beside it; give both, or none"),
        (SMTP + 'password = "p"', "f:6: smtp.password: has no user beside it"),
        (SMTP + 'security = "ssl"', 'f:6: smtp.security: is "ssl"; use one of "starttls", "tls", "none"'),
        (SMTP + 'security = "none"\nuser = "u"\npassword = "p"', 'f:6: smtp.security: is "none", which would send the password'),
        (SMTP + 'from = "nobody"', 'f:6: smtp.from: is "nobody"; write an address'),
        (SMTP + 'from = "A\\nBcc: x@y <a@b.example>"', "f:6: smtp.from: "),
        (SMTP + 'sender = "a@b.example"', "f:6: smtp.sender: unknown key; "),
        (SMTP + 'fromm = "a@b.example"', 'f:6: smtp.fromm: unknown key; did you mean "from"?'),
        ('[notify]\nvia = "email"', "f:4: notify: is a table; a list is wanted here: write [[notify]], once for each"),
        ('[[smtp]]\nhost = "x"', "f:4: smtp: is a list; a table is wanted here"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_with_line_and_key(text, wrong):
    """What cannot be right is told where it stands, with what would be right."""
    found = mistakes(text)
    assert any(line.startswith(wrong) for line in found), found


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@",
        "@b",
        "a@b@c",
        "a b@c",
        "a@b, c@d",
        "a@b\\nBcc: c@d",
        "<a@b>",
        "-oQ/tmp@b",
        "a@b\\u202e",
        "a@" + "b" * 254,
    ],
)
def test_what_is_no_address_is_none(address):
    """Nothing passes that a mail program could take for two addresses, a header or an option."""
    (found,) = mistakes(f'[[notify]]\nvia = "email"\nto = ["pr@acme.example", "{address}"]')
    assert found.startswith("f:6: notify[0].to[1]: is ")
    assert "which is no mail address" in found


def test_all_mistakes_come_at_once():
    """Rules, channels, server and alerts are told of in one run, by line."""
    found = mistakes(
        RULE.replace("6h", "6")
        + MAIL
        + 'mute = "x"\ndigest = "y"\neach = "("\n'
        + SMTP
        + 'user = "u"\n[alerts]\nremind = 1'
    )
    assert [line.split(": ")[1] for line in found if line.startswith("f:")] == [
        "rules[0].within", "notify[0].mute", "notify[0].digest", "notify[0].each", "smtp.user", "alerts.remind",
    ]  # fmt: skip


def test_queries_of_rules_and_channels_know_the_saved_ones_and_what_is_stored():
    """Both may use @name, tone and stars; and a wrong saved query is told once, not again for what uses it."""
    saved = '[queries]\nbad = "tone:negative stars:<=2"\n'
    c = parse(RULE.replace("stars:<=2", "@bad OR intent:churn") + MAIL + 'each = "@bad"\n' + saved)
    assert (c.rules[0].when, c.notify[0].each) == ("@bad OR intent:churn", "@bad")
    told = mistakes(RULE.replace("stars:<=2", "@bad") + '[queries]\nbad = "("')
    assert [line.split(": ")[1] for line in told if line.startswith("f:")] == ["queries.bad"]


# --- names ----------------------------------------------------------------------------------------------


def test_channels_without_a_name_get_a_stable_one():
    """It is made of the kind and of where it tells: order, brands and other channels do not change it."""
    hook = '[[notify]]\nvia = "webhook"\nurl = "https://x.example/T0KEN"\n'
    one, two = parse(MAIL + hook).notify
    three, four = parse(hook + 'severity = "high"\n' + MAIL + 'mute = "22:00-07:00"\n').notify
    assert (one.name, two.name) == (four.name, three.name)
    assert one.name.startswith("email-")
    assert len(two.name) == len("webhook-") + 6
    assert "T0KEN" not in two.name
    assert parse('[[notify]]\nvia = "stdout"').notify[0].name == "stdout"
    assert parse('[[notify]]\nvia = "email"\nto = ["b@x.example", "a@x.example"]').notify[0].name == (
        parse('[[notify]]\nvia = "email"\nto = ["a@x.example", "b@x.example"]').notify[0].name
    )


def test_two_channels_to_one_place_have_two_names():
    """As for two brands with severities of their own; a name that was given is never taken."""
    made = parse(MAIL).notify[0].name
    names = [c.name for c in parse(MAIL + MAIL + MAIL + f'name = "{made}"\n').notify]
    assert names == [f"{made}-2", f"{made}-3", made]


def test_a_name_does_not_hang_on_the_secret(tmp_path):
    """A token that is changed leaves the outbox as it is."""
    text = '[[notify]]\nvia = "webhook"\nurl = "env:HOOK"\n'
    names = {load(tmp_path, text, environ={"HOOK": f"https://x.example/{n}"}).notify[0].name for n in range(3)}
    assert len(names) == 1


# --- secrets --------------------------------------------------------------------------------------------

SECRETS = (
    '[[notify]]\nvia = "webhook"\nurl = "env:HOOK"\nsecret = "file:key"\n'
    + SMTP + 'user = "env:USER_NAME"\npassword = "env:PASS"\n'
)  # fmt: skip


def test_secrets_of_channels_are_put_in_and_never_shown(tmp_path):
    """Where they are used they are themselves; in repr and config show they are ***."""
    (tmp_path / "key").write_text("hush-1\n", encoding="utf-8")
    c = load(tmp_path, SECRETS, environ={"HOOK": "https://x.example/hush-2", "USER_NAME": "hush-3", "PASS": "hush-4"})
    assert c.notify[0].url == "https://x.example/hush-2"
    assert (c.notify[0].secret, c.smtp.user, c.smtp.password) == ("hush-1", "hush-3", "hush-4")
    assert "hush" not in repr(c) + cfg.show_config(c)
    assert cfg.show_config(c).count('"***"') == 4


def test_secrets_that_are_written_out_are_secrets_all_the_same():
    """An address with a token, a signing key and a password are masked, wherever they came from."""
    c = parse(
        '[[notify]]\nvia = "apprise"\nurl = "slack://hush/a"\n[[notify]]\nvia = "webhook"\nurl = "https://x.example/hush"\n'
        'secret = "hush"\n' + SMTP + 'user = "me"\npassword = "hush"\n'
    )  # fmt: skip
    assert "hush" not in repr(c) + cfg.show_config(c)
    assert isinstance(c.smtp.password, Secret)
    assert c.smtp.user == "me"


def test_references_are_shown_as_they_stand():
    """What names a secret is none, and tells which variable is meant."""
    shown = cfg.show_config(parse(SECRETS))
    assert all(name in shown for name in ("env:HOOK", "file:key", "env:PASS"))


def test_missing_secrets_are_told_with_their_line(tmp_path):
    """All of them at once, beside other mistakes."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, SECRETS + "port = 0\n", environ={"USER_NAME": ""})
    told = [str(problem).partition("mentionwatch.toml:")[2] for problem in caught.value.problems]
    assert [line.partition(": ")[2] for line in told] == [
        'notify[0].url: the environment variable "HOOK" is not set',
        'notify[0].secret: the file "key" cannot be read: No such file or directory',
        'smtp.user: "env:USER_NAME" is empty',
        'smtp.password: the environment variable "PASS" is not set',
        "smtp.port: is 0; it has to be from 1 to 65535",
    ]


def test_a_secret_address_that_is_none_is_told_without_it(tmp_path):
    """The variable holds something else: its name is told, and nothing of what it holds."""
    text = '[[notify]]\nvia = "webhook"\nurl = "env:HOOK"\n'
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text, environ={"HOOK": "hush hush"})
    assert 'what "env:HOOK" holds is no address to post to' in str(caught.value)
    assert "hush" not in str(caught.value)


def test_resolve_secrets_puts_in_those_of_channels_too(tmp_path):
    """A configuration that was parsed from text gets them later."""
    (tmp_path / "key").write_text("k", encoding="utf-8")
    c = replace(parse(SECRETS), path=tmp_path / "f.toml")
    environ = {"HOOK": "https://x.example/", "USER_NAME": "u", "PASS": "p"}
    done = cfg.resolve_secrets(c, environ)
    assert (done.notify[0].secret, done.smtp.password) == ("k", "p")
    with pytest.raises(ConfigError, match=r"smtp.password: the environment variable"):
        cfg.resolve_secrets(c, {"HOOK": "https://x.example/", "USER_NAME": "u"})


@pytest.mark.parametrize(
    ("argv", "shown"),
    [
        (("tell", "--token", "hush", "x"), ("tell", "--token", "***", "x")),
        (("tell", "--password=hush"), ("tell", "--password=***")),
        (("tell", "https://me:hush@x.example/?key=hush"), ("tell", "https://***@x.example/?key=***")),
        (("tell", "API_KEY=hush", "--loud"), ("tell", "API_KEY=***", "--loud")),
    ],
)
def test_a_programs_secrets_are_not_shown(argv, shown):
    """``config show`` masks what follows an option that names a secret."""
    assert mask_argv(argv) == shown


# --- a file that was only found ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('[[notify]]\nvia = "command"\nargv = ["sh"]\n', ':5: notify[0].via: "command" is refused in a config that was only'),
        ('[[notify]]\nvia = "file"\npath = "a"\n', ':5: notify[0].via: "file" is refused'),
        ('[[notify]]\nvia = "webhook"\nurl = "file:/etc/passwd"\n', ":6: notify[0].url: reads a file"),
        (SMTP + 'user = "u"\npassword = "file:key"\n', ":7: smtp.password: reads a file"),
    ],
)  # fmt: skip
def test_a_file_that_was_only_found_runs_reads_and_writes_nothing(tmp_path, text, wrong):
    """It may have come with a stranger's archive; named, it may."""
    (tmp_path / "key").write_text("k", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text, named=False)
    assert wrong in str(caught.value)
    if "passwd" not in text:
        load(tmp_path, text)


def test_a_file_channel_is_beside_the_configuration(tmp_path):
    """Its path is absolute once loaded, and its name is that of what was written."""
    text = '[[notify]]\nvia = "file"\npath = "alerts.jsonl"\n'
    found = load(tmp_path, text).notify[0]
    assert found.path == str(tmp_path / "alerts.jsonl")
    assert found.name == parse(text).notify[0].name


# --- showing --------------------------------------------------------------------------------------------


def test_what_is_shown_is_read_back():
    """``config show`` prints rules, channels and server so that they are read again as they are."""
    c = parse(
        RULE + "share_over = 0.25\n" + MAIL + 'name = "p"\nmute = "22:00-07:00"\n[[notify]]\nvia = "command"\n'
        'argv = ["tell", "--loud"]\n[[notify]]\nvia = "file"\npath = "a.jsonl"\n' + SMTP
        + 'from = "Watch <w@x.example>"\nuser = "u"\npassword = "env:P"\n[alerts]\nremind = "6h"\n'
    )  # fmt: skip
    shown = cfg.show_config(c)
    assert 'from = "Watch <w@x.example>"' in shown
    assert "sender" not in shown
    assert cfg.parse_config(shown, "shown", compile_query) == c
    assert 'remind = "never"' in cfg.show_config(parse(""))
    assert toml.parse(shown, "shown").values["notify"][1]["argv"] == ["tell", "--loud"]


# --- times ----------------------------------------------------------------------------------------------

CLOCKS = st.times().map(lambda t: t.replace(second=0, microsecond=0))


@given(CLOCKS, CLOCKS)
def test_hours_of_rest_are_read_as_written(start, end):
    """Any two different times of the day, also over midnight."""
    text = f"{start:%H:%M}-{end:%H:%M}"
    if start == end:
        with pytest.raises(ValueError, match="same time"):
            parse_mute(text)
    else:
        assert parse_mute(text) == (start, end)


@given(CLOCKS, st.sampled_from([None, "mon", "Tue", "wednesday", "thu", "FRI", "sat", "sunday"]))
def test_a_digest_is_read_as_written(at, day):
    """Daily, or weekly with a day by its name or its first three letters."""
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    text = f"weekly {day} {at:%H:%M}" if day else f"daily {at:%H:%M}"
    assert parse_digest(text) == Digest(days.index(day.lower()[:3]) if day else None, at)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    """No text makes anything but a time or a ValueError."""
    for read in (parse_mute, parse_digest):
        try:
            found = read(text)
        except ValueError:
            continue
        assert all(part is None or isinstance(part, (int, time)) for part in found)
