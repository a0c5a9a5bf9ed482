"""Spellings: the ways in which a term of a query may stand in a text.

* ``wi-fi`` also stands there as "wifi" (and as "wi fi": what separates words is not compared); up to three parts.
* ``wendy's``, ``o'reilly`` also as "wendys", "oreilly"; contractions (``don't``) not: "we'll" is not "well".
* A bare domain (``acme.com``) also as "acme dot com", as the host of a link or of a mail address, and under it
  ("shop.acme.com").  "acme[.]com" and "acme(.)com" are the same words anyway.

The other way round ("Wi-Fi" is found by ``wifi``) see ``words.py``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mentionwatch.match.pieces import LONGEST, SHORTEST
from mentionwatch.match.words import HYPHENS, MOST_JOINED, anchor_keys, fold_cased, raw_words, split_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from mentionwatch.match.tree import Term

_JOINT = re.compile(rf"([.{re.escape(HYPHENS)}])")
_PIECE = re.compile(r"[\w'’*?]+")
_TOP = re.compile(r"[^\W\d_]{2,}|xn--[a-z0-9-]+", re.IGNORECASE)
# Without its apostrophe it would be another word: we'll, she'd, can't.
_CONTRACTED = re.compile(r".*(?:n't|'(?:ll|re|ve|d|m|t))|(?:[cdjlmnst]|qu)'..?")


class Word(NamedTuple):
    """A word of a spelling."""

    #: Folded; with ``*`` and ``?`` where it has wildcards.
    folded: str
    #: The same with its case, where case counts.
    cased: str | None = None

    @property
    def is_wild(self) -> bool:
        """Whether it stands for several words."""
        return "*" in self.folded or "?" in self.folded


Spelling = tuple[Word, ...]


def spellings(term: Term, *, exact_case: bool = False) -> tuple[Spelling, ...]:
    """List the ways a term may be written, as phrases of words; the first is the term itself."""
    return _spellings(term.words, term.written, exact_case)


def domain_of(term: Term) -> str | None:
    """Give the bare domain that a term is, in lower case; None when it is none."""
    return _domain(term.written)


@lru_cache(maxsize=4096)
def _domain(written: str) -> str | None:
    name = written.strip().strip(".").lower()
    joints, pieces = _take_apart(name)
    plain = "." in joints and not any(sign in name for sign in "*?'’_")
    return name if plain and _TOP.fullmatch(pieces[-1]) else None


def _take_apart(written: str) -> tuple[list[str], list[str]]:
    """Cut what is written as one run at its dots and hyphens: (the joints, the pieces); two empty lists for others."""
    found = _JOINT.split(written.strip())
    pieces = found[::2]
    return (found[1::2], pieces) if all(map(_PIECE.fullmatch, pieces)) else ([], [])


@lru_cache(maxsize=4096)
def _spellings(words: tuple[str, ...], written: str, exact_case: bool) -> tuple[Spelling, ...]:  # noqa: FBT001 - cached
    cased = _cased(words, written) if exact_case else (None,) * len(words)
    first = tuple(map(Word, words, cased))
    found = [first]
    joints, pieces = _take_apart(written)
    if joints and len(pieces) == len(words):
        if len(words) <= MOST_JOINED and all(joint in HYPHENS for joint in joints):
            found.append((_whole(first),))
        elif _domain(written) and len(words) == len(joints) + 1:
            found.append(_spelled_out(first, joints))
    closed = tuple(Word(_close(word.folded), word.cased) for word in first)
    return tuple(dict.fromkeys((*found, closed)))


def _cased(words: tuple[str, ...], written: str) -> tuple[str | None, ...]:
    raw = raw_words(written)
    # What folds to more words than are written ("½") is compared without its case.
    return tuple(map(fold_cased, raw)) if len(raw) == len(words) else (None,) * len(words)


def _whole(words: Spelling) -> Word:
    cased = [word.cased for word in words]
    return Word("".join(word.folded for word in words), "".join(c or "" for c in cased) if all(cased) else None)


def _spelled_out(words: Spelling, joints: list[str]) -> Spelling:
    found = [words[0]]
    for joint, word in zip(joints, words[1:], strict=True):
        found += [Word("dot"), word] if joint == "." else [word]
    return tuple(found)


def _close(word: str) -> str:
    return word if "'" not in word or _CONTRACTED.fullmatch(word) else word.replace("'", "")


#: Letters of a name that is written without its apostrophe, beside the s, see ``words.find_places``.
_SHORTEST_CLOSED = 3
#: With shorter beginnings, what follows the wildcard tells more.
_SHORTEST_BEGUN = 2


class Anchor(NamedTuple):
    """What a text that a term matches surely holds: one of some keys, or a word that begins so.

    Or a text that has a piece (see ``pieces.py``) inside: of an expression anywhere, of a word with wildcards in one of
    its words.
    """

    keys: tuple[str, ...] = ()
    prefix: str = ""
    piece: str = ""


def anchors(term: Term, cost: Callable[[str], float]) -> tuple[Anchor, ...] | None:
    """Give what the texts that a term matches have in common; each of them fits one anchor.

    Args:
        term: A word or a phrase.
        cost: How many texts a word stands in, about: a phrase is looked up by its rarest.

    Returns:
        The anchors; None where nothing can be told (the only word is ``?ab?``).
    """
    found: list[Anchor] = []
    for spelling in (*spellings(term), *_host_spelling(term)):
        plain = [word.folded for word in spelling if not word.is_wild]
        if plain:
            found.append(Anchor(anchor_keys(min(plain, key=cost))))
            continue
        begun = max((re.split(r"[*?]", word.folded, maxsplit=1)[0] for word in spelling), key=len)
        piece = max((part for word in spelling for part in re.split(r"[*?]", word.folded)), key=len)
        if len(begun) >= _SHORTEST_BEGUN:
            found += _beginnings(begun)
        elif len(piece) >= SHORTEST:
            found.append(Anchor(piece=piece[:LONGEST]))
        else:
            return None
    return tuple(dict.fromkeys(found))


def _beginnings(prefix: str) -> list[Anchor]:
    """Give anchors of which the keys of a text have one, wherever a word of it begins so."""
    if "'" in prefix:  # an apostrophe separates keys
        *whole, begun = prefix.split("'")
        longest = max(whole, key=len)
        return [Anchor((longest,)) if len(longest) > len(begun) else Anchor(prefix=begun)]
    # "wendys*" also fits "Wendy's"; all other words that begin so are keys.
    closed = [Anchor((prefix[:-1],))] if prefix.endswith("s") and len(prefix) > _SHORTEST_CLOSED else []
    return [Anchor(prefix=prefix), *closed]


def _host_spelling(term: Term) -> tuple[Spelling, ...]:
    """A domain beyond ASCII stands in links in another form."""
    name = domain_of(term)
    ascii_name = to_ascii(name) if name else None
    return (tuple(map(Word, split_words(ascii_name))),) if ascii_name and ascii_name != name else ()


def to_ascii(host: str) -> str | None:
    """Give the form of a host's name that stands in links (``xn--…``); None for what is none."""
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def wildcard(word: str) -> re.Pattern[str]:
    """Make the pattern of a word with ``*`` (any letters) and ``?`` (exactly one).

    What stands between two ``*`` is taken where it comes first, and no other place of it is tried (an atomic group,
    which older Pythons can only do by looking ahead): that finds the same, and a word of 100,000 letters is no trap.
    """
    first, *others = ("".join("[^']" if char == "?" else re.escape(char) for char in part) for part in word.split("*"))
    between = "".join(rf"(?=([^']*?{part}))\{number}" for number, part in enumerate(others[:-1], 1))
    return re.compile(f"{first}{between}[^']*{others[-1]}" if others else first)
