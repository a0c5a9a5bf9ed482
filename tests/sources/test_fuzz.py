"""Documents that Hypothesis changed are read or refused, and nothing else; and the fuzzer would tell."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: What is appended to a copy of an adapter: a mistake that one character brings out.
MISTAKE = """

_parse = ApiSource.parse


def _mistaken(self, response):
    if b"<" in response.body:
        raise KeyError("a mistake")
    return _parse(self, response)


ApiSource.parse = _mistaken
"""


def run(folder: Path, *options: str, package: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the fuzzer in a folder, on the readers of this project or of another place."""
    command = [sys.executable, str(ROOT / "bench" / "fuzz.py"), *options]
    where = {**os.environ, "PYTHONPATH": str(package)}
    return subprocess.run(command, cwd=folder, env=where, capture_output=True, text=True, timeout=300, check=False)


def counts(done: subprocess.CompletedProcess[str]) -> str:
    """The part of the summary that no clock has a say in."""
    told = done.stdout.splitlines()[-1]
    return told.partition(" in ")[0] + told.partition(")")[2].partition("; slowest")[0]


def test_some_hundred_cases(tmp_path):
    """No reader breaks, hangs, grows or gives what is not safe to store, on any of 300 cases."""
    done = run(tmp_path, "--cases", "300", "--seconds", "200", "--seed", "7", "--save", "found")
    assert done.returncode == 0, done.stdout + done.stderr
    assert counts(done).startswith("300 cases from ")
    assert counts(done).endswith("; 0 findings")
    assert not (tmp_path / "found").exists()


def test_same_seed_same_cases(tmp_path):
    """Whoever gives the same seed gets the same cases, and another seed gives others."""
    same = [counts(run(tmp_path, "--cases", "100", "--seed", "8")) for _ in range(2)]
    assert same[0] == same[1]
    assert counts(run(tmp_path, "--cases", "100", "--seed", "9")) != same[0]


def test_a_mistake_is_found_made_small_and_saved(tmp_path):
    """Of a reader that fails at one character the finding is hardly more than that character, and can be judged again."""
    shutil.copytree(ROOT / "mentionwatch", tmp_path / "copy" / "mentionwatch")
    adapter = tmp_path / "copy" / "mentionwatch" / "sources" / "api.py"
    adapter.write_text(adapter.read_text(encoding="utf-8") + MISTAKE, encoding="utf-8")

    done = run(tmp_path, "--cases", "100", "--seed", "1", "--save", "found", package=tmp_path / "copy")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "FINDING KeyError at sources/api.py:" in done.stdout
    assert done.stdout.count("FINDING") == 1

    (saved,) = (path for path in (tmp_path / "found").glob("1-1-1.*") if path.suffix != ".json")
    assert b"<" in saved.read_bytes()
    assert len(saved.read_bytes()) < 20
    told = json.loads(saved.with_name(f"{saved.name}.json").read_text(encoding="ascii"))
    assert told["finding"].startswith("KeyError")

    again = run(tmp_path, "--document", str(saved), package=tmp_path / "copy")
    assert again.returncode == 1
    assert "KeyError: 'a mistake'" in again.stdout
    mended = run(tmp_path, "--document", str(saved), "--reader", told["reader"])
    assert mended.returncode == 0, mended.stdout + mended.stderr
    assert "): refused, " in mended.stdout
