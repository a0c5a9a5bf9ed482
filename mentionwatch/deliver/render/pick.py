"""Which mentions are quoted, and counts over time as a line of blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mentionwatch.output.layout import web_link
from mentionwatch.output.quotes import QUOTES, alert_quotes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mentionwatch.deliver.base import Told
    from mentionwatch.model import Mention

#: Bars of a chart: more would not fit a phone.
BARS = 48
_BLOCKS = "▁▂▃▄▅▆▇█"


def quotes(told: Told, most: int = QUOTES) -> list[Mention]:
    """What is quoted of an alert; of one that is resolved nothing, for it was told before."""
    return [] if told.notice.kind == "resolved" else alert_quotes(told.notice.alert, told.evidence, most)


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
