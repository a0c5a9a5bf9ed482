"""The life of an alert."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.alerts import BETWEEN_NOTICES, MOST_EVIDENCE, decide, reason_sentence
from mentionwatch.model import SEVERITIES, Alert, Burst
from mentionwatch.settings import AlertSettings

NOW = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
SETTINGS = AlertSettings()


def burst(end=NOW, severity="elevated", hours=6, **changes):
    """A burst of six hours."""
    figures = {
        "observed": 14, "observed_raw": 14, "expected": 1.2, "total": 20, "negative_share": 0.7, "usual_share": 0.5,
        "odds": 932_000.0, "score": 6.0, "authors": 9, "stories": 9, "mentions": ("a", "b"),
    }  # fmt: skip
    return Burst(start=end - hours * HOUR, end=end, severity=severity, **{**figures, **changes})


def step(past, found, now, **settings):
    """One poll."""
    return decide(past, found, now=now, brand="Acme", settings=AlertSettings(**settings))


def opened():
    """The alert that the first burst opens."""
    return step(None, burst(), NOW).alert


def test_nothing_comes_of_nothing():
    """Without a burst there is no alert and no notice."""
    made = step(None, None, NOW)
    assert (made.reason, made.alert, made.notice) == ("none", None, None)


def test_a_burst_opens_an_alert_that_is_told():
    """The first burst opens an alert with its figures, its sentence and a stable id."""
    made = decide(None, burst(), now=NOW, brand="Acme", settings=SETTINGS, blind_spots=("forum", "forum"))
    assert (made.reason, made.notice) == ("open", "open")
    alert = made.alert
    assert alert.state == "open"
    assert (alert.observed, alert.expected, alert.authors, alert.evidence) == (14, 1.2, 9, ("a", "b"))
    assert alert.blind_spots == ("forum",)
    assert alert.last_burst == alert.last_notice == alert.opened == NOW
    assert alert.id == step(None, burst(), NOW).alert.id
    assert alert.reason == reason_sentence(burst())


def test_the_same_storm_updates_silently():
    """A storm that goes on is told once; its evidence grows."""
    made = step(opened(), burst(NOW + HOUR, mentions=("b", "c")), NOW + HOUR)
    assert (made.reason, made.notice) == ("updated", None)
    assert made.alert.evidence == ("a", "b", "c")
    assert made.alert.last_burst == NOW + HOUR
    assert made.alert.last_notice == NOW


def test_the_worst_window_stays():
    """A weaker window does not replace the figures; a stronger one does."""
    weaker = step(opened(), burst(odds=10.0, observed=4), NOW + HOUR).alert
    assert weaker.observed == 14
    stronger = step(weaker, burst(odds=1e7, observed=30), NOW + 2 * HOUR).alert
    assert (stronger.observed, stronger.odds) == (30, 1e7)
    assert stronger.reason.startswith("30 negative mentions")


@pytest.mark.parametrize("state", ["open", "acknowledged"])
def test_a_graver_storm_is_told_again(state):
    """A rise in severity is told, three hours after the last notice at the earliest, acknowledged or not."""
    alert = replace(opened(), state=state)
    early = step(alert, burst(severity="high"), NOW + HOUR)
    assert (early.reason, early.notice, early.alert.severity) == ("updated", None, "elevated")
    later = step(early.alert, burst(severity="high"), NOW + BETWEEN_NOTICES)
    assert (later.reason, later.notice, later.alert.severity) == ("worse", "worse", "high")
    assert later.alert.state == "open"
    again = step(later.alert, burst(severity="high"), NOW + 3 * BETWEEN_NOTICES)
    assert (again.reason, again.notice) == ("updated", None)


def test_severity_does_not_fall():
    """A storm that weakens keeps the severity it was told with."""
    alert = step(None, burst(severity="critical"), NOW).alert
    assert step(alert, burst(), NOW + 5 * HOUR).alert.severity == "critical"


def test_calm_resolves_once():
    """After `quiet` without a burst the alert is resolved and told so, once."""
    alert = opened()
    assert step(alert, None, NOW + 23 * HOUR).reason == "none"
    made = step(alert, None, NOW + 24 * HOUR)
    assert (made.reason, made.notice, made.alert.state) == ("resolved", "resolved", "resolved")
    assert made.alert.resolved == NOW + 24 * HOUR
    assert step(made.alert, None, NOW + 25 * HOUR).notice is None


def test_back_within_quiet_is_the_same_incident():
    """A burst soon after the resolution reopens the alert under its id, and is told; later it is a new one."""
    alert = step(opened(), None, NOW + 24 * HOUR).alert
    soon = step(alert, burst(NOW + 30 * HOUR, hours=2), NOW + 30 * HOUR)
    assert (soon.reason, soon.notice, soon.alert.id) == ("reopened", "worse", alert.id)
    assert (soon.alert.state, soon.alert.resolved) == ("open", None)
    late = step(alert, burst(NOW + 60 * HOUR), NOW + 60 * HOUR)
    assert (late.reason, late.notice) == ("open", "open")
    assert late.alert.id != alert.id


def test_resolved_by_hand_stays_resolved():
    """Mentions that the user has dealt with do not come back; graver or later ones do."""
    alert = replace(opened(), state="resolved", resolved=NOW + HOUR)
    assert step(alert, burst(NOW + 2 * HOUR), NOW + 2 * HOUR).reason == "none"
    assert step(alert, burst(NOW + 2 * HOUR, severity="high"), NOW + 2 * HOUR).reason == "reopened"
    assert step(alert, burst(NOW + 9 * HOUR), NOW + 9 * HOUR).reason == "reopened"


def test_another_wave_after_a_time_without_polls_is_told():
    """A burst that began more than `quiet` after the last one is news, although no poll resolved the alert."""
    made = step(opened(), burst(NOW + 72 * HOUR), NOW + 72 * HOUR)
    assert (made.reason, made.notice) == ("reopened", "worse")


def test_a_clock_set_back_changes_nothing():
    """Earlier times neither resolve nor open, and leave the times of the alert as they were."""
    alert = opened()
    back = NOW - 100 * HOUR
    assert step(alert, None, back).reason == "none"
    made = step(alert, burst(back), back)
    assert made.notice is None
    assert (made.alert.last_burst, made.alert.updated) == (NOW, NOW)
    resolved = step(alert, None, NOW + 24 * HOUR).alert
    assert step(resolved, burst(back), back).reason == "none"


def test_evidence_is_capped():
    """An alert never links more than 500 mentions, the first ones."""
    many = tuple(str(i) for i in range(2 * MOST_EVIDENCE))
    alert = step(None, burst(mentions=many), NOW).alert
    alert = step(alert, burst(mentions=("new", *many)), NOW + HOUR).alert
    assert alert.evidence == many[:MOST_EVIDENCE]


POLLS = st.lists(
    st.tuples(st.integers(-5, 40), st.sampled_from([None, None, *SEVERITIES]), st.integers(1, 32)), max_size=40
)


@given(POLLS)
def test_never_told_twice_and_always_resolved(polls):
    """Whatever happens: notices differ in reason from one to the next, severity rises only, and calm ends it."""
    now, alert = NOW, None
    for hours, severity, width in polls:
        now += hours * HOUR
        before = alert
        made = step(alert, burst(now, severity, width) if severity else None, now)
        alert = made.alert
        assert (made.notice is None) == (made.reason in {"updated", "none"})
        if made.reason == "worse":
            assert SEVERITIES.index(alert.severity) > SEVERITIES.index(before.severity)
            assert now - before.last_notice >= BETWEEN_NOTICES
        elif made.reason == "open":
            assert before is None or (before.state == "resolved" and alert.id != before.id)
        elif made.reason == "updated":
            assert alert.severity == before.severity
        # told once: the very same poll again tells nothing
        if severity:
            assert step(alert, burst(now, severity, width), now).notice is None
        else:
            assert step(alert, None, now).notice is None
    if alert is not None:
        last = max(now, alert.last_burst)
        assert step(alert, None, last + 24 * HOUR).alert.state == "resolved"


def test_the_sentence():
    """The sentence gives the numbers a person needs, and rounds the odds down."""
    assert reason_sentence(burst()) == (
        "14 negative mentions in 6 h; you usually see 1.2. 9 authors. By chance: 1 in 900,000."
    )


def test_the_sentence_of_a_share():
    """Where the count alone says little, the share is told."""
    big = burst(hours=2, observed=41, observed_raw=41, expected=17.4, total=48, negative_share=41 / 48,
                usual_share=0.47, odds=90_000.0, authors=41)  # fmt: skip
    assert reason_sentence(big) == (
        "41 negative mentions in 2 h; you usually see 17. 85% of 48 mentions were negative (usually 47%). "
        "41 authors. By chance: 1 in 90,000."
    )


def test_a_share_as_usual_is_not_told():
    """A share that is hardly above the usual one is left out."""
    assert "%" not in reason_sentence(burst(observed=20, expected=10.0, negative_share=0.5, usual_share=0.45))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"expected": 0.01}, "you usually see fewer than 0.1."),
        ({"expected": 9.96, "usual_share": None}, "you usually see 10."),
        ({"observed": 12_345, "observed_raw": 12_345}, "12,345 negative mentions"),
        ({"observed": 1, "observed_raw": 1, "authors": 1}, "1 negative mention in 6 h"),
        ({"authors": 1}, " 1 author."),
        ({"observed_raw": 20}, "14 negative mentions in 6 h (20 with copies and repeats);"),
        ({"odds": 12.9}, "1 in 10."),
        ({"odds": 7.9}, "1 in 7."),
        ({"odds": 1e12}, "less than 1 in 1,000,000,000,000."),
        ({"odds": 999_999_999_999.9}, "1 in 900,000,000,000."),
        ({"odds": float("inf")}, "less than 1 in 1,000,000,000,000."),
    ],
)
def test_numbers_in_words(changes, said):
    """Numbers are rounded sensibly, and nouns agree with them."""
    assert said in reason_sentence(burst(**changes))


@given(st.floats(), st.floats(0, 1e9), st.integers(1, 10**6))
def test_any_numbers_make_a_sentence(odds, expected, observed):
    """No number breaks the sentence."""
    text = reason_sentence(burst(odds=odds, expected=expected, observed=observed, observed_raw=observed))
    assert text.endswith(".")
    assert "nan" not in text


def test_an_alert_without_a_last_burst_still_ends():
    """An alert stored without the time of its last burst is judged by when it was updated."""
    alert: Alert = replace(opened(), last_burst=None)
    assert step(alert, None, NOW + 24 * HOUR).reason == "resolved"
