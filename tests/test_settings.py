"""Lengths of time and sizes, as they are written in a configuration."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mentionwatch.settings import Secret, Size, SourceSettings, Span, name_sources, parse_size, parse_span, show_span

SPANS = st.one_of(
    st.timedeltas(timedelta(), timedelta(days=3650)),
    st.builds(timedelta, weeks=st.integers(0, 500)),
    st.builds(timedelta, days=st.integers(0, 500)),
    st.builds(timedelta, minutes=st.integers(0, 50_000)),
    st.builds(timedelta, seconds=st.integers(0, 5_000_000)),
)


@given(SPANS)
@example(timedelta(seconds=1_234_567))
@example(timedelta(microseconds=1))
def test_a_span_is_read_as_it_is_shown(span):
    """What ``config show`` prints can be put into the file."""
    assert parse_span(show_span(span)) == span


@pytest.mark.parametrize(
    ("span", "shown"),
    [
        (timedelta(), "0s"), (timedelta(seconds=90), "90s"), (timedelta(minutes=15), "15m"), (timedelta(hours=24), "1d"),
        (timedelta(days=7), "7d"), (timedelta(days=400), "400d"), (timedelta(weeks=4), "4w"), (timedelta(seconds=0.3), "0.3s"),
        (timedelta(seconds=100_000), "100000s"),
    ],
)  # fmt: skip
def test_a_span_is_shown_in_the_largest_whole_unit(span, shown):
    """As a person would write it."""
    assert show_span(span) == shown


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("15 m", 900), (" 1h ", 3600), ("7d", 604_800), ("2w", 1_209_600), ("1.5h", 5400)],
)
def test_a_span_is_read(text, seconds):
    """A number and a unit, with or without a blank."""
    assert parse_span(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "size"), [("500kB", 500_000), ("8MiB", 8 * 2**20), ("1.5 KiB", 1536), ("1B", 1), ("2GB", 2 * 10**9)]
)
def test_a_size_is_read(text, size):
    """In powers of ten and of two."""
    assert parse_size(text) == size


@pytest.mark.parametrize("read", [parse_span, parse_size])
@pytest.mark.parametrize(
    "text",
    ["", "1", "s", "-1s", "1 year", "1e3s", "1,5h", "infs", "nan B", "9" * 400 + "d", "9" * 400 + "GB", "1M", "1d 2h"],
)
def test_what_is_neither_is_told(read, text):
    """With what would be right, and never as another error."""
    with pytest.raises(ValueError, match=r"write a number and a unit|too la?o?n?r?ge?"):
        read(text)


@given(st.text(max_size=20) | st.from_regex(r"\A\d{1,30}(\.\d+)?\s*[a-zA-Z]{1,3}\Z"))
def test_any_text_is_read_or_told(text):
    """Nothing but ValueError comes of it."""
    for read in (parse_span, parse_size, Span().read, Size().read):
        try:
            read(text)
        except ValueError:
            continue


def test_a_secret_does_not_show():
    """Not in a repr, also of what holds it; to whoever uses it, it is a text like any other."""
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret!r} {[secret]} { ({'key': secret}) }"
    assert f"Bearer {secret}" == "Bearer hunter2"


def test_names_hang_on_the_source_alone():
    """Host and path, without www.; a number only where that is the same, and a given name is never taken."""
    urls = (
        "https://a.example/x/posts.rss",
        "https://www.a.example/y/posts.rss?page=1",
        "https://a.example/y/posts.rss?page=2",
        "https://b.example/",
    )
    made = [SourceSettings("", url=url) for url in urls]
    names = [s.name for s in name_sources(made)]
    assert names == ["a.example/x/posts.rss", "a.example/y/posts.rss", "a.example/y/posts.rss-2", "b.example"]
    assert [s.name for s in name_sources(made[1:])] == names[1:], "one source less gives the others no new names"
    given = [SourceSettings("b.example", url=urls[0]), made[3]]
    assert [s.name for s in name_sources(given)] == ["b.example", "b.example-2"]
