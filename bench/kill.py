"""Kill a polling process at random moments, let the next poll go on, and compare with a store that was never killed.

    python bench/kill.py [--moments 100] [--seed N]

A real process polls three sources of a server on this machine, one of which has just gone, in the hour of a
firestorm: it stores mentions, opens an alert for the brand and one for the source, records what is to be told, and
tells two files and a webhook, which keep the keys of what they were told.  It is killed with SIGKILL at a moment
between its first request and its end.  Then it is run again to its end, and once more.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.killing import HOUR, NOW, World, compare, differences, run_here  # noqa: E402
from tests.servers import LoopbackServer  # noqa: E402


def start(config):
    """A poll, as a process of its own; it has loaded what it needs."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.killing", str(config), NOW.isoformat()], cwd=ROOT, stdout=subprocess.PIPE
    )
    child.stdout.readline()
    return child


def killed_after(child, seconds):
    """Kill it after so long; whether it was still there."""
    try:
        child.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return True
    finally:
        child.stdout.close()
    return False


def main():
    """Print what came of it; exit 1 where anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moments", type=int, default=100)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    ends, wrong = Counter(), []
    with LoopbackServer() as server, tempfile.TemporaryDirectory() as folder:
        world = World(folder, server, webhook=True)
        reference = world.copy("reference")
        for now in (NOW, NOW, NOW + HOUR / 4):
            run_here(reference, now)
        took = measure(world)
        print(f"A poll takes {took:.2f} s; {options.moments} are killed within it (--seed {options.seed}).", flush=True)
        n = 0
        while ends["killed"] < options.moments:
            n += 1
            config = world.copy(str(n))
            after = chance.uniform(0, took)
            died = killed_after(start(config), after)
            for now in (NOW, NOW + HOUR / 4):
                run_here(config, now)
            found, repeated = differences(config, reference)
            more, again = compare(world.hooked(str(n)), world.hooked("reference"))
            ends["killed"] += died
            ends["came to their end before"] += not died
            ends["messages repeated under their key"] += repeated + again
            wrong += [f"after {after:.3f} s: {what}" for what in (*found, *more)]
    print(", ".join(f"{count} {what}" for what, count in ends.items()))
    print("\n".join(wrong) or "No mention, alert or notice was lost, none was doubled.")
    return 1 if wrong else 0


def measure(world):
    """How long the poll takes that is killed, the median of three."""
    times = []
    for n in range(3):
        child, began = start(world.copy(f"measured-{n}")), time.perf_counter()
        killed_after(child, 60)
        times.append(time.perf_counter() - began)
    return sorted(times)[1]


if __name__ == "__main__":
    sys.exit(main())
