"""What others see of the accurate engine: texts in, calibrated probabilities out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from mentionwatch.errors import ToneError
from mentionwatch.tone.accurate import is_available
from mentionwatch.tone.accurate.weights import read_weights
from mentionwatch.tone.base import Scores
from mentionwatch.tone.pieces.windows import Window, windows
from mentionwatch.tone.pieces.wordpiece import WordPiece

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mentionwatch.tone.accurate.encoder import Encoder

    Spans = Sequence[tuple[int, int]]
    Odds = tuple[float, float, float]

MODEL = Path(__file__).with_name("data") / "model.bin"

#: Texts that are looked at together, pieces that are computed together, words that are tried for an explanation.
_CHUNK, _MOST_PIECES, _MOST_WORDS = 256, 1024, 40
#: What a word has to move the polarity by to be named.
_LEAST_WEIGHT = 0.02


@dataclass(frozen=True)
class _Model:
    pieces: WordPiece
    encoder: Encoder
    temperature: float
    offsets: Odds


@lru_cache(maxsize=2)
def _load(path: Path) -> _Model:
    if not is_available():
        message = "the accurate engine needs numpy: pip install 'mentionwatch[accurate]', or choose another engine"
        raise ToneError(message, missing=True)
    from mentionwatch.tone.accurate.encoder import Encoder

    weights = read_weights(path)
    settings = weights.settings
    try:
        return _Model(
            WordPiece(weights.vocabulary), Encoder(weights), settings["temperature"], tuple(settings["offsets"])
        )
    except (KeyError, ValueError, IndexError) as error:
        raise ToneError(f"the model {path} is damaged ({error!r} is missing or wrong); install it again") from error


class AccurateScorer:
    """Judges English texts by a network of its own; needs numpy."""

    name = "accurate"

    def __init__(self, path: Path = MODEL, *, explain: bool = False) -> None:
        """Nothing is loaded yet.

        Args:
            path: The model's file; another one than ours only where one was trained.
            explain: What ``score`` does where it is not told.
        """
        self._path = path
        self._explain = explain

    def score(self, text: str, *, target: Spans = (), explain: bool | None = None) -> Scores:
        """Judge a text, however long or odd, in bounded time.

        Of a text longer than about 100 words, the begin, what stands around the target's first place, and the end are
        read.

        Args:
            text: Plain text.
            target: Where the brand stands in it, as [start, end); it is judged how the text speaks of that.
            explain: Also find out which words weigh, by trying each of them: as slow as 40 texts.

        Raises:
            ToneError: numpy is not installed, or the model's file is damaged or of another version.
        """
        model = _load(self._path)
        found = windows(text, target, model.pieces, model.encoder.longest)
        odds = _odds(model, found)
        scores = _scores(model, found, odds)
        if not (self._explain if explain is None else explain):
            return scores
        words = _weigh(model, text, found, odds, scores.polarity)
        return Scores(scores.negative, scores.neutral, scores.positive, words)

    def score_many(self, texts: Iterable[tuple[str, Spans]]) -> Iterator[Scores]:
        """Judge many texts, each with its target's places, in their order; faster than one by one.

        Raises:
            ToneError: As ``score`` does.
        """
        model = _load(self._path)
        rest = iter(texts)
        while chunk := list(islice(rest, _CHUNK)):
            found = [windows(text, target, model.pieces, model.encoder.longest) for text, target in chunk]
            odds = iter(_odds(model, [window for one in found for window in one]))
            for one in found:
                yield _scores(model, one, list(islice(odds, len(one))))


def _odds(model: _Model, found: Sequence[Window]) -> list[Odds]:
    """Run the network over windows, those of one length together."""
    order = sorted(range(len(found)), key=lambda number: -len(found[number].pieces))
    odds: list[Odds] = [(0.0, 0.0, 0.0)] * len(found)
    while order:
        group = order[: max(1, _MOST_PIECES // len(found[order[0]].pieces))]
        del order[: len(group)]
        answers = model.encoder.run([found[number].pieces for number in group], model.pieces.target)
        for number, answer in zip(group, answers.tolist(), strict=True):
            odds[number] = tuple(answer)
    return odds


def _scores(model: _Model, found: Sequence[Window], odds: Sequence[Odds]) -> Scores:
    """Make probabilities of the mean log-odds of a text's windows; those that hold the target count twice."""
    weights = [2 if model.pieces.target in window.pieces else 1 for window in found]
    columns = (
        [weight * value for weight, value in zip(weights, column, strict=True)] for column in zip(*odds, strict=True)
    )
    mean = [sum(column) / sum(weights) for column in columns]
    shifted = [value / model.temperature + offset for value, offset in zip(mean, model.offsets, strict=True)]
    shares = [math.exp(value - max(shifted)) for value in shifted]
    negative, neutral, positive = (share / sum(shares) for share in shares)
    return Scores(negative, neutral, positive)


def _weigh(
    model: _Model, text: str, found: Sequence[Window], odds: Sequence[Odds], polarity: float
) -> tuple[tuple[str, float], ...]:
    """See what each word of the first window moves, on average: when it is left out, and when it stands alone.

    Leaving out alone hides two words that say the same, and turns what stands before a "but" around.
    """
    tokens = found[0].tokens
    words = [number for number, token in enumerate(tokens) if _tells(text, token.start, token.end, model, token.pieces)]
    words = words[:_MOST_WORDS]
    without = [tokens[:number] + tokens[number + 1 :] for number in words]
    alone = [tokens[number : number + 1] for number in words]
    tried = [Window(model.pieces.framed(left), left) for left in (*without, *alone, tokens[:0])]
    answers = _odds(model, tried)
    nothing = _scores(model, tried[-1:], answers[-1:]).polarity
    weights: dict[str, float] = {}
    for number, left, single in zip(words, answers[: len(words)], answers[len(words) : -1], strict=True):
        word = text[tokens[number].start : tokens[number].end]
        moved = polarity - _scores(model, found, [left, *odds[1:]]).polarity
        weight = (moved + _scores(model, tried[-1:], [single]).polarity - nothing) / 2
        weights[word] = max(weights.get(word, 0.0), weight, key=abs)
    strong = [(word, round(weight, 3)) for word, weight in weights.items() if abs(weight) >= _LEAST_WEIGHT]
    return tuple(sorted(strong, key=lambda pair: -abs(pair[1]))[:8])


def _tells(text: str, start: int, end: int, model: _Model, pieces: tuple[int, ...]) -> bool:
    """Tell whether a word can be named as a reason: no target, no bare punctuation."""
    word = text[start:end]
    return pieces != (model.pieces.target,) and (not word.isascii() or any(map(str.isalnum, word)) or len(word) > 1)
