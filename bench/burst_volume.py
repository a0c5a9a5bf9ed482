"""Bursts of mentions of any tone (kind "volume") on large streams: false alarms a month, and how many surges are found.

``python bench/burst_volume.py [--seeds N] [--benchmark FOLDER]``.  The streams are made here, with the standard
library alone: mentions whose rate wanders (log-normal, with a memory of hours), days and weeks, and cascades of answers
whose size has a heavy tail (Pareto).  A surge is injected every ten days or so.  With the burst benchmark's folder its
large brands are looked at too, all tones as one: there its launches and firestorms are the surges.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from importlib import import_module
from random import Random
from statistics import median

from mentionwatch.alerts import decide
from mentionwatch.burst import Baseline, Tally, Watched, advance, find_burst
from mentionwatch.model import Alert, Sighting
from mentionwatch.settings import AlertSettings

SETTINGS = AlertSettings()
DAYS = 28
START = datetime(2026, 1, 5, tzinfo=timezone.utc)
RATES = (1.0, 20.0, 200.0)


@dataclass(frozen=True)
class Stream:
    """One brand: hours since the first poll."""

    name: str
    #: (poll, published in hours or None, backlog) in the order of the polls.
    seen: list[tuple[float, float | None, bool]]
    polls: list[float]
    surges: list[tuple[float, float]]


def make(seed: int, rate: float) -> Stream:
    """A stream of usual mentions with some surges in it."""
    random = Random(seed)
    wander, memory = random.uniform(0.1, 0.5), math.exp(-1 / random.uniform(2, 12))
    swing, phase, weekend = random.uniform(0, 0.8), random.uniform(0, 24), random.uniform(0.5, 1.0)
    surges, at = [], random.uniform(5, 10) * 24
    while at < (DAYS - 2) * 24:
        surges.append((at, at + random.uniform(2, 12), random.uniform(2.5, 6)))
        at += random.uniform(7, 13) * 24
    times: list[float] = []
    state = random.gauss(0, 1)
    for quarter in range(-2 * 96, DAYS * 96):
        hour = quarter / 4
        if quarter % 4 == 0:
            state = memory * state + math.sqrt(1 - memory**2) * random.gauss(0, 1)
        course = (1 + swing * math.cos(2 * math.pi * (hour - phase) / 24)) * (weekend if hour // 24 % 7 >= 5 else 1)
        more = sum(m - 1 for a, b, m in surges if a <= hour < b)
        mean = rate / 4 * (course * math.exp(wander * state - wander**2 / 2) + more)
        for _ in range(_poisson(random, mean * 0.8)):
            first = hour + random.random() / 4
            times.append(first)
            # Pareto with a mean of 0.25 answers: most have none, one in thousands has dozens.
            answers = int(0.12 * random.paretovariate(1.5)) if random.random() < 0.9 else 0
            times += [first + random.expovariate(0.5) for _ in range(min(answers, 500))]
    polls = [float(hour) for hour in range(DAYS * 24)]
    times.sort()
    seen = [(max(0.0, math.ceil(t)), t, t <= 0) for t in times if t < DAYS * 24 - 1]
    return Stream(f"{rate:g} an hour", seen, polls, [(a, b) for a, b, _ in surges])


def _poisson(random: Random, mean: float) -> int:
    if mean > 50:
        return max(0, round(random.gauss(mean, math.sqrt(mean))))
    n, left = 0, math.exp(-mean)
    product = random.random()
    while product > left:
        n, product = n + 1, product * random.random()
    return n


def from_benchmark(folder: str, seed: int) -> Stream:
    """One of the benchmark's large brands, all tones as one."""
    if folder not in sys.path:
        sys.path.insert(0, folder)
    made = import_module("gen").make(seed, "large", 1.0)
    joined: dict[str, float] = {}
    stories: set[int] = set()
    seen = []
    for poll, items in made["polls"]:
        for _id, published, _tone, feed, story in items:
            if story not in stories:
                stories.add(story)
                seen.append((poll, published, joined.setdefault(feed, poll) == poll))
    surges = [(one["start"], one["end"]) for one in (*made["truth"], *made["confounders"]) if one["kind"] != "gap"]
    return Stream("benchmark, large", seen, [poll for poll, _ in made["polls"]], surges)


def alarms(stream: Stream) -> list[float]:
    """When alerts of volume open, in hours."""
    recent: list[Sighting] = []
    polls: list[datetime] = []
    opened: list[float] = []
    baseline: Baseline | None = None
    past: Alert | None = None
    i = 0
    for poll in stream.polls:
        now = START + timedelta(hours=poll)
        while i < len(stream.seen) and stream.seen[i][0] <= poll:
            _, published, backlog = stream.seen[i]
            at = None if published is None else START + timedelta(hours=published)
            recent.append(Sighting(str(i), at, now, "unknown", "f", None, str(i), backlog))
            i += 1
        polls = [*polls[-130:], now]
        watched = Watched(START, tuple(polls))
        tally = Tally(recent, watched)
        burst = find_burst(baseline, tally, now=now, settings=SETTINGS, watched=watched, kind="volume")
        baseline = advance(baseline, tally, now=now, watched=watched)
        recent = [s for s in recent if s.first_seen >= baseline.since]
        decision = decide(past, burst, now=now, brand="b", settings=SETTINGS, kind="volume")
        past = decision.alert
        if decision.reason in {"open", "reopened"}:
            opened.append(poll)
    return opened


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--benchmark", help="folder of the burst benchmark (needs numpy)")
    options = parser.parse_args()
    numbers = range(options.first, options.first + options.seeds)
    groups = [(f"{rate:g} an hour", [make(seed, rate) for seed in numbers]) for rate in RATES]
    if options.benchmark:
        groups.append(("benchmark, large", [from_benchmark(options.benchmark, 120_000 + seed) for seed in numbers]))
    print("| streams | months | false alarms / month | surges found | median delay |\n|---|---|---|---|---|")
    for name, streams in groups:
        false, found, n, delays = 0, 0, 0, []
        for stream in streams:
            told = alarms(stream)
            for a, b in stream.surges:
                hit = [t for t in told if a <= t <= b + 12]
                n, found = n + 1, found + bool(hit)
                delays += [hit[0] - a] if hit else []
            false += sum(not any(a <= t <= b + 48 for a, b in stream.surges) for t in told)
        months = len(streams) * DAYS / 30
        delay = f"{median(delays):.1f} h" if delays else "-"
        print(
            f"| {name} | {months:.1f} | {false / months:.2f} | {found / max(1, n):.0%} of {n} | {delay} |", flush=True
        )


if __name__ == "__main__":
    main()
