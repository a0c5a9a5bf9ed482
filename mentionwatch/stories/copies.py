"""Whether two texts are one text: what differs is looked at word by word."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from mentionwatch.identity import url_key
from mentionwatch.stories.links import link_key
from mentionwatch.stories.words import MIN_WORDS, length, split_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentionwatch.stories.words import Said

Words = tuple[str, ...]

#: Words of each text that are compared one by one; the rest is compared as a bag.
_MOST_WORDS = 300
#: Shorter texts say another thing with one other word.
_SHORT, _LONG = 12, 40
#: Share of words that may differ, in a text of middle length and in a long one.
_MIDDLE_EDITS, _LONG_EDITS = 0.12, 0.25
#: A run of own words at an end that is longer than this share of the text is somebody's own word.
_OWN = 0.15
#: Words that a beginning has at least to stand for the whole: with a mark that it was cut off, and without.
_EXCERPT, _UNMARKED_EXCERPT = 6, 12
#: Share of the shorter text's words that the other has at least: with fewer nothing is compared word by word.
_ALIKE = 0.6
#: Share of pairs of words that two versions of what stands at one address have in common at least.
_SAME_PLACE = 0.5

#: What turns a sentence round.
_TURNS = frozenset(
    split_words(
        """
        not no never none cannot cant dont doesnt didnt isnt wasnt wont without nothing nobody hardly barely
        nicht kein keine keinen nie ohne ne pas jamais sans aucun nunca sin jamás ningún non mai senza não
        up down on off before after more less ない なし 不 没 無
        """
    )
)


class _Difference(NamedTuple):
    """What stands between two texts."""

    shared: int
    #: Words put in, left out or replaced, corrected typing mistakes aside.
    edits: int
    #: A word is another, or a number or a negation is there in only one.
    turned: bool
    #: The longest run of words that only one has, at the start or the end.
    at_ends: int


def is_copy(one: Said, other: Said) -> bool:
    """Whether two entries carry one text, so that they count once.

    Where their words are the same but for boilerplate, typing mistakes and small edits; where one is the cut-off
    beginning of the other; where both are only a link, to one place.  A number, a negation or a word that is another
    makes a short text another, and words of one's own make a post one's own.  Symmetric.
    """
    if _is_another(one, other):
        return False
    if one.bare_link or other.bare_link:
        return _same_link(one, other)
    if one.all == other.all:
        return length(one.all) >= MIN_WORDS
    # Always the same one first: what is found by comparing may not depend on who came first.
    if (len(one.all), one.all) > (len(other.all), other.all):
        one, other = other, one
    compare = _same_bodies if one.body and other.body else _headline_of
    return _same_place(one, other) or compare(one, other)


def _is_another(one: Said, other: Said) -> bool:
    """Whether stars, or the numbers in their titles where the texts are not the same, tell two apart."""
    if one.rating is not None and other.rating is not None and one.rating != other.rating:
        return True
    return one.body != other.body and _is_next_number(one.title, other.title)


def _is_next_number(one: Words, other: Words) -> bool:
    """Whether titles differ in numbers alone: versions, issues, dates."""
    left, right = ([word for word in title if not _has_digit(word)] for title in (one, other))
    return one != other and left == right and len(one) == len(other)


def _has_digit(word: str) -> bool:
    return any(c.isdigit() for c in word)


def _same_link(one: Said, other: Said) -> bool:
    """A bare link is a copy of every bare link to its place, and of what stands there."""
    places = [link_key(said.bare_link or said.url or "") for said in (one, other)]
    return places[0] is not None and places[0] == places[1]


def _same_place(one: Said, other: Said) -> bool:
    """Whether two versions of what stands at one address are one: an edited headline, a text that grew."""
    if not one.url or not other.url or one.is_review or other.is_review or one.is_reply != other.is_reply:
        return False
    if url_key(one.url) != url_key(other.url) or link_key(one.url) is None:
        return False
    if one.title and one.title == other.title and length(one.title) >= MIN_WORDS and not (one.body and other.body):
        return True
    few, many = (one.body, other.body) if one.body and other.body else (one.all, other.all)
    if len(few) > len(many):
        few, many = many, few
    # Runs, not words: who writes about a page on a page of links has its address too, and the same common words.
    runs, others = _runs(few), _runs(many)
    return length(few) >= MIN_WORDS and _overlap(runs, others) >= _SAME_PLACE * len(runs)


def _headline_of(one: Said, other: Said) -> bool:
    """Whether a post that is a title alone is that of the other, or all that the other says."""
    bare, full = (one, other) if not one.body else (other, one)
    words = bare.title
    if length(words) < MIN_WORDS or full.is_reply:
        return False
    return any(_is_one(words, part, is_cut=bare.is_cut) for part in (full.all, full.body, full.title) if part)


def _is_headline(one: Said, other: Said) -> bool:
    """Whether all that a post without a title says is the other's headline."""
    return not one.title and not other.is_reply and _is_one(one.body, other.title, is_cut=one.is_cut)


def _same_bodies(one: Said, other: Said) -> bool:
    if (one.body == other.body and length(one.body) >= _SHORT) or _is_headline(one, other) or _is_headline(other, one):
        return True
    short, long = (one, other) if len(one.body) <= len(other.body) else (other, one)
    same_title = bool(one.title) and one.title == other.title
    if not _is_one(short.body, long.body, is_cut=short.is_cut):
        # Under a title of one word many write, and some begin alike.
        told = same_title and length(one.title) >= MIN_WORDS and not (one.is_reply or other.is_reply)
        if told and _is_beginning(short.body, long.body):
            return True
        # What is a title there may be the first words of the text here.
        return one.title != other.title and _is_one(*sorted((one.all, other.all), key=len), is_cut=False)
    if same_title or not one.title or not other.title or length(short.body) >= _SHORT * 2:
        return True
    return _is_one(*sorted((one.title, other.title), key=len), is_cut=True)


def _is_beginning(short: Words, long: Words) -> bool:
    return length(short) >= _UNMARKED_EXCERPT and long[: len(short)] == short


def _is_one(short: Words, long: Words, *, is_cut: bool) -> bool:
    """Whether these are the same words, but for what an editor changes."""
    if short == long:
        return length(short) >= MIN_WORDS
    if is_cut and _is_cut_off(short, long):
        return True
    if length(short) < MIN_WORDS or not short or len(long) > 2 * len(short):
        return False
    if _overlap(short, long) < _ALIKE * len(short):
        return False
    found = _compare(short[:_MOST_WORDS], long[:_MOST_WORDS])
    if len(long) > _MOST_WORDS and not _rest_agrees(short[_MOST_WORDS:], long[_MOST_WORDS:]):
        return False
    return _is_small(found)


def _is_cut_off(short: Words, long: Words) -> bool:
    """Whether a text that was broken off goes on in the other; its last word may be broken too."""
    words = short[:-1]
    if length(words) < _EXCERPT - 1 or len(long) < len(short):
        return False
    begins = long[: len(words)] == words and long[len(words)].startswith(short[-1])
    if begins or len(words) < _SHORT:
        return begins
    return _is_small(_compare(words[:_MOST_WORDS], long[: len(words)][:_MOST_WORDS]))


def _is_small(found: _Difference) -> bool:
    if found.shared < _SHORT:
        return found.edits == 0 and found.shared >= 2
    if found.shared < _LONG:
        return not found.turned and found.edits <= found.shared * _MIDDLE_EDITS and found.at_ends <= 2
    most = max(3.0, found.shared * _OWN)
    return found.edits <= found.shared * _LONG_EDITS and found.at_ends <= most


def _compare(one: Words, other: Words) -> _Difference:
    shared = edits = at_ends = 0
    turned = False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        left, right = one[i1:i2], other[j1:j2]
        if tag == "equal":
            shared += i2 - i1
            continue
        if tag == "replace" and _is_typo(left, right):
            shared += max(len(left), len(right))
            continue
        edits += max(len(left), len(right))
        turned = turned or _turns(left, right)
        if i1 == j1 == 0 or (i2 == len(one) and j2 == len(other)):
            at_ends = max(at_ends, abs(len(left) - len(right)))
    return _Difference(length_of(shared, one), edits, turned, at_ends)


def length_of(count: int, words: Words) -> int:
    """Words that `count` tokens of this text are."""
    return count * length(words) // max(1, len(words))


def _turns(left: Words, right: Words) -> bool:
    """Whether another word in its place says another thing: late, early; Monday, Friday."""
    return bool(left and right) or any(word in _TURNS or _has_digit(word) for word in (*left, *right))


def _is_typo(left: Words, right: Words) -> bool:
    """Whether these are the same words, written otherwise: ``wi-fi`` and ``wifi``, ``recieve`` and ``receive``."""
    if "".join(left) == "".join(right):
        return True
    return len(left) == len(right) and all(_is_misspelt(a, b) for a, b in zip(left, right, strict=True))


def _is_misspelt(a: str, b: str) -> bool:
    """One slip in a word, two in a long one; never in its first letter (legal, illegal), nor in a number."""
    if a == b:
        return True
    short, long = sorted((a, b), key=len)
    if len(short) < 4 or a[0] != b[0] or {a, b} & _TURNS or _has_digit(a + b):
        return False
    if sorted(a) == sorted(b) and len(long) < 30:
        return True
    most = 2 if len(short) >= 8 else 1
    return len(long) - len(short) <= most and len(long) < 60 and _distance(a, b) <= most


def _distance(a: str, b: str) -> int:
    """Letters to put in, leave out or replace (Levenshtein)."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]


def _overlap(few: Sequence[str], many: Sequence[str]) -> int:
    """Words of `few` that are in `many`, each as often as it is there."""
    counts: dict[str, int] = {}
    for word in many:
        counts[word] = counts.get(word, 0) + 1
    shared = 0
    for word in few:
        if counts.get(word, 0):
            counts[word] -= 1
            shared += 1
    return shared


def _runs(words: Words) -> Words:
    return tuple(f"{words[n]} {words[n + 1]}" for n in range(min(len(words) - 1, _MOST_WORDS)))


def _rest_agrees(one: Words, other: Words) -> bool:
    few, many = sorted((one, other), key=len)
    return _overlap(few, many) >= 0.8 * len(many)
