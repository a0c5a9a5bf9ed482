"""Which mentions are quoted, and counts over time as a line of blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mentionwatch.output.layout import excerpt, web_link

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mentionwatch.deliver.base import Told
    from mentionwatch.model import Mention

#: Quotes of an alert.
QUOTES = 5
#: Bars of a chart: more would not fit a phone.
BARS = 48
_BLOCKS = "▁▂▃▄▅▆▇█"
#: How sure the engine is, in steps: within one, how bad it is decides.
_STEPS = 5


def quotes(told: Told, most: int = QUOTES) -> list[Mention]:
    """The worst mentions behind an alert, as ``worst`` picks them.

    An alert about negative mentions quotes only those; others quote them before the rest.  What is resolved quotes
    nothing: it was told before.
    """
    if told.notice.kind == "resolved":
        return []
    return worst(told.evidence, most, only_negative=told.notice.alert.kind == "negative")


def worst(mentions: Iterable[Mention], most: int = QUOTES, *, only_negative: bool = True) -> list[Mention]:
    """The worst of some mentions, the worst first: most confident, each of another author and text.

    Different stories first; where there are not enough of them, others with words of their own about the same story.
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
    sure = int((tone.confidence or 0.0) * _STEPS)
    return (tone.label != "negative", -sure, 1.0 if tone.polarity is None else tone.polarity, mention.id)


def links(told: Told, quoted: Iterable[Mention]) -> list[str]:
    """Links to the mentions that are not quoted, oldest first, each once."""
    if told.notice.kind == "resolved":
        return []
    known = {mention.id for mention in quoted}
    aged = sorted(told.evidence, key=lambda m: (m.entry.published or m.first_seen, m.id))
    found = (web_link(m.entry.url) for m in aged if m.id not in known and not m.noise)
    return list(dict.fromkeys(link for link in found if link))


def bars(told: Told, most: int = BARS) -> tuple[int, ...]:
    """The counts in at most `most` equal groups, oldest first; empty where there is nothing to show."""
    counts = [max(0, count) for count in told.counts]
    if not any(counts):
        return ()
    return tuple(_grouped(counts, -(-len(counts) // most)))


def _grouped(counts: Sequence[int], size: int) -> Iterator[int]:
    # From the end, so that the last group, which matters most, is whole.
    first = len(counts) % size
    if first:
        yield sum(counts[:first])
    for start in range(first, len(counts), size):
        yield sum(counts[start : start + size])


def sparkline(told: Told) -> str:
    """The counts as blocks, scaled to the highest; "" where there is nothing to show."""
    shown = bars(told)
    top = max(shown, default=0)
    # What is above 0 looks so, however low.
    return "".join(_BLOCKS[-(-n * (len(_BLOCKS) - 1) // top)] for n in shown)
