"""Keys by which a text that may be a copy is found: equal keys are a hint, and ``copies`` decides.

A key is a number of 64 bits.  Texts have a key for all their words, for title and body alone, for the page where they
stand, and for runs of three words, of which longer texts keep some: those that have the least hash among neighbours
(winnowing), so that two texts with a run in common keep the same ones, wherever it stands; and, of all that follows
the beginning, the least (bottom-k).
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from mentionwatch.stories.links import link_key
from mentionwatch.stories.words import MIN_WORDS, length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentionwatch.stories.words import Said

#: Words of a run.
_RUN = 3
#: Texts with no more runs than this keep all.
_ALL_RUNS = 12
#: Of so many neighbours one is kept, in the first words, and so many of all that follow.
_NEIGHBOURS, _FIRST, _REST = 4, 40, 8
#: No text has more runs looked at.
_MOST_WORDS = 2_000


def sketch(said: Said) -> tuple[int, ...]:
    """The keys of a text, each once, the most telling first; none for what is too short to have copies."""
    if said.bare_link:
        page = link_key(said.bare_link)
        return (_hash("page", page),) if page else ()
    keys = [_hash("all", *words) for words in (said.all, said.body, said.title) if length(words) >= MIN_WORDS]
    if said.url and not said.is_review and (page := link_key(said.url)):
        keys.append(_hash("page", page))
    if length(said.all) >= MIN_WORDS:
        keys += _runs(said.body if length(said.body) >= MIN_WORDS else said.all)
    return tuple(dict.fromkeys(keys))


def _runs(words: Sequence[str]) -> list[int]:
    words = words[:_MOST_WORDS]
    hashes = [_hash("run", *words[n : n + _RUN]) for n in range(len(words) - _RUN + 1)]
    if len(hashes) <= _ALL_RUNS:
        return hashes
    first = hashes[:_FIRST]
    kept = [min(first[n : n + _NEIGHBOURS]) for n in range(len(first) - _NEIGHBOURS + 1)]
    return kept + sorted(set(hashes[_FIRST:]))[:_REST]


def _hash(kind: str, *parts: str) -> int:
    # Signed: what a database takes as a whole number.
    made = blake2b("\0".join((kind, *parts)).encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(made.digest(), "big", signed=True)
