"""What simpler detectors make of the burst benchmark's streams: mean + 3 sigma, and a fixed number in 24 hours.

``python bench/burst_rivals.py BENCHMARK [--split public | --first SEED --brands N] [--false-alarms 0.32]`` with the
folder of the benchmark, which needs numpy.  Both count distinct negative mentions by publication, leave out the first
poll of each source, and hold an alert for 24 hours, as ours does.

* mean + 3 sigma: negatives of the last 6 h against 6 h windows made of the hours before (up to 28 days, at least 3),
  looked at every poll.  And with the number of sigmas whose false alarms are nearest to ours.
* fixed: at least n negatives in the last 24 h, one n for all brands: the one whose false alarms are nearest to ours.
"""

from __future__ import annotations

import argparse
import sys
from bisect import bisect_left, bisect_right, insort
from importlib import import_module
from itertools import pairwise
from math import sqrt
from typing import Any

HOLD = 24.0
BASELINE, LEAST_BASELINE = 28 * 24, 72
SPAN = 6
SIGMAS = (3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0)
NUMBERS = (3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)


def negatives_by_poll(scenario: dict[str, Any]) -> list[tuple[float, list[float]]]:
    """Each poll with the times of the distinct negatives that it saw first."""
    known: set[int] = set()
    joined: set[str] = set()
    polls = []
    for now, items in scenario["polls"]:
        new = []
        for _id, published, tone, feed, story in items:
            if feed in joined and tone == "negative" and story not in known:
                new.append(now if published is None else min(published, now))
            known.add(story)
        joined.update(feed for *_, feed, _story in items)
        polls.append((now, new))
    return polls


def opens(polls: list[tuple[float, bool]]) -> list[float]:
    """When an alert opens that is held for a day after the last sign."""
    opened: list[float] = []
    last = -HOLD
    for now, sign in polls:
        if sign:
            if now - last >= HOLD:
                opened.append(now)
            last = now
    return opened


def sigmas(polls: list[tuple[float, list[float]]]) -> list[tuple[float, float]]:
    """At each poll, by how many standard deviations the last 6 h are over the mean of the 6 h windows before."""
    times: list[float] = []
    found = []
    for now, new in polls:
        for at in new:
            insort(times, at)
        windows = int(min(now - SPAN, BASELINE) / SPAN)
        cuts = [bisect_left(times, now - SPAN * k) for k in range(1, windows + 2)]
        counts = [later - earlier for later, earlier in pairwise(cuts)]
        seen = bisect_right(times, now) - cuts[0] if cuts else 0
        found.append((now, _over(seen, counts) if windows * SPAN >= LEAST_BASELINE else 0.0))
    return found


def _over(seen: int, counts: list[int]) -> float:
    mean = sum(counts) / len(counts)
    deviation = sqrt(sum((n - mean) ** 2 for n in counts) / len(counts))
    # Before anything was seen, a single mention would be infinitely many.
    return (seen - mean) / deviation if deviation else 0.0


def fixed(polls: list[tuple[float, list[float]]], least: int) -> list[float]:
    """Opens of: at least so many in the last 24 h."""
    times: list[float] = []
    signs = []
    for now, new in polls:
        for at in new:
            insort(times, at)
        signs.append((now, bisect_right(times, now) - bisect_left(times, now - 24.0) >= least))
    return opens(signs)


def row(name: str, figures: dict[str, Any]) -> str:
    """One line of the table."""
    whole = figures["all"]
    delay = "-" if whole["delay"] is None else f"{whole['delay']:.1f} h"
    worst = max(figures[size]["fa"] for size in ("small", "medium", "large"))
    return (
        f"| {name} | {whole['rec']:.0%} | {whole['fa']:.2f} | {worst:.2f} | {delay} | {figures['util']:.3f}"
        f" | {whole['per'] or 0:.2f} |"
    )


def main() -> None:
    """Run both and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("benchmark")
    parser.add_argument("--split", default="public")
    parser.add_argument("--first", type=int)
    parser.add_argument("--brands", type=int, default=72)
    parser.add_argument("--false-alarms", type=float, default=0.32)
    options = parser.parse_args()
    sys.path.insert(0, options.benchmark)
    gen, prep = import_module("gen"), import_module("prep")
    brands = gen.split_params(options.split)
    if options.first is not None:
        sizes = ("small", "medium", "large")
        brands = [
            {"seed": options.first + i, "size": sizes[i % 3], "poll": gen.POLLS[i // 3 % 3]}
            for i in range(options.brands)
        ]
    made = [gen.make(**params) for params in brands]
    seen = [negatives_by_poll(scenario) for scenario in made]

    def judged(found: list[list[float]]) -> dict[str, Any]:
        return prep.summary([prep.judge(*pair) for pair in zip(made, found, strict=True)])

    print("| detector | recall | false alarms / brand-month | worst size | delay | util | alerts / firestorm |")
    print("|---|---|---|---|---|---|---|")
    over = [sigmas(polls) for polls in seen]
    by_sigmas = {k: judged([opens([(now, z > k) for now, z in brand]) for brand in over]) for k in SIGMAS}
    print(row("mean + 3 sigma, 6 h", by_sigmas[3.0]))
    k = _nearest(by_sigmas, options.false_alarms)
    print(row(f"mean + {k:g} sigma, 6 h", by_sigmas[k]))
    by_number = {float(least): judged([fixed(polls, least) for polls in seen]) for least in NUMBERS}
    n = _nearest(by_number, options.false_alarms)
    print(row(f"{n:g} in 24 h", by_number[n]))


def _nearest(tried: dict[float, dict[str, Any]], false_alarms: float) -> float:
    return min(tried, key=lambda one: abs(tried[one]["all"]["fa"] - false_alarms))


if __name__ == "__main__":
    main()
