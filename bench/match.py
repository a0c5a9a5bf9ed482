"""Microseconds a text for matching 10 to 10,000 keywords, beside one compiled alternation of ``re``.

    python bench/match.py [--aho]

Texts are made of random words (seeded), 40 words long on average; one in ten holds a keyword.  "words" are plain words;
"mixed" are 10 % phrases, 5 % wildcards, 5 % literals, 1 % NEAR, the rest words: of those ``re`` is given what comes
nearest to them.  ``--aho`` adds ahocorasick_rs with the check of word borders that it needs, if it is installed: only
ASCII case is folded there, and no query evaluated.
"""

from __future__ import annotations

import random
import re
import sys
import time
from typing import TYPE_CHECKING

from mentionwatch.match import Matcher
from mentionwatch.model import Entry
from mentionwatch.settings import Brand

if TYPE_CHECKING:
    from collections.abc import Callable

DRAW = random.Random(1)
LETTERS = "etaoinshrdlucmfwypvbgkjqxz"


def word(low: int, high: int) -> str:
    return "".join(DRAW.choices(LETTERS, weights=range(len(LETTERS), 0, -1), k=DRAW.randint(low, high)))


def make_queries(count: int, *, mixed: bool) -> list[tuple[str, str, str]]:
    """Queries, each with what a text holds that it matches, and the nearest pattern of ``re``."""
    found = {}
    for at in range(count):
        a, b = f"{word(3, 7)}{word(2, 4)}", word(4, 8)
        kind = at * 37 % 100 if mixed else 99
        if kind < 10:
            found[a] = (f'"{a} {b}"', f"{a} {b}", rf"{a}\W+{b}")
        elif kind < 15:
            found[a] = (f"{a}*", f"{a}s", rf"{a}\w*")
        elif kind < 20:
            found[a] = (f"`{a.title()}!`", f"{a.title()}!", f"{a.title()}!")
        elif kind < 21:
            found[a] = (f"{a} NEAR/3 {b}", f"{a} or {b}", rf"{a}(?:\W+\w+){{0,3}}\W+{b}")
        else:
            found[a] = (a, a.capitalize(), a)
    return list(found.values())


def make_texts(wanted: list[str], count: int, *, typographic: bool) -> list[str]:
    common = [word(1, 8) for _ in range(5000)]
    texts = []
    for _ in range(count):
        words = [common[int(5000 * DRAW.random() ** 3)] for _ in range(DRAW.randint(10, 70))]
        if DRAW.random() < 0.1:
            words.insert(DRAW.randrange(len(words)), DRAW.choice(wanted))
        texts.append(" ".join(words) + (" – it’s “over” 🙂" if typographic else "."))
    return texts


def cost_us(run: Callable[[str], object], texts: list[str]) -> float:
    best = float("inf")
    for _ in range(9):
        started = time.process_time()
        for text in texts:
            run(text)
        best = min(best, time.process_time() - started)
    return best / len(texts) * 1e6


def aho(keywords: list[str]) -> Callable[[str], object]:
    import ahocorasick_rs

    automaton = ahocorasick_rs.AhoCorasick(keywords)

    def run(text: str) -> object:
        lowered = text.lower()
        found = automaton.find_matches_as_indexes(lowered, overlapping=True)
        return [f for f in found if not (lowered[f[1] - 1 : f[1]].isalnum() or lowered[f[2] : f[2] + 1].isalnum())]

    return run


def main() -> None:
    with_aho = "--aho" in sys.argv
    print("keywords  queries  texts        ours us  to 10    re us   ratio" + ("   aho us" if with_aho else ""))
    first: dict[tuple[bool, bool], float] = {}
    for mixed in (False, True):
        for count in (10, 100, 1000, 10000):
            queries = make_queries(count, mixed=mixed)
            matcher = Matcher([Brand(f"b{i}", (query,)) for i, (query, _, _) in enumerate(queries)])
            pattern = re.compile(rf"\b(?:{'|'.join(plain for _, _, plain in queries)})", re.IGNORECASE)
            for typographic in (False, True):
                texts = make_texts([text for _, text, _ in queries], 2000, typographic=typographic)
                entries = {text: Entry("bench", text=text) for text in texts}
                ours = cost_us(lambda text, m=matcher, e=entries: m.matches(e[text]), texts)
                base = first.setdefault((mixed, typographic), ours)
                # A big alternation takes milliseconds a text: a few texts will do.
                theirs = cost_us(pattern.findall, texts[: max(20, 20000 // count)])
                line = f"{count:8}  {'mixed' if mixed else 'words':7}  {'typographic' if typographic else 'plain':11} "
                line += f"{ours:8.1f} {ours / base:6.2f} {theirs:8.1f} {theirs / ours:7.1f}"
                print(
                    line
                    + (f" {cost_us(aho([text.lower() for _, text, _ in queries]), texts):8.1f}" if with_aho else "")
                )


if __name__ == "__main__":
    main()
