"""Which mentions are quoted: one rule for alerts on the screen, messages and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mentionwatch.output.layout import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mentionwatch.model import Alert, Mention

#: Quotes of an alert, or of a section of a report.
QUOTES = 5
#: How sure the engine is, in steps: within one, how bad it is decides.
_STEPS = 5


def alert_quotes(alert: Alert, evidence: Iterable[Mention], most: int = QUOTES) -> list[Mention]:
    """The worst mentions behind an alert, as ``pick_quotes`` picks them.

    An alert about negative mentions quotes only those; others quote them before the rest.
    """
    return pick_quotes(evidence, most, only_negative=alert.kind == "negative")


def pick_quotes(mentions: Iterable[Mention], most: int = QUOTES, *, only_negative: bool = True) -> list[Mention]:
    """The worst of some mentions, the worst first: most confident, each of another author and text.

    Different stories first; where there are not enough of them, others with words of their own about the same story.
    A mention without an author counts as an author of its own.
    """
    able = [m for m in mentions if not m.noise and (m.tone.label == "negative" or not only_negative)]
    ranked = sorted((m for m in able if excerpt(m.entry)), key=_badness)
    picked: list[Mention] = []
    for apart in (True, False):
        for mention in ranked:
            if len(picked) >= most:
                break
            if not any(_alike(mention, other, stories=apart) for other in picked):
                picked.append(mention)
    return sorted(picked, key=_badness)


def _alike(mention: Mention, other: Mention, *, stories: bool) -> bool:
    """The same person, the same text, or the same story where that counts."""
    if mention.id == other.id:
        return True
    author, name = mention.entry.author, other.entry.author
    if author and name and author.casefold() == name.casefold():
        return True
    if mention.copy is not None and mention.copy == other.copy:
        return True
    return stories and mention.story == other.story


def _badness(mention: Mention) -> tuple[bool, int, float, str]:
    tone = mention.tone
    sure, polarity = tone.confidence, tone.polarity
    # An older store, or a stranger's, can hold any number, and one that is none would leave the order to chance.
    steps = int(sure * _STEPS) if sure is not None and 0 <= sure <= 1 else 0
    return (tone.label != "negative", -steps, polarity if polarity is not None and polarity <= 1 else 1.0, mention.id)
