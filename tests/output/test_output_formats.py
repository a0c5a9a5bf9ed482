"""Whole outputs of each format beside saved ones, and what every format promises."""

from __future__ import annotations

import io
import json
from dataclasses import fields
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentionwatch.errors import OutputError, UsageError
from mentionwatch.model import Alert, Entry, Tone
from mentionwatch.output import FORMATS, write_alerts, write_mentions
from mentionwatch.output.record import ALERT_COLUMNS, MENTION_COLUMNS, alert_record, mention_record
from mentionwatch.text import clean
from tests.output.sample_mentions import ALERT, HOSTILE, MENTIONS, NEGATIVE, PLAIN, ZONE, make_mention

DATA = Path(__file__).parent / "data"
SUFFIX = {"table": "txt", "json": "json", "jsonl": "jsonl", "csv": "csv", "markdown": "md"}

#: Any text, and often one made of what hurts a terminal.
texts = st.text(max_size=60) | st.text(
    alphabet="\x00\x07\x08\t\n\r\x1b[]31m;\\\x7f\x85\x9b\x9d\u061c\u200f\u202e\u2066\ufeff\ud800=+-@'\" ab＝é漢\u0301<>|*_`",
    max_size=60,
)
maybe_texts = st.none() | texts
maybe_numbers = st.none() | st.floats()
times = st.datetimes(timezones=st.just(timezone.utc))
entries = st.builds(
    Entry,
    source=texts,
    url=maybe_texts,
    title=maybe_texts,
    text=maybe_texts,
    author=maybe_texts,
    community=maybe_texts,
    parent=maybe_texts,
    published=st.none() | times,
    language=maybe_texts,
    version=maybe_texts,
    rating=maybe_numbers,
    engagement=st.none() | st.integers(),
)
tones = st.builds(
    Tone,
    label=st.sampled_from(["negative", "neutral", "positive", "unknown"]),
    polarity=maybe_numbers,
    confidence=maybe_numbers,
    by=texts,
)
mentions = st.builds(
    lambda entry, tone, brand, first_seen, copies: make_mention(
        1, entry, tone, brand=brand, first_seen=first_seen, copies=copies
    ),
    entries,
    tones,
    texts,
    times,
    st.integers(1, 10**9),
)


def written(name: str, items: object = MENTIONS, write: object = write_mentions, **options: object) -> str:
    """What a format writes."""
    stream = io.StringIO(newline="")
    write(name, items, stream, **{"zone": ZONE, **options})  # type: ignore[operator]
    return stream.getvalue()


def saved(name: str) -> str:
    """A saved output, its line ends untouched."""
    return (DATA / name).read_bytes().decode()


@pytest.mark.parametrize("name", FORMATS)
def test_mentions_look_as_saved(name):
    """Each format writes exactly what is saved, hostile title and all."""
    assert written(name) == saved(f"mentions.{SUFFIX[name]}")


def test_a_wide_table_looks_as_saved():
    """At 120 columns more of the words is shown, and a CJK character takes two cells."""
    assert written("table", width=120) == saved("mentions-120.txt")


@pytest.mark.parametrize("name", FORMATS)
def test_alerts_look_as_saved(name):
    """Each format writes alerts too."""
    assert written(name, [ALERT], write_alerts) == saved(f"alerts.{SUFFIX[name]}")


def test_records_have_the_documented_keys_in_their_order():
    """The keys are an interface: CSV header and JSON agree."""
    assert tuple(mention_record(PLAIN)) == MENTION_COLUMNS
    assert tuple(alert_record(ALERT)) == ALERT_COLUMNS
    assert mention_record(PLAIN)["schema"] == 1
    assert mention_record(PLAIN)["published"] == "2024-05-14T07:12:09Z"


def test_times_are_utc_to_the_second_wherever_they_come_from():
    """A time with another offset and fractions is the same moment in UTC."""
    local = datetime(2024, 5, 14, 9, 12, 9, 999_999, tzinfo=timezone(timedelta(hours=2)))
    assert mention_record(make_mention(1, Entry("s", published=local), NEGATIVE))["published"] == "2024-05-14T07:12:09Z"


@pytest.mark.parametrize("write", [write_mentions, write_alerts])
def test_none_is_an_empty_array_a_header_or_nothing(write):
    """No mentions: JSON stays JSON, CSV keeps its header, the rest is silent."""
    header = ",".join(MENTION_COLUMNS if write is write_mentions else ALERT_COLUMNS) + "\r\n"
    got = {name: written(name, [], write) for name in FORMATS}
    assert got == {"table": "", "json": "[]\n", "jsonl": "", "csv": header, "markdown": ""}


def test_json_and_json_lines_hold_the_same_records():
    """Both parse, and to the same."""
    records = json.loads(written("json"))
    assert records == [json.loads(line) for line in written("jsonl").splitlines()]
    assert records == [mention_record(mention) for mention in MENTIONS]


def test_odds_beyond_any_number_leave_json_valid():
    """JSON knows no infinity: it is null."""
    endless = Alert(**{f.name: getattr(ALERT, f.name) for f in fields(Alert)} | {"odds": float("inf")})
    assert json.loads(written("json", [endless], write_alerts))[0]["odds"] is None


@settings(deadline=None)
@given(mentions)
def test_no_control_character_leaves_in_any_format(mention):
    """Whatever was published, nothing that moves a cursor or turns the reading direction is written."""
    for name in FORMATS:
        for width in (40, 80, 130):
            shown = written(name, [mention], width=width)
            inert = shown.replace("\r\n", "\n") if name == "csv" else shown
            assert all(line == clean(line) for line in _runs(inert)), (name, inert)


def _runs(shown: str) -> list[str]:
    """The output without what ``clean`` folds on purpose: blanks, line ends, composed letters, the mark that parts."""
    import unicodedata

    return [word for line in shown.split("\n") for word in unicodedata.normalize("NFC", line).split(" ")]


@settings(deadline=None)
@given(mentions)
def test_json_gives_back_the_record(mention):
    """JSON keeps every value, for any mention."""
    assert json.loads(written("json", [mention])) == [mention_record(mention)]


def test_json_lines_are_written_as_they_come():
    """The first mention is out before the second is made: millions need no memory."""
    stream = io.StringIO()
    seen = []

    def made():
        for mention in MENTIONS:
            seen.append(stream.getvalue().count("\n"))
            yield mention

    write_mentions("jsonl", made(), stream)
    assert seen == [0, 1, 2, 3]


def test_an_unknown_format_is_a_wrong_usage():
    """The message names what there is."""
    with pytest.raises(UsageError, match=r"yaml.*table, json, jsonl, csv, markdown"):
        write_mentions("yaml", MENTIONS, io.StringIO())


def test_a_full_disk_is_told_and_a_closed_pipe_is_not():
    """An OSError becomes OutputError; BrokenPipeError is the caller's to end quietly on."""

    class Refusing(io.StringIO):
        name = "out.csv"
        error: OSError = OSError(28, "No space left on device")

        def write(self, text):
            raise self.error

    with pytest.raises(OutputError, match=r"cannot write to out\.csv: No space left on device"):
        write_mentions("csv", MENTIONS, Refusing())
    Refusing.error = BrokenPipeError()
    with pytest.raises(BrokenPipeError):
        write_mentions("csv", MENTIONS, Refusing())


@pytest.mark.parametrize("name", FORMATS)
def test_a_narrow_encoding_is_told_in_one_line(name):
    """A terminal in Latin-1 cannot show Japanese: said so, with what to do."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1", newline="")
    with pytest.raises(OutputError, match=r"latin-1.*PYTHONUTF8=1"):
        write_mentions(name, MENTIONS, stream)
    stream.detach()


def test_a_megabyte_of_text_is_written():
    """A huge text is cut for people and whole for programs."""
    huge = make_mention(9, Entry("s", title="t" * 10**6, text="n\u0301" * 10**6, author="a" * 10**6), NEGATIVE)
    assert len(written("json", [huge])) > 2 * 10**6
    assert len(written("table", [huge])) < 1000
    assert len(written("markdown", [huge, HOSTILE])) < 2 * 10**6
