"""``mentionwatch tone``: a text, and JSON lines that are answered as they come."""

from __future__ import annotations

import json
import select
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mentionwatch.store import Store, Verdict
from tests.cli.calling import NOW, run, run_process, run_terminal

KEYS = {"tone", "polarity", "confidence", "words", "rules", "tone_by"}


def _lines(*objects):
    return "".join(json.dumps(one) + "\n" for one in objects)


def _answers(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_text_is_judged_for_people():
    """Label, polarity, how sure, what judged; the words that weigh below."""
    result = run("tone", "This is a terrible app.", "--engine", "textblob")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "negative (-1.00, 69% sure; by textblob)\nwords: terrible -1.00\n"


def test_a_text_is_judged_for_programs():
    """One object: what was given, and what was made of it."""
    result = run("tone", "It is okay.", "--rating", "1", "--target", "Acme", "--json", "--engine", "textblob")
    found = json.loads(result.stdout)
    assert set(found) == {"text", "target", "rating"} | KEYS
    assert (found["text"], found["target"], found["rating"], found["tone"]) == ("It is okay.", "Acme", 1, "negative")


def test_what_cannot_be_judged_is_unknown():
    """And no number is made up for it."""
    result = run("tone", "Die Lieferung kam gestern an.", "--language", "de", "--json")
    found = json.loads(result.stdout)
    assert (found["tone"], found["polarity"], found["confidence"]) == ("unknown", None, None)
    assert run("tone", "Die Lieferung kam gestern an.", "--language", "de").stdout.startswith("unknown (")


def test_each_line_gives_the_same_object_with_its_tone():
    """Keys of the user's own stay, in their order; a blank line is none."""
    given = [{"id": 1, "text": "wonderful", "more": {"a": [None]}}, {"text": "terrible", "rating": None}]
    result = run("tone", "--engine", "textblob", input="\ufeff" + _lines(given[0]) + "\n \n" + _lines(given[1]))
    found = _answers(result)
    assert [one["tone"] for one in found] == ["positive", "negative"]
    assert [list(one)[:3] for one in found] == [["id", "text", "more"], ["text", "rating", "tone"]]
    assert all(set(one) >= KEYS for one in found)
    assert found[0]["more"] == {"a": [None]}


def test_options_hold_where_a_line_says_nothing():
    """A line's own stars and language go before those of the command."""
    lines = _lines({"text": "x y z"}, {"text": "x y z", "rating": 5}, {"text": "x y z", "rating": None})
    found = _answers(run("tone", "--rating", "1", input=lines))
    assert [one["tone"] for one in found] == ["negative", "positive", "negative"]
    assert "rating" not in found[0]


def test_json_is_one_array():
    """As everywhere; also of nothing, and also where reading breaks off."""
    assert [
        one["text"] for one in json.loads(run("tone", "--json", input=_lines({"text": "a"}, {"text": "b"})).stdout)
    ] == ["a", "b"]
    assert json.loads(run("tone", "--json", input="").stdout) == []
    broken = run("tone", "--json", input=_lines({"text": "a"}) + "x\n")
    assert broken.exit_code == 2
    assert [one["text"] for one in json.loads(broken.stdout)] == ["a"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("This is no JSON", "stdin:3: no JSON: expecting value at character 1"),
        ('["text"]', 'stdin:3: a JSON object is needed, such as {"text": "…"}'),
        ('{"txt": "a"}', "stdin:3: text: is missing; there is only: txt"),
        ('{"text": null}', "stdin:3: text: null is no text"),
        ('{"text": "a", "rating": 11}', "stdin:3: rating: 11 is not from 1 to 5"),
        ('{"text": "a", "rating": "many"}', 'stdin:3: rating: "many" is no number'),
        ('{"text": "a", "target": 3}', "stdin:3: target: 3 is no text"),
    ],
)
def test_at_a_bad_line_it_stops_and_says_where(line, told):
    """The lines before are answered, those behind are not; exit code 2."""
    result = run("tone", input=_lines({"text": "a"}) + "\n" + line + "\n" + _lines({"text": "b"}))
    assert result.exit_code == 2
    assert [one["text"] for one in _answers(result)] == ["a"]
    assert result.stderr == f"Error: {told}\n"


def test_bytes_that_are_no_utf8_are_refused():
    """With the line, and where in it."""
    result = run("tone", input=b'{"text": "a"}\n{"text": "\xff"}\n')
    assert (result.exit_code, len(_answers(result))) == (2, 1)
    assert result.stderr == "Error: stdin:2: not UTF-8 at byte 11 of the line\n"


def test_a_line_is_answered_while_the_pipe_is_open():
    """A program that asks one text at a time has its answer before it sends the next."""
    command = [sys.executable, "-m", "mentionwatch", "tone", "--engine", "textblob"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for word, tone in (("wonderful", "positive"), ("terrible", "negative")):
            process.stdin.write(_lines({"text": word}).encode())
            process.stdin.flush()
            assert select.select([process.stdout], [], [], 60)[0], "no answer while the pipe is open"
            assert json.loads(process.stdout.readline())["tone"] == tone
        process.stdin.close()
        assert process.stdout.read() == b""
        assert process.wait(60) == 0


def test_a_reader_that_has_had_enough_is_no_error():
    """``| head -1``: no traceback, whatever is left to judge."""
    command = [sys.executable, "-m", "mentionwatch", "tone", "--engine", "textblob"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdin.write(_lines({"text": "fine"}).encode())
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(_lines({"text": "fine"}).encode() * 2)
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 1


def test_without_a_text_on_a_terminal_it_says_what_it_wants():
    """Nobody sits before a command that waits for JSON and does not say so."""
    shown = run_terminal("tone")
    assert shown.exit_code == 2
    assert "give a text: mentionwatch tone TEXT, or JSON lines on stdin" in shown.text


def test_a_dash_is_stdin():
    """As everywhere."""
    assert [one["text"] for one in _answers(run("tone", "-", input=_lines({"text": "a"})))] == ["a"]


def test_nothing_in_nothing_out():
    """An empty pipe is no mistake."""
    result = run("tone", input="")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


def test_hostile_texts_are_judged_and_never_reach_the_terminal():
    """Control characters and lone surrogates are data: whole in JSON, gone for people."""
    texts = ["", "😀", "\x1b[31mterrible\x1b[0m", "\x00", "bad \u202e app", "horrible " * 120_000, "\ud800 awful"]
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    result = run("tone", input=lines)
    assert (result.exit_code, result.stderr) == (0, "")
    assert [one["text"] for one in _answers(result)] == texts
    for text in texts[:-2]:
        shown = run("tone", text or " ").stdout
        assert "\x1b" not in shown
        assert "\u202e" not in shown


@pytest.mark.parametrize("how", [[], ["--json"]])
def test_json_holds_nothing_that_changes_a_terminal_or_ends_a_line(how):
    """Such characters are escaped, so that one line is one object for every reader."""
    text = "a\x9b31mb\u202ec\u2028d\x85e\x7ff\U000e0041 é 😀"
    result = run("tone", *how, input=_lines({"text": text}))
    assert not set(result.stdout) & set("\x9b\u202e\u2028\x85\x7f\U000e0041")
    assert "é 😀" in result.stdout
    found = json.loads(result.stdout)
    assert (found[0] if how else found)["text"] == text


def test_a_surrogate_is_written_to_a_real_pipe():
    """What UTF-8 cannot hold is escaped, and reads back as it was."""
    result = run_process("tone", input='{"text": "é \\ud800"}\n{"text": "é"}\n')
    assert (result.returncode, result.stderr) == (0, "")
    assert [one["text"] for one in _answers(result)] == ["é \ud800", "é"]
    assert "é" in result.stdout.splitlines()[1]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"text": st.text(max_size=40)},
            optional={
                "target": st.text(max_size=5),
                "rating": st.integers(1, 5),
                "language": st.sampled_from(["en", "de", "", "x"]),
            },
        ),
        max_size=4,
    )
)
def test_as_many_answers_as_lines(rows):
    """Each object comes back with its own text, a label, and numbers in range."""
    result = run("tone", "--engine", "textblob", input=_lines(*rows))
    assert result.exit_code == 0
    found = _answers(result)
    assert [{key: one[key] for key in row} for row, one in zip(rows, found, strict=True)] == rows
    for one in found:
        assert one["tone"] in {"negative", "neutral", "positive", "unknown"}
        assert (one["polarity"] is None) == (one["tone"] == "unknown")
        assert one["polarity"] is None or -1 <= one["polarity"] <= 1


def test_the_configuration_that_applies_is_used(config):
    """Its engine judges, unless another one is named."""
    text = config.read_text("utf-8").replace("[[brands]]", '[tone]\nengine = "textblob"\n[[brands]]', 1)
    config.write_text(text, encoding="utf-8")
    assert json.loads(run("tone", "terrible", "--json", "--config", config).stdout)["tone_by"] == "textblob"


def test_brands_and_words_of_the_configuration_are_known(home, config):
    """A competitor is told from the brand, and the user's words weigh; ``eval`` says that they did."""
    text = "Globex is wonderful and fast. Acme is mauve and slow."
    alone = json.loads(run("tone", text, "--target", "Acme", "--json").stdout)
    more = '[tone.words]\nmauve = -4\n[[brands]]\nname = "Globex"\nmatch = ["globex"]\n'
    config.write_text(config.read_text("utf-8") + more, encoding="utf-8")
    known = json.loads(run("tone", text, "--target", "Acme", "--json", "--config", config).stdout)
    assert alone["rules"] == []
    assert known["rules"] == ["judged by the part about Acme", "'mauve' counts -4, as you set"]
    assert known["tone"] == "negative"
    (home / "f.csv").write_text("text,label\nmauve,negative\n", encoding="utf-8")
    result = run("eval", "f.csv", "--config", config, "--json")
    assert f"With 1 word of your own from {config}." in result.stderr
    assert [one["accuracy"] for one in json.loads(result.stdout)["engines"]][:2] == [1.0, 0.0]


def test_a_configuration_with_mistakes_is_refused(config):
    """Rather than judged without it."""
    config.write_text("[tone]\nengine = 'magic'\n", encoding="utf-8")
    result = run("tone", "fine", "--config", config)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "tone.engine" in result.stderr


@pytest.fixture
def stored(config):
    """What the three sources have, polled; gives the ids by text."""
    run("poll", "--config", config)
    return {one["text"]: one["id"] for one in json.loads(run("mentions", "--json", "--config", config).stdout)}


def _mark(home, mention, tone):
    with Store(f"sqlite:///{home / 'm.db'}") as store:
        store.mark([mention], Verdict(tone=tone), now=NOW)


def test_eval_measures_on_what_the_user_marked(home, config, stored):
    """What was said when each was stored stands beside what is said today; the user is right, whatever was said."""
    _mark(home, stored["The Acme update is terrible."], "negative")
    _mark(home, stored["The Acme One broke."], "positive")
    result = run("eval", "--marks", "--engine", "textblob", "--json", "--config", config)
    found = json.loads(result.stdout)
    assert (result.exit_code, found["file"], found["texts"]) == (0, "your marks", 2)
    assert found["labels"] == {"negative": 1, "neutral": 0, "positive": 1}
    assert [one["engine"] for one in found["engines"]][:2] == ["as stored", "textblob"]
    assert [one["accuracy"] for one in found["engines"]][:2] == [0.5, 0.5]
    assert found["engines"][0]["texts_per_second"] is None
    assert "not a fair sample" in result.stderr


def test_eval_of_marks_shows_intervals_and_the_marks_that_were_missed(home, config, stored):
    """Precision and recall of negative with Wilson's intervals; the errors name the mention."""
    _mark(home, stored["The Acme One broke."], "positive")
    args = ("--marks", "--engine", "textblob", "--config", config)
    shown = run("eval", *args).stdout
    assert "negative precision  0.000 (0.00-0.79)  0.000 (0.00-0.79)" in shown
    (wrong,) = _answers(run("eval", *args, "--errors", "-"))
    assert (wrong["id"], wrong["target"], wrong["expected"]) == (stored["The Acme One broke."], "Acme", "positive")


def test_eval_without_marks_says_how_to_make_them(config, stored):
    """An empty table would look like a failure of the engine."""
    result = run("eval", "--marks", "--config", config)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: you have marked no tone yet; mark some: mentionwatch mark ID --tone negative" in result.stderr
