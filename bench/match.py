"""Microseconds a text for matching 10 to 10,000 queries of each kind, and how that grows with their number.

    python bench/match.py [--plain] [--aho] [KIND ...]

Texts are made of random words (seeded), 40 words long on average; one in ten holds what a query looks for.  Kinds:

* words, phrases, literals (``Name!``); wildcards (``abcdef*``);
* beginnings: short wildcards (``abc*``) that no word of the texts begins with, but for what one in ten holds;
* short wildcards: the same as they come: 10,000 are half of all beginnings there are, so that each text has many
  matches, and each match costs ("us each" is the cost beyond that of 10 queries, by what was found more);
* and, near: a word that stands in most texts, and one that is rare: each of ten such words is shared by a tenth of the
  queries;
* author, site, url: fields, alone; the entries have authors and links;
* open words: ``?bcdef``;
* regexes: with a word in them that surely stands in the text (``\\bname\\b``); bare regexes: with letters in a row
  (``name\\d``); blind regexes: with nothing sure (``[n][a][m]\\d``), so that each is searched for in each text;
* mixed: 10 % phrases, 5 % wildcards, 5 % literals, 1 % NEAR, the rest words.

"to 10" is the ratio to 10 queries of the kind, "found" the matches a text.  For words and mixed, ``re`` is given one
compiled alternation of what comes nearest to them ("re us", and how many times ours that is).  ``--plain`` does without
the extra ``fast``.  ``--aho`` adds ahocorasick_rs with the check of word borders that it needs, if it is there: only
ASCII case is folded there, and no query evaluated.
"""

from __future__ import annotations

import random
import re
import sys
import time
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from mentionwatch.match import Matcher
from mentionwatch.match.scan import has_fast
from mentionwatch.model import Entry
from mentionwatch.settings import Brand

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

DRAW = random.Random(1)
LETTERS = "etaoinshrdlucmfwypvbgkjqxz"
COUNTS = (10, 100, 1000, 10000)
FAST = False if "--plain" in sys.argv else None


def word(low: int, high: int) -> str:
    return "".join(DRAW.choices(LETTERS, weights=range(len(LETTERS), 0, -1), k=DRAW.randint(low, high)))


#: The words of the texts, the most frequent first.
COMMON = [word(1, 8) for _ in range(5000)]


class Asked(NamedTuple):
    """A query, what an entry holds that it matches, and the nearest pattern of ``re``."""

    query: str
    text: str = ""
    pattern: str = ""
    author: str | None = None
    url: str | None = None


KINDS: dict[str, Callable[[str, str, str], Asked]] = {
    "words": lambda a, _b, _often: Asked(a, a.capitalize(), a),
    "phrases": lambda a, b, _often: Asked(f'"{a} {b}"', f"{a} {b}", rf"{a}\W+{b}"),
    "literals": lambda a, _b, _often: Asked(f"`{a.title()}!`", f"{a.title()}!", f"{a.title()}!"),
    "wildcards": lambda a, _b, _often: Asked(f"{a}*", f"{a}s", rf"{a}\w*"),
    "beginnings": lambda a, _b, _often: Asked(f"{a}*", f"{a}s"),
    "short wildcards": lambda a, _b, _often: Asked(f"{a[:3]}*", f"{a}s"),
    "and": lambda a, _b, often: Asked(f"{often} {a}", f"{often} and {a}"),
    "near": lambda a, b, often: Asked(f"{often} NEAR/3 {a}", f"{often} {b} {a}", rf"{often}(?:\W+\w+){{0,3}}\W+{a}"),
    "author": lambda a, _b, _often: Asked(f"author:{a}", author=a),
    "site": lambda a, _b, _often: Asked(f"site:{a}.example", url=f"https://www.{a}.example/1"),
    "url": lambda a, _b, _often: Asked(f"url:{a}", text=f"see https://x.example/{a}/1"),
    "open words": lambda a, _b, _often: Asked(f"?{a[1:]}", a),
    "regexes": lambda a, _b, _often: Asked(rf"/\b{a} \d+/i", f"{a} 15"),
    "bare regexes": lambda a, _b, _often: Asked(rf"/{a}\d/", f"{a}7"),
    "blind regexes": lambda a, _b, _often: Asked("/" + "".join(f"[{letter}]" for letter in a) + r"\d/", f"{a}7"),
}


def make_queries(kind: str, count: int) -> list[Asked]:
    found = {}
    beginnings = ["".join(letters) for letters in product(LETTERS, repeat=3)]
    DRAW.shuffle(beginnings)
    for at in range(count):
        a, b = f"{word(3, 7)}{word(2, 4)}", word(4, 8)
        a = beginnings[at] if kind == "beginnings" else a
        chosen = kind
        if kind == "mixed":
            part = at * 37 % 100
            parts = ((10, "phrases"), (15, "wildcards"), (20, "literals"), (21, "near"), (100, "words"))
            chosen = next(name for end, name in parts if part < end)
        found[a] = KINDS[chosen](a, b, COMMON[at % 10] if kind != "mixed" else b)
    return list(found.values())


def make_entries(
    asked: list[Asked], count: int, *, typographic: bool = False, apart: AbstractSet[str] = frozenset()
) -> list[Entry]:
    entries = []
    common = [one for one in COMMON if one[:3] not in apart]
    for number in range(count):
        words = [common[int(len(common) * DRAW.random() ** 3)] for _ in range(DRAW.randint(10, 70))]
        hit = DRAW.choice(asked) if DRAW.random() < 0.1 else Asked("")
        words.insert(DRAW.randrange(len(words)), hit.text)
        text = " ".join(words) + (" – it’s “over” 🙂" if typographic else ".")
        author, url = hit.author or f"user{number % 500}", hit.url or f"https://forum{number % 50}.example/t/{number}"
        entries.append(Entry("bench", text=text, author=author, url=url))
    return entries


def cost_us(run: Callable[[Entry], object], entries: list[Entry]) -> float:
    """The best of several runs; of what takes long, a few texts will do."""
    started = time.process_time()
    for entry in entries[:20]:
        run(entry)
    one = max(1e-6, (time.process_time() - started) / 20)
    entries, turns = entries[: max(20, int(0.3 / one))], 7
    best = float("inf")
    for _ in range(turns):
        started = time.process_time()
        for entry in entries:
            run(entry)
        best = min(best, time.process_time() - started)
    return best / len(entries) * 1e6


def aho(keywords: list[str]) -> Callable[[Entry], object]:
    import ahocorasick_rs

    automaton = ahocorasick_rs.AhoCorasick(keywords)

    def run(entry: Entry) -> object:
        lowered = (entry.text or "").lower()
        found = automaton.find_matches_as_indexes(lowered, overlapping=True)
        return [f for f in found if not (lowered[f[1] - 1 : f[1]].isalnum() or lowered[f[2] : f[2] + 1].isalnum())]

    return run


def measure(kind: str, count: int, first: dict[tuple[str, bool], tuple[float, float]]) -> None:
    asked = make_queries(kind, count)
    matcher = Matcher([Brand(f"b{i}", (one.query,)) for i, one in enumerate(asked)], fast=FAST)
    compared = kind in {"words", "mixed"}
    apart = {one.query[:3] for one in asked} if kind == "beginnings" else frozenset()
    for typographic in (False, True) if compared else (False,):
        entries = make_entries(asked, 2000, typographic=typographic, apart=apart)
        ours = cost_us(matcher.matches, entries)
        found = sum(len(matcher.matches(entry)) for entry in entries[:200]) / 200
        base, found_first = first.setdefault((kind, typographic), (ours, found))
        line = f"{kind:16} {count:6}  {'typographic' if typographic else 'plain':11} {ours:9.1f} {ours / base:7.2f}"
        line += f" {found:6.2f}"
        if compared:
            pattern = re.compile(rf"\b(?:{'|'.join(one.pattern for one in asked)})", re.IGNORECASE)
            theirs = cost_us(lambda entry, p=pattern: p.findall(entry.text or ""), entries)
            line += f" {theirs:9.1f} {theirs / ours:7.1f}"
        if compared and "--aho" in sys.argv:
            line += f" {cost_us(aho([one.text.lower() for one in asked]), entries):8.1f}"
        if found - found_first > 1:
            line += f"  {(ours - base) / (found - found_first):.1f} us each"
        print(line, flush=True)


def main() -> None:
    wanted = [name for name in sys.argv[1:] if not name.startswith("-")]
    print("with fast" if FAST is None and has_fast() else "without fast")
    print("kind             queries texts         ours us   to 10  found     re us   ratio")
    first: dict[tuple[str, bool], tuple[float, float]] = {}
    for kind in wanted or (*KINDS, "mixed"):
        for count in COUNTS:
            measure(kind, count, first)


if __name__ == "__main__":
    main()
