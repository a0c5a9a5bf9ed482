"""The past replayed: what each setting would have told, of what is stored and of a stream."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentionwatch.alerts import decide
from mentionwatch.burst.scan import THRESHOLDS
from mentionwatch.errors import UsageError
from mentionwatch.model import Backtest, Budgeted, Burst, DayCount, Fired, Tone, Tried
from mentionwatch.output.backtest import backtest_record, write_backtests
from mentionwatch.output.base import Options
from mentionwatch.pipeline.backtest import Past, Seen, backtest_of, fired_at, fired_by, replay_brand
from mentionwatch.pipeline.budget import find_budget, parse_budget
from mentionwatch.pipeline.replay import Watcher, replay_lines
from mentionwatch.pipeline.verdict import judge_brand
from mentionwatch.settings import AlertSettings, Brand, Config, RuleSettings, SourceSettings
from mentionwatch.store import Store
from tests.cli.calling import run, run_process
from tests.stored_past import HOUR, START, everyday, fill, made, storm

UTC = timezone.utc
STORMS = (START + timedelta(days=6, hours=5), START + timedelta(days=10, hours=15))
END = START + timedelta(days=14)
WAVE = RuleSettings("one-star wave", "stars:1", 9, timedelta(hours=6))


def past_of_two_storms():
    """Two weeks with a large storm and a small one."""
    return [*everyday(14), *storm(STORMS[0], 25), *storm(STORMS[1], 9, first=200_000, seed=5)]


def configured(tmp_path, *, rules=(), alerts=None, brands=("Acme",)):
    return Config(
        brands=tuple(Brand(name, (name.lower(),)) for name in brands),
        sources=(SourceSettings("forum", "https://x.example"),),
        rules=rules,
        alerts=alerts or AlertSettings(),
    )


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A store with two weeks, and the file of a configuration that names it."""
    folder = tmp_path_factory.mktemp("past")
    (folder / "c.toml").write_text(
        'timezone = "Europe/Paris"\n[store]\nurl = "sqlite:///m.db"\n[[brands]]\nname = "Acme"\nmatch = ["acme"]\n'
        '[[sources]]\nname = "forum"\nurl = "https://x.example"\n'
        '[[rules]]\nname = "one-star wave"\nwhen = "stars:1"\nmore_than = 9\nwithin = "6h"\n',
        encoding="utf-8",
    )
    with Store(f"sqlite:///{folder / 'm.db'}", create=True, durable=False) as store:
        fill(store, past_of_two_storms())
    return folder / "c.toml"


@pytest.fixture(scope="module")
def past(stored, tmp_path_factory):
    """The pass over it."""
    with Store(f"sqlite:///{stored.parent / 'm.db'}") as store:
        config = configured(None, rules=(WAVE,))
        return replay_brand(config, store, config.brands[0], zone=UTC, now=END + timedelta(days=1))


def live(store, config, mentions, end, *, every=HOUR, hourly_from=START):
    """Poll as it happens; give the alerts."""
    brand = config.brands[0]
    waiting = sorted(mentions, key=lambda mention: mention.first_seen)
    now = START
    while now <= end:
        news = [mention for mention in waiting if mention.first_seen <= now]
        waiting = waiting[len(news) :]
        if news:
            fill_only(store, news)
        judge_brand(config, store, brand, now=now, to=())
        now += every if now < hourly_from else HOUR
    return sorted(store.alerts(brand=brand.name), key=lambda alert: alert.opened)


def fill_only(store, mentions):
    """Store without touching what the detector remembers."""
    state = store.brand_state("Acme")
    fill(store, mentions)
    if state is not None:
        store.record_verdict("Acme", state, None)
    else:
        from mentionwatch.store import BrandState

        store.record_verdict("Acme", BrandState(START, (), None), None)


# --- what is stored -------------------------------------------------------------------------------------


def test_each_setting_tells_of_the_storms(past):
    """The large storm is told at every sensitivity, within hours, and is resolved after a day of calm."""
    found = backtest_of(configured(None, rules=(WAVE,)), past)
    by_name = {tried.name: tried for tried in found.tried}
    assert list(by_name) == ["low", "medium", "high", "one-star wave"]
    for tried in found.tried:
        (first, *_rest) = [a for a in tried.alerts if a.opened >= STORMS[0]]
        assert first.opened - STORMS[0] < 5 * HOUR
        assert timedelta(0) <= first.delay < 8 * HOUR
        assert first.resolved - first.opened > timedelta(hours=24)
    assert len(by_name["low"].alerts) <= len(by_name["medium"].alerts) <= len(by_name["high"].alerts)
    assert by_name["medium"].in_force
    assert not by_name["low"].in_force
    assert [a.opened > STORMS[1] for a in by_name["one-star wave"].alerts] == [False]
    assert sum(day.total for day in found.days) == sum(not m.backlog for m in past_of_two_storms())
    assert 0.3 < found.months < 0.5


@pytest.mark.parametrize("sensitivity", ["low", "medium", "high"])
def test_one_pass_tells_what_a_pass_of_its_own_would(past, sensitivity, stored):
    """What was noted at the most sensitive setting is enough for the others."""
    wanted = AlertSettings(sensitivity=sensitivity)
    watcher, alert, changes = Watcher(wanted), None, []
    with Store(f"sqlite:///{stored.parent / 'm.db'}") as store:
        seen = store.sightings("Acme", since=None)
    now = START
    while now <= END:
        for one in seen:
            if now - HOUR < one.first_seen <= now:
                watcher.see(one)
        decision = decide(alert, watcher.poll(now), now=now, brand="Acme", settings=wanted)
        alert = decision.alert
        changes += [now] if decision.reason in {"open", "resolved"} else []
        now += HOUR
    told = fired_at(past, wanted, THRESHOLDS[sensitivity])
    assert [at for fired in told for at in (fired.opened, fired.resolved) if at] == changes
    assert changes


def test_it_tells_what_was_told(tmp_path):
    """Polls as they happened, with the pipeline itself: the same alerts at the same hours, of detector and rule."""
    mentions = past_of_two_storms()
    wave = replace(WAVE, more_than=5)
    config = configured(tmp_path, rules=(wave,))
    with Store(f"sqlite:///{tmp_path / 'm.db'}", create=True, durable=False) as store:
        told = live(store, config, mentions, STORMS[0] + timedelta(days=3))
        pasts = replay_brand(config, store, config.brands[0], zone=UTC, now=END)
    by_kind = {kind: [a.opened for a in told if a.kind == kind] for kind in ("negative", "rule:one-star wave")}
    assert [a.opened for a in fired_at(pasts, AlertSettings(), THRESHOLDS["medium"])] == by_kind["negative"]
    assert [a.opened for a in fired_by(pasts, wave, AlertSettings())] == by_kind["rule:one-star wave"]
    assert all(by_kind.values())


def test_nothing_is_written_by_it(stored):
    """The file is the same, byte by byte."""
    before = (stored.parent / "m.db").read_bytes()
    assert run("--config", stored, "backtest", "--budget", "2/month").exit_code == 0
    assert (stored.parent / "m.db").read_bytes() == before


def test_since_leaves_out_alerts_and_not_what_is_learned(past):
    """The second storm is judged by what was usual before."""
    config = configured(None, rules=(WAVE,))
    found = backtest_of(config, past, since=STORMS[1])
    opened = [a.opened for a in found.tried[1].alerts]
    assert opened == [a.opened for a in backtest_of(config, past).tried[1].alerts if a.opened >= STORMS[1]]
    assert opened
    assert found.since == STORMS[1]
    assert min(day.start for day in found.days) > STORMS[1] - timedelta(days=2)


def test_a_brand_of_a_day_is_still_learned(tmp_path):
    """Nothing could have been told, and it says so."""
    config = configured(tmp_path)
    with Store(f"sqlite:///{tmp_path / 'm.db'}", create=True, durable=False) as store:
        fill(store, [made(n, START + n * HOUR) for n in range(5)])
        found = backtest_of(config, replay_brand(config, store, config.brands[0], zone=UTC, now=END))
    assert (found.learned, found.months) == (None, 0.0)
    assert "Still being learned" in written([found])


def test_a_brand_that_was_never_polled_has_no_past(tmp_path):
    """There is nothing to replay."""
    config = configured(tmp_path)
    with Store(f"sqlite:///{tmp_path / 'm.db'}", create=True) as store:
        assert replay_brand(config, store, config.brands[0], zone=UTC, now=END) is None


def noted(*scores, hours=48, observed=9):
    """A past in which something stood out every so many hours, and was looked at once each time."""
    past = Past(Brand("Acme", ("acme",)), START, START + timedelta(days=30), learned=START)
    for n, score in enumerate(scores):
        at = START + n * hours * HOUR
        burst = Burst(at - HOUR, at, observed + n, observed + n, 1.0, 20, 0.5, 0.1, 10.0, score, "elevated", 5, 5, ())
        past.bursts.append(Seen(at, burst, at - HOUR))
    return past


def test_a_threshold_takes_what_reaches_it():
    """From its score on, graver three and seven above it; resolved a day later, but for what is still open."""
    past = noted(2.5, 2.99, 3.0, 6.0, 9.9, 10.0)
    assert [len(fired_at(past, AlertSettings(), THRESHOLDS[name])) for name in ("low", "medium", "high")] == [3, 4, 6]
    medium = fired_at(past, AlertSettings(), 3.0)
    assert [alert.severity for alert in medium] == ["elevated", "high", "high", "critical"]
    assert {alert.resolved - alert.opened for alert in medium} == {timedelta(hours=24)}
    assert len(fired_at(past, AlertSettings(), 3.0, min_mentions=13)) == 2
    past.until = START + 5 * 48 * HOUR + 23 * HOUR
    assert [alert.resolved is None for alert in fired_at(past, AlertSettings(), 3.0)] == [False, False, False, True]


def test_what_goes_on_is_one_alert():
    """Within `quiet` it is the same incident, with the gravest severity and the worst figures it had."""
    past = noted(3.0, 10.0, 3.0, hours=20)
    (alert,) = fired_at(past, AlertSettings(), 3.0)
    assert (alert.severity, alert.observed) == ("critical", 11)
    assert alert.resolved == START + 40 * HOUR + timedelta(hours=24)
    assert len(fired_at(past, AlertSettings(quiet=timedelta(hours=5)), 3.0)) == 3


def test_a_rate_counts_from_when_bursts_were_looked_for():
    """The day of learning is no time in which an alert could have been."""
    past = noted(3.0, 3.0, 3.0)
    past.learned = START + timedelta(days=15)
    assert find_budget(configured(None), [past], 9.0, again=lambda _: [past])[0].now_per_month == pytest.approx(6.0)
    assert backtest_of(configured(None), past).months == pytest.approx(0.5)


def test_what_is_read_in_pieces_is_whole(tmp_path):
    """The last poll of a piece sees what the rules match, as every other does."""
    config = configured(tmp_path, rules=(replace(WAVE, more_than=0),))
    for hours in (-2, -1, 0, 1):
        with Store(f"sqlite:///{tmp_path / f'{hours}.db'}", create=True, durable=False) as store:
            seen = START + timedelta(days=7) + hours * HOUR
            last = made(3, seen + timedelta(days=3), rating=5.0)
            fill(store, [made(1, START - HOUR, backlog=True), made(2, seen - HOUR / 2, rating=1.0, seen=seen), last])
            past = replay_brand(config, store, config.brands[0], zone=UTC, now=END)
        assert [alert.opened for alert in fired_by(past, config.rules[0], AlertSettings())] == [seen]


@pytest.mark.parametrize("volume", [True, False])
def test_bursts_of_any_tone_are_a_line_of_their_own(tmp_path, volume):
    """Where they are looked for, a crowd that does not complain is told as volume, and never as negative."""
    crowd = [replace(m, tone=Tone("neutral", 0.0, 0.9)) for m in storm(STORMS[0], 60)]
    config = configured(tmp_path, alerts=AlertSettings(volume=volume))
    with Store(f"sqlite:///{tmp_path / 'm.db'}", create=True, durable=False) as store:
        fill(store, [*everyday(10), *crowd])
        past = replay_brand(config, store, config.brands[0], zone=UTC, now=END)
    found = {tried.name: tried for tried in backtest_of(config, past).tried}
    assert ("volume" in found) == volume
    near = [a for t in found.values() if t.name != "volume" for a in t.alerts if abs(a.opened - STORMS[0]) < 12 * HOUR]
    assert near == []
    if volume:
        assert found["volume"].in_force
        assert any(timedelta(0) < a.opened - STORMS[0] < 12 * HOUR for a in found["volume"].alerts)
        assert "volume, any tone" in written([backtest_of(config, past)])


# --- knobs, all the way ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "alerts", "told"),
    [
        ({}, {}, True),
        ({"author": "ann"}, {}, False),  # one angry author
        ({}, {"min_authors": 25}, True),
        ({}, {"min_authors": 26}, False),
        ({}, {"min_mentions": 25}, True),
        ({}, {"min_mentions": 26}, False),
        ({"confidence": 0.4}, {"min_confidence": 0.4}, True),
        ({"confidence": 0.4}, {"min_confidence": 0.5}, False),
        ({"copy": "c000000000000000"}, {}, False),  # one text
    ],
)
def test_least_authors_mentions_and_confidence_hold(tmp_path, change, alerts, told):
    """From the configuration over the store to the alert: a storm below one of them is none, live and replayed."""
    settings = AlertSettings(**alerts)
    storming = storm(STORMS[0], 25)
    if "author" in change:
        storming = [replace(m, entry=replace(m.entry, author="ann")) for m in storming]
    if "confidence" in change:
        storming = [replace(m, tone=replace(m.tone, confidence=0.4)) for m in storming]
    if "copy" in change:
        storming = [replace(m, copy=change["copy"]) for m in storming]
    config = configured(tmp_path, alerts=settings)
    mentions = [*(m for m in everyday(7) if m.tone.label != "negative"), *storming]
    with Store(f"sqlite:///{tmp_path / 'm.db'}", create=True, durable=False) as store:
        found = live(store, config, mentions, STORMS[0] + 8 * HOUR, every=6 * HOUR, hourly_from=STORMS[0])
        past = replay_brand(config, store, config.brands[0], zone=UTC, now=END)
    assert bool(found) == told
    assert bool(fired_at(past, settings, THRESHOLDS["medium"])) == told


def test_a_brands_own_settings_go_first(stored):
    """An override in a brand is what is in force for it, whatever [alerts] says."""
    own = 'match = ["acme"]\n[brands.alerts]\nmin_mentions = 4\nsensitivity = "low"\n'
    text = stored.read_text(encoding="utf-8").replace('match = ["acme"]\n', own)
    path = stored.with_name("own.toml")
    path.write_text(text + "[alerts]\nmin_mentions = 500\n", encoding="utf-8")
    found = json.loads(run("--config", path, "--json", "backtest").stdout)["brands"][0]["settings"]
    assert [(s["name"], s["in_force"]) for s in found[:3]] == [("low", True), ("medium", False), ("high", False)]
    assert found[0]["alerts"]


# --- a budget -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "per_month"), [("2/month", 2.0), ("1/week", 30 / 7), (" 0.5 / DAY ", 15.0), ("12/years", 360 / 365)]
)
def test_budgets_are_read(text, per_month):
    """So many in a day, week, month or year."""
    assert parse_budget(text) == pytest.approx(per_month)


@pytest.mark.parametrize("text", ["", "2", "two/month", "-1/month", "2/moon", "1e9/day", "٢/month"])
def test_what_is_no_budget_is_told(text):
    """With what would be right."""
    with pytest.raises(UsageError, match="write 2/month"):
        parse_budget(text)


@pytest.mark.parametrize(("days", "told"), [(6.9, False), (7.1, True)])
def test_a_budget_is_not_made_of_a_few_days(stored, days, told):
    """One alert in an hour of watching is no 700 a month, and no reason to ask for more mentions."""
    since = f"{END - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
    done = run("--config", stored, "backtest", "--budget", "2/month", "--since", since)
    assert done.exit_code == 0
    assert ("At most 2 alerts a month" in done.stdout) is told
    assert ("--budget needs 7 days of watching" in done.stderr) is not told


def budget(past, most, *, again=None, rules=(WAVE,)):
    return find_budget(configured(None, rules=rules), [past], most, again=again or (lambda _least: [past]))


def test_the_highest_sensitivity_under_the_budget_is_found(past):
    """As much as is wanted, and no more; and of a rule the lowest threshold."""
    rates = {name: len(fired_at(past, AlertSettings(), THRESHOLDS[name])) for name in THRESHOLDS}
    months = backtest_of(configured(None), past).months
    detector, rule = budget(past, 1000)
    assert (detector.setting, rule.setting) == ('sensitivity = "high"', "more_than = 0")
    detector, rule = (
        budget(past, rates["high"] / months - 0.01)
        if rates["high"] > rates["medium"]
        else budget(past, rates["high"] / months)
    )
    assert detector.per_month <= detector.most
    assert rule.per_month <= rule.most


@settings(max_examples=15, deadline=None)
@given(most=st.floats(0, 60))
def test_what_is_found_stays_under_the_budget(past, most):
    """Whatever the budget is: a rule's threshold keeps it, and one that is lower by one does not."""
    rule = budget(past, most)[1]
    assert rule.per_month <= most
    least = int(rule.setting.removeprefix("more_than = "))
    if least:
        lower = replace(WAVE, more_than=least - 1)
        months = backtest_of(configured(None), past).months
        assert len(fired_by(past, lower, AlertSettings())) / months > most


def test_where_no_sensitivity_does_more_mentions_are_asked_for(stored, past):
    """No alert at all is a budget too: then a burst has to be larger than the largest."""
    config = configured(None)
    with Store(f"sqlite:///{stored.parent / 'm.db'}") as store:

        def again(least):
            return [replay_brand(config, store, config.brands[0], zone=UTC, now=END, min_mentions=least)]

        found = find_budget(config, [past], 0.0, again=again)[0]
    assert found.per_month == 0.0
    assert re.fullmatch(r'sensitivity = "low", min_mentions = \d+', found.setting)


# --- how it is shown ------------------------------------------------------------------------------------


def written(found, fits=(), *, width=80, color=False):
    stream = io.StringIO()
    write_backtests(found, fits, stream, Options(width=width, color=color, zone=UTC))
    return stream.getvalue()


def shown_past(days=30, *, brand="Acme", rule="wave"):
    fired = Fired(
        START + timedelta(days=10, hours=5), START + timedelta(days=10), None, "critical", 40, 2.0, 30, "Why."
    )
    return Backtest(
        brand,
        START,
        START + timedelta(days=days),
        START + timedelta(days=1),
        tuple(DayCount(START + timedelta(days=n), n % 7 + (60 if n == 10 else 0), 80) for n in range(days)),
        (Tried("low", "sensitivity", False, ()), Tried("medium", "sensitivity", True, (fired,)), Tried(rule, "rule", True, ())),
    )  # fmt: skip


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("days", [1, 2, 30, 66, 400])
def test_the_chart_fits_the_terminal(width, days):
    """However long the past is, no line is wider than the terminal, and a mark stands below its day."""
    lines = written([shown_past(days)], width=width).splitlines()
    assert max(map(len, lines)) <= width
    marks = next(line for line in lines if line.startswith("medium "))
    if days > 10:
        top = next(line for line in lines if "█" in line)
        assert marks.index("◆") == top.index("█")
        lowest = lines[lines.index(next(line for line in lines if line.startswith("low "))) - 1][14:]
        # Every seventh day has none; what is there is seen, however little it is.
        if days == 30 and width == 80:
            assert [n for n, cell in enumerate(lowest) if cell == " "] == [0, 7, 14, 21, 28]


def test_the_chart_says_what_it_shows():
    """Bars with their scale, dates below, the settings with the one in force, the delay, and why it was told."""
    text = written([shown_past()], [Budgeted("detector", 'sensitivity = "low"', 0.0, 1.0, 0.5)])
    assert "Acme  2026-03-02 to 2026-04-01, 2,400 mentions" in text
    assert re.search(r"(?m)^ +63 +█", text)
    assert "03-02" in text
    assert re.search(r"medium \(now\) +1 +1\.0 +0, 1 +5\.0 h, at most 5\.0 h", text)
    assert "2026-03-12 05:00  critical  still open              detector, medium\n    Why." in text
    assert 'detector: sensitivity = "low" (0.0 a month; now 1.0)' in text


def test_hostile_names_are_harmless():
    """Control characters of a brand or rule never reach the terminal, nor the record."""
    found = shown_past(brand="A\x1b[31mcme\n", rule="w\x1b]0;x\x07 [bold]é" + "長" * 40)
    text = written([found])
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\\u001b" not in json.dumps(backtest_record([found], []))


def test_colour_only_where_it_is_wanted():
    """Nothing is told by colour alone."""
    plain, coloured = written([shown_past()]), written([shown_past()], color=True)
    assert "\x1b[" not in plain
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain


def test_the_command_shows_it_in_two_widths(stored):
    """At 80 columns and at 120; quietly with nothing on stderr."""
    for width in (80, 120):
        done = run_process("--config", stored, "backtest", env={**os.environ, "COLUMNS": str(width)})
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        assert "rule one-star wave" in done.stdout
        assert max(map(len, done.stdout.splitlines())) <= width


def test_the_command_gives_json(stored):
    """One document with days, settings and alerts; times in UTC, missing is null."""
    done = run("--config", stored, "--json", "backtest", "--budget", "1/month", "--sensitivity", "low")
    found = json.loads(done.stdout)
    (brand,) = found["brands"]
    assert [s["name"] for s in brand["settings"]] == ["low", "one-star wave"]
    alert = brand["settings"][0]["alerts"][0]
    assert set(alert) == {
        "opened",
        "first",
        "delay_s",
        "resolved",
        "severity",
        "observed",
        "expected",
        "authors",
        "reason",
    }
    assert alert["opened"].endswith("Z") or alert["opened"].endswith("+00:00")
    assert [b["what"] for b in found["budget"]] == ["detector", "one-star wave"]
    assert brand["days"][0].keys() == {"date", "negative", "total"}


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (("--brand", "Acmee"), 2, "did you mean 'Acme'?"),
        (("--budget", "lots"), 2, "is no budget; write 2/month"),
        (("--since", "soon"), 2, "is no time"),
        (("--stdin", "--brand", "Acme"), 2, "--brand looks at what is stored"),
        (("--stdin", "--budget", "2/month"), 2, "--budget looks at what is stored"),
        (("--stdin", "--since", "3d"), 2, "--since looks at what is stored"),
        (("--stdin", "--json"), 2, "--json looks at what is stored"),
    ],
)
def test_wrong_use_is_told(stored, args, code, told):
    """In one line, with what to do."""
    done = run("--config", stored, "backtest", *args, input="")
    assert done.exit_code == code
    assert told in done.stderr


def test_brands_are_named_in_any_case(stored):
    """As everywhere on the command line."""
    assert "Acme" in run("--config", stored, "backtest", "--brand", "acme").stdout


# --- the protocol ---------------------------------------------------------------------------------------

EPOCH = START.timestamp()


def stream(mentions, *, until, brand="Acme", every=3600):
    """Protocol lines of mentions, and a tick for each poll."""
    lines = [
        (
            m.first_seen.timestamp(),
            0,
            {
                "type": "event",
                "id": m.id,
                "t": m.entry.published.timestamp(),
                "fetched": m.first_seen.timestamp(),
                "brand": brand,
                "feed": m.entry.source,
                "tone": m.tone.label,
                "key": m.id,
            },
        )
        for m in mentions
    ]
    at = EPOCH
    while at <= until.timestamp():
        lines.append((at, 1, {"type": "poll", "t": at, "brand": brand}))
        at += every
    return sorted(lines, key=lambda line: line[:2])


def as_text(lines):
    return "".join(json.dumps(record) + "\n" for *_order, record in lines)


def replay(text, **how):
    return list(replay_lines(io.StringIO(text), AlertSettings(**how)))


def test_a_storm_in_a_stream_is_told_and_resolved():
    """Lines have time, brand and kind first; the storm is opened within hours, and resolved a day after it."""
    told = replay(as_text(stream([*everyday(7), *storm(STORMS[0], 25)], until=STORMS[0] + timedelta(days=6))))
    mine = [line for line in told if line["t"] >= STORMS[0].timestamp()]
    assert list(mine[0])[:3] == ["t", "brand", "kind"]
    assert (mine[0]["brand"], mine[0]["kind"]) == ("Acme", "open")
    assert mine[0]["t"] - STORMS[0].timestamp() < 5 * 3600
    assert mine[-1]["kind"] == "resolve"
    assert {line["kind"] for line in told} <= {"open", "escalate", "resolve"}


def test_brands_of_one_stream_do_not_touch_each_other():
    """Two brands in one stream give what each gives alone."""
    one = stream([*everyday(7), *storm(STORMS[0], 25)], until=STORMS[0] + timedelta(days=3), brand="A")
    two = stream(
        [*everyday(7, seed=9), *storm(STORMS[0] + 9 * HOUR, 15)], until=STORMS[0] + timedelta(days=3), brand="B"
    )
    both = replay(as_text(sorted([*one, *two], key=lambda line: line[:2])))
    assert [line for line in both if line["brand"] == "A"] == replay(as_text(one))
    assert [line for line in both if line["brand"] == "B"] == replay(as_text(two))
    assert {line["brand"] for line in both} == {"A", "B"}


def test_a_stream_heeds_authors_confidence_and_unknown_tone():
    """What the benchmark does not have may stand in a stream all the same."""

    def told(**extra):
        lines = stream(everyday(7), until=STORMS[0] + timedelta(days=1))
        lines += [
            (a, b, {**r, **extra}) for a, b, r in stream(storm(STORMS[0], 25), until=START) if r["type"] == "event"
        ]
        text = as_text(sorted(lines, key=lambda line: line[:2]))
        return [
            line
            for line in replay(text, min_confidence=0.5)
            if line["t"] > STORMS[0].timestamp() and line["kind"] == "open"
        ]

    assert len(told()) == 1
    assert told(author="ann") == []
    assert told(confidence=0.4) == []
    assert len(told(confidence=0.6)) == 1
    assert told(tone="unknown") == []
    assert told(key="one text") == []
    assert len(told(t=None)) == 1


def test_a_new_feed_in_a_stream_is_backlog():
    """What it held when it was first seen is no storm; what it tells at the next poll is."""
    lines = stream(everyday(7), until=STORMS[0] + timedelta(days=2))
    at = STORMS[0] + timedelta(hours=7)

    def told(mentions):
        more = [(a, b, {**r, "feed": "new"}) for a, b, r in stream(mentions, until=START) if r["type"] == "event"]
        text = as_text(sorted([*lines, *more], key=lambda line: line[:2]))
        return [one for one in replay(text) if one["t"] >= STORMS[0].timestamp()]

    first = [replace(mention, first_seen=at) for mention in storm(STORMS[0], 25)]
    assert told(first) == []
    assert told([made(1, START), *first]) != []


def test_copies_of_old_texts_in_a_stream_are_no_storm():
    """A text that was there five days ago, and is long learned, does not count when it comes again."""
    old = storm(START + timedelta(days=1), 25, hours=30)
    again = storm(STORMS[0], 25, first=300_000)
    lines = stream([*everyday(7), *old], until=STORMS[0] + timedelta(days=1))
    keys = [(a, b, r) for a, b, r in stream(again, until=START) if r["type"] == "event"]

    def told(copies):
        more = [(a, b, {**r, "key": f"m{100_000 + n:015x}"} if copies else r) for n, (a, b, r) in enumerate(keys)]
        text = as_text(sorted([*lines, *more], key=lambda line: line[:2]))
        return [one for one in replay(text) if one["t"] >= STORMS[0].timestamp() and one["kind"] == "open"]

    assert told(copies=True) == []
    assert len(told(copies=False)) == 1


GOOD = {
    "type": "event",
    "id": "1",
    "t": EPOCH,
    "fetched": EPOCH,
    "brand": "A",
    "feed": "f",
    "tone": "neutral",
    "key": "k",
}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("nonsense", "Expecting value"),
        ("[]", 'is no {"type": "event"'),
        ("{}", 'is no {"type": "event"'),
        ('{"type": "tick"}', 'is no {"type": "event"'),
        ('{"type": "poll", "brand": "A"}', "its t is no"),
        ('{"type": "poll", "brand": "A", "t": "now"}', "its t is no"),
        ('{"type": "poll", "brand": "A", "t": NaN}', "its t is no"),
        ('{"type": "poll", "brand": "A", "t": 1e300}', "its t is no time"),
        ('{"type": "poll", "brand": "A", "t": true}', "its t is no"),
        ('{"type": "poll", "t": 5}', "its brand is no text"),
        (json.dumps({**GOOD, "tone": "angry"}), "its tone is 'angry'; negative, neutral"),
        (json.dumps({**GOOD, "tone": ["negative"]}), "its tone is"),
        (json.dumps({**GOOD, "id": None}), "its id is no text"),
        (json.dumps({**GOOD, "feed": {}}), "its feed is no text"),
        (json.dumps({**GOOD, "fetched": None}), "its fetched is no"),
        (json.dumps({**GOOD, "t": "x"}), "its t is no"),
        (json.dumps({**GOOD, "author": []}), "its author is no text"),
        (json.dumps({**GOOD, "confidence": "high"}), "its confidence is no number"),
        ("[" * 100_000, "line 2 of the stream"),
        ('"' + "x" * 1_000_001, "is longer than 1,000,000 characters"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_with_its_number(line, why):
    """The stream ends there, in one line and with exit code 2; what was told before was told."""
    with pytest.raises(UsageError, match="line 2 of the stream") as caught:
        replay(json.dumps(GOOD) + "\n" + line + "\n")
    assert why in str(caught.value)
    done = run("backtest", "--stdin", input=json.dumps(GOOD) + "\n" + line + "\n")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: line 2 of the stream: ")
    assert done.stderr.count("\n") == 1


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["event", "poll"]),
            st.floats(allow_nan=False, allow_infinity=False),
            st.none() | st.floats(-1e11, 1e11),
        ),
        max_size=12,
    )
)
def test_any_times_are_replayed_or_refused(rows):
    """Times backwards, far away or negative never end in anything else."""
    text = "".join(
        json.dumps({**GOOD, "type": kind, "fetched": at, "t": at if kind == "poll" else t}) + "\n"
        for kind, at, t in rows
    )
    try:
        told = replay(text)
    except UsageError:
        return
    assert all(line["brand"] == "A" for line in told)


def test_an_empty_stream_tells_nothing():
    """No line in, no line out; blank lines are none."""
    assert replay("\n  \n") == []
    done = run_process("backtest", "--stdin", input="")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_stream_needs_no_configuration_and_nothing_slow(tmp_path):
    """A file that lies around, and its mistakes, have nothing to do with what comes; and the start is quick."""
    (tmp_path / "mentionwatch.toml").write_text("broken", encoding="utf-8")
    code = (
        "import sys; sys.argv = ['mentionwatch', 'backtest', '--stdin']\n"
        "from mentionwatch.cli import cli\n"
        "try: cli()\nexcept SystemExit as e: code = e.code\n"
        "slow = {'pydantic', 'sqlalchemy', 'textblob', 'httpx', 'rich', 'tomli', 'regex', 'asyncio', 'numpy'}\n"
        "print(code, sorted(slow & set(sys.modules)))"
    )
    text = as_text(stream(everyday(2), until=START + timedelta(days=2)))
    root = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], input=text, capture_output=True, text=True, cwd=tmp_path, env=root, check=False
    )
    assert done.stdout.strip() == "0 []", done.stderr


def test_what_is_named_sets_the_stream(tmp_path):
    """--config FILE gives the [alerts], and --sensitivity goes before it."""
    path = tmp_path / "c.toml"
    path.write_text('[alerts]\nmin_mentions = 60\n[[brands]]\nname = "B"\nmatch = ["b"]\n', encoding="utf-8")
    text = as_text(stream([*everyday(7), *storm(STORMS[0], 25)], until=STORMS[0] + timedelta(days=1)))
    assert '"open"' in run("backtest", "--stdin", input=text).stdout
    assert run("--config", path, "backtest", "--stdin", input=text).stdout == ""
    path.write_text('[alerts]\nmin_mentions = 3\n[[brands]]\nname = "B"\nmatch = ["b"]\n', encoding="utf-8")
    assert '"open"' in run("--config", path, "backtest", "--stdin", "--sensitivity", "low", input=text).stdout


def test_lines_are_told_as_they_come():
    """A reader at the other end of a pipe has the alert before the stream ends."""
    text = as_text(stream([*everyday(7), *storm(STORMS[0], 25)], until=STORMS[0] + timedelta(hours=6)))
    command = [sys.executable, "-m", "mentionwatch", "backtest", "--stdin"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.stdin.write(text)
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["kind"] == "open"
        assert process.poll() is None
        process.stdin.close()
        assert all(json.loads(line) for line in process.stdout)
    assert process.returncode == 0


def test_the_page_shows_the_protocol_as_it_is():
    """The events of the documentation are read, and the keys of what is told are those that are told."""
    page = (Path(__file__).resolve().parents[1] / "docs" / "backtest.md").read_text("utf-8")
    shown = [line for line in page.splitlines() if line.startswith('{"')]
    assert replay("\n".join(line for line in shown if '"type"' in line)) == []
    (told,) = (json.loads(line) for line in shown if '"type"' not in line)
    text = as_text(stream([*everyday(7), *storm(STORMS[0], 25)], until=STORMS[0] + timedelta(days=1)))
    assert list(replay(text)[0]) == list(told)


def test_a_source_that_was_down_is_left_out_as_it_was(tmp_path):
    """While it lasts nobody knows its end; what was silent for a week is not learned as calm."""
    down = (START + timedelta(days=3), START + timedelta(days=5))
    watcher = Watcher(AlertSettings(), [("forum", *down)])
    assert watcher.watched(down[0] - HOUR).outages == ()
    assert watcher.watched(down[0] + HOUR).outages == (("forum", down[0], None),)
    assert watcher.watched(down[1] + HOUR).outages == (("forum", *down),)
    expected = []
    mentions = [m for m in past_of_two_storms() if not down[0] - HOUR < m.first_seen < down[1] + HOUR]
    for outage in (None, down):
        config = configured(tmp_path)
        with Store(f"sqlite:///{tmp_path / f'{outage is None}.db'}", create=True, durable=False) as store:
            fill(store, mentions, outage=outage)
            past = replay_brand(config, store, config.brands[0], zone=UTC, now=END)
        expected.append(max(seen.burst.expected for seen in past.bursts))
    assert expected[0] < expected[1]
