"""Documents that were changed at random are read or refused, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "bench" / "fuzz.py"


def run(*options: str) -> subprocess.CompletedProcess[str]:
    """Run the fuzzer."""
    return subprocess.run([sys.executable, str(SCRIPT), *options], capture_output=True, text=True, timeout=120, check=False)  # fmt: skip


def test_some_hundred_cases(tmp_path):
    """No reader breaks, hangs, grows or gives what is not safe to store, on any of the first 300 cases."""
    done = run("--cases", "300", "--seconds", "100", "--seed", "7", "--save", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "300 cases" in done.stdout
    assert " 0 findings" in done.stdout


def test_a_case_can_be_done_again(tmp_path):
    """Seed and number make the case: the same document for everybody."""
    lines = {
        run("--cases", "1", "--first", "12", "--seed", "7", "--save", str(tmp_path)).stdout.split(" in ")[0]
        for _ in range(2)
    }
    assert len(lines) == 1
