"""The charts of a report's page, as SVG that stands in it.

Places from left to right are percentages, so that a chart is as wide as the screen and its numbers stay readable on a
phone.  What colour says is said by a number, a pattern or a table too.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from mentionwatch.output.report.words import bar_blind, bar_days
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mentionwatch.output.report.base import Bar, Portion

#: Pixels: numbers above the bars, the highest bar, dates below.
_ABOVE, _HIGH, _BELOW = 16, 100, 20
#: A bar is no wider than this, in percent.
_WIDEST = 12.5
#: As many bars have both numbers above them, or the negative one alone: on a phone, and elsewhere.
_BOTH, _PHONE, _ONE = 10, 16, 31
#: Once in a page: what blind spots are hatched with.
PATTERN = (
    '<svg class="pattern" aria-hidden="true"><defs><pattern id="blind" width="5" height="5" '
    'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="hatch" x1="0" y1="0" x2="0" y2="5"/>'
    "</pattern></defs></svg>"
)


def bar_chart(bars: Sequence[Bar], label: str) -> str:
    """Negative mentions at the foot, the others above, hatched where a source was blind."""
    top = max((bar.total for bar in bars), default=0)
    step = min(100 / len(bars), _WIDEST)
    drawn = "".join(part for place, bar in enumerate(bars) for part in _bar(bar, place * step, step, top, len(bars)))
    foot = _ABOVE + _HIGH
    axis = f'<line class="axis" x1="0" x2="100%" y1="{foot}" y2="{foot}"/>'
    dates = "".join(_dates(bars, step))
    return f'<svg role="img" aria-label="{escape(one_line(label))}" height="{foot + _BELOW}">{drawn}{axis}{dates}</svg>'


def _bar(bar: Bar, left: float, step: float, top: int, bars: int) -> Iterator[str]:
    told = f"{bar_days(bar)}: {bar.negative:,} negative of {bar.total:,}"
    if bar.unknown:
        told += f", {bar.unknown:,} not judged"
    told = "; ".join(filter(None, (told, one_line(bar_blind(bar)))))
    yield f"<g><title>{escape(told)}</title>"
    if bar.blind:
        yield f'<rect fill="url(#blind)" x="{left:.2f}%" y="{_ABOVE}" width="{step:.2f}%" height="{_HIGH}"/>'
    wide, inner = step * 0.8, left + step * 0.1
    foot = float(_ABOVE + _HIGH)
    for name, count in (("bad", bar.negative), ("other", bar.other), ("unknown", bar.unknown)):
        high = count * _HIGH / top if top else 0.0
        if count:
            # What is there is seen, however little it is.
            foot -= high
            shown = max(high, 1.5)
            yield f'<rect class="{name}" x="{inner:.2f}%" y="{foot:.1f}" width="{wide:.2f}%" height="{shown:.1f}"/>'
    if bar.total and bars <= _ONE:
        both = bars <= _BOTH
        number = f"{bar.negative:,}/{bar.total:,}" if both else f"{bar.negative:,}" if bar.negative else ""
        # Many numbers have no room on a phone; the table has them.
        style = "bad" if bars <= _PHONE else "bad wide-only"
        middle = left + step / 2
        yield f'<text class="{style}" text-anchor="middle" x="{middle:.2f}%" y="{foot - 4:.1f}">{number}</text>'
    yield "</g>"


def _dates(bars: Sequence[Bar], step: float) -> Iterator[str]:
    every = range(len(bars)) if len(bars) <= _BOTH else sorted({0, len(bars) // 2, len(bars) - 1})
    years = bars[0].first.year != bars[-1].last.year
    for place in every:
        date = bars[place].first
        shown = date.isoformat() if years and len(bars) > _BOTH else f"{date:%m-%d}"
        anchor, at = "middle", (place + 0.5) * step
        if len(bars) > _BOTH and place in {0, len(bars) - 1}:
            anchor, at = ("start", 0.0) if place == 0 else ("end", (place + 1) * step)
        yield f'<text text-anchor="{anchor}" x="{at:.2f}%" y="{_ABOVE + _HIGH + 14}">{shown}</text>'


def share_chart(share: Portion, label: str, *, sure: bool) -> str:
    """A share as a dot with its interval, from 0 to 100 %; the dot is hollow where there are too few."""
    lines = "".join(
        f'<line class="axis" x1="{at}%" x2="{at}%" y1="3" y2="17"/>' for at in (0, 25, 50, 75, 100)
    )  # fmt: skip
    base = '<line class="axis" x1="0" x2="100%" y1="10" y2="10"/>'
    drawn = ""
    if share.value is not None and share.interval is not None:
        low, high = (100 * end for end in share.interval)
        dot = "bad" if sure else "hollow"
        drawn = (
            f'<rect class="span" x="{low:.2f}%" y="6" width="{high - low:.2f}%" height="8" rx="4"/>'
            f'<circle class="{dot}" cx="{100 * share.value:.2f}%" cy="10" r="5"/>'
        )
    return f'<svg role="img" aria-label="{escape(one_line(label))}" height="20">{lines}{base}{drawn}</svg>'
