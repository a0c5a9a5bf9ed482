"""Wildcards in the words of a query: ``*`` for any letters, ``?`` for exactly one."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from mentionwatch.match.words import split_words

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Letters that ``*`` needs before it, and how many of it a word may have.
LETTERS_BEFORE_STAR, MAX_STARS = 3, 3
_WILD = re.compile(r"[*?]")


def split_wild(written: str) -> tuple[str, ...]:
    """Cut a text into folded words that keep their wildcards: letters that the text has not stand for them."""
    # Lycian: letters of one case, which folding leaves as they are.
    unused = [char for char in map(chr, range(0x10280, 0x1029D)) if char not in written]
    if len(unused) < 2:  # no query of people
        return split_words(written)
    star, one = unused[:2]
    swapped = split_words(written.replace("*", star).replace("?", one))
    return tuple(word.replace(star, "*").replace(one, "?") for word in swapped)


def wrong_wildcard(word: str) -> str | None:
    """Say what is wrong with the wildcards of a folded word; None where nothing is."""
    if not ("*" in word or "?" in word):
        return None
    if word.strip("*?") == "":
        return f"the wildcard {word[:1]} stands in no word; for any words between two others, write a NEAR/3 b"
    before = sum(char.isalnum() for char in word.partition("*")[0])
    if "*" in word and before < LETTERS_BEFORE_STAR:
        return f"* needs {LETTERS_BEFORE_STAR} letters before it in its word; name the words with OR"
    if word.count("*") > MAX_STARS:
        return f"a word may have {MAX_STARS} * at most"
    return None


def begin_alike(keys: Sequence[str], word: str) -> Sequence[str]:
    """Give those of sorted words that begin as a word with wildcards does."""
    begun = _WILD.split(word, maxsplit=1)[0]
    return keys[bisect_left(keys, begun) : bisect_left(keys, begun + chr(0x10FFFF))]
