"""Code in a plain text, marked as Markdown marks it, so that it can be told from prose when its markup is gone."""

from __future__ import annotations

import re

_TICKS = re.compile("`+")


def mark_code(code: str) -> str:
    """Put marks around code: backticks in a line, a fence around several lines; more of them than it holds itself."""
    code = code.strip()
    longest = max(map(len, _TICKS.findall(code)), default=0)
    if "\n" in code:
        fence = "`" * max(3, longest + 1)
        return f"\n{fence}\n{code}\n{fence}\n"
    ticks = "`" * (longest + 1)
    # A backtick of its own must not lengthen the mark.
    apart = " " if "`" in (code[:1], code[-1:]) else ""
    return f"{ticks}{apart}{code}{apart}{ticks}" if code else ""
