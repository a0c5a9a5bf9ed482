"""Why a mention is what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from mentionwatch.model.alert import Alert
    from mentionwatch.model.mention import Mark, Mention
    from mentionwatch.model.tone import Tone


@dataclass(frozen=True)
class Finding:
    """What of a mention was looked for."""

    #: The query that finds it now, else the one that found it.
    keyword: str
    #: What was searched, and where the query stands in it, as [start, end) offsets.
    text: str
    spans: tuple[tuple[int, int], ...] = ()
    #: Why the brand's present queries do not find it, as a sentence; None: they do.
    lost: str | None = None


#: Whether a mention counts in a burst: "counts" as a negative one; or why not.
CountReason = Literal[
    "counts", "author", "not-negative", "unsure", "backlog", "undated", "unknown", "copy", "noise", "unwatched"
]


@dataclass(frozen=True)
class Counting:
    """How the burst detector takes a mention."""

    reason: CountReason
    #: The same as a sentence.
    why: str
    #: When it is taken to have been published; None where it counts for nothing.
    at: datetime | None = None
    #: Every window that it could stand in has ended.
    past: bool = False
    #: The brand is still being learned: no burst is looked for.
    learning: bool = False

    @property
    def counts(self) -> bool:
        """Whether it counts as a negative mention."""
        return self.reason == "counts"


@dataclass(frozen=True)
class Explanation:
    """Why a mention is what it is."""

    mention: Mention
    finding: Finding
    #: What the engine said, which a mark goes before.
    judged: Tone
    mark: Mark | None
    #: The other mentions of the brand with this text, the oldest first; some hundreds at most.
    copies: tuple[Mention, ...]
    #: Its text was seen before, in this mention; None: it was the first, or that one is not stored any more.
    copy_of: Mention | None
    #: Other mentions of the brand with words of their own about the same page; some hundreds at most.
    story: tuple[Mention, ...]
    #: Hosts (or sources) where text or story were seen, its own first.
    places: tuple[str, ...]
    counting: Counting
    #: Alerts that rest on it, the latest first.
    alerts: tuple[Alert, ...]
