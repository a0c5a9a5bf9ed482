"""The life of an alert."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mentionwatch.alerts import (
    BETWEEN_NOTICES,
    MOST_EVIDENCE,
    Marking,
    Rated,
    Trouble,
    decide,
    decide_source,
    fall_burst,
    find_fall,
    reason_sentence,
)
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


def step(past, found, now, marking=None, **settings):
    """One poll."""
    return decide(past, found, now=now, brand="Acme", settings=AlertSettings(**settings), marking=marking)


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


def test_a_long_window_does_not_silence_what_came_after_a_resolution_by_hand():
    """A rule of a month still counts what was dealt with; once enough of it is later, it is news, and not before."""
    resolved = NOW + HOUR
    alert = replace(opened(), state="resolved", resolved=resolved, updated=resolved)
    told = []
    for day in range(1, 8):
        now = NOW + 24 * day * HOUR + 2 * HOUR
        seen = replace(
            burst(now, mentions=(*alert.evidence, *(f"new{n}" for n in range(2 * day)))), start=NOW - 9 * HOUR
        )
        told.append(step(alert, seen, now, min_mentions=5).reason)
    assert told == ["none", "none", "open", "open", "open", "open", "open"]
    same = replace(burst(NOW + 90 * HOUR, mentions=alert.evidence), start=NOW - 9 * HOUR)
    assert step(alert, same, NOW + 90 * HOUR).reason == "none"


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


def test_what_opened_under_a_clock_a_year_ahead_ends_all_the_same():
    """It goes on from now: it gets graver after three hours, ends after `quiet`, and silences nothing till then."""
    alert = step(None, burst(NOW + 9000 * HOUR), NOW + 9000 * HOUR).alert
    made = step(alert, None, NOW)
    assert (made.reason, made.notice, made.alert.last_burst) == ("updated", None, NOW)
    graver = step(made.alert, burst(NOW + 4 * HOUR, severity="high"), NOW + 4 * HOUR)
    assert (graver.reason, graver.alert.id) == ("worse", alert.id)
    assert step(graver.alert, None, NOW + 40 * HOUR).reason == "resolved"
    at_once = step(alert, burst(NOW, severity="critical"), NOW)
    assert at_once.notice is None
    assert step(at_once.alert, burst(NOW + 4 * HOUR, severity="critical"), NOW + 4 * HOUR).reason == "worse"


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


# --- telling again, and not telling -------------------------------------------------------------------------------


def test_an_open_alert_is_told_again_where_that_is_wanted():
    """Every `remind` since the last notice while it is open, storm or calm; never by default."""
    alert, told = opened(), []
    for hour in range(1, 24):
        made = step(alert, burst(NOW + hour * HOUR) if hour % 2 else None, NOW + hour * HOUR, remind=6 * HOUR)
        alert = made.alert
        told += [(hour, made.reason)] if made.notice else []
    assert told == [(6, "remind"), (12, "remind"), (18, "remind")]
    assert step(opened(), burst(NOW + 23 * HOUR), NOW + 23 * HOUR).notice is None


def test_acknowledging_silences_until_it_is_graver():
    """No reminder, no update; a graver storm is told, and its end."""
    alert = replace(opened(), state="acknowledged")
    for hour in range(1, 20):
        made = step(alert, burst(NOW + hour * HOUR), NOW + hour * HOUR, remind=2 * HOUR)
        assert (made.reason, made.notice, made.alert.state) == ("updated", None, "acknowledged")
        alert = made.alert
    graver = step(alert, burst(NOW + 20 * HOUR, severity="high"), NOW + 20 * HOUR)
    assert (graver.notice, graver.alert.state) == ("worse", "open")
    ended = step(replace(graver.alert, state="acknowledged"), None, NOW + 44 * HOUR)
    assert ended.notice == "resolved"


# --- marks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("taken", "left", "reason"),
    [(0, 2, "none"), (1, 3, "marks"), (5, 9, "none"), (9, 5, "marks"), (7, 7, "none"), (14, 0, "marks")],
)
def test_marks_can_close_an_alert(taken, left, reason):
    """Where the detector sees no burst without them: too few are left, or most of what it rested on is taken away."""
    made = step(opened(), None, NOW + HOUR, Marking(taken, left))
    assert made.reason == reason
    if reason == "marks":
        assert (made.notice, made.alert.state, made.alert.resolved) == ("resolved", "resolved", NOW + HOUR)
        assert made.alert.reason.endswith(
            f"Closed by marks: {taken} of {taken + left} mentions behind it do not count."
        )
        assert step(made.alert, burst(NOW + 2 * HOUR), NOW + 2 * HOUR).notice is None, "what they left is known"


def test_marks_do_not_close_what_is_still_a_burst():
    """Its figures are those of what is left, and nothing is told."""
    made = step(opened(), burst(NOW + HOUR, observed=6, odds=1e4), NOW + HOUR, Marking(8, 6))
    assert (made.reason, made.notice, made.alert.observed) == ("updated", None, 6)


# --- other kinds --------------------------------------------------------------------------------------------------


def test_kinds_have_lives_of_their_own():
    """Another id for each, and a sentence in its own words."""
    kinds = ("negative", "volume", "rule:one-star wave", "rating")
    made = [decide(None, burst(), now=NOW, brand="Acme", settings=SETTINGS, kind=kind).alert for kind in kinds]
    assert tuple(alert.kind for alert in made) == kinds
    assert len({alert.id for alert in made}) == len(kinds)
    assert made[1].reason.startswith("14 mentions in 6 h; you usually see 1.2.")
    told = decide(None, burst(), now=NOW, brand="Acme", settings=SETTINGS, kind="rule:x", sentence="Six is too many.")
    assert told.alert.reason == "Six is too many."


DOWN = Trouble("down", "HTTP 500: https://forum.example", NOW - HOUR)


def source_step(past, trouble, now, **settings):
    """One poll of a source."""
    return decide_source(past, trouble, now=now, source="forum", settings=AlertSettings(**settings))


def test_a_source_is_told_when_it_goes_down_and_when_it_is_back():
    """Once each; what it is down with may change meanwhile."""
    made = source_step(None, DOWN, NOW)
    assert (made.reason, made.notice, made.alert.brand, made.alert.kind) == ("open", "open", "forum", "source")
    assert "HTTP 500" in made.alert.reason
    assert source_step(made.alert, DOWN, NOW + HOUR).reason == "none"
    gone = source_step(made.alert, replace(DOWN, state="gone", reason="HTTP 410"), NOW + HOUR)
    assert (gone.reason, gone.notice) == ("updated", None)
    assert "is gone: HTTP 410" in gone.alert.reason
    back = source_step(gone.alert, None, NOW + 2 * HOUR)
    assert (back.reason, back.notice, back.alert.state) == ("resolved", "resolved", "resolved")
    assert source_step(back.alert, None, NOW + 3 * HOUR).reason == "none"


def test_a_source_that_is_back_is_not_said_to_be_down():
    """What it had stands in the past, without the advice for who would still mend it."""
    trouble = replace(DOWN, reason="HTTP 404: https://forum.example; check the address")
    back = source_step(source_step(None, trouble, NOW).alert, None, NOW + HOUR).alert
    assert back.reason == "The source forum is back. It was down: HTTP 404: https://forum.example."
    again = source_step(back, replace(trouble, since=NOW + HOUR), NOW + 2 * HOUR).alert
    assert "forum is down: HTTP 404" in again.reason


def test_a_source_that_is_down_again_soon_is_the_same_incident():
    """Within `quiet`; later it is a new one."""
    alert = source_step(source_step(None, DOWN, NOW).alert, None, NOW + 2 * HOUR).alert
    again = source_step(alert, replace(DOWN, since=NOW + 2 * HOUR), NOW + 5 * HOUR)
    assert (again.reason, again.notice, again.alert.id) == ("reopened", "worse", alert.id)
    late = source_step(alert, replace(DOWN, since=NOW + 2 * HOUR), NOW + 50 * HOUR)
    assert (late.reason, late.alert.id != alert.id) == ("open", True)


def test_a_source_that_the_user_resolved_stays_so_while_the_trouble_is_the_same():
    """And reminders are as for bursts."""
    alert = source_step(None, DOWN, NOW).alert
    mine = replace(alert, state="resolved", resolved=NOW + HOUR)
    assert source_step(mine, DOWN, NOW + 9 * HOUR).reason == "none"
    assert source_step(alert, DOWN, NOW + 6 * HOUR, remind=6 * HOUR).reason == "remind"
    assert source_step(replace(alert, state="acknowledged"), DOWN, NOW + 6 * HOUR, remind=6 * HOUR).reason == "none"


DAY = 24 * HOUR


def readings(*stars, count=200):
    """One a day, the last now."""
    return [Rated(NOW - n * DAY, rating, count) for n, rating in enumerate(reversed(stars))]


@pytest.mark.parametrize(
    ("stars", "fall"),
    [
        ((4.5, 4.5, 4.2), 0.3),
        ((4.5, 4.5, 4.21), None),
        ((4.2, 4.5), None),
        ((4.5,), None),
        ((), None),
        ((4.6, *[4.5] * 6, 4.25), 0.35),
        # Slowly over weeks: nothing of it within a week.
        (tuple(4.8 - 0.03 * n for n in range(20)), None),
        # A young page jumps by such steps all the time.
        ((4.0, 4.4, 4.0, 4.4, 4.0, 4.4, 4.0, 4.4, *[4.4] * 7, 4.0), None),
        ((4.8, 4.1), 0.7),
    ],
)
def test_a_rating_that_falls(stars, fall):
    """By 0.3 stars within seven days, and by more than it wobbles anyway."""
    found = find_fall("Acme One", "shop", readings(*stars), now=NOW)
    assert (round(found.stars, 2) if found else None) == fall


def test_an_average_of_few_is_not_judged():
    """Below ten ratings each one moves it; where their number is not told, it is."""
    assert find_fall("Acme One", "shop", readings(4.5, 4.0, count=9), now=NOW) is None
    assert find_fall("Acme One", "shop", readings(4.5, 4.0, count=None), now=NOW)


@pytest.mark.parametrize(
    ("before", "after", "falls"),
    [
        (12_000, 15, False),
        (12_000, 5_999, False),
        (12_000, 6_000, True),
        (15, 12_000, False),
        (12, 100, True),
        (9, 900, True),
    ],
)
def test_a_rating_of_something_else_is_not_compared(before, after, falls):
    """Ratings that were reset, or now are of one variant: what 15 people say is no fall of what 12,000 said."""
    seen = [Rated(NOW - 3 * DAY, 4.6, before), Rated(NOW - 2 * DAY, 4.6, None), Rated(NOW - DAY, 4.0, after)]
    assert (find_fall("Acme One", "shop", seen, now=NOW) is not None) == falls
    again = [*seen, Rated(NOW, 3.5, after)]
    assert find_fall("Acme One", "shop", again, now=NOW).before.rating == (4.6 if falls else 4.0)


def test_a_rating_that_falls_has_a_life():
    """Told once with its numbers, graver when it falls on, resolved when it has stayed where it is."""
    stars = [4.6] * 20 + [4.2] * 2 + [3.9] * 12
    alert, told = None, []
    for day in range(len(stars)):
        now = NOW + day * DAY
        seen = [Rated(NOW + n * DAY, rating, 1234) for n, rating in enumerate(stars[: day + 1])]
        fall = find_fall("Acme One", "shop", seen, now=now)
        made = decide(
            alert, fall_burst(fall) if fall else None, now=now, brand="Acme", settings=SETTINGS, kind="rating",
            sentence=fall.sentence if fall else None,
        )  # fmt: skip
        alert = made.alert
        told += [(day, made.notice, alert.severity, alert.reason)] if made.notice else []
    assert [(day, notice, severity) for day, notice, severity, _reason in told][:2] == [
        (20, "open", "elevated"),
        (22, "worse", "high"),
    ]
    assert told[0][3] == (
        "The rating of Acme One at shop fell from 4.60 to 4.20 stars of 1,234 ratings within 1 day;"
        " it usually moves by 0.00 a day."
    )
    assert [notice for _day, notice, _severity, _reason in told] == ["open", "worse", "resolved"]


# --- a whole life -------------------------------------------------------------------------------------------------


class Life(RuleBasedStateMachine):
    """Polls, storms, calm, clocks that jump, and a user who acknowledges, resolves and marks; what is told is kept."""

    REMIND = 8 * HOUR

    def __init__(self):
        super().__init__()
        self.now, self.alert = NOW, None
        #: (id, notice, severity, time) of everything that was told.
        self.told = []
        #: Since the alert was last told: the user did something, or it was resolved.
        self.acked = False

    def poll(self, found, marking=None):
        before = self.alert
        made = step(before, found, self.now, marking, remind=self.REMIND)
        assert (made.notice is None) == (made.reason in {"updated", "none"})
        self.alert = made.alert
        if made.notice is not None:
            self.check(before, made)
            self.told.append((made.alert.id, made.notice, made.alert.severity, self.now))
        # The very same poll again has nothing to tell.
        again = step(self.alert, found, self.now, marking, remind=self.REMIND)
        assert again.notice is None, again.reason

    def check(self, before, made):
        mine = [notice for id_, notice, _severity, _at in self.told if id_ == made.alert.id]
        graver = before is not None and SEVERITIES.index(made.alert.severity) > SEVERITIES.index(before.severity)
        if made.notice == "open":
            assert not mine, "an incident is opened once"
            assert before is None or before.state == "resolved"
        else:
            assert mine[0] == "open"
        if made.reason == "worse":
            assert graver
        if made.notice == "remind":
            assert before.state == "open"
            assert self.now - before.last_notice >= self.REMIND
        if made.notice == "resolved":
            assert before.state != "resolved"
        if before is not None and before.state == "acknowledged":
            assert made.reason in {"worse", "reopened", "resolved", "marks"}

    @rule(hours=st.integers(-3, 30))
    def time_goes_on(self, hours):
        self.now += hours * HOUR

    @rule(severity=st.sampled_from(SEVERITIES), width=st.integers(1, 32), who=st.integers(0, 5))
    def storm(self, severity, width, who):
        odds = 10.0 ** (3 + 3 * SEVERITIES.index(severity))
        self.poll(burst(self.now, severity, width, odds=odds, mentions=(f"m{who}", f"m{who + 1}")))

    @rule()
    def calm(self):
        self.poll(None)

    @precondition(lambda self: self.alert is not None and self.alert.state == "open")
    @rule()
    def acknowledge(self):
        self.alert = replace(self.alert, state="acknowledged", updated=self.now)

    @precondition(lambda self: self.alert is not None and self.alert.state != "resolved")
    @rule()
    def resolve(self):
        self.alert = replace(self.alert, state="resolved", resolved=self.now, updated=self.now)

    @rule(taken=st.integers(0, 5), left=st.integers(0, 9))
    def mark(self, taken, left):
        self.poll(None, Marking(taken, left))

    @invariant()
    def one_incident_at_a_time(self):
        if self.alert is not None:
            assert (self.alert.resolved is None) == (self.alert.state != "resolved")
            assert len(self.alert.evidence) == len(set(self.alert.evidence))

    def teardown(self):
        """In the end there is calm, and everything is resolved, once."""
        if self.alert is None:
            return
        was_live = self.alert.state != "resolved"
        self.now = max(self.now, self.alert.last_burst) + 24 * HOUR
        before = len(self.told)
        self.poll(None)
        assert self.alert.state == "resolved"
        assert [notice for _id, notice, _severity, _at in self.told[before:]] == ["resolved"] * was_live


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


WAVES = st.lists(st.integers(0, 11), min_size=1, max_size=12)


@given(WAVES, st.randoms())
def test_the_order_of_late_arrivals_does_not_matter_in_the_end(strengths, chance):
    """What a storm comes to is the same whichever of its mentions came late.

    The figures of its worst window, all that it rests on, and its end; only how grave it was told to be may differ,
    since a rise is told at most every three hours.
    """

    def live(order):
        alert = None
        for hour, strength in enumerate(order):
            found = None
            if strength:
                found = burst(
                    NOW + hour * HOUR, SEVERITIES[strength // 4], odds=10.0**strength, observed=4 + strength,
                    mentions=(f"m{strength}",),
                )  # fmt: skip
            alert = step(alert, found, NOW + hour * HOUR).alert
        ended = step(alert, None, NOW + 60 * HOUR).alert
        return ended and (ended.state, ended.observed, ended.odds, set(ended.evidence), ended.resolved)

    mixed = list(strengths)
    chance.shuffle(mixed)
    assert live(strengths) == live(mixed)
