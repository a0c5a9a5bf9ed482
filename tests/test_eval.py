"""How right the engines are: the figures, the labelled files, and the lines written by hand."""

from __future__ import annotations

import csv
import io
import json
import math
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mentionwatch.errors import ToneError, UsageError
from mentionwatch.model import Tone
from mentionwatch.pipeline.evaluate import (
    as_stored,
    contenders,
    evaluate,
    figures_record,
    figures_table,
    steps,
    wrong_records,
)
from mentionwatch.pipeline.labelled import MAX_LINE_BYTES, Asked, Columns, read_asked, read_labelled, read_objects
from mentionwatch.settings import ToneSettings
from mentionwatch.tone import make_engine
from mentionwatch.tone.figures import CLASSES, VERDICTS, Judged, Share, calibration_error, measure
from mentionwatch.tone.vader import VaderEngine, has_vader
from tests.cli.calling import run

LINES = Path(__file__).parent / "data" / "tone"
HALVES = {"seen": "lines.jsonl", "unseen": "lines_unseen.jsonl"}

#: A busy machine is no failure.
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
labels = st.sampled_from(CLASSES)
verdicts = st.builds(
    Judged, labels, st.sampled_from(VERDICTS), st.none() | st.floats(0, 1, allow_nan=False, allow_subnormal=False)
)


def _judged(*triples):
    short = {"n": "negative", "u": "neutral", "p": "positive", "x": "unknown"}
    return [Judged(short[label], short[said], sure) for label, said, sure in triples]


def _read(text, name="f.csv", **extra):
    raw = text if isinstance(text, bytes) else text.encode("utf-8")
    return read_labelled(io.BytesIO(raw), name, **extra)


class Says:
    """An engine that says what it is told to, by text."""

    name = "says"

    def __init__(self, tones):
        self.tones = tones
        self.asked = []

    def rate(self, text, *, target=None, rating=None, language=None, spans=()):
        self.asked.append((text, target, rating, language, spans))
        return self.tones.get(text, Tone("neutral", 0.0, 0.5, by=self.name))


# --- figures ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    # Hand-computed of the formula; 8 of 10 and 0 of 10 stand in many textbooks.
    [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (50, 100, 0.4038, 0.5962)],
)
def test_wilson_interval(hits, total, low, high):
    """The interval is Wilson's, which never leaves [0, 1] and is no point at none or all."""
    assert Share(hits, total).interval == pytest.approx((low, high), abs=5e-5)
    assert Share(hits, total).value == hits / total


def test_a_share_of_none_is_no_number():
    """Of nothing there is neither a share nor an interval; never 0."""
    assert Share(0, 0).value is None
    assert Share(0, 0).interval is None


@calm
@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share(pair):
    """Low <= share <= high, within [0, 1]."""
    share = Share(*pair)
    low, high = share.interval
    assert 0 <= low <= share.value + 1e-12
    assert share.value <= high + 1e-12 <= 1 + 2e-12


def test_figures_by_hand():
    """Every figure of ten texts, computed by hand."""
    found = measure(
        _judged(
            *[("n", "n", None)] * 3,
            ("n", "u", None),
            *[("u", "u", None)] * 2,
            ("u", "n", None),
            *[("p", "p", None)] * 2,
            ("p", "n", None),
        )
    )
    assert found.classes == CLASSES
    assert (found.accuracy.hits, found.accuracy.total) == (7, 10)
    assert (found.negative_precision.hits, found.negative_precision.total) == (3, 5)
    assert (found.negative_recall.hits, found.negative_recall.total) == (3, 4)
    # F1: negative 2*3/(5+4), neutral 2*2/(3+3), positive 2*2/(2+3).
    assert found.macro_f1 == pytest.approx((6 / 9 + 4 / 6 + 4 / 5) / 3)
    assert found.macro_recall == pytest.approx((3 / 4 + 2 / 3 + 2 / 3) / 3)
    assert found.confusion["negative", "neutral"] == 1
    assert found.confusion["positive", "unknown"] == 0
    assert found.calibration_error is None


def test_macro_figures_are_over_the_labels_that_are_there():
    """Texts without a neutral one have no class neutral; to be called neutral is a miss all the same."""
    found = measure(_judged(("n", "n", None), ("n", "u", None), ("p", "p", None), ("p", "p", None)))
    assert found.classes == ("negative", "positive")
    assert found.macro_recall == pytest.approx((0.5 + 1) / 2)
    assert found.macro_f1 == pytest.approx((2 / 3 + 1) / 2)
    assert set(found.confusion) == {(label, said) for label in ("negative", "positive") for said in VERDICTS}


def test_unknown_is_never_right():
    """It is counted apart, is in the recall, and is no neutral."""
    found = measure(_judged(("u", "x", None), ("n", "x", None), ("n", "n", 0.9)))
    assert found.unknown == 2
    assert found.accuracy.hits == 1
    assert (found.negative_recall.hits, found.negative_recall.total) == (1, 2)
    assert found.confusion["neutral", "unknown"] == 1
    assert found.confusion["neutral", "neutral"] == 0


def test_no_texts_have_no_figures():
    """Missing is None, never 0."""
    found = measure([])
    assert (found.macro_f1, found.macro_recall, found.accuracy.value, found.calibration_error) == (None,) * 4


def test_calibration_error_by_hand():
    """Bins are open below and closed above; each weighs as many texts as it has."""
    # 0.95, 0.95 in the last bin: one of two right, |0.5 - 0.95| = 0.45; 0.6 in the sixth (0.5 to 0.6): |1 - 0.6|;
    # 0.61 in the seventh: |0 - 0.61|.
    texts = _judged(("n", "n", 0.95), ("n", "p", 0.95), ("p", "p", 0.6), ("p", "u", 0.61), ("p", "x", None))
    assert calibration_error(texts) == pytest.approx((2 * 0.45 + 0.4 + 0.61) / 4)


@pytest.mark.parametrize(("sure", "error"), [(0.0, 1.0), (1.0, 0.0), (0.3, 0.7), (0.1, 0.9)])
def test_calibration_error_at_the_edges_of_bins(sure, error):
    """0 and 1 have a bin, and 0.3 is not lost to rounding."""
    assert calibration_error(_judged(("n", "n", sure))) == pytest.approx(error)


def test_neighbouring_bins_do_not_make_up_for_each_other():
    """Too sure here and too unsure there is no calibration; within one bin it is."""
    apart = _judged(("n", "n", 0.55), ("n", "p", 0.45))
    assert calibration_error(apart) == pytest.approx(0.45)
    together = _judged(("n", "n", 0.55), ("n", "p", 0.55))
    assert calibration_error(together) == pytest.approx(0.05)


@calm
@given(st.lists(verdicts, max_size=60))
def test_figures_stay_in_range(texts):
    """Every figure is in [0, 1] or None, and the table adds up."""
    found = measure(texts)
    numbers = (found.macro_f1, found.macro_recall, found.calibration_error, found.accuracy.value)
    assert all(value is None or 0 <= value <= 1 + 1e-12 for value in numbers)
    assert sum(found.confusion.values()) == len(texts)
    assert sum(found.confusion[label, "unknown"] for label in found.classes) == found.unknown
    assert found.macro_recall is None or found.macro_recall <= 1


@calm
@given(st.lists(verdicts, min_size=1, max_size=40), st.randoms())
def test_order_does_not_matter(texts, draw):
    """The same texts in another order have the same figures."""
    mixed = draw.sample(texts, len(texts))
    a, b = measure(texts), measure(mixed)
    assert a.confusion == b.confusion
    assert a.macro_f1 == b.macro_f1
    assert (a.calibration_error is None) == (b.calibration_error is None)
    assert math.isclose(a.calibration_error or 0, b.calibration_error or 0, abs_tol=1e-9)


# --- labelled files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_the_usual_dialects(delimiter):
    """Spreadsheets write commas, semicolons or tabs; names in any case, with a byte order mark before them."""
    text = f'\ufeffText{delimiter}LABEL{delimiter}rating\r\n"a{delimiter} ""b""\nc"{delimiter}Negative{delimiter}2\r\n\r\nd{delimiter}pos{delimiter}\r\n'
    first, second = _read(text)
    assert first.asked == Asked(f'a{delimiter} "b"\nc', rating=2.0)
    assert (first.line, first.label) == (2, "negative")
    assert (second.line, second.label, second.asked.rating) == (5, "positive", None)


def test_json_lines_with_all_that_can_be_known():
    """Target, stars, language and place reach the engine; what else stands there is kept."""
    line = {
        "text": "the Acme broke",
        "label": "negative",
        "target": "Acme",
        "from": 4,
        "to": 8,
        "rating": 1,
        "language": "en",
        "id": 7,
    }
    (row,) = _read(json.dumps(line) + "\n", "f.jsonl")
    assert row.asked == Asked("the Acme broke", "Acme", 1.0, "en", ((4, 8),))
    assert row.record == line
    engine = Says({})
    evaluate([row], "says", engine)
    assert engine.asked[-1] == ("the Acme broke", "Acme", 1.0, "en", ((4, 8),))


def test_columns_of_other_names():
    """The user says what they are called."""
    rows = _read("body,tone\nfine,neutral\n", columns=Columns("body", "tone"))
    assert [(row.asked.text, row.label) for row in rows] == [("fine", "neutral")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("label\nnegative\n", "f.csv:1: text: there is no such column, only: label; name yours with --text-column"),
        (
            "\n\ntext,tone\na,negative\n",
            "f.csv:3: label: there is no such column, only: text, tone; name yours with --label-column",
        ),
        ("text,label\na,negative\nb,meh\n", 'f.csv:3: label: "meh" is none of negative, neutral, positive'),
        ("text,label\na\n", "f.csv:2: label: is missing; it has to be one of negative, neutral, positive"),
        (
            'text,label\n"a\nb",negative\nc,\nd,x\n',
            'f.csv:4: label: "" is none of negative, neutral, positive (and 1 more row is wrong)',
        ),
        ("text,label,rating\na,positive,9\n", 'f.csv:2: rating: "9" is not from 1 to 5'),
        ("text,label,rating\na,positive,nan\n", 'f.csv:2: rating: "nan" is no number'),
        ("text,label,from,to\nabc,positive,1,9\n", "f.csv:2: from: 1 to 9 is no part of a text of 3 characters"),
        ("text,label,from,to\nabc,positive,1,\n", "f.csv:2: to: is missing; from and to belong together"),
        (b"text,label\na,positive\n\xff,positive\n", "f.csv:3: not UTF-8; save the file as UTF-8"),
        ('{"text": "a"}\n', "f.csv:1: label: is missing; it has to be one of negative, neutral, positive"),
        ('{"label": "neutral"}\n', "f.csv:1: text: is missing; there is only: label"),
        ('{"text": 5, "label": "neutral"}\n', "f.csv:1: text: 5 is no text"),
        (
            '{"text": "a", "label": "neutral"}\n{"text": "a", "label": 1}\n',
            "f.csv:2: label: 1 is none of negative, neutral, positive",
        ),
        ('{"text": "a", "label": "neutral", "target": ["a"]}\n', 'f.csv:1: target: ["a"] is no text'),
        ('{"text": "a", "label": "neutral", "rating": true}\n', "f.csv:1: rating: true is no number"),
        ('{"text": "a", "label": "neutral"}\n{"text"\n', "f.csv:2: no JSON: expecting ':' delimiter at character 8"),
        ('{"text": "a", "label": "neutral", "n": NaN}\n', "f.csv:1: no JSON: NaN is no JSON number"),
        ('[{"text": "a"}]', "f.csv: a JSON array; give one object a line, as jq -c '.[]' makes them of it"),
        ("", "f.csv: it holds no labelled texts"),
        ("text,label\n", "f.csv: it holds no labelled texts"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_place(text, told):
    """File, line, column, what is wrong."""
    with pytest.raises(UsageError) as e:
        _read(text)
    assert str(e.value) == told


@pytest.mark.parametrize(
    "line",
    [
        b'{"a":' * 100_000,
        b'{"n": ' + b"9" * 10_000 + b"}",
        b"\xff\xfe{\x00}\x00",
        b'"text"',
        b"null",
        b"[1]",
        b"\x00",
        b"NaN",
    ],
)
def test_a_line_that_is_no_object_is_refused_with_its_number(line):
    """Whatever it holds."""
    with pytest.raises(UsageError, match=r"^x:2: "):
        list(read_objects(io.BytesIO(b'{"text": "a"}\n' + line), "x"))


def test_a_line_without_an_end_is_not_read_into_memory():
    """A pipe that sends no line feed is given up after 16 MiB."""

    class Endless(io.RawIOBase):
        sent = 0

        def readable(self):
            return True

        def readinto(self, buffer):
            buffer[:] = b"a" * len(buffer)
            self.sent += len(buffer)
            return len(buffer)

    source = Endless()
    with pytest.raises(UsageError, match="longer than 16 MiB"):
        list(read_objects(io.BufferedReader(source), "x"))
    assert source.sent < 2 * MAX_LINE_BYTES


def test_a_megabyte_in_one_cell_is_read():
    """A long text is a text; and csv's own limit is again what it was."""
    before = csv.field_size_limit(131_072)
    (row,) = _read("text,label\n" + "a " * 500_000 + ",neutral\n")
    assert len(row.asked.text) == 1_000_000
    assert csv.field_size_limit(before) == 131_072


@calm
@given(st.binary(max_size=300))
def test_any_bytes_give_rows_or_one_message(raw):
    """Never another exception."""
    message = ""
    try:
        rows = _read(raw, "x")
    except UsageError as e:
        message, rows = str(e), []
    assert bool(rows) is not bool(message)
    assert "\n" not in message


@calm
@given(
    st.dictionaries(
        st.sampled_from(["text", "target", "rating", "language", "from", "to"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=5)
        | st.lists(st.integers(), max_size=2),
    )
)
def test_any_object_is_read_or_refused(record):
    """What comes through is of the types that the engines are promised."""
    try:
        asked = read_asked(record, "x", 1)
    except UsageError:
        return
    assert asked.rating is None or 1 <= asked.rating <= 5
    assert all(0 <= start < end <= len(asked.text) for start, end in asked.spans)
    assert asked.target is None or asked.target.strip()


def test_limit_takes_the_first():
    """And looks no further: what is wrong behind them is not told."""
    assert [row.line for row in _read("text,label\na,pos\nb,neg\nc,meh\n", limit=2)] == [2, 3]


# --- evaluating -------------------------------------------------------------------------------------------


def test_an_engine_is_measured_on_every_text():
    """Figures, speed, and the texts that were judged wrongly, the surest first."""
    rows = _read("text,label,id\na,negative,1\nb,negative,2\nc,positive,3\n")
    tones = {"a": Tone("negative", -1.0, 0.9), "b": Tone("positive", 0.5, 0.6), "c": Tone("negative", -0.9, 0.8)}
    measured = evaluate(rows, "says", Says(tones))
    assert measured.figures.accuracy.hits == 1
    assert measured.seconds is not None
    assert measured.texts_per_second is None or measured.texts_per_second > 0  # a coarse clock may not have moved
    wrong = wrong_records(rows, measured)
    assert [(w["text"], w["expected"], w["tone"], w["line"], w["id"]) for w in wrong] == [
        ("c", "positive", "negative", 4, "3"),
        ("b", "negative", "positive", 3, "2"),
    ]


def test_progress_is_told_by_the_hundred():
    """As often as was said beforehand, so that it ends where it should."""
    rows = _read("text,label\n" + "a,neutral\n" * 250)
    told = []
    evaluate(rows, "says", Says({}), step=told.append)
    assert told == ["says"] * steps(rows) == ["says", "says"]


def test_what_was_said_before_has_no_speed():
    """A stored verdict is measured as one of today is, but nobody knows how long it took."""
    rows = _read("text,label\na,negative\n")
    stored = as_stored(rows, [Tone("negative", -1.0, None)])
    assert (stored.figures.accuracy.hits, stored.texts_per_second) == (1, None)
    assert figures_record("f", rows, [stored])["engines"][0]["texts_per_second"] is None
    assert dict(figures_table([stored]))["texts a second"] == "-"


def test_textblob_stands_beside_and_not_twice():
    """The baseline is TextBlob without the user's words; asked for by name, it is the one that is measured."""
    names = [name for name, _ in contenders((), ToneSettings())]
    assert names[:2] == ["auto", "textblob"]
    names = [name for name, _ in contenders(("textblob",), ToneSettings())]
    assert names.count("textblob") == 1
    assert names[0] == "textblob"


def test_without_vader_nothing_is_missing():
    """Its figures are there where it is installed; asked for without, it says what to do."""
    names = [name for name, _ in contenders((), ToneSettings())]
    assert ("vader" in names) is has_vader()
    if not has_vader():
        with pytest.raises(ToneError, match="pip install vaderSentiment") as e:
            VaderEngine().rate("good")
        assert e.value.exit_code == 2


def test_vader_judges_the_text_alone():
    """By its own thresholds, and it claims no confidence."""
    pytest.importorskip("vaderSentiment")
    engine = VaderEngine()
    assert engine.rate("This is wonderful!").label == "positive"
    assert engine.rate("This is horrible!").label == "negative"
    assert engine.rate("").label == "neutral"
    assert engine.rate("horrible " * 200_000).confidence is None


# --- the command ------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path, monkeypatch):
    """No configuration of whoever runs the tests is found."""
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in ("MENTIONWATCH_CONFIG", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


CSV = """text,label,language
This is wonderful.,positive,en
This is terrible.,negative,en
This is terrible.,positive,en
Die Lieferung kam gestern nach langer Zeit an.,neutral,de
"""


def test_eval_shows_a_table(home):
    """Counts, every figure for each engine, and the confusion table with unknown as a column of its own."""
    (home / "f.csv").write_text(CSV, encoding="utf-8")
    result = run("eval", "f.csv", "--engine", "textblob")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "f.csv: 4 texts (1 negative, 1 neutral, 2 positive)"
    assert lines[2].split()[:2] == ["FIGURE", "TEXTBLOB"]
    assert "accuracy            0.500 (0.15-0.85)" in result.stdout
    assert "negative precision  0.500 (0.09-0.91)" in result.stdout
    assert [line.split() for line in lines if line.startswith(("LABEL", "neutral", "positive"))] == [
        ["LABEL", "NEGATIVE", "NEUTRAL", "POSITIVE", "UNKNOWN", "ALL"],
        ["neutral", "0", "0", "0", "1", "1"],
        ["positive", "1", "0", "1", "0", "2"],
    ]
    assert max(map(len, lines)) <= 80


def test_eval_prints_one_json_document(home):
    """``--json`` and ``--format json`` are the same, and stdout holds nothing else."""
    (home / "f.csv").write_text(CSV, encoding="utf-8")
    found = [
        json.loads(run("eval", "f.csv", *how, "--engine", "textblob").stdout) for how in (["--json"], ["-f", "json"])
    ]
    for one in found:
        for engine in one["engines"]:
            engine.pop("texts_per_second")
    assert found[0] == found[1]
    (ours, *_) = found[0]["engines"]
    assert found[0]["texts"] == 4
    assert found[0]["labels"] == {"negative": 1, "neutral": 1, "positive": 2}
    assert (ours["engine"], ours["accuracy"], ours["unknown"]) == ("textblob", 0.5, 1)
    assert ours["negative_recall_interval"] == [0.2065, 1.0]
    assert ours["confusion"]["neutral"] == {"negative": 0, "neutral": 0, "positive": 0, "unknown": 1}


def test_eval_writes_what_was_judged_wrongly(home):
    """As rows that can be looked at, or labelled anew and measured again."""
    (home / "f.csv").write_text(CSV, encoding="utf-8")
    result = run("eval", "f.csv", "--engine", "textblob", "--errors", "wrong.jsonl")
    assert "2 texts that textblob judged wrongly written to wrong.jsonl." in result.stderr
    rows = [json.loads(line) for line in (home / "wrong.jsonl").read_text("utf-8").splitlines()]
    assert [(row["line"], row["expected"], row["tone"]) for row in rows] == [
        (4, "positive", "negative"),
        (5, "neutral", "unknown"),
    ]


def test_eval_reads_stdin(home):
    """``-`` is stdin, as everywhere."""
    result = run("eval", "-", "--engine", "textblob", "--limit", "2", input=CSV)
    assert result.stdout.startswith("stdin: 2 texts (1 negative, 1 positive)")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["f.csv"], 'f.csv:2: label: "bad" is none of negative, neutral, positive'),
        (["none.csv"], "cannot read none.csv: No such file or directory"),
        (["."], "cannot read .: Is a directory"),
        ([], "name a labelled file, or ask for --marks; one of the two"),
        (["f.csv", "--marks"], "name a labelled file, or ask for --marks; one of the two"),
        (["f.csv", "--json", "-f", "table"], "--json and --format table contradict each other"),
        (["f.csv", "--json", "--errors", "-"], "both the figures and the errors would go to stdout"),
        (["f.csv", "--limit", "-1"], "--limit is a number of texts; 0 means all of them"),
    ],
)
def test_eval_refuses_in_words(home, args, told):
    """One line on stderr, nothing on stdout, exit code 2."""
    (home / "f.csv").write_text("text,label\na,bad\n", encoding="utf-8")
    result = run("eval", *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"Error: {told}" in result.stderr


# --- the lines written by hand ----------------------------------------------------------------------------


def _lines(half):
    with (LINES / HALVES[half]).open("rb") as stream:
        return read_labelled(stream, HALVES[half])


@pytest.mark.parametrize("half", HALVES)
def test_lines_written_by_hand_are_judged_no_worse_than_today(half):
    """Complaints, negation, comparatives, emoji, slang …: what breaks lexicons; by the default engine.

    The goal is nine of ten.  The models reached .91 on the half that could be looked at, .89 on the other: docs/tone.md.
    """
    rows = _lines(half)
    engine = make_engine(ToneSettings())
    measured = evaluate(rows, "auto", engine)
    # By kind, and not by text: the unseen half stays unseen also by who reads this test's failure.
    kinds = dict(Counter(row["kind"] for row in wrong_records(rows, measured)))
    right = measured.figures.accuracy.value
    assert right >= {"seen": 0.9, "unseen": 0.88}[half], kinds


def test_the_lines_are_many_and_of_every_kind():
    """At least 300, each kind in both halves, every label often, no text in both."""
    halves = {half: _lines(half) for half in HALVES}
    assert sum(map(len, halves.values())) >= 300
    kinds = [{row.record["kind"] for row in rows} for rows in halves.values()]
    assert kinds[0] == kinds[1]
    assert len(kinds[0]) >= 12
    for half, rows in halves.items():
        assert min(Counter(row.label for row in rows).values()) > len(rows) / 4
        assert {row.record["half"] for row in rows} == {half}
    texts = [{row.asked.text for row in rows} for rows in halves.values()]
    assert not texts[0] & texts[1]


def test_each_target_of_a_comparison_stands_in_its_line():
    """A tone is towards one of the two; a misspelt target would be judged as none."""
    rows = [row for half in HALVES for row in _lines(half) if row.record["kind"] == "comparative"]
    assert all(row.asked.target.lower() in row.asked.text.lower() for row in rows)
