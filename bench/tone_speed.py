"""How fast the default engine's models are, beside TextBlob's analyser, and how long they take to load.

    python bench/tone_speed.py FILE...

Each FILE holds JSON lines with "text".  Processor time of one core; the load is measured in a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from mentionwatch.settings import ToneSettings
from mentionwatch.tone.small import MODEL, NETWORK, SmallScorer
from mentionwatch.tone.textblob import TextBlobEngine

TEXTS = 4000
LOAD = """
import time
start = time.perf_counter()
from mentionwatch.tone.small.both import Both
imported = time.perf_counter()
from mentionwatch.tone.small import MODEL, NETWORK
Both(MODEL, NETWORK)
print(imported - start, time.perf_counter() - imported)
"""


def per_second(judge, texts):
    judge("warm up")
    start = time.process_time()
    for text in texts:
        judge(text)
    return len(texts) / (time.process_time() - start)


def main():
    done = [subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True, check=True) for _ in range(5)]
    imported, loaded = min(tuple(map(float, one.stdout.split())) for one in done)
    size = (MODEL.stat().st_size + NETWORK.stat().st_size) / 1e6
    print(f"models: {size:.2f} MB; import {imported * 1e3:.0f} ms, load {loaded * 1e3:.0f} ms")
    small, textblob = SmallScorer(), TextBlobEngine(neutral_band=ToneSettings().neutral_band)
    for path in map(Path, sys.argv[1:]):
        lines = path.read_text("utf-8").splitlines()[:TEXTS]
        texts = [json.loads(line)["text"] for line in lines]
        ours, theirs = per_second(small.score, texts), per_second(textblob.rate, texts)
        words = sum(len(text.split()) for text in texts) / len(texts)
        print(f"{path.stem}: {words:.0f} words; {ours:,.0f} texts/s, TextBlob {theirs:,.0f}: {ours / theirs:.1f} times")


if __name__ == "__main__":
    main()
