"""Let Hypothesis change the project's own documents, and every reader of documents read what comes of them.

    python bench/fuzz.py [--seconds N] [--seed S] [--cases N] [--save FOLDER]
    python bench/fuzz.py --document FILE [--reader NAME] [--content-type TYPE]

A reader gives a Document or raises ParseError, within two seconds of CPU and 300 MiB of memory, and what it gives is
safe to store and to show.  Anything else is a finding: Hypothesis makes it as small as it can, and its document is
saved with a .json that says who read it as what; ``--document`` reads one again.  Exits 1 when there was a finding.

With ``--cases`` the cases depend on the seed and the code alone.  Without, Hypothesis also climbs, in every second
batch, towards what takes much CPU.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import math
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fuzz_cases import ORIGINALS, READERS, URL, Case, cases
from hypothesis import HealthCheck, Phase, given, seed, settings, target
from hypothesis.errors import Flaky

from mentionwatch.errors import ParseError
from mentionwatch.identity import content_key, entry_id, url_key
from mentionwatch.model import Document, Response
from mentionwatch.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
MOST_CPU_S = 2.0
MOST_MIB = 300.0
HANGS_AFTER_S = 6.0
#: Cases that Hypothesis makes of one seed, the time it has to climb in every second batch, and to make a finding small.
BATCH = 2000
GRACE_S = 10.0
CLIMB_S = 20.0
SHRINK_S = 90.0
#: Documents saved of one kind of finding: the small one, and later ones as they came.
KEPT_OF_A_KIND = 4


# --- judging ----------------------------------------------------------------------------------------------


class Hangs(BaseException):
    """Raised by the timer; no reader catches it."""


@dataclass(frozen=True)
class Verdict:
    """What became of a document."""

    outcome: str
    cpu_s: float
    #: Two findings of one kind are taken for one and the same; None where nothing is wrong.
    kind: str | None = None
    what: str = ""


def _unsafe(document: Any) -> Iterator[tuple[str, str]]:
    """What of a document must not be stored or shown: the part, and what is wrong with it."""
    if not isinstance(document, Document):
        yield "document", f"gives {type(document).__name__}"
        return
    for entry in document.entries:
        for part in fields(entry):
            value = getattr(entry, part.name)
            if isinstance(value, str) and (clean(value) != value or not value):
                yield part.name, f"{part.name} is not clean: {value[:80]!r}"
        if entry.url and (urlsplit(entry.url).scheme not in {"http", "https"} or not urlsplit(entry.url).hostname):
            yield "url", f"url is {entry.url[:80]!r}"
        if entry.published and not 1990 <= entry.published.year <= (NOW + timedelta(minutes=11)).year:
            yield "published", f"published is {entry.published}"
        if entry.rating is not None and not 1 <= entry.rating <= 5:
            yield "rating", f"rating is {entry.rating}"
        entry_id(entry)
        content_key(entry)
        url_key(entry.url or "")


def _read(case: Case) -> Verdict:
    """Let a reader read a document, with the depth of calls that a program has."""
    response = Response(URL, {"content-type": case.content_type} if case.content_type else {}, case.body, NOW)
    began, depth = time.process_time(), sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    signal.setitimer(signal.ITIMER_PROF, HANGS_AFTER_S)
    try:
        document = READERS[case.reader].parse(response)
        took = time.process_time() - began
        part, wrong = next(_unsafe(document), (None, ""))
        return Verdict("read", took, part and f"unsafe {part} of {case.reader}", wrong)
    except ParseError as e:
        took = time.process_time() - began
        if clean(str(e)) == str(e) and "\n" not in str(e):
            return Verdict("refused", took)
        return Verdict("refused", took, f"message of {case.reader}", f"message is not clean: {str(e)[:200]!r}")
    except Hangs:
        return Verdict("hung", HANGS_AFTER_S, f"time of {case.reader}", f"more than {HANGS_AFTER_S:.0f} s of CPU")
    except Exception as e:  # noqa: BLE001 - whatever it is, that is what is looked for
        place = traceback.extract_tb(e.__traceback__)[-1]
        kind = f"{type(e).__name__} at {'/'.join(Path(place.filename).parts[-2:])}:{place.lineno}"
        return Verdict("broke", time.process_time() - began, kind, traceback.format_exc(limit=-4))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.setrecursionlimit(depth)


def judge(case: Case) -> Verdict:
    """Read a document, a second time where the first was slow, and look at the memory that it took."""
    _forget_peak()
    before = peak_mib()
    verdict = _read(case)
    peak = peak_mib()
    if verdict.kind is None and verdict.cpu_s > MOST_CPU_S:
        verdict = min(verdict, _read(case), key=lambda v: v.cpu_s)
    if verdict.kind is None and verdict.cpu_s > MOST_CPU_S:
        return replace(verdict, kind=f"time of {case.reader}", what=f"took {verdict.cpu_s:.1f} s of CPU")
    if verdict.kind is None and peak > max(MOST_MIB, before + 10):
        return replace(verdict, kind=f"memory of {case.reader}", what=f"took the process to {peak:.0f} MiB")
    return verdict


def _on_timer(*_: object) -> None:
    raise Hangs


def _forget_peak() -> None:
    """Let the peak of the process begin anew: on Linux; elsewhere it only rises, and is told when it does."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_bytes(b"5")


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 2**20)


# --- the run ----------------------------------------------------------------------------------------------


class Found(Exception):  # noqa: N818 - it is no error of this script
    """What the property fails with."""


class Over(BaseException):
    """Ends a batch: the run's time or cases are used up, or the time to climb or to make a finding small."""


def _on_alarm(_number: int, _frame: object) -> None:
    raise Over


class Run:
    """What the batches have done so far.  Each is one run of Hypothesis with a seed of its own."""

    def __init__(self, given_options: argparse.Namespace) -> None:
        self.options = given_options
        self.began = time.monotonic()
        self.outcomes: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.slowest = self.peak = 0.0
        self.until = self.began + given_options.seconds
        #: Of this batch: whether it climbs, until when, and the finding that is being made small.
        self.climbing = False
        self.batch_until = math.inf
        self.small: tuple[Verdict, Case] | None = None
        self.verdicts: dict[tuple[bytes, str, str], Verdict] = {}
        #: A document that takes the whole process down is left here.
        self.running = given_options.save / "running.document"
        self.notes = [p.open("wb", buffering=0) for p in (self.running, beside(self.running))]

    @property
    def done(self) -> int:
        return self.outcomes.total()

    @property
    def over(self) -> bool:
        return bool(self.done == self.options.cases) or time.monotonic() > self.until

    def check(self, case: Case) -> None:
        """The property: fails for a finding of a kind that is new, and while shrinking for that kind only."""
        if (self.small is None and self.over) or time.monotonic() > self.batch_until:
            raise Over
        verdict, is_new = self._judge_once(case)
        if self.climbing:
            # Not otherwise: Hypothesis also goes by it where it does not climb, and no two runs take the same time.
            target(verdict.cpu_s, label="seconds of CPU")
        if self.small is None:
            if not is_new:
                return
            self.outcomes[verdict.outcome] += 1
            self.slowest = max(self.slowest, verdict.cpu_s)
            if verdict.kind is None or self._known(verdict, case):
                return
            self.small, self.batch_until = (verdict, case), time.monotonic() + SHRINK_S
        elif verdict.kind != self.small[0].kind:
            return
        # Of two of one length the later, which came of fewer or simpler choices.
        self.small = min((verdict, case), self.small, key=lambda found: len(found[1].body))
        raise Found(verdict.what)

    def _judge_once(self, case: Case) -> tuple[Verdict, bool]:
        """Hypothesis makes one document in several ways; it is read once a batch."""
        told = (hashlib.md5(case.body, usedforsecurity=False).digest(), case.reader, case.content_type)
        if told in self.verdicts:
            return self.verdicts[told], False
        self._note(case)
        self.verdicts[told] = judge(case)
        self.peak = max(self.peak, peak_mib())
        return self.verdicts[told], True

    def _note(self, case: Case) -> None:
        for file, told in zip(self.notes, (case.body, describe(case)), strict=True):
            file.seek(0)
            file.write(told)
            file.truncate()

    def close(self) -> None:
        for file in self.notes:
            file.close()
        self.running.unlink()
        beside(self.running).unlink()
        with contextlib.suppress(OSError):  # there are findings in it
            self.options.save.rmdir()

    def _known(self, verdict: Verdict, case: Case) -> bool:
        if not self.found[verdict.kind or ""]:
            return False
        self._tell(verdict, case)
        return True

    def _tell(self, verdict: Verdict, case: Case) -> None:
        kind = verdict.kind or ""
        self.found[kind] += 1
        if self.found[kind] > KEPT_OF_A_KIND:
            return
        name = f"{self.options.seed}-{list(self.found).index(kind) + 1}-{self.found[kind]}"
        path = self.options.save / f"{name}.{case.kind}"
        path.write_bytes(case.body)
        beside(path).write_bytes(describe(case, finding=kind, what=verdict.what))
        how = "FINDING" if self.found[kind] == 1 else "AGAIN"
        print(f"{how} {kind} ({len(case.body)} bytes), saved as {path}\n{case.made[:300]}\n{verdict.what}", flush=True)

    def batch(self, number: int) -> None:
        """Have Hypothesis make one batch of cases, and tell what it found."""
        self.climbing = self.options.cases is None and number % 2 == 0
        self.batch_until = time.monotonic() + CLIMB_S if self.climbing else math.inf
        phases = (Phase.generate, Phase.shrink, *((Phase.target,) if self.climbing else ()))
        self.verdicts.clear()
        # Climbing can go round for ever inside of Hypothesis, without a case in which it could be told to stop.
        signal.setitimer(signal.ITIMER_REAL, CLIMB_S + SHRINK_S + GRACE_S if self.climbing else 0)
        configure = settings(
            max_examples=BATCH,
            phases=phases,
            database=None,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        try:
            seed(self.options.seed * 1_000_003 + number)(configure(given(cases())(self.check)))()
        except (Found, Flaky, Over):
            pass  # what was found stands in self.small
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self._end_batch()

    def _end_batch(self) -> None:
        if self.small is not None:
            self._tell(*self.small)
        self.small = None

    def summary(self) -> str:
        told = ", ".join(f"{n} {name}" for name, n in sorted(self.outcomes.items()))
        findings = f"{len(self.found)} findings"
        if again := self.found.total() - len(self.found):
            findings += f", {again} times again"
        return (
            f"{self.done} cases from {len(ORIGINALS)} documents in {time.monotonic() - self.began:.0f} s"
            f" (seed {self.options.seed}): {told}; {findings};"
            f" slowest {self.slowest:.2f} s of CPU; peak {self.peak:.0f} MiB"
        )


def beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def describe(case: Case, **more: str) -> bytes:
    told = {"reader": case.reader, "content_type": case.content_type, **more, "made": case.made}
    return json.dumps(told, indent=1).encode("ascii")


def read_again(path: Path, reader: str | None, content_type: str | None) -> int:
    """Judge one saved document."""
    told = json.loads(beside(path).read_bytes()) if beside(path).is_file() else {}
    reader = reader or told.get("reader", "auto")
    case = Case("", path.read_bytes(), reader, told.get("content_type", "") if content_type is None else content_type)
    verdict = judge(case)
    print(f"{path} ({case.reader}, {len(case.body)} bytes): {verdict.outcome}, {verdict.cpu_s:.2f} s of CPU")
    if verdict.kind:
        print(f"FINDING {verdict.kind}\n{verdict.what}")
    return 1 if verdict.kind else 0


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="stop after this long (default: 60)")
    parser.add_argument("--seed", type=int, default=1, help="of Hypothesis' choices (default: 1)")
    parser.add_argument("--cases", type=int, help="stop after this many cases")
    parser.add_argument("--save", type=Path, default=Path("fuzz-findings"), help="folder for the documents of findings")
    parser.add_argument("--document", type=Path, help="read this one only")
    parser.add_argument("--reader", choices=sorted(READERS), help="who reads --document (default: as saved)")
    parser.add_argument("--content-type", help="as what --document comes (default: as saved)")
    return parser.parse_args()


def main() -> int:
    told = options()
    signal.signal(signal.SIGPROF, _on_timer)
    signal.signal(signal.SIGALRM, _on_alarm)
    if told.document:
        return read_again(told.document, told.reader, told.content_type)
    told.save.mkdir(parents=True, exist_ok=True)
    run = Run(told)
    with contextlib.suppress(KeyboardInterrupt):
        for number in count(1):
            if run.over:
                break
            run.batch(number)
            if number % 20 == 0:
                print(run.summary(), flush=True)
    run.close()
    print(run.summary())
    return 1 if run.found else 0


if __name__ == "__main__":
    sys.exit(main())
