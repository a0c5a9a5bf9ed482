"""Whole pages with reviews, as shops and hotels make them: microdata, references, and JSON-LD that is torn."""

from __future__ import annotations

import time
from datetime import datetime, timezone

import pytest

from mentionwatch.model import AggregateRating
from mentionwatch.sources import jsonld
from mentionwatch.sources.markup import json_ld_blocks, microdata
from tests.sources.test_page import DATA, page_of, parse, review


def read(name: str):
    """Read one of the pages in the data folder."""
    return parse((DATA / name).read_bytes())


def shown(entry) -> tuple:
    """What a person sees of a review."""
    return entry.author, entry.rating, entry.text, entry.community


def day(month: int, number: int) -> datetime:
    """A day of the year of the pages."""
    return datetime(2026, month, number, tzinfo=timezone.utc)


class TestMicrodataPages:
    def test_several_products(self):
        """Each review is its product's, also without itemprop; values come from meta, time, link, data and text."""
        document = read("microdata-list.html")
        ines, tom, uma, vic = document.entries
        assert document.ratings == (AggregateRating("Acme Whistler", 3.6, 1204),)
        text = "Boils in four minutes.\nThe lid rattles a little — you get used to it."
        assert shown(ines) == ("Inès K.", 4, text, "Acme Whistler")
        assert (ines.guid, ines.url, ines.title) == ("https://shop.example/r/71",) * 2 + ("Loud, and proud of it",)
        assert ines.published == datetime(2026, 10, 3, 16, 20, tzinfo=timezone.utc)
        assert shown(tom) == ("Tom", 1, "Handle came off on day two.", "Acme Whistler")
        assert shown(uma) == ("Uma", 2, "Silent, yes. Also cold.", "Acme Silent")
        assert shown(vic) == ("Vic", 5, "Good.", "Acme Silent")
        assert [e.published for e in (tom, uma, vic)] == [day(9, 12), day(10, 1), None]

    def test_itemref(self):
        """What an item refers to is its own: reviews of the hotel, and the stars and dates of each of them."""
        document = read("microdata-itemref.html")
        wen, xan = document.entries
        assert document.ratings == (AggregateRating("Hotel Acme", 4.02, 96),)
        assert shown(wen) == ("Wen Li", 2.11, "The lift was out all week.", "Hotel Acme")
        assert shown(xan)[:2] == ("Xan", 4.6)
        assert (wen.published, wen.published_raw, xan.published) == (None, "2026-08", day(9, 14))

    def test_an_item_in_itself(self):
        """An item that refers to itself, or two that refer to each other, are read once."""
        assert read("microdata-itemref.html").dropped == ()
        ring = "<p id=a itemprop=review itemscope itemref=b><b itemprop=author>{}</b></p>"
        page = ring.format("Ada") + ring.replace("=a ", "=b ").replace("itemref=b", "itemref=a").format("Bob")
        page = f"<div itemscope><i itemprop=reviewBody>x</i>{page}</div>"
        assert [item["author"] for item in microdata(page)[0]["review"]] == ["Ada", "Bob"]
        assert len(jsonld.collect(microdata(page)).reviews) == 2

    def test_both_ways(self):
        """A review in JSON-LD and in microdata is one, cut or not; what stands in one of them only is not lost."""
        document = read("microdata-both.html")
        assert [(e.author, e.rating) for e in document.entries] == [
            ("Yan", 5),
            ("Zoe", 5),
            ("Abe", 2),
            ("Ben", None),
            ("Cleo", 2),
        ]
        assert document.ratings == (AggregateRating("Acme Bakery", 4.4, 3),)
        assert document.dropped == ()

    @pytest.mark.parametrize(
        "page",
        [
            "<p itemscope itemref='{}'>".format(" ".join(f"i{n}" for n in range(5_000))) * 200
            + "".join(f"<b id=i{n} itemprop=name>x</b>" for n in range(4_000)),
            "<div itemscope itemref=a></div>" * 5_000 + "<div id=a>" + "<b itemprop=name>xx</b>" * 5_000,
            "".join(f"<i id=i{n} itemprop=review itemscope itemref=i{n + 1}></i>" for n in range(4_000)),
            "<p itemscope itemref=a id=a itemprop=review>" * 150,
        ],
        ids=["many names", "many owners", "chain", "nested loops"],
    )
    def test_hostile_references_take_bounded_time(self, page):
        """Items that refer to everything, to each other and to themselves are read in less than two seconds."""
        start = time.process_time()
        jsonld.collect(microdata(page))
        assert time.process_time() - start < 2


class TestReferences:
    def test_references_prefixes_and_values(self):
        """References, also such as name their type, prefixed names, value objects, lists, and names in parts."""
        document = read("references.html")
        dan, eli, fay = document.entries
        assert document.ratings == (AggregateRating("Acme Boots", 4.12, 2310),)
        assert shown(dan) == ("Dan", 3.22, "Warm.", "Acme Boots")
        assert shown(eli) == ("Eli Moor", 3.4, "Stiff.\nGot better.", "Acme Boots")
        assert shown(fay) == ("Fay", 2, "Odd smell.", "Acme Boots")
        assert (dan.guid, eli.guid) == ("https://shop.example/router#r1", "https://shop.example/router#r2")
        assert fay.published == day(11, 5), "a date that can be read goes before one that cannot"
        assert document.dropped == ()

    @pytest.mark.parametrize(
        "type_name", ["review", "schema:Review", "https://schema.org/Review", ["Thing", "UserReview"]]
    )
    def test_types(self, type_name):
        """A review is one however its type is written."""
        assert parse(page_of({**review(), "@type": type_name})).entries

    def test_types_that_are_none(self):
        """What only sounds like a review is none."""
        graph = jsonld.collect([{"@type": "Preview"}, {"@type": "ReviewAction"}, {"@type": "Review", "@id": "#gone"}])
        assert graph.reviews == []


class TestTorn:
    def test_whole_reviews_of_a_torn_block_are_read(self):
        """A quote or comma that breaks one review costs that one, and is told; entities and bad escapes cost none."""
        document = read("torn.html")
        assert [(e.author, e.text) for e in document.entries] == [
            ("Gus", "Fine."),
            ("Ida", "Bad u00e x file"),
            ("Kit & Lou", "Bitter & brown"),
            ("Mo", "Half & half."),
            ("Nia", "Weak."),
        ]
        assert [(d.what, d.why) for d in document.dropped] == [
            ("JSON-LD block 1", "it is broken; what is whole in it was read")
        ]

    def test_reviews_behind_a_break(self):
        """What can be read from the start of a block does not hide the rest."""
        block = jsonld.read_block('{"a": 1} oops {"@type": "Review", "author": "Ada"}')
        assert block == jsonld.Block([{"a": 1}, {"@type": "Review", "author": "Ada"}], is_torn=True)

    @pytest.mark.parametrize("text", ["", " \n", "<!-- -->", "//"])
    def test_an_empty_block_is_not_torn_or_said_to_be(self, text):
        """Sites leave empty blocks behind; nothing is missed in them."""
        assert jsonld.read_block(text).values == []
        assert jsonld.read_block(text).is_torn == bool(text.strip())

    def test_a_plus_that_is_an_entity(self):
        """Some servers write the type of the script with an entity."""
        assert json_ld_blocks("<script type='application/ld&#x2B;json'>1</script>") == ["1"]

    @pytest.mark.parametrize(
        "text",
        [
            '{"@type":"Review",' * 200_000,
            '{"@type":"Review","a":[' + "[" * 900 + '"' * 1_500_001,
            '{"' + "a" * 499 * 6_000,
            "{" * 3_000_000,
            '{"@type"' + " " * 3_000_000,
            "&quot;" * 600_000,
        ],
        ids=["reviews", "open strings", "long names", "braces", "blanks", "entities"],
    )
    def test_hostile_blocks_take_bounded_time(self, text):
        """A block of megabytes that cannot be read is given up in less than two seconds."""
        start = time.process_time()
        jsonld.read_block(text)
        assert time.process_time() - start < 2
