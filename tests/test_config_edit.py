"""The user's file with sources more or less."""

from __future__ import annotations

from datetime import timedelta

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from mentionwatch.config import parse_config
from mentionwatch.config.edit import add_sources, remove_source
from mentionwatch.errors import ConfigError
from mentionwatch.settings import SourceSettings

BRAND = '[[brands]]\nname = "Acme"\nmatch = ["acme"]\n'
NEW = SourceSettings(name="new", url="https://new.example/feed")
COMMENTED = """\
# The file's own words.

[[brands]]  # what
name = "Acme"
match = ["acme"]
# under the brand

# --- where ---

# the forum
#   in two lines
[[sources]]  # beside the header
# over the key
url = "https://forum.example/feed"  # beside the key
# every = "15m"

# loose

# the shop
[[sources]]
url = "https://shop.example/feed"
# the alerts
[alerts]
min_mentions = 5  # five

# the end"""


def test_a_source_goes_behind_the_last_one():
    """Not to the end of the file, and not below the next table's comment; all else stays byte for byte."""
    added = add_sources(COMMENTED, "f", [NEW])
    table = '\n[[sources]]\nurl = "https://new.example/feed"\nname = "new"\n'
    assert added == COMMENTED.replace("# the alerts", table + "# the alerts")
    assert remove_source(added, "f", 2) == COMMENTED


def test_a_removed_source_takes_its_own_comments_with_it():
    """Its paragraph: right above the header, in it, right below; other people's comments stay."""
    left = remove_source(COMMENTED, "f", 0)
    start, end = COMMENTED.index("\n# the forum"), COMMENTED.index("\n# loose")
    assert left == COMMENTED[:start] + COMMENTED[end:]
    left = remove_source(COMMENTED, "f", 1)
    start, end = COMMENTED.index("\n# the shop"), COMMENTED.index("# the alerts")
    assert left == COMMENTED[:start] + COMMENTED[end:]


@pytest.mark.parametrize(
    "text",
    [BRAND, BRAND.rstrip("\n"), BRAND + "\n\n# the end\n", BRAND + "# the end", "# top\n" + BRAND + "\n[store]\n\n"],
)
def test_the_first_source_goes_to_the_end(text):
    """A file without sources, with and without an end of its last line."""
    added = add_sources(text, "f", [NEW])
    assert [source.name for source in parse_config(added, "f").sources] == ["new"]
    assert added.startswith(text)
    assert remove_source(added, "f", 0) == text


def test_all_that_is_no_default_is_written():
    """What was put in is what the configuration reads."""
    wanted = [
        SourceSettings(
            name='a "b"\\',
            url="https://x.example/ü?a=1",
            kind="feed",
            every=timedelta(minutes=90),
            fail_after=7,
            brands=("Acme",),
            backfill=timedelta(days=7),
            tags=("A/B", "C"),
        ),
        SourceSettings(name="p", use="shop", params={"app": "1", "in": ("us", "de"), "tags": "x", "a key": "y"}),
    ]
    added = add_sources(BRAND, "f", wanted)
    assert list(parse_config(added, "f").sources) == wanted
    assert 'every = "90m"' in added
    assert "fail_after" not in add_sources(BRAND, "f", [NEW])


@pytest.mark.parametrize(
    "text",
    [
        "sources = []\n",
        'sources = [{url = "https://a.example/"}]\n',
        'sources = [  # list\n  {url = "https://a.example/"}, # a\n  {url = "https://b.example/"}, # b\n] # end\n',
        'sources = [{url = "https://a.example/"},\n{url = "https://b.example/"}\n]\n',
    ],
)
def test_a_list_in_one_value_is_edited_too(text):
    """``sources = [{…}]``: the rest of the file stays, and so do the line ends."""
    whole = text + BRAND
    count = len(tomli.loads(text)["sources"])
    for end in ("\n", "\r\n"):
        file = whole.replace("\n", end)
        added = add_sources(file, "f", [NEW, SourceSettings(name="p", use="shop", params={"app": "1"})])
        assert [source.name for source in parse_config(added, "f").sources][count:] == ["new", "p"]
        assert added.endswith(BRAND.replace("\n", end))
        assert added.count("\n") == added.count(end)
        left = remove_source(remove_source(added, "f", count + 1), "f", count)
        assert tomli.loads(left) == tomli.loads(file)
        assert left.count("#") == file.count("#")


def test_what_cannot_be_edited_is_refused_in_words():
    """A source whose tables do not stand together; a text with the look of a comment at its end."""
    apart = '[[sources]]\nuse = "shop"\n[store]\n[sources.params]\na = "1"\n' + BRAND
    with pytest.raises(
        ConfigError, match=r"f:4: sources\[0\]: its tables do not stand together; edit the file by hand"
    ):
        remove_source(apart, "f", 0)
    odd = 'x = """\n# no comment"""\n[[sources]]\nurl = "https://a.example/"\n'
    with pytest.raises(ConfigError, match="it would change more than was asked for; edit the file by hand"):
        remove_source(odd, "f", 0)
    with pytest.raises(ConfigError, match="f:2: "):
        add_sources("a = 1\na = 2\n", "f", [NEW])


def test_a_file_does_not_grow_beyond_what_can_be_read():
    """A list of a million feeds is refused before it fills the memory."""
    endless = (SourceSettings(name="", url=f"https://x.example/{n}", tags=("t" * 9999,)) for n in range(10**6))
    with pytest.raises(ConfigError, match="would exceed 8 MiB"):
        add_sources(BRAND, "f", endless)
    assert next(endless)


_COMMENT = st.sampled_from(["# c\n", "  # indented\n", "#\n", "\n", " \n", '# [[sources]]\n# url = "x"\n'])
_NOISE = st.lists(_COMMENT, max_size=3).map("".join)
_SOURCE = st.builds(
    '[[sources]]{}\n{}url = "https://{}.example/"{}\n{}{}'.format,
    st.sampled_from(["", " # [x]"]),
    _NOISE,
    st.uuids().map(lambda u: f"h{u.hex[:8]}"),
    st.sampled_from(["", "  # beside"]),
    _NOISE,
    st.sampled_from(["", 'tags = [\n  "a", # t\n  "b"\n]\n', '[sources.params]\na = "[[sources]]"\n']),
)
_OTHER = st.sampled_from(
    ["[{}]\n", '[{}]\nx = """\n[[sources]]\n"""\n', "[{}]\ny = [1,\n# in\n2]\n", "[a.{}]\nz = {{}}\n"]
)
_PIECE = st.tuples(_NOISE, st.one_of(_SOURCE, _OTHER))


@st.composite
def _files(draw):
    pieces = [
        noise + (table.format(f"t{n}") if not table.startswith("[[") else table)
        for n, (noise, table) in enumerate(draw(st.lists(_PIECE, max_size=5)))
    ]
    text = draw(st.sampled_from(["", "top = 1\n", "# top\n"])) + "".join(pieces) + draw(_NOISE)
    if draw(st.booleans()):
        text = text.rstrip("\n")
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


@settings(max_examples=200, deadline=None)
@given(_files())
def test_add_then_remove_gives_the_same_file(text):
    """Byte for byte, with comments, blank lines and line ends wherever they stand."""
    count = len(tomli.loads(text).get("sources", []))
    added = add_sources(text, "f", [NEW, NEW])
    assert remove_source(remove_source(added, "f", count + 1), "f", count) == text
    assert remove_source(remove_source(added, "f", count), "f", count) == text
    assert ("\r\n" in added.replace("\r\n", "", 1)) <= ("\r\n" in text)


@settings(max_examples=150, deadline=None)
@given(_files(), st.data())
def test_removing_leaves_every_other_line(text, data):
    """The source is gone, everything else has its value, and the lines that are left stand in their order."""
    values = tomli.loads(text)
    sources = values.pop("sources", [])
    if not sources:
        return
    index = data.draw(st.integers(0, len(sources) - 1))
    left = remove_source(text, "f", index)
    after = tomli.loads(left)
    assert after.pop("sources", []) == [*sources[:index], *sources[index + 1 :]]
    assert after == values
    whole, rest = text.rstrip("\r\n"), left.rstrip("\r\n")
    # What is left begins as the file did and goes on as the file ended: one piece is missing.
    begin = _same(whole, rest)
    end = _same(whole[::-1], rest[::-1])
    assert begin + end >= len(rest)


def _same(one, other):
    """How many characters two texts begin with together."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
