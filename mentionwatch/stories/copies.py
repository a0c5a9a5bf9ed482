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
#: Share of words that may differ, in a text of middle length and in a long one; and that may be others in a long one.
_MIDDLE_EDITS, _LONG_EDITS, _LONG_REPLACED = 0.12, 0.25, 0.08
#: A longer run of words at an end is somebody's own word.
_MIDDLE_OWN, _LONG_OWN = 2, 4
#: Words that a text has at least for its title to be a headline, which stands for it.
_ARTICLE = 18
#: Last words of long texts that are compared one by one.
_LAST_WORDS = 100
#: Words that a beginning has at least to stand for the whole: with a mark that it was cut off, and without.
_EXCERPT, _UNMARKED_EXCERPT = 6, 12
#: What is more than this share of a text is no beginning of it, but all of it, with somebody's own words behind.
_MOST_OF = 0.6
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
#: What turns a long sentence too: of the others an editor leaves out one and puts in one.
_NEGATIONS = _TURNS - frozenset(split_words("up down on off before after more less without hardly barely ne"))
_NUMBERS = frozenset(
    split_words(
        """
        two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand million
        zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig hundert tausend deux trois quatre cinq sept
        huit neuf dix onze douze vingt cent mille dos tres cuatro cinco seis siete ocho nueve diez once doce veinte
        """
    )
)
#: Who says this speaks for himself.
_OWN_VOICE = frozenset(
    split_words("i im ive id ill my me mine myself ich mir mich mein meine meinen je jai moi mon ma mes yo mi mis me")
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
    #: Words that are others.
    replaced: int = 0
    #: Places where both have other words: what one has and what the other.
    places: tuple[tuple[Words, Words], ...] = ()
    #: A number or a negation is there in only one.
    denied: bool = False


class _Telling(NamedTuple):
    """Words that say what a text is about, where others of its kind say the same."""

    names: frozenset[str] = frozenset()
    #: What only one of the titles has.
    titles: frozenset[str] = frozenset()

    def apart(self, left: Words, right: Words) -> bool:
        """Whether the one has such a word where the other has another."""
        return any(words & set(left) and words & set(right) for words in (self.names, self.titles))


def is_copy(one: Said, other: Said) -> bool:
    """Whether two entries carry one text, so that they count once.

    Where their words are the same but for boilerplate, typing mistakes and small edits; where one is the cut-off
    beginning of the other; where both are only a link, to one place.  Another number or name, or a negation, makes a
    text another, in a short one any other word; and words of one's own make a post one's own.  Symmetric.
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
    """A bare link is a copy of every bare link to its place, and of what stands there; its title may be own words."""
    places = [link_key(said.bare_link or said.url or "") for said in (one, other)]
    if places[0] is None or places[0] != places[1]:
        return False
    if any(said.bare_link and length(said.title) < MIN_WORDS for said in (one, other)):
        return True
    return _is_one(*_by_length(one.title or one.body, other.title or other.body), is_cut=True)


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
    parts = (full.all, full.body, full.title if _is_article(full) else ())
    return any(_is_one(words, part, is_cut=bare.is_cut) for part in parts if part)


def _is_article(said: Said) -> bool:
    """Whether a text is more than a remark under a title that many may choose."""
    return length(said.body) >= _ARTICLE and not _OWN_VOICE & set(said.body)


def _is_headline(one: Said, other: Said) -> bool:
    """Whether all that a post without a title says is the other's headline."""
    told = not one.title and not other.is_reply and _is_article(other)
    return told and _is_one(one.body, other.title, is_cut=one.is_cut)


def _same_bodies(one: Said, other: Said) -> bool:
    if (one.body == other.body and length(one.body) >= _SHORT) or _is_headline(one, other) or _is_headline(other, one):
        return True
    short, long = (one, other) if len(one.body) <= len(other.body) else (other, one)
    same_title = bool(one.title) and one.title == other.title
    if not _is_one(short.body, long.body, is_cut=short.is_cut, told=_told(short, long)):
        # Under a title of one word many write, and some begin alike.
        told = same_title and length(one.title) >= MIN_WORDS and not (one.is_reply or other.is_reply)
        if told and _is_beginning(short.body, long.body):
            return True
        # What is a title there may be the first words of the text here.
        both = _by_length(one.all, other.all)
        return one.title != other.title and _is_one(*both, is_cut=False, told=_told(one, other))
    if same_title or not one.title or not other.title or length(short.body) >= _SHORT * 2:
        return True
    return _is_one(*_by_length(one.title, other.title), is_cut=True)


def _by_length(one: Words, other: Words) -> tuple[Words, Words]:
    """The shorter first; of equal length always the same one."""
    return (one, other) if (len(one), one) <= (len(other), other) else (other, one)


def _told(one: Said, other: Said) -> _Telling:
    """Words that tell two texts made after one form apart."""
    return _Telling(one.names | other.names, frozenset(one.title) ^ frozenset(other.title))


def _is_beginning(short: Words, long: Words) -> bool:
    if length(short) < _UNMARKED_EXCERPT or long[: len(short)] != short or len(short) > _MOST_OF * len(long):
        return False
    return not _OWN_VOICE & set(long[len(short) :][:_SHORT])


def _is_one(short: Words, long: Words, *, is_cut: bool, told: _Telling | None = None) -> bool:
    """Whether these are the same words, but for what an editor changes."""
    if short == long:
        return length(short) >= MIN_WORDS
    if is_cut and _is_cut_off(short, long):
        return True
    if length(short) < MIN_WORDS or not short or len(long) > 2 * len(short):
        return False
    if _overlap(short, long) < _ALIKE * len(short):
        return False
    told = told or _Telling()
    if len(long) <= _MOST_WORDS:
        return _is_small(_compare(short, long), told)
    return _is_one_in_parts(short, long, told)


def _is_one_in_parts(short: Words, long: Words, told: _Telling) -> bool:
    """The first words and the last one by one, the others as a bag; only the outer ends are ends."""
    first = _compare(short[:_MOST_WORDS], long[:_MOST_WORDS], has_end=False)
    if not _is_small(first, told) or not _rest_agrees(short[_MOST_WORDS:], long[_MOST_WORDS:]):
        return False
    return _is_small(_compare(short[-_LAST_WORDS:], long[-_LAST_WORDS:], has_start=False), told)


def _is_cut_off(short: Words, long: Words) -> bool:
    """Whether a text that was broken off goes on in the other; its last word may be broken too."""
    words = short[:-1]
    if length(words) < _EXCERPT - 1 or len(long) < len(short):
        return False
    begins = long[: len(words)] == words and long[len(words)].startswith(short[-1])
    if begins or len(words) < _SHORT:
        return begins
    return _is_small(_compare(words[:_MOST_WORDS], long[: len(words)][:_MOST_WORDS]), _Telling())


def _is_small(found: _Difference, told: _Telling) -> bool:
    if found.shared < _SHORT:
        return found.edits == 0 and found.shared >= 2
    if found.shared < _LONG:
        return not found.turned and found.edits <= found.shared * _MIDDLE_EDITS and found.at_ends <= _MIDDLE_OWN
    if found.denied or any(told.apart(*place) for place in found.places):
        return False
    few = found.edits <= found.shared * _LONG_EDITS and found.replaced <= max(2, found.shared * _LONG_REPLACED)
    return few and found.at_ends <= _LONG_OWN


def _compare(one: Words, other: Words, *, has_start: bool = True, has_end: bool = True) -> _Difference:
    """What stands between two texts, or two parts of them that may be shifted at an end that is none."""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    shared = edits = at_ends = 0
    places = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        left, right = one[i1:i2], other[j1:j2]
        is_start, is_end = i1 == j1 == 0, i2 == len(one) and j2 == len(other)
        if tag == "equal" or (tag == "replace" and _is_typo(left, right)):
            shared += max(len(left), len(right))
        elif tag != "replace" and ((is_start and not has_start) or (is_end and not has_end)):
            continue
        else:
            edits += max(len(left), len(right))
            places.append((left, right))
            at_ends = max(at_ends, len(left), len(right)) if is_start or is_end else at_ends
    return _Difference(
        length_of(shared, one),
        edits,
        any(_turns(left, right) for left, right in places),
        at_ends,
        sum(max(len(left), len(right)) for left, right in places if left and right),
        tuple(places),
        any(_denies(left, right) for left, right in places),
    )


def length_of(count: int, words: Words) -> int:
    """Words that `count` tokens of this text are."""
    return count * length(words) // max(1, len(words))


def _turns(left: Words, right: Words) -> bool:
    """Whether another word in its place says another thing: late, early; Monday, Friday."""
    return bool(left and right) or any(word in _TURNS or _has_digit(word) for word in (*left, *right))


def _denies(left: Words, right: Words) -> bool:
    """Whether a number or a negation is there in only one; a number that only one has may be a date or a price."""
    # What is only in one and longer than that is a clause of its own.
    is_clause = not (left and right) and len(left + right) > _LONG_OWN
    if not is_clause and _NEGATIONS & set(left) != _NEGATIONS & set(right):
        return True
    numbers = [{word for word in words if word in _NUMBERS or _has_digit(word)} for words in (left, right)]
    return bool(left and right) and numbers[0] != numbers[1] and all(numbers)


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
