"""What was found: a brand in an entry, and the user's own word on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from mentionwatch.model.published import Entry
    from mentionwatch.model.tone import Label, Tone

#: What the user did with a mention.
MentionState = Literal["open", "seen", "handled", "ignored"]


@dataclass(frozen=True)
class Match:
    """A brand was found in a text."""

    brand: str
    #: The first of the brand's queries that matched, as the user wrote it.
    keyword: str
    #: Where, as [start, end) offsets in the text that was searched, in order.
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Mention:
    """One entry about one brand."""

    #: Derives from the entry and the brand.
    id: str
    #: Id of the entry; two brands in one entry are two mentions with the same one.
    entry_id: str
    brand: str
    keyword: str
    entry: Entry
    tone: Tone
    first_seen: datetime
    #: Key of what it is about: posts with their own words about one page share it, and so do copies.
    story: str
    #: How many mentions of the brand carry this text, itself included.
    copies: int = 1
    #: It was already there when its source was first polled for the brand: learned from, never alerted on.
    backlog: bool = False
    state: MentionState = "open"
    intent: str | None = None
    #: What it is about, in the user's own word.
    topic: str | None = None
    #: The user marked it as noise: it is stored, counts nowhere, and is not shown unless it is asked for.
    noise: bool = False
    #: Key of its text, the id of the entry that had it first: copies share it, and count once.  None: it counts by
    #: itself, because nobody has looked for copies.
    copy: str | None = None


@dataclass(frozen=True)
class Mark:
    """The user's own verdict on a text about a brand: it goes before any engine's, and copies of the text share it.

    What is None, the user has not spoken of.
    """

    #: Id of the mention that was marked, the last one where several copies were.
    mention: str
    #: When it was last changed.
    at: datetime
    tone: Label | None = None
    noise: bool | None = None
    intent: str | None = None
    topic: str | None = None


@dataclass(frozen=True)
class Marked:
    """A mention whose tone the user corrected or confirmed: what engines are measured on."""

    #: As the engine judged it.
    mention: Mention
    #: What the user says of its tone.
    tone: Label
