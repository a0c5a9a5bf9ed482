"""Microseconds a text for matching 10 to 10,000 keywords, beside one compiled alternation of ``re``.

    python bench/match.py [--aho]

Texts are made of random words (seeded), 40 words long on average; one in ten holds a keyword.  ``--aho`` adds
ahocorasick_rs with the check of word borders that it needs, if it is installed: only ASCII case is folded there, and
no query evaluated.
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


def make_texts(keywords: list[str], count: int, *, typographic: bool) -> list[str]:
    common = [word(1, 8) for _ in range(5000)]
    texts = []
    for _ in range(count):
        words = [common[int(5000 * DRAW.random() ** 3)] for _ in range(DRAW.randint(10, 70))]
        if DRAW.random() < 0.1:
            words.insert(DRAW.randrange(len(words)), DRAW.choice(keywords).capitalize())
        texts.append(" ".join(words) + (" – it’s “over” 🙂" if typographic else "."))
    return texts


def cost_us(run: Callable[[str], object], texts: list[str]) -> float:
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        for text in texts:
            run(text)
        best = min(best, time.perf_counter() - started)
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
    print("keywords  texts        ours us    re us   ratio" + ("   aho us" if with_aho else ""))
    for count in (10, 100, 1000, 10000):
        keywords = list(dict.fromkeys(f"{word(3, 7)}{word(2, 4)}" for _ in range(count)))
        matcher = Matcher([Brand(f"b{i}", (keyword,)) for i, keyword in enumerate(keywords)])
        pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, keywords))})\b", re.IGNORECASE)
        for typographic in (False, True):
            texts = make_texts(keywords, 2000, typographic=typographic)
            entries = {text: Entry("bench", text=text) for text in texts}
            ours = cost_us(lambda text, m=matcher, e=entries: m.matches(e[text]), texts)
            # A big alternation takes milliseconds a text: a few texts will do.
            theirs = cost_us(pattern.findall, texts[: max(20, 20000 // count)])
            kind = "typographic" if typographic else "plain"
            line = f"{count:8}  {kind:11} {ours:8.1f} {theirs:8.1f} {theirs / ours:7.1f}"
            print(line + (f" {cost_us(aho(keywords), texts):8.1f}" if with_aho else ""))


if __name__ == "__main__":
    main()
