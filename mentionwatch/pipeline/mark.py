"""The user's own verdict on mentions: it goes before every engine's, for ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mentionwatch.errors import UsageError
from mentionwatch.pipeline.search import the_only
from mentionwatch.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mentionwatch.model import Mark, Mention
    from mentionwatch.store import Store, Verdict

#: What an author can be about to do; "none": nothing of it.
INTENTS = ("purchase", "consider", "churn", "none")
#: Characters of a topic's name.
MOST_TOPIC = 80


@dataclass(frozen=True)
class Change:
    """One mention before and after it was marked."""

    before: Mention
    after: Mention
    #: What the user has said of it by now; None: nothing of the text.
    mark: Mark | None
    #: What was said before was taken back.
    cleared: bool = False

    @property
    def of_text(self) -> tuple[str, ...]:
        """What is other than before for the text, copies included, a piece each: ``tone negative, was positive``."""
        before, after = self.before, self.after
        found = [_changed("tone", before.tone.label, after.tone.label)]
        if before.tone.label == after.tone.label and before.tone.by != after.tone.by:
            # What an engine is confirmed in counts as much as what it is corrected in.
            engine = after.tone.by if self.cleared else before.tone.by
            found.append(f"tone {after.tone.label}, as {engine} had it")
        if before.noise != after.noise:
            found.append("noise" if after.noise else "noise no more")
        found += [_changed("intent", before.intent, after.intent), _changed("topic", before.topic, after.topic)]
        return tuple(filter(None, found))

    def __str__(self) -> str:
        """One line for people."""
        told = [*self.of_text]
        if told and self.after.copies > 1:
            others = self.after.copies - 1
            told[-1] += f" (its {others} {'copies' if others > 1 else 'copy'} too)"
        told += filter(None, [_changed("state", self.before.state, self.after.state)])
        taken = "the mark is taken back: " if self.cleared and told else ""
        return f"{self.after.id}: {taken}{'; '.join(told) or 'nothing changed'}"


def _changed(name: str, before: str | None, after: str | None) -> str:
    return f"{name} {after or 'unset'}, was {before or 'unset'}" if before != after else ""


def mark_mentions(store: Store, ids: Sequence[str], verdict: Verdict, *, now: datetime) -> tuple[Change, ...]:
    """Mark mentions: all of them, or none where an id is wrong.

    Args:
        store: An open store.
        ids: Ids of mentions, shortened to what is unique or whole.
        verdict: What is said of each.
        now: Present time.

    Returns:
        Each mention once, in the order given.

    Raises:
        UsageError: There is no such mention, an id fits several, or nothing is said.
    """
    if not (verdict.of_text or verdict.state or verdict.clear):
        raise UsageError(
            "say what they are: --tone, --noise, --state, --intent, --topic, or --clear to take a mark back"
        )
    with store.atomic():
        found = {one.id: one for one in (the_only(store.mentions_like(id_), id_, "mention") for id_ in ids)}
        store.mark(list(found), verdict, now=now)
        after = {id_: the_only(store.mentions_like(id_), id_, "mention") for id_ in found}
        return tuple(Change(found[id_], one, store.mark_of(one), verdict.clear) for id_, one in after.items())


def topic_name(text: str) -> str:
    """A topic as it is kept: on one line, without what no terminal is to see.

    Raises:
        UsageError: Nothing is left of it, or it is too long.
    """
    name = " ".join(clean(text).split())
    if not name or len(name) > MOST_TOPIC:
        raise UsageError(f"a topic is a name of 1 to {MOST_TOPIC} characters")
    return name
