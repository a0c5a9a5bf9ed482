"""Words: how a text is cut into them, and when two of them are the same.

* A word is a run of letters and digits of any script, with the combining marks that follow them.  ``_`` separates
  words, so that ``_acme_`` (emphasis) and ``@acme_support`` hold the word ``acme``.
* Scripts that put no spaces between words (Han, Kana, Hangul, Thai, Lao, Khmer, Burmese): each character is a word,
  and a brand of several is a phrase.
* An apostrophe between letters belongs to the word (``don't``).  A possessive ``'s`` and a Romance article
  (``l'``, ``dell'``) are there and not there: ``acme`` and ``acme's`` both find "Acme's", only the second spans it all.
* Compared without case, without accents on Latin and Greek letters (``nestle`` is ``Nestlé``), ``ß`` as ``ss``, and
  with compatibility forms made plain (``Ａｃｍｅ`` is ``acme``).  Soft hyphens and zero-width joiners do not count.

Offsets are always in the text as given: words are cut first and folded one by one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_APOSTROPHES = "'’‘ʼ＇"
#: Inside a word, shown as nothing: soft hyphen, zero-width (non-)joiner, word joiner, byte order mark.
_IGNORED = "\u00ad\u200c\u200d\u2060\ufeff"
#: Scripts without spaces: Thai and Lao, Burmese, Hangul, Khmer, Kana and Han with what is between, their halfwidths.
_SOLO = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u312f\u3130-\u318f\u31f0-\u31ff\u3400-\u9fff\ua960-\ua97f"
    "\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff"
)
_ASCII_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
_ASCII_RUN = re.compile(r"[a-z0-9]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
# A text with none of these has its words among the ASCII runs: other scripts and accents, and what hides in words.
_BEYOND_ASCII = re.compile(rf"[^\W\x00-\x7f]|[{_IGNORED}]")
_DROP: dict[int, str | None] = {
    **dict.fromkeys(map(ord, _IGNORED)),
    **dict.fromkeys(range(0xFE00, 0xFE10)),  # variation selectors
    **dict.fromkeys(map(ord, _APOSTROPHES), "'"),
}
_ARTICLE = re.compile(r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|un|all|coll|dall|dell|nell|sull)'(?=.)")
_ANY_APOSTROPHE = re.compile(f"[{_APOSTROPHES}]")
#: Longer words are no words; their folded forms are not kept in memory.
_LONGEST_CACHED = 64


class Place(NamedTuple):
    """Where a word stands."""

    #: Which word of the text it is, from 0.
    position: int
    #: [start, end) offsets in the text.
    start: int
    end: int


#: The words of a text, folded, each with its places in the order of the text.
Places = dict[str, list[Place]]


@lru_cache(maxsize=1)
def _marks() -> str:
    """List the combining marks as the inside of a character class (8 ms: only when a text beyond ASCII comes).

    ``re`` has no class for them, and what it takes for a part of a word leaves them out.
    """
    codes = [c for c in range(0x300, 0x1E950) if unicodedata.category(chr(c))[0] == "M"]
    ranges: list[list[int]] = []
    for code in [*codes, 0xFF9E, 0xFF9F]:  # the halfwidth voicing marks are letters by category
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in ranges) + _IGNORED


@lru_cache(maxsize=1)
def _word_pattern() -> re.Pattern[str]:
    """Build the pattern of a raw word in any script."""
    letter = rf"(?:[^\W_{_SOLO}][{_marks()}]*)"
    # The first alternative is a shortcut: most words of most texts are ASCII, and the wide classes are slow.
    ascii_word = r"[A-Za-z0-9]+(?:'[A-Za-z0-9]+)*(?![A-Za-z0-9]|[^\x00-\x7f]|'[A-Za-z0-9])"
    return re.compile(rf"{ascii_word}|{letter}+(?:[{_APOSTROPHES}]{letter}+)*|(?=[{_SOLO}])\w[{_marks()}]*")


@lru_cache(maxsize=1)
def _accent_pattern() -> re.Pattern[str]:
    # On Latin and Greek letters and on digits a mark is an accent; elsewhere it makes another letter (й) or a vowel.
    # ё is the exception.
    return re.compile(f"(?<=[a-z0-9α-ω])[{_marks()}]+|(?<=е)\u0308")


def fold(word: str) -> str:
    """Give the form in which words are compared; folding twice changes nothing more."""
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word).casefold()
    plain = unicodedata.normalize("NFKD", plain).casefold().translate(_DROP)
    return unicodedata.normalize("NFKC", _accent_pattern().sub("", unicodedata.normalize("NFKD", plain)))


def split_words(text: str) -> tuple[str, ...]:
    """Cut a text into folded words, for the words of a query."""
    return tuple(word for word, _, _ in _cut(text))


def find_places(text: str) -> Places:
    """Index a text: each word that a query can ask for, with its places."""
    places: Places = {}
    for position, (word, start, end) in enumerate(_cut(text)):
        places.setdefault(word, []).append(Place(position, start, end))
        if "'" in word:
            for part, skipped, length in _parts(word, text[start:end]):
                places.setdefault(part, []).append(Place(position, start + skipped, start + skipped + length))
    return places


def _cut(text: str) -> list[tuple[str, int, int]]:
    """List the folded words with their offsets; a character that folds to several words gives each its offsets."""
    if text.isascii():
        # Lower-casing ASCII keeps offsets, and one call for the text is cheaper than one for each word.
        return [(m.group(), m.start(), m.end()) for m in _ASCII_WORD.finditer(text.lower())]
    words: list[tuple[str, int, int]] = []
    for m in _word_pattern().finditer(text):
        raw, (start, end) = m.group(), m.span()
        if raw.isascii():
            words.append((raw.lower(), start, end))
        else:
            pieces = _pieces(raw) if end - start <= _LONGEST_CACHED else _fold_pieces(raw)
            words.extend((word, start, end) for word in pieces)
    return words


def _fold_pieces(raw: str) -> tuple[str, ...]:
    # "½" folds to "1⁄2", which is two words; nearly always it is one.
    return tuple(_word_pattern().findall(fold(raw)))


_pieces = lru_cache(maxsize=4096)(_fold_pieces)


def _parts(word: str, raw: str) -> list[tuple[str, int, int]]:
    """List what else a word with an apostrophe is found by: (folded, offset in the raw word, length there)."""
    cuts = [m.start() for m in _ANY_APOSTROPHE.finditer(raw)]
    if not cuts:  # "ŉ" folds to "'n"
        return []
    parts = []
    bare, stop = (word[:-2], cuts[-1]) if word.endswith("'s") else (word, len(raw))
    if bare != word:
        parts.append((bare, 0, stop))
    article = _ARTICLE.match(bare)
    if article:
        start = cuts[0] + 1
        parts.append((bare[article.end() :], start, stop - start))
    return parts


def quick_keys(text: str) -> set[str] | None:
    """Give the ASCII runs of a text, when every word a query can find in it is made of them; else None.

    Many times cheaper than ``find_places``, and enough to see that no query can match.
    """
    # First only what is not ASCII is cut out: typographic quotes and emoji are, and the cheap pattern skips the rest.
    if not text.isascii() and _BEYOND_ASCII.search("".join(_NOT_ASCII.findall(text))):
        return None
    return set(_ASCII_RUN.findall(text.lower()))


def anchor_key(word: str) -> str:
    """Give the part of a folded word to look for in ``quick_keys`` or ``place_keys``."""
    return max(word.split("'"), key=len)


def place_keys(places: Places) -> set[str]:
    """Give the same as ``quick_keys`` for an indexed text."""
    keys = set(places)
    for word in places:
        if "'" in word:
            keys.update(word.split("'"))
    return keys
