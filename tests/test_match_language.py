"""The matcher over the whole language: what the operators mean, brands, and texts that mean no good."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentionwatch.errors import MatchTimeout
from mentionwatch.match import Matcher, compile_query, find_spans, make_searches, match_entry, searchable_text
from mentionwatch.match.filing import is_filed
from mentionwatch.match.mask import find_regions
from mentionwatch.match.patterns import PatternError, compile_pattern, sure_words
from mentionwatch.match.tree import Regex
from mentionwatch.match.words import fold, fold_cased, split_words
from mentionwatch.model import Entry, Mention, Tone
from mentionwatch.settings import Brand
from mentionwatch.sources.markup import plain_text

NOW = datetime(2026, 11, 10, 12, tzinfo=timezone.utc)
CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "queries_words.jsonl").read_text("utf-8").splitlines()
]
SEPARATOR = st.sampled_from(
    [" ", ", ", "\n", "-", " 🙂 ", ". ", "'s ", "_", " `", "` ", " https://x.example/", "#", "\u00ad"]
)
PIECE = st.sampled_from(
    [
        "acme",
        "Acme",
        "ACME",
        "router",
        "down",
        "wi-fi",
        "wifi",
        "café",
        "cafe",
        "小米",
        "C++",
        "acme.com",
        "acmeRouter",
        "'",
    ]
)
MESSY = st.lists(st.tuples(PIECE, SEPARATOR), max_size=10).map(lambda parts: "".join(a + b for a, b in parts))
LEAF = st.sampled_from(
    [
        "acme",
        "router",
        "acme.com",
        "wi-fi",
        "wifi",
        "cafes",
        "小米",
        '"acme router"',
        "acm*",
        "rout?r",
        "`C++`",
        "`Acme`",
        r"/\bacme\b/i",
        "/ro+u/",
        "acme NEAR/2 down",
        "down ONEAR/1 (router OR wifi)",
        "title:acme",
        "text:router",
        "url:x",
    ]
)
TREE = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        inner.map(lambda q: f"-({q})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: " ".join(f"({p})" for p in parts)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' OR '.join(f'({p})' for p in parts)})"),
    ),
    max_leaves=5,
)
SIDE = st.sampled_from(["acme", "down", '"acme router"', "(acme OR wifi)", "`C++`", "acm*", "小米"])


def pieces(query: str, text: str, **options: object) -> list[str] | None:
    """Give the pieces of the text that a query found."""
    spans = find_spans(compile_query(query, **options), text)
    return None if spans is None else [text[start:end] for start, end in spans]


def brands(text: str, *watched: Brand, title: str | None = None, **fields: str) -> list[str]:
    """Give the brands that are found in a text."""
    return [m.brand for m in Matcher(watched).matches(Entry("test", title=title, text=text, **fields))]


# --- cases and properties ---------------------------------------------------------------------------------


def test_all_brands_at_once_find_what_each_query_finds_alone():
    """The index only leaves out queries that cannot match: for each case the same spans come out of all of them."""
    queries = list(dict.fromkeys(case["query"] for case in CASES))
    matcher = Matcher([Brand(query, (query,)) for query in queries])
    for case in CASES:
        entry = Entry("test", text=case["text"])
        found = {match.brand: [[a - 1, b - 1] for a, b in match.spans] for match in matcher.matches(entry)}
        assert found.get(case["query"], []) == case["spans"], case
        for query in queries:
            alone = match_entry(compile_query(query), entry)
            assert (query in found) == (alone is not None), (query, case["text"])


@given(TREE, MESSY, MESSY)
@settings(max_examples=200)
def test_the_index_of_all_brands_misses_nothing(query, title, text):
    """Whatever the query and the text, what matches alone matches among all brands, with the same spans."""
    compiled = compile_query(f"zzz OR (acme {query})")
    entry = Entry("test", title=title, text=text)
    alone = match_entry(compiled, entry)
    found = Matcher([Brand("b", (compiled.text,))]).matches(entry)
    assert [match.spans for match in found] == ([] if alone is None else [alone])


@given(TREE, TREE, MESSY)
def test_and_and_or_commute_and_de_morgan_holds(a, b, text):
    """The order of sides does not matter, and negation goes through parentheses, for every kind of leaf."""
    text = f"zzz {text}"
    for left, right in (
        (f"zzz ({a}) ({b})", f"({b}) AND ({a}) zzz"),
        (f"zzz (({a}) OR ({b}))", f"(({b}) OR ({a})) zzz"),
        (f"zzz -(({a}) OR ({b}))", f"zzz -({a}) -({b})"),
        (f"zzz -(({a}) ({b}))", f"zzz (-({a}) OR -({b}))"),
        (f"zzz -(-({a}))", f"zzz ({a})"),
    ):
        assert find_spans(compile_query(left), text) == find_spans(compile_query(right), text)


@given(SIDE, SIDE, st.integers(0, 4), MESSY)
def test_near_is_symmetric_and_follows_from_onear(a, b, most, text):
    """NEAR does not know left from right, ONEAR is NEAR and both sides, and more words between let more through."""
    near = find_spans(compile_query(f"{a} NEAR/{most} {b}"), text)
    assert near == find_spans(compile_query(f"{b} NEAR/{most} {a}"), text)
    both = find_spans(compile_query(f"{a} {b}"), text)
    if find_spans(compile_query(f"{a} ONEAR/{most} {b}"), text) is not None:
        assert near is not None
    if near is not None:
        assert both is not None
        assert find_spans(compile_query(f"{a} NEAR/{most + 1} {b}"), text) is not None
    orders = [find_spans(compile_query(f"{x} ONEAR/{most} {y}"), text) for x, y in ((a, b), (b, a))]
    assert (near is not None) == any(order is not None for order in orders)


@given(TREE, MESSY)
def test_spans_stand_in_order_apart_and_inside(query, text):
    """Spans never overlap, are in order, and are never empty."""
    spans = find_spans(compile_query(f"acme OR (router {query})"), text)
    if spans is not None:
        borders = [border for span in spans for border in span]
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert borders == sorted(borders)


@given(st.sampled_from(["acme", "router", "cafe", "wifi"]), MESSY)
def test_highlighting_cuts_exactly_the_word(word, text):
    """The text at a span folds to the word that was asked for, whatever stands around it."""
    for start, end in find_spans(compile_query(word), text) or ():
        assert fold("".join(fold_cased(text[start:end]).split("-"))).replace("\u00ad", "") == word


@given(st.text(alphabet=st.characters(codec=None), max_size=40))
def test_folding_twice_changes_nothing(text):
    """Both forms in which words are compared are their own."""
    assert fold(fold(text)) == fold(text)
    assert fold_cased(fold_cased(text)) == fold_cased(text)


@given(st.text(alphabet=st.characters(codec=None), max_size=80) | st.text(alphabet="a`~<>/:.@#-'code \n", max_size=120))
def test_links_and_code_of_any_text_lie_inside_it(text):
    """Whatever a text holds, its regions are in order, apart, and inside it; the queries still run."""
    regions = find_regions(text)
    borders = [border for region in regions.hidden for border in region]
    assert borders == sorted(borders)
    assert all(0 <= border <= len(text) for border in borders)
    for query in ("acme.com OR a", "url:a OR code", "`a`", "/a/ NOT b"):
        find_spans(compile_query(query), text)


# --- words in their case ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("Square", "Square, square, SQUARE, Square's", ["Square", "Square"]),
        ("square", "Square, square", ["square"]),
        ("Wi-Fi", "Wi-Fi WiFi wifi Wi fi", ["Wi-Fi", "WiFi"]),
        ("Nestlé", "Nestle nestlé NESTLÉ Nestlé", ["Nestle", "Nestlé"]),
        ('"Square Enix"', "Square Enix, square enix", ["Square Enix"]),
        ("Squ*", "Squares squares", ["Squares"]),
        ("iPhone", "#iPhone15 iphone", ["iPhone"]),
        ("Straße", "Strasse STRASSE", ["Strasse"]),
    ],
)
def test_exact_case_compares_words_as_they_are_written(query, text, found):
    """Where case counts, Square is the company and square is not; accents and joints still do not count."""
    assert pieces(query, text, exact_case=True) == found


def test_a_brand_in_exact_case_leaves_its_context_and_exclusions_in_any():
    """Case counts for what has to match; "Square root" at the start of a sentence is excluded by "square root"."""
    brand = Brand("Square", ("Square",), exclude=('"square root"',), context=("payment",), case="exact")
    assert brands("Square takes the Payment", brand)
    assert not brands("square takes the payment", brand)
    assert not brands("Square Root of payment", brand)


# --- fields -----------------------------------------------------------------------------------------------

ENTRY = Entry(
    "reddit",
    kind="review",
    url="https://old.reddit.com/r/acme/1?a=b%20c",
    title="Acme `acme` router",
    text="It is down. See https://forum.example/globex and `acme`.",
    author="jane_doe",
    language="en-US",
    rating=2.0,
    published=datetime(2026, 11, 8, 23, tzinfo=timezone.utc),
)
MENTION = Mention(
    "m1", "e1", "Acme Corp", "acme", ENTRY, Tone("negative", -0.5, 0.9), NOW, "s", state="seen", intent="complaint"
)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("title:router", ["router"]),
        ("title:down", None),
        ("title:acme", ["Acme", "acme"]),
        ("text:down", ["down"]),
        ("text:router", None),
        ("text:acme", None),
        ("text:(down router)", None),
        ("acme text:down", ["Acme", "acme", "down"]),
        ("author:jane", []),
        ("author:jane_doe", []),
        ("author:doe_jane", None),
        ("site:reddit.com", []),
        ("site:old.reddit.com", []),
        ("site:it.com", None),
        ("site:reddit", []),
        ("site:(example.com OR reddit.com)", []),
        ("url:acme", []),
        ('url:"b c"', []),
        ("url:globex", ["https://forum.example/globex"]),
        ("link:forum.example", ["https://forum.example/globex"]),
        ("globex", None),
        ("lang:en", []),
        ("lang:en-us", []),
        ("lang:enm", None),
        ("type:review", []),
        ("type:post", None),
        ("source:Reddit", []),
        ("stars:2", []),
        ("stars:<=2", []),
        ("stars:<2", None),
        ("stars:1..2", []),
        ("stars:>3", None),
        ("stars:none", None),
        ("since:7d", []),
        ("since:1d", None),
        ("until:1d", []),
        ("since:2026-11-08", []),
        ("until:2026-11-08", []),
        ("until:2026-11-07", None),
        ('since:"2026-11-08T23:00:00+00:00"', []),
        ("tone:negative", []),
        ("tone:positive", None),
        ("intent:complaint", []),
        ('brand:"acme corp"', []),
        ("state:seen", []),
        ("topic:price", None),
        ("-stars:5", []),
        ("acme -author:bob", ["Acme", "acme"]),
    ],
)
def test_fields_say_what_they_name(query, found):
    """Each field looks at its own place; spans are told for what stands in the text, and none for the rest."""
    compiled = compile_query(query if not query.startswith("-") else f"{query} type:review", stored=True)
    spans = match_entry(compiled, ENTRY, MENTION, NOW)
    text = searchable_text(ENTRY)
    assert (None if spans is None else [text[start:end] for start, end in spans]) == found


@pytest.mark.parametrize(
    "field", ["stars:<=5", "lang:en", "author:jane", "site:x", "since:400d", "tone:negative", "state:open"]
)
def test_what_is_not_known_holds_for_nothing(field):
    """A field that an entry has not is neither so nor otherwise: it does not match, and its negation does."""
    entry = Entry("s", text="acme")
    assert match_entry(compile_query(f"acme {field}", stored=True), entry, now=NOW) is None
    assert match_entry(compile_query(f"acme -{field}", stored=True), entry, now=NOW) == ((1, 5),)
    assert find_spans(compile_query(f"acme {field}", stored=True), "acme") is None


def test_stars_none_finds_what_has_no_stars():
    """What was not rated can be asked for."""
    assert match_entry(compile_query("acme stars:none"), Entry("s", text="acme")) == ((1, 5),)


def test_a_title_is_never_code():
    """Backticks in a title hide nothing, and never reach into the text."""
    brand = Brand("A", ("acme",))
    assert brands("x", brand, title="`acme` crashes")
    assert brands("and ` acme", brand, title="a `")
    assert not brands("`acme`", brand, title="x")


def test_a_title_is_never_a_quote():
    """A title that begins with ">" is its author's own; a line of the text that does is not."""
    brand = Brand("A", ("acme",))
    assert brands("x", brand, title="> acme crashes")
    assert not brands("> acme crashes", brand, title="x")
    assert brands("my acme too", brand, title="x")


@pytest.mark.parametrize(
    ("markup", "plain", "is_found"),
    [
        ("<p>I see <code>acme x</code></p>", "I see `acme x`", False),
        ("<p>I see</p><pre><code>acme x</code></pre><p>there</p>", "I see\n```\nacme x\n```\nthere", False),
        ("<blockquote>acme x</blockquote><p>no</p>", "> acme x\nno", False),
        ("<p>&gt; acme x</p><p>no</p>", "> acme x\nno", False),
        ("<p>[quote=Ann]acme x[/quote] no</p>", "[quote=Ann]acme x[/quote] no", False),
        ("<p>I see <b>acme</b></p>", "I see acme", True),
        ("<p>&gt;50 % of acme</p>", ">50 % of acme", True),
    ],
)
def test_a_text_that_is_tried_is_read_as_one_that_is_polled(markup, plain, is_found):
    """Code and quotes are left out where a source is read, and of the same text as it is given, with markup or without."""
    query = compile_query("acme")
    polled, _quoted = plain_text(markup)
    given = () if "&gt;" in markup else (markup,)
    assert {find_spans(query, text) is not None for text in (polled, plain, *given)} == {is_found}


@pytest.mark.parametrize(
    "text",
    [
        "<blockquote>" * 20_000,
        "[quote]" * 20_000 + "[/quote]" * 20_000,
        "> \n" * 30_000,
        ">" * 100_000,
        "a." * 50_000 + "b/",
    ],
    ids=["blockquote", "quote", "lines", "marks", "host"],
)
def test_quotes_and_hosts_of_hostile_texts_take_no_long(text):
    """Each is looked at in time that grows with its length only: quadratic time would take minutes here."""
    assert find_spans(compile_query("acme"), text) is None


# --- brands -----------------------------------------------------------------------------------------------


def test_context_has_to_be_near_or_in_the_title():
    """One of the context stands within 30 words of the brand; the title is near to everything."""
    brand = Brand("Apple", ("apple",), context=("iphone", '"app store"'))
    assert brands("apple " + "x " * 30 + "iphone", brand)
    assert not brands("apple " + "x " * 31 + "iphone", brand)
    assert brands("iphone " + "x " * 30 + "apple", brand)
    assert not brands("iphone " + "x " * 31 + "apple", brand)
    assert brands("apple " + "x " * 99 + "apple in the app store", brand)
    assert brands("x " * 99 + "apple", brand, title="The iPhone")
    assert brands("x " * 99 + "iphone", brand, title="Apple falls")
    assert not brands("apple pie", brand)


def test_the_first_query_with_its_context_is_the_keyword():
    """A keyword far from the context does not stand in the way of one that is near."""
    brand = Brand("Apple", ("apple", '"apple inc"'), context=("iphone",))
    assert brands("an apple " + "x " * 50 + "apple inc makes the iphone", brand)


def test_own_and_ignored_authors_and_sites_hold_for_every_brand():
    """What is left out for all is left out beside what each brand leaves out."""
    watched = [Brand("A", ("acme",), own_authors=("ann",)), Brand("B", ("beta",))]
    matcher = Matcher(watched, own_authors=["@us"], ignore_authors=["u/bot"], ignore_sites=["spam.example"])

    def found(**fields: str) -> list[str]:
        return [match.brand for match in matcher.matches(Entry("s", text="acme beta", **fields))]

    assert found() == found(author="eve", url="https://ham.example/") == ["A", "B"]
    assert found(author="US") == found(author="/u/bot") == found(url="https://a.spam.example/1") == []
    assert found(author="Ann") == ["B"]


def test_saved_queries_are_known_to_brands():
    """A brand's queries may use saved ones."""
    matcher = Matcher([Brand("A", ("acme @bad",), exclude=("@not",))], saved={"bad": "down OR slow", "not": "recipe"})
    assert matcher.matches(Entry("s", text="acme is slow"))
    assert not matcher.matches(Entry("s", text="acme is fine"))
    assert not matcher.matches(Entry("s", text="acme recipe is slow"))


# --- expressions ------------------------------------------------------------------------------------------

BAD = "/(?:a|aa)+$x/"
LONG = "a" * 60


def test_a_catastrophic_expression_is_told():
    """An expression that takes too long is an error that names it and its query, never a "no"."""
    with pytest.raises(MatchTimeout, match="repetitions inside each other") as raised:
        find_spans(compile_query(f"b OR {BAD}"), LONG)
    assert raised.value.pattern == BAD.strip("/")
    assert raised.value.query == f"b OR {BAD}"
    assert raised.value.exit_code == 2
    with pytest.raises(MatchTimeout):
        Matcher([Brand("A", (BAD,))]).matches(Entry("s", text=LONG))


def test_a_catastrophic_expression_holds_up_neither_other_brands_nor_the_poll():
    """The other brands are found, each failure is told, and after a few the expression is not tried any more."""
    matcher = Matcher([Brand("A", (BAD,)), Brand("B", ("b",))])
    told: list[MatchTimeout] = []
    for _ in range(50):
        found = matcher.matches(Entry("s", text=f"{LONG} b"), on_timeout=told.append)
        assert [match.brand for match in found] == ["B"]
    assert len(told) == 50
    assert [e.seconds for e in told].count(None) == 45


@pytest.mark.parametrize(
    "pattern", ["((a{999}){999}){999}", "(" * 5000 + "a" + ")" * 5000, "[", "a**", "(?P<n>a)(?P=m)", "(?"]
)
def test_an_expression_that_cannot_be_used_is_refused(pattern):
    """What would fill the memory or is no expression is refused with a place in it."""
    with pytest.raises(PatternError) as raised:
        compile_pattern(pattern)
    assert 0 <= raised.value.offset <= len(pattern)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"\bacme\b", ["acme"]),
        (r"\bAcme\s+router\b", ["acme"]),
        (r"\bacme\w+", []),
        (r"\bacme?\b", []),
        (r"\bacme\b|beta", []),
        (r"(\bacme\b)?", []),
        (r"[\bacme\b]", []),
        (r"\\bacme\b", []),
        (r"acme", []),
    ],
)
def test_sure_words_of_an_expression(pattern, words):
    """Only words that every match holds are taken for sure; the others make that each text is looked at."""
    assert sure_words(pattern) == words
    assert is_filed(Regex(pattern)) == bool(words)


# --- asking sources ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("acm*", []),
        ("/ac.e/", []),
        ("acme OR /ac.e/", []),
        ("site:reddit.com", []),
        ("acme /ac.e/", ["acme"]),
        ("acme site:reddit.com -stars:5", ["acme"]),
        ("title:acme", ["acme"]),
        ("`C++`", ['"C++"']),
        ("`Acme`", ["Acme"]),
        ('"acme rout*"', ["acme"]),
        ("acme NEAR/3 down", ["acme down"]),
        ("acme NEAR/3 (down OR slow)", ["acme"]),
        ("wi-fi", ['"wi-fi"', "wifi"]),
        ("wi-fi router", ["router"]),
        ("acme -rout*", ["acme"]),
        ("acme -`C++`", ["acme"]),
        ("acme -(down NEAR/3 slow)", ["acme"]),
        ("acme.com", ['"acme.com"']),
    ],
)
def test_a_source_is_asked_for_no_less_than_matches(query, asked):
    """Each operator is asked for in words that every match has; where there are none, everything is wanted."""
    found = make_searches(compile_query(query))
    assert [" ".join([*one.words, *(f"-{word}" for word in one.none)]) for one in found] == asked


def test_a_negation_in_exact_case_is_not_asked_for():
    """A site knows no case: it would leave out what is wanted."""
    assert make_searches(compile_query("acme -Square", exact_case=True))[0].none == ()


# --- texts that mean no good ------------------------------------------------------------------------------

HARD = (
    'acme NEAR/1000 a OR a ONEAR/1000 acme OR "a a a a" OR acm* OR ?a OR `C++` OR /a+b/ OR acme.com OR url:a OR wi-fi OR '
    "title:a OR text:zzz"
)


@pytest.mark.parametrize(
    "piece",
    [
        "a ",
        "a-",
        "acme a ",
        "#AbCd ",
        "#Ab",
        "http://a(",
        "http://a ",
        "a@a.",
        "a.a.a/",
        "` `` ",
        "`",
        "```\n",
        "~~~\n```\n",
        "<code> ",
        "<code></code> ",
        "www.",
        "://",
        "a'",
        "o'",
        "acme.com ",
        "\ud800a",
        "\x00a",
        "\u202ea ",
        "\u00ad",
        "小",
        "é-",
        "C++",
        "a\u0301",
    ],
)
def test_a_long_text_of_any_kind_is_matched_in_bounded_time(piece):
    """Time grows with the length of a text, not with its square, whatever it is made of."""
    # Linear takes a tenth of a second; quadratic would not come to an end.
    text = piece * (30_000 // len(piece))
    brand = Brand("A", (HARD,), context=("a OR zzz",), exclude=("zzz NEAR/9 a",))
    told: list[MatchTimeout] = []
    Matcher([brand, replace(brand, name="B", case="exact")]).matches(
        Entry("s", title=piece, text=text), on_timeout=told.append
    )


def test_bidirectional_and_control_characters_move_no_span():
    """Offsets count in the text as given, whatever it shows as."""
    for noise in ("\u202e", "\u2066", "\x00", "\ud800", "\x1b[31m ", "\u200f"):
        text = f"{noise} acme {noise}"
        assert pieces("acme", text) == ["acme"]
        assert split_words(noise) in {(), ("31m",)}


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("`é`", "s\u00adé", None),
        ("`x`", "t\u0301x", None),
        ("`ﾄ`", "ﾄﾞ", None),
        ("mcdonalds", "McDonald's", ["McDonald's"]),
        ("oreillys", "O'Reilly's", ["O'Reilly's"]),
        ("resume", "re\u0301sume\u0301", ["re\u0301sume\u0301"]),
        ("ab", "a\ufe0fb", ["a\ufe0fb"]),
        ('"de.com"', "q@x.de.com\u0301", None),
        (r"/\bacme\b/", "acme\u00adx", ["acme"]),
    ],
)
def test_no_letter_is_cut_from_what_belongs_to_it(query, text, found):
    """Marks, hidden characters and apostrophes in words hide none of them, to one query and to all brands alike."""
    assert pieces(query, text) == found
    assert bool(Matcher([Brand("b", (query,))]).matches(Entry("s", text=text))) == (found is not None)
