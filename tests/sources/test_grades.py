"""Ratings as review pages write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentionwatch.sources.grades import count, stars


class TestStars:
    @pytest.mark.parametrize(
        ("rating", "expected"),
        [
            (4, 4),
            ("4", 4),
            ("4,5", 4.5),
            (" 4.5 ", 4.5),
            ("4/5", 4),
            ("6 / 10", 3.22),
            ("60%", 3.4),
            ("0%", 1),
            ("100 %", 5),
            ("Rated 4,5 out of 5 stars", 4.5),
            ("4 von 5 Sternen", 4),
            ("3 sur 5", 3),
            ("5 stars", 5),
            ("★★★★☆", 4),
            ("★★", 2),
            ("⭐⭐⭐", 3),
            ("<b>4</b>", 4),
            ("0", None),
            ("8", None),
            ("11/10", None),
            ("five", None),
            ("☆☆☆☆☆", None),
            ("★ great", None),
            ("4 of 5, then 2 of 5", None),
            ("", None),
            (None, None),
            (True, None),
        ],
    )
    def test_forms(self, rating, expected):
        """A bare rating is read as a number, a fraction, a percentage or a row of stars; no other text is one."""
        assert stars(rating) == expected

    @pytest.mark.parametrize(
        ("value", "bounds", "expected"),
        [
            ("5", {"bestRating": "5", "worstRating": "1"}, 5),
            ("5", {"bestRating": "5", "worstRating": "5"}, 5),
            ("8", {"bestRating": "10"}, 4.11),
            ("8,0", {"bestRating": 10, "worstRating": 0}, 4.2),
            (80, {"bestRating": 100, "worstRating": "0"}, 4.2),
            (80, {"bestRating": ["100"]}, 4.19),
            (0, {"bestRating": 5}, None),
            (0, {"bestRating": 10}, 1),
            ("4/5", {"bestRating": "10"}, 4),
            ("6", {"bestRating": "<b>10</b>"}, 3.22),
        ],
    )
    def test_scales(self, value, bounds, expected):
        """What a rating says of its scale counts, comma decimals and all; a fraction says it itself."""
        assert stars({"ratingValue": value, **bounds}) == expected

    def test_the_whole_goes_before_an_aspect(self):
        """Of several ratings the one of the thing counts, and else the first that there is."""
        looks = {"reviewAspect": "Looks", "ratingValue": 5}
        assert stars([looks, {"ratingValue": "2"}]) == 2
        assert stars([{"@id": "#gone"}, looks]) == 5
        assert stars([]) is None


@pytest.mark.parametrize(
    ("rating", "expected"),
    [
        ({"ratingCount": 12}, 12),
        ({"reviewCount": "12"}, 12),
        ({"reviewCount": "1,234"}, 1234),
        ({"reviewCount": "1.234.567"}, 1234567),
        ({"ratingCount": "1 234"}, 1234),
        ({"ratingCount": "<b>89</b> reviews"}, 89),
        ({"ratingCount": "many", "reviewCount": 3}, 3),
        ({"ratingCount": 0}, 0),
        ({"ratingCount": "-4"}, 4),
        ({"ratingCount": -4}, None),
        ({"ratingCount": "9" * 400}, None),
        ({}, None),
    ],
)
def test_counts(rating, expected):
    """Thousands are not taken for decimals, and words around the number do no harm."""
    assert count(rating) == expected


@given(st.text(alphabet="0123456789.,/%★☆<> ofstars\u0661", max_size=40))
def test_any_text_is_stars_or_none(text):
    """Whatever a rating is, it is within 1 to 5 or none at all."""
    found = stars({"ratingValue": text, "bestRating": text[::-1]})
    assert found is None or 1 <= found <= 5
    assert count({"ratingCount": text}) is None or count({"ratingCount": text}) >= 0
