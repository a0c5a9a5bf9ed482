"""TOML: where things stand, how mistakes are told, and what hostile text costs."""

from __future__ import annotations

import contextlib
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated, Any, Literal

import pytest
import tomli
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mentionwatch import toml
from mentionwatch.errors import ConfigError
from mentionwatch.settings import Config, Size, Span
from mentionwatch.toml_lines import MAX_DEPTH, TooDeep, scan


@dataclass(frozen=True)
class Part:
    name: str
    count: int = 1
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Whole:
    title: str = ""
    ratio: float = 0.5
    on: bool = False
    level: Literal["low", "high"] = "low"
    every: Annotated[timedelta, Span()] = timedelta(hours=1)
    wait: Annotated[timedelta, Span()] | None = None
    size: Annotated[int, Size()] = 1
    since: date | None = None
    either: str | list[str] = ""
    part: Part | None = None
    parts: tuple[Part, ...] = ()
    params: dict[str, str] = field(default_factory=dict)


def mistakes(text: str, type_: type = Whole) -> list[tuple[int | None, str, str]]:
    """Line, key and message of each mistake."""
    with pytest.raises(ConfigError) as caught:
        toml.load(text, "f.toml", type_)
    assert all(p.file == "f.toml" for p in caught.value.problems)
    return [(p.line, p.key, p.message) for p in caught.value.problems]


# --- values ---------------------------------------------------------------------------------------------


def test_load_fills_dataclasses_at_every_level():
    """A right document becomes frozen dataclasses, tuples and spans, with defaults for the rest."""
    text = """
        title = "t"
        ratio = 1
        every = "15m"
        wait = "2d"
        size = "8MiB"
        since = 2026-01-02
        either = ["a"]
        part.name = "p"
        params = { a = "b" }
        [[parts]]
        name = "x"
        tags = ["y"]
    """
    assert toml.load(text, "f", Whole) == Whole(
        title="t",
        ratio=1.0,
        every=timedelta(minutes=15),
        wait=timedelta(days=2),
        size=8 * 2**20,
        since=date(2026, 1, 2),
        either=["a"],
        part=Part("p"),
        parts=(Part("x", tags=("y",)),),
        params={"a": "b"},
    )


@pytest.mark.parametrize(
    ("line", "key", "message"),
    [
        ("title = 5", "title", 'is 5; text is wanted here: write title = "5"'),
        ("title = true", "title", 'is true; text is wanted here: write title = "true"'),
        ("title = 2026-01-02", "title", 'is 2026-01-02; text is wanted here: write title = "2026-01-02"'),
        ('ratio = "0.5"', "ratio", 'is "0.5"; a number is wanted here: write ratio = 0.5'),
        ("ratio = true", "ratio", "is true; a number is wanted here"),
        ('on = "true"', "on", 'is "true"; true or false is wanted here: write on = true'),
        ("on = 1", "on", "is 1; true or false is wanted here"),
        ('part = {name = "p", count = "5"}', "part.count", 'is "5"; a whole number is wanted here: write count = 5'),
        ('part = {name = "p", count = true}', "part.count", "is true; a whole number is wanted here"),
        ('part = {name = "p", count = 2.0}', "part.count", "is 2.0; a whole number is wanted here: write count = 2"),
        ('part = {name = "p", count = 2.5}', "part.count", "is 2.5; a whole number is wanted here"),
        ('part = {name = "p", tags = "a"}', "part.tags", 'is "a"; a list is wanted here: write tags = ["a"]'),
        ('part = {name = "p", tags = [1]}', "part.tags[0]", 'is 1; text is wanted here: write "1"'),
        ('part = {name = "p", tgas = []}', "part.tgas", 'unknown key; did you mean "tags"?'),
        ('part = {name = "p", zzzz = 1}', "part.zzzz", "unknown key; known here: name, count, tags"),
        ("part = {}", "part.name", "is missing"),
        ("part = 5", "part", "is 5; a table is wanted here: write [part]"),
        ("parts = 5", "parts", "is 5; a list is wanted here: write [[parts]], once for each"),
        ("[parts]", "parts", "is a table; a list is wanted here: write [[parts]], once for each"),
        ("parts = [1]", "parts[0]", "is 1; a table is wanted here"),
        ('level = "hihg"', "level", 'is "hihg"; use one of "low", "high"; did you mean "high"?'),
        ("level = 5", "level", 'is 5; use one of "low", "high"'),
        (
            'every = "5"',
            "every",
            "'5' is no length of time; write a number and a unit, such as 90s, 15m, 24h, 7d or 2w",
        ),
        ("every = 5", "every", "write it as text with a unit, such as '15m'"),
        ("params = {a = 1}", "params.a", 'is 1; text is wanted here: write a = "1"'),
        ('params = {"a.b" = 1}', 'params."a.b"', 'is 1; text is wanted here: write "a.b" = "1"'),
        ("either = 5", "either", 'is 5; text is wanted here: write either = "5"'),
        ('titel = "x"', "titel", 'unknown key; did you mean "title"?'),
        ("title = 0x" + "f" * 5000, "title", "is a huge number; text is wanted here"),
    ],
)
def test_each_mistake_is_told_in_plain_words(line, key, message):
    """No value is coerced, and each message says what is there and what would be right."""
    assert mistakes(f"# one\n{line}\n") == [(2, key, message)]


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines():
    """One run tells everything: unknown keys, missing ones, wrong types and values, at every level."""
    text = (
        'titel = 1\nlevel = "x"\n[[parts]]\ncount = 1\n[[parts]]\nname = 3\nnmae = 4\n[part]\nname = "p"\ncuont = 1\n'
    )
    assert [(line, key) for line, key, _ in mistakes(text)] == [
        (1, "titel"),
        (2, "level"),
        (3, "parts[0].name"),
        (6, "parts[1].name"),
        (7, "parts[1].nmae"),
        (10, "part.cuont"),
    ]


def test_more_than_a_hundred_mistakes_are_cut():
    """A file of nothing but mistakes does not flood the terminal, and the cut is said."""
    found = mistakes("".join(f"k{n} = 1\n" for n in range(500)))
    assert len(found) == toml.MAX_PROBLEMS + 1
    assert found[0] == (None, "", "there are more mistakes; here are 100")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a = 1\nb = acme\n", 2, 'column 5: no value; text needs quotes: key = "text"'),
        ("a = 1\na = 2\n", 2, "this key was given before"),
        (
            'a = "\\d"\n',
            1,
            "column 8: a backslash in double quotes has to be doubled; or write the text in 'single quotes'",
        ),
        ("a = 1 \x00\n", 1, 'column 7: nothing may follow the value; text needs quotes: key = "text"'),
        ("[a]\n[a]\n", 2, "this table was given before; put its keys together, or write [[…]] for a list of tables"),
        ("a\n", 1, "column 2: an = is missing after the key"),
        ('a = "x', 1, "unterminated string, at the end of the file"),
        ("a = " + "9" * 5000, None, "holds a number with too many digits"),
        ("a = 1\nb = '\ud800'", 2, "holds half a character (a lone surrogate)"),
        ("\na = " + "[" * 10_000, 2, f"is nested more than {MAX_DEPTH} levels deep"),
        ("a." * 10_000 + "b = 1", 1, f"is nested more than {MAX_DEPTH} levels deep"),
        ("[" + "a." * 10_000 + "b]", 1, f"is nested more than {MAX_DEPTH} levels deep"),
        ("a = " + "{a=" * 10_000, 1, f"is nested more than {MAX_DEPTH} levels deep"),
    ],
)
def test_what_is_no_toml_is_one_problem(text, line, message):
    """A syntax error has its line and what would be right; nothing hostile gives a traceback."""
    [(found_line, key, found)] = mistakes(text)
    assert (found_line, key) == (line, "")
    assert found.casefold() == message.casefold()


def test_a_size_beyond_all_bounds_is_a_problem():
    """A number that overflows while it is read is told, not thrown."""
    [(_, _, message)] = mistakes('size = "' + "9" * 400 + 'B"')
    assert "too large" in message


@settings(deadline=None)
@given(st.text())
@example("a = 1\r\nb = [")
@example("[[a]]\n[a.b]\n[[a.b.c]]")
def test_any_text_loads_or_is_a_config_error(text):
    """Whatever the text, there is a value or a ConfigError, never another exception."""
    with contextlib.suppress(ConfigError):
        assert isinstance(toml.load(text, "f", Config), Config)


@settings(deadline=None)
@given(st.text(alphabet="ab.=\"[]{},\n'# \\u1"))
def test_text_that_looks_like_toml_loads_or_is_a_config_error(text):
    """The same for text made of TOML's own punctuation, where the scanner gets far."""
    with contextlib.suppress(ConfigError):
        assert isinstance(toml.load(text, "f", Whole), Whole)


# --- files ----------------------------------------------------------------------------------------------


def problem_of_file(path) -> str:
    """What is told of a file that cannot be read."""
    with pytest.raises(ConfigError) as caught:
        toml.read_text(path, "f.toml")
    return str(caught.value)


def test_read_text_takes_utf8_with_and_without_mark(tmp_path):
    """Windows editors write a byte order mark; it is no part of the text."""
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbfa = '\xc3\xa9'")
    assert toml.read_text(tmp_path / "a", "a") == "a = 'é'"


def test_read_text_says_what_to_do_with_what_it_cannot_read(tmp_path):
    """Latin-1, UTF-16, a folder, a missing and an oversized file each have their words."""
    path = tmp_path / "f"
    path.write_bytes(b"a = 1\nb = 'caf\xe9'\n")
    assert problem_of_file(path) == "f.toml:2: holds the byte 0xe9, not UTF-8; save the file as UTF-8"
    path.write_bytes("a = 1".encode("utf-16"))
    assert problem_of_file(path) == "f.toml:1: is UTF-16; save the file as UTF-8"
    path.write_bytes(b"#" * (toml.MAX_BYTES + 1))
    assert problem_of_file(path) == "f.toml: is larger than 8 MiB; is it the right file?"
    assert problem_of_file(tmp_path).startswith("f.toml: cannot be read: ")
    assert problem_of_file(tmp_path / "none").startswith("f.toml: cannot be read: No such file")
    assert problem_of_file(tmp_path / "a\0b").startswith("f.toml: cannot be read: ")


# --- writing --------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.text())
def test_quote_is_read_back_and_safe(text):
    """Any text survives as a TOML string, on one line that is printable in any terminal."""
    written = toml.quote(text)
    assert tomli.loads(f"a = {written}\n")["a"] == text
    assert written.isprintable()
    assert tomli.loads(f"{toml.write_key(text)} = 1") == {text: 1}


def test_quote_replaces_lone_surrogates():
    """TOML cannot hold them; an argument that was no UTF-8 does not break the file."""
    assert toml.quote("a\udce9b") == '"a\ufffdb"'


@settings(deadline=None)
@given(st.lists(st.one_of(st.text(), st.integers(0, 99)), min_size=1).map(tuple))
def test_dotted_keys_are_safe_to_show(path):
    """Keys come from the file: control and bidirectional characters in them never reach a terminal."""
    assert toml.dotted(path).isprintable()


# --- lines ----------------------------------------------------------------------------------------------

keys = st.one_of(st.sampled_from(["a", "b", "name", "1", "x-y"]), st.text(max_size=5))
scalars = st.one_of(
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False),
    st.dates(),
    st.datetimes(),
    st.text(max_size=8),
    st.sampled_from(["a\nb", '"', "'", "#", "[x]\n", "]", '"""', "''", "\\", "a = 1\n"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)),
    max_leaves=12,
)
documents = st.dictionaries(keys, values, max_size=5)


class Printer:
    """Prints a document in one of the many ways TOML has, and notes where it put each key."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.text = ""
        self.lines: dict[tuple[Any, ...], int] = {}

    def note(self, path) -> None:
        for n in range(1, len(path) + 1):
            self.lines.setdefault(path[:n], self.text.count("\n") + 1)

    def blank(self, *, newlines: bool = False) -> None:
        self.text += self.random.choice(["", " ", "\t", *(["\n", " # [x] 'y'\n", "\r\n"] if newlines else [])])

    def key(self, name: str) -> None:
        literal = name.isprintable() and "'" not in name and self.random.random() < 0.3
        self.blank()
        self.text += (
            f"'{name}'" if literal else toml.write_key(name) if self.random.random() < 0.7 else toml.quote(name)
        )
        self.blank()

    def dotted(self, names) -> None:
        for n, name in enumerate(names):
            self.text += "." if n else ""
            self.key(name)

    def end(self) -> None:
        self.blank()
        self.text += self.random.choice(["\n", "\r\n", "\n\n", " # a = 'b'\n"])

    def scalar(self, value) -> None:
        if isinstance(value, str):
            self.string(value)
        elif isinstance(value, bool):
            self.text += str(value).lower()
        elif isinstance(value, (int, float)):
            self.text += repr(value)
        else:
            self.text += str(value) if self.random.random() < 0.5 else value.isoformat()

    def string(self, value: str) -> None:
        escaped = toml.quote(value)[1:-1]
        plain = all(c.isprintable() or c == "\n" for c in value)
        style = self.random.randrange(4)
        if style == 0 and plain and "'''" not in value and not value.endswith("'"):
            self.text += f"'''\n{value}'''"
        elif style == 1 and "\\" not in value:
            inner = escaped.replace("\\n", "\n")
            self.text += '"""\n' + (inner if '""' in value else inner.replace('\\"', '"')) + '"""'
        elif style == 2:
            self.text += f'"""\\\n   {escaped}"""' if not value.startswith((" ", "\n", "\t")) else f'"{escaped}"'
        else:
            self.text += f'"{escaped}"'

    def inline(self, path, value) -> None:
        if isinstance(value, list):
            self.text += "["
            for n, item in enumerate(value):
                self.blank(newlines=True)
                self.note((*path, n))
                self.inline((*path, n), item)
                self.blank(newlines=True)
                self.text += "," if n < len(value) - 1 or self.random.random() < 0.3 else ""
            self.blank(newlines=True)
            self.text += "]"
        elif isinstance(value, dict):
            self.text += "{"
            for n, (name, item) in enumerate(value.items()):
                self.text += "," if n else ""
                self.note((*path, name))
                self.key(name)
                self.text += "="
                self.blank()
                self.inline((*path, name), item)
                self.blank()
            self.text += "}"
        else:
            self.scalar(value)

    def pair(self, names, path, value) -> None:
        """``a.b = value``; non-empty tables may be taken apart into more dotted keys."""
        if isinstance(value, dict) and value and self.random.random() < 0.5:
            for name, item in value.items():
                self.pair((*names, name), (*path, name), item)
            return
        self.note(path)
        self.dotted(names)
        self.text += "="
        self.blank()
        self.inline(path, value)
        self.end()

    def table(self, headers, path, table) -> None:
        later = []
        for name, value in table.items():
            tables = isinstance(value, list) and value and all(isinstance(v, dict) for v in value)
            if (tables or isinstance(value, dict)) and self.random.random() < 0.6:
                later.append((name, value))
            else:
                self.pair((name,), (*path, name), value)
        for name, value in later:
            names, inner = (*headers, name), (*path, name)
            for n, item in enumerate(value if isinstance(value, list) else [value]):
                listed = isinstance(value, list)
                self.blank(newlines=True)
                here = (*inner, n) if listed else inner
                self.note(here)
                self.text += "[[" if listed else "["
                self.dotted(names)
                self.text += "]]" if listed else "]"
                self.end()
                self.table(names, here, item)


@settings(deadline=None)
@given(documents, st.integers(0, 2**32))
def test_every_key_is_found_on_its_line(document, seed):
    """However a document is written, each key, table and list item has the line where it starts."""
    printer = Printer(seed)
    printer.table((), (), document)
    assert tomli.loads(printer.text) == document
    assert scan(printer.text) == printer.lines


def test_lines_of_tables_keys_and_items():
    """A table is where its own header is; implied ones are where they are first needed."""
    text = '[a.b]\nx = """\n[no]\n"""\n[a]\ny.z = [\n  1,\n  {q = 2}]\n[[l]]\n[l.m]\n[[l]]\n[l.m]'
    assert scan(text) == {
        ("a",): 5,
        ("a", "b"): 1,
        ("a", "b", "x"): 2,
        ("a", "y"): 6,
        ("a", "y", "z"): 6,
        ("a", "y", "z", 0): 7,
        ("a", "y", "z", 1): 8,
        ("a", "y", "z", 1, "q"): 8,
        ("l",): 9,
        ("l", 0): 9,
        ("l", 0, "m"): 10,
        ("l", 1): 11,
        ("l", 1, "m"): 12,
    }


@pytest.mark.parametrize("value", ['"""a""b""""', '"""""a"""""', '"""\\""""""', "'''a''b''''", "'''''a'''''"])
def test_quotes_inside_multi_line_strings_end_nothing(value):
    """One or two quotes may stand anywhere in a multi-line string, also right before its end."""
    text = f"a = {value}\nb = 1\n"
    assert set(tomli.loads(text)) == {"a", "b"}
    assert scan(text) == {("a",): 1, ("b",): 2}


def test_keys_with_escapes_are_the_keys_that_tomli_reads():
    """The scanner reads escapes in keys itself, as tomli does."""
    text = r'"\u0041\t\"\\\U0001F600\b\f\n\r" = 1'
    assert {path[0] for path in scan(text)} == set(tomli.loads(text))


def test_depth_is_bounded_before_anything_else_reads_the_text():
    """Deep nesting is refused by the scanner, so that no version of tomli meets it."""
    for text in ("a=" + "[" * 1000, "a=" + "{a=" * 1000, "a." * 1000, "[" + "a." * 1000):
        with pytest.raises(TooDeep):
            scan(text)


@pytest.mark.parametrize(
    "text",
    [
        'a="' + '\\"' * 400_000,
        'a="""' + '\\""\n' * 200_000,
        "[[a]]\n" * 100_000,
        "x" * 800_000 + "=1",
        "#" * 800_000 + "\nx=1",
        "a=[" + "1," * 200_000,
    ],
)
def test_a_megabyte_of_anything_ends(text):
    """Each of these took quadratic time in some reader; here they end, with or without a value."""
    with pytest.raises(ConfigError):
        toml.load(text, "f", Whole)
