r"""Before the matcher: which stored entries can match at all, told by an index of their words and by columns.

Two halves that have to agree.  ``index_words`` gives all forms under which a word of an entry can be found, folded as
in ``words``; ``narrow`` turns the tree of a query into an expression over them (SQLite FTS5) that every matching
entry fulfils.  It may let too much pass: the matcher looks at what is left.  What it cannot express restricts nothing:

* a regular expression, a literal without ASCII letters or digits, what is negated;
* one side of an OR that cannot be expressed takes the whole OR with it, one side of an AND only itself;
* fields are told by columns, where they have to hold for the whole query (``stars:<=2 acme``); ``url:`` by none.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from typing import TYPE_CHECKING

from mentionwatch.identity import digest
from mentionwatch.match.spelling import Word, domain_of, spellings, to_ascii
from mentionwatch.match.subject import Index, of_entry
from mentionwatch.match.tree import And, Field, Literal, Near, Node, Or, Term
from mentionwatch.match.words import IGNORED, anchor_keys, fold, place_keys, split_words
from mentionwatch.settings import parse_span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mentionwatch.match.parse import Query
    from mentionwatch.match.spelling import Spelling
    from mentionwatch.model import Entry

#: Raised by one when ``index_words`` gives other words than before and the probe below would not show it.
_FORMAT = 2
#: What shows that words are cut and folded otherwise than before.
_PROBE = (
    "Acme's wi-fi, L'Équipe STRASSE straße İstanbul ısı Ａｃｍｅ ﬁne ½ e-mail-list #AcmeRouter @acme_support acmes' "
    "https://acme.example/a-b?c=acme acme[.]com `acme` 東京都 ทดสอบ ёлка й co\u00adop C++ .NET Yahoo! 한국어 cafe\u0301"
)
_RUN = re.compile(r"[^\W_]+")
_ASCII_RUN = re.compile(r"[A-Za-z0-9]+")
#: How the tokenizer of the index cuts.
_NO_TOKEN = re.compile(r"[\x00-\x2f\x3a-\x60\x7b-\x7f]+")
_WILD = re.compile(r"[*?]")
#: Stands in the index for a text with soft hyphens or their like, in which a literal may be hidden.
_HIDES = "\u00ad"
#: Longer words are found by their beginning; the index keeps no more of them.
_LONGEST = 60
#: Larger expressions restrict nothing: SQLite takes neither too deep nor too wide ones.
_MOST_TOKENS, _MOST_DEEP = 500, 12
#: Times beyond are not worth a column: a little more or less is no time any more.
_YEARS = (1000, 9000)


@dataclass(frozen=True)
class Prefilter:
    """What every stored mention that matches has."""

    #: An FTS5 expression over ``index_words``; None: nothing is said of the words.
    words: str | None = None
    #: What columns say: (name, operator, value); the value of since and until is a time.
    conditions: tuple[tuple[str, str, str | float | datetime], ...] = ()


# --- the side of the texts --------------------------------------------------------------------------------


def index_words(entry: Entry) -> str:
    """Give the words that an entry can be found by, each once, with blanks between."""
    index = of_entry(entry).whole
    text = index.text
    tokens = {token[:_LONGEST] for form in _forms(index) for token in _NO_TOKEN.split(form)}
    if any(sign in text for sign in IGNORED):
        tokens.add(_HIDES)
    return " ".join(sorted(tokens - {""}))


def _forms(index: Index) -> set[str]:
    text = index.text
    # Literals are cut otherwise than words: a soft hyphen ends a run of letters, and joins a word.
    runs = _ASCII_RUN.findall(text.lower()) if text.isascii() else map(fold, _RUN.findall(text))
    return place_keys(index.all_words).union(runs)


@lru_cache(maxsize=1)
def index_version() -> str:
    """Name the rules that ``index_words`` follows here: another version of Python has other letters."""
    probe = sorted(_forms(Index(_PROBE)))
    return digest("index", str(_FORMAT), unicodedata.unidata_version, " ".join(probe))


# --- the side of the query --------------------------------------------------------------------------------


def narrow(query: Query, *, now: datetime | None = None) -> Prefilter:
    """Say what every stored mention that a query matches has.

    Args:
        query: A compiled query.
        now: Present time, for ``since:7d``.
    """
    words = _expression(query.plan, 0)
    if words is not None and words.count('"') > 2 * _MOST_TOKENS:
        words = None
    return Prefilter(words, tuple(_conditions(query.plan, now)))


def any_of(expressions: Sequence[str | None]) -> str | None:
    """Join expressions of which one has to hold; None: nothing can be said."""
    told = [expression for expression in expressions if expression is not None]
    if len(told) < len(expressions) or not told:
        return None
    joined = _join(told, "OR")
    return joined if joined.count('"') <= 2 * _MOST_TOKENS else None


def _expression(node: Node, depth: int) -> str | None:
    if depth > _MOST_DEEP:
        return None
    found: str | None = None
    if isinstance(node, Term):
        found = _term(node)
    elif isinstance(node, Literal):
        found = any_of([_all(_exact(run.lower()) for run in _whole_runs(node.text)), f'"{_HIDES}"'])
    elif isinstance(node, Field):
        found = _expression(node.part, depth + 1) if node.part is not None and node.name in {"title", "text"} else None
    elif isinstance(node, Near):
        found = _all([_expression(node.left, depth + 1), _expression(node.right, depth + 1)])
    elif isinstance(node, And):
        found = _all(_expression(part, depth + 1) for part in node.parts)
    elif isinstance(node, Or):
        found = any_of([_expression(part, depth + 1) for part in node.parts])
    return found


def _all(parts: Iterable[str | None]) -> str | None:
    told = dict.fromkeys(part for part in parts if part is not None)
    return _join(list(told), "AND") if told else None


def _join(parts: Sequence[str], operator: str) -> str:
    return parts[0] if len(parts) == 1 else f"({f' {operator} '.join(parts)})"


def _term(term: Term) -> str | None:
    """One of its spellings, with all of its words."""
    return any_of([_all(_word(word) for word in spelling) for spelling in (*spellings(term), *_as_host(term))])


def _as_host(term: Term) -> tuple[Spelling, ...]:
    """A domain beyond ASCII, as it stands in links."""
    host = to_ascii(domain_of(term) or "")
    return (tuple(map(Word, split_words(host))),) if host else ()


def _word(word: Word) -> str | None:
    if word.is_wild:
        # An apostrophe separates words of the index.
        return _begins(_WILD.split(word.folded, maxsplit=1)[0].rpartition("'")[2])
    return any_of([_exact(key) for key in anchor_keys(word.folded)])


def _exact(word: str) -> str | None:
    if not _is_token(word):
        return None
    return f'"{word}"' if len(word) < _LONGEST else _begins(word)


def _begins(word: str) -> str | None:
    return f'"{word[:_LONGEST]}"*' if _is_token(word) else None


def _is_token(word: str) -> bool:
    """Whether the index has a word like this as it stands."""
    return bool(word) and not _NO_TOKEN.search(word)


def _whole_runs(literal: str) -> list[str]:
    """The runs of ASCII letters and digits in a literal that stand alone wherever it does."""
    around = f" {literal} "
    runs = _ASCII_RUN.finditer(around)
    return [m[0] for m in runs if around[m.start() - 1].isascii() and around[m.end()].isascii()]


def _conditions(node: Node, now: datetime | None) -> list[tuple[str, str, str | float | datetime]]:
    """What fields say that have to hold whatever else does."""
    if isinstance(node, And):
        return [found for part in node.parts for found in _conditions(part, now)]
    if not isinstance(node, Field):
        return []
    if node.part is not None:
        return _contained(node)
    if node.name in {"since", "until"}:
        moment = _moment(str(node.value), now)
        return [(node.name, node.op, moment)] if moment else []
    return [(node.name, node.op, node.value)]


def _contained(node: Field) -> list[tuple[str, str, str | float | datetime]]:
    """Author and site hold each word of a term somewhere, however the words are put together."""
    part = node.part
    if node.name not in {"author", "site"} or not isinstance(part, Term):
        return []
    pieces = [piece for word in part.words for piece in re.split(r"['*?]", word) if piece and piece.isascii()]
    # Of "wendys" only what "Wendy's" has too; and a host is the same without its www.
    shortest = [min(anchor_keys(piece), key=len) for piece in pieces if piece != "www"]
    return [(node.name, "=", piece) for piece in shortest]


def _moment(value: str, now: datetime | None) -> datetime | None:
    """A time as it is written in ``since:``, about."""
    try:
        found = now - parse_span(value) if now else None
    except (ValueError, OverflowError):
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            return None
    if found is None or not _YEARS[0] < found.year < _YEARS[1]:
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)
