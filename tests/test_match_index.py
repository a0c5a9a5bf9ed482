"""The short cuts of matching: what is looked up by its words is what is found by looking at everything."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from mentionwatch.errors import MatchTimeout, QueryError
from mentionwatch.match import Matcher, compile_query, find_spans, match_entry
from mentionwatch.match.filing import Files, field_keys, is_filed, text_keys
from mentionwatch.match.patterns import Patience, compile_pattern, sure_words
from mentionwatch.match.prefilter import index_words, narrow
from mentionwatch.match.spelling import wildcard
from mentionwatch.match.subject import of_entry
from mentionwatch.model import Entry
from mentionwatch.pipeline.search import PROBED, search_store
from mentionwatch.settings import Brand
from mentionwatch.store import Filter, Store
from tests.test_search import NOW, about, post, record

# --- the index of all brands misses nothing ---------------------------------------------------------------

#: What stands in texts and is asked for: names with apostrophes and hyphens, other writings, links, code.
PIECES = [
    "acme", "Acme's", "acmes", "acmes'", "Wendy's", "wendys", "Wendy’s", "McDonald's", "mcdonalds", "O'Reilly", "oreilly",
    "O’Reilly's", "reilly", "oreillys", "L'Oréal", "loreal", "L'Oreal", "dell'Acme", "wi-fi", "wifi", "Wi–Fi", "wi\u2011fi",
    "T-Mobile", "tmobile", "Jean-Paul", "AcmePro", "acme pro", "acme-pro", "ACME\nPRO", "acme_pro", "İstanbul", "ıstanbul",
    "ſun", "sun", "Kelvin", "kelvin", "a\u200bcme", "ac\u00admé", "हिन्दी", "東京", "#AcmeRouter", "#AcmeRouter's", "router",
    "https://acme.example/wifi", "'https://x.example/1'", "acme.com", "me@acme.com", "`acme`", "C++", ".NET", "s", "o", "x",
]  # fmt: skip
JOINTS = [" ", " ", " ", "-", "–", "", "'", "’s ", ".", "/", "_", "\n", "\u2060", "\u200b", " #", "@", "`", ", "]
WILD = [
    "wendys*", "wendy*", "mcdonalds*", "oreil*", "oreill?", "oreillys*", "o?eilly", "reill*", "o'rei*", "wendy's*", "wend*s",
    "lore*", "l'or*", "dell'ac*", "t-mob*", "tmobi*", "acm?", "acme*", "acmes*", "?cme", "wif?", "jeanp*", "#acm*", "東京?",
    "हिन्*", "ist?nbul", "sun?", "kel*n",
]  # fmt: skip
REGEXES = [
    r"/\bacme\s*pro\b/i", r"/\bacme *pro\b/i", r"/\bacme\W?pro\b/i", r"/\bacme\b?s/i", r"/\bacme\b{0}s/i", r"/\bacme\W+pro/i",
    r"/\bsun\b/i", r"/\bkelvin\b/i", r"/\bistanbul\b/i", r"/[]\bacme\b]x?m/", r"/[[:alpha:]\bacme\b]cm/", r"/acm./i",
    r"/\brouter\b/i", r"/\bacme\b.*\bx\b/i", r"/\bwi.fi\b/i", r"/\bcme\b/",
]  # fmt: skip
JOINED = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(JOINTS)), min_size=1, max_size=5).map(
    lambda pairs: "".join(piece + joint for piece, joint in pairs)
)


def _in(sign: str, text: str) -> str:
    return sign + text.replace(sign, "") + sign


WORD = st.sampled_from(PIECES) | st.sampled_from(WILD)
PHRASE = st.one_of(JOINED.map(partial(_in, '"')), st.tuples(WORD, WORD).map(lambda two: _in('"', " ".join(two))))
LEAF = st.one_of(WORD, PHRASE, (st.sampled_from(PIECES) | JOINED).map(partial(_in, "`")), st.sampled_from(REGEXES))
FIELD = st.one_of(
    st.tuples(
        st.sampled_from(["title:", "text:", "author:", "site:", "url:"]), WORD | PHRASE | st.sampled_from(REGEXES)
    ),
    st.tuples(st.sampled_from(["author:", "site:", "url:"]), st.tuples(WORD, WORD).map("({0[0]} OR {0[1]})".format)),
    st.tuples(
        st.just("site:"), st.sampled_from(["acme.com", "www.t-mobile.com", "münchen.de", "com", "example", "-acme x"])
    ),
).map("".join)
QUERIES = st.recursive(
    st.one_of(LEAF, LEAF, WORD, FIELD),
    lambda parts: st.one_of(
        st.tuples(parts, parts).map(" ".join),
        st.tuples(parts, parts).map(" OR ".join),
        st.tuples(WORD | PHRASE, WORD | PHRASE).map(" NEAR/2 ".join),
        st.tuples(parts, parts).map(" -".join),
        parts.map("({})".format),
    ),
    max_leaves=4,
)
AUTHORS = ["Wendy's", "O'Reilly", "Jean-Paul", "jeanpaul", "Ánn-Marie", "T-Mobile", "acme pro", "KELVIN", None]
URLS = [
    "https://www.acme.com/wifi", "https://t-mobile.com/wendys", "https://www.t-mobile.com/", "https://xn--mnchen-3ya.de/x",
    "https://x.example/%61cme-pro?q=O'Reilly", "https://acme-pro.example/", "https://ACME.example./", "http://[x/", None,
]  # fmt: skip
ENTRIES = st.builds(
    Entry,
    source=st.just("forum"),
    guid=st.uuids().map(str),
    title=st.none() | JOINED,
    text=st.none() | JOINED,
    author=st.sampled_from(AUTHORS) | JOINED,
    url=st.sampled_from(URLS),
    links=st.sampled_from([None, ("https://acme.example/oreilly",)]),
    rating=st.sampled_from([None, 1.0]),
)
QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def readable(query: str, *, stored: bool = False) -> bool:
    """Whether it is a query."""
    try:
        compile_query(query, stored=stored)
    except QueryError:
        return False
    return True


def agree(queries: list[str], entry: Entry) -> None:
    """Among all brands each query finds what it finds alone, spans and all."""
    alone = {query: match_entry(compile_query(query), entry) for query in queries}
    matcher = Matcher([Brand(query, (query,)) for query in queries])
    assert {m.brand: m.spans for m in matcher.matches(entry)} == {q: s for q, s in alone.items() if s is not None}


@settings(QUICK, max_examples=400)
@given(st.lists(QUERIES, min_size=1, max_size=4, unique=True), ENTRIES)
@example(["wendys*"], Entry("s", text="I hate Wendy's"))
@example(["oreill?"], Entry("s", text="an O'Reilly book"))
@example([r"/\bacme\s*pro\b/i"], Entry("s", text="the AcmePro"))
@example([r"/\bsun\b/i", r"/\bistanbul\b/i", r"/\bkelvin\b/i"], Entry("s", text="ſun İstanbul \u212aelvin é"))
@example(["site:acme.com", "site:pro"], Entry("s", text="x", url="https://www.acme.com/"))
@example(["url:oreilly"], Entry("s", text="x", links=("https://acme.example/oreilly",)))
@example(["acme site:-acme x"], Entry("s", text="acme", url=None))
def test_among_all_brands_each_query_finds_what_it_finds_alone(queries, entry):
    """The index leaves out only queries that cannot match, whatever they are made of."""
    agree([query for query in queries if readable(query)], entry)


#: Each with a text that it matches, and that the words of the text as they stand do not give away.
CLOSE = [
    ("wendys*", "I hate Wendy's"), ("wendys*", "I hate Wendy’s"), ("mcdonalds*", "McDonald's fries"),
    ("oreil*", "an O'Reilly book"), ("oreill?", "an O'Reilly book"), ("oreillys*", "O'Reilly's"), ("o?eilly", "O'Reilly"),
    ('"oreil* book"', "an O'Reilly book"), ('"wendys* *x*" OR wendys*', "Wendy's"),
    (r"/\bacme\s*pro\b/i", "the AcmePro is bad"), (r"/\bacme *pro\b/i", "the acmepro is bad"),
    (r"/\bacme\W?pro\b/i", "the acmepro is bad"), (r"/\bacme\b?s/i", "the acmes"), (r"/\bacme\b{0}s/i", "the acmes"),
    (r"/[]\bacme\b]x/", "an ex"), (r"/[[:alpha:]\bacme\b]x/", "a bx"), (r"/\bsun\b/i", "ſun\u00adx é"), (r"/\bistanbul\b/i", "İstanbul\u00adx"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "text"), [pair for pair in CLOSE if readable(pair[0])])
def test_what_is_written_otherwise_is_found_among_all_brands(query, text):
    """A wildcard and an expression find a name without its apostrophe, or two words written as one."""
    assert find_spans(compile_query(query), text) is not None
    agree([query, "zyzzyva"], Entry("s", text=text))


# --- how queries are filed --------------------------------------------------------------------------------


def candidates(queries: list[str], entry: Entry) -> set[str]:
    """Which queries are evaluated for an entry."""
    files = Files((compile_query(query).tree, query) for query in queries)
    subject = of_entry(entry)
    return set(files.find({"": text_keys(subject), **{name: field_keys(name, subject) for name in files.fields}}))


FILED = {
    "a common word and a rare one": "the zorgle{}",
    "the same the other way round": "zorgle{} the",
    "a rare word that all share": "blimpish zorgle{}",
    "near": "the NEAR/3 zorgle{}",
    "a phrase": '"blimpish zorgle{}"',
    "a choice beside a common word": "the (zorgle{0} OR gizmo{0})",
    "a beginning": "the zorgle{}x*",
    "beginnings alike": "zorgle{}x*",
    "an expression": r"/\bthe\b.*\bzorgle{} /",
    "a site": "site:zorgle{}.example",
    "a part of a site": "site:zorgle{}",
    "an author": "author:zorgle{}",
    "a link": "url:zorgle{}",
    "one of two fields": "author:zorgle{0} OR site:(gizmo{0}.example OR gizmo{0})",
    "in a title": "title:(the zorgle{})",
}


@pytest.mark.parametrize("query", FILED.values(), ids=FILED)
def test_only_queries_with_what_is_rare_are_looked_at(query):
    """Of 300 that share words that the entry has, none but the one whose own word is there."""
    queries = [query.format(number) for number in range(300)]
    shared = "so the blimpish "
    other = Entry("s", text=shared + "https://the.example/blimpish", author="the blimpish", url="https://the.example/")
    assert candidates(queries, other) == set()
    mine = Entry(
        "s",
        title=shared + "zorgle77 zorgle77x",
        text="https://x.example/zorgle77",
        author="zorgle77",
        url="https://zorgle77.example",
    )
    assert candidates(queries, mine) == {query.format(77)}


def test_a_common_word_is_the_last_to_be_looked_up():
    """Of a single query too, and in a phrase: how common it is in texts is known for some words, and for short ones."""
    queries = ["something zorgl", '"zorgl something"', "zorgl ONEAR/2 something", "zo zorgl", "zor* zorgl"]
    assert candidates(queries, Entry("s", text="something of zo and zort")) == set()
    assert candidates(queries, Entry("s", text="zorgl")) == set(queries)


def test_links_of_the_markup_are_looked_into():
    """What an entry's markup led to is a link of it, though its text shows no address."""
    entry = Entry("s", text="read this", url="https://x.example/", links=("https://globex.example/blog/1",))
    assert [m.brand for m in Matcher([Brand("b", ("url:globex.example",))]).matches(entry)] == ["b"]
    assert match_entry(compile_query("read url:anvil"), entry) is None


@pytest.mark.parametrize("query", ["/zzfoo/", "?acme", "acme OR /x+/", "url:/foo/", "author:?nn", "`++`", "o?eilly"])
def test_what_has_no_sure_word_is_looked_at_for_each_entry(query):
    """Nothing else would be safe."""
    assert not is_filed(compile_query(query).tree)
    assert candidates([query], Entry("s", text="nothing")) == {query}


def test_bracketed_classes_hold_no_sure_words():
    """Nor does what may be there zero times."""
    for pattern in (
        r"[]\bacme\b]",
        r"[[:alpha:]\bacme\b]",
        r"\bacme\s*x",
        r"\bacme\b{0}s",
        r"\bacme ?x",
        r"\bacme\W{0,3}x",
    ):
        assert sure_words(pattern) == []
    assert sure_words(r"\bacme\s+x") == ["acme"]


def test_expressions_stay_compiled_however_many_there_are():
    """A matcher compiles each once: more than a cache holds cost no more for each."""
    patience = Patience()
    patterns = [f"acme{number}y" for number in range(1_100)]
    for turn in range(2):
        before = compile_pattern.cache_info().misses
        for pattern in patterns:
            assert patience.find(pattern, f"{pattern} x", ignore_case=False) == [(0, len(pattern))]
        assert compile_pattern.cache_info().misses - before == (len(patterns) if turn == 0 else 0)
    assert patience.find("acme1y", "ACME1Y", ignore_case=True)
    assert not patience.find("acme1y", "ACME1Y", ignore_case=False)


# --- what is not known ------------------------------------------------------------------------------------

BAD = "/(?:a|aa)+$x/"
#: The expression takes too long over it.
LONG = "a" * 60 + " acme"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (f"acme OR {BAD}", True),
        (f"{BAD} OR acme", True),
        (f"beta {BAD}", False),
        (f"{BAD} beta", False),
        (f"acme -({BAD} beta)", True),
        (f"acme -({BAD} OR acme)", False),
        (f"acme ({BAD} OR acme)", True),
        (f"acme OR title:{BAD}", True),
        (f"acme {BAD}", None),
        (f"acme -{BAD}", None),
        (f"beta OR {BAD}", None),
        (f"acme -(-{BAD})", None),
        (f"acme text:{BAD}", None),
        (f"author:({BAD} OR ann)", True),
        (f"author:({BAD} -ann)", False),
        (f"acme author:{BAD}", None),
        (f"site:({BAD} OR x.example)", True),
        (f"site:({BAD} x.org)", False),
        (f"url:({BAD} OR x)", True),
        (f"acme url:{BAD}", None),
    ],
)
def test_what_is_not_known_counts_only_where_it_decides(query, found):
    """True or unknown is true, false and unknown is false; what hangs on the unknown is told, never taken for a no."""
    long = "a" * 60
    entry = Entry("s", text=LONG, author=f"ann {long}", url=f"https://x.example/{long}")
    entry_host = Entry("s", text=LONG, author=f"ann {long}", url=f"https://{long}.x.example/{long}")
    for one in (entry, entry_host) if "site" not in query else (entry_host,):
        if found is None:
            with pytest.raises(MatchTimeout) as raised:
                match_entry(compile_query(query), one)
            assert raised.value.query == query
        else:
            assert (match_entry(compile_query(query), one) is not None) == found


@pytest.mark.parametrize(
    ("brand", "found"),
    [
        (Brand("b", (BAD, "acme")), True),
        (Brand("b", ("acme", BAD)), True),
        (Brand("b", (BAD, "beta")), None),
        (Brand("b", ("acme",), exclude=(BAD,)), None),
        (Brand("b", ("acme",), exclude=(BAD, "acme")), False),
        (Brand("b", (BAD,), exclude=("acme",)), False),
        (Brand("b", ("acme",), context=(BAD, "acme")), True),
        (Brand("b", ("acme",), context=(BAD,)), None),
        (Brand("b", ("beta",), context=(BAD,)), False),
        (Brand("b", (BAD, "beta", "acme"), context=("acme",), exclude=("beta",)), True),
    ],
)
def test_an_expression_that_takes_too_long_blinds_no_brand(brand, found):
    """Not for one text and not for many: what the other queries of the brand say is heard."""
    matcher, told = Matcher([brand]), []
    for _ in range(8):
        matches = matcher.matches(Entry("s", text=LONG), on_timeout=told.append)
        assert bool(matches) == bool(found)
        assert [match.keyword for match in matches] == ["acme"] * len(matches)
    assert len(told) == (8 if found is None else 0)


def test_a_search_hears_the_other_words():
    """What matches anyway is found, and nothing is said to be undecided."""
    with Store("sqlite://", create=True) as store:
        record(store, about(post(1, LONG)), about(post(2, "a" * 60)))
        found = search_store(store, f"acme OR {BAD}", Filter(), now=NOW)
    assert [m.entry.text for m in found.mentions] == [LONG]
    assert dict(found.undecided) == {BAD.strip("/"): 1}


# --- the index of what is stored --------------------------------------------------------------------------


def same(store: Store, query: str, **more: object) -> list[str | None]:
    """What is found by the index, and without it too."""
    found = search_store(store, query, Filter(), now=NOW, **more)
    assert found == search_store(store, query, Filter(), now=NOW, by_index=False, **more)
    return [mention.entry.guid for mention in found.mentions]


@settings(QUICK, max_examples=150)
@given(st.lists(ENTRIES, min_size=1, max_size=6, unique_by=lambda e: e.guid), QUERIES, st.sampled_from([None, 1]))
def test_a_search_by_the_index_finds_what_a_full_one_finds(entries, query, limit):
    """To the letter, for the same texts and queries as above."""
    assume(readable(query, stored=True))
    with Store("sqlite://", create=True) as store:
        record(store, *map(about, entries))
        same(store, query, limit=limit)


WAYS = [
    ("site:tmobile", {"url": "https://www.t-mobile.com/"}),
    ("author:jeanpaul", {"author": "Jean-Paul"}),
    ("author:jeanpau*", {"author": "Jean-Paul"}),
    ("author:oreilly", {"author": "O'Reilly"}),
    ("author:wen*ys", {"author": "Wendy's"}),
    ("author:wendys", {"author": "Wendy's"}),
    ("author:acme", {"author": "Äcme"}),
    ("site:acme.com", {"url": "https://%61cme.com/x"}),
    ("site:münchen.de", {"url": "https://xn--mnchen-3ya.de/"}),
    ("site:acme.com", {"url": "https://ac\tme.com/x"}),
    ("source:my-forum", {"source": "my-forum"}),
    ("source:MY-forum", {"source": "my-forum"}),
]


@pytest.mark.parametrize(("field", "written"), WAYS, ids=[field for field, _ in WAYS])
def test_columns_let_pass_what_fields_find(field, written):
    """However an author or an address is written."""
    with Store("sqlite://", create=True) as store:
        record(store, about(post(1, "acme", **written)), about(post(2, "acme", author="x", url="https://x.example/")))
        entry = store.mentions()[0].entry
        alone = match_entry(compile_query(f"acme {field}"), entry)
        assert same(store, f"acme {field}") == (["g1"] if alone is not None else [])
        if "%61" not in str(written):  # a host is not unescaped
            assert alone is not None


def test_hosts_in_other_forms_are_looked_at():
    """In an address %41 stands for a letter, and xn-- begins a name in another script: columns decide nothing there."""
    with Store("sqlite://", create=True) as store:
        texts = ["https://xn--mnchen-3ya.de/", "https://x.example/%61", "https://acme.de/", "https://x.example/"]
        record(store, *[about(post(n, "acme", url=url, author=url)) for n, url in enumerate(texts)])
        conditions = narrow(compile_query("acme site:zebra author:zebra")).conditions
        assert [m.entry.url for m in store.mentions(Filter(conditions=conditions))] == texts[:2]
        assert same(store, "acme site:münchen.de") == ["g0"]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("acme", "kaputt: #AcmeRouter'https://x.example/1'"),
        ("हिन्दी", "हिन्दी\u2060https://t.co/x"),
        ("iphone", "#iPhone\u2060https://t.co/abc"),
    ],
)
def test_what_is_found_beside_a_link_is_found_again(query, text):
    """Beside a link a word can be another one than without it: the index of what is stored knows both."""
    entry = Entry("s", text=text)
    assert Matcher([Brand("b", (query,))]).matches(entry)
    asked = narrow(compile_query(query)).words
    assert asked is not None
    with Store("sqlite://", create=True) as store:
        record(store, about(post(1, text)))
        assert same(store, query) == ["g1"]
    assert set(index_words(entry).split()) & {word.strip('"()') for word in asked.split()}


def test_a_page_beyond_what_is_probed_is_filled():
    """What was found among the newest is no whole page where older ones match too."""
    with Store("sqlite://", create=True) as store:
        matching = {3, PROBED - 1, PROBED, PROBED + 20, PROBED + 40}
        posts = [post(n, "rare acme" if n in matching else f"acme {n}") for n in range(PROBED + 50)]
        record(store, *map(about, posts))
        for limit in (1, 2, 3, 4, 5, 6):
            expected = [f"g{n}" for n in sorted(matching)][:limit]
            assert same(store, "rare", limit=limit) == expected
            assert (
                same(store, "rare acme", limit=limit, sort="oldest")
                == [f"g{n}" for n in sorted(matching)[::-1]][:limit]
            )


# --- bounded time -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "fits", "others"),
    [
        ("abc*", ["abc", "abcd"], ["ab", "abc'd"]),
        ("abc*d", ["abcd", "abcxd", "abcdd"], ["abc", "abcdx"]),
        ("abc*d*e", ["abcde", "abcxdxe", "abcdded"[:6]], ["abce", "abced"]),
        ("abc*x?y*z", ["abcxayz", "abcxxyyz", "abcxxxyz"], ["abcxyz"]),
        ("abc*c*c", ["abccc", "abcxcxc"], ["abcc"]),
        ("abc**d", ["abcd", "abcxxd"], ["abc"]),
        ("a?c*'s", ["abc's", "abcd's"], ["abc", "abc'd's"]),
        ("abc.*", ["abc.x"], ["abcx"]),
    ],
)
def test_a_star_stands_for_any_letters(word, fits, others):
    """Any number of them, none too, and no apostrophe; all else stands for itself."""
    assert all(wildcard(word).fullmatch(one) for one in fits)
    assert not any(wildcard(word).fullmatch(one) for one in others)


def test_wildcards_take_bounded_time():
    """Over a word of 100,000 letters, and thousands of them over thousands of words: else this would not come to an end."""
    assert not wildcard("aaa*a*a*b").fullmatch("a" * 100_000)
    assert find_spans(compile_query("aaa*a*a*b"), "a" * 100_000) is None
    letters = "abcdefghijklmnopqrstuv"
    heads = [a + b + c for a in letters for b in letters for c in letters]
    text = " ".join(f"{head}xyz" for head in heads)
    spans = find_spans(compile_query(" OR ".join(f"{head}*" for head in heads)), text)
    assert spans is not None
    assert len(spans) == len(heads)


def test_words_that_begin_with_a_wildcard_are_few():
    """Each is compared with all words of a text, so that thousands would take long."""
    few = " OR ".join(f"?cme{number}" for number in range(100))
    assert find_spans(compile_query(few), "so acme99") is not None
    with pytest.raises(QueryError, match="100 words that begin with"):
        compile_query(f"{few} OR ?beta")


# --- what is shown as one word ----------------------------------------------------------------------------


@pytest.mark.parametrize("sign", "\u00ad\u200b\u200c\u200d\u2060\u2063\ufeff")
@pytest.mark.parametrize("query", ["acme", "acm*", "`acme`", "acme OR zzz", '"the acme"'])
def test_what_has_no_width_parts_no_word(sign, query):
    """Inside a word it is not compared, and spans count in the text as given."""
    text = f"is the a{sign}c{sign}me there"
    spans = find_spans(compile_query(query), text)
    assert spans is not None
    assert text[spans[0][0] : spans[0][1]].removeprefix("the ") == f"a{sign}c{sign}me"
    agree([query], Entry("s", text=text))


@pytest.mark.parametrize("dash", "-\u2010\u2011\u2013")
def test_an_en_dash_joins_as_a_hyphen_does(dash):
    """Word processors make one of it; a closed form finds it, but not two words with a blank between."""
    for text in (f"the Wi{dash}Fi", f"the Wi{dash}Fi’s é"):
        for query in ("wifi", "wi-fi", '"wi fi"', f"wi{dash}fi", "wif?"):
            spans = find_spans(compile_query(query), text)
            assert spans is not None
            assert text[slice(*spans[0])] == f"Wi{dash}Fi"
            agree([query], Entry("s", text=text))
    assert find_spans(compile_query("wifi"), f"wi fi, wi {dash} fi") is None
    assert find_spans(compile_query("acme"), f"acme {dash} it is") == ((0, 4),)
