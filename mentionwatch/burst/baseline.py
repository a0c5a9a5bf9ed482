"""What is usual for a brand, as it is kept from poll to poll."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta, timezone
from math import isfinite
from typing import TYPE_CHECKING, Any

from mentionwatch.burst.tally import HOUR

if TYPE_CHECKING:
    from collections.abc import Mapping

#: With polls every other day or more often, sightings are needed this far back at the most; `Baseline.since` is exact.
LOOKBACK = timedelta(hours=98)
#: Windows looked at, in hours.
WINDOWS = (1, 2, 4, 8, 16, 32)


@dataclass(frozen=True)
class Blocks:
    """How unevenly the mentions come, negative ones or all: one window length, aligned blocks of it."""

    #: Decayed sum of squared residuals over their expectation, and the decayed number of blocks.
    residuals: float = 0.0
    blocks: float = 0.0
    #: The block that is not complete yet: negatives seen and expected.
    seen: float = 0.0
    expected: float = 0.0


@dataclass(frozen=True)
class Baseline:
    """What is usual for a brand.  A few kB, whatever the history.

    ``find_burst`` and ``advance`` need all sightings first seen at or after `since`.
    """

    #: The first hour since 1970 that is not folded yet.
    folded: int
    #: When it was last advanced, in seconds since 1970; what is first seen later and belongs to a folded hour is late.
    advanced: float
    #: First hour that anything is known of.
    start: int
    #: Decayed negatives (hours winsorised), seasonal hours, and negatives and totals for the share.
    negatives: float = 0.0
    hours: float = 0.0
    share_negatives: float = 0.0
    share_total: float = 0.0
    #: Decayed mentions of any tone, known or not (hours winsorised).
    mentions: float = 0.0
    #: Decayed mentions and hours per hour of the day and per day of the week (UTC; day 0 is a Thursday).
    hour_totals: tuple[float, ...] = (0.0,) * 24
    hour_hours: tuple[float, ...] = (0.0,) * 24
    day_totals: tuple[float, ...] = (0.0,) * 7
    day_hours: tuple[float, ...] = (0.0,) * 7
    #: Relative rates (mean 1) as of the last midnight that was folded.
    season_hours: tuple[float, ...] = (1.0,) * 24
    season_days: tuple[float, ...] = (1.0,) * 7
    #: One for each of WINDOWS.
    blocks: tuple[Blocks, ...] = (Blocks(),) * len(WINDOWS)
    #: The same for mentions of any tone.
    crowd: tuple[Blocks, ...] = (Blocks(),) * len(WINDOWS)
    #: Decayed mentions per source (the largest ones).
    sources: Mapping[str, float] = field(default_factory=dict)
    #: (hour, share): before this hour, sources that make up this share of all mentions told nothing.
    steps: tuple[tuple[int, float], ...] = ()

    @property
    def since(self) -> datetime:
        """From when on sightings are needed, by ``first_seen``."""
        return datetime.fromtimestamp(self.folded * HOUR, timezone.utc)

    def is_ahead(self, now: datetime) -> bool:
        """Whether it was advanced under a clock that was far ahead: what it holds was not over for long, or is not yet.

        With a day more or less it goes on by itself.
        """
        return self.folded * HOUR > now.timestamp() - 24 * HOUR

    def to_json(self) -> str:
        """Write it as one line of JSON; ``from_json`` gives it back exactly."""
        return json.dumps({"schema": 2, **asdict(self)}, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Baseline:
        """Read what ``to_json`` wrote.

        Raises:
            ValueError: The text is damaged, or is something else.
        """
        try:
            return _read_baseline(json.loads(text))
        except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as e:
            raise ValueError(f"this is no baseline: {e}") from e


def _number(value: Any) -> float:
    # bool is an int to Python, and NaN would poison every later sum
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value) or value < 0:
        raise ValueError(f"{value!r} is no count")
    return float(value)


def _numbers(values: Any, n: int) -> tuple[float, ...]:
    if not isinstance(values, list) or len(values) != n:
        raise ValueError(f"a list of {n} numbers was expected")
    return tuple(_number(v) for v in values)


def _counts(value: Any) -> dict[str, float]:
    if not isinstance(value, dict):
        raise ValueError("names with numbers were expected")  # noqa: TRY004 - from_json promises ValueError
    return {name: _number(n) for name, n in value.items()}


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**8:
        raise ValueError(f"{value!r} is no hour")
    return value


def _read_baseline(data: Any) -> Baseline:
    if not isinstance(data, dict) or data.pop("schema", None) != 2:
        raise ValueError("it is not of schema 2")
    if set(data) != {f.name for f in fields(Baseline)}:
        raise ValueError("its fields are others")
    for name in ("advanced", "negatives", "hours", "share_negatives", "share_total", "mentions"):
        data[name] = _number(data[name])
    for name in ("hour_totals", "hour_hours", "season_hours"):
        data[name] = _numbers(data[name], 24)
    for name in ("day_totals", "day_hours", "season_days"):
        data[name] = _numbers(data[name], 7)
    data["folded"], data["start"] = _whole(data["folded"]), _whole(data["start"])
    for name in ("blocks", "crowd"):
        if len(data[name]) != len(WINDOWS):
            raise ValueError("its windows are others")
        data[name] = tuple(Blocks(**_counts(b)) for b in data[name])
    data["sources"] = _counts(data["sources"])
    data["steps"] = tuple((_whole(hour), _number(share)) for hour, share in data["steps"])
    return Baseline(**data)
