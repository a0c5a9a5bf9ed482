"""Which parts of a long text the network reads: its begin, what stands around the target, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mentionwatch.tone.pieces.wordpiece import Token, WordPiece

#: Characters of a text that are cut into pieces at most, at each of the places that are read.
_BEGIN, _AROUND, _END = 6_000, 1_500, 3_000
_MOST_SPANS = 50


class Window(NamedTuple):
    """A part of a text, short enough for the network.

    Attributes:
        pieces: What it reads, from [CLS] to [SEP].
        tokens: The words behind it; their offsets are those of the whole text.
    """

    pieces: tuple[int, ...]
    tokens: tuple[Token, ...]


def windows(text: str, target: Iterable[Sequence[int]], pieces: WordPiece, longest: int) -> list[Window]:
    """Cut a text into one to three windows; in bounded time, however long it is.

    A text that fits is one window.  Of a longer one: its begin; if the target is not in it, what stands around the
    target's first place; and its end.
    """
    spans = orderly(target, len(text))
    room = longest - 2
    if len(text) <= _BEGIN + _END:
        tokens = pieces.tokens(text, spans)
        begin, end = tokens, tokens
    else:
        begin = _part(text, 0, _BEGIN, spans, pieces)
        end = _part(text, len(text) - _END, len(text), spans, pieces)
    parts = [_first(begin, room)]
    if len(text) <= _BEGIN + _END and len(parts[0]) == len(begin):
        return [_window(parts[0], pieces)]
    read = parts[0][-1].end if parts[0] else 0
    if spans and spans[0][0] >= read:
        parts.append(_middle(text, spans, pieces, room))
        read = max(read, parts[1][-1].end if parts[1] else 0)
    parts.append([token for token in _last(end, room) if token.start >= read])
    return [_window(part, pieces) for number, part in enumerate(parts) if part or number == 0]


def orderly(target: Iterable[Sequence[int]], length: int) -> list[tuple[int, int]]:
    """Put spans in order, without those that are empty, lie outside the text or in each other."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted((span[0], span[1]) for span in target):
        if start >= (kept[-1][1] if kept else 0) and start < end <= length:
            kept.append((start, end))
        if len(kept) == _MOST_SPANS:
            break
    return kept


def _part(text: str, start: int, end: int, spans: list[tuple[int, int]], pieces: WordPiece) -> list[Token]:
    """Cut a part of a text into pieces, with the spans that are wholly in it."""
    return pieces.tokens(text, [span for span in spans if start <= span[0] and span[1] <= end], start, end)


def _middle(text: str, spans: list[tuple[int, int]], pieces: WordPiece, room: int) -> list[Token]:
    start, end = spans[0]
    tokens = _part(text, max(0, start - _AROUND), min(len(text), end + _AROUND), spans, pieces)
    before = [token for token in tokens if token.end <= start]
    after = [token for token in tokens if token.start >= start]
    left = _last(before, room // 2)
    return left + _first(after, room - sum(len(token.pieces) for token in left))


def _first(tokens: Sequence[Token], room: int) -> list[Token]:
    taken = []
    for token in tokens:
        room -= len(token.pieces)
        if room < 0:
            break
        taken.append(token)
    return taken


def _last(tokens: Sequence[Token], room: int) -> list[Token]:
    return _first(tokens[::-1], room)[::-1]


def _window(tokens: Sequence[Token], pieces: WordPiece) -> Window:
    return Window(pieces.framed(tokens), tuple(tokens))
