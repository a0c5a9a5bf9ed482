"""Tables, messages and Markdown: readable, and nothing remote takes them over."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from mentionwatch.model import Entry
from mentionwatch.output import write_alerts
from mentionwatch.output.grid import grid_text
from mentionwatch.output.layout import excerpt, web_link, wrap_cells
from mentionwatch.output.markdown import escape, link
from mentionwatch.output.message import WIDTH, alert_page, alert_subject, alert_text
from tests.output.sample_mentions import ALERT, CJK, HOSTILE, MENTIONS, NEGATIVE, PLAIN, REVIEW, ZONE, make_mention
from tests.output.test_output_formats import mentions, saved, texts, written


@settings(deadline=None)
@given(st.lists(mentions, max_size=3), st.integers(40, 160))
def test_no_line_of_a_table_is_wider_than_the_terminal(items, width):
    """But for links, which stay whole."""
    for line in written("table", items, width=width).split("\n"):
        assert cell_len(line) <= width or "://" in line


def test_a_long_link_is_never_cut():
    """A link that cannot be followed is none."""
    url = "https://forum.example/" + "a" * 300
    for width in (80, 120):
        assert url in written("table", [make_mention(1, Entry("s", url=url), NEGATIVE)], width=width)


def test_tone_is_told_without_colour_and_colour_only_on_request():
    """A sign and a word say it; escape sequences are there when asked for and not else."""
    plain, coloured = written("table"), written("table", color=True)
    assert "- negative" in plain
    assert "\x1b" not in plain
    assert "\x1b[31m- negative\x1b[0m" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured).split() == plain.split()


def test_markup_of_the_terminal_library_is_shown_as_text():
    """A title in square brackets is a title in square brackets."""
    assert "[bold red]hi[/]" in written("table", [HOSTILE])


def test_only_web_links_are_links():
    """A javascript: URL appears in no format for people."""
    for name in ("table", "markdown"):
        assert "javascript" not in written(name, [HOSTILE])


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("https://a.example/\x1b[31mx y", "https://a.example/xy"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("//a.example", None),
        ("https://", None),
        ("http://[", None),
        (None, None),
    ],
)
def test_web_link(url, expected):
    """Only http and https with a host, cleaned; all else is None."""
    assert web_link(url) == expected


def test_an_excerpt_says_the_title_once():
    """Many feeds repeat the title as the beginning of the text."""
    assert excerpt(Entry("s", title="Broken again…", text="Broken again and again")) == "Broken again and again"
    assert excerpt(Entry("s", title="Help", text="It leaks")) == "Help - It leaks"
    assert excerpt(Entry("s", title="Help")) == "Help"
    assert excerpt(Entry("s")) == ""


@settings(deadline=None)
@given(texts, st.integers(4, 80))
def test_wrapping_counts_cells_and_keeps_the_words(text, width):
    """No line is too wide, CJK included, and no letter is lost."""
    from mentionwatch.text import one_line

    line = one_line(text)
    lines = wrap_cells(line, width)
    assert all(cell_len(part) <= width for part in lines)
    assert "".join("".join(lines).split()) == "".join(line.split())
    assert len(wrap_cells(line, width, 2)) <= 2


def test_the_message_looks_as_saved():
    """Reason, window, blind spots, quotes, links, and the last line that was asked for."""
    footer = "mentionwatch alerts show a1b2c3d4"
    assert alert_text(ALERT, MENTIONS, zone=ZONE, footer=footer) == saved("alert-message.txt")
    assert alert_text(ALERT, MENTIONS, zone=ZONE) == saved("alert-message.txt").removesuffix(f"\n{footer}\n")


def test_a_footer_is_never_broken():
    """A command that cannot be copied is none."""
    footer = "mentionwatch alerts show a1b2c3d4 --config '/a folder  with blanks/" + "x" * 90 + "'"
    assert alert_text(ALERT, MENTIONS, footer=footer).endswith(f"\n\n{footer}\n")


def test_a_page_says_how_the_alert_stands():
    """State and times beside the severity, which a resolved alert keeps; links without a limit."""
    page = alert_page(ALERT, MENTIONS, zone=ZONE)
    assert page.startswith(
        "Nimbus: high alert a1b2c3d4e5f6, open\nOpened 2024-05-14 10:12, updated 2024-05-14 11:12.\n14 negative mentions"
    )
    done = replace(ALERT, state="resolved", resolved=ALERT.updated)
    assert "high alert a1b2c3d4e5f6, resolved\n" in alert_page(done, MENTIONS, zone=ZONE)
    assert ", resolved 2024-05-14 11:12." in " ".join(alert_page(done, MENTIONS, zone=ZONE).split())
    many = [make_mention(n, Entry("s", url=f"https://a.example/{n}"), REVIEW.tone) for n in range(60)]
    assert alert_page(ALERT, many).count("https://a.example/") == 60


@settings(deadline=None)
@given(st.lists(mentions, max_size=4))
def test_a_message_is_plain_and_fits_a_mail(items):
    """No escape, no line over 78 cells but links, for any mentions."""
    text = alert_text(ALERT, items, zone=ZONE)
    assert "\x1b" not in text
    assert all(cell_len(line) <= WIDTH or "://" in line for line in text.split("\n"))


def test_a_message_lists_every_link_up_to_fifty():
    """More than fifty are counted."""
    many = [make_mention(n, Entry("s", url=f"https://a.example/{n}"), REVIEW.tone) for n in range(60)]
    text = alert_text(ALERT, many, zone=ZONE)
    assert text.count("https://a.example/") == 50
    assert "and 10 more" in text


def test_the_subject_says_which_telling_it_is():
    """One line, whatever the brand is called."""
    assert alert_subject(ALERT) == "Nimbus: high alert"
    assert alert_subject(ALERT, "resolved") == "Nimbus: alert is resolved"
    assert alert_subject(ALERT, "worse") == "Nimbus: alert is worse, now high"


def test_a_wider_terminal_shows_no_less():
    """What is read at 80 columns is there at 120 and at 200."""
    long = make_mention(7, Entry("s", text=" ".join(f"word{n}" for n in range(200))), NEGATIVE)

    def words(width):
        return len(re.findall(r"word\d+", written("table", [long], width=width)))

    assert 0 < words(80) <= words(100) <= words(120) <= words(200)


def test_the_query_that_matched_may_stand_in_the_brands_place():
    """Where several were given and none is a brand."""
    for name in ("table", "markdown"):
        shown = written(name, [make_mention(8, Entry("s", text="x"), NEGATIVE, keyword="acme router")], keywords=True)
        assert "Nimbus" not in shown
        assert "acme router" in shown
        assert "keyword" in shown.casefold()


def test_a_small_table_keeps_its_last_column_whole():
    """Beside the others where it fits, else below, broken at blanks only."""
    url = "https://forum.example/" + "a" * 70
    rows = [["forum", "ok", f"see {url} for more"], ["shop", "down", ""]]
    narrow = grid_text(["name", "state", "why"], rows, width=80).splitlines()
    assert narrow == ["NAME   STATE", "forum  ok", "    see", f"    {url}", "    for more", "shop   down"]
    wide = grid_text(["name", "state", "why"], rows, width=None).splitlines()
    assert wide == ["NAME   STATE  WHY", f"forum  ok     see {url} for more", "shop   down"]
    assert grid_text(["名前", "x"], [["コーヒー", "y"]], width=80).splitlines() == ["名前      X", "コーヒー  y"]
    assert "\x1b" not in grid_text(["a", "b"], [["\x1b[31mred", "\x1b]0;x\x07"]], width=80)


def test_a_wide_alert_list_has_its_reason():
    """The reason with its numbers is what the list is read for."""
    assert ALERT.reason in written("table", [ALERT], write_alerts, width=120)


def test_markdown_escapes_what_markdown_reads():
    """Links, images, HTML, code, tables, mentions and bare addresses stay words."""
    assert escape("![x](y) <b> `c` |") == r"\!\[x\]\(y\) \<b\> \`c\` \|"
    assert "@everyone" not in escape("@everyone")
    assert "://" not in escape("see https://evil.example").replace("\\", "")
    assert "www." not in escape("www.evil.example")


def test_a_markdown_link_holds_its_target():
    """No URL breaks out of its brackets or out of its table cell."""
    made = link("a]b", "https://a.example/x>)(|`<y?a=1&copy;=2")
    assert made == r"[a\]b](<https://a.example/x%3E%29%28%7C%60%3Cy?a=1&amp;copy;=2>)"


@settings(deadline=None)
@given(st.lists(mentions, min_size=1, max_size=3))
def test_a_markdown_row_is_one_line_of_six_cells(items):
    """Nothing remote adds a row or a cell."""
    rows = written("markdown", items).rstrip("\n").split("\n")
    assert len(rows) == 2 + len(items)
    for row in rows:
        assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 7


def test_copies_stars_and_the_users_mark_are_shown():
    """What changes how a mention is read stands beside it."""
    shown = written("table", [PLAIN, REVIEW, CJK])
    assert "    Seen at 3 places\n" in shown
    assert "5/5, seen" in shown


def test_where_a_text_was_seen_is_never_cut_off():
    """A name of any length before it takes nothing of it away; Markdown says it too."""
    named = make_mention(1, replace(PLAIN.entry, author="a" * 300), NEGATIVE, copies=1_200)
    assert "    Seen at 1,200 places\n" in written("table", [named], width=40)
    assert written("markdown", [named]).endswith(", seen at 1,200 places |\n")


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_the_words_that_matched_are_shown(width):
    """Of a long text the place that matched is shown, behind the title; what is seen at once stays as it is."""
    text = "Nothing to see here. " * 400 + "But the kettle, of all things, leaks."
    start = text.index("kettle") + len("A title\n")
    long = make_mention(1, Entry("s", title="A title", text=text), NEGATIVE)
    shown = written("table", [long], width=width, hits={long.id: [(start, start + 6)]})
    assert "A title … " in shown
    assert "kettle" in shown
    assert "title … Nothing" not in shown
    assert "kettle" not in written("table", [long], width=width)
    early = {long.id: [(8, 15), (start, start + 6)]}
    assert written("table", [long], width=width, hits=early) == written("table", [long], width=width)
    row = written("markdown", [long], hits={long.id: [(start, start + 6)]})
    assert "kettle, of all things" in row


@settings(deadline=None)
@given(mentions, st.integers(0, 300), st.integers(0, 300), st.integers(1, 130))
def test_any_place_can_be_shown(mention, start, length, width):
    """Wherever a match is said to be, in whatever text, there is one mention with its lines."""
    hits = {mention.id: [(start, start + length)]}
    lines = written("table", [mention], width=width, hits=hits).splitlines()
    assert 2 <= len(lines) <= 6


def test_a_small_table_that_is_too_wide_puts_the_names_above():
    """Nothing is cut and nothing runs over: the name stands alone, its short texts below it with their headings."""
    from mentionwatch.output.grid import grid_text

    rows = [["a.example/" + "x" * 40, "not-a-feed", "3 d", "in 60 min", "the reason " * 12]]
    text = grid_text(["name", "state", "data age", "next poll", "why"], rows, width=60)
    assert text.splitlines()[:2] == [rows[0][0], "    state: not-a-feed  data age: 3 d  next poll: in 60 min"]
    assert all(len(line) <= 60 for line in text.splitlines())


@pytest.mark.parametrize("width", [80, 100])
def test_what_an_alert_counts_is_shown_beside_a_long_name(width):
    """A source's name is an address; the numbers of all alerts stand whole beside it."""
    down = replace(ALERT, id="a5544332211f", kind="source", brand="forum.acme.example/posts.rss", observed=0)
    lines = written("table", [down, replace(ALERT, observed=22)], write_alerts, width=width).splitlines()
    assert lines[0].endswith("MENTIONS")
    assert any(line.endswith("22 negative") for line in lines)
    assert any(line.endswith("source") and "forum.acme" in line for line in lines)
