"""The burst benchmark through the command, with the figures of each distance between polls apart.

``python bench/burst_blackbox.py BENCHMARK [SPLIT | --first SEED --brands N] [--jobs N] [-- COMMAND …]``: BENCHMARK is
the folder of the benchmark, which needs numpy; the command is ``mentionwatch backtest --stdin`` unless another is
named.  With ``--first`` the streams are made of other seeds, sizes and distances between polls taking turns as in the
splits.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

POLLS = {0.25: "15 min", 1.0: "1 h", 6.0: "6 h"}


def run_brand(gen: Any, blackbox: Any, params: dict[str, Any], command: list[str]) -> tuple[dict[str, Any], float]:
    """Judge what the command tells of one brand, and how long it took."""
    scenario, lines = gen.make(**params), io.StringIO()
    gen.to_jsonl(scenario, lines)
    began = time.perf_counter()
    done = subprocess.run(command, input=lines.getvalue(), capture_output=True, text=True, check=True)
    took = time.perf_counter() - began
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return blackbox.judge_alerts(scenario, told), took


def show(name: str, figures: dict[str, Any]) -> None:
    """One line of the table: all brands, then each size."""
    delay = "-" if figures["all"]["delay"] is None else f"{figures['all']['delay']:.1f} h"
    whole = figures["all"]
    sizes = " / ".join(f"{figures[size]['fa']:.2f}" for size in ("small", "medium", "large"))
    print(
        f"| {name} | {whole['n']} | {whole['rec']:.0%} | {whole['fa']:.2f} | {sizes} | {delay}"
        f" | {figures['util']:.3f} | {whole['per'] or 0:.2f} |"
    )


def main() -> None:
    """Run it and print the table."""
    arguments = sys.argv[1:]
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    command = arguments[cut + 1 :] or ["mentionwatch", "backtest", "--stdin"]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("benchmark")
    parser.add_argument("split", nargs="?", default="public")
    parser.add_argument("--first", type=int, help="streams of this seed and the ones after, in place of a split")
    parser.add_argument("--brands", type=int, default=72)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args(arguments[:cut])
    sys.path.insert(0, options.benchmark)
    gen, prep, blackbox = (import_module(name) for name in ("gen", "prep", "blackbox"))
    split = options.split if options.first is None else f"seed{options.first}"
    if options.first is not None:
        gen.SPLITS[split] = (options.first, options.brands)
    brands = gen.split_params(split)
    with ThreadPoolExecutor(options.jobs) as pool:
        judged = list(pool.map(lambda params: run_brand(gen, blackbox, params, command), brands))
    print(f"{' '.join(command)} on {split}, {len(brands)} brands, {sum(took for _, took in judged):.0f} s")
    print(
        "| polls | firestorms | recall | false alarms / brand-month | small / medium / large | delay | util | alerts |"
    )
    print("|---|---|---|---|---|---|---|---|")
    show("all", prep.summary([verdict for verdict, _ in judged]))
    for hours, name in POLLS.items():
        show(name, prep.summary([verdict for verdict, _ in judged if verdict["poll"] == hours]))


if __name__ == "__main__":
    main()
