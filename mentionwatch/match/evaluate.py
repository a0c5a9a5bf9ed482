"""Evaluation of a tree over a subject: what made it true, and where."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mentionwatch.errors import MatchTimeout
from mentionwatch.match import fields
from mentionwatch.match.mask import touches
from mentionwatch.match.patterns import find_pattern
from mentionwatch.match.spelling import Spelling, domain_of, spellings, to_ascii
from mentionwatch.match.tree import And, Field, Literal, Near, Node, Not, Or, Regex, Term
from mentionwatch.match.words import APOSTROPHES, IGNORED, SOLO, marks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mentionwatch.match.subject import Index, Span, Subject
    from mentionwatch.model import Entry

#: [start, end) in order, without overlaps.
Spans = tuple[tuple[int, int], ...]

# No letter or digit right before or after a literal, but of scripts that have no words to be inside of.
_LETTER = rf"(?:[^\W_{SOLO}])"
_HIDDEN = f"[{IGNORED}]*"
#: Marks and hidden characters on one letter that are looked at; no writing has more.
_MOST_MARKS = 40
_HIDES = re.compile(f"[{IGNORED}]")
#: Places that are kept apart before those of them that overlap are joined.
_MOST_SPANS = 100_000


#: What came of a tree: the spans that make it true, none for an absence; None: false; or why it is not known.
Found = list[tuple[int, int]] | MatchTimeout | None


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
        #: By what is looked for, as it is written, and where: what came of it.  A query may ask for one word thousands
        #: of times.
        self._known: dict[tuple[object, Index], Found] = {}

    def spans(self, node: Node, index: Index | None = None) -> Spans | None:
        """Give what made a tree true; None when it is not.

        Args:
            node: The tree.
            index: What is searched; None: the whole text.

        Raises:
            MatchTimeout: An expression took too long, and whether the tree is true hangs on it.
        """
        found = self._evaluate(node, self.subject.whole if index is None else index, negated=False)
        if isinstance(found, MatchTimeout):
            raise found
        return None if found is None else merge(found)

    def _evaluate(self, node: Node, index: Index, *, negated: bool) -> Found:
        return _combine(node, lambda part: self._single(part, index), negated=negated)

    def _single(self, node: Node, index: Index) -> Found:
        """Evaluate what is neither AND, OR nor NOT."""
        key = ((node.words, node.written) if isinstance(node, Term) else str(node)), index
        if key not in self._known:
            self._known[key] = self._look(node, index)
        return self._known[key]

    def _look(self, node: Node, index: Index) -> Found:
        try:
            if isinstance(node, Field):
                return self._field(node)
            return [(hit.start, hit.end) for hit in self._hits(node, index)] or None
        except MatchTimeout as e:
            return e

    def _field(self, node: Field) -> Found:
        """Evaluate a field: its spans in the whole text, none for what does not stand there; None when it is false."""
        subject, part = self.subject, node.part
        if part is None:
            return [] if fields.holds(node, subject) else None
        if node.name == "title":
            return self._evaluate(part, subject.title, negated=False) if subject.entry else None
        if node.name == "text":
            body, offset = subject.body
            found = self._evaluate(part, body, negated=False) if subject.entry else None
            return [(start + offset, end + offset) for start, end in found] if isinstance(found, list) else found
        if node.name == "url":
            return self._links(part)
        if node.name == "site":
            return self._is_at(part)
        value = fields.text_of(node, subject)
        return None if value is None else self._stands_in(part, value)

    def _stands_in(self, part: Node, text: str) -> Found:
        found = self._evaluate(part, fields.plain_index(text), negated=False)
        return [] if isinstance(found, list) else found

    def _links(self, part: Node) -> Found:
        """Look into the links of the text, which are the spans, and into the entry's own."""
        subject = self.subject
        found = [self._stands_in(part, fields.readable(link)) for link in own_links(subject.entry)]
        for start, end in subject.whole.regions.links:
            here = self._stands_in(part, fields.readable(subject.whole.text[start:end]))
            found.append([(start, end)] if isinstance(here, list) else here)
        return _join(found, every=False)

    def _is_at(self, part: Node) -> Found:
        """Whether the entry's host fits: a host with what is under it, a word of it, or whatever fits its name."""
        host = fields.host_of(self.subject)

        def fits(one: Node) -> Found:
            name = domain_of(one) if isinstance(one, Term) else None
            if name:
                return [] if is_under(host, name) else None
            return self._stands_in(one, host)

        return _combine(part, fits, negated=False) if host else None

    # --- where things stand -----------------------------------------------------------------------------------

    def _hits(self, node: Node, index: Index) -> list[Hit]:
        if isinstance(node, Term):
            return self._term(node, index)
        if isinstance(node, Literal):
            return _literal(node.text, index)
        if isinstance(node, Regex):
            found = self._find(node.pattern, index.text, ignore_case=node.ignore_case)
            quotes = index.regions.quotes if found else ()
            return [_hit(index, *span) for span in found if not touches(quotes, *span)]
        if isinstance(node, Near):
            return _near(self._hits(node.left, index), self._hits(node.right, index), node.most, ordered=node.ordered)
        if isinstance(node, Or):
            return [hit for part in node.parts for hit in self._hits(part, index)]
        return []  # the parser refuses anything else beside NEAR

    def _term(self, term: Term, index: Index) -> list[Hit]:
        found = [hit for words in spellings(term, exact_case=self._exact_case) for hit in _phrase(words, index)]
        domain = domain_of(term)
        return [*found, *_hosts(domain, index)] if domain else found


def _combine(node: Node, single: Callable[[Node], Found], *, negated: bool) -> Found:
    """Evaluate AND, OR and NOT; `single` does the rest.

    Negation is carried down (De Morgan), so that ``NOT NOT acme`` has its spans too.
    """
    if isinstance(node, Not):
        return _combine(node.part, single, negated=not negated)
    if isinstance(node, (And, Or)):
        parts = (_combine(part, single, negated=negated) for part in node.parts)
        return _join(parts, every=isinstance(node, And) != negated)
    found = single(node)
    if isinstance(found, MatchTimeout) or not negated:
        return found
    return [] if found is None else None


def _join(parts: Iterable[Found], *, every: bool) -> Found:
    """Put parts together of which every one has to be true, or one.

    What is not known makes the whole unknown only where it hangs on it: one part that is false decides an AND, one
    that is true an OR.
    """
    several: list[list[Span]] = []
    matched, unknown, count = every, None, 0
    for found in parts:
        if isinstance(found, MatchTimeout):
            unknown = unknown or found
        elif found is not None:
            matched = True
            # Many parts often came to one and the same list.
            if found and not (several and found is several[-1]):
                several.append(found)
                count += len(found)
            if count > _MOST_SPANS and len(several) > 1:  # thousands of parts that are true in as many places
                several = [list(merge({span for one in several for span in one}))]
                count = 0
        elif every:
            return None
    if unknown is not None and (every or not matched):
        return unknown
    if not matched:
        return None
    return several[0] if len(several) == 1 else [span for one in several for span in one]


def own_links(entry: Entry | None) -> tuple[str, ...]:
    """List where an entry leads beside the links in its text: to its page, what it is about, what its markup linked."""
    found = (entry.url, entry.about, *(entry.links or ())) if entry is not None else ()
    return tuple(link for link in found if link)


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
        for name in {domain, to_ascii(domain) or domain}:
            place = _name_pattern(name).search(host) if "[" in host or "(" in host else None
            if place:
                found.append(_hit(index, start + place.start(), start + place.end()))
            elif f".{host}".endswith(f".{name}"):
                stop = start + len(host)
                found.append(_hit(index, stop - len(name), stop))
    return found


@lru_cache(maxsize=1024)
def _name_pattern(domain: str) -> re.Pattern[str]:
    """Make the pattern of a domain at the end of a host that was made harmless: "acme[.]com", "acme(dot)com"."""
    dot = r"(?:\.|[\[(] ?(?:\.|dot) ?[\])])"
    return re.compile(rf"(?:(?<=\.)|(?<=[\])])|\A){dot.join(map(re.escape, domain.split('.')))}\Z")


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
