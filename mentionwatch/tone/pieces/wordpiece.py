"""Text to word pieces, as BERT's uncased vocabulary has them, with a piece of its own for the target.

Beyond what BERT does: emoji, emoticons, links and names of users become words, "sooo" is read as "so", and a row of
the same sign counts three times at most.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from mentionwatch.tone.pieces.emoji import EMOJI, FACES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

UNKNOWN, CLS, SEP, TARGET = "[UNK]", "[CLS]", "[SEP]", "[TARGET]"

_LONGEST_WORD = 64
_MOST_CACHED = 50_000
_FACE = "|".join(re.escape(face) for face in sorted(FACES, key=len, reverse=True))
_TOKEN = re.compile(
    r"(?P<url>(?:https?://|www\.|pic\.twitter\.com/)\S{1,2000})"
    r"|(?P<user>(?<!\w)@\w{1,50})"
    rf"|(?P<face>(?<![\w:;])(?:{_FACE})(?!\w))"
    r"|(?P<entity>&(?:[a-z]{2,8}|\#[0-9]{1,6});)"
    r"|(?P<word>[^\W_]+)"
    r"|(?P<sign>(\S)\7{0,2})(?:\7+)?"
)
# In a hashtag: where one word ends and the next begins.
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ELONGATED = re.compile(r"([^\W\d_])\1{2,}")
#: Where characters stand that are words each: the first and the last.
_CJK = (("\u3400", "\u4dbf"), ("\u4e00", "\u9fff"), ("\uf900", "\ufaff"))


class Token(NamedTuple):
    """A word, sign or target of a text, and the pieces it is made of.

    Attributes:
        start: Where it begins in the text.
        end: Where it ends.
        pieces: Numbers of its pieces; none, for what says nothing (a joiner, a skin colour).
    """

    start: int
    end: int
    pieces: tuple[int, ...]


class WordPiece:
    """A vocabulary, and how texts are cut by it."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        """Take the pieces in the order of their numbers; those that continue a word begin with "##"."""
        self._numbers = dict(zip(vocabulary, range(len(vocabulary)), strict=True))
        self._known: dict[str, tuple[int, ...]] = {}
        self._tokens: dict[tuple[str, str], tuple[int, ...]] = {}
        self.unknown = self._numbers[UNKNOWN]
        self.cls = self._numbers[CLS]
        self.sep = self._numbers[SEP]
        self.target = self._numbers[TARGET]

    def tokens(
        self, text: str, target: Sequence[tuple[int, int]] = (), start: int = 0, end: int | None = None
    ) -> list[Token]:
        """Cut a text, or a part of it; each of the target's spans is one token, whatever it says."""
        found: list[Token] = []
        for first, last in target:
            found.extend(self._between(text, start, first))
            found.append(Token(first, last, (self.target,)))
            start = last
        found.extend(self._between(text, start, len(text) if end is None else end))
        return found

    def pieces(self, text: str, target: Sequence[tuple[int, int]] = ()) -> list[int]:
        """Cut a text into the pieces of its tokens, where nobody asks which are whose."""
        found: list[int] = []
        known, start = self._tokens, 0
        for first, last in (*target, (len(text), None)):
            for match in _TOKEN.finditer(text, start, first):
                said = (match.lastgroup or "", match[0])
                pieces = known.get(said)
                found += self._met(*said) if pieces is None else pieces
            if last is not None:
                found.append(self.target)
                start = last
        return found

    def framed(self, tokens: Iterable[Token]) -> tuple[int, ...]:
        """Give the pieces of some tokens as the network reads them."""
        return (self.cls, *(piece for token in tokens for piece in token.pieces), self.sep)

    def _between(self, text: str, start: int, end: int) -> Iterator[Token]:
        known = self._tokens
        for match in _TOKEN.finditer(text, start, end):
            said = (match.lastgroup or "", match[0])
            pieces = known.get(said)
            if pieces is None:
                pieces = self._met(*said)
            if pieces:
                yield Token(*match.span(), pieces)

    def _met(self, kind: str, token: str) -> tuple[int, ...]:
        """Cut a token that was not met before."""
        pieces = self._token(kind, token)
        if len(self._tokens) < _MOST_CACHED and len(token) <= _LONGEST_WORD:
            self._tokens[kind, token] = pieces
        return pieces

    def _token(self, kind: str, token: str) -> tuple[int, ...]:
        if kind == "word":
            return self._word(token)
        if kind == "sign":
            return self._signs(token[:3])
        if kind == "url":
            return self.word("link")
        if kind == "user":
            return self.word("user")
        if kind == "face":
            return self.word(FACES[token])
        return self._signs(html.unescape(token)[:3])

    def _word(self, word: str) -> tuple[int, ...]:
        if word.islower() or word.isupper() or word.istitle() or word.lower() in self._numbers:
            return self.word(word)
        return tuple(piece for part in _HUMP.split(word) for piece in self.word(part))

    def _signs(self, signs: str) -> tuple[int, ...]:
        if signs[0] in EMOJI:
            return self.word(EMOJI[signs[0]]) * min(len(signs), 2)
        return tuple(piece for sign in signs for piece in self.word(sign))

    def word(self, word: str) -> tuple[int, ...]:
        """Give the pieces of one word or sign, whatever its case and accents."""
        known = self._known.get(word)
        if known is None:
            known = self._cut(_plain(word[:_LONGEST_WORD]))
            if len(self._known) < _MOST_CACHED:
                self._known[word] = known
        return known

    def _cut(self, word: str) -> tuple[int, ...]:
        if not word:
            return ()
        if word in self._numbers:
            return (self._numbers[word],)
        if not word.isascii() and any(first <= char <= last for char in word for first, last in _CJK):
            return tuple(self._numbers.get(char, self.unknown) for char in word)
        if _ELONGATED.search(word):
            for short in (_ELONGATED.sub(r"\1\1", word), _ELONGATED.sub(r"\1", word)):
                if short in self._numbers:
                    return (self._numbers[short],)
            word = _ELONGATED.sub(r"\1\1", word)
        return self._greedy(word)

    def _greedy(self, word: str) -> tuple[int, ...]:
        """Take the longest piece that fits, again and again, as BERT does."""
        pieces, start, before = [], 0, ""
        while start < len(word):
            for end in range(len(word), start, -1):
                number = self._numbers.get(before + word[start:end])
                if number is not None:
                    break
            else:
                return (self.unknown,)
            pieces.append(number)
            start, before = end, "##"
        return tuple(pieces)


def _plain(word: str) -> str:
    """Lower case, without accents and without what cannot be shown."""
    lowered = word.lower()
    if lowered.isascii():
        return lowered if lowered.isprintable() else "".join(filter(str.isprintable, lowered))
    kept = (c for c in unicodedata.normalize("NFD", lowered) if unicodedata.category(c) not in _SILENT)
    return "".join(kept)


#: Marks, control and format characters, lone surrogates, what no standard knows; symbols that change an emoji.
_SILENT = frozenset({"Mn", "Me", "Cc", "Cf", "Cs", "Cn", "Co", "Sk"})
