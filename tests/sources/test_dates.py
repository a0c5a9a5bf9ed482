"""Dates are UTC, or kept as they were published."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.sources.dates import parse_date
from mentionwatch.text import clean

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Mon, 24 Sep 2018 19:42:40 -0500", "2018-09-25T00:42:40"),
        ("Mon, 24 Sep 2018 19:42:40 EST", "2018-09-25T00:42:40"),
        ("24 Sep 18 19:42 GMT", "2018-09-24T19:42:00"),
        ("Mon, 24 Sep 2018 19:42:40 GMT+2", "2018-09-24T17:42:40"),
        ("Tue, 30 Jun 2015 23:59:60 GMT", "2015-06-30T23:59:59"),
        ("2020-08-12T08:00:37-07:00", "2020-08-12T15:00:37"),
        ("2020-08-12T08:00:37-0700", "2020-08-12T15:00:37"),
        ("2020-08-12T08:00:37.25Z", "2020-08-12T08:00:37.250000"),
        ("2020-08-12T08:00:37Z[UTC]", "2020-08-12T08:00:37"),
        ("2015-06-30T24:00:00Z", "2015-07-01T00:00:00"),
        ("2020-08-12 08:00", "2020-08-12T08:00:00"),
        ("2020-08-12", "2020-08-12T00:00:00"),
        ("20200812", "2020-08-12T00:00:00"),
        (1_600_000_000, "2020-09-13T12:26:40"),
        ("1600000000", "2020-09-13T12:26:40"),
        (1_600_000_000_000, "2020-09-13T12:26:40"),
        (1_600_000_000.5, "2020-09-13T12:26:40.500000"),
        ("20200812080037", "2020-08-12T08:00:37"),
        ("22.11.2022 12:16:00", "2022-11-22T12:16:00"),
        ("Friday, January 29, 2021 04:42 PM", "2021-01-29T16:42:00"),
        ("Fri, 05/03/2019 - 15:21", "2019-05-03T15:21:00"),
        ("Seg, 24 Set 2018 19:42:40 -0300", "2018-09-24T22:42:40"),
        ("mer, 16 nov 2022 00:38:15 +0100", "2022-11-15T23:38:15"),
        ("Tue, 05/03/2019 - 15:21", "2019-03-05T15:21:00"),
        ("05/03/2019 3:21 pm", "2019-05-03T15:21:00"),
        ("12/11/2026", "2026-11-12T00:00:00"),
        ("13/02/2020 23:59:59 +0100", "2020-02-13T22:59:59"),
        ("January 5th, 2021 12:05 am", "2021-01-05T00:05:00"),
        ("enero 29, 2021 04:42 PM EST", "2021-01-29T21:42:00"),
        ("lunes, 29 de enero de 2018 10:00", "2018-01-29T10:00:00"),
        ("शुक्र, 29 जनवरी 2021 16:42:00 +0530", "2021-01-29T11:12:00"),
        ("ಶುಕ್ರ, 29 ಜನವರಿ 2021 16:42:00 +0530", "2021-01-29T11:12:00"),
        ("Δευ, 24 Σεπ 2018 19:42:40 +0300", "2018-09-24T16:42:40"),
        ("pon., 24 wrz 2018 19:42:40 +0200", "2018-09-24T17:42:40"),
        ("po, 24. září 2018 19:42:40 +0200", "2018-09-24T17:42:40"),
        ("нд, 24 лип 2022 19:42:40 +0300", "2022-07-24T16:42:40"),
        ("2021年1月29日 16:42", "2021-01-29T16:42:00"),
        ("2021年1月29日(金) 16:42:01", "2021-01-29T16:42:01"),
        ("2021년 1월 29일", "2021-01-29T00:00:00"),
        ("Do, 22.11.2022 12:16", "2022-11-22T12:16:00"),
        ("12 août 2020 10:00", "2020-08-12T10:00:00"),
        ("Mi, 4 Mär 2020 10:00:00 MEZ", "2020-03-04T09:00:00"),
        ("вт, 3 мар 2020 10:00:00 +0300", "2020-03-03T07:00:00"),
    ],
)
def test_a_date_is_read_as_utc(raw, expected):
    """Each form that feeds and APIs use gives the same moment in UTC, and nothing is kept of it."""
    date, kept = parse_date(raw, now=NOW)
    assert date == datetime.fromisoformat(expected).replace(tzinfo=timezone.utc)
    assert kept is None


@pytest.mark.parametrize(
    "raw",
    ["0", "1970-01-01", "0001-01-01", "1989-12-31", "Tue, 31 Feb 2020 00:00:00 GMT", "yesterday", "7", "2024", "13:37",
     "nan", "9" * 400, "9999-12-31T23:59:59-1200", "x" * 5000, "2020-01-01" + " " * 50 + "x" * 90,
     "Fri, 11 Mar 2016 01:15:00 +3000"],
)  # fmt: skip
def test_what_is_no_date_is_kept_as_published(raw):
    """A date that cannot be read, or is before 1990, gives None and its first 100 characters."""
    date, kept = parse_date(raw, now=NOW)
    assert date is None
    assert kept is not None
    assert kept[:5] == raw[:5]
    assert len(kept) <= 100


@pytest.mark.parametrize("raw", ["2026-11-19T10:00:00\b+01\u202e", "2\ud800026-13-03", "x\x1b[31m", "\x0b\x85?"])
def test_what_is_kept_is_clean(raw):
    """No control character, bidirectional mark or lone surrogate stays in a date that is kept as published."""
    _, kept = parse_date(raw, now=NOW)
    assert kept is None or clean(kept) == kept


def test_odd_numbers_are_no_dates():
    """A number that is no time gives None, not an error."""
    for raw in (float("nan"), float("inf"), 10**5000, -(10**18)):
        assert parse_date(raw, now=NOW)[0] is None


@pytest.mark.parametrize("raw", [None, "", "  ", True])
def test_no_date_is_none(raw):
    """Where nothing was published, nothing is kept."""
    assert parse_date(raw, now=NOW) == (None, None)


def test_a_future_date_becomes_now():
    """A date more than ten minutes ahead becomes the time of asking; a clock slightly ahead is let be."""
    late = NOW + timedelta(minutes=11)
    assert parse_date(late.isoformat(), now=NOW) == (NOW, late.isoformat())
    soon = NOW + timedelta(minutes=9)
    assert parse_date(soon.isoformat(), now=NOW) == (soon, None)


def test_day_and_month_follow_the_language():
    """3/4 is in March in the United States and in April elsewhere; where nobody knows, what is nearer to now counts."""
    assert parse_date("3/4/2025", now=NOW)[0] == datetime(2025, 4, 3, tzinfo=timezone.utc)
    assert parse_date("12/10/2026", now=NOW, language="en-US")[0] == datetime(2026, 10, 12, tzinfo=timezone.utc)
    assert parse_date("12/10/2027", now=NOW) == (NOW, "12/10/2027")
    assert parse_date("3/4/2025", now=NOW, language="en-US")[0] == datetime(2025, 3, 4, tzinfo=timezone.utc)
    assert parse_date("3/4/2025", now=NOW, language="fr")[0] == datetime(2025, 4, 3, tzinfo=timezone.utc)
    assert parse_date("3/4/2025", now=NOW, language="en-GB")[0] == datetime(2025, 4, 3, tzinfo=timezone.utc)


@given(st.one_of(st.none(), st.text(max_size=300), st.integers(), st.floats()))
def test_any_value_gives_a_date_or_none(raw):
    """Nothing raises or warns; a date is aware, after 1990 and not in the future."""
    date, _ = parse_date(raw, now=NOW)
    assert date is None or (
        date.utcoffset() == timedelta(0) and date.year >= 1990 and date <= NOW + timedelta(minutes=10)
    )


@given(st.datetimes(min_value=datetime(1990, 1, 2), max_value=datetime(2026, 11, 1)))
def test_written_dates_are_read_back(moment):
    """What is written as ISO 8601 or RFC 2822 is read as the same moment."""
    moment = moment.replace(tzinfo=timezone.utc)
    assert parse_date(moment.isoformat(), now=NOW) == (moment, None)
    whole = moment.replace(microsecond=0)
    assert parse_date(whole.strftime("%a, %d %b %Y %H:%M:%S +0000"), now=NOW) == (whole, None)
