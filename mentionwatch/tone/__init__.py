"""Tone: how a text speaks of a brand.

``rate_text`` judges one text; ``make_engine`` gives an engine to judge many.  An engine is one file; TextBlob is the
only one so far, and what "auto" means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mentionwatch.settings import ToneSettings
from mentionwatch.tone.textblob import TextBlobEngine

if TYPE_CHECKING:
    from mentionwatch.model import Tone

__all__ = ["Engine", "make_engine", "rate_text"]


class Engine(Protocol):
    """Something that judges texts."""

    @property
    def name(self) -> str:
        """What stands in ``Tone.by``, such as "textblob"."""
        ...

    def rate(
        self, text: str, *, target: str | None = None, rating: float | None = None, language: str | None = None
    ) -> Tone:
        """Judge how a text speaks of the target; any text, however long or odd, is judged in bounded time.

        Args:
            text: Plain text; title and body together.
            target: The brand as it stands in the text.
            rating: Stars that came with the text, 1 to 5; anything else counts as none.
            language: BCP 47 tag of the text, as far as it is known.

        Returns:
            Label "unknown" where the engine does not know the language and there are no stars.
        """
        ...


def make_engine(settings: ToneSettings) -> Engine:
    """Make the engine that the settings name; cheap, for what is slow is loaded with the first text."""
    return TextBlobEngine(neutral_band=settings.neutral_band)


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
