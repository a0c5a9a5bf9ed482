"""Comparisons: what a sentence says of a brand by setting it against another, before any word of it is weighed.

"Moved from Acme to Globex and never been happier" has one happy word and is bad news for Acme.  Every pattern is tried
on one sentence at a time, in which the brand stands as one character and every other known name as another; gaps are
counted in words, so that no pattern takes longer than the length of the sentence times a small number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mentionwatch.tone.clauses import holds, sentences
from mentionwatch.tone.comparisons import BRAND, DECIDED, MOVES, OTHER, compiled, first_match, folded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mentionwatch.model import Label

Span = tuple[int, int]

#: Longer sentences, and sentences beyond these, are not looked at.
_LONGEST, _MOST = 600, 40
#: Characters after a move that are looked through for regrets, and of a comparison that are quoted.
_AFTER, _SHOWN = 160, 80
_WORD = re.compile(r"\w")


@dataclass(frozen=True)
class Verdict:
    """What a comparison says of the brand."""

    #: None: the part decides, see `part`.
    label: Label | None
    #: The words of the text that say so.
    words: str
    #: What it says besides; what its tone is decides where there is no label, and changes the label where it is the
    #: opposite of it.  Empty: nothing does.
    part: tuple[Span, ...] = ()
    #: The part speaks of the other: its tone is turned around.
    turned: bool = False
    #: Other sentences about the brand: where they say the opposite, both are weighed.
    beside: tuple[Span, ...] = ()
    #: The brand is what somebody moved to: the sentences that follow go on about it.
    is_arrival: bool = False


#: Sides of a contrast, and what is so of the brand unless the part says the opposite.
_CONTRASTS: tuple[tuple[str, bool, Label | None], ...] = (
    (r"unlike T+\s*,", True, "negative"),
    (r"unlike T+\W*$", True, "negative"),
    (r"unlike X\s*,", False, "positive"),
    ("(?:compared? (?:to|with)|in (?:comparison|contrast) (?:to|with)|next to) T", True, None),
)
#: One of them stands in what the patterns above find.
_SETS_APART = ("unlike", "compare", "comparison", "contrast", "next")
_REGRET = (
    r"(?:(?:big|huge|terrible|biggest|worst) (?:mistake|decision)|regret(?:s|ted|ting)?|mistake|nightmare|disaster|"
    r"downgrade|step (?:down|back)|wish i had(?:n['’]t|\s+not|\s+stayed)|(?:going|went|go|came|come) [right] back|"
    r"(?:moved|switched) back|i miss|worse)"
)
_NO_REGRET = re.compile(r"(?:\b(?:no|never|not|without|zero|any)|n['’]t)(?:\s+\w+)?\s*$", re.IGNORECASE)
#: Speaks of moving, and not of having moved.
_GUIDE = (
    r"(?:how (?:to|do|can|did|would|should)|guide|tutorial|script|tool (?:to|for)|steps? (?:to|for)|webinar|"
    r"to (?:migrate|move|switch|transfer|convert|import) ..6 from)"
)
_WANTS_OUT = (
    r"(?:thinking (?:of|about)|considering|consider|planning (?:to|on)|about to|ready to|time to|wants? to|wanted to|"
    r"going to|gonna|tempted to|looking to|need to|have to|might|will) "
    r"(?:(?:switch|mov|migrat|leav|ditch|dump|cancel|drop)\w*|get rid of|get away from) [away] [from] T"
)
#: One of them stands in what the pattern above finds.
_LEAVES = ("switch", "mov", "migrat", "leav", "ditch", "dump", "cancel", "drop", "rid", "away")
_ASKS = (
    r"(?:is|are|was|were|do|does|did|has|have|should|would|will|can|could|which|what|who|how|any(?:one|body)?|"
    r"someone|somebody|thoughts|vs|versus|or|should i)"
)
_CHOICE = r"(?:T,? (?:or|vs\.?|versus) [the|my] X|(?:or|vs\.?|versus) T)"
_WHY = r"(?:why|how come|how (?:is|can) it)"


def find_verdict(text: str, brand: Sequence[Span], others: Sequence[Span] = ()) -> Verdict | None:
    """Find what comparisons say of a brand.

    Args:
        text: The text.
        brand: Where the brand stands, as [start, end), in order and apart from each other.
        others: Where other known names stand; what overlaps the brand is passed over.

    Returns:
        None where nothing is compared, or two comparisons disagree.
    """
    if not brand:
        return None
    read = [(sentence, verdict) for sentence in _marked(text, brand, others) if (verdict := _read(sentence))]
    labels = {verdict.label for _, verdict in read}
    if "neutral" in labels and len(labels) > 1:
        read = [(sentence, verdict) for sentence, verdict in read if verdict.label != "neutral"]
        labels.discard("neutral")
    if len(labels) != 1:
        return None
    verdict = read[0][1]
    if verdict.part or verdict.label == "neutral":
        return verdict
    compared = {(sentence.at[0], sentence.at[-1]) for sentence, _ in read}
    goes_on = read[-1][0].at[-1] if all(verdict.is_arrival for _, verdict in read) else len(text)
    return replace(verdict, beside=_beside(text, compared, goes_on, brand, others))


def _beside(
    text: str, compared: set[Span], goes_on: int, brand: Sequence[Span], others: Sequence[Span]
) -> tuple[Span, ...]:
    """The sentences about the brand that compare nothing: those that name it alone, and what follows a move to it."""
    found: list[Span] = []
    is_ours = False
    for start, end in sentences(text):
        ours, theirs = holds((start, end), brand), holds((start, end), others)
        is_ours = (is_ours or start == goes_on) and not theirs
        if (start, end) not in compared and not theirs and (ours or is_ours):
            found.append((start, end))
    return tuple(found)


@dataclass(frozen=True)
class _Sentence:
    """A sentence with marks in place of names, and how to get back."""

    marked: str
    #: Offset in the marked sentence -> offset in the text, for each of its characters and its end.
    at: tuple[int, ...]
    text: str

    def words(self, match: re.Match[str]) -> str:
        """The piece of the text that a piece of the marked sentence stands for, on one line."""
        shown = " ".join(self.text[self.at[match.start()] : self.at[match.end()]].split()).strip(" ,.;:!?")
        return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"

    def around(self, match: re.Match[str]) -> tuple[Span, ...]:
        """The sentence without a piece."""
        return self._filled((self.at[0], self.at[match.start()]), (self.at[match.end()], self.at[-1]))

    def beside(self) -> tuple[Span, ...]:
        """The text without the sentence."""
        return self._filled((0, self.at[0]), (self.at[-1], len(self.text)))

    def after(self, match: re.Match[str]) -> str:
        """What is told afterwards, for two sentences or so."""
        return self.marked[match.end() :] + self.text[self.at[-1] : self.at[-1] + _AFTER]

    def _filled(self, *pieces: Span) -> tuple[Span, ...]:
        return tuple(piece for piece in pieces if _WORD.search(self.text, *piece))


def _marked(text: str, brand: Sequence[Span], others: Sequence[Span]) -> Iterator[_Sentence]:
    """The sentences that name the brand, and what follows the first of them for regrets."""
    names = sorted([(start, end, BRAND) for start, end in brand])
    names += [(a, b, OTHER) for a, b in others if not any(a < end and start < b for start, end, _ in names)]
    names.sort()
    seen = 0
    for start, end in sentences(text):
        inside = [name for name in names if start <= name[0] and name[1] <= end]
        if end - start > _LONGEST or not any(mark == BRAND for *_, mark in inside):
            continue
        seen += 1
        if seen > _MOST:
            return
        yield _mark(text, start, end, inside)


def _mark(text: str, start: int, end: int, names: Sequence[tuple[int, int, str]]) -> _Sentence:
    marked: list[str] = []
    at: list[int] = []
    place = start
    for a, b, mark in (*names, (end, end, "")):
        if a < place:
            continue
        marked.append(text[place:a].replace(BRAND, " ").replace(OTHER, " "))
        at += range(place, a)
        if mark:
            marked.append(mark)
            at.append(a)
        place = b
    return _Sentence("".join(marked), (*at, end), text)


def _read(sentence: _Sentence) -> Verdict | None:
    """What one sentence says."""
    marked = sentence.marked
    if "?" in marked[-4:] and not compiled(_WHY).search(marked):
        return _asked(sentence)
    found = first_match(DECIDED, marked)
    if found:
        return Verdict(found[1], sentence.words(found[0]))
    return _leaving(sentence) or _moved(sentence) or _contrasted(sentence)


def _asked(sentence: _Sentence) -> Verdict | None:
    """A question compares without saying which is better; that somebody thinks of leaving is said by asking too."""
    leaving, marked = _leaving(sentence), sentence.marked
    if leaving or not compiled(_ASKS).search(marked):
        return leaving
    found = first_match((*DECIDED, *MOVES), marked)
    match = found[0] if found else compiled(_CHOICE).search(marked)
    return Verdict("neutral", sentence.words(match), part=sentence.beside()) if match else None


def _leaving(sentence: _Sentence) -> Verdict | None:
    lowered = folded(sentence.marked)
    if not any(verb in lowered for verb in _LEAVES):
        return None
    match = compiled(_WANTS_OUT).search(sentence.marked)
    return Verdict("negative", sentence.words(match)) if match else None


def _moved(sentence: _Sentence) -> Verdict | None:
    """Who moves to a brand chose it, unless it is regretted."""
    found = first_match(MOVES, sentence.marked)
    if found is None or compiled(_GUIDE).search(sentence.marked):
        return None
    match, label = found
    if _is_regretted(sentence.marked[: match.start()]) or _is_regretted(sentence.after(match)):
        return Verdict("positive" if label == "negative" else "negative", sentence.words(match))
    return Verdict(label, sentence.words(match), is_arrival=label == "positive")


def _is_regretted(marked: str) -> bool:
    return any(not _NO_REGRET.search(marked, 0, at.start()) for at in compiled(_REGRET).finditer(marked))


def _contrasted(sentence: _Sentence) -> Verdict | None:
    """Unlike Acme, Globex …: what is said of the one is not so of the other."""
    lowered = folded(sentence.marked)
    if not any(word in lowered for word in _SETS_APART):
        return None
    for pattern, turned, label in _CONTRASTS:
        match = compiled(pattern).search(sentence.marked)
        if match is None:
            continue
        # With "turned" the brand is what the others are held against; else it has to be what the clause is about.
        named = BRAND in sentence.marked[: match.start()] + sentence.marked[match.end() :]
        if named != turned:
            return Verdict(label, sentence.words(match), sentence.around(match), turned=turned)
    return None
