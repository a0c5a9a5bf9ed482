"""Review pages: schema.org reviews in JSON-LD, in all the shapes and states that they come in."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.errors import ParseError
from mentionwatch.identity import entry_id
from mentionwatch.model import AggregateRating, Ask, Document, Request, Response, Search
from mentionwatch.sources import jsonld, markup
from mentionwatch.sources.markup import microdata
from mentionwatch.sources.page import REVIEW_CAP, PageSource

DATA = Path(__file__).resolve().parents[1] / "data" / "pages"
NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
URL = "https://shop.example/router#reviews"

json_ld = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["Review", "#a", "_:b", "4,5", "10"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "@type",
                    "@id",
                    "@graph",
                    "review",
                    "reviewRating",
                    "ratingValue",
                    "bestRating",
                    "worstRating",
                    "aggregateRating",
                    "author",
                    "name",
                    "reviewBody",
                    "itemReviewed",
                    "datePublished",
                    "inLanguage",
                    "url",
                    "ratingCount",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


def parse(page: str | bytes, headers: dict[str, str] | None = None, url: str = URL) -> Document:
    """Read a page of the shop."""
    body = page if isinstance(page, bytes) else page.encode()
    return PageSource("shop", url).parse(Response(url, headers or {}, body, NOW))


def page_of(*values, title: str = "A page") -> str:
    """Make a page with one JSON-LD block for each value."""
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(value)}</script>' for value in values)
    return f"<html><head><title>{title}</title>{scripts}</head></html>"


def review(**more) -> dict:
    """Make a review, with changes."""
    return {"@type": "Review", "author": "Ada", "reviewBody": "Fine.", **more}


class TestShapes:
    def test_one_request(self):
        """The page is asked for, and nothing else; the site's robots.txt has a say in that."""
        assert PageSource("shop", URL).requests(Ask(NOW, (Search(("a", "b")),))) == [Request(URL, robots=True)]

    def test_shop(self):
        """Graph, type lists, nested products, references, and each form of author, rating, language and name."""
        document = parse((DATA / "shop.html").read_bytes())
        one, two, group, referred, flo = document.entries
        assert document.title == "Acme Router & more"
        assert document.ratings == (AggregateRating("Acme Router", 4.28, 12),)
        assert (one.title, one.text, one.author, one.rating) == ("Nearly & good", 'Fast, but "hot".', "Ada", 4.5)
        assert (one.guid, one.url, one.kind) == (
            "https://shop.example/router#r1",
            "https://shop.example/router",
            "review",
        )
        assert (one.community, one.published) == ("Acme Router", datetime(2026, 11, 2, tzinfo=timezone.utc))
        assert (two.author, two.text, two.rating, two.language) == ("Bob", "Returned it.", 1.8, "en")
        assert (two.url, two.published) == ("https://shop.example/reviews/2", None)
        assert (group.author, group.rating, group.community) == ("Cy", 4.19, "Acme Routers")
        assert (referred.author, referred.rating, referred.community) == ("Eve", None, "Acme Router")
        assert referred.published == datetime(2026, 11, 3, tzinfo=timezone.utc)
        assert (flo.rating, flo.text, flo.community) == (3, None, "Acme Router")
        assert [d.why for d in document.dropped] == ["it has no text, title or rating"]

    def test_broken_blocks_are_mended_or_skipped(self):
        """Comments, CDATA, commas too many, odd escapes and escaped JSON are read; what is lost is told."""
        document = parse((DATA / "broken.html").read_bytes())
        assert [(e.author, e.text, e.rating, e.community) for e in document.entries] == [
            ("Ada", "It's fine, see http://acme.example/ // really", 5, "Acme Hub"),
            ("Bob", "Escaped.", None, None),
        ]
        assert [(d.what, d.why) for d in document.dropped] == [("JSON-LD block 1", "it is broken beyond mending")]

    def test_several_values_in_one_block(self):
        """Objects that stand one after another, and junk behind them, are no reason to lose them."""
        assert jsonld.read_block('{"a": 1} {"b": [1,2,],};\n oops') == jsonld.Block([{"a": 1}, {"b": [1, 2]}])

    @pytest.mark.parametrize(
        ("header", "encoding"),
        [("text/html; charset=iso-8859-1", "cp1252"), ("text/html", "cp1252"), ("text/html", "utf-16")],
    )
    def test_encodings(self, header, encoding):
        """Names keep their letters in the encodings that shops use."""
        page = page_of(review()).replace("Ada", "Zoë “Z”")
        assert parse(page.encode(encoding), {"content-type": header}).entries[0].author == "Zoë “Z”"

    def test_charset_in_the_page(self):
        """Where the server names no charset, the page's own word counts."""
        page = page_of(review()).replace("<head>", '<head><meta charset="windows-1251">').replace("Ada", "Ада")
        assert parse(page.encode("cp1251")).entries[0].author == "Ада"

    def test_hostile_texts_are_clean(self):
        """Escape sequences and markup in a review do not come out of it."""
        (entry,) = parse(
            page_of(
                review(reviewBody="\x1b[31mred\u202e <style>x</style><b>bold</b>", name="\x1b]0;t\x07n", author="a\nb")
            )
        ).entries
        assert (entry.text, entry.title, entry.author) == ("red bold", "n", "a b")


class TestIdentity:
    def test_each_review_has_its_own(self):
        """Reviews of one page share its URL and still are different entries, the same ones in the next poll."""
        page = page_of(
            [
                review(),
                review(author="Bob"),
                review(datePublished="2026-11-01"),
                review(reviewBody="Else."),
                review(reviewBody=None, reviewRating=4),
                review(reviewBody=None, reviewRating=5),
            ]
        )
        entries = parse(page).entries
        assert len(entries) == len({entry_id(entry) for entry in entries}) == 6
        assert [e.guid for e in parse(page, url="https://shop.example/router?from=mail").entries] == [
            e.guid for e in entries
        ]

    def test_a_review_given_twice_counts_once(self):
        """The same review under the product and in the graph is one."""
        document = parse(page_of({"@type": "Product", "review": [review()]}, [review()]))
        assert len(document.entries) == 1
        assert [d.why for d in document.dropped] == ["the page holds it twice"]

    @pytest.mark.parametrize("name", ["_:b1", "https://shop.example/router", "#", " ", 7, "x" * 5000])
    def test_ids_that_are_none(self, name):
        """An id that names the page, that changes each time or that is no id is not used."""
        (entry,) = parse(page_of(review(**{"@id": name}))).entries
        assert str(entry.guid).startswith("review:")

    def test_ids_that_all_share(self):
        """The product's id at each of its reviews tells none of them apart; one review given twice keeps its id."""
        shared = parse(page_of([review(**{"@id": "#p"}), review(**{"@id": "#p"}, author="Bob")])).entries
        assert [str(e.guid)[:7] for e in shared] == ["review:", "review:"]
        assert [e.guid for e in parse(page_of([review(**{"@id": "#r"})] * 2)).entries] == [
            "https://shop.example/router#r"
        ]


class TestRefused:
    @pytest.mark.parametrize(
        ("page", "words"),
        [
            ("<title>Plain \x07page</title><p>no reviews", 'the page "Plain page" holds no schema.org reviews'),
            (
                page_of({"@type": "Product", "aggregateRating": {"ratingValue": 4, "ratingCount": 9}}),
                "names an average rating but holds no review",
            ),
            (
                '<title>T</title><link rel=alternate type="application/rss+xml" href="/feed">',
                "it names a feed: https://shop.example/feed",
            ),
            ('{"some": "json"}', "holds no schema.org reviews"),
            ("", "an empty page"),
            (
                '<script type="application/ld+json">{"@type": "Review" oops}</script>',
                "(JSON-LD block 1 is broken beyond mending)",
            ),
        ],
    )
    def test_no_reviews_is_an_error(self, page, words):
        """A page without reviews is the wrong page or a page in the way, and not "0 reviews"."""
        with pytest.raises(ParseError) as e:
            parse(page)
        assert e.value.state == "not-a-feed"
        assert words in str(e.value)

    def test_a_challenge_is_blocked(self):
        """The page in front of the page is told as such."""
        with pytest.raises(ParseError) as e:
            parse("<html><title>Just a moment...</title><script src=/cdn-cgi/challenge-platform/x></script>")
        assert e.value.state == "blocked"

    def test_a_product_without_reviews_yet(self):
        """A page that says it has no reviews so far is the right page."""
        assert parse(
            page_of({"@type": "Product", "aggregateRating": {"ratingValue": 0, "reviewCount": 0}})
        ) == Document(entries=(), title="A page", is_page=True)

    def test_cap(self):
        """More reviews than the cap are counted, not read."""
        document = parse(page_of([review(author=str(n)) for n in range(REVIEW_CAP + 3)]))
        assert len(document.entries) == REVIEW_CAP
        assert document.dropped[-1].what == "3 further reviews"


@pytest.mark.parametrize(
    "body",
    [
        b'<script type="application/ld+json">' * 100_000,
        b'<script type="application/ld+json">{"a": "' + b'\\"' * 1_500_000 + b"</script>",
        b'<script type="application/ld+json">{' + b"/*" * 1_500_000 + b"</script>",
        b'<script type="application/ld+json">' + b"[" * 3_000_000 + b"</script>",
        b'<script type="application/ld+json">' + b'{"review":' * 900 + b"1" + b"}" * 900 + b"</script>",
        b'<script type="application/ld+json">' + b"{} " * 1_000_000 + b"</script>",
    ],
    ids=["open scripts", "quotes", "comments", "deep", "deep reviews", "many values"],
)
def test_hostile_pages_end(body):
    """Pages made to take minutes are done with at once (the whole test run would show it)."""
    with suppress(ParseError):
        assert parse(body).entries == ()


@given(json_ld)
def test_any_json_ld_is_a_document_or_a_parse_error(value):
    """Whatever stands in the block, no other exception leaves the adapter."""
    try:
        document = parse(page_of(value))
    except ParseError:
        return
    assert all(e.guid and (e.rating is None or 1 <= e.rating <= 5) for e in document.entries)
    assert all(1 <= r.rating <= 5 for r in document.ratings)


@given(st.text(max_size=300))
def test_any_text_is_a_document_or_a_parse_error(text):
    """Whatever a page is, as a whole or inside of a block, it is read or said what it is."""
    for page in (text, f'<script type="application/ld+json">{text}</script>'):
        with suppress(ParseError):
            assert isinstance(parse(page.encode("utf-8", "surrogatepass")), Document)


@given(st.text(alphabet='{}[]",:/*\\\n <!-ab1', max_size=60))
def test_mending_never_fails(text):
    """Any mixture of the signs of JSON and of comments gives some values or none."""
    assert isinstance(jsonld.read_block(text).values, list)


class TestMicrodata:
    def test_reviews_in_microdata(self):
        """Reviews inside a product and on their own, with every form of author, rating, date and link."""
        document = parse((DATA / "microdata.html").read_bytes())
        ada, bo, cy = document.entries
        assert document.ratings == (AggregateRating("Acme Lamp", 3.5, 2),)
        assert (ada.author, ada.title, ada.rating) == ("Ada", "Went out", 2.0)
        assert ada.text == "It died after a week.\nNever again & again."
        assert (ada.published, ada.community) == (datetime(2026, 11, 2, tzinfo=timezone.utc), "Acme Lamp")
        assert (bo.author, bo.text, bo.rating, bo.url) == ("Bo", "Bright.", 5, "https://shop.example/r/2")
        assert (cy.author, cy.text, cy.rating, cy.community) == ("Cy", "So so.", None, "Acme Bulb")
        assert len({e.guid for e in document.entries}) == 3

    def test_json_ld_goes_first(self):
        """A page that says its reviews twice, in both ways, gives them once."""
        shown = "<p itemscope itemtype='https://schema.org/Review'><b itemprop=author>ADA</b><i itemprop=reviewBody>Fine!</i>"
        (entry,) = parse(page_of(review()) + shown).entries
        assert (entry.author, entry.text) == ("Ada", "Fine.")

    def test_a_product_without_reviews_is_no_review_page(self):
        """Microdata with an average rating only is refused in words; with "0 reviews" it is only early."""
        page = (
            "<div itemscope itemtype='https://schema.org/Product'><b itemprop=name>A</b><p itemprop=aggregateRating itemscope"
            " itemtype='https://schema.org/AggregateRating'><b itemprop=ratingValue>4</b><b itemprop=reviewCount>{}</b></p></div>"
        )
        with pytest.raises(ParseError, match="names an average rating"):
            parse(page.format(3))
        assert parse(page.format(0)).entries == ()

    @pytest.mark.parametrize(
        "page",
        [
            "<div itemscope itemprop=review>" * 50_000,
            "<b itemprop=review itemscope>" * 50_000,
            ("<div itemscope>" + "<span itemprop=name>" * 180 + "x" * 20_000 + "</span>" * 180 + "</div>") * 25,
            "<p itemscope>" + "<i itemprop=name>x</i>" * 100_000,
            "<p itemscope><i itemprop='" + "a " * 500_000 + "'>x",
            "<p itemscope><i " + "itemprop=a " * 100_000 + ">x",
        ],
    )
    def test_hostile_microdata_takes_bounded_time(self, page):
        """A page of a megabyte made to hurt is refused or read, within two seconds of computing."""
        start = time.process_time()
        with suppress(ParseError):
            parse(page)
        assert time.process_time() - start < 2

    def test_properties_inside_one_another_are_read_up_to_a_bound(self):
        """What stands in many elements at once is not copied for each of them."""
        page = "<div itemscope>" + "<span itemprop=name>" * 190 + "words " * 100_000
        (item,) = microdata(page)
        assert sum(map(len, item["name"])) < 3_000_000


def test_end_tags_without_a_start_take_no_memory():
    """Found by fuzzing: 30,000 of them, with attributes, took the parser to 1.4 GB."""
    import resource

    page = (
        '<div itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">Acme</h1>'
        '<time itemprop="datePublished" datetime="2026-11-02">' + 'yesterday</tim datetime="2026-11-02">' * 30_000
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert markup.microdata(page) == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000
