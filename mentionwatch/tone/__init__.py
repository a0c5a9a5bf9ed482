"""Tone: how a text speaks of a brand.

``rate_text`` judges one text; ``make_engine`` gives an engine to judge many.

An engine is a model, which knows English texts only (``base.Scorer``: ``small/``, ``accurate/``), with
everything around it (``judge.py``): the language (``language.py``), the user's words (``user_words.py``), comparisons
(``compare.py``), the part about the brand (``towards.py``), the stars (``stars.py``).  TextBlob (``textblob.py``) is an
engine of its own, with the language, the user's words and the stars.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mentionwatch.errors import ToneError
from mentionwatch.settings import ToneSettings
from mentionwatch.tone.judge import Judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mentionwatch.model import Tone

__all__ = ["Engine", "make_engine", "rate_text"]


class Engine(Protocol):
    """Something that judges texts."""

    @property
    def name(self) -> str:
        """What stands in ``Tone.by``, such as "textblob"."""
        ...

    def rate(
        self,
        text: str,
        *,
        target: str | None = None,
        rating: float | None = None,
        language: str | None = None,
        spans: Sequence[tuple[int, int]] = (),
    ) -> Tone:
        """Judge how a text speaks of the target; any text, however long or odd, is judged in bounded time.

        Args:
            text: Plain text; title and body together.
            target: The brand as it stands in the text.
            rating: Stars that came with the text, 1 to 5; anything else counts as none.
            language: BCP 47 tag of the text, as far as it is known.
            spans: Where the brand stands in the text, as [start, end); beside where its names stand.

        Returns:
            Label "unknown" where the engine does not know the language and there are no stars.
        """
        ...


def make_engine(
    settings: ToneSettings, *, entities: Mapping[str, Iterable[str]] | Iterable[str] = (), explain: bool = False
) -> Engine:
    """Make the engine that the settings name; cheap, for what is slow is loaded with the first text.

    Args:
        settings: Which engine, and the user's own words.
        entities: What is known by name, brands and competitors: names, each of a thing of its own, or for each thing
            what else it is called (``{"Acme": ["acmectl"]}``).
        explain: Find all the words that weigh, where a model gives none or some at its speed: 10 to 40 times slower.

    Raises:
        ToneError: The engine needs what is not installed.
    """
    if settings.engine == "textblob":
        from mentionwatch.tone.textblob import TextBlobEngine

        return TextBlobEngine(neutral_band=settings.neutral_band, words=settings.words)
    return _judge(settings, entities, explain=explain)


def _judge(settings: ToneSettings, entities: Mapping[str, Iterable[str]] | Iterable[str], *, explain: bool) -> Judge:
    from mentionwatch.tone import accurate
    from mentionwatch.tone.small import SmallScorer

    if settings.engine == "accurate":
        if not accurate.is_available():
            raise ToneError(
                "the accurate engine needs numpy: pip install 'mentionwatch[accurate]', or choose another engine",
                missing=True,
            )
        return Judge(accurate.AccurateScorer(explain=explain), parts=False, words=settings.words, entities=entities)
    better = accurate.AccurateScorer() if accurate.is_available() else None
    return Judge(SmallScorer(explain=explain), better=better, words=settings.words, entities=entities)


def rate_text(
    text: str,
    *,
    target: str | None = None,
    rating: float | None = None,
    language: str | None = None,
    settings: ToneSettings | None = None,
) -> Tone:
    """Judge one text; any text, however long or odd, is judged in bounded time.

    Args:
        text: Plain text; title and body together.
        target: The brand as it stands in the text: what its own name says is not judged.
        rating: Stars that came with the text, 1 to 5; anything else counts as none.
        language: BCP 47 tag of the text, as far as it is known.
        settings: Engine and neutral band; None: the defaults.

    Returns:
        Label, polarity in [-1, 1] and confidence in [0, 1].  The label is "unknown", and both numbers are None, where
        the engine does not know the language and there are no stars.
    """
    return make_engine(settings or ToneSettings()).rate(text, target=target, rating=rating, language=language)
