"""From a text to what the model weighs: n-grams with negation scope, phrases, and what the lexicons say.

A feature is known by the CRC-32 of its name, so that no list of names is needed; among the model's keys a false hit is
one in 70,000.
"""

from __future__ import annotations

from itertools import compress, repeat
from math import log, sqrt
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from mentionwatch.tone.small.emoji import EMOJI, EMOTICONS
from mentionwatch.tone.small.phrases import GROUPS, find_phrases
from mentionwatch.tone.small.tokens import (
    BOOSTERS,
    CONTRASTS,
    NEGATORS,
    find_tokens,
    kept,
    normal,
    stem,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Words after "not" that are denied, at most.
_SCOPE = 4
#: Words of a text that are looked at.
MAX_WORDS = 600
#: How much a denied word keeps of its strength, and in which direction (VADER's figure).
_DENIED = -0.74
_LOUD = 0.25
#: A quotation of this many words is somebody else's, and weighs less.
_QUOTE = 3
_QUOTED = 0.25
_AFTER_CONTRAST, _BEFORE_CONTRAST = 1.3, 0.7

#: Where one, two and three words stand, by the first.
_ONE, _TWO, _THREE = ([(at, at + size) for at in range(MAX_WORDS)] for size in (1, 2, 3))

#: Group, index of its first word, index after the last.
Phrase = tuple[str, int, int]
#: Strength of a word in three lexicons, -4 to 4: VADER's, TextBlob's, our own.
Valence = tuple[float, float, float]
LEXICONS = ("vader", "textblob", "own")
_PER_LEXICON = ("pos", "neg", "sum", "mean", "max", "min", "last", "after", "first")
_PLAIN = (
    "bias",
    "length",
    "loud",
    "exclaim",
    "question",
    "ends_asking",
    "negators",
    "quoted",
    "smile",
    "frown",
    "last_emoji",
)
#: The names of the dense features, in order.
DENSE = (*_PLAIN, *GROUPS, *(f"{lexicon}_{kind}" for lexicon in LEXICONS for kind in _PER_LEXICON))

#: Groups of phrases whose words say together what they say, and nothing alone: strength in each lexicon.
_FIXED: dict[str, Valence] = {"plain": (0.0, 0.0, 0.0), "idiom_good": (2.0, 1.5, 3.0), "idiom_bad": (-2.0, -1.5, -3.0)}


class Features(NamedTuple):
    """What a text gives to weigh."""

    #: Feature -> the first word it stands on, and the one after the last.
    keys: dict[int, tuple[int, int]]
    #: In the order of ``DENSE``.
    dense: list[float]
    #: Where the words stand in the text.
    places: list[tuple[int, int]]
    #: Words that a lexicon knows, by their index, with what they say here.
    valued: list[tuple[int, Valence]]
    #: Phrases that say something as one: group, first word, the one after the last.
    fixed: list[Phrase]


class Known(NamedTuple):
    """A word as it goes into the names of features; the same for all places where it stands."""

    word: str
    root: str
    #: Both in bytes, and their keys.
    coded: bytes
    key: int
    coded_root: bytes
    root_key: int


class Said(NamedTuple):
    """What a word does to a text."""

    known: Known
    value: Valence | None
    is_loud: bool
    negates: bool
    contrasts: bool
    #: To the strength of the next word.
    boost: float


class Reader:
    """Reads texts with a lexicon: word -> its strength."""

    def __init__(self, lexicon: dict[str, Valence]) -> None:
        self._lexicon = lexicon
        self.look_up = kept(self._look_up)

    def _look_up(self, raw: str) -> Said:
        """Find out what does not hang on what stands around a word."""
        word = normal(raw)
        is_loud = len(raw) > 2 and raw.isupper()
        boost = BOOSTERS.get(word, 0.0)
        return Said(_known(word), self._valence(word), is_loud, word in NEGATORS, word in CONTRASTS, boost)

    def _valence(self, word: str) -> Valence | None:
        """Look a word up, or another form of it."""
        lexicon = self._lexicon
        if word in lexicon:
            return lexicon[word]
        root = stem(word)
        for ending in ("", "e", "y", "s", "ed", "ing"):
            if root + ending in lexicon:
                return lexicon[root + ending]
        return None

    def read(self, text: str) -> Features:
        """Find the features of a text that ``clean`` has seen."""
        scan = _Scan(self)
        for found in find_tokens(text):
            scan.take(found.lastgroup or "", found[0], found.span())
            if len(scan.known) >= MAX_WORDS:
                break
        words = _Words(*zip(*scan.known, strict=True)) if scan.known else _Words((), (), (), (), (), ())
        phrases = find_phrases(words.words, words.roots)
        fixed, plain = _fix(scan, phrases)
        keys = _keys(scan, words, phrases, plain)
        said = [(at, value) for at, value, _ in scan.valued]
        return Features(keys, _dense(scan, phrases), scan.places, said, fixed)


@kept
def _known(word: str) -> Known:
    root = stem(word)
    coded, coded_root = b" " + word.encode("utf-8", "replace"), b"~" + root.encode("utf-8", "replace")
    return Known(word, root, coded, crc32(coded), coded_root, crc32(coded_root))


class _Words(NamedTuple):
    """The words of a text, by what is known of them: the columns of ``Known``."""

    words: Sequence[str]
    roots: Sequence[str]
    coded: Sequence[bytes]
    keys: Sequence[int]
    coded_roots: Sequence[bytes]
    root_keys: Sequence[int]


class _Scan:
    """Goes over the tokens once, and remembers what is denied, loud, quoted, asked."""

    def __init__(self, reader: Reader) -> None:
        self._look_up = reader.look_up
        self.known: list[Known] = []
        self.places: list[tuple[int, int]] = []
        self.denied: list[bool] = []
        self.valued: list[tuple[int, Valence, bool]] = []
        #: Marks and emoji: name, index of the word they stand at.
        self.signs: list[tuple[bytes, int]] = []
        self.loud = self.spoken = self.exclaims = self.questions = self.negators = self.quoted = 0
        self.smile = self.frown = self.last_emoji = 0
        #: Quotations: the first word, the one after the last.
        self.quotes: list[tuple[int, int]] = []
        self.contrast = -1
        self.sentence = 0
        self.ends_asking = False
        self._scope = 0
        self._boost = 0.0
        self._quote = -1
        self._fresh = True

    def take(self, kind: str, raw: str, place: tuple[int, int]) -> None:
        """Take the next token."""
        if kind == "word":
            self._word(raw, place)
        elif kind == "stop":
            self._stop(raw)
        elif kind == "mark":
            self._mark(raw)
        elif kind in {"emoji", "smile"}:
            self._emoji(raw, place)
        elif kind != "tag":
            self._add(f"<{kind}>", place, denied=False)

    def _add(self, word: str, place: tuple[int, int], *, denied: bool) -> None:
        self.known.append(_known(word))
        self.places.append(place)
        self.denied.append(denied)

    def _word(self, raw: str, place: tuple[int, int]) -> None:
        known, value, is_loud, negates, contrasts, boost = self._look_up(raw)
        scope, at = self._scope, len(self.known)
        self.loud += is_loud
        self.spoken += 1
        self.ends_asking = False
        if self._fresh:
            self.sentence, self._fresh = at, False
        if value is not None:
            self._value(value, 1.0 + self._boost + (_LOUD if is_loud else 0.0))
        self.known.append(known)
        self.places.append(place)
        self.denied.append(scope > 0 and not negates)
        self._boost = 0.0
        if negates:
            self._scope = _SCOPE
            self.negators += 1
        elif contrasts:
            self._scope = 0
            if known.word in {"but", "however"}:
                self.contrast = at
        else:
            if scope:
                self._scope = scope - 1
            self._boost = boost

    def _value(self, value: Valence, factor: float) -> None:
        if self._scope > 0:
            factor *= _DENIED
        one, two, three = value
        self.valued.append((len(self.known), (one * factor, two * factor, three * factor), self._quote >= 0))

    def _stop(self, raw: str) -> None:
        self._scope = 0
        if raw == '"':
            if self._quote < 0:
                self._quote = len(self.known)
                return
            size = len(self.known) - self._quote
            if size >= _QUOTE:
                self.quoted += size
                self.quotes.append((self._quote, len(self.known)))
            self._quote = -1
        elif raw[0] in ".…\n":
            self._fresh = True

    def _mark(self, raw: str) -> None:
        self._scope = 0
        self._fresh = True
        asks = "?" in raw
        self.exclaims += raw.count("!")
        self.questions += asks
        self.ends_asking = asks
        self.signs.append((b"?" if asks else b"!", len(self.known) - 1))
        if len(raw) > 1:
            self.signs.append((b"?!" if asks else b"!!", len(self.known) - 1))

    def _emoji(self, raw: str, place: tuple[int, int]) -> None:
        strength = EMOJI.get(raw) or EMOTICONS.get(raw) or 0
        if strength:
            self.smile += max(0, strength)
            self.frown += max(0, -strength)
            self.last_emoji = strength
            self.signs.append((b"emo%d" % strength, len(self.known)))
        self.signs.append((raw.encode(), len(self.known)))
        if raw in EMOTICONS:
            self._scope = 0
        self._add(raw, place, denied=False)


def _fix(scan: _Scan, phrases: list[Phrase]) -> tuple[list[Phrase], set[int]]:
    """Let fixed phrases say what their words would have said.

    Returns:
        The phrases that do, and the indexes of words that say nothing at all.
    """
    if not any(group in _FIXED for group, _, _ in phrases):
        return [], set()
    plain = {at for group, start, end in phrases if group == "plain" for at in range(start, end)}
    fixed: list[Phrase] = []
    taken: set[int] = set()
    said: list[tuple[int, Valence, bool]] = []
    quoted = {at for start, end in scan.quotes for at in range(start, end)}
    for group, start, end in sorted((phrase for phrase in phrases if phrase[0] in _FIXED), key=_longest_first):
        if not taken.isdisjoint(range(start, end)) or (group != "plain" and not plain.isdisjoint(range(start, end))):
            continue
        taken.update(range(start, end))
        fixed.append((group, start, end))
        one, two, three = _FIXED[group]
        if three:
            factor = _DENIED if scan.denied[start] else 1.0
            said.append((start, (one * factor, two * factor, three * factor), start in quoted))
    if fixed:
        scan.valued = sorted([one for one in scan.valued if one[0] not in taken] + said)
    return fixed, plain


def _longest_first(phrase: Phrase) -> tuple[int, int]:
    _, start, end = phrase
    return start - end, start


def _keys(scan: _Scan, words: _Words, phrases: list[Phrase], plain: set[int]) -> dict[int, tuple[int, int]]:
    # crc32 goes on from the value so far: the key of "a b" is made from the key of "a".
    coded, single, roots = words.coded, words.keys, words.root_keys
    double = list(map(crc32, coded[1:], single))
    triple = map(crc32, coded[2:], double)
    # A word and the next but one; a stem and the next.
    apart = map(crc32, coded[2:], map(crc32, repeat(b" _"), single))
    paired = map(crc32, words.coded_roots[1:], roots)
    keys: dict[int, tuple[int, int]] = {}
    for known in (single, roots):
        said: Iterable[int] = known
        if True in scan.denied:
            said = [crc32(b"!", key) if denied else key for key, denied in zip(known, scan.denied, strict=True)]
        places = zip(said, _ONE, strict=False)
        keys.update(compress(places, [at not in plain for at in range(len(known))]) if plain else places)
    for joined, where in ((double, _TWO), (triple, _THREE), (apart, _THREE), (paired, _TWO)):
        keys.update(zip(joined, where, strict=False))
    keys.update((crc32(b"^" + name), (at, at + 1)) for name, at in scan.signs)
    _neighbours(scan, coded, single, keys)
    for group, start, end in phrases:
        name = b"#" + group.encode()
        keys[crc32(name)] = (start, end)
        if scan.denied[start]:
            keys[crc32(name + b"!")] = (start, end)
        keys[crc32(" ".join(words.roots[start:end]).encode("utf-8", "replace"), crc32(b"#"))] = (start, end)
    return keys


def _neighbours(scan: _Scan, coded: Sequence[bytes], single: Sequence[int], keys: dict[int, tuple[int, int]]) -> None:
    """Pairs of a word and "something good" or "something bad" beside it."""
    for at, (vader, textblob, own), _ in scan.valued:
        strength = vader + 2 * textblob + own
        if not strength:
            continue
        sign = b"+" if strength > 0 else b"-"
        if at:
            keys[crc32(sign, single[at - 1])] = (at - 1, at + 1)
        if at + 1 < len(coded):
            keys[crc32(sign + coded[at + 1])] = (at, at + 2)


def _dense(scan: _Scan, phrases: list[Phrase]) -> list[float]:
    size = len(scan.known)
    found = [
        1.0,
        log(1 + size) / 4,
        scan.loud / (scan.spoken + 3),
        min(scan.exclaims, 4) / 4,
        min(scan.questions, 3) / 3,
        float(scan.ends_asking),
        min(scan.negators, 3) / 3,
        scan.quoted / (size + 1),
        min(scan.smile, 6) / 6,
        min(scan.frown, 6) / 6,
        scan.last_emoji / 3,
    ]
    present = dict.fromkeys(GROUPS, 0.0)
    for group, start, _ in phrases:
        if not scan.denied[start]:
            present[group] = min(1.0, present[group] + 0.5)
    found += present.values()
    weighed = [(at, value, _weight(scan, at, quoted=quoted)) for at, value, quoted in scan.valued]
    for lexicon in range(len(LEXICONS)):
        said = [(at, value[lexicon] * weight) for at, value, weight in weighed if value[lexicon]]
        found += _said(said, scan.sentence, scan.contrast)
    return found


def _weight(scan: _Scan, at: int, *, quoted: bool) -> float:
    """What is quoted weighs little, what comes after "but" more than what came before."""
    weight = _QUOTED if quoted and scan.quoted else 1.0
    if scan.contrast < 0:
        return weight
    return weight * (_AFTER_CONTRAST if at > scan.contrast else _BEFORE_CONTRAST)


def _said(said: Sequence[tuple[int, float]], sentence: int, contrast: int) -> list[float]:
    """Sum up what one lexicon says: in all, at its strongest, first, in the last sentence, after "but"."""
    if not said:
        return [0.0] * len(_PER_LEXICON)
    values = [value for _, value in said]
    good = sum(value for value in values if value > 0)
    bad = good - sum(values)
    last = sum(value for at, value in said if at >= sentence)
    after = sum(value for at, value in said if at > contrast) if contrast >= 0 else 0.0
    return [
        good / (good + 3),
        bad / (bad + 3),
        _squash(good - bad),
        (good - bad) / (len(said) + 1) / 2,
        max(0.0, *values) / 4,
        min(0.0, *values) / 4,
        _squash(last),
        _squash(after),
        values[0] / 4,
    ]


def _squash(total: float) -> float:
    """VADER's way to a number from -1 to 1."""
    return total / sqrt(total * total + 15)
