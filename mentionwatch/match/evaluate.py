"""Evaluation of a tree over a subject: what made it true, and where."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mentionwatch.match import fields
from mentionwatch.match.patterns import find_pattern
from mentionwatch.match.spelling import Spelling, domain_of, spellings, to_ascii
from mentionwatch.match.tree import And, Field, Literal, Near, Node, Not, Or, Regex, Term
from mentionwatch.match.words import APOSTROPHES, IGNORED, SOLO, marks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mentionwatch.match.subject import Index, Span, Subject

#: [start, end) in order, without overlaps.
Spans = tuple[tuple[int, int], ...]

# No letter or digit right before or after a literal, but of scripts that have no words to be inside of.
_LETTER = rf"(?:[^\W_{SOLO}])"
_HIDDEN = f"[{IGNORED}]*"
#: Marks and hidden characters on one letter that are looked at; no writing has more.
_MOST_MARKS = 40
_HIDES = re.compile(f"[{IGNORED}]")


class Hit(NamedTuple):
    """One place where something stands."""

    #: Its first and last word in the text; halves for what stands between words.
    first: float
    last: float
    #: [start, end) offsets in the text.
    start: int
    end: int


class Evaluation:
    """Evaluates queries over one subject."""

    def __init__(
        self, subject: Subject, find: Callable[..., list[Span]] = find_pattern, *, exact_case: bool = False
    ) -> None:
        """Keep what queries are evaluated over.

        Args:
            subject: The text, and what it belongs to.
            find: How expressions are looked for.
            exact_case: Words match in the case they are written in.
        """
        self.subject = subject
        self._find = find
        self._exact_case = exact_case

    def spans(self, node: Node, index: Index | None = None) -> Spans | None:
        """Give what made a tree true; None when it is not.

        Args:
            node: The tree.
            index: What is searched; None: the whole text.
        """
        found = self._evaluate(node, self.subject.whole if index is None else index, negated=False)
        return None if found is None else merge(found)

    def _evaluate(self, node: Node, index: Index, *, negated: bool) -> list[Span] | None:
        """Give the spans that make the node true, none for an absence; None when it is false.

        Negation is carried down (De Morgan), so that ``NOT NOT acme`` has its spans too.
        """
        if isinstance(node, Not):
            return self._evaluate(node.part, index, negated=not negated)
        if not isinstance(node, (And, Or)):
            found = self._field(node) if isinstance(node, Field) else self._leaf(node, index)
            if negated:
                return [] if found is None else None
            return found
        every = isinstance(node, And) != negated
        spans: list[Span] = []
        matched = False
        for part in node.parts:
            found_here = self._evaluate(part, index, negated=negated)
            if found_here is None:
                if every:
                    return None
                continue
            matched = True
            spans.extend(found_here)
        return spans if matched else None

    def _leaf(self, node: Term | Literal | Regex | Near, index: Index) -> list[Span] | None:
        return [(hit.start, hit.end) for hit in self._hits(node, index)] or None

    def _field(self, node: Field) -> list[Span] | None:
        """Evaluate a field: its spans in the whole text, none for what does not stand there; None when it is false."""
        subject, part = self.subject, node.part
        if part is None:
            return [] if fields.holds(node, subject) else None
        if node.name == "title":
            return self._evaluate(part, subject.title, negated=False) if subject.entry else None
        if node.name == "text":
            body, offset = subject.body
            found = self._evaluate(part, body, negated=False) if subject.entry else None
            return None if found is None else [(start + offset, end + offset) for start, end in found]
        if node.name == "url":
            return self._links(part)
        if node.name == "site":
            return [] if self._is_at(part) else None
        value = fields.text_of(node, subject)
        return [] if value is not None and self._stands_in(part, value) else None

    def _stands_in(self, part: Node, text: str) -> bool:
        return self._evaluate(part, fields.plain_index(text), negated=False) is not None

    def _links(self, part: Node) -> list[Span] | None:
        """Look into the links of the text, which are the spans, and into the entry's own."""
        subject = self.subject
        own = subject.entry.url if subject.entry else None
        matched = own is not None and self._stands_in(part, fields.readable(own))
        spans = []
        for start, end in subject.whole.regions.links:
            if self._stands_in(part, fields.readable(subject.whole.text[start:end])):
                spans.append((start, end))
                matched = True
        return spans if matched else None

    def _is_at(self, part: Node) -> bool:
        """Whether the entry's host fits: a host with what is under it, a word of it, or whatever fits its name."""
        host = fields.host_of(self.subject)
        if not host:
            return False
        if isinstance(part, (And, Or)):
            return (all if isinstance(part, And) else any)(self._is_at(one) for one in part.parts)
        if isinstance(part, Not):
            return not self._is_at(part.part)
        name = domain_of(part) if isinstance(part, Term) else None
        return is_under(host, name) if name else self._stands_in(part, host)

    # --- where things stand -----------------------------------------------------------------------------------

    def _hits(self, node: Node, index: Index) -> list[Hit]:
        if isinstance(node, Term):
            return self._term(node, index)
        if isinstance(node, Literal):
            return _literal(node.text, index)
        if isinstance(node, Regex):
            found = self._find(node.pattern, index.text, ignore_case=node.ignore_case)
            return [_hit(index, *span) for span in found]
        if isinstance(node, Near):
            return _near(self._hits(node.left, index), self._hits(node.right, index), node.most, ordered=node.ordered)
        if isinstance(node, Or):
            return [hit for part in node.parts for hit in self._hits(part, index)]
        return []  # the parser refuses anything else beside NEAR

    def _term(self, term: Term, index: Index) -> list[Hit]:
        found = [hit for words in spellings(term, exact_case=self._exact_case) for hit in _phrase(words, index)]
        domain = domain_of(term)
        return [*found, *_hosts(domain, index)] if domain else found


def merge(found: Iterable[Span]) -> Spans:
    """Put spans in order; those that overlap become one."""
    spans: list[Span] = []
    for start, end in sorted(found):
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return tuple(spans)


def is_under(host: str, domain: str) -> bool:
    """Whether a host is a domain or below it; both in lower case."""
    names = {domain.removeprefix("www."), to_ascii(domain.removeprefix("www.")) or ""}
    return any(name and (host == name or host.endswith(f".{name}")) for name in names)


def _hit(index: Index, start: int, end: int) -> Hit:
    return Hit(*index.positions(start, end), start, end)


def _phrase(words: Spelling, index: Index) -> list[Hit]:
    """Find a phrase: each of its words right after the one before."""
    first, *others = (index.find(word) for word in words)
    if not others:
        return [Hit(place.position, place.last, place.start, place.end) for place in first]
    # By the position that its next word has to have.
    hits = {place.last + 1: Hit(place.position, place.last, place.start, place.end) for place in first}
    for places in others:
        if not hits:
            break
        longer: dict[int, Hit] = {}
        for place in places:
            before = hits.get(place.position)
            if before is not None:
                known = longer.get(place.last + 1)
                end = max(place.end, known.end) if known else place.end
                longer[place.last + 1] = Hit(before.first, place.last, before.start, end)
        hits = longer
    return list(hits.values())


def _literal(text: str, index: Index) -> list[Hit]:
    """Find a name to the letter, outside of links and code."""
    pattern = _literal_pattern(text, hides=bool(_HIDES.search(index.text)))
    inside = _inside() if not _is_solo(text.strip()[:1]) else None
    found = [m.span() for m in pattern.finditer(index.text)]
    if inside is not None:
        found = [span for span in found if not inside.search(index.text, max(0, span[0] - _MOST_MARKS), span[0])]
    return [_hit(index, *span) for span in found if not index.is_hidden(*span)]


@lru_cache(maxsize=1)
def _inside() -> re.Pattern[str]:
    """Make the pattern of what stands before a place inside a word: a letter, and what belongs to it."""
    return re.compile(rf"{_LETTER}[{marks()}{IGNORED}]*\Z")


def _is_solo(char: str) -> bool:
    return re.match(f"[{SOLO}]", char) is not None


@lru_cache(maxsize=1024)
def _literal_pattern(text: str, *, hides: bool) -> re.Pattern[str]:
    """Make the pattern of a literal.

    Typographic apostrophes are apostrophes, and a blank is any run of blanks: they are no choice of whoever writes.

    Args:
        text: The literal.
        hides: The text holds soft hyphens or their like, which may stand anywhere.
    """
    between = _HIDDEN if hides else ""
    text = text.strip()
    pieces = [
        r"\s+" if char.isspace() else f"[{APOSTROPHES}]" if char in APOSTROPHES else re.escape(char)
        for char in re.sub(r"\s+", " ", text)
    ]
    before = "" if _is_solo(text[:1]) else f"(?<!{_LETTER})"
    after = "" if _is_solo(text[-1:]) else f"(?!{_HIDDEN}{_LETTER})"
    # Nor is a letter cut from the accent or the voicing mark that follows it.
    mark = f"(?!{_HIDDEN}[{marks()}])" if text[-1:].isalnum() else ""
    return re.compile(before + between.join(pieces) + after + mark)


def _hosts(domain: str, index: Index) -> list[Hit]:
    """Find a domain among the hosts of links and mail addresses."""
    found = []
    for start, end in index.regions.hosts:
        host = index.text[start:end].lower().rstrip(".")
        stop = start + len(host)
        names = {domain, to_ascii(domain) or domain}
        found += [_hit(index, stop - len(name), stop) for name in names if f".{host}".endswith(f".{name}")]
    return found


def _near(left: list[Hit], right: list[Hit], most: int, *, ordered: bool) -> list[Hit]:
    """List what of both sides has one of the other near it."""
    if not left or not right:
        return []
    rights, lefts = _Neighbours(right), _Neighbours(left)
    kept = [hit for hit in left if rights.after(hit, most) or (not ordered and rights.before(hit, most))]
    kept += [hit for hit in right if lefts.before(hit, most) or (not ordered and lefts.after(hit, most))]
    return kept


class _Neighbours:
    """One side of NEAR, sorted."""

    def __init__(self, hits: list[Hit]) -> None:
        self._firsts = sorted(hit.first for hit in hits)
        self._lasts = sorted(hit.last for hit in hits)

    def after(self, hit: Hit, most: int) -> bool:
        """Whether one of them begins after a hit, with at most so many words between."""
        at = bisect_right(self._firsts, hit.last)
        return at < len(self._firsts) and self._firsts[at] - hit.last - 1 <= most

    def before(self, hit: Hit, most: int) -> bool:
        """Whether one of them ends before a hit."""
        at = bisect_left(self._lasts, hit.first) - 1
        return at >= 0 and hit.first - self._lasts[at] - 1 <= most
