"""The query language and the matcher."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from mentionwatch.errors import QueryError
from mentionwatch.match import And, Matcher, Not, Or, Term, compile_query, find_spans, make_searches, searchable_text
from mentionwatch.match.mask import find_regions
from mentionwatch.match.words import fold, split_words
from mentionwatch.model import Entry, Search
from mentionwatch.settings import Brand

ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=60)  # lone surrogates and controls included
WORD = st.sampled_from(["acme", "beta", "gamma", "delta"])
ATOM = st.one_of(WORD, st.lists(WORD, min_size=2, max_size=3).map(lambda words: f'"{" ".join(words)}"'))
QUERY = st.recursive(
    ATOM,
    lambda inner: st.one_of(
        inner.map(lambda q: f"-({q})"),
        inner.map(lambda q: f"NOT ({q})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: " ".join(f"({p})" for p in parts)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: " AND ".join(f"({p})" for p in parts)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' OR '.join(parts)})"),
    ),
    max_leaves=8,
)
TEXT = st.lists(WORD | st.just("other"), max_size=8).map(" ".join)


def found(query: str, text: str) -> list[str] | None:
    """Give the pieces of the text that a query found."""
    spans = find_spans(compile_query(query), text)
    return None if spans is None else [text[start:end] for start, end in spans]


def matched(text: str, *brands: Brand, **fields: str) -> list[tuple[str, str]]:
    """Give brand and keyword of what the matcher finds in a text."""
    return [(m.brand, m.keyword) for m in Matcher(brands).matches(Entry("test", text=text, **fields))]


# --- words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "text", "pieces"),
    [
        ("acme", "Acme, ACME (acme) acme!", ["Acme", "ACME", "acme", "acme"]),
        ("acme", "acmeology placme acme2", None),
        ("acme", "Acme's wifi, Acme’s price, the ACME'S", ["Acme", "Acme", "ACME"]),
        ("wendy's", "Wendy's and Wendy", ["Wendy's"]),
        ("wendy’s", "at WENDY'S", ["WENDY'S"]),
        ("don't", "I DON’T, donʼt", ["DON’T", "donʼt"]),
        ("don", "I don't", None),
        ("acme", "_acme_ @acme_support #acme", ["acme", "acme", "acme"]),
        ("acme", "chez l'Acme, d’Acme, dell'Acme's", ["Acme", "Acme", "Acme"]),
        ("nestle", "Nestlé and NESTLE\u0301", ["Nestlé", "NESTLE\u0301"]),
        ("Nestlé", "nestle", ["nestle"]),
        ("strasse", "in der Großen STRAẞE, Straße", ["STRAẞE", "Straße"]),
        (
            "acme",
            "\uff21\uff43\uff4d\uff45 ac\u00adme a\u200dcme",
            ["\uff21\uff43\uff4d\uff45", "ac\u00adme", "a\u200dcme"],
        ),
        ("мой", "мои", None),
        ("ёлка", "елка", ["елка"]),
        ("καφές", "ΚΑΦΕΣ", ["ΚΑΦΕΣ"]),
        ("हिन्दी", "यह हिन्दी है", ["हिन्दी"]),
        ("हिन", "यह हिन्दी है", None),
        ("小米", "我喜欢小米手机", ["小米"]),
        ("acme", "我的Acme手机", ["Acme"]),
        ("1", "keycap 1\ufe0f\u20e3", ["1\ufe0f\u20e3"]),
    ],
)
def test_words_are_compared_as_people_read_them(query, text, pieces):
    """Whole words match without regard to case, accents, possessives and script; parts of words never do."""
    assert found(query, text) == pieces
    assert bool(matched(text, Brand("b", (query,)))) == (pieces is not None)


@pytest.mark.parametrize(
    ("query", "text", "pieces"),
    [
        ('"acme router"', "my Acme router", ["Acme router"]),
        ('"acme router"', "Acme's router and acme\nROUTER", ["Acme's router", "acme\nROUTER"]),
        ('"acme router"', "router acme, acme the router", None),
        ("“acme router”", "acme router", ["acme router"]),
        ("acme.io", "see acme.io or Acme IO", ["acme.io", "Acme IO"]),
        ("wi-fi", "the Wi-Fi", ["Wi-Fi"]),
        ("C++", "c", ["c"]),
        ('"a a"', "a a a", ["a a a"]),
        ('acme OR "acme router"', "acme router, acme", ["acme router", "acme"]),
    ],
)
def test_phrases_are_adjacent_words(query, text, pieces):
    """A phrase is its words next to each other, whatever stands between; spans never overlap."""
    assert found(query, text) == pieces


@given(ANY_TEXT)
@example("\ud800acme\x00")
@example("½ acme")
@example("ŉ's 1\u20e3")
def test_each_word_of_a_text_finds_that_text(text):
    """Whatever the script, prose is found by each of its own words, by the single query and by the matcher alike."""
    assume(not find_regions(text).hidden)  # ">A" is another's word
    entry = Entry("test", text=text)
    for word in split_words(text):
        query = f'"{word}"'
        spans = find_spans(compile_query(query), text)
        assert spans
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert Matcher([Brand("b", (query,))]).matches(entry)


@given(ANY_TEXT)
def test_folding_twice_changes_nothing(text):
    """What was folded once compares equal to itself folded again."""
    assert fold(fold(text)) == fold(text)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["acme", "ACME", "Acme", "acmes", "beta"]), st.sampled_from([" ", ", ", "\n", "–", " 🙂 "])
        )
    ),
    ANY_TEXT,
)
def test_positions_cut_exactly_the_word(words, tail):
    """The spans of a word are all its places and nothing else, in order, in the text as given."""
    text = "".join(word + separator for word, separator in words) + ". " + tail.replace("a", "")
    pieces = [word for word, _ in words if word.casefold() == "acme"]
    spans = find_spans(compile_query("acme"), text) or ()
    assert [text[start:end] for start, end in spans][: len(pieces)] == pieces
    assert all(fold(text[start:end]) == "acme" for start, end in spans)
    assert list(spans) == sorted(spans)


# --- the language -----------------------------------------------------------------------------------------


def holds(node, text: str) -> bool:
    """Tell by plain means whether a tree holds for a text of words and single spaces."""
    if isinstance(node, Term):
        return f" {' '.join(node.words)} " in f" {text} "
    if isinstance(node, Not):
        return not holds(node.part, text)
    return (all if isinstance(node, And) else any)(holds(part, text) for part in node.parts)


def compiled(query: str):
    """Compile a query, or give None when it holds for a text without words."""
    try:
        return compile_query(query)
    except QueryError as e:
        if "nearly everything" not in e.reason:
            raise
        return None


@given(QUERY, TEXT)
def test_a_query_means_what_its_operators_say(query, text):
    """The evaluation agrees with plain logic, and a match always has something to show."""
    q = compiled(query)
    if q is None:
        return
    spans = find_spans(q, text)
    assert (spans is not None) == holds(q.tree, text)
    assert spans is None or spans
    assert bool(matched(text, Brand("b", (query,)))) == (spans is not None)


@given(QUERY)
def test_only_queries_that_hold_for_nothing_are_refused(query):
    """A query is refused as pure negation exactly when it holds for a text without words."""
    q = compiled(f"acme ({query})")
    assert q is not None
    inner = q.tree.parts[1:]
    assert (compiled(query) is None) == all(holds(part, "") for part in inner)


@given(QUERY)
def test_a_printed_tree_reads_as_the_same_tree(query):
    """What ``query check`` shows can be pasted back."""
    q = compiled(query)
    if q is not None:
        assert compile_query(str(q.tree)).tree == q.tree


@given(st.text(alphabet=st.characters(codec=None), max_size=40) | st.text(alphabet='ab "()-*OR AND:@/~', max_size=40))
def test_any_query_is_read_or_refused_with_a_place(query):
    """No string breaks the parser: it gives a tree that prints and reads again, or an error that points into the query."""
    try:
        q = compile_query(query)
    except QueryError as e:
        offset = e.offset
    else:
        assert compile_query(str(q.tree)).tree == q.tree
        # A regular expression has no word that a site could be asked for: then it is asked for all there is.
        assert all(one.words for one in make_searches(q))
        offset = 0
    assert 0 <= offset <= len(query)


@given(QUERY, QUERY, TEXT)
def test_and_and_or_commute_and_de_morgan_holds(a, b, text):
    """The order of sides does not matter, and negation goes through parentheses as logic has it."""
    pairs = [
        (f"acme ({a}) ({b})", f"({b}) AND ({a}) acme"),
        (f"acme (({a}) OR ({b}))", f"(({b}) OR ({a})) acme"),
        (f"acme -(({a}) OR ({b}))", f"acme -({a}) -({b})"),
        (f"acme -(({a}) ({b}))", f"acme (-({a}) OR -({b}))"),
    ]
    for left, right in pairs:
        assert find_spans(compile_query(left), text) == find_spans(compile_query(right), text)


def test_not_binds_more_than_and_and_and_more_than_or():
    """Precedence is NOT, AND, OR; a space is AND, a dash is NOT, lower-case operators are words."""
    a, b, c = (Term((x,)) for x in "abc")
    assert compile_query("a OR b NOT c").tree == Or((a, And((b, Not(c)))))
    assert compile_query("a -b AND c").tree == And((a, Not(b), c))
    assert compile_query("(a OR b) c").tree == And((Or((a, b)), c))
    assert compile_query("a (b c)").tree == compile_query("a b c").tree == And((a, b, c))
    assert compile_query("a –b").tree == compile_query("a −b").tree == And((a, Not(b)))
    assert compile_query("a and not b").tree == And((a, Term(("and",)), Term(("not",)), b))
    assert str(compile_query("a AND (b OR NOT c) NOT (d e)").tree) == "a (b OR -c) -(d e)"


@pytest.mark.parametrize(
    ("query", "offset", "says"),
    [
        ("", 0, "empty"),
        (" \n", 0, "empty"),
        ("-acme", 0, "nearly everything"),
        (" NOT (a b)", 1, "nearly everything"),
        ("acme OR -beta", 0, "nearly everything"),
        ('acme "router', 5, 'expected another "'),
        ("acme (router", 5, "expected a )"),
        ("acme) router", 4, "closes nothing"),
        ("acme ()", 6, "expected a word"),
        ("acme AND", 8, "expected a word"),
        ("OR acme", 0, "expected a word"),
        ("acme AND OR b", 9, "expected a word"),
        ("acme - router", 5, "dash alone"),
        ("acme & co", 5, "no word"),
        ("a NEAR b", 2, "a number of words is expected"),
        ("x @outage", 2, "no saved query"),
        ("x !beta", 2, "write -word"),
        ("(" * 101 + "a" + ")" * 101, 100, "nested too deep"),
        ("a " + "-" * 101 + "a", 102, "nested too deep"),
        ('"' + "a " * 101 + '"', 0, "too long"),
        ("a" * 100_001, 100_000, "too long"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(query, offset, says):
    """No query silently means something else: the error says what is wrong, and where."""
    with pytest.raises(QueryError) as raised:
        compile_query(query)
    assert raised.value.offset == offset
    assert says in raised.value.reason


def test_the_greatest_queries_are_read_and_matched():
    """At the limits of nesting and length no recursion error shows, neither in parsing nor in matching."""
    for query in (
        "(" * 100 + "a" + ")" * 100,
        "-" * 100 + "a",
        "b OR a (" * 50 + "a" + ")" * 50,
        "x OR a -(" * 50 + "a" + ")" * 50,
    ):
        q = compile_query(query)
        assert compile_query(str(q.tree)).tree == q.tree
        assert find_spans(q, "a b") is not None or "x" in query
    many = " ".join(["(a -b)"] * 500)
    assert found(many, "a") == ["a"]
    wide = " OR ".join(f"w{i}" for i in range(9000))
    assert found(wide, "W8999") == ["W8999"]


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("acme", ("acme",)),
        ("Nestlé", ("Nestlé",)),
        ('"Acme  router" OR acmectl', ('"Acme router"', "acmectl")),
        ("acme (down OR outage)", ("acme",)),
        ('acme "six weeks late"', ('"six weeks late" acme',)),
        ("acme router -beta", ("acme router -beta",)),
        ("-beta acme", ("acme -beta",)),
        ("acme -(beta OR test)", ("acme",)),
        ("(acme OR globex) router", ("router",)),
        ("acme router OR globex -beta", ("acme router", "globex -beta")),
        ("-(beta -acme)", None),
        ("x -(beta OR -acme)", ("x",)),
        ("acme.io OR wi-fi", ('"acme.io"', '"wi-fi"', "wifi")),
        ("acme OR ACME", ("acme",)),
        ("小米", ('"小米"',)),
        ("don't", ("don't",)),
    ],
)
def test_search_terms_are_the_widest(query, terms):
    """A source that can search is asked for terms of which every match has one, and never for a negated one."""
    if terms is None:
        with pytest.raises(QueryError):
            compile_query(query)
    else:
        asked = make_searches(compile_query(query))
        assert tuple(" ".join([*one.words, *(f"-{word}" for word in one.none)]) for one in asked) == terms


@given(QUERY, TEXT)
def test_every_match_holds_a_search_term(query, text):
    """Asking a source for the search terms misses nothing."""
    q = compiled(query)
    if q is not None and find_spans(q, text) is not None:
        assert any(
            all(find_spans(compile_query(word), text) for word in one.words)
            and not any(find_spans(compile_query(word), text) for word in one.none)
            for one in make_searches(q)
        )


def test_what_a_brand_leaves_out_and_wants_near_is_asked_for():
    """Single terms and choices of them; where a context is more than that, none is asked for: it would miss some."""
    q = [compile_query(text) for text in ("acme", "acme.sh OR spam", "a b", "iphone OR ios", "ipad", "ipad pro")]
    assert make_searches(q[0], [q[1], q[2]], [q[3], q[4]]) == (
        Search(("acme",), ("iphone", "ios", "ipad"), ('"acme.sh"', "spam")),
    )
    assert make_searches(q[0], [], [q[3], q[5]]) == (Search(("acme",)),)


# --- brands -----------------------------------------------------------------------------------------------


def test_the_first_query_that_matches_is_the_keyword_as_written():
    """The keyword is the user's own words, and its spans alone are told."""
    brand = Brand("Acme", ('"acme router" OR acmectl', " ACME  -recipe"))
    (match,) = Matcher([brand]).matches(Entry("s", title="The Acme", text="is an acme"))
    assert match.keyword == " ACME  -recipe"
    assert match.spans == ((4, 8), (15, 19))
    assert matched("acme acmectl", brand) == [("Acme", '"acme router" OR acmectl')]
    assert matched("acme recipe", brand) == []


def test_spans_count_in_title_line_feed_text():
    """Offsets are into the searchable text, also where title or text is missing; quoted words are not searched."""
    for entry in (
        Entry("s", title="acme"),
        Entry("s", text="my acme"),
        Entry("s", title="x", text="acme", quoted="beta"),
    ):
        (match,) = Matcher([Brand("a", ("acme",)), Brand("b", ("beta",))]).matches(entry)
        ((start, end),) = match.spans
        assert searchable_text(entry)[start:end] == "acme"


def test_each_brand_gives_one_match_in_the_order_of_the_config():
    """Two brands in one entry are two matches, and a brand with many hits is one."""
    brands = [Brand("B", ("beta", "b")), Brand("A", ("acme",)), Brand("C", ("gamma",))]
    assert matched("acme b beta acme", *brands) == [("B", "beta"), ("A", "acme")]


def test_exclude_and_context_decide_over_the_whole_text():
    """An excluded query anywhere takes the brand out; where there is context, one of it has to be there."""
    brand = Brand("Acme", ("acme",), exclude=("acme.sh", "wile coyote"), context=("router", '"customer service"'))
    assert matched("acme router", brand)
    assert matched("the customer service of acme", brand)
    assert not matched("acme", brand)
    assert not matched("acme router with acme.sh", brand)
    assert matched("acme router, wile", brand)
    assert not matched("acme router wile e coyote", brand)


@pytest.mark.parametrize(
    "author", ["acme_support", "@Acme_Support", "/u/acme_support", "u/ACME_support", " acme_support "]
)
def test_own_and_ignored_authors_give_nothing(author):
    """Our people and ignored ones are known by name however the site writes it, on both sides."""
    for brand in (Brand("A", ("acme",), own_authors=(author,)), Brand("A", ("acme",), ignore_authors=(author,))):
        for written in ("acme_support", "@acme_support", "/u/Acme_support"):
            assert not matched("acme", brand, author=written)
        assert matched("acme", brand, author="acme_supporter")
        assert matched("acme", brand)


@pytest.mark.parametrize("site", ["spam.example", "https://www.spam.example/", "SPAM.example", "www.spam.example"])
def test_ignored_sites_give_nothing_with_their_subdomains(site):
    """A site is its host and what is under it, never a host that only ends alike."""
    brand = Brand("A", ("acme",), ignore_sites=(site,))
    for url in ("https://spam.example/1", "http://www.spam.example:8080/", "https://a.b.SPAM.example./x"):
        assert not matched("acme", brand, url=url)
    for url in (
        "https://notspam.example/",
        "https://spam.example.org/",
        "https://x.example/spam.example",
        "http://[bad/",
        "",
    ):
        assert matched("acme", brand, url=url)


def test_ignored_sites_know_international_names():
    """A name in its own script and its ASCII form are one site."""
    assert not matched(
        "acme", Brand("A", ("acme",), ignore_sites=("bücher.example",)), url="https://xn--bcher-kva.example/"
    )


def test_a_bad_query_is_refused_when_the_matcher_is_made():
    """A mistake in any of a brand's queries shows at load, not in the first entry."""
    for brand in (Brand("A", ("a*",)), Brand("A", ("a",), exclude=("-b",)), Brand("A", ("a",), context=("(",))):
        with pytest.raises(QueryError):
            Matcher([brand])


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_the_matcher_never_raises_on_any_entry(title, text, author, url):
    """Surrogates, control characters and broken URLs give matches or none."""
    brand = Brand("A", ("acme", "é", "小"), own_authors=("x",), ignore_sites=("x.example",))
    for match in Matcher([brand]).matches(Entry("s", title=title, text=f"{text} acme", author=author, url=url)):
        assert match.spans


@pytest.mark.parametrize("piece", ["a ", "é", "é ", "\ud800", "a'", "é\u0301", "\u0301", "小", "acme ", "½", "_", "a_"])
def test_a_megabyte_is_matched_in_bounded_time(piece):
    """Time grows with the length of a text, not with its square, whatever it is made of."""
    # Linear takes under a second; quadratic would not come to an end.
    text = piece * (300_000 // len(piece))
    Matcher([Brand("A", ('"a a a a" OR acme OR é',))]).matches(Entry("s", text=text))


def test_many_keywords_are_found_at_once():
    """Among 10,000 brands each text finds its own, plain or in another script, and the others stay out."""
    brands = [Brand(f"b{i}", (f"kw{i}x",)) for i in range(10_000)]
    matcher = Matcher(brands)
    for text in ("so kw77x it is", "só kw77x’s it is", "KW77X"):
        assert [m.brand for m in matcher.matches(Entry("s", text=text))] == ["b77"]
    assert matcher.matches(Entry("s", text="nothing here")) == ()
