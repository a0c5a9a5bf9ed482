"""How right the engines are on labelled files, how fast, how large: the tables of docs/tone.md.

    python bench/tone.py FOLDER [--docs docs/tone.md] [--limit N]

FOLDER holds *.jsonl with {"text", "label", "target"?, "from"?, "to"?} per line.  With --docs the tables are put between
the two markers of that page, else they are printed.  Each engine has a process of its own, with one thread: "auto" is
measured without numpy, as the plain install has it; "auto+" and "accurate" need the extra ``accurate``, and VADER the
package vaderSentiment.  What is not installed is left out, and said so on stderr.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mentionwatch.tone import Engine

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
#: How often an engine is loaded to tell how long that takes: the median counts.
STARTS = 9
#: Name in the table -> engine.
NAMES = {"auto": "auto", "auto+": "auto", "accurate": "accurate", "TextBlob": "textblob", "VADER": "vader"}
#: Folders of the engines' own data.
DATA = {"auto": ("small",), "auto+": ("small", "accurate"), "accurate": ("accurate",)}
#: Files that are far from what models are trained on, by the beginning of their names.
FAR = ("uci_", "senti4sd", "newsmtsc", "brands_products")
HEAD = "| file | texts | engine | accuracy | macro-F1 | macro-recall | neg. precision | neg. recall | ECE | texts/s |"
HEAD_ENGINES = "| engine | data | loads in | memory | texts/s | mean macro-F1 | the same, far | ECE, pooled |"


# --- one engine, in a process of its own ------------------------------------------------------------------


def make(name: str) -> Engine:
    from mentionwatch.settings import ToneSettings
    from mentionwatch.tone import make_engine

    if name == "VADER":
        from mentionwatch.tone.vader import VaderEngine

        return VaderEngine()
    return make_engine(ToneSettings(engine=NAMES[name]))  # type: ignore[arg-type]


def ready(name: str) -> Engine:
    """An engine that has judged its first text; "auto" without numpy.

    Raises:
        ToneError: What it needs is not installed.
    """
    if name == "auto":
        sys.modules["numpy"] = None  # type: ignore[assignment]
    if name == "auto+":
        make("accurate").rate("Without it there is nothing to add.")
    engine = make(name)
    engine.rate("The first text loads what is needed, and it is loaded now.")
    return engine


def measure_start(name: str) -> int:
    """Print how long it takes to load an engine, in milliseconds, imports and the first text included."""
    start = time.perf_counter()
    ready(name)
    print((time.perf_counter() - start) * 1000)
    return 0


def measure_one(name: str, folder: Path, limit: int | None) -> int:
    from mentionwatch.errors import ToneError

    before = memory_mb()
    try:
        engine = ready(name)
    except ToneError as e:
        print(e, file=sys.stderr)
        return 2
    memory = memory_mb() - before
    from mentionwatch.pipeline.evaluate import evaluate, figures_record
    from mentionwatch.pipeline.labelled import read_labelled
    from mentionwatch.tone.figures import Judged, calibration_error

    files: dict[str, Any] = {}
    judged, seconds = [], 0.0
    for path in sorted(folder.glob("*.jsonl")):
        with path.open("rb") as stream:
            rows = read_labelled(stream, path.name, limit=limit)
        one = evaluate(rows, name, engine)
        files[path.stem] = figures_record(path.stem, rows, [one])
        judged += [Judged(row.label, t.label, t.confidence) for row, t in zip(rows, one.tones, strict=True)]
        seconds += one.seconds or 0.0
    print(
        json.dumps(
            {
                "name": name,
                "memory_mb": memory,
                "texts_per_second": len(judged) / seconds if seconds else None,
                "pooled": calibration_error(judged),
                "files": files,
            }
        )
    )
    return 0


def memory_mb() -> float:
    """The most memory that this process has had, where the system says so."""
    try:
        import resource
    except ImportError:
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


# --- all of them ------------------------------------------------------------------------------------------


def run(name: str, folder: Path, limit: int | None) -> dict[str, Any] | None:
    done = in_a_process(folder, "--one", name, *(["--limit", str(limit)] if limit else []))
    if done.returncode == 2:
        print(f"{name}: left out", file=sys.stderr)
        return None
    if done.returncode:
        sys.exit(f"{name}: failed")
    found: dict[str, Any] = json.loads(done.stdout)
    # The first one may have to compile our modules, which an installed package has done.
    starts = [float(in_a_process(folder, "--start", name).stdout) for _ in range(1 + STARTS)][1:]
    return {**found, "loads_ms": statistics.median(starts)}


def in_a_process(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run this script for one engine, with one thread."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, **threads, "PYTHONPATH": paths}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, __file__, str(folder), *options]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, env=environment)


def size(name: str) -> str:
    folders = [ROOT / "mentionwatch" / "tone" / folder for folder in DATA.get(name, ())]
    files = [p for folder in folders for p in folder.rglob("*") if p.is_file() and p.suffix not in {".py", ".pyc"}]
    return f"{sum(p.stat().st_size for p in files) / 1e6:.1f} MB" if files else "-"


def share(record: dict[str, Any], key: str) -> str:
    if record[key] is None:
        return "-"
    low, high = record[f"{key}_interval"]
    return f"{record[key]:.2f} ({low:.2f}-{high:.2f})"


def number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"


def rule(head: str, texts: int = 1) -> str:
    return "|" + " --- |" * texts + " ---: |" * (head.count("|") - 1 - texts)


def row(shown: str, found: dict[str, Any], engine: str) -> str:
    (one,) = found["engines"]
    classes = [label for label, count in found["labels"].items() if count]
    two = " (2 labels)" if len(classes) == 2 else ""
    cells = [
        shown + (two if shown else ""),
        f"{found['texts']:,}" if shown else "",
        engine,
        number(one["accuracy"]),
        number(one["macro_f1"]),
        number(one["macro_recall"]),
        share(one, "negative_precision"),
        share(one, "negative_recall"),
        number(one["calibration_error"]),
        number(one["texts_per_second"], 0),
    ]
    return "| " + " | ".join(cells) + " |"


def mean_f1(engine: dict[str, Any], *, far: bool) -> float | None:
    values = [
        found["engines"][0]["macro_f1"] for file, found in engine["files"].items() if not far or file.startswith(FAR)
    ]
    return sum(values) / len(values) if values else None


def tables(engines: list[dict[str, Any]]) -> str:
    lines = [HEAD_ENGINES, rule(HEAD_ENGINES)]
    for e in engines:
        known = [f"{e['loads_ms']:,.0f} ms", f"{e['memory_mb']:,.0f} MB", number(e["texts_per_second"], 0)]
        means = [number(mean_f1(e, far=False)), number(mean_f1(e, far=True)), number(e["pooled"])]
        lines.append("| " + " | ".join([e["name"], size(e["name"]), *known, *means]) + " |")
    lines += ["", HEAD, "| --- | ---: | --- |" + " ---: |" * 7]
    for file in engines[0]["files"]:
        for place, e in enumerate(engines):
            lines.append(row("" if place else file, e["files"][file], e["name"]))
    lines += ["", f"Measured with Python {platform.python_version()} on {platform.machine()}, one thread."]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--docs", type=Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--one", choices=NAMES, help=argparse.SUPPRESS)
    parser.add_argument("--start", choices=NAMES, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.start:
        return measure_start(given.start)
    if given.one:
        return measure_one(given.one, given.folder, given.limit)
    found = [engine for name in NAMES if (engine := run(name, given.folder, given.limit))]
    text = tables(found)
    if given.docs is None:
        print(text)
        return 0
    before, _, rest = given.docs.read_text("utf-8").partition(BEGIN)
    _, there, after = rest.partition(END)
    if not there:
        sys.exit(f"{given.docs} has no {BEGIN} and {END}")
    given.docs.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
