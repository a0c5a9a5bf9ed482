"""How a report is written: every number in it, nothing loaded, and no text of strangers that is more than text."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentionwatch.model import Entry
from mentionwatch.output.base import Options
from mentionwatch.output.report import REPORT_FORMATS, write_report
from mentionwatch.output.report import words as said
from mentionwatch.output.report.base import (
    BrandReport,
    Change,
    Day,
    Gap,
    Portion,
    RatingLine,
    Report,
    SourceLine,
    bars_of,
)
from mentionwatch.tone.figures import Share
from tests.output.sample_mentions import ALERT, HOSTILE, NEGATIVE, PLAIN, START, ZONE, make_mention

UTC = timezone.utc
DAY = timedelta(days=1)
NOW = START + DAY
#: What a text of strangers may hold, each to break out of another format.
EVIL = (
    '<script>alert(1)</script><img src="https://evil.example/p.png" onerror="alert(1)">',
    '"></title></style><style>*{background:url(https://evil.example/x)}</style>',
    "]]> --> <!-- </main> <svg onload=alert(1)> &lt;b&gt; ' onmouseover='alert(1)",
    "![x](https://evil.example/p.png) [y](javascript:alert(1)) | `a` **b** <https://evil.example>",
    "\u202egnikcol\u2066 \x1b[31mred\x1b]8;;https://evil.example\x07go\x1b]8;;\x07 \x9b2J \x00\x08",
    "@everyone www.evil.example javascript:alert(1) data:text/html,x\n# heading\n\n    code\n***\n| a |",
)
LINKS = ("javascript:alert(1)", "data:text/html,<script>", 'https://x.example/"onclick="a', "file:///etc/passwd", "//e")


def portion(hits, total):
    """A share with its interval."""
    return Portion(hits, total, Share(hits, total).interval)


def brand(**changes):
    """A brand with something of everything."""
    found = BrandReport(
        name="Nimbus",
        ids=tuple(map(str, range(47))),
        mentions=45,
        stories=40,
        tones={"negative": 14, "neutral": 20, "positive": 6, "unknown": 5},
        negative=portion(14, 40),
        change=Change(NOW - 14 * DAY, NOW - 7 * DAY, 50, portion(5, 50), 0.004),
        days=(Day(date(2024, 5, 13), 3, 4, 0), Day(date(2024, 5, 14), 11, 22, 5)),
        first=date(2024, 5, 9),
        last=date(2024, 5, 15),
        gaps=(Gap("forum", NOW - 3 * DAY, NOW - 2 * DAY, date(2024, 5, 12), date(2024, 5, 13)),),
        watched=0.9,
        alerts=(ALERT,),
        quotes=(PLAIN, HOSTILE),
        ratings=(RatingLine("shop", "Nimbus One", 4.21, 1204, NOW, 4.4, NOW - 9 * DAY),),
        marked=3,
        corrected=2,
        noise=1,
    )
    return replace(found, **changes)


def report(*brands, **changes):
    """A report of them."""
    found = Report(
        created=NOW,
        since=NOW - 7 * DAY,
        until=NOW,
        oldest=START,
        query='refund OR "money back"',
        brand=None,
        brands=brands or (brand(),),
        silent=("Globex",),
        down=(),
        sources=(
            SourceLine("forum", 40, 12, ("down from 2024-05-12 09:12 to 2024-05-13 09:12",)),
            SourceLine("shop", 5, 2),
        ),
        quiet_sources=0,
        notes=("A note.",),
        command="mentionwatch mentions --limit 0",
        listing=("mentions", "--limit", "0"),
    )
    return replace(found, **changes)


def written(name, made=None, width=100, *, color=False):
    """A report in a format."""
    stream = io.StringIO()
    write_report(name, made or report(), stream, Options(width=width, color=color, zone=ZONE))
    return stream.getvalue()


def hostile(text, link):
    """A report whose every text of strangers is this one."""
    entry = Entry(source=text, url=link, title=text, text=text, author=text, rating=1.0)
    return report(
        brand(
            name=text,
            quotes=(make_mention(9, entry, NEGATIVE),),
            alerts=(replace(ALERT, brand=text, reason=text, blind_spots=(text,)),),
            gaps=(replace(brand().gaps[0], source=text),),
            ratings=(replace(brand().ratings[0], source=text, name=text),),
        ),
        brand(quotes=()),
        query=text,
        brand=text,
        silent=(text,),
        down=(replace(ALERT, kind="source", brand=text, reason=text),),
        sources=(SourceLine(text, 1, 1, (text,), (text,)),),
        undecided={text: 2},
        command=text,
    )


class Page(HTMLParser):
    """What a browser makes of a page."""

    VOID = frozenset({"meta", "br", "line", "rect", "circle"})

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.texts, self.open, self.styles = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        (self.styles if "style" in self.open else self.texts).append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


def check_page(text):
    """It is well-formed, loads nothing, runs nothing, and leads to http(s) only, by a link that is clicked."""
    page = Page(text)
    assert page.open == []
    assert {tag for tag, _attrs in page.tags} <= {
        *("html", "head", "meta", "title", "style", "body", "svg", "defs", "pattern", "line", "rect", "circle", "g"),
        *("text", "main", "section", "h1", "h2", "h3", "p", "span", "div", "bdi", "a", "ul", "li", "code", "table"),
        *("thead", "tbody", "tr", "th", "td", "details", "summary"),
    }
    for tag, attrs in page.tags:
        assert not any(
            name.startswith("on") or name in {"src", "srcset", "style", "action", "xlink:href"} for name in attrs
        )
        if "href" in attrs:
            assert tag == "a"
            assert re.match(r"https?://[^/]", attrs["href"])
        if "fill" in attrs:
            assert attrs["fill"] == "url(#blind)"
    assert not re.search(r"url\(|@import|expression", "".join(page.styles))
    return page


# --- the page ----------------------------------------------------------------------------------------------


def test_the_page_loads_nothing_and_runs_nothing():
    """It opens offline, and its own policy forbids the rest."""
    page = check_page(written("html"))
    policy = next(attrs["content"] for tag, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert [attrs["href"] for tag, attrs in page.tags if tag == "a"] == [PLAIN.entry.url]


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("text", EVIL)
def test_texts_of_strangers_stay_text_on_the_page(text, link):
    """Titles with scripts, links that run, control and bidirectional characters: shown, and nothing more."""
    html = written("html", hostile(text, link))
    page = check_page(html)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", html)
    if text == EVIL[0]:
        assert "<script>alert(1)</script>" in page.text


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.text(max_size=30))
def test_whatever_stands_in_a_text_the_page_stays_whole(text, link):
    """Any characters, lone surrogates too."""
    check_page(written("html", hostile(text, f"https://{link}")))


def test_a_page_holds_every_number_with_of_how_many():
    """Tones with unknown apart, shares with their intervals, the chart in its table."""
    text = check_page(written("html")).text
    for told in (
        "45 mentions: 14 negative of 40 judged; 5 could not be judged.",
        "Of 40 judged: 14 negative, 20 neutral, 6 positive. Apart from them, 5 of 45 could not be judged",
        "35 % (14 of 40; 95 %: 22 to 50 %)",
        "10 % (5 of 50; 95 %: 4 to 21 %)",
        "Negative is 25 points more than before, which is more than chance explains (p = 0.004).",
        "14 negative mentions in 6 h; you usually see 1.2.",
        "Nimbus One at shop: 4.21 of 5, by 1,204 ratings, 2024-05-15; it was 4.40 on 2024-05-06 (-0.19).",
        "3 of 45 bear a tone that you marked, 2 of them another than the engine's; 1 more mention you marked as noise",
        "down from 2024-05-12 09:12 to 2024-05-13 09:12",
        "Not all was seen: 1 source had blind spots (forum).",
        "The query finds nothing in this time of: Globex.",
        "2024-05-14 11 22 5 38 -",
        "2024-05-13 3 4 0 7 forum",
        "2 of 14 negative, each of another author and text",
        "no gap is known",
    ):
        assert told in text, told


def test_the_chart_shows_the_counts_to_scale():
    """The highest bar is the day with most, its negative part as high as its share; blind days are hatched."""
    page = Page(written("html"))
    rects = [attrs for tag, attrs in page.tags if tag == "rect"]
    high = {
        name: max(float(r["height"]) for r in rects if r.get("class") == name) for name in ("bad", "other", "unknown")
    }
    assert high == pytest.approx({"bad": 1100 / 38, "other": 2200 / 38, "unknown": 500 / 38}, abs=0.1)
    assert sum(r.get("fill") == "url(#blind)" for r in rects) == 2
    assert {"11/38", "3/7"} <= set(page.texts)


def test_light_dark_and_paper_are_in_the_page():
    """Each has its colours, and nothing else has to be loaded for them."""
    styles = "".join(Page(written("html")).styles)
    assert all(rule in styles for rule in ("prefers-color-scheme:dark", "@media print", "color-scheme:light dark"))


# --- Markdown ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", EVIL)
def test_texts_of_strangers_stay_text_in_markdown(text):
    """No tag, image, heading or call: each sign that Markdown reads is escaped, and links are http(s) only."""
    page = written("markdown", replace(hostile(text, "javascript:alert(1)"), command="mentionwatch"))
    bare = re.sub(r"\\[!-/:-@\[-`{-~]", "", page)
    # What is left of our own: tables, headings, quotes, lists and bold.
    assert not re.search(r"[<`\[\]{}]|!\(|javascript:|https?://", bare)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)
    assert all(re.match(r"#{1,3} ", line) for line in page.splitlines() if line.startswith("#"))
    heads = [line for line in bare.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in heads} == {9, 7, 5}


def test_a_command_in_markdown_is_code_whatever_stands_in_it():
    """A query with backticks and line breaks does not end it."""
    page = written("markdown", report(command="mentionwatch mentions '`a`\n\n# b'"))
    assert page.rstrip("\n").splitlines()[-1] == "    mentionwatch mentions '`a` # b'"


def test_markdown_has_the_same_sentences():
    """They are written once for all formats."""
    page = re.sub(r"\\(.)", r"\1", written("markdown"))
    made = brand()
    bars = bars_of(made, 31)
    for told in (said.counts(made), said.tones(made), said.negative(made), said.change(made), said.corrections(made),
                 said.chart_label(bars), said.rating(made.ratings[0], ZONE), said.quoted(made), said.silent(report())):  # fmt: skip
        assert told in page, told
    assert "| 2024-05-13 | 3 | 4 | 0 | 7 | forum |" in page
    assert f"(<{PLAIN.entry.url}>)" in page


# --- the terminal ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_terminal_is_never_overrun(width):
    """No line is wider, but for links and commands, which can be copied."""
    text = written("text", report(brand(), brand(name="ニンバス" * 20)), width)
    from rich.cells import cell_len

    whole = ("http", "mentionwatch ")
    assert all(cell_len(line) <= width for line in text.splitlines() if not line.strip().startswith(whole)), text


@pytest.mark.parametrize("text", EVIL)
def test_texts_of_strangers_reach_no_terminal(text):
    """No escape sequence and nothing that turns the direction."""
    shown = written("text", hostile(text, "https://x.example/\x1b[31m"))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)


def test_tones_are_not_told_by_colour_alone():
    """Without colours there are no escape sequences, and the counts stand beside the bars."""
    plain = written("text")
    assert "\x1b" not in plain
    assert "\x1b[" in written("text", color=True)
    assert re.search(r"2024-05-14  █+░+ 11 of 38, 5 not judged$", plain, re.MULTILINE)
    assert re.search(r"2024-05-13  █+░+ 3 of 7  ! forum$", plain, re.MULTILINE)
    assert re.search(r"2024-05-11  none$", plain, re.MULTILINE)


# --- JSON and sentences -------------------------------------------------------------------------------------


def test_json_has_the_numbers():
    """Missing is null, shares are in [0, 1]."""
    found = json.loads(written("json"))
    (one,) = found["brands"]
    assert one["negative"] == {"count": 14, "of": 40, "share": 0.35, "interval": list(Share(14, 40).interval)}
    assert (one["before"]["more_than_chance"], one["before"]["not_compared"]) == (True, None)
    assert one["days"][1] == {"date": "2024-05-14", "negative": 11, "other": 22, "unknown": 5}
    assert one["quotes"][0]["id"] == PLAIN.id
    nothing = brand(negative=portion(0, 0), change=None, ids=(), mentions=0, quotes=(), days=(), first=None, last=None)
    (one,) = json.loads(written("json", report(nothing)))["brands"]
    assert (one["negative"]["share"], one["negative"]["interval"], one["before"]) == (None, None, None)


@pytest.mark.parametrize("name", REPORT_FORMATS)
@pytest.mark.parametrize("many", [0, 1, 10])
def test_any_number_of_brands_is_written(name, many):
    """None, one and ten; of none it is said that there is none."""
    brands = [brand(name=f"B{n}") for n in range(many)]
    made = replace(report(), brands=tuple(brands))
    page = written(name, made)
    if name == "html":
        check_page(page)
    if not many and name != "json":
        assert said.NOTHING.rstrip(".") in page


def test_what_is_nothing_is_said():
    """A brand without mentions, alerts or corrections has its sentences all the same."""
    nothing = brand(
        mentions=0, ids=(), tones=dict.fromkeys(brand().tones, 0), negative=portion(0, 0), days=(), first=None, last=None,
        gaps=(), alerts=(), quotes=(), ratings=(), marked=0, corrected=0, noise=0,
    )  # fmt: skip
    text = check_page(written("html", report(nothing))).text
    for told in (
        said.NOTHING,
        "No alert was open in this time.",
        "There is nothing to quote.",
        "You have corrected none",
    ):
        assert told in text


@pytest.mark.parametrize(
    ("now", "before", "told", "cell"),
    [
        ((3, 8), Change(START, NOW, 9, portion(1, 9)), "Too few to compare", "too few"),
        ((14, 40), Change(START, NOW, 9, portion(9, 50), 0.3), "no more of a difference than chance makes", "="),
        ((4, 40), Change(START, NOW, 50, portion(25, 50), 0.00001), "40 points less than before", "-40 points"),
        (
            (14, 40),
            Change(START, NOW, 50, portion(5, 50), None, "Only 5 %."),
            "Not compared: Only 5 %.",
            "not compared",
        ),
        ((14, 40), Change(START, NOW, 3, portion(0, 0)), "none judged", "too few"),
    ],
)
def test_a_difference_is_told_as_what_it_is(now, before, told, cell):
    """More, less, chance, or not to be told."""
    one = brand(negative=portion(*now), change=before)
    assert told in said.change(one)
    assert said.change_cell(one) == cell


def test_a_share_of_few_is_no_percentage():
    """Below twenty the counts are shown, with the interval that says how little they say."""
    assert said.portion(portion(3, 8)) == "3 of 8 (95 %: 14 to 69 %)"
    assert said.portion(portion(0, 0)) == "none judged"
    assert said.portion(portion(14, 40)).startswith("35 % (14 of 40;")


def test_periods_are_told_with_their_length():
    """In local time; without a beginning it is all that is stored.  A page is passed on, so it names the zone."""
    made = report()
    period = "From 2024-05-08 09:12 to 2024-05-15 09:12 (7 days)."
    assert said.period(made, ZONE, named=False) == period
    assert said.period(made, ZONE, named=True) == f"{period} Times are in UTC+02:00."
    lengths = {
        DAY: "1 day",
        36 * DAY / 24: "36 hours",
        2.5 * DAY: "2.5 days",
        365 * DAY: "365 days",
        DAY / 24: "1 hour",
    }
    assert {span: said.days_of(replace(made, since=NOW - span)) for span in lengths} == lengths
    assert said.period(replace(made, since=None), ZONE, named=False).startswith(
        "All that is stored, from 2024-05-14 09:12 to "
    )
    assert datetime(2024, 5, 15, 7, 12, 9, tzinfo=UTC) == NOW
