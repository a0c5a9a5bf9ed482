"""Sentences of our own, made of patterns: what customers, users and newsrooms write about a brand.

The patterns stand in accurate_sentences.txt, by label.  ``{a|b}`` is one of several, ``<name>`` one of a list at the
file's top, ``<brand>`` the target, ``<other>`` another brand; "@" begins a pattern whose
label holds for the target only.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from pathlib import Path

_CHOICE = re.compile(r"\{([^{}]*)\}")
_NAMED = re.compile(r"<(\w+)>")


@dataclass(frozen=True)
class Sentence:
    """A sentence of ours.

    Attributes:
        text: As a customer would write it.
        label: Its tone towards the brand.
        span: Where the brand stands; None: it is not named.
        fixed: It speaks of two brands, so the label holds for the marked one only.
    """

    text: str
    label: str
    span: tuple[int, int] | None
    fixed: bool


def _read() -> dict[str, list[str]]:
    """Read the sections of the file of patterns."""
    sections: dict[str, list[str]] = {}
    for line in Path(__file__).with_name("accurate_sentences.txt").read_text(encoding="utf-8").splitlines():
        if re.fullmatch(r"\[\w+\]", line):
            sections[line[1:-1]] = []
        elif line and not line.startswith("#"):
            sections[next(reversed(sections))].append(line)
    return sections


_SECTIONS = _read()
_LISTS = {name: values.split("|") for name, _, values in (line.partition(" = ") for line in _SECTIONS["lists"])}
_LABELS = ("negative", "positive", "neutral")


def make(count: int, seed: int) -> list[Sentence]:
    """Make sentences, no two the same; a few less than asked for, therefore."""
    chance = random.Random(seed)
    made: dict[str, Sentence] = {}
    for number in range(count):
        label = _LABELS[number % len(_LABELS)]
        patterns = _SECTIONS[label]
        brand, other = chance.sample(_LISTS["brand"], 2)
        pattern = chance.choice(patterns)
        text, span = _fill(pattern.removeprefix("@"), brand, other, chance)
        fixed = pattern.startswith("@")
        if not fixed and chance.random() < 0.25:
            more = chance.choice([one for one in patterns if not one.startswith("@")])
            text = f"{text} {_fill(more, brand, other, chance)[0]}"
        if chance.random() < 0.4:
            text = text.lower()
        made[text] = Sentence(text, label, span, fixed)
    return list(made.values())


def _fill(pattern: str, brand: str, other: str, chance: random.Random) -> tuple[str, tuple[int, int] | None]:
    while _CHOICE.search(pattern):
        pattern = _CHOICE.sub(lambda found: chance.choice(found[1].split("|")), pattern, count=1)
    pattern = pattern.replace("<other>", other)
    pattern = _NAMED.sub(lambda found: found[0] if found[1] == "brand" else _one(found[1], chance), pattern)
    start = pattern.find("<brand>")
    text = pattern.replace("<brand>", brand)
    return text, (start, start + len(brand)) if start >= 0 else None


def _one(name: str, chance: random.Random) -> str:
    return chance.choice(_LISTS[name])
