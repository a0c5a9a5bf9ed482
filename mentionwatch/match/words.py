"""Words: how a text is cut into them, and when two of them are the same.

* A word is a run of letters and digits of any script, with the combining marks that follow them.  ``_`` separates
  words, so that ``_acme_`` (emphasis) and ``@acme_support`` hold the word ``acme``.
* Scripts that put no spaces between words (Han, Kana, Hangul, Thai, Lao, Khmer, Burmese): each character is a word,
  and a brand of several is a phrase.
* An apostrophe between letters belongs to the word (``don't``).  A possessive ``'s`` and a Romance article
  (``l'``, ``dell'``) are there and not there: ``acme`` and ``acme's`` both find "Acme's", only the second spans it all.
  Names are often written without theirs: ``wendys`` finds "Wendy's" and ``oreilly`` "O'Reilly"; the other way round
  see ``spelling.py``.
* What is joined by hyphens is its parts and the whole: "Wi-Fi" is ``wi``, ``fi`` and ``wifi``; up to three are joined.
* A hashtag in camel case is its parts and the whole: "#AcmeRouter" is ``acme``, ``router`` and ``acmerouter``.
* Compared without case, without accents on Latin and Greek letters (``nestle`` is ``Nestlé``), ``ß`` as ``ss``, ``ø``
  as ``o``, ``æ`` as ``ae``, the Turkish ``İ`` and ``ı`` as ``i``, and with compatibility forms made plain (``Ａｃｍｅ``
  is ``acme``).  Soft hyphens and what has no width do not count.

Offsets are always in the text as given: words are cut first and folded one by one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import combinations, combinations_with_replacement
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

APOSTROPHES = "'’‘ʼ＇"
#: What joins the parts of a compound: hyphen-minus, hyphen, non-breaking hyphen, and the dash that it is made into.
HYPHENS = "-\u2010\u2011\u2013"
#: Inside a word, shown as nothing: soft hyphen, zero-width space and (non-)joiner, word joiner, invisible operators,
#: byte order mark.
IGNORED = "\u00ad\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff"
#: Scripts without spaces: Thai and Lao, Burmese, Hangul, Khmer, Kana and Han with what is between, their halfwidths.
SOLO = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u312f\u3130-\u318f\u31f0-\u31ff\u3400-\u9fff\ua960-\ua97f"
    "\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff"
)
_ASCII_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
_ASCII_RUN = re.compile(r"[a-z0-9]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
# A text with none of these, and without marks, has its words among the ASCII runs: other scripts, what hides in words.
_BEYOND_ASCII = re.compile(rf"[^\W\x00-\x7f]|[{IGNORED}]")
# Signs that emoji have too (variation selectors, 0xFE00 and on) count only where they stand on a letter.
_ON_LETTER = re.compile("(?<=[A-Za-z0-9])[\ufe00-\ufe0f]")
_DROP: dict[int, str | None] = {
    **dict.fromkeys(map(ord, IGNORED)),
    **dict.fromkeys(range(0xFE00, 0xFE10)),  # variation selectors
    **dict.fromkeys(map(ord, APOSTROPHES), "'"),
}
#: Letters that Unicode does not take apart and people write plain; after case folding.
_PLAIN = str.maketrans(
    {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
)
_ARTICLE = re.compile(r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|un|all|coll|dall|dell|nell|sull)'(?=.)")
#: Words that are often written without their apostrophe.  Others would be other words then: she'll, we're, n'est.
_CLOSED = re.compile(r"(?:o'[^']{3,}(?:'s)?|[^']{3,}'s)")
_AFTER_O = re.compile(f"o[{APOSTROPHES}]([a-z0-9]{{3,}})")
_ANY_APOSTROPHE = re.compile(f"[{APOSTROPHES}]")
_PLAIN_CASED = {
    **_PLAIN,
    **{ord(chr(c).upper()): p.title() for c, p in _PLAIN.items() if chr(c) != "ı"},
    0xDF: "ss",
    0x1E9E: "SS",
}
_WILD = {ord("*"): "\U00010280", ord("?"): "\U00010281"}
_TAME = {0x10280: "*", 0x10281: "?"}
_JOINTS = dict.fromkeys(map(ord, HYPHENS + "'"))
#: Longer words are no words; their folded forms are not kept in memory.
_LONGEST_CACHED = 64


#: Parts of a compound that are joined, at most; and of a hashtag: one in camel case has a few.
MOST_JOINED, _MOST_TAG_PARTS = 3, 8
_TAG = re.compile(r"[#＃]([A-Za-z0-9]+)")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+(?:[a-z]+|[A-Z]+(?![a-z]))?")
_POSSESSIVE = "'s"


class Place(NamedTuple):
    """Where a word stands."""

    #: Which word of the text it is, from 0.
    position: int
    #: [start, end) offsets in the text.
    start: int
    end: int
    #: The last word that it takes: another one than `position` for "wifi" in "wi-fi".
    last: int


#: A piece of a text: what it is folded to, [start, end).
Cut = tuple[str, int, int]
#: The words of a text, folded, each with its places in the order of the text.
Places = dict[str, list[Place]]


@lru_cache(maxsize=1)
def marks() -> str:
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
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in ranges)


@lru_cache(maxsize=1)
def _mark_pattern() -> re.Pattern[str]:
    """Build the pattern of what belongs to the letter before it, of any script, but for what emoji have too."""
    return re.compile(f"(?![\ufe00-\ufe0f])[{marks()}]")


@lru_cache(maxsize=1)
def _word_pattern() -> re.Pattern[str]:
    """Build the pattern of a raw word in any script."""
    letter = rf"(?:[^\W_{SOLO}][{marks()}{IGNORED}]*)"
    # The first alternative is a shortcut: most words of most texts are ASCII, and the wide classes are slow.
    ascii_word = r"[A-Za-z0-9]+(?:'[A-Za-z0-9]+)*(?![A-Za-z0-9]|[^\x00-\x7f]|'[A-Za-z0-9])"
    return re.compile(rf"{ascii_word}|{letter}+(?:[{APOSTROPHES}]{letter}+)*|(?=[{SOLO}])\w[{marks()}{IGNORED}]*")


@lru_cache(maxsize=1)
def _accent_pattern() -> re.Pattern[str]:
    # On Latin and Greek letters and on digits a mark is an accent; elsewhere it makes another letter (й) or a vowel.
    # ё is the exception.
    return re.compile(f"(?<=[a-z0-9α-ω])[{marks()}{IGNORED}]+|(?<=е)\u0308")


@lru_cache(maxsize=1)
def _cased_accent_pattern() -> re.Pattern[str]:
    return re.compile(f"(?<=[A-Za-z0-9Α-ω])[{marks()}{IGNORED}]+|(?<=[Ее])\u0308")


def fold(word: str) -> str:
    """Give the form in which words are compared; folding twice changes nothing more."""
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word).casefold()
    plain = unicodedata.normalize("NFKD", plain).casefold().translate(_DROP).translate(_PLAIN)
    return unicodedata.normalize("NFKC", _accent_pattern().sub("", unicodedata.normalize("NFKD", plain)))


def fold_cased(word: str) -> str:
    """Give the form in which words are compared where case counts: accents and what joins words do not."""
    plain = unicodedata.normalize("NFKD", word).translate(_DROP).translate(_JOINTS).translate(_PLAIN_CASED)
    return unicodedata.normalize("NFKC", _cased_accent_pattern().sub("", plain))


def split_words(text: str) -> tuple[str, ...]:
    """Cut a text into folded words, for the words of a query."""
    return tuple(word for word, _, _ in _cut(text))


def raw_words(text: str) -> tuple[str, ...]:
    """Cut what is written in a query into its words as they stand there, with their wildcards."""
    if not ("*" in text or "?" in text):
        return tuple(text[start:end] for _, start, end in _cut(text))
    # Letters that stand for the wildcards: of one case, and in no text of people.
    swapped = text.translate(_WILD)
    found = (swapped[start:end] for _, start, end in _cut(swapped))
    return tuple(word.translate(_TAME) for word in found)


def cut_words(text: str) -> list[Cut]:
    """Cut a text into its words, in order; a hashtag in camel case into its parts."""
    cut = _cut(text)
    tags = _tags(text)
    if not tags:
        return cut
    parts = {tag[0][0]: (tag[-1][1], tag) for tag in tags}
    found: list[Cut] = []
    for word in cut:
        end, tag = parts.get(word[1], (-1, ()))
        # A tag that goes on beyond ASCII, or with an apostrophe, is left as it is.
        found.extend([(text[a:b].lower(), a, b) for a, b in tag] if end == word[2] else [word])
    return found


def _tags(text: str) -> list[list[tuple[int, int]]]:
    """List the parts of each hashtag that has several, as [start, end)."""
    if "#" not in text and "＃" not in text:
        return []
    found = []
    for tag in _TAG.finditer(text):
        parts = [m.span() for m in _CAMEL.finditer(text, tag.start(1), tag.end(1))]
        if 1 < len(parts) <= _MOST_TAG_PARTS:
            found.append(parts)
    return found


def find_places(text: str) -> Places:
    """Index a text: each word that a query can ask for, with its places; links and code in it too."""
    return place_words(text, cut_words(text))


def place_words(text: str, cut: Sequence[Cut], hidden: AbstractSet[int] = frozenset()) -> Places:
    """Index the words of a text.

    Args:
        text: The text.
        cut: Its words, see ``cut_words``.
        hidden: Starts of words that stand for something which is not looked into; each counts as a word.
    """
    places: Places = {}
    for position, (word, start, end) in enumerate(cut):
        if start in hidden:
            continue
        places.setdefault(word, []).append(Place(position, start, end, position))
        if "'" in word:
            for part, skipped, length in _parts(word, text[start:end]):
                places.setdefault(part, []).append(Place(position, start + skipped, start + skipped + length, position))
    if any(hyphen in text for hyphen in HYPHENS):
        _join_compounds(text, cut, hidden, places)
    _join_tags(text, cut, places)
    return places


def _join_compounds(text: str, cut: Sequence[Cut], hidden: AbstractSet[int], places: Places) -> None:
    """Add the wholes of what hyphens join."""
    for first, (word, start, before) in enumerate(cut):
        whole, end = word, before
        for last in range(first + 1, min(first + MOST_JOINED, len(cut))):
            part, at, stop = cut[last]
            if at != end + 1 or text[end] not in HYPHENS or at in hidden or start in hidden:
                break
            whole, end = whole + part, stop
            _add(places, whole, Place(first, start, end, last))
            if whole.endswith(_POSSESSIVE):
                _add(places, whole[:-2], Place(first, start, end - 2, last))


def _join_tags(text: str, cut: Sequence[Cut], places: Places) -> None:
    """Add the wholes of hashtags in camel case, and of neighbours in them: "#iPhoneFan" holds ``iphone``."""
    tags = _tags(text)
    numbers = {(start, end): number for number, (_, start, end) in enumerate(cut)} if tags else {}
    for tag in tags:
        first = numbers.get(tag[0])
        if first is None or first + len(tag) > len(cut) or cut[first + len(tag) - 1][2] != tag[-1][1]:
            continue
        for (a, (start, _)), (b, (_, end)) in combinations(enumerate(tag, first), 2):
            _add(places, text[start:end].lower(), Place(a, start, end, b))


def _add(places: Places, word: str, place: Place) -> None:
    places.setdefault(word, []).append(place)


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
    parts = [(word.replace("'", ""), 0, len(raw))] if _CLOSED.fullmatch(word) else []
    bare, stop = (word[:-2], cuts[-1]) if word.endswith("'s") else (word, len(raw))
    if bare != word:
        parts.append((bare, 0, stop))
        if _CLOSED.fullmatch(bare):
            parts.append((bare.replace("'", ""), 0, stop))
    article = _ARTICLE.match(bare)
    if article:
        start = cuts[0] + 1
        parts.append((bare[article.end() :], start, stop - start))
    return parts


def quick_keys(text: str) -> set[str] | None:
    """Give the ASCII runs of a text, when every word a query can find in it is made of them; else None.

    Beside them wholes of compounds, and names written without their apostrophe after an o ("oreilly"); not those
    before an s.  Many times cheaper than ``find_places``, and enough to see that no query can match.
    """
    # First only what is not ASCII is cut out: typographic quotes and emoji are, and the cheap pattern skips the rest.
    if not text.isascii():
        others = "".join(_NOT_ASCII.findall(text))
        if _BEYOND_ASCII.search(others) or _mark_pattern().search(others) or _ON_LETTER.search(text):
            return None
    lowered = text.lower()
    keys = set(_ASCII_RUN.findall(lowered))
    for hyphen in HYPHENS:
        if hyphen in lowered:
            _add_compounds(lowered.replace(hyphen, "-"), keys)
    if any(f"o{sign}" in lowered for sign in APOSTROPHES):
        keys.update(f"o{name}" for name in _AFTER_O.findall(lowered))
    if "#" in text or "＃" in text:
        for tag in _tags(text):
            pairs = combinations_with_replacement(tag, 2)
            keys.update(text[start:end].lower() for (start, _), (_, end) in pairs)
    return keys


def _add_compounds(lowered: str, keys: set[str]) -> None:
    for chunk in lowered.split():
        if "-" in chunk:
            parts = _ASCII_RUN.findall(chunk)
            for size in range(2, MOST_JOINED + 1):
                keys.update("".join(parts[i : i + size]) for i in range(len(parts) - size + 1))


def anchor_keys(word: str) -> tuple[str, ...]:
    """Give the keys (see ``quick_keys``, ``place_keys``) of which every text with a folded word has one."""
    longest = max(word.split("'"), key=len)
    if "'" in word:
        return (longest,)
    # "wendys" also stands in "Wendy's", "oreilly" in "O'Reilly".
    shorter = [word[:-1]] if word.endswith("s") else []
    shorter += [key[1:] for key in (word, *shorter) if word.startswith("o")]
    return (word, *(key for key in shorter if len(key) > 2))


def ascii_runs(text: str) -> list[str]:
    """List the runs of ASCII letters and digits of a text, whatever stands between: what an expression looks at."""
    return _ASCII_RUN.findall(text.lower())


def place_keys(words: Iterable[str]) -> set[str]:
    """Give the same as ``quick_keys`` for the words of an indexed text."""
    keys = set(words)
    for word in tuple(keys):
        if "'" in word:
            keys.update(word.split("'"))
    return keys
