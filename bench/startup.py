"""What ``mentionwatch --version`` costs beside ``python -c "import click"``: medians of paired runs, whole processes.

python bench/startup.py [RUNS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

COMMANDS = ([sys.executable, "-m", "mentionwatch", "--version"], [sys.executable, "-c", "import click"])


def seconds(command: list[str]) -> float:
    """Wall time of one run."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main(runs: int) -> None:
    """Run both in turn, after one of each that does not count."""
    pairs = [tuple(seconds(command) for command in COMMANDS) for _ in range(runs + 1)][1:]
    ours, click = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"--version {ours * 1000:.0f} ms, import click {click * 1000:.0f} ms, ratio {ratio:.2f} (median of {runs})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 21)
