"""``mentionwatch tone`` judges texts; ``mentionwatch eval`` says how right that is."""

from __future__ import annotations

import json
import re
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import click

from mentionwatch.cli.options import find_settings_config, settings, shared_options
from mentionwatch.cli.show import is_stdout, no_limit, open_output, plural, progress, show_table
from mentionwatch.errors import UsageError
from mentionwatch.settings import ToneSettings
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mentionwatch.model import Tone
    from mentionwatch.pipeline.evaluate import Measured
    from mentionwatch.pipeline.labelled import Asked, Labelled
    from mentionwatch.settings import Config
    from mentionwatch.tone import Engine

# What ``text.clean`` takes out of remote texts; here they are the user's own data, and have to come back whole.  JSON
# escapes the first 32 characters by itself.
_UNSAFE = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
ENGINES = ("auto", "accurate", "textblob")


@click.command("tone")
@click.argument("text", required=False)
@click.option("--engine", type=click.Choice(ENGINES), help="What judges.  [default: the configured one, else auto]")
@click.option("--target", metavar="NAME", help="The brand that the tone is towards.")
@click.option("--rating", type=click.FloatRange(1, 5), metavar="STARS", help="Stars that came with the text, 1 to 5.")
@click.option("--language", metavar="TAG", help="Language of the text, such as en or pt-BR.")
@shared_options
def tone_command(
    text: str | None, engine: str | None, target: str | None, rating: float | None, language: str | None
) -> None:
    r"""Judge how a text speaks of a brand.

    \b
    Examples:
      mentionwatch tone 'The app crashes since the update.'
      mentionwatch tone 'I moved from Acme to Globex.' --target Acme
      mentionwatch tone 'It is okay.' --rating 2 --json
      mentionwatch tone < texts.jsonl > judged.jsonl

    Without TEXT (or with -) it reads JSON lines from stdin, and answers each
    as soon as it is read: {"text", "target", "rating", "language", "from",
    "to"}, all but the text optional, give the same object with "tone",
    "polarity", "confidence", "words", "rules" and "tone_by". The options hold
    where a line says nothing. At a line that cannot be read it stops, with
    exit code 2.
    """
    from mentionwatch.pipeline.evaluate import judge
    from mentionwatch.pipeline.labelled import Asked

    is_one = text is not None and text != "-"
    judging = _make_engine(engine, explain=is_one)
    asked = Asked(text or "", _named(target), rating, _named(language))
    if is_one:
        tone = judge(judging, asked)
        _print_json(_answer(asked, tone)) if settings().json else _show_tone(tone)
        return
    if sys.stdin.isatty():
        raise UsageError("give a text: mentionwatch tone TEXT, or JSON lines on stdin")
    answers = _answers(judging, asked)
    if settings().json:
        _print_array(answers)
        return
    for answer in answers:
        # echo flushes: whoever waits at the other end of the pipe has the answer before the next text.
        click.echo(_json(answer))


@click.command("eval")
@click.argument("file", required=False, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--marks", is_flag=True, help="Measure on what you corrected with mark, instead of a FILE.")
@click.option(
    "--engine",
    "engines",
    multiple=True,
    type=click.Choice(ENGINES),
    help="What is measured; repeatable.  [default: the configured one, else auto]",
)
@click.option("--text-column", default="text", show_default=True, metavar="NAME", help="What the text is called.")
@click.option("--label-column", default="label", show_default=True, metavar="NAME", help="What the label is called.")
@click.option("--limit", default=0, metavar="N", help="Only the first N texts; 0: all.")
@click.option(
    "--errors",
    "errors",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write what the first engine judged wrongly as JSON lines, the surest first; -: to stdout, and no table.",
)
@click.option(
    "-f",
    "--format",
    "format_",
    type=click.Choice(["table", "json"]),
    default=None,
    help="How to print it.  [default: table]",
)
@shared_options
def eval_command(  # noqa: PLR0917 - one parameter per option
    file: Path | None,
    marks: bool,  # noqa: FBT001 - click's flag
    engines: tuple[str, ...],
    text_column: str,
    label_column: str,
    limit: int,
    errors: Path | None,
    format_: str | None,
) -> None:
    r"""Measure how right the tone is, on texts whose tone is known.

    \b
    Examples:
      mentionwatch eval labelled.csv
      mentionwatch eval labelled.jsonl --engine auto --engine accurate
      mentionwatch eval reviews.csv --text-column body --label-column tone
      mentionwatch eval labelled.csv --errors wrong.jsonl --json
      mentionwatch eval --marks

    FILE is CSV with a header, or JSON lines; - is stdin. Columns: text and
    label (negative, neutral or positive), and perhaps target, rating,
    language, from and to (where the target stands in the text). TextBlob's
    figures stand beside, and VADER's where vaderSentiment is installed.

    Shares have their 95 % interval (Wilson) behind them. Macro figures are
    means over the labels that the file has. Unknown is never right.
    """
    from mentionwatch.pipeline.evaluate import contenders, evaluate, figures_record, steps

    as_json = settings().json or format_ == "json"
    _check_stdout(as_json, format_, errors)
    if (file is None) is not marks:
        raise UsageError("name a labelled file, or ask for --marks; one of the two")
    config, most = find_settings_config(need_secrets=False), no_limit(limit, "texts")
    rows, measured = _rows(file, config, (text_column, label_column), most)
    tone = config.tone if config else ToneSettings()
    against = contenders(engines, tone, entities=_entities(config))
    with progress(len(against) * steps(rows), "Judging, in hundreds of texts") as step:
        measured += [evaluate(rows, name, engine, step=step) for name, engine in against]
    if config is not None and tone.words:
        settings().say(f"With {plural(len(tone.words), 'word')} of your own from {one_line(str(config.path))}.")
    if errors is not None:
        # First, so that a reader of the table who has had enough (`| head`) does not cost the file.
        _write_errors(errors, rows, next(one for one in measured if one.seconds is not None))
    shown = "your marks" if file is None else _name(file)
    if as_json:
        _print_json(figures_record(shown, rows, measured))
    elif errors is None or not is_stdout(errors):
        _show_figures(shown, rows, measured)


def _make_engine(name: str | None, *, explain: bool) -> Engine:
    from mentionwatch.tone import make_engine

    config = find_settings_config(need_secrets=False)
    tone = config.tone if config else ToneSettings()
    if name is not None:
        tone = replace(tone, engine=cast("Any", name))
    return make_engine(tone, entities=_entities(config), explain=explain)


def _entities(config: Config | None) -> dict[str, tuple[str, ...]]:
    """What is known by name from the configuration."""
    from mentionwatch.pipeline.naming import known_names

    return known_names(config.brands, config.queries) if config else {}


def _named(value: str | None) -> str | None:
    return value if value and value.strip() else None


# --- tone -------------------------------------------------------------------------------------------------


def _answers(engine: Engine, defaults: Asked) -> Iterator[dict[str, Any]]:
    from mentionwatch.output.record import tone_record
    from mentionwatch.pipeline.evaluate import judge
    from mentionwatch.pipeline.labelled import read_asked, read_objects

    for line, record in read_objects(sys.stdin.buffer, "stdin"):
        yield {**record, **tone_record(judge(engine, read_asked(record, "stdin", line, defaults)))}


def _answer(asked: Asked, tone: Tone) -> dict[str, Any]:
    from mentionwatch.output.record import tone_record

    given = {"text": asked.text, "target": asked.target, "rating": asked.rating, "language": asked.language}
    return {**{key: value for key, value in given.items() if value is not None}, **tone_record(tone)}


def _show_tone(tone: Tone) -> None:
    if tone.polarity is None:
        click.echo(f"{tone.label} (by {tone.by}): it is in a language that this engine cannot judge, and has no stars")
    else:
        sure = f", {tone.confidence:.0%} sure" if tone.confidence is not None else ""
        click.echo(f"{tone.label} ({tone.polarity:+.2f}{sure}; by {tone.by})")
    if tone.words:
        click.echo("words: " + ", ".join(f"{one_line(word, 40)} {weight:+.2f}" for word, weight in tone.words))
    for rule in tone.rules:
        click.echo(f"rule: {one_line(rule)}")


def _print_json(value: object) -> None:
    click.echo(_json(value, indent=2))


def _print_array(values: Iterable[dict[str, Any]]) -> None:
    """An array, an item a line, that is whole even where reading breaks off."""
    before = "["
    try:
        for value in values:
            click.echo(before + _json(value), nl=False)
            before = ",\n "
    finally:
        click.echo("[]" if before == "[" else "]")


def _json(value: object, *, indent: int | None = None) -> str:
    """JSON that may be shown: what could change a terminal or end a line is escaped, and reads back as it was.

    Where stdout cannot hold every character, all beyond ASCII is escaped.
    """
    text = _UNSAFE.sub(lambda found: json.dumps(found[0])[1:-1], json.dumps(value, ensure_ascii=False, indent=indent))
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent)
    return text


# --- eval -------------------------------------------------------------------------------------------------


def _check_stdout(as_json: bool, format_: str | None, errors: Path | None) -> None:  # noqa: FBT001 - of one caller
    if settings().json and format_ == "table":
        raise UsageError("--json and --format table contradict each other")
    if as_json and errors is not None and is_stdout(errors):
        raise UsageError("both the figures and the errors would go to stdout; write the errors to a FILE")


def _rows(
    file: Path | None, config: Config | None, columns: tuple[str, str], most: int | None
) -> tuple[list[Labelled], list[Measured]]:
    """The texts, and what is measured on them already."""
    from mentionwatch.pipeline.labelled import Columns, read_labelled

    if file is None:
        return _marked(config, most)
    with _opened(file) as stream:
        return read_labelled(stream, _name(file), Columns(*columns), limit=most), []


def _name(file: Path) -> str:
    return "stdin" if str(file) == "-" else str(file)


def _marked(config: Config | None, most: int | None) -> tuple[list[Labelled], list[Measured]]:
    from mentionwatch.cli.stores import open_store
    from mentionwatch.pipeline.evaluate import as_stored, labelled_marks

    with open_store(config) as store:
        marks = store.marks()[:most]
    if not marks:
        raise UsageError("you have marked no tone yet; mark some: mentionwatch mark ID --tone negative")
    settings().say("These are the mentions that you looked at, not a fair sample of all.")
    rows = labelled_marks(marks)
    return rows, [as_stored(rows, [marked.mention.tone for marked in marks])]


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    if str(file) == "-":
        yield sys.stdin.buffer
        return
    try:
        with file.open("rb") as stream:
            yield stream
    except (OSError, ValueError) as e:  # ValueError: a NUL in the path
        raise UsageError(f"cannot read {one_line(str(file))}: {getattr(e, 'strerror', None) or e}") from e


def _show_figures(name: str, rows: Sequence[Labelled], measured: Sequence[Measured]) -> None:
    from mentionwatch.pipeline.evaluate import confusion_table, figures_table
    from mentionwatch.tone.figures import CLASSES, VERDICTS

    counts = [(sum(row.label == label for row in rows), label) for label in CLASSES]
    click.echo(
        f"{one_line(name)}: {plural(len(rows), 'text')}"
        f" ({', '.join(f'{count:,} {label}' for count, label in counts if count)})\n"
    )
    show_table(["figure", *(one.engine for one in measured)], figures_table(measured))
    for one in measured:
        if one.engine in {"textblob", "vader"} and one is not measured[0]:
            continue
        click.echo(f"\nWhat {one.engine} said, by label:\n")
        show_table(["label", *VERDICTS, "all"], confusion_table(one.figures))


def _write_errors(output: Path, rows: Sequence[Labelled], measured: Measured) -> None:
    from mentionwatch.pipeline.evaluate import wrong_records

    records = wrong_records(rows, measured)
    with open_output(output) as stream:
        for record in records:
            # Escaped: a lone surrogate cannot be written, and whoever reads JSON sees no difference.
            stream.write(json.dumps(record) + "\n")
    where = "" if is_stdout(output) else f" to {one_line(str(output))}"
    settings().say(f"{plural(len(records), 'text')} that {measured.engine} judged wrongly written{where}.")
