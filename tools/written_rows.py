"""Texts written for this project one by one: ``tools/rows``.

Public data hold hardly any complaints about brands, and few posts that may be trained on.  So these are about invented
brands, and as people post of public affairs, leisure and daily life.  One text of ten is kept back: both engines are
calibrated and measured on these, and trained on the others.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path

FOLDER = Path(__file__).parent / "rows"
#: One text of so many is kept back.
_KEPT_BACK = 10


def written_rows() -> tuple[list[dict], list[dict]]:
    """Give the rows to train on, and those that are kept back.

    A text that says one thing of one brand and another of the next has a row for each: they stay together.
    """
    rows = [
        json.loads(line)
        for path in sorted(FOLDER.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    kept = [zlib.crc32(row["text"].encode()) % _KEPT_BACK == 0 for row in rows]
    return (
        [row for row, back in zip(rows, kept, strict=True) if not back],
        [row for row, back in zip(rows, kept, strict=True) if back],
    )
